/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "histogram.h"

/* Below 8 each value has its bucket, from there on the three bits behind the
 * leading one choose. */
static guint
bucket_of (guint64 value)
{
  guint octave;

  if (value < HISTOGRAM_STEPS)
    return value;
  octave = 63 - __builtin_clzll (value);
  return (octave - 2) * HISTOGRAM_STEPS
      + ((value >> (octave - 3)) & (HISTOGRAM_STEPS - 1));
}

/* The middle of a bucket. */
static guint64
value_of (guint bucket)
{
  guint shift;

  if (bucket < 2 * HISTOGRAM_STEPS)
    return bucket;
  shift = bucket / HISTOGRAM_STEPS - 1;
  return ((guint64) (HISTOGRAM_STEPS + bucket % HISTOGRAM_STEPS) << shift)
      + ((G_GUINT64_CONSTANT (1) << shift) - 1) / 2;
}

void
histogram_add (Histogram * self, guint64 value)
{
  self->n++;
  self->buckets[bucket_of (value)]++;
}

guint64
histogram_quantile (const Histogram * self, guint permille, guint64 none)
{
  guint64 wanted, seen = 0;
  guint i;

  if (self->n == 0)
    return none;
  wanted = MAX ((self->n * MIN (permille, 1000) + 999) / 1000, 1);
  for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
    seen += self->buckets[i];
    if (seen >= wanted)
      break;
  }
  return value_of (i);
}
