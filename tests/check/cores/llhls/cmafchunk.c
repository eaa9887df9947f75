/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The numbers in comments are rules of the conformance list. */
#include <gst/check/gstcheck.h>

#include "boxparser.h"
#include "cmafchunk.h"
#include "nalunit.h"

static GBytes *
build (CmafKind kind, gboolean begins)
{
  CmafSample samples[3] = {
    {g_bytes_new_static ("first", 5), 1001, 0, CMAF_SAMPLE_SYNC},
    {g_bytes_new_static ("second!", 7), 1001, 2002, CMAF_SAMPLE_DEPENDENT},
    {g_bytes_new_static ("x", 1), 1002, -1001, CMAF_SAMPLE_DISPOSABLE}
  };
  GBytes *chunk;
  guint i;

  chunk = cmaf_chunk_build (kind, 7, G_GUINT64_CONSTANT (0x123456789a),
      samples, 3, begins);
  for (i = 0; i < 3; i++)
    g_bytes_unref (samples[i].data);
  return chunk;
}

/* 145, 146, 151 */
GST_START_TEST (cmaf_chunk_has_the_boxes_in_order)
{
  g_autoptr (GBytes) head = build (CMAF_VIDEO_AVC, TRUE);
  g_autoptr (GBytes) inner = build (CMAF_AUDIO_AAC, FALSE);
  g_autofree gchar *head_list = box_list (box_of (head));
  g_autofree gchar *inner_list = box_list (box_of (inner));
  g_autofree gchar *traf_list = NULL;
  Box traf;

  fail_unless_equals_string (head_list, "styp moof mdat");
  fail_unless_equals_string (inner_list, "moof mdat");
  fail_unless (box_path (box_of (inner), "moof/traf", &traf));
  traf_list = box_list (traf);
  fail_unless_equals_string (traf_list, "tfhd tfdt trun sbgp");
}

GST_END_TEST;

/* 147-150, 155 */
GST_START_TEST (cmaf_chunk_says_all_in_itself)
{
  static const guint32 expected[] = {
    1001, 5, 0x02000000, 0,
    1001, 7, 0x01010000, 2002,
    1002, 1, 0x01810000, (guint32) - 1001
  };
  g_autoptr (GBytes) chunk = build (CMAF_VIDEO_AVC, TRUE);
  Box tfhd, tfdt, trun;
  guint i;

  fail_unless (box_path (box_of (chunk), "moof/traf/tfhd", &tfhd));
  fail_unless_equals_int (box_number (tfhd.data, 4), 0x02002a);
  fail_unless (box_path (box_of (chunk), "moof/traf/tfdt", &tfdt));
  fail_unless_equals_int (box_number (tfdt.data, 4), 0x01000000);
  fail_unless_equals_uint64 (box_number (tfdt.data + 4, 8),
      G_GUINT64_CONSTANT (0x123456789a));
  fail_unless (box_path (box_of (chunk), "moof/traf/trun", &trun));
  fail_unless_equals_int (box_number (trun.data, 4), 0x01000f01);
  fail_unless_equals_int (box_number (trun.data + 4, 4), 3);
  fail_unless_equals_int (trun.size, 12 + sizeof (expected));
  for (i = 0; i < G_N_ELEMENTS (expected); i++)
    fail_unless_equals_int ((guint32) box_number (trun.data + 12 + 4 * i, 4),
        expected[i]);
}

GST_END_TEST;

static GBytes *
build_one (CmafSampleKind kind, GBytes * data, gboolean scattered)
{
  CmafSample sample = { data, 1, 0, kind, scattered };

  return cmaf_chunk_build (CMAF_VIDEO_HEVC, 1, 0, &sample, 1, FALSE);
}

/* 155 */
GST_START_TEST (cmaf_chunk_tells_leading_pictures)
{
  static const guint32 flags[] = {
    0x02000000, 0x01010000, 0x01810000, 0x05010000, 0x05810000, 0x0d010000,
    0x0d810000
  };
  g_autoptr (GBytes) data = g_bytes_new_static ("x", 1);
  g_autoptr (GBytes) chunk = build_one (__i__, data, FALSE);
  Box trun;

  fail_unless (box_path (box_of (chunk), "moof/traf/trun", &trun));
  fail_unless_equals_uint64 (box_number (trun.data + 20, 4), flags[__i__]);
}

