/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlspad.h"

/* Locks: the object lock only. */
struct _GstLlHlsPad
{
  GstGhostPad parent;

  GstLlHlsPadSettings settings; /* object lock */
};

enum
{
  PROP_BANDWIDTH = 1,
  PROP_AVERAGE_BANDWIDTH,
  PROP_TRACK_NAME,
  PROP_LANGUAGE,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (GstLlHlsPad, gst_llhls_pad, GST_TYPE_GHOST_PAD);

static void
gst_llhls_pad_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  GstLlHlsPad *self = GST_LLHLS_PAD (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_BANDWIDTH:
      self->settings.bandwidth = g_value_get_uint (value);
      break;
    case PROP_AVERAGE_BANDWIDTH:
      self->settings.average_bandwidth = g_value_get_uint (value);
      break;
    case PROP_TRACK_NAME:
      g_free (self->settings.label);
      self->settings.label = g_value_dup_string (value);
      break;
    case PROP_LANGUAGE:
      g_free (self->settings.language);
      self->settings.language = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_llhls_pad_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstLlHlsPad *self = GST_LLHLS_PAD (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_BANDWIDTH:
      g_value_set_uint (value, self->settings.bandwidth);
      break;
    case PROP_AVERAGE_BANDWIDTH:
      g_value_set_uint (value, self->settings.average_bandwidth);
      break;
    case PROP_TRACK_NAME:
      g_value_set_string (value, self->settings.label);
      break;
    case PROP_LANGUAGE:
      g_value_set_string (value, self->settings.language);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_llhls_pad_finalize (GObject * object)
{
  GstLlHlsPad *self = GST_LLHLS_PAD (object);

  g_free (self->settings.label);
  g_free (self->settings.language);
  G_OBJECT_CLASS (gst_llhls_pad_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass * klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
      | GST_PARAM_MUTABLE_READY;

  properties[PROP_BANDWIDTH] = g_param_spec_uint ("bandwidth", "Bandwidth",
      "BANDWIDTH of this rendition alone, 0 = from tags, else measured (bit/s)",
      0, G_MAXINT, 0, flags);
  properties[PROP_AVERAGE_BANDWIDTH] =
      g_param_spec_uint ("average-bandwidth", "Average bandwidth",
      "AVERAGE-BANDWIDTH of this rendition alone, 0 = from tags (bit/s)",
      0, G_MAXINT, 0, flags);
  properties[PROP_TRACK_NAME] = g_param_spec_string ("track-name",
      "Track name", "NAME shown to viewers, NULL = the pad's name", NULL,
      flags);
  properties[PROP_LANGUAGE] = g_param_spec_string ("language", "Language",
      "LANGUAGE as in RFC 5646, NULL = from tags", NULL, flags);
  g_object_class_install_properties (klass, N_PROPERTIES, properties);
}

static void
gst_llhls_pad_class_init (GstLlHlsPadClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = gst_llhls_pad_set_property;
  object_class->get_property = gst_llhls_pad_get_property;
  object_class->finalize = gst_llhls_pad_finalize;
  install_properties (object_class);
}

static void
gst_llhls_pad_init (GstLlHlsPad * self)
{
}

GstPad *
gst_llhls_pad_new (const gchar * name, GstPadTemplate * templ, GstPad * target)
{
  GstPad *pad = g_object_new (GST_TYPE_LLHLS_PAD, "name", name, "direction",
      GST_PAD_SINK, "template", templ, NULL);

  gst_ghost_pad_set_target (GST_GHOST_PAD (pad), target);
  return pad;
}

void
gst_llhls_pad_get_settings (GstLlHlsPad * self, GstLlHlsPadSettings * settings)
{
  GST_OBJECT_LOCK (self);
  *settings = self->settings;
  settings->label = g_strdup (self->settings.label);
  settings->language = g_strdup (self->settings.language);
  GST_OBJECT_UNLOCK (self);
}
