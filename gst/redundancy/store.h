/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gint64 start;                 /* in the store's unit: ns or samples */
  gint64 duration;
  gsize size;                   /* bytes */
  gpointer data;                /* (transfer full) */
} StoreItem;

/* What one input has to offer, in order of time, bounded by span and bytes:
 * when full the oldest goes.  Live data never waits for it.  The unit of time
 * is the user's.  Plain data with one owner. */
typedef struct
{
  StoreItem *items;             /* ring */
  guint capacity;
  guint head;
  guint count;
  gsize bytes;
  gint64 max_span;
  gsize max_bytes;
  GDestroyNotify destroy;
  guint64 dropped;              /* items that no one used, for being too many */
} Store;

void store_init (Store * self, gint64 max_span, gsize max_bytes,
    GDestroyNotify destroy);
void store_clear (Store * self);

/* Frees everything; store_init() is needed before the next use. */
void store_finish (Store * self);

/* Takes the item's data.  Items at or after its start that are there already
 * are of an older timeline and go. */
void store_push (Store * self, const StoreItem * item);

/* Items that end at or before `time` go. */
void store_trim (Store * self, gint64 time);

/* Newest item that starts before `time`, or NULL. */
const StoreItem *store_newest_before (const Store * self, gint64 time);

/* Item that covers `time`, or NULL. */
const StoreItem *store_at (const Store * self, gint64 time);

/* First item that starts at or after `time` and of which `match` (NULL: any) is
 * true, or NULL. */
const StoreItem *store_find (const Store * self, gint64 time,
    gboolean (*match) (const StoreItem * item));

/* Start of the first item that starts after `time`, or G_MAXINT64. */
gint64 store_next_start (const Store * self, gint64 time);

/* Where the unbroken run of items that covers `time` ends; `time` itself when
 * none does.  What is behind `limit` is not looked at. */
gint64 store_run_end (const Store * self, gint64 time, gint64 limit);

/* End of the newest item, or G_MININT64 when empty. */
gint64 store_end (const Store * self);

G_END_DECLS
