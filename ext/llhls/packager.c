/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "packager.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)
#define MILLISECOND G_GUINT64_CONSTANT (1000000)

/* A segment may be this much longer than the target (Apple's rule 7.7 says
 * half a second; the rounding of EXTINF must not reach it). */
#define TOLERANCE (490 * MILLISECOND)

/* Audio waits for video to decide its boundaries; when none has arrived for
 * this many target durations, or too much is waiting, audio goes on by
 * itself. */
#define AUDIO_PATIENCE 2
#define MAX_PENDING 4096

/* A rendition this many whole segments behind, of which nothing has arrived for
 * as long, is given up with gaps.  One that is only slow is not. */
#define MAX_LAG 1

/* Longer than any event; no sum of two overflows. */
#define EVENT_WINDOW (G_MAXUINT64 / 8)

/* Frames so far ahead of what was taken are where they should be, ns. */
#define NEAR (10 * SECOND)

static void
free_frame (gpointer data)
{
  SegmenterFrame *frame = data;

  g_clear_pointer (&frame->data, g_bytes_unref);
  g_free (frame);
}

static void
free_track (gpointer data)
{
  PackagerTrack *track = data;

  g_queue_clear_full (&track->pending, free_frame);
  segmenter_clear (&track->segmenter);
  playlist_clear (&track->playlist);
  multivariant_rendition_clear (&track->info);
  g_free (track);
}

void
packager_init (Packager * self, const PackagerConfig * config)
{
  guint64 target_s = (config->target + SECOND - 1) / SECOND;
  static const Packager zero;

  *self = zero;
  self->config = *config;
  self->config.prefix = g_strdup (config->prefix);
  self->settings.target_duration = MAX (target_s, 1);
  /* Less than that and players have no room (rule 91 of our research). */
  self->config.window = MAX (config->window, 6 * target_s * SECOND);
  if (config->event)
    self->config.window = EVENT_WINDOW;
  self->settings.type = config->event ? PLAYLIST_EVENT : PLAYLIST_LIVE;
  self->settings.low_latency = TRUE;
  self->settings.delta_updates =
      self->config.window > playlist_skip_boundary (&self->settings);
  timeline_init (&self->timeline, config->target,
      target_s * SECOND + TOLERANCE, 0);
  self->timeline.by_time = config->exact;
  /* An event begins with its first frame, for twins too. */
  self->timeline.history = config->event ? 0
      : (self->config.window + config->target - 1) / config->target;
  self->tracks = g_ptr_array_new_with_free_func (free_track);
  self->events = g_array_new (FALSE, FALSE, sizeof (SegmenterEvent));
  self->first_frame_at = PACKAGER_NONE;
}

void
packager_clear (Packager * self)
{
  g_clear_pointer (&self->tracks, g_ptr_array_unref);
  g_clear_pointer (&self->events, g_array_unref);
  timeline_clear (&self->timeline);
  g_clear_pointer (&self->config.prefix, g_free);
}

void
packager_restore (Packager * self, const StateFile * state)
{
  self->restored = *state;
  self->timeline.next_msn = state->next_msn;
  self->timeline.discontinuities = state->discontinuities;
  /* The same frames mean the same media before and after. */
  self->timeline.want_discontinuity = !self->config.exact;
}

void
packager_save (const Packager * self, StateFile * state)
{
  const Timeline *timeline = &self->timeline;
  guint i;

  *state = self->restored;
  state->target = self->config.target;
  state->part = self->config.part;
  state->part_target = self->settings.part_target;
  state->next_msn = timeline->next_msn;
  state->discontinuities = timeline->discontinuities;
  for (i = 0; i < timeline->boundaries->len; i++)
    state->discontinuities += g_array_index (timeline->boundaries,
        TimelineBoundary, i).discontinuity;
  if (timeline_started (timeline))
    state->date = self->date + timeline_due (timeline);
}

void
packager_set_origin (Packager * self, guint64 date, guint64 first_time,
    gboolean number_by_date)
{
  guint i;

  g_assert (!timeline_started (&self->timeline));
  /* The wall clock may have been set back; twins have a date of their own. */
  if (!self->config.exact && date + first_time < self->restored.date)
    date = self->restored.date - first_time;
  self->date = date;
  if (number_by_date)
    self->timeline.next_msn = MAX (self->timeline.next_msn,
        (date + first_time) / self->config.target);
  for (i = 0; i < self->tracks->len; i++) {
    PackagerTrack *track = g_ptr_array_index (self->tracks, i);

    track->segmenter.date = date;
  }
}

