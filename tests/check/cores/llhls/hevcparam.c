/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "fuzzed.h"
#include "nalcopy.h"

/* x265, 322x182, 30000/1001 fps, pixels 4:3, Main 10 HDR10 with B frames. */
static const guint8 vps[] = {
  0x40, 0x01, 0x0c, 0x01, 0xff, 0xff, 0x02, 0x20, 0x00, 0x00, 0x03, 0x00,
  0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x3c, 0x95, 0x94, 0x09,
};

static const guint8 sps_nal[] = {
  0x42, 0x01, 0x01, 0x02, 0x20, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00,
  0x03, 0x00, 0x00, 0x03, 0x00, 0x3c, 0xa0, 0x0a, 0x48, 0x0b, 0x9c, 0x94,
  0xd9, 0x65, 0x65, 0xb9, 0x30, 0xbc, 0x39, 0xa8, 0x48, 0x80, 0x48, 0x20,
  0x00, 0x00, 0x7d, 0x20, 0x00, 0x0e, 0xa6, 0x01,
};

static const guint8 pps[] = { 0x44, 0x01, 0xc1, 0x73, 0xc1, 0x89 };

static const guint8 light[] = {
  0x4e, 0x01, 0x90, 0x04, 0x03, 0xe8, 0x01, 0x90, 0x80
};

static const guint8 mastering[] = {
  0x4e, 0x01, 0x89, 0x18, 0x33, 0xc2, 0x86, 0xc4, 0x1d, 0x4c, 0x0b, 0xb8,
  0x84, 0xd0, 0x3e, 0x80, 0x3d, 0x13, 0x40, 0x42, 0x00, 0x98, 0x96, 0x80,
  0x00, 0x00, 0x03, 0x00, 0x01, 0x80,
};

GST_START_TEST (hevc_sps_tells_size_shape_rate_order_and_colour)
{
  HevcSps sps;

  fail_unless (hevc_sps_parse (&sps, sps_nal, sizeof (sps_nal)));
  fail_unless_equals_int (sps.profile, 2);
  fail_unless_equals_int (sps.tier, 0);
  fail_unless_equals_int (sps.level, 60);
  fail_unless_equals_uint64 (sps.compatibility, 0x20000000);
  fail_unless_equals_int (sps.constraints[0], 0x90);
  fail_unless_equals_int (sps.width, 322);
  fail_unless_equals_int (sps.height, 182);
  fail_unless_equals_int (sps.par_n, 4);
  fail_unless_equals_int (sps.par_d, 3);
  fail_unless_equals_int (sps.fps_n, 30000);
  fail_unless_equals_int (sps.fps_d, 1001);
  fail_unless_equals_int (sps.depth_luma, 10);
  fail_unless_equals_int (sps.chroma_format, 1);
  fail_unless_equals_int (sps.sub_layers, 1);
  fail_unless_equals_int (sps.max_reorder, 2);
  fail_unless (sps.max_buffering > sps.max_reorder);
  fail_unless (sps.colour.told && !sps.colour.full_range);
  fail_unless_equals_int (sps.colour.primaries, 9);
  fail_unless_equals_int (sps.colour.transfer, 16);
  fail_unless_equals_int (sps.colour.matrix, 9);
}

GST_END_TEST;

static void
feed_sps (const guint8 * data, gsize size)
{
  HevcSps sps;

  if (hevc_sps_parse (&sps, data, size))
    fail_unless (sps.width > 0 && sps.height > 0 && sps.par_d > 0
        && sps.sub_layers >= 1 && sps.depth_luma >= 8);
}

static void
append (GByteArray * out, guint length_size, const guint8 * nal, gsize size)
{
  static const guint8 code[] = { 0, 0, 0, 1 };
  guint8 length[4] = { size >> 24, size >> 16, size >> 8, size };

  if (length_size == 0)
    g_byte_array_append (out, code, 4);
  else
    g_byte_array_append (out, length + 4 - length_size, length_size);
  g_byte_array_append (out, nal, size);
}

