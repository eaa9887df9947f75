/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two paths in simulated time: a packet each millisecond. */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "rtpmerge.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define PAYLOAD 40

typedef struct
{
  guint8 data[12 + PAYLOAD];
  guint path;
  guint64 at;                   /* ns */
  guint n;
} Arrival;

typedef struct
{
  guint32 ssrc;
  guint16 first;                /* its number */
  guint loss;                   /* of 1000 */
  guint64 delay, jitter;        /* ns */
  guint8 unlike;                /* what its payload differs by */
} Link;

typedef struct
{
  RtpMerge *merge;
  GArray *arrivals;
  GRand *rand;
  guint8 *seen;                 /* times that each packet went on */
  guint n;
  guint first, discont, left;
} Rig;

static void
rig_init (Rig * rig, guint n, guint64 window, guint32 seed)
{
  memset (rig, 0, sizeof (*rig));
  rig->merge = rtp_merge_new (window);
  rig->arrivals = g_array_new (FALSE, FALSE, sizeof (Arrival));
  rig->rand = g_rand_new_with_seed (seed);
  rig->seen = g_new0 (guint8, n);
  rig->n = n;
}

static void
rig_clear (Rig * rig)
{
  rtp_merge_free (rig->merge);
  g_array_unref (rig->arrivals);
  g_rand_free (rig->rand);
  g_free (rig->seen);
}

static void
fill (Arrival * a, const Link * link, guint n)
{
  guint16 number = link->first + n;
  guint i;

  memset (a->data, 0, sizeof (a->data));
  a->data[0] = 0x80;
  a->data[1] = 33;
  a->data[2] = number >> 8;
  a->data[3] = number;
  for (i = 0; i < 4; i++) {
    a->data[4 + i] = (n * 90) >> (24 - 8 * i);
    a->data[8 + i] = link->ssrc >> (24 - 8 * i);
  }
  for (i = 0; i < PAYLOAD; i++)
    a->data[12 + i] = (n * 31 + i * 7 + (n >> 8)) ^ link->unlike;
}

/* Packets `from` to `to` over one path. */
static void
send_over (Rig * rig, guint path, const Link * link, guint from, guint to)
{
  guint64 last = 0;
  guint n;

  for (n = from; n < to; n++) {
    Arrival a;

    if (g_rand_int_range (rig->rand, 0, 1000) < (gint) link->loss)
      continue;
    fill (&a, link, n);
    a.path = path;
    a.n = n;
    a.at = n * MS + link->delay;
    if (link->jitter > 0)
      a.at += g_rand_int_range (rig->rand, 0, link->jitter / 1000) * 1000;
    last = MAX (last, a.at);
    a.at = last;
    g_array_append_val (rig->arrivals, a);
  }
}

static gint
by_time (gconstpointer a, gconstpointer b)
{
  const Arrival *x = a, *y = b;

  if (x->at != y->at)
    return x->at < y->at ? -1 : 1;
  return (gint) x->n - (gint) y->n;
}

static void
run (Rig * rig)
{
  guint i;

  g_array_sort (rig->arrivals, by_time);
  for (i = 0; i < rig->arrivals->len; i++) {
    const Arrival *a = &g_array_index (rig->arrivals, Arrival, i);
    RtpMergeResult result = rtp_merge_take (rig->merge, a->path, a->data,
        sizeof (a->data), a->at);

    rig->discont += result.discont;
    rig->left += result.left;
    if (result.verdict == RTP_MERGE_FIRST) {
      rig->first++;
      fail_unless_equals_int (rig->seen[a->n]++, 0);
    }
  }
}

static guint
count_path (Rig * rig, guint path)
{
  guint i, n = 0;

  for (i = 0; i < rig->arrivals->len; i++)
    n += g_array_index (rig->arrivals, Arrival, i).path == path;
  return n;
}

#define N 20000

/* What is lost is what both have lost. */
GST_START_TEST (rtp_merge_fills_what_one_path_lost)
{
  Link a = { 1, 65000, 100, 5 * MS, 4 * MS, 0 };
  Link b = { 1, 65000, 100, 5 * MS + __i__ * 50 * MS, 4 * MS, 0 };
  RtpMergePath facts;
  Rig rig;

  rig_init (&rig, N, 500 * MS, 7 + __i__);
  send_over (&rig, 0, &a, 0, N);
  send_over (&rig, 1, &b, 0, N);
  run (&rig);
  /* 1 % and 0.2 % */
  fail_unless (N - rig.first <= N / 100 + N / 500, "%u", N - rig.first);
  fail_unless (ABS ((gint) (N - rig.first)
          - (gint) rtp_merge_get_lost (rig.merge)) <= 20);
  fail_unless_equals_int (rig.discont, 1);
  rtp_merge_get_path (rig.merge, 1, &facts);
  fail_unless_equals_uint64 (facts.received, count_path (&rig, 1));
  fail_unless_equals_uint64 (facts.unlike, 0);
  if (__i__ > 0) {
    fail_unless (facts.skew >= __i__ * 50 * MS - 5 * MS);
    fail_unless (facts.skew_max <= __i__ * 50 * MS + 5 * MS);
  }
  fail_unless (facts.lost >= N / 12 && facts.lost <= N / 9, "%"
      G_GUINT64_FORMAT, facts.lost);
  rig_clear (&rig);
}

