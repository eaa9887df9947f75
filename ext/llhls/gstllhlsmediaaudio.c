/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* AAC, Opus, AC-3, E-AC-3 and FLAC.  Locks: none; streaming thread only. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/gst.h>
#include <string.h>

#include "aacconfig.h"
#include "ac3config.h"
#include "codecstring.h"
#include "flacconfig.h"
#include "gstllhlscodec.h"

/* A decoder of AAC needs the frame before (ISO 14496-3 4.6). */
#define AAC_ROLL -1
#define OPUS_MAX_SAMPLES 5760   /* 120 ms */

/* AAC */

static gboolean
update_aac (GstLlHlsMedia * self, GBytes * config)
{
  CmafTrack description;
  AacConfig aac;
  GstLlHlsFormat *format;
  Lattice lattice;
  gsize size;
  gconstpointer data = g_bytes_get_data (config, &size);

  if (!gst_llhls_media_is_new (self, config))
    return TRUE;
  if (!aac_config_parse (&aac, data, size))
    return FALSE;
  lattice_init_audio (&lattice, aac.rate, aac.frame_samples);
  gst_llhls_media_describe (self, &description);
  description.kind = CMAF_AUDIO_AAC;
  description.timescale = aac.rate;
  description.config = config;
  description.rate = aac.rate;
  description.channels = aac.channels;
  description.roll = AAC_ROLL;
  format = gst_llhls_media_offer (self, &description, &lattice,
      codec_string_aac (&aac), config);
  if (format != NULL)
    format->format.silence = aac_config_silence (&aac);
  return TRUE;
}

static gboolean
set_aac_caps (GstLlHlsMedia * self, GstCaps * caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  g_autoptr (GBytes) config = gst_llhls_codec_data (s);

  self->adts =
      g_strcmp0 (gst_structure_get_string (s, "stream-format"), "adts") == 0;
  if (self->adts)
    return TRUE;
  return config != NULL && update_aac (self, config);
}

static gboolean
read_aac (GstLlHlsMedia * self, GBytes * bytes, SegmenterFrame * frame)
{
  gsize offset = 0, length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  frame->kind = CMAF_SAMPLE_SYNC;
  if (self->adts) {
    g_autoptr (GBytes) config =
        aac_config_from_adts (data, length, &offset, &length);

    if (config == NULL || !update_aac (self, config))
      return FALSE;
  }
  frame->data = g_bytes_new_from_bytes (bytes, offset, length);
  return TRUE;
}

/* Opus */

/* The roll distance follows from the first packet's duration; an encoder that
 * changes it later is only a little off what the group says. */
static void
update_opus (GstLlHlsMedia * self, guint samples)
{
  g_autoptr (GBytes) config = NULL;
  CmafTrack description;
  GstLlHlsFormat *format;
  Lattice lattice;

  if (self->config != NULL && !self->config_changed)
    return;
  config = opus_config_box (&self->opus);
  /* Packets may be of any duration, which each of them tells. */
  lattice_init_audio (&lattice, OPUS_RATE, 0);
  gst_llhls_media_describe (self, &description);
  description.kind = CMAF_AUDIO_OPUS;
  description.timescale = OPUS_RATE;
  description.config = config;
  description.rate = OPUS_RATE;
  description.channels = self->opus.channels;
  description.roll = opus_roll_distance (samples);
  format = gst_llhls_media_offer (self, &description, &lattice,
      g_strdup ("opus"), config);
  if (format != NULL) {
    format->format.longest = OPUS_MAX_SAMPLES;
    format->format.silence = opus_config_silence (&self->opus);
    format->format.silence_ticks = OPUS_SILENCE_SAMPLES;
  }
}

static gboolean
read_opus_mapping (OpusConfig * opus, const GstStructure * s)
{
  const GValue *list = gst_structure_get_value (s, "channel-mapping");
  gint streams = 0, coupled = 0;
  guint i;

  gst_structure_get_int (s, "stream-count", &streams);
  gst_structure_get_int (s, "coupled-count", &coupled);
  if (list == NULL || !GST_VALUE_HOLDS_ARRAY (list)
      || gst_value_array_get_size (list) != opus->channels || streams < 0
      || coupled < 0)
    return FALSE;
  opus->streams = streams;
  opus->coupled = coupled;
  for (i = 0; i < opus->channels; i++) {
    const GValue *value = gst_value_array_get_value (list, i);

    if (!G_VALUE_HOLDS_INT (value) || g_value_get_int (value) < 0
        || g_value_get_int (value) > G_MAXUINT8)
      return FALSE;
    opus->mapping[i] = g_value_get_int (value);
  }
  return opus_config_check (opus);
}

/* What caps say where there is no header. */
static gboolean
set_opus_from_caps (GstLlHlsMedia * self, const GstStructure * s)
{
  gint channels = 2, family = 0, rate = 0;

  gst_structure_get_int (s, "channels", &channels);
  gst_structure_get_int (s, "channel-mapping-family", &family);
  gst_structure_get_int (s, "rate", &rate);
  opus_config_init (&self->opus, MAX (channels, 0));
  if (rate > 0)
    self->opus.input_rate = rate;
  if (family == 0)
    return channels == 1 || channels == 2;
  if (channels <= 0 || channels > OPUS_MAX_CHANNELS || family < 0
      || family > G_MAXUINT8)
    return FALSE;
  self->opus.channels = channels;
  self->opus.family = family;
  return read_opus_mapping (&self->opus, s);
}

