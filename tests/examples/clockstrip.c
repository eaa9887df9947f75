/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clockstrip.h"

#include <string.h>

#define HEAD 2u                 /* white black */
#define TAIL 1u                 /* black white */
#define BLACK 16
#define WHITE 235

static guint
check_of (guint32 ms)
{
  guint sum = 5, i;

  for (i = 0; i < 6; i++)
    sum += (ms >> (4 * i)) & 0xf;
  return sum & 0xf;
}

guint32
clock_strip_encode (guint64 unix_ms)
{
  guint32 ms = unix_ms % CLOCK_STRIP_MODULO;

  return HEAD << 30 | ms << 6 | check_of (ms) << 2 | TAIL;
}

gboolean
clock_strip_decode (guint32 cells, guint32 * ms)
{
  guint32 value = (cells >> 6) % CLOCK_STRIP_MODULO;

  if (cells >> 30 != HEAD || (cells & 3) != TAIL)
    return FALSE;
  if (((cells >> 2) & 0xf) != check_of (value))
    return FALSE;
  *ms = value;
  return TRUE;
}

void
clock_strip_draw_luma (guint8 * luma, guint stride, guint width, guint height,
    guint32 cells)
{
  guint y, i;

  for (y = 0; y < height; y++) {
    for (i = 0; i < CLOCK_STRIP_CELLS; i++) {
      guint from = width * i / CLOCK_STRIP_CELLS;
      guint to = width * (i + 1) / CLOCK_STRIP_CELLS;
      gboolean white = cells >> (CLOCK_STRIP_CELLS - 1 - i) & 1;

      memset (luma + (gsize) stride * y + from, white ? WHITE : BLACK,
          to - from);
    }
  }
}
