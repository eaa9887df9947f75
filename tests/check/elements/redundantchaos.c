/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* redundantswitch under whatever a seeded generator thinks of: data, caps,
 * stamps, events, queries, pads, properties, states and answers of downstream
 * in any order.  It may lose what makes no sense; it may not crash, stop for
 * good, or put out what breaks a stream. */
#include <gst/check/gstcheck.h>
#include <gst/check/gsttestclock.h>

#define SEEDS 200
#define PARTS 8
#define PART (SEEDS / PARTS)
#define STEPS 60
#define MAX_PADS 4

typedef struct
{
  GRand *rand;
  GstElement *element;
  GstClock *clock;
  GstPad *sink;
  GstPad *src[MAX_PADS];
  GstPad *request[MAX_PADS];
  GMutex lock;
  GstFlowReturn flow;           /* what downstream answers */
  gboolean has_stream, has_caps, has_segment, has_ended, has_last;
  GstClockTime last;
  guint buffers;
} Rig;

static const gchar *const caps_list[] = {
  "video/x-raw,format=GRAY8,width=8,height=8,framerate=25/1",
  "video/x-raw,format=GRAY8,width=8,height=8,framerate=0/1",
  "video/x-raw,format=GRAY8,width=8,height=8,framerate=2147483647/1",
  "video/x-raw,format=GRAY8,width=8,height=8,framerate=1/2147483647",
  "video/x-raw,format=I420,width=17,height=9,framerate=30000/1001",
  "video/x-raw,format=GRAY8,width=0,height=0,framerate=25/1",
  "video/x-raw,format=GRAY8,width=-5,height=8,framerate=25/1",
  "video/x-raw,format=GRAY8,width=2147483647,height=2147483647",
  "video/x-raw",
  "video/x-raw,format=ENCODED,width=8,height=8",
  "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved",
  "audio/x-raw,format=F32LE,rate=44100,channels=2,layout=interleaved,"
      "channel-mask=(bitmask)3",
  "audio/x-raw,format=S16LE,rate=1,channels=1,layout=interleaved",
  "audio/x-raw,format=S16LE,rate=0,channels=0,layout=interleaved",
  "audio/x-raw,format=S16LE,rate=2147483647,channels=64,layout=interleaved,"
      "channel-mask=(bitmask)0",
  "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=non-interleaved",
  "video/x-h264,stream-format=byte-stream,alignment=au",
  "video/x-h265,stream-format=byte-stream,alignment=au,framerate=25/1",
  "audio/mpeg,mpegversion=4,stream-format=raw,framed=true,rate=48000",
  "audio/x-opus",
  "application/x-rtp",
};

static gboolean
chance (Rig * rig, guint percent)
{
  return (guint) g_rand_int_range (rig->rand, 0, 100) < percent;
}

static guint
pick (Rig * rig, guint n)
{
  return (guint) g_rand_int_range (rig->rand, 0, (gint32) n);
}

/* The rules of the output: begun before data, one time that only rises. */
static GstFlowReturn
collect (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  Rig *rig = gst_pad_get_element_private (pad);
  GstClockTime time = GST_BUFFER_DTS_OR_PTS (buffer);
  GstFlowReturn flow;

  g_mutex_lock (&rig->lock);
  fail_unless (rig->has_stream && rig->has_caps && rig->has_segment);
  fail_if (rig->has_ended);
  fail_unless (GST_CLOCK_TIME_IS_VALID (time));
  fail_unless (!rig->has_last || time > rig->last);
  rig->last = time;
  rig->has_last = TRUE;
  rig->buffers++;
  flow = rig->flow;
  g_mutex_unlock (&rig->lock);
  gst_buffer_unref (buffer);
  return flow;
}

static gboolean
take_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  Rig *rig = gst_pad_get_element_private (pad);

  g_mutex_lock (&rig->lock);
  if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START) {
    fail_if (rig->has_stream);
    rig->has_stream = TRUE;
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    rig->has_caps = TRUE;
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
    fail_if (rig->has_segment);
    rig->has_segment = TRUE;
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_EOS) {
    rig->has_ended = TRUE;
  } else {
    fail_if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_START
        || GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP);
  }
  g_mutex_unlock (&rig->lock);
  gst_event_unref (event);
  return TRUE;
}

