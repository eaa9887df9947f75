/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstabrsettings.h"

#include "gststringproperty.h"

#define DEFAULT_PRESET GST_ABR_LADDER_PRESET_DEFAULT
#define DEFAULT_GOP_DURATION 2000       /* ms */
#define DEFAULT_GOP_ANCHOR GST_ABR_GOP_ANCHOR_RUNNING_TIME
#define DEFAULT_SPEED_PRESET GST_ABR_SPEED_PRESET_SUPERFAST
#define DEFAULT_TUNE GST_ABR_TUNE_NONE
#define DEFAULT_VBV 0           /* ms, automatic */
#define DEFAULT_ENCODERS "x264enc openh264enc nvh264enc vah264enc"
#define DEFAULT_AUDIO_ENCODERS "fdkaacenc avenc_aac voaacenc"
#define DEFAULT_STREAM_FORMAT GST_ABR_STREAM_FORMAT_BYTE_STREAM
#define DEFAULT_QUEUE_FRAMES 8

static GParamSpec *properties[GST_ABR_N_PROPERTIES];

void
gst_abr_settings_init (GstAbrSettings * self)
{
  self->ladder = NULL;
  self->preset = DEFAULT_PRESET;
  self->gop_duration_ms = DEFAULT_GOP_DURATION;
  self->gop_anchor = DEFAULT_GOP_ANCHOR;
  self->speed_preset = DEFAULT_SPEED_PRESET;
  self->tune = DEFAULT_TUNE;
  self->vbv_ms = DEFAULT_VBV;
  self->encoders = g_strdup (DEFAULT_ENCODERS);
  self->audio_encoders = g_strdup (DEFAULT_AUDIO_ENCODERS);
  self->stream_format = DEFAULT_STREAM_FORMAT;
  self->allow_upscale = FALSE;
  self->queue_frames = DEFAULT_QUEUE_FRAMES;
  self->stats_interval_ms = 0;
}

void
gst_abr_settings_copy (const GstAbrSettings * self, GstAbrSettings * copy)
{
  *copy = *self;
  copy->ladder = g_strdup (self->ladder);
  copy->encoders = g_strdup (self->encoders);
  copy->audio_encoders = g_strdup (self->audio_encoders);
}

void
gst_abr_settings_clear (GstAbrSettings * self)
{
  g_clear_pointer (&self->ladder, g_free);
  g_clear_pointer (&self->encoders, g_free);
  g_clear_pointer (&self->audio_encoders, g_free);
}

gboolean
gst_abr_settings_set (GstAbrSettings * self, guint id, const GValue * value)
{
  switch (id) {
    case GST_ABR_PROP_LADDER:
      gst_string_property_set (&self->ladder, value);
      return TRUE;
    case GST_ABR_PROP_PRESET:
      self->preset = g_value_get_enum (value);
      return TRUE;
    case GST_ABR_PROP_GOP_DURATION:
      self->gop_duration_ms = g_value_get_uint (value);
      return TRUE;
    case GST_ABR_PROP_GOP_ANCHOR:
      self->gop_anchor = g_value_get_enum (value);
      return TRUE;
    case GST_ABR_PROP_SPEED_PRESET:
      self->speed_preset = g_value_get_enum (value);
      return TRUE;
    case GST_ABR_PROP_TUNE:
      self->tune = g_value_get_enum (value);
      return TRUE;
    case GST_ABR_PROP_VBV:
      self->vbv_ms = g_value_get_uint (value);
      return TRUE;
    case GST_ABR_PROP_ENCODERS:
      gst_string_property_set (&self->encoders, value);
      return TRUE;
    case GST_ABR_PROP_AUDIO_ENCODERS:
      gst_string_property_set (&self->audio_encoders, value);
      return TRUE;
    case GST_ABR_PROP_STREAM_FORMAT:
      self->stream_format = g_value_get_enum (value);
      return TRUE;
    case GST_ABR_PROP_ALLOW_UPSCALE:
      self->allow_upscale = g_value_get_boolean (value);
      return TRUE;
    case GST_ABR_PROP_QUEUE_FRAMES:
      self->queue_frames = g_value_get_uint (value);
      return TRUE;
    case GST_ABR_PROP_STATS_INTERVAL:
      self->stats_interval_ms = g_value_get_uint (value);
      return TRUE;
  }
  return FALSE;
}

