/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsguardstream.h"

#include "gstllhlstcp.h"

#define GST_TYPE_LLHLS_GUARD_INPUT (gst_llhls_guard_input_get_type ())
G_DECLARE_FINAL_TYPE (GstLlHlsGuardInput, gst_llhls_guard_input, GST,
    LLHLS_GUARD_INPUT, GInputStream)
     struct _GstLlHlsGuardInput
     {
       GInputStream parent;
       GInputStream *base;
       gboolean ended;          /* the last byte has been made up */
       GstLlHlsPollSet *set;    /* while there is an entry */
       gpointer entry;          /* in the set, or NULL */
       GSource *waiting;        /* not owned: who waits for the entry */
     };

     struct _GstLlHlsGuardStream
     {
       GIOStream parent;
       GIOStream *base;
       GSocket *socket;
       GInputStream *input;
     };

     static void pollable_init (GPollableInputStreamInterface * iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstLlHlsGuardInput, gst_llhls_guard_input,
    G_TYPE_INPUT_STREAM,
    G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, pollable_init));
G_DEFINE_FINAL_TYPE (GstLlHlsGuardStream, gst_llhls_guard_stream,
    G_TYPE_IO_STREAM);

/* Input */

/* What a read of `n` bytes becomes; takes `why`. */
     static gssize
         end_with_a_byte (GstLlHlsGuardInput * self, gssize n, gchar * buffer,
    gsize count, GError ** why, GError ** error)
{
  if (n > 0 || self->ended || count == 0
      || g_error_matches (*why, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
    if (*why != NULL)
      g_propagate_error (error, g_steal_pointer (why));
    return n;
  }
  self->ended = TRUE;
  buffer[0] = 'x';
  return 1;
}

static gssize
read_fn (GInputStream * stream, void *buffer, gsize count,
    GCancellable * cancellable, GError ** error)
{
  GstLlHlsGuardInput *self = GST_LLHLS_GUARD_INPUT (stream);
  g_autoptr (GError) why = NULL;
  gssize n = g_input_stream_read (self->base, buffer, count, cancellable,
      &why);

  return end_with_a_byte (self, n, buffer, count, &why, error);
}

static gssize
read_nonblocking (GPollableInputStream * stream, void *buffer, gsize count,
    GError ** error)
{
  GstLlHlsGuardInput *self = GST_LLHLS_GUARD_INPUT (stream);
  g_autoptr (GError) why = NULL;
  gssize n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM
      (self->base), buffer, count, NULL, &why);

  return end_with_a_byte (self, n, buffer, count, &why, error);
}

static gboolean
can_poll (GPollableInputStream * stream)
{
  return g_pollable_input_stream_can_poll (G_POLLABLE_INPUT_STREAM
      (GST_LLHLS_GUARD_INPUT (stream)->base));
}

static gboolean
is_readable (GPollableInputStream * stream)
{
  return g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM
      (GST_LLHLS_GUARD_INPUT (stream)->base));
}

/* Waiting in a set.  A main loop has a list of what it polls, which it walks for
 * each that comes and goes, and wakes itself up; so with some thousands of
 * connections that took most of the time.  This source has nothing to poll. */

typedef struct
{
  GSource source;
  GstLlHlsGuardInput *input;
} Waiting;

void
gst_llhls_guard_stream_on_news (gpointer data)
{
  GstLlHlsGuardInput *self = data;

  if (self->waiting != NULL)
    g_source_set_ready_time (self->waiting, 0);
}

static gboolean
waiting_dispatch (GSource * source, GSourceFunc callback, gpointer user_data)
{
  Waiting *self = (Waiting *) source;

  g_source_set_ready_time (source, -1);
  return ((GPollableSourceFunc) G_CALLBACK (callback)) (G_OBJECT (self->input),
      user_data);
}

static void
waiting_finalize (GSource * source)
{
  Waiting *self = (Waiting *) source;

  if (self->input->waiting == source)
    self->input->waiting = NULL;
  g_object_unref (self->input);
}

/* As a child of another source it is only waited for. */
static gboolean
waiting_closure (GObject * stream, gpointer closure)
{
  GValue result = G_VALUE_INIT, param = G_VALUE_INIT;
  gboolean again;

  g_value_init (&result, G_TYPE_BOOLEAN);
  g_value_init (&param, G_TYPE_OBJECT);
  g_value_set_object (&param, stream);
  g_closure_invoke (closure, &result, 1, &param, NULL);
  again = g_value_get_boolean (&result);
  g_value_unset (&result);
  g_value_unset (&param);
  return again;
}

