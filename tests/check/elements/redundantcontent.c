/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* redundantswitch and what inputs bring: black, frozen, silent. */
#include "switchrig.h"

typedef enum
{
  LIVE,
  BLACK,
  FROZEN,
} Look;

static gboolean
has_probe (void)
{
  g_autoptr (GstElementFactory) factory =
      gst_element_factory_find ("healthprobe");

  if (factory == NULL)
    g_message ("no healthprobe: nothing is tried");
  return factory != NULL;
}

/* The first bytes are the input and the number, as `push` has it; the rest is
 * what a detector sees. */
static void
push_look (Rig * rig, guint i, Look look, GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 64, NULL);
  guint number = rig->next[i]++;
  guint8 mark[3] = { i + 1, number & 0xff, number >> 8 };

  gst_buffer_memset (buffer, 0, look == BLACK ? 16 : 100, 64);
  if (look == LIVE)
    gst_buffer_memset (buffer, 32, 60 + number * 67 % 190, 32);
  if (look != FROZEN)
    gst_buffer_fill (buffer, 0, mark, 3);
  else
    gst_buffer_fill (buffer, 0, mark, 1);
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = FRAME;
  fail_unless_equals_int (gst_pad_push (rig->src[i], buffer), GST_FLOW_OK);
}

static void
feed_looks (Rig * rig, const Look * looks, guint n, GstClockTime from,
    GstClockTime to)
{
  GstClockTime now;
  guint i;

  for (now = from; now < to; now += FRAME) {
    advance (rig, now);
    for (i = 0; i < n; i++)
      push_look (rig, i, looks[i], now);
  }
  advance (rig, to);
}

static void
start (Rig * rig, guint n, const gchar * fail_on)
{
  rig_init (rig, n);
  gst_util_set_object_arg (G_OBJECT (rig->element), "fail-on", fail_on);
  g_object_set (rig->element, "black-timeout", 1000, "freeze-timeout", 1000,
      "silence-timeout", 1000, NULL);
}

static void
feed_two (Rig * rig, Look a, Look b, guint from, guint to)
{
  Look looks[2] = { a, b };

  feed_looks (rig, looks, 2, from * GST_SECOND, to * GST_SECOND);
}

static gchar *
faults_of (Rig * rig, guint index)
{
  g_autoptr (GstStructure) stats = NULL;
  const GValue *inputs;

  g_object_get (rig->element, "stats", &stats, NULL);
  inputs = gst_structure_get_value (stats, "inputs");
  return g_strdup (gst_structure_get_string (gst_value_get_structure
          (gst_value_array_get_value (inputs, index)), "faults"));
}

