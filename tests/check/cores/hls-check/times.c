/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules that need times, answers or bytes beside a playlist; numbers of rules
 * stand in the tests' comments. */
#include <gst/check/gstcheck.h>

#include "httpanswer.h"
#include "presentation.h"

#define S M3U8_SECOND
#define TOLERANCE (500 * HLS_MS)
#define TARGET (4 * S)

typedef struct
{
  HlsCheck *check;
  HlsRendition *r;
} Rig;

static void
rig_init (Rig * rig)
{
  rig->check = hls_check_new (TOLERANCE);
  rig->r = hls_check_add (rig->check, "video.m3u8", "http://h/video.m3u8",
      FALSE, FALSE);
}

static void
rig_clear (Rig * rig)
{
  hls_check_free (rig->check);
}

static void
feed_text (Rig * rig, const gchar * text, const HlsRequest * request)
{
  hls_check_feed (rig->check, rig->r, request, presentation_parse (text));
}

static void
feed (Rig * rig, guint total, guint64 requested, guint64 received)
{
  HlsRequest request = { requested, received, TRUE, TRUE, (total - 1) / 4,
    (total - 1) % 4, HLS_SKIP_NONE
  };
  g_autofree gchar *text = presentation_playlist ("video", total, FALSE);

  feed_text (rig, text, &request);
}

static gboolean
found (Rig * rig, guint rule)
{
  return verdict_has (&rig->check->verdict, rule);
}

/* 37 */
GST_START_TEST (a_late_part_is_found_and_a_delay_within_the_tolerance_is_not)
{
  Rig rig;

  rig_init (&rig);
  feed (&rig, 401, 0, S);
  feed (&rig, 402, S, 2 * S);
  feed (&rig, 403, 2 * S, 3 * S + 400 * HLS_MS);
  fail_if (found (&rig, 37));
  feed (&rig, 404, 3 * S + 400 * HLS_MS, 5 * S + 200 * HLS_MS);
  fail_unless (found (&rig, 37));
  rig_clear (&rig);
}

GST_END_TEST;

/* 37: the client was slow, not the origin */
GST_START_TEST (a_late_request_is_not_a_late_part)
{
  Rig rig;

  rig_init (&rig);
  feed (&rig, 401, 0, S);
  feed (&rig, 402, S, 2 * S);
  feed (&rig, 405, 5 * S, 5 * S + 10 * HLS_MS);
  fail_if (found (&rig, 37));
  rig_clear (&rig);
}

GST_END_TEST;

/* 37 by plain polls: nothing for more than 1.5 target durations */
GST_START_TEST (a_late_segment_is_found)
{
  HlsRequest request = { 0, };
  Rig rig;
  guint64 t;

  rig_init (&rig);
  feed (&rig, 400, 0, S);
  feed (&rig, 404, S, S + 10 * HLS_MS);
  for (t = 2 * S; t <= 9 * S; t += S) {
    g_autofree gchar *text = presentation_playlist ("video", 404, FALSE);

    fail_if (t < 7 * S && found (&rig, 37));
    request.requested = t - HLS_MS;
    request.received = t;
    feed_text (&rig, text, &request);
  }
  fail_unless (found (&rig, 37));
  rig_clear (&rig);
}

GST_END_TEST;

/* 60, 61, 69 */
GST_START_TEST (answers_without_what_was_asked_for_are_found)
{
  g_autofree gchar *text = presentation_playlist ("video", 402, FALSE);
  HlsRequest segment = { 0, S, TRUE, FALSE, 100, 0, HLS_SKIP_NONE };
  HlsRequest part = { 0, S, TRUE, TRUE, 100, 2, HLS_SKIP_NONE };
  HlsRequest beyond = { 0, S, TRUE, TRUE, 99, 4, HLS_SKIP_NONE };
  HlsRequest late = { 0, 13 * S, TRUE, TRUE, 100, 1, HLS_SKIP_NONE };
  Rig rig;

  rig_init (&rig);
  /* 62: part 4 of 99 is part 0 of 100. */
  feed_text (&rig, text, &beyond);
  fail_unless_equals_int (rig.check->verdict.findings->len, 0);
  feed_text (&rig, text, &segment);
  fail_unless (found (&rig, 60));
  fail_if (found (&rig, 61));
  feed_text (&rig, text, &part);
  fail_unless (found (&rig, 61));
  fail_if (found (&rig, 69));
  feed_text (&rig, text, &late);
  fail_unless (found (&rig, 69));
  rig_clear (&rig);
}

