/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hevcparam.h"

#include <string.h>

#include "bitreader.h"

#define NAL_VPS 32
#define NAL_SPS 33
#define NAL_PPS 34

/* Units whose sizes are bounded in the text of H.265. */
#define MAX_SIZE 16888
#define MAX_REF_SETS 64
#define MAX_DELTA_POCS 32
#define MAX_LONG_TERM 32

static void
parse_profile_tier_level (HevcSps * self, BitReader * r)
{
  gboolean profile[8], level[8];
  guint i, n = self->sub_layers - 1;

  self->profile_space = bit_reader_bits (r, 2);
  self->tier = bit_reader_bits (r, 1);
  self->profile = bit_reader_bits (r, 5);
  self->compatibility = bit_reader_bits (r, 32);
  for (i = 0; i < 6; i++)
    self->constraints[i] = bit_reader_bits (r, 8);
  self->level = bit_reader_bits (r, 8);
  for (i = 0; i < n; i++) {
    profile[i] = bit_reader_flag (r);
    level[i] = bit_reader_flag (r);
  }
  if (n > 0)
    bit_reader_skip (r, 2 * (8 - n));
  for (i = 0; i < n; i++)
    bit_reader_skip (r, (profile[i] ? 88 : 0) + (level[i] ? 8 : 0));
}

static void
parse_size (HevcSps * self, BitReader * r)
{
  guint64 crop_x = 0, crop_y = 0;
  guint unit_x, unit_y;

  self->chroma_format = bit_reader_ue (r);
  if (self->chroma_format == 3)
    bit_reader_skip (r, 1);
  self->width = bit_reader_ue (r);
  self->height = bit_reader_ue (r);
  if (bit_reader_flag (r)) {
    crop_x = bit_reader_ue (r);
    crop_x += bit_reader_ue (r);
    crop_y = bit_reader_ue (r);
    crop_y += bit_reader_ue (r);
  }
  unit_x = self->chroma_format == 1 || self->chroma_format == 2 ? 2 : 1;
  unit_y = self->chroma_format == 1 ? 2 : 1;
  if (self->chroma_format > 3 || self->width > MAX_SIZE
      || self->height > MAX_SIZE || crop_x * unit_x >= self->width
      || crop_y * unit_y >= self->height) {
    r->failed = TRUE;
    return;
  }
  self->width -= crop_x * unit_x;
  self->height -= crop_y * unit_y;
}

static void
parse_depth (HevcSps * self, BitReader * r)
{
  guint luma = bit_reader_ue (r), chroma = bit_reader_ue (r);

  if (luma > 8 || chroma > 8) {
    r->failed = TRUE;
    return;
  }
  self->depth_luma = 8 + luma;
  self->depth_chroma = 8 + chroma;
}

static void
parse_ordering (HevcSps * self, BitReader * r)
{
  guint i = bit_reader_flag (r) ? 0 : self->sub_layers - 1;

  /* The last values are those of all layers together. */
  for (; i < self->sub_layers; i++) {
    self->max_buffering = bit_reader_ue (r) + 1;
    self->max_reorder = bit_reader_ue (r);
    bit_reader_ue (r);
    if (self->max_buffering > 16 || self->max_reorder >= self->max_buffering)
      r->failed = TRUE;
  }
}

static void
skip_scaling_lists (BitReader * r)
{
  guint size, matrix, i, n;

  for (size = 0; size < 4; size++) {
    for (matrix = 0; matrix < 6 && !r->failed; matrix += size == 3 ? 3 : 1) {
      if (!bit_reader_flag (r)) {
        bit_reader_ue (r);
        continue;
      }
      n = MIN (64, 1 << (4 + 2 * size));
      if (size > 1)
        bit_reader_se (r);
      for (i = 0; i < n && !r->failed; i++)
        bit_reader_se (r);
    }
  }
}

/* 7.3.7, of a set that is told from the one before it, which has `n`
 * pictures. */
static guint
skip_predicted_ref_set (BitReader * r, guint n)
{
  guint i, count = 0;

  bit_reader_skip (r, 1);
  bit_reader_ue (r);
  for (i = 0; i <= n && !r->failed; i++) {
    if (bit_reader_flag (r) || bit_reader_flag (r))
      count++;
  }
  return count;
}

