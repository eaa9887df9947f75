/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Access units of 40 ms; an input is made of groups that begin with a key
 * frame, its name is in what goes out. */
#include <gst/check/gstcheck.h>

#include "auswitch.h"

#define MS G_GINT64_CONSTANT (1000000)
#define FRAME (40 * MS)
#define SECOND (1000 * MS)

typedef struct
{
  AuSwitch self;
  AuTrack tracks[3];
  GString *out;                 /* a letter for each, capitals are key frames */
  gint64 last;
  guint disconts;
} Rig;

static void
free_unit (gpointer data)
{
  g_free (data);
}

static void
rig_init (Rig * rig)
{
  guint i;

  memset (rig, 0, sizeof (*rig));
  au_switch_init (&rig->self, 0);
  for (i = 0; i < 3; i++)
    store_init (&rig->tracks[i].store, 20 * SECOND, 64 << 20, free_unit);
  rig->out = g_string_new (NULL);
  rig->last = -1;
}

static void
rig_clear (Rig * rig)
{
  guint i;

  for (i = 0; i < 3; i++)
    store_finish (&rig->tracks[i].store);
  g_string_free (rig->out, TRUE);
}

static AccessUnit *
add (Rig * rig, guint track, gint64 dts, gboolean key)
{
  AccessUnit *unit = g_new0 (AccessUnit, 1);
  StoreItem item = { dts, FRAME, 1000, unit };

  unit->pts = dts;
  unit->key = key;
  unit->data = GUINT_TO_POINTER (track);
  store_push (&rig->tracks[track].store, &item);
  return unit;
}

/* Frames `from` to `to` with a key frame at each of which `phase` is left. */
static void
fill (Rig * rig, guint track, guint from, guint to, guint group, guint phase)
{
  guint i;

  for (i = from; i < to; i++)
    add (rig, track, i * FRAME, i % group == phase);
}

/* All that goes out before `until`. */
static void
run (Rig * rig, gint wanted, gint64 until)
{
  for (;;) {
    AuPick pick = au_switch_peek (&rig->self,
        wanted >= 0 ? &rig->tracks[wanted] : NULL);
    const AccessUnit *unit;

    if (pick.item == NULL || pick.item->start >= until)
      return;
    unit = pick.item->data;
    fail_unless (pick.item->start > rig->last);
    fail_unless (!pick.discont || unit->key);
    rig->last = pick.item->start;
    rig->disconts += pick.discont;
    g_string_append_c (rig->out, (unit->key ? 'A' : 'a')
        + GPOINTER_TO_UINT (unit->data));
    au_switch_take (&rig->self, &pick);
  }
}

GST_START_TEST (au_switch_begins_with_a_key_frame)
{
  Rig rig;

  rig_init (&rig);
  fill (&rig, 0, 0, 12, 5, 3);
  run (&rig, 0, 2 * SECOND);
  fail_unless_equals_string (rig.out->str, "AaaaaAaaa");
  fail_unless_equals_int (rig.disconts, 1);
  rig_clear (&rig);
}

GST_END_TEST;

/* Make before break: an operator's wish, or a return. */
GST_START_TEST (au_switch_goes_on_up_to_the_other_ones_key_frame)
{
  Rig rig;

  rig_init (&rig);
  fill (&rig, 0, 0, 30, 10, 0);
  fill (&rig, 1, 0, 30, 10, 7);
  run (&rig, 0, 10 * FRAME);
  run (&rig, 1, 2 * SECOND);
  fail_unless_equals_string (rig.out->str, "AaaaaaaaaaAaaaaaaBbbbbbbbbbBbb");
  fail_unless_equals_int (rig.self.switches, 1);
  fail_unless_equals_int64 (rig.self.hole, 0);
  rig_clear (&rig);
}

GST_END_TEST;

/* What is stored of the dead one covers the time up to the key frame as far as
 * it goes. */
