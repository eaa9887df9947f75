/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "inputlife.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)

#define MIDDLE 0x80000000u      /* no jitter, to rounding */

static void
init (InputLife * self, gboolean patient, gboolean listens)
{
  InputLifeConfig config = { 0, };
  Backoff backoff;

  config.connect_timeout = 8 * SECOND;
  config.stall_timeout = 5 * SECOND;
  config.teardown_timeout = 5 * SECOND;
  config.renew_after = SECOND;
  config.healthy_after = 10 * SECOND;
  config.lost_after = 60 * SECOND;
  config.patient = patient;
  config.listens = listens;
  backoff_init (&backoff, 250 * MS, 8 * SECOND, 200, 20, TRUE);
  input_life_init (self, &config, &backoff);
}

static InputLifeAction
update (InputLife * self, guint64 now)
{
  guint64 deadline;

  return input_life_update (self, now, MIDDLE, &deadline);
}

static void
connect_and_run (InputLife * self, guint64 now)
{
  input_life_start (self, now);
  fail_unless_equals_int (update (self, now), INPUT_LIFE_CONNECT);
  input_life_on_data (self, now);
  fail_unless_equals_int (self->state, INPUT_LIFE_RUNNING);
}

GST_START_TEST (input_life_connects_at_once)
{
  InputLife self;

  init (&self, FALSE, FALSE);
  fail_unless_equals_int (update (&self, 0), INPUT_LIFE_NOTHING);
  input_life_start (&self, 0);
  fail_unless_equals_int (update (&self, 0), INPUT_LIFE_CONNECT);
  fail_unless_equals_int (update (&self, 0), INPUT_LIFE_NOTHING);
  fail_unless_equals_int (self.state, INPUT_LIFE_CONNECTING);
}

GST_END_TEST;

GST_START_TEST (input_life_backs_off_between_failures)
{
  static const guint64 pauses_ms[] = { 0, 250, 500, 1000, 2000, 4000, 8000,
    8000
  };
  InputLife self;
  guint64 now = 0, deadline;
  guint i;

  init (&self, FALSE, FALSE);
  input_life_start (&self, now);
  for (i = 0; i < G_N_ELEMENTS (pauses_ms); i++) {
    fail_unless_equals_int (update (&self, now), INPUT_LIFE_CONNECT);
    input_life_on_failure (&self, INPUT_LIFE_REASON_ERROR, now, MIDDLE);
    fail_unless_equals_int (update (&self, now), INPUT_LIFE_DISCONNECT);
    input_life_on_disconnected (&self, now);
    if (pauses_ms[i] == 0)
      continue;
    fail_unless_equals_int (input_life_update (&self, now, MIDDLE, &deadline),
        INPUT_LIFE_NOTHING);
    fail_unless (deadline / MS >= now / MS + pauses_ms[i] * 99 / 100
        && deadline / MS <= now / MS + pauses_ms[i] * 101 / 100 + 1);
    now = deadline;
  }
}

GST_END_TEST;

GST_START_TEST (input_life_hurries_when_it_waits)
{
  InputLife self;
  guint64 now = 0;
  guint i;

  init (&self, FALSE, FALSE);
  input_life_start (&self, now);
  for (i = 0; i < 3; i++) {
    fail_unless_equals_int (update (&self, now), INPUT_LIFE_CONNECT);
    input_life_on_failure (&self, INPUT_LIFE_REASON_ERROR, now, MIDDLE);
    fail_unless_equals_int (update (&self, now), INPUT_LIFE_DISCONNECT);
    input_life_on_disconnected (&self, now);
    fail_unless_equals_int (self.state, INPUT_LIFE_BACKOFF);
    if (i > 0)
      fail_unless_equals_int (update (&self, now), INPUT_LIFE_NOTHING);
    now += MS;
    input_life_hurry (&self, now);
  }
  /* It is nothing to one that is connected. */
  fail_unless_equals_int (update (&self, now), INPUT_LIFE_CONNECT);
  input_life_on_data (&self, now);
  input_life_hurry (&self, now);
  fail_unless_equals_int (update (&self, now), INPUT_LIFE_NOTHING);
  fail_unless_equals_int (self.state, INPUT_LIFE_RUNNING);
}

