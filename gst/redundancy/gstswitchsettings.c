/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstswitchsettings.h"

#include "gstslatesettings.h"

#define DEFAULT_TIMEOUT 400     /* ms */
#define DEFAULT_LATENCY 600     /* ms */
#define DEFAULT_STARTUP_TIMEOUT 5000    /* ms */
#define DEFAULT_HOLD_OFF 0      /* ms */
#define DEFAULT_AUTO_SWITCH TRUE
#define DEFAULT_AUTO_RETURN TRUE
#define DEFAULT_RETURN_DELAY 10000      /* ms */
#define DEFAULT_FLAP_WINDOW 60000       /* ms */
#define DEFAULT_FLAP_MAX_DELAY 300000   /* ms */
#define DEFAULT_FREEZE_DURATION 2000    /* ms */
#define DEFAULT_FADE_DURATION 20        /* ms */

#define HOUR_MS 3600000

/* Data this much early or late is of another timeline. */
#define TIMELINE_LIMIT (3 * GST_SECOND)
#define TIMELINE_SETTLE GST_SECOND
#define TIMELINE_PATIENCE GST_SECOND

/* What an application gets to choose an input; the rest of the latency that
 * is left beyond the timeout is for jitter. */
#define SELECT_PATIENCE (50 * GST_MSECOND)

#define FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)

static void
install_uint (GObjectClass * klass, guint id, const gchar * name,
    const gchar * nick, const gchar * blurb, guint max, guint value,
    GParamFlags when)
{
  g_object_class_install_property (klass, id,
      g_param_spec_uint (name, nick, blurb, 0, max, value, FLAGS | when));
}

static void
install_detection (GObjectClass * klass)
{
  /**
   * GstRedundantSwitch:timeout:
   *
   * No data for this long means that an input has failed, in milliseconds;
   * never less than three frames.  Takes effect at once.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_SWITCH_PROP_TIMEOUT,
      g_param_spec_uint ("timeout", "Timeout",
          "An input without data for this long has failed (ms)",
          1, HOUR_MS, DEFAULT_TIMEOUT, FLAGS | GST_PARAM_MUTABLE_PLAYING));
  /**
   * GstRedundantSwitch:latency:
   *
   * How far the output lies behind the inputs, in milliseconds.  With 100 ms
   * more than `timeout` a failover loses nothing.  Read when going to PAUSED.
   *
   * Since: 0.1
   */
  install_uint (klass, GST_SWITCH_PROP_LATENCY, "latency", "Latency",
      "How far the output lies behind the inputs (ms)", 60000,
      DEFAULT_LATENCY, GST_PARAM_MUTABLE_READY);
  /**
   * GstRedundantSwitch:startup-timeout:
   *
   * How long the best input is waited for at the start before another one is
   * shown, in milliseconds.  Takes effect at once.
   *
   * Since: 0.1
   */
  install_uint (klass, GST_SWITCH_PROP_STARTUP_TIMEOUT, "startup-timeout",
      "Startup timeout", "Time to wait for the best input at the start (ms)",
      HOUR_MS, DEFAULT_STARTUP_TIMEOUT, GST_PARAM_MUTABLE_PLAYING);
  /**
   * GstRedundantSwitch:freeze-duration:
   *
   * How long the last picture is repeated when no input has one, before the
   * slate is shown, in milliseconds; 0 is the slate at once, %G_MAXUINT never.
   * Read when going to PAUSED.
   *
   * Since: 0.1
   */
  install_uint (klass, GST_SWITCH_PROP_FREEZE_DURATION, "freeze-duration",
      "Freeze duration", "Time to repeat the last picture before the slate "
      "(ms)", G_MAXUINT, DEFAULT_FREEZE_DURATION, GST_PARAM_MUTABLE_READY);
  /**
   * GstRedundantSwitch:fade-duration:
   *
   * How long raw audio takes to fade from one input to the next, to silence
   * and back, in milliseconds; 0 is a hard cut.  Read when the output begins.
   *
   * Since: 0.1
   */
  install_uint (klass, GST_SWITCH_PROP_FADE_DURATION, "fade-duration",
      "Fade duration", "How long audio fades where it changes (ms)", 100,
      DEFAULT_FADE_DURATION, GST_PARAM_MUTABLE_READY);
}

