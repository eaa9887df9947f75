/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: self->lock only; nothing is pushed, linked or called back under it.
 * Threads: upstream's streaming thread; the connection's (link, unlink); the
 * application's (states, close). */
#include "gstinputlanding.h"

GST_DEBUG_CATEGORY_EXTERN (gst_redundant_src_debug);
#define GST_CAT_DEFAULT gst_redundant_src_debug

struct _GstInputLanding
{
  GstElement parent;

  GstPad *sinkpad, *srcpad;

  GMutex lock;
  GCond cond;
  /* Under the lock. */
  gboolean linked;
  gboolean flushing;            /* upstream flushes, or we stop */
  gboolean closed;
  gboolean broken;              /* what is linked takes no more */

  /* Fixed before it has data. */
  GstInputLandingEnd on_end;
  GWeakRef input;

  /* Streaming thread only. */
  gboolean knows_live, is_live;
  gchar *media_type;            /* of the caps */
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

G_DEFINE_FINAL_TYPE (GstInputLanding, gst_input_landing, GST_TYPE_ELEMENT);

static gboolean
is_ready_locked (GstInputLanding * self)
{
  return self->linked && !self->broken;
}

static void
end (GstInputLanding * self, gboolean eos, const gchar * text)
{
  g_autoptr (GstObject) input = g_weak_ref_get (&self->input);
  gboolean tell;

  g_mutex_lock (&self->lock);
  tell = is_ready_locked (self);
  self->broken = TRUE;
  g_mutex_unlock (&self->lock);
  if (tell && input != NULL)
    self->on_end (input, eos, text);
}

static void
learn_liveness (GstInputLanding * self)
{
  g_autoptr (GstQuery) query = NULL;
  gboolean live = TRUE;

  if (self->knows_live)
    return;
  self->knows_live = TRUE;
  query = gst_query_new_latency ();
  if (gst_pad_peer_query (self->sinkpad, query))
    gst_query_parse_latency (query, &live, NULL, NULL);
  self->is_live = live;
}

/* FALSE: it is not wanted; `flow` says what to tell upstream. */
static gboolean
wait_for_link (GstInputLanding * self, GstFlowReturn * flow)
{
  gboolean ready;

  g_mutex_lock (&self->lock);
  while (!self->is_live && !is_ready_locked (self) && !self->flushing
      && !self->closed)
    g_cond_wait (&self->cond, &self->lock);
  *flow = self->flushing || self->closed ? GST_FLOW_FLUSHING : GST_FLOW_OK;
  ready = *flow == GST_FLOW_OK && is_ready_locked (self);
  g_mutex_unlock (&self->lock);
  return ready;
}

static GstFlowReturn
chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  GstInputLanding *self = GST_INPUT_LANDING (parent);
  GstFlowReturn flow;

  learn_liveness (self);
  if (!wait_for_link (self, &flow)) {
    gst_buffer_unref (buffer);
    return flow;
  }
  flow = gst_pad_push (self->srcpad, buffer);
  /* A connection that is being torn down flushes, and is unlinked before. */
  if (flow < GST_FLOW_EOS)
    end (self, FALSE, gst_flow_get_name (flow));
  g_mutex_lock (&self->lock);
  flow = self->flushing || self->closed ? GST_FLOW_FLUSHING : GST_FLOW_OK;
  g_mutex_unlock (&self->lock);
  return flow;
}

/* What was built for one kind of media does not take another. */
static void
on_caps (GstInputLanding * self, GstCaps * caps)
{
  const gchar *type = gst_structure_get_name (gst_caps_get_structure (caps, 0));
  gboolean other = self->media_type != NULL
      && !g_str_equal (self->media_type, type);

  if (g_strcmp0 (self->media_type, type) != 0) {
    g_free (self->media_type);
    self->media_type = g_strdup (type);
  }
  if (other)
    end (self, FALSE, "it changed to another kind of media");
}

