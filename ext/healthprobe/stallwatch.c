/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stallwatch.h"

#include <string.h>

void
stall_watch_init (StallWatch * self)
{
  memset (self, 0, sizeof (*self));
  self->startup_timeout = STALL_WATCH_NEVER;
  self->stall_timeout = STALL_WATCH_NEVER;
}

void
stall_watch_reset (StallWatch * self)
{
  self->state = STALL_WATCH_OFF;
  self->seen = FALSE;
  self->since = 0;
}

void
stall_watch_arm (StallWatch * self, guint64 now)
{
  self->state = self->seen ? STALL_WATCH_FLOWING : STALL_WATCH_STARTING;
  self->since = now;
}

void
stall_watch_disarm (StallWatch * self)
{
  self->state = STALL_WATCH_OFF;
}

void
stall_watch_on_data (StallWatch * self, guint64 now)
{
  self->seen = TRUE;
  self->since = now;
  if (self->state == STALL_WATCH_STARTING)
    self->state = STALL_WATCH_FLOWING;
}

/* When data are overdue. */
static guint64
due (const StallWatch * self)
{
  guint64 timeout = STALL_WATCH_NEVER;

  switch (self->state) {
    case STALL_WATCH_OFF:
      break;
    case STALL_WATCH_STARTING:
      timeout = self->startup_timeout;
      break;
    case STALL_WATCH_FLOWING:
      timeout = self->stall_timeout;
      break;
  }
  if (timeout >= STALL_WATCH_NEVER - self->since)
    return STALL_WATCH_NEVER;
  return self->since + timeout;
}

StallKind
stall_watch_check (const StallWatch * self, guint64 now)
{
  if (due (self) > now || self->state == STALL_WATCH_OFF)
    return STALL_NONE;
  return self->state == STALL_WATCH_STARTING ? STALL_STARTUP : STALL_STALLED;
}

guint64
stall_watch_deadline (const StallWatch * self, guint64 now)
{
  guint64 deadline = due (self);

  return deadline > now ? deadline : STALL_WATCH_NEVER;
}
