/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "alert.h"
#include "blackdetect.h"
#include "checks.h"
#include "freezedetect.h"
#include "gapmeter.h"
#include "keymeter.h"
#include "ratemeter.h"
#include "silencedetect.h"
#include "stallwatch.h"

G_BEGIN_DECLS

#define HEALTH_NONE G_MAXUINT64

/* One call can tell at most this: each check may close and open, and silence
 * may do so at each change that its report holds. */
#define HEALTH_MAX_EVENTS (2 * (HEALTH_N_CHECKS + SILENCE_MAX_CHANGES + 1))

/* What the caps say about the stream. */
typedef struct
{
  guint64 frame;                /* ns, nominal; 0 when not known */
  gdouble fps;                  /* nominal; 0 when not known */
  gboolean frames;              /* each buffer is one picture */
  gboolean keyframes;           /* some pictures depend on others */
  gboolean audio;
  gboolean ordered;             /* time never steps back, even without DTS */
  gboolean sparse;              /* text: gaps are its nature */
} HealthStream;

/* One buffer; times in ns or HEALTH_NONE. */
typedef struct
{
  guint64 arrival;
  guint64 pts, dts;             /* running time */
  guint64 duration;
  gsize size;
  gboolean discont;
  gboolean gap;                 /* stands for missing data */
  gboolean delta;               /* no key frame */
} HealthBuffer;

/* What the content detectors saw in it. */
typedef struct
{
  gboolean have_luma, have_freeze, have_audio;
  LumaSample luma;
  FreezeSample freeze;
  SilenceReport audio;
  guint64 audio_duration;       /* ns */
} HealthContent;

typedef struct
{
  guint64 buffers, bytes, frames;
  guint64 analysed;             /* pictures and audio buffers looked into */
  guint64 discontinuities;      /* flagged ones */
  guint64 startup_time;         /* ns, reset to first buffer, or none */
  gboolean have_luma, have_freeze, have_audio;
  LumaSample luma;              /* newest */
  FreezeSample freeze;
  gdouble peak, peak_before;    /* this second's and the one's before */
  guint64 peak_start;           /* ns, media time */
} HealthCounters;

/* The probe's whole judgement: fed with buffers, content reports and time,
 * it keeps the numbers and makes incidents.  Plain data; whoever owns it locks
 * it and fetches the events after each call that may make some (all but the
 * const ones).  `now` is the arrival clock, ns, never backwards. */
typedef struct
{
  HealthConfig config;
  AlertRule rules[HEALTH_N_CHECKS];
  Alert alerts[HEALTH_N_CHECKS];
  gdouble values[HEALTH_N_CHECKS];      /* of the last bad verdict */
  gdouble thresholds[HEALTH_N_CHECKS];
  HealthStream stream;

  gboolean playing;
  gboolean fresh;               /* the next buffer may be a discontinuity */
  gboolean uses_dts;
  guint64 start_time;           /* ns arrival */
  guint64 last_arrival;         /* ns, or none */
  guint64 media_time;           /* ns, of the newest buffer */
  guint64 rate_deadline;        /* ns, next look at the bitrate */

  StallWatch watch;
  GapMeter gaps;
  KeyMeter keys;
  RateMeter arrivals;           /* by `now` */
  RateMeter media;              /* by running time */
  HealthCounters counters;

  HealthEvent events[HEALTH_MAX_EVENTS];
  guint n_events;
} Health;

void health_init (Health * self, const HealthConfig * config);

/* All numbers start anew; incident numbers go on. */
void health_reset (Health * self, guint64 now);

/* At once; what is switched off closes. */
void health_configure (Health * self, const HealthConfig * config);

void health_set_stream (Health * self, const HealthStream * stream);

/* Data are expected, or not (paused).  Neither is a fault. */
void health_play (Health * self, guint64 now);
void health_pause (Health * self, guint64 now);

void health_on_buffer (Health * self, const HealthBuffer * buffer,
    const HealthContent * content);

/* Upstream says that there is nothing to see or hear here. */
void health_on_gap (Health * self);
void health_on_segment (Health * self);
void health_on_flush (Health * self, guint64 now);
/* End of stream, or of the probe's work: open incidents close. */
void health_on_end (Health * self, guint64 now);

/* To be called at health_deadline (), which is HEALTH_NONE for never. */
void health_on_timer (Health * self, guint64 now);
guint64 health_deadline (const Health * self, guint64 now);

/* A detector's verdict: `level` holds since `since`, seen at `now`, both on
 * the check's own axis. */
void health_judge (Health * self, HealthCheckId check, AlertLevel level,
    guint64 since, guint64 now, gdouble value, gdouble threshold);

/* Moves the events out, up to HEALTH_MAX_EVENTS; returns how many. */
guint health_take_events (Health * self, HealthEvent * events);

/* For stats. */
guint health_open_alerts (const Health * self);
guint64 health_total_alerts (const Health * self);
guint64 health_check_time (const Health * self, HealthCheckId check,
    guint64 now);
gdouble health_peak_db (const Health * self);

G_END_DECLS
