/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operator's commands of redundantswitch: what is in force, and what is
 * said about it. */
#include "switchrig.h"

static gboolean
command_name (Rig * rig, const gchar * command, const gchar * name)
{
  gboolean granted = FALSE;

  g_signal_emit_by_name (rig->element, command, name, &granted);
  return granted;
}

static gboolean
command_on (Rig * rig, const gchar * command, gboolean on)
{
  gboolean granted = FALSE;

  g_signal_emit_by_name (rig->element, command, on, &granted);
  return granted;
}

static gboolean
force (Rig * rig, const gchar * name, guint duration_ms)
{
  gboolean granted = FALSE;

  g_signal_emit_by_name (rig->element, "force", name, duration_ms, &granted);
  return granted;
}

static gboolean
lockout (Rig * rig, const gchar * name, gboolean on)
{
  gboolean granted = FALSE;

  g_signal_emit_by_name (rig->element, "lockout", name, on, &granted);
  return granted;
}

static gboolean
clear (Rig * rig)
{
  gboolean granted = FALSE;

  g_signal_emit_by_name (rig->element, "clear", &granted);
  return granted;
}

static GstStructure *
get_override (Rig * rig)
{
  GstStructure *s = NULL;

  g_object_get (rig->element, "override", &s, NULL);
  fail_unless (s != NULL);
  return s;
}

static void
expect_override (Rig * rig, const gchar * command, const gchar * input)
{
  g_autoptr (GstStructure) s = get_override (rig);

  fail_unless_equals_string (gst_structure_get_string (s, "command"), command);
  fail_unless_equals_string (gst_structure_get_string (s, "input"), input);
}

/* The next message about an override. */
static void
expect_told (Rig * rig, const gchar * command, const gchar * state,
    const gchar * reason)
{
  GstMessage *message = pop_message (rig, "redundantswitch-override");
  const GstStructure *s;

  fail_unless (message != NULL, "no %s %s", command, state);
  s = gst_message_get_structure (message);
  fail_unless_equals_string (gst_structure_get_string (s, "command"), command);
  fail_unless_equals_string (gst_structure_get_string (s, "state"), state);
  fail_unless_equals_string (gst_structure_get_string (s, "reason"), reason);
  fail_unless_equals_string (gst_structure_get_string (s, "media"), "video");
  fail_unless (gst_structure_has_field (s, "incident"));
  fail_unless (gst_structure_has_field_typed (s, "since", G_TYPE_UINT64));
  fail_unless (gst_structure_has_field (s, "duration") == (reason != NULL));
  gst_message_unref (message);
}

GST_START_TEST (redundantoperator_force_lasts_as_long_as_it_shall)
{
  g_autoptr (GstStructure) override = NULL;
  guint64 until = 0;
  Rig rig;

  rig_init (&rig, 2);
  g_object_set (rig.element, "return-delay", 0, NULL);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 0, 2 * GST_SECOND, 0);
  expect_override (&rig, "none", NULL);
  fail_unless (force (&rig, "sink_1", 10000));
  expect_told (&rig, "force", "open", NULL);
  override = get_override (&rig);
  fail_unless (gst_structure_get_uint64 (override, "until", &until));
  fail_unless_equals_uint64 (until, 12 * GST_SECOND);
  expect_override (&rig, "force", "sink_1");
  feed (&rig, 3, 2 * GST_SECOND, 11 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 2);
  fail_unless (pop_message (&rig, "redundantswitch-override") == NULL);
  feed (&rig, 3, 11 * GST_SECOND, 14 * GST_SECOND, 0);
  expect_told (&rig, "force", "close", "expired");
  expect_override (&rig, "none", NULL);
  fail_unless_equals_int (newest_input (&rig), 1);
  check_time (&rig);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantoperator_tells_what_is_in_force_and_why_it_ends)
{
  Rig rig;

  rig_init (&rig, 3);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 7, 0, 2 * GST_SECOND, 0);
  fail_unless (command_name (&rig, "switch-to", "sink_1"));
  expect_told (&rig, "switch-to", "open", NULL);
  expect_override (&rig, "switch-to", "sink_1");
  fail_unless (force (&rig, "sink_2", 0));
  expect_told (&rig, "force", "open", NULL);
  fail_unless (command_on (&rig, "fallback-to-slate", TRUE));
  expect_told (&rig, "force", "close", "replaced");
  expect_told (&rig, "fallback-to-slate", "open", NULL);
  expect_override (&rig, "fallback-to-slate", "");
  fail_unless (command_on (&rig, "fallback-to-slate", FALSE));
  expect_told (&rig, "fallback-to-slate", "close", "command");
  expect_override (&rig, "switch-to", "sink_1");
  feed (&rig, 5, 2 * GST_SECOND, 4 * GST_SECOND, 0);
  expect_told (&rig, "switch-to", "close", "failed");
  expect_override (&rig, "none", NULL);
  fail_unless (command_on (&rig, "hold", TRUE));
  expect_told (&rig, "hold", "open", NULL);
  fail_unless (clear (&rig));
  expect_told (&rig, "hold", "close", "command");
  rig_clear (&rig);
}

