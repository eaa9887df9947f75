/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstcontentsettings.h"

#include <gst/pbutils/pbutils.h>

#include "gstcontenttap.h"

#define DEFAULT_FAIL_ON 0
#define DEFAULT_BLACK_TIMEOUT 2000      /* ms */
#define DEFAULT_FREEZE_TIMEOUT 5000     /* ms */
#define DEFAULT_SILENCE_TIMEOUT 10000   /* ms */
#define DEFAULT_MIN_BITRATE 0   /* bit/s */
#define DEFAULT_TRIGGER_SAMPLES 1
#define DEFAULT_TRIGGER_WINDOW 5

#define HOUR_MS 3600000

/* What one sample of N-of-M stands for. */
#define SAMPLE (200 * GST_MSECOND)

#define FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS \
    | GST_PARAM_MUTABLE_PLAYING)

GType
gst_redundant_fail_on_get_type (void)
{
  static gsize type = 0;
  static const GFlagsValue values[] = {
    {GST_REDUNDANT_FAIL_ON_BLACK, "The picture is black", "black"},
    {GST_REDUNDANT_FAIL_ON_FREEZE, "The picture stands still", "freeze"},
    {GST_REDUNDANT_FAIL_ON_SILENCE, "All channels are silent", "silence"},
    {GST_REDUNDANT_FAIL_ON_LOW_BITRATE, "The bitrate is too low",
        "low-bitrate"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type)) {
    GType new_type = g_flags_register_static ("GstRedundantFailOn", values);
    g_once_init_leave (&type, new_type);
  }
  return type;
}

void
gst_content_settings_init (GstContentSettings * self)
{
  self->fail_on = DEFAULT_FAIL_ON;
  self->black_timeout_ms = DEFAULT_BLACK_TIMEOUT;
  self->freeze_timeout_ms = DEFAULT_FREEZE_TIMEOUT;
  self->silence_timeout_ms = DEFAULT_SILENCE_TIMEOUT;
  self->min_bitrate = DEFAULT_MIN_BITRATE;
  self->trigger_samples = DEFAULT_TRIGGER_SAMPLES;
  self->trigger_window = DEFAULT_TRIGGER_WINDOW;
}

static guint *
uint_field (GstContentSettings * self, guint setting)
{
  switch (setting) {
    case GST_CONTENT_SETTING_FAIL_ON:
      return &self->fail_on;
    case GST_CONTENT_SETTING_BLACK_TIMEOUT:
      return &self->black_timeout_ms;
    case GST_CONTENT_SETTING_FREEZE_TIMEOUT:
      return &self->freeze_timeout_ms;
    case GST_CONTENT_SETTING_SILENCE_TIMEOUT:
      return &self->silence_timeout_ms;
    case GST_CONTENT_SETTING_MIN_BITRATE:
      return &self->min_bitrate;
    case GST_CONTENT_SETTING_TRIGGER_SAMPLES:
      return &self->trigger_samples;
    case GST_CONTENT_SETTING_TRIGGER_WINDOW:
      return &self->trigger_window;
    default:
      return NULL;
  }
}

gboolean
gst_content_settings_set (GstContentSettings * self, guint setting,
    const GValue * value)
{
  guint *field = uint_field (self, setting);

  if (field == NULL)
    return FALSE;
  *field = setting == GST_CONTENT_SETTING_FAIL_ON ? g_value_get_flags (value)
      : g_value_get_uint (value);
  return TRUE;
}

gboolean
gst_content_settings_get (const GstContentSettings * self, guint setting,
    GValue * value)
{
  GstContentSettings copy = *self;
  guint *field = uint_field (&copy, setting);

  if (field == NULL)
    return FALSE;
  if (setting == GST_CONTENT_SETTING_FAIL_ON)
    g_value_set_flags (value, *field);
  else
    g_value_set_uint (value, *field);
  return TRUE;
}

gchar *
gst_content_faults_to_string (guint faults)
{
  GString *text = g_string_new (NULL);
  guint fault;

  for (fault = 0; fault < CONTENT_N_FAULTS; fault++) {
    if (!(faults & (1u << fault)))
      continue;
    if (text->len > 0)
      g_string_append_c (text, '+');
    g_string_append (text, content_fault_nick (fault));
  }
  return g_string_free (text, FALSE);
}

gchar *
gst_content_settings_find_fault (const GstContentSettings * self)
{
  g_autofree gchar *faults = gst_content_faults_to_string (self->fail_on);

  if (self->fail_on == 0)
    return NULL;
  if (!gst_content_tap_is_possible ()) {
    return g_strdup_printf ("fail-on is \"%s\", which needs the element "
        "healthprobe, and there is none: install gst-onair's healthprobe "
        "plugin, or leave fail-on empty.", faults);
  }
  if ((self->fail_on & GST_REDUNDANT_FAIL_ON_LOW_BITRATE)
      && self->min_bitrate == 0) {
    return g_strdup_printf ("fail-on is \"%s\", but min-bitrate is 0: set "
        "min-bitrate to the lowest good bitrate, in bit/s, or take low-bitrate "
        "out of fail-on.", faults);
  }
  if (self->trigger_samples > self->trigger_window) {
    return g_strdup_printf ("trigger-samples is %u of a trigger-window of %u: "
        "it can't be more than that.", self->trigger_samples,
        self->trigger_window);
  }
  return NULL;
}

