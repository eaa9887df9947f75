/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keymeter.h"

void
key_meter_on_keyframe (KeyMeter * self, guint64 time)
{
  self->keyframes++;
  if (self->known && time > self->last) {
    self->interval = time - self->last;
    self->longest = MAX (self->longest, self->interval);
  }
  self->last = time;
  self->known = TRUE;
}

void
key_meter_restart (KeyMeter * self)
{
  self->known = FALSE;
}
