/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What packaging costs: the same encoded access units, from memory, as fast as
 * they are taken, into llhlssink, GStreamer's fragmented mp4mux and ffmpeg's
 * HLS muxer; user and system CPU time, by turns, medians. */
#include "llhls.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 3
/* Of a stream before the counted part of it: start-up and the filling of the
 * window are not what a stream costs. */
#define LEAD_SECONDS 180
#define FPS 30
#define GOP 60
/* Some tens of MB at most: file systems in memory may be small. */
#define ENCODED_SECONDS 10
#define AUDIO_RATE 48000
#define AUDIO_FRAME 1024

/* A stream, encoded once, that is played over and over. */
typedef struct
{
  GstCaps *video_caps, *audio_caps;
  GPtrArray *video, *audio;     /* of GstBuffer */
  guint64 bytes;
} Stream;

typedef struct
{
  guint kbps;
  guint width, height;
  guint seconds;                /* that count */
} Case;

static const Case cases[] = {
  {1000, 640, 360, 1200},
  {6000, 1280, 720, 600},
  {20000, 1920, 1080, 240},
};

/* Encoding */

static void
pull_all (GstElement * pipeline, const gchar * name, GPtrArray * buffers,
    GstCaps ** caps)
{
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), name);
  GstSample *sample = NULL;

  for (;;) {
    g_signal_emit_by_name (sink, "pull-sample", &sample);
    if (sample == NULL)
      break;
    if (*caps == NULL)
      *caps = gst_caps_ref (gst_sample_get_caps (sample));
    g_ptr_array_add (buffers, gst_buffer_ref (gst_sample_get_buffer (sample)));
    gst_sample_unref (sample);
  }
  gst_object_unref (sink);
}

static GstElement *
play (gchar * description)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (description, &error);

  if (pipeline == NULL)
    g_error ("%s: %s", description, error->message);
  g_free (description);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return pipeline;
}

