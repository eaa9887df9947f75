/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* H.264, H.265 and AV1.  Locks: none; streaming thread only. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/video/video.h>
#include <string.h>

#include "codecstring.h"
#include "gstllhlscodec.h"

GST_DEBUG_CATEGORY_EXTERN (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

static void
set_common_caps (GstLlHlsMedia * self, const GstStructure * s)
{
  const gchar *colour = gst_structure_get_string (s, "colorimetry");
  GstVideoColorimetry c;
  gint fps_n = -1, fps_d = 1;

  gst_structure_get_fraction (s, "framerate", &fps_n, &fps_d);
  if (fps_n != self->fps_n || fps_d != self->fps_d)
    self->config_changed = TRUE;
  self->fps_n = fps_n;
  self->fps_d = fps_d;
  self->length_size = 0;
  self->par_n = self->par_d = 1;
  gst_structure_get_fraction (s, "pixel-aspect-ratio", &self->par_n,
      &self->par_d);
  self->colour.told = colour != NULL
      && gst_video_colorimetry_from_string (&c, colour);
  if (!self->colour.told)
    return;
  self->colour.primaries = gst_video_color_primaries_to_iso (c.primaries);
  self->colour.transfer = gst_video_transfer_function_to_iso (c.transfer);
  self->colour.matrix = gst_video_color_matrix_to_iso (c.matrix);
  self->colour.full_range = c.range == GST_VIDEO_COLOR_RANGE_0_255;
}

/* The stream's own word goes before that of the caps. */
static void
describe_colour (const GstLlHlsMedia * self, CmafTrack * description)
{
  VideoColour *colour = &description->colour;

  if (colour->told)
    return;
  if (self->colour.told) {
    *colour = self->colour;
  } else if (description->kind == CMAF_VIDEO_HEVC) {
    /* The box must be there. */
    colour->told = TRUE;
    colour->primaries = colour->transfer = colour->matrix =
        VIDEO_COLOUR_UNSPECIFIED;
  }
}

/* `fps_n` and `fps_d` are the stream's, which the caps' go before. */
static GstLlHlsFormat *
offer_format (GstLlHlsMedia * self, CmafTrack * description, guint fps_n,
    guint fps_d, gchar * codec, GBytes * config)
{
  GstLlHlsFormat *format;
  Lattice lattice;

  if (self->fps_n >= 0) {
    fps_n = self->fps_n;
    fps_d = self->fps_d;
  }
  lattice_init_video (&lattice, fps_n, fps_d);
  description->timescale = lattice.timescale;
  description->config = config;
  description->picture.fps_n = fps_n;
  description->picture.fps_d = fps_d;
  describe_colour (self, description);
  format = gst_llhls_media_offer (self, description, &lattice, codec, config);
  if (format == NULL)
    return NULL;
  format->width = cmaf_track_display_width (description);
  format->height = description->height;
  format->fps_n = fps_n;
  format->fps_d = fps_d;
  if (description->colour.told
      && description->colour.transfer != VIDEO_COLOUR_UNSPECIFIED)
    format->transfer = description->colour.transfer;
  return format;
}

/* Nothing is copied before the part is written. */
static void
keep_nals (SegmenterFrame * frame, GBytes * bytes, const NalList * nals)
{
  frame->scattered = !nals->verbatim;
  frame->data = nals->verbatim ? g_bytes_ref (bytes)
      : nal_scatter_new (nals, bytes);
}

/* FALSE: lengths are announced that are not told. */
static gboolean
wants_config (const GstStructure * s, const gchar * const *formats)
{
  const gchar *format = gst_structure_get_string (s, "stream-format");

  return format != NULL && g_strv_contains (formats, format);
}

/* H.264 */

/* From the parameter sets as they are now; nothing when they are incomplete or
 * as before. */
static void
update_avc (GstLlHlsMedia * self)
{
  g_autoptr (GBytes) config = avc_sets_config (&self->avc);
  CmafTrack description;
  GstLlHlsFormat *format;
  AvcSps sps;

  if (config == NULL || !avc_sets_sps (&self->avc, &sps)
      || !gst_llhls_media_is_new (self, config))
    return;
  gst_llhls_media_describe (self, &description);
  description.kind = CMAF_VIDEO_AVC;
  description.width = sps.width;
  description.height = sps.height;
  description.par_n = sps.par_n;
  description.par_d = sps.par_d;
  description.colour = sps.colour;
  description.picture.profile = sps.profile;
  description.picture.level = sps.level;
  description.picture.chroma_format = sps.chroma_format;
  description.picture.depth = sps.depth_luma;
  format = offer_format (self, &description, sps.fps_n, sps.fps_d,
      codec_string_avc (&sps), config);
  if (format != NULL)
    format->format.reordered = sps.max_reorder != 0;
}

static gboolean
set_avc_caps (GstLlHlsMedia * self, GstCaps * caps)
{
  static const gchar *const formats[] = { "avc", "avc3", NULL };
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  g_autoptr (GBytes) config = gst_llhls_codec_data (s);
  gsize size;
  gconstpointer data;

  set_common_caps (self, s);
  if (!wants_config (s, formats))
    return TRUE;
  if (config == NULL)
    return FALSE;
  data = g_bytes_get_data (config, &size);
  if (!avc_sets_parse_config (&self->avc, data, size, &self->length_size))
    return FALSE;
  update_avc (self);
  return TRUE;
}

/* Key frames are IDRs, since segments begin there. */
static gboolean
read_avc (GstLlHlsMedia * self, GBytes * bytes, SegmenterFrame * frame)
{
  NalList nals;
  AvcUnit unit;
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);
  gboolean ok;

  ok = avc_unit_read (&self->avc, data, size, self->length_size, &nals, &unit)
      && unit.picture;
  if (ok)
    keep_nals (frame, bytes, &nals);
  nal_list_clear (&nals);
  if (!ok)
    return FALSE;
  frame->kind = unit.idr ? CMAF_SAMPLE_SYNC : unit.reference
      ? CMAF_SAMPLE_DEPENDENT : CMAF_SAMPLE_DISPOSABLE;
  if (unit.sets || self->config_changed)
    update_avc (self);
  return TRUE;
}

