/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What access units keep, as bytes to compare.  llhlssink makes no such copy:
 * it leaves the NAL units where they are. */
#pragma once

#include "avcparam.h"
#include "hevcparam.h"

G_BEGIN_DECLS

/* With 4-byte lengths.  Returns: (transfer full) */
static inline GBytes *
nal_copy (const NalList * list, const guint8 * data)
{
  GByteArray *out = g_byte_array_new ();
  guint i;

  for (i = 0; i < list->spans->len; i++) {
    const NalSpan *span = &g_array_index (list->spans, NalSpan, i);
    guint32 length = GUINT32_TO_BE ((guint32) span->size);

    g_byte_array_append (out, (const guint8 *) &length, 4);
    g_byte_array_append (out, data + span->offset, span->size);
  }
  return g_byte_array_free_to_bytes (out);
}

/* Returns: (transfer full) (nullable): NULL when the bytes make no sense */
static inline GBytes *
avc_unit_copy (AvcSets * sets, const guint8 * data, gsize size,
    guint length_size, AvcUnit * unit)
{
  NalList nals;
  GBytes *bytes = NULL;

  if (avc_unit_read (sets, data, size, length_size, &nals, unit))
    bytes = nal_copy (&nals, data);
  nal_list_clear (&nals);
  return bytes;
}

static inline GBytes *
hevc_unit_copy (HevcSets * sets, const guint8 * data, gsize size,
    guint length_size, HevcUnit * unit)
{
  NalList nals;
  GBytes *bytes = NULL;

  if (hevc_unit_read (sets, data, size, length_size, &nals, unit))
    bytes = nal_copy (&nals, data);
  nal_list_clear (&nals);
  return bytes;
}

G_END_DECLS
