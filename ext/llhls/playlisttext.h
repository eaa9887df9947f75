/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "daterange.h"
#include "playlist.h"
#include "playlistrender.h"

G_BEGIN_DECLS

/* One form of one playlist as text.  Each line is made once, when its part or
 * segment comes, and once more when the segment gets too old to show its parts,
 * so that a playlist of hours costs little more per part than one of a minute.
 * Render one playlist with one set of settings; `part_target` and
 * `delta_updates` may change in between.  No locks. */
typedef struct
{
  GString *lines;               /* of segments too old for their parts */
  GQueue lengths;               /* of their lines, oldest first */
  gsize gone;                   /* bytes in front that are no longer listed */
  guint64 first_msn, next_msn;  /* those in `lines`; equal = none */
  GQueue near;                  /* of the segments behind them, with parts */
} PlaylistText;

typedef enum
{
  PLAYLIST_SKIP_SEGMENTS,       /* _HLS_skip=YES */
  PLAYLIST_SKIP_DATERANGES,     /* _HLS_skip=v2: those too */
} PlaylistSkip;

void playlist_text_init (PlaylistText * self);
void playlist_text_clear (PlaylistText * self);

/* The whole playlist, without rendition reports.  `ranges` may be NULL.
 * Returns: (transfer full) */
gchar *playlist_text_render (PlaylistText * self,
    const Playlist * playlist, const PlaylistSettings * settings,
    const DaterangeSet * ranges);

/* A delta update; `now` as told to `ranges`.
 * Returns: (transfer full) (nullable): NULL when there is nothing to skip, so
 * that the whole playlist is the answer. */
gchar *playlist_text_render_delta (PlaylistText * self,
    const Playlist * playlist, const PlaylistSettings * settings,
    const DaterangeSet * ranges, PlaylistSkip skip, guint64 now);

G_END_DECLS
