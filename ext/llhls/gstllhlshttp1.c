/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Server thread only.
 *
 * libsoup 3.2.3 does not notice a client that goes away while its message is
 * paused; the origin looks and tells. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlshttp1.h"

#include <libsoup/soup.h>
#include <string.h>

#include "gstllhlsguardstream.h"
#include "httphead.h"

GST_DEBUG_CATEGORY_EXTERN (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

#define MAX_CONNECTION_FIELD 64

struct _GstLlHlsHttp1
{
  GstLlHlsResponder *responder;
  SoupServer *soup;
  GstLlHlsPollSet *set;         /* of all connections */
  guint busy;
};

/* A connection's request of the moment. */
typedef struct
{
  GstLlHlsHttp1 *server;
  GstLlHlsConnection *connection;
  SoupServerMessage *message;   /* while it is held, a reference */
  GstLlHlsWaiter *waiter;       /* while it is held */
  GstLlHlsBody body;            /* of the request */
  gboolean busy;                /* between a request's begin and end */
} Exchange;

static GQuark
exchange_quark (void)
{
  return g_quark_from_static_string ("gst-llhls-exchange");
}

/* The address object is the connection's own. */
static Exchange *
exchange_of (SoupServerMessage * message)
{
  return g_object_get_qdata (G_OBJECT (soup_server_message_get_remote_address
          (message)), exchange_quark ());
}

static void
enter (Exchange * exchange, HttpPhase phase)
{
  http_watch_enter (&exchange->connection->watch, phase,
      g_get_monotonic_time () * GST_USECOND);
}

/* Answers */

/* Names in the spelling that people and old tools are used to. */
static void
set_header (SoupMessageHeaders * headers, const GstLlHlsHeader * header)
{
  gchar name[48];
  gboolean upper = TRUE;
  gsize i;

  for (i = 0; header->name[i] != '\0' && i < sizeof (name) - 1; i++) {
    name[i] = upper ? g_ascii_toupper (header->name[i]) : header->name[i];
    upper = name[i] == '-';
  }
  name[i] = '\0';
  soup_message_headers_replace (headers, name, header->value);
}

/* The slice of the object, without a copy. */
static void
append_body (SoupMessageBody * body, const GstLlHlsAnswer * answer)
{
  guint64 skip = answer->offset, left = answer->length;
  guint i;

  for (i = 0; left > 0 && i < answer->object->n; i++) {
    GBytes *piece = answer->object->pieces[i];
    guint64 size = g_bytes_get_size (piece), n;

    if (skip >= size) {
      skip -= size;
      continue;
    }
    n = MIN (size - skip, left);
    if (n == size) {
      soup_message_body_append_bytes (body, piece);
    } else {
      g_autoptr (GBytes) slice = g_bytes_new_from_bytes (piece, skip, n);

      soup_message_body_append_bytes (body, slice);
    }
    skip = 0;
    left -= n;
  }
}

static void
send_answer (SoupServerMessage * message, const GstLlHlsAnswer * answer)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_response_headers (message);
  guint i;

  for (i = 0; i < answer->n_headers; i++)
    set_header (headers, &answer->headers[i]);
  if (answer->object != NULL && !answer->head)
    append_body (soup_server_message_get_response_body (message), answer);
  if (answer->head)
    soup_message_headers_set_content_length (headers, answer->length);
  soup_server_message_set_status (message, answer->status, NULL);
}

static void
on_release (gpointer data, const GstLlHlsAnswer * answer)
{
  Exchange *exchange = data;
  g_autoptr (SoupServerMessage) message = g_steal_pointer (&exchange->message);

  exchange->waiter = NULL;
  enter (exchange, HTTP_PHASE_SENDING);
  send_answer (message, answer);
  soup_server_message_unpause (message);
}

static void
answer_alone (Exchange * exchange, SoupServerMessage * message, guint status)
{
  GstLlHlsAnswer answer;

  gst_llhls_responder_refuse (exchange->server->responder, status, &answer);
  enter (exchange, HTTP_PHASE_SENDING);
  send_answer (message, &answer);
}

/* Requests */

static guint64
content_length (SoupMessageHeaders * headers)
{
  goffset length = -1;

  if (soup_message_headers_get_encoding (headers)
      == SOUP_ENCODING_CONTENT_LENGTH)
    length = soup_message_headers_get_content_length (headers);
  return length < 0 ? GST_LLHLS_NO_LENGTH : (guint64) length;
}

