/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Server thread only.
 *
 * Frames of one wake-up are collected in one buffer, which all connections
 * share, and written at once; only what a socket does not take is kept.  Bodies
 * go from the store's memory into it without another copy. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlshttp2.h"

#include <nghttp2/nghttp2.h>
#include <string.h>

#include "gstllhlspollset.h"
#include "gstllhlssource.h"
#include "gstllhlstcp.h"
#include "httpbudget.h"
#include "httpdate.h"

GST_DEBUG_CATEGORY_EXTERN (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

/* Players with many renditions hold two requests for each; caches in front
 * hold as many as they have. */
#define MAX_STREAMS 256
#define MAX_HEAD_BYTES 16384
/* A byte can stand for a field of 4 KiB: nobody sends that much by mistake. */
#define BOMB_HEAD_BYTES (4 * MAX_HEAD_BYTES)
/* What is sent with a request that has its answer. */
#define MAX_BODY_BYTES 65536
#define READ_BYTES 16384
/* With TLS a read is a record, however small.  Then it is others' turn. */
#define MAX_READS 64
#define WRITE_BYTES 65536
#define FRAME_HEADER 9
/* A player that goes away resets all that it has at once.  What is above that
 * is an attack (CVE-2023-44487). */
#define RESETS_PER_SECOND 30
#define RESET_BURST (2 * MAX_STREAMS)
/* Frames that cost the client nothing: pings, settings, priorities, and those
 * of types that nobody knows. */
#define CONTROLS_PER_SECOND 30
#define CONTROL_BURST (2 * MAX_STREAMS)
/* Clients open the windows of a stream and of all for each read; some do it at
 * once for each stream. */
#define BYTES_PER_WINDOW 512
#define WINDOWS_PER_STREAM 4

/* What is kept of a request's head. */
enum
{
  FIELD_METHOD,
  FIELD_PATH,
  FIELD_RANGE,
  FIELD_ACCEPT_ENCODING,
  FIELD_ORIGIN,
  FIELD_USER_AGENT,
  FIELD_AUTHORIZATION,
  FIELD_PRIORITY,
  FIELD_ORIGINAL_URI,
  FIELD_CONTENT_TYPE,
  FIELD_CONTENT_LENGTH,
  FIELD_CMCD,
  N_FIELDS = FIELD_CMCD + GST_LLHLS_VIEWERS_HEADERS
};

static const gchar *const field_names[N_FIELDS] = {
  ":method", ":path", "range", "accept-encoding", "origin", "user-agent",
  "authorization", "priority", "x-original-uri", "content-type",
  "content-length", "cmcd-object", "cmcd-request", "cmcd-session",
  "cmcd-status"
};

typedef struct
{
  GstLlHlsHttp2 *server;
  GstLlHlsConnection *connection;
  nghttp2_session *h2;
  GPollableInputStream *in;     /* of the connection's stream, as is `out` */
  GPollableOutputStream *out;
  gpointer reading;             /* in the server's set */
  GSource *write_source, *more_source;
  GByteArray *pending;          /* what the socket did not take */
  gsize written;                /* of it */
  GQueue streams;               /* of Stream */
  guint incoming, sending;      /* of them */
  HttpBudget resets, controls, windows;
  gboolean dirty, failed, ended;
  GList link, dirty_link;       /* in the server's lists */
} Session;

typedef struct
{
  Session *session;
  gint32 id;
  nghttp2_rcbuf *fields[N_FIELDS];
  guint64 since;                /* ns, of its first byte */
  gsize head_bytes, body_bytes;
  GstLlHlsBody body;
  gboolean has_head, asked, sending, reset;
  GstLlHlsWaiter *waiter;       /* while it is held */
  GstLlHlsObject *object;       /* whose body is being sent */
  guint piece;                  /* the next bytes: of this one ... */
  gsize skip;                   /* ... from there */
  guint64 left, sent;
  HttpWatch watch;              /* of its answer */
  GList link;                   /* in the session's */
} Stream;

struct _GstLlHlsHttp2
{
  GstLlHlsResponder *responder;
  GMainContext *context;
  GstLlHlsPollSet *set;
  nghttp2_session_callbacks *callbacks;
  nghttp2_option *option;
  GQueue sessions, dirty;       /* of Session */
  guint64 abusive;
  gboolean stopping;
  HttpDate date;
  gsize used;                   /* of `buffer` */
  guint8 buffer[WRITE_BYTES];
};

static guint64
now_ns (void)
{
  return g_get_monotonic_time () * GST_USECOND;
}

/* Streams */

static const gchar *
field (const Stream * stream, guint which)
{
  if (stream->fields[which] == NULL)
    return NULL;
  /* It ends with a zero. */
  return (const gchar *) nghttp2_rcbuf_get_buf (stream->fields[which]).base;
}

/* All `but` one. */
static void
drop_fields (Stream * stream, guint but)
{
  guint i;

  for (i = 0; i < N_FIELDS; i++)
    if (i != but)
      g_clear_pointer (&stream->fields[i], nghttp2_rcbuf_decref);
}

static void
set_sending (Stream * stream, gboolean sending)
{
  stream->session->sending += sending;
  stream->session->sending -= stream->sending;
  stream->sending = sending;
}

static Stream *
new_stream (Session * session, gint32 id)
{
  Stream *stream = g_new0 (Stream, 1);

  stream->session = session;
  stream->id = id;
  stream->since = now_ns ();
  session->incoming++;
  stream->link.data = stream;
  g_queue_push_tail_link (&session->streams, &stream->link);
  return stream;
}

static void
free_stream (Stream * stream)
{
  Session *session = stream->session;

  if (stream->waiter != NULL)
    gst_llhls_responder_cancel (session->server->responder, stream->waiter);
  session->incoming -= !stream->asked;
  set_sending (stream, FALSE);
  gst_llhls_body_clear (&stream->body);
  drop_fields (stream, N_FIELDS);
  g_clear_pointer (&stream->object, gst_llhls_object_unref);
  g_queue_unlink (&session->streams, &stream->link);
  g_free (stream);
}

/* Bodies */

static gboolean
can_collect (GstLlHlsHttp2 * self, gsize size)
{
  return self->used + size <= WRITE_BYTES;
}

static void
collect (GstLlHlsHttp2 * self, gconstpointer data, gsize size)
{
  memcpy (self->buffer + self->used, data, size);
  self->used += size;
}

static ssize_t
on_send (nghttp2_session * h2, const uint8_t * data, size_t size, int flags,
    void *user_data)
{
  Session *session = user_data;

  if (!can_collect (session->server, size))
    return NGHTTP2_ERR_WOULDBLOCK;
  collect (session->server, data, size);
  return size;
}

static ssize_t
on_body_size (nghttp2_session * h2, int32_t id, uint8_t * buf, size_t size,
    uint32_t * flags, nghttp2_data_source * source, void *user_data)
{
  Stream *stream = source->ptr;
  gsize n = MIN (stream->left, size);

  *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (n == stream->left)
    *flags |= NGHTTP2_DATA_FLAG_EOF;
  return n;
}

static int
on_send_body (nghttp2_session * h2, nghttp2_frame * frame,
    const uint8_t * header, size_t size, nghttp2_data_source * source,
    void *user_data)
{
  Session *session = user_data;
  Stream *stream = source->ptr;

  if (!can_collect (session->server, FRAME_HEADER + size))
    return NGHTTP2_ERR_WOULDBLOCK;
  collect (session->server, header, FRAME_HEADER);
  stream->left -= size;
  stream->sent += size;
  http_budget_earn (&session->windows, size, BYTES_PER_WINDOW);
  while (size > 0) {
    gsize length, n;
    const guint8 *data =
        g_bytes_get_data (stream->object->pieces[stream->piece], &length);

    n = MIN (length - stream->skip, size);
    collect (session->server, data + stream->skip, n);
    size -= n;
    stream->skip += n;
    if (stream->skip == length) {
      stream->piece++;
      stream->skip = 0;
    }
  }
  return 0;
}

static void
set_body (Stream * stream, const GstLlHlsAnswer * answer)
{
  guint64 offset = answer->offset;

  stream->object = gst_llhls_object_ref (answer->object);
  stream->left = answer->length;
  while (offset >= g_bytes_get_size (stream->object->pieces[stream->piece]))
    offset -= g_bytes_get_size (stream->object->pieces[stream->piece++]);
  stream->skip = offset;
}

/* Answers */

/* What is new in each answer would only push the rest out of the table. */
static gboolean
is_fleeting (const gchar * name)
{
  return g_str_equal (name, "content-length")
      || g_str_equal (name, "content-range")
      || g_str_equal (name, "cmsd-static");
}

static void
set_nv (nghttp2_nv * nv, const gchar * name, const gchar * value)
{
  nv->name = (uint8_t *) name;
  nv->namelen = strlen (name);
  nv->value = (uint8_t *) value;
  nv->valuelen = strlen (value);
  nv->flags = NGHTTP2_NV_FLAG_NO_COPY_NAME;
  if (is_fleeting (name))
    nv->flags |= NGHTTP2_NV_FLAG_NO_INDEX;
}

/* A client that says nothing of priorities gets the server's (RFC 9218 8). */
static void
set_priority (Stream * stream, const GstLlHlsAnswer * answer)
{
  nghttp2_extpri priority;

  if (stream->fields[FIELD_PRIORITY] != NULL)
    return;
  priority.urgency = answer->urgency;
  priority.inc = 0;
  nghttp2_session_change_extpri_stream_priority (stream->session->h2,
      stream->id, &priority, 0);
}

static void
mark_dirty (Session * session)
{
  if (session->dirty)
    return;
  session->dirty = TRUE;
  g_queue_push_tail_link (&session->server->dirty, &session->dirty_link);
}

static void
send_answer (Stream * stream, const GstLlHlsAnswer * answer)
{
  Session *session = stream->session;
  nghttp2_nv nvs[GST_LLHLS_MAX_HEADERS + 4];
  nghttp2_data_provider body;
  gchar status[8], length[24];
  gboolean has_body = answer->object != NULL && !answer->head
      && answer->length > 0;
  guint i, n = 0;

  g_snprintf (status, sizeof (status), "%u", answer->status);
  g_snprintf (length, sizeof (length), "%" G_GUINT64_FORMAT, answer->length);
  set_nv (&nvs[n++], ":status", status);
  set_nv (&nvs[n++], "server", "gst-onair");
  set_nv (&nvs[n++], "date", http_date_at (&session->server->date,
          g_get_real_time () / G_USEC_PER_SEC));
  for (i = 0; i < answer->n_headers; i++)
    set_nv (&nvs[n++], answer->headers[i].name, answer->headers[i].value);
  /* RFC 9110 8.6 */
  if (answer->status != 204)
    set_nv (&nvs[n++], "content-length", length);
  body.source.ptr = stream;
  body.read_callback = on_body_size;
  if (has_body) {
    set_body (stream, answer);
    set_priority (stream, answer);
  }
  set_sending (stream, TRUE);
  http_watch_enter (&stream->watch, HTTP_PHASE_SENDING, now_ns ());
  drop_fields (stream, N_FIELDS);
  if (nghttp2_submit_response (session->h2, stream->id, nvs, n,
          has_body ? &body : NULL) != 0)
    session->failed = TRUE;
  mark_dirty (session);
}

static void
on_release (gpointer data, const GstLlHlsAnswer * answer)
{
  Stream *stream = data;

  stream->waiter = NULL;
  send_answer (stream, answer);
}

/* Requests */

/* The library has seen that it is a number. */
static guint64
content_length (const Stream * stream)
{
  const gchar *text = field (stream, FIELD_CONTENT_LENGTH);
  guint64 length;

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64,
      &length, NULL) ? length : GST_LLHLS_NO_LENGTH;
}