GST_END_TEST;

/* The end of one is not the end of the other. */
GST_START_TEST (redundantoperator_ending_the_slate_leaves_force)
{
  Rig rig;

  rig_init (&rig, 2);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 0, 2 * GST_SECOND, 0);
  fail_unless (force (&rig, "sink_1", 0));
  fail_unless (command_on (&rig, "fallback-to-slate", FALSE));
  feed (&rig, 3, 2 * GST_SECOND, 15 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 2);
  expect_override (&rig, "force", "sink_1");
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantoperator_lists_lockouts)
{
  g_autoptr (GstStructure) override = NULL;
  const GValue *lockouts;
  Rig rig;

  rig_init (&rig, 2);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 0, GST_SECOND, 0);
  fail_unless (lockout (&rig, "sink_0", TRUE));
  expect_told (&rig, "lockout", "open", NULL);
  fail_unless (lockout (&rig, "sink_0", TRUE));
  fail_unless (pop_message (&rig, "redundantswitch-override") == NULL);
  override = get_override (&rig);
  lockouts = gst_structure_get_value (override, "lockouts");
  fail_unless_equals_int (gst_value_array_get_size (lockouts), 1);
  fail_unless_equals_string (g_value_get_string (gst_value_array_get_value
          (lockouts, 0)), "sink_0");
  fail_unless (lockout (&rig, "sink_0", FALSE));
  expect_told (&rig, "lockout", "close", "command");
  rig_clear (&rig);
}

GST_END_TEST;

static void
expect_refused (Rig * rig, const gchar * command, const gchar * reason)
{
  GstMessage *message = pop_message (rig, "redundantswitch-refused");
  const GstStructure *s;

  fail_unless (message != NULL);
  s = gst_message_get_structure (message);
  fail_unless_equals_string (gst_structure_get_string (s, "command"), command);
  fail_unless_equals_string (gst_structure_get_string (s, "reason"), reason);
  gst_message_unref (message);
}

GST_START_TEST (redundantoperator_refuses_and_says_why)
{
  Rig rig;

  rig_init (&rig, 3);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 0, 2 * GST_SECOND, 0);
  fail_if (command_name (&rig, "switch-to", NULL));
  expect_refused (&rig, "switch-to", "there is no such input");
  fail_if (force (&rig, "sink_9", 0));
  expect_refused (&rig, "force", "there is no such input");
  fail_if (command_name (&rig, "switch-to", "sink_2"));
  expect_refused (&rig, "switch-to", "the input is not healthy");
  fail_unless (command_on (&rig, "hold", TRUE));
  fail_if (command_name (&rig, "switch-to", "sink_1"));
  expect_refused (&rig, "switch-to", "hold is on");
  fail_unless (command_on (&rig, "fallback-to-slate", TRUE));
  fail_if (command_name (&rig, "switch-to", "sink_1"));
  expect_refused (&rig, "switch-to", "another input or the slate is forced");
  fail_unless (lockout (&rig, "sink_1", TRUE));
  fail_if (force (&rig, "sink_1", 1000));
  expect_refused (&rig, "force", "the input is locked out");
  expect_override (&rig, "fallback-to-slate", "");
  rig_clear (&rig);
}

GST_END_TEST;

/* Commands are taken in any state, and outlive the session. */
GST_START_TEST (redundantoperator_commands_last_beyond_a_session)
{
  Rig rig;

  rig_init (&rig, 2);
  fail_unless (force (&rig, "sink_1", 0));
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 0, 2 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 2);
  gst_element_set_state (rig.element, GST_STATE_NULL);
  expect_override (&rig, "force", "sink_1");
  gst_pad_set_active (rig.sink, FALSE);
  gst_pad_set_active (rig.sink, TRUE);
  rig_forget (&rig);
  gst_element_set_base_time (rig.element, 2 * GST_SECOND);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 2 * GST_SECOND, 4 * GST_SECOND, -2 * GST_SECOND);
  fail_unless_equals_int (newest_input (&rig), 2);
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
redundantoperator_suite (void)
{
  Suite *s = suite_create ("redundantoperator");
  TCase *tc = tcase_create ("redundantoperator");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, redundantoperator_force_lasts_as_long_as_it_shall);
  tcase_add_test (tc, redundantoperator_tells_what_is_in_force_and_why_it_ends);
  tcase_add_test (tc, redundantoperator_ending_the_slate_leaves_force);
  tcase_add_test (tc, redundantoperator_lists_lockouts);
  tcase_add_test (tc, redundantoperator_refuses_and_says_why);
  tcase_add_test (tc, redundantoperator_commands_last_beyond_a_session);
  return s;
}

GST_CHECK_MAIN (redundantoperator);
