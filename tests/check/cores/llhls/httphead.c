/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "httphead.h"

static guint released;

static void
release (gpointer owner)
{
  fail_unless (owner != NULL);
  released++;
}

static gboolean
add (HttpHead * head, const gchar * name, const gchar * value)
{
  return http_head_add (head, name, strlen (name), value, strlen (value),
      (gpointer) value);
}

GST_START_TEST (http_head_keeps_what_is_asked_for)
{
  HttpHead head;

  released = 0;
  http_head_init (&head, release);
  fail_unless (add (&head, ":method", "GET"));
  fail_unless (add (&head, ":path", "/live.m3u8?a=b"));
  fail_unless (add (&head, "cmcd-status", "bs"));
  fail_if (add (&head, "cookie", "x=y"));
  fail_if (add (&head, "Range", "bytes=0-1"));
  fail_unless_equals_string (head.values[HTTP_FIELD_METHOD], "GET");
  fail_unless_equals_string (head.values[HTTP_FIELD_PATH], "/live.m3u8?a=b");
  fail_unless_equals_string (head.values[HTTP_FIELD_CMCD_STATUS], "bs");
  fail_unless (head.values[HTTP_FIELD_RANGE] == NULL);
  fail_unless_equals_int (released, 0);
  http_head_forget (&head);
  fail_unless_equals_int (released, 3);
  fail_unless (head.values[HTTP_FIELD_PATH] == NULL);
  http_head_forget (&head);
  fail_unless_equals_int (released, 3);
}

GST_END_TEST;

GST_START_TEST (http_head_lets_go_of_what_is_told_again)
{
  HttpHead head;

  released = 0;
  http_head_init (&head, release);
  fail_unless (add (&head, "range", "bytes=0-1"));
  fail_unless (add (&head, "range", "bytes=2-3"));
  fail_unless_equals_int (released, 1);
  fail_unless_equals_string (head.values[HTTP_FIELD_RANGE], "bytes=2-3");
  http_head_forget (&head);
  fail_unless_equals_int (released, 2);
}

GST_END_TEST;

/* What is not kept counts as well: a byte of HPACK can stand for 4 KiB. */
GST_START_TEST (http_head_knows_a_bomb_from_what_is_only_too_large)
{
  g_autofree gchar *value = g_strnfill (1024 - 8, 'x');
  HttpHead head;
  guint i;

  http_head_init (&head, release);
  for (i = 0; i < 16; i++)
    fail_if (add (&head, "junk", value));
  fail_unless_equals_int (head.bytes, HTTP_HEAD_MAX_BYTES);
  fail_unless_equals_int (http_head_size (&head), HTTP_HEAD_FITS);
  fail_if (add (&head, ":path", "/"));
  fail_unless (head.values[HTTP_FIELD_PATH] == NULL);
  fail_unless_equals_int (http_head_size (&head), HTTP_HEAD_TOO_LARGE);
  while (head.bytes <= 4 * HTTP_HEAD_MAX_BYTES) {
    fail_unless_equals_int (http_head_size (&head), HTTP_HEAD_TOO_LARGE);
    add (&head, "junk", value);
  }
  fail_unless_equals_int (http_head_size (&head), HTTP_HEAD_BOMB);
}

GST_END_TEST;

GST_START_TEST (http_head_reads_the_length_of_a_body)
{
  static const struct
  {
    const gchar *text;
    guint64 length;
  } cases[] = {
    {"0", 0}, {"65536", 65536}, {"9223372036854775807", G_MAXINT64},
    {"9223372036854775808", G_MAXUINT64}, {"-1", G_MAXUINT64},
    {"1x", G_MAXUINT64}, {"", G_MAXUINT64},
  };
  HttpHead head;
  guint i;

  http_head_init (&head, release);
  fail_unless_equals_uint64 (http_head_content_length (&head), G_MAXUINT64);
  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    add (&head, "content-length", cases[i].text);
    fail_unless_equals_uint64 (http_head_content_length (&head),
        cases[i].length);
  }
  http_head_forget (&head);
}

GST_END_TEST;

static Suite *
httphead_suite (void)
{
  Suite *s = suite_create ("httphead");
  TCase *tc = tcase_create ("httphead");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, http_head_keeps_what_is_asked_for);
  tcase_add_test (tc, http_head_lets_go_of_what_is_told_again);
  tcase_add_test (tc, http_head_knows_a_bomb_from_what_is_only_too_large);
  tcase_add_test (tc, http_head_reads_the_length_of_a_body);
  return s;
}

GST_CHECK_MAIN (httphead);
