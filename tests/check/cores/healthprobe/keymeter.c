/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "keymeter.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)

GST_START_TEST (key_meter_measures_the_last_and_the_longest_interval)
{
  KeyMeter meter = { 0 };

  key_meter_on_keyframe (&meter, 0);
  fail_unless_equals_uint64 (meter.interval, 0);
  key_meter_on_keyframe (&meter, 4 * SECOND);
  key_meter_on_keyframe (&meter, 6 * SECOND);
  fail_unless_equals_uint64 (meter.keyframes, 3);
  fail_unless_equals_uint64 (meter.interval, 2 * SECOND);
  fail_unless_equals_uint64 (meter.longest, 4 * SECOND);
}

GST_END_TEST;

GST_START_TEST (key_meter_measures_nothing_across_a_restart_or_a_step_back)
{
  KeyMeter meter = { 0 };

  key_meter_on_keyframe (&meter, 10 * SECOND);
  key_meter_restart (&meter);
  key_meter_on_keyframe (&meter, 60 * SECOND);
  key_meter_on_keyframe (&meter, 1 * SECOND);
  fail_unless_equals_uint64 (meter.longest, 0);
  key_meter_on_keyframe (&meter, 3 * SECOND);
  fail_unless_equals_uint64 (meter.interval, 2 * SECOND);
}

GST_END_TEST;

static Suite *
keymeter_suite (void)
{
  Suite *s = suite_create ("keymeter");
  TCase *tc = tcase_create ("keymeter");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, key_meter_measures_the_last_and_the_longest_interval);
  tcase_add_test (tc,
      key_meter_measures_nothing_across_a_restart_or_a_step_back);
  return s;
}

GST_CHECK_MAIN (keymeter);
