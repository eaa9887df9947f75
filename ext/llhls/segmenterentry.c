/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which segment a frame belongs to, and where in it; or why to none. */
#include "segmenterprivate.h"

/* A frame may come this much too early; it is then squeezed in. */
#define SQUEEZED G_GUINT64_CONSTANT (200000000)
/* Who has had frames for so many target durations and could show none goes on
 * where it can: its key frames do not lie on the grid. */
#define EXACT_PATIENCE 2

/* Numbers follow from the date, so they must not be counted from zero. */
static gboolean
discontinuity_between (const Segmenter * self, guint64 after, guint64 upto)
{
  const TimelineBoundary *b;
  guint64 m = MAX (after + 1, timeline_first (self->timeline)->msn);

  for (; m <= upto; m++) {
    b = timeline_get (self->timeline, m);
    if (b != NULL && b->discontinuity)
      return TRUE;
  }
  return FALSE;
}

static void
begin_segment (Segmenter * self, const TimelineBoundary * b, guint64 time,
    gboolean forced)
{
  gboolean first, bridged, exact;
  guint64 media;

  segmenter_finish_tail (self);
  segmenter_close (self);
  segmenter_fill_gaps (self, b->msn);
  if (self->has_next)
    segmenter_change_format (self);
  self->silent = FALSE;
  media = lattice_snap (&self->format.lattice, time);
  first = self->playlist->next_msn == 0;
  bridged = media < self->end
      + segmenter_ticks (self, segmenter_bridged (self));
  /* Without a hole, media time goes on without one; a hole has its place at
   * the head of the segment. */
  exact = self->exact && !self->loose;
  segmenter_open (self, b, !first && !exact && (bridged
          || !b->discontinuity) ? self->end : media);
  if (!first && !exact && !bridged && self->end < media)
    segmenter_skip_hole (self, media);
  self->forced = forced;
  if (forced)
    segmenter_add_event (self, SEGMENTER_FORCED_CUT, b->msn);
}

static void
note_key (Segmenter * self, guint64 time)
{
  if (self->last_key != 0 && time > self->last_key) {
    self->key_interval_before = self->key_interval;
    self->key_interval = time - self->last_key;
  }
  self->last_key = time;
}

/* The format changes at this key frame.  If nobody has passed this moment all
 * can begin anew here; else at the next boundary. */
static void
ask_discontinuity (Segmenter * self, guint64 time)
{
  const TimelineBoundary *last = timeline_last (self->timeline);

  if (!self->exact && time + segmenter_slack (self) >= self->others
      && last->time + segmenter_slack (self) < time) {
    self->timeline->want_discontinuity = TRUE;
    timeline_force (self->timeline, time);
  } else if (!discontinuity_between (self, self->playlist->next_msn - 1,
          last->msn)) {
    self->timeline->want_discontinuity = TRUE;
  }
}

/* Behind the last frame, ticks: where the next one begins, and how long it
 * then lasts. */
typedef struct
{
  guint64 start, duration;
  gboolean late;
} Place;

/* Only frames that are shown in the order of decoding tell where decoding time
 * really is; the others just follow. */
static Place
find_place (const Segmenter * self, CmafSampleKind kind, guint64 at,
    guint64 duration)
{
  gboolean anchors = kind == CMAF_SAMPLE_SYNC || !self->format.reordered;
  Place place = { self->end, duration, FALSE };
  guint64 early;

  if (anchors && at > self->end) {
    if (at - self->end <= segmenter_reach (self))
      place.duration += at - self->end;
    else
      place.start = at;
  } else if (anchors && at < self->end) {
    early = self->end - at;
    place.late = early > segmenter_ticks (self, SQUEEZED);
    place.duration = MAX (duration - MIN (duration, early), (duration + 1) / 2);
  }
  return place;
}

/* Key frames came often enough until some frames were lost, and one of them
 * with these: what needs it can't be decoded. */
static gboolean
misses_key (const Segmenter * self, CmafSampleKind kind)
{
  guint64 interval = MAX (self->key_interval, self->key_interval_before);

  return kind != CMAF_SAMPLE_SYNC && !self->exact && self->holed
      && interval > 0 && interval <= self->timeline->target;
}

/* Key frames too far apart, or a hole, must not make a segment longer than the
 * target duration allows.  Where the others have gone far ahead in time, this
 * rendition's frames belong to no segment. */
static SegmenterResult
enter_open (Segmenter * self, CmafSampleKind kind, guint64 at, guint64 duration)
{
  const TimelineBoundary *next;
  Place place = find_place (self, kind, at, duration);
  guint64 start = segmenter_ns (self, place.start);

  if (place.late || segmenter_ns (self, place.start + place.duration
          - self->segment_start) <= self->timeline->longest)
    return SEGMENTER_TAKEN;
  if (misses_key (self, kind))
    return SEGMENTER_DROPPED_NO_KEY;
  next = timeline_last (self->timeline);
  if (next->time < start && (next->msn == self->msn
          || start - next->time > self->timeline->longest))
    timeline_force (self->timeline, start);
  next = timeline_find (self->timeline, start);
  if (next == NULL || next->msn <= self->msn)
    next = timeline_get (self->timeline, self->msn + 1);
  if (next == NULL || next->time > start + self->timeline->longest) {
    if (!self->exact)
      segmenter_close (self);
    return SEGMENTER_DROPPED_LATE;
  }
  begin_segment (self, next, start, !cmaf_kind_is_audio (self->format.kind));
  return SEGMENTER_TAKEN;
}

