/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <math.h>
#include <string.h>

#include "silencedetect.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define RATE 48000
#define BLOCK 480               /* samples of 10 ms */

static const SampleFormat formats[] = {
  SAMPLE_S16, SAMPLE_S24, SAMPLE_S24_32, SAMPLE_S32, SAMPLE_F32, SAMPLE_F64,
};

static const guint sizes[] = { 2, 3, 4, 4, 4, 8 };

static void
put_s24 (guint8 * p, gint32 value)
{
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
  p[0] = value;
  p[1] = value >> 8;
  p[2] = value >> 16;
#else
  p[2] = value;
  p[1] = value >> 8;
  p[0] = value >> 16;
#endif
}

static void
put (SampleFormat format, guint8 * p, gdouble value)
{
  gint16 s16 = lrint (value * 32768.0);
  gint32 s24 = lrint (value * 8388608.0), s32 = lrint (value * 2147483648.0);
  gfloat f32 = value;

  switch (format) {
    case SAMPLE_NONE:
      break;
    case SAMPLE_S16:
      memcpy (p, &s16, 2);
      break;
    case SAMPLE_S24:
      put_s24 (p, s24);
      break;
    case SAMPLE_S24_32:
      /* What is above the 24 bits means nothing. */
      s24 = (s24 & 0xffffff) | 0x55000000;
      memcpy (p, &s24, 4);
      break;
    case SAMPLE_S32:
      memcpy (p, &s32, 4);
      break;
    case SAMPLE_F32:
      memcpy (p, &f32, 4);
      break;
    case SAMPLE_F64:
      memcpy (p, &value, 8);
      break;
  }
}

/* Feeds `samples` of interleaved doubles, one value a channel. */
static void
feed (SilenceDetect * detect, guint channels, guint samples,
    const gdouble * values, SilenceReport * report)
{
  g_autofree gdouble *data = g_new (gdouble, channels * samples);
  gconstpointer planes[1] = { data };
  guint i;

  for (i = 0; i < channels * samples; i++)
    data[i] = values[i % channels];
  silence_detect_feed (detect, planes, 1, samples, report);
}

static void
feed_mono (SilenceDetect * detect, guint samples, gdouble value,
    SilenceReport * report)
{
  feed (detect, 1, samples, &value, report);
}

GST_START_TEST (silence_detect_reads_every_format_interleaved_and_planar)
{
  static const gdouble values[] = { 0.5, -0.5, -1.0, 0.25 };
  guint f, v, i;

  for (f = 0; f < G_N_ELEMENTS (formats); f++) {
    for (v = 0; v < G_N_ELEMENTS (values); v++) {
      g_autofree guint8 *data = g_malloc0 (2 * BLOCK * sizes[f]);
      gconstpointer interleaved[1] = { data };
      gconstpointer planar[2] = { data, data + BLOCK * sizes[f] };
      SilenceDetect detect;
      SilenceReport report;

      for (i = 0; i < 2 * BLOCK; i++)
        put (formats[f], data + i * sizes[f], 0.0);
      put (formats[f], data + (2 * BLOCK - 1) * sizes[f], values[v]);
      fail_unless (silence_detect_init (&detect, formats[f], RATE, 2, -60.0));
      silence_detect_feed (&detect, interleaved, 1, BLOCK, &report);
      fail_unless_equals_float (report.peak, fabs (values[v]));
      silence_detect_feed (&detect, planar, 2, BLOCK, &report);
      fail_unless_equals_float (report.peak, fabs (values[v]));
      fail_if (report.silent);
    }
  }
}

GST_END_TEST;

GST_START_TEST (silence_detect_begins_below_and_ends_6_db_above_the_level)
{
  SilenceDetect detect;
  SilenceReport report;

  silence_detect_init (&detect, SAMPLE_F64, RATE, 1, -60.0);
  feed_mono (&detect, BLOCK, 0.00101, &report);
  fail_if (report.silent);
  feed_mono (&detect, BLOCK, 0.00099, &report);
  fail_unless (report.silent);
  feed_mono (&detect, BLOCK, 0.0019, &report);
  fail_unless (report.silent);
  feed_mono (&detect, BLOCK, 0.0021, &report);
  fail_if (report.silent);
  feed_mono (&detect, BLOCK, 0.0019, &report);
  fail_if (report.silent);
}

