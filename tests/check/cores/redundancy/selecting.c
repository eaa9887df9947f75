/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Someone else chooses among the healthy inputs, or does not. */
#include <gst/check/gstcheck.h>

#include "failover.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)
#define PATIENCE (50 * MS)

#define A 0
#define B 1
#define C 2

typedef struct
{
  Failover *failover;
  guint64 now;
  guint alive;                  /* bit mask */
  guint questions, unanswered, switches;
  guint question;               /* the last one */
  FailoverDecision last;        /* the last move */
} Rig;

static void
step (Rig * rig, guint64 time)
{
  FailoverDecision decision;
  gint id;

  rig->now += time;
  for (id = A; id <= C; id++) {
    if (rig->alive & (1u << id))
      failover_on_arrival (rig->failover, id, 0, rig->now);
  }
  decision = failover_update (rig->failover, rig->now);
  if (decision.question != 0) {
    rig->questions++;
    rig->question = decision.question;
    fail_if (decision.changed);
    fail_unless (decision.deadline <= rig->now + PATIENCE);
  }
  rig->unanswered += decision.unanswered ? 1 : 0;
  if (decision.changed) {
    rig->switches++;
    rig->last = decision;
  }
}

static void
pass (Rig * rig, guint64 time)
{
  guint64 end = rig->now + time;

  while (rig->now < end)
    step (rig, 10 * MS);
}

static void
rig_init (Rig * rig)
{
  FailoverConfig config = { 0, };
  gint id;

  memset (rig, 0, sizeof (Rig));
  config.required = 1;
  config.require_all = TRUE;
  config.timeout[0] = 400 * MS;
  config.auto_switch = config.auto_return = TRUE;
  config.return_delay = config.return_delay_max = 10 * SECOND;
  config.select_patience = PATIENCE;
  rig->failover = failover_new (&config, 0);
  for (id = A; id <= C; id++)
    failover_add_input (rig->failover, id, id);
  rig->alive = 7;
  pass (rig, SECOND);
  failover_set_selecting (rig->failover, TRUE);
  pass (rig, SECOND);
  fail_unless_equals_int (failover_active (rig->failover), A);
  fail_unless_equals_int (rig->questions, 0);
}

/* Until A's death has led to a question. */
static void
lose_a (Rig * rig)
{
  rig->alive = 6;
  while (rig->questions == 0)
    step (rig, 10 * MS);
  fail_unless_equals_int (failover_active (rig->failover), A);
}

static FailoverVerdict
answer (Rig * rig, gint id)
{
  return failover_answer (rig->failover, rig->question, id, rig->now);
}

GST_START_TEST (selecting_takes_the_answer)
{
  gint ids[3];
  Rig rig;

  rig_init (&rig);
  lose_a (&rig);
  fail_unless_equals_int (failover_candidates (rig.failover, rig.now, ids, 3),
      2);
  fail_unless (ids[0] == B && ids[1] == C);
  fail_unless_equals_int (answer (&rig, C), FAILOVER_GRANTED);
  step (&rig, MS);
  fail_unless_equals_int (failover_active (rig.failover), C);
  fail_unless_equals_int (rig.last.reason, FAILOVER_REASON_TIMEOUT);
  fail_unless_equals_int (rig.questions, 1);
  fail_unless_equals_int (answer (&rig, B), FAILOVER_NOT_ASKED);
  failover_free (rig.failover);
}

GST_END_TEST;

GST_START_TEST (selecting_may_leave_it_to_the_automaton)
{
  Rig rig;

  rig_init (&rig);
  lose_a (&rig);
  fail_unless_equals_int (answer (&rig, FAILOVER_NONE), FAILOVER_GRANTED);
  step (&rig, MS);
  fail_unless_equals_int (failover_active (rig.failover), B);
  failover_free (rig.failover);
}

GST_END_TEST;

GST_START_TEST (selecting_refuses_nonsense_and_goes_on)
{
  static const gint answers[] = { 7, A };
  static const FailoverVerdict verdicts[] = {
    FAILOVER_UNKNOWN_INPUT, FAILOVER_NOT_HEALTHY
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (answers); i++) {
    Rig rig;

    rig_init (&rig);
    lose_a (&rig);
    fail_unless_equals_int (answer (&rig, answers[i]), verdicts[i]);
    step (&rig, MS);
    fail_unless_equals_int (failover_active (rig.failover), B);
    failover_free (rig.failover);
  }
}

GST_END_TEST;

