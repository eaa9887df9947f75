/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A thread that calls back at a deadline, for what happens when nothing
 * happens.  It sleeps on the clock given, not on the pipeline's: a clock that
 * comes from the source stops with it. */
typedef struct _GstHealthWatch GstHealthWatch;

/* At `now` of the clock; returns when to be called again, or
 * GST_CLOCK_TIME_NONE.  Called on the watch's thread without locks. */
typedef GstClockTime (*GstHealthWatchFunc) (gpointer owner, GstClockTime now);

/* `owner` must live until the watch has been stopped. */
GstHealthWatch *gst_health_watch_start (GstClock * clock,
    GstHealthWatchFunc func, gpointer owner);

/* The deadline may have come nearer: calls back soon.  Any thread. */
void gst_health_watch_kick (GstHealthWatch * self);

/* Joins the thread and frees the watch; not from the callback.  (transfer
 * full) */
void gst_health_watch_stop (GstHealthWatch * self);

G_END_DECLS
