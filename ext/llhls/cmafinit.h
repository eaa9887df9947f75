/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "videocolour.h"

G_BEGIN_DECLS

typedef enum
{
  CMAF_VIDEO_AVC,
  CMAF_AUDIO_AAC,
  CMAF_VIDEO_HEVC,
  CMAF_VIDEO_AV1,
  CMAF_AUDIO_OPUS,
  CMAF_AUDIO_AC3,
  CMAF_AUDIO_EAC3,
  CMAF_AUDIO_FLAC,
} CmafKind;

gboolean cmaf_kind_is_audio (CmafKind kind);

/* Whether a decoder needs samples before the first that is heard, which the
 * group `roll` tells. */
gboolean cmaf_kind_has_roll (CmafKind kind);

/* How pictures are coded, for the media profile's brand; zero is not known. */
typedef struct
{
  guint profile, level, tier;   /* in the codec's own numbers */
  guint chroma_format;          /* 1 = 4:2:0 */
  guint depth;
  guint fps_n, fps_d;
} CmafPicture;

/* All that an init section says.  Times in it are zero and there is nothing
 * random, so equal descriptions give equal bytes.  Borrows what it points
 * to. */
typedef struct
{
  CmafKind kind;
  guint32 timescale;
  GBytes *config;               /* AudioSpecificConfig for AAC, else what the
                                 * codec's own box holds */
  guint width, height;          /* coded, after cropping */
  guint par_n, par_d;
  VideoColour colour;
  const guint8 *mastering;      /* 24 bytes as in mdcv, or NULL */
  const guint8 *light;          /* 4 bytes as in clli, or NULL */
  CmafPicture picture;
  guint rate, channels;
  guint depth;                  /* bits of an audio sample, 0 = 16 */
  gint roll;                    /* samples to decode before, 0 or less */
  guint32 bitrate;              /* bit/s as configured, 0 = not told */
  const gchar *language;        /* three letters of ISO 639-2/T, or NULL */
  const gchar *full_language;   /* RFC 5646 where that says more, or NULL */
} CmafTrack;

/* The display width, from the pixels' shape. */
guint cmaf_track_display_width (const CmafTrack * track);

/* The brand of the media profile (ISO 23000-19 A.1, B.5 and 10.3) whose limits
 * all hold, or NULL. */
const gchar *cmaf_track_profile_brand (const CmafTrack * track);

/* ftyp and moov.  Returns: (transfer full) (nullable) */
GBytes *cmaf_init_build (const CmafTrack * track);

/* "init-<8 hex digits of SHA-256>.mp4", so that a change names itself.
 * Returns: (transfer full) */
gchar *cmaf_init_name (GBytes * init);

G_END_DECLS