static guint
skip_ref_set (BitReader * r)
{
  guint negative = bit_reader_ue (r), positive = bit_reader_ue (r), i;

  if (negative > 16 || positive > 16) {
    r->failed = TRUE;
    return 0;
  }
  for (i = 0; i < negative + positive && !r->failed; i++) {
    bit_reader_ue (r);
    bit_reader_skip (r, 1);
  }
  return negative + positive;
}

static void
skip_ref_sets (BitReader * r)
{
  guint n = bit_reader_ue (r), i, pictures = 0;

  if (n > MAX_REF_SETS)
    r->failed = TRUE;
  for (i = 0; i < n && !r->failed; i++) {
    if (i > 0 && bit_reader_flag (r))
      pictures = skip_predicted_ref_set (r, pictures);
    else
      pictures = skip_ref_set (r);
    if (pictures > MAX_DELTA_POCS)
      r->failed = TRUE;
  }
}

static void
skip_long_term (BitReader * r, guint poc_bits)
{
  guint n;

  if (!bit_reader_flag (r))
    return;
  n = bit_reader_ue (r);
  if (n > MAX_LONG_TERM) {
    r->failed = TRUE;
    return;
  }
  bit_reader_skip (r, n * (poc_bits + 1));
}

static void
skip_coding_tools (BitReader * r, guint poc_bits)
{
  guint i;

  for (i = 0; i < 6; i++)
    bit_reader_ue (r);
  if (bit_reader_flag (r) && bit_reader_flag (r))
    skip_scaling_lists (r);
  bit_reader_skip (r, 2);
  if (bit_reader_flag (r)) {
    bit_reader_skip (r, 8);
    bit_reader_ue (r);
    bit_reader_ue (r);
    bit_reader_skip (r, 1);
  }
  skip_ref_sets (r);
  skip_long_term (r, poc_bits);
  bit_reader_skip (r, 2);
}

static void
parse_timing (HevcSps * self, BitReader * r)
{
  guint32 tick = bit_reader_bits (r, 32), scale = bit_reader_bits (r, 32);

  if (tick > 0 && scale > 0) {
    self->fps_n = scale;
    self->fps_d = tick;
  }
}

static void
parse_vui (HevcSps * self, BitReader * r)
{
  guint i;

  if (bit_reader_flag (r))
    nal_aspect_ratio (r, &self->par_n, &self->par_d);
  if (bit_reader_flag (r))
    bit_reader_skip (r, 1);
  if (bit_reader_flag (r))
    nal_colour (r, &self->colour);
  if (bit_reader_flag (r)) {
    bit_reader_ue (r);
    bit_reader_ue (r);
  }
  bit_reader_skip (r, 3);
  if (bit_reader_flag (r)) {
    for (i = 0; i < 4; i++)
      bit_reader_ue (r);
  }
  if (bit_reader_flag (r))
    parse_timing (self, r);
}

static void
parse_sps_body (HevcSps * self, BitReader * r)
{
  guint poc_bits;

  bit_reader_skip (r, 4);
  self->sub_layers = bit_reader_bits (r, 3) + 1;
  self->nested = bit_reader_flag (r);
  if (self->sub_layers > 7) {
    r->failed = TRUE;
    return;
  }
  parse_profile_tier_level (self, r);
  self->id = bit_reader_ue (r);
  if (self->id >= HEVC_MAX_SPS)
    r->failed = TRUE;
  parse_size (self, r);
  parse_depth (self, r);
  poc_bits = bit_reader_ue (r) + 4;
  if (poc_bits > 16)
    r->failed = TRUE;
  parse_ordering (self, r);
  if (!r->failed)
    skip_coding_tools (r, poc_bits);
}

gboolean
hevc_sps_parse (HevcSps * self, const guint8 * nal, gsize size)
{
  HevcSps full;
  BitReader r;

  memset (self, 0, sizeof (*self));
  if (size < 3 || size > NAL_MAX_SET_BYTES || (nal[0] >> 1 & 0x3f) != NAL_SPS)
    return FALSE;
  self->par_n = self->par_d = self->fps_d = 1;
  bit_reader_init (&r, nal + 2, size - 2, TRUE);
  parse_sps_body (self, &r);
  if (r.failed)
    return FALSE;
  /* A broken VUI only costs what it would have said. */
  full = *self;
  if (bit_reader_flag (&r))
    parse_vui (&full, &r);
  if (!r.failed)
    *self = full;
  return TRUE;
}
