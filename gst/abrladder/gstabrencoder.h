/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "ladderspec.h"

G_BEGIN_DECLS

/* What a rung wants of its encoder, in one unit for all factories. */
typedef struct
{
  guint bitrate;                /* bit/s */
  guint vbv_ms;
  guint gop_frames;
  guint threads;
  gchar speed_preset[16];       /* x264's names, "ultrafast" ... "slow" */
  gboolean zerolatency;
} GstAbrEncoderSettings;

/* Sets an encoder in NULL or READY up.  Factories that the tables here do not
 * know keep their own settings but for a `bitrate` property in bit/s. */
void gst_abr_encoder_configure (GstElement * encoder,
    const GstAbrEncoderSettings * settings);

/* The first installed factory of `preferred` that makes the medium's codec
 * (H.264 or AAC), or NULL.  (transfer full) (nullable) */
gchar *gst_abr_encoder_choose (LadderMedium medium, const gchar * preferred);

/* "video/x-h264" or "audio/mpeg, mpegversion=4".  (transfer full) */
GstCaps *gst_abr_encoder_family (LadderMedium medium);

/* Caps of what a rung puts out.  (transfer full) */
GstCaps *gst_abr_encoder_caps (LadderMedium medium,
    const gchar * stream_format);

G_END_DECLS
