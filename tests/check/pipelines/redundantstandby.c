/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inputs of redundantsrc that are spared until they are needed, with senders
 * in processes of their own. */
#include "inputpeers.h"

/* A sender that waits for callers and goes on without. */
static GPid
spawn_sender (guint port)
{
  gboolean has_x264 = gst_registry_check_feature_version (gst_registry_get (),
      "x264enc", 0, 0, 0);
  g_autofree gchar *line = g_strdup_printf ("gst-launch-1.0 -q videotestsrc "
      "is-live=true ! video/x-raw,width=320,height=180,framerate=25/1 ! %s ! "
      "h264parse ! queue ! mpegtsmux name=m alignment=7 ! srtsink "
      "uri=srt://127.0.0.1:%u?mode=listener&latency=1000 "
      "wait-for-connection=false "
      "audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2 ! "
      "avenc_aac ! aacparse ! queue ! m.",
      has_x264 ? "x264enc tune=zerolatency speed-preset=ultrafast "
      "key-int-max=50 bitrate=300" : "openh264enc gop-size=50", port);

  return peers_spawn (line);
}

static gboolean
can_run (void)
{
  static const gchar *const needed[] = { "srtsink", "srtsrc", "mpegtsmux",
    "tsdemux", "h264parse", "aacparse", "avdec_h264", "avenc_aac",
    "avdec_aac", NULL
  };
  g_autofree gchar *launch = peers_find ("gst-launch-1.0");

  return launch != NULL && peers_have (needed);
}

/* What the decoders of the second input put out. */
static gint decoded;            /* atomic */

static GstPadProbeReturn
on_decoded (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  g_atomic_int_inc (&decoded);
  return GST_PAD_PROBE_OK;
}

static gboolean
is_of_second_input (GstElement * element)
{
  g_autofree gchar *path = gst_object_get_path_string (GST_OBJECT (element));

  return strstr (path, "input-1-") != NULL;
}

static void
on_element (GstBin * bin, GstBin * sub, GstElement * element,
    gpointer user_data)
{
  const gchar *klass = gst_element_get_metadata (element, "klass");
  g_autoptr (GstPad) pad = NULL;

  if (klass == NULL || strstr (klass, "Decoder") == NULL
      || !is_of_second_input (element))
    return;
  pad = gst_element_get_static_pad (element, "src");
  if (pad != NULL)
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_decoded, NULL, NULL);
}

static void
begin (Peers * peers, const guint * ports, const gchar * standby)
{
  g_autofree gchar *line = g_strdup_printf ("redundantsrc name=s "
      "return-delay=1000 startup-timeout=30000 stall-timeout=5000 "
      "timeout=3000 latency=6000 freeze-duration=500 "
      "uris=\"srt://127.0.0.1:%u?latency=1000 "
      "srt://127.0.0.1:%u?latency=1000\" %s s.video ! fakesink sync=true "
      "s.audio ! fakesink sync=true", ports[0], ports[1], standby);

  decoded = 0;
  peers_init (peers, line);
  g_signal_connect (peers->src, "deep-element-added", G_CALLBACK (on_element),
      NULL);
  peers_play (peers);
  peers_expect (peers, "redundantsrc-switch", "reason", "startup", "to",
      "input-0");
}

static void
wait_standby_now (Peers * peers, const gchar * mode)
{
  gint64 until = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;
  gboolean is = FALSE;

  while (!is) {
    GstStructure *input = peers_input (peers, 1);
    is = g_strcmp0 (gst_structure_get_string (input, "standby-now"), mode) == 0;
    gst_structure_free (input);
    fail_unless (g_get_monotonic_time () < until, "never %s", mode);
    g_usleep (10000);
  }
}

/* The second input is there and nothing of it is decoded.  A busy machine may
 * make the first one silent for a moment, which decodes it for a while. */
static void
wait_spared (Peers * peers)
{
  gint64 until = g_get_monotonic_time () + 90 * G_TIME_SPAN_SECOND;
  gint before, after;

  do {
    fail_unless (g_get_monotonic_time () < until, "it is never spared");
    wait_standby_now (peers, "warm");
    before = g_atomic_int_get (&decoded);
    peers_wait_buffers (peers, 0, 50);
    after = g_atomic_int_get (&decoded);
  } while (after != before || !peers_input_is (peers, 1, "running"));
}

