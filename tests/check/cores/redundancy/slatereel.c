/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "slatereel.h"

#define MS G_GINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)
#define FRAME (40 * MS)
#define RANDOM 0x80000000u

static const SlateReelConfig config = { 8 * SECOND, 500 * MS, 100 * MS };

/* Places frames for `duration` from the file's beginning; returns where the
 * first belongs. */
static gint64
roll (SlateReel * self, gint64 duration, guint64 now)
{
  gint64 first = -1, at;

  for (at = 0; at < duration; at += FRAME) {
    gint64 start = slate_reel_place (self, at, FRAME, now);
    if (first < 0)
      first = start;
  }
  return first;
}

GST_START_TEST (slate_reel_follows_one_round_with_the_next)
{
  SlateReel self;

  slate_reel_init (&self, &config);
  slate_reel_load (&self, FALSE, 0);
  fail_unless_equals_int64 (roll (&self, 2 * SECOND, 0), 0);
  fail_unless_equals_int (slate_reel_on_end (&self, 0, RANDOM),
      SLATE_REEL_AGAIN);
  fail_unless_equals_int64 (roll (&self, 2 * SECOND, 0), 2 * SECOND);
  fail_unless_equals_int (slate_reel_on_end (&self, 0, RANDOM),
      SLATE_REEL_AGAIN);
  fail_unless_equals_int64 (roll (&self, 2 * SECOND, 0), 4 * SECOND);
  fail_unless_equals_uint64 (self.rounds, 2);
}

GST_END_TEST;

GST_START_TEST (slate_reel_begins_a_round_behind_the_longest_medium)
{
  SlateReel self;

  slate_reel_init (&self, &config);
  slate_reel_load (&self, FALSE, 0);
  roll (&self, SECOND, 0);
  slate_reel_place (&self, SECOND, 60 * MS, 0);
  slate_reel_place (&self, 960 * MS, 40 * MS, 0);
  slate_reel_on_end (&self, 0, RANDOM);
  fail_unless_equals_int64 (slate_reel_place (&self, 0, FRAME, 0), 1060 * MS);
}

GST_END_TEST;

GST_START_TEST (slate_reel_stands_still_until_it_is_shown)
{
  SlateReel self;

  slate_reel_init (&self, &config);
  slate_reel_load (&self, FALSE, 0);
  roll (&self, 480 * MS, 0);
  fail_unless (slate_reel_has_room (&self, 500 * MS));
  fail_if (slate_reel_has_room (&self, 501 * MS));
  /* Long after, the output comes to it. */
  fail_unless_equals_int64 (slate_reel_show (&self, 0, 3600 * SECOND), 0);
  fail_unless_equals_int64 (slate_reel_show (&self, 0, 3601 * SECOND), SECOND);
  fail_unless (slate_reel_has_room (&self, 1500 * MS));
  fail_if (slate_reel_has_room (&self, 1501 * MS));
}

GST_END_TEST;

GST_START_TEST (slate_reel_keeps_its_media_on_one_time)
{
  SlateReel self;

  slate_reel_init (&self, &config);
  slate_reel_load (&self, FALSE, 0);
  roll (&self, 480 * MS, 0);
  slate_reel_show (&self, 0, 10 * SECOND);
  /* A slot behind. */
  fail_unless_equals_int64 (slate_reel_show (&self, 1, 10 * SECOND - FRAME), 0);
  fail_unless_equals_int64 (slate_reel_show (&self, 1, 11 * SECOND), SECOND);
  fail_if (slate_reel_hide (&self, 0));
  fail_unless_equals_int64 (slate_reel_show (&self, 1, 12 * SECOND),
      2 * SECOND);
  fail_unless (slate_reel_hide (&self, 1));
  slate_reel_load (&self, FALSE, 0);
  fail_unless_equals_int64 (slate_reel_show (&self, 1, 99 * SECOND), 0);
}

GST_END_TEST;

GST_START_TEST (slate_reel_holds_a_still_picture)
{
  SlateReel self;

  slate_reel_init (&self, &config);
  slate_reel_load (&self, TRUE, 0);
  slate_reel_place (&self, 0, FRAME, 0);
  fail_unless_equals_int (self.state, SLATE_REEL_HELD);
  fail_unless_equals_int (slate_reel_on_end (&self, 0, RANDOM),
      SLATE_REEL_DONE);
  fail_unless_equals_int (slate_reel_step (&self, 3600 * SECOND, RANDOM),
      SLATE_REEL_REST);
  slate_reel_show (&self, 0, SECOND);
  fail_if (slate_reel_hide (&self, 0));
}

GST_END_TEST;

GST_START_TEST (slate_reel_does_not_loop_what_is_no_longer_than_a_picture)
{
  SlateReel self;

  slate_reel_init (&self, &config);
  slate_reel_load (&self, FALSE, 0);
  slate_reel_place (&self, 0, FRAME, 0);
  fail_unless_equals_int (slate_reel_on_end (&self, 0, RANDOM),
      SLATE_REEL_DONE);
  fail_unless_equals_int (self.state, SLATE_REEL_HELD);
}

GST_END_TEST;

