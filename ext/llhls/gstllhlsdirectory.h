/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstllhlsstore.h"

G_BEGIN_DECLS

/* Writes objects as files, in the order given, on a thread of its own: a slow
 * or full disk never holds the stream up.  Each file appears whole, by rename.
 * A file that can't be written is tried again and what comes behind it waits,
 * so that no playlist names it before; `llhlssink-files` tells of it.  Any
 * thread may call. */
typedef struct _GstLlHlsDirectory GstLlHlsDirectory;

/* Creates the directory when it is not there.  NULL with `error` when that
 * fails.  `element` posts and must live longer. */
GstLlHlsDirectory *gst_llhls_directory_new (GstElement * element,
    const gchar * path, GError ** error);

/* `name` is relative, with at most one folder.  Takes references. */
void gst_llhls_directory_write (GstLlHlsDirectory * self, const gchar * name,
    GBytes * const *pieces, guint n);
void gst_llhls_directory_remove (GstLlHlsDirectory * self,
    const gchar * name);

void gst_llhls_directory_stats (GstLlHlsDirectory * self, guint64 * written,
    guint64 * failed);

/* Writes what is waiting as long as that can be done, then ends. */
void gst_llhls_directory_free (GstLlHlsDirectory * self);

G_END_DECLS
