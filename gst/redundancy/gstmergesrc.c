/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The source of a group of inputs: what their merge gives.  Not registered as
 * an element.
 * Locks: the object lock guards the reader's number.
 * Threads: the streaming thread waits in the merge; unlock() ends that. */
#include <gst/base/gstpushsrc.h>

#include "gstinputmerge.h"
#include "gstudpsource.h"

#define GST_TYPE_MERGE_SRC (gst_merge_src_get_type ())
G_DECLARE_FINAL_TYPE (GstMergeSrc, gst_merge_src, GST, MERGE_SRC, GstPushSrc)
     struct _GstMergeSrc
     {
       GstPushSrc parent;

       GstInputMerge *merge;    /* fixed after new */
       guint reader;            /* object lock */
     };

G_DEFINE_FINAL_TYPE (GstMergeSrc, gst_merge_src, GST_TYPE_PUSH_SRC);

     static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

     static void open_reader (GstMergeSrc * self)
{
  guint reader = gst_input_merge_open_reader (self->merge);

  GST_OBJECT_LOCK (self);
  self->reader = reader;
  GST_OBJECT_UNLOCK (self);
}

static guint
get_reader (GstMergeSrc * self)
{
  guint reader;

  GST_OBJECT_LOCK (self);
  reader = self->reader;
  GST_OBJECT_UNLOCK (self);
  return reader;
}

static gboolean
gst_merge_src_start (GstBaseSrc * src)
{
  open_reader (GST_MERGE_SRC (src));
  return TRUE;
}

static gboolean
gst_merge_src_stop (GstBaseSrc * src)
{
  GstMergeSrc *self = GST_MERGE_SRC (src);

  gst_input_merge_close_reader (self->merge, get_reader (self));
  return TRUE;
}

static gboolean
gst_merge_src_unlock_stop (GstBaseSrc * src)
{
  open_reader (GST_MERGE_SRC (src));
  return TRUE;
}

/* What members bring has no caps of its own. */
static gboolean
gst_merge_src_negotiate (GstBaseSrc * src)
{
  GstMergeSrc *self = GST_MERGE_SRC (src);
  const gchar *uri = gst_input_merge_get_uri (self->merge);
  g_autoptr (GstCaps) caps = NULL;

  if (gst_input_merge_form (uri) == GST_INPUT_MERGE_RTP)
    caps = gst_rtp_uri_get_caps (uri, NULL);
  return caps == NULL || gst_base_src_set_caps (src, caps);
}

static GstFlowReturn
gst_merge_src_create (GstPushSrc * src, GstBuffer ** buffer)
{
  GstMergeSrc *self = GST_MERGE_SRC (src);

  *buffer = gst_input_merge_read (self->merge, get_reader (self));
  return *buffer != NULL ? GST_FLOW_OK : GST_FLOW_FLUSHING;
}

static void
gst_merge_src_finalize (GObject * object)
{
  GstMergeSrc *self = GST_MERGE_SRC (object);

  gst_input_merge_unref (self->merge);
  G_OBJECT_CLASS (gst_merge_src_parent_class)->finalize (object);
}

static void
gst_merge_src_class_init (GstMergeSrcClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_merge_src_finalize;
  src_class->start = GST_DEBUG_FUNCPTR (gst_merge_src_start);
  src_class->stop = GST_DEBUG_FUNCPTR (gst_merge_src_stop);
  src_class->unlock = GST_DEBUG_FUNCPTR (gst_merge_src_stop);
  src_class->unlock_stop = GST_DEBUG_FUNCPTR (gst_merge_src_unlock_stop);
  src_class->negotiate = GST_DEBUG_FUNCPTR (gst_merge_src_negotiate);
  GST_PUSH_SRC_CLASS (klass)->create = GST_DEBUG_FUNCPTR (gst_merge_src_create);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Merge", "Source",
      "What a group of inputs has in common", "gst-onair contributors");
}

static void
gst_merge_src_init (GstMergeSrc * self)
{
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}

GstElement *
gst_input_merge_new_source (GstInputMerge * merge)
{
  GstMergeSrc *self = g_object_new (GST_TYPE_MERGE_SRC, "name", "source", NULL);

  self->merge = gst_input_merge_ref (merge);
  return GST_ELEMENT (self);
}
