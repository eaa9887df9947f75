/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Server thread only.
 *
 * What a wake-up has made for a connection is written at once; only what a
 * socket does not take is kept, and nothing more is made for it until that is
 * gone. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlshttp2parts.h"

GST_DEBUG_CATEGORY_EXTERN (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

#define READ_BYTES 16384
/* With TLS a read is a record, however small.  Then it is others' turn. */
#define MAX_READS 64
/* A player that goes away resets all that it has at once.  What is above that
 * is an attack (CVE-2023-44487). */
#define RESETS_PER_SECOND 30
#define RESET_BURST (2 * GST_LLHLS_H2_MAX_STREAMS)
/* Frames that cost the client nothing: pings, settings, priorities, and those
 * of types that nobody knows. */
#define CONTROLS_PER_SECOND 30
#define CONTROL_BURST (2 * GST_LLHLS_H2_MAX_STREAMS)

void
gst_llhls_h2_mark_dirty (GstLlHlsH2Session * session)
{
  if (session->dirty)
    return;
  session->dirty = TRUE;
  g_queue_push_tail_link (&session->server->dirty, &session->dirty_link);
}

void
gst_llhls_h2_end_flood (GstLlHlsH2Session * session)
{
  if (session->ended)
    return;
  session->ended = TRUE;
  session->server->abusive++;
  GST_DEBUG ("ending connection %" G_GUINT64_FORMAT " of %s: it floods",
      session->connection->peer.id, session->connection->peer.address);
  gst_llhls_h2_terminate (session);
}

/* Writing */

static void
update_phase (GstLlHlsH2Session * session)
{
  HttpWatch *watch = &session->connection->watch;
  HttpPhase phase = HTTP_PHASE_IDLE;

  if (session->sending > 0 || gst_llhls_wire_is_pending (&session->wire))
    phase = HTTP_PHASE_SENDING;
  else if (session->streams.length > session->incoming)
    phase = HTTP_PHASE_HELD;
  else if (session->incoming > 0)
    phase = HTTP_PHASE_HEAD;
  http_watch_enter (watch, phase, gst_llhls_h2_now ());
  if (phase == HTTP_PHASE_HEAD)
    watch->since = ((GstLlHlsH2Stream *) session->streams.head->data)->since;
}

static void
free_session (GstLlHlsH2Session * session)
{
  GstLlHlsHttp2 *self = session->server;
  GstLlHlsConnection *connection = session->connection;

  gst_llhls_poll_set_remove (self->set, session->reading);
  while (session->streams.head != NULL)
    gst_llhls_h2_stream_free (session->streams.head->data);
  gst_llhls_h2_close (session);
  if (session->dirty)
    g_queue_unlink (&self->dirty, &session->dirty_link);
  g_queue_unlink (&self->sessions, &session->link);
  gst_llhls_wire_close (&session->wire, session->failed);
  g_free (session);
  connection->on_over (connection, connection->origin);
}

static void
write_session (GstLlHlsH2Session * session)
{
  GstLlHlsHttp2 *self = session->server;

  while (!session->failed) {
    session->failed = !gst_llhls_wire_flush (&session->wire);
    if (gst_llhls_wire_is_pending (&session->wire))
      break;
    self->used = 0;
    session->failed |= !gst_llhls_h2_send (session);
    if (self->used == 0)
      break;
    session->failed |= !gst_llhls_wire_write (&session->wire, self->buffer,
        self->used);
  }
}

/* The session may be gone after it. */
static void
flush_session (GstLlHlsH2Session * session)
{
  gboolean pending;

  write_session (session);
  pending = gst_llhls_wire_is_pending (&session->wire);
  if (session->failed || (!pending && gst_llhls_h2_is_over (session))) {
    free_session (session);
    return;
  }
  update_phase (session);
  if (pending)
    gst_llhls_wire_wait (&session->wire);
}

void
gst_llhls_http2_flush (GstLlHlsHttp2 * self)
{
  while (self->dirty.head != NULL) {
    GstLlHlsH2Session *session = self->dirty.head->data;

    g_queue_unlink (&self->dirty, &session->dirty_link);
    session->dirty = FALSE;
    flush_session (session);
  }
}

/* Reading */

/* FALSE at the end. */
static gboolean
read_some (GstLlHlsH2Session * session)
{
  guint8 data[READ_BYTES];
  guint i;

  for (i = 0; i < MAX_READS; i++) {
    gssize n = gst_llhls_wire_read (&session->wire, data, sizeof (data));

    if (n <= 0)
      return n == 0;
    if (!gst_llhls_h2_receive (session, data, n))
      return FALSE;
    if (!gst_llhls_h2_wants_more (session))
      return TRUE;
  }
  /* TLS may hold more than the socket shows. */
  gst_llhls_wire_read_soon (&session->wire);
  return TRUE;
}

/* The session may be gone after it. */
static void
on_readable (gpointer data)
{
  GstLlHlsH2Session *session = data;

  if (!read_some (session))
    session->failed = TRUE;
  flush_session (session);
}

/* Connections */

static void
on_writable (gpointer data)
{
  flush_session (data);
}

static const GstLlHlsWireEvents events = { on_writable, on_readable };

void
gst_llhls_http2_take (GstLlHlsHttp2 * self, GstLlHlsConnection * connection)
{
  GstLlHlsH2Session *session = g_new0 (GstLlHlsH2Session, 1);
  guint64 now = gst_llhls_h2_now ();

  session->server = self;
  session->connection = connection;
  connection->transport = session;
  gst_llhls_wire_init (&session->wire, connection, self->context, &events,
      session);
  g_queue_init (&session->streams);
  http_budget_init (&session->resets, RESETS_PER_SECOND, RESET_BURST, now);
  http_budget_init (&session->controls, CONTROLS_PER_SECOND, CONTROL_BURST,
      now);
  http_budget_init (&session->windows, CONTROLS_PER_SECOND, CONTROL_BURST, now);
  session->link.data = session->dirty_link.data = session;
  g_queue_push_tail_link (&self->sessions, &session->link);
  gst_llhls_h2_open (session);
  if (self->stopping)
    gst_llhls_h2_go_away (session);
  session->reading = gst_llhls_poll_set_add (self->set, connection->socket,
      session);
  /* TLS may have more than the socket shows. */
  on_readable (session);
}

/* A connection goes on while any of its streams does: so that no answer is left
 * lying in the shade of another, each is watched by itself.  Whose turn just
 * did not come is not to blame. */
static gboolean
is_stuck (GstLlHlsH2Stream * stream, const HttpLimits * limits, guint64 now)
{
  if (!stream->sending || stream->reset)
    return FALSE;
  if (gst_llhls_h2_has_window (stream)) {
    http_watch_init (&stream->watch, now);
    http_watch_enter (&stream->watch, HTTP_PHASE_SENDING, now);
  }
  return http_watch_check (&stream->watch, limits, stream->sent, now)
      != HTTP_VERDICT_KEEP;
}

guint
gst_llhls_http2_watch (GstLlHlsHttp2 * self, const HttpLimits * limits)
{
  guint64 now = gst_llhls_h2_now ();
  guint stuck = 0;
  GList *l, *s;

  for (l = self->sessions.head; l != NULL; l = l->next) {
    GstLlHlsH2Session *session = l->data;

    for (s = session->streams.head; s != NULL; s = s->next) {
      GstLlHlsH2Stream *stream = s->data;

      if (!is_stuck (stream, limits, now))
        continue;
      stream->reset = TRUE;
      stuck++;
      gst_llhls_h2_cancel (stream);
      gst_llhls_h2_mark_dirty (session);
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
    GstLlHlsH2Session *session = l->data;

    gst_llhls_h2_go_away (session);
    gst_llhls_h2_mark_dirty (session);
  }
  gst_llhls_http2_flush (self);
}

static void
give_up_slow (GstLlHlsH2Session * session, guint64 begin)
{
  GList *l = session->streams.head;

  while (l != NULL && session->incoming > 0) {
    GstLlHlsH2Stream *stream = l->data;

    l = l->next;
    if (!stream->asked && stream->since <= begin)
      gst_llhls_h2_stream_give_up (stream);
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
    const GstLlHlsH2Session *session = l->data;

    busy += session->streams.length > 0
        || gst_llhls_wire_is_pending (&session->wire);
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

GstLlHlsHttp2 *
gst_llhls_http2_new (GstLlHlsResponder * responder, GMainContext * context)
{
  GstLlHlsHttp2 *self = g_new0 (GstLlHlsHttp2, 1);

  self->responder = responder;
  self->context = context;
  self->set = gst_llhls_poll_set_new (context, on_readable);
  gst_llhls_h2_init (self);
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
  gst_llhls_h2_clear (self);
  g_free (self);
}
