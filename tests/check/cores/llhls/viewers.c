/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "viewers.h"

#define MS GST_MSECOND
#define BEGIN (1000 * GST_SECOND)
#define TIMEOUT (60 * GST_SECOND)
#define MEMORY (600 * GST_SECOND)
#define MAX_SESSIONS 100

static Viewers *viewers;

static void
setup (void)
{
  const ViewersConfig config = { TIMEOUT, MEMORY, MAX_SESSIONS };

  viewers = viewers_new (&config);
}

static void
teardown (void)
{
  viewers_free (viewers);
}

static ViewersTag
request_at (guint64 ms, const gchar * rendition, const gchar * text)
{
  CmcdResult result;
  Cmcd c;

  cmcd_init (&c);
  result = cmcd_parse (&c, text, strlen (text));
  return viewers_on_request (viewers, &c, result, rendition, BEGIN + ms * MS);
}

static void
event_at (guint64 ms, const gchar * text)
{
  CmcdResult result;
  Cmcd c;

  cmcd_init (&c);
  result = cmcd_parse (&c, text, strlen (text));
  viewers_on_event (viewers, &c, result, BEGIN + ms * MS);
}

static void
answer (const ViewersTag * tag, const gchar * rendition, guint status,
    gint64 age_ms)
{
  const ViewersAnswer a = { status, 1000, age_ms * (gint64) MS };

  viewers_on_answer (viewers, tag, rendition, &a);
}

static const ViewersSummary *
summary_at (guint64 ms)
{
  static ViewersSummary summary;

  viewers_summarise (viewers, BEGIN + ms * MS, &summary);
  return &summary;
}

static gboolean
is_near (guint64 value, guint64 ms)
{
  return ABS ((gint64) value - (gint64) (ms * MS)) <= (gint64) (ms * MS / 14);
}

GST_START_TEST (viewers_knows_nothing_at_first)
{
  const ViewersSummary *s = summary_at (0);

  fail_unless_equals_int (s->live, 0);
  fail_unless_equals_uint64 (s->startup_p50, CMCD_ABSENT);
  fail_unless_equals_uint64 (s->latency_p95, CMCD_ABSENT);
  fail_unless_equals_uint64 (s->bitrate, CMCD_ABSENT);
  fail_unless_equals_uint64 (s->rebuffer_ratio_ppm, 0);
  fail_unless_equals_uint64 (viewers_deadline (viewers), G_MAXUINT64);
}

GST_END_TEST;

GST_START_TEST (viewers_aggregates_sessions)
{
  const ViewersSummary *s;
  guint i;

  for (i = 1; i <= 20; i++) {
    g_autofree gchar *first = g_strdup_printf ("ot=m,sid=\"s%u\",su", i);
    g_autofree gchar *later =
        g_strdup_printf ("bl=1000,br=%u,d=10000,ot=v,sid=\"s%u\"", 1000 * i, i);
    ViewersTag tag;

    request_at (0, NULL, first);
    tag = request_at (100 * i, "video_0", later);
    answer (&tag, "video_0", 200, 1000);
  }
  request_at (20000, NULL, "bs,d=1,ot=v,sid=\"s1\",su");
  s = summary_at (20000);
  fail_unless_equals_int (s->live, 20);
  fail_unless_equals_int (s->version_1, 20);
  fail_unless_equals_int (s->rebuffering, 1);
  fail_unless_equals_uint64 (s->rebuffers, 1);
  fail_unless (is_near (s->startup_p50, 1000));
  fail_unless (is_near (s->startup_p95, 1900));
  fail_unless (is_near (s->latency_p50, 12000));
  fail_unless (is_near (s->buffer_p50, 1000));
  fail_unless_equals_uint64 (s->bitrate, 10500000);
  /* 8.9 s (dry at 11.1 s) of 8.9 + 200 s. */
  fail_unless (s->rebuffer_ratio_ppm > 42000 && s->rebuffer_ratio_ppm < 43000);
  fail_unless_equals_int (s->n_renditions, 1);
  fail_unless_equals_string (s->renditions[0].name, "video_0");
  fail_unless_equals_int (s->renditions[0].sessions, 20);
  fail_unless_equals_uint64 (s->renditions[0].bytes, 20000);
  fail_unless_equals_uint64 (s->totals.sessions, 20);
}

