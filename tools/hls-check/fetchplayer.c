/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads, each with its own connections, all joined by player_run ():
 *   poll, one per playlist: reloads it as a player does;
 *   media, one per playlist: fetches inits, parts and segments in order;
 *   hint, one per low latency playlist: asks for hinted parts ahead;
 *   probe, one: requests that players do not send every day.
 * One lock (Player.lock) for the cores, the queues and the counts; never held
 * while something is fetched. */
#include "fetchplayer.h"

#include <string.h>

#include "cmafrules.h"
#include "httpanswer.h"

#define MAX_JOBS 4096
#define PROBE_INTERVAL (400 * HLS_MS)
#define MAX_TRACKS 64

typedef struct
{
  gboolean init;
  gchar *uri;                   /* as listed */
  M3u8Range range;
  BmffListed listed;
  gchar *map;
} Job;

typedef struct
{
  const PlayerOptions *options;
  HlsCheck *check;
  PlayerCounts *counts;
  GCancellable *cancellable;
  gulong cancel_id;
  GMutex lock;
  GCond changed;                /* also when stopping */
  guint64 end;
  gboolean stop;                /* lock */
  guint polling;                /* lock: poll threads that still run */
  GPtrArray *tracks;
  gchar *host_url;
} Player;

typedef struct
{
  Player *player;
  gchar *url;
  HlsRendition *rendition;      /* lock */
  BmffTrack *cmaf;              /* lock */
  GQueue jobs;                  /* lock, of Job */
  guint64 queued_msn;           /* lock: pieces up to here were queued */
  gint64 queued_part;
  gboolean any_queued;
  gboolean behind_gap;          /* lock: the last part of those is a gap */
  gboolean queued_whole;        /* lock */
  guint64 whole_msn;            /* lock */
  GHashTable *maps;             /* lock: init URIs that were queued */
  gchar *hint;                  /* lock: to be asked for */
  GThread *poll, *media, *hinter;
} Track;

static void
say (Player * self, const gchar * format, ...)
{
  g_autofree gchar *text = NULL;
  g_autofree gchar *clean = NULL;
  va_list args;

  if (!self->options->verbose)
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  clean = verdict_clean_text (text);
  g_printerr ("%s\n", clean);
}

static void
job_free (Job * job)
{
  g_free (job->uri);
  g_free (job->map);
  g_free (job);
}

static gboolean
stopped (Player * self)
{
  gboolean stop;

  g_mutex_lock (&self->lock);
  stop = self->stop;
  g_mutex_unlock (&self->lock);
  return stop || fetch_now () >= self->end
      || g_cancellable_is_cancelled (self->cancellable);
}

/* Waits until then, or the stop. */
static void
wait_until (Player * self, guint64 time)
{
  g_mutex_lock (&self->lock);
  while (!self->stop && fetch_now () < MIN (time, self->end))
    g_cond_wait_until (&self->changed, &self->lock, MIN (time, self->end)
        / 1000);
  g_mutex_unlock (&self->lock);
}

static const gchar *
query_of (const gchar * url)
{
  const gchar *mark = strchr (url, '?');

  return mark != NULL ? mark + 1 : NULL;
}

static gchar *
with_directives (const gchar * url, const gchar * directives)
{
  if (*directives == '\0')
    return g_strdup (url);
  return g_strdup_printf ("%s%c%s", url, strchr (url, '?') != NULL ? '&' : '?',
      directives);
}

/* --- jobs of the media thread (lock held) -------------------------------- */

static void
push_job_locked (Track * self, Job * job)
{
  if (self->jobs.length >= MAX_JOBS)
    job_free (g_queue_pop_head (&self->jobs));
  g_queue_push_tail (&self->jobs, job);
}

static void
queue_map_locked (Track * self, const M3u8Segment * s)
{
  Job *job;

  if (s->map == NULL || g_hash_table_contains (self->maps, s->map))
    return;
  g_hash_table_add (self->maps, g_strdup (s->map));
  job = g_new0 (Job, 1);
  job->init = TRUE;
  job->uri = g_strdup (s->map);
  job->range = s->map_range;
  push_job_locked (self, job);
}

