/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "cmcdevent.h"

GST_START_TEST (cmcdevent_reads_one_report_a_line)
{
  static const gchar body[] =
      "e=ps,sid=\"a\",sta=p,ts=1767225600123,v=2\n\r\n\n"
      "e=e,ec=(\"x\"),sid=\"a\",v=2\r\n" "broken=\n" "e=t,sid=\"b\",v=2";
  CmcdEventReader reader;
  CmcdResult result;
  Cmcd c;

  cmcd_event_reader_init (&reader, body, strlen (body));
  fail_unless (cmcd_event_reader_next (&reader, &c, &result));
  fail_unless_equals_int (result, CMCD_RESULT_OK);
  fail_unless_equals_int (c.state, CMCD_STATE_PLAYING);
  fail_unless_equals_int (c.event, CMCD_EVENT_OTHER);
  fail_unless_equals_uint64 (c.timestamp, 1767225600123 * GST_MSECOND);
  fail_unless (cmcd_event_reader_next (&reader, &c, &result));
  fail_unless_equals_int (result, CMCD_RESULT_OK);
  fail_unless_equals_int (c.event, CMCD_EVENT_ERROR);
  fail_unless_equals_int (c.state, CMCD_STATE_UNKNOWN);
  fail_unless (cmcd_event_reader_next (&reader, &c, &result));
  fail_unless_equals_int (result, CMCD_RESULT_MALFORMED);
  fail_unless (cmcd_event_reader_next (&reader, &c, &result));
  fail_unless_equals_string (c.sid, "b");
  fail_if (cmcd_event_reader_next (&reader, &c, &result));
}

GST_END_TEST;

GST_START_TEST (cmcdevent_reads_so_many_reports_only)
{
  g_autoptr (GString) body = g_string_new (NULL);
  CmcdEventReader reader;
  CmcdResult result;
  guint n = 0;
  Cmcd c;

  while (n++ < CMCD_EVENT_MAX_REPORTS + 100)
    g_string_append (body, "su\n");
  cmcd_event_reader_init (&reader, body->str, body->len);
  for (n = 0; cmcd_event_reader_next (&reader, &c, &result); n++)
    fail_unless_equals_int (result, n < CMCD_EVENT_MAX_REPORTS
        ? CMCD_RESULT_OK : CMCD_RESULT_TOO_LONG);
  fail_unless_equals_int (n, CMCD_EVENT_MAX_REPORTS + 1);
}

GST_END_TEST;

GST_START_TEST (cmcdevent_survives_cuts_and_random_bytes)
{
  static const gchar text[] = "e=ps,sid=\"a\",sta=p\r\n\r\ne=t,bl=(1;v)\n";
  g_autoptr (GRand) rand = g_rand_new_with_seed (64);
  guint round;

  for (round = 0; round < 20000; round++) {
    gsize n = round < sizeof (text) ? round
        : (guint) g_rand_int_range (rand, 0, sizeof (text)), i, lines = 0;
    g_autofree gchar *body = g_memdup2 (text, MAX (n, 1));
    CmcdEventReader reader;
    CmcdResult result;
    Cmcd c;

    for (i = 0; i < n && round >= sizeof (text); i++)
      if (g_rand_int_range (rand, 0, 8) == 0)
        body[i] = g_rand_int_range (rand, 0, 256);
    cmcd_event_reader_init (&reader, body, n);
    while (cmcd_event_reader_next (&reader, &c, &result))
      lines++;
    fail_unless (lines <= n);
    if (round == sizeof (text) - 1)
      fail_unless_equals_int (lines, 2);
  }
}

GST_END_TEST;

GST_START_TEST (cmcdevent_knows_its_media_type)
{
  fail_unless (cmcd_event_is_type ("application/cmcd"));
  fail_unless (cmcd_event_is_type ("Application/CMCD; charset=utf-8"));
  fail_if (cmcd_event_is_type (NULL));
  fail_if (cmcd_event_is_type (""));
  fail_if (cmcd_event_is_type ("application/cmcdx"));
  fail_if (cmcd_event_is_type ("text/plain"));
}

GST_END_TEST;

static Suite *
cmcdevent_suite (void)
{
  Suite *s = suite_create ("cmcdevent");
  TCase *tc = tcase_create ("cmcdevent");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, cmcdevent_reads_one_report_a_line);
  tcase_add_test (tc, cmcdevent_reads_so_many_reports_only);
  tcase_add_test (tc, cmcdevent_survives_cuts_and_random_bytes);
  tcase_add_test (tc, cmcdevent_knows_its_media_type);
  return s;
}

GST_CHECK_MAIN (cmcdevent);
