/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: any (put, remove, find), the directory's (writing), one of its own
 * (reading).  `lock` guards the cache and the list of what is to be read; it is
 * never held for the disk or a call back. */
#include "gstllhlsarchive.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "gstllhlsdirectory.h"
#include "mediacache.h"

GST_DEBUG_CATEGORY_EXTERN (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

/* What is read again stays in memory up to this. */
#define CACHE_BYTES (32 * 1024 * 1024)
#define MAX_LOADING 256
#define RETRY GST_SECOND

typedef struct
{
  gchar *name;
  const gchar *content_type;
} Wanted;

struct _GstLlHlsArchive
{
  gchar *path;                  /* fixed */
  GstLlHlsStore *store;
  GstLlHlsDirectory *directory;
  void (*wake) (gpointer);      /* fixed */
  gpointer user_data;           /* fixed */
  GThread *thread;
  GMutex lock;
  GCond cond;
  MediaCache cache;             /* lock; of GstLlHlsObject */
  GQueue wanted;                /* lock; of Wanted */
  gboolean ending;              /* lock */
};

static guint64
now_ns (void)
{
  return g_get_monotonic_time () * GST_USECOND;
}

static void
free_wanted (gpointer data)
{
  Wanted *wanted = data;

  g_free (wanted->name);
  g_free (wanted);
}

/* What the writer has still to write, or the file. */
static GstLlHlsObject *
read_object (GstLlHlsArchive * self, const Wanted * wanted)
{
  g_autofree gchar *path = g_build_filename (self->path, wanted->name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GstLlHlsObject *object;
  gchar *data;
  gsize size;

  object = gst_llhls_directory_peek (self->directory, wanted->name);
  if (object != NULL)
    return object;
  if (!g_file_get_contents (path, &data, &size, &error)) {
    GST_WARNING ("could not read %s: %s", path, error->message);
    return NULL;
  }
  bytes = g_bytes_new_take (data, size);
  return gst_llhls_object_new (wanted->content_type, &bytes, 1);
}

static Wanted *
wait_for_wanted (GstLlHlsArchive * self)
{
  Wanted *wanted = NULL;

  g_mutex_lock (&self->lock);
  while (!self->ending && (wanted = g_queue_pop_head (&self->wanted)) == NULL)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
  return wanted;
}

static gpointer
run (gpointer data)
{
  GstLlHlsArchive *self = data;
  Wanted *wanted;

  while ((wanted = wait_for_wanted (self)) != NULL) {
    GstLlHlsObject *object = read_object (self, wanted);

    g_mutex_lock (&self->lock);
    media_cache_loaded (&self->cache, wanted->name, object,
        object != NULL ? gst_llhls_object_size (object) : 0, now_ns ());
    g_mutex_unlock (&self->lock);
    free_wanted (wanted);
    self->wake (self->user_data);
  }
  return NULL;
}

/* The store asks for what is not in memory. */
static GstLlHlsStoreState
find (gpointer data, const gchar * name, const gchar * content_type,
    GstLlHlsObject ** object)
{
  GstLlHlsArchive *self = data;
  GstLlHlsStoreState state = GST_LLHLS_STORE_FAILED;
  gpointer payload = NULL;
  Wanted *wanted;

  g_mutex_lock (&self->lock);
  switch (media_cache_find (&self->cache, name, now_ns (), &payload)) {
    case MEDIA_CACHE_LOADED:
      *object = gst_llhls_object_ref (payload);
      state = GST_LLHLS_STORE_FOUND;
      break;
    case MEDIA_CACHE_LOAD:
      wanted = g_new (Wanted, 1);
      wanted->name = g_strdup (name);
      wanted->content_type = content_type;
      g_queue_push_tail (&self->wanted, wanted);
      g_cond_signal (&self->cond);
      state = GST_LLHLS_STORE_LOADING;
      break;
    case MEDIA_CACHE_LOADING:
    case MEDIA_CACHE_BUSY:
      state = GST_LLHLS_STORE_LOADING;
      break;
    case MEDIA_CACHE_FAILED:
      break;
  }
  g_mutex_unlock (&self->lock);
  return state;
}

/* Files */

/* The names that playlist_segment_uri () gives. */
static gboolean
is_ours (const gchar * name)
{
  return g_regex_match_simple ("^([0-9a-f]+-)?[0-9]+\\.(m4s|vtt)$", name, 0, 0);
}

static void
remove_segments (const gchar * folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    if (is_ours (name))
      g_unlink (path);
  }
}

static void
remove_all (const gchar * path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *folder = g_build_filename (path, name, NULL);

    remove_segments (folder);
    /* Only when nothing else is in it. */
    if (g_file_test (folder, G_FILE_TEST_IS_DIR))
      g_rmdir (folder);
  }
}

