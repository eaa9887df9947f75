/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "httpsniff.h"

#define PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

static HttpSniff
sniff (const gchar * text)
{
  return http_sniff ((const guint8 *) text, strlen (text));
}

GST_START_TEST (http_sniff_knows_what_begins)
{
  fail_unless_equals_int (sniff (""), HTTP_SNIFF_MORE);
  fail_unless_equals_int (sniff ("G"), HTTP_SNIFF_HTTP1);
  fail_unless_equals_int (sniff ("GET / HTTP/1.1\r\n"), HTTP_SNIFF_HTTP1);
  fail_unless_equals_int (sniff ("\r\nGET /"), HTTP_SNIFF_HTTP1);
  fail_unless_equals_int (sniff ("PROPFIND / HTTP/1.1"), HTTP_SNIFF_HTTP1);
  fail_unless_equals_int (sniff ("PRI * HTTP/2.1\r\n"), HTTP_SNIFF_HTTP1);
  fail_unless_equals_int (sniff (PREFACE "more"), HTTP_SNIFF_HTTP2);
  fail_unless_equals_int (sniff ("\x16\x03\x01"), HTTP_SNIFF_TLS);
  fail_unless_equals_int (sniff ("\x80\x2e"), HTTP_SNIFF_GARBAGE);
  fail_unless_equals_int (http_sniff ((const guint8 *) "\0GET", 4),
      HTTP_SNIFF_GARBAGE);
}

GST_END_TEST;

GST_START_TEST (http_sniff_waits_for_the_whole_preface)
{
  gsize n;

  for (n = 0; n < strlen (PREFACE); n++)
    fail_unless_equals_int (http_sniff ((const guint8 *) PREFACE, n),
        HTTP_SNIFF_MORE);
  fail_unless_equals_int (http_sniff ((const guint8 *) PREFACE, n),
      HTTP_SNIFF_HTTP2);
}

GST_END_TEST;

GST_START_TEST (http_sniff_knows_the_size_of_a_record)
{
  static const guint8 hello[] = { 22, 3, 1, 2, 0, 1 };
  gsize n;

  for (n = 0; n < 5; n++)
    fail_unless_equals_uint64 (http_sniff_record_size (hello, n), 0);
  fail_unless_equals_uint64 (http_sniff_record_size (hello, 6), 517);
}

GST_END_TEST;

/* Ten thousand who say one byte are not looked at 50 times a second each. */
GST_START_TEST (http_sniff_looks_at_who_says_too_little_ever_less)
{
  guint looks = 0, ms = 0;

  fail_unless (http_sniff_pause (0) <= 20);
  for (; ms < 10000; looks++)
    ms += http_sniff_pause (looks);
  fail_unless (looks < 20);
  fail_unless (http_sniff_pause (G_MAXUINT) <= 1000);
}

GST_END_TEST;

static Suite *
httpsniff_suite (void)
{
  Suite *s = suite_create ("httpsniff");
  TCase *tc = tcase_create ("httpsniff");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, http_sniff_knows_what_begins);
  tcase_add_test (tc, http_sniff_waits_for_the_whole_preface);
  tcase_add_test (tc, http_sniff_knows_the_size_of_a_record);
  tcase_add_test (tc, http_sniff_looks_at_who_says_too_little_ever_less);
  return s;
}

GST_CHECK_MAIN (httpsniff);
