/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The luma (or green) samples of one picture in memory.  Samples of up to 8
 * bits are bytes; deeper ones are 16-bit words of this machine's byte order. */
typedef struct
{
  const guint8 *data;           /* first sample of the first row */
  gint stride;                  /* bytes from row to row, may be negative */
  guint pixel_stride;           /* bytes from sample to sample */
  guint width, height;          /* samples, rows */
  guint depth;                  /* bits of a sample, 8 to 16 */
  guint shift;                  /* unused bits below them: 6 in P010 */
  gboolean full_range;          /* 0-255 rather than 16-235 */
} LumaPlane;

/* Sizes and strides can be read as they say. */
gboolean luma_plane_is_sane (const LumaPlane * plane);

typedef struct
{
  gdouble mean;                 /* 0 to 255 whatever the depth */
  gdouble dark_ratio;           /* share of samples as dark as black, 0 to 1 */
} LumaSample;

/* Looks at every eighth row (at each, in pictures under 64 rows).  A sample is
 * dark when it is at most black + `black_pixel` * (white - black), as in
 * ffmpeg's blackdetect.  FALSE if the plane makes no sense. */
gboolean black_detect_sample (const LumaPlane * plane, gdouble black_pixel,
    LumaSample * sample);

G_END_DECLS
