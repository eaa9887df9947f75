/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opusconfig.h"

#include <string.h>

#define HEAD_BYTES 19
#define MAX_PACKET_SAMPLES 5760 /* 120 ms */
#define SETTLING_SAMPLES 3840   /* 80 ms */
/* In the mapping, RFC 7845 5.1.1. */
#define OPUS_SILENCE 255

static guint
read_u16 (const guint8 * p)
{
  return p[0] | p[1] << 8;
}

gboolean
opus_config_check (const OpusConfig * self)
{
  guint decoded = self->streams + self->coupled, i;

  if (self->streams == 0 || self->streams > OPUS_MAX_CHANNELS
      || self->coupled > self->streams || decoded > OPUS_MAX_CHANNELS)
    return FALSE;
  for (i = 0; i < self->channels; i++) {
    if (self->mapping[i] >= decoded && self->mapping[i] != OPUS_SILENCE)
      return FALSE;
  }
  return TRUE;
}

static gboolean
parse_mapping (OpusConfig * self, const guint8 * data, gsize size)
{
  if (size < 2 + (gsize) self->channels)
    return FALSE;
  self->streams = data[0];
  self->coupled = data[1];
  memcpy (self->mapping, data + 2, self->channels);
  return opus_config_check (self);
}

void
opus_config_init (OpusConfig * self, guint channels)
{
  memset (self, 0, sizeof (*self));
  self->channels = CLAMP (channels, 1, 2);
  self->input_rate = OPUS_RATE;
  self->streams = 1;
  self->coupled = self->channels - 1;
}

gboolean
opus_config_parse (OpusConfig * self, const guint8 * data, gsize size)
{
  /* Versions up to 15 are compatible with 1. */
  if (size < HEAD_BYTES || memcmp (data, "OpusHead", 8) != 0 || data[8] == 0
      || data[8] > 15 || data[9] == 0)
    return FALSE;
  memset (self, 0, sizeof (*self));
  self->channels = data[9];
  self->pre_skip = read_u16 (data + 10);
  self->input_rate = read_u16 (data + 12)
      | (guint32) read_u16 (data + 14) << 16;
  self->gain = read_u16 (data + 16);
  self->family = data[18];
  self->streams = 1;
  self->coupled = self->channels - 1;
  if (self->family == 0)
    return self->channels <= 2;
  return parse_mapping (self, data + HEAD_BYTES, size - HEAD_BYTES);
}

GBytes *
opus_config_box (const OpusConfig * self)
{
  GByteArray *out = g_byte_array_new ();
  guint8 head[] = {
    0, self->channels, self->pre_skip >> 8, self->pre_skip,
    self->input_rate >> 24, self->input_rate >> 16, self->input_rate >> 8,
    self->input_rate, (guint16) self->gain >> 8, self->gain, self->family,
    self->streams, self->coupled
  };

  g_byte_array_append (out, head, self->family == 0 ? 11 : 13);
  if (self->family != 0)
    g_byte_array_append (out, self->mapping, self->channels);
  return g_byte_array_free_to_bytes (out);
}

/* Table 2. */
static guint
frame_samples (guint configuration)
{
  static const guint16 silk[] = { 480, 960, 1920, 2880 };

  if (configuration < 12)
    return silk[configuration & 3];
  if (configuration < 16)
    return configuration & 1 ? 960 : 480;
  return 120 << (configuration & 3);
}

guint
opus_packet_samples (const guint8 * data, gsize size)
{
  guint n, samples;

  if (size < 1)
    return 0;
  switch (data[0] & 3) {
    case 0:
      n = 1;
      break;
    case 3:
      n = size < 2 ? 0 : data[1] & 0x3f;
      break;
    default:
      n = 2;
      break;
  }
  samples = n * frame_samples (data[0] >> 3);
  return samples <= MAX_PACKET_SAMPLES ? samples : 0;
}

gint
opus_roll_distance (guint samples)
{
  if (samples == 0)
    return 0;
  return -(gint) ((SETTLING_SAMPLES + samples - 1) / samples);
}

GBytes *
opus_config_silence (const OpusConfig * self)
{
  /* CELT, full band, 20 ms, one frame (RFC 6716 3.1), whose first symbol is its
   * silence flag (4.3). */
  static const guint8 mono[] = { 0xf8, 0xff, 0xfe };
  static const guint8 stereo[] = { 0xfc, 0xff, 0xfe };

  if (self->family != 0 || self->channels > 2)
    return NULL;
  return g_bytes_new_static (self->channels == 1 ? mono : stereo,
      sizeof (mono));
}
