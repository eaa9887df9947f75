/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <math.h>

#include "audioslew.h"

#define RATE 48000
#define BLOCK 1024

/* A sine of amplitude 1 in blocks; from sample `from` on it is to be `ppm`
 * longer.  Returns the samples, `n` of them. */
static gfloat *
slew_sine (gdouble frequency, guint seconds, guint from, gint ppm, guint * n)
{
  gfloat *out = g_new0 (gfloat, (seconds + 1) * RATE);
  AudioSlew slew = { FALSE, };
  AudioSlewFilter filter;
  guint64 at = 0;

  *n = 0;
  audio_slew_filter_init (&filter, 1);
  while (at + BLOCK <= (guint64) seconds * RATE) {
    gfloat in[BLOCK];
    AudioSlewPlan plan;
    guint i;

    for (i = 0; i < BLOCK; i++)
      in[i] = sin (2 * G_PI * frequency * (at + i) / RATE);
    if (at >= from)
      audio_slew_steer (&slew, RATE, (gint64) ppm * RATE * 10 / 1000000 * 256);
    audio_slew_plan (&slew, BLOCK, &plan);
    if (plan.as_is) {
      audio_slew_filter_pass (&filter, in, BLOCK);
      memcpy (out + *n, in, sizeof (in));
    } else {
      audio_slew_filter_run (&filter, &plan, in, out + *n);
    }
    *n += plan.n_out;
    at += BLOCK;
  }
  audio_slew_filter_clear (&filter);
  return out;
}

/* What three samples in a row say of a fourth on a pure sine of any phase:
 * x[i+1] = 2 cos w x[i] - x[i-1].  The largest departure, where w is between the
 * tone before and after; a click of one sample would show as itself. */
static gdouble
largest_click (const gfloat * x, guint n, gdouble frequency)
{
  gdouble w = 2 * G_PI * frequency / RATE, worst = 0;
  guint i;

  for (i = 1; i + 1 < n; i++)
    worst = MAX (worst, fabs (x[i + 1] - 2 * cos (w) * x[i] + x[i - 1]));
  return worst;
}

static void
expect_no_click (gdouble frequency, gint ppm)
{
  gdouble click;
  gfloat *out;
  guint n;

  out = slew_sine (frequency, 8, 2 * RATE, ppm, &n);
  click = largest_click (out, n, frequency);
  g_free (out);
  fail_unless (click < 0.001, "%d ppm at %d Hz: %d dBFS", ppm,
      (gint) frequency, (gint) (20 * log10 (click)));
}

GST_START_TEST (audio_slew_does_not_click)
{
  static const gint ppm[] = { 50, -50, 200, -200 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (ppm); i++) {
    expect_no_click (100, ppm[i]);
    expect_no_click (997, ppm[i]);
    expect_no_click (8000, ppm[i]);
    expect_no_click (16000, ppm[i]);
  }
}

GST_END_TEST;

/* Where it is settled the tone is another one and else pure. */
GST_START_TEST (audio_slew_reads_a_pure_tone)
{
  static const gdouble frequencies[] = { 100, 997, 8000, 16000, 19000 };
  guint i, n;

  for (i = 0; i < G_N_ELEMENTS (frequencies); i++) {
    gfloat *out = slew_sine (frequencies[i], 8, RATE, 200, &n);
    gdouble error = largest_click (out + 3 * RATE, n - 3 * RATE,
        frequencies[i] * (1 - 200e-6));

    g_free (out);
    fail_unless (error < 0.0001, "at %d Hz: %d dBFS", (gint) frequencies[i],
        (gint) (20 * log10 (error)));
  }
}

GST_END_TEST;

GST_START_TEST (audio_slew_passes_samples_as_they_are_while_it_is_off)
{
  guint n, i;
  gfloat *out = slew_sine (997, 2, 10 * RATE, 200, &n);

  fail_unless_equals_int (n, 2 * RATE / BLOCK * BLOCK);
  for (i = 0; i < n; i++)
    fail_unless (out[i] == (gfloat) sin (2 * G_PI * 997 * i / RATE));
  g_free (out);
}

GST_END_TEST;

GST_START_TEST (audio_slew_counts_what_it_makes)
{
  guint n;
  gint i;

  for (i = -2000; i <= 2000; i += 500) {
    AudioSlew slew = { FALSE, };
    AudioSlewPlan plan;
    guint64 out = 0;
    gint64 wanted = (gint64) 1000 * RATE;

    for (n = 0; n < 1000 * 100; n++) {
      audio_slew_steer (&slew, RATE, (gint64) i * RATE * 10 / 1000000 * 256
          + (i == 0 ? 0 : n == 0 ? i * 256 : 0));
      audio_slew_plan (&slew, RATE / 100, &plan);
      out += plan.n_out;
    }
    wanted += wanted / 1000000 * i;
    fail_unless (ABS ((gint64) out - wanted) < 200, "%d ppm: %d too many", i,
        (gint) (out - wanted));
  }
}

GST_END_TEST;

GST_START_TEST (audio_slew_bears_blocks_of_any_size)
{
  AudioSlew slew = { FALSE, };
  AudioSlewFilter filter;
  gfloat in[5] = { 1, 1, 1, 1, 1 }, out[8];
  guint made = 0, i, k;

  audio_slew_filter_init (&filter, 1);
  for (i = 0; i < 100; i++)
    audio_slew_filter_pass (&filter, in, 1);
  for (i = 0; i < 10000; i++) {
    guint n = i % 6;
    AudioSlewPlan plan;

    audio_slew_steer (&slew, RATE, RATE * 256);
    audio_slew_plan (&slew, n, &plan);
    fail_unless (plan.n_out <= G_N_ELEMENTS (out));
    audio_slew_filter_run (&filter, &plan, in, out);
    for (k = 0; k < plan.n_out; k++)
      fail_unless (out[k] > 0.99999f && out[k] < 1.00001f);
    made += plan.n_out;
  }
  /* 0.2 % more, less the taps. */
  fail_unless (made > 25020 && made < 25060, "%u", made);
  audio_slew_filter_clear (&filter);
}

GST_END_TEST;

static Suite *
audioslew_suite (void)
{
  Suite *s = suite_create ("audioslew");
  TCase *tc = tcase_create ("audioslew");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, audio_slew_does_not_click);
  tcase_add_test (tc, audio_slew_reads_a_pure_tone);
  tcase_add_test (tc, audio_slew_passes_samples_as_they_are_while_it_is_off);
  tcase_add_test (tc, audio_slew_counts_what_it_makes);
  tcase_add_test (tc, audio_slew_bears_blocks_of_any_size);
  return s;
}

GST_CHECK_MAIN (audioslew);