static void
queue_piece_locked (Track * self, const M3u8Playlist * p,
    const M3u8Segment * s, gint64 index)
{
  Job *job = g_new0 (Job, 1);
  const M3u8Part *part = index >= 0 ? m3u8_part (p, s, index) : NULL;

  job->uri = g_strdup (part != NULL ? part->uri : s->uri);
  job->range = part != NULL ? part->range : s->range;
  job->map = g_strdup (s->map);
  job->listed.msn = s->msn;
  job->listed.part = index;
  job->listed.holes = part == NULL && m3u8_has_holes (p, s);
  job->listed.vod = p->endlist;
  job->listed.n_parts = part == NULL ? s->n_parts : 0;
  job->listed.independent = part != NULL ? part->independent : FALSE;
  job->listed.discontinuity = s->discontinuities;
  job->listed.has_date = s->has_date;
  job->listed.date = s->date;
  job->listed.target = p->target;
  job->listed.behind_gap = part != NULL && self->behind_gap;
  job->listed.duration = part != NULL ? part->duration : s->duration;
  push_job_locked (self, job);
}

static void
queue_segment_locked (Track * self, const M3u8Playlist * p,
    const M3u8Segment * s)
{
  gint64 i;

  for (i = 0; i < (gint64) s->n_parts; i++) {
    if (self->any_queued && (s->msn < self->queued_msn
            || (s->msn == self->queued_msn && i <= self->queued_part)))
      continue;
    if (!m3u8_part (p, s, i)->gap) {
      queue_map_locked (self, s);
      queue_piece_locked (self, p, s, i);
    }
    self->behind_gap = m3u8_part (p, s, i)->gap;
    self->any_queued = TRUE;
    self->queued_msn = s->msn;
    self->queued_part = i;
  }
  if (s->complete && !s->gap && (!self->queued_whole
          || s->msn > self->whole_msn)) {
    queue_map_locked (self, s);
    queue_piece_locked (self, p, s, -1);
  }
  if (s->complete && (!self->queued_whole || s->msn > self->whole_msn)) {
    self->queued_whole = TRUE;
    self->whole_msn = s->msn;
  }
}

static void
queue_media_locked (Track * self)
{
  const M3u8Playlist *p = self->rendition->last;
  guint i, first;

  if (p == NULL || p->segments->len == 0)
    return;
  /* A player of a live stream begins near the end. */
  first = self->any_queued || self->queued_whole || p->endlist ? 0
      : p->segments->len - MIN (p->segments->len, 3);
  for (i = first; i < p->segments->len; i++)
    queue_segment_locked (self, p, m3u8_segment (p, i));
  g_cond_broadcast (&self->player->changed);
}

/* --- hints (lock held) --------------------------------------------------- */

static void
note_hint_locked (Track * self)
{
  const M3u8Playlist *p = self->rendition->last;
  guint i;

  for (i = 0; p != NULL && i < p->hints->len; i++) {
    const M3u8Hint *hint = &g_array_index (p->hints, M3u8Hint, i);

    if (hint->type != M3U8_HINT_PART || hint->has_start)
      continue;
    g_free (self->hint);
    self->hint = g_strdup (hint->uri);
    g_cond_broadcast (&self->player->changed);
  }
}

/* --- poll threads -------------------------------------------------------- */

/* What a player asks for next; FALSE when it would poll. */
static gboolean
next_request_locked (Track * self, HlsRequest * request)
{
  const M3u8Playlist *p = self->rendition->last;
  guint64 msn;
  gint64 part;
  gboolean complete;

  memset (request, 0, sizeof (*request));
  if (p == NULL || !p->can_block || !m3u8_last (p, &msn, &part, &complete))
    return FALSE;
  request->has_msn = TRUE;
  request->msn = complete ? msn + 1 : msn;
  if (p->parts->len > 0) {
    request->has_part = TRUE;
    request->part = complete ? 0 : part + 1;
  }
  return TRUE;
}

static void
choose_skip_locked (Track * self, HlsRequest * request)
{
  const M3u8Playlist *p = self->rendition->last;

  if (p == NULL || !p->has_skip_until || p->endlist)
    return;
  request->skip = p->can_skip_ranges && self->rendition->snapshots % 4 == 1
      ? HLS_SKIP_V2 : HLS_SKIP_YES;
}

