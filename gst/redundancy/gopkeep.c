/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gopkeep.h"

void
gop_keep_init (GopKeep * self, gint64 max_span, gsize max_bytes,
    GDestroyNotify destroy)
{
  g_queue_init (&self->items);
  self->bytes = 0;
  self->max_span = max_span;
  self->max_bytes = max_bytes;
  self->destroy = destroy;
}

gboolean
gop_keep_pop (GopKeep * self, GopItem * item)
{
  GopItem *oldest = g_queue_pop_head (&self->items);

  if (oldest == NULL)
    return FALSE;
  *item = *oldest;
  self->bytes -= oldest->size;
  g_free (oldest);
  return TRUE;
}

static void
drop_oldest (GopKeep * self)
{
  GopItem item;

  if (gop_keep_pop (self, &item))
    self->destroy (item.data);
}

void
gop_keep_clear (GopKeep * self)
{
  while (!g_queue_is_empty (&self->items))
    drop_oldest (self);
}

/* The second key, with which one can begin as well.  (nullable) */
static const GopItem *
next_key (const GopKeep * self)
{
  const GList *l = self->items.head;

  for (l = l != NULL ? l->next : NULL; l != NULL; l = l->next) {
    const GopItem *item = l->data;
    if (item->key)
      return item;
  }
  return NULL;
}

/* Up to the second key; all when there is none. */
static void
drop_group (GopKeep * self)
{
  const GopItem *key = next_key (self);

  while (!g_queue_is_empty (&self->items)
      && g_queue_peek_head (&self->items) != (gconstpointer) key)
    drop_oldest (self);
}

static gboolean
is_too_much (const GopKeep * self)
{
  const GopItem *first = self->items.head != NULL
      ? self->items.head->data : NULL;
  const GopItem *last = self->items.tail != NULL
      ? self->items.tail->data : NULL;

  return first != NULL && (self->bytes > self->max_bytes
      || last->time - first->time > self->max_span);
}

void
gop_keep_push (GopKeep * self, const GopItem * item, gint64 from)
{
  const GopItem *key;

  if (g_queue_is_empty (&self->items) && !item->key) {
    self->destroy (item->data);
    return;
  }
  g_queue_push_tail (&self->items, g_memdup2 (item, sizeof (GopItem)));
  self->bytes += item->size;
  while ((key = next_key (self)) != NULL && key->time <= from)
    drop_group (self);
  while (is_too_much (self))
    drop_group (self);
}
