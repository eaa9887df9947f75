/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The origin of llhlssink with peers that behave, and with such that do not. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include <string.h>

#include "h2client.h"

#define FRAME (40 * GST_MSECOND)
#define GOP 25
/* Waits are for what must come; a busy machine may take its time. */
#define PATIENCE_MS 30000

/* x264, 320x180 baseline */
static const guint8 config[] = {
  0x01, 0x42, 0xc0, 0x0c, 0xff, 0xe1, 0x00, 0x0f, 0x67, 0x42, 0xc0, 0x0c,
  0x8c, 0x8d, 0x40, 0xa0, 0xcb, 0xcf, 0x00, 0xf0, 0x88, 0x46, 0xa0, 0x01,
  0x00, 0x04, 0x68, 0xce, 0x3c, 0x80
};

typedef struct
{
  GstElement *sink;
  GstBus *bus;
  GstHarness *video;
  gint port;
  guint64 frame;
  gchar *directory;
} Rig;

/* The long target lets requests be held for half a minute. */
static void
rig_make (Rig * rig)
{
  memset (rig, 0, sizeof (*rig));
  rig->directory = g_dir_make_tmp ("llhlsorigin-XXXXXX", NULL);
  rig->sink = gst_object_ref_sink (gst_element_factory_make ("llhlssink",
          NULL));
  g_object_set (rig->sink, "port", 0, "target-duration", 10000,
      "part-duration", 1000, NULL);
  rig->bus = gst_bus_new ();
  gst_element_set_bus (rig->sink, rig->bus);
}

static void
rig_play (Rig * rig)
{
  g_autoptr (GstBuffer) data = gst_buffer_new_memdup (config, sizeof (config));

  rig->video = gst_harness_new_with_element (rig->sink, "video_0", NULL);
  gst_harness_play (rig->video);
  gst_harness_set_src_caps (rig->video, gst_caps_new_simple ("video/x-h264",
          "stream-format", G_TYPE_STRING, "avc", "alignment", G_TYPE_STRING,
          "au", "codec_data", GST_TYPE_BUFFER, data, "width", G_TYPE_INT, 320,
          "height", G_TYPE_INT, 180, "framerate", GST_TYPE_FRACTION, 25, 1,
          NULL));
  g_object_get (rig->sink, "actual-port", &rig->port, NULL);
  fail_unless (rig->port > 0);
}

static gchar *
rig_file (Rig * rig, const gchar * name)
{
  return g_build_filename (rig->directory, name, NULL);
}

static void
rig_clear (Rig * rig)
{
  static const gchar *const names[] = {
    "cert.pem", "key.pem", "other.pem", "other-key.pem", "script.js"
  };
  guint i;

  gst_element_set_state (rig->sink, GST_STATE_NULL);
  gst_element_set_bus (rig->sink, NULL);
  g_clear_pointer (&rig->video, gst_harness_teardown);
  gst_object_unref (rig->bus);
  gst_object_unref (rig->sink);
  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *file = rig_file (rig, names[i]);

    g_unlink (file);
  }
  g_rmdir (rig->directory);
  g_free (rig->directory);
}

static void
push_seconds (Rig * rig, guint seconds)
{
  guint8 picture[] = { 0, 0, 0, 3, 0x41, 0x9a, 0x80 };
  guint n;

  for (n = 0; n < seconds * 25; n++) {
    GstBuffer *buffer;

    picture[4] = rig->frame % GOP == 0 ? 0x65 : 0x41;
    buffer = gst_buffer_new_memdup (picture, sizeof (picture));
    GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = rig->frame * FRAME;
    GST_BUFFER_DURATION (buffer) = FRAME;
    if (rig->frame++ % GOP != 0)
      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    fail_unless_equals_int (gst_harness_push (rig->video, buffer), GST_FLOW_OK);
  }
}

static guint64
stat_of (Rig * rig, const gchar * name)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;
  gint gauge = 0;

  g_object_get (rig->sink, "stats", &stats, NULL);
  if (gst_structure_get_int (stats, name, &gauge))
    return gauge;
  fail_unless (gst_structure_get_uint64 (stats, name, &value), "no %s", name);
  return value;
}

static void
await_stat (Rig * rig, const gchar * name, guint64 wanted)
{
  guint i;

  for (i = 0; stat_of (rig, name) != wanted; i++) {
    fail_unless (i < PATIENCE_MS / 10, "%s is %" G_GUINT64_FORMAT ", not %"
        G_GUINT64_FORMAT, name, stat_of (rig, name), wanted);
    g_usleep (10000);
  }
}

