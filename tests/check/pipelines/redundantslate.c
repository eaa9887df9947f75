/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <string.h>
#include <unistd.h>

#define FRAME (40 * GST_MSECOND)
#define ROUND 25
#define GREY 100
#define VIDEO_CAPS "video/x-raw,format=GRAY8,width=16,height=16,framerate=25/1"
#define AUDIO_CAPS "audio/x-raw,format=S16LE,rate=48000,channels=1," \
    "layout=interleaved"
/* Samples in a frame's time. */
#define SAMPLES 1920

static gchar *film;

static void
push (GstElement * source, guint n, gsize size, guint16 value)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  GstFlowReturn flow;
  GstMapInfo map;
  gsize i;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (i = 0; i + 1 < size; i += 2) {
    map.data[i] = value & 0xff;
    map.data[i + 1] = value >> 8;
  }
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_PTS (buffer) = n * FRAME;
  GST_BUFFER_DURATION (buffer) = FRAME;
  g_signal_emit_by_name (source, "push-buffer", buffer, &flow);
  gst_buffer_unref (buffer);
}

/* A second of 25 frames, of which number n has the grey GREY + n and sound
 * that stands at 1000 * (n + 1). */
static void
make_film (void)
{
  g_autofree gchar *text = NULL;
  g_autoptr (GstElement) pipeline = NULL, video = NULL, audio = NULL;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;
  GstFlowReturn flow;
  gint fd;
  guint n;

  fd = g_file_open_tmp ("slate-XXXXXX.mkv", &film, NULL);
  fail_unless (fd >= 0);
  close (fd);
  text = g_strdup_printf ("matroskamux name=m ! filesink location=%s "
      "appsrc name=v format=time caps=" VIDEO_CAPS " ! m.video_0 "
      "appsrc name=a format=time caps=" AUDIO_CAPS " ! m.audio_0", film);
  pipeline = gst_parse_launch (text, NULL);
  video = gst_bin_get_by_name (GST_BIN (pipeline), "v");
  audio = gst_bin_get_by_name (GST_BIN (pipeline), "a");
  for (n = 0; n < ROUND; n++) {
    push (video, n, 256, (GREY + n) * 257);
    push (audio, n, SAMPLES * 2, 1000 * (n + 1));
  }
  g_signal_emit_by_name (video, "end-of-stream", &flow);
  g_signal_emit_by_name (audio, "end-of-stream", &flow);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

static void
remove_film (void)
{
  unlink (film);
  g_clear_pointer (&film, g_free);
}

typedef struct
{
  GMutex lock;
  GList *buffers[2];            /* newest first */
  guint n[2];
} Output;

static GstPadProbeReturn
collect (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Output *output = user_data;
  guint i = g_str_equal (GST_OBJECT_NAME (pad), "audio");

  g_mutex_lock (&output->lock);
  output->buffers[i] = g_list_prepend (output->buffers[i],
      gst_buffer_ref (GST_PAD_PROBE_INFO_BUFFER (info)));
  output->n[i]++;
  g_mutex_unlock (&output->lock);
  return GST_PAD_PROBE_OK;
}

static void
watch (GstElement * src, const gchar * name, Output * output)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (src, name);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, collect, output, NULL);
}

/* The film's frame that the newest picture is at that time, or -1. */
static gint
frame_at (Output * output, GstClockTime time)
{
  GList *l;

  for (l = output->buffers[0]; l != NULL; l = l->next) {
    guint8 grey;

    if (GST_BUFFER_PTS (l->data) > time)
      continue;
    if (GST_BUFFER_PTS (l->data) + GST_BUFFER_DURATION (l->data) <= time)
      return -1;
    gst_buffer_extract (l->data, 0, &grey, 1);
    return grey >= GREY ? grey - GREY : -1;
  }
  return -1;
}

/* How many chunks of sound are of another frame than is seen, in their
 * middle. */
static guint
count_apart (Output * output, guint * together)
{
  guint apart = 0;
  GList *l;

  *together = 0;
  for (l = output->buffers[1]; l != NULL; l = l->next) {
    GstClockTime middle = GST_BUFFER_PTS (l->data)
        + GST_BUFFER_DURATION (l->data) / 2;
    gint frame = frame_at (output, middle);
    gint16 sample;

    gst_buffer_extract (l->data, 960, &sample, 2);
    if (sample < 1000 || frame < 0)
      continue;
    if ((sample + 500) / 1000 - 1 == frame)
      (*together)++;
    else
      apart++;
  }
  return apart;
}

GST_START_TEST (redundantsrc_shows_a_slate_whose_sound_fits_its_picture)
{
  g_autofree gchar *line = g_strdup_printf ("redundantsrc name=s "
      "uris=srt://127.0.0.1:9?mode=caller video-caps=" VIDEO_CAPS
      " audio-caps=" AUDIO_CAPS " slate=uri slate-audio=uri slate-uri=%s "
      "s.video ! fakesink sync=true  s.audio ! fakesink sync=true", film);
  g_autoptr (GstElement) pipeline = gst_parse_launch (line, NULL);
  g_autoptr (GstElement) src = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  Output output = { {NULL,}, };
  guint together = 0, apart;
  gboolean enough = FALSE;

  g_mutex_init (&output.lock);
  watch (src, "video", &output);
  watch (src, "audio", &output);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (!enough) {
    g_usleep (50000);
    g_mutex_lock (&output.lock);
    /* Four seconds: three rounds and the start. */
    enough = output.n[0] > 100 && output.n[1] > 200;
    g_mutex_unlock (&output.lock);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  apart = count_apart (&output, &together);
  /* A machine that is busy may be late with the file now and then. */
  fail_unless (together > 50 && apart * 10 < together,
      "%u together, %u apart", together, apart);
  g_list_free_full (output.buffers[0], (GDestroyNotify) gst_buffer_unref);
  g_list_free_full (output.buffers[1], (GDestroyNotify) gst_buffer_unref);
  g_mutex_clear (&output.lock);
}

GST_END_TEST;

static gboolean
has (const gchar * factory)
{
  g_autoptr (GstElementFactory) found = gst_element_factory_find (factory);

  if (found == NULL)
    g_print ("SKIP: %s is not installed\n", factory);
  return found != NULL;
}

static Suite *
redundantslate_suite (void)
{
  Suite *s = suite_create ("redundantslate");
  TCase *tc = tcase_create ("redundantslate");

  suite_add_tcase (s, tc);
  if (!has ("matroskamux") || !has ("appsrc"))
    return s;
  tcase_add_checked_fixture (tc, make_film, remove_film);
  tcase_add_test (tc, redundantsrc_shows_a_slate_whose_sound_fits_its_picture);
  return s;
}

GST_CHECK_MAIN (redundantslate);
