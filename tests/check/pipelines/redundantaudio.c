/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sound that is lost, or comes from elsewhere, with real SRT senders. */
#include <gst/check/gstcheck.h>

#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

#define TS_PACKET 188
#define NULL_PID 0x1fff
#define N_SENDERS 3
#define MAX_SILENCE (G_TIME_SPAN_SECOND / 2)

/* A sender of our own, of which either medium can be taken away. */
typedef struct
{
  GstElement *pipeline;
  guint port;
  gint lost;                    /* atomic; PID of packets that are lost, or 0 */
  GMutex lock;
  gint64 sent;                  /* us, monotonic; the newest packet */
  gboolean stalled;             /* it was not given the time to send */
} Sender;

/* What came out of the audio pad. */
typedef struct
{
  GMutex lock;
  guint buffers;
  guint holes;                  /* stamps that did not follow the one before */
  guint back;                   /* stamps that did not rise */
  guint tone;                   /* Hz, of the newest buffer (raw) */
  GstClockTime next, last;
} Heard;

typedef struct
{
  GstElement *pipeline;
  GstElement *src;
  Sender senders[N_SENDERS];
  Heard heard;
} Rig;

#define VIDEO_PID 0x41
#define AUDIO_PID 0x42

static guint
free_port (void)
{
  struct sockaddr_in address = { 0, };
  socklen_t length = sizeof (address);
  int fd = socket (AF_INET, SOCK_DGRAM, 0);

  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  fail_unless (bind (fd, (struct sockaddr *) &address, length) == 0);
  fail_unless (getsockname (fd, (struct sockaddr *) &address, &length) == 0);
  close (fd);
  return ntohs (address.sin_port);
}

/* As if the encoder of that medium had stopped and the multiplexer had not:
 * clock references (ISO/IEC 13818-1 2.4.3.4) go on, the rest is padding. */
static void
empty (guint8 * packet)
{
  gboolean has_pcr = (packet[3] & 0x20) && packet[4] > 0 && (packet[5] & 0x10);

  if (!has_pcr) {
    packet[1] = NULL_PID >> 8;
    packet[2] = NULL_PID & 0xff;
    return;
  }
  packet[1] &= ~0x40;
  packet[3] = (packet[3] & 0x0f) | 0x20;
  packet[4] = TS_PACKET - 5;
  packet[5] = 0x10;
  memset (packet + 12, 0xff, TS_PACKET - 12);
}

static gboolean
blank (GstBuffer ** buffer, guint index, gpointer user_data)
{
  gint lost = *(gint *) user_data;
  GstMapInfo map;
  gsize i;

  *buffer = gst_buffer_make_writable (*buffer);
  gst_buffer_map (*buffer, &map, GST_MAP_READWRITE);
  for (i = 0; i + TS_PACKET <= map.size; i += TS_PACKET) {
    if (((map.data[i + 1] & 0x1f) << 8 | map.data[i + 2]) == lost)
      empty (map.data + i);
  }
  gst_buffer_unmap (*buffer, &map);
  return TRUE;
}

/* A sender that the machine has no time for is an input that failed, and what
 * a test finds then says nothing. */
static void
watch_time (Sender * sender)
{
  gint64 now = g_get_monotonic_time ();

  g_mutex_lock (&sender->lock);
  if (sender->sent != 0 && now - sender->sent > MAX_SILENCE)
    sender->stalled = TRUE;
  sender->sent = now;
  g_mutex_unlock (&sender->lock);
}

static GstPadProbeReturn
lose (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Sender *sender = user_data;
  gint lost = g_atomic_int_get (&sender->lost);

  watch_time (sender);
  if (lost == 0)
    return GST_PAD_PROBE_OK;
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
    GstBufferList *list = gst_buffer_list_make_writable (info->data);
    gst_buffer_list_foreach (list, blank, &lost);
    info->data = list;
  } else {
    blank ((GstBuffer **) & info->data, 0, &lost);
  }
  return GST_PAD_PROBE_OK;
}