GST_END_TEST;

GST_START_TEST (input_life_forgets_failures_after_health)
{
  InputLife self;
  guint64 now = 0;
  guint i;

  init (&self, FALSE, FALSE);
  input_life_start (&self, now);
  for (i = 0; i < 5; i++) {
    now += 10 * SECOND;
    fail_unless_equals_int (update (&self, now), INPUT_LIFE_CONNECT);
    input_life_on_failure (&self, INPUT_LIFE_REASON_ERROR, now, MIDDLE);
    update (&self, now);
    input_life_on_disconnected (&self, now);
  }
  now += 10 * SECOND;
  update (&self, now);
  input_life_on_data (&self, now);
  input_life_on_data (&self, now + 11 * SECOND);
  now += 11 * SECOND;
  input_life_on_failure (&self, INPUT_LIFE_REASON_ERROR, now, MIDDLE);
  update (&self, now);
  input_life_on_disconnected (&self, now);
  fail_unless_equals_int (update (&self, now), INPUT_LIFE_CONNECT);
}

GST_END_TEST;

GST_START_TEST (input_life_restarts_an_input_that_stalls)
{
  InputLife self;
  guint64 deadline;

  init (&self, FALSE, FALSE);
  connect_and_run (&self, 0);
  fail_unless_equals_int (input_life_update (&self, SECOND, MIDDLE,
          &deadline), INPUT_LIFE_NOTHING);
  fail_unless_equals_uint64 (deadline, 5 * SECOND);
  fail_unless_equals_int (update (&self, 5 * SECOND), INPUT_LIFE_DISCONNECT);
  fail_unless_equals_int (self.reason, INPUT_LIFE_REASON_STALL);
}

GST_END_TEST;

/* An end that is one: nothing is retried or lost, until somebody asks. */
GST_START_TEST (input_life_leaves_what_has_ended_alone)
{
  guint64 now = 20 * SECOND;
  InputLife self;

  init (&self, FALSE, FALSE);
  self.config.ends = TRUE;
  connect_and_run (&self, 0);
  input_life_on_failure (&self, INPUT_LIFE_REASON_EOS, now, MIDDLE);
  fail_unless_equals_int (update (&self, now), INPUT_LIFE_DISCONNECT);
  input_life_on_disconnected (&self, now);
  fail_unless_equals_int (self.state, INPUT_LIFE_IDLE);
  fail_unless_equals_int (self.reason, INPUT_LIFE_REASON_EOS);
  fail_unless_equals_uint64 (self.failures, 0);
  now += 1000 * SECOND;
  input_life_start (&self, now);
  fail_unless_equals_int (update (&self, now), INPUT_LIFE_NOTHING);
  fail_if (input_life_is_lost (&self, now));

  input_life_hurry (&self, now);
  fail_if (input_life_is_lost (&self, now));
  input_life_start (&self, now);
  fail_unless_equals_int (update (&self, now), INPUT_LIFE_CONNECT);
  /* Another failure is one all the same. */
  input_life_on_data (&self, now);
  input_life_on_failure (&self, INPUT_LIFE_REASON_ERROR, now, MIDDLE);
  fail_unless_equals_int (update (&self, now), INPUT_LIFE_DISCONNECT);
  input_life_on_disconnected (&self, now);
  fail_unless_equals_int (self.state, INPUT_LIFE_BACKOFF);
}

GST_END_TEST;

