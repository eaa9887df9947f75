/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "ratemeter.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define FRAME (40 * MS)

/* `n` frames of 1000 bytes from `start` on, 25 a second. */
static guint64
run (RateMeter * meter, guint64 start, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    rate_meter_add (meter, start + i * FRAME, 1000, 1);
  return start + n * FRAME;
}

GST_START_TEST (rate_meter_is_exact_on_a_steady_stream)
{
  RateMeter meter;

  rate_meter_reset (&meter);
  run (&meter, 12345, 151);
  fail_unless_equals_float (rate_meter_frames_per_second (&meter,
          RATE_METER_LONG), 25.0);
  fail_unless_equals_float (rate_meter_frames_per_second (&meter,
          RATE_METER_SHORT), 25.0);
  fail_unless_equals_float (rate_meter_bits_per_second (&meter,
          RATE_METER_LONG), 200000.0);
}

GST_END_TEST;

GST_START_TEST (rate_meter_knows_nothing_before_the_first_bucket)
{
  RateMeter meter;

  rate_meter_reset (&meter);
  fail_if (rate_meter_advance (&meter, 1000 * MS));
  fail_if (rate_meter_add (&meter, 1000 * MS, 1000, 1));
  fail_unless_equals_int (rate_meter_filled (&meter), 0);
  fail_unless_equals_float (rate_meter_frames_per_second (&meter,
          RATE_METER_LONG), 0.0);
  fail_unless (rate_meter_add (&meter, 1100 * MS, 1000, 1));
  fail_unless_equals_int (rate_meter_filled (&meter), 1);
  fail_unless_equals_float (rate_meter_frames_per_second (&meter,
          RATE_METER_LONG), 10.0);
}

GST_END_TEST;

GST_START_TEST (rate_meter_short_window_sees_a_change_first)
{
  RateMeter meter;
  guint64 now;
  guint i;

  rate_meter_reset (&meter);
  now = run (&meter, 0, 250);
  /* Every other frame from here on, for 1.2 s. */
  for (i = 0; i < 15; i++, now += 2 * FRAME)
    rate_meter_add (&meter, now, 1000, 1);
  fail_unless (rate_meter_frames_per_second (&meter, RATE_METER_SHORT) < 14.0);
  fail_unless (rate_meter_frames_per_second (&meter, RATE_METER_LONG) > 20.0);
}

GST_END_TEST;

GST_START_TEST (rate_meter_falls_to_nothing_by_time_alone)
{
  RateMeter meter;
  guint64 now;

  rate_meter_reset (&meter);
  now = run (&meter, 0, 150);
  fail_unless (rate_meter_advance (&meter, now + 2500 * MS));
  fail_unless (rate_meter_frames_per_second (&meter, RATE_METER_LONG) < 14.0);
  fail_unless_equals_float (rate_meter_frames_per_second (&meter,
          RATE_METER_SHORT), 0.0);
  fail_unless (rate_meter_advance (&meter, now + 3600 * 1000 * MS));
  fail_unless_equals_float (rate_meter_frames_per_second (&meter,
          RATE_METER_LONG), 0.0);
  /* And comes back. */
  run (&meter, now + 3600 * 1000 * MS, 150);
  fail_unless_equals_float (rate_meter_frames_per_second (&meter,
          RATE_METER_LONG), 25.0);
}

GST_END_TEST;

GST_START_TEST (rate_meter_takes_reordered_frames)
{
  static const gint order[] = { 0, 3, 1, 2 };
  RateMeter meter;
  guint i;

  rate_meter_reset (&meter);
  for (i = 0; i < 200; i++) {
    rate_meter_add (&meter, 1000 * MS + (i / 4 * 4 + order[i % 4]) * FRAME,
        1000, 1);
  }
  fail_unless (rate_meter_frames_per_second (&meter, RATE_METER_LONG) > 24.0);
  fail_unless (rate_meter_frames_per_second (&meter, RATE_METER_LONG) < 26.0);
}

GST_END_TEST;

GST_START_TEST (rate_meter_starts_anew_when_time_jumps_back)
{
  RateMeter meter;

  rate_meter_reset (&meter);
  run (&meter, 3600 * 1000 * MS, 200);
  rate_meter_add (&meter, 1000 * MS, 1000, 1);
  fail_unless_equals_int (rate_meter_filled (&meter), 0);
  run (&meter, 1000 * MS, 151);
  fail_unless (rate_meter_frames_per_second (&meter, RATE_METER_LONG) >= 25.0);
}

GST_END_TEST;

static Suite *
ratemeter_suite (void)
{
  Suite *s = suite_create ("ratemeter");
  TCase *tc = tcase_create ("ratemeter");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, rate_meter_is_exact_on_a_steady_stream);
  tcase_add_test (tc, rate_meter_knows_nothing_before_the_first_bucket);
  tcase_add_test (tc, rate_meter_short_window_sees_a_change_first);
  tcase_add_test (tc, rate_meter_falls_to_nothing_by_time_alone);
  tcase_add_test (tc, rate_meter_takes_reordered_frames);
  tcase_add_test (tc, rate_meter_starts_anew_when_time_jumps_back);
  return s;
}

GST_CHECK_MAIN (ratemeter);