static gchar *
directives_of (const HlsRequest * request)
{
  GString *out = g_string_new (NULL);

  if (request->has_msn)
    g_string_append_printf (out, "_HLS_msn=%" G_GUINT64_FORMAT, request->msn);
  if (request->has_part)
    g_string_append_printf (out, "&_HLS_part=%" G_GUINT64_FORMAT,
        request->part);
  if (request->skip != HLS_SKIP_NONE)
    g_string_append_printf (out, "%s_HLS_skip=%s", out->len > 0 ? "&" : "",
        request->skip == HLS_SKIP_V2 ? "v2" : "YES");
  return g_string_free (out, FALSE);
}

static void
take_playlist_locked (Track * self, const HlsRequest * request,
    const HttpAnswer * a)
{
  Player *player = self->player;
  M3u8Playlist *p;
  gsize size;
  const gchar *text = g_bytes_get_data (a->body, &size);
  GHashTable *imports = player->check->multivariant != NULL
      ? player->check->multivariant->variables : NULL;

  p = m3u8_parse (text != NULL ? text : "", size, query_of (self->url),
      imports);
  http_rules_answer (&player->check->verdict, self->rendition->name, a,
      request->has_msn ? HTTP_PLAYLIST_HELD : HTTP_PLAYLIST,
      hls_is_low_latency (p), p->target);
  hls_check_feed (player->check, self->rendition, request, p);
  queue_media_locked (self);
  note_hint_locked (self);
}

/* TRUE when there is a playlist. */
static gboolean
load_playlist (Track * self, Fetch * fetch, HlsRequest * request)
{
  Player *player = self->player;
  g_autofree gchar *directives = directives_of (request);
  g_autofree gchar *url = with_directives (self->url, directives);
  g_autoptr (HttpAnswer) a = NULL;
  guint64 target;

  g_mutex_lock (&player->lock);
  target = self->rendition->last != NULL ? self->rendition->last->target : 0;
  g_mutex_unlock (&player->lock);
  a = fetch_run (fetch, "GET", url, NULL, 4 * target / M3U8_SECOND + 30,
      player->cancellable);
  if (stopped (player) && a->status == 0)
    return FALSE;
  request->requested = a->requested;
  request->received = a->finished;
  say (player, "%s %u %" G_GSIZE_FORMAT " bytes after %.3f s", url, a->status,
      g_bytes_get_size (a->body), HLS_S (a->finished - a->requested));
  g_mutex_lock (&player->lock);
  player->counts->playlists++;
  player->counts->held += request->has_msn;
  if (a->status == 200)
    take_playlist_locked (self, request, a);
  else
    hls_rendition_failed (self->rendition, request, a->status);
  g_mutex_unlock (&player->lock);
  return a->status == 200;
}

/* The other form of the same state: merged and full must agree (59). */
static void
load_full (Track * self, Fetch * fetch, const HlsRequest * asked)
{
  HlsRequest request = *asked;

  request.skip = HLS_SKIP_NONE;
  load_playlist (self, fetch, &request);
}

static void
pause_before_poll (Track * self, gboolean ok, gboolean blocks, guint64 last)
{
  Player *player = self->player;
  guint64 target;
  gboolean grew;

  g_mutex_lock (&player->lock);
  target = self->rendition->last != NULL ? self->rendition->last->target
      : M3U8_SECOND;
  grew = self->rendition->part_at == self->rendition->last_request.received;
  g_mutex_unlock (&player->lock);
  if (!ok)
    wait_until (player, fetch_now () + M3U8_SECOND);
  else if (!blocks)
    wait_until (player, last + (grew ? target : target / 2));
}

static void
poll_done (Track * self)
{
  Player *player = self->player;

  g_mutex_lock (&player->lock);
  player->polling--;
  g_cond_broadcast (&player->changed);
  g_mutex_unlock (&player->lock);
}

static gpointer
poll_thread (gpointer data)
{
  Track *self = data;
  Player *player = self->player;
  Fetch *fetch = fetch_new (&player->options->fetch, NULL);
  HlsRequest request = { 0, };
  gboolean ok, blocks, ended = FALSE;
  guint n;

  for (n = 0; fetch != NULL && !ended && !stopped (player); n++) {
    guint64 began = fetch_now ();

    g_mutex_lock (&player->lock);
    blocks = next_request_locked (self, &request);
    /* Every fifth is asked for without directives, as a new player does. */
    if (n % 10 == 5 && blocks)
      memset (&request, 0, sizeof (request));
    else if (n % 2 == 1)
      choose_skip_locked (self, &request);
    g_mutex_unlock (&player->lock);
    ok = load_playlist (self, fetch, &request);
    if (ok && request.skip != HLS_SKIP_NONE && n % 4 == 1)
      load_full (self, fetch, &request);
    g_mutex_lock (&player->lock);
    ended = self->rendition->last != NULL && self->rendition->last->endlist;
    g_mutex_unlock (&player->lock);
    if (!ended)
      pause_before_poll (self, ok, blocks, began);
  }
  fetch_free (fetch);
  poll_done (self);
  return NULL;
}

