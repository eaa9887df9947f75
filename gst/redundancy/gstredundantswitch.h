/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstslate.h"
#include "gstswitchcontrol.h"
#include "gstswitchmedium.h"
#include "gstswitchsettings.h"

G_BEGIN_DECLS

#define GST_TYPE_REDUNDANT_SWITCH (gst_redundant_switch_get_type ())
G_DECLARE_FINAL_TYPE (GstRedundantSwitch, gst_redundant_switch, GST,
    REDUNDANT_SWITCH, GstElement)
GST_ELEMENT_REGISTER_DECLARE (redundantswitch);

typedef enum
{
  GST_REDUNDANT_SWITCH_EOS_ALL,
  GST_REDUNDANT_SWITCH_EOS_NEVER,
} GstRedundantSwitchEosPolicy;

#define GST_TYPE_REDUNDANT_SWITCH_EOS_POLICY \
  (gst_redundant_switch_eos_policy_get_type ())
GType gst_redundant_switch_eos_policy_get_type (void);

/* In READY: another form of the same medium. */
void gst_redundant_switch_set_medium (GstRedundantSwitch * self,
    const GstSwitchMedium * medium);

/* For redundantsrc, before any pad is requested: the switch decides with
 * `control`, carries `medium`, speaks in `owner`'s name with messages that
 * begin with `prefix`, ends when it is told to, and takes inputs at the time
 * when they arrive.  `owner` must outlive it. */
void gst_redundant_switch_adopt (GstRedundantSwitch * self,
    GstElement * owner, const gchar * prefix, GstSwitchControl * control,
    const GstSwitchMedium * medium);
/* For redundantsrc, before PAUSED: what all switches show without an input. */
void gst_redundant_switch_set_slate (GstRedundantSwitch * self,
    GstSlate * slate);
void gst_redundant_switch_set_settings (GstRedundantSwitch * self,
    const GstSwitchSettings * settings);
/* Streams that belong together; before PAUSED. */
void gst_redundant_switch_set_group (GstRedundantSwitch * self, guint group);
void gst_redundant_switch_set_caps (GstRedundantSwitch * self, GstCaps * caps);

/* For redundantsrc: nothing comes any more, whatever the pads say; what is
 * there is still put out. */
void gst_redundant_switch_set_inputs_ended (GstRedundantSwitch * self,
    gboolean ended);

/* A pad for the control's input `id`.  (transfer full): release it */
GstPad *gst_redundant_switch_add_input (GstRedundantSwitch * self, gint id);

/* Acts on new content settings.  Without any lock held. */
void gst_redundant_switch_update_content (GstRedundantSwitch * self);
/* Where the coded stream of that pad's input passes. */
void gst_redundant_switch_pad_set_coded (GstPad * pad, GstPad * coded);
/* Says that faults of the bit mask can't be seen in media that is not
 * decoded. */
void gst_redundant_switch_warn_of_coded_content (GstElement * element,
    guint faults);

/* What came last in on that pad, on the monotonic clock (us), or 0. */
gint64 gst_redundant_switch_pad_last_data (GstPad * pad);
/* Coded data of live time `running_time` has come that is not decoded now: the
 * input lives.  Returns the running time of the input that the output wants
 * next, G_MININT64 while that is not known. */
gint64 gst_redundant_switch_pad_note (GstPad * pad, gint64 running_time);
/* Ends the wait that paces the pad; data is refused until the next
 * stream-start. */
void gst_redundant_switch_pad_interrupt (GstPad * pad);

/* (transfer full) */
GstStructure *gst_redundant_switch_media_stats (GstRedundantSwitch * self);

G_END_DECLS
