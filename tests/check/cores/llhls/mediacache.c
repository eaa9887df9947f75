/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "mediacache.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)

static guint n_payloads;

static void
free_payload (gpointer data)
{
  n_payloads--;
  g_free (data);
}

static void
make (MediaCache * cache)
{
  MediaCacheConfig config = { 100, 2, SECOND, free_payload };

  n_payloads = 0;
  media_cache_init (cache, &config);
}

static void
clear (MediaCache * cache)
{
  media_cache_clear (cache);
  fail_unless_equals_int (n_payloads, 0);
}

static MediaCacheState
find (MediaCache * cache, const gchar * name, guint64 now)
{
  gpointer payload = NULL;
  MediaCacheState state = media_cache_find (cache, name, now, &payload);

  fail_unless ((payload != NULL) == (state == MEDIA_CACHE_LOADED));
  if (payload != NULL)
    fail_unless_equals_string (payload, name);
  return state;
}

static void
load (MediaCache * cache, const gchar * name)
{
  fail_unless_equals_int (find (cache, name, 0), MEDIA_CACHE_LOAD);
  n_payloads++;
  media_cache_loaded (cache, name, g_strdup (name), 40, 0);
}

GST_START_TEST (media_cache_loads_once_for_all)
{
  MediaCache cache;

  make (&cache);
  fail_unless_equals_int (find (&cache, "a", 0), MEDIA_CACHE_LOAD);
  fail_unless_equals_int (find (&cache, "a", 0), MEDIA_CACHE_LOADING);
  n_payloads++;
  media_cache_loaded (&cache, "a", g_strdup ("a"), 40, 0);
  fail_unless_equals_int (find (&cache, "a", 0), MEDIA_CACHE_LOADED);
  fail_unless_equals_uint64 (cache.misses, 1);
  fail_unless_equals_uint64 (cache.hits, 1);
  clear (&cache);
}

GST_END_TEST;

GST_START_TEST (media_cache_drops_what_was_not_wanted_for_long)
{
  MediaCache cache;

  make (&cache);
  load (&cache, "a");
  load (&cache, "b");
  fail_unless_equals_int (find (&cache, "a", 0), MEDIA_CACHE_LOADED);
  load (&cache, "c");
  fail_unless_equals_uint64 (cache.bytes, 80);
  fail_unless_equals_int (find (&cache, "a", 0), MEDIA_CACHE_LOADED);
  fail_unless_equals_int (find (&cache, "c", 0), MEDIA_CACHE_LOADED);
  fail_unless_equals_int (find (&cache, "b", 0), MEDIA_CACHE_LOAD);
  clear (&cache);
}

GST_END_TEST;

GST_START_TEST (media_cache_always_holds_the_newest)
{
  MediaCache cache;

  make (&cache);
  load (&cache, "a");
  fail_unless_equals_int (find (&cache, "b", 0), MEDIA_CACHE_LOAD);
  n_payloads++;
  media_cache_loaded (&cache, "b", g_strdup ("b"), 1000, 0);
  fail_unless_equals_int (find (&cache, "b", 0), MEDIA_CACHE_LOADED);
  fail_unless_equals_uint64 (cache.bytes, 1000);
  clear (&cache);
}

GST_END_TEST;

GST_START_TEST (media_cache_tries_a_failure_again_later)
{
  MediaCache cache;

  make (&cache);
  fail_unless_equals_int (find (&cache, "a", 0), MEDIA_CACHE_LOAD);
  media_cache_loaded (&cache, "a", NULL, 0, SECOND);
  fail_unless_equals_int (find (&cache, "a", 2 * SECOND - 1),
      MEDIA_CACHE_FAILED);
  fail_unless_equals_int (find (&cache, "a", 2 * SECOND), MEDIA_CACHE_LOAD);
  fail_unless_equals_uint64 (cache.failures, 1);
  clear (&cache);
}

GST_END_TEST;

GST_START_TEST (media_cache_bounds_what_is_loading)
{
  MediaCache cache;

  make (&cache);
  fail_unless_equals_int (find (&cache, "a", 0), MEDIA_CACHE_LOAD);
  fail_unless_equals_int (find (&cache, "b", 0), MEDIA_CACHE_LOAD);
  fail_unless_equals_int (find (&cache, "c", 0), MEDIA_CACHE_BUSY);
  media_cache_loaded (&cache, "a", NULL, 0, 0);
  fail_unless_equals_int (find (&cache, "c", 0), MEDIA_CACHE_LOAD);
  clear (&cache);
}

GST_END_TEST;

GST_START_TEST (media_cache_forgets_what_was_removed)
{
  MediaCache cache;

  make (&cache);
  load (&cache, "a");
  media_cache_remove (&cache, "a");
  fail_unless_equals_uint64 (cache.bytes, 0);
  fail_unless_equals_int (find (&cache, "b", 0), MEDIA_CACHE_LOAD);
  media_cache_remove (&cache, "b");
  n_payloads++;
  media_cache_loaded (&cache, "b", g_strdup ("b"), 40, 0);
  fail_unless_equals_uint64 (cache.bytes, 0);
  media_cache_remove (&cache, "b");
  clear (&cache);
}

GST_END_TEST;

static Suite *
mediacache_suite (void)
{
  Suite *s = suite_create ("mediacache");
  TCase *tc = tcase_create ("core");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, media_cache_loads_once_for_all);
  tcase_add_test (tc, media_cache_drops_what_was_not_wanted_for_long);
  tcase_add_test (tc, media_cache_always_holds_the_newest);
  tcase_add_test (tc, media_cache_tries_a_failure_again_later);
  tcase_add_test (tc, media_cache_bounds_what_is_loading);
  tcase_add_test (tc, media_cache_forgets_what_was_removed);
  return s;
}

GST_CHECK_MAIN (mediacache);
