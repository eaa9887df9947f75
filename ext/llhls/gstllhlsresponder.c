/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: the server thread runs everything but new and add_stats.  Locks:
 * `lock` guards the counters and is taken last; the store's own lock is never
 * held across a call. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsresponder.h"

#include <string.h>

#include "blocking.h"
#include "cachelifetime.h"
#include "cmcdevent.h"
#include "gstllhlsrender.h"
#include "httpencoding.h"
#include "httprange.h"
#include "request.h"

GST_DEBUG_CATEGORY_EXTERN (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

#define CMCD_HEADERS "CMCD-Request, CMCD-Object, CMCD-Status, CMCD-Session"

/* Bodies that are coming in: of a connection, and of all. */
#define MAX_PEER_BODIES (4 * CMCD_EVENT_MAX_BODY)
#define MAX_BODIES (256 * CMCD_EVENT_MAX_BODY)

/* RFC 9218 4.1; 0 is the most urgent, 3 what nobody spoke of. */
#define URGENCY_PLAYLIST 1
#define URGENCY_AUDIO 2
#define URGENCY_OTHER 3

/* One request on its way to an answer. */
typedef struct
{
  Request request;
  GstLlHlsMethod method;
  gboolean gzip;
  HttpRangeAsk range;
  ViewersTag viewer;
  GstLlHlsPeer *peer;
  guint64 since;                /* ns, monotonic */
  gboolean held;
} Job;

struct _GstLlHlsWaiter
{
  Job job;
  GstLlHlsRelease release;
  gpointer data;
  GList link;                   /* in waiters */
};

struct _GstLlHlsResponder
{
  GstLlHlsStore *store;
  GstLlHlsRender *render;
  GstLlHlsObject *page;
  GstLlHlsObject *script;       /* or NULL */
  gchar *cors_origin;           /* or NULL */
  guint max_waiters, max_peer_waiters;
  GstLlHlsAccess access;
  GstLlHlsViewers *viewers;
  GQueue waiters;               /* of GstLlHlsWaiter, oldest first */
  GstLlHlsBodyPool bodies;
  gboolean stopping;

  GMutex lock;
  guint n_waiters, waiters_peak;        /* lock, as all below */
  guint64 requests, playlist_requests, media_requests;
  guint64 blocked, expired, abandoned, refused, errors, bytes_out;
  guint64 denied, disagreed, verdicts[URL_TOKEN_OUT_OF_SCOPE + 1];
};

static guint64
now_ns (void)
{
  return g_get_monotonic_time () * GST_USECOND;
}

GstLlHlsMethod
gst_llhls_method_parse (const gchar * name)
{
  if (g_strcmp0 (name, "GET") == 0)
    return GST_LLHLS_METHOD_GET;
  if (g_strcmp0 (name, "HEAD") == 0)
    return GST_LLHLS_METHOD_HEAD;
  if (g_strcmp0 (name, "POST") == 0)
    return GST_LLHLS_METHOD_POST;
  if (g_strcmp0 (name, "OPTIONS") == 0)
    return GST_LLHLS_METHOD_OPTIONS;
  return GST_LLHLS_METHOD_OTHER;
}

/* Answers */

void
gst_llhls_answer_clear (GstLlHlsAnswer * answer)
{
  g_clear_pointer (&answer->object, gst_llhls_object_unref);
}

static void
add_header (GstLlHlsAnswer * answer, const gchar * name, const gchar * value)
{
  GstLlHlsHeader *header;

  g_assert (answer->n_headers < GST_LLHLS_MAX_HEADERS);
  header = &answer->headers[answer->n_headers++];
  header->name = name;
  header->value = value;
}

static void
begin_answer (GstLlHlsResponder * self, GstLlHlsAnswer * answer, guint status)
{
  /* All but the scratch. */
  memset (answer, 0, G_STRUCT_OFFSET (GstLlHlsAnswer, scratch));
  answer->status = status;
  answer->urgency = URGENCY_OTHER;
  if (self->cors_origin == NULL)
    return;
  add_header (answer, "access-control-allow-origin", self->cors_origin);
  add_header (answer, "access-control-expose-headers",
      "Age, Date, Content-Length, Content-Range, CMSD-Static, CMSD-Dynamic");
}

/* What is there takes either reports or questions. */
static const gchar *
allowed_methods (RequestKind kind)
{
  return kind == REQUEST_EVENTS ? "POST, OPTIONS" : "GET, HEAD, OPTIONS";
}

/* An answer about what is not there must not be kept by any cache. */
static void
answer_error (GstLlHlsResponder * self, GstLlHlsAnswer * answer, guint status)
{
  begin_answer (self, answer, status);
  add_header (answer, "cache-control", "no-store");
  if (status == 503)
    add_header (answer, "retry-after", "1");
}

static void
answer_wrong_method (GstLlHlsResponder * self, RequestKind kind,
    GstLlHlsAnswer * answer)
{
  answer_error (self, answer, 405);
  add_header (answer, "allow", allowed_methods (kind));
}

/* Browsers ask this before a request, and send no token with some of them, so
 * anyone may. */
static void
answer_options (GstLlHlsResponder * self, const GstLlHlsAsk * ask,
    GstLlHlsAnswer * answer)
{
  Request request;

  request_parse (&request, ask->path, NULL);
  begin_answer (self, answer, 204);
  add_header (answer, "allow", allowed_methods (request.kind));
  if (self->cors_origin != NULL) {
    add_header (answer, "access-control-allow-methods",
        allowed_methods (request.kind));
    add_header (answer, "access-control-allow-headers",
        request.kind == REQUEST_EVENTS ? "Content-Type"
        : CMCD_HEADERS ", Range");
    add_header (answer, "access-control-max-age", "86400");
  }
  request_clear (&request);
}

static void
add_cache_control (GstLlHlsResponder * self, const Job * job,
    GstLlHlsAnswer * answer)
{
  guint64 seconds = cache_lifetime (&job->request,
      gst_llhls_store_limits (self->store)->target);

  if (seconds == CACHE_LIFETIME_FOREVER) {
    add_header (answer, "cache-control", "public, max-age="
        G_STRINGIFY (CACHE_LIFETIME_FOREVER) ", immutable");
  } else if (seconds == 0) {
    add_header (answer, "cache-control", "no-cache");
  } else {
    g_snprintf (answer->scratch[0], sizeof (answer->scratch[0]),
        "max-age=%" G_GUINT64_FORMAT, seconds);
    add_header (answer, "cache-control", answer->scratch[0]);
  }
}

static guint64
object_size (const GstLlHlsObject * object)
{
  guint64 size = 0;
  guint i;

  for (i = 0; i < object->n; i++)
    size += g_bytes_get_size (object->pieces[i]);
  return size;
}

static void
apply_range (const Job * job, GstLlHlsAnswer * answer)
{
  guint64 size = answer->length;

  switch (http_range_apply (&job->range, size, &answer->offset,
          &answer->length)) {
    case HTTP_RANGE_WHOLE:
      return;
    case HTTP_RANGE_PART:
      answer->status = 206;
      g_snprintf (answer->scratch[1], sizeof (answer->scratch[1]),
          "bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%"
          G_GUINT64_FORMAT, answer->offset, answer->offset + answer->length - 1,
          size);
      break;
    case HTTP_RANGE_OUTSIDE:
      answer->status = 416;
      gst_llhls_answer_clear (answer);
      answer->length = 0;
      g_snprintf (answer->scratch[1], sizeof (answer->scratch[1]),
          "bytes */%" G_GUINT64_FORMAT, size);
      break;
  }
  add_header (answer, "content-range", answer->scratch[1]);
}

static const gchar *const priorities[] = { "u=0", "u=1", "u=2", "u=3" };

static void
answer_object (GstLlHlsResponder * self, const Job * job,
    GstLlHlsObject * object, guint urgency, GstLlHlsAnswer * answer)
{
  begin_answer (self, answer, 200);
  answer->object = gst_llhls_object_ref (object);
  answer->length = object_size (object);
  answer->urgency = urgency;
  /* Only GET has ranges (RFC 9110 14.2). */
  if (job->method == GST_LLHLS_METHOD_GET)
    apply_range (job, answer);
  add_header (answer, "content-type", object->content_type);
  add_header (answer, "accept-ranges", "bytes");
  if (answer->status == 416)
    add_header (answer, "cache-control", "no-store");
  else
    add_cache_control (self, job, answer);
  add_header (answer, "priority", priorities[urgency]);
}

static void
answer_text (GstLlHlsResponder * self, const Job * job,
    const GstLlHlsText * text, GstLlHlsAnswer * answer)
{
  gboolean packed = job->gzip && text->packed != NULL;

  answer_object (self, job, packed ? text->packed : text->plain,
      URGENCY_PLAYLIST, answer);
  if (packed)
    add_header (answer, "content-encoding", "gzip");
  add_header (answer, "vary", "Accept-Encoding");
}

/* Decisions */

static void
count_expired (GstLlHlsResponder * self)
{
  g_mutex_lock (&self->lock);
  self->expired++;
  g_mutex_unlock (&self->lock);
}

/* FALSE: held. */
static gboolean
finish_decision (GstLlHlsResponder * self, BlockingDecision decision,
    GstLlHlsAnswer * answer)
{
  switch (decision) {
    case BLOCKING_HOLD:
      return FALSE;
    case BLOCKING_REFUSE:
      answer_error (self, answer, 400);
      break;
    case BLOCKING_ANSWER:
    case BLOCKING_ABSENT:
      answer_error (self, answer, 404);
      break;
    case BLOCKING_EXPIRED:
      count_expired (self);
      answer_error (self, answer, 503);
      break;
  }
  return TRUE;
}

static gboolean
try_multivariant (GstLlHlsResponder * self, const Job * job,
    const GstLlHlsSnapshot * snapshot, guint64 now, GstLlHlsAnswer * answer)
{
  static const PlaylistPosition nowhere;
  static const Request plain;

  if (snapshot->multivariant == NULL)
    return finish_decision (self, blocking_playlist (&plain, &nowhere, FALSE,
            gst_llhls_store_limits (self->store), job->since, now), answer);
  answer_text (self, job, gst_llhls_render_multivariant (self->render,
          snapshot), answer);
  return TRUE;
}

static gboolean
try_playlist (GstLlHlsResponder * self, const Job * job,
    const GstLlHlsSnapshot * snapshot, guint64 now, GstLlHlsAnswer * answer)
{
  static const PlaylistPosition nowhere;
  BlockingDecision decision = BLOCKING_ABSENT;
  const GstLlHlsView *view;
  guint index = 0;

  view = gst_llhls_snapshot_find (snapshot, job->request.name, &index);
  if (view != NULL || !snapshot->listed)
    decision = blocking_playlist (&job->request, view != NULL ? &view->position
        : &nowhere, snapshot->listed, gst_llhls_store_limits (self->store),
        job->since, now);
  if (decision != BLOCKING_ANSWER)
    return finish_decision (self, decision, answer);
  answer_text (self, job, gst_llhls_render_playlist (self->render, snapshot,
          view, index, job->request.skip), answer);
  return TRUE;
}

/* The next segment's first part is hinted when its key frame is due.  When that
 * is late the hint is another one for a while: who asked waits all the same,
 * since a refusal of what comes after all would be kept by caches. */
static gboolean
is_hinted (const GstLlHlsSnapshot * snapshot, const gchar * name)
{
  guint i;

  for (i = 0; i < snapshot->views->len; i++) {
    const GstLlHlsView *view = g_ptr_array_index (snapshot->views, i);

    if (g_strcmp0 (view->hint, name) == 0 || g_strcmp0 (view->next, name) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
try_media (GstLlHlsResponder * self, const Job * job,
    const GstLlHlsSnapshot * snapshot, guint64 now, GstLlHlsAnswer * answer)
{
  static const PlaylistPosition nowhere;
  g_autoptr (GstLlHlsObject) object = NULL;
  gboolean audio, loading = FALSE;

  switch (gst_llhls_store_look (self->store, job->request.name, &object)) {
    case GST_LLHLS_STORE_FOUND:
      audio = g_str_has_prefix (object->content_type, "audio/");
      answer_object (self, job, object, audio ? URGENCY_AUDIO : URGENCY_OTHER,
          answer);
      return TRUE;
    case GST_LLHLS_STORE_FAILED:
      answer_error (self, answer, 503);
      return TRUE;
    case GST_LLHLS_STORE_LOADING:
      loading = TRUE;
      break;
    case GST_LLHLS_STORE_ABSENT:
      break;
  }
  return finish_decision (self, blocking_media (loading || is_hinted (snapshot,
              job->request.name), &nowhere,
          gst_llhls_store_limits (self->store), job->since, now), answer);
}

/* FALSE: it must wait. */
static gboolean
try_job (GstLlHlsResponder * self, const Job * job,
    const GstLlHlsSnapshot * snapshot, guint64 now, GstLlHlsAnswer * answer)
{
  switch (job->request.kind) {
    case REQUEST_PAGE:
      answer_object (self, job, self->page, URGENCY_OTHER, answer);
      return TRUE;
    case REQUEST_SCRIPT:
      if (self->script != NULL)
        answer_object (self, job, self->script, URGENCY_OTHER, answer);
      else
        answer_error (self, answer, 404);
      return TRUE;
    case REQUEST_MULTIVARIANT:
      return try_multivariant (self, job, snapshot, now, answer);
    case REQUEST_PLAYLIST:
      return try_playlist (self, job, snapshot, now, answer);
    case REQUEST_MEDIA:
      return try_media (self, job, snapshot, now, answer);
    case REQUEST_AUTH:
      answer_error (self, answer, self->access.check != NULL ? 204 : 404);
      return TRUE;
    case REQUEST_EVENTS:
    case REQUEST_BAD:
      answer_error (self, answer, 400);
      return TRUE;
  }
  g_assert_not_reached ();
}

/* Counting and telling */

static void
count_request (GstLlHlsResponder * self, const Request * request)
{
  g_mutex_lock (&self->lock);
  self->requests++;
  self->playlist_requests += request->kind == REQUEST_PLAYLIST
      || request->kind == REQUEST_MULTIVARIANT;
  self->media_requests += request->kind == REQUEST_MEDIA;
  g_mutex_unlock (&self->lock);
}

static void
count_answer (GstLlHlsResponder * self, const GstLlHlsAnswer * answer)
{
  guint status = answer->status;

  g_mutex_lock (&self->lock);
  if (!answer->head)
    self->bytes_out += answer->length;
  self->errors += status >= 500;
  self->refused += status >= 400 && status < 500;
  g_mutex_unlock (&self->lock);
}

/* CTA-5006: `ht` tells how long a request was held, in ms, so that a wait for
 * the next part is not taken for a slow server. */
static void
finish_answer (GstLlHlsResponder * self, const Job * job, guint64 now,
    GstLlHlsAnswer * answer)
{
  guint64 held = job->held ? now - MIN (job->since, now) : 0;

  answer->head = job->method == GST_LLHLS_METHOD_HEAD;
  if (job->held) {
    g_snprintf (answer->scratch[2], sizeof (answer->scratch[2]),
        "ht=%" G_GUINT64_FORMAT, held / GST_MSECOND);
    add_header (answer, "cmsd-static", answer->scratch[2]);
  }
  count_answer (self, answer);
  gst_llhls_viewers_on_answer (self->viewers, &job->request, &job->viewer,
      answer->status, answer->head ? 0 : answer->length, job->since,
      answer->object);
}

/* Waiters */

static void
remove_waiter (GstLlHlsResponder * self, GstLlHlsWaiter * waiter)
{
  g_queue_unlink (&self->waiters, &waiter->link);
  waiter->job.peer->waiters--;
  g_mutex_lock (&self->lock);
  self->n_waiters = self->waiters.length;
  g_mutex_unlock (&self->lock);
}

static void
free_waiter (GstLlHlsWaiter * waiter)
{
  request_clear (&waiter->job.request);
  g_free (waiter);
}

static void
release (GstLlHlsResponder * self, GstLlHlsWaiter * waiter, guint64 now,
    GstLlHlsAnswer * answer)
{
  remove_waiter (self, waiter);
  finish_answer (self, &waiter->job, now, answer);
  waiter->release (waiter->data, answer);
  gst_llhls_answer_clear (answer);
  free_waiter (waiter);
}

/* Takes what is in `job` over. */
static GstLlHlsWaiter *
hold (GstLlHlsResponder * self, Job * job, const GstLlHlsAsk * ask,
    GstLlHlsRelease release, gpointer data)
{
  GstLlHlsWaiter *waiter = g_new0 (GstLlHlsWaiter, 1);

  waiter->job = *job;
  memset (job, 0, sizeof (*job));
  waiter->job.held = TRUE;
  waiter->release = release;
  waiter->data = data;
  waiter->link.data = waiter;
  g_queue_push_tail_link (&self->waiters, &waiter->link);
  ask->peer->waiters++;
  g_mutex_lock (&self->lock);
  self->blocked++;
  self->n_waiters = self->waiters.length;
  self->waiters_peak = MAX (self->waiters_peak, self->n_waiters);
  g_mutex_unlock (&self->lock);
  return waiter;
}

void
gst_llhls_responder_cancel (GstLlHlsResponder * self, GstLlHlsWaiter * waiter)
{
  remove_waiter (self, waiter);
  g_mutex_lock (&self->lock);
  self->abandoned++;
  g_mutex_unlock (&self->lock);
  free_waiter (waiter);
}

static void
retry_until (GstLlHlsResponder * self, guint64 newest)
{
  g_autoptr (GstLlHlsSnapshot) snapshot =
      gst_llhls_store_snapshot (self->store);
  guint64 now = now_ns ();
  GList *l = self->waiters.head;

  while (l != NULL) {
    GstLlHlsWaiter *waiter = l->data;
    GstLlHlsAnswer answer;

    l = l->next;
    if (waiter->job.since > newest)
      break;
    if (try_job (self, &waiter->job, snapshot, now, &answer))
      release (self, waiter, now, &answer);
  }
}

void
gst_llhls_responder_retry (GstLlHlsResponder * self)
{
  retry_until (self, G_MAXUINT64);
}

/* The oldest waiter's time runs out first. */
void
gst_llhls_responder_expire (GstLlHlsResponder * self)
{
  guint64 patience = blocking_patience (gst_llhls_store_limits (self->store));
  guint64 now = now_ns ();

  if (self->waiters.head != NULL && now > patience)
    retry_until (self, now - patience);
}

void
gst_llhls_responder_stop (GstLlHlsResponder * self)
{
  guint64 now = now_ns ();

  self->stopping = TRUE;
  while (self->waiters.head != NULL) {
    GstLlHlsAnswer answer;

    answer_error (self, &answer, 503);
    release (self, self->waiters.head->data, now, &answer);
  }
}

/* Requests */

static UrlTokenVerdict
check_token (GstLlHlsResponder * self, const GstLlHlsAsk * ask)
{
  const GstLlHlsAccess *access = &self->access;

  return access->check == NULL ? URL_TOKEN_VALID : access->check (ask->query,
      ask->path, g_get_real_time () / G_USEC_PER_SEC, access->check_data);
}

static void
count_denied (GstLlHlsResponder * self, UrlTokenVerdict verdict)
{
  g_mutex_lock (&self->lock);
  self->denied++;
  self->verdicts[verdict]++;
  self->disagreed += verdict == URL_TOKEN_VALID;
  g_mutex_unlock (&self->lock);
}

/* It is judged when it is asked for, and may be held beyond the token's
 * end. */
static gboolean
may_have (GstLlHlsResponder * self, const GstLlHlsAsk * ask)
{
  const GstLlHlsAccess *access = &self->access;
  UrlTokenVerdict verdict = check_token (self, ask);

  if (verdict == URL_TOKEN_VALID && (access->authorize == NULL
          || access->authorize (ask, access->authorize_data)))
    return TRUE;
  count_denied (self, verdict);
  return FALSE;
}

/* A proxy asks whether its client may have something else. */
static gboolean
may_have_original (GstLlHlsResponder * self, const GstLlHlsAsk * ask)
{
  const gchar *uri = ask->original_uri != NULL ? ask->original_uri : "";
  gsize length = strcspn (uri, "?");
  g_autofree gchar *path = g_strndup (uri, length);
  GstLlHlsAsk original = *ask;

  original.path = path;
  original.query = uri[length] == '?' ? uri + length + 1 : NULL;
  return may_have (self, &original);
}

static gboolean
is_admitted (GstLlHlsResponder * self, const GstLlHlsAsk * ask,
    RequestKind kind)
{
  return kind == REQUEST_AUTH && self->access.check != NULL
      ? may_have_original (self, ask) : may_have (self, ask);
}

/* Reports */

/* Strangers get no memory. */
gboolean
gst_llhls_responder_await (GstLlHlsResponder * self, const GstLlHlsAsk * ask,
    GstLlHlsBody * body)
{
  Request request;
  gboolean wanted;

  request_parse (&request, ask->path, NULL);
  wanted = ask->method == GST_LLHLS_METHOD_POST
      && request.kind == REQUEST_EVENTS
      && ask->content_length <= CMCD_EVENT_MAX_BODY
      && !self->stopping && check_token (self, ask) == URL_TOKEN_VALID;
  request_clear (&request);
  if (!wanted)
    return FALSE;
  ask->peer->bodies.limit = MAX_PEER_BODIES;
  gst_llhls_body_keep (body, ask->content_length, &ask->peer->bodies,
      &self->bodies);
  return TRUE;
}

static guint
take_events (GstLlHlsResponder * self, const GstLlHlsAsk * ask, guint64 now)
{
  const GstLlHlsBody *body = ask->body;

  if (ask->content_length == GST_LLHLS_NO_LENGTH)
    return 411;
  if (ask->content_length > CMCD_EVENT_MAX_BODY || (body != NULL
          && body->too_long))
    return 413;
  if (body == NULL || body->bytes == NULL)
    return 503;
  return gst_llhls_viewers_on_event_body (self->viewers, ask->content_type,
      body->bytes->data, body->bytes->len, now);
}

static gboolean
is_method_of (GstLlHlsMethod method, RequestKind kind)
{
  switch (method) {
    case GST_LLHLS_METHOD_POST:
      return kind == REQUEST_EVENTS;
    case GST_LLHLS_METHOD_GET:
    case GST_LLHLS_METHOD_HEAD:
      return kind != REQUEST_EVENTS;
    case GST_LLHLS_METHOD_OPTIONS:
    case GST_LLHLS_METHOD_OTHER:
      return FALSE;
  }
  g_assert_not_reached ();
}

/* FALSE: it must wait. */
static gboolean
judge (GstLlHlsResponder * self, const GstLlHlsAsk * ask, const Job * job,
    GstLlHlsAnswer * answer)
{
  g_autoptr (GstLlHlsSnapshot) snapshot = NULL;

  if (self->stopping) {
    answer_error (self, answer, 503);
    return TRUE;
  }
  if (!is_method_of (ask->method, job->request.kind)) {
    answer_wrong_method (self, job->request.kind, answer);
    return TRUE;
  }
  if (!is_admitted (self, ask, job->request.kind)) {
    answer_error (self, answer, 403);
    return TRUE;
  }
  if (job->request.kind == REQUEST_EVENTS) {
    answer_error (self, answer, take_events (self, ask, job->since));
    return TRUE;
  }
  snapshot = gst_llhls_store_snapshot (self->store);
  if (try_job (self, job, snapshot, job->since, answer))
    return TRUE;
  if (self->waiters.length < self->max_waiters
      && ask->peer->waiters < self->max_peer_waiters)
    return FALSE;
  answer_error (self, answer, 503);
  return TRUE;
}

GstLlHlsWaiter *
gst_llhls_responder_ask (GstLlHlsResponder * self, const GstLlHlsAsk * ask,
    GstLlHlsRelease release, gpointer data, GstLlHlsAnswer * answer)
{
  GstLlHlsWaiter *waiter = NULL;
  Job job;

  if (ask->method == GST_LLHLS_METHOD_OPTIONS) {
    answer_options (self, ask, answer);
    return NULL;
  }
  memset (&job, 0, sizeof (job));
  request_parse (&job.request, ask->path, ask->query);
  job.method = ask->method;
  job.gzip = http_encoding_takes_gzip (ask->accept_encoding);
  http_range_read (&job.range, ask->range);
  job.peer = ask->peer;
  job.since = now_ns ();
  count_request (self, &job.request);
  job.viewer = gst_llhls_viewers_on_request (self->viewers, &job.request,
      ask->query, ask->cmcd, job.since);
  if (judge (self, ask, &job, answer))
    finish_answer (self, &job, job.since, answer);
  else
    waiter = hold (self, &job, ask, release, data);
  request_clear (&job.request);
  return waiter;
}

void
gst_llhls_responder_refuse (GstLlHlsResponder * self, guint status,
    GstLlHlsAnswer * answer)
{
  answer_error (self, answer, status);
  count_answer (self, answer);
}

/* Begin and end */

GstLlHlsResponder *
gst_llhls_responder_new (GstLlHlsStore * store,
    const GstLlHlsResponderConfig * config)
{
  GstLlHlsResponder *self = g_new0 (GstLlHlsResponder, 1);

  self->store = gst_llhls_store_ref (store);
  self->render = gst_llhls_render_new ();
  self->page = gst_llhls_render_page (config->script_uri);
  if (config->script != NULL)
    self->script = gst_llhls_object_new ("text/javascript; charset=utf-8",
        &config->script, 1);
  if (config->cors_origin != NULL && *config->cors_origin != '\0')
    self->cors_origin = g_strdup (config->cors_origin);
  self->max_waiters = config->max_waiters;
  self->max_peer_waiters = config->max_peer_waiters;
  self->access = config->access;
  self->viewers = config->viewers;
  self->bodies.limit = MAX_BODIES;
  g_queue_init (&self->waiters);
  g_mutex_init (&self->lock);
  return self;
}

void
gst_llhls_responder_free (GstLlHlsResponder * self)
{
  gst_llhls_responder_stop (self);
  gst_llhls_render_free (self->render);
  gst_llhls_object_unref (self->page);
  g_clear_pointer (&self->script, gst_llhls_object_unref);
  gst_llhls_store_unref (self->store);
  g_mutex_clear (&self->lock);
  g_free (self->cors_origin);
  g_free (self);
}

static void
add_verdicts_locked (GstLlHlsResponder * self, GstStructure * stats)
{
  guint i;

  for (i = URL_TOKEN_VALID + 1; i < G_N_ELEMENTS (self->verdicts); i++) {
    g_autofree gchar *name = g_strconcat ("denied-",
        url_token_verdict_name (i), NULL);

    gst_structure_set (stats, name, G_TYPE_UINT64, self->verdicts[i], NULL);
  }
}

void
gst_llhls_responder_add_stats (GstLlHlsResponder * self, GstStructure * stats)
{
  g_mutex_lock (&self->lock);
  gst_structure_set (stats,
      "waiters", G_TYPE_INT, (gint) self->n_waiters,
      "waiters-peak", G_TYPE_INT, (gint) self->waiters_peak,
      "requests", G_TYPE_UINT64, self->requests,
      "playlist-requests", G_TYPE_UINT64, self->playlist_requests,
      "media-requests", G_TYPE_UINT64, self->media_requests,
      "blocked-requests", G_TYPE_UINT64, self->blocked,
      "expired-requests", G_TYPE_UINT64, self->expired,
      "abandoned-requests", G_TYPE_UINT64, self->abandoned,
      "denied-requests", G_TYPE_UINT64, self->denied,
      "denied-authorize", G_TYPE_UINT64, self->disagreed,
      "refused-requests", G_TYPE_UINT64, self->refused,
      "server-errors", G_TYPE_UINT64, self->errors,
      "bytes-out", G_TYPE_UINT64, self->bytes_out, NULL);
  add_verdicts_locked (self, stats);
  g_mutex_unlock (&self->lock);
}