static gboolean
has_feature (const gchar * name)
{
  if (gst_registry_check_feature_version (gst_registry_get (), name, 0, 0, 0))
    return TRUE;
  g_print ("SKIP: %s is not installed\n", name);
  return FALSE;
}

static gboolean
can_send (void)
{
  static const gchar *const needed[] = { "srtsink", "srtsrc", "mpegtsmux",
    "tsdemux", "h264parse", "avdec_h264", "avenc_aac", "avdec_aac", "x264enc"
  };
  gboolean can = TRUE;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (needed); i++)
    can = can && has_feature (needed[i]);
  return can;
}

/* Sends a tone and, unless that is all, a picture. */
static void
start_sender (Sender * sender, guint tone, gboolean picture)
{
  g_autofree gchar *line = g_strdup_printf ("mpegtsmux name=m alignment=7 "
      "latency=100000000 prog-map=\"program_map,sink_65=1,sink_66=1\" "
      "! srtsink name=out uri=srt://127.0.0.1:%u wait-for-connection=false "
      "audiotestsrc is-live=true freq=%u ! audio/x-raw,rate=48000,channels=2 "
      "! avenc_aac ! aacparse ! queue ! m.sink_66 %s", sender->port, tone,
      picture ? "videotestsrc is-live=true ! "
      "video/x-raw,format=I420,width=320,height=180,framerate=25/1 ! x264enc "
      "tune=zerolatency speed-preset=ultrafast key-int-max=25 bitrate=300 ! "
      "h264parse ! queue ! m.sink_65" : "");
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) out = NULL;
  g_autoptr (GstPad) pad = NULL;

  sender->pipeline = gst_parse_launch (line, &error);
  fail_unless (error == NULL, "%s", error != NULL ? error->message : "");
  out = gst_bin_get_by_name (GST_BIN (sender->pipeline), "out");
  pad = gst_element_get_static_pad (out, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER
      | GST_PAD_PROBE_TYPE_BUFFER_LIST, lose, sender, NULL);
  fail_unless (gst_element_set_state (sender->pipeline, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE);
}

static void
stop_sender (Sender * sender)
{
  if (sender->pipeline == NULL)
    return;
  gst_element_set_state (sender->pipeline, GST_STATE_NULL);
  gst_clear_object (&sender->pipeline);
}

static guint
tone_of (GstBuffer * buffer)
{
  guint crossings = 0, n, i;
  GstMapInfo map;
  const gfloat *samples;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  samples = (const gfloat *) map.data;
  n = map.size / 2 / sizeof (gfloat);
  for (i = 1; i < n; i++)
    crossings += (samples[2 * i] >= 0) != (samples[2 * i - 2] >= 0);
  gst_buffer_unmap (buffer, &map);
  return n > 0 ? crossings * 24000 / n : 0;
}

static GstPadProbeReturn
hear (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  Heard *heard = user_data;
  GstClockTime pts = GST_BUFFER_PTS (buffer);

  g_mutex_lock (&heard->lock);
  heard->holes += heard->buffers > 0 && pts != heard->next;
  heard->back += heard->buffers > 0 && pts <= heard->last;
  heard->last = pts;
  heard->next = pts + GST_BUFFER_DURATION (buffer);
  heard->tone = tone_of (buffer);
  heard->buffers++;
  g_mutex_unlock (&heard->lock);
  return GST_PAD_PROBE_OK;
}

/* Ends the test when its senders could not do what they should. */
static gboolean
rig_is_void (Rig * rig)
{
  gboolean stalled = FALSE;
  guint i;

  for (i = 0; i < N_SENDERS; i++) {
    g_mutex_lock (&rig->senders[i].lock);
    stalled |= rig->senders[i].stalled;
    g_mutex_unlock (&rig->senders[i].lock);
  }
  if (stalled)
    g_print ("SKIP: a sender stalled, this machine is too busy\n");
  return stalled;
}

