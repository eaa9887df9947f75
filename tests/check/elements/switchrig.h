/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* redundantswitch with inputs of our own, on a clock of our own. */
#pragma once

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
  guint stream_starts, caps, segments, flushes;
  guint eos;                    /* atomic */
  GstFlowReturn flow;           /* what the output answers */
} Rig;

static inline GstFlowReturn
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

static inline gboolean
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
    g_atomic_int_inc (&rig->eos);
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

static inline gboolean
answer_live (GstPad * pad, GstObject * parent, GstQuery * query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY) {
    gst_query_set_latency (query, TRUE, 0, GST_CLOCK_TIME_NONE);
    return TRUE;
  }
  return gst_pad_query_default (pad, parent, query);
}

static inline gboolean
count_reconfigure (GstPad * pad, GstObject * parent, GstEvent * event)
{
  Rig *rig = gst_pad_get_element_private (pad);

  if (GST_EVENT_TYPE (event) == GST_EVENT_RECONFIGURE)
    g_atomic_int_inc (&rig->reconfigures);
  gst_event_unref (event);
  return TRUE;
}

static inline void
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

static inline void
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

static inline void
rig_init (Rig * rig, guint n_inputs)
{
  static GstStaticPadTemplate any_caps = GST_STATIC_PAD_TEMPLATE ("sink",
      GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
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
  rig->sink = gst_pad_new_from_static_template (&any_caps, "sink");
  gst_pad_set_element_private (rig->sink, rig);
  gst_pad_set_chain_function (rig->sink, collect);
  gst_pad_set_event_function (rig->sink, count_event);
  gst_pad_set_active (rig->sink, TRUE);
  src = gst_element_get_static_pad (rig->element, "src");
  fail_unless_equals_int (gst_pad_link (src, rig->sink), GST_PAD_LINK_OK);
  for (i = 0; i < n_inputs; i++)
    add_input (rig, i);
}

static inline void
rig_forget (Rig * rig)
{
  g_list_free_full (g_steal_pointer (&rig->buffers),
      (GDestroyNotify) gst_buffer_unref);
  rig->stream_starts = rig->caps = rig->segments = rig->eos = 0;
}

static inline void
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

static inline void
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
static inline void
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
  /* The output waits, so what it has collected may be looked at. */
  g_mutex_lock (&rig->lock);
  g_mutex_unlock (&rig->lock);
}

/* A frame whose first bytes are the input and the number, or 40 ms of samples
 * that are all 1000 times the input's number plus one. */
static inline GstFlowReturn
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
static inline void
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

static inline guint
input_of (GstBuffer * buffer, guint * number)
{
  guint8 data[3];

  gst_buffer_extract (buffer, 0, data, 3);
  if (number != NULL)
    *number = data[1] | data[2] << 8;
  return data[0];
}

/* Every slot of the output follows the one before. */
static inline guint
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
static inline void
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

static inline guint
newest_input (Rig * rig)
{
  guint input;

  g_mutex_lock (&rig->lock);
  fail_unless (rig->buffers != NULL);
  input = input_of (rig->buffers->data, NULL);
  g_mutex_unlock (&rig->lock);
  return input;
}

static inline guint64
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
static inline GstMessage *
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

static inline void
expect_message (Rig * rig, const gchar * name, const gchar * field,
    const gchar * value)
{
  GstMessage *message = pop_message (rig, name);

  fail_unless (message != NULL, "no %s", name);
  fail_unless_equals_string (gst_structure_get_string
      (gst_message_get_structure (message), field), value);
  gst_message_unref (message);
}
