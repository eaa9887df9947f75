/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "clockstrip.h"

GST_START_TEST (clock_strip_comes_back_as_it_was)
{
  guint64 ms;
  guint32 back;

  for (ms = 0; ms < 3 * (guint64) CLOCK_STRIP_MODULO; ms += 99991) {
    fail_unless (clock_strip_decode (clock_strip_encode (ms), &back));
    fail_unless_equals_int (back, ms % CLOCK_STRIP_MODULO);
  }
}

GST_END_TEST;

GST_START_TEST (clock_strip_refuses_any_single_wrong_cell)
{
  guint32 cells = clock_strip_encode (1234567), back;
  guint i;

  for (i = 0; i < CLOCK_STRIP_CELLS; i++)
    fail_if (clock_strip_decode (cells ^ (1u << i), &back));
}

GST_END_TEST;

GST_START_TEST (clock_strip_is_drawn_over_the_full_width)
{
  guint8 luma[4][72];
  guint32 cells = clock_strip_encode (1234567), drawn = 0;
  guint i;

  memset (luma, 128, sizeof (luma));
  clock_strip_draw_luma (luma[0], 72, 70, 3, cells);
  for (i = 0; i < CLOCK_STRIP_CELLS; i++)
    drawn = drawn << 1 | (luma[2][(2 * i + 1) * 70 / 64] > 127);
  fail_unless_equals_int_hex (drawn, cells);
  fail_unless_equals_int (luma[2][70], 128);
  fail_unless_equals_int (luma[3][0], 128);
}

GST_END_TEST;

static Suite *
clockstrip_suite (void)
{
  Suite *s = suite_create ("clockstrip");
  TCase *tc = tcase_create ("clockstrip");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, clock_strip_comes_back_as_it_was);
  tcase_add_test (tc, clock_strip_refuses_any_single_wrong_cell);
  tcase_add_test (tc, clock_strip_is_drawn_over_the_full_width);
  return s;
}

GST_CHECK_MAIN (clockstrip);
