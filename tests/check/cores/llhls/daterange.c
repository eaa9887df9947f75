/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The numbers in comments are rules of the conformance list. */
#include <gst/check/gstcheck.h>

#include "daterange.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)
/* 2026-11-21T12:00:00Z */
#define DATE (G_GUINT64_CONSTANT (1795262400) * SECOND)

static gboolean
add (DaterangeSet * set, Daterange * range, guint64 now, GError ** error)
{
  gboolean ok = daterange_set_add (set, range, now, error);

  daterange_clear (range);
  return ok;
}

static Daterange
named (const gchar * id)
{
  Daterange range;

  daterange_init (&range);
  range.id = g_strdup (id);
  range.start = DATE;
  return range;
}

static gchar *
render (const DaterangeSet * set, guint64 since)
{
  GString *out = g_string_new (NULL);

  daterange_set_append (set, out, since);
  return g_string_free (out, FALSE);
}

static gchar *
render_removed (const DaterangeSet * set, guint64 since)
{
  GString *out = g_string_new (NULL);

  daterange_set_append_removed (set, out, since);
  return g_string_free (out, FALSE);
}

/* 87 */
GST_START_TEST (daterange_is_written_whole)
{
  DaterangeSet set;
  Daterange range = named ("ad-1");
  g_autofree gchar *text = NULL;

  daterange_set_init (&set);
  range.class_name = g_strdup ("com.example.ad");
  range.planned = 30500 * SECOND / 1000;
  fail_unless (daterange_set_scte35 (&range, DATERANGE_SCTE35_OUT,
          (const guint8 *) "\xfc\x30\x01", 3, NULL));
  fail_unless (daterange_set_custom (&range, "X-COM-EXAMPLE-B", "\"x, y\"",
          NULL));
  fail_unless (daterange_set_custom (&range, "X-COM-EXAMPLE-A", "-1.5", NULL));
  fail_unless (add (&set, &range, 1, NULL));
  text = render (&set, 0);
  fail_unless_equals_string (text, "#EXT-X-DATERANGE:ID=\"ad-1\","
      "CLASS=\"com.example.ad\",START-DATE=\"2026-11-21T12:00:00.000Z\","
      "PLANNED-DURATION=30.500,X-COM-EXAMPLE-A=-1.5,"
      "X-COM-EXAMPLE-B=\"x, y\",SCTE35-OUT=0xFC3001\n");
  daterange_set_clear (&set);
}

GST_END_TEST;

/* 87 */
GST_START_TEST (daterange_repeated_only_adds)
{
  DaterangeSet set;
  Daterange range = named ("ad-1");
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL, *early = NULL;

  daterange_set_init (&set);
  range.planned = 30 * SECOND;
  fail_unless (add (&set, &range, 1, NULL));
  range = named ("ad-1");
  range.start = DATERANGE_NONE;
  range.duration = 28 * SECOND;
  fail_unless (daterange_set_scte35_hex (&range, DATERANGE_SCTE35_IN, "0xfc",
          NULL));
  fail_unless (add (&set, &range, 5, NULL));
  range = named ("ad-1");
  range.start = DATE + 1;
  fail_if (add (&set, &range, 6, &error));
  fail_unless (g_error_matches (error, DATERANGE_ERROR,
          DATERANGE_ERROR_CONFLICT));
  fail_unless (strstr (error->message, "START-DATE") != NULL);
  text = render (&set, 5);
  fail_unless_equals_string (text, "#EXT-X-DATERANGE:ID=\"ad-1\","
      "START-DATE=\"2026-11-21T12:00:00.000Z\",DURATION=28.000,"
      "PLANNED-DURATION=30.000,SCTE35-IN=0xFC\n");
  early = render (&set, 6);
  fail_unless_equals_string (early, "");
  daterange_set_clear (&set);
}

GST_END_TEST;

GST_START_TEST (daterange_names_the_field_that_is_wrong)
{
  static const gchar *const bad_custom[][2] = {
    {"COM-X", "1"}, {"X-", "1"}, {"X-a", "1"}, {"X-A", "text"},
    {"X-A", "\"a\"b\""}, {"X-A", "\"a\nb\""}, {"X-A", "1e3"}, {"X-A", "."},
    {"X-A", "\"\xff\""}, {"X-A", ""}, {"X-A", "0x"}, {"X-A", "0xfg"},
    {"X-A", "\""}
  };
  DaterangeSet set;
  Daterange range = named ("a\"b");
  guint i;

  daterange_set_init (&set);
  fail_if (add (&set, &range, 1, NULL));
  range = named (NULL);
  fail_if (add (&set, &range, 1, NULL));
  range = named ("a");
  range.end = DATE - 1;
  fail_if (add (&set, &range, 1, NULL));
  range = named ("a");
  range.end = DATE + 2 * SECOND;
  range.duration = SECOND;
  fail_if (add (&set, &range, 1, NULL));
  range = named ("a");
  range.end_on_next = TRUE;
  fail_if (add (&set, &range, 1, NULL));
  range = named ("a");
  for (i = 0; i < G_N_ELEMENTS (bad_custom); i++) {
    g_autoptr (GError) error = NULL;

    fail_if (daterange_set_custom (&range, bad_custom[i][0], bad_custom[i][1],
            &error));
    fail_unless (strstr (error->message, bad_custom[i][0]) != NULL);
  }
  fail_if (daterange_set_scte35 (&range, DATERANGE_SCTE35_CMD, NULL, 0, NULL));
  fail_if (daterange_set_scte35_hex (&range, DATERANGE_SCTE35_CMD, "fc", NULL));
  daterange_clear (&range);
  daterange_set_clear (&set);
}

