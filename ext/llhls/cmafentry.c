/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ISO 14496-12 12.1 and 12.2, -14 and -15; AV1, Opus and FLAC in ISOBMFF; ETSI
 * TS 102 366 annex F. */
#include "cmafentry.h"

#define DPI_72 0x00480000

/* ISO 14496-1 7.2.6 */
enum
{
  TAG_ES = 3,
  TAG_DECODER_CONFIG = 4,
  TAG_SPECIFIC_INFO = 5,
  TAG_SYNC_LAYER = 6,
};

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
  if (track->colour.told) {
    box_writer_begin (w, "colr");
    box_writer_fourcc (w, "nclx");
    box_writer_u16 (w, track->colour.primaries);
    box_writer_u16 (w, track->colour.transfer);
    box_writer_u16 (w, track->colour.matrix);
    box_writer_u8 (w, track->colour.full_range ? 0x80 : 0);
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

void
cmaf_entry_write (BoxWriter * w, const CmafTrack * track)
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