static PackagerTrack *
nth_track (const Packager * self, guint i)
{
  return g_ptr_array_index (self->tracks, i);
}

PackagerTrack *
packager_add_track (Packager * self, const gchar * name, gboolean video)
{
  PackagerTrack *track = g_new0 (PackagerTrack, 1);

  track->index = self->tracks->len;
  track->video = video;
  track->removed_at = track->late_since = PACKAGER_NONE;
  pace_init (&track->pace);
  track->info.name = g_strdup (name);
  track->info.video = video;
  playlist_init (&track->playlist, name, self->config.prefix,
      self->config.window);
  segmenter_init (&track->segmenter, &self->timeline, &track->playlist,
      self->events, self->config.part, self->date);
  track->segmenter.leads = video;
  track->segmenter.exact = self->config.exact;
  g_queue_init (&track->pending);
  g_ptr_array_add (self->tracks, track);
  return track;
}

static gboolean
has_media (const PackagerTrack * track)
{
  return track->playlist.segments.tail != NULL && (track->playlist.listed > 0
      || playlist_open_segment (&track->playlist)->parts->len > 0);
}

/* One of twins that was here before: a cache asks the other one as long as this
 * one lacks what players at the live edge may still want, which is as old as
 * the oldest part that is listed. */
static gboolean
stays_away (const PackagerTrack * track, const Packager * self)
{
  guint whole = 0;
  GList *l;

  if (!self->config.exact || self->restored.target == 0)
    return FALSE;
  for (l = track->playlist.segments.head; l != NULL; l = l->next) {
    const PlaylistSegment *segment = l->data;

    whole += segment->closed && !segment->gap;
  }
  return whole < 3;
}

/* Parts may be 15 % shorter than PART-TARGET, no more (RFC 8216bis 4.4.4.9).
 * Where parts of a frame less would be, all get as many frames as fit. */
static void
settle_parts (PackagerTrack * track, guint64 part_target)
{
  Segmenter *segmenter = &track->segmenter;
  const Lattice *lattice = &segmenter->format.lattice;
  guint64 few, many;

  segmenter->part_limit = part_target;
  if (!segmenter->has_format)
    return;
  if (lattice->frame == 0) {
    if (segmenter->part * 100 < part_target * 85)
      segmenter->part = part_target;
    return;
  }
  few = lattice_ticks (segmenter->part, lattice->timescale) / lattice->frame;
  many = lattice_ticks (part_target, lattice->timescale) / lattice->frame;
  if (many > 0 && lattice_ns (few * lattice->frame, lattice->timescale) * 100
      < part_target * 85)
    segmenter->part = lattice_ns (many * lattice->frame, lattice->timescale);
}

/* From here on PART-TARGET is what it is. */
static void
settle (Packager * self)
{
  guint64 longest = self->config.part;
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    PackagerTrack *track = nth_track (self, i);

    if (track->segmenter.has_format)
      longest = MAX (longest, segmenter_longest_part (&track->segmenter));
  }
  self->settings.part_target =
      (longest + MILLISECOND - 1) / MILLISECOND * MILLISECOND;
  /* The same presentation's must not change. */
  if (self->restored.target == self->config.target
      && self->restored.part == self->config.part
      && self->restored.part_target < 2 * self->config.part)
    self->settings.part_target = MAX (self->settings.part_target,
        self->restored.part_target);
  for (i = 0; i < self->tracks->len; i++)
    settle_parts (nth_track (self, i), self->settings.part_target);
  self->settled = TRUE;
}

static void
open_gate (Packager * self)
{
  if (!self->settled)
    settle (self);
  self->open = TRUE;
}

/* Parts must be the same from the first one on, so PART-TARGET comes before
 * them: when all formats are known, or have been waited for. */
static gboolean
may_begin (Packager * self)
{
  gboolean all = TRUE;
  guint i;

  if (!self->config.exact || self->settled)
    return TRUE;
  for (i = 0; i < self->tracks->len; i++)
    all &= nth_track (self, i)->segmenter.has_format
        || nth_track (self, i)->ended;
  if (all || self->now - self->first_frame_at >= self->config.start_timeout)
    settle (self);
  return self->settled;
}

