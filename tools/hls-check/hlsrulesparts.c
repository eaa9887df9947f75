/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules 28 to 35, 42 to 44 and 49: parts and preload hints of one playlist. */
#include "hlsrules.h"

/* Printed digits of 85 % of PART-TARGET. */
#define PART_ROUNDING (HLS_MS / 100)

static gboolean
next_is_gap (const M3u8Playlist * p, const M3u8Segment * s, guint i)
{
  guint64 next = s->msn + 1;
  const M3u8Segment *behind;

  if (i + 1 < s->n_parts)
    return m3u8_part (p, s, i + 1)->gap;
  behind = m3u8_find (p, next);
  return behind != NULL && behind->n_parts > 0 && m3u8_part (p, behind, 0)->gap;
}

static void
check_part (HlsRendition * self, const M3u8Playlist * p,
    const M3u8Segment * s, guint i)
{
  const M3u8Part *part = m3u8_part (p, s, i);
  gboolean last = i + 1 == s->n_parts;

  if (part->duration > p->part_target)
    HLS_MUST (self, 29, "line %u: DURATION %.5f, PART-TARGET %.5f",
        part->line, HLS_S (part->duration), HLS_S (p->part_target));
  /* The last listed part of an open segment may turn out to be its last. */
  if (!last && !part->independent && !part->gap && !next_is_gap (p, s, i)
      && (part->duration + PART_ROUNDING) * 100 < p->part_target * 85)
    HLS_MUST (self, 30, "line %u: DURATION %.5f, PART-TARGET %.5f",
        part->line, HLS_S (part->duration), HLS_S (p->part_target));
  if (s->complete && !part->range.present && !s->range.present
      && g_str_equal (part->uri, s->uri))
    HLS_MUST (self, 41, "line %u: part and segment are both %s", part->line,
        part->uri);
}

/* 35: parts stay for three target durations and then go. */
static void
check_reach (HlsRendition * self, const M3u8Playlist * p,
    const M3u8Segment * s, guint64 behind)
{
  if (!s->complete || p->endlist)
    return;
  if (s->n_parts > 0 && behind > 3 * p->target + HLS_ROUNDING)
    HLS_SHOULD (self, 35, "line %u: EXT-X-PART %.1f s before the end",
        s->line, HLS_S (behind));
  if (s->n_parts == 0 && !s->gap
      && behind + s->duration + HLS_ROUNDING < 3 * p->target)
    HLS_SHOULD (self, 35, "line %u: no EXT-X-PART %.1f s before the end",
        s->line, HLS_S (behind + s->duration));
}

void
hls_rules_parts (HlsRendition * self, const M3u8Playlist * p)
{
  static const guint looked[] = { 28, 29, 30, 32, 33, 34, 35, 40, 41 };
  guint64 behind = 0;
  guint i, j;

  if (!hls_is_low_latency (p))
    return;
  for (i = 0; i < G_N_ELEMENTS (looked); i++)
    verdict_look (self->verdict, looked[i]);
  for (i = p->segments->len; i-- > 0;) {
    const M3u8Segment *s = m3u8_segment (p, i);
    guint64 sum = m3u8_parts_duration (p, s);

    for (j = 0; j < s->n_parts && p->has_part_target; j++)
      check_part (self, p, s, j);
    if (s->complete && s->n_parts > 0
        && ABS ((gint64) (sum - s->duration)) > (gint64) HLS_ROUNDING)
      HLS_MUST (self, 32, "line %u: parts of %.5f s, EXTINF %.5f", s->line,
          HLS_S (sum), HLS_S (s->duration));
    check_reach (self, p, s, behind);
    behind += s->complete ? s->duration : sum;
  }
}

static const M3u8Part *
last_part (const M3u8Playlist * p)
{
  return p->parts->len > 0 ? &g_array_index (p->parts, M3u8Part,
      p->parts->len - 1) : NULL;
}

static void
check_hint (HlsRendition * self, const M3u8Playlist * p, const M3u8Hint * hint)
{
  const M3u8Part *last = last_part (p);
  guint i;

  if (hint->type == M3U8_HINT_MAP)
    return;
  for (i = 0; i < p->parts->len; i++) {
    const M3u8Part *part = &g_array_index (p->parts, M3u8Part, i);

    if (!part->range.present && !hint->has_start
        && g_str_equal (part->uri, hint->uri))
      HLS_MUST (self, 43, "line %u: %s is hinted and already listed",
          hint->line, hint->uri);
  }
  if (last != NULL && hint->has_start && last->range.present
      && g_str_equal (last->uri, hint->uri)
      && hint->start != last->range.offset + last->range.length)
    HLS_MUST (self, 43, "line %u: BYTERANGE-START is not the end of the last"
        " part", hint->line);
}

void
hls_rules_hints (HlsRendition * self, const M3u8Playlist * p)
{
  guint n[2] = { 0, 0 }, i;

  verdict_look (self->verdict, 42);
  for (i = 0; i < p->hints->len; i++) {
    const M3u8Hint *hint = &g_array_index (p->hints, M3u8Hint, i);

    check_hint (self, p, hint);
    if (++n[hint->type] == 2)
      HLS_SHOULD (self, 42, "line %u: a second hint of its type", hint->line);
    if (p->endlist)
      HLS_MUST (self, 42, "line %u: a hint beside EXT-X-ENDLIST", hint->line);
  }
  if (p->parts->len == 0 || p->endlist)
    return;
  verdict_look (self->verdict, 43);
  if (n[M3U8_HINT_PART] == 0)
    HLS_MUST (self, 43, "EXT-X-PART but no EXT-X-PRELOAD-HINT of TYPE=PART");
}
