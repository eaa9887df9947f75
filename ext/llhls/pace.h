/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PACE_NONE G_MAXUINT64

/* Longest look back at one go, ns: what an input in bursts (HLS with segments
 * of ten seconds) may take between two of them. */
#define PACE_BUCKET G_GUINT64_CONSTANT (30000000000)

/* How far behind its own time a live input arrives: the longest delay of the
 * last half minute to minute, so that bursts and jitter are in it.  Says when
 * media of a certain time should have come.  An input that is faster than real
 * time, as a file is, is never missed.  Plain data, no locks. */
typedef struct
{
  gboolean known;
  gboolean fast;                /* more media than time went by */
  guint64 last_media, last_now; /* ns */
  guint64 leap;                 /* ns, media time far ahead, seen once; or 0 */
  guint64 bucket_media, bucket_now;     /* ns, where the bucket began */
  gint64 longest;               /* ns, delay in this bucket */
  gint64 before;                /* ns, in the one before */
} Pace;

void pace_init (Pace * self);

/* Media up to `media` has arrived at `now`. */
void pace_on_media (Pace * self, guint64 media, guint64 now);

/* Latest `now` at which `media` should be there; PACE_NONE when unknown. */
guint64 pace_expected (const Pace * self, guint64 media);

/* What should be there at `now`, the inverse; PACE_NONE when unknown. */
guint64 pace_position (const Pace * self, guint64 now);

G_END_DECLS
