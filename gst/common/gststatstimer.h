/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Posts an element's "stats" property as an element message every
 * `stats-interval`.  Rides on the system clock's own thread, so an element
 * with the property needs no thread for it.  Not thread-safe by itself: create
 * in init, free in finalize, the rest under the element's object lock or in
 * its state changes.  A message may still arrive right after stop. */
typedef struct _GstStatsTimer GstStatsTimer;

GstStatsTimer *gst_stats_timer_new (GstElement * element);

/* From the property's setter; takes effect at once.  0 is off. */
void gst_stats_timer_set_interval (GstStatsTimer * self, guint interval_ms);

/* READY to PAUSED, PAUSED to READY. */
void gst_stats_timer_start (GstStatsTimer * self);
void gst_stats_timer_stop (GstStatsTimer * self);

void gst_stats_timer_free (GstStatsTimer * self);

G_END_DECLS
