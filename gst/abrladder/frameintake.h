/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  FRAME_INTAKE_TAKE,
  FRAME_INTAKE_SKIP_RATE,       /* the rung runs at a part of the rate */
  FRAME_INTAKE_DROP_FULL,       /* the encoder is behind */
  FRAME_INTAKE_DROP_WAITING,    /* until the next GOP begins */
} FrameIntakeVerdict;

/* Which frames a rung takes into its queue.  What is dropped is dropped here
 * and nowhere else, and the first frame of a GOP only in the last resort:
 * then the whole GOP goes with it, since a key frame anywhere else would not
 * be at the same time as on the other rungs.
 * Plain data; one thread. */
typedef struct
{
  guint divisor;                /* take every divisor-th frame */
  guint limit;                  /* frames in the queue, 0 = no limit */
  guint reserve;                /* beyond it, for first frames of GOPs */
  gboolean waiting;             /* for the next GOP */
  gboolean started;
  guint64 last_bucket;
} FrameIntake;

/* `wait`: begin only with a GOP, as a rung that joins later must. */
void frame_intake_init (FrameIntake * self, guint divisor, guint limit,
    guint reserve, gboolean wait);

/* `slot` from the GopLattice; `level` is what the queue holds now. */
FrameIntakeVerdict frame_intake_push (FrameIntake * self, guint64 slot,
    gboolean boundary, guint level);

G_END_DECLS
