/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Section numbers are of draft-pantos-hls-rfc8216bis-22. */
#include "playlisttext.h"

#include "lattice.h"
#include "playlistlines.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)

/* MAP in an I-frame playlist needs 5, in another one 6, SKIP 9, and 10 when it
 * replaces EXT-X-DATERANGE too (section 8). */
#define VERSION_IFRAMES 5
#define VERSION_FULL 6
#define VERSION_SKIP 9
#define VERSION_SKIP_DATERANGES 10
/* BYTERANGE not needed and no MAP: fractions in EXTINF */
#define VERSION_TEXT 3

/* Bytes of lines no longer listed that may stay in front. */
#define MAX_GONE 65536

/* A segment that shows its parts. */
typedef struct
{
  guint64 msn;
  GString *text;
  PlaylistShown shown;
} Near;

static void
near_free (gpointer data)
{
  Near *near = data;

  g_string_free (near->text, TRUE);
  g_free (near);
}

void
playlist_text_init (PlaylistText * self)
{
  self->lines = g_string_new (NULL);
  g_queue_init (&self->lengths);
  g_queue_init (&self->near);
  self->gone = 0;
  self->first_msn = self->next_msn = 0;
}

void
playlist_text_clear (PlaylistText * self)
{
  g_string_free (self->lines, TRUE);
  self->lines = NULL;
  g_queue_clear (&self->lengths);
  g_queue_clear_full (&self->near, near_free);
}

static guint64
segment_ns (const PlaylistSegment * segment)
{
  return lattice_ns (segment->duration, segment->timescale);
}

static gboolean
shows_parts (const PlaylistSettings * settings)
{
  return settings->low_latency && !settings->iframes;
}

/* The newest closed segment whose end lies `distance` ns or more before the
 * end of all; with `whole`, before the end of the last closed one.  Looks only
 * at what is nearer. */
static const GList *
find_distant (const Playlist * playlist, guint64 distance, gboolean whole)
{
  guint64 after = 0;
  const GList *l;

  for (l = playlist->segments.tail; l != NULL; l = l->prev) {
    const PlaylistSegment *segment = l->data;

    if (segment->closed && after >= distance)
      return l;
    if (segment->closed || !whole)
      after += segment_ns (segment);
  }
  return NULL;
}

static const gchar *
map_before (const GList * link)
{
  return link->prev != NULL
      ? ((const PlaylistSegment *) link->prev->data)->map : NULL;
}

/* Forgets what is no longer listed. */
static void
drop_front (PlaylistText * self, guint64 first_msn)
{
  while (self->first_msn < first_msn && self->lengths.length > 0) {
    self->gone += GPOINTER_TO_SIZE (g_queue_pop_head (&self->lengths));
    self->first_msn++;
  }
  if (self->lengths.length == 0)
    self->first_msn = self->next_msn = first_msn;
  if (self->gone > MAX_GONE || self->lengths.length == 0) {
    g_string_erase (self->lines, 0, self->gone);
    self->gone = 0;
  }
}

/* Takes up the segments whose lines are final.  Returns the first that is
 * not. */
static const GList *
update (PlaylistText * self, const Playlist * playlist,
    const PlaylistSettings * settings)
{
  const GList *l = playlist->segments.tail, *next = NULL, *last;
  guint64 within = shows_parts (settings)
      ? 3 * settings->target_duration * SECOND : 0;
  gsize before;

  if (l == NULL)
    return NULL;
  drop_front (self, ((PlaylistSegment *) playlist->segments.head->data)->msn);
  for (; l != NULL && ((PlaylistSegment *) l->data)->msn >= self->next_msn;
      l = l->prev)
    next = l;
  last = find_distant (playlist, within, FALSE);
  while (next != NULL && last != NULL
      && ((PlaylistSegment *) next->data)->msn
      <= ((PlaylistSegment *) last->data)->msn) {
    before = self->lines->len;
    playlist_append_segment (self->lines, playlist, settings, next->data,
        map_before (next), FALSE);
    g_queue_push_tail (&self->lengths,
        GSIZE_TO_POINTER (self->lines->len - before));
    self->next_msn = ((PlaylistSegment *) next->data)->msn + 1;
    next = next->next;
  }
  return next;
}

/* Kept lines from `msn` on.  The first segment of all names its init section,
 * which it did not when its lines were written. */
static void
append_kept (const PlaylistText * self, GString * out,
    const Playlist * playlist, const PlaylistSettings * settings, guint64 msn)
{
  const PlaylistSegment *first = playlist->segments.head->data;
  gsize length = 0;
  guint64 m = self->next_msn;
  const GList *l = self->lengths.tail;

  if (msn == first->msn && msn < self->next_msn) {
    playlist_append_segment (out, playlist, settings, first, NULL, FALSE);
    length = self->lines->len - self->gone
        - GPOINTER_TO_SIZE (g_queue_peek_head ((GQueue *) & self->lengths));
  } else {
    for (; l != NULL && m > msn; l = l->prev, m--)
      length += GPOINTER_TO_SIZE (l->data);
  }
  g_string_append_len (out, self->lines->str + self->lines->len - length,
      length);
}

