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

static void
expect_switch (Rig * rig, const gchar * from, const gchar * to,
    const gchar * reason)
{
  GstMessage *message = pop_message (rig, "redundantswitch-switch");
  const GstStructure *s;

  fail_unless (message != NULL, "no switch from %s to %s", from, to);
  s = gst_message_get_structure (message);
  fail_unless_equals_string (gst_structure_get_string (s, "from"), from);
  fail_unless_equals_string (gst_structure_get_string (s, "to"), to);
  fail_unless_equals_string (gst_structure_get_string (s, "reason"), reason);
  gst_message_unref (message);
}

/* What an input brought is shown later than it fails. */
GST_START_TEST (redundantoperator_hears_of_what_failed_before_it_was_shown)
{
  Rig rig;

  rig_init (&rig, 2);
  g_object_set (rig.element, "latency", 2000, NULL);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 0, GST_SECOND, 0);
  gst_pad_push_event (rig.src[0], gst_event_new_eos ());
  feed (&rig, 2, GST_SECOND, 5 * GST_SECOND, 0);
  expect_switch (&rig, "slate", "sink_0", "startup");
  expect_switch (&rig, "sink_0", "sink_1", "eos");
  fail_unless (pop_message (&rig, "redundantswitch-switch") == NULL);
  check_fresh (&rig);
  rig_clear (&rig);
}

GST_END_TEST;

/* A switch that is undone before its first picture is none. */
GST_START_TEST (redundantoperator_hears_nothing_of_what_was_undone)
{
  Rig rig;

  rig_init (&rig, 2);
  g_object_set (rig.element, "latency", 2000, "return-delay", 0, NULL);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 0, 3 * GST_SECOND, 0);
  expect_switch (&rig, "slate", "sink_0", "startup");
  /* It is back before what it brought has been shown. */
  gst_pad_push_event (rig.src[0], gst_event_new_eos ());
  feed (&rig, 2, 3 * GST_SECOND, 3 * GST_SECOND + 2 * FRAME, 0);
  begin_stream (&rig, 0, VIDEO_CAPS, 0);
  feed (&rig, 3, 3 * GST_SECOND + 2 * FRAME, 7 * GST_SECOND, 0);
  fail_unless (pop_message (&rig, "redundantswitch-switch") == NULL);
  check_fresh (&rig);
  rig_clear (&rig);
}

GST_END_TEST;

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

GST_START_TEST (redundantoperator_closes_the_lockout_of_what_is_removed)
{
  Rig rig;

  rig_init (&rig, 2);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 3, 0, GST_SECOND, 0);
  fail_unless (lockout (&rig, "sink_0", TRUE));
  expect_told (&rig, "lockout", "open", NULL);
  gst_pad_set_active (rig.src[0], FALSE);
  gst_element_release_request_pad (rig.element, rig.request[0]);
  gst_clear_object (&rig.request[0]);
  gst_clear_object (&rig.src[0]);
  feed (&rig, 2, GST_SECOND, 2 * GST_SECOND, 0);
  expect_told (&rig, "lockout", "close", "removed");
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

/* What the application hears, in the voice's thread. */
typedef struct
{
  gint asked;                   /* atomic */
  gint switched;                /* atomic */
  gint blocks;                  /* atomic: the handler does not return */
  gpointer thread;
  const gchar *answer;
  gchar *candidates;
  GMutex lock;
} Ear;

static gchar *
on_select (GstElement * element, const gchar * media,
    const GstStructure * candidates, gpointer user_data)
{
  Ear *ear = user_data;

  g_mutex_lock (&ear->lock);
  g_free (ear->candidates);
  ear->candidates = gst_structure_to_string (candidates);
  ear->thread = g_thread_self ();
  g_mutex_unlock (&ear->lock);
  g_atomic_int_inc (&ear->asked);
  while (g_atomic_int_get (&ear->blocks))
    g_usleep (1000);
  return g_strdup (ear->answer);
}

static void
on_switched (GstElement * element, const gchar * media, const gchar * from,
    const gchar * to, const gchar * reason, gpointer user_data)
{
  Ear *ear = user_data;

  fail_unless_equals_string (media, "video");
  fail_unless (from != NULL && to != NULL && reason != NULL);
  g_atomic_int_inc (&ear->switched);
}

static void
ear_open (Ear * ear, Rig * rig, const gchar * answer)
{
  memset (ear, 0, sizeof (Ear));
  g_mutex_init (&ear->lock);
  ear->answer = answer;
  g_signal_connect (rig->element, "select-input", G_CALLBACK (on_select), ear);
  g_signal_connect (rig->element, "switched", G_CALLBACK (on_switched), ear);
}

static void
ear_close (Ear * ear)
{
  g_free (ear->candidates);
  g_mutex_clear (&ear->lock);
}