GST_END_TEST;

/* 62: what is behind the end of a whole segment is the next one's first. */
GST_START_TEST (a_part_beyond_a_whole_segment_is_the_next_ones_first)
{
  g_autofree gchar *text = presentation_playlist ("video", 400, FALSE);
  HlsRequest request = { 0, S, TRUE, TRUE, 99, 4, HLS_SKIP_NONE };
  Rig rig;

  rig_init (&rig);
  feed_text (&rig, text, &request);
  fail_unless (found (&rig, 61));
  rig_clear (&rig);
}

GST_END_TEST;

/* 54 */
GST_START_TEST (a_full_answer_where_much_could_be_skipped_is_found)
{
  g_autofree gchar *text = presentation_playlist ("video", 400, FALSE);
  HlsRequest request = { 0, S, TRUE, TRUE, 99, 3, HLS_SKIP_YES };
  Rig rig;

  rig_init (&rig);
  feed_text (&rig, text, &request);
  fail_unless (found (&rig, 54));
  rig_clear (&rig);
}

GST_END_TEST;

/* 57 and 58 */
GST_START_TEST (removed_ranges_are_told_in_updates_of_v2_only)
{
  g_autofree gchar *full = presentation_playlist ("video", 400, FALSE);
  g_autofree gchar *delta = presentation_playlist ("video", 400, TRUE);
  g_auto (GStrv) pieces = g_strsplit (full, "PART-HOLD", 2);
  g_auto (GStrv) pieces2 = g_strsplit (delta, "PART-HOLD", 2);
  g_auto (GStrv) pieces3 = g_strsplit (delta, "SEGMENTS=3", 2);
  g_autofree gchar *can = g_strjoinv ("CAN-SKIP-DATERANGES=YES,PART-HOLD",
      pieces);
  g_autofree gchar *without = g_strjoinv ("CAN-SKIP-DATERANGES=YES,PART-HOLD",
      pieces2);
  g_autofree gchar *with = g_strjoinv
      ("SEGMENTS=3,RECENTLY-REMOVED-DATERANGES=\"\"", pieces3);
  HlsRequest plain = { 0, S, };
  HlsRequest v2 = { S, 2 * S, FALSE, FALSE, 0, 0, HLS_SKIP_V2 };
  HlsRequest yes = { S, 2 * S, FALSE, FALSE, 0, 0, HLS_SKIP_YES };
  Rig rig;

  rig_init (&rig);
  feed_text (&rig, can, &plain);
  feed_text (&rig, without, &v2);
  fail_unless (found (&rig, 57));
  rig_clear (&rig);
  rig_init (&rig);
  feed_text (&rig, full, &plain);
  feed_text (&rig, with, &yes);
  fail_unless (found (&rig, 58));
  rig_clear (&rig);
}

GST_END_TEST;

/* 69 and 74 */
GST_START_TEST (a_playlist_that_goes_away_is_found)
{
  HlsRequest held = { 2 * S, 15 * S, TRUE, TRUE, 100, 1, HLS_SKIP_NONE };
  Rig rig;

  rig_init (&rig);
  feed (&rig, 401, 0, S);
  hls_rendition_failed (rig.r, &held, 503);
  fail_if (found (&rig, 69) || found (&rig, 74));
  hls_rendition_failed (rig.r, &held, 404);
  fail_unless (found (&rig, 69));
  fail_unless (found (&rig, 74));
  rig_clear (&rig);
}

GST_END_TEST;

static guint
take_probes (Rig * rig, guint64 now, HlsProbeType type, guint status)
{
  HlsProbe *probe;
  guint n = 0;

  while ((probe = hls_rendition_take_probe (rig->r, now)) != NULL) {
    if (probe->type == type) {
      hls_rendition_probed (rig->r, probe, status);
      n++;
    }
    hls_probe_free (probe);
  }
  return n;
}

