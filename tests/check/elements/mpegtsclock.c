/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#define PACKET 188

/* Packet number `n`; every fourth has a PCR, of `n` ms. */
static void
write_packet (guint8 * p, guint n)
{
  guint64 base = (guint64) n * 90;

  memset (p, 0xff, PACKET);
  p[0] = 0x47;
  p[1] = 1;
  p[2] = 0;
  p[3] = 0x10;
  if (n % 4 != 0)
    return;
  p[3] = 0x30;
  p[4] = 7;
  p[5] = 0x10;
  p[6] = base >> 25;
  p[7] = base >> 17;
  p[8] = base >> 9;
  p[9] = base >> 1;
  p[10] = (base & 1) << 7;
  p[11] = 0;
}

/* Packets from `from` to `to` in pieces of `piece` bytes. */
static void
push (GstHarness * h, guint from, guint to, gsize piece)
{
  gsize size = (to - from) * PACKET, at;
  g_autofree guint8 *data = g_malloc (size);
  guint n;

  for (n = from; n < to; n++)
    write_packet (data + (n - from) * PACKET, n);
  for (at = 0; at < size; at += piece)
    fail_unless_equals_int (gst_harness_push (h, gst_buffer_new_memdup (data
                + at, MIN (piece, size - at))), GST_FLOW_OK);
}

static GstHarness *
start (void)
{
  GstHarness *h = gst_harness_new ("mpegtsclock");

  gst_harness_set_src_caps_str (h, "video/mpegts, systemstream=true");
  return h;
}

/* Sums the bytes, and checks each time against its packet. */
static gsize
pull (GstHarness * h, guint first, GstClockTime * origin)
{
  GstBuffer *buffer;
  gsize total = 0;

  while ((buffer = gst_harness_try_pull (h)) != NULL) {
    guint n = first + total / PACKET;
    GstClockTime time = GST_BUFFER_DTS (buffer);

    fail_unless_equals_int (gst_buffer_get_size (buffer) % PACKET, 0);
    if (GST_CLOCK_TIME_IS_VALID (time)) {
      fail_unless_equals_int (n % 4, 0);
      if (!GST_CLOCK_TIME_IS_VALID (*origin))
        *origin = time - n * GST_MSECOND;
      fail_unless_equals_uint64 (time, *origin + n * GST_MSECOND);
    }
    total += gst_buffer_get_size (buffer);
    gst_buffer_unref (buffer);
  }
  return total;
}

GST_START_TEST (mpegtsclock_stamps_packets_with_their_pcr)
{
  static const gsize pieces[] = { PACKET, 1316, 1, 100, 4096 };
  GstClockTime origin = GST_CLOCK_TIME_NONE;
  GstHarness *h = start ();
  gsize size;

  push (h, 0, 40, pieces[__i__]);
  size = pull (h, 0, &origin);
  fail_unless (size >= 39 * PACKET);
  fail_unless (GST_CLOCK_TIME_IS_VALID (origin));
  gst_harness_teardown (h);
}

GST_END_TEST;

/* Who comes later has the same times. */
GST_START_TEST (mpegtsclock_gives_all_the_same_times)
{
  GstClockTime origin = GST_CLOCK_TIME_NONE;
  GstHarness *a = start (), *b = start ();

  push (a, 0, 40, 1316);
  fail_unless_equals_uint64 (pull (a, 0, &origin), 40 * PACKET);
  /* Up to the first PCR there is nothing. */
  push (b, 17, 40, 1316);
  fail_unless_equals_uint64 (pull (b, 20, &origin), 20 * PACKET);
  gst_harness_teardown (a);
  gst_harness_teardown (b);
}

GST_END_TEST;

GST_START_TEST (mpegtsclock_can_be_used_again)
{
  GstClockTime origin = GST_CLOCK_TIME_NONE;
  GstHarness *h = start ();

  push (h, 0, 10, 1316);
  pull (h, 0, &origin);
  gst_element_set_state (h->element, GST_STATE_NULL);
  gst_harness_play (h);
  gst_harness_set_src_caps_str (h, "video/mpegts, systemstream=true");
  push (h, 4, 40, 1316);
  fail_unless_equals_uint64 (pull (h, 4, &origin), 36 * PACKET);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (mpegtsclock_forgets_garbage)
{
  GstHarness *h = start ();
  guint i;

  for (i = 0; i < 100; i++)
    fail_unless_equals_int (gst_harness_push (h, gst_buffer_new_allocate (NULL,
                65536, NULL)), GST_FLOW_OK);
  push (h, 0, 40, 1316);
  gst_harness_teardown (h);
}

GST_END_TEST;

static Suite *
mpegtsclock_suite (void)
{
  Suite *s = suite_create ("mpegtsclock");
  TCase *tc = tcase_create ("mpegtsclock");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, mpegtsclock_stamps_packets_with_their_pcr, 0, 5);
  tcase_add_test (tc, mpegtsclock_gives_all_the_same_times);
  tcase_add_test (tc, mpegtsclock_can_be_used_again);
  tcase_add_test (tc, mpegtsclock_forgets_garbage);
  return s;
}

GST_CHECK_MAIN (mpegtsclock);
