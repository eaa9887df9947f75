/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "texttrack.h"

#include "lattice.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)

/* Ticks a second: with six digits EXTINF is what the others say. */
#define TIMESCALE 1000000
/* A part may be this much shorter than PART-TARGET (RFC 8216bis 4.4.4.9). */
#define SHORTEST_PERCENT 85

typedef struct
{
  WebvttCue *cue;
  gboolean shown;               /* in some part */
} TextTrackCue;

static void
free_cue (gpointer data)
{
  TextTrackCue *self = data;

  webvtt_cue_free (self->cue);
  g_free (self);
}

void
text_track_init (TextTrack * self, const gchar * name, const gchar * prefix,
    guint64 window, guint target_duration)
{
  static const TextTrack zero;

  *self = zero;
  playlist_init (&self->playlist, name, prefix, window);
  self->playlist.extension = "vtt";
  bandwidth_meter_init (&self->meter, target_duration * SECOND);
  self->info.name = g_strdup (name);
  self->info.text = TRUE;
  self->info.ready = TRUE;
  self->cues = g_ptr_array_new_with_free_func (free_cue);
}

void
text_track_clear (TextTrack * self)
{
  playlist_clear (&self->playlist);
  multivariant_rendition_clear (&self->info);
  bandwidth_meter_clear (&self->meter);
  g_clear_pointer (&self->cues, g_ptr_array_unref);
}

static TextTrackCue *
nth_cue (const TextTrack * self, guint i)
{
  return g_ptr_array_index (self->cues, i);
}

gboolean
text_track_add (TextTrack * self, WebvttCue * cue)
{
  gboolean late = cue->end <= self->start && self->playlist.next_msn > 0;
  TextTrackCue *entry;
  guint i = self->cues->len;

  if (late || self->cues->len == TEXT_TRACK_MAX_CUES) {
    self->late += late;
    self->refused += !late;
    webvtt_cue_free (cue);
    return FALSE;
  }
  entry = g_new0 (TextTrackCue, 1);
  entry->cue = cue;
  while (i > 0 && nth_cue (self, i - 1)->cue->start > cue->start)
    i--;
  g_ptr_array_insert (self->cues, i, entry);
  return TRUE;
}

/* What is over before the open segment. */
static void
drop_cues (TextTrack * self)
{
  guint i = 0;

  while (i < self->cues->len) {
    if (nth_cue (self, i)->cue->end <= self->start)
      g_ptr_array_remove_index (self->cues, i);
    else
      i++;
  }
}

/* The cues shown between two times, and with `unshown` those that came too late
 * for the part that they belong to. */
static GBytes *
write_document (TextTrack * self, guint64 from, guint64 to, gboolean unshown)
{
  g_autofree const WebvttCue **cues = g_new (const WebvttCue *,
      self->cues->len + 1);
  guint i, n = 0;

  for (i = 0; i < self->cues->len; i++) {
    TextTrackCue *entry = nth_cue (self, i);

    if (entry->cue->start >= to || (entry->cue->end <= from
            && (!unshown || entry->shown)))
      continue;
    entry->shown = TRUE;
    cues[n++] = entry->cue;
  }
  return webvtt_document (cues, n, from);
}

static SegmenterEvent *
add_event (TextTrack * self, GArray * events, SegmenterEventType type)
{
  SegmenterEvent event = { type, 0, self->msn, 0, 0, 0, 0 };

  g_array_append_val (events, event);
  return &g_array_index (events, SegmenterEvent, events->len - 1);
}

static guint64
to_ticks (guint64 ns)
{
  return lattice_ticks (ns, TIMESCALE);
}

/* Differences of ticks, so that no rounding adds up. */
static void
add_part (TextTrack * self, guint64 to, GArray * events)
{
  SegmenterEvent *event;

  playlist_add_part (&self->playlist, to_ticks (to) - to_ticks (self->end),
      TRUE, write_document (self, self->end, to, TRUE));
  event = add_event (self, events, SEGMENTER_PART);
  event->part = playlist_open_segment (&self->playlist)->parts->len - 1;
  event->time = self->end;
  event->duration = to - self->end;
  self->end = to;
}

/* Parts as the others have them where that makes them long enough, else of the
 * longest allowed. */
static void
add_parts (TextTrack * self, guint64 limit, gboolean whole, guint64 part,
    GArray * events)
{
  guint64 shortest = part * SHORTEST_PERCENT / 100;

  while (self->end < limit) {
    guint64 left = limit - self->end;

    if (!whole && left < shortest)
      return;
    add_part (self, self->end + MIN (left, part), events);
  }
}

