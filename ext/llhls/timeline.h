/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where segments begin, for all renditions alike: the same number for the same
 * time.  Boundaries lie on the first key frame at or after each multiple of the
 * target duration; whichever rendition brings that frame first decides, the
 * others follow.  Times are running times in ns.
 * Owned by one packager, no locks. */
typedef struct
{
  guint64 msn;
  guint64 time;
  gboolean discontinuity;
  gboolean guessed;             /* not where a key frame was, by_time */
  gboolean silence;             /* nobody had more media than up to here */
} TimelineBoundary;

typedef struct
{
  guint64 target;               /* ns */
  guint64 longest;              /* ns, no segment may be longer */
  guint64 next_msn;
  gboolean want_discontinuity;  /* the next boundary shall be one */
  gboolean want_at_key;         /* the next that a key frame of video brings */
  gboolean at_key;              /* what follows is brought by one */
  guint64 discontinuities;      /* before the first that is remembered */
  /* Numbers are those of the multiples of the target duration, one for each,
   * so that who starts later counts alike. */
  gboolean by_time;
  gboolean off_grid;            /* the last key frame was not on its multiple */
  guint history;                /* numbers without media before the first */
  GArray *boundaries;           /* of TimelineBoundary, oldest first */
} Timeline;

/* Boundaries that are remembered, so that a late rendition can be told what it
 * missed. */
#define TIMELINE_MAX_BOUNDARIES 4096

/* Boundaries put into one hole of all renditions; what is missing beyond them
 * shows in PROGRAM-DATE-TIME only. */
#define TIMELINE_MAX_GAP 64

void timeline_init (Timeline * self, guint64 target, guint64 longest,
    guint64 first_msn);
void timeline_clear (Timeline * self);

gboolean timeline_started (const Timeline * self);

/* The oldest and newest boundary; only when started. */
const TimelineBoundary *timeline_first (const Timeline * self);
const TimelineBoundary *timeline_last (const Timeline * self);

/* A boundary by number, or NULL when not known (any more). */
const TimelineBoundary *timeline_get (const Timeline * self, guint64 msn);

/* The segment that holds `time`: the newest boundary at or before it. */
const TimelineBoundary *timeline_find (const Timeline * self, guint64 time);

/* The multiple of the target duration on which the next boundary is due. */
guint64 timeline_due (const Timeline * self);

/* Whether a boundary lies on its multiple. */
gboolean timeline_on_grid (const Timeline * self,
    const TimelineBoundary * boundary);

/* A key frame lies at `time`, and the next one probably `interval` later (0 is
 * unknown); `slack` is half a frame.  TRUE when a segment shall begin here. */
gboolean timeline_offer (Timeline * self, guint64 time, guint64 interval,
    guint64 slack);

/* A segment begins at `time`, whatever the grid says, if the last one began
 * before. */
void timeline_cut (Timeline * self, guint64 time);

/* Media of all who lead ends at `time`, within a segment: it ends there, with
 * what there is.  Not so when somebody's ended so long before, at `first`, that
 * what it lacks does not fit into one segment. */
void timeline_fall_silent (Timeline * self, guint64 time, guint64 first);

/* The same, with the boundaries that nobody brought before it.  FALSE when its
 * multiple has one, by_time. */
gboolean timeline_force (Timeline * self, guint64 time);

G_END_DECLS
