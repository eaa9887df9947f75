/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "ladderspec.h"

G_BEGIN_DECLS

/* The source as its caps tell it. */
typedef struct
{
  guint width, height;
  guint par_n, par_d;           /* 0/0 counts as square */
  guint fps_n, fps_d;           /* 0/x = variable */
} LadderSource;

typedef enum
{
  LADDER_RUNG_KEPT,
  LADDER_RUNG_ABOVE_SOURCE,     /* left out: it would only enlarge */
} LadderVerdict;

typedef struct
{
  LadderVerdict verdict;
  guint width, height;          /* even, square pixels */
  guint divisor;                /* every divisor-th frame of the source */
  guint fps_n, fps_d;
} LadderPlanRung;

/* What a ladder becomes on one source; video rungs only, in ladder order. */
typedef struct
{
  LadderPlanRung rungs[LADDER_MAX_RUNGS];
  guint n_rungs;
  guint fps_n, fps_d;           /* the rate that the lattice counts in */
  guint gop_multiple;           /* a GOP's frames must divide by this */
} LadderPlan;

/* Frame rate taken for a source that tells none. */
#define LADDER_FALLBACK_FPS 30

/* Rungs larger than the source are left out unless `allow_upscale`; if that
 * were all, the smallest one is kept at the source's size. */
void ladder_plan_make (LadderPlan * self, const LadderSpec * spec,
    const LadderSource * source, gboolean allow_upscale);

G_END_DECLS
