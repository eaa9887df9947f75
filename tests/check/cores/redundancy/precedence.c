/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who wins: each rule of the automaton against each other one. */
#include <gst/check/gstcheck.h>

#include "failover.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)

#define A 0                     /* the best one */
#define B 1
#define C 2
#define SLATE FAILOVER_NONE

typedef struct
{
  Failover *failover;
  FailoverConfig config;
  guint64 now;
  guint alive;                  /* bit mask */
} Rig;

static void
pass (Rig * rig, guint seconds)
{
  guint64 end = rig->now + seconds * SECOND;
  gint id;

  for (; rig->now < end; rig->now += 40 * MS) {
    for (id = A; id <= C; id++) {
      if (rig->alive & (1u << id))
        failover_on_arrival (rig->failover, id, 0, rig->now);
    }
    failover_update (rig->failover, rig->now);
  }
}

static void
rig_init (Rig * rig)
{
  gint id;

  memset (rig, 0, sizeof (Rig));
  rig->config.required = 1;
  rig->config.require_all = TRUE;
  rig->config.timeout[0] = 400 * MS;
  rig->config.auto_switch = rig->config.auto_return = TRUE;
  rig->config.return_delay = rig->config.return_delay_max = 2 * SECOND;
  rig->failover = failover_new (&rig->config, 0);
  for (id = A; id <= C; id++)
    failover_add_input (rig->failover, id, id);
  rig->alive = 7;
  pass (rig, 1);
}

/* What is done, one letter each:
 * f F g: force A, B, C        s S: the slate on, off
 * l L m: lockout of A, B, C   u: A's lockout ends
 * h H: hold on, off           w W v: switch-to A, B, C, granted
 * x X: A, B die               y Y: A, B live
 * k K: A, B get black         c: clear
 * n: auto-switch off          e: force ends     . : five seconds pass */
static void
do_one (Rig * rig, gchar what)
{
  Failover *f = rig->failover;
  FailoverVerdict verdict = FAILOVER_GRANTED;

  if (strchr ("fFg", what) != NULL)
    verdict = failover_force (f, what == 'f' ? A : what == 'F' ? B : C);
  else if (strchr ("lLm", what) != NULL)
    verdict = failover_lockout (f, what == 'l' ? A : what == 'L' ? B : C, TRUE);
  else if (what == 'u')
    verdict = failover_lockout (f, A, FALSE);
  else if (strchr ("wWv", what) != NULL)
    verdict = failover_switch_to (f, what == 'w' ? A : what == 'W' ? B : C,
        rig->now);
  else if (what == 's')
    verdict = failover_force (f, SLATE);
  else if (what == 'S')
    failover_unforce (f);
  else if (what == 'e')
    failover_end_force (f);
  else if (what == 'h' || what == 'H')
    failover_hold (f, what == 'h');
  else if (what == 'c')
    failover_clear (f);
  else if (what == 'k' || what == 'K')
    failover_on_content (f, what == 'k' ? A : B, 1, rig->now);
  else if (what == 'x' || what == 'X')
    rig->alive &= ~(what == 'x' ? 1u << A : 1u << B);
  else if (what == 'y' || what == 'Y')
    rig->alive |= what == 'y' ? 1u << A : 1u << B;
  else if (what == 'n')
    rig->config.auto_switch = FALSE;
  failover_configure (f, &rig->config);
  fail_unless_equals_int (verdict, FAILOVER_GRANTED);
  if (what == '.')
    pass (rig, 5);
}

/* *INDENT-OFF* */
static const struct
{
  const gchar *rule;
  const gchar *done;
  gint shown;
} table[] = {
  /* lockout above all */
  {"lockout > force", "fl.", B},
  {"lockout > force, which comes back", "Ff l. u.", A},
  {"lockout > fallback-to-slate: both are the slate", "l L m s.", SLATE},
  {"lockout > failure: what failed stays when the rest is locked", "l. m X.", B},
  {"lockout > failure: not to the locked one", "L x.", C},
  {"lockout > hold", "h l.", B},
  {"lockout > switch-to", "W. L.", A},
  {"lockout > auto-switch", "n l.", B},
  {"lockout > return", "x. l y.", B},
  {"lockout > priority", "l.", B},
  /* force and the slate */
  {"force = slate: the last one counts", "s F.", B},
  {"slate = force: the last one counts", "F s.", SLATE},
  {"the end of the slate is not the end of force", "F S.", B},
  {"the end of force is not the end of the slate", "s e.", SLATE},
  {"force > failure", "F. X.", B},
  {"force > content", "f K. k.", A},
  {"slate > failure", "s x.", SLATE},
  {"force > hold", "h F.", B},
  {"slate > hold", "h s.", SLATE},
  {"force > switch-to", "W. g.", C},
  {"force > switch-to, which comes back", "W. g. e.", B},
  {"slate > switch-to, which comes back", "W. s. S.", B},
  {"force > auto-switch", "n g.", C},
  {"force > return", "x. F y.", B},
  {"force > priority", "g.", C},
  {"slate > priority", "s.", SLATE},
  /* failure */
  {"failure > hold", "h x.", B},
  {"content > hold", "h k.", B},
  {"failure > switch-to", "W. X.", A},
  {"content > switch-to", "W. K.", A},
  {"failure > switch-to, for good", "W. X. Y.", A},
  {"failure > return", "x. y X.", A},
  {"failure > priority", "x.", B},
  /* auto-switch=false stops failures and all below */
  {"no auto-switch: a failure", "n x.", A},
  {"no auto-switch: content", "n k.", A},
  {"no auto-switch: a return", "x. n y.", B},
  {"no auto-switch: switch-to", "n W.", B},
  /* hold */
  {"hold > switch-to: what was switched to stays", "W h.", B},
  {"hold > return", "x. h y.", B},
  {"hold > return, until it ends", "x. h y. H.", A},
  {"hold > priority: after a failure", "h x. y.", B},
  /* switch-to */
  {"switch-to > return", "v. .", C},
  {"switch-to > return, until clear", "v. c.", A},
  {"switch-to > priority", "W.", B},
  /* return, priority */
  {"return > priority: not before the delay", "x. y", B},
  {"return", "x. y.", A},
  {"priority", ".", A},
};
/* *INDENT-ON* */

