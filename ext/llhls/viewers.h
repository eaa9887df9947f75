/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "viewersession.h"

G_BEGIN_DECLS

/* All players that report, by their session's id, and what they come to.  At
 * most `max_sessions` are kept: who was silent the longest goes first.  The ids
 * never leave this file. */
typedef struct _Viewers Viewers;

typedef struct
{
  guint64 timeout;              /* ns of silence until a session is over */
  guint64 memory;               /* ns that it counts from then on */
  guint max_sessions;
} ViewersConfig;

/* Renditions are counted apart; more than that are not. */
#define VIEWERS_MAX_RENDITIONS 64
#define VIEWERS_NO_RENDITION G_MAXUINT
#define VIEWERS_NO_AGE G_MININT64

/* Ties an answer to the session that asked; plain data.  A session may be gone
 * meanwhile: then the tag means nobody. */
typedef struct
{
  guint slot;
  guint64 serial;               /* 0 = nobody */
  guint64 ahead;                /* ns from its picture to the end of what it
                                 * asked for, CMCD_ABSENT = not known */
} ViewersTag;

typedef struct
{
  guint status;                 /* of HTTP */
  guint64 bytes;
  gint64 age;                   /* ns from when the media was whole until it was
                                 * asked for; negative when it had to wait,
                                 * VIEWERS_NO_AGE = not known */
} ViewersAnswer;

/* Counters of the whole life, which only rise. */
typedef struct
{
  guint64 sessions, evicted;
  guint64 rebuffers, rebuffer_time, errors;
  guint64 reports, malformed, plain_requests;
} ViewersTotals;

typedef struct
{
  const gchar *name;            /* lives as long as the viewers */
  guint sessions;               /* live, with this as the last one asked for */
  guint64 requests, bytes, errors;
} ViewersRendition;

/* Sessions that are live or were a short while ago.  Times in ns, CMCD_ABSENT
 * where nobody told. */
typedef struct
{
  ViewersTotals totals;
  guint live, recent;
  guint version_1, version_2;   /* of those live */
  guint rebuffering;            /* of those live, now */
  guint64 startup_p50, startup_p95;     /* live and recent */
  guint64 rebuffers, rebuffer_ratio_ppm;        /* live and recent */
  guint64 latency_p50, latency_p95;     /* live, as is the rest */
  guint64 buffer_p50, throughput_p50, bitrate;
  guint64 dropped_frames;
  guint n_renditions;
  ViewersRendition renditions[VIEWERS_MAX_RENDITIONS];
} ViewersSummary;

Viewers *viewers_new (const ViewersConfig * config);
void viewers_free (Viewers * self);

/* What came with a request for `rendition` (NULL = none in particular). */
ViewersTag viewers_on_request (Viewers * self, const Cmcd * report,
    CmcdResult result, const gchar * rendition, guint64 now);

/* One report of an event body. */
void viewers_on_event (Viewers * self, const Cmcd * report,
    CmcdResult result, guint64 now);

/* The answer to a request has been handed over.  Only names that are answered
 * with success make a rendition. */
void viewers_on_answer (Viewers * self, const ViewersTag * tag,
    const gchar * rendition, const ViewersAnswer * answer);

/* Forgets who is over for long. */
void viewers_on_timer (Viewers * self, guint64 now);

/* When the next one is forgotten, ns, or G_MAXUINT64. */
guint64 viewers_deadline (const Viewers * self);

void viewers_summarise (Viewers * self, guint64 now,
    ViewersSummary * summary);

G_END_DECLS
