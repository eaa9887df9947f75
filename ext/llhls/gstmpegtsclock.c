/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-mpegtsclock
 * @title: mpegtsclock
 * @short_description: Stamps an MPEG transport stream with its own clock
 *
 * Goes between a live source and tsdemux.  tsdemux puts the times of a live
 * stream on the moment when its first packet arrived, so two receivers of one
 * stream have different times for the same frame.  Behind this element they
 * have the same: each buffer begins with a packet that has a PCR and bears that
 * PCR as its time.  The PCR wraps every 26.5 hours; it is put within 13.25 hours
 * of the system's clock, so that it does not matter who began before a wrap.
 *
 * For streams with one program; packets before the first PCR are dropped.  Use
 * it in front of #GstLlHlsSink with epoch-lock=pts.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 srtsrc uri=srt://127.0.0.1:7001 ! mpegtsclock ! tsdemux name=d
 *   llhlssink name=hls epoch-lock=pts d. ! h264parse ! queue ! hls.video_0
 *   d. ! aacparse ! queue ! hls.audio_0
 * ]|
 *
 * Since: 0.1
 */
/* No locks: everything is the streaming thread's, or changes in READY. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstmpegtsclock.h"

#include <gst/base/gstadapter.h>

#include "tsclock.h"

GST_DEBUG_CATEGORY_STATIC (gst_mpegts_clock_debug);
#define GST_CAT_DEFAULT gst_mpegts_clock_debug

struct _GstMpegTsClock
{
  GstElement parent;

  GstPad *sinkpad, *srcpad;
  GstAdapter *adapter;
  TsClock clock;
  gboolean told;                /* the segment */
};

#define TS_CAPS "video/mpegts, systemstream = (boolean) true"

/* Sources of bytes often do not say what they bring. */
static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (TS_CAPS));

G_DEFINE_FINAL_TYPE_WITH_CODE (GstMpegTsClock, gst_mpegts_clock,
    GST_TYPE_ELEMENT, GST_DEBUG_CATEGORY_INIT (gst_mpegts_clock_debug,
        "mpegtsclock", 0, "MPEG transport stream clock"));
GST_ELEMENT_REGISTER_DEFINE (mpegtsclock, "mpegtsclock", GST_RANK_NONE,
    GST_TYPE_MPEGTS_CLOCK);

static void
tell_segment (GstMpegTsClock * self, GstClockTime start)
{
  g_autoptr (GstCaps) caps = gst_static_pad_template_get_caps (&src_template);
  g_autoptr (GstEvent) start_event = NULL;
  g_autofree gchar *id = NULL;
  GstSegment segment;

  if (self->told)
    return;
  self->told = TRUE;
  start_event = gst_pad_get_sticky_event (self->sinkpad,
      GST_EVENT_STREAM_START, 0);
  if (start_event == NULL) {
    id = gst_pad_create_stream_id (self->srcpad, GST_ELEMENT (self), NULL);
    gst_pad_push_event (self->srcpad, gst_event_new_stream_start (id));
  }
  gst_pad_push_event (self->srcpad, gst_event_new_caps (caps));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = segment.position = start;
  gst_pad_push_event (self->srcpad, gst_event_new_segment (&segment));
}

/* `n` bytes of whole packets, of which the first one may have a time. */
static GstFlowReturn
push_packets (GstMpegTsClock * self, gsize n, GstClockTime time)
{
  GstBuffer *buffer;

  if (n == 0)
    return GST_FLOW_OK;
  if (!self->clock.locked) {
    gst_adapter_flush (self->adapter, n);
    return GST_FLOW_OK;
  }
  buffer = gst_adapter_take_buffer (self->adapter, n);
  buffer = gst_buffer_make_writable (buffer);
  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = time;
  return gst_pad_push (self->srcpad, buffer);
}

/* Bytes of whole packets up to the next PCR behind the first packet, and the
 * first packet's PCR. */
