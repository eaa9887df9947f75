/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <gst/video/video.h>

#include "ladderspec.h"

G_BEGIN_DECLS

/* Stands before the tee of one input, and is the only place that knows the
 * source's own times: behind it every buffer has the ladder's running time +
 * OUTPUT_TIMELINE_SHIFT as PTS, in a segment that starts at 0.  On video, each
 * frame also has its slot on the GOP lattice in GST_BUFFER_OFFSET and, if a
 * GOP begins with it, GST_BUFFER_FLAG_MARKER. */
#define GST_TYPE_ABR_FRONT (gst_abr_front_get_type ())
G_DECLARE_FINAL_TYPE (GstAbrFront, gst_abr_front, GST, ABR_FRONT, GstElement)

typedef struct
{
  guint fps_n, fps_d;
  guint64 gop_duration;         /* ns wanted */
  guint gop_multiple;
  guint64 gop_offset;           /* ns, see GopLattice */
} GstAbrFrontPlan;

/* Asked once per session, when the source's caps are known (`info` is NULL on
 * audio), in the streaming thread: makes the plan for all rungs.  `live` tells
 * whether frames may have to be dropped.  FALSE refuses the caps. */
typedef gboolean (*GstAbrFrontPlanner) (gpointer data, GstAbrFront * front,
    const GstVideoInfo * info, gboolean live, GstAbrFrontPlan * plan);

/* What to return upstream, asked at each GOP (on audio: at each buffer). */
typedef GstFlowReturn (*GstAbrFrontFlow) (gpointer data, GstAbrFront * front);

GstAbrFront *gst_abr_front_new (LadderMedium medium,
    GstAbrFrontPlanner planner, GstAbrFrontFlow flow, gpointer data);

typedef struct
{
  guint64 frames_in;
  guint64 frames_too_close;     /* left out: closer than the frame rate */
  guint64 frames_backwards;     /* left out: before the last one */
  guint64 frames_untimed;       /* left out: outside the segment, no time */
  guint64 gops;
  guint64 foreign_requests;     /* key unit requests from upstream */
  GstClockTime gop_duration;    /* ns as rounded to frames, 0 = not yet known */
} GstAbrFrontStats;

void gst_abr_front_get_stats (GstAbrFront * self, GstAbrFrontStats * stats);

G_END_DECLS
