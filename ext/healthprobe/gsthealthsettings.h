/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "health.h"

G_BEGIN_DECLS

/* Property ids; the element's own follow. */
enum
{
  GST_HEALTH_SETTING_CHECKS = 1,
  GST_HEALTH_SETTING_BLACK_PIXEL,
  GST_HEALTH_SETTING_BLACK_RATIO,
  GST_HEALTH_SETTING_BLACK_DURATION,
  GST_HEALTH_SETTING_FREEZE_THRESHOLD,
  GST_HEALTH_SETTING_FREEZE_DURATION,
  GST_HEALTH_SETTING_ANALYSIS_FPS,
  GST_HEALTH_SETTING_SILENCE_LEVEL,
  GST_HEALTH_SETTING_SILENCE_DURATION,
  GST_HEALTH_SETTING_GAP_THRESHOLD,
  GST_HEALTH_SETTING_STALL_TIMEOUT,
  GST_HEALTH_SETTING_STARTUP_TIMEOUT,
  GST_HEALTH_SETTING_BITRATE_MIN,
  GST_HEALTH_SETTING_BITRATE_MAX,
  GST_HEALTH_SETTING_FPS_MIN_RATIO,
  GST_HEALTH_N_SETTINGS,
};

/* The properties as the user set them; the element locks it. */
typedef struct
{
  guint checks;
  gdouble black_pixel, black_ratio;
  guint black_duration;         /* ms */
  guint freeze_threshold;       /* 0 to 255 */
  guint freeze_duration;        /* ms */
  gdouble silence_level;        /* dBFS */
  guint silence_duration;       /* ms */
  guint gap_threshold;          /* ms */
  guint stall_timeout;          /* ms */
  guint startup_timeout;        /* ms */
  guint64 bitrate_min, bitrate_max;     /* bit/s */
  gdouble fps_min_ratio;
  guint analysis_fps;
} GstHealthSettings;

void gst_health_settings_init (GstHealthSettings * self);
void gst_health_settings_install (GObjectClass * klass, GType checks_type);

/* FALSE if the id is no setting. */
gboolean gst_health_settings_set (GstHealthSettings * self, guint id,
    const GValue * value);
gboolean gst_health_settings_get (const GstHealthSettings * self, guint id,
    GValue * value);

/* As the cores want them. */
void gst_health_settings_config (const GstHealthSettings * self,
    HealthConfig * config);

G_END_DECLS
