/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "httpdate.h"

GST_START_TEST (http_date_is_what_the_rfc_writes)
{
  HttpDate date = { 0, "" };

  /* The example of RFC 9110 5.6.7. */
  fail_unless_equals_string (http_date_at (&date, 784111777),
      "Sun, 06 Nov 1994 08:49:37 GMT");
  fail_unless_equals_string (http_date_at (&date, 0),
      "Thu, 01 Jan 1970 00:00:00 GMT");
  fail_unless_equals_string (http_date_at (&date, 1709164799),
      "Wed, 28 Feb 2024 23:59:59 GMT");
  fail_unless_equals_string (http_date_at (&date, 1709164800),
      "Thu, 29 Feb 2024 00:00:00 GMT");
}

GST_END_TEST;

static Suite *
httpdate_suite (void)
{
  Suite *s = suite_create ("httpdate");
  TCase *tc = tcase_create ("httpdate");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, http_date_is_what_the_rfc_writes);
  return s;
}

GST_CHECK_MAIN (httpdate);
