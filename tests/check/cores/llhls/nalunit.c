/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "nalcopy.h"

static gboolean
keep (gpointer sets, gpointer unit, const guint8 * nal, gsize size)
{
  return TRUE;
}

static guint
read_all (const guint8 * data, gsize size, guint length_size, NalList * list,
    gboolean * failed)
{
  *failed = !nal_list_read (list, data, size, length_size, keep, NULL, NULL);
  return list->spans->len;
}

GST_START_TEST (nal_units_are_found_between_start_codes)
{
  static const guint8 stream[] = {
    0, 0, 0, 1, 0x41, 1, 0, 0, 1, 0x42, 0, 0, 3, 0, 0, 0, 1, 0x43, 0, 0
  };
  static const guint8 expected[] = {
    0, 0, 0, 2, 0x41, 1, 0, 0, 0, 4, 0x42, 0, 0, 3, 0, 0, 0, 1, 0x43
  };
  g_autoptr (GBytes) joined = NULL;
  gboolean failed;
  NalList list;

  fail_unless_equals_int (read_all (stream, sizeof (stream), 0, &list,
          &failed), 3);
  fail_if (failed || list.verbatim);
  joined = nal_copy (&list, stream);
  fail_unless_equals_int (g_bytes_get_size (joined), sizeof (expected));
  fail_unless (memcmp (g_bytes_get_data (joined, NULL), expected,
          sizeof (expected)) == 0);
  nal_list_clear (&list);
}

GST_END_TEST;

/* What needs no change is not changed; zero bytes behind a unit are. */
GST_START_TEST (nal_units_that_stay_as_they_are_are_known)
{
  static const guint8 same[] = { 0, 0, 0, 2, 0x41, 1, 0, 0, 0, 1, 0x42 };
  static const guint8 zeros[] = { 0, 0, 0, 2, 0x41, 0, 0, 0, 0, 1, 0x42 };
  static const guint8 shorter[] = { 0, 2, 0x41, 1 };
  gboolean failed;
  NalList list;

  fail_unless_equals_int (read_all (same, sizeof (same), 4, &list, &failed), 2);
  fail_unless (list.verbatim && !failed);
  nal_list_clear (&list);
  read_all (zeros, sizeof (zeros), 4, &list, &failed);
  fail_if (list.verbatim || failed);
  nal_list_clear (&list);
  fail_unless_equals_int (read_all (shorter, sizeof (shorter), 2, &list,
          &failed), 1);
  fail_if (list.verbatim || failed);
  nal_list_clear (&list);
}

GST_END_TEST;

GST_START_TEST (nal_units_longer_than_their_bytes_are_refused)
{
  static const guint8 units[] = { 0, 0, 0, 2, 0x41, 1, 0, 0, 0, 3, 0x42, 5 };
  gboolean failed;
  NalList list;
  gsize n;

  for (n = 1; n <= sizeof (units); n++) {
    g_autofree guint8 *cut = g_memdup2 (units, n);

    fail_unless_equals_int (read_all (cut, n, 4, &list, &failed), n >= 6);
    fail_unless_equals_int (failed, n != 6);
    nal_list_clear (&list);
  }
}

GST_END_TEST;

GST_START_TEST (nal_units_are_scattered_without_a_copy)
{
  static const guint8 stream[] = { 0, 0, 1, 0x41, 1, 0, 0, 1, 0x42 };
  GBytes *owner = g_bytes_new (stream, sizeof (stream)), *scattered;
  const guint8 *data = g_bytes_get_data (owner, NULL);
  NalScatter scatter;
  gboolean failed;
  NalList list;

  read_all (data, sizeof (stream), 0, &list, &failed);
  scattered = nal_scatter_new (&list, owner);
  nal_list_clear (&list);
  g_bytes_unref (owner);
  nal_scatter_get (scattered, &scatter);
  fail_unless (scatter.data == data);
  fail_unless_equals_int (scatter.n, 2);
  fail_unless_equals_int (scatter.size, 4 + 2 + 4 + 1);
  fail_unless_equals_int (scatter.spans[1].offset, 8);
  g_bytes_unref (scattered);
}

GST_END_TEST;

static Suite *
nalunit_suite (void)
{
  Suite *s = suite_create ("nalunit");
  TCase *tc = tcase_create ("nalunit");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, nal_units_are_found_between_start_codes);
  tcase_add_test (tc, nal_units_that_stay_as_they_are_are_known);
  tcase_add_test (tc, nal_units_longer_than_their_bytes_are_refused);
  tcase_add_test (tc, nal_units_are_scattered_without_a_copy);
  return s;
}

GST_CHECK_MAIN (nalunit);