GST_END_TEST;

static gboolean
keep (gpointer sets, gpointer unit, const guint8 * nal, gsize size)
{
  return TRUE;
}

GST_START_TEST (cmaf_chunk_takes_scattered_samples)
{
  static const guint8 stream[] = { 0, 0, 1, 0x41, 7, 0, 0, 1, 0x42 };
  static const guint8 expected[] = { 0, 0, 0, 2, 0x41, 7, 0, 0, 0, 1, 0x42 };
  g_autoptr (GBytes) owner = g_bytes_new_static (stream, sizeof (stream));
  g_autoptr (GBytes) scattered = NULL, chunk = NULL;
  NalList list;
  Box trun, mdat;

  fail_unless (nal_list_read (&list, stream, sizeof (stream), 0, keep, NULL,
          NULL));
  scattered = nal_scatter_new (&list, owner);
  nal_list_clear (&list);
  chunk = build_one (CMAF_SAMPLE_SYNC, scattered, TRUE);
  fail_unless (box_path (box_of (chunk), "moof/traf/trun", &trun));
  fail_unless_equals_uint64 (box_number (trun.data + 16, 4), sizeof (expected));
  fail_unless (box_path (box_of (chunk), "mdat", &mdat));
  fail_unless_equals_int (mdat.size, sizeof (expected));
  fail_unless (memcmp (mdat.data, expected, sizeof (expected)) == 0);
}

GST_END_TEST;

/* 160-161: only where the init section has the group; 149: offsets only where
 * pictures may be reordered. */
GST_START_TEST (cmaf_chunk_has_what_its_codec_needs)
{
  g_autoptr (GBytes) chunk = build (__i__, FALSE);
  g_autofree gchar *list = NULL;
  gboolean roll = __i__ == CMAF_AUDIO_AAC || __i__ == CMAF_AUDIO_OPUS;
  gboolean video = __i__ == CMAF_VIDEO_AVC || __i__ == CMAF_VIDEO_HEVC
      || __i__ == CMAF_VIDEO_AV1;
  Box traf, trun;

  fail_unless (box_path (box_of (chunk), "moof/traf", &traf));
  list = box_list (traf);
  fail_unless_equals_string (list, roll ? "tfhd tfdt trun sbgp"
      : "tfhd tfdt trun");
  fail_unless (box_path (traf, "trun", &trun));
  fail_unless_equals_uint64 (box_number (trun.data, 4),
      video ? 0x01000f01 : 0x01000701);
}

GST_END_TEST;

GST_START_TEST (cmaf_chunk_points_at_its_payload)
{
  g_autoptr (GBytes) chunk = build (CMAF_VIDEO_AVC, __i__ == 0);
  Box all = box_of (chunk), moof, trun;
  gsize moof_at, offset;

  fail_unless (box_find (all, "moof", 0, &moof));
  moof_at = moof.data - 8 - all.data;
  fail_unless (box_path (all, "moof/traf/trun", &trun));
  offset = moof_at + box_number (trun.data + 8, 4);
  fail_unless_equals_int (offset + 13, all.size);
  fail_unless (memcmp (all.data + offset, "firstsecond!x", 13) == 0);
}

GST_END_TEST;

static Suite *
cmafchunk_suite (void)
{
  Suite *s = suite_create ("cmafchunk");
  TCase *tc = tcase_create ("cmafchunk");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, cmaf_chunk_has_the_boxes_in_order);
  tcase_add_test (tc, cmaf_chunk_says_all_in_itself);
  tcase_add_loop_test (tc, cmaf_chunk_tells_leading_pictures, 0, 7);
  tcase_add_test (tc, cmaf_chunk_takes_scattered_samples);
  tcase_add_loop_test (tc, cmaf_chunk_has_what_its_codec_needs, 0,
      CMAF_AUDIO_FLAC + 1);
  tcase_add_loop_test (tc, cmaf_chunk_points_at_its_payload, 0, 2);
  return s;
}

GST_CHECK_MAIN (cmafchunk);