static void
fill_ask (GstLlHlsAsk * ask, Exchange * exchange, SoupServerMessage * message)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_request_headers (message);
  GUri *uri = soup_server_message_get_uri (message);
  guint i;

  memset (ask, 0, sizeof (*ask));
  ask->peer = &exchange->connection->peer;
  ask->method =
      gst_llhls_method_parse (soup_server_message_get_method (message));
  ask->path = g_uri_get_path (uri);
  ask->query = g_uri_get_query (uri);
  ask->range = soup_message_headers_get_one (headers, "Range");
  ask->accept_encoding = soup_message_headers_get_list (headers,
      "Accept-Encoding");
  ask->origin = soup_message_headers_get_one (headers, "Origin");
  ask->user_agent = soup_message_headers_get_one (headers, "User-Agent");
  ask->authorization = soup_message_headers_get_one (headers, "Authorization");
  ask->original_uri = soup_message_headers_get_one (headers, "X-Original-URI");
  ask->content_type = soup_message_headers_get_one (headers, "Content-Type");
  ask->content_length = content_length (headers);
  ask->body = &exchange->body;
  for (i = 0; i < GST_LLHLS_VIEWERS_HEADERS; i++)
    ask->cmcd[i] = soup_message_headers_get_list (headers,
        gst_llhls_viewers_headers[i]);
}

static gsize
head_size (SoupServerMessage * message)
{
  SoupMessageHeadersIter iter;
  const char *name, *value;
  const gchar *query = g_uri_get_query (soup_server_message_get_uri (message));
  gsize size = strlen (g_uri_get_path (soup_server_message_get_uri (message)));

  size += query != NULL ? strlen (query) : 0;
  soup_message_headers_iter_init (&iter,
      soup_server_message_get_request_headers (message));
  while (soup_message_headers_iter_next (&iter, &name, &value))
    size += strlen (name) + strlen (value) + 4;
  return size;
}

/* A head of 16 KiB is not for keeping.  The library asks for this one when the
 * answer is out. */
static void
drop_fields (SoupServerMessage * message)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_request_headers (message);
  g_autofree gchar *connection =
      g_strdup (soup_message_headers_get_list (headers, "Connection"));

  soup_message_headers_clear (headers);
  if (connection != NULL && strlen (connection) < MAX_CONNECTION_FIELD)
    soup_message_headers_append (headers, "Connection", connection);
}

static void
on_request (SoupServer * soup, SoupServerMessage * message, const char *path,
    GHashTable * query, gpointer data)
{
  GstLlHlsHttp1 *self = data;
  Exchange *exchange = exchange_of (message);
  GstLlHlsAnswer answer;
  GstLlHlsAsk ask;

  /* The library itself gives up at 64 KiB. */
  if (head_size (message) > HTTP_HEAD_MAX_BYTES) {
    answer_alone (exchange, message, 431);
    return;
  }
  fill_ask (&ask, exchange, message);
  exchange->waiter = gst_llhls_responder_ask (self->responder, &ask,
      on_release, exchange, &answer);
  if (exchange->waiter != NULL) {
    exchange->message = g_object_ref (message);
    drop_fields (message);
    enter (exchange, HTTP_PHASE_HELD);
    soup_server_message_pause (message);
    return;
  }
  enter (exchange, HTTP_PHASE_SENDING);
  send_answer (message, &answer);
  gst_llhls_answer_clear (&answer);
}

static void
on_request_body (SoupServerMessage * message, GBytes * chunk, gpointer data)
{
  Exchange *exchange = data;

  gst_llhls_body_take (&exchange->body, g_bytes_get_data (chunk, NULL),
      g_bytes_get_size (chunk));
}

/* The library keeps no bodies: what the responder does not want is read past,
 * however long it is. */
static void
on_request_head (SoupServer * soup, SoupServerMessage * message,
    const char *path, GHashTable * query, gpointer data)
{
  GstLlHlsHttp1 *self = data;
  Exchange *exchange = exchange_of (message);
  GstLlHlsAsk ask;

  soup_message_body_set_accumulate (soup_server_message_get_request_body
      (message), FALSE);
  fill_ask (&ask, exchange, message);
  gst_llhls_body_clear (&exchange->body);
  if (gst_llhls_responder_await (self->responder, &ask, &exchange->body))
    g_signal_connect (message, "got-chunk", G_CALLBACK (on_request_body),
        exchange);
}

static void
on_request_started (SoupServer * soup, SoupServerMessage * message,
    gpointer data)
{
  GstLlHlsHttp1 *self = data;
  Exchange *exchange = exchange_of (message);

  self->busy += !exchange->busy;
  exchange->busy = TRUE;
  enter (exchange, HTTP_PHASE_HEAD);
}

/* A request whose first line makes no sense has no end but the connection's. */
static void
clear_busy (Exchange * exchange)
{
  exchange->server->busy -= exchange->busy;
  exchange->busy = FALSE;
}

