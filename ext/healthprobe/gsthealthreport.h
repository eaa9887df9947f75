/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "health.h"

G_BEGIN_DECLS

/* The probe's findings in GStreamer's terms: bus messages and stats. */

/* Posts "healthprobe-alert".  `now` is the arrival clock's time that belongs
 * to the present.  Without any lock held. */
void gst_health_report_post (GstElement * element, const gchar * medium,
    const HealthEvent * event, GstClockTime now);

/* "application/x-healthprobe-stats" at `now`.  (transfer full) */
GstStructure *gst_health_report_stats (const Health * health,
    const gchar * medium, GstClockTime now);

G_END_DECLS
