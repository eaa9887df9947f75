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

static Suite *
codecstring_suite (void)
{
  Suite *s = suite_create ("codecstring");
  TCase *tc = tcase_create ("codecstring");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, codec_string_is_profile_constraints_level);
  tcase_add_test (tc, codec_string_is_the_object_type);
  return s;
}

GST_CHECK_MAIN (codecstring);