/* 36 and 96 */
GST_START_TEST (what_left_the_list_is_asked_for_again)
{
  guint total, parts = 0, segments = 0;
  Rig rig;

  rig_init (&rig);
  for (total = 400; total < 460; total++) {
    guint64 now = (total - 399) * S;

    feed (&rig, total, now - S, now);
    parts += take_probes (&rig, now, HLS_PROBE_PART, 200);
  }
  fail_unless (parts >= 5);
  fail_if (found (&rig, 36));
  fail_unless_equals_int (rig.check->verdict.findings->len, 0);
  for (; total < 560; total++) {
    guint64 now = (total - 399) * S;

    feed (&rig, total, now - S, now);
    if (total < 500)
      take_probes (&rig, now, HLS_PROBE_PART, 404);
    else
      segments += take_probes (&rig, now, HLS_PROBE_SEGMENT, 404);
  }
  fail_unless (found (&rig, 36));
  fail_unless (segments > 0);
  fail_unless (found (&rig, 96));
  rig_clear (&rig);
}

GST_END_TEST;

/* 84 */
GST_START_TEST (a_gap_that_can_be_had_is_found)
{
  g_autofree gchar *text = presentation_playlist ("video", 404, FALSE);
  g_auto (GStrv) pieces = g_strsplit (text, "#EXTINF:4.00000,\nvideo/100", 2);
  g_autofree gchar *gap = g_strjoinv
      ("#EXT-X-GAP\n#EXTINF:4.00000,\nvideo/100", pieces);
  HlsRequest request = { 2 * S, 3 * S, };
  Rig rig;

  rig_init (&rig);
  feed (&rig, 400, 0, S);
  feed_text (&rig, gap, &request);
  fail_unless_equals_int (take_probes (&rig, 4 * S, HLS_PROBE_GAP, 404), 1);
  fail_if (found (&rig, 84));
  rig_clear (&rig);

  rig_init (&rig);
  feed (&rig, 400, 0, S);
  feed_text (&rig, gap, &request);
  take_probes (&rig, 4 * S, HLS_PROBE_GAP, 200);
  fail_unless (found (&rig, 84));
  rig_clear (&rig);
}

GST_END_TEST;

/* 43 */
GST_START_TEST (a_hint_that_did_not_come_true_must_not_be_there)
{
  g_autofree gchar *text = presentation_playlist ("video", 401, FALSE);
  g_auto (GStrv) pieces = g_strsplit (text, "\"video/100.1.m4s", 2);
  g_autofree gchar *other = g_strjoinv ("\"video/x.m4s", pieces);
  HlsRequest request = { 0, S, };
  Rig rig;

  rig_init (&rig);
  feed_text (&rig, other, &request);
  feed_text (&rig, other, &request);
  feed (&rig, 402, S, 2 * S);
  fail_unless_equals_int (take_probes (&rig, 2 * S, HLS_PROBE_HINT, 404), 1);
  fail_if (found (&rig, 43));
  rig_clear (&rig);

  rig_init (&rig);
  feed_text (&rig, other, &request);
  feed_text (&rig, other, &request);
  feed (&rig, 402, S, 2 * S);
  take_probes (&rig, 2 * S, HLS_PROBE_HINT, 200);
  fail_if (found (&rig, 43));
  take_probes (&rig, 7 * S, HLS_PROBE_HINT, 200);
  fail_unless (found (&rig, 43));
  rig_clear (&rig);
}

GST_END_TEST;

/* 43: a key frame came later than the hint said, and its part after all. */
GST_START_TEST (a_hint_may_come_true_late)
{
  g_autofree gchar *text = presentation_playlist ("video", 401, FALSE);
  g_auto (GStrv) pieces = g_strsplit (text, "\"video/100.1.m4s", 2);
  g_autofree gchar *other = g_strjoinv ("\"video/100.3.m4s", pieces);
  HlsRequest request = { 0, S, };
  Rig rig;

  rig_init (&rig);
  feed_text (&rig, other, &request);
  feed_text (&rig, other, &request);
  feed (&rig, 402, S, 2 * S);
  fail_unless_equals_int (take_probes (&rig, 2 * S, HLS_PROBE_HINT, 200), 1);
  feed (&rig, 404, 3 * S, 4 * S);
  fail_unless_equals_int (take_probes (&rig, 7 * S, HLS_PROBE_HINT, 200), 1);
  fail_if (found (&rig, 43));
  rig_clear (&rig);
}

