/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: any (put, remove), two of its own: one for the disk, and one that
 * tells when that has been waiting for too long.  `lock` is held for the outbox
 * only, never for the disk or a message. */
#include "gstllhlsdirectory.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "gstllhlsincident.h"

GST_DEBUG_CATEGORY_EXTERN (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

#define RETRY GST_SECOND
#define MAX_BYTES (128 * 1024 * 1024)
#define MAX_JOBS 8192
/* A disk that takes longer for one file is told of. */
#define MAX_WAIT_S 5
#define MAX_WAIT (MAX_WAIT_S * GST_SECOND)

struct _GstLlHlsDirectory
{
  GstLlHlsIncident incident;    /* fixed */
  gchar *path;                  /* fixed */
  GThread *thread, *watch;
  GMutex lock;
  GCond cond;                   /* something to do, or the end */
  GCond watch_cond;             /* `over`, or no longer `telling` */
  Outbox outbox;                /* lock; payloads are GstLlHlsObject */
  guint64 busy_since;           /* lock; ns, of the file; 0 = none */
  gboolean telling;             /* lock; the watch is */
  gboolean over;                /* lock */
};

/* *INDENT-OFF* */
static const GstLlHlsIncidentText incident_text = {
  .message = "llhlssink-files",
  .field = "location",
  .fails = "Could not write to the directory \"%s\": %s.",
  .works = "Files are written to the directory \"%s\" again.",
  .stopped = "Stopped while files could not be written to the directory "
      "\"%s\".",
};
/* *INDENT-ON* */

static guint64
now_ns (void)
{
  return g_get_monotonic_time () * GST_USECOND;
}

static GByteArray *
join_pieces (const GstLlHlsObject * object)
{
  GByteArray *all = g_byte_array_new ();
  guint i;

  for (i = 0; i < object->n; i++) {
    gsize size;
    gconstpointer data = g_bytes_get_data (object->pieces[i], &size);

    g_byte_array_append (all, data, size);
  }
  return all;
}

/* What is written of `job`, which is under way; with the gaps of this directory
 * in playlists. */
static GByteArray *
read_job (GstLlHlsDirectory * self, const OutboxJob * job)
{
  GByteArray *all;
  gchar *text;

  if (job->kind == OUTBOX_REMOVAL)
    return NULL;
  all = join_pieces (job->payload);
  if (job->kind != OUTBOX_PLAYLIST)
    return all;
  g_mutex_lock (&self->lock);
  text = outbox_mark_gaps (&self->outbox, (gchar *) all->data, all->len);
  g_mutex_unlock (&self->lock);
  if (text == NULL)
    return all;
  g_byte_array_unref (all);
  return g_byte_array_new_take ((guint8 *) text, strlen (text));
}

static gboolean
write_file (GstLlHlsDirectory * self, const gchar * name,
    const GByteArray * content, GError ** error)
{
  g_autofree gchar *path = g_build_filename (self->path, name, NULL);
  g_autofree gchar *folder = g_path_get_dirname (path);

  g_mkdir_with_parents (folder, 0755);
  /* CONSISTENT is a temporary file and a rename. */
  return g_file_set_contents_full (path, (gchar *) content->data, content->len,
      G_FILE_SET_CONTENTS_CONSISTENT, 0644, error);
}

static void
remove_file (GstLlHlsDirectory * self, const gchar * name)
{
  g_autofree gchar *path = g_build_filename (self->path, name, NULL);
  g_autofree gchar *folder = g_path_get_dirname (path);

  g_unlink (path);
  /* A rendition's, when that was the last file in it. */
  if (strchr (name, G_DIR_SEPARATOR) != NULL)
    g_rmdir (folder);
}

/* NULL: the end. */
static OutboxJob *
wait_for_job (GstLlHlsDirectory * self)
{
  OutboxJob *job;

  g_mutex_lock (&self->lock);
  while ((job = outbox_take (&self->outbox, now_ns ())) == NULL
      && !self->outbox.ending) {
    guint64 deadline = outbox_deadline (&self->outbox);

    if (deadline != OUTBOX_NONE)
      g_cond_wait_until (&self->cond, &self->lock, deadline / GST_USECOND + 1);
    else
      g_cond_wait (&self->cond, &self->lock);
  }
  self->busy_since = job != NULL ? now_ns () : 0;
  g_mutex_unlock (&self->lock);
  return job;
}

static void
finish_job (GstLlHlsDirectory * self, OutboxJob * job, const GError * error)
{
  OutboxReport report;

  g_mutex_lock (&self->lock);
  if (error != NULL)
    GST_WARNING ("could not write %s/%s: %s", self->path, job->name,
        error->message);
  self->busy_since = 0;
  report = outbox_finish (&self->outbox, job, error == NULL ? OUTBOX_DONE
      : OUTBOX_FAILED, now_ns ());
  /* What has begun is told before what has ended. */
  while (self->telling)
    g_cond_wait (&self->watch_cond, &self->lock);
  g_mutex_unlock (&self->lock);
  if (error != NULL)
    GST_DEBUG ("%s", report.reason);
  gst_llhls_incident_tell (&self->incident, &report,
      error != NULL ? error->message : NULL, FALSE);
}

static gpointer
run (gpointer data)
{
  GstLlHlsDirectory *self = data;
  OutboxJob *job;

  while ((job = wait_for_job (self)) != NULL) {
    g_autoptr (GByteArray) content = read_job (self, job);
    g_autoptr (GError) error = NULL;

    if (content == NULL)
      remove_file (self, job->name);
    else
      write_file (self, job->name, content, &error);
    finish_job (self, job, error);
  }
  return NULL;
}

/* Looks now and then, so that the other thread need not wake it for each file. */
static gpointer
watch (gpointer data)
{
  GstLlHlsDirectory *self = data;
  g_autofree gchar *text = g_strdup_printf ("a file has not been written in %u "
      "s", MAX_WAIT_S);

  g_mutex_lock (&self->lock);
  while (!self->over) {
    guint64 now = now_ns ();
    guint64 due = (self->busy_since != 0 ? self->busy_since : now) + MAX_WAIT;
    OutboxReport report;

    if (now < due || self->outbox.open) {
      g_cond_wait_until (&self->watch_cond, &self->lock,
          (MAX (due, now) + GST_SECOND) / GST_USECOND);
      continue;
    }
    report = outbox_late (&self->outbox, now);
    self->telling = TRUE;
    g_mutex_unlock (&self->lock);
    gst_llhls_incident_tell (&self->incident, &report, text, FALSE);
    g_mutex_lock (&self->lock);
    self->telling = FALSE;
    g_cond_broadcast (&self->watch_cond);
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}

static void
end_watch (GstLlHlsDirectory * self)
{
  g_mutex_lock (&self->lock);
  self->over = TRUE;
  g_cond_broadcast (&self->watch_cond);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->watch);
}

GstLlHlsDirectory *
gst_llhls_directory_new (GstElement * element, const gchar * path,
    GError ** error)
{
  OutboxConfig config = { RETRY, RETRY, 0, 0, MAX_BYTES, MAX_JOBS, TRUE,
    (GDestroyNotify) gst_llhls_object_unref
  };
  GstLlHlsDirectory *self;

  if (g_mkdir_with_parents (path, 0755) < 0 || g_access (path, W_OK) < 0) {
    gint code = errno;

    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code),
        "%s", g_strerror (code));
    return NULL;
  }
  self = g_new0 (GstLlHlsDirectory, 1);
  gst_llhls_incident_init (&self->incident, element, &incident_text,
      g_strdup ("files"), g_strdup (path));
  self->path = g_strdup (path);
  outbox_init (&self->outbox, &config);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  g_cond_init (&self->watch_cond);
  self->thread = g_thread_new ("llhls-directory", run, self);
  self->watch = g_thread_new ("llhls-disk-watch", watch, self);
  return self;
}