GST_START_TEST (slate_reel_tries_a_broken_file_again_and_ever_less_often)
{
  guint64 now = 0, before = 0;
  SlateReel self;
  guint i;

  slate_reel_init (&self, &config);
  slate_reel_load (&self, FALSE, now);
  for (i = 0; i < 12; i++) {
    slate_reel_on_error (&self, now, RANDOM);
    fail_unless_equals_int (self.state, SLATE_REEL_BROKEN);
    fail_unless (self.retry_at > now);
    fail_unless (self.retry_at - now >= before);
    fail_unless (self.retry_at - now <= 36 * SECOND);
    before = self.retry_at - now;
    fail_unless_equals_int (slate_reel_step (&self, self.retry_at - 1, RANDOM),
        SLATE_REEL_REST);
    now = self.retry_at;
    fail_unless_equals_int (slate_reel_step (&self, now, RANDOM),
        SLATE_REEL_LOAD);
  }
  fail_unless_equals_uint64 (self.failures, 12);
}

GST_END_TEST;

GST_START_TEST (slate_reel_gives_up_a_file_that_delivers_nothing)
{
  SlateReel self;

  slate_reel_init (&self, &config);
  slate_reel_load (&self, FALSE, 0);
  fail_unless_equals_int (slate_reel_step (&self, 8 * SECOND - 1, RANDOM),
      SLATE_REEL_REST);
  fail_unless_equals_int (slate_reel_step (&self, 8 * SECOND, RANDOM),
      SLATE_REEL_DROP);
  fail_unless_equals_int (self.reason, SLATE_REEL_REASON_TIMEOUT);
}

GST_END_TEST;

GST_START_TEST (slate_reel_waits_for_ever_with_a_file_that_is_not_shown)
{
  SlateReel self;
  guint64 now;

  slate_reel_init (&self, &config);
  slate_reel_load (&self, FALSE, 0);
  roll (&self, 480 * MS, 0);
  for (now = 0; now < 3600 * SECOND; now += SECOND)
    fail_unless_equals_int (slate_reel_step (&self, now, RANDOM),
        SLATE_REEL_REST);
  /* Shown, it has to deliver. */
  slate_reel_show (&self, 0, 0);
  slate_reel_show (&self, 0, SECOND);
  fail_unless_equals_int (slate_reel_step (&self, now, RANDOM),
      SLATE_REEL_REST);
  fail_unless_equals_int (slate_reel_step (&self, now + 8 * SECOND, RANDOM),
      SLATE_REEL_DROP);
}

GST_END_TEST;

GST_START_TEST (slate_reel_does_not_go_round_a_file_without_anything)
{
  SlateReel self;

  slate_reel_init (&self, &config);
  slate_reel_load (&self, FALSE, 0);
  fail_unless_equals_int (slate_reel_on_end (&self, 0, RANDOM),
      SLATE_REEL_DONE);
  fail_unless_equals_int (self.reason, SLATE_REEL_REASON_EMPTY);
  slate_reel_load (&self, FALSE, 0);
  roll (&self, SECOND, 0);
  slate_reel_on_end (&self, 0, RANDOM);
  fail_unless_equals_int (slate_reel_on_end (&self, 0, RANDOM),
      SLATE_REEL_DONE);
  fail_unless_equals_int (self.state, SLATE_REEL_BROKEN);
}

GST_END_TEST;

GST_START_TEST (slate_reel_places_a_file_that_came_back_where_it_is_shown)
{
  SlateReel self;

  slate_reel_init (&self, &config);
  slate_reel_load (&self, FALSE, 0);
  slate_reel_show (&self, 0, 5 * SECOND);
  slate_reel_on_error (&self, 0, RANDOM);
  slate_reel_show (&self, 0, 65 * SECOND);
  slate_reel_step (&self, 60 * SECOND, RANDOM);
  fail_unless_equals_int64 (slate_reel_place (&self, 0, FRAME, 60 * SECOND),
      60 * SECOND);
}

GST_END_TEST;

static Suite *
slatereel_suite (void)
{
  Suite *s = suite_create ("slatereel");
  TCase *tc = tcase_create ("slatereel");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, slate_reel_follows_one_round_with_the_next);
  tcase_add_test (tc, slate_reel_begins_a_round_behind_the_longest_medium);
  tcase_add_test (tc, slate_reel_stands_still_until_it_is_shown);
  tcase_add_test (tc, slate_reel_keeps_its_media_on_one_time);
  tcase_add_test (tc, slate_reel_holds_a_still_picture);
  tcase_add_test (tc,
      slate_reel_does_not_loop_what_is_no_longer_than_a_picture);
  tcase_add_test (tc, slate_reel_tries_a_broken_file_again_and_ever_less_often);
  tcase_add_test (tc, slate_reel_gives_up_a_file_that_delivers_nothing);
  tcase_add_test (tc, slate_reel_waits_for_ever_with_a_file_that_is_not_shown);
  tcase_add_test (tc, slate_reel_does_not_go_round_a_file_without_anything);
  tcase_add_test (tc,
      slate_reel_places_a_file_that_came_back_where_it_is_shown);
  return s;
}

GST_CHECK_MAIN (slatereel);
