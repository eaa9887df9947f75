/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Reads bits, most significant first, from bytes that may be cut off anywhere.
 * Reading past the end gives zeros and sets the sticky `failed`.  With
 * `escaped`, the emulation prevention bytes of H.264 (7.4.1) are skipped.
 * Borrows the data. */
typedef struct
{
  const guint8 *data;
  gsize size;
  gsize byte;                   /* next byte to load */
  guint bit;                    /* bits left in `cache` */
  guint8 cache;
  guint zeros;                  /* zero bytes in a row before `byte` */
  gboolean escaped;
  gboolean failed;
} BitReader;

void bit_reader_init (BitReader * self, const guint8 * data, gsize size,
    gboolean escaped);
guint32 bit_reader_bits (BitReader * self, guint n);    /* n <= 32 */
gboolean bit_reader_flag (BitReader * self);
guint32 bit_reader_ue (BitReader * self);       /* H.264 9.1 */
gint32 bit_reader_se (BitReader * self);
void bit_reader_skip (BitReader * self, guint n);

G_END_DECLS
