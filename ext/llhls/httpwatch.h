/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  HTTP_PHASE_OPENING,           /* accepted; TLS, first bytes */
  HTTP_PHASE_IDLE,              /* nothing is asked for */
  HTTP_PHASE_HEAD,              /* a request has begun to come in */
  HTTP_PHASE_HELD,              /* all that is asked for is held */
  HTTP_PHASE_SENDING,           /* an answer is on its way */
} HttpPhase;

typedef enum
{
  HTTP_VERDICT_KEEP,
  HTTP_VERDICT_SLOW_OPENING,
  HTTP_VERDICT_IDLE,
  HTTP_VERDICT_SLOW_HEAD,
  HTTP_VERDICT_SLOW_READER,
} HttpVerdict;

/* How long a connection may stay in a phase, ns; 0 is for ever.  A held one
 * may as long as its requests.  One that takes `send_bytes` within `send` may
 * go on. */
typedef struct
{
  guint64 opening, idle, head, send;
  guint64 send_bytes;
} HttpLimits;

/* Whether a connection is worth its keep: what its client does not finish it
 * gets no time for. */
typedef struct
{
  HttpPhase phase;
  guint64 since;                /* ns: begin of the phase or last progress */
  gboolean has_mark;
  guint64 mark;                 /* bytes that were taken by then */
} HttpWatch;

void http_watch_init (HttpWatch * self, guint64 now);

/* Entering the phase that it is in changes nothing. */
void http_watch_enter (HttpWatch * self, HttpPhase phase, guint64 now);

/* `taken` is how many bytes the client has taken so far.  To be called now and
 * then. */
HttpVerdict http_watch_check (HttpWatch * self, const HttpLimits * limits,
    guint64 taken, guint64 now);

const gchar *http_verdict_name (HttpVerdict verdict);

G_END_DECLS
