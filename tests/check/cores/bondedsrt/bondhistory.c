/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "bondhistory.h"

static guint live;

static gpointer
payload (guint number)
{
  guint *p = g_new (guint, 1);

  *p = number;
  live++;
  return p;
}

static void
payload_free (gpointer p)
{
  live--;
  g_free (p);
}

static BondHistory *
filled (guint capacity, guint32 first, guint n)
{
  BondHistory *history = bond_history_new (capacity, first, payload_free);
  guint i;

  live = 0;
  for (i = 0; i < n; i++)
    bond_history_push (history, payload (i), 1000 + 10 * i);
  return history;
}

GST_START_TEST (bond_history_gives_back_what_was_pushed)
{
  BondHistory *history = filled (8, 100, 5);
  BondMessage message;

  fail_unless (bond_history_get (history, 3, &message));
  fail_unless_equals_int (*(guint *) message.payload, 3);
  fail_unless_equals_int (message.msgno, 103);
  fail_unless_equals_uint64 (message.srctime, 1030);
  fail_if (bond_history_get (history, 5, &message));
  bond_history_free (history);
  fail_unless_equals_int (live, 0);
}

GST_END_TEST;

GST_START_TEST (bond_history_numbers_wrap_past_zero)
{
  BondHistory *history = filled (8, 0x3FFFFFF, 2);
  BondMessage message;

  bond_history_get (history, 0, &message);
  fail_unless_equals_int (message.msgno, 0x3FFFFFF);
  bond_history_get (history, 1, &message);
  fail_unless_equals_int (message.msgno, 1);
  bond_history_free (history);
}

GST_END_TEST;

GST_START_TEST (bond_history_is_bounded)
{
  BondHistory *history = filled (8, 1, 100);
  BondMessage message;

  fail_unless_equals_int (live, 8);
  fail_unless_equals_uint64 (bond_history_tail (history), 92);
  fail_unless_equals_uint64 (bond_history_head (history), 100);
  fail_if (bond_history_get (history, 91, &message));
  fail_unless (bond_history_get (history, 92, &message));
  fail_unless_equals_int (*(guint *) message.payload, 92);
  bond_history_free (history);
}

GST_END_TEST;

GST_START_TEST (bond_history_finds_and_trims_by_time)
{
  BondHistory *history = filled (16, 1, 10);

  fail_unless_equals_uint64 (bond_history_find (history, 0), 0);
  fail_unless_equals_uint64 (bond_history_find (history, 1035), 4);
  fail_unless_equals_uint64 (bond_history_find (history, 1040), 4);
  fail_unless_equals_uint64 (bond_history_find (history, 9999), 10);
  bond_history_trim (history, 1050);
  fail_unless_equals_uint64 (bond_history_tail (history), 5);
  fail_unless_equals_uint64 (bond_history_find (history, 0), 5);
  bond_history_trim (history, 9999);
  fail_unless_equals_uint64 (bond_history_tail (history), 10);
  fail_unless_equals_int (live, 0);
  bond_history_free (history);
}

GST_END_TEST;

static Suite *
bondhistory_suite (void)
{
  Suite *s = suite_create ("bondhistory");
  TCase *tc = tcase_create ("bondhistory");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, bond_history_gives_back_what_was_pushed);
  tcase_add_test (tc, bond_history_numbers_wrap_past_zero);
  tcase_add_test (tc, bond_history_is_bounded);
  tcase_add_test (tc, bond_history_finds_and_trims_by_time);
  return s;
}

GST_CHECK_MAIN (bondhistory);
