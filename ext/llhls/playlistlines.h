/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "playlist.h"
#include "playlistrender.h"

G_BEGIN_DECLS

/* The lines of which media playlists are made. */

/* What media playlist tags of the whole presentation say.  `version` is what
 * the rest of the playlist needs. */
void playlist_append_header (GString * out, const Playlist * self,
    const PlaylistSettings * settings, guint version);

/* One segment.  `last_map` is the init section in force before it, or NULL;
 * `parts`: with those it consists of. */
void playlist_append_segment (GString * out, const Playlist * self,
    const PlaylistSettings * settings, const PlaylistSegment * segment,
    const gchar * last_map, gboolean parts);

/* What of a segment is in a text already: all zero at first. */
typedef struct
{
  guint parts;
  gboolean closed;
} PlaylistShown;

/* The same with parts, bit by bit as they come: nothing of what is in `out`,
 * which has this segment alone, changes. */
void playlist_append_growth (GString * out, const Playlist * self,
    const PlaylistSettings * settings, const PlaylistSegment * segment,
    const gchar * last_map, PlaylistShown * shown);

/* What comes behind the last segment. */
void playlist_append_end (GString * out, const Playlist * self,
    const PlaylistSettings * settings);

G_END_DECLS