/* Returns: (transfer full): the path, which `ask` points to */
static gchar *
fill_ask (GstLlHlsAsk * ask, Stream * stream)
{
  const gchar *whole = field (stream, FIELD_PATH);
  gchar *path;
  gsize len;
  guint i;

  if (whole == NULL)
    whole = "/";
  len = strcspn (whole, "?");
  path = g_strndup (whole, len);
  memset (ask, 0, sizeof (*ask));
  ask->peer = &stream->session->connection->peer;
  ask->method = gst_llhls_method_parse (field (stream, FIELD_METHOD));
  ask->path = path;
  ask->query = whole[len] == '?' ? whole + len + 1 : NULL;
  ask->range = field (stream, FIELD_RANGE);
  ask->accept_encoding = field (stream, FIELD_ACCEPT_ENCODING);
  ask->origin = field (stream, FIELD_ORIGIN);
  ask->user_agent = field (stream, FIELD_USER_AGENT);
  ask->authorization = field (stream, FIELD_AUTHORIZATION);
  ask->original_uri = field (stream, FIELD_ORIGINAL_URI);
  ask->content_type = field (stream, FIELD_CONTENT_TYPE);
  ask->content_length = content_length (stream);
  ask->body = &stream->body;
  for (i = 0; i < GST_LLHLS_VIEWERS_HEADERS; i++)
    ask->cmcd[i] = field (stream, FIELD_CMCD + i);
  return path;
}

