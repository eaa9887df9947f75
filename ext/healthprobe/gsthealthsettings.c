/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gsthealthsettings.h"

#define DEFAULT_CHECKS HEALTH_ALL_CHECKS
#define DEFAULT_BLACK_PIXEL 0.10
#define DEFAULT_BLACK_RATIO 0.98
#define DEFAULT_BLACK_DURATION 2000     /* ms */
#define DEFAULT_FREEZE_THRESHOLD 16
#define DEFAULT_FREEZE_DURATION 5000    /* ms */
#define DEFAULT_SILENCE_LEVEL (-60.0)   /* dBFS */
#define DEFAULT_SILENCE_DURATION 5000   /* ms */
#define DEFAULT_GAP_THRESHOLD 500       /* ms */
#define DEFAULT_STALL_TIMEOUT 1000      /* ms */
#define DEFAULT_STARTUP_TIMEOUT 10000   /* ms */
#define DEFAULT_BITRATE_MIN 0   /* bit/s */
#define DEFAULT_BITRATE_MAX 0   /* bit/s */
#define DEFAULT_FPS_MIN_RATIO 0.9
#define DEFAULT_ANALYSIS_FPS 10

#define SETTING_FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS \
    | GST_PARAM_MUTABLE_PLAYING)

void
gst_health_settings_init (GstHealthSettings * self)
{
  self->checks = DEFAULT_CHECKS;
  self->black_pixel = DEFAULT_BLACK_PIXEL;
  self->black_ratio = DEFAULT_BLACK_RATIO;
  self->black_duration = DEFAULT_BLACK_DURATION;
  self->freeze_threshold = DEFAULT_FREEZE_THRESHOLD;
  self->freeze_duration = DEFAULT_FREEZE_DURATION;
  self->silence_level = DEFAULT_SILENCE_LEVEL;
  self->silence_duration = DEFAULT_SILENCE_DURATION;
  self->gap_threshold = DEFAULT_GAP_THRESHOLD;
  self->stall_timeout = DEFAULT_STALL_TIMEOUT;
  self->startup_timeout = DEFAULT_STARTUP_TIMEOUT;
  self->bitrate_min = DEFAULT_BITRATE_MIN;
  self->bitrate_max = DEFAULT_BITRATE_MAX;
  self->fps_min_ratio = DEFAULT_FPS_MIN_RATIO;
  self->analysis_fps = DEFAULT_ANALYSIS_FPS;
}

/* 0 is off, G_MAXUINT is never. */
static guint64
timeout_ns (guint timeout_ms)
{
  if (timeout_ms == 0 || timeout_ms == G_MAXUINT)
    return ALERT_NEVER;
  return timeout_ms * GST_MSECOND;
}

void
gst_health_settings_config (const GstHealthSettings * self,
    HealthConfig * config)
{
  config->checks = self->checks & HEALTH_ALL_CHECKS;
  config->black_pixel = self->black_pixel;
  config->black_ratio = self->black_ratio;
  config->black_duration = timeout_ns (self->black_duration);
  config->freeze_threshold = self->freeze_threshold;
  config->freeze_duration = timeout_ns (self->freeze_duration);
  config->silence_level_db = self->silence_level;
  config->silence_duration = timeout_ns (self->silence_duration);
  config->gap_threshold = timeout_ns (self->gap_threshold);
  config->stall_timeout = timeout_ns (self->stall_timeout);
  config->startup_timeout = timeout_ns (self->startup_timeout);
  config->bitrate_min_bps = self->bitrate_min;
  config->bitrate_max_bps = self->bitrate_max;
  config->fps_min_ratio = self->fps_min_ratio;
}

