/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "goplattice.h"

#include <string.h>

#define SECOND G_GUINT64_CONSTANT (1000000000)
#define PHASE_SHARE 256         /* how slowly the phase follows */

static guint64
gcd (guint64 a, guint64 b)
{
  guint64 rest;

  while (b != 0) {
    rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/* round (value * mul / div) without overflow, for mul * div < 2^63. */
static guint64
scale_round (guint64 value, guint64 mul, guint64 div)
{
  return value / div * mul + (value % div * mul + div / 2) / div;
}

void
gop_lattice_init (GopLattice * self, guint fps_n, guint fps_d,
    guint64 gop_duration, guint multiple, guint64 offset)
{
  guint64 common, frames;

  g_assert (fps_n > 0 && fps_d > 0 && multiple > 0);
  memset (self, 0, sizeof *self);
  common = gcd (fps_n, fps_d);
  self->num = fps_n / common;
  self->den = fps_d / common;
  /* Odd fractions from outside, to what scale_round () can take: num * den *
   * SECOND below 2^63. */
  while (self->num > 1 && self->num * self->den > SECOND) {
    self->num = (self->num + 1) / 2;
    self->den = MAX ((self->den + 1) / 2, 1);
  }
  self->den = MIN (self->den, SECOND);
  frames = scale_round (gop_duration, self->num, self->den * SECOND);
  self->gop_frames = MAX ((frames + multiple / 2) / multiple, 1) * multiple;
  self->offset = offset;
}

void
gop_lattice_restart (GopLattice * self)
{
  self->started = FALSE;
}

static guint64
slot_at (const GopLattice * self, guint64 time)
{
  return scale_round (time, self->num, self->den * SECOND);
}

static guint64
time_of (const GopLattice * self, guint64 slot)
{
  return scale_round (slot, self->den * SECOND, self->num);
}

guint64
gop_lattice_frame_duration (const GopLattice * self)
{
  return time_of (self, 1);
}

guint64
gop_lattice_gop_duration (const GopLattice * self)
{
  return time_of (self, self->gop_frames);
}

guint64
gop_lattice_time (const GopLattice * self, guint64 gop)
{
  guint64 time = time_of (self, gop * self->gop_frames);

  return time > self->offset ? time - self->offset : 0;
}

static guint64
without_phase (const GopLattice * self, guint64 time)
{
  if (self->phase > 0 && (guint64) self->phase > time)
    return 0;
  return time - self->phase;
}

/* A source whose clock drifts leaves its slot in the end; it then takes the
 * next one for good, at three quarters of a frame and not at half of one. */
static void
follow_phase (GopLattice * self, guint64 time, guint64 slot)
{
  gint64 frame = gop_lattice_frame_duration (self);
  gint64 rest = (gint64) (without_phase (self, time) - time_of (self, slot));

  self->phase += rest / PHASE_SHARE;
  if (self->phase > frame * 3 / 4)
    self->phase -= frame;
  else if (self->phase < -frame * 3 / 4)
    self->phase += frame;
}

static GopVerdict
start (GopLattice * self, guint64 time, GopFrame * frame)
{
  frame->slot = slot_at (self, time);
  frame->gop = frame->slot / self->gop_frames;
  self->phase = (gint64) (time - time_of (self, frame->slot));
  self->started = TRUE;
  self->last_slot = frame->slot;
  self->last_gop = frame->gop;
  return GOP_BOUNDARY;
}

GopVerdict
gop_lattice_push (GopLattice * self, guint64 running_time, GopFrame * frame)
{
  guint64 time = running_time + self->offset;

  if (!self->started)
    return start (self, time, frame);
  frame->slot = slot_at (self, without_phase (self, time));
  frame->gop = frame->slot / self->gop_frames;
  if (frame->slot < self->last_slot)
    return GOP_FRAME_BACKWARDS;
  if (frame->slot == self->last_slot)
    return GOP_FRAME_TOO_CLOSE;
  follow_phase (self, time, frame->slot);
  self->last_slot = frame->slot;
  if (frame->gop == self->last_gop)
    return GOP_FRAME;
  self->last_gop = frame->gop;
  return GOP_BOUNDARY;
}
