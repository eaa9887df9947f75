/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/audio/audio.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/check/gsttestclock.h>
#include <gst/video/video.h>

#include <string.h>

#define VIDEO_CAPS "video/x-raw,format=GRAY8,width=64,height=64,framerate=25/1"
#define FRAME (GST_SECOND / 25)
#define AUDIO_CAPS "audio/x-raw,format=S16LE,rate=48000,channels=2," \
    "layout=interleaved"
#define BLOCK (100 * GST_MSECOND)
#define BLOCK_SAMPLES 4800

/* A probe in PLAYING, on a clock that only the test moves. */
typedef struct
{
  GstHarness *h;
  GstBus *bus;
  GstTestClock *clock;
} Probe;

#define START (100 * GST_SECOND)

static GstElement *
probe_element (Probe * probe)
{
  GstElement *element = gst_harness_find_element (probe->h, "healthprobe");

  fail_unless (element != NULL);
  gst_object_unref (element);
  return element;
}

static void
probe_open (Probe * probe, const gchar * launch)
{
  probe->clock = GST_TEST_CLOCK (gst_test_clock_new_with_start_time (START));
  gst_system_clock_set_default (GST_CLOCK (probe->clock));
  probe->h = gst_harness_new_parse (launch);
  probe->bus = gst_bus_new ();
  gst_element_set_bus (probe->h->element, probe->bus);
  gst_element_set_clock (probe->h->element, GST_CLOCK (probe->clock));
  /* The bin around it hands this on in its next state change only. */
  gst_element_set_base_time (probe_element (probe), START);
}

static void
probe_close (Probe * probe)
{
  gst_element_set_bus (probe->h->element, NULL);
  gst_harness_teardown (probe->h);
  gst_object_unref (probe->bus);
  gst_system_clock_set_default (NULL);
  gst_object_unref (probe->clock);
}

/* The next alert, or NULL if there is none within `timeout`. */
static GstStructure *
pop_alert (Probe * probe, GstClockTime timeout)
{
  GstMessage *message;

  while ((message = gst_bus_timed_pop_filtered (probe->bus, timeout,
              GST_MESSAGE_ELEMENT))) {
    const GstStructure *s = gst_message_get_structure (message);
    GstStructure *copy = NULL;

    if (gst_structure_has_name (s, "healthprobe-alert"))
      copy = gst_structure_copy (s);
    gst_message_unref (message);
    if (copy != NULL)
      return copy;
  }
  return NULL;
}

static guint64
field_u64 (const GstStructure * s, const gchar * name)
{
  guint64 value = 0;

  fail_unless (gst_structure_get_uint64 (s, name, &value), "no %s", name);
  return value;
}

static void
assert_alert (const GstStructure * alert, const gchar * check,
    const gchar * state)
{
  fail_unless (alert != NULL, "no %s %s", check, state);
  fail_unless_equals_string (gst_structure_get_string (alert, "check"), check);
  fail_unless_equals_string (gst_structure_get_string (alert, "state"), state);
  fail_unless (gst_structure_get_string (alert, "summary") != NULL);
  fail_unless (gst_structure_get_string (alert, "incident") != NULL);
  fail_unless (gst_structure_has_field (alert, "running-time"));
}

static void
expect_alert (Probe * probe, const gchar * check, const gchar * state)
{
  GstStructure *alert = pop_alert (probe, 0);

  assert_alert (alert, check, state);
  gst_structure_free (alert);
}

static void
expect_nothing (Probe * probe)
{
  GstStructure *alert = pop_alert (probe, 0);

  if (alert != NULL) {
    g_autofree gchar *text = gst_structure_to_string (alert);
    fail ("unexpected %s", text);
  }
}

static GstStructure *
get_stats (Probe * probe)
{
  GstStructure *stats = NULL;

  g_object_get (probe_element (probe), "stats", &stats, NULL);
  fail_unless (gst_structure_has_name (stats,
          "application/x-healthprobe-stats"));
  return stats;
}

static guint64
stat_u64 (Probe * probe, const gchar * name)
{
  GstStructure *stats = get_stats (probe);
  guint64 value = field_u64 (stats, name);

  gst_structure_free (stats);
  return value;
}

static GstBuffer *
still_picture (guint n, guint8 luma)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 64 * 64, NULL);

  gst_buffer_memset (buffer, 0, luma, 64 * 64);
  GST_BUFFER_PTS (buffer) = n * FRAME;
  GST_BUFFER_DURATION (buffer) = FRAME;
  return buffer;
}

/* With a mark that moves, unless it is dark. */
static GstBuffer *
picture (guint n, guint8 luma)
{
  GstBuffer *buffer = still_picture (n, luma);
  guint row;

  for (row = 0; luma > 16 && row < 4; row++)
    gst_buffer_memset (buffer, row * 64 + n * 4 % 64, 235, 4);
  return buffer;
}

