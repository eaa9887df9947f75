/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The numbers in comments are rules of the conformance list. */
#include <gst/check/gstcheck.h>

#include "playlistrender.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)
#define MS G_GUINT64_CONSTANT (1000000)

static const PlaylistSettings settings = { 4, 520 * MS, TRUE, TRUE };

/* 2026-11-21T12:00:00Z */
#define DATE (G_GUINT64_CONSTANT (1795262400) * SECOND)

static void
add_parts (Playlist * p, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    playlist_add_part (p, i % 2 == 0 ? 4800 : 5200, i == 0,
        g_bytes_new_static ("0123456789", 10));
}

/* `whole` segments of 4 s from number 10 on, then an open one. */
static void
make (Playlist * p, guint whole, guint open_parts, guint64 window)
{
  guint i;

  playlist_init (p, "video_0", "s-", window);
  for (i = 0; i <= whole; i++) {
    playlist_begin (p, 10 + i, 10000, i * 40000, DATE + i * 4 * SECOND,
        "init-1.mp4", i == 1);
    add_parts (p, i < whole ? 8 : open_parts);
    if (i < whole)
      playlist_close (p, 0);
    p->hint_msn = 10 + i;
    p->hint_part = i < whole ? 8 : open_parts;
  }
}

static guint
count (const gchar * text, const gchar * what)
{
  guint n = 0;

  while ((text = strstr (text, what)) != NULL) {
    n++;
    text += strlen (what);
  }
  return n;
}

/* 10-12, 16-18, 24, 28, 29, 33, 34, 43, 78 */
GST_START_TEST (playlist_lists_parts_before_their_segment)
{
  Playlist p;
  g_autofree gchar *text = NULL;

  make (&p, 1, 2, 60 * SECOND);
  text = playlist_render (&p, &settings);
  fail_unless_equals_string (text, "#EXTM3U\n#EXT-X-VERSION:6\n"
      "#EXT-X-TARGETDURATION:4\n"
      "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24.0,"
      "PART-HOLD-BACK=1.560\n#EXT-X-PART-INF:PART-TARGET=0.520\n"
      "#EXT-X-MEDIA-SEQUENCE:10\n#EXT-X-DISCONTINUITY-SEQUENCE:0\n"
      "#EXT-X-INDEPENDENT-SEGMENTS\n"
      "#EXT-X-MAP:URI=\"video_0/init-1.mp4\"\n"
      "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T12:00:00.000Z\n"
      "#EXT-X-PART:DURATION=0.48000,URI=\"video_0/s-10.0.m4s\","
      "INDEPENDENT=YES\n"
      "#EXT-X-PART:DURATION=0.52000,URI=\"video_0/s-10.1.m4s\"\n"
      "#EXT-X-PART:DURATION=0.48000,URI=\"video_0/s-10.2.m4s\"\n"
      "#EXT-X-PART:DURATION=0.52000,URI=\"video_0/s-10.3.m4s\"\n"
      "#EXT-X-PART:DURATION=0.48000,URI=\"video_0/s-10.4.m4s\"\n"
      "#EXT-X-PART:DURATION=0.52000,URI=\"video_0/s-10.5.m4s\"\n"
      "#EXT-X-PART:DURATION=0.48000,URI=\"video_0/s-10.6.m4s\"\n"
      "#EXT-X-PART:DURATION=0.52000,URI=\"video_0/s-10.7.m4s\"\n"
      "#EXTINF:4.00000,\nvideo_0/s-10.m4s\n"
      "#EXT-X-DISCONTINUITY\n"
      "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T12:00:04.000Z\n"
      "#EXT-X-PART:DURATION=0.48000,URI=\"video_0/s-11.0.m4s\","
      "INDEPENDENT=YES\n"
      "#EXT-X-PART:DURATION=0.52000,URI=\"video_0/s-11.1.m4s\"\n"
      "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"video_0/s-11.2.m4s\"\n");
  playlist_clear (&p);
}

GST_END_TEST;

/* 35 */
GST_START_TEST (playlist_drops_parts_three_targets_from_the_end)
{
  Playlist p;
  g_autofree gchar *text = NULL;

  make (&p, 8, 1, 60 * SECOND);
  text = playlist_render (&p, &settings);
  fail_unless (strstr (text, "s-14.7.m4s") == NULL);
  fail_unless (strstr (text, "s-15.0.m4s") != NULL);
  playlist_clear (&p);
}

GST_END_TEST;

