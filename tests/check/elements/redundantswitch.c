/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <gst/check/gsttestclock.h>

#define FRAME (40 * GST_MSECOND)
#define VIDEO_CAPS "video/x-raw,format=GRAY8,width=8,height=8,framerate=25/1"
#define AUDIO_CAPS "audio/x-raw,format=S16LE,rate=48000,channels=1," \
    "layout=interleaved"

/* An element with up to three live inputs of our own and an output that keeps
 * what comes, on a clock of our own. */
typedef struct
{
  GstElement *element;
  GstClock *clock;
  GstBus *bus;
  GstPad *sink;
  GstPad *src[3];
  GstPad *request[3];
  guint next[3];                /* number of the next frame */
  gboolean is_audio;
  guint reconfigures;           /* atomic */
  GMutex lock;
  GList *buffers;               /* newest first */
  guint stream_starts, caps, segments, eos, flushes;
  GstFlowReturn flow;           /* what the output answers */
} Rig;

static GstFlowReturn
collect (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  Rig *rig = gst_pad_get_element_private (pad);
  GstFlowReturn flow;

  g_mutex_lock (&rig->lock);
  rig->buffers = g_list_prepend (rig->buffers, buffer);
  flow = rig->flow;
  g_mutex_unlock (&rig->lock);
  return flow;
}

static gboolean
count_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  Rig *rig = gst_pad_get_element_private (pad);
  const GstSegment *segment;

  g_mutex_lock (&rig->lock);
  if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START)
    rig->stream_starts++;
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    rig->caps++;
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    rig->eos++;
  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_START
      || GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    rig->flushes++;
  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
    gst_event_parse_segment (event, &segment);
    fail_unless_equals_int (segment->format, GST_FORMAT_TIME);
    fail_unless_equals_uint64 (segment->start, 0);
    rig->segments++;
  }
  g_mutex_unlock (&rig->lock);
  gst_event_unref (event);
  return TRUE;
}

static gboolean
answer_live (GstPad * pad, GstObject * parent, GstQuery * query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY) {
    gst_query_set_latency (query, TRUE, 0, GST_CLOCK_TIME_NONE);
    return TRUE;
  }
  return gst_pad_query_default (pad, parent, query);
}

static gboolean
count_reconfigure (GstPad * pad, GstObject * parent, GstEvent * event)
{
  Rig *rig = gst_pad_get_element_private (pad);

  if (GST_EVENT_TYPE (event) == GST_EVENT_RECONFIGURE)
    g_atomic_int_inc (&rig->reconfigures);
  gst_event_unref (event);
  return TRUE;
}

static void
begin_stream (Rig * rig, guint i, const gchar * caps_string, GstClockTime start)
{
  g_autofree gchar *id = g_strdup_printf ("input-%u", i);
  g_autoptr (GstCaps) caps = gst_caps_from_string (caps_string);
  GstSegment segment;

  gst_pad_push_event (rig->src[i], gst_event_new_stream_start (id));
  gst_pad_push_event (rig->src[i], gst_event_new_caps (caps));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = start;
  gst_pad_push_event (rig->src[i], gst_event_new_segment (&segment));
}

static void
add_input (Rig * rig, guint i)
{
  g_autofree gchar *name = g_strdup_printf ("src%u", i);

  rig->request[i] = gst_element_request_pad_simple (rig->element, "sink_%u");
  fail_unless (rig->request[i] != NULL);
  rig->src[i] = gst_pad_new (name, GST_PAD_SRC);
  gst_pad_set_element_private (rig->src[i], rig);
  gst_pad_set_query_function (rig->src[i], answer_live);
  gst_pad_set_event_function (rig->src[i], count_reconfigure);
  gst_pad_set_active (rig->src[i], TRUE);
  fail_unless_equals_int (gst_pad_link (rig->src[i], rig->request[i]),
      GST_PAD_LINK_OK);
}

