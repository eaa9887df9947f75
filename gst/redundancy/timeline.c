/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "timeline.h"

#define SECOND G_GINT64_CONSTANT (1000000000)

/* Stamps that leave by more than this what came before them, while time did
 * not, have jumped. */
#define JUMP (SECOND / 2)

/* A jump that leaves data as late as it was, but for jitter, is none for the
 * measuring of drift. */
#define SAME_LATENESS (SECOND / 20)

/* A shift that is seen changes by one part in so many. */
#define SHIFT_SLOPE 1000

/* A medium whose place goes on so well has no new epoch. */
#define SEAMLESS (SECOND / 100)

/* Drift is measured by another medium when its own has been away so long. */
#define LEAD_PATIENCE (10 * SECOND)

void
timeline_init (Timeline * self, const TimelineConfig * config)
{
  guint medium;

  self->config = *config;
  self->paced = FALSE;
  self->epochs = 0;
  self->jumps = 0;
  for (medium = 0; medium < TIMELINE_MEDIA; medium++) {
    self->epoch[medium] = 0;
    self->media[medium].shift_wanted = 0;
  }
  timeline_reset (self);
}

void
timeline_reset (Timeline * self)
{
  guint medium;

  self->running = FALSE;
  self->seen = 0;
  self->on_old = 0;
  self->lead = TIMELINE_MEDIA;
  drift_init (&self->drift);
  self->epochs++;
  for (medium = 0; medium < TIMELINE_MEDIA; medium++) {
    self->is_late[medium] = FALSE;
    self->media[medium].mapped = FALSE;
    self->media[medium].shift = self->media[medium].shift_wanted;
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
        && self->offset >= -(gint64) self->config.early)
      self->offset = 0;
  }
}

static gint64
offset_of (const Timeline * self, guint medium)
{
  return (self->on_old & (1u << medium)) != 0 ? self->old_offset : self->offset;
}

/* How much later than its place data arrived, were it put at `place`. */
static gint64
lateness (const Timeline * self, guint medium, guint64 arrival, gint64 place)
{
  return (gint64) arrival - place - drift_at (&self->drift, place)
      - self->media[medium].shift;
}

static gboolean
fits (const Timeline * self, guint medium, guint64 arrival, gint64 place)
{
  gint64 late = lateness (self, medium, arrival, place);

  return late <= (gint64) self->config.latency
      && late >= -(gint64) self->config.early;
}

/* Where data whose stamp means nothing goes on from the data before it: where
 * it arrived, or one frame later than that when it came in time. */
static gint64
next_place (const Timeline * self, guint medium, guint64 arrival)
{
  const TimelineMedium *m = &self->media[medium];
  gint64 here = arrival, passed, place;

  here -= drift_at (&self->drift, here);
  if (!m->mapped)
    return here;
  passed = arrival - m->arrival;
  place = m->place;
  place += m->spacing > 0 && passed < m->spacing + JUMP ? m->spacing : passed;
  return fits (self, medium, arrival, place) ? place : here;
}

/* Does this place follow the one before, as far as can be seen or heard? */
static gboolean
goes_on (const TimelineMedium * m, gint64 place)
{
  return m->mapped && m->spacing > 0
      && ABS (place - m->place - m->spacing) <= SEAMLESS;
}

/* The medium left its offset: it joins the newer one if that fits, or goes back
 * to the one that the others have never left (a stale stamp, such as that of
 * what was unfinished when the medium was cut off), else it founds a new epoch
 * for the connection. */
static void
leave_offset (Timeline * self, guint medium, guint64 arrival,
    gint64 running_time)
{
  const TimelineMedium *m = &self->media[medium];
  guint bit = 1u << medium;
  gboolean is_on_old = (self->on_old & bit) != 0;
  gboolean others_are = (self->on_old & self->seen & ~bit) != 0;
  gint64 change;

  if (!is_on_old && others_are
      && fits (self, medium, arrival, running_time + self->old_offset)) {
    self->offset = self->old_offset;
    self->on_old = bit;
  } else if (!is_on_old
      || !fits (self, medium, arrival, running_time + self->offset)) {
    if (!others_are)
      self->old_offset = self->offset;
    self->offset = next_place (self, medium, arrival) - running_time;
    self->on_old = ~bit;
  }
  self->on_old &= ~bit;
  self->is_late[medium] = FALSE;
  self->epochs++;
  if (!goes_on (m, running_time + self->offset))
    self->epoch[medium] = self->epochs;
  change = (gint64) arrival - running_time - self->offset;
  if (m->mapped)
    change -= (gint64) m->arrival - m->place;
  if (medium == self->lead && ABS (change) > SAME_LATENESS)
    drift_relearn (&self->drift);
}