static void
on_request_ended (SoupServer * soup, SoupServerMessage * message, gpointer data)
{
  GstLlHlsHttp1 *self = data;
  Exchange *exchange = exchange_of (message);

  clear_busy (exchange);
  gst_llhls_body_clear (&exchange->body);
  if (exchange->waiter != NULL) {
    gst_llhls_responder_cancel (self->responder,
        g_steal_pointer (&exchange->waiter));
    g_clear_object (&exchange->message);
  }
  enter (exchange, HTTP_PHASE_IDLE);
}

/* libsoup does not see it by itself while the message is paused. */
static void
on_abandoned (GstLlHlsConnection * connection)
{
  Exchange *exchange = connection->transport;
  g_autoptr (SoupServerMessage) message = g_steal_pointer (&exchange->message);

  if (message == NULL)
    return;
  gst_llhls_responder_cancel (exchange->server->responder,
      g_steal_pointer (&exchange->waiter));
  answer_alone (exchange, message, 503);
  soup_server_message_unpause (message);
}

/* Connections */

static void
on_stream_gone (gpointer data, GObject * stream)
{
  Exchange *exchange = data;
  GstLlHlsConnection *connection = exchange->connection;

  g_assert (exchange->waiter == NULL);
  clear_busy (exchange);
  gst_llhls_body_clear (&exchange->body);
  g_free (exchange);
  connection->on_over (connection, connection->origin);
}

void
gst_llhls_http1_take (GstLlHlsHttp1 * self, GstLlHlsConnection * connection)
{
  g_autoptr (GSocketAddress) local = NULL, remote = NULL;
  g_autoptr (GIOStream) guard = NULL;
  Exchange *exchange = g_new0 (Exchange, 1);

  exchange->server = self;
  exchange->connection = connection;
  connection->transport = exchange;
  connection->on_abandoned = on_abandoned;
  local = g_socket_get_local_address (connection->socket, NULL);
  /* Its own object for each connection, also when the peer has left. */
  remote = g_socket_get_remote_address (connection->socket, NULL);
  if (remote == NULL)
    remote = g_inet_socket_address_new_from_string ("0.0.0.0", 0);
  g_object_set_qdata (G_OBJECT (remote), exchange_quark (), exchange);
  enter (exchange, HTTP_PHASE_IDLE);
  guard = gst_llhls_guard_stream_new (connection->stream, self->set,
      connection->socket);
  /* From here on it is the library's. */
  g_object_weak_ref (G_OBJECT (guard), on_stream_gone, exchange);
  soup_server_accept_iostream (self->soup, guard, local, remote, NULL);
}

guint
gst_llhls_http1_busy (GstLlHlsHttp1 * self)
{
  return self->busy;
}

/* Begin and end */

/* libsoup keeps connections alive only while it has a listener (up to 3.7 at
 * least), and we listen by ourselves.  So it gets one that nobody can reach:
 * it is shut down at once, and the library stops to look at it. */
static gboolean
add_blind_listener (SoupServer * soup, GError ** error)
{
  g_autoptr (GInetAddress) loopback =
      g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) where = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocket) socket = NULL;

  socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, error);
  if (socket == NULL)
    return FALSE;
  g_socket_set_blocking (socket, FALSE);
  return g_socket_bind (socket, where, FALSE, error)
      && g_socket_listen (socket, error)
      && soup_server_listen_socket (soup, socket, 0, error)
      && g_socket_shutdown (socket, TRUE, TRUE, error);
}

GstLlHlsHttp1 *
gst_llhls_http1_new (GstLlHlsResponder * responder, GError ** error)
{
  GstLlHlsHttp1 *self;
  SoupServer *soup = soup_server_new ("server-header", "gst-onair", NULL);

  if (!add_blind_listener (soup, error)) {
    g_object_unref (soup);
    return NULL;
  }
  self = g_new0 (GstLlHlsHttp1, 1);
  self->responder = responder;
  self->soup = soup;
  self->set = gst_llhls_poll_set_new (g_main_context_get_thread_default (),
      gst_llhls_guard_stream_on_news);
  soup_server_add_early_handler (soup, NULL, on_request_head, self, NULL);
  soup_server_add_handler (soup, NULL, on_request, self, NULL);
  g_signal_connect (soup, "request-started", G_CALLBACK (on_request_started),
      self);
  g_signal_connect (soup, "request-finished", G_CALLBACK (on_request_ended),
      self);
  g_signal_connect (soup, "request-aborted", G_CALLBACK (on_request_ended),
      self);
  return self;
}

void
gst_llhls_http1_free (GstLlHlsHttp1 * self)
{
  soup_server_disconnect (self->soup);
  /* Closed connections go away in the main context. */
  while (g_main_context_iteration (g_main_context_get_thread_default (),
          FALSE));
  g_object_unref (self->soup);
  gst_llhls_poll_set_free (self->set);
  g_free (self);
}
