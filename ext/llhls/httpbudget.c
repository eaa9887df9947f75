/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "httpbudget.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)

void
http_budget_init (HttpBudget * self, guint rate, guint burst, guint64 now)
{
  self->rate = rate;
  self->burst = burst;
  self->credit = burst * SECOND;
  self->last = now;
}

static void
refill (HttpBudget * self, guint64 past)
{
  guint64 full = self->burst * SECOND;

  if (self->credit >= full)
    return;
  /* After so long it is full in any case; keeps the product small. */
  if (self->rate > 0 && past >= full / self->rate)
    self->credit = full;
  else
    self->credit = MIN (self->credit + past * self->rate, full);
}

gboolean
http_budget_spend (HttpBudget * self, guint64 now)
{
  refill (self, now > self->last ? now - self->last : 0);
  self->last = MAX (self->last, now);
  if (self->credit < SECOND)
    return FALSE;
  self->credit -= SECOND;
  return TRUE;
}

void
http_budget_earn (HttpBudget * self, guint64 amount, guint64 per)
{
  self->credit = MIN (self->credit + amount * SECOND / per, G_MAXINT64);
}