static const guint8 idr[] = { 0x28, 0x01, 0xac, 0, 0, 3, 1, 0x80 };

static GByteArray *
make_unit (guint length_size)
{
  static const guint8 aud[] = { 0x46, 0x01, 0x10 };
  static const guint8 filler[] = { 0x4c, 0x01, 0xff, 0x80 };
  /* The same slice in a layer above. */
  static const guint8 upper[] = { 0x28, 0x09, 0xac, 0x80 };
  GByteArray *out = g_byte_array_new ();

  append (out, length_size, aud, sizeof (aud));
  append (out, length_size, vps, sizeof (vps));
  append (out, length_size, sps_nal, sizeof (sps_nal));
  append (out, length_size, pps, sizeof (pps));
  append (out, length_size, light, sizeof (light));
  append (out, length_size, mastering, sizeof (mastering));
  append (out, length_size, idr, sizeof (idr));
  append (out, length_size, upper, sizeof (upper));
  append (out, length_size, filler, sizeof (filler));
  return out;
}

static GBytes *
make_config (void)
{
  g_autoptr (GByteArray) in = make_unit (0);
  HevcSets sets = { {NULL}, };
  HevcUnit unit;
  GBytes *config;

  g_bytes_unref (hevc_unit_copy (&sets, in->data, in->len, 0, &unit));
  config = hevc_sets_config (&sets);
  hevc_sets_clear (&sets);
  return config;
}

GST_START_TEST (hevc_unit_keeps_pictures_and_sei_only)
{
  static const guint lengths[] = { 0, 1, 2, 4 };
  guint length_size = lengths[__i__];
  g_autoptr (GByteArray) in = make_unit (length_size);
  g_autoptr (GByteArray) expected = g_byte_array_new ();
  g_autoptr (GBytes) out = NULL;
  HevcSets sets = { {NULL}, };
  HevcUnit unit;

  append (expected, 4, light, sizeof (light));
  append (expected, 4, mastering, sizeof (mastering));
  append (expected, 4, idr, sizeof (idr));
  out = hevc_unit_copy (&sets, in->data, in->len, length_size, &unit);
  fail_unless_equals_int (g_bytes_get_size (out), expected->len);
  fail_unless (memcmp (g_bytes_get_data (out, NULL), expected->data,
          expected->len) == 0);
  fail_unless (unit.picture == HEVC_PICTURE_IDR && unit.reference);
  fail_unless (unit.sets && unit.hdr && hevc_sets_complete (&sets));
  fail_unless (sets.has_light && sets.has_mastering);
  fail_unless (memcmp (sets.light, light + 4, 4) == 0);
  /* Without the byte that keeps start codes away. */
  fail_unless (memcmp (sets.mastering, mastering + 4, 22) == 0);
  fail_unless (memcmp (sets.mastering + 20, "\0\0\0\1", 4) == 0);
  hevc_sets_clear (&sets);
}

GST_END_TEST;

GST_START_TEST (hevc_sets_make_a_config_with_complete_arrays)
{
  static const guint8 head[] = {
    1, 0x02, 0x20, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 60, 0xf0, 0, 0xfc, 0xfd,
    0xfa, 0xfa, 0, 0, 0x0f, 3, 0xa0, 0, 1, 0, sizeof (vps)
  };
  g_autoptr (GBytes) config = make_config ();
  const guint8 *data = g_bytes_get_data (config, NULL);
  gsize sps_at = 23 + 5 + sizeof (vps), pps_at = sps_at + 5 + sizeof (sps_nal);

  fail_unless (memcmp (data, head, sizeof (head)) == 0);
  fail_unless_equals_int (data[sps_at], 0x80 | 33);
  fail_unless_equals_int (data[pps_at], 0x80 | 34);
  fail_unless_equals_int (g_bytes_get_size (config), pps_at + 5 + sizeof (pps));
}

GST_END_TEST;

