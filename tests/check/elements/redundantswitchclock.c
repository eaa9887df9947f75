/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* redundantswitch with inputs whose time is not ours. */
#include "switchrig.h"

#include <math.h>

#define RATE 48000
#define SAMPLES (RATE / 25)
#define TONE 997
#define LOUDNESS 16000
#define H264_CAPS "video/x-h264,stream-format=byte-stream,alignment=au," \
    "framerate=25/1,width=320,height=180"

/* 40 ms of a tone that goes on from the buffer before. */
static void
push_tone (Rig * rig, guint i, GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 2 * SAMPLES, NULL);
  guint64 at = (guint64) rig->next[i]++ * SAMPLES;
  GstMapInfo map;
  guint k;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (k = 0; k < SAMPLES; k++)
    ((gint16 *) map.data)[k] = rint (LOUDNESS * sin (2 * G_PI * TONE
            * ((at + k) % RATE) / RATE));
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = FRAME;
  fail_unless_equals_int (gst_pad_push (rig->src[i], buffer), GST_FLOW_OK);
}

static void
push_key_frame (Rig * rig, guint i, GstClockTime dts)
{
  static const guint8 idr[] = { 0, 0, 0, 1, 0x67, 0x42, 0, 0, 0, 1, 0x68, 0xce,
    0, 0, 1, 0x65, 0x88, 0, 0
  };
  GstBuffer *buffer = gst_buffer_new_memdup (idr, sizeof (idr));

  GST_BUFFER_DTS (buffer) = GST_BUFFER_PTS (buffer) = dts;
  GST_BUFFER_DURATION (buffer) = FRAME;
  fail_unless_equals_int (gst_pad_push (rig->src[i], buffer), GST_FLOW_OK);
}

static void
push_picture (Rig * rig, guint i, GstClockTime pts)
{
  fail_unless_equals_int (push (rig, i, pts), GST_FLOW_OK);
}

/* One input sends frames [from, to) of a clock that runs `ppm` faster. */
static void
feed_drifting (Rig * rig, void (*push_one) (Rig * rig, guint i,
        GstClockTime time), guint from, guint to, gint ppm)
{
  guint n;

  for (n = from; n < to; n++) {
    GstClockTime time = n * FRAME;

    advance (rig, GST_SECOND + time - (gint64) (time / 1000000) * ppm);
    push_one (rig, 0, GST_SECOND + time);
  }
}

static gdouble
input_stat_double (Rig * rig, const gchar * field)
{
  const GValue *inputs;
  GstStructure *stats;
  gdouble value = 0;

  g_object_get (rig->element, "stats", &stats, NULL);
  inputs = gst_structure_get_value (stats, "inputs");
  fail_unless (gst_structure_get_double (gst_value_get_structure
          (gst_value_array_get_value (inputs, 0)), field, &value));
  gst_structure_free (stats);
  return value;
}

static gint64
input_stat_int64 (Rig * rig, guint input, const gchar * field)
{
  const GValue *inputs;
  GstStructure *stats;
  gint64 value = 0;

  g_object_get (rig->element, "stats", &stats, NULL);
  inputs = gst_structure_get_value (stats, "inputs");
  fail_unless (gst_structure_get_int64 (gst_value_get_structure
          (gst_value_array_get_value (inputs, input)), field, &value));
  gst_structure_free (stats);
  return value;
}

/* The largest departure from x[n+1] = 2 cos w x[n] - x[n-1], which a tone of any
 * phase keeps, behind the first second. */
static gdouble
largest_click (Rig * rig)
{
  gdouble factor = 2 * cos (2 * G_PI * TONE / RATE), a = 0, b = 0, worst = 0;
  guint64 n = 0;
  GList *l;

  for (l = g_list_last (rig->buffers); l != NULL; l = l->prev) {
    GstMapInfo map;
    guint i;

    gst_buffer_map (l->data, &map, GST_MAP_READ);
    for (i = 0; i < map.size / 2; i++) {
      gdouble x = ((gint16 *) map.data)[i];

      if (n++ > RATE)
        worst = MAX (worst, fabs (x - factor * b + a));
      a = b;
      b = x;
    }
    gst_buffer_unmap (l->data, &map);
  }
  return worst / 32768;
}

static void
expect_sound_without_clicks (gint ppm)
{
  gdouble click;
  Rig rig;

  rig_init (&rig, 1);
  rig.is_audio = TRUE;
  rig_play (&rig, AUDIO_CAPS);
  feed_drifting (&rig, push_tone, 0, 300 * 25, ppm);
  fail_unless (check_time (&rig) > 290 * 25);
  click = largest_click (&rig);
  fail_unless (click < 0.001, "%d dBFS", (gint) (20 * log10 (click)));
  fail_unless (fabs (input_stat_double (&rig, "drift-ppm") - ppm) < 3);
  fail_unless (stat (&rig, "drift-corrections") > 500);
  fail_unless_equals_uint64 (stat (&rig, "resyncs"), 0);
  fail_unless (stat (&rig, "samples-missed") < SAMPLES);
  rig_clear (&rig);
}

