/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ISO 23000-19 tables A.1 (AVC), B.1 (HEVC) and 10.3.4 (AAC); the brands of
 * E-AC-3 (ETSI TS 102 366 I) and AV1 (AV1-ISOBMFF 2.1).  A wrong brand is worse
 * than none, so what is not known is taken for outside. */
#include "cmafinit.h"

#define MAX_FPS 60

typedef struct
{
  const gchar *brand;
  CmafKind kind;
  guint profile, max_level;
  guint max_width, max_height;
  guint depth;
  /* Bits of the values (ISO 23091-2) that are allowed. */
  guint primaries, transfers, matrices;
} Profile;

#define BIT(n) (1u << (n))
#define HD BIT (1)
#define SD (BIT (1) | BIT (5) | BIT (6))
#define UHD_TRANSFER (BIT (1) | BIT (14) | BIT (15))
#define HIGH 100
#define MAIN 1
#define MAIN_10 2

/* The narrowest first. */
static const Profile profiles[] = {
  {"cfsd", CMAF_VIDEO_AVC, HIGH, 31, 864, 576, 8, SD, BIT (1) | BIT (6), SD},
  {"cfhd", CMAF_VIDEO_AVC, HIGH, 40, 1920, 1080, 8, HD, HD, HD},
  {"chdf", CMAF_VIDEO_AVC, HIGH, 42, 1920, 1080, 8, HD, HD, HD},
  {"chhd", CMAF_VIDEO_HEVC, MAIN, 123, 1920, 1080, 8, HD, HD, HD},
  {"chh1", CMAF_VIDEO_HEVC, MAIN_10, 123, 1920, 1080, 10, HD, HD, HD},
  {"cud8", CMAF_VIDEO_HEVC, MAIN, 150, 3840, 2160, 8, HD, HD, HD},
  {"cud1", CMAF_VIDEO_HEVC, MAIN_10, 153, 3840, 2160, 10, BIT (1) | BIT (9),
      UHD_TRANSFER, BIT (1) | BIT (9)},
  {"chd1", CMAF_VIDEO_HEVC, MAIN_10, 153, 3840, 2160, 10, BIT (9), BIT (16),
      BIT (9)},
  {"clg1", CMAF_VIDEO_HEVC, MAIN_10, 153, 3840, 2160, 10, BIT (9),
      BIT (14) | BIT (18), BIT (9)},
};

static gboolean
allows (guint bits, guint value)
{
  return value < 32 && (bits & BIT (value)) != 0;
}

static gboolean
fits (const Profile * profile, const CmafTrack * track)
{
  const CmafPicture *p = &track->picture;

  return profile->kind == track->kind && profile->profile == p->profile
      && p->level != 0 && p->level <= profile->max_level && p->tier == 0
      && p->chroma_format == 1 && p->depth == profile->depth
      && track->width <= profile->max_width
      && track->height <= profile->max_height && p->fps_n != 0
      && p->fps_n <= (guint64) MAX_FPS *p->fps_d && track->colour.told
      && !track->colour.full_range
      && allows (profile->primaries, track->colour.primaries)
  && allows (profile->transfers, track->colour.transfer)
  && allows (profile->matrices, track->colour.matrix);
}

const gchar *
cmaf_track_profile_brand (const CmafTrack * track)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (profiles); i++) {
    if (fits (&profiles[i], track))
      return profiles[i].brand;
  }
  if (track->kind == CMAF_AUDIO_AAC && track->rate <= 48000
      && track->channels <= 2)
    return "caac";
  if (track->kind == CMAF_AUDIO_EAC3 && track->rate == 48000)
    return "ceac";
  if (track->kind == CMAF_VIDEO_AV1)
    return "av01";
  return NULL;
}
