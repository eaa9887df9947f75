/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsguardstream.h"

#define GST_TYPE_LLHLS_GUARD_INPUT (gst_llhls_guard_input_get_type ())
G_DECLARE_FINAL_TYPE (GstLlHlsGuardInput, gst_llhls_guard_input, GST,
    LLHLS_GUARD_INPUT, GInputStream)
     struct _GstLlHlsGuardInput
     {
       GInputStream parent;
       GInputStream *base;
       gboolean ended;          /* the last byte has been made up */
     };

     struct _GstLlHlsGuardStream
     {
       GIOStream parent;
       GIOStream *base;
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

static GSource *
create_source (GPollableInputStream * stream, GCancellable * cancellable)
{
  GstLlHlsGuardInput *self = GST_LLHLS_GUARD_INPUT (stream);
  g_autoptr (GSource) base = g_pollable_input_stream_create_source
      (G_POLLABLE_INPUT_STREAM (self->base), NULL);

  return g_pollable_source_new_full (stream, base, cancellable);
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
  return g_io_stream_close (GST_LLHLS_GUARD_STREAM (stream)->base, cancellable,
      error);
}

static void
gst_llhls_guard_stream_finalize (GObject * object)
{
  GstLlHlsGuardStream *self = GST_LLHLS_GUARD_STREAM (object);

  g_object_unref (self->input);
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
gst_llhls_guard_stream_new (GIOStream * base)
{
  GstLlHlsGuardStream *self = g_object_new (GST_TYPE_LLHLS_GUARD_STREAM, NULL);
  GstLlHlsGuardInput *input = g_object_new (GST_TYPE_LLHLS_GUARD_INPUT, NULL);

  self->base = g_object_ref (base);
  input->base = g_object_ref (g_io_stream_get_input_stream (base));
  self->input = G_INPUT_STREAM (input);
  return G_IO_STREAM (self);
}
