/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "segmenter.h"

/* A hole up to half a part where segments meet is bridged: the frame behind it
 * starts where the last one ended and keeps its time of presentation. */
#define BRIDGED(self) ((self)->exact ? half_frame (self) : (self)->part / 2)
/* A frame may come this much too early; it is then squeezed in. */
#define SQUEEZED G_GUINT64_CONSTANT (200000000)
/* A gap has some length, ns. */
#define MIN_GAP G_GUINT64_CONSTANT (1000000)

/* Parts of a segment in numbers of fragments; none has as many. */
#define SEQUENCE_STRIDE 1024
/* Who has had frames for so many target durations and could show none goes on
 * where it can: its key frames do not lie on the grid. */
#define EXACT_PATIENCE 2

static SegmenterResult push_held (Segmenter * self, guint64 duration);

static guint64
half_frame (const Segmenter * self)
{
  return lattice_ns (self->format.lattice.frame / 2,
      self->format.lattice.timescale);
}

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

static void predict (Segmenter * self);

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
    predict (self);
}

static guint64
to_ns (const Segmenter * self, guint64 ticks)
{
  return lattice_ns (ticks, self->format.lattice.timescale);
}

static guint64
to_ticks (const Segmenter * self, guint64 ns)
{
  return lattice_ticks (ns, self->format.lattice.timescale);
}

guint64
segmenter_position (const Segmenter * self)
{
  return self->playlist->next_msn > 0 ? to_ns (self, self->end) : 0;
}

guint64
segmenter_longest_part (const Segmenter * self)
{
  guint64 frame = self->format.lattice.frame, n;

  if (frame == 0)
    return MAX (self->part, to_ns (self, self->format.longest));
  n = (to_ticks (self, self->part) + frame - 1) / frame;
  return to_ns (self, MAX (n, 1) * frame);
}

static SegmenterEvent *
add_event (Segmenter * self, SegmenterEventType type, guint64 msn)
{
  SegmenterEvent event = { type, 0, msn, 0, 0, 0, 0, FALSE };

  g_array_append_val (self->events, event);
  return &g_array_index (self->events, SegmenterEvent, self->events->len - 1);
}

/* Half a frame, ns: two times closer than that are the same frame's. */
static guint64
slack (const Segmenter * self)
{
  if (cmaf_kind_is_audio (self->format.kind))
    return 0;
  return to_ns (self, self->format.lattice.frame / 2);
}

/* Which part of the grid a frame belongs to: the one in which it starts, as a
 * segment begins with the first frame that starts in it. */
static guint64
grid_index (const Segmenter * self, guint64 start)
{
  if (start <= self->origin)
    return 0;
  return to_ns (self, start - self->origin) / self->part;
}

/* A key frame opens the part; `behind` are the bytes of what follows it. */
static gboolean
first_is_key (const Segmenter * self, gsize * behind)
{
  guint i;

  for (i = 1; i < self->samples->len; i++)
    *behind += g_bytes_get_size (g_array_index (self->samples, CmafSample,
            i).data);
  return g_array_index (self->samples, CmafSample, 0).kind == CMAF_SAMPLE_SYNC;
}

static void
commit_part (Segmenter * self)
{
  SegmenterEvent *event;
  PlaylistSegment *segment = playlist_open_segment (self->playlist);
  GBytes *chunk;
  gsize behind = 0;
  gboolean first;

  if (self->samples->len == 0)
    return;
  first = segment->size == 0;
  if (!first_is_key (self, &behind))
    behind = G_MAXSIZE;
  self->sequence = self->exact ? (guint32) (self->msn * SEQUENCE_STRIDE
      + segment->parts->len) : self->sequence + 1;
  chunk = cmaf_chunk_build (self->format.kind, self->sequence,
      self->part_start, (CmafSample *) (gpointer) self->samples->data,
      self->samples->len, segment->parts->len == 0);
  g_array_set_size (self->samples, 0);
  if (chunk == NULL)
    return;
  playlist_add_part (self->playlist, self->end - self->part_start,
      self->part_independent, chunk);
  if (first && behind != G_MAXSIZE)
    playlist_set_key (self->playlist, segment->size - behind);
  event = add_event (self, SEGMENTER_PART, self->msn);
  event->part = segment->parts->len - 1;
  event->time = to_ns (self, self->part_start);
  event->duration = to_ns (self, self->end - self->part_start);
  event->concealed = self->part_concealed;
}

