/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Leads one playlist's snapshots through the rules; rules 36, 43, 84. */
#include "hlsrules.h"

#include <string.h>

HlsRendition *
hls_rendition_new (Verdict * verdict, const gchar * name, const gchar * url,
    guint64 tolerance)
{
  HlsRendition *self = g_new0 (HlsRendition, 1);

  self->verdict = verdict;
  self->name = g_strdup (name);
  self->url = g_strdup (url);
  self->tolerance = tolerance;
  self->part_at = self->segment_at = HLS_NONE;
  self->seen_at = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
      g_free);
  self->digests = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      g_free);
  self->hint_times = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      g_free);
  self->begins = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
      g_free);
  self->date_ranges = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      g_free);
  g_queue_init (&self->probes);
  return self;
}

void
hls_probe_free (HlsProbe * probe)
{
  g_free (probe->uri);
  g_free (probe);
}

void
hls_rendition_free (HlsRendition * self)
{
  g_clear_pointer (&self->last, m3u8_free);
  g_queue_clear_full (&self->probes, (GDestroyNotify) hls_probe_free);
  g_hash_table_unref (self->seen_at);
  g_hash_table_unref (self->digests);
  g_hash_table_unref (self->hint_times);
  g_hash_table_unref (self->begins);
  g_hash_table_unref (self->date_ranges);
  g_free (self->hinted);
  g_free (self->name);
  g_free (self->url);
  g_free (self);
}

/* --- what is to be fetched later ----------------------------------------- */

static gboolean
add_probe (HlsRendition * self, HlsProbeType type, const gchar * uri,
    const M3u8Range * range, guint64 not_before, guint64 not_after)
{
  HlsProbe *probe;

  if (uri == NULL || *uri == '\0' || not_after <= not_before
      || self->probes.length >= HLS_MAX_PROBES)
    return FALSE;
  probe = g_new0 (HlsProbe, 1);
  probe->type = type;
  probe->uri = g_strdup (uri);
  if (range != NULL)
    probe->range = *range;
  probe->not_before = not_before;
  probe->not_after = not_after;
  g_queue_push_tail (&self->probes, probe);
  return TRUE;
}

static gboolean
take_seen (HlsRendition * self, guint64 msn, guint64 * at)
{
  guint64 *value = g_hash_table_lookup (self->seen_at, &msn);

  if (value == NULL)
    return FALSE;
  *at = *value;
  g_hash_table_remove (self->seen_at, &msn);
  return TRUE;
}

/* Part tags that left: to be had for three target durations more. */
static void
probe_parts (HlsRendition * self, const M3u8Playlist * a,
    const M3u8Segment * s, guint64 now)
{
  guint64 keep = 3 * a->target;
  const M3u8Part *part = m3u8_part (a, s, s->n_parts - 1);

  if (!part->gap && keep > 2 * self->tolerance)
    add_probe (self, HLS_PROBE_PART, part->uri, &part->range,
        now + (keep - 2 * self->tolerance) / 2, now + keep
        - 2 * self->tolerance);
}

static void
note_removed (HlsRendition * self, const M3u8Playlist * a,
    const M3u8Playlist * b, guint64 now)
{
  guint i;

  for (i = 0; i < a->segments->len; i++) {
    const M3u8Segment *s = m3u8_segment (a, i);
    const M3u8Segment *after = m3u8_find (b, s->msn);
    guint64 at;

    if (s->n_parts > 0 && (after == NULL || after->n_parts == 0))
      probe_parts (self, a, s, now);
    if (after == NULL && s->msn < b->media_sequence && s->complete && !s->gap
        && take_seen (self, s->msn, &at))
      add_probe (self, HLS_PROBE_SEGMENT, s->uri, &s->range, now,
          at + s->duration + self->longest - MIN (self->longest,
              self->tolerance));
  }
}

static void
note_new (HlsRendition * self, const M3u8Playlist * a, const M3u8Playlist * b,
    guint64 now)
{
  guint i;

  for (i = 0; i < b->segments->len; i++) {
    const M3u8Segment *s = m3u8_segment (b, i);
    const M3u8Segment *before = m3u8_find (a, s->msn);

    if (!s->complete || (before != NULL && before->complete))
      continue;
    if (g_hash_table_size (self->seen_at) < 65536)
      g_hash_table_insert (self->seen_at, g_memdup2 (&s->msn, 8),
          g_memdup2 (&now, 8));
    if (s->gap)
      add_probe (self, HLS_PROBE_GAP, s->uri, &s->range, now,
          now + 2 * b->target);
  }
}