GST_END_TEST;

GST_START_TEST (viewers_invents_no_session)
{
  const ViewersSummary *s;

  request_at (0, "video_0", "");
  request_at (0, "video_0", "bl=1000,ot=v");
  request_at (0, "video_0", "sid=\"open");
  event_at (0, "e=t,v=2");
  s = summary_at (0);
  fail_unless_equals_int (s->live, 0);
  fail_unless_equals_uint64 (s->totals.plain_requests, 1);
  fail_unless_equals_uint64 (s->totals.reports, 2);
  fail_unless_equals_uint64 (s->totals.malformed, 1);
}

GST_END_TEST;

GST_START_TEST (viewers_lets_sessions_end_and_forgets_them)
{
  request_at (0, NULL, "ot=m,sid=\"a\",su");
  request_at (300, NULL, "bl=1,d=500,ot=v,sid=\"a\"");
  event_at (1000, "e=ps,sid=\"b\",sta=s,v=2");
  event_at (2000, "e=ps,sid=\"b\",sta=e,v=2");
  fail_unless_equals_int (summary_at (2000)->live, 1);
  fail_unless_equals_int (summary_at (2000)->recent, 1);
  fail_unless_equals_int (summary_at (60299)->live, 1);
  fail_unless_equals_int (summary_at (60300)->live, 0);
  fail_unless (is_near (summary_at (60300)->startup_p50, 300));
  fail_unless_equals_uint64 (viewers_deadline (viewers),
      BEGIN + 300 * MS + TIMEOUT + MEMORY);
  viewers_on_timer (viewers, BEGIN + 300 * MS + TIMEOUT + MEMORY);
  fail_unless_equals_uint64 (viewers_deadline (viewers),
      BEGIN + 2000 * MS + TIMEOUT + MEMORY);
  fail_unless_equals_int (summary_at (700000)->recent, 0);
  fail_unless_equals_uint64 (summary_at (700000)->totals.sessions, 2);
}

GST_END_TEST;

GST_START_TEST (viewers_takes_a_long_silent_id_for_a_new_one)
{
  request_at (0, NULL, "ot=v,sid=\"a\"");
  request_at (59999, NULL, "ot=v,sid=\"a\"");
  fail_unless_equals_uint64 (summary_at (59999)->totals.sessions, 1);
  request_at (120000, NULL, "ot=v,sid=\"a\"");
  fail_unless_equals_uint64 (summary_at (120000)->totals.sessions, 2);
  fail_unless_equals_int (summary_at (120000)->live, 1);
}

GST_END_TEST;

GST_START_TEST (viewers_keeps_so_many_only)
{
  ViewersTag first, last;
  guint i;

  first = request_at (0, NULL, "ot=v,sid=\"first\"");
  for (i = 1; i < MAX_SESSIONS; i++) {
    g_autofree gchar *text = g_strdup_printf ("ot=v,sid=\"s%u\"", i);

    request_at (i, NULL, text);
  }
  /* The one that was silent for long goes, not the one that came first. */
  request_at (500, NULL, "ot=v,sid=\"first\"");
  last = request_at (501, NULL, "ot=v,sid=\"last\"");
  fail_unless_equals_int (summary_at (600)->live, MAX_SESSIONS);
  fail_unless_equals_uint64 (summary_at (600)->totals.evicted, 1);
  /* An answer to who is gone counts for nobody. */
  answer (&first, "video_0", 503, 0);
  fail_unless_equals_uint64 (summary_at (600)->totals.errors, 1);
  fail_unless (last.serial != 0);
  for (i = 0; i < MAX_SESSIONS; i++) {
    g_autofree gchar *text = g_strdup_printf ("ot=v,sid=\"t%u\"", i);

    request_at (601 + i, NULL, text);
  }
  answer (&first, "video_0", 503, 0);
  answer (&last, "video_0", 503, 0);
  fail_unless_equals_uint64 (summary_at (800)->totals.errors, 1);
}

