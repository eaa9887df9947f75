/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: any (put), one of its own (the disk), joined in free.  `lock` is held
 * for `state` and the flags only, never for the disk or a message. */
#include "gstllhlsstate.h"

#include <gio/gio.h>
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
  /* The disk's thread only. */
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

static void
post (GstLlHlsState * self, gboolean open, const gchar * error)
{
  g_autofree gchar *incident = g_strdup_printf ("state-%u", self->incident);
  g_autofree gchar *summary = open ? g_strdup_printf ("Could not write the "
      "state to \"%s\": %s.", self->path, error)
      : g_strdup_printf ("The state is written to \"%s\" again.", self->path);
  guint64 duration = (g_get_monotonic_time () - self->failing_since)
      * GST_USECOND;
  GstStructure *facts;

  facts = gst_structure_new ("llhlssink-state-file",
      "state", G_TYPE_STRING, open ? "open" : "close",
      "incident", G_TYPE_STRING, incident,
      "state-file", G_TYPE_STRING, self->path, NULL);
  if (open)
    gst_structure_set (facts, "error", G_TYPE_STRING, error, NULL);
  else
    gst_structure_set (facts, "duration", G_TYPE_UINT64, duration, NULL);
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
  if (ok && self->failing_since != 0) {
    post (self, FALSE, NULL);
    self->failing_since = 0;
  } else if (!ok && self->failing_since == 0) {
    self->failing_since = g_get_monotonic_time ();
    self->incident++;
    post (self, TRUE, error->message);
  }
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

GstLlHlsState *
gst_llhls_state_new (GstElement * element, const gchar * path)
{
  GstLlHlsState *self = g_new0 (GstLlHlsState, 1);

  self->element = element;
  self->path = g_strdup (path);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
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
gst_llhls_state_free (GstLlHlsState * self)
{
  g_mutex_lock (&self->lock);
  self->ending = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->path);
  g_free (self);
}
