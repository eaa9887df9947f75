/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <glib/gstdio.h>

/* NULL, after saying why, where an element is missing. */
static GstElement *
launch (const gchar * const *needed, const gchar * description)
{
  GstElement *pipeline;
  GError *error = NULL;

  for (; *needed != NULL; needed++) {
    GstElementFactory *factory = gst_element_factory_find (*needed);

    if (factory == NULL) {
      g_print ("SKIP: %s is not installed\n", *needed);
      return NULL;
    }
    gst_object_unref (factory);
  }
  pipeline = gst_parse_launch (description, &error);
  fail_unless (pipeline != NULL, "%s", error ? error->message : "");
  g_clear_error (&error);
  return pipeline;
}

static gboolean
is_alert (GstMessage * message, const gchar * check, const gchar * state)
{
  const GstStructure *s = gst_message_get_structure (message);

  return gst_message_has_name (message, "healthprobe-alert")
      && g_strcmp0 (gst_structure_get_string (s, "check"), check) == 0
      && g_strcmp0 (gst_structure_get_string (s, "state"), state) == 0;
}

/* Ends at EOS; any alert on the way fails. */
static void
run_quietly (GstElement * pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;
  gboolean over = FALSE;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (!over) {
    message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
        GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    fail_if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR);
    if (gst_message_has_name (message, "healthprobe-alert")) {
      g_autofree gchar *text =
          gst_structure_to_string (gst_message_get_structure (message));
      fail ("%s", text);
    }
    over = GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
    gst_message_unref (message);
  }
  gst_object_unref (bus);
}

static GstStructure *
stats_of (GstElement * pipeline, const gchar * name)
{
  GstElement *probe = gst_bin_get_by_name (GST_BIN (pipeline), name);
  GstStructure *stats = NULL;

  g_object_get (probe, "stats", &stats, NULL);
  gst_object_unref (probe);
  return stats;
}

static guint64
stat_u64 (GstElement * pipeline, const gchar * name, const gchar * field)
{
  GstStructure *stats = stats_of (pipeline, name);
  guint64 value = 0;

  fail_unless (gst_structure_get_uint64 (stats, field, &value));
  gst_structure_free (stats);
  return value;
}

static void
stop (GstElement * pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

#define PROBE "healthprobe checks=black+gap+discontinuity+frame-rate name="

GST_START_TEST (healthprobe_is_quiet_all_along_a_good_video_chain)
{
  static const gchar *const needed[] = {
    "x264enc", "mpegtsmux", "tsdemux", "h264parse", NULL
  };
  GstElement *pipeline = launch (needed,
      "videotestsrc num-buffers=250 pattern=ball ! "
      "video/x-raw,format=I420,width=160,height=120,framerate=25/1 ! " PROBE
      "raw checks=gap+discontinuity+frame-rate ! x264enc speed-preset=veryfast "
      "key-int-max=50 ! h264parse ! " PROBE "encoded ! mpegtsmux ! " PROBE
      "ts ! tsdemux ! " PROBE "demuxed ! h264parse ! " PROBE
      "parsed ! fakesink sync=false");
  gint64 interval = 0;
  GstStructure *stats;

  if (pipeline == NULL)
    return;
  run_quietly (pipeline);
  fail_unless_equals_uint64 (stat_u64 (pipeline, "raw", "frames"), 250);
  fail_unless_equals_uint64 (stat_u64 (pipeline, "encoded", "frames"), 250);
  fail_unless_equals_uint64 (stat_u64 (pipeline, "parsed", "frames"), 250);
  fail_unless_equals_uint64 (stat_u64 (pipeline, "encoded", "gaps"), 0);
  stats = stats_of (pipeline, "encoded");
  fail_unless (gst_structure_get_int64 (stats, "keyframe-interval", &interval));
  fail_unless_equals_int64 (interval, 2 * GST_SECOND);
  gst_structure_free (stats);
  stats = stats_of (pipeline, "ts");
  fail_unless_equals_string (gst_structure_get_string (stats, "medium"),
      "mpegts");
  gst_structure_free (stats);
  stop (pipeline);
}

GST_END_TEST;

GST_START_TEST (healthprobe_is_quiet_all_along_a_good_audio_chain)
{
  static const gchar *const needed[] = { "audiotestsrc", "audioconvert", NULL };
  GstElement *pipeline = launch (needed,
      "audiotestsrc num-buffers=500 ! audio/x-raw,format=S16LE,rate=48000,"
      "channels=2 ! healthprobe name=s16 stall-timeout=0 ! audioconvert ! "
      "audio/x-raw,format=F32LE,layout=non-interleaved ! "
      "healthprobe name=planar stall-timeout=0 ! fakesink sync=false");
  GstStructure *stats;
  gdouble peak;

  if (pipeline == NULL)
    return;
  run_quietly (pipeline);
  fail_unless_equals_uint64 (stat_u64 (pipeline, "s16", "analysed"), 500);
  stats = stats_of (pipeline, "planar");
  /* audiotestsrc's default volume is 0.8. */
  fail_unless (gst_structure_get_double (stats, "peak-db", &peak));
  fail_unless (peak > -2.1 && peak < -1.8);
  gst_structure_free (stats);
  stop (pipeline);
}

GST_END_TEST;

static void
wait_for_alert (GstElement * pipeline, const gchar * check, const gchar * state)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  gboolean found = FALSE;

  while (!found) {
    GstMessage *message = gst_bus_timed_pop_filtered (bus,
        GST_CLOCK_TIME_NONE, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);

    fail_if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR);
    found = is_alert (message, check, state);
    gst_message_unref (message);
  }
  gst_object_unref (bus);
}