GST_END_TEST;

/* Names come from the URL: what is not there makes no rendition. */
GST_START_TEST (viewers_counts_renditions_that_are_served)
{
  ViewersTag nobody = { 0, 0, CMCD_ABSENT };
  const ViewersSummary *s;
  guint i;

  answer (&nobody, "guess", 404, 0);
  answer (&nobody, NULL, 200, 0);
  for (i = 0; i < 2 * VIEWERS_MAX_RENDITIONS; i++) {
    g_autofree gchar *name = g_strdup_printf ("video_%u", i);

    answer (&nobody, name, 200, 0);
  }
  answer (&nobody, "video_3", 503, 0);
  s = summary_at (0);
  fail_unless_equals_int (s->n_renditions, VIEWERS_MAX_RENDITIONS);
  fail_unless_equals_string (s->renditions[3].name, "video_3");
  fail_unless_equals_uint64 (s->renditions[3].requests, 2);
  fail_unless_equals_uint64 (s->renditions[3].errors, 1);
}

GST_END_TEST;

GST_START_TEST (viewers_tells_versions_apart)
{
  request_at (0, NULL, "ot=v,sid=\"a\"");
  request_at (0, NULL, "ot=v,sid=\"b\",v=2");
  request_at (0, NULL, "ot=v,sid=\"c\",v=2");
  fail_unless_equals_int (summary_at (0)->version_1, 1);
  fail_unless_equals_int (summary_at (0)->version_2, 2);
}

GST_END_TEST;

GST_START_TEST (viewers_totals_only_rise)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  static const gchar *const words[] = {
    "ot=v", "ot=m", "su", "bs", "sta=p", "sta=r", "sta=e", "bsa=3", "bsa=1",
    "bsda=900", "bsda=0", "bsd=5", "d=500", "bl=0", "e=e", "v=2"
  };
  ViewersTotals before;
  guint64 ms = 0;
  guint i;

  memset (&before, 0, sizeof (before));
  for (i = 0; i < 20000; i++) {
    g_autofree gchar *text = g_strdup_printf ("%s,%s,sid=\"%u\"",
        words[g_rand_int_range (rand, 0, G_N_ELEMENTS (words))],
        words[g_rand_int_range (rand, 0, G_N_ELEMENTS (words))],
        g_rand_int_range (rand, 0, 2 * MAX_SESSIONS));
    const ViewersSummary *s;
    ViewersTag tag;

    ms += g_rand_int_range (rand, 0, 2000);
    tag = request_at (ms, "video_0", text);
    if (i % 3 == 0)
      answer (&tag, "video_0", i % 30 == 0 ? 404 : 200, 100);
    if (i % 100 != 0)
      continue;
    s = summary_at (ms);
    fail_unless (s->live + s->recent <= MAX_SESSIONS);
    fail_unless (s->totals.rebuffers >= before.rebuffers);
    fail_unless (s->totals.rebuffer_time >= before.rebuffer_time);
    fail_unless (s->rebuffer_ratio_ppm <= 1000000);
    before = s->totals;
  }
  fail_unless (before.evicted > 0 && before.rebuffers > 0);
}

GST_END_TEST;

static Suite *
viewers_suite (void)
{
  Suite *s = suite_create ("viewers");
  TCase *tc = tcase_create ("viewers");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, viewers_knows_nothing_at_first);
  tcase_add_test (tc, viewers_aggregates_sessions);
  tcase_add_test (tc, viewers_invents_no_session);
  tcase_add_test (tc, viewers_lets_sessions_end_and_forgets_them);
  tcase_add_test (tc, viewers_takes_a_long_silent_id_for_a_new_one);
  tcase_add_test (tc, viewers_keeps_so_many_only);
  tcase_add_test (tc, viewers_counts_renditions_that_are_served);
  tcase_add_test (tc, viewers_tells_versions_apart);
  tcase_add_test (tc, viewers_totals_only_rise);
  return s;
}

GST_CHECK_MAIN (viewers);
