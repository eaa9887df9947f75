/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Days of an input whose clock is not ours, or whose stamps wrap and jump:
 * timeline, stores and rasters together. */
#include <gst/check/gstcheck.h>

#include "audioraster.h"
#include "timeline.h"
#include "videoraster.h"

#define MS G_GINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)
#define HOUR (3600 * SECOND)

#define VIDEO 0
#define AUDIO 1
#define FRAME (40 * MS)
#define RATE 48000
#define PACKET 1024
#define CHUNK 960
#define LATENCY (600 * MS)

typedef struct
{
  gint ppm;                     /* of the input's clock, positive: faster */
  gint64 jitter;                /* data waits up to this */
  /* Stamps of the medium for the input's time, in ns. */
    gint64 (*stamp) (gint64 time, guint medium);

  Timeline timeline;
  VideoRaster video;
  VideoTrack video_track;
  AudioRaster audio;
  AudioTrack audio_track;
  guint32 random;
  gint64 frames, packets;

  /* What came of it. */
  guint64 unusable;
  guint64 shown;                /* slots with a picture */
  gint64 last_picture;
  guint64 backwards;
  gint64 lips;                  /* ns, sound against its time, the largest */
  gint64 picture_off;           /* ns, pictures against their slots */
  guint most_items;
  guint64 silence;              /* samples before sound began */
} World;

static void
ignore (gpointer data)
{
}

static gint64
plain (gint64 time, guint medium)
{
  return time;
}

static void
world_init (World * self, gint ppm, gint64 jitter)
{
  TimelineConfig config;
  static const World zero;

  *self = zero;
  self->ppm = ppm;
  self->jitter = jitter;
  self->stamp = plain;
  config.expected = 3;
  config.settle = SECOND;
  config.trust = -1;
  config.latency = LATENCY;
  config.limit = 3 * SECOND + LATENCY;
  config.early = 3 * SECOND;
  config.patience = SECOND;
  timeline_init (&self->timeline, &config);
  video_raster_init (&self->video, 25, 1, 2 * SECOND, 10 * SECOND);
  store_init (&self->video_track.store, 3 * SECOND + LATENCY, 1 << 30, ignore);
  audio_raster_init (&self->audio, RATE, CHUNK, 10 * SECOND);
  store_init (&self->audio_track.store,
      audio_raster_sample (RATE, 3 * SECOND + LATENCY), 1 << 30, ignore);
  self->last_picture = G_MININT64;
}

static void
world_clear (World * self)
{
  store_finish (&self->video_track.store);
  store_finish (&self->audio_track.store);
}

/* When the input's `time` is ours. */
static gint64
ours (const World * self, gint64 time)
{
  return 10 * SECOND + time - time / 1000000 * self->ppm;
}

static gint64
arrival_of (World * self, gint64 time)
{
  gint64 wait = 0;

  self->random = self->random * 1664525 + 1013904223;
  if (self->jitter > 0)
    wait = (self->random >> 8) % self->jitter;
  return ours (self, time) + wait;
}

static gboolean
map (World * self, guint medium, gint64 time, gint64 * mapped)
{
  TimelineVerdict verdict = timeline_map (&self->timeline, medium,
      arrival_of (self, time), self->stamp (time, medium), mapped);

  self->unusable += verdict != TIMELINE_USABLE
      && self->frames + self->packets > 4;
  return verdict == TIMELINE_USABLE;
}

static void
send_frame (World * self)
{
  StoreItem item = { 0, FRAME, 1, NULL };

  if (map (self, VIDEO, self->frames * FRAME, &item.start)) {
    self->video_track.epoch = self->timeline.epoch[VIDEO];
    store_push (&self->video_track.store, &item);
  }
  self->frames++;
}

static gint64
packet_time (gint64 packet)
{
  return packet * PACKET / RATE * SECOND
      + packet * PACKET % RATE * SECOND / RATE;
}

