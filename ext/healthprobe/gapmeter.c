/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gapmeter.h"

#include <string.h>

/* B-frames and bad muxers stay well under this. */
#define REORDER_LIMIT G_GUINT64_CONSTANT (1000000000)

void
gap_meter_init (GapMeter * self, guint64 threshold)
{
  memset (self, 0, sizeof (*self));
  self->threshold = threshold;
  gap_meter_restart (self);
}

void
gap_meter_set_stream (GapMeter * self, guint64 frame, guint64 tolerance,
    gboolean reorders)
{
  self->frame = frame;
  self->tolerance = tolerance;
  self->reorders = reorders;
}

void
gap_meter_restart (GapMeter * self)
{
  self->last = GAP_TIME_NONE;
  self->end = GAP_TIME_NONE;
}

/* How long this buffer is, as far as anyone can tell. */
static guint64
length (const GapMeter * self, guint64 duration)
{
  if (duration == 0 || duration == GAP_TIME_NONE)
    return self->frame;
  return duration;
}

static GapKind
judge_hole (GapMeter * self, guint64 hole, guint64 frame)
{
  if (hole < self->threshold) {
    /* Without a frame duration only a large gap can be told from the pace, and
     * a P-frame in front of its B-frames leaves a hole as well. */
    if (frame == 0 || self->reorders
        || hole <= MAX (frame / 2, self->tolerance))
      return GAP_NONE;
  }
  self->gaps++;
  self->gap_time += hole;
  self->longest = MAX (self->longest, hole);
  return hole < self->threshold ? GAP_SMALL : GAP_LARGE;
}

static gboolean
steps_back (const GapMeter * self, guint64 time)
{
  if (self->reorders)
    return time + REORDER_LIMIT < self->last;
  return time < self->last;
}

GapKind
gap_meter_on_buffer (GapMeter * self, guint64 time, guint64 duration,
    guint64 * hole)
{
  guint64 frame = length (self, duration);
  GapKind kind = GAP_NONE;

  *hole = 0;
  if (self->last == GAP_TIME_NONE) {
    self->last = time;
    self->end = time + frame;
    return GAP_NONE;
  }
  if (steps_back (self, time)) {
    *hole = self->last - time;
    self->backwards++;
    self->last = time;
    self->end = time + frame;
    return GAP_BACKWARDS;
  }
  if (time > self->end) {
    *hole = time - self->end;
    kind = judge_hole (self, *hole, frame);
  }
  self->last = MAX (self->last, time);
  self->end = MAX (self->end, time + frame);
  return kind;
}
