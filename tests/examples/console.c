/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pipeline with a console, to see what the viewer sees when something fails.
 *
 *   onair-console 'videotestsrc is-live=true ! video/x-raw,format=I420 !
 *     identity name=camera ! valve name=cut ! x264enc ! llhlssink'
 *
 * Raw video that leaves an element named `camera` gets the strip of clockstrip.h.
 * Lines on standard input:
 *   set ELEMENT PROPERTY VALUE     as in gst-launch-1.0
 * Element messages are printed on standard output, as gst-launch-1.0 -m does.
 * Ends with EOS on SIGINT, at once on SIGTERM. */
#include <gst/gst.h>
#include <gst/video/video.h>
#include <glib-unix.h>

#include <stdio.h>

#include "clockstrip.h"

typedef struct
{
  GstElement *pipeline;
  GMainLoop *loop;
  int status;
} Console;

static GstPadProbeReturn
stamp (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstVideoInfo video;
  GstVideoFrame frame;
  GstBuffer *buffer;

  if (caps == NULL || !gst_video_info_from_caps (&video, caps))
    return GST_PAD_PROBE_OK;
  buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  if (gst_video_frame_map (&frame, &video, buffer, GST_MAP_READWRITE)) {
    clock_strip_draw_luma (GST_VIDEO_FRAME_PLANE_DATA (&frame, 0),
        GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0), video.width,
        video.height / 18, clock_strip_encode (g_get_real_time () / 1000));
    gst_video_frame_unmap (&frame);
  }
  return GST_PAD_PROBE_OK;
}

static void
add_stamp (Console * console)
{
  g_autoptr (GstElement) camera =
      gst_bin_get_by_name (GST_BIN (console->pipeline), "camera");
  g_autoptr (GstPad) pad = NULL;

  if (camera == NULL)
    return;
  pad = gst_element_get_static_pad (camera, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, stamp, NULL, NULL);
}

static void
set_property (Console * console, const gchar * name, const gchar * property,
    const gchar * value)
{
  g_autoptr (GstElement) element =
      gst_bin_get_by_name (GST_BIN (console->pipeline), name);

  if (element == NULL ||
      g_object_class_find_property (G_OBJECT_GET_CLASS (element),
          property) == NULL) {
    g_printerr ("onair-console: there is no %s of %s\n", property, name);
    return;
  }
  gst_util_set_object_arg (G_OBJECT (element), property, value);
  g_print ("set %s %s %s\n", name, property, value);
}

static gboolean
on_input (GIOChannel * channel, GIOCondition condition, gpointer user_data)
{
  g_autofree gchar *line = NULL;
  g_auto (GStrv) words = NULL;

  if (g_io_channel_read_line (channel, &line, NULL, NULL,
          NULL) != G_IO_STATUS_NORMAL)
    return G_SOURCE_REMOVE;
  words = g_strsplit (g_strstrip (line), " ", 4);
  if (g_strv_length (words) == 4 && g_str_equal (words[0], "set"))
    set_property (user_data, words[1], words[2], words[3]);
  else
    g_printerr ("onair-console: set ELEMENT PROPERTY VALUE, not: %s\n", line);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_message (GstBus * bus, GstMessage * message, gpointer user_data)
{
  Console *console = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;

  switch ((guint) GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      g_printerr ("onair-console: %s: %s\n", GST_MESSAGE_SRC_NAME (message),
          error->message);
      console->status = 1;
      g_main_loop_quit (console->loop);
      break;
    case GST_MESSAGE_EOS:
      g_main_loop_quit (console->loop);
      break;
    case GST_MESSAGE_ELEMENT:
      text = gst_structure_to_string (gst_message_get_structure (message));
      g_print ("%s: %s\n", GST_MESSAGE_SRC_NAME (message), text);
      break;
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_interrupt (gpointer user_data)
{
  Console *console = user_data;

  gst_element_send_event (console->pipeline, gst_event_new_eos ());
  return G_SOURCE_CONTINUE;
}

static gboolean
on_terminate (gpointer user_data)
{
  Console *console = user_data;

  g_main_loop_quit (console->loop);
  return G_SOURCE_CONTINUE;
}

static void
run (Console * console)
{
  g_autoptr (GIOChannel) input = g_io_channel_unix_new (0);
  g_autoptr (GstBus) bus = gst_element_get_bus (console->pipeline);

  console->loop = g_main_loop_new (NULL, FALSE);
  add_stamp (console);
  gst_bus_add_watch (bus, on_message, console);
  g_io_add_watch (input, G_IO_IN | G_IO_HUP, on_input, console);
  g_unix_signal_add (SIGINT, on_interrupt, console);
  g_unix_signal_add (SIGTERM, on_terminate, console);
  gst_element_set_state (console->pipeline, GST_STATE_PLAYING);
  g_main_loop_run (console->loop);

  gst_element_set_state (console->pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (bus);
  g_main_loop_unref (console->loop);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Console console = { NULL, };

  gst_init (&argc, &argv);
  setvbuf (stdout, NULL, _IOLBF, 0);
  if (argc != 2) {
    g_printerr ("usage: onair-console PIPELINE\n");
    return 1;
  }
  console.pipeline = gst_parse_launch (argv[1], &error);
  if (error != NULL) {
    g_printerr ("onair-console: %s\n", error->message);
    return 1;
  }
  run (&console);
  gst_object_unref (console.pipeline);
  return console.status;
}
