/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One broken input for each rule that playlists and times are judged by; each
 * is found under its number, and the unbroken presentation gives nothing. */
#include <gst/check/gstcheck.h>

#include "presentation.h"

#define STEPS 24
#define TOLERANCE (500 * HLS_MS)
#define ALWAYS 0, STEPS

typedef struct
{
  guint rule;
  gchar where;                  /* m, v, a, b = v and a, d = v's updates,
                                   f = v's full ones */
  guint from, to;               /* steps */
  const gchar *pattern, *replacement;
} Case;

/* *INDENT-OFF* */
static const Case cases[] = {
  {1, 'v', 5, 6, "^#EXTM3U", "#EXTM3"},
  {1, 'v', ALWAYS, "\\A", "\xef\xbb\xbf"},
  {1, 'v', ALWAYS, "\\Z", "# \x01\n"},
  {1, 'm', ALWAYS, "NAME=\"a\"", "NAME=\"a\xcc\x88\""},
  {3, 'v', ALWAYS, "VERSION:6", "VERSION:7"},
  {3, 'v', ALWAYS, "(#EXT-X-VERSION:\\d+\n)", "\\1\\1"},
  {4, 'v', ALWAYS, "VERSION:6", "VERSION:5"},
  {4, 'd', ALWAYS, "VERSION:9", "VERSION:6"},
  {6, 'm', ALWAYS, "#EXT-X-INDEPENDENT", "#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT"},
  {7, 'v', ALWAYS, "(#EXT-X-PRELOAD)", "#EXT-X-STREAM-INF:BANDWIDTH=1\nx.m3u8\n\\1"},
  {7, 'm', ALWAYS, "\\Z", "#EXT-X-TARGETDURATION:4\n"},
  {8, 'v', ALWAYS, "PART-TARGET=1.000", "PART-TARGET=1.000,PART-TARGET=1.000"},
  {8, 'v', ALWAYS, "INDEPENDENT=YES", "INDEPENDENT=\"YES\""},
  {8, 'v', ALWAYS, "LAST-MSN=", "LAST-MSN=x"},
  {9, 'v', ALWAYS, "(#EXT-X-TARGETDURATION:4\n)", "\\1\\1"},
  {10, 'v', ALWAYS, "#EXT-X-TARGETDURATION:4\n", ""},
  {10, 'b', 9, STEPS, "TARGETDURATION:4", "TARGETDURATION:5"},
  {10, 'v', ALWAYS, "#EXTINF:4.00000,\nvideo/98", "#EXTINF:4.50000,\nvideo/98"},
  {11, 'v', ALWAYS, "(#EXT-X-MEDIA-SEQUENCE:\\d+\n)(.*?\\.m4s\n)", "\\2\\1"},
  {11, 'v', 5, STEPS, "SEQUENCE:9\\d", "SEQUENCE:250"},
  {12, 'v', ALWAYS, "(#EXT-X-DISCONTINUITY-SEQUENCE:\\d+\n)(.*?\\.m4s\n)", "\\2\\1"},
  {12, 'v', ALWAYS, "#EXT-X-DISCONTINUITY-SEQUENCE:\\d+\n", ""},
  {13, 'b', ALWAYS, "(#EXT-X-PART-INF)", "#EXT-X-PLAYLIST-TYPE:EVENT\n\\1"},
  {13, 'b', ALWAYS, "(#EXT-X-PART-INF)", "#EXT-X-PLAYLIST-TYPE:VOD\n\\1"},
  {15, 'v', ALWAYS, "EXTINF:4.00000", "EXTINF:4e0"},
  {15, 'v', ALWAYS, "DURATION=1.00000", "DURATION=1.0e0"},
  {16, 'a', ALWAYS, "PART-HOLD-BACK=3.000", "PART-HOLD-BACK=3.500"},
  {17, 'b', ALWAYS, "CAN-BLOCK-RELOAD=YES,", ""},
  {18, 'b', ALWAYS, ",PART-HOLD-BACK=3.000", ""},
  {18, 'b', ALWAYS, "PART-HOLD-BACK=3.000", "PART-HOLD-BACK=1.900"},
  {18, 'b', ALWAYS, "PART-HOLD-BACK=3.000", "PART-HOLD-BACK=2.900"},
  {19, 'b', ALWAYS, "PART-HOLD", "HOLD-BACK=11.900,PART-HOLD"},
  {20, 'b', 9, STEPS, "PART-HOLD-BACK=3.000", "PART-HOLD-BACK=3.500"},
  {20, 'b', 9, STEPS, "PART-TARGET=1.000", "PART-TARGET=1.001"},
  {21, 'b', ALWAYS, "SKIP-UNTIL=24.0", "SKIP-UNTIL=23.9"},
  {22, 'b', ALWAYS, "CAN-SKIP-UNTIL=24.0", "CAN-SKIP-DATERANGES=YES"},
  {22, 'b', ALWAYS, "(#EXT-X-PRELOAD)", "#EXT-X-DATERANGE:ID=\"x\",START-DATE=\"2026-11-21T12:06:40.000Z\"\n\\1"},
  {24, 'b', ALWAYS, "#EXT-X-PART-INF:.*?\n", ""},
  {26, 'b', ALWAYS, "TARGETDURATION:4", "TARGETDURATION:8"},
  {27, 'v', ALWAYS, "(#EXT-X-PART-INF)", "#EXT-X-START:TIME-OFFSET=-1\n\\1"},
  {27, 'v', ALWAYS, "(#EXT-X-PART-INF)", "#EXT-X-START:TIME-OFFSET=100\n\\1"},
  {28, 'v', ALWAYS, "(PART:DURATION=1.00000),URI=\"video/99.2.m4s\"", "\\1"},
  {29, 'v', ALWAYS, "DURATION=1.00000,URI=\"video/99.1", "DURATION=1.00001,URI=\"video/99.1"},
  {30, 'v', ALWAYS, "DURATION=1.00000,URI=\"video/99.1", "DURATION=0.84900,URI=\"video/99.1"},
  {32, 'v', ALWAYS, "DURATION=1.00000,URI=\"video/99.3", "DURATION=0.98000,URI=\"video/99.3"},
  {33, 'v', ALWAYS, "(#EXT-X-PART:[^\n]*99.3.m4s\"\n)(#EXTINF:4.00000,\n)", "\\2\\1"},
  {34, 'v', ALWAYS, "(#EXT-X-PROGRAM[^\n]*\n)(#EXT-X-PART:[^\n]*99.0.m4s\"[^\n]*\n)", "\\2\\1"},
  {34, 'v', ALWAYS, "(#EXT-X-PART:[^\n]*98.0.m4s\"[^\n]*\n)", "\\1#EXT-X-DISCONTINUITY\n"},
  {35, 'v', ALWAYS, "#EXT-X-PART:[^\n]*98\\.\\d.m4s\"[^\n]*\n", ""},
  {35, 'v', ALWAYS, "(#EXTINF:4.00000,\nvideo/91)", "#EXT-X-PART:DURATION=4.0,URI=\"old\"\n\\1"},
  {39, 'v', ALWAYS, "(#EXT-X-PART-INF)", "#EXT-X-I-FRAMES-ONLY\n\\1"},
  {40, 'v', ALWAYS, "URI=\"video/99.2.m4s\"", "URI=\"other\",BYTERANGE=\"10\""},
  {41, 'v', ALWAYS, "video/99.2.m4s", "video/99.1.m4s"},
  {41, 'v', ALWAYS, "video/99.2.m4s", "video/99.m4s"},
  {42, 'v', ALWAYS, "(#EXT-X-PRELOAD-HINT[^\n]*\n)", "\\1\\1"},
  {42, 'b', 20, STEPS, "\\Z", "#EXT-X-ENDLIST\n"},
  {43, 'v', ALWAYS, "#EXT-X-PRELOAD-HINT[^\n]*\n", ""},
  {43, 'v', ALWAYS, "(#EXT-X-PRELOAD-HINT[^\n]*)URI=\"[^\"]*", "\\1URI=\"video/99.1.m4s"},
  {43, 'v', ALWAYS, "(#EXT-X-PRELOAD-HINT:)TYPE=PART,", "\\1"},
  {44, 'v', ALWAYS, "(#EXT-X-PROGRAM[^\n]*\n#EXT-X-PART[^\n]*102.0.m4s)", "#EXT-X-MAP:URI=\"new.mp4\"\n\\1"},
  {47, 'v', ALWAYS, "#EXT-X-RENDITION-REPORT:URI=\"audio[^\n]*\n", ""},
  {47, 'v', ALWAYS, "#EXT-X-RENDITION-REPORT:URI=\"iframes[^\n]*\n", ""},
  {47, 'v', ALWAYS, "URI=\"audio.m3u8\"", "URI=\"video.m3u8\""},
  {48, 'v', ALWAYS, "URI=\"audio.m3u8\"", "URI=\"http://h/audio.m3u8\""},
  {48, 'v', ALWAYS, "URI=\"audio.m3u8\"", "URI=\"sound.m3u8\""},
  {49, 'v', ALWAYS, "LAST-PART=3", "LAST-PART=4"},
  {50, 'v', ALWAYS, "LAST-MSN=(\\d+),LAST-PART=\\d", "LAST-MSN=\\g<1>9,LAST-PART=0"},
  {51, 'v', ALWAYS, "LAST-MSN=\\d+,LAST-PART=\\d", "LAST-MSN=95,LAST-PART=0"},
  {52, 'v', 3, 3, "(#EXT-X-MEDIA-SEQUENCE:\\d+\n)", "\\1#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n"},
  {53, 'd', ALWAYS, "#EXT-X-SKIP:[^\n]*", "#EXT-X-SKIP:X=1"},
  {53, 'd', ALWAYS, "(#EXT-X-SKIP:[^\n]*\n)(.*?\\.m4s\n)", "\\2\\1"},
  {54, 'd', ALWAYS, "SKIPPED-SEGMENTS=3", "SKIPPED-SEGMENTS=0"},
  {54, 'd', ALWAYS, "SKIPPED-SEGMENTS=3(.*?)(#EXT-X-PROG.*?\\.m4s\n){3}", "SKIPPED-SEGMENTS=6\\1"},
  {55, 'd', ALWAYS, "DISCONTINUITY-SEQUENCE:1", "DISCONTINUITY-SEQUENCE:2"},
  {56, 'f', ALWAYS, "(#EXT-X-PRELOAD)", "#EXT-X-DATERANGE:ID=\"x\",START-DATE=\"2026-11-21T12:06:40.000Z\"\n\\1"},
  {59, 'd', ALWAYS, "EXTINF:4.00000,\nvideo/97", "EXTINF:3.99000,\nvideo/97"},
  {59, 'd', ALWAYS, "SKIPPED-SEGMENTS=3", "SKIPPED-SEGMENTS=99"},
  {72, 'v', 6, 6, "#EXT-X-PART:[^\n]*101\\.\\d.m4s\"[^\n]*\n", ""},
  {78, 'b', ALWAYS, "#EXT-X-PROGRAM-DATE-TIME[^\n]*\n", ""},
  {78, 'v', ALWAYS, "(MAP[^\n]*\n)#EXT-X-PROGRAM-DATE-TIME[^\n]*\n", "\\1"},
  {78, 'v', ALWAYS, "(#EXT-X-DISCONTINUITY\n)#EXT-X-PROGRAM-DATE-TIME[^\n]*\n", "\\1"},
  {79, 'v', ALWAYS, "DATE-TIME:2026-11-21T", "DATE-TIME:2026-11-21 "},
  {79, 'v', ALWAYS, "(TIME:[^\n]*)\\.000Z", "\\1"},
  {80, 'v', ALWAYS, "(TIME:[^\n]*)\\.000Z(\n#EXT-X-PART[^\n]*98.0)", "\\1.100Z\\2"},
  {82, 'a', ALWAYS, "DISCONTINUITY-SEQUENCE:13", "DISCONTINUITY-SEQUENCE:14"},
  {83, 'b', 7, STEPS, "DISCONTINUITY-SEQUENCE:13", "DISCONTINUITY-SEQUENCE:12"},
  {83, 'b', 7, STEPS, "DISCONTINUITY-SEQUENCE:13", "DISCONTINUITY-SEQUENCE:14"},
  {86, 'v', 7, STEPS, "(#EXTINF:4.00000,\nvideo/97)", "#EXT-X-GAP\n\\1"},
  {86, 'v', 2, 6, "(URI=\"video/99.2.m4s\")", "\\1,GAP=YES"},
  {87, 'b', ALWAYS, "(#EXT-X-PRELOAD)", "#EXT-X-DATERANGE:START-DATE=\"2026-11-21T12:06:40.000Z\"\n\\1"},
  {87, 'b', ALWAYS, "(#EXT-X-PRELOAD)", "#EXT-X-DATERANGE:ID=\"x\"\n\\1"},
  {87, 'b', 0, 5, "(#EXT-X-PRELOAD)", "#EXT-X-DATERANGE:ID=\"x\",START-DATE=\"2026-11-21T12:06:38.000Z\"\n\\1"},
  {89, 'v', 8, STEPS, "video/97.m4s", "video/97b.m4s"},
  {89, 'v', 8, STEPS, "EXTINF:4.00000,\nvideo/97", "EXTINF:3.90000,\nvideo/97"},
  {89, 'v', 6, STEPS, "video/100.1.m4s", "video/100.1b.m4s"},
  {89, 'v', 6, STEPS, "init.mp4", "init2.mp4"},
  {89, 'b', 6, STEPS, "CAN-SKIP-UNTIL=24.0", "CAN-SKIP-UNTIL=28.0"},
  {93, 'b', 20, STEPS, "CAN-SKIP-UNTIL=24.0,(.*)\\Z", "\\1#EXT-X-ENDLIST\n"},
  {95, 'b', 8, STEPS, "MEDIA-SEQUENCE:9(\\d)", "MEDIA-SEQUENCE:1\\1"},
  {100, 'm', ALWAYS, "video.m3u8\n", "http://one/video.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://two/v.m3u8\n"},
  {114, 'm', ALWAYS, "BANDWIDTH=900000,", ""},
  {115, 'm', ALWAYS, "AVERAGE-BANDWIDTH=800000,", ""},
  {115, 'm', ALWAYS, "AVERAGE-BANDWIDTH=800000", "AVERAGE-BANDWIDTH=1800000"},
  {116, 'm', ALWAYS, "CODECS=\"avc1.64001f,mp4a.40.2\",", ""},
  {116, 'm', ALWAYS, "avc1.64001f,", "avc1.64001,"},
  {117, 'm', ALWAYS, ",RESOLUTION=640x360", ""},
  {118, 'm', ALWAYS, ",*FRAME-RATE=25.000", ""},
  {119, 'm', ALWAYS, "FRAME-RATE=25.000", "FRAME-RATE=25.000,VIDEO-RANGE=HDR"},
  {120, 'm', ALWAYS, "video.m3u8\n", "video.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=1,SCORE=1.0\nv2.m3u8\n"},
  {121, 'm', ALWAYS, "BANDWIDTH=900000", "BANDWIDTH=900000,STABLE-VARIANT-ID=\"a b\""},
  {122, 'm', ALWAYS, "NAME=\"a\",", ""},
  {122, 'm', ALWAYS, "LANGUAGE=\"en\",", ""},
  {122, 'm', ALWAYS, "(#EXT-X-MEDIA[^\n]*\n)", "\\1\\1"},
  {123, 'm', ALWAYS, "AUDIO=\"aud\"\n", "AUDIO=\"other\"\n"},
  {123, 'm', ALWAYS, "(#EXT-X-STREAM)", "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"b\",NAME=\"z\",LANGUAGE=\"en\",URI=\"b.m3u8\"\n\\1"},
  {124, 'm', ALWAYS, "CLOSED-CAPTIONS=NONE,", ""},
  {124, 'm', ALWAYS, "video.m3u8\n", "video.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv2.m3u8\n"},
  {125, 'm', ALWAYS, "#EXT-X-I-FRAME[^\n]*\n", ""},
  {125, 'm', ALWAYS, ",URI=\"iframes.m3u8\"", ""},
  {127, 'm', ALWAYS, "(#EXT-X-I-FRAME)", "#EXT-X-CONTENT-STEERING:PATHWAY-ID=\"a\"\n\\1"},
  {128, 'm', ALWAYS, "video.m3u8", "video.m3u8?{$token}"},
  {128, 'm', ALWAYS, "(#EXT-X-I-FRAME)", "#EXT-X-DEFINE:NAME=\"a\"\n\\1"},
  {130, 'a', ALWAYS, "TARGETDURATION:4", "TARGETDURATION:5"},
  {130, 'a', ALWAYS, "T12:0(\\d):([0-4])", "T13:0\\1:\\2"},
  {130, 'a', ALWAYS, "(#EXT-X-PART-INF)", "#EXT-X-PLAYLIST-TYPE:EVENT\n\\1"},
};
/* *INDENT-ON* */

