/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "health.h"

#include <string.h>

#define MSECOND G_GUINT64_CONSTANT (1000000)
#define SECOND (1000 * MSECOND)

/* A dead channel is six times rarer to be a fault than silence, but no more
 * than an hour is needed to know. */
#define DEAD_CHANNEL_FACTOR 6
#define DEAD_CHANNEL_LIMIT (3600 * SECOND)

/* A picture that claims to be longer is judged by the next one. */
#define LONGEST_PICTURE SECOND

/* The frame rate is critical under 70 % where 90 % warns. */
#define FPS_CRITICAL (7.0 / 9.0)

static guint64
bounded_sum (guint64 a, guint64 b)
{
  return b < HEALTH_NONE - a ? a + b : HEALTH_NONE;
}

static gboolean
is_on (const Health * self, HealthCheckId check)
{
  return (self->config.checks & 1u << check) != 0;
}

static void
push_event (Health * self, HealthCheckId check, AlertAction action)
{
  Alert *alert = &self->alerts[check];
  HealthEvent *event;

  if (action == ALERT_KEEP)
    return;
  g_assert (self->n_events < HEALTH_MAX_EVENTS);
  event = &self->events[self->n_events++];
  memset (event, 0, sizeof (*event));
  event->check = check;
  event->action = action;
  event->severity = alert->severity;
  event->number = alert->number;
  event->since = alert->since;
  event->duration = alert_duration (alert);
  event->flapping = alert_is_flapping (alert);
  event->value = self->values[check];
  event->threshold = self->thresholds[check];
}

void
health_judge (Health * self, HealthCheckId check, AlertLevel level,
    guint64 since, guint64 now, gdouble value, gdouble threshold)
{
  Alert *alert = &self->alerts[check];

  if (level == ALERT_LEVEL_OK && alert->state == ALERT_IDLE)
    return;
  if (!is_on (self, check))
    return;
  if (level != ALERT_LEVEL_OK) {
    self->values[check] = value;
    self->thresholds[check] = threshold;
  }
  push_event (self, check, alert_on (alert, &self->rules[check], level, since,
          now));
}

static void
close_check (Health * self, HealthCheckId check, guint64 now, gboolean ended)
{
  Alert *alert = &self->alerts[check];
  AlertAction action;

  if (health_checks[check].axis == HEALTH_AXIS_MEDIA)
    now = alert->last;
  action = alert_close (alert, now);
  push_event (self, check, action);
  if (action != ALERT_KEEP)
    self->events[self->n_events - 1].ended = ended;
}

static void
apply_config (Health * self)
{
  const HealthConfig *config = &self->config;
  guint i;

  for (i = 0; i < HEALTH_N_CHECKS; i++)
    health_checks[i].rule (config, &self->rules[i]);
  self->gaps.threshold = config->gap_threshold;
  self->watch.stall_timeout = is_on (self, HEALTH_CHECK_STALL) ?
      config->stall_timeout : STALL_WATCH_NEVER;
  self->watch.startup_timeout = is_on (self, HEALTH_CHECK_STARTUP) ?
      config->startup_timeout : STALL_WATCH_NEVER;
}

void
health_init (Health * self, const HealthConfig * config)
{
  guint i;

  memset (self, 0, sizeof (*self));
  self->config = *config;
  for (i = 0; i < HEALTH_N_CHECKS; i++)
    alert_init (&self->alerts[i]);
  stall_watch_init (&self->watch);
  health_reset (self, 0);
}

void
health_reset (Health * self, guint64 now)
{
  static const HealthStream unknown = { 0, 0.0, FALSE, FALSE, FALSE, FALSE,
    FALSE
  };
  guint i;

  for (i = 0; i < HEALTH_N_CHECKS; i++)
    alert_reset (&self->alerts[i]);
  memset (&self->counters, 0, sizeof (self->counters));
  memset (&self->keys, 0, sizeof (self->keys));
  self->counters.startup_time = HEALTH_NONE;
  self->playing = FALSE;
  self->fresh = TRUE;
  self->uses_dts = FALSE;
  self->start_time = now;
  self->last_arrival = HEALTH_NONE;
  self->media_time = 0;
  self->rate_deadline = 0;
  self->n_events = 0;
  stall_watch_reset (&self->watch);
  gap_meter_init (&self->gaps, self->config.gap_threshold);
  health_set_stream (self, &unknown);
  rate_meter_reset (&self->arrivals);
  rate_meter_reset (&self->media);
  apply_config (self);
}

