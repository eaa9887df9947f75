/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* redundantswitch with access units: H.264 of groups of ten, AAC. */
#include "switchrig.h"

#define H264_CAPS "video/x-h264,stream-format=byte-stream,alignment=au," \
    "framerate=25/1,width=320,height="
#define AAC_CAPS "audio/mpeg,mpegversion=4,stream-format=adts,framed=true," \
    "rate=48000,channels=2"
#define GROUP 10

/* What a decoder can begin with, and what needs others; the last two bytes are
 * the input and the frame. */
static const guint8 idr[] = { 0, 0, 0, 1, 0x67, 0x42, 0, 0, 0, 1, 0x68, 0xce, 0,
  0, 1, 0x65, 0x88, 0, 0
};

static const guint8 slice[] = { 0, 0, 0, 1, 0x41, 0x9a, 0, 0 };

/* Key frames of input i are at i * 3 and each tenth from there. */
static void
push_unit (Rig * rig, guint i, GstClockTime dts)
{
  guint n = rig->next[i]++;
  gboolean key = rig->is_audio || n % GROUP == i * 3;
  GstBuffer *buffer = gst_buffer_new_memdup (key ? idr : slice,
      key ? sizeof (idr) : sizeof (slice));
  guint8 mark[2] = { i, n };

  gst_buffer_fill (buffer, gst_buffer_get_size (buffer) - 2, mark, 2);
  GST_BUFFER_DTS (buffer) = dts;
  /* Shown a frame later than decoded. */
  GST_BUFFER_PTS (buffer) = rig->is_audio ? dts : dts + FRAME;
  GST_BUFFER_DURATION (buffer) = FRAME;
  if (!key)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  fail_unless_equals_int (gst_pad_push (rig->src[i], buffer), GST_FLOW_OK);
}

static void
feed_units (Rig * rig, guint mask, GstClockTime from, GstClockTime to)
{
  GstClockTime now;
  guint i;

  for (now = from; now < to; now += FRAME) {
    advance (rig, now);
    for (i = 0; i < G_N_ELEMENTS (rig->src); i++) {
      if (mask & 1u << i)
        push_unit (rig, i, now);
    }
  }
  advance (rig, to);
}

