/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "freezedetect.h"

#define WIDTH 1280
#define HEIGHT 720
#define THRESHOLD 16.0

static guint8 pixels[WIDTH * HEIGHT * 2];
static FreezeDetect detect;

static LumaPlane
plane8 (void)
{
  LumaPlane plane = { pixels, WIDTH, 1, WIDTH, HEIGHT, 8, 0, FALSE };

  return plane;
}

static void
start (void)
{
  memset (&detect, 0, sizeof (detect));
  memset (pixels, 100, sizeof (pixels));
}

/* The next picture as it stands in `pixels`; returns whether it is still. */
static gboolean
look (gdouble * change)
{
  LumaPlane plane = plane8 ();
  FreezeSample sample = { FALSE, -1.0 };

  fail_unless (freeze_detect_feed (&detect, &plane, THRESHOLD, &sample));
  if (change != NULL)
    *change = sample.change;
  return sample.still;
}

/* All samples are other ones, by `level` at most. */
static void
add_noise (guint seed, guint level)
{
  gsize i;

  for (i = 0; i < WIDTH * HEIGHT; i++) {
    seed = seed * 1664525 + 1013904223;
    pixels[i] = 100 + (gint) (seed >> 24) % (gint) (2 * level + 1)
        - (gint) level;
  }
}

static void
draw (guint x, guint y, guint width, guint height, guint8 value)
{
  guint row;

  for (row = y; row < y + height; row++)
    memset (pixels + row * WIDTH + x, value, width);
}

GST_START_TEST (freeze_detect_sees_a_picture_that_stands)
{
  start ();
  fail_if (look (NULL));        /* nothing to compare it with */
  fail_unless (look (NULL));
  fail_unless (look (NULL));
}

GST_END_TEST;

GST_START_TEST (freeze_detect_takes_no_noise_for_movement)
{
  gdouble change;
  guint i;

  start ();
  for (i = 0; i < 20; i++) {
    gboolean still;

    add_noise (i * 7919 + 1, 20);
    still = look (&change);
    fail_unless (i == 0 || still, "picture %u: %g", i, change);
  }
}

GST_END_TEST;

/* What an encoder makes of a still picture: each key frame is a little
 * different, and all keep close to the first. */
GST_START_TEST (freeze_detect_bears_the_pops_of_key_frames)
{
  guint i;

  start ();
  look (NULL);
  for (i = 0; i < 100; i++) {
    memset (pixels, i % 50 == 0 ? 111 : 100 + i % 50 / 10, WIDTH * HEIGHT);
    fail_unless (look (NULL), "picture %u", i);
  }
}

GST_END_TEST;

GST_START_TEST (freeze_detect_takes_a_cursor_for_life)
{
  guint i;

  start ();
  look (NULL);
  for (i = 0; i < 20; i++) {
    memset (pixels, 100, WIDTH * HEIGHT);
    draw (40 + 23 * i, 200 + 11 * i, 12, 19, 255);
    fail_if (look (NULL), "picture %u", i);
  }
}

GST_END_TEST;

/* Each step is below the threshold; from the reference they add up. */
GST_START_TEST (freeze_detect_takes_a_slow_fade_for_life)
{
  guint i, still = 0;

  start ();
  for (i = 0; i < 100; i++) {
    memset (pixels, 50 + i, WIDTH * HEIGHT);
    still = look (NULL) ? still + 1 : 0;
    fail_unless (still < 20);
  }
}

GST_END_TEST;

GST_START_TEST (freeze_detect_needs_three_pictures_or_a_far_one_to_end)
{
  start ();
  look (NULL);
  fail_unless (look (NULL));
  memset (pixels, 120, WIDTH * HEIGHT); /* 20: above, not by far */
  fail_unless (look (NULL));
  fail_unless (look (NULL));
  fail_if (look (NULL));
  fail_unless (look (NULL));    /* and stands again, there */
  memset (pixels, 180, WIDTH * HEIGHT); /* 60 at once */
  fail_if (look (NULL));
}

GST_END_TEST;

GST_START_TEST (freeze_detect_starts_anew_with_another_size_or_a_reset)
{
  LumaPlane small = { pixels, 64, 1, 64, 36, 8, 0, FALSE };
  FreezeSample sample;

  start ();
  look (NULL);
  fail_unless (look (NULL));
  fail_unless (freeze_detect_feed (&detect, &small, THRESHOLD, &sample));
  fail_if (sample.still);
  fail_if (look (NULL));
  fail_unless (look (NULL));
  freeze_detect_reset (&detect);
  fail_if (look (NULL));
}

