/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "ladderspec.h"

static const LadderRung *
parse_one (LadderSpec * spec, const gchar * text)
{
  GError *error = NULL;

  fail_unless (ladder_spec_parse (spec, text, &error), "%s: %s", text,
      error ? error->message : "");
  fail_unless_equals_int (spec->n_rungs, 1);
  return &spec->rungs[0];
}

static void
assert_refused (const gchar * text, gint code, const gchar * hint)
{
  GError *error = NULL;
  LadderSpec spec;

  fail_if (ladder_spec_parse (&spec, text, &error), "%s was taken", text);
  fail_unless (g_error_matches (error, LADDER_SPEC_ERROR, code), "%s: %s",
      text, error->message);
  fail_unless (strstr (error->message, hint) != NULL, "\"%s\" lacks \"%s\"",
      error->message, hint);
  fail_unless_equals_int (spec.n_rungs, 0);
  g_clear_error (&error);
}

GST_START_TEST (ladder_spec_reads_size_rate_and_bitrate)
{
  LadderSpec spec;
  const LadderRung *rung = parse_one (&spec, "1080p30@6000k");

  fail_unless_equals_int (rung->medium, LADDER_VIDEO);
  fail_unless_equals_int (rung->size, 1080);
  fail_unless_equals_int (rung->fps, 30);
  fail_unless_equals_int (rung->bitrate, 6000000);
  fail_unless_equals_string (rung->name, "1080p30");
}

GST_END_TEST;

GST_START_TEST (ladder_spec_reads_all_units_of_bitrate)
{
  LadderSpec spec;

  fail_unless_equals_int (parse_one (&spec, "720p@3M")->bitrate, 3000000);
  fail_unless_equals_int (parse_one (&spec, "720p@6.5M")->bitrate, 6500000);
  fail_unless_equals_int (parse_one (&spec, "720p@64.25k")->bitrate, 64250);
  fail_unless_equals_int (parse_one (&spec, "720p@800000")->bitrate, 800000);
}

GST_END_TEST;

GST_START_TEST (ladder_spec_reads_source_and_audio)
{
  LadderSpec spec;
  const LadderRung *rung = parse_one (&spec, "source@4000k");

  fail_unless_equals_int (rung->size, 0);
  rung = parse_one (&spec, "aac@128k");
  fail_unless_equals_int (rung->medium, LADDER_AUDIO);
  fail_unless_equals_int (rung->bitrate, 128000);
}

GST_END_TEST;

GST_START_TEST (ladder_spec_keeps_order_and_counts_media)
{
  LadderSpec spec;

  fail_unless (ladder_spec_parse (&spec,
          " 720p@3000k,audio@128k\n480p@1200k  audio@64k ", NULL));
  fail_unless_equals_int (ladder_spec_count (&spec, LADDER_VIDEO), 2);
  fail_unless_equals_int (ladder_spec_count (&spec, LADDER_AUDIO), 2);
  fail_unless_equals_int (ladder_spec_nth (&spec, LADDER_VIDEO, 1)->size, 480);
  fail_unless (ladder_spec_nth (&spec, LADDER_VIDEO, 2) == NULL);
  fail_unless_equals_string (ladder_spec_nth (&spec, LADDER_AUDIO, 1)->name,
      "audio-2");
}

GST_END_TEST;

GST_START_TEST (ladder_spec_reads_options)
{
  LadderSpec spec;
  const LadderRung *rung = parse_one (&spec, "720p@3000k:preset=veryfast:"
      "tune=zerolatency:vbv=500:name=hd:encoder=openh264enc");

  fail_unless_equals_string (rung->speed_preset, "veryfast");
  fail_unless_equals_string (rung->tune, "zerolatency");
  fail_unless_equals_int (rung->vbv_ms, 500);
  fail_unless_equals_string (rung->name, "hd");
  fail_unless_equals_string (rung->encoder, "openh264enc");
}

GST_END_TEST;

GST_START_TEST (ladder_spec_names_the_rung_that_is_wrong)
{
  assert_refused ("720p@3000k 480q@1200k", LADDER_SPEC_ERROR_SYNTAX,
      "\"480q@1200k\"");
  assert_refused ("720p@3000k:speed=fast", LADDER_SPEC_ERROR_SYNTAX,
      "name, encoder, preset, tune, vbv");
  assert_refused ("720p@3000k:preset=warp", LADDER_SPEC_ERROR_RANGE,
      "superfast");
  assert_refused ("720p", LADDER_SPEC_ERROR_RANGE, "720p@3000k");
}

GST_END_TEST;

