/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A sender for the failure matrix, in a process of its own so that it can be
 * killed:
 *
 *   matrix-sender MUX SINK LOOK FAULT [FAULT_FRAME FRAMES]
 *
 * MUX is mpegtsmux or flvmux, SINK what follows it, LOOK the background of the
 * picture.  SIGUSR1 brings the fault: black, freeze, caps, ahead, back, noise
 * or none.  SIGTERM ends the stream, SIGINT the process.  With FRAMES it makes a
 * file: not live, the fault at its frame, an end.  A sink that fails is opened
 * again, for a receiver may be late. */
#include <glib-unix.h>
#include <gst/gst.h>
#include <stdlib.h>
#include <string.h>

#define HOUR 3600

typedef struct
{
  GstElement *pipeline;
  GMainLoop *loop;
  const gchar *fault;
  gint on;                      /* atomic: the fault is there */
  guint fault_frame;            /* 0: none, by signal */
  guint frames;
  GstBuffer *frozen;
  guint32 noise;
} Sender;

static void
set_on (Sender * self, const gchar * element, const gchar * property,
    const gchar * value)
{
  g_autoptr (GstElement) found = gst_bin_get_by_name (GST_BIN (self->pipeline),
      element);

  gst_util_set_object_arg (G_OBJECT (found), property, value);
}

static void
begin_fault (Sender * self)
{
  g_atomic_int_set (&self->on, 1);
  if (g_str_equal (self->fault, "black"))
    set_on (self, "picture", "pattern", "black");
  if (g_str_equal (self->fault, "caps"))
    set_on (self, "size", "caps", "video/x-raw,width=320,height=240");
}

static GstPadProbeReturn
on_frame (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Sender *self = data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info), *old;

  if (self->fault_frame > 0 && ++self->frames == self->fault_frame)
    begin_fault (self);
  if (!g_str_equal (self->fault, "freeze"))
    return GST_PAD_PROBE_OK;
  if (!g_atomic_int_get (&self->on)) {
    gst_buffer_replace (&self->frozen, buffer);
    return GST_PAD_PROBE_OK;
  }
  old = gst_buffer_copy (self->frozen);
  gst_buffer_copy_into (old, buffer, GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
  gst_buffer_unref (buffer);
  GST_PAD_PROBE_INFO_DATA (info) = old;
  return GST_PAD_PROBE_OK;
}

/* ISO/IEC 13818-1, 2.4.3.6: 33 bits between markers. */
static void
move_stamp (guint8 * at, gint64 by)
{
  guint64 stamp = (guint64) (at[0] & 0x0e) << 29 | (guint64) at[1] << 22
      | (guint64) (at[2] & 0xfe) << 14 | (guint64) at[3] << 7 | at[4] >> 1;

  stamp = (stamp + by) & G_GUINT64_CONSTANT (0x1ffffffff);
  at[0] = (at[0] & 0xf1) | (stamp >> 29 & 0x0e);
  at[1] = stamp >> 22;
  at[2] = (at[2] & 1) | (stamp >> 14 & 0xfe);
  at[3] = stamp >> 7;
  at[4] = (at[4] & 1) | (stamp << 1 & 0xfe);
}

static void
move_clock (guint8 * at, gint64 by)
{
  guint64 base = (guint64) at[0] << 25 | at[1] << 17 | at[2] << 9 | at[3] << 1
      | at[4] >> 7;

  base = (base + by) & G_GUINT64_CONSTANT (0x1ffffffff);
  at[0] = base >> 25;
  at[1] = base >> 17;
  at[2] = base >> 9;
  at[3] = base >> 1;
  at[4] = (at[4] & 0x7f) | (base << 7 & 0x80);
}

/* One packet's PCR, PTS and DTS. */
static void
move_packet (guint8 * packet, gint64 seconds)
{
  guint8 *payload = packet + 4, *pes;
  gint64 by = seconds * 90000;

  if (packet[3] & 0x20) {
    if (packet[4] > 0 && (packet[5] & 0x10))
      move_clock (packet + 6, by);
    payload += 1 + packet[4];
  }
  pes = payload;
  if (!(packet[3] & 0x10) || !(packet[1] & 0x40) || pes + 19 > packet + 188
      || pes[0] != 0 || pes[1] != 0 || pes[2] != 1)
    return;
  if (pes[7] & 0x80)
    move_stamp (pes + 9, by);
  if ((pes[7] & 0xc0) == 0xc0)
    move_stamp (pes + 14, by);
}

/* An FLV tag: 24 bits of milliseconds, and 8 above them. */
static void
move_tag (guint8 * tag, gint64 seconds)
{
  guint32 stamp = tag[7] << 24 | tag[4] << 16 | tag[5] << 8 | tag[6];

  stamp += seconds * 1000;
  tag[4] = stamp >> 16;
  tag[5] = stamp >> 8;
  tag[6] = stamp;
  tag[7] = stamp >> 24;
}

static void
make_noise (Sender * self, guint8 * data, gsize size)
{
  gsize i;

  for (i = 0; i < size; i++) {
    self->noise = self->noise * 1664525 + 1013904223;
    data[i] = self->noise >> 24;
  }
}

