/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>
#include <gst/audio/audio.h>
#include <string.h>

#define HAVE(factory) \
    (gst_registry_check_feature_version (gst_registry_get (), factory, 1, 0, 0))

#define NEED(factory) \
    if (!HAVE (factory)) { \
      g_printerr ("SKIP %s: there is no " factory "\n", G_STRFUNC); \
      return; \
    }

/* ---- a pipeline whose outputs are written down ---- */

typedef struct
{
  GArray *keys;                 /* PTS of key frames */
  guint n_frames;
  guint n_gaps;
  guint n_bad;                  /* PTS falls at a key frame, DTS > PTS ... */
  guint n_open;                 /* key frames that are no IDR with its sets */
  guint64 last_dts;
  gboolean eos;
  gchar *stream_id;
  GstCaps *caps;
  GstClockTime first_pts;
} Output;

typedef struct
{
  GstElement *pipeline;
  GstElement *ladder;
  GPtrArray *outputs;
  GHashTable *states;           /* of rungs, as the last message said */
} Rig;

/* NAL unit types of a byte-stream access unit, in order: "9 7 8 6 5". */
static gboolean
is_closed_start (GstBuffer * buffer)
{
  gboolean sps = FALSE, pps = FALSE, idr = FALSE;
  GstMapInfo map;
  gsize i;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  for (i = 0; i + 3 < map.size; i++) {
    if (map.data[i] != 0 || map.data[i + 1] != 0 || map.data[i + 2] != 1)
      continue;
    switch (map.data[i + 3] & 0x1f) {
      case 7:
        sps = !idr;
        break;
      case 8:
        pps = sps;
        break;
      case 5:
        idr = TRUE;
        break;
    }
  }
  gst_buffer_unmap (buffer, &map);
  return sps && pps && idr;
}

static void
on_buffer (Output * self, GstBuffer * buffer)
{
  guint64 pts = GST_BUFFER_PTS (buffer), dts = GST_BUFFER_DTS (buffer);

  if (self->n_frames++ == 0)
    self->first_pts = pts;
  if (dts > pts || (self->n_frames > 1 && dts <= self->last_dts))
    self->n_bad++;
  self->last_dts = dts;
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT))
    return;
  g_array_append_val (self->keys, pts);
  if (!is_closed_start (buffer))
    self->n_open++;
}

static GstPadProbeReturn
on_output (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Output *self = data;
  const gchar *stream_id;
  GstEvent *event;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    on_buffer (self, GST_PAD_PROBE_INFO_BUFFER (info));
    return GST_PAD_PROBE_OK;
  }
  event = GST_PAD_PROBE_INFO_EVENT (info);
  switch ((guint) GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      gst_event_parse_stream_start (event, &stream_id);
      g_free (self->stream_id);
      self->stream_id = g_strdup (stream_id);
      break;
    case GST_EVENT_CAPS:{
      GstCaps *caps;

      gst_event_parse_caps (event, &caps);
      gst_caps_replace (&self->caps, caps);
      break;
    }
    case GST_EVENT_GAP:
      self->n_gaps++;
      break;
    case GST_EVENT_EOS:
      self->eos = TRUE;
      break;
  }
  return GST_PAD_PROBE_OK;
}

static void
output_free (gpointer data)
{
  Output *self = data;

  g_array_unref (self->keys);
  g_free (self->stream_id);
  gst_clear_caps (&self->caps);
  g_free (self);
}

static void
rig_watch (Rig * self, const gchar * pad_name)
{
  GstPad *pad = gst_element_get_static_pad (self->ladder, pad_name);
  Output *output = g_new0 (Output, 1);

  fail_unless (pad != NULL, "there is no pad %s", pad_name);
  output->keys = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_ptr_array_add (self->outputs, output);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER |
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_output, output, NULL);
  gst_object_unref (pad);
}

/* `launch` names the ladder "l"; its n_video outputs are written down. */
static void
rig_init (Rig * self, guint n_video, const gchar * format, ...)
{
  g_autofree gchar *launch = NULL;
  GError *error = NULL;
  va_list args;
  guint i;

  va_start (args, format);
  launch = g_strdup_vprintf (format, args);
  va_end (args);
  self->pipeline = gst_parse_launch (launch, &error);
  fail_unless (self->pipeline != NULL && error == NULL, "%s: %s", launch,
      error ? error->message : "");
  self->ladder = gst_bin_get_by_name (GST_BIN (self->pipeline), "l");
  fail_unless (self->ladder != NULL);
  self->outputs = g_ptr_array_new_with_free_func (output_free);
  self->states = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      g_free);
  for (i = 0; i < n_video; i++) {
    g_autofree gchar *name = g_strdup_printf ("video_%u", i);
    rig_watch (self, name);
  }
}

static Output *
rig_output (Rig * self, guint i)
{
  return g_ptr_array_index (self->outputs, i);
}

static void
note_rung (Rig * self, GstMessage * message)
{
  const GstStructure *s = gst_message_get_structure (message);

  if (!gst_structure_has_name (s, "abrladderbin-rung"))
    return;
  fail_unless (gst_structure_has_field (s, "summary"));
  fail_unless (gst_structure_has_field (s, "severity"));
  fail_unless (gst_structure_has_field (s, "running-time"));
  fail_unless (gst_structure_has_field (s, "old"));
  fail_unless (gst_structure_has_field (s, "reason"));
  fail_unless (gst_structure_has_field (s, "factory"));
  g_hash_table_replace (self->states,
      g_strdup (gst_structure_get_string (s, "name")),
      g_strdup (gst_structure_get_string (s, "new")));
}

/* Returns the message that ended it: EOS or ERROR. */
static GstMessage *
rig_wait (Rig * self)
{
  GstBus *bus = gst_element_get_bus (self->pipeline);
  GstMessage *message;

  while ((message = gst_bus_timed_pop_filtered (bus, 45 * GST_SECOND,
              GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT))) {
    if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ELEMENT)
      break;
    note_rung (self, message);
    gst_message_unref (message);
  }
  gst_object_unref (bus);
  fail_unless (message != NULL, "neither EOS nor an error");
  return message;
}

