/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An hour of llhlssink's packager in simulated time, read by the checker, which
 * shares no code with it. */
#include <gst/check/gstcheck.h>

#include "cmafinit.h"
#include "hlscheck.h"
#include "packager.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)
#define STEP (20 * MS)
#define AUDIO_RATE 48000
#define AUDIO_FRAME 1024
#define N 3                     /* two of video, one of audio */

/* 2026-11-21T12:00:00Z */
#define DATE (G_GUINT64_CONSTANT (1795262400) * SECOND)

typedef struct
{
  Packager packager;
  PackagerTrack *track[N];
  guint64 units[N];             /* frames of video, samples of audio, so far */
  guint64 shift;                /* ns that running time was set back by */
  gboolean mute[N];
  guint64 now;

  HlsCheck *check;
  HlsRendition *rendition[N];
  BmffTrack *bytes[N];
  guint64 fetched[N];           /* msn of the next whole segment */
  guint64 parts_msn[N];
  guint parts[N];
  gchar *last[N];               /* state as last seen */
  guint64 received[N];
  gboolean multivariant;
} Rig;

static GBytes *
init_section (gboolean video, guint32 timescale, guint which)
{
  static const guint8 avcc[] = { 1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 4, 0x67,
    0x64, 0, 0x1f, 1, 0, 2, 0x68, 0xee
  };
  static const guint8 asc[] = { 0x11, 0x90 };
  CmafTrack track = { video ? CMAF_VIDEO_AVC : CMAF_AUDIO_AAC, };
  GBytes *init;

  track.timescale = timescale;
  track.config = video ? g_bytes_new_static (avcc, sizeof (avcc))
      : g_bytes_new_static (asc, sizeof (asc));
  track.width = video ? 640 : 0;
  track.height = video ? 360 : 0;
  track.colour.told = which > 0;
  track.colour.primaries = track.colour.transfer = track.colour.matrix = 1;
  track.par_n = track.par_d = 1;
  track.rate = AUDIO_RATE;
  track.channels = 2;
  init = cmaf_init_build (&track);
  g_bytes_unref (track.config);
  return init;
}

static void
set_format (Rig * rig, guint i, guint which)
{
  SegmenterFormat format = { i < 2 ? CMAF_VIDEO_AVC : CMAF_AUDIO_AAC, };
  g_autofree gchar *map = g_strdup_printf ("init-%u-%u", i, which);
  g_autofree gchar *uri = NULL;
  g_autoptr (GBytes) init = NULL;
  gsize size;
  const guint8 *data;

  format.map = map;
  if (i < 2)
    lattice_init_video (&format.lattice, 25, 1);
  else
    lattice_init_audio (&format.lattice, AUDIO_RATE, AUDIO_FRAME);
  packager_set_format (&rig->packager, rig->track[i], &format);
  init = init_section (i < 2, format.lattice.timescale, which);
  data = g_bytes_get_data (init, &size);
  uri = playlist_map_uri (&rig->track[i]->playlist, map);
  hls_check_init (rig->check, rig->rendition[i], rig->bytes[i], uri, data,
      size);
}

static void
describe (MultivariantRendition * info, guint i)
{
  info->ready = TRUE;
  info->codec = g_strdup (i < 2 ? "avc1.64001f" : "mp4a.40.2");
  info->width = 640;
  info->height = 360;
  info->fps_n = 25;
  info->fps_d = 1;
  info->channels = 2;
  info->peak_bps = 100000;
  info->average_bps = 90000;
}

static void
rig_init (Rig * rig)
{
  static const gchar *const names[] = { "video_0", "video_1", "audio_0" };
  PackagerConfig config = { 4 * SECOND, 500 * MS, 60 * SECOND, 10 * SECOND,
    (gchar *) "s-"
  };
  guint i;

  memset (rig, 0, sizeof (*rig));
  rig->check = hls_check_new (500 * MS);
  packager_init (&rig->packager, &config);
  for (i = 0; i < N; i++) {
    g_autofree gchar *file = g_strdup_printf ("%s.m3u8", names[i]);
    g_autofree gchar *url = g_strdup_printf ("http://h/%s", file);

    rig->track[i] = packager_add_track (&rig->packager, names[i], i < 2);
    rig->rendition[i] = hls_check_add (rig->check, file, url, FALSE, FALSE);
    rig->bytes[i] = bmff_track_new (&rig->check->verdict, file);
    rig->track[i]->playlist.together = TRUE;
    set_format (rig, i, 0);
    describe (&rig->track[i]->info, i);
  }
  packager_set_origin (&rig->packager, DATE, 0, TRUE);
}

