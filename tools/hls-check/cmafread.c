/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ISO 14496-12; sample entries by ISO 14496-14, -15. */
#include "cmafread.h"

#include <string.h>

void
bmff_reader_init (BmffReader * self, const guint8 * data, gsize size)
{
  self->data = data;
  self->size = size;
  self->at = 0;
  self->error = FALSE;
}

gsize
bmff_reader_left (const BmffReader * self)
{
  return self->size - self->at;
}

static gboolean
has (BmffReader * self, gsize n)
{
  if (!self->error && bmff_reader_left (self) >= n)
    return TRUE;
  self->error = TRUE;
  return FALSE;
}

guint8
bmff_reader_u8 (BmffReader * self)
{
  return has (self, 1) ? self->data[self->at++] : 0;
}

guint16
bmff_reader_u16 (BmffReader * self)
{
  guint16 high = bmff_reader_u8 (self);

  return high << 8 | bmff_reader_u8 (self);
}

guint32
bmff_reader_u32 (BmffReader * self)
{
  guint32 high = bmff_reader_u16 (self);

  return high << 16 | bmff_reader_u16 (self);
}

guint64
bmff_reader_u64 (BmffReader * self)
{
  guint64 high = bmff_reader_u32 (self);

  return high << 32 | bmff_reader_u32 (self);
}

void
bmff_reader_skip (BmffReader * self, gsize n)
{
  if (has (self, n))
    self->at += n;
}

gboolean
bmff_reader_box (BmffReader * self, BmffBox * box)
{
  guint64 size;

  memset (box, 0, sizeof (*box));
  if (self->error || bmff_reader_left (self) == 0)
    return FALSE;
  box->offset = self->at;
  size = bmff_reader_u32 (self);
  if (!has (self, 4))
    return FALSE;
  memcpy (box->type, self->data + self->at, 4);
  self->at += 4;
  box->header = 8;
  if (size == 1) {
    size = bmff_reader_u64 (self);
    box->header = 16;
  } else if (size == 0) {
    size = box->header + bmff_reader_left (self);
  }
  if (self->error || size < box->header
      || size - box->header > bmff_reader_left (self)) {
    self->error = TRUE;
    return FALSE;
  }
  box->body = self->data + self->at;
  box->size = size - box->header;
  self->at += box->size;
  return TRUE;
}

void
bmff_box_reader (const BmffBox * box, BmffReader * reader)
{
  bmff_reader_init (reader, box->body, box->size);
}

gboolean
bmff_box_child (const BmffBox * box, const gchar * type, BmffBox * child)
{
  BmffReader reader;

  bmff_box_reader (box, &reader);
  while (bmff_reader_box (&reader, child)) {
    if (strcmp (child->type, type) == 0)
      return TRUE;
  }
  memset (child, 0, sizeof (*child));
  return FALSE;
}

guint32
bmff_full_box (const BmffBox * box, BmffReader * reader)
{
  bmff_box_reader (box, reader);
  return bmff_reader_u32 (reader);
}

gchar *
bmff_box_children (const BmffBox * box)
{
  GString *out = g_string_new (NULL);
  BmffReader reader;
  BmffBox child;

  bmff_box_reader (box, &reader);
  while (out->len < 400 && bmff_reader_box (&reader, &child))
    g_string_append_printf (out, "%s%s", out->len > 0 ? " " : "", child.type);
  return g_string_free (out, FALSE);
}

/* --- init section -------------------------------------------------------- */

static gboolean
descend (const BmffBox * from, const gchar * const *path, BmffBox * box)
{
  *box = *from;
  for (; *path != NULL; path++) {
    BmffBox child;

    if (!bmff_box_child (box, *path, &child))
      return FALSE;
    *box = child;
  }
  return TRUE;
}

static void
read_ftyp (BmffInit * self, const BmffBox * box)
{
  BmffReader reader;
  guint n = 0;

  bmff_box_reader (box, &reader);
  while (bmff_reader_left (&reader) >= 4) {
    guint32 brand = bmff_reader_u32 (&reader);

    if (n++ != 1 && brand == 0x636d6632)        /* cmf2 */
      self->cmf2 = TRUE;
  }
}

static void
read_tkhd (BmffInit * self, const BmffBox * box)
{
  BmffReader r;
  guint version = bmff_full_box (box, &r) >> 24;

  bmff_reader_skip (&r, version == 1 ? 16 : 8);
  self->track_id = bmff_reader_u32 (&r);
  bmff_reader_skip (&r, (version == 1 ? 12 : 8) + 16 + 36);
  self->width = bmff_reader_u32 (&r) >> 16;
  self->height = bmff_reader_u32 (&r) >> 16;
}

static void
read_mdhd (BmffInit * self, const BmffBox * box)
{
  BmffReader r;
  guint version = bmff_full_box (box, &r) >> 24;

  bmff_reader_skip (&r, version == 1 ? 16 : 8);
  self->timescale = bmff_reader_u32 (&r);
}