void
health_configure (Health * self, const HealthConfig * config)
{
  guint i;

  self->config = *config;
  apply_config (self);
  for (i = 0; i < HEALTH_N_CHECKS; i++) {
    if (!is_on (self, i))
      close_check (self, i, self->alerts[i].last, FALSE);
  }
}

void
health_set_stream (Health * self, const HealthStream * stream)
{
  gboolean reorders = !stream->ordered && !self->uses_dts;
  /* Audio in containers is stamped to the millisecond, or by PES packet. */
  guint64 tolerance = (stream->audio ? 10 : 2) * MSECOND;

  self->stream = *stream;
  gap_meter_set_stream (&self->gaps, stream->frame, tolerance, reorders);
}

void
health_play (Health * self, guint64 now)
{
  self->playing = TRUE;
  rate_meter_reset (&self->arrivals);
  self->rate_deadline = now + SECOND;
  stall_watch_arm (&self->watch, now);
}

void
health_pause (Health * self, guint64 now)
{
  self->playing = FALSE;
  stall_watch_disarm (&self->watch);
  close_check (self, HEALTH_CHECK_STALL, now, FALSE);
  close_check (self, HEALTH_CHECK_STARTUP, now, FALSE);
  alert_break (&self->alerts[HEALTH_CHECK_BITRATE]);
}

void
health_on_end (Health * self, guint64 now)
{
  guint i;

  stall_watch_disarm (&self->watch);
  for (i = 0; i < HEALTH_N_CHECKS; i++)
    close_check (self, i, now, TRUE);
  self->fresh = TRUE;
}

void
health_on_gap (Health * self)
{
  alert_break (&self->alerts[HEALTH_CHECK_BLACK]);
  alert_break (&self->alerts[HEALTH_CHECK_FREEZE]);
  alert_break (&self->alerts[HEALTH_CHECK_SILENCE]);
  alert_break (&self->alerts[HEALTH_CHECK_DEAD_CHANNEL]);
}

void
health_on_segment (Health * self)
{
  self->fresh = TRUE;
}

/* Running time starts from zero again. */
void
health_on_flush (Health * self, guint64 now)
{
  guint i;

  for (i = 0; i < HEALTH_N_CHECKS; i++) {
    if (health_checks[i].axis == HEALTH_AXIS_MEDIA) {
      close_check (self, i, now, FALSE);
      alert_new_timeline (&self->alerts[i]);
    }
  }
  gap_meter_restart (&self->gaps);
  key_meter_restart (&self->keys);
  rate_meter_reset (&self->media);
  self->fresh = TRUE;
  self->media_time = 0;
  self->counters.peak_start = 0;
  if (self->playing)
    stall_watch_arm (&self->watch, now);
}

static gdouble
to_ms (guint64 time)
{
  return (gdouble) time / MSECOND;
}

static void
judge_stall (Health * self, guint64 now)
{
  StallKind kind = stall_watch_check (&self->watch, now);
  guint64 since = self->watch.since;

  health_judge (self, HEALTH_CHECK_STARTUP, kind == STALL_STARTUP ?
      ALERT_LEVEL_CRITICAL : ALERT_LEVEL_OK, since, now, to_ms (now - since),
      to_ms (self->config.startup_timeout));
  health_judge (self, HEALTH_CHECK_STALL, kind == STALL_STALLED ?
      ALERT_LEVEL_CRITICAL : ALERT_LEVEL_OK, since, now, to_ms (now - since),
      to_ms (self->config.stall_timeout));
}

