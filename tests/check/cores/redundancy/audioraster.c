/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "audioraster.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)

#define RATE 48000
#define CHUNK 960

static void
ignore (gpointer data)
{
}

static void
track_init (AudioTrack * track)
{
  AudioTrack empty = { {NULL,}, };

  *track = empty;
  store_init (&track->store, 100 * RATE, 1000000, ignore);
}

static void
push (AudioTrack * track, gint64 start, gint64 n)
{
  StoreItem item = { start, n, 1, NULL };

  store_push (&track->store, &item);
}

/* Gain that the chunk gives `track` at a sample of the chunk, or -1. */
static gfloat
gain_at (const AudioChunk * chunk, const AudioTrack * track, guint at)
{
  guint i;

  for (i = 0; i < chunk->n_spans; i++) {
    const AudioSpan *span = &chunk->spans[i];
    if (at >= span->at && at < span->at + span->n
        && store_at (&track->store, span->item->start) == span->item)
      return span->gain_from + (span->gain_to - span->gain_from)
          * (at - span->at) / span->n;
  }
  return -1.0f;
}

/* Samples of the chunk that no span covers. */
static guint
uncovered (const AudioChunk * chunk)
{
  guint at, i, n = 0;

  for (at = 0; at < CHUNK; at++) {
    gboolean covered = FALSE;
    for (i = 0; i < chunk->n_spans; i++) {
      const AudioSpan *span = &chunk->spans[i];
      covered |= at >= span->at && at < span->at + span->n;
    }
    n += !covered;
  }
  return n;
}

static gboolean
is_near (gfloat a, gfloat b)
{
  return a > b - 0.01f && a < b + 0.01f;
}

/* As audio_track_place(), of samples that are not slewed. */
static gint64
place (AudioTrack * track, gint64 mapped, guint n)
{
  AudioSlewPlan plan;
  gint64 position = audio_track_place (track, RATE, mapped, n, 40 * MS, &plan);

  fail_unless (plan.as_is);
  fail_unless_equals_int (plan.n_out, n);
  return position;
}

GST_START_TEST (audio_track_places_by_count_and_not_by_jitter)
{
  AudioTrack track;
  guint i;

  track_init (&track);
  for (i = 0; i < 1000; i++) {
    gint64 jitter = (i % 3) * 7 * (gint64) MS - 7 * (gint64) MS;
    gint64 at = (gint64) i * 1024 * 1000000000 / RATE + (i ? jitter : 0);
    fail_unless_equals_int64 (place (&track, at, 1024), (gint64) i * 1024);
  }
  fail_unless_equals_uint64 (track.resyncs, 0);
}

GST_END_TEST;

GST_START_TEST (audio_track_places_anew_beyond_the_tolerance_or_in_a_new_epoch)
{
  AudioTrack track;

  track_init (&track);
  place (&track, 0, 480);
  fail_unless_equals_int64 (place (&track, 51 * MS, 480), 51 * 48);
  fail_unless_equals_uint64 (track.resyncs, 1);
  track.epoch++;
  fail_unless_equals_int64 (place (&track, 82 * MS, 480), 82 * 48);
  fail_unless_equals_uint64 (track.resyncs, 2);
}

GST_END_TEST;

GST_START_TEST (audio_track_hears_no_seam_in_an_epoch_that_goes_on)
{
  AudioTrack track;

  track_init (&track);
  place (&track, 0, 480);
  track.epoch++;
  fail_unless_equals_int64 (place (&track, 10 * MS + 30000, 480), 480);
  fail_unless_equals_uint64 (track.resyncs, 0);
}

GST_END_TEST;

/* A day of AAC frames whose clock is off by `ppm`, stamped in whole ms. */
static void
live_through_a_day (gint ppm)
{
  const gint64 frames = G_GINT64_CONSTANT (86400) * RATE / 1024;
  gint64 worst = 0, i, holes = 0, end = 0;
  AudioTrack track;

  track_init (&track);
  for (i = 0; i < frames; i++) {
    gint64 time = i * 1024 * 15625 / 750 * 1000;
    gint64 mapped = time + time / 1000000 * ppm, start, error;
    AudioSlewPlan plan;

    mapped = mapped / (gint64) MS *(gint64) MS;
    start = audio_track_place (&track, RATE, mapped, 1024, 40 * MS, &plan);
    error = audio_raster_sample (RATE, mapped) - start - plan.pending;
    worst = MAX (worst, ABS (error));
    holes += i > 0 && start != end;
    end = start + plan.n_out;
  }
  fail_unless_equals_int64 (holes, 0);
  fail_unless_equals_uint64 (track.resyncs, 0);
  fail_unless (worst <= 4 * RATE / 1000, "%d ppm: %d samples off", ppm,
      (gint) worst);
  i = track.slew.corrected / SECOND;
  fail_unless (ABS (i - 86400 * (gint64) RATE / 1000000 * ABS (ppm)) < 2 * RATE
      / 100 + i / 50, "%d ppm: %d samples corrected", ppm, (gint) i);
}