GST_END_TEST;

/* 57, 87 */
GST_START_TEST (daterange_goes_with_its_last_date)
{
  DaterangeSet set;
  Daterange range = named ("short");
  g_autofree gchar *removed = NULL, *late = NULL, *left = NULL;

  daterange_set_init (&set);
  range.duration = 10 * SECOND;
  fail_unless (add (&set, &range, 1, NULL));
  range = named ("break");
  fail_unless (daterange_set_scte35_hex (&range, DATERANGE_SCTE35_OUT, "0xFC",
          NULL));
  fail_unless (add (&set, &range, 1, NULL));
  range = named ("chapter-1");
  range.class_name = g_strdup ("c");
  range.end_on_next = TRUE;
  fail_unless (add (&set, &range, 1, NULL));
  range = named ("chapter-2");
  range.class_name = g_strdup ("c");
  range.end_on_next = TRUE;
  range.start = DATE + 5 * SECOND;
  fail_unless (add (&set, &range, 1, NULL));

  fail_if (daterange_set_expire (&set, DATE + 5 * SECOND, 100));
  fail_unless (daterange_set_expire (&set, DATE + 5 * SECOND + 1, 110));
  fail_unless (daterange_set_expire (&set, DATE + 60 * SECOND, 120));
  removed = render_removed (&set, 110);
  fail_unless_equals_string (removed, "chapter-1\tshort");
  late = render_removed (&set, 111);
  fail_unless_equals_string (late, "short");
  /* Those that go on. */
  left = render (&set, 0);
  fail_unless (strstr (left, "break") != NULL);
  fail_unless (strstr (left, "chapter-2") != NULL);
  range = named ("short");
  fail_if (add (&set, &range, 130, NULL));
  daterange_set_clear (&set);
}

GST_END_TEST;

GST_START_TEST (daterange_set_is_bounded)
{
  DaterangeSet set;
  g_autoptr (GError) error = NULL;
  Daterange range;
  guint i;

  daterange_set_init (&set);
  for (i = 0; i <= DATERANGE_MAX; i++) {
    g_autofree gchar *id = g_strdup_printf ("%u", i);

    range = named (id);
    fail_unless_equals_int (add (&set, &range, i, i < DATERANGE_MAX ? NULL :
            &error), i < DATERANGE_MAX);
  }
  fail_unless (g_error_matches (error, DATERANGE_ERROR, DATERANGE_ERROR_FULL));
  fail_unless (strstr (error->message, "ID \"4096\"") != NULL);
  /* What is there may still be added to. */
  range = named ("7");
  range.planned = 2 * SECOND;
  fail_unless (add (&set, &range, 1, NULL));
  range = named ("long");
  range.class_name = g_strnfill (DATERANGE_MAX_BYTES, 'a');
  fail_if (add (&set, &range, 1, NULL));
  daterange_set_clear (&set);
}

GST_END_TEST;

/* All are in each playlist that is loaded. */
GST_START_TEST (daterange_set_is_bounded_in_bytes)
{
  g_autofree gchar *before = NULL, *after = NULL;
  g_autoptr (GError) error = NULL;
  DaterangeSet set;
  Daterange range;
  guint i = 0;

  daterange_set_init (&set);
  do {
    g_autofree gchar *id = g_strdup_printf ("%u", i);

    range = named (id);
    range.class_name = g_strnfill (7000, 'a');
    range.start = DATE + i * SECOND;
  } while (add (&set, &range, i++, &error));
  fail_unless (g_error_matches (error, DATERANGE_ERROR, DATERANGE_ERROR_FULL));
  before = render (&set, 0);
  fail_unless_equals_uint64 (set.bytes, strlen (before));
  fail_unless (set.bytes <= DATERANGE_MAX_TOTAL);
  fail_unless (set.bytes > DATERANGE_MAX_TOTAL - 8000);
  range = named ("0");
  range.scte35[DATERANGE_SCTE35_IN] = g_strnfill (1100, '1');
  memcpy (range.scte35[DATERANGE_SCTE35_IN], "0x", 2);
  for (i = 0; add (&set, &range, 0, NULL) && i < 9; i++) {
    g_autofree gchar *id = g_strdup_printf ("%u", i + 1);

    range = named (id);
    range.scte35[DATERANGE_SCTE35_IN] = g_strnfill (1100, '1');
    memcpy (range.scte35[DATERANGE_SCTE35_IN], "0x", 2);
  }
  fail_unless (i < 9);
  /* There is room again when some are over. */
  fail_unless (daterange_set_expire (&set, DATE + 10 * SECOND, 9));
  range = named ("new");
  range.class_name = g_strnfill (7000, 'a');
  fail_unless (add (&set, &range, 10, NULL));
  after = render (&set, 0);
  fail_unless_equals_uint64 (set.bytes, strlen (after));
  daterange_set_clear (&set);
}

GST_END_TEST;

static Suite *
daterange_suite (void)
{
  Suite *s = suite_create ("daterange");
  TCase *tc = tcase_create ("daterange");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, daterange_is_written_whole);
  tcase_add_test (tc, daterange_repeated_only_adds);
  tcase_add_test (tc, daterange_names_the_field_that_is_wrong);
  tcase_add_test (tc, daterange_goes_with_its_last_date);
  tcase_add_test (tc, daterange_set_is_bounded);
  tcase_add_test (tc, daterange_set_is_bounded_in_bytes);
  return s;
}

GST_CHECK_MAIN (daterange);