/* 11, 83, 89, 91, 92 */
GST_START_TEST (playlist_slides_and_counts_discontinuities)
{
  Playlist p;
  guint64 last_first = 0, discontinuities = 0;
  guint i, expired = 0;

  playlist_init (&p, "video_0", "s-", 24 * SECOND);
  for (i = 0; i < 40; i++) {
    PlaylistSegment *first, *gone;

    playlist_begin (&p, i, 10000, i * 40000, DATE, "m", i % 3 == 1);
    add_parts (&p, 8);
    playlist_close (&p, 0);
    first = g_queue_peek_head (&p.segments);
    fail_unless (first->msn >= last_first);
    last_first = first->msn;
    discontinuities = (last_first + 1) / 3;
    fail_unless_equals_uint64 (p.discontinuities, discontinuities);
    fail_unless (p.listed >= MIN (24, (i + 1) * 4) * SECOND);
    fail_unless (p.listed < 28 * SECOND);
    while ((gone = playlist_take_expired (&p)) != NULL) {
      fail_unless_equals_uint64 (gone->msn, expired++);
      playlist_segment_free (gone);
    }
  }
  fail_unless (expired > 20);
  fail_unless (playlist_find (&p, last_first - 1) != NULL);
  fail_unless (playlist_find (&p, expired - 1) == NULL);
  playlist_clear (&p);
}

GST_END_TEST;

/* 130: 2.005 s of audio for each 2 s of video, and one that stands still. */
GST_START_TEST (playlist_slides_together_with_the_others)
{
  Playlist video, audio, dead;
  Playlist *all[] = { &video, &audio, &dead };
  guint64 last = 0;
  guint i, k;

  playlist_init (&video, "video_0", "s-", 20 * SECOND);
  playlist_init (&audio, "audio_0", "s-", 20 * SECOND);
  playlist_init (&dead, "audio_1", "s-", 20 * SECOND);
  for (k = 0; k < 3; k++)
    all[k]->together = TRUE;
  for (i = 0; i < 200; i++) {
    for (k = 0; k < (i < 5 ? 3 : 2); k++) {
      const PlaylistSegment *first, *first_of_video =
          g_queue_peek_head (&video.segments);

      playlist_begin (all[k], i, 10000, i * 20000, DATE, "m", i % 7 == 3);
      playlist_add_part (all[k], 20000 + 50 * k * (i % 5 < 2 ? 2 : -1), TRUE,
          g_bytes_new_static ("x", 1));
      playlist_close (all[k], 0);
      playlist_slide_together (all, 3);
      first = g_queue_peek_head (&all[k]->segments);
      /* No more at one go than have come. */
      fail_unless (k == 2 || first_of_video == NULL
          || first->msn - first_of_video->msn <= 1);
      fail_unless (k == 2 || first->msn <= last + 1);
      if (k < 2)
        last = first->msn;
      fail_unless (all[k]->discontinuities == (first->msn + 3) / 7);
    }
    fail_unless (i < 12 || ((PlaylistSegment *) video.segments.head->data)->msn
        == ((PlaylistSegment *) audio.segments.head->data)->msn);
    fail_unless (i < 12 || video.segments.length <= 12);
    fail_unless (i < 12 || video.listed >= 20 * SECOND);
  }
  fail_unless_equals_int (dead.segments.length, 5);
  for (k = 0; k < 3; k++)
    playlist_clear (all[k]);
}

GST_END_TEST;

/* 91: sound that comes ever later, on a machine that is too slow for it. */
GST_START_TEST (playlist_that_falls_behind_keeps_its_window)
{
  Playlist video, audio;
  Playlist *all[] = { &video, &audio };
  guint64 begun[2] = { 0, 0 }, removed = 0;
  guint i, k;

  playlist_init (&video, "video_0", "s-", 20 * SECOND);
  playlist_init (&audio, "audio_0", "s-", 20 * SECOND);
  video.together = audio.together = TRUE;
  for (i = 0; i < 400; i++) {
    for (k = 0; k < 2; k++) {
      if (k == 1 && i % 20 == 19)
        continue;
      playlist_begin (all[k], begun[k], 10000, begun[k] * 20000, DATE, "m",
          FALSE);
      playlist_add_part (all[k], 20000, TRUE, g_bytes_new_static ("x", 1));
      playlist_close (all[k], 0);
      begun[k]++;
      playlist_slide_together (all, 2);
      fail_unless (begun[k] < 10 || all[k]->listed >= 20 * SECOND);
      fail_unless (all[k]->segments.length <= 14);
    }
    removed = ((PlaylistSegment *) audio.segments.head->data)->msn;
  }
  fail_unless (removed > 300);
  for (k = 0; k < 2; k++)
    playlist_clear (all[k]);
}