HlsProbe *
hls_rendition_take_probe (HlsRendition * self, guint64 now)
{
  GList *l;

  for (l = self->probes.head; l != NULL;) {
    HlsProbe *probe = l->data;
    GList *next = l->next;

    if (probe->not_before <= now) {
      g_queue_delete_link (&self->probes, l);
      if (now <= probe->not_after)
        return probe;
      hls_probe_free (probe);
    }
    l = next;
  }
  return NULL;
}

static gboolean
lists_part (const M3u8Playlist * p, const gchar * uri)
{
  guint i;

  for (i = 0; i < p->parts->len; i++) {
    if (g_strcmp0 (g_array_index (p->parts, M3u8Part, i).uri, uri) == 0)
      return TRUE;
  }
  return FALSE;
}

/* It may have been late, or the playlist that lists it is on its way. */
static void
judge_unlisted (HlsRendition * self, const HlsProbe * probe, guint status)
{
  guint64 then = probe->not_before + self->last->target;

  if (lists_part (self->last, probe->uri))
    return;
  if (probe->again) {
    HLS_MUST (self, 43, "%s was hinted, never listed and answers %u",
        probe->uri, status);
    return;
  }
  if (add_probe (self, HLS_PROBE_HINT, probe->uri, NULL, then, then
          + 3 * self->last->target))
    ((HlsProbe *) self->probes.tail->data)->again = TRUE;
}

void
hls_rendition_probed (HlsRendition * self, const HlsProbe * probe, guint status)
{
  gboolean got = status == 200 || status == 206;

  switch (probe->type) {
    case HLS_PROBE_PART:
      verdict_look (self->verdict, 36);
      if (!got)
        HLS_MUST (self, 36, "%s: %u, within three target durations after its"
            " EXT-X-PART left", probe->uri, status);
      return;
    case HLS_PROBE_SEGMENT:
      verdict_look (self->verdict, 36);
      verdict_look (self->verdict, 96);
      if (!got)
        HLS_MUST (self, 96, "%s: %u, within its availability duration",
            probe->uri, status);
      return;
    case HLS_PROBE_GAP:
      verdict_look (self->verdict, 84);
      if (status != 404 && status != 410)
        HLS_SHOULD (self, 84, "%s is a gap and answers %u", probe->uri, status);
      return;
    case HLS_PROBE_HINT:
      verdict_look (self->verdict, 43);
      if (got)
        judge_unlisted (self, probe, status);
      return;
  }
  g_assert_not_reached ();
}

/* --- hints that came true or not ----------------------------------------- */

static const M3u8Hint *
find_hint (const M3u8Playlist * p, M3u8HintType type)
{
  guint i;

  for (i = 0; i < p->hints->len; i++) {
    const M3u8Hint *hint = &g_array_index (p->hints, M3u8Hint, i);

    if (hint->type == type)
      return hint;
  }
  return NULL;
}

static void
check_map_hint (HlsRendition * self, const M3u8Playlist * a,
    const M3u8Playlist * b)
{
  const M3u8Segment *x, *y;

  if (a->segments->len == 0 || b->segments->len == 0 || b->parts->len == 0)
    return;
  x = m3u8_segment (a, a->segments->len - 1);
  y = m3u8_find (b, x->msn + 1);
  if (y == NULL || y->gap || x->map == NULL || y->map == NULL
      || g_strcmp0 (x->map, y->map) == 0)
    return;
  verdict_look (self->verdict, 44);
  if (find_hint (a, M3U8_HINT_MAP) == NULL && find_hint (a,
          M3U8_HINT_PART) != NULL
      && lists_part (b, find_hint (a, M3U8_HINT_PART)->uri))
    HLS_SHOULD (self, 44, "part %s needs %s, which was not hinted",
        m3u8_part (b, y, 0)->uri, y->map);
}

/* Did the end move on? */
static gboolean
grew_past (const M3u8Playlist * a, const M3u8Playlist * b)
{
  guint64 msn_a, msn_b;
  gint64 part_a, part_b;
  gboolean whole_a, whole_b;

  return m3u8_last (a, &msn_a, &part_a, &whole_a)
      && m3u8_last (b, &msn_b, &part_b, &whole_b)
      && (msn_b > msn_a || part_b > part_a);
}

