/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstllhlsstore.h"
#include "gstllhlsviewers.h"

G_BEGIN_DECLS

/* The origin over HTTP/1.1: one thread with its own main context serves what
 * the store holds. */
typedef struct _GstLlHlsHttp1 GstLlHlsHttp1;

typedef struct
{
  const gchar *address;         /* numeric */
  guint port;                   /* 0 = any free one */
  const gchar *script_uri;      /* what the page loads hls.js from, or NULL */
  GBytes *script;               /* served as that, or NULL */
  GstLlHlsViewers *viewers;     /* must outlive the origin */
} GstLlHlsHttp1Config;

/* Listens at once, serves from then on.  NULL with a GIOError when it can't. */
GstLlHlsHttp1 *gst_llhls_http1_new (GstLlHlsStore * store,
    const GstLlHlsHttp1Config * config, GError ** error);

guint gst_llhls_http1_port (GstLlHlsHttp1 * self);

/* Something new is in the store.  Any thread, never waits. */
void gst_llhls_http1_wake (GstLlHlsHttp1 * self);

/* Adds the origin's fields.  Any thread. */
void gst_llhls_http1_add_stats (GstLlHlsHttp1 * self, GstStructure * stats);

/* Answers 503 to whoever waits, lets answers out that are on their way, joins
 * the thread. */
void gst_llhls_http1_free (GstLlHlsHttp1 * self);

G_END_DECLS
