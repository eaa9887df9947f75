/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlstracksink.h"

GST_DEBUG_CATEGORY_EXTERN (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

/* Locks: none of its own.  `track` changes only in READY or below, or before
 * the pad is linked. */
struct _GstLlHlsTrackSink
{
  GstBaseSink parent;

  GstLlHlsTrack *track;
};

G_DEFINE_FINAL_TYPE (GstLlHlsTrackSink, gst_llhls_track_sink,
    GST_TYPE_BASE_SINK);

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static GstCaps *
gst_llhls_track_sink_get_caps (GstBaseSink * sink, GstCaps * filter)
{
  GstCaps *caps = gst_pad_get_pad_template_caps (sink->sinkpad), *all = caps;
  gpointer own = g_object_get_data (G_OBJECT (sink), "llhls-caps");

  if (own != NULL) {
    gst_caps_unref (all);
    all = gst_caps_ref (own);
  }
  if (filter == NULL)
    return all;
  caps = gst_caps_intersect_full (filter, all, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (all);
  return caps;
}

static gboolean
gst_llhls_track_sink_set_caps (GstBaseSink * sink, GstCaps * caps)
{
  GstLlHlsTrackSink *self = GST_LLHLS_TRACK_SINK (sink);

  if (self->track == NULL)
    return FALSE;
  if (gst_llhls_track_set_caps (self->track, caps))
    return TRUE;
  GST_ELEMENT_ERROR (self, STREAM, FORMAT, (NULL),
      ("caps without a codec_data that can be served: %" GST_PTR_FORMAT, caps));
  return FALSE;
}

static GstFlowReturn
gst_llhls_track_sink_render (GstBaseSink * sink, GstBuffer * buffer)
{
  GstLlHlsTrackSink *self = GST_LLHLS_TRACK_SINK (sink);

  if (self->track == NULL)
    return GST_FLOW_FLUSHING;
  return gst_llhls_track_push (self->track, &sink->segment, buffer,
      sink->sinkpad);
}

static gboolean
gst_llhls_track_sink_event (GstBaseSink * sink, GstEvent * event)
{
  GstLlHlsTrackSink *self = GST_LLHLS_TRACK_SINK (sink);
  GstTagList *tags;
  gboolean reset_time;

  if (self->track == NULL)
    return GST_BASE_SINK_CLASS (gst_llhls_track_sink_parent_class)->event (sink,
        event);
  if (GST_EVENT_TYPE (event) == GST_EVENT_TAG) {
    gst_event_parse_tag (event, &tags);
    gst_llhls_track_set_tags (self->track, tags);
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP) {
    gst_event_parse_flush_stop (event, &reset_time);
    gst_llhls_track_flush (self->track, reset_time);
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_EOS) {
    gst_llhls_track_end (self->track);
  }
  return GST_BASE_SINK_CLASS (gst_llhls_track_sink_parent_class)->event (sink,
      event);
}

static void
gst_llhls_track_sink_class_init (GstLlHlsTrackSinkClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *sink_class = GST_BASE_SINK_CLASS (klass);

  sink_class->get_caps = GST_DEBUG_FUNCPTR (gst_llhls_track_sink_get_caps);
  sink_class->set_caps = GST_DEBUG_FUNCPTR (gst_llhls_track_sink_set_caps);
  sink_class->render = GST_DEBUG_FUNCPTR (gst_llhls_track_sink_render);
  sink_class->event = GST_DEBUG_FUNCPTR (gst_llhls_track_sink_event);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "LL-HLS rendition",
      "Sink", "One rendition of llhlssink", "The gst-onair developers");
}

static void
gst_llhls_track_sink_init (GstLlHlsTrackSink * self)
{
  GstBaseSink *sink = GST_BASE_SINK (self);

  /* Each rendition runs as it comes; a missing one must not keep the pipeline
   * from PLAYING. */
  gst_base_sink_set_sync (sink, FALSE);
  gst_base_sink_set_async_enabled (sink, FALSE);
  gst_base_sink_set_last_sample_enabled (sink, FALSE);
}

GstElement *
gst_llhls_track_sink_new (const gchar * name, GstCaps * caps)
{
  GstElement *self =
      g_object_new (GST_TYPE_LLHLS_TRACK_SINK, "name", name, NULL);

  g_object_set_data_full (G_OBJECT (self), "llhls-caps", gst_caps_ref (caps),
      (GDestroyNotify) gst_caps_unref);
  return self;
}

void
gst_llhls_track_sink_set_track (GstLlHlsTrackSink * self, GstLlHlsTrack * track)
{
  self->track = track;
}