/* H.265 */

static void
describe_hevc (const GstLlHlsMedia * self, const HevcSps * sps,
    CmafTrack * description)
{
  gst_llhls_media_describe (self, description);
  description->kind = CMAF_VIDEO_HEVC;
  description->width = sps->width;
  description->height = sps->height;
  description->par_n = sps->par_n;
  description->par_d = sps->par_d;
  description->colour = sps->colour;
  description->picture.profile = sps->profile;
  description->picture.level = sps->level;
  description->picture.tier = sps->tier;
  description->picture.chroma_format = sps->chroma_format;
  description->picture.depth = MAX (sps->depth_luma, sps->depth_chroma);
  if (self->hevc.has_mastering)
    description->mastering = self->hevc.mastering;
  if (self->hevc.has_light)
    description->light = self->hevc.light;
}

static void
update_hevc (GstLlHlsMedia * self)
{
  g_autoptr (GBytes) config = hevc_sets_config (&self->hevc);
  CmafTrack description;
  GstLlHlsFormat *format;
  HevcSps sps;

  if (config == NULL || !hevc_sets_sps (&self->hevc, &sps)
      || !gst_llhls_media_is_new (self, config))
    return;
  self->max_reorder = sps.max_reorder;
  describe_hevc (self, &sps, &description);
  format = offer_format (self, &description, sps.fps_n, sps.fps_d,
      codec_string_hevc (&sps), config);
  if (format == NULL)
    return;
  format->format.reordered = sps.max_reorder != 0;
  if (self->hevc.transfer != 0)
    format->transfer = self->hevc.transfer;
}

static void
put_u16 (guint8 * to, guint value)
{
  to[0] = value >> 8;
  to[1] = value;
}

static void
put_u32 (guint8 * to, guint32 value)
{
  put_u16 (to, value >> 16);
  put_u16 (to + 2, value);
}

/* Parsers take them from SEI, so that they are known before the first frame.
 * The primaries are red, green, blue there and green, blue, red in SEI. */
static void
read_hdr_caps (GstLlHlsMedia * self, GstCaps * caps)
{
  HevcSets *sets = &self->hevc, before = *sets;
  GstVideoMasteringDisplayInfo display;
  GstVideoContentLightLevel level;
  guint i;

  if (gst_video_mastering_display_info_from_caps (&display, caps)) {
    for (i = 0; i < 3; i++) {
      put_u16 (sets->mastering + 4 * i,
          display.display_primaries[(i + 1) % 3].x);
      put_u16 (sets->mastering + 4 * i + 2,
          display.display_primaries[(i + 1) % 3].y);
    }
    put_u16 (sets->mastering + 12, display.white_point.x);
    put_u16 (sets->mastering + 14, display.white_point.y);
    put_u32 (sets->mastering + 16, display.max_display_mastering_luminance);
    put_u32 (sets->mastering + 20, display.min_display_mastering_luminance);
    sets->has_mastering = TRUE;
  }
  if (gst_video_content_light_level_from_caps (&level, caps)) {
    put_u16 (sets->light, level.max_content_light_level);
    put_u16 (sets->light + 2, level.max_frame_average_light_level);
    sets->has_light = TRUE;
  }
  if (memcmp (&before, sets, sizeof (before)) != 0)
    self->config_changed = TRUE;
}

