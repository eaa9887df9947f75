/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "httpwatch.h"

#define S GST_SECOND

/* *INDENT-OFF* */
static const HttpLimits limits = {
  .opening = 5 * S, .idle = 60 * S, .head = 10 * S, .send = 8 * S,
  .send_bytes = 1000
};
/* *INDENT-ON* */

GST_START_TEST (http_watch_closes_who_does_not_open)
{
  HttpWatch watch;

  http_watch_init (&watch, 100 * S);
  fail_unless_equals_int (http_watch_check (&watch, &limits, 0, 105 * S - 1),
      HTTP_VERDICT_KEEP);
  fail_unless_equals_int (http_watch_check (&watch, &limits, 0, 105 * S),
      HTTP_VERDICT_SLOW_OPENING);
}

GST_END_TEST;

GST_START_TEST (http_watch_closes_who_is_idle)
{
  HttpWatch watch;

  http_watch_init (&watch, 0);
  http_watch_enter (&watch, HTTP_PHASE_IDLE, 10 * S);
  http_watch_enter (&watch, HTTP_PHASE_IDLE, 50 * S);
  fail_unless_equals_int (http_watch_check (&watch, &limits, 0, 70 * S - 1),
      HTTP_VERDICT_KEEP);
  fail_unless_equals_int (http_watch_check (&watch, &limits, 0, 70 * S),
      HTTP_VERDICT_IDLE);
}

GST_END_TEST;

GST_START_TEST (http_watch_closes_who_does_not_finish_a_request)
{
  HttpWatch watch;

  http_watch_init (&watch, 0);
  http_watch_enter (&watch, HTTP_PHASE_HEAD, 1 * S);
  fail_unless_equals_int (http_watch_check (&watch, &limits, 0, 11 * S),
      HTTP_VERDICT_SLOW_HEAD);
}

GST_END_TEST;

GST_START_TEST (http_watch_keeps_who_is_held)
{
  HttpWatch watch;

  http_watch_init (&watch, 0);
  http_watch_enter (&watch, HTTP_PHASE_HELD, 1 * S);
  fail_unless_equals_int (http_watch_check (&watch, &limits, 0, 9999 * S),
      HTTP_VERDICT_KEEP);
}

GST_END_TEST;

GST_START_TEST (http_watch_keeps_who_takes_enough)
{
  HttpWatch watch;
  guint64 i;

  http_watch_init (&watch, 0);
  http_watch_enter (&watch, HTTP_PHASE_SENDING, 0);
  for (i = 0; i < 100; i++)
    fail_unless_equals_int (http_watch_check (&watch, &limits,
            5000000 + i * 1000, i * 7 * S), HTTP_VERDICT_KEEP);
}

GST_END_TEST;

GST_START_TEST (http_watch_closes_who_reads_a_byte_a_second)
{
  HttpWatch watch;
  HttpVerdict verdict = HTTP_VERDICT_KEEP;
  guint64 t;

  http_watch_init (&watch, 0);
  http_watch_enter (&watch, HTTP_PHASE_SENDING, 0);
  for (t = 0; verdict == HTTP_VERDICT_KEEP; t++)
    verdict = http_watch_check (&watch, &limits, 77 + t, t * S);
  fail_unless_equals_int (verdict, HTTP_VERDICT_SLOW_READER);
  fail_unless_equals_uint64 (t - 1, 8);
}

GST_END_TEST;

GST_START_TEST (http_watch_never_closes_without_a_limit)
{
  static const HttpLimits none;
  HttpWatch watch;
  HttpPhase phase;

  http_watch_init (&watch, 0);
  for (phase = HTTP_PHASE_OPENING; phase <= HTTP_PHASE_SENDING; phase++) {
    http_watch_enter (&watch, phase, 0);
    fail_unless_equals_int (http_watch_check (&watch, &none, 0, G_MAXUINT64),
        HTTP_VERDICT_KEEP);
  }
}

GST_END_TEST;

static Suite *
httpwatch_suite (void)
{
  Suite *s = suite_create ("httpwatch");
  TCase *tc = tcase_create ("httpwatch");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, http_watch_closes_who_does_not_open);
  tcase_add_test (tc, http_watch_closes_who_is_idle);
  tcase_add_test (tc, http_watch_closes_who_does_not_finish_a_request);
  tcase_add_test (tc, http_watch_keeps_who_is_held);
  tcase_add_test (tc, http_watch_keeps_who_takes_enough);
  tcase_add_test (tc, http_watch_closes_who_reads_a_byte_a_second);
  tcase_add_test (tc, http_watch_never_closes_without_a_limit);
  return s;
}

GST_CHECK_MAIN (httpwatch);
