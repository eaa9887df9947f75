/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstmediaactions.h"

#include "gstredundantsrc.h"
#include "gstswitchactions.h"

static gboolean
on_switch_to (GstElement * element, GstRedundantSrcMedia media,
    const gchar * name)
{
  return gst_switch_actions_act (element, GST_SWITCH_COMMAND_SWITCH_TO, media,
      name, TRUE);
}

static gboolean
on_force (GstElement * element, GstRedundantSrcMedia media, const gchar * name,
    guint duration)
{
  return gst_switch_actions_act (element, GST_SWITCH_COMMAND_FORCE, media,
      name, duration);
}

static gboolean
on_lockout (GstElement * element, GstRedundantSrcMedia media,
    const gchar * name, gboolean on)
{
  return gst_switch_actions_act (element, GST_SWITCH_COMMAND_LOCKOUT, media,
      name, on);
}

static gboolean
on_fallback_to_slate (GstElement * element, GstRedundantSrcMedia media,
    gboolean on)
{
  return gst_switch_actions_act (element, GST_SWITCH_COMMAND_FALLBACK_TO_SLATE,
      media, NULL, on);
}

static gboolean
on_hold (GstElement * element, GstRedundantSrcMedia media, gboolean on)
{
  return gst_switch_actions_act (element, GST_SWITCH_COMMAND_HOLD, media,
      NULL, on);
}

static gboolean
on_clear (GstElement * element, GstRedundantSrcMedia media)
{
  return gst_switch_actions_act (element, GST_SWITCH_COMMAND_CLEAR, media,
      NULL, FALSE);
}

static void
install (GType type, const gchar * name, GCallback handler, guint n_params,
    GType second, GType third)
{
  g_signal_new_class_handler (name, type, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
      handler, NULL, NULL, NULL, G_TYPE_BOOLEAN, n_params,
      GST_TYPE_REDUNDANT_SRC_MEDIA, second, third);
}

static void
install_inputs (GType type)
{
  /**
   * GstRedundantSrc::media-switch-to:
   * @media: what of it
   * @name: the input's name
   *
   * As "switch-to", for one medium: sound of another input than the picture,
   * or a picture that leaves the sound where it is.
   *
   * Returns: FALSE when it is refused; a message says why
   *
   * Since: 0.1
   */
  install (type, "media-switch-to", G_CALLBACK (on_switch_to), 2,
      G_TYPE_STRING, G_TYPE_NONE);
  /**
   * GstRedundantSrc::media-force:
   * @media: what of it
   * @name: the input's name
   * @duration: for how long, in milliseconds; 0 is until "clear"
   *
   * As "force", for one medium.
   *
   * Returns: FALSE when it is refused; a message says why
   *
   * Since: 0.1
   */
  install (type, "media-force", G_CALLBACK (on_force), 3, G_TYPE_STRING,
      G_TYPE_UINT);
  /**
   * GstRedundantSrc::media-lockout:
   * @media: what of it
   * @name: the input's name
   * @on: whether it must not be shown
   *
   * As "lockout", for one medium.
   *
   * Returns: FALSE when it is refused; a message says why
   *
   * Since: 0.1
   */
  install (type, "media-lockout", G_CALLBACK (on_lockout), 3, G_TYPE_STRING,
      G_TYPE_BOOLEAN);
}

void
gst_media_actions_install (GType type)
{
  install_inputs (type);
  /**
   * GstRedundantSrc::media-fallback-to-slate:
   * @media: of what
   * @on: whether to show it
   *
   * As "fallback-to-slate", for one medium: silence beside a picture.
   *
   * Returns: FALSE when it is refused; a message says why
   *
   * Since: 0.1
   */
  install (type, "media-fallback-to-slate", G_CALLBACK (on_fallback_to_slate),
      2, G_TYPE_BOOLEAN, G_TYPE_NONE);
  /**
   * GstRedundantSrc::media-hold:
   * @media: of what
   * @on: whether to hold
   *
   * As "hold", for one medium.
   *
   * Returns: FALSE when it is refused; a message says why
   *
   * Since: 0.1
   */
  install (type, "media-hold", G_CALLBACK (on_hold), 2, G_TYPE_BOOLEAN,
      G_TYPE_NONE);
  /**
   * GstRedundantSrc::media-clear:
   * @media: of what
   *
   * As "clear", for one medium.
   *
   * Returns: FALSE when it is refused; a message says why
   *
   * Since: 0.1
   */
  install (type, "media-clear", G_CALLBACK (on_clear), 1, G_TYPE_NONE,
      G_TYPE_NONE);
}
