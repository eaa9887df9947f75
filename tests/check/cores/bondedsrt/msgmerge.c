/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "msgmerge.h"
#include "msgno.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)

static gint live;

typedef struct
{
  guint sender;
  guint number;
} Payload;

static void
payload_free (gpointer p)
{
  live--;
  g_free (p);
}

static MsgMerge *
merge_new (void)
{
  MsgMergeConfig config = { 1024, 0, 500 * MS, 600 * MS };

  live = 0;
  return msg_merge_new (&config, payload_free);
}

static void
finish (MsgMerge * merge)
{
  msg_merge_free (merge);
  fail_unless_equals_int (live, 0);
}

/* Message `number` of `sender`, whose first has the number `base`. */
static MsgMergeResult
push (MsgMerge * merge, guint leg, guint sender, guint32 base, guint number,
    guint64 now)
{
  Payload *payload = g_new0 (Payload, 1);

  payload->sender = sender;
  payload->number = number;
  live++;
  return msg_merge_push (merge, leg, msgno_add (base, number), payload,
      msg_digest (payload, sizeof (*payload)), now);
}

typedef struct
{
  gint number;                  /* -1: nothing */
  guint sender;
  MsgCut cut;
  guint64 lost;
} Got;

static Got
pop (MsgMerge * merge, guint64 now)
{
  Got got = { -1, 0, MSG_CUT_NONE, 0 };
  MsgMergeOutput output;

  if (msg_merge_pop (merge, now, &output)) {
    const Payload *payload = output.payload;

    got.number = (gint) payload->number;
    got.sender = payload->sender;
    got.cut = output.cut;
    got.lost = output.lost;
    payload_free (output.payload);
  }
  return got;
}

static guint
pop_all (MsgMerge * merge, guint64 now)
{
  guint n = 0;

  while (pop (merge, now).number >= 0)
    n++;
  return n;
}

/* Both legs bring 0 to `n` - 1 at a message each ms, so that they are one
 * flow; `skew` ms is what the second one is behind. */
static void
settle (MsgMerge * merge, guint a, guint b, guint32 base, guint n, guint skew)
{
  guint t;

  for (t = 0; t < n + skew; t++) {
    if (t < n)
      push (merge, a, 1, base, t, t * MS);
    if (t >= skew)
      push (merge, b, 1, base, t - skew, t * MS);
    pop_all (merge, t * MS);
  }
}

GST_START_TEST (msg_merge_passes_one_leg_through)
{
  MsgMerge *merge = merge_new ();
  guint leg = msg_merge_add_leg (merge);
  Got got;
  guint i;

  for (i = 0; i < 100; i++) {
    push (merge, leg, 1, 0x3FFFFF0, i, i * MS);
    got = pop (merge, i * MS);
    fail_unless_equals_int (got.number, i);
    fail_unless_equals_int (got.cut, i == 0 ? MSG_CUT_START : MSG_CUT_NONE);
  }
  finish (merge);
}

GST_END_TEST;

GST_START_TEST (msg_merge_gives_each_message_once)
{
  MsgMerge *merge = merge_new ();
  guint a = msg_merge_add_leg (merge), b = msg_merge_add_leg (merge);
  MsgMergeStats stats;
  MsgLegStats leg;

  settle (merge, a, b, 1000, 200, 40);
  msg_merge_get_stats (merge, &stats);
  fail_unless_equals_uint64 (stats.delivered, 200);
  fail_unless_equals_uint64 (stats.duplicates, 200);
  fail_unless_equals_uint64 (stats.lost, 0);
  fail_unless_equals_int (stats.flows, 1);
  fail_unless_equals_int (msg_merge_feeding_legs (merge), 2);
  msg_merge_get_leg_stats (merge, b, &leg);
  fail_unless_equals_uint64 (leg.skew, 40 * MS);
  fail_unless (leg.feeding);
  finish (merge);
}

GST_END_TEST;

GST_START_TEST (msg_merge_takes_from_one_leg_what_the_other_lost)
{
  MsgMerge *merge = merge_new ();
  guint a = msg_merge_add_leg (merge), b = msg_merge_add_leg (merge);

  settle (merge, a, b, 1, 100, 40);
  push (merge, a, 1, 1, 101, 1000 * MS);
  fail_unless_equals_int (pop (merge, 1000 * MS).number, -1);
  push (merge, b, 1, 1, 100, 1040 * MS);
  fail_unless_equals_int (pop (merge, 1040 * MS).number, 100);
  fail_unless_equals_int (pop (merge, 1040 * MS).number, 101);
  finish (merge);
}

GST_END_TEST;

