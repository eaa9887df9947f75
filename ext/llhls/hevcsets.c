/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Collections of parameter sets, hvcC and access units of H.265. */
#include "hevcparam.h"

#include <string.h>

#include "bitreader.h"

/* nal_unit_type, H.265 table 7-1. */
enum
{
  NAL_RADL_N = 6,
  NAL_RADL_R = 7,
  NAL_RASL_N = 8,
  NAL_RASL_R = 9,
  NAL_LAST_SUB_LAYER = 15,
  NAL_BLA_W_LP = 16,
  NAL_IDR_N_LP = 20,
  NAL_CRA = 21,
  NAL_LAST_IRAP = 23,
  NAL_LAST_VCL = 31,
  NAL_VPS = 32,
  NAL_SPS = 33,
  NAL_PPS = 34,
  NAL_AUD = 35,
  NAL_FILLER = 38,
  NAL_SEI_PREFIX = 39,
};

/* payloadType, annex D. */
enum
{
  SEI_MASTERING_DISPLAY = 137,
  SEI_CONTENT_LIGHT = 144,
  SEI_PREFERRED_TRANSFER = 147,
};

#define HVCC_HEAD 23
/* After this many CRAs in a row a stream is taken to have no IDRs. */
#define OPEN_GOPS 2

static guint
nal_type (const guint8 * nal)
{
  return nal[0] >> 1 & 0x3f;
}

void
hevc_sets_clear (HevcSets * self)
{
  nal_clear_sets (self->vps, HEVC_MAX_VPS);
  nal_clear_sets (self->sps, HEVC_MAX_SPS);
  nal_clear_sets (self->pps, HEVC_MAX_PPS);
  memset (self, 0, sizeof (*self));
}

gboolean
hevc_sets_complete (const HevcSets * self)
{
  return nal_first_set (self->vps, HEVC_MAX_VPS) != NULL
      && nal_first_set (self->sps, HEVC_MAX_SPS) != NULL
      && nal_first_set (self->pps, HEVC_MAX_PPS) != NULL;
}

gboolean
hevc_sets_sps (const HevcSets * self, HevcSps * sps)
{
  GBytes *set = nal_first_set (self->sps, HEVC_MAX_SPS);
  gsize size;
  gconstpointer data;

  if (set == NULL)
    return FALSE;
  data = g_bytes_get_data (set, &size);
  return hevc_sps_parse (sps, data, size);
}

static gboolean
store_sps (HevcSets * self, const guint8 * nal, gsize size)
{
  HevcSps sps;

  if (!hevc_sps_parse (&sps, nal, size))
    return FALSE;
  nal_replace_set (&self->sps[sps.id], nal, size);
  self->top_layer = sps.sub_layers - 1;
  return TRUE;
}

static gboolean
store_vps (HevcSets * self, const guint8 * nal, gsize size)
{
  if (size < 4 || size > NAL_MAX_SET_BYTES)
    return FALSE;
  nal_replace_set (&self->vps[nal[2] >> 4], nal, size);
  return TRUE;
}

static gboolean
store_pps (HevcSets * self, const guint8 * nal, gsize size)
{
  BitReader r;
  guint id;

  if (size < 3 || size > NAL_MAX_SET_BYTES)
    return FALSE;
  bit_reader_init (&r, nal + 2, size - 2, TRUE);
  id = bit_reader_ue (&r);
  if (r.failed || id >= HEVC_MAX_PPS)
    return FALSE;
  nal_replace_set (&self->pps[id], nal, size);
  return TRUE;
}

static gboolean
store_set (HevcSets * self, const guint8 * nal, gsize size)
{
  switch (nal_type (nal)) {
    case NAL_VPS:
      return store_vps (self, nal, size);
    case NAL_SPS:
      return store_sps (self, nal, size);
    case NAL_PPS:
      return store_pps (self, nal, size);
  }
  return FALSE;
}

/* Bytes of a message's payload; TRUE when what they say is new. */
static gboolean
read_bytes (BitReader * r, guint8 * to, guint n, gboolean * known)
{
  guint8 bytes[HEVC_MASTERING_BYTES];
  gboolean news;
  guint i;

  for (i = 0; i < n; i++)
    bytes[i] = bit_reader_bits (r, 8);
  if (r->failed)
    return FALSE;
  news = !*known || memcmp (to, bytes, n) != 0;
  memcpy (to, bytes, n);
  *known = TRUE;
  return news;
}

