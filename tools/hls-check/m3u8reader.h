/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "m3u8.h"

G_BEGIN_DECLS

#define M3U8_MAX_ATTRIBUTES 64

/* One pass over a playlist.  Tags call back into it; used by m3u8.c and
 * m3u8tags.c only. */
typedef struct
{
  M3u8Playlist *playlist;
  const gchar *query;           /* nullable */
  GHashTable *imports;          /* nullable */
  guint line;

  GArray *attributes;           /* of M3u8Attribute, of the tag in work */
  guint8 *seen;                 /* tags that may stand once */

  gboolean has_segment;         /* a segment's tags have begun */
  M3u8Segment segment;
  gboolean has_extinf;
  guint extinf_line;
  gboolean any_segment;
  gboolean any_discontinuity;
  guint64 discontinuities;
  guint64 next_msn;
  const gchar *map;
  gboolean map_known;
  M3u8Range map_range;
  GString *keys;                /* KEY tags in force */
  gboolean keys_fresh;
  gboolean key_here;
  const gchar *range_uri;       /* what the last BYTERANGE was of */
  guint64 range_end;
  gboolean has_pending_range;
  gchar *pending_range;

  gsize expanded;               /* bytes put in for variables, so far */
  gboolean wants_uri;           /* behind EXT-X-STREAM-INF */
} M3u8Reader;

void m3u8_problem (M3u8Reader * self, guint rule, const gchar * format,
    ...) G_GNUC_PRINTF (3, 4);
void m3u8_problem_should (M3u8Reader * self, guint rule,
    const gchar * format, ...) G_GNUC_PRINTF (3, 4);

/* The playlist needs this EXT-X-VERSION at least. */
void m3u8_need (M3u8Reader * self, guint version, const gchar * why);

/* Copies, with {$variables} replaced.  Returns: (transfer none) */
const gchar *m3u8_keep (M3u8Reader * self, const gchar * text);

/* A tag of a segment begins it. */
M3u8Segment *m3u8_begin (M3u8Reader * self);

/* "length[@offset]" of `uri`; FALSE when it is none. */
gboolean m3u8_range (M3u8Reader * self, const gchar * text,
    const gchar * uri, M3u8Range * range);

/* TRUE when `line` is a tag (and not a comment); it is read. */
gboolean m3u8_read_tag (M3u8Reader * self, gchar * line);
guint m3u8_n_tags (void);

G_END_DECLS