GST_START_TEST (audio_track_follows_a_clock_for_a_day)
{
  live_through_a_day (50);
  live_through_a_day (-50);
  live_through_a_day (200);
  live_through_a_day (-200);
}

GST_END_TEST;

GST_START_TEST (audio_track_leaves_a_clock_alone_that_is_ours)
{
  live_through_a_day (0);
}

GST_END_TEST;

GST_START_TEST (audio_raster_covers_every_sample_once_from_odd_items)
{
  AudioRaster self;
  AudioTrack a, *tracks[] = { &a };
  AudioChunk chunk;
  gint64 at;
  guint i;

  track_init (&a);
  for (at = 0; at < 20 * CHUNK; at += 1021)
    push (&a, at, 1021);
  audio_raster_init (&self, RATE, CHUNK, 0);
  for (i = 0; i < 15; i++) {
    audio_raster_next (&self, 0, NULL, 0, tracks, 1, &chunk);
    fail_unless_equals_int (uncovered (&chunk), 0);
    fail_unless_equals_int (chunk.silence, 0);
    fail_unless (is_near (gain_at (&chunk, &a, 0), 1.0f));
    fail_unless (is_near (gain_at (&chunk, &a, CHUNK - 1), 1.0f));
  }
  fail_unless_equals_uint64 (self.silence, 0);
  store_finish (&a.store);
}

GST_END_TEST;

/* Packets of 125 us, the shortest of AES67, also while two inputs are heard. */
GST_START_TEST (audio_raster_has_room_for_the_shortest_packets)
{
  AudioRaster self;
  AudioTrack a, b, *before[] = { &a }, *after[] = { &b };
  AudioChunk chunk;
  gint64 at;
  guint i;

  track_init (&a);
  track_init (&b);
  for (at = 0; at < 20 * CHUNK; at += 6) {
    push (&a, at, 6);
    push (&b, at, 6);
  }
  audio_raster_init (&self, RATE, CHUNK, 0);
  for (i = 0; i < 15; i++) {
    audio_raster_next (&self, 5 * CHUNK + 100, before, 1, after, 1, &chunk);
    fail_unless_equals_int (uncovered (&chunk), 0);
    if (i < 4)
      fail_unless (is_near (gain_at (&chunk, &a, CHUNK - 1), 1.0f));
    if (i > 5)
      fail_unless (is_near (gain_at (&chunk, &b, CHUNK - 1), 1.0f));
    if (i == 4)
      fail_unless (is_near (gain_at (&chunk, &a, CHUNK - 1)
              + gain_at (&chunk, &b, CHUNK - 1), 1.0f));
  }
  store_finish (&a.store);
  store_finish (&b.store);
}

GST_END_TEST;

GST_START_TEST (audio_raster_cross_fades_to_the_standby_before_the_first_ends)
{
  AudioRaster self;
  AudioTrack a, b, *tracks[] = { &a, &b };
  AudioChunk chunk;
  guint i;
  /* The end lies in the middle of the fourth chunk. */
  const gint64 end = 3 * CHUNK + 100;

  track_init (&a);
  track_init (&b);
  push (&a, 0, end);
  push (&b, 0, 20 * CHUNK);
  audio_raster_init (&self, RATE, CHUNK, 0);
  for (i = 0; i < 8; i++) {
    audio_raster_next (&self, 0, NULL, 0, tracks, 2, &chunk);
    fail_unless_equals_int (uncovered (&chunk), 0);
    if (i == 2) {
      /* The fade began 100 samples in; both gains are 1 together. */
      fail_unless (is_near (gain_at (&chunk, &a, 50), 1.0f));
      fail_unless (is_near (gain_at (&chunk, &a, 580), 0.5f));
      fail_unless (is_near (gain_at (&chunk, &b, 580), 0.5f));
    }
    if (i == 3) {
      fail_unless (is_near (gain_at (&chunk, &a, 0) + gain_at (&chunk, &b, 0),
              1.0f));
      fail_unless (is_near (gain_at (&chunk, &b, 100), 1.0f));
    }
    if (i > 3)
      fail_unless (chunk.last == &b && is_near (gain_at (&chunk, &b, 1), 1.0f));
  }
  fail_unless_equals_uint64 (self.silence, 0);
  store_finish (&a.store);
  store_finish (&b.store);
}

