/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playlistrender.h"

#include "playlisttext.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)

guint64
playlist_skip_boundary (const PlaylistSettings * settings)
{
  return 6 * settings->target_duration * SECOND;
}

gchar *
playlist_render (const Playlist * self, const PlaylistSettings * settings)
{
  PlaylistText text;
  gchar *out;

  playlist_text_init (&text);
  out = playlist_text_render (&text, self, settings, NULL);
  playlist_text_clear (&text);
  return out;
}

gchar *
playlist_render_delta (const Playlist * self, const PlaylistSettings * settings)
{
  PlaylistText text;
  gchar *out;

  playlist_text_init (&text);
  out = playlist_text_render_delta (&text, self, settings, NULL,
      PLAYLIST_SKIP_SEGMENTS, 0);
  playlist_text_clear (&text);
  return out;
}

void
playlist_rendered_position (const Playlist * self,
    const PlaylistSettings * settings, PlaylistPosition * position)
{
  playlist_position (self, position);
  if (!settings->iframes)
    return;
  position->has_open = position->has_hint = FALSE;
  position->closed_parts = position->open_parts = 0;
}

gchar *
playlist_rendered_name (const Playlist * self,
    const PlaylistSettings * settings)
{
  return g_strconcat (self->name, settings->iframes ? PLAYLIST_IFRAMES_SUFFIX
      : "", ".m3u8", NULL);
}

gchar *
playlist_render_report (const Playlist * self,
    const PlaylistSettings * settings)
{
  g_autofree gchar *name = playlist_rendered_name (self, settings);
  PlaylistPosition position;
  GString *out;
  guint64 msn;
  guint parts;

  playlist_rendered_position (self, settings, &position);
  if (position.has_open && position.open_parts > 0) {
    msn = position.open_msn;
    parts = position.open_parts;
  } else if (position.has_closed) {
    msn = position.closed_msn;
    parts = position.closed_parts;
  } else {
    return NULL;
  }
  out = g_string_new ("#EXT-X-RENDITION-REPORT:URI=");
  playlist_append_uri (out, name, settings->query_param);
  g_string_append (out, ",LAST-MSN=");
  playlist_append_number (out, msn, 1);
  if (parts > 0) {
    g_string_append (out, ",LAST-PART=");
    playlist_append_number (out, parts - 1, 1);
  }
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}