GST_END_TEST;

/* 38, 41, 45, 73 */
GST_START_TEST (hinted_parts_are_judged)
{
  Rig rig;
  guint i;

  rig_init (&rig);
  feed (&rig, 401, 0, S);
  hls_rendition_hinted (rig.r, "video/100.1.m4s", 200, 2 * S, 2 * S + HLS_MS);
  feed (&rig, 402, S, 2 * S + 100 * HLS_MS);
  fail_unless_equals_int (rig.check->verdict.findings->len, 0);
  hls_rendition_hinted (rig.r, "video/100.2.m4s", 200, 3 * S, 3 * S + HLS_MS);
  feed (&rig, 403, 2 * S + 100 * HLS_MS, 3 * S + 600 * HLS_MS);
  fail_unless (found (&rig, 73));
  hls_rendition_hinted (rig.r, "video/100.2.m4s", 404, 0, 4 * S);
  fail_unless (found (&rig, 45));
  for (i = 0; i < 8; i++)
    hls_rendition_hinted (rig.r, "x", 200, 4 * S, 4 * S + 900 * HLS_MS);
  fail_unless (found (&rig, 38));
  hls_rendition_fetched (rig.r, "x", (const guint8 *) "abc", 3);
  hls_rendition_fetched (rig.r, "x", (const guint8 *) "abc", 3);
  fail_if (found (&rig, 41));
  hls_rendition_fetched (rig.r, "x", (const guint8 *) "abd", 3);
  fail_unless (found (&rig, 41));
  rig_clear (&rig);
}

GST_END_TEST;

/* 97 */
GST_START_TEST (a_playlist_that_lags_is_found)
{
  g_autofree gchar *text = presentation_playlist ("audio", 400, FALSE);
  HlsRequest request = { 5 * S, 5 * S + HLS_MS, };
  HlsRendition *audio;
  Rig rig;

  rig_init (&rig);
  audio = hls_check_add (rig.check, "audio.m3u8", "http://h/audio.m3u8", FALSE,
      FALSE);
  feed (&rig, 403, S, 4 * S);
  hls_check_feed (rig.check, audio, &request, presentation_parse (text));
  fail_unless (found (&rig, 97));
  rig_clear (&rig);
}

GST_END_TEST;

/* 130: an origin that catches up moves the fronts at one go */
GST_START_TEST (fronts_are_judged_when_they_stand)
{
  HlsRequest request = { 0, };
  HlsRendition *audio;
  Rig rig;
  guint i;

  rig_init (&rig);
  audio = hls_check_add (rig.check, "audio.m3u8", "http://h/audio.m3u8", FALSE,
      FALSE);
  for (i = 1; i < 6; i++) {
    g_autofree gchar *text = presentation_playlist ("audio", i * 40, FALSE);

    feed (&rig, 40 + i * 40, i * S, i * S + HLS_MS);
    fail_if (found (&rig, 130));
    request.requested = i * S + 2 * HLS_MS;
    request.received = i * S + 3 * HLS_MS;
    hls_check_feed (rig.check, audio, &request, presentation_parse (text));
    fail_if (found (&rig, 130));
  }
  /* Again, and nothing has moved. */
  feed (&rig, 40 + (i - 1) * 40, i * S, i * S + HLS_MS);
  fail_unless (found (&rig, 130));
  rig_clear (&rig);
}

GST_END_TEST;