static void
read_hdlr (BmffInit * self, const BmffBox * box)
{
  BmffReader r;

  bmff_full_box (box, &r);
  bmff_reader_skip (&r, 4);
  if (bmff_reader_left (&r) < 4)
    return;
  if (memcmp (r.data + r.at, "vide", 4) == 0)
    self->media = BMFF_VIDEO;
  else if (memcmp (r.data + r.at, "soun", 4) == 0)
    self->media = BMFF_AUDIO;
  else
    self->media = BMFF_TEXT;
}

/* MPEG-4 descriptors: tag, then a length of 7 bits a byte. */
static gboolean
descriptor (BmffReader * r, guint8 tag)
{
  guint i;

  if (bmff_reader_u8 (r) != tag)
    return FALSE;
  for (i = 0; i < 4 && (bmff_reader_u8 (r) & 0x80) != 0; i++);
  return !r->error;
}

static void
read_esds (BmffInit * self, const BmffBox * entry)
{
  BmffBox esds;
  BmffReader r;
  guint oti, type;

  if (!bmff_box_child (entry, "esds", &esds))
    return;
  bmff_full_box (&esds, &r);
  if (!descriptor (&r, 3))
    return;
  bmff_reader_skip (&r, 3);
  if (!descriptor (&r, 4))
    return;
  oti = bmff_reader_u8 (&r);
  bmff_reader_skip (&r, 12);
  if (!descriptor (&r, 5))
    return;
  type = bmff_reader_u8 (&r) >> 3;
  if (!r.error && oti == 0x40)
    g_snprintf (self->codec, sizeof (self->codec), "mp4a.40.%u", type);
}

static void
read_avcc (BmffInit * self, const BmffBox * entry)
{
  BmffBox box;

  if (bmff_box_child (entry, "avcC", &box) && box.size >= 4)
    g_snprintf (self->codec, sizeof (self->codec), "%s.%02x%02x%02x",
        self->entry, box.body[1], box.body[2], box.body[3]);
}

static void
read_colr (BmffInit * self, const BmffBox * entry)
{
  BmffBox box;

  if (bmff_box_child (entry, "colr", &box) && box.size >= 10
      && memcmp (box.body, "nclx", 4) == 0)
    self->transfer = box.body[6] << 8 | box.body[7];
}

static void
read_entry (BmffInit * self, const BmffBox * stsd)
{
  BmffReader r;
  BmffBox entry;
  gsize fixed = self->media == BMFF_VIDEO ? 78 : 28;

  bmff_full_box (stsd, &r);
  bmff_reader_skip (&r, 4);
  if (!bmff_reader_box (&r, &entry))
    return;
  memcpy (self->entry, entry.type, sizeof (self->entry));
  g_strlcpy (self->codec, entry.type, sizeof (self->codec));
  if (entry.size < fixed || self->media == BMFF_TEXT)
    return;
  entry.body += fixed;
  entry.size -= fixed;
  if (self->media == BMFF_AUDIO)
    read_esds (self, &entry);
  else
    read_colr (self, &entry);
  if (g_str_has_prefix (self->entry, "avc"))
    read_avcc (self, &entry);
}

static void
read_trex (BmffInit * self, const BmffBox * box)
{
  BmffReader r;

  bmff_full_box (box, &r);
  bmff_reader_skip (&r, 8);
  self->default_duration = bmff_reader_u32 (&r);
  self->default_size = bmff_reader_u32 (&r);
  self->default_flags = bmff_reader_u32 (&r);
}

gboolean
bmff_init_read (BmffInit * self, const guint8 * data, gsize size)
{
  static const gchar *const tkhd[] = { "moov", "trak", "tkhd", NULL };
  static const gchar *const mdhd[] = { "moov", "trak", "mdia", "mdhd", NULL };
  static const gchar *const hdlr[] = { "moov", "trak", "mdia", "hdlr", NULL };
  static const gchar *const elst[] = { "moov", "trak", "edts", "elst", NULL };
  static const gchar *const stsd[] = { "moov", "trak", "mdia", "minf", "stbl",
    "stsd", NULL
  };
  static const gchar *const trex[] = { "moov", "mvex", "trex", NULL };
  BmffBox file = { "", 0, 0, data, size }, box;

  memset (self, 0, sizeof (*self));
  if (bmff_box_child (&file, "ftyp", &box))
    read_ftyp (self, &box);
  if (descend (&file, tkhd, &box))
    read_tkhd (self, &box);
  if (descend (&file, mdhd, &box))
    read_mdhd (self, &box);
  if (descend (&file, hdlr, &box))
    read_hdlr (self, &box);
  if (descend (&file, stsd, &box))
    read_entry (self, &box);
  if (descend (&file, trex, &box))
    read_trex (self, &box);
  self->has_elst = descend (&file, elst, &box);
  return self->timescale > 0 && self->entry[0] != '\0';
}

