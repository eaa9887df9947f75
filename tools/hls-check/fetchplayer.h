/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fetch.h"
#include "hlscheck.h"

G_BEGIN_DECLS

typedef struct
{
  FetchOptions fetch;
  gchar *url;
  guint duration;               /* s */
  guint64 tolerance;            /* ns */
  gboolean verbose;
} PlayerOptions;

typedef struct
{
  guint64 playlists, held, media, bytes, probes;
} PlayerCounts;

/* Plays the presentation for `duration` and tells `check` of all that comes.
 * FALSE when it could not be loaded at all. */
gboolean player_run (const PlayerOptions * options, HlsCheck * check,
    PlayerCounts * counts, GCancellable * cancellable, GError ** error);

G_END_DECLS
