/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "alert.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define OK ALERT_LEVEL_OK
#define WARN ALERT_LEVEL_WARNING
#define CRIT ALERT_LEVEL_CRITICAL

/* Bad for 2 s opens, good for 500 ms closes, bad for 10 s is critical. */
static const AlertRule rule = { 2000 * MS, 500 * MS, 10000 * MS };
static const AlertRule instant = { 0, 0, ALERT_NEVER };

static AlertAction
feed (Alert * alert, AlertLevel level, guint64 ms)
{
  return alert_on (alert, &rule, level, ms * MS, ms * MS);
}

static AlertAction
feed_instant (Alert * alert, AlertLevel level, guint64 ms)
{
  return alert_on (alert, &instant, level, ms * MS, ms * MS);
}

GST_START_TEST (alert_opens_after_its_duration_and_counts_from_the_onset)
{
  Alert alert;

  alert_init (&alert);
  fail_unless_equals_int (feed (&alert, WARN, 1000), ALERT_KEEP);
  fail_unless_equals_uint64 (alert_deadline (&alert, &rule), 3000 * MS);
  fail_unless_equals_int (feed (&alert, WARN, 2999), ALERT_KEEP);
  fail_if (alert_is_open (&alert));
  fail_unless_equals_int (feed (&alert, WARN, 3000), ALERT_OPENED);
  fail_unless (alert_is_open (&alert));
  fail_unless_equals_uint64 (alert.since, 1000 * MS);
  fail_unless_equals_uint64 (alert_duration (&alert), 2000 * MS);
  fail_unless_equals_int (alert.severity, WARN);
  fail_unless_equals_uint64 (alert.number, 1);
}

GST_END_TEST;

GST_START_TEST (alert_starts_anew_when_the_fault_ends_early)
{
  Alert alert;

  alert_init (&alert);
  feed (&alert, WARN, 0);
  feed (&alert, OK, 1900);
  feed (&alert, WARN, 1950);
  fail_unless_equals_int (feed (&alert, WARN, 3900), ALERT_KEEP);
  fail_unless_equals_int (feed (&alert, WARN, 3950), ALERT_OPENED);
}

GST_END_TEST;

GST_START_TEST (alert_closes_after_health_and_leaves_that_out_of_the_duration)
{
  Alert alert;

  alert_init (&alert);
  feed (&alert, WARN, 0);
  feed (&alert, WARN, 3000);
  fail_unless_equals_int (feed (&alert, OK, 4000), ALERT_KEEP);
  fail_unless_equals_uint64 (alert_deadline (&alert, &rule), 4500 * MS);
  fail_unless_equals_int (feed (&alert, OK, 4500), ALERT_CLOSED);
  fail_unless_equals_uint64 (alert_duration (&alert), 4000 * MS);
  fail_unless_equals_uint64 (alert_total (&alert), 4000 * MS);
  fail_unless_equals_uint64 (alert_deadline (&alert, &rule), ALERT_NEVER);
}

GST_END_TEST;

GST_START_TEST (alert_stays_open_over_a_short_recovery)
{
  Alert alert;

  alert_init (&alert);
  feed (&alert, WARN, 0);
  feed (&alert, WARN, 2000);
  feed (&alert, OK, 3000);
  fail_unless_equals_int (feed (&alert, WARN, 3400), ALERT_KEEP);
  fail_unless_equals_int (feed (&alert, OK, 3600), ALERT_KEEP);
  fail_unless_equals_int (feed (&alert, OK, 4100), ALERT_CLOSED);
  fail_unless_equals_uint64 (alert_duration (&alert), 3600 * MS);
}

GST_END_TEST;

