/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "keyunitgate.h"

#define MS G_GUINT64_CONSTANT (1000000)

GST_START_TEST (key_unit_gate_asks_for_all_but_the_first)
{
  KeyUnitGate gate;

  key_unit_gate_init (&gate);
  fail_if (key_unit_gate_on_frame (&gate, 0, TRUE));
  fail_if (key_unit_gate_on_frame (&gate, 40 * MS, FALSE));
  fail_unless (key_unit_gate_on_frame (&gate, 1000 * MS, TRUE));
  fail_unless_equals_uint64 (gate.requests, 1);
}

GST_END_TEST;

GST_START_TEST (key_unit_gate_finds_nothing_wrong_with_a_good_encoder)
{
  KeyUnitGate gate;
  guint i;

  key_unit_gate_init (&gate);
  for (i = 0; i < 1000; i++) {
    key_unit_gate_on_frame (&gate, i * 40 * MS, i % 25 == 0);
    fail_unless_equals_int (key_unit_gate_on_output (&gate, i * 40 * MS,
            i % 25 == 0), i % 25 == 0 ? KEY_UNIT_ALIGNED : KEY_UNIT_PLAIN);
  }
  fail_unless_equals_uint64 (gate.aligned, 40);
  fail_unless_equals_uint64 (key_unit_gate_misaligned (&gate), 0);
}

GST_END_TEST;

GST_START_TEST (key_unit_gate_bears_any_delay_of_the_encoder)
{
  KeyUnitGate gate;
  guint i;

  key_unit_gate_init (&gate);
  for (i = 0; i < 1000; i++) {
    key_unit_gate_on_frame (&gate, i * 40 * MS, i % 25 == 0);
    if (i >= 60)
      key_unit_gate_on_output (&gate, (i - 60) * 40 * MS, (i - 60) % 25 == 0);
  }
  fail_unless_equals_uint64 (key_unit_gate_misaligned (&gate), 0);
}

GST_END_TEST;

GST_START_TEST (key_unit_gate_sees_a_stray_key_frame)
{
  KeyUnitGate gate;

  key_unit_gate_init (&gate);
  key_unit_gate_on_frame (&gate, 0, TRUE);
  key_unit_gate_on_output (&gate, 0, TRUE);
  key_unit_gate_on_frame (&gate, 40 * MS, FALSE);
  fail_unless_equals_int (key_unit_gate_on_output (&gate, 40 * MS, TRUE),
      KEY_UNIT_EXTRA);
  fail_unless_equals_uint64 (gate.extra, 1);
}

GST_END_TEST;

GST_START_TEST (key_unit_gate_sees_a_missing_key_frame)
{
  KeyUnitGate gate;

  key_unit_gate_init (&gate);
  key_unit_gate_on_frame (&gate, 0, TRUE);
  key_unit_gate_on_frame (&gate, 1000 * MS, TRUE);
  key_unit_gate_on_output (&gate, 0, TRUE);
  fail_unless_equals_int (key_unit_gate_on_output (&gate, 1000 * MS, FALSE),
      KEY_UNIT_MISSED);
  fail_unless_equals_uint64 (gate.missed, 1);
}

GST_END_TEST;

GST_START_TEST (key_unit_gate_counts_a_late_key_frame_as_missing_and_stray)
{
  KeyUnitGate gate;

  key_unit_gate_init (&gate);
  key_unit_gate_on_frame (&gate, 0, TRUE);
  key_unit_gate_on_output (&gate, 0, TRUE);
  key_unit_gate_on_frame (&gate, 1000 * MS, TRUE);
  fail_unless_equals_int (key_unit_gate_on_output (&gate, 1040 * MS, TRUE),
      KEY_UNIT_EXTRA);
  fail_unless_equals_uint64 (key_unit_gate_misaligned (&gate), 2);
}

GST_END_TEST;

