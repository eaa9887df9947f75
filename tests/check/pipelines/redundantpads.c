/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Request pads of redundantsrc: any element as an input. */
#include "inputpeers.h"

#define FORM "video/x-raw,width=64,height=48,framerate=25/1"
#define VIDEO "timeout=2000 latency=4000 return-delay=1000 " \
  "s.video ! fakesink sync=true "
#define OUTPUT "startup-timeout=30000 " VIDEO
#define SOUND "s.audio ! fakesink sync=true "
#define SAMPLES "audio/x-raw,format=S16LE,rate=48000,channels=1"

static GstElement *
get (Peers * peers, const gchar * name)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (peers->pipeline), name);

  fail_unless (element != NULL, "no %s", name);
  gst_object_unref (element);
  return element;
}

static void
begin (Peers * peers, const gchar * line, const gchar * first)
{
  peers_init (peers, line);
  peers_play (peers);
  peers_expect (peers, "redundantsrc-switch", "reason", "startup", "to", first);
}

/* A picture and its sound are one input. */
GST_START_TEST (redundantsrc_takes_pads_as_inputs)
{
  Peers peers;

  begin (&peers, "redundantsrc name=s " OUTPUT SOUND
      "videotestsrc is-live=true ! " FORM " ! valve name=v ! s.sink_0 "
      "audiotestsrc is-live=true ! valve name=a ! s.audio_sink_0 "
      "videotestsrc is-live=true pattern=ball ! " FORM " ! s.sink_1 "
      "audiotestsrc is-live=true freq=800 ! s.audio_sink_1", "sink_0");
  peers_wait_input (&peers, 1, "running");
  peers_wait_buffers (&peers, 0, 25);

  /* Sound goes with the picture. */
  g_object_set (get (&peers, "v"), "drop", TRUE, NULL);
  peers_expect (&peers, "redundantsrc-switch", "medium", "audio", "to",
      "sink_1");
  peers_wait_buffers (&peers, 0, 25);
  g_object_set (get (&peers, "v"), "drop", FALSE, NULL);
  peers_expect (&peers, "redundantsrc-switch", "reason", "return", "to",
      "sink_0");
  peers_wait_buffers (&peers, 0, 50);
  peers_check_nothing_missing (&peers);
  peers_check_unbroken (&peers, 0);
  peers_check_unbroken (&peers, 1);
  peers_clear (&peers);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_loses_a_pad_that_ends)
{
  Peers peers;

  begin (&peers, "redundantsrc name=s " OUTPUT
      "videotestsrc name=v is-live=true ! " FORM " ! s.sink_0 "
      "videotestsrc is-live=true ! " FORM " ! s.sink_1", "sink_0");
  peers_wait_input (&peers, 1, "running");
  peers_wait_buffers (&peers, 0, 25);
  gst_element_send_event (get (&peers, "v"), gst_event_new_eos ());
  peers_expect (&peers, "redundantsrc-input", "name", "sink_0", "reason",
      "eos");
  peers_expect (&peers, "redundantsrc-switch", "to", "sink_1", NULL, NULL);
  peers_wait_buffers (&peers, 0, 50);
  /* Whoever starts anew is an input again. */
  gst_element_set_state (get (&peers, "v"), GST_STATE_READY);
  gst_element_sync_state_with_parent (get (&peers, "v"));
  peers_expect (&peers, "redundantsrc-switch", "reason", "return", "to",
      "sink_0");
  peers_wait_buffers (&peers, 0, 25);
  peers_check_nothing_missing (&peers);
  peers_check_unbroken (&peers, 0);
  peers_clear (&peers);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_survives_flushes_of_a_pad)
{
  g_autoptr (GstPad) pad = NULL;
  GstEvent *segment;
  Peers peers;
  guint i;

  begin (&peers, "redundantsrc name=s " OUTPUT
      "videotestsrc is-live=true ! " FORM " ! identity name=i ! s.sink_0 "
      "videotestsrc is-live=true ! " FORM " ! s.sink_1", "sink_0");
  peers_wait_input (&peers, 1, "running");
  pad = gst_element_get_static_pad (get (&peers, "i"), "sink");
  for (i = 0; i < 5; i++) {
    peers_wait_buffers (&peers, 0, 15);
    segment = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
    gst_pad_send_event (pad, gst_event_new_flush_start ());
    gst_pad_send_event (pad, gst_event_new_flush_stop (FALSE));
    gst_pad_send_event (pad, segment);
  }
  peers_wait_buffers (&peers, 0, 50);
  fail_unless (peers_input_is (&peers, 0, "running"));
  peers_check_unbroken (&peers, 0);
  fail_unless_equals_uint64 (peers_stat (&peers, "frames-missed"), 0);
  peers_clear (&peers);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_survives_new_caps_of_a_pad)
{
  static const gchar *const forms[] = {
    "video/x-raw,format=I420,width=160,height=90,framerate=25/1",
    "video/x-raw,format=RGB,width=80,height=80,framerate=50/1",
    "video/x-raw,format=I420,width=64,height=48,framerate=25/1",
  };
  Peers peers;
  guint i;

  begin (&peers, "redundantsrc name=s " OUTPUT
      "videotestsrc is-live=true ! capsfilter name=c caps=" FORM " ! s.sink_0 "
      "videotestsrc is-live=true ! " FORM " ! s.sink_1", "sink_0");
  peers_wait_input (&peers, 1, "running");
  for (i = 0; i < G_N_ELEMENTS (forms); i++) {
    g_autoptr (GstCaps) caps = gst_caps_from_string (forms[i]);
    peers_wait_buffers (&peers, 0, 25);
    g_object_set (get (&peers, "c"), "caps", caps, NULL);
  }
  peers_wait_buffers (&peers, 0, 50);
  fail_unless (peers_input_is (&peers, 0, "running"));
  peers_check_unbroken (&peers, 0);
  fail_unless_equals_uint64 (peers_stat (&peers, "frames-missed"), 0);
  peers_clear (&peers);
}

