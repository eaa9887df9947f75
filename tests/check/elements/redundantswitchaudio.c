/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is heard where the sound changes. */
#include "switchrig.h"

#include <math.h>

#define RATE 48000
#define CHUNK 960
#define F32_CAPS "audio/x-raw,format=F32LE,rate=48000,channels=1," \
    "layout=interleaved"

/* All inputs play this tone at full scale, each a quarter of a period behind
 * the one before. */
#define TONE 1000
/* -40 dBFS */
#define CLICK 0.01

static gdouble
tone (guint input, gint64 n)
{
  return sin (2 * G_PI * ((gdouble) ((n % RATE) * TONE % RATE) / RATE
          + input * 0.25));
}

/* A staircase that says which sample it is, the same on all inputs. */
static gdouble
stair (guint input, gint64 n)
{
  return (gdouble) (n % 30000) / 32768.0;
}

typedef gdouble (*Sound) (guint input, gint64 n);

static void
push_sound (Rig * rig, guint i, Sound sound, gint64 from, guint n)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, n * sizeof (gfloat), NULL);
  GstMapInfo map;
  guint k;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (k = 0; k < n; k++)
    ((gfloat *) map.data)[k] = sound (i, from + k);
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (from, GST_SECOND, RATE);
  GST_BUFFER_DURATION (buffer) = gst_util_uint64_scale (n, GST_SECOND, RATE);
  fail_unless_equals_int (gst_pad_push (rig->src[i], buffer), GST_FLOW_OK);
}

/* Inputs of the mask deliver chunks from `from` to `to` (ms, of 20 each). */
static void
play (Rig * rig, guint mask, Sound sound, guint from, guint to)
{
  guint now, i;

  for (now = from; now < to; now += 20) {
    advance (rig, now * GST_MSECOND);
    for (i = 0; i < 3; i++) {
      if (mask & (1u << i))
        push_sound (rig, i, sound, (gint64) now * RATE / 1000, CHUNK);
    }
  }
  advance (rig, to * GST_MSECOND);
}

/* What is left of the output when the tone is taken out: a ramp of the tone
 * leaves next to nothing, a click leaves its height. */
static gdouble
residue (Rig * rig)
{
  const gdouble c = 2 * cos (2 * G_PI * TONE / RATE);
  gdouble x1 = 0, x2 = 0, worst = 0;
  guint64 n = 0;
  GList *l;

  g_mutex_lock (&rig->lock);
  for (l = g_list_last (rig->buffers); l != NULL; l = l->prev) {
    GstMapInfo map;
    gsize k;

    gst_buffer_map (l->data, &map, GST_MAP_READ);
    for (k = 0; k < map.size / sizeof (gfloat); k++) {
      gdouble x = ((gfloat *) map.data)[k];
      if (n++ > 1)
        worst = MAX (worst, fabs (x - c * x1 + x2));
      x2 = x1;
      x1 = x;
    }
    gst_buffer_unmap (l->data, &map);
  }
  g_mutex_unlock (&rig->lock);
  fail_unless (n > RATE);
  return worst;
}

static void
check_quiet (Rig * rig)
{
  gdouble worst = residue (rig);

  check_time (rig);
  fail_unless (worst < CLICK, "a click of %.1f dBFS", 20 * log10 (worst));
}

/* Each sample is the one after the one before. */
static void
check_stairs (Rig * rig)
{
  gint last = -1;
  GList *l;

  g_mutex_lock (&rig->lock);
  for (l = g_list_last (rig->buffers); l != NULL; l = l->prev) {
    GstMapInfo map;
    gsize k;

    gst_buffer_map (l->data, &map, GST_MAP_READ);
    for (k = 0; k < map.size / sizeof (gfloat); k++) {
      gint step = (gint) (((gfloat *) map.data)[k] * 32768.0f + 0.5f);
      if (last >= 0)
        fail_unless_equals_int (step, (last + 1) % 30000);
      last = step;
    }
    gst_buffer_unmap (l->data, &map);
  }
  g_mutex_unlock (&rig->lock);
  fail_unless_equals_uint64 (stat (rig, "samples-missed"), 0);
}

