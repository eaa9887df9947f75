/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "alignment.h"

#define MS G_GINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)
#define DAY (86400 * SECOND)
#define FRAME (40 * MS)
#define LIMIT (600 * MS)

/* `n` frames whose clock says `reference` at first, put at `place`. */
static void
add (Alignment * self, AlignmentKind kind, gint64 reference, gint64 place,
    guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    alignment_add (self, kind, reference + i * FRAME, place + i * FRAME);
}

static void
expect (const Alignment * one, const Alignment * other, AlignmentKind kind,
    gint64 later)
{
  gint64 found;

  fail_unless_equals_int (alignment_compare (one, other, LIMIT, &found), kind);
  fail_unless_equals_int64 (found, later);
}

GST_START_TEST (alignment_is_proven_by_clocks)
{
  static const AlignmentKind kinds[] = { ALIGNMENT_TIMECODE, ALIGNMENT_RTCP,
    ALIGNMENT_REFERENCE
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (kinds); i++) {
    Alignment a, b;

    alignment_init (&a);
    alignment_init (&b);
    add (&a, kinds[i], 1000 * SECOND, 5 * SECOND, 30);
    expect (&a, &b, ALIGNMENT_NONE, 0);
    add (&b, kinds[i], 1000 * SECOND, 5 * SECOND + 300 * MS, 15);
    expect (&a, &b, ALIGNMENT_NONE, 0);
    add (&b, kinds[i], 1000 * SECOND + 15 * FRAME, 5 * SECOND + 300 * MS
        + 15 * FRAME, 1);
    expect (&a, &b, kinds[i], 300 * MS);
    expect (&b, &a, kinds[i], -300 * MS);
  }
}

GST_END_TEST;

GST_START_TEST (alignment_is_as_sure_as_the_less_sure_clock)
{
  Alignment a, b;

  alignment_init (&a);
  alignment_init (&b);
  add (&a, ALIGNMENT_REFERENCE, 1000 * SECOND, 5 * SECOND, 30);
  add (&b, ALIGNMENT_RTCP, 1000 * SECOND, 5100 * MS, 30);
  expect (&a, &b, ALIGNMENT_RTCP, 100 * MS);
  add (&a, ALIGNMENT_TIMECODE, 77 * SECOND, 5 * SECOND, 30);
  add (&b, ALIGNMENT_TIMECODE, 77 * SECOND, 5200 * MS, 30);
  expect (&a, &b, ALIGNMENT_RTCP, 100 * MS);
}

GST_END_TEST;

GST_START_TEST (alignment_has_no_proof_in_clocks_that_differ_or_waver)
{
  Alignment a, b;
  guint i;

  alignment_init (&a);
  alignment_init (&b);
  add (&a, ALIGNMENT_RTCP, 1000 * SECOND, 5 * SECOND, 30);
  add (&b, ALIGNMENT_RTCP, 1000 * SECOND, 5 * SECOND + LIMIT + 1, 30);
  expect (&a, &b, ALIGNMENT_NONE, 0);
  alignment_init (&b);
  for (i = 0; i < 30; i++)
    alignment_add (&b, ALIGNMENT_RTCP, 1000 * SECOND, 5 * SECOND + i * 2 * MS);
  expect (&a, &b, ALIGNMENT_NONE, 0);
}

GST_END_TEST;

GST_START_TEST (alignment_by_timecode_knows_midnight)
{
  Alignment a, b;

  alignment_init (&a);
  alignment_init (&b);
  add (&a, ALIGNMENT_TIMECODE, DAY - 20 * FRAME, 5 * SECOND, 16);
  add (&b, ALIGNMENT_TIMECODE, 0, 5 * SECOND + 25 * FRAME, 16);
  expect (&a, &b, ALIGNMENT_TIMECODE, 5 * FRAME);
}

GST_END_TEST;

GST_START_TEST (alignment_is_proven_by_the_same_stamps)
{
  Alignment a, b;

  alignment_init (&a);
  alignment_init (&b);
  add (&a, ALIGNMENT_PTS, 1234567890, 5 * SECOND, 60);
  add (&b, ALIGNMENT_PTS, 1234567890, 5400 * MS, 50);
  expect (&a, &b, ALIGNMENT_PTS, 400 * MS);
  /* A tick of 90 kHz off: another encoder. */
  alignment_init (&b);
  add (&b, ALIGNMENT_PTS, 1234567890 + 11111, 5400 * MS, 50);
  expect (&a, &b, ALIGNMENT_NONE, 0);
}

GST_END_TEST;

GST_START_TEST (alignment_has_no_proof_in_frames_counted_from_zero)
{
  Alignment a, b;

  alignment_init (&a);
  alignment_init (&b);
  add (&a, ALIGNMENT_PTS, 100 * FRAME, 5 * SECOND, 60);
  add (&b, ALIGNMENT_PTS, 100 * FRAME, 5 * SECOND + 400 * MS, 60);
  expect (&a, &b, ALIGNMENT_NONE, 0);
}

GST_END_TEST;

static Suite *
alignment_suite (void)
{
  Suite *s = suite_create ("alignment");
  TCase *tc = tcase_create ("alignment");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, alignment_is_proven_by_clocks);
  tcase_add_test (tc, alignment_is_as_sure_as_the_less_sure_clock);
  tcase_add_test (tc, alignment_has_no_proof_in_clocks_that_differ_or_waver);
  tcase_add_test (tc, alignment_by_timecode_knows_midnight);
  tcase_add_test (tc, alignment_is_proven_by_the_same_stamps);
  tcase_add_test (tc, alignment_has_no_proof_in_frames_counted_from_zero);
  return s;
}

GST_CHECK_MAIN (alignment);
