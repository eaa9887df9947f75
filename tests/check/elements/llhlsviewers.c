/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What players tell llhlssink over HTTP, and what it makes of that. */
#include <gio/gio.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include <string.h>

#define FRAME (40 * GST_MSECOND)
#define GOP 25

/* x264, 320x180 baseline. */
static const guint8 config[] = {
  0x01, 0x42, 0xc0, 0x0c, 0xff, 0xe1, 0x00, 0x0f, 0x67, 0x42, 0xc0, 0x0c,
  0x8c, 0x8d, 0x40, 0xa0, 0xcb, 0xcf, 0x00, 0xf0, 0x88, 0x46, 0xa0, 0x01,
  0x00, 0x04, 0x68, 0xce, 0x3c, 0x80
};

static GstElement *sink;
static GstHarness *harness;
static GstBus *bus;
static guint64 frame;
static gint port;

static void
push_frames (guint n)
{
  guint8 picture[] = { 0, 0, 0, 3, 0x41, 0x9a, 0x80 };

  while (n-- > 0) {
    GstBuffer *buffer;

    picture[4] = frame % GOP == 0 ? 0x65 : 0x41;
    buffer = gst_buffer_new_memdup (picture, sizeof (picture));
    GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = frame * FRAME;
    GST_BUFFER_DURATION (buffer) = FRAME;
    if (frame++ % GOP != 0)
      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    fail_unless_equals_int (gst_harness_push (harness, buffer), GST_FLOW_OK);
  }
}

static void
setup (void)
{
  g_autoptr (GstBuffer) data = gst_buffer_new_memdup (config, sizeof (config));

  frame = 0;
  sink = gst_object_ref_sink (gst_element_factory_make ("llhlssink", NULL));
  g_object_set (sink, "port", 0, "target-duration", 1000, "part-duration", 200,
      "viewers-interval", 0, NULL);
  bus = gst_bus_new ();
  gst_element_set_bus (sink, bus);
  harness = gst_harness_new_with_element (sink, "video_0", NULL);
  gst_harness_play (harness);
  gst_harness_set_src_caps (harness, gst_caps_new_simple ("video/x-h264",
          "stream-format", G_TYPE_STRING, "avc",
          "alignment", G_TYPE_STRING, "au", "codec_data", GST_TYPE_BUFFER, data,
          "width", G_TYPE_INT, 320, "height", G_TYPE_INT, 180,
          "framerate", GST_TYPE_FRACTION, 25, 1, NULL));
  g_object_get (sink, "actual-port", &port, NULL);
  push_frames (125);
}

static void
teardown (void)
{
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_element_set_bus (sink, NULL);
  gst_harness_teardown (harness);
  gst_object_unref (bus);
  gst_object_unref (sink);
}

static GSocketConnection *
ask (const gchar * method, const gchar * path, const gchar * headers,
    const gchar * body)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autofree gchar *text = NULL;
  GSocketConnection *connection;

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_timeout (client, 40);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", port,
      NULL, NULL);
  fail_unless (connection != NULL);
  text = g_strdup_printf ("%s %s HTTP/1.1\r\nHost: test\r\n%s"
      "Connection: close\r\n\r\n%s", method, path, headers, body);
  fail_unless (g_output_stream_write_all (g_io_stream_get_output_stream
          (G_IO_STREAM (connection)), text, strlen (text), NULL, NULL, NULL));
  return connection;
}

/* All of the answer, head and body. */
static gchar *
answer (GSocketConnection * connection)
{
  GString *all = g_string_new (NULL);
  gchar chunk[4096];
  gssize n;

  while ((n = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM
                  (connection)), chunk, sizeof (chunk), NULL, NULL)) > 0)
    g_string_append_len (all, chunk, n);
  g_object_unref (connection);
  fail_unless (g_str_has_prefix (all->str, "HTTP/1.1 "));
  return g_string_free (all, FALSE);
}

static gchar *
get (const gchar * path, const gchar * headers)
{
  return answer (ask ("GET", path, headers, ""));
}

static guint
post (const gchar * path, const gchar * headers, const gchar * body)
{
  g_autofree gchar *text = answer (ask ("POST", path, headers, body));

  return atoi (text + strlen ("HTTP/1.1 "));
}

static guint
post_event (const gchar * body)
{
  g_autofree gchar *headers = g_strdup_printf ("Content-Type: application/cmcd"
      "\r\nContent-Length: %u\r\n", (guint) strlen (body));

  return post ("/cmcd", headers, body);
}

static gint64
stat (const gchar * name)
{
  GstStructure *stats;
  const GValue *value;
  gint64 number;

  g_object_get (sink, "stats", &stats, NULL);
  value = gst_structure_get_value (stats, name);
  fail_unless (value != NULL, "no %s in stats", name);
  if (G_VALUE_HOLDS_INT (value))
    number = g_value_get_int (value);
  else if (G_VALUE_HOLDS_INT64 (value))
    number = g_value_get_int64 (value);
  else
    number = g_value_get_uint64 (value);
  gst_structure_free (stats);
  return number;
}

