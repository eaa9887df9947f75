/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  MEDIA_CACHE_LOADED,           /* here it is */
  MEDIA_CACHE_LOADING,          /* asked for before */
  MEDIA_CACHE_LOAD,             /* the caller has to load it now */
  MEDIA_CACHE_BUSY,             /* too many are being loaded */
  MEDIA_CACHE_FAILED,           /* could not be loaded a moment ago */
} MediaCacheState;

typedef struct
{
  guint64 max_bytes;            /* of what is loaded; one object always fits */
  guint max_loading;
  guint64 retry;                /* ns before a failure is forgotten */
  GDestroyNotify free_payload;
} MediaCacheConfig;

/* What was read from a disk, the least recently wanted goes first.  Owned by
 * one caller, who locks. */
typedef struct
{
  MediaCacheConfig config;
  GHashTable *entries;          /* name -> entry */
  GQueue recent;                /* of entries, newest first */
  guint64 bytes;
  guint loading;
  guint64 hits, misses, failures;
} MediaCache;

void media_cache_init (MediaCache * self, const MediaCacheConfig * config);
void media_cache_clear (MediaCache * self);

/* `payload`, which stays the cache's, with MEDIA_CACHE_LOADED. */
MediaCacheState media_cache_find (MediaCache * self, const gchar * name,
    guint64 now, gpointer * payload);

/* Behind MEDIA_CACHE_LOAD.  Takes `payload`; NULL: it failed. */
void media_cache_loaded (MediaCache * self, const gchar * name,
    gpointer payload, gsize size, guint64 now);

void media_cache_remove (MediaCache * self, const gchar * name);

G_END_DECLS
