/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "videoraster.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)

#define FRAME (40 * (gint64) MS)

static void
ignore (gpointer data)
{
}

static void
track_init (VideoTrack * track)
{
  VideoTrack empty = { {NULL,}, };

  *track = empty;
  store_init (&track->store, 1000 * SECOND, 1000000, ignore);
}

static void
push (VideoTrack * track, gint64 start, gint64 duration)
{
  StoreItem item = { start, duration, 1, NULL };

  store_push (&track->store, &item);
}

static void
push_frames (VideoTrack * track, gint64 first, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    push (track, first + i * FRAME, FRAME);
}

GST_START_TEST (video_raster_is_exact_for_a_day_of_ntsc)
{
  VideoRaster self;
  guint64 day = G_GUINT64_CONSTANT (86400) * 30000;

  video_raster_init (&self, 30000, 1001, 0, 0);
  fail_unless_equals_uint64 (video_raster_time (&self, day),
      G_GUINT64_CONSTANT (86400) * 1001 * SECOND);
  fail_unless_equals_uint64 (video_raster_time (&self, 1), 33366666);
  fail_unless_equals_uint64 (video_raster_time (&self, 3), 100100000);
}

GST_END_TEST;

GST_START_TEST (video_raster_begins_at_the_next_slot)
{
  VideoRaster self;

  video_raster_init (&self, 25, 1, 0, 41 * MS);
  fail_unless_equals_uint64 (self.slot, 2);
  video_raster_init (&self, 25, 1, 0, 80 * MS);
  fail_unless_equals_uint64 (self.slot, 2);
  video_raster_init (&self, 30000, 1001, 0, 1001 * SECOND);
  fail_unless_equals_uint64 (self.slot, 30000);
}

GST_END_TEST;

GST_START_TEST (video_raster_takes_each_picture_once_whatever_its_jitter)
{
  VideoRaster self;
  VideoTrack track, *tracks[] = { &track };
  gint64 jitter[] = { 0, 9, -9, 5, -7, 8, 0, -9, 9, 1 };
  gint64 last = G_MININT64;
  gint i;

  track_init (&track);
  video_raster_init (&self, 25, 1, 2 * SECOND, 0);
  /* Half a slot off, where rounding would repeat and skip. */
  for (i = 0; i < 1000; i++)
    push (&track, i * FRAME + FRAME / 2 - 1 + (i > 0 ? jitter[i % 10]
            * (gint64) MS : 0), FRAME);
  for (i = 0; i < 990; i++) {
    VideoRasterPick pick = video_raster_next (&self, tracks, 1, FALSE);
    fail_unless_equals_int (pick.action, VIDEO_RASTER_FRESH);
    fail_unless (pick.item->start > last);
    if (i > 0)
      fail_unless (pick.item->start < last + 2 * FRAME);
    last = pick.item->start;
  }
  fail_unless_equals_uint64 (self.missed, 0);
  store_finish (&track.store);
}

GST_END_TEST;

/* Where an input's stamps jump as well. */
GST_START_TEST (video_raster_takes_each_picture_once_in_a_new_epoch)
{
  VideoRaster self;
  VideoTrack track, *tracks[] = { &track };
  gint64 last = G_MININT64;
  gint i;

  track_init (&track);
  video_raster_init (&self, 25, 1, 2 * SECOND, 0);
  /* The one that is due comes just behind the middle between two slots. */
  for (i = 0; i < 100; i++)
    push (&track, i * FRAME + FRAME / 2 - 1 + (i >= 50 ? 2 : 0), FRAME);
  for (i = 0; i < 90; i++) {
    VideoRasterPick pick;

    if (i == 51)
      track.epoch++;
    pick = video_raster_next (&self, tracks, 1, FALSE);
    fail_unless_equals_int (pick.action, VIDEO_RASTER_FRESH);
    fail_unless (pick.item->start > last, "slot %d", i);
    last = pick.item->start;
  }
  fail_unless_equals_uint64 (self.missed + self.corrections, 0);
  store_finish (&track.store);
}

GST_END_TEST;

GST_START_TEST (video_raster_takes_the_standby_where_the_first_ends)
{
  VideoRaster self;
  VideoTrack a, b, *tracks[] = { &a, &b };
  guint i;

  track_init (&a);
  track_init (&b);
  push_frames (&a, 0, 10);
  push_frames (&b, 13 * MS, 20);
  video_raster_init (&self, 25, 1, 2 * SECOND, 0);
  for (i = 0; i < 20; i++) {
    VideoRasterPick pick = video_raster_next (&self, tracks, 2, FALSE);
    fail_unless_equals_int (pick.action, VIDEO_RASTER_FRESH);
    fail_unless (pick.track == (i < 10 ? &a : &b));
  }
  fail_unless_equals_uint64 (self.missed, 0);
  store_finish (&a.store);
  store_finish (&b.store);
}

