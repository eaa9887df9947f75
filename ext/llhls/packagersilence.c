/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the clock lists of media that does not come. */
#include "packagerprivate.h"

/* A rendition this many whole segments behind, of which nothing has arrived for
 * as long, is given up with gaps.  One that is only slow is not. */
#define MAX_LAG 1

static guint64
gap_timeout (const Packager * self)
{
  return self->config.gap_timeout != 0 ? self->config.gap_timeout
      : self->config.part;
}

/* Media up to here should have come by now, or 0. */
static guint64
missing_until (const Packager * self, const PackagerTrack * track)
{
  guint64 position = pace_position (&track->pace, self->now);

  if (position == PACE_NONE || gap_timeout (self) == PACKAGER_NONE)
    return 0;
  return position - MIN (position, gap_timeout (self));
}

/* Those that the clock does not judge: one that ended, or of which nothing came
 * while the others made whole segments. */
static gboolean
is_laggard (const Packager * self, const PackagerTrack * track, guint64 last)
{
  if (track->playlist.next_msn == 0 || track->playlist.ended
      || track->playlist.next_msn + MAX_LAG > last)
    return FALSE;
  if (track->ended)
    return TRUE;
  return missing_until (self, track) == 0
      && self->now - track->taken >= MAX_LAG * self->config.target;
}

void
packager_give_up_laggards (Packager * self)
{
  guint64 last;
  guint i, from;

  if (!timeline_started (&self->timeline))
    return;
  last = timeline_last (&self->timeline)->msn;
  for (i = 0; i < self->tracks->len; i++) {
    PackagerTrack *track = packager_nth_track (self, i);

    if (!is_laggard (self, track, last))
      continue;
    track->state = PACKAGER_TRACK_SILENT;
    from = self->events->len;
    segmenter_give_up (&track->segmenter, last - MAX_LAG + 1);
    packager_mark_events (self, from, track);
  }
}

/* Silence */

/* Somebody who will say where the next segment begins. */
static gboolean
has_leader (const Packager * self)
{
  gboolean video = FALSE, audio = FALSE;
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    const PackagerTrack *track = packager_nth_track (self, i);

    if (track->state == PACKAGER_TRACK_ALIVE && !track->ended)
      *(track->video ? &video : &audio) = TRUE;
  }
  return video || audio;
}

static gboolean
conceals (const Packager * self, const PackagerTrack * track)
{
  return track->state == PACKAGER_TRACK_SILENT
      && packager_may_conceal (self, track);
}

/* What a track lacks is not listed in a segment of which it has media until all
 * who live have more: when it is everybody's loss the segment ends short. */
static guint64
hold_limit (const Packager * self, const PackagerTrack * track)
{
  return segmenter_position (&track->segmenter) + self->config.part
      + self->config.target;
}

static gboolean
may_be_everybodys (const Packager * self, const PackagerTrack * track)
{
  guint64 end = segmenter_position (&track->segmenter) + self->config.part;
  guint i;

  if (self->config.exact || track->state != PACKAGER_TRACK_SILENT
      || conceals (self, track) || !segmenter_has_media (&track->segmenter,
          timeline_last (&self->timeline)->msn)
      || missing_until (self, track) >= hold_limit (self, track))
    return FALSE;
  for (i = 0; i < self->tracks->len; i++) {
    const PackagerTrack *other = packager_nth_track (self, i);

    if (other->state == PACKAGER_TRACK_ALIVE && !other->ended
        && packager_media_end (other) < end)
      return TRUE;
  }
  return FALSE;
}

/* Behind that, frames wait for their segment. */
static guint64
fill_limit (const PackagerTrack * track)
{
  const SegmenterFrame *oldest = g_queue_peek_head ((GQueue *) &
      track->pending);

  return oldest != NULL ? oldest->time : PACKAGER_NONE;
}

/* Media time of what a track has to show next. */
static guint64
wanted_time (const Packager * self, const PackagerTrack * track)
{
  guint64 end = segmenter_part_end (&track->segmenter), due;
  const SegmenterFrame *newest = g_queue_peek_tail ((GQueue *) &
      track->pending);

  if (track->state == PACKAGER_TRACK_ALIVE)
    return newest != NULL ? MAX (end, newest->time + self->config.part) : end;
  if (end > fill_limit (track))
    return PACKAGER_NONE;
  if (conceals (self, track))
    return end <= packager_look_at_video (self).watermark ? end : PACKAGER_NONE;
  if (may_be_everybodys (self, track))
    return hold_limit (self, track);
  due = timeline_due (&self->timeline);
  if (track->playlist.next_msn < self->timeline.next_msn || end < due)
    return end;
  /* Until then there is no next segment. */
  if (segmenter_position (&track->segmenter) < due)
    return due;
  return has_leader (self) ? PACKAGER_NONE : due;
}

