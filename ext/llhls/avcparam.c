/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "avcparam.h"

#include <string.h>

#include "bitreader.h"

/* nal_unit_type, H.264 table 7-1. */
enum
{
  NAL_SLICE = 1,
  NAL_SLICE_PARTITION_C = 4,
  NAL_IDR = 5,
  NAL_SPS = 7,
  NAL_PPS = 8,
  NAL_AUD = 9,
  NAL_END_OF_SEQUENCE = 10,
  NAL_END_OF_STREAM = 11,
  NAL_FILLER = 12,
  NAL_SPS_EXTENSION = 13,
};

#define PROFILE_BASELINE 66

static gboolean
is_high_profile (guint8 profile)
{
  static const guint8 high[] = {
    100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135
  };

  return memchr (high, profile, sizeof (high)) != NULL;
}

static void
skip_scaling_list (BitReader * r, guint n)
{
  gint last = 8, next = 8;
  guint i;

  for (i = 0; i < n && !r->failed; i++) {
    if (next != 0)
      next = (last + bit_reader_se (r)) & 0xff;
    last = next == 0 ? last : next;
  }
}

static void
parse_chroma (AvcSps * self, BitReader * r)
{
  guint i, n;

  self->chroma_format = bit_reader_ue (r);
  if (self->chroma_format > 3)
    r->failed = TRUE;
  if (self->chroma_format == 3)
    bit_reader_skip (r, 1);
  self->depth_luma = 8 + bit_reader_ue (r);
  self->depth_chroma = 8 + bit_reader_ue (r);
  if (self->depth_luma > 14 || self->depth_chroma > 14)
    r->failed = TRUE;
  bit_reader_skip (r, 1);
  if (!bit_reader_flag (r))
    return;
  n = self->chroma_format == 3 ? 12 : 8;
  for (i = 0; i < n && !r->failed; i++) {
    if (bit_reader_flag (r))
      skip_scaling_list (r, i < 6 ? 16 : 64);
  }
}

static void
parse_order_count (BitReader * r)
{
  guint type = bit_reader_ue (r), i, n;

  if (type == 0) {
    bit_reader_ue (r);
  } else if (type == 1) {
    bit_reader_skip (r, 1);
    bit_reader_se (r);
    bit_reader_se (r);
    n = bit_reader_ue (r);
    for (i = 0; i < n && !r->failed; i++)
      bit_reader_se (r);
  }
}

static void
parse_size (AvcSps * self, BitReader * r)
{
  guint width = bit_reader_ue (r) + 1, units = bit_reader_ue (r) + 1;
  gboolean frames_only = bit_reader_flag (r);
  guint unit_x, unit_y;
  guint64 crop_x = 0, crop_y = 0;

  if (!frames_only)
    bit_reader_skip (r, 1);
  bit_reader_skip (r, 1);
  if (bit_reader_flag (r)) {
    crop_x = bit_reader_ue (r);
    crop_x += bit_reader_ue (r);
    crop_y = bit_reader_ue (r);
    crop_y += bit_reader_ue (r);
  }
  if (r->failed || width > 1024 || units > 1024) {
    r->failed = TRUE;
    return;
  }
  unit_x = self->chroma_format == 1 || self->chroma_format == 2 ? 2 : 1;
  unit_y = (self->chroma_format == 1 ? 2 : 1) * (frames_only ? 1 : 2);
  self->width = width * 16;
  self->height = units * 16 * (frames_only ? 1 : 2);
  if (crop_x * unit_x >= self->width || crop_y * unit_y >= self->height) {
    r->failed = TRUE;
    return;
  }
  self->width -= crop_x * unit_x;
  self->height -= crop_y * unit_y;
}

static void
skip_hrd (BitReader * r)
{
  guint n = bit_reader_ue (r) + 1, i;

  if (n > 32)
    r->failed = TRUE;
  bit_reader_skip (r, 8);
  for (i = 0; i < n && !r->failed; i++) {
    bit_reader_ue (r);
    bit_reader_ue (r);
    bit_reader_skip (r, 1);
  }
  bit_reader_skip (r, 20);
}

