/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "cmafread.h"
#include "m3u8.h"
#include "verdict.h"

G_BEGIN_DECLS

#define HLS_NONE G_MAXUINT64
#define HLS_MS G_GUINT64_CONSTANT (1000000)
/* Printed numbers are rounded; sums may be off by this. */
#define HLS_ROUNDING (10 * HLS_MS)
/* PROGRAM-DATE-TIME is in ms, EXTINF often is too. */
#define HLS_DATE_ROUNDING (25 * HLS_MS)

typedef enum
{
  HLS_SKIP_NONE,
  HLS_SKIP_YES,
  HLS_SKIP_V2,
} HlsSkip;

/* How a playlist was asked for and when it came, ns of any one clock. */
typedef struct
{
  guint64 requested, received;
  gboolean has_msn, has_part;
  guint64 msn, part;
  HlsSkip skip;
} HlsRequest;

typedef enum
{
  HLS_PROBE_PART,               /* left the list, must still be had (36) */
  HLS_PROBE_SEGMENT,
  HLS_PROBE_GAP,                /* must not be had (84) */
  HLS_PROBE_HINT,               /* was hinted but never listed (43) */
} HlsProbeType;

typedef struct
{
  HlsProbeType type;
  gchar *uri;                   /* as listed */
  M3u8Range range;
  guint64 not_before, not_after;
  gboolean again;               /* the same answer was got before */
} HlsProbe;

/* What one playlist was seen to do.  No locks. */
typedef struct
{
  Verdict *verdict;             /* not owned */
  gchar *name;                  /* for people */
  gchar *url;                   /* absolute, without query, or NULL */
  guint64 tolerance;            /* ns, of network and machine */
  gboolean iframes, subtitles;

  M3u8Playlist *last;           /* whole, NULL before the first */
  gboolean last_merged;         /* from a delta update */
  HlsRequest last_request;
  guint64 snapshots;
  guint64 part_at, segment_at;  /* ns, when it last grew; HLS_NONE */
  gboolean segment_late;
  guint64 longest;              /* ns, longest playlist so far */
  gboolean removed_any;
  GHashTable *seen_at;          /* msn of segments that we saw appear: ns */
  GHashTable *date_ranges;      /* id to START-DATE as gint64 */
  GQueue probes;                /* of HlsProbe */
  gchar *hinted;                /* URI of the last part hint */
  GHashTable *digests;          /* URI to digest of its bytes */
  GHashTable *hint_times;       /* URI to ns of a hinted part's first byte */
  guint hints, trickled;
  gboolean has_init;
  BmffInit init;                /* the newest */
  guint64 peak_bps;             /* of whole segments */
  GHashTable *begins;           /* msn to media time less date, ns */
  gboolean aligned;             /* was compared with the others */
  guint64 aligned_msn;          /* up to there */
  guint64 front_msn, front_at;  /* its first segment, and since when, ns */
} HlsRendition;

#define HLS_MAX_PROBES 256

HlsRendition *hls_rendition_new (Verdict * verdict, const gchar * name,
    const gchar * url, guint64 tolerance);
void hls_rendition_free (HlsRendition * self);

/* Judges a playlist as it came.  Takes `playlist` (transfer full).
 * TRUE when it was taken as the newest state. */
gboolean hls_rendition_feed (HlsRendition * self,
    const HlsRequest * request, M3u8Playlist * playlist);

/* A request that was answered with an error, or not at all (status 0). */
void hls_rendition_failed (HlsRendition * self,
    const HlsRequest * request, guint status);

/* Something to be fetched at this time, for hls_rendition_probed ().
 * Returns: (transfer full) (nullable) */
HlsProbe *hls_rendition_take_probe (HlsRendition * self, guint64 now);
void hls_rendition_probed (HlsRendition * self, const HlsProbe * probe,
    guint status);
void hls_probe_free (HlsProbe * probe);

/* The whole of what stands at a URI was fetched. */
void hls_rendition_fetched (HlsRendition * self, const gchar * uri,
    const guint8 * data, gsize size);

/* The answer to a request for a hinted part: first and last byte at these
 * times; status 0 when there was none. */
void hls_rendition_hinted (HlsRendition * self, const gchar * uri,
    guint status, guint64 first_byte, guint64 finished);

/* --- the rules, by subject; one file each -------------------------------- */

void hls_rules_problems (Verdict * verdict, const gchar * name,
    const M3u8Playlist * playlist);
void hls_rules_header (HlsRendition * self, const M3u8Playlist * playlist);
void hls_rules_segments (HlsRendition * self,
    const M3u8Playlist * playlist);
void hls_rules_parts (HlsRendition * self, const M3u8Playlist * playlist);
void hls_rules_dates (HlsRendition * self, const M3u8Playlist * playlist);
void hls_rules_hints (HlsRendition * self, const M3u8Playlist * playlist);
void hls_rules_answer (HlsRendition * self, const HlsRequest * request,
    const M3u8Playlist * playlist);
void hls_rules_delta (HlsRendition * self, const HlsRequest * request,
    const M3u8Playlist * delta, const M3u8Playlist * merged);
void hls_rules_evolution (HlsRendition * self,
    const M3u8Playlist * before, const M3u8Playlist * after, guint64 now);
void hls_rules_ranges (HlsRendition * self,
    const M3u8Playlist * before, const M3u8Playlist * after);
void hls_rules_release (HlsRendition * self, const HlsRequest * request,
    const M3u8Playlist * playlist);
void hls_rules_pace (HlsRendition * self, const HlsRequest * request,
    const M3u8Playlist * playlist);

/* Two answers for the same state (59): a delta and a full playlist. */
void hls_rules_same (HlsRendition * self, const M3u8Playlist * full,
    const M3u8Playlist * merged);

/* A playlist of whole segments has no parts and is not for low latency. */
static inline gboolean
hls_is_low_latency (const M3u8Playlist * p)
{
  return p->parts->len > 0 || p->has_part_target;
}

static inline gboolean
hls_is_live (const M3u8Playlist * p)
{
  return !p->endlist && p->type != M3U8_VOD;
}

/* TRUE when the playlist holds that, or anything later (6.2.5.2). */
gboolean hls_contains (const M3u8Playlist * p, guint64 msn,
    gboolean has_part, guint64 part);

/* How many segments lie beyond the skip boundary (6.2.5.1). */
guint hls_skippable (const M3u8Playlist * p);

#define HLS_MUST(self, rule, ...) \
    verdict_break ((self)->verdict, rule, VERDICT_MUST, (self)->name, \
    __VA_ARGS__)
#define HLS_SHOULD(self, rule, ...) \
    verdict_break ((self)->verdict, rule, VERDICT_SHOULD, (self)->name, \
    __VA_ARGS__)
/* ns to print with %.3f */
#define HLS_S(ns) ((gdouble) (ns) / M3U8_SECOND)

G_END_DECLS
