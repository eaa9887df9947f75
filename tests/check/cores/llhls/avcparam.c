/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "nalcopy.h"

/* x264, 322x182, 30000/1001 fps, pixels 4:3, BT.709, two B frames. */
static const guint8 main_config[] = {
  0x01, 0x4d, 0x40, 0x15, 0xff, 0xe1, 0x00, 0x1c, 0x67, 0x4d, 0x40, 0x15,
  0xec, 0xa0, 0xa8, 0xcf, 0x11, 0x36, 0x1c, 0xd4, 0x04, 0x04, 0x05, 0x00,
  0x00, 0x03, 0x03, 0xe9, 0x00, 0x00, 0xea, 0x60, 0x8f, 0x16, 0x2d, 0x96,
  0x01, 0x00, 0x04, 0x68, 0xce, 0x3c, 0x80
};

#define SPS (main_config + 8)
#define SPS_SIZE 28
#define PPS (main_config + 39)
#define PPS_SIZE 4

/* openh264, 320x180, constrained baseline without timing. */
static const guint8 baseline_sps[] = {
  0x67, 0x42, 0xc0, 0x0c, 0x8c, 0x8d, 0x40, 0xa0, 0xcb, 0xcf, 0x00, 0xf0,
  0x88, 0x46, 0xa0
};

GST_START_TEST (avc_sps_tells_size_shape_rate_and_order)
{
  AvcSps sps;

  fail_unless (avc_sps_parse (&sps, SPS, SPS_SIZE));
  fail_unless_equals_int (sps.profile, 77);
  fail_unless_equals_int (sps.level, 21);
  fail_unless_equals_int (sps.width, 322);
  fail_unless_equals_int (sps.height, 182);
  fail_unless_equals_int (sps.par_n, 4);
  fail_unless_equals_int (sps.par_d, 3);
  fail_unless_equals_int (sps.fps_n, 60000);
  fail_unless_equals_int (sps.fps_d, 2002);
  fail_unless (sps.max_reorder > 0);
  fail_unless (sps.colour.told);
  fail_unless_equals_int (sps.colour.primaries, 1);
}

GST_END_TEST;

GST_START_TEST (avc_sps_of_baseline_has_no_reordering)
{
  AvcSps sps;

  fail_unless (avc_sps_parse (&sps, baseline_sps, sizeof (baseline_sps)));
  fail_unless_equals_int (sps.width, 320);
  fail_unless_equals_int (sps.height, 180);
  fail_unless_equals_int (sps.max_reorder, 0);
  fail_unless_equals_int (sps.fps_n, 0);
}

GST_END_TEST;

/* x264 tune=zerolatency: nothing is reordered, one picture is buffered. */
GST_START_TEST (avc_sps_tells_reordering_from_buffering)
{
  static const guint8 nal[] = {
    0x67, 0x64, 0x00, 0x14, 0xac, 0xb2, 0x02, 0x83, 0x3f, 0x3e, 0x02, 0xd4,
    0x18, 0x18, 0x1a, 0x94, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00, 0x00, 0x03,
    0x00, 0xca, 0x3c, 0x50, 0xa9, 0x20
  };
  AvcSps sps;

  fail_unless (avc_sps_parse (&sps, nal, sizeof (nal)));
  fail_unless_equals_int (sps.max_reorder, 0);
  fail_unless (avc_sps_parse (&sps, SPS, SPS_SIZE));
  fail_unless_equals_int (sps.max_reorder, 2);
}

GST_END_TEST;

GST_START_TEST (avc_sps_survives_any_cut_and_any_bit)
{
  guint8 copy[SPS_SIZE];
  AvcSps sps;
  guint i;

  for (i = 0; i < SPS_SIZE; i++) {
    /* A heap copy of just these bytes, so that a sanitizer sees more. */
    g_autofree guint8 *cut = g_memdup2 (SPS, i);

    avc_sps_parse (&sps, cut, i);
  }
  for (i = 0; i < SPS_SIZE * 8; i++) {
    memcpy (copy, SPS, SPS_SIZE);
    copy[i / 8] ^= 1 << i % 8;
    if (avc_sps_parse (&sps, copy, SPS_SIZE))
      fail_unless (sps.width > 0 && sps.height > 0 && sps.par_d > 0);
  }
}

GST_END_TEST;

GST_START_TEST (avc_sets_round_trip_through_a_config)
{
  AvcSets sets = { {NULL}, {NULL}
  };
  g_autoptr (GBytes) config = NULL;
  guint length_size;

  fail_unless (avc_sets_parse_config (&sets, main_config,
          sizeof (main_config), &length_size));
  fail_unless_equals_int (length_size, 4);
  fail_unless (avc_sets_complete (&sets));
  config = avc_sets_config (&sets);
  fail_unless_equals_int (g_bytes_get_size (config), sizeof (main_config));
  fail_unless (memcmp (g_bytes_get_data (config, NULL), main_config,
          sizeof (main_config)) == 0);
  avc_sets_clear (&sets);
}

