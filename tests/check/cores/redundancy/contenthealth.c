/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "contenthealth.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define SAMPLE (200 * MS)
#define BLACK (1u << CONTENT_BLACK)

static ContentHealth
make (guint trigger, guint window)
{
  ContentConfig config = { trigger, window, SAMPLE };
  ContentHealth self;

  content_health_init (&self, &config);
  return self;
}

static guint
faults_at (ContentHealth * self, guint64 now)
{
  guint64 deadline = G_MAXUINT64;

  return content_health_update (self, now, &deadline);
}

/* One character a sample: '#' is bad at some moment of it, '.' is good; what
 * comes out is whether there is a fault in each. */
/* *INDENT-OFF* */
static const struct
{
  guint trigger, window;
  const gchar *bad;
  const gchar *faulty;
} table[] = {
  /* One of five: at once, and a whole window to end it. */
  {1, 5, "..#.........", "..#####....."},
  {1, 5, "..###.......", "..#######..."},
  {1, 1, "..##..##....", "..##..##...."},
  /* Two of three: a single one is nothing. */
  {2, 3, "..#...#.....", "............"},
  {2, 3, "..#.#.......", "....###....."},
  {2, 3, "..##........", "...###......"},
  /* What comes and goes is one fault. */
  {3, 5, ".#.#.#.#.#......", ".....#########.."},
  {3, 5, ".#...#...#...#..", "................"},
  /* All of them. */
  {4, 4, ".###.####..###.....", "........#########.."},
  {4, 4, "#########", "...######"},
  /* More than there can be is all there are. */
  {9, 2, ".##.....", "..##...."},
  {0, 0, ".##.....", ".##....."},
};
/* *INDENT-ON* */

GST_START_TEST (content_health_needs_n_of_m)
{
  guint i, k;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    ContentHealth self = make (table[i].trigger, table[i].window);
    gboolean bad = FALSE;

    for (k = 0; table[i].bad[k] != '\0'; k++) {
      guint64 now = (k + 1000) * SAMPLE;
      gboolean next = table[i].bad[k] == '#';

      /* The end belongs to the last bad sample. */
      if (next != bad)
        content_health_on_report (&self, CONTENT_BLACK, next, next ? now
            : now - 1);
      bad = next;
      fail_unless_equals_int (faults_at (&self, now + SAMPLE / 2),
          table[i].faulty[k] == '#' ? BLACK : 0);
      fail_unless (table[i].faulty[k] != '\0', "row %u is short", i);
    }
  }
}

GST_END_TEST;

/* Whoever only looks at the deadlines sees the same. */
GST_START_TEST (content_health_names_each_moment_of_change)
{
  guint i, k;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    ContentHealth often = make (table[i].trigger, table[i].window);
    ContentHealth seldom = often;
    guint64 deadline = G_MAXUINT64, now;
    gboolean bad = FALSE;
    guint seen = 0;

    for (k = 0; k < 4 * strlen (table[i].bad); k++) {
      gboolean next = table[i].bad[k / 4] == '#';

      now = 1000 * SAMPLE + k * SAMPLE / 4;
      if (next != bad) {
        content_health_on_report (&often, CONTENT_BLACK, next, now);
        content_health_on_report (&seldom, CONTENT_BLACK, next, now);
        deadline = now;
      }
      bad = next;
      if (now >= deadline) {
        deadline = G_MAXUINT64;
        seen = content_health_update (&seldom, now, &deadline);
      }
      fail_unless_equals_int (faults_at (&often, now), seen);
    }
  }
}

GST_END_TEST;

GST_START_TEST (content_health_keeps_faults_apart)
{
  ContentHealth self = make (1, 5);

  content_health_on_report (&self, CONTENT_SILENCE, TRUE, SAMPLE);
  content_health_on_report (&self, CONTENT_FREEZE, TRUE, SAMPLE);
  content_health_on_report (&self, CONTENT_LOW_BITRATE, TRUE, SAMPLE);
  fail_unless_equals_int (faults_at (&self, SAMPLE), 1u << CONTENT_SILENCE
      | 1u << CONTENT_FREEZE | 1u << CONTENT_LOW_BITRATE);
  content_health_on_report (&self, CONTENT_FREEZE, FALSE, 2 * SAMPLE);
  fail_unless_equals_int (faults_at (&self, 20 * SAMPLE), 1u << CONTENT_SILENCE
      | 1u << CONTENT_LOW_BITRATE);
  content_health_reset (&self);
  fail_unless_equals_int (faults_at (&self, 20 * SAMPLE), 0);
}

GST_END_TEST;

/* However long nobody looked. */
GST_START_TEST (content_health_survives_long_silence)
{
  ContentHealth self = make (3, CONTENT_MAX_WINDOW);

  content_health_on_report (&self, CONTENT_BLACK, TRUE, 0);
  fail_unless_equals_int (faults_at (&self, G_MAXUINT64 - 1), BLACK);
  self = make (3, CONTENT_MAX_WINDOW);
  content_health_on_report (&self, CONTENT_BLACK, TRUE, SAMPLE);
  content_health_on_report (&self, CONTENT_BLACK, FALSE, 10 * SAMPLE);
  fail_unless_equals_int (faults_at (&self, 10 * SAMPLE), BLACK);
  fail_unless_equals_int (faults_at (&self, 10 * SAMPLE
          + CONTENT_MAX_WINDOW * SAMPLE - SAMPLE), BLACK);
  fail_unless_equals_int (faults_at (&self, 10 * SAMPLE
          + CONTENT_MAX_WINDOW * SAMPLE + SAMPLE), 0);
}

GST_END_TEST;

static Suite *
contenthealth_suite (void)
{
  Suite *s = suite_create ("contenthealth");
  TCase *tc = tcase_create ("contenthealth");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, content_health_needs_n_of_m);
  tcase_add_test (tc, content_health_names_each_moment_of_change);
  tcase_add_test (tc, content_health_keeps_faults_apart);
  tcase_add_test (tc, content_health_survives_long_silence);
  return s;
}

GST_CHECK_MAIN (contenthealth);