static void
rig_clear (Rig * rig)
{
  guint i;

  for (i = 0; i < N; i++) {
    bmff_track_free (rig->bytes[i]);
    g_free (rig->last[i]);
  }
  packager_clear (&rig->packager);
  hls_check_free (rig->check);
}

/* --- what a player sees -------------------------------------------------- */

static gchar *
playlist_text (Rig * rig, guint i)
{
  g_autofree gchar *text = playlist_render (&rig->track[i]->playlist,
      &rig->packager.settings);
  GString *out = g_string_new (text);
  guint j;

  for (j = 0; j < N && !rig->packager.ended; j++) {
    g_autofree gchar *report = j != i
        ? playlist_render_report (&rig->track[j]->playlist,
        &rig->packager.settings) : NULL;

    if (report != NULL)
      g_string_append (out, report);
  }
  return g_string_free (out, FALSE);
}

static void
add_piece (Rig * rig, guint i, const BmffListed * listed, GBytes * data)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (data, &size);

  hls_check_media (rig->check, rig->rendition[i], rig->bytes[i], listed, bytes,
      size);
}

/* All parts that are new in the playlist that was just read, and the whole of
 * each segment that is. */
static void
fetch_segment (Rig * rig, guint i, const M3u8Playlist * p,
    const M3u8Segment * s)
{
  const PlaylistSegment *have = playlist_find (&rig->track[i]->playlist,
      s->msn);
  BmffListed listed = { s->msn, };
  GByteArray *whole = g_byte_array_new ();
  guint j;

  listed.has_date = s->has_date;
  listed.date = s->date;
  listed.map = s->map;
  listed.discontinuity = s->discontinuities;
  if (s->msn != rig->parts_msn[i]) {
    rig->parts_msn[i] = s->msn;
    rig->parts[i] = 0;
  }
  for (j = 0; have != NULL && j < have->parts->len; j++) {
    GBytes *data = g_array_index (have->parts, PlaylistPart, j).data;
    gsize size;
    const guint8 *bytes;

    /* GAP=YES. */
    if (data == NULL) {
      rig->parts[i] = MAX (rig->parts[i], MIN (j + 1, s->n_parts));
      continue;
    }
    bytes = g_bytes_get_data (data, &size);
    g_byte_array_append (whole, bytes, size);
    if (j < rig->parts[i] || j >= s->n_parts)
      continue;
    listed.part = j;
    listed.independent = m3u8_part (p, s, j)->independent;
    listed.duration = m3u8_part (p, s, j)->duration;
    add_piece (rig, i, &listed, data);
    rig->parts[i] = j + 1;
  }
  if (s->complete && !s->gap) {
    listed.part = -1;
    listed.n_parts = s->n_parts;
    listed.holes = m3u8_has_holes (p, s);
    listed.duration = s->duration;
    hls_check_media (rig->check, rig->rendition[i], rig->bytes[i], &listed,
        whole->data, whole->len);
  }
  if (s->complete)
    rig->fetched[i] = s->msn + 1;
  g_byte_array_unref (whole);
}

/* Held requests are released by the playlist's own news only. */
static gboolean
has_news (Rig * rig, guint i)
{
  const PlaylistSegment *first =
      g_queue_peek_head (&rig->track[i]->playlist.segments);
  PlaylistPosition p;
  g_autofree gchar *state = NULL;

  playlist_position (&rig->track[i]->playlist, &p);
  state = g_strdup_printf ("%d.%u %u.%d.%u %u.%u %d %u", p.has_closed,
      (guint) p.closed_msn, (guint) p.open_msn, p.has_open, p.open_parts,
      (guint) p.hint_msn, p.hint_part, p.ended, first != NULL
      ? (guint) first->msn : 0);
  if (g_strcmp0 (state, rig->last[i]) == 0)
    return FALSE;
  g_free (rig->last[i]);
  rig->last[i] = g_steal_pointer (&state);
  return TRUE;
}

/* A change that is no new part (a hint, the end) releases nobody, but may be
 * seen by who asks without directives. */
