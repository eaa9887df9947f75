/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ac3config.h"

#include <string.h>

#include "bitreader.h"

#define SYNC_WORD 0x0b77
#define BLOCK_SAMPLES 256
#define AC3_BLOCKS 6
#define MAX_AC3_BSID 10
#define MAX_BSID 16

enum
{
  STREAM_INDEPENDENT = 0,
  STREAM_DEPENDENT = 1,
  STREAM_CONVERTED = 2,         /* from AC-3, independent as well */
};

typedef struct
{
  guint size;                   /* bytes */
  guint rate, samples;
  guint type, id;
  guint bit_rate_code;
  guint locations;
  Ac3Substream sub;
} SyncFrame;

static const guint rates[] = { 48000, 44100, 32000 };

/* Table 4.13 */
static guint
ac3_frame_bytes (guint rate_code, guint size_code)
{
  static const guint16 kbps[] = {
    32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448,
    512, 576, 640
  };
  guint rate;

  if (size_code >= 2 * G_N_ELEMENTS (kbps))
    return 0;
  rate = kbps[size_code / 2];
  if (rate_code == 0)
    return rate * 4;
  if (rate_code == 2)
    return rate * 6;
  return 2 * (rate * 96000 / 44100 + (size_code & 1));
}

static gboolean
parse_ac3_frame (SyncFrame * frame, BitReader * r)
{
  Ac3Substream *sub = &frame->sub;
  guint size_code;

  bit_reader_skip (r, 16);
  sub->rate_code = bit_reader_bits (r, 2);
  size_code = bit_reader_bits (r, 6);
  sub->bsid = bit_reader_bits (r, 5);
  sub->bsmod = bit_reader_bits (r, 3);
  sub->acmod = bit_reader_bits (r, 3);
  if ((sub->acmod & 1) != 0 && sub->acmod != 1)
    bit_reader_skip (r, 2);
  if ((sub->acmod & 4) != 0)
    bit_reader_skip (r, 2);
  if (sub->acmod == 2)
    bit_reader_skip (r, 2);
  sub->lfe = bit_reader_bits (r, 1);
  if (sub->rate_code >= G_N_ELEMENTS (rates))
    return FALSE;
  frame->bit_rate_code = size_code / 2;
  frame->size = ac3_frame_bytes (sub->rate_code, size_code);
  /* Half and quarter rates have identifiers of their own. */
  frame->rate = rates[sub->rate_code] >> (MAX (sub->bsid, 8) - 8);
  frame->samples = AC3_BLOCKS * BLOCK_SAMPLES;
  return frame->size > 0;
}

/* chan_loc has the bits of chanmap that name pairs and rear channels, in
 * another order (F.6.2, table E.5). */
static guint
locations_of (guint chanmap)
{
  guint locations = 0;

  /* chanmap's bit 0 is its most significant of 16. */
  if (chanmap & 1 << (15 - 5))
    locations |= 1 << 0;        /* Lc/Rc */
  if (chanmap & 1 << (15 - 6))
    locations |= 1 << 1;        /* Lrs/Rrs */
  if (chanmap & 1 << (15 - 7))
    locations |= 1 << 2;        /* Cs */
  if (chanmap & 1 << (15 - 8))
    locations |= 1 << 3;        /* Ts */
  if (chanmap & 1 << (15 - 9))
    locations |= 1 << 4;        /* Lsd/Rsd */
  if (chanmap & 1 << (15 - 10))
    locations |= 1 << 5;        /* Lw/Rw */
  if (chanmap & 1 << (15 - 11))
    locations |= 1 << 6;        /* Lvh/Rvh */
  if (chanmap & 1 << (15 - 12))
    locations |= 1 << 7;        /* Cvh */
  if (chanmap & 1 << (15 - 14))
    locations |= 1 << 8;        /* LFE2 */
  return locations;
}

static void
skip_dialogue (BitReader * r)
{
  bit_reader_skip (r, 5);
  if (bit_reader_flag (r))
    bit_reader_skip (r, 8);
}

static gboolean
parse_enhanced_frame (SyncFrame * frame, BitReader * r)
{
  static const guint8 blocks[] = { 1, 2, 3, 6 };
  Ac3Substream *sub = &frame->sub;
  guint code;

  frame->type = bit_reader_bits (r, 2);
  frame->id = bit_reader_bits (r, 3);
  frame->size = 2 * (bit_reader_bits (r, 11) + 1);
  sub->rate_code = bit_reader_bits (r, 2);
  code = bit_reader_bits (r, 2);
  if (sub->rate_code == 3) {
    if (code >= G_N_ELEMENTS (rates))
      return FALSE;
    frame->rate = rates[code] / 2;
    frame->samples = AC3_BLOCKS * BLOCK_SAMPLES;
  } else {
    frame->rate = rates[sub->rate_code];
    frame->samples = blocks[code] * BLOCK_SAMPLES;
  }
  sub->acmod = bit_reader_bits (r, 3);
  sub->lfe = bit_reader_bits (r, 1);
  sub->bsid = bit_reader_bits (r, 5);
  skip_dialogue (r);
  if (sub->acmod == 0)
    skip_dialogue (r);
  if (frame->type == STREAM_DEPENDENT && bit_reader_flag (r))
    frame->locations = locations_of (bit_reader_bits (r, 16));
  return frame->type <= STREAM_CONVERTED;
}

