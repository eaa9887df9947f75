/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "av1param.h"

#include <string.h>

#include "bitreader.h"

/* obu_type, AV1 6.2.2. */
enum
{
  OBU_SEQUENCE_HEADER = 1,
  OBU_TEMPORAL_DELIMITER = 2,
  OBU_FRAME_HEADER = 3,
  OBU_FRAME = 6,
  OBU_TILE_LIST = 8,
  OBU_PADDING = 15,
};

#define MAX_SEQUENCE_BYTES 4096
#define BT_709 1
#define SRGB 13
#define IDENTITY 0
#define SELECT_SCREEN_CONTENT 2

typedef struct
{
  guint type;
  gsize begin;                  /* of the header */
  gsize header;                 /* bytes, without the size field */
  gsize payload, end;
  gboolean has_size;
} Obu;

/* leb128, 4.10.5 */
static gboolean
read_size (const guint8 * data, gsize size, gsize * pos, guint64 * value)
{
  guint i;

  *value = 0;
  for (i = 0; i < 8 && *pos < size; i++) {
    guint8 byte = data[(*pos)++];

    *value |= (guint64) (byte & 0x7f) << (7 * i);
    if ((byte & 0x80) == 0)
      return TRUE;
  }
  return FALSE;
}

/* The OBU at `pos`; one without a size goes to the end. */
static gboolean
read_obu (const guint8 * data, gsize size, gsize pos, Obu * obu)
{
  guint64 length;

  if (pos >= size || (data[pos] & 0x80) != 0)
    return FALSE;
  obu->begin = pos;
  obu->type = data[pos] >> 3 & 15;
  obu->has_size = (data[pos] & 2) != 0;
  obu->header = (data[pos] & 4) != 0 ? 2 : 1;
  obu->payload = pos + obu->header;
  if (obu->payload > size)
    return FALSE;
  length = size - obu->payload;
  if (obu->has_size && (!read_size (data, size, &obu->payload, &length)
          || length > size - obu->payload))
    return FALSE;
  obu->end = obu->payload + length;
  return TRUE;
}

/* uvlc, 4.10.3 */
static guint32
read_uvlc (BitReader * r)
{
  guint zeros = 0;

  while (!r->failed && !bit_reader_flag (r))
    zeros++;
  if (zeros >= 32)
    return G_MAXUINT32;
  return bit_reader_bits (r, zeros) + ((1u << zeros) - 1);
}

static void
parse_timing (Av1Sequence * self, BitReader * r)
{
  guint32 tick = bit_reader_bits (r, 32), scale = bit_reader_bits (r, 32);
  guint64 picture;

  if (!bit_reader_flag (r))
    return;
  picture = (read_uvlc (r) + G_GUINT64_CONSTANT (1)) * tick;
  if (tick > 0 && scale > 0 && picture <= G_MAXUINT32) {
    self->fps_n = scale;
    self->fps_d = picture;
  }
}

typedef struct
{
  gboolean model, delay;
  guint delay_bits;
} DecoderFacts;

static void
parse_operating_point (Av1Sequence * self, BitReader * r, gboolean first,
    const DecoderFacts * facts)
{
  guint level, tier = 0;

  bit_reader_skip (r, 12);
  level = bit_reader_bits (r, 5);
  if (level > 7)
    tier = bit_reader_bits (r, 1);
  if (first) {
    self->level = level;
    self->tier = tier;
  }
  if (facts->model && bit_reader_flag (r))
    bit_reader_skip (r, 2 * facts->delay_bits + 1);
  if (facts->delay && bit_reader_flag (r))
    bit_reader_skip (r, 4);
}

static void
parse_operating_points (Av1Sequence * self, BitReader * r)
{
  DecoderFacts facts = { FALSE, FALSE, 0 };
  guint i, n;

  if (bit_reader_flag (r)) {
    parse_timing (self, r);
    facts.model = bit_reader_flag (r);
    if (facts.model) {
      facts.delay_bits = bit_reader_bits (r, 5) + 1;
      bit_reader_skip (r, 32 + 5 + 5);
    }
  }
  facts.delay = bit_reader_flag (r);
  n = bit_reader_bits (r, 5) + 1;
  for (i = 0; i < n && !r->failed; i++)
    parse_operating_point (self, r, i == 0, &facts);
}

static void
parse_size (Av1Sequence * self, BitReader * r)
{
  guint width_bits = bit_reader_bits (r, 4) + 1;
  guint height_bits = bit_reader_bits (r, 4) + 1;

  self->width = bit_reader_bits (r, width_bits) + 1;
  self->height = bit_reader_bits (r, height_bits) + 1;
  if (!self->reduced && bit_reader_flag (r))
    bit_reader_skip (r, 7);
}

