/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "outbox.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)

static guint n_payloads;

static void
free_payload (gpointer data)
{
  n_payloads--;
  g_free (data);
}

static void
make (Outbox * box)
{
  OutboxConfig config = { SECOND, 4 * SECOND, 4 * SECOND, 3, 1000, 20, FALSE,
    free_payload
  };

  n_payloads = 0;
  outbox_init (box, &config);
}

static void
clear (Outbox * box)
{
  outbox_clear (box);
  fail_unless_equals_int (n_payloads, 0);
}

static void
put (Outbox * box, guint lane, OutboxKind kind, const gchar * name, guint64 msn)
{
  n_payloads++;
  outbox_put (box, lane, kind, name, msn, g_strdup (name), 10);
}

static void
put_segment (Outbox * box, guint lane, guint64 msn)
{
  g_autofree gchar *name = g_strdup_printf ("v%u/%u.m4s", lane, (guint) msn);

  put (box, lane, OUTBOX_SEGMENT, name, msn);
}

static void
remove_segment (Outbox * box, guint lane, guint64 msn)
{
  g_autofree gchar *name = g_strdup_printf ("v%u/%u.m4s", lane, (guint) msn);

  outbox_remove (box, lane, name);
}

static OutboxReport
run (Outbox * box, const gchar * name, OutboxResult result, guint64 now)
{
  OutboxJob *job = outbox_take (box, now);

  fail_unless (job != NULL, "nothing instead of %s", name);
  fail_unless_equals_string (job->name, name);
  return outbox_finish (box, job, result, now);
}

static void
fail_at (Outbox * box, const gchar * name, guint64 now)
{
  run (box, name, OUTBOX_FAILED, now);
}

static void
send_at (Outbox * box, const gchar * name, guint64 now)
{
  run (box, name, OUTBOX_DONE, now);
}

static gchar *
marked (const Outbox * box, const gchar * text)
{
  gchar *out = outbox_mark_gaps (box, text, strlen (text));

  return out != NULL ? out : g_strdup (text);
}

