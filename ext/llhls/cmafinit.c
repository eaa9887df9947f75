/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Box layouts: ISO 14496-12; order and constraints: ISO 23000-19 7.3 and
 * 7.5. */
#include "cmafinit.h"

#include <string.h>

#include "boxwriter.h"
#include "cmafentry.h"

#define TRACK_ID 1
#define FIXED_ONE 0x00010000

gboolean
cmaf_kind_is_audio (CmafKind kind)
{
  switch (kind) {
    case CMAF_VIDEO_AVC:
    case CMAF_VIDEO_HEVC:
    case CMAF_VIDEO_AV1:
      return FALSE;
    case CMAF_AUDIO_AAC:
    case CMAF_AUDIO_OPUS:
    case CMAF_AUDIO_AC3:
    case CMAF_AUDIO_EAC3:
    case CMAF_AUDIO_FLAC:
      return TRUE;
  }
  g_assert_not_reached ();
}

gboolean
cmaf_kind_has_roll (CmafKind kind)
{
  return kind == CMAF_AUDIO_AAC || kind == CMAF_AUDIO_OPUS;
}

static gboolean
is_video (const CmafTrack * track)
{
  return !cmaf_kind_is_audio (track->kind);
}

guint
cmaf_track_display_width (const CmafTrack * track)
{
  if (track->par_n == 0 || track->par_d == 0)
    return track->width;
  return ((guint64) track->width * track->par_n + track->par_d / 2)
      / track->par_d;
}

static void
write_matrix (BoxWriter * w)
{
  static const guint32 unity[] = {
    FIXED_ONE, 0, 0, 0, FIXED_ONE, 0, 0, 0, 0x40000000
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (unity); i++)
    box_writer_u32 (w, unity[i]);
}

static void
write_ftyp (BoxWriter * w, const CmafTrack * track)
{
  const gchar *brand = cmaf_track_profile_brand (track);

  box_writer_begin (w, "ftyp");
  box_writer_fourcc (w, "cmf2");
  box_writer_u32 (w, 0);
  box_writer_fourcc (w, "iso6");
  box_writer_fourcc (w, "cmfc");
  box_writer_fourcc (w, "cmf2");
  if (brand != NULL)
    box_writer_fourcc (w, brand);
  box_writer_fourcc (w, "dash");
  box_writer_end (w);
}

static void
write_mvhd (BoxWriter * w, const CmafTrack * track)
{
  box_writer_begin_full (w, "mvhd", 1, 0);
  box_writer_u64 (w, 0);
  box_writer_u64 (w, 0);
  box_writer_u32 (w, track->timescale);
  box_writer_u64 (w, 0);
  box_writer_u32 (w, FIXED_ONE);
  box_writer_u16 (w, 0x0100);
  box_writer_zeros (w, 10);
  write_matrix (w);
  box_writer_zeros (w, 24);
  box_writer_u32 (w, TRACK_ID + 1);
  box_writer_end (w);
}

static void
write_tkhd (BoxWriter * w, const CmafTrack * track)
{
  gboolean video = is_video (track);

  /* Enabled, in the movie. */
  box_writer_begin_full (w, "tkhd", 1, 3);
  box_writer_u64 (w, 0);
  box_writer_u64 (w, 0);
  box_writer_u32 (w, TRACK_ID);
  box_writer_u32 (w, 0);
  box_writer_u64 (w, 0);
  box_writer_zeros (w, 8);
  box_writer_u16 (w, 0);
  box_writer_u16 (w, 0);
  box_writer_u16 (w, video ? 0 : 0x0100);
  box_writer_u16 (w, 0);
  write_matrix (w);
  box_writer_u32 (w, video ? cmaf_track_display_width (track) << 16 : 0);
  box_writer_u32 (w, video ? track->height << 16 : 0);
  box_writer_end (w);
}

/* Three letters of five bits; `und` when there are not three. */
static guint16
pack_language (const gchar * language)
{
  guint16 packed = 0;
  guint i;

  if (language == NULL || strlen (language) != 3)
    language = "und";
  for (i = 0; i < 3; i++) {
    if (!g_ascii_islower (language[i]))
      return pack_language (NULL);
    packed = packed << 5 | (language[i] - 0x60);
  }
  return packed;
}

static void
write_elng (BoxWriter * w, const CmafTrack * track)
{
  if (track->full_language == NULL)
    return;
  box_writer_begin_full (w, "elng", 0, 0);
  box_writer_data (w, track->full_language, strlen (track->full_language) + 1);
  box_writer_end (w);
}

