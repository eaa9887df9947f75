/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstllhlsconnection.h"

G_BEGIN_DECLS

/* HTTP/2 (RFC 9113) on connections that the origin accepted.  Server thread
 * only, with its main context as the thread's default. */
typedef struct _GstLlHlsHttp2 GstLlHlsHttp2;

GstLlHlsHttp2 *gst_llhls_http2_new (GstLlHlsResponder * responder,
    GMainContext * context);

/* Serves `connection` until it is over. */
void gst_llhls_http2_take (GstLlHlsHttp2 * self,
    GstLlHlsConnection * connection);

/* Writes what the responder has released: once for each connection. */
void gst_llhls_http2_flush (GstLlHlsHttp2 * self);

/* Refuses requests that began to come in at `begin` (ns) or before and still
 * are. */
void gst_llhls_http2_give_up_slow (GstLlHlsHttp2 * self, guint64 begin);

/* Tells all clients to go elsewhere; answers still get out. */
void gst_llhls_http2_stop (GstLlHlsHttp2 * self);

/* Requests and connections with something left to say. */
guint gst_llhls_http2_busy (GstLlHlsHttp2 * self);

/* Connections at the moment; those that were ended for abuse so far. */
guint gst_llhls_http2_connections (GstLlHlsHttp2 * self);
guint64 gst_llhls_http2_abusive (GstLlHlsHttp2 * self);

/* Ends answers that are not taken in time.  To be called now and then.
 * Returns: how many */
guint gst_llhls_http2_watch (GstLlHlsHttp2 * self,
    const HttpLimits * limits);

/* Closes all connections. */
void gst_llhls_http2_end (GstLlHlsHttp2 * self);

void gst_llhls_http2_free (GstLlHlsHttp2 * self);

G_END_DECLS
