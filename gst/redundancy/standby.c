/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "standby.h"

const gchar *
standby_mode_nick (StandbyMode mode)
{
  static const gchar *const nicks[] = { "hot", "warm", "cold" };

  return nicks[mode];
}

void
standby_init (Standby * self, StandbyMode mode)
{
  self->mode = mode;
  self->hot_until = 0;
}

void
standby_prepare (Standby * self, guint64 now)
{
  self->hot_until = MAX (self->hot_until, now + STANDBY_PREPARED);
}

StandbyMode
standby_update (Standby * self, gboolean needed, guint64 now)
{
  if (needed)
    self->hot_until = MAX (self->hot_until, now + STANDBY_LINGER);
  return now < self->hot_until ? STANDBY_HOT : self->mode;
}
