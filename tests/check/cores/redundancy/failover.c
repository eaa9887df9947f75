/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "failover.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)

#define A 0
#define B 1
#define C 2
#define VIDEO 0
#define AUDIO 1

static FailoverConfig
config (void)
{
  FailoverConfig config = { 0, };

  config.required = 1u << VIDEO;
  config.require_all = TRUE;
  config.timeout[VIDEO] = config.timeout[AUDIO] = 400 * MS;
  config.startup_timeout = 5 * SECOND;
  config.auto_switch = config.auto_return = TRUE;
  config.return_delay = 10 * SECOND;
  config.return_delay_max = 300 * SECOND;
  config.flap_window = 60 * SECOND;
  return config;
}

static Failover *
make (guint n)
{
  FailoverConfig c = config ();
  Failover *self = failover_new (&c, 0);
  guint i;

  for (i = 0; i < n; i++)
    failover_add_input (self, i, i);
  return self;
}

/* Feeds the inputs of the mask each 40 ms from `from` up to `to` and lets the
 * automaton run; returns the last change. */
static FailoverDecision
feed (Failover * self, guint mask, guint64 from, guint64 to)
{
  FailoverDecision last = { FALSE, };
  guint64 now;
  gint id;

  for (now = from; now < to; now += 40 * MS) {
    FailoverDecision decision;
    for (id = 0; id < 3; id++) {
      if (mask & (1u << id))
        failover_on_arrival (self, id, VIDEO, now);
    }
    decision = failover_update (self, now);
    if (decision.changed)
      last = decision;
  }
  return last;
}

GST_START_TEST (failover_starts_with_the_best_input)
{
  Failover *self = make (2);
  FailoverDecision d = feed (self, 3, 0, 40 * MS);

  fail_unless (d.changed && d.to == A);
  fail_unless_equals_int (d.reason, FAILOVER_REASON_STARTUP);
  failover_free (self);
}

GST_END_TEST;

GST_START_TEST (failover_waits_at_the_start_for_the_best_input)
{
  Failover *self = make (2);
  FailoverDecision d = feed (self, 2, 0, 4 * SECOND);

  fail_if (d.changed);
  fail_unless_equals_uint64 (failover_update (self, 4 * SECOND).deadline,
      5 * SECOND);
  d = feed (self, 2, 4 * SECOND, 5100 * MS);
  fail_unless (d.changed && d.to == B);
  failover_free (self);
}

GST_END_TEST;

GST_START_TEST
    (failover_leaves_a_stalled_input_after_the_timeout_and_not_before) {
  Failover *self = make (2);
  FailoverDecision d;
  guint64 last = 960 * MS;

  feed (self, 3, 0, SECOND);
  failover_on_arrival (self, B, VIDEO, last + 399 * MS);
  d = failover_update (self, last + 399 * MS);
  fail_if (d.changed);
  fail_unless_equals_uint64 (d.deadline, last + 400 * MS);
  d = failover_update (self, last + 400 * MS);
  fail_unless (d.changed && d.from == A && d.to == B);
  fail_unless_equals_int (d.reason, FAILOVER_REASON_TIMEOUT);
  failover_free (self);
}

GST_END_TEST;

GST_START_TEST (failover_leaves_an_ended_input_at_once)
{
  Failover *self = make (2);
  FailoverDecision d;

  feed (self, 3, 0, SECOND);
  failover_on_end (self, A, FAILOVER_REASON_EOS);
  d = failover_update (self, SECOND);
  fail_unless (d.changed && d.to == B);
  fail_unless_equals_int (d.reason, FAILOVER_REASON_EOS);
  /* What still trickles in does not revive it. */
  d = feed (self, 3, SECOND, 20 * SECOND);
  fail_if (d.changed);
  failover_free (self);
}

GST_END_TEST;

GST_START_TEST (failover_stays_when_nothing_is_better)
{
  Failover *self = make (2);

  feed (self, 1, 0, SECOND);
  fail_if (failover_update (self, 5 * SECOND).changed);
  fail_unless_equals_int (failover_active (self), A);
  fail_if (feed (self, 1, 6 * SECOND, 7 * SECOND).changed);
  failover_free (self);
}