static void
check_gate (Packager * self, guint64 now)
{
  guint i, with_media = 0;
  gboolean all = TRUE;

  if (self->open || self->first_frame_at == PACKAGER_NONE)
    return;
  for (i = 0; i < self->tracks->len; i++) {
    PackagerTrack *track = nth_track (self, i);

    with_media += has_media (track);
    all &= (has_media (track) && !stays_away (track, self)) || track->ended;
  }
  if (with_media > 0
      && (all || now - self->first_frame_at >= self->config.start_timeout))
    open_gate (self);
}

guint64
packager_due (const Packager * self)
{
  if (!timeline_started (&self->timeline))
    return PACKAGER_NONE;
  return timeline_due (&self->timeline);
}

void
packager_set_format (Packager * self, PackagerTrack * track,
    const SegmenterFormat * format)
{
  segmenter_set_format (&track->segmenter, format);
  if (self->settled)
    track->segmenter.part_limit = self->settings.part_target;
}

typedef struct
{
  gboolean any;                 /* a video rendition that has not ended */
  gboolean lost;                /* nothing has come of any for too long */
  /* Up to where no boundary can come any more that is not known: video frames
   * arrive in order, and the next key frame lies behind the newest frame. */
  guint64 watermark;
  guint64 end_msn;              /* what ended had none from here on, or 0 */
} VideoState;

static VideoState
look_at_video (const Packager * self)
{
  VideoState video = { FALSE, TRUE, 0, 0 };
  guint64 patience = AUDIO_PATIENCE * self->config.target;
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    const PackagerTrack *track = nth_track (self, i);

    if (!track->video)
      continue;
    if (track->ended) {
      video.end_msn = MAX (video.end_msn, track->end_msn);
      continue;
    }
    video.any = TRUE;
    video.lost &= track->state == PACKAGER_TRACK_SILENT
        || self->now - MAX (track->arrived, self->first_frame_at) >= patience;
    video.watermark = MAX (video.watermark, MAX (track->seen,
            segmenter_position (&track->segmenter)));
  }
  return video;
}

static guint64
position_of_others (const Packager * self, const PackagerTrack * track)
{
  guint64 position = 0;
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    const PackagerTrack *other = nth_track (self, i);

    if (other != track)
      position = MAX (position, segmenter_position (&other->segmenter));
  }
  return position;
}

static void
mark_events (Packager * self, guint from, const PackagerTrack * track)
{
  guint i;

  for (i = from; i < self->events->len; i++)
    g_array_index (self->events, SegmenterEvent, i).track = track->index;
}

static gboolean
any_alive (const Packager * self)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    if (nth_track (self, i)->state == PACKAGER_TRACK_ALIVE)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_only_video (const Packager * self, const PackagerTrack * track)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    const PackagerTrack *other = nth_track (self, i);

    if (other != track && other->video && !other->ended)
      return FALSE;
  }
  return TRUE;
}

static void
note_result (Packager * self, PackagerTrack * track, SegmenterResult result)
{
  track->dropped += result != SEGMENTER_TAKEN;
  track->wants_key = result == SEGMENTER_DROPPED_NO_KEY;
  if (result == SEGMENTER_TAKEN) {
    track->state = PACKAGER_TRACK_ALIVE;
    track->taken = self->now;
    track->late_since = PACKAGER_NONE;
  } else if (result == SEGMENTER_DROPPED_LATE) {
    track->late++;
    if (track->late_since == PACKAGER_NONE)
      track->late_since = self->now;
  }
}

static gboolean
segment_frame (Packager * self, PackagerTrack * track, SegmenterFrame * frame)
{
  guint from = self->events->len;
  SegmenterResult result;

  track->segmenter.others = position_of_others (self, track);
  track->segmenter.may_cut = !any_alive (self);
  track->segmenter.alone = track->video && is_only_video (self, track);
  result = segmenter_push (&track->segmenter, frame);
  mark_events (self, from, track);
  note_result (self, track, result);
  return result == SEGMENTER_TAKEN;
}

