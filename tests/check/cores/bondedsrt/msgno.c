/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "msgno.h"

GST_START_TEST (msgno_wraps_from_last_to_one)
{
  fail_unless_equals_int (msgno_add (MSGNO_LAST, 1), 1);
  fail_unless_equals_int (msgno_add (1, -1), MSGNO_LAST);
  fail_unless_equals_int (msgno_add (5, MSGNO_CYCLE), 5);
  fail_unless_equals_int (msgno_add (5, -3 * (gint64) MSGNO_CYCLE), 5);
}

GST_END_TEST;

GST_START_TEST (msgno_distance_takes_the_shorter_way)
{
  fail_unless_equals_int (msgno_distance (10, 13), 3);
  fail_unless_equals_int (msgno_distance (13, 10), -3);
  fail_unless_equals_int (msgno_distance (MSGNO_LAST, 1), 1);
  fail_unless_equals_int (msgno_distance (2, MSGNO_LAST), -2);
}

GST_END_TEST;

GST_START_TEST (msgno_add_undoes_distance)
{
  GRand *rand = g_rand_new_with_seed (7);
  guint i;

  for (i = 0; i < 10000; i++) {
    guint32 a = msgno_from_bits (g_rand_int (rand));
    guint32 b = msgno_from_bits (g_rand_int (rand));

    fail_unless_equals_int (msgno_add (a, msgno_distance (a, b)), b);
  }
  g_rand_free (rand);
}

GST_END_TEST;

GST_START_TEST (msgno_zero_and_27_bits_are_invalid)
{
  fail_if (msgno_is_valid (0));
  fail_if (msgno_is_valid (MSGNO_LAST + 1));
  fail_unless (msgno_is_valid (msgno_from_bits (0)));
  fail_unless (msgno_is_valid (msgno_from_bits (G_MAXUINT32)));
}

GST_END_TEST;

static Suite *
msgno_suite (void)
{
  Suite *s = suite_create ("msgno");
  TCase *tc = tcase_create ("msgno");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, msgno_wraps_from_last_to_one);
  tcase_add_test (tc, msgno_distance_takes_the_shorter_way);
  tcase_add_test (tc, msgno_add_undoes_distance);
  tcase_add_test (tc, msgno_zero_and_27_bits_are_invalid);
  return s;
}

GST_CHECK_MAIN (msgno);