static guint64
track_deadline (const Packager * self, const PackagerTrack * track)
{
  guint64 wanted, at;

  if (track->state == PACKAGER_TRACK_WAITING || track->playlist.ended
      || track->playlist.next_msn == 0 || gap_timeout (self) == PACKAGER_NONE)
    return PACKAGER_NONE;
  wanted = wanted_time (self, track);
  at = wanted != PACKAGER_NONE ? pace_expected (&track->pace, wanted)
      : PACE_NONE;
  return at != PACE_NONE ? at + gap_timeout (self) : PACKAGER_NONE;
}

guint64
packager_deadline (const Packager * self)
{
  guint64 deadline = PACKAGER_NONE;
  guint i;

  if (self->ended || self->first_frame_at == PACKAGER_NONE)
    return PACKAGER_NONE;
  if (!self->open)
    return self->first_frame_at + self->config.start_timeout;
  for (i = 0; i < self->tracks->len; i++)
    deadline =
        MIN (deadline, track_deadline (self, packager_nth_track (self, i)));
  return deadline;
}

static void
find_silent (Packager * self)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    PackagerTrack *track = packager_nth_track (self, i);

    if (track->state == PACKAGER_TRACK_ALIVE
        && self->now >= track_deadline (self, track))
      track->state = PACKAGER_TRACK_SILENT;
  }
}

static void
fill_track (Packager * self, PackagerTrack * track)
{
  guint64 until = MIN (missing_until (self, track), fill_limit (track));

  if (conceals (self, track)) {
    track->segmenter.leads = FALSE;
    if (segmenter_conceal (&track->segmenter, MIN (until,
                packager_look_at_video (self).watermark)))
      return;
  }
  segmenter_fill (&track->segmenter, until);
}

static void
fill_silent (Packager * self)
{
  guint i, from;

  for (i = 0; i < self->tracks->len; i++) {
    PackagerTrack *track = packager_nth_track (self, i);

    if (track->state != PACKAGER_TRACK_SILENT
        || may_be_everybodys (self, track))
      continue;
    from = self->events->len;
    fill_track (self, track);
    packager_mark_events (self, from, track);
  }
}

/* Nobody leads: the clock says where the next segment begins.  TRUE when one
 * did. */
static gboolean
cut_by_clock (Packager * self)
{
  guint64 due = timeline_due (&self->timeline), missing = 0, gaps;
  guint i;

  if (has_leader (self))
    return FALSE;
  for (i = 0; i < self->tracks->len; i++) {
    const PackagerTrack *track = packager_nth_track (self, i);

    if (track->state == PACKAGER_TRACK_SILENT)
      missing = MAX (missing, missing_until (self, track));
  }
  if (missing < due)
    return FALSE;
  gaps = (missing - due) / self->config.target;
  return timeline_force (&self->timeline, self->config.exact
      || gaps < TIMELINE_MAX_GAP ? due : due + gaps * self->config.target);
}

/* Up to where the newest segment has media of those who are silent and lead, or
 * follow. */
static guint64
end_of_silent (const Packager * self, gboolean video, guint64 limit)
{
  guint64 msn = timeline_last (&self->timeline)->msn, end = 0;
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    const PackagerTrack *track = packager_nth_track (self, i);

    if (!track->ended && track->video == video
        && track->state == PACKAGER_TRACK_SILENT
        && packager_media_end (track) <= limit
        && segmenter_has_media (&track->segmenter, msn))
      end = MAX (end, packager_media_end (track));
  }
  return end;
}

/* All who say where segments begin are silent.  The segment in work ends with
 * what there is, and what is missing is listed behind it: hls.js 1.7 does not
 * get over one that has media and then parts with GAP=YES.  Twins can't: their
 * boundaries are the same whatever is lost. */
static void
end_short (Packager * self)
{
  guint64 end, first = PACKAGER_NONE;
  guint64 msn = timeline_last (&self->timeline)->msn;
  gboolean video = packager_look_at_video (self).any, any = FALSE;
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    const PackagerTrack *track = packager_nth_track (self, i);

    if (track->ended)
      continue;
    if ((track->video == video && track->state == PACKAGER_TRACK_ALIVE)
        || may_be_everybodys (self, track))
      return;
    any |= track->state == PACKAGER_TRACK_ALIVE;
    if (track->playlist.next_msn == msn + 1)
      first = MIN (first, segmenter_position (&track->segmenter));
  }
  end = end_of_silent (self, video, PACKAGER_NONE);
  /* Of sound that was lost with the picture there may be a little more. */
  if (end != 0)
    end = MAX (end, end_of_silent (self, FALSE, end + self->config.part / 2));
  else if (!any)
    end = end_of_silent (self, FALSE, PACKAGER_NONE);
  if (end != 0)
    timeline_fall_silent (&self->timeline, end, first);
}

void
packager_run_clock (Packager * self)
{
  guint i;

  if (!self->open || self->ended || !timeline_started (&self->timeline))
    return;
  find_silent (self);
  if (!self->config.exact)
    end_short (self);
  packager_drain_all_audio (self);
  /* Audio that had waited for video has no more than it had. */
  find_silent (self);
  if (!self->config.exact)
    end_short (self);
  fill_silent (self);
  for (i = 0; i < TIMELINE_MAX_BOUNDARIES && cut_by_clock (self); i++)
    fill_silent (self);
}
