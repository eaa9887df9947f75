/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Deepest nesting of boxes that a BoxWriter takes. */
#define BOX_WRITER_MAX_DEPTH 16

/* Writes ISO 14496-12 boxes: big-endian numbers, sizes filled in when a box
 * ends.  The error is sticky: a box too large or nested too deeply, or one not
 * ended, makes box_writer_finish () give NULL; check once, there.
 * Owned by one caller, no locks. */
typedef struct
{
  guint8 *data;
  gsize size, room;
  gsize starts[BOX_WRITER_MAX_DEPTH];
  guint depth;
  gboolean failed;
} BoxWriter;

void box_writer_init (BoxWriter * self);

/* With room for that many bytes: not moved while growing, and no more memory
 * than needed is kept. */
void box_writer_init_sized (BoxWriter * self, gsize size);

void box_writer_u8 (BoxWriter * self, guint8 value);
void box_writer_u16 (BoxWriter * self, guint16 value);
void box_writer_u24 (BoxWriter * self, guint32 value);
void box_writer_u32 (BoxWriter * self, guint32 value);
void box_writer_u64 (BoxWriter * self, guint64 value);
void box_writer_zeros (BoxWriter * self, guint n);
void box_writer_data (BoxWriter * self, gconstpointer data, gsize size);
void box_writer_fourcc (BoxWriter * self, const gchar * fourcc);

void box_writer_begin (BoxWriter * self, const gchar * fourcc);
void box_writer_begin_full (BoxWriter * self, const gchar * fourcc,
    guint8 version, guint32 flags);
void box_writer_end (BoxWriter * self);

/* Bytes written so far. */
gsize box_writer_size (const BoxWriter * self);

/* Overwrites four bytes that were written before. */
void box_writer_patch_u32 (BoxWriter * self, gsize offset, guint32 value);

/* Ends the writer.  Returns: (transfer full) (nullable): NULL after an
 * error. */
GBytes *box_writer_finish (BoxWriter * self);

G_END_DECLS