GST_END_TEST;

GST_START_TEST (failover_returns_after_the_delay_of_unbroken_health)
{
  Failover *self = make (2);
  FailoverDecision d;

  feed (self, 3, 0, SECOND);
  feed (self, 2, SECOND, 3 * SECOND);
  fail_unless_equals_int (failover_active (self), B);
  feed (self, 3, 3 * SECOND, 10 * SECOND);
  feed (self, 2, 10 * SECOND, 11 * SECOND);     /* a pause: counts anew */
  d = feed (self, 3, 11 * SECOND, 20 * SECOND);
  fail_if (d.changed);
  d = feed (self, 3, 20 * SECOND, 22 * SECOND);
  fail_unless (d.changed && d.to == A);
  fail_unless_equals_int (d.reason, FAILOVER_REASON_RETURN);
  failover_free (self);
}

GST_END_TEST;

GST_START_TEST (failover_doubles_the_delay_of_an_input_that_flaps)
{
  Failover *self = make (2);
  guint64 now = 0, delay = 10 * SECOND;
  guint i;

  feed (self, 3, 0, SECOND);
  now = SECOND;
  for (i = 0; i < 8; i++) {
    feed (self, 2, now, now + SECOND);
    now += SECOND;
    fail_unless_equals_int (failover_active (self), B);
    fail_unless_equals_uint64 (failover_return_delay (self, A), delay);
    feed (self, 3, now, now + delay + SECOND);
    now += delay + SECOND;
    fail_unless_equals_int (failover_active (self), A);
    delay = MIN (delay * 2, 300 * SECOND);
  }
  /* Stable for longer than the window: forgiven. */
  feed (self, 3, now, now + 61 * SECOND);
  now += 61 * SECOND;
  feed (self, 2, now, now + SECOND);
  fail_unless_equals_uint64 (failover_return_delay (self, A), 10 * SECOND);
  failover_free (self);
}

GST_END_TEST;

GST_START_TEST (failover_does_not_return_when_told_not_to)
{
  Failover *self = make (2);
  FailoverConfig c = config ();

  c.auto_return = FALSE;
  failover_configure (self, &c);
  feed (self, 3, 0, SECOND);
  feed (self, 2, SECOND, 2 * SECOND);
  fail_if (feed (self, 3, 2 * SECOND, 60 * SECOND).changed);
  fail_unless_equals_int (failover_active (self), B);
  failover_free (self);
}

GST_END_TEST;

GST_START_TEST (failover_needs_all_media_that_are_required)
{
  FailoverConfig c = config ();
  Failover *self = make (2);
  FailoverDecision d;

  c.required = 3;
  failover_configure (self, &c);
  feed (self, 3, 0, SECOND);
  fail_unless_equals_int (failover_active (self), FAILOVER_NONE);
  failover_on_arrival (self, A, AUDIO, SECOND);
  failover_on_arrival (self, A, VIDEO, SECOND);
  d = failover_update (self, SECOND);
  fail_unless (d.changed && d.to == A);
  c.require_all = FALSE;
  failover_configure (self, &c);
  fail_if (feed (self, 3, SECOND, 3 * SECOND).changed);
  failover_free (self);
}

GST_END_TEST;

/* B has no sound: better than nothing, and left as soon as A is whole. */
GST_START_TEST (failover_takes_a_part_when_nothing_whole_is_left)
{
  FailoverConfig c = config ();
  Failover *self;
  FailoverDecision d;
  guint64 now;

  c.required = 1u << VIDEO | 1u << AUDIO;
  self = failover_new (&c, 0);
  failover_add_input (self, A, A);
  failover_add_input (self, B, B);
  for (now = 0; now < SECOND; now += 40 * MS) {
    failover_on_arrival (self, A, VIDEO, now);
    failover_on_arrival (self, A, AUDIO, now);
    failover_on_arrival (self, B, VIDEO, now);
    failover_update (self, now);
  }
  fail_unless_equals_int (failover_active (self), A);
  d = feed (self, 1u << B, SECOND, 2 * SECOND);
  fail_unless (d.changed && d.to == B);
  fail_unless_equals_int (d.reason, FAILOVER_REASON_TIMEOUT);

  failover_on_arrival (self, A, VIDEO, 2 * SECOND);
  failover_on_arrival (self, A, AUDIO, 2 * SECOND);
  d = failover_update (self, 2 * SECOND);
  fail_unless (d.changed && d.to == A);
  failover_free (self);
}