/* Is all of it wanted before it is asked? */
static gboolean
awaits_body (Stream * stream)
{
  g_autofree gchar *path = NULL;
  GstLlHlsAsk ask;

  path = fill_ask (&ask, stream);
  return gst_llhls_responder_await (stream->session->server->responder, &ask,
      &stream->body);
}

static void
ask (Stream * stream)
{
  GstLlHlsResponder *responder = stream->session->server->responder;
  g_autofree gchar *path = NULL;
  GstLlHlsAnswer answer;
  GstLlHlsAsk ask;

  path = fill_ask (&ask, stream);
  stream->waiter = gst_llhls_responder_ask (responder, &ask, on_release,
      stream, &answer);
  gst_llhls_body_clear (&stream->body);
  if (stream->waiter != NULL) {
    /* A head of 16 KiB is not for keeping. */
    drop_fields (stream, FIELD_PRIORITY);
    return;
  }
  send_answer (stream, &answer);
  gst_llhls_answer_clear (&answer);
}

static void
refuse (Stream * stream, guint status)
{
  GstLlHlsAnswer answer;

  gst_llhls_responder_refuse (stream->session->server->responder, status,
      &answer);
  send_answer (stream, &answer);
}

static void
set_asked (Stream * stream)
{
  stream->session->incoming--;
  stream->asked = TRUE;
}

