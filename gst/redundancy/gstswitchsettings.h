/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstcontentsettings.h"
#include "gstswitchcontrol.h"

G_BEGIN_DECLS

/* The policy properties that redundantsrc and redundantswitch have alike.
 * Plain data: guard it with the owner's lock. */
typedef struct
{
  guint timeout_ms;
  guint latency_ms;
  guint startup_timeout_ms;
  guint hold_off_ms;
  gboolean auto_switch;
  gboolean auto_return;
  guint return_delay_ms;
  guint flap_window_ms;
  guint flap_max_delay_ms;
  guint freeze_duration_ms;
  GstContentSettings content;
  guint fade_duration_ms;
} GstSwitchSettings;

enum
{
  GST_SWITCH_PROP_TIMEOUT = 1,
  GST_SWITCH_PROP_LATENCY,
  GST_SWITCH_PROP_STARTUP_TIMEOUT,
  GST_SWITCH_PROP_HOLD_OFF,
  GST_SWITCH_PROP_AUTO_SWITCH,
  GST_SWITCH_PROP_AUTO_RETURN,
  GST_SWITCH_PROP_RETURN_DELAY,
  GST_SWITCH_PROP_FLAP_WINDOW,
  GST_SWITCH_PROP_FLAP_MAX_DELAY,
  GST_SWITCH_PROP_FREEZE_DURATION,
  GST_SWITCH_PROP_FADE_DURATION,
  GST_SWITCH_PROP_SLATE,        /* gstslatesettings.c has these */
  GST_SWITCH_PROP_SLATE_COLOR,
  GST_SWITCH_PROP_SLATE_URI,
  GST_SWITCH_PROP_SLATE_AUDIO,
  GST_SWITCH_PROP_CONTENT,      /* the first of them */
  GST_SWITCH_N_PROPS = GST_SWITCH_PROP_CONTENT + GST_CONTENT_N_SETTINGS
};

/* Installs them with the ids above; the class's own ids begin at
 * GST_SWITCH_N_PROPS. */
void gst_switch_settings_install (GObjectClass * klass);
/* FALSE when `id` is none of them. */
gboolean gst_switch_settings_set (GstSwitchSettings * self, guint id,
    const GValue * value);
gboolean gst_switch_settings_get (const GstSwitchSettings * self, guint id,
    GValue * value);

/* Is it one of GstContentSettings? */
gboolean gst_switch_settings_is_content (guint id);

void gst_switch_settings_init (GstSwitchSettings * self);

/* What they mean to the control.  `total` is how late data may be (ns),
 * `trust` as in TimelineConfig. */
GstSwitchControlConfig gst_switch_settings_config (const GstSwitchSettings *
    self, guint required, gboolean require_all, GstClockTime total,
    GstClockTimeDiff trust);

G_END_DECLS
