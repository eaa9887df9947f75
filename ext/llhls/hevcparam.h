/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "nalunit.h"

G_BEGIN_DECLS

#define HEVC_MAX_VPS 16
#define HEVC_MAX_SPS 16
#define HEVC_MAX_PPS 64

/* SMPTE ST 2086 and CTA-861.3 as their SEI messages have them (H.265 D.2.28,
 * D.2.35); the boxes mdcv and clli hold the same bytes. */
#define HEVC_MASTERING_BYTES 24
#define HEVC_LIGHT_BYTES 4

/* What a sequence parameter set (H.265 7.3.2.2, annex E) says. */
typedef struct
{
  guint8 profile_space, tier, profile;
  guint32 compatibility;
  guint8 constraints[6];
  guint8 level;
  guint id;
  guint sub_layers;             /* 1 to 7 */
  gboolean nested;
  guint chroma_format;
  guint depth_luma, depth_chroma;
  guint width, height;          /* after cropping */
  guint par_n, par_d;           /* 1:1 when not told */
  guint fps_n, fps_d;           /* 0:1 when not told */
  guint max_reorder;            /* frames */
  guint max_buffering;          /* frames */
  VideoColour colour;
} HevcSps;

/* FALSE when the bytes, a whole NAL unit without start code, are no SPS that
 * can be served. */
gboolean hevc_sps_parse (HevcSps * self, const guint8 * nal, gsize size);

/* The parameter sets that are in force, by their ids, and what the stream says
 * about HDR.  Clear with hevc_sets_clear (); all zero is empty. */
typedef struct
{
  GBytes *vps[HEVC_MAX_VPS];
  GBytes *sps[HEVC_MAX_SPS];
  GBytes *pps[HEVC_MAX_PPS];
  guint top_layer;              /* highest TemporalId of the last SPS */
  gboolean has_mastering, has_light;
  guint8 mastering[HEVC_MASTERING_BYTES];
  guint8 light[HEVC_LIGHT_BYTES];
  guint transfer;               /* preferred one (D.2.38), 0 = none */
} HevcSets;

void hevc_sets_clear (HevcSets * self);
gboolean hevc_sets_complete (const HevcSets * self);

/* The first SPS, parsed. */
gboolean hevc_sets_sps (const HevcSets * self, HevcSps * sps);

/* From an hvcC (ISO 14496-15 8.3.3.1), as caps have it in codec_data; also
 * gives the length of a NAL unit's length field.  Leaves the sets empty when it
 * fails. */
gboolean hevc_sets_parse_config (HevcSets * self, const guint8 * data,
    gsize size, guint * length_size);

/* The hvcC for these sets with 4-byte lengths and complete arrays.
 * Returns: (transfer full) (nullable) */
GBytes *hevc_sets_config (const HevcSets * self);

typedef enum
{
  HEVC_PICTURE_NONE,
  HEVC_PICTURE_IDR,             /* or BLA: nothing before it is needed */
  HEVC_PICTURE_CRA,             /* RASL pictures behind it may need more */
  HEVC_PICTURE_RASL,
  HEVC_PICTURE_RADL,
  HEVC_PICTURE_TRAILING,
} HevcPicture;

/* What an access unit holds. */
typedef struct
{
  HevcPicture picture;
  gboolean reference;           /* other pictures may depend on it */
  gboolean sets;                /* parameter sets were in it */
  gboolean hdr;                 /* it says something else about HDR */
} HevcUnit;

/* Finds what an access unit keeps: all but delimiters, filler, parameter sets
 * and layers above the base; the sets go into `sets`: a VPS or SPS begins a new
 * collection, since an encoder that sends one sends all.  `length_size` is 0
 * for a byte stream (annex B), else 1 to 4.  FALSE: the bytes make no sense;
 * `nals` is to be cleared in either case. */
gboolean hevc_unit_read (HevcSets * sets, const guint8 * data, gsize size,
    guint length_size, NalList * nals, HevcUnit * unit);

/* Which pictures segments may begin with.  IDRs; CRAs too where no leading
 * pictures can be; and in a stream whose GOPs are all open, so that it has
 * nothing else, CRAs as well.  All zero at first. */
typedef struct
{
  gboolean begun;
  gboolean skip_rasl;           /* begun with a CRA: undecodable */
  guint open_gops;              /* CRAs in a row */
} HevcKeys;

typedef enum
{
  HEVC_KEY,                     /* decoding can begin here */
  HEVC_NO_KEY,
  HEVC_UNDECODABLE,             /* to be left out */
} HevcKeyResult;

HevcKeyResult hevc_keys_on_unit (HevcKeys * self, const HevcUnit * unit,
    guint max_reorder);

G_END_DECLS