/* What the next part will be called, for the preload hint. */
static void
predict (Segmenter * self)
{
  const PlaylistSegment *segment = playlist_open_segment (self->playlist);
  const TimelineBoundary *next;
  guint64 end = to_ns (self, self->end), due;

  next = timeline_get (self->timeline, self->msn + 1);
  due = next != NULL ? next->time : timeline_due (self->timeline);
  self->playlist->hint_msn = self->msn;
  self->playlist->hint_part = segment->parts->len;
  /* A new format needs a new segment. */
  if (segment->parts->len > 0 && (end + MAX (slack (self), 1) >= due
          || (self->has_next && self->samples->len == 0))) {
    self->playlist->hint_msn = self->msn + 1;
    self->playlist->hint_part = 0;
  }
  playlist_hint_map (self->playlist, self->has_next
      && self->playlist->hint_msn != self->msn ? self->next.map : NULL);
}

static guint64
part_room (const Segmenter * self)
{
  guint64 limit = segmenter_longest_part (self);

  if (self->part_limit != 0)
    limit = MIN (limit, self->part_limit);
  return to_ticks (self, limit);
}

static void
add_sample (Segmenter * self, SegmenterFrame * frame, guint64 start,
    guint64 duration, gint64 offset)
{
  CmafSample sample = { NULL, duration, offset, frame->kind };
  guint64 index = grid_index (self, start), nominal, room;

  room = part_room (self);
  if (self->samples->len > 0 && (index > self->part_index
          || start + duration - self->part_start > room))
    commit_part (self);
  if (self->samples->len == 0) {
    /* What found no room in its part opens the next one early. */
    if (playlist_open_segment (self->playlist)->parts->len > 0)
      index = MAX (index, self->part_index + 1);
    self->part_start = start;
    self->part_index = index;
    self->part_independent = self->part_concealed = FALSE;
  }
  sample.data = g_steal_pointer (&frame->data);
  sample.scattered = frame->scattered;
  g_array_append_val (self->samples, sample);
  self->part_independent |= frame->kind == CMAF_SAMPLE_SYNC;
  self->part_concealed |= self->concealing;
  self->end = start + duration;

  nominal = self->format.lattice.frame;
  if (nominal == 0)
    nominal = duration;
  if (grid_index (self, self->end) > self->part_index
      || self->end + nominal - self->part_start > room)
    commit_part (self);
  predict (self);
}

/* The first point of the grid of parts behind `at`, ticks. */
static guint64
next_cell (const Segmenter * self, guint64 at)
{
  gboolean pending = self->samples->len > 0 && at == self->end;
  guint64 index = pending ? self->part_index : grid_index (self, at);
  guint64 next = self->origin + to_ticks (self, (index + 1) * self->part);

  return next > at ? next : at + MAX (to_ticks (self, self->part), 1);
}

guint64
segmenter_part_end (const Segmenter * self)
{
  if (!self->begun)
    return segmenter_position (self) + self->part;
  return to_ns (self, next_cell (self, self->end));
}

static void
add_gap_part (Segmenter * self, guint64 end)
{
  const PlaylistSegment *segment = playlist_open_segment (self->playlist);
  SegmenterEvent *event;

  playlist_add_gap_part (self->playlist, end - self->end);
  event = add_event (self, SEGMENTER_GAP_PART, self->msn);
  event->part = segment->parts->len - 1;
  event->time = to_ns (self, self->end);
  event->duration = to_ns (self, end - self->end);
  self->end = end;
}