static void
check_hinted (HlsRendition * self, const M3u8Playlist * a,
    const M3u8Playlist * b, guint64 now)
{
  const M3u8Hint *hint = find_hint (b, M3U8_HINT_PART);

  if (self->hinted != NULL && !lists_part (b, self->hinted)
      && (hint == NULL || !g_str_equal (hint->uri, self->hinted))) {
    if (grew_past (a, b))
      add_probe (self, HLS_PROBE_HINT, self->hinted, NULL, now, now
          + 3 * b->target);
  }
  g_free (self->hinted);
  self->hinted = hint != NULL && !hint->has_start ? g_strdup (hint->uri) : NULL;
}

/* --- snapshots ----------------------------------------------------------- */

static void
judge_whole (HlsRendition * self, const HlsRequest * request,
    const M3u8Playlist * p)
{
  hls_rules_segments (self, p);
  hls_rules_parts (self, p);
  hls_rules_dates (self, p);
  if (self->last != NULL) {
    hls_rules_pace (self, request, p);
    hls_rules_release (self, request, p);
    hls_rules_evolution (self, self->last, p, request->received);
    check_map_hint (self, self->last, p);
    check_hinted (self, self->last, p, request->received);
    note_removed (self, self->last, p, request->received);
    note_new (self, self->last, p, request->received);
  }
  if (self->last_merged && self->last != NULL && request->skip == HLS_SKIP_NONE)
    hls_rules_same (self, p, self->last);
  hls_rules_ranges (self, self->last, p);
  self->longest = MAX (self->longest, m3u8_duration (p));
}

static void
take (HlsRendition * self, const HlsRequest * request, M3u8Playlist * p)
{
  g_clear_pointer (&self->last, m3u8_free);
  self->last = p;
  self->last_request = *request;
  self->snapshots++;
}

gboolean
hls_rendition_feed (HlsRendition * self, const HlsRequest * request,
    M3u8Playlist * playlist)
{
  M3u8Playlist *merged = NULL;

  self->verdict->now = request->received;
  hls_rules_header (self, playlist);
  if (!playlist->valid || !playlist->has_target) {
    m3u8_free (playlist);
    return FALSE;
  }
  hls_rules_hints (self, playlist);
  hls_rules_answer (self, request, playlist);
  if (playlist->has_skip) {
    merged = self->last != NULL ? m3u8_merge (self->last, playlist) : NULL;
    hls_rules_delta (self, request, playlist, merged);
    m3u8_free (playlist);
    if (merged == NULL)
      return FALSE;
    playlist = merged;
  } else if (request->skip != HLS_SKIP_NONE && playlist->has_skip_until
      && !playlist->endlist && hls_skippable (playlist) > 1) {
    HLS_MUST (self, 54, "_HLS_skip was answered in full, %u segments could have"
        " been skipped", hls_skippable (playlist));
  }
  judge_whole (self, request, playlist);
  take (self, request, playlist);
  self->last_merged = merged != NULL;
  return TRUE;
}

/* 37 by a held request that ran out of time. */
static void
check_stall (HlsRendition * self, const HlsRequest * request,
    const M3u8Playlist * p)
{
  guint64 limit = p->target + p->target / 2 + self->tolerance;

  verdict_look (self->verdict, 37);
  if (self->segment_at != HLS_NONE && !self->segment_late
      && request->received > self->segment_at + limit) {
    HLS_MUST (self, 37, "503, and no new segment for %.2f s",
        HLS_S (request->received - self->segment_at));
    self->segment_late = TRUE;
  }
}

void
hls_rendition_failed (HlsRendition * self, const HlsRequest * request,
    guint status)
{
  const M3u8Playlist *p = self->last;
  guint64 waited = request->received - MIN (request->received,
      request->requested);

  self->verdict->now = request->received;
  if (p == NULL || p->endlist)
    return;
  if (status == 503 && request->has_msn) {
    verdict_look (self->verdict, 69);
    check_stall (self, request, p);
    return;
  }
  if (request->has_msn && waited > 3 * p->target + self->tolerance)
    HLS_SHOULD (self, 69, "held for %.1f s, then answered %u", HLS_S (waited),
        status);
  verdict_look (self->verdict, 74);
  /* A restart is no reason to give up, a refusal is. */
  if (status >= 400 && status < 500)
    HLS_MUST (self, 74, "a playlist that was there before answers %u", status);
  else if (status != 0)
    HLS_SHOULD (self, 74, "a playlist that was there before answers %u",
        status);
  else
    HLS_SHOULD (self, 74, "a playlist that was there before can't be loaded");
}
