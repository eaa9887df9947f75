/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msgring.h"

#include "msgno.h"

typedef enum
{
  SLOT_EMPTY,
  SLOT_HELD,
  SLOT_GIVEN,
  SLOT_SKIPPED,
} SlotState;

typedef struct
{
  SlotState state;
  guint64 position;             /* of the item that was here last */
  MsgRingItem item;
} Slot;

struct _MsgRing
{
  Slot *slots;
  guint size;
  /* Positions count messages without wrapping; `next` is next_msgno's. */
  guint64 next;
  guint32 next_msgno;
  guint64 top;                  /* one past the last held */
  guint64 behind;               /* first held one at or after next, or top */
  GDestroyNotify payload_free;
};

/* Far from 0, so that older numbers have positions too. */
#define FIRST_POSITION (G_GUINT64_CONSTANT (1) << 32)

MsgRing *
msg_ring_new (guint size, guint32 first, GDestroyNotify payload_free)
{
  MsgRing *self = g_new0 (MsgRing, 1);

  g_assert (size > 0 && (size & (size - 1)) == 0 && size <= 1u << 24);
  self->slots = g_new0 (Slot, size);
  self->size = size;
  self->next = self->top = self->behind = FIRST_POSITION;
  self->next_msgno = first;
  self->payload_free = payload_free;
  return self;
}

void
msg_ring_free (MsgRing * self)
{
  guint i;

  for (i = 0; i < self->size; i++) {
    if (self->slots[i].state == SLOT_HELD)
      self->payload_free (self->slots[i].item.payload);
  }
  g_free (self->slots);
  g_free (self);
}

static Slot *
slot_at (const MsgRing * self, guint64 position)
{
  return &self->slots[position & (self->size - 1)];
}

static gboolean
position_of (const MsgRing * self, guint32 msgno, guint64 * position)
{
  gint64 steps = msgno_distance (self->next_msgno, msgno);

  if (steps >= (gint64) self->size || steps <= -(gint64) self->size)
    return FALSE;
  *position = self->next + steps;
  return TRUE;
}

static MsgRingResult
judge_old (const Slot * slot, const MsgRingItem * item)
{
  switch (slot->state) {
    case SLOT_HELD:
    case SLOT_GIVEN:
      return slot->item.hash == item->hash ? MSG_RING_DUPLICATE :
          MSG_RING_OTHER;
    case SLOT_EMPTY:
    case SLOT_SKIPPED:
      return MSG_RING_LATE;
  }
  return MSG_RING_LATE;
}

MsgRingResult
msg_ring_insert (MsgRing * self, const MsgRingItem * item)
{
  guint64 position;
  Slot *slot;

  if (!position_of (self, item->msgno, &position))
    return MSG_RING_OUTSIDE;
  slot = slot_at (self, position);
  if (slot->state != SLOT_EMPTY && slot->position == position)
    return judge_old (slot, item);
  if (position < self->next)
    return MSG_RING_LATE;
  slot->state = SLOT_HELD;
  slot->position = position;
  slot->item = *item;
  if (position < self->behind || self->behind == self->top)
    self->behind = position;
  if (position >= self->top)
    self->top = position + 1;
  return MSG_RING_NEW;
}

gboolean
msg_ring_find (const MsgRing * self, guint32 msgno, MsgRingItem * item)
{
  guint64 position;
  const Slot *slot;

  if (!position_of (self, msgno, &position))
    return FALSE;
  slot = slot_at (self, position);
  if (slot->position != position
      || (slot->state != SLOT_HELD && slot->state != SLOT_GIVEN))
    return FALSE;
  *item = slot->item;
  return TRUE;
}

guint32
msg_ring_next (const MsgRing * self)
{
  return self->next_msgno;
}

static gboolean
is_held (const MsgRing * self, guint64 position)
{
  const Slot *slot = slot_at (self, position);

  return slot->state == SLOT_HELD && slot->position == position;
}

static void
advance (MsgRing * self)
{
  self->next++;
  self->next_msgno = msgno_add (self->next_msgno, 1);
  if (self->top < self->next)
    self->top = self->next;
  if (self->behind < self->next)
    self->behind = self->next;
  while (self->behind < self->top && !is_held (self, self->behind))
    self->behind++;
}

gboolean
msg_ring_pop (MsgRing * self, MsgRingItem * item)
{
  Slot *slot = slot_at (self, self->next);

  if (!is_held (self, self->next))
    return FALSE;
  *item = slot->item;
  slot->item.payload = NULL;
  slot->state = SLOT_GIVEN;
  advance (self);
  return TRUE;
}

gboolean
msg_ring_gap (const MsgRing * self, guint64 * behind)
{
  if (self->next >= self->top || self->behind == self->next)
    return FALSE;
  *behind = slot_at (self, self->behind)->item.arrival;
  return TRUE;
}

void
msg_ring_skip (MsgRing * self)
{
  Slot *slot = slot_at (self, self->next);

  g_assert (!is_held (self, self->next));
  slot->state = SLOT_SKIPPED;
  slot->position = self->next;
  advance (self);
}
