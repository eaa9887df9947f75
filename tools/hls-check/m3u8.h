/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define M3U8_SECOND G_GUINT64_CONSTANT (1000000000)
#define M3U8_MAX_BYTES (16 * 1024 * 1024)
#define M3U8_MAX_PROBLEMS 64

/* Something that the grammar forbids, under the number of its rule. */
typedef struct
{
  guint rule;
  gboolean should;              /* breaks a SHOULD, not a MUST */
  guint line;                   /* from 1 */
  const gchar *text;
} M3u8Problem;

typedef struct
{
  gboolean present, has_offset;
  guint64 length, offset;       /* bytes; the offset is resolved */
} M3u8Range;

typedef struct
{
  guint line;
  guint64 duration;             /* ns */
  const gchar *uri;
  M3u8Range range;
  gboolean independent, gap;
} M3u8Part;

/* A segment; without its URI line it is one that is still being written. */
typedef struct
{
  guint line;
  guint64 msn;
  gboolean complete;
  guint64 duration;             /* ns, of EXTINF */
  const gchar *uri;             /* NULL when not complete */
  M3u8Range range;
  gboolean discontinuity, gap;
  guint64 discontinuities;      /* its Discontinuity Sequence Number */
  gboolean has_date;
  gint64 date;                  /* ns since 1970 */
  gboolean map_here, key_here;  /* the tag stands before this segment */
  gboolean map_known;           /* FALSE: skipped away by a delta update */
  const gchar *map;             /* URI in force, NULL for none */
  M3u8Range map_range;
  const gchar *key;             /* KEY tags in force, NULL for none */
  guint first_part, n_parts;    /* in the playlist's parts */
} M3u8Segment;

typedef enum
{
  M3U8_HINT_PART,
  M3U8_HINT_MAP,
} M3u8HintType;

typedef struct
{
  guint line;
  M3u8HintType type;
  const gchar *uri;
  gboolean has_start, has_length;
  guint64 start, length;
} M3u8Hint;

typedef struct
{
  guint line;
  const gchar *uri;             /* may be NULL */
  gboolean has_msn, has_part;
  guint64 msn, part;
} M3u8Report;

typedef struct
{
  guint line;
  const gchar *id;              /* may be NULL */
  const gchar *text;            /* attributes in order of name */
  gboolean has_start, has_end, open;
  gint64 start, end;            /* ns since 1970 */
} M3u8DateRange;

typedef struct
{
  const gchar *name, *value;
  gboolean quoted;
} M3u8Attribute;

typedef enum
{
  M3U8_VARIANT,                 /* EXT-X-STREAM-INF */
  M3U8_IFRAMES,                 /* EXT-X-I-FRAME-STREAM-INF */
  M3U8_MEDIA,                   /* EXT-X-MEDIA */
} M3u8EntryType;

/* A line of a multivariant playlist that names a playlist. */
typedef struct
{
  guint line;
  M3u8EntryType type;
  const gchar *uri;             /* may be NULL */
  guint first_attribute, n_attributes;
} M3u8Entry;

typedef enum
{
  M3U8_LIVE,                    /* no PLAYLIST-TYPE */
  M3U8_EVENT,
  M3U8_VOD,
} M3u8Type;

/* What a playlist says.  All strings belong to it.  Immutable after parsing. */
typedef struct
{
  GStringChunk *strings;
  GArray *problems;             /* of M3u8Problem */
  GArray *segments;             /* of M3u8Segment, the last may be open */
  GArray *parts;                /* of M3u8Part */
  GArray *hints;                /* of M3u8Hint */
  GArray *reports;              /* of M3u8Report */
  GArray *ranges;               /* of M3u8DateRange */
  GArray *entries;              /* of M3u8Entry */
  GArray *attributes;           /* of M3u8Attribute, of the entries */
  GHashTable *variables;        /* EXT-X-DEFINE: name to value */

  gboolean valid;               /* begins with EXTM3U */
  gboolean multivariant, media; /* tags of which kind were seen */
  guint64 version;              /* 1 when there is no EXT-X-VERSION */
  gboolean has_version;
  guint version_needed;
  const gchar *version_why;

  gboolean has_target;
  guint64 target;               /* ns */
  gboolean has_media_sequence, has_discontinuity_sequence;
  guint64 media_sequence, discontinuity_sequence;
  M3u8Type type;
  gboolean endlist, independent_segments, iframes_only;

  const gchar *control;         /* EXT-X-SERVER-CONTROL, in order of name */
  gboolean can_block, can_skip_ranges;
  gboolean has_skip_until, has_hold_back, has_part_hold_back, has_part_target;
  guint64 skip_until, hold_back, part_hold_back, part_target;   /* ns */
  gboolean has_start;
  gint64 start;                 /* ns, negative: from the end */

  gboolean has_skip, has_removed_ranges;
  guint64 skipped;
  guint skip_line;
  gsize bytes;
} M3u8Playlist;

/* `query` is that of the playlist's URL (nullable), for DEFINE QUERYPARAM;
 * `imports` are the multivariant playlist's variables (nullable).  Never fails:
 * what is wrong stands in `problems`.  Returns: (transfer full) */
M3u8Playlist *m3u8_parse (const gchar * text, gsize size,
    const gchar * query, GHashTable * imports);
void m3u8_free (M3u8Playlist * self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (M3u8Playlist, m3u8_free)

/* Puts the segments that `delta` left out back from `before`.  NULL when it
 * cannot be done.  Returns: (transfer full) (nullable) */
M3u8Playlist *m3u8_merge (const M3u8Playlist * before,
    const M3u8Playlist * delta);

static inline const M3u8Segment *
m3u8_segment (const M3u8Playlist * self, guint i)
{
  return &g_array_index (self->segments, M3u8Segment, i);
}

static inline const M3u8Part *
m3u8_part (const M3u8Playlist * self, const M3u8Segment * segment, guint i)
{
  return &g_array_index (self->parts, M3u8Part, segment->first_part + i);
}

/* By number.  Returns: (nullable) */
const M3u8Segment *m3u8_find (const M3u8Playlist * self, guint64 msn);

/* Whole segments and what is listed of the open one, ns. */
guint64 m3u8_duration (const M3u8Playlist * self);
guint64 m3u8_parts_duration (const M3u8Playlist * self,
    const M3u8Segment * segment);

/* One of its parts is a gap. */
gboolean m3u8_has_holes (const M3u8Playlist * self,
    const M3u8Segment * segment);

/* The end of the playlist: number of the last segment, whole or open, and of
 * its last part, -1 for none.  FALSE when there is nothing. */
gboolean m3u8_last (const M3u8Playlist * self, guint64 * msn,
    gint64 * part, gboolean * complete);
gboolean m3u8_last_complete (const M3u8Playlist * self, guint64 * msn);

/* Value of an entry's attribute.  Returns: (nullable) */
const gchar *m3u8_attribute (const M3u8Playlist * self,
    const M3u8Entry * entry, const gchar * name);

/* "1.5" to ns; digits only, no sign or exponent. */
gboolean m3u8_decimal (const gchar * text, guint64 * ns);
gboolean m3u8_integer (const gchar * text, guint64 * value);
gboolean m3u8_date (const gchar * text, gint64 * ns, gboolean * has_zone,
    gboolean * has_ms);

G_END_DECLS