static void
install_return (GObjectClass * klass)
{
  /**
   * GstRedundantSwitch:auto-switch:
   *
   * Leave an input that failed, and return, by itself; else only the operator
   * moves (and the first input is chosen).  Takes effect at once.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_SWITCH_PROP_AUTO_SWITCH,
      g_param_spec_boolean ("auto-switch", "Automatic switch",
          "Leave an input that failed by itself", DEFAULT_AUTO_SWITCH,
          FLAGS | GST_PARAM_MUTABLE_PLAYING));
  /**
   * GstRedundantSwitch:hold-off:
   *
   * How long a failure is borne before the input is left, beyond what it takes
   * to notice it, in milliseconds: where something before us protects the same
   * input and shall act first.  Takes effect at once.
   *
   * Since: 0.1
   */
  install_uint (klass, GST_SWITCH_PROP_HOLD_OFF, "hold-off", "Hold-off",
      "Time to bear a failure before the input is left (ms)", HOUR_MS,
      DEFAULT_HOLD_OFF, GST_PARAM_MUTABLE_PLAYING);
  /**
   * GstRedundantSwitch:auto-return:
   *
   * Go back to a better input by itself.  Takes effect at once.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_SWITCH_PROP_AUTO_RETURN,
      g_param_spec_boolean ("auto-return", "Automatic return",
          "Go back to a better input by itself", DEFAULT_AUTO_RETURN,
          FLAGS | GST_PARAM_MUTABLE_PLAYING));
  /**
   * GstRedundantSwitch:return-delay:
   *
   * How long a better input has to be healthy before the return, in
   * milliseconds; doubles when it flaps.  Takes effect at once.
   *
   * Since: 0.1
   */
  install_uint (klass, GST_SWITCH_PROP_RETURN_DELAY, "return-delay",
      "Return delay", "Health needed before a return to a better input (ms)",
      HOUR_MS, DEFAULT_RETURN_DELAY, GST_PARAM_MUTABLE_PLAYING);
  /**
   * GstRedundantSwitch:flap-window:
   *
   * An input that fails again within this time after a return has flapped, in
   * milliseconds; 0 is off.  Takes effect at once.
   *
   * Since: 0.1
   */
  install_uint (klass, GST_SWITCH_PROP_FLAP_WINDOW, "flap-window",
      "Flap window", "Failing within this time after a return is a flap (ms)",
      HOUR_MS, DEFAULT_FLAP_WINDOW, GST_PARAM_MUTABLE_PLAYING);
  /**
   * GstRedundantSwitch:flap-max-delay:
   *
   * Longest return delay after flaps, in milliseconds.  Takes effect at once.
   *
   * Since: 0.1
   */
  install_uint (klass, GST_SWITCH_PROP_FLAP_MAX_DELAY, "flap-max-delay",
      "Longest delay after flaps", "Longest return delay after flaps (ms)",
      24 * HOUR_MS, DEFAULT_FLAP_MAX_DELAY, GST_PARAM_MUTABLE_PLAYING);
}

void
gst_switch_settings_install (GObjectClass * klass)
{
  install_detection (klass);
  gst_slate_settings_install (klass);
  install_return (klass);
  gst_content_settings_install (klass, GST_SWITCH_PROP_CONTENT);
}

void
gst_switch_settings_init (GstSwitchSettings * self)
{
  self->timeout_ms = DEFAULT_TIMEOUT;
  self->latency_ms = DEFAULT_LATENCY;
  self->startup_timeout_ms = DEFAULT_STARTUP_TIMEOUT;
  self->hold_off_ms = DEFAULT_HOLD_OFF;
  self->auto_switch = DEFAULT_AUTO_SWITCH;
  self->auto_return = DEFAULT_AUTO_RETURN;
  self->return_delay_ms = DEFAULT_RETURN_DELAY;
  self->flap_window_ms = DEFAULT_FLAP_WINDOW;
  self->flap_max_delay_ms = DEFAULT_FLAP_MAX_DELAY;
  self->freeze_duration_ms = DEFAULT_FREEZE_DURATION;
  gst_content_settings_init (&self->content);
  self->fade_duration_ms = DEFAULT_FADE_DURATION;
}

