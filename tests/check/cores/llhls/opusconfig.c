/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "fuzzed.h"
#include "opusconfig.h"

/* libopus, stereo with 312 samples to skip; 5.1 of mapping family 1. */
static const guint8 stereo[] = {
  'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, 2, 0x38, 0x01, 0x80, 0xbb, 0, 0,
  0, 0, 0
};

static const guint8 surround[] = {
  'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, 6, 0x38, 0x01, 0x80, 0xbb, 0, 0,
  0, 0, 1, 4, 2, 0, 4, 1, 2, 3, 5
};

static void
assert_box (const guint8 * head, gsize size, const guint8 * expected, gsize n)
{
  g_autoptr (GBytes) box = NULL;
  OpusConfig config;

  fail_unless (opus_config_parse (&config, head, size));
  box = opus_config_box (&config);
  fail_unless_equals_int (g_bytes_get_size (box), n);
  fail_unless (memcmp (g_bytes_get_data (box, NULL), expected, n) == 0);
}

/* Rule 161; the bytes are ffmpeg's. */
GST_START_TEST (opus_config_becomes_a_box_of_the_other_byte_order)
{
  static const guint8 two[] = { 0, 2, 0x01, 0x38, 0, 0, 0xbb, 0x80, 0, 0, 0 };
  static const guint8 six[] = {
    0, 6, 0x01, 0x38, 0, 0, 0xbb, 0x80, 0, 0, 1, 4, 2, 0, 4, 1, 2, 3, 5
  };

  assert_box (stereo, sizeof (stereo), two, sizeof (two));
  assert_box (surround, sizeof (surround), six, sizeof (six));
}

GST_END_TEST;

GST_START_TEST (opus_config_without_a_header_is_plain)
{
  static const guint8 expected[] = { 0, 1, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, 0 };
  g_autoptr (GBytes) box = NULL;
  OpusConfig config;

  opus_config_init (&config, 1);
  box = opus_config_box (&config);
  fail_unless_equals_int (g_bytes_get_size (box), sizeof (expected));
  fail_unless (memcmp (g_bytes_get_data (box, NULL), expected,
          sizeof (expected)) == 0);
}

GST_END_TEST;

GST_START_TEST (opus_config_refuses_a_header_cut_anywhere)
{
  OpusConfig config;
  gsize n;

  for (n = 0; n < sizeof (surround); n++) {
    g_autofree guint8 *cut = g_memdup2 (surround, n);

    fail_if (opus_config_parse (&config, cut, n));
  }
}

GST_END_TEST;

/* RFC 6716 3.1 and 3.2 */
GST_START_TEST (opus_packet_tells_its_duration)
{
  static const struct
  {
    guint8 bytes[2];
    guint samples;
  } packets[] = {
    {{0x00, 0}, 480}, {{0x18, 0}, 2880}, {{0x60, 0}, 480}, {{0x68, 0}, 960},
    {{0x80, 0}, 120}, {{0xf8, 0}, 960}, {{0xf9, 0}, 1920}, {{0xfa, 0}, 1920},
    {{0xfb, 0x06}, 5760}, {{0xfb, 0x07}, 0}, {{0xfb, 0xc3}, 2880},
    {{0x1b, 0x02}, 5760}, {{0x1b, 0x03}, 0}, {{0xfb, 0}, 0},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (packets); i++)
    fail_unless_equals_int (opus_packet_samples (packets[i].bytes, 2),
        packets[i].samples);
  fail_unless_equals_int (opus_packet_samples (NULL, 0), 0);
  fail_unless_equals_int (opus_packet_samples (packets[8].bytes, 1), 0);
}

GST_END_TEST;

GST_START_TEST (opus_decoders_settle_in_80_ms)
{
  fail_unless_equals_int (opus_roll_distance (120), -32);
  fail_unless_equals_int (opus_roll_distance (960), -4);
  fail_unless_equals_int (opus_roll_distance (2880), -2);
  fail_unless_equals_int (opus_roll_distance (5760), -1);
}

GST_END_TEST;

static void
feed (const guint8 * data, gsize size)
{
  OpusConfig config;

  fail_unless (opus_packet_samples (data, size) <= 5760);
  if (opus_config_parse (&config, data, size))
    g_bytes_unref (opus_config_box (&config));
}

GST_START_TEST (opus_survives_any_bytes)
{
  feed_broken (stereo, sizeof (stereo), feed);
  feed_broken (surround, sizeof (surround), feed);
}

GST_END_TEST;

/* RFC 7845 5.1.1: 4 streams, 2 of them coupled, have 6 channels; 255 is
 * silence. */
GST_START_TEST (opus_config_refuses_channels_that_no_stream_has)
{
  guint8 head[sizeof (surround)];
  OpusConfig config;

  memcpy (head, surround, sizeof (head));
  head[sizeof (head) - 1] = 255;
  fail_unless (opus_config_parse (&config, head, sizeof (head)));
  head[sizeof (head) - 1] = 6;
  fail_if (opus_config_parse (&config, head, sizeof (head)));
}

GST_END_TEST;

static Suite *
opusconfig_suite (void)
{
  Suite *s = suite_create ("opusconfig");
  TCase *tc = tcase_create ("opusconfig");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, opus_config_becomes_a_box_of_the_other_byte_order);
  tcase_add_test (tc, opus_config_without_a_header_is_plain);
  tcase_add_test (tc, opus_config_refuses_a_header_cut_anywhere);
  tcase_add_test (tc, opus_packet_tells_its_duration);
  tcase_add_test (tc, opus_decoders_settle_in_80_ms);
  tcase_add_test (tc, opus_survives_any_bytes);
  tcase_add_test (tc, opus_config_refuses_channels_that_no_stream_has);
  return s;
}

GST_CHECK_MAIN (opusconfig);