/* --- media threads ------------------------------------------------------- */

static Job *
take_job (Track * self)
{
  Player *player = self->player;
  Job *job;

  g_mutex_lock (&player->lock);
  while ((job = g_queue_pop_head (&self->jobs)) == NULL && !player->stop
      && fetch_now () < player->end)
    g_cond_wait_until (&player->changed, &player->lock, player->end / 1000);
  g_mutex_unlock (&player->lock);
  return job;
}

static void
take_media_locked (Track * self, const Job * job, const HttpAnswer * a)
{
  Player *player = self->player;
  const M3u8Playlist *p = self->rendition->last;
  gsize size;
  const guint8 *data = g_bytes_get_data (a->body, &size);
  BmffListed listed = job->listed;

  player->counts->media++;
  player->counts->bytes += size;
  http_rules_answer (&player->check->verdict, self->rendition->name, a,
      job->init ? HTTP_INIT : HTTP_MEDIA, p != NULL && hls_is_low_latency (p),
      p != NULL ? p->target : 0);
  if (a->status != 200 && a->status != 206) {
    HLS_MUST (self->rendition, 89, "%s is listed and answers %u", job->uri,
        a->status);
    return;
  }
  if (a->truncated)
    return;
  if (job->range.present && size != job->range.length)
    HLS_MUST (self->rendition, 105, "%s: %" G_GSIZE_FORMAT " bytes for a range"
        " of %" G_GUINT64_FORMAT, job->uri, size, job->range.length);
  if (!job->range.present)
    hls_rendition_fetched (self->rendition, job->uri, data, size);
  /* Byte ranges of key frames hold the beginnings of chunks (I-frame playlists,
   * 4.4.3.6): they are not to be taken apart. */
  listed.map = self->rendition->iframes || (p != NULL && p->iframes_only)
      ? NULL : job->map;
  if (job->init)
    hls_check_init (player->check, self->rendition, self->cmaf, job->uri,
        data, size);
  else
    hls_check_media (player->check, self->rendition, self->cmaf, &listed,
        data, size);
}

static void reload_multivariant (Player * self, Fetch * fetch);

static gpointer
media_thread (gpointer data)
{
  Track *self = data;
  Player *player = self->player;
  Fetch *fetch = fetch_new (&player->options->fetch, NULL);
  Job *job;

  while (fetch != NULL && (job = take_job (self)) != NULL) {
    g_autofree gchar *url = hls_absolute (self->url, job->uri, TRUE);
    g_autofree gchar *range = job->range.present
        ? g_strdup_printf ("Range: bytes=%" G_GUINT64_FORMAT "-%"
        G_GUINT64_FORMAT, job->range.offset, job->range.offset
        + job->range.length - 1) : NULL;
    g_autoptr (HttpAnswer) a = url != NULL ? fetch_run (fetch, "GET", url,
        range, 30, player->cancellable) : NULL;

    if (a != NULL && a->status != 0) {
      say (player, "%s %u %" G_GSIZE_FORMAT " bytes after %.3f s", url,
          a->status, g_bytes_get_size (a->body), HLS_S (a->finished
              - a->requested));
      /* Another format may be told of by now. */
      if (job->init && self->rendition->has_init
          && player->check->multivariant != NULL)
        reload_multivariant (player, fetch);
      g_mutex_lock (&player->lock);
      take_media_locked (self, job, a);
      g_mutex_unlock (&player->lock);
    }
    job_free (job);
    if (stopped (player))
      break;
  }
  fetch_free (fetch);
  return NULL;
}

/* --- hint threads -------------------------------------------------------- */