static void
rig_init (Rig * rig, guint n_inputs)
{
  g_autoptr (GstPad) src = NULL;
  guint i;

  memset (rig, 0, sizeof (Rig));
  g_mutex_init (&rig->lock);
  rig->element = gst_object_ref_sink (gst_element_factory_make
      ("redundantswitch", NULL));
  rig->bus = gst_bus_new ();
  gst_element_set_bus (rig->element, rig->bus);
  rig->clock = gst_test_clock_new ();
  gst_element_set_clock (rig->element, rig->clock);
  gst_element_set_base_time (rig->element, 0);
  rig->sink = gst_pad_new ("sink", GST_PAD_SINK);
  gst_pad_set_element_private (rig->sink, rig);
  gst_pad_set_chain_function (rig->sink, collect);
  gst_pad_set_event_function (rig->sink, count_event);
  gst_pad_set_active (rig->sink, TRUE);
  src = gst_element_get_static_pad (rig->element, "src");
  fail_unless_equals_int (gst_pad_link (src, rig->sink), GST_PAD_LINK_OK);
  for (i = 0; i < n_inputs; i++)
    add_input (rig, i);
}

static void
rig_forget (Rig * rig)
{
  g_list_free_full (g_steal_pointer (&rig->buffers),
      (GDestroyNotify) gst_buffer_unref);
  rig->stream_starts = rig->caps = rig->segments = rig->eos = 0;
}

