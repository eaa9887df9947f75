/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "stallwatch.h"

#define MS G_GUINT64_CONSTANT (1000000)

static StallWatch
watch_new (void)
{
  StallWatch watch;

  stall_watch_init (&watch);
  watch.startup_timeout = 10000 * MS;
  watch.stall_timeout = 1000 * MS;
  return watch;
}

GST_START_TEST (stall_watch_waits_for_the_first_data)
{
  StallWatch watch = watch_new ();

  stall_watch_arm (&watch, 500 * MS);
  fail_unless_equals_uint64 (stall_watch_deadline (&watch, 500 * MS),
      10500 * MS);
  fail_unless_equals_int (stall_watch_check (&watch, 10499 * MS), STALL_NONE);
  fail_unless_equals_int (stall_watch_check (&watch, 10500 * MS),
      STALL_STARTUP);
}

GST_END_TEST;

GST_START_TEST (stall_watch_expects_data_to_go_on)
{
  StallWatch watch = watch_new ();

  stall_watch_arm (&watch, 0);
  stall_watch_on_data (&watch, 200 * MS);
  fail_unless_equals_uint64 (stall_watch_deadline (&watch, 200 * MS),
      1200 * MS);
  stall_watch_on_data (&watch, 700 * MS);
  fail_unless_equals_int (stall_watch_check (&watch, 1699 * MS), STALL_NONE);
  fail_unless_equals_int (stall_watch_check (&watch, 1700 * MS), STALL_STALLED);
  /* It stays so; there is nothing more to wait for. */
  fail_unless_equals_uint64 (stall_watch_deadline (&watch, 1700 * MS),
      STALL_WATCH_NEVER);
  stall_watch_on_data (&watch, 5000 * MS);
  fail_unless_equals_int (stall_watch_check (&watch, 5000 * MS), STALL_NONE);
}

GST_END_TEST;

GST_START_TEST (stall_watch_expects_nothing_when_off)
{
  StallWatch watch = watch_new ();

  fail_unless_equals_int (stall_watch_check (&watch, 100000 * MS), STALL_NONE);
  stall_watch_arm (&watch, 0);
  stall_watch_on_data (&watch, 0);
  stall_watch_disarm (&watch);
  /* Prerolling is not being watched. */
  stall_watch_on_data (&watch, 100 * MS);
  fail_unless_equals_uint64 (stall_watch_deadline (&watch, 0),
      STALL_WATCH_NEVER);
  fail_unless_equals_int (stall_watch_check (&watch, 100000 * MS), STALL_NONE);
}

GST_END_TEST;

GST_START_TEST (stall_watch_counts_anew_after_a_pause)
{
  StallWatch watch = watch_new ();

  stall_watch_arm (&watch, 0);
  stall_watch_on_data (&watch, 0);
  stall_watch_disarm (&watch);
  stall_watch_arm (&watch, 60000 * MS);
  fail_unless_equals_int (stall_watch_check (&watch, 60999 * MS), STALL_NONE);
  fail_unless_equals_int (stall_watch_check (&watch, 61000 * MS),
      STALL_STALLED);
}

GST_END_TEST;

GST_START_TEST (stall_watch_never_means_never)
{
  StallWatch watch;

  stall_watch_init (&watch);
  stall_watch_arm (&watch, 5);
  fail_unless_equals_int (stall_watch_check (&watch, STALL_WATCH_NEVER - 1),
      STALL_NONE);
  stall_watch_on_data (&watch, 6);
  fail_unless_equals_uint64 (stall_watch_deadline (&watch, 6),
      STALL_WATCH_NEVER);
}

GST_END_TEST;

static Suite *
stallwatch_suite (void)
{
  Suite *s = suite_create ("stallwatch");
  TCase *tc = tcase_create ("stallwatch");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, stall_watch_waits_for_the_first_data);
  tcase_add_test (tc, stall_watch_expects_data_to_go_on);
  tcase_add_test (tc, stall_watch_expects_nothing_when_off);
  tcase_add_test (tc, stall_watch_counts_anew_after_a_pause);
  tcase_add_test (tc, stall_watch_never_means_never);
  return s;
}

GST_CHECK_MAIN (stallwatch);
