/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "viewersession.h"

#define MS GST_MSECOND
#define BEGIN (1000 * GST_SECOND)

static ViewerSession session;

static void
at (guint64 ms, gboolean is_event, const gchar * text)
{
  Cmcd c;

  cmcd_init (&c);
  fail_unless_equals_int (cmcd_parse (&c, text, strlen (text)), CMCD_RESULT_OK);
  viewer_session_on_report (&session, &c, is_event, BEGIN + ms * MS);
}

static void
request_at (guint64 ms, const gchar * text)
{
  at (ms, FALSE, text);
}

static void
event_at (guint64 ms, const gchar * text)
{
  at (ms, TRUE, text);
}

static void
setup (void)
{
  viewer_session_init (&session, BEGIN);
}

/* As hls.js does it: playlists and parts carry su until there is a picture. */
GST_START_TEST (viewersession_guesses_startup_from_version_1)
{
  request_at (0, "ot=m,su");
  request_at (50, "ot=i,su");
  request_at (80, "bl=0,d=500,ot=v,su");
  request_at (300, "ot=m");
  fail_unless_equals_int (session.state, VIEWER_STARTING);
  request_at (400, "bl=900,d=500,ot=v");
  fail_unless_equals_int (session.state, VIEWER_PLAYING);
  fail_unless_equals_uint64 (session.startup, 400 * MS);
  request_at (900, "bl=900,d=500,ot=v");
  fail_unless_equals_uint64 (session.startup, 400 * MS);
}

GST_END_TEST;

/* The origin came back, its viewers were there before. */
GST_START_TEST (viewersession_invents_no_startup)
{
  request_at (0, "bl=900,d=500,ot=v");
  request_at (500, "bl=900,d=500,ot=v");
  fail_unless_equals_int (session.state, VIEWER_PLAYING);
  fail_unless_equals_uint64 (session.startup, CMCD_ABSENT);
}

GST_END_TEST;

GST_START_TEST (viewersession_prefers_the_better_startup)
{
  request_at (0, "ot=m,su,sta=s,v=2");
  event_at (700, "e=ps,sta=p,v=2");
  fail_unless_equals_uint64 (session.startup, 700 * MS);
  event_at (800, "e=t,msd=650,sta=p,v=2");
  fail_unless_equals_uint64 (session.startup, 650 * MS);
  event_at (900, "e=ps,sta=s,v=2");
  event_at (990, "e=ps,sta=p,v=2");
  fail_unless_equals_uint64 (session.startup, 650 * MS);
  fail_unless_equals_uint64 (session.version, 2);
}

GST_END_TEST;

static void
play_version_1 (void)
{
  request_at (0, "ot=m,su");
  request_at (100, "bl=0,d=500,ot=v,su");
  request_at (500, "bl=500,d=500,ot=v");
}

/* It asked for 500 ms with 500 ms at hand at 500: dry at 1500. */
GST_START_TEST (viewersession_guesses_stalls_from_version_1)
{
  play_version_1 ();
  request_at (3000, "bl=0,bs,d=500,ot=v,su");
  fail_unless_equals_int (session.state, VIEWER_REBUFFERING);
  fail_unless_equals_uint64 (session.rebuffers, 1);
  fail_unless_equals_uint64 (viewer_session_rebuffer_time (&session,
          BEGIN + 3100 * MS), 1600 * MS);
  request_at (3200, "bl=200,d=500,ot=v,su");
  fail_unless_equals_int (session.state, VIEWER_REBUFFERING);
  request_at (3500, "bl=900,d=500,ot=v");
  fail_unless_equals_int (session.state, VIEWER_PLAYING);
  fail_unless_equals_uint64 (session.rebuffers, 1);
  fail_unless_equals_uint64 (session.rebuffer_time, 2000 * MS);
  fail_unless_equals_uint64 (viewer_session_rebuffer_time (&session,
          BEGIN + 9000 * MS), 2000 * MS);
}

GST_END_TEST;

GST_START_TEST (viewersession_counts_each_starvation)
{
  play_version_1 ();
  request_at (3000, "bl=0,bs,d=500,ot=v,su");
  request_at (5000, "bl=0,bs,d=500,ot=v,su");
  request_at (6000, "bl=900,d=500,ot=v");
  fail_unless_equals_uint64 (session.rebuffers, 2);
}

GST_END_TEST;

GST_START_TEST (viewersession_counts_a_stall_once_when_told_twice)
{
  request_at (0, "ot=m,su,sta=s,v=2");
  request_at (500, "bl=(500),d=500,ot=v,sta=p,v=2");
  event_at (1500, "e=ps,sta=r,v=2");
  request_at (1600, "bl=(0),bs,d=500,ot=v,sta=r,su,v=2");
  event_at (2500, "e=ps,sta=p,v=2");
  fail_unless_equals_uint64 (session.rebuffers, 1);
  fail_unless_equals_uint64 (session.rebuffer_time, 1000 * MS);
  /* One that was over before anything could tell. */
  request_at (4000, "bl=(100),bs,d=500,ot=v,sta=p,v=2");
  fail_unless_equals_uint64 (session.rebuffers, 2);
}