static void
rig_listen (Rig * rig, guint seconds, const gchar * medium, const gchar * to,
    const gchar * reason)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (rig->pipeline);
  gint64 until = g_get_monotonic_time () + seconds * G_TIME_SPAN_SECOND;

  while (g_get_monotonic_time () < until) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus,
        100 * GST_MSECOND, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);
    const GstStructure *s;

    if (message == NULL)
      continue;
    fail_if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR);
    s = gst_message_get_structure (message);
    if (gst_structure_has_name (s, "redundantsrc-switch")
        && g_strcmp0 (gst_structure_get_string (s, "medium"), medium) == 0
        && g_strcmp0 (gst_structure_get_string (s, "to"), to) == 0
        && g_strcmp0 (gst_structure_get_string (s, "reason"), reason) == 0)
      return;
  }
  if (!rig_is_void (rig))
    fail ("%s did not go to %s for %s within %u s", medium, to, reason,
        seconds);
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

/* Is it true of the input? */
static gboolean
rig_input_is (Rig * rig, const gchar * name, const gchar * field)
{
  GstStructure *stats;
  gboolean value = FALSE;
  const GValue *inputs;
  guint i;

  g_object_get (rig->src, "stats", &stats, NULL);
  inputs = gst_structure_get_value (stats, "inputs");
  for (i = 0; i < gst_value_array_get_size (inputs); i++) {
    const GstStructure *input = gst_value_get_structure
        (gst_value_array_get_value (inputs, i));
    if (g_str_equal (gst_structure_get_string (input, "name"), name))
      fail_unless (gst_structure_get_boolean (input, field, &value));
  }
  gst_structure_free (stats);
  return value;
}

static void
rig_wait_healthy (Rig * rig, const gchar * name)
{
  gint64 until = g_get_monotonic_time () + 40 * G_TIME_SPAN_SECOND;

  while (!rig_input_is (rig, name, "healthy")) {
    fail_unless (g_get_monotonic_time () < until, "%s is not healthy", name);
    g_usleep (50000);
  }
}

static void
rig_wait_buffers (Rig * rig, guint more)
{
  gint64 until = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;
  guint goal, have;

  g_mutex_lock (&rig->heard.lock);
  goal = rig->heard.buffers + more;
  g_mutex_unlock (&rig->heard.lock);
  do {
    g_usleep (10000);
    g_mutex_lock (&rig->heard.lock);
    have = rig->heard.buffers;
    g_mutex_unlock (&rig->heard.lock);
    fail_unless (g_get_monotonic_time () < until, "sound stopped");
  } while (have < goal);
}

/* The tone is that of the sender, give or take what a chunk can tell. */
static void
rig_expect_tone (Rig * rig, guint tone)
{
  guint heard;

  rig_wait_buffers (rig, 10);
  g_mutex_lock (&rig->heard.lock);
  heard = rig->heard.tone;
  g_mutex_unlock (&rig->heard.lock);
  if ((heard < tone - 200 || heard > tone + 200) && !rig_is_void (rig))
    fail ("%u Hz, not %u", heard, tone);
}

static void
rig_expect_active (Rig * rig, const gchar * picture, const gchar * sound)
{
  g_autofree gchar *shown = NULL, *heard = NULL;

  g_object_get (rig->src, "active-input", &shown, "active-audio-input", &heard,
      NULL);
  if (!g_str_equal (shown, picture) || !g_str_equal (heard, sound)) {
    if (!rig_is_void (rig))
      fail ("picture of %s, sound of %s", shown, heard);
  }
}

static void
rig_expect_stat (Rig * rig, const gchar * field, guint64 expected)
{
  guint64 value = rig_stat (rig, field);

  if (value != expected && !rig_is_void (rig))
    fail ("%s is %" G_GUINT64_FORMAT, field, value);
}

