/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "backoff.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define MIDDLE 0x80000000u      /* no jitter, to rounding */

static void
assert_near (guint64 value, guint64 expected)
{
  fail_unless (value + MS >= expected && value <= expected + MS,
      "%" G_GUINT64_FORMAT " is not near %" G_GUINT64_FORMAT, value, expected);
}

GST_START_TEST (backoff_starts_at_once_and_doubles_to_the_limit)
{
  static const guint64 expected_ms[] = {
    0, 250, 500, 1000, 2000, 4000, 8000, 8000
  };
  Backoff backoff;
  guint i;

  backoff_init (&backoff, 250 * MS, 8000 * MS, 200, 20, TRUE);
  for (i = 0; i < G_N_ELEMENTS (expected_ms); i++)
    assert_near (backoff_next (&backoff, MIDDLE), expected_ms[i] * MS);
}

GST_END_TEST;

GST_START_TEST (backoff_waits_first_when_asked_to)
{
  Backoff backoff;

  backoff_init (&backoff, 1000 * MS, 10000 * MS, 200, 0, FALSE);
  fail_unless_equals_uint64 (backoff_next (&backoff, 0), 1000 * MS);
  fail_unless_equals_uint64 (backoff_next (&backoff, 0), 2000 * MS);
}

GST_END_TEST;

GST_START_TEST (backoff_spreads_within_the_jitter)
{
  Backoff backoff;

  backoff_init (&backoff, 1000 * MS, 1000 * MS, 200, 20, FALSE);
  assert_near (backoff_next (&backoff, 0), 800 * MS);
  assert_near (backoff_next (&backoff, G_MAXUINT32), 1200 * MS);
}

GST_END_TEST;

GST_START_TEST (backoff_starts_anew_after_reset)
{
  Backoff backoff;

  backoff_init (&backoff, 250 * MS, 8000 * MS, 200, 20, TRUE);
  backoff_next (&backoff, MIDDLE);
  backoff_next (&backoff, MIDDLE);
  backoff_reset (&backoff);
  fail_unless_equals_uint64 (backoff_next (&backoff, MIDDLE), 0);
}

GST_END_TEST;

GST_START_TEST (backoff_stays_at_the_limit_for_ever)
{
  Backoff backoff;
  guint i;

  backoff_init (&backoff, 250 * MS, 8000 * MS, 200, 0, TRUE);
  for (i = 0; i < 100000; i++)
    backoff_next (&backoff, i);
  fail_unless_equals_uint64 (backoff_next (&backoff, 0), 8000 * MS);
}

GST_END_TEST;

static Suite *
backoff_suite (void)
{
  Suite *s = suite_create ("backoff");
  TCase *tc = tcase_create ("backoff");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, backoff_starts_at_once_and_doubles_to_the_limit);
  tcase_add_test (tc, backoff_waits_first_when_asked_to);
  tcase_add_test (tc, backoff_spreads_within_the_jitter);
  tcase_add_test (tc, backoff_starts_anew_after_reset);
  tcase_add_test (tc, backoff_stays_at_the_limit_for_ever);
  return s;
}

GST_CHECK_MAIN (backoff);
