/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cuts frames into parts, and tells which one comes next. */
#include "segmenterprivate.h"

/* Parts of a segment in numbers of fragments; none has as many. */
#define SEQUENCE_STRIDE 1024

/* Which part of the grid a frame belongs to: the one in which it starts, as a
 * segment begins with the first frame that starts in it. */
static guint64
grid_index (const Segmenter * self, guint64 start)
{
  if (start <= self->origin)
    return 0;
  return segmenter_ns (self, start - self->origin) / self->part;
}

/* A key frame opens the part; `behind` are the bytes of what follows it. */
static gboolean
first_is_key (const Segmenter * self, gsize * behind)
{
  guint i;

  for (i = 1; i < self->samples->len; i++)
    *behind += cmaf_sample_size (&g_array_index (self->samples, CmafSample, i));
  return g_array_index (self->samples, CmafSample, 0).kind == CMAF_SAMPLE_SYNC;
}

void
segmenter_commit_part (Segmenter * self)
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
  event = segmenter_add_event (self, SEGMENTER_PART, self->msn);
  event->part = segment->parts->len - 1;
  event->time = segmenter_ns (self, self->part_start);
  event->duration = segmenter_ns (self, self->end - self->part_start);
  event->concealed = self->part_concealed;
}

void
segmenter_predict (Segmenter * self)
{
  const PlaylistSegment *segment = playlist_open_segment (self->playlist);
  const TimelineBoundary *next;
  guint64 end = segmenter_ns (self, self->end), due;

  next = timeline_get (self->timeline, self->msn + 1);
  due = next != NULL ? next->time : timeline_due (self->timeline);
  self->playlist->hint_msn = self->msn;
  self->playlist->hint_part = segment->parts->len;
  /* A new format needs a new segment. */
  if (segment->parts->len > 0 && (end + MAX (segmenter_slack (self), 1) >= due
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
  return segmenter_ticks (self, limit);
}

void
segmenter_add_sample (Segmenter * self, SegmenterFrame * frame, guint64 start,
    guint64 duration, gint64 offset)
{
  CmafSample sample = { NULL, duration, offset, frame->kind };
  guint64 index = grid_index (self, start), nominal, room;

  room = part_room (self);
  if (self->samples->len > 0 && (index > self->part_index
          || start + duration - self->part_start > room))
    segmenter_commit_part (self);
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
    segmenter_commit_part (self);
  segmenter_predict (self);
}

guint64
segmenter_reach (const Segmenter * self)
{
  guint64 half = segmenter_ticks (self, segmenter_bridged (self)), room =
      part_room (self);
  guint64 frame = self->format.lattice.frame;

  if (self->exact || frame == 0 || room < frame)
    return half;
  return MAX (half, room - frame);
}

/* Frames were lost: the last one stays for as long as its part has room, so
 * that no part is too short (RFC 8216bis 4.4.4.9). */
void
segmenter_stretch_part (Segmenter * self, CmafSampleKind kind, guint64 at)
{
  gboolean anchors = kind == CMAF_SAMPLE_SYNC || !self->format.reordered;
  guint64 limit = self->part_start + part_room (self);
  CmafSample *last;

  if (!anchors || self->samples->len == 0 || at <= self->end
      || limit <= self->end || at > limit + segmenter_reach (self))
    return;
  last = &g_array_index (self->samples, CmafSample, self->samples->len - 1);
  last->duration += MIN (at, limit) - self->end;
  self->end = MIN (at, limit);
  if (self->end == limit || grid_index (self, self->end) > self->part_index)
    segmenter_commit_part (self);
}

guint64
segmenter_next_cell (const Segmenter * self, guint64 at)
{
  gboolean pending = self->samples->len > 0 && at == self->end;
  guint64 index = pending ? self->part_index : grid_index (self, at);
  guint64 next = self->origin
      + segmenter_ticks (self, (index + 1) * self->part);

  return next > at ? next : at + MAX (segmenter_ticks (self, self->part), 1);
}

guint64
segmenter_part_end (const Segmenter * self)
{
  if (!self->begun)
    return segmenter_position (self) + self->part;
  return segmenter_ns (self, segmenter_next_cell (self, self->end));
}

/* Where frames are missing in a part, the part is missing, lest it differ from
 * that of who has them. */
void
segmenter_leave_part (Segmenter * self)
{
  if (!self->exact) {
    segmenter_commit_part (self);
  } else if (self->samples->len > 0) {
    g_array_set_size (self->samples, 0);
    self->end = self->part_start;
  }
}