/* ns up to which a track has media, shown or waiting for its boundary. */
static guint64
media_end (const PackagerTrack * track)
{
  const SegmenterFrame *newest = g_queue_peek_tail ((GQueue *) &
      track->pending);
  const Lattice *lattice = &track->segmenter.format.lattice;
  guint64 end = segmenter_position (&track->segmenter);

  if (newest == NULL)
    return end;
  return MAX (end, newest->time + MAX (newest->duration,
          lattice_ns (lattice->frame, lattice->timescale)));
}

/* Audio that is a few frames longer than video belongs to the last segment that
 * video has: of a segment that only some renditions have players wait for the
 * others'.  What does not fit into it has gone on without video. */
static gboolean
is_rest (const Packager * self, const PackagerTrack * track,
    const VideoState * video)
{
  const SegmenterFrame *oldest = track->pending.head->data;
  const TimelineBoundary *last;

  if (video->any || video->end_msn == 0)
    return FALSE;
  last = timeline_last (&self->timeline);
  return last->msn < video->end_msn
      && oldest->time >= timeline_due (&self->timeline)
      && media_end (track) <= last->time + self->timeline.longest;
}

/* Sound that is lost while there is a picture becomes silence, since players
 * stand still where one of the two is missing.  Twins may have it. */
static gboolean
may_conceal (const Packager * self, const PackagerTrack * track)
{
  VideoState video;

  if (track->video || track->ended || self->config.exact
      || track->playlist.next_msn == 0
      || track->segmenter.format.silence == NULL || track->segmenter.has_next)
    return FALSE;
  video = look_at_video (self);
  return video.any && !video.lost;
}

static gboolean
conceals (const Packager * self, const PackagerTrack * track)
{
  return track->state == PACKAGER_TRACK_SILENT && may_conceal (self, track);
}

/* Silence up to less than a frame before sound that comes behind a hole. */
static void
conceal_hole (Packager * self, PackagerTrack * track, guint64 time)
{
  const SegmenterFormat *format = &track->segmenter.format;
  guint64 position = segmenter_position (&track->segmenter);
  guint64 frame = lattice_ns (MAX (format->lattice.frame,
          format->silence_ticks), format->lattice.timescale);
  guint from = self->events->len;

  if (time <= position + frame || time > position + self->config.target
      || !may_conceal (self, track))
    return;
  track->segmenter.leads = FALSE;
  segmenter_conceal (&track->segmenter, time - frame);
  mark_events (self, from, track);
}

/* Lets audio go as far as its boundaries are known. */
static void
drain_audio (Packager * self, PackagerTrack * track)
{
  VideoState video = look_at_video (self);

  while (track->pending.head != NULL) {
    SegmenterFrame *frame = track->pending.head->data;
    gboolean ahead = video.any && frame->time >= video.watermark;
    gboolean rest = is_rest (self, track, &video);

    if (((ahead && !video.lost) || (rest && !self->ended))
        && track->pending.length < MAX_PENDING)
      return;
    conceal_hole (self, track, frame->time);
    track->segmenter.leads = !rest && (!video.any || ahead);
    g_queue_pop_head (&track->pending);
    segment_frame (self, track, frame);
    free_frame (frame);
  }
}

static void
drain_all_audio (Packager * self)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    if (!nth_track (self, i)->video)
      drain_audio (self, nth_track (self, i));
  }
}

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

static void
give_up_laggards (Packager * self)
{
  guint64 last;
  guint i, from;

  if (!timeline_started (&self->timeline))
    return;
  last = timeline_last (&self->timeline)->msn;
  for (i = 0; i < self->tracks->len; i++) {
    PackagerTrack *track = nth_track (self, i);

    if (!is_laggard (self, track, last))
      continue;
    track->state = PACKAGER_TRACK_SILENT;
    from = self->events->len;
    segmenter_give_up (&track->segmenter, last - MAX_LAG + 1);
    mark_events (self, from, track);
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
    const PackagerTrack *track = nth_track (self, i);

    if (track->state == PACKAGER_TRACK_ALIVE && !track->ended)
      *(track->video ? &video : &audio) = TRUE;
  }
  return video || audio;
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
    const PackagerTrack *other = nth_track (self, i);

    if (other->state == PACKAGER_TRACK_ALIVE && !other->ended
        && media_end (other) < end)
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
    return end <= look_at_video (self).watermark ? end : PACKAGER_NONE;
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
    deadline = MIN (deadline, track_deadline (self, nth_track (self, i)));
  return deadline;
}

