/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules 10, 11, 13, 20, 37, 72, 83, 86, 89, 91, 93 and 95: what may change from
 * one playlist to the next (D22 6.2.1, 6.2.2). */
#include "hlsrules.h"

static void
check_constants (HlsRendition * self, const M3u8Playlist * a,
    const M3u8Playlist * b)
{
  if (a->target != b->target)
    HLS_MUST (self, 10, "EXT-X-TARGETDURATION was %.0f, is %.0f",
        HLS_S (a->target), HLS_S (b->target));
  /* The end of a stream may take what is for live playlists only with it, but
   * not change it (93). */
  if (a->part_target != b->part_target && b->has_part_target)
    HLS_MUST (self, 20, "PART-TARGET was %.5f, is %.5f",
        HLS_S (a->part_target), HLS_S (b->part_target));
  if (a->part_hold_back != b->part_hold_back && b->has_part_hold_back)
    HLS_MUST (self, 20, "PART-HOLD-BACK was %.5f, is %.5f",
        HLS_S (a->part_hold_back), HLS_S (b->part_hold_back));
  if (a->hold_back != b->hold_back && b->has_hold_back)
    HLS_MUST (self, 20, "HOLD-BACK was %.5f, is %.5f", HLS_S (a->hold_back),
        HLS_S (b->hold_back));
  if (a->type != b->type)
    HLS_MUST (self, 13, "EXT-X-PLAYLIST-TYPE changed");
  if (g_strcmp0 (a->control, b->control) != 0)
    HLS_MUST (self, b->endlist ? 93 : 89, "EXT-X-SERVER-CONTROL was %s, is %s",
        a->control != NULL ? a->control : "absent",
        b->control != NULL ? b->control : "absent");
  if (a->endlist && !b->endlist)
    HLS_MUST (self, 89, "EXT-X-ENDLIST was taken back");
}

static void
check_listed_parts (HlsRendition * self, const M3u8Playlist * pa,
    const M3u8Segment * a, const M3u8Playlist * pb, const M3u8Segment * b)
{
  guint i;

  if (b->n_parts == 0)
    return;
  for (i = 0; i < MIN (a->n_parts, b->n_parts); i++) {
    const M3u8Part *x = m3u8_part (pa, a, i), *y = m3u8_part (pb, b, i);

    if (g_strcmp0 (x->uri, y->uri) != 0 || x->duration != y->duration
        || x->independent != y->independent
        || x->range.offset != y->range.offset)
      HLS_MUST (self, 89, "part %u of %" G_GUINT64_FORMAT " changed from %s to"
          " %s", i, a->msn, x->uri, y->uri);
    if (x->gap != y->gap)
      HLS_MUST (self, 86, "part %u of %" G_GUINT64_FORMAT " was %s GAP", i,
          a->msn, x->gap ? "a" : "no");
  }
  if (b->n_parts < a->n_parts)
    HLS_MUST (self, 89, "segment %" G_GUINT64_FORMAT " had %u parts, has %u",
        a->msn, a->n_parts, b->n_parts);
}

static void
check_whole (HlsRendition * self, const M3u8Segment * a, const M3u8Segment * b)
{
  if (!b->complete)
    HLS_MUST (self, 89, "segment %" G_GUINT64_FORMAT " is no longer whole",
        a->msn);
  else if (g_strcmp0 (a->uri, b->uri) != 0 || a->duration != b->duration
      || a->range.offset != b->range.offset
      || a->range.length != b->range.length)
    HLS_MUST (self, 89, "segment %" G_GUINT64_FORMAT " was %s of %.5f s, is %s"
        " of %.5f s", a->msn, a->uri, HLS_S (a->duration), b->uri,
        HLS_S (b->duration));
  if (a->gap != b->gap)
    HLS_MUST (self, 86, "segment %" G_GUINT64_FORMAT " was %s gap, is %s",
        a->msn, a->gap ? "a" : "no", b->gap ? "one" : "none");
}