static void
close_pipeline (GstElement * pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static guint64
bytes_of (const GPtrArray * buffers)
{
  guint64 bytes = 0;
  guint i;

  for (i = 0; i < buffers->len; i++)
    bytes += gst_buffer_get_size (g_ptr_array_index (buffers, i));
  return bytes;
}

static void
encode (const Case * what, Stream * stream)
{
  GstElement *pipeline;

  memset (stream, 0, sizeof (*stream));
  stream->video = g_ptr_array_new_with_free_func ((GDestroyNotify)
      gst_buffer_unref);
  stream->audio = g_ptr_array_new_with_free_func ((GDestroyNotify)
      gst_buffer_unref);
  pipeline = play (g_strdup_printf ("videotestsrc num-buffers=%u pattern=snow "
          "! video/x-raw,format=I420,width=%u,height=%u,framerate=%u/1 "
          "! x264enc speed-preset=ultrafast tune=zerolatency bitrate=%u "
          "key-int-max=%u option-string=scenecut=0:nal-hrd=cbr:filler=1 "
          "! video/x-h264,stream-format=avc,alignment=au ! h264parse "
          "! appsink name=out sync=false", ENCODED_SECONDS * FPS, what->width,
          what->height, FPS, what->kbps, GOP));
  pull_all (pipeline, "out", stream->video, &stream->video_caps);
  close_pipeline (pipeline);
  pipeline = play (g_strdup_printf ("audiotestsrc samplesperbuffer=%u "
          "num-buffers=%u ! audio/x-raw,rate=%u,channels=2 "
          "! avenc_aac bitrate=128000 ! aacparse ! appsink name=out sync=false",
          AUDIO_FRAME, ENCODED_SECONDS * AUDIO_RATE / AUDIO_FRAME, AUDIO_RATE));
  pull_all (pipeline, "out", stream->audio, &stream->audio_caps);
  close_pipeline (pipeline);
  stream->bytes = bytes_of (stream->video) + bytes_of (stream->audio);
}

static void
clear_stream (Stream * stream)
{
  g_ptr_array_unref (stream->video);
  g_ptr_array_unref (stream->audio);
  gst_clear_caps (&stream->video_caps);
  gst_clear_caps (&stream->audio_caps);
}

/* Feeding */

static GstPad *
open_pad (GstElement * element, const gchar * name, GstCaps * caps)
{
  GstPad *src = gst_pad_new (NULL, GST_PAD_SRC);
  GstPad *pad = gst_element_get_static_pad (element, name);
  GstSegment segment;

  if (pad == NULL)
    pad = gst_element_request_pad_simple (element, name);
  if (pad == NULL || gst_pad_link (src, pad) != GST_PAD_LINK_OK)
    g_error ("can't link to %s", name);
  gst_object_unref (pad);
  gst_pad_set_active (src, TRUE);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (src, gst_event_new_stream_start (name));
  gst_pad_push_event (src, gst_event_new_caps (caps));
  gst_pad_push_event (src, gst_event_new_segment (&segment));
  return src;
}

static void
push (GstPad * pad, const GPtrArray * buffers, guint64 n, GstClockTime time,
    GstClockTime duration)
{
  GstBuffer *buffer = gst_buffer_copy (g_ptr_array_index (buffers,
          n % buffers->len));

  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = time;
  GST_BUFFER_DURATION (buffer) = duration;
  gst_pad_push (pad, buffer);
}

typedef struct
{
  GstPad *pad;
  const GPtrArray *buffers;
  guint64 count;
  guint64 rate_n, rate_d;       /* frames a second */
} Feed;

static GstClockTime
time_of (const Feed * self, guint64 n)
{
  return gst_util_uint64_scale (n, GST_SECOND * self->rate_d, self->rate_n);
}

static void
feed_one (Feed * self, guint64 n)
{
  push (self->pad, self->buffers, n, time_of (self, n), time_of (self, n + 1)
      - time_of (self, n));
}

static gpointer
feed (gpointer data)
{
  Feed *self = data;
  guint64 n;

  for (n = 0; n < self->count; n++)
    feed_one (self, n);
  gst_pad_push_event (self->pad, gst_event_new_eos ());
  return NULL;
}

static guint64
video_frames (const Case * what)
{
  return what->seconds * FPS;
}

static guint64
audio_frames (const Case * what)
{
  return (guint64) what->seconds * AUDIO_RATE / AUDIO_FRAME;
}

/* mp4mux waits on one pad for the other, so each has its thread. */
static void
feed_threads (Feed * video, Feed * audio)
{
  GThread *thread = g_thread_new ("audio", feed, audio);

  feed (video);
  g_thread_join (thread);
}

/* In the order of time, as a demuxer has it. */
static void
feed_both (Feed * video, Feed * audio)
{
  Feed *feeds[] = { video, audio };
  guint64 n[2] = { 0, 0 };
  guint i;

  while (n[0] < video->count || n[1] < audio->count) {
    i = n[0] == video->count || (n[1] < audio->count
        && time_of (audio, n[1]) < time_of (video, n[0]));
    feed_one (feeds[i], n[i]);
    n[i]++;
  }
  gst_pad_push_event (video->pad, gst_event_new_eos ());
  gst_pad_push_event (audio->pad, gst_event_new_eos ());
}

static void
feed_element (const Case * what, const Stream * stream, GstElement * element,
    void (*feeder) (Feed * video, Feed * audio))
{
  Feed video = { NULL, stream->video, video_frames (what), FPS, 1 };
  Feed audio = { NULL, stream->audio, audio_frames (what), AUDIO_RATE,
    AUDIO_FRAME
  };

  video.pad = open_pad (element, "video_0", stream->video_caps);
  audio.pad = open_pad (element, "audio_0", stream->audio_caps);
  gst_element_set_state (element, GST_STATE_PLAYING);
  feeder (&video, &audio);
  gst_object_unref (video.pad);
  gst_object_unref (audio.pad);
}

/* The muxer has a thread of its own. */
static void
feed_mp4mux (const Case * what, const Stream * stream, GstElement * pipeline,
    GstElement * mux)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  feed_element (what, stream, mux, feed_threads);
  gst_message_unref (gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
          GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
}

/* What feeding alone costs: it is taken off the elements' figures. */
static guint64
run_nothing (const Case * what, const Stream * stream)
{
  GstElement *bin = gst_bin_new (NULL);
  const gchar *const names[] = { "video_0", "audio_0" };
  guint64 before;
  guint i;

  for (i = 0; i < 2; i++) {
    GstElement *sink = gst_element_factory_make ("fakesink", NULL);
    GstPad *pad = gst_element_get_static_pad (sink, "sink");

    g_object_set (sink, "sync", FALSE, "async", FALSE, NULL);
    gst_bin_add (GST_BIN (bin), sink);
    gst_element_add_pad (bin, gst_ghost_pad_new (names[i], pad));
    gst_object_unref (pad);
  }
  gst_object_ref_sink (bin);
  before = bench_own_cpu ();
  feed_element (what, stream, bin, feed_both);
  gst_element_set_state (bin, GST_STATE_NULL);
  before = bench_own_cpu () - before;
  gst_object_unref (bin);
  return before;
}

/* ns of CPU */
static guint64
run_llhls (const Case * what, const Stream * stream)
{
  GstElement *sink = gst_element_factory_make ("llhlssink", NULL);
  guint64 before;

  gst_object_ref_sink (sink);
  g_object_set (sink, "port", 0, NULL);
  before = bench_own_cpu ();
  feed_element (what, stream, sink, feed_both);
  gst_element_set_state (sink, GST_STATE_NULL);
  before = bench_own_cpu () - before;
  gst_object_unref (sink);
  return before;
}

/* As others make fragmented MP4 with GStreamer; no parts, no playlist. */
static guint64
run_mp4mux (const Case * what, const Stream * stream, guint fragment_ms)
{
  GstElement *bin = gst_pipeline_new (NULL);
  GstElement *mux = gst_element_factory_make ("mp4mux", NULL);
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  guint64 before;

  g_object_set (mux, "fragment-duration", fragment_ms, "streamable", TRUE,
      NULL);
  g_object_set (sink, "sync", FALSE, "async", FALSE, NULL);
  gst_bin_add_many (GST_BIN (bin), mux, sink, NULL);
  gst_element_link (mux, sink);
  before = bench_own_cpu ();
  feed_mp4mux (what, stream, bin, mux);
  before = bench_own_cpu () - before;
  close_pipeline (bin);
  return before;
}

/* ffmpeg */

/* What ffmpeg reads: an MP4 of the same access units, on a file system in
 * memory where there is one. */
static gchar *
write_source (const Case * what, const Stream * stream, const gchar * folder)
{
  Case once = *what;
  gchar *path = g_build_filename (folder, "source.mp4", NULL);
  GstElement *bin = gst_pipeline_new (NULL);
  GstElement *mux = gst_element_factory_make ("mp4mux", NULL);
  GstElement *sink = gst_element_factory_make ("filesink", NULL);

  g_object_set (sink, "location", path, "async", FALSE, NULL);
  gst_bin_add_many (GST_BIN (bin), mux, sink, NULL);
  gst_element_link (mux, sink);
  once.seconds = ENCODED_SECONDS;
  feed_mp4mux (&once, stream, bin, mux);
  close_pipeline (bin);
  return path;
}

static guint64
children_cpu (void)
{
  struct rusage usage;

  getrusage (RUSAGE_CHILDREN, &usage);
  return GST_TIMEVAL_TO_TIME (usage.ru_utime)
      + GST_TIMEVAL_TO_TIME (usage.ru_stime);
}

/* 0 when there is no ffmpeg. */
static guint64
run_ffmpeg (const Case * what, const gchar * folder, const gchar * source,
    const gchar * format, const gchar * out)
{
  g_autofree gchar *command = g_strdup_printf ("ffmpeg -v error -y "
      "-stream_loop %u -i %s -map 0 -c copy -f %s %s/%s",
      what->seconds / ENCODED_SECONDS - 1, source, format, folder, out);
  guint64 before = children_cpu ();
  gint status;

  if (!g_spawn_command_line_sync (command, NULL, NULL, &status, NULL)
      || status != 0)
    return 0;
  return children_cpu () - before;
}

static void
remove_folder (const gchar * folder)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    g_unlink (path);
  }
  g_dir_close (dir);
  g_rmdir (folder);
}

