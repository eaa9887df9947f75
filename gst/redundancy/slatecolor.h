/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How a picture format writes colours down. */
typedef struct
{
  gboolean is_yuv;              /* Y Cb Cr (or Y alone), else R G B */
  gboolean is_full;             /* 0 to 2^depth - 1, else studio range */
  guint depth;                  /* bits of a component, 1 to 16 */
  gdouble kr;                   /* weight of red in Y, ITU-R BT.601 etc. */
  gdouble kb;                   /* of blue */
} SlateColorForm;

/* One pixel of 0xAARRGGBB: A R G B, or A Y Cb Cr, left-aligned in 16 bits as
 * formats of 16 bits a component are packed from; the upper 8 bits are what
 * those of 8 bits are packed from.  Alpha has all 16 bits. */
void slate_color_pixel (const SlateColorForm * form, guint32 argb,
    guint16 pixel[4]);

G_END_DECLS
