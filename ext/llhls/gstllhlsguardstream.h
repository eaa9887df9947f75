/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "gstllhlspollset.h"

G_BEGIN_DECLS

/* A stream for libsoup's server, up to 3.7 at least: one that has been closed
 * by its client between two requests is never let go of there.  Here its end
 * begins with a byte, which looks like a request that breaks off.  Closing it
 * never waits for the client. */
#define GST_TYPE_LLHLS_GUARD_STREAM (gst_llhls_guard_stream_get_type ())
G_DECLARE_FINAL_TYPE (GstLlHlsGuardStream, gst_llhls_guard_stream, GST,
    LLHLS_GUARD_STREAM, GIOStream)

/* Takes a reference to `base`, whose streams must be pollable and which is over
 * `socket`.  `set` is one of gst_llhls_guard_stream_on_news (): reading is
 * waited for in it. */
GIOStream *gst_llhls_guard_stream_new (GIOStream * base,
    GstLlHlsPollSet * set, GSocket * socket);

/* The set's function. */
void gst_llhls_guard_stream_on_news (gpointer data);

G_END_DECLS
