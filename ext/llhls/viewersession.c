/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Version 1 of CMCD tells little: bs with the first request after the player
 * ran dry, su with requests as long as there is no picture.  Version 2 tells
 * the state and totals.  Whatever is told better replaces what was guessed. */
#include "viewersession.h"

#include <string.h>

#define MS G_GUINT64_CONSTANT (1000000)
/* The bitrate's mean is over one to two of these. */
#define WEIGHT_WINDOW_MS 60000
/* Media that is asked for ahead of its playing. */
#define MAX_AHEAD (G_GUINT64_CONSTANT (60000) * MS)
/* Between two reports of a player that plays. */
#define MAX_PLAYED (G_GUINT64_CONSTANT (60000) * MS)
#define MAX_LATENCY (G_GUINT64_CONSTANT (86400000) * MS)

void
viewer_session_init (ViewerSession * self, guint64 now)
{
  memset (self, 0, sizeof (*self));
  self->arrived = self->seen = now;
  self->startup = self->latency = CMCD_ABSENT;
  self->buffer = self->throughput = CMCD_ABSENT;
}

/* Start-up */

static void
set_startup (ViewerSession * self, ViewerSource source, guint64 value)
{
  if (source < self->startup_source)
    return;
  /* A guess or an edge is told once. */
  if (source == self->startup_source && source != VIEWER_SOURCE_MEASURED)
    return;
  self->startup_source = source;
  self->startup = value;
}

static void
begin (ViewerSession * self, ViewerSource source, guint64 now)
{
  if (self->from_start && (self->state == VIEWER_ARRIVED
          || self->state == VIEWER_STARTING))
    set_startup (self, source, now - self->arrived);
}

/* Stalls */

static void
count_stalls (ViewerSession * self, const Cmcd * report)
{
  if (report->starvations == CMCD_ABSENT)
    return;
  /* It counts from the session's beginning, and so never less. */
  if (self->count_source < VIEWER_SOURCE_MEASURED)
    self->rebuffers = report->starvations;
  else
    self->rebuffers = MAX (self->rebuffers, report->starvations);
  self->count_source = VIEWER_SOURCE_MEASURED;
}

static void
count_stalled_time (ViewerSession * self, const Cmcd * report, guint64 now)
{
  guint64 limit = now - self->arrived;

  if (report->starved_total != CMCD_ABSENT) {
    self->rebuffer_time = MIN (report->starved_total, limit);
    self->time_source = VIEWER_SOURCE_MEASURED;
  } else if (report->starved_time != CMCD_ABSENT
      && self->time_source < VIEWER_SOURCE_MEASURED) {
    /* The last one has been measured here already. */
    if (self->time_source < VIEWER_SOURCE_TOLD)
      self->rebuffer_time -= MIN (self->last_stall, self->rebuffer_time);
    self->rebuffer_time = MIN (self->rebuffer_time + report->starved_time,
        limit);
    self->time_source = VIEWER_SOURCE_TOLD;
  }
}

static void
stall (ViewerSession * self, guint64 since)
{
  if (self->state == VIEWER_REBUFFERING)
    return;
  self->state = VIEWER_REBUFFERING;
  self->stall_since = MAX (since, self->arrived);
  self->stall_claimed = FALSE;
  if (self->count_source < VIEWER_SOURCE_MEASURED)
    self->rebuffers++;
}

static void
end_stall (ViewerSession * self, guint64 now)
{
  if (self->state != VIEWER_REBUFFERING)
    return;
  self->last_stall = now - MIN (self->stall_since, now);
  if (self->time_source < VIEWER_SOURCE_TOLD) {
    self->time_source = VIEWER_SOURCE_GUESSED;
    self->rebuffer_time += self->last_stall;
  }
}

/* bs: it ran dry since the report before.  One that says its state has told of
 * the same stall, except of those that were over between two reports. */
static void
claim_stall (ViewerSession * self, guint64 now)
{
  guint64 since = MIN (now, MAX (self->dry_at, self->seen));

  if (self->state == VIEWER_REBUFFERING && !self->stall_claimed) {
    self->stall_claimed = TRUE;
  } else if (!self->has_state) {
    end_stall (self, since);
    self->state = VIEWER_PLAYING;
    stall (self, since);
    self->stall_claimed = TRUE;
  } else if (self->count_source < VIEWER_SOURCE_MEASURED) {
    self->rebuffers++;
  }
}

/* States */

static void
go_on (ViewerSession * self, ViewerState state, guint64 now)
{
  end_stall (self, now);
  self->state = state;
}

static void
take_state (ViewerSession * self, CmcdState state, guint64 now)
{
  switch (state) {
    case CMCD_STATE_PRELOADING:
    case CMCD_STATE_STARTING:
      go_on (self, VIEWER_STARTING, now);
      break;
    case CMCD_STATE_PLAYING:
      begin (self, VIEWER_SOURCE_TOLD, now);
      go_on (self, VIEWER_PLAYING, now);
      break;
    case CMCD_STATE_REBUFFERING:
      /* Before the first picture it is start-up. */
      if (self->state != VIEWER_ARRIVED && self->state != VIEWER_STARTING)
        stall (self, now);
      break;
    case CMCD_STATE_SEEKING:
    case CMCD_STATE_PAUSED:
    case CMCD_STATE_WAITING:
      go_on (self, VIEWER_PAUSED, now);
      break;
    case CMCD_STATE_FATAL:
      self->errors += self->state != VIEWER_ENDED;
      go_on (self, VIEWER_ENDED, now);
      break;
    case CMCD_STATE_ENDED:
    case CMCD_STATE_QUIT:
      go_on (self, VIEWER_ENDED, now);
      break;
    case CMCD_STATE_UNKNOWN:
      break;
  }
}

