/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "goplattice.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)
#define MS G_GUINT64_CONSTANT (1000000)

/* The n-th frame's time, rounded down as most elements do. */
static guint64
frame_time (guint64 n, guint64 num, guint64 den)
{
  return n / num * den * SECOND + n % num * den * SECOND / num;
}

static gboolean
is_boundary (GopLattice * lattice, guint64 time)
{
  GopFrame frame;

  return gop_lattice_push (lattice, time, &frame) == GOP_BOUNDARY;
}

/* Every frame of `n`, moved by `offset` and by up to `jitter` either way, is a
 * boundary exactly each `gop` frames. */
static void
assert_regular (guint num, guint den, guint gop, guint64 offset,
    guint64 jitter, guint n)
{
  guint64 random = 1, first = G_MAXUINT64, time;
  GopLattice lattice;
  GopFrame frame;
  GopVerdict verdict;
  guint i;

  gop_lattice_init (&lattice, num, den, 2 * SECOND, 1, 0);
  fail_unless_equals_uint64 (lattice.gop_frames, gop);
  for (i = 0; i < n; i++) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    time = frame_time (i, num, den) + offset + jitter;
    if (i > 0 && jitter > 0)
      time = time + (random >> 33) % (2 * jitter) - jitter;
    verdict = gop_lattice_push (&lattice, time, &frame);
    if (i == 0) {
      fail_unless_equals_int (verdict, GOP_BOUNDARY);
      continue;
    }
    fail_unless (verdict == GOP_BOUNDARY || verdict == GOP_FRAME,
        "frame %u at %u/%u was left out", i, num, den);
    if (verdict != GOP_BOUNDARY)
      continue;
    if (first == G_MAXUINT64)
      first = i;
    fail_unless ((i - first) % gop == 0, "a boundary at frame %u after %u, "
        "offset %" G_GUINT64_FORMAT, i, (guint) first, offset);
  }
  fail_unless (first <= gop);
}

GST_START_TEST (gop_lattice_cuts_every_whole_gop)
{
  assert_regular (30, 1, 60, 0, 0, 1000);
  assert_regular (25, 1, 50, 0, 0, 1000);
  assert_regular (24, 1, 48, 0, 0, 1000);
}

GST_END_TEST;

GST_START_TEST (gop_lattice_is_exact_at_fractional_rates)
{
  assert_regular (30000, 1001, 60, 0, 0, 200000);
  assert_regular (60000, 1001, 120, 0, 0, 200000);
  assert_regular (24000, 1001, 48, 0, 0, 200000);
}

GST_END_TEST;

GST_START_TEST (gop_lattice_is_not_disturbed_by_the_phase)
{
  guint64 offset;

  for (offset = 0; offset < 40 * MS; offset += 333333)
    assert_regular (30, 1, 60, 600 * MS + offset, 0, 1000);
}

GST_END_TEST;

GST_START_TEST (gop_lattice_bears_jitter_at_any_phase)
{
  guint64 offset;

  for (offset = 0; offset < 40 * MS; offset += 333333)
    assert_regular (30, 1, 60, offset, 10 * MS, 1000);
}

GST_END_TEST;

GST_START_TEST (gop_lattice_rounds_the_duration_to_frames)
{
  GopLattice lattice;

  gop_lattice_init (&lattice, 30000, 1001, 2 * SECOND, 1, 0);
  fail_unless_equals_uint64 (gop_lattice_gop_duration (&lattice), 2002 * MS);
  fail_unless_equals_uint64 (gop_lattice_time (&lattice, 1000), 2002 * SECOND);
  gop_lattice_init (&lattice, 30, 1, 100 * MS, 4, 0);
  fail_unless_equals_uint64 (lattice.gop_frames, 4);
  gop_lattice_init (&lattice, 5, 1, 100 * MS, 1, 0);
  fail_unless_equals_uint64 (lattice.gop_frames, 1);
}

GST_END_TEST;

