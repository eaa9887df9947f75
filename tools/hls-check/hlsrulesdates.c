/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules 78 to 80 and 87: dates of one playlist. */
#include "hlsrules.h"

#include <string.h>

/* D22 6.2.1: a later segment may overlap the earlier one by less than 1 s. */
static void
check_step (HlsRendition * self, const M3u8Segment * before,
    const M3u8Segment * s)
{
  gint64 step = s->date - before->date;
  gint64 off = step - (gint64) before->duration;

  if (s->discontinuity) {
    if (off < -(gint64) M3U8_SECOND)
      HLS_MUST (self, 80, "line %u: date is %.3f s before the end of the"
          " segment before the discontinuity", s->line, -HLS_S (off));
  } else if (ABS (off) > (gint64) HLS_DATE_ROUNDING) {
    HLS_SHOULD (self, 80, "line %u: date goes on by %.3f s after EXTINF"
        " %.5f", s->line, (gdouble) step / M3U8_SECOND,
        HLS_S (before->duration));
  }
}

void
hls_rules_dates (HlsRendition * self, const M3u8Playlist * p)
{
  const M3u8Segment *before = NULL;
  gboolean any = FALSE, first = FALSE;
  guint i;

  verdict_look (self->verdict, 78);
  verdict_look (self->verdict, 79);
  for (i = 0; i < p->segments->len; i++) {
    const M3u8Segment *s = m3u8_segment (p, i);

    any |= s->has_date;
    first |= s->has_date && i == 0;
    if (s->has_date && before != NULL && before->has_date && before->complete) {
      verdict_look (self->verdict, 80);
      check_step (self, before, s);
    }
    before = s;
  }
  if (!hls_is_live (p) || p->segments->len == 0)
    return;
  if (!any)
    HLS_MUST (self, 78, "a live playlist without EXT-X-PROGRAM-DATE-TIME");
  else if (!first && !p->has_skip)
    HLS_SHOULD (self, 78, "the first segment has no EXT-X-PROGRAM-DATE-TIME");
  for (i = 0; i < p->segments->len && any; i++) {
    const M3u8Segment *s = m3u8_segment (p, i);

    if (s->discontinuity && !s->has_date)
      HLS_SHOULD (self, 78, "line %u: a discontinuity without date", s->line);
  }
}

/* --- date ranges --------------------------------------------------------- */

static const M3u8DateRange *
find_range (const M3u8Playlist * p, const gchar * id)
{
  guint i;

  for (i = 0; i < p->ranges->len; i++) {
    const M3u8DateRange *r = &g_array_index (p->ranges, M3u8DateRange, i);

    if (g_strcmp0 (r->id, id) == 0)
      return r;
  }
  return NULL;
}

/* TRUE when a date of the range lies in a listed segment. */
static gboolean
is_listed (const M3u8Playlist * p, const M3u8DateRange * r)
{
  guint i;

  for (i = 0; i < p->segments->len; i++) {
    const M3u8Segment *s = m3u8_segment (p, i);
    gint64 end = s->date + (gint64) s->duration;

    if (s->has_date && s->complete && r->has_start && r->start < end
        && (r->has_end ? MAX (r->end, r->start + 1) : r->start + 1) > s->date)
      return TRUE;
  }
  return FALSE;
}

static void
note_range (HlsRendition * self, const M3u8DateRange * r)
{
  gint64 *start;

  if (r->id == NULL || !r->has_start)
    return;
  start = g_hash_table_lookup (self->date_ranges, r->id);
  if (start != NULL && *start != r->start)
    HLS_MUST (self, 87, "line %u: ID %.64s now has another START-DATE",
        r->line, r->id);
  if (start == NULL && g_hash_table_size (self->date_ranges) < 4096)
    g_hash_table_insert (self->date_ranges, g_strdup (r->id),
        g_memdup2 (&r->start, sizeof (r->start)));
}

void
hls_rules_ranges (HlsRendition * self, const M3u8Playlist * before,
    const M3u8Playlist * after)
{
  guint i;

  verdict_look (self->verdict, 87);
  for (i = 0; i < after->ranges->len; i++)
    note_range (self, &g_array_index (after->ranges, M3u8DateRange, i));
  if (before == NULL || after->endlist)
    return;
  for (i = 0; i < before->ranges->len; i++) {
    const M3u8DateRange *r = &g_array_index (before->ranges, M3u8DateRange, i);

    if (r->id != NULL && find_range (after, r->id) == NULL
        && is_listed (after, r))
      HLS_MUST (self, 87, "EXT-X-DATERANGE %.64s was removed while its dates"
          " are listed", r->id);
  }
}
