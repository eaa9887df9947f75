/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The receive window of one stream of numbered messages: takes them in any
 * order, gives them in order, and remembers what it gave, so that copies are
 * known as copies.  Does not judge when a hole is final; its owner does.
 * Owns the payloads until they are popped.  Not thread-safe. */
typedef struct _MsgRing MsgRing;

typedef enum
{
  MSG_RING_NEW,
  MSG_RING_DUPLICATE,           /* the same message again */
  MSG_RING_OTHER,               /* the same number, but not the same bytes */
  MSG_RING_LATE,                /* its place was passed without it */
  MSG_RING_OUTSIDE,             /* too far from the window */
} MsgRingResult;

typedef struct
{
  gpointer payload;             /* nullable: given away already */
  guint64 hash;
  guint64 arrival;              /* ns, of the first copy */
  guint32 msgno;
  guint leg;                    /* that brought it first */
} MsgRingItem;

/* `size` messages, a power of two; `first` is the number to begin with. */
MsgRing *msg_ring_new (guint size, guint32 first, GDestroyNotify payload_free);
void msg_ring_free (MsgRing *self);

/* Takes the payload of `item` (transfer full) only with MSG_RING_NEW. */
MsgRingResult msg_ring_insert (MsgRing *self, const MsgRingItem *item);

/* The message with that number, if it is or was here lately.  The payload
 * stays the ring's. */
gboolean msg_ring_find (const MsgRing *self, guint32 msgno,
    MsgRingItem *item);

/* The number that comes next. */
guint32 msg_ring_next (const MsgRing *self);

/* Whether the next message is here, and takes it (payload transfer full). */
gboolean msg_ring_pop (MsgRing *self, MsgRingItem *item);

/* Whether the next message is missing while a later one is here; `behind` is
 * when the first later one arrived. */
gboolean msg_ring_gap (const MsgRing *self, guint64 *behind);

/* Gives the next message up. */
void msg_ring_skip (MsgRing *self);

G_END_DECLS
