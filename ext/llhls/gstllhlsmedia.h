/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstllhlspad.h"
#include "multivariant.h"
#include "segmenter.h"

G_BEGIN_DECLS

/* How a rendition is coded from some frame on: its init section, what the
 * segmenter and what the multivariant playlist must know. */
typedef struct
{
  GBytes *init;
  SegmenterFormat format;       /* owns `map`, the name of the init section */
  gchar *codec;                 /* RFC 6381 */
  guint width, height;          /* as displayed */
  guint fps_n, fps_d;
  guint transfer;               /* characteristics, ISO 23091-2, 0 = unknown */
  guint channels;
} GstLlHlsFormat;

void gst_llhls_format_free (GstLlHlsFormat * self);

/* What comes in on one pad, in the terms of CMAF: caps and parameter sets
 * become formats, buffers become samples.  Streaming thread only. */
typedef struct _GstLlHlsMedia GstLlHlsMedia;

GstLlHlsMedia *gst_llhls_media_new (const gchar * name, gboolean video,
    const GstLlHlsPadSettings * settings);
void gst_llhls_media_free (GstLlHlsMedia * self);

/* FALSE: they lack what is needed. */
gboolean gst_llhls_media_set_caps (GstLlHlsMedia * self, GstCaps * caps);

/* Fills in the frame's data, kind and, where the bytes tell it, duration;
 * FALSE: not to be used.  The frame may refer to the buffer's memory. */
gboolean gst_llhls_media_read (GstLlHlsMedia * self, GstBuffer * buffer,
    SegmenterFrame * frame);

/* After either of them: what changed with it, in force from that frame on.
 * Returns: (transfer full) (nullable) */
GstLlHlsFormat *gst_llhls_media_take_format (GstLlHlsMedia * self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstLlHlsFormat, gst_llhls_format_free)

G_END_DECLS