GST_START_TEST (selecting_waits_no_longer_than_its_patience)
{
  guint64 asked_at;
  Rig rig;

  rig_init (&rig);
  lose_a (&rig);
  asked_at = rig.now;
  while (rig.switches < 2)
    step (&rig, MS);
  fail_unless_equals_uint64 (rig.now, asked_at + PATIENCE);
  fail_unless_equals_int (failover_active (rig.failover), B);
  fail_unless_equals_int (rig.unanswered, 1);
  fail_unless_equals_int (answer (&rig, C), FAILOVER_NOT_ASKED);
  pass (&rig, SECOND);
  fail_unless_equals_int (failover_active (rig.failover), B);
  failover_free (rig.failover);
}

GST_END_TEST;

/* What was chosen dies, or what failed is back, before the answer counts. */
GST_START_TEST (selecting_minds_what_changed_meanwhile)
{
  Rig rig;

  rig_init (&rig);
  lose_a (&rig);
  fail_unless_equals_int (answer (&rig, C), FAILOVER_GRANTED);
  failover_on_end (rig.failover, C, FAILOVER_REASON_ERROR);
  step (&rig, MS);
  fail_unless_equals_int (failover_active (rig.failover), B);
  failover_free (rig.failover);

  rig_init (&rig);
  lose_a (&rig);
  rig.alive = 7;
  pass (&rig, SECOND);
  fail_unless_equals_int (failover_active (rig.failover), A);
  fail_unless_equals_int (rig.unanswered, 0);
  fail_unless_equals_int (answer (&rig, C), FAILOVER_NOT_ASKED);
  failover_free (rig.failover);
}

GST_END_TEST;

GST_START_TEST (selecting_is_not_asked_about_a_single_one)
{
  Rig rig;

  rig_init (&rig);
  rig.alive = 2;
  pass (&rig, SECOND);
  fail_unless_equals_int (failover_active (rig.failover), B);
  fail_unless_equals_int (rig.questions, 0);
  failover_free (rig.failover);
}

GST_END_TEST;

/* It need not return; it is asked again after another return delay. */
GST_START_TEST (selecting_is_asked_about_a_return_now_and_then)
{
  Rig rig;
  guint i;

  rig_init (&rig);
  lose_a (&rig);
  answer (&rig, B);
  pass (&rig, SECOND);
  rig.alive = 7;
  rig.questions = 0;
  pass (&rig, 9 * SECOND);
  fail_unless_equals_int (rig.questions, 0);
  for (i = 1; i <= 5; i++) {
    while (rig.questions < i)
      step (&rig, 10 * MS);
    fail_unless_equals_int (answer (&rig, B), FAILOVER_GRANTED);
  }
  fail_unless_equals_int (failover_active (rig.failover), B);
  /* Four delays lie between five questions. */
  fail_unless (rig.now >= 50 * SECOND && rig.now < 60 * SECOND);
  while (rig.questions < 6)
    step (&rig, 10 * MS);
  answer (&rig, FAILOVER_NONE);
  pass (&rig, SECOND);
  fail_unless_equals_int (failover_active (rig.failover), A);
  fail_unless_equals_int (rig.last.reason, FAILOVER_REASON_RETURN);
  failover_free (rig.failover);
}

GST_END_TEST;

/* The operator's commands are no question. */
GST_START_TEST (selecting_is_below_the_operator)
{
  Rig rig;

  rig_init (&rig);
  failover_switch_to (rig.failover, C, rig.now);
  step (&rig, MS);
  fail_unless_equals_int (failover_active (rig.failover), C);
  failover_force (rig.failover, B);
  step (&rig, MS);
  fail_unless_equals_int (failover_active (rig.failover), B);
  fail_unless_equals_int (rig.questions, 0);
  failover_free (rig.failover);
}

GST_END_TEST;

GST_START_TEST (selecting_ends_with_the_selector)
{
  Rig rig;

  rig_init (&rig);
  lose_a (&rig);
  failover_set_selecting (rig.failover, FALSE);
  step (&rig, MS);
  fail_unless_equals_int (failover_active (rig.failover), B);
  fail_unless_equals_int (rig.unanswered, 0);
  failover_free (rig.failover);
}

GST_END_TEST;

static Suite *
selecting_suite (void)
{
  Suite *s = suite_create ("selecting");
  TCase *tc = tcase_create ("selecting");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, selecting_takes_the_answer);
  tcase_add_test (tc, selecting_may_leave_it_to_the_automaton);
  tcase_add_test (tc, selecting_refuses_nonsense_and_goes_on);
  tcase_add_test (tc, selecting_waits_no_longer_than_its_patience);
  tcase_add_test (tc, selecting_minds_what_changed_meanwhile);
  tcase_add_test (tc, selecting_is_not_asked_about_a_single_one);
  tcase_add_test (tc, selecting_is_asked_about_a_return_now_and_then);
  tcase_add_test (tc, selecting_is_below_the_operator);
  tcase_add_test (tc, selecting_ends_with_the_selector);
  return s;
}

GST_CHECK_MAIN (selecting);