/* Takes up what has come since of `segment`, which comes behind all others. */
static Near *
grow (PlaylistText * self, GList ** place, const Playlist * playlist,
    const PlaylistSettings * settings, const GList * link)
{
  const PlaylistSegment *segment = link->data;
  Near *near;

  if (*place == NULL) {
    near = g_new0 (Near, 1);
    near->msn = segment->msn;
    near->text = g_string_new (NULL);
    g_queue_push_tail (&self->near, near);
    *place = self->near.tail;
  }
  near = (*place)->data;
  g_assert (near->msn == segment->msn);
  *place = (*place)->next;
  playlist_append_growth (near->text, playlist, settings, segment,
      map_before (link), &near->shown);
  return near;
}

/* Segments from `link` on, as far as they are `msn` or behind it. */
static void
append_near (PlaylistText * self, GString * out, const Playlist * playlist,
    const PlaylistSettings * settings, const GList * link, guint64 msn)
{
  GList *place;
  Near *near;

  while ((near = g_queue_peek_head (&self->near)) != NULL
      && near->msn < ((const PlaylistSegment *) link->data)->msn)
    near_free (g_queue_pop_head (&self->near));
  place = self->near.head;
  for (; link != NULL; link = link->next) {
    const PlaylistSegment *segment = link->data;

    if (!segment->closed && segment->parts->len == 0)
      continue;
    near = grow (self, &place, playlist, settings, link);
    if (segment->msn < msn)
      continue;
    if (link == playlist->segments.head)
      playlist_append_segment (out, playlist, settings, segment, NULL, TRUE);
    else
      g_string_append_len (out, near->text->str, near->text->len);
  }
}

/* All segments from `msn` on. */
static void
append_segments (PlaylistText * self, GString * out, const Playlist * playlist,
    const PlaylistSettings * settings, guint64 msn)
{
  const GList *l = update (self, playlist, settings);

  if (playlist->segments.head == NULL)
    return;
  append_kept (self, out, playlist, settings, msn);
  if (l != NULL && shows_parts (settings))
    append_near (self, out, playlist, settings, l, msn);
}

static guint
version_of (const Playlist * playlist, const PlaylistSettings * settings)
{
  const PlaylistSegment *first =
      g_queue_peek_head ((GQueue *) & playlist->segments);

  if (settings->iframes)
    return VERSION_IFRAMES;
  return first != NULL && first->map == NULL ? VERSION_TEXT : VERSION_FULL;
}

gchar *
playlist_text_render (PlaylistText * self, const Playlist * playlist,
    const PlaylistSettings * settings, const DaterangeSet * ranges)
{
  const PlaylistSegment *first =
      g_queue_peek_head ((GQueue *) & playlist->segments);
  GString *out = g_string_sized_new (self->lines->len - self->gone + 8192);

  playlist_append_header (out, playlist, settings, version_of (playlist,
          settings));
  if (ranges != NULL)
    daterange_set_append (ranges, out, 0);
  append_segments (self, out, playlist, settings, first != NULL ? first->msn
      : 0);
  playlist_append_end (out, playlist, settings);
  return g_string_free (out, FALSE);
}

static void
append_skip (GString * out, guint64 n, const DaterangeSet * ranges,
    gboolean dateranges, guint64 since)
{
  g_string_append (out, "#EXT-X-SKIP:SKIPPED-SEGMENTS=");
  playlist_append_number (out, n, 1);
  if (dateranges) {
    g_string_append (out, ",RECENTLY-REMOVED-DATERANGES=\"");
    if (ranges != NULL)
      daterange_set_append_removed (ranges, out, since);
    g_string_append_c (out, '"');
  }
  g_string_append_c (out, '\n');
}

/* Segments further from the end of the last whole one than the boundary are
 * skipped (6.2.5.1). */
gchar *
playlist_text_render_delta (PlaylistText * self, const Playlist * playlist,
    const PlaylistSettings * settings, const DaterangeSet * ranges,
    PlaylistSkip skip, guint64 now)
{
  guint64 boundary = playlist_skip_boundary (settings), first, last;
  guint64 since = now > boundary ? now - boundary : 0;
  gboolean dateranges = skip == PLAYLIST_SKIP_DATERANGES
      && settings->skip_dateranges;
  const GList *skipped;
  GString *out;

  if (!settings->delta_updates || playlist->ended)
    return NULL;
  skipped = find_distant (playlist, boundary, TRUE);
  if (skipped == NULL)
    return NULL;
  first = ((const PlaylistSegment *) playlist->segments.head->data)->msn;
  last = ((const PlaylistSegment *) skipped->data)->msn;
  out = g_string_sized_new (8192);
  playlist_append_header (out, playlist, settings,
      dateranges ? VERSION_SKIP_DATERANGES : VERSION_SKIP);
  append_skip (out, last + 1 - first, ranges, dateranges, since);
  if (ranges != NULL)
    daterange_set_append (ranges, out, dateranges ? since : 0);
  append_segments (self, out, playlist, settings, last + 1);
  playlist_append_end (out, playlist, settings);
  return g_string_free (out, FALSE);
}