GST_START_TEST (outbox_keeps_the_order_of_a_lane)
{
  Outbox box;

  make (&box);
  put (&box, 1, OUTBOX_INIT, "v1/init", 0);
  put_segment (&box, 1, 7);
  put (&box, 1, OUTBOX_PLAYLIST, "v1.m3u8", 0);
  fail_unless_equals_uint64 (box.bytes, 30);
  send_at (&box, "v1/init", 0);
  send_at (&box, "v1/7.m4s", 0);
  send_at (&box, "v1.m3u8", 0);
  fail_unless (outbox_take (&box, 0) == NULL);
  fail_unless_equals_uint64 (box.bytes, 0);
  fail_unless_equals_uint64 (box.sent, 3);
  fail_unless_equals_uint64 (outbox_deadline (&box), OUTBOX_NONE);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_runs_one_of_each_lane_at_a_time)
{
  Outbox box;
  OutboxJob *one, *two;

  make (&box);
  put_segment (&box, 1, 7);
  put_segment (&box, 1, 8);
  put_segment (&box, 2, 7);
  one = outbox_take (&box, 0);
  two = outbox_take (&box, 0);
  fail_unless_equals_string (one->name, "v1/7.m4s");
  fail_unless_equals_string (two->name, "v2/7.m4s");
  fail_unless (outbox_take (&box, 0) == NULL);
  outbox_finish (&box, one, OUTBOX_DONE, 0);
  send_at (&box, "v1/8.m4s", 0);
  outbox_finish (&box, two, OUTBOX_DONE, 0);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_sends_the_multivariant_behind_all_that_it_names)
{
  Outbox box;
  OutboxJob *other;

  make (&box);
  put (&box, 0, OUTBOX_MULTIVARIANT, "live.m3u8", 0);
  put (&box, 1, OUTBOX_PLAYLIST, "v1.m3u8", 0);
  put (&box, 1, OUTBOX_PLAYLIST, "v1-iframes.m3u8", 0);
  put (&box, 2, OUTBOX_INIT, "v2/init", 0);
  send_at (&box, "v1.m3u8", 0);
  send_at (&box, "v2/init", 0);
  send_at (&box, "v1-iframes.m3u8", 0);
  fail_unless (outbox_take (&box, 0) == NULL);
  put (&box, 2, OUTBOX_PLAYLIST, "v2.m3u8", 0);
  other = outbox_take (&box, 0);
  fail_unless_equals_string (other->name, "v2.m3u8");
  fail_unless (outbox_take (&box, 0) == NULL);
  outbox_finish (&box, other, OUTBOX_DONE, 0);
  send_at (&box, "live.m3u8", 0);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_tries_again_with_growing_pauses)
{
  Outbox box;
  OutboxReport report;
  guint64 duration = 0;

  make (&box);
  put_segment (&box, 1, 7);
  report = run (&box, "v1/7.m4s", OUTBOX_FAILED, 0);
  fail_unless_equals_int (report.news, OUTBOX_INCIDENT_OPENS);
  fail_unless_equals_int (report.incident, 1);
  fail_unless_equals_string (report.reason, "tried again");
  fail_unless_equals_uint64 (outbox_deadline (&box), SECOND);
  fail_unless (outbox_take (&box, SECOND - 1) == NULL);
  report = run (&box, "v1/7.m4s", OUTBOX_FAILED, SECOND);
  fail_unless_equals_int (report.news, OUTBOX_NO_NEWS);
  fail_unless_equals_uint64 (outbox_deadline (&box), 3 * SECOND);
  report = run (&box, "v1/7.m4s", OUTBOX_DONE, 3 * SECOND);
  fail_unless_equals_int (report.news, OUTBOX_INCIDENT_CLOSES);
  fail_unless_equals_int (report.incident, 1);
  duration = report.duration;
  fail_unless_equals_uint64 (duration, 3 * SECOND);
  fail_unless_equals_uint64 (box.failures, 2);
  fail_unless_equals_uint64 (box.dropped, 0);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_incident_lasts_while_any_lane_fails)
{
  Outbox box;

  make (&box);
  put_segment (&box, 1, 7);
  put_segment (&box, 2, 7);
  fail_at (&box, "v1/7.m4s", 0);
  fail_at (&box, "v2/7.m4s", 0);
  fail_unless_equals_int (run (&box, "v1/7.m4s", OUTBOX_DONE, SECOND).news,
      OUTBOX_NO_NEWS);
  fail_unless_equals_int (run (&box, "v2/7.m4s", OUTBOX_DONE, SECOND).news,
      OUTBOX_INCIDENT_CLOSES);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_tells_once_of_what_is_late)
{
  Outbox box;
  OutboxJob *job;
  OutboxReport report;

  make (&box);
  put_segment (&box, 1, 7);
  put_segment (&box, 1, 8);
  job = outbox_take (&box, 0);
  report = outbox_late (&box, SECOND);
  fail_unless_equals_int (report.news, OUTBOX_INCIDENT_OPENS);
  fail_unless_equals_int (report.incident, 1);
  fail_unless_equals_int (outbox_late (&box, 2 * SECOND).news, OUTBOX_NO_NEWS);
  /* A disk that is always late has one incident. */
  report = outbox_finish (&box, job, OUTBOX_DONE, 3 * SECOND);
  fail_unless_equals_int (report.news, OUTBOX_NO_NEWS);
  report = run (&box, "v1/8.m4s", OUTBOX_DONE, 4 * SECOND);
  fail_unless_equals_int (report.news, OUTBOX_INCIDENT_CLOSES);
  fail_unless_equals_uint64 (report.duration, 3 * SECOND);
  /* What is the last may be a removal. */
  put_segment (&box, 1, 8);
  job = outbox_take (&box, 4 * SECOND);
  outbox_late (&box, 4 * SECOND);
  remove_segment (&box, 1, 7);
  report = outbox_finish (&box, job, OUTBOX_DONE, 5 * SECOND);
  fail_unless_equals_int (report.news, OUTBOX_NO_NEWS);
  report = run (&box, "v1/7.m4s", OUTBOX_DONE, 5 * SECOND);
  fail_unless_equals_int (report.news, OUTBOX_INCIDENT_CLOSES);
  /* One that fails and then is late as well is told of as before. */
  put_segment (&box, 1, 9);
  put_segment (&box, 1, 10);
  fail_at (&box, "v1/9.m4s", 5 * SECOND);
  fail_unless_equals_int (outbox_late (&box, 6 * SECOND).news, OUTBOX_NO_NEWS);
  fail_unless_equals_int (run (&box, "v1/9.m4s", OUTBOX_DONE, 7 * SECOND).news,
      OUTBOX_INCIDENT_CLOSES);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_closes_its_incident_at_the_end)
{
  Outbox box;
  OutboxReport report;

  make (&box);
  put_segment (&box, 1, 7);
  fail_at (&box, "v1/7.m4s", SECOND);
  outbox_end (&box);
  fail_unless_equals_string (run (&box, "v1/7.m4s", OUTBOX_FAILED,
          SECOND).reason, "given up");
  report = outbox_stop (&box, 6 * SECOND);
  fail_unless_equals_int (report.news, OUTBOX_INCIDENT_CLOSES);
  fail_unless_equals_uint64 (report.duration, 5 * SECOND);
  fail_unless_equals_int (outbox_stop (&box, 7 * SECOND).news, OUTBOX_NO_NEWS);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_sends_only_the_newest_playlist_after_an_outage)
{
  Outbox box;

  make (&box);
  put_segment (&box, 1, 7);
  fail_at (&box, "v1/7.m4s", 0);
  put (&box, 1, OUTBOX_PLAYLIST, "v1.m3u8", 0);
  put_segment (&box, 1, 8);
  put (&box, 1, OUTBOX_PLAYLIST, "v1.m3u8", 0);
  put_segment (&box, 1, 9);
  put (&box, 1, OUTBOX_PLAYLIST, "v1.m3u8", 0);
  send_at (&box, "v1/7.m4s", SECOND);
  send_at (&box, "v1/8.m4s", SECOND);
  send_at (&box, "v1/9.m4s", SECOND);
  send_at (&box, "v1.m3u8", SECOND);
  fail_unless (outbox_take (&box, SECOND) == NULL);
  clear (&box);
}

