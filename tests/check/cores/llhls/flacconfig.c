/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "flacconfig.h"
#include "fuzzed.h"

/* A file's beginning, 48 kHz, 5.1, 16 bits, with sizes, length and MD5. */
static const guint8 header[] = {
  0x66, 0x4c, 0x61, 0x43, 0x00, 0x00, 0x00, 0x22, 0x12, 0x00, 0x12, 0x00,
  0x00, 0x01, 0x6f, 0x00, 0x05, 0x0e, 0x0b, 0xb8, 0x0a, 0xf0, 0x00, 0x00,
  0x5d, 0xc0, 0xd2, 0x15, 0xef, 0xcd, 0x15, 0x5a, 0x21, 0x49, 0x07, 0x1a,
  0xc0, 0x90, 0xe0, 0xc7, 0xfe, 0x5d
};

/* Its first frame: 4608 samples, as a code. */
static const guint8 frame[] = {
  0xff, 0xf8, 0x5a, 0x58, 0x00, 0x8d, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00
};

GST_START_TEST (flac_config_tells_of_blocks_rate_and_channels)
{
  static const guint8 ogg[] = { 0x7f, 'F', 'L', 'A', 'C', 1, 0, 0, 2 };
  g_autoptr (GByteArray) mapped = g_byte_array_new ();
  guint8 block[FLAC_STREAMINFO_BYTES], same[FLAC_STREAMINFO_BYTES];
  FlacConfig config;

  fail_unless (flac_config_parse (&config, header, sizeof (header), block));
  fail_unless_equals_int (config.min_block, 4608);
  fail_unless_equals_int (config.max_block, 4608);
  fail_unless_equals_int (config.rate, 48000);
  fail_unless_equals_int (config.channels, 6);
  fail_unless_equals_int (config.depth, 16);
  g_byte_array_append (mapped, ogg, sizeof (ogg));
  g_byte_array_append (mapped, header, sizeof (header));
  fail_unless (flac_config_parse (&config, mapped->data, mapped->len, same));
  fail_unless (memcmp (block, same, sizeof (block)) == 0);
  fail_unless (flac_config_parse (&config, header + 4, sizeof (header) - 4,
          same));
}

GST_END_TEST;

/* What only a finished file knows would make init sections differ. */
GST_START_TEST (flac_box_says_nothing_of_the_file)
{
  static const guint8 head[] = {
    0x80, 0, 0, 34, 0x12, 0x00, 0x12, 0x00, 0, 0, 0, 0, 0, 0, 0x0b, 0xb8,
    0x0a, 0xf0, 0, 0, 0, 0
  };
  guint8 block[FLAC_STREAMINFO_BYTES];
  g_autoptr (GBytes) box = NULL;
  const guint8 *data;
  FlacConfig config;
  gsize size, i;

  fail_unless (flac_config_parse (&config, header, sizeof (header), block));
  box = flac_config_box (block);
  data = g_bytes_get_data (box, &size);
  fail_unless_equals_int (size, 4 + 34);
  fail_unless (memcmp (data, head, sizeof (head)) == 0);
  for (i = sizeof (head); i < size; i++)
    fail_unless_equals_int (data[i], 0);
}

GST_END_TEST;

GST_START_TEST (flac_config_refuses_a_header_cut_anywhere)
{
  guint8 block[FLAC_STREAMINFO_BYTES];
  FlacConfig config;
  gsize n;

  for (n = 0; n < sizeof (header); n++) {
    g_autofree guint8 *cut = g_memdup2 (header, n);

    fail_if (flac_config_parse (&config, cut, n, block));
  }
}

GST_END_TEST;

static guint8
crc (const guint8 * data, gsize n)
{
  guint8 value = 0;
  guint i;

  while (n-- > 0) {
    value ^= *data++;
    for (i = 0; i < 8; i++)
      value = value & 0x80 ? value << 1 ^ 7 : value << 1;
  }
  return value;
}

GST_START_TEST (flac_frame_tells_its_samples)
{
  /* Number in two bytes, then 16 bits of the block's size. */
  guint8 odd[] = { 0xff, 0xf8, 0x79, 0x18, 0xc2, 0x80, 0x03, 0xe7, 0, 0, 0 };
  guint8 few[] = { 0xff, 0xf9, 0x69, 0x18, 0x00, 0x63, 0, 0, 0, 0, 0 };

  fail_unless_equals_int (flac_frame_samples (frame, sizeof (frame)), 4608);
  odd[8] = crc (odd, 8);
  fail_unless_equals_int (flac_frame_samples (odd, sizeof (odd)), 1000);
  odd[8] ^= 1;
  fail_unless_equals_int (flac_frame_samples (odd, sizeof (odd)), 0);
  few[6] = crc (few, 6);
  fail_unless_equals_int (flac_frame_samples (few, sizeof (few)), 100);
  fail_unless_equals_int (flac_frame_samples (header, sizeof (header)), 0);
}

GST_END_TEST;

static void
feed (const guint8 * data, gsize size)
{
  guint8 block[FLAC_STREAMINFO_BYTES];
  FlacConfig config;

  fail_unless (flac_frame_samples (data, size) <= 65536);
  if (flac_config_parse (&config, data, size, block))
    fail_unless (config.rate > 0 && config.channels <= 8);
}

GST_START_TEST (flac_survives_any_bytes)
{
  feed_broken (header, sizeof (header), feed);
  feed_broken (frame, sizeof (frame), feed);
}

GST_END_TEST;

static Suite *
flacconfig_suite (void)
{
  Suite *s = suite_create ("flacconfig");
  TCase *tc = tcase_create ("flacconfig");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, flac_config_tells_of_blocks_rate_and_channels);
  tcase_add_test (tc, flac_box_says_nothing_of_the_file);
  tcase_add_test (tc, flac_config_refuses_a_header_cut_anywhere);
  tcase_add_test (tc, flac_frame_tells_its_samples);
  tcase_add_test (tc, flac_survives_any_bytes);
  return s;
}

GST_CHECK_MAIN (flacconfig);