GST_START_TEST (msg_merge_ends_a_hole_when_all_legs_passed_it)
{
  MsgMerge *merge = merge_new ();
  guint a = msg_merge_add_leg (merge), b = msg_merge_add_leg (merge);
  Got got;

  settle (merge, a, b, 1, 100, 40);
  push (merge, a, 1, 1, 102, 1000 * MS);
  fail_unless_equals_int (pop (merge, 1000 * MS).number, -1);
  push (merge, b, 1, 1, 102, 1001 * MS);
  got = pop (merge, 1001 * MS);
  fail_unless_equals_int (got.number, 102);
  fail_unless_equals_int (got.cut, MSG_CUT_HOLE);
  fail_unless_equals_uint64 (got.lost, 2);
  finish (merge);
}

GST_END_TEST;

GST_START_TEST (msg_merge_waits_for_a_silent_leg_by_its_skew)
{
  MsgMerge *merge = merge_new ();
  guint a = msg_merge_add_leg (merge), b = msg_merge_add_leg (merge);
  guint64 t = 600 * MS;

  settle (merge, a, b, 1, 100, 40);
  push (merge, a, 1, 1, 101, t);
  fail_unless_equals_int (pop (merge, t).number, -1);
  fail_unless_equals_uint64 (msg_merge_deadline (merge), t + 60 * MS);
  fail_unless_equals_int (pop (merge, t + 59 * MS).number, -1);
  fail_unless_equals_int (pop (merge, t + 60 * MS).number, 101);
  /* It comes after all: too late. */
  fail_unless_equals_int (push (merge, b, 1, 1, 100, t + 70 * MS),
      MSG_MERGE_LATE);
  finish (merge);
}

GST_END_TEST;

GST_START_TEST (msg_merge_does_not_wait_for_a_leg_that_is_gone)
{
  MsgMerge *merge = merge_new ();
  guint a = msg_merge_add_leg (merge), b = msg_merge_add_leg (merge);

  settle (merge, a, b, 1, 100, 40);
  push (merge, a, 1, 1, 101, 600 * MS);
  fail_unless_equals_int (pop (merge, 600 * MS).number, -1);
  msg_merge_remove_leg (merge, b);
  fail_unless_equals_int (pop (merge, 600 * MS).number, 101);
  finish (merge);
}

GST_END_TEST;

GST_START_TEST (msg_merge_honours_a_fixed_gap_timeout)
{
  MsgMergeConfig config = { 1024, 100 * MS, 500 * MS, 600 * MS };
  MsgMerge *merge = msg_merge_new (&config, payload_free);
  guint a, b;

  live = 0;
  a = msg_merge_add_leg (merge);
  b = msg_merge_add_leg (merge);
  settle (merge, a, b, 1, 100, 40);
  push (merge, a, 1, 1, 101, 300 * MS);
  fail_unless_equals_int (pop (merge, 399 * MS).number, -1);
  fail_unless_equals_int (pop (merge, 400 * MS).number, 101);
  finish (merge);
}

GST_END_TEST;

/* The new leg is 80 ms quicker: what it skips is still to come on the old. */
GST_START_TEST (msg_merge_loses_nothing_when_a_quicker_leg_joins)
{
  MsgMerge *merge = merge_new ();
  guint a = msg_merge_add_leg (merge), b = 0, t, n = 0;
  Got got;

  for (t = 0; t < 1000; t++) {
    if (t == 300)
      b = msg_merge_add_leg (merge);
    if (t >= 300)
      push (merge, b, 1, 77, t, t * MS);
    if (t >= 80)
      push (merge, a, 1, 77, t - 80, t * MS);
    while ((got = pop (merge, t * MS)).number >= 0)
      fail_unless_equals_int (got.number, n++);
  }
  fail_unless_equals_int (n, 1000);
  finish (merge);
}

GST_END_TEST;

/* A leg that was cut but not closed comes back ahead of the other one. */
GST_START_TEST (msg_merge_loses_nothing_when_a_quicker_leg_comes_back)
{
  MsgMerge *merge = merge_new ();
  guint a = msg_merge_add_leg (merge), b = msg_merge_add_leg (merge);
  guint t, n = 0;
  Got got;

  for (t = 0; t < 6000; t++) {
    if (t < 1000 || t >= 4500)
      push (merge, b, 1, 77, t, t * MS);
    if (t >= 80)
      push (merge, a, 1, 77, t - 80, t * MS);
    while ((got = pop (merge, t * MS)).number >= 0)
      fail_unless_equals_int (got.number, n++);
  }
  fail_unless_equals_int (n, 6000);
  finish (merge);
}

GST_END_TEST;

