/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Server thread only.  Requests and what becomes of them; bodies go from the
 * store's memory into the server's buffer without another copy. */
#include "gstllhlshttp2parts.h"

#include <string.h>

/* What is sent with a request that has its answer. */
#define MAX_BODY_BYTES 65536

G_STATIC_ASSERT (HTTP_N_FIELDS - HTTP_FIELD_CMCD_OBJECT
    == GST_LLHLS_VIEWERS_HEADERS);

static void
set_sending (GstLlHlsH2Stream * self, gboolean sending)
{
  self->session->sending += sending;
  self->session->sending -= self->sending;
  self->sending = sending;
}

GstLlHlsH2Stream *
gst_llhls_h2_stream_new (GstLlHlsH2Session * session, gint32 id,
    GDestroyNotify release_value)
{
  GstLlHlsH2Stream *self = g_new0 (GstLlHlsH2Stream, 1);

  self->session = session;
  self->id = id;
  self->since = gst_llhls_h2_now ();
  http_head_init (&self->head, release_value);
  session->incoming++;
  self->link.data = self;
  g_queue_push_tail_link (&session->streams, &self->link);
  return self;
}

void
gst_llhls_h2_stream_free (GstLlHlsH2Stream * self)
{
  GstLlHlsH2Session *session = self->session;

  if (self->waiter != NULL)
    gst_llhls_responder_cancel (session->server->responder, self->waiter);
  session->incoming -= !self->asked;
  set_sending (self, FALSE);
  gst_llhls_body_clear (&self->body);
  http_head_forget (&self->head);
  g_clear_pointer (&self->object, gst_llhls_object_unref);
  g_queue_unlink (&session->streams, &self->link);
  g_free (self);
}

/* Answers */

static void
set_body (GstLlHlsH2Stream * self, const GstLlHlsAnswer * answer)
{
  guint64 offset = answer->offset;

  self->object = gst_llhls_object_ref (answer->object);
  self->left = answer->length;
  while (offset >= g_bytes_get_size (self->object->pieces[self->piece]))
    offset -= g_bytes_get_size (self->object->pieces[self->piece++]);
  self->skip = offset;
}

gboolean
gst_llhls_h2_stream_begin_answer (GstLlHlsH2Stream * self,
    const GstLlHlsAnswer * answer)
{
  gboolean has_body = answer->object != NULL && !answer->head
      && answer->length > 0;

  if (has_body)
    set_body (self, answer);
  set_sending (self, TRUE);
  http_watch_enter (&self->watch, HTTP_PHASE_SENDING, gst_llhls_h2_now ());
  http_head_forget (&self->head);
  return has_body;
}

void
gst_llhls_h2_stream_copy_body (GstLlHlsH2Stream * self, guint8 * to, gsize size)
{
  self->left -= size;
  self->sent += size;
  while (size > 0) {
    gsize length, n;
    const guint8 *data =
        g_bytes_get_data (self->object->pieces[self->piece], &length);

    n = MIN (length - self->skip, size);
    memcpy (to, data + self->skip, n);
    to += n;
    size -= n;
    self->skip += n;
    if (self->skip == length) {
      self->piece++;
      self->skip = 0;
    }
  }
}

static void
on_release (gpointer data, const GstLlHlsAnswer * answer)
{
  GstLlHlsH2Stream *self = data;

  self->waiter = NULL;
  gst_llhls_h2_answer (self, answer);
}

/* Requests */

