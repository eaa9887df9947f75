/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstllhlsstore.h"
#include "outbox.h"

G_BEGIN_DECLS

/* Writes objects as files on a thread of its own: a slow or full disk never
 * holds the stream up.  Each file appears whole, by rename.  Order, retries
 * and bounds are the outbox's; `llhlssink-files` tells of failures.  Any
 * thread may call. */
typedef struct _GstLlHlsDirectory GstLlHlsDirectory;

/* Creates the directory when it is not there.  NULL with `error` when that
 * fails.  `element` posts and must live longer. */
GstLlHlsDirectory *gst_llhls_directory_new (GstElement * element,
    const gchar * path, GError ** error);

/* `name` is relative, with at most one folder.  Takes a reference. */
void gst_llhls_directory_put (GstLlHlsDirectory * self, guint lane,
    OutboxKind kind, const gchar * name, guint64 msn,
    GstLlHlsObject * object);
void gst_llhls_directory_remove (GstLlHlsDirectory * self, guint lane,
    const gchar * name);
void gst_llhls_directory_end_lane (GstLlHlsDirectory * self, guint lane);

void gst_llhls_directory_add_stats (GstLlHlsDirectory * self,
    GstStructure * stats);

/* What waits to be written under that name.
 * Returns: (transfer full) (nullable) */
GstLlHlsObject *gst_llhls_directory_peek (GstLlHlsDirectory * self,
    const gchar * name);

/* Ends without writing what is waiting. */
void gst_llhls_directory_discard (GstLlHlsDirectory * self);

/* Writes what is waiting as long as that can be done, then ends. */
void gst_llhls_directory_free (GstLlHlsDirectory * self);

G_END_DECLS