GST_END_TEST;

/* What a pad cannot take is not its source's fault. */
GST_START_TEST (redundantsrc_bears_a_pad_it_cannot_decode)
{
  Peers peers;

  begin (&peers, "redundantsrc name=s " "startup-timeout=1000 " VIDEO
      "fakesrc is-live=true do-timestamp=true sync=true format=time "
      "sizetype=fixed sizemax=100 datarate=2500 ! "
      "application/x-nonsense ! s.sink_0 "
      "videotestsrc is-live=true ! " FORM " ! s.sink_1", "sink_1");
  peers_expect (&peers, "redundantsrc-input", "name", "sink_0", "reason",
      "error");
  peers_wait_buffers (&peers, 0, 50);
  peers_check_nothing_missing (&peers);
  peers_check_unbroken (&peers, 0);
  peers_clear (&peers);
}

GST_END_TEST;

/* Data that is not live waits for its time. */
GST_START_TEST (redundantsrc_paces_a_pad_that_is_not_live)
{
  gint64 before;
  Peers peers;

  begin (&peers, "redundantsrc name=s " OUTPUT SOUND
      "videotestsrc ! " FORM " ! queue ! s.sink_0 "
      "audiotestsrc ! queue ! s.audio_sink_0", "sink_0");
  before = g_get_monotonic_time ();
  peers_wait_buffers (&peers, 0, 75);
  fail_unless (g_get_monotonic_time () - before > 2 * G_TIME_SPAN_SECOND);
  peers_check_nothing_missing (&peers);
  peers_check_unbroken (&peers, 0);
  peers_check_unbroken (&peers, 1);
  fail_unless_equals_uint64 (peers_input_stat (&peers, 0, "failures"), 0);
  peers_clear (&peers);
}

GST_END_TEST;

/* Coded, decoded here or not; also when it has been warm. */
GST_START_TEST (redundantsrc_takes_coded_data_of_pads)
{
  static const gchar *const needed[] = { "x264enc", "h264parse", "avdec_h264",
    NULL
  };
  static const gchar *const more[] = { "output=raw", "output=encoded",
    "output=raw sink_1::standby=warm"
  };
  g_autofree gchar *line = NULL;
  Peers peers;

  if (!peers_have (needed))
    return;
  line = g_strdup_printf ("redundantsrc name=s %s " OUTPUT
      "videotestsrc is-live=true ! " FORM " ! x264enc tune=zerolatency "
      "key-int-max=25 ! valve name=v ! s.sink_0 "
      "videotestsrc is-live=true ! " FORM " ! x264enc tune=zerolatency "
      "key-int-max=25 ! s.sink_1", more[__i__]);
  begin (&peers, line, "sink_0");
  peers_wait_input (&peers, 1, "running");
  peers_wait_buffers (&peers, 0, 50);
  g_object_set (get (&peers, "v"), "drop", TRUE, NULL);
  peers_expect (&peers, "redundantsrc-switch", "to", "sink_1", NULL, NULL);
  peers_wait_buffers (&peers, 0, 50);
  if (__i__ != 1) {
    peers_check_nothing_missing (&peers);
    peers_check_unbroken (&peers, 0);
  }
  fail_unless_equals_int (peers.output[0].back, 0);
  peers_clear (&peers);
}