GST_END_TEST;

/* Beyond the window it is as good as the better path. */
GST_START_TEST (rtp_merge_is_never_worse_than_one_path)
{
  Link a = { 1, 0, 100, 5 * MS, 0, 0 };
  Link b = { 1, 0, 20, 5 * MS + (250 + 100 * __i__) * MS, 0, 0 };
  RtpMergePath facts;
  Rig rig;

  rig_init (&rig, N, 200 * MS, 7 + __i__);
  send_over (&rig, 0, &a, 0, N);
  send_over (&rig, 1, &b, 0, N);
  run (&rig);
  fail_unless (rig.first >= count_path (&rig, 0));
  rtp_merge_get_path (rig.merge, 1, &facts);
  fail_unless (facts.late >= N / 12);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (rtp_merge_survives_a_path)
{
  Link a = { 1, 100, 0, 5 * MS, 0, 0 }, b = { 1, 100, 0, 90 * MS, 0, 0 };
  Rig rig;

  rig_init (&rig, N, 200 * MS, 1);
  send_over (&rig, 0, &a, 0, 7000);
  send_over (&rig, 1, &b, 0, N);
  send_over (&rig, 0, &a, 12000, N);
  run (&rig);
  fail_unless_equals_int (rig.first, N);
  fail_unless_equals_int (rig.discont, 1);
  rig_clear (&rig);
}

GST_END_TEST;

/* With another SSRC, or the same and numbers anywhere. */
GST_START_TEST (rtp_merge_follows_a_restart)
{
  static const gint steps[] = { 20000, -20000, -50, 50, -2990, 32000 };
  Link a = { 1, 100, 0, 5 * MS, 0, 0 }, b = { 1, 100, 0, 90 * MS, 0, 0 };
  Rig rig;

  rig_init (&rig, 20000, 200 * MS, 1);
  send_over (&rig, 0, &a, 0, 7000);
  send_over (&rig, 1, &b, 0, 7000);
  /* Nothing is sent for a second. */
  a.first = b.first = 100 - 1000 + steps[__i__ % 6];
  if (__i__ < 6)
    a.ssrc = b.ssrc = 2;
  send_over (&rig, 0, &a, 8000, 20000);
  send_over (&rig, 1, &b, 8000, 20000);
  run (&rig);
  /* 50 ahead in the same stream seems to be a loss. */
  fail_unless_equals_int (rig.discont, __i__ >= 6 && steps[__i__ % 6] == 50
      ? 1 : 2);
  fail_unless_equals_int (rig.left, 0);
  fail_unless (rig.first >= 19000 - 10, "%u", rig.first);
  rig_clear (&rig);
}

GST_END_TEST;

/* An encoder that begins anew at once: the path that lags behind may be the
 * one that proves it, and the other one is ahead of it from then on. */
GST_START_TEST (rtp_merge_follows_a_restart_without_a_pause)
{
  Link a = { 1, 100, 0, 5 * MS, 0, 0 }, b = { 1, 100, 0, 25 * MS, 0, 0 };
  Rig rig;

  rig_init (&rig, N, 200 * MS, 1);
  send_over (&rig, 0, &a, 0, 7000);
  send_over (&rig, 1, &b, 0, 7000);
  a.first = b.first = 30000;
  a.ssrc = 2;
  b.ssrc = __i__ == 0 ? 2 : 9;
  if (__i__ == 2)
    a.delay = 45 * MS;
  send_over (&rig, 0, &a, 7000 + 50 * __i__, N);
  send_over (&rig, 1, &b, 7000 + 50 * __i__, N);
  run (&rig);
  fail_unless_equals_int (rig.left, 0);
  fail_unless_equals_int (rig.discont, 2);
  fail_unless (rig.first >= N - 300, "%u", rig.first);
  rig_clear (&rig);
}

GST_END_TEST;

/* Some gateways give the copy an SSRC of its own. */
GST_START_TEST (rtp_merge_takes_copies_with_another_ssrc)
{
  Link a = { 1, 100, 100, 5 * MS, 0, 0 }, b = { 9, 100, 100, 60 * MS, 0, 0 };
  Rig rig;

  rig_init (&rig, N, 200 * MS, 3);
  send_over (&rig, 0, &a, 0, N);
  send_over (&rig, 1, &b, 0, N);
  run (&rig);
  fail_unless (N - rig.first <= N / 100 + N / 500, "%u", N - rig.first);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (rtp_merge_sends_who_is_unlike_away)
{
  Link a = { 1, 100, 50, 5 * MS, 0, 0 }, b = { 1, 100, 0, 30 * MS, 0, 0x55 };
  guint n;
  Rig rig;

  rig_init (&rig, N, 200 * MS, 3);
  send_over (&rig, 0, &a, 0, N);
  n = rig.arrivals->len;
  send_over (&rig, 1, &b, 0, N);
  run (&rig);
  fail_unless_equals_int (rig.left, 1);
  /* A few of the stranger's came where the member had a hole. */
  fail_unless (rig.first >= n && rig.first <= n + 8, "%u of %u", rig.first, n);
  rtp_merge_reset_path (rig.merge, 1);
  rig_clear (&rig);
}

GST_END_TEST;

/* One that has nothing in common leaves as well, also when it was there
 * before; its data never went on. */
GST_START_TEST (rtp_merge_sends_another_stream_away)
{
  Link a = { 1, 100, 0, 5 * MS, 0, 0 }, b = { 7, 40000, 0, 8 * MS, 0, 0x55 };
  RtpMergePath facts;
  Rig rig;

  rig_init (&rig, N, 200 * MS, 3);
  send_over (&rig, 0, &a, 0, N);
  send_over (&rig, 1, &b, __i__ == 0 ? 0 : 9000, N);
  run (&rig);
  fail_unless_equals_int (rig.left, 1);
  fail_unless_equals_int (rig.first, N);
  fail_unless_equals_int (rig.discont, 1);
  rtp_merge_get_path (rig.merge, 1, &facts);
  fail_unless (facts.left);
  fail_unless_equals_uint64 (facts.first, 0);
  rig_clear (&rig);
}

GST_END_TEST;

/* 15 s are 15000 packets here. */
GST_START_TEST (rtp_merge_bridges_the_widest_window)
{
  Link a = { 1, 65000, 100, 5 * MS, 0, 0 }, b = { 1, 65000, 100, 14000 * MS };
  Rig rig;

  rig_init (&rig, 4 * N, 15000 * MS, 3);
  send_over (&rig, 0, &a, 0, 4 * N);
  send_over (&rig, 1, &b, 0, 2 * N);
  /* The quick path is away for a while and comes back far ahead. */
  if (__i__ == 1) {
    rig_clear (&rig);
    rig_init (&rig, 4 * N, 15000 * MS, 3);
    send_over (&rig, 0, &a, 0, N);
    send_over (&rig, 0, &a, 2 * N, 4 * N);
    send_over (&rig, 1, &b, 0, 4 * N);
  }
  run (&rig);
  fail_unless_equals_int (rig.left, 0);
  fail_unless_equals_int (rig.discont, 1);
  fail_unless (4 * N - rig.first <= (__i__ == 0 ? 2 * N / 10 + 2 * N / 100
          : 3 * N / 100 + N / 10) + N / 100, "%u", 4 * N - rig.first);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (rtp_merge_survives_any_bytes)
{
  Link a = { 1, 100, 0, 0, 0, 0 };
  GRand *rand = g_rand_new_with_seed (5);
  RtpMerge *merge = rtp_merge_new (200 * MS);
  RtpMergePath facts;
  Arrival arrival;
  guint i, j;

  fill (&arrival, &a, 0);
  for (i = 0; i < 12; i++)
    fail_unless_equals_int (rtp_merge_take (merge, 0, arrival.data, i,
            0).verdict, RTP_MERGE_INVALID);
  rtp_merge_get_path (merge, 0, &facts);
  fail_unless_equals_uint64 (facts.invalid, 12);
  for (i = 0; i < 200000; i++) {
    gsize size = g_rand_int_range (rand, 0, sizeof (arrival.data) + 1);
    g_autofree guint8 *data = g_malloc (size);

    for (j = 0; j < size; j++)
      data[j] = j == 0 && i % 2 ? 0x80 : g_rand_int (rand);
    rtp_merge_take (merge, i % RTP_MERGE_MAX_PATHS, data, size, i * MS / 10);
  }
  rtp_merge_free (merge);
  g_rand_free (rand);
}

GST_END_TEST;

static Suite *
rtpmerge_suite (void)
{
  Suite *s = suite_create ("rtpmerge");
  TCase *tc = tcase_create ("rtpmerge");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, rtp_merge_fills_what_one_path_lost, 0, 10);
  tcase_add_loop_test (tc, rtp_merge_is_never_worse_than_one_path, 0, 6);
  tcase_add_test (tc, rtp_merge_survives_a_path);
  tcase_add_loop_test (tc, rtp_merge_follows_a_restart, 0, 12);
  tcase_add_loop_test (tc, rtp_merge_follows_a_restart_without_a_pause, 0, 3);
  tcase_add_test (tc, rtp_merge_takes_copies_with_another_ssrc);
  tcase_add_test (tc, rtp_merge_sends_who_is_unlike_away);
  tcase_add_loop_test (tc, rtp_merge_sends_another_stream_away, 0, 2);
  tcase_add_loop_test (tc, rtp_merge_bridges_the_widest_window, 0, 2);
  tcase_add_test (tc, rtp_merge_survives_any_bytes);
  return s;
}

GST_CHECK_MAIN (rtpmerge);
