/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "blackdetect.h"

#define WIDTH 96
#define HEIGHT 128

static guint8 pixels[WIDTH * HEIGHT * 4];

static LumaPlane
plane8 (void)
{
  LumaPlane plane = { pixels, WIDTH, 1, WIDTH, HEIGHT, 8, 0, FALSE };

  return plane;
}

static gdouble
dark_ratio (const LumaPlane * plane, gdouble black_pixel)
{
  LumaSample sample = { -1.0, -1.0 };

  fail_unless (black_detect_sample (plane, black_pixel, &sample));
  return sample.dark_ratio;
}

static gdouble
mean (const LumaPlane * plane)
{
  LumaSample sample = { -1.0, -1.0 };

  fail_unless (black_detect_sample (plane, 0.1, &sample));
  return sample.mean;
}

GST_START_TEST (black_detect_draws_the_line_where_ffmpeg_does)
{
  /* 16 + 0.10 * 219 = 37.9 */
  static const guint8 dark[] = { 0, 15, 16, 37 };
  static const guint8 bright[] = { 38, 60, 235, 255 };
  LumaPlane plane = plane8 ();
  guint i;

  for (i = 0; i < G_N_ELEMENTS (dark); i++) {
    memset (pixels, dark[i], sizeof (pixels));
    fail_unless_equals_float (dark_ratio (&plane, 0.1), 1.0);
  }
  for (i = 0; i < G_N_ELEMENTS (bright); i++) {
    memset (pixels, bright[i], sizeof (pixels));
    fail_unless_equals_float (dark_ratio (&plane, 0.1), 0.0);
  }
}

GST_END_TEST;

GST_START_TEST (black_detect_knows_full_range)
{
  LumaPlane plane = plane8 ();

  plane.full_range = TRUE;
  memset (pixels, 25, sizeof (pixels));
  fail_unless_equals_float (dark_ratio (&plane, 0.1), 1.0);
  memset (pixels, 26, sizeof (pixels));
  fail_unless_equals_float (dark_ratio (&plane, 0.1), 0.0);
  memset (pixels, 255, sizeof (pixels));
  fail_unless_equals_float (dark_ratio (&plane, 1.0), 1.0);
}

GST_END_TEST;

GST_START_TEST (black_detect_gives_the_share_and_the_mean)
{
  LumaPlane plane = plane8 ();

  memset (pixels, 16, sizeof (pixels));
  memset (pixels, 216, WIDTH * HEIGHT / 4);
  fail_unless_equals_float (dark_ratio (&plane, 0.1), 0.75);
  fail_unless_equals_float (mean (&plane), 66.0);
}

GST_END_TEST;

GST_START_TEST (black_detect_leaves_out_what_is_beside_the_picture)
{
  LumaPlane plane = plane8 ();
  guint y;

  /* The padding of each row is bright. */
  memset (pixels, 235, sizeof (pixels));
  plane.stride = WIDTH + 32;
  for (y = 0; y < HEIGHT; y++)
    memset (pixels + y * plane.stride, 16, WIDTH);
  fail_unless_equals_float (dark_ratio (&plane, 0.1), 1.0);
  fail_unless_equals_float (mean (&plane), 16.0);
}

GST_END_TEST;

GST_START_TEST (black_detect_reads_rows_upwards)
{
  LumaPlane plane = plane8 ();

  memset (pixels, 16, sizeof (pixels));
  plane.data = pixels + WIDTH * (HEIGHT - 1);
  plane.stride = -WIDTH;
  fail_unless_equals_float (dark_ratio (&plane, 0.1), 1.0);
}

GST_END_TEST;

GST_START_TEST (black_detect_reads_packed_formats)
{
  LumaPlane plane = plane8 ();
  guint i;

  /* As YUY2: luma in every other byte, grey chroma between. */
  memset (pixels, 128, sizeof (pixels));
  for (i = 0; i < WIDTH * HEIGHT; i++)
    pixels[2 * i] = 20;
  plane.stride = 2 * WIDTH;
  plane.pixel_stride = 2;
  fail_unless_equals_float (dark_ratio (&plane, 0.1), 1.0);
  fail_unless_equals_float (mean (&plane), 20.0);
}

