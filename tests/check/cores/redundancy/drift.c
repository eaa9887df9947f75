/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "drift.h"

#define MS G_GINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)
#define FRAME (40 * MS)

/* An encoder in simulated time. */
typedef struct
{
  Drift drift;
  gint ppm;                     /* faster than ours */
  gint64 frame;                 /* the next one */
  gint64 late_min, late_max;    /* what is left, once it is settled */
  gint64 last;
  guint64 steps;                /* places that do not go on evenly */
} Run;

static void
run_init (Run * run, gint ppm)
{
  drift_init (&run->drift);
  run->ppm = ppm;
  run->frame = 100 * SECOND / FRAME;
  run->steps = 0;
  run->late_min = G_MAXINT64;
  run->late_max = run->last = G_MININT64;
}

/* One frame that waited `jitter`. */
static void
run_frame (Run * run, gint64 jitter)
{
  gint64 time = run->frame * FRAME;
  gint64 run_for = time - 100 * SECOND;
  gint64 arrival = time - run_for / 1000000 * run->ppm + jitter;
  gint64 place, late;

  drift_add (&run->drift, arrival, time);
  place = time + drift_at (&run->drift, time);
  if (run->last != G_MININT64)
    run->steps += ABS (place - run->last - FRAME) > FRAME / 1000;
  run->last = place;
  late = arrival - jitter - place;
  if (run->frame > 600 * SECOND / FRAME) {
    run->late_min = MIN (run->late_min, late);
    run->late_max = MAX (run->late_max, late);
  }
  run->frame++;
}

static void
expect_followed (Run * run, gint64 within)
{
  gint64 ppb = drift_ppb (&run->drift);

  fail_unless_equals_uint64 (run->steps, 0);
  fail_unless (run->late_max - run->late_min <= within
      && run->late_max <= 30 * MS && run->late_min >= -30 * MS,
      "%d ppm: between %d and %d us", run->ppm, (gint) (run->late_min / 1000),
      (gint) (run->late_max / 1000));
  fail_unless (ABS (ppb - run->ppm * 1000) < 2000, "%d ppm: %d ppb", run->ppm,
      (gint) ppb);
}

GST_START_TEST (drift_is_followed_for_a_day)
{
  static const gint ppm[] = { 0, 50, -50, 200, -200 };
  const gint64 day = 86400 * SECOND / FRAME;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (ppm); i++) {
    Run run;

    run_init (&run, ppm[i]);
    while (run.frame < day)
      run_frame (&run, 0);
    expect_followed (&run, MS);
  }
}

GST_END_TEST;

/* Every minute one of 8 s in which data is 200 ms early or late. */
GST_START_TEST (drift_is_not_moved_by_bursts)
{
  guint32 random = 1;
  Run run;

  run_init (&run, 50);
  while (run.frame < 7200 * SECOND / FRAME) {
    gint64 second = run.frame * FRAME / SECOND, jitter;

    random = random * 1664525 + 1013904223;
    jitter = (random >> 16) % 10 * MS;
    if (second % 60 >= 30 && second % 60 < 38)
      jitter += second / 60 % 2 == 0 ? 200 * MS : -200 * MS;
    run_frame (&run, jitter);
  }
  expect_followed (&run, 3 * MS);
}

GST_END_TEST;

/* Nothing for 20 s, then all at once. */
GST_START_TEST (drift_is_not_moved_by_stalls)
{
  Run run;

  run_init (&run, -50);
  while (run.frame < 7200 * SECOND / FRAME) {
    gint64 in_period = run.frame * FRAME % (300 * SECOND);

    run_frame (&run, in_period < 20 * SECOND ? 20 * SECOND - in_period : 0);
  }
  expect_followed (&run, 3 * MS);
}

GST_END_TEST;

/* A path that is 100 ms longer is gone after, without a jump. */
GST_START_TEST (drift_follows_a_longer_path_by_a_slope)
{
  Run run;

  run_init (&run, 0);
  while (run.frame < 300 * SECOND / FRAME)
    run_frame (&run, 0);
  while (run.frame < 1800 * SECOND / FRAME)
    run_frame (&run, 100 * MS);
  fail_unless (drift_at (&run.drift, run.frame * FRAME) > 97 * MS);
  fail_unless_equals_uint64 (run.steps, 0);
}

GST_END_TEST;

/* What was late at first and is no more stays early. */
GST_START_TEST (drift_does_not_give_back_what_was_gained)
{
  Run run;

  run_init (&run, 0);
  while (run.frame < 160 * SECOND / FRAME)
    run_frame (&run, 300 * MS);
  while (run.frame < 900 * SECOND / FRAME)
    run_frame (&run, 0);
  fail_unless (ABS (drift_at (&run.drift, run.frame * FRAME)) < 3 * MS);
}

GST_END_TEST;

GST_START_TEST (drift_goes_on_when_it_is_learned_anew)
{
  Run run;
  gint64 before;

  run_init (&run, 100);
  while (run.frame < 3600 * SECOND / FRAME)
    run_frame (&run, 0);
  before = drift_at (&run.drift, run.frame * FRAME);
  drift_relearn (&run.drift);
  fail_unless_equals_int64 (drift_at (&run.drift, run.frame * FRAME), before);
  while (run.frame < 7200 * SECOND / FRAME)
    run_frame (&run, 0);
  /* What was still being followed then stays. */
  expect_followed (&run, 12 * MS);
}

GST_END_TEST;

static Suite *
drift_suite (void)
{
  Suite *s = suite_create ("drift");
  TCase *tc = tcase_create ("drift");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, drift_is_followed_for_a_day);
  tcase_add_test (tc, drift_is_not_moved_by_bursts);
  tcase_add_test (tc, drift_is_not_moved_by_stalls);
  tcase_add_test (tc, drift_follows_a_longer_path_by_a_slope);
  tcase_add_test (tc, drift_does_not_give_back_what_was_gained);
  tcase_add_test (tc, drift_goes_on_when_it_is_learned_anew);
  return s;
}

GST_CHECK_MAIN (drift);
