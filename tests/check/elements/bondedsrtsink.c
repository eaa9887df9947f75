/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bondtest.h"

/* Nobody listens there: ports below 1024 are not given out to anyone. */
#define DEAD "srt://127.0.0.1:9"

static GstHarness *
harness_to (const gchar * links)
{
  GstElement *sink = gst_element_factory_make ("bondedsrtsink", NULL);
  GstHarness *h;

  fail_unless (sink != NULL);
  g_object_set (sink, "links", links, "sync", FALSE, "async", FALSE,
      "latency", 100, NULL);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  gst_harness_set_src_caps_str (h, "video/mpegts");
  return h;
}

typedef struct
{
  const gchar *property;
  const gchar *value;
} Setting;

static void
assert_refused (const Setting * setting)
{
  GstElement *sink = gst_element_factory_make ("bondedsrtsink", NULL);
  GstBus *bus = gst_bus_new ();
  GstMessage *message;
  g_autoptr (GError) error = NULL;

  gst_object_ref_sink (sink);
  gst_element_set_bus (sink, bus);
  g_object_set (sink, "links", DEAD, NULL);
  gst_util_set_object_arg (G_OBJECT (sink), setting->property, setting->value);
  fail_unless_equals_int (gst_element_set_state (sink, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL, "%s=%s", setting->property, setting->value);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_LIBRARY_ERROR,
          GST_LIBRARY_ERROR_SETTINGS));
  fail_unless (strstr (error->message, setting->property) != NULL, "%s",
      error->message);
  gst_message_unref (message);
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_element_set_bus (sink, NULL);
  gst_object_unref (bus);
  gst_object_unref (sink);
}