GST_END_TEST;

/* Any size fits, however odd, and nothing beyond the picture is read. */
GST_START_TEST (freeze_detect_takes_all_sizes)
{
  static const guint sizes[][2] = {
    {1, 1}, {3, 2}, {16, 16}, {17, 33}, {320, 240}, {1279, 3}, {2, 1000},
    {1080, 1920}, {65535, 2}, {2, 65535}, {3840, 2160}, {16384, 512},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    gsize size = (gsize) sizes[i][0] * sizes[i][1];
    g_autofree guint8 *data = g_malloc0 (size);
    LumaPlane plane = { data, sizes[i][0], 1, sizes[i][0], sizes[i][1], 8, 0,
      FALSE
    };
    FreezeSample sample;

    start ();
    fail_unless (freeze_detect_feed (&detect, &plane, THRESHOLD, &sample));
    fail_unless (freeze_detect_feed (&detect, &plane, THRESHOLD, &sample));
    fail_unless (sample.still);
    memset (data, 200, size);
    fail_unless (freeze_detect_feed (&detect, &plane, THRESHOLD, &sample));
    fail_if (sample.still, "%ux%u", sizes[i][0], sizes[i][1]);
    fail_unless_equals_float (sample.change, 200.0);
  }
}

GST_END_TEST;

GST_START_TEST (freeze_detect_reads_deep_and_packed_samples)
{
  LumaPlane deep = { pixels, 2 * 64, 2, 64, 64, 10, 6, FALSE };
  LumaPlane packed = { pixels, 4 * 64, 4, 64, 64, 8, 0, TRUE };
  FreezeSample sample;
  guint i;

  start ();
  for (i = 0; i < 64 * 64; i++)
    ((guint16 *) pixels)[i] = 400 << 6;
  fail_unless (freeze_detect_feed (&detect, &deep, THRESHOLD, &sample));
  for (i = 0; i < 64 * 64; i++)
    ((guint16 *) pixels)[i] = 800 << 6;
  fail_unless (freeze_detect_feed (&detect, &deep, THRESHOLD, &sample));
  fail_unless_equals_float (sample.change, 100.0);
  start ();
  fail_unless (freeze_detect_feed (&detect, &packed, THRESHOLD, &sample));
  for (i = 0; i < 64 * 64; i++)
    pixels[4 * i + 1] = 0;      /* another component */
  fail_unless (freeze_detect_feed (&detect, &packed, THRESHOLD, &sample));
  fail_unless_equals_float (sample.change, 0.0);
}

GST_END_TEST;

GST_START_TEST (freeze_detect_refuses_planes_that_make_no_sense)
{
  LumaPlane plane = plane8 ();
  FreezeSample sample;

  start ();
  plane.data = NULL;
  fail_if (freeze_detect_feed (&detect, &plane, THRESHOLD, &sample));
  plane = plane8 ();
  plane.height = 0;
  fail_if (freeze_detect_feed (&detect, &plane, THRESHOLD, &sample));
}

GST_END_TEST;

static Suite *
freezedetect_suite (void)
{
  Suite *suite = suite_create ("freezedetect");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, freeze_detect_sees_a_picture_that_stands);
  tcase_add_test (tc, freeze_detect_takes_no_noise_for_movement);
  tcase_add_test (tc, freeze_detect_bears_the_pops_of_key_frames);
  tcase_add_test (tc, freeze_detect_takes_a_cursor_for_life);
  tcase_add_test (tc, freeze_detect_takes_a_slow_fade_for_life);
  tcase_add_test (tc, freeze_detect_needs_three_pictures_or_a_far_one_to_end);
  tcase_add_test (tc, freeze_detect_starts_anew_with_another_size_or_a_reset);
  tcase_add_test (tc, freeze_detect_takes_all_sizes);
  tcase_add_test (tc, freeze_detect_reads_deep_and_packed_samples);
  tcase_add_test (tc, freeze_detect_refuses_planes_that_make_no_sense);
  return suite;
}

GST_CHECK_MAIN (freezedetect);
