/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The origin's certificate, read again when its files change. */
typedef struct _GstLlHlsTls GstLlHlsTls;

/* `key_file` may be NULL: the key is in `certificate_file`.  NULL with a GError
 * that names file and reason when they can't be read or do not match. */
GstLlHlsTls *gst_llhls_tls_new (const gchar * certificate_file,
    const gchar * key_file, GError ** error);
void gst_llhls_tls_free (GstLlHlsTls * self);

typedef enum
{
  GST_LLHLS_TLS_SAME,
  GST_LLHLS_TLS_NEW,            /* from now on the new one is used */
  GST_LLHLS_TLS_BAD,            /* the old one stays; told once per change */
} GstLlHlsTlsChange;

/* Looks whether the files have changed. */
GstLlHlsTlsChange gst_llhls_tls_refresh (GstLlHlsTls * self, GError ** error);

/* Reads the files again in any case.  FALSE: the old one stays. */
gboolean gst_llhls_tls_reload (GstLlHlsTls * self, GError ** error);

/* A server's end of TLS on `base` that speaks HTTP/2 and HTTP/1.1.
 * Returns: (transfer full) (nullable) */
GIOStream *gst_llhls_tls_wrap (GstLlHlsTls * self, GIOStream * base,
    GError ** error);

/* What was agreed on in the handshake: TRUE for HTTP/2. */
gboolean gst_llhls_tls_is_http2 (GIOStream * stream);

G_END_DECLS