typedef struct
{
  HlsCheck *check;
  HlsRendition *video, *audio;
  const Case *broken;
} Rig;

static gchar *
mutate (const Case * broken, gchar where, guint step, gchar * text)
{
  g_autoptr (GRegex) regex = NULL;
  g_autofree gchar *before = text;
  gboolean here;

  here = broken != NULL && step >= broken->from && step <= broken->to
      && (broken->where == where || (broken->where == 'b' && (where == 'v'
              || where == 'a' || where == 'd')) || (broken->where == 'v'
          && where == 'd') || (broken->where == 'f' && where == 'v'));
  if (!here)
    return g_steal_pointer (&before);
  regex = g_regex_new (broken->pattern, G_REGEX_DOTALL | G_REGEX_RAW, 0, NULL);
  fail_unless (regex != NULL, "bad pattern %s", broken->pattern);
  return g_regex_replace (regex, before, -1, 0, broken->replacement, 0, NULL);
}

static void
feed (Rig * rig, HlsRendition * r, guint step, HlsSkip skip)
{
  const gchar *name = r == rig->video ? "video" : "audio";
  guint total = PRESENTATION_FIRST + step;
  guint64 now = (step + 1) * M3U8_SECOND;
  HlsRequest request = { now - M3U8_SECOND, now, step > 0, step > 0,
    (total - 1) / 4, (total - 1) % 4, skip
  };
  g_autofree gchar *text = mutate (rig->broken, skip != HLS_SKIP_NONE ? 'd'
      : name[0], step, presentation_playlist (name, total, skip
          != HLS_SKIP_NONE));

  hls_check_feed (rig->check, r, &request, presentation_parse (text));
}

