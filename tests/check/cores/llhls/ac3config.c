/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "ac3config.h"
#include "fuzzed.h"

/* Heads of sync frames that ffmpeg wrote. */
static const guint8 ac3_51[] = {
  0x0b, 0x77, 0xb5, 0x0b, 0x1e, 0x40, 0xeb, 0xf8
};

static const guint8 ac3_44[] = {
  0x0b, 0x77, 0xc2, 0xea, 0x54, 0x40, 0x43, 0xe1
};

static const guint8 eac3_51[] = {
  0x0b, 0x77, 0x03, 0x7f, 0x3f, 0x87, 0xc0, 0x00, 0x20, 0xf8
};

/* A frame of `size` bytes with that head. */
static GByteArray *
make_frame (const guint8 * head, gsize head_size, gsize size)
{
  GByteArray *out = g_byte_array_new ();

  g_byte_array_set_size (out, size);
  memset (out->data, 0, size);
  memcpy (out->data, head, head_size);
  return out;
}

static void
assert_box (const Ac3Config * config, const gchar * expected, gsize n)
{
  g_autoptr (GBytes) box = ac3_config_box (config);

  fail_unless_equals_int (g_bytes_get_size (box), n);
  fail_unless (memcmp (g_bytes_get_data (box, NULL), expected, n) == 0);
}

/* The boxes are ffmpeg's for the same streams. */
GST_START_TEST (ac3_config_of_surround_and_of_44_khz)
{
  g_autoptr (GByteArray) six = make_frame (ac3_51, sizeof (ac3_51), 1792);
  g_autoptr (GByteArray) two = make_frame (ac3_44, sizeof (ac3_44), 834);
  Ac3Config config;

  fail_unless (ac3_config_parse (&config, six->data, six->len));
  fail_if (config.enhanced);
  fail_unless_equals_int (config.rate, 48000);
  fail_unless_equals_int (config.channels, 6);
  fail_unless_equals_int (config.samples, 1536);
  assert_box (&config, "\x10\x3d\xe0", 3);
  fail_unless (ac3_config_parse (&config, two->data, two->len));
  fail_unless_equals_int (config.rate, 44100);
  fail_unless_equals_int (config.channels, 2);
  assert_box (&config, "\x50\x11\x40", 3);
}

GST_END_TEST;

GST_START_TEST (ac3_config_of_an_enhanced_stream)
{
  g_autoptr (GByteArray) in = make_frame (eac3_51, sizeof (eac3_51), 1792);
  Ac3Config config;

  fail_unless (ac3_config_parse (&config, in->data, in->len));
  fail_unless (config.enhanced);
  fail_unless_equals_int (config.channels, 6);
  fail_unless_equals_int (config.samples, 1536);
  fail_unless_equals_int (config.data_rate_kbps, 448);
  assert_box (&config, "\x0e\x00\x20\x0f\x00", 5);
}

GST_END_TEST;

/* Objects (ETSI TS 103 420: addbsi with a complexity of 16) are carried within
 * 5.1, and are no channels of it. */
GST_START_TEST (ac3_config_of_objects_is_that_of_their_channels)
{
  static const guint8 joc[] = {
    0x0b, 0x77, 0x03, 0x7f, 0x3f, 0x87, 0xc4, 0x10, 0x11, 0x00
  };
  g_autoptr (GByteArray) in = make_frame (joc, sizeof (joc), 1792);
  Ac3Config config;

  fail_unless (ac3_config_parse (&config, in->data, in->len));
  fail_unless_equals_int (config.channels, 6);
  assert_box (&config, "\x0e\x00\x20\x0f\x00", 5);
}

GST_END_TEST;

