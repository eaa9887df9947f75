/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RATE_METER_BUCKET (100 * G_GUINT64_CONSTANT (1000000))  /* ns */
#define RATE_METER_BUCKETS 50
#define RATE_METER_LONG 50      /* buckets of the 5 s window */
#define RATE_METER_SHORT 10     /* buckets of the 1 s window */

/* Bytes and frames within the last second and the last five, on any time axis
 * (arrival, running time).  Counts into buckets of 100 ms; a rate is taken
 * over whole buckets only.  Plain data, no locks. */
typedef struct
{
  guint64 bytes[RATE_METER_BUCKETS];
  guint32 frames[RATE_METER_BUCKETS];
  guint64 start;                /* ns, of the present bucket */
  guint present;                /* its index */
  guint complete;               /* whole buckets before it, up to the limit */
  guint64 bytes_now;            /* in the present bucket */
  guint32 frames_now;
  gboolean started;
} RateMeter;

void rate_meter_reset (RateMeter * self);

/* TRUE if a bucket was completed, so that the rates have changed.  A step
 * back counts into the present bucket (reordered frames); one by more than the
 * window starts the meter anew. */
gboolean rate_meter_add (RateMeter * self, guint64 now, gsize bytes,
    guint frames);

/* Only time passes. */
gboolean rate_meter_advance (RateMeter * self, guint64 now);

/* Over the last `window` buckets, or the fewer that there are so far. */
gdouble rate_meter_bits_per_second (const RateMeter * self, guint window);
gdouble rate_meter_frames_per_second (const RateMeter * self, guint window);

/* Whole buckets seen so far, up to RATE_METER_BUCKETS. */
guint rate_meter_filled (const RateMeter * self);

G_END_DECLS
