/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ratemeter.h"

#include <string.h>

#define WINDOW (RATE_METER_BUCKET * RATE_METER_BUCKETS)
#define BUCKETS_PER_SECOND 10

void
rate_meter_reset (RateMeter * self)
{
  memset (self, 0, sizeof (*self));
}

static void
start_at (RateMeter * self, guint64 now)
{
  rate_meter_reset (self);
  self->started = TRUE;
  self->start = now;
}

static void
next_bucket (RateMeter * self)
{
  self->bytes[self->present] = self->bytes_now;
  self->frames[self->present] = self->frames_now;
  self->bytes_now = 0;
  self->frames_now = 0;
  self->present = (self->present + 1) % RATE_METER_BUCKETS;
  self->start += RATE_METER_BUCKET;
  if (self->complete < RATE_METER_BUCKETS)
    self->complete++;
}

/* Nothing for longer than the window: all buckets are empty. */
static void
empty (RateMeter * self, guint64 now)
{
  memset (self->bytes, 0, sizeof (self->bytes));
  memset (self->frames, 0, sizeof (self->frames));
  self->bytes_now = 0;
  self->frames_now = 0;
  self->complete = RATE_METER_BUCKETS;
  self->start += (now - self->start) / RATE_METER_BUCKET * RATE_METER_BUCKET;
}

gboolean
rate_meter_advance (RateMeter * self, guint64 now)
{
  if (!self->started || now < self->start + RATE_METER_BUCKET)
    return FALSE;
  if (now - self->start >= WINDOW + RATE_METER_BUCKET)
    empty (self, now);
  while (now - self->start >= RATE_METER_BUCKET)
    next_bucket (self);
  return TRUE;
}

gboolean
rate_meter_add (RateMeter * self, guint64 now, gsize bytes, guint frames)
{
  gboolean turned;

  if (!self->started || now + WINDOW < self->start)
    start_at (self, now);
  turned = rate_meter_advance (self, now);
  self->bytes_now += bytes;
  self->frames_now += frames;
  return turned;
}

guint
rate_meter_filled (const RateMeter * self)
{
  return self->complete;
}

/* Index of the bucket that ended `age` buckets ago; 0 is the newest. */
static guint
index_of (const RateMeter * self, guint age)
{
  return (self->present + RATE_METER_BUCKETS - 1 - age) % RATE_METER_BUCKETS;
}

gdouble
rate_meter_bits_per_second (const RateMeter * self, guint window)
{
  guint n = MIN (window, self->complete), i;
  guint64 sum = 0;

  for (i = 0; i < n; i++)
    sum += self->bytes[index_of (self, i)];
  return n == 0 ? 0.0 : (gdouble) sum *8 * BUCKETS_PER_SECOND / n;
}

gdouble
rate_meter_frames_per_second (const RateMeter * self, guint window)
{
  guint n = MIN (window, self->complete), i;
  guint64 sum = 0;

  for (i = 0; i < n; i++)
    sum += self->frames[index_of (self, i)];
  return n == 0 ? 0.0 : (gdouble) sum *BUCKETS_PER_SECOND / n;
}