GST_END_TEST;

/* Whose sound is it?  sink_1's is loud. */
typedef struct
{
  gint loud;                    /* atomic; of the newest sample */
  guint changes;
  GstClockTime changed_at;
} Loudness;

static GstPadProbeReturn
judge_loudness (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  Loudness *self = user_data;
  gint16 sample = 0;
  gint loud;

  gst_buffer_extract (buffer, gst_buffer_get_size (buffer) - 2, &sample, 2);
  loud = ABS ((gint) sample) > 16000;
  if (loud != g_atomic_int_get (&self->loud)) {
    self->changes++;
    self->changed_at = GST_BUFFER_PTS (buffer);
  }
  g_atomic_int_set (&self->loud, loud);
  return GST_PAD_PROBE_OK;
}

/* Pictures wait for a key frame, and the sound that is decoded for them. */
GST_START_TEST (redundantsrc_changes_decoded_sound_with_coded_pictures)
{
  static const gchar *const needed[] = { "x264enc", "h264parse", NULL };
  Loudness loudness = { FALSE, };
  g_autoptr (GstPad) pad = NULL;
  gboolean granted = FALSE;
  guint64 position = 0;
  Peers peers;

  if (!peers_have (needed))
    return;
  begin (&peers, "redundantsrc name=s output=audio-raw " OUTPUT SOUND
      "videotestsrc is-live=true ! " FORM " ! x264enc tune=zerolatency "
      "key-int-max=25 ! s.sink_0 "
      "audiotestsrc is-live=true wave=square volume=0.1 ! " SAMPLES
      " ! s.audio_sink_0 "
      "videotestsrc is-live=true ! " FORM " ! x264enc tune=zerolatency "
      "key-int-max=100 ! s.sink_1 "
      "audiotestsrc is-live=true wave=square volume=0.9 ! " SAMPLES
      " ! s.audio_sink_1", "sink_0");
  pad = gst_element_get_static_pad (peers.src, "audio");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, judge_loudness, &loudness,
      NULL);
  peers_wait_input (&peers, 1, "running");
  peers_wait_buffers (&peers, 0, 10);
  g_signal_emit_by_name (peers.src, "switch-to", "sink_1", &granted);
  fail_unless (granted);
  peers_expect (&peers, "redundantsrc-switch", "medium", "video", "to",
      "sink_1");
  gst_structure_get_uint64 (peers.found, "position", &position);
  peers_wait_buffers (&peers, 0, 25);
  fail_unless (g_atomic_int_get (&loudness.loud));
  fail_unless_equals_int (loudness.changes, 1);
  fail_unless (ABS (GST_CLOCK_DIFF (position, loudness.changed_at))
      < (gint64) (200 * GST_MSECOND), "picture at %" GST_TIME_FORMAT
      ", sound at %" GST_TIME_FORMAT, GST_TIME_ARGS (position),
      GST_TIME_ARGS (loudness.changed_at));
  peers_clear (&peers);
}

GST_END_TEST;

static GstPadProbeReturn
drop (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  return GST_PAD_PROBE_DROP;
}

/* Pads come and go while it plays; URIs, pads and a life after NULL. */
GST_START_TEST (redundantsrc_changes_pads_while_it_plays)
{
  GstElement *more;
  GstPad *sink, *src;
  Peers peers;
  guint i;

  begin (&peers, "redundantsrc name=s " OUTPUT
      "videotestsrc is-live=true ! " FORM " ! s.sink_1", "sink_1");
  for (i = 0; i < 3; i++) {
    peers_wait_buffers (&peers, 0, 25);
    more = gst_parse_bin_from_description ("videotestsrc is-live=true ! " FORM
        " ! queue", TRUE, NULL);
    gst_bin_add (GST_BIN (peers.pipeline), more);
    sink = gst_element_request_pad_simple (peers.src, "sink_0");
    fail_unless (sink != NULL);
    src = gst_element_get_static_pad (more, "src");
    fail_unless_equals_int (gst_pad_link (src, sink), GST_PAD_LINK_OK);
    gst_element_sync_state_with_parent (more);
    peers_expect (&peers, "redundantsrc-switch", "to", "sink_0", NULL, NULL);
    peers_wait_buffers (&peers, 0, 25);
    /* Its source must not see that no one takes its data. */
    gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_DATA_DOWNSTREAM, drop, NULL,
        NULL);
    gst_element_release_request_pad (peers.src, sink);
    gst_object_unref (sink);
    peers_expect (&peers, "redundantsrc-switch", "to", "sink_1", NULL, NULL);
    gst_element_set_state (more, GST_STATE_NULL);
    gst_object_unref (src);
    gst_bin_remove (GST_BIN (peers.pipeline), more);
  }
  peers_wait_buffers (&peers, 0, 25);
  peers_check_nothing_missing (&peers);
  peers_check_unbroken (&peers, 0);
  fail_unless_equals_int (gst_child_proxy_get_children_count
      (GST_CHILD_PROXY (peers.src)), 1);
  for (i = 0; i < 3; i++) {
    gst_element_set_state (peers.pipeline, GST_STATE_NULL);
    memset (peers.output, 0, sizeof (peers.output));
    peers_play (&peers);
    peers_wait_buffers (&peers, 0, 25);
    peers_check_unbroken (&peers, 0);
    fail_unless (peers_input_is (&peers, 0, "running"));
  }
  peers_clear (&peers);
}

