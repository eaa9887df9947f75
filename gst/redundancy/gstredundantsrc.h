/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_REDUNDANT_SRC (gst_redundant_src_get_type ())
G_DECLARE_FINAL_TYPE (GstRedundantSrc, gst_redundant_src, GST, REDUNDANT_SRC,
    GstBin)
GST_ELEMENT_REGISTER_DECLARE (redundantsrc);

typedef enum
{
  GST_REDUNDANT_SRC_MEDIA_VIDEO = 1 << 0,
  GST_REDUNDANT_SRC_MEDIA_AUDIO = 1 << 1,
} GstRedundantSrcMedia;

typedef enum
{
  GST_REDUNDANT_SRC_OUTPUT_RAW,
  GST_REDUNDANT_SRC_OUTPUT_ENCODED,
  GST_REDUNDANT_SRC_OUTPUT_AUDIO_RAW,
} GstRedundantSrcOutput;

typedef enum
{
  GST_REDUNDANT_SRC_AV_POLICY_PREFER_COMMON,
  GST_REDUNDANT_SRC_AV_POLICY_COMMON,
  GST_REDUNDANT_SRC_AV_POLICY_INDEPENDENT,
} GstRedundantSrcAvPolicy;

typedef enum
{
  GST_REDUNDANT_SRC_EOS_POLICY_RESTART,
  GST_REDUNDANT_SRC_EOS_POLICY_NEXT,
  GST_REDUNDANT_SRC_EOS_POLICY_FINISH,
} GstRedundantSrcEosPolicy;

typedef enum
{
  GST_REDUNDANT_SRC_STANDBY_HOT,
  GST_REDUNDANT_SRC_STANDBY_WARM,
  GST_REDUNDANT_SRC_STANDBY_COLD,
} GstRedundantSrcStandby;

#define GST_TYPE_REDUNDANT_SRC_STANDBY (gst_redundant_src_standby_get_type ())
GType gst_redundant_src_standby_get_type (void);
#define GST_TYPE_REDUNDANT_SRC_MEDIA (gst_redundant_src_media_get_type ())
GType gst_redundant_src_media_get_type (void);
#define GST_TYPE_REDUNDANT_SRC_OUTPUT (gst_redundant_src_output_get_type ())
GType gst_redundant_src_output_get_type (void);
#define GST_TYPE_REDUNDANT_SRC_EOS_POLICY \
  (gst_redundant_src_eos_policy_get_type ())
GType gst_redundant_src_eos_policy_get_type (void);

#define GST_TYPE_REDUNDANT_SRC_AV_POLICY \
  (gst_redundant_src_av_policy_get_type ())
GType gst_redundant_src_av_policy_get_type (void);

G_END_DECLS
