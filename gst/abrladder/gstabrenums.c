/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstabrenums.h"

static const GEnumValue ladder_presets[] = {
  {GST_ABR_LADDER_PRESET_DEFAULT, "1080p to 360p, 5 Mbit/s", "default"},
  {GST_ABR_LADDER_PRESET_WEBINAR, "Slides and talking heads", "webinar"},
  {GST_ABR_LADDER_PRESET_SPORTS, "Fast motion, 60 frames/s", "sports"},
  {GST_ABR_LADDER_PRESET_COMMERCE, "Low latency, phones first", "commerce"},
  {GST_ABR_LADDER_PRESET_24X7, "Channels that run for ever", "24x7"},
  {GST_ABR_LADDER_PRESET_APPLE, "Apple's authoring table", "apple"},
  {0, NULL, NULL}
};

static const GEnumValue gop_anchors[] = {
  {GST_ABR_GOP_ANCHOR_RUNNING_TIME, "Multiples of running time",
      "running-time"},
  {GST_ABR_GOP_ANCHOR_EPOCH, "Multiples of UTC since 1970", "epoch"},
  {0, NULL, NULL}
};

static const GEnumValue speed_presets[] = {
  {GST_ABR_SPEED_PRESET_ULTRAFAST, "ultrafast", "ultrafast"},
  {GST_ABR_SPEED_PRESET_SUPERFAST, "superfast", "superfast"},
  {GST_ABR_SPEED_PRESET_VERYFAST, "veryfast", "veryfast"},
  {GST_ABR_SPEED_PRESET_FASTER, "faster", "faster"},
  {GST_ABR_SPEED_PRESET_FAST, "fast", "fast"},
  {GST_ABR_SPEED_PRESET_MEDIUM, "medium", "medium"},
  {GST_ABR_SPEED_PRESET_SLOW, "slow", "slow"},
  {0, NULL, NULL}
};

static const GEnumValue tunes[] = {
  {GST_ABR_TUNE_NONE, "Low delay, frame threads", "none"},
  {GST_ABR_TUNE_ZEROLATENCY, "No delay, slice threads", "zerolatency"},
  {0, NULL, NULL}
};

static const GEnumValue stream_formats[] = {
  {GST_ABR_STREAM_FORMAT_BYTE_STREAM, "Parameter sets before each key frame",
      "byte-stream"},
  {GST_ABR_STREAM_FORMAT_AVC, "Parameter sets in the caps", "avc"},
  {0, NULL, NULL}
};

#define DEFINE_ENUM(function, name, values) \
GType \
function (void) \
{ \
  static gsize type = 0; \
  if (g_once_init_enter (&type)) { \
    GType id = g_enum_register_static (name, values); \
    g_once_init_leave (&type, id); \
  } \
  return type; \
}

DEFINE_ENUM (gst_abr_ladder_preset_get_type, "GstAbrLadderPreset",
    ladder_presets);
DEFINE_ENUM (gst_abr_gop_anchor_get_type, "GstAbrGopAnchor", gop_anchors);
DEFINE_ENUM (gst_abr_speed_preset_get_type, "GstAbrSpeedPreset", speed_presets);
DEFINE_ENUM (gst_abr_tune_get_type, "GstAbrTune", tunes);
DEFINE_ENUM (gst_abr_stream_format_get_type, "GstAbrStreamFormat",
    stream_formats);

const gchar *
gst_abr_enum_nick (GType type, gint value)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);

  return g_enum_get_value (klass, value)->value_nick;
}
