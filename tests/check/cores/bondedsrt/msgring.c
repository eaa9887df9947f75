/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "msgno.h"
#include "msgring.h"

static gint live;

static void
payload_free (gpointer p)
{
  live--;
  g_free (p);
}

static MsgRingResult
put (MsgRing * ring, guint32 msgno, guint64 hash, guint64 arrival)
{
  MsgRingItem item = { g_malloc (1), hash, arrival, msgno, 1 };
  MsgRingResult result = msg_ring_insert (ring, &item);

  live++;
  if (result != MSG_RING_NEW)
    payload_free (item.payload);
  return result;
}

/* 0: nothing comes out. */
static guint32
take (MsgRing * ring)
{
  MsgRingItem item;

  if (!msg_ring_pop (ring, &item))
    return 0;
  payload_free (item.payload);
  return item.msgno;
}

static MsgRing *
ring_from (guint32 first)
{
  live = 0;
  return msg_ring_new (16, first, payload_free);
}

static void
finish (MsgRing * ring)
{
  msg_ring_free (ring);
  fail_unless_equals_int (live, 0);
}

GST_START_TEST (msg_ring_sorts)
{
  MsgRing *ring = ring_from (10);

  put (ring, 12, 1, 0);
  put (ring, 11, 1, 0);
  fail_unless_equals_int (take (ring), 0);
  put (ring, 10, 1, 0);
  fail_unless_equals_int (take (ring), 10);
  fail_unless_equals_int (take (ring), 11);
  fail_unless_equals_int (take (ring), 12);
  fail_unless_equals_int (take (ring), 0);
  finish (ring);
}

GST_END_TEST;

GST_START_TEST (msg_ring_knows_copies_before_and_after_they_are_given)
{
  MsgRing *ring = ring_from (10);

  fail_unless_equals_int (put (ring, 10, 5, 0), MSG_RING_NEW);
  fail_unless_equals_int (put (ring, 10, 5, 0), MSG_RING_DUPLICATE);
  take (ring);
  fail_unless_equals_int (put (ring, 10, 5, 0), MSG_RING_DUPLICATE);
  fail_unless_equals_int (put (ring, 10, 6, 0), MSG_RING_OTHER);
  finish (ring);
}

GST_END_TEST;

GST_START_TEST (msg_ring_tells_of_gaps_and_skips_them)
{
  MsgRing *ring = ring_from (10);
  guint64 behind = 0;

  fail_if (msg_ring_gap (ring, &behind));
  put (ring, 14, 1, 400);
  put (ring, 13, 1, 300);
  fail_unless (msg_ring_gap (ring, &behind));
  fail_unless_equals_uint64 (behind, 300);
  msg_ring_skip (ring);
  fail_unless (msg_ring_gap (ring, &behind));
  put (ring, 11, 1, 500);
  fail_if (msg_ring_gap (ring, &behind));
  fail_unless_equals_int (take (ring), 11);
  fail_unless (msg_ring_gap (ring, &behind));
  fail_unless_equals_uint64 (behind, 300);
  msg_ring_skip (ring);
  fail_unless_equals_int (take (ring), 13);
  fail_unless_equals_int (put (ring, 12, 1, 0), MSG_RING_LATE);
  fail_unless_equals_int (take (ring), 14);
  finish (ring);
}

GST_END_TEST;

GST_START_TEST (msg_ring_refuses_what_is_far_away)
{
  MsgRing *ring = ring_from (100);

  fail_unless_equals_int (put (ring, 116, 1, 0), MSG_RING_OUTSIDE);
  fail_unless_equals_int (put (ring, 84, 1, 0), MSG_RING_OUTSIDE);
  fail_unless_equals_int (put (ring, 115, 1, 0), MSG_RING_NEW);
  fail_unless_equals_int (put (ring, 99, 1, 0), MSG_RING_LATE);
  finish (ring);
}

GST_END_TEST;

GST_START_TEST (msg_ring_wraps_with_the_numbers)
{
  MsgRing *ring = ring_from (MSGNO_LAST - 1);
  guint i;

  for (i = 0; i < 100; i++)
    put (ring, msgno_add (MSGNO_LAST - 1, i), i, i);
  for (i = 0; i < 16; i++)
    fail_unless_equals_int (take (ring), msgno_add (MSGNO_LAST - 1, i));
  finish (ring);
}

GST_END_TEST;

GST_START_TEST (msg_ring_finds_what_was_here_lately)
{
  MsgRing *ring = ring_from (1);
  MsgRingItem item;
  guint i;

  for (i = 1; i <= 40; i++) {
    put (ring, i, 1000 + i, i);
    take (ring);
  }
  fail_unless (msg_ring_find (ring, 30, &item));
  fail_unless_equals_uint64 (item.hash, 1030);
  fail_unless (item.payload == NULL);
  fail_if (msg_ring_find (ring, 24, &item));
  fail_if (msg_ring_find (ring, 41, &item));
  finish (ring);
}

GST_END_TEST;

static Suite *
msgring_suite (void)
{
  Suite *s = suite_create ("msgring");
  TCase *tc = tcase_create ("msgring");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, msg_ring_sorts);
  tcase_add_test (tc, msg_ring_knows_copies_before_and_after_they_are_given);
  tcase_add_test (tc, msg_ring_tells_of_gaps_and_skips_them);
  tcase_add_test (tc, msg_ring_refuses_what_is_far_away);
  tcase_add_test (tc, msg_ring_wraps_with_the_numbers);
  tcase_add_test (tc, msg_ring_finds_what_was_here_lately);
  return s;
}

GST_CHECK_MAIN (msgring);
