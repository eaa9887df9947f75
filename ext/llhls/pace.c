/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pace.h"

/* Media time that jumps ahead by this much, and more than the time that went
 * by, begins anew, ns.  Once is an error. */
#define LEAP G_GUINT64_CONSTANT (10000000000)
/* An input this much faster than time is not live. */
#define FAST_PERCENT 105
/* No time beyond this makes sense (146 years). */
#define MAX_TIME (G_MAXINT64 / 2)

void
pace_init (Pace * self)
{
  static const Pace zero;

  *self = zero;
}

static void
begin (Pace * self, guint64 media, guint64 now)
{
  self->known = TRUE;
  self->fast = FALSE;
  self->bucket_media = media;
  self->bucket_now = now;
  self->longest = self->before = (gint64) now - (gint64) media;
  self->leap = 0;
}

static gboolean
leaps (const Pace * self, guint64 media, guint64 now)
{
  return media > self->last_media
      && media - self->last_media > LEAP + (now - MIN (now, self->last_now));
}

static void
turn_bucket (Pace * self, guint64 media, guint64 now)
{
  guint64 elapsed = now - self->bucket_now, gained;

  gained = media - MIN (media, self->bucket_media);
  self->fast = gained > elapsed / 100 * FAST_PERCENT;
  self->before = self->longest;
  self->longest = (gint64) now - (gint64) media;
  self->bucket_media = media;
  self->bucket_now = now;
}

void
pace_on_media (Pace * self, guint64 media, guint64 now)
{
  if (media > MAX_TIME || now > MAX_TIME)
    return;
  if (self->known && leaps (self, media, now) && (self->leap == 0
          || media < self->leap || media - self->leap > LEAP)) {
    self->leap = media;
    return;
  }
  if (!self->known || leaps (self, media, now))
    begin (self, media, now);
  else if (now >= self->bucket_now + PACE_BUCKET)
    turn_bucket (self, media, now);
  self->longest = MAX (self->longest, (gint64) now - (gint64) media);
  self->last_media = media;
  self->last_now = now;
}

guint64
pace_expected (const Pace * self, guint64 media)
{
  gint64 delay = MAX (self->longest, self->before);

  if (!self->known || self->fast || media > MAX_TIME)
    return PACE_NONE;
  return (guint64) MAX ((gint64) media + delay, 0);
}

guint64
pace_position (const Pace * self, guint64 now)
{
  gint64 delay = MAX (self->longest, self->before);

  if (!self->known || self->fast || now > MAX_TIME)
    return PACE_NONE;
  return (guint64) MAX ((gint64) now - delay, 0);
}
