/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gsthealthreport.h"

#include "gstelementmessage.h"
#include "gststatslist.h"

static GstElementMessageSeverity
severity_of (AlertLevel level)
{
  switch (level) {
    case ALERT_LEVEL_OK:
      return GST_ELEMENT_MESSAGE_INFO;
    case ALERT_LEVEL_WARNING:
      return GST_ELEMENT_MESSAGE_WARNING;
    case ALERT_LEVEL_CRITICAL:
      return GST_ELEMENT_MESSAGE_CRITICAL;
  }
  g_assert_not_reached ();
}

/* Arrival times become running time; media times are that already. */
static GstClockTime
since_running_time (GstElement * element, const HealthEvent * event,
    GstClockTime now)
{
  GstClockTime running_time, age;

  switch (health_checks[event->check].axis) {
    case HEALTH_AXIS_MEDIA:
      return event->since;
    case HEALTH_AXIS_ARRIVAL:
      break;
  }
  running_time = gst_element_running_time_now (element);
  if (!GST_CLOCK_TIME_IS_VALID (running_time))
    return GST_CLOCK_TIME_NONE;
  age = now > event->since ? now - event->since : 0;
  return running_time > age ? running_time - age : 0;
}

static GstStructure *
alert_facts (GstElement * element, const gchar * medium,
    const HealthEvent * event, GstClockTime now)
{
  const HealthCheck *check = &health_checks[event->check];
  g_autofree gchar *probe = gst_element_get_name (element);
  g_autofree gchar *incident = NULL;
  GstStructure *facts;

  incident = g_strdup_printf ("%s-%s-%" G_GUINT64_FORMAT, probe, check->name,
      event->number);
  facts = gst_structure_new ("healthprobe-alert",
      "check", G_TYPE_STRING, check->name,
      "state", G_TYPE_STRING,
      event->action == ALERT_CLOSED ? "close" : "open",
      "incident", G_TYPE_STRING, incident,
      "probe", G_TYPE_STRING, probe,
      "medium", G_TYPE_STRING, medium,
      "since", G_TYPE_UINT64, since_running_time (element, event, now),
      "flapping", G_TYPE_BOOLEAN, event->flapping,
      "value", G_TYPE_DOUBLE, event->value,
      "threshold", G_TYPE_DOUBLE, event->threshold,
      "unit", G_TYPE_STRING, check->unit, NULL);
  if (event->action == ALERT_CLOSED)
    gst_structure_set (facts, "duration", G_TYPE_UINT64, event->duration, NULL);
  return facts;
}

void
gst_health_report_post (GstElement * element, const gchar * medium,
    const HealthEvent * event, GstClockTime now)
{
  gchar summary[160];

  health_event_describe (event, summary, sizeof (summary));
  gst_element_message_post_structure (element,
      severity_of (event->severity), summary,
      alert_facts (element, medium, event, now));
}

/* A check's state for stats: 0 good, 1 warning, 2 critical. */
static gint
state_of (const Alert * alert)
{
  if (!alert_is_open (alert))
    return 0;
  return alert->severity == ALERT_LEVEL_CRITICAL ? 2 : 1;
}

static void
add_checks (GstStructure * stats, const Health * health, GstClockTime now)
{
  GValue array = G_VALUE_INIT;
  guint i;

  g_value_init (&array, GST_TYPE_ARRAY);
  for (i = 0; i < HEALTH_N_CHECKS; i++) {
    const Alert *alert = &health->alerts[i];

    gst_stats_list_append (&array, gst_structure_new ("check",
            "name", G_TYPE_STRING, health_checks[i].name,
            "enabled", G_TYPE_BOOLEAN,
            (health->config.checks & 1u << i) != 0,
            "state", G_TYPE_INT, state_of (alert),
            "alerts", G_TYPE_UINT64, alert->count,
            "time", G_TYPE_UINT64, health_check_time (health, i, now), NULL));
  }
  gst_structure_take_value (stats, "checks", &array);
}

