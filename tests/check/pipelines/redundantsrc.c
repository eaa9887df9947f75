/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "faultysource.h"
#include "inputpeers.h"

static void
init (Peers * peers, const gchar * description)
{
  peers_init (peers, description);
  peers->patience = 30;
}

static void
play (Peers * peers)
{
  fail_unless_equals_int (gst_element_set_state (peers->pipeline,
          GST_STATE_PAUSED), GST_STATE_CHANGE_NO_PREROLL);
  peers_play (peers);
}

static void
expect (Peers * peers, guint seconds, const gchar * name, const gchar * field,
    const gchar * value)
{
  guint patience = peers->patience;

  peers->patience = seconds;
  peers_expect (peers, name, field, value, NULL, NULL);
  peers->patience = patience;
}

/* Counts the pictures that are not those of faulty://. */
static GstPadProbeReturn
count_others (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  guint8 bytes[FAULTY_BYTES];

  memset (bytes, FAULTY_BYTE, sizeof (bytes));
  if (gst_buffer_get_size (GST_PAD_PROBE_INFO_BUFFER (info)) != sizeof (bytes)
      || gst_buffer_memcmp (GST_PAD_PROBE_INFO_BUFFER (info), 0, bytes,
          sizeof (bytes)) != 0)
    g_atomic_int_inc ((gint *) user_data);
  return GST_PAD_PROBE_OK;
}

#define VIDEO_ONLY " s.video ! fakesink sync=true"

