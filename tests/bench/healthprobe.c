/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a buffer costs on its way through healthprobe, against identity in the
 * same run: pads pushed by hand, nothing else in the way, rounds of either by
 * turns, medians.  One line a case:
 *
 * bench healthprobe case=tiny-mpegts identity-ns=.. healthprobe-ns=.. ratio=..
 * added-ns=.. core-percent=..
 *
 * core-percent is what the added time is of one core at the case's live rate.
 */
#include <gst/gst.h>

#include <stdlib.h>

#define ROUNDS 9
#define BLOCKS 8                /* distinct memories, beyond the caches */

typedef struct
{
  const gchar *name;
  const gchar *caps;
  gsize size;                   /* bytes of a buffer */
  guint per_second;             /* buffers, when live */
  guint count;                  /* buffers of a round */
  guint list;                   /* buffers of a list; 0 pushes them singly */
} Case;

static const Case cases[] = {
  {"tiny-mpegts", "video/mpegts,systemstream=true,packetsize=188", 1316, 950,
      200000, 0},
  {"rtp-lists", "application/x-rtp", 1200, 1000, 200000, 32},
  {"audio-s16-stereo", "audio/x-raw,format=S16LE,rate=48000,channels=2,"
        "layout=interleaved", 4096, 47, 20000, 0},
  {"video-1080p60-i420",
        "video/x-raw,format=I420,width=1920,height=1080,framerate=60/1",
      1920 * 1080 * 3 / 2, 60, 1200, 0},
  {"video-1080p60-i420-10bit",
        "video/x-raw,format=I420_10LE,width=1920,height=1080,framerate=60/1",
      1920 * 1080 * 3, 60, 600, 0},
};

static GstFlowReturn
swallow (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static GstFlowReturn
swallow_list (GstPad * pad, GstObject * parent, GstBufferList * list)
{
  gst_buffer_list_unref (list);
  return GST_FLOW_OK;
}

typedef struct
{
  GstElement *element;
  GstPad *src, *sink;
} Rig;

static void
rig_open (Rig * rig, const gchar * factory, const Case * what)
{
  GstCaps *caps = gst_caps_from_string (what->caps);
  GstPad *pad;
  GstSegment segment;

  rig->element = gst_element_factory_make (factory, NULL);
  if (rig->element == NULL)
    g_error ("no element %s", factory);
  gst_object_ref_sink (rig->element);
  rig->src = gst_pad_new ("src", GST_PAD_SRC);
  rig->sink = gst_pad_new ("sink", GST_PAD_SINK);
  gst_pad_set_chain_function (rig->sink, swallow);
  gst_pad_set_chain_list_function (rig->sink, swallow_list);
  pad = gst_element_get_static_pad (rig->element, "sink");
  gst_pad_link (rig->src, pad);
  gst_object_unref (pad);
  pad = gst_element_get_static_pad (rig->element, "src");
  gst_pad_link (pad, rig->sink);
  gst_object_unref (pad);
  gst_pad_set_active (rig->sink, TRUE);
  gst_element_set_state (rig->element, GST_STATE_PLAYING);
  gst_pad_set_active (rig->src, TRUE);

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (rig->src, gst_event_new_stream_start ("bench"));
  gst_pad_push_event (rig->src, gst_event_new_caps (caps));
  gst_pad_push_event (rig->src, gst_event_new_segment (&segment));
  gst_caps_unref (caps);
}

static void
rig_close (Rig * rig)
{
  gst_pad_set_active (rig->src, FALSE);
  gst_element_set_state (rig->element, GST_STATE_NULL);
  gst_pad_set_active (rig->sink, FALSE);
  gst_object_unref (rig->src);
  gst_object_unref (rig->sink);
  gst_object_unref (rig->element);
}

static GstBuffer *
make_buffer (const Case * what, GstMemory ** blocks, guint n)
{
  GstBuffer *buffer = gst_buffer_new ();

  gst_buffer_append_memory (buffer, gst_memory_ref (blocks[n % BLOCKS]));
  GST_BUFFER_PTS (buffer) =
      gst_util_uint64_scale (n, GST_SECOND, what->per_second);
  GST_BUFFER_DURATION (buffer) = GST_SECOND / what->per_second;
  return buffer;
}

static void
push_some (Rig * rig, const Case * what, GstMemory ** blocks, guint * n)
{
  GstBufferList *list;
  guint i;

  if (what->list == 0) {
    gst_pad_push (rig->src, make_buffer (what, blocks, (*n)++));
    return;
  }
  list = gst_buffer_list_new_sized (what->list);
  for (i = 0; i < what->list; i++)
    gst_buffer_list_add (list, make_buffer (what, blocks, (*n)++));
  gst_pad_push_list (rig->src, list);
}

/* ns a buffer */
static gdouble
round_of (const gchar * factory, const Case * what, GstMemory ** blocks)
{
  Rig rig;
  GstClockTime start, end;
  guint n = 0;

  rig_open (&rig, factory, what);
  start = gst_util_get_timestamp ();
  while (n < what->count)
    push_some (&rig, what, blocks, &n);
  end = gst_util_get_timestamp ();
  rig_close (&rig);
  return (gdouble) (end - start) / n;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

static gdouble
median (gdouble * values, guint n)
{
  qsort (values, n, sizeof (*values), compare);
  return values[n / 2];
}

static GstMemory *
make_block (gsize size, guint seed)
{
  GstMemory *memory = gst_allocator_alloc (NULL, size, NULL);
  GstMapInfo map;
  gsize i;

  gst_memory_map (memory, &map, GST_MAP_WRITE);
  for (i = 0; i < map.size; i++)
    map.data[i] = (i * 31 + seed * 17) >> 3;
  gst_memory_unmap (memory, &map);
  return memory;
}

static void
run_case (const Case * what)
{
  gdouble base[ROUNDS], ours[ROUNDS], a, b;
  GstMemory *blocks[BLOCKS];
  guint i;

  for (i = 0; i < BLOCKS; i++)
    blocks[i] = make_block (what->size, i);
  round_of ("identity", what, blocks);  /* warms up */
  for (i = 0; i < ROUNDS; i++) {
    base[i] = round_of ("identity", what, blocks);
    ours[i] = round_of ("healthprobe", what, blocks);
  }
  a = median (base, ROUNDS);
  b = median (ours, ROUNDS);
  g_print ("bench healthprobe case=%s identity-ns=%.0f healthprobe-ns=%.0f "
      "ratio=%.2f added-ns=%.0f core-percent=%.3f\n", what->name, a, b, b / a,
      b - a, (b - a) * what->per_second / 1e7);
  for (i = 0; i < BLOCKS; i++)
    gst_memory_unref (blocks[i]);
}

int
main (int argc, char **argv)
{
  guint i;

  gst_init (&argc, &argv);
  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    run_case (&cases[i]);
  return 0;
}