GST_START_TEST (redundantcontent_leaves_a_black_input_and_returns_to_it)
{
  g_autofree gchar *faults = NULL;
  gboolean healthy;
  Rig rig;

  if (!has_probe ())
    return;
  start (&rig, 2, "black");
  rig_play (&rig, VIDEO_CAPS);
  feed_two (&rig, LIVE, LIVE, 0, 2);
  fail_unless_equals_int (newest_input (&rig), 1);
  feed_two (&rig, BLACK, LIVE, 2, 5);
  fail_unless_equals_int (newest_input (&rig), 2);
  expect_message (&rig, "redundantswitch-switch", "reason", "startup");
  expect_message (&rig, "redundantswitch-content", "fault", "black");
  expect_message (&rig, "redundantswitch-switch", "reason", "black");
  g_object_get (rig.request[0], "healthy", &healthy, NULL);
  fail_if (healthy);
  faults = faults_of (&rig, 0);
  fail_unless_equals_string (faults, "black");
  feed_two (&rig, LIVE, LIVE, 5, 14);
  fail_unless_equals_int (newest_input (&rig), 2);
  expect_message (&rig, "redundantswitch-content", "state", "close");
  feed_two (&rig, LIVE, LIVE, 14, 19);
  fail_unless_equals_int (newest_input (&rig), 1);
  expect_message (&rig, "redundantswitch-switch", "reason", "return");
  fail_unless_equals_uint64 (stat (&rig, "frames-missed"), 0);
  check_time (&rig);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantcontent_leaves_a_frozen_input)
{
  Rig rig;

  if (!has_probe ())
    return;
  start (&rig, 2, "freeze");
  rig_play (&rig, VIDEO_CAPS);
  feed_two (&rig, LIVE, LIVE, 0, 3);
  fail_unless_equals_int (newest_input (&rig), 1);
  feed_two (&rig, FROZEN, LIVE, 3, 6);
  fail_unless_equals_int (newest_input (&rig), 2);
  expect_message (&rig, "redundantswitch-content", "fault", "freeze");
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantcontent_does_not_move_when_all_are_black)
{
  guint64 switches;
  Rig rig;

  if (!has_probe ())
    return;
  start (&rig, 2, "black+freeze");
  rig_play (&rig, VIDEO_CAPS);
  feed_two (&rig, LIVE, LIVE, 0, 2);
  switches = stat (&rig, "switches");
  feed_two (&rig, BLACK, BLACK, 2, 30);
  fail_unless_equals_int (newest_input (&rig), 1);
  feed_two (&rig, LIVE, LIVE, 30, 40);
  fail_unless_equals_int (newest_input (&rig), 1);
  fail_unless_equals_uint64 (stat (&rig, "switches"), switches);
  fail_unless_equals_uint64 (stat (&rig, "frames-missed"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

/* A black input is better than none, and left for the first good one. */
GST_START_TEST (redundantcontent_takes_a_black_input_when_the_other_dies)
{
  Look looks[2] = { LIVE, BLACK };
  GstClockTime now;
  Rig rig;

  if (!has_probe ())
    return;
  start (&rig, 2, "black");
  rig_play (&rig, VIDEO_CAPS);
  feed_looks (&rig, looks, 2, 0, 3 * GST_SECOND);
  fail_unless_equals_int (newest_input (&rig), 1);
  for (now = 3 * GST_SECOND; now < 5 * GST_SECOND; now += FRAME) {
    advance (&rig, now);
    push_look (&rig, 1, BLACK, now);
  }
  advance (&rig, 5 * GST_SECOND);
  fail_unless_equals_int (newest_input (&rig), 2);
  feed_looks (&rig, looks, 2, 5 * GST_SECOND, 7 * GST_SECOND);
  fail_unless_equals_int (newest_input (&rig), 1);
  rig_clear (&rig);
}

GST_END_TEST;

/* Each black run is long enough; four seconds of the last six are not, with
 * these samples, and five are. */
GST_START_TEST (redundantcontent_wants_n_of_m_samples)
{
  Rig rig;

  if (!has_probe ())
    return;
  start (&rig, 2, "black");
  g_object_set (rig.element, "trigger-samples", 25, "trigger-window", 30, NULL);
  rig_play (&rig, VIDEO_CAPS);
  feed_two (&rig, LIVE, LIVE, 0, 2);
  feed_two (&rig, BLACK, LIVE, 2, 6);   /* black counts from 3 on */
  feed_two (&rig, LIVE, LIVE, 6, 16);
  fail_unless_equals_int (newest_input (&rig), 1);
  feed_two (&rig, BLACK, LIVE, 16, 25);
  fail_unless_equals_int (newest_input (&rig), 2);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantcontent_forgets_faults_with_a_new_stream)
{
  g_autofree gchar *before = NULL, *after = NULL;
  Rig rig;

  if (!has_probe ())
    return;
  start (&rig, 2, "black");
  rig_play (&rig, VIDEO_CAPS);
  feed_two (&rig, BLACK, LIVE, 0, 3);
  fail_unless_equals_int (newest_input (&rig), 2);
  before = faults_of (&rig, 0);
  fail_unless_equals_string (before, "black");
  begin_stream (&rig, 0, VIDEO_CAPS, 0);
  feed_two (&rig, LIVE, LIVE, 3, 4);
  after = faults_of (&rig, 0);
  fail_unless_equals_string (after, "");
  /* And the probe knows that it is another one: black opens anew. */
  feed_two (&rig, BLACK, LIVE, 4, 6);
  g_free (after);
  after = faults_of (&rig, 0);
  fail_unless_equals_string (after, "black");
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantcontent_is_switched_on_and_off_in_playing)
{
  GstObject *element;
  Rig rig;

  if (!has_probe ())
    return;
  start (&rig, 2, "0");
  element = GST_OBJECT (rig.element);
  rig_play (&rig, VIDEO_CAPS);
  feed_two (&rig, BLACK, LIVE, 0, 4);
  fail_unless_equals_int (newest_input (&rig), 1);
  gst_util_set_object_arg (G_OBJECT (element), "fail-on", "black");
  feed_two (&rig, BLACK, LIVE, 4, 8);
  fail_unless_equals_int (newest_input (&rig), 2);
  g_object_set (element, "return-delay", 1000, NULL);
  gst_util_set_object_arg (G_OBJECT (element), "fail-on", "freeze");
  feed_two (&rig, BLACK, LIVE, 8, 12);
  fail_unless_equals_int (newest_input (&rig), 1);
  gst_util_set_object_arg (G_OBJECT (element), "fail-on", "0");
  feed_two (&rig, BLACK, LIVE, 12, 14);
  fail_unless_equals_int (newest_input (&rig), 1);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantcontent_leaves_a_silent_input)
{
  static const gint16 loud[] = { 12000, -12000 };
  GstClockTime now;
  Rig rig;
  guint k;

  if (!has_probe ())
    return;
  start (&rig, 2, "silence");
  rig.is_audio = TRUE;
  rig_play (&rig, AUDIO_CAPS);
  for (now = 0; now < 4 * GST_SECOND; now += FRAME) {
    advance (&rig, now);
    for (k = 0; k < 2; k++) {
      GstBuffer *buffer = gst_buffer_new_allocate (NULL, 3840, NULL);
      gsize i;

      gst_buffer_memset (buffer, 0, 0, 3840);
      for (i = 0; k == 1 && i < 3840; i += 4)
        gst_buffer_fill (buffer, i, loud, 4);
      GST_BUFFER_PTS (buffer) = now;
      GST_BUFFER_DURATION (buffer) = FRAME;
      fail_unless_equals_int (gst_pad_push (rig.src[k], buffer), GST_FLOW_OK);
    }
  }
  expect_message (&rig, "redundantswitch-content", "fault", "silence");
  expect_message (&rig, "redundantswitch-switch", "reason", "silence");
  rig_clear (&rig);
}

GST_END_TEST;

static void
expect_settings_error (GstElement * element, const gchar * first,
    const gchar * second)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  gst_element_set_bus (element, bus);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_LIBRARY_ERROR,
          GST_LIBRARY_ERROR_SETTINGS));
  fail_unless (strstr (error->message, first) != NULL, "%s", error->message);
  fail_unless (strstr (error->message, second) != NULL, "%s", error->message);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_element_set_bus (element, NULL);
}

