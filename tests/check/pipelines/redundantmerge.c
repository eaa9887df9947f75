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

/* A field of one path (or, below 0, of the group) in the first group's
 * stats. */
static guint64
rig_merge_stat (Rig * rig, gint path, const gchar * field)
{
  const GstStructure *s;
  const GValue *list;
  GstStructure *stats;
  guint64 value = 0;

  g_object_get (rig->src, "stats", &stats, NULL);
  list = gst_structure_get_value (stats, "merge");
  fail_unless (gst_value_array_get_size (list) > 0);
  s = gst_value_get_structure (gst_value_array_get_value (list, 0));
  if (path >= 0) {
    list = gst_structure_get_value (s, "paths");
    fail_unless (path < (gint) gst_value_array_get_size (list));
    s = gst_value_get_structure (gst_value_array_get_value (list, path));
  }
  fail_unless (gst_structure_get_uint64 (s, field, &value), "no %s", field);
  gst_structure_free (stats);
  return value;
}

/* Nothing is lost, and not a picture missing, unless the machine was so busy
 * that the sender or the switch had to stand still. */
static void
rig_check_whole (Rig * rig, UdpRelay * relay)
{
  fail_unless_equals_uint64 (rig_merge_stat (rig, -1, "lost"), 0);
  if (g_atomic_int_get (&relay->pause) > 300) {
    g_print ("the sender stood still for %d ms: frames are not counted\n",
        g_atomic_int_get (&relay->pause));
    return;
  }
  fail_unless_equals_int (rig_count (rig, "redundantsrc-switch", "reason",
          "timeout"), 0);
  fail_unless_equals_uint64 (rig_stat (rig, "frames-missed"), 0);
  fail_unless_equals_uint64 (rig_stat (rig, "repeated-frames"), 0);
  fail_unless_equals_uint64 (rig_stat (rig, "samples-missed"), 0);
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

static guint
count_elements (GstElement * bin, const gchar * factory)
{
  GstIterator *all = gst_bin_iterate_all_by_element_factory_name
      (GST_BIN (bin), factory);
  GValue item = G_VALUE_INIT;
  guint n = 0;

  while (gst_iterator_next (all, &item) == GST_ITERATOR_OK) {
    g_value_reset (&item);
    n++;
  }
  g_value_unset (&item);
  gst_iterator_free (all);
  return n;
}

/* Sound that no one takes neither holds the pictures up nor leaves anything
 * behind when senders come and go. */
GST_START_TEST (redundantsrc_plays_pictures_of_an_input_with_sound)
{
  guint port = udp_relay_free_port (), i;
  g_autofree gchar *settings = g_strdup_printf ("media=video "
      "uris=udp://127.0.0.1:%u", port);
  GstElement *sender;
  Rig rig;

  if (!can_send ())
    return;
  rig_start (&rig, settings, FALSE);
  for (i = 1; i <= 3; i++) {
    sender = start_sender (FALSE, "smpte", port);
    rig_expect (&rig, i, "redundantsrc-input", "state", "running");
    rig_wait_frames (&rig, 25);
    fail_unless_equals_int (count_elements (rig.src, "fakesink"), 0);
    stop_sender (sender);
    rig_expect (&rig, i, "redundantsrc-input", "state", "stalled");
  }
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

/* The window leaves time for a busy machine beside the skew. */
#define MERGED "merge-window=1200 timeout=1800 latency=2000 "

/* Two paths of one stream, each with a tenth of it lost and up to 450 ms
 * apart: what is lost at the end is what both have lost.  Where they never lose
 * the same that is nothing, and not a picture and not a sample is missing: all
 * that is tried without ONAIR_TEST_LONG. */
GST_START_TEST (redundantsrc_merges_two_lossy_paths)
{
  static const struct
  {
    gboolean rtp;
    guint delay;                /* ms */
    gboolean apart;
  } cases[] = {
    {TRUE, 0, FALSE}, {TRUE, 450, FALSE}, {TRUE, 450, TRUE},
    {FALSE, 60, FALSE}, {FALSE, 450, TRUE},
  };
  guint delay = cases[__i__].delay;
  gboolean rtp = cases[__i__].rtp, apart = cases[__i__].apart;
  const gchar *scheme = rtp ? "rtp" : "udp";
  guint ports[2] = { udp_relay_free_port (), udp_relay_free_port () };
  guint sent, lost;
  g_autofree gchar *settings = g_strdup_printf (MERGED
      "merge-groups=\"main main\" uris=\"%s://127.0.0.1:%u %s://127.0.0.1:%u\"",
      scheme, ports[0], scheme, ports[1]);
  GstElement *sender;
  UdpRelay relay;
  Rig rig;

  if (!can_send () || (g_getenv ("ONAIR_TEST_LONG") == NULL && !apart))
    return;
  rig_start (&rig, settings, TRUE);
  udp_relay_start (&relay, ports[0], ports[1], 1 + __i__);
  relay.path[1].delay = delay;
  relay.apart = apart;
  sender = start_sender (rtp, "ball", relay.port);
  rig_expect (&rig, 1, "redundantsrc-switch", "to", "main");
  rig_expect (&rig, 1, "redundantsrc-merge", "state", "locked");
  relay.path[0].loss = relay.path[1].loss = 100;
  rig_wait_frames (&rig, 150);
  relay.path[0].loss = relay.path[1].loss = 0;
  rig_wait_frames (&rig, 60);
  sent = g_atomic_int_get (&relay.taken);
  lost = g_atomic_int_get (&relay.lost_on_all);
  /* MPEG-TS packets, of which 7 are lost together. */
  sent *= rtp ? 1 : 7;
  lost *= rtp ? 1 : 7;
  g_print
      ("%u of %u packets lost on both paths, %u + %u on one; merge lost %u, "
      "frames missed %u\n", lost, sent, relay.path[0].lost, relay.path[1].lost,
      (guint) rig_merge_stat (&rig, -1, "lost"), (guint) rig_stat (&rig,
          "frames-missed"));
  fail_unless (relay.path[0].lost > 10 && relay.path[1].lost > 10);
  fail_unless (rig_merge_stat (&rig, -1, "lost") <= lost + sent / 500);
  fail_unless (rig_merge_stat (&rig, 1, "skew-max") / GST_MSECOND + 50
      >= delay);
  fail_unless (rig_merge_stat (&rig, 1, "used") > 0);
  /* A lost packet harms its group of pictures and no more. */
  fail_unless (g_atomic_int_get (&relay.pause) > 300
      || rig_stat (&rig, "frames-missed") <= 12 * lost);
  if (apart)
    rig_check_whole (&rig, &relay);
  fail_unless_equals_int (g_atomic_int_get (&rig.holes), 0);
  stop_sender (sender);
  rig_expect (&rig, 1, "redundantsrc-merge", "state", "unlocked");
  udp_relay_stop (&relay);
  rig_clear (&rig);
}

GST_END_TEST;

/* One member dies: it is told, and no one sees it.  It is back: so too. */
GST_START_TEST (redundantsrc_misses_nothing_when_a_member_dies)
{
  guint ports[2] = { udp_relay_free_port (), udp_relay_free_port () };
  g_autofree gchar *settings = g_strdup_printf (MERGED
      "merge-groups=\"main main\" "
      "uris=\"rtp://127.0.0.1:%u rtp://127.0.0.1:%u\"", ports[0], ports[1]);
  GstElement *sender;
  UdpRelay relay;
  guint i;
  Rig rig;

  if (!can_send ())
    return;
  rig_start (&rig, settings, TRUE);
  udp_relay_start (&relay, ports[0], ports[1], 1);
  relay.path[1].delay = 100;
  sender = start_sender (TRUE, "ball", relay.port);
  rig_expect (&rig, 1, "redundantsrc-switch", "to", "main");
  rig_expect (&rig, 1, "redundantsrc-merge", "state", "locked");
  rig_wait_frames (&rig, 50);
  for (i = 0; i < 2; i++) {
    g_autofree gchar *name = g_strdup_printf ("input-%u", i);

    g_atomic_int_set (&relay.path[i].cut, 1);
    rig_expect (&rig, i + 1, "redundantsrc-input", "state", "stalled");
    rig_expect (&rig, i + 1, "redundantsrc-merge", "reason", "silence");
    rig_wait_frames (&rig, 50);
    g_atomic_int_set (&relay.path[i].cut, 0);
    rig_expect (&rig, i + 2, "redundantsrc-merge", "state", "locked");
    rig_wait_frames (&rig, 50);
  }
  rig_check_whole (&rig, &relay);
  /* All are dead: the group fails like any input, and is back like one. */
  g_atomic_int_set (&relay.path[0].cut, 1);
  g_atomic_int_set (&relay.path[1].cut, 1);
  rig_expect (&rig, 1, "redundantsrc-slate", NULL, NULL);
  g_atomic_int_set (&relay.path[0].cut, 0);
  rig_expect (&rig, 1, "redundantsrc-slate", "state", "close");
  rig_wait_frames (&rig, 50);
  fail_unless_equals_int (g_atomic_int_get (&rig.holes), 0);
  stop_sender (sender);
  udp_relay_stop (&relay);
  rig_clear (&rig);
}

GST_END_TEST;

/* Another sender's stream in the group: it leaves, and is an input like any
 * other, that takes over when the group dies. */
GST_START_TEST (redundantsrc_sends_an_unlike_member_away)
{
  guint ports[2] = { udp_relay_free_port (), udp_relay_free_port () };
  g_autofree gchar *settings = g_strdup_printf ("merge-groups=\"main main\" "
      "uris=\"rtp://127.0.0.1:%u rtp://127.0.0.1:%u\"", ports[0], ports[1]);
  GstElement *senders[2];
  Rig rig;

  if (!can_send ())
    return;
  rig_start (&rig, settings, TRUE);
  senders[0] = start_sender (TRUE, "ball", ports[0]);
  rig_expect (&rig, 1, "redundantsrc-switch", "to", "main");
  senders[1] = start_sender (TRUE, "smpte", ports[1]);
  rig_expect (&rig, 1, "redundantsrc-merge", "reason", "unlike");
  fail_unless_equals_int (rig.warnings, 1);
  rig_wait_frames (&rig, 100);
  fail_unless_equals_uint64 (rig_stat (&rig, "frames-missed"), 0);
  fail_unless_equals_uint64 (rig_merge_stat (&rig, -1, "strangers"), 1);
  stop_sender (senders[0]);
  rig_expect (&rig, 1, "redundantsrc-switch", "to", "input-1");
  rig_wait_frames (&rig, 50);
  fail_unless_equals_uint64 (rig_stat (&rig, "frames-missed"), 0);
  fail_unless_equals_int (g_atomic_int_get (&rig.holes), 0);
  stop_sender (senders[1]);
  rig_clear (&rig);
}

GST_END_TEST;

/* MPEG-TS over SRT: one of the connections brings nothing for a while. */
GST_START_TEST (redundantsrc_merges_srt)
{
  static const gchar *const needed[] = { "srtsrc", "srtsink", NULL };
  guint ports[2] = { udp_relay_free_port (), udp_relay_free_port () };
  g_autofree gchar *settings = g_strdup_printf (MERGED
      "merge-groups=\"main main\" uris=\"srt://127.0.0.1:%u?mode=listener "
      "srt://127.0.0.1:%u?mode=listener\"", ports[0], ports[1]);
  g_autofree gchar *line = g_strdup_printf (ENCODER "tee name=t "
      "t. ! queue ! valve name=v0 ! srtsink sync=false async=false "
      "uri=srt://127.0.0.1:%u t. ! queue ! valve name=v1 ! srtsink sync=false "
      "async=false uri=srt://127.0.0.1:%u", "ball", ports[0], ports[1]);
  GstElement *sender;
  guint i;
  Rig rig;

  if (!can_send () || !has (needed))
    return;
  rig_start (&rig, settings, TRUE);
  g_usleep (500000);
  sender = gst_parse_launch (line, NULL);
  gst_element_set_state (sender, GST_STATE_PLAYING);
  rig_expect (&rig, 1, "redundantsrc-switch", "to", "main");
  rig_expect (&rig, 1, "redundantsrc-merge", "state", "locked");
  rig_wait_frames (&rig, 25);
  for (i = 0; i < 2; i++) {
    g_autoptr (GstElement) valve = gst_bin_get_by_name (GST_BIN (sender),
        i == 0 ? "v0" : "v1");

    g_object_set (valve, "drop", TRUE, NULL);
    rig_expect (&rig, i + 1, "redundantsrc-merge", "reason", "silence");
    g_object_set (valve, "drop", FALSE, NULL);
    rig_expect (&rig, i + 2, "redundantsrc-merge", "state", "locked");
    rig_wait_frames (&rig, 25);
  }
  fail_unless_equals_uint64 (rig_stat (&rig, "frames-missed"), 0);
  fail_unless_equals_uint64 (rig_stat (&rig, "samples-missed"), 0);
  fail_unless_equals_int (g_atomic_int_get (&rig.holes), 0);
  stop_sender (sender);
  rig_clear (&rig);
}

GST_END_TEST;

/* Groups are made and left while the output goes on; the element is used
 * again. */
GST_START_TEST (redundantsrc_regroups_while_it_plays)
{
  guint ports[2] = { udp_relay_free_port (), udp_relay_free_port () };
  g_autofree gchar *settings = g_strdup_printf
      ("uris=\"rtp://127.0.0.1:%u rtp://127.0.0.1:%u\"", ports[0], ports[1]);
  GstElement *sender;
  UdpRelay relay;
  Rig rig;

  if (!can_send ())
    return;
  rig_start (&rig, settings, TRUE);
  udp_relay_start (&relay, ports[0], ports[1], 1);
  sender = start_sender (TRUE, "ball", relay.port);
  rig_expect (&rig, 1, "redundantsrc-switch", "to", "input-0");
  gst_child_proxy_set (GST_CHILD_PROXY (rig.src), "input-1::merge-group",
      "pair", NULL);
  rig_wait_frames (&rig, 25);
  gst_child_proxy_set (GST_CHILD_PROXY (rig.src), "input-0::merge-group",
      "pair", NULL);
  rig_expect (&rig, 1, "redundantsrc-switch", "to", "pair");
  rig_expect (&rig, 1, "redundantsrc-merge", "state", "locked");
  rig_wait_frames (&rig, 25);
  g_object_set (rig.src, "merge-groups", "pair -", NULL);
  rig_expect (&rig, 1, "redundantsrc-merge", "state", "unlocked");
  rig_wait_frames (&rig, 25);
  gst_element_set_state (rig.pipeline, GST_STATE_NULL);
  g_object_set (rig.src, "merge-groups", "both both", NULL);
  gst_element_set_state (rig.pipeline, GST_STATE_PLAYING);
  rig_expect (&rig, 1, "redundantsrc-switch", "to", "both");
  rig_expect (&rig, 2, "redundantsrc-merge", "state", "locked");
  rig_wait_frames (&rig, 25);
  g_object_set (rig.src, "uris", "", NULL);
  rig_wait_frames (&rig, 25);
  stop_sender (sender);
  udp_relay_stop (&relay);
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
  tcase_add_test (tc, redundantsrc_plays_pictures_of_an_input_with_sound);
  tcase_add_loop_test (tc, redundantsrc_plays_datagrams_of_ffmpeg, 0, 3);
  tcase_add_loop_test (tc, redundantsrc_says_what_is_wrong_with_a_uri, 0, 5);
  tcase_add_loop_test (tc, redundantsrc_merges_two_lossy_paths, 0, 5);
  tcase_add_test (tc, redundantsrc_misses_nothing_when_a_member_dies);
  tcase_add_test (tc, redundantsrc_sends_an_unlike_member_away);
  tcase_add_test (tc, redundantsrc_merges_srt);
  tcase_add_test (tc, redundantsrc_regroups_while_it_plays);
  return s;
}

GST_CHECK_MAIN (redundantmerge);
