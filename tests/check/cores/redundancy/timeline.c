/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "timeline.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)

#define VIDEO 0
#define AUDIO 1

static void
init (Timeline * self, guint expected, gint64 trust)
{
  TimelineConfig config;

  config.expected = expected;
  config.settle = SECOND;
  config.trust = trust;
  config.latency = 600 * MS;
  config.limit = 3 * SECOND;
  config.early = 3 * SECOND;
  config.patience = SECOND;
  timeline_init (self, &config);
}

GST_START_TEST (timeline_places_the_first_data_where_it_arrived)
{
  Timeline self;
  gint64 mapped;

  init (&self, 1, -1);
  fail_unless_equals_int (timeline_map (&self, VIDEO, 5 * SECOND, 77 * SECOND,
          &mapped), TIMELINE_USABLE);
  fail_unless_equals_int64 (mapped, 5 * SECOND);
  timeline_map (&self, VIDEO, 5100 * MS, 77040 * MS, &mapped);
  fail_unless_equals_int64 (mapped, 5040 * MS);
}

GST_END_TEST;

GST_START_TEST (timeline_shares_the_offset_of_the_slowest_medium)
{
  Timeline self;
  gint64 audio, video;

  init (&self, 3, -1);
  fail_unless_equals_int (timeline_map (&self, AUDIO, SECOND, 0, &audio),
      TIMELINE_SETTLING);
  fail_unless_equals_int (timeline_map (&self, VIDEO, 1200 * MS, 40 * MS,
          &video), TIMELINE_USABLE);
  fail_unless_equals_int64 (video, 1200 * MS);
  timeline_map (&self, AUDIO, 1200 * MS, 200 * MS, &audio);
  fail_unless_equals_int64 (audio, 1360 * MS);
}

GST_END_TEST;

GST_START_TEST (timeline_does_not_wait_for_ever_for_a_medium)
{
  Timeline self;
  gint64 mapped;

  init (&self, 3, -1);
  timeline_map (&self, AUDIO, 0, 0, &mapped);
  fail_unless_equals_int (timeline_map (&self, AUDIO, 999 * MS, 999 * MS,
          &mapped), TIMELINE_SETTLING);
  fail_unless_equals_int (timeline_map (&self, AUDIO, SECOND, SECOND,
          &mapped), TIMELINE_USABLE);
}

GST_END_TEST;

GST_START_TEST (timeline_trusts_stamps_that_keep_up)
{
  Timeline self;
  gint64 mapped;

  init (&self, 1, 100 * MS);
  timeline_map (&self, VIDEO, 5080 * MS, 5 * SECOND, &mapped);
  fail_unless_equals_int64 (mapped, 5 * SECOND);
  timeline_reset (&self);
  timeline_map (&self, VIDEO, 9 * SECOND, 5 * SECOND, &mapped);
  fail_unless_equals_int64 (mapped, 9 * SECOND);
}

GST_END_TEST;

GST_START_TEST (timeline_begins_anew_after_a_jump_of_an_hour)
{
  Timeline self;
  gint64 mapped;
  guint epoch;

  init (&self, 1, -1);
  timeline_map (&self, VIDEO, SECOND, 4000 * SECOND, &mapped);
  epoch = self.epoch[VIDEO];
  fail_unless_equals_int (timeline_map (&self, VIDEO, 1040 * MS, 400 * SECOND,
          &mapped), TIMELINE_USABLE);
  fail_unless_equals_int64 (mapped, 1040 * MS);
  fail_unless (self.epoch[VIDEO] > epoch);
  timeline_map (&self, VIDEO, 1080 * MS, 8000 * SECOND, &mapped);
  fail_unless_equals_int64 (mapped, 1080 * MS);
}

GST_END_TEST;

GST_START_TEST (timeline_keeps_lip_sync_when_media_jump_one_after_the_other)
{
  Timeline self;
  gint64 audio, video;

  init (&self, 3, -1);
  timeline_map (&self, AUDIO, 0, 0, &audio);
  timeline_map (&self, VIDEO, 0, 0, &video);
  /* Video jumps by 100 s, audio follows 200 ms later. */
  timeline_map (&self, VIDEO, SECOND, 101 * SECOND, &video);
  timeline_map (&self, AUDIO, 1100 * MS, 1100 * MS, &audio);
  fail_unless_equals_int64 (audio, 1100 * MS);
  timeline_map (&self, AUDIO, 1250 * MS, 101200 * MS, &audio);
  timeline_map (&self, VIDEO, 1250 * MS, 101200 * MS, &video);
  fail_unless_equals_int64 (audio, video);
}

