/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstredundantinput.h"

G_BEGIN_DECLS

/* The merge groups of one redundantsrc: which inputs are in which, and the
 * input of the switches that each group is.  Any thread, but sync and tell:
 * those are the controller's, or of whoever knows that none runs. */
typedef struct _GstInputGroups GstInputGroups;

/* Makes a group's input.  (transfer full) */
typedef GstRedundantInput *(*GstInputGroupsMake) (gpointer user_data,
    const gchar * name, const gchar * uri, guint brings, guint priority);

GstInputGroups *gst_input_groups_new (GstElement * owner,
    GstInputGroupsMake make, gpointer user_data);
void gst_input_groups_free (GstInputGroups * self);

/* Puts `inputs` (GstRedundantInput) into the groups that they want, and out of
 * those that they do not fit; groups without inputs go, new ones connect. */
void gst_input_groups_sync (GstInputGroups * self, GPtrArray * inputs,
    const GstRedundantInputConfig * config);

/* Posts what has changed. */
void gst_input_groups_tell (GstInputGroups * self);

/* Adds the inputs that groups are, also of groups that go. */
void gst_input_groups_add_inputs (GstInputGroups * self, GPtrArray * inputs);

/* Adds the list `merge`. */
void gst_input_groups_add_stats (GstInputGroups * self, GstStructure * stats);

G_END_DECLS
