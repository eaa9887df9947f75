/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstllhlsconnection.h"

G_BEGIN_DECLS

/* HTTP/1.1 on connections that the origin accepted.  Server thread only, with
 * its main context as the thread's default. */
typedef struct _GstLlHlsHttp1 GstLlHlsHttp1;

/* NULL with a GIOError when the library can't be set up. */
GstLlHlsHttp1 *gst_llhls_http1_new (GstLlHlsResponder * responder,
    GError ** error);

/* Serves `connection` until it is over. */
void gst_llhls_http1_take (GstLlHlsHttp1 * self,
    GstLlHlsConnection * connection);

/* Requests that are between their begin and end. */
guint gst_llhls_http1_busy (GstLlHlsHttp1 * self);

/* Closes all connections; they are over when the main context has run. */
void gst_llhls_http1_free (GstLlHlsHttp1 * self);

G_END_DECLS
