/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mediacache.h"

typedef enum
{
  ENTRY_LOADING,
  ENTRY_LOADED,
  ENTRY_FAILED,
} EntryState;

typedef struct
{
  EntryState state;
  gchar *name;
  gpointer payload;
  gsize size;
  guint64 failed_at;            /* ns */
  gboolean gone;                /* removed while it was loading */
  GList *link;                  /* in recent */
} Entry;

/* Failures that are remembered. */
#define MAX_ENTRIES 4096

void
media_cache_init (MediaCache * self, const MediaCacheConfig * config)
{
  static const MediaCache zero;

  *self = zero;
  self->config = *config;
  self->entries = g_hash_table_new (g_str_hash, g_str_equal);
}

static void
drop (MediaCache * self, Entry * entry)
{
  g_hash_table_remove (self->entries, entry->name);
  g_queue_delete_link (&self->recent, entry->link);
  self->bytes -= entry->size;
  self->loading -= entry->state == ENTRY_LOADING;
  if (entry->payload != NULL && self->config.free_payload != NULL)
    self->config.free_payload (entry->payload);
  g_free (entry->name);
  g_free (entry);
}

void
media_cache_clear (MediaCache * self)
{
  while (self->recent.head != NULL)
    drop (self, self->recent.head->data);
  g_clear_pointer (&self->entries, g_hash_table_unref);
}

/* What is being loaded stays, and so does the newest. */
static void
keep_bounds (MediaCache * self)
{
  GList *l = self->recent.tail;

  while (l != NULL && l != self->recent.head
      && (self->bytes > self->config.max_bytes
          || self->recent.length > MAX_ENTRIES)) {
    Entry *entry = l->data;

    l = l->prev;
    if (entry->state != ENTRY_LOADING)
      drop (self, entry);
  }
}

static MediaCacheState
begin_load (MediaCache * self, const gchar * name)
{
  Entry *entry;

  if (self->loading >= self->config.max_loading)
    return MEDIA_CACHE_BUSY;
  entry = g_new0 (Entry, 1);
  entry->name = g_strdup (name);
  g_queue_push_head (&self->recent, entry);
  entry->link = self->recent.head;
  g_hash_table_insert (self->entries, entry->name, entry);
  self->loading++;
  self->misses++;
  keep_bounds (self);
  return MEDIA_CACHE_LOAD;
}

static void
touch (MediaCache * self, Entry * entry)
{
  g_queue_unlink (&self->recent, entry->link);
  g_queue_push_head_link (&self->recent, entry->link);
}

MediaCacheState
media_cache_find (MediaCache * self, const gchar * name, guint64 now,
    gpointer * payload)
{
  Entry *entry = g_hash_table_lookup (self->entries, name);

  if (entry == NULL)
    return begin_load (self, name);
  switch (entry->state) {
    case ENTRY_LOADING:
      return MEDIA_CACHE_LOADING;
    case ENTRY_LOADED:
      touch (self, entry);
      self->hits++;
      *payload = entry->payload;
      return MEDIA_CACHE_LOADED;
    case ENTRY_FAILED:
      break;
  }
  if (now - MIN (entry->failed_at, now) < self->config.retry)
    return MEDIA_CACHE_FAILED;
  drop (self, entry);
  return begin_load (self, name);
}

void
media_cache_loaded (MediaCache * self, const gchar * name, gpointer payload,
    gsize size, guint64 now)
{
  Entry *entry = g_hash_table_lookup (self->entries, name);

  g_assert (entry != NULL && entry->state == ENTRY_LOADING);
  self->loading--;
  self->failures += payload == NULL;
  entry->state = payload != NULL ? ENTRY_LOADED : ENTRY_FAILED;
  entry->payload = payload;
  entry->size = payload != NULL ? size : 0;
  entry->failed_at = now;
  self->bytes += entry->size;
  touch (self, entry);
  if (entry->gone)
    drop (self, entry);
  keep_bounds (self);
}

void
media_cache_remove (MediaCache * self, const gchar * name)
{
  Entry *entry = g_hash_table_lookup (self->entries, name);

  if (entry == NULL)
    return;
  if (entry->state == ENTRY_LOADING)
    entry->gone = TRUE;
  else
    drop (self, entry);
}
