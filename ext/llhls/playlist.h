/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint64 duration;             /* ticks */
  gboolean independent;
  GBytes *data;                 /* the chunk, NULL where media is missing */
} PlaylistPart;

/* A segment is the concatenation of its parts; a gap has none, or none with
 * media.  Text, of which each piece is a file by itself, is not. */
typedef struct
{
  guint64 msn;
  guint32 timescale;
  guint64 start;                /* ticks */
  guint64 duration;             /* ticks, so far */
  guint64 date;                 /* ns since 1970 of the first sample */
  gchar *map;                   /* name of the init section */
  gboolean discontinuity;
  gboolean gap;
  gboolean closed;
  gboolean released;            /* its media is no longer in memory */
  gsize size;                   /* bytes */
  gsize key_bytes;              /* to the end of its key frame, 0 = none */
  GArray *parts;                /* of PlaylistPart */
  GBytes *whole;                /* when not the concatenation, else NULL */
} PlaylistSegment;

/* One rendition's media playlist and the media that it names, and named until
 * a while ago.  Changes only as RFC 8216bis 6.2.1 permits: what is listed stays
 * as it is until it leaves at the front.  No locks. */
typedef struct
{
  gchar *name;                  /* "video_0" */
  gchar *prefix;                /* of media file names, told once */
  const gchar *extension;       /* of media file names, static */
  guint64 window;               /* ns of closed segments that stay listed */
  gboolean together;            /* only playlist_slide_together () drops */
  guint64 slid_first, slid_end; /* what that did last, MSN */
  GQueue segments;              /* of PlaylistSegment, the last may be open */
  GQueue retired;               /* no longer listed, still to be had */
  guint64 listed;               /* ns in closed segments */
  guint64 kept;                 /* ns in retired ones */
  GList *oldest_held;           /* first listed one with media, or NULL */
  guint64 held;                 /* ns of closed ones from there on */
  guint64 bytes;                /* of media in memory */
  guint64 discontinuities;      /* EXT-X-DISCONTINUITY-SEQUENCE */
  guint64 next_msn;             /* of the next segment, once there is one */
  guint64 media_end;            /* behind the newest one with media, 0 = none */
  gboolean ended;
  guint64 hint_msn;             /* the part that comes next, as far as known */
  guint hint_part;
  gchar *hint_map;              /* its init section, NULL = as before */
} Playlist;

/* What a request has to know of a playlist. */
typedef struct
{
  gboolean has_closed;
  guint64 closed_msn;           /* last closed segment */
  guint closed_parts;
  gboolean has_open;
  guint64 open_msn;
  guint open_parts;
  gboolean has_hint;
  guint64 hint_msn;
  guint hint_part;
  gboolean ended;
} PlaylistPosition;

void playlist_init (Playlist * self, const gchar * name,
    const gchar * prefix, guint64 window);
void playlist_clear (Playlist * self);

/* The segment that is being written, or NULL. */
PlaylistSegment *playlist_open_segment (const Playlist * self);

/* By number, listed or retired.  Returns: (nullable) */
const PlaylistSegment *playlist_find (const Playlist * self, guint64 msn);

void playlist_begin (Playlist * self, guint64 msn, guint32 timescale,
    guint64 start, guint64 date, const gchar * map, gboolean discontinuity);

/* Takes `data` (transfer full). */
void playlist_add_part (Playlist * self, guint64 duration,
    gboolean independent, GBytes * data);

/* A part of which there is no media: EXT-X-PART with GAP=YES. */
void playlist_add_gap_part (Playlist * self, guint64 duration);

/* The open segment starts with a key frame that ends `bytes` behind its
 * beginning.  With its first part that has media. */
void playlist_set_key (Playlist * self, gsize bytes);

/* The open segment as a file of its own.  Takes `data` (transfer full). */
void playlist_set_whole (Playlist * self, GBytes * data);

/* The next part needs the init section `map`; NULL: the one as before. */
void playlist_hint_map (Playlist * self, const gchar * map);

/* Closes the open segment.  An empty one becomes a gap of `gap` ticks, since
 * its number was given away. */
void playlist_close (Playlist * self, guint64 gap);

/* Lists a segment of which there is no media. */
void playlist_add_gap (Playlist * self, guint64 msn, guint32 timescale,
    guint64 start, guint64 duration, guint64 date, const gchar * map,
    gboolean discontinuity);

void playlist_end (Playlist * self);

/* All renditions of a presentation list the same segments (RFC 8216bis 6.2.4):
 * drops what no window covers any more, as many as have come, so that one that
 * is on the edge does not come and go.  Those that have fallen behind do not
 * keep the others from it, and keep a window of their own. */
void playlist_slide_together (Playlist * const *playlists, guint n);

/* Something before `msn` is listed; is to be had, listed or not. */
gboolean playlist_lists_before (const Playlist * self, guint64 msn);
gboolean playlist_holds_before (const Playlist * self, guint64 msn);

/* Takes one segment whose media is no longer to be served, oldest first.
 * Returns: (transfer full) (nullable) */
PlaylistSegment *playlist_take_expired (Playlist * self);
void playlist_segment_free (PlaylistSegment * segment);

/* The oldest listed segment that is in memory although `keep` ns lie between
 * it and the end, or NULL.  Behind it playlist_release () has to follow.
 * Returns: (transfer none) (nullable) */
const PlaylistSegment *playlist_find_releasable (const Playlist * self,
    guint64 keep);
/* Lets its media go; it stays listed. */
void playlist_release (Playlist * self);

void playlist_position (const Playlist * self, PlaylistPosition * position);

/* In decimal, with `digits` digits at least. */
void playlist_append_number (GString * out, guint64 value, guint digits);

/* File names, relative to the playlist.  Returns: (transfer full) */
gchar *playlist_segment_uri (const Playlist * self, guint64 msn);

/* Of the key frame that a segment does not begin with: nothing is ever there,
 * as behind any EXT-X-GAP (6.2.1), while the segment itself has its media. */
gchar *playlist_no_key_uri (const Playlist * self, guint64 msn);
gchar *playlist_part_uri (const Playlist * self, guint64 msn, guint part);
gchar *playlist_map_uri (const Playlist * self, const gchar * map);

G_END_DECLS
