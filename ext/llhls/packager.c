/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "packagerprivate.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)
#define MILLISECOND G_GUINT64_CONSTANT (1000000)

/* A segment may be this much longer than the target (Apple's rule 7.7 says
 * half a second; the rounding of EXTINF must not reach it). */
#define TOLERANCE (490 * MILLISECOND)

/* Longer than any event; no sum of two overflows. */
#define EVENT_WINDOW (G_MAXUINT64 / 8)

/* Frames so far ahead of what was taken are where they should be, ns. */
#define NEAR (10 * SECOND)

void
packager_free_frame (gpointer data)
{
  SegmenterFrame *frame = data;

  g_clear_pointer (&frame->data, g_bytes_unref);
  g_free (frame);
}

static void
free_track (gpointer data)
{
  PackagerTrack *track = data;

  g_queue_clear_full (&track->pending, packager_free_frame);
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

PackagerTrack *
packager_nth_track (const Packager * self, guint i)
{
  return g_ptr_array_index (self->tracks, i);
}

PackagerTrack *
packager_add_track (Packager * self, const gchar * name, gboolean video)
{
  PackagerTrack *track = g_new0 (PackagerTrack, 1);

  track->index = self->tracks->len;
  track->video = video;
  track->late_since = PACKAGER_NONE;
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
    PackagerTrack *track = packager_nth_track (self, i);

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
    settle_parts (packager_nth_track (self, i), self->settings.part_target);
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
    all &= packager_nth_track (self, i)->segmenter.has_format
        || packager_nth_track (self, i)->ended;
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
    PackagerTrack *track = packager_nth_track (self, i);

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

static guint64
position_of_others (const Packager * self, const PackagerTrack * track)
{
  guint64 position = 0;
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    const PackagerTrack *other = packager_nth_track (self, i);

    if (other != track)
      position = MAX (position, segmenter_position (&other->segmenter));
  }
  return position;
}

void
packager_mark_events (Packager * self, guint from, const PackagerTrack * track)
{
  guint i;

  for (i = from; i < self->events->len; i++)
    g_array_index (self->events, SegmenterEvent, i).track = track->index;
}

/* Where others have been, so that no segment can begin before it.  Sound that
 * reaches over a boundary by a little is no harm. */
static guint64
passed_by_others (const Packager * self, const PackagerTrack * track)
{
  guint64 time = 0;
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    const PackagerTrack *other = packager_nth_track (self, i);
    guint64 end = segmenter_position (&other->segmenter);

    if (!other->video)
      end -= MIN (end, self->config.part / 2);
    if (other != track)
      time = MAX (time, end);
  }
  return time;
}

static gboolean
any_alive (const Packager * self)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    if (packager_nth_track (self, i)->state == PACKAGER_TRACK_ALIVE)
      return TRUE;
  }
  return FALSE;
}

/* No other rendition has shown pictures of a time that this one lacks. */
static gboolean
has_newest_picture (const Packager * self, const PackagerTrack * track)
{
  guint64 end = segmenter_position (&track->segmenter) + self->config.part;
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    const PackagerTrack *other = packager_nth_track (self, i);

    if (other->video && !other->ended
        && segmenter_position (&other->segmenter) >= end)
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

gboolean
packager_segment_frame (Packager * self, PackagerTrack * track,
    SegmenterFrame * frame)
{
  guint from = self->events->len;
  SegmenterResult result;

  track->segmenter.others = passed_by_others (self, track);
  track->segmenter.may_cut = !any_alive (self);
  track->segmenter.newest = track->video && has_newest_picture (self, track);
  result = segmenter_push (&track->segmenter, frame);
  packager_mark_events (self, from, track);
  note_result (self, track, result);
  return result == SEGMENTER_TAKEN;
}

/* A removed rendition of which the window holds nothing but gaps. */
static void
withdraw_removed (Packager * self)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    PackagerTrack *track = packager_nth_track (self, i);

    track->withdrawn = track->removed && track->pending.length == 0
        && !playlist_lists_before (&track->playlist, track->playlist.media_end);
  }
}

void
packager_on_timer (Packager * self, guint64 now)
{
  self->now = MAX (self->now, now);
  packager_run_clock (self);
  withdraw_removed (self);
  check_gate (self, self->now);
}