GST_START_TEST (redundantcontent_refuses_settings_that_make_no_sense)
{
  g_autoptr (GstElement) element = gst_object_ref_sink
      (gst_element_factory_make ("redundantswitch", NULL));

  if (!has_probe ())
    return;
  gst_util_set_object_arg (G_OBJECT (element), "fail-on", "low-bitrate");
  expect_settings_error (element, "\"low-bitrate\"", "min-bitrate");
  g_object_set (element, "min-bitrate", 1000, "trigger-samples", 6, NULL);
  expect_settings_error (element, "trigger-samples is 6", "trigger-window");
  g_object_set (element, "trigger-window", 6, NULL);
  fail_unless (gst_element_set_state (element, GST_STATE_PAUSED)
      != GST_STATE_CHANGE_FAILURE);
  gst_element_set_state (element, GST_STATE_NULL);
}

GST_END_TEST;

/* As when the plugin is not installed. */
GST_START_TEST (redundantcontent_says_what_is_missing)
{
  static const gchar *const elements[] = { "redundantswitch", "redundantsrc" };
  GstRegistry *registry = gst_registry_get ();
  GstPluginFeature *feature = gst_registry_lookup_feature (registry,
      "healthprobe");
  guint i;

  if (feature != NULL) {
    gst_registry_remove_feature (registry, feature);
    gst_object_unref (feature);
  }
  for (i = 0; i < G_N_ELEMENTS (elements); i++) {
    g_autoptr (GstElement) element = gst_object_ref_sink
        (gst_element_factory_make (elements[i], NULL));

    if (i == 1)
      g_object_set (element, "uris", "file:///nothing", NULL);
    gst_util_set_object_arg (G_OBJECT (element), "fail-on", "black+silence");
    expect_settings_error (element, "fail-on is \"black+silence\"",
        "install gst-onair's healthprobe");
    /* It works without. */
    gst_util_set_object_arg (G_OBJECT (element), "fail-on", "0");
    fail_unless (gst_element_set_state (element, GST_STATE_PAUSED)
        != GST_STATE_CHANGE_FAILURE);
    gst_element_set_state (element, GST_STATE_NULL);
  }
}

