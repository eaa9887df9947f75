/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "freezedetect.h"

#include <string.h>

/* Blocks of 16 samples in pictures that are 1280 wide or more, and 80 side by
 * side in smaller ones; twice as large where they would be too many. */
#define LARGE_WIDTH 1280
#define LARGE_BLOCK 16
#define BLOCKS_IN_SMALL 80
#define SMALLEST_BLOCK 4

/* Rows of a block that are read. */
#define ROWS_OF_BLOCK 4

/* Pictures that must differ before a still one lives again, and how far one
 * alone must be away to say so. */
#define PICTURES_TO_MOVE 3
#define FAR_FACTOR 3

void
freeze_detect_reset (FreezeDetect * self)
{
  self->has_reference = FALSE;
  self->still = FALSE;
  self->moving = 0;
}

static guint
blocks_of (guint size, guint block)
{
  return (size + block - 1) / block;
}

static void
set_size (FreezeDetect * self, guint width, guint height)
{
  guint block;

  if (self->width == width && self->height == height)
    return;
  block = width >= LARGE_WIDTH ? LARGE_BLOCK
      : MAX (SMALLEST_BLOCK, width / BLOCKS_IN_SMALL);
  while (blocks_of (width, block) * (guint64) blocks_of (height, block)
      > FREEZE_DETECT_MAX_BLOCKS)
    block *= 2;
  self->width = width;
  self->height = height;
  self->block = block;
  self->n_blocks = blocks_of (width, block) * blocks_of (height, block);
  freeze_detect_reset (self);
}

static guint32
sum_of (const guint8 * sample, guint n, const LumaPlane * plane)
{
  guint32 sum = 0;
  guint i;

  if (plane->depth == 8) {
    for (i = 0; i < n; i++, sample += plane->pixel_stride)
      sum += *sample;
    return sum;
  }
  for (i = 0; i < n; i++, sample += plane->pixel_stride)
    sum += (*(const guint16 *) sample >> plane->shift) >> (plane->depth - 8);
  return sum;
}

/* The mean of one block whose first sample is in column `x` of row `y`. */
static guint8
mean_of (const FreezeDetect * self, const LumaPlane * plane, guint x, guint y)
{
  guint width = MIN (self->block, self->width - x);
  guint height = MIN (self->block, self->height - y);
  guint step = MAX (1, self->block / ROWS_OF_BLOCK), row, rows = 0;
  guint64 sum = 0;

  for (row = MIN (step / 2, height - 1); row < height; row += step, rows++) {
    sum += sum_of (plane->data + (gssize) (y + row) * plane->stride
        + (gsize) x * plane->pixel_stride, width, plane);
  }
  return MIN (sum / ((guint64) width * rows), 255);
}

static void
reduce (FreezeDetect * self, const LumaPlane * plane)
{
  guint x, y, n = 0;

  for (y = 0; y < self->height; y += self->block) {
    for (x = 0; x < self->width; x += self->block)
      self->current[n++] = mean_of (self, plane, x, y);
  }
  g_assert (n == self->n_blocks);
}

static guint
largest_change (const FreezeDetect * self)
{
  guint largest = 0, i;

  for (i = 0; i < self->n_blocks; i++) {
    guint a = self->current[i], b = self->reference[i];
    largest = MAX (largest, a > b ? a - b : b - a);
  }
  return largest;
}

static void
take_reference (FreezeDetect * self)
{
  memcpy (self->reference, self->current, self->n_blocks);
  self->has_reference = TRUE;
  self->still = FALSE;
  self->moving = 0;
}

static void
judge (FreezeDetect * self, gdouble change, gdouble threshold)
{
  if (change < threshold) {
    self->still = TRUE;
    self->moving = 0;
    return;
  }
  self->moving++;
  if (!self->still || self->moving >= PICTURES_TO_MOVE
      || change >= FAR_FACTOR * threshold)
    take_reference (self);
}

gboolean
freeze_detect_feed (FreezeDetect * self, const LumaPlane * plane,
    gdouble threshold, FreezeSample * sample)
{
  if (!luma_plane_is_sane (plane))
    return FALSE;
  set_size (self, plane->width, plane->height);
  reduce (self, plane);
  sample->change = 0.0;
  if (self->has_reference) {
    sample->change = largest_change (self);
    judge (self, sample->change, threshold);
  } else {
    take_reference (self);
  }
  sample->still = self->still;
  return TRUE;
}
