/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "avpolicy.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)
#define STEP (40 * MS)

#define A 0
#define B 1
#define C 2                     /* sound alone */
#define SLATE FAILOVER_NONE
#define PICTURE (1u << AV_POLICY_PICTURE)
#define SOUND (1u << AV_POLICY_SOUND)

/* What arrives, a bit mask. */
#define A_PICTURE (1u << 0)
#define A_SOUND (1u << 1)
#define B_PICTURE (1u << 2)
#define B_SOUND (1u << 3)
#define C_SOUND (1u << 5)
#define ALL (A_PICTURE | A_SOUND | B_PICTURE | B_SOUND | C_SOUND)

typedef struct
{
  AvPolicy *policy;
  FailoverConfig config;
  guint64 now;
  AvDecision last;              /* the last change, */
  guint changes[FAILOVER_MEDIA];        /* and how many there were */
} Rig;

static void
configure (Rig * rig, AvPolicyKind kind)
{
  av_policy_configure (rig->policy, kind, &rig->config);
}

static void
rig_init (Rig * rig, AvPolicyKind kind)
{
  memset (rig, 0, sizeof (Rig));
  rig->config.required = AV_POLICY_BOTH;
  rig->config.require_all = TRUE;
  rig->config.timeout[0] = rig->config.timeout[1] = 400 * MS;
  rig->config.startup_timeout = 5 * SECOND;
  rig->config.auto_switch = rig->config.auto_return = TRUE;
  rig->config.return_delay = 10 * SECOND;
  rig->config.return_delay_max = 300 * SECOND;
  rig->policy = av_policy_new (&rig->config, 0);
  configure (rig, kind);
  av_policy_add_input (rig->policy, A, 0);
  av_policy_add_input (rig->policy, B, 1);
  av_policy_add_input (rig->policy, C, 1000);
  av_policy_set_media (rig->policy, C, SOUND);
}

static void
rig_clear (Rig * rig)
{
  av_policy_free (rig->policy);
}

static void
update (Rig * rig)
{
  AvDecision decision = av_policy_update (rig->policy, rig->now);
  guint medium;

  if (decision.changed == 0)
    return;
  rig->last = decision;
  for (medium = 0; medium < FAILOVER_MEDIA; medium++) {
    if (decision.changed & (1u << medium))
      rig->changes[medium]++;
  }
}

static void
feed (Rig * rig, guint arrives, guint64 duration)
{
  guint64 end = rig->now + duration;
  guint i;

  for (; rig->now < end; rig->now += STEP) {
    for (i = 0; i < 6; i++) {
      if (arrives & (1u << i))
        av_policy_on_arrival (rig->policy, i / 2, i % 2, rig->now);
    }
    update (rig);
  }
}

static void
expect (Rig * rig, gint picture, gint sound)
{
  fail_unless_equals_int (av_policy_active (rig->policy, AV_POLICY_PICTURE),
      picture);
  fail_unless_equals_int (av_policy_active (rig->policy, AV_POLICY_SOUND),
      sound);
}

/* What is lost, and where picture and sound are then. */
static const struct
{
  const gchar *name;
  guint lost;
  gint to[3][FAILOVER_MEDIA];   /* prefer-common, common, independent */
} losses[] = {
  {"nothing", 0, {{A, A}, {A, A}, {A, A}}},
  {"picture", A_PICTURE, {{B, B}, {B, B}, {B, A}}},
  {"sound", A_SOUND, {{A, B}, {B, B}, {A, B}}},
  {"both", A_PICTURE | A_SOUND, {{B, B}, {B, B}, {B, B}}},
  {"all sound", A_SOUND | B_SOUND, {{A, C}, {A, A}, {A, C}}},
  {"all pictures", A_PICTURE | B_PICTURE, {{A, A}, {A, A}, {A, A}}},
  {"picture of one, sound of the other", A_PICTURE | B_SOUND,
      {{B, A}, {B, B}, {B, A}}},
  {"one and the sound of the other", A_PICTURE | A_SOUND | B_SOUND,
      {{B, C}, {B, B}, {B, C}}},
  {"one and the picture of the other", A_PICTURE | A_SOUND | B_PICTURE,
      {{A, B}, {B, B}, {A, B}}},
  {"all but sound alone", A_PICTURE | A_SOUND | B_PICTURE | B_SOUND,
      {{A, C}, {C, C}, {A, C}}},
};

