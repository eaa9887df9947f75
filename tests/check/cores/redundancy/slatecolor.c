/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "slatecolor.h"

#define BLACK 0xff000000
#define WHITE 0xffffffff
#define RED 0xffff0000
#define BLUE 0xff0000ff

static const SlateColorForm bt601 = { TRUE, FALSE, 8, 0.299, 0.114 };
static const SlateColorForm bt709 = { TRUE, FALSE, 8, 0.2126, 0.0722 };
static const SlateColorForm bt709_10 = { TRUE, FALSE, 10, 0.2126, 0.0722 };
static const SlateColorForm jpeg = { TRUE, TRUE, 8, 0.299, 0.114 };
static const SlateColorForm full_10 = { TRUE, TRUE, 10, 0.2126, 0.0722 };
static const SlateColorForm rgb = { FALSE, TRUE, 8, 0, 0 };
static const SlateColorForm studio_rgb = { FALSE, FALSE, 8, 0, 0 };

static void
expect (const SlateColorForm * form, guint32 argb, guint a, guint b, guint c)
{
  guint shift = 16 - form->depth;
  guint16 pixel[4];

  slate_color_pixel (form, argb, pixel);
  fail_unless_equals_int (pixel[1] >> shift, a);
  fail_unless_equals_int (pixel[2] >> shift, b);
  fail_unless_equals_int (pixel[3] >> shift, c);
}

GST_START_TEST (slate_color_has_the_levels_of_bt601)
{
  expect (&bt601, BLACK, 16, 128, 128);
  expect (&bt601, WHITE, 235, 128, 128);
  expect (&bt601, RED, 81, 90, 240);
  expect (&bt601, BLUE, 41, 240, 110);
}

GST_END_TEST;

GST_START_TEST (slate_color_has_the_levels_of_bt709)
{
  expect (&bt709, BLACK, 16, 128, 128);
  expect (&bt709, WHITE, 235, 128, 128);
  expect (&bt709, RED, 63, 102, 240);
  expect (&bt709, BLUE, 32, 240, 118);
}

GST_END_TEST;

GST_START_TEST (slate_color_uses_all_bits_there_are)
{
  expect (&bt709_10, BLACK, 64, 512, 512);
  expect (&bt709_10, WHITE, 940, 512, 512);
  expect (&bt709_10, RED, 250, 409, 960);
  expect (&full_10, WHITE, 1023, 512, 512);
}

GST_END_TEST;

GST_START_TEST (slate_color_uses_the_full_range_where_that_is_the_form)
{
  expect (&jpeg, BLACK, 0, 128, 128);
  expect (&jpeg, WHITE, 255, 128, 128);
  expect (&jpeg, RED, 76, 85, 255);
}

GST_END_TEST;

GST_START_TEST (slate_color_of_rgb_is_what_was_asked_for)
{
  expect (&rgb, 0xff123456, 0x12, 0x34, 0x56);
  expect (&studio_rgb, BLACK, 16, 16, 16);
  expect (&studio_rgb, WHITE, 235, 235, 235);
}

GST_END_TEST;

GST_START_TEST (slate_color_keeps_alpha)
{
  guint16 pixel[4];

  slate_color_pixel (&rgb, 0x80000000, pixel);
  fail_unless_equals_int (pixel[0] >> 8, 0x80);
  slate_color_pixel (&bt601, WHITE, pixel);
  fail_unless_equals_int (pixel[0], 0xffff);
}

GST_END_TEST;

static Suite *
slatecolor_suite (void)
{
  Suite *s = suite_create ("slatecolor");
  TCase *tc = tcase_create ("slatecolor");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, slate_color_has_the_levels_of_bt601);
  tcase_add_test (tc, slate_color_has_the_levels_of_bt709);
  tcase_add_test (tc, slate_color_uses_all_bits_there_are);
  tcase_add_test (tc, slate_color_uses_the_full_range_where_that_is_the_form);
  tcase_add_test (tc, slate_color_of_rgb_is_what_was_asked_for);
  tcase_add_test (tc, slate_color_keeps_alpha);
  return s;
}

GST_CHECK_MAIN (slatecolor);
