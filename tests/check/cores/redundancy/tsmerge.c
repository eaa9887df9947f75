/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Paths in simulated time: a datagram of 7 packets each millisecond. */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "tsmerge.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define PER 7
#define N 8000                  /* datagrams */
#define SIZE (PER * TS_MERGE_PACKET)

typedef struct
{
  guint path, n;
  guint64 at;                   /* ns */
} Arrival;

typedef struct
{
  guint loss;                   /* of 1000 */
  guint64 delay, jitter;        /* ns */
  guint stream;                 /* another number: other contents */
} Link;

typedef struct
{
  TsMerge *merge;
  GArray *arrivals;
  GRand *rand;
  guint8 *streams[2];           /* of N datagrams each */
  guint stream_of[TS_MERGE_MAX_PATHS];
  guint8 *seen;                 /* times that each packet went out */
  guint64 now;
  guint out, discont, back, filler;
  guint last[8192];
} Rig;

/* Tables, a video with filler that repeats itself, sound, null packets. */
static void
fill_stream (guint8 * data, guint stream)
{
  guint8 cc[8192] = { 0, };
  guint n, i;

  for (n = 0; n < N * PER; n++, data += TS_MERGE_PACKET) {
    guint pid = n % 350 == 0 ? 0 : n % 350 == 1 ? 0x100 : n % 11 == 5 ? 0x1fff
        : n % 9 == 4 ? 0x102 : 0x101;
    gboolean filler = pid == 0x101 && n % 1000 < 150;
    gboolean pusi = pid < 0x101 || (pid != 0x1fff && n % 200 < 9);

    memset (data, filler ? 0xff : n * 7 + stream * 5, TS_MERGE_PACKET);
    data[0] = 0x47;
    data[1] = pid >> 8 | (pusi && !filler ? 0x40 : 0);
    data[2] = pid;
    data[3] = 0x10 | (cc[pid]++ & 15);
    data[4] = data[5] = 0;
    data[6] = pid >= 0x101 ? 1 : 2;
    if (filler || pid < 0x101)
      continue;
    for (i = 0; i < 4; i++)
      data[180 + i] = n >> (24 - 8 * i);
    data[184] = stream;
  }
}

static void
rig_init (Rig * rig, guint64 window, guint32 seed)
{
  guint i;

  memset (rig, 0, sizeof (*rig));
  rig->merge = ts_merge_new (window);
  rig->arrivals = g_array_new (FALSE, FALSE, sizeof (Arrival));
  rig->rand = g_rand_new_with_seed (seed);
  rig->seen = g_new0 (guint8, N * PER);
  for (i = 0; i < 2; i++) {
    rig->streams[i] = g_malloc (N * SIZE);
    fill_stream (rig->streams[i], i);
  }
}

static void
rig_clear (Rig * rig)
{
  ts_merge_free (rig->merge);
  g_array_unref (rig->arrivals);
  g_rand_free (rig->rand);
  g_free (rig->seen);
  g_free (rig->streams[0]);
  g_free (rig->streams[1]);
}