/* Without directives, as by a player that has just begun. */
static void
feed_plain (Rig * rig, HlsRendition * r, guint step)
{
  const gchar *name = r == rig->video ? "video" : "audio";
  guint64 now = (step + 1) * M3U8_SECOND + 100 * HLS_MS;
  HlsRequest request = { now - 50 * HLS_MS, now, };
  g_autofree gchar *text = mutate (rig->broken, name[0], step,
      presentation_playlist (name, PRESENTATION_FIRST + step, FALSE));

  hls_check_feed (rig->check, r, &request, presentation_parse (text));
}

static void
rig_init (Rig * rig, const Case * broken)
{
  g_autofree gchar *text = mutate (broken, 'm', 0,
      presentation_multivariant ());

  rig->check = hls_check_new (TOLERANCE);
  rig->broken = broken;
  hls_check_multivariant (rig->check, "live.m3u8", presentation_parse (text),
      0);
  rig->video = hls_check_add (rig->check, "video.m3u8", "http://h/video.m3u8",
      FALSE, FALSE);
  rig->audio = hls_check_add (rig->check, "audio.m3u8", "http://h/audio.m3u8",
      FALSE, FALSE);
  hls_check_add (rig->check, "iframes.m3u8", "http://h/iframes.m3u8", TRUE,
      FALSE);
}