static void
spoil (Sender * self, guint8 * data, gsize size)
{
  gint64 seconds = g_str_equal (self->fault, "ahead") ? HOUR
      : g_str_equal (self->fault, "back") ? -HOUR : 0;
  gsize i;

  if (g_str_equal (self->fault, "noise"))
    make_noise (self, data, size);
  if (seconds == 0)
    return;
  if (size % 188 == 0 && data[0] == 0x47) {
    for (i = 0; i < size; i += 188)
      move_packet (data + i, seconds);
  } else if (size > 11 && (data[0] == 8 || data[0] == 9)) {
    move_tag (data, seconds);
  }
}

static gboolean
spoil_one (GstBuffer ** buffer, guint i, gpointer self)
{
  GstMapInfo map;

  *buffer = gst_buffer_make_writable (*buffer);
  if (gst_buffer_map (*buffer, &map, GST_MAP_READWRITE)) {
    spoil (self, map.data, map.size);
    gst_buffer_unmap (*buffer, &map);
  }
  return TRUE;
}

static GstPadProbeReturn
on_muxed (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Sender *self = data;

  if (!g_atomic_int_get (&self->on))
    return GST_PAD_PROBE_OK;
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
    GstBufferList *list = gst_buffer_list_make_writable (info->data);

    gst_buffer_list_foreach (list, spoil_one, self);
    info->data = list;
  } else {
    GstBuffer *buffer = info->data;

    spoil_one (&buffer, 0, self);
    info->data = buffer;
  }
  return GST_PAD_PROBE_OK;
}

static gboolean
on_usr1 (gpointer data)
{
  begin_fault (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_int (gpointer data)
{
  g_main_loop_quit (((Sender *) data)->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_term (gpointer data)
{
  gst_element_send_event (((Sender *) data)->pipeline, gst_event_new_eos ());
  return G_SOURCE_CONTINUE;
}

static gboolean
start_again (gpointer data)
{
  gst_element_set_state (((Sender *) data)->pipeline, GST_STATE_PLAYING);
  return G_SOURCE_REMOVE;
}

static gboolean
on_message (GstBus * bus, GstMessage * message, gpointer data)
{
  Sender *self = data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS)
    g_main_loop_quit (self->loop);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_bus_set_flushing (bus, TRUE);
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
    gst_bus_set_flushing (bus, FALSE);
    g_timeout_add (200, start_again, self);
  }
  return G_SOURCE_CONTINUE;
}

static gchar *
describe (char **argv, gboolean is_file)
{
  g_autofree gchar *pictures = NULL, *sounds = NULL;

  if (is_file) {
    pictures = g_strdup_printf ("num-buffers=%s", argv[6]);
    sounds = g_strdup_printf ("num-buffers=%u", atoi (argv[6]) * 2);
  }
  return g_strdup_printf ("%s name=mux %s ! %s "
      "videotestsrc name=picture is-live=%d %s pattern=ball "
      "motion=sweep background-color=%s ! video/x-raw,framerate=25/1 ! videoscale ! "
      "capsfilter name=size caps=video/x-raw,width=160,height=112 ! "
      "video/x-raw,format=I420 ! x264enc tune=zerolatency "
      "speed-preset=ultrafast threads=1 key-int-max=25 bitrate=400 ! h264parse "
      "config-interval=-1 ! queue ! mux. "
      "audiotestsrc is-live=%d %s freq=440 volume=0.1 samplesperbuffer=960 ! "
      "audio/x-raw,rate=48000,channels=2 ! avenc_aac ! aacparse ! queue ! mux.",
      argv[1], g_str_equal (argv[1], "mpegtsmux") ? "alignment=7"
      : "streamable=true", argv[2], !is_file, is_file ? pictures : "", argv[3],
      !is_file, is_file ? sounds : "");
}

static void
probe (Sender * self, const gchar * name, GstPadProbeType type,
    GstPadProbeCallback callback)
{
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN
      (self->pipeline), name);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "src");

  gst_pad_add_probe (pad, type, callback, self, NULL);
}

int
main (int argc, char **argv)
{
  g_autofree gchar *line = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstBus) bus = NULL;
  Sender self = { NULL, };

  gst_init (&argc, &argv);
  if (argc != 5 && argc != 7)
    return 2;
  self.fault = argv[4];
  if (argc == 7)
    self.fault_frame = atoi (argv[5]);
  line = describe (argv, argc == 7);
  self.pipeline = gst_parse_launch (line, &error);
  if (error != NULL) {
    g_printerr ("%s\n", error->message);
    return 1;
  }
  self.loop = g_main_loop_new (NULL, FALSE);
  probe (&self, "size", GST_PAD_PROBE_TYPE_BUFFER, on_frame);
  probe (&self, "mux", GST_PAD_PROBE_TYPE_BUFFER
      | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_muxed);
  bus = gst_element_get_bus (self.pipeline);
  gst_bus_add_watch (bus, on_message, &self);
  g_unix_signal_add (SIGUSR1, on_usr1, &self);
  g_unix_signal_add (SIGINT, on_int, &self);
  g_unix_signal_add (SIGTERM, on_term, &self);
  gst_element_set_state (self.pipeline, GST_STATE_PLAYING);
  g_main_loop_run (self.loop);
  gst_element_set_state (self.pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (bus);
  gst_clear_buffer (&self.frozen);
  gst_object_unref (self.pipeline);
  g_main_loop_unref (self.loop);
  return 0;
}
