/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum
{
  GST_ABR_LADDER_PRESET_DEFAULT,
  GST_ABR_LADDER_PRESET_WEBINAR,
  GST_ABR_LADDER_PRESET_SPORTS,
  GST_ABR_LADDER_PRESET_COMMERCE,
  GST_ABR_LADDER_PRESET_24X7,
  GST_ABR_LADDER_PRESET_APPLE,
} GstAbrLadderPreset;

typedef enum
{
  GST_ABR_GOP_ANCHOR_RUNNING_TIME,
  GST_ABR_GOP_ANCHOR_EPOCH,
} GstAbrGopAnchor;

typedef enum
{
  GST_ABR_SPEED_PRESET_ULTRAFAST,
  GST_ABR_SPEED_PRESET_SUPERFAST,
  GST_ABR_SPEED_PRESET_VERYFAST,
  GST_ABR_SPEED_PRESET_FASTER,
  GST_ABR_SPEED_PRESET_FAST,
  GST_ABR_SPEED_PRESET_MEDIUM,
  GST_ABR_SPEED_PRESET_SLOW,
} GstAbrSpeedPreset;

typedef enum
{
  GST_ABR_TUNE_NONE,
  GST_ABR_TUNE_ZEROLATENCY,
} GstAbrTune;

typedef enum
{
  GST_ABR_STREAM_FORMAT_BYTE_STREAM,
  GST_ABR_STREAM_FORMAT_AVC,
} GstAbrStreamFormat;

#define GST_TYPE_ABR_LADDER_PRESET (gst_abr_ladder_preset_get_type ())
GType gst_abr_ladder_preset_get_type (void);
#define GST_TYPE_ABR_GOP_ANCHOR (gst_abr_gop_anchor_get_type ())
GType gst_abr_gop_anchor_get_type (void);
#define GST_TYPE_ABR_SPEED_PRESET (gst_abr_speed_preset_get_type ())
GType gst_abr_speed_preset_get_type (void);
#define GST_TYPE_ABR_TUNE (gst_abr_tune_get_type ())
GType gst_abr_tune_get_type (void);
#define GST_TYPE_ABR_STREAM_FORMAT (gst_abr_stream_format_get_type ())
GType gst_abr_stream_format_get_type (void);

/* The nick of a value, which the encoders and the presets go by. */
const gchar *gst_abr_enum_nick (GType type, gint value);

G_END_DECLS