GST_START_TEST (au_switch_waits_for_a_key_frame_when_one_is_dead)
{
  Rig rig;

  rig_init (&rig);
  fill (&rig, 0, 0, 13, 10, 0);
  fill (&rig, 1, 0, 17, 10, 7);
  run (&rig, 0, 10 * FRAME);
  run (&rig, 1, 2 * SECOND);
  fail_unless_equals_string (rig.out->str, "AaaaaaaaaaAaa");
  fill (&rig, 1, 17, 20, 10, 7);
  run (&rig, 1, 2 * SECOND);
  fail_unless_equals_string (rig.out->str, "AaaaaaaaaaAaaBbb");
  fail_unless_equals_int64 (rig.self.hole, 4 * FRAME);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (au_switch_changes_its_mind_while_it_waits)
{
  Rig rig;

  rig_init (&rig);
  fill (&rig, 0, 0, 40, 10, 0);
  fill (&rig, 1, 0, 40, 20, 19);
  run (&rig, 0, 5 * FRAME);
  run (&rig, 1, 12 * FRAME);
  run (&rig, 0, 2 * SECOND);
  fail_unless_equals_int (rig.self.switches, 0);
  fail_unless (strpbrk (rig.out->str, "Bb") == NULL);
  rig_clear (&rig);
}

GST_END_TEST;

/* Open groups: two pictures are shown before the key frame, decoded behind. */
GST_START_TEST (au_switch_leaves_out_leading_pictures)
{
  AccessUnit *unit;
  Rig rig;
  guint i;

  rig_init (&rig);
  fill (&rig, 0, 0, 10, 10, 0);
  for (i = 0; i < 30; i++) {
    unit = add (&rig, 1, i * FRAME, i % 10 == 7);
    unit->pts = (i + (i % 10 == 7 ? 3 : i % 10 > 7 ? 0 : 1)) * FRAME;
  }
  run (&rig, 0, 5 * FRAME);
  run (&rig, 1, 2 * SECOND);
  /* Those of its next group are whole. */
  fail_unless_equals_string (rig.out->str, "AaaaaaaBbbbbbbbBbbbbbbbbbBbb");
  fail_unless_equals_uint64 (rig.self.leading_dropped, 2);
  rig_clear (&rig);
}

GST_END_TEST;

/* A reconnect, a jump of its time, or a loss on its way. */
GST_START_TEST (au_switch_needs_a_key_frame_behind_a_loss)
{
  Rig rig;

  rig_init (&rig);
  fill (&rig, 0, 0, 5, 10, 0);
  fill (&rig, 0, 6, 13, 10, 0);
  ((AccessUnit *) store_at (&rig.tracks[0].store, 6 * FRAME)->data)->discont =
      TRUE;
  run (&rig, 0, 2 * SECOND);
  fail_unless_equals_string (rig.out->str, "AaaaaAaa");
  fail_unless_equals_uint64 (rig.self.skipped, 4);
  rig.tracks[0].epoch++;
  fill (&rig, 0, 13, 22, 10, 0);
  run (&rig, 0, 2 * SECOND);
  fail_unless_equals_string (rig.out->str, "AaaaaAaaAa");
  fail_unless_equals_int (rig.disconts, 3);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (au_switch_forgets_who_is_gone)
{
  Rig rig;

  rig_init (&rig);
  fill (&rig, 0, 0, 30, 10, 0);
  fill (&rig, 1, 0, 30, 10, 5);
  run (&rig, 0, 8 * FRAME);
  au_switch_forget (&rig.self, &rig.tracks[0]);
  store_clear (&rig.tracks[0].store);
  run (&rig, 1, 2 * SECOND);
  fail_unless_equals_string (rig.out->str, "AaaaaaaaBbbbbbbbbbBbbbb");
  rig_clear (&rig);
}

GST_END_TEST;

/* Sound: each frame is one to begin with. */
GST_START_TEST (au_switch_of_sound_leaves_no_hole)
{
  Rig rig;

  rig_init (&rig);
  fill (&rig, 0, 0, 20, 1, 0);
  fill (&rig, 1, 0, 40, 1, 0);
  fill (&rig, 2, 0, 40, 1, 0);
  run (&rig, 0, 10 * FRAME);
  run (&rig, 1, 20 * FRAME);
  run (&rig, 2, 30 * FRAME);
  fail_unless_equals_string (rig.out->str, "AAAAAAAAAABBBBBBBBBBCCCCCCCCCC");
  fail_unless_equals_int64 (rig.self.hole, 0);
  rig_clear (&rig);
}

GST_END_TEST;

/* Whatever inputs bring, and whoever is wanted. */
GST_START_TEST (au_switch_in_any_order_keeps_the_rules)
{
  GRand *rand = g_rand_new_with_seed (__i__);
  guint next[3] = { 0, 0, 0 }, i, t;
  gint wanted = 0;
  Rig rig;

  rig_init (&rig);
  for (i = 0; i < 3000; i++) {
    for (t = 0; t < 3; t++) {
      guint n = g_rand_int_range (rand, 0, 3);

      if (g_rand_int_range (rand, 0, 60) == 0) {
        next[t] += g_rand_int_range (rand, 1, 40);
        rig.tracks[t].epoch += g_rand_boolean (rand);
        if (!g_rand_boolean (rand))
          add (&rig, t, next[t]++ * FRAME, FALSE)->discont = TRUE;
      }
      fill (&rig, t, next[t], next[t] + n, 12, 4 * t);
      next[t] += n;
    }
    if (g_rand_int_range (rand, 0, 20) == 0)
      wanted = g_rand_int_range (rand, -1, 3);
    run (&rig, wanted, i * FRAME);
    for (t = 0; t < 3; t++)
      store_trim (&rig.tracks[t].store, i * FRAME - 2 * SECOND);
  }
  fail_unless (rig.self.switches > 10);
  rig_clear (&rig);
  g_rand_free (rand);
}

GST_END_TEST;

static Suite *
auswitch_suite (void)
{
  Suite *s = suite_create ("auswitch");
  TCase *tc = tcase_create ("auswitch");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, au_switch_begins_with_a_key_frame);
  tcase_add_test (tc, au_switch_goes_on_up_to_the_other_ones_key_frame);
  tcase_add_test (tc, au_switch_waits_for_a_key_frame_when_one_is_dead);
  tcase_add_test (tc, au_switch_changes_its_mind_while_it_waits);
  tcase_add_test (tc, au_switch_leaves_out_leading_pictures);
  tcase_add_test (tc, au_switch_needs_a_key_frame_behind_a_loss);
  tcase_add_test (tc, au_switch_forgets_who_is_gone);
  tcase_add_test (tc, au_switch_of_sound_leaves_no_hole);
  tcase_add_loop_test (tc, au_switch_in_any_order_keeps_the_rules, 0, 50);
  return s;
}

GST_CHECK_MAIN (auswitch);
