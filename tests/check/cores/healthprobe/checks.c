/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "checks.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)

GST_START_TEST (checks_are_all_described)
{
  HealthConfig config;
  guint i, j;

  memset (&config, 0, sizeof (config));
  for (i = 0; i < HEALTH_N_CHECKS; i++) {
    const HealthCheck *check = &health_checks[i];
    AlertRule rule = { 1, 1, 1 };

    fail_unless (check->name != NULL && check->blurb != NULL);
    fail_unless (check->unit != NULL);
    fail_unless (check->opened != NULL && check->closed != NULL);
    check->rule (&config, &rule);
    for (j = 0; j < i; j++)
      fail_if (g_str_equal (check->name, health_checks[j].name));
  }
}

GST_END_TEST;

GST_START_TEST (checks_turn_critical_after_a_multiple_of_their_duration)
{
  HealthConfig config;
  AlertRule rule;

  memset (&config, 0, sizeof (config));
  config.black_duration = 2 * SECOND;
  config.silence_duration = ALERT_NEVER;
  health_checks[HEALTH_CHECK_BLACK].rule (&config, &rule);
  fail_unless_equals_uint64 (rule.on, 2 * SECOND);
  fail_unless_equals_uint64 (rule.critical, 10 * SECOND);
  health_checks[HEALTH_CHECK_SILENCE].rule (&config, &rule);
  fail_unless_equals_uint64 (rule.on, ALERT_NEVER);
  fail_unless_equals_uint64 (rule.critical, ALERT_NEVER);
}

GST_END_TEST;

GST_START_TEST (checks_tell_a_person_what_happened)
{
  HealthEvent event;
  gchar text[160];

  memset (&event, 0, sizeof (event));
  event.check = HEALTH_CHECK_BLACK;
  event.action = ALERT_OPENED;
  event.value = 0.995;
  event.threshold = 0.98;
  event.duration = 3200 * SECOND / 1000;
  health_event_describe (&event, text, sizeof (text));
  fail_unless_equals_string (text, "The picture is black (99.5 %, limit 98).");
  event.action = ALERT_ESCALATED;
  health_event_describe (&event, text, sizeof (text));
  fail_unless_equals_string (text,
      "The picture is black, for 3.2 s now (99.5 %, limit 98).");
  event.action = ALERT_CLOSED;
  health_event_describe (&event, text, sizeof (text));
  fail_unless_equals_string (text, "The picture is back after 3.2 s.");
  event.ended = TRUE;
  health_event_describe (&event, text, sizeof (text));
  fail_unless_equals_string (text,
      "The picture is black, until the stream ended (3.2 s).");
}

GST_END_TEST;

GST_START_TEST (checks_know_bitrate_limits_that_nothing_meets)
{
  HealthConfig config;

  memset (&config, 0, sizeof (config));
  fail_unless (health_config_is_sane (&config));
  config.bitrate_min_bps = 2;
  fail_unless (health_config_is_sane (&config));
  config.bitrate_max_bps = 1;
  fail_if (health_config_is_sane (&config));
  config.bitrate_max_bps = 2;
  fail_unless (health_config_is_sane (&config));
}

GST_END_TEST;

static Suite *
checks_suite (void)
{
  Suite *s = suite_create ("checks");
  TCase *tc = tcase_create ("checks");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, checks_are_all_described);
  tcase_add_test (tc, checks_turn_critical_after_a_multiple_of_their_duration);
  tcase_add_test (tc, checks_tell_a_person_what_happened);
  tcase_add_test (tc, checks_know_bitrate_limits_that_nothing_meets);
  return s;
}

GST_CHECK_MAIN (checks);
