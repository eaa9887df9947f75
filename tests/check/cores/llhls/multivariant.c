/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "multivariant.h"
#include "multivariantgroup.h"

static const MultivariantSettings plain = { NULL, 0 };

static MultivariantRendition
video (const gchar * name, guint height, guint64 peak)
{
  MultivariantRendition r = { g_strdup (name), };

  r.video = r.ready = TRUE;
  r.codec = g_strdup ("avc1.64001f");
  r.width = height * 16 / 9;
  r.height = height;
  r.fps_n = 30000;
  r.fps_d = 1001;
  r.peak_bps = peak;
  r.average_bps = peak / 2;
  return r;
}

static MultivariantRendition
audio (const gchar * name, const gchar * language)
{
  MultivariantRendition r = { g_strdup (name), };

  r.ready = TRUE;
  r.language = g_strdup (language);
  r.codec = g_strdup ("mp4a.40.2");
  r.channels = 2;
  r.peak_bps = 140000;
  r.average_bps = 128000;
  return r;
}

GST_START_TEST (multivariant_tells_what_players_need)
{
  MultivariantRendition list[] = {
    video ("video_0", 720, 3000000), video ("video_1", 360, 800000),
    audio ("audio_0", "en"), audio ("audio_1", NULL)
  };
  const MultivariantRendition *all[4];
  g_autofree gchar *text = NULL;
  guint i;

  for (i = 0; i < 4; i++)
    all[i] = &list[i];
  g_free (list[3].label);
  list[3].label = g_strdup ("Com\"men\ntary");
  text = multivariant_render (all, 4, &plain);
  fail_unless_equals_string (text, "#EXTM3U\n#EXT-X-INDEPENDENT-SEGMENTS\n"
      "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"aud\",NAME=\"audio_0\","
      "LANGUAGE=\"en\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\","
      "URI=\"audio_0.m3u8\"\n"
      "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"aud\",NAME=\"Commentary\","
      "LANGUAGE=\"und\",DEFAULT=NO,AUTOSELECT=YES,CHANNELS=\"2\",URI=\"audio_1.m3u8\"\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=3140000,AVERAGE-BANDWIDTH=1628000,"
      "CODECS=\"avc1.64001f,mp4a.40.2\",RESOLUTION=1280x720,"
      "FRAME-RATE=29.970,CLOSED-CAPTIONS=NONE,AUDIO=\"aud\"\nvideo_0.m3u8\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=940000,AVERAGE-BANDWIDTH=528000,"
      "CODECS=\"avc1.64001f,mp4a.40.2\",RESOLUTION=640x360,"
      "FRAME-RATE=29.970,CLOSED-CAPTIONS=NONE,AUDIO=\"aud\"\nvideo_1.m3u8\n");
  for (i = 0; i < 4; i++)
    multivariant_rendition_clear (&list[i]);
}

GST_END_TEST;

GST_START_TEST (multivariant_leaves_out_what_is_not_ready)
{
  MultivariantRendition list[] = {
    video ("video_0", 720, 3000000), video ("video_1", 360, 800000)
  };
  const MultivariantRendition *all[] = { &list[0], &list[1] };
  g_autofree gchar *text = NULL;

  list[0].ready = FALSE;
  text = multivariant_render (all, 2, &plain);
  fail_unless (strstr (text, "video_0") == NULL);
  fail_unless (strstr (text, "video_1") != NULL);
  fail_unless (strstr (text, "AUDIO") == NULL);
  multivariant_rendition_clear (&list[0]);
  multivariant_rendition_clear (&list[1]);
}

GST_END_TEST;

