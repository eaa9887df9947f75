/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The numbers in comments are the rules of the conformance list that the design
 * follows (CMAF's own section numbers stand there). */
#include <gst/check/gstcheck.h>

#include "boxparser.h"
#include "cmafinit.h"

static GBytes *
build_video (void)
{
  CmafTrack track = { CMAF_VIDEO_AVC, 30000 };
  g_autoptr (GBytes) config = g_bytes_new_static ("\1MD@\377\340", 6);

  track.config = config;
  track.width = 322;
  track.height = 182;
  track.par_n = 4;
  track.par_d = 3;
  track.colour.told = TRUE;
  track.colour.primaries = track.colour.transfer = track.colour.matrix = 1;
  track.bitrate = 800000;
  return cmaf_init_build (&track);
}

static GBytes *
build_audio (void)
{
  CmafTrack track = { CMAF_AUDIO_AAC, 48000 };
  g_autoptr (GBytes) config = g_bytes_new_static ("\x11\x90", 2);

  track.config = config;
  track.rate = 48000;
  track.channels = 2;
  track.roll = -1;
  return cmaf_init_build (&track);
}

static void
assert_children (GBytes * init, const gchar * path, const gchar * expected)
{
  Box box = box_of (init);
  g_autofree gchar *list = NULL;

  if (path != NULL)
    fail_unless (box_path (box, path, &box), "no %s", path);
  list = box_list (box);
  fail_unless_equals_string (list, expected);
}

/* 134-137 */
GST_START_TEST (cmaf_init_has_the_boxes_in_order)
{
  g_autoptr (GBytes) video = build_video (), audio = build_audio ();

  assert_children (video, NULL, "ftyp moov");
  assert_children (video, "moov", "mvhd trak mvex");
  assert_children (video, "moov/trak", "tkhd mdia");
  assert_children (video, "moov/trak/mdia", "mdhd hdlr minf");
  assert_children (video, "moov/trak/mdia/minf", "vmhd dinf stbl");
  assert_children (audio, "moov/trak/mdia/minf", "smhd dinf stbl");
  assert_children (video, "moov/trak/mdia/minf/stbl",
      "stsd stts stsc stsz stco");
  assert_children (audio, "moov/trak/mdia/minf/stbl",
      "stsd stts stsc stsz stco sgpd");
  assert_children (video, "moov/trak/mdia/minf/stbl/stsd+8/avc1+78",
      "avcC colr pasp btrt");
  assert_children (audio, "moov/trak/mdia/minf/stbl/stsd+8/mp4a+28", "esds");
  assert_children (video, "moov/mvex", "trex");
}

GST_END_TEST;

static guint64
number_at (GBytes * init, const gchar * path, gsize offset, guint n)
{
  Box box;

  fail_unless (box_path (box_of (init), path, &box), "no %s", path);
  fail_unless (box.size >= offset + n);
  return box_number (box.data + offset, n);
}

/* 134, 138-142, 165 */
GST_START_TEST (cmaf_init_has_no_times_and_the_right_numbers)
{
  g_autoptr (GBytes) v = build_video (), a = build_audio ();

  fail_unless (box_number (box_of (v).data + 8, 4) == 0x636d6632);
  fail_unless_equals_uint64 (number_at (v, "ftyp", 4, 4), 0);
  fail_unless_equals_uint64 (number_at (v, "moov/mvhd", 4, 8), 0);
  fail_unless_equals_uint64 (number_at (v, "moov/mvhd", 24, 8), 0);
  fail_unless_equals_uint64 (number_at (v, "moov/trak/tkhd", 0, 4), 0x01000003);
  fail_unless_equals_uint64 (number_at (v, "moov/trak/tkhd", 20, 4), 1);
  /* Display size: 322 * 4 / 3 */
  fail_unless_equals_uint64 (number_at (v, "moov/trak/tkhd", 88, 4), 429 << 16);
  fail_unless_equals_uint64 (number_at (v, "moov/trak/tkhd", 92, 4), 182 << 16);
  fail_unless_equals_uint64 (number_at (a, "moov/trak/tkhd", 48, 2), 0x0100);
  fail_unless_equals_uint64 (number_at (v, "moov/trak/mdia/mdhd", 20, 4),
      30000);
  fail_unless_equals_uint64 (number_at (a, "moov/trak/mdia/mdhd", 20, 4),
      48000);
  fail_unless_equals_uint64 (number_at (v, "moov/mvex/trex", 4, 4), 1);
  fail_unless_equals_uint64 (number_at (v, "moov/mvex/trex", 8, 4), 1);
  fail_unless_equals_uint64 (number_at (v,
          "moov/trak/mdia/minf/stbl/stsd+8/avc1", 24, 2), 322);
  fail_unless_equals_uint64 (number_at (a,
          "moov/trak/mdia/minf/stbl/stsd+8/mp4a", 24, 4), 48000u << 16);
}

GST_END_TEST;

/* 160 */
GST_START_TEST (cmaf_init_describes_aac)
{
  static const guint8 expected[] = {
    0, 0, 0, 0,
    3, 0x80, 0x80, 0x80, 34, 0, 0, 0,
    4, 0x80, 0x80, 0x80, 20, 0x40, 0x15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    5, 0x80, 0x80, 0x80, 2, 0x11, 0x90,
    6, 0x80, 0x80, 0x80, 1, 2
  };
  g_autoptr (GBytes) audio = build_audio ();
  Box box;

  fail_unless (box_path (box_of (audio),
          "moov/trak/mdia/minf/stbl/stsd+8/mp4a+28/esds", &box));
  fail_unless_equals_int (box.size, sizeof (expected));
  fail_unless (memcmp (box.data, expected, box.size) == 0);
}

GST_END_TEST;

/* 134-141, 156-161 for each codec: entry, its box and what stands beside. */
static const struct
{
  CmafKind kind;
  const gchar *entry;
  const gchar *children;
  const gchar *stbl;
} codecs[] = {
  {CMAF_VIDEO_AVC, "avc1+78", "avcC colr pasp clli mdcv btrt", ""},
  {CMAF_VIDEO_HEVC, "hvc1+78", "hvcC colr pasp clli mdcv btrt", ""},
  {CMAF_VIDEO_AV1, "av01+78", "av1C colr pasp clli mdcv btrt", ""},
  {CMAF_AUDIO_AAC, "mp4a+28", "esds btrt", " sgpd"},
  {CMAF_AUDIO_OPUS, "Opus+28", "dOps btrt", " sgpd"},
  {CMAF_AUDIO_AC3, "ac-3+28", "dac3 btrt", ""},
  {CMAF_AUDIO_EAC3, "ec-3+28", "dec3 btrt", ""},
  {CMAF_AUDIO_FLAC, "fLaC+28", "dfLa btrt", ""},
};

static const guint8 mastering[24] = { 1, 2, 3 };
static const guint8 light[4] = { 3, 0xe8, 1, 0x90 };

static GBytes *
build_all (CmafKind kind)
{
  CmafTrack track = { kind, 48000 };
  g_autoptr (GBytes) config = g_bytes_new_static ("config", 6);

  track.config = config;
  track.width = 1920;
  track.height = 1080;
  track.par_n = track.par_d = 1;
  track.colour.told = TRUE;
  track.colour.primaries = track.colour.matrix = 9;
  track.colour.transfer = 16;
  track.mastering = mastering;
  track.light = light;
  track.rate = 48000;
  track.channels = 6;
  track.roll = -4;
  track.bitrate = 1000000;
  track.language = "deu";
  track.full_language = "de-CH";
  return cmaf_init_build (&track);
}

GST_START_TEST (cmaf_init_describes_each_codec)
{
  g_autoptr (GBytes) init = build_all (codecs[__i__].kind);
  gboolean audio = cmaf_kind_is_audio (codecs[__i__].kind);
  g_autofree gchar *entry = NULL, *stbl = NULL;

  stbl = g_strconcat ("stsd stts stsc stsz stco", codecs[__i__].stbl, NULL);
  assert_children (init, "moov/trak/mdia", "mdhd hdlr elng minf");
  assert_children (init, "moov/trak/mdia/minf",
      audio ? "smhd dinf stbl" : "vmhd dinf stbl");
  assert_children (init, "moov/trak/mdia/minf/stbl", stbl);
  entry = g_strconcat ("moov/trak/mdia/minf/stbl/stsd+8/",
      codecs[__i__].entry, NULL);
  assert_children (init, entry, codecs[__i__].children);
  fail_unless_equals_uint64 (number_at (init, "moov/trak/tkhd", 92, 4),
      audio ? 0 : 1080 << 16);
}

GST_END_TEST;

static void
assert_bytes (GBytes * init, const gchar * path, gconstpointer expected,
    gsize size)
{
  Box box;

  fail_unless (box_path (box_of (init), path, &box), "no %s", path);
  fail_unless_equals_int (box.size, size);
  fail_unless (memcmp (box.data, expected, size) == 0);
}

/* 157 */
GST_START_TEST (cmaf_init_tells_of_hdr)
{
  g_autoptr (GBytes) init = build_all (CMAF_VIDEO_HEVC);
  const gchar *entry = "moov/trak/mdia/minf/stbl/stsd+8/hvc1+78";
  g_autofree gchar *mdcv = g_strconcat (entry, "/mdcv", NULL);
  g_autofree gchar *clli = g_strconcat (entry, "/clli", NULL);
  g_autofree gchar *colr = g_strconcat (entry, "/colr", NULL);
  g_autofree gchar *hvcc = g_strconcat (entry, "/hvcC", NULL);

  assert_bytes (init, mdcv, mastering, 24);
  assert_bytes (init, clli, light, 4);
  assert_bytes (init, colr, "nclx\0\11\0\20\0\11\0", 11);
  assert_bytes (init, hvcc, "config", 6);
}

GST_END_TEST;

GST_START_TEST (cmaf_init_tells_the_language)
{
  g_autoptr (GBytes) init = build_all (CMAF_AUDIO_OPUS);
  g_autoptr (GBytes) none = build_audio ();

  /* d e u and u n d, five bits each. */
  fail_unless_equals_uint64 (number_at (init, "moov/trak/mdia/mdhd", 32, 2),
      4 << 10 | 5 << 5 | 21);
  fail_unless_equals_uint64 (number_at (none, "moov/trak/mdia/mdhd", 32, 2),
      21 << 10 | 14 << 5 | 4);
  assert_bytes (init, "moov/trak/mdia/elng", "\0\0\0\0de-CH", 10);
  assert_children (none, "moov/trak/mdia", "mdhd hdlr minf");
}

GST_END_TEST;

/* 160, 161 */
GST_START_TEST (cmaf_init_tells_what_decoders_need_before)
{
  g_autoptr (GBytes) opus = build_all (CMAF_AUDIO_OPUS), aac = build_audio ();

  assert_bytes (opus, "moov/trak/mdia/minf/stbl/sgpd",
      "\1\0\0\0roll\0\0\0\2\0\0\0\1\377\374", 18);
  assert_bytes (aac, "moov/trak/mdia/minf/stbl/sgpd",
      "\1\0\0\0roll\0\0\0\2\0\0\0\1\377\377", 18);
}

GST_END_TEST;

/* The entry's field has 16 bits: what is too high is halved, or not told. */
GST_START_TEST (cmaf_init_of_flac_has_a_rate_that_fits)
{
  static const guint rates[][2] = {
    {48000, 48000}, {96000, 48000}, {192000, 48000}, {88200, 44100}, {65537, 0}
  };
  CmafTrack track = { CMAF_AUDIO_FLAC, };
  g_autoptr (GBytes) config = g_bytes_new_static ("config", 6), init = NULL;

  track.config = config;
  track.timescale = track.rate = rates[__i__][0];
  track.channels = 2;
  track.depth = 24;
  init = cmaf_init_build (&track);
  fail_unless_equals_uint64 (number_at (init,
          "moov/trak/mdia/minf/stbl/stsd+8/fLaC", 24, 4),
      (guint64) rates[__i__][1] << 16);
  fail_unless_equals_uint64 (number_at (init,
          "moov/trak/mdia/minf/stbl/stsd+8/fLaC", 18, 2), 24);
  assert_bytes (init, "moov/trak/mdia/minf/stbl/stsd+8/fLaC+28/dfLa",
      "\0\0\0\0config", 10);
}

GST_END_TEST;

static CmafTrack
full_hd (CmafKind kind, guint profile, guint level, guint depth)
{
  CmafTrack track = { kind, };

  track.width = 1920;
  track.height = 1080;
  track.colour.told = TRUE;
  track.colour.primaries = track.colour.transfer = track.colour.matrix = 1;
  track.picture.profile = profile;
  track.picture.level = level;
  track.picture.depth = depth;
  track.picture.chroma_format = 1;
  track.picture.fps_n = 50;
  track.picture.fps_d = 1;
  return track;
}

/* ISO 23000-19 tables A.1 and B.1: all limits, or no brand. */
GST_START_TEST (cmaf_profile_brand_only_inside_all_limits)
{
  CmafTrack hd = full_hd (CMAF_VIDEO_AVC, 100, 40, 8), t;

  fail_unless_equals_string (cmaf_track_profile_brand (&hd), "cfhd");
  t = hd;
  t.width = 768;
  t.height = 576;
  t.picture.level = 31;
  fail_unless_equals_string (cmaf_track_profile_brand (&t), "cfsd");
  t = hd;
  t.picture.level = 42;
  fail_unless_equals_string (cmaf_track_profile_brand (&t), "chdf");
  t.picture.level = 51;
  fail_unless (cmaf_track_profile_brand (&t) == NULL);
  t = hd;
  t.picture.profile = 77;
  fail_unless (cmaf_track_profile_brand (&t) == NULL);
  t = hd;
  t.width = 1922;
  fail_unless (cmaf_track_profile_brand (&t) == NULL);
  t = hd;
  t.picture.fps_n = 61;
  fail_unless (cmaf_track_profile_brand (&t) == NULL);
  t = hd;
  t.picture.fps_n = 0;
  fail_unless (cmaf_track_profile_brand (&t) == NULL);
  t = hd;
  t.colour.told = FALSE;
  fail_unless (cmaf_track_profile_brand (&t) == NULL);
  t = hd;
  t.colour.full_range = TRUE;
  fail_unless (cmaf_track_profile_brand (&t) == NULL);
  t = hd;
  t.colour.transfer = 16;
  fail_unless (cmaf_track_profile_brand (&t) == NULL);
  t = hd;
  t.picture.chroma_format = 2;
  fail_unless (cmaf_track_profile_brand (&t) == NULL);
}

GST_END_TEST;

GST_START_TEST (cmaf_profile_brand_of_other_codecs)
{
  CmafTrack t = full_hd (CMAF_VIDEO_HEVC, 1, 123, 8);
  CmafTrack aac = { CMAF_AUDIO_AAC, 48000 };

  fail_unless_equals_string (cmaf_track_profile_brand (&t), "chhd");
  t = full_hd (CMAF_VIDEO_HEVC, 2, 120, 10);
  fail_unless_equals_string (cmaf_track_profile_brand (&t), "chh1");
  t.width = 3840;
  t.height = 2160;
  t.picture.level = 153;
  fail_unless_equals_string (cmaf_track_profile_brand (&t), "cud1");
  t.picture.tier = 1;
  fail_unless (cmaf_track_profile_brand (&t) == NULL);
  t.picture.tier = 0;
  t.colour.primaries = t.colour.matrix = 9;
  t.colour.transfer = 16;
  fail_unless_equals_string (cmaf_track_profile_brand (&t), "chd1");
  t.colour.transfer = 18;
  fail_unless_equals_string (cmaf_track_profile_brand (&t), "clg1");
  aac.rate = 48000;
  aac.channels = 2;
  fail_unless_equals_string (cmaf_track_profile_brand (&aac), "caac");
  aac.channels = 6;
  fail_unless (cmaf_track_profile_brand (&aac) == NULL);
}

GST_END_TEST;

GST_START_TEST (cmaf_init_is_the_same_for_the_same_and_named_by_content)
{
  g_autoptr (GBytes) one = build_video (), two = build_video ();
  g_autoptr (GBytes) other = build_audio ();
  g_autofree gchar *name = cmaf_init_name (one);
  g_autofree gchar *same = cmaf_init_name (two);
  g_autofree gchar *differs = cmaf_init_name (other);

  fail_unless (g_bytes_equal (one, two));
  fail_unless_equals_string (name, same);
  fail_if (g_str_equal (name, differs));
  fail_unless (g_regex_match_simple ("^init-[0-9a-f]{8}\\.mp4$", name, 0, 0));
}

GST_END_TEST;

static Suite *
cmafinit_suite (void)
{
  Suite *s = suite_create ("cmafinit");
  TCase *tc = tcase_create ("cmafinit");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, cmaf_init_has_the_boxes_in_order);
  tcase_add_test (tc, cmaf_init_has_no_times_and_the_right_numbers);
  tcase_add_test (tc, cmaf_init_describes_aac);
  tcase_add_loop_test (tc, cmaf_init_describes_each_codec, 0,
      G_N_ELEMENTS (codecs));
  tcase_add_test (tc, cmaf_init_tells_of_hdr);
  tcase_add_test (tc, cmaf_init_tells_the_language);
  tcase_add_test (tc, cmaf_init_tells_what_decoders_need_before);
  tcase_add_loop_test (tc, cmaf_init_of_flac_has_a_rate_that_fits, 0, 5);
  tcase_add_test (tc, cmaf_profile_brand_only_inside_all_limits);
  tcase_add_test (tc, cmaf_profile_brand_of_other_codecs);
  tcase_add_test (tc, cmaf_init_is_the_same_for_the_same_and_named_by_content);
  return s;
}

GST_CHECK_MAIN (cmafinit);
