/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules 16, 47 to 51, 78, 82, 87, 97 and 130: between the playlists of one
 * presentation (D22 6.2.4, B.1; rendition reports 4.4.5.4). */
#include "hlscheck.h"

#include <string.h>

/* An audio frame may lie across a boundary of video: 2048 samples at 44.1 kHz,
 * with the ms that dates are rounded to. */
#define FRAME (50 * HLS_MS)

/* --- rendition reports --------------------------------------------------- */

static HlsRendition *
reported (HlsCheck * self, const HlsRendition * by, const M3u8Report * report)
{
  g_autofree gchar *url = report->uri != NULL && by->url != NULL
      ? hls_absolute (by->url, report->uri, FALSE) : NULL;
  guint i;

  for (i = 0; i < self->renditions->len && url != NULL; i++) {
    HlsRendition *r = g_ptr_array_index (self->renditions, i);

    if (g_strcmp0 (r->url, url) == 0)
      return r;
  }
  return NULL;
}

/* 51: the answer was made after `of` was seen, and may lag by a part. */
static void
check_lag (HlsRendition * by, const HlsRendition * of, guint64 msn,
    guint64 part)
{
  guint64 last;
  gint64 last_part;
  gboolean whole;

  if (of->last == NULL || of->last_request.received
      > by->last_request.requested
      || !m3u8_last (of->last, &last, &last_part, &whole))
    return;
  verdict_look (by->verdict, 51);
  if (msn > last || (msn == last && (gint64) part + 1 >= last_part)
      || (msn + 1 == last && last_part <= 0))
    return;
  HLS_SHOULD (by, 51, "report of %s says %" G_GUINT64_FORMAT ".%"
      G_GUINT64_FORMAT ", it had %" G_GUINT64_FORMAT ".%" G_GINT64_FORMAT
      " %.3f s before the request", of->name, msn, part, last, last_part,
      HLS_S (by->last_request.requested - of->last_request.received));
}

static void
add_claim (HlsCheck * self, HlsRendition * by, HlsRendition * of,
    const M3u8Report * report, guint64 msn, gboolean has_part, guint64 part)
{
  HlsClaim claim = { of, msn, part, has_part, by->last_request.received,
    by->name
  };

  if (self->claims->len >= HLS_MAX_CLAIMS)
    g_array_remove_range (self->claims, 0, HLS_MAX_CLAIMS / 2);
  g_array_append_val (self->claims, claim);
}

static void
check_report (HlsCheck * self, HlsRendition * by, const M3u8Report * report)
{
  HlsRendition *of = reported (self, by, report);
  guint64 msn = report->msn, part = report->part, own = 0;
  gint64 own_part = -1;
  gboolean whole, has_part = report->has_part;

  if (report->uri == NULL) {
    HLS_MUST (by, 48, "line %u: a report without URI", report->line);
    return;
  }
  if (strstr (report->uri, "://") != NULL)
    HLS_MUST (by, 48, "line %u: %s is not relative", report->line, report->uri);
  if (of == NULL) {
    if (self->multivariant != NULL)
      HLS_SHOULD (by, 48, "line %u: %s is not in the multivariant playlist",
          report->line, report->uri);
    return;
  }
  if (of == by) {
    HLS_SHOULD (by, 47, "line %u: a report of the playlist itself",
        report->line);
    return;
  }
  /* What is left out is as in this playlist (4.4.5.4). */
  if (!m3u8_last (by->last, &own, &own_part, &whole) && !report->has_msn)
    return;
  if (!report->has_msn)
    msn = own;
  if (!has_part && !report->has_msn && own_part >= 0) {
    part = own_part;
    has_part = TRUE;
  }
  add_claim (self, by, of, report, msn, has_part, part);
  if (has_part)
    check_lag (by, of, msn, part);
}

static gboolean
has_report (HlsCheck * self, HlsRendition * by, const HlsRendition * of)
{
  guint i;

  for (i = 0; i < by->last->reports->len; i++) {
    if (reported (self, by, &g_array_index (by->last->reports, M3u8Report,
                i)) == of)
      return TRUE;
  }
  return FALSE;
}

static void
check_complete (HlsCheck * self, HlsRendition * by)
{
  guint i;

  verdict_look (&self->verdict, 47);
  for (i = 0; i < self->renditions->len; i++) {
    HlsRendition *of = g_ptr_array_index (self->renditions, i);

    /* Who has nothing yet can't be told of. */
    if (of == by || has_report (self, by, of)
        || (of->last != NULL ? of->last->segments->len == 0
            || of->last_request.received > by->last_request.requested
            : by->snapshots < 4))
      continue;
    if (of->iframes)
      HLS_SHOULD (by, 47, "no EXT-X-RENDITION-REPORT of %s", of->name);
    else
      HLS_MUST (by, 47, "no EXT-X-RENDITION-REPORT of %s", of->name);
  }
}