static void
play_encoded (Rig * rig)
{
  guint i;

  fail_unless (gst_element_set_state (rig->element, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE);
  for (i = 0; i < G_N_ELEMENTS (rig->src); i++) {
    g_autofree gchar *caps = rig->is_audio ? g_strdup (AAC_CAPS)
        : g_strdup_printf (H264_CAPS "%u", 180 + i);

    if (rig->src[i] != NULL)
      begin_stream (rig, i, caps, 0);
  }
}

/* Times rise, each input begins with a key frame and goes on without a hole.
 * Returns how often the input changes. */
static guint
check_units (Rig * rig)
{
  GstClockTime last = 0;
  gint input = -1, number = 0;
  guint changes = 0;
  GList *l;

  g_mutex_lock (&rig->lock);
  for (l = g_list_last (rig->buffers); l != NULL; l = l->prev) {
    gsize size = gst_buffer_get_size (l->data);
    GstClockTime time = rig->is_audio ? GST_BUFFER_PTS (l->data)
        : GST_BUFFER_DTS (l->data);
    guint8 mark[2];

    gst_buffer_extract (l->data, size - 2, mark, 2);
    fail_unless (input < 0 || time > last);
    if (mark[0] != input) {
      fail_unless_equals_int (size, sizeof (idr));
      fail_unless (GST_BUFFER_FLAG_IS_SET (l->data, GST_BUFFER_FLAG_DISCONT));
      changes++;
    } else {
      fail_unless_equals_int (mark[1], number + 1);
    }
    input = mark[0];
    number = mark[1];
    last = time;
  }
  g_mutex_unlock (&rig->lock);
  return changes;
}

static gint
shown (Rig * rig)
{
  guint8 mark;

  g_mutex_lock (&rig->lock);
  gst_buffer_extract (rig->buffers->data,
      gst_buffer_get_size (rig->buffers->data) - 2, &mark, 1);
  g_mutex_unlock (&rig->lock);
  return mark;
}

/* Downstream blocked until all that was stored had to be given up. */
GST_START_TEST (encoded_gets_over_a_long_block_downstream)
{
  guint before;
  Rig rig;

  rig_init (&rig, 1);
  play_encoded (&rig);
  feed_units (&rig, 1, 0, GST_SECOND);
  before = g_list_length (rig.buffers);
  gst_test_clock_wait_for_next_pending_id (GST_TEST_CLOCK (rig.clock), NULL);
  gst_test_clock_set_time (GST_TEST_CLOCK (rig.clock), 12 * GST_SECOND);
  gst_clock_id_unref (gst_test_clock_process_next_clock_id (GST_TEST_CLOCK
          (rig.clock)));
  feed_units (&rig, 1, 12 * GST_SECOND, 15 * GST_SECOND);
  fail_unless (g_list_length (rig.buffers) > before + 25);
  rig_clear (&rig);
}

GST_END_TEST;

/* Neither an access unit is lost nor a key frame waited for. */
GST_START_TEST (encoded_goes_on_over_a_wrap_of_stamps)
{
  GstClockTime now;
  guint frames;
  Rig rig;

  rig_init (&rig, 1);
  play_encoded (&rig);
  for (now = 0; now < 6 * GST_SECOND; now += FRAME) {
    advance (&rig, now);
    /* In the middle of a group. */
    push_unit (&rig, 0, now < 3080 * GST_MSECOND ? 95440 * GST_SECOND + now
        : now - 3080 * GST_MSECOND);
  }
  advance (&rig, 7 * GST_SECOND);
  fail_unless_equals_int (check_units (&rig), 1);
  g_mutex_lock (&rig.lock);
  frames = g_list_length (rig.buffers);
  g_mutex_unlock (&rig.lock);
  fail_unless (frames >= 145, "%u", frames);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (encoded_failover_begins_with_a_key_frame)
{
  Rig rig;

  rig_init (&rig, 2);
  play_encoded (&rig);
  feed_units (&rig, 3, 0, 2 * GST_SECOND);
  fail_unless_equals_int (shown (&rig), 0);
  feed_units (&rig, 2, 2 * GST_SECOND, 5 * GST_SECOND);
  fail_unless_equals_int (shown (&rig), 1);
  fail_unless_equals_int (check_units (&rig), 2);
  /* Each input has a picture of its own. */
  fail_unless_equals_int (rig.caps, 2);
  fail_unless_equals_int (rig.segments, 1);
  expect_message (&rig, "redundantswitch-switch", "reason", "startup");
  expect_message (&rig, "redundantswitch-switch", "reason", "timeout");
  rig_clear (&rig);
}

GST_END_TEST;

/* It is not healthy before it has shown that it goes on, and the key frame must
 * not be lost till then. */
GST_START_TEST (encoded_output_begins_with_the_first_key_frame)
{
  GstBuffer *oldest;
  Rig rig;

  rig_init (&rig, 2);
  play_encoded (&rig);
  /* The best one comes later. */
  feed_units (&rig, 2, 0, 200 * GST_MSECOND);
  feed_units (&rig, 3, 200 * GST_MSECOND, 2 * GST_SECOND);
  oldest = g_list_last (rig.buffers)->data;
  fail_unless_equals_uint64 (GST_BUFFER_DTS (oldest), 200 * GST_MSECOND);
  fail_unless_equals_int (check_units (&rig), 1);
  fail_unless_equals_int (shown (&rig), 0);
  rig_clear (&rig);
}

GST_END_TEST;

/* Make before break: not a frame is missing. */
GST_START_TEST (encoded_switch_by_hand_waits_for_a_key_frame)
{
  gboolean granted = FALSE;
  guint frames;
  Rig rig;

  rig_init (&rig, 2);
  play_encoded (&rig);
  feed_units (&rig, 3, 0, 2 * GST_SECOND);
  g_signal_emit_by_name (rig.element, "switch-to", "sink_1", &granted);
  fail_unless (granted);
  feed_units (&rig, 3, 2 * GST_SECOND, 4 * GST_SECOND);
  fail_unless_equals_int (check_units (&rig), 2);
  fail_unless_equals_int (shown (&rig), 1);
  frames = g_list_length (rig.buffers);
  fail_unless_equals_uint64 (GST_BUFFER_DTS (rig.buffers->data)
      - GST_BUFFER_DTS (g_list_last (rig.buffers)->data), (frames - 1) * FRAME);
  fail_unless_equals_uint64 (stat (&rig, "frames-missed"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (encoded_sound_has_no_hole)
{
  Rig rig;

  rig_init (&rig, 2);
  rig.is_audio = TRUE;
  play_encoded (&rig);
  feed_units (&rig, 3, 0, 2 * GST_SECOND);
  feed_units (&rig, 2, 2 * GST_SECOND, 4 * GST_SECOND);
  fail_unless_equals_int (check_units (&rig), 2);
  fail_unless (check_time (&rig) > 80);
  fail_unless_equals_int (rig.caps, 1);
  rig_clear (&rig);
}

GST_END_TEST;

/* Nobody is there, and then one is: time goes on where it would have been. */
GST_START_TEST (encoded_output_pauses_without_an_input)
{
  guint before;
  Rig rig;

  rig_init (&rig, 1);
  play_encoded (&rig);
  feed_units (&rig, 1, 0, 2 * GST_SECOND);
  feed_units (&rig, 0, 2 * GST_SECOND, 6 * GST_SECOND);
  before = g_list_length (rig.buffers);
  fail_unless_equals_int (before, 50);
  feed_units (&rig, 1, 6 * GST_SECOND, 8 * GST_SECOND);
  fail_unless (g_list_length (rig.buffers) > before + 20);
  fail_unless (GST_BUFFER_DTS (rig.buffers->data) >= 7 * GST_SECOND);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (encoded_switch_is_reusable_after_null)
{
  Rig rig;
  guint i;

  rig_init (&rig, 2);
  for (i = 0; i < 2; i++) {
    rig.next[0] = rig.next[1] = 0;
    play_encoded (&rig);
    feed_units (&rig, 3, 0, GST_SECOND);
    fail_unless (check_units (&rig) >= 1);
    gst_element_set_state (rig.element, GST_STATE_NULL);
    rig_forget (&rig);
    g_object_unref (rig.clock);
    rig.clock = gst_test_clock_new ();
    gst_element_set_clock (rig.element, rig.clock);
  }
  rig_clear (&rig);
}

GST_END_TEST;

/* Access units of two lengths: what was missed stays as it was counted. */
GST_START_TEST (encoded_counts_what_was_missed_once)
{
  guint64 missed, gap = 0;
  GstMessage *message;
  Rig rig;
  guint i;

  rig_init (&rig, 2);
  rig.is_audio = TRUE;
  g_object_set (rig.element, "return-delay", 1000, NULL);
  play_encoded (&rig);
  for (i = 0; i < 50; i++) {
    advance (&rig, i * FRAME);
    push_unit (&rig, 0, i * FRAME);
  }
  /* Nobody for a second, then one of units of 40 ms. */
  feed_units (&rig, 2, 3 * GST_SECOND, 5 * GST_SECOND);
  missed = stat (&rig, "frames-missed");
  fail_unless (missed > 0);
  /* The first one again, whose units are four times as long. */
  for (i = 0; i < 20; i++) {
    GstBuffer *buffer = gst_buffer_new_memdup (slice, sizeof (slice));

    feed_units (&rig, 2, 5 * GST_SECOND + i * 4 * FRAME,
        5 * GST_SECOND + (i + 1) * 4 * FRAME);
    GST_BUFFER_PTS (buffer) = 5 * GST_SECOND + i * 4 * FRAME;
    GST_BUFFER_DURATION (buffer) = 4 * FRAME;
    fail_unless_equals_int (gst_pad_push (rig.src[0], buffer), GST_FLOW_OK);
  }
  fail_unless_equals_uint64 (stat (&rig, "returns"), 1);
  fail_unless (stat (&rig, "frames-missed") >= missed);
  while ((message = pop_message (&rig, "redundantswitch-switch"))) {
    gst_structure_get_uint64 (gst_message_get_structure (message), "gap", &gap);
    fail_unless (gap < 5 * GST_SECOND, "%" G_GUINT64_FORMAT, gap);
    gst_message_unref (message);
  }
  rig_clear (&rig);
}

GST_END_TEST;

/* One that was never chosen has left something that no one takes. */
GST_START_TEST (encoded_output_ends_when_all_ended_before_it_began)
{
  Rig rig;
  guint i;

  rig_init (&rig, 2);
  play_encoded (&rig);
  feed_units (&rig, 2, 0, GST_SECOND);
  gst_pad_push_event (rig.src[1], gst_event_new_eos ());
  gst_pad_push_event (rig.src[0], gst_event_new_eos ());
  for (i = 0; i < 2000 && g_atomic_int_get (&rig.eos) == 0; i++)
    g_usleep (1000);
  fail_unless_equals_int (g_atomic_int_get (&rig.eos), 1);
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
redundantswitchencoded_suite (void)
{
  Suite *s = suite_create ("redundantswitchencoded");
  TCase *tc = tcase_create ("redundantswitchencoded");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, encoded_gets_over_a_long_block_downstream);
  tcase_add_test (tc, encoded_goes_on_over_a_wrap_of_stamps);
  tcase_add_test (tc, encoded_failover_begins_with_a_key_frame);
  tcase_add_test (tc, encoded_output_begins_with_the_first_key_frame);
  tcase_add_test (tc, encoded_switch_by_hand_waits_for_a_key_frame);
  tcase_add_test (tc, encoded_sound_has_no_hole);
  tcase_add_test (tc, encoded_output_pauses_without_an_input);
  tcase_add_test (tc, encoded_switch_is_reusable_after_null);
  tcase_add_test (tc, encoded_counts_what_was_missed_once);
  tcase_add_test (tc, encoded_output_ends_when_all_ended_before_it_began);
  return s;
}

GST_CHECK_MAIN (redundantswitchencoded);
