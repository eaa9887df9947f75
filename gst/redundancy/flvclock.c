/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "flvclock.h"

void
flv_clock_init (FlvClock * self)
{
  self->running = FALSE;
  self->last = 0;
}

guint64
flv_clock_near (const FlvClock * self, guint64 stamp)
{
  gint32 step = (gint32) ((guint32) stamp - (guint32) self->last);

  /* Before the start of time there is nothing to unwrap. */
  if (step < 0 && self->last < (guint64) - (gint64) step)
    return stamp;
  return self->last + step;
}

guint64
flv_clock_unwrap (FlvClock * self, guint64 stamp)
{
  self->last = self->running ? flv_clock_near (self, stamp) : stamp;
  self->running = TRUE;
  return self->last;
}
