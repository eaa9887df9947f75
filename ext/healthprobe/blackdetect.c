/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "blackdetect.h"

#define ROW_STEP 8
#define SMALL_HEIGHT 64

typedef struct
{
  guint64 sum;
  guint64 dark;
  guint64 samples;
} LumaCount;

/* Rows are below 2^16 samples of 16 bits, so a row's sum fits 32 bits.  The
 * loop without a pixel stride is the one that compilers vectorise. */
static void
count_row_packed8 (const guint8 * row, guint width, guint limit,
    LumaCount * count)
{
  guint32 sum = 0, dark = 0;
  guint8 limit8 = limit;
  guint i;

  for (i = 0; i < width; i++) {
    sum += row[i];
    dark += row[i] <= limit8;
  }
  count->sum += sum;
  count->dark += dark;
}

static void
count_row8 (const guint8 * row, guint width, guint pixel_stride, guint limit,
    LumaCount * count)
{
  guint32 sum = 0, dark = 0;
  guint i;

  if (pixel_stride == 1) {
    count_row_packed8 (row, width, limit, count);
    return;
  }
  for (i = 0; i < width; i++, row += pixel_stride) {
    sum += *row;
    dark += *row <= limit;
  }
  count->sum += sum;
  count->dark += dark;
}

static void
count_row16 (const guint8 * row, guint width, guint pixel_stride, guint shift,
    guint limit, LumaCount * count)
{
  guint32 sum = 0, dark = 0;
  guint i;

  for (i = 0; i < width; i++, row += pixel_stride) {
    guint value = *(const guint16 *) row >> shift;

    sum += value;
    dark += value <= limit;
  }
  count->sum += sum;
  count->dark += dark;
}

/* The brightest value that still is black, in the plane's own depth. */
static guint
dark_limit (const LumaPlane * plane, gdouble black_pixel)
{
  gdouble black = plane->full_range ? 0.0 : 16.0;
  gdouble range = plane->full_range ? 255.0 : 219.0;
  gdouble scale = 1 << (plane->depth - 8);

  /* The small addend keeps 16 + 0.1 * 210 from becoming 36.99. */
  return (black + CLAMP (black_pixel, 0.0, 1.0) * range) * scale + 1e-6;
}

gboolean
luma_plane_is_sane (const LumaPlane * plane)
{
  if (plane->data == NULL || plane->width == 0 || plane->height == 0)
    return FALSE;
  if (plane->width > G_MAXUINT16 || plane->pixel_stride == 0)
    return FALSE;
  if (plane->depth < 8 || plane->depth + plane->shift > 16
      || (plane->depth == 8 && plane->shift > 0))
    return FALSE;
  /* 16-bit words on even addresses only. */
  return plane->depth == 8 || (((gsize) plane->data | (gsize) plane->stride
          | plane->pixel_stride) & 1) == 0;
}

gboolean
black_detect_sample (const LumaPlane * plane, gdouble black_pixel,
    LumaSample * sample)
{
  guint step = plane->height < SMALL_HEIGHT ? 1 : ROW_STEP;
  LumaCount count = { 0, 0, 0 };
  guint limit, y;

  if (!luma_plane_is_sane (plane))
    return FALSE;
  limit = dark_limit (plane, black_pixel);
  for (y = step / 2; y < plane->height; y += step) {
    const guint8 *row = plane->data + (gssize) y * plane->stride;

    if (plane->depth == 8)
      count_row8 (row, plane->width, plane->pixel_stride, limit, &count);
    else
      count_row16 (row, plane->width, plane->pixel_stride, plane->shift, limit,
          &count);
    count.samples += plane->width;
  }
  sample->mean = (gdouble) count.sum / count.samples
      / (1 << (plane->depth - 8));
  sample->dark_ratio = (gdouble) count.dark / count.samples;
  return TRUE;
}