/* 14, 76, 87 and 129 */
GST_START_TEST (the_presentation_as_a_whole_is_judged)
{
  g_autofree gchar *text = presentation_playlist ("video", 400, FALSE);
  g_auto (GStrv) pieces = g_strsplit (text, "#EXT-X-INDEPENDENT-SEGMENTS\n", 2);
  g_autofree gchar *bare = g_strjoinv ("", pieces);
  g_auto (GStrv) pieces2 = g_strsplit (text, "CAN-BLOCK-RELOAD=YES,", 2);
  g_autofree gchar *iframes = g_strjoinv ("", pieces2);
  g_autofree gchar *multi = presentation_multivariant ();
  HlsRequest request = { 0, S, };
  HlsRendition *i;
  Rig rig;

  rig_init (&rig);
  feed_text (&rig, bare, &request);
  fail_unless (found (&rig, 14));
  i = hls_check_add (rig.check, "i.m3u8", "http://h/i.m3u8", TRUE, FALSE);
  hls_check_feed (rig.check, i, &request, presentation_parse (iframes));
  fail_unless (found (&rig, 76));
  hls_check_multivariant (rig.check, "m", presentation_parse (multi), 0);
  hls_check_multivariant (rig.check, "m", presentation_parse (multi), 0);
  fail_if (found (&rig, 129));
  hls_check_multivariant (rig.check, "m", presentation_parse ("#EXTM3U\n"), 0);
  fail_unless (found (&rig, 129));
  /* Each change counts once. */
  verdict_clear (&rig.check->verdict);
  verdict_init (&rig.check->verdict);
  hls_check_multivariant (rig.check, "m", presentation_parse ("#EXTM3U\n"), 0);
  fail_if (found (&rig, 129));
  rig_clear (&rig);
}

GST_END_TEST;

/* 87: sets that stay different, and a START-DATE that moves */
GST_START_TEST (date_ranges_are_compared)
{
  static const gchar *const dates[] = { "12:06:40", "12:06:41" };
  HlsRendition *audio;
  Rig rig;
  guint i;

  rig_init (&rig);
  audio = hls_check_add (rig.check, "audio.m3u8", "http://h/audio.m3u8", FALSE,
      FALSE);
  for (i = 0; i < 20; i++) {
    HlsRequest request = { i * S, (i + 1) * S, };
    guint j;

    for (j = 0; j < 2; j++) {
      g_autofree gchar *plain = presentation_playlist (j == 0 ? "video"
          : "audio", 400 + i, FALSE);
      g_autofree gchar *text = g_strdup_printf ("%s#EXT-X-DATERANGE:ID=\"x\","
          "START-DATE=\"2026-11-21T%s.000Z\"\n", plain, dates[j]);

      hls_check_feed (rig.check, j == 0 ? rig.r : audio, &request,
          presentation_parse (text));
    }
  }
  fail_unless (found (&rig, 87));
  rig_clear (&rig);

  rig_init (&rig);
  for (i = 0; i < 2; i++) {
    HlsRequest request = { i * S, (i + 1) * S, };
    g_autofree gchar *plain = presentation_playlist ("video", 400 + i, FALSE);
    g_autofree gchar *text = g_strdup_printf ("%s#EXT-X-DATERANGE:ID=\"x\","
        "START-DATE=\"2026-11-21T%s.000Z\"\n", plain, dates[i]);

    feed_text (&rig, text, &request);
  }
  fail_unless (found (&rig, 87));
  rig_clear (&rig);
}

GST_END_TEST;

static gchar *
plain_live (guint first, guint n)
{
  GString *out = g_string_new ("#EXTM3U\n#EXT-X-VERSION:3\n"
      "#EXT-X-TARGETDURATION:4\n#EXT-X-INDEPENDENT-SEGMENTS\n"
      "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES\n");
  guint i;

  g_string_append_printf (out, "#EXT-X-MEDIA-SEQUENCE:%u\n", first);
  for (i = first; i < first + n; i++)
    g_string_append_printf (out, "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T12:%02u:"
        "%02u.000Z\n#EXTINF:4.0,\n%u.ts\n", i * 4 / 60, i * 4 % 60, i);
  return g_string_free (out, FALSE);
}

/* 23 */
GST_START_TEST (long_playlists_want_updates)
{
  HlsRequest request = { 0, S, };
  g_autofree gchar *some = plain_live (1, 30);
  g_autofree gchar *more = plain_live (1, 31);
  Rig rig;

  rig_init (&rig);
  feed_text (&rig, some, &request);
  fail_unless_equals_int (rig.check->verdict.findings->len, 0);
  feed_text (&rig, more, &request);
  fail_unless (found (&rig, 23));
  rig_clear (&rig);
}

