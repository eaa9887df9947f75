/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstbasesink.h>

#include "gstllhlsstream.h"

G_BEGIN_DECLS

/* The sink behind one request pad of llhlssink.  It hands each buffer on in the
 * streaming thread; base class: segments, EOS, preroll, latency. */
#define GST_TYPE_LLHLS_TRACK_SINK (gst_llhls_track_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstLlHlsTrackSink, gst_llhls_track_sink, GST,
    LLHLS_TRACK_SINK, GstBaseSink)

GstElement *gst_llhls_track_sink_new (const gchar * name, GstCaps * caps);

/* Where its buffers go; NULL refuses them.  While no data flows, or together
 * with a new pad. */
void gst_llhls_track_sink_set_track (GstLlHlsTrackSink * self,
    GstLlHlsTrack * track);

G_END_DECLS
