/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "av1param.h"
#include "avcparam.h"
#include "cmafinit.h"
#include "gstllhlsmedia.h"
#include "hevcparam.h"
#include "opusconfig.h"

G_BEGIN_DECLS

/* What one codec's caps and buffers mean.  Streaming thread only. */
typedef struct
{
  const gchar *caps_name;
  /* FALSE: they lack what is needed. */
  gboolean (*set_caps) (GstLlHlsMedia * self, GstCaps * caps);
  /* Fills in data, kind and ticks; FALSE: not to be used.  `bytes` is the
   * buffer's own memory where that may be kept. */
  gboolean (*read) (GstLlHlsMedia * self, GBytes * bytes,
      SegmenterFrame * frame);
} GstLlHlsCodec;

/* Ends with one whose caps_name is NULL. */
extern const GstLlHlsCodec gst_llhls_video_codecs[];
extern const GstLlHlsCodec gst_llhls_audio_codecs[];

struct _GstLlHlsMedia
{
  gchar *name;
  gboolean video;
  guint32 bitrate;              /* bit/s as configured, 0 = not told */
  gchar *language;              /* of mdhd, or NULL */
  gchar *full_language;         /* of elng, or NULL */
  const GstLlHlsCodec *codec;   /* NULL before the first caps */
  GBytes *config;               /* of the format last made */
  gboolean config_changed;      /* something beside it has */
  GstLlHlsFormat *format;       /* not yet taken */

  gint fps_n, fps_d;            /* from caps, -1 when they do not say */
  gint par_n, par_d;            /* from caps */
  VideoColour colour;           /* as caps tell it, for streams that do not */
  guint length_size;            /* of NAL units, 0 = byte stream */
  AvcSets avc;
  HevcSets hevc;
  HevcKeys hevc_keys;
  guint max_reorder;
  GBytes *av1_sequence;

  gboolean adts;
  guint caps_channels;
  OpusConfig opus;
};

/* What the media has in common with all of them. */
void gst_llhls_media_describe (const GstLlHlsMedia * self,
    CmafTrack * description);

/* TRUE when a format must be made for `config`. */
gboolean gst_llhls_media_is_new (const GstLlHlsMedia * self,
    GBytes * config);

/* Offers the format that `description` makes, unless CMAF can't have it; takes
 * `codec` (transfer full).  Returns: (transfer none) (nullable): to be
 * completed. */
GstLlHlsFormat *gst_llhls_media_offer (GstLlHlsMedia * self,
    const CmafTrack * description, const Lattice * lattice, gchar * codec,
    GBytes * config);

/* codec_data of caps.  Returns: (transfer full) (nullable) */
GBytes *gst_llhls_codec_data (const GstStructure * s);

/* The first buffer of streamheader.  Returns: (transfer full) (nullable) */
GBytes *gst_llhls_stream_header (const GstStructure * s);

G_END_DECLS
