/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "codecstring.h"

GST_START_TEST (codec_string_is_profile_constraints_level)
{
  AvcSps sps = { 0, };
  g_autofree gchar *text = NULL;

  sps.profile = 0x64;
  sps.constraints = 0;
  sps.level = 0x1f;
  text = codec_string_avc (&sps);
  fail_unless_equals_string (text, "avc1.64001f");
}

GST_END_TEST;

GST_START_TEST (codec_string_is_the_object_type)
{
  AacConfig config = { 29, 48000, 2, 2048 };
  g_autofree gchar *text = codec_string_aac (&config);

  fail_unless_equals_string (text, "mp4a.40.29");
}

GST_END_TEST;

/* ISO 14496-15 E.3: compatibility in reverse, no zero bytes at the end. */
GST_START_TEST (codec_string_of_hevc)
{
  HevcSps sps = { 0, 0, 1, 0x60000000, {0xb0, 0, 0, 0, 0, 0}, 120 };
  g_autofree gchar *main = codec_string_hevc (&sps), *high = NULL;

  fail_unless_equals_string (main, "hvc1.1.6.L120.B0");
  sps.profile_space = 1;
  sps.tier = 1;
  sps.profile = 2;
  sps.compatibility = 0x20000000;
  sps.level = 153;
  sps.constraints[2] = 0x0a;
  high = codec_string_hevc (&sps);
  fail_unless_equals_string (high, "hvc1.A2.4.H153.B0.0.A");
}

GST_END_TEST;

/* AV1-ISOBMFF 5: the long form where something is not the default. */
GST_START_TEST (codec_string_of_av1)
{
  Av1Sequence s = { 0, 8, };
  g_autofree gchar *plain = NULL, *hdr = NULL;

  s.depth = 8;
  s.subsampling_x = s.subsampling_y = 1;
  plain = codec_string_av1 (&s);
  fail_unless_equals_string (plain, "av01.0.08M.08");
  s.level = 13;
  s.tier = 1;
  s.depth = 10;
  s.colour.told = TRUE;
  s.colour.primaries = s.colour.matrix = 9;
  s.colour.transfer = 16;
  hdr = codec_string_av1 (&s);
  fail_unless_equals_string (hdr, "av01.0.13H.10.0.110.09.16.09.0");
}

GST_END_TEST;

static Suite *
codecstring_suite (void)
{
  Suite *s = suite_create ("codecstring");
  TCase *tc = tcase_create ("codecstring");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, codec_string_is_profile_constraints_level);
  tcase_add_test (tc, codec_string_is_the_object_type);
  tcase_add_test (tc, codec_string_of_hevc);
  tcase_add_test (tc, codec_string_of_av1);
  return s;
}

GST_CHECK_MAIN (codecstring);
