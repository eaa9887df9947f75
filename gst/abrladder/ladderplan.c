/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ladderplan.h"

#include <string.h>

#define MIN_SIDE 16             /* pixels; what every encoder takes */
#define MAX_SIDE 16384
#define MAX_SOURCE_FPS 1000     /* above, the caps are not believed */

/* Encoders of 4:2:0 want even sizes. */
static guint
even (guint64 numerator, guint64 denominator)
{
  guint64 half = (numerator + denominator) / (2 * denominator);

  return CLAMP (2 * half, MIN_SIDE, MAX_SIDE);
}

static guint
even_floor (guint side)
{
  return CLAMP (side / 2 * 2, MIN_SIDE, MAX_SIDE);
}

/* The picture's size in square pixels: the height stays, the width gives. */
static void
square (const LadderSource * source, guint64 * width, guint64 * height)
{
  *width = MAX (source->width, 1);
  *height = MAX (source->height, 1);
  if (source->par_n > 0 && source->par_d > 0)
    *width = MAX (*width * source->par_n / source->par_d, 1);
}

static gboolean
is_above (const LadderRung * rung, const LadderSource * source)
{
  guint64 width, height;

  square (source, &width, &height);
  return rung->size > MIN (width, height);
}

static void
scale (LadderPlanRung * self, guint size, const LadderSource * source)
{
  guint64 width, height;

  square (source, &width, &height);
  if (size == 0 || size == MIN (width, height)) {
    self->width = even_floor (MIN (width, MAX_SIDE));
    self->height = even_floor (MIN (height, MAX_SIDE));
  } else if (height <= width) {
    self->height = even (size, 1);
    self->width = even (size * width, height);
  } else {
    self->width = even (size, 1);
    self->height = even (size * height, width);
  }
}

/* The source's rate over a whole number, as near as can be to what the rung
 * wants: only so does each GOP start on a frame that all rungs have. */
static guint
divide (const LadderPlan * self, guint fps)
{
  guint64 twice;

  if (fps == 0)
    return 1;
  twice = 2 * (guint64) self->fps_n / ((guint64) self->fps_d * fps);
  return CLAMP ((twice + 1) / 2, 1, 60);
}

static guint
lcm (guint a, guint b)
{
  guint x = a, y = b, rest;

  while (y != 0) {
    rest = x % y;
    x = y;
    y = rest;
  }
  return a / x * b;
}

static void
take_rate (LadderPlan * self, const LadderSource * source)
{
  self->fps_n = source->fps_n;
  self->fps_d = source->fps_d;
  if (self->fps_n == 0 || self->fps_d == 0
      || self->fps_n / self->fps_d >= MAX_SOURCE_FPS) {
    self->fps_n = LADDER_FALLBACK_FPS;
    self->fps_d = 1;
  }
}

/* Never an empty ladder. */
static void
keep_smallest (LadderPlan * self, const LadderSpec * spec,
    const LadderSource * source)
{
  guint i, smallest = 0;

  for (i = 0; i < self->n_rungs; i++) {
    if (self->rungs[i].verdict == LADDER_RUNG_KEPT)
      return;
    if (ladder_spec_nth (spec, LADDER_VIDEO, i)->size <
        ladder_spec_nth (spec, LADDER_VIDEO, smallest)->size)
      smallest = i;
  }
  if (self->n_rungs == 0)
    return;
  self->rungs[smallest].verdict = LADDER_RUNG_KEPT;
  scale (&self->rungs[smallest], 0, source);
}

void
ladder_plan_make (LadderPlan * self, const LadderSpec * spec,
    const LadderSource * source, gboolean allow_upscale)
{
  const LadderRung *rung;
  guint i, multiple;

  memset (self, 0, sizeof *self);
  take_rate (self, source);
  self->n_rungs = ladder_spec_count (spec, LADDER_VIDEO);
  self->gop_multiple = 1;
  for (i = 0; i < self->n_rungs; i++) {
    LadderPlanRung *planned = &self->rungs[i];

    rung = ladder_spec_nth (spec, LADDER_VIDEO, i);
    planned->verdict = LADDER_RUNG_KEPT;
    if (!allow_upscale && is_above (rung, source))
      planned->verdict = LADDER_RUNG_ABOVE_SOURCE;
    scale (planned, rung->size, source);
    planned->divisor = divide (self, rung->fps);
    planned->fps_n = self->fps_n;
    planned->fps_d = self->fps_d * planned->divisor;
  }
  keep_smallest (self, spec, source);
  for (i = 0; i < self->n_rungs; i++) {
    if (self->rungs[i].verdict != LADDER_RUNG_KEPT)
      continue;
    multiple = lcm (self->gop_multiple, self->rungs[i].divisor);
    /* Rates that have so little in common share their boundaries only as
     * far as the frames fall; the GOP must not grow without limit. */
    if (multiple <= 60)
      self->gop_multiple = multiple;
  }
}