static GSource *
wait_in_set (GstLlHlsGuardInput * self, GCancellable * cancellable)
{
  static GSourceFuncs functions = { NULL, NULL, waiting_dispatch,
    waiting_finalize, G_SOURCE_FUNC (waiting_closure), NULL
  };
  GSource *source = g_source_new (&functions, sizeof (Waiting));

  g_source_set_static_name (source, "GstLlHlsGuardInput");
  ((Waiting *) source)->input = g_object_ref (self);
  self->waiting = source;
  if (cancellable != NULL) {
    g_autoptr (GSource) cancelled = g_cancellable_source_new (cancellable);

    g_source_set_dummy_callback (cancelled);
    g_source_add_child_source (source, cancelled);
  }
  /* What came before is no news. */
  if (g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM
          (self->base)))
    g_source_set_ready_time (source, 0);
  return source;
}

static GSource *
create_source (GPollableInputStream * stream, GCancellable * cancellable)
{
  GstLlHlsGuardInput *self = GST_LLHLS_GUARD_INPUT (stream);
  g_autoptr (GSource) base = NULL;

  if (self->entry != NULL && (self->waiting == NULL
          || g_source_is_destroyed (self->waiting)))
    return wait_in_set (self, cancellable);
  base = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM
      (self->base), NULL);
  return g_pollable_source_new_full (stream, base, cancellable);
}

static void
leave_set (GstLlHlsGuardInput * self)
{
  if (self->entry != NULL)
    gst_llhls_poll_set_remove (self->set, g_steal_pointer (&self->entry));
  /* It reads the end. */
  gst_llhls_guard_stream_on_news (self);
}

static void
pollable_init (GPollableInputStreamInterface * iface)
{
  iface->can_poll = can_poll;
  iface->is_readable = is_readable;
  iface->create_source = create_source;
  iface->read_nonblocking = read_nonblocking;
}

static void
gst_llhls_guard_input_init (GstLlHlsGuardInput * self)
{
}

static void
gst_llhls_guard_input_finalize (GObject * object)
{
  leave_set (GST_LLHLS_GUARD_INPUT (object));
  g_object_unref (GST_LLHLS_GUARD_INPUT (object)->base);
  G_OBJECT_CLASS (gst_llhls_guard_input_parent_class)->finalize (object);
}

static void
gst_llhls_guard_input_class_init (GstLlHlsGuardInputClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = gst_llhls_guard_input_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = read_fn;
}

/* Both ways */

static GInputStream *
get_input_stream (GIOStream * stream)
{
  return GST_LLHLS_GUARD_STREAM (stream)->input;
}

static GOutputStream *
get_output_stream (GIOStream * stream)
{
  return g_io_stream_get_output_stream (GST_LLHLS_GUARD_STREAM (stream)->base);
}

static gboolean
close_fn (GIOStream * stream, GCancellable * cancellable, GError ** error)
{
  GstLlHlsGuardStream *self = GST_LLHLS_GUARD_STREAM (stream);

  leave_set (GST_LLHLS_GUARD_INPUT (self->input));
  gst_llhls_tcp_finish (self->socket);
  return g_io_stream_close (self->base, cancellable, error);
}

static void
gst_llhls_guard_stream_finalize (GObject * object)
{
  GstLlHlsGuardStream *self = GST_LLHLS_GUARD_STREAM (object);

  g_object_unref (self->input);
  g_object_unref (self->socket);
  g_object_unref (self->base);
  G_OBJECT_CLASS (gst_llhls_guard_stream_parent_class)->finalize (object);
}

static void
gst_llhls_guard_stream_init (GstLlHlsGuardStream * self)
{
}

static void
gst_llhls_guard_stream_class_init (GstLlHlsGuardStreamClass * klass)
{
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_llhls_guard_stream_finalize;
  stream_class->get_input_stream = get_input_stream;
  stream_class->get_output_stream = get_output_stream;
  stream_class->close_fn = close_fn;
}

GIOStream *
gst_llhls_guard_stream_new (GIOStream * base, GstLlHlsPollSet * set,
    GSocket * socket)
{
  GstLlHlsGuardStream *self = g_object_new (GST_TYPE_LLHLS_GUARD_STREAM, NULL);
  GstLlHlsGuardInput *input = g_object_new (GST_TYPE_LLHLS_GUARD_INPUT, NULL);

  self->base = g_object_ref (base);
  self->socket = g_object_ref (socket);
  input->base = g_object_ref (g_io_stream_get_input_stream (base));
  self->input = G_INPUT_STREAM (input);
  /* TLS has bytes of its own, of which the socket knows nothing. */
  if (!G_IS_TLS_CONNECTION (base)) {
    input->set = set;
    input->entry = gst_llhls_poll_set_add_for_news (set, socket, input);
  }
  return G_IO_STREAM (self);
}
