/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstabrinlet.h"
#include "gstabroutlet.h"
#include "gstabrrung.h"

G_BEGIN_DECLS

/* The lasting elements of one rung, between the tee and its source pad.
 * Reference counted (g_atomic_rc_box); the fields do not change. */
typedef struct
{
  GstAbrRung *rung;
  GstElement *queue;
  GstAbrInlet *inlet;
  GstAbrOutlet *outlet;
  GstPad *src;                  /* the bin's ghost pad */
} GstAbrBranch;

/* Adds the elements and the source pad to the owner and links all to `tee`.
 * NULL if the queue element is missing. */
GstAbrBranch *gst_abr_branch_new (GstBin * owner, GstElement * tee,
    const LadderRung * spec, const gchar * id, const gchar * pad_name,
    GstPadTemplate * template);

GstAbrBranch *gst_abr_branch_ref (GstAbrBranch * self);
void gst_abr_branch_unref (GstAbrBranch * self);

/* Takes pad, elements and chain off the owner; the tee is stopped already. */
void gst_abr_branch_remove (GstAbrBranch * self);

/* Whether `object` is one of the elements or in the chain. */
gboolean gst_abr_branch_owns (GstAbrBranch * self, GstObject * object);

void gst_abr_branch_set_plan (GstAbrBranch * self,
    const GstAbrRungPlan * plan);

/* A source that can wait is stopped by any full queue.  An encoder with a
 * longer delay than its siblings' then never gets the frames that it needs for
 * its first output, on which a prerolling pipeline waits: whether this is such
 * a one, and one frame more of room where the queue is full. */
gboolean gst_abr_branch_starves (GstAbrBranch * self);
void gst_abr_branch_make_room (GstAbrBranch * self);

/* (transfer full) */
GstStructure *gst_abr_branch_get_stats (GstAbrBranch * self);

/* Into the bin, in the bin's state.  Also for the elements before the tee. */
void gst_abr_bin_add (GstBin * bin, GstElement * element);
void gst_abr_bin_remove (GstBin * bin, GstElement * element);

/* An active ghost pad for a pad of `element`.  (transfer none) */
GstPad *gst_abr_bin_add_ghost (GstBin * bin, GstElement * element,
    const gchar * target_name, const gchar * name, GstPadTemplate * template);
void gst_abr_bin_remove_ghost (GstBin * bin, GstPad * pad);

G_END_DECLS
