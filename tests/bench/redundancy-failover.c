/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is missing when the input that is shown falls silent, at a moment that
 * has nothing to do with pictures, again and again.  Two live inputs, the
 * system's clock; what comes out is looked at, not the element's counters.
 *
 * The peer is input-selector, with an application that watches the input and
 * selects the other one as soon as redundantswitch's timeout has passed.
 *
 * bench redundancy failover=video peer=.. switches=.. missing=..
 * longest-without-new-ms=.. backwards=..
 */
#include "redundancy.h"

#include <string.h>

#define SWITCHES 12
#define TIMEOUT (400 * GST_MSECOND)
#define STEADY (1200 * GST_MSECOND)     /* both inputs deliver */
#define SILENT (1000 * GST_MSECOND)     /* one does not */

static const BenchMedia small_video = {
  "video", "video/x-raw,format=GRAY8,width=64,height=64,framerate=30/1",
  64 * 64, 30, 1, 0, FALSE
};

static const BenchMedia small_audio = {
  "audio", "audio/x-raw,format=S16LE,rate=48000,channels=1,"
      "layout=interleaved", 960 * 2, 50, 1, 0, TRUE
};

static const BenchMedia small_h264 = {
  "h264", "video/x-h264,stream-format=byte-stream,alignment=au,width=64,"
      "height=64,framerate=30/1", 64, 30, 1, 30, FALSE
};

/* What the viewer got. */
typedef struct
{
  const BenchMedia *media;
  GMutex lock;
  guint buffers;
  guint64 stale;                /* pictures shown again, or silent samples */
  guint backwards;
  GstClockTime last_time, end;
  GstClockTime hole;            /* time of the stream that nothing covers */
  guint32 last_id;
  gint64 last_new;              /* us */
  gint64 longest;               /* us between two new ones */
} Viewer;

static Viewer viewer;

/* Which picture of which input it is; samples are all 1000. */
static GstBuffer *
make (const BenchMedia * media, guint input, guint n)
{
  static const guint8 idr[] = { 0, 0, 0, 1, 0x67, 0x42, 0, 0, 0, 1, 0x68, 0xce,
    0, 0, 1, 0x65, 0x88
  };
  static const guint8 slice[] = { 0, 0, 0, 1, 0x41, 0x9a };
  gboolean key = media->key_distance == 0
      || n % media->key_distance == input * media->key_distance / 2;
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, media->size, NULL);
  guint32 id = GUINT32_TO_LE ((input + 1) << 24 | (n & 0xffffff));
  GstMapInfo map;
  gsize i;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  memset (map.data, 0x55, map.size);
  for (i = 0; media->is_audio && i < map.size / 2; i++)
    ((gint16 *) map.data)[i] = 1000;
  if (media->key_distance > 0)
    memcpy (map.data, key ? idr : slice, key ? sizeof (idr) : sizeof (slice));
  if (!media->is_audio)
    memcpy (map.data + 32, &id, 4);
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_DURATION (buffer) = bench_media_time (media, 1);
  if (!key)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  return buffer;
}

/* Samples that an input did not bring are next to nothing. */
static guint
silent_samples (GstBuffer * buffer)
{
  GstMapInfo map;
  guint i, n = 0;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  for (i = 0; i < map.size / 2; i++)
    n += ABS (((gint16 *) map.data)[i]) < 10;
  gst_buffer_unmap (buffer, &map);
  return n;
}

static void
look (GstBuffer * buffer, gint64 now)
{
  GstClockTime time = GST_BUFFER_PTS (buffer);
  guint32 id = 0;
  guint stale;

  if (viewer.media->is_audio) {
    stale = silent_samples (buffer);
  } else {
    gst_buffer_extract (buffer, 32, &id, 4);
    stale = id == viewer.last_id;
  }
  if (viewer.buffers > 0) {
    viewer.backwards += time <= viewer.last_time;
    if (time > viewer.end)
      viewer.hole += time - viewer.end;
    if (stale == 0)
      viewer.longest = MAX (viewer.longest, now - viewer.last_new);
  }
  viewer.stale += stale;
  if (stale == 0)
    viewer.last_new = now;
  viewer.last_id = id;
  viewer.last_time = time;
  viewer.end = time + GST_BUFFER_DURATION (buffer);
  viewer.buffers++;
}