static void
check_segment (HlsRendition * self, const M3u8Playlist * pa,
    const M3u8Segment * a, const M3u8Playlist * pb, const M3u8Segment * b)
{
  if (a->discontinuities != b->discontinuities)
    HLS_MUST (self, 83, "segment %" G_GUINT64_FORMAT " had discontinuity"
        " number %" G_GUINT64_FORMAT ", has %" G_GUINT64_FORMAT, a->msn,
        a->discontinuities, b->discontinuities);
  else if (a->discontinuity != b->discontinuity && b != m3u8_segment (pb, 0))
    HLS_MUST (self, 89, "EXT-X-DISCONTINUITY of %" G_GUINT64_FORMAT
        " came or went", a->msn);
  if (a->map_known && b->map_known && g_strcmp0 (a->map, b->map) != 0)
    HLS_MUST (self, 89, "EXT-X-MAP of %" G_GUINT64_FORMAT " was %s, is %s",
        a->msn, a->map != NULL ? a->map : "none",
        b->map != NULL ? b->map : "none");
  if (a->has_date && b->has_date && a->date != b->date)
    HLS_MUST (self, 89, "the date of %" G_GUINT64_FORMAT " moved by %.3f s",
        a->msn, (gdouble) (b->date - a->date) / M3U8_SECOND);
  if (a->complete)
    check_whole (self, a, b);
  else if (b->gap && a->n_parts > 0 && !m3u8_part (pa, a, 0)->gap)
    HLS_MUST (self, 86, "segment %" G_GUINT64_FORMAT " had media in parts, is a"
        " gap", a->msn);
  check_listed_parts (self, pa, a, pb, b);
}

/* Has the end gone back? */
static void
check_end (HlsRendition * self, const M3u8Playlist * a, const M3u8Playlist * b)
{
  guint64 msn_a, msn_b;
  gint64 part_a, part_b;
  gboolean whole_a, whole_b;

  if (!m3u8_last (a, &msn_a, &part_a, &whole_a))
    return;
  if (!m3u8_last (b, &msn_b, &part_b, &whole_b)) {
    HLS_MUST (self, 72, "an empty playlist after one that ended with %"
        G_GUINT64_FORMAT, msn_a);
  } else if (msn_b < msn_a || (msn_b == msn_a && !whole_b && part_b < part_a)) {
    HLS_MUST (self, 72, "ended with %" G_GUINT64_FORMAT ".%" G_GINT64_FORMAT
        ", now with %" G_GUINT64_FORMAT ".%" G_GINT64_FORMAT, msn_a, part_a,
        msn_b, part_b);
  }
}

static void
check_front (HlsRendition * self, const M3u8Playlist * a,
    const M3u8Playlist * b)
{
  guint whole = 0, i;

  if (b->media_sequence == a->media_sequence)
    return;
  self->removed_any = TRUE;
  verdict_look (self->verdict, 91);
  if (a->type != M3U8_LIVE)
    HLS_MUST (self, 13, "segments removed from a playlist of type %s",
        a->type == M3U8_VOD ? "VOD" : "EVENT");
  if (!b->has_media_sequence)
    HLS_MUST (self, 11, "segments removed without EXT-X-MEDIA-SEQUENCE");
  for (i = 0; i < b->segments->len; i++)
    whole += m3u8_segment (b, i)->complete;
  if (b->endlist)
    return;
  if (m3u8_duration (b) < 3 * b->target)
    HLS_MUST (self, 91, "%.3f s left after a removal, EXT-X-TARGETDURATION"
        " %.0f", HLS_S (m3u8_duration (b)), HLS_S (b->target));
  else if (whole < 6)
    HLS_SHOULD (self, 91, "%u segments left after a removal", whole);
}

/* A jump over all that was listed: what lies between cannot have passed. */
static void
check_jump (HlsRendition * self, const M3u8Playlist * a,
    const M3u8Playlist * b, guint64 passed)
{
  guint64 last;

  if (m3u8_last_complete (a, &last) && b->media_sequence > last + 2
      && passed < a->target + self->tolerance)
    HLS_MUST (self, 11, "EXT-X-MEDIA-SEQUENCE went from %" G_GUINT64_FORMAT
        " to %" G_GUINT64_FORMAT ", the last segment was %" G_GUINT64_FORMAT,
        a->media_sequence, b->media_sequence, last);
}