gboolean
gst_abr_settings_get (const GstAbrSettings * self, guint id, GValue * value)
{
  switch (id) {
    case GST_ABR_PROP_LADDER:
      g_value_set_string (value, self->ladder);
      return TRUE;
    case GST_ABR_PROP_PRESET:
      g_value_set_enum (value, self->preset);
      return TRUE;
    case GST_ABR_PROP_GOP_DURATION:
      g_value_set_uint (value, self->gop_duration_ms);
      return TRUE;
    case GST_ABR_PROP_GOP_ANCHOR:
      g_value_set_enum (value, self->gop_anchor);
      return TRUE;
    case GST_ABR_PROP_SPEED_PRESET:
      g_value_set_enum (value, self->speed_preset);
      return TRUE;
    case GST_ABR_PROP_TUNE:
      g_value_set_enum (value, self->tune);
      return TRUE;
    case GST_ABR_PROP_VBV:
      g_value_set_uint (value, self->vbv_ms);
      return TRUE;
    case GST_ABR_PROP_ENCODERS:
      g_value_set_string (value, self->encoders);
      return TRUE;
    case GST_ABR_PROP_AUDIO_ENCODERS:
      g_value_set_string (value, self->audio_encoders);
      return TRUE;
    case GST_ABR_PROP_STREAM_FORMAT:
      g_value_set_enum (value, self->stream_format);
      return TRUE;
    case GST_ABR_PROP_ALLOW_UPSCALE:
      g_value_set_boolean (value, self->allow_upscale);
      return TRUE;
    case GST_ABR_PROP_QUEUE_FRAMES:
      g_value_set_uint (value, self->queue_frames);
      return TRUE;
    case GST_ABR_PROP_STATS_INTERVAL:
      g_value_set_uint (value, self->stats_interval_ms);
      return TRUE;
  }
  return FALSE;
}

