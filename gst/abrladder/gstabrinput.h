/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstabrbranch.h"
#include "gstabrfront.h"
#include "ladderspec.h"

G_BEGIN_DECLS

/* One sink pad of the bin and all that hangs on it:
 *   ghost ! front ! tee, then one GstAbrBranch per rung
 * Made and removed by the application's thread; the fields do not change in
 * between. */
typedef struct
{
  GstBin *bin;                  /* not owned */
  LadderMedium medium;
  guint index;                  /* among the audio inputs; 0 on video */
  GstAbrFront *front;           /* the rest are owned references */
  GstElement *tee;
  GstPad *sink;
  GPtrArray *branches;          /* of GstAbrBranch, in ladder order */
} GstAbrInput;

typedef struct
{
  GstBin *bin;
  LadderMedium medium;
  guint index;
  const gchar *name;            /* of the sink pad */
  const LadderSpec *spec;
  GstPadTemplate *sink_template, *src_template;
  GstAbrFrontPlanner planner;
  GstAbrFrontFlow flow;
} GstAbrInputConfig;

/* Adds the elements and all pads to the bin; NULL if a core element (tee,
 * queue) is missing. */
GstAbrInput *gst_abr_input_new (const GstAbrInputConfig * config);

/* Takes them off the bin and frees the input. */
void gst_abr_input_remove (GstAbrInput * self);

/* Drops the references only: the bin is going away. */
void gst_abr_input_free (GstAbrInput * self);

G_END_DECLS
