/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_MPEGTS_CLOCK (gst_mpegts_clock_get_type ())
G_DECLARE_FINAL_TYPE (GstMpegTsClock, gst_mpegts_clock, GST, MPEGTS_CLOCK,
    GstElement)

GST_ELEMENT_REGISTER_DECLARE (mpegtsclock);

G_END_DECLS
