/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "playlist.h"
#include "request.h"

G_BEGIN_DECLS

typedef enum
{
  BLOCKING_ANSWER,              /* 200 with what there is */
  BLOCKING_HOLD,                /* until the next change or the deadline */
  BLOCKING_REFUSE,              /* 400: it will not come soon */
  BLOCKING_ABSENT,              /* 404: it will not come at all */
  BLOCKING_EXPIRED,             /* 503: it did not come in time */
} BlockingDecision;

typedef struct
{
  guint64 target;               /* ns */
  guint64 part;                 /* ns */
  gboolean twin;                /* another origin has what this one lacks */
} BlockingLimits;

/* How long a request may be held, ns (RFC 8216bis 6.2.5.2: three target
 * durations). */
guint64 blocking_patience (const BlockingLimits * limits);

/* What to do with a request for a media playlist that arrived at `since`.
 * `listed` is FALSE while the presentation has not begun: twins do not hold
 * then, so that a cache asks the other one. */
BlockingDecision blocking_playlist (const Request * request,
    const PlaylistPosition * position, gboolean listed,
    const BlockingLimits * limits, guint64 since, guint64 now);

/* The same for media that is not there: held when it is the part that the
 * preload hint promised. */
BlockingDecision blocking_media (gboolean hinted,
    const PlaylistPosition * position, const BlockingLimits * limits,
    guint64 since, guint64 now);

G_END_DECLS
