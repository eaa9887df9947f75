/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "av1param.h"
#include "fuzzed.h"

/* libaom, 160x90, 8 bits, colour not told; and 10 bits of HLG. */
static const guint8 plain[] = {
  0x0a, 0x0a, 0x00, 0x00, 0x00, 0x03, 0xb4, 0xfd, 0x93, 0x6b, 0xe4, 0x01
};

static const guint8 hlg[] = {
  0x0a, 0x0d, 0x00, 0x00, 0x00, 0x03, 0xb4, 0xfd, 0x93, 0x6b, 0xe5, 0x42,
  0x44, 0x82, 0x41
};

/* OBUs with sizes: delimiter, tile list, padding, a key frame that is shown,
 * one that is not, a frame that needs others, one shown again. */
static const guint8 delimiter[] = { 0x12, 0 };
static const guint8 tile_list[] = { 0x42, 2, 7, 7 };
static const guint8 padding[] = { 0x7a, 1, 0x80 };
static const guint8 key_frame[] = { 0x32, 3, 0x10, 1, 2 };
static const guint8 hidden_key[] = { 0x32, 3, 0x00, 1, 2 };
static const guint8 inter_frame[] = { 0x32, 2, 0x30, 1 };
static const guint8 shown_again[] = { 0x1a, 1, 0x88 };

#define ADD(out, bytes) g_byte_array_append (out, bytes, sizeof (bytes))

static GBytes *
bytes_of (const guint8 * data, gsize size)
{
  return g_bytes_new (data, size);
}

GST_START_TEST (av1_sequence_tells_size_depth_and_colour)
{
  Av1Sequence s;

  fail_unless (av1_sequence_parse (&s, plain, sizeof (plain)));
  fail_unless_equals_int (s.width, 160);
  fail_unless_equals_int (s.height, 90);
  fail_unless_equals_int (s.profile, 0);
  fail_unless_equals_int (s.level, 0);
  fail_unless_equals_int (s.depth, 8);
  fail_if (s.colour.told);
  fail_unless (av1_sequence_parse (&s, hlg, sizeof (hlg)));
  fail_unless_equals_int (s.depth, 10);
  fail_unless (s.colour.told && !s.colour.full_range);
  fail_unless_equals_int (s.colour.primaries, 9);
  fail_unless_equals_int (s.colour.transfer, 18);
  fail_unless_equals_int (s.colour.matrix, 9);
}

GST_END_TEST;

GST_START_TEST (av1_config_is_what_others_write)
{
  static const guint8 head[] = { 0x81, 0x00, 0x0c, 0x00 };
  static const guint8 head_10[] = { 0x81, 0x00, 0x4c, 0x00 };
  g_autoptr (GBytes) one = bytes_of (plain, sizeof (plain));
  g_autoptr (GBytes) two = bytes_of (hlg, sizeof (hlg));
  g_autoptr (GBytes) config = av1_config (one), config_10 = av1_config (two);
  g_autoptr (GBytes) back = NULL;
  gsize size, n;
  const guint8 *data = g_bytes_get_data (config, &size);

  fail_unless_equals_int (size, 4 + sizeof (plain));
  fail_unless (memcmp (data, head, 4) == 0);
  fail_unless (memcmp (g_bytes_get_data (config_10, NULL), head_10, 4) == 0);
  back = av1_sequence_from_config (data, size);
  fail_unless (g_bytes_equal (back, one));
  for (n = 0; n < size; n++) {
    g_autofree guint8 *cut = g_memdup2 (data, n);

    fail_unless (av1_sequence_from_config (cut, n) == NULL);
  }
}

GST_END_TEST;

GST_START_TEST (av1_unit_loses_its_delimiter_without_a_copy)
{
  g_autoptr (GByteArray) in = g_byte_array_new ();
  g_autoptr (GBytes) sequence = NULL;
  Av1Unit unit;

  ADD (in, delimiter);
  ADD (in, plain);
  ADD (in, key_frame);
  fail_unless (av1_unit_read (&sequence, in->data, in->len, &unit));
  fail_unless (unit.key && unit.picture && unit.whole);
  fail_unless_equals_int (unit.offset, sizeof (delimiter));
  fail_unless_equals_int (unit.size, in->len - sizeof (delimiter));
  fail_unless (sequence != NULL);
  fail_unless_equals_int (g_bytes_get_size (sequence), sizeof (plain));
}

