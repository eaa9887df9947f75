/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules 38, 41, 45 and 73: what was hinted and what was got. */
#include "hlsrules.h"

#define MAX_KNOWN 1024

void
hls_rendition_fetched (HlsRendition * self, const gchar * uri,
    const guint8 * data, gsize size)
{
  g_autofree gchar *digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256,
      data, size);
  const gchar *before = g_hash_table_lookup (self->digests, uri);

  verdict_look (self->verdict, 41);
  if (before != NULL && !g_str_equal (before, digest))
    HLS_MUST (self, 41, "%s has other bytes than before", uri);
  if (g_hash_table_size (self->digests) >= MAX_KNOWN)
    g_hash_table_remove_all (self->digests);
  g_hash_table_insert (self->digests, g_strdup (uri),
      g_steal_pointer (&digest));
}

/* 38: a part that is sent as it grows takes about as long as it lasts. */
static void
check_trickle (HlsRendition * self, guint64 took)
{
  self->hints++;
  if (took > self->last->part_target * 6 / 10)
    self->trickled++;
  verdict_look (self->verdict, 38);
  if (self->hints >= 4 && self->trickled * 2 > self->hints)
    HLS_MUST (self, 38, "%u of %u hinted parts took most of their duration"
        " from first to last byte", self->trickled, self->hints);
}

static void
check_refused (HlsRendition * self, const gchar * uri, guint status)
{
  guint i;

  for (i = 0; i < self->last->parts->len; i++) {
    const M3u8Part *part = &g_array_index (self->last->parts, M3u8Part, i);

    if (g_str_equal (part->uri, uri) && !part->gap && status != 503)
      HLS_MUST (self, 45, "%s was hinted, answered %u, and is listed now", uri,
          status);
  }
}

void
hls_rendition_hinted (HlsRendition * self, const gchar * uri, guint status,
    guint64 first_byte, guint64 finished)
{
  if (self->last == NULL || status == 0)
    return;
  self->verdict->now = finished;
  verdict_look (self->verdict, 45);
  if (status != 200) {
    check_refused (self, uri, status);
    return;
  }
  check_trickle (self, finished - MIN (finished, first_byte));
  if (g_hash_table_size (self->hint_times) >= MAX_KNOWN)
    g_hash_table_remove_all (self->hint_times);
  g_hash_table_insert (self->hint_times, g_strdup (uri),
      g_memdup2 (&first_byte, sizeof (first_byte)));
}

/* 73: the playlist and the hinted part are set free by the same event. */
void
hls_rules_release (HlsRendition * self, const HlsRequest * request,
    const M3u8Playlist * p)
{
  const M3u8Part *last;
  guint64 *at;

  if (!request->has_part || p->parts->len == 0)
    return;
  last = &g_array_index (p->parts, M3u8Part, p->parts->len - 1);
  at = g_hash_table_lookup (self->hint_times, last->uri);
  if (at == NULL)
    return;
  verdict_look (self->verdict, 73);
  if (request->received > MAX (*at, request->requested) + self->tolerance)
    HLS_SHOULD (self, 73, "%s came %.3f s before the playlist that lists it",
        last->uri, HLS_S (request->received - *at));
  g_hash_table_remove (self->hint_times, last->uri);
}
