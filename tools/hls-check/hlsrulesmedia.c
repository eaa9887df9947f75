/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules 81, 88, 114, 116, 117, 119 and 133: bytes against what playlists tell of
 * them, and against the other renditions. */
#include <string.h>

#include "hlscheck.h"

/* An audio frame of 2048 samples at 44.1 kHz may lie across a boundary. */
#define FRAME (50 * HLS_MS)

static gboolean
has_codec (const gchar * codecs, const BmffInit * init)
{
  g_auto (GStrv) list = g_strsplit (codecs, ",", -1);
  guint i;

  for (i = 0; list[i] != NULL; i++) {
    g_strstrip (list[i]);
    if (g_ascii_strcasecmp (list[i], init->codec) == 0)
      return TRUE;
    /* Only the entry's name is known of others. */
    if (strchr (init->codec, '.') == NULL
        && g_ascii_strncasecmp (list[i], init->entry, 4) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
check_range (HlsRendition * r, const M3u8Entry * e, const gchar * range,
    const BmffInit * init)
{
  const gchar *want = init->transfer == 16 ? "PQ" : init->transfer == 18
      ? "HLG" : "SDR";

  verdict_look (r->verdict, 119);
  if (init->transfer != 0 && strcmp (range != NULL ? range : "SDR", want) != 0)
    HLS_MUST (r, 119, "line %u says VIDEO-RANGE=%s, transfer characteristics"
        " are %u", e->line, range != NULL ? range : "SDR", init->transfer);
}

static void
check_entry (HlsCheck * self, HlsRendition * r, const M3u8Entry * e,
    const BmffInit * init)
{
  const M3u8Playlist *p = self->multivariant;
  const gchar *codecs = m3u8_attribute (p, e, "CODECS");
  const gchar *size = m3u8_attribute (p, e, "RESOLUTION");
  g_autofree gchar *real = NULL;

  verdict_look (r->verdict, 116);
  if (codecs != NULL && !has_codec (codecs, init))
    HLS_MUST (r, 116, "line %u says CODECS=\"%s\", the init section has %s",
        e->line, codecs, init->codec);
  if (init->media != BMFF_VIDEO)
    return;
  real = g_strdup_printf ("%ux%u", init->width, init->height);
  verdict_look (r->verdict, 117);
  if (size != NULL && strcmp (size, real) != 0)
    HLS_MUST (r, 117, "line %u says RESOLUTION=%s, the init section %s",
        e->line, size, real);
  check_range (r, e, m3u8_attribute (p, e, "VIDEO-RANGE"), init);
}

static gboolean
is_of (HlsCheck * self, const M3u8Entry * e, const HlsRendition * r)
{
  g_autofree gchar *path = e->uri != NULL ? g_strndup (e->uri,
      strcspn (e->uri, "?")) : NULL;

  /* The base is the multivariant playlist's; names are enough to tell
   * playlists beside it apart. */
  return path != NULL && r->url != NULL && g_str_has_suffix (r->url, path);
}

/* The rendition's group is named by the variant. */
static gboolean
has_in_group (HlsCheck * self, const M3u8Entry * variant,
    const HlsRendition * r)
{
  const M3u8Playlist *p = self->multivariant;
  guint i;

  for (i = 0; i < p->entries->len; i++) {
    const M3u8Entry *e = &g_array_index (p->entries, M3u8Entry, i);
    const gchar *type = m3u8_attribute (p, e, "TYPE");

    if (e->type == M3U8_MEDIA && type != NULL && is_of (self, e, r)
        && g_strcmp0 (m3u8_attribute (p, e, "GROUP-ID"),
            m3u8_attribute (p, variant, type)) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
check_told (HlsCheck * self, HlsRendition * r, const BmffInit * init)
{
  const M3u8Playlist *p = self->multivariant;
  guint i;

  for (i = 0; p != NULL && i < p->entries->len; i++) {
    const M3u8Entry *e = &g_array_index (p->entries, M3u8Entry, i);

    if (e->type == M3U8_MEDIA)
      continue;
    if (is_of (self, e, r) || has_in_group (self, e, r))
      check_entry (self, r, e, init);
  }
}

static void
check_switching (HlsRendition * r, const BmffInit * init, HlsRendition * other)
{
  const BmffInit *o = &other->init;

  if (!other->has_init || init->media != BMFF_VIDEO || o->media != BMFF_VIDEO
      || strcmp (o->entry, init->entry) != 0 || r->iframes || other->iframes)
    return;
  verdict_look (r->verdict, 133);
  if (o->timescale != init->timescale || o->track_id != init->track_id)
    HLS_SHOULD (r, 133, "timescale %u and track_ID %u, %s has %u and %u",
        init->timescale, init->track_id, other->name, o->timescale,
        o->track_id);
}

void
hls_check_init (HlsCheck * self, HlsRendition * r, BmffTrack * track,
    const gchar * uri, const guint8 * data, gsize size)
{
  BmffInit init;
  guint i;

  bmff_track_add_init (track, uri, data, size);
  if (!bmff_init_read (&init, data, size))
    return;
  check_told (self, r, &init);
  for (i = 0; i < self->renditions->len; i++) {
    HlsRendition *other = g_ptr_array_index (self->renditions, i);

    if (other != r)
      check_switching (r, &init, other);
  }
  r->init = init;
  r->has_init = TRUE;
}

/* --- media --------------------------------------------------------------- */

/* 81: media of another kind begins a discontinuity. */
static void
check_change (HlsRendition * r, const BmffInit * before,
    guint64 before_number, const BmffTrack * track, guint64 msn)
{
  const BmffInit *now = track->init;

  if (before == NULL || now == NULL || before == now)
    return;
  verdict_look (r->verdict, 81);
  if ((strcmp (before->codec, now->codec) != 0
          || before->width != now->width || before->height != now->height
          || before->timescale != now->timescale)
      && track->discontinuity == before_number)
    HLS_MUST (r, 81, "segment %" G_GUINT64_FORMAT " goes from %s %ux%u to %s"
        " %ux%u without EXT-X-DISCONTINUITY", msn, before->codec,
        before->width, before->height, now->codec, now->width, now->height);
}

/* 88: the same date is the same media time in all renditions; discontinuities
 * may move it, so only segments of one number are compared. */
static void
check_begin (HlsCheck * self, HlsRendition * r, const BmffTrack * track,
    const BmffListed * listed)
{
  gint64 offset = (gint64) track->begin_ns - listed->date;
  guint i;

  if (track->begin_msn != listed->msn || !listed->has_date
      || listed->part > 0
      || g_hash_table_contains (r->begins, &track->begin_msn))
    return;
  if (g_hash_table_size (r->begins) > 4096)
    g_hash_table_remove_all (r->begins);
  g_hash_table_insert (r->begins, g_memdup2 (&track->begin_msn, 8),
      g_memdup2 (&offset, 8));
  for (i = 0; i < self->renditions->len; i++) {
    HlsRendition *other = g_ptr_array_index (self->renditions, i);
    const gint64 *at = other != r ? g_hash_table_lookup (other->begins,
        &track->begin_msn) : NULL;

    if (at == NULL)
      continue;
    verdict_look (r->verdict, 88);
    if (ABS (*at - offset) > (gint64) FRAME)
      HLS_MUST (r, 88, "segment %" G_GUINT64_FORMAT ": media time goes %.3f s"
          " apart from that of %s by their dates", track->begin_msn,
          (gdouble) (offset - *at) / M3U8_SECOND, other->name);
  }
}

/* 114: the variant's peak with the most demanding rendition of each group. */
static guint64
peak_of_groups (HlsCheck * self, const M3u8Entry * variant)
{
  guint64 peak = 0;
  guint i;

  for (i = 0; i < self->renditions->len; i++) {
    HlsRendition *r = g_ptr_array_index (self->renditions, i);

    if (!is_of (self, variant, r) && has_in_group (self, variant, r))
      peak = MAX (peak, r->peak_bps);
  }
  return peak;
}

static void
check_rate (HlsCheck * self, HlsRendition * r)
{
  const M3u8Playlist *p = self->multivariant;
  guint i;

  for (i = 0; p != NULL && i < p->entries->len; i++) {
    const M3u8Entry *e = &g_array_index (p->entries, M3u8Entry, i);
    const gchar *text = m3u8_attribute (p, e, "BANDWIDTH");
    guint64 told, peak;

    if (e->type != M3U8_VARIANT || text == NULL || !is_of (self, e, r)
        || !m3u8_integer (text, &told))
      continue;
    verdict_look (r->verdict, 114);
    peak = r->peak_bps + peak_of_groups (self, e);
    if (peak / 5 > told / 4)
      HLS_MUST (r, 114, "line %u says BANDWIDTH=%" G_GUINT64_FORMAT ", a"
          " segment with its groups has %" G_GUINT64_FORMAT, e->line, told,
          peak);
  }
}

void
hls_check_media (HlsCheck * self, HlsRendition * r, BmffTrack * track,
    const BmffListed * listed, const guint8 * data, gsize size)
{
  const BmffInit *before = track->init;
  guint64 number = track->discontinuity, peak = r->peak_bps;

  bmff_track_add_media (track, listed, data, size);
  check_change (r, before, number, track, listed->msn);
  check_begin (self, r, track, listed);
  r->peak_bps = MAX (peak, track->peak_bps);
  if (r->peak_bps != peak)
    check_rate (self, r);
}