/* 7.1: the rear pair is in a substream that depends on 5.1. */
GST_START_TEST (ac3_config_counts_dependent_channels)
{
  /* Two channels, whose chanmap says Lrs/Rrs. */
  static const guint8 dependent[] = {
    0x0b, 0x77, 0x40, 0x0f, 0x34, 0x87, 0xd0, 0x20, 0x00, 0x00
  };
  g_autoptr (GByteArray) in = make_frame (eac3_51, sizeof (eac3_51), 1792);
  g_autoptr (GByteArray) more = make_frame (dependent, sizeof (dependent), 32);
  Ac3Config config;

  g_byte_array_append (in, more->data, more->len);
  fail_unless (ac3_config_parse (&config, in->data, in->len));
  fail_unless_equals_int (config.n_substreams, 1);
  fail_unless_equals_int (config.substreams[0].dependents, 1);
  fail_unless_equals_int (config.samples, 1536);
  fail_unless_equals_int (config.substreams[0].locations, 2);
  fail_unless_equals_int (config.channels, 8);
  assert_box (&config, "\x0e\x40\x20\x0f\x02\x02", 6);
  /* What depends on nothing is refused. */
  fail_if (ac3_config_parse (&config, more->data, more->len));
}

GST_END_TEST;

/* Twins must not differ by which of the two sizes came first. */
GST_START_TEST (ac3_config_is_the_same_for_both_sizes_at_44_khz)
{
  /* fscod 1; 834 and 836 bytes. */
  static const guint8 low[] = {
    0x0b, 0x77, 0x01, 0xa0, 0x74, 0x87, 0xc0, 0, 0, 0
  };
  static const guint8 high[] = {
    0x0b, 0x77, 0x01, 0xa1, 0x74, 0x87, 0xc0, 0, 0, 0
  };
  g_autoptr (GByteArray) one = make_frame (low, sizeof (low), 834);
  g_autoptr (GByteArray) two = make_frame (high, sizeof (high), 836);
  Ac3Config config;

  fail_unless (ac3_config_parse (&config, one->data, one->len));
  fail_unless_equals_int (config.data_rate_kbps, 192);
  fail_unless (ac3_config_parse (&config, two->data, two->len));
  fail_unless_equals_int (config.data_rate_kbps, 192);
}

GST_END_TEST;

GST_START_TEST (ac3_config_refuses_a_frame_cut_anywhere)
{
  g_autoptr (GByteArray) in = make_frame (eac3_51, sizeof (eac3_51), 1792);
  Ac3Config config;
  gsize n;

  for (n = 0; n < in->len; n++) {
    g_autofree guint8 *cut = g_memdup2 (in->data, n);

    fail_if (ac3_config_parse (&config, cut, n));
  }
}

GST_END_TEST;

static void
feed (const guint8 * data, gsize size)
{
  Ac3Config config;

  if (!ac3_config_parse (&config, data, size))
    return;
  fail_unless (config.rate > 0 && config.channels > 0 && config.samples > 0);
  g_bytes_unref (ac3_config_box (&config));
}

GST_START_TEST (ac3_survives_any_bytes)
{
  /* The smallest frames there are. */
  static const guint8 small[] = {
    0x0b, 0x77, 0x00, 0x07, 0x3f, 0x87, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0x0b, 0x77, 0x40, 0x07, 0x3f, 0x87, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  };
  g_autoptr (GByteArray) in = make_frame (ac3_51, sizeof (ac3_51), 1792);

  feed_broken (small, sizeof (small), feed);
  feed_broken (in->data, in->len, feed);
}

GST_END_TEST;

static Suite *
ac3config_suite (void)
{
  Suite *s = suite_create ("ac3config");
  TCase *tc = tcase_create ("ac3config");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, ac3_config_of_surround_and_of_44_khz);
  tcase_add_test (tc, ac3_config_of_an_enhanced_stream);
  tcase_add_test (tc, ac3_config_of_objects_is_that_of_their_channels);
  tcase_add_test (tc, ac3_config_counts_dependent_channels);
  tcase_add_test (tc, ac3_config_is_the_same_for_both_sizes_at_44_khz);
  tcase_add_test (tc, ac3_config_refuses_a_frame_cut_anywhere);
  tcase_add_test (tc, ac3_survives_any_bytes);
  return s;
}

GST_CHECK_MAIN (ac3config);