GST_END_TEST;

static gpointer
request_pads (gpointer data)
{
  static const gchar *const templates[] = { "sink_%u", "audio_sink_%u" };
  GPtrArray *pads = g_ptr_array_new ();
  guint i;

  for (i = 0; i < 40; i++)
    g_ptr_array_add (pads, gst_element_request_pad_simple (data,
            templates[i % 2]));
  return pads;
}

/* As from the threads of several demuxers: nobody gets another one's, and a
 * number's two kinds are one input. */
GST_START_TEST (redundantsrc_gives_pads_to_many_threads)
{
  GstElement *src = gst_object_ref_sink
      (gst_element_factory_make ("redundantsrc", NULL));
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *pads[4];
  GThread *threads[4];
  guint i, j;

  for (i = 0; i < 4; i++)
    threads[i] = g_thread_new (NULL, request_pads, src);
  for (i = 0; i < 4; i++)
    pads[i] = g_thread_join (threads[i]);
  for (i = 0; i < 4; i++) {
    for (j = 0; j < pads[i]->len; j++) {
      fail_unless (pads[i]->pdata[j] != NULL);
      fail_unless (g_hash_table_add (names, GST_PAD_NAME (pads[i]->pdata[j])));
    }
  }
  fail_unless_equals_int (gst_child_proxy_get_children_count
      (GST_CHILD_PROXY (src)), 80);
  for (i = 0; i < 4; i++) {
    for (j = 0; j < pads[i]->len; j++) {
      gst_element_release_request_pad (src, pads[i]->pdata[j]);
      gst_object_unref (pads[i]->pdata[j]);
    }
    g_ptr_array_unref (pads[i]);
  }
  fail_unless_equals_int (gst_child_proxy_get_children_count
      (GST_CHILD_PROXY (src)), 0);
  gst_object_unref (src);
}

GST_END_TEST;

/* At any moment, with data that waits. */
GST_START_TEST (redundantsrc_stops_with_pads_at_any_moment)
{
  Peers peers;
  guint i;

  peers_init (&peers, "redundantsrc name=s " OUTPUT SOUND
      "videotestsrc ! " FORM " ! s.sink_0 audiotestsrc ! s.audio_sink_0 "
      "videotestsrc is-live=true num-buffers=3 ! " FORM " ! s.sink_1");
  for (i = 0; i < 30; i++) {
    peers_play (&peers);
    g_usleep (g_random_int_range (0, 60000));
    gst_element_set_state (peers.pipeline, i % 3 == 0 ? GST_STATE_READY
        : GST_STATE_NULL);
  }
  peers_clear (&peers);
}

GST_END_TEST;

static Suite *
redundantpads_suite (void)
{
  Suite *s = suite_create ("redundantpads");
  TCase *tc = tcase_create ("redundantpads");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, redundantsrc_takes_pads_as_inputs);
  tcase_add_test (tc, redundantsrc_loses_a_pad_that_ends);
  tcase_add_test (tc, redundantsrc_survives_flushes_of_a_pad);
  tcase_add_test (tc, redundantsrc_survives_new_caps_of_a_pad);
  tcase_add_test (tc, redundantsrc_bears_a_pad_it_cannot_decode);
  tcase_add_test (tc, redundantsrc_paces_a_pad_that_is_not_live);
  tcase_add_loop_test (tc, redundantsrc_takes_coded_data_of_pads, 0, 3);
  tcase_add_test (tc, redundantsrc_changes_decoded_sound_with_coded_pictures);
  tcase_add_test (tc, redundantsrc_changes_pads_while_it_plays);
  tcase_add_test (tc, redundantsrc_gives_pads_to_many_threads);
  tcase_add_test (tc, redundantsrc_stops_with_pads_at_any_moment);
  return s;
}

GST_CHECK_MAIN (redundantpads);
