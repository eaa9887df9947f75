/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "cmafrules.h"
#include "hlsrules.h"

G_BEGIN_DECLS

/* A rendition report that the next fresh playlist must bear out. */
typedef struct
{
  HlsRendition *of;
  guint64 msn, part;
  gboolean has_part;
  guint64 at;                   /* ns, when it came */
  const gchar *by;              /* name of the reporting playlist */
} HlsClaim;

#define HLS_MAX_CLAIMS 128

/* A whole presentation under test: its playlists and how they go together.
 * Told of everything that comes, with times of one clock.  No locks. */
typedef struct
{
  Verdict verdict;
  guint64 tolerance;            /* ns */
  M3u8Playlist *multivariant;   /* nullable */
  GPtrArray *renditions;        /* of HlsRendition */
  GArray *claims;               /* of HlsClaim */
  guint64 ranges_differ;        /* ns since when, HLS_NONE */
} HlsCheck;

HlsCheck *hls_check_new (guint64 tolerance);
void hls_check_free (HlsCheck * self);

/* Each is compared with the one before, and what comes then is judged by the
 * newest.  Takes `playlist`
 * (transfer full). */
void hls_check_multivariant (HlsCheck * self, const gchar * name,
    M3u8Playlist * playlist, guint64 now);

/* `url` is absolute.  Returns: (transfer none) */
HlsRendition *hls_check_add (HlsCheck * self, const gchar * name,
    const gchar * url, gboolean iframes, gboolean subtitles);

/* Takes `playlist` (transfer full). */
void hls_check_feed (HlsCheck * self, HlsRendition * rendition,
    const HlsRequest * request, M3u8Playlist * playlist);

/* An init section and a piece of media of the rendition, as fetched. */
void hls_check_init (HlsCheck * self, HlsRendition * rendition,
    BmffTrack * track, const gchar * uri, const guint8 * data, gsize size);
void hls_check_media (HlsCheck * self, HlsRendition * rendition,
    BmffTrack * track, const BmffListed * listed, const guint8 * data,
    gsize size);

/* Rules of a multivariant playlist by itself. */
void hls_rules_multivariant (Verdict * verdict, const gchar * name,
    const M3u8Playlist * playlist);

/* Rules across playlists. */
void hls_rules_align (HlsCheck * self, HlsRendition * rendition);
void hls_rules_reports (HlsCheck * self, HlsRendition * rendition);

/* "http://host/a/b.m3u8?x" -> the same without query; relative ones are
 * resolved against `base`.  Returns: (transfer full) (nullable) */
gchar *hls_absolute (const gchar * base, const gchar * uri, gboolean query);

G_END_DECLS
