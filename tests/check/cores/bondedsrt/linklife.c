/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "linklife.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)
#define MIDDLE 0x80000000u      /* no jitter, to rounding */

static LinkLife
connecting_at (guint64 now)
{
  LinkLife life;

  link_life_init (&life, 15 * SECOND);
  link_life_start (&life, now);
  fail_unless_equals_int (link_life_on_timer (&life, now), LINK_DO_CONNECT);
  fail_unless_equals_int (life.state, LINK_CONNECTING);
  return life;
}

/* In whole seconds, jitter left aside. */
static guint
pause_of (const LinkLife * life, guint64 now)
{
  return (guint) ((link_life_deadline (life) - now + SECOND / 2) / SECOND);
}

GST_START_TEST (link_life_does_nothing_before_the_start)
{
  LinkLife life;

  link_life_init (&life, 15 * SECOND);
  fail_unless_equals_int (link_life_on_timer (&life, 99 * SECOND),
      LINK_DO_NOTHING);
  fail_unless_equals_int (life.state, LINK_IDLE);
}

GST_END_TEST;

GST_START_TEST (link_life_backs_off_from_1_to_10_seconds)
{
  static const guint expected[] = { 1, 2, 4, 8, 10, 10 };
  LinkLife life = connecting_at (0);
  guint64 now = 0;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (expected); i++) {
    link_life_on_down (&life, LINK_REASON_NO_ANSWER, now, MIDDLE);
    fail_unless_equals_int (life.state, LINK_BACKOFF);
    fail_unless_equals_int (pause_of (&life, now), expected[i]);
    now = link_life_deadline (&life);
    fail_unless_equals_int (link_life_on_timer (&life, now - 1),
        LINK_DO_NOTHING);
    fail_unless_equals_int (link_life_on_timer (&life, now), LINK_DO_CONNECT);
    fail_unless_equals_int (life.reason, LINK_REASON_RETRY);
  }
}

GST_END_TEST;

GST_START_TEST (link_life_tells_broken_from_rejected_from_unreachable)
{
  LinkLife life = connecting_at (0);

  link_life_on_down (&life, LINK_REASON_BAD_PASSPHRASE, 0, MIDDLE);
  fail_unless_equals_int (life.state, LINK_REJECTED);
  fail_unless_equals_int (life.reason, LINK_REASON_BAD_PASSPHRASE);
  link_life_on_timer (&life, 10 * SECOND);
  link_life_on_connected (&life, 10 * SECOND);
  fail_unless_equals_int (life.state, LINK_ACTIVE);
  link_life_on_down (&life, LINK_REASON_LOST, 11 * SECOND, MIDDLE);
  fail_unless_equals_int (life.state, LINK_BROKEN);
}

GST_END_TEST;

GST_START_TEST (link_life_starts_anew_after_a_stable_time)
{
  LinkLife life = connecting_at (0);
  guint i;

  for (i = 0; i < 5; i++) {
    link_life_on_down (&life, LINK_REASON_REFUSED, 0, MIDDLE);
    link_life_on_timer (&life, link_life_deadline (&life));
  }
  link_life_on_connected (&life, 0);
  link_life_on_timer (&life, 6 * SECOND);
  link_life_on_down (&life, LINK_REASON_LOST, 7 * SECOND, MIDDLE);
  fail_unless_equals_int (pause_of (&life, 7 * SECOND), 1);
}

GST_END_TEST;

GST_START_TEST (link_life_keeps_backing_off_when_a_link_flaps)
{
  LinkLife life = connecting_at (0);
  guint64 now = 0;
  guint i;

  for (i = 0; i < 5; i++) {
    link_life_on_connected (&life, now);
    now += SECOND;
    link_life_on_down (&life, LINK_REASON_LOST, now, MIDDLE);
    if (i < 4) {
      now = link_life_deadline (&life);
      link_life_on_timer (&life, now);
    }
  }
  fail_unless_equals_int (pause_of (&life, now), 10);
  fail_unless_equals_uint64 (life.connects, 5);
}

GST_END_TEST;

GST_START_TEST (link_life_abandons_an_attempt_that_hangs)
{
  LinkLife life = connecting_at (0);

  fail_unless_equals_int (link_life_on_timer (&life, 14 * SECOND),
      LINK_DO_NOTHING);
  fail_unless_equals_int (link_life_on_timer (&life, 15 * SECOND),
      LINK_DO_ABANDON);
}

GST_END_TEST;

GST_START_TEST (link_life_stops_from_any_state)
{
  LinkLife life = connecting_at (0);

  link_life_on_connected (&life, 0);
  link_life_stop (&life, SECOND);
  fail_unless_equals_int (life.state, LINK_IDLE);
  fail_unless_equals_uint64 (link_life_deadline (&life), G_MAXUINT64);
  link_life_on_down (&life, LINK_REASON_LOST, SECOND, MIDDLE);
  fail_unless_equals_int (life.state, LINK_IDLE);
}

GST_END_TEST;

GST_START_TEST (link_life_names_everything)
{
  guint i;

  for (i = LINK_IDLE; i <= LINK_BACKOFF; i++)
    fail_unless (link_state_name (i) != NULL);
  for (i = LINK_REASON_NONE; i <= LINK_REASON_FAILED; i++) {
    fail_unless (link_reason_name (i) != NULL);
    fail_unless (link_reason_text (i) != NULL);
  }
  fail_unless_equals_string (link_state_name (LINK_REJECTED), "rejected");
  fail_unless_equals_string (link_reason_name (LINK_REASON_LOST), "lost");
}

GST_END_TEST;

static Suite *
linklife_suite (void)
{
  Suite *s = suite_create ("linklife");
  TCase *tc = tcase_create ("linklife");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, link_life_does_nothing_before_the_start);
  tcase_add_test (tc, link_life_backs_off_from_1_to_10_seconds);
  tcase_add_test (tc, link_life_tells_broken_from_rejected_from_unreachable);
  tcase_add_test (tc, link_life_starts_anew_after_a_stable_time);
  tcase_add_test (tc, link_life_keeps_backing_off_when_a_link_flaps);
  tcase_add_test (tc, link_life_abandons_an_attempt_that_hangs);
  tcase_add_test (tc, link_life_stops_from_any_state);
  tcase_add_test (tc, link_life_names_everything);
  return s;
}

GST_CHECK_MAIN (linklife);
