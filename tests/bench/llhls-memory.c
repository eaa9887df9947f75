/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory of a window of two hours with four renditions, pushed faster than
 * real time: what the process has at the end, beside the media of the window. */
#include "llhls.h"

#include <gst/gst.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RENDITIONS 4
#define FPS 25
#define GOP 50
#define HOURS 2
/* 200, 400, 600 and 800 kbit/s: of the whole, only the ratio matters. */
#define FRAME_BYTES 1000

static const guint8 avc_config[] = {
  0x01, 0x42, 0xc0, 0x0c, 0xff, 0xe1, 0x00, 0x0f, 0x67, 0x42, 0xc0, 0x0c,
  0x8c, 0x8d, 0x40, 0xa0, 0xcb, 0xcf, 0x00, 0xf0, 0x88, 0x46, 0xa0, 0x01,
  0x00, 0x04, 0x68, 0xce, 0x3c, 0x80
};

static GstPad *
open_pad (GstElement * sink, guint i)
{
  GstPad *src = gst_pad_new (NULL, GST_PAD_SRC), *pad;
  GstBuffer *data = gst_buffer_new_memdup (avc_config, sizeof (avc_config));
  GstCaps *caps = gst_caps_new_simple ("video/x-h264",
      "stream-format", G_TYPE_STRING, "avc", "alignment", G_TYPE_STRING, "au",
      "codec_data", GST_TYPE_BUFFER, data, "width", G_TYPE_INT, 320,
      "height", G_TYPE_INT, 180, "framerate", GST_TYPE_FRACTION, FPS, 1, NULL);
  g_autofree gchar *name = g_strdup_printf ("video_%u", i);
  GstSegment segment;

  pad = gst_element_request_pad_simple (sink, name);
  gst_pad_link (src, pad);
  gst_object_unref (pad);
  gst_pad_set_active (src, TRUE);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (src, gst_event_new_stream_start (name));
  gst_pad_push_event (src, gst_event_new_caps (caps));
  gst_pad_push_event (src, gst_event_new_segment (&segment));
  gst_caps_unref (caps);
  gst_buffer_unref (data);
  return src;
}

static void
push (GstPad * pad, guint64 n, guint size)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  memset (map.data, 0x5a, size);
  GST_WRITE_UINT32_BE (map.data, size - 4);
  map.data[4] = n % GOP == 0 ? 0x65 : 0x41;
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (n, GST_SECOND, FPS);
  GST_BUFFER_DURATION (buffer) = GST_SECOND / FPS;
  gst_pad_push (pad, buffer);
}

static guint64
resident (void)
{
  g_autofree gchar *text = NULL;
  const gchar *found = NULL;

  if (g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    found = strstr (text, "VmRSS:");
  return found != NULL ? g_ascii_strtoull (found + 6, NULL, 10) * 1024 : 0;
}

static void
tell (GstElement * sink, guint minutes, guint64 before, guint64 pushed,
    guint64 cpu)
{
  gint64 held = 0;
  GstStructure *stats;

  g_object_get (sink, "stats", &stats, NULL);
  gst_structure_get_int64 (stats, "memory-bytes", &held);
  gst_structure_free (stats);
  g_print ("bench llhls memory=%s minutes=%u pushed-mb=%.0f media-mb=%.0f "
      "rss-mb=%.0f beside-media-mb=%.1f cpu-s-per-stream-hour=%.1f\n",
      g_object_class_find_property (G_OBJECT_GET_CLASS (sink),
          "window-location") != NULL ? "window-location" : "no-disk",
      minutes, pushed / 1e6, held / 1e6, (resident () - before) / 1e6,
      ((gdouble) resident () - before - held) / 1e6, cpu / 1e9 * 60 / minutes);
}

static void
run (const gchar * folder)
{
  GstElement *sink = gst_element_factory_make ("llhlssink", NULL);
  guint64 before, cpu, pushed = 0, n, frames = HOURS * 3600 * FPS;
  GstPad *pads[RENDITIONS];
  guint i;

  gst_object_ref_sink (sink);
  g_object_set (sink, "port", 0, "window", HOURS * 3600 * 1000, NULL);
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (sink),
          "window-location") != NULL)
    g_object_set (sink, "window-location", folder, NULL);
  gst_element_set_state (sink, GST_STATE_READY);
  for (i = 0; i < RENDITIONS; i++)
    pads[i] = open_pad (sink, i);
  gst_element_set_state (sink, GST_STATE_PLAYING);
  before = resident ();
  cpu = bench_own_cpu ();
  for (n = 0; n < frames; n++) {
    for (i = 0; i < RENDITIONS; i++) {
      push (pads[i], n, FRAME_BYTES * (i + 1));
      pushed += FRAME_BYTES * (i + 1);
    }
    if ((n + 1) % (frames / 8) == 0)
      tell (sink, (n + 1) / FPS / 60, before, pushed, bench_own_cpu () - cpu);
  }
  gst_element_set_state (sink, GST_STATE_NULL);
}

int
memory_run (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("bench-llhls-XXXXXX", NULL);
  g_autofree gchar *rest = g_strdup_printf ("rm -rf '%s'", folder);
  pid_t pid = fork ();

  /* A process of its own, whose memory nothing else has used. */
  if (pid == 0) {
    gst_init (NULL, NULL);
    run (folder);
    _exit (0);
  }
  waitpid (pid, NULL, 0);
  return system (rest);
}
