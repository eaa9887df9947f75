/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules 1 to 15: what one playlist by itself may look like. */
#include "hlsrules.h"

void
hls_rules_problems (Verdict * verdict, const gchar * name,
    const M3u8Playlist * playlist)
{
  static const guint looked[] = { 1, 3, 4, 7, 8, 9, 15 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (looked); i++)
    verdict_look (verdict, looked[i]);
  for (i = 0; i < playlist->problems->len; i++) {
    const M3u8Problem *p = &g_array_index (playlist->problems, M3u8Problem, i);

    verdict_break (verdict, p->rule, p->should ? VERDICT_SHOULD
        : VERDICT_MUST, name, "line %u: %s", p->line, p->text);
  }
  if (playlist->version < playlist->version_needed)
    verdict_break (verdict, 4, VERDICT_MUST, name,
        "EXT-X-VERSION %" G_GUINT64_FORMAT ", but %s needs %u",
        playlist->version, playlist->version_why, playlist->version_needed);
  if (playlist->version > playlist->version_needed)
    verdict_break (verdict, playlist->multivariant ? 6 : 3, VERDICT_SHOULD,
        name, "EXT-X-VERSION %" G_GUINT64_FORMAT " where %u is enough (%s)",
        playlist->version, playlist->version_needed, playlist->version_why);
}

static void
check_start (HlsRendition * self, const M3u8Playlist * p)
{
  guint64 total = m3u8_duration (p), back;

  verdict_look (self->verdict, 27);
  if (!p->has_start || p->has_skip)
    return;
  if ((guint64) ABS (p->start) > total)
    HLS_MUST (self, 27, "TIME-OFFSET %.3f s, the playlist is %.3f s long",
        (gdouble) p->start / M3U8_SECOND, HLS_S (total));
  if (!hls_is_live (p))
    return;
  back = p->has_part_hold_back ? p->part_hold_back
      : p->has_hold_back ? p->hold_back : 3 * p->target;
  if (p->start < 0 ? (guint64) - p->start < back
      : (guint64) p->start + back > total)
    HLS_SHOULD (self, 27, "TIME-OFFSET %.3f s is nearer to the end than"
        " %.3f s", (gdouble) p->start / M3U8_SECOND, HLS_S (back));
}

static void
check_control (HlsRendition * self, const M3u8Playlist * p)
{
  if (p->has_hold_back && p->hold_back < 3 * p->target)
    HLS_MUST (self, 19, "HOLD-BACK %.3f, EXT-X-TARGETDURATION %.0f",
        HLS_S (p->hold_back), HLS_S (p->target));
  if (p->has_skip_until && p->skip_until < 6 * p->target)
    HLS_MUST (self, 21, "CAN-SKIP-UNTIL %.3f, EXT-X-TARGETDURATION %.0f",
        HLS_S (p->skip_until), HLS_S (p->target));
  if (p->can_skip_ranges && !p->has_skip_until)
    HLS_MUST (self, 22, "CAN-SKIP-DATERANGES without CAN-SKIP-UNTIL");
  if (p->has_skip_until && !p->can_skip_ranges && p->ranges->len > 0)
    HLS_SHOULD (self, 22, "EXT-X-DATERANGE and no CAN-SKIP-DATERANGES");
  if (hls_is_live (p) && p->can_block && !p->has_skip_until && !p->has_skip
      && m3u8_duration (p) > 120 * M3U8_SECOND)
    HLS_SHOULD (self, 23, "%.0f s listed and no CAN-SKIP-UNTIL",
        HLS_S (m3u8_duration (p)));
  verdict_look (self->verdict, 19);
  verdict_look (self->verdict, 21);
  verdict_look (self->verdict, 22);
  verdict_look (self->verdict, 23);
}