static gchar *
first_part (void)
{
  g_autofree gchar *playlist = get ("/video_0.m3u8", "");
  const gchar *begin = strstr (playlist, "#EXT-X-PART:");

  fail_unless (begin != NULL && (begin = strstr (begin, "URI=\"")) != NULL);
  begin += strlen ("URI=\"");
  return g_strdup_printf ("/%.*s", (gint) strcspn (begin, "\""), begin);
}

GST_START_TEST (llhlsviewers_makes_sessions_of_queries_and_headers)
{
  g_autofree gchar *part = first_part ();
  g_autofree gchar *later = NULL;
  gint64 absent = stat ("cmcd-absent");

  fail_unless_equals_int64 (absent, 1);
  g_free (get ("/live.m3u8?CMCD=ot%3Dm%2Csid%3D%22a%22%2Csu", ""));
  g_free (get ("/live.m3u8", "CMCD-Request: su\r\nCMCD-Object: ot=m\r\n"
          "CMCD-Session: sid=\"b\",v=2\r\n"));
  fail_unless_equals_int64 (stat ("viewers-sessions"), 2);
  fail_unless_equals_int64 (stat ("viewers-sessions-version-1"), 1);
  fail_unless_equals_int64 (stat ("viewers-sessions-version-2"), 1);
  fail_unless_equals_int64 (stat ("viewers-startup-p50"), -1);
  fail_unless_equals_int64 (stat ("viewers-latency-p50"), -1);
  later = g_strconcat (part, "?CMCD=bl%3D800%2Cbr%3D3000%2Cd%3D200%2Cot%3Dv"
      "%2Csid%3D%22a%22", NULL);
  g_free (get (later, ""));
  fail_unless (stat ("viewers-startup-p50") > 0);
  fail_unless (stat ("viewers-latency-p50") >= 930 * (gint64) GST_MSECOND);
  fail_unless_equals_int64 (stat ("viewers-bitrate-bps"), 3000000);
  g_free (get ("/nothing/1.m4s?CMCD=d%3D5%2Cot%3Dv%2Csid%3D%22a%22", ""));
  fail_unless_equals_int64 (stat ("viewers-errors"), 1);
  fail_unless_equals_int64 (stat ("cmcd-absent"), absent);
  fail_unless_equals_int64 (stat ("cmcd-malformed"), 0);
}

GST_END_TEST;

/* It changes nothing that is served, good or bad, and is never sent back. */
GST_START_TEST (llhlsviewers_serves_the_same_with_and_without)
{
  static const gchar *const queries[] = {
    "?CMCD=sid%3D%22secret-id%22", "?CMCD=sid=%22open", "?CMCD=", "?CMCD",
    "?_HLS_msn=1&_HLS_part=0&CMCD=su%2Csid%3D%22secret-id%22"
  };
  static const gchar *const paths[] = { "/live.m3u8", "/video_0.m3u8" };
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autofree gchar *plain = get (paths[i], "");
    const gchar *body = strstr (plain, "\r\n\r\n");

    for (j = 0; j < G_N_ELEMENTS (queries); j++) {
      g_autofree gchar *path = g_strconcat (paths[i], queries[j], NULL);
      g_autofree gchar *with =
          get (path, "CMCD-Session: sid=\"secret-id\"\r\n");

      fail_unless (g_str_has_prefix (with, "HTTP/1.1 200"), "%s", path);
      fail_unless_equals_string (strstr (with, "\r\n\r\n"), body);
      fail_unless (strstr (with, "CMCD=") == NULL);
      fail_unless (strstr (with, "secret-id") == NULL);
    }
  }
  fail_unless_equals_int64 (stat ("cmcd-malformed"), 2);
}

GST_END_TEST;

GST_START_TEST (llhlsviewers_takes_event_reports)
{
  g_autofree gchar *large = g_strnfill (64 * 1024 + 1, 's');
  g_autofree gchar *options = NULL;

  fail_unless_equals_int (post_event ("e=ps,sid=\"e\",sta=s,ts=1000,v=2\n"
          "e=ps,sid=\"e\",sta=p,ts=1700,v=2\n"
          "bsa=(2;v),bsda=(30;v),e=t,ltc=2500,sid=\"e\",sta=p,ts=2000,v=2\n"),
      204);
  fail_unless_equals_int64 (stat ("viewers-sessions"), 1);
  fail_unless_equals_int64 (stat ("viewers-rebuffers"), 2);
  fail_unless (ABS (stat ("viewers-startup-p50") - 700 * GST_MSECOND)
      < 50 * GST_MSECOND);
  fail_unless (ABS (stat ("viewers-latency-p50") - 2500 * GST_MSECOND)
      < 170 * GST_MSECOND);
  fail_unless_equals_int (post_event (""), 400);
  fail_unless_equals_int (post_event ("{\"json\":1}"), 400);
  fail_unless_equals_int64 (stat ("cmcd-malformed"), 1);
  fail_unless_equals_int (post_event (large), 413);
  fail_unless_equals_int (post ("/cmcd", "Content-Type: text/plain\r\n"
          "Content-Length: 2\r\n", "su"), 415);
  fail_unless_equals_int (post ("/cmcd", "Content-Type: application/cmcd\r\n"
          "Transfer-Encoding: chunked\r\n", "2\r\nsu\r\n0\r\n\r\n"), 411);
  fail_unless_equals_int (post ("/live.m3u8", "Content-Length: 2\r\n", "su"),
      405);
  options = answer (ask ("OPTIONS", "/cmcd", "", ""));
  fail_unless (strstr (options, "Access-Control-Allow-Methods: POST") != NULL);
  fail_unless (strstr (options, "Content-Type") != NULL);
}

