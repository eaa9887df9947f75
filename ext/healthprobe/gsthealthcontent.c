/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gsthealthcontent.h"

#include <string.h>

void
gst_health_content_init (GstHealthContent * self)
{
  memset (self, 0, sizeof (*self));
  self->medium = "other";
  self->next = GST_CLOCK_TIME_NONE;
}

void
gst_health_content_reset (GstHealthContent * self)
{
  self->next = GST_CLOCK_TIME_NONE;
  silence_detect_reset (&self->silence);
  freeze_detect_reset (&self->freeze);
}

void
gst_health_content_configure (GstHealthContent * self,
    const HealthConfig * config, guint analysis_fps)
{
  gboolean check_freeze = (config->checks & 1u << HEALTH_CHECK_FREEZE) != 0;

  if (!check_freeze)
    freeze_detect_reset (&self->freeze);
  self->check_freeze = check_freeze;
  self->freeze_threshold = config->freeze_threshold;
  self->black_pixel = config->black_pixel;
  self->silence_level_db = config->silence_level_db;
  self->period = analysis_fps > 0 ? GST_SECOND / analysis_fps : 0;
  silence_detect_set_level (&self->silence, config->silence_level_db);
}

/* Formats whose luma samples lie at even strides in whole bytes or words; in
 * the others (v210, tiles, palettes) the picture is passed unseen. */
static gboolean
setup_plane (GstHealthContent * self)
{
  const GstVideoFormatInfo *finfo = self->video.finfo;
  guint component = GST_VIDEO_INFO_IS_RGB (&self->video) ? GST_VIDEO_COMP_G :
      GST_VIDEO_COMP_Y;
  GstVideoFormatFlags unfit = GST_VIDEO_FORMAT_FLAG_COMPLEX
      | GST_VIDEO_FORMAT_FLAG_PALETTE | GST_VIDEO_FORMAT_FLAG_TILED;
  LumaPlane *plane = &self->plane;

  if (finfo->flags & unfit)
    return FALSE;
  plane->depth = GST_VIDEO_FORMAT_INFO_DEPTH (finfo, component);
  plane->shift = GST_VIDEO_FORMAT_INFO_SHIFT (finfo, component);
  plane->pixel_stride = GST_VIDEO_FORMAT_INFO_PSTRIDE (finfo, component);
  plane->full_range = GST_VIDEO_INFO_IS_RGB (&self->video)
      || self->video.colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255;
  self->component = component;
  if (plane->depth < 8 || plane->pixel_stride == 0)
    return FALSE;
  /* Words are read as this machine has them. */
  return plane->depth == 8
      || GST_VIDEO_FORMAT_INFO_IS_LE (finfo) == (G_BYTE_ORDER ==
      G_LITTLE_ENDIAN);
}

static SampleFormat
sample_format (const GstAudioInfo * info)
{
  /* The few that the detector knows, of all that there are. */
  if (GST_AUDIO_INFO_FORMAT (info) == GST_AUDIO_FORMAT_S16)
    return SAMPLE_S16;
  if (GST_AUDIO_INFO_FORMAT (info) == GST_AUDIO_FORMAT_S24)
    return SAMPLE_S24;
  if (GST_AUDIO_INFO_FORMAT (info) == GST_AUDIO_FORMAT_S24_32)
    return SAMPLE_S24_32;
  if (GST_AUDIO_INFO_FORMAT (info) == GST_AUDIO_FORMAT_S32)
    return SAMPLE_S32;
  if (GST_AUDIO_INFO_FORMAT (info) == GST_AUDIO_FORMAT_F32)
    return SAMPLE_F32;
  if (GST_AUDIO_INFO_FORMAT (info) == GST_AUDIO_FORMAT_F64)
    return SAMPLE_F64;
  return SAMPLE_NONE;
}

static gboolean
in_system_memory (GstCaps * caps)
{
  GstCapsFeatures *features = gst_caps_get_features (caps, 0);

  return features == NULL || gst_caps_features_is_any (features)
      || gst_caps_features_contains (features,
      GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY);
}

static gboolean
is_one_of (const gchar * name, const gchar * const *list)
{
  return g_strv_contains (list, name);
}

