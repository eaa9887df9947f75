/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* When to try a lost connection again: at once, then after `initial`, then
 * `factor_percent` more each time up to `max`, each pause spread by
 * +-`jitter_percent` so that many inputs do not return in step.
 * Plain data: copy it, keep it on the stack; no locks of its own. */
typedef struct
{
  guint64 initial;              /* ns, pause before the second attempt */
  guint64 max;                  /* ns, longest pause before jitter */
  guint factor_percent;         /* 200 doubles */
  guint jitter_percent;         /* 20 is +-20 % */
  gboolean first_at_once;       /* the first attempt needs no pause */
  guint attempts;               /* failures since the last reset */
} Backoff;

void backoff_init (Backoff * self, guint64 initial, guint64 max,
    guint factor_percent, guint jitter_percent, gboolean first_at_once);

/* A failure: the pause (ns) until the next attempt.  `random` is any 32 random
 * bits of the caller's. */
guint64 backoff_next (Backoff * self, guint32 random);

/* The connection was healthy for long enough: start anew. */
void backoff_reset (Backoff * self);

G_END_DECLS