static void
push (Probe * probe, GstBuffer * buffer)
{
  GstBuffer *out;

  fail_unless_equals_int (gst_harness_push (probe->h, buffer), GST_FLOW_OK);
  out = gst_harness_pull (probe->h);
  fail_unless (out == buffer);
  gst_buffer_unref (out);
}

/* Frames `from` to `to`, without the last. */
static void
push_pictures (Probe * probe, guint from, guint to, guint8 luma)
{
  for (; from < to; from++)
    push (probe, picture (from, luma));
}

static GstBuffer *
sound (guint n, gint16 left, gint16 right)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, BLOCK_SAMPLES * 4, NULL);
  GstMapInfo map;
  guint i;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (i = 0; i < BLOCK_SAMPLES; i++) {
    ((gint16 *) map.data)[2 * i] = GINT16_TO_LE (left);
    ((gint16 *) map.data)[2 * i + 1] = GINT16_TO_LE (right);
  }
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_PTS (buffer) = n * BLOCK;
  GST_BUFFER_DURATION (buffer) = BLOCK;
  return buffer;
}

static void
push_sound (Probe * probe, guint from, guint to, gint16 left, gint16 right)
{
  for (; from < to; from++)
    push (probe, sound (from, left, right));
}

/* Until the watch sleeps until `time`. */
static void
await_deadline (Probe * probe, GstClockTime time)
{
  GstClockID id;

  while (TRUE) {
    gst_test_clock_wait_for_next_pending_id (probe->clock, &id);
    if (gst_clock_id_get_time (id) == time)
      break;
    gst_clock_id_unref (id);
    g_thread_yield ();
  }
  gst_clock_id_unref (id);
}

/* Moves time to `time` once the watch sleeps until then, and wakes it. */
static void
reach_deadline (Probe * probe, GstClockTime time)
{
  GstClockID id;

  await_deadline (probe, time);
  gst_test_clock_set_time (probe->clock, time);
  id = gst_test_clock_process_next_clock_id (probe->clock);
  fail_unless (id != NULL);
  gst_clock_id_unref (id);
}

static const gchar *const any_caps[] = {
  VIDEO_CAPS,
  AUDIO_CAPS,
  "video/x-raw(memory:GLMemory),format=RGBA,width=64,height=64,framerate=25/1",
  "video/x-raw,format=v210,width=64,height=64,framerate=25/1",
  "video/x-h264,stream-format=byte-stream,alignment=au,framerate=25/1",
  "video/x-h264,stream-format=byte-stream,alignment=nal",
  "audio/mpeg,mpegversion=4,stream-format=raw,rate=48000,channels=2",
  "video/mpegts,systemstream=true,packetsize=188",
  "application/x-rtp,media=video,clock-rate=90000,encoding-name=H264",
  "text/x-raw,format=utf8",
  "application/octet-stream",
};

GST_START_TEST (healthprobe_passes_the_same_buffer_with_any_caps)
{
  Probe probe;
  GstCaps *caps, *out;

  probe_open (&probe, "healthprobe");
  caps = gst_caps_from_string (any_caps[__i__]);
  gst_harness_set_src_caps (probe.h, gst_caps_ref (caps));
  push_pictures (&probe, 0, 3, 100);
  out = gst_pad_get_current_caps (probe.h->sinkpad);
  fail_unless (gst_caps_is_strictly_equal (caps, out));
  gst_caps_unref (out);
  gst_caps_unref (caps);
  fail_unless_equals_uint64 (stat_u64 (&probe, "buffers"), 3);
  fail_unless_equals_uint64 (stat_u64 (&probe, "bytes"), 3 * 64 * 64);
  expect_nothing (&probe);
  probe_close (&probe);
}

GST_END_TEST;

static void
push_event (GstHarness * h, GstEvent * event)
{
  fail_unless (gst_harness_push_event (h, event));
}

GST_START_TEST (healthprobe_needs_no_caps)
{
  Probe probe;
  GstSegment segment;

  probe_open (&probe, "healthprobe");
  gst_segment_init (&segment, GST_FORMAT_TIME);
  push_event (probe.h, gst_event_new_stream_start ("test"));
  push_event (probe.h, gst_event_new_segment (&segment));
  push_pictures (&probe, 0, 3, 100);
  fail_unless_equals_uint64 (stat_u64 (&probe, "buffers"), 3);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_takes_segments_in_bytes)
{
  Probe probe;
  GstSegment segment;
  guint i;

  probe_open (&probe, "healthprobe");
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  push_event (probe.h, gst_event_new_stream_start ("test"));
  push_event (probe.h, gst_event_new_segment (&segment));
  for (i = 0; i < 5; i++)
    push (&probe, gst_buffer_new_allocate (NULL, 1000, NULL));
  push_pictures (&probe, 10, 20, 100);
  fail_unless_equals_uint64 (stat_u64 (&probe, "buffers"), 15);
  fail_unless_equals_uint64 (stat_u64 (&probe, "gaps"), 0);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_leaves_the_memories_of_a_buffer_alone)
{
  Probe probe;
  GstBuffer *buffer = gst_buffer_append (sound (0, 0, 0), sound (0, 9, 9));
  GstBuffer *out;
  GstMemory *second = gst_buffer_peek_memory (buffer, 1);

  probe_open (&probe, "healthprobe");
  gst_harness_set_src_caps_str (probe.h, AUDIO_CAPS);
  fail_unless_equals_int (gst_harness_push (probe.h, buffer), GST_FLOW_OK);
  out = gst_harness_pull (probe.h);
  fail_unless (out == buffer);
  fail_unless_equals_int (gst_buffer_n_memory (out), 2);
  fail_unless (gst_buffer_peek_memory (out, 1) == second);
  fail_unless_equals_int (GST_MINI_OBJECT_REFCOUNT_VALUE (out), 1);
  gst_buffer_unref (out);
  fail_unless_equals_uint64 (stat_u64 (&probe, "analysed"), 1);
  probe_close (&probe);
}