GST_START_TEST (precedence_of_each_pair)
{
  guint i, k;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    Rig rig;

    rig_init (&rig);
    for (k = 0; table[i].done[k] != '\0'; k++) {
      if (table[i].done[k] != ' ')
        do_one (&rig, table[i].done[k]);
    }
    failover_update (rig.failover, rig.now);
    fail_unless (failover_active (rig.failover) == table[i].shown,
        "%s: input %d", table[i].rule, failover_active (rig.failover));
    failover_free (rig.failover);
  }
}

GST_END_TEST;

/* What is refused, after what was done, and why. */
/* *INDENT-OFF* */
static const struct
{
  const gchar *done;
  gboolean force;               /* or switch-to */
  gint id;
  FailoverVerdict verdict;
} refusals[] = {
  {"", FALSE, B, FAILOVER_GRANTED},
  {"", FALSE, A, FAILOVER_GRANTED},
  {"", FALSE, 9, FAILOVER_UNKNOWN_INPUT},
  {"L", FALSE, B, FAILOVER_LOCKED_OUT},
  {"L g", FALSE, B, FAILOVER_LOCKED_OUT},
  {"g", FALSE, B, FAILOVER_IS_FORCED},
  {"s", FALSE, B, FAILOVER_IS_FORCED},
  {"s h", FALSE, B, FAILOVER_IS_FORCED},
  {"h", FALSE, B, FAILOVER_IS_HELD},
  {"h X .", FALSE, B, FAILOVER_IS_HELD},
  {"h H", FALSE, B, FAILOVER_GRANTED},
  {"X .", FALSE, B, FAILOVER_NOT_HEALTHY},
  {"K", FALSE, B, FAILOVER_NOT_HEALTHY},
  {"W v", FALSE, A, FAILOVER_GRANTED},
  {"n", FALSE, B, FAILOVER_GRANTED},
  {"", TRUE, 9, FAILOVER_UNKNOWN_INPUT},
  {"L", TRUE, B, FAILOVER_LOCKED_OUT},
  {"X .", TRUE, B, FAILOVER_GRANTED},
  {"K", TRUE, B, FAILOVER_GRANTED},
  {"h", TRUE, B, FAILOVER_GRANTED},
  {"g", TRUE, B, FAILOVER_GRANTED},
  {"s", TRUE, B, FAILOVER_GRANTED},
  {"n", TRUE, B, FAILOVER_GRANTED},
  {"l L m", TRUE, SLATE, FAILOVER_GRANTED},
};
/* *INDENT-ON* */

GST_START_TEST (precedence_refuses_with_the_reason)
{
  guint i, k;

  for (i = 0; i < G_N_ELEMENTS (refusals); i++) {
    FailoverVerdict verdict;
    Rig rig;

    rig_init (&rig);
    for (k = 0; refusals[i].done[k] != '\0'; k++) {
      if (refusals[i].done[k] != ' ')
        do_one (&rig, refusals[i].done[k]);
    }
    verdict = refusals[i].force ? failover_force (rig.failover, refusals[i].id)
        : failover_switch_to (rig.failover, refusals[i].id, rig.now);
    fail_unless (verdict == refusals[i].verdict, "row %u: %s", i,
        failover_verdict_text (verdict));
    failover_free (rig.failover);
  }
}

GST_END_TEST;

/* A refused command leaves everything as it was. */
GST_START_TEST (precedence_is_not_touched_by_a_refusal)
{
  Rig rig;

  rig_init (&rig);
  do_one (&rig, 'W');
  do_one (&rig, 'h');
  pass (&rig, 1);
  fail_if (failover_switch_to (rig.failover, C, rig.now) == FAILOVER_GRANTED);
  do_one (&rig, 'm');
  fail_if (failover_force (rig.failover, C) == FAILOVER_GRANTED);
  pass (&rig, 5);
  fail_unless_equals_int (failover_active (rig.failover), B);
  fail_unless_equals_int (failover_wanted (rig.failover), B);
  failover_free (rig.failover);
}

GST_END_TEST;

static Suite *
precedence_suite (void)
{
  Suite *s = suite_create ("precedence");
  TCase *tc = tcase_create ("precedence");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, precedence_of_each_pair);
  tcase_add_test (tc, precedence_refuses_with_the_reason);
  tcase_add_test (tc, precedence_is_not_touched_by_a_refusal);
  return s;
}

GST_CHECK_MAIN (precedence);
