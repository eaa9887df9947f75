/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "aacconfig.h"

#include <string.h>

#include "bitreader.h"

enum
{
  AOT_LC = 2,
  AOT_SBR = 5,
  AOT_PS = 29,
  AOT_ESCAPE = 31,
};

#define RATE_ESCAPE 15
#define SYNC_EXTENSION_SBR 0x2b7
#define SYNC_EXTENSION_PS 0x548

static const guint rates[] = {
  96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025,
  8000, 7350
};

static guint
read_object_type (BitReader * r)
{
  guint type = bit_reader_bits (r, 5);

  return type == AOT_ESCAPE ? 32 + bit_reader_bits (r, 6) : type;
}

static guint
read_rate (BitReader * r)
{
  guint index = bit_reader_bits (r, 4);

  if (index == RATE_ESCAPE)
    return bit_reader_bits (r, 24);
  return index < G_N_ELEMENTS (rates) ? rates[index] : 0;
}

static guint
count_channels (guint configuration)
{
  /* Table 1.19; 0 is told by a program config element. */
  static const guint8 channels[] = {
    0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 0, 8
  };

  return configuration < G_N_ELEMENTS (channels) ? channels[configuration] : 0;
}

static guint
count_elements (BitReader * r, guint n)
{
  guint channels = 0;

  while (n-- > 0) {
    channels += bit_reader_flag (r) ? 2 : 1;
    bit_reader_skip (r, 4);
  }
  return channels;
}

/* program_config_element (), 4.4.1.1, without the comment at its end. */
static guint
count_program_channels (BitReader * r)
{
  guint front, side, back, lfe;

  bit_reader_skip (r, 4 + 2 + 4);
  front = bit_reader_bits (r, 4);
  side = bit_reader_bits (r, 4);
  back = bit_reader_bits (r, 4);
  lfe = bit_reader_bits (r, 2);
  bit_reader_skip (r, 3 + 4);
  if (bit_reader_flag (r))
    bit_reader_skip (r, 4);
  if (bit_reader_flag (r))
    bit_reader_skip (r, 4);
  if (bit_reader_flag (r))
    bit_reader_skip (r, 3);
  return count_elements (r, front + side + back) + lfe;
}

/* Signalling behind the config of the core, which decoders that only know the
 * core do not see (1.6.5.2). */
static void
read_extension (AacConfig * self, BitReader * r)
{
  guint rate;

  if (bit_reader_bits (r, 11) != SYNC_EXTENSION_SBR
      || read_object_type (r) != AOT_SBR || !bit_reader_flag (r))
    return;
  rate = read_rate (r);
  if (r->failed)
    return;
  self->rate = rate;
  self->object_type = AOT_SBR;
  if (bit_reader_bits (r, 11) == SYNC_EXTENSION_PS && bit_reader_flag (r)) {
    self->object_type = AOT_PS;
    self->channels = 2;
  }
}

/* GASpecificConfig (), 4.4.1 */
static void
read_specific (AacConfig * self, BitReader * r, gboolean explicit_sbr)
{
  gboolean by_program = self->channels == 0;

  self->frame_samples = bit_reader_flag (r) ? 960 : 1024;
  if (bit_reader_flag (r))
    bit_reader_skip (r, 14);
  bit_reader_skip (r, 1);
  if (by_program)
    self->channels = count_program_channels (r);
  if (!explicit_sbr && !by_program && !r->failed) {
    BitReader rest = *r;

    read_extension (self, &rest);
  }
}

