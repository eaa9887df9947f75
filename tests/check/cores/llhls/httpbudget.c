/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "httpbudget.h"

static guint
spend_all (HttpBudget * budget, guint64 now)
{
  guint n = 0;

  while (n < 100000 && http_budget_spend (budget, now))
    n++;
  return n;
}

GST_START_TEST (http_budget_allows_a_burst_and_then_its_rate)
{
  HttpBudget budget;

  http_budget_init (&budget, 20, 100, 5 * GST_SECOND);
  fail_unless_equals_int (spend_all (&budget, 5 * GST_SECOND), 100);
  fail_unless_equals_int (spend_all (&budget, 6 * GST_SECOND), 20);
  fail_unless_equals_int (spend_all (&budget, 6 * GST_SECOND
          + 50 * GST_MSECOND), 1);
}

GST_END_TEST;

GST_START_TEST (http_budget_saves_no_more_than_a_burst)
{
  HttpBudget budget;

  http_budget_init (&budget, 20, 100, 0);
  fail_unless_equals_int (spend_all (&budget, 0), 100);
  fail_unless_equals_int (spend_all (&budget, 24 * 3600 * GST_SECOND), 100);
  fail_unless_equals_int (spend_all (&budget, G_MAXUINT64), 100);
}

GST_END_TEST;

GST_START_TEST (http_budget_gives_nothing_when_time_goes_back)
{
  HttpBudget budget;

  http_budget_init (&budget, 20, 1, 5 * GST_SECOND);
  fail_unless (http_budget_spend (&budget, 5 * GST_SECOND));
  fail_if (http_budget_spend (&budget, 0));
  fail_if (http_budget_spend (&budget, 5 * GST_SECOND));
  fail_unless (http_budget_spend (&budget, 5 * GST_SECOND + 50 * GST_MSECOND));
}

GST_END_TEST;

GST_START_TEST (http_budget_without_a_rate_is_its_burst)
{
  HttpBudget budget;

  http_budget_init (&budget, 0, 3, 0);
  fail_unless_equals_int (spend_all (&budget, 0), 3);
  fail_if (http_budget_spend (&budget, G_MAXUINT64));
}

GST_END_TEST;

GST_START_TEST (http_budget_keeps_what_is_earned)
{
  HttpBudget budget;

  http_budget_init (&budget, 20, 100, 0);
  http_budget_earn (&budget, 512 * 1000, 512);
  fail_unless_equals_int (spend_all (&budget, GST_SECOND), 1100);
  http_budget_earn (&budget, 256, 512);
  fail_if (http_budget_spend (&budget, GST_SECOND));
  http_budget_earn (&budget, 256, 512);
  fail_unless_equals_int (spend_all (&budget, GST_SECOND), 1);
}

GST_END_TEST;

GST_START_TEST (http_budget_earns_without_end)
{
  HttpBudget budget;
  guint i;

  http_budget_init (&budget, 20, 100, 0);
  for (i = 0; i < 1000; i++)
    http_budget_earn (&budget, G_MAXUINT32, 1);
  fail_unless_equals_int (spend_all (&budget, G_MAXUINT64), 100000);
}

GST_END_TEST;

static Suite *
httpbudget_suite (void)
{
  Suite *s = suite_create ("httpbudget");
  TCase *tc = tcase_create ("httpbudget");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, http_budget_allows_a_burst_and_then_its_rate);
  tcase_add_test (tc, http_budget_saves_no_more_than_a_burst);
  tcase_add_test (tc, http_budget_gives_nothing_when_time_goes_back);
  tcase_add_test (tc, http_budget_without_a_rate_is_its_burst);
  tcase_add_test (tc, http_budget_keeps_what_is_earned);
  tcase_add_test (tc, http_budget_earns_without_end);
  return s;
}

GST_CHECK_MAIN (httpbudget);