/* A playlist that was asked for after a claim about it came. */
static void
settle_claims (HlsCheck * self, HlsRendition * of)
{
  guint i;

  for (i = 0; i < self->claims->len;) {
    const HlsClaim *c = &g_array_index (self->claims, HlsClaim, i);
    const M3u8Segment *s;

    if (c->of != of || c->at > of->last_request.requested) {
      i++;
      continue;
    }
    verdict_look (&self->verdict, 49);
    verdict_look (&self->verdict, 50);
    s = m3u8_find (of->last, c->msn);
    if (c->has_part && s != NULL && s->complete && s->n_parts > 0
        && c->part >= s->n_parts)
      HLS_MUST (of, 49, "%s reports LAST-PART=%" G_GUINT64_FORMAT " of %"
          G_GUINT64_FORMAT ", which has %u parts", c->by, c->part, c->msn,
          s->n_parts);
    else if (!of->last->endlist
        && !hls_contains (of->last, c->msn, c->has_part, c->part)
        && !(s != NULL && !c->has_part))
      HLS_MUST (of, 50, "%s reported %" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT
          ", it was not there when asked for later", c->by, c->msn, c->part);
    g_array_remove_index_fast (self->claims, i);
  }
}

void
hls_rules_reports (HlsCheck * self, HlsRendition * r)
{
  guint i;

  settle_claims (self, r);
  verdict_look (&self->verdict, 48);
  for (i = 0; i < r->last->reports->len; i++)
    check_report (self, r, &g_array_index (r->last->reports, M3u8Report, i));
  if (hls_is_low_latency (r->last) && !r->last->endlist && r->last->can_block
      && self->multivariant != NULL && r->last->segments->len > 0)
    check_complete (self, r);
}

/* --- the same time in two playlists -------------------------------------- */

static gint64
end_date (const M3u8Playlist * p)
{
  guint i = p->segments->len;
  guint64 behind = 0;

  while (i-- > 0) {
    const M3u8Segment *s = m3u8_segment (p, i);

    behind += s->complete ? s->duration : m3u8_parts_duration (p, s);
    if (s->has_date)
      return s->date + (gint64) behind;
  }
  return 0;
}

static const M3u8Segment *
at_date (const M3u8Playlist * p, gint64 date)
{
  guint i;

  for (i = 0; i < p->segments->len; i++) {
    const M3u8Segment *s = m3u8_segment (p, i);

    if (s->has_date && s->complete && s->date <= date
        && date < s->date + (gint64) s->duration)
      return s;
  }
  return NULL;
}

static void
compare_segment (HlsRendition * a, const M3u8Segment * x, HlsRendition * b)
{
  const M3u8Segment *y = at_date (b->last, x->date + (gint64) x->duration / 2);

  if (y == NULL)
    return;
  verdict_look (a->verdict, 82);
  verdict_look (a->verdict, 130);
  if (x->discontinuities != y->discontinuities)
    HLS_MUST (a, 82, "segment %" G_GUINT64_FORMAT " has discontinuity number %"
        G_GUINT64_FORMAT ", %s has %" G_GUINT64_FORMAT " at that time",
        x->msn, x->discontinuities, b->name, y->discontinuities);
  if (a->iframes || b->iframes || a->subtitles || b->subtitles)
    return;
  if (x->msn != y->msn)
    HLS_SHOULD (a, 130, "segment %" G_GUINT64_FORMAT " is at the same time as %"
        G_GUINT64_FORMAT " of %s", x->msn, y->msn, b->name);
  else if (ABS (x->date - y->date) > (gint64) FRAME)
    HLS_SHOULD (a, 130, "segment %" G_GUINT64_FORMAT " begins %.3f s after that"
        " of %s", x->msn, (gdouble) (x->date - y->date) / M3U8_SECOND, b->name);
}

/* Two playlists are of different moments: the fronts may differ by as much, and
 * by more where the origin has caught up between.  So `b` must be of a time at
 * which `a` began where it does. */
static void
compare_fronts (HlsRendition * a, HlsRendition * b)
{
  const M3u8Segment *x = m3u8_segment (a->last, 0);
  const M3u8Segment *y = m3u8_segment (b->last, 0);
  guint64 between = a->last_request.received - MIN (a->last_request.received,
      b->last_request.received);
  gint64 apart;

  if (!x->has_date || !y->has_date || a->last->endlist || b->last->endlist
      || b->last_request.requested <= a->front_at)
    return;
  apart = x->date - y->date;
  if ((guint64) ABS (apart) > MIN (a->last->target, b->last->target) + between
      + a->tolerance)
    HLS_MUST (a, 130, "begins %.3f s after %s", (gdouble) apart / M3U8_SECOND,
        b->name);
}

