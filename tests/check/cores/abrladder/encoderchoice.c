/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "encoderchoice.h"

static gboolean
is_in (const gchar * factory, gpointer data)
{
  return strstr (data, factory) != NULL;
}

static void
assert_picked (const gchar * preferred, const gchar * installed,
    const gchar * expected)
{
  gchar *picked = encoder_choice_pick (preferred, is_in, (gpointer) installed);

  fail_unless_equals_string (picked, expected);
  g_free (picked);
}

GST_START_TEST (encoder_choice_takes_the_first_that_is_there)
{
  assert_picked ("a b c", "b c", "b");
  assert_picked (" c,b\na", "a b c", "c");
}

GST_END_TEST;

GST_START_TEST (encoder_choice_finds_nothing_where_nothing_is)
{
  assert_picked ("a b", "", NULL);
  assert_picked ("", "a", NULL);
  assert_picked (NULL, "a", NULL);
}

GST_END_TEST;

GST_START_TEST (encoder_choice_says_what_to_install)
{
  gchar *hint = encoder_choice_hint ("x264enc, myenc");

  fail_unless_equals_string (hint,
      "x264enc (gstreamer1.0-plugins-ugly), myenc");
  g_free (hint);
}

GST_END_TEST;

static Suite *
encoderchoice_suite (void)
{
  Suite *s = suite_create ("encoderchoice");
  TCase *tc = tcase_create ("encoderchoice");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, encoder_choice_takes_the_first_that_is_there);
  tcase_add_test (tc, encoder_choice_finds_nothing_where_nothing_is);
  tcase_add_test (tc, encoder_choice_says_what_to_install);
  return s;
}

GST_CHECK_MAIN (encoderchoice);