gboolean
gst_content_settings_check (const GstContentSettings * self,
    GstElement * element)
{
  g_autofree gchar *fault = gst_content_settings_find_fault (self);

  if (fault == NULL)
    return TRUE;
  if (!gst_content_tap_is_possible ()) {
    gst_element_post_message (element,
        gst_missing_element_message_new (element, GST_CONTENT_TAP_FACTORY));
  }
  GST_ELEMENT_ERROR (element, LIBRARY, SETTINGS, ("%s", fault), (NULL));
  return FALSE;
}

ContentConfig
gst_content_settings_config (const GstContentSettings * self)
{
  ContentConfig config = { self->trigger_samples, self->trigger_window,
    SAMPLE
  };

  return config;
}

static void
install_uint (GObjectClass * klass, guint id, const gchar * name,
    const gchar * nick, const gchar * blurb, guint min, guint max, guint value)
{
  g_object_class_install_property (klass, id,
      g_param_spec_uint (name, nick, blurb, min, max, value, FLAGS));
}

static void
install_timeouts (GObjectClass * klass, guint first)
{
  /**
   * GstRedundantSwitch:black-timeout:
   *
   * With `black` in #GstRedundantSwitch:fail-on: a picture that is black for
   * this long counts, in milliseconds.  Takes effect at once.
   *
   * Since: 0.1
   */
  install_uint (klass, first + GST_CONTENT_SETTING_BLACK_TIMEOUT,
      "black-timeout", "Black timeout",
      "A picture that is black for this long counts (ms)", 100, HOUR_MS,
      DEFAULT_BLACK_TIMEOUT);
  /**
   * GstRedundantSwitch:freeze-timeout:
   *
   * With `freeze` in #GstRedundantSwitch:fail-on: a picture that stands for
   * this long counts, in milliseconds.  Takes effect at once.
   *
   * Since: 0.1
   */
  install_uint (klass, first + GST_CONTENT_SETTING_FREEZE_TIMEOUT,
      "freeze-timeout", "Freeze timeout",
      "A picture that stands for this long counts (ms)", 100, HOUR_MS,
      DEFAULT_FREEZE_TIMEOUT);
  /**
   * GstRedundantSwitch:silence-timeout:
   *
   * With `silence` in #GstRedundantSwitch:fail-on: sound that is silent in all
   * channels for this long counts, in milliseconds.  Takes effect at once.
   *
   * Since: 0.1
   */
  install_uint (klass, first + GST_CONTENT_SETTING_SILENCE_TIMEOUT,
      "silence-timeout", "Silence timeout",
      "Silence for this long counts (ms)", 100, HOUR_MS,
      DEFAULT_SILENCE_TIMEOUT);
}

static void
install_triggers (GObjectClass * klass, guint first)
{
  /**
   * GstRedundantSwitch:trigger-samples:
   *
   * So many bad ones among the last #GstRedundantSwitch:trigger-window samples
   * of 200 ms make an input fail.  1 is at once.  Takes effect at once.
   *
   * Since: 0.1
   */
  install_uint (klass, first + GST_CONTENT_SETTING_TRIGGER_SAMPLES,
      "trigger-samples", "Trigger samples",
      "Bad samples of the window that make an input fail", 1,
      CONTENT_MAX_WINDOW, DEFAULT_TRIGGER_SAMPLES);
  /**
   * GstRedundantSwitch:trigger-window:
   *
   * How many samples of 200 ms are looked back on; so many good ones in a row
   * end the fault.  Takes effect at once.
   *
   * Since: 0.1
   */
  install_uint (klass, first + GST_CONTENT_SETTING_TRIGGER_WINDOW,
      "trigger-window", "Trigger window",
      "Samples that are looked back on, and good ones that end a fault", 1,
      CONTENT_MAX_WINDOW, DEFAULT_TRIGGER_WINDOW);
}

void
gst_content_settings_install (GObjectClass * klass, guint first)
{
  /**
   * GstRedundantSwitch:fail-on:
   *
   * What content an input is left for, although it delivers; needs the element
   * healthprobe.  Takes effect at once.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, first + GST_CONTENT_SETTING_FAIL_ON,
      g_param_spec_flags ("fail-on", "Fail on",
          "What content an input is left for", GST_TYPE_REDUNDANT_FAIL_ON,
          DEFAULT_FAIL_ON, FLAGS));
  install_timeouts (klass, first);
  /**
   * GstRedundantSwitch:min-bitrate:
   *
   * With `low-bitrate` in #GstRedundantSwitch:fail-on: the lowest good bitrate
   * of an input's coded video (or audio, without video), in bit/s, over 5 s
   * and for 10 s.  Takes effect at once.
   *
   * Since: 0.1
   */
  install_uint (klass, first + GST_CONTENT_SETTING_MIN_BITRATE, "min-bitrate",
      "Minimum bitrate", "Lowest good bitrate of an input (bit/s)", 0,
      G_MAXINT, DEFAULT_MIN_BITRATE);
  install_triggers (klass, first);
}
