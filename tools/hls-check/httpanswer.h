/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "verdict.h"

G_BEGIN_DECLS

/* One HTTP exchange as it was seen; times in ns of one clock. */
typedef struct
{
  gchar *url;
  guint status;                 /* 0: no answer, see `error` */
  gchar *error;
  gboolean http2, https, redirected;
  gboolean truncated;           /* the body broke off */
  guint64 requested, answered, finished;        /* answered: headers came */
  guint64 first_byte;           /* of the body, 0 for none */
  GHashTable *headers;          /* lower case name to value */
  GBytes *body;                 /* decoded; never NULL */
} HttpAnswer;

HttpAnswer *http_answer_new (const gchar * url);
void http_answer_free (HttpAnswer * self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpAnswer, http_answer_free)

/* Returns: (nullable) */
const gchar *http_answer_header (const HttpAnswer * self,
    const gchar * name);

/* Cache-Control: TRUE and for how many seconds, when that is told. */
gboolean http_answer_max_age (const HttpAnswer * self, guint64 * seconds);

typedef enum
{
  HTTP_PLAYLIST,
  HTTP_PLAYLIST_HELD,           /* with _HLS_msn */
  HTTP_MULTIVARIANT,
  HTTP_INIT,
  HTTP_MEDIA,
} HttpWhat;

/* Rules of every answer: media types, caching, CORS and the like. */
void http_rules_answer (Verdict * verdict, const gchar * name,
    const HttpAnswer * answer, HttpWhat what, gboolean low_latency,
    guint64 target);

typedef enum
{
  HTTP_PROBE_HEAD,              /* of a playlist */
  HTTP_PROBE_HEAD_HELD,
  HTTP_PROBE_HEAD_MEDIA,
  HTTP_PROBE_OPTIONS,
  HTTP_PROBE_RANGE,             /* bytes=1-16 of media */
  HTTP_PROBE_RANGE_PAST,
  HTTP_PROBE_UNKNOWN_PATH,
  HTTP_PROBE_METHOD,
  HTTP_PROBE_OLD_MSN,
  HTTP_PROBE_FAR_MSN,
  HTTP_PROBE_FAR_PART,
  HTTP_PROBE_PART_ONLY,
  HTTP_PROBE_BAD_NUMBER,
  HTTP_PROBE_UNKNOWN_DIRECTIVE,
  HTTP_PROBE_UNKNOWN_SKIP,
  HTTP_PROBE_ORDER,
  HTTP_PROBE_MULTIVARIANT,      /* with directives */
  HTTP_PROBE_CONDITIONAL,       /* If-None-Match with the answer's ETag */
  HTTP_PROBE_ENDED,             /* _HLS_msn behind EXT-X-ENDLIST */
  HTTP_PROBE_LAST,
} HttpProbe;

/* `like` is the answer to a plain GET of the same (nullable). */
void http_rules_probe (Verdict * verdict, const gchar * name,
    HttpProbe probe, const HttpAnswer * answer, const HttpAnswer * like,
    guint64 target, guint64 tolerance);

G_END_DECLS