static gboolean
is_media (const Cmcd * report)
{
  return report->object == CMCD_OBJECT_VIDEO
      || report->object == CMCD_OBJECT_AUDIO
      || report->object == CMCD_OBJECT_MUXED;
}

/* A request for media that is not urgent: there is a picture. */
static void
guess_state (ViewerSession * self, const Cmcd * report, guint64 now)
{
  if (report->urgent) {
    if (self->state == VIEWER_ARRIVED)
      self->state = VIEWER_STARTING;
  } else if (is_media (report) && !report->starved) {
    begin (self, VIEWER_SOURCE_GUESSED, now);
    go_on (self, VIEWER_PLAYING, now);
  }
}

/* Figures */

static void
weigh_bitrate (ViewerSession * self, guint64 bitrate, guint64 duration)
{
  guint64 ms = MIN (duration / MS, WEIGHT_WINDOW_MS);

  if (bitrate == CMCD_ABSENT || ms == 0)
    return;
  self->weight_ms += ms;
  self->weighted_kbit += bitrate / 1000 * ms;
  if (self->weight_ms > 2 * WEIGHT_WINDOW_MS) {
    self->weight_ms /= 2;
    self->weighted_kbit /= 2;
  }
}

/* Of the picture, or of sound when there is nothing else. */
static gboolean
leads (ViewerSession * self, const Cmcd * report)
{
  if (report->object == CMCD_OBJECT_VIDEO
      || report->object == CMCD_OBJECT_MUXED)
    self->has_video = TRUE;
  return is_media (report)
      && (report->object != CMCD_OBJECT_AUDIO || !self->has_video);
}

/* What is asked for will be played, at its rate. */
static void
take_media (ViewerSession * self, const Cmcd * report, guint64 now)
{
  guint64 duration = report->duration, limit, wall;
  guint64 rate = report->rate_permille;

  if (!leads (self, report) || duration == CMCD_ABSENT)
    return;
  duration = MIN (duration, MAX_AHEAD);
  weigh_bitrate (self, report->bitrate, duration);
  wall = rate != CMCD_ABSENT && rate > 0 ? duration * 1000 / rate : duration;
  self->dry_at = now + duration
      + (report->buffer != CMCD_ABSENT ? report->buffer : 0);
  if (self->has_state)
    return;
  limit = now - self->arrived + MAX_AHEAD;
  self->played = MIN (self->played + wall, limit);
}

static void
take_figures (ViewerSession * self, const Cmcd * report)
{
  if (report->buffer != CMCD_ABSENT && report->object != CMCD_OBJECT_AUDIO)
    self->buffer = report->buffer;
  if (report->throughput != CMCD_ABSENT)
    self->throughput = report->throughput;
  if (report->latency != CMCD_ABSENT) {
    self->latency = report->latency;
    self->latency_told = TRUE;
  }
  if (report->startup != CMCD_ABSENT)
    set_startup (self, VIEWER_SOURCE_MEASURED, report->startup);
  if (report->dropped_frames != CMCD_ABSENT)
    self->dropped_frames = MAX (self->dropped_frames, report->dropped_frames);
  self->errors += report->event == CMCD_EVENT_ERROR;
}

static void
take_elapsed (ViewerSession * self, const Cmcd * report, gboolean is_event,
    guint64 elapsed)
{
  if (!self->has_state || self->state != VIEWER_PLAYING)
    return;
  elapsed = MIN (elapsed, MAX_PLAYED);
  self->played += elapsed;
  if (is_event)
    weigh_bitrate (self, report->bitrate, elapsed);
}

void
viewer_session_on_report (ViewerSession * self, const Cmcd * report,
    gboolean is_event, guint64 now)
{
  now = MAX (now, self->seen);
  if (self->state == VIEWER_ARRIVED && now == self->arrived)
    self->from_start |= report->urgent
        || report->state == CMCD_STATE_STARTING
        || report->state == CMCD_STATE_PRELOADING;
  self->version = report->version;
  take_elapsed (self, report, is_event, now - self->seen);
  count_stalls (self, report);
  count_stalled_time (self, report, now);
  if (report->state != CMCD_STATE_UNKNOWN) {
    self->has_state = TRUE;
    take_state (self, report->state, now);
  }
  if (report->starved)
    claim_stall (self, now);
  if (!self->has_state)
    guess_state (self, report, now);
  take_figures (self, report);
  if (!is_event)
    take_media (self, report, now);
  self->seen = now;
}

/* When media is whole its last frame is live; the picture is `ahead` before. */
void
viewer_session_on_media (ViewerSession * self, guint64 ahead, gint64 age)
{
  guint64 latency = MIN (ahead, MAX_LATENCY);

  if (age >= 0)
    latency += MIN ((guint64) age, MAX_LATENCY);
  else
    latency -= MIN ((guint64) - (age + 1) + 1, latency);
  if (self->latency_told || self->state != VIEWER_PLAYING)
    return;
  if (self->latency == CMCD_ABSENT)
    self->latency = latency;
  else
    self->latency = (3 * self->latency + latency) / 4;
}

guint64
viewer_session_bitrate (const ViewerSession * self)
{
  if (self->weight_ms == 0)
    return CMCD_ABSENT;
  return self->weighted_kbit / self->weight_ms * 1000;
}

guint64
viewer_session_rebuffer_time (const ViewerSession * self, guint64 now)
{
  if (self->state != VIEWER_REBUFFERING)
    return self->rebuffer_time;
  return self->rebuffer_time + now - MIN (self->stall_since, now);
}