GST_END_TEST;

GST_START_TEST (timeline_calls_late_what_no_longer_serves_and_gives_in_at_last)
{
  Timeline self;
  gint64 mapped;
  guint64 now;

  init (&self, 1, -1);
  timeline_map (&self, VIDEO, 0, 0, &mapped);
  for (now = SECOND; now < 2 * SECOND; now += 40 * MS) {
    fail_unless_equals_int (timeline_map (&self, VIDEO, now + 700 * MS, now,
            &mapped), TIMELINE_LATE);
  }
  fail_unless_equals_int (timeline_map (&self, VIDEO, 2700 * MS, 2 * SECOND,
          &mapped), TIMELINE_USABLE);
  fail_unless_equals_int64 (mapped, 2700 * MS);
}

GST_END_TEST;

GST_START_TEST (timeline_forgives_lateness_that_passes)
{
  Timeline self;
  gint64 mapped;

  init (&self, 1, -1);
  timeline_map (&self, VIDEO, 0, 0, &mapped);
  timeline_map (&self, VIDEO, 1700 * MS, SECOND, &mapped);
  timeline_map (&self, VIDEO, 2100 * MS, 2 * SECOND, &mapped);
  timeline_map (&self, VIDEO, 3700 * MS, 3 * SECOND, &mapped);
  fail_unless_equals_int64 (mapped, 3 * SECOND);
}

GST_END_TEST;

GST_START_TEST (timeline_goes_on_where_it_was_when_stamps_wrap)
{
  const gint64 wrap = G_GINT64_CONSTANT (95443717688888);
  Timeline self;
  gint64 mapped, i;
  guint epoch;

  init (&self, 1, -1);
  epoch = self.epoch[VIDEO];
  for (i = 0; i < 100; i++) {
    gint64 time = i * 40 * (gint64) MS, wait = i % 3 * 50 * (gint64) MS;

    fail_unless_equals_int (timeline_map (&self, VIDEO, SECOND + time + wait,
            i < 50 ? wrap - 2 * (gint64) SECOND + time
            : time - 2 * (gint64) SECOND, &mapped), TIMELINE_USABLE);
    fail_unless_equals_int64 (mapped, (gint64) SECOND + time);
  }
  fail_unless_equals_uint64 (self.jumps, 1);
  fail_unless_equals_int (self.epoch[VIDEO], epoch);
}

GST_END_TEST;

GST_START_TEST (timeline_takes_a_jump_that_is_shorter_than_the_limit)
{
  Timeline self;
  gint64 mapped;

  init (&self, 1, -1);
  timeline_map (&self, VIDEO, SECOND, 10 * SECOND, &mapped);
  timeline_map (&self, VIDEO, 1040 * MS, 10040 * MS, &mapped);
  timeline_map (&self, VIDEO, 1080 * MS, 12 * SECOND, &mapped);
  fail_unless_equals_int64 (mapped, 1080 * MS);
  timeline_map (&self, VIDEO, 1120 * MS, 11 * SECOND, &mapped);
  fail_unless_equals_int64 (mapped, 1120 * MS);
  fail_unless_equals_uint64 (self.jumps, 2);
}

GST_END_TEST;

GST_START_TEST (timeline_takes_no_stall_and_no_loss_for_a_jump)
{
  Timeline self;
  gint64 mapped;
  guint i;

  init (&self, 1, -1);
  timeline_map (&self, VIDEO, SECOND, 10 * SECOND, &mapped);
  /* Nothing for 2 s, then all of it at once. */
  for (i = 1; i <= 50; i++)
    timeline_map (&self, VIDEO, 3 * SECOND, 10 * SECOND + i * 40 * MS, &mapped);
  fail_unless_equals_int64 (mapped, 3 * SECOND);
  /* Nothing for 2 s, and it never comes. */
  timeline_map (&self, VIDEO, 5 * SECOND, 14 * SECOND, &mapped);
  fail_unless_equals_int64 (mapped, 5 * SECOND);
  /* Both. */
  timeline_map (&self, VIDEO, 7 * SECOND, 15 * SECOND, &mapped);
  timeline_map (&self, VIDEO, 7 * SECOND, 16 * SECOND, &mapped);
  fail_unless_equals_int64 (mapped, 7 * SECOND);
  fail_unless_equals_uint64 (self.jumps, 0);
}

GST_END_TEST;

