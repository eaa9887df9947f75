/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* MPEG-TS over SRT whose 33 bits of time run over. */
#include <gst/check/gstcheck.h>

#include <arpa/inet.h>
#include <unistd.h>

/* 2^33 at 90 kHz. */
#define WRAP G_GUINT64_CONSTANT (95443717688888)
#define TS_PACKET 188

typedef struct
{
  GMutex lock;
  guint buffers, holes;
  GstClockTime end;
  GstClockTime slack;           /* how exactly one follows the other */
} Output;

typedef struct
{
  gint wraps;                   /* atomic */
  guint64 last_pcr;             /* streaming thread only */
} Sender;

static GstPadProbeReturn
on_output (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  Output *output = user_data;
  GstClockTime time = GST_BUFFER_DTS_OR_PTS (buffer);

  g_mutex_lock (&output->lock);
  if (output->buffers++ > 0 && (time + output->slack < output->end
          || time > output->end + output->slack))
    output->holes++;
  output->end = time + GST_BUFFER_DURATION (buffer);
  g_mutex_unlock (&output->lock);
  return GST_PAD_PROBE_OK;
}

/* ISO/IEC 13818-1, 2.4.3.5: the base of the PCR, if the packet has one. */
static gboolean
read_pcr (const guint8 * packet, guint64 * pcr)
{
  if (packet[0] != 0x47 || !(packet[3] & 0x20) || packet[4] < 7
      || !(packet[5] & 0x10))
    return FALSE;
  *pcr = (guint64) GST_READ_UINT32_BE (packet + 6) << 1 | packet[10] >> 7;
  return TRUE;
}

static GstPadProbeReturn
on_packets (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  Sender *sender = user_data;
  GstMapInfo map;
  guint64 pcr;
  gsize at;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  for (at = 0; at + TS_PACKET <= map.size; at += TS_PACKET) {
    if (!read_pcr (map.data + at, &pcr))
      continue;
    if (pcr < sender->last_pcr)
      g_atomic_int_inc (&sender->wraps);
    sender->last_pcr = pcr;
  }
  gst_buffer_unmap (buffer, &map);
  return GST_PAD_PROBE_OK;
}

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

static gboolean
can_send (void)
{
  static const gchar *const needed[] = { "srtsink", "srtsrc", "mpegtsmux",
    "tsdemux", "x264enc", "h264parse", "avdec_h264", "avenc_aac", "aacparse",
    "avdec_aac"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (needed); i++) {
    if (!gst_registry_check_feature_version (gst_registry_get (), needed[i], 0,
            0, 0)) {
      g_print ("SKIP: %s is not installed\n", needed[i]);
      return FALSE;
    }
  }
  return TRUE;
}

static void
watch (GstElement * bin, const gchar * element, const gchar * name,
    GstPadProbeCallback callback, gpointer user_data)
{
  g_autoptr (GstElement) child = gst_bin_get_by_name (GST_BIN (bin), element);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (child, name);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, callback, user_data, NULL);
}

static GstElement *
launch (const gchar * format, guint port)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *port_text = g_strdup_printf ("%u", port);
  g_auto (GStrv) parts = g_strsplit (format, "PORT", 2);
  g_autofree gchar *line = g_strjoinv (port_text, parts);
  GstElement *pipeline = gst_parse_launch (line, &error);

  fail_unless (error == NULL, "%s", error != NULL ? error->message : "");
  return pipeline;
}

/* mpegtsmux counts from an hour on; 12 s are enough for SRT, the demuxer's
 * latency and decoders to begin. */
static void
begin_before_the_wrap (GstElement * bin, const gchar * queue)
{
  g_autoptr (GstElement) child = gst_bin_get_by_name (GST_BIN (bin), queue);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (child, "src");

  gst_pad_set_offset (pad, WRAP - 3600 * GST_SECOND - 12 * GST_SECOND);
}

