/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "cmafinit.h"

G_BEGIN_DECLS

typedef enum
{
  CMAF_SAMPLE_SYNC,
  CMAF_SAMPLE_DEPENDENT,        /* others may depend on it */
  CMAF_SAMPLE_DISPOSABLE,       /* none does */
  /* Shown before the key frame that they follow; RASL need what is before it as
   * well, RADL do not. */
  CMAF_SAMPLE_RASL,
  CMAF_SAMPLE_RASL_DISPOSABLE,
  CMAF_SAMPLE_RADL,
  CMAF_SAMPLE_RADL_DISPOSABLE,
} CmafSampleKind;

typedef struct
{
  GBytes *data;                 /* owned by who owns the array */
  guint32 duration;             /* ticks */
  gint32 offset;                /* ticks from decode to presentation */
  CmafSampleKind kind;
  gboolean scattered;           /* `data` is of nal_scatter_new () */
} CmafSample;

/* Bytes of it in a chunk. */
gsize cmaf_sample_size (const CmafSample * sample);

/* One CMAF chunk: styp (where a segment begins), moof, mdat.  It refers to
 * nothing but itself, as the brand cmf2 wants.
 * Returns: (transfer full) (nullable): NULL when it would be too large. */
GBytes *cmaf_chunk_build (CmafKind kind, guint32 sequence,
    guint64 decode_time, const CmafSample * samples, guint n,
    gboolean begins_segment);

G_END_DECLS
