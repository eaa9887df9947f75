/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nalunit.h"

#include <string.h>

/* aspect_ratio_idc */
#define EXTENDED_SAR 255

/* The error is sticky. */
typedef struct
{
  const guint8 *data;
  gsize size;
  guint length_size;            /* 0 = byte stream, else 1 to 4 */
  gsize pos;
  gboolean failed;
} NalReader;

/* The next 00 00 01 at or after `pos`, or `size`. */
static gsize
find_start_code (const guint8 * data, gsize size, gsize pos)
{
  const guint8 *p;

  while (size >= 3 && pos <= size - 3) {
    p = memchr (data + pos + 2, 1, size - pos - 2);
    if (p == NULL)
      return size;
    if (p[-1] == 0 && p[-2] == 0)
      return p - data - 2;
    pos = p - data - 1;
  }
  return size;
}

/* From one start code to the next; the first call looks for the first. */
static gboolean
next_in_stream (NalReader * self, gsize * begin, gsize * end)
{
  if (self->pos == 0) {
    self->pos = find_start_code (self->data, self->size, 0);
    self->failed = self->pos == self->size;
  }
  if (self->pos >= self->size)
    return FALSE;
  *begin = self->pos + 3;
  *end = self->pos = find_start_code (self->data, self->size, *begin);
  return TRUE;
}

static gboolean
next_by_length (NalReader * self, gsize * begin, gsize * end)
{
  gsize length = 0;
  guint i;

  if (self->pos == self->size)
    return FALSE;
  if (self->size - self->pos < self->length_size) {
    self->failed = TRUE;
    return FALSE;
  }
  for (i = 0; i < self->length_size; i++)
    length = length << 8 | self->data[self->pos++];
  if (self->size - self->pos < length) {
    self->failed = TRUE;
    return FALSE;
  }
  *begin = self->pos;
  *end = self->pos += length;
  return TRUE;
}

/* Where the next one is, never empty; FALSE at the end or after an error. */
static gboolean
next_span (NalReader * self, NalSpan * span)
{
  gsize begin = 0, end = 0;

  while (!self->failed && (self->length_size == 0
          ? next_in_stream (self, &begin, &end)
          : next_by_length (self, &begin, &end))) {
    while (end > begin && self->data[end - 1] == 0)
      end--;
    if (end == begin)
      continue;
    span->offset = begin;
    span->size = end - begin;
    return TRUE;
  }
  return FALSE;
}

gboolean
nal_list_read (NalList * self, const guint8 * data, gsize size,
    guint length_size, NalTake take, gpointer sets, gpointer unit)
{
  NalReader reader = { data, size, length_size, 0, FALSE };
  gsize bytes = 0;
  NalSpan span;

  g_assert (length_size <= 4);
  self->spans = g_array_sized_new (FALSE, FALSE, sizeof (NalSpan), 8);
  while (next_span (&reader, &span)) {
    if (!take (sets, unit, data + span.offset, span.size))
      continue;
    g_array_append_val (self->spans, span);
    bytes += 4 + span.size;
  }
  self->verbatim = length_size == 4 && bytes == size;
  return !reader.failed;
}

void
nal_list_clear (NalList * self)
{
  g_clear_pointer (&self->spans, g_array_unref);
}

typedef struct
{
  GBytes *owner;
  gsize size;
  guint n;
  NalSpan spans[];
} Scattered;

static void
free_scattered (gpointer data)
{
  Scattered *scattered = data;

  g_bytes_unref (scattered->owner);
  g_free (scattered);
}

GBytes *
nal_scatter_new (const NalList * self, GBytes * owner)
{
  guint n = self->spans->len, i;
  gsize bytes = sizeof (Scattered) + n * sizeof (NalSpan);
  Scattered *scattered = g_malloc (bytes);

  scattered->owner = g_bytes_ref (owner);
  scattered->n = n;
  scattered->size = 0;
  for (i = 0; i < n; i++) {
    scattered->spans[i] = g_array_index (self->spans, NalSpan, i);
    scattered->size += 4 + scattered->spans[i].size;
  }
  return g_bytes_new_with_free_func (scattered, bytes, free_scattered,
      scattered);
}

void
nal_scatter_get (GBytes * scatter, NalScatter * self)
{
  const Scattered *scattered = g_bytes_get_data (scatter, NULL);

  self->data = g_bytes_get_data (scattered->owner, NULL);
  self->size = scattered->size;
  self->n = scattered->n;
  self->spans = scattered->spans;
}

void
nal_replace_set (GBytes ** set, const guint8 * nal, gsize size)
{
  g_clear_pointer (set, g_bytes_unref);
  *set = g_bytes_new (nal, size);
}

void
nal_clear_sets (GBytes ** sets, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    g_clear_pointer (&sets[i], g_bytes_unref);
}

guint
nal_count_sets (GBytes * const *sets, guint n)
{
  guint i, count = 0;

  for (i = 0; i < n; i++)
    count += sets[i] != NULL;
  return count;
}

GBytes *
nal_first_set (GBytes * const *sets, guint n)
{
  guint i;

  for (i = 0; i < n; i++) {
    if (sets[i] != NULL)
      return sets[i];
  }
  return NULL;
}

void
nal_append_sets (GByteArray * out, GBytes * const *sets, guint n)
{
  guint i;

  for (i = 0; i < n; i++) {
    gsize size;
    gconstpointer data;
    guint8 length[2];

    if (sets[i] == NULL)
      continue;
    data = g_bytes_get_data (sets[i], &size);
    length[0] = size >> 8;
    length[1] = size;
    g_byte_array_append (out, length, 2);
    g_byte_array_append (out, data, size);
  }
}

void
nal_aspect_ratio (BitReader * r, guint * par_n, guint * par_d)
{
  static const guint8 ratios[][2] = {
    {1, 1}, {1, 1}, {12, 11}, {10, 11}, {16, 11}, {40, 33}, {24, 11},
    {20, 11}, {32, 11}, {80, 33}, {18, 11}, {15, 11}, {64, 33}, {160, 99},
    {4, 3}, {3, 2}, {2, 1},
  };
  guint idc = bit_reader_bits (r, 8), n, d;

  if (idc < G_N_ELEMENTS (ratios)) {
    *par_n = ratios[idc][0];
    *par_d = ratios[idc][1];
  } else if (idc == EXTENDED_SAR) {
    n = bit_reader_bits (r, 16);
    d = bit_reader_bits (r, 16);
    if (n != 0 && d != 0) {
      *par_n = n;
      *par_d = d;
    }
  }
}

void
nal_colour (BitReader * r, VideoColour * colour)
{
  bit_reader_skip (r, 3);
  colour->full_range = bit_reader_flag (r);
  if (!bit_reader_flag (r))
    return;
  colour->primaries = bit_reader_bits (r, 8);
  colour->transfer = bit_reader_bits (r, 8);
  colour->matrix = bit_reader_bits (r, 8);
  colour->told = TRUE;
}
