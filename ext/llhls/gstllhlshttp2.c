/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Server thread only.
 *
 * The frames of HTTP/2: what nghttp2 is told and tells.  Those of one wake-up
 * are collected in one buffer, which all connections share. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlshttp2.h"

#include <nghttp2/nghttp2.h>
#include <string.h>

#include "gstllhlshttp2parts.h"

#define FRAME_HEADER 9
/* Clients open the windows of a stream and of all for each read; some do it at
 * once for each stream. */
#define BYTES_PER_WINDOW 512
#define WINDOWS_PER_STREAM 4

/* Bodies */

static gboolean
can_collect (GstLlHlsHttp2 * self, gsize size)
{
  return self->used + size <= GST_LLHLS_H2_WRITE_BYTES;
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
  GstLlHlsH2Session *session = user_data;

  if (!can_collect (session->server, size))
    return NGHTTP2_ERR_WOULDBLOCK;
  collect (session->server, data, size);
  return size;
}

static ssize_t
on_body_size (nghttp2_session * h2, int32_t id, uint8_t * buf, size_t size,
    uint32_t * flags, nghttp2_data_source * source, void *user_data)
{
  GstLlHlsH2Stream *stream = source->ptr;
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
  GstLlHlsH2Session *session = user_data;
  GstLlHlsH2Stream *stream = source->ptr;

  if (!can_collect (session->server, FRAME_HEADER + size))
    return NGHTTP2_ERR_WOULDBLOCK;
  collect (session->server, header, FRAME_HEADER);
  gst_llhls_h2_stream_copy_body (stream,
      session->server->buffer + session->server->used, size);
  session->server->used += size;
  http_budget_earn (&session->windows, size, BYTES_PER_WINDOW);
  return 0;
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
set_priority (GstLlHlsH2Stream * stream, const GstLlHlsAnswer * answer)
{
  nghttp2_extpri priority;

  if (stream->prioritized)
    return;
  priority.urgency = answer->urgency;
  priority.inc = 0;
  nghttp2_session_change_extpri_stream_priority (stream->session->h2,
      stream->id, &priority, 0);
}

void
gst_llhls_h2_answer (GstLlHlsH2Stream * stream, const GstLlHlsAnswer * answer)
{
  GstLlHlsH2Session *session = stream->session;
  nghttp2_nv nvs[GST_LLHLS_MAX_HEADERS + 4];
  nghttp2_data_provider body;
  gchar status[8], length[24];
  gboolean has_body;
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
  has_body = gst_llhls_h2_stream_begin_answer (stream, answer);
  if (has_body)
    set_priority (stream, answer);
  if (nghttp2_submit_response (session->h2, stream->id, nvs, n,
          has_body ? &body : NULL) != 0)
    session->failed = TRUE;
  gst_llhls_h2_mark_dirty (session);
}

void
gst_llhls_h2_cancel (GstLlHlsH2Stream * stream)
{
  nghttp2_submit_rst_stream (stream->session->h2, NGHTTP2_FLAG_NONE,
      stream->id, NGHTTP2_CANCEL);
}

gboolean
gst_llhls_h2_has_window (GstLlHlsH2Stream * stream)
{
  nghttp2_session *h2 = stream->session->h2;

  return nghttp2_session_get_remote_window_size (h2) > 0
      && nghttp2_session_get_stream_remote_window_size (h2, stream->id) > 0;
}

/* Requests */

static void
release_value (gpointer value)
{
  nghttp2_rcbuf_decref (value);
}

static int
on_begin_headers (nghttp2_session * h2, const nghttp2_frame * frame,
    void *user_data)
{
  GstLlHlsH2Session *session = user_data;
  gint32 id = frame->hd.stream_id;

  if (frame->hd.type != NGHTTP2_HEADERS
      || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
    return 0;
  nghttp2_session_set_stream_user_data (h2, id,
      gst_llhls_h2_stream_new (session, id, release_value));
  http_budget_earn (&session->windows, WINDOWS_PER_STREAM, 1);
  return 0;
}

static int
on_header (nghttp2_session * h2, const nghttp2_frame * frame,
    nghttp2_rcbuf * name, nghttp2_rcbuf * value, uint8_t flags, void *user_data)
{
  GstLlHlsH2Stream *stream = nghttp2_session_get_stream_user_data (h2,
      frame->hd.stream_id);
  nghttp2_vec key = nghttp2_rcbuf_get_buf (name);
  nghttp2_vec text = nghttp2_rcbuf_get_buf (value);

  /* Trailers tell nothing. */
  if (stream == NULL || stream->has_head)
    return 0;
  /* Both end with a zero. */
  if (http_head_add (&stream->head, (const gchar *) key.base, key.len,
          (const gchar *) text.base, text.len, value))
    nghttp2_rcbuf_incref (value);
  if (http_head_size (&stream->head) == HTTP_HEAD_BOMB)
    gst_llhls_h2_end_flood (stream->session);
  return 0;
}

static int
on_begin_frame (nghttp2_session * h2, const nghttp2_frame_hd * header,
    void *user_data)
{
  GstLlHlsH2Session *session = user_data;
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
  if (!http_budget_spend (budget, gst_llhls_h2_now ()))
    gst_llhls_h2_end_flood (session);
  return 0;
}

/* A frame that means nothing here (RFC 9113 5.5) has been counted. */
static int
on_unknown_frame (nghttp2_session * h2, void **payload,
    const nghttp2_frame_hd * header, void *user_data)
{
  return NGHTTP2_ERR_CANCEL;
}

static int
on_frame (nghttp2_session * h2, const nghttp2_frame * frame, void *user_data)
{
  gboolean whole = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  GstLlHlsH2Stream *stream;

  if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA)
    return 0;
  stream = nghttp2_session_get_stream_user_data (h2, frame->hd.stream_id);
  if (stream != NULL)
    gst_llhls_h2_stream_on_frame (stream, whole);
  return 0;
}

static int
on_request_body (nghttp2_session * h2, uint8_t flags, int32_t id,
    const uint8_t * data, size_t size, void *user_data)
{
  GstLlHlsH2Stream *stream = nghttp2_session_get_stream_user_data (h2, id);

  if (stream != NULL && !gst_llhls_h2_stream_on_body (stream, data, size))
    nghttp2_submit_rst_stream (h2, NGHTTP2_FLAG_NONE, id,
        NGHTTP2_ENHANCE_YOUR_CALM);
  return 0;
}

static int
on_frame_sent (nghttp2_session * h2, const nghttp2_frame * frame,
    void *user_data)
{
  GstLlHlsH2Session *session = user_data;
  gint32 id = frame->hd.stream_id;

  /* Resets that a client provokes cost as much as its own. */
  if (frame->hd.type == NGHTTP2_RST_STREAM
      && frame->rst_stream.error_code != NGHTTP2_NO_ERROR
      && !http_budget_spend (&session->resets, gst_llhls_h2_now ()))
    gst_llhls_h2_end_flood (session);
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
  GstLlHlsH2Stream *stream = nghttp2_session_get_stream_user_data (h2, id);

  if (stream != NULL)
    gst_llhls_h2_stream_free (stream);
  return 0;
}

/* Connections */

static void
submit_settings (GstLlHlsH2Session * session)
{
  static const nghttp2_settings_entry entries[] = {
    {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, GST_LLHLS_H2_MAX_STREAMS},
    {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, HTTP_HEAD_MAX_BYTES},
    {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  };

  nghttp2_submit_settings (session->h2, NGHTTP2_FLAG_NONE, entries,
      G_N_ELEMENTS (entries));
}

void
gst_llhls_h2_open (GstLlHlsH2Session * session)
{
  if (nghttp2_session_server_new2 (&session->h2, session->server->callbacks,
          session, session->server->option) != 0)
    g_error ("out of memory");
  submit_settings (session);
}

void
gst_llhls_h2_close (GstLlHlsH2Session * session)
{
  nghttp2_session_del (session->h2);
}

gboolean
gst_llhls_h2_receive (GstLlHlsH2Session * session, const guint8 * data,
    gsize size)
{
  return nghttp2_session_mem_recv (session->h2, data, size) >= 0;
}

gboolean
gst_llhls_h2_wants_more (GstLlHlsH2Session * session)
{
  return nghttp2_session_want_read (session->h2) != 0;
}

gboolean
gst_llhls_h2_send (GstLlHlsH2Session * session)
{
  return nghttp2_session_send (session->h2) == 0;
}

gboolean
gst_llhls_h2_is_over (GstLlHlsH2Session * session)
{
  return nghttp2_session_want_read (session->h2) == 0
      && nghttp2_session_want_write (session->h2) == 0;
}

void
gst_llhls_h2_go_away (GstLlHlsH2Session * session)
{
  nghttp2_submit_goaway (session->h2, NGHTTP2_FLAG_NONE,
      nghttp2_session_get_last_proc_stream_id (session->h2),
      NGHTTP2_NO_ERROR, NULL, 0);
}

void
gst_llhls_h2_terminate (GstLlHlsH2Session * session)
{
  nghttp2_session_terminate_session (session->h2, NGHTTP2_ENHANCE_YOUR_CALM);
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

void
gst_llhls_h2_init (GstLlHlsHttp2 * self)
{
  self->callbacks = new_callbacks ();
  self->option = new_option ();
}

void
gst_llhls_h2_clear (GstLlHlsHttp2 * self)
{
  nghttp2_session_callbacks_del (self->callbacks);
  nghttp2_option_del (self->option);
}
