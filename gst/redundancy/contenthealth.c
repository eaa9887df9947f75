/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contenthealth.h"

#include <string.h>

const gchar *
content_fault_nick (ContentFault fault)
{
  switch (fault) {
    case CONTENT_BLACK:
      return "black";
    case CONTENT_FREEZE:
      return "freeze";
    case CONTENT_SILENCE:
      return "silence";
    case CONTENT_LOW_BITRATE:
      return "low-bitrate";
  }
  return "none";
}

const gchar *
content_fault_text (ContentFault fault)
{
  switch (fault) {
    case CONTENT_BLACK:
      return "its picture is black";
    case CONTENT_FREEZE:
      return "its picture is frozen";
    case CONTENT_SILENCE:
      return "it is silent";
    case CONTENT_LOW_BITRATE:
      return "its bitrate is too low";
  }
  return "no reason";
}

void
content_health_init (ContentHealth * self, const ContentConfig * config)
{
  self->config = *config;
  content_health_reset (self);
}

void
content_health_reset (ContentHealth * self)
{
  memset (self->tracks, 0, sizeof (self->tracks));
}

static guint64
sample_at (const ContentHealth * self, guint64 now)
{
  return now / MAX (self->config.interval, 1);
}

/* The samples since the newest were all as that one ended. */
static void
advance (const ContentHealth * self, ContentTrack * track, guint64 now)
{
  guint64 sample = sample_at (self, now), n;

  if (sample <= track->sample)
    return;
  n = sample - track->sample;
  track->sample = sample;
  if (n >= CONTENT_MAX_WINDOW) {
    track->history = track->bad ? G_MAXUINT64 : 0;
    return;
  }
  track->history <<= n;
  if (track->bad)
    track->history |= (G_GUINT64_CONSTANT (1) << n) - 1;
}

static guint64
in_window (const ContentHealth * self, const ContentTrack * track)
{
  guint window = CLAMP (self->config.window, 1, CONTENT_MAX_WINDOW);

  return window == CONTENT_MAX_WINDOW ? track->history
      : track->history & ((G_GUINT64_CONSTANT (1) << window) - 1);
}

static guint
count_bits (guint64 bits)
{
  guint n = 0;

  for (; bits != 0; bits &= bits - 1)
    n++;
  return n;
}

void
content_health_on_report (ContentHealth * self, ContentFault fault,
    gboolean bad, guint64 now)
{
  ContentTrack *track = &self->tracks[fault];

  advance (self, track, now);
  track->bad = bad;
  if (bad)
    track->history |= 1;
}

static void
judge (ContentHealth * self, ContentTrack * track)
{
  guint64 seen = in_window (self, track);
  guint window = CLAMP (self->config.window, 1, CONTENT_MAX_WINDOW);

  if (count_bits (seen) >= CLAMP (self->config.trigger, 1, window))
    track->faulty = TRUE;
  else if (seen == 0)
    track->faulty = FALSE;
}

guint
content_health_update (ContentHealth * self, guint64 now, guint64 * deadline)
{
  guint fault, faults = 0;

  for (fault = 0; fault < CONTENT_N_FAULTS; fault++) {
    ContentTrack *track = &self->tracks[fault];

    if (!track->bad && !track->faulty && track->history == 0)
      continue;
    advance (self, track, now);
    judge (self, track);
    if (track->faulty)
      faults |= 1u << fault;
    /* Only a sample that is other than the state can change it. */
    if (track->faulty != track->bad) {
      *deadline = MIN (*deadline, (track->sample + 1)
          * MAX (self->config.interval, 1));
    }
  }
  return faults;
}
