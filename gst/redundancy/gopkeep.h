/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gint64 time;                  /* ns */
  gsize size;                   /* bytes */
  gboolean key;                 /* a decoder can begin with it */
  gpointer data;                /* (transfer full) */
} GopItem;

/* The coded data that a decoder needs to show an input from some time on: from
 * the last key frame at or before that time.  Bounded; a group of pictures
 * beyond the bounds is not kept at all, since its end is of no use.  Plain
 * data with one owner. */
typedef struct
{
  GQueue items;                 /* GopItem, oldest first */
  gsize bytes;
  gint64 max_span;              /* ns */
  gsize max_bytes;
  GDestroyNotify destroy;
} GopKeep;

void gop_keep_init (GopKeep * self, gint64 max_span, gsize max_bytes,
    GDestroyNotify destroy);
void gop_keep_clear (GopKeep * self);

/* Takes the item's data.  `from` is the time that may be wanted,
 * G_MININT64 while that is not known. */
void gop_keep_push (GopKeep * self, const GopItem * item, gint64 from);

/* Takes the oldest item out; FALSE when there is none. */
gboolean gop_keep_pop (GopKeep * self, GopItem * item);

G_END_DECLS