/* The segment in work was given up, nobody has media in it, and nothing is told
 * of the time from here on: the next one may begin. */
static gboolean
cut_here (Segmenter * self, guint64 time)
{
  if (cmaf_kind_is_audio (self->format.kind) || !self->leads || !self->may_cut
      || time + segmenter_slack (self) < self->others
      || timeline_last (self->timeline)->time + segmenter_slack (self) >= time)
    return FALSE;
  return timeline_force (self->timeline, time);
}

/* A frame in the segment that was begun. */
static SegmenterResult
enter_begun (Segmenter * self, guint64 at, guint64 duration)
{
  if (self->has_next)
    return SEGMENTER_DROPPED_FORMAT;
  if (self->silent && !self->loose && (self->exact
          || !cmaf_kind_is_audio (self->format.kind)))
    return SEGMENTER_DROPPED_GAP;
  self->silent = FALSE;
  return enter_open (self, CMAF_SAMPLE_SYNC, at, duration);
}

/* How far behind a boundary the first frame of its segment may lie when none
 * before it can be missing, ns. */
static guint64
start_tolerance (const Segmenter * self)
{
  guint64 frame = self->format.lattice.frame;

  if (!cmaf_kind_is_audio (self->format.kind) || frame == 0)
    return segmenter_slack (self);
  return segmenter_ns (self, frame) - 1;
}

/* Whether everybody's segment begins with this frame. */
static gboolean
is_exact (const Segmenter * self, const TimelineBoundary * b, guint64 time)
{
  /* Cut by the clock where no key frame came; others had one elsewhere. */
  if (cmaf_kind_is_audio (self->format.kind) && self->timeline->off_grid
      && b->guessed)
    return FALSE;
  return time - MIN (time, b->time) <= start_tolerance (self);
}

/* Whether nothing from `time` on was missed. */
static gboolean
has_seen (const Segmenter * self, guint64 time)
{
  return !self->exact || self->first_time <= time + start_tolerance (self);
}

/* Whether it may say where segments begin.  Frames that lie anywhere must not
 * take the place of a key frame that is off the grid. */
static gboolean
may_lead (const Segmenter * self, guint64 time)
{
  guint64 target = self->timeline->target;

  if (!self->leads)
    return FALSE;
  if (self->exact && cmaf_kind_is_audio (self->format.kind)
      && self->timeline->off_grid)
    return FALSE;
  return has_seen (self, (time + segmenter_slack (self)) / target * target);
}

/* Nobody's pictures went on, and they come back with a key frame too late to go
 * on with: the segment ends short, and what was lost is one of its own. */
static gboolean
leave_hole (Segmenter * self, guint64 time, guint64 at, guint64 duration)
{
  guint64 end = segmenter_ns (self, self->end);

  if (!self->newest || self->exact || !self->leads
      || find_place (self, CMAF_SAMPLE_SYNC, at, duration).start <= self->end)
    return FALSE;
  timeline_fall_silent (self->timeline, end, end);
  if (timeline_last (self->timeline)->msn == self->msn)
    return FALSE;
  return timeline_force (self->timeline, time);
}

/* A frame at which a segment may begin. */
static SegmenterResult
enter_key (Segmenter * self, guint64 time, guint64 at, guint64 duration)
{
  const TimelineBoundary *b;
  guint64 interval;

  /* One that comes too early is squeezed in behind the last one. */
  if (!self->exact && self->begun && !self->silent && at < self->end
      && self->end - at <= segmenter_ticks (self, SQUEEZED)
      && !cmaf_kind_is_audio (self->format.kind))
    time = segmenter_ns (self, self->end);
  /* Ahead of the grid only where nobody has been. */
  interval = time + segmenter_slack (self) >= self->others
      ? MAX (self->key_interval, self->key_interval_before) : 0;

  if (self->has_next && self->playlist->next_msn > 0)
    ask_discontinuity (self, time);
  if (may_lead (self, time))
    timeline_offer (self->timeline, time, interval, segmenter_slack (self));
  b = timeline_find (self->timeline, time + segmenter_slack (self));
  if (b == NULL)
    return SEGMENTER_DROPPED_LATE;
  /* A hole in which no segment lies; before all, too. */
  if (time > b->time + self->timeline->longest)
    return SEGMENTER_DROPPED_LATE;
  if (self->playlist->next_msn > 0 && b->msn + 1 < self->playlist->next_msn)
    return SEGMENTER_DROPPED_LATE;
  if (self->begun && b->msn == self->msn && (self->silent
          ? cut_here (self, time) : leave_hole (self, time, at, duration)))
    b = timeline_last (self->timeline);
  if (self->begun && b->msn == self->msn)
    return enter_begun (self, at, duration);
  if (b->msn + 1 == self->playlist->next_msn)
    return SEGMENTER_DROPPED_LATE;
  if (self->has_next && self->playlist->next_msn > 0
      && !discontinuity_between (self, self->playlist->next_msn - 1, b->msn))
    return SEGMENTER_DROPPED_FORMAT;
  if (self->exact && is_exact (self, b, time))
    self->loose = FALSE;
  else if (self->exact && !self->loose)
    return SEGMENTER_DROPPED_GAP;
  begin_segment (self, b, time, FALSE);
  return SEGMENTER_TAKEN;
}

