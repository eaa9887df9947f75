/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "httpanswer.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean insecure;            /* any certificate will do */
  gchar *ca_file;               /* nullable */
  gchar **headers;              /* "Name: value", nullable */
} FetchOptions;

/* One thread's connections.  Used by that thread only. */
typedef struct _Fetch Fetch;

Fetch *fetch_new (const FetchOptions * options, GError ** error);
void fetch_free (Fetch * self);

/* Waits for all of the answer, `timeout` seconds of silence at most.  `header`
 * is "Name: value" (nullable).  Never NULL: see `status` and `error`.
 * Returns: (transfer full) */
HttpAnswer *fetch_run (Fetch * self, const gchar * method,
    const gchar * url, const gchar * header, guint timeout,
    GCancellable * cancellable);

guint64 fetch_now (void);       /* ns, monotonic */

G_END_DECLS
