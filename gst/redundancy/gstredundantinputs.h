/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstredundantinput.h"

G_BEGIN_DECLS

/* The inputs of one redundantsrc and the controller thread that steps them.
 * Any thread, but start and stop, which the state changes call. */
typedef struct _GstRedundantInputs GstRedundantInputs;

/* `owner` and its `switches` (by medium) outlive it. */
GstRedundantInputs *gst_redundant_inputs_new (GstBin * owner,
    GstSwitchControl * control, GstRedundantSwitch * const *switches);
void gst_redundant_inputs_free (GstRedundantInputs * self);

/* Makes the inputs of which `brings` (a bit mask of media) is taken those of
 * the list: what stays is not touched, nor are inputs of another kind. */
void gst_redundant_inputs_set_uris (GstRedundantInputs * self, guint brings,
    const gchar * uris);

/* What a new request pad of that number shall lead to, in `place` 0 or 1 of the
 * input that all pads of the number make up.  (transfer none) (nullable): it is
 * taken */
GstInputLanding *gst_redundant_inputs_add_pad (GstRedundantInputs * self,
    guint number, guint place);
/* Nothing leads there any more. */
void gst_redundant_inputs_remove_pad (GstRedundantInputs * self,
    guint number, guint place);
void gst_redundant_inputs_remove_all_pads (GstRedundantInputs * self);
/* The merge groups by place in the list, with blanks between; "-" is none.
 * NULL leaves inputs as they are.  Holds for lists to come as well. */
void gst_redundant_inputs_set_merge_groups (GstRedundantInputs * self,
    const gchar * groups);

/* Is any input to be in a group? */
gboolean gst_redundant_inputs_has_groups (GstRedundantInputs * self);

/* Adds the list `merge`. */
void gst_redundant_inputs_add_stats (GstRedundantInputs * self,
    GstStructure * stats);

/* The first one of the list that is no URI, masked.  (transfer full)
 * (nullable) */
gchar *gst_redundant_inputs_find_bad_uri (const gchar * uris);

/* Another clock runs. */
void gst_redundant_inputs_set_base_time (GstRedundantInputs * self,
    GstClockTime base_time);

void gst_redundant_inputs_start (GstRedundantInputs * self,
    const GstRedundantInputConfig * config);
/* Returns when all connections are down or left behind. */
void gst_redundant_inputs_stop (GstRedundantInputs * self);
gboolean gst_redundant_inputs_is_started (GstRedundantInputs * self);

/* Those of the list, best first.  (transfer full) */
GPtrArray *gst_redundant_inputs_get (GstRedundantInputs * self);

/* The one whose connection `object` is a part of.  (transfer full) (nullable)
 */
GstRedundantInput *gst_redundant_inputs_find (GstRedundantInputs * self,
    GstObject * object);

G_END_DECLS