GST_END_TEST;

static GstBufferList *arrived_list;

static GstFlowReturn
take_list (GstPad * pad, GstObject * parent, GstBufferList * list)
{
  arrived_list = list;
  return GST_FLOW_OK;
}

GST_START_TEST (healthprobe_passes_lists_whole)
{
  Probe probe;
  GstBufferList *list = gst_buffer_list_new ();
  guint i;

  probe_open (&probe, "healthprobe");
  gst_pad_set_chain_list_function (probe.h->sinkpad, take_list);
  gst_harness_set_src_caps_str (probe.h, "application/x-rtp");
  for (i = 0; i < 10; i++)
    gst_buffer_list_add (list, gst_buffer_new_allocate (NULL, 100, NULL));
  arrived_list = NULL;
  fail_unless_equals_int (gst_pad_push_list (probe.h->srcpad, list),
      GST_FLOW_OK);
  fail_unless (arrived_list == list);
  fail_unless_equals_int (gst_buffer_list_length (list), 10);
  gst_buffer_list_unref (list);
  fail_unless_equals_uint64 (stat_u64 (&probe, "buffers"), 10);
  fail_unless_equals_uint64 (stat_u64 (&probe, "bytes"), 1000);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_passes_allocation_queries_and_key_unit_events)
{
  Probe probe;
  GstCaps *caps = gst_caps_from_string (VIDEO_CAPS);
  GstQuery *query = gst_query_new_allocation (caps, TRUE);
  GstEvent *event;

  probe_open (&probe, "healthprobe");
  gst_harness_set_src_caps (probe.h, caps);
  gst_harness_add_propose_allocation_meta (probe.h, GST_VIDEO_META_API_TYPE,
      NULL);
  fail_unless (gst_pad_peer_query (probe.h->srcpad, query));
  fail_unless (gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE,
          NULL));
  gst_query_unref (query);

  push_event (probe.h, gst_video_event_new_downstream_force_key_unit (0, 0, 0,
          TRUE, 1));
  while ((event = gst_harness_try_pull_event (probe.h)) != NULL) {
    gboolean found = gst_video_event_is_force_key_unit (event);

    gst_event_unref (event);
    if (found)
      break;
  }
  fail_unless (event != NULL);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_tells_when_black_begins_and_ends)
{
  Probe probe;
  GstStructure *alert;
  g_autofree gchar *incident = NULL;

  probe_open (&probe, "healthprobe name=studio");
  gst_harness_set_src_caps_str (probe.h, VIDEO_CAPS);
  push_pictures (&probe, 0, 25, 100);
  push_pictures (&probe, 25, 72, 16);
  expect_nothing (&probe);
  /* 2 s after the first black picture, within one look. */
  push_pictures (&probe, 72, 78, 16);
  alert = pop_alert (&probe, 0);
  assert_alert (alert, "black", "open");
  fail_unless_equals_string (gst_structure_get_string (alert, "severity"),
      "warning");
  fail_unless_equals_string (gst_structure_get_string (alert, "probe"),
      "studio");
  fail_unless_equals_string (gst_structure_get_string (alert, "medium"),
      "video");
  fail_unless (field_u64 (alert, "since") >= 25 * FRAME);
  fail_unless (field_u64 (alert, "since") <= 28 * FRAME);
  incident = g_strdup (gst_structure_get_string (alert, "incident"));
  fail_unless_equals_string (incident, "studio-black-1");
  gst_structure_free (alert);

  push_pictures (&probe, 78, 100, 16);
  push_pictures (&probe, 100, 130, 100);
  alert = pop_alert (&probe, 0);
  assert_alert (alert, "black", "close");
  fail_unless_equals_string (gst_structure_get_string (alert, "incident"),
      incident);
  fail_unless (field_u64 (alert, "duration") >= 72 * FRAME);
  fail_unless (field_u64 (alert, "duration") <= 78 * FRAME);
  gst_structure_free (alert);
  expect_nothing (&probe);
  fail_unless (stat_u64 (&probe, "black-time") >= 72 * FRAME);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_tells_when_the_picture_freezes_and_moves_again)
{
  Probe probe;
  GstStructure *alert;
  guint i;

  probe_open (&probe, "healthprobe name=studio");
  gst_harness_set_src_caps_str (probe.h, VIDEO_CAPS);
  push_pictures (&probe, 0, 250, 100);
  expect_nothing (&probe);
  for (i = 250; i < 372; i++)
    push (&probe, still_picture (i, 100));
  expect_nothing (&probe);
  /* 5 s after the last one that moved, within one look. */
  for (; i < 380; i++)
    push (&probe, still_picture (i, 100));
  alert = pop_alert (&probe, 0);
  assert_alert (alert, "freeze", "open");
  fail_unless_equals_string (gst_structure_get_string (alert, "severity"),
      "warning");
  fail_unless_equals_string (gst_structure_get_string (alert, "unit"), "luma");
  fail_unless (field_u64 (alert, "since") >= 248 * FRAME);
  fail_unless (field_u64 (alert, "since") <= 253 * FRAME);
  gst_structure_free (alert);
  push_pictures (&probe, 380, 400, 100);
  expect_alert (&probe, "freeze", "close");
  expect_nothing (&probe);
  fail_unless (stat_u64 (&probe, "freeze-time") >= 125 * FRAME);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_freeze_can_be_tuned_and_switched_off)
{
  GstElement *element;
  Probe probe;
  guint i;

  probe_open (&probe, "healthprobe freeze-duration=1000");
  element = probe_element (&probe);
  gst_harness_set_src_caps_str (probe.h, VIDEO_CAPS);
  for (i = 0; i < 30; i++)
    push (&probe, still_picture (i, 100));
  expect_alert (&probe, "freeze", "open");
  gst_util_set_object_arg (G_OBJECT (element), "checks", "black");
  expect_alert (&probe, "freeze", "close");
  /* Every mark of the picture is below the threshold. */
  gst_util_set_object_arg (G_OBJECT (element), "checks", "freeze");
  g_object_set (element, "freeze-threshold", 200, NULL);
  push_pictures (&probe, 30, 70, 100);
  expect_alert (&probe, "freeze", "open");
  probe_close (&probe);
}