static void
await (gint * counter, gint value)
{
  while (g_atomic_int_get (counter) < value)
    g_usleep (1000);
}

static void
await_selections (Rig * rig, guint64 n)
{
  while (stat (rig, "selections") < n)
    g_usleep (1000);
}

/* The first one goes silent at 1.96 s; when that is noticed the application is
 * asked about the other two. */
static void
play_three (Rig * rig, Ear * ear, const gchar * answer)
{
  rig_init (rig, 3);
  ear_open (ear, rig, answer);
  rig_play (rig, VIDEO_CAPS);
  feed (rig, 7, 0, 2 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (rig), 1);
  feed (rig, 6, 2 * GST_SECOND, 2400 * GST_MSECOND, 0);
  await (&ear->asked, 1);
}

GST_START_TEST (redundantoperator_application_chooses)
{
  Ear ear;
  Rig rig;

  play_three (&rig, &ear, "sink_2");
  await_selections (&rig, 1);
  fail_unless (ear.thread != g_thread_self ());
  fail_unless (strstr (ear.candidates, "choice=(string)sink_1") != NULL, "%s",
      ear.candidates);
  fail_unless (strstr (ear.candidates, "active=(string)sink_0") != NULL);
  fail_unless (strstr (ear.candidates, "sink_2") != NULL);
  feed (&rig, 6, 2400 * GST_MSECOND, 4 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 3);
  expect_message (&rig, "redundantswitch-switch", "to", "sink_0");
  expect_message (&rig, "redundantswitch-switch", "to", "sink_2");
  await (&ear.switched, 2);
  /* It is asked about the return when the delay is over, and not before. */
  feed (&rig, 6, 4 * GST_SECOND, 12 * GST_SECOND, 0);
  fail_unless_equals_int (g_atomic_int_get (&ear.asked), 1);
  fail_unless_equals_uint64 (stat (&rig, "selections"), 1);
  fail_unless_equals_uint64 (stat (&rig, "frames-missed"), 0);
  rig_clear (&rig);
  ear_close (&ear);
}

GST_END_TEST;

GST_START_TEST (redundantoperator_application_leaves_it_to_the_automaton)
{
  Ear ear;
  Rig rig;

  play_three (&rig, &ear, NULL);
  await_selections (&rig, 1);
  feed (&rig, 6, 2400 * GST_MSECOND, 4 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 2);
  fail_unless (pop_message (&rig, "redundantswitch-refused") == NULL);
  rig_clear (&rig);
  ear_close (&ear);
}

GST_END_TEST;

GST_START_TEST (redundantoperator_application_answers_nonsense)
{
  Ear ear;
  Rig rig;

  play_three (&rig, &ear, "nobody");
  await_selections (&rig, 1);
  feed (&rig, 6, 2400 * GST_MSECOND, 4 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 2);
  expect_refused (&rig, "select-input", "there is no such input");
  rig_clear (&rig);
  ear_close (&ear);
}

GST_END_TEST;

typedef struct
{
  GstBus *bus;
  gint asked, go, gone;         /* atomic */
} Farewell;

static void
on_gone (gpointer user_data, GObject * element)
{
  Farewell *farewell = user_data;

  g_atomic_int_inc (&farewell->gone);
}

static gchar *
take_leave (GstElement * element, const gchar * media,
    const GstStructure * candidates, gpointer user_data)
{
  Farewell *farewell = user_data;

  g_atomic_int_inc (&farewell->asked);
  await (&farewell->go, 1);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_bus_set_flushing (farewell->bus, TRUE);
  gst_object_unref (element);
  return g_strdup ("nobody");
}

/* The handler has dropped the last reference but that of the signal. */
GST_START_TEST (redundantoperator_may_be_freed_by_a_handler)
{
  Farewell farewell = { NULL, };
  guint i;
  Rig rig;

  rig_init (&rig, 3);
  farewell.bus = rig.bus;
  g_object_weak_ref (G_OBJECT (rig.element), on_gone, &farewell);
  g_signal_connect (rig.element, "select-input", G_CALLBACK (take_leave),
      &farewell);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 7, 0, 2 * GST_SECOND, 0);
  feed (&rig, 6, 2 * GST_SECOND, 2400 * GST_MSECOND, 0);
  await (&farewell.asked, 1);
  g_atomic_int_inc (&farewell.go);
  await (&farewell.gone, 1);
  /* What comes after the signal. */
  g_usleep (100000);
  for (i = 0; i < G_N_ELEMENTS (rig.src); i++) {
    gst_object_unref (rig.request[i]);
    gst_object_unref (rig.src[i]);
  }
  gst_object_unref (rig.sink);
  gst_object_unref (rig.bus);
  gst_object_unref (rig.clock);
  rig_forget (&rig);
  g_mutex_clear (&rig.lock);
}