static const gchar *
rig_state (Rig * self, const gchar * rung)
{
  return g_hash_table_lookup (self->states, rung);
}

static void
rig_run (Rig * self)
{
  GstMessage *message;

  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  message = rig_wait (self);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    GError *error = NULL;
    gchar *debug = NULL;

    gst_message_parse_error (message, &error, &debug);
    fail ("%s (%s)", error->message, debug);
  }
  gst_message_unref (message);
}

static void
rig_clear (Rig * self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->ladder);
  gst_object_unref (self->pipeline);
  g_ptr_array_unref (self->outputs);
  g_hash_table_unref (self->states);
}

static void
assert_key_times (Output * output, guint n, const guint64 * times)
{
  guint i;

  fail_unless_equals_int (output->keys->len, n);
  for (i = 0; i < n; i++)
    fail_unless_equals_uint64 (g_array_index (output->keys, guint64, i),
        times[i]);
}

static void
assert_same_keys (Rig * self)
{
  Output *first = rig_output (self, 0);
  guint i;

  for (i = 0; i < self->outputs->len; i++) {
    Output *output = rig_output (self, i);

    assert_key_times (output, first->keys->len,
        (const guint64 *) first->keys->data);
    fail_unless_equals_int (output->n_open, 0);
    fail_unless_equals_int (output->n_bad, 0);
  }
}

/* ---- what the bus said ---- */

/* The first message of `type` within, or NULL; others are thrown away. */
static GstMessage *
pop (GstElement * pipeline, GstMessageType type)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message = gst_bus_pop_filtered (bus, type);

  gst_object_unref (bus);
  return message;
}

static void
assert_error (GstElement * pipeline, GQuark domain, gint code,
    const gchar * hint)
{
  GstMessage *message = pop (pipeline, GST_MESSAGE_ERROR);
  GError *error = NULL;
  gchar *debug = NULL;

  fail_unless (message != NULL, "there is no error");
  gst_message_parse_error (message, &error, &debug);
  fail_unless (g_error_matches (error, domain, code), "%s (%s)",
      error->message, debug);
  fail_unless (strstr (error->message, hint) || strstr (debug, hint),
      "neither \"%s\" nor \"%s\" tells of \"%s\"", error->message, debug, hint);
  g_error_free (error);
  g_free (debug);
  gst_message_unref (message);
}

/* A field of one rung's stats. */
static guint64
rung_stat (GstElement * ladder, const gchar * name, const gchar * field)
{
  GstStructure *stats = NULL;
  const GValue *rungs;
  guint64 value = G_MAXUINT64;
  guint i;

  g_object_get (ladder, "stats", &stats, NULL);
  fail_unless (gst_structure_has_name (stats,
          "application/x-abrladderbin-stats"));
  rungs = gst_structure_get_value (stats, "rungs");
  for (i = 0; i < gst_value_array_get_size (rungs); i++) {
    const GstStructure *rung =
        gst_value_get_structure (gst_value_array_get_value (rungs, i));

    if (!g_strcmp0 (gst_structure_get_string (rung, "name"), name))
      fail_unless (gst_structure_get_uint64 (rung, field, &value));
  }
  gst_structure_free (stats);
  return value;
}

/* ---- an encoder that breaks ---- */

typedef enum
{
  BREAK_WITH_MESSAGE,
  BREAK_WITH_RETURN,
  BREAK_AT_START,
} BreakHow;

static BreakHow break_how;
static guint break_after;

typedef struct
{
  GstElement parent;
  GstPad *src;
  guint n_frames;
} TestEncoder;
typedef GstElementClass TestEncoderClass;

static GType test_encoder_get_type (void);
G_DEFINE_TYPE (TestEncoder, test_encoder, GST_TYPE_ELEMENT);

static GstFlowReturn
test_encoder_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  TestEncoder *self = (TestEncoder *) parent;

  gst_buffer_unref (buffer);
  if (self->n_frames++ < break_after)
    return GST_FLOW_OK;
  if (break_how == BREAK_WITH_MESSAGE)
    GST_ELEMENT_ERROR (self, STREAM, ENCODE, ("It broke."), (NULL));
  return GST_FLOW_ERROR;
}

static GstStateChangeReturn
test_encoder_change_state (GstElement * element, GstStateChange transition)
{
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED
      && break_how == BREAK_AT_START)
    return GST_STATE_CHANGE_FAILURE;
  return GST_ELEMENT_CLASS (test_encoder_parent_class)->change_state (element,
      transition);
}

/* *INDENT-OFF* */
static GstStaticPadTemplate test_sink = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw"));
static GstStaticPadTemplate test_src = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-h264, "
        "stream-format=(string)byte-stream, alignment=(string)au"));
/* *INDENT-ON* */

static void
test_encoder_class_init (TestEncoderClass * klass)
{
  klass->change_state = test_encoder_change_state;
  gst_element_class_add_static_pad_template (klass, &test_sink);
  gst_element_class_add_static_pad_template (klass, &test_src);
  gst_element_class_set_static_metadata (klass, "Breaks", "Encoder/Video",
      "Breaks", "gst-onair");
}

static void
test_encoder_init (TestEncoder * self)
{
  GstPad *sink = gst_pad_new_from_static_template (&test_sink, "sink");

  gst_pad_set_chain_function (sink, test_encoder_chain);
  gst_element_add_pad (GST_ELEMENT (self), sink);
  self->src = gst_pad_new_from_static_template (&test_src, "src");
  gst_element_add_pad (GST_ELEMENT (self), self->src);
}

static void
register_test_encoder (BreakHow how, guint after)
{
  break_how = how;
  break_after = after;
  fail_unless (gst_element_register (NULL, "abrtestenc", GST_RANK_NONE,
          test_encoder_get_type ()));
}

static void
output_reset (Output * self)
{
  g_array_set_size (self->keys, 0);
  self->n_frames = self->n_gaps = self->n_bad = self->n_open = 0;
  self->eos = FALSE;
}

static void
assert_caps (Output * output, const gchar * text)
{
  GstCaps *caps = gst_caps_from_string (text);

  fail_unless (output->caps != NULL);
  fail_unless (gst_caps_is_always_compatible (output->caps, caps)
      || gst_caps_is_subset (output->caps, caps), "%" GST_PTR_FORMAT,
      output->caps);
  gst_caps_unref (caps);
}