GST_END_TEST;

GST_START_TEST (failover_obeys_switch_to_until_that_input_fails)
{
  Failover *self = make (3);
  FailoverDecision d;

  feed (self, 7, 0, SECOND);
  fail_unless_equals_int (failover_switch_to (self, C, SECOND),
      FAILOVER_GRANTED);
  d = feed (self, 7, SECOND, 60 * SECOND);
  fail_unless (d.changed && d.to == C && d.reason == FAILOVER_REASON_MANUAL);
  fail_unless_equals_int (failover_active (self), C);
  d = feed (self, 3, 60 * SECOND, 62 * SECOND);
  fail_unless (d.changed && d.to == A && d.reason == FAILOVER_REASON_TIMEOUT);
  /* It does not go back there by itself. */
  feed (self, 7, 62 * SECOND, 90 * SECOND);
  fail_unless_equals_int (failover_active (self), A);
  failover_free (self);
}

GST_END_TEST;

GST_START_TEST (failover_refuses_switch_to_with_a_reason)
{
  Failover *self = make (2);

  feed (self, 1, 0, SECOND);
  fail_unless_equals_int (failover_switch_to (self, 7, SECOND),
      FAILOVER_UNKNOWN_INPUT);
  fail_unless_equals_int (failover_switch_to (self, B, SECOND),
      FAILOVER_NOT_HEALTHY);
  failover_lockout (self, A, TRUE);
  fail_unless_equals_int (failover_switch_to (self, A, SECOND),
      FAILOVER_LOCKED_OUT);
  failover_lockout (self, A, FALSE);
  failover_force (self, B);
  fail_unless_equals_int (failover_switch_to (self, A, SECOND),
      FAILOVER_IS_FORCED);
  failover_free (self);
}

GST_END_TEST;

GST_START_TEST (failover_force_stays_even_when_the_input_fails)
{
  Failover *self = make (2);
  FailoverDecision d;

  feed (self, 3, 0, SECOND);
  failover_force (self, B);
  d = feed (self, 1, SECOND, 30 * SECOND);
  fail_unless (d.to == B && d.reason == FAILOVER_REASON_FORCED);
  fail_unless_equals_int (failover_active (self), B);
  failover_clear (self);
  d = feed (self, 1, 30 * SECOND, 31 * SECOND);
  fail_unless (d.changed && d.to == A);
  failover_free (self);
}

GST_END_TEST;

GST_START_TEST (failover_lockout_stands_above_force)
{
  Failover *self = make (2);

  feed (self, 3, 0, SECOND);
  failover_force (self, A);
  feed (self, 3, SECOND, 2 * SECOND);
  failover_lockout (self, A, TRUE);
  feed (self, 3, 2 * SECOND, 3 * SECOND);
  fail_unless_equals_int (failover_active (self), B);
  failover_lockout (self, B, TRUE);
  feed (self, 3, 3 * SECOND, 4 * SECOND);
  fail_unless_equals_int (failover_active (self), FAILOVER_NONE);
  failover_free (self);
}

GST_END_TEST;

GST_START_TEST (failover_shows_the_slate_when_told_and_recovers)
{
  Failover *self = make (2);
  FailoverDecision d;

  feed (self, 3, 0, SECOND);
  failover_force (self, FAILOVER_NONE);
  d = feed (self, 3, SECOND, 2 * SECOND);
  fail_unless (d.to == FAILOVER_NONE && d.reason == FAILOVER_REASON_FORCED);
  failover_unforce (self);
  d = feed (self, 3, 2 * SECOND, 3 * SECOND);
  fail_unless (d.to == A && d.reason == FAILOVER_REASON_RECOVERED);
  failover_free (self);
}

GST_END_TEST;

