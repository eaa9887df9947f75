/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules 52 to 62 and 69: is the answer what was asked for? */
#include "hlsrules.h"

gboolean
hls_contains (const M3u8Playlist * p, guint64 msn, gboolean has_part,
    guint64 part)
{
  guint64 last, whole;
  gint64 last_part;
  gboolean complete;

  if (!m3u8_last (p, &last, &last_part, &complete))
    return FALSE;
  if (!has_part)
    return m3u8_last_complete (p, &whole) && whole >= msn;
  if (last != msn)
    return last > msn;
  /* Beyond the last part of a whole segment: part 0 of the next one. */
  return last_part >= 0 ? (guint64) last_part >= part : complete && part == 0;
}

guint
hls_skippable (const M3u8Playlist * p)
{
  guint64 behind = 0;
  guint i = p->segments->len;

  if (!p->has_skip_until)
    return 0;
  while (i > 0) {
    const M3u8Segment *s = m3u8_segment (p, i - 1);

    if (s->complete && behind > p->skip_until)
      break;
    if (s->complete)
      behind += s->duration;
    i--;
  }
  return i;
}

void
hls_rules_answer (HlsRendition * self, const HlsRequest * request,
    const M3u8Playlist * p)
{
  guint64 waited = request->received - MIN (request->received,
      request->requested);

  if (p->endlist) {
    if (request->has_msn) {
      verdict_look (self->verdict, 68);
    }
  } else if (request->has_msn) {
    verdict_look (self->verdict, request->has_part ? 61 : 60);
    if (!hls_contains (p, request->msn, request->has_part, request->part)) {
      if (request->has_part)
        HLS_MUST (self, 61, "answered without part %" G_GUINT64_FORMAT
            " of %" G_GUINT64_FORMAT, request->part, request->msn);
      else
        HLS_MUST (self, 60, "answered without segment %" G_GUINT64_FORMAT,
            request->msn);
    }
    verdict_look (self->verdict, 69);
    if (p->has_target && waited > 3 * p->target + self->tolerance)
      HLS_SHOULD (self, 69, "answered after %.1f s, not with 503",
          HLS_S (waited));
  }
  verdict_look (self->verdict, 52);
  if (!p->has_skip)
    return;
  if (request->skip == HLS_SKIP_NONE)
    HLS_MUST (self, 52, "line %u: EXT-X-SKIP that was not asked for",
        p->skip_line);
  if (!p->has_skip_until)
    HLS_MUST (self, 52, "line %u: EXT-X-SKIP without CAN-SKIP-UNTIL",
        p->skip_line);
  if (p->endlist)
    HLS_MUST (self, 52, "line %u: EXT-X-SKIP with EXT-X-ENDLIST", p->skip_line);
}

static void
check_v2 (HlsRendition * self, const HlsRequest * request,
    const M3u8Playlist * p)
{
  if (request->skip == HLS_SKIP_V2 && p->can_skip_ranges) {
    verdict_look (self->verdict, 57);
    if (!p->has_removed_ranges)
      HLS_MUST (self, 57, "line %u: no RECENTLY-REMOVED-DATERANGES",
          p->skip_line);
  } else if (p->has_removed_ranges) {
    verdict_look (self->verdict, 58);
    HLS_SHOULD (self, 58, "line %u: RECENTLY-REMOVED-DATERANGES where date"
        " ranges can't be skipped", p->skip_line);
  }
}

/* `merged` NULL: it could not be done. */
void
hls_rules_delta (HlsRendition * self, const HlsRequest * request,
    const M3u8Playlist * delta, const M3u8Playlist * merged)
{
  guint most, n;

  verdict_look (self->verdict, 53);
  verdict_look (self->verdict, 54);
  verdict_look (self->verdict, 55);
  check_v2 (self, request, delta);
  if (delta->skipped == 0)
    HLS_SHOULD (self, 54, "line %u: SKIPPED-SEGMENTS=0", delta->skip_line);
  if (merged == NULL) {
    if (self->last != NULL && delta->skipped > 0)
      HLS_MUST (self, 59, "the update can't be merged: %" G_GUINT64_FORMAT
          " skipped from %" G_GUINT64_FORMAT ", but the playlist was from %"
          G_GUINT64_FORMAT " on %u long", delta->skipped,
          delta->media_sequence, self->last->media_sequence,
          self->last->segments->len);
    return;
  }
  most = hls_skippable (merged);
  /* The end of what was skipped may be off by the rounding of EXTINFs. */
  n = delta->skipped;
  if (n > most + 1)
    HLS_MUST (self, 54, "line %u: %u segments skipped, %u are beyond"
        " CAN-SKIP-UNTIL", delta->skip_line, n, most);
  else if (n + 1 < most)
    HLS_SHOULD (self, 54, "line %u: %u segments skipped of %u beyond"
        " CAN-SKIP-UNTIL", delta->skip_line, n, most);
}

static gboolean
same_segment (const M3u8Playlist * pa, const M3u8Segment * a,
    const M3u8Playlist * pb, const M3u8Segment * b)
{
  guint i;

  if (a->msn != b->msn || a->complete != b->complete
      || a->duration != b->duration || g_strcmp0 (a->uri, b->uri) != 0
      || a->gap != b->gap || a->discontinuity != b->discontinuity
      || a->discontinuities != b->discontinuities
      || a->has_date != b->has_date || a->date != b->date
      || g_strcmp0 (a->map, b->map) != 0 || a->n_parts != b->n_parts)
    return FALSE;
  for (i = 0; i < a->n_parts; i++) {
    const M3u8Part *x = m3u8_part (pa, a, i), *y = m3u8_part (pb, b, i);

    if (x->duration != y->duration || x->independent != y->independent
        || x->gap != y->gap || g_strcmp0 (x->uri, y->uri) != 0)
      return FALSE;
  }
  return TRUE;
}

/* Both must show the same state, else nothing is said. */
static gboolean
same_state (const M3u8Playlist * a, const M3u8Playlist * b)
{
  guint64 msn_a, msn_b;
  gint64 part_a, part_b;
  gboolean whole_a, whole_b;

  return m3u8_last (a, &msn_a, &part_a, &whole_a)
      && m3u8_last (b, &msn_b, &part_b, &whole_b) && msn_a == msn_b
      && part_a == part_b && whole_a == whole_b
      && a->media_sequence == b->media_sequence;
}

void
hls_rules_same (HlsRendition * self, const M3u8Playlist * full,
    const M3u8Playlist * merged)
{
  guint i;

  if (full->has_skip || !same_state (full, merged))
    return;
  verdict_look (self->verdict, 56);
  verdict_look (self->verdict, 59);
  if (full->discontinuity_sequence != merged->discontinuity_sequence)
    HLS_MUST (self, 55, "EXT-X-DISCONTINUITY-SEQUENCE is %" G_GUINT64_FORMAT
        " in the update, %" G_GUINT64_FORMAT " in full",
        merged->discontinuity_sequence, full->discontinuity_sequence);
  for (i = 0; i < full->segments->len && i < merged->segments->len; i++) {
    if (same_segment (full, m3u8_segment (full, i), merged,
            m3u8_segment (merged, i)))
      continue;
    HLS_MUST (self, 59, "merged update and full playlist differ in segment %"
        G_GUINT64_FORMAT, m3u8_segment (full, i)->msn);
    break;
  }
  if (full->ranges->len != merged->ranges->len && !full->can_skip_ranges)
    HLS_MUST (self, 56, "%u EXT-X-DATERANGE in the update, %u in full",
        merged->ranges->len, full->ranges->len);
}
