/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "drift.h"

G_BEGIN_DECLS

#define TIMELINE_MEDIA 2

typedef enum
{
  TIMELINE_SETTLING,            /* waiting for the other medium; not usable */
  TIMELINE_USABLE,
  TIMELINE_LATE,                /* its place in the output has passed */
} TimelineVerdict;

typedef struct
{
  guint expected;               /* bit mask of media of the connection */
  guint64 settle;               /* ns to wait for all of them */
  gint64 trust;                 /* ns; see timeline_map(); negative: never */
  guint64 latency;              /* ns that data may be late and still serve */
  guint64 limit;                /* ns late that is a new timeline */
  guint64 early;                /* ns early that is one; stores hold as much */
  guint64 patience;             /* ns of lateness before a new timeline */
} TimelineConfig;

typedef struct
{
  gboolean mapped;              /* the rest is known */
  guint64 arrival;              /* of the newest data */
  gint64 running_time;
  gint64 spacing;               /* ns to the data before it */
  gint64 place;                 /* where it was put, without drift and shift */
  gint64 shift;                 /* ns later than that, now */
  gint64 shift_wanted;
} TimelineMedium;

/* Maps the running time of one input connection onto the output's with one
 * offset that all its media share, so that lip sync survives: the first data
 * of the slowest medium belongs where it arrived.  A jump of the input's time
 * makes a new epoch, that goes on where the one before was, and that its other
 * media join when they have jumped as well.  Where the input's clock runs
 * faster or slower than ours the place of its data follows by a slope.
 * Plain data, one caller. */
typedef struct
{
  TimelineConfig config;
  gboolean paced;               /* our clock makes it arrive: it has no drift */
  gboolean running;             /* offset is settled */
  guint seen;                   /* bit mask of media */
  guint64 first_arrival;
  gint64 offset;                /* without drift */
  gint64 old_offset;            /* of media that have not jumped yet */
  guint on_old;                 /* bit mask of those */
  gboolean is_late[TIMELINE_MEDIA];
  guint64 late_since[TIMELINE_MEDIA];
  guint epoch[TIMELINE_MEDIA];  /* rises when a medium's place jumps */
  guint epochs;
  TimelineMedium media[TIMELINE_MEDIA];
  Drift drift;
  guint lead;                   /* medium that drift is measured by */
  guint64 jumps;
} Timeline;

void timeline_init (Timeline * self, const TimelineConfig * config);

/* A new connection, or the clock was stopped meanwhile. */
void timeline_reset (Timeline * self);

/* Where data with `running_time` that arrived at `arrival` belongs.  An input
 * whose first data is at most `trust` late, and not early by more than
 * `limit`, keeps its own running time. */
TimelineVerdict timeline_map (Timeline * self, guint medium, guint64 arrival,
    gint64 running_time, gint64 * mapped);

/* Puts the medium `shift` ns later than where its data belongs: at once, or by
 * a millisecond in each second while it is seen. */
void timeline_shift (Timeline * self, guint medium, gint64 shift,
    gboolean seen);

/* What is added to running time now, with drift; 0 while settling. */
/* The same for data from before the newest that was mapped, which is brought
 * up again: it says nothing about the timeline. */
TimelineVerdict timeline_recall (const Timeline * self, guint medium,
    guint64 arrival, gint64 running_time, gint64 * mapped);

gint64 timeline_offset (const Timeline * self);

G_END_DECLS