static gchar *
take_hint (Track * self, const gchar * last)
{
  Player *player = self->player;
  gchar *hint = NULL;

  g_mutex_lock (&player->lock);
  while (!player->stop && fetch_now () < player->end
      && (self->hint == NULL || g_strcmp0 (self->hint, last) == 0))
    g_cond_wait_until (&player->changed, &player->lock, player->end / 1000);
  if (g_strcmp0 (self->hint, last) != 0)
    hint = g_strdup (self->hint);
  g_mutex_unlock (&player->lock);
  return hint;
}

static void
take_hinted_locked (Track * self, const gchar * uri, const HttpAnswer * a)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (a->body, &size);

  if (a->status == 200 && !a->truncated)
    hls_rendition_fetched (self->rendition, uri, data, size);
  hls_rendition_hinted (self->rendition, uri, a->status, a->first_byte != 0
      ? a->first_byte : a->finished, a->finished);
}

static gpointer
hint_thread (gpointer data)
{
  Track *self = data;
  Player *player = self->player;
  Fetch *fetch = fetch_new (&player->options->fetch, NULL);
  g_autofree gchar *last = NULL;
  gchar *hint;

  while (fetch != NULL && (hint = take_hint (self, last)) != NULL) {
    g_autofree gchar *url = hls_absolute (self->url, hint, TRUE);
    g_autoptr (HttpAnswer) a = url != NULL ? fetch_run (fetch, "GET", url,
        NULL, 60, player->cancellable) : NULL;

    if (a != NULL && a->status != 0 && !stopped (player)) {
      g_mutex_lock (&player->lock);
      take_hinted_locked (self, hint, a);
      g_mutex_unlock (&player->lock);
    }
    g_free (last);
    last = hint;
    if (stopped (player))
      break;
  }
  fetch_free (fetch);
  return NULL;
}

/* --- probes -------------------------------------------------------------- */

typedef struct
{
  gboolean blocks, ready, iframes, ended;
  guint64 first, last, target;
  gchar *media;                 /* a whole resource, or NULL */
} Facts;

static void
learn (Track * self, Facts * facts)
{
  const M3u8Playlist *p;
  guint i;

  memset (facts, 0, sizeof (*facts));
  g_mutex_lock (&self->player->lock);
  p = self->rendition->last;
  if (p != NULL && p->segments->len > 0) {
    facts->ready = TRUE;
    facts->ended = p->endlist && p->can_block;
    facts->blocks = p->can_block && !p->endlist;
    facts->iframes = p->iframes_only;
    facts->first = p->media_sequence;
    facts->last = m3u8_segment (p, p->segments->len - 1)->msn;
    facts->target = p->target;
    for (i = p->segments->len; i-- > 0 && facts->media == NULL;) {
      const M3u8Segment *s = m3u8_segment (p, i);

      if (s->complete && !s->gap && !s->range.present)
        facts->media = hls_absolute (self->url, s->uri, TRUE);
    }
  }
  g_mutex_unlock (&self->player->lock);
}

static gboolean
probe_needs_blocking (HttpProbe probe)
{
  return probe == HTTP_PROBE_HEAD_HELD || (probe >= HTTP_PROBE_OLD_MSN
      && probe <= HTTP_PROBE_ORDER);
}

static gchar *
probe_directives (HttpProbe probe, const Facts * f)
{
  const guint64 old = f->first - MIN (f->first, 1);

  switch (probe) {
    case HTTP_PROBE_HEAD_HELD:
      return g_strdup_printf ("_HLS_msn=%" G_GUINT64_FORMAT, f->last);
    case HTTP_PROBE_OLD_MSN:
      return g_strdup_printf ("_HLS_msn=%" G_GUINT64_FORMAT, old);
    case HTTP_PROBE_FAR_MSN:
      return g_strdup_printf ("_HLS_msn=%" G_GUINT64_FORMAT, f->last + 1000);
    case HTTP_PROBE_FAR_PART:
      return g_strdup_printf ("_HLS_msn=%" G_GUINT64_FORMAT
          "&_HLS_part=9999", f->last + 1);
    case HTTP_PROBE_PART_ONLY:
      return g_strdup ("_HLS_part=0");
    case HTTP_PROBE_BAD_NUMBER:
      return g_strdup ("_HLS_msn=abc");
    case HTTP_PROBE_UNKNOWN_DIRECTIVE:
      return g_strdup ("_HLS_onair=1&x=y");
    case HTTP_PROBE_UNKNOWN_SKIP:
      return g_strdup ("_HLS_skip=onair");
    case HTTP_PROBE_ORDER:
      return g_strdup_printf ("_HLS_skip=YES&_HLS_part=0&_HLS_msn=%"
          G_GUINT64_FORMAT, old);
    case HTTP_PROBE_ENDED:
      return g_strdup_printf ("_HLS_msn=%" G_GUINT64_FORMAT, f->last + 1);
    case HTTP_PROBE_MULTIVARIANT:
      return g_strdup_printf ("_HLS_msn=%" G_GUINT64_FORMAT "&_HLS_skip=YES",
          f->last + 1);
    case HTTP_PROBE_HEAD:
    case HTTP_PROBE_HEAD_MEDIA:
    case HTTP_PROBE_OPTIONS:
    case HTTP_PROBE_RANGE:
    case HTTP_PROBE_RANGE_PAST:
    case HTTP_PROBE_UNKNOWN_PATH:
    case HTTP_PROBE_METHOD:
    case HTTP_PROBE_CONDITIONAL:
    case HTTP_PROBE_LAST:
      return g_strdup ("");
  }
  g_assert_not_reached ();
}