/* Each buffer is one picture: said by the caps, or by the format's nature. */
static gboolean
is_framed (const GstStructure * s)
{
  static const gchar *const framed[] = {
    "image/jpeg", "image/png", "image/x-jpc", "video/x-vp8", "video/x-vp9",
    "video/x-raw", "video/x-prores", "video/x-dv", NULL
  };
  const gchar *alignment = gst_structure_get_string (s, "alignment");
  gboolean parsed = FALSE;

  if (alignment != NULL) {
    return g_str_equal (alignment, "au") || g_str_equal (alignment, "frame")
        || g_str_equal (alignment, "tu");
  }
  gst_structure_get_boolean (s, "parsed", &parsed);
  return parsed || is_one_of (gst_structure_get_name (s), framed);
}

static gboolean
is_intra_only (const gchar * name)
{
  static const gchar *const intra[] = {
    "video/x-raw", "image/jpeg", "image/png", "image/x-jpc", "video/x-prores",
    "video/x-dv", NULL
  };

  return is_one_of (name, intra);
}

static const gchar *
medium_of (const gchar * name)
{
  if (g_str_equal (name, "video/mpegts"))
    return "mpegts";
  if (g_str_has_prefix (name, "application/x-rtp")
      || g_str_equal (name, "application/x-srtp"))
    return "rtp";
  if (g_str_has_prefix (name, "video/") || g_str_has_prefix (name, "image/"))
    return "video";
  if (g_str_has_prefix (name, "audio/"))
    return "audio";
  if (g_str_has_prefix (name, "text/")
      || g_str_has_prefix (name, "application/x-subtitle")
      || g_str_has_prefix (name, "closedcaption/"))
    return "text";
  return "other";
}

static void
describe_video (const GstStructure * s, HealthStream * stream)
{
  gint n = 0, d = 1;

  stream->frames = is_framed (s);
  stream->keyframes = stream->frames
      && !is_intra_only (gst_structure_get_name (s));
  if (!stream->frames || !gst_structure_get_fraction (s, "framerate", &n, &d)
      || n <= 0 || d <= 0)
    return;
  stream->frame = gst_util_uint64_scale_int (GST_SECOND, d, n);
  stream->fps = (gdouble) n / d;
}

static void
setup_raw (GstHealthContent * self, GstCaps * caps, const GstStructure * s)
{
  if (!in_system_memory (caps))
    return;
  if (gst_structure_has_name (s, "video/x-raw")) {
    if (gst_video_info_from_caps (&self->video, caps) && setup_plane (self))
      self->kind = GST_HEALTH_CONTENT_VIDEO;
  } else if (gst_structure_has_name (s, "audio/x-raw")) {
    if (gst_audio_info_from_caps (&self->audio, caps)
        && silence_detect_init (&self->silence, sample_format (&self->audio),
            self->audio.rate, self->audio.channels, self->silence_level_db))
      self->kind = GST_HEALTH_CONTENT_AUDIO;
  }
}

void
gst_health_content_set_caps (GstHealthContent * self, GstCaps * caps,
    HealthStream * stream)
{
  const GstStructure *s;

  memset (stream, 0, sizeof (*stream));
  self->kind = GST_HEALTH_CONTENT_NONE;
  self->medium = "other";
  gst_health_content_reset (self);
  if (caps == NULL || gst_caps_is_any (caps) || gst_caps_is_empty (caps))
    return;
  s = gst_caps_get_structure (caps, 0);
  self->medium = medium_of (gst_structure_get_name (s));
  stream->audio = g_str_equal (self->medium, "audio");
  /* Encoded video, and what carries it, may have B-frames in it. */
  stream->ordered = stream->audio || gst_structure_has_name (s, "video/x-raw");
  stream->sparse = g_str_equal (self->medium, "text");
  if (g_str_equal (self->medium, "video"))
    describe_video (s, stream);
  setup_raw (self, caps, s);
}

static gboolean
is_time_to_look (GstHealthContent * self, GstClockTime time)
{
  GstClockTime next = self->next;

  if (GST_CLOCK_TIME_IS_VALID (next) && time < next
      && next - time <= self->period)
    return FALSE;
  if (!GST_CLOCK_TIME_IS_VALID (next) || time < next
      || time - next >= self->period)
    next = time;
  /* On a fixed grid, so that ten looks a second are ten. */
  self->next = next + self->period;
  return TRUE;
}