GST_END_TEST;

/* Media that always comes in time for the next playlist must not put the
 * playlist off for ever. */
GST_START_TEST (outbox_slow_destination_still_gets_playlists)
{
  Outbox box;
  guint i;

  make (&box);
  for (i = 0; i < 4; i++) {
    put_segment (&box, 1, i);
    put (&box, 1, OUTBOX_PLAYLIST, "v1.m3u8", 0);
  }
  send_at (&box, "v1/0.m4s", 0);
  send_at (&box, "v1.m3u8", 0);
  send_at (&box, "v1/1.m4s", 0);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_failed_playlist_yields_to_a_newer_one)
{
  Outbox box;
  OutboxJob *job;

  make (&box);
  put (&box, 1, OUTBOX_PLAYLIST, "v1.m3u8", 1);
  job = outbox_take (&box, 0);
  put (&box, 1, OUTBOX_PLAYLIST, "v1.m3u8", 2);
  fail_unless_equals_string (outbox_finish (&box, job, OUTBOX_FAILED, 0).reason,
      "superseded");
  job = outbox_take (&box, SECOND);
  fail_unless_equals_uint64 (job->msn, 2);
  outbox_finish (&box, job, OUTBOX_DONE, SECOND);
  fail_unless (outbox_take (&box, SECOND) == NULL);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_resends_up_to_three_segments)
{
  Outbox box;
  guint i;

  make (&box);
  put_segment (&box, 1, 0);
  fail_at (&box, "v1/0.m4s", 0);
  put_segment (&box, 1, 1);
  put_segment (&box, 1, 2);
  for (i = 0; i < 3; i++) {
    g_autofree gchar *name = g_strdup_printf ("v1/%u.m4s", i);

    send_at (&box, name, 10 * SECOND);
  }
  fail_unless_equals_uint64 (box.dropped, 0);
  clear (&box);
}

GST_END_TEST;

static const gchar listing[] = "#EXTM3U\n"
    "#EXT-X-MAP:URI=\"v1/init\"\n"
    "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00.000Z\n"
    "#EXTINF:4.00000,\nv1/0.m4s\n"
    "#EXT-X-PART:DURATION=2,URI=\"v1/1.0.m4s\",INDEPENDENT=YES\n"
    "#EXTINF:4.00000,\nv1/1.m4s\n"
    "#EXT-X-GAP\n#EXTINF:4.00000,\nv1/2.m4s\n"
    "#EXTINF:4.00000,\nv1/3.m4s\n#EXT-X-ENDLIST\n";

