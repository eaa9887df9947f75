/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "alert.h"

G_BEGIN_DECLS

/* The checks, in the order of the table in checks.c.  A new detector adds a
 * value here, a row there, and judges through health_judge (). */
typedef enum
{
  HEALTH_CHECK_BLACK,
  HEALTH_CHECK_FREEZE,
  HEALTH_CHECK_SILENCE,
  HEALTH_CHECK_DEAD_CHANNEL,
  HEALTH_CHECK_GAP,
  HEALTH_CHECK_DISCONTINUITY,
  HEALTH_CHECK_STALL,
  HEALTH_CHECK_STARTUP,
  HEALTH_CHECK_BITRATE,
  HEALTH_CHECK_FRAME_RATE,
} HealthCheckId;

#define HEALTH_N_CHECKS (HEALTH_CHECK_FRAME_RATE + 1)
#define HEALTH_ALL_CHECKS ((1u << HEALTH_N_CHECKS) - 1)

/* What the user set; durations in ns, ALERT_NEVER is off. */
typedef struct
{
  guint checks;                 /* bit 1 << HealthCheckId */
  gdouble black_pixel;          /* share of the luma range */
  gdouble black_ratio;          /* share of the picture */
  guint64 black_duration;
  gdouble freeze_threshold;     /* of a block's mean, 0 to 255 */
  guint64 freeze_duration;
  gdouble silence_level_db;     /* dBFS */
  guint64 silence_duration;
  guint64 gap_threshold;
  guint64 stall_timeout;
  guint64 startup_timeout;
  guint64 bitrate_min_bps;      /* 0 is off */
  guint64 bitrate_max_bps;      /* 0 is off */
  gdouble fps_min_ratio;        /* of the nominal rate; 0 is off */
} HealthConfig;

/* What the times of a check are. */
typedef enum
{
  HEALTH_AXIS_MEDIA,            /* running time of the buffers */
  HEALTH_AXIS_ARRIVAL,          /* the caller's `now` */
} HealthAxis;

typedef struct
{
  const gchar *name;            /* as in messages, stats and `checks` */
  const gchar *blurb;
  const gchar *unit;            /* of value and threshold */
  HealthAxis axis;
  const gchar *opened;          /* begins the sentence */
  const gchar *closed;
  void (*rule) (const HealthConfig * config, AlertRule * rule);
} HealthCheck;

extern const HealthCheck health_checks[HEALTH_N_CHECKS];

/* One thing to tell. */
typedef struct
{
  HealthCheckId check;
  AlertAction action;           /* never ALERT_KEEP */
  AlertLevel severity;
  guint64 number;               /* of the incident, from 1 */
  guint64 since;                /* ns, on the check's axis */
  guint64 duration;             /* ns so far */
  gdouble value, threshold;     /* newest bad ones, in the check's unit */
  gboolean flapping;
  gboolean ended;               /* closed since the stream ended */
} HealthEvent;

/* The event in one sentence. */
void health_event_describe (const HealthEvent * event, gchar * text,
    gsize size);

/* Both bitrate limits can be met. */
gboolean health_config_is_sane (const HealthConfig * config);

G_END_DECLS
