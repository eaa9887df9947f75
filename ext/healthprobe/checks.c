/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"

#define MSECOND G_GUINT64_CONSTANT (1000000)
#define SECOND (1000 * MSECOND)

static guint64
times (guint64 duration, guint factor)
{
  return duration < ALERT_NEVER / factor ? duration * factor : ALERT_NEVER;
}

static void
set_rule (AlertRule * rule, guint64 on, guint64 off, guint64 critical)
{
  rule->on = on;
  rule->off = off;
  rule->critical = critical;
}

/* 2 s warns and 10 s is critical: cloud monitors page someone at 10 s. */
static void
black_rule (const HealthConfig * config, AlertRule * rule)
{
  set_rule (rule, config->black_duration, 500 * MSECOND,
      times (config->black_duration, 5));
}

/* 5 s warns and 10 s is critical, as cloud monitors have it. */
static void
freeze_rule (const HealthConfig * config, AlertRule * rule)
{
  set_rule (rule, config->freeze_duration, 500 * MSECOND,
      times (config->freeze_duration, 2));
}

/* 5 s warns, 15 s is critical. */
static void
silence_rule (const HealthConfig * config, AlertRule * rule)
{
  set_rule (rule, config->silence_duration, 300 * MSECOND,
      times (config->silence_duration, 3));
}

/* The detector itself waits until a channel has been dead for long. */
static void
dead_channel_rule (const HealthConfig * config, AlertRule * rule)
{
  set_rule (rule, 0, 300 * MSECOND, ALERT_NEVER);
}

/* Gaps that follow one another are one incident. */
static void
point_rule (const HealthConfig * config, AlertRule * rule)
{
  set_rule (rule, 0, 5 * SECOND, ALERT_NEVER);
}

/* The stall watch has waited already; data are either there or not. */
static void
stall_rule (const HealthConfig * config, AlertRule * rule)
{
  set_rule (rule, 0, 0, ALERT_NEVER);
}

static void
bitrate_rule (const HealthConfig * config, AlertRule * rule)
{
  set_rule (rule, 10 * SECOND, 5 * SECOND, ALERT_NEVER);
}

static void
frame_rate_rule (const HealthConfig * config, AlertRule * rule)
{
  set_rule (rule, 5 * SECOND, 5 * SECOND, ALERT_NEVER);
}

/* *INDENT-OFF* */
const HealthCheck health_checks[HEALTH_N_CHECKS] = {
  [HEALTH_CHECK_BLACK] = {
    .name = "black", .blurb = "The picture is black",
    .unit = "ratio", .axis = HEALTH_AXIS_MEDIA,
    .opened = "The picture is black",
    .closed = "The picture is back",
    .rule = black_rule,
  },
  [HEALTH_CHECK_FREEZE] = {
    .name = "freeze", .blurb = "The picture stands still",
    .unit = "luma", .axis = HEALTH_AXIS_MEDIA,
    .opened = "The picture is frozen",
    .closed = "The picture moves again",
    .rule = freeze_rule,
  },
  [HEALTH_CHECK_SILENCE] = {
    .name = "silence", .blurb = "All channels are silent",
    .unit = "dBFS", .axis = HEALTH_AXIS_MEDIA,
    .opened = "The sound is silent",
    .closed = "The sound is back",
    .rule = silence_rule,
  },
  [HEALTH_CHECK_DEAD_CHANNEL] = {
    .name = "dead-channel",
    .blurb = "One channel is silent while others are not",
    .unit = "ms", .axis = HEALTH_AXIS_MEDIA,
    .opened = "An audio channel is dead",
    .closed = "All audio channels are alive",
    .rule = dead_channel_rule,
  },
  [HEALTH_CHECK_GAP] = {
    .name = "gap", .blurb = "Data are missing between buffers",
    .unit = "ms", .axis = HEALTH_AXIS_MEDIA,
    .opened = "Data are missing",
    .closed = "No more data are missing",
    .rule = point_rule,
  },
  [HEALTH_CHECK_DISCONTINUITY] = {
    .name = "discontinuity",
    .blurb = "Timestamps step back, or buffers are marked as discontinuous",
    .unit = "ms", .axis = HEALTH_AXIS_MEDIA,
    .opened = "The stream is discontinuous",
    .closed = "The stream is continuous",
    .rule = point_rule,
  },
  [HEALTH_CHECK_STALL] = {
    .name = "stall", .blurb = "No buffer arrives any more",
    .unit = "ms", .axis = HEALTH_AXIS_ARRIVAL,
    .opened = "No data arrive any more",
    .closed = "Data arrive again",
    .rule = stall_rule,
  },
  [HEALTH_CHECK_STARTUP] = {
    .name = "startup", .blurb = "No buffer arrives at all",
    .unit = "ms", .axis = HEALTH_AXIS_ARRIVAL,
    .opened = "No data have arrived yet",
    .closed = "The first data have arrived",
    .rule = stall_rule,
  },
  [HEALTH_CHECK_BITRATE] = {
    .name = "bitrate", .blurb = "The bitrate leaves its limits",
    .unit = "bit/s", .axis = HEALTH_AXIS_ARRIVAL,
    .opened = "The bitrate is out of its limits",
    .closed = "The bitrate is within its limits",
    .rule = bitrate_rule,
  },
  [HEALTH_CHECK_FRAME_RATE] = {
    .name = "frame-rate", .blurb = "Frames are missing for seconds",
    .unit = "1/s", .axis = HEALTH_AXIS_MEDIA,
    .opened = "The frame rate is too low",
    .closed = "The frame rate is right",
    .rule = frame_rate_rule,
  },
};
/* *INDENT-ON* */

/* "99.5 %, limit 98" */
static void
describe_value (const HealthEvent * event, gchar * text, gsize size)
{
  const gchar *unit = health_checks[event->check].unit;
  gdouble scale = 1.0;

  if (g_str_equal (unit, "ratio")) {
    unit = "%";
    scale = 100.0;
  }
  g_snprintf (text, size, "%.6g %s, limit %.6g", event->value * scale, unit,
      event->threshold * scale);
}

void
health_event_describe (const HealthEvent * event, gchar * text, gsize size)
{
  const HealthCheck *check = &health_checks[event->check];
  gdouble seconds = (gdouble) event->duration / SECOND;
  gchar value[64];

  describe_value (event, value, sizeof (value));
  switch (event->action) {
    case ALERT_KEEP:
      g_strlcpy (text, "", size);
      return;
    case ALERT_OPENED:
      g_snprintf (text, size, "%s (%s).", check->opened, value);
      return;
    case ALERT_ESCALATED:
      g_snprintf (text, size, "%s, for %.1f s now (%s).", check->opened,
          seconds, value);
      return;
    case ALERT_CLOSED:
      if (event->ended)
        g_snprintf (text, size, "%s, until the stream ended (%.1f s).",
            check->opened, seconds);
      else
        g_snprintf (text, size, "%s after %.1f s.", check->closed, seconds);
      return;
  }
}

gboolean
health_config_is_sane (const HealthConfig * config)
{
  return config->bitrate_min_bps == 0 || config->bitrate_max_bps == 0
      || config->bitrate_min_bps <= config->bitrate_max_bps;
}