void
gst_llhls_directory_put (GstLlHlsDirectory * self, guint lane,
    OutboxKind kind, const gchar * name, guint64 msn, GstLlHlsObject * object)
{
  g_mutex_lock (&self->lock);
  outbox_put (&self->outbox, lane, kind, name, msn,
      gst_llhls_object_ref (object), gst_llhls_object_size (object));
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
gst_llhls_directory_remove (GstLlHlsDirectory * self, guint lane,
    const gchar * name)
{
  g_mutex_lock (&self->lock);
  outbox_remove (&self->outbox, lane, name);
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
gst_llhls_directory_end_lane (GstLlHlsDirectory * self, guint lane)
{
  g_mutex_lock (&self->lock);
  outbox_end_lane (&self->outbox, lane);
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
gst_llhls_directory_add_stats (GstLlHlsDirectory * self, GstStructure * stats)
{
  const Outbox *outbox = &self->outbox;

  g_mutex_lock (&self->lock);
  gst_structure_set (stats, "files-written", G_TYPE_UINT64, outbox->sent,
      "files-failed", G_TYPE_UINT64, outbox->failures,
      "files-dropped", G_TYPE_UINT64, outbox->dropped,
      "files-backlog-bytes", G_TYPE_INT64, (gint64) outbox->bytes, NULL);
  g_mutex_unlock (&self->lock);
}

GstLlHlsObject *
gst_llhls_directory_peek (GstLlHlsDirectory * self, const gchar * name)
{
  GstLlHlsObject *object;

  g_mutex_lock (&self->lock);
  object = outbox_peek (&self->outbox, name);
  if (object != NULL)
    gst_llhls_object_ref (object);
  g_mutex_unlock (&self->lock);
  return object;
}

void
gst_llhls_directory_discard (GstLlHlsDirectory * self)
{
  g_mutex_lock (&self->lock);
  outbox_discard (&self->outbox);
  g_mutex_unlock (&self->lock);
  gst_llhls_directory_free (self);
}

void
gst_llhls_directory_free (GstLlHlsDirectory * self)
{
  OutboxReport report;

  g_mutex_lock (&self->lock);
  outbox_end (&self->outbox);
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  end_watch (self);
  report = outbox_stop (&self->outbox, now_ns ());
  gst_llhls_incident_tell (&self->incident, &report, NULL, TRUE);
  gst_llhls_incident_clear (&self->incident);
  outbox_clear (&self->outbox);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_cond_clear (&self->watch_cond);
  g_free (self->path);
  g_free (self);
}
