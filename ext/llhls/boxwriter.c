/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "boxwriter.h"

#include <string.h>

/* A box that needs a 64-bit size has no place in a live part. */
#define MAX_BYTES ((gsize) G_MAXINT32)
#define MIN_ROOM 256

void
box_writer_init (BoxWriter * self)
{
  box_writer_init_sized (self, 0);
}

void
box_writer_init_sized (BoxWriter * self, gsize size)
{
  self->size = 0;
  self->room = MIN (size, MAX_BYTES);
  self->data = g_malloc (self->room);
  self->depth = 0;
  self->failed = FALSE;
}

void
box_writer_data (BoxWriter * self, gconstpointer data, gsize size)
{
  if (self->failed || size > MAX_BYTES - self->size) {
    self->failed = TRUE;
    return;
  }
  if (size > self->room - self->size) {
    self->room = MAX (self->size + size, MAX (2 * self->room, MIN_ROOM));
    self->data = g_realloc (self->data, self->room);
  }
  if (size > 0)
    memcpy (self->data + self->size, data, size);
  self->size += size;
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
  self->starts[self->depth++] = self->size;
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

  if (self->failed || self->size < 4 || offset > self->size - 4) {
    self->failed = TRUE;
    return;
  }
  memcpy (self->data + offset, &be, 4);
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
  box_writer_patch_u32 (self, start, self->size - start);
}

gsize
box_writer_size (const BoxWriter * self)
{
  return self->size;
}

GBytes *
box_writer_finish (BoxWriter * self)
{
  guint8 *data = g_steal_pointer (&self->data);

  if (self->failed || self->depth > 0) {
    g_free (data);
    return NULL;
  }
  if (self->room - self->size > MIN_ROOM)
    data = g_realloc (data, self->size);
  return g_bytes_new_take (data, self->size);
}