GST_END_TEST;

/* Of one medium the other one's switch takes no part. */
GST_START_TEST (redundantcontent_stops_after_a_refused_start)
{
  g_autoptr (GstElement) element = gst_object_ref_sink
      (gst_element_factory_make ("redundantsrc", NULL));
  g_autoptr (GstElement) other = gst_bin_get_by_name (GST_BIN (element),
      "audio-switch");

  g_object_set (element, "uris", "file:///nothing", NULL);
  gst_util_set_object_arg (G_OBJECT (element), "media", "video");
  gst_util_set_object_arg (G_OBJECT (element), "fail-on", "low-bitrate");
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  gst_element_set_state (element, GST_STATE_NULL);
  fail_unless_equals_int (GST_STATE (other), GST_STATE_NULL);
}

GST_END_TEST;

GST_START_TEST (redundantcontent_survives_reuse)
{
  Rig rig;
  guint i;

  if (!has_probe ())
    return;
  start (&rig, 2, "black+freeze+silence");
  for (i = 0; i < 3; i++) {
    gst_test_clock_set_time (GST_TEST_CLOCK (rig.clock), i * 100 * GST_SECOND);
    gst_element_set_base_time (rig.element, i * 100 * GST_SECOND);
    rig_play (&rig, VIDEO_CAPS);
    fail_unless_equals_int (gst_element_set_state (rig.element, i == 1
            ? GST_STATE_NULL : GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
  }
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantcontent_warns_of_what_cannot_be_seen)
{
  g_autoptr (GstElement) element = gst_object_ref_sink
      (gst_element_factory_make ("redundantsrc", NULL));
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  if (!has_probe ())
    return;
  gst_element_set_bus (element, bus);
  g_object_set (element, "uris", "file:///nothing", "min-bitrate", 1000, NULL);
  gst_util_set_object_arg (G_OBJECT (element), "output", "audio-raw");
  gst_util_set_object_arg (G_OBJECT (element), "fail-on",
      "black+silence+low-bitrate");
  fail_unless (gst_element_set_state (element, GST_STATE_PAUSED)
      != GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  gst_message_parse_warning (message, &error, NULL);
  fail_unless (strstr (error->message, "\"black\"") != NULL, "%s",
      error->message);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_element_set_bus (element, NULL);
}

GST_END_TEST;

static Suite *
redundantcontent_suite (void)
{
  Suite *s = suite_create ("redundantcontent");
  TCase *tc = tcase_create ("redundantcontent");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, redundantcontent_leaves_a_black_input_and_returns_to_it);
  tcase_add_test (tc, redundantcontent_leaves_a_frozen_input);
  tcase_add_test (tc, redundantcontent_does_not_move_when_all_are_black);
  tcase_add_test (tc, redundantcontent_takes_a_black_input_when_the_other_dies);
  tcase_add_test (tc, redundantcontent_wants_n_of_m_samples);
  tcase_add_test (tc, redundantcontent_forgets_faults_with_a_new_stream);
  tcase_add_test (tc, redundantcontent_is_switched_on_and_off_in_playing);
  tcase_add_test (tc, redundantcontent_leaves_a_silent_input);
  tcase_add_test (tc, redundantcontent_refuses_settings_that_make_no_sense);
  tcase_add_test (tc, redundantcontent_says_what_is_missing);
  tcase_add_test (tc, redundantcontent_stops_after_a_refused_start);
  tcase_add_test (tc, redundantcontent_survives_reuse);
  tcase_add_test (tc, redundantcontent_warns_of_what_cannot_be_seen);
  return s;
}

GST_CHECK_MAIN (redundantcontent);
