/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "silencedetect.h"

#include <math.h>
#include <string.h>

#define BLOCKS_PER_SECOND 100
#define HYSTERESIS_DB 6.0
#define SECOND G_GUINT64_CONSTANT (1000000000)

gdouble
silence_level_db (gdouble linear)
{
  if (!(linear > 0.0))
    return SILENCE_FLOOR_DB;
  return MAX (20.0 * log10 (linear), SILENCE_FLOOR_DB);
}

void
silence_detect_set_level (SilenceDetect * self, gdouble level_db)
{
  self->on = pow (10.0, level_db / 20.0);
  self->off = pow (10.0, (level_db + HYSTERESIS_DB) / 20.0);
}

gboolean
silence_detect_init (SilenceDetect * self, SampleFormat format, guint rate,
    guint channels, gdouble level_db)
{
  memset (self, 0, sizeof (*self));
  if (format == SAMPLE_NONE || rate == 0 || channels == 0
      || channels > SILENCE_MAX_CHANNELS)
    return FALSE;
  self->format = format;
  self->rate = rate;
  self->channels = channels;
  self->block = MAX (rate / BLOCKS_PER_SECOND, 1);
  silence_detect_set_level (self, level_db);
  return TRUE;
}

void
silence_detect_reset (SilenceDetect * self)
{
  self->filled = 0;
  self->silent = FALSE;
  memset (self->peaks, 0, sizeof (self->peaks));
  memset (self->quiet, 0, sizeof (self->quiet));
}

static guint
sample_size (SampleFormat format)
{
  switch (format) {
    case SAMPLE_NONE:
      return 0;
    case SAMPLE_S16:
      return 2;
    case SAMPLE_S24:
      return 3;
    case SAMPLE_S24_32:
    case SAMPLE_S32:
    case SAMPLE_F32:
      return 4;
    case SAMPLE_F64:
      return 8;
  }
  g_assert_not_reached ();
}

static inline gdouble
read_s24 (const guint8 * p)
{
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
  guint32 bits = p[0] | p[1] << 8 | (guint32) p[2] << 16;
#else
  guint32 bits = p[2] | p[1] << 8 | (guint32) p[0] << 16;
#endif

  return (gint32) (bits << 8);
}

static inline gdouble
read_s24_32 (const guint8 * p)
{
  guint32 bits;

  memcpy (&bits, p, 4);
  return (gint32) (bits << 8);
}

#define READ_AS(name, type) \
static inline gdouble \
name (const guint8 * p) \
{ \
  type value; \
\
  memcpy (&value, p, sizeof (value)); \
  return value; \
}

READ_AS (read_s16, gint16);
READ_AS (read_s32, gint32);
READ_AS (read_f32, gfloat);
READ_AS (read_f64, gdouble);

/* A NaN compares false and so counts as nothing. */
#define DEFINE_PEAK(name, read, full_scale) \
static gdouble \
name (const guint8 * p, gsize step, gsize n) \
{ \
  gdouble peak = 0.0; \
  gsize i; \
\
  for (i = 0; i < n; i++, p += step) { \
    gdouble value = fabs (read (p)); \
\
    if (value > peak) \
      peak = value; \
  } \
  return peak / (full_scale); \
}

DEFINE_PEAK (peak_s16, read_s16, 32768.0);
DEFINE_PEAK (peak_s24, read_s24, 2147483648.0);
DEFINE_PEAK (peak_s24_32, read_s24_32, 2147483648.0);
DEFINE_PEAK (peak_s32, read_s32, 2147483648.0);
DEFINE_PEAK (peak_f32, read_f32, 1.0);
DEFINE_PEAK (peak_f64, read_f64, 1.0);

static gdouble
peak_of (SampleFormat format, const guint8 * p, gsize step, gsize n)
{
  switch (format) {
    case SAMPLE_NONE:
      return 0.0;
    case SAMPLE_S16:
      return peak_s16 (p, step, n);
    case SAMPLE_S24:
      return peak_s24 (p, step, n);
    case SAMPLE_S24_32:
      return peak_s24_32 (p, step, n);
    case SAMPLE_S32:
      return peak_s32 (p, step, n);
    case SAMPLE_F32:
      return peak_f32 (p, step, n);
    case SAMPLE_F64:
      return peak_f64 (p, step, n);
  }
  g_assert_not_reached ();
}

/* `n` samples of each channel, from the `position`th on, into the block. */
static void
fill_block (SilenceDetect * self, gconstpointer const *planes, guint n_planes,
    gsize position, gsize n)
{
  guint size = sample_size (self->format), c;
  gsize step = n_planes > 1 ? size : (gsize) size * self->channels;

  for (c = 0; c < self->channels; c++) {
    const guint8 *p = n_planes > 1 ? planes[c] :
        (const guint8 *) planes[0] + (gsize) c * size;
    gdouble peak = peak_of (self->format, p + position * step, step, n);

    self->peaks[c] = MAX (self->peaks[c], peak);
  }
  self->filled += n;
}

static void
report_change (SilenceReport * report, guint64 offset, gboolean silent)
{
  /* More than these within one buffer: the last one stands for the rest. */
  if (report->n_changes == SILENCE_MAX_CHANGES)
    report->n_changes--;
  report->changes[report->n_changes].offset = offset;
  report->changes[report->n_changes].silent = silent;
  report->n_changes++;
}

/* `start` is where the block began, in samples of this feed; less than nothing
 * if it began in an earlier one. */
static void
end_block (SilenceDetect * self, gint64 start, SilenceReport * report)
{
  gdouble peak = 0.0;
  gboolean silent;
  guint c;

  for (c = 0; c < self->channels; c++) {
    peak = MAX (peak, self->peaks[c]);
    self->quiet[c] = self->peaks[c] < self->on ? self->quiet[c] + self->filled
        : 0;
    self->peaks[c] = 0.0;
  }
  self->filled = 0;
  report->peak = MAX (report->peak, peak);
  silent = self->silent ? peak < self->off : peak < self->on;
  if (silent != self->silent)
    report_change (report, MAX (start, 0) * SECOND / self->rate, silent);
  self->silent = silent;
}

static void
find_dead_channel (SilenceDetect * self, SilenceReport * report)
{
  guint64 longest = 0, shortest = G_MAXUINT64;
  guint c;

  for (c = 0; c < self->channels; c++) {
    if (self->quiet[c] > longest) {
      longest = self->quiet[c];
      report->quiet_channel = c;
    }
    shortest = MIN (shortest, self->quiet[c]);
  }
  /* Quiet for as long as all the others is silence, no dead channel.  Two
   * hours are enough to know; more would overflow in the end. */
  longest = MIN (longest - shortest, (guint64) self->rate * 7200);
  report->quiet_duration = longest * SECOND / self->rate;
}

void
silence_detect_feed (SilenceDetect * self, gconstpointer const *planes,
    guint n_planes, gsize samples, SilenceReport * report)
{
  gsize position = 0;

  memset (report, 0, sizeof (*report));
  g_assert (n_planes == 1 || n_planes == self->channels);
  while (position < samples) {
    gsize n = MIN (samples - position, self->block - self->filled);
    gint64 start = (gint64) position - self->filled;

    fill_block (self, planes, n_planes, position, n);
    position += n;
    if (self->filled == self->block)
      end_block (self, start, report);
  }
  find_dead_channel (self, report);
  report->silent = self->silent;
}