static gsize
measure (GstMpegTsClock * self, const guint8 * data, gsize size,
    GstClockTime * time)
{
  guint64 wall = g_get_real_time () * GST_USECOND, next;
  TsClock ahead;
  gsize n;

  *time = GST_CLOCK_TIME_NONE;
  if (ts_clock_read (&self->clock, data, wall, &next))
    *time = next;
  for (n = TS_PACKET_SIZE; n + TS_PACKET_SIZE <= size && data[n] == 0x47;
      n += TS_PACKET_SIZE) {
    ahead = self->clock;
    if (ts_clock_read (&ahead, data + n, wall, &next))
      break;
  }
  return n;
}

static GstFlowReturn
push_ready (GstMpegTsClock * self)
{
  GstFlowReturn ret = GST_FLOW_OK;
  GstClockTime time;
  const guint8 *data;
  gsize size, skip, n;

  while (ret == GST_FLOW_OK
      && (size = gst_adapter_available (self->adapter)) >= TS_PACKET_SIZE) {
    data = gst_adapter_map (self->adapter, size);
    skip = ts_clock_find_packet (data, size);
    n = skip < size ? measure (self, data + skip, size - skip, &time) : 0;
    gst_adapter_unmap (self->adapter);
    /* A packet may begin in the rest. */
    if (n == 0)
      skip = size - TS_PACKET_SIZE + 1;
    gst_adapter_flush (self->adapter, skip);
    if (n == 0)
      break;
    if (GST_CLOCK_TIME_IS_VALID (time))
      tell_segment (self, time);
    ret = push_packets (self, n, time);
  }
  return ret;
}

static GstFlowReturn
gst_mpegts_clock_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  GstMpegTsClock *self = GST_MPEGTS_CLOCK (parent);

  gst_adapter_push (self->adapter, buffer);
  return push_ready (self);
}

static gboolean
gst_mpegts_clock_sink_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  GstMpegTsClock *self = GST_MPEGTS_CLOCK (parent);

  switch ((gint) GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
    case GST_EVENT_SEGMENT:
      /* Ours come with the first PCR. */
      gst_event_unref (event);
      return TRUE;
    case GST_EVENT_FLUSH_STOP:
      gst_adapter_clear (self->adapter);
      self->told = FALSE;
      break;
    default:
      break;
  }
  return gst_pad_event_default (pad, parent, event);
}

static void
reset (GstMpegTsClock * self)
{
  gst_adapter_clear (self->adapter);
  ts_clock_init (&self->clock);
  self->told = FALSE;
}

static GstStateChangeReturn
gst_mpegts_clock_change_state (GstElement * element, GstStateChange transition)
{
  GstStateChangeReturn ret;

  ret = GST_ELEMENT_CLASS (gst_mpegts_clock_parent_class)->change_state
      (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    reset (GST_MPEGTS_CLOCK (element));
  return ret;
}

static void
gst_mpegts_clock_finalize (GObject * object)
{
  GstMpegTsClock *self = GST_MPEGTS_CLOCK (object);

  g_object_unref (self->adapter);
  G_OBJECT_CLASS (gst_mpegts_clock_parent_class)->finalize (object);
}

static void
gst_mpegts_clock_class_init (GstMpegTsClockClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->finalize = gst_mpegts_clock_finalize;
  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_mpegts_clock_change_state);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "MPEG transport stream clock", "Filter/Network",
      "Stamps a live MPEG transport stream with its own clock",
      "The gst-onair developers");
}

static void
gst_mpegts_clock_init (GstMpegTsClock * self)
{
  self->adapter = gst_adapter_new ();
  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad,
      GST_DEBUG_FUNCPTR (gst_mpegts_clock_chain));
  gst_pad_set_event_function (self->sinkpad,
      GST_DEBUG_FUNCPTR (gst_mpegts_clock_sink_event));
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);
  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}
