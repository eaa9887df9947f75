/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An hour with inputs that come and go: how often the output moves. */
#include <gst/check/gstcheck.h>

#include "failover.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)
#define HOUR (3600 * SECOND)

#define A 0
#define B 1

typedef struct
{
  guint64 up, down;             /* ms */
  gboolean content;             /* down is black, not dead */
} Wave;

static gboolean
is_up (const Wave * wave, guint64 now)
{
  return wave->down == 0 || now / MS % (wave->up + wave->down) < wave->up;
}

static void
feed (Failover * self, gint id, const Wave * wave, guint64 now)
{
  gboolean up = is_up (wave, now);

  if (up || wave->content)
    failover_on_arrival (self, id, 0, now);
  if (wave->content)
    failover_on_content (self, id, up ? 0 : 1, now);
}

static Failover *
make (guint64 flap_window)
{
  FailoverConfig config = { 0, };
  Failover *self;

  config.required = 1;
  config.require_all = TRUE;
  config.timeout[0] = 400 * MS;
  config.startup_timeout = 5 * SECOND;
  config.auto_switch = config.auto_return = TRUE;
  config.return_delay = 10 * SECOND;
  config.return_delay_max = 300 * SECOND;
  config.flap_window = flap_window;
  self = failover_new (&config, 0);
  failover_add_input (self, A, 0);
  failover_add_input (self, B, 1);
  return self;
}

/* Switches of an hour. */
static guint
simulate (Failover * self, const Wave * a, const Wave * b)
{
  guint switches = 0;
  guint64 now;

  for (now = 0; now < HOUR; now += 40 * MS) {
    FailoverDecision decision;

    feed (self, A, a, now);
    feed (self, B, b, now);
    decision = failover_update (self, now);
    if (decision.changed && decision.reason != FAILOVER_REASON_STARTUP)
      switches++;
  }
  return switches;
}

static const Wave steady = { 1, 0, FALSE };

/* *INDENT-OFF* */
static const struct
{
  Wave wave;                    /* of the best input */
  guint most;                   /* switches in an hour, with a flap window */
  guint undamped;               /* more than these without */
  guint flaps;
} table[] = {
  /* Each 15 s: left, returned to and left once more, and then no more. */
  {{14000, 1000, FALSE}, 3, 400, 1},
  {{14000, 1000, TRUE}, 3, 400, 1},
  /* It is never up for the delay. */
  {{7500, 7500, FALSE}, 1, 0, 0},
  {{5000, 500, FALSE}, 1, 0, 0},
  /* Slower: 10, 20 and 40 s of health are there, 80 are not. */
  {{60000, 5000, FALSE}, 7, 100, 3},
  {{30000, 5000, FALSE}, 5, 200, 2},
  /* It stands for more than the window each time: that is no flapping. */
  {{100000, 5000, FALSE}, 69, 60, 0},
};
/* *INDENT-ON* */

GST_START_TEST (flapping_of_the_best_input_is_damped)
{
  guint i, switches;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    Failover *self = make (60 * SECOND);

    switches = simulate (self, &table[i].wave, &steady);
    fail_unless (switches <= table[i].most && switches > 0,
        "row %u: %u switches", i, switches);
    fail_unless_equals_uint64 (failover_flaps (self, A), table[i].flaps);
    failover_free (self);
    self = make (0);
    switches = simulate (self, &table[i].wave, &steady);
    fail_unless (switches >= table[i].undamped, "row %u: %u undamped", i,
        switches);
    failover_free (self);
  }
}

GST_END_TEST;

/* However it comes and goes: a return has to last for the window, or costs
 * more health the next time. */
GST_START_TEST (flapping_is_bounded_for_every_rhythm)
{
  const guint bound = 2 * 3600 / (10 + 60) + 1;
  guint up, down, most = 0;

  for (up = 1000; up < 200000; up += up / 4 + 500) {
    for (down = 500; down < 60000; down *= 2) {
      Wave wave = { up, down, FALSE };
      Failover *self = make (60 * SECOND);
      guint switches = simulate (self, &wave, &steady);

      fail_unless (switches <= bound, "%u ms up, %u ms down: %u", up, down,
          switches);
      most = MAX (most, switches);
      failover_free (self);
    }
  }
  fail_unless (most > bound / 2);
}

GST_END_TEST;

/* A standby that comes and goes moves nothing. */
GST_START_TEST (flapping_of_a_standby_moves_nothing)
{
  static const Wave wave = { 14000, 1000, FALSE };
  Failover *self = make (60 * SECOND);

  fail_unless_equals_int (simulate (self, &steady, &wave), 0);
  failover_free (self);
}

GST_END_TEST;

/* A failure of the standby brings the best one back before its time.  That is
 * no proof that it is stable. */
GST_START_TEST (flapping_is_not_forgiven_for_a_forced_return)
{
  Failover *self = make (60 * SECOND);
  guint64 now, delay = 0;

  for (now = 0; now < 130 * SECOND; now += 40 * MS) {
    guint64 s = now / SECOND;

    /* A flaps twice, at 20 s and 37 s. */
    if ((s < 1 || s >= 2) && s != 20 && s != 50 && s != 103)
      failover_on_arrival (self, A, 0, now);
    if (s < 100 || s >= 101)    /* B has a blip at 100 s */
      failover_on_arrival (self, B, 0, now);
    failover_update (self, now);
    if (s == 99)
      delay = failover_return_delay (self, A);
  }
  fail_unless_equals_uint64 (delay, 40 * SECOND);
  fail_unless (failover_return_delay (self, A) >= delay);
  failover_free (self);
}

GST_END_TEST;

GST_START_TEST (flapping_is_forgiven_while_it_stands)
{
  static const Wave wave = { 14000, 1000, FALSE };
  Failover *self = make (60 * SECOND);
  guint64 now;

  simulate (self, &wave, &steady);
  fail_unless_equals_uint64 (failover_return_delay (self, A), 20 * SECOND);
  for (now = HOUR; now < HOUR + 21 * SECOND; now += 40 * MS) {
    feed (self, A, &steady, now);
    feed (self, B, &steady, now);
    failover_update (self, now);
  }
  fail_unless_equals_int (failover_active (self), A);
  fail_unless_equals_uint64 (failover_return_delay (self, A), 20 * SECOND);
  for (; now < HOUR + 90 * SECOND; now += 40 * MS) {
    feed (self, A, &steady, now);
    feed (self, B, &steady, now);
    failover_update (self, now);
  }
  fail_unless_equals_uint64 (failover_return_delay (self, A), 10 * SECOND);
  failover_free (self);
}

GST_END_TEST;

static Suite *
flapping_suite (void)
{
  Suite *s = suite_create ("flapping");
  TCase *tc = tcase_create ("flapping");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, flapping_of_the_best_input_is_damped);
  tcase_add_test (tc, flapping_is_bounded_for_every_rhythm);
  tcase_add_test (tc, flapping_of_a_standby_moves_nothing);
  tcase_add_test (tc, flapping_is_not_forgiven_for_a_forced_return);
  tcase_add_test (tc, flapping_is_forgiven_while_it_stands);
  return s;
}

GST_CHECK_MAIN (flapping);
