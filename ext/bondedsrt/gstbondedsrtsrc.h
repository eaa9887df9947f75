/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstpushsrc.h>

G_BEGIN_DECLS

#define GST_TYPE_BONDED_SRT_SRC (gst_bonded_srt_src_get_type ())
G_DECLARE_FINAL_TYPE (GstBondedSrtSrc, gst_bonded_srt_src, GST,
    BONDED_SRT_SRC, GstPushSrc)

GST_ELEMENT_REGISTER_DECLARE (bondedsrtsrc)

G_END_DECLS