/* Returns: (transfer full): the path, which `ask` points to */
static gchar *
fill_ask (GstLlHlsAsk * ask, GstLlHlsH2Stream * self)
{
  const gchar *const *values = self->head.values;
  const gchar *whole = values[HTTP_FIELD_PATH];
  gchar *path;
  gsize len;
  guint i;

  if (whole == NULL)
    whole = "/";
  len = strcspn (whole, "?");
  path = g_strndup (whole, len);
  memset (ask, 0, sizeof (*ask));
  ask->peer = &self->session->connection->peer;
  ask->method = gst_llhls_method_parse (values[HTTP_FIELD_METHOD]);
  ask->path = path;
  ask->query = whole[len] == '?' ? whole + len + 1 : NULL;
  ask->range = values[HTTP_FIELD_RANGE];
  ask->accept_encoding = values[HTTP_FIELD_ACCEPT_ENCODING];
  ask->origin = values[HTTP_FIELD_ORIGIN];
  ask->user_agent = values[HTTP_FIELD_USER_AGENT];
  ask->authorization = values[HTTP_FIELD_AUTHORIZATION];
  ask->original_uri = values[HTTP_FIELD_ORIGINAL_URI];
  ask->content_type = values[HTTP_FIELD_CONTENT_TYPE];
  ask->content_length = http_head_content_length (&self->head);
  ask->body = &self->body;
  for (i = 0; i < GST_LLHLS_VIEWERS_HEADERS; i++)
    ask->cmcd[i] = values[HTTP_FIELD_CMCD_OBJECT + i];
  return path;
}

/* Is all of it wanted before it is asked? */
static gboolean
awaits_body (GstLlHlsH2Stream * self)
{
  g_autofree gchar *path = NULL;
  GstLlHlsAsk ask;

  path = fill_ask (&ask, self);
  return gst_llhls_responder_await (self->session->server->responder, &ask,
      &self->body);
}

static void
ask (GstLlHlsH2Stream * self)
{
  GstLlHlsResponder *responder = self->session->server->responder;
  g_autofree gchar *path = NULL;
  GstLlHlsAnswer answer;
  GstLlHlsAsk ask;

  path = fill_ask (&ask, self);
  self->waiter = gst_llhls_responder_ask (responder, &ask, on_release, self,
      &answer);
  gst_llhls_body_clear (&self->body);
  if (self->waiter != NULL) {
    /* A head of 16 KiB is not for keeping. */
    http_head_forget (&self->head);
    return;
  }
  gst_llhls_h2_answer (self, &answer);
  gst_llhls_answer_clear (&answer);
}

static void
refuse (GstLlHlsH2Stream * self, guint status)
{
  GstLlHlsAnswer answer;

  gst_llhls_responder_refuse (self->session->server->responder, status,
      &answer);
  gst_llhls_h2_answer (self, &answer);
}

static void
set_asked (GstLlHlsH2Stream * self)
{
  self->session->incoming--;
  self->asked = TRUE;
  self->prioritized = self->head.values[HTTP_FIELD_PRIORITY] != NULL;
}

/* A head that does not end keeps all others from coming. */
void
gst_llhls_h2_stream_give_up (GstLlHlsH2Stream * self)
{
  if (!self->has_head) {
    gst_llhls_h2_terminate (self->session);
    gst_llhls_h2_mark_dirty (self->session);
    return;
  }
  set_asked (self);
  gst_llhls_body_clear (&self->body);
  refuse (self, 408);
}

/* A POST waits for its body as well. */
void
gst_llhls_h2_stream_on_frame (GstLlHlsH2Stream * self, gboolean whole)
{
  gboolean too_large = http_head_size (&self->head) != HTTP_HEAD_FITS;
  gboolean had_head = self->has_head;

  if (self->asked)
    return;
  self->has_head = TRUE;
  if (!whole && (had_head || (!too_large && awaits_body (self))))
    return;
  if (whole && !had_head && !too_large)
    awaits_body (self);
  set_asked (self);
  if (too_large)
    refuse (self, 431);
  else
    ask (self);
}

gboolean
gst_llhls_h2_stream_on_body (GstLlHlsH2Stream * self, const guint8 * data,
    gsize size)
{
  if (!self->asked) {
    gst_llhls_body_take (&self->body, data, size);
    return TRUE;
  }
  self->body_bytes += size;
  return self->body_bytes <= MAX_BODY_BYTES;
}