static gboolean
answer (GstPad * pad, GstObject * parent, GstQuery * query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY) {
    gst_query_set_latency (query, TRUE, GST_PAD_SRC == GST_PAD_DIRECTION (pad)
        && GST_OBJECT_NAME (pad)[3] == '3' ? G_MAXUINT64 - 7 : 0,
        GST_CLOCK_TIME_NONE);
    return TRUE;
  }
  return gst_pad_query_default (pad, parent, query);
}

static void
add_pad (Rig * rig, guint i)
{
  g_autofree gchar *name = g_strdup_printf ("src%u", i);

  rig->request[i] = gst_element_request_pad_simple (rig->element, "sink_%u");
  fail_unless (rig->request[i] != NULL);
  rig->src[i] = gst_pad_new (name, GST_PAD_SRC);
  gst_pad_set_query_function (rig->src[i], answer);
  gst_pad_set_active (rig->src[i], TRUE);
  gst_pad_link (rig->src[i], rig->request[i]);
}

static void
remove_pad (Rig * rig, guint i)
{
  gst_element_release_request_pad (rig->element, rig->request[i]);
  gst_pad_set_active (rig->src[i], FALSE);
  gst_clear_object (&rig->request[i]);
  gst_clear_object (&rig->src[i]);
}

static void
forget_stream (Rig * rig)
{
  g_mutex_lock (&rig->lock);
  rig->has_stream = rig->has_caps = rig->has_segment = FALSE;
  rig->has_ended = rig->has_last = FALSE;
  g_mutex_unlock (&rig->lock);
}

