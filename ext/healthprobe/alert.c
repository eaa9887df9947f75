/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "alert.h"

#include <string.h>

void
alert_init (Alert * self)
{
  memset (self, 0, sizeof (*self));
  self->closed_at = ALERT_NEVER;
}

void
alert_reset (Alert * self)
{
  guint64 number = self->number;

  alert_init (self);
  self->number = number;
}

static guint64
less (guint64 time, guint64 by)
{
  return time > by ? time - by : 0;
}

/* Time stepped back: move what we remember along, so that durations stay. */
static void
follow (Alert * self, guint64 now)
{
  guint64 step;

  if (now < self->last) {
    step = self->last - now;
    self->since = less (self->since, step);
    self->fall = less (self->fall, step);
    if (self->closed_at != ALERT_NEVER)
      self->closed_at = less (self->closed_at, step);
  }
  self->last = now;
}

gboolean
alert_is_flapping (const Alert * self)
{
  return self->flaps >= ALERT_FLAP_LIMIT;
}

static guint64
off_duration (const Alert * self, const AlertRule * rule)
{
  return alert_is_flapping (self) ? MAX (rule->off, ALERT_FLAP_HOLD) :
      rule->off;
}

/* (start + length), or never */
static guint64
after (guint64 start, guint64 length)
{
  return length < ALERT_NEVER - start ? start + length : ALERT_NEVER;
}

static AlertLevel
severity_now (const Alert * self, const AlertRule * rule, AlertLevel level)
{
  if (self->last >= after (self->since, rule->critical))
    return ALERT_LEVEL_CRITICAL;
  return level;
}

static void
rise (Alert * self, guint64 since)
{
  self->state = ALERT_RISING;
  self->since = MIN (since, self->last);
}

static AlertAction
try_open (Alert * self, const AlertRule * rule, AlertLevel level)
{
  if (self->last < after (self->since, rule->on))
    return ALERT_KEEP;
  if (self->closed_at != ALERT_NEVER
      && self->last < after (self->closed_at, ALERT_FLAP_WINDOW))
    self->flaps++;
  else
    self->flaps = 0;
  self->state = ALERT_OPEN;
  self->severity = severity_now (self, rule, level);
  self->number++;
  self->count++;
  return ALERT_OPENED;
}

static AlertAction
shut (Alert * self)
{
  self->state = ALERT_IDLE;
  self->closed_at = self->last;
  self->total += alert_duration (self);
  return ALERT_CLOSED;
}

static AlertAction
try_close (Alert * self, const AlertRule * rule)
{
  if (self->last < after (self->fall, off_duration (self, rule)))
    return ALERT_KEEP;
  return shut (self);
}

static AlertAction
on_bad (Alert * self, const AlertRule * rule, AlertLevel level, guint64 since)
{
  switch (self->state) {
    case ALERT_IDLE:
      rise (self, since);
      return try_open (self, rule, level);
    case ALERT_RISING:
      return try_open (self, rule, level);
    case ALERT_OPEN:
    case ALERT_FALLING:
      break;
  }
  self->state = ALERT_OPEN;
  level = severity_now (self, rule, level);
  if (level <= self->severity)
    return ALERT_KEEP;
  self->severity = level;
  return ALERT_ESCALATED;
}

static AlertAction
on_good (Alert * self, const AlertRule * rule, guint64 since)
{
  switch (self->state) {
    case ALERT_IDLE:
      return ALERT_KEEP;
    case ALERT_RISING:
      self->state = ALERT_IDLE;
      return ALERT_KEEP;
    case ALERT_OPEN:
      self->state = ALERT_FALLING;
      self->fall = CLAMP (since, self->since, self->last);
      break;
    case ALERT_FALLING:
      break;
  }
  return try_close (self, rule);
}

AlertAction
alert_on (Alert * self, const AlertRule * rule, AlertLevel level,
    guint64 since, guint64 now)
{
  follow (self, now);
  if (level == ALERT_LEVEL_OK)
    return on_good (self, rule, since);
  return on_bad (self, rule, level, since);
}

void
alert_break (Alert * self)
{
  if (self->state == ALERT_RISING)
    self->state = ALERT_IDLE;
}

AlertAction
alert_close (Alert * self, guint64 now)
{
  if (!alert_is_open (self)) {
    self->state = ALERT_IDLE;
    return ALERT_KEEP;
  }
  follow (self, now);
  if (self->state == ALERT_OPEN)
    self->fall = MAX (now, self->since);
  return shut (self);
}

void
alert_new_timeline (Alert * self)
{
  g_assert (!alert_is_open (self));

  self->state = ALERT_IDLE;
  self->last = 0;
  self->closed_at = ALERT_NEVER;
}

guint64
alert_deadline (const Alert * self, const AlertRule * rule)
{
  switch (self->state) {
    case ALERT_IDLE:
      return ALERT_NEVER;
    case ALERT_RISING:
      return after (self->since, rule->on);
    case ALERT_OPEN:
      if (self->severity == ALERT_LEVEL_CRITICAL)
        return ALERT_NEVER;
      return after (self->since, rule->critical);
    case ALERT_FALLING:
      return after (self->fall, off_duration (self, rule));
  }
  g_assert_not_reached ();
}

gboolean
alert_is_open (const Alert * self)
{
  return self->state == ALERT_OPEN || self->state == ALERT_FALLING;
}

guint64
alert_duration (const Alert * self)
{
  guint64 end = self->fall;

  if (self->state == ALERT_RISING || self->state == ALERT_OPEN)
    end = self->last;
  return less (end, self->since);
}

guint64
alert_total (const Alert * self)
{
  return self->total + (alert_is_open (self) ? alert_duration (self) : 0);
}
