/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store.h"

void
store_init (Store * self, gint64 max_span, gsize max_bytes,
    GDestroyNotify destroy)
{
  self->items = NULL;
  self->capacity = self->head = self->count = 0;
  self->bytes = 0;
  self->max_span = max_span;
  self->max_bytes = max_bytes;
  self->destroy = destroy;
  self->dropped = 0;
}

static StoreItem *
nth (const Store * self, guint i)
{
  return &self->items[(self->head + i) % self->capacity];
}

static gint64
end_of (const StoreItem * item)
{
  return item->start + item->duration;
}

static void
release (Store * self, StoreItem * item)
{
  self->bytes -= item->size;
  self->count--;
  self->destroy (item->data);
}

static void
drop_oldest (Store * self)
{
  StoreItem *item = nth (self, 0);

  self->head = (self->head + 1) % self->capacity;
  release (self, item);
}

void
store_clear (Store * self)
{
  while (self->count > 0)
    drop_oldest (self);
}

void
store_finish (Store * self)
{
  store_clear (self);
  g_clear_pointer (&self->items, g_free);
  self->capacity = 0;
}

static void
grow (Store * self)
{
  guint i, capacity = self->capacity > 0 ? self->capacity * 2 : 32;
  StoreItem *items = g_new (StoreItem, capacity);

  for (i = 0; i < self->count; i++)
    items[i] = *nth (self, i);
  g_free (self->items);
  self->items = items;
  self->capacity = capacity;
  self->head = 0;
}

/* What alone is longer than all may be counts from where it begins: the others
 * do not go for it. */
static gint64
span (const Store * self)
{
  const StoreItem *newest = nth (self, self->count - 1);

  return (newest->duration <= self->max_span ? end_of (newest) : newest->start)
      - nth (self, 0)->start;
}

static gboolean
is_too_full (const Store * self)
{
  return self->count > 1 && (self->bytes > self->max_bytes
      || span (self) > self->max_span);
}

void
store_push (Store * self, const StoreItem * item)
{
  while (self->count > 0 && nth (self, self->count - 1)->start >= item->start)
    release (self, nth (self, self->count - 1));
  if (self->count == self->capacity)
    grow (self);
  self->count++;
  *nth (self, self->count - 1) = *item;
  self->bytes += item->size;
  while (is_too_full (self)) {
    drop_oldest (self);
    self->dropped++;
  }
}

void
store_trim (Store * self, gint64 time)
{
  while (self->count > 0 && end_of (nth (self, 0)) <= time)
    drop_oldest (self);
}

/* Index of the first item that starts at or after `time`. */
static guint
lower_bound (const Store * self, gint64 time)
{
  guint from = 0, to = self->count;

  while (from < to) {
    guint middle = from + (to - from) / 2;
    if (nth (self, middle)->start < time)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

const StoreItem *
store_newest_before (const Store * self, gint64 time)
{
  guint i = lower_bound (self, time);

  return i > 0 ? nth (self, i - 1) : NULL;
}

/* Index of the item that covers `time`, or count.  An item may reach into the
 * next one, which then has the word. */
static guint
index_at (const Store * self, gint64 time)
{
  guint i = lower_bound (self, time + 1);

  if (i == 0 || end_of (nth (self, i - 1)) <= time)
    return self->count;
  return i - 1;
}

const StoreItem *
store_at (const Store * self, gint64 time)
{
  guint i = index_at (self, time);

  return i < self->count ? nth (self, i) : NULL;
}

gint64
store_next_start (const Store * self, gint64 time)
{
  guint i = lower_bound (self, time + 1);

  return i < self->count ? nth (self, i)->start : G_MAXINT64;
}

gint64
store_run_end (const Store * self, gint64 time, gint64 limit)
{
  guint i = index_at (self, time);
  gint64 end = time;

  for (; i < self->count && nth (self, i)->start <= end && end < limit; i++)
    end = MAX (end, end_of (nth (self, i)));
  return end;
}

gint64
store_end (const Store * self)
{
  return self->count > 0 ? end_of (nth (self, self->count - 1)) : G_MININT64;
}

const StoreItem *
store_find (const Store * self, gint64 time,
    gboolean (*match) (const StoreItem * item))
{
  guint i;

  for (i = lower_bound (self, time); i < self->count; i++) {
    if (match == NULL || match (nth (self, i)))
      return nth (self, i);
  }
  return NULL;
}
