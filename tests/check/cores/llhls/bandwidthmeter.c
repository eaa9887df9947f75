/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "bandwidthmeter.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)

/* 114 */
GST_START_TEST (bandwidth_meter_takes_runs_near_the_target)
{
  BandwidthMeter meter;

  bandwidth_meter_init (&meter, 4 * SECOND);
  /* Too short to tell, then with its neighbours: 3 s of 4000 bytes. */
  bandwidth_meter_add (&meter, 2000, SECOND);
  fail_unless_equals_uint64 (meter.peak_bps, 0);
  bandwidth_meter_add (&meter, 1000, SECOND);
  fail_unless_equals_uint64 (meter.peak_bps, 12000);
  bandwidth_meter_add (&meter, 1000, SECOND);
  fail_unless_equals_uint64 (meter.peak_bps, 12000);
  /* One by itself is a run, and with that before too long for one. */
  bandwidth_meter_add (&meter, 10000, 4 * SECOND);
  fail_unless_equals_uint64 (meter.peak_bps, 20000);
  fail_unless_equals_uint64 (bandwidth_meter_average (&meter), 16000);
  bandwidth_meter_clear (&meter);
}

GST_END_TEST;

GST_START_TEST (bandwidth_meter_does_not_join_across_a_gap)
{
  BandwidthMeter meter;

  bandwidth_meter_init (&meter, 4 * SECOND);
  bandwidth_meter_add (&meter, 100000, SECOND);
  bandwidth_meter_break (&meter);
  bandwidth_meter_add (&meter, 100000, SECOND);
  fail_unless_equals_uint64 (meter.peak_bps, 0);
  bandwidth_meter_clear (&meter);
}

GST_END_TEST;

GST_START_TEST (bandwidth_meter_is_bounded)
{
  BandwidthMeter meter;
  guint i;

  bandwidth_meter_init (&meter, 60 * SECOND);
  for (i = 0; i < 1000000; i++)
    bandwidth_meter_add (&meter, 25000000, i % 2 == 0 ? SECOND / 100 : SECOND);
  fail_unless (meter.recent->len <= 64);
  /* 25 MB in 0.505 s */
  fail_unless (bandwidth_meter_average (&meter) > 390000000);
  fail_unless (bandwidth_meter_average (&meter) < 402000000);
  bandwidth_meter_clear (&meter);
}

GST_END_TEST;

GST_START_TEST (bandwidth_told_stands_while_it_is_near)
{
  fail_unless_equals_uint64 (bandwidth_settle (1000, 1100, BANDWIDTH_ROOM),
      1000);
  fail_unless_equals_uint64 (bandwidth_settle (1000, 1200, BANDWIDTH_ROOM),
      1320);
  fail_unless_equals_uint64 (bandwidth_settle (1000, 10, BANDWIDTH_ROOM), 1000);
  fail_unless_equals_uint64 (bandwidth_settle (0, 0, BANDWIDTH_ROOM), 0);
}

GST_END_TEST;

static Suite *
bandwidthmeter_suite (void)
{
  Suite *s = suite_create ("bandwidthmeter");
  TCase *tc = tcase_create ("bandwidthmeter");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, bandwidth_meter_takes_runs_near_the_target);
  tcase_add_test (tc, bandwidth_meter_does_not_join_across_a_gap);
  tcase_add_test (tc, bandwidth_meter_is_bounded);
  tcase_add_test (tc, bandwidth_told_stands_while_it_is_near);
  return s;
}

GST_CHECK_MAIN (bandwidthmeter);