GST_END_TEST;

/* The output goes on, and is not even late. */
GST_START_TEST (redundantoperator_application_does_not_answer)
{
  Ear ear;
  Rig rig;

  rig_init (&rig, 3);
  rig_play (&rig, VIDEO_CAPS);
  feed (&rig, 7, 0, 2 * GST_SECOND, 0);
  ear_open (&ear, &rig, "sink_2");
  g_atomic_int_set (&ear.blocks, TRUE);
  feed (&rig, 6, 2 * GST_SECOND, 5 * GST_SECOND, 0);
  await (&ear.asked, 1);
  fail_unless_equals_int (newest_input (&rig), 2);
  expect_refused (&rig, "select-input", "no answer came in time");
  fail_unless_equals_uint64 (stat (&rig, "frames-missed"), 0);
  check_time (&rig);
  g_atomic_int_set (&ear.blocks, FALSE);
  feed (&rig, 6, 5 * GST_SECOND, 7 * GST_SECOND, 0);
  fail_unless_equals_int (newest_input (&rig), 2);
  rig_clear (&rig);
  ear_close (&ear);
}

GST_END_TEST;

static void
on_stop (GstElement * element, GParamSpec * pspec, gpointer user_data)
{
  gint *stopped = user_data;
  GEnumValue *value;
  gint status;

  g_object_get (element, "status", &status, NULL);
  value = g_enum_get_value (G_PARAM_SPEC_ENUM (pspec)->enum_class, status);
  g_atomic_int_set (stopped, g_str_equal (value->value_nick, "stopped"));
}

static void
expect_status (Rig * rig, const gchar * nick)
{
  GParamSpec *pspec = g_object_class_find_property
      (G_OBJECT_GET_CLASS (rig->element), "status");
  gint status;

  g_object_get (rig->element, "status", &status, NULL);
  fail_unless_equals_string (g_enum_get_value (G_PARAM_SPEC_ENUM
          (pspec)->enum_class, status)->value_nick, nick);
}

GST_START_TEST (redundantoperator_status_says_how_it_is)
{
  gint stopped = FALSE;
  Rig rig;

  rig_init (&rig, 2);
  g_signal_connect (rig.element, "notify::status", G_CALLBACK (on_stop),
      &stopped);
  expect_status (&rig, "stopped");
  rig_play (&rig, VIDEO_CAPS);
  expect_status (&rig, "starting");
  feed (&rig, 3, 0, 2 * GST_SECOND, 0);
  expect_status (&rig, "running");
  expect_message (&rig, "redundantswitch-status", "status", "running");
  feed (&rig, 1, 2 * GST_SECOND, 4 * GST_SECOND, 0);
  expect_status (&rig, "degraded");
  expect_message (&rig, "redundantswitch-status", "status", "degraded");
  feed (&rig, 3, 4 * GST_SECOND, 6 * GST_SECOND, 0);
  feed (&rig, 2, 6 * GST_SECOND, 8 * GST_SECOND, 0);
  expect_status (&rig, "fallback");
  feed (&rig, 0, 8 * GST_SECOND, 12 * GST_SECOND, 0);
  expect_status (&rig, "slate");
  rig_clear (&rig);
  fail_unless (g_atomic_int_get (&stopped));
}

GST_END_TEST;

static Suite *
redundantoperator_suite (void)
{
  Suite *s = suite_create ("redundantoperator");
  TCase *tc = tcase_create ("redundantoperator");

  suite_add_tcase (s, tc);
  tcase_add_test (tc,
      redundantoperator_hears_of_what_failed_before_it_was_shown);
  tcase_add_test (tc, redundantoperator_hears_nothing_of_what_was_undone);
  tcase_add_test (tc, redundantoperator_force_lasts_as_long_as_it_shall);
  tcase_add_test (tc, redundantoperator_tells_what_is_in_force_and_why_it_ends);
  tcase_add_test (tc, redundantoperator_ending_the_slate_leaves_force);
  tcase_add_test (tc, redundantoperator_lists_lockouts);
  tcase_add_test (tc, redundantoperator_closes_the_lockout_of_what_is_removed);
  tcase_add_test (tc, redundantoperator_refuses_and_says_why);
  tcase_add_test (tc, redundantoperator_commands_last_beyond_a_session);
  tcase_add_test (tc, redundantoperator_application_chooses);
  tcase_add_test (tc, redundantoperator_application_leaves_it_to_the_automaton);
  tcase_add_test (tc, redundantoperator_application_answers_nonsense);
  tcase_add_test (tc, redundantoperator_may_be_freed_by_a_handler);
  tcase_add_test (tc, redundantoperator_application_does_not_answer);
  tcase_add_test (tc, redundantoperator_status_says_how_it_is);
  return s;
}

GST_CHECK_MAIN (redundantoperator);