GST_START_TEST (input_life_restarts_an_input_that_never_delivers)
{
  InputLife self;

  init (&self, FALSE, FALSE);
  input_life_start (&self, 0);
  update (&self, 0);
  fail_unless_equals_int (update (&self, 8 * SECOND - 1), INPUT_LIFE_NOTHING);
  fail_unless_equals_int (update (&self, 8 * SECOND), INPUT_LIFE_DISCONNECT);
  fail_unless_equals_int (self.reason, INPUT_LIFE_REASON_CONNECT_TIMEOUT);
}

GST_END_TEST;

GST_START_TEST (input_life_keeps_a_listener_open_that_no_one_calls)
{
  InputLife self;
  guint64 now = 0;
  guint i;

  init (&self, FALSE, TRUE);
  input_life_start (&self, now);
  for (i = 0; i < 20; i++) {
    fail_unless_equals_int (update (&self, now), INPUT_LIFE_CONNECT);
    now += 8 * SECOND;
    fail_unless_equals_int (update (&self, now), INPUT_LIFE_DISCONNECT);
    input_life_on_disconnected (&self, now);
  }
}

GST_END_TEST;

/* A server that has us wait for its encoder is asked again soon, however often
 * that was in vain; one that refuses at once is not. */
GST_START_TEST (input_life_counts_a_vain_wait_as_the_pause)
{
  InputLife self;
  guint64 now = 0, deadline;
  guint i;

  init (&self, FALSE, FALSE);
  self.config.connect_timeout = 3 * SECOND;
  input_life_start (&self, now);
  for (i = 0; i < 10; i++) {
    guint64 began = now;
    fail_unless_equals_int (update (&self, now), INPUT_LIFE_CONNECT);
    now += 3 * SECOND;
    fail_unless_equals_int (update (&self, now), INPUT_LIFE_DISCONNECT);
    input_life_on_disconnected (&self, now);
    fail_unless (self.next_retry <= began + 9 * SECOND);
    fail_unless (i >= 5 || self.next_retry == now, "%u", i);
    now = MAX (now, self.next_retry);
  }
  fail_unless_equals_int (input_life_update (&self, now, MIDDLE, &deadline),
      INPUT_LIFE_CONNECT);
  input_life_on_failure (&self, INPUT_LIFE_REASON_ERROR, now, MIDDLE);
  fail_unless (self.next_retry > now + 7 * SECOND);
}

GST_END_TEST;

GST_START_TEST (input_life_renews_a_patient_input_once_and_waits)
{
  InputLife self;

  init (&self, TRUE, FALSE);
  input_life_start (&self, 0);
  update (&self, 0);
  fail_unless_equals_int (update (&self, 3600 * SECOND), INPUT_LIFE_NOTHING);
  input_life_on_data (&self, 3600 * SECOND);
  fail_unless_equals_int (update (&self, 3601 * SECOND), INPUT_LIFE_RENEW);
  fail_unless_equals_int (update (&self, 3602 * SECOND), INPUT_LIFE_NOTHING);
  fail_unless_equals_int (update (&self, 9000 * SECOND), INPUT_LIFE_NOTHING);
  fail_unless_equals_int (self.state, INPUT_LIFE_STALLED);
  input_life_on_data (&self, 9000 * SECOND);
  fail_unless_equals_int (self.state, INPUT_LIFE_RUNNING);
}

GST_END_TEST;

GST_START_TEST (input_life_abandons_what_does_not_come_down)
{
  InputLife self;

  init (&self, FALSE, FALSE);
  connect_and_run (&self, 0);
  input_life_on_failure (&self, INPUT_LIFE_REASON_ERROR, SECOND, MIDDLE);
  fail_unless_equals_int (update (&self, SECOND), INPUT_LIFE_DISCONNECT);
  fail_unless_equals_int (update (&self, 5 * SECOND), INPUT_LIFE_NOTHING);
  fail_unless_equals_int (update (&self, 6 * SECOND), INPUT_LIFE_ABANDON);
  fail_unless_equals_uint64 (self.zombies, 1);
  fail_unless_equals_int (update (&self, 6 * SECOND), INPUT_LIFE_CONNECT);
}

