/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: any (write, remove), one of its own (the disk).  `lock` is held for
 * the queue and the counters only, never for the disk or a message. */
#include "gstllhlsdirectory.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "gstelementmessage.h"

GST_DEBUG_CATEGORY_EXTERN (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

/* From so many waiting jobs on, or when writes fail, a file that is written
 * anew takes the place of its older content. */
#define BACKLOG 64
#define RETRY_US G_USEC_PER_SEC

typedef struct
{
  gchar *name;
  GstLlHlsObject *object;       /* NULL: remove the file */
  gboolean failed;              /* before; counted once */
} Job;

struct _GstLlHlsDirectory
{
  GstElement *element;          /* not owned, posts */
  gchar *path;                  /* fixed */
  GThread *thread;
  GMutex lock;
  GCond cond;                   /* jobs, ending */
  GQueue jobs;                  /* lock, of Job */
  gboolean ending;              /* lock */
  gboolean failing;             /* lock, written by the disk's thread only */
  guint64 written, failed;      /* lock */
  /* The disk's thread only. */
  gint64 retry_at, failing_since;       /* us, monotonic */
  guint incident;
};

static void
free_job (gpointer data)
{
  Job *job = data;

  g_clear_pointer (&job->object, gst_llhls_object_unref);
  g_free (job->name);
  g_free (job);
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

static gboolean
write_file (GstLlHlsDirectory * self, const Job * job, GError ** error)
{
  g_autofree gchar *path = g_build_filename (self->path, job->name, NULL);
  g_autofree gchar *folder = g_path_get_dirname (path);

  g_mkdir_with_parents (folder, 0755);
  return write_pieces (path, job->object, error);
}

static void
remove_file (GstLlHlsDirectory * self, const Job * job)
{
  g_autofree gchar *path = g_build_filename (self->path, job->name, NULL);

  g_unlink (path);
}

static Job *
find_job_locked (GstLlHlsDirectory * self, const gchar * name)
{
  GList *l;

  for (l = self->jobs.head; l != NULL; l = l->next) {
    if (g_str_equal (((Job *) l->data)->name, name))
      return l->data;
  }
  return NULL;
}

/* Where writes fail only removals are run until it is time to try again: they
 * make room. */
static Job *
take_job_locked (GstLlHlsDirectory * self, gint64 now)
{
  GList *l;

  if (!self->failing || now >= self->retry_at || self->ending)
    return g_queue_pop_head (&self->jobs);
  for (l = self->jobs.head; l != NULL; l = l->next) {
    Job *job = l->data;

    if (job->object == NULL) {
      g_queue_delete_link (&self->jobs, l);
      return job;
    }
  }
  return NULL;
}

/* NULL: the end. */
static Job *
wait_for_job (GstLlHlsDirectory * self)
{
  Job *job;

  g_mutex_lock (&self->lock);
  while ((job = take_job_locked (self, g_get_monotonic_time ())) == NULL
      && !self->ending) {
    if (self->failing && self->jobs.length > 0)
      g_cond_wait_until (&self->cond, &self->lock, self->retry_at);
    else
      g_cond_wait (&self->cond, &self->lock);
  }
  g_mutex_unlock (&self->lock);
  return job;
}

static void
post_failing (GstLlHlsDirectory * self, const gchar * error)
{
  g_autofree gchar *incident = g_strdup_printf ("files-%u", ++self->incident);
  g_autofree gchar *summary = g_strdup_printf ("Could not write to the "
      "directory \"%s\": %s.", self->path, error);

  gst_element_message_post (self->element, "llhlssink-files",
      GST_ELEMENT_MESSAGE_CRITICAL, summary, "state", G_TYPE_STRING, "open",
      "incident", G_TYPE_STRING, incident, "location", G_TYPE_STRING,
      self->path, "error", G_TYPE_STRING, error, NULL);
}

static void
post_working (GstLlHlsDirectory * self, guint64 duration)
{
  g_autofree gchar *incident = g_strdup_printf ("files-%u", self->incident);
  g_autofree gchar *summary = g_strdup_printf ("Files are written to the "
      "directory \"%s\" again.", self->path);

  gst_element_message_post (self->element, "llhlssink-files",
      GST_ELEMENT_MESSAGE_CRITICAL, summary, "state", G_TYPE_STRING, "close",
      "incident", G_TYPE_STRING, incident, "duration", G_TYPE_UINT64, duration,
      "location", G_TYPE_STRING, self->path, NULL);
}

static void
on_written (GstLlHlsDirectory * self, Job * job)
{
  gboolean recovered;

  g_mutex_lock (&self->lock);
  recovered = self->failing;
  self->failing = FALSE;
  self->written++;
  g_mutex_unlock (&self->lock);
  free_job (job);
  if (recovered)
    post_working (self, (g_get_monotonic_time () - self->failing_since)
        * GST_USECOND);
}

/* The file stays first: what comes behind it may name it. */
static void
on_failed (GstLlHlsDirectory * self, Job * job, const gchar * error)
{
  gint64 now = g_get_monotonic_time ();
  gboolean first;

  GST_WARNING ("could not write %s/%s: %s", self->path, job->name, error);
  self->retry_at = now + RETRY_US;
  g_mutex_lock (&self->lock);
  first = !self->failing;
  self->failing = TRUE;
  self->failed += !job->failed;
  job->failed = TRUE;
  if (self->ending)
    g_queue_clear_full (&self->jobs, free_job);
  if (self->ending || find_job_locked (self, job->name) != NULL)
    free_job (job);
  else
    g_queue_push_head (&self->jobs, job);
  g_mutex_unlock (&self->lock);
  if (!first)
    return;
  self->failing_since = now;
  post_failing (self, error);
}

static void
run_job (GstLlHlsDirectory * self, Job * job)
{
  g_autoptr (GError) error = NULL;

  if (job->object == NULL) {
    remove_file (self, job);
    free_job (job);
  } else if (write_file (self, job, &error)) {
    on_written (self, job);
  } else {
    on_failed (self, job, error->message);
  }
}

static gpointer
run (gpointer data)
{
  GstLlHlsDirectory *self = data;
  Job *job;

  while ((job = wait_for_job (self)) != NULL)
    run_job (self, job);
  return NULL;
}

GstLlHlsDirectory *
gst_llhls_directory_new (GstElement * element, const gchar * path,
    GError ** error)
{
  GstLlHlsDirectory *self;

  if (g_mkdir_with_parents (path, 0755) < 0 || g_access (path, W_OK) < 0) {
    gint code = errno;

    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code),
        "%s", g_strerror (code));
    return NULL;
  }
  self = g_new0 (GstLlHlsDirectory, 1);
  self->element = element;
  self->path = g_strdup (path);
  g_queue_init (&self->jobs);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("llhls-directory", run, self);
  return self;
}

static void
push_job (GstLlHlsDirectory * self, const gchar * name, GstLlHlsObject * object)
{
  Job *job = g_new0 (Job, 1), *older = NULL;

  job->name = g_strdup (name);
  job->object = object;
  g_mutex_lock (&self->lock);
  if (self->failing || self->jobs.length >= BACKLOG)
    older = find_job_locked (self, name);
  if (older != NULL) {
    job->failed = older->failed;
    g_queue_remove (&self->jobs, older);
    free_job (older);
  }
  g_queue_push_tail (&self->jobs, job);
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
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
  g_mutex_lock (&self->lock);
  self->ending = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  g_queue_clear_full (&self->jobs, free_job);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->path);
  g_free (self);
}
