/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstllhlsbody.h"
#include "gstllhlsstore.h"
#include "gstllhlsviewers.h"
#include "urltoken.h"

G_BEGIN_DECLS

/* What to answer to a request, and when; knows no HTTP library.  All of it
 * runs on the server thread, but stats and new. */
typedef struct _GstLlHlsResponder GstLlHlsResponder;

/* A client's connection, as far as the responder has to know it.  The
 * transport owns it; it outlives its waiters. */
typedef struct
{
  guint64 id;                   /* never used twice */
  const gchar *address;         /* of the peer, numeric, without port */
  guint waiters;                /* requests that are held; the responder's */
  GstLlHlsBodyPool bodies;      /* the responder's */
} GstLlHlsPeer;

typedef enum
{
  GST_LLHLS_METHOD_GET,
  GST_LLHLS_METHOD_HEAD,
  GST_LLHLS_METHOD_POST,
  GST_LLHLS_METHOD_OPTIONS,
  GST_LLHLS_METHOD_OTHER,
} GstLlHlsMethod;

/* `name` may be NULL. */
GstLlHlsMethod gst_llhls_method_parse (const gchar * name);

/* A request.  What has no comment may be NULL; all belongs to the caller and
 * need not outlive the call. */
typedef struct
{
  GstLlHlsPeer *peer;           /* never NULL */
  GstLlHlsMethod method;
  const gchar *path;            /* as sent, with its slash; never NULL */
  const gchar *query;           /* as sent, without its question mark */
  const gchar *range, *accept_encoding, *origin, *user_agent, *authorization;
  const gchar *original_uri;    /* X-Original-URI, of a proxy that asks */
  const gchar *content_type;
  guint64 content_length;       /* or GST_LLHLS_NO_LENGTH */
  const GstLlHlsBody *body;     /* as gst_llhls_responder_await() began it */
  /* As gst_llhls_viewers_headers. */
  const gchar *cmcd[GST_LLHLS_VIEWERS_HEADERS];
} GstLlHlsAsk;

#define GST_LLHLS_NO_LENGTH G_MAXUINT64

typedef struct
{
  const gchar *name;            /* lower case */
  const gchar *value;
} GstLlHlsHeader;

#define GST_LLHLS_MAX_HEADERS 16

/* An answer.  What `headers` points to is valid as long as the answer and the
 * responder are. */
typedef struct
{
  guint status;
  guint n_headers;
  GstLlHlsHeader headers[GST_LLHLS_MAX_HEADERS];
  gboolean head;                /* the body is not to be sent */
  GstLlHlsObject *object;       /* a reference; the body is a slice of it */
  guint64 offset, length;       /* that slice; content-length */
  guint urgency;                /* RFC 9218 */
  gchar scratch[4][64];         /* what `headers` points to */
} GstLlHlsAnswer;

void gst_llhls_answer_clear (GstLlHlsAnswer * answer);

/* A request that is held. */
typedef struct _GstLlHlsWaiter GstLlHlsWaiter;

/* Sends the answer to a held request, whose waiter is gone by then.  May not
 * call the responder. */
typedef void (*GstLlHlsRelease) (gpointer data, const GstLlHlsAnswer * answer);

/* Who may have something.  Each is asked on the server thread with no lock
 * held, and one that is NULL agrees.  `check` is for the token in the query;
 * `now_s` is the UTC time. */
typedef struct
{
  UrlTokenVerdict (*check) (const gchar * query, const gchar * path,
      guint64 now_s, gpointer user_data);
  gpointer check_data;
  gboolean (*authorize) (const GstLlHlsAsk * ask, gpointer user_data);
  gpointer authorize_data;
} GstLlHlsAccess;

typedef struct
{
  const gchar *script_uri;      /* what the page loads hls.js from, or NULL */
  GBytes *script;               /* served as that, or NULL */
  const gchar *cors_origin;     /* "*", an origin, or NULL: none */
  guint max_waiters;
  guint max_peer_waiters;
  GstLlHlsAccess access;
  GstLlHlsViewers *viewers;     /* is told of all; outlives it */
} GstLlHlsResponderConfig;

GstLlHlsResponder *gst_llhls_responder_new (GstLlHlsStore * store,
    const GstLlHlsResponderConfig * config);

/* Answers whoever still waits; nothing may come after it. */
void gst_llhls_responder_free (GstLlHlsResponder * self);

/* Begins `body`, which is all 0.  FALSE: ask at once, nobody needs what comes
 * of it.  TRUE: all of it is to be taken first. */
gboolean gst_llhls_responder_await (GstLlHlsResponder * self,
    const GstLlHlsAsk * ask, GstLlHlsBody * body);

/* NULL: `answer` is filled in and to be cleared by the caller.  Else the
 * request is held, until `release` is called with `data` or
 * gst_llhls_responder_cancel(). */
GstLlHlsWaiter *gst_llhls_responder_ask (GstLlHlsResponder * self,
    const GstLlHlsAsk * ask, GstLlHlsRelease release, gpointer data,
    GstLlHlsAnswer * answer);

/* Whoever waits has gone. */
void gst_llhls_responder_cancel (GstLlHlsResponder * self,
    GstLlHlsWaiter * waiter);

/* An answer from outside of the rules: a head that is too large or slow. */
void gst_llhls_responder_refuse (GstLlHlsResponder * self, guint status,
    GstLlHlsAnswer * answer);

/* Something new is in the store: answers whom it concerns. */
void gst_llhls_responder_retry (GstLlHlsResponder * self);

/* Answers those whose time is over.  To be called a few times a second. */
void gst_llhls_responder_expire (GstLlHlsResponder * self);

/* Answers 503 to whoever waits, and from then on to all. */
void gst_llhls_responder_stop (GstLlHlsResponder * self);

/* Adds the responder's fields.  Any thread. */
void gst_llhls_responder_add_stats (GstLlHlsResponder * self,
    GstStructure * stats);

G_END_DECLS