GST_END_TEST;

/* 91 */
GST_START_TEST (removals_that_leave_too_little_are_found)
{
  static const guint left[] = { 6, 5, 2 };
  HlsRequest request = { 0, S, };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (left); i++) {
    g_autofree gchar *before = plain_live (1, 7);
    g_autofree gchar *after = plain_live (8 - left[i], left[i]);
    Rig rig;

    rig_init (&rig);
    feed_text (&rig, before, &request);
    feed_text (&rig, after, &request);
    fail_unless (found (&rig, 91) == (i > 0));
    fail_unless_equals_int (verdict_count (&rig.check->verdict, VERDICT_MUST),
        i == 2);
    rig_clear (&rig);
  }
}

GST_END_TEST;

/* --- HTTP ---------------------------------------------------------------- */

typedef struct
{
  guint rule;
  HttpWhat what;
  guint status;
  const gchar *url;
  const gchar *header, *value;  /* replaced or, with NULL, taken away */
} Answer;

/* *INDENT-OFF* */
static const Answer answers[] = {
  {0, HTTP_PLAYLIST, 200, "http://h/a.m3u8", "x", "y"},
  {0, HTTP_PLAYLIST_HELD, 200, "http://h/a.m3u8", "cache-control", "max-age=24"},
  {0, HTTP_MEDIA, 200, "http://h/a.m4s", "content-encoding", NULL},
  {0, HTTP_PLAYLIST, 404, "http://h/a.m3u8", "cache-control", "no-store"},
  {2, HTTP_PLAYLIST, 200, "http://h/a", "content-type", "text/plain"},
  {2, HTTP_PLAYLIST, 200, "http://h/a.m3u8", "content-type", "text/plain"},
  {2, HTTP_INIT, 200, "http://h/a.mp4", "content-type", "text/plain"},
  {2, HTTP_MEDIA, 200, "http://h/a.m4s", "content-type", NULL},
  {101, HTTP_PLAYLIST, 200, "http://h/a.m3u8", "content-encoding", NULL},
  {101, HTTP_MEDIA, 200, "http://h/a.m4s", "content-encoding", "gzip"},
  {102, HTTP_PLAYLIST, 200, "http://h/a.m3u8", "cache-control", "max-age=9"},
  {102, HTTP_PLAYLIST, 200, "http://h/a.m3u8", "cache-control", NULL},
  {102, HTTP_PLAYLIST_HELD, 200, "http://h/a.m3u8", "cache-control", "max-age=99"},
  {102, HTTP_MEDIA, 200, "http://h/a.m4s", "cache-control", "max-age=9"},
  {102, HTTP_MEDIA, 404, "http://h/a.m4s", "cache-control", "max-age=99"},
  {103, HTTP_PLAYLIST, 200, "http://h/a.m3u8", "access-control-expose-headers", NULL},
  {104, HTTP_PLAYLIST, 200, "http://h/a.m3u8", "access-control-allow-origin", NULL},
  {108, HTTP_MEDIA, 200, "http://h/a.m4s", "set-cookie", "a=b"},
  {110, HTTP_MEDIA, 200, "http://h/a.m4s", "content-length", NULL},
  {113, HTTP_MEDIA, 200, "http://h/a.m4s", "date", NULL},
};
/* *INDENT-ON* */

static void
set (HttpAnswer * a, const gchar * name, const gchar * value)
{
  g_hash_table_insert (a->headers, g_strdup (name), g_strdup (value));
}

static HttpAnswer *
good_answer (const gchar * url, HttpWhat what, guint status)
{
  HttpAnswer *a = http_answer_new (url);
  gboolean playlist = what != HTTP_INIT && what != HTTP_MEDIA;
  g_autofree guint8 *body = g_malloc0 (4000);

  a->status = status;
  a->http2 = TRUE;
  set (a, "content-type", playlist ? "application/vnd.apple.mpegurl"
      : "video/mp4");
  set (a, "content-length", "4000");
  set (a, "cache-control", playlist ? "max-age=2" : "max-age=31536000");
  set (a, "access-control-allow-origin", "*");
  set (a, "access-control-expose-headers", "Date, Age");
  set (a, "date", "x");
  if (playlist)
    set (a, "content-encoding", "gzip");
  g_bytes_unref (a->body);
  a->body = g_bytes_new_take (g_steal_pointer (&body), 4000);
  return a;
}

