/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "frameintake.h"

void
frame_intake_init (FrameIntake * self, guint divisor, guint limit,
    guint reserve, gboolean wait)
{
  g_assert (divisor > 0);
  self->divisor = divisor;
  self->limit = limit;
  self->reserve = reserve;
  self->waiting = wait;
  self->started = FALSE;
  self->last_bucket = 0;
}

static gboolean
is_full (const FrameIntake * self, gboolean boundary, guint level)
{
  if (self->limit == 0)
    return FALSE;
  return level >= self->limit + (boundary ? self->reserve : 0);
}

FrameIntakeVerdict
frame_intake_push (FrameIntake * self, guint64 slot, gboolean boundary,
    guint level)
{
  guint64 bucket = slot / self->divisor;

  if (boundary) {
    self->waiting = is_full (self, TRUE, level);
    if (self->waiting)
      return FRAME_INTAKE_DROP_FULL;
  } else {
    if (self->waiting)
      return FRAME_INTAKE_DROP_WAITING;
    /* Buckets, not remainders: where the source lost the frame that was
     * due, the next one takes its place. */
    if (self->started && bucket == self->last_bucket)
      return FRAME_INTAKE_SKIP_RATE;
    if (is_full (self, FALSE, level))
      return FRAME_INTAKE_DROP_FULL;
  }
  self->started = TRUE;
  self->last_bucket = bucket;
  return FRAME_INTAKE_TAKE;
}