static void
judge_bitrate (Health * self, guint64 now)
{
  const HealthConfig *config = &self->config;
  gdouble bps = rate_meter_bits_per_second (&self->arrivals, RATE_METER_LONG);
  gdouble limit = 0.0;
  AlertLevel level = ALERT_LEVEL_OK;

  self->rate_deadline = now + SECOND;
  if (!self->playing || rate_meter_filled (&self->arrivals) < RATE_METER_SHORT)
    return;
  if (config->bitrate_min_bps > 0 && bps < config->bitrate_min_bps) {
    limit = config->bitrate_min_bps;
    level = bps < limit * 0.5 ? ALERT_LEVEL_CRITICAL : ALERT_LEVEL_WARNING;
  } else if (config->bitrate_max_bps > 0 && bps > config->bitrate_max_bps) {
    limit = config->bitrate_max_bps;
    level = bps > limit * 1.5 ? ALERT_LEVEL_CRITICAL : ALERT_LEVEL_WARNING;
  }
  health_judge (self, HEALTH_CHECK_BITRATE, level, now, now, bps, limit);
}

/* By running time, so that a source that delivers in bursts is not blamed.
 * Low in both windows: one hole alone is a gap, and at five frames a second
 * the short window is too coarse. */
static void
judge_frame_rate (Health * self, guint64 time)
{
  gdouble brief, fps, limit = self->config.fps_min_ratio * self->stream.fps;
  AlertLevel level = ALERT_LEVEL_OK;

  if (!self->stream.frames || limit <= 0.0
      || rate_meter_filled (&self->media) < RATE_METER_SHORT)
    return;
  brief = rate_meter_frames_per_second (&self->media, RATE_METER_SHORT);
  fps = rate_meter_frames_per_second (&self->media, RATE_METER_LONG);
  if (brief < limit && fps < limit)
    level = MAX (brief, fps) < limit * FPS_CRITICAL ? ALERT_LEVEL_CRITICAL :
        ALERT_LEVEL_WARNING;
  health_judge (self, HEALTH_CHECK_FRAME_RATE, level, time, time, fps, limit);
}

static void
judge_gap (Health * self, GapKind kind, guint64 time, guint64 hole,
    gboolean discont)
{
  AlertLevel level = ALERT_LEVEL_OK, jump = ALERT_LEVEL_OK;

  switch (kind) {
    case GAP_NONE:
      jump = discont ? ALERT_LEVEL_WARNING : ALERT_LEVEL_OK;
      break;
    case GAP_SMALL:
      level = ALERT_LEVEL_WARNING;
      break;
    case GAP_LARGE:
      level = ALERT_LEVEL_CRITICAL;
      health_on_gap (self);
      break;
    case GAP_BACKWARDS:
      jump = ALERT_LEVEL_WARNING;
      health_on_gap (self);
      break;
  }
  health_judge (self, HEALTH_CHECK_GAP, level,
      level == ALERT_LEVEL_OK ? time : time - MIN (hole, time), time,
      to_ms (hole), to_ms (self->config.gap_threshold));
  health_judge (self, HEALTH_CHECK_DISCONTINUITY, jump, time, time,
      jump == ALERT_LEVEL_OK ? 0.0 : to_ms (hole), 0.0);
}

/* The time that a buffer stands in the stream's order: DTS where the stream
 * has them, else PTS. */
static guint64
order_time (Health * self, const HealthBuffer * buffer)
{
  if (buffer->dts == HEALTH_NONE)
    return self->uses_dts ? HEALTH_NONE : buffer->pts;
  if (!self->uses_dts) {
    self->uses_dts = TRUE;
    self->gaps.reorders = FALSE;
    gap_meter_restart (&self->gaps);
  }
  return buffer->dts;
}

static void
on_timing (Health * self, const HealthBuffer * buffer, guint64 time)
{
  gboolean discont = buffer->discont && !self->fresh;
  GapKind kind = GAP_NONE;
  guint64 hole = 0;

  if (discont)
    self->counters.discontinuities++;
  self->fresh = FALSE;
  if (time != HEALTH_NONE && !self->stream.sparse)
    kind = gap_meter_on_buffer (&self->gaps, time, buffer->duration, &hole);
  judge_gap (self, kind, self->media_time, hole, discont);
  if (self->stream.keyframes && !buffer->delta && time != HEALTH_NONE)
    key_meter_on_keyframe (&self->keys, time);
}

static void
on_rates (Health * self, const HealthBuffer * buffer, guint64 time)
{
  guint frames = self->stream.frames ? 1 : 0;

  self->counters.buffers++;
  self->counters.bytes += buffer->size;
  self->counters.frames += frames;
  if (rate_meter_add (&self->arrivals, buffer->arrival, buffer->size, frames))
    judge_bitrate (self, buffer->arrival);
  if (time == HEALTH_NONE)
    return;
  if (rate_meter_add (&self->media, time, buffer->size, frames))
    judge_frame_rate (self, time);
}