GST_END_TEST;

GST_START_TEST (avc_sets_refuse_a_config_cut_anywhere)
{
  AvcSets sets = { {NULL}, {NULL}
  };
  guint length_size;
  gsize i;

  for (i = 0; i < sizeof (main_config); i++) {
    g_autofree guint8 *cut = g_memdup2 (main_config, i);

    fail_if (avc_sets_parse_config (&sets, cut, i, &length_size));
    fail_if (avc_sets_complete (&sets));
  }
}

GST_END_TEST;

static GByteArray *
append_nal (GByteArray * out, gboolean byte_stream, const guint8 * nal,
    gsize size)
{
  static const guint8 code[] = { 0, 0, 0, 1 };
  guint8 length[4] = { 0, 0, size >> 8, size };

  g_byte_array_append (out, byte_stream ? code : length, 4);
  return g_byte_array_append (out, nal, size);
}

static GByteArray *
make_unit (gboolean byte_stream)
{
  static const guint8 aud[] = { 0x09, 0xf0 }, sei[] = { 0x06, 5, 1, 7, 0x80 };
  static const guint8 idr[] = { 0x65, 0x88, 0, 0, 3, 1, 0x80 };
  GByteArray *out = g_byte_array_new ();

  append_nal (out, byte_stream, aud, sizeof (aud));
  append_nal (out, byte_stream, SPS, SPS_SIZE);
  append_nal (out, byte_stream, PPS, PPS_SIZE);
  append_nal (out, byte_stream, sei, sizeof (sei));
  return append_nal (out, byte_stream, idr, sizeof (idr));
}

GST_START_TEST (avc_unit_loses_delimiters_and_parameter_sets)
{
  static const guint8 expected[] = {
    0, 0, 0, 5, 0x06, 5, 1, 7, 0x80,
    0, 0, 0, 7, 0x65, 0x88, 0, 0, 3, 1, 0x80
  };
  g_autoptr (GByteArray) in = make_unit (__i__ == 0);
  g_autoptr (GBytes) out = NULL;
  AvcSets sets = { {NULL}, {NULL} };
  AvcUnit unit;

  out = avc_unit_copy (&sets, in->data, in->len, __i__ == 0 ? 0 : 4, &unit);
  fail_unless_equals_int (g_bytes_get_size (out), sizeof (expected));
  fail_unless (memcmp (g_bytes_get_data (out, NULL), expected,
          sizeof (expected)) == 0);
  fail_unless (unit.idr && unit.picture && unit.reference && unit.sets);
  fail_unless (avc_sets_complete (&sets));
  avc_sets_clear (&sets);
}

GST_END_TEST;

GST_START_TEST (avc_unit_survives_any_cut)
{
  g_autoptr (GByteArray) in = make_unit (__i__ == 0);
  AvcSets sets = { {NULL}, {NULL}
  };
  AvcUnit unit;
  gsize i;

  for (i = 0; i < in->len; i++) {
    g_autofree guint8 *cut = g_memdup2 (in->data, i);
    g_autoptr (GBytes) out =
        avc_unit_copy (&sets, cut, i, __i__ == 0 ? 0 : 4, &unit);

    if (out != NULL)
      fail_unless (g_bytes_get_size (out) <= i + 16);
  }
  avc_sets_clear (&sets);
}

GST_END_TEST;

GST_START_TEST (avc_unit_knows_a_picture_nobody_needs)
{
  static const guint8 b_frame[] = { 0, 0, 1, 0x01, 0x9a, 0x80 };
  AvcSets sets = { {NULL}, {NULL} };
  AvcUnit unit;
  g_autoptr (GBytes) out = NULL;

  out = avc_unit_copy (&sets, b_frame, sizeof (b_frame), 0, &unit);
  fail_unless (out != NULL && unit.picture && !unit.idr && !unit.reference);
}

GST_END_TEST;

static Suite *
avcparam_suite (void)
{
  Suite *s = suite_create ("avcparam");
  TCase *tc = tcase_create ("avcparam");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, avc_sps_tells_size_shape_rate_and_order);
  tcase_add_test (tc, avc_sps_of_baseline_has_no_reordering);
  tcase_add_test (tc, avc_sps_tells_reordering_from_buffering);
  tcase_add_test (tc, avc_sps_survives_any_cut_and_any_bit);
  tcase_add_test (tc, avc_sets_round_trip_through_a_config);
  tcase_add_test (tc, avc_sets_refuse_a_config_cut_anywhere);
  tcase_add_loop_test (tc, avc_unit_loses_delimiters_and_parameter_sets, 0, 2);
  tcase_add_loop_test (tc, avc_unit_survives_any_cut, 0, 2);
  tcase_add_test (tc, avc_unit_knows_a_picture_nobody_needs);
  return s;
}

GST_CHECK_MAIN (avcparam);