static GSocketConnection *
say (gint port, const gchar * text, gsize size)
{
  GSocketConnection *connection = h2_connect (port);

  fail_unless (g_output_stream_write_all (g_io_stream_get_output_stream
          (G_IO_STREAM (connection)), text, size, NULL, NULL, NULL));
  return connection;
}

static GSocketConnection *
say_text (gint port, const gchar * text)
{
  return say (port, text, strlen (text));
}

/* All that comes until the end. */
static gchar *
hear (GSocketConnection * connection)
{
  GString *all = g_string_new (NULL);
  gchar chunk[4096];
  gssize n;

  while ((n = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM
                  (connection)), chunk, sizeof (chunk), NULL, NULL)) > 0)
    g_string_append_len (all, chunk, n);
  g_object_unref (connection);
  return g_string_free (all, FALSE);
}

static void
expect_status (gint port, const gchar * path, guint status)
{
  H2Client *client = h2_client_new (port, 0);
  H2Reply *reply = h2_client_ask (client, "GET", path, NULL, NULL);

  h2_client_finish (client);
  fail_unless_equals_int (reply->status, status);
  h2_client_free (client);
}

static gboolean
has_line (const H2Reply * reply, const gchar * line)
{
  return strstr (reply->head->str, line) != NULL;
}

/* Answers over HTTP/2 */

GST_START_TEST (llhlsorigin_answers_http2_as_it_should)
{
  Rig rig;
  H2Client *client;
  H2Reply *get, *head, *part, *outside, *packed, *options, *post, *bad, *none;

  rig_make (&rig);
  rig_play (&rig);
  push_seconds (&rig, 12);
  client = h2_client_new (rig.port, 0);
  get = h2_client_ask (client, "GET", "/video_0.m3u8", NULL, NULL);
  head = h2_client_ask (client, "HEAD", "/video_0.m3u8", NULL, NULL);
  part = h2_client_ask (client, "GET", "/", "range", "bytes=10-19");
  outside = h2_client_ask (client, "GET", "/", "range", "bytes=9999999-");
  packed = h2_client_ask (client, "GET", "/video_0.m3u8", "accept-encoding",
      "br, gzip");
  options = h2_client_ask (client, "OPTIONS", "/video_0.m3u8", NULL, NULL);
  post = h2_client_ask (client, "DELETE", "/video_0.m3u8", NULL, NULL);
  bad = h2_client_ask (client, "GET", "/video_0.m3u8?_HLS_part=1", NULL, NULL);
  none = h2_client_ask (client, "GET", "/../etc/passwd", NULL, NULL);
  h2_client_finish (client);
  fail_unless_equals_int (get->status, 200);
  fail_unless (has_line (get, "priority: u=1\n") && has_line (get, "date: "));
  fail_unless (has_line (get, "vary: Accept-Encoding\n"));
  fail_unless (g_str_has_prefix ((gchar *) get->body->data, "#EXTM3U"));
  fail_unless_equals_int (head->status, 200);
  fail_unless_equals_int (head->body->len, 0);
  fail_unless (has_line (head, "content-length: ")
      && !has_line (head, "content-length: 0\n"));
  fail_unless_equals_int (part->status, 206);
  fail_unless_equals_int (part->body->len, 10);
  fail_unless (has_line (part, "content-range: bytes 10-19/"));
  fail_unless_equals_int (outside->status, 416);
  fail_unless (has_line (outside, "content-range: bytes */"));
  fail_unless_equals_int (packed->status, 200);
  fail_unless (has_line (packed, "content-encoding: gzip\n"));
  fail_unless (packed->body->len > 2 && packed->body->data[0] == 0x1f
      && packed->body->data[1] == 0x8b);
  fail_unless_equals_int (options->status, 204);
  fail_unless (has_line (options, "access-control-allow-headers: CMCD"));
  fail_unless_equals_int (post->status, 405);
  fail_unless_equals_int (bad->status, 400);
  fail_unless_equals_int (none->status, 404);
  fail_unless (has_line (none, "cache-control: no-store\n"));
  h2_client_free (client);
  rig_clear (&rig);
}

GST_END_TEST;

/* A body many times the size of every window and buffer, through a window that
 * ends in the middle of frames. */
GST_START_TEST (llhlsorigin_sends_large_bodies_through_small_windows)
{
  Rig rig;
  H2Client *client;
  H2Reply *reply;
  g_autofree gchar *script = NULL, *text = g_malloc (3000000);
  guint i;

  rig_make (&rig);
  for (i = 0; i < 3000000; i++)
    text[i] = 'a' + i * 7919 % 26;
  script = rig_file (&rig, "script.js");
  fail_unless (g_file_set_contents (script, text, 3000000, NULL));
  g_object_set (rig.sink, "player-script", script, NULL);
  rig_play (&rig);
  client = h2_client_new (rig.port, 12345);
  reply = h2_client_ask (client, "GET", "/player.js", NULL, NULL);
  h2_client_finish (client);
  fail_unless_equals_int (reply->status, 200);
  fail_unless_equals_int (reply->body->len, 3000000);
  fail_unless (memcmp (reply->body->data, text, 3000000) == 0);
  h2_client_free (client);
  rig_clear (&rig);
}

