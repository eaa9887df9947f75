/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "timeline.h"

/* Of media times, ns. */
#define ROUNDING 50000
/* A frame that is due may come this much later, ns. */
#define LATENESS G_GUINT64_CONSTANT (200000000)

void
timeline_init (Timeline * self, guint64 target, guint64 longest,
    guint64 first_msn)
{
  g_assert (target > 0 && longest >= target);

  self->target = target;
  self->longest = longest;
  self->next_msn = first_msn;
  self->want_discontinuity = self->want_at_key = self->at_key = FALSE;
  self->discontinuities = 0;
  self->by_time = self->off_grid = FALSE;
  self->history = 0;
  self->boundaries = g_array_new (FALSE, FALSE, sizeof (TimelineBoundary));
}

void
timeline_clear (Timeline * self)
{
  g_clear_pointer (&self->boundaries, g_array_unref);
}

static const TimelineBoundary *
nth (const Timeline * self, guint i)
{
  return &g_array_index (self->boundaries, TimelineBoundary, i);
}

gboolean
timeline_started (const Timeline * self)
{
  return self->boundaries->len > 0;
}

const TimelineBoundary *
timeline_first (const Timeline * self)
{
  g_assert (timeline_started (self));
  return nth (self, 0);
}

const TimelineBoundary *
timeline_last (const Timeline * self)
{
  g_assert (timeline_started (self));
  return nth (self, self->boundaries->len - 1);
}

const TimelineBoundary *
timeline_get (const Timeline * self, guint64 msn)
{
  guint64 first;

  if (!timeline_started (self))
    return NULL;
  first = nth (self, 0)->msn;
  if (msn < first || msn - first >= self->boundaries->len)
    return NULL;
  return nth (self, msn - first);
}

const TimelineBoundary *
timeline_find (const Timeline * self, guint64 time)
{
  guint i;

  for (i = self->boundaries->len; i > 0; i--) {
    if (nth (self, i - 1)->time <= time)
      return nth (self, i - 1);
  }
  return NULL;
}

static guint64
first_multiple (guint64 time, guint64 target)
{
  return (time + target - 1) / target * target;
}

static guint64
due_behind (const Timeline * self, guint64 last)
{
  guint64 due;

  /* Half a segment at least, so that a cut off the grid leads back to it
   * without a sliver. */
  due = first_multiple (last + self->target / 2, self->target);
  /* Up to one and a half is too long for TARGETDURATION. */
  if (due - last + LATENESS > self->longest)
    due -= self->target;
  return MAX (due, last + 1);
}

guint64
timeline_due (const Timeline * self)
{
  if (self->by_time)
    return (timeline_last (self)->msn + 1) * self->target;
  return due_behind (self, timeline_last (self)->time);
}

void
timeline_cut (Timeline * self, guint64 time)
{
  TimelineBoundary boundary = { self->next_msn, time,
    self->want_discontinuity || (self->want_at_key && self->at_key), TRUE
  };

  if (timeline_started (self) && time <= timeline_last (self)->time)
    return;
  if (self->boundaries->len == TIMELINE_MAX_BOUNDARIES) {
    self->discontinuities += timeline_first (self)->discontinuity;
    g_array_remove_index (self->boundaries, 0);
  }
  g_array_append_val (self->boundaries, boundary);
  self->next_msn++;
  self->want_discontinuity = FALSE;
  self->want_at_key &= !self->at_key;
}

/* Behind it there is no media. */
static void
cut_gap (Timeline * self, guint64 time)
{
  gboolean wanted = self->want_discontinuity, at_key = self->at_key;

  self->want_discontinuity = self->at_key = FALSE;
  timeline_cut (self, time);
  self->want_discontinuity = wanted;
  self->at_key = at_key;
}

void
timeline_fall_silent (Timeline * self, guint64 time, guint64 first)
{
  if (time <= timeline_last (self)->time
      || due_behind (self, time) - MIN (first, time) > self->longest)
    return;
  cut_gap (self, time);
  g_array_index (self->boundaries, TimelineBoundary,
      self->boundaries->len - 1).silence = TRUE;
}

/* All renditions were silent for longer than a segment: the boundaries that
 * nobody brought. */
static void
fill_hole (Timeline * self, guint64 time)
{
  guint64 due = timeline_due (self);
  /* That belongs to what comes behind the hole. */
  gboolean wanted = self->want_discontinuity, at_key = self->at_key;

  self->want_discontinuity = self->at_key = FALSE;
  if (time > due && (time - due) / self->target > TIMELINE_MAX_GAP) {
    due = first_multiple (time - TIMELINE_MAX_GAP * self->target, self->target);
    self->want_discontinuity = TRUE;
  }
  for (; due < time && time - timeline_last (self)->time > self->longest;
      due += self->target)
    timeline_cut (self, due);
  self->want_discontinuity |= wanted;
  self->at_key = at_key;
}

gboolean
timeline_on_grid (const Timeline * self, const TimelineBoundary * boundary)
{
  guint64 time = boundary->time, grid = boundary->msn * self->target;

  return MAX (time, grid) - MIN (time, grid) <= ROUNDING;
}

/* One boundary for each multiple, with those that are missing before it. */
static gboolean
cut_by_time (Timeline * self, guint64 time, guint64 slack, gboolean guessed)
{
  TimelineBoundary *last;
  guint64 msn = (time + slack) / self->target;

  /* Without slack, where any frame can begin. */
  if (slack == 0)
    time = msn * self->target;
  if (!timeline_started (self))
    self->next_msn = msn - MIN (msn, self->history);
  else if (msn <= timeline_last (self)->msn
      || msn - timeline_last (self)->msn > TIMELINE_MAX_BOUNDARIES)
    return FALSE;
  while (self->next_msn < msn)
    cut_gap (self, self->next_msn * self->target);
  timeline_cut (self, time);
  last = &g_array_index (self->boundaries, TimelineBoundary,
      self->boundaries->len - 1);
  last->guessed = guessed;
  if (!guessed)
    self->off_grid = !timeline_on_grid (self, timeline_last (self));
  return TRUE;
}

gboolean
timeline_force (Timeline * self, guint64 time)
{
  if (self->by_time)
    return cut_by_time (self, time, 1, TRUE);
  if (timeline_started (self))
    fill_hole (self, time);
  timeline_cut (self, time);
  return TRUE;
}

gboolean
timeline_offer (Timeline * self, guint64 time, guint64 interval, guint64 slack)
{
  guint64 last;

  if (self->by_time)
    return cut_by_time (self, time, slack, slack == 0);
  if (!timeline_started (self)) {
    timeline_cut (self, time);
    return TRUE;
  }
  last = timeline_last (self)->time;
  if (time <= last + slack)
    return FALSE;
  if (time + slack < timeline_due (self)
      && (interval == 0 || time - last + interval <= self->longest))
    return FALSE;
  fill_hole (self, time);
  timeline_cut (self, time);
  return TRUE;
}
