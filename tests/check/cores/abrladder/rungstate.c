/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "rungstate.h"

GST_START_TEST (rung_state_runs_from_its_first_frame_to_the_end)
{
  RungState state = rung_state_next (RUNG_FAILED, RUNG_EVENT_RESET);

  fail_unless_equals_int (state, RUNG_STARTING);
  state = rung_state_next (state, RUNG_EVENT_OUTPUT);
  fail_unless_equals_int (state, RUNG_RUNNING);
  state = rung_state_next (state, RUNG_EVENT_END);
  fail_unless_equals_int (state, RUNG_ENDED);
  fail_unless (rung_state_is_alive (state));
}

GST_END_TEST;

GST_START_TEST (rung_state_stays_failed)
{
  RungState state = rung_state_next (RUNG_RUNNING, RUNG_EVENT_ERROR);

  fail_unless_equals_int (state, RUNG_FAILED);
  fail_if (rung_state_is_alive (state));
  fail_unless_equals_int (rung_state_next (state, RUNG_EVENT_OUTPUT), state);
  fail_unless_equals_int (rung_state_next (state, RUNG_EVENT_END), state);
}

GST_END_TEST;

GST_START_TEST (rung_state_skipped_cannot_fail)
{
  fail_unless_equals_int (rung_state_next (RUNG_SKIPPED, RUNG_EVENT_ERROR),
      RUNG_SKIPPED);
  fail_if (rung_state_is_alive (RUNG_SKIPPED));
}

GST_END_TEST;

GST_START_TEST (rung_state_goes_on_after_a_flush)
{
  fail_unless_equals_int (rung_state_next (RUNG_ENDED, RUNG_EVENT_OUTPUT),
      RUNG_RUNNING);
}

GST_END_TEST;

GST_START_TEST (rung_state_names_differ)
{
  fail_unless_equals_string (rung_state_name (RUNG_STARTING), "starting");
  fail_unless_equals_string (rung_state_name (RUNG_RUNNING), "running");
  fail_unless_equals_string (rung_state_name (RUNG_SKIPPED), "skipped");
  fail_unless_equals_string (rung_state_name (RUNG_FAILED), "failed");
  fail_unless_equals_string (rung_state_name (RUNG_ENDED), "ended");
}

GST_END_TEST;

static Suite *
rungstate_suite (void)
{
  Suite *s = suite_create ("rungstate");
  TCase *tc = tcase_create ("rungstate");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, rung_state_runs_from_its_first_frame_to_the_end);
  tcase_add_test (tc, rung_state_stays_failed);
  tcase_add_test (tc, rung_state_skipped_cannot_fail);
  tcase_add_test (tc, rung_state_goes_on_after_a_flush);
  tcase_add_test (tc, rung_state_names_differ);
  return s;
}

GST_CHECK_MAIN (rungstate);