/* Where nothing is stamped, media time passes as data arrive. */
static void
advance_media_time (Health * self, guint64 time, guint64 arrival)
{
  if (time != HEALTH_NONE)
    self->media_time = time;
  else if (self->last_arrival != HEALTH_NONE && arrival > self->last_arrival)
    self->media_time += arrival - self->last_arrival;
}

static gboolean
is_black (const Health * self, const LumaSample * luma)
{
  return luma->dark_ratio >= self->config.black_ratio;
}

static void
on_luma (Health * self, const LumaSample * luma, guint64 end)
{
  self->counters.luma = *luma;
  self->counters.have_luma = TRUE;
  health_judge (self, HEALTH_CHECK_BLACK,
      is_black (self, luma) ? ALERT_LEVEL_WARNING : ALERT_LEVEL_OK,
      self->media_time, end, luma->dark_ratio, self->config.black_ratio);
}

/* A black picture is told as that, and not as a frozen one as well. */
static void
on_freeze (Health * self, const HealthContent * content, guint64 end)
{
  gboolean frozen = content->freeze.still && !is_black (self, &content->luma);

  self->counters.freeze = content->freeze;
  self->counters.have_freeze = TRUE;
  health_judge (self, HEALTH_CHECK_FREEZE,
      frozen ? ALERT_LEVEL_WARNING : ALERT_LEVEL_OK, self->media_time, end,
      content->freeze.change, self->config.freeze_threshold);
}

static void
on_picture (Health * self, const HealthContent * content, guint64 duration)
{
  guint64 end;

  if (self->stream.frame > 0)
    duration = self->stream.frame;
  end = bounded_sum (self->media_time, MIN (duration, LONGEST_PICTURE));
  on_luma (self, &content->luma, end);
  if (content->have_freeze)
    on_freeze (self, content, end);
}

static void
hold_peak (Health * self, gdouble peak)
{
  HealthCounters *counters = &self->counters;
  guint64 start = counters->peak_start;

  counters->have_audio = TRUE;
  if (self->media_time < start || self->media_time - start >= SECOND) {
    counters->peak_start = self->media_time;
    counters->peak_before = counters->peak;
    counters->peak = 0.0;
  }
  counters->peak = MAX (counters->peak, peak);
}

static void
judge_silence (Health * self, gboolean silent, guint64 since, guint64 now,
    gdouble peak)
{
  health_judge (self, HEALTH_CHECK_SILENCE,
      silent ? ALERT_LEVEL_WARNING : ALERT_LEVEL_OK, since, now,
      silence_level_db (peak), self->config.silence_level_db);
}

static void
judge_dead_channel (Health * self, const SilenceReport * report, guint64 end)
{
  guint64 limit = self->config.silence_duration;
  guint64 quiet = report->quiet_duration;
  gboolean dead;

  if (limit != ALERT_NEVER)
    limit = limit < DEAD_CHANNEL_LIMIT / DEAD_CHANNEL_FACTOR ?
        limit * DEAD_CHANNEL_FACTOR : DEAD_CHANNEL_LIMIT;
  dead = quiet >= limit;
  health_judge (self, HEALTH_CHECK_DEAD_CHANNEL,
      dead ? ALERT_LEVEL_WARNING : ALERT_LEVEL_OK,
      dead ? end - MIN (quiet, end) : end, end, to_ms (quiet), to_ms (limit));
}

static void
on_audio (Health * self, const SilenceReport * report, guint64 duration)
{
  guint64 since = self->media_time, end = bounded_sum (since, duration);
  gboolean silent = report->silent;
  guint i;

  hold_peak (self, report->peak);
  /* Before the first change it was the opposite of what it changed to. */
  if (report->n_changes > 0)
    silent = !report->changes[0].silent;
  for (i = 0; i < report->n_changes; i++) {
    guint64 turn = bounded_sum (self->media_time, report->changes[i].offset);

    judge_silence (self, silent, since, turn, report->peak);
    silent = report->changes[i].silent;
    since = turn;
    judge_silence (self, silent, since, turn, report->peak);
  }
  judge_silence (self, silent, since, end, report->peak);
  judge_dead_channel (self, report, end);
}

