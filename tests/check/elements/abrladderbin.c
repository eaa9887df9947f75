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

/* Returns the message that ended it: EOS or ERROR. */
static GstMessage *
rig_wait (Rig * self)
{
  GstBus *bus = gst_element_get_bus (self->pipeline);
  GstMessage *message = gst_bus_timed_pop_filtered (bus, 45 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

  gst_object_unref (bus);
  fail_unless (message != NULL, "neither EOS nor an error");
  return message;
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

static Suite *
abrladderbin_suite (void)
{
  Suite *s = suite_create ("abrladderbin");
  TCase *tc = tcase_create ("abrladderbin");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, abrladderbin_aligns_all_rungs);
  return s;
}

GST_CHECK_MAIN (abrladderbin);
