/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks, in this order: stream lock, object lock.
 * Threads: streaming (all but the stats), any (gst_abr_front_get_stats). */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstabrfront.h"

#include <string.h>

#include "goplattice.h"
#include "outputtimeline.h"

GST_DEBUG_CATEGORY_EXTERN (gst_abr_ladder_bin_debug);
#define GST_CAT_DEFAULT gst_abr_ladder_bin_debug

struct _GstAbrFront
{
  GstElement parent;
  GstPad *sink, *src;
  LadderMedium medium;          /* fixed after init, like the next three */
  GstAbrFrontPlanner planner;
  GstAbrFrontFlow flow;
  gpointer data;

  /* streaming thread only */
  GstSegment segment;
  GstAbrFrontPlan plan;
  gboolean planned;
  GopLattice lattice;
  GstClockTime last_end;        /* running time after the last buffer */

  GstAbrFrontStats stats;       /* object lock */
};

G_DEFINE_FINAL_TYPE (GstAbrFront, gst_abr_front, GST_TYPE_ELEMENT);

/* *INDENT-OFF* */
static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-raw; audio/x-raw"));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-raw; audio/x-raw"));
/* *INDENT-ON* */

static gboolean
is_live (GstAbrFront * self)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  gboolean live = FALSE;

  if (gst_pad_peer_query (self->sink, query))
    gst_query_parse_latency (query, &live, NULL, NULL);
  return live;
}

static gboolean
make_plan (GstAbrFront * self, GstCaps * caps)
{
  GstVideoInfo info;
  gboolean video = self->medium == LADDER_VIDEO;

  if (video && !gst_video_info_from_caps (&info, caps))
    return FALSE;
  if (!self->planner (self->data, self, video ? &info : NULL, is_live (self),
          &self->plan))
    return FALSE;
  if (!video)
    return TRUE;
  gop_lattice_init (&self->lattice, self->plan.fps_n, self->plan.fps_d,
      self->plan.gop_duration, self->plan.gop_multiple, self->plan.gop_offset);
  GST_OBJECT_LOCK (self);
  self->stats.gop_duration = gop_lattice_gop_duration (&self->lattice);
  GST_OBJECT_UNLOCK (self);
  GST_INFO_OBJECT (self, "GOPs of %" G_GUINT64_FORMAT " frames at %u/%u",
      self->lattice.gop_frames, self->plan.fps_n, self->plan.fps_d);
  return TRUE;
}

/* The ladder's rate is settled by the first caps: an encoder that is told
 * another one starts anew, and the lattice would move. */
static gboolean
on_caps (GstAbrFront * self, GstEvent * event)
{
  g_autoptr (GstCaps) caps = NULL;
  GstCaps *theirs;

  gst_event_parse_caps (event, &theirs);
  caps = gst_caps_copy (theirs);
  gst_event_unref (event);
  if (!self->planned && !make_plan (self, caps))
    return FALSE;
  self->planned = TRUE;
  if (self->medium == LADDER_VIDEO)
    gst_caps_set_simple (caps, "framerate", GST_TYPE_FRACTION,
        self->plan.fps_n, self->plan.fps_d, NULL);
  /* Each rung settles its own affairs; upstream did nothing wrong. */
  gst_pad_push_event (self->src, gst_event_new_caps (caps));
  return TRUE;
}

static gboolean
on_segment (GstAbrFront * self, GstEvent * event)
{
  GstSegment plain;
  GstEvent *ours;

  gst_event_copy_segment (event, &self->segment);
  if (self->segment.format != GST_FORMAT_TIME) {
    GST_ELEMENT_ERROR (self, STREAM, FORMAT, (NULL),
        ("the segment is in %s, not in time",
            gst_format_get_name (self->segment.format)));
    gst_event_unref (event);
    return FALSE;
  }
  gst_segment_init (&plain, GST_FORMAT_TIME);
  ours = gst_event_new_segment (&plain);
  gst_event_set_seqnum (ours, gst_event_get_seqnum (event));
  gst_event_unref (event);
  return gst_pad_push_event (self->src, ours);
}