GST_END_TEST;

/* 53-56, 59 */
GST_START_TEST (playlist_delta_is_the_full_one_without_its_beginning)
{
  Playlist p;
  g_autofree gchar *full = NULL, *delta = NULL, *none = NULL;
  const gchar *kept, *delta_kept;

  make (&p, 5, 2, 60 * SECOND);
  none = playlist_render_delta (&p, &settings);
  fail_unless (none == NULL);
  playlist_clear (&p);

  make (&p, 10, 2, 60 * SECOND);
  full = playlist_render (&p, &settings);
  delta = playlist_render_delta (&p, &settings);
  fail_unless (strstr (delta, "#EXT-X-VERSION:9\n") != NULL);
  /* Of 40 s, 16 s are further than 24 s away. */
  fail_unless (strstr (delta, "#EXT-X-SKIP:SKIPPED-SEGMENTS=4\n") != NULL);
  fail_unless (strstr (delta, "#EXT-X-MEDIA-SEQUENCE:10\n") != NULL);
  fail_unless (strstr (delta, "EXT-X-MAP") == NULL);
  fail_unless_equals_int (count (delta, "#EXTINF"), 6);
  kept = strstr (full, "s-13.m4s\n");
  delta_kept = strstr (delta, "SEGMENTS=4\n");
  fail_unless_equals_string (strchr (kept, '\n'), strchr (delta_kept, '\n'));
  playlist_clear (&p);
}

GST_END_TEST;

/* 47-49 */
GST_START_TEST (playlist_reports_its_last_part)
{
  Playlist p;
  g_autofree gchar *none = NULL, *open = NULL, *closed = NULL;

  make (&p, 0, 0, 60 * SECOND);
  none = playlist_render_report (&p, &settings);
  fail_unless (none == NULL);
  playlist_clear (&p);
  make (&p, 1, 2, 60 * SECOND);
  open = playlist_render_report (&p, &settings);
  fail_unless_equals_string (open, "#EXT-X-RENDITION-REPORT:URI=\"video_0.m3u8"
      "\",LAST-MSN=11,LAST-PART=1\n");
  playlist_clear (&p);
  make (&p, 1, 0, 60 * SECOND);
  closed = playlist_render_report (&p, &settings);
  fail_unless_equals_string (closed, "#EXT-X-RENDITION-REPORT:URI=\"video_0."
      "m3u8\",LAST-MSN=10,LAST-PART=7\n");
  playlist_clear (&p);
}

GST_END_TEST;

/* 84 */
GST_START_TEST (playlist_lists_a_gap_with_its_duration)
{
  Playlist p;
  g_autofree gchar *text = NULL;

  make (&p, 1, 0, 60 * SECOND);
  /* The empty open segment turned out to have nothing. */
  playlist_close (&p, 40000);
  playlist_add_gap (&p, 12, 10000, 80000, 35000, DATE, "init-1.mp4", FALSE);
  text = playlist_render (&p, &settings);
  fail_unless (strstr (text, "#EXT-X-GAP\n#EXTINF:4.00000,\nvideo_0/s-11.m4s\n")
      != NULL);
  fail_unless (strstr (text, "#EXT-X-GAP\n#EXTINF:3.50000,\nvideo_0/s-12.m4s\n")
      != NULL);
  fail_unless (strstr (text, "TYPE=PART,URI=\"video_0/s-13.0.m4s\"") != NULL);
  playlist_clear (&p);
}

GST_END_TEST;

/* 42, 93 */
GST_START_TEST (playlist_ends_without_a_hint)
{
  Playlist p;
  g_autofree gchar *text = NULL;

  make (&p, 1, 0, 60 * SECOND);
  playlist_end (&p);
  text = playlist_render (&p, &settings);
  fail_unless (g_str_has_suffix (text, "s-10.m4s\n#EXT-X-ENDLIST\n"));
  fail_unless (strstr (text, "PRELOAD") == NULL);
  fail_unless (strstr (text, "CAN-BLOCK-RELOAD=YES") != NULL);
  playlist_clear (&p);
}

GST_END_TEST;

GST_START_TEST (playlist_for_files_has_no_low_latency_tags)
{
  PlaylistSettings files = { 4, 520 * MS, FALSE, FALSE };
  Playlist p;
  g_autofree gchar *text = NULL;

  make (&p, 2, 3, 60 * SECOND);
  text = playlist_render (&p, &files);
  fail_unless (strstr (text, "PART") == NULL);
  fail_unless (strstr (text, "SERVER-CONTROL") == NULL);
  fail_unless (g_str_has_suffix (text, "s-11.m4s\n"));
  playlist_clear (&p);
}