static void
rig_init (Rig * rig, const gchar * settings, guint n_whole)
{
  g_autoptr (GString) uris = g_string_new (NULL);
  g_autofree gchar *line = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstPad) pad = NULL;
  guint i;

  memset (rig, 0, sizeof (Rig));
  g_mutex_init (&rig->heard.lock);
  for (i = 0; i < N_SENDERS; i++) {
    g_mutex_init (&rig->senders[i].lock);
    rig->senders[i].port = free_port ();
  }
  for (i = 0; i < n_whole; i++) {
    g_string_append_printf (uris, "srt://127.0.0.1:%u?mode=listener ",
        rig->senders[i].port);
  }
  line = g_strdup_printf ("redundantsrc name=s return-delay=1000 "
      "startup-timeout=30000 timeout=1000 latency=3000 %s uris=\"%s\" "
      "audio-uris=srt://127.0.0.1:%u?mode=listener "
      "s.video ! fakesink sync=true s.audio ! fakesink sync=true", settings,
      uris->str, rig->senders[2].port);
  rig->pipeline = gst_parse_launch (line, &error);
  fail_unless (error == NULL, "%s", error != NULL ? error->message : "");
  rig->src = gst_bin_get_by_name (GST_BIN (rig->pipeline), "s");
  pad = gst_element_get_static_pad (rig->src, "audio");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, hear, &rig->heard, NULL);
  fail_unless (gst_element_set_state (rig->pipeline, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE);
  g_usleep (300000);
  for (i = 0; i < n_whole; i++)
    start_sender (&rig->senders[i], 1000 * (i + 1), TRUE);
  start_sender (&rig->senders[2], 3000, FALSE);
}

static void
rig_clear (Rig * rig)
{
  guint i;

  gst_element_set_state (rig->pipeline, GST_STATE_NULL);
  for (i = 0; i < N_SENDERS; i++) {
    stop_sender (&rig->senders[i]);
    g_mutex_clear (&rig->senders[i].lock);
  }
  gst_object_unref (rig->src);
  gst_object_unref (rig->pipeline);
  g_mutex_clear (&rig->heard.lock);
}

/* The encoder goes on with its picture alone; a feed of sound alone takes over
 * and gives way again. */
GST_START_TEST (redundantsrc_takes_sound_from_elsewhere_when_it_is_lost)
{
  static const gchar *const outputs[] = { "raw", "audio-raw", "encoded" };
  g_autofree gchar *settings = g_strdup_printf ("output=%s", outputs[__i__]);
  gboolean decoded = __i__ < 2;
  Rig rig;

  if (!can_send ())
    return;
  rig_init (&rig, settings, 1);
  rig_listen (&rig, 40, "audio", "input-0", "startup");
  rig_wait_healthy (&rig, "audio-0");
  rig_wait_buffers (&rig, 50);
  if (decoded)
    rig_expect_tone (&rig, 1000);

  g_atomic_int_set (&rig.senders[0].lost, AUDIO_PID);
  rig_listen (&rig, 20, "audio", "audio-0", "timeout");
  rig_expect_active (&rig, "input-0", "audio-0");
  if (decoded)
    rig_expect_tone (&rig, 3000);
  /* No one restarts an input for that, whose picture is shown. */
  rig_wait_buffers (&rig, 300);
  rig_expect_active (&rig, "input-0", "audio-0");

  g_atomic_int_set (&rig.senders[0].lost, 0);
  rig_listen (&rig, 20, "audio", "input-0", "return");
  rig_wait_buffers (&rig, 50);
  rig_expect_active (&rig, "input-0", "input-0");
  if (decoded) {
    rig_expect_tone (&rig, 1000);
    rig_expect_stat (&rig, "samples-missed", 0);
    fail_unless_equals_int (rig.heard.holes, 0);
  }
  fail_unless_equals_int (rig.heard.back, 0);
  rig_expect_stat (&rig, "frames-missed", 0);
  rig_expect_stat (&rig, "switches", 2);
  rig_clear (&rig);
}

GST_END_TEST;

