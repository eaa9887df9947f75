/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlspad.h"

#include "gststringproperty.h"

GST_DEBUG_CATEGORY_EXTERN (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

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
  PROP_GROUP_ID,
  PROP_DEFAULT,
  PROP_AUTOSELECT,
  PROP_FORCED,
  PROP_CHARACTERISTICS,
  PROP_AUDIO_GROUPS,
  PROP_SCORE,
  PROP_STABLE_ID,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (GstLlHlsPad, gst_llhls_pad, GST_TYPE_GHOST_PAD);

/* Object lock */
static void
set_stable_id (GstLlHlsPad * self, const GValue * value)
{
  const gchar *id = g_value_get_string (value);

  if (id == NULL || multivariant_is_stable_id (id))
    gst_string_property_set (&self->settings.stable_id, value);
  else
    GST_WARNING ("stable-id is \"%s\"; allowed are letters, digits and "
        "+ / = . - _", id);
}

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
      gst_string_property_set (&self->settings.label, value);
      break;
    case PROP_LANGUAGE:
      gst_string_property_set (&self->settings.language, value);
      break;
    case PROP_GROUP_ID:
      gst_string_property_set (&self->settings.group_id, value);
      break;
    case PROP_DEFAULT:
      self->settings.is_default = g_value_get_boolean (value);
      break;
    case PROP_AUTOSELECT:
      self->settings.autoselect = g_value_get_boolean (value);
      break;
    case PROP_FORCED:
      self->settings.forced = g_value_get_boolean (value);
      break;
    case PROP_CHARACTERISTICS:
      gst_string_property_set (&self->settings.characteristics, value);
      break;
    case PROP_AUDIO_GROUPS:
      gst_string_property_set (&self->settings.audio_groups, value);
      break;
    case PROP_SCORE:
      self->settings.score = g_value_get_double (value);
      break;
    case PROP_STABLE_ID:
      set_stable_id (self, value);
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
    case PROP_GROUP_ID:
      g_value_set_string (value, self->settings.group_id);
      break;
    case PROP_DEFAULT:
      g_value_set_boolean (value, self->settings.is_default);
      break;
    case PROP_AUTOSELECT:
      g_value_set_boolean (value, self->settings.autoselect);
      break;
    case PROP_FORCED:
      g_value_set_boolean (value, self->settings.forced);
      break;
    case PROP_CHARACTERISTICS:
      g_value_set_string (value, self->settings.characteristics);
      break;
    case PROP_AUDIO_GROUPS:
      g_value_set_string (value, self->settings.audio_groups);
      break;
    case PROP_SCORE:
      g_value_set_double (value, self->settings.score);
      break;
    case PROP_STABLE_ID:
      g_value_set_string (value, self->settings.stable_id);
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

  gst_llhls_pad_settings_clear (&self->settings);
  G_OBJECT_CLASS (gst_llhls_pad_parent_class)->finalize (object);
}

static void
install_group_properties (GParamFlags flags)
{
  properties[PROP_GROUP_ID] = g_param_spec_string ("group-id", "Group",
      "GROUP-ID of an audio or text rendition, NULL = aud or subs", NULL,
      flags);
  properties[PROP_DEFAULT] = g_param_spec_boolean ("default", "Default",
      "DEFAULT: what plays when the viewer has chosen nothing", FALSE, flags);
  properties[PROP_AUTOSELECT] = g_param_spec_boolean ("autoselect",
      "Autoselect", "AUTOSELECT: players may choose it by the viewer's "
      "language and the like", TRUE, flags);
  properties[PROP_FORCED] = g_param_spec_boolean ("forced", "Forced",
      "FORCED: subtitles that belong to the picture", FALSE, flags);
  properties[PROP_CHARACTERISTICS] = g_param_spec_string ("characteristics",
      "Characteristics", "CHARACTERISTICS, separated by commas", NULL, flags);
  properties[PROP_AUDIO_GROUPS] = g_param_spec_string ("audio-groups",
      "Audio groups", "Audio groups that go with this video, separated by "
      "blanks, NULL = all, empty = none", NULL, flags);
  properties[PROP_SCORE] = g_param_spec_double ("score", "Score",
      "SCORE of this video, below 0 = none", -1, 1e6, -1, flags);
  properties[PROP_STABLE_ID] = g_param_spec_string ("stable-id", "Stable ID",
      "STABLE-VARIANT-ID or STABLE-RENDITION-ID", NULL, flags);
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
      "LANGUAGE as in RFC 5646, such as pt-BR, NULL = from tags", NULL, flags);
  install_group_properties (flags);
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
  self->settings.autoselect = TRUE;
  self->settings.score = -1;
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
  settings->group_id = g_strdup (self->settings.group_id);
  settings->characteristics = g_strdup (self->settings.characteristics);
  settings->audio_groups = g_strdup (self->settings.audio_groups);
  settings->stable_id = g_strdup (self->settings.stable_id);
  GST_OBJECT_UNLOCK (self);
}

void
gst_llhls_pad_settings_clear (GstLlHlsPadSettings * self)
{
  g_clear_pointer (&self->label, g_free);
  g_clear_pointer (&self->language, g_free);
  g_clear_pointer (&self->group_id, g_free);
  g_clear_pointer (&self->characteristics, g_free);
  g_clear_pointer (&self->audio_groups, g_free);
  g_clear_pointer (&self->stable_id, g_free);
}

void
gst_llhls_pad_settings_tell (const GstLlHlsPadSettings * self,
    MultivariantRendition * info)
{
  info->label = g_strdup (self->label);
  info->language = g_strdup (self->language);
  info->group = g_strdup (self->group_id);
  info->is_default = self->is_default;
  info->no_autoselect = !self->autoselect;
  info->forced = self->forced;
  info->characteristics = g_strdup (self->characteristics);
  info->audio_groups = g_strdup (self->audio_groups);
  info->has_score = self->score >= 0;
  info->score = self->score;
  info->stable_id = g_strdup (self->stable_id);
}