static void
install_ladder (void)
{
  /**
   * GstAbrLadderBin:ladder:
   *
   * The rungs, separated by blanks or commas: `1080p30@6000k`, `720p@3000k`,
   * `source@4000k`, `audio@128k`, each with options after colons, as in
   * `480p@1200k:preset=veryfast:name=sd`.  %NULL takes #GstAbrLadderBin:preset.
   * Read when a sink pad is requested.
   *
   * Since: 0.1
   */
  properties[GST_ABR_PROP_LADDER] =
      g_param_spec_string ("ladder", "Ladder",
      "Rungs like \"720p30@3000k audio@128k\", NULL = by preset", NULL,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  /**
   * GstAbrLadderBin:preset:
   *
   * The ladder to use when #GstAbrLadderBin:ladder is not set.  Read when a
   * sink pad is requested.
   *
   * Since: 0.1
   */
  properties[GST_ABR_PROP_PRESET] =
      g_param_spec_enum ("preset", "Preset",
      "Ladder to use when none is given", GST_TYPE_ABR_LADDER_PRESET,
      DEFAULT_PRESET,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  /**
   * GstAbrLadderBin:gop-duration:
   *
   * Time from one key frame to the next, in milliseconds, rounded to a whole
   * number of frames.  Read when the source's caps arrive.
   *
   * Since: 0.1
   */
  properties[GST_ABR_PROP_GOP_DURATION] =
      g_param_spec_uint ("gop-duration", "GOP duration",
      "Time from one key frame to the next (ms)", 100, 60000,
      DEFAULT_GOP_DURATION,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  /**
   * GstAbrLadderBin:gop-anchor:
   *
   * What GOPs are counted from: running time, or UTC, so that two machines
   * with synchronised clocks cut at the same instants.  Read when the source's
   * caps arrive.
   *
   * Since: 0.1
   */
  properties[GST_ABR_PROP_GOP_ANCHOR] =
      g_param_spec_enum ("gop-anchor", "GOP anchor",
      "What the GOPs are counted from", GST_TYPE_ABR_GOP_ANCHOR,
      DEFAULT_GOP_ANCHOR,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
}

static void
install_encoders (void)
{
  /**
   * GstAbrLadderBin:speed-preset:
   *
   * Speed against quality, in x264's words; other encoders take what is
   * nearest.  A rung's `preset` option goes before.  Read when the source's
   * caps arrive.
   *
   * Since: 0.1
   */
  properties[GST_ABR_PROP_SPEED_PRESET] =
      g_param_spec_enum ("speed-preset", "Speed preset",
      "Speed against quality", GST_TYPE_ABR_SPEED_PRESET,
      DEFAULT_SPEED_PRESET,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  /**
   * GstAbrLadderBin:tune:
   *
   * `zerolatency` removes the last frames of delay at some cost in quality.
   * A rung's `tune` option goes before.  Read when the source's caps arrive.
   *
   * Since: 0.1
   */
  properties[GST_ABR_PROP_TUNE] =
      g_param_spec_enum ("tune", "Tune", "Tuning of the encoders",
      GST_TYPE_ABR_TUNE, DEFAULT_TUNE,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  /**
   * GstAbrLadderBin:vbv:
   *
   * Size of the rate control's buffer, in milliseconds; 0 is half of
   * #GstAbrLadderBin:gop-duration.  A rung's `vbv` option goes before.  Read
   * when the source's caps arrive.
   *
   * Since: 0.1
   */
  properties[GST_ABR_PROP_VBV] =
      g_param_spec_uint ("vbv", "VBV",
      "Rate control buffer, 0 = half a GOP (ms)", 0, 10000, DEFAULT_VBV,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  /**
   * GstAbrLadderBin:encoders:
   *
   * Factory names of H.264 encoders; the first one that is installed is used.
   * Read when going to PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_ABR_PROP_ENCODERS] =
      g_param_spec_string ("encoders", "Encoders",
      "H.264 encoders, the best first", DEFAULT_ENCODERS,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  /**
   * GstAbrLadderBin:audio-encoders:
   *
   * Factory names of AAC encoders; the first one that is installed is used.
   * Read when going to PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_ABR_PROP_AUDIO_ENCODERS] =
      g_param_spec_string ("audio-encoders", "Audio encoders",
      "AAC encoders, the best first", DEFAULT_AUDIO_ENCODERS,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
}

static void
install_rest (void)
{
  /**
   * GstAbrLadderBin:stream-format:
   *
   * Format of the video outputs.  Read when the source's caps arrive.
   *
   * Since: 0.1
   */
  properties[GST_ABR_PROP_STREAM_FORMAT] =
      g_param_spec_enum ("stream-format", "Stream format",
      "Format of the video outputs", GST_TYPE_ABR_STREAM_FORMAT,
      DEFAULT_STREAM_FORMAT,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  /**
   * GstAbrLadderBin:allow-upscale:
   *
   * Make rungs that are larger than the source instead of leaving them out.
   * Read when the source's caps arrive.
   *
   * Since: 0.1
   */
  properties[GST_ABR_PROP_ALLOW_UPSCALE] =
      g_param_spec_boolean ("allow-upscale", "Allow upscale",
      "Make rungs that are larger than the source", FALSE,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  /**
   * GstAbrLadderBin:queue-frames:
   *
   * Frames that wait for a rung's encoder.  With a live source, more are
   * dropped; one that is not live has to wait.  Read when the source's caps
   * arrive.
   *
   * Since: 0.1
   */
  properties[GST_ABR_PROP_QUEUE_FRAMES] =
      g_param_spec_uint ("queue-frames", "Queue frames",
      "Frames that may wait for a rung's encoder", 2, 1000,
      DEFAULT_QUEUE_FRAMES,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  /**
   * GstAbrLadderBin:stats:
   *
   * `application/x-abrladderbin-stats`, with one structure per rung in `rungs`.
   * The fields are in the element's documentation.
   *
   * Since: 0.1
   */
  properties[GST_ABR_PROP_STATS] =
      g_param_spec_boxed ("stats", "Statistics",
      "Counters of the ladder and its rungs", GST_TYPE_STRUCTURE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GstAbrLadderBin:stats-interval:
   *
   * Post #GstAbrLadderBin:stats as an element message this often, in
   * milliseconds; 0 is never.  Takes effect at once.
   *
   * Since: 0.1
   */
  properties[GST_ABR_PROP_STATS_INTERVAL] =
      g_param_spec_uint ("stats-interval", "Statistics interval",
      "Time between messages with the statistics, 0 = never (ms)", 0,
      G_MAXUINT / 2, 0,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
}

void
gst_abr_settings_install (GObjectClass * klass)
{
  install_ladder ();
  install_encoders ();
  install_rest ();
  g_object_class_install_properties (klass, GST_ABR_N_PROPERTIES, properties);
}