static void
rig_init (Rig * rig, guint32 seed)
{
  static GstStaticPadTemplate any_caps = GST_STATIC_PAD_TEMPLATE ("sink",
      GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
  g_autoptr (GstPad) src = NULL;

  memset (rig, 0, sizeof (Rig));
  rig->rand = g_rand_new_with_seed (seed);
  g_mutex_init (&rig->lock);
  rig->element = gst_object_ref_sink (gst_element_factory_make
      ("redundantswitch", NULL));
  rig->clock = gst_test_clock_new ();
  gst_element_set_clock (rig->element, rig->clock);
  gst_element_set_base_time (rig->element, 0);
  rig->sink = gst_pad_new_from_static_template (&any_caps, "sink");
  gst_pad_set_element_private (rig->sink, rig);
  gst_pad_set_chain_function (rig->sink, collect);
  gst_pad_set_event_function (rig->sink, take_event);
  gst_pad_set_query_function (rig->sink, answer);
  gst_pad_set_active (rig->sink, TRUE);
  src = gst_element_get_static_pad (rig->element, "src");
  gst_pad_link (src, rig->sink);
  add_pad (rig, 0);
}

static void
rig_clear (Rig * rig)
{
  guint i;

  fail_unless_equals_int (gst_element_set_state (rig->element,
          GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  for (i = 0; i < MAX_PADS; i++) {
    if (rig->src[i] != NULL)
      remove_pad (rig, i);
  }
  gst_pad_set_active (rig->sink, FALSE);
  gst_object_unref (rig->sink);
  ASSERT_OBJECT_REFCOUNT (rig->element, "element", 1);
  gst_object_unref (rig->element);
  gst_object_unref (rig->clock);
  g_rand_free (rig->rand);
  g_mutex_clear (&rig->lock);
}

/* Lets the output do what is due. */
static void
pass_time (Rig * rig, GstClockTime by)
{
  GstTestClock *clock = GST_TEST_CLOCK (rig->clock);
  GstClockTime end = gst_clock_get_time (rig->clock) + by;
  guint i;

  for (i = 0; i < 10; i++) {
    GstClockTime now = gst_clock_get_time (rig->clock);
    GstClockID id;

    gst_test_clock_set_time (clock, now + (end - now) / (10 - i));
    while ((id = gst_test_clock_process_next_clock_id (clock)) != NULL) {
      gst_clock_id_unref (id);
      g_thread_yield ();
    }
  }
}

static GstClockTime
any_time (Rig * rig)
{
  GstClockTime now = gst_clock_get_time (rig->clock);

  switch (pick (rig, 10)) {
    case 0:
      return GST_CLOCK_TIME_NONE;
    case 1:
      return 0;
    case 2:
      return G_MAXUINT64 - 1 - pick (rig, 1000);
    case 3:
      return (guint64) G_MAXINT64 - 500 + pick (rig, 1000);
    case 4:
      return now > GST_SECOND ? now - GST_SECOND : 0;
    case 5:
      return now + 3600 * GST_SECOND;
    default:
      return now + pick (rig, 40) * GST_MSECOND;
  }
}

static gboolean
has_sticky (GstPad * pad, GstEventType type)
{
  g_autoptr (GstEvent) event = gst_pad_get_sticky_event (pad, type, 0);

  return event != NULL;
}

/* GStreamer itself wants these two before data. */
static gboolean
has_begun (GstPad * pad)
{
  return has_sticky (pad, GST_EVENT_STREAM_START)
      && has_sticky (pad, GST_EVENT_SEGMENT);
}

static void
push_data (Rig * rig, GstPad * pad)
{
  static const guint8 idr[] = { 0, 0, 0, 1, 0x67, 0x42, 0, 0x1e, 0, 0, 0, 1,
    0x68, 0xce, 0, 0, 0, 1, 0x65, 0x88
  };
  static const gsize sizes[] = { 0, 1, 63, 64, 64, 64, 1920, 3840, 20, 5000 };
  gsize size = sizes[pick (rig, G_N_ELEMENTS (sizes))];
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);

  gst_buffer_memset (buffer, 0, pick (rig, 256), size);
  if (chance (rig, 50))
    gst_buffer_fill (buffer, 0, idr, sizeof (idr));
  GST_BUFFER_PTS (buffer) = any_time (rig);
  GST_BUFFER_DTS (buffer) = chance (rig, 50) ? GST_CLOCK_TIME_NONE
      : any_time (rig);
  GST_BUFFER_DURATION (buffer) = chance (rig, 60) ? 40 * GST_MSECOND
      : any_time (rig);
  if (chance (rig, 20))
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  if (chance (rig, 20))
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  gst_pad_push (pad, buffer);
}

static GstEvent *
any_segment (Rig * rig)
{
  static const GstFormat formats[] = { GST_FORMAT_TIME, GST_FORMAT_TIME,
    GST_FORMAT_TIME, GST_FORMAT_BYTES, GST_FORMAT_DEFAULT
  };
  GstSegment segment;

  gst_segment_init (&segment, formats[pick (rig, G_N_ELEMENTS (formats))]);
  if (chance (rig, 30))
    segment.start = any_time (rig) % (G_MAXUINT64 / 2);
  if (chance (rig, 30))
    segment.base = any_time (rig);
  if (chance (rig, 10))
    segment.rate = -1.0;
  if (chance (rig, 10))
    segment.rate = 1e-9;
  if (chance (rig, 20))
    segment.stop = segment.start + pick (rig, 1000) * GST_MSECOND;
  if (chance (rig, 20))
    segment.offset = pick (rig, 1000);
  return gst_event_new_segment (&segment);
}

static GstEvent *
any_event (Rig * rig)
{
  switch (pick (rig, 9)) {
    case 0:
      return gst_event_new_stream_start ("chaos");
    case 1:
      return any_segment (rig);
    case 2:
      return gst_event_new_eos ();
    case 3:
      return gst_event_new_flush_start ();
    case 4:
      return gst_event_new_flush_stop (chance (rig, 50));
    case 5:
      return gst_event_new_gap (any_time (rig) & G_MAXINT64, 40 * GST_MSECOND);
    case 6:
      return gst_event_new_tag (gst_tag_list_new_empty ());
    case 7:
      return gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_OOB,
          gst_structure_new_empty ("chaos"));
    default:
      return gst_event_new_segment_done (GST_FORMAT_TIME, 0);
  }
}

static void
push_caps (Rig * rig, GstPad * pad)
{
  /* Mostly what fits, so that something goes out. */
  guint i = chance (rig, 50) ? 0 : pick (rig, G_N_ELEMENTS (caps_list));
  g_autoptr (GstCaps) caps = gst_caps_from_string (caps_list[i]);

  gst_pad_push_event (pad, gst_event_new_caps (caps));
}

static void
begin (Rig * rig, GstPad * pad)
{
  gst_pad_push_event (pad, gst_event_new_stream_start ("chaos"));
  push_caps (rig, pad);
  gst_pad_push_event (pad, any_segment (rig));
}

static void
ask (Rig * rig, GstPad * pad)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (caps_list[pick (rig,
              G_N_ELEMENTS (caps_list))]);
  g_autoptr (GstQuery) query = NULL;

  switch (pick (rig, 7)) {
    case 0:
      query = gst_query_new_latency ();
      break;
    case 1:
      if (GST_PAD_IS_SINK (pad))
        return;
      query = gst_query_new_allocation (caps, TRUE);
      break;
    case 2:
      query = gst_query_new_accept_caps (caps);
      break;
    case 3:
      query = gst_query_new_caps (chance (rig, 50) ? caps : NULL);
      break;
    case 4:
      query = gst_query_new_position (chance (rig, 50) ? GST_FORMAT_TIME
          : GST_FORMAT_BYTES);
      break;
    case 5:
      query = gst_query_new_seeking (GST_FORMAT_TIME);
      break;
    default:
      query = gst_query_new_custom (GST_QUERY_CUSTOM,
          gst_structure_new_empty ("chaos"));
      break;
  }
  gst_pad_peer_query (pad, query);
}

