/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Big endian; reads beyond the end give 0 and a sticky error. */
typedef struct
{
  const guint8 *data;
  gsize size, at;
  gboolean error;
} BmffReader;

void bmff_reader_init (BmffReader * self, const guint8 * data, gsize size);
guint8 bmff_reader_u8 (BmffReader * self);
guint16 bmff_reader_u16 (BmffReader * self);
guint32 bmff_reader_u32 (BmffReader * self);
guint64 bmff_reader_u64 (BmffReader * self);
void bmff_reader_skip (BmffReader * self, gsize n);
gsize bmff_reader_left (const BmffReader * self);

typedef struct
{
  gchar type[5];
  gsize offset;                 /* in what was read */
  gsize header;                 /* bytes: 8 or 16 */
  const guint8 *body;
  gsize size;                   /* of the body */
} BmffBox;

/* FALSE at the end and when the box is broken (then `error` is set). */
gboolean bmff_reader_box (BmffReader * self, BmffBox * box);
void bmff_box_reader (const BmffBox * box, BmffReader * reader);

/* The first child of that type. */
gboolean bmff_box_child (const BmffBox * box, const gchar * type,
    BmffBox * child);
/* version << 24 | flags; `reader` is behind it. */
guint32 bmff_full_box (const BmffBox * box, BmffReader * reader);

/* Types of all children, blank separated.  Returns: (transfer full) */
gchar *bmff_box_children (const BmffBox * box);

typedef enum
{
  BMFF_OTHER,
  BMFF_VIDEO,
  BMFF_AUDIO,
  BMFF_TEXT,
} BmffMedia;

/* What an init section tells; the rules about its form are elsewhere. */
typedef struct
{
  BmffMedia media;
  gchar entry[5];               /* of the sample description */
  gchar codec[24];              /* as far as it can be told, "avc1.64001f" */
  guint32 timescale, track_id;
  guint width, height;          /* tkhd, whole pixels */
  gboolean has_elst, cmf2;
  guint transfer;               /* colr, 0 = not told */
  guint32 default_duration, default_size, default_flags;        /* trex */
} BmffInit;

gboolean bmff_init_read (BmffInit * self, const guint8 * data, gsize size);

typedef struct
{
  guint32 duration, size, flags;
} BmffSample;

/* One moof with its mdat. */
typedef struct
{
  guint32 sequence;
  guint32 track_id, tfhd_flags, trun_flags;
  guint trun_version, n_traf, n_trun;
  gboolean has_tfdt;
  guint64 decode_time, duration;        /* ticks */
  gint32 data_offset;
  gsize moof_offset, moof_size, mdat_offset, mdat_header, mdat_size;
  guint64 sizes;                /* sum of the samples' */
  GArray *samples;              /* of BmffSample */
} BmffChunk;

#define BMFF_MAX_SAMPLES 65536

/* `moof` and the mdat behind it; `init` gives defaults. */
gboolean bmff_chunk_read (BmffChunk * self, const BmffInit * init,
    const BmffBox * moof, const BmffBox * mdat);
void bmff_chunk_clear (BmffChunk * self);

G_END_DECLS
