/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What redundantswitch and redundantsrc cost, and what a failover shows;
 * `bench-redundancy [CASE ...]` runs `cost`, `live`, `failover` and `memory`, or
 * those that are named.
 */
#include "redundancy.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define H264_CAPS "video/x-h264,stream-format=byte-stream,alignment=au," \
    "width=1920,height=1080,framerate=60/1"

const BenchMedia bench_video = {
  "video-1080p60-i420", "video/x-raw,format=I420,width=1920,height=1080,"
      "framerate=60/1", 1920 * 1080 * 3 / 2, 60, 1, 0, FALSE
};

/* As AAC decoders give it. */
const BenchMedia bench_audio_f32 = {
  "audio-f32-stereo", "audio/x-raw,format=F32LE,rate=48000,channels=2,"
      "layout=interleaved", 1024 * 8, 48000, 1024, 0, TRUE
};

const BenchMedia bench_audio_s16 = {
  "audio-s16-stereo", "audio/x-raw,format=S16LE,rate=48000,channels=2,"
      "layout=interleaved", 1024 * 4, 48000, 1024, 0, TRUE
};

const BenchMedia bench_h264 = {
  "h264-12mbit", H264_CAPS, 25000, 60, 1, 60, FALSE
};

GstClockTime
bench_media_time (const BenchMedia * media, guint n)
{
  return gst_util_uint64_scale (n, media->per_second_d * GST_SECOND,
      media->per_second_n);
}

GstMemory *
bench_media_block (const BenchMedia * media, guint seed)
{
  static const guint8 key[] = { 0, 0, 0, 1, 0x67, 0x42, 0, 0, 0, 1, 0x68, 0xce,
    0, 0, 1, 0x65, 0x88
  };
  static const guint8 delta[] = { 0, 0, 0, 1, 0x41, 0x9a };
  GstMemory *memory = gst_allocator_alloc (NULL, media->size, NULL);
  GstMapInfo map;
  gsize i;

  gst_memory_map (memory, &map, GST_MAP_WRITE);
  for (i = 0; i < map.size; i++)
    map.data[i] = media->is_audio ? 0 : (i * 31 + seed * 17) >> 3 | 1;
  if (media->key_distance > 0) {
    memcpy (map.data, seed == 0 ? key : delta,
        seed == 0 ? sizeof (key) : sizeof (delta));
  }
  gst_memory_unmap (memory, &map);
  return memory;
}

GstBuffer *
bench_media_buffer (const BenchMedia * media, GstMemory ** blocks, guint n)
{
  gboolean key = media->key_distance == 0 || n % media->key_distance == 0;
  GstBuffer *buffer = gst_buffer_new ();
  guint block = n % BENCH_BLOCKS;

  /* The first block is a key frame. */
  if (media->key_distance > 0)
    block = key ? 0 : 1 + n % (BENCH_BLOCKS - 1);
  gst_buffer_append_memory (buffer, gst_memory_ref (blocks[block]));
  GST_BUFFER_PTS (buffer) = bench_media_time (media, n);
  GST_BUFFER_DURATION (buffer) = bench_media_time (media, n + 1)
      - GST_BUFFER_PTS (buffer);
  if (media->key_distance > 0)
    GST_BUFFER_DTS (buffer) = GST_BUFFER_PTS (buffer);
  if (!key)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  return buffer;
}

GstFlowReturn
bench_swallow (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  BenchRig *rig = gst_pad_get_element_private (pad);
  GstClockTime end = GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer);
  GstClockTime target = (gsize) g_atomic_pointer_get (&rig->target);
  GstClockTime before = rig->out;

  gst_buffer_unref (buffer);
  g_atomic_pointer_set (&rig->out, end);
  if (before < target && end >= target) {
    g_mutex_lock (&rig->lock);
    g_cond_signal (&rig->cond);
    g_mutex_unlock (&rig->lock);
  }
  return GST_FLOW_OK;
}

void
bench_rig_wait (BenchRig * rig, GstClockTime time)
{
  gint64 patience = g_get_monotonic_time () + G_TIME_SPAN_SECOND;

  g_mutex_lock (&rig->lock);
  g_atomic_pointer_set (&rig->target, time);
  while ((GstClockTime) (gsize) g_atomic_pointer_get (&rig->out) < time
      && g_get_monotonic_time () < patience) {
    /* The target may have been set while the last buffer went by. */
    g_cond_wait_until (&rig->cond, &rig->lock, g_get_monotonic_time ()
        + 10 * G_TIME_SPAN_MILLISECOND);
  }
  g_mutex_unlock (&rig->lock);
}

static gboolean
answer_live (GstPad * pad, GstObject * parent, GstQuery * query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return gst_pad_query_default (pad, parent, query);
  gst_query_set_latency (query, TRUE, 0, GST_CLOCK_TIME_NONE);
  return TRUE;
}

