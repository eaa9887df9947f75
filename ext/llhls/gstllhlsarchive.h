/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstllhlsstore.h"

G_BEGIN_DECLS

/* Segments that are too old for memory, on a disk: writes them with a thread
 * of its own (a GstLlHlsDirectory's) and reads them with another when somebody
 * wants them.  Nobody ever waits for the disk in these calls; any thread may
 * call. */
typedef struct _GstLlHlsArchive GstLlHlsArchive;

/* Removes what earlier runs left.  `wake` is called without locks when
 * something was read.  NULL with `error` when the directory can't be made or
 * written.  `element` posts and must live longer. */
GstLlHlsArchive *gst_llhls_archive_new (GstElement * element,
    const gchar * path, GstLlHlsStore * store, void (*wake) (gpointer),
    gpointer user_data, GError ** error);

void gst_llhls_archive_put (GstLlHlsArchive * self, guint lane,
    const gchar * name, guint64 msn, GstLlHlsObject * object);
void gst_llhls_archive_remove (GstLlHlsArchive * self, guint lane,
    const gchar * name);

void gst_llhls_archive_end_lane (GstLlHlsArchive * self, guint lane);

void gst_llhls_archive_add_stats (GstLlHlsArchive * self,
    GstStructure * stats);

/* Before the store's last user is gone; afterwards nothing is read, and the
 * files are removed. */
void gst_llhls_archive_free (GstLlHlsArchive * self);

G_END_DECLS