static void
begin (Rig * rig, guint inputs)
{
  rig_init (rig, inputs);
  g_object_set (rig->element, "return-delay", 400, "freeze-duration", 200,
      NULL);
}

GST_START_TEST (redundantswitch_does_not_click_when_an_input_stalls)
{
  Rig rig;

  begin (&rig, 2);
  rig_play (&rig, F32_CAPS);
  play (&rig, 3, tone, 0, 1500);
  play (&rig, 2, tone, 1500, 3000);
  check_quiet (&rig);
  fail_unless_equals_uint64 (stat (&rig, "switches"), 1);
  fail_unless_equals_uint64 (stat (&rig, "samples-missed"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_does_not_click_when_an_input_ends)
{
  Rig rig;

  begin (&rig, 2);
  rig_play (&rig, F32_CAPS);
  play (&rig, 3, tone, 0, 1500);
  gst_pad_push_event (rig.src[0], gst_event_new_eos ());
  play (&rig, 2, tone, 1500, 3000);
  check_quiet (&rig);
  fail_unless_equals_uint64 (stat (&rig, "switches"), 1);
  fail_unless_equals_uint64 (stat (&rig, "samples-missed"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_does_not_click_when_it_returns)
{
  Rig rig;

  begin (&rig, 2);
  rig_play (&rig, F32_CAPS);
  play (&rig, 3, tone, 0, 1500);
  play (&rig, 2, tone, 1500, 2500);
  play (&rig, 3, tone, 2500, 5000);
  check_quiet (&rig);
  fail_unless_equals_uint64 (stat (&rig, "returns"), 1);
  fail_unless_equals_uint64 (stat (&rig, "samples-missed"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_does_not_click_when_told_to_switch)
{
  gboolean granted;
  Rig rig;

  begin (&rig, 2);
  rig_play (&rig, F32_CAPS);
  play (&rig, 3, tone, 0, 1500);
  g_signal_emit_by_name (rig.element, "switch-to", "sink_1", &granted);
  play (&rig, 3, tone, 1500, 2500);
  g_signal_emit_by_name (rig.element, "force", "sink_0", 0u, &granted);
  play (&rig, 3, tone, 2500, 3500);
  g_signal_emit_by_name (rig.element, "lockout", "sink_0", TRUE, &granted);
  play (&rig, 3, tone, 3500, 4500);
  g_signal_emit_by_name (rig.element, "clear", &granted);
  play (&rig, 3, tone, 4500, 5500);
  check_quiet (&rig);
  fail_unless (stat (&rig, "switches") >= 3);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_does_not_click_into_silence_and_out)
{
  Rig rig;

  begin (&rig, 1);
  rig_play (&rig, F32_CAPS);
  play (&rig, 1, tone, 0, 1500);
  play (&rig, 0, tone, 1500, 3500);
  play (&rig, 1, tone, 3500, 5000);
  check_quiet (&rig);
  fail_unless_equals_uint64 (stat (&rig, "samples-missed"), 2 * RATE);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_does_not_click_out_of_the_first_silence)
{
  Rig rig;

  begin (&rig, 1);
  gst_util_set_object_arg (G_OBJECT (rig.element), "caps", F32_CAPS);
  rig_play (&rig, F32_CAPS);
  play (&rig, 0, tone, 0, 1010);
  play (&rig, 1, tone, 1010, 3010);
  check_quiet (&rig);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_does_not_click_at_the_operators_slate)
{
  gboolean granted;
  Rig rig;

  begin (&rig, 1);
  rig_play (&rig, F32_CAPS);
  play (&rig, 1, tone, 0, 1500);
  g_signal_emit_by_name (rig.element, "fallback-to-slate", TRUE, &granted);
  play (&rig, 1, tone, 1500, 2500);
  g_signal_emit_by_name (rig.element, "fallback-to-slate", FALSE, &granted);
  play (&rig, 1, tone, 2500, 4000);
  check_quiet (&rig);
  fail_unless_equals_uint64 (stat (&rig, "slates"), 1);
  rig_clear (&rig);
}

GST_END_TEST;

/* An input that delivers so late that the output waits for each chunk. */
GST_START_TEST (redundantswitch_does_not_click_between_late_and_punctual)
{
  guint now;
  Rig rig;

  begin (&rig, 2);
  rig_play (&rig, F32_CAPS);
  play (&rig, 3, tone, 0, 1500);
  for (now = 1500; now < 4000; now += 20) {
    advance (&rig, now * GST_MSECOND);
    push_sound (&rig, 1, tone, (gint64) now * RATE / 1000, CHUNK);
    if (now >= 1500 + 580)
      push_sound (&rig, 0, tone, (gint64) (now - 580) * RATE / 1000, CHUNK);
  }
  check_quiet (&rig);
  fail_unless_equals_uint64 (stat (&rig, "samples-missed"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_fades_for_as_long_as_it_is_told)
{
  guint fades[] = { 0, 5, 50, 100 };
  gdouble worst[4];
  Rig rig;
  guint i;

  for (i = 0; i < 4; i++) {
    begin (&rig, 2);
    g_object_set (rig.element, "fade-duration", fades[i], NULL);
    rig_play (&rig, F32_CAPS);
    play (&rig, 3, tone, 0, 1500);
    play (&rig, 2, tone, 1500, 3000);
    worst[i] = residue (&rig);
    fail_unless_equals_uint64 (stat (&rig, "samples-missed"), 0);
    rig_clear (&rig);
  }
  /* A hard cut is a click; the longer the fade, the less is left. */
  fail_unless (worst[0] > 0.1, "%f", worst[0]);
  fail_unless (worst[1] < 0.1);
  fail_unless (worst[2] < CLICK && worst[2] < worst[1]);
  fail_unless (worst[3] < worst[2]);
}

GST_END_TEST;

GST_START_TEST (redundantswitch_neither_misses_nor_doubles_a_sample)
{
  gboolean granted;
  Rig rig;

  begin (&rig, 2);
  rig_play (&rig, F32_CAPS);
  play (&rig, 3, stair, 0, 1500);
  /* Failure, return, command. */
  play (&rig, 2, stair, 1500, 2500);
  play (&rig, 3, stair, 2500, 4500);
  g_signal_emit_by_name (rig.element, "switch-to", "sink_1", &granted);
  play (&rig, 3, stair, 4500, 5500);
  gst_pad_push_event (rig.src[1], gst_event_new_eos ());
  play (&rig, 1, stair, 5500, 7000);
  check_time (&rig);
  check_stairs (&rig);
  fail_unless_equals_uint64 (stat (&rig, "switches"), 4);
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
redundantswitchaudio_suite (void)
{
  Suite *s = suite_create ("redundantswitchaudio");
  TCase *tc = tcase_create ("redundantswitchaudio");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, redundantswitch_does_not_click_when_an_input_stalls);
  tcase_add_test (tc, redundantswitch_does_not_click_when_an_input_ends);
  tcase_add_test (tc, redundantswitch_does_not_click_when_it_returns);
  tcase_add_test (tc, redundantswitch_does_not_click_when_told_to_switch);
  tcase_add_test (tc, redundantswitch_does_not_click_into_silence_and_out);
  tcase_add_test (tc, redundantswitch_does_not_click_out_of_the_first_silence);
  tcase_add_test (tc, redundantswitch_does_not_click_at_the_operators_slate);
  tcase_add_test (tc, redundantswitch_does_not_click_between_late_and_punctual);
  tcase_add_test (tc, redundantswitch_fades_for_as_long_as_it_is_told);
  tcase_add_test (tc, redundantswitch_neither_misses_nor_doubles_a_sample);
  return s;
}

GST_CHECK_MAIN (redundantswitchaudio);
