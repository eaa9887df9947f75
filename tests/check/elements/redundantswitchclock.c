/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* redundantswitch with inputs whose time is not ours. */
#include "switchrig.h"

#include <gst/video/video.h>
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
  feed_drifting (&rig, push_tone, 0, 200 * 25, ppm);
  fail_unless (check_time (&rig) > 190 * 25);
  click = largest_click (&rig);
  fail_unless (click < 0.001, "%d dBFS", (gint) (20 * log10 (click)));
  fail_unless (fabs (input_stat_double (&rig, "drift-ppm") - ppm) < 3);
  fail_unless (stat (&rig, "drift-corrections") > 300);
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
  feed_drifting (&rig, push_picture, 0, 250 * 25, ppm);
  fail_unless (check_time (&rig) > 240 * 25);
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
  feed_drifting (&rig, push_key_frame, 0, 150 * 25, ppm);
  fail_unless (g_list_length (rig.buffers) > 148 * 25);
  check_steps (&rig);
  /* 30 ms, less what is left alone and what is still followed. */
  offset = input_stat_int64 (&rig, 0, "offset");
  fail_unless (ABS (offset) > 8 * (gint64) GST_MSECOND);
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

/* Stamps that are no time at all. */
GST_START_TEST (clock_without_sense_is_not_taken)
{
  static const GstClockTime odd[] = { G_MAXUINT64 - 1, G_MAXINT64, 0,
    (GstClockTime) G_MAXINT64 + 1, G_MAXINT64 / 2, 1
  };
  guint n;
  Rig rig;

  rig_init (&rig, 1);
  rig_play (&rig, VIDEO_CAPS);
  for (n = 0; n < 150; n++) {
    advance (&rig, n * FRAME);
    push_picture (&rig, 0, n >= 50 && n < 56 ? odd[n - 50] : n * FRAME);
  }
  advance (&rig, 150 * FRAME);
  fail_unless (check_time (&rig) > 130);
  fail_unless_equals_int (newest_input (&rig), 1);
  rig_clear (&rig);
}

GST_END_TEST;

/* What proves that two inputs are of one encoder. */
typedef enum
{
  NO_PROOF,
  UNIX_TIME,
  NTP_TIME,
  TIMECODE,
  SAME_STAMPS,
} Proof;

/* Picture `n` of one encoder, as input `i` delivers it. */
static void
push_content (Rig * rig, guint i, guint n, Proof proof)
{
  static GstStaticCaps unix_time = GST_STATIC_CAPS ("timestamp/x-unix");
  static GstStaticCaps ntp_time = GST_STATIC_CAPS ("timestamp/x-ntp");
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 64, NULL);
  guint8 mark[3] = { i + 1, n & 0xff, n >> 8 };
  GstCaps *caps = gst_static_caps_get (proof == NTP_TIME ? &ntp_time
      : &unix_time);

  gst_buffer_memset (buffer, 0, 0, 64);
  gst_buffer_fill (buffer, 0, mark, 3);
  GST_BUFFER_PTS (buffer) = n * FRAME;
  if (proof == SAME_STAMPS)
    GST_BUFFER_PTS (buffer) += 1234567;
  GST_BUFFER_DURATION (buffer) = FRAME;
  if (proof == UNIX_TIME || proof == NTP_TIME)
    gst_buffer_add_reference_timestamp_meta (buffer, caps,
        (proof == NTP_TIME ? G_GUINT64_CONSTANT (3900000000)
            : 1700000000) * GST_SECOND + n * FRAME, GST_CLOCK_TIME_NONE);
  if (proof == TIMECODE)
    gst_buffer_add_video_time_code_meta_full (buffer, 25, 1, NULL,
        GST_VIDEO_TIME_CODE_FLAGS_NONE, 10, 20, n / 25, n % 25, 0);
  gst_caps_unref (caps);
  fail_unless_equals_int (gst_pad_push (rig->src[i], buffer), GST_FLOW_OK);
}

/* Pictures [from, to) of one encoder, of which inputs are `late` frames late. */
static void
feed_content (Rig * rig, guint mask, guint from, guint to, const guint * late,
    Proof proof)
{
  guint n, i;

  for (n = from; n < to; n++) {
    advance (rig, n * FRAME + 2 * GST_MSECOND);
    for (i = 0; i < 2; i++) {
      if (mask & 1u << i && n >= late[i])
        push_content (rig, i, n - late[i], proof);
    }
  }
}

static void
expect_alignment (Rig * rig, guint input, const gchar * alignment)
{
  const GValue *inputs;
  GstStructure *stats;

  g_object_get (rig->element, "stats", &stats, NULL);
  inputs = gst_structure_get_value (stats, "inputs");
  fail_unless_equals_string (gst_structure_get_string
      (gst_value_get_structure (gst_value_array_get_value (inputs, input)),
          "alignment"), alignment);
  gst_structure_free (stats);
}

/* How many pictures are missing (or, below 0, seen again) where the output goes
 * from the first input to the second. */
static gint
content_missing (Rig * rig)
{
  guint last_input = 0, last = 0, input, number;
  gint missing = G_MAXINT;
  GList *l;

  g_mutex_lock (&rig->lock);
  for (l = g_list_last (rig->buffers); l != NULL; l = l->prev) {
    input = input_of (l->data, &number);
    if (last_input == 1 && input == 2)
      missing = (gint) number - (gint) (last + 1);
    else if (last_input == input)
      fail_unless_equals_int (number, last + 1);
    last_input = input;
    last = number;
  }
  g_mutex_unlock (&rig->lock);
  return missing;
}

