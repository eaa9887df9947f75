/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "outputtimeline.h"

#define MS G_GUINT64_CONSTANT (1000000)

static void
assert_mapped (OutputTimeline * timeline, guint64 time, gint64 reorder,
    guint64 pts, guint64 dts)
{
  OutputStamp stamp;

  fail_unless (output_timeline_map (timeline, OUTPUT_TIMELINE_SHIFT + time,
          reorder, &stamp));
  fail_unless_equals_uint64 (stamp.pts, pts);
  fail_unless_equals_uint64 (stamp.dts, dts);
}

GST_START_TEST (output_timeline_takes_the_shift_off)
{
  OutputTimeline timeline;

  output_timeline_init (&timeline);
  assert_mapped (&timeline, 0, 0, 0, 0);
  assert_mapped (&timeline, 40 * MS, 0, 40 * MS, 40 * MS);
  assert_mapped (&timeline, 80 * MS, 40 * MS, 80 * MS, 40 * MS + 1);
}

GST_END_TEST;

GST_START_TEST (output_timeline_holds_early_dts_at_zero_and_rising)
{
  OutputTimeline timeline;

  output_timeline_init (&timeline);
  assert_mapped (&timeline, 0, 80 * MS, 0, 0);
  assert_mapped (&timeline, 120 * MS, 160 * MS, 120 * MS, 1);
  assert_mapped (&timeline, 40 * MS, 40 * MS, 40 * MS, 2);
  assert_mapped (&timeline, 80 * MS, 40 * MS, 80 * MS, 40 * MS);
}

GST_END_TEST;

GST_START_TEST (output_timeline_never_puts_dts_after_pts)
{
  OutputTimeline timeline;

  output_timeline_init (&timeline);
  assert_mapped (&timeline, 40 * MS, -40 * (gint64) MS, 40 * MS, 40 * MS);
  assert_mapped (&timeline, 20 * MS, 0, 20 * MS, 20 * MS);
}

GST_END_TEST;

GST_START_TEST (output_timeline_refuses_times_before_zero)
{
  OutputTimeline timeline;
  OutputStamp stamp;

  output_timeline_init (&timeline);
  fail_if (output_timeline_map (&timeline, OUTPUT_TIMELINE_SHIFT - 1, 0,
          &stamp));
}

GST_END_TEST;

static Suite *
outputtimeline_suite (void)
{
  Suite *s = suite_create ("outputtimeline");
  TCase *tc = tcase_create ("outputtimeline");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, output_timeline_takes_the_shift_off);
  tcase_add_test (tc, output_timeline_holds_early_dts_at_zero_and_rising);
  tcase_add_test (tc, output_timeline_never_puts_dts_after_pts);
  tcase_add_test (tc, output_timeline_refuses_times_before_zero);
  return s;
}

GST_CHECK_MAIN (outputtimeline);