GST_END_TEST;

/* AV1-ISOBMFF 2.4: no tile lists; a sync sample has a sequence header; the last
 * OBU gets a size. */
GST_START_TEST (av1_unit_gets_what_it_lacks)
{
  static const guint8 sizeless[] = { 0x30, 0x10, 1, 2 };
  g_autoptr (GByteArray) in = g_byte_array_new ();
  g_autoptr (GByteArray) expected = g_byte_array_new ();
  g_autoptr (GBytes) sequence = bytes_of (plain, sizeof (plain)), out = NULL;
  Av1Unit unit;

  ADD (in, delimiter);
  ADD (in, padding);
  ADD (in, tile_list);
  ADD (in, sizeless);
  fail_unless (av1_unit_read (&sequence, in->data, in->len, &unit));
  fail_unless (unit.key && !unit.whole);
  out = av1_unit_copy (sequence, in->data, in->len, &unit);
  ADD (expected, plain);
  ADD (expected, key_frame);
  fail_unless_equals_int (g_bytes_get_size (out), expected->len);
  fail_unless (memcmp (g_bytes_get_data (out, NULL), expected->data,
          expected->len) == 0);
}

GST_END_TEST;

static gboolean
is_key (const guint8 * first, gsize first_size, const guint8 * second,
    gsize second_size)
{
  g_autoptr (GByteArray) in = g_byte_array_new ();
  g_autoptr (GBytes) sequence = NULL;
  Av1Unit unit;

  ADD (in, plain);
  g_byte_array_append (in, first, first_size);
  g_byte_array_append (in, second, second_size);
  fail_unless (av1_unit_read (&sequence, in->data, in->len, &unit));
  fail_unless (unit.picture);
  return unit.key;
}

GST_START_TEST (av1_unit_is_a_key_only_when_its_key_frame_is_shown)
{
  fail_unless (is_key (key_frame, sizeof (key_frame), NULL, 0));
  fail_if (is_key (inter_frame, sizeof (inter_frame), NULL, 0));
  fail_if (is_key (shown_again, sizeof (shown_again), NULL, 0));
  fail_if (is_key (hidden_key, sizeof (hidden_key), shown_again,
          sizeof (shown_again)));
  fail_if (is_key (inter_frame, sizeof (inter_frame), key_frame,
          sizeof (key_frame)));
}

GST_END_TEST;

static void
feed_unit (const guint8 * data, gsize size)
{
  g_autoptr (GBytes) sequence = NULL, out = NULL, config = NULL;
  Av1Unit unit;

  if (!av1_unit_read (&sequence, data, size, &unit))
    return;
  fail_unless (unit.offset + unit.size <= size);
  out = av1_unit_copy (sequence, data, size, &unit);
  fail_unless (out != NULL);
  if (sequence != NULL)
    config = av1_config (sequence);
}

static void
feed_config (const guint8 * data, gsize size)
{
  g_autoptr (GBytes) sequence = av1_sequence_from_config (data, size);
  g_autoptr (GBytes) config = NULL;

  if (sequence != NULL)
    config = av1_config (sequence);
}

GST_START_TEST (av1_survives_any_bytes)
{
  g_autoptr (GByteArray) in = g_byte_array_new ();
  g_autoptr (GBytes) sequence = bytes_of (hlg, sizeof (hlg));
  g_autoptr (GBytes) config = av1_config (sequence);

  ADD (in, delimiter);
  ADD (in, hlg);
  ADD (in, key_frame);
  ADD (in, tile_list);
  ADD (in, inter_frame);
  feed_broken (in->data, in->len, feed_unit);
  feed_broken (g_bytes_get_data (config, NULL), g_bytes_get_size (config),
      feed_config);
}

GST_END_TEST;

static Suite *
av1param_suite (void)
{
  Suite *s = suite_create ("av1param");
  TCase *tc = tcase_create ("av1param");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, av1_sequence_tells_size_depth_and_colour);
  tcase_add_test (tc, av1_config_is_what_others_write);
  tcase_add_test (tc, av1_unit_loses_its_delimiter_without_a_copy);
  tcase_add_test (tc, av1_unit_gets_what_it_lacks);
  tcase_add_test (tc, av1_unit_is_a_key_only_when_its_key_frame_is_shown);
  tcase_add_test (tc, av1_survives_any_bytes);
  return s;
}

GST_CHECK_MAIN (av1param);