static gboolean
has_pad (GstElement * element, const gchar * name)
{
  GstPad *pad = gst_element_get_static_pad (element, name);

  if (pad != NULL)
    gst_object_unref (pad);
  return pad != NULL;
}

/* About 28 of 100 frames, but no first one of a GOP. */
static GstPadProbeReturn
drop (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  guint *state = data;

  *state = *state * 1103515245 + 12345;
  if (GST_BUFFER_FLAG_IS_SET (GST_PAD_PROBE_INFO_BUFFER (info),
          GST_BUFFER_FLAG_MARKER))
    return GST_PAD_PROBE_OK;
  return (*state >> 16) % 100 < 28 ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

static void
drop_some (Rig * self, const gchar * queue_name)
{
  GstElement *queue = gst_bin_get_by_name (GST_BIN (self->ladder), queue_name);
  GstPad *pad = gst_element_get_static_pad (queue, "src");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, drop, g_new0 (guint, 1),
      g_free);
  gst_object_unref (pad);
  gst_object_unref (queue);
}

static GstPadProbeReturn
hold (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
request_upstream (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  gst_pad_send_event (pad,
      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE,
          0));
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
request_before (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  gst_pad_push_event (pad,
      gst_video_event_new_downstream_force_key_unit (GST_CLOCK_TIME_NONE,
          GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE, TRUE, 0));
  return GST_PAD_PROBE_OK;
}

static void
request_downstream (Rig * self)
{
  GstElement *identity = gst_bin_get_by_name (GST_BIN (self->pipeline), "i");
  GstPad *pad = gst_element_get_static_pad (identity, "src");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, request_before, NULL,
      NULL);
  gst_object_unref (pad);
  gst_object_unref (identity);
}

static guint64
foreign_from_upstream (GstElement * ladder)
{
  GstStructure *stats = NULL;
  guint64 value = 0;

  g_object_get (ladder, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, "foreign-requests", &value));
  gst_structure_free (stats);
  return value;
}

/* AAC frames are 1024 samples; the first one is at 0. */
static void
assert_audio_grid (Output * output)
{
  guint i;

  fail_unless_equals_int (output->n_frames, output->keys->len);
  for (i = 0; i < output->keys->len; i++) {
    guint64 pts = g_array_index (output->keys, guint64, i);
    guint64 grid = gst_util_uint64_scale (i * 1024, GST_SECOND, 48000);

    fail_unless (pts + 2 >= grid && pts <= grid + 2, "frame %u at %"
        G_GUINT64_FORMAT, i, pts);
  }
}

static void
push_segment (GstHarness * h, GstClockTime start)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = start;
  fail_unless (gst_harness_push_event (h, gst_event_new_segment (&segment)));
}

/* ---- one rung in a harness ---- */

static GstHarness *
harness_new (const gchar * ladder_text, guint gop_ms)
{
  GstElement *ladder = gst_element_factory_make ("abrladderbin", NULL);
  GstHarness *h;

  g_object_set (ladder, "ladder", ladder_text, "gop-duration", gop_ms, NULL);
  h = gst_harness_new_with_element (ladder, "video", "video_0");
  gst_object_unref (ladder);
  return h;
}

static void
harness_set_caps (GstHarness * h, guint width, guint height,
    const gchar * framerate)
{
  g_autofree gchar *caps = g_strdup_printf ("video/x-raw, format=I420, "
      "width=%u, height=%u, framerate=%s", width, height, framerate);

  gst_harness_set_src_caps_str (h, caps);
}

static void
harness_push (GstHarness * h, guint width, guint height, GstClockTime pts)
{
  gsize size = GST_ROUND_UP_4 (width) * height
      + 2 * GST_ROUND_UP_4 (GST_ROUND_UP_2 (width) / 2) * (height / 2);
  GstBuffer *buffer = gst_harness_create_buffer (h, size);

  gst_buffer_memset (buffer, 0, 0x80, size);
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = 40 * GST_MSECOND;
  fail_unless_equals_int (gst_harness_push (h, buffer), GST_FLOW_OK);
}

/* Pulls a frame and returns whether it is a key frame. */
static gboolean
harness_pull (GstHarness * h, GstClockTime pts)
{
  GstBuffer *buffer = gst_harness_pull (h);
  gboolean key;

  fail_unless (buffer != NULL);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), pts);
  key = !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  gst_buffer_unref (buffer);
  return key;
}

#define SOURCE(frames, rate) \
    "videotestsrc pattern=ball num-buffers=" #frames \
    " ! video/x-raw,width=320,height=180,framerate=" rate " ! "


