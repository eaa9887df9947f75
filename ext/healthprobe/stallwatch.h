/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define STALL_WATCH_NEVER G_MAXUINT64

typedef enum
{
  STALL_WATCH_OFF,              /* paused, ended: nothing is expected */
  STALL_WATCH_STARTING,         /* nothing has come yet */
  STALL_WATCH_FLOWING,
} StallWatchState;

typedef enum
{
  STALL_NONE,
  STALL_STARTUP,                /* nothing at all within `startup_timeout` */
  STALL_STALLED,                /* nothing any more for `stall_timeout` */
} StallKind;

/* Tells when data are overdue.  Plain data, no locks; the caller asks at the
 * deadline, since no data means no call.  A timeout of STALL_WATCH_NEVER is
 * off. */
typedef struct
{
  guint64 startup_timeout;      /* ns */
  guint64 stall_timeout;        /* ns */
  StallWatchState state;
  gboolean seen;                /* data have come since the last reset */
  guint64 since;                /* ns, last data, or when watching began */
} StallWatch;

void stall_watch_init (StallWatch * self);
void stall_watch_reset (StallWatch * self);

/* Data are expected from now on, or no longer. */
void stall_watch_arm (StallWatch * self, guint64 now);
void stall_watch_disarm (StallWatch * self);

void stall_watch_on_data (StallWatch * self, guint64 now);

/* What is overdue at `now`. */
StallKind stall_watch_check (const StallWatch * self, guint64 now);

/* When stall_watch_check () will say something else if nothing comes. */
guint64 stall_watch_deadline (const StallWatch * self, guint64 now);

G_END_DECLS
