/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: the stream lock of the sink pad or, while no encoder works, of the
 * inlet's: never both push at a time.  The object lock guards eos_sent.
 * Threads: the rung's; the encoder's own if it has one; the application's for
 * events and queries from downstream. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstabroutlet.h"

#include <glib/gi18n-lib.h>
#include <gst/video/video.h>

#include "outputtimeline.h"

GST_DEBUG_CATEGORY_EXTERN (gst_abr_ladder_bin_debug);
#define GST_CAT_DEFAULT gst_abr_ladder_bin_debug

struct _GstAbrOutlet
{
  GstElement parent;
  GstPad *sink, *src;
  GstAbrRung *rung;             /* fixed after init */

  /* the thread that pushes */
  GstSegment segment;           /* the encoder's */
  OutputTimeline timeline;
  gboolean start_sent, caps_sent, segment_sent; /* sticky events on src */

  gboolean eos_sent;            /* object lock */
};

G_DEFINE_FINAL_TYPE (GstAbrOutlet, gst_abr_outlet, GST_TYPE_ELEMENT);

/* *INDENT-OFF* */
static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
/* *INDENT-ON* */

static void
send_start (GstAbrOutlet * self)
{
  if (self->start_sent)
    return;
  self->start_sent = TRUE;
  gst_pad_push_event (self->src, gst_abr_rung_new_stream_start (self->rung));
}

static gboolean
send_caps (GstAbrOutlet * self, GstEvent * caps)
{
  send_start (self);
  self->caps_sent = TRUE;
  return gst_pad_push_event (self->src, caps);
}

static void
send_segment (GstAbrOutlet * self)
{
  GstSegment segment;

  if (self->segment_sent)
    return;
  self->segment_sent = TRUE;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (self->src, gst_event_new_segment (&segment));
}

/* (transfer full) (nullable) */
static GstCaps *
planned_caps (GstAbrOutlet * self)
{
  LadderMedium medium = gst_abr_rung_get_medium (self->rung);
  GstAbrRungPlan plan = gst_abr_rung_get_plan (self->rung);
  GstCaps *caps;

  if (plan.divisor == 0)
    return NULL;
  caps = gst_abr_encoder_caps (medium, plan.chain.stream_format);
  if (medium == LADDER_VIDEO)
    gst_caps_set_simple (caps,
        "width", G_TYPE_INT, plan.chain.width,
        "height", G_TYPE_INT, plan.chain.height,
        "framerate", GST_TYPE_FRACTION, plan.fps_n, plan.fps_d, NULL);
  return caps;
}

/* For a rung without an encoder's output: downstream learns what it would be,
 * and later caps do not come after a segment. */
static void
send_head (GstAbrOutlet * self)
{
  g_autoptr (GstCaps) caps = NULL;

  send_start (self);
  if (!self->caps_sent && !self->segment_sent) {
    caps = planned_caps (self);
    if (caps != NULL)
      send_caps (self, gst_event_new_caps (caps));
  }
  send_segment (self);
}

void
gst_abr_outlet_send_eos (GstAbrOutlet * self)
{
  gboolean sent;

  GST_OBJECT_LOCK (self);
  sent = self->eos_sent;
  self->eos_sent = TRUE;
  GST_OBJECT_UNLOCK (self);
  if (sent)
    return;
  gst_abr_rung_change (self->rung, RUNG_EVENT_END, "end of stream");
  send_head (self);
  gst_pad_push_event (self->src, gst_event_new_eos ());
}

void
gst_abr_outlet_send_gap (GstAbrOutlet * self, GstClockTime running_time)
{
  send_head (self);
  gst_pad_push_event (self->src, gst_event_new_gap (running_time,
          GST_CLOCK_TIME_NONE));
}

static void
forget_stream (GstAbrOutlet * self)
{
  gst_segment_init (&self->segment, GST_FORMAT_TIME);
  output_timeline_init (&self->timeline);
  self->segment_sent = FALSE;
  GST_OBJECT_LOCK (self);
  self->eos_sent = FALSE;
  GST_OBJECT_UNLOCK (self);
}

void
gst_abr_outlet_send_flush (GstAbrOutlet * self, GstEvent * event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    forget_stream (self);
  gst_pad_push_event (self->src, event);
}

/* A pad that is not linked, a sink that is flushing or has had enough is
 * nothing to speak of. */
static gboolean
is_refusal (GstFlowReturn flow)
{
  return flow < GST_FLOW_OK && flow != GST_FLOW_NOT_LINKED
      && flow != GST_FLOW_FLUSHING && flow != GST_FLOW_EOS;
}