/* Where frames are missing in a part, the part is missing, lest it differ from
 * that of who has them. */
static void
leave_part (Segmenter * self)
{
  if (!self->exact) {
    commit_part (self);
  } else if (self->samples->len > 0) {
    g_array_set_size (self->samples, 0);
    self->end = self->part_start;
  }
}

/* The open segment has no media from the last frame up to `upto`, ticks. */
static void
add_gap_parts (Segmenter * self, guint64 upto)
{
  guint64 farthest = self->segment_start
      + to_ticks (self, 2 * self->timeline->longest);
  guint64 part = to_ticks (self, self->part), end;

  leave_part (self);
  upto = MIN (upto, farthest);
  while (self->end < upto) {
    end = next_cell (self, self->end);
    /* No sliver at the end. */
    if (upto - self->end <= part)
      end = upto;
    else if (end < upto && upto - end < part / 8)
      end = upto - part / 8;
    add_gap_part (self, MIN (end, upto));
  }
  predict (self);
}

/* Media goes on at `start` behind a hole; its parts are whole from there. */
static void
skip_hole (Segmenter * self, guint64 start)
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

  return self->end + to_ticks (self, BRIDGED (self)) < end || !media;
}

/* What is missing at the end of the open segment, as far as that is known. */
static void
finish_tail (Segmenter * self)
{
  const TimelineBoundary *next;
  guint64 end;

  next = self->begun ? timeline_get (self->timeline, self->msn + 1) : NULL;
  /* Long forgotten. */
  if (self->begun && self->msn + 1 < timeline_first (self->timeline)->msn)
    add_gap_parts (self, self->segment_start + to_ticks (self,
            self->timeline->target));
  if (next == NULL || next->silence || next->time - MIN (next->time,
          to_ns (self, self->segment_start)) > self->timeline->longest)
    return;
  end = to_ticks (self, next->time);
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

static void
close_segment (Segmenter * self)
{
  PlaylistSegment *segment = playlist_open_segment (self->playlist);
  SegmenterEvent *event;
  guint64 gap = 0;
  const TimelineBoundary *next;

  if (!self->begun)
    return;
  commit_part (self);
  self->begun = FALSE;
  if (segment->parts->len == 0) {
    next = timeline_get (self->timeline, self->msn + 1);
    gap = next == NULL ? to_ticks (self, MIN_GAP) : to_ticks (self,
        gap_length (self, to_ns (self, self->segment_start), next));
    self->end = self->segment_start + gap;
  }
  playlist_close (self->playlist, gap);
  event = add_event (self, segment->gap ? SEGMENTER_GAP : SEGMENTER_SEGMENT,
      self->msn);
  event->count = 1;
  event->time = to_ns (self, segment->start);
  event->duration = to_ns (self, segment->duration);
}

/* Ticks are of another scale now. */
static void
change_format (Segmenter * self)
{
  guint64 position = to_ns (self, self->end);

  format_clear (&self->format);
  self->format = self->next;
  self->next.map = NULL;
  self->next.silence = NULL;
  self->has_next = FALSE;
  self->end = to_ticks (self, position);
}

/* Where boundary `b` (NULL when long forgotten) begins in this rendition. */
static guint64
segment_from (const Segmenter * self, const TimelineBoundary * b)
{
  guint64 end = to_ns (self, self->end);

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
  self->end = to_ticks (self, first->time);
}

/* Lists segment `msn` without media, up to the next boundary. */
static void
add_gap (Segmenter * self, guint64 msn)
{
  const TimelineBoundary *b = timeline_get (self->timeline, msn);
  const TimelineBoundary *next = timeline_get (self->timeline, msn + 1);
  guint64 from = segment_from (self, b), length;

  if (b != NULL && b->discontinuity && self->has_next)
    change_format (self);
  length = gap_length (self, from, next);
  playlist_add_gap (self->playlist, msn, self->format.lattice.timescale,
      to_ticks (self, from), to_ticks (self, from + length)
      - to_ticks (self, from), self->date + from, self->format.map,
      b != NULL && b->discontinuity);
  self->end = to_ticks (self, from + length);
}

/* Lists as gaps what lies between the last segment and `msn`. */
static void
fill_gaps (Segmenter * self, guint64 msn)
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
  event = add_event (self, SEGMENTER_GAP, first);
  event->count = msn - first;
  event->time = from;
  event->duration = to_ns (self, self->end) - MIN (from, to_ns (self,
          self->end));
}

