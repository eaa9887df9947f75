/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "videocolour.h"

G_BEGIN_DECLS

/* What a sequence header OBU (AV1 5.5) says. */
typedef struct
{
  guint profile, level, tier;   /* of the first operating point */
  gboolean reduced;             /* a still picture */
  guint width, height;          /* largest */
  guint fps_n, fps_d;           /* 0:1 when not told */
  guint depth;
  gboolean monochrome;
  guint subsampling_x, subsampling_y, sample_position;
  VideoColour colour;
} Av1Sequence;

/* FALSE when the OBU, with its header, is no sequence header that can be
 * served. */
gboolean av1_sequence_parse (Av1Sequence * self, const guint8 * obu,
    gsize size);

/* The sequence header OBU out of an av1C (AV1-ISOBMFF 2.3), as caps may have it
 * in codec_data.  Returns: (transfer full) (nullable) */
GBytes *av1_sequence_from_config (const guint8 * data, gsize size);

/* The av1C for a sequence header OBU.  Returns: (transfer full) (nullable) */
GBytes *av1_config (GBytes * sequence);

/* What a temporal unit holds. */
typedef struct
{
  gboolean key;                 /* begins with a key frame that is shown */
  gboolean picture;             /* any frame at all */
  gsize offset, size;           /* where what is kept lies, when in one piece */
  gboolean whole;               /* it does, and has all it needs */
} Av1Unit;

/* Reads a temporal unit of the low-overhead format.  `sequence` is the sequence
 * header in force, replaced by one that is in the unit; a temporal delimiter,
 * tile lists and padding are not kept (2.4).  FALSE: the bytes make no
 * sense. */
gboolean av1_unit_read (GBytes ** sequence, const guint8 * data,
    gsize size, Av1Unit * unit);

/* What is kept of the unit just read, as a copy: each OBU with its size, and
 * key frames behind a sequence header.  Returns: (transfer full) */
GBytes *av1_unit_copy (GBytes * sequence, const guint8 * data, gsize size,
    const Av1Unit * unit);

G_END_DECLS