/* A head that does not end keeps all others from coming. */
static void
give_up (Stream * stream)
{
  if (!stream->has_head) {
    nghttp2_session_terminate_session (stream->session->h2,
        NGHTTP2_ENHANCE_YOUR_CALM);
    mark_dirty (stream->session);
    return;
  }
  set_asked (stream);
  gst_llhls_body_clear (&stream->body);
  refuse (stream, 408);
}

static int
on_begin_headers (nghttp2_session * h2, const nghttp2_frame * frame,
    void *user_data)
{
  Session *session = user_data;
  gint32 id = frame->hd.stream_id;

  if (frame->hd.type != NGHTTP2_HEADERS
      || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
    return 0;
  nghttp2_session_set_stream_user_data (h2, id, new_stream (session, id));
  http_budget_earn (&session->windows, WINDOWS_PER_STREAM, 1);
  return 0;
}

static void
end_session (Session * session)
{
  if (session->ended)
    return;
  session->ended = TRUE;
  session->server->abusive++;
  GST_DEBUG ("ending connection %" G_GUINT64_FORMAT " of %s: it floods",
      session->connection->peer.id, session->connection->peer.address);
  nghttp2_session_terminate_session (session->h2, NGHTTP2_ENHANCE_YOUR_CALM);
}

static int
on_header (nghttp2_session * h2, const nghttp2_frame * frame,
    nghttp2_rcbuf * name, nghttp2_rcbuf * value, uint8_t flags, void *user_data)
{
  Stream *stream = nghttp2_session_get_stream_user_data (h2,
      frame->hd.stream_id);
  nghttp2_vec key = nghttp2_rcbuf_get_buf (name);
  guint i;

  /* Trailers tell nothing. */
  if (stream == NULL || stream->has_head)
    return 0;
  stream->head_bytes += key.len + nghttp2_rcbuf_get_buf (value).len + 4;
  if (stream->head_bytes > BOMB_HEAD_BYTES)
    end_session (stream->session);
  if (stream->head_bytes > MAX_HEAD_BYTES)
    return 0;
  for (i = 0; i < N_FIELDS; i++) {
    if (!g_str_equal ((const gchar *) key.base, field_names[i]))
      continue;
    g_clear_pointer (&stream->fields[i], nghttp2_rcbuf_decref);
    stream->fields[i] = value;
    nghttp2_rcbuf_incref (value);
    break;
  }
  return 0;
}

static int
on_begin_frame (nghttp2_session * h2, const nghttp2_frame_hd * header,
    void *user_data)
{
  Session *session = user_data;
  HttpBudget *budget = &session->controls;

  switch (header->type) {
    case NGHTTP2_HEADERS:
    case NGHTTP2_CONTINUATION:
      return 0;
    case NGHTTP2_WINDOW_UPDATE:
      budget = &session->windows;
      break;
    case NGHTTP2_DATA:
      if (header->length > 0)
        return 0;
      break;
    case NGHTTP2_RST_STREAM:
      budget = &session->resets;
      break;
    default:
      break;
  }
  if (!http_budget_spend (budget, now_ns ()))
    end_session (session);
  return 0;
}

/* A frame that means nothing here (RFC 9113 5.5) has been counted. */
static int
on_unknown_frame (nghttp2_session * h2, void **payload,
    const nghttp2_frame_hd * header, void *user_data)
{
  return NGHTTP2_ERR_CANCEL;
}

/* The head is there; a POST waits for its body as well. */
static int
on_frame (nghttp2_session * h2, const nghttp2_frame * frame, void *user_data)
{
  gboolean whole = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  gboolean too_large, had_head;
  Stream *stream;

  if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA)
    return 0;
  stream = nghttp2_session_get_stream_user_data (h2, frame->hd.stream_id);
  if (stream == NULL || stream->asked)
    return 0;
  had_head = stream->has_head;
  stream->has_head = TRUE;
  too_large = stream->head_bytes > MAX_HEAD_BYTES;
  if (!whole && (had_head || (!too_large && awaits_body (stream))))
    return 0;
  if (whole && !had_head && !too_large)
    awaits_body (stream);
  set_asked (stream);
  if (too_large)
    refuse (stream, 431);
  else
    ask (stream);
  return 0;
}

