/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: the server thread runs everything but new, free, wake, port,
 * reload_certificate and add_stats.  Locks: `lock` guards the counters; nothing is called under it. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsorigin.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>

#include "gstllhlsconnection.h"
#include "gstllhlshttp1.h"
#include "gstllhlshttp2.h"
#include "gstllhlssource.h"
#include "gstllhlstcp.h"
#include "gstllhlstls.h"
#include "httpsniff.h"

GST_DEBUG_CATEGORY_EXTERN (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

#define LISTEN_BACKLOG 4096
/* Accepted in one go, so that answers get their turn. */
#define MAX_ACCEPTS 64
/* File descriptors left to the rest of the process. */
#define SPARE_DESCRIPTORS 100
#define EXPIRY_TICK_MS 250
#define WATCH_TICK_MS 1000
/* How long answers may take to get out when the server stops. */
#define GOODBYE_MS 500
#define ACCEPT_PAUSE_MS 100
/* Who takes less than that of an answer in `send-timeout` can't play it. */
#define SEND_BYTES 4096
/* A client that lets a handshake hang holds a thread as long as it may. */
#define MAX_HANDSHAKES 128
/* ... but not longer than that while more than a few do.  glib-networking runs
 * each in a thread of GLib's pool besides (10 and slowly more, for the whole
 * process), so that others wait before ours are used up. */
#define CROWDED_HANDSHAKE GST_SECOND
#define CROWD 8
/* RFC 8446 5.1: 2^14 and a header */
#define MAX_RECORD 16389
/* How often the files of certificate and secrets are looked at. */
#define REFRESH_TICK_MS 2000

struct _GstLlHlsOrigin
{
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  GSocket *socket;
  guint port;                   /* fixed */
  gint woken;                   /* atomic: a wake-up is on its way */
  GstLlHlsOnCertificate on_certificate; /* fixed, as the next */
  gpointer certificate_data;
  GstLlHlsOnSecrets on_secrets;
  gpointer secrets_data;
  HttpLimits limits;            /* fixed */
  GstLlHlsResponder *responder;

  /* Server thread only. */
  GstLlHlsTls *tls;             /* or NULL; which of both is fixed */
  GstLlHlsAuth *auth;           /* or NULL */
  GThreadPool *handshakes;      /* of GstLlHlsConnection; with TLS */
  GstLlHlsHttp1 *http1;
  GstLlHlsHttp2 *http2;
  GSource *accept_source, *expiry_source, *watch_source, *refresh_source;
  GQueue connections;           /* of GstLlHlsConnection, oldest first */
  guint max_connections;
  guint64 last_id;
  gboolean stopping;

  GMutex lock;
  guint n_connections, n_http2; /* lock, as all below */
  guint64 accepted, turned_away, timed_out, handshake_failures, abusive;
  guint64 slow_requests;
};

/* How a handshake ended. */
typedef struct
{
  GstLlHlsOrigin *origin;
  GstLlHlsConnection *connection;
  GError *error;                /* or NULL */
} Outcome;

static guint64
now_ns (void)
{
  return g_get_monotonic_time () * GST_USECOND;
}

/* Connections */

static void
count_connections (GstLlHlsOrigin * self)
{
  g_mutex_lock (&self->lock);
  self->n_connections = self->connections.length;
  self->n_http2 = gst_llhls_http2_connections (self->http2);
  self->abusive = gst_llhls_http2_abusive (self->http2);
  g_mutex_unlock (&self->lock);
}

static void
on_over (GstLlHlsConnection * connection, gpointer data)
{
  GstLlHlsOrigin *self = data;

  g_queue_unlink (&self->connections, &connection->link);
  count_connections (self);
  gst_llhls_source_drop (&connection->source);
  g_clear_object (&connection->handshake);
  g_clear_object (&connection->stream);
  g_object_unref (connection->socket);
  g_free ((gchar *) connection->peer.address);
  g_free (connection);
}

static gchar *
peer_address (GSocket * socket)
{
  g_autoptr (GSocketAddress) remote =
      g_socket_get_remote_address (socket, NULL);

  if (!G_IS_INET_SOCKET_ADDRESS (remote))
    return g_strdup ("");
  return g_inet_address_to_string (g_inet_socket_address_get_address
      (G_INET_SOCKET_ADDRESS (remote)));
}

static GstLlHlsConnection *
new_connection (GstLlHlsOrigin * self, GSocket * socket)
{
  GstLlHlsConnection *connection = g_new0 (GstLlHlsConnection, 1);

  connection->peer.id = ++self->last_id;
  connection->peer.address = peer_address (socket);
  connection->socket = g_object_ref (socket);
  connection->stream = G_IO_STREAM
      (g_socket_connection_factory_create_connection (socket));
  http_watch_init (&connection->watch, now_ns ());
  connection->on_over = on_over;
  connection->origin = self;
  connection->link.data = connection;
  g_queue_push_tail_link (&self->connections, &connection->link);
  count_connections (self);
  return connection;
}

/* Opening: what a connection speaks is seen in its first bytes, and with TLS
 * agreed on in the handshake. */

static void
close_opening (GstLlHlsConnection * connection)
{
  gst_llhls_tcp_abort (connection->socket);
  on_over (connection, connection->origin);
}

static void
hand_over (GstLlHlsOrigin * self, GstLlHlsConnection * connection,
    gboolean http2)
{
  gst_llhls_source_drop (&connection->source);
  g_clear_object (&connection->handshake);
  if (http2)
    gst_llhls_http2_take (self->http2, connection);
  else
    gst_llhls_http1_take (self->http1, connection);
  count_connections (self);
}

static gboolean
on_handshake_done (gpointer data)
{
  Outcome *outcome = data;
  GstLlHlsOrigin *self = outcome->origin;
  GstLlHlsConnection *connection = outcome->connection;

  if (outcome->error == NULL && !self->stopping) {
    hand_over (self, connection, gst_llhls_tls_is_http2 (connection->stream));
    return G_SOURCE_REMOVE;
  }
  if (outcome->error != NULL)
    GST_DEBUG ("handshake with %s: %s", connection->peer.address,
        outcome->error->message);
  g_mutex_lock (&self->lock);
  self->handshake_failures++;
  g_mutex_unlock (&self->lock);
  close_opening (connection);
  return G_SOURCE_REMOVE;
}

static void
free_outcome (gpointer data)
{
  Outcome *outcome = data;

  g_clear_error (&outcome->error);
  g_free (outcome);
}

/* Handshake threads.  GLib's own way to do it without waiting uses threads that
 * the whole process shares, which hanging clients would use up. */
static void
shake (gpointer data, gpointer user_data)
{
  GstLlHlsConnection *connection = data;
  GstLlHlsOrigin *self = user_data;
  Outcome *outcome = g_new0 (Outcome, 1);

  outcome->origin = self;
  outcome->connection = connection;
  g_tls_connection_handshake (G_TLS_CONNECTION (connection->stream),
      connection->handshake, &outcome->error);
  gst_llhls_source_invoke (self->context, on_handshake_done,
      outcome, free_outcome);
}

static void
begin_handshake (GstLlHlsOrigin * self, GstLlHlsConnection * connection)
{
  g_autoptr (GIOStream) base = g_steal_pointer (&connection->stream);

  gst_llhls_source_drop (&connection->source);
  connection->stream = gst_llhls_tls_wrap (self->tls, base, NULL);
  if (connection->stream == NULL) {
    close_opening (connection);
    return;
  }
  connection->handshake = g_cancellable_new ();
  g_thread_pool_push (self->handshakes, connection, NULL);
}

static gsize
peek (GSocket * socket, guint8 * data, gsize size)
{
  GInputVector vector = { data, size };
  gint flags = G_SOCKET_MSG_PEEK;
  gssize n = g_socket_receive_message (socket, NULL, &vector, 1, NULL, NULL,
      &flags, NULL, NULL);

  return MAX (n, 0);
}

/* A thread is only given to who has said his first word. */
static gboolean
has_whole_record (GSocket * socket, const guint8 * data, gsize size)
{
  gsize record = http_sniff_record_size (data, size);

  return record > MAX_RECORD || (record > 0
      && g_socket_get_available_bytes (socket) >= (gssize) record);
}

static HttpSniff
sniff (GstLlHlsOrigin * self, GstLlHlsConnection * connection)
{
  guint8 data[HTTP_SNIFF_BYTES];
  gsize n = peek (connection->socket, data, sizeof (data));
  HttpSniff sniff = http_sniff (data, n);

  if (n == 0)
    return HTTP_SNIFF_GARBAGE;
  if ((sniff == HTTP_SNIFF_TLS) != (self->tls != NULL))
    return HTTP_SNIFF_GARBAGE;
  if (sniff == HTTP_SNIFF_TLS
      && !has_whole_record (connection->socket, data, n))
    return HTTP_SNIFF_MORE;
  return sniff;
}

static gboolean on_first_bytes (GSocket * socket, GIOCondition condition,
    gpointer data);

static void
await_first_bytes (GstLlHlsOrigin * self, GstLlHlsConnection * connection)
{
  connection->source = g_socket_create_source (connection->socket, G_IO_IN,
      NULL);
  g_source_set_callback (connection->source, G_SOURCE_FUNC (on_first_bytes),
      connection, NULL);
  g_source_attach (connection->source, self->context);
}

static gboolean
on_sniff_again (gpointer data)
{
  GstLlHlsConnection *connection = data;

  gst_llhls_source_drop (&connection->source);
  await_first_bytes (connection->origin, connection);
  return G_SOURCE_REMOVE;
}

static gboolean
on_first_bytes (GSocket * socket, GIOCondition condition, gpointer data)
{
  GstLlHlsConnection *connection = data;
  GstLlHlsOrigin *self = connection->origin;

  switch (sniff (self, connection)) {
    case HTTP_SNIFF_MORE:
      /* What was peeked at would wake us at once for ever. */
      gst_llhls_source_drop (&connection->source);
      connection->source = gst_llhls_source_timer (self->context,
          http_sniff_pause (connection->looks++), on_sniff_again, connection);
      break;
    case HTTP_SNIFF_HTTP1:
      hand_over (self, connection, FALSE);
      break;
    case HTTP_SNIFF_HTTP2:
      hand_over (self, connection, TRUE);
      break;
    case HTTP_SNIFF_TLS:
      begin_handshake (self, connection);
      break;
    case HTTP_SNIFF_GARBAGE:
      close_opening (connection);
      break;
  }
  return G_SOURCE_REMOVE;
}

static void
adopt (GstLlHlsOrigin * self, GSocket * socket)
{
  gboolean full = self->connections.length >= self->max_connections;

  g_mutex_lock (&self->lock);
  self->accepted++;
  self->turned_away += full;
  g_mutex_unlock (&self->lock);
  if (full) {
    g_socket_close (socket, NULL);
    return;
  }
  gst_llhls_tcp_set_no_delay (socket);
  await_first_bytes (self, new_connection (self, socket));
}

/* Accepting */

static gboolean on_accept (GSocket * socket, GIOCondition condition,
    gpointer data);

static void
watch_socket (GstLlHlsOrigin * self)
{
  self->accept_source = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (self->accept_source, G_SOURCE_FUNC (on_accept), self,
      NULL);
  g_source_attach (self->accept_source, self->context);
}

static gboolean
on_accept_again (gpointer data)
{
  GstLlHlsOrigin *self = data;

  gst_llhls_source_drop (&self->accept_source);
  watch_socket (self);
  return G_SOURCE_REMOVE;
}

/* Out of file descriptors: trying again at once would spin. */
static void
pause_accepting (GstLlHlsOrigin * self)
{
  gst_llhls_source_drop (&self->accept_source);
  self->accept_source =
      gst_llhls_source_timer (self->context, ACCEPT_PAUSE_MS, on_accept_again,
      self);
}

static gboolean
on_accept (GSocket * socket, GIOCondition condition, gpointer data)
{
  GstLlHlsOrigin *self = data;
  g_autoptr (GError) error = NULL;
  guint i;

  for (i = 0; i < MAX_ACCEPTS; i++) {
    g_autoptr (GSocket) accepted = g_socket_accept (self->socket, NULL, &error);

    if (accepted == NULL)
      break;
    adopt (self, accepted);
  }
  if (error == NULL || g_error_matches (error, G_IO_ERROR,
          G_IO_ERROR_WOULD_BLOCK)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
    return G_SOURCE_CONTINUE;
  GST_WARNING ("accept: %s", error->message);
  pause_accepting (self);
  return G_SOURCE_REMOVE;
}

/* Watching */

static void
cut (GstLlHlsOrigin * self, GstLlHlsConnection * connection,
    HttpVerdict verdict)
{
  GST_DEBUG ("closing connection %" G_GUINT64_FORMAT " of %s: %s",
      connection->peer.id, connection->peer.address,
      http_verdict_name (verdict));
  g_mutex_lock (&self->lock);
  self->timed_out += verdict != HTTP_VERDICT_IDLE;
  g_mutex_unlock (&self->lock);
  if (connection->handshake != NULL) {
    gst_llhls_tcp_abort (connection->socket);
    g_cancellable_cancel (connection->handshake);
  } else if (connection->source != NULL) {
    close_opening (connection);
  } else {
    gst_llhls_tcp_abort (connection->socket);
  }
}

/* Who lets a handshake hang while others may wait for its thread.  Whose hello
 * still lies in the socket is one of those who wait. */
static gboolean
is_hogging (GstLlHlsOrigin * self, GstLlHlsConnection * connection, guint64 now)
{
  if (connection->handshake == NULL)
    return FALSE;
  if (connection->shaking_since == 0
      && g_socket_get_available_bytes (connection->socket) == 0)
    connection->shaking_since = now;
  return connection->shaking_since != 0
      && now - connection->shaking_since >= CROWDED_HANDSHAKE
      && g_thread_pool_get_num_threads (self->handshakes) > CROWD;
}

static void
check_connection (GstLlHlsOrigin * self, GstLlHlsConnection * connection,
    guint64 now)
{
  HttpWatch *watch = &connection->watch;
  guint64 taken = now;
  gboolean gone = FALSE;
  HttpVerdict verdict;

  if (g_cancellable_is_cancelled (connection->handshake))
    return;
  /* Where the system does not tell, everybody is quick. */
  if (watch->phase == HTTP_PHASE_SENDING || watch->phase == HTTP_PHASE_HELD)
    gst_llhls_tcp_info (connection->socket, &taken, &gone);
  verdict = http_watch_check (watch, &self->limits, taken, now);
  if (is_hogging (self, connection, now))
    verdict = HTTP_VERDICT_SLOW_OPENING;
  if (verdict != HTTP_VERDICT_KEEP)
    cut (self, connection, verdict);
  else if (gone && watch->phase == HTTP_PHASE_HELD
      && connection->on_abandoned != NULL)
    connection->on_abandoned (connection);
}

static gboolean
on_watch (gpointer data)
{
  GstLlHlsOrigin *self = data;
  guint64 now = now_ns ();
  GList *l = self->connections.head;
  guint stuck;

  while (l != NULL) {
    GstLlHlsConnection *connection = l->data;

    l = l->next;
    check_connection (self, connection, now);
  }
  if (self->limits.head != 0 && now > self->limits.head)
    gst_llhls_http2_give_up_slow (self->http2, now - self->limits.head);
  stuck = gst_llhls_http2_watch (self->http2, &self->limits);
  g_mutex_lock (&self->lock);
  self->slow_requests += stuck;
  g_mutex_unlock (&self->lock);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_expiry (gpointer data)
{
  GstLlHlsOrigin *self = data;

  gst_llhls_responder_expire (self->responder);
  gst_llhls_http2_flush (self->http2);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_reload_certificate (gpointer data)
{
  GstLlHlsOrigin *self = data;
  g_autoptr (GError) error = NULL;

  gst_llhls_tls_reload (self->tls, &error);
  if (self->on_certificate != NULL)
    self->on_certificate (error, self->certificate_data);
  return G_SOURCE_REMOVE;
}

static void
refresh_certificate (GstLlHlsOrigin * self)
{
  g_autoptr (GError) error = NULL;

  switch (gst_llhls_tls_refresh (self->tls, &error)) {
    case GST_LLHLS_TLS_SAME:
      break;
    case GST_LLHLS_TLS_NEW:
    case GST_LLHLS_TLS_BAD:
      if (self->on_certificate != NULL)
        self->on_certificate (error, self->certificate_data);
      break;
  }
}

static void
refresh_secrets (GstLlHlsOrigin * self)
{
  g_autoptr (GError) error = NULL;

  switch (gst_llhls_auth_refresh (self->auth, &error)) {
    case GST_LLHLS_AUTH_SAME:
      break;
    case GST_LLHLS_AUTH_NEW:
    case GST_LLHLS_AUTH_BAD:
      if (self->on_secrets != NULL)
        self->on_secrets (error, self->secrets_data);
      break;
  }
}

static gboolean
on_refresh (gpointer data)
{
  GstLlHlsOrigin *self = data;

  if (self->tls != NULL)
    refresh_certificate (self);
  if (self->auth != NULL)
    refresh_secrets (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_wake (gpointer data)
{
  GstLlHlsOrigin *self = data;

  g_atomic_int_set (&self->woken, FALSE);
  gst_llhls_responder_retry (self->responder);
  gst_llhls_http2_flush (self->http2);
  return G_SOURCE_REMOVE;
}

/* The thread */

static gboolean
is_shaking (GstLlHlsOrigin * self)
{
  GList *l;

  for (l = self->connections.head; l != NULL; l = l->next)
    if (((GstLlHlsConnection *) l->data)->handshake != NULL)
      return TRUE;
  return FALSE;
}

static void
end_opening (GstLlHlsOrigin * self)
{
  GList *l = self->connections.head;

  while (l != NULL) {
    GstLlHlsConnection *connection = l->data;

    l = l->next;
    if (connection->handshake != NULL)
      g_cancellable_cancel (connection->handshake);
    else if (connection->source != NULL)
      close_opening (connection);
  }
  if (self->handshakes != NULL)
    g_thread_pool_free (self->handshakes, FALSE, TRUE);
  /* How they ended. */
  while (is_shaking (self))
    g_main_context_iteration (self->context, FALSE);
}

static gpointer
run (gpointer data)
{
  GstLlHlsOrigin *self = data;

  g_main_context_push_thread_default (self->context);
  watch_socket (self);
  self->expiry_source =
      gst_llhls_source_timer (self->context, EXPIRY_TICK_MS, on_expiry, self);
  self->watch_source =
      gst_llhls_source_timer (self->context, WATCH_TICK_MS, on_watch, self);
  if (self->tls != NULL || self->auth != NULL)
    self->refresh_source =
        gst_llhls_source_timer (self->context, REFRESH_TICK_MS, on_refresh,
        self);
  g_main_loop_run (self->loop);
  gst_llhls_source_drop (&self->expiry_source);
  gst_llhls_source_drop (&self->watch_source);
  gst_llhls_source_drop (&self->refresh_source);
  /* First those whose flood could keep the loops below busy for ever. */
  gst_llhls_http2_end (self->http2);
  end_opening (self);
  gst_llhls_http1_free (self->http1);
  while (self->connections.head != NULL
      && g_main_context_iteration (self->context, FALSE));
  gst_llhls_http2_free (self->http2);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static gboolean
on_goodbye (gpointer data)
{
  GstLlHlsOrigin *self = data;

  g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
on_goodbye_check (gpointer data)
{
  GstLlHlsOrigin *self = data;

  if (gst_llhls_http1_busy (self->http1) > 0
      || gst_llhls_http2_busy (self->http2) > 0)
    return G_SOURCE_CONTINUE;
  return on_goodbye (data);
}

static gboolean
on_stop (gpointer data)
{
  GstLlHlsOrigin *self = data;

  self->stopping = TRUE;
  gst_llhls_source_drop (&self->accept_source);
  gst_llhls_responder_stop (self->responder);
  gst_llhls_http2_stop (self->http2);
  g_source_unref (gst_llhls_source_timer (self->context, 5, on_goodbye_check,
          self));
  g_source_unref (gst_llhls_source_timer (self->context, GOODBYE_MS, on_goodbye,
          self));
  return G_SOURCE_REMOVE;
}

/* Begin and end */

static GSocket *
listen_on (const gchar * address, guint port, GError ** error)
{
  g_autoptr (GSocketAddress) where = NULL;
  g_autoptr (GSocket) socket = NULL;

  where = g_inet_socket_address_new_from_string (address, port);
  if (where == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "\"%s\" is no numeric IPv4 or IPv6 address", address);
    return NULL;
  }
  socket = g_socket_new (g_socket_address_get_family (where),
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  if (socket == NULL)
    return NULL;
  g_socket_set_listen_backlog (socket, LISTEN_BACKLOG);
  g_socket_set_blocking (socket, FALSE);
  if (!g_socket_bind (socket, where, TRUE, error)
      || !g_socket_listen (socket, error))
    return NULL;
  return g_steal_pointer (&socket);
}

static guint
bound_port (GSocket * socket)
{
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (socket, NULL);

  return local != NULL ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS
      (local)) : 0;
}

static guint
connection_limit (guint wanted)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0
      || limit.rlim_cur > (rlim_t) wanted + SPARE_DESCRIPTORS)
    return wanted;
  return MAX (limit.rlim_cur, 2 * SPARE_DESCRIPTORS) - SPARE_DESCRIPTORS;
}

static void
set_limits (GstLlHlsOrigin * self, const GstLlHlsOriginConfig * config)
{
  self->max_connections = connection_limit (config->max_connections);
  self->limits.opening = config->request_timeout * GST_MSECOND;
  self->limits.idle = config->idle_timeout * GST_MSECOND;
  self->limits.head = config->request_timeout * GST_MSECOND;
  self->limits.send = config->send_timeout * GST_MSECOND;
  self->limits.send_bytes = SEND_BYTES;
}

static gboolean
add_transports (GstLlHlsOrigin * self, GError ** error)
{
  g_main_context_push_thread_default (self->context);
  self->http1 = gst_llhls_http1_new (self->responder, error);
  g_main_context_pop_thread_default (self->context);
  if (self->http1 == NULL)
    return FALSE;
  self->http2 = gst_llhls_http2_new (self->responder, self->context);
  if (self->tls != NULL)
    self->handshakes = g_thread_pool_new (shake, self, MAX_HANDSHAKES, FALSE,
        NULL);
  return TRUE;
}

static void
free_origin (GstLlHlsOrigin * self)
{
  g_socket_close (self->socket, NULL);
  g_object_unref (self->socket);
  g_clear_pointer (&self->tls, gst_llhls_tls_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  gst_llhls_responder_free (self->responder);
  g_clear_pointer (&self->auth, gst_llhls_auth_unref);
  g_mutex_clear (&self->lock);
  g_free (self);
}

GstLlHlsOrigin *
gst_llhls_origin_new (GstLlHlsStore * store,
    const GstLlHlsOriginConfig * config, GError ** error)
{
  GstLlHlsTls *tls = NULL;
  GSocket *socket = NULL;
  GstLlHlsOrigin *self;

  if (config->certificate_file != NULL) {
    tls = gst_llhls_tls_new (config->certificate_file, config->key_file, error);
    if (tls == NULL)
      return NULL;
  }
  socket = listen_on (config->address, config->port, error);
  if (socket == NULL) {
    g_clear_pointer (&tls, gst_llhls_tls_free);
    return NULL;
  }
  self = g_new0 (GstLlHlsOrigin, 1);
  self->tls = tls;
  self->on_certificate = config->on_certificate;
  self->certificate_data = config->certificate_data;
  if (config->auth != NULL)
    self->auth = gst_llhls_auth_ref (config->auth);
  self->on_secrets = config->on_secrets;
  self->secrets_data = config->secrets_data;
  self->socket = socket;
  self->port = bound_port (socket);
  set_limits (self, config);
  self->responder = gst_llhls_responder_new (store, &config->responder);
  g_queue_init (&self->connections);
  g_mutex_init (&self->lock);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  if (!add_transports (self, error)) {
    free_origin (self);
    return NULL;
  }
  self->thread = g_thread_new ("llhls-origin", run, self);
  return self;
}

guint
gst_llhls_origin_port (GstLlHlsOrigin * self)
{
  return self->port;
}

void
gst_llhls_origin_wake (GstLlHlsOrigin * self)
{
  if (g_atomic_int_compare_and_exchange (&self->woken, FALSE, TRUE))
    gst_llhls_source_invoke (self->context, on_wake, self, NULL);
}

gboolean
gst_llhls_origin_reload_certificate (GstLlHlsOrigin * self)
{
  if (self->tls == NULL)
    return FALSE;
  gst_llhls_source_invoke (self->context, on_reload_certificate, self, NULL);
  return TRUE;
}

void
gst_llhls_origin_add_stats (GstLlHlsOrigin * self, GstStructure * stats)
{
  gst_llhls_responder_add_stats (self->responder, stats);
  g_mutex_lock (&self->lock);
  gst_structure_set (stats,
      "connections", G_TYPE_INT, (gint) self->n_connections,
      "http2-connections", G_TYPE_INT, (gint) self->n_http2,
      "accepted-connections", G_TYPE_UINT64, self->accepted,
      "refused-connections", G_TYPE_UINT64, self->turned_away,
      "slow-connections", G_TYPE_UINT64, self->timed_out,
      "slow-requests", G_TYPE_UINT64, self->slow_requests,
      "abusive-connections", G_TYPE_UINT64, self->abusive,
      "handshake-failures", G_TYPE_UINT64, self->handshake_failures, NULL);
  g_mutex_unlock (&self->lock);
}

void
gst_llhls_origin_free (GstLlHlsOrigin * self)
{
  gst_llhls_source_invoke (self->context, on_stop, self, NULL);
  g_thread_join (self->thread);
  free_origin (self);
}