/* Where both always go together, what lost its sound has failed. */
GST_START_TEST (redundantsrc_takes_both_from_elsewhere_when_they_go_together)
{
  Rig rig;

  if (!can_send ())
    return;
  rig_init (&rig, "av-policy=common", 2);
  rig_listen (&rig, 40, "video", "input-0", "startup");
  rig_wait_healthy (&rig, "input-1");
  rig_wait_buffers (&rig, 50);
  g_atomic_int_set (&rig.senders[0].lost, AUDIO_PID);
  rig_listen (&rig, 20, "video", "input-1", "timeout");
  rig_expect_tone (&rig, 2000);
  rig_expect_active (&rig, "input-1", "input-1");
  rig_expect_stat (&rig, "samples-missed", 0);
  rig_expect_stat (&rig, "frames-missed", 0);
  rig_expect_stat (&rig, "switches", 1);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_takes_the_sound_along_when_the_picture_is_lost)
{
  Rig rig;

  if (!can_send ())
    return;
  rig_init (&rig, "", 2);
  rig_listen (&rig, 40, "audio", "input-0", "startup");
  rig_wait_healthy (&rig, "input-1");
  rig_wait_buffers (&rig, 50);
  g_atomic_int_set (&rig.senders[0].lost, VIDEO_PID);
  rig_listen (&rig, 20, "audio", "input-1", "timeout");
  rig_expect_tone (&rig, 2000);
  rig_expect_active (&rig, "input-1", "input-1");
  g_atomic_int_set (&rig.senders[0].lost, 0);
  rig_listen (&rig, 20, "audio", "input-0", "return");
  rig_expect_tone (&rig, 1000);
  rig_expect_stat (&rig, "samples-missed", 0);
  rig_expect_stat (&rig, "frames-missed", 0);
  rig_expect_stat (&rig, "switches", 2);
  rig_clear (&rig);
}

GST_END_TEST;

static gboolean
command (Rig * rig, const gchar * signal, guint media, const gchar * name)
{
  gboolean granted = FALSE;

  g_signal_emit_by_name (rig->src, signal, media, name, &granted);
  return granted;
}

GST_START_TEST (redundantsrc_obeys_commands_for_the_sound_alone)
{
  gboolean granted = FALSE;
  Rig rig;

  if (!can_send ())
    return;
  rig_init (&rig, "", 1);
  rig_listen (&rig, 40, "audio", "input-0", "startup");
  rig_wait_healthy (&rig, "audio-0");
  rig_wait_buffers (&rig, 50);
  fail_if (command (&rig, "media-switch-to", 1, "audio-0"));
  fail_unless (command (&rig, "media-switch-to", 2, "audio-0"));
  rig_listen (&rig, 20, "audio", "audio-0", "manual");
  rig_expect_active (&rig, "input-0", "audio-0");
  rig_expect_tone (&rig, 3000);
  g_signal_emit_by_name (rig.src, "media-force", 2, "input-0", 0, &granted);
  fail_unless (granted);
  rig_listen (&rig, 20, "audio", "input-0", "forced");
  rig_expect_tone (&rig, 1000);
  g_signal_emit_by_name (rig.src, "clear", &granted);
  fail_unless (granted);

  /* What is not taken of an input is neither heard nor missed. */
  gst_child_proxy_set (GST_CHILD_PROXY (rig.src), "input-0::media", 1, NULL);
  rig_listen (&rig, 20, "audio", "audio-0", "timeout");
  rig_expect_tone (&rig, 3000);
  gst_child_proxy_set (GST_CHILD_PROXY (rig.src), "input-0::media", 3, NULL);
  rig_listen (&rig, 20, "audio", "input-0", "return");
  rig_expect_tone (&rig, 1000);
  rig_expect_stat (&rig, "samples-missed", 0);
  rig_expect_stat (&rig, "frames-missed", 0);
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
redundantaudio_suite (void)
{
  Suite *s = suite_create ("redundantaudio");
  TCase *tc = tcase_create ("redundantaudio");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_loop_test (tc,
      redundantsrc_takes_sound_from_elsewhere_when_it_is_lost, 0, 3);
  tcase_add_test (tc,
      redundantsrc_takes_both_from_elsewhere_when_they_go_together);
  tcase_add_test (tc,
      redundantsrc_takes_the_sound_along_when_the_picture_is_lost);
  tcase_add_test (tc, redundantsrc_obeys_commands_for_the_sound_alone);
  return s;
}

GST_CHECK_MAIN (redundantaudio);
