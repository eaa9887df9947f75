/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bondhistory.h"

#include "msgno.h"

typedef struct
{
  gpointer payload;
  guint64 srctime;
} Slot;

struct _BondHistory
{
  Slot *slots;
  guint mask;
  guint32 first_msgno;
  guint64 head;
  guint64 tail;
  GDestroyNotify payload_free;
};

BondHistory *
bond_history_new (guint capacity, guint32 first_msgno,
    GDestroyNotify payload_free)
{
  BondHistory *self = g_new0 (BondHistory, 1);

  /* Far below half of the number's cycle, or old and new would be mixed up. */
  g_assert (capacity > 0 && (capacity & (capacity - 1)) == 0);
  g_assert (capacity <= 1u << 24 && msgno_is_valid (first_msgno));
  self->slots = g_new0 (Slot, capacity);
  self->mask = capacity - 1;
  self->first_msgno = first_msgno;
  self->payload_free = payload_free;
  return self;
}

static Slot *
slot_of (const BondHistory * self, guint64 serial)
{
  return &self->slots[serial & self->mask];
}

static void
drop_oldest (BondHistory * self)
{
  Slot *slot = slot_of (self, self->tail);

  self->payload_free (g_steal_pointer (&slot->payload));
  self->tail++;
}

void
bond_history_free (BondHistory * self)
{
  while (self->tail < self->head)
    drop_oldest (self);
  g_free (self->slots);
  g_free (self);
}

guint64
bond_history_push (BondHistory * self, gpointer payload, guint64 srctime)
{
  guint64 serial = self->head;
  Slot *slot;

  if (self->head - self->tail > self->mask)
    drop_oldest (self);
  slot = slot_of (self, serial);
  slot->payload = payload;
  slot->srctime = srctime;
  self->head++;
  return serial;
}

void
bond_history_trim (BondHistory * self, guint64 srctime)
{
  while (self->tail < self->head
      && slot_of (self, self->tail)->srctime < srctime)
    drop_oldest (self);
}

guint64
bond_history_head (const BondHistory * self)
{
  return self->head;
}

guint64
bond_history_tail (const BondHistory * self)
{
  return self->tail;
}

gboolean
bond_history_get (const BondHistory * self, guint64 serial,
    BondMessage * message)
{
  Slot *slot;

  if (serial < self->tail || serial >= self->head)
    return FALSE;
  slot = slot_of (self, serial);
  message->payload = slot->payload;
  message->serial = serial;
  message->srctime = slot->srctime;
  message->msgno = msgno_add (self->first_msgno, (gint64) (serial %
          MSGNO_CYCLE));
  return TRUE;
}

guint64
bond_history_find (const BondHistory * self, guint64 srctime)
{
  guint64 low = self->tail, high = self->head;

  /* Source times rise with the serial. */
  while (low < high) {
    guint64 middle = low + (high - low) / 2;

    if (slot_of (self, middle)->srctime < srctime)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}