GST_END_TEST;

/* Held requests */

GST_START_TEST (llhlsorigin_releases_all_that_it_holds)
{
  Rig rig;
  H2Client *clients[3];
  guint i, j;

  rig_make (&rig);
  rig_play (&rig);
  for (i = 0; i < G_N_ELEMENTS (clients); i++) {
    clients[i] = h2_client_new (rig.port, 0);
    for (j = 0; j < 100; j++)
      h2_client_ask (clients[i], "GET", "/video_0.m3u8", NULL, NULL);
  }
  await_stat (&rig, "waiters", 300);
  fail_unless_equals_uint64 (stat_of (&rig, "http2-connections"), 3);
  push_seconds (&rig, 12);
  for (i = 0; i < G_N_ELEMENTS (clients); i++) {
    h2_client_finish (clients[i]);
    fail_unless_equals_int (clients[i]->closed, 100);
    for (j = 0; j < 100; j++) {
      H2Reply *reply = g_ptr_array_index (clients[i]->replies, j);

      fail_unless_equals_int (reply->status, 200);
      fail_unless (has_line (reply, "cmsd-static: ht="));
    }
    h2_client_free (clients[i]);
  }
  fail_unless_equals_uint64 (stat_of (&rig, "waiters"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlsorigin_forgets_http2_clients_that_leave)
{
  Rig rig;
  H2Client *client;
  guint i;

  rig_make (&rig);
  rig_play (&rig);
  client = h2_client_new (rig.port, 0);
  for (i = 0; i < 20; i++)
    h2_client_ask (client, "GET", "/video_0.m3u8", NULL, NULL);
  await_stat (&rig, "waiters", 20);
  for (i = 0; i < 5; i++) {
    H2Reply *reply = g_ptr_array_index (client->replies, i);

    nghttp2_submit_rst_stream (client->session, NGHTTP2_FLAG_NONE, reply->id,
        NGHTTP2_CANCEL);
  }
  h2_client_send (client);
  await_stat (&rig, "waiters", 15);
  h2_client_free (client);
  await_stat (&rig, "waiters", 0);
  await_stat (&rig, "connections", 0);
  fail_unless_equals_uint64 (stat_of (&rig, "abandoned-requests"), 20);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlsorigin_forgets_http1_clients_that_leave)
{
  Rig rig;
  GSocketConnection *connection;

  rig_make (&rig);
  rig_play (&rig);
  connection = say_text (rig.port, "GET /video_0.m3u8 HTTP/1.1\r\n"
      "Host: test\r\n\r\n");
  await_stat (&rig, "waiters", 1);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  g_object_unref (connection);
  await_stat (&rig, "waiters", 0);
  await_stat (&rig, "connections", 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlsorigin_says_503_to_all_when_it_stops)
{
  Rig rig;
  H2Client *client;
  GSocketConnection *plain[20];
  guint i;

  rig_make (&rig);
  rig_play (&rig);
  client = h2_client_new (rig.port, 0);
  for (i = 0; i < 80; i++)
    h2_client_ask (client, "GET", "/video_0.m3u8", NULL, NULL);
  for (i = 0; i < G_N_ELEMENTS (plain); i++)
    plain[i] = say_text (rig.port, "GET /video_0.m3u8 HTTP/1.1\r\n"
        "Host: test\r\n\r\n");
  await_stat (&rig, "waiters", 100);
  gst_element_set_state (rig.sink, GST_STATE_NULL);
  h2_client_finish (client);
  fail_unless_equals_int (client->closed, 80);
  fail_unless (client->told_to_go);
  fail_unless_equals_int (client->go_error, NGHTTP2_NO_ERROR);
  for (i = 0; i < 80; i++) {
    H2Reply *reply = g_ptr_array_index (client->replies, i);

    fail_unless_equals_int (reply->status, 503);
    fail_unless (has_line (reply, "retry-after: 1\n"));
  }
  h2_client_free (client);
  for (i = 0; i < G_N_ELEMENTS (plain); i++) {
    g_autofree gchar *reply = hear (plain[i]);

    fail_unless (g_str_has_prefix (reply, "HTTP/1.1 503 "));
    fail_unless (strstr (reply, "\r\n\r\n") != NULL);
  }
  rig_clear (&rig);
}

GST_END_TEST;

/* Limits */

GST_START_TEST (llhlsorigin_limits_waiters_and_connections)
{
  Rig rig;
  H2Client *client;
  H2Reply *reply;
  GSocketConnection *other;
  g_autofree gchar *text = NULL;

  rig_make (&rig);
  g_object_set (rig.sink, "max-waiters", 2, "max-connections", 1, NULL);
  rig_play (&rig);
  client = h2_client_new (rig.port, 0);
  h2_client_ask (client, "GET", "/video_0.m3u8", NULL, NULL);
  h2_client_ask (client, "GET", "/video_0.m3u8", NULL, NULL);
  await_stat (&rig, "waiters", 2);
  reply = h2_client_ask (client, "GET", "/video_0.m3u8", NULL, NULL);
  while (!reply->closed && h2_client_read (client));
  fail_unless_equals_int (reply->status, 503);
  fail_unless_equals_uint64 (stat_of (&rig, "waiters"), 2);
  other = h2_connect (rig.port);
  text = hear (other);
  fail_unless_equals_string (text, "");
  fail_unless_equals_uint64 (stat_of (&rig, "refused-connections"), 1);
  h2_client_free (client);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlsorigin_limits_heads)
{
  Rig rig;
  H2Client *client;
  H2Reply *long_one, *too_long;
  g_autofree gchar *header = g_strnfill (10000, 'x');
  g_autofree gchar *path = NULL, *request = NULL, *reply = NULL;
  g_autofree gchar *twice = g_strconcat (header, header, NULL);

  rig_make (&rig);
  rig_play (&rig);
  client = h2_client_new (rig.port, 0);
  long_one = h2_client_ask (client, "GET", "/", "cookie", header);
  path = g_strconcat ("/?", header, NULL);
  too_long = h2_client_ask (client, "GET", path, "cookie", header);
  h2_client_finish (client);
  fail_unless_equals_int (long_one->status, 200);
  fail_unless_equals_int (too_long->status, 431);
  h2_client_free (client);
  request = g_strdup_printf ("GET / HTTP/1.1\r\nHost: test\r\nCookie: %s\r\n"
      "Connection: close\r\n\r\n", twice);
  reply = hear (say_text (rig.port, request));
  fail_unless (g_str_has_prefix (reply, "HTTP/1.1 431 "));
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlsorigin_keeps_http1_connections)
{
  Rig rig;
  g_autofree gchar *replies = NULL;
  gchar *second;

  rig_make (&rig);
  rig_play (&rig);
  replies = hear (say_text (rig.port, "GET /a HTTP/1.1\r\nHost: test\r\n\r\n"
          "GET /b HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"));
  fail_unless (g_str_has_prefix (replies, "HTTP/1.1 404 "));
  second = strstr (replies + 1, "HTTP/1.1 404 ");
  fail_unless (second != NULL, "the second request was not answered");
  rig_clear (&rig);
}

GST_END_TEST;

static const gchar *const halves[] = {
  "", "G", "GET / HTTP/1.1\r\nHost: te", "PRI * HTTP/2.0\r\n\r\nS",
  "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\nabc"
};

GST_START_TEST (llhlsorigin_closes_who_does_not_finish)
{
  Rig rig;
  g_autofree gchar *reply = NULL;

  rig_make (&rig);
  g_object_set (rig.sink, "request-timeout", 200, NULL);
  rig_play (&rig);
  reply = hear (say_text (rig.port, halves[__i__]));
  fail_unless_equals_string (reply, "");
  await_stat (&rig, "connections", 0);
  fail_unless_equals_uint64 (stat_of (&rig, "slow-connections"), 1);
  rig_clear (&rig);
}

GST_END_TEST;

static ssize_t
no_body_yet (nghttp2_session * session, int32_t id, uint8_t * data, size_t size,
    uint32_t * flags, nghttp2_data_source * source, void *user_data)
{
  return NGHTTP2_ERR_DEFERRED;
}

GST_START_TEST (llhlsorigin_closes_who_does_not_finish_over_http2)
{
  static const gchar *const pairs[][2] = {
    {":method", "POST"}, {":path", "/cmcd"}, {":scheme", "http"},
    {":authority", "test"}, {"content-length", "9"}
  };
  nghttp2_nv nvs[G_N_ELEMENTS (pairs)];
  nghttp2_data_provider body = { {0}, no_body_yet };
  Rig rig;
  H2Client *client;
  H2Reply *reply;
  guint i;

  rig_make (&rig);
  g_object_set (rig.sink, "request-timeout", 200, NULL);
  rig_play (&rig);
  client = h2_client_new (rig.port, 0);
  reply = h2_client_ask (client, "POST", "/video_0.m3u8", NULL, NULL);
  while (!reply->closed && h2_client_read (client));
  fail_unless_equals_int (reply->status, 405);
  for (i = 0; i < G_N_ELEMENTS (pairs); i++) {
    nvs[i].name = (uint8_t *) pairs[i][0];
    nvs[i].namelen = strlen (pairs[i][0]);
    nvs[i].value = (uint8_t *) pairs[i][1];
    nvs[i].valuelen = strlen (pairs[i][1]);
    nvs[i].flags = NGHTTP2_NV_FLAG_NONE;
  }
  fail_unless (nghttp2_submit_request (client->session, NULL, nvs,
          G_N_ELEMENTS (nvs), &body, reply) > 0);
  h2_client_send (client);
  while (h2_client_read (client));
  await_stat (&rig, "connections", 0);
  fail_unless_equals_uint64 (stat_of (&rig, "slow-connections"), 1);
  h2_client_free (client);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlsorigin_closes_who_is_idle)
{
  Rig rig;
  H2Client *client;
  g_autofree gchar *reply = NULL;

  rig_make (&rig);
  g_object_set (rig.sink, "idle-timeout", 200, NULL);
  rig_play (&rig);
  client = h2_client_new (rig.port, 0);
  h2_client_ask (client, "GET", "/", NULL, NULL);
  while (h2_client_read (client));
  fail_unless_equals_int (client->closed, 1);
  h2_client_free (client);
  reply = hear (say_text (rig.port, "GET / HTTP/1.1\r\nHost: test\r\n\r\n"));
  fail_unless (g_str_has_prefix (reply, "HTTP/1.1 200 "));
  await_stat (&rig, "connections", 0);
  rig_clear (&rig);
}

GST_END_TEST;

/* A reader of a byte a second costs only himself. */
GST_START_TEST (llhlsorigin_closes_slow_readers)
{
  Rig rig;
  GSocketConnection *plain;
  H2Client *client, *other;
  H2Reply *reply;
  g_autofree gchar *script = NULL, *text = g_strnfill (12000000, 'x');

  rig_make (&rig);
  script = rig_file (&rig, "script.js");
  fail_unless (g_file_set_contents (script, text, 12000000, NULL));
  g_object_set (rig.sink, "player-script", script, "send-timeout", 500, NULL);
  rig_play (&rig);
  plain = say_text (rig.port, "GET /player.js HTTP/1.1\r\nHost: test\r\n\r\n");
  client = h2_client_new (rig.port, 0);
  h2_client_ask (client, "GET", "/player.js", NULL, NULL);
  await_stat (&rig, "media-requests", 0);
  await_stat (&rig, "requests", 2);
  other = h2_client_new (rig.port, 0);
  reply = h2_client_ask (other, "GET", "/", NULL, NULL);
  h2_client_finish (other);
  fail_unless_equals_int (reply->status, 200);
  h2_client_free (other);
  await_stat (&rig, "slow-connections", 2);
  await_stat (&rig, "connections", 0);
  g_object_unref (plain);
  h2_client_free (client);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlsorigin_ends_floods)
{
  Rig rig;
  H2Client *client;
  guint i;

  rig_make (&rig);
  rig_play (&rig);
  client = h2_client_new (rig.port, 0);
  for (i = 0; i < 5000 && !client->over; i++) {
    H2Reply *reply;

    if (__i__ == 0) {
      reply = h2_client_ask (client, "GET", "/video_0.m3u8", NULL, NULL);
      nghttp2_submit_rst_stream (client->session, NGHTTP2_FLAG_NONE, reply->id,
          NGHTTP2_CANCEL);
    } else {
      nghttp2_submit_ping (client->session, NGHTTP2_FLAG_NONE, NULL);
    }
    h2_client_send (client);
  }
  while (h2_client_read (client));
  await_stat (&rig, "abusive-connections", 1);
  await_stat (&rig, "connections", 0);
  fail_unless_equals_uint64 (stat_of (&rig, "waiters"), 0);
  expect_status (rig.port, "/", 200);
  h2_client_free (client);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlsorigin_survives_garbage)
{
  GRand *rand = g_rand_new_with_seed (7540);
  gchar text[600] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  Rig rig;
  guint i, j;

  rig_make (&rig);
  g_object_set (rig.sink, "request-timeout", 300, "idle-timeout", 300, NULL);
  rig_play (&rig);
  for (i = 0; i < 60; i++) {
    GSocketConnection *connection;
    guint from = i % 3 == 0 ? 0 : 24;

    for (j = from; j < sizeof (text); j++)
      text[j] = g_rand_int (rand);
    if (i % 3 == 0)
      text[0] = "GP\x16"[i % 9 / 3];
    if (from > 0)
      memcpy (text, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24);
    connection = say (rig.port, text, sizeof (text));
    g_object_unref (connection);
  }
  await_stat (&rig, "connections", 0);
  expect_status (rig.port, "/", 200);
  g_rand_free (rand);
  rig_clear (&rig);
}

GST_END_TEST;

/* Access */

static gboolean
agree_to_page (GstElement * sink, const gchar * path, const gchar * query,
    const GstStructure * headers, const gchar * address, gpointer data)
{
  fail_unless_equals_string (address, "127.0.0.1");
  if (g_strcmp0 (query, "key=1") == 0)
    return g_strcmp0 (gst_structure_get_string (headers, "authorization"),
        "Bearer x") == 0;
  return g_str_equal (path, "/");
}

GST_START_TEST (llhlsorigin_asks_who_may_have_it)
{
  Rig rig;
  H2Client *client;
  H2Reply *page, *other, *keyed;

  rig_make (&rig);
  g_signal_connect (rig.sink, "authorize", G_CALLBACK (agree_to_page), NULL);
  rig_play (&rig);
  client = h2_client_new (rig.port, 0);
  page = h2_client_ask (client, "GET", "/", NULL, NULL);
  other = h2_client_ask (client, "GET", "/video_0.m3u8", NULL, NULL);
  keyed = h2_client_ask (client, "GET", "/nothing?key=1", "authorization",
      "Bearer x");
  h2_client_finish (client);
  fail_unless_equals_int (page->status, 200);
  fail_unless_equals_int (other->status, 403);
  fail_unless (has_line (other, "cache-control: no-store\n"));
  fail_unless_equals_int (keyed->status, 404);
  fail_unless_equals_uint64 (stat_of (&rig, "denied-requests"), 1);
  h2_client_free (client);
  rig_clear (&rig);
}

GST_END_TEST;

/* TLS */

static gboolean
run_command (const gchar * const *argv, gchar ** out)
{
  gint status = 0;

  return g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_SEARCH_PATH
      | G_SPAWN_STDERR_TO_DEV_NULL | (out == NULL ? G_SPAWN_STDOUT_TO_DEV_NULL
          : 0), NULL, NULL, out, NULL, &status, NULL)
      && g_spawn_check_wait_status (status, NULL);
}

/* FALSE without the openssl command. */
static gboolean
make_certificate (Rig * rig, const gchar * name, const gchar * key_name,
    const gchar * subject)
{
  g_autofree gchar *certificate = rig_file (rig, name);
  g_autofree gchar *key = rig_file (rig, key_name);
  const gchar *argv[] = { "openssl", "req", "-x509", "-newkey", "ec",
    "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
    certificate, "-days", "30", "-subj", subject, NULL
  };

  if (run_command (argv, NULL))
    return TRUE;
  GST_WARNING ("skipped: the command openssl is missing");
  return FALSE;
}

static void
use_certificate (Rig * rig, const gchar * name, const gchar * key_name)
{
  g_autofree gchar *certificate = rig_file (rig, name);
  g_autofree gchar *key = rig_file (rig, key_name);

  g_object_set (rig->sink, "certificate-file", certificate, "key-file", key,
      NULL);
}

GST_START_TEST (llhlsorigin_serves_curl_over_tls)
{
  static const gchar *const versions[] = { "--http2", "--http1.1" };
  static const gchar *const answers[] = { "2 200", "1.1 200" };
  Rig rig;
  guint i;

  rig_make (&rig);
  if (!make_certificate (&rig, "cert.pem", "key.pem", "/CN=localhost")) {
    rig_clear (&rig);
    return;
  }
  use_certificate (&rig, "cert.pem", "key.pem");
  rig_play (&rig);
  push_seconds (&rig, 12);
  for (i = 0; i < G_N_ELEMENTS (versions); i++) {
    g_autofree gchar *certificate = rig_file (&rig, "cert.pem");
    g_autofree gchar *url = g_strdup_printf ("https://localhost:%d/live.m3u8",
        rig.port);
    g_autofree gchar *out = NULL;
    const gchar *argv[] = { "curl", "-sS", "-4", "--noproxy", "*", "--cacert",
      certificate, versions[i], "-o", "/dev/null", "-w",
      "%{http_version} %{http_code}", url, NULL
    };
    const gchar *which[] = { "curl", "--version", NULL };

    if (!run_command (which, NULL)) {
      GST_WARNING ("skipped: the command curl is missing");
      break;
    }
    fail_unless (run_command (argv, &out), "curl %s failed", versions[i]);
    fail_unless_equals_string (out, answers[i]);
  }
  rig_clear (&rig);
}

GST_END_TEST;

static void
await_certificate_message (Rig * rig, const gchar * state)
{
  GstMessage *message;
  gboolean found = FALSE;

  while (!found && (message = gst_bus_timed_pop_filtered (rig->bus,
              PATIENCE_MS * GST_MSECOND, GST_MESSAGE_ELEMENT)) != NULL) {
    if (gst_message_has_name (message, "llhlssink-certificate")) {
      fail_unless_equals_string (gst_structure_get_string
          (gst_message_get_structure (message), "state"), state);
      found = TRUE;
    }
    gst_message_unref (message);
  }
  fail_unless (found, "no llhlssink-certificate");
}

static gboolean
keep_certificate (GTlsConnection * connection, GTlsCertificate * certificate,
    GTlsCertificateFlags errors, gpointer data)
{
  return TRUE;
}

static GIOStream *
connect_tls (gint port)
{
  static const gchar *const protocols[] = { "h2", NULL };
  g_autoptr (GSocketConnection) base = h2_connect (port);
  g_autoptr (GError) error = NULL;
  GIOStream *tls = g_tls_client_connection_new (G_IO_STREAM (base), NULL,
      NULL);

  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (tls), protocols);
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (keep_certificate),
      NULL);
  fail_unless (g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL,
          &error), "%s", error != NULL ? error->message : "");
  return tls;
}

