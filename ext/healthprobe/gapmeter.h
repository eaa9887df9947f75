/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GAP_TIME_NONE G_MAXUINT64

typedef enum
{
  GAP_NONE,
  GAP_SMALL,                    /* a frame or more is missing */
  GAP_LARGE,                    /* `threshold` or more is missing */
  GAP_BACKWARDS,                /* time went back */
} GapKind;

/* Looks for holes between buffers on their own timeline (running time, ns).
 * Plain data, no locks. */
typedef struct
{
  guint64 threshold;            /* ns, a large gap */
  guint64 frame;                /* ns, of one frame; 0 when not known */
  guint64 tolerance;            /* ns that may be missing at least */
  gboolean reorders;            /* times are of presentation with B-frames */

  guint64 last;                 /* newest time, or none */
  guint64 end;                  /* where the next one is due, or none */
  guint64 gaps;                 /* of both kinds */
  guint64 backwards;
  guint64 gap_time;             /* ns, sum of all */
  guint64 longest;              /* ns */
} GapMeter;

void gap_meter_init (GapMeter * self, guint64 threshold);

/* For the next stream: its frame duration (0 if not known), and whether its
 * times may step back by up to a second (B-frames without DTS). */
void gap_meter_set_stream (GapMeter * self, guint64 frame, guint64 tolerance,
    gboolean reorders);

/* The next time follows nothing: after a flush, a new segment. */
void gap_meter_restart (GapMeter * self);

/* `duration` may be 0 or GAP_TIME_NONE; `hole` is set to what is missing (ns)
 * in front of this buffer, or by how far it steps back. */
GapKind gap_meter_on_buffer (GapMeter * self, guint64 time, guint64 duration,
    guint64 * hole);

G_END_DECLS
