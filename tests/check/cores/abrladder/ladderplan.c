/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "ladderplan.h"

static void
make (LadderPlan * plan, const gchar * ladder, guint width, guint height,
    guint fps_n, guint fps_d, gboolean allow_upscale)
{
  LadderSource source = { width, height, 1, 1, fps_n, fps_d };
  LadderSpec spec;

  fail_unless (ladder_spec_parse (&spec, ladder, NULL));
  ladder_plan_make (plan, &spec, &source, allow_upscale);
}

static void
assert_size (const LadderPlan * plan, guint i, guint width, guint height)
{
  fail_unless_equals_int (plan->rungs[i].verdict, LADDER_RUNG_KEPT);
  fail_unless_equals_int (plan->rungs[i].width, width);
  fail_unless_equals_int (plan->rungs[i].height, height);
}

GST_START_TEST (ladder_plan_keeps_the_shape_with_even_sizes)
{
  LadderPlan plan;

  make (&plan, "720p@3M 480p@1M 360p@700k 234p@200k", 1920, 1080, 30, 1, FALSE);
  assert_size (&plan, 0, 1280, 720);
  assert_size (&plan, 1, 854, 480);
  assert_size (&plan, 2, 640, 360);
  assert_size (&plan, 3, 416, 234);
}

GST_END_TEST;

GST_START_TEST (ladder_plan_takes_the_short_side_of_a_portrait_source)
{
  LadderPlan plan;

  make (&plan, "720p@3M 480p@1M", 1080, 1920, 30, 1, FALSE);
  assert_size (&plan, 0, 720, 1280);
  assert_size (&plan, 1, 480, 854);
}

GST_END_TEST;

GST_START_TEST (ladder_plan_squares_the_pixels)
{
  LadderSource source = { 720, 576, 64, 45, 25, 1 };
  LadderPlan plan;
  LadderSpec spec;

  fail_unless (ladder_spec_parse (&spec, "576p@2M 288p@500k", NULL));
  ladder_plan_make (&plan, &spec, &source, FALSE);
  assert_size (&plan, 0, 1024, 576);
  assert_size (&plan, 1, 512, 288);
}

GST_END_TEST;

GST_START_TEST (ladder_plan_leaves_out_what_would_enlarge)
{
  LadderPlan plan;

  make (&plan, "1080p@5M 720p@3M 480p@1M", 1280, 720, 30, 1, FALSE);
  fail_unless_equals_int (plan.rungs[0].verdict, LADDER_RUNG_ABOVE_SOURCE);
  assert_size (&plan, 1, 1280, 720);
  assert_size (&plan, 2, 854, 480);
}

GST_END_TEST;

GST_START_TEST (ladder_plan_enlarges_when_told_to)
{
  LadderPlan plan;

  make (&plan, "1080p@5M", 1280, 720, 30, 1, TRUE);
  assert_size (&plan, 0, 1920, 1080);
}

GST_END_TEST;

GST_START_TEST (ladder_plan_is_never_empty)
{
  LadderPlan plan;

  make (&plan, "1080p@5M 480p@1M 720p@3M", 320, 180, 30, 1, FALSE);
  fail_unless_equals_int (plan.rungs[0].verdict, LADDER_RUNG_ABOVE_SOURCE);
  assert_size (&plan, 1, 320, 180);
  fail_unless_equals_int (plan.rungs[2].verdict, LADDER_RUNG_ABOVE_SOURCE);
}

GST_END_TEST;

GST_START_TEST (ladder_plan_makes_odd_sources_even)
{
  LadderPlan plan;

  make (&plan, "source@1M", 641, 361, 30, 1, FALSE);
  assert_size (&plan, 0, 640, 360);
}

GST_END_TEST;

GST_START_TEST (ladder_plan_bounds_absurd_sources)
{
  LadderPlan plan;

  make (&plan, "360p@1M:name=a source@1M", 2147483647, 2, 2147483647, 1, TRUE);
  fail_unless (plan.rungs[0].width <= 16384 && plan.rungs[1].width <= 16384);
  fail_unless (plan.rungs[1].height >= 16);
  fail_unless_equals_int (plan.fps_n, LADDER_FALLBACK_FPS);
}

GST_END_TEST;

GST_START_TEST (ladder_plan_divides_the_rate_by_whole_numbers)
{
  LadderPlan plan;

  make (&plan, "720p60@3M 480p30@1M 240p15@200k", 1280, 720, 60, 1, FALSE);
  fail_unless_equals_int (plan.rungs[0].divisor, 1);
  fail_unless_equals_int (plan.rungs[1].divisor, 2);
  fail_unless_equals_int (plan.rungs[2].divisor, 4);
  fail_unless_equals_int (plan.rungs[2].fps_d, 4);
  fail_unless_equals_int (plan.gop_multiple, 4);
}

GST_END_TEST;

GST_START_TEST (ladder_plan_takes_the_nearest_rate)
{
  LadderPlan plan;

  make (&plan, "480p30@1M 360p24@500k", 1280, 720, 50, 1, FALSE);
  fail_unless_equals_int (plan.rungs[0].divisor, 2);
  fail_unless_equals_int (plan.rungs[1].divisor, 2);
  make (&plan, "480p30@1M 360p15@500k", 1280, 720, 60000, 1001, FALSE);
  fail_unless_equals_int (plan.rungs[0].divisor, 2);
  fail_unless_equals_int (plan.rungs[1].divisor, 4);
  make (&plan, "480p60@1M", 1280, 720, 25, 1, FALSE);
  fail_unless_equals_int (plan.rungs[0].divisor, 1);
}

GST_END_TEST;

GST_START_TEST (ladder_plan_gives_a_source_without_rate_one)
{
  LadderPlan plan;

  make (&plan, "480p@1M", 1280, 720, 0, 1, FALSE);
  fail_unless_equals_int (plan.fps_n, LADDER_FALLBACK_FPS);
  fail_unless_equals_int (plan.fps_d, 1);
}

GST_END_TEST;

static Suite *
ladderplan_suite (void)
{
  Suite *s = suite_create ("ladderplan");
  TCase *tc = tcase_create ("ladderplan");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, ladder_plan_keeps_the_shape_with_even_sizes);
  tcase_add_test (tc, ladder_plan_takes_the_short_side_of_a_portrait_source);
  tcase_add_test (tc, ladder_plan_squares_the_pixels);
  tcase_add_test (tc, ladder_plan_leaves_out_what_would_enlarge);
  tcase_add_test (tc, ladder_plan_enlarges_when_told_to);
  tcase_add_test (tc, ladder_plan_is_never_empty);
  tcase_add_test (tc, ladder_plan_makes_odd_sources_even);
  tcase_add_test (tc, ladder_plan_bounds_absurd_sources);
  tcase_add_test (tc, ladder_plan_divides_the_rate_by_whole_numbers);
  tcase_add_test (tc, ladder_plan_takes_the_nearest_rate);
  tcase_add_test (tc, ladder_plan_gives_a_source_without_rate_one);
  return s;
}

GST_CHECK_MAIN (ladderplan);
