/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "bitreader.h"

G_BEGIN_DECLS

/* A parameter set longer than this is taken for garbage. */
#define NAL_MAX_SET_BYTES 4096

/* Reads the NAL units of an access unit, without the zero bytes behind them
 * that belong to a byte stream (H.264 and H.265 annex B.1).  The error is
 * sticky: `failed` tells of a length that does not fit.  Borrows the data. */
typedef struct
{
  const guint8 *data;
  gsize size;
  guint length_size;            /* 0 = byte stream, else 1 to 4 */
  gsize pos;
  gboolean failed;
} NalReader;

void nal_reader_init (NalReader * self, const guint8 * data, gsize size,
    guint length_size);

/* The next one, never empty; FALSE at the end or after an error. */
gboolean nal_reader_next (NalReader * self, const guint8 ** nal,
    gsize * size);

/* The NAL units of an access unit that are kept, as places in its bytes. */
typedef struct
{
  gsize offset, size;
} NalSpan;

typedef struct
{
  GArray *spans;                /* of NalSpan, NULL when there are none */
  gboolean verbatim;            /* the bytes are these, with 4-byte lengths */
} NalList;

/* Starts with an empty list; `reader` is what will be read. */
void nal_list_init (NalList * self, const NalReader * reader);
void nal_list_clear (NalList * self);
void nal_list_add (NalList * self, const NalReader * reader,
    const guint8 * nal, gsize size);

/* To be called behind the last one: whether all that was read is on the
 * list. */
void nal_list_finish (NalList * self, const NalReader * reader);

/* A copy of them, with 4-byte lengths.  Returns: (transfer full) */
GBytes *nal_list_join (const NalList * self, const guint8 * data);

/* They themselves, without copying: what nal_scatter_get () understands, and
 * keeps `owner`, whose bytes were read.  Returns: (transfer full) */
GBytes *nal_scatter_new (const NalList * self, GBytes * owner);

typedef struct
{
  const guint8 *data;
  gsize size;                   /* with the 4-byte lengths */
  guint n;
  const NalSpan *spans;
} NalScatter;

void nal_scatter_get (GBytes * scatter, NalScatter * self);

/* Sets aside a parameter set; NULL clears. */
void nal_replace_set (GBytes ** set, const guint8 * nal, gsize size);

/* Reads aspect_ratio_idc and what may follow (H.264 table E-1, H.265 table
 * E.1); what is not told stays as it was. */
void nal_aspect_ratio (BitReader * r, guint * par_n, guint * par_d);

G_END_DECLS