GST_START_TEST (gop_lattice_starts_with_a_boundary_anywhere)
{
  GopLattice lattice;

  gop_lattice_init (&lattice, 30, 1, 2 * SECOND, 1, 0);
  fail_unless (is_boundary (&lattice, 1300 * MS));
  fail_if (is_boundary (&lattice, 1333 * MS));
  fail_unless (is_boundary (&lattice, 2000 * MS));
}

GST_END_TEST;

GST_START_TEST (gop_lattice_takes_the_next_frame_when_the_first_is_lost)
{
  GopLattice lattice;

  gop_lattice_init (&lattice, 25, 1, 1 * SECOND, 1, 0);
  fail_unless (is_boundary (&lattice, 0));
  fail_if (is_boundary (&lattice, 960 * MS));
  fail_unless (is_boundary (&lattice, 1040 * MS));
  fail_if (is_boundary (&lattice, 1080 * MS));
}

GST_END_TEST;

GST_START_TEST (gop_lattice_cuts_once_after_a_long_hole)
{
  GopLattice lattice;

  gop_lattice_init (&lattice, 25, 1, 1 * SECOND, 1, 0);
  fail_unless (is_boundary (&lattice, 0));
  fail_unless (is_boundary (&lattice, 3600 * SECOND + 480 * MS));
  fail_if (is_boundary (&lattice, 3600 * SECOND + 520 * MS));
  fail_unless (is_boundary (&lattice, 3601 * SECOND));
}

GST_END_TEST;

GST_START_TEST (gop_lattice_takes_one_frame_a_slot)
{
  GopLattice lattice;
  GopFrame frame;

  gop_lattice_init (&lattice, 25, 1, 1 * SECOND, 1, 0);
  gop_lattice_push (&lattice, 0, &frame);
  fail_unless_equals_int (gop_lattice_push (&lattice, 40 * MS, &frame),
      GOP_FRAME);
  fail_unless_equals_int (gop_lattice_push (&lattice, 50 * MS, &frame),
      GOP_FRAME_TOO_CLOSE);
  fail_unless_equals_int (gop_lattice_push (&lattice, 0, &frame),
      GOP_FRAME_BACKWARDS);
  fail_unless_equals_int (gop_lattice_push (&lattice, 80 * MS, &frame),
      GOP_FRAME);
}

GST_END_TEST;

GST_START_TEST (gop_lattice_cuts_variable_rates_where_frames_are)
{
  GopLattice lattice;

  gop_lattice_init (&lattice, 30, 1, 1 * SECOND, 1, 0);
  fail_unless (is_boundary (&lattice, 0));
  fail_if (is_boundary (&lattice, 700 * MS));
  fail_unless (is_boundary (&lattice, 1100 * MS));
  fail_if (is_boundary (&lattice, 1900 * MS));
  fail_unless (is_boundary (&lattice, 2350 * MS));
  fail_unless (is_boundary (&lattice, 3000 * MS));
}

GST_END_TEST;

GST_START_TEST (gop_lattice_follows_a_drifting_source)
{
  guint64 i, last = 0, time, n_boundaries = 0, n_left_out = 0;
  GopLattice lattice;
  GopFrame frame;

  /* An hour at 50 ppm: 5.4 frames' worth, spread over 108000. */
  gop_lattice_init (&lattice, 30, 1, 2 * SECOND, 1, 0);
  for (i = 0; i < 108000; i++) {
    time = frame_time (i, 30, 1);
    switch (gop_lattice_push (&lattice, time - time / 20000, &frame)) {
      case GOP_FRAME:
        break;
      case GOP_BOUNDARY:
        n_boundaries++;
        fail_unless (i == 0 || i - last <= 61);
        last = i;
        break;
      case GOP_FRAME_TOO_CLOSE:
      case GOP_FRAME_BACKWARDS:
        n_left_out++;
        break;
    }
  }
  fail_unless_equals_uint64 (n_boundaries, 1800);
  fail_unless (n_left_out <= 6, "%" G_GUINT64_FORMAT, n_left_out);
}