static gboolean
is_late_for_good (const Packager * self, const PackagerTrack * track)
{
  return track->late_since != PACKAGER_NONE
      && self->now - track->late_since >= self->config.target;
}

/* What was too late would only teach to wait, unless it is little, or how media
 * comes from now on and players can wait for it. */
static gboolean
may_wait (const Packager * self, const PackagerTrack * track, guint64 late)
{
  return late <= self->config.part || (late <= self->config.target
      && is_late_for_good (self, track));
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
    packager_nth_track (self, i)->late_since = PACKAGER_NONE;
  /* hls.js 1.7 never plays sound again whose discontinuity has no picture. */
  if (packager_look_at_video (self).any)
    self->timeline.want_at_key = TRUE;
  else
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
    end =
        MAX (end, segmenter_position (&packager_nth_track (self,
                i)->segmenter));
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

  if (self->ended || track->playlist.ended || !track->segmenter.has_format) {
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
    taken = packager_segment_frame (self, track, frame);
  } else {
    g_queue_push_tail (&track->pending, g_memdup2 (frame, sizeof (*frame)));
    frame->data = NULL;
  }
  /* What is far ahead and was not taken may be an error. */
  if (time >= position ? (track->video && taken) || time - position < NEAR
      : may_wait (self, track, position - time))
    pace_on_media (&track->pace, time, self->now);
  packager_drain_all_audio (self);
  packager_give_up_laggards (self);
  packager_run_clock (self);
  withdraw_removed (self);
  check_gate (self, self->now);
  return taken;
}

void
packager_flush (Packager * self, PackagerTrack * track, gboolean reset_time)
{
  g_queue_clear_full (&track->pending, packager_free_frame);
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
  packager_mark_events (self, from, track);
  if (track->state == PACKAGER_TRACK_ALIVE)
    track->state = PACKAGER_TRACK_SILENT;
}

static void
end_presentation (Packager * self)
{
  guint i, from;

  self->ended = TRUE;
  packager_drain_all_audio (self);
  if (!self->open)
    open_gate (self);
  for (i = 0; i < self->tracks->len; i++) {
    from = self->events->len;
    segmenter_finish (&packager_nth_track (self, i)->segmenter);
    packager_mark_events (self, from, packager_nth_track (self, i));
  }
  for (i = 0; i < self->tracks->len; i++)
    playlist_end (&packager_nth_track (self, i)->playlist);
}

/* A track that was removed before it had anything has no say: the application
 * has thought better of it. */
static gboolean
is_over (const Packager * self)
{
  gboolean any = FALSE;
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    const PackagerTrack *track = packager_nth_track (self, i);

    if (!track->ended)
      return FALSE;
    any |= !track->removed || track->playlist.next_msn > 0;
  }
  return any;
}

void
packager_end_track (Packager * self, PackagerTrack * track)
{
  if (track->ended)
    return;
  track->ended = TRUE;
  track->end_msn = track->playlist.next_msn;
  packager_drain_all_audio (self);
  finish_track (self, track);
  if (is_over (self) && !self->ended)
    end_presentation (self);
}

void
packager_remove_track (Packager * self, PackagerTrack * track)
{
  track->removed = TRUE;
  packager_end_track (self, track);
  withdraw_removed (self);
}

PackagerTrack *
packager_find_gone (const Packager * self)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    PackagerTrack *track = packager_nth_track (self, i);

    if (track->withdrawn && !playlist_holds_before (&track->playlist,
            track->playlist.media_end))
      return track;
  }
  return NULL;
}

void
packager_forget_track (Packager * self, PackagerTrack * track)
{
  guint i;

  g_assert (self->events->len == 0
      && packager_nth_track (self, track->index) == track);
  g_ptr_array_remove_index (self->tracks, track->index);
  for (i = 0; i < self->tracks->len; i++)
    packager_nth_track (self, i)->index = i;
}

void
packager_resume_track (Packager * self, PackagerTrack * track)
{
  if (self->ended)
    return;
  track->ended = track->removed = track->withdrawn = FALSE;
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
    const PackagerTrack *track = packager_nth_track (self, i);

    if (track->state != PACKAGER_TRACK_WAITING && !track->withdrawn)
      renditions[n++] = &track->info;
  }
  for (i = 0; i < n_others; i++)
    renditions[n++] = others[i];
  return multivariant_render (renditions, n, settings);
}
