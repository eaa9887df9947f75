/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstabrfront.h"
#include "gstabrrung.h"
#include "gstabrsettings.h"
#include "ladderplan.h"

G_BEGIN_DECLS

/* From the settings, the ladder and the source to what the front and each rung
 * do.  `epoch_offset` is the UTC time (ns) of running time 0. */
void gst_abr_planner_source (LadderSource * source,
    const GstVideoInfo * info);
void gst_abr_planner_front (GstAbrFrontPlan * plan,
    const GstAbrSettings * settings, const LadderPlan * ladder,
    guint64 epoch_offset);
void gst_abr_planner_audio_rung (GstAbrRungPlan * plan,
    const GstAbrSettings * settings, const LadderRung * rung,
    const gchar * factory, gboolean live);
void gst_abr_planner_video_rung (GstAbrRungPlan * plan,
    const GstAbrSettings * settings, const LadderRung * rung,
    const gchar * factory, gboolean live, const LadderPlan * ladder,
    guint index);

G_END_DECLS
