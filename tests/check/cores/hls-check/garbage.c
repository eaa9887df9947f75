/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What comes from outside is read without harm: every truncation, seeded random
 * changes, random bytes; and what is read is right. */
#include <gst/check/gstcheck.h>

#include "presentation.h"
#include "report.h"
#include "ruletable.h"

/* A small generator, so that each run is the same. */
static guint32
next_random (guint32 * state)
{
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

static void
judge (const gchar * text, gsize size)
{
  HlsCheck *check = hls_check_new (0);
  HlsRequest request = { 0, M3U8_SECOND, TRUE, TRUE, 100, 0, HLS_SKIP_YES };
  HlsRendition *r = hls_check_add (check, "a", "http://h/a.m3u8", FALSE, FALSE);
  ReportFacts facts = { "http://h/a?token=secret", 0, };
  g_autofree gchar *report = NULL;
  guint i;

  for (i = 0; i < 2; i++) {
    g_autofree gchar *good = presentation_playlist ("video", 401 + i, FALSE);

    hls_check_feed (check, r, &request, m3u8_parse (text, size, "a=b", NULL));
    hls_check_feed (check, r, &request, presentation_parse (good));
  }
  hls_check_multivariant (check, "m", m3u8_parse (text, size, NULL, NULL), 0);
  report = report_json (&check->verdict, &facts);
  fail_unless (g_utf8_validate (report, -1, NULL));
  fail_unless (strstr (report, "secret") == NULL);
  hls_check_free (check);
}

GST_START_TEST (playlists_cut_at_any_byte_do_no_harm)
{
  g_autofree gchar *text = presentation_playlist ("video", 402, TRUE);
  g_autofree gchar *multi = presentation_multivariant ();
  gsize i;

  for (i = 0; i <= strlen (text); i += 3)
    judge (text, i);
  for (i = 0; i <= strlen (multi); i++)
    judge (multi, i);
}

GST_END_TEST;

GST_START_TEST (empty_byte_ranges_are_none)
{
  static const gchar text[] = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n"
      "#EXT-X-MAP:URI=\"i\",BYTERANGE=\"\"\n#EXTINF:4,\n#EXT-X-BYTERANGE:\na\n";
  g_autoptr (M3u8Playlist) playlist = m3u8_parse (text, strlen (text), NULL,
      NULL);

  fail_unless (playlist->problems->len >= 2);
  fail_if (m3u8_segment (playlist, 0)->range.present);
  fail_if (m3u8_segment (playlist, 0)->map_range.present);
}

GST_END_TEST;

GST_START_TEST (changed_playlists_do_no_harm)
{
  guint32 seed = 20261121;
  guint i, j;

  for (i = 0; i < 600; i++) {
    g_autofree gchar *text = i % 3 == 0 ? presentation_multivariant ()
        : presentation_playlist ("video", 401 + i % 5, i % 2 == 0);
    gsize size = strlen (text);

    for (j = 0; j < 1 + i % 12; j++)
      text[next_random (&seed) % size] = i % 2 == 0
          ? (gchar) next_random (&seed) : ",=\"\n:#@.0{$}9Y"[next_random (&seed)
          % 15];
    judge (text, size);
  }
}

GST_END_TEST;

GST_START_TEST (numbers_at_their_limits_do_no_harm)
{
  static const gchar *const values[] = { "0", "18446744073709551615",
    "18446744073709551616", "9223372036854775807", "999999999.999", "-1"
  };
  static const gchar *const form = "#EXTM3U\n#EXT-X-VERSION:%s\n"
      "#EXT-X-TARGETDURATION:%s\n#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=%s,"
      "HOLD-BACK=%s,PART-HOLD-BACK=%s\n#EXT-X-PART-INF:PART-TARGET=%s\n"
      "#EXT-X-START:TIME-OFFSET=-%s\n#EXT-X-MEDIA-SEQUENCE:%s\n"
      "#EXT-X-SKIP:SKIPPED-SEGMENTS=%s\n"
      "#EXT-X-DISCONTINUITY-SEQUENCE:%s\n#EXT-X-DISCONTINUITY\n"
      "#EXT-X-PROGRAM-DATE-TIME:9999-12-31T23:59:59.999Z\n"
      "#EXT-X-PART:DURATION=%s,URI=\"p\",BYTERANGE=\"%s@%s\"\n"
      "#EXTINF:%s,\ns\n#EXTINF:%s,\nt\n"
      "#EXT-X-RENDITION-REPORT:URI=\"a.m3u8\",LAST-MSN=%s,LAST-PART=%s\n";
  guint i;

  for (i = 0; i < G_N_ELEMENTS (values); i++) {
    g_auto (GStrv) pieces = g_strsplit (form, "%s", -1);
    g_autofree gchar *text = g_strjoinv (values[i], pieces);

    judge (text, strlen (text));
  }
}

GST_END_TEST;

GST_START_TEST (variables_are_put_in_and_stay_bounded)
{
  static const gchar text[] = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n"
      "#EXT-X-DEFINE:QUERYPARAM=\"token\"\n#EXT-X-DEFINE:NAME=\"d\","
      "VALUE=\"dir\"\n#EXTINF:4.0,\n{$d}/a.m4s?token={$token}\n"
      "#EXTINF:4.0,\n{$none}\n";
  M3u8Playlist *p = m3u8_parse (text, strlen (text), "x=1&token=a%2Fb&y=2",
      NULL);
  g_autoptr (GString) bomb = g_string_new ("#EXTM3U\n");
  guint i;

  fail_unless_equals_string (m3u8_segment (p, 0)->uri, "dir/a.m4s?token=a/b");
  fail_unless_equals_int (p->problems->len, 1);
  fail_unless_equals_int (g_array_index (p->problems, M3u8Problem, 0).rule,
      128);
  fail_unless_equals_int (g_array_index (p->problems, M3u8Problem, 0).line, 8);
  fail_unless_equals_int (p->version_needed, 11);
  m3u8_free (p);

  g_string_append (bomb, "#EXT-X-DEFINE:NAME=\"d\",VALUE=\"");
  for (i = 0; i < 20000; i++)
    g_string_append (bomb, "0123456789");
  g_string_append (bomb, "\"\n#EXTINF:4,\n");
  for (i = 0; i < 20000; i++)
    g_string_append (bomb, "{$d}");
  p = m3u8_parse (bomb->str, bomb->len, NULL, NULL);
  fail_unless (p->segments->len == 1);
  fail_unless (strlen (m3u8_segment (p, 0)->uri) < 2 * M3U8_MAX_BYTES);
  m3u8_free (p);
}

GST_END_TEST;

GST_START_TEST (unknown_tags_and_attributes_are_ignored)
{
  static const gchar text[] = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-FOO:1\n"
      "#EXT-X-SERVER-CONTROL:X-NEW=1,CAN-BLOCK-RELOAD=YES\n# a comment\n"
      "#EXTINF:4,\na.ts\n#EXT-X-ENDLIST\n";
  M3u8Playlist *p = m3u8_parse (text, strlen (text), NULL, NULL);

  fail_unless_equals_int (p->problems->len, 0);
  fail_unless (p->can_block && p->endlist && p->version_needed == 1);
  m3u8_free (p);
}

GST_END_TEST;

GST_START_TEST (byte_ranges_follow_each_other)
{
  static const gchar text[] = "#EXTM3U\n#EXT-X-VERSION:4\n"
      "#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n#EXT-X-BYTERANGE:100@50\na\n"
      "#EXT-X-BYTERANGE:10\n#EXTINF:4,\na\n#EXTINF:4,\n"
      "#EXT-X-BYTERANGE:10\nb\n";
  M3u8Playlist *p = m3u8_parse (text, strlen (text), NULL, NULL);

  fail_unless_equals_uint64 (m3u8_segment (p, 1)->range.offset, 150);
  fail_unless_equals_int (p->problems->len, 1);
  fail_unless_equals_int (g_array_index (p->problems, M3u8Problem, 0).rule, 40);
  m3u8_free (p);
}

GST_END_TEST;

GST_START_TEST (a_merged_update_is_the_full_playlist)
{
  g_autofree gchar *a = presentation_playlist ("video", 410, FALSE);
  g_autofree gchar *b = presentation_playlist ("video", 414, TRUE);
  g_autofree gchar *c = presentation_playlist ("video", 414, FALSE);
  M3u8Playlist *before = presentation_parse (a);
  M3u8Playlist *delta = presentation_parse (b);
  M3u8Playlist *full = presentation_parse (c);
  M3u8Playlist *merged = m3u8_merge (before, delta);
  guint i;

  fail_unless (merged != NULL);
  fail_unless_equals_int (merged->segments->len, full->segments->len);
  for (i = 0; i < full->segments->len; i++) {
    const M3u8Segment *x = m3u8_segment (full, i);
    const M3u8Segment *y = m3u8_segment (merged, i);

    fail_unless_equals_uint64 (x->msn, y->msn);
    fail_unless_equals_string (x->uri, y->uri);
    fail_unless_equals_string (x->map, y->map);
    fail_unless_equals_uint64 (x->discontinuities, y->discontinuities);
    fail_unless_equals_int (x->n_parts, y->n_parts);
  }
  m3u8_free (before);
  m3u8_free (delta);
  m3u8_free (full);
  m3u8_free (merged);
}

GST_END_TEST;

GST_START_TEST (evidence_keeps_no_secrets)
{
  g_autofree gchar *text = verdict_clean_text
      ("http://h/a?token=abc&_HLS_msn=5&k=v answers\n\x01 400 \xff");

  fail_unless (g_str_has_prefix (text,
          "http://h/a?token=*&_HLS_msn=5&k=* answers   400 "));
  fail_unless (g_utf8_validate (text, -1, NULL));
}

GST_END_TEST;

GST_START_TEST (findings_are_bounded_and_can_be_ignored)
{
  Verdict v;
  guint i;

  verdict_init (&v);
  verdict_ignore (&v, 11);
  for (i = 0; i < 1000; i++) {
    verdict_break (&v, 10, VERDICT_MUST, "a", "number %u", i);
    verdict_break (&v, 11, VERDICT_MUST, "a", "number %u", i);
    verdict_break (&v, 10, VERDICT_SHOULD, "a", "number %u", i);
  }
  fail_unless_equals_int (v.findings->len, 2);
  fail_unless_equals_int (verdict_count (&v, VERDICT_MUST), 1);
  verdict_clear (&v);
}

GST_END_TEST;

GST_START_TEST (the_rules_are_in_order_and_each_has_a_text)
{
  guint n, i;
  const RuleInfo *table = rule_table (&n);
  g_autofree gchar *text = report_rules (TRUE);

  fail_unless (n > 100);
  for (i = 0; i < n; i++) {
    fail_unless (i == 0 || table[i].number > table[i - 1].number);
    fail_unless (table[i].number < VERDICT_RULES);
    fail_unless (strlen (table[i].text) > 10 && strlen (table[i].source) > 3);
  }
  fail_unless (strstr (text, "| 163 |") != NULL);
}

GST_END_TEST;

/* `onair-hls-check --rules --markdown` writes the guide's table. */
GST_START_TEST (the_guide_has_the_table_of_rules)
{
  const gchar *top = g_getenv ("ONAIR_SOURCE_DIR");
  g_autofree gchar *path = top != NULL ? g_build_filename (top, "docs",
      "guides", "hls-check.md", NULL) : NULL;
  g_autofree gchar *table = report_rules (TRUE);
  g_autofree gchar *guide = NULL;

  if (path == NULL)
    return;
  fail_unless (g_file_get_contents (path, &guide, NULL, NULL));
  fail_unless (strstr (guide, table) != NULL, "%s is not up to date", path);
}

GST_END_TEST;

static Suite *
garbage_suite (void)
{
  Suite *suite = suite_create ("garbage");
  TCase *tc = tcase_create ("reading");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, playlists_cut_at_any_byte_do_no_harm);
  tcase_add_test (tc, empty_byte_ranges_are_none);
  tcase_add_test (tc, changed_playlists_do_no_harm);
  tcase_add_test (tc, numbers_at_their_limits_do_no_harm);
  tcase_add_test (tc, variables_are_put_in_and_stay_bounded);
  tcase_add_test (tc, unknown_tags_and_attributes_are_ignored);
  tcase_add_test (tc, byte_ranges_follow_each_other);
  tcase_add_test (tc, a_merged_update_is_the_full_playlist);
  tcase_add_test (tc, evidence_keeps_no_secrets);
  tcase_add_test (tc, findings_are_bounded_and_can_be_ignored);
  tcase_add_test (tc, the_guide_has_the_table_of_rules);
  tcase_add_test (tc, the_rules_are_in_order_and_each_has_a_text);
  return suite;
}

GST_CHECK_MAIN (garbage);