GST_END_TEST;

/* A source that never comes down must not take all threads there are. */
GST_START_TEST (input_life_waits_for_one_of_many_zombies)
{
  guint64 now = 0;
  InputLife self;
  guint i;

  init (&self, FALSE, FALSE);
  input_life_start (&self, now);
  for (i = 0; i < INPUT_LIFE_MAX_HANGING; i++) {
    now += 20 * SECOND;
    fail_unless_equals_int (update (&self, now), INPUT_LIFE_CONNECT);
    input_life_on_failure (&self, INPUT_LIFE_REASON_ERROR, now, MIDDLE);
    fail_unless_equals_int (update (&self, now), INPUT_LIFE_DISCONNECT);
    fail_unless_equals_int (update (&self, now + 10 * SECOND),
        INPUT_LIFE_ABANDON);
  }
  fail_unless_equals_int (update (&self, now + 3600 * SECOND),
      INPUT_LIFE_NOTHING);
  if (__i__ == 0)
    input_life_on_zombie_end (&self);
  else
    input_life_hurry (&self, now + 3600 * SECOND);
  fail_unless_equals_int (update (&self, now + 3600 * SECOND),
      INPUT_LIFE_CONNECT);
}

GST_END_TEST;

GST_START_TEST (input_life_is_idle_after_stop_even_with_a_zombie)
{
  InputLife self;

  init (&self, FALSE, FALSE);
  connect_and_run (&self, 0);
  input_life_stop (&self, SECOND);
  fail_unless_equals_int (update (&self, SECOND), INPUT_LIFE_DISCONNECT);
  fail_unless_equals_int (update (&self, 6 * SECOND), INPUT_LIFE_ABANDON);
  fail_unless_equals_int (self.state, INPUT_LIFE_IDLE);
  input_life_stop (&self, 7 * SECOND);
  fail_unless_equals_int (update (&self, 7 * SECOND), INPUT_LIFE_NOTHING);
}

GST_END_TEST;

GST_START_TEST (input_life_is_lost_after_the_window)
{
  InputLife self;

  init (&self, FALSE, FALSE);
  connect_and_run (&self, 0);
  input_life_on_failure (&self, INPUT_LIFE_REASON_ERROR, SECOND, MIDDLE);
  fail_if (input_life_is_lost (&self, 59 * SECOND));
  fail_unless (input_life_is_lost (&self, 60 * SECOND));
  fail_unless (input_life_is_lost (&self, 90 * SECOND));
}

GST_END_TEST;

static Suite *
inputlife_suite (void)
{
  Suite *s = suite_create ("inputlife");
  TCase *tc = tcase_create ("inputlife");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, input_life_connects_at_once);
  tcase_add_test (tc, input_life_backs_off_between_failures);
  tcase_add_test (tc, input_life_hurries_when_it_waits);
  tcase_add_test (tc, input_life_forgets_failures_after_health);
  tcase_add_test (tc, input_life_restarts_an_input_that_stalls);
  tcase_add_test (tc, input_life_leaves_what_has_ended_alone);
  tcase_add_test (tc, input_life_restarts_an_input_that_never_delivers);
  tcase_add_test (tc, input_life_keeps_a_listener_open_that_no_one_calls);
  tcase_add_test (tc, input_life_counts_a_vain_wait_as_the_pause);
  tcase_add_test (tc, input_life_renews_a_patient_input_once_and_waits);
  tcase_add_test (tc, input_life_abandons_what_does_not_come_down);
  tcase_add_loop_test (tc, input_life_waits_for_one_of_many_zombies, 0, 2);
  tcase_add_test (tc, input_life_is_idle_after_stop_even_with_a_zombie);
  tcase_add_test (tc, input_life_is_lost_after_the_window);
  return s;
}

GST_CHECK_MAIN (inputlife);
