/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backoff.h"

void
backoff_init (Backoff * self, guint64 initial, guint64 max,
    guint factor_percent, guint jitter_percent, gboolean first_at_once)
{
  g_assert (factor_percent >= 100 && jitter_percent <= 100);

  self->initial = initial;
  self->max = MAX (initial, max);
  self->factor_percent = factor_percent;
  self->jitter_percent = jitter_percent;
  self->first_at_once = first_at_once;
  self->attempts = 0;
}

static guint64
scale (guint64 value, guint percent, guint64 limit)
{
  if (value > limit / percent)
    return MIN (value / 100 * percent, limit);
  return MIN (value * percent / 100, limit);
}

static guint64
spread (guint64 pause, guint jitter_percent, guint32 random)
{
  guint64 half = pause / 100 * jitter_percent;

  if (half == 0)
    return pause;
  /* 16 random bits onto [-half, +half]; fits for pauses up to a day. */
  return pause - half + 2 * half / G_MAXUINT16 * (random >> 16);
}

guint64
backoff_next (Backoff * self, guint32 random)
{
  guint64 pause = self->initial;
  guint steps, i;

  steps = self->attempts;
  if (self->attempts < G_MAXUINT)
    self->attempts++;
  if (self->first_at_once) {
    if (steps == 0)
      return 0;
    steps--;
  }
  for (i = 0; i < steps && pause < self->max; i++)
    pause = scale (pause, self->factor_percent, self->max);
  return spread (pause, self->jitter_percent, random);
}

void
backoff_reset (Backoff * self)
{
  self->attempts = 0;
}