GST_END_TEST;

GST_START_TEST (silence_detect_tells_where_in_the_buffer_it_began)
{
  SilenceDetect detect;
  SilenceReport report;
  gdouble data[10 * BLOCK];
  gconstpointer planes[1] = { data };
  guint i;

  silence_detect_init (&detect, SAMPLE_F64, RATE, 1, -60.0);
  for (i = 0; i < 10 * BLOCK; i++)
    data[i] = i >= 3 * BLOCK && i < 7 * BLOCK ? 0.0 : 0.5;
  silence_detect_feed (&detect, planes, 1, 10 * BLOCK, &report);
  fail_unless_equals_int (report.n_changes, 2);
  fail_unless (report.changes[0].silent);
  fail_unless_equals_uint64 (report.changes[0].offset, 30 * MS);
  fail_if (report.changes[1].silent);
  fail_unless_equals_uint64 (report.changes[1].offset, 70 * MS);
  fail_if (report.silent);
}

GST_END_TEST;

GST_START_TEST (silence_detect_does_not_care_how_the_sound_is_cut)
{
  static const guint cuts[] = { 1, 7, 479, 480, 481, 1024, 4800 };
  guint c, fed;

  for (c = 0; c < G_N_ELEMENTS (cuts); c++) {
    SilenceDetect detect;
    SilenceReport report = { {{0}
        }
    };
    guint64 start = 0, silent_at = 0;

    silence_detect_init (&detect, SAMPLE_F64, RATE, 1, -60.0);
    feed_mono (&detect, BLOCK, 0.5, &report);
    for (fed = 0; fed < RATE / 10; fed += cuts[c]) {
      guint n = MIN (cuts[c], RATE / 10 - fed);

      feed_mono (&detect, n, 0.0, &report);
      if (report.n_changes > 0)
        silent_at = start + report.changes[0].offset;
      start += n * MS * 1000 / RATE;
    }
    fail_unless (report.silent);
    /* Within the block in which it began. */
    fail_unless (silent_at <= 10 * MS);
  }
}

GST_END_TEST;

GST_START_TEST (silence_detect_holds_many_changes_without_growing)
{
  SilenceDetect detect;
  SilenceReport report;
  g_autofree gdouble *data = g_new (gdouble, 101 * BLOCK);
  gconstpointer planes[1] = { data };
  guint i;

  silence_detect_init (&detect, SAMPLE_F64, RATE, 1, -60.0);
  for (i = 0; i < 101 * BLOCK; i++)
    data[i] = i / BLOCK % 2 == 0 ? 0.0 : 0.5;
  silence_detect_feed (&detect, planes, 1, 101 * BLOCK, &report);
  fail_unless_equals_int (report.n_changes, SILENCE_MAX_CHANGES);
  fail_unless (report.silent);
  fail_unless (report.changes[SILENCE_MAX_CHANGES - 1].silent);
}

GST_END_TEST;

GST_START_TEST (silence_detect_finds_the_dead_one_of_three_channels)
{
  static const gdouble values[] = { 0.5, 0.0, 0.5 };
  static const gdouble nothing[] = { 0.0, 0.0, 0.0 };
  SilenceDetect detect;
  SilenceReport report;

  silence_detect_init (&detect, SAMPLE_F64, RATE, 3, -60.0);
  feed (&detect, 3, RATE, values, &report);
  fail_unless_equals_int (report.quiet_channel, 1);
  fail_unless_equals_uint64 (report.quiet_duration, 1000 * MS);
  fail_if (report.silent);
  /* Silence of all adds nothing. */
  feed (&detect, 3, RATE, nothing, &report);
  fail_unless_equals_uint64 (report.quiet_duration, 1000 * MS);
  fail_unless (report.silent);
}

