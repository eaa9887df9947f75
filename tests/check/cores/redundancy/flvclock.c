/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "flvclock.h"

#define WRAP (G_GUINT64_CONSTANT (1) << 32)

GST_START_TEST (flv_clock_goes_on_over_the_wrap)
{
  FlvClock self;
  guint64 stamp, i;

  flv_clock_init (&self);
  for (i = 0; i < 3 * WRAP; i += WRAP / 8) {
    stamp = i % WRAP;
    fail_unless_equals_uint64 (flv_clock_unwrap (&self, stamp), i);
  }
}

GST_END_TEST;

GST_START_TEST (flv_clock_takes_media_that_pass_the_wrap_in_turn)
{
  FlvClock self;

  flv_clock_init (&self);
  fail_unless_equals_uint64 (flv_clock_unwrap (&self, WRAP - 20), WRAP - 20);
  fail_unless_equals_uint64 (flv_clock_unwrap (&self, 3), WRAP + 3);
  /* The other medium is a bit behind. */
  fail_unless_equals_uint64 (flv_clock_unwrap (&self, WRAP - 1), WRAP - 1);
  fail_unless_equals_uint64 (flv_clock_unwrap (&self, 20), WRAP + 20);
}

GST_END_TEST;

/* A picture may be decoded before the wrap and shown behind it. */
GST_START_TEST (flv_clock_keeps_the_stamps_of_a_buffer_together)
{
  FlvClock self;

  flv_clock_init (&self);
  flv_clock_unwrap (&self, WRAP - 40);
  fail_unless_equals_uint64 (flv_clock_near (&self, 40), WRAP + 40);
  flv_clock_unwrap (&self, 10);
  fail_unless_equals_uint64 (flv_clock_near (&self, WRAP - 5), WRAP - 5);
  fail_unless_equals_uint64 (flv_clock_near (&self, 90), WRAP + 90);
}

GST_END_TEST;

GST_START_TEST (flv_clock_does_not_go_below_zero)
{
  FlvClock self;

  flv_clock_init (&self);
  fail_unless_equals_uint64 (flv_clock_unwrap (&self, 10), 10);
  fail_unless_equals_uint64 (flv_clock_near (&self, WRAP - 5), WRAP - 5);
  fail_unless_equals_uint64 (flv_clock_unwrap (&self, 4), 4);
  fail_unless_equals_uint64 (flv_clock_unwrap (&self, 50), 50);
}

GST_END_TEST;

static Suite *
flvclock_suite (void)
{
  Suite *s = suite_create ("flvclock");
  TCase *tc = tcase_create ("flvclock");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, flv_clock_goes_on_over_the_wrap);
  tcase_add_test (tc, flv_clock_takes_media_that_pass_the_wrap_in_turn);
  tcase_add_test (tc, flv_clock_keeps_the_stamps_of_a_buffer_together);
  tcase_add_test (tc, flv_clock_does_not_go_below_zero);
  return s;
}

GST_CHECK_MAIN (flvclock);