GST_START_TEST (msg_merge_hears_a_restarted_sender_from_its_first_message)
{
  MsgMerge *merge = merge_new ();
  guint a = msg_merge_add_leg (merge), b = msg_merge_add_leg (merge);
  guint c, d, i;
  Got got;

  settle (merge, a, b, 1000, 100, 10);
  /* The old legs are still there, silent; the last word was at 99 ms. */
  c = msg_merge_add_leg (merge);
  d = msg_merge_add_leg (merge);
  for (i = 0; i < 100; i++) {
    push (merge, c, 2, 5000000, i, (300 + i) * MS);
    push (merge, d, 2, 5000000, i, (300 + i) * MS);
    fail_unless_equals_int (pop (merge, (300 + i) * MS).number, -1);
  }
  fail_unless_equals_uint64 (msg_merge_deadline (merge), 699 * MS);
  got = pop (merge, 700 * MS);
  fail_unless_equals_int (got.number, 0);
  fail_unless_equals_int (got.sender, 2);
  fail_unless_equals_int (got.cut, MSG_CUT_SWITCH);
  fail_unless_equals_int (pop_all (merge, 700 * MS), 99);
  fail_unless_equals_int (msg_merge_feeding_legs (merge), 2);
  msg_merge_remove_leg (merge, a);
  msg_merge_remove_leg (merge, b);
  fail_unless_equals_int (msg_merge_feeding_legs (merge), 2);
  finish (merge);
}

GST_END_TEST;

GST_START_TEST (msg_merge_switches_at_once_when_the_old_legs_are_gone)
{
  MsgMerge *merge = merge_new ();
  guint a = msg_merge_add_leg (merge), b;
  Got got;

  push (merge, a, 1, 1000, 0, 0);
  pop_all (merge, 0);
  msg_merge_remove_leg (merge, a);
  fail_unless_equals_int (msg_merge_feeding_legs (merge), 0);
  b = msg_merge_add_leg (merge);
  push (merge, b, 2, 900, 0, MS);
  got = pop (merge, MS);
  fail_unless_equals_int (got.sender, 2);
  fail_unless_equals_int (got.cut, MSG_CUT_SWITCH);
  finish (merge);
}

GST_END_TEST;

/* Both links of one sender died; one is back and repeats the last messages. */
GST_START_TEST (msg_merge_knows_what_is_repeated_after_a_reconnect)
{
  MsgMerge *merge = merge_new ();
  guint a = msg_merge_add_leg (merge), b, i;
  Got got;

  for (i = 0; i < 50; i++) {
    push (merge, a, 1, 1000, i, i * MS);
    pop_all (merge, i * MS);
  }
  msg_merge_remove_leg (merge, a);
  b = msg_merge_add_leg (merge);
  for (i = 40; i < 50; i++) {
    push (merge, b, 1, 1000, i, 2000 * MS);
    fail_unless_equals_int (pop (merge, 2000 * MS).number, -1);
  }
  push (merge, b, 1, 1000, 50, 2000 * MS);
  got = pop (merge, 2000 * MS);
  fail_unless_equals_int (got.number, 50);
  fail_unless_equals_int (got.cut, MSG_CUT_NONE);
  finish (merge);
}

GST_END_TEST;

/* Strangers both count from 1: equal numbers are no proof. */
GST_START_TEST (msg_merge_lets_one_of_two_strangers_speak)
{
  MsgMerge *merge = merge_new ();
  guint a = msg_merge_add_leg (merge), b = msg_merge_add_leg (merge);
  guint t, from_b = 0;
  Got got;

  for (t = 0; t < 3000; t++) {
    if (t < 1000)
      push (merge, a, 1, 1, t, t * MS);
    push (merge, b, 2, 1, t, t * MS);
    while ((got = pop (merge, t * MS)).number >= 0) {
      fail_unless (t >= 1000 || got.sender == 1);
      from_b += got.sender == 2;
    }
  }
  /* From where the first one fell silent. */
  fail_unless_equals_int (from_b, 2001);
  finish (merge);
}

GST_END_TEST;

GST_START_TEST (msg_merge_takes_no_stuffing_for_a_proof)
{
  MsgMerge *merge = merge_new ();
  guint a = msg_merge_add_leg (merge), b = msg_merge_add_leg (merge);
  guint8 stuffing[1316];
  MsgMergeStats stats;
  guint i;

  memset (stuffing, 0xff, sizeof (stuffing));
  for (i = 0; i < 7; i++)
    memcpy (stuffing + i * 188, "\x47\x1f\xff\x10", 4);
  fail_if (msg_digest (stuffing, sizeof (stuffing)).informative);
  for (i = 0; i < 100; i++) {
    live += 2;
    msg_merge_push (merge, a, 1 + i, g_malloc (1), msg_digest (stuffing,
            sizeof (stuffing)), i * MS);
    msg_merge_push (merge, b, 1 + i, g_malloc (1), msg_digest (stuffing,
            sizeof (stuffing)), i * MS);
  }
  msg_merge_get_stats (merge, &stats);
  fail_unless_equals_int (stats.flows, 2);
  finish (merge);
}