GST_END_TEST;

GST_START_TEST (video_raster_repeats_then_shows_the_slate)
{
  VideoRaster self;
  VideoTrack a, *tracks[] = { &a };
  guint i;

  track_init (&a);
  push_frames (&a, 0, 5);
  video_raster_init (&self, 25, 1, 400 * MS, 0);
  for (i = 0; i < 20; i++) {
    VideoRasterPick pick = video_raster_next (&self, tracks, 1, FALSE);
    fail_unless_equals_int (pick.action, i < 5 ? VIDEO_RASTER_FRESH
        : i < 15 ? VIDEO_RASTER_REPEAT : VIDEO_RASTER_SLATE);
  }
  fail_unless_equals_uint64 (self.missed, 15);
  fail_unless_equals_uint64 (self.repeated, 10);
  fail_unless_equals_uint64 (self.slates, 5);
  push_frames (&a, 20 * FRAME, 1);
  fail_unless_equals_int (video_raster_next (&self, tracks, 1, FALSE).action,
      VIDEO_RASTER_FRESH);
  store_finish (&a.store);
}

GST_END_TEST;

GST_START_TEST (video_raster_shows_the_slate_before_anything_and_counts_nothing)
{
  VideoRaster self;

  video_raster_init (&self, 25, 1, SECOND, 0);
  fail_unless_equals_int (video_raster_next (&self, NULL, 0, FALSE).action,
      VIDEO_RASTER_SLATE);
  fail_unless_equals_uint64 (self.missed, 0);
}

GST_END_TEST;

GST_START_TEST (video_raster_counts_one_lost_picture)
{
  VideoRaster self;
  VideoTrack a, *tracks[] = { &a };
  guint i;

  track_init (&a);
  push_frames (&a, 0, 5);
  push_frames (&a, 6 * FRAME, 5);
  video_raster_init (&self, 25, 1, SECOND, 0);
  for (i = 0; i < 11; i++)
    video_raster_next (&self, tracks, 1, FALSE);
  fail_unless_equals_uint64 (self.missed, 1);
  fail_unless_equals_uint64 (self.repeated, 1);
  store_finish (&a.store);
}

GST_END_TEST;

GST_START_TEST (video_raster_converts_other_rates_without_missing_any)
{
  VideoRaster self;
  VideoTrack slow, fast, *one[] = { &slow }, *two[] = { &fast };
  guint i;

  track_init (&slow);
  track_init (&fast);
  for (i = 0; i < 200; i++)
    push (&slow, i * (gint64) (SECOND / 12), SECOND / 12);
  for (i = 0; i < 700; i++)
    push (&fast, i * (gint64) (SECOND / 60), SECOND / 60);
  video_raster_init (&self, 25, 1, SECOND, 0);
  for (i = 0; i < 250; i++)
    video_raster_next (&self, one, 1, FALSE);
  fail_unless_equals_uint64 (self.missed, 0);
  video_raster_init (&self, 25, 1, SECOND, 0);
  for (i = 0; i < 250; i++)
    video_raster_next (&self, two, 1, FALSE);
  fail_unless_equals_uint64 (self.missed, 0);
  store_finish (&slow.store);
  store_finish (&fast.store);
}

GST_END_TEST;

GST_START_TEST (video_raster_skips_forward_only)
{
  VideoRaster self;

  video_raster_init (&self, 25, 1, SECOND, 0);
  fail_unless_equals_uint64 (video_raster_skip_to (&self, SECOND), 25);
  fail_unless_equals_uint64 (video_raster_skip_to (&self, 0), 0);
  fail_unless_equals_uint64 (self.slot, 25);
}

GST_END_TEST;

static Suite *
videoraster_suite (void)
{
  Suite *s = suite_create ("videoraster");
  TCase *tc = tcase_create ("videoraster");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, video_raster_is_exact_for_a_day_of_ntsc);
  tcase_add_test (tc, video_raster_begins_at_the_next_slot);
  tcase_add_test (tc, video_raster_takes_each_picture_once_whatever_its_jitter);
  tcase_add_test (tc, video_raster_takes_each_picture_once_in_a_new_epoch);
  tcase_add_test (tc, video_raster_takes_the_standby_where_the_first_ends);
  tcase_add_test (tc, video_raster_repeats_then_shows_the_slate);
  tcase_add_test (tc,
      video_raster_shows_the_slate_before_anything_and_counts_nothing);
  tcase_add_test (tc, video_raster_counts_one_lost_picture);
  tcase_add_test (tc, video_raster_converts_other_rates_without_missing_any);
  tcase_add_test (tc, video_raster_skips_forward_only);
  return s;
}

GST_CHECK_MAIN (videoraster);
