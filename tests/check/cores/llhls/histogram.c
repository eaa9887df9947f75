/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "histogram.h"

GST_START_TEST (histogram_has_no_quantile_when_empty)
{
  static Histogram h;

  fail_unless_equals_uint64 (histogram_quantile (&h, 500, 77), 77);
}

GST_END_TEST;

/* One value in it: each quantile is that value, within 6 %. */
GST_START_TEST (histogram_is_right_within_six_percent)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  guint round;

  for (round = 0; round < 20000; round++) {
    guint64 value = ((guint64) g_rand_int (rand) << 32 | g_rand_int (rand))
        >> g_rand_int_range (rand, 0, 64);
    Histogram h = { 0, };
    guint64 got;

    histogram_add (&h, value);
    got = histogram_quantile (&h, round % 1001, G_MAXUINT64);
    fail_unless (MAX (got, value) - MIN (got, value) <= value / 16,
        "%" G_GUINT64_FORMAT " became %" G_GUINT64_FORMAT, value, got);
  }
}

GST_END_TEST;

GST_START_TEST (histogram_takes_the_largest_number)
{
  Histogram h = { 0, };

  histogram_add (&h, G_MAXUINT64);
  histogram_add (&h, 0);
  fail_unless_equals_uint64 (histogram_quantile (&h, 500, 1), 0);
  fail_unless (histogram_quantile (&h, 1000, 0) > G_MAXUINT64 / 16 * 15);
}

GST_END_TEST;

GST_START_TEST (histogram_gives_quantiles_of_many)
{
  Histogram h = { 0, };
  guint64 i, median, most;

  for (i = 1; i <= 10000; i++)
    histogram_add (&h, i);
  median = histogram_quantile (&h, 500, 0);
  most = histogram_quantile (&h, 950, 0);
  fail_unless (median > 4700 && median < 5300);
  fail_unless (most > 8900 && most < 10100);
  fail_unless_equals_uint64 (histogram_quantile (&h, 0, 0), 1);
}

GST_END_TEST;

static Suite *
histogram_suite (void)
{
  Suite *s = suite_create ("histogram");
  TCase *tc = tcase_create ("histogram");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, histogram_has_no_quantile_when_empty);
  tcase_add_test (tc, histogram_is_right_within_six_percent);
  tcase_add_test (tc, histogram_takes_the_largest_number);
  tcase_add_test (tc, histogram_gives_quantiles_of_many);
  return s;
}

GST_CHECK_MAIN (histogram);
