/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The load generator's HTTP/2: nghttp2 over OpenSSL or, with prior knowledge,
 * over plain TCP. */
#include "llhls-load.h"

#ifdef HAVE_BENCH_H2
#include <errno.h>
#include <nghttp2/nghttp2.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>

#define WINDOW (16 * 1024 * 1024)

typedef struct
{
  nghttp2_session *session;
  SSL *ssl;                     /* or NULL */
  gboolean reading;             /* nothing may be sent from its callbacks */
} H2;

static gssize
on_send (nghttp2_session * session, const uint8_t * data, size_t size,
    int flags, void *user_data)
{
  LoadConnection *connection = user_data;
  H2 *h2 = connection->session;
  int n;

  if (h2->ssl == NULL) {
    n = send (connection->fd, data, size, MSG_NOSIGNAL);
    if (n < 0)
      return errno == EAGAIN ? NGHTTP2_ERR_WOULDBLOCK :
          NGHTTP2_ERR_CALLBACK_FAILURE;
    return n;
  }
  n = SSL_write (h2->ssl, data, size);
  if (n > 0)
    return n;
  n = SSL_get_error (h2->ssl, n);
  return n == SSL_ERROR_WANT_READ || n == SSL_ERROR_WANT_WRITE
      ? NGHTTP2_ERR_WOULDBLOCK : NGHTTP2_ERR_CALLBACK_FAILURE;
}

static int
on_header (nghttp2_session * session, const nghttp2_frame * frame,
    const uint8_t * name, size_t name_size, const uint8_t * value,
    size_t value_size, uint8_t flags, void *user_data)
{
  LoadStream *stream = nghttp2_session_get_stream_user_data (session,
      frame->hd.stream_id);

  if (stream == NULL)
    return 0;
  if (name_size == 7 && memcmp (name, ":status", 7) == 0)
    stream->status = g_ascii_strtoull ((const gchar *) value, NULL, 10);
  else if (name_size == 16 && memcmp (name, "content-encoding", 16) == 0)
    stream->gzip = TRUE;
  return 0;
}

static int
on_data (nghttp2_session * session, uint8_t flags, int32_t stream_id,
    const uint8_t * data, size_t size, void *user_data)
{
  LoadStream *stream = nghttp2_session_get_stream_user_data (session,
      stream_id);

  if (stream != NULL)
    g_byte_array_append (stream->body, data, size);
  return 0;
}

static int
on_close (nghttp2_session * session, int32_t stream_id, uint32_t error,
    void *user_data)
{
  LoadStream *stream = nghttp2_session_get_stream_user_data (session,
      stream_id);

  if (stream == NULL)
    return 0;
  if (error != NGHTTP2_NO_ERROR)
    stream->status = 0;
  load_on_answer (stream);
  return 0;
}

static nghttp2_nv
field (const gchar * name, const gchar * value)
{
  nghttp2_nv nv = { (uint8_t *) name, (uint8_t *) value, strlen (name),
    strlen (value), NGHTTP2_NV_FLAG_NONE
  };

  return nv;
}

/* Sent with what is read next, or by flush (). */
static gboolean
h2_ask (LoadStream * stream, const gchar * path)
{
  H2 *h2 = stream->connection->session;
  nghttp2_nv fields[5];

  fields[0] = field (":method", "GET");
  fields[1] = field (":scheme", h2->ssl != NULL ? "https" : "http");
  fields[2] = field (":authority", "bench");
  fields[3] = field (":path", path);
  fields[4] = field ("accept-encoding", "gzip");
  return nghttp2_submit_request (h2->session, NULL, fields, 5, NULL, stream) > 0
      && (h2->reading || nghttp2_session_send (h2->session) == 0);
}

static int
h2_receive (LoadConnection * connection, guint8 * in, gsize size)
{
  H2 *h2 = connection->session;
  int n;

  if (h2->ssl == NULL) {
    n = recv (connection->fd, in, size, 0);
    return n < 0 && errno == EAGAIN ? 0 : n > 0 ? n : -1;
  }
  n = SSL_read (h2->ssl, in, size);
  if (n > 0)
    return n;
  n = SSL_get_error (h2->ssl, n);
  return n == SSL_ERROR_WANT_READ || n == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

static gboolean
h2_read (LoadConnection * connection)
{
  H2 *h2 = connection->session;
  guint8 in[32768];
  int n, taken;

  while ((n = h2_receive (connection, in, sizeof (in))) > 0) {
    h2->reading = TRUE;
    taken = nghttp2_session_mem_recv (h2->session, in, n);
    h2->reading = FALSE;
    if (taken != n)
      return FALSE;
  }
  return n == 0 && nghttp2_session_send (h2->session) == 0;
}

static void
h2_close (LoadConnection * connection)
{
  H2 *h2 = connection->session;

  if (h2 == NULL)
    return;
  nghttp2_session_del (h2->session);
  if (h2->ssl != NULL)
    SSL_free (h2->ssl);
  g_free (h2);
  connection->session = NULL;
}

static const LoadTransport h2_transport = { h2_ask, h2_read, h2_close };

/* The certificate is the bench's own, so nobody looks at it. */
static SSL_CTX *
client_context (void)
{
  static SSL_CTX *context = NULL;

  if (context == NULL) {
    context = SSL_CTX_new (TLS_client_method ());
    SSL_CTX_set_verify (context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_mode (context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
        | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_protos (context, (const guint8 *) "\2h2", 3);
  }
  return context;
}

/* Shakes hands with what is read and written first. */
static SSL *
tls_open (int fd)
{
  SSL *ssl = SSL_new (client_context ());

  SSL_set_fd (ssl, fd);
  SSL_set_connect_state (ssl);
  return ssl;
}

gboolean
load_h2_available (void)
{
  return TRUE;
}

gboolean
load_h2_open (LoadConnection * connection, gboolean tls)
{
  nghttp2_settings_entry settings[] = {
    {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, WINDOW},
    {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
  };
  nghttp2_session_callbacks *callbacks;
  H2 *h2 = g_new0 (H2, 1);

  connection->session = h2;
  connection->transport = &h2_transport;
  nghttp2_session_callbacks_new (&callbacks);
  nghttp2_session_callbacks_set_send_callback (callbacks, on_send);
  nghttp2_session_callbacks_set_on_header_callback (callbacks, on_header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback (callbacks,
      on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback (callbacks, on_close);
  nghttp2_session_client_new (&h2->session, callbacks, connection);
  nghttp2_session_callbacks_del (callbacks);
  if (tls)
    h2->ssl = tls_open (connection->fd);
  nghttp2_submit_settings (h2->session, NGHTTP2_FLAG_NONE, settings,
      G_N_ELEMENTS (settings));
  nghttp2_session_set_local_window_size (h2->session, NGHTTP2_FLAG_NONE, 0,
      WINDOW);
  return nghttp2_session_send (h2->session) == 0;
}
#else
gboolean
load_h2_available (void)
{
  return FALSE;
}

gboolean
load_h2_open (LoadConnection * connection, gboolean tls)
{
  return FALSE;
}
#endif