static void
on_content (Health * self, const HealthBuffer * buffer,
    const HealthContent * content)
{
  if (buffer->gap) {
    health_on_gap (self);
    return;
  }
  if (!content->have_luma && !content->have_audio)
    return;
  self->counters.analysed++;
  if (content->have_luma)
    on_picture (self, content, buffer->duration);
  if (content->have_audio)
    on_audio (self, &content->audio, content->audio_duration);
}

static void
on_arrival (Health * self, guint64 now)
{
  /* The timer may be late: a stall that is over by now was one still. */
  if (stall_watch_check (&self->watch, now) != STALL_NONE)
    judge_stall (self, now);
  if (self->playing && self->watch.state == STALL_WATCH_OFF)
    stall_watch_arm (&self->watch, now);
  if (self->counters.buffers == 0)
    self->counters.startup_time = now - MIN (self->start_time, now);
  stall_watch_on_data (&self->watch, now);
  if (self->alerts[HEALTH_CHECK_STALL].state != ALERT_IDLE
      || self->alerts[HEALTH_CHECK_STARTUP].state != ALERT_IDLE)
    judge_stall (self, now);
}

void
health_on_buffer (Health * self, const HealthBuffer * buffer,
    const HealthContent * content)
{
  guint64 time = order_time (self, buffer);

  on_arrival (self, buffer->arrival);
  advance_media_time (self, time, buffer->arrival);
  self->last_arrival = buffer->arrival;
  on_timing (self, buffer, time);
  on_rates (self, buffer, time);
  on_content (self, buffer, content);
}

static gboolean
has_bitrate_limits (const Health * self)
{
  return is_on (self, HEALTH_CHECK_BITRATE) && self->arrivals.started
      && (self->config.bitrate_min_bps > 0 || self->config.bitrate_max_bps > 0);
}

void
health_on_timer (Health * self, guint64 now)
{
  if (!self->playing || self->watch.state == STALL_WATCH_OFF)
    return;
  judge_stall (self, now);
  if (has_bitrate_limits (self) && now >= self->rate_deadline) {
    rate_meter_advance (&self->arrivals, now);
    judge_bitrate (self, now);
  }
}

guint64
health_deadline (const Health * self, guint64 now)
{
  guint64 deadline, next;
  guint i;

  if (!self->playing || self->watch.state == STALL_WATCH_OFF)
    return HEALTH_NONE;
  deadline = stall_watch_deadline (&self->watch, now);
  for (i = HEALTH_CHECK_STALL; i <= HEALTH_CHECK_STARTUP; i++) {
    next = alert_deadline (&self->alerts[i], &self->rules[i]);
    deadline = MIN (deadline, next);
  }
  if (has_bitrate_limits (self))
    deadline = MIN (deadline, self->rate_deadline);
  return deadline;
}

guint
health_take_events (Health * self, HealthEvent * events)
{
  guint n = self->n_events;

  if (n > 0)
    memcpy (events, self->events, n * sizeof (*events));
  self->n_events = 0;
  return n;
}

guint
health_open_alerts (const Health * self)
{
  guint n = 0, i;

  for (i = 0; i < HEALTH_N_CHECKS; i++)
    n += alert_is_open (&self->alerts[i]) ? 1 : 0;
  return n;
}

guint64
health_total_alerts (const Health * self)
{
  guint64 n = 0;
  guint i;

  for (i = 0; i < HEALTH_N_CHECKS; i++)
    n += self->alerts[i].count;
  return n;
}

guint64
health_check_time (const Health * self, HealthCheckId check, guint64 now)
{
  const Alert *alert = &self->alerts[check];
  guint64 total = alert_total (alert);

  /* A stalled stream makes no calls that would move the alert's own time. */
  if (health_checks[check].axis == HEALTH_AXIS_ARRIVAL
      && alert->state == ALERT_OPEN && now > alert->last)
    total += now - alert->last;
  return total;
}

gdouble
health_peak_db (const Health * self)
{
  return silence_level_db (MAX (self->counters.peak,
          self->counters.peak_before));
}
