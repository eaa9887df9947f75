/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  CMAF_VIDEO_AVC,
  CMAF_AUDIO_AAC,
} CmafKind;

/* All that an init section says.  Times in it are zero and there is nothing
 * random, so equal descriptions give equal bytes. */
typedef struct
{
  CmafKind kind;
  guint32 timescale;
  GBytes *config;               /* avcC, or AudioSpecificConfig */
  guint width, height;          /* coded, after cropping */
  guint par_n, par_d;
  gboolean has_colour;
  guint primaries, transfer, matrix;
  gboolean full_range;
  guint rate, channels;
  guint32 bitrate;              /* bit/s as configured, 0 = not told */
} CmafTrack;

/* The display width, from the pixels' shape. */
guint cmaf_track_display_width (const CmafTrack * track);

/* ftyp and moov.  Returns: (transfer full) (nullable) */
GBytes *cmaf_init_build (const CmafTrack * track);

/* "init-<8 hex digits of SHA-256>.mp4", so that a change names itself.
 * Returns: (transfer full) */
gchar *cmaf_init_name (GBytes * init);

G_END_DECLS
