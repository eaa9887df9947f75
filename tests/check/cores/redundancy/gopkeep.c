/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "gopkeep.h"

static guint destroyed;

static void
destroy (gpointer data)
{
  destroyed++;
}

static void
init (GopKeep * self)
{
  gop_keep_init (self, 1000, 100000, destroy);
  destroyed = 0;
}

static void
push (GopKeep * self, gint64 time, gboolean key, gint64 from)
{
  GopItem item = { time, 100, key, GINT_TO_POINTER (time + 1) };

  gop_keep_push (self, &item, from);
}

/* Takes all out; returns the first one's time, or -1. */
static gint64
take (GopKeep * self, guint * count)
{
  GopItem item;
  gint64 first = -1, last = -1;

  for (*count = 0; gop_keep_pop (self, &item); (*count)++) {
    if (first < 0)
      first = item.time;
    fail_unless (item.time > last);
    fail_unless_equals_int (GPOINTER_TO_INT (item.data), item.time + 1);
    last = item.time;
  }
  fail_unless_equals_int (self->bytes, 0);
  return first;
}

GST_START_TEST (gop_keep_begins_with_a_key)
{
  GopKeep self;
  guint count;

  init (&self);
  push (&self, 0, FALSE, G_MININT64);
  push (&self, 40, TRUE, G_MININT64);
  push (&self, 80, FALSE, G_MININT64);
  fail_unless_equals_int (destroyed, 1);
  fail_unless_equals_int64 (take (&self, &count), 40);
  fail_unless_equals_int (count, 2);
}

GST_END_TEST;

/* The group before the newest one goes only when no one wants its time. */
GST_START_TEST (gop_keep_reaches_back_to_what_is_wanted)
{
  GopKeep self;
  guint count;
  gint64 time;

  init (&self);
  for (time = 0; time <= 480; time += 40)
    push (&self, time, time % 200 == 0, time - 100);
  /* 380 is wanted, which the key at 200 leads to. */
  fail_unless_equals_int64 (take (&self, &count), 200);
  fail_unless_equals_int (count, 8);
  fail_unless_equals_int (destroyed, 5);
}

GST_END_TEST;

GST_START_TEST (gop_keep_of_keys_only_keeps_what_is_wanted)
{
  GopKeep self;
  guint count;
  gint64 time;

  init (&self);
  for (time = 0; time <= 500; time += 20)
    push (&self, time, TRUE, time - 90);
  fail_unless_equals_int64 (take (&self, &count), 400);
  fail_unless_equals_int (count, 6);
}

GST_END_TEST;

GST_START_TEST (gop_keep_is_bounded_in_time)
{
  GopKeep self;
  guint count;
  gint64 time;

  init (&self);
  for (time = 0; time <= 960; time += 40)
    push (&self, time, time == 0, G_MININT64);
  fail_unless_equals_int (destroyed, 0);
  for (; time <= 2000; time += 40)
    push (&self, time, FALSE, G_MININT64);
  /* There is nothing to begin with. */
  fail_unless (destroyed > 40);
  push (&self, time, TRUE, G_MININT64);
  fail_unless_equals_int64 (take (&self, &count), time);
  fail_unless_equals_int (count, 1);
}

GST_END_TEST;

GST_START_TEST (gop_keep_is_bounded_in_bytes)
{
  GopKeep self;
  guint count;
  gint64 time;

  init (&self);
  self.max_bytes = 1000;
  for (time = 0; time < 15; time++)
    push (&self, time, time == 0 || time == 9, G_MININT64);
  fail_unless_equals_int64 (take (&self, &count), 9);
  fail_unless_equals_int (count, 6);
  gop_keep_clear (&self);
}

GST_END_TEST;

GST_START_TEST (gop_keep_clears)
{
  GopKeep self;
  guint count;

  init (&self);
  push (&self, 0, TRUE, G_MININT64);
  push (&self, 1, FALSE, G_MININT64);
  gop_keep_clear (&self);
  fail_unless_equals_int (destroyed, 2);
  push (&self, 2, FALSE, G_MININT64);
  fail_unless_equals_int64 (take (&self, &count), -1);
}

GST_END_TEST;

static Suite *
gopkeep_suite (void)
{
  Suite *s = suite_create ("gopkeep");
  TCase *tc = tcase_create ("gopkeep");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, gop_keep_begins_with_a_key);
  tcase_add_test (tc, gop_keep_reaches_back_to_what_is_wanted);
  tcase_add_test (tc, gop_keep_of_keys_only_keeps_what_is_wanted);
  tcase_add_test (tc, gop_keep_is_bounded_in_time);
  tcase_add_test (tc, gop_keep_is_bounded_in_bytes);
  tcase_add_test (tc, gop_keep_clears);
  return s;
}

GST_CHECK_MAIN (gopkeep);
