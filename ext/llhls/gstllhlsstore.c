/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstllhlsstore.h"

struct _GstLlHlsStore
{
  gatomicrefcount refs;
  BlockingLimits limits;        /* fixed after init */
  GMutex lock;
  GstLlHlsSnapshot *snapshot;   /* lock */
  GHashTable *objects;          /* lock; path -> GstLlHlsObject */
  GMutex archive_lock;          /* before no other, for the two below */
  GstLlHlsStoreArchive archive;
  gpointer archive_data;
};

GstLlHlsStore *
gst_llhls_store_new (const BlockingLimits * limits)
{
  GstLlHlsStore *self = g_new0 (GstLlHlsStore, 1);

  g_atomic_ref_count_init (&self->refs);
  self->limits = *limits;
  g_mutex_init (&self->lock);
  g_mutex_init (&self->archive_lock);
  self->snapshot = gst_llhls_snapshot_new ();
  self->objects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      (GDestroyNotify) gst_llhls_object_unref);
  return self;
}

GstLlHlsStore *
gst_llhls_store_ref (GstLlHlsStore * self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
gst_llhls_store_unref (GstLlHlsStore * self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  gst_llhls_snapshot_unref (self->snapshot);
  g_hash_table_unref (self->objects);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->archive_lock);
  g_free (self);
}

const BlockingLimits *
gst_llhls_store_limits (GstLlHlsStore * self)
{
  return &self->limits;
}

void
gst_llhls_store_publish (GstLlHlsStore * self, GstLlHlsSnapshot * snapshot)
{
  GstLlHlsSnapshot *old;

  g_mutex_lock (&self->lock);
  snapshot->generation = self->snapshot->generation + 1;
  old = self->snapshot;
  self->snapshot = snapshot;
  g_mutex_unlock (&self->lock);
  gst_llhls_snapshot_unref (old);
}

GstLlHlsSnapshot *
gst_llhls_store_snapshot (GstLlHlsStore * self)
{
  GstLlHlsSnapshot *snapshot;

  g_mutex_lock (&self->lock);
  snapshot = gst_llhls_snapshot_ref (self->snapshot);
  g_mutex_unlock (&self->lock);
  return snapshot;
}

void
gst_llhls_store_add (GstLlHlsStore * self, gchar * path,
    GstLlHlsObject * object)
{
  g_mutex_lock (&self->lock);
  g_hash_table_replace (self->objects, path, object);
  g_mutex_unlock (&self->lock);
}

void
gst_llhls_store_remove (GstLlHlsStore * self, const gchar * path)
{
  gpointer key = NULL, object = NULL;

  g_mutex_lock (&self->lock);
  g_hash_table_steal_extended (self->objects, path, &key, &object);
  g_mutex_unlock (&self->lock);
  g_free (key);
  g_clear_pointer ((GstLlHlsObject **) & object, gst_llhls_object_unref);
}

void
gst_llhls_store_archive (GstLlHlsStore * self, const gchar * path)
{
  GstLlHlsObject *object, *placeholder = NULL;

  g_mutex_lock (&self->lock);
  object = g_hash_table_lookup (self->objects, path);
  if (object != NULL && !object->archived) {
    placeholder = gst_llhls_object_new (object->content_type, NULL, 0);
    placeholder->archived = TRUE;
    gst_llhls_object_ref (object);
    g_hash_table_replace (self->objects, g_strdup (path), placeholder);
  }
  g_mutex_unlock (&self->lock);
  if (placeholder != NULL)
    gst_llhls_object_unref (object);
}

void
gst_llhls_store_set_archive (GstLlHlsStore * self, GstLlHlsStoreArchive find,
    gpointer user_data)
{
  g_mutex_lock (&self->archive_lock);
  self->archive = find;
  self->archive_data = user_data;
  g_mutex_unlock (&self->archive_lock);
}

static GstLlHlsStoreState
look_in_archive (GstLlHlsStore * self, const gchar * path,
    const gchar * content_type, GstLlHlsObject ** object)
{
  GstLlHlsStoreState state = GST_LLHLS_STORE_ABSENT;

  g_mutex_lock (&self->archive_lock);
  if (self->archive != NULL)
    state = self->archive (self->archive_data, path, content_type, object);
  g_mutex_unlock (&self->archive_lock);
  return state;
}

