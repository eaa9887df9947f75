/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "tsclock.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)
/* 2026-11-21T12:00:00Z */
#define DATE (G_GUINT64_CONSTANT (1795262400) * SECOND)
#define WRAP (G_GUINT64_CONSTANT (1) << 33)

static void
make_packet (guint8 * p, guint pid, guint64 base, guint extension)
{
  memset (p, 0xff, TS_PACKET_SIZE);
  p[0] = 0x47;
  p[1] = pid >> 8;
  p[2] = pid;
  p[3] = 0x30;
  p[4] = 7;
  p[5] = 0x10;
  p[6] = base >> 25;
  p[7] = base >> 17;
  p[8] = base >> 9;
  p[9] = base >> 1;
  p[10] = (base & 1) << 7 | 0x7e | extension >> 8;
  p[11] = extension;
}

GST_START_TEST (ts_clock_is_near_the_wall_clock)
{
  guint8 packet[TS_PACKET_SIZE];
  guint64 base, time;
  TsClock clock;

  for (base = 0; base < WRAP; base += WRAP / 97) {
    ts_clock_init (&clock);
    make_packet (packet, 256, base, 0);
    fail_unless (ts_clock_read (&clock, packet, DATE, &time));
    fail_unless (MAX (time, DATE) - MIN (time, DATE) <= 47722 * SECOND);
  }
}

GST_END_TEST;

/* Whenever they begin, before a wrap or behind it. */
GST_START_TEST (ts_clock_is_the_same_for_all)
{
  guint8 packet[TS_PACKET_SIZE];
  guint64 i, first, second;
  TsClock a, b;

  ts_clock_init (&a);
  for (i = 0; i < 400; i++) {
    make_packet (packet, 256, (WRAP - 200 * 9000 + i * 9000) % WRAP, i % 300);
    fail_unless (ts_clock_read (&a, packet, DATE + i * SECOND / 10, &first));
    ts_clock_init (&b);
    fail_unless (ts_clock_read (&b, packet, DATE + i * SECOND / 10 + SECOND,
            &second));
    fail_unless_equals_uint64 (first, second);
  }
}

GST_END_TEST;

GST_START_TEST (ts_clock_keeps_to_one_program)
{
  guint8 packet[TS_PACKET_SIZE];
  guint64 time;
  TsClock clock;

  ts_clock_init (&clock);
  make_packet (packet, 256, 90000, 0);
  fail_unless (ts_clock_read (&clock, packet, DATE, &time));
  make_packet (packet, 257, 500, 0);
  fail_if (ts_clock_read (&clock, packet, DATE, &time));
}

GST_END_TEST;

GST_START_TEST (ts_clock_finds_packets)
{
  guint8 data[3 * TS_PACKET_SIZE + 5];

  memset (data, 0, sizeof (data));
  make_packet (data + 5, 256, 0, 0);
  make_packet (data + 5 + TS_PACKET_SIZE, 256, 0, 0);
  data[2] = 0x47;
  fail_unless_equals_uint64 (ts_clock_find_packet (data, sizeof (data)), 5);
  fail_unless_equals_uint64 (ts_clock_find_packet (data, 100), 100);
  fail_unless_equals_uint64 (ts_clock_find_packet (data, 0), 0);
}

GST_END_TEST;

GST_START_TEST (ts_clock_survives_any_bytes)
{
  guint8 packet[TS_PACKET_SIZE];
  guint32 random = 1;
  guint64 time;
  TsClock clock;
  guint i, j;

  ts_clock_init (&clock);
  for (i = 0; i < 20000; i++) {
    for (j = 0; j < TS_PACKET_SIZE; j++) {
      random = random * 1664525 + 1013904223;
      packet[j] = random >> 24;
    }
    if (i % 2)
      packet[0] = 0x47;
    ts_clock_read (&clock, packet, (guint64) random << 30, &time);
    ts_clock_find_packet (packet, random % TS_PACKET_SIZE);
  }
}

GST_END_TEST;

static Suite *
tsclock_suite (void)
{
  Suite *s = suite_create ("tsclock");
  TCase *tc = tcase_create ("tsclock");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, ts_clock_is_near_the_wall_clock);
  tcase_add_test (tc, ts_clock_is_the_same_for_all);
  tcase_add_test (tc, ts_clock_keeps_to_one_program);
  tcase_add_test (tc, ts_clock_finds_packets);
  tcase_add_test (tc, ts_clock_survives_any_bytes);
  return s;
}

GST_CHECK_MAIN (tsclock);