void
segmenter_give_up (Segmenter * self, guint64 msn)
{
  if (!self->has_format || msn < self->playlist->next_msn)
    return;
  finish_tail (self);
  close_segment (self);
  fill_gaps (self, msn);
  self->silent = TRUE;
}

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
open_segment (Segmenter * self, const TimelineBoundary * b, guint64 start)
{
  SegmenterEvent *event;

  self->segment_start = self->end = start;
  /* Frames that are all alike have the grid of the others. */
  self->origin = cmaf_kind_is_audio (self->format.kind)
      ? MIN (to_ticks (self, b->time), start) : start;
  self->msn = b->msn;
  self->begun = TRUE;
  self->forced = FALSE;
  playlist_begin (self->playlist, b->msn, self->format.lattice.timescale,
      start, self->date + to_ns (self, start), self->format.map,
      b->discontinuity);
  if (b->discontinuity) {
    event = add_event (self, SEGMENTER_DISCONTINUITY, b->msn);
    event->time = to_ns (self, start);
  }
}

static void
begin_segment (Segmenter * self, const TimelineBoundary * b, guint64 time,
    gboolean forced)
{
  gboolean first, bridged, exact;
  guint64 media;

  finish_tail (self);
  close_segment (self);
  fill_gaps (self, b->msn);
  if (self->has_next)
    change_format (self);
  self->silent = FALSE;
  media = lattice_snap (&self->format.lattice, time);
  first = self->playlist->next_msn == 0;
  bridged = media < self->end + to_ticks (self, BRIDGED (self));
  /* Without a hole, media time goes on without one; a hole has its place at
   * the head of the segment. */
  exact = self->exact && !self->loose;
  open_segment (self, b, !first && !exact && (bridged
          || !b->discontinuity) ? self->end : media);
  if (!first && !exact && !bridged && self->end < media)
    skip_hole (self, media);
  self->forced = forced;
  if (forced)
    add_event (self, SEGMENTER_FORCED_CUT, b->msn);
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
    change_format (self);
  open_segment (self, b, to_ticks (self, segment_from (self, b)));
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
  if (limit > to_ns (self, self->segment_start) + self->timeline->longest)
    return next != NULL;
  if (time >= limit) {
    if (next == NULL || lists_tail (self, to_ticks (self, limit)))
      add_gap_parts (self, to_ticks (self, limit));
    return next != NULL;
  }
  cell = next_cell (self, self->end);
  if (to_ns (self, cell) > time)
    return FALSE;
  while (to_ns (self, next_cell (self, cell)) <= time)
    cell = next_cell (self, cell);
  add_gap_parts (self, cell);
  return FALSE;
}

gboolean
segmenter_has_media (const Segmenter * self, guint64 msn)
{
  const PlaylistSegment *segment = playlist_open_segment (self->playlist);

  return self->begun && !self->silent && self->msn == msn && segment != NULL
      && (segment->size > 0 || self->samples->len > 0);
}

void
segmenter_fill (Segmenter * self, guint64 time)
{
  if (self->playlist->next_msn == 0 || self->playlist->ended)
    return;
  if (time < segmenter_part_end (self) && !self->silent)
    return;
  push_held (self, MIN (self->held.duration, BRIDGED (self)));
  if (self->playlist->next_msn < timeline_first (self->timeline)->msn)
    segmenter_give_up (self, timeline_first (self->timeline)->msn);
  self->silent = TRUE;
  self->last_key = 0;
  self->first_time = SEGMENTER_NO_TIME;
  while ((self->begun || begin_gap (self, time)) && fill_segment (self, time))
    close_segment (self);
}

