/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "boxparser.h"
#include "playlist.h"

/* What the bytes of one part say. */
typedef struct
{
  guint64 decode_time;
  guint64 duration;             /* sum of the samples', ticks */
  guint n;
  guint32 first_flags;
  gint32 first_offset;
  gint32 max_offset, min_offset;
} PartFacts;

static inline gboolean
part_read (GBytes * chunk, gboolean video, PartFacts * facts)
{
  Box tfdt, trun, all = box_of (chunk);
  guint i, width = video ? 16 : 12;

  memset (facts, 0, sizeof (*facts));
  if (!box_path (all, "moof/traf/tfdt", &tfdt)
      || !box_path (all, "moof/traf/trun", &trun))
    return FALSE;
  facts->decode_time = box_number (tfdt.data + 4, 8);
  facts->n = box_number (trun.data + 4, 4);
  for (i = 0; i < facts->n; i++) {
    const guint8 *sample = trun.data + 12 + i * width;
    gint32 offset = video ? (gint32) box_number (sample + 12, 4) : 0;

    facts->duration += box_number (sample, 4);
    facts->max_offset = MAX (facts->max_offset, offset);
    facts->min_offset = MIN (facts->min_offset, offset);
    if (i == 0) {
      facts->first_flags = box_number (sample + 8, 4);
      facts->first_offset = offset;
    }
  }
  return TRUE;
}
