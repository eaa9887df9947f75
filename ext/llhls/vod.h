/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "daterange.h"
#include "playlist.h"
#include "playlistrender.h"

G_BEGIN_DECLS

/* What is left of a live presentation when it is over, under URIs of its own:
 * the live playlists may not become VOD (RFC 8216bis 6.2.1). */

#define VOD_NAME "vod"
#define VOD_PREFIX "vod-"

/* A media playlist from segment `msn` on; `settings` are the live one's.
 * Returns: (transfer full) (nullable): NULL when nothing is left. */
gchar *vod_render (const Playlist * playlist,
    const PlaylistSettings * settings, const DaterangeSet * ranges,
    guint64 msn);

/* The multivariant playlist that names these.  Returns: (transfer full) */
gchar *vod_render_multivariant (const gchar * live);

G_END_DECLS