GST_START_TEST (redundantsrc_never_breaks_for_an_input_that_fails)
{
  static const gchar *const faults[] = { "error", "eos", "stall" };
  g_autoptr (GstPad) video = NULL;
  gint others = 0;              /* atomic */
  Peers peers;

  g_autofree gchar *line = g_strdup_printf ("redundantsrc name=s "
      "uris=\"faulty://%s-after-40 faulty://good\"" VIDEO_ONLY, faults[__i__]);

  init (&peers, line);
  video = gst_element_get_static_pad (peers.src, "video");
  gst_pad_add_probe (video, GST_PAD_PROBE_TYPE_BUFFER, count_others, &others,
      NULL);
  play (&peers);
  expect (&peers, 30, "redundantsrc-switch", "reason", "startup");
  expect (&peers, 30, "redundantsrc-switch", "to", "input-1");
  peers_wait_buffers (&peers, 0, 25);
  peers_check_unbroken (&peers, 0);
  fail_unless_equals_uint64 (peers_stat (&peers, "frames-missed"), 0);
  fail_unless_equals_uint64 (peers_stat (&peers, "repeated-frames"), 0);
  fail_unless_equals_int (g_atomic_int_get (&others), 0);
  peers_clear (&peers);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_returns_to_an_input_that_is_back)
{
  Peers peers;

  init (&peers, "redundantsrc name=s return-delay=500 "
      "uris=\"faulty://error-after-60 faulty://good\"" VIDEO_ONLY);
  play (&peers);
  expect (&peers, 30, "redundantsrc-switch", "reason", "startup");
  expect (&peers, 30, "redundantsrc-input", "reason", "error");
  expect (&peers, 30, "redundantsrc-switch", "to", "input-1");
  expect (&peers, 30, "redundantsrc-switch", "reason", "return");
  peers_check_unbroken (&peers, 0);
  fail_unless_equals_uint64 (peers_stat (&peers, "frames-missed"), 0);
  peers_clear (&peers);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_retries_what_refuses_and_shows_the_slate)
{
  Peers peers;

  init (&peers, "redundantsrc name=s startup-timeout=300 retry-initial=20 "
      "retry-max=50 uris=faulty://user:secret@refuse "
      "s.video ! fakesink sync=true");
  play (&peers);
  expect (&peers, 30, "redundantsrc-input", "state", "stopping");
  expect (&peers, 30, "redundantsrc-slate", "state", "open");
  peers_wait_buffers (&peers, 0, 25);
  peers_check_unbroken (&peers, 0);
  fail_unless (peers_input_stat (&peers, 0, "attempts") > 5);
  fail_unless_equals_uint64 (peers_stat (&peers, "frames-missed"), 0);
  peers_clear (&peers);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_hides_secrets)
{
  Peers peers;

  init (&peers, "redundantsrc name=s uris=faulty://user:secret@refuse "
      VIDEO_ONLY);
  peers.secret = "secret";
  play (&peers);
  g_usleep (300000);
  peers_listen (&peers);
  fail_unless (peers.messages != NULL);
  peers_clear (&peers);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_leaves_a_source_that_hangs_behind)
{
  gint64 before;
  Peers peers;

  init (&peers, "redundantsrc name=s teardown-timeout=300 "
      "uris=\"faulty://hang-error-after-10 faulty://good\"" VIDEO_ONLY);
  play (&peers);
  /* It is left, a new one is built, and so on. */
  expect (&peers, 30, "redundantsrc-input", "state", "zombie");
  expect (&peers, 30, "redundantsrc-input", "state", "zombie");
  fail_unless (peers_input_stat (&peers, 0, "zombies") >= 2);
  peers_check_unbroken (&peers, 0);
  fail_unless_equals_uint64 (peers_stat (&peers, "frames-missed"), 0);
  before = g_get_monotonic_time ();
  peers_clear (&peers);
  fail_unless (g_get_monotonic_time () - before < 10 * G_TIME_SPAN_SECOND);
  faulty_release_hangs ();
  /* Their threads end. */
  g_usleep (50000);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_changes_inputs_while_it_plays)
{
  guint started;
  GObject *child;
  gchar *uri;
  Peers peers;

  init (&peers, "redundantsrc name=s uris=\"faulty://a faulty://b\""
      VIDEO_ONLY);
  play (&peers);
  expect (&peers, 30, "redundantsrc-switch", "to", "input-0");
  /* The standby has to be there before the first one goes. */
  peers_wait_buffers (&peers, 0, 10);
  started = faulty_count_starts ();
  g_object_set (peers.src, "uris", "faulty://b faulty://c", NULL);
  expect (&peers, 30, "redundantsrc-switch", "reason", "removed");
  peers_wait_buffers (&peers, 0, 25);
  peers_check_unbroken (&peers, 0);
  fail_unless_equals_uint64 (peers_stat (&peers, "frames-missed"), 0);
  /* Only the new one was started. */
  fail_unless_equals_int (faulty_count_starts (), started + 1);
  fail_unless_equals_int (gst_child_proxy_get_children_count
      (GST_CHILD_PROXY (peers.src)), 2);
  child = gst_child_proxy_get_child_by_name (GST_CHILD_PROXY (peers.src),
      "input-1");
  fail_unless (child != NULL);
  g_object_get (child, "uri", &uri, NULL);
  fail_unless_equals_string (uri, "faulty://b");
  g_free (uri);
  g_object_unref (child);
  peers_clear (&peers);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_obeys_the_operator)
{
  gboolean granted;
  gchar *active;
  Peers peers;

  init (&peers, "redundantsrc name=s uris=\"faulty://a faulty://b\""
      VIDEO_ONLY);
  play (&peers);
  expect (&peers, 30, "redundantsrc-switch", "reason", "startup");
  g_signal_emit_by_name (peers.src, "switch-to", "input-7", &granted);
  fail_if (granted);
  expect (&peers, 30, "redundantsrc-refused", "input", "input-7");
  do {
    g_usleep (20000);
    g_signal_emit_by_name (peers.src, "switch-to", "input-1", &granted);
  } while (!granted);
  expect (&peers, 30, "redundantsrc-switch", "reason", "manual");
  g_object_get (peers.src, "active-input", &active, NULL);
  fail_unless_equals_string (active, "input-1");
  g_free (active);
  g_signal_emit_by_name (peers.src, "fallback-to-slate", TRUE, &granted);
  expect (&peers, 30, "redundantsrc-slate", "state", "open");
  g_signal_emit_by_name (peers.src, "fallback-to-slate", FALSE, &granted);
  expect (&peers, 30, "redundantsrc-slate", "state", "close");
  peers_check_unbroken (&peers, 0);
  peers_clear (&peers);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_restarts_an_input_by_hand)
{
  gboolean done = FALSE;
  Peers peers;

  init (&peers, "redundantsrc name=s uris=\"faulty://good faulty://good\" "
      "s.video ! fakesink sync=true");
  play (&peers);
  peers_wait_buffers (&peers, 0, 25);
  g_signal_emit_by_name (peers.src, "restart-input", "input-1", &done);
  fail_unless (done);
  expect (&peers, 10, "redundantsrc-input", "reason", "restart");
  expect (&peers, 10, "redundantsrc-input", "state", "running");
  fail_unless_equals_uint64 (peers_input_stat (&peers, 1, "attempts"), 2);
  fail_unless_equals_uint64 (peers_input_stat (&peers, 0, "attempts"), 1);
  g_signal_emit_by_name (peers.src, "restart-input", "nobody", &done);
  fail_if (done);
  expect (&peers, 10, "redundantsrc-refused", "command", "restart-input");
  peers_check_unbroken (&peers, 0);
  peers_clear (&peers);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_is_reusable_after_null)
{
  guint i;
  Peers peers;

  init (&peers, "redundantsrc name=s uris=\"faulty://a faulty://b\""
      VIDEO_ONLY);
  for (i = 0; i < 3; i++) {
    play (&peers);
    expect (&peers, 30, "redundantsrc-switch", "reason", "startup");
    peers_wait_buffers (&peers, 0, 10);
    peers_check_unbroken (&peers, 0);
    peers_stop (&peers);
    memset (peers.output, 0, sizeof (peers.output));
  }
  peers_clear (&peers);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_stands_a_pause)
{
  guint64 missed;
  Peers peers;

  init (&peers, "redundantsrc name=s uris=\"faulty://a faulty://b\""
      VIDEO_ONLY);
  play (&peers);
  expect (&peers, 30, "redundantsrc-switch", "reason", "startup");
  peers_wait_buffers (&peers, 0, 10);
  fail_unless_equals_int (gst_element_set_state (peers.pipeline,
          GST_STATE_PAUSED), GST_STATE_CHANGE_NO_PREROLL);
  g_usleep (700000);
  gst_element_set_state (peers.pipeline, GST_STATE_PLAYING);
  peers_wait_buffers (&peers, 0, 50);
  missed = peers_stat (&peers, "frames-missed");
  peers_wait_buffers (&peers, 0, 25);
  peers_check_unbroken (&peers, 0);
  fail_unless_equals_uint64 (peers_stat (&peers, "frames-missed"), missed);
  peers_clear (&peers);
}