GstLlHlsArchive *
gst_llhls_archive_new (GstElement * element, const gchar * path,
    GstLlHlsStore * store, void (*wake) (gpointer), gpointer user_data,
    GError ** error)
{
  MediaCacheConfig config = { CACHE_BYTES, MAX_LOADING, RETRY,
    (GDestroyNotify) gst_llhls_object_unref
  };
  GstLlHlsDirectory *directory;
  GstLlHlsArchive *self;

  directory = gst_llhls_directory_new (element, path, error);
  if (directory == NULL)
    return NULL;
  remove_all (path);
  self = g_new0 (GstLlHlsArchive, 1);
  self->path = g_strdup (path);
  self->directory = directory;
  self->store = gst_llhls_store_ref (store);
  self->wake = wake;
  self->user_data = user_data;
  media_cache_init (&self->cache, &config);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("llhls-archive", run, self);
  gst_llhls_store_set_archive (store, find, self);
  return self;
}

void
gst_llhls_archive_put (GstLlHlsArchive * self, guint lane,
    const gchar * name, guint64 msn, GstLlHlsObject * object)
{
  gst_llhls_directory_put (self->directory, lane, OUTBOX_SEGMENT, name, msn,
      object);
}

void
gst_llhls_archive_remove (GstLlHlsArchive * self, guint lane,
    const gchar * name)
{
  gst_llhls_directory_remove (self->directory, lane, name);
  g_mutex_lock (&self->lock);
  media_cache_remove (&self->cache, name);
  g_mutex_unlock (&self->lock);
}

void
gst_llhls_archive_end_lane (GstLlHlsArchive * self, guint lane)
{
  gst_llhls_directory_end_lane (self->directory, lane);
}

void
gst_llhls_archive_add_stats (GstLlHlsArchive * self, GstStructure * stats)
{
  GstStructure *archive = gst_structure_new_empty ("archive");

  gst_llhls_directory_add_stats (self->directory, archive);
  g_mutex_lock (&self->lock);
  gst_structure_set (archive, "files-read", G_TYPE_UINT64,
      self->cache.misses - self->cache.failures, "reads-failed",
      G_TYPE_UINT64, self->cache.failures, "cache-hits", G_TYPE_UINT64,
      self->cache.hits, "cache-bytes", G_TYPE_INT64,
      (gint64) self->cache.bytes, NULL);
  g_mutex_unlock (&self->lock);
  gst_structure_set (stats, "archive", GST_TYPE_STRUCTURE, archive, NULL);
  gst_structure_free (archive);
}

void
gst_llhls_archive_free (GstLlHlsArchive * self)
{
  gst_llhls_store_set_archive (self->store, NULL, NULL);
  g_mutex_lock (&self->lock);
  self->ending = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  gst_llhls_directory_discard (self->directory);
  remove_all (self->path);
  g_queue_clear_full (&self->wanted, free_wanted);
  media_cache_clear (&self->cache);
  gst_llhls_store_unref (self->store);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->path);
  g_free (self);
}