gboolean
aac_config_parse (AacConfig * self, const guint8 * data, gsize size)
{
  BitReader r;
  guint core_rate, factor;
  gboolean explicit_sbr;

  memset (self, 0, sizeof (*self));
  bit_reader_init (&r, data, size, FALSE);
  self->object_type = read_object_type (&r);
  self->rate = core_rate = read_rate (&r);
  self->configuration = bit_reader_bits (&r, 4);
  self->channels = count_channels (self->configuration);
  explicit_sbr = self->object_type == AOT_SBR || self->object_type == AOT_PS;
  if (explicit_sbr) {
    self->rate = read_rate (&r);
    if (read_object_type (&r) != AOT_LC)
      return FALSE;
  } else if (self->object_type != AOT_LC) {
    return FALSE;
  }
  read_specific (self, &r, explicit_sbr);
  if (self->object_type == AOT_PS)
    self->channels = 2;
  if (r.failed || core_rate == 0 || self->channels == 0
      || self->rate < core_rate || self->rate > 96000
      || self->rate % core_rate != 0)
    return FALSE;
  factor = self->rate / core_rate;
  self->frame_samples *= factor;
  return factor <= 2;
}

/* Silence */

/* raw_data_block (), 4.4.2.1 */
enum
{
  ELEMENT_SINGLE = 0,
  ELEMENT_PAIR = 1,
  ELEMENT_LFE = 3,
  ELEMENT_END = 7,
};

static void
write_bits (GByteArray * out, guint * used, guint value, guint n)
{
  static const guint8 zero;

  while (n-- > 0) {
    if (*used % 8 == 0)
      g_byte_array_append (out, &zero, 1);
    out->data[out->len - 1] |= (value >> n & 1) << (7 - *used % 8);
    (*used)++;
  }
}

/* individual_channel_stream () of one long window without any band: gain, the
 * window, and no pulses, noise shaping or gain control. */
static void
write_empty_channel (GByteArray * out, guint * used)
{
  write_bits (out, used, 0, 8 + (1 + 2 + 1 + 6 + 1) + 3);
}

static void
write_empty_element (GByteArray * out, guint * used, guint type, guint tag)
{
  write_bits (out, used, type, 3);
  write_bits (out, used, tag, 4);
  if (type == ELEMENT_PAIR) {
    /* No common window. */
    write_bits (out, used, 0, 1);
    write_empty_channel (out, used);
  }
  write_empty_channel (out, used);
}

GBytes *
aac_config_silence (const AacConfig * self)
{
  /* Table 1.19: single ones, pairs, single ones behind them, LFE. */
  static const guint8 elements[][4] = {
    {0, 0, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0}, {1, 1, 0, 0}, {1, 1, 1, 0},
    {1, 2, 0, 0}, {1, 2, 0, 1}, {1, 3, 0, 1}
  };
  const guint8 *n;
  GByteArray *out;
  guint used = 0, i;

  if (self->configuration == 0
      || self->configuration >= G_N_ELEMENTS (elements))
    return NULL;
  n = elements[self->configuration];
  out = g_byte_array_new ();
  for (i = 0; i < n[0]; i++)
    write_empty_element (out, &used, ELEMENT_SINGLE, i);
  for (i = 0; i < n[1]; i++)
    write_empty_element (out, &used, ELEMENT_PAIR, i);
  for (i = 0; i < n[2]; i++)
    write_empty_element (out, &used, ELEMENT_SINGLE, n[0] + i);
  for (i = 0; i < n[3]; i++)
    write_empty_element (out, &used, ELEMENT_LFE, i);
  write_bits (out, &used, ELEMENT_END, 3);
  return g_byte_array_free_to_bytes (out);
}

GBytes *
aac_config_from_adts (const guint8 * data, gsize size, gsize * offset,
    gsize * length)
{
  guint type, rate, channels;
  guint8 config[2];

  if (size < 7 || data[0] != 0xff || (data[1] & 0xf6) != 0xf0)
    return NULL;
  type = (data[2] >> 6) + 1;
  rate = data[2] >> 2 & 15;
  channels = (data[2] & 1) << 2 | data[3] >> 6;
  *offset = data[1] & 1 ? 7 : 9;
  *length = (data[3] & 3) << 11 | data[4] << 3 | data[5] >> 5;
  /* More than one raw block in a frame is not used in practice. */
  if ((data[6] & 3) != 0 || *length <= *offset || *length > size)
    return NULL;
  *length -= *offset;
  config[0] = type << 3 | rate >> 1;
  config[1] = (rate & 1) << 7 | channels << 3;
  return g_bytes_new (config, 2);
}
