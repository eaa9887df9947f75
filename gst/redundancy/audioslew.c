/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "audioslew.h"

#include <math.h>
#include <string.h>

#define BILLION G_GINT64_CONSTANT (1000000000)
#define ONE (G_GUINT64_CONSTANT (1) << 32)

/* An error is left alone until it is this long: stamps are rounded to ms. */
#define THRESHOLD_MS 1
/* It is taken away in about this time... */
#define TIME_CONSTANT 10        /* s */
/* ... but never by more than 0.2 %, three and a half cents of pitch. */
#define MAX_RATE (BILLION / 500)

#define TAPS (2 * AUDIO_SLEW_REACH)
#define PHASES 256
/* Of Kaiser's window: stop band below -90 dB. */
#define BETA 9.0

void
audio_slew_reset (AudioSlew * self)
{
  guint64 corrected = self->corrected;
  static const AudioSlew zero;

  *self = zero;
  self->corrected = corrected;
}

void
audio_slew_steer (AudioSlew * self, guint rate, gint64 error)
{
  gint64 wanted = error * (BILLION / 256) / ((gint64) rate * TIME_CONSTANT);

  if (!self->on && ABS (error) * 1000 < (gint64) rate * 256 * THRESHOLD_MS)
    return;
  self->on = TRUE;
  self->rate = CLAMP (wanted, -MAX_RATE, MAX_RATE);
}

void
audio_slew_plan (AudioSlew * self, guint n, AudioSlewPlan * plan)
{
  guint64 end, limit;

  plan->as_is = !self->on;
  plan->n_in = plan->n_out = n;
  plan->pending = self->pending;
  plan->fraction = self->fraction;
  plan->step = ONE - (gint64) ONE / BILLION * self->rate
      - (gint64) (ONE % BILLION) * self->rate / BILLION;
  if (!self->on)
    return;
  /* Read as long as all taps are there. */
  self->pending += n;
  limit = self->pending > AUDIO_SLEW_REACH
      ? (self->pending - AUDIO_SLEW_REACH) * ONE : 0;
  plan->n_out = limit > self->fraction
      ? (limit - self->fraction + plan->step - 1) / plan->step : 0;
  end = self->fraction + plan->n_out * plan->step;
  self->pending -= end / ONE;
  self->fraction = end % ONE;
  self->corrected += (guint64) ABS (self->rate) * plan->n_out;
}

/* Modified Bessel function of the first kind, order zero. */
static gdouble
bessel (gdouble x)
{
  gdouble sum = 1, term = 1;
  guint k;

  for (k = 1; k < 40; k++) {
    term *= x / (2 * k) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

static gdouble
tap (gdouble x)
{
  gdouble part = x / AUDIO_SLEW_REACH;

  if (fabs (part) >= 1)
    return 0;
  return (x == 0 ? 1 : sin (G_PI * x) / (G_PI * x))
      * bessel (BETA * sqrt (1 - part * part)) / bessel (BETA);
}

/* One row for each phase, each with a gain of exactly one at 0 Hz. */
static gfloat *
new_kernel (void)
{
  gfloat *kernel = g_new (gfloat, (PHASES + 1) * TAPS);
  guint phase, k;

  for (phase = 0; phase <= PHASES; phase++) {
    gfloat *row = kernel + phase * TAPS;
    gdouble taps[TAPS], sum = 0;

    for (k = 0; k < TAPS; k++) {
      taps[k] = tap ((gdouble) k - (AUDIO_SLEW_REACH - 1)
          - (gdouble) phase / PHASES);
      sum += taps[k];
    }
    for (k = 0; k < TAPS; k++)
      row[k] = taps[k] / sum;
  }
  return kernel;
}

void
audio_slew_filter_init (AudioSlewFilter * self, guint channels)
{
  self->channels = channels;
  self->kernel = NULL;
  self->tail = g_new0 (gfloat, AUDIO_SLEW_TAIL * channels);
}

void
audio_slew_filter_clear (AudioSlewFilter * self)
{
  g_clear_pointer (&self->kernel, g_free);
  g_clear_pointer (&self->tail, g_free);
}

/* One sample of all channels, read `fraction` behind in[REACH - 1]. */
static void
read_between (const AudioSlewFilter * self, const gfloat * in, guint32 fraction,
    gfloat * out)
{
  guint phase = fraction >> 24, channels = self->channels, k, c;
  gfloat part = (fraction & 0xffffff) / (gfloat) 0x1000000;
  const gfloat *row = self->kernel + phase * TAPS, *next = row + TAPS;
  gfloat weights[TAPS];

  for (k = 0; k < TAPS; k++)
    weights[k] = row[k] + (next[k] - row[k]) * part;
  for (c = 0; c < channels; c++) {
    gfloat sum = 0;

    for (k = 0; k < TAPS; k++)
      sum += in[k * channels + c] * weights[k];
    out[c] = sum;
  }
}

void
audio_slew_filter_pass (AudioSlewFilter * self, const gfloat * in, guint n)
{
  guint size = self->channels * sizeof (gfloat);
  guint take = MIN (n, AUDIO_SLEW_TAIL), keep = AUDIO_SLEW_TAIL - take;

  memmove (self->tail, self->tail + take * self->channels, keep * size);
  memcpy (self->tail + keep * self->channels,
      in + (gsize) (n - take) * self->channels, take * size);
}

void
audio_slew_filter_run (AudioSlewFilter * self, const AudioSlewPlan * plan,
    const gfloat * in, gfloat * out)
{
  guint before = MIN (AUDIO_SLEW_REACH - 1 + plan->pending, AUDIO_SLEW_TAIL);
  gsize channels = self->channels;
  gfloat *all = g_new (gfloat, (before + plan->n_in) * channels);
  guint64 at = plan->fraction;
  guint i;

  if (self->kernel == NULL)
    self->kernel = new_kernel ();
  memcpy (all, self->tail + (AUDIO_SLEW_TAIL - before) * channels,
      before * channels * sizeof (gfloat));
  memcpy (all + before * channels, in, plan->n_in * channels * sizeof (gfloat));
  for (i = 0; i < plan->n_out; i++, at += plan->step)
    read_between (self, all + (at >> 32) * channels, (guint32) at,
        out + i * channels);
  g_free (all);
  audio_slew_filter_pass (self, in, plan->n_in);
}
