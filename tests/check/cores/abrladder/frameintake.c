/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "frameintake.h"

GST_START_TEST (frame_intake_takes_everything_while_there_is_room)
{
  FrameIntake intake;
  guint i;

  frame_intake_init (&intake, 1, 4, 2, FALSE);
  for (i = 0; i < 100; i++)
    fail_unless_equals_int (frame_intake_push (&intake, i, i % 30 == 0, i % 4),
        FRAME_INTAKE_TAKE);
}

GST_END_TEST;

GST_START_TEST (frame_intake_drops_when_full_but_not_a_first_frame)
{
  FrameIntake intake;

  frame_intake_init (&intake, 1, 4, 2, FALSE);
  fail_unless_equals_int (frame_intake_push (&intake, 0, TRUE, 0),
      FRAME_INTAKE_TAKE);
  fail_unless_equals_int (frame_intake_push (&intake, 1, FALSE, 4),
      FRAME_INTAKE_DROP_FULL);
  fail_unless_equals_int (frame_intake_push (&intake, 30, TRUE, 5),
      FRAME_INTAKE_TAKE);
  fail_unless_equals_int (frame_intake_push (&intake, 31, FALSE, 3),
      FRAME_INTAKE_TAKE);
}

GST_END_TEST;

GST_START_TEST (frame_intake_drops_a_whole_gop_with_its_first_frame)
{
  FrameIntake intake;

  frame_intake_init (&intake, 1, 4, 2, FALSE);
  fail_unless_equals_int (frame_intake_push (&intake, 0, TRUE, 6),
      FRAME_INTAKE_DROP_FULL);
  fail_unless_equals_int (frame_intake_push (&intake, 1, FALSE, 0),
      FRAME_INTAKE_DROP_WAITING);
  fail_unless_equals_int (frame_intake_push (&intake, 29, FALSE, 0),
      FRAME_INTAKE_DROP_WAITING);
  fail_unless_equals_int (frame_intake_push (&intake, 30, TRUE, 0),
      FRAME_INTAKE_TAKE);
  fail_unless_equals_int (frame_intake_push (&intake, 31, FALSE, 0),
      FRAME_INTAKE_TAKE);
}

GST_END_TEST;

GST_START_TEST (frame_intake_has_no_limit_for_a_source_that_can_wait)
{
  FrameIntake intake;

  frame_intake_init (&intake, 1, 0, 0, FALSE);
  fail_unless_equals_int (frame_intake_push (&intake, 0, FALSE, 1000000),
      FRAME_INTAKE_TAKE);
}

GST_END_TEST;

GST_START_TEST (frame_intake_takes_a_part_of_the_rate)
{
  FrameIntake intake;
  guint i;

  frame_intake_init (&intake, 2, 0, 0, FALSE);
  for (i = 0; i < 100; i++)
    fail_unless_equals_int (frame_intake_push (&intake, i, i % 30 == 0, 0),
        i % 2 == 0 ? FRAME_INTAKE_TAKE : FRAME_INTAKE_SKIP_RATE);
}

GST_END_TEST;

GST_START_TEST (frame_intake_replaces_a_frame_that_the_source_lost)
{
  FrameIntake intake;

  frame_intake_init (&intake, 2, 0, 0, FALSE);
  fail_unless_equals_int (frame_intake_push (&intake, 0, TRUE, 0),
      FRAME_INTAKE_TAKE);
  fail_unless_equals_int (frame_intake_push (&intake, 3, FALSE, 0),
      FRAME_INTAKE_TAKE);
  fail_unless_equals_int (frame_intake_push (&intake, 4, FALSE, 0),
      FRAME_INTAKE_TAKE);
  fail_unless_equals_int (frame_intake_push (&intake, 5, FALSE, 0),
      FRAME_INTAKE_SKIP_RATE);
}

GST_END_TEST;

GST_START_TEST (frame_intake_always_takes_first_frames_at_a_part_of_the_rate)
{
  FrameIntake intake;

  frame_intake_init (&intake, 2, 0, 0, FALSE);
  fail_unless_equals_int (frame_intake_push (&intake, 28, FALSE, 0),
      FRAME_INTAKE_TAKE);
  /* Slot 30 was lost. */
  fail_unless_equals_int (frame_intake_push (&intake, 31, TRUE, 0),
      FRAME_INTAKE_TAKE);
}

GST_END_TEST;

GST_START_TEST (frame_intake_joins_with_a_gop)
{
  FrameIntake intake;

  frame_intake_init (&intake, 1, 4, 2, TRUE);
  fail_unless_equals_int (frame_intake_push (&intake, 7, FALSE, 0),
      FRAME_INTAKE_DROP_WAITING);
  fail_unless_equals_int (frame_intake_push (&intake, 30, TRUE, 0),
      FRAME_INTAKE_TAKE);
}

GST_END_TEST;

static Suite *
frameintake_suite (void)
{
  Suite *s = suite_create ("frameintake");
  TCase *tc = tcase_create ("frameintake");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, frame_intake_takes_everything_while_there_is_room);
  tcase_add_test (tc, frame_intake_drops_when_full_but_not_a_first_frame);
  tcase_add_test (tc, frame_intake_drops_a_whole_gop_with_its_first_frame);
  tcase_add_test (tc, frame_intake_has_no_limit_for_a_source_that_can_wait);
  tcase_add_test (tc, frame_intake_takes_a_part_of_the_rate);
  tcase_add_test (tc, frame_intake_replaces_a_frame_that_the_source_lost);
  tcase_add_test (tc,
      frame_intake_always_takes_first_frames_at_a_part_of_the_rate);
  tcase_add_test (tc, frame_intake_joins_with_a_gop);
  return s;
}

GST_CHECK_MAIN (frameintake);
