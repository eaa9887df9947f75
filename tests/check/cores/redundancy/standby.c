/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "standby.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)

GST_START_TEST (standby_is_as_it_is_set_while_not_needed)
{
  Standby self;

  standby_init (&self, __i__);
  fail_unless_equals_int (standby_update (&self, FALSE, 5 * SECOND), __i__);
  fail_unless_equals_int (standby_update (&self, FALSE, 900 * SECOND), __i__);
}

GST_END_TEST;

GST_START_TEST (standby_is_hot_while_needed_and_a_while_after)
{
  Standby self;

  standby_init (&self, __i__);
  fail_unless_equals_int (standby_update (&self, TRUE, 5 * SECOND),
      STANDBY_HOT);
  fail_unless_equals_int (standby_update (&self, FALSE, 14 * SECOND),
      STANDBY_HOT);
  fail_unless_equals_int (standby_update (&self, FALSE, 15 * SECOND), __i__);
}

GST_END_TEST;

GST_START_TEST (standby_stays_hot_when_prepared)
{
  Standby self;

  standby_init (&self, __i__);
  standby_prepare (&self, SECOND);
  fail_unless_equals_int (standby_update (&self, FALSE, 2 * SECOND),
      STANDBY_HOT);
  /* Being needed does not shorten that. */
  fail_unless_equals_int (standby_update (&self, TRUE, 3 * SECOND),
      STANDBY_HOT);
  fail_unless_equals_int (standby_update (&self, FALSE, 300 * SECOND),
      STANDBY_HOT);
  fail_unless_equals_int (standby_update (&self, FALSE, 301 * SECOND), __i__);
}

GST_END_TEST;

static Suite *
standby_suite (void)
{
  Suite *s = suite_create ("standby");
  TCase *tc = tcase_create ("standby");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, standby_is_as_it_is_set_while_not_needed,
      STANDBY_HOT, STANDBY_COLD + 1);
  tcase_add_loop_test (tc, standby_is_hot_while_needed_and_a_while_after,
      STANDBY_WARM, STANDBY_COLD + 1);
  tcase_add_loop_test (tc, standby_stays_hot_when_prepared,
      STANDBY_WARM, STANDBY_COLD + 1);
  return s;
}

GST_CHECK_MAIN (standby);
