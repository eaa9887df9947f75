/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "boxwriter.h"

#include <string.h>

/* A box that needs a 64-bit size has no place in a live part. */
#define MAX_BYTES ((gsize) G_MAXINT32)

void
box_writer_init (BoxWriter * self)
{
  box_writer_init_sized (self, 0);
}

void
box_writer_init_sized (BoxWriter * self, gsize size)
{
  self->bytes = g_byte_array_sized_new (MIN (size, MAX_BYTES));
  self->depth = 0;
  self->failed = FALSE;
}

void
box_writer_data (BoxWriter * self, gconstpointer data, gsize size)
{
  if (self->failed || size > MAX_BYTES - self->bytes->len) {
    self->failed = TRUE;
    return;
  }
  g_byte_array_append (self->bytes, data, size);
}

void
box_writer_u8 (BoxWriter * self, guint8 value)
{
  box_writer_data (self, &value, 1);
}

void
box_writer_u16 (BoxWriter * self, guint16 value)
{
  guint16 be = GUINT16_TO_BE (value);

  box_writer_data (self, &be, 2);
}

void
box_writer_u24 (BoxWriter * self, guint32 value)
{
  box_writer_u8 (self, value >> 16);
  box_writer_u16 (self, value);
}

void
box_writer_u32 (BoxWriter * self, guint32 value)
{
  guint32 be = GUINT32_TO_BE (value);

  box_writer_data (self, &be, 4);
}

void
box_writer_u64 (BoxWriter * self, guint64 value)
{
  guint64 be = GUINT64_TO_BE (value);

  box_writer_data (self, &be, 8);
}

void
box_writer_zeros (BoxWriter * self, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    box_writer_u8 (self, 0);
}

void
box_writer_fourcc (BoxWriter * self, const gchar * fourcc)
{
  g_assert (strlen (fourcc) == 4);
  box_writer_data (self, fourcc, 4);
}

void
box_writer_begin (BoxWriter * self, const gchar * fourcc)
{
  if (self->depth == BOX_WRITER_MAX_DEPTH) {
    self->failed = TRUE;
    return;
  }
  self->starts[self->depth++] = self->bytes->len;
  box_writer_u32 (self, 0);
  box_writer_fourcc (self, fourcc);
}

void
box_writer_begin_full (BoxWriter * self, const gchar * fourcc, guint8 version,
    guint32 flags)
{
  box_writer_begin (self, fourcc);
  box_writer_u8 (self, version);
  box_writer_u24 (self, flags);
}

void
box_writer_patch_u32 (BoxWriter * self, gsize offset, guint32 value)
{
  guint32 be = GUINT32_TO_BE (value);

  if (self->failed || self->bytes->len < 4 || offset > self->bytes->len - 4) {
    self->failed = TRUE;
    return;
  }
  memcpy (self->bytes->data + offset, &be, 4);
}

void
box_writer_end (BoxWriter * self)
{
  gsize start;

  if (self->depth == 0) {
    self->failed = TRUE;
    return;
  }
  start = self->starts[--self->depth];
  box_writer_patch_u32 (self, start, self->bytes->len - start);
}

gsize
box_writer_size (const BoxWriter * self)
{
  return self->bytes->len;
}

GBytes *
box_writer_finish (BoxWriter * self)
{
  GByteArray *bytes = g_steal_pointer (&self->bytes);

  if (self->failed || self->depth > 0) {
    g_byte_array_unref (bytes);
    return NULL;
  }
  return g_byte_array_free_to_bytes (bytes);
}