GST_END_TEST;

/* appsrc without data is connecting for ever.  Its state says nothing of
 * ours. */
GST_START_TEST (redundantsrc_stands_a_pause_while_an_input_connects)
{
  GstState state;
  Peers peers;

  init (&peers, "redundantsrc name=s uris=\"faulty://good appsrc://x\""
      " s.video ! fakesink sync=true async=false");
  play (&peers);
  peers_wait_buffers (&peers, 0, 10);
  fail_unless_equals_int (gst_element_set_state (peers.pipeline,
          GST_STATE_PAUSED), GST_STATE_CHANGE_NO_PREROLL);
  fail_unless_equals_int (gst_element_set_state (peers.pipeline,
          GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_int (gst_element_get_state (peers.src, &state, NULL, 0),
      GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_int (state, GST_STATE_PLAYING);
  peers_wait_buffers (&peers, 0, 30);
  peers_check_unbroken (&peers, 0);
  fail_unless (peers_input_stat (&peers, 0, "epochs") < 10);
  peers_clear (&peers);
}

GST_END_TEST;

/* A sink that has its first picture has the pipeline set its state once more,
 * and again for as long as someone says that it is not there yet. */
GST_START_TEST (redundantsrc_settles_while_an_input_connects)
{
  g_autoptr (GstBus) bus = NULL;
  GstMessage *message;
  guint n = 0;
  Peers peers;

  init (&peers, "redundantsrc name=s uris=\"faulty://good appsrc://x\""
      " s.video ! fakesink sync=true");
  play (&peers);
  bus = gst_element_get_bus (peers.pipeline);
  while (n < 10 && (message = gst_bus_timed_pop_filtered (bus, 3 * GST_SECOND,
              GST_MESSAGE_ASYNC_DONE))) {
    gst_message_unref (message);
    n++;
  }
  fail_unless (n >= 1 && n <= 3, "%u", n);
  peers_clear (&peers);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_stops_at_any_moment)
{
  guint i;
  Peers peers;

  init (&peers, "redundantsrc name=s uris=\"faulty://a faulty://refuse\" "
      "retry-initial=1 retry-max=5" VIDEO_ONLY);
  for (i = 0; i < 50; i++) {
    play (&peers);
    g_usleep (g_random_int_range (0, 40000));
    peers_stop (&peers);
  }
  peers_clear (&peers);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_refuses_what_is_no_list_of_uris)
{
  static const gchar *const lists[] = { "", "faulty://a nonsense" };
  g_autofree gchar *line = g_strdup_printf ("redundantsrc name=s uris=\"%s\""
      VIDEO_ONLY, lists[__i__]);
  g_autoptr (GstBus) bus = NULL;
  GstMessage *message;
  GError *error;
  gchar *debug;
  Peers peers;

  init (&peers, line);
  fail_unless_equals_int (gst_element_set_state (peers.pipeline,
          GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  bus = gst_element_get_bus (peers.pipeline);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, &debug);
  fail_unless (g_error_matches (error, GST_LIBRARY_ERROR,
          GST_LIBRARY_ERROR_SETTINGS));
  fail_unless (strstr (error->message, "uris") != NULL);
  g_error_free (error);
  g_free (debug);
  gst_message_unref (message);
  peers_clear (&peers);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_refuses_while_it_plays_what_is_no_list_of_uris)
{
  gchar *uris;
  Peers peers;

  init (&peers, "redundantsrc name=s uris=faulty://a" VIDEO_ONLY);
  play (&peers);
  expect (&peers, 30, "redundantsrc-switch", "to", "input-0");
  g_object_set (peers.src, "uris", "faulty://a nonsense", NULL);
  g_object_set (peers.src, "uris", "nonsense", NULL);
  g_object_get (peers.src, "uris", &uris, NULL);
  fail_unless_equals_string (uris, "faulty://a");
  g_free (uris);
  fail_unless_equals_int (gst_child_proxy_get_children_count
      (GST_CHILD_PROXY (peers.src)), 1);
  peers_wait_buffers (&peers, 0, 25);
  peers_check_unbroken (&peers, 0);
  fail_unless_equals_uint64 (peers_stat (&peers, "frames-missed"), 0);
  peers_clear (&peers);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_forgets_an_error_it_recovered_from)
{
  const gchar *error;
  Peers peers;

  init (&peers, "redundantsrc name=s uris=faulty://error-after-50" VIDEO_ONLY);
  play (&peers);
  peers_expect (&peers, "redundantsrc-input", "state", "stopping", "reason",
      "error");
  fail_unless (gst_structure_get_string (peers.found, "error") != NULL);
  expect (&peers, 30, "redundantsrc-input", "state", "running");
  g_object_set (peers.src, "uris", "faulty://a", NULL);
  expect (&peers, 30, "redundantsrc-input", "state", "stopping");
  error = gst_structure_get_string (peers.found, "error");
  fail_unless (error == NULL, "told: %s", error);
  peers_clear (&peers);
}

GST_END_TEST;

/* Files are faster than live and end: they are paced and start over. */
GST_START_TEST (redundantsrc_plays_a_file_at_its_own_pace)
{
  static const gchar *const needed[] = { "matroskamux", "matroskademux",
    "uridecodebin", "videoconvert", "audioconvert", NULL
  };
  g_autofree gchar *dir = g_dir_make_tmp ("redundantsrc-XXXXXX", NULL);
  g_autofree gchar *file = g_build_filename (dir, "clip.mkv", NULL);
  g_autofree gchar *make = NULL, *line = NULL;
  GstElement *maker;
  GstMessage *message;
  gint64 before;
  Peers peers;

  if (!peers_have (needed))
    return;
  make = g_strdup_printf ("matroskamux name=m ! filesink location=%s "
      "videotestsrc num-buffers=75 ! video/x-raw,format=I420,width=32,"
      "height=32,framerate=25/1 ! queue ! m. audiotestsrc num-buffers=150 "
      "samplesperbuffer=960 ! audio/x-raw,format=S16LE,rate=48000,channels=1 "
      "! queue ! m.", file);
  maker = gst_parse_launch (make, NULL);
  gst_element_set_state (maker, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (GST_ELEMENT_BUS (maker),
      20 * GST_SECOND, GST_MESSAGE_EOS);
  fail_unless (message != NULL);
  gst_message_unref (message);
  gst_element_set_state (maker, GST_STATE_NULL);
  gst_object_unref (maker);

  line = g_strdup_printf ("redundantsrc name=s uris=file://%s s.video ! "
      "fakesink sync=true s.audio ! fakesink sync=true", file);
  init (&peers, line);
  play (&peers);
  before = g_get_monotonic_time ();
  peers_wait_buffers (&peers, 0, 60);
  fail_unless (g_get_monotonic_time () - before > 2 * G_TIME_SPAN_SECOND);
  fail_unless_equals_uint64 (peers_stat (&peers, "frames-missed"), 0);
  fail_unless_equals_uint64 (peers_stat (&peers, "samples-missed"), 0);
  expect (&peers, 30, "redundantsrc-input", "reason", "eos");
  expect (&peers, 30, "redundantsrc-input", "state", "running");
  peers_wait_buffers (&peers, 0, 10);
  peers_check_unbroken (&peers, 0);
  peers_check_unbroken (&peers, 1);
  peers_clear (&peers);
  unlink (file);
  rmdir (dir);
}

GST_END_TEST;

/* A sender in a process of its own. */
static GPid
spawn_sender (guint port, const gchar * pattern)
{
  gboolean has_x264 = gst_registry_check_feature_version (gst_registry_get (),
      "x264enc", 0, 0, 0);
  g_autofree gchar *line = g_strdup_printf ("gst-launch-1.0 -q videotestsrc "
      "is-live=true pattern=%s ! video/x-raw,width=320,height=180,"
      "framerate=25/1 ! %s ! h264parse ! queue ! mpegtsmux name=m alignment=7 "
      "! srtsink uri=srt://127.0.0.1:%u audiotestsrc is-live=true ! "
      "audio/x-raw,rate=48000,channels=2 ! avenc_aac ! aacparse ! queue ! m.",
      pattern, has_x264 ? "x264enc tune=zerolatency speed-preset=ultrafast "
      "key-int-max=25 bitrate=300" : "openh264enc gop-size=25", port);

  return peers_spawn (line);
}

static gboolean
can_send (void)
{
  static const gchar *const needed[] = { "srtsink", "srtsrc", "mpegtsmux",
    "tsdemux", "h264parse", "avdec_h264", "avenc_aac", "avdec_aac", NULL
  };
  static const gchar *const x264[] = { "x264enc", NULL };
  static const gchar *const openh264[] = { "openh264enc", NULL };
  g_autofree gchar *launch = peers_find ("gst-launch-1.0");

  return launch != NULL && peers_have (needed) && (peers_have (x264)
      || peers_have (openh264));
}

GST_START_TEST (redundantsrc_loses_nothing_when_the_primary_is_killed)
{
  guint ports[2];
  GPid primary, standby;
  g_autofree gchar *line = NULL;
  Peers peers;

  if (!can_send ())
    return;
  ports[0] = peers_free_port (SOCK_DGRAM);
  ports[1] = peers_free_port (SOCK_DGRAM);
  line = g_strdup_printf ("redundantsrc name=s return-delay=1000 "
      "startup-timeout=30000 stall-timeout=1500 "
      "uris=\"srt://127.0.0.1:%u?mode=listener "
      "srt://127.0.0.1:%u?mode=listener\" s.video ! fakesink sync=true "
      "s.audio ! fakesink sync=true", ports[0], ports[1]);
  init (&peers, line);
  play (&peers);
  g_usleep (300000);
  standby = spawn_sender (ports[1], "ball");
  primary = spawn_sender (ports[0], "smpte");
  expect (&peers, 40, "redundantsrc-switch", "reason", "startup");
  peers_wait_buffers (&peers, 0, 75);
  while (!peers_input_stat (&peers, 1, "connected-for"))
    g_usleep (100000);
  peers_wait_buffers (&peers, 0, 50);

  peers_forget (&peers);
  peers_kill (&primary);
  expect (&peers, 40, "redundantsrc-switch", "to", "input-1");
  peers_wait_buffers (&peers, 0, 50);
  peers_check_nothing_missing (&peers);

  /* Let it notice, so that its port is free for the new one. */
  expect (&peers, 40, "redundantsrc-input", "state", "stopping");
  g_usleep (1000000);
  primary = spawn_sender (ports[0], "smpte");
  expect (&peers, 60, "redundantsrc-switch", "reason", "return");
  peers_wait_buffers (&peers, 0, 50);
  peers_check_unbroken (&peers, 0);
  peers_check_unbroken (&peers, 1);
  peers_check_nothing_missing (&peers);
  peers_clear (&peers);
  peers_kill (&primary);
  peers_kill (&standby);
}

GST_END_TEST;

/* The clock that goes may be far ahead of the one that comes. */
GST_START_TEST (redundantsrc_follows_another_clock)
{
  g_autoptr (GstClock) ahead = NULL;
  g_autofree gchar *line = NULL;
  guint64 missed;
  guint port;
  GPid sender;
  Peers peers;

  if (!can_send ())
    return;
  port = peers_free_port (SOCK_DGRAM);
  line = g_strdup_printf ("redundantsrc name=s startup-timeout=30000 "
      "stall-timeout=20000 latency=1000 timeout=900 "
      "uris=\"srt://127.0.0.1:%u?mode=listener\" s.video ! "
      "fakesink sync=true s.audio ! fakesink sync=true", port);
  init (&peers, line);
  ahead = g_object_new (GST_TYPE_SYSTEM_CLOCK, "clock-type",
      GST_CLOCK_TYPE_REALTIME, NULL);
  gst_pipeline_use_clock (GST_PIPELINE (peers.pipeline), ahead);
  play (&peers);
  g_usleep (300000);
  sender = spawn_sender (port, "smpte");
  expect (&peers, 40, "redundantsrc-switch", "reason", "startup");
  peers_wait_buffers (&peers, 0, 50);

  gst_element_set_state (peers.pipeline, GST_STATE_PAUSED);
  gst_pipeline_auto_clock (GST_PIPELINE (peers.pipeline));
  gst_element_set_state (peers.pipeline, GST_STATE_PLAYING);
  peers_wait_buffers (&peers, 0, 75);
  missed = peers_stat (&peers, "frames-missed");
  peers_wait_buffers (&peers, 0, 75);
  missed = peers_stat (&peers, "frames-missed") - missed;
  fail_unless (missed < 25, "%" G_GUINT64_FORMAT, missed);
  fail_unless (peers_input_is (&peers, 0, "running"));
  fail_unless_equals_uint64 (peers_input_stat (&peers, 0, "attempts"), 1);
  peers_clear (&peers);
  peers_kill (&sender);
}

GST_END_TEST;

/* What goes out of redundantsrc, of which each input has a size of its own. */
typedef struct
{
  GMutex lock;
  GstClockTime last;
  guint frames, changes, keyless, back;
  gboolean changed;
} Seen;

static GstPadProbeReturn
watch_units (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Seen *seen = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  g_mutex_lock (&seen->lock);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    seen->back += seen->frames > 0 && GST_BUFFER_DTS (buffer) <= seen->last;
    seen->keyless += (seen->changed || GST_BUFFER_FLAG_IS_SET (buffer,
            GST_BUFFER_FLAG_DISCONT)) && GST_BUFFER_FLAG_IS_SET (buffer,
        GST_BUFFER_FLAG_DELTA_UNIT);
    seen->last = GST_BUFFER_DTS (buffer);
    seen->frames++;
    seen->changed = FALSE;
  } else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_CAPS) {
    seen->changed = TRUE;
    seen->changes++;
  }
  g_mutex_unlock (&seen->lock);
  return GST_PAD_PROBE_OK;
}

/* Real senders and a decoder behind: it never gets what it can't decode. */
GST_START_TEST (redundantsrc_switches_encoded_media_at_key_frames)
{
  Seen seen = { {NULL}, };
  guint ports[2];
  GPid primary, standby;
  g_autofree gchar *line = NULL;
  g_autoptr (GstPad) video = NULL;
  Peers peers;

  if (!can_send ())
    return;
  ports[0] = peers_free_port (SOCK_DGRAM);
  ports[1] = peers_free_port (SOCK_DGRAM);
  line = g_strdup_printf ("redundantsrc name=s output=encoded "
      "return-delay=1000 startup-timeout=30000 stall-timeout=1500 "
      "uris=\"srt://127.0.0.1:%u?mode=listener "
      "srt://127.0.0.1:%u?mode=listener\" s.video ! avdec_h264 "
      "max-errors=0 thread-type=slice ! fakesink sync=true "
      "s.audio ! avdec_aac max-errors=0 ! fakesink sync=true", ports[0],
      ports[1]);
  init (&peers, line);
  video = gst_element_get_static_pad (peers.src, "video");
  gst_pad_add_probe (video, GST_PAD_PROBE_TYPE_BUFFER
      | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, watch_units, &seen, NULL);
  play (&peers);
  g_usleep (300000);
  standby = spawn_sender (ports[1], "ball");
  primary = spawn_sender (ports[0], "smpte");
  expect (&peers, 40, "redundantsrc-switch", "reason", "startup");
  while (!peers_input_stat (&peers, 1, "connected-for"))
    g_usleep (100000);
  peers_wait_buffers (&peers, 0, 75);
  peers_forget (&peers);
  peers_kill (&primary);
  expect (&peers, 40, "redundantsrc-switch", "to", "input-1");
  peers_wait_buffers (&peers, 0, 75);
  /* A key frame each second. */
  fail_unless (peers_stat (&peers, "frames-missed") <= 25);
  expect (&peers, 40, "redundantsrc-input", "state", "stopping");
  g_usleep (1000000);
  primary = spawn_sender (ports[0], "smpte");
  expect (&peers, 60, "redundantsrc-switch", "reason", "return");
  peers_wait_buffers (&peers, 0, 50);
  g_mutex_lock (&seen.lock);
  fail_unless (seen.frames > 150);
  fail_unless_equals_int (seen.back, 0);
  fail_unless_equals_int (seen.keyless, 0);
  g_mutex_unlock (&seen.lock);
  peers_clear (&peers);
  peers_kill (&primary);
  peers_kill (&standby);
}

GST_END_TEST;

/* The process is there but nothing flows. */
GST_START_TEST (redundantsrc_loses_nothing_when_the_primary_stops)
{
  guint ports[2];
  GPid primary, standby;
  g_autofree gchar *line = NULL;
  Peers peers;

  if (!can_send ())
    return;
  ports[0] = peers_free_port (SOCK_DGRAM);
  ports[1] = peers_free_port (SOCK_DGRAM);
  line = g_strdup_printf ("redundantsrc name=s startup-timeout=30000 "
      "uris=\"srt://127.0.0.1:%u?mode=listener "
      "srt://127.0.0.1:%u?mode=listener\" s.video ! fakesink sync=true "
      "s.audio ! fakesink sync=true", ports[0], ports[1]);
  init (&peers, line);
  play (&peers);
  g_usleep (300000);
  standby = spawn_sender (ports[1], "ball");
  primary = spawn_sender (ports[0], "smpte");
  expect (&peers, 40, "redundantsrc-switch", "reason", "startup");
  while (!peers_input_stat (&peers, 1, "connected-for"))
    g_usleep (100000);
  peers_wait_buffers (&peers, 0, 75);
  peers_forget (&peers);
  kill (primary, SIGSTOP);
  expect (&peers, 40, "redundantsrc-switch", "to", "input-1");
  peers_wait_buffers (&peers, 0, 50);
  peers_check_unbroken (&peers, 0);
  peers_check_unbroken (&peers, 1);
  fail_unless_equals_uint64 (peers_stat (&peers, "frames-missed"), 0);
  fail_unless_equals_uint64 (peers_stat (&peers, "samples-missed"), 0);
  peers_clear (&peers);
  peers_kill (&primary);
  peers_kill (&standby);
}

GST_END_TEST;

static Suite *
redundantsrc_suite (void)
{
  Suite *s = suite_create ("redundantsrc");
  TCase *tc = tcase_create ("redundantsrc");

  faulty_register (25);
  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_loop_test (tc, redundantsrc_never_breaks_for_an_input_that_fails,
      0, 3);
  tcase_add_test (tc, redundantsrc_returns_to_an_input_that_is_back);
  tcase_add_test (tc, redundantsrc_retries_what_refuses_and_shows_the_slate);
  tcase_add_test (tc, redundantsrc_hides_secrets);
  tcase_add_test (tc, redundantsrc_leaves_a_source_that_hangs_behind);
  tcase_add_test (tc, redundantsrc_changes_inputs_while_it_plays);
  tcase_add_test (tc, redundantsrc_obeys_the_operator);
  tcase_add_test (tc, redundantsrc_restarts_an_input_by_hand);
  tcase_add_test (tc, redundantsrc_is_reusable_after_null);
  tcase_add_test (tc, redundantsrc_stands_a_pause);
  tcase_add_test (tc, redundantsrc_stands_a_pause_while_an_input_connects);
  tcase_add_test (tc, redundantsrc_settles_while_an_input_connects);
  tcase_add_test (tc, redundantsrc_stops_at_any_moment);
  tcase_add_loop_test (tc, redundantsrc_refuses_what_is_no_list_of_uris, 0, 2);
  tcase_add_test (tc,
      redundantsrc_refuses_while_it_plays_what_is_no_list_of_uris);
  tcase_add_test (tc, redundantsrc_forgets_an_error_it_recovered_from);
  tcase_add_test (tc, redundantsrc_plays_a_file_at_its_own_pace);
  tcase_add_test (tc, redundantsrc_follows_another_clock);
  tcase_add_test (tc, redundantsrc_loses_nothing_when_the_primary_is_killed);
  tcase_add_test (tc, redundantsrc_switches_encoded_media_at_key_frames);
  tcase_add_test (tc, redundantsrc_loses_nothing_when_the_primary_stops);
  return s;
}

GST_CHECK_MAIN (redundantsrc);
