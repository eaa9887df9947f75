/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "overrides.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)
#define A 0
#define B 1
#define NONE (-1)
#define VIDEO 1u
#define AUDIO 2u
#define BOTH 3u

static Overrides self;
static OverrideChange changes[OVERRIDES_MAX_CHANGES];
static guint n_changes;

static void
take (void)
{
  n_changes = overrides_take_changes (&self, changes);
}

static void
begin (OverrideKind kind, guint media, gint input, guint64 now, guint64 until)
{
  overrides_begin (&self, kind, media, input, now, until);
  take ();
}

static void
expect (guint i, OverrideKind kind, gint input, OverrideEnd end)
{
  fail_unless (i < n_changes, "no change %u", i);
  fail_unless_equals_string (override_kind_nick (changes[i].what.kind),
      override_kind_nick (kind));
  fail_unless_equals_int (changes[i].what.input, input);
  fail_unless_equals_string (override_end_nick (changes[i].end),
      override_end_nick (end));
}

GST_START_TEST (overrides_tells_what_begins_and_ends)
{
  guint64 number;

  overrides_init (&self);
  fail_unless (overrides_strongest (&self) == NULL);
  begin (OVERRIDE_HOLD, BOTH, NONE, SECOND, OVERRIDES_NEVER);
  fail_unless_equals_int (n_changes, 1);
  expect (0, OVERRIDE_HOLD, NONE, OVERRIDE_END_NONE);
  number = changes[0].what.number;
  /* Once more is nothing new. */
  begin (OVERRIDE_HOLD, BOTH, NONE, 2 * SECOND, OVERRIDES_NEVER);
  fail_unless_equals_int (n_changes, 0);
  overrides_end (&self, OVERRIDE_HOLD, BOTH, OVERRIDE_END_COMMAND, 5 * SECOND);
  take ();
  fail_unless_equals_int (n_changes, 1);
  expect (0, OVERRIDE_HOLD, NONE, OVERRIDE_END_COMMAND);
  fail_unless_equals_uint64 (changes[0].what.number, number);
  fail_unless_equals_uint64 (changes[0].what.since, SECOND);
  fail_unless_equals_uint64 (changes[0].at, 5 * SECOND);
  fail_unless (overrides_strongest (&self) == NULL);
  begin (OVERRIDE_HOLD, BOTH, NONE, 6 * SECOND, OVERRIDES_NEVER);
  fail_unless (changes[0].what.number != number);
}

GST_END_TEST;

GST_START_TEST (overrides_replaces_force_and_the_slate_by_each_other)
{
  overrides_init (&self);
  begin (OVERRIDE_FORCE, BOTH, A, SECOND, OVERRIDES_NEVER);
  begin (OVERRIDE_FORCE, BOTH, B, 2 * SECOND, OVERRIDES_NEVER);
  fail_unless_equals_int (n_changes, 2);
  expect (0, OVERRIDE_FORCE, A, OVERRIDE_END_REPLACED);
  expect (1, OVERRIDE_FORCE, B, OVERRIDE_END_NONE);
  begin (OVERRIDE_SLATE, BOTH, NONE, 3 * SECOND, OVERRIDES_NEVER);
  fail_unless_equals_int (n_changes, 2);
  expect (0, OVERRIDE_FORCE, B, OVERRIDE_END_REPLACED);
  expect (1, OVERRIDE_SLATE, NONE, OVERRIDE_END_NONE);
  begin (OVERRIDE_FORCE, BOTH, A, 4 * SECOND, OVERRIDES_NEVER);
  expect (0, OVERRIDE_SLATE, NONE, OVERRIDE_END_REPLACED);
  fail_unless_equals_int (self.n, 1);
}

GST_END_TEST;

GST_START_TEST (overrides_shows_the_strongest)
{
  static const OverrideKind weak_to_strong[] = {
    OVERRIDE_SWITCH_TO, OVERRIDE_HOLD, OVERRIDE_SLATE,
  };
  guint i;

  overrides_init (&self);
  for (i = 0; i < G_N_ELEMENTS (weak_to_strong); i++) {
    begin (weak_to_strong[i], BOTH, NONE, i * SECOND, OVERRIDES_NEVER);
    fail_unless_equals_int (overrides_strongest (&self)->kind,
        weak_to_strong[i]);
    fail_unless_equals_int (self.n, i + 1);
  }
}

GST_END_TEST;

GST_START_TEST (overrides_ends_what_has_had_its_time)
{
  guint64 deadline = G_MAXUINT64;

  overrides_init (&self);
  begin (OVERRIDE_FORCE, BOTH, A, SECOND, 61 * SECOND);
  begin (OVERRIDE_HOLD, BOTH, NONE, SECOND, OVERRIDES_NEVER);
  fail_unless_equals_int (overrides_expire (&self, 60 * SECOND, &deadline), 0);
  fail_unless_equals_uint64 (deadline, 61 * SECOND);
  deadline = G_MAXUINT64;
  fail_unless_equals_int (overrides_expire (&self, 61 * SECOND, &deadline),
      BOTH);
  take ();
  expect (0, OVERRIDE_FORCE, A, OVERRIDE_END_EXPIRED);
  fail_unless_equals_uint64 (deadline, G_MAXUINT64);
  fail_unless_equals_int (overrides_expire (&self, 62 * SECOND, &deadline), 0);
  fail_unless_equals_int (overrides_strongest (&self)->kind, OVERRIDE_HOLD);
}

