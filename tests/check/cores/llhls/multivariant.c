/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "multivariant.h"

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
  text = multivariant_render (all, 4);
  fail_unless_equals_string (text, "#EXTM3U\n#EXT-X-VERSION:6\n"
      "#EXT-X-INDEPENDENT-SEGMENTS\n"
      "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"aud\",NAME=\"audio_0\","
      "LANGUAGE=\"en\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\","
      "URI=\"audio_0.m3u8\"\n"
      "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"aud\",NAME=\"Commentary\","
      "DEFAULT=NO,AUTOSELECT=YES,CHANNELS=\"2\",URI=\"audio_1.m3u8\"\n"
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
  text = multivariant_render (all, 2);
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
  g_autofree gchar *text = multivariant_render (all, 1);

  fail_unless (strstr (text, "#EXT-X-STREAM-INF:BANDWIDTH=140000,"
          "AVERAGE-BANDWIDTH=128000,CODECS=\"mp4a.40.2\",AUDIO=\"aud\"\n"
          "audio_0.m3u8\n") != NULL);
  multivariant_rendition_clear (&one);
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
  return s;
}

GST_CHECK_MAIN (multivariant);
