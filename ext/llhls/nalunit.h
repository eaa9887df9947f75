/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "bitreader.h"
#include "videocolour.h"

G_BEGIN_DECLS

/* A parameter set longer than this is taken for garbage. */
#define NAL_MAX_SET_BYTES 4096

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

/* Whether a NAL unit, never empty, is kept; `sets` and `unit` as given to
 * nal_list_read (). */
typedef gboolean (*NalTake) (gpointer sets, gpointer unit, const guint8 * nal,
    gsize size);

/* Makes the list of an access unit, without the zero bytes behind NAL units
 * that belong to a byte stream (H.264 and H.265 annex B.1).  `length_size` is 0
 * for one, else 1 to 4.  FALSE: a length does not fit, or no start code is
 * there; the list has to be cleared in either case. */
gboolean nal_list_read (NalList * self, const guint8 * data, gsize size,
    guint length_size, NalTake take, gpointer sets, gpointer unit);
void nal_list_clear (NalList * self);

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

/* Parameter sets by their ids, NULL where there is none. */
void nal_replace_set (GBytes ** set, const guint8 * nal, gsize size);
void nal_clear_sets (GBytes ** sets, guint n);
guint nal_count_sets (GBytes * const *sets, guint n);

/* Returns: (transfer none) (nullable) */
GBytes *nal_first_set (GBytes * const *sets, guint n);

/* Each behind its 16-bit length, as avcC and hvcC have them. */
void nal_append_sets (GByteArray * out, GBytes * const *sets, guint n);

/* Reads aspect_ratio_idc and what may follow (H.264 table E-1, H.265 table
 * E.1); what is not told stays as it was. */
void nal_aspect_ratio (BitReader * r, guint * par_n, guint * par_d);

/* Reads video_signal_type (E.1.1 and E.2.1), likewise. */
void nal_colour (BitReader * r, VideoColour * colour);

G_END_DECLS
