/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the end of an input means to redundantsrc: its eos-policy. */
#include "inputpeers.h"

#define FORM "video/x-raw,width=64,height=48,framerate=25/1"
#define SOURCE "redundantsrc name=s startup-timeout=30000 timeout=2000 " \
  "latency=2000 return-delay=1000 "
#define VIDEO "s.video ! fakesink sync=true "
#define SOUND "s.audio ! fakesink sync=true "

static void
begin (Peers * peers, const gchar * line)
{
  peers_init (peers, line);
  peers_play (peers);
  peers_expect (peers, "redundantsrc-switch", "reason", "startup", NULL, NULL);
}

static guint
ends (Peers * peers, guint i)
{
  guint count;

  g_mutex_lock (&peers->lock);
  count = peers->output[i].eos;
  g_mutex_unlock (&peers->lock);
  return count;
}

static void
wait_for_end (Peers * peers)
{
  GstBus *bus = gst_element_get_bus (peers->pipeline);
  GstMessage *message;

  message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL, "no end");
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_object_unref (bus);
}

static void
clear (Peers * peers)
{
  guint i;

  for (i = 0; i < 2; i++) {
    fail_unless_equals_int (peers->output[i].holes, 0);
    fail_unless_equals_int (peers->output[i].back, 0);
    fail_unless (peers->output[i].streams <= 1);
    fail_unless (peers->output[i].caps <= 1);
  }
  peers_clear (peers);
}

/* The output lasts as long as the longest input, with the last picture of
 * it. */
GST_START_TEST (redundantsrc_finishes_with_its_last_input)
{
  Peers peers;

  begin (&peers, SOURCE "eos-policy=finish " VIDEO SOUND
      "videotestsrc is-live=true num-buffers=50 ! " FORM " ! s.sink_0 "
      "audiotestsrc is-live=true num-buffers=86 ! s.audio_sink_0 "
      "videotestsrc is-live=true num-buffers=100 ! " FORM " ! s.sink_1 "
      "audiotestsrc is-live=true num-buffers=172 ! s.audio_sink_1");
  /* The first has ended before any of it is shown. */
  peers_expect (&peers, "redundantsrc-switch", "from", "sink_0", "reason",
      "eos");
  fail_unless_equals_string (gst_structure_get_string (peers.found, "to"),
      "sink_1");
  wait_for_end (&peers);
  fail_unless_equals_int (ends (&peers, 0), 1);
  fail_unless_equals_int (ends (&peers, 1), 1);
  /* A sender that began late, or was starved, may have left some out. */
  fail_unless (peers_count (&peers, 0) >= 95, "%u", peers_count (&peers, 0));
  fail_unless (peers_count (&peers, 0) <= 105, "%u", peers_count (&peers, 0));
  fail_unless_equals_uint64 (peers_input_stat (&peers, 0, "attempts"), 1);
  fail_unless_equals_uint64 (peers_input_stat (&peers, 0, "failures"), 0);
  fail_unless_equals_uint64 (peers_input_stat (&peers, 1, "attempts"), 1);
  clear (&peers);
}

GST_END_TEST;

static gchar *
make_file (guint pictures)
{
  g_autofree gchar *line = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GstBus) bus = NULL;
  GError *error = NULL;
  gchar *path = NULL;
  int fd = g_file_open_tmp ("redundantend-XXXXXX.avi", &path, &error);

  fail_unless (fd >= 0, "%s", error != NULL ? error->message : "");
  close (fd);
  line = g_strdup_printf ("videotestsrc num-buffers=%u ! " FORM " ! jpegenc ! "
      "avimux ! filesink location=%s", pictures, path);
  pipeline = gst_parse_launch (line, &error);
  fail_unless (pipeline != NULL && error == NULL);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL
      && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return path;
}

/* Of a file that is read ahead nothing is cut off. */
GST_START_TEST (redundantsrc_finishes_with_a_file)
{
  static const gchar *const needed[] = { "jpegenc", "jpegdec", "avimux",
    "avidemux", NULL
  };
  g_autofree gchar *path = NULL, *line = NULL;
  Peers peers;

  if (!peers_have (needed))
    return;
  path = make_file (75);
  line = g_strdup_printf (SOURCE "eos-policy=finish uris=\"file://%s\" " VIDEO,
      path);
  begin (&peers, line);
  wait_for_end (&peers);
  /* The first slot is the next one, which may be nearer to the second picture. */
  fail_unless (peers_count (&peers, 0) >= 74, "%u", peers_count (&peers, 0));
  fail_unless (peers_count (&peers, 0) <= 75, "%u", peers_count (&peers, 0));
  fail_unless_equals_uint64 (peers_input_stat (&peers, 0, "attempts"), 1);
  clear (&peers);
  g_remove (path);
}

GST_END_TEST;

/* An input that has ended is done, and told as that; with none left the slate
 * comes, until somebody wants it again. */
GST_START_TEST (redundantsrc_leaves_an_input_that_ended_alone)
{
  gboolean restarted = FALSE;
  GstElement *source;
  Peers peers;

  peers_init (&peers, SOURCE "eos-policy=next reconnect-window=100 " VIDEO
      "videotestsrc name=v is-live=true num-buffers=50 ! " FORM " ! s.sink_0");
  peers_play (&peers);
  peers_expect (&peers, "redundantsrc-input", "state", "idle", "reason", "eos");
  peers_expect (&peers, "redundantsrc-slate", "state", "open", NULL, NULL);
  peers_wait_buffers (&peers, 0, 50);
  fail_unless (peers_input_is (&peers, 0, "idle"));
  fail_unless_equals_uint64 (peers_input_stat (&peers, 0, "attempts"), 1);
  fail_unless_equals_int (ends (&peers, 0), 0);

  g_signal_emit_by_name (peers.src, "restart-input", "sink_0", &restarted);
  fail_unless (restarted);
  source = gst_bin_get_by_name (GST_BIN (peers.pipeline), "v");
  gst_element_set_state (source, GST_STATE_READY);
  gst_element_sync_state_with_parent (source);
  gst_object_unref (source);
  peers_expect (&peers, "redundantsrc-input", "state", "running", NULL, NULL);
  peers_expect (&peers, "redundantsrc-slate", "state", "close", NULL, NULL);
  fail_unless_equals_uint64 (peers_input_stat (&peers, 0, "attempts"), 2);
  clear (&peers);
}

GST_END_TEST;

static Suite *
redundantend_suite (void)
{
  Suite *s = suite_create ("redundantend");
  TCase *tc = tcase_create ("redundantend");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, redundantsrc_finishes_with_its_last_input);
  tcase_add_test (tc, redundantsrc_finishes_with_a_file);
  tcase_add_test (tc, redundantsrc_leaves_an_input_that_ended_alone);
  return s;
}

GST_CHECK_MAIN (redundantend);