static gboolean
read_message (HevcSets * self, BitReader * r, guint type, guint size)
{
  guint before;

  if (type == SEI_MASTERING_DISPLAY && size >= HEVC_MASTERING_BYTES)
    return read_bytes (r, self->mastering, HEVC_MASTERING_BYTES,
        &self->has_mastering);
  if (type == SEI_CONTENT_LIGHT && size >= HEVC_LIGHT_BYTES)
    return read_bytes (r, self->light, HEVC_LIGHT_BYTES, &self->has_light);
  if (type == SEI_PREFERRED_TRANSFER && size >= 1) {
    before = self->transfer;
    self->transfer = bit_reader_bits (r, 8);
    return self->transfer != before;
  }
  return FALSE;
}

/* 7.3.5: numbers that go on while they are 255. */
static guint
read_sei_number (BitReader * r)
{
  guint value = 0, byte;

  do {
    byte = bit_reader_bits (r, 8);
    value += byte;
  } while (byte == 255 && !r->failed && value < NAL_MAX_SET_BYTES);
  return value;
}

static gboolean
read_sei (HevcSets * self, const guint8 * nal, gsize size)
{
  BitReader r, message;
  gboolean news = FALSE;
  guint type, length;

  bit_reader_init (&r, nal + 2, size - 2, TRUE);
  /* The last byte only holds the stop bit. */
  while (!r.failed && r.byte + 1 < r.size) {
    type = read_sei_number (&r);
    length = read_sei_number (&r);
    if (r.failed || length > NAL_MAX_SET_BYTES)
      break;
    message = r;
    news |= read_message (self, &message, type, length);
    bit_reader_skip (&r, length * 8);
  }
  return news;
}

/* One array of an hvcC; moves `pos` behind it. */
static gboolean
parse_config_array (HevcSets * self, const guint8 * data, gsize size,
    gsize * pos)
{
  guint n;

  if (size - *pos < 3)
    return FALSE;
  n = data[*pos + 1] << 8 | data[*pos + 2];
  *pos += 3;
  while (n-- > 0) {
    const guint8 *nal;
    gsize length;

    if (size - *pos < 2)
      return FALSE;
    length = data[*pos] << 8 | data[*pos + 1];
    nal = data + *pos + 2;
    if (length < 2 || size - *pos - 2 < length)
      return FALSE;
    *pos += 2 + length;
    if (nal_type (nal) == NAL_SEI_PREFIX)
      read_sei (self, nal, length);
    else if (nal_type (nal) >= NAL_VPS && nal_type (nal) <= NAL_PPS
        && !store_set (self, nal, length))
      return FALSE;
  }
  return TRUE;
}

static gboolean
parse_config (HevcSets * self, const guint8 * data, gsize size)
{
  gsize pos = HVCC_HEAD;
  guint n;

  /* Version 0 was in the field before the standard was. */
  if (size < HVCC_HEAD || data[0] > 1)
    return FALSE;
  for (n = data[22]; n > 0; n--) {
    if (!parse_config_array (self, data, size, &pos))
      return FALSE;
  }
  return TRUE;
}

gboolean
hevc_sets_parse_config (HevcSets * self, const guint8 * data, gsize size,
    guint * length_size)
{
  hevc_sets_clear (self);
  if (parse_config (self, data, size)) {
    *length_size = (data[21] & 3) + 1;
    return TRUE;
  }
  hevc_sets_clear (self);
  return FALSE;
}

static void
append_array (GByteArray * out, guint type, GBytes * const *sets, guint n)
{
  guint count = nal_count_sets (sets, n);
  guint8 head[3] = { 0x80 | type, count >> 8, count };

  g_byte_array_append (out, head, 3);
  nal_append_sets (out, sets, n);
}

GBytes *
hevc_sets_config (const HevcSets * self)
{
  GByteArray *out;
  HevcSps sps;
  guint8 head[HVCC_HEAD] = { 1, };
  guint32 compatibility;

  if (!hevc_sets_complete (self) || !hevc_sets_sps (self, &sps))
    return NULL;
  head[1] = sps.profile_space << 6 | sps.tier << 5 | sps.profile;
  compatibility = GUINT32_TO_BE (sps.compatibility);
  memcpy (head + 2, &compatibility, 4);
  memcpy (head + 6, sps.constraints, 6);
  head[12] = sps.level;
  head[13] = 0xf0;              /* no minimum of spatial segmentation known */
  head[15] = 0xfc;              /* nor a kind of parallelism */
  head[16] = 0xfc | sps.chroma_format;
  head[17] = 0xf8 | (sps.depth_luma - 8);
  head[18] = 0xf8 | (sps.depth_chroma - 8);
  head[21] = sps.sub_layers << 3 | sps.nested << 2 | 3;
  head[22] = 3;
  out = g_byte_array_new ();
  g_byte_array_append (out, head, HVCC_HEAD);
  append_array (out, NAL_VPS, self->vps, HEVC_MAX_VPS);
  append_array (out, NAL_SPS, self->sps, HEVC_MAX_SPS);
  append_array (out, NAL_PPS, self->pps, HEVC_MAX_PPS);
  return g_byte_array_free_to_bytes (out);
}