static guint *
uint_field (GstSwitchSettings * self, guint id)
{
  switch (id) {
    case GST_SWITCH_PROP_TIMEOUT:
      return &self->timeout_ms;
    case GST_SWITCH_PROP_LATENCY:
      return &self->latency_ms;
    case GST_SWITCH_PROP_STARTUP_TIMEOUT:
      return &self->startup_timeout_ms;
    case GST_SWITCH_PROP_HOLD_OFF:
      return &self->hold_off_ms;
    case GST_SWITCH_PROP_RETURN_DELAY:
      return &self->return_delay_ms;
    case GST_SWITCH_PROP_FLAP_WINDOW:
      return &self->flap_window_ms;
    case GST_SWITCH_PROP_FLAP_MAX_DELAY:
      return &self->flap_max_delay_ms;
    case GST_SWITCH_PROP_FREEZE_DURATION:
      return &self->freeze_duration_ms;
    case GST_SWITCH_PROP_FADE_DURATION:
      return &self->fade_duration_ms;
    default:
      return NULL;
  }
}

gboolean
gst_switch_settings_is_content (guint id)
{
  return id >= GST_SWITCH_PROP_CONTENT && id < GST_SWITCH_N_PROPS;
}

gboolean
gst_switch_settings_set (GstSwitchSettings * self, guint id,
    const GValue * value)
{
  guint *field = uint_field (self, id);

  if (field != NULL)
    *field = g_value_get_uint (value);
  else if (id == GST_SWITCH_PROP_AUTO_SWITCH)
    self->auto_switch = g_value_get_boolean (value);
  else if (id == GST_SWITCH_PROP_AUTO_RETURN)
    self->auto_return = g_value_get_boolean (value);
  else
    return gst_content_settings_set (&self->content,
        id - GST_SWITCH_PROP_CONTENT, value);
  return TRUE;
}

gboolean
gst_switch_settings_get (const GstSwitchSettings * self, guint id,
    GValue * value)
{
  GstSwitchSettings copy = *self;
  guint *field = uint_field (&copy, id);

  if (field != NULL)
    g_value_set_uint (value, *field);
  else if (id == GST_SWITCH_PROP_AUTO_SWITCH)
    g_value_set_boolean (value, self->auto_switch);
  else if (id == GST_SWITCH_PROP_AUTO_RETURN)
    g_value_set_boolean (value, self->auto_return);
  else
    return gst_content_settings_get (&self->content,
        id - GST_SWITCH_PROP_CONTENT, value);
  return TRUE;
}

GstSwitchControlConfig
gst_switch_settings_config (const GstSwitchSettings * self, guint required,
    gboolean require_all, GstClockTime total, GstClockTimeDiff trust)
{
  GstSwitchControlConfig config;
  guint i;

  config.av_policy = AV_POLICY_COMMON;
  config.failover.required = required;
  config.failover.require_all = require_all;
  for (i = 0; i < FAILOVER_MEDIA; i++)
    config.failover.timeout[i] = self->timeout_ms * GST_MSECOND;
  config.failover.startup_timeout = self->startup_timeout_ms * GST_MSECOND;
  config.failover.hold_off = self->hold_off_ms * GST_MSECOND;
  config.failover.auto_switch = self->auto_switch;
  config.failover.auto_return = self->auto_return;
  config.failover.return_delay = self->return_delay_ms * GST_MSECOND;
  config.failover.return_delay_max = self->flap_max_delay_ms * GST_MSECOND;
  config.failover.select_patience = SELECT_PATIENCE;
  config.failover.flap_window = self->flap_window_ms * GST_MSECOND;
  config.content = gst_content_settings_config (&self->content);
  config.timeline.expected = required;
  config.timeline.settle = TIMELINE_SETTLE;
  config.timeline.trust = trust;
  config.timeline.latency = total;
  config.timeline.limit = TIMELINE_LIMIT + total;
  config.timeline.early = TIMELINE_LIMIT;
  config.timeline.patience = TIMELINE_PATIENCE;
  return config;
}
