/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "msgcut.h"

static guint8 *
ts (guint packets)
{
  guint8 *data = g_malloc0 (packets * 188);
  guint i;

  for (i = 0; i < packets; i++)
    data[i * 188] = 0x47;
  return data;
}

GST_START_TEST (msg_cut_keeps_ts_packets_whole)
{
  g_autofree guint8 *data = ts (10);

  fail_unless (msg_cut_is_ts (data, 1880));
  fail_unless_equals_int (msg_cut_length (data, 1880, 1456), 1316);
  fail_unless_equals_int (msg_cut_length (data, 376, 1456), 376);
}

GST_END_TEST;

GST_START_TEST (msg_cut_leaves_datagrams_whole)
{
  guint8 rtp[3000] = { 0x80, 33 };

  fail_if (msg_cut_is_ts (rtp, 1400));
  fail_unless_equals_int (msg_cut_length (rtp, 1400, 1456), 1400);
  fail_unless_equals_int (msg_cut_length (rtp, 3000, 1456), 1456);
  fail_if (msg_cut_is_ts (rtp, 0));
  fail_if (msg_cut_is_ts (rtp, 188));
}

GST_END_TEST;

GST_START_TEST (msg_pack_fills_messages_from_small_pieces)
{
  g_autofree guint8 *data = ts (9);
  MsgPack pack = { {0}, 0 };

  fail_unless_equals_int (msg_pack_add (&pack, data, 5 * 188), 5 * 188);
  fail_unless_equals_int (msg_pack_add (&pack, data, 4 * 188), 2 * 188);
  fail_unless_equals_int (pack.used, MSG_CUT_TS_BYTES);
  fail_unless_equals_int (msg_pack_add (&pack, data, 188), 0);
  fail_unless_equals_int (pack.bytes[6 * 188], 0x47);
}

GST_END_TEST;

static Suite *
msgcut_suite (void)
{
  Suite *s = suite_create ("msgcut");
  TCase *tc = tcase_create ("msgcut");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, msg_cut_keeps_ts_packets_whole);
  tcase_add_test (tc, msg_cut_leaves_datagrams_whole);
  tcase_add_test (tc, msg_pack_fills_messages_from_small_pieces);
  return s;
}

GST_CHECK_MAIN (msgcut);