/* One in the middle of the other's silence. */
/* What was kept and is brought up again has its old place, and is no jump. */
GST_START_TEST (timeline_recalls_what_it_has_placed)
{
  gint64 mapped, time;
  Timeline self;

  init (&self, 1, -1);
  fail_unless_equals_int (timeline_recall (&self, VIDEO, SECOND, 0, &mapped),
      TIMELINE_SETTLING);
  for (time = 0; time <= 2000; time += 40)
    timeline_map (&self, VIDEO, (5000 + time) * MS, time * MS, &mapped);
  for (time = 0; time <= 2000; time += 40) {
    fail_unless_equals_int (timeline_recall (&self, VIDEO, 7010 * MS,
            time * MS, &mapped), time < 1410 ? TIMELINE_LATE : TIMELINE_USABLE);
    fail_unless_equals_int64 (mapped, (5000 + time) * MS);
  }
  fail_unless_equals_int (timeline_map (&self, VIDEO, 7040 * MS, 2040 * MS,
          &mapped), TIMELINE_USABLE);
  fail_unless_equals_int64 (mapped, 7040 * MS);
  fail_unless_equals_uint64 (self.jumps, 0);
}

GST_END_TEST;

GST_START_TEST (timeline_measures_drift_by_the_medium_that_is_there)
{
  Timeline self;
  gint64 mapped = 0, i, last = 0;
  guint steps = 0;

  init (&self, 3, -1);
  for (i = 0; i < 3600 * 25; i++) {
    gint64 time = i * 40 * (gint64) MS;
    guint64 now = 10 * SECOND + time + time / 10000;

    timeline_map (&self, AUDIO, now, time, &mapped);
    steps += i > 1 && ABS (mapped - last - 40 * (gint64) MS) > 40000;
    last = mapped;
    if (i < 1000 * 25 || i > 2000 * 25)
      timeline_map (&self, VIDEO, now, time, &mapped);
  }
  fail_unless_equals_int (steps, 0);
  /* 360 ms in the end, less what is being followed. */
  fail_unless (mapped - (i - 1) * 40 * (gint64) MS > 10330 * (gint64) MS);
  fail_unless (ABS (drift_ppb (&self.drift) + 100000) < 2000);
}

GST_END_TEST;

GST_START_TEST (timeline_has_no_drift_where_our_clock_lets_data_in)
{
  Timeline self;
  gint64 mapped, i;

  init (&self, 1, -1);
  self.paced = TRUE;
  for (i = 0; i < 600 * 25; i++)
    timeline_map (&self, VIDEO, SECOND + i * 40 * MS + i * 10000,
        i * 40 * (gint64) MS, &mapped);
  fail_unless_equals_int64 (mapped, SECOND + (i - 1) * 40 * (gint64) MS);
}

GST_END_TEST;

/* When sound was cut off and comes back, a demuxer first lets go of the rest
 * that it had. */
GST_START_TEST (timeline_keeps_a_medium_while_the_other_strays)
{
  guint64 now, epoch;
  Timeline self;
  gint64 mapped;

  init (&self, 3, -1);
  timeline_map (&self, AUDIO, 0, 0, &mapped);
  for (now = 0; now < 6 * SECOND; now += 40 * MS)
    timeline_map (&self, VIDEO, now, now, &mapped);
  epoch = self.epoch[VIDEO];
  timeline_map (&self, AUDIO, now, 20 * MS, &mapped);
  timeline_map (&self, VIDEO, now, now, &mapped);
  fail_unless_equals_int64 (mapped, now);
  fail_unless_equals_int (timeline_map (&self, AUDIO, now, now - 50 * MS,
          &mapped), TIMELINE_USABLE);
  fail_unless_equals_int64 (mapped, now - 50 * MS);
  timeline_map (&self, VIDEO, now + 40 * MS, now + 40 * MS, &mapped);
  fail_unless_equals_int64 (mapped, now + 40 * MS);
  fail_unless_equals_uint64 (self.epoch[VIDEO], epoch);
}

GST_END_TEST;

/* Far away twice: what has not jumped stays where it was. */
GST_START_TEST (timeline_keeps_a_medium_while_the_other_jumps_about)
{
  guint64 epoch;
  Timeline self;
  gint64 mapped;

  init (&self, 3, -1);
  timeline_map (&self, AUDIO, 0, 0, &mapped);
  timeline_map (&self, VIDEO, 0, 0, &mapped);
  epoch = self.epoch[VIDEO];
  timeline_map (&self, AUDIO, 40 * MS, 1000 * SECOND, &mapped);
  timeline_map (&self, AUDIO, 80 * MS, 5000 * SECOND, &mapped);
  timeline_map (&self, VIDEO, 120 * MS, 120 * MS, &mapped);
  fail_unless_equals_int64 (mapped, 120 * MS);
  fail_unless_equals_uint64 (self.epoch[VIDEO], epoch);
}