static void
add_rates (GstStructure * stats, const Health * health, GstClockTime now)
{
  /* A copy: in a stall nobody else moves the window on. */
  RateMeter arrivals = health->arrivals;
  const RateMeter *media = &health->media;

  if (health->playing)
    rate_meter_advance (&arrivals, now);
  gst_structure_set (stats,
      "bitrate-bps", G_TYPE_INT64,
      (gint64) rate_meter_bits_per_second (&arrivals, RATE_METER_LONG),
      "bitrate-1s-bps", G_TYPE_INT64,
      (gint64) rate_meter_bits_per_second (&arrivals, RATE_METER_SHORT),
      "media-bitrate-bps", G_TYPE_INT64,
      (gint64) rate_meter_bits_per_second (media, RATE_METER_LONG),
      "frame-rate", G_TYPE_DOUBLE,
      rate_meter_frames_per_second (&arrivals, RATE_METER_LONG),
      "media-frame-rate", G_TYPE_DOUBLE,
      rate_meter_frames_per_second (media, RATE_METER_LONG), NULL);
  if (health->stream.fps > 0.0) {
    gst_structure_set (stats, "nominal-frame-rate", G_TYPE_DOUBLE,
        health->stream.fps, NULL);
  }
}

static void
add_timing (GstStructure * stats, const Health * health, GstClockTime now)
{
  const GapMeter *gaps = &health->gaps;
  const KeyMeter *keys = &health->keys;

  gst_structure_set (stats,
      "gaps", G_TYPE_UINT64, gaps->gaps,
      "gap-time", G_TYPE_UINT64, gaps->gap_time,
      "longest-gap", G_TYPE_INT64, (gint64) gaps->longest,
      "discontinuities", G_TYPE_UINT64, health->counters.discontinuities,
      "backwards", G_TYPE_UINT64, gaps->backwards,
      "stalls", G_TYPE_UINT64, health->alerts[HEALTH_CHECK_STALL].count,
      "stall-time", G_TYPE_UINT64,
      health_check_time (health, HEALTH_CHECK_STALL, now),
      "keyframes", G_TYPE_UINT64, keys->keyframes, NULL);
  if (keys->interval > 0) {
    gst_structure_set (stats,
        "keyframe-interval", G_TYPE_INT64, (gint64) keys->interval,
        "longest-keyframe-interval", G_TYPE_INT64, (gint64) keys->longest,
        NULL);
  }
  if (health->last_arrival != HEALTH_NONE) {
    gst_structure_set (stats, "last-arrival-age", G_TYPE_INT64,
        (gint64) (now - MIN (now, health->last_arrival)), NULL);
  }
  if (health->counters.startup_time != HEALTH_NONE) {
    gst_structure_set (stats, "startup-time", G_TYPE_INT64,
        (gint64) health->counters.startup_time, NULL);
  }
}

static void
add_content (GstStructure * stats, const Health * health, GstClockTime now)
{
  const HealthCounters *counters = &health->counters;

  gst_structure_set (stats,
      "analysed", G_TYPE_UINT64, counters->analysed,
      "black-time", G_TYPE_UINT64,
      health_check_time (health, HEALTH_CHECK_BLACK, now),
      "freeze-time", G_TYPE_UINT64,
      health_check_time (health, HEALTH_CHECK_FREEZE, now),
      "silence-time", G_TYPE_UINT64,
      health_check_time (health, HEALTH_CHECK_SILENCE, now), NULL);
  if (counters->have_luma) {
    gst_structure_set (stats,
        "luma-mean", G_TYPE_DOUBLE, counters->luma.mean,
        "black-ratio", G_TYPE_DOUBLE, counters->luma.dark_ratio, NULL);
  }
  if (counters->have_freeze) {
    gst_structure_set (stats, "freeze-change", G_TYPE_DOUBLE,
        counters->freeze.change, NULL);
  }
  if (counters->have_audio) {
    gst_structure_set (stats, "peak-db", G_TYPE_DOUBLE,
        health_peak_db (health), NULL);
  }
}

GstStructure *
gst_health_report_stats (const Health * health, const gchar * medium,
    GstClockTime now)
{
  GstStructure *stats = gst_structure_new ("application/x-healthprobe-stats",
      "medium", G_TYPE_STRING, medium,
      "buffers", G_TYPE_UINT64, health->counters.buffers,
      "bytes", G_TYPE_UINT64, health->counters.bytes,
      "frames", G_TYPE_UINT64, health->counters.frames,
      "alerts-open", G_TYPE_INT, (gint) health_open_alerts (health),
      "alerts-total", G_TYPE_UINT64, health_total_alerts (health), NULL);

  add_rates (stats, health, now);
  add_timing (stats, health, now);
  add_content (stats, health, now);
  add_checks (stats, health, now);
  return stats;
}