GST_END_TEST;

GST_START_TEST (gop_lattice_agrees_on_two_machines_by_epoch)
{
  guint64 utc = G_GUINT64_CONSTANT (1800000000) * SECOND + 123456789;
  GopLattice a, b;
  GopFrame frame_a, frame_b;
  guint i;

  /* The second one started 3.7 s (111 frames) later. */
  gop_lattice_init (&a, 30, 1, 2 * SECOND, 1, utc);
  gop_lattice_init (&b, 30, 1, 2 * SECOND, 1, utc + 3700 * MS);
  gop_lattice_push (&a, frame_time (111, 30, 1) - 33 * MS, &frame_a);
  gop_lattice_push (&b, 0, &frame_b);
  for (i = 1; i < 1000; i++) {
    GopVerdict verdict = gop_lattice_push (&a, frame_time (111 + i, 30, 1),
        &frame_a);

    fail_unless_equals_int (gop_lattice_push (&b, frame_time (i, 30, 1),
            &frame_b), verdict);
    fail_unless_equals_uint64 (frame_a.gop, frame_b.gop);
  }
}

GST_END_TEST;

GST_START_TEST (gop_lattice_restarts_after_a_flush)
{
  GopLattice lattice;

  gop_lattice_init (&lattice, 25, 1, 1 * SECOND, 1, 0);
  fail_unless (is_boundary (&lattice, 5 * SECOND));
  gop_lattice_restart (&lattice);
  fail_unless (is_boundary (&lattice, 400 * MS));
  fail_unless (is_boundary (&lattice, 1 * SECOND));
}

GST_END_TEST;

GST_START_TEST (gop_lattice_survives_absurd_rates)
{
  static const guint rates[][2] = {
    {G_MAXINT, G_MAXINT - 1}, {G_MAXINT, 1}, {1, G_MAXINT}, {2997, 100},
    {1000000007, 33333334}
  };
  GopLattice lattice;
  GopFrame frame;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rates); i++) {
    gop_lattice_init (&lattice, rates[i][0], rates[i][1], 2 * SECOND, 1,
        G_GUINT64_CONSTANT (1800000000) * SECOND);
    fail_unless (lattice.gop_frames > 0);
    fail_unless (gop_lattice_gop_duration (&lattice) > 0);
    fail_unless (gop_lattice_push (&lattice, 0, &frame) == GOP_BOUNDARY);
    gop_lattice_push (&lattice, 3600 * SECOND, &frame);
  }
}

GST_END_TEST;

static Suite *
goplattice_suite (void)
{
  Suite *s = suite_create ("goplattice");
  TCase *tc = tcase_create ("goplattice");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, gop_lattice_cuts_every_whole_gop);
  tcase_add_test (tc, gop_lattice_is_exact_at_fractional_rates);
  tcase_add_test (tc, gop_lattice_is_not_disturbed_by_the_phase);
  tcase_add_test (tc, gop_lattice_bears_jitter_at_any_phase);
  tcase_add_test (tc, gop_lattice_rounds_the_duration_to_frames);
  tcase_add_test (tc, gop_lattice_starts_with_a_boundary_anywhere);
  tcase_add_test (tc, gop_lattice_takes_the_next_frame_when_the_first_is_lost);
  tcase_add_test (tc, gop_lattice_cuts_once_after_a_long_hole);
  tcase_add_test (tc, gop_lattice_takes_one_frame_a_slot);
  tcase_add_test (tc, gop_lattice_cuts_variable_rates_where_frames_are);
  tcase_add_test (tc, gop_lattice_follows_a_drifting_source);
  tcase_add_test (tc, gop_lattice_agrees_on_two_machines_by_epoch);
  tcase_add_test (tc, gop_lattice_restarts_after_a_flush);
  tcase_add_test (tc, gop_lattice_survives_absurd_rates);
  return s;
}

GST_CHECK_MAIN (goplattice);
