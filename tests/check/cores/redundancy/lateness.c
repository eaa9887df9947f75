/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "lateness.h"

#define MS G_GUINT64_CONSTANT (1000000)

/* Data each 40 ms for `duration`; returns how often there was that news. */
static guint
deliver (Lateness * self, guint64 * now, guint64 duration, guint64 behind,
    LatenessNews news)
{
  guint64 end = *now + duration;
  guint n = 0;

  for (; *now < end; *now += 40 * MS)
    n += lateness_on_data (self, *now, behind) == news;
  return n;
}

GST_START_TEST (lateness_is_told_once_and_its_end_as_well)
{
  guint64 now = 1000 * MS;
  Lateness self;

  lateness_init (&self);
  fail_unless_equals_int (deliver (&self, &now, 2000 * MS, 0,
          LATENESS_NO_NEWS), 50);
  fail_unless_equals_int (deliver (&self, &now, 2000 * MS, 70 * MS,
          LATENESS_OPENS), 1);
  fail_unless (self.open);
  fail_unless_equals_uint64 (self.opened_at, 3000 * MS);
  fail_unless_equals_uint64 (self.behind, 70 * MS);
  fail_unless_equals_int (deliver (&self, &now, 5000 * MS, 0,
          LATENESS_CLOSES), 1);
  fail_if (self.open);
  fail_unless_equals_uint64 (self.punctual_since, 5000 * MS);
}

GST_END_TEST;

GST_START_TEST (lateness_ends_with_its_input)
{
  guint64 now = 1000 * MS;
  Lateness self;

  lateness_init (&self);
  fail_unless_equals_int (lateness_end (&self, now), LATENESS_NO_NEWS);
  deliver (&self, &now, 2000 * MS, 70 * MS, LATENESS_OPENS);
  fail_unless (self.open);
  fail_unless_equals_int (lateness_end (&self, now), LATENESS_CLOSES);
  fail_unless_equals_uint64 (self.punctual_since, now);
  fail_unless_equals_int (lateness_end (&self, now), LATENESS_NO_NEWS);
}

GST_END_TEST;

GST_START_TEST (lateness_does_not_tell_of_a_single_one)
{
  guint64 now = 0;
  Lateness self;
  guint i, n = 0;

  lateness_init (&self);
  for (i = 0; i < 100; i++) {
    n += deliver (&self, &now, 80 * MS, 10 * MS, LATENESS_OPENS);
    n += deliver (&self, &now, 40 * MS, 0, LATENESS_CLOSES);
  }
  fail_unless_equals_int (n, 0);
}

GST_END_TEST;

GST_START_TEST (lateness_is_told_at_most_each_ten_seconds)
{
  guint64 now = 0;
  guint i, opens = 0;
  Lateness self;

  lateness_init (&self);
  for (i = 0; i < 100; i++) {
    opens += deliver (&self, &now, 400 * MS, 10 * MS, LATENESS_OPENS);
    deliver (&self, &now, 1200 * MS, 0, LATENESS_CLOSES);
  }
  /* In 160 seconds. */
  fail_unless (opens > 10 && opens <= 16, "%u", opens);
  fail_unless_equals_int (self.incidents, opens);
}

GST_END_TEST;

static Suite *
lateness_suite (void)
{
  Suite *s = suite_create ("lateness");
  TCase *tc = tcase_create ("lateness");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, lateness_is_told_once_and_its_end_as_well);
  tcase_add_test (tc, lateness_ends_with_its_input);
  tcase_add_test (tc, lateness_does_not_tell_of_a_single_one);
  tcase_add_test (tc, lateness_is_told_at_most_each_ten_seconds);
  return s;
}

GST_CHECK_MAIN (lateness);
