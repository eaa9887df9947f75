/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A stream for libsoup's server, up to 3.7 at least: one that has been closed
 * by its client between two requests is never let go of there.  Here its end
 * begins with a byte, which looks like a request that breaks off. */
#define GST_TYPE_LLHLS_GUARD_STREAM (gst_llhls_guard_stream_get_type ())
G_DECLARE_FINAL_TYPE (GstLlHlsGuardStream, gst_llhls_guard_stream, GST,
    LLHLS_GUARD_STREAM, GIOStream)

/* Takes a reference to `base`, whose streams must be pollable. */
GIOStream *gst_llhls_guard_stream_new (GIOStream * base);

G_END_DECLS