GST_START_TEST (each_bad_answer_is_found)
{
  const Answer *c = &answers[__i__];
  g_autoptr (HttpAnswer) a = good_answer (c->url, c->what, c->status);
  Verdict v;

  verdict_init (&v);
  if (c->value != NULL)
    set (a, c->header, c->value);
  else
    g_hash_table_remove (a->headers, c->header);
  http_rules_answer (&v, "a", a, c->what, TRUE, TARGET);
  fail_unless_equals_int (v.findings->len, c->rule == 0 ? 0 : 1);
  fail_unless (c->rule == 0 || verdict_has (&v, c->rule), "rule %u", c->rule);
  verdict_clear (&v);
}

GST_END_TEST;

/* 74, 98 and 108 */
GST_START_TEST (broken_off_redirected_and_old_answers_are_found)
{
  g_autoptr (HttpAnswer) a = good_answer ("http://h/a.m4s", HTTP_MEDIA, 200);
  Verdict v;

  verdict_init (&v);
  a->truncated = a->redirected = TRUE;
  a->http2 = FALSE;
  http_rules_answer (&v, "a", a, HTTP_MEDIA, TRUE, TARGET);
  fail_unless (verdict_has (&v, 74) && verdict_has (&v, 98)
      && verdict_has (&v, 108));
  verdict_clear (&v);
}

GST_END_TEST;

typedef struct
{
  HttpProbe probe;
  guint rule, good, bad;        /* status */
} Probe;

/* *INDENT-OFF* */
static const Probe probes[] = {
  {HTTP_PROBE_RANGE_PAST, 105, 416, 200},
  {HTTP_PROBE_UNKNOWN_PATH, 107, 404, 200},
  {HTTP_PROBE_METHOD, 107, 405, 200},
  {HTTP_PROBE_OLD_MSN, 63, 200, 400},
  {HTTP_PROBE_FAR_MSN, 64, 400, 200},
  {HTTP_PROBE_FAR_PART, 65, 400, 503},
  {HTTP_PROBE_PART_ONLY, 66, 400, 200},
  {HTTP_PROBE_BAD_NUMBER, 67, 400, 200},
  {HTTP_PROBE_UNKNOWN_DIRECTIVE, 70, 200, 400},
  {HTTP_PROBE_UNKNOWN_SKIP, 58, 200, 400},
  {HTTP_PROBE_ORDER, 71, 200, 400},
  {HTTP_PROBE_MULTIVARIANT, 77, 200, 400},
  {HTTP_PROBE_CONDITIONAL, 109, 304, 200},
  {HTTP_PROBE_ENDED, 68, 200, 503},
};
/* *INDENT-ON* */

static gboolean
probe_breaks (HttpProbe probe, guint status, guint64 took, guint rule)
{
  g_autoptr (HttpAnswer) a = http_answer_new ("http://h/a.m3u8?_HLS_msn=1");
  gboolean broken;
  Verdict v;

  verdict_init (&v);
  a->status = status;
  a->finished = took;
  http_rules_probe (&v, "a", probe, a, NULL, TARGET, TOLERANCE);
  broken = verdict_has (&v, rule);
  verdict_clear (&v);
  return broken;
}

GST_START_TEST (each_bad_answer_to_a_probe_is_found)
{
  const Probe *p = &probes[__i__];

  fail_if (probe_breaks (p->probe, p->good, 0, p->rule));
  fail_unless (probe_breaks (p->probe, p->bad, 0, p->rule));
}

GST_END_TEST;

/* 64, 68, 75 */
GST_START_TEST (slow_answers_to_probes_are_found)
{
  fail_unless (probe_breaks (HTTP_PROBE_FAR_MSN, 400, 2 * S, 64));
  fail_unless (probe_breaks (HTTP_PROBE_ENDED, 200, 5 * S, 68));
  fail_unless (probe_breaks (HTTP_PROBE_HEAD_HELD, 200, 13 * S, 75));
  fail_if (probe_breaks (HTTP_PROBE_HEAD_HELD, 200, 11 * S, 75));
}

