/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playlist.h"

#include "lattice.h"

/* Segments that a rendition may be behind the newest and still have a say in
 * what all list. */
#define MAX_BEHIND 3

static void
clear_part (gpointer data)
{
  PlaylistPart *part = data;

  g_clear_pointer (&part->data, g_bytes_unref);
}

void
playlist_segment_free (PlaylistSegment * segment)
{
  g_array_unref (segment->parts);
  g_clear_pointer (&segment->whole, g_bytes_unref);
  g_free (segment->map);
  g_free (segment);
}

void
playlist_init (Playlist * self, const gchar * name, const gchar * prefix,
    guint64 window)
{
  self->name = g_strdup (name);
  self->prefix = g_strdup (prefix);
  self->extension = "m4s";
  self->window = window;
  self->together = FALSE;
  self->slid_first = self->slid_end = 0;
  g_queue_init (&self->segments);
  g_queue_init (&self->retired);
  self->listed = self->kept = 0;
  self->oldest_held = NULL;
  self->held = self->bytes = 0;
  self->discontinuities = 0;
  self->next_msn = self->media_end = 0;
  self->ended = FALSE;
  self->hint_msn = 0;
  self->hint_part = 0;
  self->hint_map = NULL;
}

void
playlist_clear (Playlist * self)
{
  g_queue_clear_full (&self->segments, (GDestroyNotify) playlist_segment_free);
  g_queue_clear_full (&self->retired, (GDestroyNotify) playlist_segment_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->prefix, g_free);
  g_clear_pointer (&self->hint_map, g_free);
}

PlaylistSegment *
playlist_open_segment (const Playlist * self)
{
  PlaylistSegment *last = g_queue_peek_tail ((GQueue *) & self->segments);

  return last != NULL && !last->closed ? last : NULL;
}

/* Numbers have no holes, so that what is not there is known at once, and what
 * is new is near. */
static const PlaylistSegment *
find_in (const GQueue * queue, guint64 msn)
{
  const GList *l = queue->tail;

  if (l == NULL || ((PlaylistSegment *) l->data)->msn < msn
      || ((PlaylistSegment *) queue->head->data)->msn > msn)
    return NULL;
  while (((PlaylistSegment *) l->data)->msn != msn)
    l = l->prev;
  return l->data;
}

const PlaylistSegment *
playlist_find (const Playlist * self, guint64 msn)
{
  const PlaylistSegment *segment = find_in (&self->segments, msn);

  return segment != NULL ? segment : find_in (&self->retired, msn);
}

static PlaylistSegment *
append_segment (Playlist * self, guint64 msn, guint32 timescale, guint64 start,
    guint64 date, const gchar * map, gboolean discontinuity)
{
  PlaylistSegment *segment = g_new0 (PlaylistSegment, 1);

  g_assert (playlist_open_segment (self) == NULL && !self->ended);
  g_assert (self->next_msn == 0 || msn == self->next_msn);
  segment->msn = msn;
  segment->timescale = timescale;
  segment->start = start;
  segment->date = date;
  segment->map = g_strdup (map);
  segment->discontinuity = discontinuity;
  segment->parts = g_array_new (FALSE, FALSE, sizeof (PlaylistPart));
  g_array_set_clear_func (segment->parts, clear_part);
  g_queue_push_tail (&self->segments, segment);
  if (self->oldest_held == NULL)
    self->oldest_held = self->segments.tail;
  self->next_msn = msn + 1;
  return segment;
}

void
playlist_begin (Playlist * self, guint64 msn, guint32 timescale, guint64 start,
    guint64 date, const gchar * map, gboolean discontinuity)
{
  append_segment (self, msn, timescale, start, date, map, discontinuity);
  self->hint_msn = msn;
  self->hint_part = 0;
  g_clear_pointer (&self->hint_map, g_free);
}

void
playlist_add_part (Playlist * self, guint64 duration, gboolean independent,
    GBytes * data)
{
  PlaylistSegment *segment = playlist_open_segment (self);
  PlaylistPart part = { duration, independent, data };

  g_assert (segment != NULL);
  segment->duration += duration;
  segment->size += g_bytes_get_size (data);
  self->bytes += g_bytes_get_size (data);
  self->media_end = segment->msn + 1;
  g_array_append_val (segment->parts, part);
}

void
playlist_add_gap_part (Playlist * self, guint64 duration)
{
  PlaylistSegment *segment = playlist_open_segment (self);
  PlaylistPart part = { duration, FALSE, NULL };

  g_assert (segment != NULL);
  segment->duration += duration;
  g_array_append_val (segment->parts, part);
}

void
playlist_set_key (Playlist * self, gsize bytes)
{
  PlaylistSegment *segment = playlist_open_segment (self);

  g_assert (segment != NULL && bytes <= segment->size);
  segment->key_bytes = bytes;
}

