/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "flacconfig.h"

#include <string.h>

#include "bitreader.h"

#define BLOCK_STREAMINFO 0
#define BLOCK_LAST 0x80
#define MIN_BLOCK 16
/* Where STREAMINFO tells sizes of frames, and the number of samples and MD5 of
 * a file: unknown while it is written, so never told. */
#define FRAME_SIZES 4
#define TOTAL_SAMPLES 13

static gboolean
find_block (const guint8 ** data, gsize * size)
{
  if (*size >= 13 && memcmp (*data, "\177FLAC", 5) == 0) {
    *data += 9;
    *size -= 9;
  }
  if (*size >= 4 && memcmp (*data, "fLaC", 4) == 0) {
    *data += 4;
    *size -= 4;
  }
  return *size >= 4 + FLAC_STREAMINFO_BYTES
      && ((*data)[0] & ~BLOCK_LAST) == BLOCK_STREAMINFO && (*data)[1] == 0
      && (*data)[2] == 0 && (*data)[3] == FLAC_STREAMINFO_BYTES;
}

gboolean
flac_config_parse (FlacConfig * self, const guint8 * data, gsize size,
    guint8 * block)
{
  BitReader r;

  memset (self, 0, sizeof (*self));
  if (!find_block (&data, &size))
    return FALSE;
  memcpy (block, data + 4, FLAC_STREAMINFO_BYTES);
  bit_reader_init (&r, block, FLAC_STREAMINFO_BYTES, FALSE);
  self->min_block = bit_reader_bits (&r, 16);
  self->max_block = bit_reader_bits (&r, 16);
  bit_reader_skip (&r, 48);
  self->rate = bit_reader_bits (&r, 20);
  self->channels = bit_reader_bits (&r, 3) + 1;
  self->depth = bit_reader_bits (&r, 5) + 1;
  memset (block + FRAME_SIZES, 0, 6);
  block[TOTAL_SAMPLES] &= 0xf0;
  memset (block + TOTAL_SAMPLES + 1, 0, 4 + 16);
  return self->rate > 0 && self->min_block >= MIN_BLOCK
      && self->max_block >= self->min_block && self->depth >= 4;
}

GBytes *
flac_config_box (const guint8 * block)
{
  guint8 bytes[4 + FLAC_STREAMINFO_BYTES] = {
    BLOCK_LAST | BLOCK_STREAMINFO, 0, 0, FLAC_STREAMINFO_BYTES
  };

  memcpy (bytes + 4, block, FLAC_STREAMINFO_BYTES);
  return g_bytes_new (bytes, sizeof (bytes));
}

/* Bytes of the frame's or sample's number, coded as UTF-8 is (9.1.5). */
static guint
count_number_bytes (guint8 first)
{
  guint n = 0;

  while (n < 8 && (first & 0x80 >> n) != 0)
    n++;
  return n == 0 ? 1 : n;
}

/* x^8 + x^2 + x + 1 (9.1.8) */
static guint8
checksum (const guint8 * data, gsize n)
{
  guint8 crc = 0;
  guint bit;

  while (n-- > 0) {
    crc ^= *data++;
    for (bit = 0; bit < 8; bit++)
      crc = crc << 1 ^ (crc & 0x80 ? 0x07 : 0);
  }
  return crc;
}

guint
flac_frame_samples (const guint8 * data, gsize size)
{
  guint code, rate_code, samples = 0;
  gsize pos;

  if (size < 6 || data[0] != 0xff || (data[1] & 0xfe) != 0xf8)
    return 0;
  code = data[2] >> 4;
  rate_code = data[2] & 15;
  pos = 4 + count_number_bytes (data[4]);
  if (pos + 4 + 1 > size)
    return 0;
  if (code == 1)
    samples = 192;
  else if (code >= 2 && code <= 5)
    samples = 576 << (code - 2);
  else if (code == 6)
    samples = data[pos++] + 1;
  else if (code == 7) {
    samples = (data[pos] << 8 | data[pos + 1]) + 1;
    pos += 2;
  } else if (code >= 8)
    samples = 256 << (code - 8);
  if (rate_code >= 12 && rate_code <= 14)
    pos += rate_code == 12 ? 1 : 2;
  return checksum (data, pos) == data[pos] ? samples : 0;
}