static void
send_over (Rig * rig, guint path, const Link * link, guint from, guint to)
{
  guint64 last = 0;
  guint n;

  rig->stream_of[path] = link->stream;
  for (n = from; n < to; n++) {
    Arrival a = { path, n, 0 };

    if (g_rand_int_range (rig->rand, 0, 1000) < (gint) link->loss)
      continue;
    a.at = (n + 1) * MS + link->delay;
    if (link->jitter > 0)
      a.at += g_rand_int_range (rig->rand, 0, link->jitter / 1000) * 1000;
    last = a.at = MAX (last, a.at);
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
take_out (Rig * rig, const TsMergePacket * packet)
{
  const guint8 *d = packet->data;
  guint pid = (d[1] & 0x1f) << 8 | d[2];
  guint n = (guint) d[180] << 24 | d[181] << 16 | d[182] << 8 | d[183];

  rig->discont += packet->discont;
  fail_unless (pid != 0x1fff);
  if (pid < 0x101 || d[100] == 0xff) {
    rig->filler++;
    return;
  }
  fail_unless (n < N * PER);
  fail_unless (memcmp (d, rig->streams[d[184]] + n * TS_MERGE_PACKET,
          TS_MERGE_PACKET) == 0);
  rig->back += rig->last[pid] > n;
  rig->last[pid] = n;
  rig->out++;
  rig->seen[n]++;
}

/* Until `until` nothing arrives. */
static void
drain (Rig * rig, guint64 until)
{
  guint64 deadline;
  TsMergePacket packet;

  for (;;) {
    while (ts_merge_next (rig->merge, rig->now, &packet, &deadline))
      take_out (rig, &packet);
    if (deadline >= until)
      return;
    fail_unless (deadline > rig->now);
    rig->now = deadline;
  }
}

static void
run (Rig * rig)
{
  guint i;

  g_array_sort (rig->arrivals, by_time);
  for (i = 0; i < rig->arrivals->len; i++) {
    const Arrival *a = &g_array_index (rig->arrivals, Arrival, i);
    TsMergePacket packet;
    guint64 deadline;

    drain (rig, a->at);
    rig->now = a->at;
    fail_unless (ts_merge_put (rig->merge, a->path,
            rig->streams[rig->stream_of[a->path]] + a->n * SIZE, SIZE, a->at));
    while (ts_merge_next (rig->merge, a->at, &packet, &deadline))
      take_out (rig, &packet);
  }
  drain (rig, G_MAXUINT64);
}

/* Packets, of datagrams that all paths have lost. */
static guint
lost_on_all (Rig * rig)
{
  g_autofree guint8 *came = g_new0 (guint8, N);
  guint i, n, lost = 0;

  for (i = 0; i < rig->arrivals->len; i++)
    came[g_array_index (rig->arrivals, Arrival, i).n] = TRUE;
  for (n = 0; n < N; n++)
    lost += came[n] ? 0 : PER;
  return lost;
}

/* Of the packets that say what they are, those of the datagrams up to `to`. */
static guint
missing (Rig * rig, guint from, guint to)
{
  guint n, lost = 0;

  for (n = from * PER; n < to * PER; n++) {
    const guint8 *d = rig->streams[0] + n * TS_MERGE_PACKET;
    guint pid = (d[1] & 0x1f) << 8 | d[2];

    lost += pid >= 0x101 && pid != 0x1fff && d[100] != 0xff && !rig->seen[n];
  }
  return lost;
}

static guint
repeated (Rig * rig)
{
  guint n, more = 0;

  for (n = 0; n < N * PER; n++)
    more += rig->seen[n] > 1;
  return more;
}

/* What is lost is what both have lost. */
GST_START_TEST (ts_merge_fills_what_one_path_lost)
{
  Link a = { 100, 5 * MS, 4 * MS, 0 };
  Link b = { 100, 5 * MS + __i__ * 150 * MS, 4 * MS, 0 };
  RtpMergePath facts;
  guint lost;
  Rig rig;

  rig_init (&rig, 500 * MS, 7 + __i__);
  send_over (&rig, __i__ % 2, &a, 0, N);
  send_over (&rig, 1 - __i__ % 2, &b, 0, N);
  run (&rig);
  lost = missing (&rig, 0, N - 1);
  /* 1 % and 0.2 % */
  fail_unless (lost <= lost_on_all (&rig) + N * PER * 2 / 1000, "%u of %u",
      lost, lost_on_all (&rig));
  fail_unless (ts_merge_get_lost (rig.merge) <= N * PER * 12 / 1000);
  fail_unless_equals_int (repeated (&rig), 0);
  fail_unless_equals_int (rig.back, 0);
  fail_unless_equals_int (rig.discont, 1);
  ts_merge_get_path (rig.merge, 1 - __i__ % 2, &facts);
  fail_unless (!facts.left && facts.invalid == 0);
  if (__i__ > 0)
    fail_unless (facts.skew >= __i__ * 150 * MS - 5 * MS
        && facts.skew <= __i__ * 150 * MS + 5 * MS);
  rig_clear (&rig);
}

GST_END_TEST;

/* Either path may die and come back. */
GST_START_TEST (ts_merge_survives_a_path)
{
  Link a = { 0, 5 * MS, 2 * MS, 0 }, b = { 0, 90 * MS, 2 * MS, 0 };
  Rig rig;

  rig_init (&rig, 200 * MS, 1);
  send_over (&rig, __i__, &a, 0, 2500);
  send_over (&rig, __i__, &a, 4500, N);
  send_over (&rig, 1 - __i__, &b, 0, 6000);
  send_over (&rig, 1 - __i__, &b, 7000, N);
  run (&rig);
  fail_unless_equals_int (missing (&rig, 0, N), 0);
  fail_unless_equals_int (repeated (&rig), 0);
  fail_unless_equals_int (rig.back, 0);
  fail_unless_equals_int (rig.discont, 1);
  rig_clear (&rig);
}

GST_END_TEST;

/* Also one whose length no counter shows, and that is over within the window. */
GST_START_TEST (ts_merge_bridges_a_pause_of_the_leader)
{
  Link a = { 0, 5 * MS, 0, 0 }, b = { 0, 90 * MS, 0, 0 };
  Rig rig;
  guint i;

  rig_init (&rig, 800 * MS, 1);
  for (i = 0; i < 8; i++)
    send_over (&rig, 0, &a, 1000 * i, 1000 * i + 487 + i + 8 * __i__);
  send_over (&rig, 1, &b, 0, N);
  run (&rig);
  fail_unless_equals_int (missing (&rig, 0, N), 0);
  fail_unless_equals_int (repeated (&rig), 0);
  fail_unless_equals_int (rig.back, 0);
  rig_clear (&rig);
}

GST_END_TEST;

/* Too far apart to help: the better one stays. */
GST_START_TEST (ts_merge_is_never_worse_than_one_path)
{
  Link a = { 100, 5 * MS, 0, 0 };
  Link b = { 20, 5 * MS + (250 + 50 * __i__) * MS, 0, 0 };
  RtpMergePath facts[2];
  guint lost;
  Rig rig;

  rig_init (&rig, 200 * MS, 7 + __i__);
  send_over (&rig, 0, &a, 0, N);
  send_over (&rig, 1, &b, 0, N);
  run (&rig);
  ts_merge_get_path (rig.merge, 0, &facts[0]);
  ts_merge_get_path (rig.merge, 1, &facts[1]);
  fail_unless (facts[0].left && !facts[1].left);
  /* 2 %; by then it is clear. */
  lost = missing (&rig, 3500, N - 1);
  fail_unless (lost <= (N - 3500) * PER * 30 / 1000, "%u", lost);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (ts_merge_sends_who_is_unlike_away)
{
  Link a = { 50, 5 * MS, 0, 0 }, b = { 0, 30 * MS, 0, 1 };
  RtpMergePath facts[2];
  Rig rig;
  guint i, strange = 0;

  rig_init (&rig, 200 * MS, 3);
  send_over (&rig, 0, &a, 0, N);
  send_over (&rig, 1, &b, __i__ == 0 ? 0 : 3000, N);
  /* The unlike one of three is not the leader by chance. */
  if (__i__ == 2)
    send_over (&rig, 2, &a, 0, N);
  run (&rig);
  ts_merge_get_path (rig.merge, 0, &facts[0]);
  ts_merge_get_path (rig.merge, 1, &facts[1]);
  fail_unless (!facts[0].left && facts[1].left);
  for (i = 0; i < N * PER; i++)
    strange += rig.seen[i] > 1;
  fail_unless_equals_int (strange, 0);
  fail_unless (rig.discont == 1);
  fail_unless_equals_int (rig.back, 0);
  rig_clear (&rig);
}

GST_END_TEST;

/* The sender is another one after a pause: both paths have it. */
GST_START_TEST (ts_merge_follows_a_restart)
{
  Link a = { 50, 5 * MS, 0, 0 }, b = { 50, 60 * MS, 0, 0 };
  RtpMergePath facts;
  Rig rig;
  guint i;

  rig_init (&rig, 200 * MS, 3);
  send_over (&rig, 0, &a, 0, 2500);
  send_over (&rig, 1, &b, 0, 2500);
  run (&rig);
  g_array_set_size (rig.arrivals, 0);
  a.stream = b.stream = 1;
  memset (rig.last, 0, sizeof (rig.last));
  send_over (&rig, 0, &a, 4000, N);
  send_over (&rig, 1, &b, 4000, N);
  run (&rig);
  fail_unless_equals_int (rig.discont, 2);
  fail_unless_equals_int (rig.back, 0);
  for (i = 0; i < 2; i++) {
    ts_merge_get_path (rig.merge, i, &facts);
    fail_unless (!facts.left);
  }
  fail_unless (missing (&rig, 4010, N - 1) < (N - 4000) * PER / 100);
  rig_clear (&rig);
}

GST_END_TEST;

/* Pieces of any size, as a byte stream brings them. */
GST_START_TEST (ts_merge_takes_pieces_of_any_size)
{
  Rig rig;
  gsize at = 0;

  rig_init (&rig, 10 * MS, 3);
  while (at < 1000 * SIZE) {
    gsize size = g_rand_int_range (rig.rand, 1, 1000);

    size = MIN (size, 1000 * SIZE - at);
    ts_merge_put (rig.merge, 0, rig.streams[0] + at, size, at);
    at += size;
  }
  drain (&rig, G_MAXUINT64);
  fail_unless_equals_int (missing (&rig, 0, 999), 0);
  rig_clear (&rig);
}

GST_END_TEST;

/* Whatever comes, memory is bounded and what goes out is packets. */
GST_START_TEST (ts_merge_survives_any_bytes)
{
  GRand *rand = g_rand_new_with_seed (5 + __i__);
  TsMerge *merge = ts_merge_new (50 * MS);
  guint64 now = 0, deadline;
  TsMergePacket packet;
  guint i, j;

  for (i = 0; i < 40000; i++) {
    guint8 data[TS_MERGE_PACKET * 2];
    gsize size = g_rand_int_range (rand, 0, 4) > 0 ? TS_MERGE_PACKET
        : g_rand_int_range (rand, 1, sizeof (data));

    memset (data, g_rand_int_range (rand, 0, 3), sizeof (data));
    for (j = 0; j < 8; j++)
      data[j] = g_rand_int_range (rand, 0, 256);
    data[0] = 0x47;
    data[1] &= 0x41;
    data[2] &= 3;
    now += g_rand_int_range (rand, 0, MS);
    ts_merge_put (merge, g_rand_int_range (rand, 0, 3), data, size, now);
    if (g_rand_int_range (rand, 0, 2000) == 0)
      ts_merge_reset_path (merge, g_rand_int_range (rand, 0, 3));
    while (ts_merge_next (merge, now, &packet, &deadline))
      fail_unless (packet.data[0] == 0x47);
  }
  ts_merge_free (merge);
  g_rand_free (rand);
}

GST_END_TEST;

static Suite *
tsmerge_suite (void)
{
  Suite *s = suite_create ("tsmerge");
  TCase *tc = tcase_create ("tsmerge");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, ts_merge_fills_what_one_path_lost, 0, 4);
  tcase_add_loop_test (tc, ts_merge_survives_a_path, 0, 2);
  tcase_add_loop_test (tc, ts_merge_bridges_a_pause_of_the_leader, 0, 2);
  tcase_add_loop_test (tc, ts_merge_is_never_worse_than_one_path, 0, 3);
  tcase_add_loop_test (tc, ts_merge_sends_who_is_unlike_away, 0, 3);
  tcase_add_test (tc, ts_merge_follows_a_restart);
  tcase_add_test (tc, ts_merge_takes_pieces_of_any_size);
  tcase_add_loop_test (tc, ts_merge_survives_any_bytes, 0, 3);
  return s;
}

GST_CHECK_MAIN (tsmerge);
