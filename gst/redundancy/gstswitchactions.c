/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstswitchactions.h"

#include "gstelementmessage.h"

typedef struct
{
  GstSwitchControl *control;
  const gchar *prefix;
} Target;

static GQuark
target_quark (void)
{
  return g_quark_from_static_string ("gst-switch-actions-target");
}

static void
target_free (gpointer data)
{
  Target *target = data;

  gst_switch_control_unref (target->control);
  g_free (target);
}

void
gst_switch_actions_attach (GstElement * element, const gchar * prefix,
    GstSwitchControl * control)
{
  Target *target = g_new (Target, 1);

  target->control = gst_switch_control_ref (control);
  target->prefix = prefix;
  g_object_set_qdata_full (G_OBJECT (element), target_quark (), target,
      target_free);
}

void
gst_switch_actions_refuse (GstElement * element, const gchar * command,
    const gchar * name, FailoverVerdict verdict)
{
  Target *target = g_object_get_qdata (G_OBJECT (element), target_quark ());
  g_autofree gchar *fact = g_strdup_printf ("%s-refused", target->prefix);
  g_autofree gchar *summary = g_strdup_printf ("%s %s refused: %s", command,
      name, failover_verdict_text (verdict));

  GST_WARNING_OBJECT (element, "%s", summary);
  gst_element_message_post (element, fact, GST_ELEMENT_MESSAGE_WARNING,
      summary, "command", G_TYPE_STRING, command, "input", G_TYPE_STRING, name,
      "reason", G_TYPE_STRING, failover_verdict_text (verdict), NULL);
}

static const gchar *const command_nicks[] = {
  "switch-to", "force", "lockout", "fallback-to-slate", "hold", "clear",
};

gboolean
gst_switch_actions_act (GstElement * element, GstSwitchCommand command,
    guint media, const gchar * name, guint argument)
{
  Target *target = g_object_get_qdata (G_OBJECT (element), target_quark ());
  GstSwitchControl *control = target->control;
  FailoverVerdict verdict = FAILOVER_GRANTED;
  GstClockTime now = gst_element_running_time_now (element);
  g_autofree gchar *nick = NULL;

  if (!GST_CLOCK_TIME_IS_VALID (now))
    now = 0;
  switch (command) {
    case GST_SWITCH_COMMAND_SWITCH_TO:
      verdict = gst_switch_control_switch_to (control, media, name, now);
      break;
    case GST_SWITCH_COMMAND_FORCE:
      verdict = gst_switch_control_force (control, media, name, now,
          argument > 0 ? argument * GST_MSECOND : GST_CLOCK_TIME_NONE);
      break;
    case GST_SWITCH_COMMAND_LOCKOUT:
      verdict =
          gst_switch_control_lockout (control, media, name, argument, now);
      break;
    case GST_SWITCH_COMMAND_FALLBACK_TO_SLATE:
      verdict = gst_switch_control_fallback_to_slate (control, media,
          argument, now);
      break;
    case GST_SWITCH_COMMAND_HOLD:
      verdict = gst_switch_control_hold (control, media, argument, now);
      break;
    case GST_SWITCH_COMMAND_CLEAR:
      verdict = gst_switch_control_clear (control, media, now);
      break;
  }
  nick = g_strconcat (media != AV_POLICY_BOTH ? "media-" : "",
      command_nicks[command], NULL);
  if (verdict == FAILOVER_GRANTED) {
    GST_INFO_OBJECT (element, "%s %s", nick, name != NULL ? name : "");
    gst_switch_news_post (gst_switch_control_take_news (control), element,
        target->prefix);
    return TRUE;
  }
  gst_switch_actions_refuse (element, nick, name != NULL ? name : "", verdict);
  return FALSE;
}

static gboolean
on_switch_to (GstElement * element, const gchar * name)
{
  return gst_switch_actions_act (element, GST_SWITCH_COMMAND_SWITCH_TO,
      AV_POLICY_BOTH, name, TRUE);
}

static gboolean
on_force (GstElement * element, const gchar * name, guint duration)
{
  return gst_switch_actions_act (element, GST_SWITCH_COMMAND_FORCE,
      AV_POLICY_BOTH, name, duration);
}

static gboolean
on_lockout (GstElement * element, const gchar * name, gboolean on)
{
  return gst_switch_actions_act (element, GST_SWITCH_COMMAND_LOCKOUT,
      AV_POLICY_BOTH, name, on);
}

static gboolean
on_fallback_to_slate (GstElement * element, gboolean on)
{
  return gst_switch_actions_act (element, GST_SWITCH_COMMAND_FALLBACK_TO_SLATE,
      AV_POLICY_BOTH, NULL, on);
}

static gboolean
on_hold (GstElement * element, gboolean on)
{
  return gst_switch_actions_act (element, GST_SWITCH_COMMAND_HOLD,
      AV_POLICY_BOTH, NULL, on);
}

static gboolean
on_clear (GstElement * element)
{
  return gst_switch_actions_act (element, GST_SWITCH_COMMAND_CLEAR,
      AV_POLICY_BOTH, NULL, FALSE);
}

static void
install (GType type, const gchar * name, GCallback handler, guint n_params,
    GType first, GType second)
{
  g_signal_new_class_handler (name, type, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
      handler, NULL, NULL, NULL, G_TYPE_BOOLEAN, n_params, first, second);
}

void
gst_switch_actions_install (GType type)
{
  /**
   * GstRedundantSwitch::switch-to:
   * @name: the input's name
   *
   * Shows an input as long as it is healthy.
   *
   * Returns: FALSE when it is refused; a message says why
   *
   * Since: 0.1
   */
  install (type, "switch-to", G_CALLBACK (on_switch_to), 1, G_TYPE_STRING,
      G_TYPE_NONE);
  /**
   * GstRedundantSwitch::force:
   * @name: the input's name
   * @duration: for how long, in milliseconds; 0 is until "clear"
   *
   * Shows an input even when it fails.
   *
   * Since: 0.1
   */
  install (type, "force", G_CALLBACK (on_force), 2, G_TYPE_STRING, G_TYPE_UINT);
  /**
   * GstRedundantSwitch::lockout:
   * @name: the input's name
   * @on: whether it must not be shown
   *
   * Never shows an input, whatever else is asked for.
   *
   * Since: 0.1
   */
  install (type, "lockout", G_CALLBACK (on_lockout), 2, G_TYPE_STRING,
      G_TYPE_BOOLEAN);
  /**
   * GstRedundantSwitch::fallback-to-slate:
   * @on: whether to show it
   *
   * Shows the slate until it is ended or "clear" is called.
   *
   * Since: 0.1
   */
  install (type, "fallback-to-slate", G_CALLBACK (on_fallback_to_slate), 1,
      G_TYPE_BOOLEAN, G_TYPE_NONE);
  /**
   * GstRedundantSwitch::hold:
   * @on: whether to hold
   *
   * No move but for a failure.
   *
   * Since: 0.1
   */
  install (type, "hold", G_CALLBACK (on_hold), 1, G_TYPE_BOOLEAN, G_TYPE_NONE);
  /**
   * GstRedundantSwitch::clear:
   *
   * Ends switch-to, force, fallback-to-slate and hold.
   *
   * Since: 0.1
   */
  install (type, "clear", G_CALLBACK (on_clear), 0, G_TYPE_NONE, G_TYPE_NONE);
}
