/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a bond has sent lately: a ring of messages, each with the number and
 * the source time that every link gives it.  Messages are counted by a serial
 * that never wraps; their 26-bit number on the wire follows from it.  Each
 * link has a cursor of its own (a serial), so a slow one holds nobody.
 *
 * Owns its payloads: freed with `payload_free` when they leave.  Not
 * thread-safe: the caller locks. */
typedef struct _BondHistory BondHistory;

typedef struct
{
  gpointer payload;             /* owned by the history */
  guint64 serial;
  guint64 srctime;              /* us, by the transport's clock */
  guint32 msgno;
} BondMessage;

/* Keeps `capacity` messages (a power of two, at most 2^24).  `first_msgno`
 * should be random, so that a stale connection of an earlier run cannot be
 * taken for this one. */
BondHistory *bond_history_new (guint capacity, guint32 first_msgno,
    GDestroyNotify payload_free);
void bond_history_free (BondHistory *self);

/* Takes `payload` (transfer full); the oldest message makes room.
 * Returns the serial. */
guint64 bond_history_push (BondHistory *self, gpointer payload,
    guint64 srctime);

/* Forgets what is older than `srctime`. */
void bond_history_trim (BondHistory *self, guint64 srctime);

/* The serial that the next push gets, and the oldest one that is kept; equal
 * when nothing is. */
guint64 bond_history_head (const BondHistory *self);
guint64 bond_history_tail (const BondHistory *self);

/* FALSE when that message is gone or not there yet. */
gboolean bond_history_get (const BondHistory *self, guint64 serial,
    BondMessage *message);

/* Serial of the oldest message that is kept and not older than `srctime`; the
 * head when there is none. */
guint64 bond_history_find (const BondHistory *self, guint64 srctime);

G_END_DECLS