static gboolean
set_opus_caps (GstLlHlsMedia * self, GstCaps * caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  g_autoptr (GBytes) header = gst_llhls_stream_header (s);
  gsize size;
  gconstpointer data;

  self->config_changed = TRUE;
  if (header == NULL)
    header = gst_llhls_codec_data (s);
  if (header == NULL)
    return set_opus_from_caps (self, s);
  data = g_bytes_get_data (header, &size);
  return opus_config_parse (&self->opus, data, size);
}

static gboolean
read_opus (GstLlHlsMedia * self, GBytes * bytes, SegmenterFrame * frame)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  /* Headers go before the packets of some elements. */
  if (size >= 8 && (memcmp (data, "OpusHead", 8) == 0
          || memcmp (data, "OpusTags", 8) == 0))
    return FALSE;
  frame->ticks = opus_packet_samples (data, size);
  if (frame->ticks == 0)
    return FALSE;
  update_opus (self, frame->ticks);
  frame->kind = CMAF_SAMPLE_SYNC;
  frame->data = g_bytes_ref (bytes);
  return TRUE;
}

/* AC-3 and E-AC-3 */

static gboolean
set_ac3_caps (GstLlHlsMedia * self, GstCaps * caps)
{
  return TRUE;
}

static void
update_ac3 (GstLlHlsMedia * self, Ac3Config * ac3)
{
  g_autoptr (GBytes) config = NULL, same = NULL;
  CmafTrack description;
  Lattice lattice;
  guint rate_kbps = ac3->data_rate_kbps;

  /* The rate of this access unit is no change of the stream. */
  ac3->data_rate_kbps = 0;
  same = ac3_config_box (ac3);
  if (!gst_llhls_media_is_new (self, same))
    return;
  ac3->data_rate_kbps = rate_kbps;
  config = ac3_config_box (ac3);
  lattice_init_audio (&lattice, ac3->rate, ac3->samples);
  gst_llhls_media_describe (self, &description);
  description.kind = ac3->enhanced ? CMAF_AUDIO_EAC3 : CMAF_AUDIO_AC3;
  description.timescale = ac3->rate;
  description.config = config;
  description.rate = ac3->rate;
  description.channels = ac3->channels;
  gst_llhls_media_offer (self, &description, &lattice,
      g_strdup (ac3->enhanced ? "ec-3" : "ac-3"), same);
}

static gboolean
read_ac3 (GstLlHlsMedia * self, GBytes * bytes, SegmenterFrame * frame)
{
  Ac3Config ac3;
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  if (!ac3_config_parse (&ac3, data, size))
    return FALSE;
  frame->ticks = ac3.samples;
  update_ac3 (self, &ac3);
  frame->kind = CMAF_SAMPLE_SYNC;
  frame->data = g_bytes_ref (bytes);
  return TRUE;
}

/* FLAC */

static gboolean
update_flac (GstLlHlsMedia * self, GBytes * header)
{
  g_autoptr (GBytes) config = NULL;
  guint8 block[FLAC_STREAMINFO_BYTES];
  CmafTrack description;
  GstLlHlsFormat *format;
  FlacConfig flac;
  Lattice lattice;
  gsize size;
  gconstpointer data = g_bytes_get_data (header, &size);

  if (!flac_config_parse (&flac, data, size, block))
    return FALSE;
  config = flac_config_box (block);
  if (!gst_llhls_media_is_new (self, config))
    return TRUE;
  lattice_init_audio (&lattice, flac.rate,
      flac.min_block == flac.max_block ? flac.max_block : 0);
  gst_llhls_media_describe (self, &description);
  description.kind = CMAF_AUDIO_FLAC;
  description.timescale = flac.rate;
  description.config = config;
  description.rate = flac.rate;
  description.channels = flac.channels;
  description.depth = flac.depth;
  format = gst_llhls_media_offer (self, &description, &lattice,
      g_strdup ("fLaC"), config);
  if (format != NULL)
    format->format.longest = flac.max_block;
  return TRUE;
}

static gboolean
set_flac_caps (GstLlHlsMedia * self, GstCaps * caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  g_autoptr (GBytes) header = gst_llhls_stream_header (s);

  if (header == NULL)
    header = gst_llhls_codec_data (s);
  return header != NULL && update_flac (self, header);
}

/* Headers, which encoders send as buffers too, are no frames. */
static gboolean
read_flac (GstLlHlsMedia * self, GBytes * bytes, SegmenterFrame * frame)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  frame->ticks = flac_frame_samples (data, size);
  if (frame->ticks == 0)
    return FALSE;
  frame->kind = CMAF_SAMPLE_SYNC;
  frame->data = g_bytes_ref (bytes);
  return TRUE;
}

const GstLlHlsCodec gst_llhls_audio_codecs[] = {
  {"audio/mpeg", set_aac_caps, read_aac},
  {"audio/x-opus", set_opus_caps, read_opus},
  {"audio/x-ac3", set_ac3_caps, read_ac3},
  {"audio/x-eac3", set_ac3_caps, read_ac3},
  {"audio/x-flac", set_flac_caps, read_flac},
  {NULL, NULL, NULL}
};