GST_END_TEST;

GST_START_TEST (viewersession_takes_totals_for_truth)
{
  request_at (0, "ot=m,su,sta=s,v=2");
  event_at (500, "e=ps,sta=p,v=2");
  event_at (1500, "e=ps,sta=r,v=2");
  event_at (2500, "e=ps,sta=p,bsa=(1;v),bsda=(950;v),v=2");
  fail_unless_equals_uint64 (session.rebuffers, 1);
  fail_unless_equals_uint64 (session.rebuffer_time, 950 * MS);
  event_at (9000, "e=t,sta=p,bsa=(4;v),bsda=(3000;v),v=2");
  fail_unless_equals_uint64 (session.rebuffers, 4);
  fail_unless_equals_uint64 (session.rebuffer_time, 3000 * MS);
  request_at (9100, "bs,d=500,ot=v,sta=p,v=2");
  fail_unless_equals_uint64 (session.rebuffers, 4);
}

GST_END_TEST;

GST_START_TEST (viewersession_adds_listed_stalls)
{
  event_at (0, "e=ps,sta=s,v=2");
  event_at (500, "e=ps,sta=p,v=2");
  event_at (1500, "e=ps,sta=r,v=2");
  event_at (2500, "e=ps,sta=p,v=2");
  event_at (2600, "e=t,sta=p,bsd=(900;v),v=2");
  fail_unless_equals_uint64 (session.rebuffer_time, 900 * MS);
  event_at (9000, "e=t,sta=p,bsd=(300;v 200;v),v=2");
  fail_unless_equals_uint64 (session.rebuffer_time, 1400 * MS);
}

GST_END_TEST;

GST_START_TEST (viewersession_counts_what_was_played)
{
  guint i;

  play_version_1 ();
  for (i = 1; i <= 20; i++)
    request_at (500 + 500 * i, "bl=900,d=500,ot=v");
  request_at (11000, "bl=900,d=500,ot=a");
  fail_unless_equals_uint64 (session.played, 22 * 500 * MS);
}

GST_END_TEST;

GST_START_TEST (viewersession_counts_time_of_who_tells_the_state)
{
  event_at (0, "e=ps,sta=s,v=2");
  event_at (1000, "e=ps,sta=p,v=2");
  event_at (11000, "e=t,sta=p,v=2");
  event_at (12000, "e=ps,sta=a,v=2");
  event_at (40000, "e=ps,sta=p,v=2");
  request_at (40500, "d=6000,ot=v,sta=p,v=2");
  fail_unless_equals_uint64 (session.played, 11500 * MS);
}

GST_END_TEST;

/* A request can't claim more than went by and is ahead. */
GST_START_TEST (viewersession_believes_no_lies)
{
  guint i;

  for (i = 0; i < 1000; i++)
    request_at (i, "bl=0,br=999999999,d=99999999,ot=v");
  fail_unless (session.played <= 61 * GST_SECOND);
  /* Rounding is all that may add. */
  fail_unless (viewer_session_bitrate (&session) <= 1001000000000);
  request_at (1001, "bsda=99999999,bsa=5,ot=v,v=2");
  fail_unless_equals_uint64 (session.rebuffer_time, 1001 * MS);
  /* An earlier clock changes nothing. */
  request_at (5, "ot=v");
  fail_unless_equals_uint64 (session.seen, BEGIN + 1001 * MS);
}

GST_END_TEST;

GST_START_TEST (viewersession_weighs_bitrate_by_time)
{
  guint i;

  fail_unless_equals_uint64 (viewer_session_bitrate (&session), CMCD_ABSENT);
  request_at (0, "br=1000,d=1000,ot=v");
  request_at (1, "br=4000,d=3000,ot=v");
  request_at (2, "br=128,d=3000,ot=a");
  fail_unless_equals_uint64 (viewer_session_bitrate (&session), 3250000);
  for (i = 0; i < 2000; i++)
    request_at (1000 * i, "br=2000,d=1000,ot=v");
  fail_unless (ABS ((gint64) viewer_session_bitrate (&session) - 2000000)
      < 1000);
}

GST_END_TEST;

GST_START_TEST (viewersession_takes_sound_where_there_is_nothing_else)
{
  request_at (0, "br=128,d=3000,ot=a");
  fail_unless_equals_uint64 (viewer_session_bitrate (&session), 128000);
  fail_unless_equals_uint64 (session.played, 3000 * MS);
}

GST_END_TEST;