static void
find_silent (Packager * self)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    PackagerTrack *track = nth_track (self, i);

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
                look_at_video (self).watermark)))
      return;
  }
  segmenter_fill (&track->segmenter, until);
}

static void
fill_silent (Packager * self)
{
  guint i, from;

  for (i = 0; i < self->tracks->len; i++) {
    PackagerTrack *track = nth_track (self, i);

    if (track->state != PACKAGER_TRACK_SILENT
        || may_be_everybodys (self, track))
      continue;
    from = self->events->len;
    fill_track (self, track);
    mark_events (self, from, track);
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
    const PackagerTrack *track = nth_track (self, i);

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
    const PackagerTrack *track = nth_track (self, i);

    if (!track->ended && track->video == video
        && track->state == PACKAGER_TRACK_SILENT && media_end (track) <= limit
        && segmenter_has_media (&track->segmenter, msn))
      end = MAX (end, media_end (track));
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
  gboolean video = look_at_video (self).any, any = FALSE;
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    const PackagerTrack *track = nth_track (self, i);

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

static void
run_clock (Packager * self)
{
  guint i;

  if (!self->open || self->ended || !timeline_started (&self->timeline))
    return;
  find_silent (self);
  if (!self->config.exact)
    end_short (self);
  drain_all_audio (self);
  /* Audio that had waited for video has no more than it had. */
  find_silent (self);
  if (!self->config.exact)
    end_short (self);
  fill_silent (self);
  for (i = 0; i < TIMELINE_MAX_BOUNDARIES && cut_by_clock (self); i++)
    fill_silent (self);
}

/* A removed rendition of which the window holds nothing but gaps. */
static void
withdraw_removed (Packager * self)
{
  guint64 patience = self->config.window + 2 * self->config.target;
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    PackagerTrack *track = nth_track (self, i);

    track->withdrawn = track->removed_at != PACKAGER_NONE
        && self->now - track->removed_at > patience;
  }
}

void
packager_on_timer (Packager * self, guint64 now)
{
  self->now = MAX (self->now, now);
  run_clock (self);
  check_gate (self, self->now);
}

static gboolean
is_late_for_good (const Packager * self, const PackagerTrack * track)
{
  return track->late_since != PACKAGER_NONE
      && self->now - track->late_since >= self->config.target;
}

/* Every rendition that still brings something has brought it too late for a
 * whole segment: from here on its time is taken to be now. */
static void
catch_up (Packager * self, PackagerTrack * track, guint64 time)
{
  gint64 target = self->config.target, shift;
  guint i;

  shift = (gint64) MAX (position_of_others (self, track),
      segmenter_position (&track->segmenter)) - (gint64) time;
  /* The grid stays that of others. */
  if (self->config.exact)
    shift = (shift / target + (shift > 0)) * target;
  if (track->state != PACKAGER_TRACK_SILENT
      || any_alive (self) || !is_late_for_good (self, track)
      || shift == 0 || (shift < 0 && !self->config.exact))
    return;
  self->shift += shift;
  for (i = 0; i < self->tracks->len; i++)
    nth_track (self, i)->late_since = PACKAGER_NONE;
  self->timeline.want_discontinuity = TRUE;
}

/* Running time began anew on this track: the first one decides where that lies
 * on the presentation's time. */
static void
enter_epoch (Packager * self, PackagerTrack * track, guint64 time)
{
  guint64 end = 0;
  guint i;

  if (track->epoch <= self->epoch)
    return;
  for (i = 0; i < self->tracks->len; i++)
    end = MAX (end, segmenter_position (&nth_track (self, i)->segmenter));
  self->epoch = track->epoch;
  self->last_shift = self->shift;
  self->shift = (gint64) end - (gint64) time;
}

/* Media time of a running time. */
static guint64
shifted (const Packager * self, const PackagerTrack * track, guint64 time)
{
  gint64 shift = track->epoch == self->epoch ? self->shift : self->last_shift;

  /* Before the beginning there is nothing. */
  if (shift < 0 && time < (guint64) - shift)
    return 0;
  return time + shift;
}

gboolean
packager_push (Packager * self, PackagerTrack * track, SegmenterFrame * frame,
    guint64 now)
{
  gboolean taken = TRUE;
  guint64 time, position;

  if (track->playlist.ended || !track->segmenter.has_format) {
    g_clear_pointer (&frame->data, g_bytes_unref);
    track->dropped++;
    return FALSE;
  }
  if (self->first_frame_at == PACKAGER_NONE)
    self->first_frame_at = now;
  self->now = MAX (self->now, now);
  track->arrived = self->now;
  if (!may_begin (self)) {
    g_clear_pointer (&frame->data, g_bytes_unref);
    track->dropped++;
    return FALSE;
  }
  enter_epoch (self, track, frame->time);
  catch_up (self, track, shifted (self, track, frame->time));
  frame->time = shifted (self, track, frame->time);
  track->seen = MAX (track->seen, frame->time);
  time = frame->time;
  position = segmenter_position (&track->segmenter);
  if (track->video) {
    taken = segment_frame (self, track, frame);
  } else {
    g_queue_push_tail (&track->pending, g_memdup2 (frame, sizeof (*frame)));
    frame->data = NULL;
  }
  /* What was too late would only teach to wait, unless that is how it comes from
   * now on, and players can wait for it; what is far ahead and was not taken may
   * be an error. */
  if (time >= position ? (track->video && taken) || time - position < NEAR
      : position - time <= self->config.target
      && is_late_for_good (self, track))
    pace_on_media (&track->pace, time, self->now);
  drain_all_audio (self);
  give_up_laggards (self);
  run_clock (self);
  withdraw_removed (self);
  check_gate (self, self->now);
  return taken;
}

void
packager_flush (Packager * self, PackagerTrack * track, gboolean reset_time)
{
  g_queue_clear_full (&track->pending, free_frame);
  segmenter_flush (&track->segmenter);
  if (reset_time && track->playlist.next_msn > 0 && !self->config.exact)
    track->epoch++;
  pace_init (&track->pace);
}

static void
finish_track (Packager * self, PackagerTrack * track)
{
  guint from = self->events->len;

  segmenter_drain (&track->segmenter);
  mark_events (self, from, track);
  if (track->state == PACKAGER_TRACK_ALIVE)
    track->state = PACKAGER_TRACK_SILENT;
}

static void
end_presentation (Packager * self)
{
  guint i, from;

  self->ended = TRUE;
  drain_all_audio (self);
  if (!self->open)
    open_gate (self);
  for (i = 0; i < self->tracks->len; i++) {
    from = self->events->len;
    segmenter_finish (&nth_track (self, i)->segmenter);
    mark_events (self, from, nth_track (self, i));
  }
  for (i = 0; i < self->tracks->len; i++)
    playlist_end (&nth_track (self, i)->playlist);
}

void
packager_end_track (Packager * self, PackagerTrack * track)
{
  guint i;

  if (track->ended)
    return;
  track->ended = TRUE;
  track->end_msn = track->playlist.next_msn;
  drain_all_audio (self);
  finish_track (self, track);
  for (i = 0; i < self->tracks->len; i++) {
    if (!nth_track (self, i)->ended)
      return;
  }
  end_presentation (self);
}

void
packager_remove_track (Packager * self, PackagerTrack * track)
{
  track->removed_at = self->now;
  packager_end_track (self, track);
}

void
packager_resume_track (Packager * self, PackagerTrack * track)
{
  if (self->ended)
    return;
  track->ended = FALSE;
  track->removed_at = PACKAGER_NONE;
  track->withdrawn = FALSE;
  segmenter_flush (&track->segmenter);
}

gchar *
packager_render_multivariant (const Packager * self,
    const MultivariantRendition * const *others, guint n_others,
    const MultivariantSettings * settings)
{
  g_autofree const MultivariantRendition **renditions = NULL;
  guint i, n = 0;

  renditions = g_new0 (const MultivariantRendition *,
      self->tracks->len + n_others + 1);
  for (i = 0; i < self->tracks->len; i++) {
    const PackagerTrack *track = nth_track (self, i);

    if (track->state != PACKAGER_TRACK_WAITING && !track->withdrawn)
      renditions[n++] = &track->info;
  }
  for (i = 0; i < n_others; i++)
    renditions[n++] = others[i];
  return multivariant_render (renditions, n, settings);
}
