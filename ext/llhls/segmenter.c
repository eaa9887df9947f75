/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of a rendition: its format, the segment that is open, the frame that
 * waits for its duration. */
#include "segmenterprivate.h"

static void
clear_sample (gpointer data)
{
  CmafSample *sample = data;

  g_clear_pointer (&sample->data, g_bytes_unref);
}

static void
format_clear (SegmenterFormat * format)
{
  g_clear_pointer (&format->map, g_free);
  g_clear_pointer (&format->silence, g_bytes_unref);
}

static void
format_copy (SegmenterFormat * to, const SegmenterFormat * from)
{
  *to = *from;
  to->map = g_strdup (from->map);
  to->silence = from->silence != NULL ? g_bytes_ref (from->silence) : NULL;
}

void
segmenter_init (Segmenter * self, Timeline * timeline, Playlist * playlist,
    GArray * events, guint64 part, guint64 date)
{
  static const Segmenter zero;

  *self = zero;
  self->timeline = timeline;
  self->playlist = playlist;
  self->events = events;
  self->part = part;
  self->date = date;
  self->first_time = self->waits_since = SEGMENTER_NO_TIME;
  self->samples = g_array_new (FALSE, FALSE, sizeof (CmafSample));
  g_array_set_clear_func (self->samples, clear_sample);
}

void
segmenter_clear (Segmenter * self)
{
  segmenter_flush (self);
  format_clear (&self->format);
  format_clear (&self->next);
  g_clear_pointer (&self->samples, g_array_unref);
}

void
segmenter_set_format (Segmenter * self, const SegmenterFormat * format)
{
  SegmenterFormat *to = self->has_format ? &self->next : &self->format;

  /* Nothing was made of the first one. */
  if (self->has_format && self->playlist->next_msn == 0 && !self->has_held) {
    format_clear (&self->format);
    format_copy (&self->format, format);
    return;
  }
  if (self->has_next)
    format_clear (&self->next);
  self->has_next = FALSE;
  if (self->has_format
      && g_strcmp0 (self->format.map, format->map) == 0
      && self->format.lattice.timescale == format->lattice.timescale
      && self->format.lattice.frame == format->lattice.frame
      && self->format.reordered == format->reordered)
    return;
  format_copy (to, format);
  self->has_next = self->has_format;
  self->has_format = TRUE;
  if (self->begun)
    segmenter_predict (self);
}

guint64
segmenter_position (const Segmenter * self)
{
  return self->playlist->next_msn > 0 ? segmenter_ns (self, self->end) : 0;
}

gboolean
segmenter_has_media (const Segmenter * self, guint64 msn)
{
  const PlaylistSegment *segment = playlist_open_segment (self->playlist);

  return self->begun && !self->silent && self->msn == msn && segment != NULL
      && (segment->size > 0 || self->samples->len > 0);
}

guint64
segmenter_longest_part (const Segmenter * self)
{
  guint64 frame = self->format.lattice.frame, n;

  if (frame == 0)
    return MAX (self->part, segmenter_ns (self, self->format.longest));
  n = (segmenter_ticks (self, self->part) + frame - 1) / frame;
  return segmenter_ns (self, MAX (n, 1) * frame);
}

SegmenterEvent *
segmenter_add_event (Segmenter * self, SegmenterEventType type, guint64 msn)
{
  SegmenterEvent event = { type, 0, msn, 0, 0, 0, 0, FALSE };

  g_array_append_val (self->events, event);
  return &g_array_index (self->events, SegmenterEvent, self->events->len - 1);
}

void
segmenter_change_format (Segmenter * self)
{
  guint64 position = segmenter_ns (self, self->end);

  format_clear (&self->format);
  self->format = self->next;
  self->next.map = NULL;
  self->next.silence = NULL;
  self->has_next = FALSE;
  self->end = segmenter_ticks (self, position);
}

