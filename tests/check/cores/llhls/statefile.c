/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "packagerrig.h"
#include "statefile.h"

static const StateFile example = {
  4 * SECOND, 500 * MS, 520 * MS, 448815610, 3, DATE + 40 * SECOND,
  1795262400000
};

GST_START_TEST (state_file_reads_what_it_writes)
{
  g_autofree gchar *text = state_file_format (&example);
  StateFile read;

  fail_unless (state_file_parse (&read, text, strlen (text)));
  fail_unless (memcmp (&read, &example, sizeof (read)) == 0);
}

GST_END_TEST;

GST_START_TEST (state_file_takes_no_part_of_it)
{
  g_autofree gchar *text = state_file_format (&example);
  StateFile read;
  gsize size;

  for (size = 0; size < strlen (text); size++)
    fail_if (state_file_parse (&read, text, size));
}

GST_END_TEST;

GST_START_TEST (state_file_refuses_what_can_not_be)
{
  static const gchar *texts[] = {
    "", "llhlssink-state 2\n", "[state]\nmsn=3\n", "llhlssink-state 1\nend\n",
    "llhlssink-state 1\ntarget 4000000000\npart 1\npart-target 1\n"
        "msn 18446744073709551615\ndiscontinuities 0\ndate 1\nstart 1\nend\n",
    "llhlssink-state 1\ntarget 4000000000\npart 1\npart-target 1\n"
        "msn -1\ndiscontinuities 0\ndate 1\nstart 1\nend\n",
    "llhlssink-state 1\ntarget 4000000000\npart 1\npart-target 1\n"
        "msn \ndiscontinuities 0\ndate 1\nstart 1\nend\n",
    "llhlssink-state 1\ntarget 4000000000\npart 1\npart-target 1\n"
        "msn 1\ndiscontinuities 0\ndate 1\nstart 1\nend\nend\n",
  };
  g_autofree gchar *text = state_file_format (&example);
  StateFile read;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    fail_if (state_file_parse (&read, texts[i], strlen (texts[i])));
  fail_if (state_file_parse (&read, text, strlen (text) + 1));
}

GST_END_TEST;

GST_START_TEST (state_file_survives_any_bytes)
{
  g_autofree gchar *text = state_file_format (&example);
  gsize size = strlen (text);
  guint32 random = 1;
  StateFile read;
  guint i;

  for (i = 0; i < 100000; i++) {
    g_autofree gchar *copy = g_memdup2 (text, size);

    random = random * 1664525 + 1013904223;
    copy[(random >> 8) % size] = random;
    if (state_file_parse (&read, copy, size))
      fail_unless (read.next_msn <= STATE_FILE_MAX_NUMBER);
  }
}

GST_END_TEST;

static void
run_first (Rig * rig, StateFile * state)
{
  rig_init (rig, 1, TRUE);
  run_until (rig, 21 * SECOND, 5, 0);
  set_format (rig, rig->video[0], "init-changed");
  run_until (rig, 40 * SECOND, 5, 0);
  packager_save (&rig->packager, state);
}

/* 83, 95: with a clock that went an hour back */
GST_START_TEST (state_file_lets_nothing_count_backwards)
{
  guint64 next, discontinuities = 0, part_target, date;
  const PlaylistSegment *head, *last;
  g_autofree gchar *text = NULL;
  const GList *l;
  StateFile state, read;
  Rig rig;

  run_first (&rig, &state);
  text = state_file_format (&state);
  fail_unless (state_file_parse (&read, text, strlen (text)));
  next = rig.video[0]->playlist.next_msn;
  for (l = rig.video[0]->playlist.segments.head; l != NULL; l = l->next)
    discontinuities += ((PlaylistSegment *) l->data)->discontinuity;
  last = rig.video[0]->playlist.segments.tail->data;
  date = last->date + ns (last, last->duration);
  part_target = rig.packager.settings.part_target;
  rig_clear (&rig);
  fail_unless_equals_uint64 (discontinuities, 1);

  rig_init_empty (&rig, 1, TRUE);
  packager_restore (&rig.packager, &read);
  packager_set_origin (&rig.packager, DATE - 3600 * SECOND, 0, TRUE);
  run_until (&rig, 20 * SECOND, 5, 0);
  head = rig.video[0]->playlist.segments.head->data;
  fail_unless (head->msn >= next);
  fail_unless (head->date >= date);
  fail_unless (head->discontinuity);
  fail_unless_equals_uint64 (rig.video[0]->playlist.discontinuities,
      discontinuities);
  fail_unless_equals_uint64 (rig.audio->playlist.discontinuities,
      discontinuities);
  fail_unless_equals_uint64 (rig.packager.settings.part_target, part_target);
  check_track (rig.video[0], FALSE);
  check_track (rig.audio, FALSE);
  rig_clear (&rig);
}

GST_END_TEST;

/* By date, the number would be behind. */
GST_START_TEST (state_file_is_behind_the_date)
{
  const PlaylistSegment *head;
  StateFile state;
  Rig rig;

  run_first (&rig, &state);
  rig_clear (&rig);
  rig_init_empty (&rig, 1, TRUE);
  packager_restore (&rig.packager, &state);
  packager_set_origin (&rig.packager, DATE + 3600 * SECOND, 0, TRUE);
  run_until (&rig, 5 * SECOND, 5, 0);
  head = rig.video[0]->playlist.segments.head->data;
  fail_unless_equals_uint64 (head->msn, (1795262400 + 3600) / 4);
  fail_unless_equals_uint64 (head->date, DATE + 3600 * SECOND);
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
statefile_suite (void)
{
  Suite *s = suite_create ("statefile");
  TCase *tc = tcase_create ("statefile");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, state_file_reads_what_it_writes);
  tcase_add_test (tc, state_file_takes_no_part_of_it);
  tcase_add_test (tc, state_file_refuses_what_can_not_be);
  tcase_add_test (tc, state_file_survives_any_bytes);
  tcase_add_test (tc, state_file_lets_nothing_count_backwards);
  tcase_add_test (tc, state_file_is_behind_the_date);
  return s;
}

GST_CHECK_MAIN (statefile);