static void
skip_coding_tools (const Av1Sequence * self, BitReader * r)
{
  gboolean order_hint;
  guint screen_content = SELECT_SCREEN_CONTENT;

  bit_reader_skip (r, 3);
  if (!self->reduced) {
    bit_reader_skip (r, 4);
    order_hint = bit_reader_flag (r);
    if (order_hint)
      bit_reader_skip (r, 2);
    if (!bit_reader_flag (r))
      screen_content = bit_reader_bits (r, 1);
    if (screen_content > 0 && !bit_reader_flag (r))
      bit_reader_skip (r, 1);
    if (order_hint)
      bit_reader_skip (r, 3);
  }
  bit_reader_skip (r, 3);
}

static void
parse_subsampling (Av1Sequence * self, BitReader * r)
{
  self->subsampling_x = self->subsampling_y = 0;
  if (self->profile == 0) {
    self->subsampling_x = self->subsampling_y = 1;
  } else if (self->profile == 2) {
    self->subsampling_x = 1;
    if (self->depth == 12) {
      self->subsampling_x = bit_reader_bits (r, 1);
      if (self->subsampling_x == 1)
        self->subsampling_y = bit_reader_bits (r, 1);
    }
  }
  if (self->subsampling_x == 1 && self->subsampling_y == 1)
    self->sample_position = bit_reader_bits (r, 2);
}

static void
parse_colour (Av1Sequence * self, BitReader * r)
{
  VideoColour *colour = &self->colour;
  gboolean high = bit_reader_flag (r);

  self->depth = high ? 10 : 8;
  if (self->profile == 2 && high && bit_reader_flag (r))
    self->depth = 12;
  if (self->profile != 1)
    self->monochrome = bit_reader_flag (r);
  colour->primaries = colour->transfer = colour->matrix =
      VIDEO_COLOUR_UNSPECIFIED;
  colour->told = bit_reader_flag (r);
  if (colour->told) {
    colour->primaries = bit_reader_bits (r, 8);
    colour->transfer = bit_reader_bits (r, 8);
    colour->matrix = bit_reader_bits (r, 8);
  }
  self->subsampling_x = self->subsampling_y = 1;
  if (self->monochrome) {
    colour->full_range = bit_reader_flag (r);
  } else if (colour->primaries == BT_709 && colour->transfer == SRGB
      && colour->matrix == IDENTITY) {
    colour->full_range = TRUE;
    self->subsampling_x = self->subsampling_y = 0;
  } else {
    colour->full_range = bit_reader_flag (r);
    parse_subsampling (self, r);
  }
}

gboolean
av1_sequence_parse (Av1Sequence * self, const guint8 * data, gsize size)
{
  BitReader r;
  Obu obu;

  memset (self, 0, sizeof (*self));
  self->fps_d = 1;
  if (size > MAX_SEQUENCE_BYTES || !read_obu (data, size, 0, &obu)
      || obu.type != OBU_SEQUENCE_HEADER)
    return FALSE;
  bit_reader_init (&r, data + obu.payload, obu.end - obu.payload, FALSE);
  self->profile = bit_reader_bits (&r, 3);
  bit_reader_skip (&r, 1);
  self->reduced = bit_reader_flag (&r);
  if (self->reduced)
    self->level = bit_reader_bits (&r, 5);
  else
    parse_operating_points (self, &r);
  parse_size (self, &r);
  skip_coding_tools (self, &r);
  parse_colour (self, &r);
  return !r.failed && self->profile <= 2;
}

/* Appends an OBU with its size. */
static void
append_obu (GByteArray * out, const guint8 * data, const Obu * obu)
{
  gsize length = obu->end - obu->payload;
  guint8 byte = data[obu->begin] | 2;

  g_byte_array_append (out, &byte, 1);
  g_byte_array_append (out, data + obu->begin + 1, obu->header - 1);
  do {
    byte = (length & 0x7f) | (length > 0x7f ? 0x80 : 0);
    g_byte_array_append (out, &byte, 1);
    length >>= 7;
  } while (length > 0);
  g_byte_array_append (out, data + obu->payload, obu->end - obu->payload);
}

static GBytes *
copy_sequence (const guint8 * data, const Obu * obu)
{
  GByteArray *out = g_byte_array_new ();

  append_obu (out, data, obu);
  return g_byte_array_free_to_bytes (out);
}