static GstFlowReturn
watch (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  g_mutex_lock (&viewer.lock);
  look (buffer, g_get_monotonic_time ());
  g_mutex_unlock (&viewer.lock);
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

typedef struct
{
  BenchRig rig;
  GstClock *clock;
  GstClockTime start;
  guint n;                      /* next buffer */
  guint active;                 /* of input-selector */
  gboolean selects;             /* it is input-selector */
} Run;

/* Both inputs but `silent` (-1: none) deliver for `span`. */
static void
deliver (Run * run, gint silent, GstClockTime span)
{
  const BenchMedia *media = viewer.media;
  GstClockTime from = bench_media_time (media, run->n), time;
  guint i;

  for (;;) {
    GstClockID id;

    time = bench_media_time (media, run->n);
    if (time >= from + span)
      break;
    id = gst_clock_new_single_shot_id (run->clock, run->start + time);
    gst_clock_id_wait (id, NULL);
    gst_clock_id_unref (id);
    if (run->selects && silent == (gint) run->active && time >= from + TIMEOUT) {
      run->active = !run->active;
      g_autoptr (GstPad) pad = gst_pad_get_peer (run->rig.src[run->active]);
      g_object_set (run->rig.element, "active-pad", pad, NULL);
    }
    for (i = 0; i < 2; i++) {
      GstBuffer *buffer;

      if ((gint) i == silent)
        continue;
      buffer = make (media, i, run->n);
      GST_BUFFER_PTS (buffer) = time;
      if (media->key_distance > 0)
        GST_BUFFER_DTS (buffer) = time;
      gst_pad_push (run->rig.src[i], buffer);
    }
    run->n++;
  }
}

static void
tell (const gchar * name)
{
  GstClockTime period = bench_media_time (viewer.media, 1);
  guint64 missing = viewer.stale;

  /* What was not there counts like what was shown again. */
  if (viewer.media->is_audio)
    missing += gst_util_uint64_scale (viewer.hole, 48000, GST_SECOND);
  else
    missing += (viewer.hole + period / 2) / period;
  g_print ("bench redundancy failover=%s element=%s switches=%u "
      "missing-per-switch=%.1f%s longest-without-new-ms=%.0f "
      "buffer-ms=%.0f backwards=%u\n", viewer.media->name, name, SWITCHES,
      (gdouble) missing / SWITCHES, viewer.media->is_audio ? "-samples"
      : "-frames", viewer.longest / 1e3, period / 1e6, viewer.backwards);
}

static void
run_case (const BenchMedia * media, const gchar * name,
    const gchar * description)
{
  Run run = { {NULL}, };
  guint i;

  memset (&viewer, 0, sizeof (viewer));
  g_mutex_init (&viewer.lock);
  viewer.media = media;
  run.selects = g_str_has_prefix (description, "input-selector");
  run.clock = gst_system_clock_obtain ();
  bench_rig_open (&run.rig, description, 2, media, run.clock, watch);
  run.start = gst_element_get_base_time (run.rig.element);
  deliver (&run, -1, STEADY);
  for (i = 0; i < SWITCHES; i++) {
    /* It goes back and forth, for nobody returns by himself. */
    deliver (&run, i % 2, SILENT);
    deliver (&run, -1, STEADY + i * 7 * GST_MSECOND);
  }
  g_mutex_lock (&viewer.lock);
  tell (name);
  g_mutex_unlock (&viewer.lock);
  bench_rig_close (&run.rig);
  gst_object_unref (run.clock);
  g_mutex_clear (&viewer.lock);
}

int
redundancy_failover_run (void)
{
  static const BenchMedia *const media[] = { &small_video, &small_audio,
    &small_h264
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (media); i++) {
    run_case (media[i], "redundantswitch", "redundantswitch auto-return=false");
    run_case (media[i], "input-selector", "input-selector sync-streams=false");
  }
  return 0;
}
