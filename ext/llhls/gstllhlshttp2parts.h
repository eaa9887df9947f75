/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstllhlshttp2.h"
#include "gstllhlspollset.h"
#include "gstllhlswire.h"
#include "httpbudget.h"
#include "httpdate.h"
#include "httphead.h"

G_BEGIN_DECLS

/* What the files of HTTP/2 share, gstllhlshttp2*.c; nobody else includes this.
 * gstllhlshttp2server.c has the connections and when they are read and written,
 * gstllhlshttp2stream.c the requests and what becomes of them, gstllhlshttp2.c
 * the frames: nothing but that knows nghttp2.  Server thread only. */

/* Players with many renditions hold two requests for each; caches in front
 * hold as many as they have. */
#define GST_LLHLS_H2_MAX_STREAMS 256
#define GST_LLHLS_H2_WRITE_BYTES 65536

typedef struct
{
  GstLlHlsHttp2 *server;
  GstLlHlsConnection *connection;
  struct nghttp2_session *h2;   /* the frames' */
  GstLlHlsWire wire;
  gpointer reading;             /* in the server's set */
  GQueue streams;               /* of GstLlHlsH2Stream */
  guint incoming, sending;      /* of them */
  HttpBudget resets, controls, windows;
  gboolean dirty, failed, ended;
  GList link, dirty_link;       /* in the server's lists */
} GstLlHlsH2Session;

typedef struct
{
  GstLlHlsH2Session *session;
  gint32 id;
  HttpHead head;                /* until it is answered or held */
  guint64 since;                /* ns, of its first byte */
  gsize body_bytes;             /* behind the answer */
  GstLlHlsBody body;
  gboolean has_head, asked, sending, reset;
  gboolean prioritized;         /* the client has told a priority */
  GstLlHlsWaiter *waiter;       /* while it is held */
  GstLlHlsObject *object;       /* whose body is being sent */
  guint piece;                  /* the next bytes: of this one ... */
  gsize skip;                   /* ... from there */
  guint64 left, sent;
  HttpWatch watch;              /* of its answer */
  GList link;                   /* in the session's */
} GstLlHlsH2Stream;

struct _GstLlHlsHttp2
{
  GstLlHlsResponder *responder;
  GMainContext *context;
  GstLlHlsPollSet *set;
  struct nghttp2_session_callbacks *callbacks;  /* the frames', as `option` */
  struct nghttp2_option *option;
  GQueue sessions, dirty;       /* of GstLlHlsH2Session */
  guint64 abusive;
  gboolean stopping;
  HttpDate date;
  gsize used;                   /* of `buffer` */
  guint8 buffer[GST_LLHLS_H2_WRITE_BYTES];
};

static inline guint64
gst_llhls_h2_now (void)
{
  return g_get_monotonic_time () * GST_USECOND;
}

/* gstllhlshttp2server.c */

/* Has it written at the end of the wake-up. */
void gst_llhls_h2_mark_dirty (GstLlHlsH2Session * session);

/* It floods: nothing more is taken from it. */
void gst_llhls_h2_end_flood (GstLlHlsH2Session * session);

/* gstllhlshttp2stream.c */

GstLlHlsH2Stream *gst_llhls_h2_stream_new (GstLlHlsH2Session * session,
    gint32 id, GDestroyNotify release_value);
void gst_llhls_h2_stream_free (GstLlHlsH2Stream * self);

/* A head, or some of a body, is there; `whole`: the request is. */
void gst_llhls_h2_stream_on_frame (GstLlHlsH2Stream * self, gboolean whole);

/* FALSE: it is too much behind an answer. */
gboolean gst_llhls_h2_stream_on_body (GstLlHlsH2Stream * self,
    const guint8 * data, gsize size);

/* Refuses what took too long to come in. */
void gst_llhls_h2_stream_give_up (GstLlHlsH2Stream * self);

/* TRUE: it has a body. */
gboolean gst_llhls_h2_stream_begin_answer (GstLlHlsH2Stream * self,
    const GstLlHlsAnswer * answer);

/* The next `size` bytes of the body, which are there. */
void gst_llhls_h2_stream_copy_body (GstLlHlsH2Stream * self, guint8 * to,
    gsize size);

/* gstllhlshttp2.c */

void gst_llhls_h2_init (GstLlHlsHttp2 * self);
void gst_llhls_h2_clear (GstLlHlsHttp2 * self);

void gst_llhls_h2_open (GstLlHlsH2Session * session);
void gst_llhls_h2_close (GstLlHlsH2Session * session);

/* FALSE: the client does not speak HTTP/2. */
gboolean gst_llhls_h2_receive (GstLlHlsH2Session * session,
    const guint8 * data, gsize size);
gboolean gst_llhls_h2_wants_more (GstLlHlsH2Session * session);

/* Frames into the server's buffer, as many as there is room for.  FALSE on
 * error. */
gboolean gst_llhls_h2_send (GstLlHlsH2Session * session);

/* Nothing is left to be said by either side. */
gboolean gst_llhls_h2_is_over (GstLlHlsH2Session * session);

/* No more requests, please. */
void gst_llhls_h2_go_away (GstLlHlsH2Session * session);

/* Ends it for abuse, once that is written. */
void gst_llhls_h2_terminate (GstLlHlsH2Session * session);

void gst_llhls_h2_answer (GstLlHlsH2Stream * stream,
    const GstLlHlsAnswer * answer);
void gst_llhls_h2_cancel (GstLlHlsH2Stream * stream);

/* Its client takes bytes, of this stream too. */
gboolean gst_llhls_h2_has_window (GstLlHlsH2Stream * stream);

G_END_DECLS
