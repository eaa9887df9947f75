/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bondtest.h"

#define ANY_PORT "bondedsrt://127.0.0.1:0?mode=listener"

static GstElement *
make (const gchar * factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  fail_unless (element != NULL);
  return element;
}

static GstHarness *
receiver (const gchar * uri, const gchar * passphrase, const gchar * streamid)
{
  GstElement *src = make ("bondedsrtsrc");
  GstHarness *h;

  g_object_set (src, "uri", uri, "latency", 300, "passphrase", passphrase,
      "streamid", streamid, NULL);
  h = gst_harness_new_with_element (src, NULL, "src");
  gst_object_unref (src);
  gst_harness_use_systemclock (h);
  gst_harness_play (h);
  return h;
}

static guint
port_of (GstHarness * h)
{
  return (guint) bond_stat (h->element, "local-port");
}

/* `format` has one %u, or two, for the port. */
static GstHarness *
sender (const gchar * format, guint port)
{
  GstElement *sink = make ("bondedsrtsink");
  g_auto (GStrv) parts = g_strsplit (format, "PORT", -1);
  g_autofree gchar *number = g_strdup_printf ("%u", port);
  g_autofree gchar *links = g_strjoinv (number, parts);
  GstHarness *h;

  g_object_set (sink, "links", links, "sync", FALSE, "async", FALSE,
      "latency", 300, "wait-for-connection", TRUE, NULL);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  gst_harness_set_src_caps_str (h, "video/mpegts");
  return h;
}

static void
assert_messages (GstHarness * h, guint64 from, guint64 n)
{
  guint64 i;

  for (i = 0; i < n; i++) {
    GstBuffer *buffer = gst_harness_pull (h);

    fail_unless (buffer != NULL, "message %" G_GUINT64_FORMAT " is missing",
        from + i);
    fail_unless_equals_uint64 (bond_message_number (buffer), from + i);
    gst_buffer_unref (buffer);
  }
}

static void
push_messages (GstHarness * h, guint64 from, guint64 n)
{
  guint64 i;

  for (i = 0; i < n; i++) {
    fail_unless_equals_int (gst_harness_push (h, bond_message (from + i)),
        GST_FLOW_OK);
    g_usleep (500);
  }
}

static GstStateChangeReturn
try_to_pause (GstElement * src, GError ** error)
{
  GstBus *bus = gst_bus_new ();
  GstStateChangeReturn ret;
  GstMessage *message;

  gst_element_set_bus (src, bus);
  ret = gst_element_set_state (src, GST_STATE_PAUSED);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  if (message != NULL) {
    gst_message_parse_error (message, error, NULL);
    gst_message_unref (message);
  }
  gst_element_set_state (src, GST_STATE_NULL);
  gst_element_set_bus (src, NULL);
  gst_object_unref (bus);
  return ret;
}

GST_START_TEST (bondedsrtsrc_refuses_settings_by_name)
{
  static const gchar *const settings[][2] = {
    {"uri", "srt://:7001"},
    {"uri", "bondedsrt://"},
    {"uri", "bondedsrt://localhost:0?mode=listener"},
    {"uri", "bondedsrt://:0?passphrase=ninechars"},
    {"uri", ""},
    {"passphrase", "ninechars"},
    {"pbkeylen", "8"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (settings); i++) {
    GstElement *src = gst_object_ref_sink (make ("bondedsrtsrc"));
    g_autoptr (GError) error = NULL;

    g_object_set (src, "uri", ANY_PORT, NULL);
    gst_util_set_object_arg (G_OBJECT (src), settings[i][0], settings[i][1]);
    fail_unless_equals_int (try_to_pause (src, &error),
        GST_STATE_CHANGE_FAILURE);
    fail_unless (g_error_matches (error, GST_LIBRARY_ERROR,
            GST_LIBRARY_ERROR_SETTINGS));
    fail_unless (strstr (error->message, settings[i][0]) != NULL);
    gst_object_unref (src);
  }
}

GST_END_TEST;

GST_START_TEST (bondedsrtsrc_needs_a_uri)
{
  GstElement *src = gst_object_ref_sink (make ("bondedsrtsrc"));
  g_autoptr (GError) error = NULL;

  fail_unless_equals_int (try_to_pause (src, &error), GST_STATE_CHANGE_FAILURE);
  fail_unless (g_error_matches (error, GST_LIBRARY_ERROR,
          GST_LIBRARY_ERROR_SETTINGS));
  gst_object_unref (src);
}

GST_END_TEST;

GST_START_TEST (bondedsrtsrc_tells_of_a_port_in_use)
{
  GstHarness *h = receiver (ANY_PORT, NULL, NULL);
  GstElement *src = gst_object_ref_sink (make ("bondedsrtsrc"));
  g_autofree gchar *uri = NULL;
  g_autoptr (GError) error = NULL;

  uri = g_strdup_printf ("bondedsrt://127.0.0.1:%u?mode=listener", port_of (h));
  g_object_set (src, "uri", uri, NULL);
  fail_unless_equals_int (try_to_pause (src, &error), GST_STATE_CHANGE_FAILURE);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_OPEN_READ));
  gst_object_unref (src);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (bondedsrtsrc_is_made_from_its_uri)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *uri = NULL;
  GstElement *src;

  src = gst_element_make_from_uri (GST_URI_SRC,
      "bondedsrt://:7001?passphrase=verysecret", NULL, &error);
  fail_unless (src != NULL);
  gst_object_ref_sink (src);
  uri = gst_uri_handler_get_uri (GST_URI_HANDLER (src));
  fail_unless (strstr (uri, "verysecret") == NULL, "%s", uri);
  fail_if (gst_uri_handler_set_uri (GST_URI_HANDLER (src), "bondedsrt://:x",
          &error));
  fail_unless (g_error_matches (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI));
  gst_object_unref (src);
}

