/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ISO 14496-12 8.8 and 8.16.2, ISO 23000-19 7.3.2 and 7.5.16 to 7.5.18. */
#include "cmafchunk.h"

#include "boxwriter.h"
#include "nalunit.h"

#define TRACK_ID 1
/* More than all that stands beside samples and their entries. */
#define HEAD_BYTES 256

#define TFHD_DESCRIPTION_INDEX 0x000002
#define TFHD_DURATION 0x000008
#define TFHD_FLAGS 0x000020
#define TFHD_BASE_IS_MOOF 0x020000

#define TRUN_DATA_OFFSET 0x000001
#define TRUN_DURATION 0x000100
#define TRUN_SIZE 0x000200
#define TRUN_FLAGS 0x000400
#define TRUN_OFFSET 0x000800

static guint32
sample_flags (CmafSampleKind kind)
{
  switch (kind) {
    case CMAF_SAMPLE_SYNC:
      return 0x02000000;
    case CMAF_SAMPLE_DEPENDENT:
      return 0x01010000;
    case CMAF_SAMPLE_DISPOSABLE:
      return 0x01810000;
    case CMAF_SAMPLE_RASL:
      return 0x05010000;
    case CMAF_SAMPLE_RASL_DISPOSABLE:
      return 0x05810000;
    case CMAF_SAMPLE_RADL:
      return 0x0d010000;
    case CMAF_SAMPLE_RADL_DISPOSABLE:
      return 0x0d810000;
  }
  g_assert_not_reached ();
}

static void
write_styp (BoxWriter * w)
{
  box_writer_begin (w, "styp");
  box_writer_fourcc (w, "msdh");
  box_writer_u32 (w, 0);
  box_writer_fourcc (w, "msdh");
  box_writer_fourcc (w, "cmfs");
  box_writer_fourcc (w, "iso6");
  box_writer_end (w);
}

gsize
cmaf_sample_size (const CmafSample * sample)
{
  NalScatter scatter;

  if (!sample->scattered)
    return g_bytes_get_size (sample->data);
  nal_scatter_get (sample->data, &scatter);
  return scatter.size;
}

/* The one place where media is copied. */
static void
write_sample (BoxWriter * w, const CmafSample * sample)
{
  NalScatter scatter;
  gsize size;
  gconstpointer data;
  guint i;

  if (!sample->scattered) {
    data = g_bytes_get_data (sample->data, &size);
    box_writer_data (w, data, size);
    return;
  }
  nal_scatter_get (sample->data, &scatter);
  for (i = 0; i < scatter.n; i++) {
    box_writer_u32 (w, scatter.spans[i].size);
    box_writer_data (w, scatter.data + scatter.spans[i].offset,
        scatter.spans[i].size);
  }
}

static void
write_trun (BoxWriter * w, CmafKind kind, const CmafSample * samples, guint n,
    gsize * offset_at)
{
  gboolean video = !cmaf_kind_is_audio (kind);
  guint i;

  box_writer_begin_full (w, "trun", 1, TRUN_DATA_OFFSET | TRUN_DURATION
      | TRUN_SIZE | TRUN_FLAGS | (video ? TRUN_OFFSET : 0));
  box_writer_u32 (w, n);
  *offset_at = box_writer_size (w);
  box_writer_u32 (w, 0);
  for (i = 0; i < n; i++) {
    box_writer_u32 (w, samples[i].duration);
    box_writer_u32 (w, cmaf_sample_size (&samples[i]));
    box_writer_u32 (w, sample_flags (samples[i].kind));
    if (video)
      box_writer_u32 (w, (guint32) samples[i].offset);
  }
  box_writer_end (w);
}

/* All samples belong to the roll group of the init section. */
static void
write_roll_map (BoxWriter * w, guint n)
{
  box_writer_begin_full (w, "sbgp", 0, 0);
  box_writer_fourcc (w, "roll");
  box_writer_u32 (w, 1);
  box_writer_u32 (w, n);
  box_writer_u32 (w, 1);
  box_writer_end (w);
}

static void
write_tfhd (BoxWriter * w, const CmafSample * first)
{
  box_writer_begin_full (w, "tfhd", 0,
      TFHD_BASE_IS_MOOF | TFHD_DESCRIPTION_INDEX | TFHD_DURATION | TFHD_FLAGS);
  box_writer_u32 (w, TRACK_ID);
  box_writer_u32 (w, 1);
  box_writer_u32 (w, first->duration);
  box_writer_u32 (w, sample_flags (CMAF_SAMPLE_DEPENDENT));
  box_writer_end (w);
}

static void
write_moof (BoxWriter * w, CmafKind kind, guint32 sequence,
    guint64 decode_time, const CmafSample * samples, guint n)
{
  gsize moof = box_writer_size (w), offset_at = 0;

  box_writer_begin (w, "moof");
  box_writer_begin_full (w, "mfhd", 0, 0);
  box_writer_u32 (w, sequence);
  box_writer_end (w);
  box_writer_begin (w, "traf");
  write_tfhd (w, &samples[0]);
  box_writer_begin_full (w, "tfdt", 1, 0);
  box_writer_u64 (w, decode_time);
  box_writer_end (w);
  write_trun (w, kind, samples, n, &offset_at);
  if (cmaf_kind_has_roll (kind))
    write_roll_map (w, n);
  box_writer_end (w);
  box_writer_end (w);
  /* From the moof's first byte to the first byte behind mdat's header. */
  box_writer_patch_u32 (w, offset_at, box_writer_size (w) - moof + 8);
}

GBytes *
cmaf_chunk_build (CmafKind kind, guint32 sequence, guint64 decode_time,
    const CmafSample * samples, guint n, gboolean begins_segment)
{
  BoxWriter w;
  gsize bytes = 0;
  guint i;

  g_assert (n > 0);
  for (i = 0; i < n; i++)
    bytes += cmaf_sample_size (&samples[i]);
  box_writer_init_sized (&w, HEAD_BYTES + 16 * n + bytes);
  if (begins_segment)
    write_styp (&w);
  write_moof (&w, kind, sequence, decode_time, samples, n);
  box_writer_begin (&w, "mdat");
  for (i = 0; i < n; i++)
    write_sample (&w, &samples[i]);
  box_writer_end (&w);
  return box_writer_finish (&w);
}