GST_START_TEST (hevc_sets_round_trip_through_a_config)
{
  g_autoptr (GBytes) config = make_config (), again = NULL;
  HevcSets sets = { {NULL}, };
  guint length_size;
  gsize size, n;
  const guint8 *data = g_bytes_get_data (config, &size);

  fail_unless (hevc_sets_parse_config (&sets, data, size, &length_size));
  fail_unless_equals_int (length_size, 4);
  again = hevc_sets_config (&sets);
  fail_unless (g_bytes_equal (config, again));
  for (n = 0; n < size; n++) {
    g_autofree guint8 *cut = g_memdup2 (data, n);

    fail_if (hevc_sets_parse_config (&sets, cut, n, &length_size));
    fail_if (hevc_sets_complete (&sets));
  }
  hevc_sets_clear (&sets);
}

GST_END_TEST;

/* An encoder that sends new sets leaves none of the old ones behind. */
GST_START_TEST (hevc_sets_begin_anew_with_the_first_of_a_unit)
{
  /* pps_pic_parameter_set_id 1 */
  static const guint8 other[] = { 0x44, 0x01, 0x4c, 0x80 };
  g_autoptr (GByteArray) first = make_unit (0), second = make_unit (0);
  HevcSets sets = { {NULL}, };
  HevcUnit unit;

  append (first, 0, other, sizeof (other));
  g_bytes_unref (hevc_unit_copy (&sets, first->data, first->len, 0, &unit));
  fail_unless (sets.pps[0] != NULL && sets.pps[1] != NULL);
  g_bytes_unref (hevc_unit_copy (&sets, second->data, second->len, 0, &unit));
  fail_unless (sets.pps[0] != NULL && sets.pps[1] == NULL);
  fail_if (unit.hdr);
  hevc_sets_clear (&sets);
}

GST_END_TEST;

static HevcUnit
unit_of (guint type)
{
  guint8 nal[] = { 0, 0, 1, type << 1, 1, 0x80 };
  HevcSets sets = { {NULL}, };
  HevcUnit unit;

  g_bytes_unref (hevc_unit_copy (&sets, nal, sizeof (nal), 0, &unit));
  hevc_sets_clear (&sets);
  return unit;
}

GST_START_TEST (hevc_unit_knows_its_picture)
{
  static const struct
  {
    guint type;
    HevcPicture picture;
    gboolean reference;
  } types[] = {
    {0, HEVC_PICTURE_TRAILING, FALSE}, {1, HEVC_PICTURE_TRAILING, TRUE},
    {6, HEVC_PICTURE_RADL, FALSE}, {7, HEVC_PICTURE_RADL, TRUE},
    {8, HEVC_PICTURE_RASL, FALSE}, {9, HEVC_PICTURE_RASL, TRUE},
    {16, HEVC_PICTURE_CRA, TRUE}, {17, HEVC_PICTURE_IDR, TRUE},
    {18, HEVC_PICTURE_IDR, TRUE}, {19, HEVC_PICTURE_IDR, TRUE},
    {20, HEVC_PICTURE_IDR, TRUE}, {21, HEVC_PICTURE_CRA, TRUE},
    {35, HEVC_PICTURE_NONE, FALSE},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (types); i++) {
    HevcUnit unit = unit_of (types[i].type);

    fail_unless_equals_int (unit.picture, types[i].picture);
    fail_unless_equals_int (unit.reference, types[i].reference);
  }
}

GST_END_TEST;

static HevcKeyResult
key (HevcKeys * keys, HevcPicture picture, guint max_reorder)
{
  HevcUnit unit = { picture, };

  return hevc_keys_on_unit (keys, &unit, max_reorder);
}