GST_START_TEST (key_unit_gate_bears_reordered_frames)
{
  KeyUnitGate gate;

  key_unit_gate_init (&gate);
  key_unit_gate_on_frame (&gate, 0, TRUE);
  key_unit_gate_on_frame (&gate, 120 * MS, TRUE);
  /* I P b b, then the next GOP. */
  key_unit_gate_on_output (&gate, 0, TRUE);
  key_unit_gate_on_output (&gate, 80 * MS, FALSE);
  key_unit_gate_on_output (&gate, 40 * MS, FALSE);
  fail_unless_equals_int (key_unit_gate_on_output (&gate, 120 * MS, TRUE),
      KEY_UNIT_ALIGNED);
  fail_unless_equals_uint64 (key_unit_gate_misaligned (&gate), 0);
}

GST_END_TEST;

GST_START_TEST (key_unit_gate_begins_anywhere)
{
  KeyUnitGate gate;

  key_unit_gate_init (&gate);
  fail_if (key_unit_gate_on_frame (&gate, 440 * MS, FALSE));
  fail_unless_equals_int (key_unit_gate_on_output (&gate, 440 * MS, TRUE),
      KEY_UNIT_ALIGNED);
}

GST_END_TEST;

GST_START_TEST (key_unit_gate_forgets_what_was_due_before_a_restart)
{
  KeyUnitGate gate;

  key_unit_gate_init (&gate);
  key_unit_gate_on_frame (&gate, 0, TRUE);
  key_unit_gate_on_frame (&gate, 1000 * MS, TRUE);
  key_unit_gate_restart (&gate);
  fail_if (key_unit_gate_on_frame (&gate, 2000 * MS, TRUE));
  fail_unless_equals_int (key_unit_gate_on_output (&gate, 2000 * MS, TRUE),
      KEY_UNIT_ALIGNED);
  fail_unless_equals_uint64 (key_unit_gate_misaligned (&gate), 0);
}

GST_END_TEST;

GST_START_TEST (key_unit_gate_is_bounded_when_nothing_comes_out)
{
  KeyUnitGate gate;
  guint i;

  key_unit_gate_init (&gate);
  for (i = 0; i < 1000; i++)
    key_unit_gate_on_frame (&gate, i * 1000 * MS, TRUE);
  fail_unless_equals_int (gate.n_due, KEY_UNIT_GATE_PENDING);
  fail_unless_equals_uint64 (gate.missed, 1000 - KEY_UNIT_GATE_PENDING);
}

GST_END_TEST;

GST_START_TEST (key_unit_gate_counts_foreign_requests)
{
  KeyUnitGate gate;

  key_unit_gate_init (&gate);
  key_unit_gate_on_foreign_request (&gate);
  fail_unless_equals_uint64 (gate.foreign, 1);
  fail_unless_equals_uint64 (gate.requests, 0);
}

GST_END_TEST;

static Suite *
keyunitgate_suite (void)
{
  Suite *s = suite_create ("keyunitgate");
  TCase *tc = tcase_create ("keyunitgate");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, key_unit_gate_asks_for_all_but_the_first);
  tcase_add_test (tc, key_unit_gate_finds_nothing_wrong_with_a_good_encoder);
  tcase_add_test (tc, key_unit_gate_bears_any_delay_of_the_encoder);
  tcase_add_test (tc, key_unit_gate_sees_a_stray_key_frame);
  tcase_add_test (tc, key_unit_gate_sees_a_missing_key_frame);
  tcase_add_test (tc,
      key_unit_gate_counts_a_late_key_frame_as_missing_and_stray);
  tcase_add_test (tc, key_unit_gate_bears_reordered_frames);
  tcase_add_test (tc, key_unit_gate_begins_anywhere);
  tcase_add_test (tc, key_unit_gate_forgets_what_was_due_before_a_restart);
  tcase_add_test (tc, key_unit_gate_is_bounded_when_nothing_comes_out);
  tcase_add_test (tc, key_unit_gate_counts_foreign_requests);
  return s;
}

GST_CHECK_MAIN (keyunitgate);