GBytes *
av1_sequence_from_config (const guint8 * data, gsize size)
{
  Av1Sequence sequence;
  gsize pos = 4;
  Obu obu;

  if (size < 4 || data[0] != 0x81)
    return NULL;
  for (; read_obu (data, size, pos, &obu); pos = obu.end) {
    if (obu.type == OBU_SEQUENCE_HEADER
        && av1_sequence_parse (&sequence, data + obu.begin,
            obu.end - obu.begin))
      return copy_sequence (data, &obu);
  }
  return NULL;
}

GBytes *
av1_config (GBytes * sequence)
{
  GByteArray *out;
  Av1Sequence s;
  gsize size;
  const guint8 *data = g_bytes_get_data (sequence, &size);
  guint8 head[4];

  if (!av1_sequence_parse (&s, data, size))
    return NULL;
  head[0] = 0x81;
  head[1] = s.profile << 5 | s.level;
  head[2] = s.tier << 7 | (s.depth > 8) << 6 | (s.depth == 12) << 5
      | s.monochrome << 4 | s.subsampling_x << 3 | s.subsampling_y << 2
      | s.sample_position;
  head[3] = 0;
  out = g_byte_array_new ();
  g_byte_array_append (out, head, 4);
  g_byte_array_append (out, data, size);
  return g_byte_array_free_to_bytes (out);
}

static gboolean
is_kept (const Obu * obu)
{
  return obu->type != OBU_TEMPORAL_DELIMITER && obu->type != OBU_TILE_LIST
      && obu->type != OBU_PADDING;
}

/* 5.9.2: a key frame that is shown, not one shown again. */
static gboolean
is_key (const guint8 * data, const Obu * obu, gboolean reduced)
{
  guint8 bits;

  if (reduced)
    return TRUE;
  if (obu->payload == obu->end)
    return FALSE;
  bits = data[obu->payload];
  return (bits & 0x80) == 0 && (bits >> 5 & 3) == 0 && (bits & 0x10) != 0;
}

typedef struct
{
  GBytes **sequence;
  Av1Unit *unit;
  gboolean reduced, has_sequence;
} Reading;

static void
take_sequence (Reading * reading, const guint8 * data, const Obu * obu)
{
  Av1Sequence sequence;

  if (!av1_sequence_parse (&sequence, data + obu->begin, obu->end - obu->begin))
    return;
  g_clear_pointer (reading->sequence, g_bytes_unref);
  *reading->sequence = copy_sequence (data, obu);
  reading->reduced = sequence.reduced;
  reading->has_sequence = TRUE;
}

static void
take_obu (Reading * reading, const guint8 * data, const Obu * obu)
{
  Av1Unit *unit = reading->unit;

  if (obu->type == OBU_SEQUENCE_HEADER) {
    take_sequence (reading, data, obu);
  } else if (obu->type == OBU_FRAME_HEADER || obu->type == OBU_FRAME) {
    if (!unit->picture)
      unit->key = is_key (data, obu, reading->reduced);
    unit->picture = TRUE;
  }
  if (!is_kept (obu))
    return;
  unit->whole &= obu->has_size && (unit->size == 0
      || unit->offset + unit->size == obu->begin);
  if (unit->size == 0)
    unit->offset = obu->begin;
  unit->size = obu->end - unit->offset;
}

gboolean
av1_unit_read (GBytes ** sequence, const guint8 * data, gsize size,
    Av1Unit * unit)
{
  Reading reading = { sequence, unit, FALSE, FALSE };
  gsize pos = 0;
  Obu obu;

  memset (unit, 0, sizeof (*unit));
  unit->whole = TRUE;
  while (pos < size) {
    if (!read_obu (data, size, pos, &obu))
      return FALSE;
    take_obu (&reading, data, &obu);
    pos = obu.end;
  }
  unit->whole &= !unit->key || reading.has_sequence;
  return TRUE;
}

GBytes *
av1_unit_copy (GBytes * sequence, const guint8 * data, gsize size,
    const Av1Unit * unit)
{
  GByteArray *out = g_byte_array_sized_new (size + 8);
  gboolean has_sequence = !unit->key || sequence == NULL;
  gsize pos = 0;
  Obu obu;

  for (; read_obu (data, size, pos, &obu); pos = obu.end) {
    if (!is_kept (&obu))
      continue;
    has_sequence |= obu.type == OBU_SEQUENCE_HEADER;
    if (!has_sequence) {
      g_byte_array_append (out, g_bytes_get_data (sequence, NULL),
          g_bytes_get_size (sequence));
      has_sequence = TRUE;
    }
    append_obu (out, data, &obu);
  }
  return g_byte_array_free_to_bytes (out);
}