GST_END_TEST;

/* 15 */
GST_START_TEST (playlist_numbers_are_rounded_half_to_even)
{
  static const struct
  {
    guint64 num;
    guint32 den;
    guint digits;
    const gchar *text;
  } cases[] = {
    {120 * 1001, 30000, 5, "4.00400"}, {1, 3, 5, "0.33333"},
    {2, 3, 5, "0.66667"}, {1, 8, 2, "0.12"}, {3, 8, 2, "0.38"},
    {199999, 100000, 3, "2.000"}, {0, 7, 1, "0.0"},
    {G_GUINT64_CONSTANT (86400) * 90000, 90000, 3, "86400.000"}
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    GString *out = g_string_new (NULL);

    playlist_append_decimal (out, cases[i].num, cases[i].den, cases[i].digits);
    fail_unless_equals_string (out->str, cases[i].text);
    g_string_free (out, TRUE);
  }
}

GST_END_TEST;

/* Two hours of 4 s: media leaves memory long before it leaves the playlist, and
 * numbers are found wherever they are. */
GST_START_TEST (playlist_lets_old_media_go_and_lists_it)
{
  const PlaylistSegment *segment;
  PlaylistSegment *expired;
  guint i, released = 0, gone = 0;
  guint64 most = 0;
  Playlist p;

  playlist_init (&p, "video_0", "s-", 7200 * SECOND);
  for (i = 0; i < 5000; i++) {
    playlist_begin (&p, 10 + i, 1000, i * 4000, i * 4 * SECOND, "init", FALSE);
    playlist_add_part (&p, 4000, TRUE, g_bytes_new_static ("0123456789", 10));
    playlist_close (&p, 0);
    while ((segment = playlist_find_releasable (&p, 60 * SECOND)) != NULL) {
      fail_unless_equals_uint64 (segment->msn, 10 + released);
      playlist_release (&p);
      fail_unless (segment->released && segment->parts->len == 0);
      released++;
    }
    while ((expired = playlist_take_expired (&p)) != NULL) {
      fail_unless (expired->released);
      playlist_segment_free (expired);
      gone++;
    }
    most = MAX (most, p.bytes);
  }
  fail_unless_equals_uint64 (most, 150);
  fail_unless_equals_uint64 (p.bytes, 150);
  fail_unless_equals_int (released, 4985);
  fail_unless_equals_int (p.segments.length, 1800);
  fail_unless (playlist_find (&p, 10 + gone) != NULL);
  fail_unless (playlist_find (&p, 10 + gone - 1) == NULL);
  fail_unless_equals_uint64 (playlist_find (&p, 5009)->msn, 5009);
  fail_unless (playlist_find (&p, 5010) == NULL);
  playlist_clear (&p);
}

GST_END_TEST;

GST_START_TEST (playlist_counts_what_is_in_memory)
{
  PlaylistSegment *expired;
  Playlist p;

  make (&p, 40, 3, 24 * SECOND);
  /* Nothing was let go: what is listed, what is kept and the open one. */
  while ((expired = playlist_take_expired (&p)) != NULL)
    playlist_segment_free (expired);
  fail_unless_equals_uint64 (p.bytes, (p.segments.length - 1
          + p.retired.length) * 80 + 30);
  playlist_end (&p);
  playlist_clear (&p);
}

GST_END_TEST;

static Suite *
playlist_suite (void)
{
  Suite *s = suite_create ("playlist");
  TCase *tc = tcase_create ("playlist");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, playlist_lists_parts_before_their_segment);
  tcase_add_test (tc, playlist_drops_parts_three_targets_from_the_end);
  tcase_add_test (tc, playlist_slides_and_counts_discontinuities);
  tcase_add_test (tc, playlist_slides_together_with_the_others);
  tcase_add_test (tc, playlist_that_falls_behind_keeps_its_window);
  tcase_add_test (tc, playlist_delta_is_the_full_one_without_its_beginning);
  tcase_add_test (tc, playlist_reports_its_last_part);
  tcase_add_test (tc, playlist_lists_a_gap_with_its_duration);
  tcase_add_test (tc, playlist_ends_without_a_hint);
  tcase_add_test (tc, playlist_for_files_has_no_low_latency_tags);
  tcase_add_test (tc, playlist_lets_old_media_go_and_lists_it);
  tcase_add_test (tc, playlist_counts_what_is_in_memory);
  tcase_add_test (tc, playlist_numbers_are_rounded_half_to_even);
  return s;
}

GST_CHECK_MAIN (playlist);