/* Comparing */

typedef enum
{
  WAY_NOTHING,
  WAY_LLHLS,
  WAY_MP4MUX_PARTS,
  WAY_MP4MUX_SEGMENTS,
  WAY_FFMPEG,
  WAY_FFMPEG_NOTHING,
  N_WAYS,
} Way;

typedef struct
{
  Stream stream;
  gchar *folder, *source;
} Rig;

static guint64
run_way (Way way, const Case * what, const Rig * rig)
{
  switch (way) {
    case WAY_NOTHING:
      return run_nothing (what, &rig->stream);
    case WAY_LLHLS:
      return run_llhls (what, &rig->stream);
    case WAY_MP4MUX_PARTS:
      return run_mp4mux (what, &rig->stream, 500);
    case WAY_MP4MUX_SEGMENTS:
      return run_mp4mux (what, &rig->stream, 4000);
    case WAY_FFMPEG:
      return run_ffmpeg (what, rig->folder, rig->source, "hls -hls_time 4 "
          "-hls_list_size 15 -hls_flags delete_segments "
          "-hls_segment_type fmp4", "/out.m3u8");
    case WAY_FFMPEG_NOTHING:
      return run_ffmpeg (what, rig->folder, rig->source, "null", "-");
    case N_WAYS:
      break;
  }
  g_assert_not_reached ();
}