static gboolean
parse_frame (SyncFrame * frame, const guint8 * data, gsize size)
{
  BitReader r;
  gboolean ok;

  memset (frame, 0, sizeof (*frame));
  if (size < 8 || (data[0] << 8 | data[1]) != SYNC_WORD)
    return FALSE;
  bit_reader_init (&r, data + 2, size - 2, FALSE);
  if (data[5] >> 3 <= MAX_AC3_BSID)
    ok = parse_ac3_frame (frame, &r);
  else
    ok = data[5] >> 3 <= MAX_BSID && parse_enhanced_frame (frame, &r);
  return ok && !r.failed && frame->size >= 8 && frame->size <= size;
}

static guint
count_channels (const Ac3Substream * sub)
{
  static const guint8 full[] = { 2, 1, 2, 3, 3, 4, 4, 5 };
  /* Pairs count twice. */
  static const guint8 added[] = { 2, 2, 1, 1, 2, 2, 2, 1, 1 };
  guint n = full[sub->acmod] + sub->lfe, i;

  for (i = 0; i < G_N_ELEMENTS (added); i++)
    n += sub->locations >> i & 1 ? added[i] : 0;
  return n;
}

static void
begin (Ac3Config * self, const SyncFrame * frame)
{
  self->enhanced = frame->sub.bsid > MAX_AC3_BSID;
  self->rate = frame->rate;
  self->bit_rate_code = frame->bit_rate_code;
}

/* FALSE: a frame that can't be there. */
static gboolean
add_frame (Ac3Config * self, const SyncFrame * frame)
{
  Ac3Substream *last;

  if (frame->rate != self->rate
      || (frame->sub.bsid > MAX_AC3_BSID) != self->enhanced)
    return FALSE;
  if (frame->type == STREAM_DEPENDENT) {
    if (self->n_substreams == 0)
      return FALSE;
    last = &self->substreams[self->n_substreams - 1];
    last->dependents = MIN (last->dependents + 1, 15);
    last->locations |= frame->locations;
    return TRUE;
  }
  /* Several sync frames with few blocks follow each other in one unit. */
  if (frame->id == 0)
    self->samples += frame->samples;
  if (frame->id < self->n_substreams)
    return TRUE;
  if (frame->id != self->n_substreams)
    return FALSE;
  self->substreams[self->n_substreams++] = frame->sub;
  return TRUE;
}

gboolean
ac3_config_parse (Ac3Config * self, const guint8 * data, gsize size)
{
  SyncFrame frame;
  guint64 bits;
  gsize pos;

  memset (self, 0, sizeof (*self));
  for (pos = 0; pos < size; pos += frame.size) {
    if (!parse_frame (&frame, data + pos, size - pos))
      return FALSE;
    if (pos == 0)
      begin (self, &frame);
    if (!add_frame (self, &frame))
      return FALSE;
  }
  if (self->samples == 0)
    return FALSE;
  self->channels = count_channels (&self->substreams[0]);
  /* To the nearest, since frames at 44.1 kHz are of two sizes. */
  bits = (guint64) size *8 * self->rate;
  self->data_rate_kbps = (bits + self->samples * 500) / (self->samples * 1000);
  return TRUE;
}

/* 13 bits of rate, 3 of the number of independent substreams less one. */
static GBytes *
make_dec3 (const Ac3Config * self)
{
  GByteArray *out = g_byte_array_new ();
  guint head = MIN (self->data_rate_kbps, 0x1fff) << 3
      | (self->n_substreams - 1), i;
  guint8 bytes[4] = { head >> 8, head };

  g_byte_array_append (out, bytes, 2);
  for (i = 0; i < self->n_substreams; i++) {
    const Ac3Substream *sub = &self->substreams[i];
    guint32 bits = sub->rate_code << 22 | sub->bsid << 17 | sub->bsmod << 12
        | sub->acmod << 9 | sub->lfe << 8 | sub->dependents << 1;

    if (sub->dependents > 0)
      bits |= sub->locations >> 8 & 1;
    bytes[0] = bits >> 16;
    bytes[1] = bits >> 8;
    bytes[2] = bits;
    bytes[3] = sub->locations;
    g_byte_array_append (out, bytes, sub->dependents > 0 ? 4 : 3);
  }
  return g_byte_array_free_to_bytes (out);
}

GBytes *
ac3_config_box (const Ac3Config * self)
{
  const Ac3Substream *sub = &self->substreams[0];
  guint32 bits;
  guint8 bytes[3];

  if (self->enhanced)
    return make_dec3 (self);
  bits = sub->rate_code << 22 | sub->bsid << 17 | sub->bsmod << 14
      | sub->acmod << 11 | sub->lfe << 10 | self->bit_rate_code << 5;
  bytes[0] = bits >> 16;
  bytes[1] = bits >> 8;
  bytes[2] = bits;
  return g_bytes_new (bytes, 3);
}
