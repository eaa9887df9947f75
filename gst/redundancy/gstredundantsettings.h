/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstredundantinput.h"
#include "gstredundantsrc.h"
#include "gstswitchsettings.h"

G_BEGIN_DECLS

/* What redundantsrc has in properties besides the policy that it shares with
 * redundantswitch.  Plain data: guard it with the owner's lock. */
typedef struct
{
  guint media;                  /* bit mask */
  GstRedundantSrcOutput output;
  GstCaps *caps[2];             /* by medium, (nullable) */
  GstRedundantSrcAvPolicy av_policy;
  gboolean require_all_media;
  GstRedundantSrcStandby standby;
  GstRedundantSrcEosPolicy eos_policy;
  guint connect_timeout_ms;
  guint stall_timeout_ms;
  guint teardown_timeout_ms;
  guint reconnect_window_ms;
  guint retry_initial_ms;
  guint retry_max_ms;
  guint merge_window_ms;
} GstRedundantSettings;

enum
{
  GST_REDUNDANT_PROP_MEDIA = GST_SWITCH_N_PROPS,
  GST_REDUNDANT_PROP_OUTPUT,
  GST_REDUNDANT_PROP_VIDEO_CAPS,
  GST_REDUNDANT_PROP_AUDIO_CAPS,
  GST_REDUNDANT_PROP_AV_POLICY,
  GST_REDUNDANT_PROP_REQUIRE_ALL_MEDIA,
  GST_REDUNDANT_PROP_STANDBY,
  GST_REDUNDANT_PROP_EOS_POLICY,
  GST_REDUNDANT_PROP_CONNECT_TIMEOUT,
  GST_REDUNDANT_PROP_STALL_TIMEOUT,
  GST_REDUNDANT_PROP_TEARDOWN_TIMEOUT,
  GST_REDUNDANT_PROP_RECONNECT_WINDOW,
  GST_REDUNDANT_PROP_RETRY_INITIAL,
  GST_REDUNDANT_PROP_RETRY_MAX,
  GST_REDUNDANT_PROP_MERGE_WINDOW,
  GST_REDUNDANT_N_PROPS
};

/* Installs them with the ids above; the class's own ids begin at
 * GST_REDUNDANT_N_PROPS. */
void gst_redundant_settings_install (GObjectClass * klass);
/* FALSE when `id` is none of them. */
gboolean gst_redundant_settings_set (GstRedundantSettings * self, guint id,
    const GValue * value);
gboolean gst_redundant_settings_get (GstRedundantSettings * self, guint id,
    GValue * value);

void gst_redundant_settings_init (GstRedundantSettings * self);
void gst_redundant_settings_clear (GstRedundantSettings * self);

/* Media that are put out as they are, a bit mask. */
guint gst_redundant_settings_encoded (const GstRedundantSettings * self);

AvPolicyKind gst_redundant_settings_av_policy (const
    GstRedundantSettings * self);

/* What they mean to an input that shall bring `media`. */
GstRedundantInputConfig gst_redundant_settings_config (const
    GstRedundantSettings * self, guint media);

G_END_DECLS
