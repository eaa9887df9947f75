/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: any (write, remove), one of its own (the disk).  The queue's lock is
 * the only one besides `lock`, which guards the counters. */
#include "gstllhlsdirectory.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <unistd.h>

GST_DEBUG_CATEGORY_EXTERN (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

/* Jobs that may wait; what comes on top is lost and counted. */
#define MAX_JOBS 2048

typedef struct
{
  gchar *name;                  /* NULL: end */
  GstLlHlsObject *object;       /* NULL: remove the file */
} Job;

struct _GstLlHlsDirectory
{
  gchar *path;                  /* fixed */
  GAsyncQueue *jobs;
  GThread *thread;
  GMutex lock;
  guint64 written, failed;      /* lock */
};

static void
free_job (gpointer data)
{
  Job *job = data;

  g_clear_pointer (&job->object, gst_llhls_object_unref);
  g_free (job->name);
  g_free (job);
}

static void
count (GstLlHlsDirectory * self, gboolean ok)
{
  g_mutex_lock (&self->lock);
  if (ok)
    self->written++;
  else
    self->failed++;
  g_mutex_unlock (&self->lock);
}

static gboolean
write_pieces (const gchar * path, const GstLlHlsObject * object,
    GError ** error)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  guint i;

  for (i = 0; i < object->n; i++) {
    gsize size;
    gconstpointer data = g_bytes_get_data (object->pieces[i], &size);

    g_byte_array_append (all, data, size);
  }
  /* CONSISTENT is a temporary file and a rename. */
  return g_file_set_contents_full (path, (gchar *) all->data, all->len,
      G_FILE_SET_CONTENTS_CONSISTENT, 0644, error);
}

static void
run_job (GstLlHlsDirectory * self, const Job * job)
{
  g_autofree gchar *path = g_build_filename (self->path, job->name, NULL);
  g_autofree gchar *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  if (job->object == NULL) {
    g_unlink (path);
    return;
  }
  g_mkdir_with_parents (folder, 0755);
  if (!write_pieces (path, job->object, &error))
    GST_WARNING ("could not write %s: %s", path, error->message);
  count (self, error == NULL);
}

static gpointer
run (gpointer data)
{
  GstLlHlsDirectory *self = data;
  gboolean more = TRUE;

  while (more) {
    Job *job = g_async_queue_pop (self->jobs);

    more = job->name != NULL;
    if (more)
      run_job (self, job);
    free_job (job);
  }
  return NULL;
}

GstLlHlsDirectory *
gst_llhls_directory_new (const gchar * path, GError ** error)
{
  GstLlHlsDirectory *self;

  if (g_mkdir_with_parents (path, 0755) < 0 || g_access (path, W_OK) < 0) {
    gint code = errno;

    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code),
        "%s", g_strerror (code));
    return NULL;
  }
  self = g_new0 (GstLlHlsDirectory, 1);
  self->path = g_strdup (path);
  self->jobs = g_async_queue_new_full (free_job);
  g_mutex_init (&self->lock);
  self->thread = g_thread_new ("llhls-directory", run, self);
  return self;
}

static void
push_job (GstLlHlsDirectory * self, const gchar * name, GstLlHlsObject * object)
{
  Job *job = g_new0 (Job, 1);

  job->name = g_strdup (name);
  job->object = object;
  if (name != NULL && g_async_queue_length (self->jobs) >= MAX_JOBS) {
    free_job (job);
    count (self, FALSE);
    return;
  }
  g_async_queue_push (self->jobs, job);
}

void
gst_llhls_directory_write (GstLlHlsDirectory * self, const gchar * name,
    GBytes * const *pieces, guint n)
{
  push_job (self, name, gst_llhls_object_new (NULL, pieces, n));
}

void
gst_llhls_directory_remove (GstLlHlsDirectory * self, const gchar * name)
{
  push_job (self, name, NULL);
}

void
gst_llhls_directory_stats (GstLlHlsDirectory * self, guint64 * written,
    guint64 * failed)
{
  g_mutex_lock (&self->lock);
  *written = self->written;
  *failed = self->failed;
  g_mutex_unlock (&self->lock);
}

void
gst_llhls_directory_free (GstLlHlsDirectory * self)
{
  push_job (self, NULL, NULL);
  g_thread_join (self->thread);
  g_async_queue_unref (self->jobs);
  g_mutex_clear (&self->lock);
  g_free (self->path);
  g_free (self);
}