GST_END_TEST;

GST_START_TEST (timeline_shifts_at_once_what_is_not_seen)
{
  Timeline self;
  gint64 mapped;
  guint epoch;

  init (&self, 1, -1);
  timeline_map (&self, VIDEO, SECOND, 0, &mapped);
  epoch = self.epoch[VIDEO];
  timeline_shift (&self, VIDEO, -300 * (gint64) MS, FALSE);
  fail_unless (self.epoch[VIDEO] > epoch);
  timeline_map (&self, VIDEO, 1040 * MS, 40 * MS, &mapped);
  fail_unless_equals_int64 (mapped, 740 * MS);
  /* Lateness counts with it: 300 ms are left. */
  fail_unless_equals_int (timeline_map (&self, VIDEO, 1380 * MS, 80 * MS,
          &mapped), TIMELINE_USABLE);
  fail_unless_equals_int (timeline_map (&self, VIDEO, 1421 * MS, 120 * MS,
          &mapped), TIMELINE_LATE);
  timeline_reset (&self);
  timeline_map (&self, VIDEO, 5 * SECOND, 0, &mapped);
  fail_unless_equals_int64 (mapped, 4700 * MS);
}

GST_END_TEST;

GST_START_TEST (timeline_shifts_by_a_slope_what_is_seen)
{
  Timeline self;
  gint64 mapped, last = 0, i;
  guint epoch, steps = 0;

  init (&self, 1, -1);
  timeline_map (&self, VIDEO, SECOND, 0, &mapped);
  epoch = self.epoch[VIDEO];
  timeline_shift (&self, VIDEO, 50 * (gint64) MS, TRUE);
  for (i = 1; i < 60 * 25; i++) {
    timeline_map (&self, VIDEO, SECOND + i * 40 * MS, i * 40 * MS, &mapped);
    steps += i > 1 && ABS (mapped - last - 40 * (gint64) MS) > 40000;
    last = mapped;
    if (i == 500)
      fail_unless (ABS (mapped - (gint64) SECOND - i * 40 * (gint64) MS
              - 20 * (gint64) MS) < (gint64) MS);
  }
  fail_unless_equals_int (steps, 0);
  fail_unless_equals_int (self.epoch[VIDEO], epoch);
  fail_unless_equals_int64 (mapped, (gint64) SECOND + (i - 1) * 40
      * (gint64) MS + 50 * (gint64) MS);
}

GST_END_TEST;

static Suite *
timeline_suite (void)
{
  Suite *s = suite_create ("timeline");
  TCase *tc = tcase_create ("timeline");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, timeline_places_the_first_data_where_it_arrived);
  tcase_add_test (tc, timeline_shares_the_offset_of_the_slowest_medium);
  tcase_add_test (tc, timeline_does_not_wait_for_ever_for_a_medium);
  tcase_add_test (tc, timeline_trusts_stamps_that_keep_up);
  tcase_add_test (tc, timeline_begins_anew_after_a_jump_of_an_hour);
  tcase_add_test (tc,
      timeline_keeps_lip_sync_when_media_jump_one_after_the_other);
  tcase_add_test (tc,
      timeline_calls_late_what_no_longer_serves_and_gives_in_at_last);
  tcase_add_test (tc, timeline_forgives_lateness_that_passes);
  tcase_add_test (tc, timeline_goes_on_where_it_was_when_stamps_wrap);
  tcase_add_test (tc, timeline_takes_a_jump_that_is_shorter_than_the_limit);
  tcase_add_test (tc, timeline_takes_no_stall_and_no_loss_for_a_jump);
  tcase_add_test (tc, timeline_recalls_what_it_has_placed);
  tcase_add_test (tc, timeline_measures_drift_by_the_medium_that_is_there);
  tcase_add_test (tc, timeline_has_no_drift_where_our_clock_lets_data_in);
  tcase_add_test (tc, timeline_shifts_at_once_what_is_not_seen);
  tcase_add_test (tc, timeline_shifts_by_a_slope_what_is_seen);
  tcase_add_test (tc, timeline_keeps_a_medium_while_the_other_strays);
  tcase_add_test (tc, timeline_keeps_a_medium_while_the_other_jumps_about);
  return s;
}

GST_CHECK_MAIN (timeline);
