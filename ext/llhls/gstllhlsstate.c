/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: any (put, stats), one of its own (the disk), joined in free.  `lock`
 * is held for `state`, the flags and the counters only, never for the disk or a
 * message. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsstate.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "gstelementmessage.h"

struct _GstLlHlsState
{
  GstElement *element;          /* not owned, posts */
  gchar *path;                  /* fixed */
  GThread *thread;
  GMutex lock;
  GCond cond;                   /* waiting, ending */
  gboolean waiting, ending;     /* lock */
  StateFile state;              /* lock; to be written when waiting */
  guint64 written, failed;      /* lock */
  gboolean failing;             /* lock */
  /* The disk's thread only, once it runs. */
  gint64 failing_since;         /* us, monotonic; 0 when it works */
  guint incident;
};

gboolean
gst_llhls_state_load (const gchar * path, StateFile * state, GError ** error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = NULL;
  g_autoptr (GError) why = NULL;
  gchar text[STATE_FILE_MAX_BYTES + 1];
  gsize size;

  stream = g_file_read (file, NULL, &why);
  if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return FALSE;
  if (stream == NULL || !g_input_stream_read_all (G_INPUT_STREAM (stream), text,
          sizeof (text), &size, NULL, &why)) {
    g_propagate_error (error, g_steal_pointer (&why));
    return FALSE;
  }
  if (state_file_parse (state, text, size))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
      "not a state of llhlssink, or cut off");
  return FALSE;
}

static GstStructure *
new_facts (GstLlHlsState * self, const gchar * state)
{
  g_autofree gchar *incident = g_strdup_printf ("state-%u", self->incident);

  return gst_structure_new ("llhlssink-state-file",
      "state", G_TYPE_STRING, state,
      "incident", G_TYPE_STRING, incident,
      "state-file", G_TYPE_STRING, self->path, NULL);
}

static void
open_incident (GstLlHlsState * self, const gchar * error)
{
  g_autofree gchar *summary = g_strdup_printf ("Could not write the state to "
      "\"%s\": %s.", self->path, error);
  GstStructure *facts;

  self->failing_since = g_get_monotonic_time ();
  self->incident++;
  facts = new_facts (self, "open");
  gst_structure_set (facts, "error", G_TYPE_STRING, error, NULL);
  gst_element_message_post_structure (self->element,
      GST_ELEMENT_MESSAGE_WARNING, summary, facts);
}

static void
close_incident (GstLlHlsState * self, gboolean stopped)
{
  g_autofree gchar *summary = g_strdup_printf (stopped ? "Stopped while the "
      "state could not be written to \"%s\"." : "The state is written to "
      "\"%s\" again.", self->path);
  guint64 duration = (g_get_monotonic_time () - self->failing_since)
      * GST_USECOND;
  GstStructure *facts = new_facts (self, "close");

  self->failing_since = 0;
  gst_structure_set (facts, "duration", G_TYPE_UINT64, duration,
      "reason", G_TYPE_STRING, stopped ? "stopped" : "recovered", NULL);
  gst_element_message_post_structure (self->element,
      GST_ELEMENT_MESSAGE_WARNING, summary, facts);
}

static void
write_state (GstLlHlsState * self, const StateFile * state)
{
  g_autofree gchar *text = state_file_format (state);
  g_autoptr (GError) error = NULL;
  gboolean ok;

  ok = g_file_set_contents_full (self->path, text, strlen (text),
      G_FILE_SET_CONTENTS_CONSISTENT, 0644, &error);
  g_mutex_lock (&self->lock);
  self->written += ok;
  self->failed += !ok;
  self->failing = !ok;
  g_mutex_unlock (&self->lock);
  if (ok && self->failing_since != 0)
    close_incident (self, FALSE);
  else if (!ok && self->failing_since == 0)
    open_incident (self, error->message);
}

static gpointer
run (gpointer data)
{
  GstLlHlsState *self = data;
  StateFile state;

  g_mutex_lock (&self->lock);
  while (self->waiting || !self->ending) {
    if (!self->waiting) {
      g_cond_wait (&self->cond, &self->lock);
      continue;
    }
    state = self->state;
    self->waiting = FALSE;
    g_mutex_unlock (&self->lock);
    write_state (self, &state);
    g_mutex_lock (&self->lock);
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}

/* Writing puts a new file in the place of the old one, so that the directory
 * must take one.  What is in the old one must stay until there is news. */
static gboolean
try_path (const gchar * path, const gchar ** error)
{
  g_autofree gchar *name = g_strconcat (path, ".XXXXXX", NULL);
  gint fd;

  if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
    *error = g_strerror (EISDIR);
    return FALSE;
  }
  fd = g_mkstemp_full (name, O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) {
    *error = g_strerror (errno);
    return FALSE;
  }
  g_close (fd, NULL);
  g_unlink (name);
  return TRUE;
}

/* Said when the element starts, not when the restart is over that it was for. */
static void
check_path (GstLlHlsState * self)
{
  const gchar *error = NULL;

  if (try_path (self->path, &error))
    return;
  self->failing = TRUE;
  self->failed++;
  GST_ELEMENT_WARNING (self->element, RESOURCE, OPEN_WRITE,
      (_("The state of the stream can not be written.")),
      ("state-file is \"%s\": %s; set it to a file in a directory that is there "
          "and may be written; a restart counts from the date until then",
          self->path, error));
  open_incident (self, error);
}

GstLlHlsState *
gst_llhls_state_new (GstElement * element, const gchar * path)
{
  GstLlHlsState *self = g_new0 (GstLlHlsState, 1);

  self->element = element;
  self->path = g_strdup (path);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  check_path (self);
  self->thread = g_thread_new ("llhls-state", run, self);
  return self;
}

void
gst_llhls_state_put (GstLlHlsState * self, const StateFile * state)
{
  g_mutex_lock (&self->lock);
  self->state = *state;
  self->waiting = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
gst_llhls_state_add_stats (GstLlHlsState * self, GstStructure * stats)
{
  g_mutex_lock (&self->lock);
  gst_structure_set (stats, "state-files-written", G_TYPE_UINT64, self->written,
      "state-files-failed", G_TYPE_UINT64, self->failed,
      "state-file-failing", G_TYPE_INT, self->failing, NULL);
  g_mutex_unlock (&self->lock);
}

void
gst_llhls_state_free (GstLlHlsState * self)
{
  g_mutex_lock (&self->lock);
  self->ending = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  if (self->failing_since != 0)
    close_incident (self, TRUE);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->path);
  g_free (self);
}