GST_START_TEST (outbox_jumps_to_the_live_edge_and_lists_gaps)
{
  Outbox box;
  g_autofree gchar *text = NULL;

  make (&box);
  put_segment (&box, 1, 0);
  fail_at (&box, "v1/0.m4s", 0);
  put (&box, 1, OUTBOX_PART, "v1/1.0.m4s", 1);
  put_segment (&box, 1, 1);
  put_segment (&box, 1, 2);
  put_segment (&box, 1, 3);
  put (&box, 1, OUTBOX_PLAYLIST, "v1.m3u8", 0);
  fail_unless_equals_uint64 (box.dropped, 4);
  send_at (&box, "v1/3.m4s", 10 * SECOND);
  text = marked (&box, listing);
  fail_unless_equals_string (text, "#EXTM3U\n"
      "#EXT-X-MAP:URI=\"v1/init\"\n"
      "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00.000Z\n"
      "#EXT-X-GAP\n#EXTINF:4.00000,\nv1/0.m4s\n"
      "#EXT-X-PART:DURATION=2,URI=\"v1/1.0.m4s\",INDEPENDENT=YES,GAP=YES\n"
      "#EXT-X-GAP\n#EXTINF:4.00000,\nv1/1.m4s\n"
      "#EXT-X-GAP\n#EXTINF:4.00000,\nv1/2.m4s\n"
      "#EXTINF:4.00000,\nv1/3.m4s\n#EXT-X-ENDLIST\n");
  send_at (&box, "v1.m3u8", 10 * SECOND);
  /* What is no longer listed is forgotten. */
  outbox_remove (&box, 1, "v1/1.0.m4s");
  remove_segment (&box, 1, 0);
  remove_segment (&box, 1, 1);
  remove_segment (&box, 1, 2);
  fail_unless (outbox_mark_gaps (&box, listing, strlen (listing)) == NULL);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_marks_gaps_in_any_text)
{
  GRand *rand = g_rand_new_with_seed (7);
  Outbox box;
  guint i, n;

  make (&box);
  put_segment (&box, 1, 0);
  run (&box, "v1/0.m4s", OUTBOX_REJECTED, 0);
  for (i = 0; i <= strlen (listing); i++)
    g_free (outbox_mark_gaps (&box, listing, i));
  for (n = 0; n < 2000; n++) {
    gchar *copy = g_memdup2 (listing, sizeof (listing) - 1);

    for (i = 0; i < 5; i++)
      copy[g_rand_int_range (rand, 0, sizeof (listing) - 1)] =
          g_rand_int_range (rand, 0, 256);
    g_free (outbox_mark_gaps (&box, copy, sizeof (listing) - 1));
    g_free (copy);
  }
  g_rand_free (rand);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_gives_up_what_alone_fails)
{
  Outbox box;

  make (&box);
  put_segment (&box, 1, 7);
  put_segment (&box, 1, 8);
  put_segment (&box, 2, 7);
  fail_at (&box, "v1/7.m4s", 0);
  send_at (&box, "v2/7.m4s", SECOND / 2);
  fail_at (&box, "v1/7.m4s", SECOND);
  fail_at (&box, "v1/7.m4s", 3 * SECOND);
  fail_unless_equals_string (run (&box, "v1/7.m4s", OUTBOX_FAILED,
          7 * SECOND).reason, "given up");
  fail_unless_equals_uint64 (box.dropped, 1);
  send_at (&box, "v1/8.m4s", 20 * SECOND);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_keeps_trying_where_all_fails)
{
  Outbox box;
  guint64 now = 0;
  guint i;

  make (&box);
  put_segment (&box, 1, 7);
  for (i = 0; i < 50; i++) {
    fail_at (&box, "v1/7.m4s", now);
    now = outbox_deadline (&box);
  }
  send_at (&box, "v1/7.m4s", now);
  fail_unless (now > 150 * SECOND);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_drops_what_is_rejected)
{
  Outbox box;
  OutboxReport report;

  make (&box);
  put_segment (&box, 1, 7);
  put_segment (&box, 1, 8);
  report = run (&box, "v1/7.m4s", OUTBOX_REJECTED, 0);
  fail_unless_equals_int (report.news, OUTBOX_INCIDENT_OPENS);
  fail_unless_equals_string (report.reason, "rejected");
  fail_unless (g_hash_table_contains (box.missing, "v1/7.m4s"));
  report = run (&box, "v1/8.m4s", OUTBOX_DONE, SECOND);
  fail_unless_equals_int (report.news, OUTBOX_INCIDENT_CLOSES);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_never_drops_an_init_section)
{
  Outbox box;

  make (&box);
  put (&box, 1, OUTBOX_INIT, "v1/init", 0);
  put_segment (&box, 1, 7);
  run (&box, "v1/init", OUTBOX_REJECTED, 0);
  fail_unless (outbox_take (&box, 0) == NULL);
  send_at (&box, "v1/init", SECOND);
  send_at (&box, "v1/7.m4s", SECOND);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_sends_the_init_section_again_when_it_is_lacking)
{
  Outbox box;

  make (&box);
  put (&box, 1, OUTBOX_INIT, "v1/init", 0);
  put_segment (&box, 1, 7);
  put_segment (&box, 1, 8);
  send_at (&box, "v1/init", 0);
  run (&box, "v1/7.m4s", OUTBOX_LACKS_INIT, 0);
  send_at (&box, "v1/init", 0);
  run (&box, "v1/7.m4s", OUTBOX_LACKS_INIT, 0);
  fail_unless (g_hash_table_contains (box.missing, "v1/7.m4s"));
  send_at (&box, "v1/8.m4s", SECOND);
  fail_unless_equals_int (box.jobs, 0);
  fail_unless_equals_uint64 (box.bytes, 0);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_is_bounded)
{
  Outbox box;
  guint i;

  make (&box);
  for (i = 0; i < 5000; i++) {
    put_segment (&box, 1 + i % 3, i / 3);
    put (&box, 1 + i % 3, OUTBOX_PLAYLIST, "x.m3u8", 0);
    fail_unless (box.bytes <= 1000 && box.jobs <= 20);
  }
  /* The oldest went. */
  fail_unless (g_hash_table_contains (box.missing, "v1/0.m4s"));
  fail_if (g_hash_table_contains (box.missing, "v1/1666.m4s"));
  for (i = 0; i < 5000; i++) {
    remove_segment (&box, 1 + i % 3, i / 3);
    fail_unless (box.jobs <= 20);
  }
  fail_unless_equals_int (g_hash_table_size (box.missing), 0);
  clear (&box);
}

