/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Server thread only. */
#include "gstllhlswire.h"

#include "gstllhlssource.h"
#include "gstllhlstcp.h"

void
gst_llhls_wire_init (GstLlHlsWire * self, GstLlHlsConnection * connection,
    GMainContext * context, const GstLlHlsWireEvents * events, gpointer data)
{
  self->connection = connection;
  self->context = context;
  self->in = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream
      (connection->stream));
  self->out = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream
      (connection->stream));
  self->write_source = self->more_source = NULL;
  self->pending = g_byte_array_new ();
  self->written = 0;
  self->events = events;
  self->data = data;
}

void
gst_llhls_wire_close (GstLlHlsWire * self, gboolean failed)
{
  gst_llhls_source_drop (&self->write_source);
  gst_llhls_source_drop (&self->more_source);
  /* TLS says goodbye only where that can't wait for the client. */
  if (failed || gst_llhls_wire_is_pending (self))
    gst_llhls_tcp_abort (self->connection->socket);
  gst_llhls_tcp_finish (self->connection->socket);
  g_io_stream_close (self->connection->stream, NULL, NULL);
  g_clear_pointer (&self->pending, g_byte_array_unref);
}

/* Reading */

gssize
gst_llhls_wire_read (GstLlHlsWire * self, guint8 * data, gsize size)
{
  g_autoptr (GError) error = NULL;
  gssize n = g_pollable_input_stream_read_nonblocking (self->in, data, size,
      NULL, &error);

  if (n > 0)
    return n;
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ? 0 : -1;
}

static gboolean
on_more (gpointer data)
{
  GstLlHlsWire *self = data;

  gst_llhls_source_drop (&self->more_source);
  self->events->on_more (self->data);
  return G_SOURCE_REMOVE;
}

void
gst_llhls_wire_read_soon (GstLlHlsWire * self)
{
  if (self->more_source == NULL)
    self->more_source = gst_llhls_source_soon (self->context, on_more, self);
}

/* Writing */

/* `done` is how much of it was written before the socket had enough. */
static gboolean
write_bytes (GstLlHlsWire * self, const guint8 * data, gsize size, gsize * done)
{
  *done = 0;
  while (*done < size) {
    g_autoptr (GError) error = NULL;
    gssize n = g_pollable_output_stream_write_nonblocking (self->out,
        data + *done, size - *done, NULL, &error);

    if (n <= 0)
      return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
    *done += n;
  }
  return TRUE;
}

gboolean
gst_llhls_wire_flush (GstLlHlsWire * self)
{
  GByteArray *pending = self->pending;
  gsize done;
  gboolean ok = write_bytes (self, pending->data + self->written,
      pending->len - self->written, &done);

  self->written += done;
  if (self->written == pending->len) {
    g_byte_array_set_size (pending, 0);
    self->written = 0;
  }
  return ok;
}

gboolean
gst_llhls_wire_write (GstLlHlsWire * self, const guint8 * data, gsize size)
{
  gsize done;
  gboolean ok = write_bytes (self, data, size, &done);

  if (done < size)
    g_byte_array_append (self->pending, data + done, size - done);
  return ok;
}

gboolean
gst_llhls_wire_is_pending (const GstLlHlsWire * self)
{
  return self->pending->len > 0;
}

static gboolean
on_writable (GSocket * socket, GIOCondition condition, gpointer data)
{
  GstLlHlsWire *self = data;

  gst_llhls_source_drop (&self->write_source);
  self->events->on_writable (self->data);
  return G_SOURCE_REMOVE;
}

void
gst_llhls_wire_wait (GstLlHlsWire * self)
{
  if (self->write_source != NULL)
    return;
  self->write_source = g_socket_create_source (self->connection->socket,
      G_IO_OUT, NULL);
  g_source_set_callback (self->write_source, G_SOURCE_FUNC (on_writable),
      self, NULL);
  g_source_attach (self->write_source, self->context);
}
