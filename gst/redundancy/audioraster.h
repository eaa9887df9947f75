/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "audioslew.h"
#include "store.h"

G_BEGIN_DECLS

/* Packets of 125 us, the shortest of AES67, of two inputs in a chunk of 20 ms,
 * with something to spare. */
#define AUDIO_RASTER_MAX_SPANS 384

/* One input's samples.  Its store counts in samples; the user puts in what
 * audio_track_place() says and raises `epoch` with the input's timeline. */
typedef struct
{
  Store store;
  guint epoch;
  gboolean placed;              /* `next` is where the next sample belongs */
  guint placed_epoch;
  gint64 next;
  gint64 error;                 /* smoothed, 1/256 samples: time less count */
  AudioSlew slew;
  guint64 resyncs;
} AudioTrack;

/* Samples [from, from + n) of `item` belong `at` samples into the chunk, with
 * a gain that runs from gain_from to gain_to.  Spans add up. */
typedef struct
{
  const StoreItem *item;
  guint from;
  guint n;
  guint at;
  gfloat gain_from;
  gfloat gain_to;
} AudioSpan;

typedef struct
{
  guint n_spans;
  AudioSpan spans[AUDIO_RASTER_MAX_SPANS];
  guint silence;                /* samples that no input had */
  AudioTrack *last;             /* input that the chunk ends with, or NULL */
} AudioChunk;

/* The output's samples, chunk by chunk.  The sample counter is the master: an
 * input is placed by its time once and then counted on; where the two part
 * the count is slewed after the time, and beyond `tolerance` it is placed
 * anew.  Where the source changes the old one fades out
 * while the new one fades in; so stores keep one fade of what has been
 * played.  A fade that has begun is brought to its end, whatever arrives
 * meanwhile.  Plain data, one caller. */
typedef struct
{
  guint rate;
  guint chunk;                  /* samples */
  guint fade;                   /* samples, a chunk unless set */
  AudioTrack *filler;           /* (nullable): serves where no input does, and
                                 * counts as silence */
  gint64 begin;                 /* the first sample */
  guint64 position;             /* the next one */
  gboolean started;
  AudioTrack *current;          /* NULL: silence */
  gint64 faded_in_at;           /* where current's fade-in began */
  gboolean leaving;             /* current has begun to fade out */
  gint64 leaves_from;           /* there */
  gint64 leaves_at;             /* and ends there */
  AudioTrack *heir;             /* (nullable) fades in meanwhile */
  guint64 silence;              /* samples since the first that any input had */
} AudioRaster;

/* Sample position at or before `time` (ns). */
gint64 audio_raster_sample (guint rate, gint64 time);
/* Time (ns) of a sample position. */
guint64 audio_raster_time (const AudioRaster * self, guint64 position);

void audio_raster_init (AudioRaster * self, guint rate, guint chunk,
    guint64 from);

/* Where `n` samples with the time `mapped` (ns) belong, once they have been
 * read by `plan`. */
gint64 audio_track_place (AudioTrack * self, guint rate, gint64 mapped,
    guint n, gint64 tolerance, AudioSlewPlan * plan);

/* Fills the next chunk.  Up to the sample `cut` the tracks serve in the order
 * `before`, from there on in the order `after`, best first. */
void audio_raster_next (AudioRaster * self, gint64 cut,
    AudioTrack ** before, guint n_before, AudioTrack ** after, guint n_after,
    AudioChunk * chunk);

/* A track is going away.  TRUE: it is heard, and `other`, which shall have what
 * it had, fades out in its place. */
gboolean audio_raster_replace (AudioRaster * self, const AudioTrack * track,
    AudioTrack * other);

/* Skips whole chunks to `time` (ns) at the latest; returns how many. */
guint64 audio_raster_skip_to (AudioRaster * self, guint64 time);

G_END_DECLS