static void
send_packet (World * self)
{
  StoreItem item = { 0, 0, 1, NULL };
  AudioSlewPlan plan;
  gint64 mapped, off;

  if (map (self, AUDIO, packet_time (self->packets), &mapped)) {
    self->audio_track.epoch = self->timeline.epoch[AUDIO];
    item.start = audio_track_place (&self->audio_track, RATE, mapped, PACKET,
        40 * MS, &plan);
    item.duration = plan.n_out;
    if (plan.n_out > 0)
      store_push (&self->audio_track.store, &item);
    off = mapped - (gint64) audio_raster_time (&self->audio, item.start
        + plan.pending);
    self->lips = MAX (self->lips, ABS (off));
  }
  self->packets++;
}

static void
show (World * self, gint64 now)
{
  VideoTrack *video = &self->video_track;
  AudioTrack *audio = &self->audio_track;
  AudioChunk chunk;

  while ((gint64) video_raster_time (&self->video, self->video.slot) + LATENCY
      <= now) {
    gint64 time = video_raster_time (&self->video, self->video.slot);
    VideoRasterPick pick = video_raster_next (&self->video, &video, 1, FALSE);

    if (pick.item != NULL) {
      self->shown++;
      self->backwards += pick.item->start < self->last_picture;
      self->last_picture = pick.item->start;
      self->picture_off = MAX (self->picture_off,
          ABS (time - pick.item->start));
    }
    self->most_items = MAX (self->most_items, video->store.count);
    store_trim (&video->store, time - FRAME);
  }
  while ((gint64) audio_raster_time (&self->audio, self->audio.position)
      + LATENCY <= now) {
    audio_raster_next (&self->audio, 0, NULL, 0, &audio, 1, &chunk);
    store_trim (&audio->store, (gint64) self->audio.position - CHUNK);
  }
}

static void
live (World * self, gint64 until)
{
  while (self->frames * FRAME < until) {
    if (self->frames * FRAME == 10 * SECOND)
      self->silence = self->audio.silence;
    gint64 now = ours (self, self->frames * FRAME);

    while (packet_time (self->packets) <= self->frames * FRAME)
      send_packet (self);
    send_frame (self);
    show (self, now);
  }
}

static void
expect_seamless (const World * self, guint64 corrections)
{
  guint64 made = self->video.corrections;

  fail_unless_equals_uint64 (self->unusable, 0);
  fail_unless_equals_uint64 (self->backwards, 0);
  fail_unless_equals_uint64 (self->video.missed, 0);
  fail_unless_equals_uint64 (self->audio.silence, self->silence);
  fail_unless_equals_uint64 (self->audio_track.resyncs, 0);
  fail_unless_equals_uint64 (self->video_track.store.dropped, 0);
  fail_unless_equals_uint64 (self->audio_track.store.dropped, 0);
  fail_unless (self->most_items < 30, "%u pictures", self->most_items);
  fail_unless (self->lips <= 5 * MS, "%d us", (gint) (self->lips / 1000));
  fail_unless (self->picture_off <= FRAME * 3 / 4, "%d us",
      (gint) (self->picture_off / 1000));
  fail_unless (made + 2 >= corrections && made <= corrections + 2,
      "%d corrections", (gint) made);
}

static void
expect_seamless_drift (gint ppm, gint64 hours)
{
  gint64 drift = hours * HOUR / 1000000 * ABS (ppm);
  World world;

  world_init (&world, ppm, 8 * MS);
  live (&world, hours * HOUR);
  expect_seamless (&world, drift / FRAME);
  fail_unless (ABS (drift_ppb (&world.timeline.drift) - ppm * 1000) < 2000);
  fail_unless_equals_uint64 (world.timeline.jumps, 0);
  world_clear (&world);
}

GST_START_TEST (day_of_an_encoder_that_runs_fast)
{
  expect_seamless_drift (50, 24);
}

GST_END_TEST;

GST_START_TEST (day_of_an_encoder_that_runs_slow)
{
  expect_seamless_drift (-50, 24);
}

GST_END_TEST;

GST_START_TEST (day_quarter_of_an_encoder_that_runs_very_fast)
{
  expect_seamless_drift (200, 6);
}

GST_END_TEST;