/* Rule 131: an IDR, or a CRA if nothing behind it needs what is before it. */
GST_START_TEST (hevc_keys_are_idrs_or_cras_without_leading_pictures)
{
  HevcKeys keys = { FALSE, };

  fail_unless (key (&keys, HEVC_PICTURE_IDR, 2) == HEVC_KEY);
  fail_unless (key (&keys, HEVC_PICTURE_TRAILING, 2) == HEVC_NO_KEY);
  fail_unless (key (&keys, HEVC_PICTURE_CRA, 2) == HEVC_NO_KEY);
  fail_unless (key (&keys, HEVC_PICTURE_RASL, 2) == HEVC_NO_KEY);
  fail_unless (key (&keys, HEVC_PICTURE_IDR, 2) == HEVC_KEY);
  fail_unless (key (&keys, HEVC_PICTURE_CRA, 2) == HEVC_NO_KEY);
  fail_unless (key (&keys, HEVC_PICTURE_CRA, 0) == HEVC_KEY);
  fail_unless (key (&keys, HEVC_PICTURE_NONE, 0) == HEVC_UNDECODABLE);
}

GST_END_TEST;

/* Nothing else comes: better than nothing, without what can't be decoded. */
GST_START_TEST (hevc_keys_are_cras_where_all_gops_are_open)
{
  HevcKeys keys = { FALSE, };

  fail_unless (key (&keys, HEVC_PICTURE_CRA, 2) == HEVC_NO_KEY);
  fail_unless (key (&keys, HEVC_PICTURE_CRA, 2) == HEVC_KEY);
  fail_unless (key (&keys, HEVC_PICTURE_RASL, 2) == HEVC_UNDECODABLE);
  fail_unless (key (&keys, HEVC_PICTURE_RADL, 2) == HEVC_NO_KEY);
  fail_unless (key (&keys, HEVC_PICTURE_CRA, 2) == HEVC_KEY);
  fail_unless (key (&keys, HEVC_PICTURE_RASL, 2) == HEVC_NO_KEY);
}

GST_END_TEST;

static void
feed_unit (const guint8 * data, gsize size)
{
  static const guint lengths[] = { 0, 1, 2, 3, 4 };
  HevcSets sets = { {NULL}, };
  HevcUnit unit;
  HevcSps sps;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (lengths); i++) {
    g_autoptr (GBytes) out = hevc_unit_copy (&sets, data, size,
        lengths[i], &unit);
    g_autoptr (GBytes) config = hevc_sets_config (&sets);

    if (out != NULL)
      fail_unless (g_bytes_get_size (out) <= 4 * size + 16);
    if (config != NULL)
      fail_unless (hevc_sets_sps (&sets, &sps));
  }
  hevc_sets_clear (&sets);
}

static void
feed_config (const guint8 * data, gsize size)
{
  HevcSets sets = { {NULL}, };
  guint length_size;

  if (!hevc_sets_parse_config (&sets, data, size, &length_size))
    fail_if (hevc_sets_complete (&sets));
  hevc_sets_clear (&sets);
}

GST_START_TEST (hevc_survives_any_bytes)
{
  g_autoptr (GByteArray) stream = make_unit (0), lengths = make_unit (4);
  g_autoptr (GBytes) config = make_config ();

  feed_broken (sps_nal, sizeof (sps_nal), feed_sps);
  feed_broken (stream->data, stream->len, feed_unit);
  feed_broken (lengths->data, lengths->len, feed_unit);
  feed_broken (g_bytes_get_data (config, NULL), g_bytes_get_size (config),
      feed_config);
}

GST_END_TEST;

static Suite *
hevcparam_suite (void)
{
  Suite *s = suite_create ("hevcparam");
  TCase *tc = tcase_create ("hevcparam");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, hevc_sps_tells_size_shape_rate_order_and_colour);
  tcase_add_loop_test (tc, hevc_unit_keeps_pictures_and_sei_only, 0, 4);
  tcase_add_test (tc, hevc_sets_make_a_config_with_complete_arrays);
  tcase_add_test (tc, hevc_sets_round_trip_through_a_config);
  tcase_add_test (tc, hevc_sets_begin_anew_with_the_first_of_a_unit);
  tcase_add_test (tc, hevc_unit_knows_its_picture);
  tcase_add_test (tc, hevc_keys_are_idrs_or_cras_without_leading_pictures);
  tcase_add_test (tc, hevc_keys_are_cras_where_all_gops_are_open);
  tcase_add_test (tc, hevc_survives_any_bytes);
  return s;
}

GST_CHECK_MAIN (hevcparam);