GST_END_TEST;

GST_START_TEST (silence_detect_reset_forgets_silence)
{
  SilenceDetect detect;
  SilenceReport report;

  silence_detect_init (&detect, SAMPLE_F64, RATE, 1, -60.0);
  feed_mono (&detect, 3 * BLOCK / 2, 0.0, &report);
  fail_unless (report.silent);
  silence_detect_reset (&detect);
  feed_mono (&detect, BLOCK, 0.5, &report);
  fail_if (report.silent);
  fail_unless_equals_int (report.n_changes, 0);
}

GST_END_TEST;

GST_START_TEST (silence_detect_takes_a_new_level)
{
  SilenceDetect detect;
  SilenceReport report;

  silence_detect_init (&detect, SAMPLE_F64, RATE, 1, -60.0);
  feed_mono (&detect, BLOCK, 0.01, &report);
  fail_if (report.silent);
  silence_detect_set_level (&detect, -30.0);
  feed_mono (&detect, BLOCK, 0.01, &report);
  fail_unless (report.silent);
}

GST_END_TEST;

GST_START_TEST (silence_detect_is_not_fooled_by_odd_floats)
{
  static const gdouble odd[] = { NAN, INFINITY, -INFINITY, 1e300 };
  SilenceDetect detect;
  SilenceReport report;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (odd); i++) {
    silence_detect_init (&detect, SAMPLE_F64, RATE, 1, -60.0);
    feed_mono (&detect, BLOCK, odd[i], &report);
    fail_unless (report.silent == (i == 0));
    fail_if (isnan (report.peak));
  }
}

GST_END_TEST;

GST_START_TEST (silence_detect_refuses_what_it_cannot_judge)
{
  SilenceDetect detect;

  fail_if (silence_detect_init (&detect, SAMPLE_NONE, RATE, 2, -60.0));
  fail_if (silence_detect_init (&detect, SAMPLE_S16, 0, 2, -60.0));
  fail_if (silence_detect_init (&detect, SAMPLE_S16, RATE, 0, -60.0));
  fail_if (silence_detect_init (&detect, SAMPLE_S16, RATE, 65, -60.0));
  fail_unless (silence_detect_init (&detect, SAMPLE_S16, 1, 64, -60.0));
}

GST_END_TEST;

GST_START_TEST (silence_level_db_has_a_floor)
{
  fail_unless_equals_float (silence_level_db (1.0), 0.0);
  fail_unless_equals_float (silence_level_db (0.0), SILENCE_FLOOR_DB);
  fail_unless_equals_float (silence_level_db (1e-30), SILENCE_FLOOR_DB);
  fail_unless (fabs (silence_level_db (0.001) + 60.0) < 1e-9);
}

GST_END_TEST;

static Suite *
silencedetect_suite (void)
{
  Suite *s = suite_create ("silencedetect");
  TCase *tc = tcase_create ("silencedetect");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, silence_detect_reads_every_format_interleaved_and_planar);
  tcase_add_test (tc,
      silence_detect_begins_below_and_ends_6_db_above_the_level);
  tcase_add_test (tc, silence_detect_tells_where_in_the_buffer_it_began);
  tcase_add_test (tc, silence_detect_does_not_care_how_the_sound_is_cut);
  tcase_add_test (tc, silence_detect_holds_many_changes_without_growing);
  tcase_add_test (tc, silence_detect_finds_the_dead_one_of_three_channels);
  tcase_add_test (tc, silence_detect_reset_forgets_silence);
  tcase_add_test (tc, silence_detect_takes_a_new_level);
  tcase_add_test (tc, silence_detect_is_not_fooled_by_odd_floats);
  tcase_add_test (tc, silence_detect_refuses_what_it_cannot_judge);
  tcase_add_test (tc, silence_level_db_has_a_floor);
  return s;
}

GST_CHECK_MAIN (silencedetect);