GST_START_TEST (alert_becomes_critical_once)
{
  Alert alert;

  alert_init (&alert);
  feed (&alert, WARN, 0);
  feed (&alert, WARN, 2000);
  fail_unless_equals_uint64 (alert_deadline (&alert, &rule), 10000 * MS);
  fail_unless_equals_int (feed (&alert, WARN, 9999), ALERT_KEEP);
  fail_unless_equals_int (feed (&alert, WARN, 10000), ALERT_ESCALATED);
  fail_unless_equals_int (feed (&alert, WARN, 11000), ALERT_KEEP);
  fail_unless_equals_int (feed (&alert, CRIT, 12000), ALERT_KEEP);
  fail_unless_equals_int (alert.severity, CRIT);
}

GST_END_TEST;

GST_START_TEST (alert_takes_the_detector_s_critical_and_never_falls_back)
{
  Alert alert;

  alert_init (&alert);
  feed (&alert, WARN, 0);
  feed (&alert, WARN, 2000);
  fail_unless_equals_int (feed (&alert, CRIT, 2100), ALERT_ESCALATED);
  fail_unless_equals_int (feed (&alert, WARN, 2200), ALERT_KEEP);
  fail_unless_equals_int (alert.severity, CRIT);
}

GST_END_TEST;

GST_START_TEST (alert_without_durations_opens_and_closes_at_once)
{
  Alert alert;

  alert_init (&alert);
  fail_unless_equals_int (alert_on (&alert, &instant, WARN, 500 * MS,
          1500 * MS), ALERT_OPENED);
  fail_unless_equals_uint64 (alert.since, 500 * MS);
  fail_unless_equals_int (feed_instant (&alert, OK, 2000), ALERT_CLOSED);
  fail_unless_equals_uint64 (alert_duration (&alert), 1500 * MS);
}

GST_END_TEST;

GST_START_TEST (alert_that_flaps_stays_open_until_long_health)
{
  Alert alert;
  guint i, opened = 0;

  alert_init (&alert);
  /* A fault of 1 s every 2 s, for 200 s. */
  for (i = 0; i < 100; i++) {
    if (feed_instant (&alert, WARN, i * 2000) == ALERT_OPENED)
      opened++;
    feed_instant (&alert, OK, i * 2000 + 1000);
  }
  fail_unless_equals_int (opened, 4);
  fail_unless (alert_is_flapping (&alert));
  fail_unless (alert_is_open (&alert));
  fail_unless_equals_int (feed_instant (&alert, OK, 208999), ALERT_KEEP);
  fail_unless_equals_int (feed_instant (&alert, OK, 209000), ALERT_CLOSED);
}

GST_END_TEST;

GST_START_TEST (alert_forgives_flaps_after_a_minute)
{
  Alert alert;
  guint i;

  alert_init (&alert);
  for (i = 0; i < 10; i++) {
    fail_unless_equals_int (feed_instant (&alert, WARN, i * 70000),
        ALERT_OPENED);
    fail_unless_equals_int (feed_instant (&alert, OK, i * 70000 + 1000),
        ALERT_CLOSED);
  }
  fail_if (alert_is_flapping (&alert));
}

GST_END_TEST;

GST_START_TEST (alert_that_is_only_rising_starts_anew_after_a_break)
{
  Alert alert;

  alert_init (&alert);
  feed (&alert, WARN, 0);
  alert_break (&alert);
  feed (&alert, WARN, 1900);
  fail_unless_equals_int (feed (&alert, WARN, 2100), ALERT_KEEP);
  fail_unless_equals_int (feed (&alert, WARN, 3900), ALERT_OPENED);
  alert_break (&alert);
  fail_unless (alert_is_open (&alert));
}

GST_END_TEST;

GST_START_TEST (alert_keeps_durations_when_time_steps_back)
{
  Alert alert;

  alert_init (&alert);
  feed (&alert, WARN, 100000);
  feed (&alert, WARN, 101000);
  /* 100 s back: it has lasted for 1 s. */
  fail_unless_equals_int (alert_on (&alert, &rule, WARN, 1000 * MS, 1000 * MS),
      ALERT_KEEP);
  fail_unless_equals_int (feed (&alert, WARN, 1999), ALERT_KEEP);
  fail_unless_equals_int (feed (&alert, WARN, 2000), ALERT_OPENED);
  fail_unless_equals_uint64 (alert_duration (&alert), 2000 * MS);
}