/* Returns: (transfer full): the subject that the origin shows */
static gchar *
shown_subject (gint port)
{
  g_autoptr (GIOStream) tls = connect_tls (port);

  return g_tls_certificate_get_subject_name
      (g_tls_connection_get_peer_certificate (G_TLS_CONNECTION (tls)));
}

static gboolean
agree_slowly (GstElement * sink, const gchar * path, const gchar * query,
    const GstStructure * headers, const gchar * address, gpointer data)
{
  gboolean *rested = data;

  if (!*rested)
    g_usleep (300000);
  *rested = TRUE;
  return TRUE;
}

/* Each of them comes in a TLS record of its own, and most while the server is
 * busy with the first: TLS then has more than the socket shows. */
GST_START_TEST (llhlsorigin_takes_many_requests_at_once_over_tls)
{
  Rig rig;
  H2Client *client;
  gboolean rested = FALSE;
  guint i;

  rig_make (&rig);
  if (!make_certificate (&rig, "cert.pem", "key.pem", "/CN=localhost")) {
    rig_clear (&rig);
    return;
  }
  use_certificate (&rig, "cert.pem", "key.pem");
  g_signal_connect (rig.sink, "authorize", G_CALLBACK (agree_slowly), &rested);
  rig_play (&rig);
  client = h2_client_new_on (connect_tls (rig.port), 0);
  for (i = 0; i < 250; i++)
    h2_client_ask (client, "GET", "/video_0.m3u8", NULL, NULL);
  await_stat (&rig, "waiters", 250);
  push_seconds (&rig, 12);
  h2_client_finish (client);
  fail_unless_equals_int (client->closed, 250);
  for (i = 0; i < 250; i++)
    fail_unless_equals_int (((H2Reply *)
            g_ptr_array_index (client->replies, i))->status, 200);
  fail_unless_equals_uint64 (stat_of (&rig, "abusive-connections"), 0);
  h2_client_free (client);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (llhlsorigin_takes_a_renewed_certificate)
{
  Rig rig;
  g_autofree gchar *before = NULL, *between = NULL, *after = NULL;
  g_autofree gchar *file = NULL;

  rig_make (&rig);
  if (!make_certificate (&rig, "cert.pem", "key.pem", "/CN=first")) {
    rig_clear (&rig);
    return;
  }
  use_certificate (&rig, "cert.pem", "key.pem");
  rig_play (&rig);
  before = shown_subject (rig.port);
  fail_unless_equals_string (before, "CN=first");
  file = rig_file (&rig, "cert.pem");
  fail_unless (g_file_set_contents (file, "no certificate", -1, NULL));
  await_certificate_message (&rig, "bad");
  between = shown_subject (rig.port);
  fail_unless_equals_string (between, "CN=first");
  fail_unless (make_certificate (&rig, "cert.pem", "key.pem", "/CN=second"));
  await_certificate_message (&rig, "new");
  after = shown_subject (rig.port);
  fail_unless_equals_string (after, "CN=second");
  rig_clear (&rig);
}

GST_END_TEST;

static void
expect_error (Rig * rig, GQuark domain, gint code, const gchar * property)
{
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  fail_unless_equals_int (gst_element_set_state (rig->sink, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (rig->bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, &debug);
  fail_unless (g_error_matches (error, domain, code), "%s", error->message);
  fail_unless (strstr (debug, property) != NULL, "%s", debug);
}

GST_START_TEST (llhlsorigin_names_what_is_wrong_with_the_certificate)
{
  Rig rig;

  rig_make (&rig);
  use_certificate (&rig, "cert.pem", "key.pem");
  expect_error (&rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
      "certificate-file");
  g_object_set (rig.sink, "certificate-file", NULL, NULL);
  expect_error (&rig, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS,
      "key-file");
  if (make_certificate (&rig, "cert.pem", "key.pem", "/CN=a")
      && make_certificate (&rig, "other.pem", "other-key.pem", "/CN=b")) {
    use_certificate (&rig, "cert.pem", "other-key.pem");
    expect_error (&rig, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS,
        "key-file");
  }
  rig_clear (&rig);
}

GST_END_TEST;

/* One file may hold both; what is said when it does not names no path that
 * nobody has set. */
GST_START_TEST (llhlsorigin_names_a_certificate_without_its_key)
{
  g_autofree gchar *certificate = NULL;
  Rig rig;

  rig_make (&rig);
  certificate = rig_file (&rig, "cert.pem");
  g_object_set (rig.sink, "certificate-file", certificate, NULL);
  expect_error (&rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
      "key-file is NULL");
  if (make_certificate (&rig, "cert.pem", "key.pem", "/CN=a"))
    expect_error (&rig, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS,
        "key-file is NULL");
  rig_clear (&rig);
}

GST_END_TEST;

/* Who connects and says nothing, or breaks off in the handshake. */
GST_START_TEST (llhlsorigin_closes_hanging_handshakes)
{
  Rig rig;
  /* The begin of a client's hello, and of a record that never ends. */
  static const gchar *const hellos[] = {
    "", "\x16\x03\x01", "\x16\x03\x01\x02", "GET / HTTP/1.1\r\n\r\n",
    "\x16\x03\x01\x01\x01\x01\x01"
  };
  guint i;

  rig_make (&rig);
  if (!make_certificate (&rig, "cert.pem", "key.pem", "/CN=localhost")) {
    rig_clear (&rig);
    return;
  }
  use_certificate (&rig, "cert.pem", "key.pem");
  g_object_set (rig.sink, "request-timeout", 300, NULL);
  rig_play (&rig);
  for (i = 0; i < G_N_ELEMENTS (hellos); i++) {
    g_autofree gchar *reply = hear (say_text (rig.port, hellos[i]));

    fail_unless_equals_string (reply, "");
  }
  await_stat (&rig, "connections", 0);
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
llhlsorigin_suite (void)
{
  Suite *s = suite_create ("llhlsorigin");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, llhlsorigin_answers_http2_as_it_should);
  tcase_add_test (tc, llhlsorigin_sends_large_bodies_through_small_windows);
  tcase_add_test (tc, llhlsorigin_releases_all_that_it_holds);
  tcase_add_test (tc, llhlsorigin_forgets_http2_clients_that_leave);
  tcase_add_test (tc, llhlsorigin_forgets_http1_clients_that_leave);
  tcase_add_test (tc, llhlsorigin_says_503_to_all_when_it_stops);
  tcase_add_test (tc, llhlsorigin_limits_waiters_and_connections);
  tcase_add_test (tc, llhlsorigin_limits_heads);
  tcase_add_test (tc, llhlsorigin_keeps_http1_connections);
  tcase_add_loop_test (tc, llhlsorigin_closes_who_does_not_finish, 0,
      G_N_ELEMENTS (halves));
  tcase_add_test (tc, llhlsorigin_closes_who_does_not_finish_over_http2);
  tcase_add_test (tc, llhlsorigin_closes_who_is_idle);
  tcase_add_test (tc, llhlsorigin_closes_slow_readers);
  tcase_add_loop_test (tc, llhlsorigin_ends_floods, 0, 2);
  tcase_add_test (tc, llhlsorigin_survives_garbage);
  tcase_add_test (tc, llhlsorigin_asks_who_may_have_it);
  tcase_add_test (tc, llhlsorigin_serves_curl_over_tls);
  tcase_add_test (tc, llhlsorigin_takes_many_requests_at_once_over_tls);
  tcase_add_test (tc, llhlsorigin_takes_a_renewed_certificate);
  tcase_add_test (tc, llhlsorigin_names_what_is_wrong_with_the_certificate);
  tcase_add_test (tc, llhlsorigin_names_a_certificate_without_its_key);
  tcase_add_test (tc, llhlsorigin_closes_hanging_handshakes);
  return s;
}

GST_CHECK_MAIN (llhlsorigin);