static int
on_request_body (nghttp2_session * h2, uint8_t flags, int32_t id,
    const uint8_t * data, size_t size, void *user_data)
{
  Stream *stream = nghttp2_session_get_stream_user_data (h2, id);

  if (stream == NULL)
    return 0;
  if (!stream->asked) {
    gst_llhls_body_take (&stream->body, data, size);
    return 0;
  }
  stream->body_bytes += size;
  if (stream->body_bytes > MAX_BODY_BYTES)
    nghttp2_submit_rst_stream (h2, NGHTTP2_FLAG_NONE, id,
        NGHTTP2_ENHANCE_YOUR_CALM);
  return 0;
}

static int
on_frame_sent (nghttp2_session * h2, const nghttp2_frame * frame,
    void *user_data)
{
  Session *session = user_data;
  gint32 id = frame->hd.stream_id;

  /* Resets that a client provokes cost as much as its own. */
  if (frame->hd.type == NGHTTP2_RST_STREAM
      && frame->rst_stream.error_code != NGHTTP2_NO_ERROR
      && !http_budget_spend (&session->resets, now_ns ()))
    end_session (session);
  if ((frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS)
      && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0
      && nghttp2_session_get_stream_remote_close (h2, id) == 0)
    nghttp2_submit_rst_stream (h2, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
  return 0;
}

static int
on_stream_close (nghttp2_session * h2, int32_t id, uint32_t error,
    void *user_data)
{
  Stream *stream = nghttp2_session_get_stream_user_data (h2, id);

  if (stream != NULL)
    free_stream (stream);
  return 0;
}

/* Writing */

static void
update_phase (Session * session)
{
  HttpWatch *watch = &session->connection->watch;
  HttpPhase phase = HTTP_PHASE_IDLE;

  if (session->sending > 0 || session->pending->len > 0)
    phase = HTTP_PHASE_SENDING;
  else if (session->streams.length > session->incoming)
    phase = HTTP_PHASE_HELD;
  else if (session->incoming > 0)
    phase = HTTP_PHASE_HEAD;
  http_watch_enter (watch, phase, now_ns ());
  if (phase == HTTP_PHASE_HEAD)
    watch->since = ((Stream *) session->streams.head->data)->since;
}

/* Bytes written before the socket had enough; session->failed on error. */
static gsize
write_bytes (Session * session, const guint8 * data, gsize size)
{
  gsize done = 0;

  while (done < size) {
    g_autoptr (GError) error = NULL;
    gssize n = g_pollable_output_stream_write_nonblocking (session->out,
        data + done, size - done, NULL, &error);

    if (n > 0) {
      done += n;
      continue;
    }
    session->failed |= !g_error_matches (error, G_IO_ERROR,
        G_IO_ERROR_WOULD_BLOCK);
    break;
  }
  return done;
}

/* TRUE when nothing is left over. */
static gboolean
write_pending (Session * session)
{
  GByteArray *pending = session->pending;

  session->written += write_bytes (session, pending->data + session->written,
      pending->len - session->written);
  if (session->written < pending->len)
    return FALSE;
  g_byte_array_set_size (pending, 0);
  session->written = 0;
  return TRUE;
}

static void
write_collected (Session * session)
{
  GstLlHlsHttp2 *self = session->server;
  gsize done = write_bytes (session, self->buffer, self->used);

  if (done < self->used)
    g_byte_array_append (session->pending, self->buffer + done,
        self->used - done);
}

static gboolean on_writable (GSocket * socket, GIOCondition condition,
    gpointer data);

static void
wait_until_writable (Session * session)
{
  if (session->write_source != NULL)
    return;
  session->write_source = g_socket_create_source (session->connection->socket,
      G_IO_OUT, NULL);
  g_source_set_callback (session->write_source, G_SOURCE_FUNC (on_writable),
      session, NULL);
  g_source_attach (session->write_source, session->server->context);
}

static void
free_session (Session * session)
{
  GstLlHlsHttp2 *self = session->server;
  GstLlHlsConnection *connection = session->connection;

  gst_llhls_poll_set_remove (self->set, session->reading);
  gst_llhls_source_drop (&session->write_source);
  gst_llhls_source_drop (&session->more_source);
  while (session->streams.head != NULL)
    free_stream (session->streams.head->data);
  nghttp2_session_del (session->h2);
  if (session->dirty)
    g_queue_unlink (&self->dirty, &session->dirty_link);
  g_queue_unlink (&self->sessions, &session->link);
  /* TLS says goodbye only where that can't wait for the client. */
  if (session->failed || session->pending->len > 0)
    gst_llhls_tcp_abort (connection->socket);
  gst_llhls_tcp_finish (connection->socket);
  g_io_stream_close (connection->stream, NULL, NULL);
  g_byte_array_unref (session->pending);
  g_free (session);
  connection->on_over (connection, connection->origin);
}

/* The session may be gone after it. */
static void
flush_session (Session * session)
{
  GstLlHlsHttp2 *self = session->server;

  while (!session->failed) {
    if (!write_pending (session))
      break;
    self->used = 0;
    if (nghttp2_session_send (session->h2) != 0)
      session->failed = TRUE;
    if (self->used == 0)
      break;
    write_collected (session);
  }
  if (session->failed || (session->pending->len == 0
          && nghttp2_session_want_read (session->h2) == 0
          && nghttp2_session_want_write (session->h2) == 0)) {
    free_session (session);
    return;
  }
  update_phase (session);
  if (session->pending->len > 0)
    wait_until_writable (session);
}

static gboolean
on_writable (GSocket * socket, GIOCondition condition, gpointer data)
{
  Session *session = data;

  gst_llhls_source_drop (&session->write_source);
  flush_session (session);
  return G_SOURCE_REMOVE;
}

void
gst_llhls_http2_flush (GstLlHlsHttp2 * self)
{
  while (self->dirty.head != NULL) {
    Session *session = self->dirty.head->data;

    g_queue_unlink (&self->dirty, &session->dirty_link);
    session->dirty = FALSE;
    flush_session (session);
  }
}

/* Reading */

static gboolean on_more (gpointer data);

/* TLS may hold more than the socket shows. */
static void
read_more_soon (Session * session)
{
  if (session->more_source != NULL)
    return;
  session->more_source = gst_llhls_source_soon (session->server->context,
      on_more, session);
}

/* FALSE at the end. */
static gboolean
read_some (Session * session)
{
  guint8 data[READ_BYTES];
  guint i;

  for (i = 0; i < MAX_READS; i++) {
    g_autoptr (GError) error = NULL;
    gssize n = g_pollable_input_stream_read_nonblocking (session->in, data,
        sizeof (data), NULL, &error);

    if (n < 0)
      return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
    if (n == 0 || nghttp2_session_mem_recv (session->h2, data, n) < 0)
      return FALSE;
    if (nghttp2_session_want_read (session->h2) == 0)
      return TRUE;
  }
  read_more_soon (session);
  return TRUE;
}

/* The session may be gone after it. */
static void
on_readable (gpointer data)
{
  Session *session = data;

  if (!read_some (session))
    session->failed = TRUE;
  flush_session (session);
}

static gboolean
on_more (gpointer data)
{
  Session *session = data;

  gst_llhls_source_drop (&session->more_source);
  on_readable (session);
  return G_SOURCE_REMOVE;
}

/* Connections */

static void
submit_settings (Session * session)
{
  static const nghttp2_settings_entry entries[] = {
    {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, MAX_STREAMS},
    {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, MAX_HEAD_BYTES},
    {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  };

  nghttp2_submit_settings (session->h2, NGHTTP2_FLAG_NONE, entries,
      G_N_ELEMENTS (entries));
}

void
gst_llhls_http2_take (GstLlHlsHttp2 * self, GstLlHlsConnection * connection)
{
  Session *session = g_new0 (Session, 1);
  guint64 now = now_ns ();

  session->server = self;
  session->connection = connection;
  connection->transport = session;
  session->in = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream
      (connection->stream));
  session->out = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream
      (connection->stream));
  session->pending = g_byte_array_new ();
  g_queue_init (&session->streams);
  http_budget_init (&session->resets, RESETS_PER_SECOND, RESET_BURST, now);
  http_budget_init (&session->controls, CONTROLS_PER_SECOND, CONTROL_BURST,
      now);
  http_budget_init (&session->windows, CONTROLS_PER_SECOND, CONTROL_BURST, now);
  session->link.data = session->dirty_link.data = session;
  g_queue_push_tail_link (&self->sessions, &session->link);
  if (nghttp2_session_server_new2 (&session->h2, self->callbacks, session,
          self->option) != 0)
    g_error ("out of memory");
  submit_settings (session);
  if (self->stopping)
    nghttp2_submit_goaway (session->h2, NGHTTP2_FLAG_NONE, 0, NGHTTP2_NO_ERROR,
        NULL, 0);
  session->reading = gst_llhls_poll_set_add (self->set, connection->socket,
      session);
  /* TLS may have more than the socket shows. */
  on_readable (session);
}