GST_START_TEST (viewersession_estimates_latency_until_told)
{
  viewer_session_on_media (&session, 900 * MS, 1100 * MS);
  fail_unless_equals_uint64 (session.latency, CMCD_ABSENT);
  request_at (0, "bl=900,d=500,ot=v");
  viewer_session_on_media (&session, 900 * MS, 1100 * MS);
  fail_unless_equals_uint64 (session.latency, 2000 * MS);
  viewer_session_on_media (&session, 2000 * MS, 400 * MS);
  fail_unless_equals_uint64 (session.latency, 2100 * MS);
  /* It had to wait for the part. */
  viewer_session_on_media (&session, 2000 * MS, -(gint64) (300 * MS));
  fail_unless_equals_uint64 (session.latency, 2000 * MS);
  viewer_session_on_media (&session, 0, G_MININT64 + 1);
  fail_unless_equals_uint64 (session.latency, 1500 * MS);
  request_at (500, "bl=900,d=500,ltc=1800,ot=v,v=2");
  viewer_session_on_media (&session, 900 * MS, 9100 * MS);
  fail_unless_equals_uint64 (session.latency, 1800 * MS);
}

GST_END_TEST;

GST_START_TEST (viewersession_ends_and_counts_errors)
{
  event_at (0, "e=ps,sta=s,v=2");
  event_at (500, "e=e,ec=(\"5\"),sta=p,v=2");
  fail_unless_equals_uint64 (session.errors, 1);
  event_at (600, "dfa=7,e=ps,sta=f,v=2");
  event_at (601, "dfa=3,e=t,sta=f,v=2");
  fail_unless_equals_int (session.state, VIEWER_ENDED);
  fail_unless_equals_uint64 (session.errors, 2);
  fail_unless_equals_uint64 (session.dropped_frames, 7);
}

GST_END_TEST;

/* Whatever is told in whatever order: no figure leaves its bounds. */
GST_START_TEST (viewersession_survives_random_reports)
{
  static const gchar *const words[] = {
    "ot=v", "ot=a", "ot=m", "su", "bs", "sta=s", "sta=p", "sta=r", "sta=a",
    "sta=e", "sta=f", "sta=k", "bsa=3", "bsa=0", "bsd=700", "bsda=900",
    "bsda=0", "d=500", "d=99999999", "bl=0", "bl=3600000", "msd=5", "e=e",
    "pr=0.001", "pr=2", "br=5000", "ltc=3", "v=2", "dfa=1"
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  guint round, i;
  guint64 ms;

  for (round = 0; round < 300; round++) {
    setup ();
    for (i = 0, ms = 0; i < 200; i++) {
      g_autoptr (GString) text = g_string_new ("sf=h");
      guint n = g_rand_int_range (rand, 0, 6);

      while (n-- > 0)
        g_string_append_printf (text, ",%s",
            words[g_rand_int_range (rand, 0, G_N_ELEMENTS (words))]);
      ms += g_rand_int_range (rand, 0, 5000);
      at (ms, g_rand_boolean (rand), text->str);
      viewer_session_on_media (&session, g_rand_int (rand),
          (gint64) g_rand_int (rand) - G_MAXINT32);
      fail_unless (session.played <= (ms + 60000) * MS);
      fail_unless (viewer_session_rebuffer_time (&session, BEGIN + ms * MS)
          <= 2 * ms * MS);
      fail_unless (session.stall_since <= BEGIN + ms * MS);
    }
  }
}

GST_END_TEST;

static Suite *
viewersession_suite (void)
{
  Suite *s = suite_create ("viewersession");
  TCase *tc = tcase_create ("viewersession");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, NULL);
  tcase_add_test (tc, viewersession_guesses_startup_from_version_1);
  tcase_add_test (tc, viewersession_invents_no_startup);
  tcase_add_test (tc, viewersession_prefers_the_better_startup);
  tcase_add_test (tc, viewersession_guesses_stalls_from_version_1);
  tcase_add_test (tc, viewersession_counts_each_starvation);
  tcase_add_test (tc, viewersession_counts_a_stall_once_when_told_twice);
  tcase_add_test (tc, viewersession_takes_totals_for_truth);
  tcase_add_test (tc, viewersession_adds_listed_stalls);
  tcase_add_test (tc, viewersession_counts_what_was_played);
  tcase_add_test (tc, viewersession_counts_time_of_who_tells_the_state);
  tcase_add_test (tc, viewersession_believes_no_lies);
  tcase_add_test (tc, viewersession_weighs_bitrate_by_time);
  tcase_add_test (tc, viewersession_takes_sound_where_there_is_nothing_else);
  tcase_add_test (tc, viewersession_estimates_latency_until_told);
  tcase_add_test (tc, viewersession_ends_and_counts_errors);
  tcase_add_test (tc, viewersession_survives_random_reports);
  return s;
}

GST_CHECK_MAIN (viewersession);