GST_END_TEST;

/* GAP buffers stand for what was not there: nobody knows whether it stood. */
GST_START_TEST (healthprobe_does_not_take_gaps_for_a_freeze)
{
  Probe probe;
  guint i;

  probe_open (&probe, "healthprobe freeze-duration=1000");
  gst_harness_set_src_caps_str (probe.h, VIDEO_CAPS);
  for (i = 0; i < 100; i++) {
    GstBuffer *buffer = still_picture (i, 100);

    if (i % 20 == 0)
      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_GAP);
    push (&probe, buffer);
  }
  expect_nothing (&probe);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_calls_long_black_critical)
{
  Probe probe;
  GstStructure *alert;

  probe_open (&probe, "healthprobe");
  gst_harness_set_src_caps_str (probe.h, VIDEO_CAPS);
  push_pictures (&probe, 0, 260, 16);
  expect_alert (&probe, "black", "open");
  alert = pop_alert (&probe, 0);
  assert_alert (alert, "black", "open");
  fail_unless_equals_string (gst_structure_get_string (alert, "severity"),
      "critical");
  gst_structure_free (alert);
  expect_nothing (&probe);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_takes_gap_buffers_and_events_for_no_content)
{
  Probe probe;
  guint i;

  probe_open (&probe, "healthprobe");
  gst_harness_set_src_caps_str (probe.h, VIDEO_CAPS);
  for (i = 0; i < 100; i++) {
    GstBuffer *buffer = picture (i, 16);

    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_GAP);
    push (&probe, buffer);
  }
  push_pictures (&probe, 100, 140, 16);
  push_event (probe.h, gst_event_new_gap (140 * FRAME, FRAME));
  push_pictures (&probe, 140, 180, 16);
  expect_nothing (&probe);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_survives_bad_pictures_and_sound)
{
  Probe probe;
  GstBuffer *buffer;

  probe_open (&probe, "healthprobe");
  gst_harness_set_src_caps_str (probe.h, VIDEO_CAPS);
  push (&probe, gst_buffer_new_allocate (NULL, 10, NULL));
  push (&probe, gst_buffer_new ());
  buffer = gst_buffer_new_allocate (NULL, 32 * 32, NULL);
  gst_buffer_add_video_meta (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_GRAY8, 32, 32);
  push (&probe, buffer);
  gst_harness_set_src_caps_str (probe.h, AUDIO_CAPS);
  push (&probe, gst_buffer_new_allocate (NULL, 7, NULL));
  push (&probe, gst_buffer_new ());
  gst_harness_set_src_caps_str (probe.h,
      "audio/x-raw,format=S16LE,rate=48000,channels=2,layout=non-interleaved");
  push (&probe, gst_buffer_new_allocate (NULL, 8, NULL));
  fail_unless_equals_uint64 (stat_u64 (&probe, "buffers"), 6);
  fail_unless_equals_uint64 (stat_u64 (&probe, "analysed"), 0);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_tells_when_silence_begins_and_ends)
{
  Probe probe;
  GstStructure *alert;

  probe_open (&probe, "healthprobe");
  gst_harness_set_src_caps_str (probe.h, AUDIO_CAPS);
  push_sound (&probe, 0, 10, 1000, 1000);
  push_sound (&probe, 10, 59, 0, 0);
  expect_nothing (&probe);
  push_sound (&probe, 59, 61, 0, 0);
  alert = pop_alert (&probe, 0);
  assert_alert (alert, "silence", "open");
  fail_unless_equals_uint64 (field_u64 (alert, "since"), GST_SECOND);
  gst_structure_free (alert);
  push_sound (&probe, 61, 70, 0, 0);
  push_sound (&probe, 70, 75, 0, 1000);
  alert = pop_alert (&probe, 0);
  assert_alert (alert, "silence", "close");
  fail_unless_equals_uint64 (field_u64 (alert, "duration"), 6 * GST_SECOND);
  gst_structure_free (alert);
  fail_unless_equals_uint64 (stat_u64 (&probe, "silence-time"), 6 * GST_SECOND);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_finds_a_dead_channel)
{
  Probe probe;

  probe_open (&probe, "healthprobe silence-duration=1000");
  gst_harness_set_src_caps_str (probe.h, AUDIO_CAPS);
  push_sound (&probe, 0, 59, 1000, 0);
  expect_nothing (&probe);
  push_sound (&probe, 59, 61, 1000, 0);
  expect_alert (&probe, "dead-channel", "open");
  push_sound (&probe, 61, 66, 1000, 1000);
  expect_alert (&probe, "dead-channel", "close");
  expect_nothing (&probe);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_tells_of_missing_frames)
{
  Probe probe;
  GstStructure *alert;

  probe_open (&probe, "healthprobe");
  gst_harness_set_src_caps_str (probe.h, VIDEO_CAPS);
  push_pictures (&probe, 0, 10, 100);
  push_pictures (&probe, 11, 20, 100);
  alert = pop_alert (&probe, 0);
  assert_alert (alert, "gap", "open");
  fail_unless_equals_string (gst_structure_get_string (alert, "severity"),
      "warning");
  gst_structure_free (alert);
  push_pictures (&probe, 40, 41, 100);
  alert = pop_alert (&probe, 0);
  assert_alert (alert, "gap", "open");
  fail_unless_equals_string (gst_structure_get_string (alert, "severity"),
      "critical");
  gst_structure_free (alert);
  push_pictures (&probe, 41, 180, 100);
  expect_alert (&probe, "gap", "close");
  fail_unless_equals_uint64 (stat_u64 (&probe, "gaps"), 2);
  fail_unless_equals_uint64 (stat_u64 (&probe, "gap-time"), 21 * FRAME);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_tells_of_steps_back_and_discontinuities)
{
  Probe probe;
  GstBuffer *buffer;

  probe_open (&probe, "healthprobe");
  gst_harness_set_src_caps_str (probe.h, VIDEO_CAPS);
  buffer = picture (10, 100);
  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  push (&probe, buffer);
  push_pictures (&probe, 11, 20, 100);
  expect_nothing (&probe);
  push_pictures (&probe, 5, 10, 100);
  expect_alert (&probe, "discontinuity", "open");
  buffer = picture (10, 100);
  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  push (&probe, buffer);
  push_pictures (&probe, 11, 150, 100);
  expect_alert (&probe, "discontinuity", "close");
  fail_unless_equals_uint64 (stat_u64 (&probe, "discontinuities"), 1);
  fail_unless_equals_uint64 (stat_u64 (&probe, "backwards"), 1);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_tells_of_a_stall_without_any_buffer)
{
  Probe probe;
  GstStructure *alert;

  probe_open (&probe, "healthprobe");
  gst_harness_set_src_caps_str (probe.h, VIDEO_CAPS);
  push_pictures (&probe, 0, 1, 100);
  await_deadline (&probe, START + GST_SECOND);
  gst_test_clock_set_time (probe.clock, START + 300 * GST_MSECOND);
  push_pictures (&probe, 1, 2, 100);
  /* The watch still sleeps until the first buffer's deadline. */
  reach_deadline (&probe, START + GST_SECOND);
  reach_deadline (&probe, START + 1300 * GST_MSECOND);
  alert = pop_alert (&probe, GST_CLOCK_TIME_NONE);
  assert_alert (alert, "stall", "open");
  fail_unless_equals_uint64 (field_u64 (alert, "since"), 300 * GST_MSECOND);
  fail_unless_equals_uint64 (field_u64 (alert, "running-time"),
      1300 * GST_MSECOND);
  gst_structure_free (alert);

  gst_test_clock_set_time (probe.clock, START + 5 * GST_SECOND);
  fail_unless_equals_uint64 (stat_u64 (&probe, "stall-time"),
      4700 * GST_MSECOND);
  push_pictures (&probe, 2, 3, 100);
  alert = pop_alert (&probe, 0);
  assert_alert (alert, "stall", "close");
  fail_unless_equals_uint64 (field_u64 (alert, "duration"), 4700 * GST_MSECOND);
  gst_structure_free (alert);
  fail_unless_equals_uint64 (stat_u64 (&probe, "stalls"), 1);
  /* And it watches on. */
  reach_deadline (&probe, START + 6 * GST_SECOND);
  alert = pop_alert (&probe, GST_CLOCK_TIME_NONE);
  assert_alert (alert, "stall", "open");
  gst_structure_free (alert);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_tells_when_nothing_ever_arrives)
{
  Probe probe;
  GstStructure *alert;

  probe_open (&probe, "healthprobe startup-timeout=3000");
  gst_harness_set_src_caps_str (probe.h, VIDEO_CAPS);
  reach_deadline (&probe, START + 3 * GST_SECOND);
  alert = pop_alert (&probe, GST_CLOCK_TIME_NONE);
  assert_alert (alert, "startup", "open");
  gst_structure_free (alert);
  push_pictures (&probe, 0, 1, 100);
  expect_alert (&probe, "startup", "close");
  expect_nothing (&probe);
  probe_close (&probe);
}

