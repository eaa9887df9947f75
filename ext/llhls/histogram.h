/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Eight buckets an octave: a quantile is right within 6 %, whatever the unit,
 * in 2 kB.  Plain data; all zero is an empty one. */
#define HISTOGRAM_STEPS 8
#define HISTOGRAM_BUCKETS ((64 - 2) * HISTOGRAM_STEPS)

typedef struct
{
  guint64 n;
  guint32 buckets[HISTOGRAM_BUCKETS];
} Histogram;

void histogram_add (Histogram * self, guint64 value);

/* The value that `permille` of all are at or below; `none` when empty. */
guint64 histogram_quantile (const Histogram * self, guint permille,
    guint64 none);

G_END_DECLS