/* --- media --------------------------------------------------------------- */

typedef struct
{
  guint32 duration, size, flags;
} Defaults;

static void
read_tfhd (BmffChunk * self, const BmffBox * box, Defaults * d)
{
  BmffReader r;

  self->tfhd_flags = bmff_full_box (box, &r) & 0xffffff;
  self->track_id = bmff_reader_u32 (&r);
  if (self->tfhd_flags & 0x01)
    bmff_reader_skip (&r, 8);
  if (self->tfhd_flags & 0x02)
    bmff_reader_skip (&r, 4);
  if (self->tfhd_flags & 0x08)
    d->duration = bmff_reader_u32 (&r);
  if (self->tfhd_flags & 0x10)
    d->size = bmff_reader_u32 (&r);
  if (self->tfhd_flags & 0x20)
    d->flags = bmff_reader_u32 (&r);
}

static gboolean
read_samples (BmffChunk * self, BmffReader * r, guint32 count,
    const Defaults * d, gboolean has_first, guint32 first)
{
  guint32 i;

  for (i = 0; i < count && !r->error; i++) {
    BmffSample s = { d->duration, d->size, d->flags };

    if (i == 0 && has_first)
      s.flags = first;
    if (self->trun_flags & 0x100)
      s.duration = bmff_reader_u32 (r);
    if (self->trun_flags & 0x200)
      s.size = bmff_reader_u32 (r);
    if (self->trun_flags & 0x400)
      s.flags = bmff_reader_u32 (r);
    if (self->trun_flags & 0x800)
      bmff_reader_u32 (r);
    self->duration += s.duration;
    self->sizes += s.size;
    g_array_append_val (self->samples, s);
  }
  return !r->error;
}

static gboolean
read_trun (BmffChunk * self, const BmffBox * box, const Defaults * d)
{
  BmffReader r;
  guint32 full = bmff_full_box (box, &r), count, first = 0;

  self->trun_version = full >> 24;
  self->trun_flags = full & 0xffffff;
  count = bmff_reader_u32 (&r);
  if (self->trun_flags & 0x01)
    self->data_offset = (gint32) bmff_reader_u32 (&r);
  if (self->trun_flags & 0x04)
    first = bmff_reader_u32 (&r);
  if (count > BMFF_MAX_SAMPLES)
    return FALSE;
  return read_samples (self, &r, count, d, (self->trun_flags & 0x04) != 0,
      first);
}

static void
read_tfdt (BmffChunk * self, const BmffBox * box)
{
  BmffReader r;
  guint version = bmff_full_box (box, &r) >> 24;

  self->decode_time = version == 1 ? bmff_reader_u64 (&r)
      : bmff_reader_u32 (&r);
  self->has_tfdt = !r.error;
}

static gboolean
read_traf (BmffChunk * self, const BmffBox * traf, Defaults * d)
{
  BmffReader r;
  BmffBox box;
  gboolean good = TRUE;

  bmff_box_reader (traf, &r);
  while (bmff_reader_box (&r, &box)) {
    if (strcmp (box.type, "tfhd") == 0)
      read_tfhd (self, &box, d);
    else if (strcmp (box.type, "tfdt") == 0)
      read_tfdt (self, &box);
    else if (strcmp (box.type, "trun") == 0) {
      self->n_trun++;
      good &= read_trun (self, &box, d);
    }
  }
  return good && !r.error;
}

gboolean
bmff_chunk_read (BmffChunk * self, const BmffInit * init, const BmffBox * moof,
    const BmffBox * mdat)
{
  Defaults d = { 0, 0, 0 };
  BmffReader r, full;
  BmffBox box;
  gboolean good = TRUE;

  memset (self, 0, sizeof (*self));
  self->samples = g_array_new (FALSE, FALSE, sizeof (BmffSample));
  self->moof_offset = moof->offset;
  self->moof_size = moof->header + moof->size;
  self->mdat_offset = mdat->offset;
  self->mdat_header = mdat->header;
  self->mdat_size = mdat->size;
  if (init != NULL) {
    d.duration = init->default_duration;
    d.size = init->default_size;
    d.flags = init->default_flags;
  }
  bmff_box_reader (moof, &r);
  while (bmff_reader_box (&r, &box)) {
    if (strcmp (box.type, "mfhd") == 0) {
      bmff_full_box (&box, &full);
      self->sequence = bmff_reader_u32 (&full);
    } else if (strcmp (box.type, "traf") == 0) {
      self->n_traf++;
      good &= read_traf (self, &box, &d);
    }
  }
  return good && !r.error && self->n_traf > 0;
}

void
bmff_chunk_clear (BmffChunk * self)
{
  g_clear_pointer (&self->samples, g_array_unref);
}
