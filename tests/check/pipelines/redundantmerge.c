/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* redundantsrc with datagrams: rtp://, udp://, and several paths of one
 * stream. */
#include <gst/check/gstcheck.h>

#include <signal.h>
#include <sys/wait.h>

#include "udprelay.h"

/* A redundantsrc "s" and what came out of its video pad. */
typedef struct
{
  GstElement *pipeline;
  GstElement *src;
  gint frames;                  /* atomic */
  gint holes;                   /* atomic; frames that do not follow */
  GstClockTime next;            /* streaming thread */
  GList *messages;              /* element messages, newest first */
  guint warnings;               /* not of redundantsrc's inputs */
} Rig;

static GstPadProbeReturn
on_frame (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Rig *rig = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  if (rig->frames > 0 && GST_BUFFER_PTS (buffer) != rig->next)
    g_atomic_int_inc (&rig->holes);
  rig->next = GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer);
  g_atomic_int_inc (&rig->frames);
  return GST_PAD_PROBE_OK;
}

static void
rig_start (Rig * rig, const gchar * settings, gboolean with_sound)
{
  g_autofree gchar *line = g_strdup_printf ("redundantsrc name=s %s "
      "startup-timeout=60000 s.video ! fakesink sync=true %s", settings,
      with_sound ? "s.audio ! fakesink sync=true" : "");
  g_autoptr (GstPad) pad = NULL;
  GError *error = NULL;

  memset (rig, 0, sizeof (*rig));
  rig->pipeline = gst_parse_launch (line, &error);
  fail_unless (rig->pipeline != NULL && error == NULL, "%s",
      error != NULL ? error->message : "");
  rig->src = gst_bin_get_by_name (GST_BIN (rig->pipeline), "s");
  pad = gst_element_get_static_pad (rig->src, "video");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_frame, rig, NULL);
  gst_element_set_state (rig->pipeline, GST_STATE_PLAYING);
}

static void
rig_listen (Rig * rig)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (rig->pipeline);
  GstMessage *message;

  while ((message = gst_bus_pop (bus))) {
    fail_if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR);
    rig->warnings += GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING;
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT)
      rig->messages = g_list_prepend (rig->messages, message);
    else
      gst_message_unref (message);
  }
}

/* How many such messages have come so far. */
static guint
rig_count (Rig * rig, const gchar * name, const gchar * field,
    const gchar * value)
{
  guint n = 0;
  GList *l;

  rig_listen (rig);
  for (l = rig->messages; l != NULL; l = l->next) {
    const GstStructure *s = gst_message_get_structure (l->data);

    n += gst_structure_has_name (s, name) && (field == NULL
        || g_strcmp0 (gst_structure_get_string (s, field), value) == 0);
  }
  return n;
}

/* Waits until there are `n` of them. */
static void
rig_expect (Rig * rig, guint n, const gchar * name, const gchar * field,
    const gchar * value)
{
  gint64 until = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;

  while (rig_count (rig, name, field, value) < n) {
    fail_unless (g_get_monotonic_time () < until, "no %s with %s=%s", name,
        field, value);
    g_usleep (10000);
  }
}

static void
rig_wait_frames (Rig * rig, gint more)
{
  gint64 until = g_get_monotonic_time () + 90 * G_TIME_SPAN_SECOND;
  gint goal = g_atomic_int_get (&rig->frames) + more;

  while (g_atomic_int_get (&rig->frames) < goal) {
    fail_unless (g_get_monotonic_time () < until, "the output stopped");
    rig_listen (rig);
    g_usleep (10000);
  }
}

static guint64
rig_stat (Rig * rig, const gchar * field)
{
  GstStructure *stats;
  guint64 value = 0;

  g_object_get (rig->src, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, field, &value), "no %s", field);
  gst_structure_free (stats);
  return value;
}

