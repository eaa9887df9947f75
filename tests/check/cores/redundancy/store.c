/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "store.h"

static guint freed;

static void
count_free (gpointer data)
{
  freed++;
}

static void
setup (Store * self, gint64 span, gsize bytes)
{
  freed = 0;
  store_init (self, span, bytes, count_free);
}

static void
push (Store * self, gint64 start, gint64 duration)
{
  StoreItem item = { start, duration, 100, NULL };

  store_push (self, &item);
}

GST_START_TEST (store_drops_the_oldest_beyond_its_span)
{
  Store self;
  gint i;

  setup (&self, 100, 1000000);
  for (i = 0; i < 50; i++)
    push (&self, i * 10, 10);
  fail_unless_equals_int (self.count, 10);
  fail_unless_equals_uint64 (self.dropped, 40);
  fail_unless_equals_int (freed, 40);
  fail_unless_equals_int64 (store_end (&self), 500);
  store_finish (&self);
  fail_unless_equals_int (freed, 50);
}

GST_END_TEST;

/* What is still due does not go for the sake of what says it lasts long. */
GST_START_TEST (store_keeps_the_rest_beside_an_item_longer_than_its_span)
{
  Store self;
  gint i;

  setup (&self, 100, 1000000);
  for (i = 0; i < 9; i++)
    push (&self, i * 10, 10);
  push (&self, 90, 100000);
  fail_unless_equals_int (self.count, 10);
  fail_unless_equals_uint64 (self.dropped, 0);
  push (&self, 100, 10);
  fail_unless_equals_int (self.count, 10);
  store_finish (&self);
}

GST_END_TEST;

GST_START_TEST (store_drops_the_oldest_beyond_its_bytes)
{
  Store self;
  gint i;

  setup (&self, G_MAXINT64 / 2, 300);
  for (i = 0; i < 10; i++)
    push (&self, i * 10, 10);
  fail_unless_equals_int (self.count, 3);
  fail_unless_equals_int (self.bytes, 300);
  store_finish (&self);
}

GST_END_TEST;

GST_START_TEST (store_keeps_one_item_whatever_its_size)
{
  Store self;

  setup (&self, 5, 50);
  push (&self, 0, 10);
  fail_unless_equals_int (self.count, 1);
  store_finish (&self);
}

GST_END_TEST;

GST_START_TEST (store_finds_by_time)
{
  Store self;

  setup (&self, 1000, 100000);
  push (&self, 0, 10);
  push (&self, 10, 10);
  push (&self, 40, 10);
  fail_unless_equals_int64 (store_at (&self, 0)->start, 0);
  fail_unless_equals_int64 (store_at (&self, 19)->start, 10);
  fail_unless (store_at (&self, 20) == NULL);
  fail_unless (store_at (&self, -1) == NULL);
  fail_unless (store_newest_before (&self, 0) == NULL);
  fail_unless_equals_int64 (store_newest_before (&self, 10)->start, 0);
  fail_unless_equals_int64 (store_newest_before (&self, 1000)->start, 40);
  fail_unless_equals_int64 (store_next_start (&self, 10), 40);
  fail_unless_equals_int64 (store_next_start (&self, 40), G_MAXINT64);
  fail_unless_equals_int64 (store_run_end (&self, 5, G_MAXINT64), 20);
  fail_unless_equals_int64 (store_run_end (&self, 5, 10), 10);
  fail_unless_equals_int64 (store_run_end (&self, 20, G_MAXINT64), 20);
  store_finish (&self);
}

GST_END_TEST;

GST_START_TEST (store_forgets_an_older_timeline)
{
  Store self;

  setup (&self, 1000, 100000);
  push (&self, 0, 10);
  push (&self, 500, 10);
  push (&self, 510, 10);
  push (&self, 10, 10);
  fail_unless_equals_int (self.count, 2);
  fail_unless_equals_int64 (store_end (&self), 20);
  store_finish (&self);
}

GST_END_TEST;

GST_START_TEST (store_trims_what_has_ended)
{
  Store self;

  setup (&self, 1000, 100000);
  push (&self, 0, 10);
  push (&self, 10, 10);
  store_trim (&self, 9);
  fail_unless_equals_int (self.count, 2);
  store_trim (&self, 10);
  fail_unless_equals_int (self.count, 1);
  store_trim (&self, 1000);
  fail_unless_equals_int (self.count, 0);
  fail_unless_equals_int64 (store_end (&self), G_MININT64);
  push (&self, 2000, 10);
  fail_unless_equals_int (self.count, 1);
  store_finish (&self);
}

GST_END_TEST;

static Suite *
store_suite (void)
{
  Suite *s = suite_create ("store");
  TCase *tc = tcase_create ("store");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, store_drops_the_oldest_beyond_its_span);
  tcase_add_test (tc, store_keeps_the_rest_beside_an_item_longer_than_its_span);
  tcase_add_test (tc, store_drops_the_oldest_beyond_its_bytes);
  tcase_add_test (tc, store_keeps_one_item_whatever_its_size);
  tcase_add_test (tc, store_finds_by_time);
  tcase_add_test (tc, store_forgets_an_older_timeline);
  tcase_add_test (tc, store_trims_what_has_ended);
  return s;
}

GST_CHECK_MAIN (store);