/* What the next part will be called. */
static void
predict (TextTrack * self, const TextTrackGuide * guide)
{
  const PlaylistSegment *open = playlist_open_segment (&self->playlist);

  if (open == NULL)
    return;
  self->playlist.hint_msn = self->msn;
  self->playlist.hint_part = open->parts->len;
  if (open->parts->len > 0 && self->end >= timeline_due (guide->timeline)) {
    self->playlist.hint_msn = self->msn + 1;
    self->playlist.hint_part = 0;
  }
}

static void
close_segment (TextTrack * self, GArray * events)
{
  GBytes *whole = write_document (self, self->start, self->end, FALSE);

  self->begun = FALSE;
  bandwidth_meter_add (&self->meter, g_bytes_get_size (whole), self->end
      - self->start);
  playlist_set_whole (&self->playlist, whole);
  playlist_close (&self->playlist, 0);
  add_event (self, events, SEGMENTER_SEGMENT);
  self->info.peak_bps = bandwidth_settle (self->info.peak_bps,
      self->meter.peak_bps, BANDWIDTH_ROOM);
  self->info.average_bps = bandwidth_settle (self->info.average_bps,
      bandwidth_meter_average (&self->meter), BANDWIDTH_ROOM);
}

/* Where the others' playlists begin, with the same count of discontinuities
 * before. */
static guint64
first_msn (TextTrack * self, const TextTrackGuide * guide)
{
  guint64 oldest = timeline_first (guide->timeline)->msn;
  const GList *l;

  if (guide->leader == NULL || guide->leader->segments.head == NULL)
    return oldest;
  self->playlist.discontinuities = guide->leader->discontinuities;
  for (l = guide->leader->segments.head; l != NULL; l = l->next) {
    const PlaylistSegment *segment = l->data;

    if (segment->msn >= oldest)
      return segment->msn;
    self->playlist.discontinuities += segment->discontinuity;
  }
  return oldest;
}

static gboolean
begin_segment (TextTrack * self, const TextTrackGuide * guide, GArray * events)
{
  guint64 msn = self->playlist.next_msn;
  const TimelineBoundary *b;

  if (msn == 0)
    msn = first_msn (self, guide);
  b = timeline_get (guide->timeline, msn);
  if (b == NULL || b->time >= guide->position)
    return FALSE;
  self->msn = msn;
  /* A boundary may turn up behind what was published already. */
  self->start = MAX (b->time, self->end);
  self->end = self->start;
  self->begun = TRUE;
  playlist_begin (&self->playlist, msn, TIMESCALE, to_ticks (self->start),
      guide->date + self->start, NULL, b->discontinuity);
  if (b->discontinuity)
    add_event (self, events, SEGMENTER_DISCONTINUITY);
  drop_cues (self);
  return TRUE;
}

/* Where the open segment ends, G_MAXUINT64 when not yet known.  Before a leap
 * in time it has no end of its own. */
static guint64
segment_end (const TextTrack * self, const Timeline * timeline)
{
  const TimelineBoundary *next = timeline_get (timeline, self->msn + 1);

  if (next == NULL)
    return G_MAXUINT64;
  if (next->time > self->start + timeline->longest)
    return self->start + timeline->target;
  /* Never without any length. */
  return MAX (next->time, MAX (self->end, self->start + 1000));
}

void
text_track_follow (TextTrack * self, const TextTrackGuide * guide,
    GArray * events)
{
  if (self->playlist.ended || !timeline_started (guide->timeline))
    return;
  while (self->begun || begin_segment (self, guide, events)) {
    guint64 end = segment_end (self, guide->timeline);
    gboolean whole = end <= guide->position;

    add_parts (self, MIN (end, guide->position), whole, guide->part, events);
    if (!whole)
      break;
    close_segment (self, events);
  }
  predict (self, guide);
}

void
text_track_remove (TextTrack * self)
{
  self->removed = TRUE;
  self->removed_end = self->playlist.next_msn;
}

void
text_track_resume (TextTrack * self)
{
  self->removed = FALSE;
}

gboolean
text_track_is_withdrawn (const TextTrack * self)
{
  return self->removed && !playlist_lists_before (&self->playlist,
      self->removed_end);
}

gboolean
text_track_is_gone (const TextTrack * self)
{
  return self->removed && !playlist_holds_before (&self->playlist,
      self->removed_end);
}

void
text_track_end (TextTrack * self, const TextTrackGuide * guide, GArray * events)
{
  if (self->playlist.ended)
    return;
  text_track_follow (self, guide, events);
  if (self->begun) {
    add_parts (self, MAX (guide->position, self->start + 1000), TRUE,
        guide->part, events);
    close_segment (self, events);
  }
  playlist_end (&self->playlist);
}