GST_END_TEST;

static gboolean
nothing_is_pending (Probe * probe)
{
  /* The watch may still be on its way to its next sleep; it can only be found
   * asleep for ever or until a deadline that is over. */
  return gst_test_clock_peek_id_count (probe->clock) == 0;
}

GST_START_TEST (healthprobe_takes_no_pause_for_a_stall)
{
  Probe probe;

  probe_open (&probe, "healthprobe");
  gst_harness_set_src_caps_str (probe.h, VIDEO_CAPS);
  push_pictures (&probe, 0, 1, 100);
  await_deadline (&probe, START + GST_SECOND);
  gst_element_set_state (probe.h->element, GST_STATE_PAUSED);
  reach_deadline (&probe, START + GST_SECOND);
  gst_test_clock_set_time (probe.clock, START + 20 * GST_SECOND);
  while (!nothing_is_pending (&probe))
    g_thread_yield ();
  expect_nothing (&probe);
  /* The time to be quiet starts anew. */
  gst_element_set_state (probe.h->element, GST_STATE_PLAYING);
  reach_deadline (&probe, START + 21 * GST_SECOND);
  gst_structure_free (pop_alert (&probe, GST_CLOCK_TIME_NONE));
  /* Pausing ends it. */
  gst_element_set_state (probe.h->element, GST_STATE_PAUSED);
  expect_alert (&probe, "stall", "close");
  gst_element_set_state (probe.h->element, GST_STATE_PLAYING);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_expects_nothing_after_eos)
{
  Probe probe;

  probe_open (&probe, "healthprobe");
  gst_harness_set_src_caps_str (probe.h, VIDEO_CAPS);
  push_pictures (&probe, 0, 60, 16);
  expect_alert (&probe, "black", "open");
  await_deadline (&probe, START + GST_SECOND);
  push_event (probe.h, gst_event_new_eos ());
  expect_alert (&probe, "black", "close");
  reach_deadline (&probe, START + GST_SECOND);
  while (!nothing_is_pending (&probe))
    g_thread_yield ();
  gst_test_clock_set_time (probe.clock, START + 20 * GST_SECOND);
  expect_nothing (&probe);
  fail_unless_equals_uint64 (stat_u64 (&probe, "stalls"), 0);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_takes_new_settings_while_playing)
{
  Probe probe;
  GstElement *element;
  GstStructure *alert;

  probe_open (&probe, "healthprobe");
  element = probe_element (&probe);
  gst_harness_set_src_caps_str (probe.h, VIDEO_CAPS);
  push_pictures (&probe, 0, 25, 16);
  expect_nothing (&probe);
  g_object_set (element, "black-duration", 500, NULL);
  push_pictures (&probe, 25, 28, 16);
  expect_alert (&probe, "black", "open");
  gst_util_set_object_arg (G_OBJECT (element), "checks", "stall+gap");
  expect_alert (&probe, "black", "close");
  push_pictures (&probe, 28, 100, 16);
  expect_nothing (&probe);
  /* A nearer deadline wakes the watch. */
  g_object_set (element, "stall-timeout", 200, NULL);
  reach_deadline (&probe, START + 200 * GST_MSECOND);
  alert = pop_alert (&probe, GST_CLOCK_TIME_NONE);
  assert_alert (alert, "stall", "open");
  gst_structure_free (alert);
  /* A brighter limit takes mid grey for black. */
  g_object_set (element, "stall-timeout", 0, "black-pixel", 0.5, NULL);
  gst_util_set_object_arg (G_OBJECT (element), "checks", "black");
  expect_alert (&probe, "stall", "close");
  push_pictures (&probe, 100, 120, 100);
  expect_alert (&probe, "black", "open");
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_starts_anew_when_it_is_reused)
{
  Probe probe;
  GstStructure *alert;

  probe_open (&probe, "healthprobe name=p");
  gst_harness_set_src_caps_str (probe.h, VIDEO_CAPS);
  push_pictures (&probe, 0, 60, 16);
  expect_alert (&probe, "black", "open");
  gst_element_set_state (probe.h->element, GST_STATE_NULL);
  /* What was open ended with the stream. */
  expect_alert (&probe, "black", "close");
  gst_element_set_state (probe.h->element, GST_STATE_PLAYING);
  fail_unless_equals_uint64 (stat_u64 (&probe, "buffers"), 0);
  fail_unless_equals_uint64 (stat_u64 (&probe, "alerts-total"), 0);
  push_event (probe.h, gst_event_new_stream_start ("again"));
  gst_harness_set_src_caps_str (probe.h, VIDEO_CAPS);
  push_pictures (&probe, 0, 60, 16);
  alert = pop_alert (&probe, 0);
  assert_alert (alert, "black", "open");
  fail_unless_equals_string (gst_structure_get_string (alert, "incident"),
      "p-black-2");
  gst_structure_free (alert);
  expect_nothing (&probe);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_survives_a_flush)
{
  Probe probe;
  GstSegment segment;
  GstBuffer *buffer;

  probe_open (&probe, "healthprobe");
  gst_harness_set_src_caps_str (probe.h, VIDEO_CAPS);
  push_pictures (&probe, 0, 60, 16);
  expect_alert (&probe, "black", "open");
  push_event (probe.h, gst_event_new_flush_start ());
  push_event (probe.h, gst_event_new_flush_stop (TRUE));
  expect_alert (&probe, "black", "close");
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = 1000 * FRAME;
  push_event (probe.h, gst_event_new_segment (&segment));
  buffer = picture (1000, 16);
  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  push (&probe, buffer);
  push_pictures (&probe, 1001, 1045, 16);
  expect_nothing (&probe);
  push_pictures (&probe, 1045, 1060, 16);
  expect_alert (&probe, "black", "open");
  expect_nothing (&probe);
  fail_unless_equals_uint64 (stat_u64 (&probe, "gaps"), 0);
  fail_unless_equals_uint64 (stat_u64 (&probe, "discontinuities"), 0);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_refuses_bitrate_limits_that_nothing_meets)
{
  GstElement *element = gst_element_factory_make ("healthprobe", NULL);
  GstBus *bus = gst_bus_new ();
  GstMessage *message;
  GError *error = NULL;
  gchar *debug = NULL;

  gst_object_ref_sink (element);
  gst_element_set_bus (element, bus);
  g_object_set (element, "bitrate-min", G_GUINT64_CONSTANT (2000),
      "bitrate-max", G_GUINT64_CONSTANT (1000), NULL);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, &debug);
  fail_unless (g_error_matches (error, GST_LIBRARY_ERROR,
          GST_LIBRARY_ERROR_SETTINGS));
  fail_unless (strstr (debug, "bitrate-min is 2000") != NULL);
  g_error_free (error);
  g_free (debug);
  gst_message_unref (message);
  /* Put right, it runs. */
  gst_element_set_state (element, GST_STATE_NULL);
  g_object_set (element, "bitrate-min", G_GUINT64_CONSTANT (500), NULL);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_PLAYING),
      GST_STATE_CHANGE_SUCCESS);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_element_set_bus (element, NULL);
  gst_object_unref (bus);
  gst_object_unref (element);
}