GST_START_TEST (multivariant_of_audio_alone_has_a_variant)
{
  MultivariantRendition one = audio ("audio_0", NULL);
  const MultivariantRendition *all[] = { &one };
  g_autofree gchar *text = multivariant_render (all, 1, &plain);

  fail_unless (strstr (text, "#EXT-X-STREAM-INF:BANDWIDTH=140000,"
          "AVERAGE-BANDWIDTH=128000,CODECS=\"mp4a.40.2\",AUDIO=\"aud\"\n"
          "audio_0.m3u8\n") != NULL);
  multivariant_rendition_clear (&one);
}

GST_END_TEST;

/* 123: another codec is another group, with variants of its own. */
GST_START_TEST (multivariant_parts_groups_by_codec)
{
  MultivariantRendition list[] = {
    video ("video_0", 720, 3000000), video ("video_1", 360, 800000),
    audio ("audio_0", "en"), audio ("audio_1", "en"), audio ("audio_2", "de")
  };
  const MultivariantRendition *all[5];
  g_autofree gchar *text = NULL;
  guint i;

  for (i = 0; i < 5; i++)
    all[i] = &list[i];
  g_free (list[3].codec);
  list[3].codec = g_strdup ("opus");
  g_free (list[4].codec);
  list[4].codec = g_strdup ("mp4a.40.5");
  list[1].audio_groups = g_strdup ("aud-opus, other");
  text = multivariant_render (all, 5, &plain);
  fail_unless (strstr (text, "GROUP-ID=\"aud-opus\",NAME=\"audio_1\","
          "LANGUAGE=\"en\",DEFAULT=YES") != NULL);
  fail_unless (strstr (text, "CODECS=\"avc1.64001f,mp4a.40.2,mp4a.40.5\","
          "RESOLUTION=1280x720,FRAME-RATE=29.970,CLOSED-CAPTIONS=NONE,"
          "AUDIO=\"aud\"\nvideo_0.m3u8\n") != NULL);
  fail_unless (strstr (text, "CODECS=\"avc1.64001f,opus\","
          "RESOLUTION=1280x720,FRAME-RATE=29.970,CLOSED-CAPTIONS=NONE,"
          "AUDIO=\"aud-opus\"\nvideo_0.m3u8\n") != NULL);
  /* video_1 goes with one group only. */
  fail_unless (strstr (text, "AUDIO=\"aud-opus\"\nvideo_1.m3u8\n") != NULL);
  fail_unless (strstr (text, "AUDIO=\"aud\"\nvideo_1.m3u8\n") == NULL);
  for (i = 0; i < 5; i++)
    multivariant_rendition_clear (&list[i]);
}

GST_END_TEST;

/* 122 */
GST_START_TEST (multivariant_keeps_names_and_defaults_apart)
{
  MultivariantRendition list[] = {
    audio ("audio_0", "en"), audio ("audio_1", "en"), audio ("audio_2", "fr")
  };
  const MultivariantRendition *all[] = { &list[0], &list[1], &list[2] };
  g_autofree gchar *text = NULL;
  guint i;

  list[0].label = g_strdup ("Sound");
  list[1].label = g_strdup ("Sound");
  list[1].is_default = list[2].is_default = TRUE;
  list[2].no_autoselect = TRUE;
  list[2].characteristics = g_strdup ("public.easy-to-read");
  list[2].stable_id = g_strdup ("fr/1");
  text = multivariant_render (all, 3, &plain);
  fail_unless (strstr (text, "NAME=\"Sound\",LANGUAGE=\"en\",DEFAULT=NO,"
          "AUTOSELECT=NO,") != NULL);
  fail_unless (strstr (text, "NAME=\"Sound (audio_1)\",LANGUAGE=\"en\","
          "DEFAULT=YES,AUTOSELECT=YES,") != NULL);
  fail_unless (strstr (text, "NAME=\"audio_2\",LANGUAGE=\"fr\","
          "STABLE-RENDITION-ID=\"fr/1\",DEFAULT=NO,AUTOSELECT=NO,"
          "CHARACTERISTICS=\"public.easy-to-read\",") != NULL);
  for (i = 0; i < 3; i++)
    multivariant_rendition_clear (&list[i]);
}