static void
check_low_latency (HlsRendition * self, const M3u8Playlist * p)
{
  verdict_look (self->verdict, 17);
  verdict_look (self->verdict, 18);
  verdict_look (self->verdict, 24);
  if (p->parts->len > 0 && !p->has_part_target)
    HLS_MUST (self, 24, "EXT-X-PART without EXT-X-PART-INF");
  if (p->endlist)
    return;
  if (!p->can_block)
    HLS_MUST (self, 17, "parts without CAN-BLOCK-RELOAD=YES");
  if (!p->has_part_hold_back)
    HLS_MUST (self, 18, "parts without PART-HOLD-BACK");
  else if (p->part_hold_back < 2 * p->part_target)
    HLS_MUST (self, 18, "PART-HOLD-BACK %.3f, PART-TARGET %.3f",
        HLS_S (p->part_hold_back), HLS_S (p->part_target));
  else if (p->part_hold_back < 3 * p->part_target)
    HLS_SHOULD (self, 18, "PART-HOLD-BACK %.3f is below three times %.3f",
        HLS_S (p->part_hold_back), HLS_S (p->part_target));
  verdict_look (self->verdict, 26);
  if (p->target > 6 * M3U8_SECOND)
    HLS_SHOULD (self, 26, "EXT-X-TARGETDURATION %.0f", HLS_S (p->target));
}

void
hls_rules_header (HlsRendition * self, const M3u8Playlist * p)
{
  hls_rules_problems (self->verdict, self->name, p);
  if (p->multivariant && !p->media)
    HLS_MUST (self, 7, "a multivariant playlist where a media playlist was"
        " expected");
  verdict_look (self->verdict, 13);
  if (p->type == M3U8_VOD && !p->endlist)
    HLS_MUST (self, 13, "EXT-X-PLAYLIST-TYPE:VOD without EXT-X-ENDLIST");
  check_control (self, p);
  check_start (self, p);
  if (hls_is_low_latency (p))
    check_low_latency (self, p);
  verdict_look (self->verdict, 39);
  if (p->iframes_only && p->parts->len > 0)
    HLS_SHOULD (self, 39, "EXT-X-PART in an I-frame playlist");
}

static void
check_uris (HlsRendition * self, const M3u8Playlist * p)
{
  g_autoptr (GHashTable) uris = g_hash_table_new (g_str_hash, g_str_equal);
  guint i, j;

  verdict_look (self->verdict, 41);
  for (i = 0; i < p->segments->len; i++) {
    const M3u8Segment *s = m3u8_segment (p, i);

    if (s->complete && !s->gap && !s->range.present
        && !g_hash_table_add (uris, (gpointer) s->uri))
      HLS_MUST (self, 41, "line %u: %s is listed twice", s->line, s->uri);
    for (j = 0; j < s->n_parts; j++) {
      const M3u8Part *part = m3u8_part (p, s, j);

      if (!part->gap && !part->range.present
          && !g_hash_table_add (uris, (gpointer) part->uri))
        HLS_MUST (self, 41, "line %u: %s is listed twice", part->line,
            part->uri);
    }
  }
}

void
hls_rules_segments (HlsRendition * self, const M3u8Playlist * p)
{
  gboolean discontinuity = FALSE;
  guint i;

  verdict_look (self->verdict, 10);
  verdict_look (self->verdict, 12);
  for (i = 0; i < p->segments->len; i++) {
    const M3u8Segment *s = m3u8_segment (p, i);

    discontinuity |= s->discontinuity;
    if (s->complete && p->has_target
        && (s->duration + M3U8_SECOND / 2) / M3U8_SECOND * M3U8_SECOND
        > p->target)
      HLS_MUST (self, 10, "line %u: EXTINF %.5f, EXT-X-TARGETDURATION %.0f",
          s->line, HLS_S (s->duration), HLS_S (p->target));
  }
  if (discontinuity && !p->has_discontinuity_sequence && hls_is_live (p)
      && p->type == M3U8_LIVE)
    HLS_SHOULD (self, 12, "EXT-X-DISCONTINUITY in a live playlist without"
        " EXT-X-DISCONTINUITY-SEQUENCE");
  check_uris (self, p);
}
