/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bondstate.h"

void
bond_state_init (BondState * self, guint64 now, guint64 grace)
{
  self->state = BOND_STARTING;
  self->active = 0;
  self->wanted = 0;
  self->told = 0;
  self->since = now;
  self->grace_end = now + grace;
  self->trouble_since = G_MAXUINT64;
  self->incident = 0;
}

static BondStateValue
judge (const BondState * self, guint64 now)
{
  if (self->active > 0 && self->active >= self->wanted)
    return BOND_OK;
  if (now < self->grace_end)
    return self->state;
  return self->active > 0 ? BOND_DEGRADED : BOND_LOST;
}

/* An incident lasts from the first trouble until all is well again. */
static void
note_incident (BondState * self, BondStateValue next, guint64 now,
    BondChange * change)
{
  gboolean open = self->trouble_since != G_MAXUINT64;

  if (!open && next != BOND_OK) {
    self->incident++;
    self->trouble_since = now;
    open = TRUE;
  }
  change->incident = open ? self->incident : 0;
  change->incident_duration = open ? now - self->trouble_since : 0;
  if (next == BOND_OK)
    self->trouble_since = G_MAXUINT64;
}

gboolean
bond_state_update (BondState * self, guint active, guint wanted, guint64 now,
    BondChange * change)
{
  BondStateValue next;

  self->active = active;
  self->wanted = wanted;
  next = judge (self, now);
  if (next == BOND_OK || now >= self->grace_end)
    self->grace_end = now;
  if (next == self->state && (next != BOND_OK || active <= self->told))
    return FALSE;
  self->told = active;
  change->old = self->state;
  change->now = next;
  change->old_duration = now - self->since;
  note_incident (self, next, now, change);
  self->state = next;
  self->since = now;
  return TRUE;
}

guint64
bond_state_deadline (const BondState * self)
{
  return self->state == BOND_STARTING ? self->grace_end : G_MAXUINT64;
}

const gchar *
bond_state_name (BondStateValue state)
{
  static const gchar *const names[] = { "starting", "ok", "degraded", "lost" };

  return names[state];
}
