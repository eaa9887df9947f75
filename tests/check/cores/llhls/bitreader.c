/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "bitreader.h"

GST_START_TEST (bit_reader_reads_exp_golomb)
{
  /* 1 010 011 00100 00101: ue 0 1 2 3 4 */
  static const guint8 data[] = { 0xa6, 0x42, 0x80 };
  BitReader r;
  guint i;

  bit_reader_init (&r, data, sizeof (data), FALSE);
  for (i = 0; i < 5; i++)
    fail_unless_equals_int (bit_reader_ue (&r), i);
  fail_if (r.failed);
  bit_reader_init (&r, data, sizeof (data), FALSE);
  fail_unless_equals_int (bit_reader_se (&r), 0);
  fail_unless_equals_int (bit_reader_se (&r), 1);
  fail_unless_equals_int (bit_reader_se (&r), -1);
  fail_unless_equals_int (bit_reader_se (&r), 2);
}

GST_END_TEST;

GST_START_TEST (bit_reader_skips_emulation_prevention)
{
  static const guint8 data[] = { 0, 0, 3, 1, 0, 0, 3, 0, 0, 3, 2 };
  BitReader r;

  bit_reader_init (&r, data, sizeof (data), TRUE);
  fail_unless_equals_int (bit_reader_bits (&r, 24), 1);
  fail_unless_equals_int (bit_reader_bits (&r, 32), 0);
  fail_unless_equals_int (bit_reader_bits (&r, 8), 2);
  fail_if (r.failed);
}

GST_END_TEST;

GST_START_TEST (bit_reader_fails_past_the_end_and_stays_so)
{
  static const guint8 data[] = { 0, 0 };
  BitReader r;

  bit_reader_init (&r, data, 2, FALSE);
  fail_unless_equals_int (bit_reader_ue (&r), 0);
  fail_unless (r.failed);
  fail_unless_equals_int (bit_reader_bits (&r, 32), 0);
  bit_reader_init (&r, data, 0, TRUE);
  bit_reader_skip (&r, G_MAXUINT);
  fail_unless (r.failed);
}

GST_END_TEST;

static Suite *
bitreader_suite (void)
{
  Suite *s = suite_create ("bitreader");
  TCase *tc = tcase_create ("bitreader");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, bit_reader_reads_exp_golomb);
  tcase_add_test (tc, bit_reader_skips_emulation_prevention);
  tcase_add_test (tc, bit_reader_fails_past_the_end_and_stays_so);
  return s;
}

GST_CHECK_MAIN (bitreader);