void
playlist_set_whole (Playlist * self, GBytes * data)
{
  PlaylistSegment *segment = playlist_open_segment (self);

  g_assert (segment != NULL);
  g_assert (segment->whole == NULL);
  segment->whole = data;
  segment->size += g_bytes_get_size (data);
  self->bytes += g_bytes_get_size (data);
}

void
playlist_hint_map (Playlist * self, const gchar * map)
{
  if (g_strcmp0 (self->hint_map, map) == 0)
    return;
  g_free (self->hint_map);
  self->hint_map = g_strdup (map);
}

static guint64
segment_ns (const PlaylistSegment * segment)
{
  return lattice_ns (segment->duration, segment->timescale);
}

static void
pass_held (Playlist * self)
{
  const PlaylistSegment *segment = self->oldest_held->data;

  self->held -= segment_ns (segment);
  self->oldest_held = self->oldest_held->next;
}

/* The oldest segment that the window still covers. */
static guint64
first_by_window (const Playlist * self)
{
  const GList *l = self->segments.head;
  guint64 listed = self->listed;

  for (; l->next != NULL; l = l->next) {
    const PlaylistSegment *segment = l->data;

    if (!segment->closed || listed - segment_ns (segment) < self->window)
      break;
    listed -= segment_ns (segment);
  }
  return ((const PlaylistSegment *) l->data)->msn;
}

/* Drops what is older than `msn`. */
static void
slide (Playlist * self, guint64 msn)
{
  PlaylistSegment *oldest;

  while (self->segments.head != self->segments.tail
      && (oldest = g_queue_peek_head (&self->segments))->msn < msn) {
    if (self->oldest_held == self->segments.head)
      pass_held (self);
    g_queue_pop_head (&self->segments);
    self->listed -= segment_ns (oldest);
    self->kept += segment_ns (oldest);
    self->discontinuities += oldest->discontinuity;
    g_queue_push_tail (&self->retired, oldest);
  }
}

/* Number of the segment behind the last closed one. */
static guint64
closed_end (const Playlist * self)
{
  return self->next_msn - (playlist_open_segment (self) != NULL);
}

/* Segments of audio last a little more or less than those of video, so that at
 * times one more fits into its window.  Then the other windows keep it as
 * well. */
static guint64
limit_slide (guint64 first, guint64 last_first, guint64 came)
{
  if (last_first == 0 || first <= last_first)
    return first;
  /* What has piled up goes bit by bit. */
  if (came > 0 && first - last_first > came + MAX_BEHIND)
    came++;
  return MIN (first, last_first + came);
}

static gboolean
has_fallen_behind (const Playlist * self, guint64 newest)
{
  return self->segments.head == NULL || newest - self->next_msn > MAX_BEHIND;
}

void
playlist_slide_together (Playlist * const *playlists, guint n)
{
  guint64 newest = 0, first = G_MAXUINT64, end = G_MAXUINT64;
  guint64 last_first = 0, last_end = 0;
  guint i;

  for (i = 0; i < n; i++) {
    newest = MAX (newest, playlists[i]->next_msn);
    last_first = MAX (last_first, playlists[i]->slid_first);
    last_end = MAX (last_end, playlists[i]->slid_end);
  }
  for (i = 0; i < n; i++) {
    if (has_fallen_behind (playlists[i], newest))
      continue;
    first = MIN (first, first_by_window (playlists[i]));
    end = MIN (end, closed_end (playlists[i]));
  }
  if (first == G_MAXUINT64)
    return;
  first = limit_slide (first, last_first, end > last_end ? end - last_end : 0);
  for (i = 0; i < n; i++) {
    guint64 own_first = first;

    /* 91: a removal leaves it enough all the same. */
    if (playlists[i]->segments.head != NULL
        && has_fallen_behind (playlists[i], newest))
      own_first = MIN (first, first_by_window (playlists[i]));
    slide (playlists[i], own_first);
    playlists[i]->slid_first = MAX (first, last_first);
    playlists[i]->slid_end = MAX (end, last_end);
  }
}

void
playlist_close (Playlist * self, guint64 gap)
{
  PlaylistSegment *segment = playlist_open_segment (self);

  if (segment == NULL)
    return;
  if (segment->parts->len == 0)
    segment->duration = MAX (gap, 1);
  /* No part has a byte. */
  segment->gap = segment->size == 0;
  segment->closed = TRUE;
  self->listed += segment_ns (segment);
  self->held += segment_ns (segment);
  self->hint_msn = segment->msn + 1;
  self->hint_part = 0;
  if (!self->together)
    slide (self, first_by_window (self));
}

void
playlist_add_gap (Playlist * self, guint64 msn, guint32 timescale,
    guint64 start, guint64 duration, guint64 date, const gchar * map,
    gboolean discontinuity)
{
  append_segment (self, msn, timescale, start, date, map, discontinuity);
  playlist_close (self, duration);
}

