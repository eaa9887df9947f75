/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_LLHLS_SINK (gst_llhls_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstLlHlsSink, gst_llhls_sink, GST, LLHLS_SINK, GstBin)

GST_ELEMENT_REGISTER_DECLARE (llhlssink);

G_END_DECLS