GST_END_TEST;

/* Formats that come and go while nothing gets out. */
GST_START_TEST (outbox_keeps_only_init_sections_of_what_waits)
{
  Outbox box;
  guint i;

  make (&box);
  put (&box, 1, OUTBOX_INIT, "v1/init-first", 0);
  put_segment (&box, 1, 0);
  for (i = 0; i < 5000; i++) {
    g_autofree gchar *name = g_strdup_printf ("v1/init-%u", i);

    put (&box, 1, OUTBOX_INIT, name, 0);
    put (&box, 1, OUTBOX_PLAYLIST, "x.m3u8", 0);
    fail_unless (box.bytes <= 1000 && box.jobs <= 20);
  }
  /* The last one is there, behind two playlists at most. */
  for (i = 0; i < 20 && outbox_peek (&box, "v1/init-4999") != NULL; i++) {
    OutboxJob *job = outbox_take (&box, 0);

    outbox_finish (&box, job, OUTBOX_DONE, 0);
  }
  fail_unless (i < 20);
  clear (&box);
}

GST_END_TEST;

/* A format that comes back names its init section as before. */
GST_START_TEST (outbox_sends_an_init_section_behind_its_removal)
{
  Outbox box;

  make (&box);
  put (&box, 1, OUTBOX_INIT, "v1/init-a", 0);
  send_at (&box, "v1/init-a", 0);
  outbox_remove (&box, 1, "v1/init-a");
  put (&box, 1, OUTBOX_INIT, "v1/init-a", 0);
  send_at (&box, "v1/init-a", 0);
  fail_unless (outbox_take (&box, 0) == NULL);
  fail_unless_equals_int (box.jobs, 0);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_does_not_send_what_was_removed)
{
  Outbox box;
  OutboxJob *job;

  make (&box);
  put_segment (&box, 1, 7);
  put_segment (&box, 1, 8);
  remove_segment (&box, 1, 8);
  /* Nobody knows how much of this one got there. */
  fail_at (&box, "v1/7.m4s", 0);
  remove_segment (&box, 1, 7);
  job = outbox_take (&box, SECOND);
  fail_unless_equals_int (job->kind, OUTBOX_REMOVAL);
  fail_unless_equals_string (job->name, "v1/7.m4s");
  outbox_finish (&box, job, OUTBOX_DONE, SECOND);
  fail_unless_equals_uint64 (box.removed, 1);
  fail_unless (outbox_take (&box, SECOND) == NULL);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_forgets_what_is_removed_while_it_fails)
{
  Outbox box;
  OutboxJob *job;

  make (&box);
  put_segment (&box, 1, 7);
  job = outbox_take (&box, 0);
  remove_segment (&box, 1, 7);
  outbox_finish (&box, job, OUTBOX_FAILED, 0);
  fail_unless_equals_int (g_hash_table_size (box.missing), 0);
  run (&box, "v1/7.m4s", OUTBOX_REJECTED, SECOND);
  fail_unless_equals_int (box.jobs, 0);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_removals_make_room)
{
  Outbox box;

  make (&box);
  box.config.removals_first = TRUE;
  put_segment (&box, 1, 7);
  fail_at (&box, "v1/7.m4s", 0);
  remove_segment (&box, 1, 1);
  send_at (&box, "v1/1.m4s", 0);
  fail_unless (outbox_take (&box, 0) == NULL);
  send_at (&box, "v1/7.m4s", SECOND);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_refused_removal_is_no_incident)
{
  Outbox box;

  make (&box);
  remove_segment (&box, 1, 1);
  fail_unless_equals_int (run (&box, "v1/1.m4s", OUTBOX_REJECTED, 0).news,
      OUTBOX_NO_NEWS);
  fail_unless_equals_int (box.jobs, 0);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_shows_what_is_not_sent_yet)
{
  Outbox box;
  OutboxJob *job;

  make (&box);
  put_segment (&box, 1, 7);
  put_segment (&box, 1, 8);
  job = outbox_take (&box, 0);
  fail_unless_equals_string (outbox_peek (&box, "v1/7.m4s"), "v1/7.m4s");
  fail_unless_equals_string (outbox_peek (&box, "v1/8.m4s"), "v1/8.m4s");
  fail_unless (outbox_peek (&box, "v1/9.m4s") == NULL);
  outbox_discard (&box);
  fail_unless (outbox_peek (&box, "v1/8.m4s") == NULL);
  outbox_finish (&box, job, OUTBOX_DONE, 0);
  fail_unless (outbox_peek (&box, "v1/7.m4s") == NULL);
  fail_unless_equals_int (box.jobs, 0);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_forgets_without_a_removal)
{
  Outbox box;

  make (&box);
  put_segment (&box, 1, 7);
  run (&box, "v1/7.m4s", OUTBOX_REJECTED, 0);
  outbox_forget (&box, 1, "v1/7.m4s");
  fail_unless_equals_int (g_hash_table_size (box.missing), 0);
  fail_unless (outbox_take (&box, SECOND) == NULL);
  clear (&box);
}