GST_START_TEST (clock_that_is_fast_is_not_heard)
{
  expect_sound_without_clicks (200);
}

GST_END_TEST;

GST_START_TEST (clock_that_is_slow_is_not_heard)
{
  expect_sound_without_clicks (-200);
}

GST_END_TEST;

static void
expect_pictures_without_loss (gint ppm)
{
  Rig rig;

  rig_init (&rig, 1);
  rig_play (&rig, VIDEO_CAPS);
  feed_drifting (&rig, push_picture, 0, 400 * 25, ppm);
  fail_unless (check_time (&rig) > 390 * 25);
  fail_unless_equals_uint64 (stat (&rig, "frames-missed"), 0);
  fail_unless_equals_uint64 (stat (&rig, "repeated-frames"), 0);
  fail_unless (stat (&rig, "drift-corrections") >= 1);
  fail_unless (stat (&rig, "drift-corrections") <= 2);
  rig_clear (&rig);
}

GST_START_TEST (clock_that_is_fast_costs_no_picture_but_those_too_many)
{
  expect_pictures_without_loss (200);
}

GST_END_TEST;

GST_START_TEST (clock_that_is_slow_costs_no_picture)
{
  expect_pictures_without_loss (-200);
}

GST_END_TEST;

/* Steps of decoding time, which are even but for the slope. */
static void
check_steps (Rig * rig)
{
  GstClockTime last = GST_CLOCK_TIME_NONE;
  GList *l;

  for (l = g_list_last (rig->buffers); l != NULL; l = l->prev) {
    GstClockTime dts = GST_BUFFER_DTS (l->data);

    if (GST_CLOCK_TIME_IS_VALID (last)) {
      fail_unless (dts > last + FRAME - FRAME / 1000);
      fail_unless (dts < last + FRAME + FRAME / 1000);
    }
    last = dts;
  }
}

static void
expect_even_access_units (gint ppm)
{
  gint64 offset;
  Rig rig;

  rig_init (&rig, 1);
  rig_play (&rig, H264_CAPS);
  feed_drifting (&rig, push_key_frame, 0, 300 * 25, ppm);
  fail_unless (g_list_length (rig.buffers) > 298 * 25);
  check_steps (&rig);
  /* 60 ms, less what is left alone and what is still followed. */
  offset = input_stat_int64 (&rig, 0, "offset");
  fail_unless (ABS (offset) > 35 * GST_MSECOND);
  fail_unless ((offset < 0) == (ppm > 0));
  rig_clear (&rig);
}

GST_START_TEST (clock_of_access_units_is_followed_without_steps)
{
  expect_even_access_units (200);
  expect_even_access_units (-200);
}

GST_END_TEST;

/* A wrap is a jump that arrival does not know: not a picture is lost. */
GST_START_TEST (clock_that_wraps_costs_no_picture)
{
  const GstClockTime wrap = G_GUINT64_CONSTANT (95443717688888);
  GstClockTime now;
  Rig rig;

  rig_init (&rig, 1);
  rig_play (&rig, VIDEO_CAPS);
  for (now = 0; now < 10 * GST_SECOND; now += FRAME) {
    /* Jitter that arrival alone would show. */
    advance (&rig, GST_SECOND + now + now / FRAME % 7 * 10 * GST_MSECOND);
    push_picture (&rig, 0, now < 5 * GST_SECOND ? wrap - 5 * GST_SECOND + now
        : now - 5 * GST_SECOND);
  }
  check_time (&rig);
  check_fresh (&rig);
  fail_unless_equals_uint64 (stat (&rig, "frames-missed"), 0);
  fail_unless_equals_uint64 (stat (&rig, "drift-corrections"), 0);
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
redundantswitchclock_suite (void)
{
  Suite *s = suite_create ("redundantswitchclock");
  TCase *tc = tcase_create ("redundantswitchclock");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, clock_that_is_fast_is_not_heard);
  tcase_add_test (tc, clock_that_is_slow_is_not_heard);
  tcase_add_test (tc, clock_that_is_fast_costs_no_picture_but_those_too_many);
  tcase_add_test (tc, clock_that_is_slow_costs_no_picture);
  tcase_add_test (tc, clock_of_access_units_is_followed_without_steps);
  tcase_add_test (tc, clock_that_wraps_costs_no_picture);
  return s;
}

GST_CHECK_MAIN (redundantswitchclock);