static HevcPicture
picture_of (guint type)
{
  if (type == NAL_RASL_N || type == NAL_RASL_R)
    return HEVC_PICTURE_RASL;
  if (type == NAL_RADL_N || type == NAL_RADL_R)
    return HEVC_PICTURE_RADL;
  if (type == NAL_CRA || type == NAL_BLA_W_LP)
    return HEVC_PICTURE_CRA;
  if (type > NAL_BLA_W_LP && type <= NAL_IDR_N_LP)
    return HEVC_PICTURE_IDR;
  return HEVC_PICTURE_TRAILING;
}

static void
take_slice (const HevcSets * sets, HevcUnit * unit, const guint8 * nal)
{
  guint type = nal_type (nal), layer = (nal[1] & 7) - 1;

  if (unit->picture == HEVC_PICTURE_NONE)
    unit->picture = picture_of (type);
  /* Pictures of even types are not needed by their own temporal layer. */
  unit->reference |= type > NAL_LAST_SUB_LAYER || type % 2 == 1
      || layer < sets->top_layer;
}

/* A new collection begins with the first set of an access unit. */
static void
take_set (HevcSets * sets, HevcUnit * unit, const guint8 * nal, gsize size)
{
  guint type = nal_type (nal);

  if (!unit->sets && type == NAL_VPS)
    nal_clear_sets (sets->vps, HEVC_MAX_VPS);
  if (!unit->sets && type != NAL_PPS) {
    nal_clear_sets (sets->sps, HEVC_MAX_SPS);
    nal_clear_sets (sets->pps, HEVC_MAX_PPS);
  }
  unit->sets |= store_set (sets, nal, size);
}

/* FALSE: not to be kept. */
static gboolean
take_nal (gpointer data, gpointer user_data, const guint8 * nal, gsize size)
{
  HevcSets *sets = data;
  HevcUnit *unit = user_data;
  guint type = nal_type (nal);

  /* A header of two bytes, the base layer, TemporalId told (7.3.1.2). */
  if (size < 3 || (nal[0] & 1) != 0 || nal[1] >> 3 != 0 || (nal[1] & 7) == 0)
    return FALSE;
  if (type >= NAL_VPS && type <= NAL_PPS)
    take_set (sets, unit, nal, size);
  if (type >= NAL_VPS && type <= NAL_FILLER)
    return FALSE;
  if (type <= NAL_LAST_VCL)
    take_slice (sets, unit, nal);
  if (type == NAL_SEI_PREFIX)
    unit->hdr |= read_sei (sets, nal, size);
  return TRUE;
}

gboolean
hevc_unit_read (HevcSets * sets, const guint8 * data, gsize size,
    guint length_size, NalList * nals, HevcUnit * unit)
{
  memset (unit, 0, sizeof (*unit));
  return nal_list_read (nals, data, size, length_size, take_nal, sets, unit);
}

static gboolean
cra_is_key (HevcKeys * self, guint max_reorder)
{
  self->open_gops = MIN (self->open_gops + 1, OPEN_GOPS);
  return max_reorder == 0 || self->open_gops == OPEN_GOPS;
}

HevcKeyResult
hevc_keys_on_unit (HevcKeys * self, const HevcUnit * unit, guint max_reorder)
{
  switch (unit->picture) {
    case HEVC_PICTURE_NONE:
      return HEVC_UNDECODABLE;
    case HEVC_PICTURE_IDR:
      self->begun = TRUE;
      self->skip_rasl = FALSE;
      self->open_gops = 0;
      return HEVC_KEY;
    case HEVC_PICTURE_CRA:
      if (!cra_is_key (self, max_reorder))
        return HEVC_NO_KEY;
      self->skip_rasl = !self->begun;
      self->begun = TRUE;
      return HEVC_KEY;
    case HEVC_PICTURE_RASL:
      return self->skip_rasl ? HEVC_UNDECODABLE : HEVC_NO_KEY;
    case HEVC_PICTURE_RADL:
    case HEVC_PICTURE_TRAILING:
      return HEVC_NO_KEY;
  }
  g_assert_not_reached ();
}
