/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A live video source that goes wrong in the way its URI says: faulty://good
 * (as any other word) never does, faulty://error-after-N, eos-after-N and
 * stall-after-N do after N frames, faulty://refuse does not start.  With
 * "hang" in it, it also hangs in NULL until it is released. */

#include <gst/base/gstpushsrc.h>
#include <stdlib.h>
#include <string.h>

#define FAULTY_BYTES 256        /* of a frame */
#define FAULTY_BYTE 200         /* each of them */

typedef struct
{
  GstPushSrc parent;
  gchar *uri;
  guint frames;
  guint fault_after;
  GMutex lock;
  GCond cond;
  gboolean flushing;            /* under the lock */
} Faulty;

typedef GstPushSrcClass FaultyClass;

static guint faulty_fps;        /* fixed after faulty_register () */
static gint faulty_starts;      /* atomic: sources started */
static GMutex faulty_hang_lock;
static GCond faulty_hang_cond;
static guint faulty_hangs;      /* under the hang lock: sources that hang now */
static gboolean faulty_released;        /* under the hang lock */

GType faulty_get_type (void);
static inline void faulty_uri_init (gpointer iface, gpointer data);

G_DEFINE_TYPE_WITH_CODE (Faulty, faulty, GST_TYPE_PUSH_SRC,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER, faulty_uri_init));

/* Once, in the suite: no test runs yet. */
static inline void
faulty_register (guint fps)
{
  faulty_fps = fps;
  gst_element_register (NULL, "faultysrc", GST_RANK_PRIMARY,
      faulty_get_type ());
}

static inline guint
faulty_count_starts (void)
{
  return (guint) g_atomic_int_get (&faulty_starts);
}

static inline guint
faulty_count_hangs (void)
{
  guint count;

  g_mutex_lock (&faulty_hang_lock);
  count = faulty_hangs;
  g_mutex_unlock (&faulty_hang_lock);
  return count;
}

/* None hangs any more, nor will. */
static inline void
faulty_release_hangs (void)
{
  g_mutex_lock (&faulty_hang_lock);
  faulty_released = TRUE;
  g_cond_broadcast (&faulty_hang_cond);
  while (faulty_hangs > 0)
    g_cond_wait (&faulty_hang_cond, &faulty_hang_lock);
  g_mutex_unlock (&faulty_hang_lock);
}

static inline GstURIType
faulty_uri_type (GType type)
{
  return GST_URI_SRC;
}

static inline const gchar *const *
faulty_protocols (GType type)
{
  static const gchar *const protocols[] = { "faulty", NULL };

  return protocols;
}

static inline gchar *
faulty_get_uri (GstURIHandler *handler)
{
  return g_strdup (((Faulty *) handler)->uri);
}

static inline gboolean
faulty_set_uri (GstURIHandler *handler, const gchar *uri, GError **error)
{
  Faulty *self = (Faulty *) handler;
  const gchar *after = strstr (uri, "-after-");

  g_free (self->uri);
  self->uri = g_strdup (uri);
  self->fault_after = after != NULL ? (guint) atoi (after + 7) : G_MAXUINT;
  return TRUE;
}

static inline void
faulty_uri_init (gpointer iface, gpointer data)
{
  GstURIHandlerInterface *handler = iface;

  handler->get_type = faulty_uri_type;
  handler->get_protocols = faulty_protocols;
  handler->get_uri = faulty_get_uri;
  handler->set_uri = faulty_set_uri;
}

static inline gboolean
faulty_is (Faulty *self, const gchar *what)
{
  return strstr (self->uri, what) != NULL;
}

static inline gboolean
faulty_start (GstBaseSrc *src)
{
  Faulty *self = (Faulty *) src;

  g_atomic_int_inc (&faulty_starts);
  if (faulty_is (self, "refuse")) {
    GST_ELEMENT_ERROR (src, RESOURCE, OPEN_READ, (NULL), ("refused"));
    return FALSE;
  }
  self->frames = 0;
  return TRUE;
}

