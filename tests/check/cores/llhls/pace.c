/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "pace.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)

GST_START_TEST (pace_knows_nothing_before_the_first_frame)
{
  Pace pace;

  pace_init (&pace);
  fail_unless_equals_uint64 (pace_expected (&pace, 0), PACE_NONE);
  fail_unless_equals_uint64 (pace_position (&pace, SECOND), PACE_NONE);
}

GST_END_TEST;

GST_START_TEST (pace_allows_for_the_longest_delay)
{
  guint64 t;
  Pace pace;

  pace_init (&pace);
  for (t = 0; t < 20 * SECOND; t += 40 * MS)
    pace_on_media (&pace, t, 100 * SECOND + t + (t / MS) % 200 * MS);
  fail_unless_equals_uint64 (pace_expected (&pace, 20 * SECOND),
      120 * SECOND + 160 * MS);
  fail_unless_equals_uint64 (pace_position (&pace, 120 * SECOND + 160 * MS),
      20 * SECOND);
}

GST_END_TEST;

/* Six seconds at once, every six seconds. */
GST_START_TEST (pace_does_not_miss_what_comes_in_bursts)
{
  guint64 burst, i, media = 0;
  Pace pace;

  pace_init (&pace);
  for (burst = 0; burst < 40; burst++) {
    for (i = 0; i < 150; i++, media += 40 * MS) {
      guint64 now = burst * 6 * SECOND + i * MS;

      fail_unless (burst == 0 || now <= pace_expected (&pace, media));
      pace_on_media (&pace, media, now);
    }
  }
  fail_unless (pace_expected (&pace, media) <= 240 * SECOND);
}

GST_END_TEST;

GST_START_TEST (pace_forgets_a_delay_after_a_minute)
{
  guint64 t;
  Pace pace;

  pace_init (&pace);
  for (t = 0; t < 100 * SECOND; t += 40 * MS)
    pace_on_media (&pace, t, t + (t < 2 * SECOND ? 3 * SECOND : 0));
  fail_unless_equals_uint64 (pace_expected (&pace, t), t);
}

GST_END_TEST;

GST_START_TEST (pace_never_misses_a_file)
{
  guint64 t;
  Pace pace;

  pace_init (&pace);
  for (t = 0; t < 400 * SECOND; t += 40 * MS)
    pace_on_media (&pace, t, t / 4);
  fail_unless_equals_uint64 (pace_expected (&pace, t), PACE_NONE);
  /* The same input, throttled. */
  for (; t < 520 * SECOND; t += 40 * MS)
    pace_on_media (&pace, t, 100 * SECOND + (t - 400 * SECOND));
  fail_unless (pace_expected (&pace, t) < 221 * SECOND);
}

GST_END_TEST;

/* One slower than time takes its delay along. */
GST_START_TEST (pace_bears_a_slow_input)
{
  guint64 t;
  Pace pace;

  pace_init (&pace);
  for (t = 0; t < 200 * SECOND; t += 40 * MS) {
    pace_on_media (&pace, t, 2 * t);
    fail_unless (pace_expected (&pace, t) == 2 * t);
  }
}

GST_END_TEST;

GST_START_TEST (pace_begins_anew_behind_a_leap)
{
  Pace pace;

  pace_init (&pace);
  pace_on_media (&pace, SECOND, SECOND);
  pace_on_media (&pace, 3000 * SECOND, 2 * SECOND);
  /* Once may be an error. */
  fail_unless_equals_uint64 (pace_expected (&pace, 2 * SECOND), 2 * SECOND);
  pace_on_media (&pace, 3000 * SECOND + 40 * MS, 2 * SECOND + 40 * MS);
  fail_unless_equals_uint64 (pace_expected (&pace, 3001 * SECOND), 3 * SECOND);
}

GST_END_TEST;

GST_START_TEST (pace_survives_any_times)
{
  guint32 random = 1;
  guint i;
  Pace pace;

  pace_init (&pace);
  for (i = 0; i < 100000; i++) {
    guint64 media, now;

    random = random * 1664525 + 1013904223;
    media = (guint64) random << (random % 33);
    random = random * 1664525 + 1013904223;
    now = (guint64) random << (random % 33);
    pace_on_media (&pace, media, now);
    pace_expected (&pace, now);
    pace_position (&pace, media);
  }
}

GST_END_TEST;

static Suite *
pace_suite (void)
{
  Suite *s = suite_create ("pace");
  TCase *tc = tcase_create ("pace");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, pace_knows_nothing_before_the_first_frame);
  tcase_add_test (tc, pace_allows_for_the_longest_delay);
  tcase_add_test (tc, pace_does_not_miss_what_comes_in_bursts);
  tcase_add_test (tc, pace_forgets_a_delay_after_a_minute);
  tcase_add_test (tc, pace_never_misses_a_file);
  tcase_add_test (tc, pace_bears_a_slow_input);
  tcase_add_test (tc, pace_begins_anew_behind_a_leap);
  tcase_add_test (tc, pace_survives_any_times);
  return s;
}

GST_CHECK_MAIN (pace);