GST_END_TEST;

/* The waiter must be in before the part is: the server says when. */
static void
wait_for_waiter (void)
{
  guint tries;

  for (tries = 0; tries < 2000 && stat ("waiters") != 1; tries++)
    g_usleep (5000);
  fail_unless_equals_int64 (stat ("waiters"), 1);
}

GST_START_TEST (llhlsviewers_tells_how_long_it_held)
{
  g_autofree gchar *playlist = get ("/video_0.m3u8", "");
  g_autofree gchar *path = NULL, *text = NULL, *head = NULL;
  const gchar *hint = strstr (playlist, "#EXT-X-PRELOAD-HINT:");
  const gchar *header;
  GSocketConnection *held;

  fail_unless (strstr (playlist, "cmsd-static:") == NULL);
  fail_unless (hint != NULL && (hint = strstr (hint, "URI=\"")) != NULL);
  hint += strlen ("URI=\"");
  path = g_strdup_printf ("/%.*s?CMCD=bl%%3D0%%2Cd%%3D200%%2Cot%%3Dv%%2C"
      "sid%%3D%%22w%%22", (gint) strcspn (hint, "\""), hint);
  held = ask ("GET", path, "", "");
  wait_for_waiter ();
  g_usleep (50000);
  push_frames (6);
  text = answer (held);
  fail_unless (g_str_has_prefix (text, "HTTP/1.1 200"));
  /* Names of fields have no case. */
  head = g_ascii_strdown (text, strstr (text, "\r\n\r\n") - text);
  header = strstr (head, "cmsd-static: ht=");
  fail_unless (header != NULL);
  fail_unless (atoi (header + strlen ("cmsd-static: ht=")) >= 50);
  fail_unless_equals_int64 (stat ("viewers-sessions"), 1);
  /* It waited, so the part was 200 ms behind live at the most. */
  fail_unless (stat ("viewers-latency-p50") <= 210 * (gint64) GST_MSECOND);
}

GST_END_TEST;

GST_START_TEST (llhlsviewers_posts_messages_without_ids)
{
  g_autoptr (GstMessage) message = NULL;
  g_autofree gchar *text = NULL;
  const GstStructure *s;
  GstStructure *stats;
  gint sessions;

  g_free (get ("/live.m3u8?CMCD=ot%3Dm%2Csid%3D%22secret-id%22%2Csu", ""));
  g_object_set (sink, "viewers-interval", 20, NULL);
  do {
    g_clear_pointer (&message, gst_message_unref);
    message = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND,
        GST_MESSAGE_ELEMENT);
    fail_unless (message != NULL);
  } while (!gst_message_has_name (message, "llhlssink-viewers"));
  s = gst_message_get_structure (message);
  fail_unless (gst_structure_get_int (s, "sessions", &sessions));
  fail_unless_equals_int (sessions, 1);
  fail_unless (gst_structure_has_field_typed (s, "latency-p95", G_TYPE_INT64));
  fail_unless (gst_structure_has_field_typed (s, "summary", G_TYPE_STRING));
  fail_unless (gst_structure_has_field_typed (s, "running-time",
          G_TYPE_UINT64));
  text = gst_structure_to_string (s);
  fail_unless (strstr (text, "secret-id") == NULL);
  g_object_get (sink, "stats", &stats, NULL);
  g_free (text);
  text = gst_structure_to_string (stats);
  fail_unless (strstr (text, "secret-id") == NULL);
  gst_structure_free (stats);
}

GST_END_TEST;

GST_START_TEST (llhlsviewers_posts_nothing_while_nobody_reports)
{
  GstMessage *message;

  g_object_set (sink, "viewers-interval", 10, NULL);
  g_usleep (100000);
  g_object_set (sink, "viewers-interval", 0, NULL);
  while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT)) != NULL) {
    fail_if (gst_message_has_name (message, "llhlssink-viewers"));
    gst_message_unref (message);
  }
}

GST_END_TEST;

static Suite *
llhlsviewers_suite (void)
{
  Suite *s = suite_create ("llhlsviewers");
  TCase *tc = tcase_create ("llhlsviewers");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, llhlsviewers_makes_sessions_of_queries_and_headers);
  tcase_add_test (tc, llhlsviewers_serves_the_same_with_and_without);
  tcase_add_test (tc, llhlsviewers_takes_event_reports);
  tcase_add_test (tc, llhlsviewers_tells_how_long_it_held);
  tcase_add_test (tc, llhlsviewers_posts_messages_without_ids);
  tcase_add_test (tc, llhlsviewers_posts_nothing_while_nobody_reports);
  return s;
}

GST_CHECK_MAIN (llhlsviewers);