static gboolean
on_gap (GstAbrFront * self, GstEvent * event)
{
  GstClockTime time, duration, running_time;

  gst_event_parse_gap (event, &time, &duration);
  gst_event_unref (event);
  running_time = gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME,
      time);
  if (!GST_CLOCK_TIME_IS_VALID (running_time))
    return TRUE;
  return gst_pad_push_event (self->src,
      gst_event_new_gap (running_time + OUTPUT_TIMELINE_SHIFT, duration));
}

static gboolean
absorb_request (GstAbrFront * self, GstEvent * event)
{
  GST_DEBUG_OBJECT (self, "key unit request from upstream absorbed");
  GST_OBJECT_LOCK (self);
  self->stats.foreign_requests++;
  GST_OBJECT_UNLOCK (self);
  gst_event_unref (event);
  return TRUE;
}

static void
restart (GstAbrFront * self)
{
  gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
  gop_lattice_restart (&self->lattice);
  self->last_end = GST_CLOCK_TIME_NONE;
}

static gboolean
gst_abr_front_sink_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  GstAbrFront *self = GST_ABR_FRONT (parent);

  if (gst_video_event_is_force_key_unit (event))
    return absorb_request (self, event);
  switch ((guint) GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      return on_caps (self, event);
    case GST_EVENT_SEGMENT:
      return on_segment (self, event);
    case GST_EVENT_GAP:
      return on_gap (self, event);
    case GST_EVENT_FLUSH_STOP:
      restart (self);
      break;
  }
  return gst_pad_event_default (pad, parent, event);
}

/* Whatever the rungs are, any raw format and size will do: they convert for
 * themselves, so upstream need not ask through the tee. */
static gboolean
answer_caps (GstAbrFront * self, GstQuery * query)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple (self->medium ==
      LADDER_VIDEO ? "video/x-raw" : "audio/x-raw");
  GstCaps *filter;

  gst_query_parse_caps (query, &filter);
  if (filter != NULL) {
    GstCaps *both = gst_caps_intersect_full (filter, caps,
        GST_CAPS_INTERSECT_FIRST);
    gst_query_set_caps_result (query, both);
    gst_caps_unref (both);
  } else {
    gst_query_set_caps_result (query, caps);
  }
  return TRUE;
}

static gboolean
gst_abr_front_sink_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  GstAbrFront *self = GST_ABR_FRONT (parent);

  switch ((guint) GST_QUERY_TYPE (query)) {
    case GST_QUERY_CAPS:
      return answer_caps (self, query);
    case GST_QUERY_ALLOCATION:
      if (self->medium != LADDER_VIDEO)
        return FALSE;
      /* The scalers read any plane layout, so decoders need not copy. */
      gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
      return TRUE;
  }
  return gst_pad_query_default (pad, parent, query);
}

static void
count (GstAbrFront * self, guint64 * counter)
{
  GST_OBJECT_LOCK (self);
  (*counter)++;
  GST_OBJECT_UNLOCK (self);
}

static GstClockTime
time_buffer (GstAbrFront * self, GstBuffer * buffer)
{
  GstClockTime time = GST_BUFFER_PTS (buffer);

  if (!GST_CLOCK_TIME_IS_VALID (time))
    return self->last_end;
  return gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, time);
}

/* (transfer full) */
static GstBuffer *
stamp (GstAbrFront * self, GstBuffer * buffer, GstClockTime running_time)
{
  buffer = gst_buffer_make_writable (buffer);
  GST_BUFFER_PTS (buffer) = running_time + OUTPUT_TIMELINE_SHIFT;
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  if (GST_BUFFER_DURATION_IS_VALID (buffer))
    self->last_end = running_time + GST_BUFFER_DURATION (buffer);
  return buffer;
}