static void
write_mdhd (BoxWriter * w, const CmafTrack * track)
{
  box_writer_begin_full (w, "mdhd", 1, 0);
  box_writer_u64 (w, 0);
  box_writer_u64 (w, 0);
  box_writer_u32 (w, track->timescale);
  box_writer_u64 (w, 0);
  box_writer_u16 (w, pack_language (track->language));
  box_writer_u16 (w, 0);
  box_writer_end (w);
}

static void
write_hdlr (BoxWriter * w, const CmafTrack * track)
{
  box_writer_begin_full (w, "hdlr", 0, 0);
  box_writer_u32 (w, 0);
  box_writer_fourcc (w, is_video (track) ? "vide" : "soun");
  box_writer_zeros (w, 12);
  if (is_video (track))
    box_writer_data (w, "VideoHandler", 13);
  else
    box_writer_data (w, "SoundHandler", 13);
  box_writer_end (w);
}

static void
write_media_header (BoxWriter * w, const CmafTrack * track)
{
  if (is_video (track)) {
    box_writer_begin_full (w, "vmhd", 0, 1);
    box_writer_zeros (w, 8);
  } else {
    box_writer_begin_full (w, "smhd", 0, 0);
    box_writer_zeros (w, 4);
  }
  box_writer_end (w);
}

static void
write_dinf (BoxWriter * w)
{
  box_writer_begin (w, "dinf");
  box_writer_begin_full (w, "dref", 0, 0);
  box_writer_u32 (w, 1);
  box_writer_begin_full (w, "url ", 0, 1);
  box_writer_end (w);
  box_writer_end (w);
  box_writer_end (w);
}

static void
write_empty_table (BoxWriter * w, const gchar * fourcc, guint words)
{
  box_writer_begin_full (w, fourcc, 0, 0);
  box_writer_zeros (w, 4 * words);
  box_writer_end (w);
}

/* How many samples a decoder needs before the first that is heard. */
static void
write_roll_group (BoxWriter * w, const CmafTrack * track)
{
  box_writer_begin_full (w, "sgpd", 1, 0);
  box_writer_fourcc (w, "roll");
  box_writer_u32 (w, 2);
  box_writer_u32 (w, 1);
  box_writer_u16 (w, (guint16) track->roll);
  box_writer_end (w);
}

static void
write_stbl (BoxWriter * w, const CmafTrack * track)
{
  box_writer_begin (w, "stbl");
  box_writer_begin_full (w, "stsd", 0, 0);
  box_writer_u32 (w, 1);
  cmaf_entry_write (w, track);
  box_writer_end (w);
  write_empty_table (w, "stts", 1);
  write_empty_table (w, "stsc", 1);
  write_empty_table (w, "stsz", 2);
  write_empty_table (w, "stco", 1);
  if (cmaf_kind_has_roll (track->kind))
    write_roll_group (w, track);
  box_writer_end (w);
}

static void
write_trak (BoxWriter * w, const CmafTrack * track)
{
  box_writer_begin (w, "trak");
  write_tkhd (w, track);
  box_writer_begin (w, "mdia");
  write_mdhd (w, track);
  write_hdlr (w, track);
  write_elng (w, track);
  box_writer_begin (w, "minf");
  write_media_header (w, track);
  write_dinf (w);
  write_stbl (w, track);
  box_writer_end (w);
  box_writer_end (w);
  box_writer_end (w);
}

static void
write_mvex (BoxWriter * w)
{
  box_writer_begin (w, "mvex");
  box_writer_begin_full (w, "trex", 0, 0);
  box_writer_u32 (w, TRACK_ID);
  box_writer_u32 (w, 1);
  box_writer_zeros (w, 12);
  box_writer_end (w);
  box_writer_end (w);
}

GBytes *
cmaf_init_build (const CmafTrack * track)
{
  BoxWriter w;

  box_writer_init (&w);
  write_ftyp (&w, track);
  box_writer_begin (&w, "moov");
  write_mvhd (&w, track);
  write_trak (&w, track);
  write_mvex (&w);
  box_writer_end (&w);
  return box_writer_finish (&w);
}

gchar *
cmaf_init_name (GBytes * init)
{
  g_autofree gchar *hash = NULL;

  hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, init);
  return g_strdup_printf ("init-%.8s.mp4", hash);
}