void
playlist_end (Playlist * self)
{
  PlaylistSegment *open = playlist_open_segment (self);

  /* Nothing was shown of a segment without parts. */
  if (open != NULL && open->parts->len == 0) {
    if (self->oldest_held == self->segments.tail)
      self->oldest_held = NULL;
    g_queue_pop_tail (&self->segments);
    playlist_segment_free (open);
  }
  playlist_close (self, 0);
  self->ended = TRUE;
}

static gboolean
begins_before (const GQueue * queue, guint64 msn)
{
  return queue->head != NULL
      && ((const PlaylistSegment *) queue->head->data)->msn < msn;
}

gboolean
playlist_lists_before (const Playlist * self, guint64 msn)
{
  return begins_before (&self->segments, msn);
}

gboolean
playlist_holds_before (const Playlist * self, guint64 msn)
{
  return begins_before (&self->retired, msn)
      || playlist_lists_before (self, msn);
}

PlaylistSegment *
playlist_take_expired (Playlist * self)
{
  PlaylistSegment *oldest = g_queue_peek_head (&self->retired);

  /* A segment stays for its own duration and the longest playlist that named
   * it (RFC 8216bis 6.2.2). */
  if (oldest == NULL || self->kept < self->window + 2 * segment_ns (oldest))
    return NULL;
  self->kept -= segment_ns (oldest);
  if (!oldest->released)
    self->bytes -= oldest->size;
  return g_queue_pop_head (&self->retired);
}

const PlaylistSegment *
playlist_find_releasable (const Playlist * self, guint64 keep)
{
  const PlaylistSegment *segment;

  if (self->oldest_held == NULL)
    return NULL;
  segment = self->oldest_held->data;
  return segment->closed && self->held - segment_ns (segment) >= keep
      ? segment : NULL;
}

void
playlist_release (Playlist * self)
{
  PlaylistSegment *segment = self->oldest_held->data;

  pass_held (self);
  self->bytes -= segment->size;
  segment->released = TRUE;
  g_array_unref (segment->parts);
  segment->parts = g_array_new (FALSE, FALSE, sizeof (PlaylistPart));
  g_clear_pointer (&segment->whole, g_bytes_unref);
}

void
playlist_position (const Playlist * self, PlaylistPosition * position)
{
  const PlaylistSegment *open = playlist_open_segment (self), *closed;
  const GList *last = self->segments.tail;
  static const PlaylistPosition nothing;

  *position = nothing;
  position->ended = self->ended;
  if (open != NULL) {
    position->has_open = TRUE;
    position->open_msn = open->msn;
    position->open_parts = open->parts->len;
    last = last->prev;
  }
  if (last != NULL) {
    closed = last->data;
    position->has_closed = TRUE;
    position->closed_msn = closed->msn;
    position->closed_parts = closed->parts->len;
  }
  position->has_hint = self->segments.tail != NULL && !self->ended;
  position->hint_msn = self->hint_msn;
  position->hint_part = self->hint_part;
}

/* printf took most of the time that packaging takes at low bit rates. */
void
playlist_append_number (GString * out, guint64 value, guint digits)
{
  gchar text[20];
  guint at = sizeof (text);

  do {
    text[--at] = '0' + value % 10;
    value /= 10;
  } while (value > 0 || sizeof (text) - at < digits);
  g_string_append_len (out, text + at, sizeof (text) - at);
}

static GString *
begin_uri (const Playlist * self, guint64 msn)
{
  GString *uri = g_string_sized_new (64);

  g_string_append (uri, self->name);
  g_string_append_c (uri, '/');
  g_string_append (uri, self->prefix);
  playlist_append_number (uri, msn, 1);
  g_string_append_c (uri, '.');
  return uri;
}

gchar *
playlist_segment_uri (const Playlist * self, guint64 msn)
{
  GString *uri = begin_uri (self, msn);

  g_string_append (uri, self->extension);
  return g_string_free (uri, FALSE);
}

gchar *
playlist_no_key_uri (const Playlist * self, guint64 msn)
{
  GString *uri = begin_uri (self, msn);

  g_string_append (uri, "key.");
  g_string_append (uri, self->extension);
  return g_string_free (uri, FALSE);
}

gchar *
playlist_part_uri (const Playlist * self, guint64 msn, guint part)
{
  GString *uri = begin_uri (self, msn);

  playlist_append_number (uri, part, 1);
  g_string_append_c (uri, '.');
  g_string_append (uri, self->extension);
  return g_string_free (uri, FALSE);
}

gchar *
playlist_map_uri (const Playlist * self, const gchar * map)
{
  return g_strconcat (self->name, "/", map, NULL);
}