static void
ask_downstream (Rig * rig)
{
  ask (rig, rig->sink);
  switch (pick (rig, 4)) {
    case 0:
      gst_pad_push_event (rig->sink, gst_event_new_reconfigure ());
      break;
    case 1:
      gst_pad_push_event (rig->sink, gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW,
              0.5, G_MAXINT64, any_time (rig)));
      break;
    case 2:
      gst_pad_push_event (rig->sink, gst_event_new_seek (1.0, GST_FORMAT_TIME,
              GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE,
              0));
      break;
    default:
      gst_pad_push_event (rig->sink,
          gst_event_new_latency (any_time (rig) & G_MAXINT64));
      break;
  }
}

static void
set_something (Rig * rig)
{
  static const gchar *const names[] = { "timeout", "latency",
    "startup-timeout", "hold-off", "freeze-duration", "return-delay",
    "flap-window", "flap-max-delay", "min-upstream-latency"
  };
  const gchar *name = names[pick (rig, G_N_ELEMENTS (names))];
  GParamSpecUInt *spec = G_PARAM_SPEC_UINT (g_object_class_find_property
      (G_OBJECT_GET_CLASS (rig->element), name));
  g_autoptr (GstStructure) stats = NULL;
  guint value = chance (rig, 30) ? spec->maximum : chance (rig, 30)
      ? spec->minimum : CLAMP (pick (rig, 2000), spec->minimum, spec->maximum);

  g_object_set (rig->element, name, value, NULL);
  g_object_set (rig->element, "auto-switch", chance (rig, 80), "auto-return",
      chance (rig, 80), NULL);
  if (rig->request[0] != NULL)
    g_object_set (rig->request[0], "priority", g_rand_int (rig->rand), NULL);
  g_object_get (rig->element, "stats", &stats, NULL);
  fail_unless (stats != NULL);
}

static void
command (Rig * rig)
{
  g_autofree gchar *name = g_strdup_printf ("sink_%u", pick (rig, 6));
  gboolean granted;

  switch (pick (rig, 6)) {
    case 0:
      g_signal_emit_by_name (rig->element, "switch-to", name, &granted);
      break;
    case 1:
      g_signal_emit_by_name (rig->element, "force", name,
          chance (rig, 50) ? 0u : 500u, &granted);
      break;
    case 2:
      g_signal_emit_by_name (rig->element, "lockout", name, chance (rig, 30),
          &granted);
      break;
    case 3:
      g_signal_emit_by_name (rig->element, "hold", chance (rig, 50), &granted);
      break;
    case 4:
      g_signal_emit_by_name (rig->element, "fallback-to-slate", chance (rig,
              30), &granted);
      break;
    default:
      g_signal_emit_by_name (rig->element, "clear", &granted);
      break;
  }
}

static void
set_flow (Rig * rig)
{
  static const GstFlowReturn flows[] = { GST_FLOW_OK, GST_FLOW_OK,
    GST_FLOW_NOT_LINKED, GST_FLOW_FLUSHING, GST_FLOW_EOS, GST_FLOW_ERROR,
    GST_FLOW_NOT_NEGOTIATED
  };

  g_mutex_lock (&rig->lock);
  rig->flow = chance (rig, 80) ? GST_FLOW_OK
      : flows[pick (rig, G_N_ELEMENTS (flows))];
  g_mutex_unlock (&rig->lock);
}

static void
set_state (Rig * rig)
{
  static const GstState states[] = { GST_STATE_NULL, GST_STATE_READY,
    GST_STATE_PAUSED, GST_STATE_PLAYING
  };
  GstState state = states[pick (rig, G_N_ELEMENTS (states))];

  /* The output may begin anew behind READY only. */
  if (state <= GST_STATE_READY) {
    gst_element_set_state (rig->element, state);
    forget_stream (rig);
  }
  if (chance (rig, 20))
    gst_element_set_state (rig->element, GST_STATE_PAUSED);
  gst_element_set_state (rig->element, GST_STATE_PLAYING);
}