GST_START_TEST (bondedsrtsink_refuses_settings_by_name)
{
  static const Setting settings[] = {
    {"links", "srt://127.0.0.1"},
    {"links", "udp://127.0.0.1:1"},
    {"links", DEAD " srt://:7001"},
    {"links", DEAD "?passphrase=ninechars"},
    {"links", DEAD "?colour=red"},
    {"passphrase", "ninechars"},
    {"passphrase", "12345678901234567890123456789012345678901234567890"
          "123456789012345678901234567890"},
    {"pbkeylen", "17"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (settings); i++)
    assert_refused (&settings[i]);
}

GST_END_TEST;

GST_START_TEST (bondedsrtsink_needs_a_link)
{
  static const Setting none = { "links", "" };

  assert_refused (&none);
}

GST_END_TEST;

GST_START_TEST (bondedsrtsink_shows_no_secrets)
{
  GstElement *sink = gst_element_factory_make ("bondedsrtsink", NULL);
  g_autofree gchar *links = NULL, *uri = NULL, *text = NULL;
  GstStructure *stats = NULL;

  gst_object_ref_sink (sink);
  g_object_set (sink, "links", DEAD "?latency=5\n" DEAD
      "?passphrase=verysecret1&streamid=verysecret2", "uri",
      DEAD "?passphrase=verysecret3", "passphrase", "verysecret4", NULL);
  g_object_get (sink, "links", &links, "uri", &uri, NULL);
  fail_unless (strstr (links, "verysecret") == NULL, "%s", links);
  fail_unless (strstr (uri, "verysecret") == NULL, "%s", uri);
  fail_unless_equals_int (gst_element_set_state (sink, GST_STATE_PAUSED),
      GST_STATE_CHANGE_ASYNC);
  fail_unless (bond_wait_stat (sink, "links-wanted", 2));
  g_object_get (sink, "stats", &stats, NULL);
  text = gst_structure_to_string (stats);
  fail_unless (strstr (text, "verysecret") == NULL, "%s", text);
  gst_structure_free (stats);
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_object_unref (sink);
}

GST_END_TEST;

GST_START_TEST (bondedsrtsink_takes_data_while_all_links_are_dead)
{
  GstHarness *h = harness_to (DEAD " " DEAD " srt://name.invalid:9");
  guint i;

  for (i = 0; i < 20000; i++)
    fail_unless_equals_int (gst_harness_push (h, bond_message (i)),
        GST_FLOW_OK);
  fail_unless_equals_uint64 (bond_stat (h->element, "messages"), 20000);
  fail_unless_equals_uint64 (bond_stat (h->element, "packets-sent"), 0);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (bondedsrtsink_can_be_used_again_after_null)
{
  GstHarness *h = harness_to (DEAD);
  guint i;

  for (i = 0; i < 3; i++) {
    fail_unless_equals_int (gst_harness_push (h, bond_message (i)),
        GST_FLOW_OK);
    fail_unless_equals_uint64 (bond_stat (h->element, "messages"), 1);
    gst_element_set_state (h->element, GST_STATE_NULL);
    gst_harness_set_src_caps_str (h, "video/mpegts");
    gst_harness_play (h);
  }
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (bondedsrtsink_changes_links_while_it_plays)
{
  GstHarness *h = harness_to (DEAD " srt://127.0.0.1:10");

  gst_harness_push (h, bond_message (0));
  fail_unless (bond_wait_stat (h->element, "links-wanted", 2));
  g_object_set (h->element, "links", DEAD " " DEAD " " DEAD, NULL);
  fail_unless (bond_wait_stat (h->element, "links-wanted", 3));
  /* A list that can't be read changes nothing. */
  g_object_set (h->element, "links", "nonsense", NULL);
  gst_harness_push (h, bond_message (1));
  g_usleep (50000);
  fail_unless_equals_uint64 (bond_stat (h->element, "links-wanted"), 3);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (bondedsrtsink_ends_although_nobody_listens)
{
  GstHarness *h = harness_to (DEAD);
  GstBus *bus = gst_bus_new ();
  GstMessage *message;

  gst_element_set_bus (h->element, bus);
  gst_harness_push (h, bond_message (0));
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_EOS);
  fail_unless (message != NULL);
  gst_message_unref (message);
  gst_element_set_bus (h->element, NULL);
  gst_object_unref (bus);
  gst_harness_teardown (h);
}

GST_END_TEST;

static gpointer
push_one (gpointer data)
{
  return GINT_TO_POINTER (gst_harness_push (data, bond_message (0)));
}

GST_START_TEST (bondedsrtsink_stops_while_it_waits_for_a_link)
{
  GstHarness *h = harness_to (DEAD);
  GstSegment segment;
  GThread *thread;

  g_object_set (h->element, "wait-for-connection", TRUE, NULL);
  thread = g_thread_new ("push", push_one, h);
  g_usleep (100000);
  gst_harness_push_event (h, gst_event_new_flush_start ());
  fail_unless_equals_int (GPOINTER_TO_INT (g_thread_join (thread)),
      GST_FLOW_FLUSHING);
  gst_harness_push_event (h, gst_event_new_flush_stop (TRUE));
  g_object_set (h->element, "wait-for-connection", FALSE, NULL);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  fail_unless_equals_int (gst_harness_push (h, bond_message (1)), GST_FLOW_OK);
  gst_harness_teardown (h);
}

GST_END_TEST;

static gpointer
push_eos (gpointer data)
{
  gst_harness_push_event (data, gst_event_new_eos ());
  return NULL;
}

GST_START_TEST (bondedsrtsink_flush_ends_the_linger)
{
  GstHarness *h = harness_to (DEAD);
  GThread *thread;

  gst_element_set_state (h->element, GST_STATE_NULL);
  g_object_set (h->element, "latency", 600000, NULL);
  gst_harness_set_src_caps_str (h, "video/mpegts");
  gst_harness_play (h);
  gst_harness_push (h, bond_message (0));
  thread = g_thread_new ("eos", push_eos, h);
  g_usleep (100000);
  gst_harness_push_event (h, gst_event_new_flush_start ());
  g_thread_join (thread);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (bondedsrtsink_packs_lists_of_small_buffers)
{
  GstHarness *h = harness_to (DEAD);
  GstBufferList *list = gst_buffer_list_new ();
  GstBuffer *message = bond_message (0);
  guint i;

  for (i = 0; i < 21; i++)
    gst_buffer_list_add (list, gst_buffer_copy_region (message,
            GST_BUFFER_COPY_ALL, i % 7 * 188, 188));
  gst_buffer_unref (message);
  gst_pad_push_list (h->srcpad, list);
  fail_unless_equals_uint64 (bond_stat (h->element, "messages"), 3);
  gst_harness_teardown (h);
}

GST_END_TEST;

static Suite *
bondedsrtsink_suite (void)
{
  Suite *s = suite_create ("bondedsrtsink");
  TCase *tc = tcase_create ("bondedsrtsink");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, bondedsrtsink_refuses_settings_by_name);
  tcase_add_test (tc, bondedsrtsink_needs_a_link);
  tcase_add_test (tc, bondedsrtsink_shows_no_secrets);
  tcase_add_test (tc, bondedsrtsink_takes_data_while_all_links_are_dead);
  tcase_add_test (tc, bondedsrtsink_can_be_used_again_after_null);
  tcase_add_test (tc, bondedsrtsink_changes_links_while_it_plays);
  tcase_add_test (tc, bondedsrtsink_ends_although_nobody_listens);
  tcase_add_test (tc, bondedsrtsink_stops_while_it_waits_for_a_link);
  tcase_add_test (tc, bondedsrtsink_flush_ends_the_linger);
  tcase_add_test (tc, bondedsrtsink_packs_lists_of_small_buffers);
  return s;
}

GST_CHECK_MAIN (bondedsrtsink);