static void
note_key (Segmenter * self, guint64 time)
{
  if (self->last_key != 0 && time > self->last_key)
    self->key_interval = time - self->last_key;
  self->last_key = time;
}

/* The format changes at this key frame.  If nobody has passed this moment all
 * can begin anew here; else at the next boundary. */
static void
ask_discontinuity (Segmenter * self, guint64 time)
{
  const TimelineBoundary *last = timeline_last (self->timeline);

  if (!self->exact && time + slack (self) >= self->others
      && last->time + slack (self) < time) {
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

/* How long a hole may be for the frame behind it to begin before it, ticks: it
 * has to fit into a part. */
static guint64
reach (const Segmenter * self)
{
  guint64 half = to_ticks (self, BRIDGED (self)), room = part_room (self);
  guint64 frame = self->format.lattice.frame;

  if (self->exact || frame == 0 || room < frame)
    return half;
  return MAX (half, room - frame);
}

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
    if (at - self->end <= reach (self))
      place.duration += at - self->end;
    else
      place.start = at;
  } else if (anchors && at < self->end) {
    early = self->end - at;
    place.late = early > to_ticks (self, SQUEEZED);
    place.duration = MAX (duration - MIN (duration, early), (duration + 1) / 2);
  }
  return place;
}

/* Key frames too far apart, or a hole, must not make a segment longer than the
 * target duration allows.  Where the others have gone far ahead in time, this
 * rendition's frames belong to no segment. */
static SegmenterResult
enter_open (Segmenter * self, CmafSampleKind kind, guint64 at, guint64 duration)
{
  const TimelineBoundary *next;
  Place place = find_place (self, kind, at, duration);
  guint64 start = to_ns (self, place.start);

  if (place.late || to_ns (self, place.start + place.duration
          - self->segment_start) <= self->timeline->longest)
    return SEGMENTER_TAKEN;
  next = timeline_last (self->timeline);
  if (next->time < start && (next->msn == self->msn
          || start - next->time > self->timeline->longest))
    timeline_force (self->timeline, start);
  next = timeline_find (self->timeline, start);
  if (next == NULL || next->msn <= self->msn)
    next = timeline_get (self->timeline, self->msn + 1);
  if (next == NULL || next->time > start + self->timeline->longest) {
    if (!self->exact)
      close_segment (self);
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
      || time + slack (self) < self->others
      || timeline_last (self->timeline)->time + slack (self) >= time)
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
    return slack (self);
  return to_ns (self, frame) - 1;
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
  return has_seen (self, (time + slack (self)) / target * target);
}

/* The only pictures there are come back with a key frame, too late to go on
 * with: the segment ends short, and what was lost is one of its own. */