/* Mapping a DMABuf makes the GPU wait, so those pass unseen. */
static gboolean
is_dear_to_map (GstBuffer * buffer)
{
  return gst_buffer_n_memory (buffer) == 0
      || gst_memory_is_type (gst_buffer_peek_memory (buffer, 0), "dmabuf");
}

/* Bad input: mapping it would be a critical warning, not a failure. */
static gboolean
fits_video_meta (GstHealthContent * self, GstBuffer * buffer)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);

  return meta == NULL || (meta->format == GST_VIDEO_INFO_FORMAT (&self->video)
      && meta->width >= (guint) GST_VIDEO_INFO_WIDTH (&self->video)
      && meta->height >= (guint) GST_VIDEO_INFO_HEIGHT (&self->video));
}

static gboolean
fits_audio_meta (GstHealthContent * self, GstBuffer * buffer)
{
  const GstAudioMeta *meta = gst_buffer_get_audio_meta (buffer);

  if (meta == NULL) {
    return self->audio.layout == GST_AUDIO_LAYOUT_INTERLEAVED
        && gst_buffer_get_size (buffer) % self->audio.bpf == 0;
  }
  return GST_AUDIO_INFO_FORMAT (&meta->info) ==
      GST_AUDIO_INFO_FORMAT (&self->audio)
      && meta->info.channels == self->audio.channels;
}

static void
look_at_picture (GstHealthContent * self, GstBuffer * buffer,
    HealthContent * content)
{
  GstVideoFrame frame;
  LumaPlane plane = self->plane;

  if (!fits_video_meta (self, buffer))
    return;
  if (!gst_video_frame_map (&frame, &self->video, buffer, GST_MAP_READ
          | GST_VIDEO_FRAME_MAP_FLAG_NO_REF))
    return;
  plane.data = GST_VIDEO_FRAME_COMP_DATA (&frame, self->component);
  plane.stride = GST_VIDEO_FRAME_COMP_STRIDE (&frame, self->component);
  plane.width = GST_VIDEO_FRAME_COMP_WIDTH (&frame, self->component);
  plane.height = GST_VIDEO_FRAME_COMP_HEIGHT (&frame, self->component);
  content->have_luma = black_detect_sample (&plane, self->black_pixel,
      &content->luma);
  content->have_freeze = self->check_freeze && content->have_luma
      && freeze_detect_feed (&self->freeze, &plane, self->freeze_threshold,
      &content->freeze);
  gst_video_frame_unmap (&frame);
}

/* Later detectors of sound (loudness, clipping) are fed here as well. */
static void
look_at_sound (GstHealthContent * self, GstBuffer * buffer,
    HealthContent * content)
{
  GstAudioBuffer audio;

  if (!fits_audio_meta (self, buffer))
    return;
  if (!gst_audio_buffer_map (&audio, &self->audio, buffer, GST_MAP_READ))
    return;
  silence_detect_feed (&self->silence, (gconstpointer const *) audio.planes,
      GST_AUDIO_BUFFER_N_PLANES (&audio), GST_AUDIO_BUFFER_N_SAMPLES (&audio),
      &content->audio);
  content->audio_duration =
      gst_util_uint64_scale_int (GST_AUDIO_BUFFER_N_SAMPLES (&audio),
      GST_SECOND, self->audio.rate);
  content->have_audio = TRUE;
  gst_audio_buffer_unmap (&audio);
}

void
gst_health_content_look (GstHealthContent * self, GstBuffer * buffer,
    GstClockTime time, HealthContent * content)
{
  content->have_luma = FALSE;
  content->have_freeze = FALSE;
  content->have_audio = FALSE;
  if (self->kind == GST_HEALTH_CONTENT_NONE)
    return;
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP)) {
    gst_health_content_reset (self);
    return;
  }
  if (is_dear_to_map (buffer))
    return;
  if (self->kind == GST_HEALTH_CONTENT_VIDEO && !is_time_to_look (self, time))
    return;
  /* Mapping a buffer of several memories merges them for good if nobody else
   * holds the buffer; our reference keeps it as it is. */
  gst_buffer_ref (buffer);
  if (self->kind == GST_HEALTH_CONTENT_VIDEO)
    look_at_picture (self, buffer, content);
  else
    look_at_sound (self, buffer, content);
  gst_buffer_unref (buffer);
}
