/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "drift.h"

#include <stdlib.h>

#define SECOND G_GINT64_CONSTANT (1000000000)
#define WINDOW (2 * SECOND)

/* Lateness that is left alone: stamps in ms and threads that wake up late. */
#define DEAD_BAND (2 * SECOND / 1000)

/* An error is taken away in about this time... */
#define TIME_CONSTANT 60        /* s */

/* ... but never faster: five times what a bad crystal does, and a third of the
 * pitch that a trained ear can tell. */
#define MAX_RATE 500000         /* ns in a second, 500 ppm */

/* The slope goes no further than where the next window may end. */
#define MAX_REACH (10 * SECOND)

/* One in so many medians is kept for the slope. */
#define WINDOWS_PER_LEVEL 4
#define LEAST_LEVELS 16

void
drift_init (Drift * self)
{
  static const Drift zero;

  *self = zero;
}

void
drift_relearn (Drift * self)
{
  self->in_window = FALSE;
  self->n_minima = 0;
  self->has_base = FALSE;
  self->n_levels = 0;
}

gint64
drift_at (const Drift * self, gint64 time)
{
  gint64 reach = CLAMP (time - self->from, -MAX_REACH, MAX_REACH);

  /* Below 1e10 * 5e5: far from 63 bits. */
  return self->correction + reach * self->rate / SECOND;
}

static int
compare (const void *a, const void *b)
{
  gint64 one = *(const gint64 *) a, two = *(const gint64 *) b;

  return one < two ? -1 : one > two;
}

static gint64
median (gint64 * values, guint n)
{
  qsort (values, n, sizeof (gint64), compare);
  return values[n / 2];
}

static gint64
level_of (const Drift * self)
{
  gint64 sorted[DRIFT_MINIMA];
  guint i;

  for (i = 0; i < DRIFT_MINIMA; i++)
    sorted[i] = self->minima[i];
  return median (sorted, DRIFT_MINIMA);
}

static void
keep_level (Drift * self, gint64 level, guint64 arrival)
{
  guint i = self->n_levels++ % DRIFT_LEVELS;

  self->levels[i] = level;
  self->level_at[i] = arrival;
}

/* Steers towards the base.  An input that was late when that was learned and
 * is no more keeps what it gained. */
static void
steer (Drift * self, gint64 level, gint64 time)
{
  gint64 left = level - drift_at (self, time), error;

  if (!self->has_base)
    self->base = left;
  self->has_base = TRUE;
  self->base = MIN (self->base, MAX (left, 0));
  error = left - self->base;
  if (error > DEAD_BAND)
    error -= DEAD_BAND;
  else if (error < -DEAD_BAND)
    error += DEAD_BAND;
  else
    error = 0;
  self->correction = drift_at (self, time);
  self->from = time;
  self->rate = CLAMP (error / TIME_CONSTANT, -MAX_RATE, MAX_RATE);
}

static void
close_window (Drift * self, guint64 arrival, gint64 time)
{
  gint64 level;

  self->minima[self->n_minima++ % DRIFT_MINIMA] = self->window_min;
  if (self->n_minima < DRIFT_MINIMA) {
    /* Nothing is known yet: on as before. */
    self->correction = drift_at (self, time);
    self->from = time;
    return;
  }
  level = level_of (self);
  steer (self, level, time);
  if (self->n_minima % WINDOWS_PER_LEVEL == 0)
    keep_level (self, level, arrival);
}

void
drift_add (Drift * self, guint64 arrival, gint64 time)
{
  gint64 late = (gint64) arrival - time;

  if (self->in_window && arrival >= self->window_since + WINDOW) {
    close_window (self, arrival, time);
    self->in_window = FALSE;
  }
  if (!self->in_window) {
    self->in_window = TRUE;
    self->window_since = arrival;
    self->window_min = late;
  }
  self->window_min = MIN (self->window_min, late);
}

/* The median of the slopes between levels that are half of the memory apart
 * (after Theil and Sen). */
gint64
drift_ppb (const Drift * self)
{
  guint n = MIN (self->n_levels, DRIFT_LEVELS), i;
  guint64 oldest = self->n_levels - n;
  gint64 slopes[DRIFT_LEVELS / 2];

  if (n < LEAST_LEVELS)
    return 0;
  for (i = 0; i < n / 2; i++) {
    guint a = (oldest + i) % DRIFT_LEVELS;
    guint b = (oldest + i + n / 2) % DRIFT_LEVELS;
    gint64 ms = (self->level_at[b] - self->level_at[a]) / (SECOND / 1000);
    gint64 rise = CLAMP (self->levels[b] - self->levels[a], -MAX_REACH,
        MAX_REACH);

    slopes[i] = ms > 0 ? rise * 1000 / ms : 0;
  }
  return -median (slopes, n / 2);
}
