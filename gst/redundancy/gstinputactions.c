/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstinputactions.h"

#include "gstredundantinput.h"
#include "gstswitchactions.h"

/* (transfer full) (nullable): there is none, which is told */
static GstRedundantInput *
find_input (GstElement * element, const gchar * command, const gchar * name)
{
  GObject *input = name != NULL ? gst_child_proxy_get_child_by_name
      (GST_CHILD_PROXY (element), name) : NULL;

  if (input == NULL) {
    gst_switch_actions_refuse (element, command, name != NULL ? name : "",
        FAILOVER_UNKNOWN_INPUT);
  } else {
    GST_INFO_OBJECT (element, "%s %s", command, name);
  }
  return (GstRedundantInput *) input;
}

static gboolean
on_restart_input (GstElement * element, const gchar * name)
{
  g_autoptr (GstRedundantInput) input = find_input (element, "restart-input",
      name);

  if (input != NULL)
    gst_redundant_input_restart (input);
  return input != NULL;
}

static gboolean
on_prepare (GstElement * element, const gchar * name)
{
  g_autoptr (GstRedundantInput) input = find_input (element, "prepare", name);

  if (input != NULL)
    gst_redundant_input_prepare (input);
  return input != NULL;
}

void
gst_input_actions_install (GType type)
{
  /**
   * GstRedundantSrc::restart-input:
   * @name: the input's name
   *
   * Has an input connect anew, at once and whatever its state; others take over
   * meanwhile when it is shown.
   *
   * Returns: FALSE when there is none of that name; a message says so
   *
   * Since: 0.1
   */
  g_signal_new_class_handler ("restart-input", type, G_SIGNAL_RUN_LAST
      | G_SIGNAL_ACTION, G_CALLBACK (on_restart_input), NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 1, G_TYPE_STRING);
  /**
   * GstRedundantSrc::prepare:
   * @name: the input's name
   *
   * Makes an input ready that is about to be needed: it connects at once
   * instead of waiting for its next attempt, and is hot for the next minutes,
   * whatever its standby.
   *
   * Returns: FALSE when there is none of that name; a message says so
   *
   * Since: 0.1
   */
  g_signal_new_class_handler ("prepare", type, G_SIGNAL_RUN_LAST
      | G_SIGNAL_ACTION, G_CALLBACK (on_prepare), NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 1, G_TYPE_STRING);
  /**
   * GstRedundantSrc::input-state-changed:
   * @name: the input's name
   * @state: as in the message redundantsrc-input
   * @previous: likewise
   * @reason: likewise
   *
   * Emitted in a thread that does nothing else.
   *
   * Since: 0.1
   */
  g_signal_new ("input-state-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
      NULL, G_TYPE_NONE, 4, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING,
      G_TYPE_STRING);
}