GST_END_TEST;

GST_START_TEST (healthprobe_counts_key_frames)
{
  Probe probe;
  GstStructure *stats;
  gint64 interval = 0;
  guint i;

  probe_open (&probe, "healthprobe");
  gst_harness_set_src_caps_str (probe.h,
      "video/x-h264,stream-format=avc,alignment=au,framerate=25/1");
  for (i = 0; i < 110; i++) {
    GstBuffer *buffer = picture (i, 0);

    if (i % 50 != 0)
      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    /* As with B-frames. */
    GST_BUFFER_DTS (buffer) = GST_BUFFER_PTS (buffer);
    GST_BUFFER_PTS (buffer) += (i % 3) * FRAME;
    push (&probe, buffer);
  }
  stats = get_stats (&probe);
  fail_unless_equals_uint64 (field_u64 (stats, "keyframes"), 3);
  fail_unless_equals_uint64 (field_u64 (stats, "frames"), 110);
  fail_unless_equals_uint64 (field_u64 (stats, "gaps"), 0);
  fail_unless_equals_uint64 (field_u64 (stats, "backwards"), 0);
  fail_unless (gst_structure_get_int64 (stats, "keyframe-interval", &interval));
  fail_unless_equals_int64 (interval, 2 * GST_SECOND);
  gst_structure_free (stats);
  expect_nothing (&probe);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_measures_rates_by_arrival)
{
  Probe probe;
  GstStructure *stats;
  gint64 bps = 0;
  gdouble fps = 0.0;
  guint i;

  probe_open (&probe, "healthprobe stall-timeout=0 startup-timeout=0");
  gst_harness_set_src_caps_str (probe.h, VIDEO_CAPS);
  for (i = 0; i < 151; i++) {
    gst_test_clock_set_time (probe.clock, START + i * FRAME);
    push (&probe, picture (i, 100));
  }
  stats = get_stats (&probe);
  fail_unless (gst_structure_get_int64 (stats, "bitrate-bps", &bps));
  fail_unless_equals_int64 (bps, 64 * 64 * 8 * 25);
  fail_unless (gst_structure_get_double (stats, "frame-rate", &fps));
  fail_unless_equals_float (fps, 25.0);
  gst_structure_free (stats);
  /* Then nothing: the rate falls by itself. */
  gst_test_clock_set_time (probe.clock, START + 60 * GST_SECOND);
  stats = get_stats (&probe);
  fail_unless (gst_structure_get_int64 (stats, "bitrate-bps", &bps));
  fail_unless_equals_int64 (bps, 0);
  gst_structure_free (stats);
  probe_close (&probe);
}