static void
parse_timing (AvcSps * self, BitReader * r)
{
  guint32 tick = bit_reader_bits (r, 32), scale = bit_reader_bits (r, 32);

  bit_reader_skip (r, 1);
  /* A frame has two fields, and a tick is a field's (E.2.1). */
  if (tick > 0 && scale > 0 && tick <= G_MAXUINT32 / 2) {
    self->fps_n = scale;
    self->fps_d = tick * 2;
  }
}

static void
parse_vui (AvcSps * self, BitReader * r)
{
  gboolean nal_hrd, vcl_hrd;
  guint reorder;

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
  if (bit_reader_flag (r))
    parse_timing (self, r);
  nal_hrd = bit_reader_flag (r);
  if (nal_hrd)
    skip_hrd (r);
  vcl_hrd = bit_reader_flag (r);
  if (vcl_hrd)
    skip_hrd (r);
  if (nal_hrd || vcl_hrd)
    bit_reader_skip (r, 1);
  bit_reader_skip (r, 1);
  if (bit_reader_flag (r)) {
    bit_reader_skip (r, 1);
    bit_reader_ue (r);
    bit_reader_ue (r);
    bit_reader_ue (r);
    bit_reader_ue (r);
    reorder = bit_reader_ue (r);
    self->max_reorder = MIN (reorder, 16);
  }
}

static void
parse_sps_body (AvcSps * self, BitReader * r)
{
  self->id = bit_reader_ue (r);
  if (self->id >= AVC_MAX_SPS)
    r->failed = TRUE;
  if (is_high_profile (self->profile))
    parse_chroma (self, r);
  bit_reader_ue (r);            /* log2_max_frame_num */
  parse_order_count (r);
  bit_reader_ue (r);            /* max_num_ref_frames */
  bit_reader_skip (r, 1);
  parse_size (self, r);
}

gboolean
avc_sps_parse (AvcSps * self, const guint8 * nal, gsize size)
{
  AvcSps full;
  BitReader r;

  memset (self, 0, sizeof (*self));
  if (size < 5 || size > NAL_MAX_SET_BYTES || (nal[0] & 0x1f) != NAL_SPS)
    return FALSE;
  self->profile = nal[1];
  self->constraints = nal[2];
  self->level = nal[3];
  self->chroma_format = 1;
  self->depth_luma = self->depth_chroma = 8;
  self->par_n = self->par_d = self->fps_d = 1;
  self->max_reorder = -1;
  bit_reader_init (&r, nal + 4, size - 4, TRUE);
  parse_sps_body (self, &r);
  if (r.failed)
    return FALSE;
  /* A broken VUI only costs what it would have said. */
  full = *self;
  if (bit_reader_flag (&r))
    parse_vui (&full, &r);
  if (!r.failed)
    *self = full;
  /* The baseline profile has no B frames, whatever its VUI leaves room for
   * (openh264 writes 1). */
  if (self->profile == PROFILE_BASELINE)
    self->max_reorder = 0;
  return TRUE;
}

void
avc_sets_clear (AvcSets * self)
{
  nal_clear_sets (self->sps, AVC_MAX_SPS);
  nal_clear_sets (self->pps, AVC_MAX_PPS);
}

gboolean
avc_sets_complete (const AvcSets * self)
{
  return nal_first_set (self->sps, AVC_MAX_SPS) != NULL
      && nal_first_set (self->pps, AVC_MAX_PPS) != NULL;
}

gboolean
avc_sets_sps (const AvcSets * self, AvcSps * sps)
{
  GBytes *set = nal_first_set (self->sps, AVC_MAX_SPS);
  gsize size;
  gconstpointer data;

  if (set == NULL)
    return FALSE;
  data = g_bytes_get_data (set, &size);
  return avc_sps_parse (sps, data, size);
}

static gboolean
store_sps (AvcSets * self, const guint8 * nal, gsize size)
{
  AvcSps sps;

  if (!avc_sps_parse (&sps, nal, size))
    return FALSE;
  nal_replace_set (&self->sps[sps.id], nal, size);
  return TRUE;
}

