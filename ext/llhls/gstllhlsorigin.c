/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: the server thread runs everything but new, free, wake, port and
 * add_stats.  Locks: `lock` guards the counters; nothing is called under it. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsorigin.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>

#include "gstllhlsconnection.h"
#include "gstllhlshttp1.h"
#include "gstllhlstcp.h"

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
/* A client has that long for TLS and for its first byte, and for a request. */
#define OPENING_TIMEOUT (10 * GST_SECOND)
#define HEAD_TIMEOUT (10 * GST_SECOND)
/* Who takes less than that of an answer in that time can't play it either. */
#define SEND_TIMEOUT (10 * GST_SECOND)
#define SEND_BYTES 4096

struct _GstLlHlsOrigin
{
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  GSocket *socket;
  guint port;                   /* fixed */
  gint woken;                   /* atomic: a wake-up is on its way */
  HttpLimits limits;            /* fixed */
  GstLlHlsResponder *responder;

  /* Server thread only. */
  GstLlHlsHttp1 *http1;
  GSource *accept_source, *expiry_source, *watch_source;
  GQueue connections;           /* of GstLlHlsConnection, oldest first */
  guint max_connections;
  guint64 last_id;
  gboolean stopping;

  GMutex lock;
  guint n_connections;          /* lock, as all below */
  guint64 accepted, turned_away, timed_out;
};

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
  g_mutex_unlock (&self->lock);
}

static void
on_over (GstLlHlsConnection * connection, gpointer data)
{
  GstLlHlsOrigin *self = data;

  g_queue_unlink (&self->connections, &connection->link);
  count_connections (self);
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
  gst_llhls_http1_take (self->http1, new_connection (self, socket));
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

static void
drop_source (GSource ** source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static GSource *
add_timer (GstLlHlsOrigin * self, guint ms, GSourceFunc function)
{
  GSource *source = g_timeout_source_new (ms);

  g_source_set_callback (source, function, self, NULL);
  g_source_attach (source, self->context);
  return source;
}

static gboolean
on_accept_again (gpointer data)
{
  GstLlHlsOrigin *self = data;

  drop_source (&self->accept_source);
  watch_socket (self);
  return G_SOURCE_REMOVE;
}

/* Out of file descriptors: trying again at once would spin. */
static void
pause_accepting (GstLlHlsOrigin * self)
{
  drop_source (&self->accept_source);
  self->accept_source = add_timer (self, ACCEPT_PAUSE_MS, on_accept_again);
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
  gst_llhls_tcp_abort (connection->socket);
}

static void
check_connection (GstLlHlsOrigin * self, GstLlHlsConnection * connection,
    guint64 now)
{
  HttpWatch *watch = &connection->watch;
  guint64 taken = now;
  gboolean gone = FALSE;
  HttpVerdict verdict;

  /* Where the system does not tell, everybody is quick. */
  if (watch->phase == HTTP_PHASE_SENDING || watch->phase == HTTP_PHASE_HELD)
    gst_llhls_tcp_info (connection->socket, &taken, &gone);
  verdict = http_watch_check (watch, &self->limits, taken, now);
  if (verdict != HTTP_VERDICT_KEEP)
    cut (self, connection, verdict);
  else if (gone && watch->phase == HTTP_PHASE_HELD)
    gst_llhls_http1_abandon (self->http1, connection);
}

static gboolean
on_watch (gpointer data)
{
  GstLlHlsOrigin *self = data;
  guint64 now = now_ns ();
  GList *l = self->connections.head;

  while (l != NULL) {
    GstLlHlsConnection *connection = l->data;

    l = l->next;
    check_connection (self, connection, now);
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_expiry (gpointer data)
{
  GstLlHlsOrigin *self = data;

  gst_llhls_responder_expire (self->responder);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_wake (gpointer data)
{
  GstLlHlsOrigin *self = data;

  g_atomic_int_set (&self->woken, FALSE);
  gst_llhls_responder_retry (self->responder);
  return G_SOURCE_REMOVE;
}

/* The thread */

static gpointer
run (gpointer data)
{
  GstLlHlsOrigin *self = data;

  g_main_context_push_thread_default (self->context);
  watch_socket (self);
  self->expiry_source = add_timer (self, EXPIRY_TICK_MS, on_expiry);
  self->watch_source = add_timer (self, WATCH_TICK_MS, on_watch);
  g_main_loop_run (self->loop);
  drop_source (&self->expiry_source);
  drop_source (&self->watch_source);
  gst_llhls_http1_free (self->http1);
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

  if (gst_llhls_http1_busy (self->http1) > 0)
    return G_SOURCE_CONTINUE;
  return on_goodbye (data);
}

static gboolean
on_stop (gpointer data)
{
  GstLlHlsOrigin *self = data;

  self->stopping = TRUE;
  drop_source (&self->accept_source);
  gst_llhls_responder_stop (self->responder);
  g_source_unref (add_timer (self, 5, on_goodbye_check));
  g_source_unref (add_timer (self, GOODBYE_MS, on_goodbye));
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
  self->limits.opening = OPENING_TIMEOUT;
  self->limits.idle = config->idle_timeout * GST_MSECOND;
  self->limits.head = HEAD_TIMEOUT;
  self->limits.send = SEND_TIMEOUT;
  self->limits.send_bytes = SEND_BYTES;
}

static gboolean
add_transports (GstLlHlsOrigin * self, GError ** error)
{
  g_main_context_push_thread_default (self->context);
  self->http1 = gst_llhls_http1_new (self->responder, error);
  g_main_context_pop_thread_default (self->context);
  return self->http1 != NULL;
}

static void
free_origin (GstLlHlsOrigin * self)
{
  g_socket_close (self->socket, NULL);
  g_object_unref (self->socket);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  gst_llhls_responder_free (self->responder);
  g_mutex_clear (&self->lock);
  g_free (self);
}

GstLlHlsOrigin *
gst_llhls_origin_new (GstLlHlsStore * store,
    const GstLlHlsOriginConfig * config, GError ** error)
{
  GSocket *socket = listen_on (config->address, config->port, error);
  GstLlHlsOrigin *self;

  if (socket == NULL)
    return NULL;
  self = g_new0 (GstLlHlsOrigin, 1);
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

static void
invoke (GstLlHlsOrigin * self, GSourceFunc function)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, function, self, NULL);
  g_source_attach (source, self->context);
}

void
gst_llhls_origin_wake (GstLlHlsOrigin * self)
{
  if (g_atomic_int_compare_and_exchange (&self->woken, FALSE, TRUE))
    invoke (self, on_wake);
}

void
gst_llhls_origin_add_stats (GstLlHlsOrigin * self, GstStructure * stats)
{
  gst_llhls_responder_add_stats (self->responder, stats);
  g_mutex_lock (&self->lock);
  gst_structure_set (stats,
      "connections", G_TYPE_INT, (gint) self->n_connections,
      "accepted-connections", G_TYPE_UINT64, self->accepted,
      "refused-connections", G_TYPE_UINT64, self->turned_away,
      "slow-connections", G_TYPE_UINT64, self->timed_out, NULL);
  g_mutex_unlock (&self->lock);
}

void
gst_llhls_origin_free (GstLlHlsOrigin * self)
{
  invoke (self, on_stop);
  g_thread_join (self->thread);
  free_origin (self);
}
