/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: stream lock only; the rung has its own.
 * Threads: the queue's, which is the rung's own. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstabrinlet.h"

#include <gst/video/video.h>

#include "outputtimeline.h"

GST_DEBUG_CATEGORY_EXTERN (gst_abr_ladder_bin_debug);
#define GST_CAT_DEFAULT gst_abr_ladder_bin_debug

struct _GstAbrInlet
{
  GstElement parent;
  GstPad *sink, *src;
  GstAbrRung *rung;             /* fixed after init */
  GstAbrOutlet *outlet;         /* fixed after init */
};

G_DEFINE_FINAL_TYPE (GstAbrInlet, gst_abr_inlet, GST_TYPE_ELEMENT);

/* *INDENT-OFF* */
static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
/* *INDENT-ON* */

/* ---- building the chain ---- */

static gboolean
link_chain (GstAbrInlet * self, GstElement * chain)
{
  return gst_element_link_pads (chain, "src", GST_ELEMENT (self->outlet),
      "sink") && gst_element_link_pads (GST_ELEMENT (self), "src", chain,
      "sink");
}

static gboolean
start_chain (GstAbrInlet * self, GstElement * chain)
{
  if (!gst_bin_add (gst_abr_rung_get_owner (self->rung), chain))
    return FALSE;
  gst_abr_rung_set_chain (self->rung, chain);
  return gst_element_sync_state_with_parent (chain) && link_chain (self, chain);
}

static void
build_chain (GstAbrInlet * self)
{
  g_autofree gchar *name = g_strdup_printf ("chain-%s",
      gst_abr_rung_get_id (self->rung));
  g_autoptr (GstElement) chain = NULL;
  g_autoptr (GError) error = NULL;
  GstAbrRungPlan plan = gst_abr_rung_get_plan (self->rung);

  chain = gst_abr_chain_new (&plan.chain, name, &error);
  if (chain == NULL) {
    GST_ELEMENT_ERROR (self, STREAM, ENCODE, (NULL), ("%s", error->message));
    return;
  }
  if (!start_chain (self, chain)) {
    GST_ELEMENT_ERROR (self, STREAM, ENCODE, (NULL),
        ("%s did not start", plan.chain.factory));
    return;
  }
  GST_INFO_OBJECT (self, "built with %s", plan.chain.factory);
  /* The chain has a delay that was not there when the pipeline last asked. */
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_latency (GST_OBJECT (self)));
}

/* (transfer full) (nullable): only while it is of use */
static GstElement *
ref_working_chain (GstAbrInlet * self)
{
  if (!gst_abr_rung_is_alive (self->rung))
    return NULL;
  return gst_abr_rung_ref_chain (self->rung);
}

static gboolean
works (GstAbrInlet * self)
{
  g_autoptr (GstElement) chain = ref_working_chain (self);

  return chain != NULL;
}

/* ---- events ---- */

static gboolean
has_other_shape (GstCaps * old, GstCaps * new)
{
  GstVideoInfo a, b;
  guint64 left, right;

  if (old == NULL || !gst_video_info_from_caps (&a, old)
      || !gst_video_info_from_caps (&b, new))
    return FALSE;
  left = (guint64) a.width * a.par_n * b.height * b.par_d;
  right = (guint64) b.width * b.par_n * a.height * a.par_d;
  return MAX (left, right) - MIN (left, right) > MIN (left, right) / 50;
}

static void
on_caps (GstAbrInlet * self, GstEvent * event)
{
  g_autoptr (GstCaps) caps = NULL, old = gst_pad_get_current_caps (self->sink);
  g_autoptr (GstElement) chain = NULL;
  GstAbrRungPlan plan = gst_abr_rung_get_plan (self->rung);
  GstCaps *theirs;

  gst_event_parse_caps (event, &theirs);
  caps = gst_caps_copy (theirs);
  gst_event_unref (event);
  if (gst_abr_rung_is_alive (self->rung) && !works (self))
    build_chain (self);
  chain = ref_working_chain (self);
  if (chain == NULL)
    return;
  if (gst_abr_rung_get_medium (self->rung) == LADDER_VIDEO) {
    gst_caps_set_simple (caps, "framerate", GST_TYPE_FRACTION, plan.fps_n,
        plan.fps_d, NULL);
    if (has_other_shape (old, caps))
      gst_abr_chain_add_borders (chain);
  }
  gst_pad_push_event (self->src, gst_event_new_caps (caps));
}

/* The encoder passes a flush and an end on; without one that works, the
 * outlet is told. */
static void
on_flush (GstAbrInlet * self, GstEvent * event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    gst_abr_rung_on_flush (self->rung);
  if (works (self))
    gst_pad_push_event (self->src, event);
  else
    gst_abr_outlet_send_flush (self->outlet, event);
}

static void
on_eos (GstAbrInlet * self, GstEvent * event)
{
  if (works (self))
    gst_pad_push_event (self->src, event);
  else
    gst_event_unref (event);
  gst_abr_outlet_send_eos (self->outlet);
}

static gboolean
gst_abr_inlet_sink_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  GstAbrInlet *self = GST_ABR_INLET (parent);

  switch ((guint) GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      gst_abr_rung_set_stream (self->rung, event);
      break;
    case GST_EVENT_CAPS:
      on_caps (self, event);
      return TRUE;
    case GST_EVENT_FLUSH_START:
    case GST_EVENT_FLUSH_STOP:
      on_flush (self, event);
      return TRUE;
    case GST_EVENT_EOS:
      on_eos (self, event);
      return TRUE;
  }
  /* Sticky ones wait on the pad for the chain. */
  gst_pad_push_event (self->src, event);
  return TRUE;
}

