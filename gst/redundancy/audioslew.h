/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Taps on each side of where a sample is read. */
#define AUDIO_SLEW_REACH 16
/* Samples that the filter needs of what came before. */
#define AUDIO_SLEW_TAIL (3 * AUDIO_SLEW_REACH)

/* Makes a few more or fewer samples of an input's than came, so that counting
 * them keeps up with its time.  While it is off, every sample passes as it is.
 * Once on it stays on: a sample that was read between two has no way back
 * without a jump.  Plain data, one caller. */
typedef struct
{
  gboolean on;
  gint64 rate;                  /* samples more in 1e9, see audio_slew_steer */
  guint32 fraction;             /* where the next one is read, 2^-32 samples */
  guint pending;                /* samples from there on */
  guint64 corrected;            /* samples made or left out, in 1e-9 */
} AudioSlew;

/* How one buffer's samples are read. */
typedef struct
{
  gboolean as_is;
  guint n_in;
  guint n_out;
  guint pending;                /* before it */
  guint32 fraction;
  guint64 step;                 /* 2^-32 samples of input for each of output */
} AudioSlewPlan;

/* As all zero, but for what is counted. */
void audio_slew_reset (AudioSlew * self);

/* Where the samples should be, less where counting puts them, smoothed by the
 * caller: in 1/256 samples. */
void audio_slew_steer (AudioSlew * self, guint rate, gint64 error);

/* The next `n` samples of the input. */
void audio_slew_plan (AudioSlew * self, guint n, AudioSlewPlan * plan);

/* Carries plans out, on interleaved samples: reads them through a windowed
 * sinc.
 * Plain data, one caller. */
typedef struct
{
  guint channels;
  gfloat *kernel;
  gfloat *tail;                 /* AUDIO_SLEW_TAIL that came before */
} AudioSlewFilter;

void audio_slew_filter_init (AudioSlewFilter * self, guint channels);
void audio_slew_filter_clear (AudioSlewFilter * self);

/* Takes plan->n_in samples from `in` and writes plan->n_out to `out`. */
void audio_slew_filter_run (AudioSlewFilter * self, const AudioSlewPlan * plan,
    const gfloat * in, gfloat * out);

/* `n` samples have passed as they are; the newest AUDIO_SLEW_TAIL will do. */
void audio_slew_filter_pass (AudioSlewFilter * self, const gfloat * in,
    guint n);

G_END_DECLS
