/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "llhls.h"

G_BEGIN_DECLS

typedef struct _Load Load;
typedef struct _LoadConnection LoadConnection;

/* One request at a time, held by the origin. */
typedef struct
{
  LoadConnection *connection;
  guint64 msn;
  guint part;
  guint64 asked;                /* ns */
  gboolean plain;               /* the first one, without directives */
  guint status;
  gboolean gzip;
  GByteArray *body;
} LoadStream;

typedef struct
{
  /* Sends the stream's next request. */
  gboolean (*ask) (LoadStream * stream, const gchar * path);
  /* Takes what has arrived.  FALSE when the connection is lost. */
  gboolean (*read) (LoadConnection * connection);
  void (*close) (LoadConnection * connection);
} LoadTransport;

struct _LoadConnection
{
  Load *load;
  const LoadTransport *transport;
  int fd;
  gpointer session;             /* the transport's own */
  LoadStream *streams;
};

/* From the transports: this stream's answer is complete. */
void load_on_answer (LoadStream * stream);

/* nghttp2 and OpenSSL; FALSE where the build has none. */
gboolean load_h2_available (void);
gboolean load_h2_open (LoadConnection * connection, gboolean tls);

G_END_DECLS