static void
play (Rig * rig)
{
  guint step;

  for (step = 0; step < STEPS; step++) {
    feed (rig, rig->video, step, step % 3 == 1 ? HLS_SKIP_YES : HLS_SKIP_NONE);
    if (step % 3 == 1)
      feed (rig, rig->video, step, HLS_SKIP_NONE);
    feed (rig, rig->audio, step, HLS_SKIP_NONE);
    feed_plain (rig, rig->video, step);
    feed_plain (rig, rig->audio, step);
  }
}

static void
say_findings (const HlsCheck * check)
{
  guint i;

  for (i = 0; i < check->verdict.findings->len; i++) {
    const VerdictFinding *f = g_ptr_array_index (check->verdict.findings, i);

    g_printerr ("rule %u: %s\n", f->rule, f->evidence[0]);
  }
}

GST_START_TEST (a_valid_presentation_breaks_no_rule)
{
  Rig rig;

  rig_init (&rig, NULL);
  play (&rig);
  say_findings (rig.check);
  fail_unless_equals_int (rig.check->verdict.findings->len, 0);
  fail_unless_equals_uint64 (rig.video->snapshots, STEPS * 2 + STEPS / 3);
  hls_check_free (rig.check);
}

GST_END_TEST;

GST_START_TEST (each_broken_playlist_is_found_under_its_number)
{
  const Case *broken = &cases[__i__];
  Rig rig;

  rig_init (&rig, broken);
  play (&rig);
  if (!verdict_has (&rig.check->verdict, broken->rule))
    say_findings (rig.check);
  fail_unless (verdict_has (&rig.check->verdict, broken->rule),
      "case %d: rule %u was not found broken by %s", __i__, broken->rule,
      broken->pattern);
  hls_check_free (rig.check);
}

GST_END_TEST;

static Suite *
table_suite (void)
{
  Suite *suite = suite_create ("table");
  TCase *tc = tcase_create ("rules");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, a_valid_presentation_breaks_no_rule);
  tcase_add_loop_test (tc, each_broken_playlist_is_found_under_its_number, 0,
      G_N_ELEMENTS (cases));
  return suite;
}

GST_CHECK_MAIN (table);