static gchar *
probe_url (Track * self, HttpProbe probe, const Facts * f)
{
  g_autofree gchar *directives = probe_directives (probe, f);

  if (probe == HTTP_PROBE_HEAD_MEDIA || probe == HTTP_PROBE_RANGE
      || probe == HTTP_PROBE_RANGE_PAST || probe == HTTP_PROBE_CONDITIONAL)
    return g_strdup (f->media);
  if (probe == HTTP_PROBE_UNKNOWN_PATH)
    return hls_absolute (self->url, "onair-hls-check-no-such.m4s", TRUE);
  if (probe == HTTP_PROBE_MULTIVARIANT)
    return with_directives (self->player->options->url, directives);
  return with_directives (self->url, directives);
}

static const gchar *
probe_method (HttpProbe probe)
{
  if (probe == HTTP_PROBE_HEAD || probe == HTTP_PROBE_HEAD_HELD
      || probe == HTTP_PROBE_HEAD_MEDIA)
    return "HEAD";
  if (probe == HTTP_PROBE_OPTIONS)
    return "OPTIONS";
  return probe == HTTP_PROBE_METHOD ? "ONAIRCHECK" : "GET";
}

/* The answer to compare with, where one is needed. */
static HttpAnswer *
probe_like (Track * self, Fetch * fetch, HttpProbe probe, const gchar * url)
{
  if (probe != HTTP_PROBE_HEAD && probe != HTTP_PROBE_HEAD_MEDIA
      && probe != HTTP_PROBE_RANGE && probe != HTTP_PROBE_RANGE_PAST
      && probe != HTTP_PROBE_CONDITIONAL)
    return NULL;
  return fetch_run (fetch, "GET", url, NULL, 30, self->player->cancellable);
}

static gchar *
probe_header (HttpProbe probe, const HttpAnswer * like)
{
  if (probe == HTTP_PROBE_RANGE)
    return g_strdup ("Range: bytes=1-16");
  if (probe == HTTP_PROBE_RANGE_PAST)
    return g_strdup ("Range: bytes=99999999999-");
  if (probe == HTTP_PROBE_OPTIONS)
    return g_strdup ("Access-Control-Request-Method: GET");
  if (probe == HTTP_PROBE_CONDITIONAL)
    return g_strdup_printf ("If-None-Match: %s", http_answer_header (like,
            "etag"));
  return NULL;
}

static void
run_probe (Track * self, Fetch * fetch, HttpProbe probe, const Facts * f)
{
  Player *player = self->player;
  g_autofree gchar *url = probe_url (self, probe, f);
  g_autoptr (HttpAnswer) like = NULL;
  g_autoptr (HttpAnswer) a = NULL;
  g_autofree gchar *header = NULL;

  if (url == NULL || (probe_needs_blocking (probe) && !f->blocks)
      || (probe == HTTP_PROBE_ENDED && !f->ended))
    return;
  like = probe_like (self, fetch, probe, url);
  if (probe == HTTP_PROBE_CONDITIONAL
      && http_answer_header (like, "etag") == NULL)
    return;
  header = probe_header (probe, like);
  a = fetch_run (fetch, probe_method (probe), url, header,
      3 * f->target / M3U8_SECOND + 10, player->cancellable);
  if (g_cancellable_is_cancelled (player->cancellable))
    return;
  say (player, "%s %s %u after %.3f s", probe_method (probe), url, a->status,
      HLS_S (a->finished - a->requested));
  g_mutex_lock (&player->lock);
  player->counts->probes++;
  http_rules_probe (&player->check->verdict, self->rendition->name, probe, a,
      like, f->target, player->check->tolerance);
  g_mutex_unlock (&player->lock);
}

