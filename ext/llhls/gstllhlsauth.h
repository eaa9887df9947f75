/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "urltoken.h"

G_BEGIN_DECLS

/* The secrets of signed URLs, read again when their file changes.  Nothing of
 * them or of tokens is told to anyone.  check and refresh: one thread. */
typedef struct _GstLlHlsAuth GstLlHlsAuth;

/* NULL with a GFileError or UrlTokenError that names the file. */
GstLlHlsAuth *gst_llhls_auth_new (const gchar * file, GError ** error);
GstLlHlsAuth *gst_llhls_auth_ref (GstLlHlsAuth * self);
void gst_llhls_auth_unref (GstLlHlsAuth * self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstLlHlsAuth, gst_llhls_auth_unref)

typedef enum
{
  GST_LLHLS_AUTH_SAME,
  GST_LLHLS_AUTH_NEW,           /* from now on the new ones are used */
  GST_LLHLS_AUTH_BAD,           /* the old ones stay; told once per change */
} GstLlHlsAuthChange;

/* Looks whether the file has changed. */
GstLlHlsAuthChange gst_llhls_auth_refresh (GstLlHlsAuth * self,
    GError ** error);

/* As in GstLlHlsAccess. */
UrlTokenVerdict gst_llhls_auth_check (const gchar * query,
    const gchar * path, guint64 now_s, gpointer self);

G_END_DECLS
