/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lateness.h"

#define MS G_GUINT64_CONSTANT (1000000)

/* What passes sooner is jitter. */
#define PATIENCE (100 * MS)
/* So long it has to be in time again. */
#define CALM (1000 * MS)
/* Between two incidents. */
#define SPACING (10000 * MS)

void
lateness_init (Lateness * self)
{
  Lateness empty = { FALSE, };

  *self = empty;
}

static LatenessNews
on_late (Lateness * self, guint64 now, guint64 behind)
{
  if (!self->is_late)
    self->late_since = now;
  self->is_late = TRUE;
  if (!self->open) {
    if (now < self->late_since + PATIENCE
        || (self->incidents > 0 && now < self->told_at + SPACING))
      return LATENESS_NO_NEWS;
    self->open = TRUE;
    self->opened_at = self->late_since;
    self->told_at = now;
    self->incidents++;
    self->behind = behind;
    self->buffers = 1;
    return LATENESS_OPENS;
  }
  self->buffers++;
  self->behind = MAX (self->behind, behind);
  return LATENESS_NO_NEWS;
}

LatenessNews
lateness_on_data (Lateness * self, guint64 now, guint64 behind)
{
  if (behind > 0)
    return on_late (self, now, behind);
  if (self->is_late)
    self->punctual_since = now;
  self->is_late = FALSE;
  if (!self->open || now < self->punctual_since + CALM)
    return LATENESS_NO_NEWS;
  self->open = FALSE;
  return LATENESS_CLOSES;
}

LatenessNews
lateness_end (Lateness * self, guint64 now)
{
  if (!self->open)
    return LATENESS_NO_NEWS;
  if (self->is_late)
    self->punctual_since = now;
  self->is_late = self->open = FALSE;
  return LATENESS_CLOSES;
}
