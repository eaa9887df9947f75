/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A small HTTP/2 client for tests, on one thread. */
#pragma once

#include <gio/gio.h>
#include <gst/check/gstcheck.h>
#include <nghttp2/nghttp2.h>

#include <string.h>

typedef struct
{
  gint32 id;
  guint status;
  GString *head;                /* "name: value\n" ... */
  GByteArray *body;
  gboolean closed;
  guint32 error;
} H2Reply;

typedef struct
{
  GIOStream *stream;
  nghttp2_session *session;
  GPtrArray *replies;           /* of H2Reply, in order of asking */
  guint closed;                 /* of them */
  gboolean told_to_go;
  guint32 go_error;
  gboolean over;
} H2Client;

static inline void
h2_reply_free (gpointer data)
{
  H2Reply *reply = data;

  g_string_free (reply->head, TRUE);
  g_byte_array_unref (reply->body);
  g_free (reply);
}

static inline ssize_t
h2_on_send (nghttp2_session * session, const uint8_t * data, size_t size,
    int flags, void *user_data)
{
  H2Client *self = user_data;
  GOutputStream *out =
      g_io_stream_get_output_stream (self->stream);

  if (!g_output_stream_write_all (out, data, size, NULL, NULL, NULL))
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  return size;
}

static inline int
h2_on_header (nghttp2_session * session, const nghttp2_frame * frame,
    const uint8_t * name, size_t name_len, const uint8_t * value,
    size_t value_len, uint8_t flags, void *user_data)
{
  H2Reply *reply = nghttp2_session_get_stream_user_data (session,
      frame->hd.stream_id);

  if (strcmp ((const gchar *) name, ":status") == 0)
    reply->status = atoi ((const gchar *) value);
  g_string_append_printf (reply->head, "%s: %s\n", name, value);
  return 0;
}

static inline int
h2_on_body (nghttp2_session * session, uint8_t flags, int32_t id,
    const uint8_t * data, size_t size, void *user_data)
{
  H2Reply *reply = nghttp2_session_get_stream_user_data (session, id);

  g_byte_array_append (reply->body, data, size);
  return 0;
}

static inline int
h2_on_close (nghttp2_session * session, int32_t id, uint32_t error,
    void *user_data)
{
  H2Reply *reply = nghttp2_session_get_stream_user_data (session, id);

  reply->closed = TRUE;
  reply->error = error;
  ((H2Client *) user_data)->closed++;
  return 0;
}

static inline int
h2_on_frame (nghttp2_session * session, const nghttp2_frame * frame,
    void *user_data)
{
  H2Client *self = user_data;

  if (frame->hd.type == NGHTTP2_GOAWAY) {
    self->told_to_go = TRUE;
    self->go_error = frame->goaway.error_code;
  }
  return 0;
}

static inline GSocketConnection *
h2_connect (gint port)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GSocketConnection *connection;

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_timeout (client, 40);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", port,
      NULL, NULL);
  fail_unless (connection != NULL);
  return connection;
}

/* Takes `stream`.  `window` is the stream window that the server may fill, 0 =
 * the default. */
static inline H2Client *
h2_client_new_on (GIOStream * stream, guint32 window)
{
  H2Client *self = g_new0 (H2Client, 1);
  nghttp2_settings_entry entry = { NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 0 };
  nghttp2_session_callbacks *callbacks;
  nghttp2_option *option;

  self->stream = stream;
  self->replies = g_ptr_array_new_with_free_func (h2_reply_free);
  nghttp2_session_callbacks_new (&callbacks);
  nghttp2_session_callbacks_set_send_callback (callbacks, h2_on_send);
  nghttp2_session_callbacks_set_on_header_callback (callbacks, h2_on_header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback (callbacks,
      h2_on_body);
  nghttp2_session_callbacks_set_on_stream_close_callback (callbacks,
      h2_on_close);
  nghttp2_session_callbacks_set_on_frame_recv_callback (callbacks,
      h2_on_frame);
  nghttp2_option_new (&option);
  nghttp2_option_set_peer_max_concurrent_streams (option, 1000);
  nghttp2_session_client_new2 (&self->session, callbacks, self, option);
  nghttp2_option_del (option);
  nghttp2_session_callbacks_del (callbacks);
  entry.value = window;
  nghttp2_submit_settings (self->session, NGHTTP2_FLAG_NONE, &entry,
      window != 0 ? 1 : 0);
  return self;
}

static inline H2Client *
h2_client_new (gint port, guint32 window)
{
  return h2_client_new_on (G_IO_STREAM (h2_connect (port)), window);
}

/* Leaves without a word. */
static inline void
h2_client_free (H2Client * self)
{
  nghttp2_session_del (self->session);
  g_io_stream_close (self->stream, NULL, NULL);
  g_object_unref (self->stream);
  g_ptr_array_unref (self->replies);
  g_free (self);
}

static inline void
h2_client_send (H2Client * self)
{
  if (nghttp2_session_send (self->session) != 0)
    self->over = TRUE;
}

/* One request with one more header, or NULL. */
static inline H2Reply *
h2_client_ask (H2Client * self, const gchar * method, const gchar * path,
    const gchar * name, const gchar * value)
{
  const gchar *pairs[][2] = {
    {":method", method}, {":path", path}, {":scheme", "http"},
    {":authority", "test"}, {name, value}
  };
  nghttp2_nv nvs[G_N_ELEMENTS (pairs)];
  H2Reply *reply = g_new0 (H2Reply, 1);
  guint i, n = name != NULL ? 5 : 4;

  for (i = 0; i < n; i++) {
    nvs[i].name = (uint8_t *) pairs[i][0];
    nvs[i].namelen = strlen (pairs[i][0]);
    nvs[i].value = (uint8_t *) pairs[i][1];
    nvs[i].valuelen = strlen (pairs[i][1]);
    nvs[i].flags = NGHTTP2_NV_FLAG_NONE;
  }
  reply->head = g_string_new (NULL);
  reply->body = g_byte_array_new ();
  g_ptr_array_add (self->replies, reply);
  reply->id = nghttp2_submit_request (self->session, NULL, nvs, n, NULL,
      reply);
  fail_unless (reply->id > 0);
  h2_client_send (self);
  return reply;
}

/* FALSE at the end of the connection. */
static inline gboolean
h2_client_read (H2Client * self)
{
  guint8 data[16384];
  gssize n;

  if (self->over)
    return FALSE;
  n = g_input_stream_read (g_io_stream_get_input_stream (self->stream), data,
      sizeof (data), NULL, NULL);
  if (n <= 0 || nghttp2_session_mem_recv (self->session, data, n) < 0)
    self->over = TRUE;
  else
    h2_client_send (self);
  return !self->over;
}

/* Until all is answered, or the connection is over. */
static inline void
h2_client_finish (H2Client * self)
{
  while (self->closed < self->replies->len && h2_client_read (self));
}