GST_END_TEST;

/* Renditions come and go: another one takes the lane, or the name. */
GST_START_TEST (outbox_lane_begins_anew)
{
  Outbox box;

  make (&box);
  put (&box, 1, OUTBOX_INIT, "v1/init", 0);
  put_segment (&box, 1, 1);
  put (&box, 1, OUTBOX_PLAYLIST, "v1.m3u8", 0);
  send_at (&box, "v1/init", 0);
  send_at (&box, "v1/1.m4s", 0);
  send_at (&box, "v1.m3u8", 0);
  put (&box, 1, OUTBOX_PLAYLIST, "v1.m3u8", 0);
  remove_segment (&box, 1, 1);
  outbox_remove (&box, 1, "v1.m3u8");
  outbox_remove (&box, 1, "v1/init");
  outbox_end_lane (&box, 1);
  fail_unless_equals_int (n_payloads, 0);
  fail_unless_equals_int (g_hash_table_size (box.playlists), 0);
  /* The multivariant playlist waits for the new one's, and not for what ended
   * before it had any. */
  put (&box, 1, OUTBOX_INIT, "v2/init", 0);
  put (&box, 0, OUTBOX_MULTIVARIANT, "live.m3u8", 0);
  send_at (&box, "v2/init", 0);
  send_at (&box, "v1/1.m4s", 0);
  send_at (&box, "v1.m3u8", 0);
  send_at (&box, "v1/init", 0);
  fail_unless (outbox_take (&box, 0) == NULL);
  outbox_remove (&box, 1, "v2/init");
  outbox_end_lane (&box, 1);
  send_at (&box, "live.m3u8", 0);
  clear (&box);
}