GST_START_TEST (ladder_spec_refuses_nonsense)
{
  static const gchar *const texts[] = {
    "@", "p@1k", "@3000k", "720p@", "720p@-1k", "720p@ 3000k", "720p@3000kk",
    "720p@99999999999999999999k", "-720p@3000k", "720p0@3000k",
    "720p241@3000k", "9p@3000k", "8193p@3000k", "99999999999999999999p@1M",
    "720p30x@3000k", "source30x@1M", "720p@7k", "720p@1001M", "720p@3000k:",
    "720p@3000k:vbv=0", "720p@3000k:vbv=10001", "720p@3000k:vbv=x",
    "720p@3000k:name=", "720p@3000k:name=a/b", "720p@3000k:preset",
    "audio@128k:preset=fast", "audio30@128k", "720p@3000k@5", ":", "::@",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    GError *error = NULL;
    LadderSpec spec;

    fail_if (ladder_spec_parse (&spec, texts[i], &error), "%s", texts[i]);
    fail_unless (error != NULL);
    g_error_free (error);
  }
}

GST_END_TEST;

GST_START_TEST (ladder_spec_refuses_an_empty_ladder)
{
  assert_refused ("", LADDER_SPEC_ERROR_COUNT, "empty");
  assert_refused (" , ", LADDER_SPEC_ERROR_COUNT, "empty");
  assert_refused (NULL, LADDER_SPEC_ERROR_COUNT, "empty");
}

GST_END_TEST;

GST_START_TEST (ladder_spec_refuses_too_many_rungs)
{
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; i <= LADDER_MAX_RUNGS; i++)
    g_string_append (text, "720p@3000k ");
  assert_refused (text->str, LADDER_SPEC_ERROR_COUNT, "16");
  g_string_free (text, TRUE);
}

GST_END_TEST;

GST_START_TEST (ladder_spec_keeps_names_apart)
{
  LadderSpec spec;

  fail_unless (ladder_spec_parse (&spec, "720p@3000k 720p@2000k 720p@1M",
          NULL));
  fail_unless_equals_string (spec.rungs[1].name, "720p-2");
  fail_unless_equals_string (spec.rungs[2].name, "720p-3");
  assert_refused ("720p@3M:name=a 480p@1M:name=a", LADDER_SPEC_ERROR_DUPLICATE,
      "\"a\"");
}

GST_END_TEST;

GST_START_TEST (ladder_spec_survives_every_truncation)
{
  const gchar *full = "1080p30@6.5M:preset=veryfast:vbv=500,audio@128k:name=a";
  gsize i;

  for (i = 0; i <= strlen (full); i++) {
    g_autofree gchar *text = g_strndup (full, i);
    GError *error = NULL;
    LadderSpec spec;

    if (!ladder_spec_parse (&spec, text, &error))
      fail_unless (error != NULL && spec.n_rungs == 0);
    g_clear_error (&error);
  }
}

GST_END_TEST;

GST_START_TEST (ladder_spec_implies_audio_only_where_there_is_none)
{
  LadderSpec spec;

  fail_unless (ladder_spec_parse (&spec, "720p@3000k", NULL));
  ladder_spec_imply_audio (&spec);
  fail_unless_equals_int (ladder_spec_nth (&spec, LADDER_AUDIO, 0)->bitrate,
      128000);
  ladder_spec_imply_audio (&spec);
  fail_unless_equals_int (spec.n_rungs, 2);
}

GST_END_TEST;

GST_START_TEST (ladder_presets_are_ladders)
{
  static const gchar *const names[] = {
    "default", "webinar", "sports", "commerce", "24x7", "apple"
  };
  LadderSpec spec;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    fail_unless (ladder_spec_parse (&spec, ladder_preset (names[i]), NULL));
    fail_unless (ladder_spec_count (&spec, LADDER_VIDEO) >= 4);
    fail_unless_equals_int (ladder_spec_count (&spec, LADDER_AUDIO), 1);
  }
  fail_unless (ladder_preset ("none of them") == NULL);
}

GST_END_TEST;

static Suite *
ladderspec_suite (void)
{
  Suite *s = suite_create ("ladderspec");
  TCase *tc = tcase_create ("ladderspec");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, ladder_spec_reads_size_rate_and_bitrate);
  tcase_add_test (tc, ladder_spec_reads_all_units_of_bitrate);
  tcase_add_test (tc, ladder_spec_reads_source_and_audio);
  tcase_add_test (tc, ladder_spec_keeps_order_and_counts_media);
  tcase_add_test (tc, ladder_spec_reads_options);
  tcase_add_test (tc, ladder_spec_names_the_rung_that_is_wrong);
  tcase_add_test (tc, ladder_spec_refuses_nonsense);
  tcase_add_test (tc, ladder_spec_refuses_an_empty_ladder);
  tcase_add_test (tc, ladder_spec_refuses_too_many_rungs);
  tcase_add_test (tc, ladder_spec_keeps_names_apart);
  tcase_add_test (tc, ladder_spec_survives_every_truncation);
  tcase_add_test (tc, ladder_spec_implies_audio_only_where_there_is_none);
  tcase_add_test (tc, ladder_presets_are_ladders);
  return s;
}

GST_CHECK_MAIN (ladderspec);
