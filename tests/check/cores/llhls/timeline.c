/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "timeline.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)

static void
start (Timeline * t)
{
  timeline_init (t, 4 * SECOND, 4490 * MS, 100);
}

GST_START_TEST (timeline_cuts_at_the_first_key_frame_behind_each_multiple)
{
  Timeline t;
  guint64 s;

  start (&t);
  for (s = 0; s <= 60; s += 2)
    timeline_offer (&t, s * SECOND, 2 * SECOND, 20 * MS);
  fail_unless_equals_int (t.boundaries->len, 16);
  for (s = 0; s < 16; s++) {
    fail_unless_equals_uint64 (timeline_get (&t, 100 + s)->time,
        s * 4 * SECOND);
    fail_if (timeline_get (&t, 100 + s)->discontinuity);
  }
  timeline_clear (&t);
}

GST_END_TEST;

GST_START_TEST (timeline_takes_a_key_frame_half_a_frame_early)
{
  Timeline t;

  start (&t);
  fail_unless (timeline_offer (&t, 0, 0, 20 * MS));
  fail_if (timeline_offer (&t, 3979 * MS, 0, 20 * MS));
  fail_unless (timeline_offer (&t, 3981 * MS, 0, 20 * MS));
  /* The other rendition's frame of the same time begins nothing new. */
  fail_if (timeline_offer (&t, 3999 * MS, 0, 20 * MS));
  fail_unless_equals_uint64 (timeline_due (&t), 8 * SECOND);
  timeline_clear (&t);
}

GST_END_TEST;

GST_START_TEST (timeline_cuts_early_when_the_next_key_frame_were_too_late)
{
  Timeline t;
  guint64 s;

  start (&t);
  for (s = 0; s <= 30; s += 3)
    timeline_offer (&t, s * SECOND, 3 * SECOND, 20 * MS);
  /* Every 3 s, since 6 s would be too long. */
  fail_unless_equals_int (t.boundaries->len, 11);
  timeline_clear (&t);
}

GST_END_TEST;

/* 10: one and a half target durations were too long. */
GST_START_TEST (timeline_leads_back_to_the_grid_in_time)
{
  guint64 s;
  Timeline t;

  for (s = 0; s < 4000; s += 10) {
    start (&t);
    timeline_cut (&t, s * MS);
    fail_unless (timeline_due (&t) % (4 * SECOND) == 0);
    fail_unless (timeline_due (&t) - s * MS <= 4300 * MS);
    fail_unless (timeline_due (&t) - s * MS >= 290 * MS);
    timeline_clear (&t);
  }
}

GST_END_TEST;

GST_START_TEST (timeline_counts_on_through_a_hole)
{
  Timeline t;

  start (&t);
  timeline_offer (&t, 0, 2 * SECOND, 20 * MS);
  timeline_offer (&t, 17 * SECOND, 2 * SECOND, 20 * MS);
  fail_unless_equals_uint64 (timeline_get (&t, 101)->time, 4 * SECOND);
  fail_unless_equals_uint64 (timeline_get (&t, 103)->time, 12 * SECOND);
  fail_unless_equals_uint64 (timeline_last (&t)->msn, 105);
  fail_unless_equals_uint64 (timeline_last (&t)->time, 17 * SECOND);
  timeline_clear (&t);
}

GST_END_TEST;

GST_START_TEST (timeline_bounds_a_hole_of_a_year)
{
  Timeline t;

  start (&t);
  timeline_offer (&t, 0, 0, 0);
  timeline_offer (&t, 365 * 86400 * SECOND, 0, 0);
  fail_unless (t.boundaries->len <= TIMELINE_MAX_GAP + 3);
  fail_unless (timeline_get (&t, 101)->discontinuity);
  timeline_clear (&t);
}

GST_END_TEST;

GST_START_TEST (timeline_finds_the_segment_of_a_time)
{
  Timeline t;

  start (&t);
  fail_unless (timeline_find (&t, 5) == NULL);
  timeline_offer (&t, 1 * SECOND, 0, 0);
  timeline_offer (&t, 4 * SECOND, 0, 0);
  fail_unless (timeline_find (&t, 999 * MS) == NULL);
  fail_unless_equals_uint64 (timeline_find (&t, 1 * SECOND)->msn, 100);
  fail_unless_equals_uint64 (timeline_find (&t, 4 * SECOND - 1)->msn, 100);
  fail_unless_equals_uint64 (timeline_find (&t, 90 * SECOND)->msn, 101);
  fail_unless (timeline_get (&t, 99) == NULL && timeline_get (&t, 102) == NULL);
  timeline_clear (&t);
}

GST_END_TEST;

static Suite *
timeline_suite (void)
{
  Suite *s = suite_create ("timeline");
  TCase *tc = tcase_create ("timeline");

  suite_add_tcase (s, tc);
  tcase_add_test (tc,
      timeline_cuts_at_the_first_key_frame_behind_each_multiple);
  tcase_add_test (tc, timeline_takes_a_key_frame_half_a_frame_early);
  tcase_add_test (tc,
      timeline_cuts_early_when_the_next_key_frame_were_too_late);
  tcase_add_test (tc, timeline_leads_back_to_the_grid_in_time);
  tcase_add_test (tc, timeline_counts_on_through_a_hole);
  tcase_add_test (tc, timeline_bounds_a_hole_of_a_year);
  tcase_add_test (tc, timeline_finds_the_segment_of_a_time);
  return s;
}

GST_CHECK_MAIN (timeline);
