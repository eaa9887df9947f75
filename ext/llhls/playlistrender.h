/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "playlist.h"

G_BEGIN_DECLS

/* What every playlist of a presentation says alike and never changes. */
typedef struct
{
  guint target_duration;        /* s */
  guint64 part_target;          /* ns, a whole number of ms */
  /* Parts, hints and blocking; without it a playlist of whole segments, for
   * servers that only have files. */
  gboolean low_latency;
  gboolean delta_updates;       /* offer EXT-X-SKIP */
} PlaylistSettings;

/* How far from the end a delta update may skip, ns (RFC 8216bis 4.4.3.8). */
guint64 playlist_skip_boundary (const PlaylistSettings * settings);

/* The media playlist, without rendition reports.
 * Returns: (transfer full) */
gchar *playlist_render (const Playlist * self,
    const PlaylistSettings * settings);

/* The same as a delta update.
 * Returns: (transfer full) (nullable): NULL when nothing can be skipped. */
gchar *playlist_render_delta (const Playlist * self,
    const PlaylistSettings * settings);

/* The line by which the other renditions' playlists tell of this one.
 * Returns: (transfer full) (nullable): NULL while it has nothing. */
gchar *playlist_render_report (const Playlist * self);

/* Appends num/den in decimal with `digits` digits behind the point, rounded
 * half to even. */
void playlist_append_decimal (GString * out, guint64 num, guint32 den,
    guint digits);

G_END_DECLS