static gboolean
store_pps (AvcSets * self, const guint8 * nal, gsize size)
{
  BitReader r;
  guint id;

  if (size < 2 || size > NAL_MAX_SET_BYTES)
    return FALSE;
  bit_reader_init (&r, nal + 1, size - 1, TRUE);
  id = bit_reader_ue (&r);
  if (r.failed || id >= AVC_MAX_PPS)
    return FALSE;
  nal_replace_set (&self->pps[id], nal, size);
  return TRUE;
}

/* One list of 16-bit lengths and sets; moves `pos` behind it. */
static gboolean
parse_config_list (AvcSets * self, const guint8 * data, gsize size, gsize * pos,
    guint n, gboolean sps)
{
  while (n-- > 0) {
    gsize length;

    if (size - *pos < 2)
      return FALSE;
    length = data[*pos] << 8 | data[*pos + 1];
    *pos += 2;
    if (length == 0 || size - *pos < length)
      return FALSE;
    if (!(sps ? store_sps (self, data + *pos, length)
            : store_pps (self, data + *pos, length)))
      return FALSE;
    *pos += length;
  }
  return TRUE;
}

static gboolean
parse_config (AvcSets * self, const guint8 * data, gsize size)
{
  gsize pos = 6;

  if (size < 7 || data[0] != 1)
    return FALSE;
  if (!parse_config_list (self, data, size, &pos, data[5] & 0x1f, TRUE)
      || pos >= size)
    return FALSE;
  pos++;
  return parse_config_list (self, data, size, &pos, data[pos - 1], FALSE);
}

gboolean
avc_sets_parse_config (AvcSets * self, const guint8 * data, gsize size,
    guint * length_size)
{
  avc_sets_clear (self);
  if (parse_config (self, data, size)) {
    *length_size = (data[4] & 3) + 1;
    return TRUE;
  }
  avc_sets_clear (self);
  return FALSE;
}

GBytes *
avc_sets_config (const AvcSets * self)
{
  guint n_sps = nal_count_sets (self->sps, AVC_MAX_SPS);
  guint n_pps = nal_count_sets (self->pps, AVC_MAX_PPS);
  GByteArray *out;
  AvcSps sps;
  guint8 head[6], tail[4];

  if (n_pps == 0 || n_sps > 31 || n_pps > 255 || !avc_sets_sps (self, &sps))
    return NULL;
  out = g_byte_array_new ();
  head[0] = 1;
  head[1] = sps.profile;
  head[2] = sps.constraints;
  head[3] = sps.level;
  head[4] = 0xfc | 3;
  head[5] = 0xe0 | n_sps;
  g_byte_array_append (out, head, 6);
  nal_append_sets (out, self->sps, AVC_MAX_SPS);
  head[0] = n_pps;
  g_byte_array_append (out, head, 1);
  nal_append_sets (out, self->pps, AVC_MAX_PPS);
  if (is_high_profile (sps.profile)) {
    tail[0] = 0xfc | sps.chroma_format;
    tail[1] = 0xf8 | (sps.depth_luma - 8);
    tail[2] = 0xf8 | (sps.depth_chroma - 8);
    tail[3] = 0;
    g_byte_array_append (out, tail, 4);
  }
  return g_byte_array_free_to_bytes (out);
}

/* FALSE: not to be kept. */
static gboolean
take_nal (gpointer data, gpointer user_data, const guint8 * nal, gsize size)
{
  AvcSets *sets = data;
  AvcUnit *unit = user_data;
  guint type = nal[0] & 0x1f;

  if (type == NAL_SPS) {
    if (!unit->sets)
      avc_sets_clear (sets);
    unit->sets |= store_sps (sets, nal, size);
    return FALSE;
  }
  if (type == NAL_PPS) {
    unit->sets |= store_pps (sets, nal, size);
    return FALSE;
  }
  if (type >= NAL_SLICE && type <= NAL_IDR) {
    unit->picture = TRUE;
    unit->idr |= type == NAL_IDR;
    unit->reference |= (nal[0] & 0x60) != 0;
  }
  return type < NAL_AUD || type > NAL_SPS_EXTENSION;
}

gboolean
avc_unit_read (AvcSets * sets, const guint8 * data, gsize size,
    guint length_size, NalList * nals, AvcUnit * unit)
{
  memset (unit, 0, sizeof (*unit));
  return nal_list_read (nals, data, size, length_size, take_nal, sets, unit);
}