GST_START_TEST (av_policy_answers_each_loss_and_returns)
{
  guint loss = __i__ / 3, kind = __i__ % 3;
  Rig rig;

  GST_INFO ("policy %u, loss of %s", kind, losses[loss].name);
  rig_init (&rig, kind);
  feed (&rig, ALL, SECOND);
  expect (&rig, A, A);
  fail_unless_equals_int (rig.last.changed, AV_POLICY_BOTH);
  feed (&rig, ALL & ~losses[loss].lost, SECOND);
  expect (&rig, losses[loss].to[kind][0], losses[loss].to[kind][1]);
  /* It stays so: nothing flaps. */
  feed (&rig, ALL & ~losses[loss].lost, 60 * SECOND);
  expect (&rig, losses[loss].to[kind][0], losses[loss].to[kind][1]);
  feed (&rig, ALL, 11 * SECOND);
  expect (&rig, A, A);
  fail_unless (rig.changes[0] <= 3 && rig.changes[1] <= 3);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (av_policy_takes_the_sound_along_at_the_same_instant)
{
  Rig rig;

  rig_init (&rig, AV_POLICY_PREFER_COMMON);
  feed (&rig, ALL, SECOND);
  feed (&rig, ALL & ~A_PICTURE, SECOND);
  fail_unless_equals_int (rig.last.changed, AV_POLICY_BOTH);
  fail_unless_equals_int (rig.last.reason[0], FAILOVER_REASON_TIMEOUT);
  fail_unless_equals_int (rig.last.reason[1], FAILOVER_REASON_TIMEOUT);
  feed (&rig, ALL, 11 * SECOND);
  fail_unless_equals_int (rig.last.changed, AV_POLICY_BOTH);
  fail_unless_equals_int (rig.last.reason[1], FAILOVER_REASON_RETURN);
  fail_unless_equals_int (rig.changes[1], 3);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (av_policy_returns_the_sound_after_the_delay_and_not_before)
{
  Rig rig;

  rig_init (&rig, AV_POLICY_PREFER_COMMON);
  feed (&rig, ALL, SECOND);
  feed (&rig, ALL & ~A_SOUND, SECOND);
  fail_unless_equals_int (rig.last.changed, SOUND);
  fail_unless_equals_int (rig.last.reason[1], FAILOVER_REASON_TIMEOUT);
  feed (&rig, ALL, 10 * SECOND - STEP);
  expect (&rig, A, B);
  feed (&rig, ALL, 4 * STEP);
  expect (&rig, A, A);
  fail_unless_equals_int (rig.last.changed, SOUND);
  fail_unless_equals_int (rig.last.reason[1], FAILOVER_REASON_RETURN);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (av_policy_leaves_the_sound_where_the_picture_has_none)
{
  Rig rig;

  rig_init (&rig, AV_POLICY_PREFER_COMMON);
  feed (&rig, ALL, SECOND);
  feed (&rig, B_PICTURE | A_SOUND | C_SOUND, SECOND);
  expect (&rig, B, A);
  /* It comes when there is some, as soon as that has lasted. */
  feed (&rig, B_PICTURE | A_SOUND | C_SOUND | B_SOUND, 9 * SECOND);
  expect (&rig, B, A);
  feed (&rig, B_PICTURE | A_SOUND | C_SOUND | B_SOUND, 2 * SECOND);
  expect (&rig, B, B);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (av_policy_makes_sound_wait_for_the_picture_at_the_start)
{
  Rig rig;

  rig_init (&rig, AV_POLICY_PREFER_COMMON);
  feed (&rig, A_SOUND | B_SOUND, 2 * SECOND);
  expect (&rig, SLATE, SLATE);
  fail_unless_equals_uint64 (av_policy_update (rig.policy, rig.now).deadline,
      5 * SECOND);
  feed (&rig, A_SOUND | B_SOUND | A_PICTURE, STEP);
  expect (&rig, A, A);
  fail_unless_equals_int (rig.last.changed, AV_POLICY_BOTH);
  fail_unless_equals_int (rig.last.reason[1], FAILOVER_REASON_STARTUP);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (av_policy_starts_sound_alone_when_no_picture_comes)
{
  Rig rig;

  rig_init (&rig, AV_POLICY_PREFER_COMMON);
  feed (&rig, C_SOUND, 4900 * MS);
  expect (&rig, SLATE, SLATE);
  feed (&rig, C_SOUND, SECOND);
  expect (&rig, SLATE, C);
  feed (&rig, ALL, 2 * SECOND);
  expect (&rig, A, A);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (av_policy_does_not_wait_for_what_is_not_taken)
{
  Rig rig;

  rig_init (&rig, AV_POLICY_PREFER_COMMON);
  av_policy_set_media (rig.policy, A, PICTURE);
  av_policy_set_media (rig.policy, B, PICTURE);
  feed (&rig, A_PICTURE | C_SOUND, STEP);
  expect (&rig, A, C);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (av_policy_switches_both_by_hand)
{
  AvPolicyKind kind = __i__;
  Rig rig;

  rig_init (&rig, kind);
  feed (&rig, ALL, SECOND);
  fail_unless_equals_int (av_policy_switch_to (rig.policy, AV_POLICY_BOTH, B,
          rig.now), FAILOVER_GRANTED);
  feed (&rig, ALL, 20 * SECOND);
  expect (&rig, B, B);
  fail_unless_equals_int (rig.last.changed, AV_POLICY_BOTH);
  fail_unless_equals_int (rig.last.reason[0], FAILOVER_REASON_MANUAL);
  fail_unless_equals_int (rig.last.reason[1], FAILOVER_REASON_MANUAL);
  feed (&rig, ALL & ~(B_PICTURE | B_SOUND), SECOND);
  expect (&rig, A, A);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (av_policy_takes_commands_for_the_sound_alone)
{
  AvPolicyKind kind = __i__;
  Rig rig;

  rig_init (&rig, kind);
  feed (&rig, ALL, SECOND);
  fail_unless_equals_int (av_policy_switch_to (rig.policy, SOUND, C, rig.now),
      kind == AV_POLICY_COMMON ? FAILOVER_IS_COMMON : FAILOVER_GRANTED);
  feed (&rig, ALL, 20 * SECOND);
  if (kind == AV_POLICY_COMMON) {
    expect (&rig, A, A);
  } else {
    expect (&rig, A, C);
    fail_unless_equals_int (rig.last.reason[1], FAILOVER_REASON_MANUAL);
    /* The picture moves without it. */
    feed (&rig, ALL & ~A_PICTURE, SECOND);
    expect (&rig, B, C);
    feed (&rig, ALL & ~(A_PICTURE | C_SOUND), SECOND);
    expect (&rig, B, kind == AV_POLICY_INDEPENDENT ? A : B);
  }
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (av_policy_takes_commands_for_the_picture_alone)
{
  Rig rig;

  rig_init (&rig, AV_POLICY_PREFER_COMMON);
  feed (&rig, ALL, SECOND);
  fail_unless_equals_int (av_policy_switch_to (rig.policy, PICTURE, B,
          rig.now), FAILOVER_GRANTED);
  feed (&rig, ALL, 30 * SECOND);
  expect (&rig, B, A);
  fail_unless_equals_int (rig.changes[1], 1);
  /* The command ends: they belong together again. */
  fail_unless_equals_int (av_policy_clear (rig.policy, PICTURE),
      FAILOVER_GRANTED);
  feed (&rig, ALL, STEP);
  expect (&rig, A, A);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (av_policy_forces_one_medium_even_when_it_fails)
{
  Rig rig;

  rig_init (&rig, AV_POLICY_PREFER_COMMON);
  feed (&rig, ALL, SECOND);
  fail_unless_equals_int (av_policy_force (rig.policy, SOUND, C),
      FAILOVER_GRANTED);
  feed (&rig, ALL & ~C_SOUND, 20 * SECOND);
  expect (&rig, A, C);
  fail_unless (av_policy_is_forced (rig.policy, AV_POLICY_SOUND));
  fail_if (av_policy_is_forced (rig.policy, AV_POLICY_PICTURE));
  feed (&rig, ALL & ~(A_PICTURE | C_SOUND), SECOND);
  expect (&rig, B, C);
  av_policy_clear (rig.policy, SOUND);
  feed (&rig, ALL & ~(A_PICTURE | C_SOUND), SECOND);
  expect (&rig, B, B);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (av_policy_silences_the_sound_beside_a_picture)
{
  Rig rig;

  rig_init (&rig, AV_POLICY_PREFER_COMMON);
  feed (&rig, ALL, SECOND);
  av_policy_force (rig.policy, SOUND, FAILOVER_NONE);
  feed (&rig, ALL, SECOND);
  expect (&rig, A, SLATE);
  av_policy_unforce (rig.policy, SOUND);
  feed (&rig, ALL, SECOND);
  expect (&rig, A, A);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (av_policy_locks_one_medium_out)
{
  Rig rig;

  rig_init (&rig, AV_POLICY_PREFER_COMMON);
  feed (&rig, ALL, SECOND);
  av_policy_lockout (rig.policy, SOUND, A, TRUE);
  feed (&rig, ALL, 20 * SECOND);
  expect (&rig, A, B);
  fail_unless (av_policy_is_locked_out (rig.policy, AV_POLICY_SOUND, A));
  fail_if (av_policy_is_locked_out (rig.policy, AV_POLICY_PICTURE, A));
  av_policy_lockout (rig.policy, SOUND, A, FALSE);
  feed (&rig, ALL, SECOND);
  expect (&rig, A, A);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (av_policy_holds_the_sound)
{
  guint media = __i__ ? AV_POLICY_BOTH : SOUND;
  Rig rig;

  rig_init (&rig, AV_POLICY_PREFER_COMMON);
  feed (&rig, ALL, SECOND);
  av_policy_hold (rig.policy, media, TRUE);
  feed (&rig, ALL & ~A_PICTURE, SECOND);
  expect (&rig, B, A);
  /* Its own failure moves it, and nothing moves it back. */
  feed (&rig, ALL & ~(A_PICTURE | A_SOUND), SECOND);
  expect (&rig, B, B);
  feed (&rig, ALL, 20 * SECOND);
  expect (&rig, media == SOUND ? A : B, B);
  /* Nor does the operator, who has to end it first. */
  fail_unless_equals_int (av_policy_switch_to (rig.policy, AV_POLICY_BOTH, A,
          rig.now), FAILOVER_IS_HELD);
  feed (&rig, ALL, SECOND);
  expect (&rig, media == SOUND ? A : B, B);
  av_policy_hold (rig.policy, media, FALSE);
  fail_unless_equals_int (av_policy_switch_to (rig.policy, AV_POLICY_BOTH, A,
          rig.now), FAILOVER_GRANTED);
  feed (&rig, ALL, SECOND);
  expect (&rig, A, A);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (av_policy_refuses_what_an_input_does_not_bring)
{
  Rig rig;

  rig_init (&rig, AV_POLICY_PREFER_COMMON);
  feed (&rig, ALL, SECOND);
  fail_unless_equals_int (av_policy_switch_to (rig.policy, PICTURE, C,
          rig.now), FAILOVER_LACKS_MEDIUM);
  fail_unless_equals_int (av_policy_force (rig.policy, PICTURE, C),
      FAILOVER_LACKS_MEDIUM);
  fail_unless_equals_int (av_policy_switch_to (rig.policy, SOUND, 7, rig.now),
      FAILOVER_UNKNOWN_INPUT);
  /* For both: what there is of it. */
  fail_unless_equals_int (av_policy_switch_to (rig.policy, AV_POLICY_BOTH, C,
          rig.now), FAILOVER_GRANTED);
  feed (&rig, ALL, SECOND);
  expect (&rig, A, C);
  configure (&rig, AV_POLICY_COMMON);
  fail_unless_equals_int (av_policy_switch_to (rig.policy, AV_POLICY_BOTH, C,
          rig.now), FAILOVER_NOT_HEALTHY);
  fail_unless_equals_int (av_policy_hold (rig.policy, SOUND, TRUE),
      FAILOVER_IS_COMMON);
  fail_unless_equals_int (av_policy_lockout (rig.policy, SOUND, A, TRUE),
      FAILOVER_IS_COMMON);
  fail_unless_equals_int (av_policy_clear (rig.policy, PICTURE),
      FAILOVER_IS_COMMON);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (av_policy_changes_while_it_runs)
{
  Rig rig;

  rig_init (&rig, AV_POLICY_PREFER_COMMON);
  feed (&rig, ALL, SECOND);
  feed (&rig, ALL & ~A_SOUND, SECOND);
  expect (&rig, A, B);
  configure (&rig, AV_POLICY_COMMON);
  feed (&rig, ALL & ~A_SOUND, SECOND);
  expect (&rig, B, B);
  configure (&rig, AV_POLICY_INDEPENDENT);
  feed (&rig, ALL & ~A_SOUND, 11 * SECOND);
  expect (&rig, A, B);
  configure (&rig, AV_POLICY_COMMON);
  feed (&rig, ALL, SECOND);
  expect (&rig, A, A);
  fail_unless (rig.last.reason[1] != FAILOVER_REASON_NONE);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (av_policy_ignores_what_is_not_taken)
{
  Rig rig;

  rig_init (&rig, AV_POLICY_PREFER_COMMON);
  feed (&rig, ALL, SECOND);
  fail_unless (av_policy_is_healthy (rig.policy, A, rig.now));
  av_policy_set_media (rig.policy, A, PICTURE);
  feed (&rig, ALL, 20 * SECOND);
  expect (&rig, A, B);
  /* Nobody misses it. */
  fail_unless (av_policy_is_healthy (rig.policy, A, rig.now));
  fail_unless (av_policy_is_healthy (rig.policy, C, rig.now));
  feed (&rig, ALL & ~B_SOUND, SECOND);
  expect (&rig, A, C);
  fail_if (av_policy_is_healthy (rig.policy, B, rig.now));
  av_policy_set_media (rig.policy, A, AV_POLICY_BOTH);
  feed (&rig, ALL, 11 * SECOND);
  expect (&rig, A, A);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (av_policy_stands_the_removal_of_what_is_shown)
{
  AvPolicyKind kind = __i__;
  Rig rig;

  rig_init (&rig, kind);
  feed (&rig, ALL, SECOND);
  av_policy_remove_input (rig.policy, A);
  feed (&rig, ALL, STEP);
  expect (&rig, B, B);
  fail_unless_equals_int (rig.last.from[1], A);
  fail_unless_equals_int (rig.last.reason[1], FAILOVER_REASON_REMOVED);
  av_policy_remove_input (rig.policy, B);
  feed (&rig, ALL, SECOND);
  expect (&rig, kind == AV_POLICY_COMMON ? C : SLATE, C);
  av_policy_remove_input (rig.policy, C);
  feed (&rig, ALL, SECOND);
  expect (&rig, SLATE, SLATE);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (av_policy_decides_for_a_single_medium)
{
  AvPolicyKind kind = __i__;
  Rig rig;

  rig_init (&rig, kind);
  rig.config.required = SOUND;
  configure (&rig, kind);
  feed (&rig, A_SOUND | C_SOUND, SECOND);
  fail_unless_equals_int (av_policy_active (rig.policy, AV_POLICY_SOUND), A);
  feed (&rig, C_SOUND, SECOND);
  fail_unless_equals_int (av_policy_active (rig.policy, AV_POLICY_SOUND), C);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (av_policy_starts_anew)
{
  Rig rig;

  rig_init (&rig, AV_POLICY_PREFER_COMMON);
  feed (&rig, ALL & ~A_SOUND, 6 * SECOND);
  expect (&rig, A, B);
  rig.now = 0;
  av_policy_start (rig.policy, 0);
  expect (&rig, SLATE, SLATE);
  feed (&rig, ALL, SECOND);
  expect (&rig, A, A);
  rig_clear (&rig);
}

GST_END_TEST;

/* What is wrong with A's content, and where picture and sound are then. */
static const struct
{
  ContentFault fault;
  gint to[3][FAILOVER_MEDIA];   /* prefer-common, common, independent */
} faults[] = {
  {CONTENT_BLACK, {{B, B}, {B, B}, {B, A}}},
  {CONTENT_FREEZE, {{B, B}, {B, B}, {B, A}}},
  {CONTENT_SILENCE, {{A, B}, {B, B}, {A, B}}},
  {CONTENT_LOW_BITRATE, {{B, B}, {B, B}, {B, A}}},
};

GST_START_TEST (av_policy_answers_faults_of_content_and_returns)
{
  static const AvPolicyKind kinds[] = {
    AV_POLICY_PREFER_COMMON, AV_POLICY_COMMON, AV_POLICY_INDEPENDENT
  };
  guint i, k;

  for (i = 0; i < G_N_ELEMENTS (faults); i++) {
    for (k = 0; k < G_N_ELEMENTS (kinds); k++) {
      Rig rig;

      rig_init (&rig, kinds[k]);
      feed (&rig, ALL, SECOND);
      expect (&rig, A, A);
      av_policy_on_content (rig.policy, A, 1u << faults[i].fault, rig.now);
      fail_if (av_policy_is_healthy (rig.policy, A, rig.now));
      feed (&rig, ALL, SECOND);
      expect (&rig, faults[i].to[k][0], faults[i].to[k][1]);
      av_policy_on_content (rig.policy, A, 0, rig.now);
      feed (&rig, ALL, 11 * SECOND);
      expect (&rig, A, A);
      rig_clear (&rig);
    }
  }
}

GST_END_TEST;

/* A command is refused as a whole. */
GST_START_TEST (av_policy_forces_nothing_where_it_refuses)
{
  Rig rig;

  rig_init (&rig, AV_POLICY_PREFER_COMMON);
  feed (&rig, ALL, SECOND);
  av_policy_lockout (rig.policy, SOUND, B, TRUE);
  fail_unless_equals_int (av_policy_force (rig.policy, AV_POLICY_BOTH, B),
      FAILOVER_LOCKED_OUT);
  feed (&rig, ALL, SECOND);
  expect (&rig, A, A);
  fail_if (av_policy_is_forced (rig.policy, AV_POLICY_PICTURE));
  fail_unless_equals_int (av_policy_force (rig.policy, PICTURE, B),
      FAILOVER_GRANTED);
  feed (&rig, ALL, SECOND);
  expect (&rig, B, A);
  rig_clear (&rig);
}

GST_END_TEST;

/* Silence that ended while both went together is over for the sound alone as
 * well, and one that began counts. */
GST_START_TEST (av_policy_knows_content_after_another_policy)
{
  Rig rig;

  rig_init (&rig, AV_POLICY_INDEPENDENT);
  feed (&rig, ALL, SECOND);
  av_policy_on_content (rig.policy, A, 1u << CONTENT_SILENCE, rig.now);
  feed (&rig, ALL, SECOND);
  expect (&rig, A, B);
  configure (&rig, AV_POLICY_COMMON);
  av_policy_on_content (rig.policy, A, 0, rig.now);
  feed (&rig, ALL, SECOND);
  configure (&rig, AV_POLICY_INDEPENDENT);
  feed (&rig, ALL, 20 * SECOND);
  expect (&rig, A, A);
  fail_unless (av_policy_is_healthy (rig.policy, A, rig.now));
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
avpolicy_suite (void)
{
  Suite *s = suite_create ("avpolicy");
  TCase *tc = tcase_create ("avpolicy");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, av_policy_answers_each_loss_and_returns, 0,
      3 * G_N_ELEMENTS (losses));
  tcase_add_test (tc, av_policy_takes_the_sound_along_at_the_same_instant);
  tcase_add_test (tc,
      av_policy_returns_the_sound_after_the_delay_and_not_before);
  tcase_add_test (tc, av_policy_leaves_the_sound_where_the_picture_has_none);
  tcase_add_test (tc, av_policy_makes_sound_wait_for_the_picture_at_the_start);
  tcase_add_test (tc, av_policy_starts_sound_alone_when_no_picture_comes);
  tcase_add_test (tc, av_policy_does_not_wait_for_what_is_not_taken);
  tcase_add_loop_test (tc, av_policy_switches_both_by_hand, 0, 3);
  tcase_add_loop_test (tc, av_policy_takes_commands_for_the_sound_alone, 0, 3);
  tcase_add_test (tc, av_policy_takes_commands_for_the_picture_alone);
  tcase_add_test (tc, av_policy_forces_one_medium_even_when_it_fails);
  tcase_add_test (tc, av_policy_silences_the_sound_beside_a_picture);
  tcase_add_test (tc, av_policy_locks_one_medium_out);
  tcase_add_loop_test (tc, av_policy_holds_the_sound, 0, 2);
  tcase_add_test (tc, av_policy_refuses_what_an_input_does_not_bring);
  tcase_add_test (tc, av_policy_changes_while_it_runs);
  tcase_add_test (tc, av_policy_ignores_what_is_not_taken);
  tcase_add_loop_test (tc, av_policy_stands_the_removal_of_what_is_shown, 0, 3);
  tcase_add_loop_test (tc, av_policy_decides_for_a_single_medium, 0, 3);
  tcase_add_test (tc, av_policy_starts_anew);
  tcase_add_test (tc, av_policy_answers_faults_of_content_and_returns);
  tcase_add_test (tc, av_policy_forces_nothing_where_it_refuses);
  tcase_add_test (tc, av_policy_knows_content_after_another_policy);
  return s;
}

GST_CHECK_MAIN (avpolicy);
