/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is missing: parts without media in a segment, and segments without
 * any. */
#include "segmenterprivate.h"

/* A gap has some length, ns. */
#define MIN_GAP G_GUINT64_CONSTANT (1000000)

static void
add_gap_part (Segmenter * self, guint64 end)
{
  const PlaylistSegment *segment = playlist_open_segment (self->playlist);
  SegmenterEvent *event;

  playlist_add_gap_part (self->playlist, end - self->end);
  event = segmenter_add_event (self, SEGMENTER_GAP_PART, self->msn);
  event->part = segment->parts->len - 1;
  event->time = segmenter_ns (self, self->end);
  event->duration = segmenter_ns (self, end - self->end);
  self->end = end;
}

/* The open segment has no media from the last frame up to `upto`, ticks. */
static void
add_gap_parts (Segmenter * self, guint64 upto)
{
  guint64 farthest = self->segment_start
      + segmenter_ticks (self, 2 * self->timeline->longest);
  guint64 part = segmenter_ticks (self, self->part), end;

  segmenter_leave_part (self);
  upto = MIN (upto, farthest);
  while (self->end < upto) {
    end = segmenter_next_cell (self, self->end);
    /* No sliver at the end. */
    if (upto - self->end <= part)
      end = upto;
    else if (end < upto && upto - end < part / 8)
      end = upto - part / 8;
    add_gap_part (self, MIN (end, upto));
  }
  segmenter_predict (self);
}

/* Media goes on at `start` behind a hole; its parts are whole from there. */
void
segmenter_skip_hole (Segmenter * self, guint64 start)
{
  add_gap_parts (self, start);
  self->last_key = 0;
  self->end = start;
  self->origin = start;
  self->part_index = G_MAXUINT64;
}

/* Whether the open segment lists what it lacks up to `end`, ticks.  A little
 * behind media is left to the next one. */
static gboolean
lists_tail (const Segmenter * self, guint64 end)
{
  const GArray *parts = playlist_open_segment (self->playlist)->parts;
  gboolean media = self->samples->len > 0 || (parts->len > 0
      && g_array_index (parts, PlaylistPart, parts->len - 1).data != NULL);

  return self->end + segmenter_ticks (self, segmenter_bridged (self)) < end
      || !media;
}

void
segmenter_finish_tail (Segmenter * self)
{
  const TimelineBoundary *next;
  guint64 end;

  next = self->begun ? timeline_get (self->timeline, self->msn + 1) : NULL;
  /* Long forgotten. */
  if (self->begun && self->msn + 1 < timeline_first (self->timeline)->msn)
    add_gap_parts (self, self->segment_start + segmenter_ticks (self,
            self->timeline->target));
  if (next == NULL || next->silence || next->time - MIN (next->time,
          segmenter_ns (self, self->segment_start)) > self->timeline->longest)
    return;
  end = segmenter_ticks (self, next->time);
  if (lists_tail (self, end))
    add_gap_parts (self, end);
}

/* How long a gap is that begins at `from`, ns.  What lies before the boundary
 * behind a leap in time has no end of its own. */
static guint64
gap_length (const Segmenter * self, guint64 from, const TimelineBoundary * next)
{
  if (next == NULL)
    return self->timeline->target;
  if (next->time <= from)
    return MIN_GAP;
  if (next->time - from > self->timeline->longest)
    return next->discontinuity ? self->timeline->target
        : self->timeline->longest;
  return next->time - from;
}

guint64
segmenter_empty_length (const Segmenter * self)
{
  const TimelineBoundary *next = timeline_get (self->timeline, self->msn + 1);

  if (next == NULL)
    return segmenter_ticks (self, MIN_GAP);
  return segmenter_ticks (self, gap_length (self, segmenter_ns (self,
              self->segment_start), next));
}

/* Where boundary `b` (NULL when long forgotten) begins in this rendition. */
static guint64
segment_from (const Segmenter * self, const TimelineBoundary * b)
{
  guint64 end = segmenter_ns (self, self->end);

  if (b != NULL && (self->playlist->next_msn == 0 || (b->discontinuity
              && b->time > end)))
    return b->time;
  return end;
}

/* The first boundary that it can have, and what was counted before. */
static void
begin_playlist (Segmenter * self)
{
  const TimelineBoundary *first = timeline_first (self->timeline);

  self->playlist->discontinuities = self->timeline->discontinuities;
  self->end = segmenter_ticks (self, first->time);
}

