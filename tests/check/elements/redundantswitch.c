/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "switchrig.h"

GST_START_TEST (redundantswitch_loses_no_frame_when_an_input_stalls)
{
  Rig rig;

  rig_init (&rig, 2);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 0, 2 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 1);
  feed (&rig, 2, 2 * GST_SECOND, 5 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 2);
  fail_unless (check_time (&rig) > 100);
  check_fresh (&rig);
  fail_unless_equals_uint64 (stat (&rig, "frames-missed"), 0);
  expect_message (&rig, "redundantswitch-switch", "reason", "startup");
  expect_message (&rig, "redundantswitch-switch", "reason", "timeout");
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_loses_no_sample_when_an_input_stalls)
{
  gint16 last = 0;
  GList *l;
  Rig rig;

  rig_init (&rig, 2);
  rig.is_audio = TRUE;
  rig_play (&rig, AUDIO_CAPS);
  feed (&rig, 3, 0, 2 * GST_SECOND, 0);
  feed (&rig, 2, 2 * GST_SECOND, 4 * GST_SECOND, 0);
  fail_unless (check_time (&rig) > 100);
  fail_unless_equals_uint64 (stat (&rig, "samples-missed"), 0);
  /* From 1000 to 2000 in one even ramp: no hole and no click. */
  for (l = g_list_last (rig.buffers); l != NULL; l = l->prev) {
    GstMapInfo map;
    guint i;
    gst_buffer_map (l->data, &map, GST_MAP_READ);
    for (i = 0; i < map.size / 2; i++) {
      gint16 sample = ((gint16 *) map.data)[i];
      fail_unless (sample >= 1000 && sample <= 2000);
      fail_unless (last == 0 || (sample >= last && sample <= last + 3));
      last = sample;
    }
    gst_buffer_unmap (l->data, &map);
  }
  fail_unless_equals_int (last, 2000);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_returns_after_the_delay)
{
  Rig rig;

  rig_init (&rig, 2);
  g_object_set (rig.element, "return-delay", 2000, NULL);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 0, GST_SECOND, 0);
  feed (&rig, 2, GST_SECOND, 3 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 2);
  feed (&rig, 3, 3 * GST_SECOND, 4800 * GST_MSECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 2);
  feed (&rig, 3, 4800 * GST_MSECOND, 6 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 1);
  check_time (&rig);
  fail_unless_equals_uint64 (stat (&rig, "frames-missed"), 0);
  fail_unless_equals_uint64 (stat (&rig, "returns"), 1);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_takes_eos_for_a_failure_until_all_have_ended)
{
  Rig rig;

  rig_init (&rig, 2);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 0, GST_SECOND, 0);
  gst_pad_push_event (rig.src[0], gst_event_new_eos ());
  feed (&rig, 2, GST_SECOND, 3 * GST_SECOND, 0);
  fail_unless_equals_int (rig.eos, 0);
  fail_unless_equals_int (newest_input (&rig), 2);
  check_fresh (&rig);
  gst_pad_push_event (rig.src[1], gst_event_new_eos ());
  /* All that was stored goes out first. */
  while (g_atomic_int_get (&rig.eos) == 0) {
    GstClockTime now = gst_clock_get_time (rig.clock);
    gst_test_clock_set_time (GST_TEST_CLOCK (rig.clock), now + FRAME);
    if (gst_test_clock_peek_id_count (GST_TEST_CLOCK (rig.clock)) > 0) {
      GstClockID id = gst_test_clock_process_next_clock_id
          (GST_TEST_CLOCK (rig.clock));
      if (id != NULL)
        gst_clock_id_unref (id);
    }
    g_usleep (1000);
  }
  check_time (&rig);
  expect_message (&rig, "redundantswitch-switch", "reason", "startup");
  expect_message (&rig, "redundantswitch-switch", "reason", "eos");
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_ends_when_the_application_says_so)
{
  Rig rig;

  rig_init (&rig, 1);
  gst_util_set_object_arg (G_OBJECT (rig.element), "eos-policy", "never");
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 1, 0, GST_SECOND, 0);
  gst_pad_push_event (rig.src[0], gst_event_new_eos ());
  feed (&rig, 0, GST_SECOND, 2 * GST_SECOND, 0);
  fail_unless_equals_int (rig.eos, 0);
  gst_element_send_event (rig.element, gst_event_new_eos ());
  while (g_atomic_int_get (&rig.eos) == 0)
    g_usleep (1000);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_ends_when_downstream_has_enough)
{
  Rig rig;

  rig_init (&rig, 1);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 1, 0, GST_SECOND, 0);
  g_mutex_lock (&rig.lock);
  rig.flow = GST_FLOW_EOS;
  g_mutex_unlock (&rig.lock);
  gst_test_clock_set_time (GST_TEST_CLOCK (rig.clock), 2 * GST_SECOND);
  gst_clock_id_unref (gst_test_clock_process_next_clock_id (GST_TEST_CLOCK
          (rig.clock)));
  while (g_atomic_int_get (&rig.eos) == 0)
    g_usleep (1000);
  fail_unless (gst_bus_pop_filtered (rig.bus, GST_MESSAGE_ERROR) == NULL);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_swallows_flushes)
{
  Rig rig;

  rig_init (&rig, 2);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 0, GST_SECOND, 0);
  gst_pad_push_event (rig.src[0], gst_event_new_flush_start ());
  feed (&rig, 2, GST_SECOND, 2 * GST_SECOND, 0);
  gst_pad_push_event (rig.src[0], gst_event_new_flush_stop (TRUE));
  begin_stream (&rig, 0, VIDEO_CAPS, 0);
  feed (&rig, 3, 2 * GST_SECOND, 3 * GST_SECOND, 0);
  fail_unless_equals_int (rig.flushes, 0);
  fail_unless_equals_int (newest_input (&rig), 2);
  check_time (&rig);
  fail_unless_equals_uint64 (stat (&rig, "frames-missed"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_is_one_stream_whatever_inputs_do)
{
  Rig rig;

  rig_init (&rig, 2);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 0, GST_SECOND, 0);
  /* An hour ahead, another segment, an hour back. */
  feed (&rig, 3, GST_SECOND, 2 * GST_SECOND, 3600 * GST_SECOND);
  begin_stream (&rig, 0, VIDEO_CAPS, 50 * GST_SECOND);
  feed (&rig, 3, 2 * GST_SECOND, 3 * GST_SECOND, 90 * GST_SECOND);
  begin_stream (&rig, 1, VIDEO_CAPS, 0);
  feed (&rig, 3, 3 * GST_SECOND, 5 * GST_SECOND, 0);
  feed (&rig, 2, 5 * GST_SECOND, 7 * GST_SECOND, 0);
  fail_unless (check_time (&rig) > 150);
  fail_unless_equals_int (rig.stream_starts, 1);
  fail_unless_equals_int (rig.caps, 1);
  fail_unless_equals_int (rig.segments, 1);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_does_not_take_gaps_for_life)
{
  GstClockTime now;
  Rig rig;

  rig_init (&rig, 2);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 0, GST_SECOND, 0);
  for (now = GST_SECOND; now < 3 * GST_SECOND; now += FRAME) {
    gst_pad_push_event (rig.src[0], gst_event_new_gap (now, FRAME));
    feed (&rig, 2, now, now + FRAME, 0);
  }
  fail_unless_equals_int (newest_input (&rig), 2);
  fail_unless_equals_uint64 (stat (&rig, "frames-missed"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_asks_for_its_form_and_drops_another)
{
  GstCaps *caps;
  Rig rig;

  rig_init (&rig, 2);
  rig_play (&rig, NULL);
  begin_stream (&rig, 0, VIDEO_CAPS, 0);
  begin_stream (&rig, 1,
      "video/x-raw,format=GRAY8,width=16,height=16,framerate=25/1", 0);
  feed (&rig, 1, 0, 40 * GST_MSECOND, 0);
  feed (&rig, 3, 40 * GST_MSECOND, 2 * GST_SECOND, 0);
  fail_unless (g_atomic_int_get (&rig.reconfigures) >= 1);
  fail_unless_equals_int (newest_input (&rig), 1);
  caps = gst_pad_peer_query_caps (rig.src[1], NULL);
  fail_unless (gst_caps_is_subset (caps, gst_caps_from_string
          ("video/x-raw,format=GRAY8,width=8,height=8")));
  gst_caps_unref (caps);
  begin_stream (&rig, 1, VIDEO_CAPS, 0);
  feed (&rig, 2, 2 * GST_SECOND, 4 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 2);
  fail_unless_equals_int (rig.caps, 1);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_takes_the_form_of_what_it_shows_first)
{
  GstCaps *caps;
  Rig rig;

  rig_init (&rig, 2);
  rig_play (&rig, NULL);
  begin_stream (&rig, 0, VIDEO_CAPS, 0);
  begin_stream (&rig, 1,
      "video/x-raw,format=GRAY8,width=16,height=16,framerate=25/1", 0);
  /* The standby is there a second before the primary. */
  feed (&rig, 2, 0, GST_SECOND, 0);
  feed (&rig, 1, GST_SECOND, 3 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 1);
  caps = gst_pad_get_current_caps (rig.sink);
  fail_unless (gst_caps_is_subset (caps, gst_caps_from_string
          ("video/x-raw,format=GRAY8,width=8,height=8")));
  gst_caps_unref (caps);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_shows_the_slate_before_anything_arrives)
{
  Rig rig;

  rig_init (&rig, 1);
  gst_util_set_object_arg (G_OBJECT (rig.element), "caps", VIDEO_CAPS);
  rig_play (&rig, VIDEO_CAPS);
  advance (&rig, 2 * GST_SECOND);
  fail_unless (check_time (&rig) >= 35);
  fail_unless_equals_int (newest_input (&rig), 0);
  expect_message (&rig, "redundantswitch-slate", "state", "open");
  feed (&rig, 1, 2 * GST_SECOND, 4 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 1);
  expect_message (&rig, "redundantswitch-slate", "state", "close");
  check_time (&rig);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (g_list_last
          (rig.buffers)->data), 0);
  fail_unless_equals_uint64 (stat (&rig, "frames-missed"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_freezes_and_then_shows_the_slate)
{
  Rig rig;

  rig_init (&rig, 1);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 1, 0, GST_SECOND, 0);
  advance (&rig, 3 * GST_SECOND);
  fail_unless_equals_int (newest_input (&rig), 1);
  fail_unless (pop_message (&rig, "redundantswitch-slate") == NULL);
  advance (&rig, 5 * GST_SECOND);
  fail_unless_equals_int (newest_input (&rig), 0);
  expect_message (&rig, "redundantswitch-slate", "state", "open");
  fail_unless (stat (&rig, "repeated-frames") >= 49);
  feed (&rig, 1, 5 * GST_SECOND, 7 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 1);
  check_time (&rig);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_switches_by_hand_and_says_why_not)
{
  gboolean granted = TRUE;
  gchar *active;
  Rig rig;

  rig_init (&rig, 3);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 0, 2 * GST_SECOND, 0);
  g_signal_emit_by_name (rig.element, "switch-to", "sink_2", &granted);
  fail_if (granted);
  expect_message (&rig, "redundantswitch-refused", "input", "sink_2");
  g_signal_emit_by_name (rig.element, "switch-to", "sink_9", &granted);
  fail_if (granted);
  g_signal_emit_by_name (rig.element, "switch-to", "sink_1", &granted);
  fail_unless (granted);
  feed (&rig, 3, 2 * GST_SECOND, 30 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 2);
  g_object_get (rig.element, "active-input", &active, NULL);
  fail_unless_equals_string (active, "sink_1");
  g_free (active);
  g_signal_emit_by_name (rig.element, "fallback-to-slate", TRUE, &granted);
  feed (&rig, 3, 30 * GST_SECOND, 32 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 0);
  g_signal_emit_by_name (rig.element, "clear", &granted);
  feed (&rig, 3, 32 * GST_SECOND, 34 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 1);
  g_signal_emit_by_name (rig.element, "lockout", "sink_0", TRUE, &granted);
  feed (&rig, 3, 34 * GST_SECOND, 36 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 2);
  check_time (&rig);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_obeys_priorities_in_playing)
{
  Rig rig;

  rig_init (&rig, 2);
  g_object_set (rig.element, "return-delay", 0, NULL);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 0, 2 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 1);
  g_object_set (rig.request[0], "priority", 5, NULL);
  feed (&rig, 3, 2 * GST_SECOND, 4 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 2);
  fail_unless_equals_uint64 (stat (&rig, "frames-missed"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_survives_an_input_that_is_released)
{
  Rig rig;

  rig_init (&rig, 2);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 0, 2 * GST_SECOND, 0);
  gst_pad_set_active (rig.src[0], FALSE);
  gst_element_release_request_pad (rig.element, rig.request[0]);
  gst_clear_object (&rig.request[0]);
  gst_clear_object (&rig.src[0]);
  feed (&rig, 2, 2 * GST_SECOND, 4 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 2);
  check_time (&rig);
  fail_unless_equals_uint64 (stat (&rig, "frames-missed"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

/* A picture that is said to last for half an hour does not outlast its input by
 * that. */
GST_START_TEST (redundantswitch_leaves_a_picture_that_lasts_for_ever)
{
  static const guint8 picture[64] = { 1, 50, 0 };
  GstBuffer *buffer;
  Rig rig;

  rig_init (&rig, 2);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 0, 2 * GST_SECOND, 0);
  buffer = gst_buffer_new_memdup (picture, sizeof (picture));
  GST_BUFFER_PTS (buffer) = 2 * GST_SECOND;
  GST_BUFFER_DURATION (buffer) = 1800 * GST_SECOND;
  fail_unless_equals_int (gst_pad_push (rig.src[0], buffer), GST_FLOW_OK);
  feed (&rig, 2, 2 * GST_SECOND, 12 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 2);
  fail_unless_equals_uint64 (stat (&rig, "frames-missed"), 0);
  check_time (&rig);
  rig_clear (&rig);
}

GST_END_TEST;

static gboolean
answer_not_live (GstPad * pad, GstObject * parent, GstQuery * query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY) {
    gst_query_set_latency (query, FALSE, 0, GST_CLOCK_TIME_NONE);
    return TRUE;
  }
  return gst_pad_query_default (pad, parent, query);
}

static gpointer
push_three (gpointer user_data)
{
  Rig *rig = user_data;
  guint i;

  for (i = 0; i < 3; i++)
    push (rig, 0, i * FRAME);
  return NULL;
}

/* Outside of a pipeline nothing goes on, and nothing is complained of. */
GST_START_TEST (redundantswitch_paces_nothing_without_a_clock)
{
  GThread *thread;
  Rig rig;

  rig_init (&rig, 1);
  gst_element_set_clock (rig.element, NULL);
  gst_pad_set_query_function (rig.src[0], answer_not_live);
  rig_play (&rig, VIDEO_CAPS);
  thread = g_thread_new ("push", push_three, &rig);
  g_usleep (50000);
  fail_unless_equals_int (gst_element_set_state (rig.element,
          GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  g_thread_join (thread);
  rig_clear (&rig);
}

GST_END_TEST;

/* 600 ms of pictures of 25 MB each, all in the same memory. */
GST_START_TEST (redundantswitch_has_room_for_large_pictures)
{
  const gsize size = 3840 * 2160 * 3;
  GstMemory *memory = gst_allocator_alloc (NULL, size, NULL);
  GstClockTime now;
  Rig rig;

  rig_init (&rig, 1);
  rig_play (&rig, "video/x-raw,format=I420_10LE,width=3840,height=2160,"
      "framerate=60/1");
  for (now = 0; now < 3 * GST_SECOND; now += GST_SECOND / 60) {
    GstBuffer *buffer = gst_buffer_new ();

    advance (&rig, now);
    gst_buffer_append_memory (buffer, gst_memory_ref (memory));
    GST_BUFFER_PTS (buffer) = now;
    GST_BUFFER_DURATION (buffer) = GST_SECOND / 60;
    fail_unless_equals_int (gst_pad_push (rig.src[0], buffer), GST_FLOW_OK);
  }
  fail_unless_equals_uint64 (stat (&rig, "frames-missed"), 0);
  fail_unless_equals_uint64 (stat (&rig, "slate-frames"), 0);
  gst_memory_unref (memory);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_is_reusable_after_null)
{
  guint i;
  Rig rig;

  rig_init (&rig, 2);
  for (i = 0; i < 3; i++) {
    gst_test_clock_set_time (GST_TEST_CLOCK (rig.clock), (i + 1) * 100
        * GST_SECOND);
    gst_element_set_base_time (rig.element, gst_clock_get_time (rig.clock));
    rig_play (&rig, NULL);
    gst_element_set_base_time (rig.element, 0);
    gst_element_set_state (rig.element, GST_STATE_NULL);
    gst_clear_object (&rig.clock);
    rig.clock = gst_test_clock_new ();
    gst_element_set_clock (rig.element, rig.clock);
    rig_play (&rig, VIDEO_CAPS);
    feed (&rig, 3, 0, GST_SECOND, 0);
    feed (&rig, 2, GST_SECOND, 3 * GST_SECOND, 0);
    fail_unless (check_time (&rig) > 50);
    fail_unless_equals_int (rig.stream_starts, 1);
    fail_unless_equals_uint64 (stat (&rig, "frames-missed"), 0);
    fail_unless_equals_uint64 (stat (&rig, "switches"), 1);
    gst_element_set_state (rig.element, GST_STATE_NULL);
    rig_forget (&rig);
  }
  rig_clear (&rig);
}

GST_END_TEST;

/* What came first came late; then the input keeps up with the clock, and what it
 * brings lies too far in the future to be kept until it is due. */
GST_START_TEST (redundantswitch_shows_an_input_that_began_late)
{
  GstClockTime late;
  g_autoptr (GstCaps) caps = gst_caps_from_string (VIDEO_CAPS);

  for (late = GST_SECOND; late < 6 * GST_SECOND; late += GST_SECOND / 5) {
    GstClockTime pts;
    Rig rig;

    rig_init (&rig, 1);
    g_object_set (rig.element, "caps", caps, NULL);
    rig_play (&rig, VIDEO_CAPS);
    advance (&rig, late);
    for (pts = 0; pts < late; pts += FRAME)
      push (&rig, 0, pts);
    feed (&rig, 1, pts, pts + 12 * GST_SECOND, 0);
    fail_unless_equals_int (newest_input (&rig), 1);
    check_time (&rig);
    rig_clear (&rig);
  }
}

GST_END_TEST;

GST_START_TEST (redundantswitch_stands_a_pause)
{
  Rig rig;

  rig_init (&rig, 1);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 1, 0, GST_SECOND, 0);
  fail_unless_equals_int (gst_element_set_state (rig.element,
          GST_STATE_PAUSED), GST_STATE_CHANGE_NO_PREROLL);
  fail_unless_equals_int (push (&rig, 0, GST_SECOND), GST_FLOW_OK);
  /* Five seconds pass, in which running time stands still. */
  gst_test_clock_set_time (GST_TEST_CLOCK (rig.clock), 6 * GST_SECOND);
  gst_element_set_base_time (rig.element, 5 * GST_SECOND);
  gst_element_set_state (rig.element, GST_STATE_PLAYING);
  feed (&rig, 1, 6 * GST_SECOND, 8 * GST_SECOND, 0);
  check_time (&rig);
  fail_unless_equals_int (newest_input (&rig), 1);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_refuses_caps_that_it_cannot_make)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;
  GstMessage *message;
  Rig rig;

  rig_init (&rig, 1);
  gst_util_set_object_arg (G_OBJECT (rig.element), "caps", "text/plain");
  fail_unless_equals_int (gst_element_set_state (rig.element,
          GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (rig.bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, &debug);
  fail_unless (g_error_matches (error, GST_LIBRARY_ERROR,
          GST_LIBRARY_ERROR_SETTINGS));
  fail_unless (strstr (error->message, "caps") != NULL
      && strstr (error->message, "text/plain") != NULL);
  gst_message_unref (message);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_warns_of_a_latency_that_loses_frames)
{
  GstMessage *message;
  Rig rig;

  rig_init (&rig, 1);
  g_object_set (rig.element, "latency", 450, NULL);
  rig_play (&rig, VIDEO_CAPS);
  message = gst_bus_pop_filtered (rig.bus, GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  gst_message_unref (message);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_reports_its_latency_and_keeps_it)
{
  GstQuery *query = gst_query_new_latency ();
  GstClockTime min;
  gboolean live;
  Rig rig;

  rig_init (&rig, 1);
  g_object_set (rig.element, "min-upstream-latency", 100, NULL);
  rig_play (&rig, VIDEO_CAPS);
  fail_unless (gst_pad_peer_query (rig.sink, query));
  gst_query_parse_latency (query, &live, &min, NULL);
  fail_unless (live);
  fail_unless_equals_uint64 (min, 700 * GST_MSECOND);
  gst_query_unref (query);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_takes_policy_changes_while_it_plays)
{
  guint value;
  Rig rig;

  rig_init (&rig, 2);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 0, GST_SECOND, 0);
  g_object_set (rig.element, "timeout", 200, "return-delay", 500, "auto-return",
      FALSE, "stats-interval", 0, NULL);
  g_object_get (rig.element, "timeout", &value, NULL);
  fail_unless_equals_int (value, 200);
  feed (&rig, 2, GST_SECOND, 2 * GST_SECOND, 0);
  feed (&rig, 3, 2 * GST_SECOND, 4 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 2);
  g_object_set (rig.element, "auto-return", TRUE, NULL);
  feed (&rig, 3, 4 * GST_SECOND, 6 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 1);
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
redundantswitch_suite (void)
{
  Suite *s = suite_create ("redundantswitch");
  TCase *tc = tcase_create ("redundantswitch");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, redundantswitch_loses_no_frame_when_an_input_stalls);
  tcase_add_test (tc, redundantswitch_loses_no_sample_when_an_input_stalls);
  tcase_add_test (tc, redundantswitch_returns_after_the_delay);
  tcase_add_test (tc,
      redundantswitch_takes_eos_for_a_failure_until_all_have_ended);
  tcase_add_test (tc, redundantswitch_ends_when_the_application_says_so);
  tcase_add_test (tc, redundantswitch_ends_when_downstream_has_enough);
  tcase_add_test (tc, redundantswitch_swallows_flushes);
  tcase_add_test (tc, redundantswitch_is_one_stream_whatever_inputs_do);
  tcase_add_test (tc, redundantswitch_does_not_take_gaps_for_life);
  tcase_add_test (tc, redundantswitch_asks_for_its_form_and_drops_another);
  tcase_add_test (tc, redundantswitch_takes_the_form_of_what_it_shows_first);
  tcase_add_test (tc, redundantswitch_shows_the_slate_before_anything_arrives);
  tcase_add_test (tc, redundantswitch_freezes_and_then_shows_the_slate);
  tcase_add_test (tc, redundantswitch_switches_by_hand_and_says_why_not);
  tcase_add_test (tc, redundantswitch_obeys_priorities_in_playing);
  tcase_add_test (tc, redundantswitch_survives_an_input_that_is_released);
  tcase_add_test (tc, redundantswitch_has_room_for_large_pictures);
  tcase_add_test (tc, redundantswitch_paces_nothing_without_a_clock);
  tcase_add_test (tc, redundantswitch_leaves_a_picture_that_lasts_for_ever);
  tcase_add_test (tc, redundantswitch_is_reusable_after_null);
  tcase_add_test (tc, redundantswitch_shows_an_input_that_began_late);
  tcase_add_test (tc, redundantswitch_stands_a_pause);
  tcase_add_test (tc, redundantswitch_refuses_caps_that_it_cannot_make);
  tcase_add_test (tc, redundantswitch_warns_of_a_latency_that_loses_frames);
  tcase_add_test (tc, redundantswitch_reports_its_latency_and_keeps_it);
  tcase_add_test (tc, redundantswitch_takes_policy_changes_while_it_plays);
  return s;
}

GST_CHECK_MAIN (redundantswitch);
