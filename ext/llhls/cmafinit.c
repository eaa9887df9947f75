/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Box layouts: ISO 14496-12; sample entries: ISO 14496-14 and -15; order and
 * constraints: ISO 23000-19 7.3 and 7.5. */
#include "cmafinit.h"

#include <string.h>

#include "boxwriter.h"

#define TRACK_ID 1
#define FIXED_ONE 0x00010000
#define DPI_72 0x00480000

/* ISO 14496-1 7.2.6 */
enum
{
  TAG_ES = 3,
  TAG_DECODER_CONFIG = 4,
  TAG_SPECIFIC_INFO = 5,
  TAG_SYNC_LAYER = 6,
};

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
write_bytes (BoxWriter * w, GBytes * bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  box_writer_data (w, data, size);
}

static void
write_btrt (BoxWriter * w, const CmafTrack * track)
{
  if (track->bitrate == 0)
    return;
  box_writer_begin (w, "btrt");
  box_writer_u32 (w, 0);
  box_writer_u32 (w, track->bitrate);
  box_writer_u32 (w, track->bitrate);
  box_writer_end (w);
}

static void
write_colr_pasp (BoxWriter * w, const CmafTrack * track)
{
  if (track->has_colour) {
    box_writer_begin (w, "colr");
    box_writer_fourcc (w, "nclx");
    box_writer_u16 (w, track->primaries);
    box_writer_u16 (w, track->transfer);
    box_writer_u16 (w, track->matrix);
    box_writer_u8 (w, track->full_range ? 0x80 : 0);
    box_writer_end (w);
  }
  if (track->par_n != 0 && track->par_d != 0) {
    box_writer_begin (w, "pasp");
    box_writer_u32 (w, track->par_n);
    box_writer_u32 (w, track->par_d);
    box_writer_end (w);
  }
}

static void
write_hdr (BoxWriter * w, const CmafTrack * track)
{
  if (track->light != NULL) {
    box_writer_begin (w, "clli");
    box_writer_data (w, track->light, 4);
    box_writer_end (w);
  }
  if (track->mastering != NULL) {
    box_writer_begin (w, "mdcv");
    box_writer_data (w, track->mastering, 24);
    box_writer_end (w);
  }
}

/* The box that holds nothing but the config. */
static void
write_config (BoxWriter * w, const gchar * fourcc, const CmafTrack * track)
{
  box_writer_begin (w, fourcc);
  write_bytes (w, track->config);
  box_writer_end (w);
}

static void
write_visual_entry (BoxWriter * w, const gchar * entry, const gchar * config,
    const CmafTrack * track)
{
  box_writer_begin (w, entry);
  box_writer_zeros (w, 6);
  box_writer_u16 (w, 1);
  box_writer_zeros (w, 16);
  box_writer_u16 (w, track->width);
  box_writer_u16 (w, track->height);
  box_writer_u32 (w, DPI_72);
  box_writer_u32 (w, DPI_72);
  box_writer_u32 (w, 0);
  box_writer_u16 (w, 1);
  box_writer_zeros (w, 32);
  box_writer_u16 (w, 0x0018);
  box_writer_u16 (w, 0xffff);
  write_config (w, config, track);
  write_colr_pasp (w, track);
  write_hdr (w, track);
  write_btrt (w, track);
  box_writer_end (w);
}

/* A descriptor's tag and its length in four bytes of 7 bits (8.3.3). */
static void
write_descriptor (BoxWriter * w, guint8 tag, guint32 length)
{
  box_writer_u8 (w, tag);
  box_writer_u8 (w, 0x80 | (length >> 21 & 0x7f));
  box_writer_u8 (w, 0x80 | (length >> 14 & 0x7f));
  box_writer_u8 (w, 0x80 | (length >> 7 & 0x7f));
  box_writer_u8 (w, length & 0x7f);
}

static void
write_esds (BoxWriter * w, const CmafTrack * track)
{
  gsize size = g_bytes_get_size (track->config);
  const guint head = 5;

  box_writer_begin_full (w, "esds", 0, 0);
  write_descriptor (w, TAG_ES, 3 + head + 13 + head + size + head + 1);
  box_writer_u16 (w, 0);
  box_writer_u8 (w, 0);
  write_descriptor (w, TAG_DECODER_CONFIG, 13 + head + size);
  box_writer_u8 (w, 0x40);      /* ISO 14496-3 audio */
  box_writer_u8 (w, 0x15);      /* an audio stream */
  box_writer_u24 (w, 0);
  box_writer_u32 (w, track->bitrate);
  box_writer_u32 (w, track->bitrate);
  write_descriptor (w, TAG_SPECIFIC_INFO, size);
  write_bytes (w, track->config);
  write_descriptor (w, TAG_SYNC_LAYER, 1);
  box_writer_u8 (w, 2);
  box_writer_end (w);
}

/* A rate that the field can't hold is halved where that goes without rest
 * (FLAC in ISOBMFF 3.3.1); the config box has the true one. */
static guint32
entry_rate (guint rate)
{
  while (rate > G_MAXUINT16 && rate % 2 == 0)
    rate /= 2;
  return rate > G_MAXUINT16 ? 0 : rate << 16;
}

static void
begin_audio_entry (BoxWriter * w, const gchar * entry, const CmafTrack * track)
{
  box_writer_begin (w, entry);
  box_writer_zeros (w, 6);
  box_writer_u16 (w, 1);
  box_writer_zeros (w, 8);
  box_writer_u16 (w, track->channels);
  box_writer_u16 (w, track->depth != 0 ? track->depth : 16);
  box_writer_zeros (w, 4);
  box_writer_u32 (w, entry_rate (track->rate));
}

static void
write_audio_entry (BoxWriter * w, const gchar * entry, const gchar * config,
    const CmafTrack * track)
{
  begin_audio_entry (w, entry, track);
  write_config (w, config, track);
  write_btrt (w, track);
  box_writer_end (w);
}

static void
write_flac_entry (BoxWriter * w, const CmafTrack * track)
{
  begin_audio_entry (w, "fLaC", track);
  box_writer_begin_full (w, "dfLa", 0, 0);
  write_bytes (w, track->config);
  box_writer_end (w);
  write_btrt (w, track);
  box_writer_end (w);
}

static void
write_mp4a (BoxWriter * w, const CmafTrack * track)
{
  begin_audio_entry (w, "mp4a", track);
  write_esds (w, track);
  write_btrt (w, track);
  box_writer_end (w);
}

static void
write_entry (BoxWriter * w, const CmafTrack * track)
{
  switch (track->kind) {
    case CMAF_VIDEO_AVC:
      write_visual_entry (w, "avc1", "avcC", track);
      return;
    case CMAF_VIDEO_HEVC:
      write_visual_entry (w, "hvc1", "hvcC", track);
      return;
    case CMAF_VIDEO_AV1:
      write_visual_entry (w, "av01", "av1C", track);
      return;
    case CMAF_AUDIO_AAC:
      write_mp4a (w, track);
      return;
    case CMAF_AUDIO_OPUS:
      write_audio_entry (w, "Opus", "dOps", track);
      return;
    case CMAF_AUDIO_AC3:
      write_audio_entry (w, "ac-3", "dac3", track);
      return;
    case CMAF_AUDIO_EAC3:
      write_audio_entry (w, "ec-3", "dec3", track);
      return;
    case CMAF_AUDIO_FLAC:
      write_flac_entry (w, track);
      return;
  }
  g_assert_not_reached ();
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
  write_entry (w, track);
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
