/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstredundantswitchprivate.h"

G_BEGIN_DECLS

/* Judges data of the pad that belongs at `mapped`; with the switch's lock. */
void gst_switch_late_judge_locked (GstRedundantSwitch * self,
    GstRedundantSwitchPad * pad, TimelineVerdict verdict, gint64 mapped);

/* Posts what that was worth; the pad's streaming thread, without locks. */
void gst_switch_late_tell (GstRedundantSwitch * self,
    GstRedundantSwitchPad * pad);
/* The pad goes: so does what was told of it.  Without locks, and without data
 * that flows. */
void gst_switch_late_end (GstRedundantSwitch * self,
    GstRedundantSwitchPad * pad);

G_END_DECLS