GST_START_TEST (day_quarter_of_an_encoder_that_runs_very_slow)
{
  expect_seamless_drift (-200, 6);
}

GST_END_TEST;

/* MPEG-TS: 2^33 at 90 kHz, 26.5 h; wraps after half an hour here. */
static gint64
wrap_ts (gint64 time, guint medium)
{
  const gint64 period = ((gint64) 1 << 33) / 9 * 100000
      + ((gint64) 1 << 33) % 9 * 100000 / 9;

  return (time + period - HOUR / 2) % period;
}

/* FLV: 2^32 ms, 49.7 days, in whole ms. */
static gint64
wrap_flv (gint64 time, guint medium)
{
  const gint64 period = ((gint64) 1 << 32) * MS;

  return (time + period - HOUR / 2) % period / MS * MS;
}

/* RTP: 2^32 at 90 kHz and at 48 kHz: 13.3 h and 24.9 h. */
static gint64
wrap_rtp (gint64 time, guint medium)
{
  const gint64 rate = medium == VIDEO ? 90000 : RATE;
  const gint64 period = ((gint64) 1 << 32) / rate * SECOND
      + ((gint64) 1 << 32) % rate * SECOND / rate;

  return (time + period - HOUR / 2) % period;
}

/* An hour ahead, an hour back, by turns each quarter of an hour. */
static gint64
jump_hours (gint64 time, guint medium)
{
  return time + 10 * HOUR + (time / (HOUR / 4) % 2 == 0 ? 0 : HOUR);
}

static void
expect_seamless_stamps (gint64 (*stamp) (gint64 time, guint medium),
    gint64 hours, guint64 jumps)
{
  World world;

  world_init (&world, 0, 8 * MS);
  world.stamp = stamp;
  live (&world, hours * HOUR);
  expect_seamless (&world, 0);
  /* One for each medium. */
  fail_unless_equals_uint64 (world.timeline.jumps, 2 * jumps);
  world_clear (&world);
}

GST_START_TEST (day_two_with_wraps_of_mpeg_ts)
{
  expect_seamless_stamps (wrap_ts, 48, 2);
}

GST_END_TEST;

GST_START_TEST (day_quarter_with_a_wrap_of_flv)
{
  expect_seamless_stamps (wrap_flv, 6, 1);
}

GST_END_TEST;

GST_START_TEST (day_two_with_wraps_of_rtp)
{
  expect_seamless_stamps (wrap_rtp, 48, 3);
}

GST_END_TEST;

GST_START_TEST (day_half_with_jumps_of_an_hour)
{
  expect_seamless_stamps (jump_hours, 12, 47);
}

GST_END_TEST;

/* Wraps are no drift, and drift is no wrap. */
GST_START_TEST (day_with_drift_and_wraps)
{
  World world;

  world_init (&world, 50, 8 * MS);
  world.stamp = wrap_ts;
  live (&world, 6 * HOUR);
  expect_seamless (&world, 6 * HOUR / 1000000 * 50 / FRAME);
  fail_unless_equals_uint64 (world.timeline.jumps, 2);
  fail_unless (ABS (drift_ppb (&world.timeline.drift) - 50000) < 2000);
  world_clear (&world);
}

GST_END_TEST;

static Suite *
day_suite (void)
{
  Suite *s = suite_create ("day");
  TCase *tc = tcase_create ("day");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, day_of_an_encoder_that_runs_fast);
  tcase_add_test (tc, day_of_an_encoder_that_runs_slow);
  tcase_add_test (tc, day_quarter_of_an_encoder_that_runs_very_fast);
  tcase_add_test (tc, day_quarter_of_an_encoder_that_runs_very_slow);
  tcase_add_test (tc, day_two_with_wraps_of_mpeg_ts);
  tcase_add_test (tc, day_quarter_with_a_wrap_of_flv);
  tcase_add_test (tc, day_two_with_wraps_of_rtp);
  tcase_add_test (tc, day_half_with_jumps_of_an_hour);
  tcase_add_test (tc, day_with_drift_and_wraps);
  return s;
}

GST_CHECK_MAIN (day);