GstLlHlsStoreState
gst_llhls_store_look (GstLlHlsStore * self, const gchar * path,
    GstLlHlsObject ** object)
{
  GstLlHlsObject *found;
  GstLlHlsStoreState state = GST_LLHLS_STORE_ABSENT;

  *object = NULL;
  g_mutex_lock (&self->lock);
  found = g_hash_table_lookup (self->objects, path);
  if (found != NULL)
    gst_llhls_object_ref (found);
  g_mutex_unlock (&self->lock);
  if (found != NULL && !found->archived) {
    *object = found;
    return GST_LLHLS_STORE_FOUND;
  }
  if (found != NULL) {
    state = look_in_archive (self, path, found->content_type, object);
    gst_llhls_object_unref (found);
  }
  return state;
}

GstLlHlsObject *
gst_llhls_store_find (GstLlHlsStore * self, const gchar * path)
{
  GstLlHlsObject *object;

  gst_llhls_store_look (self, path, &object);
  return object;
}

guint
gst_llhls_store_count (GstLlHlsStore * self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = g_hash_table_size (self->objects);
  g_mutex_unlock (&self->lock);
  return n;
}

GstLlHlsSnapshot *
gst_llhls_snapshot_new (void)
{
  GstLlHlsSnapshot *self = g_new0 (GstLlHlsSnapshot, 1);

  g_atomic_ref_count_init (&self->refs);
  self->views =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_llhls_view_unref);
  return self;
}

GstLlHlsSnapshot *
gst_llhls_snapshot_ref (GstLlHlsSnapshot * self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
gst_llhls_snapshot_unref (GstLlHlsSnapshot * self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_ptr_array_unref (self->views);
  g_clear_pointer (&self->multivariant, g_bytes_unref);
  g_free (self);
}

const GstLlHlsView *
gst_llhls_snapshot_find (const GstLlHlsSnapshot * self, const gchar * name,
    guint * index)
{
  guint i;

  for (i = 0; i < self->views->len; i++) {
    const GstLlHlsView *view = g_ptr_array_index (self->views, i);

    if (g_str_equal (view->name, name)) {
      *index = i;
      return view;
    }
  }
  return NULL;
}

GstLlHlsView *
gst_llhls_view_new (const gchar * name)
{
  GstLlHlsView *self = g_new0 (GstLlHlsView, 1);

  g_atomic_ref_count_init (&self->refs);
  self->name = g_strdup (name);
  return self;
}

GstLlHlsView *
gst_llhls_view_ref (GstLlHlsView * self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
gst_llhls_view_unref (GstLlHlsView * self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_pointer (&self->playlist, g_bytes_unref);
  g_clear_pointer (&self->delta, g_bytes_unref);
  g_clear_pointer (&self->delta_v2, g_bytes_unref);
  g_free (self->report);
  g_free (self->hint);
  g_free (self->next);
  g_free (self->name);
  g_free (self);
}

GstLlHlsObject *
gst_llhls_object_new (const gchar * content_type, GBytes * const *pieces,
    guint n)
{
  GstLlHlsObject *self;
  guint i;

  self = g_malloc0 (sizeof (GstLlHlsObject) + n * sizeof (GBytes *));
  g_atomic_ref_count_init (&self->refs);
  self->content_type = content_type;
  self->whole = g_get_monotonic_time () * GST_USECOND;
  self->n = n;
  for (i = 0; i < n; i++)
    self->pieces[i] = g_bytes_ref (pieces[i]);
  return self;
}

GstLlHlsObject *
gst_llhls_object_ref (GstLlHlsObject * self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

gsize
gst_llhls_object_size (const GstLlHlsObject * self)
{
  gsize size = 0;
  guint i;

  for (i = 0; i < self->n; i++)
    size += g_bytes_get_size (self->pieces[i]);
  return size;
}

void
gst_llhls_object_unref (GstLlHlsObject * self)
{
  guint i;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  for (i = 0; i < self->n; i++)
    g_bytes_unref (self->pieces[i]);
  g_free (self);
}
