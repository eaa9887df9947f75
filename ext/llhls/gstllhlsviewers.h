/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

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

/* A request for a playlist or for media; any thread.  `rendition` is the one
 * that it is of, or NULL; `query` as it came, or NULL; `headers` are the values
 * of the four, NULL where there is none.  The tag goes with the answer. */
ViewersTag gst_llhls_viewers_on_request (GstLlHlsViewers * self,
    const gchar * rendition, const gchar * query, const gchar * const *headers,
    guint64 now);

/* Its answer is on its way.  `since`: ns, when it was asked for; `whole`: ns,
 * when the media was put into the store, 0 = no media or not known. */
void gst_llhls_viewers_on_answer (GstLlHlsViewers * self,
    const ViewersTag * tag, const gchar * rendition, guint status,
    guint64 bytes, guint64 since, guint64 whole);

/* A POST to GST_LLHLS_VIEWERS_PATH.  Returns: the status to answer with. */
#define GST_LLHLS_VIEWERS_PATH "/cmcd"
guint gst_llhls_viewers_on_event_body (GstLlHlsViewers * self,
    const gchar * content_type, gconstpointer body, gsize size, guint64 now);

/* The value of CMSD-Static for an answer that was held (CTA-5006).
 * Returns: (transfer full) */
gchar *gst_llhls_viewers_cmsd (guint64 held_ns);

/* Adds the viewers' fields.  Any thread. */
void gst_llhls_viewers_add_stats (GstLlHlsViewers * self,
    GstStructure * stats);

/* No thread may use it any more; a message may still arrive right after. */
void gst_llhls_viewers_free (GstLlHlsViewers * self);

G_END_DECLS
