/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "slatereel.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)

/* A file that is missing may be put in place at any time, and asking costs
 * little. */
#define RETRY_FIRST (SECOND)
#define RETRY_MOST (30 * SECOND)

void
slate_reel_init (SlateReel * self, const SlateReelConfig * config)
{
  SlateReel empty = { {0,}, };

  *self = empty;
  self->config = *config;
  self->base = -1;
  backoff_init (&self->backoff, RETRY_FIRST, RETRY_MOST, 200, 20, FALSE);
}

static void
begin (SlateReel * self, guint64 now)
{
  self->state = SLATE_REEL_LOADING;
  self->reason = SLATE_REEL_REASON_NONE;
  self->since = now;
  self->base = -1;
  self->end = 0;
  self->pictures = 0;
}

void
slate_reel_load (SlateReel * self, gboolean still, guint64 now)
{
  self->still = still;
  backoff_reset (&self->backoff);
  begin (self, now);
}

void
slate_reel_unload (SlateReel * self)
{
  self->state = SLATE_REEL_OFF;
  self->shown = 0;
  self->at = 0;
}

gint64
slate_reel_place (SlateReel * self, gint64 running_time, gint64 duration,
    guint64 now)
{
  gint64 start;

  /* Behind what there was, and not where it has passed already. */
  if (self->base < 0)
    self->base = MAX (self->at, self->end);
  start = self->base + MAX (running_time, 0);
  self->end = MAX (self->end, start + MAX (duration, 0));
  self->since = now;
  self->pictures++;
  self->state = self->still ? SLATE_REEL_HELD : SLATE_REEL_ROLLING;
  return start;
}

gboolean
slate_reel_has_room (const SlateReel * self, gint64 start)
{
  return start <= self->at + (gint64) self->config.ahead;
}

static void
break_off (SlateReel * self, SlateReelReason reason, guint64 now,
    guint32 random)
{
  self->state = SLATE_REEL_BROKEN;
  self->reason = reason;
  self->failures++;
  self->retry_at = now + backoff_next (&self->backoff, random);
}

SlateReelSequel
slate_reel_on_end (SlateReel * self, guint64 now, guint32 random)
{
  switch (self->state) {
    case SLATE_REEL_LOADING:
      break_off (self, SLATE_REEL_REASON_EMPTY, now, random);
      return SLATE_REEL_DONE;
    case SLATE_REEL_ROLLING:
      break;
    case SLATE_REEL_OFF:
    case SLATE_REEL_HELD:
    case SLATE_REEL_BROKEN:
      return SLATE_REEL_DONE;
  }
  /* A round without any data would go round for ever. */
  if (self->base < 0) {
    break_off (self, SLATE_REEL_REASON_EMPTY, now, random);
    return SLATE_REEL_DONE;
  }
  if (self->end - self->base < (gint64) self->config.least_loop) {
    self->state = SLATE_REEL_HELD;
    return SLATE_REEL_DONE;
  }
  self->base = -1;
  self->since = now;
  self->rounds++;
  backoff_reset (&self->backoff);
  return SLATE_REEL_AGAIN;
}

void
slate_reel_on_error (SlateReel * self, guint64 now, guint32 random)
{
  switch (self->state) {
    case SLATE_REEL_LOADING:
    case SLATE_REEL_ROLLING:
      break_off (self, SLATE_REEL_REASON_ERROR, now, random);
      break;
    case SLATE_REEL_OFF:
    case SLATE_REEL_HELD:
    case SLATE_REEL_BROKEN:
      break;
  }
}

/* Data is due: what was placed has been shown. */
static gboolean
is_starved (const SlateReel * self)
{
  return self->at + (gint64) self->config.ahead / 2 > self->end;
}

SlateReelAction
slate_reel_step (SlateReel * self, guint64 now, guint32 random)
{
  switch (self->state) {
    case SLATE_REEL_LOADING:
      break;
    case SLATE_REEL_ROLLING:
      if (is_starved (self))
        break;
      self->since = MAX (self->since, now);
      return SLATE_REEL_REST;
    case SLATE_REEL_BROKEN:
      if (now < self->retry_at)
        return SLATE_REEL_REST;
      begin (self, now);
      return SLATE_REEL_LOAD;
    case SLATE_REEL_OFF:
    case SLATE_REEL_HELD:
      return SLATE_REEL_REST;
  }
  if (now < self->since + self->config.patience)
    return SLATE_REEL_REST;
  break_off (self, SLATE_REEL_REASON_TIMEOUT, now, random);
  return SLATE_REEL_DROP;
}

gint64
slate_reel_show (SlateReel * self, guint medium, gint64 position)
{
  if (self->shown == 0)
    self->origin = position;
  self->shown |= 1u << medium;
  self->at = MAX (self->at, position - self->origin);
  /* The other medium may be a slot ahead: this one has the beginning ready. */
  return MAX (position - self->origin, 0);
}

gboolean
slate_reel_hide (SlateReel * self, guint medium)
{
  guint before = self->shown;

  self->shown &= ~(1u << medium);
  if (before == 0 || self->shown != 0)
    return FALSE;
  self->at = 0;
  return self->state == SLATE_REEL_ROLLING;
}