static GstElement *
make_element (const gchar * description)
{
  GError *error = NULL;
  GstElement *element;

  if (strchr (description, '!') != NULL)
    element = gst_parse_bin_from_description (description, TRUE, &error);
  else
    element = gst_parse_launch (description, &error);
  if (element == NULL || error != NULL)
    g_error ("%s: %s", description, error != NULL ? error->message : "");
  return gst_object_ref_sink (element);
}

static void
open_input (BenchRig * rig, guint i)
{
  g_autofree gchar *name = g_strdup_printf ("src%u", i);
  GstPad *src = rig->src[i] = gst_pad_new (name, GST_PAD_SRC), *sink;

  if (rig->element == NULL) {
    sink = gst_object_ref (rig->sink);
  } else {
    sink = gst_element_get_static_pad (rig->element, "sink");
    if (sink == NULL)
      sink = gst_element_request_pad_simple (rig->element, "sink_%u");
  }
  gst_pad_set_query_function (src, answer_live);
  if (sink == NULL || gst_pad_link (src, sink) != GST_PAD_LINK_OK)
    g_error ("no way into %s", GST_OBJECT_NAME (rig->element));
  gst_object_unref (sink);
}

static void
begin_input (BenchRig * rig, guint i)
{
  GstCaps *caps = gst_caps_from_string (rig->media->caps);
  g_autofree gchar *id = g_strdup_printf ("bench-%u", i);
  GstSegment segment;

  gst_pad_set_active (rig->src[i], TRUE);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (rig->src[i], gst_event_new_stream_start (id));
  gst_pad_push_event (rig->src[i], gst_event_new_caps (caps));
  gst_pad_push_event (rig->src[i], gst_event_new_segment (&segment));
  gst_caps_unref (caps);
}

void
bench_rig_open (BenchRig * rig, const gchar * description, guint n_inputs,
    const BenchMedia * media, GstClock * clock, GstPadChainFunction chain)
{
  GstPad *pad;
  guint i;

  memset (rig, 0, sizeof (*rig));
  g_mutex_init (&rig->lock);
  g_cond_init (&rig->cond);
  rig->media = media;
  rig->n_inputs = n_inputs;
  rig->sink = gst_pad_new ("sink", GST_PAD_SINK);
  gst_pad_set_element_private (rig->sink, rig);
  gst_pad_set_chain_function (rig->sink, chain != NULL ? chain : bench_swallow);
  gst_pad_set_active (rig->sink, TRUE);
  if (description != NULL) {
    rig->element = make_element (description);
    pad = gst_element_get_static_pad (rig->element, "src");
    if (gst_pad_link (pad, rig->sink) != GST_PAD_LINK_OK)
      g_error ("no way out of %s", description);
    gst_object_unref (pad);
    gst_element_set_clock (rig->element, clock);
    gst_element_set_base_time (rig->element, gst_clock_get_time (clock));
  }
  for (i = 0; i < n_inputs; i++)
    open_input (rig, i);
  if (rig->element != NULL)
    gst_element_set_state (rig->element, GST_STATE_PLAYING);
  for (i = 0; i < n_inputs; i++)
    begin_input (rig, i);
}

void
bench_rig_close (BenchRig * rig)
{
  guint i;

  for (i = 0; i < rig->n_inputs; i++)
    gst_pad_set_active (rig->src[i], FALSE);
  if (rig->element != NULL) {
    gst_element_set_state (rig->element, GST_STATE_NULL);
    gst_object_unref (rig->element);
  }
  for (i = 0; i < rig->n_inputs; i++)
    gst_object_unref (rig->src[i]);
  gst_pad_set_active (rig->sink, FALSE);
  gst_object_unref (rig->sink);
  g_cond_clear (&rig->cond);
  g_mutex_clear (&rig->lock);
}

/* ns, of all threads */
guint64
bench_cpu (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (guint64) now.tv_sec * GST_SECOND + now.tv_nsec;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

gdouble
bench_median (gdouble * values, guint n)
{
  qsort (values, n, sizeof (*values), compare);
  return values[n / 2];
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *name;
    int (*run) (void);
  } cases[] = {
    /* It forks, which nothing that has threads can. */
    {"memory", redundancy_memory_run},
    {"cost", redundancy_cost_run},
    {"live", redundancy_live_run},
    {"failover", redundancy_failover_run},
  };
  guint i, found = 0;
  int status = 0, k;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    gboolean wanted = argc == 1;

    for (k = 1; k < argc; k++)
      wanted |= g_str_equal (argv[k], cases[i].name);
    if (!wanted)
      continue;
    if (i > 0)
      gst_init (NULL, NULL);
    status |= cases[i].run ();
    found++;
  }
  if (found == 0)
    g_printerr ("cases: cost, live, failover, memory\n");
  return found > 0 ? status : 1;
}