static void
rig_clear (Rig * rig)
{
  rig_listen (rig);
  fail_unless_equals_int (gst_element_set_state (rig->pipeline,
          GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  g_list_free_full (rig->messages, (GDestroyNotify) gst_message_unref);
  gst_object_unref (rig->src);
  ASSERT_OBJECT_REFCOUNT (rig->pipeline, "pipeline", 1);
  gst_object_unref (rig->pipeline);
}

static gboolean
has (const gchar * const *needed)
{
  guint i;

  for (i = 0; needed[i] != NULL; i++) {
    if (!gst_registry_check_feature_version (gst_registry_get (), needed[i],
            0, 0, 0)) {
      g_print ("SKIP: %s is not installed\n", needed[i]);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
can_send (void)
{
  static const gchar *const needed[] = { "udpsrc", "udpsink",
    "rtpjitterbuffer", "rtpmp2tpay", "rtpmp2tdepay", "mpegtsmux", "tsdemux",
    "x264enc", "h264parse", "avdec_h264", "avenc_aac", "avdec_aac", NULL
  };

  return has (needed);
}

#define ENCODER "videotestsrc is-live=true pattern=%s ! " \
  "video/x-raw,width=160,height=90,framerate=25/1 ! x264enc " \
  "tune=zerolatency speed-preset=ultrafast key-int-max=12 bitrate=300 ! " \
  "h264parse ! queue ! m. audiotestsrc is-live=true ! audio/x-raw,rate=48000," \
  "channels=2 ! avenc_aac ! aacparse ! queue ! m. mpegtsmux name=m " \
  "alignment=7 ! "

/* MPEG-TS in RTP whose numbers and stamps wrap within the first second, or
 * without RTP. */
static GstElement *
start_sender (gboolean rtp, const gchar * pattern, guint port)
{
  g_autofree gchar *line = g_strdup_printf (ENCODER "%s udpsink "
      "host=127.0.0.1 port=%u sync=false async=false", pattern, rtp
      ? "rtpmp2tpay seqnum-offset=65500 timestamp-offset=4294927000 ! "
      : "", port);
  GError *error = NULL;
  GstElement *sender = gst_parse_launch (line, &error);

  fail_unless (sender != NULL && error == NULL, "%s",
      error != NULL ? error->message : "");
  gst_element_set_state (sender, GST_STATE_PLAYING);
  return sender;
}

static void
stop_sender (GstElement * sender)
{
  gst_element_set_state (sender, GST_STATE_NULL);
  gst_object_unref (sender);
}

/* A sender that dies is silence; another one is taken as it comes. */
GST_START_TEST (redundantsrc_plays_datagrams)
{
  gboolean rtp = __i__ == 0;
  guint port = udp_relay_free_port ();
  g_autofree gchar *settings = g_strdup_printf ("uris=%s://127.0.0.1:%u",
      rtp ? "rtp" : "udp", port);
  GstElement *sender;
  Rig rig;

  if (!can_send ())
    return;
  rig_start (&rig, settings, TRUE);
  sender = start_sender (rtp, "smpte", port);
  rig_expect (&rig, 1, "redundantsrc-input", "state", "running");
  rig_wait_frames (&rig, 75);
  fail_unless_equals_uint64 (rig_stat (&rig, "frames-missed"), 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "repeated-frames"), 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "samples-missed"), 0);
  stop_sender (sender);
  rig_expect (&rig, 1, "redundantsrc-input", "state", "stalled");
  rig_expect (&rig, 1, "redundantsrc-slate", NULL, NULL);
  sender = start_sender (rtp, "ball", port);
  rig_expect (&rig, 2, "redundantsrc-input", "state", "running");
  rig_wait_frames (&rig, 50);
  fail_unless_equals_int (g_atomic_int_get (&rig.holes), 0);
  stop_sender (sender);
  rig_clear (&rig);
}

GST_END_TEST;

static GPid
spawn (const gchar * line)
{
  g_auto (GStrv) argv = NULL;
  GError *error = NULL;
  GPid pid = 0;

  fail_unless (g_shell_parse_argv (line, NULL, &argv, NULL));
  fail_unless (g_spawn_async (NULL, argv, NULL, G_SPAWN_SEARCH_PATH
          | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL
          | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &pid, &error), "%s",
      error != NULL ? error->message : "");
  return pid;
}

#define FFMPEG_VIDEO "ffmpeg -nostdin -re -f lavfi -i " \
  "testsrc=size=160x90:rate=25 "
#define FFMPEG_AUDIO "-f lavfi -i sine=frequency=440:sample_rate=48000 "
#define FFMPEG_X264 "-c:v libx264 -preset ultrafast -tune zerolatency -g 12 " \
  "-b:v 300k "

/* Another maker's packets; last of them is a codec without MPEG-TS. */
GST_START_TEST (redundantsrc_plays_datagrams_of_ffmpeg)
{
  static const struct
  {
    const gchar *uri, *sender;
  } cases[] = {
    {"rtp://127.0.0.1:%u", FFMPEG_VIDEO FFMPEG_AUDIO FFMPEG_X264
          "-c:a aac -f rtp_mpegts rtp://127.0.0.1:%u"},
    {"udp://127.0.0.1:%u", FFMPEG_VIDEO FFMPEG_AUDIO FFMPEG_X264
          "-c:a aac -f mpegts udp://127.0.0.1:%u?pkt_size=1316"},
    {"rtp://127.0.0.1:%u?encoding-name=H264", FFMPEG_VIDEO FFMPEG_X264
          "-f rtp rtp://127.0.0.1:%u"},
  };
  g_autofree gchar *ffmpeg = g_find_program_in_path ("ffmpeg");
  g_autofree gchar *format = NULL, *settings = NULL, *line = NULL;
  guint port = udp_relay_free_port ();
  GPid pid;
  Rig rig;

  if (ffmpeg == NULL || !can_send ()) {
    g_print ("SKIP: ffmpeg is not installed\n");
    return;
  }
  format = g_strdup_printf ("uris=%s", cases[__i__].uri);
  settings = g_strdup_printf (format, port);
  line = g_strdup_printf (cases[__i__].sender, port);
  rig_start (&rig, settings, __i__ < 2);
  pid = spawn (line);
  rig_expect (&rig, 1, "redundantsrc-switch", "to", "input-0");
  rig_wait_frames (&rig, 75);
  fail_unless_equals_uint64 (rig_stat (&rig, "frames-missed"), 0);
  fail_unless_equals_int (g_atomic_int_get (&rig.holes), 0);
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  rig_clear (&rig);
}

GST_END_TEST;

/* What a URI has wrong is told as the input's error. */
GST_START_TEST (redundantsrc_says_what_is_wrong_with_a_uri)
{
  static const gchar *const uris[] = {
    "rtp://127.0.0.1", "udp://127.0.0.1:70000",
    "udp://127.0.0.1:5004?buffer-size=much",
    "rtp://127.0.0.1:5004?encoding-name=VP0",
    "rtp://127.0.0.1:5004?latency=-1",
  };
  g_autofree gchar *settings = g_strdup_printf ("uris=%s", uris[__i__]);
  const gchar *error = NULL;
  GList *l;
  Rig rig;

  if (!can_send ())
    return;
  rig_start (&rig, settings, TRUE);
  rig_expect (&rig, 1, "redundantsrc-input", "state", "stopping");
  for (l = rig.messages; l != NULL && error == NULL; l = l->next)
    error = gst_structure_get_string (gst_message_get_structure (l->data),
        "error");
  fail_unless (error != NULL && (strstr (error, "allowed") != NULL
          || strstr (error, "port") != NULL), "%s", error);
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
redundantmerge_suite (void)
{
  Suite *s = suite_create ("redundantmerge");
  TCase *tc = tcase_create ("redundantmerge");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_loop_test (tc, redundantsrc_plays_datagrams, 0, 2);
  tcase_add_loop_test (tc, redundantsrc_plays_datagrams_of_ffmpeg, 0, 3);
  tcase_add_loop_test (tc, redundantsrc_says_what_is_wrong_with_a_uri, 0, 5);
  return s;
}

GST_CHECK_MAIN (redundantmerge);