/* It keeps what is needed and loses nothing, and is spared again later. */
GST_START_TEST (redundantsrc_decodes_a_warm_input_when_it_is_needed)
{
  guint ports[2];
  GPid senders[2];
  Peers peers;
  gint before;

  if (!can_run ())
    return;
  ports[0] = peers_free_port (SOCK_DGRAM);
  ports[1] = peers_free_port (SOCK_DGRAM);
  senders[0] = spawn_sender (ports[0]);
  senders[1] = spawn_sender (ports[1]);
  begin (&peers, ports, "input-1::standby=warm");
  peers_wait_input (&peers, 1, "running");
  wait_spared (&peers);
  before = g_atomic_int_get (&decoded);

  peers_kill (&senders[0]);
  peers_expect (&peers, "redundantsrc-switch", "medium", "video", "to",
      "input-1");
  peers_check_switch_lost_nothing (&peers);
  peers_wait_buffers (&peers, 0, 75);
  fail_unless (g_atomic_int_get (&decoded) > before);

  senders[0] = spawn_sender (ports[0]);
  peers_expect (&peers, "redundantsrc-switch", "reason", "return", NULL, NULL);
  wait_spared (&peers);

  /* And once more. */
  peers_kill (&senders[0]);
  peers_expect (&peers, "redundantsrc-switch", "medium", "video", "to",
      "input-1");
  peers_check_switch_lost_nothing (&peers);
  peers_wait_buffers (&peers, 0, 75);
  peers_check_unbroken (&peers, 0);
  peers_check_unbroken (&peers, 1);
  peers_clear (&peers);
  peers_kill (&senders[1]);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_connects_a_cold_input_when_it_is_needed)
{
  guint ports[2];
  GPid senders[2];
  gboolean granted = FALSE;
  gint standby = 0;
  Peers peers;

  if (!can_run ())
    return;
  ports[0] = peers_free_port (SOCK_DGRAM);
  ports[1] = peers_free_port (SOCK_DGRAM);
  senders[0] = spawn_sender (ports[0]);
  senders[1] = spawn_sender (ports[1]);
  begin (&peers, ports, "standby=cold");
  peers_wait_buffers (&peers, 0, 100);
  peers_wait_input (&peers, 1, "idle");

  peers_kill (&senders[0]);
  peers_expect (&peers, "redundantsrc-input", "name", "input-1", "state",
      "running");
  peers_expect (&peers, "redundantsrc-switch", "to", "input-1", NULL, NULL);
  peers_wait_buffers (&peers, 0, 50);

  senders[0] = spawn_sender (ports[0]);
  peers_expect (&peers, "redundantsrc-switch", "reason", "return", NULL, NULL);
  peers_expect (&peers, "redundantsrc-input", "name", "input-1", "state",
      "idle");
  peers_wait_buffers (&peers, 0, 25);
  fail_unless (peers_input_is (&peers, 1, "idle"));

  /* By hand. */
  g_signal_emit_by_name (peers.src, "prepare", "input-1", &granted);
  fail_unless (granted);
  peers_wait_input (&peers, 1, "running");
  gst_child_proxy_get (GST_CHILD_PROXY (peers.src), "input-1::standby",
      &standby, NULL);
  fail_unless_equals_int (standby, 2);
  gst_child_proxy_set (GST_CHILD_PROXY (peers.src), "input-1::standby", 0,
      NULL);
  peers_wait_input (&peers, 1, "running");
  peers_check_unbroken (&peers, 0);
  peers_check_unbroken (&peers, 1);
  peers_clear (&peers);
  peers_kill (&senders[0]);
  peers_kill (&senders[1]);
}

GST_END_TEST;

static Suite *
redundantstandby_suite (void)
{
  Suite *s = suite_create ("redundantstandby");
  TCase *tc = tcase_create ("redundantstandby");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 180);
  tcase_add_test (tc, redundantsrc_decodes_a_warm_input_when_it_is_needed);
  tcase_add_test (tc, redundantsrc_connects_a_cold_input_when_it_is_needed);
  return s;
}

GST_CHECK_MAIN (redundantstandby);
