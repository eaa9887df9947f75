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
} CmafReader;

void cmaf_reader_init (CmafReader * self, const guint8 * data, gsize size);
guint8 cmaf_reader_u8 (CmafReader * self);
guint16 cmaf_reader_u16 (CmafReader * self);
guint32 cmaf_reader_u32 (CmafReader * self);
guint64 cmaf_reader_u64 (CmafReader * self);
void cmaf_reader_skip (CmafReader * self, gsize n);
gsize cmaf_reader_left (const CmafReader * self);

typedef struct
{
  gchar type[5];
  gsize offset;                 /* in what was read */
  gsize header;                 /* bytes: 8 or 16 */
  const guint8 *body;
  gsize size;                   /* of the body */
} CmafBox;

/* FALSE at the end and when the box is broken (then `error` is set). */
gboolean cmaf_reader_box (CmafReader * self, CmafBox * box);
void cmaf_box_reader (const CmafBox * box, CmafReader * reader);

/* The first child of that type. */
gboolean cmaf_box_child (const CmafBox * box, const gchar * type,
    CmafBox * child);
/* version << 24 | flags; `reader` is behind it. */
guint32 cmaf_full_box (const CmafBox * box, CmafReader * reader);

/* Types of all children, blank separated.  Returns: (transfer full) */
gchar *cmaf_box_children (const CmafBox * box);

typedef enum
{
  CMAF_OTHER,
  CMAF_VIDEO,
  CMAF_AUDIO,
  CMAF_TEXT,
} CmafMedia;

/* What an init section tells; the rules about its form are elsewhere. */
typedef struct
{
  CmafMedia media;
  gchar entry[5];               /* of the sample description */
  gchar codec[24];              /* as far as it can be told, "avc1.64001f" */
  guint32 timescale, track_id;
  guint width, height;          /* tkhd, whole pixels */
  gboolean has_elst, cmf2;
  guint transfer;               /* colr, 0 = not told */
  guint32 default_duration, default_size, default_flags;        /* trex */
} CmafInit;

gboolean cmaf_init_read (CmafInit * self, const guint8 * data, gsize size);

typedef struct
{
  guint32 duration, size, flags;
} CmafSample;

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
  GArray *samples;              /* of CmafSample */
} CmafChunk;

#define CMAF_MAX_SAMPLES 65536

/* `moof` and the mdat behind it; `init` gives defaults. */
gboolean cmaf_chunk_read (CmafChunk * self, const CmafInit * init,
    const CmafBox * moof, const CmafBox * mdat);
void cmaf_chunk_clear (CmafChunk * self);

G_END_DECLS
