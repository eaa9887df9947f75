/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "lattice.h"

GST_START_TEST (lattice_has_no_point_before_zero)
{
  Lattice l;

  lattice_init_video (&l, 25, 1);
  lattice_snap (&l, 30000000);
  fail_unless_equals_uint64 (lattice_ns (lattice_snap (&l, 0), l.timescale),
      30000000);
}

GST_END_TEST;

GST_START_TEST (lattice_divides_a_frame_without_rest)
{
  static const guint rates[][4] = {
    {25, 1, 10000, 400}, {30000, 1001, 30000, 1001}, {24000, 1001, 24000, 1001},
    {60000, 1001, 60000, 1001}, {50, 1, 10000, 200}, {60, 2, 10020, 334},
    {0, 1, 90000, 0}, {1, 0, 90000, 0}, {2000, 1, 90000, 0}
  };
  Lattice l;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rates); i++) {
    lattice_init_video (&l, rates[i][0], rates[i][1]);
    fail_unless_equals_int (l.timescale, rates[i][2]);
    fail_unless_equals_uint64 (l.frame, rates[i][3]);
  }
}

GST_END_TEST;

/* As an element stamps them: rounded to ns, with a random half millisecond. */
GST_START_TEST (lattice_does_not_drift_in_a_day_at_2997)
{
  const guint64 frames = G_GUINT64_CONSTANT (24) * 3600 * 30000 / 1001;
  guint64 i, ns, origin = 0;
  Lattice l;

  lattice_init_video (&l, 30000, 1001);
  for (i = 0; i < frames; i += 7) {
    ns = 12345678 + i * G_GUINT64_CONSTANT (1001000000000) / 30000;
    ns += i % 3 * 500000;
    if (i == 0)
      origin = lattice_snap (&l, ns);
    fail_unless_equals_uint64 (lattice_snap (&l, ns), origin + i * 1001);
  }
}

GST_END_TEST;

GST_START_TEST (lattice_converts_exactly_at_epoch_size)
{
  const guint64 ns = G_GUINT64_CONSTANT (1800000000123456789);

  fail_unless_equals_uint64 (lattice_ticks (ns, 90000),
      G_GUINT64_CONSTANT (162000000011111));
  fail_unless_equals_uint64 (lattice_ns (G_GUINT64_CONSTANT (162000000011111),
          90000), G_GUINT64_CONSTANT (1800000000123455556));
  fail_unless_equals_uint64 (lattice_ticks (lattice_ns (1001 * 7, 30000),
          30000), 1001 * 7);
}

GST_END_TEST;

static Suite *
lattice_suite (void)
{
  Suite *s = suite_create ("lattice");
  TCase *tc = tcase_create ("lattice");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, lattice_has_no_point_before_zero);
  tcase_add_test (tc, lattice_divides_a_frame_without_rest);
  tcase_add_test (tc, lattice_does_not_drift_in_a_day_at_2997);
  tcase_add_test (tc, lattice_converts_exactly_at_epoch_size);
  return s;
}

GST_CHECK_MAIN (lattice);