GST_END_TEST;

/* A command for one medium takes that from one for both. */
GST_START_TEST (overrides_keeps_media_apart)
{
  overrides_init (&self);
  begin (OVERRIDE_FORCE, BOTH, A, SECOND, OVERRIDES_NEVER);
  begin (OVERRIDE_FORCE, AUDIO, B, 2 * SECOND, OVERRIDES_NEVER);
  fail_unless_equals_int (n_changes, 1);
  expect (0, OVERRIDE_FORCE, B, OVERRIDE_END_NONE);
  fail_unless_equals_int (self.n, 2);
  fail_unless_equals_int (overrides_strongest (&self)->input, A);
  fail_unless_equals_int (overrides_strongest (&self)->media, VIDEO);
  begin (OVERRIDE_SLATE, VIDEO, NONE, 3 * SECOND, OVERRIDES_NEVER);
  fail_unless_equals_int (n_changes, 2);
  expect (0, OVERRIDE_FORCE, A, OVERRIDE_END_REPLACED);
  overrides_end (&self, OVERRIDE_FORCE, VIDEO, OVERRIDE_END_COMMAND,
      4 * SECOND);
  take ();
  fail_unless_equals_int (n_changes, 0);
  overrides_end (&self, OVERRIDE_FORCE, BOTH, OVERRIDE_END_COMMAND, 4 * SECOND);
  take ();
  expect (0, OVERRIDE_FORCE, B, OVERRIDE_END_COMMAND);
}

GST_END_TEST;

/* As many as there can be, all replaced at once. */
GST_START_TEST (overrides_has_room_for_all)
{
  static const OverrideKind kinds[] = {
    OVERRIDE_FORCE, OVERRIDE_HOLD, OVERRIDE_SWITCH_TO
  };
  guint i, media;

  overrides_init (&self);
  for (i = 0; i < 3; i++) {
    for (media = VIDEO; media <= AUDIO; media++)
      begin (kinds[i], media, A, SECOND, OVERRIDES_NEVER);
  }
  fail_unless_equals_int (self.n, OVERRIDES_MAX);
  begin (OVERRIDE_SLATE, BOTH, NONE, 2 * SECOND, OVERRIDES_NEVER);
  fail_unless_equals_int (n_changes, 3);
  overrides_on_removed (&self, A, 3 * SECOND);
  take ();
  fail_unless_equals_int (n_changes, 4);
  expect (3, changes[3].what.kind, A, OVERRIDE_END_REMOVED);
  fail_unless_equals_int (self.n, 1);
}

GST_END_TEST;

/* Media that there are not are none, however often they are asked for. */
GST_START_TEST (overrides_ignores_media_that_there_are_not)
{
  guint i;

  overrides_init (&self);
  for (i = 2; i < 32; i++)
    begin (OVERRIDE_HOLD, 1u << i, NONE, i * SECOND, OVERRIDES_NEVER);
  begin (OVERRIDE_HOLD, 0, NONE, SECOND, OVERRIDES_NEVER);
  fail_unless_equals_int (self.n, 0);
  begin (OVERRIDE_HOLD, ~0u, NONE, SECOND, OVERRIDES_NEVER);
  fail_unless_equals_int (overrides_strongest (&self)->media, BOTH);
}

GST_END_TEST;

GST_START_TEST (overrides_lets_go_of_what_does_not_stand)
{
  overrides_init (&self);
  begin (OVERRIDE_SWITCH_TO, BOTH, B, SECOND, OVERRIDES_NEVER);
  fail_unless (overrides_keep (&self, 0, VIDEO, OVERRIDE_END_FAILED, SECOND));
  take ();
  fail_unless_equals_int (n_changes, 0);
  fail_if (overrides_keep (&self, 0, AUDIO, OVERRIDE_END_FAILED, 2 * SECOND));
  take ();
  expect (0, OVERRIDE_SWITCH_TO, B, OVERRIDE_END_FAILED);
}

GST_END_TEST;

GST_START_TEST (overrides_lasts_over_a_new_start)
{
  guint64 deadline = G_MAXUINT64;

  overrides_init (&self);
  begin (OVERRIDE_FORCE, BOTH, A, 100 * SECOND, 160 * SECOND);
  overrides_on_start (&self, 120 * SECOND, 5 * SECOND);
  fail_unless_equals_int (overrides_expire (&self, 44 * SECOND, &deadline), 0);
  fail_unless_equals_uint64 (deadline, 45 * SECOND);
}

GST_END_TEST;

static Suite *
overrides_suite (void)
{
  Suite *s = suite_create ("overrides");
  TCase *tc = tcase_create ("overrides");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, overrides_tells_what_begins_and_ends);
  tcase_add_test (tc, overrides_replaces_force_and_the_slate_by_each_other);
  tcase_add_test (tc, overrides_shows_the_strongest);
  tcase_add_test (tc, overrides_ends_what_has_had_its_time);
  tcase_add_test (tc, overrides_keeps_media_apart);
  tcase_add_test (tc, overrides_has_room_for_all);
  tcase_add_test (tc, overrides_ignores_media_that_there_are_not);
  tcase_add_test (tc, overrides_lets_go_of_what_does_not_stand);
  tcase_add_test (tc, overrides_lasts_over_a_new_start);
  return s;
}

GST_CHECK_MAIN (overrides);
