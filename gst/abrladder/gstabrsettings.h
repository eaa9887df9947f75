/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstabrenums.h"

G_BEGIN_DECLS

/* The bin's properties and their values.  Plain data: the caller locks. */
typedef struct
{
  gchar *ladder;                /* nullable: by preset */
  GstAbrLadderPreset preset;
  guint gop_duration_ms;
  GstAbrGopAnchor gop_anchor;
  GstAbrSpeedPreset speed_preset;
  GstAbrTune tune;
  guint vbv_ms;                 /* 0 = automatic */
  gchar *encoders;
  gchar *audio_encoders;
  GstAbrStreamFormat stream_format;
  gboolean allow_upscale;
  guint queue_frames;
  guint stats_interval_ms;      /* 0 = off */
} GstAbrSettings;

enum
{
  GST_ABR_PROP_LADDER = 1,
  GST_ABR_PROP_PRESET,
  GST_ABR_PROP_GOP_DURATION,
  GST_ABR_PROP_GOP_ANCHOR,
  GST_ABR_PROP_SPEED_PRESET,
  GST_ABR_PROP_TUNE,
  GST_ABR_PROP_VBV,
  GST_ABR_PROP_ENCODERS,
  GST_ABR_PROP_AUDIO_ENCODERS,
  GST_ABR_PROP_STREAM_FORMAT,
  GST_ABR_PROP_ALLOW_UPSCALE,
  GST_ABR_PROP_QUEUE_FRAMES,
  GST_ABR_PROP_STATS,
  GST_ABR_PROP_STATS_INTERVAL,
  GST_ABR_N_PROPERTIES
};

void gst_abr_settings_install (GObjectClass * klass);

void gst_abr_settings_init (GstAbrSettings * self);
void gst_abr_settings_copy (const GstAbrSettings * self,
    GstAbrSettings * copy);
void gst_abr_settings_clear (GstAbrSettings * self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GstAbrSettings, gst_abr_settings_clear)

/* FALSE if there is no such property here. */
gboolean gst_abr_settings_set (GstAbrSettings * self, guint id,
    const GValue * value);
gboolean gst_abr_settings_get (const GstAbrSettings * self, guint id,
    GValue * value);

G_END_DECLS