/* A connection goes on while any of its streams does: so that no answer is left
 * lying in the shade of another, each is watched by itself.  Whose turn just
 * did not come is not to blame. */
static gboolean
is_stuck (Stream * stream, const HttpLimits * limits, guint64 now)
{
  nghttp2_session *h2 = stream->session->h2;

  if (!stream->sending || stream->reset)
    return FALSE;
  if (nghttp2_session_get_remote_window_size (h2) > 0
      && nghttp2_session_get_stream_remote_window_size (h2, stream->id) > 0) {
    http_watch_init (&stream->watch, now);
    http_watch_enter (&stream->watch, HTTP_PHASE_SENDING, now);
  }
  return http_watch_check (&stream->watch, limits, stream->sent, now)
      != HTTP_VERDICT_KEEP;
}

guint
gst_llhls_http2_watch (GstLlHlsHttp2 * self, const HttpLimits * limits)
{
  guint64 now = now_ns ();
  guint stuck = 0;
  GList *l, *s;

  for (l = self->sessions.head; l != NULL; l = l->next) {
    Session *session = l->data;

    for (s = session->streams.head; s != NULL; s = s->next) {
      Stream *stream = s->data;

      if (!is_stuck (stream, limits, now))
        continue;
      stream->reset = TRUE;
      stuck++;
      nghttp2_submit_rst_stream (session->h2, NGHTTP2_FLAG_NONE, stream->id,
          NGHTTP2_CANCEL);
      mark_dirty (session);
    }
  }
  gst_llhls_http2_flush (self);
  return stuck;
}