static GstFlowReturn
push_frame (GstAbrFront * self, GstBuffer * buffer, GstClockTime running_time)
{
  GopFrame frame;
  gboolean boundary = FALSE;
  GstFlowReturn flow;

  switch (gop_lattice_push (&self->lattice, running_time, &frame)) {
    case GOP_FRAME:
      break;
    case GOP_BOUNDARY:
      boundary = TRUE;
      break;
    case GOP_FRAME_TOO_CLOSE:
      count (self, &self->stats.frames_too_close);
      gst_buffer_unref (buffer);
      return GST_FLOW_OK;
    case GOP_FRAME_BACKWARDS:
      count (self, &self->stats.frames_backwards);
      gst_buffer_unref (buffer);
      return GST_FLOW_OK;
  }
  buffer = stamp (self, buffer, running_time);
  GST_BUFFER_OFFSET (buffer) = frame.slot;
  GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_MARKER);
  if (boundary) {
    GST_LOG_OBJECT (self, "GOP %" G_GUINT64_FORMAT " begins at %"
        GST_TIME_FORMAT, frame.gop, GST_TIME_ARGS (running_time));
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_MARKER);
    count (self, &self->stats.gops);
  }
  flow = gst_pad_push (self->src, buffer);
  if (boundary && flow == GST_FLOW_OK)
    flow = self->flow (self->data, self);
  return flow;
}

static GstFlowReturn
gst_abr_front_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  GstAbrFront *self = GST_ABR_FRONT (parent);
  GstClockTime running_time = time_buffer (self, buffer);
  GstFlowReturn flow;

  if (!self->planned) {
    gst_buffer_unref (buffer);
    return GST_FLOW_NOT_NEGOTIATED;
  }
  count (self, &self->stats.frames_in);
  if (!GST_CLOCK_TIME_IS_VALID (running_time)) {
    count (self, &self->stats.frames_untimed);
    gst_buffer_unref (buffer);
    return GST_FLOW_OK;
  }
  if (self->medium == LADDER_VIDEO)
    return push_frame (self, buffer, running_time);
  flow = gst_pad_push (self->src, stamp (self, buffer, running_time));
  return flow == GST_FLOW_OK ? self->flow (self->data, self) : flow;
}

static GstStateChangeReturn
gst_abr_front_change_state (GstElement * element, GstStateChange transition)
{
  GstAbrFront *self = GST_ABR_FRONT (element);

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    restart (self);
    self->planned = FALSE;
    GST_OBJECT_LOCK (self);
    memset (&self->stats, 0, sizeof self->stats);
    GST_OBJECT_UNLOCK (self);
  }
  return GST_ELEMENT_CLASS (gst_abr_front_parent_class)->change_state (element,
      transition);
}

static void
gst_abr_front_class_init (GstAbrFrontClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  element_class->change_state = GST_DEBUG_FUNCPTR (gst_abr_front_change_state);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Ladder front",
      "Filter", "Timeline and GOP lattice of one input of abrladderbin",
      "gst-onair");
}

static void
gst_abr_front_init (GstAbrFront * self)
{
  self->sink = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sink,
      GST_DEBUG_FUNCPTR (gst_abr_front_chain));
  gst_pad_set_event_function (self->sink,
      GST_DEBUG_FUNCPTR (gst_abr_front_sink_event));
  gst_pad_set_query_function (self->sink,
      GST_DEBUG_FUNCPTR (gst_abr_front_sink_query));
  gst_element_add_pad (GST_ELEMENT (self), self->sink);
  self->src = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_use_fixed_caps (self->src);
  gst_element_add_pad (GST_ELEMENT (self), self->src);
  restart (self);
}

GstAbrFront *
gst_abr_front_new (LadderMedium medium, GstAbrFrontPlanner planner,
    GstAbrFrontFlow flow, gpointer data)
{
  GstAbrFront *self = g_object_new (GST_TYPE_ABR_FRONT, "name",
      medium == LADDER_VIDEO ? "video-front" : NULL, NULL);

  self->medium = medium;
  self->planner = planner;
  self->flow = flow;
  self->data = data;
  return self;
}

void
gst_abr_front_get_stats (GstAbrFront * self, GstAbrFrontStats * stats)
{
  GST_OBJECT_LOCK (self);
  *stats = self->stats;
  GST_OBJECT_UNLOCK (self);
}
