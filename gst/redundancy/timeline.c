/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "timeline.h"

void
timeline_init (Timeline * self, const TimelineConfig * config)
{
  guint medium;

  self->config = *config;
  self->epochs = 0;
  for (medium = 0; medium < TIMELINE_MEDIA; medium++)
    self->epoch[medium] = 0;
  timeline_reset (self);
}

void
timeline_reset (Timeline * self)
{
  guint medium;

  self->running = FALSE;
  self->seen = 0;
  self->on_old = 0;
  self->epochs++;
  for (medium = 0; medium < TIMELINE_MEDIA; medium++) {
    self->is_late[medium] = FALSE;
    self->epoch[medium] = self->epochs;
  }
}

/* The slowest medium settles where the connection begins. */
static void
settle (Timeline * self, guint medium, guint64 arrival, gint64 delay)
{
  guint bit = 1u << medium;

  if (self->seen == 0) {
    self->first_arrival = arrival;
    self->offset = delay;
  } else if ((self->seen & bit) == 0) {
    self->offset = MAX (self->offset, delay);
  }
  self->seen |= bit;
  if ((self->seen & self->config.expected) == self->config.expected
      || arrival >= self->first_arrival + self->config.settle) {
    self->running = TRUE;
    if (self->config.trust >= 0 && self->offset <= self->config.trust
        && self->offset >= -(gint64) self->config.limit)
      self->offset = 0;
  }
}

/* The medium left its offset: it joins the newer one if that fits, else it
 * founds a new epoch for the connection. */
static void
leave_offset (Timeline * self, guint medium, guint64 arrival, gint64 delay)
{
  guint bit = 1u << medium;
  gboolean joins = (self->on_old & bit) != 0
      && delay <= self->offset + (gint64) self->config.latency
      && delay >= self->offset - (gint64) self->config.limit;

  if (!joins) {
    self->old_offset = self->offset;
    self->offset = delay;
    self->on_old = ~bit;
  }
  self->on_old &= ~bit;
  self->is_late[medium] = FALSE;
  self->epochs++;
  self->epoch[medium] = self->epochs;
}

static gint64
offset_of (const Timeline * self, guint medium)
{
  return (self->on_old & (1u << medium)) != 0 ? self->old_offset : self->offset;
}

static gboolean
lateness_ran_out (Timeline * self, guint medium, guint64 arrival)
{
  if (!self->is_late[medium]) {
    self->is_late[medium] = TRUE;
    self->late_since[medium] = arrival;
  }
  return arrival >= self->late_since[medium] + self->config.patience;
}

TimelineVerdict
timeline_map (Timeline * self, guint medium, guint64 arrival,
    gint64 running_time, gint64 * mapped)
{
  gint64 delay = (gint64) arrival - running_time, behind;

  g_assert (medium < TIMELINE_MEDIA);
  if (!self->running) {
    settle (self, medium, arrival, delay);
    if (!self->running)
      return TIMELINE_SETTLING;
  }
  /* How much later than its place the data arrived. */
  behind = delay - offset_of (self, medium);
  if (behind > (gint64) self->config.limit
      || behind < -(gint64) self->config.limit)
    leave_offset (self, medium, arrival, delay);
  else if (behind <= (gint64) self->config.latency)
    self->is_late[medium] = FALSE;
  else if (lateness_ran_out (self, medium, arrival))
    leave_offset (self, medium, arrival, delay);

  *mapped = running_time + offset_of (self, medium);
  behind = delay - offset_of (self, medium);
  return behind > (gint64) self->config.latency ? TIMELINE_LATE
      : TIMELINE_USABLE;
}