void
gst_llhls_http2_stop (GstLlHlsHttp2 * self)
{
  GList *l;

  self->stopping = TRUE;
  for (l = self->sessions.head; l != NULL; l = l->next) {
    Session *session = l->data;

    nghttp2_submit_goaway (session->h2, NGHTTP2_FLAG_NONE,
        nghttp2_session_get_last_proc_stream_id (session->h2),
        NGHTTP2_NO_ERROR, NULL, 0);
    mark_dirty (session);
  }
  gst_llhls_http2_flush (self);
}

static void
give_up_slow (Session * session, guint64 begin)
{
  GList *l = session->streams.head;

  while (l != NULL && session->incoming > 0) {
    Stream *stream = l->data;

    l = l->next;
    if (!stream->asked && stream->since <= begin)
      give_up (stream);
  }
}

void
gst_llhls_http2_give_up_slow (GstLlHlsHttp2 * self, guint64 begin)
{
  GList *l;

  for (l = self->sessions.head; l != NULL; l = l->next)
    give_up_slow (l->data, begin);
  gst_llhls_http2_flush (self);
}

guint
gst_llhls_http2_busy (GstLlHlsHttp2 * self)
{
  guint busy = 0;
  GList *l;

  for (l = self->sessions.head; l != NULL; l = l->next) {
    const Session *session = l->data;

    busy += session->streams.length > 0 || session->pending->len > 0;
  }
  return busy;
}