GST_END_TEST;

GST_START_TEST (bondedsrtsrc_stops_while_it_waits)
{
  GstHarness *h = receiver (ANY_PORT, NULL, NULL);
  guint i;

  for (i = 0; i < 3; i++) {
    gst_element_set_state (h->element, GST_STATE_NULL);
    gst_harness_play (h);
    fail_unless (port_of (h) != 0);
  }
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (bondedsrtsrc_makes_one_stream_of_two_links)
{
  GstHarness *rx = receiver (ANY_PORT, NULL, NULL);
  GstHarness *tx = sender ("srt://127.0.0.1:PORT srt://localhost:PORT",
      port_of (rx));
  g_autoptr (GstCaps) caps = NULL;
  GstBuffer *buffer;

  fail_unless (bond_wait_stat (tx->element, "links-active", 2));
  push_messages (tx, 0, 500);
  fail_unless (gst_harness_push_event (tx, gst_event_new_eos ()));
  buffer = gst_harness_pull (rx);
  fail_unless (GST_BUFFER_IS_DISCONT (buffer));
  fail_unless (GST_BUFFER_PTS_IS_VALID (buffer));
  fail_unless_equals_uint64 (bond_message_number (buffer), 0);
  gst_buffer_unref (buffer);
  assert_messages (rx, 1, 499);
  caps = gst_pad_get_current_caps (rx->sinkpad);
  fail_unless_equals_string (gst_structure_get_name (gst_caps_get_structure
          (caps, 0)), "video/mpegts");
  fail_unless_equals_int (gst_harness_buffers_in_queue (rx), 0);
  fail_unless_equals_uint64 (bond_stat (rx->element, "messages"), 500);
  fail_unless_equals_uint64 (bond_stat (rx->element, "messages-lost"), 0);
  fail_unless_equals_uint64 (bond_stat (rx->element, "connects"), 2);
  gst_harness_teardown (tx);
  gst_harness_teardown (rx);
}

GST_END_TEST;

GST_START_TEST (bondedsrtsrc_can_be_used_again_after_null)
{
  GstHarness *rx = receiver (ANY_PORT, NULL, NULL);
  guint i;

  for (i = 0; i < 2; i++) {
    GstHarness *tx = sender ("srt://127.0.0.1:PORT", port_of (rx));

    push_messages (tx, 1000 * i, 50);
    gst_harness_push_event (tx, gst_event_new_eos ());
    assert_messages (rx, 1000 * i, 50);
    gst_harness_teardown (tx);
    gst_element_set_state (rx->element, GST_STATE_NULL);
    gst_harness_play (rx);
  }
  gst_harness_teardown (rx);
}

GST_END_TEST;

/* Waits for a link's message in that state; returns its reason. */
static gchar *
wait_for_link (GstBus * bus, const gchar * name, const gchar * state)
{
  GstMessage *message;
  gchar *reason = NULL;

  while (reason == NULL && (message = gst_bus_timed_pop_filtered (bus,
              30 * GST_SECOND, GST_MESSAGE_ELEMENT)) != NULL) {
    const GstStructure *s = gst_message_get_structure (message);

    if (gst_structure_has_name (s, "bondedsrt-link")
        && g_strcmp0 (gst_structure_get_string (s, "name"), name) == 0
        && g_strcmp0 (gst_structure_get_string (s, "new"), state) == 0)
      reason = g_strdup (gst_structure_get_string (s, "reason"));
    gst_message_unref (message);
  }
  return reason;
}

GST_START_TEST (bondedsrtsrc_refuses_a_wrong_passphrase_only)
{
  GstHarness *rx = receiver (ANY_PORT, "correct horse", NULL);
  GstHarness *tx = sender ("srt://127.0.0.1:PORT?passphrase=wrong%20horse "
      "srt://127.0.0.1:PORT?passphrase=correct%20horse", port_of (rx));
  GstBus *bus = gst_bus_new ();
  g_autofree gchar *reason = NULL;

  gst_element_set_bus (tx->element, bus);
  push_messages (tx, 0, 100);
  reason = wait_for_link (bus, "link-0", "rejected");
  fail_unless_equals_string (reason, "bad-passphrase");
  gst_harness_push_event (tx, gst_event_new_eos ());
  assert_messages (rx, 0, 100);
  gst_element_set_bus (tx->element, NULL);
  gst_object_unref (bus);
  gst_harness_teardown (tx);
  gst_harness_teardown (rx);
}

GST_END_TEST;

GST_START_TEST (bondedsrtsrc_lets_only_its_stream_id_in)
{
  GstHarness *rx = receiver (ANY_PORT, NULL, "studio");
  GstHarness *tx = sender ("srt://127.0.0.1:PORT?streamid=other "
      "srt://127.0.0.1:PORT?streamid=studio", port_of (rx));
  GstBus *bus = gst_bus_new ();
  g_autofree gchar *reason = NULL;

  gst_element_set_bus (tx->element, bus);
  push_messages (tx, 0, 100);
  reason = wait_for_link (bus, "link-0", "rejected");
  fail_unless_equals_string (reason, "refused");
  gst_harness_push_event (tx, gst_event_new_eos ());
  assert_messages (rx, 0, 100);
  gst_element_set_bus (tx->element, NULL);
  gst_object_unref (bus);
  gst_harness_teardown (tx);
  gst_harness_teardown (rx);
}

GST_END_TEST;

GST_START_TEST (bondedsrtsrc_lets_no_more_than_max_links_in)
{
  GstElement *src = make ("bondedsrtsrc");
  GstHarness *rx, *tx;

  g_object_set (src, "uri", ANY_PORT, "latency", 300, "max-links", 1, NULL);
  rx = gst_harness_new_with_element (src, NULL, "src");
  gst_object_unref (src);
  gst_harness_play (rx);
  tx = sender ("srt://127.0.0.1:PORT srt://127.0.0.1:PORT", port_of (rx));
  push_messages (tx, 0, 100);
  gst_harness_push_event (tx, gst_event_new_eos ());
  assert_messages (rx, 0, 100);
  fail_unless_equals_uint64 (bond_stat (rx->element, "links-connected"), 1);
  gst_harness_teardown (tx);
  gst_harness_teardown (rx);
}

GST_END_TEST;

GST_START_TEST (bondedsrtsrc_is_live_and_waits_half_the_latency_for_holes)
{
  GstHarness *rx = receiver (ANY_PORT, NULL, NULL);
  GstQuery *query = gst_query_new_latency ();
  GstClockTime min, max;
  gboolean live;

  fail_unless (gst_element_query (rx->element, query));
  gst_query_parse_latency (query, &live, &min, &max);
  fail_unless (live);
  fail_unless_equals_uint64 (min, 150 * GST_MSECOND);
  gst_query_unref (query);
  gst_harness_teardown (rx);
}

GST_END_TEST;

static Suite *
bondedsrtsrc_suite (void)
{
  Suite *s = suite_create ("bondedsrtsrc");
  TCase *tc = tcase_create ("bondedsrtsrc");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, bondedsrtsrc_refuses_settings_by_name);
  tcase_add_test (tc, bondedsrtsrc_needs_a_uri);
  tcase_add_test (tc, bondedsrtsrc_tells_of_a_port_in_use);
  tcase_add_test (tc, bondedsrtsrc_is_made_from_its_uri);
  tcase_add_test (tc, bondedsrtsrc_stops_while_it_waits);
  tcase_add_test (tc, bondedsrtsrc_makes_one_stream_of_two_links);
  tcase_add_test (tc, bondedsrtsrc_can_be_used_again_after_null);
  tcase_add_test (tc, bondedsrtsrc_refuses_a_wrong_passphrase_only);
  tcase_add_test (tc, bondedsrtsrc_lets_only_its_stream_id_in);
  tcase_add_test (tc, bondedsrtsrc_lets_no_more_than_max_links_in);
  tcase_add_test (tc,
      bondedsrtsrc_is_live_and_waits_half_the_latency_for_holes);
  return s;
}

GST_CHECK_MAIN (bondedsrtsrc);
