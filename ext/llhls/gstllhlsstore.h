/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "blocking.h"
#include "playlist.h"

G_BEGIN_DECLS

/* One rendition as it is now, immutable. */
typedef struct
{
  gatomicrefcount refs;
  gchar *name;
  GBytes *playlist;             /* without rendition reports */
  GBytes *delta;                /* or NULL: nothing to skip */
  GBytes *delta_v2;             /* for _HLS_skip=v2; NULL: the same as delta */
  gchar *report;                /* the line that tells of it, or NULL */
  gchar *hint;                  /* path of the part that comes next, or NULL */
  gchar *next;                  /* of the next segment's first part, or NULL */
  PlaylistPosition position;
} GstLlHlsView;

/* The whole presentation as it is now, immutable. */
typedef struct
{
  gatomicrefcount refs;
  guint64 generation;           /* differs from any other snapshot's */
  gboolean listed;              /* the playlists may be shown */
  gboolean ended;
  GBytes *multivariant;
  GPtrArray *views;             /* of GstLlHlsView */
} GstLlHlsSnapshot;

/* Something to be served as it is, in pieces, immutable. */
typedef struct
{
  gatomicrefcount refs;
  gboolean archived;            /* no pieces: the archive has it */
  const gchar *content_type;    /* static */
  guint64 whole;                /* ns, monotonic, when it was complete */
  guint n;
  GBytes *pieces[];
} GstLlHlsObject;

typedef enum
{
  GST_LLHLS_STORE_ABSENT,       /* 404, or held when it was hinted */
  GST_LLHLS_STORE_FOUND,
  GST_LLHLS_STORE_LOADING,      /* on its way from a disk: wait for a wake */
  GST_LLHLS_STORE_FAILED,       /* it is on a disk that can't be read: 503 */
} GstLlHlsStoreState;

/* What the packager gives to the outputs.  Its lock is held only to swap or
 * look up a pointer, so that neither side waits for the other. */
typedef struct _GstLlHlsStore GstLlHlsStore;

GstLlHlsStore *gst_llhls_store_new (const BlockingLimits * limits);
GstLlHlsStore *gst_llhls_store_ref (GstLlHlsStore * self);
void gst_llhls_store_unref (GstLlHlsStore * self);
const BlockingLimits *gst_llhls_store_limits (GstLlHlsStore * self);

/* Takes `snapshot` (transfer full). */
void gst_llhls_store_publish (GstLlHlsStore * self,
    GstLlHlsSnapshot * snapshot);
/* Returns: (transfer full) */
GstLlHlsSnapshot *gst_llhls_store_snapshot (GstLlHlsStore * self);

/* Takes `path` and `object` (transfer full). */
void gst_llhls_store_add (GstLlHlsStore * self, gchar * path,
    GstLlHlsObject * object);
void gst_llhls_store_remove (GstLlHlsStore * self, const gchar * path);
/* `path` is no longer held in memory. */
void gst_llhls_store_archive (GstLlHlsStore * self, const gchar * path);

/* Where archived media comes from; called without the store's lock, and not
 * after it was set to NULL. */
typedef GstLlHlsStoreState (*GstLlHlsStoreArchive) (gpointer user_data,
    const gchar * path, const gchar * content_type, GstLlHlsObject ** object);
void gst_llhls_store_set_archive (GstLlHlsStore * self,
    GstLlHlsStoreArchive find, gpointer user_data);

/* `object` (transfer full) with GST_LLHLS_STORE_FOUND. */
GstLlHlsStoreState gst_llhls_store_look (GstLlHlsStore * self,
    const gchar * path, GstLlHlsObject ** object);
/* The same without the difference.
 * Returns: (transfer full) (nullable) */
GstLlHlsObject *gst_llhls_store_find (GstLlHlsStore * self,
    const gchar * path);
guint gst_llhls_store_count (GstLlHlsStore * self);

GstLlHlsSnapshot *gst_llhls_snapshot_new (void);
GstLlHlsSnapshot *gst_llhls_snapshot_ref (GstLlHlsSnapshot * self);
void gst_llhls_snapshot_unref (GstLlHlsSnapshot * self);
const GstLlHlsView *gst_llhls_snapshot_find (const GstLlHlsSnapshot * self,
    const gchar * name, guint * index);

GstLlHlsView *gst_llhls_view_new (const gchar * name);
GstLlHlsView *gst_llhls_view_ref (GstLlHlsView * self);
void gst_llhls_view_unref (GstLlHlsView * self);

/* Takes references to `pieces`. */
GstLlHlsObject *gst_llhls_object_new (const gchar * content_type,
    GBytes * const *pieces, guint n);
GstLlHlsObject *gst_llhls_object_ref (GstLlHlsObject * self);
void gst_llhls_object_unref (GstLlHlsObject * self);
gsize gst_llhls_object_size (const GstLlHlsObject * self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstLlHlsSnapshot, gst_llhls_snapshot_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstLlHlsObject, gst_llhls_object_unref)

G_END_DECLS
