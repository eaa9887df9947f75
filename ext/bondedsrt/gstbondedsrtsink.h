/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstbasesink.h>

G_BEGIN_DECLS

#define GST_TYPE_BONDED_SRT_SINK (gst_bonded_srt_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstBondedSrtSink, gst_bonded_srt_sink, GST,
    BONDED_SRT_SINK, GstBaseSink)

GST_ELEMENT_REGISTER_DECLARE (bondedsrtsink)

G_END_DECLS
