/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vod.h"

#include <string.h>

#include "playlisttext.h"

gchar *
vod_render (const Playlist * playlist, const PlaylistSettings * settings,
    const DaterangeSet * ranges, guint64 msn)
{
  Playlist rest = *playlist;
  PlaylistSettings vod = *settings;
  PlaylistText text;
  gchar *out;

  while (rest.segments.head != NULL
      && ((PlaylistSegment *) rest.segments.head->data)->msn < msn) {
    rest.discontinuities +=
        ((PlaylistSegment *) rest.segments.head->data)->discontinuity;
    rest.segments.head = rest.segments.head->next;
    rest.segments.length--;
  }
  if (rest.segments.head == NULL)
    return NULL;
  vod.type = PLAYLIST_VOD;
  vod.low_latency = vod.delta_updates = FALSE;
  playlist_text_init (&text);
  out = playlist_text_render (&text, &rest, &vod, ranges);
  playlist_text_clear (&text);
  return out;
}

static void
append_line (GString * out, const gchar * line)
{
  static const gchar key[] = "URI=\"";
  const gchar *uri = *line == '#' ? strstr (line, key) : NULL;

  if (uri != NULL) {
    uri += strlen (key);
    g_string_append_len (out, line, uri - line);
    g_string_append (out, VOD_PREFIX);
    line = uri;
  } else if (*line != '#' && *line != '\0') {
    g_string_append (out, VOD_PREFIX);
  }
  g_string_append (out, line);
}

gchar *
vod_render_multivariant (const gchar * live)
{
  g_auto (GStrv) lines = g_strsplit (live, "\n", -1);
  GString *out = g_string_new (NULL);
  guint i;

  for (i = 0; lines[i] != NULL; i++) {
    append_line (out, lines[i]);
    if (lines[i + 1] != NULL)
      g_string_append_c (out, '\n');
  }
  return g_string_free (out, FALSE);
}