/* Backwards, or ahead of what time has passed and into the future: not a
 * stall that ends in a burst, and not the rest after a loss. */
static gboolean
has_jumped (const Timeline * self, guint medium, guint64 arrival,
    gint64 running_time)
{
  const TimelineMedium *m = &self->media[medium];
  gint64 step = running_time - m->running_time;
  gint64 passed = arrival - m->arrival;
  gint64 place = running_time + offset_of (self, medium);

  if (!m->mapped)
    return FALSE;
  if (step < -JUMP)
    return TRUE;
  return step > passed + JUMP && step > m->spacing + JUMP
      && lateness (self, medium, arrival, place) + m->shift < -JUMP;
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

static void
judge (Timeline * self, guint medium, guint64 arrival, gint64 running_time)
{
  gint64 late = lateness (self, medium, arrival, running_time
      + offset_of (self, medium));

  if (has_jumped (self, medium, arrival, running_time)) {
    self->jumps++;
    leave_offset (self, medium, arrival, running_time);
  } else if (late > (gint64) self->config.limit
      || late < -(gint64) self->config.early)
    leave_offset (self, medium, arrival, running_time);
  else if (late <= (gint64) self->config.latency)
    self->is_late[medium] = FALSE;
  else if (lateness_ran_out (self, medium, arrival))
    leave_offset (self, medium, arrival, running_time);
}

/* One medium is enough: an encoder's share a clock. */
static void
measure_drift (Timeline * self, guint medium, guint64 arrival, gint64 place)
{
  if (self->paced)
    return;
  if (medium != self->lead) {
    if (self->lead < TIMELINE_MEDIA
        && arrival < self->media[self->lead].arrival + LEAD_PATIENCE)
      return;
    self->lead = medium;
    drift_relearn (&self->drift);
  }
  drift_add (&self->drift, arrival, place);
}

void
timeline_shift (Timeline * self, guint medium, gint64 shift, gboolean seen)
{
  TimelineMedium *m = &self->media[medium];

  m->shift_wanted = shift;
  if (seen || m->shift == shift)
    return;
  m->shift = shift;
  self->epochs++;
  self->epoch[medium] = self->epochs;
}

static void
slew_shift (TimelineMedium * m)
{
  gint64 step = m->spacing / SHIFT_SLOPE;

  m->shift += CLAMP (m->shift_wanted - m->shift, -step, step);
}

TimelineVerdict
timeline_map (Timeline * self, guint medium, guint64 arrival,
    gint64 running_time, gint64 * mapped)
{
  TimelineMedium *m;
  gint64 place;

  g_assert (medium < TIMELINE_MEDIA);
  if (!self->running) {
    settle (self, medium, arrival, (gint64) arrival - running_time);
    if (!self->running)
      return TIMELINE_SETTLING;
  }
  self->seen |= 1u << medium;
  judge (self, medium, arrival, running_time);
  place = running_time + offset_of (self, medium);
  measure_drift (self, medium, arrival, place);
  m = &self->media[medium];
  m->spacing = m->mapped ? CLAMP (place - m->place, 0, JUMP) : 0;
  m->mapped = TRUE;
  m->arrival = arrival;
  m->running_time = running_time;
  m->place = place;
  slew_shift (m);
  *mapped = place + drift_at (&self->drift, place) + m->shift;
  return lateness (self, medium, arrival, place)
      > (gint64) self->config.latency ? TIMELINE_LATE : TIMELINE_USABLE;
}

TimelineVerdict
timeline_recall (const Timeline * self, guint medium, guint64 arrival,
    gint64 running_time, gint64 * mapped)
{
  gint64 place = running_time + offset_of (self, medium);

  g_assert (medium < TIMELINE_MEDIA);
  if (!self->running)
    return TIMELINE_SETTLING;
  *mapped = place + drift_at (&self->drift, place)
      + self->media[medium].shift;
  return lateness (self, medium, arrival, place)
      > (gint64) self->config.latency ? TIMELINE_LATE : TIMELINE_USABLE;
}

gint64
timeline_offset (const Timeline * self)
{
  if (!self->running)
    return 0;
  return self->offset + drift_at (&self->drift, self->drift.from);
}