GST_END_TEST;

GST_START_TEST (healthprobe_posts_its_stats)
{
  Probe probe;
  GstMessage *message;
  GstClockID id;

  probe_open (&probe, "healthprobe stats-interval=500 startup-timeout=0");
  gst_test_clock_wait_for_next_pending_id (probe.clock, &id);
  fail_unless_equals_uint64 (gst_clock_id_get_time (id),
      START + 500 * GST_MSECOND);
  gst_clock_id_unref (id);
  gst_test_clock_crank (probe.clock);
  message = gst_bus_timed_pop_filtered (probe.bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_ELEMENT);
  fail_unless (gst_message_has_name (message,
          "application/x-healthprobe-stats"));
  gst_message_unref (message);
  probe_close (&probe);
}

GST_END_TEST;

static Suite *
healthprobe_suite (void)
{
  Suite *s = suite_create ("healthprobe");
  TCase *tc = tcase_create ("healthprobe");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, healthprobe_passes_the_same_buffer_with_any_caps, 0,
      G_N_ELEMENTS (any_caps));
  tcase_add_test (tc, healthprobe_needs_no_caps);
  tcase_add_test (tc, healthprobe_takes_segments_in_bytes);
  tcase_add_test (tc, healthprobe_leaves_the_memories_of_a_buffer_alone);
  tcase_add_test (tc, healthprobe_passes_lists_whole);
  tcase_add_test (tc,
      healthprobe_passes_allocation_queries_and_key_unit_events);
  tcase_add_test (tc, healthprobe_tells_when_black_begins_and_ends);
  tcase_add_test (tc,
      healthprobe_tells_when_the_picture_freezes_and_moves_again);
  tcase_add_test (tc, healthprobe_freeze_can_be_tuned_and_switched_off);
  tcase_add_test (tc, healthprobe_does_not_take_gaps_for_a_freeze);
  tcase_add_test (tc, healthprobe_calls_long_black_critical);
  tcase_add_test (tc, healthprobe_takes_gap_buffers_and_events_for_no_content);
  tcase_add_test (tc, healthprobe_survives_bad_pictures_and_sound);
  tcase_add_test (tc, healthprobe_tells_when_silence_begins_and_ends);
  tcase_add_test (tc, healthprobe_finds_a_dead_channel);
  tcase_add_test (tc, healthprobe_tells_of_missing_frames);
  tcase_add_test (tc, healthprobe_tells_of_steps_back_and_discontinuities);
  tcase_add_test (tc, healthprobe_tells_of_a_stall_without_any_buffer);
  tcase_add_test (tc, healthprobe_tells_when_nothing_ever_arrives);
  tcase_add_test (tc, healthprobe_takes_no_pause_for_a_stall);
  tcase_add_test (tc, healthprobe_expects_nothing_after_eos);
  tcase_add_test (tc, healthprobe_takes_new_settings_while_playing);
  tcase_add_test (tc, healthprobe_starts_anew_when_it_is_reused);
  tcase_add_test (tc, healthprobe_survives_a_flush);
  tcase_add_test (tc, healthprobe_refuses_bitrate_limits_that_nothing_meets);
  tcase_add_test (tc, healthprobe_counts_key_frames);
  tcase_add_test (tc, healthprobe_measures_rates_by_arrival);
  tcase_add_test (tc, healthprobe_posts_its_stats);
  return s;
}

GST_CHECK_MAIN (healthprobe);