/* ---- frames ---- */

/* Asks the encoder with the running time of the very frame, right before it. */
static void
request_key_unit (GstAbrInlet * self, GstBuffer * buffer)
{
  GstClockTime time = GST_BUFFER_PTS (buffer);
  guint count;

  if (!gst_abr_rung_on_frame_in (self->rung, buffer, &count))
    return;
  gst_pad_push_event (self->src,
      gst_video_event_new_downstream_force_key_unit (time, time, time, TRUE,
          count));
}

static GstFlowReturn
on_encoder_flow (GstAbrInlet * self, GstFlowReturn flow)
{
  if (flow == GST_FLOW_OK || flow == GST_FLOW_EOS)
    return GST_FLOW_OK;
  if (flow == GST_FLOW_FLUSHING)
    return GST_PAD_IS_FLUSHING (self->sink) ? flow : GST_FLOW_OK;
  /* The bin takes the message out of the bus' way and fails the rung. */
  GST_ELEMENT_ERROR (self, STREAM, ENCODE, (NULL),
      ("the encoder returned %s", gst_flow_get_name (flow)));
  return GST_FLOW_OK;
}

/* A rung that is down still tells how time goes by, at once and then once a
 * GOP: sinks preroll, and a packager knows that there is a hole. */
static void
send_gap (GstAbrInlet * self, GstClockTime time)
{
  gst_abr_outlet_send_gap (self->outlet, time - OUTPUT_TIMELINE_SHIFT);
}

static GstFlowReturn
encode (GstAbrInlet * self, GstBuffer * buffer)
{
  GstClockTime time = GST_BUFFER_PTS (buffer);
  GstFlowReturn flow;

  request_key_unit (self, buffer);
  flow = on_encoder_flow (self, gst_pad_push (self->src, buffer));
  if (!gst_abr_rung_is_alive (self->rung))
    send_gap (self, time);
  return flow;
}

static GstFlowReturn
gst_abr_inlet_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  GstAbrInlet *self = GST_ABR_INLET (parent);

  switch (gst_abr_rung_get_state (self->rung)) {
    case RUNG_STARTING:
    case RUNG_RUNNING:
    case RUNG_ENDED:
      return encode (self, buffer);
    case RUNG_SKIPPED:
      gst_abr_outlet_send_eos (self->outlet);
      break;
    case RUNG_FAILED:
      if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_MARKER))
        send_gap (self, GST_BUFFER_PTS (buffer));
      break;
  }
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

/* ---- from the chain ---- */

/* What the chain wants of upstream, RECONFIGURE and QoS, is its own affair and
 * must not go through the tee; what comes from behind the outlet may pass. */
static gboolean
gst_abr_inlet_src_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  GstAbrInlet *self = GST_ABR_INLET (parent);

  switch ((guint) GST_EVENT_TYPE (event)) {
    case GST_EVENT_QOS:
    case GST_EVENT_RECONFIGURE:
    case GST_EVENT_CUSTOM_UPSTREAM:
      gst_event_unref (event);
      return TRUE;
  }
  return gst_pad_push_event (self->sink, event);
}

static GstStateChangeReturn
gst_abr_inlet_change_state (GstElement * element, GstStateChange transition)
{
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    gst_abr_rung_reset (GST_ABR_INLET (element)->rung);
  return GST_ELEMENT_CLASS (gst_abr_inlet_parent_class)->change_state (element,
      transition);
}

static void
gst_abr_inlet_finalize (GObject * object)
{
  GstAbrInlet *self = GST_ABR_INLET (object);

  g_clear_object (&self->rung);
  gst_clear_object (&self->outlet);
  G_OBJECT_CLASS (gst_abr_inlet_parent_class)->finalize (object);
}

static void
gst_abr_inlet_class_init (GstAbrInletClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_abr_inlet_finalize;
  element_class->change_state = GST_DEBUG_FUNCPTR (gst_abr_inlet_change_state);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Ladder inlet",
      "Filter", "Before one encoder of abrladderbin", "gst-onair");
}

static void
gst_abr_inlet_init (GstAbrInlet * self)
{
  self->sink = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sink,
      GST_DEBUG_FUNCPTR (gst_abr_inlet_chain));
  gst_pad_set_event_function (self->sink,
      GST_DEBUG_FUNCPTR (gst_abr_inlet_sink_event));
  gst_element_add_pad (GST_ELEMENT (self), self->sink);
  self->src = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_event_function (self->src,
      GST_DEBUG_FUNCPTR (gst_abr_inlet_src_event));
  gst_element_add_pad (GST_ELEMENT (self), self->src);
}

GstAbrInlet *
gst_abr_inlet_new (GstAbrRung * rung, GstAbrOutlet * outlet)
{
  g_autofree gchar *name = g_strdup_printf ("inlet-%s",
      gst_abr_rung_get_id (rung));
  GstAbrInlet *self = g_object_new (GST_TYPE_ABR_INLET, "name", name, NULL);

  self->rung = g_object_ref (rung);
  self->outlet = gst_object_ref (outlet);
  return self;
}
