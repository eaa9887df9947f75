/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "httprange.h"

typedef struct
{
  const gchar *value;
  guint64 size;
  HttpRange range;
  guint64 first, length;
} Case;

/* *INDENT-OFF* */
static const Case cases[] = {
  { NULL, 100, HTTP_RANGE_WHOLE, 0, 100 },
  { "", 100, HTTP_RANGE_WHOLE, 0, 100 },
  { "bytes=0-", 100, HTTP_RANGE_PART, 0, 100 },
  { "bytes=0-0", 100, HTTP_RANGE_PART, 0, 1 },
  { "BYTES=10-19", 100, HTTP_RANGE_PART, 10, 10 },
  { "bytes= 10-19 ", 100, HTTP_RANGE_PART, 10, 10 },
  { "bytes=90-200", 100, HTTP_RANGE_PART, 90, 10 },
  { "bytes=99-", 100, HTTP_RANGE_PART, 99, 1 },
  { "bytes=-1", 100, HTTP_RANGE_PART, 99, 1 },
  { "bytes=-500", 100, HTTP_RANGE_PART, 0, 100 },
  { "bytes=5-99999999999999999999999", 100, HTTP_RANGE_PART, 5, 95 },
  { "bytes=100-", 100, HTTP_RANGE_OUTSIDE, 0, 100 },
  { "bytes=99999999999999999999999-", 100, HTTP_RANGE_OUTSIDE, 0, 100 },
  { "bytes=-0", 100, HTTP_RANGE_OUTSIDE, 0, 100 },
  { "bytes=0-", 0, HTTP_RANGE_OUTSIDE, 0, 0 },
  { "bytes=-5", 0, HTTP_RANGE_OUTSIDE, 0, 0 },
  { "bytes=20-10", 100, HTTP_RANGE_WHOLE, 0, 100 },
  { "bytes=0-1,5-6", 100, HTTP_RANGE_WHOLE, 0, 100 },
  { "bytes=", 100, HTTP_RANGE_WHOLE, 0, 100 },
  { "bytes=-", 100, HTTP_RANGE_WHOLE, 0, 100 },
  { "bytes=a-b", 100, HTTP_RANGE_WHOLE, 0, 100 },
  { "bytes=1", 100, HTTP_RANGE_WHOLE, 0, 100 },
  { "bytes=+1-2", 100, HTTP_RANGE_WHOLE, 0, 100 },
  { "seconds=0-1", 100, HTTP_RANGE_WHOLE, 0, 100 },
};
/* *INDENT-ON* */

static HttpRange
parse (const gchar * value, guint64 size, guint64 * first, guint64 * length)
{
  HttpRangeAsk ask;

  http_range_read (&ask, value);
  return http_range_apply (&ask, size, first, length);
}

GST_START_TEST (http_range_tells_what_is_asked_for)
{
  const Case *c = &cases[__i__];
  guint64 from, length;

  fail_unless_equals_int (parse (c->value, c->size, &from, &length), c->range);
  if (c->range == HTTP_RANGE_OUTSIDE)
    return;
  fail_unless_equals_uint64 (from, c->first);
  fail_unless_equals_uint64 (length, c->length);
}

GST_END_TEST;

/* Whatever is sent, what comes out lies within what there is. */
GST_START_TEST (http_range_never_leaves_the_body)
{
  static const gchar alphabet[] = "bytes=0123456789-, \t";
  GRand *rand = g_rand_new_with_seed (9110);
  guint i, j;

  for (i = 0; i < 20000; i++) {
    gchar text[32] = "bytes=";
    guint64 size = g_rand_int_range (rand, 0, 1000), first, length;
    guint n = g_rand_int_range (rand, 0, 20);

    for (j = 0; j < n; j++)
      text[6 + j] = alphabet[g_rand_int_range (rand, 0, strlen (alphabet))];
    if (parse (text, size, &first, &length) == HTTP_RANGE_PART)
      fail_unless (length > 0 && first < size && length <= size - first);
  }
  g_rand_free (rand);
}

GST_END_TEST;

static Suite *
httprange_suite (void)
{
  Suite *s = suite_create ("httprange");
  TCase *tc = tcase_create ("httprange");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, http_range_tells_what_is_asked_for, 0,
      G_N_ELEMENTS (cases));
  tcase_add_test (tc, http_range_never_leaves_the_body);
  return s;
}

GST_CHECK_MAIN (httprange);