/* Lists segment `msn` without media, up to the next boundary. */
static void
add_gap (Segmenter * self, guint64 msn)
{
  const TimelineBoundary *b = timeline_get (self->timeline, msn);
  const TimelineBoundary *next = timeline_get (self->timeline, msn + 1);
  guint64 from = segment_from (self, b), length;

  if (b != NULL && b->discontinuity && self->has_next)
    segmenter_change_format (self);
  length = gap_length (self, from, next);
  playlist_add_gap (self->playlist, msn, self->format.lattice.timescale,
      segmenter_ticks (self, from), segmenter_ticks (self, from + length)
      - segmenter_ticks (self, from), self->date + from, self->format.map,
      b != NULL && b->discontinuity);
  self->end = segmenter_ticks (self, from + length);
}

void
segmenter_fill_gaps (Segmenter * self, guint64 msn)
{
  guint64 first = self->playlist->next_msn, from, m;
  gboolean fresh = first == 0;
  SegmenterEvent *event;

  if (fresh) {
    begin_playlist (self);
    first = timeline_first (self->timeline)->msn;
  }
  from = segment_from (self, timeline_get (self->timeline, first));
  for (m = first; m < msn; m++)
    add_gap (self, m);
  if (first >= msn || (fresh && self->timeline->by_time))
    return;
  event = segmenter_add_event (self, SEGMENTER_GAP, first);
  event->count = msn - first;
  event->time = from;
  event->duration = segmenter_ns (self, self->end) - MIN (from,
      segmenter_ns (self, self->end));
}

void
segmenter_give_up (Segmenter * self, guint64 msn)
{
  if (!self->has_format || msn < self->playlist->next_msn)
    return;
  segmenter_finish_tail (self);
  segmenter_close (self);
  segmenter_fill_gaps (self, msn);
  self->silent = TRUE;
}

/* The next segment's first part, at least, is missing.  FALSE when it has no
 * boundary yet. */
static gboolean
begin_gap (Segmenter * self, guint64 time)
{
  const TimelineBoundary *b, *next;

  b = timeline_get (self->timeline, self->playlist->next_msn);
  next = timeline_get (self->timeline, self->playlist->next_msn + 1);
  if (b == NULL || (time < segment_from (self, b) + self->part
          && (next == NULL || time < next->time)))
    return FALSE;
  if (b->discontinuity && self->has_next)
    segmenter_change_format (self);
  segmenter_open (self, b, segmenter_ticks (self, segment_from (self, b)));
  return TRUE;
}

/* The open segment, up to `time`.  TRUE when that is behind its end. */
static gboolean
fill_segment (Segmenter * self, guint64 time)
{
  const TimelineBoundary *next = timeline_get (self->timeline, self->msn + 1);
  guint64 cell, limit = next != NULL ? next->time
      : timeline_due (self->timeline);

  /* It ends with its media, wherever that was. */
  if (next != NULL && next->silence)
    return TRUE;
  /* The rest of this one is lost in a leap. */
  if (limit > segmenter_ns (self, self->segment_start)
      + self->timeline->longest)
    return next != NULL;
  if (time >= limit) {
    if (next == NULL || lists_tail (self, segmenter_ticks (self, limit)))
      add_gap_parts (self, segmenter_ticks (self, limit));
    return next != NULL;
  }
  cell = segmenter_next_cell (self, self->end);
  if (segmenter_ns (self, cell) > time)
    return FALSE;
  while (segmenter_ns (self, segmenter_next_cell (self, cell)) <= time)
    cell = segmenter_next_cell (self, cell);
  add_gap_parts (self, cell);
  return FALSE;
}

void
segmenter_fill (Segmenter * self, guint64 time)
{
  if (self->playlist->next_msn == 0 || self->playlist->ended)
    return;
  if (time < segmenter_part_end (self) && !self->silent)
    return;
  segmenter_push_held (self, MIN (self->held.duration,
          segmenter_bridged (self)));
  if (self->playlist->next_msn < timeline_first (self->timeline)->msn)
    segmenter_give_up (self, timeline_first (self->timeline)->msn);
  self->silent = TRUE;
  self->last_key = 0;
  self->first_time = SEGMENTER_NO_TIME;
  while ((self->begun || begin_gap (self, time)) && fill_segment (self, time))
    segmenter_close (self);
}