/* The long run less the short one. */
static guint64
cost_of (Way way, const Case * what, const Rig * rig)
{
  Case lead = *what, whole = *what;
  guint64 before, after;

  lead.seconds = LEAD_SECONDS;
  whole.seconds += LEAD_SECONDS;
  before = run_way (way, &lead, rig);
  after = run_way (way, &whole, rig);
  return after > before ? after - before : 0;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  guint64 x = *(const guint64 *) a, y = *(const guint64 *) b;

  return (x > y) - (x < y);
}

static gdouble
median (guint64 * values)
{
  qsort (values, ROUNDS, sizeof (*values), compare);
  return values[ROUNDS / 2];
}

static void
tell (const Case * what, const Stream * stream, const gchar * who, gdouble cpu,
    gdouble ours)
{
  gdouble frames = video_frames (what) + audio_frames (what);
  gdouble mbits = stream->bytes * 8.0 / 1e6 / ENCODED_SECONDS;

  g_print ("bench llhls package=%s mbit-s=%.2f us-per-frame=%.3f "
      "core-percent-live=%.4f core-percent-per-mbit-s=%.4f", who, mbits,
      cpu / frames / 1e3, cpu / (what->seconds * 1e9) * 100,
      cpu / (what->seconds * 1e9) * 100 / mbits);
  if (cpu != ours)
    g_print (" ratio-llhlssink=%.2f", ours / cpu);
  g_print ("\n");
}

static void
tell_all (const Case * what, const Rig * rig, guint64 costs[N_WAYS][ROUNDS])
{
  gdouble feeding = median (costs[WAY_NOTHING]);
  gdouble ours = median (costs[WAY_LLHLS]) - feeding;
  gdouble reading = median (costs[WAY_FFMPEG_NOTHING]);

  tell (what, &rig->stream, "llhlssink", ours, ours);
  tell (what, &rig->stream, "mp4mux-500ms",
      median (costs[WAY_MP4MUX_PARTS]) - feeding, ours);
  tell (what, &rig->stream, "mp4mux-4s",
      median (costs[WAY_MP4MUX_SEGMENTS]) - feeding, ours);
  if (median (costs[WAY_FFMPEG]) > 0)
    tell (what, &rig->stream, "ffmpeg-hls", median (costs[WAY_FFMPEG]) -
        reading, ours);
  else
    g_print ("bench llhls package=ffmpeg-hls: skipped, no ffmpeg\n");
}

static void
run_case (const Case * what)
{
  guint64 costs[N_WAYS][ROUNDS];
  guint round, way;
  Rig rig;

  encode (what, &rig.stream);
  rig.folder = g_strdup ("/dev/shm/bench-llhls-XXXXXX");
  if (g_mkdtemp (rig.folder) == NULL) {
    g_free (rig.folder);
    rig.folder = g_dir_make_tmp ("bench-llhls-XXXXXX", NULL);
  }
  rig.source = write_source (what, &rig.stream, rig.folder);
  /* A virtual machine pays for memory that it touches for the first time. */
  for (way = 0; way < N_WAYS; way++)
    cost_of (way, what, &rig);
  for (round = 0; round < ROUNDS; round++) {
    for (way = 0; way < N_WAYS; way++)
      costs[way][round] = cost_of (way, what, &rig);
  }
  tell_all (what, &rig, costs);
  remove_folder (rig.folder);
  g_free (rig.folder);
  g_free (rig.source);
  clear_stream (&rig.stream);
}

int
package_run (void)
{
  static const gchar *const needed[] = { "llhlssink", "mp4mux", "x264enc",
    "avenc_aac", "h264parse", "aacparse", "appsink"
  };
  guint i;

  gst_init (NULL, NULL);
  for (i = 0; i < G_N_ELEMENTS (needed); i++) {
    g_autoptr (GstElementFactory) factory =
        gst_element_factory_find (needed[i]);

    if (factory == NULL) {
      g_print ("bench llhls package: skipped, no element %s\n", needed[i]);
      return 0;
    }
  }
  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    run_case (&cases[i]);
  return 0;
}