void
hls_rules_evolution (HlsRendition * self, const M3u8Playlist * a,
    const M3u8Playlist * b, guint64 now)
{
  static const guint looked[] = { 10, 11, 13, 20, 72, 83, 86, 89, 93, 95 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (looked); i++)
    verdict_look (self->verdict, looked[i]);
  check_constants (self, a, b);
  if (b->media_sequence < a->media_sequence) {
    HLS_MUST (self, 95, "EXT-X-MEDIA-SEQUENCE was %" G_GUINT64_FORMAT ", is %"
        G_GUINT64_FORMAT, a->media_sequence, b->media_sequence);
    return;
  }
  if (b->discontinuity_sequence < a->discontinuity_sequence)
    HLS_MUST (self, 83, "EXT-X-DISCONTINUITY-SEQUENCE was %" G_GUINT64_FORMAT
        ", is %" G_GUINT64_FORMAT, a->discontinuity_sequence,
        b->discontinuity_sequence);
  check_end (self, a, b);
  check_front (self, a, b);
  check_jump (self, a, b, now - MIN (now, self->last_request.received));
  for (i = 0; i < a->segments->len; i++) {
    const M3u8Segment *before = m3u8_segment (a, i);
    const M3u8Segment *after = m3u8_find (b, before->msn);

    if (after != NULL)
      check_segment (self, a, before, b, after);
  }
}

/* --- pace ---------------------------------------------------------------- */

static gboolean
grew (const M3u8Playlist * a, const M3u8Playlist * b, gboolean * segment)
{
  guint64 msn_a = 0, msn_b = 0, whole_a = 0, whole_b = 0;
  gint64 part_a = -1, part_b = -1;
  gboolean c_a = FALSE, c_b = FALSE;
  gboolean had = m3u8_last (a, &msn_a, &part_a, &c_a);
  gboolean any = m3u8_last_complete (a, &whole_a);

  *segment = m3u8_last_complete (b, &whole_b) && (!any || whole_b > whole_a);
  return m3u8_last (b, &msn_b, &part_b, &c_b)
      && (!had || msn_b > msn_a || part_b > part_a || c_b != c_a);
}

static void
check_segment_pace (HlsRendition * self, const HlsRequest * request,
    const M3u8Playlist * p, gboolean segment)
{
  guint64 limit = p->target + p->target / 2 + self->tolerance, since;

  if (self->segment_at == HLS_NONE || self->segment_late)
    return;
  verdict_look (self->verdict, 37);
  /* Between two polls it may have come at any time; a held request tells. */
  since = segment && !request->has_msn ? self->last_request.received
      : request->received;
  if (since > self->segment_at + limit) {
    HLS_MUST (self, 37, "no new segment for %.2f s, EXT-X-TARGETDURATION %.0f",
        HLS_S (since - self->segment_at), HLS_S (p->target));
    self->segment_late = TRUE;
  }
}

static void
check_part_pace (HlsRendition * self, const HlsRequest * request,
    const M3u8Playlist * p)
{
  guint64 from = MAX (request->requested, self->part_at);

  if (!request->has_part || self->part_at == HLS_NONE || !p->has_part_target)
    return;
  verdict_look (self->verdict, 37);
  if (request->received > from + p->part_target + self->tolerance)
    HLS_MUST (self, 37, "no new part for %.3f s, PART-TARGET %.3f",
        HLS_S (request->received - from), HLS_S (p->part_target));
}

void
hls_rules_pace (HlsRendition * self, const HlsRequest * request,
    const M3u8Playlist * p)
{
  gboolean segment = FALSE;
  gboolean any = grew (self->last, p, &segment);

  if (hls_is_live (p) && !p->iframes_only) {
    check_segment_pace (self, request, p, segment);
    check_part_pace (self, request, p);
  }
  if (any)
    self->part_at = request->received;
  if (segment) {
    self->segment_at = request->received;
    self->segment_late = FALSE;
  }
}