GST_END_TEST;

GST_START_TEST (black_detect_reads_ten_bits_low_and_high_in_the_word)
{
  LumaPlane plane = plane8 ();
  guint16 *words = (guint16 *) pixels;
  guint i, shift;

  plane.stride = 2 * WIDTH;
  plane.pixel_stride = 2;
  plane.depth = 10;
  for (shift = 0; shift <= 6; shift += 6) {
    plane.shift = shift;
    /* 37.9 * 4 = 151.6 */
    for (i = 0; i < WIDTH * HEIGHT; i++)
      words[i] = 151 << shift;
    fail_unless_equals_float (dark_ratio (&plane, 0.1), 1.0);
    for (i = 0; i < WIDTH * HEIGHT; i++)
      words[i] = 152 << shift;
    fail_unless_equals_float (dark_ratio (&plane, 0.1), 0.0);
    fail_unless_equals_float (mean (&plane), 38.0);
  }
}

GST_END_TEST;

GST_START_TEST (black_detect_sees_every_row_of_small_pictures)
{
  LumaPlane plane = plane8 ();
  guint height;

  for (height = 1; height < 64; height++) {
    plane.height = height;
    memset (pixels, 16, sizeof (pixels));
    memset (pixels + (height - 1) * WIDTH, 235, WIDTH);
    fail_unless (dark_ratio (&plane, 0.1) < 1.0);
  }
}

GST_END_TEST;

GST_START_TEST (black_detect_stays_within_the_picture)
{
  LumaPlane plane = plane8 ();
  guint height;

  /* Exactly sized: the address sanitizer sees a step too far. */
  for (height = 1; height < 200; height++) {
    g_autofree guint8 *data = g_malloc0 (7 * height);

    plane.data = data;
    plane.width = plane.stride = 7;
    plane.height = height;
    fail_unless_equals_float (dark_ratio (&plane, 0.1), 1.0);
  }
}

GST_END_TEST;

GST_START_TEST (black_detect_refuses_nonsense)
{
  LumaPlane plane = plane8 ();
  LumaSample sample;

  plane.width = 0;
  fail_if (black_detect_sample (&plane, 0.1, &sample));
  plane = plane8 ();
  plane.data = NULL;
  fail_if (black_detect_sample (&plane, 0.1, &sample));
  plane = plane8 ();
  plane.depth = 5;
  fail_if (black_detect_sample (&plane, 0.1, &sample));
  plane = plane8 ();
  plane.depth = 10;
  plane.shift = 7;
  fail_if (black_detect_sample (&plane, 0.1, &sample));
  plane = plane8 ();
  plane.depth = 10;
  plane.pixel_stride = 3;
  fail_if (black_detect_sample (&plane, 0.1, &sample));
}

GST_END_TEST;

static Suite *
blackdetect_suite (void)
{
  Suite *s = suite_create ("blackdetect");
  TCase *tc = tcase_create ("blackdetect");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, black_detect_draws_the_line_where_ffmpeg_does);
  tcase_add_test (tc, black_detect_knows_full_range);
  tcase_add_test (tc, black_detect_gives_the_share_and_the_mean);
  tcase_add_test (tc, black_detect_leaves_out_what_is_beside_the_picture);
  tcase_add_test (tc, black_detect_reads_rows_upwards);
  tcase_add_test (tc, black_detect_reads_packed_formats);
  tcase_add_test (tc, black_detect_reads_ten_bits_low_and_high_in_the_word);
  tcase_add_test (tc, black_detect_sees_every_row_of_small_pictures);
  tcase_add_test (tc, black_detect_stays_within_the_picture);
  tcase_add_test (tc, black_detect_refuses_nonsense);
  return s;
}

GST_CHECK_MAIN (blackdetect);