GST_END_TEST;

/* As libsrt 1.5.1 sends after its socket was blocked for long. */
GST_START_TEST (msg_merge_refuses_one_message_with_other_bytes)
{
  MsgMerge *merge = merge_new ();
  guint a = msg_merge_add_leg (merge), b = msg_merge_add_leg (merge), i;
  MsgMergeStats stats;

  for (i = 0; i < 10; i++) {
    push (merge, a, 1, 100, i, i * MS);
    push (merge, b, 1, 100, i, i * MS);
  }
  fail_unless_equals_int (push (merge, b, 7, 100, 5, 10 * MS), MSG_MERGE_LATE);
  for (i = 10; i < 20; i++)
    push (merge, b, 1, 100, i, i * MS);
  msg_merge_get_stats (merge, &stats);
  fail_unless_equals_int (stats.flows, 1);
  finish (merge);
}

GST_END_TEST;

GST_START_TEST (msg_merge_survives_numbers_from_anywhere)
{
  MsgMerge *merge = merge_new ();
  GRand *rand = g_rand_new_with_seed (11);
  guint legs[3], i;

  for (i = 0; i < 3; i++)
    legs[i] = msg_merge_add_leg (merge);
  for (i = 0; i < 5000; i++) {
    guint32 msgno = g_rand_int (rand) >> g_rand_int_range (rand, 0, 32);
    live++;
    msg_merge_push (merge, legs[i % 3], msgno, g_new0 (Payload, 1),
        msg_digest (&msgno, 4), i * MS);
    pop_all (merge, i * MS);
    fail_unless (live < 3 * 1024);
  }
  g_rand_free (rand);
  finish (merge);
}

GST_END_TEST;

/* --- a small world of legs ---------------------------------------------- */

#define WORLD_LEGS 4
#define WORLD_MS 5000

typedef struct
{
  guint id;                     /* 0: not there */
  guint delay;                  /* ms */
  guint loss;                   /* percent */
  guint cut_from, cut_to;       /* ms of arrival */
  guint joins, leaves;          /* ms of sending, of arrival */
} WorldLeg;

typedef struct
{
  MsgMerge *merge;
  GRand *rand;
  guint32 base;
  guint n_legs;
  WorldLeg legs[WORLD_LEGS];
  guint8 arrived[WORLD_MS];
  guint8 given[WORLD_MS];
  gint last;
} World;

static void
world_arrive (World * world, WorldLeg * leg, guint t)
{
  gboolean settled = t < leg->joins + leg->delay + 400;

  if (leg->id == 0 || t < leg->delay + leg->joins
      || t - leg->delay >= WORLD_MS || (t >= leg->cut_from && t < leg->cut_to))
    return;
  /* Nothing is lost while the legs come to know each other. */
  if (!settled && g_rand_int_range (world->rand, 0, 100) < (gint) leg->loss)
    return;
  world->arrived[t - leg->delay]++;
  push (world->merge, leg->id, 1, world->base, t - leg->delay, t * MS);
  /* The network may copy, and SRT does not. */
  if (g_rand_int_range (world->rand, 0, 100) == 0)
    push (world->merge, leg->id, 1, world->base, t - leg->delay, t * MS);
}

static void
world_take (World * world, guint t)
{
  Got got;

  while ((got = pop (world->merge, t * MS)).number >= 0) {
    fail_unless (got.number > world->last, "%d after %d", got.number,
        world->last);
    fail_unless (got.cut != MSG_CUT_SWITCH);
    world->last = got.number;
    world->given[got.number]++;
  }
}

static void
world_run (World * world)
{
  guint t, i;

  for (t = 0; t < WORLD_MS + 1000; t++) {
    for (i = 0; i < world->n_legs; i++) {
      WorldLeg *leg = &world->legs[i];

      if (leg->id == 0 && t >= leg->joins && t < leg->leaves)
        leg->id = msg_merge_add_leg (world->merge);
      world_arrive (world, leg, t);
      if (leg->id != 0 && t == leg->leaves) {
        msg_merge_remove_leg (world->merge, leg->id);
        leg->id = 0;
      }
    }
    world_take (world, t);
  }
}