static void
change_pads (Rig * rig)
{
  guint i = pick (rig, MAX_PADS);

  if (rig->src[i] == NULL) {
    add_pad (rig, i);
    begin (rig, rig->src[i]);
  } else if (chance (rig, 40)) {
    remove_pad (rig, i);
  }
}

static void
do_something (Rig * rig)
{
  guint what = pick (rig, 100), i = pick (rig, MAX_PADS);

  if (what < 8) {
    change_pads (rig);
  } else if (what < 12) {
    set_something (rig);
  } else if (what < 16) {
    command (rig);
  } else if (what < 19) {
    set_state (rig);
  } else if (what < 22) {
    set_flow (rig);
  } else if (what < 25) {
    ask_downstream (rig);
  } else if (what < 40) {
    pass_time (rig, pick (rig, 1000) * GST_MSECOND);
  } else if (rig->src[i] == NULL) {
    pass_time (rig, 40 * GST_MSECOND);
  } else if (!has_sticky (rig->src[i], GST_EVENT_STREAM_START)) {
    begin (rig, rig->src[i]);
  } else if (what < 46) {
    gst_pad_push_event (rig->src[i], any_event (rig));
  } else if (what < 49) {
    push_caps (rig, rig->src[i]);
  } else if (what < 53) {
    begin (rig, rig->src[i]);
  } else if (what < 56) {
    ask (rig, rig->src[i]);
  } else if (has_begun (rig->src[i])) {
    push_data (rig, rig->src[i]);
  } else {
    begin (rig, rig->src[i]);
  }
}

static void
begin_properly (Rig * rig)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (caps_list[0]);
  GstSegment segment;

  gst_pad_push_event (rig->src[0], gst_event_new_stream_start ("proper"));
  gst_pad_push_event (rig->src[0], gst_event_new_caps (caps));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (rig->src[0], gst_event_new_segment (&segment));
}

static gboolean
has_come (Rig * rig, guint buffers)
{
  gboolean come;

  g_mutex_lock (&rig->lock);
  come = rig->buffers >= buffers;
  g_mutex_unlock (&rig->lock);
  return come;
}

/* After all that it still serves one input that behaves. */
static void
check_that_it_lives (Rig * rig)
{
  gboolean granted;
  guint i, goal;

  gst_element_set_state (rig->element, GST_STATE_NULL);
  for (i = 0; i < MAX_PADS; i++) {
    if (rig->src[i] != NULL)
      remove_pad (rig, i);
  }
  forget_stream (rig);
  rig->flow = GST_FLOW_OK;
  g_object_set (rig->element, "timeout", 400, "latency", 600,
      "startup-timeout", 1000, "min-upstream-latency", 0, "auto-switch", TRUE,
      NULL);
  g_signal_emit_by_name (rig->element, "clear", &granted);
  add_pad (rig, 0);
  gst_element_set_state (rig->element, GST_STATE_PLAYING);
  begin_properly (rig);
  goal = rig->buffers + 10;
  for (i = 0; i < 5000 && !has_come (rig, goal); i++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, 64, NULL);

    gst_buffer_memset (buffer, 0, 1, 64);
    GST_BUFFER_PTS (buffer) = i * 40 * GST_MSECOND;
    GST_BUFFER_DURATION (buffer) = 40 * GST_MSECOND;
    fail_unless_equals_int (gst_pad_push (rig->src[0], buffer), GST_FLOW_OK);
    pass_time (rig, 40 * GST_MSECOND);
  }
  fail_unless (has_come (rig, goal));
}

GST_START_TEST (redundantswitch_stands_anything_in_any_order)
{
  guint seed, step;
  Rig rig;

  for (seed = __i__ * PART; seed < (__i__ + 1u) * PART; seed++) {
    GST_INFO ("seed %u", seed);
    rig_init (&rig, seed);
    gst_element_set_state (rig.element, GST_STATE_PLAYING);
    for (step = 0; step < STEPS; step++)
      do_something (&rig);
    check_that_it_lives (&rig);
    rig_clear (&rig);
  }
}

GST_END_TEST;

static Suite *
redundantchaos_suite (void)
{
  Suite *s = suite_create ("redundantchaos");
  TCase *tc = tcase_create ("redundantchaos");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_loop_test (tc, redundantswitch_stands_anything_in_any_order, 0,
      PARTS);
  return s;
}

GST_CHECK_MAIN (redundantchaos);