/* 97: `b` was there before `a` was asked for. */
static void
compare_ends (HlsRendition * a, HlsRendition * b)
{
  gint64 x = end_date (a->last), y = end_date (b->last);

  if (x == 0 || y == 0 || !hls_is_low_latency (a->last) || a->last->endlist
      || b->last->endlist || a->iframes || b->iframes
      || b->last_request.received > a->last_request.requested)
    return;
  verdict_look (a->verdict, 97);
  if (y - x > (gint64) (a->last->part_target + FRAME))
    HLS_SHOULD (a, 97, "ends %.3f s before %s, PART-TARGET %.3f",
        (gdouble) (y - x) / M3U8_SECOND, b->name, HLS_S (a->last->part_target));
}

static void
compare_headers (HlsRendition * a, HlsRendition * b)
{
  const M3u8Playlist *x = a->last, *y = b->last;
  gboolean exempt = (a->subtitles || a->iframes) && x->type == M3U8_VOD;

  exempt |= (b->subtitles || b->iframes) && y->type == M3U8_VOD;
  verdict_look (a->verdict, 16);
  verdict_look (a->verdict, 130);
  if (x->target != y->target && !exempt)
    HLS_MUST (a, 130, "EXT-X-TARGETDURATION %.0f, %s has %.0f",
        HLS_S (x->target), b->name, HLS_S (y->target));
  if (x->type != y->type)
    HLS_MUST (a, 130, "EXT-X-PLAYLIST-TYPE differs from that of %s", b->name);
  if (x->endlist != y->endlist)
    return;
  if (a->iframes && y->can_block && !x->can_block)
    HLS_SHOULD (a, 76, "no CAN-BLOCK-RELOAD, %s has it", b->name);
  if (g_strcmp0 (x->control, y->control) != 0)
    HLS_MUST (a, 16, "EXT-X-SERVER-CONTROL %s, %s has %s", x->control != NULL
        ? x->control : "none", b->name, y->control != NULL ? y->control
        : "none");
  if (x->segments->len > 0 && y->segments->len > 0
      && end_date (x) == 0 && end_date (y) != 0)
    HLS_MUST (a, 78, "no dates, %s has some", b->name);
}

static gboolean
same_ranges (const M3u8Playlist * a, const M3u8Playlist * b)
{
  guint i, j;

  if (a->ranges->len != b->ranges->len)
    return FALSE;
  for (i = 0; i < a->ranges->len; i++) {
    const gchar *text = g_array_index (a->ranges, M3u8DateRange, i).text;

    for (j = 0; j < b->ranges->len && g_strcmp0 (g_array_index (b->ranges,
                M3u8DateRange, j).text, text) != 0; j++);
    if (j == b->ranges->len)
      return FALSE;
  }
  return TRUE;
}

/* Playlists are of different moments, so only what stays is told. */
static void
compare_ranges (HlsCheck * self, HlsRendition * a, HlsRendition * b)
{
  guint64 now = a->last_request.received;

  if (a->last->ranges->len == 0 || b->last->ranges->len == 0)
    return;
  if (same_ranges (a->last, b->last)) {
    self->ranges_differ = HLS_NONE;
  } else if (self->ranges_differ == HLS_NONE) {
    self->ranges_differ = now;
  } else if (now > self->ranges_differ + 2 * a->last->target) {
    HLS_MUST (a, 87, "other EXT-X-DATERANGE tags than %s", b->name);
    self->ranges_differ = now;
  }
}

static void
compare (HlsCheck * self, HlsRendition * a, HlsRendition * b, gboolean fresh)
{
  guint i;

  if (a->last->segments->len == 0 || b->last->segments->len == 0)
    return;
  compare_ends (a, b);
  compare_ranges (self, a, b);
  compare_fronts (a, b);
  if (!fresh)
    return;
  compare_headers (a, b);
  for (i = 0; i < a->last->segments->len; i++) {
    const M3u8Segment *s = m3u8_segment (a->last, i);

    if (s->complete && s->has_date)
      compare_segment (a, s, b);
  }
}

void
hls_rules_align (HlsCheck * self, HlsRendition * r)
{
  guint64 last = 0;
  gboolean any = m3u8_last_complete (r->last, &last);
  gboolean fresh = any && (!r->aligned || last != r->aligned_msn);
  guint i;

  if (r->last->segments->len > 0 && (r->front_at == 0
          || m3u8_segment (r->last, 0)->msn != r->front_msn)) {
    r->front_msn = m3u8_segment (r->last, 0)->msn;
    r->front_at = r->last_request.received;
  }
  for (i = 0; i < self->renditions->len; i++) {
    HlsRendition *other = g_ptr_array_index (self->renditions, i);

    if (other != r && other->last != NULL)
      compare (self, r, other, fresh);
  }
  r->aligned = any;
  r->aligned_msn = last;
}