/* Parts and segments that have left the list, gaps, old hints. */
static void
run_later (Track * self, Fetch * fetch)
{
  Player *player = self->player;
  g_autofree gchar *url = NULL;
  g_autoptr (HttpAnswer) a = NULL;
  HlsProbe *probe;

  g_mutex_lock (&player->lock);
  probe = hls_rendition_take_probe (self->rendition, fetch_now ());
  g_mutex_unlock (&player->lock);
  if (probe == NULL)
    return;
  url = hls_absolute (self->url, probe->uri, TRUE);
  a = fetch_run (fetch, "HEAD", url, NULL, 30, player->cancellable);
  if (a->status == 405 || a->status == 501) {
    http_answer_free (a);
    a = fetch_run (fetch, "GET", url, NULL, 30, player->cancellable);
  }
  g_mutex_lock (&player->lock);
  player->counts->probes++;
  player->check->verdict.now = a->finished;
  if (a->status != 0)
    hls_rendition_probed (self->rendition, probe, a->status);
  g_mutex_unlock (&player->lock);
  hls_probe_free (probe);
}

static void
reload_multivariant (Player * self, Fetch * fetch)
{
  g_autoptr (HttpAnswer) a = fetch_run (fetch, "GET", self->options->url, NULL,
      30, self->cancellable);
  gsize size;
  const gchar *text = g_bytes_get_data (a->body, &size);

  if (a->status != 200)
    return;
  g_mutex_lock (&self->lock);
  hls_check_multivariant (self->check, "multivariant", m3u8_parse (text, size,
          query_of (self->options->url), NULL), a->finished);
  g_mutex_unlock (&self->lock);
}

static void
probe_track (Track * self, Fetch * fetch, guint n)
{
  Facts facts;

  run_later (self, fetch);
  learn (self, &facts);
  if (facts.ready && !facts.iframes)
    run_probe (self, fetch, n % HTTP_PROBE_LAST, &facts);
  g_free (facts.media);
}

static gpointer
probe_thread (gpointer data)
{
  Player *self = data;
  Fetch *fetch = fetch_new (&self->options->fetch, NULL);
  guint n = 0, i;

  while (fetch != NULL && !stopped (self)) {
    for (i = 0; i < self->tracks->len && !stopped (self); i++)
      probe_track (g_ptr_array_index (self->tracks, i), fetch, n + 3 * i);
    if (++n % HTTP_PROBE_LAST == 5 && self->check->multivariant != NULL)
      reload_multivariant (self, fetch);
    wait_until (self, fetch_now () + PROBE_INTERVAL);
  }
  fetch_free (fetch);
  return NULL;
}

/* --- life ---------------------------------------------------------------- */

static void
track_free (gpointer data)
{
  Track *self = data;

  g_queue_clear_full (&self->jobs, (GDestroyNotify) job_free);
  bmff_track_free (self->cmaf);
  g_hash_table_unref (self->maps);
  g_free (self->hint);
  g_free (self->url);
  g_free (self);
}

static gboolean
has_track (Player * self, const gchar * url)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    if (g_str_equal (((Track *) g_ptr_array_index (self->tracks, i))->url, url))
      return TRUE;
  }
  return FALSE;
}

static void
add_track (Player * self, const gchar * base, const gchar * uri,
    gboolean iframes, gboolean subtitles)
{
  g_autofree gchar *url = hls_absolute (base, uri, TRUE);
  g_autofree gchar *name = NULL;
  Track *track;

  if (url == NULL || has_track (self, url) || self->tracks->len >= MAX_TRACKS)
    return;
  name = g_path_get_basename (uri);
  name[strcspn (name, "?")] = '\0';
  track = g_new0 (Track, 1);
  track->player = self;
  track->url = g_steal_pointer (&url);
  track->rendition = hls_check_add (self->check, name, track->url, iframes,
      subtitles);
  track->cmaf = bmff_track_new (&self->check->verdict, name);
  track->maps = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&track->jobs);
  g_ptr_array_add (self->tracks, track);
}