GST_START_TEST (failover_hold_stops_returns_but_not_failovers)
{
  Failover *self = make (2);

  feed (self, 3, 0, SECOND);
  failover_hold (self, TRUE);
  feed (self, 2, SECOND, 2 * SECOND);
  fail_unless_equals_int (failover_active (self), B);
  feed (self, 3, 2 * SECOND, 30 * SECOND);
  fail_unless_equals_int (failover_active (self), B);
  failover_hold (self, FALSE);
  feed (self, 3, 30 * SECOND, 31 * SECOND);
  fail_unless_equals_int (failover_active (self), A);
  failover_free (self);
}

GST_END_TEST;

GST_START_TEST (failover_leaves_an_input_that_is_removed)
{
  Failover *self = make (2);
  FailoverDecision d;

  feed (self, 3, 0, SECOND);
  failover_remove_input (self, A);
  d = feed (self, 3, SECOND, 2 * SECOND);
  fail_unless (d.to == B && d.reason == FAILOVER_REASON_REMOVED);
  failover_remove_input (self, B);
  d = feed (self, 3, 2 * SECOND, 3 * SECOND);
  fail_unless (d.to == FAILOVER_NONE);
  failover_free (self);
}

GST_END_TEST;

/* Something before us protects the same input. */
GST_START_TEST (failover_bears_a_failure_for_the_hold_off_time)
{
  FailoverConfig c = config ();
  FailoverDecision decision;
  Failover *self = make (2);

  c.hold_off = 2 * SECOND;
  failover_configure (self, &c);
  feed (self, 3, 0, 10 * SECOND);
  /* Back in time. */
  decision = feed (self, 2, 10 * SECOND, 12 * SECOND);
  fail_if (decision.changed);
  decision = feed (self, 3, 12 * SECOND, 20 * SECOND);
  fail_if (decision.changed);
  fail_unless_equals_int (failover_active (self), A);
  /* Not so. */
  decision = feed (self, 2, 20 * SECOND, 22300 * MS);
  fail_if (decision.changed);
  decision = feed (self, 2, 22300 * MS, 23 * SECOND);
  fail_unless (decision.changed);
  fail_unless_equals_int (decision.reason, FAILOVER_REASON_TIMEOUT);
  fail_unless_equals_int (failover_active (self), B);
  failover_free (self);
}

GST_END_TEST;

GST_START_TEST (failover_leaves_the_moves_to_the_operator)
{
  FailoverConfig c = config ();
  FailoverDecision decision;
  Failover *self = make (3);

  c.auto_switch = FALSE;
  failover_configure (self, &c);
  decision = feed (self, 7, 0, 10 * SECOND);
  fail_unless_equals_int (decision.reason, FAILOVER_REASON_STARTUP);
  decision = feed (self, 6, 10 * SECOND, 30 * SECOND);
  fail_if (decision.changed);
  fail_unless_equals_int (failover_active (self), A);
  fail_unless_equals_int (failover_switch_to (self, C, 30 * SECOND),
      FAILOVER_GRANTED);
  feed (self, 7, 30 * SECOND, 60 * SECOND);
  fail_unless_equals_int (failover_active (self), C);
  /* It fails, and stays. */
  decision = feed (self, 3, 60 * SECOND, 90 * SECOND);
  fail_if (decision.changed);
  failover_lockout (self, C, TRUE);
  feed (self, 3, 90 * SECOND, 91 * SECOND);
  fail_unless_equals_int (failover_active (self), A);
  failover_free (self);
}

GST_END_TEST;

#define BLACK (1u << CONTENT_BLACK)
#define SILENT (1u << CONTENT_SILENCE)

GST_START_TEST (failover_leaves_an_input_for_its_content)
{
  static const FailoverReason reasons[CONTENT_N_FAULTS] = {
    FAILOVER_REASON_BLACK, FAILOVER_REASON_FREEZE, FAILOVER_REASON_SILENCE,
    FAILOVER_REASON_LOW_BITRATE,
  };
  guint fault;

  for (fault = 0; fault < CONTENT_N_FAULTS; fault++) {
    Failover *self = make (2);
    FailoverDecision d;

    feed (self, 3, 0, SECOND);
    failover_on_content (self, A, 1u << fault, SECOND);
    fail_if (failover_is_healthy (self, A, SECOND));
    d = failover_update (self, SECOND);
    fail_unless (d.changed && d.to == B);
    fail_unless_equals_int (d.reason, reasons[fault]);
    fail_unless_equals_string (failover_reason_nick (d.reason),
        content_fault_nick (fault));
    fail_unless (failover_reason_is_fault (d.reason));
    fail_if (failover_reason_is_failure (d.reason));
    failover_free (self);
  }
}

