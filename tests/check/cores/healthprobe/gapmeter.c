/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "gapmeter.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define FRAME (40 * MS)

static GapMeter
meter_for_video (gboolean reorders)
{
  GapMeter meter;

  gap_meter_init (&meter, 500 * MS);
  gap_meter_set_stream (&meter, FRAME, 2 * MS, reorders);
  return meter;
}

static GapKind
feed (GapMeter * meter, guint64 time)
{
  guint64 hole;

  return gap_meter_on_buffer (meter, time, GAP_TIME_NONE, &hole);
}

GST_START_TEST (gap_meter_is_content_with_a_steady_stream)
{
  GapMeter meter = meter_for_video (FALSE);
  guint i;

  for (i = 0; i < 1000; i++) {
    /* Milliseconds are all that some containers have. */
    guint64 time = (i * G_GUINT64_CONSTANT (33333333) + 7) / MS * MS;

    meter.frame = 33333333;
    fail_unless_equals_int (feed (&meter, time), GAP_NONE);
  }
  fail_unless_equals_uint64 (meter.gaps, 0);
}

GST_END_TEST;

GST_START_TEST (gap_meter_sees_one_lost_frame)
{
  GapMeter meter = meter_for_video (FALSE);
  guint64 hole;

  feed (&meter, 0);
  feed (&meter, FRAME);
  fail_unless_equals_int (gap_meter_on_buffer (&meter, 3 * FRAME, FRAME, &hole),
      GAP_SMALL);
  fail_unless_equals_uint64 (hole, FRAME);
  fail_unless_equals_int (feed (&meter, 4 * FRAME), GAP_NONE);
  fail_unless_equals_uint64 (meter.gaps, 1);
  fail_unless_equals_uint64 (meter.gap_time, FRAME);
}

GST_END_TEST;

GST_START_TEST (gap_meter_lets_half_a_frame_pass)
{
  GapMeter meter = meter_for_video (FALSE);

  feed (&meter, 0);
  fail_unless_equals_int (feed (&meter, FRAME + FRAME / 2), GAP_NONE);
  fail_unless_equals_int (feed (&meter, 3 * FRAME + 1), GAP_SMALL);
}

GST_END_TEST;

GST_START_TEST (gap_meter_calls_from_the_threshold_on_large)
{
  GapMeter meter = meter_for_video (FALSE);

  feed (&meter, 0);
  fail_unless_equals_int (feed (&meter, FRAME + 499 * MS), GAP_SMALL);
  fail_unless_equals_int (feed (&meter, 2 * FRAME + 999 * MS), GAP_LARGE);
  fail_unless_equals_uint64 (meter.longest, 500 * MS);
}

GST_END_TEST;

GST_START_TEST (gap_meter_knows_only_large_gaps_where_frames_are_unknown)
{
  GapMeter meter;
  guint64 hole;

  gap_meter_init (&meter, 500 * MS);
  gap_meter_set_stream (&meter, 0, 2 * MS, FALSE);
  feed (&meter, 0);
  fail_unless_equals_int (feed (&meter, 400 * MS), GAP_NONE);
  fail_unless_equals_int (feed (&meter, 400 * MS), GAP_NONE);
  fail_unless_equals_int (gap_meter_on_buffer (&meter, 900 * MS, 0, &hole),
      GAP_LARGE);
}

GST_END_TEST;

GST_START_TEST (gap_meter_prefers_a_buffer_s_own_duration)
{
  GapMeter meter = meter_for_video (FALSE);
  guint64 hole;

  /* A slide that says that it is two seconds long is no gap. */
  gap_meter_on_buffer (&meter, 0, 2000 * MS, &hole);
  fail_unless_equals_int (gap_meter_on_buffer (&meter, 2000 * MS, 2000 * MS,
          &hole), GAP_NONE);
}

GST_END_TEST;

GST_START_TEST (gap_meter_tells_of_a_step_back_and_goes_on_from_there)
{
  GapMeter meter = meter_for_video (FALSE);
  guint64 hole;

  feed (&meter, 1000 * MS);
  fail_unless_equals_int (gap_meter_on_buffer (&meter, 800 * MS, FRAME, &hole),
      GAP_BACKWARDS);
  fail_unless_equals_uint64 (hole, 200 * MS);
  fail_unless_equals_int (feed (&meter, 840 * MS), GAP_NONE);
  fail_unless_equals_uint64 (meter.backwards, 1);
  fail_unless_equals_uint64 (meter.gaps, 0);
}

GST_END_TEST;

GST_START_TEST (gap_meter_forgives_b_frames_and_no_more)
{
  static const guint order[] = { 0, 3, 1, 2, 6, 4, 5, 9, 7, 8 };
  GapMeter meter = meter_for_video (TRUE);
  guint i;

  /* I and P frames come early; that step over the B-frames is no gap. */
  for (i = 0; i < G_N_ELEMENTS (order); i++)
    fail_if (feed (&meter, 1000 * MS + order[i] * FRAME) == GAP_BACKWARDS);
  fail_unless_equals_uint64 (meter.backwards, 0);
  fail_unless_equals_uint64 (meter.gaps, 0);
  feed (&meter, 5000 * MS);
  fail_unless_equals_int (feed (&meter, 3900 * MS), GAP_BACKWARDS);
}

GST_END_TEST;

GST_START_TEST (gap_meter_restarts_without_a_gap)
{
  GapMeter meter = meter_for_video (FALSE);

  feed (&meter, 5000 * MS);
  gap_meter_restart (&meter);
  fail_unless_equals_int (feed (&meter, 0), GAP_NONE);
  gap_meter_restart (&meter);
  fail_unless_equals_int (feed (&meter, 90000 * MS), GAP_NONE);
}

GST_END_TEST;

static Suite *
gapmeter_suite (void)
{
  Suite *s = suite_create ("gapmeter");
  TCase *tc = tcase_create ("gapmeter");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, gap_meter_is_content_with_a_steady_stream);
  tcase_add_test (tc, gap_meter_sees_one_lost_frame);
  tcase_add_test (tc, gap_meter_lets_half_a_frame_pass);
  tcase_add_test (tc, gap_meter_calls_from_the_threshold_on_large);
  tcase_add_test (tc, gap_meter_knows_only_large_gaps_where_frames_are_unknown);
  tcase_add_test (tc, gap_meter_prefers_a_buffer_s_own_duration);
  tcase_add_test (tc, gap_meter_tells_of_a_step_back_and_goes_on_from_there);
  tcase_add_test (tc, gap_meter_forgives_b_frames_and_no_more);
  tcase_add_test (tc, gap_meter_restarts_without_a_gap);
  return s;
}

GST_CHECK_MAIN (gapmeter);
