/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "videoraster.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)

/* Of durations, ns. */
#define RATE_TOLERANCE 600000
/* Slots that the difference to an input is smoothed over. */
#define SMOOTHING 16

guint64
video_raster_time (const VideoRaster * self, guint64 slot)
{
  guint64 cycles = slot / self->fps_n, rest = slot % self->fps_n;

  /* fps_n slots last exactly fps_d seconds; the rest is below that, split so
   * that no product leaves 64 bits. */
  rest *= self->fps_d;
  return (cycles * self->fps_d + rest / self->fps_n) * SECOND
      + rest % self->fps_n * SECOND / self->fps_n;
}

static guint64
slot_at_or_after (const VideoRaster * self, guint64 time)
{
  guint64 seconds = time / SECOND, rest = time % SECOND;
  guint64 slot = seconds * self->fps_n / self->fps_d
      + rest * self->fps_n / (self->fps_d * SECOND);

  while (video_raster_time (self, slot) < time)
    slot++;
  return slot;
}

void
video_raster_init (VideoRaster * self, guint fps_n, guint fps_d,
    guint64 freeze, guint64 from)
{
  g_assert (fps_n > 0 && fps_d > 0);
  self->fps_n = fps_n;
  self->fps_d = fps_d;
  self->freeze = freeze;
  self->has_picture = FALSE;
  self->on_slate = FALSE;
  self->last_fresh = 0;
  self->missed = self->repeated = self->slates = self->corrections = 0;
  self->slot = slot_at_or_after (self, from);
}

guint64
video_raster_skip_to (VideoRaster * self, guint64 time)
{
  guint64 slot = slot_at_or_after (self, time), skipped;

  if (slot <= self->slot)
    return 0;
  skipped = slot - self->slot;
  self->slot = slot;
  return skipped;
}

/* The picture nearest to the slot, or a longer one that reaches over it. */
static const StoreItem *
nearest (const VideoTrack * track, gint64 target, gint64 half)
{
  const StoreItem *item = store_newest_before (&track->store, target + half);

  if (item == NULL)
    return NULL;
  if (item->start >= target - half
      || item->start + item->duration >= target + half)
    return item;
  return NULL;
}

/* One picture for one slot, but for stamps in ms and clocks that differ. */
static gboolean
is_of_our_rate (const StoreItem * item, gint64 frame)
{
  gint64 off = item->duration - frame;

  return ABS (off) <= frame / 64 + RATE_TOLERANCE;
}

/* The picture after the last one, if nothing is missing in between. */
static const StoreItem *
next_in_line (const VideoTrack * track, gint64 time, gint64 frame)
{
  const StoreItem *item = store_find (&track->store, track->last + 1, NULL);

  if (item == NULL || item->start > track->last + frame * 3 / 2
      || !is_of_our_rate (item, frame))
    return NULL;
  /* Stamps that make no sense are for the nearest. */
  return ABS (time - item->start) <= frame * 3 / 2 ? item : NULL;
}

/* Pictures of the slots' own rate serve one after the other, whatever the
 * jitter of their stamps.  Only when half a frame has come together between
 * the two, and an eighth that keeps it from going back and forth, one is shown
 * twice or never. */
static const StoreItem *
follow (VideoRaster * self, VideoTrack * track, gint64 time, gint64 frame)
{
  const StoreItem *item = next_in_line (track, time, frame), *other;
  gint64 limit = frame / 2 + frame / 8, phase;

  if (item == NULL)
    return NULL;
  phase = track->phase + (time - item->start - track->phase) / SMOOTHING;
  if (phase > limit) {
    other = store_find (&track->store, item->start + 1, NULL);
    if (other == NULL || other->start > item->start + frame * 3 / 2)
      return item;
    phase -= other->start - item->start;
    item = other;
    self->corrections++;
  } else if (phase < -limit) {
    other = store_newest_before (&track->store, track->last + 1);
    if (other == NULL)
      return item;
    phase += item->start - other->start;
    item = other;
    self->corrections++;
  }
  track->phase = phase;
  return item;
}

/* Where stamps begin anew the nearest may be the one that was shown last, with
 * the next one half a slot off. */
static const StoreItem *
not_again (const VideoTrack * track, const StoreItem * item, gint64 time,
    gint64 half)
{
  const StoreItem *next;

  if (!track->locked || item == NULL || item->start != track->last
      || !is_of_our_rate (item, 2 * half))
    return item;
  next = store_find (&track->store, item->start + 1, NULL);
  return next != NULL && next->start <= time + half + half / 4 ? next : item;
}

static const StoreItem *
track_serve (VideoRaster * self, VideoTrack * track, gint64 time, gint64 half)
{
  gboolean holds = track->locked && track->locked_epoch == track->epoch;
  const StoreItem *item = NULL;

  if (holds)
    item = follow (self, track, time, 2 * half);
  if (item == NULL)
    item = nearest (track, holds ? time - CLAMP (track->phase, -half, half)
        : time, half);
  if (!holds)
    item = not_again (track, item, time, half);
  track->locked = item != NULL;
  if (item == NULL)
    return NULL;
  track->last = item->start;
  if (holds)
    return item;
  track->locked_epoch = track->epoch;
  track->phase = time - item->start;
  if (track->phase > half)
    track->phase = 0;
  return item;
}

static VideoRasterAction
fill_without_picture (VideoRaster * self, gboolean slate)
{
  guint64 since;

  if (!self->has_picture) {
    self->slates++;
    self->on_slate = TRUE;
    return VIDEO_RASTER_SLATE;
  }
  self->missed++;
  since = video_raster_time (self, self->slot)
      - video_raster_time (self, self->last_fresh);
  if (self->on_slate || slate || since > self->freeze) {
    self->slates++;
    self->on_slate = TRUE;
    return VIDEO_RASTER_SLATE;
  }
  self->repeated++;
  return VIDEO_RASTER_REPEAT;
}

VideoRasterPick
video_raster_next (VideoRaster * self, VideoTrack ** tracks, guint n_tracks,
    gboolean slate)
{
  VideoRasterPick pick = { VIDEO_RASTER_FRESH, NULL, NULL };
  gint64 time = video_raster_time (self, self->slot);
  gint64 half = (video_raster_time (self, self->slot + 1) - time) / 2;
  guint i;

  for (i = 0; i < n_tracks; i++) {
    if (pick.item != NULL) {
      tracks[i]->locked = FALSE;
      continue;
    }
    pick.item = track_serve (self, tracks[i], time, half);
    if (pick.item != NULL)
      pick.track = tracks[i];
  }
  if (pick.item == NULL) {
    pick.action = fill_without_picture (self, slate);
  } else {
    self->has_picture = TRUE;
    self->on_slate = FALSE;
    self->last_fresh = self->slot;
  }
  self->slot++;
  return pick;
}
