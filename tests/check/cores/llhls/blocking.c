/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "blocking.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)

static const BlockingLimits limits = { 4 * SECOND, SECOND / 2, FALSE };

/* Segments up to 9 (8 parts) are whole, 10 has three parts. */
static const PlaylistPosition running = {
  TRUE, 9, 8, TRUE, 10, 3, TRUE, 10, 3, FALSE
};

typedef struct
{
  gint64 msn, part;             /* -1: not given */
  BlockingDecision decision;
} Case;

/* *INDENT-OFF* */
static const Case cases[] = {
  { -1, -1, BLOCKING_ANSWER },
  /* 60: a whole segment */
  { 9, -1, BLOCKING_ANSWER }, { 10, -1, BLOCKING_HOLD },
  /* 61: a part or anything later */
  { 10, 0, BLOCKING_ANSWER }, { 10, 2, BLOCKING_ANSWER }, { 10, 3, BLOCKING_HOLD },
  { 9, 7, BLOCKING_ANSWER },
  /* 62: beyond the last part is the next segment's first */
  { 9, 8, BLOCKING_ANSWER }, { 11, 0, BLOCKING_HOLD },
  /* 63: long gone */
  { 1, -1, BLOCKING_ANSWER }, { 1, 200, BLOCKING_REFUSE }, { 0, 3, BLOCKING_ANSWER },
  /* 64: too far */
  { 12, -1, BLOCKING_HOLD }, { 13, -1, BLOCKING_REFUSE },
  { G_MAXINT64, 0, BLOCKING_REFUSE },
  /* 65: lenient up to what a segment can have */
  { 10, 15, BLOCKING_HOLD }, { 11, 7, BLOCKING_HOLD }, { 10, 1000, BLOCKING_REFUSE },
};
/* *INDENT-ON* */

static Request
make_request (gint64 msn, gint64 part)
{
  Request r = { REQUEST_PLAYLIST, };

  r.has_msn = msn >= 0;
  r.msn = msn;
  r.has_part = part >= 0;
  r.part = part;
  return r;
}

GST_START_TEST (blocking_holds_what_is_to_come)
{
  const Case *c = &cases[__i__];
  Request r = make_request (c->msn, c->part);

  fail_unless_equals_int (blocking_playlist (&r, &running, TRUE, &limits, 0,
          SECOND), c->decision);
}

GST_END_TEST;

GST_START_TEST (blocking_counts_beyond_the_last_part_as_the_next_segment)
{
  PlaylistPosition p = running;
  Request r = make_request (9, 8);

  p.open_parts = 0;
  fail_unless_equals_int (blocking_playlist (&r, &p, TRUE, &limits, 0, 1),
      BLOCKING_HOLD);
}

GST_END_TEST;

GST_START_TEST (blocking_ends_after_three_target_durations)
{
  Request r = make_request (11, 0);

  fail_unless_equals_int (blocking_playlist (&r, &running, TRUE, &limits, 5,
          12 * SECOND + 4), BLOCKING_HOLD);
  fail_unless_equals_int (blocking_playlist (&r, &running, TRUE, &limits, 5,
          12 * SECOND + 5), BLOCKING_EXPIRED);
}

GST_END_TEST;

GST_START_TEST (blocking_is_over_with_the_stream)
{
  PlaylistPosition p = running;
  Request r = make_request (500, 3);

  p.ended = TRUE;
  fail_unless_equals_int (blocking_playlist (&r, &p, TRUE, &limits, 0, 1),
      BLOCKING_ANSWER);
  fail_unless_equals_int (blocking_media (TRUE, &p, &limits, 0, 1),
      BLOCKING_ABSENT);
}

GST_END_TEST;

GST_START_TEST (blocking_waits_for_the_first_whole_segment)
{
  PlaylistPosition p = { FALSE, 0, 0, TRUE, 10, 3, TRUE, 10, 3, FALSE };
  Request plain = make_request (-1, -1), part = make_request (10, 2);
  Request old = make_request (3, -1), next = make_request (10, 3);

  fail_unless_equals_int (blocking_playlist (&plain, &p, TRUE, &limits, 0, 1),
      BLOCKING_HOLD);
  fail_unless_equals_int (blocking_playlist (&part, &p, TRUE, &limits, 0, 1),
      BLOCKING_ANSWER);
  fail_unless_equals_int (blocking_playlist (&old, &p, TRUE, &limits, 0, 1),
      BLOCKING_ANSWER);
  fail_unless_equals_int (blocking_playlist (&next, &p, TRUE, &limits, 0, 1),
      BLOCKING_HOLD);
  fail_unless_equals_int (blocking_playlist (&part, &p, FALSE, &limits, 0, 1),
      BLOCKING_HOLD);
}

GST_END_TEST;

/* A cache then asks the other one at once. */
GST_START_TEST (blocking_of_twins_does_not_hold_before_the_beginning)
{
  BlockingLimits twin = { 4 * SECOND, SECOND / 2, TRUE };
  PlaylistPosition p = { FALSE, };
  Request plain = make_request (-1, -1), part = make_request (10, 2);

  fail_unless_equals_int (blocking_playlist (&plain, &p, FALSE, &twin, 0, 1),
      BLOCKING_EXPIRED);
  fail_unless_equals_int (blocking_playlist (&part, &p, FALSE, &twin, 0, 1),
      BLOCKING_EXPIRED);
  fail_unless_equals_int (blocking_playlist (&part, &running, TRUE, &twin, 0,
          1), BLOCKING_ANSWER);
  p.ended = TRUE;
  fail_unless_equals_int (blocking_playlist (&plain, &p, FALSE, &twin, 0, 1),
      BLOCKING_ABSENT);
}

GST_END_TEST;

GST_START_TEST (blocking_holds_only_the_hinted_part)
{
  fail_unless_equals_int (blocking_media (TRUE, &running, &limits, 0, 1),
      BLOCKING_HOLD);
  fail_unless_equals_int (blocking_media (FALSE, &running, &limits, 0, 1),
      BLOCKING_ABSENT);
  fail_unless_equals_int (blocking_media (TRUE, &running, &limits, 0,
          12 * SECOND), BLOCKING_EXPIRED);
}

GST_END_TEST;

static Suite *
blocking_suite (void)
{
  Suite *s = suite_create ("blocking");
  TCase *tc = tcase_create ("blocking");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, blocking_holds_what_is_to_come, 0,
      G_N_ELEMENTS (cases));
  tcase_add_test (tc, blocking_counts_beyond_the_last_part_as_the_next_segment);
  tcase_add_test (tc, blocking_ends_after_three_target_durations);
  tcase_add_test (tc, blocking_is_over_with_the_stream);
  tcase_add_test (tc, blocking_waits_for_the_first_whole_segment);
  tcase_add_test (tc, blocking_of_twins_does_not_hold_before_the_beginning);
  tcase_add_test (tc, blocking_holds_only_the_hinted_part);
  return s;
}

GST_CHECK_MAIN (blocking);