GST_END_TEST;

GST_START_TEST (outbox_does_not_remove_what_is_there_again)
{
  OutboxJob *removal;
  Outbox box;

  make (&box);
  put (&box, 1, OUTBOX_PLAYLIST, "v1.m3u8", 0);
  send_at (&box, "v1.m3u8", 0);
  put (&box, 2, OUTBOX_PLAYLIST, "v2.m3u8", 0);
  send_at (&box, "v2.m3u8", 0);
  outbox_remove (&box, 1, "v1.m3u8");
  outbox_remove (&box, 2, "v2.m3u8");
  outbox_end_lane (&box, 1);
  outbox_end_lane (&box, 2);
  removal = outbox_take (&box, 0);
  fail_unless_equals_string (removal->name, "v1.m3u8");
  /* In each other's lanes; one removal waits, the other is under way. */
  put (&box, 2, OUTBOX_PLAYLIST, "v1.m3u8", 0);
  put (&box, 1, OUTBOX_PLAYLIST, "v2.m3u8", 0);
  outbox_finish (&box, removal, OUTBOX_FAILED, 0);
  send_at (&box, "v1.m3u8", 0);
  send_at (&box, "v2.m3u8", 2 * SECOND);
  fail_unless (outbox_take (&box, 60 * SECOND) == NULL);
  fail_unless_equals_int (box.jobs, 0);
  clear (&box);
}

GST_END_TEST;

static Suite *
outbox_suite (void)
{
  Suite *s = suite_create ("outbox");
  TCase *tc = tcase_create ("core");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, outbox_keeps_the_order_of_a_lane);
  tcase_add_test (tc, outbox_runs_one_of_each_lane_at_a_time);
  tcase_add_test (tc, outbox_sends_the_multivariant_behind_all_that_it_names);
  tcase_add_test (tc, outbox_tries_again_with_growing_pauses);
  tcase_add_test (tc, outbox_incident_lasts_while_any_lane_fails);
  tcase_add_test (tc, outbox_tells_once_of_what_is_late);
  tcase_add_test (tc, outbox_closes_its_incident_at_the_end);
  tcase_add_test (tc, outbox_sends_only_the_newest_playlist_after_an_outage);
  tcase_add_test (tc, outbox_slow_destination_still_gets_playlists);
  tcase_add_test (tc, outbox_failed_playlist_yields_to_a_newer_one);
  tcase_add_test (tc, outbox_resends_up_to_three_segments);
  tcase_add_test (tc, outbox_jumps_to_the_live_edge_and_lists_gaps);
  tcase_add_test (tc, outbox_marks_gaps_in_any_text);
  tcase_add_test (tc, outbox_gives_up_what_alone_fails);
  tcase_add_test (tc, outbox_keeps_trying_where_all_fails);
  tcase_add_test (tc, outbox_drops_what_is_rejected);
  tcase_add_test (tc, outbox_never_drops_an_init_section);
  tcase_add_test (tc, outbox_sends_the_init_section_again_when_it_is_lacking);
  tcase_add_test (tc, outbox_is_bounded);
  tcase_add_test (tc, outbox_keeps_only_init_sections_of_what_waits);
  tcase_add_test (tc, outbox_sends_an_init_section_behind_its_removal);
  tcase_add_test (tc, outbox_does_not_send_what_was_removed);
  tcase_add_test (tc, outbox_forgets_what_is_removed_while_it_fails);
  tcase_add_test (tc, outbox_removals_make_room);
  tcase_add_test (tc, outbox_refused_removal_is_no_incident);
  tcase_add_test (tc, outbox_shows_what_is_not_sent_yet);
  tcase_add_test (tc, outbox_forgets_without_a_removal);
  tcase_add_test (tc, outbox_lane_begins_anew);
  tcase_add_test (tc, outbox_does_not_remove_what_is_there_again);
  return s;
}

GST_CHECK_MAIN (outbox);