GST_END_TEST;

GST_START_TEST (alert_closes_by_force_only_when_open)
{
  Alert alert;

  alert_init (&alert);
  fail_unless_equals_int (alert_close (&alert, 0), ALERT_KEEP);
  feed (&alert, WARN, 0);
  fail_unless_equals_int (alert_close (&alert, 1000 * MS), ALERT_KEEP);
  feed (&alert, WARN, 1000);
  feed (&alert, WARN, 3000);
  fail_unless_equals_int (alert_close (&alert, 4000 * MS), ALERT_CLOSED);
  fail_unless_equals_uint64 (alert_duration (&alert), 3000 * MS);
  fail_unless_equals_int (alert_close (&alert, 4000 * MS), ALERT_KEEP);
}

GST_END_TEST;

GST_START_TEST (alert_never_gives_a_number_twice)
{
  Alert alert;

  alert_init (&alert);
  feed_instant (&alert, WARN, 0);
  alert_close (&alert, 0);
  alert_reset (&alert);
  fail_unless_equals_uint64 (alert.count, 0);
  fail_unless_equals_uint64 (alert_total (&alert), 0);
  feed_instant (&alert, WARN, 0);
  fail_unless_equals_uint64 (alert.number, 2);
  fail_unless_equals_uint64 (alert.count, 1);
}

GST_END_TEST;

GST_START_TEST (alert_total_never_falls)
{
  Alert alert;
  guint64 before = 0, now;
  guint i;

  alert_init (&alert);
  for (i = 0; i < 2000; i++) {
    /* Bad for 3 s, good for 0.4, bad for 1, good for 2: by turns. */
    guint phase = i % 64;

    feed (&alert, phase < 30 || (phase >= 34 && phase < 44) ? WARN : OK,
        i * 100);
    now = alert_total (&alert);
    fail_unless (now >= before);
    before = now;
  }
  fail_unless (before > 0);
}

GST_END_TEST;

GST_START_TEST (alert_that_must_never_open_does_not)
{
  static const AlertRule never = { ALERT_NEVER, 0, ALERT_NEVER };
  Alert alert;

  alert_init (&alert);
  alert_on (&alert, &never, WARN, 1, 1);
  fail_unless_equals_uint64 (alert_deadline (&alert, &never), ALERT_NEVER);
  fail_unless_equals_int (alert_on (&alert, &never, CRIT, 1,
          ALERT_NEVER - 1), ALERT_KEEP);
}

GST_END_TEST;

static Suite *
alert_suite (void)
{
  Suite *s = suite_create ("alert");
  TCase *tc = tcase_create ("alert");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, alert_opens_after_its_duration_and_counts_from_the_onset);
  tcase_add_test (tc, alert_starts_anew_when_the_fault_ends_early);
  tcase_add_test (tc,
      alert_closes_after_health_and_leaves_that_out_of_the_duration);
  tcase_add_test (tc, alert_stays_open_over_a_short_recovery);
  tcase_add_test (tc, alert_becomes_critical_once);
  tcase_add_test (tc, alert_takes_the_detector_s_critical_and_never_falls_back);
  tcase_add_test (tc, alert_without_durations_opens_and_closes_at_once);
  tcase_add_test (tc, alert_that_flaps_stays_open_until_long_health);
  tcase_add_test (tc, alert_forgives_flaps_after_a_minute);
  tcase_add_test (tc, alert_that_is_only_rising_starts_anew_after_a_break);
  tcase_add_test (tc, alert_keeps_durations_when_time_steps_back);
  tcase_add_test (tc, alert_closes_by_force_only_when_open);
  tcase_add_test (tc, alert_never_gives_a_number_twice);
  tcase_add_test (tc, alert_total_never_falls);
  tcase_add_test (tc, alert_that_must_never_open_does_not);
  return s;
}

GST_CHECK_MAIN (alert);