/* Downstream's trouble is downstream's and must not end the encoder.  But a
 * rung that nobody can take is down. */
static GstFlowReturn
push_out (GstAbrOutlet * self, GstBuffer * buffer)
{
  GstFlowReturn flow;

  if (gst_abr_rung_get_downstream (self->rung) == GST_FLOW_EOS) {
    gst_buffer_unref (buffer);
    return GST_FLOW_OK;
  }
  flow = gst_pad_push (self->src, buffer);
  gst_abr_rung_set_downstream (self->rung, flow);
  /* The bin takes the message out of the bus' way and fails the rung. */
  if (is_refusal (flow))
    GST_ELEMENT_ERROR (self, STREAM, FAILED,
        (_("What follows the rung does not take it.")),
        ("downstream returned %s", gst_flow_get_name (flow)));
  if (flow == GST_FLOW_FLUSHING && GST_PAD_IS_FLUSHING (self->sink))
    return GST_FLOW_FLUSHING;
  return GST_FLOW_OK;
}

/* ---- from the encoder ---- */

/* The ladder's running time + OUTPUT_TIMELINE_SHIFT again, whatever the
 * encoder added to its timestamps. */
static GstClockTime
encoder_running_time (GstAbrOutlet * self, GstClockTime time)
{
  return gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, time);
}

static gboolean
map_times (GstAbrOutlet * self, GstBuffer * buffer)
{
  GstClockTime pts = GST_BUFFER_PTS (buffer), dts = GST_BUFFER_DTS (buffer);
  GstClockTime running_time = encoder_running_time (self, pts);
  OutputStamp stamp;

  if (!GST_CLOCK_TIME_IS_VALID (running_time))
    return FALSE;
  if (!output_timeline_map (&self->timeline, running_time,
          GST_CLOCK_TIME_IS_VALID (dts) ? GST_CLOCK_DIFF (dts, pts) : 0,
          &stamp))
    return FALSE;
  GST_BUFFER_PTS (buffer) = stamp.pts;
  GST_BUFFER_DTS (buffer) = stamp.dts;
  GST_BUFFER_OFFSET (buffer) = GST_BUFFER_OFFSET_NONE;
  GST_BUFFER_OFFSET_END (buffer) = GST_BUFFER_OFFSET_NONE;
  return TRUE;
}

static void
verify (GstAbrOutlet * self, GstBuffer * buffer)
{
  KeyUnitVerdict verdict = gst_abr_rung_on_frame_out (self->rung, buffer);

  switch (verdict) {
    case KEY_UNIT_PLAIN:
    case KEY_UNIT_ALIGNED:
      break;
    case KEY_UNIT_EXTRA:
    case KEY_UNIT_MISSED:
      GST_WARNING_OBJECT (self, "%s key frame at %" GST_TIME_FORMAT,
          verdict == KEY_UNIT_EXTRA ? "stray" : "missing",
          GST_TIME_ARGS (GST_BUFFER_PTS (buffer)));
      break;
  }
}

static GstFlowReturn
gst_abr_outlet_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  GstAbrOutlet *self = GST_ABR_OUTLET (parent);

  buffer = gst_buffer_make_writable (buffer);
  if (!map_times (self, buffer)) {
    GST_WARNING_OBJECT (self, "no time for %" GST_PTR_FORMAT, buffer);
    gst_buffer_unref (buffer);
    return GST_FLOW_OK;
  }
  verify (self, buffer);
  gst_abr_rung_change (self->rung, RUNG_EVENT_OUTPUT,
      "its encoder gives frames");
  if (!gst_abr_rung_is_alive (self->rung)) {
    gst_buffer_unref (buffer);
    return GST_FLOW_OK;
  }
  send_head (self);
  return push_out (self, buffer);
}

static gboolean
on_encoder_gap (GstAbrOutlet * self, GstEvent * event)
{
  GstClockTime time, duration;

  gst_event_parse_gap (event, &time, &duration);
  gst_event_unref (event);
  time = encoder_running_time (self, time);
  if (!GST_CLOCK_TIME_IS_VALID (time) || time < OUTPUT_TIMELINE_SHIFT)
    return TRUE;
  send_head (self);
  return gst_pad_push_event (self->src,
      gst_event_new_gap (time - OUTPUT_TIMELINE_SHIFT, duration));
}