GST_START_TEST (healthprobe_sees_a_live_source_die_and_come_back)
{
  static const gchar *const needed[] = { "videotestsrc", "valve", NULL };
  GstElement *pipeline = launch (needed,
      "videotestsrc is-live=true ! valve name=valve ! "
      "healthprobe name=probe stall-timeout=300 ! fakesink sync=false");
  GstElement *valve;

  if (pipeline == NULL)
    return;
  valve = gst_bin_get_by_name (GST_BIN (pipeline), "valve");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (stat_u64 (pipeline, "probe", "buffers") == 0)
    g_usleep (10000);
  g_object_set (valve, "drop", TRUE, NULL);
  wait_for_alert (pipeline, "stall", "open");
  g_object_set (valve, "drop", FALSE, NULL);
  wait_for_alert (pipeline, "stall", "close");
  fail_unless (stat_u64 (pipeline, "probe", "stall-time") >= 300 * GST_MSECOND);
  gst_object_unref (valve);
  stop (pipeline);
}

GST_END_TEST;

GST_START_TEST (healthprobe_works_in_pull_mode)
{
  static const gchar *const needed[] = { "wavenc", "wavparse", NULL };
  g_autofree gchar *folder = g_dir_make_tmp ("healthprobe-XXXXXX", NULL);
  g_autofree gchar *file = g_build_filename (folder, "tone.wav", NULL);
  g_autofree gchar *write = NULL, *read = NULL;
  GstElement *pipeline;

  write = g_strdup_printf ("audiotestsrc num-buffers=50 ! wavenc ! "
      "filesink location=%s", file);
  read = g_strdup_printf ("filesrc location=%s ! healthprobe name=bytes ! "
      "wavparse ! healthprobe name=raw stall-timeout=0 ! fakesink", file);
  pipeline = launch (needed, write);
  if (pipeline != NULL) {
    run_quietly (pipeline);
    stop (pipeline);
    pipeline = launch (needed, read);
    run_quietly (pipeline);
    fail_unless (stat_u64 (pipeline, "bytes", "bytes") >= 50 * 2048);
    fail_unless_equals_uint64 (stat_u64 (pipeline, "raw", "bytes"), 50 * 2048);
    stop (pipeline);
  }
  g_unlink (file);
  g_rmdir (folder);
}

GST_END_TEST;

typedef struct
{
  GstElement *probe;
  gint over;                    /* atomic */
} Asker;

static gpointer
ask (gpointer data)
{
  Asker *asker = data;
  guint n;

  for (n = 0; !g_atomic_int_get (&asker->over); n++) {
    GstStructure *stats = NULL;

    g_object_get (asker->probe, "stats", &stats, NULL);
    gst_structure_free (stats);
    g_object_set (asker->probe, "stall-timeout", 1 + n % 5, "black-duration",
        1 + n % 100, "stats-interval", n % 3, NULL);
  }
  return NULL;
}

GST_START_TEST (healthprobe_survives_restarts_while_it_is_asked)
{
  static const gchar *const needed[] = { "videotestsrc", NULL };
  GstElement *pipeline = launch (needed,
      "videotestsrc is-live=true pattern=black ! video/x-raw,width=64,"
      "height=64,framerate=100/1 ! healthprobe name=probe ! fakesink");
  Asker asker = { NULL, FALSE };
  GThread *thread;
  GstBus *bus;
  guint i;

  if (pipeline == NULL)
    return;
  bus = gst_element_get_bus (pipeline);
  asker.probe = gst_bin_get_by_name (GST_BIN (pipeline), "probe");
  thread = g_thread_new ("asker", ask, &asker);
  for (i = 0; i < 30; i++) {
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    g_usleep (i * 2000);
    gst_element_set_state (pipeline, i % 3 == 0 ? GST_STATE_PAUSED :
        i % 3 == 1 ? GST_STATE_READY : GST_STATE_NULL);
    gst_bus_set_flushing (bus, TRUE);
    gst_bus_set_flushing (bus, FALSE);
  }
  g_atomic_int_set (&asker.over, TRUE);
  g_thread_join (thread);
  gst_object_unref (asker.probe);
  gst_object_unref (bus);
  stop (pipeline);
}

GST_END_TEST;

static Suite *
healthprobe_suite (void)
{
  Suite *s = suite_create ("healthprobe");
  TCase *tc = tcase_create ("healthprobe");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, healthprobe_is_quiet_all_along_a_good_video_chain);
  tcase_add_test (tc, healthprobe_is_quiet_all_along_a_good_audio_chain);
  tcase_add_test (tc, healthprobe_sees_a_live_source_die_and_come_back);
  tcase_add_test (tc, healthprobe_works_in_pull_mode);
  tcase_add_test (tc, healthprobe_survives_restarts_while_it_is_asked);
  return s;
}

GST_CHECK_MAIN (healthprobe);
