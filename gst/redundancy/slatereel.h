/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "backoff.h"

G_BEGIN_DECLS

#define SLATE_REEL_MEDIA 2

typedef enum
{
  SLATE_REEL_OFF,               /* nothing shall be loaded */
  SLATE_REEL_LOADING,           /* nothing has come yet */
  SLATE_REEL_ROLLING,
  SLATE_REEL_HELD,              /* a still picture that is all there */
  SLATE_REEL_BROKEN,            /* will be tried again */
} SlateReelState;

typedef enum
{
  SLATE_REEL_REASON_NONE,
  SLATE_REEL_REASON_ERROR,
  SLATE_REEL_REASON_TIMEOUT,    /* delivers nothing */
  SLATE_REEL_REASON_EMPTY,      /* ended and had nothing of use */
} SlateReelReason;

/* What the user has to do. */
typedef enum
{
  SLATE_REEL_REST,
  SLATE_REEL_LOAD,              /* start the file */
  SLATE_REEL_DROP,              /* stop it; `reason` says why */
} SlateReelAction;

/* What comes after the end. */
typedef enum
{
  SLATE_REEL_AGAIN,             /* play it from its beginning */
  SLATE_REEL_DONE,              /* nothing more is needed of it */
} SlateReelSequel;

typedef struct
{
  guint64 patience;             /* ns without data while some is wanted */
  guint64 ahead;                /* ns to keep ready */
  guint64 least_loop;           /* ns; what is shorter is a still picture */
} SlateReelConfig;

/* The slate's file on the slate's own time, which goes on while the slate is
 * shown and stands still at 0 while not.  Rounds of the file follow each other
 * without a hole.  All times are ns.  Plain data, one caller. */
typedef struct
{
  SlateReelConfig config;
  SlateReelState state;
  SlateReelReason reason;       /* of BROKEN */
  gboolean still;               /* only the first picture counts */
  guint64 since;                /* when loading began or data came last */
  guint64 retry_at;             /* of BROKEN */
  Backoff backoff;
  gint64 base;                  /* where this round begins, or -1: open */
  gint64 end;                   /* of all that was placed */
  gint64 at;                    /* what is shown, or will be first */
  gint64 origin;                /* output time of 0 */
  guint shown;                  /* bit mask of media */
  guint pictures;               /* items since the file was loaded */
  guint64 failures;
  guint64 rounds;
} SlateReel;

void slate_reel_init (SlateReel * self, const SlateReelConfig * config);

/* The file is loaded (anew).  What is shown goes on. */
void slate_reel_load (SlateReel * self, gboolean still, guint64 now);
void slate_reel_unload (SlateReel * self);

/* Where data of the file with that running time belongs. */
gint64 slate_reel_place (SlateReel * self, gint64 running_time,
    gint64 duration, guint64 now);
/* Is there room for it yet?  If not it has to wait. */
gboolean slate_reel_has_room (const SlateReel * self, gint64 start);

/* All media of the file have ended. */
SlateReelSequel slate_reel_on_end (SlateReel * self, guint64 now,
    guint32 random);
void slate_reel_on_error (SlateReel * self, guint64 now, guint32 random);

/* Called now and then: what became due. */
SlateReelAction slate_reel_step (SlateReel * self, guint64 now,
    guint32 random);

/* The medium shows the slate at this time of the output: the slate's time. */
gint64 slate_reel_show (SlateReel * self, guint medium, gint64 position);
/* It does no more.  TRUE: the file has to be loaded anew to begin with its
 * beginning the next time. */
gboolean slate_reel_hide (SlateReel * self, guint medium);

G_END_DECLS
