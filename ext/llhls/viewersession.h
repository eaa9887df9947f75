/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cmcd.h"

G_BEGIN_DECLS

typedef enum
{
  VIEWER_ARRIVED,               /* nothing told of playing yet */
  VIEWER_STARTING,
  VIEWER_PLAYING,
  VIEWER_REBUFFERING,
  VIEWER_PAUSED,                /* also seeking: no picture is expected */
  VIEWER_ENDED,
} ViewerState;

/* Where a figure comes from; the later one is the better one. */
typedef enum
{
  VIEWER_SOURCE_NONE,
  VIEWER_SOURCE_GUESSED,        /* from what version 1 tells */
  VIEWER_SOURCE_TOLD,           /* from the player's state or list */
  VIEWER_SOURCE_MEASURED,       /* the player's own figure */
} ViewerSource;

/* One player as its reports show it.  Times are ns of the caller's clock, and
 * never taken further than it: a report can't claim more than went by.
 * Numbers are CMCD_ABSENT while nothing is known. */
typedef struct
{
  ViewerState state;
  guint64 version;              /* of CMCD, the latest */
  guint64 arrived, seen;        /* the first and the last report */
  gboolean has_state;           /* the player tells its state */

  guint64 startup;              /* ns until the first picture */
  ViewerSource startup_source;
  gboolean from_start;          /* it was seen from the beginning */

  guint64 rebuffers;
  ViewerSource count_source;
  guint64 rebuffer_time;        /* of what has ended */
  ViewerSource time_source;
  guint64 stall_since, last_stall;      /* the open one, the last whole one */
  gboolean stall_claimed;       /* bs of the open one has been counted */

  guint64 played;               /* ns of media or of state playing */
  gboolean has_video;
  guint64 dry_at;               /* when what was asked for will be played */

  guint64 latency, buffer, throughput;  /* the latest */
  gboolean latency_told;
  guint64 weight_ms, weighted_kbit;     /* for the bitrate's mean */
  guint64 dropped_frames, errors;
} ViewerSession;

void viewer_session_init (ViewerSession * self, guint64 now);

/* A report of this session at `now`; with a request or, `is_event`, alone. */
void viewer_session_on_report (ViewerSession * self, const Cmcd * report,
    gboolean is_event, guint64 now);

/* What it asked for ends `ahead` (ns) of its picture, and was whole `age` (ns,
 * may be negative) before. */
void viewer_session_on_media (ViewerSession * self, guint64 ahead,
    gint64 age);

/* The mean of what was watched in the last minutes, bit/s, or CMCD_ABSENT. */
guint64 viewer_session_bitrate (const ViewerSession * self);

/* All waiting in mid-play, the open stall too, ns. */
guint64 viewer_session_rebuffer_time (const ViewerSession * self, guint64 now);

G_END_DECLS
