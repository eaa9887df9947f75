/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: none; streaming thread only. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsmedia.h"

#include <gst/audio/audio.h>
#include <gst/tag/tag.h>
#include <string.h>

#include "gstllhlscodec.h"

GST_DEBUG_CATEGORY_EXTERN (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

void
gst_llhls_format_free (GstLlHlsFormat * self)
{
  g_clear_pointer (&self->init, g_bytes_unref);
  g_free (self->format.map);
  g_clear_pointer (&self->format.silence, g_bytes_unref);
  g_free (self->codec);
  g_free (self);
}

/* mdhd has three letters; what RFC 5646 says beyond them goes into elng. */
static void
set_language (GstLlHlsMedia * self, const gchar * language)
{
  g_auto (GStrv) parts = NULL;
  const gchar *code;

  if (language == NULL || language[0] == '\0')
    return;
  parts = g_strsplit (language, "-", 2);
  code = gst_tag_get_language_code_iso_639_2T (parts[0]);
  self->language = g_strdup (code);
  if (code == NULL || parts[1] != NULL)
    self->full_language = g_strdup (language);
}

GstLlHlsMedia *
gst_llhls_media_new (const gchar * name, gboolean video,
    const GstLlHlsPadSettings * settings)
{
  GstLlHlsMedia *self = g_new0 (GstLlHlsMedia, 1);

  self->name = g_strdup (name);
  self->video = video;
  self->bitrate = settings->bandwidth;
  set_language (self, settings->language);
  self->fps_n = -1;
  return self;
}

static void
forget_codec (GstLlHlsMedia * self)
{
  static const HevcKeys no_keys;

  avc_sets_clear (&self->avc);
  hevc_sets_clear (&self->hevc);
  self->hevc_keys = no_keys;
  g_clear_pointer (&self->av1_sequence, g_bytes_unref);
  g_clear_pointer (&self->config, g_bytes_unref);
}

void
gst_llhls_media_free (GstLlHlsMedia * self)
{
  forget_codec (self);
  g_clear_pointer (&self->format, gst_llhls_format_free);
  g_free (self->language);
  g_free (self->full_language);
  g_free (self->name);
  g_free (self);
}

GstLlHlsFormat *
gst_llhls_media_take_format (GstLlHlsMedia * self)
{
  return g_steal_pointer (&self->format);
}

void
gst_llhls_media_describe (const GstLlHlsMedia * self, CmafTrack * description)
{
  static const CmafTrack nothing;

  *description = nothing;
  description->bitrate = self->bitrate;
  description->language = self->language;
  description->full_language = self->full_language;
}

gboolean
gst_llhls_media_is_new (const GstLlHlsMedia * self, GBytes * config)
{
  return self->config == NULL || self->config_changed
      || !g_bytes_equal (self->config, config);
}

GstLlHlsFormat *
gst_llhls_media_offer (GstLlHlsMedia * self, const CmafTrack * description,
    const Lattice * lattice, gchar * codec, GBytes * config)
{
  GstLlHlsFormat *format = g_new0 (GstLlHlsFormat, 1);

  g_clear_pointer (&self->config, g_bytes_unref);
  self->config = g_bytes_ref (config);
  self->config_changed = FALSE;
  format->codec = codec;
  format->init = cmaf_init_build (description);
  if (format->init == NULL) {
    gst_llhls_format_free (format);
    return NULL;
  }
  format->format.kind = description->kind;
  format->format.lattice = *lattice;
  format->format.map = cmaf_init_name (format->init);
  format->channels = description->channels;
  g_clear_pointer (&self->format, gst_llhls_format_free);
  self->format = format;
  GST_INFO ("%s: %s, %s", self->name, codec, format->format.map);
  return format;
}

static GBytes *
copy_buffer (GstBuffer * buffer)
{
  gpointer data;
  gsize size;

  gst_buffer_extract_dup (buffer, 0, gst_buffer_get_size (buffer), &data,
      &size);
  return g_bytes_new_take (data, size);
}

GBytes *
gst_llhls_codec_data (const GstStructure * s)
{
  const GValue *value = gst_structure_get_value (s, "codec_data");

  if (value == NULL || !GST_VALUE_HOLDS_BUFFER (value))
    return NULL;
  return copy_buffer (gst_value_get_buffer (value));
}

GBytes *
gst_llhls_stream_header (const GstStructure * s)
{
  const GValue *list = gst_structure_get_value (s, "streamheader"), *value;

  if (list == NULL || !GST_VALUE_HOLDS_ARRAY (list)
      || gst_value_array_get_size (list) == 0)
    return NULL;
  value = gst_value_array_get_value (list, 0);
  return GST_VALUE_HOLDS_BUFFER (value)
      ? copy_buffer (gst_value_get_buffer (value)) : NULL;
}

static const GstLlHlsCodec *
find_codec (const GstLlHlsMedia * self, const gchar * name)
{
  const GstLlHlsCodec *codec = self->video ? gst_llhls_video_codecs
      : gst_llhls_audio_codecs;

  for (; codec->caps_name != NULL; codec++) {
    if (g_str_equal (codec->caps_name, name))
      return codec;
  }
  return NULL;
}

gboolean
gst_llhls_media_set_caps (GstLlHlsMedia * self, GstCaps * caps)
{
  const GstLlHlsCodec *codec = find_codec (self,
      gst_structure_get_name (gst_caps_get_structure (caps, 0)));

  if (codec == NULL)
    return FALSE;
  if (codec != self->codec)
    forget_codec (self);
  self->codec = codec;
  return codec->set_caps (self, caps);
}

typedef struct
{
  GstBuffer *buffer;
  GstMapInfo map;
} Mapping;

static void
free_mapping (gpointer data)
{
  Mapping *mapping = data;

  gst_buffer_unmap (mapping->buffer, &mapping->map);
  gst_buffer_unref (mapping->buffer);
  g_free (mapping);
}

/* The buffer's memory is kept until the part is written.  One from a pool is
 * copied: whoever has few of them may wait for it. */
static GBytes *
hold_buffer (GstBuffer * buffer)
{
  Mapping *mapping;

  if (buffer->pool != NULL)
    return copy_buffer (buffer);
  mapping = g_new (Mapping, 1);
  if (!gst_buffer_map (buffer, &mapping->map, GST_MAP_READ)) {
    g_free (mapping);
    return NULL;
  }
  mapping->buffer = gst_buffer_ref (buffer);
  return g_bytes_new_with_free_func (mapping->map.data, mapping->map.size,
      free_mapping, mapping);
}

/* Frames that begin with an encoder's delay have times of what is heard of
 * them, not of what they hold, and several of them the same. */
static gboolean
holds_delay (GstBuffer * buffer)
{
  GstAudioClippingMeta *meta = gst_buffer_get_audio_clipping_meta (buffer);

  return meta != NULL && meta->start > 0;
}

gboolean
gst_llhls_media_read (GstLlHlsMedia * self, GstBuffer * buffer,
    SegmenterFrame * frame)
{
  g_autoptr (GBytes) bytes = NULL;

  if (self->codec == NULL || gst_buffer_get_size (buffer) == 0
      || (!self->video && holds_delay (buffer)))
    return FALSE;
  bytes = hold_buffer (buffer);
  return bytes != NULL && self->codec->read (self, bytes, frame);
}