static void
next_request (Rig * rig, guint i, const M3u8Playlist * p, HlsRequest * request)
{
  guint64 msn = 0;
  gint64 part = -1;
  gboolean whole;

  if (rig->rendition[i]->last == NULL
      || !m3u8_last (rig->rendition[i]->last, &msn, &part, &whole))
    return;
  request->msn = whole ? msn + 1 : msn;
  request->part = whole ? 0 : part + 1;
  request->has_msn = request->has_part = hls_contains (p, request->msn, TRUE,
      request->part);
}

/* The origin's patience is three target durations. */
static void
wait_for_news (Rig * rig, guint i)
{
  HlsRequest request = { rig->received[i], rig->now, TRUE, TRUE, };

  if (rig->now < rig->received[i] + 12 * SECOND)
    return;
  hls_rendition_failed (rig->rendition[i], &request, 503);
  rig->received[i] = rig->now;
}

static void
look (Rig * rig, guint i)
{
  g_autofree gchar *text = NULL;
  HlsRequest request = { rig->received[i], rig->now, };
  M3u8Playlist *p;
  guint j;

  if (!has_news (rig, i)) {
    wait_for_news (rig, i);
    return;
  }
  text = playlist_text (rig, i);
  p = m3u8_parse (text, strlen (text), NULL, NULL);
  next_request (rig, i, p, &request);
  hls_check_feed (rig->check, rig->rendition[i], &request, p);
  rig->received[i] = rig->now;
  p = rig->rendition[i]->last;
  for (j = 0; j < p->segments->len; j++) {
    const M3u8Segment *s = m3u8_segment (p, j);

    if (s->msn >= rig->fetched[i])
      fetch_segment (rig, i, p, s);
  }
}

/* Every now and then an update in place of the whole, then the whole. */
static void
look_at_update (Rig * rig, guint i)
{
  g_autofree gchar *delta = playlist_render_delta (&rig->track[i]->playlist,
      &rig->packager.settings);
  g_autofree gchar *full = NULL;
  HlsRequest request = { rig->now, rig->now, FALSE, FALSE, 0, 0,
    HLS_SKIP_YES
  };

  if (delta == NULL || rig->rendition[i]->last == NULL)
    return;
  full = playlist_render (&rig->track[i]->playlist, &rig->packager.settings);
  /* Rendition reports are added when it is served. */
  rig->check->verdict.ignored[47] = TRUE;
  hls_check_feed (rig->check, rig->rendition[i], &request, m3u8_parse (delta,
          strlen (delta), NULL, NULL));
  request.skip = HLS_SKIP_NONE;
  hls_check_feed (rig->check, rig->rendition[i], &request, m3u8_parse (full,
          strlen (full), NULL, NULL));
  rig->check->verdict.ignored[47] = FALSE;
}

static void
look_at_all (Rig * rig)
{
  guint i;

  if (!rig->packager.open)
    return;
  if (!rig->multivariant) {
    static const MultivariantSettings settings;
    g_autofree gchar *text = packager_render_multivariant (&rig->packager,
        NULL, 0, &settings);

    hls_check_multivariant (rig->check, "live.m3u8", m3u8_parse (text,
            strlen (text), NULL, NULL), rig->now);
    rig->multivariant = TRUE;
  }
  for (i = 0; i < N; i++)
    look (rig, i);
  if (rig->now / STEP % 701 == 0)
    look_at_update (rig, rig->now / STEP / 701 % N);
}

/* --- what comes in ------------------------------------------------------- */

static void
push_unit (Rig * rig, guint i)
{
  guint64 n = rig->units[i];
  SegmenterFrame frame = { 0, };

  if (i < 2) {
    frame.time = n * 40 * MS - rig->shift;
    frame.duration = 40 * MS;
    frame.kind = n % 50 == 0 ? CMAF_SAMPLE_SYNC : CMAF_SAMPLE_DEPENDENT;
    rig->units[i]++;
  } else {
    frame.time = n * SECOND / AUDIO_RATE - rig->shift;
    frame.kind = CMAF_SAMPLE_SYNC;
    rig->units[i] += AUDIO_FRAME;
  }
  frame.data = g_bytes_new_static ("some media", 10);
  if (rig->mute[i])
    g_bytes_unref (frame.data);
  else
    packager_push (&rig->packager, rig->track[i], &frame, rig->now);
}

static guint64
end_of_unit (const Rig * rig, guint i)
{
  return i < 2 ? (rig->units[i] + 1) * 40 * MS
      : (rig->units[i] + AUDIO_FRAME) * SECOND / AUDIO_RATE;
}

