/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "vod.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)

/* Three segments of 4 s from 10 on; 11 begins with a discontinuity. */
static void
make (Playlist * p, guint64 window)
{
  guint i;

  playlist_init (p, "video_0", "s-", window);
  for (i = 0; i < 3; i++) {
    playlist_begin (p, 10 + i, 1000, i * 4000, i * 4 * SECOND,
        i < 1 ? "init-1.mp4" : "init-2.mp4", i == 1);
    playlist_add_part (p, 4000, TRUE, g_bytes_new_static ("0123456789", 10));
    playlist_close (p, 0);
  }
}

static PlaylistSettings
live_settings (void)
{
  PlaylistSettings settings = { 4, SECOND / 2, TRUE, TRUE };

  return settings;
}

GST_START_TEST (vod_has_all_that_is_left_and_nothing_of_live)
{
  PlaylistSettings settings = live_settings ();
  g_autofree gchar *text = NULL;
  Playlist p;

  make (&p, 60 * SECOND);
  playlist_end (&p);
  text = vod_render (&p, &settings, NULL, 0);
  fail_unless_equals_string (text, "#EXTM3U\n#EXT-X-VERSION:6\n"
      "#EXT-X-TARGETDURATION:4\n#EXT-X-PLAYLIST-TYPE:VOD\n"
      "#EXT-X-MEDIA-SEQUENCE:10\n#EXT-X-DISCONTINUITY-SEQUENCE:0\n"
      "#EXT-X-INDEPENDENT-SEGMENTS\n"
      "#EXT-X-MAP:URI=\"video_0/init-1.mp4\"\n"
      "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00.000Z\n"
      "#EXTINF:4.00000,\nvideo_0/s-10.m4s\n"
      "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"video_0/init-2.mp4\"\n"
      "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:04.000Z\n"
      "#EXTINF:4.00000,\nvideo_0/s-11.m4s\n"
      "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:08.000Z\n"
      "#EXTINF:4.00000,\nvideo_0/s-12.m4s\n#EXT-X-ENDLIST\n");
  playlist_clear (&p);
}

GST_END_TEST;

GST_START_TEST (vod_begins_where_all_renditions_have_media)
{
  PlaylistSettings settings = live_settings ();
  g_autofree gchar *text = NULL;
  Playlist p;

  make (&p, 60 * SECOND);
  playlist_end (&p);
  text = vod_render (&p, &settings, NULL, 12);
  fail_unless (strstr (text, "#EXT-X-MEDIA-SEQUENCE:12\n"
          "#EXT-X-DISCONTINUITY-SEQUENCE:1\n"
          "#EXT-X-INDEPENDENT-SEGMENTS\n"
          "#EXT-X-MAP:URI=\"video_0/init-2.mp4\"\n") != NULL, "%s", text);
  fail_unless (strstr (text, "s-11") == NULL);
  fail_unless (vod_render (&p, &settings, NULL, 13) == NULL);
  /* The live one has not changed. */
  fail_unless_equals_int (p.segments.length, 3);
  playlist_clear (&p);
}

GST_END_TEST;

GST_START_TEST (vod_multivariant_names_the_vod_playlists)
{
  g_autofree gchar *text = vod_render_multivariant ("#EXTM3U\n"
      "#EXT-X-MEDIA:TYPE=AUDIO,URI=\"audio_0.m3u8\"\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"aud\"\nvideo_0.m3u8\n"
      "#EXT-X-I-FRAME-STREAM-INF:URI=\"video_0-iframes.m3u8\",BANDWIDTH=1\n");

  fail_unless_equals_string (text, "#EXTM3U\n"
      "#EXT-X-MEDIA:TYPE=AUDIO,URI=\"vod-audio_0.m3u8\"\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"aud\"\nvod-video_0.m3u8\n"
      "#EXT-X-I-FRAME-STREAM-INF:URI=\"vod-video_0-iframes.m3u8\","
      "BANDWIDTH=1\n");
}

GST_END_TEST;

GST_START_TEST (vod_event_says_so_and_keeps_all)
{
  PlaylistSettings settings = live_settings ();
  g_autofree gchar *text = NULL, *ended = NULL;
  Playlist p;

  make (&p, G_MAXUINT64 / 8);
  settings.type = PLAYLIST_EVENT;
  text = playlist_render (&p, &settings);
  fail_unless (strstr (text, "#EXT-X-PLAYLIST-TYPE:EVENT\n") != NULL);
  fail_unless (playlist_take_expired (&p) == NULL);
  playlist_end (&p);
  ended = playlist_render (&p, &settings);
  fail_unless (strstr (ended, "#EXT-X-PLAYLIST-TYPE:EVENT\n") != NULL);
  fail_unless (strstr (ended, "#EXT-X-ENDLIST\n") != NULL);
  playlist_clear (&p);
}

GST_END_TEST;

static Suite *
vod_suite (void)
{
  Suite *s = suite_create ("vod");
  TCase *tc = tcase_create ("core");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, vod_has_all_that_is_left_and_nothing_of_live);
  tcase_add_test (tc, vod_begins_where_all_renditions_have_media);
  tcase_add_test (tc, vod_multivariant_names_the_vod_playlists);
  tcase_add_test (tc, vod_event_says_so_and_keeps_all);
  return s;
}

GST_CHECK_MAIN (vod);
