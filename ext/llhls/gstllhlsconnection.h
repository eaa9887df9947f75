/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "gstllhlsresponder.h"
#include "httpwatch.h"

G_BEGIN_DECLS

/* A client's connection.  The origin owns it and watches over its phases; the
 * transport that it was given to says in which it is, and when it is over.
 * Server thread only. */
typedef struct _GstLlHlsConnection GstLlHlsConnection;

struct _GstLlHlsConnection
{
  GstLlHlsPeer peer;
  GSocket *socket;
  GIOStream *stream;            /* plain or TLS */
  HttpWatch watch;
  gpointer transport;           /* the transport's own */
  /* The client has left while all that it asked for is held; NULL when the
   * transport sees that by itself. */
  void (*on_abandoned) (GstLlHlsConnection * self);
  /* The transport has let go of the stream.  The connection is gone after
   * this. */
  void (*on_over) (GstLlHlsConnection * self, gpointer origin);
  gpointer origin;
  GList link;                   /* the origin's, as all below */
  GSource *source;              /* while nobody has it */
  guint looks;                  /* at too few first bytes */
  GCancellable *handshake;      /* while that goes on */
  guint64 shaking_since;        /* ns; 0 = its hello is not read yet */
};

G_END_DECLS