GST_END_TEST;

GST_START_TEST (audio_raster_hands_over_at_the_cut)
{
  AudioRaster self;
  AudioTrack a, b, *before[] = { &a, &b }, *after[] = { &b, &a };
  AudioChunk chunk;
  guint i;

  track_init (&a);
  track_init (&b);
  push (&a, 0, 20 * CHUNK);
  push (&b, 0, 20 * CHUNK);
  audio_raster_init (&self, RATE, CHUNK, 0);
  for (i = 0; i < 6; i++) {
    audio_raster_next (&self, 4 * CHUNK, before, 2, after, 2, &chunk);
    fail_unless_equals_int (uncovered (&chunk), 0);
    fail_unless (gain_at (&chunk, &a, 0) > 0.9f || i >= 4);
    fail_unless (i < 4 || is_near (gain_at (&chunk, &b, 0), 1.0f));
    if (i == 3)
      fail_unless (is_near (gain_at (&chunk, &b, CHUNK / 2), 0.5f));
  }
  store_finish (&a.store);
  store_finish (&b.store);
}

GST_END_TEST;

GST_START_TEST (audio_raster_fades_out_into_silence_and_in_again)
{
  AudioRaster self;
  AudioTrack a, *tracks[] = { &a };
  AudioChunk chunk;

  track_init (&a);
  push (&a, 0, 2 * CHUNK);
  push (&a, 4 * CHUNK + 10, 4 * CHUNK);
  audio_raster_init (&self, RATE, CHUNK, 0);
  audio_raster_next (&self, 0, NULL, 0, tracks, 1, &chunk);
  fail_unless (is_near (gain_at (&chunk, &a, 500), 1.0f));
  audio_raster_next (&self, 0, NULL, 0, tracks, 1, &chunk);
  fail_unless (is_near (gain_at (&chunk, &a, CHUNK / 2), 0.5f));
  audio_raster_next (&self, 0, NULL, 0, tracks, 1, &chunk);
  fail_unless_equals_int (chunk.silence, CHUNK);
  fail_unless (chunk.last == NULL);
  audio_raster_next (&self, 0, NULL, 0, tracks, 1, &chunk);
  audio_raster_next (&self, 0, NULL, 0, tracks, 1, &chunk);
  fail_unless_equals_int (chunk.silence, 10);
  fail_unless (is_near (gain_at (&chunk, &a, 10 + CHUNK / 2), 0.5f));
  audio_raster_next (&self, 0, NULL, 0, tracks, 1, &chunk);
  fail_unless (is_near (gain_at (&chunk, &a, 20), 1.0f));
  fail_unless_equals_uint64 (self.silence, 2 * CHUNK + 10);
  store_finish (&a.store);
}

GST_END_TEST;

GST_START_TEST (audio_raster_comes_back_to_the_better_track_after_a_hole)
{
  AudioRaster self;
  AudioTrack a, b, *tracks[] = { &a, &b };
  AudioChunk chunk;
  guint i;

  track_init (&a);
  track_init (&b);
  push (&a, 0, 2 * CHUNK);
  push (&a, 5 * CHUNK, 10 * CHUNK);
  push (&b, 0, 20 * CHUNK);
  audio_raster_init (&self, RATE, CHUNK, 0);
  for (i = 0; i < 8; i++) {
    audio_raster_next (&self, 0, NULL, 0, tracks, 2, &chunk);
    fail_unless_equals_int (uncovered (&chunk), 0);
  }
  fail_unless (chunk.last == &a);
  fail_unless_equals_uint64 (self.silence, 0);
  store_finish (&a.store);
  store_finish (&b.store);
}

GST_END_TEST;

GST_START_TEST (audio_raster_time_is_exact_for_odd_rates)
{
  AudioRaster self;

  audio_raster_init (&self, 44100, 882, 0);
  fail_unless_equals_uint64 (audio_raster_time (&self, G_GUINT64_CONSTANT
          (44100) * 86400 * 365), G_GUINT64_CONSTANT (86400) * 365 * SECOND);
  fail_unless_equals_uint64 (audio_raster_skip_to (&self, 61 * MS), 3);
  fail_unless_equals_uint64 (self.position, 3 * 882);
}

GST_END_TEST;

