/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DRIFT_MINIMA 15
#define DRIFT_LEVELS 64

/* How an input's clock runs against ours, and the correction that follows it.
 * Of each window the data that waited least is taken, and of the last windows
 * the median of those: bursts and stalls in the network move neither.  The
 * correction is a continuous function of the input's time, whose slope never
 * leaves what a listener could hear or a decoder see.
 * Plain data, one caller. */
typedef struct
{
  gboolean in_window;
  guint64 window_since;         /* arrival */
  gint64 window_min;            /* ns, least lateness */
  guint64 n_minima;             /* since relearning */
  gint64 minima[DRIFT_MINIMA];  /* ring */
  gboolean has_base;
  gint64 base;                  /* ns, lateness that is to stay */
  guint64 n_levels;
  gint64 levels[DRIFT_LEVELS];  /* ring: medians of minima */
  guint64 level_at[DRIFT_LEVELS];       /* arrival */
  gint64 correction;            /* ns, at `from` */
  gint64 from;                  /* time of the input */
  gint64 rate;                  /* ns in a second, slope of the correction */
} Drift;

void drift_init (Drift * self);

/* The lateness of data has changed at once, by a jump of stamps or since
 * another medium is looked at: what it is to be is learned anew, and the
 * correction goes on. */
void drift_relearn (Drift * self);

/* Data of the input's time `time` (ns, without the correction) has arrived. */
void drift_add (Drift * self, guint64 arrival, gint64 time);

/* What to add to the input's time `time` (ns). */
gint64 drift_at (const Drift * self, gint64 time);

/* Parts in 1e9 by which the input's clock runs faster than ours; 0 until that
 * is known, about two minutes. */
gint64 drift_ppb (const Drift * self);

G_END_DECLS