GST_END_TEST;

/* 104, 105, 106 */
GST_START_TEST (head_options_and_ranges_are_compared)
{
  g_autoptr (HttpAnswer) get = good_answer ("http://h/a.m4s", HTTP_MEDIA, 200);
  g_autoptr (HttpAnswer) a = good_answer ("http://h/a.m4s", HTTP_MEDIA, 200);
  Verdict v;

  verdict_init (&v);
  http_rules_probe (&v, "a", HTTP_PROBE_HEAD_MEDIA, a, get, TARGET, TOLERANCE);
  fail_unless (verdict_has (&v, 106));  /* it has a body */
  http_rules_probe (&v, "a", HTTP_PROBE_OPTIONS, a, NULL, TARGET, TOLERANCE);
  fail_unless (verdict_has (&v, 104));
  a->status = 206;
  set (a, "content-range", "bytes 1-16/4000");
  http_rules_probe (&v, "a", HTTP_PROBE_RANGE, a, get, TARGET, TOLERANCE);
  fail_unless (verdict_has (&v, 105));  /* of 4000 bytes */
  verdict_clear (&v);

  verdict_init (&v);
  g_bytes_unref (a->body);
  a->body = g_bytes_new_from_bytes (get->body, 1, 16);
  http_rules_probe (&v, "a", HTTP_PROBE_RANGE, a, get, TARGET, TOLERANCE);
  g_bytes_unref (a->body);
  a->body = g_bytes_new (NULL, 0);
  a->status = 200;
  http_rules_probe (&v, "a", HTTP_PROBE_HEAD_MEDIA, a, get, TARGET, TOLERANCE);
  set (a, "access-control-allow-headers", "Range, CMCD-Request");
  http_rules_probe (&v, "a", HTTP_PROBE_OPTIONS, a, NULL, TARGET, TOLERANCE);
  fail_unless_equals_int (v.findings->len, 0);
  verdict_clear (&v);
}

GST_END_TEST;

static Suite *
times_suite (void)
{
  Suite *suite = suite_create ("times");
  TCase *tc = tcase_create ("playlists");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc,
      a_late_part_is_found_and_a_delay_within_the_tolerance_is_not);
  tcase_add_test (tc, a_late_request_is_not_a_late_part);
  tcase_add_test (tc, a_late_segment_is_found);
  tcase_add_test (tc, answers_without_what_was_asked_for_are_found);
  tcase_add_test (tc, a_part_beyond_a_whole_segment_is_the_next_ones_first);
  tcase_add_test (tc, a_full_answer_where_much_could_be_skipped_is_found);
  tcase_add_test (tc, removed_ranges_are_told_in_updates_of_v2_only);
  tcase_add_test (tc, a_playlist_that_goes_away_is_found);
  tcase_add_test (tc, what_left_the_list_is_asked_for_again);
  tcase_add_test (tc, a_gap_that_can_be_had_is_found);
  tcase_add_test (tc, a_hint_that_did_not_come_true_must_not_be_there);
  tcase_add_test (tc, a_hint_may_come_true_late);
  tcase_add_test (tc, hinted_parts_are_judged);
  tcase_add_test (tc, a_playlist_that_lags_is_found);
  tcase_add_test (tc, fronts_are_judged_when_they_stand);
  tcase_add_test (tc, the_presentation_as_a_whole_is_judged);
  tcase_add_test (tc, date_ranges_are_compared);
  tcase_add_test (tc, long_playlists_want_updates);
  tcase_add_test (tc, removals_that_leave_too_little_are_found);
  tc = tcase_create ("http");
  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, each_bad_answer_is_found, 0, G_N_ELEMENTS (answers));
  tcase_add_test (tc, broken_off_redirected_and_old_answers_are_found);
  tcase_add_loop_test (tc, each_bad_answer_to_a_probe_is_found, 0,
      G_N_ELEMENTS (probes));
  tcase_add_test (tc, slow_answers_to_probes_are_found);
  tcase_add_test (tc, head_options_and_ranges_are_compared);
  return suite;
}

GST_CHECK_MAIN (times);