guint
gst_llhls_http2_connections (GstLlHlsHttp2 * self)
{
  return self->sessions.length;
}

guint64
gst_llhls_http2_abusive (GstLlHlsHttp2 * self)
{
  return self->abusive;
}

/* Begin and end */

static nghttp2_session_callbacks *
new_callbacks (void)
{
  nghttp2_session_callbacks *callbacks;

  if (nghttp2_session_callbacks_new (&callbacks) != 0)
    g_error ("out of memory");
  nghttp2_session_callbacks_set_send_callback (callbacks, on_send);
  nghttp2_session_callbacks_set_send_data_callback (callbacks, on_send_body);
  nghttp2_session_callbacks_set_on_begin_frame_callback (callbacks,
      on_begin_frame);
  nghttp2_session_callbacks_set_unpack_extension_callback (callbacks,
      on_unknown_frame);
  nghttp2_session_callbacks_set_on_begin_headers_callback (callbacks,
      on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback2 (callbacks, on_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback (callbacks, on_frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback (callbacks,
      on_request_body);
  nghttp2_session_callbacks_set_on_frame_send_callback (callbacks,
      on_frame_sent);
  nghttp2_session_callbacks_set_on_stream_close_callback (callbacks,
      on_stream_close);
  return callbacks;
}

static nghttp2_option *
new_option (void)
{
  nghttp2_option *option;
  guint type;

  if (nghttp2_option_new (&option) != 0)
    g_error ("out of memory");
  nghttp2_option_set_no_closed_streams (option, 1);
  nghttp2_option_set_builtin_recv_extension_type (option,
      NGHTTP2_PRIORITY_UPDATE);
  /* Else the library skips them without a word. */
  for (type = NGHTTP2_CONTINUATION + 1; type <= G_MAXUINT8; type++)
    if (type != NGHTTP2_PRIORITY_UPDATE)
      nghttp2_option_set_user_recv_extension_type (option, type);
  return option;
}

GstLlHlsHttp2 *
gst_llhls_http2_new (GstLlHlsResponder * responder, GMainContext * context)
{
  GstLlHlsHttp2 *self = g_new0 (GstLlHlsHttp2, 1);

  self->responder = responder;
  self->context = context;
  self->set = gst_llhls_poll_set_new (context, on_readable);
  self->callbacks = new_callbacks ();
  self->option = new_option ();
  g_queue_init (&self->sessions);
  g_queue_init (&self->dirty);
  return self;
}

void
gst_llhls_http2_end (GstLlHlsHttp2 * self)
{
  while (self->sessions.head != NULL)
    free_session (self->sessions.head->data);
}

void
gst_llhls_http2_free (GstLlHlsHttp2 * self)
{
  gst_llhls_poll_set_free (self->set);
  nghttp2_session_callbacks_del (self->callbacks);
  nghttp2_option_del (self->option);
  g_free (self);
}