static void
add_tracks (Player * self)
{
  const M3u8Playlist *p = self->check->multivariant;
  guint i;

  for (i = 0; i < p->entries->len; i++) {
    const M3u8Entry *e = &g_array_index (p->entries, M3u8Entry, i);

    if (e->uri != NULL)
      add_track (self, self->options->url, e->uri, e->type == M3U8_IFRAMES,
          e->type == M3U8_MEDIA && g_strcmp0 (m3u8_attribute (p, e, "TYPE"),
              "SUBTITLES") == 0);
  }
}

static gboolean
load_first (Player * self, GError ** error)
{
  Fetch *fetch = fetch_new (&self->options->fetch, error);
  g_autoptr (HttpAnswer) a = NULL;
  M3u8Playlist *p;
  gsize size;
  const gchar *text;

  if (fetch == NULL)
    return FALSE;
  a = fetch_run (fetch, "GET", self->options->url, NULL, 60, self->cancellable);
  fetch_free (fetch);
  text = g_bytes_get_data (a->body, &size);
  if (a->status != 200 || size == 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s (%u)",
        self->options->url, a->error != NULL ? a->error : "no playlist",
        a->status);
    return FALSE;
  }
  p = m3u8_parse (text, size, query_of (self->options->url), NULL);
  self->counts->playlists++;
  if (p->multivariant) {
    http_rules_answer (&self->check->verdict, "multivariant", a,
        HTTP_MULTIVARIANT, FALSE, 0);
    hls_check_multivariant (self->check, "multivariant", p, a->finished);
    add_tracks (self);
  } else {
    m3u8_free (p);
    add_track (self, NULL, self->options->url, FALSE, FALSE);
  }
  if (self->tracks->len == 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "%s names no playlist", self->options->url);
  return self->tracks->len > 0;
}

static void
start (Player * self)
{
  guint i;

  self->polling = self->tracks->len;
  for (i = 0; i < self->tracks->len; i++) {
    Track *track = g_ptr_array_index (self->tracks, i);

    track->poll = g_thread_new ("poll", poll_thread, track);
    track->media = g_thread_new ("media", media_thread, track);
    track->hinter = g_thread_new ("hint", hint_thread, track);
  }
}

/* Until the time is over, or all playlists have ended and been read. */
static void
run (Player * self)
{
  guint64 idle_since = HLS_NONE;

  g_mutex_lock (&self->lock);
  while (fetch_now () < self->end
      && !g_cancellable_is_cancelled (self->cancellable)) {
    guint i, jobs = 0;

    for (i = 0; i < self->tracks->len; i++)
      jobs += ((Track *) g_ptr_array_index (self->tracks, i))->jobs.length;
    if (self->polling > 0 || jobs > 0)
      idle_since = HLS_NONE;
    else if (idle_since == HLS_NONE)
      idle_since = fetch_now ();
    else if (fetch_now () > idle_since + 2 * M3U8_SECOND)
      break;
    g_cond_wait_until (&self->changed, &self->lock,
        g_get_monotonic_time () + 200 * 1000);
  }
  self->stop = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  g_cancellable_cancel (self->cancellable);
}

static void
join (Player * self, GThread * probe)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    Track *track = g_ptr_array_index (self->tracks, i);

    g_thread_join (track->poll);
    g_thread_join (track->media);
    g_thread_join (track->hinter);
  }
  g_thread_join (probe);
}

gboolean
player_run (const PlayerOptions * options, HlsCheck * check,
    PlayerCounts * counts, GCancellable * cancellable, GError ** error)
{
  Player self = { NULL, };
  gboolean ok;

  self.options = options;
  self.check = check;
  self.counts = counts;
  self.cancellable = cancellable;
  self.tracks = g_ptr_array_new_with_free_func (track_free);
  self.end = fetch_now () + options->duration * M3U8_SECOND;
  g_mutex_init (&self.lock);
  g_cond_init (&self.changed);
  ok = load_first (&self, error);
  if (ok) {
    start (&self);
    GThread *probe = g_thread_new ("probe", probe_thread, &self);

    run (&self);
    join (&self, probe);
  }
  g_ptr_array_unref (self.tracks);
  g_mutex_clear (&self.lock);
  g_cond_clear (&self.changed);
  return ok;
}
