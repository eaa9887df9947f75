/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bitreader.h"

void
bit_reader_init (BitReader * self, const guint8 * data, gsize size,
    gboolean escaped)
{
  self->data = data;
  self->size = size;
  self->byte = 0;
  self->bit = 0;
  self->cache = 0;
  self->zeros = 0;
  self->escaped = escaped;
  self->failed = FALSE;
}

static void
load (BitReader * self)
{
  if (self->escaped && self->zeros >= 2 && self->byte < self->size
      && self->data[self->byte] == 3) {
    self->byte++;
    self->zeros = 0;
  }
  if (self->byte >= self->size) {
    self->failed = TRUE;
    self->cache = 0;
  } else {
    self->cache = self->data[self->byte++];
    self->zeros = self->cache == 0 ? self->zeros + 1 : 0;
  }
  self->bit = 8;
}

guint32
bit_reader_bits (BitReader * self, guint n)
{
  guint32 value = 0;

  while (n-- > 0) {
    if (self->bit == 0)
      load (self);
    self->bit--;
    value = value << 1 | (self->cache >> self->bit & 1);
    if (self->failed)
      return 0;
  }
  return value;
}

gboolean
bit_reader_flag (BitReader * self)
{
  return bit_reader_bits (self, 1) != 0;
}

void
bit_reader_skip (BitReader * self, guint n)
{
  while (n-- > 0 && !self->failed)
    bit_reader_bits (self, 1);
}

guint32
bit_reader_ue (BitReader * self)
{
  guint zeros = 0;

  while (!self->failed && !bit_reader_flag (self))
    zeros++;
  if (self->failed || zeros > 31) {
    self->failed = TRUE;
    return 0;
  }
  return ((1u << zeros) - 1) + bit_reader_bits (self, zeros);
}

gint32
bit_reader_se (BitReader * self)
{
  guint32 value = bit_reader_ue (self);

  return value & 1 ? (gint32) (value / 2 + 1) : -(gint32) (value / 2);
}