GST_START_TEST (audio_raster_takes_the_filler_where_no_input_is)
{
  AudioTrack a, filler, *tracks[] = { &a };
  AudioRaster self;
  AudioChunk chunk;
  guint i;

  track_init (&a);
  track_init (&filler);
  push (&filler, 0, 10 * CHUNK);
  push (&a, 3 * CHUNK, 3 * CHUNK);
  audio_raster_init (&self, RATE, CHUNK, 0);
  self.filler = &filler;
  for (i = 0; i < 9; i++) {
    gboolean fills = i < 3 || i > 5;
    audio_raster_next (&self, 0, NULL, 0, tracks, 1, &chunk);
    fail_unless_equals_int (uncovered (&chunk), 0);
    /* It is no input's, and so it counts as silence. */
    fail_unless_equals_int (chunk.silence, fills ? CHUNK : 0);
    if (i > 2)
      fail_unless (chunk.last == (fills ? NULL : &a));
    /* One fades in while the other fades out. */
    if (i == 2 || i == 5) {
      fail_unless (is_near (gain_at (&chunk, i == 2 ? &filler : &a, 480),
              0.5f));
    }
  }
  /* Before the first input nothing is missing. */
  fail_unless_equals_uint64 (self.silence, 3 * CHUNK);
}

GST_END_TEST;

GST_START_TEST (audio_raster_fades_for_as_long_as_it_is_told)
{
  AudioTrack a, *tracks[] = { &a };
  AudioRaster self;
  AudioChunk chunk;

  track_init (&a);
  push (&a, 2 * CHUNK, 3 * CHUNK);
  audio_raster_init (&self, RATE, CHUNK, 0);
  self.fade = 2 * CHUNK;
  audio_raster_next (&self, 0, NULL, 0, tracks, 1, &chunk);
  audio_raster_next (&self, 0, NULL, 0, tracks, 1, &chunk);
  audio_raster_next (&self, 0, NULL, 0, tracks, 1, &chunk);
  fail_unless (is_near (gain_at (&chunk, &a, 0), 0.0f));
  fail_unless (is_near (gain_at (&chunk, &a, 959), 0.5f));
  audio_raster_next (&self, 0, NULL, 0, tracks, 1, &chunk);
  audio_raster_next (&self, 0, NULL, 0, tracks, 1, &chunk);
  fail_unless (is_near (gain_at (&chunk, &a, 0), 0.5f));
  fail_unless (is_near (gain_at (&chunk, &a, 959), 0.0f));
}

GST_END_TEST;

GST_START_TEST (audio_raster_cuts_when_told_not_to_fade)
{
  AudioTrack a, *tracks[] = { &a };
  AudioRaster self;
  AudioChunk chunk;
  guint i;

  track_init (&a);
  push (&a, CHUNK + 100, CHUNK);
  audio_raster_init (&self, RATE, CHUNK, 0);
  self.fade = 0;
  for (i = 0; i < 3; i++) {
    audio_raster_next (&self, 0, NULL, 0, tracks, 1, &chunk);
    if (i == 1)
      fail_unless (is_near (gain_at (&chunk, &a, 100), 1.0f));
    if (i == 2)
      fail_unless (is_near (gain_at (&chunk, &a, 99), 1.0f));
  }
  fail_unless_equals_int (uncovered (&chunk), CHUNK - 100);
}

GST_END_TEST;

/* A is delivered just in time: what fades because B had to help out goes on
 * fading, and A comes back the same way. */
GST_START_TEST (audio_raster_ends_a_fade_that_it_began)
{
  AudioTrack a, b, *tracks[] = { &a, &b };
  AudioRaster self;
  AudioChunk chunk;
  gfloat last_a = 1.0f, last_b = 0.0f;
  guint i, at;

  track_init (&a);
  track_init (&b);
  push (&a, 0, 3 * CHUNK + CHUNK / 2);
  push (&b, 0, 20 * CHUNK);
  audio_raster_init (&self, RATE, CHUNK, 0);
  for (i = 0; i < 12; i++) {
    /* The fade of chunk 2 has begun when the rest comes. */
    if (i == 3)
      push (&a, 3 * CHUNK + CHUNK / 2, 17 * CHUNK);
    audio_raster_next (&self, 0, NULL, 0, tracks, 2, &chunk);
    for (at = 0; at < CHUNK; at++) {
      gfloat gain_a = MAX (gain_at (&chunk, &a, at), 0.0f);
      gfloat gain_b = MAX (gain_at (&chunk, &b, at), 0.0f);
      fail_unless (ABS (gain_a - last_a) < 0.01f, "%f to %f in %u", last_a,
          gain_a, i);
      fail_unless (ABS (gain_b - last_b) < 0.01f);
      fail_unless (is_near (gain_a + gain_b, 1.0f));
      last_a = gain_a;
      last_b = gain_b;
    }
  }
  fail_unless (chunk.last == &a);
  fail_unless_equals_uint64 (self.silence, 0);
}