GST_START_TEST (abrladderbin_aligns_all_rungs)
{
  static const guint64 times[] = { 0, GST_SECOND, 2 * GST_SECOND };
  Rig rig;

  NEED ("x264enc");
  rig_init (&rig, 3, "abrladderbin name=l gop-duration=1000 "
      "ladder=\"180p@200k 120p@100k 90p@60k\" " SOURCE (75, "30/1") "l.video "
      "l.video_0 ! fakesink l.video_1 ! fakesink l.video_2 ! fakesink");
  rig_run (&rig);
  assert_key_times (rig_output (&rig, 0), 3, times);
  assert_same_keys (&rig);
  fail_unless_equals_int (rig_output (&rig, 0)->n_frames, 75);
  fail_unless_equals_int (rig_output (&rig, 2)->n_frames, 75);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_aligns_different_encoders_under_drops)
{
  static const gchar *const names[] = { "queue-a", "queue-b" };
  guint i;
  Rig rig;

  NEED ("x264enc");
  NEED ("openh264enc");
  rig_init (&rig, 3, "abrladderbin name=l gop-duration=1000 ladder=\""
      "180p@200k:name=a:preset=medium "
      "120p@100k:name=b:encoder=openh264enc 90p@60k:name=c\" "
      SOURCE (130, "30/1") "l.video "
      "l.video_0 ! fakesink l.video_1 ! fakesink l.video_2 ! fakesink");
  for (i = 0; i < G_N_ELEMENTS (names); i++)
    drop_some (&rig, names[i]);
  rig_run (&rig);
  fail_unless_equals_int (rig_output (&rig, 0)->keys->len, 5);
  assert_same_keys (&rig);
  fail_unless (rig_output (&rig, 0)->n_frames < 110);
  fail_unless_equals_int (rig_output (&rig, 2)->n_frames, 130);
  fail_unless_equals_uint64 (rung_stat (rig.ladder, "a", "misaligned"), 0);
  fail_unless_equals_uint64 (rung_stat (rig.ladder, "b", "misaligned"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_aligns_fractional_rates)
{
  static const guint64 times[] = { 0, 1001000000, 2002000000 };
  Rig rig;

  NEED ("x264enc");
  rig_init (&rig, 2, "abrladderbin name=l gop-duration=1000 "
      "ladder=\"180p@200k 120p@100k\" " SOURCE (70, "30000/1001") "l.video "
      "l.video_0 ! fakesink l.video_1 ! fakesink");
  rig_run (&rig);
  assert_key_times (rig_output (&rig, 0), 3, times);
  assert_same_keys (&rig);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_aligns_rungs_at_a_part_of_the_rate)
{
  static const guint64 times[] = { 0, GST_SECOND };
  Rig rig;

  NEED ("x264enc");
  rig_init (&rig, 3, "abrladderbin name=l gop-duration=1000 "
      "ladder=\"180p60@200k 120p30@100k 90p15@60k\" " SOURCE (100, "60/1")
      "l.video "
      "l.video_0 ! fakesink l.video_1 ! fakesink l.video_2 ! fakesink");
  rig_run (&rig);
  assert_key_times (rig_output (&rig, 0), 2, times);
  assert_same_keys (&rig);
  fail_unless_equals_int (rig_output (&rig, 0)->n_frames, 100);
  fail_unless_equals_int (rig_output (&rig, 1)->n_frames, 50);
  fail_unless_equals_int (rig_output (&rig, 2)->n_frames, 25);
  fail_unless_equals_uint64 (rung_stat (rig.ladder, "90p15", "misaligned"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_aligns_when_the_source_loses_frames)
{
  Rig rig;

  NEED ("x264enc");
  rig_init (&rig, 2, "abrladderbin name=l gop-duration=500 "
      "ladder=\"180p@200k 120p15@100k\" videotestsrc num-buffers=120 ! "
      "video/x-raw,width=320,height=180,framerate=30/1 ! "
      "identity drop-probability=0.4 ! l.video "
      "l.video_0 ! fakesink l.video_1 ! fakesink");
  rig_run (&rig);
  fail_unless_equals_int (rig_output (&rig, 0)->keys->len, 8);
  assert_same_keys (&rig);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_cuts_at_the_epoch)
{
  guint64 first, second;
  Rig rig;

  NEED ("x264enc");
  rig_init (&rig, 2, "abrladderbin name=l gop-duration=1000 gop-anchor=epoch "
      "ladder=\"180p@200k 120p@100k\" " SOURCE (100, "30/1") "l.video "
      "l.video_0 ! fakesink l.video_1 ! fakesink");
  rig_run (&rig);
  assert_same_keys (&rig);
  fail_unless (rig_output (&rig, 0)->keys->len >= 4);
  first = g_array_index (rig_output (&rig, 0)->keys, guint64, 1);
  second = g_array_index (rig_output (&rig, 0)->keys, guint64, 2);
  fail_unless (second - first >= GST_SECOND - 1
      && second - first <= GST_SECOND + 1);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_absorbs_foreign_requests)
{
  static const guint64 times[] = { 0, GST_SECOND, 2 * GST_SECOND };
  GstPad *pad;
  Rig rig;

  NEED ("x264enc");
  rig_init (&rig, 2, "abrladderbin name=l gop-duration=1000 "
      "ladder=\"180p@200k:name=a 120p@100k:name=b\" " SOURCE (75, "30/1")
      "identity name=i ! l.video l.video_0 ! fakesink l.video_1 ! fakesink");
  /* With the caps, before any output: the fault of GStreamer 1.22; and then
   * before each frame. */
  pad = gst_element_get_static_pad (rig.ladder, "video_0");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER |
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, request_upstream, NULL, NULL);
  gst_object_unref (pad);
  request_downstream (&rig);
  rig_run (&rig);
  assert_key_times (rig_output (&rig, 0), 3, times);
  assert_same_keys (&rig);
  fail_unless (rung_stat (rig.ladder, "a", "foreign-requests") > 60);
  fail_unless_equals_uint64 (rung_stat (rig.ladder, "b", "foreign-requests"),
      0);
  fail_unless (foreign_from_upstream (rig.ladder) > 60);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_names_and_times_its_outputs)
{
  Rig rig;

  NEED ("x264enc");
  rig_init (&rig, 2, "abrladderbin name=l ladder=\"180p@200k 120p@100k\" "
      SOURCE (5, "30/1") "l.video l.video_0 ! fakesink l.video_1 ! fakesink");
  rig_run (&rig);
  fail_unless (g_str_has_suffix (rig_output (&rig, 0)->stream_id, "/180p"));
  fail_unless (g_str_has_suffix (rig_output (&rig, 1)->stream_id, "/120p"));
  fail_unless_equals_uint64 (rig_output (&rig, 0)->first_pts, 0);
  fail_unless (rig_output (&rig, 0)->eos && rig_output (&rig, 1)->eos);
  assert_caps (rig_output (&rig, 1), "video/x-h264, alignment=au, "
      "stream-format=byte-stream, width=214, height=120, framerate=30/1");
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_gives_avc_when_told_to)
{
  Rig rig;

  NEED ("x264enc");
  rig_init (&rig, 1, "abrladderbin name=l ladder=180p@200k stream-format=avc "
      SOURCE (5, "30/1") "l.video l.video_0 ! fakesink");
  rig_run (&rig);
  assert_caps (rig_output (&rig, 0), "video/x-h264, stream-format=avc");
  fail_unless (gst_structure_has_field (gst_caps_get_structure (rig_output
              (&rig, 0)->caps, 0), "codec_data"));
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_makes_8_bit_420_of_anything)
{
  Rig rig;

  NEED ("x264enc");
  rig_init (&rig, 1, "abrladderbin name=l ladder=180p@200k "
      "videotestsrc num-buffers=3 ! video/x-raw,format=RGB,width=320,"
      "height=180 ! l.video l.video_0 ! fakesink");
  rig_run (&rig);
  assert_caps (rig_output (&rig, 0), "video/x-h264, profile=high");
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_encodes_audio_on_the_frame_grid)
{
  Rig rig;

  if (!HAVE ("avenc_aac") && !HAVE ("voaacenc") && !HAVE ("fdkaacenc"))
    return;
  rig_init (&rig, 0, "abrladderbin name=l ladder=\"audio@96k audio@48k\" "
      "audiotestsrc num-buffers=50 samplesperbuffer=441 ! "
      "audio/x-raw,rate=44100,channels=1 ! l.audio "
      "l.audio_0 ! fakesink l.audio_1 ! fakesink");
  rig_watch (&rig, "audio_0");
  rig_watch (&rig, "audio_1");
  rig_run (&rig);
  assert_caps (rig_output (&rig, 0), "audio/mpeg, mpegversion=4, "
      "stream-format=raw, rate=48000, channels=2");
  fail_unless (gst_structure_has_field (gst_caps_get_structure (rig_output
              (&rig, 0)->caps, 0), "codec_data"));
  assert_audio_grid (rig_output (&rig, 0));
  assert_audio_grid (rig_output (&rig, 1));
  fail_unless (rig_output (&rig, 0)->n_frames >= 23);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_takes_several_audio_inputs)
{
  GstPad *one, *two;
  GstElement *ladder = gst_element_factory_make ("abrladderbin", NULL);

  g_object_set (ladder, "ladder", "audio@96k audio@48k", NULL);
  one = gst_element_request_pad_simple (ladder, "audio");
  two = gst_element_request_pad_simple (ladder, "audio_in_%u");
  fail_unless (one != NULL && two != NULL);
  fail_unless_equals_string (GST_PAD_NAME (two), "audio_in_1");
  fail_unless (has_pad (ladder, "audio_1") && has_pad (ladder, "audio_3"));
  gst_element_release_request_pad (ladder, two);
  fail_unless (has_pad (ladder, "audio_1") && !has_pad (ladder, "audio_3"));
  gst_object_unref (one);
  gst_object_unref (two);
  gst_object_unref (ladder);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_makes_its_pads_with_the_sink)
{
  GstPad *pad;
  GstElement *ladder = gst_element_factory_make ("abrladderbin", NULL);

  g_object_set (ladder, "ladder", "720p@3M 480p@1M", NULL);
  fail_if (has_pad (ladder, "video_0"));
  pad = gst_element_request_pad_simple (ladder, "video");
  fail_unless (pad != NULL);
  fail_unless (has_pad (ladder, "video_0") && has_pad (ladder, "video_1"));
  fail_if (has_pad (ladder, "video_2"));
  fail_unless (gst_element_request_pad (ladder,
          gst_element_get_pad_template (ladder, "video"), NULL, NULL) == NULL);
  gst_element_release_request_pad (ladder, pad);
  fail_if (has_pad (ladder, "video_0") || has_pad (ladder, "video"));
  fail_unless_equals_int (GST_BIN_NUMCHILDREN (ladder), 0);
  gst_object_unref (pad);
  gst_object_unref (ladder);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_settles_the_ladder_with_the_first_pad)
{
  GstPad *pad;
  gchar *text = NULL;
  GstElement *ladder = gst_element_factory_make ("abrladderbin", NULL);

  g_object_set (ladder, "ladder", "720p@3M", NULL);
  pad = gst_element_request_pad_simple (ladder, "video");
  g_object_set (ladder, "ladder", "480p@1M 360p@700k", NULL);
  g_object_get (ladder, "ladder", &text, NULL);
  fail_unless_equals_string (text, "720p@3M");
  fail_if (has_pad (ladder, "video_1"));
  g_free (text);
  gst_object_unref (pad);
  gst_object_unref (ladder);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_takes_a_preset)
{
  GstPad *pad;
  GstElement *ladder = gst_element_factory_make ("abrladderbin", NULL);

  gst_util_set_object_arg (G_OBJECT (ladder), "preset", "sports");
  pad = gst_element_request_pad_simple (ladder, "video");
  fail_unless (has_pad (ladder, "video_4") && !has_pad (ladder, "video_5"));
  gst_object_unref (pad);
  gst_object_unref (ladder);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_refuses_a_bad_ladder)
{
  Rig rig;

  rig_init (&rig, 0, "abrladderbin name=l ladder=\"720p@3000k 480q@1M\" "
      SOURCE (5, "30/1") "l.video");
  fail_unless_equals_int (gst_element_set_state (rig.pipeline,
          GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  assert_error (rig.pipeline, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS,
      "480q");
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_refuses_a_ladder_without_video)
{
  Rig rig;

  rig_init (&rig, 0, "abrladderbin name=l ladder=\"audio@128k\" "
      SOURCE (5, "30/1") "l.video");
  fail_unless_equals_int (gst_element_set_state (rig.pipeline,
          GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  assert_error (rig.pipeline, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS,
      "no video rung");
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_says_which_encoder_is_missing)
{
  GstMessage *message;
  Rig rig;

  rig_init (&rig, 0, "abrladderbin name=l ladder=\"180p@200k\" "
      "encoders=\"nosuchenc\" " SOURCE (5, "30/1") "l.video");
  fail_unless_equals_int (gst_element_set_state (rig.pipeline,
          GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  message = pop (rig.pipeline, GST_MESSAGE_ELEMENT);
  fail_unless (message != NULL && gst_message_has_name (message,
          "missing-plugin"));
  gst_message_unref (message);
  assert_error (rig.pipeline, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
      "nosuchenc");
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_leaves_out_rungs_above_the_source)
{
  Rig rig;

  NEED ("x264enc");
  rig_init (&rig, 2, "abrladderbin name=l ladder=\"720p@3M 180p@200k\" "
      SOURCE (40, "30/1") "l.video l.video_0 ! fakesink l.video_1 ! fakesink");
  rig_run (&rig);
  fail_unless_equals_int (rig_output (&rig, 0)->n_frames, 0);
  fail_unless (rig_output (&rig, 0)->eos);
  fail_unless_equals_int (rig_output (&rig, 1)->n_frames, 40);
  fail_unless_equals_string (rig_state (&rig, "720p"), "skipped");
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_keeps_the_other_rungs_when_one_breaks)
{
  static const BreakHow hows[] = {
    BREAK_WITH_MESSAGE, BREAK_WITH_RETURN, BREAK_AT_START
  };
  guint i;
  Rig rig;

  NEED ("x264enc");
  for (i = 0; i < G_N_ELEMENTS (hows); i++) {
    register_test_encoder (hows[i], 10);
    rig_init (&rig, 2, "abrladderbin name=l gop-duration=500 ladder=\""
        "180p@200k:name=bad:encoder=abrtestenc 120p@100k:name=good\" "
        SOURCE (70, "30/1") "l.video "
        "l.video_0 ! fakesink l.video_1 ! fakesink");
    rig_run (&rig);
    fail_unless_equals_int (rig_output (&rig, 0)->n_frames, 0);
    fail_unless (rig_output (&rig, 0)->n_gaps >= 3);
    fail_unless (rig_output (&rig, 0)->eos);
    fail_unless_equals_int (rig_output (&rig, 1)->n_frames, 70);
    fail_unless_equals_int (rig_output (&rig, 1)->keys->len, 5);
    fail_unless_equals_string (rig_state (&rig, "bad"), "failed");
    fail_unless_equals_string (rig_state (&rig, "good"), "ended");
    rig_clear (&rig);
  }
}

GST_END_TEST;

static GstPadProbeReturn
refuse (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
  GST_PAD_PROBE_INFO_FLOW_RETURN (info) = GPOINTER_TO_INT (data);
  return GST_PAD_PROBE_HANDLED;
}

GST_START_TEST (abrladderbin_tells_of_a_rung_that_downstream_refuses)
{
  static const GstFlowReturn flows[] = {
    GST_FLOW_NOT_NEGOTIATED, GST_FLOW_ERROR, GST_FLOW_CUSTOM_ERROR
  };
  guint i;
  Rig rig;

  NEED ("x264enc");
  for (i = 0; i < G_N_ELEMENTS (flows); i++) {
    GstElement *sink;
    GstPad *pad;

    rig_init (&rig, 2, "abrladderbin name=l gop-duration=500 ladder=\""
        "180p@200k:name=bad 120p@100k:name=good\" " SOURCE (70, "30/1")
        "l.video l.video_0 ! fakesink name=refusing l.video_1 ! fakesink");
    sink = gst_bin_get_by_name (GST_BIN (rig.pipeline), "refusing");
    pad = gst_element_get_static_pad (sink, "sink");
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, refuse,
        GINT_TO_POINTER (flows[i]), NULL);
    gst_object_unref (pad);
    gst_object_unref (sink);
    rig_run (&rig);
    fail_unless (rig_output (&rig, 0)->n_gaps >= 3);
    fail_unless (rig_output (&rig, 0)->eos);
    fail_unless_equals_int (rig_output (&rig, 1)->n_frames, 70);
    fail_unless_equals_string (rig_state (&rig, "bad"), "failed");
    fail_unless_equals_string (rig_state (&rig, "good"), "ended");
    rig_clear (&rig);
  }
}

GST_END_TEST;

GST_START_TEST (abrladderbin_errs_when_no_rung_is_left)
{
  GstMessage *message;
  GError *error = NULL;
  Rig rig;

  register_test_encoder (BREAK_WITH_MESSAGE, 3);
  rig_init (&rig, 1, "abrladderbin name=l encoders=abrtestenc "
      "ladder=\"180p@200k 120p@100k\" " SOURCE (70, "30/1")
      "l.video l.video_0 ! fakesink l.video_1 ! fakesink");
  gst_element_set_state (rig.pipeline, GST_STATE_PLAYING);
  message = rig_wait (&rig);
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_ERROR);
  fail_unless (GST_MESSAGE_SRC (message) == GST_OBJECT (rig.ladder));
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_STREAM_ERROR,
          GST_STREAM_ERROR_ENCODE));
  g_error_free (error);
  gst_message_unref (message);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_bears_an_output_that_is_not_linked)
{
  Rig rig;

  NEED ("x264enc");
  rig_init (&rig, 2, "abrladderbin name=l ladder=\"180p@200k 120p@100k\" "
      SOURCE (40, "30/1") "l.video l.video_1 ! fakesink");
  rig_run (&rig);
  fail_unless_equals_int (rig_output (&rig, 1)->n_frames, 40);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_ends_when_downstream_has_had_enough)
{
  Rig rig;

  NEED ("x264enc");
  rig_init (&rig, 2, "abrladderbin name=l ladder=\"180p@200k 120p@100k\" "
      "gop-duration=500 videotestsrc ! video/x-raw,width=320,height=180 ! "
      "l.video l.video_0 ! identity eos-after=20 ! fakesink "
      "l.video_1 ! identity eos-after=40 ! fakesink");
  rig_run (&rig);
  fail_unless (rig_output (&rig, 1)->n_frames >= 39);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_runs_again_after_null)
{
  static const guint64 times[] = { 0, GST_SECOND };
  guint i;
  Rig rig;

  NEED ("x264enc");
  rig_init (&rig, 2, "abrladderbin name=l gop-duration=1000 "
      "ladder=\"180p@200k:name=a 120p@100k\" " SOURCE (40, "30/1")
      "l.video l.video_0 ! fakesink l.video_1 ! fakesink");
  for (i = 0; i < 3; i++) {
    rig_run (&rig);
    gst_element_set_state (rig.pipeline, GST_STATE_NULL);
    assert_key_times (rig_output (&rig, 0), 2, times);
    assert_same_keys (&rig);
    output_reset (rig_output (&rig, 0));
    output_reset (rig_output (&rig, 1));
  }
  fail_unless_equals_uint64 (rung_stat (rig.ladder, "a", "frames-out"), 40);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_stops_in_the_middle)
{
  guint i;
  Rig rig;

  NEED ("x264enc");
  rig_init (&rig, 2,
      "abrladderbin name=l ladder=\"180p@200k:name=a 120p@100k\" "
      "videotestsrc is-live=true ! video/x-raw,width=320,height=180 ! l.video "
      "audiotestsrc is-live=true ! l.audio l.audio_0 ! fakesink "
      "l.video_0 ! fakesink l.video_1 ! fakesink");
  for (i = 0; i < 3; i++) {
    gst_element_set_state (rig.pipeline, GST_STATE_PLAYING);
    while (rung_stat (rig.ladder, "a", "frames-out") < 2 + i * 3)
      g_usleep (1000);
    gst_element_set_state (rig.pipeline, i == 1 ? GST_STATE_READY :
        GST_STATE_NULL);
  }
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_flushes)
{
  GstHarness *h;
  guint i;

  NEED ("x264enc");
  h = harness_new ("90p@60k:name=a:tune=zerolatency", 1000);
  harness_set_caps (h, 160, 90, "25/1");
  for (i = 0; i < 10; i++) {
    harness_push (h, 160, 90, i * 40 * GST_MSECOND);
    fail_unless_equals_int (harness_pull (h, i * 40 * GST_MSECOND), i == 0);
  }
  fail_unless (gst_harness_push_event (h, gst_event_new_flush_start ()));
  fail_unless (gst_harness_push_event (h, gst_event_new_flush_stop (TRUE)));
  push_segment (h, 0);
  for (i = 0; i < 30; i++) {
    harness_push (h, 160, 90, i * 40 * GST_MSECOND);
    fail_unless_equals_int (harness_pull (h, i * 40 * GST_MSECOND),
        i % 25 == 0);
  }
  fail_unless_equals_uint64 (rung_stat (h->element, "a", "misaligned"), 0);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_puts_out_running_time)
{
  GstHarness *h;

  NEED ("x264enc");
  h = harness_new ("90p@60k:name=a:tune=zerolatency", 1000);
  harness_set_caps (h, 160, 90, "25/1");
  /* A source whose segment starts at an hour; running time 0. */
  push_segment (h, 3600 * GST_SECOND);
  harness_push (h, 160, 90, 3600 * GST_SECOND + 2 * GST_SECOND);
  fail_unless (harness_pull (h, 2 * GST_SECOND));
  /* Outside the segment: nothing comes of it. */
  harness_push (h, 160, 90, 1800 * GST_SECOND);
  harness_push (h, 160, 90, 3602 * GST_SECOND + 40 * GST_MSECOND);
  fail_if (harness_pull (h, 2 * GST_SECOND + 40 * GST_MSECOND));
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_bears_new_sizes_shapes_and_rates)
{
  static const guint sizes[][2] = {
    {160, 90}, {320, 180}, {64, 64}, {90, 160}
  };
  static const gchar *const rates[] = { "25/1", "50/1", "0/1", "30000/1001" };
  GstCaps *caps = NULL, *now;
  GstHarness *h;
  guint i, j, n = 0;

  NEED ("x264enc");
  h = harness_new ("90p@60k:name=a:tune=zerolatency", 1000);
  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    harness_set_caps (h, sizes[i][0], sizes[i][1], rates[i]);
    for (j = 0; j < 20; j++, n++) {
      harness_push (h, sizes[i][0], sizes[i][1], n * 40 * GST_MSECOND);
      fail_unless_equals_int (harness_pull (h, n * 40 * GST_MSECOND),
          n % 25 == 0);
    }
    now = gst_pad_get_current_caps (h->sinkpad);
    if (caps != NULL)
      fail_unless (gst_caps_is_equal (caps, now));
    gst_caps_replace (&caps, now);
    gst_caps_unref (now);
  }
  gst_caps_unref (caps);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_aligns_variable_rates)
{
  static const guint ms[] = { 0, 400, 433, 950, 1020, 1900, 2600, 2650, 3000 };
  static const gboolean keys[] = { 1, 0, 0, 0, 1, 0, 1, 0, 1 };
  GstHarness *h;
  guint i;

  NEED ("x264enc");
  h = harness_new ("90p@60k:name=a:tune=zerolatency", 1000);
  harness_set_caps (h, 160, 90, "0/1");
  for (i = 0; i < G_N_ELEMENTS (ms); i++) {
    harness_push (h, 160, 90, ms[i] * GST_MSECOND);
    fail_unless_equals_int (harness_pull (h, ms[i] * GST_MSECOND), keys[i]);
  }
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_takes_only_raw_video_there)
{
  GstHarness *h;
  GstCaps *caps, *expected = gst_caps_from_string ("video/x-raw");
  GstPad *pad;

  h = harness_new ("90p@60k:name=a:tune=zerolatency", 1000);
  pad = gst_element_get_static_pad (h->element, "video");
  caps = gst_pad_query_caps (pad, NULL);
  fail_unless (gst_caps_is_equal (caps, expected));
  gst_caps_unref (caps);
  gst_caps_unref (expected);
  caps = gst_caps_from_string ("video/x-h264");
  fail_if (gst_pad_query_accept_caps (pad, caps));
  gst_caps_unref (caps);
  gst_object_unref (pad);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_answers_latency)
{
  GstHarness *h;

  NEED ("x264enc");
  h = harness_new ("90p@60k:name=a:tune=zerolatency", 1000);
  gst_harness_set_upstream_latency (h, 70 * GST_MSECOND);
  harness_set_caps (h, 160, 90, "25/1");
  harness_push (h, 160, 90, 0);
  fail_unless (harness_pull (h, 0));
  fail_unless_equals_uint64 (gst_harness_query_latency (h), 70 * GST_MSECOND);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_thins_out_a_rung_that_stalls_and_no_other)
{
  const guint n = 140;
  gulong id;
  guint i;
  GstPad *pad;
  GstElement *queue;
  Output *stalled;
  Rig rig = { 0 };
  GstHarness *h;

  NEED ("x264enc");
  h = harness_new ("90p@60k:name=a:tune=zerolatency 90p@50k:name=b", 1000);
  gst_harness_set_live (h, TRUE);
  rig.ladder = h->element;
  rig.outputs = g_ptr_array_new_with_free_func (output_free);
  rig_watch (&rig, "video_1");
  stalled = rig_output (&rig, 0);
  queue = gst_bin_get_by_name (GST_BIN (h->element), "queue-b");
  pad = gst_element_get_static_pad (queue, "src");
  harness_set_caps (h, 160, 90, "25/1");
  id = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK |
      GST_PAD_PROBE_TYPE_BUFFER, hold, NULL, NULL);
  for (i = 0; i < n; i++) {
    if (i == 110)
      gst_pad_remove_probe (pad, id);
    harness_push (h, 160, 90, i * 40 * GST_MSECOND);
    fail_unless_equals_int (harness_pull (h, i * 40 * GST_MSECOND),
        i % 25 == 0);
  }
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  gst_object_unref (pad);
  gst_object_unref (queue);
  while (rung_stat (h->element, "b", "frames-in") + rung_stat (h->element, "b",
          "frames-dropped") < n || !stalled->eos)
    g_usleep (1000);
  fail_unless_equals_uint64 (rung_stat (h->element, "a", "frames-dropped"), 0);
  fail_unless (rung_stat (h->element, "b", "frames-dropped") > 50);
  fail_unless_equals_uint64 (rung_stat (h->element, "b", "misaligned"), 0);
  /* The first frame of each of the six GOPs has come through. */
  fail_unless_equals_int (stalled->keys->len, 6);
  for (i = 0; i < 6; i++)
    fail_unless_equals_uint64 (g_array_index (stalled->keys, guint64, i),
        i * GST_SECOND);
  gst_harness_teardown (h);
  g_ptr_array_unref (rig.outputs);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_adds_and_removes_inputs_while_playing)
{
  GstHarness *h;
  GstPad *audio = NULL;
  guint i;

  NEED ("x264enc");
  h = harness_new ("90p@60k:name=a:tune=zerolatency audio@96k", 1000);
  harness_set_caps (h, 160, 90, "25/1");
  for (i = 0; i < 30; i++) {
    if (i == 10) {
      audio = gst_element_request_pad_simple (h->element, "audio");
      fail_unless (has_pad (h->element, "audio_0"));
    }
    if (i == 20) {
      gst_element_release_request_pad (h->element, audio);
      gst_object_unref (audio);
      fail_if (has_pad (h->element, "audio_0"));
    }
    harness_push (h, 160, 90, i * 40 * GST_MSECOND);
    fail_unless_equals_int (harness_pull (h, i * 40 * GST_MSECOND),
        i % 25 == 0);
  }
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (abrladderbin_posts_its_stats)
{
  GstMessage *message;
  GstBus *bus = gst_bus_new ();
  GstHarness *h;

  h = harness_new ("90p@60k:name=a:tune=zerolatency", 1000);
  gst_element_set_bus (h->element, bus);
  g_object_set (h->element, "stats-interval", 10, NULL);
  message = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND,
      GST_MESSAGE_ELEMENT);
  fail_unless (message != NULL && gst_message_has_name (message,
          "application/x-abrladderbin-stats"));
  gst_message_unref (message);
  gst_element_set_bus (h->element, NULL);
  gst_object_unref (bus);
  gst_harness_teardown (h);
}

GST_END_TEST;

static Suite *
abrladderbin_suite (void)
{
  Suite *s = suite_create ("abrladderbin");
  TCase *tc = tcase_create ("abrladderbin");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, abrladderbin_aligns_all_rungs);
  tcase_add_test (tc, abrladderbin_aligns_different_encoders_under_drops);
  tcase_add_test (tc, abrladderbin_aligns_fractional_rates);
  tcase_add_test (tc, abrladderbin_aligns_rungs_at_a_part_of_the_rate);
  tcase_add_test (tc, abrladderbin_aligns_when_the_source_loses_frames);
  tcase_add_test (tc, abrladderbin_cuts_at_the_epoch);
  tcase_add_test (tc, abrladderbin_absorbs_foreign_requests);
  tcase_add_test (tc, abrladderbin_names_and_times_its_outputs);
  tcase_add_test (tc, abrladderbin_gives_avc_when_told_to);
  tcase_add_test (tc, abrladderbin_makes_8_bit_420_of_anything);
  tcase_add_test (tc, abrladderbin_encodes_audio_on_the_frame_grid);
  tcase_add_test (tc, abrladderbin_takes_several_audio_inputs);
  tcase_add_test (tc, abrladderbin_makes_its_pads_with_the_sink);
  tcase_add_test (tc, abrladderbin_settles_the_ladder_with_the_first_pad);
  tcase_add_test (tc, abrladderbin_takes_a_preset);
  tcase_add_test (tc, abrladderbin_refuses_a_bad_ladder);
  tcase_add_test (tc, abrladderbin_refuses_a_ladder_without_video);
  tcase_add_test (tc, abrladderbin_says_which_encoder_is_missing);
  tcase_add_test (tc, abrladderbin_leaves_out_rungs_above_the_source);
  tcase_add_test (tc, abrladderbin_keeps_the_other_rungs_when_one_breaks);
  tcase_add_test (tc, abrladderbin_tells_of_a_rung_that_downstream_refuses);
  tcase_add_test (tc, abrladderbin_errs_when_no_rung_is_left);
  tcase_add_test (tc, abrladderbin_bears_an_output_that_is_not_linked);
  tcase_add_test (tc, abrladderbin_ends_when_downstream_has_had_enough);
  tcase_add_test (tc, abrladderbin_runs_again_after_null);
  tcase_add_test (tc, abrladderbin_stops_in_the_middle);
  tcase_add_test (tc, abrladderbin_flushes);
  tcase_add_test (tc, abrladderbin_puts_out_running_time);
  tcase_add_test (tc, abrladderbin_bears_new_sizes_shapes_and_rates);
  tcase_add_test (tc, abrladderbin_aligns_variable_rates);
  tcase_add_test (tc, abrladderbin_takes_only_raw_video_there);
  tcase_add_test (tc, abrladderbin_answers_latency);
  tcase_add_test (tc, abrladderbin_thins_out_a_rung_that_stalls_and_no_other);
  tcase_add_test (tc, abrladderbin_adds_and_removes_inputs_while_playing);
  tcase_add_test (tc, abrladderbin_posts_its_stats);
  return s;
}

GST_CHECK_MAIN (abrladderbin);