/* The first of two inputs dies; returns what content is missing. */
static gint
lose_the_first (Proof proof, guint late_0, guint late_1,
    const gchar * alignment)
{
  const guint late[] = { late_0, late_1 };
  gint missing;
  Rig rig;

  rig_init (&rig, 2);
  rig_play (&rig, VIDEO_CAPS);
  feed_content (&rig, 3, 0, 100, late, proof);
  fail_unless_equals_int (newest_input (&rig), 1);
  expect_alignment (&rig, 1, alignment);
  feed_content (&rig, 2, 100, 160, late, proof);
  fail_unless_equals_int (newest_input (&rig), 2);
  expect_message (&rig, "redundantswitch-switch", "reason", "startup");
  expect_message (&rig, "redundantswitch-switch", "alignment", alignment);
  check_time (&rig);
  missing = content_missing (&rig);
  fail_unless_equals_uint64 (stat (&rig, "frames-missed"), 0);
  rig_clear (&rig);
  return missing;
}

GST_START_TEST (alignment_repeats_nothing_of_a_later_standby)
{
  fail_unless_equals_int (lose_the_first (UNIX_TIME, 0, 6, "reference"), 0);
  fail_unless_equals_int (lose_the_first (NTP_TIME, 0, 6, "rtcp"), 0);
  fail_unless_equals_int (lose_the_first (TIMECODE, 0, 6, "timecode"), 0);
  fail_unless_equals_int (lose_the_first (SAME_STAMPS, 0, 6, "pts"), 0);
}

GST_END_TEST;

GST_START_TEST (alignment_drops_nothing_of_an_earlier_standby)
{
  fail_unless_equals_int (lose_the_first (UNIX_TIME, 6, 0, "reference"), 0);
  fail_unless_equals_int (lose_the_first (TIMECODE, 6, 0, "timecode"), 0);
}

GST_END_TEST;

GST_START_TEST (alignment_without_proof_is_by_arrival)
{
  fail_unless_equals_int (lose_the_first (NO_PROOF, 0, 6, "none"), -6);
}

GST_END_TEST;

/* 480 ms of 600 would leave too little for jitter. */
GST_START_TEST (alignment_goes_no_further_than_the_latency)
{
  fail_unless_equals_int (lose_the_first (UNIX_TIME, 0, 12, "none"), -12);
}

GST_END_TEST;

GST_START_TEST (offset_of_what_is_not_shown_is_taken_at_once)
{
  const guint late[] = { 0, 0 };
  gint offset;
  Rig rig;

  rig_init (&rig, 2);
  rig_play (&rig, VIDEO_CAPS);
  feed_content (&rig, 3, 0, 50, late, NO_PROOF);
  g_object_set (rig.request[1], "offset", 120, NULL);
  g_object_get (rig.request[1], "offset", &offset, NULL);
  fail_unless_equals_int (offset, 120);
  feed_content (&rig, 3, 50, 100, late, NO_PROOF);
  feed_content (&rig, 2, 100, 160, late, NO_PROOF);
  fail_unless_equals_int (newest_input (&rig), 2);
  /* Three pictures later in time: they are seen again. */
  fail_unless_equals_int (content_missing (&rig), -3);
  fail_unless_equals_uint64 (stat (&rig, "frames-missed"), 0);
  check_time (&rig);
  rig_clear (&rig);
}

GST_END_TEST;

/* 50 ms of sound are made in 50 s, and nobody hears it. */
GST_START_TEST (offset_of_what_is_shown_is_taken_by_a_slope)
{
  guint64 made;
  Rig rig;

  rig_init (&rig, 1);
  rig.is_audio = TRUE;
  rig_play (&rig, AUDIO_CAPS);
  feed_drifting (&rig, push_tone, 0, 100, 0);
  fail_unless_equals_uint64 (stat (&rig, "drift-corrections"), 0);
  g_object_set (rig.request[0], "audio-offset", 50, NULL);
  feed_drifting (&rig, push_tone, 100, 85 * 25, 0);
  made = stat (&rig, "drift-corrections");
  fail_unless (made > 2300 && made < 2500, "%d samples", (gint) made);
  fail_unless (largest_click (&rig) < 0.001);
  fail_unless_equals_uint64 (stat (&rig, "resyncs"), 0);
  fail_unless (stat (&rig, "samples-missed") < SAMPLES);
  check_time (&rig);
  rig_clear (&rig);
}

GST_END_TEST;

/* The inputs of redundantsrc have them too. */
GST_START_TEST (offset_of_a_uri_is_kept)
{
  GstElement *src = gst_object_ref_sink (gst_element_factory_make
      ("redundantsrc", NULL));
  gint offset, audio_offset;

  g_object_set (src, "uris", "udp://127.0.0.1:5004", NULL);
  gst_child_proxy_set (GST_CHILD_PROXY (src), "input-0::offset", -40,
      "input-0::audio-offset", 80, NULL);
  gst_child_proxy_get (GST_CHILD_PROXY (src), "input-0::offset", &offset,
      "input-0::audio-offset", &audio_offset, NULL);
  fail_unless_equals_int (offset, -40);
  fail_unless_equals_int (audio_offset, 80);
  gst_object_unref (src);
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
  tcase_add_test (tc, clock_without_sense_is_not_taken);
  tcase_add_test (tc, alignment_repeats_nothing_of_a_later_standby);
  tcase_add_test (tc, alignment_drops_nothing_of_an_earlier_standby);
  tcase_add_test (tc, alignment_without_proof_is_by_arrival);
  tcase_add_test (tc, alignment_goes_no_further_than_the_latency);
  tcase_add_test (tc, offset_of_what_is_not_shown_is_taken_at_once);
  tcase_add_test (tc, offset_of_what_is_shown_is_taken_by_a_slope);
  tcase_add_test (tc, offset_of_a_uri_is_kept);
  return s;
}

GST_CHECK_MAIN (redundantswitchclock);