gboolean
gst_health_settings_set (GstHealthSettings * self, guint id,
    const GValue * value)
{
  switch (id) {
    case GST_HEALTH_SETTING_CHECKS:
      self->checks = g_value_get_flags (value);
      return TRUE;
    case GST_HEALTH_SETTING_BLACK_PIXEL:
      self->black_pixel = g_value_get_double (value);
      return TRUE;
    case GST_HEALTH_SETTING_BLACK_RATIO:
      self->black_ratio = g_value_get_double (value);
      return TRUE;
    case GST_HEALTH_SETTING_BLACK_DURATION:
      self->black_duration = g_value_get_uint (value);
      return TRUE;
    case GST_HEALTH_SETTING_FREEZE_THRESHOLD:
      self->freeze_threshold = g_value_get_uint (value);
      return TRUE;
    case GST_HEALTH_SETTING_FREEZE_DURATION:
      self->freeze_duration = g_value_get_uint (value);
      return TRUE;
    case GST_HEALTH_SETTING_SILENCE_LEVEL:
      self->silence_level = g_value_get_double (value);
      return TRUE;
    case GST_HEALTH_SETTING_SILENCE_DURATION:
      self->silence_duration = g_value_get_uint (value);
      return TRUE;
    case GST_HEALTH_SETTING_GAP_THRESHOLD:
      self->gap_threshold = g_value_get_uint (value);
      return TRUE;
    case GST_HEALTH_SETTING_STALL_TIMEOUT:
      self->stall_timeout = g_value_get_uint (value);
      return TRUE;
    case GST_HEALTH_SETTING_STARTUP_TIMEOUT:
      self->startup_timeout = g_value_get_uint (value);
      return TRUE;
    case GST_HEALTH_SETTING_BITRATE_MIN:
      self->bitrate_min = g_value_get_uint64 (value);
      return TRUE;
    case GST_HEALTH_SETTING_BITRATE_MAX:
      self->bitrate_max = g_value_get_uint64 (value);
      return TRUE;
    case GST_HEALTH_SETTING_FPS_MIN_RATIO:
      self->fps_min_ratio = g_value_get_double (value);
      return TRUE;
    case GST_HEALTH_SETTING_ANALYSIS_FPS:
      self->analysis_fps = g_value_get_uint (value);
      return TRUE;
  }
  return FALSE;
}

gboolean
gst_health_settings_get (const GstHealthSettings * self, guint id,
    GValue * value)
{
  switch (id) {
    case GST_HEALTH_SETTING_CHECKS:
      g_value_set_flags (value, self->checks);
      return TRUE;
    case GST_HEALTH_SETTING_BLACK_PIXEL:
      g_value_set_double (value, self->black_pixel);
      return TRUE;
    case GST_HEALTH_SETTING_BLACK_RATIO:
      g_value_set_double (value, self->black_ratio);
      return TRUE;
    case GST_HEALTH_SETTING_BLACK_DURATION:
      g_value_set_uint (value, self->black_duration);
      return TRUE;
    case GST_HEALTH_SETTING_FREEZE_THRESHOLD:
      g_value_set_uint (value, self->freeze_threshold);
      return TRUE;
    case GST_HEALTH_SETTING_FREEZE_DURATION:
      g_value_set_uint (value, self->freeze_duration);
      return TRUE;
    case GST_HEALTH_SETTING_SILENCE_LEVEL:
      g_value_set_double (value, self->silence_level);
      return TRUE;
    case GST_HEALTH_SETTING_SILENCE_DURATION:
      g_value_set_uint (value, self->silence_duration);
      return TRUE;
    case GST_HEALTH_SETTING_GAP_THRESHOLD:
      g_value_set_uint (value, self->gap_threshold);
      return TRUE;
    case GST_HEALTH_SETTING_STALL_TIMEOUT:
      g_value_set_uint (value, self->stall_timeout);
      return TRUE;
    case GST_HEALTH_SETTING_STARTUP_TIMEOUT:
      g_value_set_uint (value, self->startup_timeout);
      return TRUE;
    case GST_HEALTH_SETTING_BITRATE_MIN:
      g_value_set_uint64 (value, self->bitrate_min);
      return TRUE;
    case GST_HEALTH_SETTING_BITRATE_MAX:
      g_value_set_uint64 (value, self->bitrate_max);
      return TRUE;
    case GST_HEALTH_SETTING_FPS_MIN_RATIO:
      g_value_set_double (value, self->fps_min_ratio);
      return TRUE;
    case GST_HEALTH_SETTING_ANALYSIS_FPS:
      g_value_set_uint (value, self->analysis_fps);
      return TRUE;
  }
  return FALSE;
}