static gboolean
set_hevc_caps (GstLlHlsMedia * self, GstCaps * caps)
{
  static const gchar *const formats[] = { "hvc1", "hev1", NULL };
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  g_autoptr (GBytes) config = gst_llhls_codec_data (s);
  gsize size;
  gconstpointer data;

  set_common_caps (self, s);
  if (!wants_config (s, formats)) {
    read_hdr_caps (self, caps);
    return TRUE;
  }
  if (config == NULL)
    return FALSE;
  data = g_bytes_get_data (config, &size);
  if (!hevc_sets_parse_config (&self->hevc, data, size, &self->length_size))
    return FALSE;
  read_hdr_caps (self, caps);
  update_hevc (self);
  return TRUE;
}

static CmafSampleKind
hevc_kind (const HevcUnit * unit)
{
  if (unit->picture == HEVC_PICTURE_RASL)
    return unit->reference ? CMAF_SAMPLE_RASL : CMAF_SAMPLE_RASL_DISPOSABLE;
  if (unit->picture == HEVC_PICTURE_RADL)
    return unit->reference ? CMAF_SAMPLE_RADL : CMAF_SAMPLE_RADL_DISPOSABLE;
  return unit->reference ? CMAF_SAMPLE_DEPENDENT : CMAF_SAMPLE_DISPOSABLE;
}

static gboolean
read_hevc (GstLlHlsMedia * self, GBytes * bytes, SegmenterFrame * frame)
{
  NalList nals;
  HevcUnit unit;
  HevcKeyResult result = HEVC_UNDECODABLE;
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  if (hevc_unit_read (&self->hevc, data, size, self->length_size, &nals, &unit)) {
    /* What begins a stream also tells whether its pictures are reordered. */
    self->config_changed |= unit.hdr;
    if (unit.sets || self->config_changed)
      update_hevc (self);
    result = hevc_keys_on_unit (&self->hevc_keys, &unit, self->max_reorder);
  }
  if (result != HEVC_UNDECODABLE)
    keep_nals (frame, bytes, &nals);
  nal_list_clear (&nals);
  frame->kind = result == HEVC_KEY ? CMAF_SAMPLE_SYNC : hevc_kind (&unit);
  return result != HEVC_UNDECODABLE;
}

/* AV1 */

static void
update_av1 (GstLlHlsMedia * self)
{
  g_autoptr (GBytes) config = NULL;
  CmafTrack description;
  Av1Sequence sequence;
  gsize size;
  gconstpointer data;

  if (self->av1_sequence == NULL)
    return;
  data = g_bytes_get_data (self->av1_sequence, &size);
  config = av1_config (self->av1_sequence);
  if (config == NULL || !av1_sequence_parse (&sequence, data, size)
      || !gst_llhls_media_is_new (self, config))
    return;
  gst_llhls_media_describe (self, &description);
  description.kind = CMAF_VIDEO_AV1;
  description.width = sequence.width;
  description.height = sequence.height;
  /* The stream does not tell. */
  if (self->par_n > 0 && self->par_d > 0) {
    description.par_n = self->par_n;
    description.par_d = self->par_d;
  }
  description.colour = sequence.colour;
  offer_format (self, &description, sequence.fps_n, sequence.fps_d,
      codec_string_av1 (&sequence), config);
}

static gboolean
set_av1_caps (GstLlHlsMedia * self, GstCaps * caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  const gchar *format = gst_structure_get_string (s, "stream-format");
  g_autoptr (GBytes) config = gst_llhls_codec_data (s);
  GBytes *sequence;
  gsize size;
  gconstpointer data;

  set_common_caps (self, s);
  if (format != NULL && g_str_equal (format, "annexb"))
    return FALSE;
  if (config == NULL)
    return TRUE;
  data = g_bytes_get_data (config, &size);
  sequence = av1_sequence_from_config (data, size);
  if (sequence == NULL)
    return TRUE;
  g_clear_pointer (&self->av1_sequence, g_bytes_unref);
  self->av1_sequence = sequence;
  update_av1 (self);
  return TRUE;
}

static gboolean
read_av1 (GstLlHlsMedia * self, GBytes * bytes, SegmenterFrame * frame)
{
  Av1Unit unit;
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  if (!av1_unit_read (&self->av1_sequence, data, size, &unit) || !unit.picture)
    return FALSE;
  frame->kind = unit.key ? CMAF_SAMPLE_SYNC : CMAF_SAMPLE_DEPENDENT;
  frame->data = unit.whole
      ? g_bytes_new_from_bytes (bytes, unit.offset, unit.size)
      : av1_unit_copy (self->av1_sequence, data, size, &unit);
  if (unit.key || self->config_changed)
    update_av1 (self);
  return TRUE;
}

const GstLlHlsCodec gst_llhls_video_codecs[] = {
  {"video/x-h264", set_avc_caps, read_avc},
  {"video/x-h265", set_hevc_caps, read_hevc},
  {"video/x-av1", set_av1_caps, read_av1},
  {NULL, NULL, NULL}
};