GST_END_TEST;

/* 122, 130: subtitles go with each variant. */
GST_START_TEST (multivariant_lists_subtitles)
{
  MultivariantRendition list[] = {
    video ("video_0", 720, 3000000), audio ("audio_0", "en"),
    {g_strdup ("text_0"),}
  };
  const MultivariantRendition *all[] = { &list[0], &list[1], &list[2] };
  g_autofree gchar *text = NULL;
  guint i;

  list[2].text = list[2].ready = list[2].forced = TRUE;
  list[2].language = g_strdup ("de");
  list[2].peak_bps = 1000;
  list[2].average_bps = 500;
  text = multivariant_render (all, 3, &plain);
  fail_unless (strstr (text, "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"subs\","
          "NAME=\"text_0\",LANGUAGE=\"de\",DEFAULT=NO,AUTOSELECT=YES,"
          "FORCED=YES,URI=\"text_0.m3u8\"\n") != NULL);
  fail_unless (strstr (text, "BANDWIDTH=3141000,AVERAGE-BANDWIDTH=1628500,"
          "CODECS=\"avc1.64001f,mp4a.40.2\",") != NULL);
  fail_unless (strstr (text, ",AUDIO=\"aud\",SUBTITLES=\"subs\"\n") != NULL);
  for (i = 0; i < 3; i++)
    multivariant_rendition_clear (&list[i]);
}

GST_END_TEST;

/* 119 to 121, 125 */
GST_START_TEST (multivariant_tells_range_score_and_key_frames)
{
  MultivariantRendition list[] = {
    video ("video_0", 720, 3000000), video ("video_1", 360, 800000)
  };
  const MultivariantRendition *all[] = { &list[0], &list[1] };
  g_autofree gchar *text = NULL, *half = NULL;

  list[0].transfer = 16;
  list[0].has_score = list[1].has_score = TRUE;
  list[0].score = 2;
  list[1].score = 1.5;
  list[0].stable_id = g_strdup ("best");
  list[1].stable_id = g_strdup ("not allowed");
  list[0].iframes = TRUE;
  list[0].iframe_bps = 90000;
  text = multivariant_render (all, 2, &plain);
  fail_unless (strstr (text, "RESOLUTION=1280x720,VIDEO-RANGE=PQ,"
          "FRAME-RATE=29.970,SCORE=2.000,STABLE-VARIANT-ID=\"best\",") != NULL);
  fail_unless (strstr (text, "RESOLUTION=640x360,VIDEO-RANGE=SDR,"
          "FRAME-RATE=29.970,SCORE=1.500,CLOSED") != NULL);
  fail_unless (g_str_has_suffix (text, "#EXT-X-I-FRAME-STREAM-INF:"
          "BANDWIDTH=90000,CODECS=\"avc1.64001f\",RESOLUTION=1280x720,"
          "VIDEO-RANGE=PQ,SCORE=2.000,STABLE-VARIANT-ID=\"best\","
          "URI=\"video_0-iframes.m3u8\"\n"));
  list[1].has_score = FALSE;
  list[0].transfer = 1;
  half = multivariant_render (all, 2, &plain);
  fail_unless (strstr (half, "SCORE") == NULL);
  fail_unless (strstr (half, "VIDEO-RANGE") == NULL);
  multivariant_rendition_clear (&list[0]);
  multivariant_rendition_clear (&list[1]);
}

GST_END_TEST;