GST_END_TEST;

/* The order changes from one chunk to the next, without a cut ahead. */
GST_START_TEST (audio_raster_fades_from_what_is_taken_off_at_once)
{
  AudioTrack a, b, *both[] = { &a, &b }, *one[] = { &b };
  gfloat last_a = 1.0f, last_b = 0.0f;
  AudioRaster self;
  AudioChunk chunk;
  guint i, at;

  track_init (&a);
  track_init (&b);
  push (&a, 0, 20 * CHUNK);
  push (&b, 0, 20 * CHUNK);
  audio_raster_init (&self, RATE, CHUNK, 0);
  for (i = 0; i < 6; i++) {
    audio_raster_next (&self, 0, NULL, 0, i < 3 ? both : one, i < 3 ? 2 : 1,
        &chunk);
    for (at = 0; at < CHUNK; at++) {
      gfloat gain_a = MAX (gain_at (&chunk, &a, at), 0.0f);
      gfloat gain_b = MAX (gain_at (&chunk, &b, at), 0.0f);
      fail_unless (ABS (gain_a - last_a) < 0.01f);
      fail_unless (ABS (gain_b - last_b) < 0.01f);
      last_a = gain_a;
      last_b = gain_b;
    }
  }
  fail_unless (is_near (last_b, 1.0f));
}

GST_END_TEST;

GST_START_TEST (audio_raster_keeps_what_goes_on_for_the_fade_of_a_late_one)
{
  AudioTrack a, b, *tracks[] = { &a, &b };
  AudioRaster self;
  AudioChunk chunk;
  guint i, at;

  track_init (&a);
  track_init (&b);
  push (&a, 2 * CHUNK + 100, 10 * CHUNK);
  push (&b, 0, 12 * CHUNK);
  audio_raster_init (&self, RATE, CHUNK, 0);
  for (i = 0; i < 6; i++) {
    audio_raster_next (&self, 0, NULL, 0, tracks, 2, &chunk);
    for (at = 0; at < CHUNK; at++) {
      fail_unless (is_near (MAX (gain_at (&chunk, &a, at), 0.0f)
              + MAX (gain_at (&chunk, &b, at), 0.0f), 1.0f));
    }
  }
  fail_unless (chunk.last == &a);
}

GST_END_TEST;

static Suite *
audioraster_suite (void)
{
  Suite *s = suite_create ("audioraster");
  TCase *tc = tcase_create ("audioraster");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, audio_track_places_by_count_and_not_by_jitter);
  tcase_add_test (tc,
      audio_track_places_anew_beyond_the_tolerance_or_in_a_new_epoch);
  tcase_add_test (tc, audio_track_hears_no_seam_in_an_epoch_that_goes_on);
  tcase_add_test (tc, audio_track_follows_a_clock_for_a_day);
  tcase_add_test (tc, audio_track_leaves_a_clock_alone_that_is_ours);
  tcase_add_test (tc, audio_raster_covers_every_sample_once_from_odd_items);
  tcase_add_test (tc, audio_raster_has_room_for_the_shortest_packets);
  tcase_add_test (tc,
      audio_raster_cross_fades_to_the_standby_before_the_first_ends);
  tcase_add_test (tc, audio_raster_hands_over_at_the_cut);
  tcase_add_test (tc, audio_raster_fades_out_into_silence_and_in_again);
  tcase_add_test (tc, audio_raster_comes_back_to_the_better_track_after_a_hole);
  tcase_add_test (tc, audio_raster_time_is_exact_for_odd_rates);
  tcase_add_test (tc, audio_raster_takes_the_filler_where_no_input_is);
  tcase_add_test (tc, audio_raster_fades_for_as_long_as_it_is_told);
  tcase_add_test (tc, audio_raster_cuts_when_told_not_to_fade);
  tcase_add_test (tc, audio_raster_ends_a_fade_that_it_began);
  tcase_add_test (tc,
      audio_raster_keeps_what_goes_on_for_the_fade_of_a_late_one);
  tcase_add_test (tc, audio_raster_fades_from_what_is_taken_off_at_once);
  return s;
}

GST_CHECK_MAIN (audioraster);