static gboolean
gst_abr_outlet_sink_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  GstAbrOutlet *self = GST_ABR_OUTLET (parent);

  switch ((guint) GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      return send_caps (self, event);
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &self->segment);
      gst_event_unref (event);
      send_segment (self);
      return TRUE;
    case GST_EVENT_GAP:
      return on_encoder_gap (self, event);
    case GST_EVENT_EOS:
      gst_event_unref (event);
      /* An encoder that failed may come to its end; the rung does not. */
      if (gst_abr_rung_is_alive (self->rung))
        gst_abr_outlet_send_eos (self);
      return TRUE;
    case GST_EVENT_TAG:
      return gst_pad_push_event (self->src, event);
    case GST_EVENT_FLUSH_START:
    case GST_EVENT_FLUSH_STOP:
      gst_abr_outlet_send_flush (self, event);
      return TRUE;
    default:
      /* The stream's start is the rung's own; the key unit events name the
       * encoder's times and tell nothing that the frames do not. */
      gst_event_unref (event);
      return TRUE;
  }
}

/* ---- from downstream ---- */

/* Neither key unit requests nor QoS of one output may touch the source or an
 * encoder. */
static gboolean
gst_abr_outlet_src_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  GstAbrOutlet *self = GST_ABR_OUTLET (parent);

  if (gst_video_event_is_force_key_unit (event)) {
    GST_DEBUG_OBJECT (self, "foreign key unit request absorbed");
    gst_abr_rung_on_foreign_request (self->rung);
    gst_event_unref (event);
    return TRUE;
  }
  switch ((guint) GST_EVENT_TYPE (event)) {
    case GST_EVENT_QOS:
    case GST_EVENT_RECONFIGURE:
      gst_event_unref (event);
      return TRUE;
  }
  return gst_pad_push_event (self->sink, event);
}

static gboolean
answer_caps (GstAbrOutlet * self, GstQuery * query)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (self->src);
  g_autoptr (GstCaps) both = NULL;
  GstCaps *filter;

  if (caps == NULL)
    caps = gst_abr_encoder_family (gst_abr_rung_get_medium (self->rung));
  gst_query_parse_caps (query, &filter);
  both = filter ? gst_caps_intersect_full (filter, caps,
      GST_CAPS_INTERSECT_FIRST) : gst_caps_ref (caps);
  gst_query_set_caps_result (query, both);
  return TRUE;
}

static gboolean
gst_abr_outlet_src_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  GstAbrOutlet *self = GST_ABR_OUTLET (parent);

  if (GST_QUERY_TYPE (query) == GST_QUERY_CAPS)
    return answer_caps (self, query);
  return gst_pad_query_default (pad, parent, query);
}

static GstStateChangeReturn
gst_abr_outlet_change_state (GstElement * element, GstStateChange transition)
{
  GstAbrOutlet *self = GST_ABR_OUTLET (element);

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    forget_stream (self);
    self->start_sent = self->caps_sent = FALSE;
  }
  return GST_ELEMENT_CLASS (gst_abr_outlet_parent_class)->change_state
      (element, transition);
}

static void
gst_abr_outlet_finalize (GObject * object)
{
  GstAbrOutlet *self = GST_ABR_OUTLET (object);

  g_clear_object (&self->rung);
  G_OBJECT_CLASS (gst_abr_outlet_parent_class)->finalize (object);
}

static void
gst_abr_outlet_class_init (GstAbrOutletClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_abr_outlet_finalize;
  element_class->change_state = GST_DEBUG_FUNCPTR (gst_abr_outlet_change_state);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Ladder outlet",
      "Filter", "Behind one encoder of abrladderbin", "gst-onair");
}

static void
gst_abr_outlet_init (GstAbrOutlet * self)
{
  self->sink = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sink,
      GST_DEBUG_FUNCPTR (gst_abr_outlet_chain));
  gst_pad_set_event_function (self->sink,
      GST_DEBUG_FUNCPTR (gst_abr_outlet_sink_event));
  gst_element_add_pad (GST_ELEMENT (self), self->sink);
  self->src = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_event_function (self->src,
      GST_DEBUG_FUNCPTR (gst_abr_outlet_src_event));
  gst_pad_set_query_function (self->src,
      GST_DEBUG_FUNCPTR (gst_abr_outlet_src_query));
  gst_element_add_pad (GST_ELEMENT (self), self->src);
  forget_stream (self);
}

GstAbrOutlet *
gst_abr_outlet_new (GstAbrRung * rung)
{
  g_autofree gchar *name = g_strdup_printf ("outlet-%s",
      gst_abr_rung_get_id (rung));
  GstAbrOutlet *self = g_object_new (GST_TYPE_ABR_OUTLET, "name", name, NULL);

  self->rung = g_object_ref (rung);
  return self;
}
