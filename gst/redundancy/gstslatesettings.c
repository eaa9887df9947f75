/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstslatesettings.h"

#include "gstswitchsettings.h"

#define DEFAULT_SLATE GST_SLATE_BLACK
#define DEFAULT_SLATE_COLOR 0xff000000
#define DEFAULT_SLATE_AUDIO GST_SLATE_AUDIO_SILENCE

#define FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS \
    | GST_PARAM_MUTABLE_PLAYING)

static void
install_picture (GObjectClass * klass)
{
  /**
   * GstRedundantSwitch:slate:
   *
   * What raw video shows when no input has had a picture for
   * #GstRedundantSwitch:freeze-duration: black, a colour, an image, or media
   * over and over.  A file is loaded when the output begins; while it can't be
   * shown, black is.  Takes effect at once.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_SWITCH_PROP_SLATE,
      g_param_spec_enum ("slate", "Slate", "What is shown without an input",
          GST_TYPE_SLATE_KIND, DEFAULT_SLATE, FLAGS));
  /**
   * GstRedundantSwitch:slate-color:
   *
   * The colour of `slate=color`, big-endian ARGB.  Takes effect at once.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_SWITCH_PROP_SLATE_COLOR,
      g_param_spec_uint ("slate-color", "Slate colour",
          "The slate's colour (big-endian ARGB)", 0, G_MAXUINT32,
          DEFAULT_SLATE_COLOR, FLAGS));
}

void
gst_slate_settings_install (GObjectClass * klass)
{
  install_picture (klass);
  /**
   * GstRedundantSwitch:slate-uri:
   *
   * The image of `slate=image`, or the media of `slate=uri` and
   * `slate-audio=uri`: a URI or a file's path.  It is scaled to the output with
   * its aspect kept.  Takes effect at once.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_SWITCH_PROP_SLATE_URI,
      g_param_spec_string ("slate-uri", "Slate URI",
          "The slate's image or media: a URI or a path", NULL, FLAGS));
  /**
   * GstRedundantSwitch:slate-audio:
   *
   * What raw audio plays when no input has had any for
   * #GstRedundantSwitch:freeze-duration: silence, or the sound of
   * #GstRedundantSwitch:slate-uri.  Takes effect at once.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_SWITCH_PROP_SLATE_AUDIO,
      g_param_spec_enum ("slate-audio", "Slate audio",
          "What is heard without an input", GST_TYPE_SLATE_AUDIO,
          DEFAULT_SLATE_AUDIO, FLAGS));
}

gboolean
gst_slate_settings_set (GstSlate * slate, guint id, const GValue * value)
{
  switch (id) {
    case GST_SWITCH_PROP_SLATE:
      gst_slate_set_kind (slate, g_value_get_enum (value));
      return TRUE;
    case GST_SWITCH_PROP_SLATE_COLOR:
      gst_slate_set_color (slate, g_value_get_uint (value));
      return TRUE;
    case GST_SWITCH_PROP_SLATE_URI:
      gst_slate_set_uri (slate, g_value_get_string (value));
      return TRUE;
    case GST_SWITCH_PROP_SLATE_AUDIO:
      gst_slate_set_audio (slate, g_value_get_enum (value));
      return TRUE;
    default:
      return FALSE;
  }
}

gboolean
gst_slate_settings_get (GstSlate * slate, guint id, GValue * value)
{
  switch (id) {
    case GST_SWITCH_PROP_SLATE:
      g_value_set_enum (value, gst_slate_get_kind (slate));
      return TRUE;
    case GST_SWITCH_PROP_SLATE_COLOR:
      g_value_set_uint (value, gst_slate_get_color (slate));
      return TRUE;
    case GST_SWITCH_PROP_SLATE_URI:
      g_value_take_string (value, gst_slate_dup_uri (slate));
      return TRUE;
    case GST_SWITCH_PROP_SLATE_AUDIO:
      g_value_set_enum (value, gst_slate_get_audio (slate));
      return TRUE;
    default:
      return FALSE;
  }
}