static GstElement *
start_sender (guint port, Sender * sender)
{
  GstElement *pipeline = launch ("videotestsrc is-live=true ! "
      "video/x-raw,width=320,height=180,framerate=25/1 ! x264enc "
      "tune=zerolatency speed-preset=ultrafast key-int-max=25 bitrate=300 ! "
      "h264parse ! queue name=qv ! mpegtsmux name=m alignment=7 ! identity "
      "name=i ! "
      "srtsink sync=false uri=srt://127.0.0.1:PORT wait-for-connection=false "
      "audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2 ! "
      "avenc_aac ! aacparse ! queue name=qa ! m.", port);

  watch (pipeline, "i", "src", on_packets, sender);
  begin_before_the_wrap (pipeline, "qv");
  begin_before_the_wrap (pipeline, "qa");
  fail_unless (gst_element_set_state (pipeline, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE);
  return pipeline;
}

static guint
buffers_of (Output * output)
{
  guint buffers;

  g_mutex_lock (&output->lock);
  buffers = output->buffers;
  g_mutex_unlock (&output->lock);
  return buffers;
}

static void
wait_for_buffers (Output * output, guint more)
{
  guint goal = buffers_of (output) + more, patience = 4000;

  while (buffers_of (output) < goal && --patience > 0)
    g_usleep (10000);
  fail_unless (patience > 0, "no output");
}

/* A wrap that is not seen is a jump, and one that is not followed a hole. */
static void
expect_no_seam (GstElement * receiver)
{
  g_autoptr (GstElement) src = gst_bin_get_by_name (GST_BIN (receiver), "s");
  const GstStructure *input;
  guint64 frames = 25, jumps = 1;
  GstStructure *stats;

  g_object_get (src, "stats", &stats, NULL);
  input = gst_value_get_structure (gst_value_array_get_value
      (gst_structure_get_value (stats, "inputs"), 0));
  fail_unless (gst_structure_get_uint64 (input, "jumps", &jumps));
  fail_unless (gst_structure_get_uint64 (stats, "frames-missed", &frames));
  gst_structure_free (stats);
  fail_unless_equals_uint64 (jumps, 0);
  /* What a busy machine may cost. */
  fail_unless (frames < 25);
}

static void
live_through_the_wrap (const gchar * mode, GstClockTime slack)
{
  g_autofree gchar *line = g_strdup_printf ("redundantsrc name=s output=%s "
      "startup-timeout=60000 uris=\"srt://127.0.0.1:PORT?mode=listener\" "
      "s.video ! fakesink sync=true s.audio ! fakesink sync=true", mode);
  Output video = { {NULL}, }, audio = { {NULL}, };
  GstElement *receiver, *transmitter;
  Sender sender = { 0, };
  guint port, patience = 1500;

  if (!can_send ())
    return;
  video.slack = audio.slack = slack;
  port = free_port ();
  receiver = launch (line, port);
  watch (receiver, "s", "video", on_output, &video);
  watch (receiver, "s", "audio", on_output, &audio);
  gst_element_set_state (receiver, GST_STATE_PLAYING);
  g_usleep (300000);
  transmitter = start_sender (port, &sender);
  wait_for_buffers (&video, 1);
  fail_unless_equals_int (g_atomic_int_get (&sender.wraps), 0);
  while (g_atomic_int_get (&sender.wraps) == 0 && --patience > 0)
    g_usleep (10000);
  wait_for_buffers (&video, 100);
  fail_unless (g_atomic_int_get (&sender.wraps) == 1, "PCR is at %u s",
      (guint) (sender.last_pcr / 90000));
  expect_no_seam (receiver);
  fail_unless_equals_int (video.holes, 0);
  fail_unless_equals_int (audio.holes, 0);
  gst_element_set_state (transmitter, GST_STATE_NULL);
  gst_element_set_state (receiver, GST_STATE_NULL);
  gst_object_unref (transmitter);
  gst_object_unref (receiver);
}

GST_START_TEST (redundantsrc_decodes_through_a_wrap_of_mpeg_ts)
{
  live_through_the_wrap ("raw", 0);
}

GST_END_TEST;

GST_START_TEST (redundantsrc_passes_through_a_wrap_of_mpeg_ts)
{
  /* Access units have their own time, and tsdemux's jitter. */
  live_through_the_wrap ("encoded", 200 * GST_MSECOND);
}

GST_END_TEST;

static Suite *
redundantsrcwrap_suite (void)
{
  Suite *s = suite_create ("redundantsrcwrap");
  TCase *tc = tcase_create ("redundantsrcwrap");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 90);
  tcase_add_test (tc, redundantsrc_decodes_through_a_wrap_of_mpeg_ts);
  tcase_add_test (tc, redundantsrc_passes_through_a_wrap_of_mpeg_ts);
  return s;
}

GST_CHECK_MAIN (redundantsrcwrap);