void
segmenter_open (Segmenter * self, const TimelineBoundary * b, guint64 start)
{
  SegmenterEvent *event;

  self->segment_start = self->end = start;
  /* Frames that are all alike have the grid of the others. */
  self->origin = cmaf_kind_is_audio (self->format.kind)
      ? MIN (segmenter_ticks (self, b->time), start) : start;
  self->msn = b->msn;
  self->begun = TRUE;
  self->forced = FALSE;
  playlist_begin (self->playlist, b->msn, self->format.lattice.timescale,
      start, self->date + segmenter_ns (self, start), self->format.map,
      b->discontinuity);
  if (b->discontinuity) {
    event = segmenter_add_event (self, SEGMENTER_DISCONTINUITY, b->msn);
    event->time = segmenter_ns (self, start);
  }
}

void
segmenter_close (Segmenter * self)
{
  PlaylistSegment *segment = playlist_open_segment (self->playlist);
  SegmenterEvent *event;
  guint64 gap = 0;

  if (!self->begun)
    return;
  segmenter_commit_part (self);
  self->begun = FALSE;
  if (segment->parts->len == 0) {
    gap = segmenter_empty_length (self);
    self->end = self->segment_start + gap;
  }
  playlist_close (self->playlist, gap);
  event = segmenter_add_event (self, segment->gap ? SEGMENTER_GAP
      : SEGMENTER_SEGMENT, self->msn);
  event->count = 1;
  event->time = segmenter_ns (self, segment->start);
  event->duration = segmenter_ns (self, segment->duration);
}

/* Without a frame rate a frame lasts until the next one. */
static gboolean
must_hold (const Segmenter * self, const SegmenterFrame * frame)
{
  return self->format.lattice.frame == 0 && !self->format.reordered
      && frame->ticks == 0;
}

SegmenterResult
segmenter_push_held (Segmenter * self, guint64 duration)
{
  SegmenterResult result;

  if (!self->has_held)
    return SEGMENTER_TAKEN;
  self->has_held = FALSE;
  result = segmenter_take (self, &self->held, duration);
  g_clear_pointer (&self->held.data, g_bytes_unref);
  return result;
}

SegmenterResult
segmenter_push (Segmenter * self, SegmenterFrame * frame)
{
  SegmenterResult result;
  guint64 duration;

  if (!self->has_format) {
    g_clear_pointer (&frame->data, g_bytes_unref);
    return SEGMENTER_DROPPED_NO_KEY;
  }
  if (must_hold (self, frame)) {
    duration = self->has_held && frame->time > self->held.time
        ? frame->time - self->held.time : frame->duration;
    /* What stood still for longer is a hole, not a long frame. */
    if (duration > segmenter_bridged (self))
      duration = segmenter_bridged (self);
    result = segmenter_push_held (self, duration);
    self->held = *frame;
    frame->data = NULL;
    self->has_held = TRUE;
    return result;
  }
  segmenter_push_held (self, frame->duration);
  result = segmenter_take (self, frame, frame->duration);
  g_clear_pointer (&frame->data, g_bytes_unref);
  return result;
}

gboolean
segmenter_conceal (Segmenter * self, guint64 until)
{
  guint64 from;

  if (self->format.silence == NULL || self->has_next)
    return FALSE;
  self->concealing = TRUE;
  for (from = segmenter_position (self); from < until;
      from = segmenter_position (self)) {
    SegmenterFrame frame = { from, 0, CMAF_SAMPLE_SYNC, NULL, FALSE,
      self->format.silence_ticks
    };

    frame.data = g_bytes_ref (self->format.silence);
    if (segmenter_push (self, &frame) != SEGMENTER_TAKEN
        || segmenter_position (self) <= from)
      break;
  }
  self->concealing = FALSE;
  return from >= until;
}

void
segmenter_flush (Segmenter * self)
{
  g_clear_pointer (&self->held.data, g_bytes_unref);
  self->has_held = FALSE;
  self->last_key = self->key_interval = self->key_interval_before = 0;
}

void
segmenter_drain (Segmenter * self)
{
  segmenter_push_held (self, self->held.duration);
  if (self->begun)
    segmenter_commit_part (self);
}

void
segmenter_finish (Segmenter * self)
{
  segmenter_drain (self);
  segmenter_close (self);
}
