/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "nalunit.h"

G_BEGIN_DECLS

#define AVC_MAX_SPS 32
#define AVC_MAX_PPS 256

/* What a sequence parameter set (H.264 7.3.2.1, annex E) says. */
typedef struct
{
  guint8 profile;
  guint8 constraints;
  guint8 level;
  guint id;
  guint chroma_format;
  guint depth_luma, depth_chroma;
  guint width, height;          /* after cropping */
  guint par_n, par_d;           /* 1:1 when not told */
  guint fps_n, fps_d;           /* 0:1 when not told */
  gint max_reorder;             /* frames, -1 when not told */
  VideoColour colour;
} AvcSps;

/* FALSE when the bytes, a whole NAL unit without start code, are no SPS that
 * can be served. */
gboolean avc_sps_parse (AvcSps * self, const guint8 * nal, gsize size);

/* The parameter sets that are in force, by their ids.  Clear with
 * avc_sets_clear (); all zero is empty. */
typedef struct
{
  GBytes *sps[AVC_MAX_SPS];
  GBytes *pps[AVC_MAX_PPS];
} AvcSets;

void avc_sets_clear (AvcSets * self);
gboolean avc_sets_complete (const AvcSets * self);

/* The first SPS, parsed. */
gboolean avc_sets_sps (const AvcSets * self, AvcSps * sps);

/* From an avcC (ISO 14496-15 5.3.3.1), as caps have it in codec_data; also
 * gives the length of a NAL unit's length field.  Leaves the sets empty when it
 * fails. */
gboolean avc_sets_parse_config (AvcSets * self, const guint8 * data,
    gsize size, guint * length_size);

/* The avcC for these sets with 4-byte lengths.
 * Returns: (transfer full) (nullable) */
GBytes *avc_sets_config (const AvcSets * self);

/* What an access unit holds. */
typedef struct
{
  gboolean idr;
  gboolean picture;             /* any slice at all */
  gboolean reference;           /* other pictures may depend on it */
  gboolean sets;                /* SPS or PPS were in it, and are in `sets` */
} AvcUnit;

/* Finds what an access unit keeps: all but delimiters, filler and parameter
 * sets; the latter go into `sets`: an SPS begins a new collection, since an
 * encoder that sends one sends all.  `length_size` is 0 for a byte stream
 * (annex B), else 1 to 4.  FALSE: the bytes make no sense; `nals` is to be
 * cleared in either case. */
gboolean avc_unit_read (AvcSets * sets, const guint8 * data, gsize size,
    guint length_size, NalList * nals, AvcUnit * unit);

G_END_DECLS
