/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "slatecolor.h"

/* A value of `depth` bits: studio range is 16 + 219 (luma, R, G, B) or 128 +-
 * 112 (chroma) of 8 bits, scaled by 2^(depth - 8) (ITU-R BT.709-6, 3.2;
 * BT.2100-2, table 9). */
static guint16
quantise (const SlateColorForm * form, gdouble value, gboolean is_chroma)
{
  gdouble max = (gdouble) ((1u << form->depth) - 1);
  gdouble step = (gdouble) (1u << form->depth) / 256.0, level;

  if (form->is_full)
    level = value * max + (is_chroma ? 128.0 * step : 0.0);
  else
    level = is_chroma ? (value * 224.0 + 128.0) * step
        : (value * 219.0 + 16.0) * step;
  level = CLAMP (level + 0.5, 0.0, max);
  return (guint16) ((guint) level << (16 - form->depth));
}

void
slate_color_pixel (const SlateColorForm * form, guint32 argb, guint16 pixel[4])
{
  gdouble r = (argb >> 16 & 0xff) / 255.0, g = (argb >> 8 & 0xff) / 255.0;
  gdouble b = (argb & 0xff) / 255.0, y;

  g_assert (form->depth > 0 && form->depth <= 16);
  pixel[0] = (guint16) ((argb >> 24) * 257);
  if (!form->is_yuv) {
    pixel[1] = quantise (form, r, FALSE);
    pixel[2] = quantise (form, g, FALSE);
    pixel[3] = quantise (form, b, FALSE);
    return;
  }
  y = form->kr * r + (1.0 - form->kr - form->kb) * g + form->kb * b;
  pixel[1] = quantise (form, y, FALSE);
  pixel[2] = quantise (form, (b - y) / (2.0 * (1.0 - form->kb)), TRUE);
  pixel[3] = quantise (form, (r - y) / (2.0 * (1.0 - form->kr)), TRUE);
}
