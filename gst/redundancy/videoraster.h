/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "store.h"

G_BEGIN_DECLS

typedef enum
{
  VIDEO_RASTER_FRESH,           /* a picture that belongs into this slot */
  VIDEO_RASTER_REPEAT,          /* none does: the last one again */
  VIDEO_RASTER_SLATE,
} VideoRasterAction;

/* One input's pictures on the output's raster.  The user fills store (ns) and
 * raises `epoch` when the input's timeline changes; the rest is the
 * raster's. */
typedef struct
{
  Store store;
  guint epoch;
  gboolean locked;              /* served the slot before; phase holds */
  guint locked_epoch;
  gint64 phase;                 /* ns, slot minus its picture, smoothed */
  gint64 last;                  /* start of the picture that served it */
} VideoTrack;

typedef struct
{
  VideoRasterAction action;
  VideoTrack *track;            /* FRESH only */
  const StoreItem *item;        /* FRESH only; valid until the store changes */
} VideoRasterPick;

/* The output's exact lattice of pictures: slot n begins at n * fps_d / fps_n
 * seconds.  Decides for one slot after the other which picture fills it.
 * Plain data, one caller. */
typedef struct
{
  guint fps_n;
  guint fps_d;
  guint64 slot;                 /* the next one */
  guint64 freeze;               /* ns of repeats before the slate */
  gboolean has_picture;         /* anything fresh yet */
  guint64 last_fresh;           /* slot */
  gboolean on_slate;
  guint64 missed;               /* slots without a fresh picture since then */
  guint64 repeated;
  guint64 slates;               /* slots */
  guint64 corrections;          /* pictures shown twice or never, for drift */
} VideoRaster;

/* Begins with the first slot at or after `from` (ns). */
void video_raster_init (VideoRaster * self, guint fps_n, guint fps_d,
    guint64 freeze, guint64 from);

guint64 video_raster_time (const VideoRaster * self, guint64 slot);

/* Fills the next slot from the first of `tracks` (best first) that has a
 * picture for it, and moves on to the slot after.  `slate` asks for the slate
 * at once where no track can serve. */
VideoRasterPick video_raster_next (VideoRaster * self, VideoTrack ** tracks,
    guint n_tracks, gboolean slate);

/* Skips to the first slot at or after `time` (ns); returns how many. */
guint64 video_raster_skip_to (VideoRaster * self, guint64 time);

G_END_DECLS