static gboolean
leave_hole (Segmenter * self, guint64 time, guint64 at, guint64 duration)
{
  guint64 end = to_ns (self, self->end);

  if (!self->alone || self->exact || !self->leads
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
  /* Ahead of the grid only where nobody has been. */
  guint64 interval = time + slack (self) >= self->others
      ? self->key_interval : 0;

  if (self->has_next && self->playlist->next_msn > 0)
    ask_discontinuity (self, time);
  if (may_lead (self, time))
    timeline_offer (self->timeline, time, interval, slack (self));
  b = timeline_find (self->timeline, time + slack (self));
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
  if (!self->begun || self->silent)
    return SEGMENTER_DROPPED_NO_KEY;
  if (self->has_next)
    return SEGMENTER_DROPPED_FORMAT;
  return enter_open (self, kind, at, duration);
}

/* Frames were lost: the last one stays for as long as its part has room, so
 * that no part is too short (RFC 8216bis 4.4.4.9). */
static void
stretch_part (Segmenter * self, CmafSampleKind kind, guint64 at)
{
  gboolean anchors = kind == CMAF_SAMPLE_SYNC || !self->format.reordered;
  guint64 limit = self->part_start + part_room (self);
  CmafSample *last;

  if (!anchors || self->samples->len == 0 || at <= self->end
      || limit <= self->end || at > limit + reach (self))
    return;
  last = &g_array_index (self->samples, CmafSample, self->samples->len - 1);
  last->duration += MIN (at, limit) - self->end;
  self->end = MIN (at, limit);
  if (self->end == limit || grid_index (self, self->end) > self->part_index)
    commit_part (self);
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

  if (!self->exact)
    stretch_part (self, frame->kind, at);
  place = find_place (self, frame->kind, at, duration);
  if (place.late)
    return SEGMENTER_DROPPED_LATE;
  if (place.start > self->end && self->exact && !self->loose) {
    leave_part (self);
    self->silent = TRUE;
    return SEGMENTER_DROPPED_GAP;
  }
  if (place.start > self->end && needs_key (self, frame->kind))
    return SEGMENTER_DROPPED_NO_KEY;
  if (place.start > self->end)
    skip_hole (self, place.start);
  self->waits_since = SEGMENTER_NO_TIME;
  add_sample (self, frame, place.start, place.duration,
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
  return MAX (to_ticks (self, duration), 1);
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

static SegmenterResult
take (Segmenter * self, SegmenterFrame * frame, guint64 duration_ns)
{
  gboolean key = frame->kind == CMAF_SAMPLE_SYNC;
  Lattice *lattice = key && self->has_next ? &self->next.lattice
      : &self->format.lattice;
  guint64 at = snap (self, lattice, frame), time;
  guint64 duration = frame_ticks (self, frame, duration_ns);
  SegmenterResult result;

  time = lattice_ns (at, lattice->timescale);
  if ((self->silent || (self->concealed && !self->concealing))
      && time + slack (self) < to_ns (self, self->end))
    return SEGMENTER_DROPPED_LATE;
  self->first_time = MIN (self->first_time, time);
  if (self->exact && self->silent) {
    self->waits_since = MIN (self->waits_since, time);
    self->loose |= time - self->waits_since
        > EXACT_PATIENCE * self->timeline->target;
  }
  if (key)
    result = enter_key (self, time, at, duration);
  else
    result = enter_dependent (self, frame->kind, at, duration);
  if (key && !cmaf_kind_is_audio (self->format.kind))
    note_key (self, time);
  if (result != SEGMENTER_TAKEN)
    return result;
  self->concealed = self->concealing;
  /* Of the format that may have begun with this frame. */
  return place_frame (self, frame, snap (self, &self->format.lattice, frame),
      frame_ticks (self, frame, duration_ns));
}

/* Without a frame rate a frame lasts until the next one. */
static gboolean
must_hold (const Segmenter * self, const SegmenterFrame * frame)
{
  return self->format.lattice.frame == 0 && !self->format.reordered
      && frame->ticks == 0;
}

static SegmenterResult
push_held (Segmenter * self, guint64 duration)
{
  SegmenterResult result;

  if (!self->has_held)
    return SEGMENTER_TAKEN;
  self->has_held = FALSE;
  result = take (self, &self->held, duration);
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
    if (duration > BRIDGED (self))
      duration = BRIDGED (self);
    result = push_held (self, duration);
    self->held = *frame;
    frame->data = NULL;
    self->has_held = TRUE;
    return result;
  }
  push_held (self, frame->duration);
  result = take (self, frame, frame->duration);
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
  self->last_key = self->key_interval = 0;
}

void
segmenter_drain (Segmenter * self)
{
  push_held (self, self->held.duration);
  if (self->begun)
    commit_part (self);
}

void
segmenter_finish (Segmenter * self)
{
  segmenter_drain (self);
  close_segment (self);
}