static void
set_flushing (GstInputLanding * self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* The end goes to what is linked and is not stored on our pad, where it would
 * be the end for the next one as well. */
static void
pass_eos (GstInputLanding * self, GstEvent * event)
{
  g_autoptr (GstPad) peer = gst_pad_get_peer (self->srcpad);

  if (peer != NULL)
    gst_pad_send_event (peer, event);
  else
    gst_event_unref (event);
  end (self, TRUE, "the stream has ended");
}

static gboolean
sink_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  GstInputLanding *self = GST_INPUT_LANDING (parent);
  GstCaps *caps;

  switch ((guint) GST_EVENT_TYPE (event)) {
    case GST_EVENT_EOS:
      pass_eos (self, event);
      return TRUE;
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      on_caps (self, caps);
      break;
    case GST_EVENT_STREAM_START:
      self->knows_live = FALSE;
      break;
    case GST_EVENT_FLUSH_START:
      set_flushing (self, TRUE);
      break;
    case GST_EVENT_FLUSH_STOP:
      set_flushing (self, FALSE);
      break;
    default:
      break;
  }
  gst_pad_push_event (self->srcpad, event);
  return TRUE;
}

static gboolean
sink_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  g_autoptr (GstCaps) any = NULL;

  switch ((guint) GST_QUERY_TYPE (query)) {
    case GST_QUERY_CAPS:{
      GstCaps *filter;
      gst_query_parse_caps (query, &filter);
      any = filter != NULL ? gst_caps_ref (filter) : gst_caps_new_any ();
      gst_query_set_caps_result (query, any);
      return TRUE;
    }
    case GST_QUERY_ACCEPT_CAPS:
      gst_query_set_accept_caps_result (query, TRUE);
      return TRUE;
      /* Buffers must not depend on a connection that may go any moment. */
    case GST_QUERY_ALLOCATION:
      return FALSE;
    default:
      return gst_pad_query_default (pad, parent, query);
  }
}

static GstStateChangeReturn
change_state (GstElement * element, GstStateChange transition)
{
  GstInputLanding *self = GST_INPUT_LANDING (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    self->knows_live = FALSE;
    g_clear_pointer (&self->media_type, g_free);
    set_flushing (self, FALSE);
  }
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    set_flushing (self, TRUE);
  result = GST_ELEMENT_CLASS (gst_input_landing_parent_class)->change_state
      (element, transition);
  /* What comes may be live and never preroll. */
  if (result == GST_STATE_CHANGE_SUCCESS
      && (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          || transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED))
    return GST_STATE_CHANGE_NO_PREROLL;
  return result;
}

static void
gst_input_landing_finalize (GObject * object)
{
  GstInputLanding *self = GST_INPUT_LANDING (object);

  g_weak_ref_clear (&self->input);
  g_free (self->media_type);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (gst_input_landing_parent_class)->finalize (object);
}

static void
gst_input_landing_class_init (GstInputLandingClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_input_landing_finalize;
  element_class->change_state = GST_DEBUG_FUNCPTR (change_state);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Input landing",
      "Generic", "Where a request pad of redundantsrc ends",
      "gst-onair contributors");
}

static void
gst_input_landing_init (GstInputLanding * self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  g_weak_ref_init (&self->input, NULL);
  self->flushing = TRUE;
  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, GST_DEBUG_FUNCPTR (chain));
  gst_pad_set_event_function (self->sinkpad, GST_DEBUG_FUNCPTR (sink_event));
  gst_pad_set_query_function (self->sinkpad, GST_DEBUG_FUNCPTR (sink_query));
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);
  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}

GstInputLanding *
gst_input_landing_new (const gchar * name)
{
  return g_object_new (GST_TYPE_INPUT_LANDING, "name", name, NULL);
}

void
gst_input_landing_set_callback (GstInputLanding * self,
    GstInputLandingEnd on_end, GstObject * input)
{
  self->on_end = on_end;
  g_weak_ref_set (&self->input, input);
}

gboolean
gst_input_landing_link (GstInputLanding * self, GstPad * sink)
{
  if (gst_pad_link (self->srcpad, sink) != GST_PAD_LINK_OK)
    return FALSE;
  g_mutex_lock (&self->lock);
  self->linked = TRUE;
  self->broken = FALSE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

void
gst_input_landing_unlink (GstInputLanding * self, GstElement * element)
{
  g_autoptr (GstPad) peer = gst_pad_get_peer (self->srcpad);

  if (peer == NULL || GST_OBJECT_PARENT (peer) != GST_OBJECT (element))
    return;
  g_mutex_lock (&self->lock);
  self->linked = FALSE;
  g_mutex_unlock (&self->lock);
  gst_pad_unlink (self->srcpad, peer);
}

void
gst_input_landing_close (GstInputLanding * self)
{
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}
