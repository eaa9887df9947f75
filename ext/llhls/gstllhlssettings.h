/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstllhlsepoch.h"
#include "gstllhlsoriginsettings.h"
#include "gstllhlsoutputsettings.h"

G_BEGIN_DECLS

/* The properties that are read when the element goes to PAUSED: their values
 * here, with those of the outputs and the origin; their places for those which
 * are installed here.  No locks: the element's. */

#define GST_LLHLS_NO_PORT -1

typedef struct
{
  guint target_duration, part_duration, window; /* ms */
  guint gap_timeout;            /* ms */
  GstLlHlsEpochLock epoch_lock;
  gint64 epoch_offset;          /* ms */
  gchar *address;
  gint port;
  gchar *state_file;
  GstLlHlsOutputSettings outputs;
  gchar *player_script;
  gboolean key_requests;
  gboolean iframes;
  gint start_offset;            /* ms */
  GstLlHlsOriginSettings origin;
} GstLlHlsSettings;

enum
{
  GST_LLHLS_SETTING_TARGET_DURATION,
  GST_LLHLS_SETTING_PART_DURATION,
  GST_LLHLS_SETTING_WINDOW,
  GST_LLHLS_SETTING_GAP_TIMEOUT,
  GST_LLHLS_SETTING_EPOCH_LOCK,
  GST_LLHLS_SETTING_EPOCH_OFFSET,
  GST_LLHLS_SETTING_ADDRESS,
  GST_LLHLS_SETTING_PORT,
  GST_LLHLS_SETTING_STATE_FILE,
  GST_LLHLS_SETTING_PLAYER_SCRIPT,
  GST_LLHLS_SETTING_SEND_KEYFRAME_REQUESTS,
  GST_LLHLS_SETTING_IFRAME_PLAYLISTS,
  GST_LLHLS_SETTING_START_TIME_OFFSET,
  GST_LLHLS_N_SETTINGS
};

void gst_llhls_settings_init (GstLlHlsSettings * self);
void gst_llhls_settings_copy (GstLlHlsSettings * to,
    const GstLlHlsSettings * from);
void gst_llhls_settings_clear (GstLlHlsSettings * self);

/* At `properties`, GST_LLHLS_N_SETTINGS of them. */
void gst_llhls_settings_install (GParamSpec ** properties);
void gst_llhls_settings_set (GstLlHlsSettings * self, guint which,
    const GValue * value);
void gst_llhls_settings_get (const GstLlHlsSettings * self, guint which,
    GValue * value);

/* FALSE when they can't be; `element` has posted the error. */
gboolean gst_llhls_settings_check (const GstLlHlsSettings * self,
    GstElement * element);

G_END_DECLS