static void
slide (Rig * rig)
{
  Playlist *playlists[N];
  PlaylistSegment *segment;
  guint i;

  for (i = 0; i < N; i++)
    playlists[i] = &rig->track[i]->playlist;
  playlist_slide_together (playlists, N);
  for (i = 0; i < N; i++) {
    while ((segment = playlist_take_expired (playlists[i])) != NULL)
      playlist_segment_free (segment);
  }
}

/* Each frame comes when it is over, as from a live encoder. */
static void
run_until (Rig * rig, guint64 time)
{
  guint i;

  for (; rig->now < time; rig->now += STEP) {
    for (i = 0; i < N; i++)
      while (end_of_unit (rig, i) <= rig->now)
        push_unit (rig, i);
    if (packager_deadline (&rig->packager) <= rig->now)
      packager_on_timer (&rig->packager, rig->now);
    g_array_set_size (rig->packager.events, 0);
    slide (rig);
    look_at_all (rig);
  }
}

static void
say_findings (const HlsCheck * check)
{
  guint i, j;

  for (i = 0; i < check->verdict.findings->len; i++) {
    const VerdictFinding *f = g_ptr_array_index (check->verdict.findings, i);

    for (j = 0; j < f->n_evidence; j++)
      g_printerr ("%s %u, %u times, at %u s: %s\n", f->severity
          == VERDICT_MUST ? "MUST" : "SHOULD", f->rule, (guint) f->count,
          (guint) (f->first / SECOND), f->evidence[j]);
  }
}

static void
check_findings (Rig * rig)
{
  guint i;

  say_findings (rig->check);
  for (i = 0; i < rig->check->verdict.findings->len; i++) {
    const VerdictFinding *f = g_ptr_array_index (rig->check->verdict.findings,
        i);

    fail_unless (f->severity == VERDICT_SHOULD, "MUST %u is broken", f->rule);
  }
}

GST_START_TEST (an_hour_breaks_no_must)
{
  Rig rig;

  rig_init (&rig);
  run_until (&rig, 3600 * SECOND);
  fail_unless (rig.rendition[0]->snapshots > 7000);
  fail_unless (rig.bytes[2]->segments > 890);
  check_findings (&rig);
  rig_clear (&rig);
}

GST_END_TEST;

/* A rung dies and returns, all stop, a format changes, time is flushed, the
 * end: each is followed by five minutes. */
GST_START_TEST (a_troubled_hour_breaks_no_must)
{
  Rig rig;
  guint i;

  rig_init (&rig);
  run_until (&rig, 300 * SECOND);
  rig.mute[1] = TRUE;
  run_until (&rig, 341 * SECOND);
  rig.mute[1] = FALSE;
  run_until (&rig, 600 * SECOND);
  rig.mute[2] = TRUE;
  run_until (&rig, 633 * SECOND);
  rig.mute[2] = FALSE;
  run_until (&rig, 900 * SECOND);
  rig.mute[0] = rig.mute[1] = rig.mute[2] = TRUE;
  run_until (&rig, 913 * SECOND);
  rig.mute[0] = rig.mute[1] = rig.mute[2] = FALSE;
  run_until (&rig, 1200 * SECOND);
  set_format (&rig, 0, 1);
  run_until (&rig, 1501 * SECOND);
  set_format (&rig, 1, 1);
  run_until (&rig, 1803 * SECOND);
  rig.shift = 1800 * SECOND;
  for (i = 0; i < N; i++)
    packager_flush (&rig.packager, rig.track[i], TRUE);
  run_until (&rig, 2100 * SECOND);
  for (i = 0; i < N; i++)
    packager_flush (&rig.packager, rig.track[i], FALSE);
  run_until (&rig, 3600 * SECOND);
  for (i = 0; i < N; i++)
    packager_end_track (&rig.packager, rig.track[i]);
  look_at_all (&rig);
  fail_unless (rig.rendition[0]->last->endlist);
  check_findings (&rig);
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
packaged_suite (void)
{
  Suite *suite = suite_create ("packaged");
  TCase *tc = tcase_create ("an hour");

  tcase_set_timeout (tc, 300);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, an_hour_breaks_no_must);
  tcase_add_test (tc, a_troubled_hour_breaks_no_must);
  return suite;
}

GST_CHECK_MAIN (packaged);
