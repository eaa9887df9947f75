/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstllhlsconnection.h"

G_BEGIN_DECLS

/* A connection's bytes, read and written without waiting: what the socket does
 * not take is kept.  Plain data of its session; server thread only. */
typedef struct
{
  void (*on_writable) (gpointer data);
  /* There may be more to read than the socket shows. */
  void (*on_more) (gpointer data);
} GstLlHlsWireEvents;

typedef struct
{
  GstLlHlsConnection *connection;       /* not owned */
  GMainContext *context;
  GPollableInputStream *in;     /* of the connection's stream, as is `out` */
  GPollableOutputStream *out;
  GSource *write_source, *more_source;
  GByteArray *pending;          /* what the socket did not take */
  gsize written;                /* of it */
  const GstLlHlsWireEvents *events;     /* static */
  gpointer data;
} GstLlHlsWire;

/* `events` are called with `data`; each may close the wire. */
void gst_llhls_wire_init (GstLlHlsWire * self,
    GstLlHlsConnection * connection, GMainContext * context,
    const GstLlHlsWireEvents * events, gpointer data);

/* Closes the connection's stream; at once when it `failed` or something is
 * pending. */
void gst_llhls_wire_close (GstLlHlsWire * self, gboolean failed);

/* Bytes that were read; 0: no more for now, -1: no more at all. */
gssize gst_llhls_wire_read (GstLlHlsWire * self, guint8 * data, gsize size);

/* Asks for `on_more`, once. */
void gst_llhls_wire_read_soon (GstLlHlsWire * self);

/* Writes what is pending, as far as that goes.  FALSE on error. */
gboolean gst_llhls_wire_flush (GstLlHlsWire * self);

/* Writes it behind what is pending, of which there should be nothing.  FALSE
 * on error. */
gboolean gst_llhls_wire_write (GstLlHlsWire * self, const guint8 * data,
    gsize size);

gboolean gst_llhls_wire_is_pending (const GstLlHlsWire * self);

/* Asks for `on_writable`, once. */
void gst_llhls_wire_wait (GstLlHlsWire * self);

G_END_DECLS