static void
world_init (World * world, guint seed)
{
  guint i;

  memset (world, 0, sizeof (*world));
  world->merge = merge_new ();
  world->rand = g_rand_new_with_seed (seed);
  world->base = seed % 2 ? msgno_add (MSGNO_LAST, -2000) :
      msgno_from_bits (g_rand_int (world->rand));
  world->n_legs = g_rand_int_range (world->rand, 1, WORLD_LEGS + 1);
  world->last = -1;
  for (i = 0; i < world->n_legs; i++) {
    world->legs[i].delay = g_rand_int_range (world->rand, 0, 250);
    world->legs[i].loss = g_rand_int_range (world->rand, 0, 40);
    world->legs[i].leaves = G_MAXUINT;
  }
}

static void
world_clear (World * world)
{
  g_rand_free (world->rand);
  finish (world->merge);
}

/* What came over any leg comes out, once and in order, whatever is lost. */
GST_START_TEST (msg_merge_is_complete_in_random_worlds)
{
  guint seed, i, first;

  for (seed = 0; seed < 60; seed++) {
    World world;

    world_init (&world, seed);
    world_run (&world);
    for (first = 0; !world.given[first]; first++);
    for (i = first; i < WORLD_MS; i++)
      fail_unless (world.given[i] == (world.arrived[i] > 0),
          "seed %u: message %u arrived %u times, given %u", seed, i,
          world.arrived[i], world.given[i]);
    world_clear (&world);
  }
}

GST_END_TEST;

/* One leg after the other is cut, closed and comes back; one is always up. */
GST_START_TEST (msg_merge_loses_nothing_while_legs_come_and_go)
{
  guint seed, i, lost;

  for (seed = 100; seed < 160; seed++) {
    World world;

    world_init (&world, seed);
    world.n_legs = MAX (world.n_legs, 2);
    for (i = 0; i < world.n_legs; i++)
      world.legs[i].loss = 0;
    for (i = 1; i < world.n_legs; i++) {
      world.legs[i].joins = g_rand_int_range (world.rand, 0, 2000);
      world.legs[i].cut_from = world.legs[i].joins + 800;
      world.legs[i].cut_to = g_rand_int_range (world.rand, 3000, 5000);
      if (seed % 3 == 0)
        world.legs[i].leaves = world.legs[i].cut_from + 500;
    }
    world_run (&world);
    /* A leg that joins first may be heard before an older, slower one. */
    for (i = 0; !world.given[i]; i++);
    fail_unless (i <= world.legs[0].delay);
    for (lost = 0; i < WORLD_MS; i++)
      lost += world.given[i] == 0;
    fail_unless (lost == 0, "seed %u: %u lost", seed, lost);
    world_clear (&world);
  }
}

GST_END_TEST;

static Suite *
msgmerge_suite (void)
{
  Suite *s = suite_create ("msgmerge");
  TCase *tc = tcase_create ("msgmerge");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, msg_merge_passes_one_leg_through);
  tcase_add_test (tc, msg_merge_gives_each_message_once);
  tcase_add_test (tc, msg_merge_takes_from_one_leg_what_the_other_lost);
  tcase_add_test (tc, msg_merge_ends_a_hole_when_all_legs_passed_it);
  tcase_add_test (tc, msg_merge_waits_for_a_silent_leg_by_its_skew);
  tcase_add_test (tc, msg_merge_does_not_wait_for_a_leg_that_is_gone);
  tcase_add_test (tc, msg_merge_honours_a_fixed_gap_timeout);
  tcase_add_test (tc, msg_merge_loses_nothing_when_a_quicker_leg_joins);
  tcase_add_test (tc, msg_merge_loses_nothing_when_a_quicker_leg_comes_back);
  tcase_add_test (tc,
      msg_merge_hears_a_restarted_sender_from_its_first_message);
  tcase_add_test (tc, msg_merge_switches_at_once_when_the_old_legs_are_gone);
  tcase_add_test (tc, msg_merge_knows_what_is_repeated_after_a_reconnect);
  tcase_add_test (tc, msg_merge_lets_one_of_two_strangers_speak);
  tcase_add_test (tc, msg_merge_takes_no_stuffing_for_a_proof);
  tcase_add_test (tc, msg_merge_refuses_one_message_with_other_bytes);
  tcase_add_test (tc, msg_merge_survives_numbers_from_anywhere);
  tcase_add_test (tc, msg_merge_is_complete_in_random_worlds);
  tcase_add_test (tc, msg_merge_loses_nothing_while_legs_come_and_go);
  return s;
}

GST_CHECK_MAIN (msgmerge);