GST_END_TEST;

GST_START_TEST (failover_returns_when_the_content_was_good_for_long_enough)
{
  Failover *self = make (2);
  FailoverDecision d;

  feed (self, 3, 0, SECOND);
  failover_on_content (self, A, BLACK, SECOND);
  feed (self, 3, SECOND, 30 * SECOND);
  fail_unless_equals_int (failover_active (self), B);
  failover_on_content (self, A, 0, 30 * SECOND);
  d = feed (self, 3, 30 * SECOND, 40 * SECOND);
  fail_if (d.changed);
  d = feed (self, 3, 40 * SECOND, 40100 * MS);
  fail_unless (d.changed && d.to == A);
  fail_unless_equals_int (d.reason, FAILOVER_REASON_RETURN);
  failover_free (self);
}

GST_END_TEST;

/* All are black: no move helps, so there is none, whatever the order. */
GST_START_TEST (failover_stays_when_all_have_content_faults)
{
  Failover *self = make (3);
  FailoverDecision d;

  feed (self, 7, 0, SECOND);
  failover_on_content (self, A, BLACK, SECOND);
  failover_on_content (self, B, BLACK, SECOND);
  failover_on_content (self, C, SILENT, SECOND);
  d = feed (self, 7, SECOND, 60 * SECOND);
  fail_if (d.changed);
  fail_unless_equals_int (failover_active (self), A);
  /* The first good one is taken at once. */
  failover_on_content (self, C, 0, 60 * SECOND);
  d = feed (self, 7, 60 * SECOND, 60080 * MS);
  fail_unless (d.changed && d.to == C);
  fail_unless_equals_int (d.reason, FAILOVER_REASON_BLACK);
  failover_free (self);
}

GST_END_TEST;

GST_START_TEST (failover_prefers_a_black_input_to_a_dead_one)
{
  Failover *self = make (3);
  FailoverDecision d;

  feed (self, 7, 0, SECOND);
  failover_on_content (self, B, BLACK, SECOND);
  failover_on_content (self, C, BLACK, SECOND);
  d = feed (self, 6, SECOND, 2 * SECOND);       /* A dies */
  fail_unless (d.changed && d.to == B);
  fail_unless_equals_int (d.reason, FAILOVER_REASON_TIMEOUT);
  d = feed (self, 4, 2 * SECOND, 3 * SECOND);   /* B as well */
  fail_unless (d.changed && d.to == C);
  d = feed (self, 6, 3 * SECOND, 20 * SECOND);  /* B is back, and black */
  fail_if (d.changed);
  failover_free (self);
}

GST_END_TEST;

GST_START_TEST (failover_prefers_a_black_input_to_one_that_lacks_a_medium)
{
  FailoverConfig c = config ();
  Failover *self = make (3);
  guint64 now;

  c.required = 1u << VIDEO | 1u << AUDIO;
  failover_configure (self, &c);
  for (now = 0; now < 8 * SECOND; now += 40 * MS) {
    failover_on_arrival (self, B, VIDEO, now);
    failover_on_arrival (self, C, VIDEO, now);
    failover_on_arrival (self, C, AUDIO, now);
    failover_on_content (self, C, BLACK, now);
    failover_update (self, now);
  }
  fail_unless_equals_int (failover_active (self), C);
  failover_free (self);
}

GST_END_TEST;

/* Both come and go: a black picture costs one move each time it begins, and
 * only as long as the other one is good. */