/* 4, 27 */
GST_START_TEST (multivariant_carries_parameter_and_start)
{
  static const MultivariantSettings settings = { "token", -12500000000 };
  MultivariantRendition list[] = {
    video ("video_0", 720, 3000000), audio ("audio_0", NULL)
  };
  const MultivariantRendition *all[] = { &list[0], &list[1] };
  const guint64 s = 1000000000;
  g_autofree gchar *text = NULL;

  list[0].iframes = TRUE;
  text = multivariant_render (all, 2, &settings);
  fail_unless (g_str_has_prefix (text, "#EXTM3U\n#EXT-X-VERSION:11\n"
          "#EXT-X-DEFINE:QUERYPARAM=\"token\"\n#EXT-X-INDEPENDENT-SEGMENTS\n"
          "#EXT-X-START:TIME-OFFSET=-12.500\n"));
  fail_unless (strstr (text, "URI=\"audio_0.m3u8?token={$token}\"") != NULL);
  fail_unless (strstr (text, "\nvideo_0.m3u8?token={$token}\n") != NULL);
  fail_unless (strstr (text,
          "\"video_0-iframes.m3u8?token={$token}\"") != NULL);
  fail_unless (multivariant_start_offset (-1, 60 * s,
          2 * s) == -2 * (gint64) s);
  fail_unless (multivariant_start_offset (-90 * (gint64) s, 60 * s, 2 * s)
      == -60 * (gint64) s);
  fail_unless (multivariant_start_offset (59 * s, 60 * s, 2 * s) == 58 * s);
  fail_unless (multivariant_start_offset (5 * s, 60 * s, 2 * s) == 5 * s);
  multivariant_rendition_clear (&list[0]);
  multivariant_rendition_clear (&list[1]);
}

GST_END_TEST;

/* By what is asked for, what it became, and what it may still become. */
GST_START_TEST (multivariant_finds_names_that_no_audio_has)
{
  static const struct
  {
    const gchar *list, *unknown;
  } cases[] = {
    {"", NULL}, {" , ", NULL}, {"aud", NULL}, {"aud hi", NULL},
    {"aud-opus hi", NULL}, {"hi-mp4a", NULL}, {"aud-ac-3", "aud-ac-3"},
    {"hi high", "high"}, {"subs", "subs"}, {"video_0", "video_0"}
  };
  MultivariantRendition list[] = {
    video ("video_0", 720, 3000000), audio ("audio_0", "en"),
    audio ("audio_1", "en"), audio ("audio_2", "en"), audio ("text_0", "en")
  };
  const MultivariantRendition *all[5];
  g_autofree gchar *there = NULL, *none = NULL;
  guint i;

  for (i = 0; i < 5; i++)
    all[i] = &list[i];
  g_free (list[2].codec);
  list[2].codec = g_strdup ("opus");
  list[3].group = g_strdup ("hi");
  list[3].ready = FALSE;
  list[4].text = TRUE;
  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *unknown = multivariant_find_unknown_group (all, 5,
        cases[i].list);

    fail_unless_equals_string (unknown, cases[i].unknown);
  }
  there = multivariant_list_groups (all, 5);
  fail_unless_equals_string (there, "\"aud\", \"hi\"");
  none = multivariant_list_groups (all, 1);
  fail_unless_equals_string (none, "");
  for (i = 0; i < 5; i++)
    multivariant_rendition_clear (&list[i]);
}

GST_END_TEST;

static Suite *
multivariant_suite (void)
{
  Suite *s = suite_create ("multivariant");
  TCase *tc = tcase_create ("multivariant");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, multivariant_tells_what_players_need);
  tcase_add_test (tc, multivariant_leaves_out_what_is_not_ready);
  tcase_add_test (tc, multivariant_of_audio_alone_has_a_variant);
  tcase_add_test (tc, multivariant_parts_groups_by_codec);
  tcase_add_test (tc, multivariant_keeps_names_and_defaults_apart);
  tcase_add_test (tc, multivariant_lists_subtitles);
  tcase_add_test (tc, multivariant_tells_range_score_and_key_frames);
  tcase_add_test (tc, multivariant_carries_parameter_and_start);
  tcase_add_test (tc, multivariant_finds_names_that_no_audio_has);
  return s;
}

GST_CHECK_MAIN (multivariant);
