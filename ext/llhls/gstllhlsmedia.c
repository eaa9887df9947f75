/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsmedia.h"

#include "aacconfig.h"
#include "avcparam.h"
#include "cmafinit.h"
#include "codecstring.h"

GST_DEBUG_CATEGORY_EXTERN (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

struct _GstLlHlsMedia
{
  gchar *name;
  gboolean video;
  guint length_size;            /* of NAL units, 0 = byte stream */
  AvcSets sets;
  gboolean adts;
  gint fps_n, fps_d;            /* from caps, -1 when they do not say */
  GBytes *config;               /* of the format last made */
  gboolean config_changed;
  GstLlHlsFormat *format;       /* not yet taken */
};

void
gst_llhls_format_free (GstLlHlsFormat * self)
{
  g_clear_pointer (&self->init, g_bytes_unref);
  g_free (self->format.map);
  g_free (self->codec);
  g_free (self);
}

GstLlHlsMedia *
gst_llhls_media_new (const gchar * name, gboolean video)
{
  GstLlHlsMedia *self = g_new0 (GstLlHlsMedia, 1);

  self->name = g_strdup (name);
  self->video = video;
  self->fps_n = -1;
  return self;
}

void
gst_llhls_media_free (GstLlHlsMedia * self)
{
  avc_sets_clear (&self->sets);
  g_clear_pointer (&self->config, g_bytes_unref);
  g_clear_pointer (&self->format, gst_llhls_format_free);
  g_free (self->name);
  g_free (self);
}

GstLlHlsFormat *
gst_llhls_media_take_format (GstLlHlsMedia * self)
{
  return g_steal_pointer (&self->format);
}

/* NULL when it can't be described in CMAF.  Takes `codec` (transfer full). */
static GstLlHlsFormat *
make_format (const CmafTrack * description, const Lattice * lattice,
    gboolean reordered, gchar * codec)
{
  GstLlHlsFormat *format = g_new0 (GstLlHlsFormat, 1);

  format->codec = codec;
  format->init = cmaf_init_build (description);
  if (format->init == NULL) {
    gst_llhls_format_free (format);
    return NULL;
  }
  format->format.kind = description->kind;
  format->format.lattice = *lattice;
  format->format.reordered = reordered;
  format->format.map = cmaf_init_name (format->init);
  return format;
}

/* Takes `format` (transfer full). */
static void
offer_format (GstLlHlsMedia * self, GstLlHlsFormat * format, GBytes * config)
{
  g_clear_pointer (&self->config, g_bytes_unref);
  self->config = g_bytes_ref (config);
  self->config_changed = FALSE;
  if (format == NULL)
    return;
  g_clear_pointer (&self->format, gst_llhls_format_free);
  self->format = format;
}

/* Video */

static void
choose_frame_rate (const GstLlHlsMedia * self, const AvcSps * sps,
    guint * fps_n, guint * fps_d)
{
  if (self->fps_n >= 0) {
    *fps_n = self->fps_n;
    *fps_d = self->fps_d;
  } else {
    *fps_n = sps->fps_n;
    *fps_d = sps->fps_d;
  }
}

/* From the parameter sets as they are now; nothing when they are incomplete or
 * as before. */
static void
update_video_format (GstLlHlsMedia * self)
{
  g_autoptr (GBytes) config = avc_sets_config (&self->sets);
  CmafTrack description = { CMAF_VIDEO_AVC };
  GstLlHlsFormat *format;
  Lattice lattice;
  AvcSps sps;
  guint fps_n, fps_d;

  if (config == NULL || !avc_sets_sps (&self->sets, &sps))
    return;
  if (self->config != NULL && !self->config_changed
      && g_bytes_equal (self->config, config))
    return;
  choose_frame_rate (self, &sps, &fps_n, &fps_d);
  lattice_init_video (&lattice, fps_n, fps_d);
  description.timescale = lattice.timescale;
  description.config = config;
  description.width = sps.width;
  description.height = sps.height;
  description.par_n = sps.par_n;
  description.par_d = sps.par_d;
  description.has_colour = sps.has_colour;
  description.primaries = sps.primaries;
  description.transfer = sps.transfer;
  description.matrix = sps.matrix;
  description.full_range = sps.full_range;
  GST_INFO ("%s: %ux%u, %u/%u fps, level %u", self->name, sps.width,
      sps.height, fps_n, fps_d, sps.level);
  format = make_format (&description, &lattice, sps.max_reorder != 0,
      codec_string_avc (&sps));
  if (format != NULL) {
    format->width = cmaf_track_display_width (&description);
    format->height = sps.height;
    format->fps_n = fps_n;
    format->fps_d = fps_d;
  }
  offer_format (self, format, config);
}

static GBytes *
get_codec_data (const GstStructure * s)
{
  const GValue *value = gst_structure_get_value (s, "codec_data");
  GstBuffer *buffer;
  gpointer data;
  gsize size;

  if (value == NULL || !GST_VALUE_HOLDS_BUFFER (value))
    return NULL;
  buffer = gst_value_get_buffer (value);
  gst_buffer_extract_dup (buffer, 0, gst_buffer_get_size (buffer), &data,
      &size);
  return g_bytes_new_take (data, size);
}

static gboolean
set_video_caps (GstLlHlsMedia * self, const GstStructure * s)
{
  g_autoptr (GBytes) codec_data = get_codec_data (s);
  gint fps_n = -1, fps_d = 1;
  gsize size;
  gconstpointer data;

  gst_structure_get_fraction (s, "framerate", &fps_n, &fps_d);
  if (fps_n != self->fps_n || fps_d != self->fps_d)
    self->config_changed = TRUE;
  self->fps_n = fps_n;
  self->fps_d = fps_d;
  self->length_size = 0;
  if (g_strcmp0 (gst_structure_get_string (s, "stream-format"), "avc") != 0)
    return TRUE;
  if (codec_data == NULL)
    return FALSE;
  data = g_bytes_get_data (codec_data, &size);
  if (!avc_sets_parse_config (&self->sets, data, size, &self->length_size))
    return FALSE;
  update_video_format (self);
  return TRUE;
}

/* Key frames are IDRs, since segments begin there. */
static gboolean
read_video (GstLlHlsMedia * self, const GstMapInfo * map,
    SegmenterFrame * frame)
{
  AvcUnit unit;

  frame->data = avc_unit_convert (&self->sets, map->data, map->size,
      self->length_size, &unit);
  if (frame->data == NULL || !unit.picture) {
    g_clear_pointer (&frame->data, g_bytes_unref);
    return FALSE;
  }
  frame->kind = unit.idr ? CMAF_SAMPLE_SYNC : unit.reference
      ? CMAF_SAMPLE_DEPENDENT : CMAF_SAMPLE_DISPOSABLE;
  if (unit.sets || self->config_changed)
    update_video_format (self);
  return TRUE;
}

/* Audio */

static gboolean
update_audio_format (GstLlHlsMedia * self, GBytes * config)
{
  CmafTrack description = { CMAF_AUDIO_AAC };
  GstLlHlsFormat *format;
  AacConfig aac;
  Lattice lattice;
  gsize size;
  gconstpointer data = g_bytes_get_data (config, &size);

  if (self->config != NULL && g_bytes_equal (self->config, config))
    return TRUE;
  if (!aac_config_parse (&aac, data, size))
    return FALSE;
  lattice_init_audio (&lattice, aac.rate, aac.frame_samples);
  description.timescale = aac.rate;
  description.config = config;
  description.rate = aac.rate;
  description.channels = aac.channels;
  format = make_format (&description, &lattice, FALSE, codec_string_aac (&aac));
  if (format != NULL)
    format->channels = aac.channels;
  offer_format (self, format, config);
  return TRUE;
}

static gboolean
set_audio_caps (GstLlHlsMedia * self, const GstStructure * s)
{
  g_autoptr (GBytes) codec_data = get_codec_data (s);

  self->adts =
      g_strcmp0 (gst_structure_get_string (s, "stream-format"), "adts") == 0;
  if (self->adts)
    return TRUE;
  return codec_data != NULL && update_audio_format (self, codec_data);
}

static gboolean
read_audio (GstLlHlsMedia * self, const GstMapInfo * map,
    SegmenterFrame * frame)
{
  gsize offset = 0, length = map->size;
  gboolean ok = TRUE;

  frame->kind = CMAF_SAMPLE_SYNC;
  if (self->adts) {
    g_autoptr (GBytes) config =
        aac_config_from_adts (map->data, map->size, &offset, &length);

    if (config == NULL)
      return FALSE;
    ok = update_audio_format (self, config);
  }
  if (ok && length > 0)
    frame->data = g_bytes_new (map->data + offset, length);
  return frame->data != NULL;
}

gboolean
gst_llhls_media_set_caps (GstLlHlsMedia * self, GstCaps * caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);

  return self->video ? set_video_caps (self, s) : set_audio_caps (self, s);
}

gboolean
gst_llhls_media_read (GstLlHlsMedia * self, const GstMapInfo * map,
    SegmenterFrame * frame)
{
  return self->video ? read_video (self, map, frame)
      : read_audio (self, map, frame);
}
