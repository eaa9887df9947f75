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
  track.has_colour = TRUE;
  track.primaries = track.transfer = track.matrix = 1;
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
  tcase_add_test (tc, cmaf_init_is_the_same_for_the_same_and_named_by_content);
  return s;
}

GST_CHECK_MAIN (cmafinit);
