/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "playlist.h"

G_BEGIN_DECLS

#define PLAYLIST_IFRAMES_SUFFIX "-iframes"

typedef enum
{
  PLAYLIST_LIVE,                /* old segments leave */
  PLAYLIST_EVENT,               /* none does */
  PLAYLIST_VOD,                 /* nothing changes */
} PlaylistType;

/* What every playlist of a presentation says alike and never changes. */
typedef struct
{
  guint target_duration;        /* s */
  guint64 part_target;          /* ns, a whole number of ms */
  /* Parts, hints and blocking; without it a playlist of whole segments, for
   * servers that only have files. */
  gboolean low_latency;
  gboolean delta_updates;       /* offer EXT-X-SKIP */
  gboolean skip_dateranges;     /* which may leave out EXT-X-DATERANGE too */
  gboolean iframes;             /* only the key frame of each segment */
  /* Parameter that each URI takes over from the playlist's own URL, with
   * EXT-X-DEFINE:QUERYPARAM; NULL = none. */
  const gchar *query_param;
  /* Parts on a server that holds no request: no blocking, no hint. */
  gboolean unattended;
  PlaylistType type;
} PlaylistSettings;

/* How far from the end a delta update may skip, ns (RFC 8216bis 4.4.3.8). */
guint64 playlist_skip_boundary (const PlaylistSettings * settings);

/* The media playlist, without rendition reports or date ranges, as
 * playlisttext.h renders it.  Returns: (transfer full) */
gchar *playlist_render (const Playlist * self,
    const PlaylistSettings * settings);

/* The same as a delta update.
 * Returns: (transfer full) (nullable): NULL when nothing can be skipped. */
gchar *playlist_render_delta (const Playlist * self,
    const PlaylistSettings * settings);

/* The line by which the other renditions' playlists tell of this one.
 * Returns: (transfer full) (nullable): NULL while it has nothing. */
gchar *playlist_render_report (const Playlist * self,
    const PlaylistSettings * settings);

/* What a request has to know: a playlist of key frames has no parts. */
void playlist_rendered_position (const Playlist * self,
    const PlaylistSettings * settings, PlaylistPosition * position);

/* File name of the playlist.  Returns: (transfer full) */
gchar *playlist_rendered_name (const Playlist * self,
    const PlaylistSettings * settings);

/* Appends num/den in decimal with `digits` digits behind the point, rounded
 * half to even. */
void playlist_append_decimal (GString * out, guint64 num, guint32 den,
    guint digits);

/* Appends a time in ns since 1970 as ISO 8601. */
void playlist_append_date (GString * out, guint64 ns);

/* Appends a URI in quotes, with the parameter when there is one. */
void playlist_append_uri (GString * out, const gchar * path,
    const gchar * query_param);

/* Appends EXT-X-VERSION, raised when there is a parameter, and its
 * EXT-X-DEFINE.  Returns: the version; 1 is not told. */
guint playlist_append_version (GString * out, guint version,
    const gchar * query_param);

G_END_DECLS
