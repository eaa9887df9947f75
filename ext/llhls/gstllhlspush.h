/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstllhlsstore.h"
#include "outbox.h"

G_BEGIN_DECLS

/* Sends objects to one web server by PUT and takes them away by DELETE, on a
 * thread of its own, each rendition over a connection of its own.  Order,
 * retries and bounds are the outbox's; `llhlssink-push` tells of failures.
 * Any thread may call. */
typedef struct _GstLlHlsPush GstLlHlsPush;

typedef struct
{
  const gchar *url;             /* http or https, user-info allowed */
  const GstStructure *headers;  /* strings, sent with each request, or NULL */
  gboolean delete;              /* what has expired */
  GstClockTime target;
  guint index;                  /* of the destination, for incidents */
} GstLlHlsPushConfig;

/* FALSE with `error` when the URL is none that can be pushed to. */
gboolean gst_llhls_push_check (const gchar * url, GError ** error);

/* The URL without what must not be shown.  Returns: (transfer full) */
gchar *gst_llhls_push_mask (const gchar * url);

/* `element` posts and must live longer; the URL has been checked. */
GstLlHlsPush *gst_llhls_push_new (GstElement * element,
    const GstLlHlsPushConfig * config);

/* `name` is relative to the URL.  Takes a reference. */
void gst_llhls_push_put (GstLlHlsPush * self, guint lane, OutboxKind kind,
    const gchar * name, guint64 msn, GstLlHlsObject * object);
void gst_llhls_push_remove (GstLlHlsPush * self, guint lane,
    const gchar * name);
void gst_llhls_push_end_lane (GstLlHlsPush * self, guint lane);

/* Returns: (transfer full) */
GstStructure *gst_llhls_push_stats (GstLlHlsPush * self);

/* Sends what is waiting, for some seconds and as long as it works, then
 * ends. */
void gst_llhls_push_free (GstLlHlsPush * self);

G_END_DECLS
