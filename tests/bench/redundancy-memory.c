/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory of one more 1080p input, while it plays: what a process has more with
 * two inputs than with one.  Each figure is a process of its own.
 *
 * bench redundancy memory=raw inputs=2 rss-mb=.. stored-mb=.. for-one-more-mb=..
 */
#include "redundancy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_INPUTS 3
#define SECONDS 4
#define FPS 30

static const BenchMedia video = {
  "video-1080p30-i420", "video/x-raw,format=I420,width=1920,height=1080,"
      "framerate=30/1", 1920 * 1080 * 3 / 2, FPS, 1, 0, FALSE
};

typedef struct
{
  guint64 resident;
  guint64 stored;               /* bytes in the switches' stores */
} Figure;

static guint64
resident (void)
{
  g_autofree gchar *text = NULL;
  const gchar *found = NULL;

  if (g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    found = strstr (text, "VmRSS:");
  return found != NULL ? g_ascii_strtoull (found + 6, NULL, 10) * 1024 : 0;
}

/* Adds what the inputs of a switch's stats have stored. */
static guint64
stored_in (const GstStructure * stats)
{
  const GValue *inputs = gst_structure_get_value (stats, "inputs");
  guint64 sum = 0, bytes;
  guint i;

  for (i = 0; inputs != NULL && i < gst_value_array_get_size (inputs); i++) {
    const GValue *one = gst_value_array_get_value (inputs, i);

    if (gst_structure_get_uint64 (gst_value_get_structure (one), "store-bytes",
            &bytes))
      sum += bytes;
  }
  return sum;
}

static guint64
stored (GstElement * element)
{
  const GValue *media;
  GstStructure *stats;
  guint64 sum;
  guint i;

  g_object_get (element, "stats", &stats, NULL);
  sum = stored_in (stats);
  media = gst_structure_get_value (stats, "media");
  for (i = 0; media != NULL && i < gst_value_array_get_size (media); i++) {
    sum += stored_in (gst_value_get_structure (gst_value_array_get_value (media,
                i)));
  }
  gst_structure_free (stats);
  return sum;
}

static void
run_raw (guint n_inputs, const gchar * uri, Figure * figure)
{
  GstClock *clock = gst_system_clock_obtain ();
  guint i, n = 0;
  BenchRig rig;

  bench_rig_open (&rig, "redundantswitch", n_inputs, &video, clock, NULL);
  while (n < SECONDS * FPS) {
    GstClockID id = gst_clock_new_single_shot_id (clock,
        gst_element_get_base_time (rig.element) + bench_media_time (&video, n));

    gst_clock_id_wait (id, NULL);
    gst_clock_id_unref (id);
    for (i = 0; i < n_inputs; i++) {
      GstBuffer *buffer = gst_buffer_new_allocate (NULL, video.size, NULL);

      gst_buffer_memset (buffer, 0, n, video.size);
      GST_BUFFER_PTS (buffer) = bench_media_time (&video, n);
      GST_BUFFER_DURATION (buffer) = bench_media_time (&video, 1);
      gst_pad_push (rig.src[i], buffer);
    }
    n++;
  }
  figure->resident = resident ();
  figure->stored = stored (rig.element);
  bench_rig_close (&rig);
  gst_object_unref (clock);
}

static void
run_source (guint n_inputs, const gchar * uri, const gchar * output,
    Figure * figure)
{
  g_autoptr (GString) uris = g_string_new (NULL);
  g_autofree gchar *line = NULL;
  GstElement *pipeline, *src;
  guint i;

  for (i = 0; i < n_inputs; i++)
    g_string_append_printf (uris, "%s ", uri);
  line = g_strdup_printf ("redundantsrc name=s media=video output=%s "
      "uris=\"%s\" s.video ! fakesink sync=true", output, uris->str);
  pipeline = gst_parse_launch (line, NULL);
  src = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_usleep ((SECONDS + 1) * G_USEC_PER_SEC);
  figure->resident = resident ();
  figure->stored = stored (src);
  gst_object_unref (src);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static void
run_decoding (guint n_inputs, const gchar * uri, Figure * figure)
{
  run_source (n_inputs, uri, "raw", figure);
}

static void
run_encoded (guint n_inputs, const gchar * uri, Figure * figure)
{
  run_source (n_inputs, uri, "encoded", figure);
}

typedef void (*Measure) (guint n_inputs, const gchar * uri, Figure * figure);

static gboolean
measure (Measure how, guint n_inputs, const gchar * uri, Figure * figure)
{
  Figure *shared = mmap (NULL, sizeof (*shared), PROT_READ | PROT_WRITE,
      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int status = 1;
  pid_t pid;

  fflush (NULL);
  pid = fork ();
  if (pid == 0) {
    gst_init (NULL, NULL);
    how (n_inputs, uri, shared);
    _exit (0);
  }
  waitpid (pid, &status, 0);
  *figure = *shared;
  munmap (shared, sizeof (*shared));
  return pid > 0 && status == 0 && figure->resident > 0;
}

static void
run_case (const gchar * name, Measure how, const gchar * uri)
{
  Figure before = { 0, 0 }, figure;
  guint n;

  for (n = 1; n <= MAX_INPUTS; n++) {
    if (!measure (how, n, uri, &figure)) {
      g_print ("bench redundancy memory=%s: it failed\n", name);
      return;
    }
    g_print ("bench redundancy memory=%s inputs=%u rss-mb=%.0f stored-mb=%.0f",
        name, n, figure.resident / 1e6, figure.stored / 1e6);
    if (n > 1)
      g_print (" for-one-more-mb=%.1f", ((gdouble) figure.resident
              - (gdouble) before.resident) / 1e6);
    g_print ("\n");
    before = figure;
  }
}

/* In a process of its own, so that the ones that are measured begin small. */
static gboolean
make_clip (const gchar * path)
{
  g_autofree gchar *line = g_strdup_printf ("videotestsrc num-buffers=%u "
      "pattern=ball ! video/x-raw,format=I420,width=1920,height=1080,"
      "framerate=%u/1 ! x264enc speed-preset=ultrafast tune=zerolatency "
      "bitrate=6000 key-int-max=%u ! h264parse ! mpegtsmux ! "
      "filesink location=%s", (SECONDS + 4) * FPS, FPS, FPS, path);
  int status = 1;
  pid_t pid;

  fflush (NULL);
  pid = fork ();
  if (pid == 0) {
    GstElement *pipeline;
    GstMessage *message;

    gst_init (NULL, NULL);
    pipeline = gst_parse_launch (line, NULL);

    if (pipeline == NULL)
      _exit (1);
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    message = gst_bus_timed_pop_filtered (GST_ELEMENT_BUS (pipeline),
        120 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    _exit (message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS
        ? 0 : 1);
  }
  waitpid (pid, &status, 0);
  return pid > 0 && status == 0;
}

int
redundancy_memory_run (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("bench-redundancy-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (folder, "clip.ts", NULL);
  g_autofree gchar *uri = g_strdup_printf ("file://%s", path);

  run_case ("redundantswitch-raw", run_raw, NULL);
  if (make_clip (path)) {
    run_case ("redundantsrc-raw", run_decoding, uri);
    run_case ("redundantsrc-encoded", run_encoded, uri);
  } else {
    g_print ("bench redundancy memory: no x264enc, so redundantsrc is left "
        "out\n");
  }
  unlink (path);
  rmdir (folder);
  return 0;
}