static void
install_checks (GObjectClass * klass, GType checks_type)
{
  /**
   * GstHealthProbe:checks:
   *
   * What is judged.  The numbers are in #GstHealthProbe:stats either way.
   * Takes effect at once; open alerts of what is switched off close.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_HEALTH_SETTING_CHECKS,
      g_param_spec_flags ("checks", "Checks", "What is judged", checks_type,
          DEFAULT_CHECKS, SETTING_FLAGS));
}

static void
install_picture (GObjectClass * klass)
{
  /**
   * GstHealthProbe:black-pixel:
   *
   * How far above black, as a share of the luma range, a pixel still counts
   * as black.  Takes effect with the next buffer.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_HEALTH_SETTING_BLACK_PIXEL,
      g_param_spec_double ("black-pixel", "Black pixel",
          "Brightest luma that still is black (share of the luma range)", 0.0,
          1.0, DEFAULT_BLACK_PIXEL, SETTING_FLAGS));
  /**
   * GstHealthProbe:black-ratio:
   *
   * How much of a picture must be black for it to count as black.  Takes
   * effect with the next buffer.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_HEALTH_SETTING_BLACK_RATIO,
      g_param_spec_double ("black-ratio", "Black ratio",
          "How much of a black picture is black (share of its pixels)", 0.01,
          1.0, DEFAULT_BLACK_RATIO, SETTING_FLAGS));
  /**
   * GstHealthProbe:black-duration:
   *
   * For how long pictures must be black before an alert opens, in
   * milliseconds; after five times as long it is critical.  Takes effect with
   * the next buffer.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_HEALTH_SETTING_BLACK_DURATION,
      g_param_spec_uint ("black-duration", "Black duration",
          "Black for this long opens an alert (ms)", 1, G_MAXUINT,
          DEFAULT_BLACK_DURATION, SETTING_FLAGS));
  /**
   * GstHealthProbe:analysis-fps:
   *
   * How many pictures of a second of video are looked into; 0 is each one.
   * Takes effect with the next buffer.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_HEALTH_SETTING_ANALYSIS_FPS,
      g_param_spec_uint ("analysis-fps", "Analysis rate",
          "Pictures looked into, 0 for each one (1/s)", 0, 1000,
          DEFAULT_ANALYSIS_FPS, SETTING_FLAGS));
}

static void
install_freeze (GObjectClass * klass)
{
  /**
   * GstHealthProbe:freeze-threshold:
   *
   * How far the mean luma (of 0 to 255) of a small block of the picture must
   * be from what it was for the picture to have moved.  A frozen picture
   * behind an encoder changes by up to 12, a cursor on a slide by more than
   * 90.  Takes effect with the next buffer.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_HEALTH_SETTING_FREEZE_THRESHOLD,
      g_param_spec_uint ("freeze-threshold", "Freeze threshold",
          "Least change of a block in a picture that moves (luma, 0 to 255)",
          1, 255, DEFAULT_FREEZE_THRESHOLD, SETTING_FLAGS));
  /**
   * GstHealthProbe:freeze-duration:
   *
   * For how long the picture must stand still before an alert opens, in
   * milliseconds; after twice as long it is critical.  Takes effect with the
   * next buffer.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_HEALTH_SETTING_FREEZE_DURATION,
      g_param_spec_uint ("freeze-duration", "Freeze duration",
          "A still picture for this long opens an alert (ms)", 1, G_MAXUINT,
          DEFAULT_FREEZE_DURATION, SETTING_FLAGS));
}

static void
install_sound (GObjectClass * klass)
{
  /**
   * GstHealthProbe:silence-level:
   *
   * Sound whose peaks stay below this is silent, in dBFS.  Takes effect with
   * the next buffer.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_HEALTH_SETTING_SILENCE_LEVEL,
      g_param_spec_double ("silence-level", "Silence level",
          "Peaks below this are silence (dBFS)", -110.0, -10.0,
          DEFAULT_SILENCE_LEVEL, SETTING_FLAGS));
  /**
   * GstHealthProbe:silence-duration:
   *
   * For how long all channels must be silent before an alert opens, in
   * milliseconds; after three times as long it is critical.  A single channel
   * is dead after six times as long.  Takes effect with the next buffer.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_HEALTH_SETTING_SILENCE_DURATION,
      g_param_spec_uint ("silence-duration", "Silence duration",
          "Silence for this long opens an alert (ms)", 1, G_MAXUINT,
          DEFAULT_SILENCE_DURATION, SETTING_FLAGS));
}

static void
install_timing (GObjectClass * klass)
{
  /**
   * GstHealthProbe:gap-threshold:
   *
   * Running time missing between two buffers from which on a gap is critical,
   * in milliseconds.  Where the frame duration is known, half a frame missing
   * warns already.  Takes effect with the next buffer.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_HEALTH_SETTING_GAP_THRESHOLD,
      g_param_spec_uint ("gap-threshold", "Gap threshold",
          "Missing time from which on a gap is critical (ms)", 1, G_MAXUINT,
          DEFAULT_GAP_THRESHOLD, SETTING_FLAGS));
  /**
   * GstHealthProbe:stall-timeout:
   *
   * Without a buffer for this long in PLAYING, after the first one, the stream
   * is stalled, in milliseconds; 0 is off.  Takes effect at once.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_HEALTH_SETTING_STALL_TIMEOUT,
      g_param_spec_uint ("stall-timeout", "Stall timeout",
          "No buffer for this long is a stall, 0 for off (ms)", 0, G_MAXUINT,
          DEFAULT_STALL_TIMEOUT, SETTING_FLAGS));
  /**
   * GstHealthProbe:startup-timeout:
   *
   * Without any buffer for this long in PLAYING the start has failed, in
   * milliseconds; 0 is off.  Takes effect at once.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_HEALTH_SETTING_STARTUP_TIMEOUT,
      g_param_spec_uint ("startup-timeout", "Startup timeout",
          "No first buffer for this long is an alert, 0 for off (ms)", 0,
          G_MAXUINT, DEFAULT_STARTUP_TIMEOUT, SETTING_FLAGS));
}

static void
install_rates (GObjectClass * klass)
{
  /**
   * GstHealthProbe:bitrate-min:
   *
   * Lowest good bitrate over 5 s of arrivals, in bit/s; 0 is off.  Takes
   * effect at once.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_HEALTH_SETTING_BITRATE_MIN,
      g_param_spec_uint64 ("bitrate-min", "Minimum bitrate",
          "Lowest good bitrate, 0 for off (bit/s)", 0, G_MAXINT64,
          DEFAULT_BITRATE_MIN, SETTING_FLAGS));
  /**
   * GstHealthProbe:bitrate-max:
   *
   * Highest good bitrate over 5 s of arrivals, in bit/s; 0 is off.  Takes
   * effect at once.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_HEALTH_SETTING_BITRATE_MAX,
      g_param_spec_uint64 ("bitrate-max", "Maximum bitrate",
          "Highest good bitrate, 0 for off (bit/s)", 0, G_MAXINT64,
          DEFAULT_BITRATE_MAX, SETTING_FLAGS));
  /**
   * GstHealthProbe:fps-min-ratio:
   *
   * Lowest good frame rate as a share of the one in the caps; 0 is off.
   * Takes effect with the next buffer.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_HEALTH_SETTING_FPS_MIN_RATIO,
      g_param_spec_double ("fps-min-ratio", "Minimum frame rate",
          "Lowest good frame rate, 0 for off (share of the nominal one)", 0.0,
          1.0, DEFAULT_FPS_MIN_RATIO, SETTING_FLAGS));
}

void
gst_health_settings_install (GObjectClass * klass, GType checks_type)
{
  install_checks (klass, checks_type);
  install_picture (klass);
  install_freeze (klass);
  install_sound (klass);
  install_timing (klass);
  install_rates (klass);
}