GST_START_TEST (failover_does_not_flap_between_two_that_blink)
{
  Failover *self = make (2);
  guint switches = 0, i;

  feed (self, 3, 0, SECOND);
  for (i = 0; i < 100; i++) {
    guint64 now = (1 + 2 * i) * SECOND;

    failover_on_content (self, A, i % 2 ? 0 : BLACK, now);
    failover_on_content (self, B, i % 2 ? 0 : BLACK, now);
    switches += feed (self, 3, now, now + 2 * SECOND).changed;
  }
  fail_unless_equals_int (switches, 0);
  failover_free (self);
}

GST_END_TEST;

GST_START_TEST (failover_content_obeys_the_operator)
{
  FailoverConfig c = config ();
  Failover *self = make (2);
  FailoverDecision d;

  feed (self, 3, 0, SECOND);
  failover_force (self, A);
  failover_on_content (self, A, BLACK, SECOND);
  d = feed (self, 3, SECOND, 5 * SECOND);
  fail_if (d.changed);
  failover_clear (self);
  c.auto_switch = FALSE;
  failover_configure (self, &c);
  d = feed (self, 3, 5 * SECOND, 10 * SECOND);
  fail_if (d.changed);
  c.auto_switch = TRUE;
  c.hold_off = SECOND;
  failover_configure (self, &c);
  failover_on_content (self, A, 0, 10 * SECOND);
  feed (self, 3, 10 * SECOND, 11 * SECOND);
  failover_on_content (self, A, BLACK, 11 * SECOND);
  d = feed (self, 3, 11 * SECOND, 12 * SECOND);
  fail_if (d.changed);
  d = feed (self, 3, 12 * SECOND, 13 * SECOND);
  fail_unless (d.changed && d.to == B);
  /* Nobody is switched to who would be left at once. */
  fail_unless_equals_int (failover_switch_to (self, A, 13 * SECOND),
      FAILOVER_NOT_HEALTHY);
  failover_free (self);
}

GST_END_TEST;

static Suite *
failover_suite (void)
{
  Suite *s = suite_create ("failover");
  TCase *tc = tcase_create ("failover");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, failover_bears_a_failure_for_the_hold_off_time);
  tcase_add_test (tc, failover_leaves_the_moves_to_the_operator);
  tcase_add_test (tc, failover_starts_with_the_best_input);
  tcase_add_test (tc, failover_waits_at_the_start_for_the_best_input);
  tcase_add_test (tc,
      failover_leaves_a_stalled_input_after_the_timeout_and_not_before);
  tcase_add_test (tc, failover_leaves_an_ended_input_at_once);
  tcase_add_test (tc, failover_stays_when_nothing_is_better);
  tcase_add_test (tc, failover_returns_after_the_delay_of_unbroken_health);
  tcase_add_test (tc, failover_doubles_the_delay_of_an_input_that_flaps);
  tcase_add_test (tc, failover_does_not_return_when_told_not_to);
  tcase_add_test (tc, failover_needs_all_media_that_are_required);
  tcase_add_test (tc, failover_takes_a_part_when_nothing_whole_is_left);
  tcase_add_test (tc, failover_obeys_switch_to_until_that_input_fails);
  tcase_add_test (tc, failover_refuses_switch_to_with_a_reason);
  tcase_add_test (tc, failover_force_stays_even_when_the_input_fails);
  tcase_add_test (tc, failover_lockout_stands_above_force);
  tcase_add_test (tc, failover_shows_the_slate_when_told_and_recovers);
  tcase_add_test (tc, failover_hold_stops_returns_but_not_failovers);
  tcase_add_test (tc, failover_leaves_an_input_that_is_removed);
  tcase_add_test (tc, failover_leaves_an_input_for_its_content);
  tcase_add_test (tc,
      failover_returns_when_the_content_was_good_for_long_enough);
  tcase_add_test (tc, failover_stays_when_all_have_content_faults);
  tcase_add_test (tc, failover_prefers_a_black_input_to_a_dead_one);
  tcase_add_test (tc,
      failover_prefers_a_black_input_to_one_that_lacks_a_medium);
  tcase_add_test (tc, failover_does_not_flap_between_two_that_blink);
  tcase_add_test (tc, failover_content_obeys_the_operator);
  return s;
}

GST_CHECK_MAIN (failover);