static void
rig_play (Rig * rig, const gchar * caps)
{
  guint i;

  fail_unless (gst_element_set_state (rig->element, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE);
  for (i = 0; i < G_N_ELEMENTS (rig->src); i++) {
    if (rig->src[i] != NULL && caps != NULL)
      begin_stream (rig, i, caps, 0);
  }
}

static void
rig_clear (Rig * rig)
{
  guint i;

  fail_unless_equals_int (gst_element_set_state (rig->element,
          GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  for (i = 0; i < G_N_ELEMENTS (rig->src); i++) {
    if (rig->src[i] == NULL)
      continue;
    gst_pad_set_active (rig->src[i], FALSE);
    gst_element_release_request_pad (rig->element, rig->request[i]);
    gst_object_unref (rig->request[i]);
    gst_object_unref (rig->src[i]);
  }
  gst_pad_set_active (rig->sink, FALSE);
  gst_object_unref (rig->sink);
  gst_element_set_bus (rig->element, NULL);
  gst_object_unref (rig->bus);
  ASSERT_OBJECT_REFCOUNT (rig->element, "element", 1);
  gst_object_unref (rig->element);
  gst_object_unref (rig->clock);
  rig_forget (rig);
  g_mutex_clear (&rig->lock);
}

/* Lets the output do all that is due up to `time`. */
static void
advance (Rig * rig, GstClockTime time)
{
  GstTestClock *clock = GST_TEST_CLOCK (rig->clock);

  for (;;) {
    GstClockID id, done;
    gboolean due;

    gst_test_clock_wait_for_next_pending_id (clock, &id);
    due = gst_clock_id_get_time (id) <= time;
    if (due) {
      gst_test_clock_set_time (clock, MAX (gst_clock_id_get_time (id),
              gst_clock_get_time (rig->clock)));
      done = gst_test_clock_process_next_clock_id (clock);
      gst_clock_id_unref (done);
    }
    gst_clock_id_unref (id);
    if (!due)
      break;
  }
  gst_test_clock_set_time (clock, MAX (time, gst_clock_get_time (rig->clock)));
}

/* A frame whose first bytes are the input and the number, or 40 ms of samples
 * that are all 1000 times the input's number plus one. */
static GstFlowReturn
push (Rig * rig, guint i, GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, rig->is_audio ? 3840 : 64,
      NULL);
  GstMapInfo map;
  guint k;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  memset (map.data, 0, map.size);
  if (rig->is_audio) {
    for (k = 0; k < map.size / 2; k++)
      ((gint16 *) map.data)[k] = 1000 * (i + 1);
  } else {
    map.data[0] = i + 1;
    map.data[1] = rig->next[i] & 0xff;
    map.data[2] = rig->next[i] >> 8;
  }
  gst_buffer_unmap (buffer, &map);
  rig->next[i]++;
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = FRAME;
  return gst_pad_push (rig->src[i], buffer);
}

/* Inputs of the mask deliver in [from, to), stamped with the clock plus
 * `offset`. */
static void
feed (Rig * rig, guint mask, GstClockTime from, GstClockTime to,
    GstClockTime offset)
{
  GstClockTime now;
  guint i;

  for (now = from; now < to; now += FRAME) {
    advance (rig, now);
    for (i = 0; i < G_N_ELEMENTS (rig->src); i++) {
      if (mask & (1u << i))
        fail_unless_equals_int (push (rig, i, now + offset), GST_FLOW_OK);
    }
  }
  advance (rig, to);
}

static guint
input_of (GstBuffer * buffer, guint * number)
{
  guint8 data[3];

  gst_buffer_extract (buffer, 0, data, 3);
  if (number != NULL)
    *number = data[1] | data[2] << 8;
  return data[0];
}

/* Every slot of the output follows the one before. */
static guint
check_time (Rig * rig)
{
  GstClockTime expected = GST_CLOCK_TIME_NONE;
  guint n = 0;
  GList *l;

  g_mutex_lock (&rig->lock);
  for (l = g_list_last (rig->buffers); l != NULL; l = l->prev) {
    if (n > 0)
      fail_unless_equals_uint64 (GST_BUFFER_PTS (l->data), expected);
    expected = GST_BUFFER_PTS (l->data) + GST_BUFFER_DURATION (l->data);
    n++;
  }
  g_mutex_unlock (&rig->lock);
  return n;
}

/* Each frame is another one than the one before, in order within an input. */
static void
check_fresh (Rig * rig)
{
  guint last_input = 0, last = 0, input, number;
  GList *l;

  g_mutex_lock (&rig->lock);
  for (l = g_list_last (rig->buffers); l != NULL; l = l->prev) {
    input = input_of (l->data, &number);
    if (input == last_input)
      fail_unless_equals_int (number, last + 1);
    last_input = input;
    last = number;
  }
  g_mutex_unlock (&rig->lock);
}

static guint
newest_input (Rig * rig)
{
  guint input;

  g_mutex_lock (&rig->lock);
  fail_unless (rig->buffers != NULL);
  input = input_of (rig->buffers->data, NULL);
  g_mutex_unlock (&rig->lock);
  return input;
}

static guint64
stat (Rig * rig, const gchar * field)
{
  GstStructure *stats;
  guint64 value = 0;

  g_object_get (rig->element, "stats", &stats, NULL);
  fail_unless (gst_structure_has_name (stats,
          "application/x-redundantswitch-stats"));
  fail_unless (gst_structure_get_uint64 (stats, field, &value), "no %s", field);
  gst_structure_free (stats);
  return value;
}

/* The next element message of that name, or NULL.  (transfer full) */
static GstMessage *
pop_message (Rig * rig, const gchar * name)
{
  GstMessage *message;

  while ((message = gst_bus_pop_filtered (rig->bus, GST_MESSAGE_ELEMENT))) {
    const GstStructure *s = gst_message_get_structure (message);
    if (gst_structure_has_name (s, name)) {
      fail_unless (gst_structure_has_field (s, "severity"));
      fail_unless (gst_structure_has_field (s, "summary"));
      fail_unless (gst_structure_has_field (s, "running-time"));
      return message;
    }
    gst_message_unref (message);
  }
  return NULL;
}

static void
expect_message (Rig * rig, const gchar * name, const gchar * field,
    const gchar * value)
{
  GstMessage *message = pop_message (rig, name);

  fail_unless (message != NULL, "no %s", name);
  fail_unless_equals_string (gst_structure_get_string
      (gst_message_get_structure (message), field), value);
  gst_message_unref (message);
}

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
  tcase_add_test (tc, redundantswitch_is_reusable_after_null);
  tcase_add_test (tc, redundantswitch_stands_a_pause);
  tcase_add_test (tc, redundantswitch_refuses_caps_that_it_cannot_make);
  tcase_add_test (tc, redundantswitch_warns_of_a_latency_that_loses_frames);
  tcase_add_test (tc, redundantswitch_reports_its_latency_and_keeps_it);
  tcase_add_test (tc, redundantswitch_takes_policy_changes_while_it_plays);
  return s;
}

GST_CHECK_MAIN (redundantswitch);