/* A frame that needs others before it. */
static SegmenterResult
enter_dependent (Segmenter * self, CmafSampleKind kind, guint64 at,
    guint64 duration)
{
  if (!self->begun || self->silent || self->broken)
    return SEGMENTER_DROPPED_NO_KEY;
  if (self->has_next)
    return SEGMENTER_DROPPED_FORMAT;
  return enter_open (self, kind, at, duration);
}

/* Whether a picture behind a hole would be one of a segment that has lost some:
 * players do not get over that, nor decoders before the next key frame. */
static gboolean
needs_key (const Segmenter * self, CmafSampleKind kind)
{
  return kind != CMAF_SAMPLE_SYNC && !self->exact
      && self->format.lattice.frame != 0;
}

/* Puts the frame behind the last one. */
static SegmenterResult
place_frame (Segmenter * self, SegmenterFrame * frame, guint64 at,
    guint64 duration)
{
  Place place;

  if (frame->kind == CMAF_SAMPLE_SYNC)
    self->holed = FALSE;
  else if (!self->format.reordered
      && at > self->end + self->format.lattice.frame / 2)
    self->holed = TRUE;
  if (!self->exact)
    segmenter_stretch_part (self, frame->kind, at);
  place = find_place (self, frame->kind, at, duration);
  if (place.late)
    return SEGMENTER_DROPPED_LATE;
  if (place.start > self->end && self->exact && !self->loose) {
    segmenter_leave_part (self);
    self->silent = TRUE;
    return SEGMENTER_DROPPED_GAP;
  }
  if (place.start > self->end && needs_key (self, frame->kind))
    return SEGMENTER_DROPPED_NO_KEY;
  if (place.start > self->end)
    segmenter_skip_hole (self, place.start);
  self->waits_since = SEGMENTER_NO_TIME;
  segmenter_add_sample (self, frame, place.start, place.duration,
      (gint64) (at - place.start));
  return SEGMENTER_TAKEN;
}

static guint64
frame_ticks (const Segmenter * self, const SegmenterFrame * frame,
    guint64 duration)
{
  if (frame->ticks != 0)
    return frame->ticks;
  if (self->format.lattice.frame != 0)
    return self->format.lattice.frame;
  return MAX (segmenter_ticks (self, duration), 1);
}

/* On the grid; without one, where the last frame ended, if that is nearer than
 * half of this frame, whose duration is known by itself. */
static guint64
snap (Segmenter * self, Lattice * lattice, const SegmenterFrame * frame)
{
  guint64 at = lattice_snap (lattice, frame->time), apart;

  if (lattice->frame != 0 || frame->ticks == 0 || !self->begun
      || lattice != &self->format.lattice)
    return at;
  apart = at > self->end ? at - self->end : self->end - at;
  return apart * 2 <= frame->ticks ? self->end : at;
}

SegmenterResult
segmenter_take (Segmenter * self, SegmenterFrame * frame, guint64 duration_ns)
{
  gboolean key = frame->kind == CMAF_SAMPLE_SYNC;
  Lattice *lattice = key && self->has_next ? &self->next.lattice
      : &self->format.lattice;
  guint64 at = snap (self, lattice, frame), time;
  guint64 duration = frame_ticks (self, frame, duration_ns);
  SegmenterResult result;

  time = lattice_ns (at, lattice->timescale);
  if ((self->silent || (self->concealed && !self->concealing))
      && time + segmenter_slack (self) < segmenter_ns (self, self->end))
    return SEGMENTER_DROPPED_LATE;
  self->first_time = MIN (self->first_time, time);
  if (self->exact && self->silent) {
    self->waits_since = MIN (self->waits_since, time);
    self->loose |= time - self->waits_since
        > EXACT_PATIENCE * self->timeline->target;
  }
  self->timeline->at_key = key && !cmaf_kind_is_audio (self->format.kind);
  if (key)
    result = enter_key (self, time, at, duration);
  else
    result = enter_dependent (self, frame->kind, at, duration);
  self->timeline->at_key = FALSE;
  if (key && !cmaf_kind_is_audio (self->format.kind))
    note_key (self, time);
  if (result == SEGMENTER_TAKEN) {
    self->concealed = self->concealing;
    /* Of the format that may have begun with this frame. */
    result = place_frame (self, frame, snap (self, &self->format.lattice,
            frame), frame_ticks (self, frame, duration_ns));
  }
  if (!self->exact && (key || frame->kind == CMAF_SAMPLE_DEPENDENT))
    self->broken = result != SEGMENTER_TAKEN;
  return result;
}
