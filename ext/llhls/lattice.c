/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lattice.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)
#define MIN_TIMESCALE 10000
#define FREE_TIMESCALE 90000
/* Rates outside are taken for unknown. */
#define MAX_FPS 1000

guint64
lattice_ticks (guint64 ns, guint32 timescale)
{
  return ns / SECOND * timescale
      + (ns % SECOND * timescale + SECOND / 2) / SECOND;
}

guint64
lattice_ns (guint64 ticks, guint32 timescale)
{
  return ticks / timescale * SECOND
      + (ticks % timescale * SECOND + timescale / 2) / timescale;
}

static guint
greatest_divisor (guint a, guint b)
{
  while (b != 0) {
    guint rest = a % b;

    a = b;
    b = rest;
  }
  return a;
}

void
lattice_init_video (Lattice * self, guint fps_n, guint fps_d)
{
  guint divisor, factor;

  self->locked = FALSE;
  self->anchor = 0;
  self->timescale = FREE_TIMESCALE;
  self->frame = 0;
  if (fps_n == 0 || fps_d == 0 || fps_n / fps_d > MAX_FPS || fps_d / fps_n > 10)
    return;
  divisor = greatest_divisor (fps_n, fps_d);
  fps_n /= divisor;
  fps_d /= divisor;
  if (fps_n > 1000000)
    return;
  factor = fps_n >= MIN_TIMESCALE ? 1 : (MIN_TIMESCALE + fps_n - 1) / fps_n;
  self->timescale = fps_n * factor;
  self->frame = (guint64) fps_d *factor;
}

void
lattice_init_audio (Lattice * self, guint rate, guint frame_samples)
{
  self->locked = FALSE;
  self->anchor = 0;
  self->timescale = rate;
  self->frame = frame_samples;
}

guint64
lattice_snap (Lattice * self, guint64 ns)
{
  guint64 ticks = lattice_ticks (ns, self->timescale), phase, rest;

  if (self->frame == 0)
    return ticks;
  if (!self->locked) {
    self->locked = TRUE;
    self->anchor = ticks;
  }
  phase = self->anchor % self->frame;
  rest = (ticks % self->frame + self->frame - phase) % self->frame;
  /* There is no point of the lattice before zero. */
  if (rest * 2 < self->frame && rest <= ticks)
    return ticks - rest;
  return ticks + self->frame - rest;
}
