/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a player says of itself: Common Media Client Data, version 1 (CTA-5004)
 * and version 2 (CTA-5004-B), from the query argument, the four headers or one
 * line of an event report.  All of it comes from outside: lengths are bounded,
 * numbers clamped, what is not known is skipped.  Nothing may be decided from
 * it, it may only be counted. */

/* A report that is longer, decoded, is not read. */
#define CMCD_MAX_LENGTH 2048
/* CTA-5004: a session's id has at most 64 characters. */
#define CMCD_MAX_SID 64
/* The value of a key that was not there. */
#define CMCD_ABSENT G_MAXUINT64

typedef enum
{
  CMCD_RESULT_OK,
  CMCD_RESULT_NOTHING,          /* no CMCD there */
  CMCD_RESULT_BAD_VALUE,        /* read; keys with an impossible value left */
  CMCD_RESULT_MALFORMED,        /* none of it is used */
  CMCD_RESULT_TOO_LONG,         /* none of it is used */
} CmcdResult;

typedef enum
{
  CMCD_OBJECT_UNKNOWN,
  CMCD_OBJECT_MANIFEST,
  CMCD_OBJECT_AUDIO,
  CMCD_OBJECT_VIDEO,
  CMCD_OBJECT_MUXED,
  CMCD_OBJECT_INIT,
  CMCD_OBJECT_TEXT,
  CMCD_OBJECT_OTHER,
} CmcdObject;

typedef enum
{
  CMCD_STATE_UNKNOWN,
  CMCD_STATE_PRELOADING,
  CMCD_STATE_STARTING,
  CMCD_STATE_PLAYING,
  CMCD_STATE_SEEKING,
  CMCD_STATE_REBUFFERING,
  CMCD_STATE_PAUSED,
  CMCD_STATE_WAITING,
  CMCD_STATE_ENDED,
  CMCD_STATE_FATAL,
  CMCD_STATE_QUIT,
} CmcdState;

typedef enum
{
  CMCD_EVENT_NONE,              /* a report with a request */
  CMCD_EVENT_ERROR,
  CMCD_EVENT_OTHER,
} CmcdEvent;

/* Where a key comes for several media, the number that limits playback is
 * taken: the shortest buffer, the longest starvation, video's bitrate.
 * Plain data; a number is CMCD_ABSENT where nothing was said. */
typedef struct
{
  gchar sid[CMCD_MAX_SID + 1];  /* "" = none; private, never shown */
  CmcdObject object;            /* ot */
  CmcdState state;              /* sta */
  CmcdEvent event;              /* e */
  gboolean starved;             /* bs: since the report before */
  gboolean urgent;              /* su: start, seek or recovery */
  guint64 version;              /* v, 1 when not said */
  guint64 bitrate;              /* br, bit/s */
  guint64 top_bitrate;          /* tb, bit/s */
  guint64 throughput;           /* mtp, bit/s, as measured by the player */
  guint64 buffer;               /* bl, ns */
  guint64 duration;             /* d, ns, of what is asked for */
  guint64 latency;              /* ltc, ns */
  guint64 startup;              /* msd, ns */
  guint64 starvations;          /* bsa, of the whole session */
  guint64 starved_time;         /* bsd, ns, since the report before */
  guint64 starved_total;        /* bsda, ns, of the whole session */
  guint64 dropped_frames;       /* dfa, of the whole session */
  guint64 rate_permille;        /* pr, 1000 is normal */
  guint64 timestamp;            /* ts, ns since 1970 by the player's clock */
} Cmcd;

void cmcd_init (Cmcd * self);

/* Reads `text`, decoded and not necessarily terminated, on top of what is in
 * `self` already: keys may come in any of several headers. */
CmcdResult cmcd_parse (Cmcd * self, const gchar * text, gsize length);

/* Reads the argument CMCD= of a URL's query, which may be NULL. */
CmcdResult cmcd_parse_query (Cmcd * self, const gchar * query);

/* Reads the values of up to `n` headers, NULL where there is none. */
CmcdResult cmcd_parse_headers (Cmcd * self, const gchar * const *values,
    guint n);

/* The worse one of two results. */
CmcdResult cmcd_result_merge (CmcdResult a, CmcdResult b);

G_END_DECLS
