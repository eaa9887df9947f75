/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hlscheck.h"

#include <string.h>

HlsCheck *
hls_check_new (guint64 tolerance)
{
  HlsCheck *self = g_new0 (HlsCheck, 1);

  verdict_init (&self->verdict);
  self->tolerance = tolerance;
  self->renditions = g_ptr_array_new_with_free_func ((GDestroyNotify)
      hls_rendition_free);
  self->claims = g_array_new (FALSE, FALSE, sizeof (HlsClaim));
  self->ranges_differ = HLS_NONE;
  return self;
}

void
hls_check_free (HlsCheck * self)
{
  verdict_clear (&self->verdict);
  g_clear_pointer (&self->multivariant, m3u8_free);
  g_ptr_array_unref (self->renditions);
  g_array_unref (self->claims);
  g_free (self);
}

gchar *
hls_absolute (const gchar * base, const gchar * uri, gboolean query)
{
  g_autofree gchar *text = base != NULL ? g_uri_resolve_relative (base, uri,
      G_URI_FLAGS_ENCODED, NULL) : g_strdup (uri);

  if (text == NULL)
    return NULL;
  text[strcspn (text, "#")] = '\0';
  if (!query)
    text[strcspn (text, "?")] = '\0';
  return g_steal_pointer (&text);
}

static gboolean
same_entry (const M3u8Playlist * pa, const M3u8Entry * a,
    const M3u8Playlist * pb, const M3u8Entry * b)
{
  guint i;

  if (a->type != b->type || g_strcmp0 (a->uri, b->uri) != 0
      || a->n_attributes != b->n_attributes)
    return FALSE;
  for (i = 0; i < a->n_attributes; i++) {
    const M3u8Attribute *x = &g_array_index (pa->attributes, M3u8Attribute,
        a->first_attribute + i);

    if (g_strcmp0 (m3u8_attribute (pb, b, x->name), x->value) != 0)
      return FALSE;
  }
  return TRUE;
}

void
hls_check_multivariant (HlsCheck * self, const gchar * name,
    M3u8Playlist * playlist, guint64 now)
{
  M3u8Playlist *before = self->multivariant;
  guint i;

  self->verdict.now = now;
  if (before == NULL) {
    hls_rules_problems (&self->verdict, name, playlist);
    hls_rules_multivariant (&self->verdict, name, playlist);
    self->multivariant = playlist;
    return;
  }
  verdict_look (&self->verdict, 129);
  if (before->entries->len != playlist->entries->len)
    verdict_break (&self->verdict, 129, VERDICT_SHOULD, name,
        "%u entries before, %u now", before->entries->len,
        playlist->entries->len);
  for (i = 0; i < MIN (before->entries->len, playlist->entries->len); i++) {
    const M3u8Entry *entry = &g_array_index (playlist->entries, M3u8Entry, i);

    if (!same_entry (before, &g_array_index (before->entries, M3u8Entry, i),
            playlist, entry))
      verdict_break (&self->verdict, 129, VERDICT_SHOULD, name,
          "line %u is not what it was", entry->line);
  }
  m3u8_free (before);
  self->multivariant = playlist;
}

HlsRendition *
hls_check_add (HlsCheck * self, const gchar * name, const gchar * url,
    gboolean iframes, gboolean subtitles)
{
  g_autofree gchar *plain = hls_absolute (NULL, url, FALSE);
  HlsRendition *r = hls_rendition_new (&self->verdict, name, plain,
      self->tolerance);

  r->iframes = iframes;
  r->subtitles = subtitles;
  g_ptr_array_add (self->renditions, r);
  return r;
}

void
hls_check_feed (HlsCheck * self, HlsRendition * rendition,
    const HlsRequest * request, M3u8Playlist * playlist)
{
  if (!hls_rendition_feed (rendition, request, playlist))
    return;
  verdict_look (&self->verdict, 14);
  if (!rendition->subtitles && !rendition->last->independent_segments
      && (self->multivariant == NULL
          || !self->multivariant->independent_segments)
      && rendition->snapshots == 1)
    HLS_SHOULD (rendition, 14, "no EXT-X-INDEPENDENT-SEGMENTS");
  hls_rules_reports (self, rendition);
  hls_rules_align (self, rendition);
}