static inline gboolean
faulty_set_flushing (Faulty *self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static inline gboolean
faulty_unlock (GstBaseSrc *src)
{
  return faulty_set_flushing ((Faulty *) src, TRUE);
}

static inline gboolean
faulty_unlock_stop (GstBaseSrc *src)
{
  return faulty_set_flushing ((Faulty *) src, FALSE);
}

/* Waits for a frame's time, or for ever; FALSE when flushing. */
static inline gboolean
faulty_wait (Faulty *self, gboolean for_ever)
{
  gint64 until = g_get_monotonic_time () + G_TIME_SPAN_SECOND / faulty_fps;
  gboolean flushing;

  g_mutex_lock (&self->lock);
  while (!self->flushing && (for_ever || g_get_monotonic_time () < until)) {
    if (for_ever)
      g_cond_wait (&self->cond, &self->lock);
    else
      g_cond_wait_until (&self->cond, &self->lock, until);
  }
  flushing = self->flushing;
  g_mutex_unlock (&self->lock);
  return !flushing;
}

static inline GstFlowReturn
faulty_create (GstPushSrc *src, GstBuffer **buffer)
{
  Faulty *self = (Faulty *) src;
  GstClockTime frame = GST_SECOND / faulty_fps;
  gboolean now = self->frames >= self->fault_after;

  if (now && faulty_is (self, "eos"))
    return GST_FLOW_EOS;
  if (now && faulty_is (self, "error")) {
    GST_ELEMENT_ERROR (src, RESOURCE, READ, (NULL), ("as asked for"));
    return GST_FLOW_ERROR;
  }
  if (!faulty_wait (self, now))
    return GST_FLOW_FLUSHING;
  *buffer = gst_buffer_new_allocate (NULL, FAULTY_BYTES, NULL);
  gst_buffer_memset (*buffer, 0, FAULTY_BYTE, FAULTY_BYTES);
  GST_BUFFER_PTS (*buffer) = self->frames * frame;
  GST_BUFFER_DURATION (*buffer) = frame;
  self->frames++;
  return GST_FLOW_OK;
}

static inline void
faulty_hang (void)
{
  g_mutex_lock (&faulty_hang_lock);
  faulty_hangs++;
  while (!faulty_released)
    g_cond_wait (&faulty_hang_cond, &faulty_hang_lock);
  faulty_hangs--;
  g_cond_broadcast (&faulty_hang_cond);
  g_mutex_unlock (&faulty_hang_lock);
}

static inline GstStateChangeReturn
faulty_change_state (GstElement *element, GstStateChange transition)
{
  if (transition == GST_STATE_CHANGE_READY_TO_NULL
      && faulty_is ((Faulty *) element, "hang"))
    faulty_hang ();
  return GST_ELEMENT_CLASS (faulty_parent_class)->change_state (element,
      transition);
}

static inline void
faulty_finalize (GObject *object)
{
  Faulty *self = (Faulty *) object;

  g_free (self->uri);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  G_OBJECT_CLASS (faulty_parent_class)->finalize (object);
}

static void
faulty_class_init (FaultyClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (klass);
  GstCaps *caps = gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING,
      "GRAY8", "width", G_TYPE_INT, 16, "height", G_TYPE_INT, 16, "framerate",
      GST_TYPE_FRACTION, (gint) faulty_fps, 1, NULL);

  G_OBJECT_CLASS (klass)->finalize = faulty_finalize;
  element_class->change_state = faulty_change_state;
  src_class->start = faulty_start;
  src_class->unlock = faulty_unlock;
  src_class->unlock_stop = faulty_unlock_stop;
  GST_PUSH_SRC_CLASS (klass)->create = faulty_create;
  gst_element_class_add_pad_template (element_class,
      gst_pad_template_new ("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));
  gst_caps_unref (caps);
  gst_element_class_set_static_metadata (element_class, "Faulty", "Source",
      "Goes wrong when asked to", "gst-onair contributors");
}

static void
faulty_init (Faulty *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}
