/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SILENCE_MAX_CHANNELS 64
#define SILENCE_MAX_CHANGES 8
/* Levels below are given as this: a float can be any amount quieter. */
#define SILENCE_FLOOR_DB (-120.0)

/* Samples in this machine's byte order; full scale is 1.0 for floats. */
typedef enum
{
  SAMPLE_NONE,                  /* not understood */
  SAMPLE_S16,
  SAMPLE_S24,                   /* 3 bytes */
  SAMPLE_S24_32,                /* in the low 24 bits of 32 */
  SAMPLE_S32,
  SAMPLE_F32,
  SAMPLE_F64,
} SampleFormat;

typedef struct
{
  guint64 offset;               /* ns from the start of the fed samples */
  gboolean silent;
} SilenceChange;

/* What one feed showed. */
typedef struct
{
  SilenceChange changes[SILENCE_MAX_CHANGES];   /* in order */
  guint n_changes;
  gboolean silent;              /* at the end */
  gdouble peak;                 /* loudest sample, 0 to 1 (or over) */
  guint quiet_channel;          /* the one quiet for longest while ... */
  guint64 quiet_duration;       /* ... another is not; ns, 0 if none */
} SilenceReport;

/* Peaks of 10 ms blocks against a level, with 6 dB of hysteresis: silence
 * begins with a block below the level in all channels and ends with one 6 dB
 * above it in any.  Plain data, no locks. */
typedef struct
{
  SampleFormat format;
  guint rate, channels;
  gdouble on, off;              /* linear */
  guint block;                  /* samples a block */
  guint filled;                 /* of the present block */
  gdouble peaks[SILENCE_MAX_CHANNELS];  /* of the present block */
  guint64 quiet[SILENCE_MAX_CHANNELS];  /* samples that were below `on` */
  gboolean silent;
} SilenceDetect;

/* FALSE if it cannot judge such audio. */
gboolean silence_detect_init (SilenceDetect * self, SampleFormat format,
    guint rate, guint channels, gdouble level_db);

/* At any time; from the next block on. */
void silence_detect_set_level (SilenceDetect * self, gdouble level_db);

/* Data are missing before the next feed: nothing is known to be silent. */
void silence_detect_reset (SilenceDetect * self);

/* `planes` holds one pointer, to interleaved channels, or one a channel. */
void silence_detect_feed (SilenceDetect * self, gconstpointer const *planes,
    guint n_planes, gsize samples, SilenceReport * report);

/* Linear to dBFS, not below SILENCE_FLOOR_DB. */
gdouble silence_level_db (gdouble linear);

G_END_DECLS
