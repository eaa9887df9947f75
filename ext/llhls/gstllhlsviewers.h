/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstllhlsstore.h"
#include "request.h"
#include "viewers.h"

G_BEGIN_DECLS

/* Who watches, as far as players tell by CMCD: fed by the servers' threads,
 * read by stats, told as llhlssink-viewers now and then. */
typedef struct _GstLlHlsViewers GstLlHlsViewers;

/* The headers of CMCD, in the order that on_request () wants. */
#define GST_LLHLS_VIEWERS_HEADERS 4
extern const gchar *const
    gst_llhls_viewers_headers[GST_LLHLS_VIEWERS_HEADERS];

GstLlHlsViewers *gst_llhls_viewers_new (GstElement * element);

/* How often the message is posted, ms; 0 = never.  At once. */
void gst_llhls_viewers_set_interval (GstLlHlsViewers * self, guint interval_ms);

/* A request; any thread.  `query` as it came, or NULL; `headers` are the values
 * of the four, NULL where there is none.  The tag goes with the answer. */
ViewersTag gst_llhls_viewers_on_request (GstLlHlsViewers * self,
    const Request * request, const gchar * query,
    const gchar * const *headers, guint64 now);

/* Its answer is on its way.  `since`: ns, when it was asked for; `object`: what
 * is sent, or NULL. */
void gst_llhls_viewers_on_answer (GstLlHlsViewers * self,
    const Request * request, const ViewersTag * tag, guint status,
    guint64 bytes, guint64 since, const GstLlHlsObject * object);

/* The body of a POST of REQUEST_EVENTS.  Returns: the status to answer with. */
guint gst_llhls_viewers_on_event_body (GstLlHlsViewers * self,
    const gchar * content_type, gconstpointer body, gsize size, guint64 now);

/* Adds the viewers' fields.  Any thread. */
void gst_llhls_viewers_add_stats (GstLlHlsViewers * self,
    GstStructure * stats);

/* No thread may use it any more; a message may still arrive right after. */
void gst_llhls_viewers_free (GstLlHlsViewers * self);

G_END_DECLS
