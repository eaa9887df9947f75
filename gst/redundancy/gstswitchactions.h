/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstswitchcontrol.h"

G_BEGIN_DECLS

/* The operator's commands, the same action signals on both elements:
 * switch-to, force, lockout, fallback-to-slate, hold, clear. */
void gst_switch_actions_install (GType type);

typedef enum
{
  GST_SWITCH_COMMAND_SWITCH_TO,
  GST_SWITCH_COMMAND_FORCE,
  GST_SWITCH_COMMAND_LOCKOUT,
  GST_SWITCH_COMMAND_FALLBACK_TO_SLATE,
  GST_SWITCH_COMMAND_HOLD,
  GST_SWITCH_COMMAND_CLEAR,
} GstSwitchCommand;

/* Carries a command out for the media of a bit mask; FALSE: refused, and told
 * so.  `name` (nullable) and `argument` are what the command wants: whether it
 * is on, or for how long (ms). */
gboolean gst_switch_actions_act (GstElement * element,
    GstSwitchCommand command, guint media, const gchar * name,
    guint argument);

/* Says that a command was not carried out, and why. */
void gst_switch_actions_refuse (GstElement * element, const gchar * command,
    const gchar * name, FailoverVerdict verdict);

/* What the commands of this element act on; a refusal is logged and posted as
 * the element message `<prefix>-refused`.  `prefix` is static. */
void gst_switch_actions_attach (GstElement * element, const gchar * prefix,
    GstSwitchControl * control);

G_END_DECLS
