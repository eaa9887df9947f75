/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: the server thread runs everything but new, free, wake, port and
 * stats.  Locks: `lock` guards the counters and is taken last; the store's own
 * lock is never held across a call.
 *
 * libsoup 3.2.3 does not notice a client that goes away while its message is
 * paused, so the waiters are bounded in number and in time here. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlshttp1.h"

#include <libsoup/soup.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/resource.h>

#include "blocking.h"
#include "cmcdevent.h"
#include "llhlsresources.h"
#include "request.h"

GST_DEBUG_CATEGORY_EXTERN (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

#define LISTEN_BACKLOG 4096
#define MAX_CONNECTIONS 10000
#define MAX_WAITERS 20000
/* File descriptors left to the rest of the process. */
#define SPARE_DESCRIPTORS 100
#define EXPIRY_TICK_MS 250
/* How long answers may take to get out when the server stops. */
#define GOODBYE_MS 500
#define ACCEPT_PAUSE_MS 100
/* Playlists smaller than that are not worth a deflate. */
#define MIN_GZIP 256
#define PLAYLIST_TYPE "application/vnd.apple.mpegurl"
#define RESOURCE_PAGE "/gst-onair/llhls/player.html"

typedef struct
{
  GstLlHlsHttp1 *server;
  SoupServerMessage *message;
  Request request;
  ViewersTag viewer;
  guint64 since;                /* ns, monotonic */
  gulong finished_id;
  GList *link;                  /* in waiters */
} Waiter;

/* One rendition's answer, as it goes out. */
typedef struct
{
  guint64 generation;
  GBytes *plain[3], *packed[3]; /* full, delta, delta v2 */
} Answer;

struct _GstLlHlsHttp1
{
  GstLlHlsStore *store;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  GSocket *socket;
  guint port;                   /* fixed */
  GBytes *script, *page;        /* fixed */
  GstLlHlsViewers *viewers;     /* fixed, the element's */
  gint woken;                   /* atomic: a wake-up is on its way */

  /* Server thread only. */
  SoupServer *soup;
  GSource *accept_source, *tick_source;
  GQueue waiters;               /* of Waiter, oldest first */
  GArray *answers;              /* of Answer, by rendition */
  guint max_connections;
  guint busy;                   /* requests between their begin and end */
  gboolean stopping;

  GMutex lock;
  guint connections;            /* lock, as all below */
  guint n_waiters, waiters_peak;
  guint64 requests, playlist_requests, media_requests;
  guint64 blocked, expired, refused, errors, bytes_out;
};

static guint64
now_ns (void)
{
  return g_get_monotonic_time () * GST_USECOND;
}

/* Answers */

static void
count_answer (GstLlHlsHttp1 * self, guint status, guint64 bytes)
{
  g_mutex_lock (&self->lock);
  self->bytes_out += bytes;
  self->errors += status >= 500;
  self->refused += status >= 400 && status < 500;
  g_mutex_unlock (&self->lock);
}

static void
set_header (SoupServerMessage * message, const gchar * name,
    const gchar * value)
{
  soup_message_headers_replace (soup_server_message_get_response_headers
      (message), name, value);
}

static void
answer_pieces (GstLlHlsHttp1 * self, SoupServerMessage * message,
    const gchar * type, GBytes * const *pieces, guint n)
{
  SoupMessageBody *body = soup_server_message_get_response_body (message);
  guint64 bytes = 0;
  guint i;

  for (i = 0; i < n; i++) {
    soup_message_body_append_bytes (body, pieces[i]);
    bytes += g_bytes_get_size (pieces[i]);
  }
  set_header (message, "Content-Type", type);
  set_header (message, "Accept-Ranges", "bytes");
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  count_answer (self, SOUP_STATUS_OK, bytes);
}

/* An answer about what is not there must not be kept by any cache. */
static void
answer_error (GstLlHlsHttp1 * self, SoupServerMessage * message, guint status)
{
  set_header (message, "Cache-Control", "no-store");
  if (status == SOUP_STATUS_SERVICE_UNAVAILABLE)
    set_header (message, "Retry-After", "1");
  soup_server_message_set_status (message, status, NULL);
  count_answer (self, status, 0);
}

static void
set_max_age (SoupServerMessage * message, guint64 seconds)
{
  g_autofree gchar *value = NULL;

  value = g_strdup_printf ("max-age=%" G_GUINT64_FORMAT, seconds);
  set_header (message, "Cache-Control", value);
}

static GBytes *
pack (GBytes * plain)
{
  g_autoptr (GConverter) gzip =
      G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 6));
  gsize size, read, written;
  gconstpointer data = g_bytes_get_data (plain, &size);
  /* Text shrinks; with this room one call does it. */
  gsize room = size + size / 100 + 1024;
  g_autofree guint8 *out = g_malloc (room);

  if (g_converter_convert (gzip, data, size, out, room,
          G_CONVERTER_INPUT_AT_END, &read, &written, NULL)
      != G_CONVERTER_FINISHED)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&out), written);
}

static void
clear_answer (gpointer data)
{
  Answer *answer = data;
  guint i;

  for (i = 0; i < 3; i++) {
    g_clear_pointer (&answer->plain[i], g_bytes_unref);
    g_clear_pointer (&answer->packed[i], g_bytes_unref);
  }
}

/* The rendition's text and what is to be said of the others. */
static GBytes *
join_reports (const GstLlHlsSnapshot * snapshot, const GstLlHlsView * view,
    GBytes * text)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (text, &size);
  GString *out = g_string_new_len (data, size);
  guint i;

  for (i = 0; i < snapshot->views->len; i++) {
    const GstLlHlsView *other = g_ptr_array_index (snapshot->views, i);

    if (other != view && other->report != NULL && !snapshot->ended)
      g_string_append (out, other->report);
  }
  return g_string_free_to_bytes (out);
}

/* Rendered once for each state, shared by all who ask. */
static Answer *
prepare_answer (GstLlHlsHttp1 * self, const GstLlHlsSnapshot * snapshot,
    const GstLlHlsView * view, guint index)
{
  Answer *answer;
  guint i;

  if (self->answers->len <= index)
    g_array_set_size (self->answers, index + 1);
  answer = &g_array_index (self->answers, Answer, index);
  if (answer->generation == snapshot->generation)
    return answer;
  clear_answer (answer);
  answer->generation = snapshot->generation;
  answer->plain[0] = join_reports (snapshot, view, view->playlist);
  if (view->delta != NULL)
    answer->plain[1] = join_reports (snapshot, view, view->delta);
  if (view->delta_v2 != NULL)
    answer->plain[2] = join_reports (snapshot, view, view->delta_v2);
  for (i = 0; i < 3; i++) {
    if (answer->plain[i] != NULL
        && g_bytes_get_size (answer->plain[i]) >= MIN_GZIP)
      answer->packed[i] = pack (answer->plain[i]);
  }
  return answer;
}

static gboolean
takes_gzip (SoupServerMessage * message)
{
  const gchar *accepted = soup_message_headers_get_list
      (soup_server_message_get_request_headers (message), "Accept-Encoding");
  GSList *list, *unacceptable = NULL, *l;
  gboolean found = FALSE;

  if (accepted == NULL)
    return FALSE;
  list = soup_header_parse_quality_list (accepted, &unacceptable);
  for (l = list; l != NULL; l = l->next)
    found |= g_ascii_strcasecmp (l->data, "gzip") == 0;
  soup_header_free_list (list);
  soup_header_free_list (unacceptable);
  return found;
}

static void
answer_text (GstLlHlsHttp1 * self, SoupServerMessage * message,
    GBytes * plain, GBytes * packed)
{
  set_header (message, "Vary", "Accept-Encoding");
  if (packed != NULL && takes_gzip (message)) {
    set_header (message, "Content-Encoding", "gzip");
    answer_pieces (self, message, PLAYLIST_TYPE, &packed, 1);
  } else {
    answer_pieces (self, message, PLAYLIST_TYPE, &plain, 1);
  }
}

/* A URL with directives names one state for ever, one without changes all the
 * time. */
static void
answer_playlist (GstLlHlsHttp1 * self, SoupServerMessage * message,
    const Request * request, const GstLlHlsSnapshot * snapshot,
    const GstLlHlsView * view, guint index)
{
  Answer *answer = prepare_answer (self, snapshot, view, index);
  guint64 target = gst_llhls_store_limits (self->store)->target / GST_SECOND;
  guint which = request->skip != REQUEST_SKIP_NONE
      && answer->plain[1] != NULL ? 1 : 0;

  if (request->skip == REQUEST_SKIP_V2 && answer->plain[2] != NULL)
    which = 2;
  set_max_age (message, request->has_msn ? 6 * MAX (target, 1) : 1);
  answer_text (self, message, answer->plain[which], answer->packed[which]);
}

static void
answer_object (GstLlHlsHttp1 * self, SoupServerMessage * message,
    const GstLlHlsObject * object)
{
  set_header (message, "Cache-Control", "public, max-age=31536000, immutable");
  answer_pieces (self, message, object->content_type, object->pieces,
      object->n);
}

static void
answer_page (GstLlHlsHttp1 * self, SoupServerMessage * message)
{
  set_header (message, "Cache-Control", "no-cache");
  answer_pieces (self, message, "text/html; charset=utf-8", &self->page, 1);
}

static void
answer_script (GstLlHlsHttp1 * self, SoupServerMessage * message)
{
  if (self->script == NULL) {
    answer_error (self, message, SOUP_STATUS_NOT_FOUND);
    return;
  }
  set_header (message, "Cache-Control", "no-cache");
  answer_pieces (self, message, "text/javascript; charset=utf-8",
      &self->script, 1);
}

/* Requests */

static gboolean
is_hinted (const GstLlHlsSnapshot * snapshot, const gchar * name)
{
  guint i;

  for (i = 0; i < snapshot->views->len; i++) {
    const GstLlHlsView *view = g_ptr_array_index (snapshot->views, i);

    if (g_strcmp0 (view->hint, name) == 0)
      return TRUE;
  }
  return FALSE;
}

/* FALSE: held. */
static gboolean
finish_decision (GstLlHlsHttp1 * self, SoupServerMessage * message,
    BlockingDecision decision)
{
  switch (decision) {
    case BLOCKING_HOLD:
      return FALSE;
    case BLOCKING_REFUSE:
      answer_error (self, message, SOUP_STATUS_BAD_REQUEST);
      break;
    case BLOCKING_ANSWER:
    case BLOCKING_ABSENT:
      answer_error (self, message, SOUP_STATUS_NOT_FOUND);
      break;
    case BLOCKING_EXPIRED:
      g_mutex_lock (&self->lock);
      self->expired++;
      g_mutex_unlock (&self->lock);
      answer_error (self, message, SOUP_STATUS_SERVICE_UNAVAILABLE);
      break;
  }
  return TRUE;
}

static gboolean
try_multivariant (GstLlHlsHttp1 * self, SoupServerMessage * message,
    const GstLlHlsSnapshot * snapshot, guint64 since)
{
  const BlockingLimits *limits = gst_llhls_store_limits (self->store);
  static const PlaylistPosition nowhere;
  static const Request plain;

  if (snapshot->multivariant == NULL)
    return finish_decision (self, message, blocking_playlist (&plain, &nowhere,
            FALSE, limits, since, now_ns ()));
  set_max_age (message, 1);
  answer_text (self, message, snapshot->multivariant, NULL);
  return TRUE;
}

static gboolean
try_playlist (GstLlHlsHttp1 * self, SoupServerMessage * message,
    const Request * request, const GstLlHlsSnapshot * snapshot, guint64 since)
{
  const BlockingLimits *limits = gst_llhls_store_limits (self->store);
  static const PlaylistPosition nowhere;
  const GstLlHlsView *view;
  BlockingDecision decision;
  guint index = 0;

  view = gst_llhls_snapshot_find (snapshot, request->name, &index);
  if (view == NULL && snapshot->listed)
    decision = BLOCKING_ABSENT;
  else
    decision = blocking_playlist (request, view != NULL ? &view->position
        : &nowhere, snapshot->listed, limits, since, now_ns ());
  if (decision != BLOCKING_ANSWER)
    return finish_decision (self, message, decision);
  answer_playlist (self, message, request, snapshot, view, index);
  return TRUE;
}

static gboolean
try_media (GstLlHlsHttp1 * self, SoupServerMessage * message,
    const Request * request, const GstLlHlsSnapshot * snapshot, guint64 since)
{
  g_autoptr (GstLlHlsObject) object = NULL;
  static const PlaylistPosition nowhere;

  object = gst_llhls_store_find (self->store, request->name);
  if (object == NULL)
    return finish_decision (self, message,
        blocking_media (is_hinted (snapshot, request->name), &nowhere,
            gst_llhls_store_limits (self->store), since, now_ns ()));
  answer_object (self, message, object);
  return TRUE;
}

/* FALSE: it must wait. */
static gboolean
try_request (GstLlHlsHttp1 * self, SoupServerMessage * message,
    const Request * request, const GstLlHlsSnapshot * snapshot, guint64 since)
{
  switch (request->kind) {
    case REQUEST_PAGE:
      answer_page (self, message);
      return TRUE;
    case REQUEST_SCRIPT:
      answer_script (self, message);
      return TRUE;
    case REQUEST_MULTIVARIANT:
      return try_multivariant (self, message, snapshot, since);
    case REQUEST_PLAYLIST:
      return try_playlist (self, message, request, snapshot, since);
    case REQUEST_MEDIA:
      return try_media (self, message, request, snapshot, since);
    case REQUEST_BAD:
      answer_error (self, message, SOUP_STATUS_BAD_REQUEST);
      return TRUE;
  }
  g_assert_not_reached ();
}

/* Viewers */

static gboolean
is_of_viewers (const Request * request)
{
  switch (request->kind) {
    case REQUEST_MULTIVARIANT:
    case REQUEST_PLAYLIST:
    case REQUEST_MEDIA:
      return TRUE;
    case REQUEST_PAGE:
    case REQUEST_SCRIPT:
    case REQUEST_BAD:
      return FALSE;
  }
  g_assert_not_reached ();
}

/* Media lies in a folder of its rendition's name. */
static gchar *
rendition_of (const Request * request)
{
  if (request->kind == REQUEST_PLAYLIST)
    return g_strdup (request->name);
  if (request->kind == REQUEST_MEDIA && strchr (request->name, '/') != NULL)
    return g_strndup (request->name, strcspn (request->name, "/"));
  return NULL;
}

static ViewersTag
meet_viewer (GstLlHlsHttp1 * self, SoupServerMessage * message,
    const Request * request, guint64 now)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_request_headers (message);
  const gchar *values[GST_LLHLS_VIEWERS_HEADERS];
  g_autofree gchar *rendition = rendition_of (request);
  ViewersTag nobody = { 0, 0, CMCD_ABSENT };
  guint i;

  if (!is_of_viewers (request))
    return nobody;
  for (i = 0; i < GST_LLHLS_VIEWERS_HEADERS; i++)
    values[i] = soup_message_headers_get_list (headers,
        gst_llhls_viewers_headers[i]);
  return gst_llhls_viewers_on_request (self->viewers, rendition,
      g_uri_get_query (soup_server_message_get_uri (message)), values, now);
}

static void
tell_answer (GstLlHlsHttp1 * self, SoupServerMessage * message,
    const Request * request, const ViewersTag * viewer, guint64 since)
{
  g_autoptr (GstLlHlsObject) object = NULL;
  g_autofree gchar *rendition = rendition_of (request);

  if (!is_of_viewers (request))
    return;
  if (viewer->ahead != CMCD_ABSENT && request->kind == REQUEST_MEDIA)
    object = gst_llhls_store_find (self->store, request->name);
  gst_llhls_viewers_on_answer (self->viewers, viewer, rendition,
      soup_server_message_get_status (message),
      soup_server_message_get_response_body (message)->length, since,
      object != NULL ? object->whole : 0);
}

/* Tells the player, too, that the time was not the network's. */
static void
tell_held (const Waiter * waiter)
{
  g_autofree gchar *cmsd = gst_llhls_viewers_cmsd (now_ns () - waiter->since);

  set_header (waiter->message, "CMSD-Static", cmsd);
  tell_answer (waiter->server, waiter->message, &waiter->request,
      &waiter->viewer, waiter->since);
}

static gboolean
is_event_post (SoupServerMessage * message, const char *path)
{
  return soup_server_message_get_method (message) == SOUP_METHOD_POST
      && g_str_equal (path, GST_LLHLS_VIEWERS_PATH);
}

/* Bodies without a length are not taken: on_request_head could not bound
 * them. */
static void
take_event_post (GstLlHlsHttp1 * self, SoupServerMessage * message)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_request_headers (message);
  g_autoptr (GBytes) body = NULL;
  gsize size;
  gconstpointer data;
  guint status;

  if (soup_message_headers_get_encoding (headers)
      != SOUP_ENCODING_CONTENT_LENGTH) {
    status = SOUP_STATUS_LENGTH_REQUIRED;
  } else if (soup_message_headers_get_content_length (headers)
      > CMCD_EVENT_MAX_BODY) {
    status = SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE;
  } else {
    body = soup_message_body_flatten (soup_server_message_get_request_body
        (message));
    data = g_bytes_get_data (body, &size);
    status = gst_llhls_viewers_on_event_body (self->viewers,
        soup_message_headers_get_one (headers, "Content-Type"), data, size,
        now_ns ());
  }
  if (status == SOUP_STATUS_NO_CONTENT)
    soup_server_message_set_status (message, status, NULL);
  else
    answer_error (self, message, status);
}

/* Waiters */

static void
free_waiter (Waiter * waiter)
{
  GstLlHlsHttp1 *self = waiter->server;

  g_queue_delete_link (&self->waiters, waiter->link);
  g_mutex_lock (&self->lock);
  self->n_waiters = self->waiters.length;
  g_mutex_unlock (&self->lock);
  g_signal_handler_disconnect (waiter->message, waiter->finished_id);
  g_object_unref (waiter->message);
  request_clear (&waiter->request);
  g_free (waiter);
}

static void
on_waiter_finished (SoupServerMessage * message, gpointer data)
{
  free_waiter (data);
}

static void
release (Waiter * waiter)
{
  g_autoptr (SoupServerMessage) message = g_object_ref (waiter->message);

  free_waiter (waiter);
  soup_server_message_unpause (message);
}

/* Takes `request` over. */
static void
hold (GstLlHlsHttp1 * self, SoupServerMessage * message, Request * request,
    const ViewersTag * viewer, guint64 since)
{
  Waiter *waiter = g_new0 (Waiter, 1);

  waiter->server = self;
  waiter->message = g_object_ref (message);
  waiter->request = *request;
  request->name = NULL;
  waiter->viewer = *viewer;
  waiter->since = since;
  g_queue_push_tail (&self->waiters, waiter);
  waiter->link = self->waiters.tail;
  waiter->finished_id = g_signal_connect (message, "finished",
      G_CALLBACK (on_waiter_finished), waiter);
  soup_server_message_pause (message);
  g_mutex_lock (&self->lock);
  self->blocked++;
  self->n_waiters = self->waiters.length;
  self->waiters_peak = MAX (self->waiters_peak, self->n_waiters);
  g_mutex_unlock (&self->lock);
}

static void
retry_waiters (GstLlHlsHttp1 * self)
{
  g_autoptr (GstLlHlsSnapshot) snapshot =
      gst_llhls_store_snapshot (self->store);
  GList *l = self->waiters.head;

  while (l != NULL) {
    Waiter *waiter = l->data;

    l = l->next;
    if (try_request (self, waiter->message, &waiter->request, snapshot,
            waiter->since)) {
      tell_held (waiter);
      release (waiter);
    }
  }
}

static gboolean
on_wake (gpointer data)
{
  GstLlHlsHttp1 *self = data;

  g_atomic_int_set (&self->woken, FALSE);
  retry_waiters (self);
  return G_SOURCE_REMOVE;
}

/* The oldest waiter's time runs out first. */
static gboolean
on_tick (gpointer data)
{
  GstLlHlsHttp1 *self = data;
  guint64 patience = blocking_patience (gst_llhls_store_limits (self->store));
  const Waiter *oldest = g_queue_peek_head (&self->waiters);

  if (oldest != NULL && now_ns () - oldest->since >= patience)
    retry_waiters (self);
  return G_SOURCE_CONTINUE;
}

/* The handler */

static void
set_cors (SoupServerMessage * message)
{
  set_header (message, "Access-Control-Allow-Origin", "*");
  set_header (message, "Access-Control-Expose-Headers",
      "Age, Date, Content-Length, Content-Range, CMSD-Static, CMSD-Dynamic");
}

static void
answer_options (SoupServerMessage * message, const char *path)
{
  const gchar *methods = g_str_equal (path, GST_LLHLS_VIEWERS_PATH)
      ? "POST, OPTIONS" : "GET, HEAD, OPTIONS";

  set_header (message, "Allow", methods);
  set_header (message, "Access-Control-Allow-Methods", methods);
  set_header (message, "Access-Control-Allow-Headers",
      "CMCD-Request, CMCD-Object, CMCD-Status, CMCD-Session, Range, "
      "Content-Type");
  set_header (message, "Access-Control-Max-Age", "86400");
  soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
}

static void
count_request (GstLlHlsHttp1 * self, const Request * request)
{
  g_mutex_lock (&self->lock);
  self->requests++;
  self->playlist_requests += request->kind == REQUEST_PLAYLIST
      || request->kind == REQUEST_MULTIVARIANT;
  self->media_requests += request->kind == REQUEST_MEDIA;
  g_mutex_unlock (&self->lock);
}

static void
serve (GstLlHlsHttp1 * self, SoupServerMessage * message)
{
  GUri *uri = soup_server_message_get_uri (message);
  g_autoptr (GstLlHlsSnapshot) snapshot = NULL;
  Request request;
  ViewersTag viewer;
  guint64 now = now_ns ();

  request_parse (&request, g_uri_get_path (uri), g_uri_get_query (uri));
  count_request (self, &request);
  viewer = meet_viewer (self, message, &request, now);
  snapshot = gst_llhls_store_snapshot (self->store);
  if (self->stopping)
    answer_error (self, message, SOUP_STATUS_SERVICE_UNAVAILABLE);
  else if (try_request (self, message, &request, snapshot, now))
    tell_answer (self, message, &request, &viewer, now);
  else if (self->waiters.length >= MAX_WAITERS)
    answer_error (self, message, SOUP_STATUS_SERVICE_UNAVAILABLE);
  else
    hold (self, message, &request, &viewer, now);
  request_clear (&request);
}

static void
on_request (SoupServer * soup, SoupServerMessage * message, const char *path,
    GHashTable * query, gpointer data)
{
  GstLlHlsHttp1 *self = data;
  const gchar *method = soup_server_message_get_method (message);

  set_cors (message);
  if (method == SOUP_METHOD_OPTIONS) {
    answer_options (message, path);
  } else if (method == SOUP_METHOD_GET || method == SOUP_METHOD_HEAD) {
    serve (self, message);
  } else if (is_event_post (message, path)) {
    take_event_post (self, message);
  } else {
    set_header (message, "Allow", "GET, HEAD, OPTIONS");
    answer_error (self, message, SOUP_STATUS_METHOD_NOT_ALLOWED);
  }
}

/* Bodies of requests are read past and not kept, however long they are, but
 * for short event reports. */
static void
on_request_head (SoupServer * soup, SoupServerMessage * message,
    const char *path, GHashTable * query, gpointer data)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_request_headers (message);

  if (is_event_post (message, path)
      && soup_message_headers_get_encoding (headers)
      == SOUP_ENCODING_CONTENT_LENGTH
      && soup_message_headers_get_content_length (headers)
      <= CMCD_EVENT_MAX_BODY)
    return;
  soup_message_body_set_accumulate (soup_server_message_get_request_body
      (message), FALSE);
}

static void
on_request_started (SoupServer * soup, SoupServerMessage * message,
    gpointer data)
{
  ((GstLlHlsHttp1 *) data)->busy++;
}

static void
on_request_ended (SoupServer * soup, SoupServerMessage * message, gpointer data)
{
  ((GstLlHlsHttp1 *) data)->busy--;
}

/* Connections */

static void
on_connection_gone (gpointer data, GObject * connection)
{
  GstLlHlsHttp1 *self = data;

  g_mutex_lock (&self->lock);
  self->connections--;
  g_mutex_unlock (&self->lock);
}

static void
adopt (GstLlHlsHttp1 * self, GSocket * socket)
{
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GSocketAddress) local = NULL, remote = NULL;
  gboolean full;

  g_mutex_lock (&self->lock);
  full = self->connections >= self->max_connections;
  self->connections += !full;
  g_mutex_unlock (&self->lock);
  if (full) {
    g_socket_close (socket, NULL);
    return;
  }
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  connection = g_socket_connection_factory_create_connection (socket);
  g_object_weak_ref (G_OBJECT (connection), on_connection_gone, self);
  local = g_socket_get_local_address (socket, NULL);
  remote = g_socket_get_remote_address (socket, NULL);
  soup_server_accept_iostream (self->soup, G_IO_STREAM (connection), local,
      remote, NULL);
}

static gboolean on_accept (GSocket * socket, GIOCondition condition,
    gpointer data);

static void
watch_socket (GstLlHlsHttp1 * self)
{
  self->accept_source = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (self->accept_source, G_SOURCE_FUNC (on_accept), self,
      NULL);
  g_source_attach (self->accept_source, self->context);
}

static void
drop_source (GSource ** source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static gboolean
on_accept_again (gpointer data)
{
  GstLlHlsHttp1 *self = data;

  drop_source (&self->accept_source);
  if (!self->stopping)
    watch_socket (self);
  return G_SOURCE_REMOVE;
}

/* Out of file descriptors: trying again at once would spin. */
static void
pause_accepting (GstLlHlsHttp1 * self)
{
  drop_source (&self->accept_source);
  self->accept_source = g_timeout_source_new (ACCEPT_PAUSE_MS);
  g_source_set_callback (self->accept_source, on_accept_again, self, NULL);
  g_source_attach (self->accept_source, self->context);
}

static gboolean
on_accept (GSocket * socket, GIOCondition condition, gpointer data)
{
  GstLlHlsHttp1 *self = data;
  g_autoptr (GError) error = NULL;
  GSocket *accepted;
  guint i;

  for (i = 0; i < 64; i++) {
    accepted = g_socket_accept (self->socket, NULL, &error);
    if (accepted == NULL)
      break;
    adopt (self, accepted);
    g_object_unref (accepted);
  }
  if (error == NULL || g_error_matches (error, G_IO_ERROR,
          G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  GST_WARNING ("accept: %s", error->message);
  pause_accepting (self);
  return G_SOURCE_REMOVE;
}

/* The thread */

static void
start_soup (GstLlHlsHttp1 * self)
{
  self->soup = soup_server_new ("server-header", "gst-onair ", NULL);
  soup_server_add_early_handler (self->soup, NULL, on_request_head, NULL, NULL);
  soup_server_add_handler (self->soup, NULL, on_request, self, NULL);
  g_signal_connect (self->soup, "request-started",
      G_CALLBACK (on_request_started), self);
  g_signal_connect (self->soup, "request-finished",
      G_CALLBACK (on_request_ended), self);
  g_signal_connect (self->soup, "request-aborted",
      G_CALLBACK (on_request_ended), self);
  watch_socket (self);
  self->tick_source = g_timeout_source_new (EXPIRY_TICK_MS);
  g_source_set_callback (self->tick_source, on_tick, self, NULL);
  g_source_attach (self->tick_source, self->context);
}

static gpointer
run (gpointer data)
{
  GstLlHlsHttp1 *self = data;

  g_main_context_push_thread_default (self->context);
  start_soup (self);
  g_main_loop_run (self->loop);
  drop_source (&self->accept_source);
  drop_source (&self->tick_source);
  while (self->waiters.head != NULL)
    free_waiter (self->waiters.head->data);
  soup_server_disconnect (self->soup);
  g_clear_object (&self->soup);
  /* Closed connections go away in the main context. */
  while (g_main_context_iteration (self->context, FALSE));
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static gboolean
on_goodbye (gpointer data)
{
  GstLlHlsHttp1 *self = data;

  g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
on_goodbye_check (gpointer data)
{
  GstLlHlsHttp1 *self = data;

  if (self->busy > 0)
    return G_SOURCE_CONTINUE;
  return on_goodbye (data);
}

static void
add_timer (GstLlHlsHttp1 * self, guint ms, GSourceFunc function)
{
  g_autoptr (GSource) source = g_timeout_source_new (ms);

  g_source_set_callback (source, function, self, NULL);
  g_source_attach (source, self->context);
}

static gboolean
on_stop (gpointer data)
{
  GstLlHlsHttp1 *self = data;

  self->stopping = TRUE;
  drop_source (&self->accept_source);
  while (self->waiters.head != NULL) {
    Waiter *waiter = self->waiters.head->data;

    answer_error (self, waiter->message, SOUP_STATUS_SERVICE_UNAVAILABLE);
    release (waiter);
  }
  add_timer (self, 5, on_goodbye_check);
  add_timer (self, GOODBYE_MS, on_goodbye);
  return G_SOURCE_REMOVE;
}

/* Begin and end */

static GSocket *
listen_on (const gchar * address, guint port, GError ** error)
{
  g_autoptr (GSocketAddress) where = NULL;
  g_autoptr (GSocket) socket = NULL;

  where = g_inet_socket_address_new_from_string (address, port);
  if (where == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "\"%s\" is no numeric IPv4 or IPv6 address", address);
    return NULL;
  }
  socket = g_socket_new (g_socket_address_get_family (where),
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  if (socket == NULL)
    return NULL;
  g_socket_set_listen_backlog (socket, LISTEN_BACKLOG);
  g_socket_set_blocking (socket, FALSE);
  if (!g_socket_bind (socket, where, TRUE, error)
      || !g_socket_listen (socket, error))
    return NULL;
  return g_steal_pointer (&socket);
}

static guint
bound_port (GSocket * socket)
{
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (socket, NULL);

  return local != NULL ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS
      (local)) : 0;
}

/* The page with the script's address in it, or an empty one. */
static GBytes *
make_page (const gchar * script_uri)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree gchar *quoted = NULL, *text = NULL;
  g_auto (GStrv) parts = NULL;
  gchar *page;

  bytes = g_resource_lookup_data (llhls_get_resource (), RESOURCE_PAGE, 0,
      NULL);
  g_assert (bytes != NULL);
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  quoted = g_markup_escape_text (script_uri != NULL ? script_uri : "", -1);
  parts = g_strsplit (text, "@PLAYER_SCRIPT@", -1);
  page = g_strjoinv (quoted, parts);
  return g_bytes_new_take (page, strlen (page));
}

static guint
connection_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0
      || limit.rlim_cur > MAX_CONNECTIONS + SPARE_DESCRIPTORS)
    return MAX_CONNECTIONS;
  return MAX (limit.rlim_cur, 2 * SPARE_DESCRIPTORS) - SPARE_DESCRIPTORS;
}

GstLlHlsHttp1 *
gst_llhls_http1_new (GstLlHlsStore * store,
    const GstLlHlsHttp1Config * config, GError ** error)
{
  GSocket *socket = listen_on (config->address, config->port, error);
  GstLlHlsHttp1 *self;

  if (socket == NULL)
    return NULL;
  self = g_new0 (GstLlHlsHttp1, 1);
  self->store = gst_llhls_store_ref (store);
  self->socket = socket;
  self->port = bound_port (socket);
  self->page = make_page (config->script_uri);
  self->viewers = config->viewers;
  if (config->script != NULL)
    self->script = g_bytes_ref (config->script);
  self->max_connections = connection_limit ();
  g_mutex_init (&self->lock);
  g_queue_init (&self->waiters);
  self->answers = g_array_new (FALSE, TRUE, sizeof (Answer));
  g_array_set_clear_func (self->answers, clear_answer);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("llhls-http", run, self);
  return self;
}

guint
gst_llhls_http1_port (GstLlHlsHttp1 * self)
{
  return self->port;
}

static void
invoke (GstLlHlsHttp1 * self, GSourceFunc function)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, function, self, NULL);
  g_source_attach (source, self->context);
}

void
gst_llhls_http1_wake (GstLlHlsHttp1 * self)
{
  if (g_atomic_int_compare_and_exchange (&self->woken, FALSE, TRUE))
    invoke (self, on_wake);
}

void
gst_llhls_http1_add_stats (GstLlHlsHttp1 * self, GstStructure * stats)
{
  g_mutex_lock (&self->lock);
  gst_structure_set (stats,
      "connections", G_TYPE_INT, (gint) self->connections,
      "waiters", G_TYPE_INT, (gint) self->n_waiters,
      "waiters-peak", G_TYPE_INT, (gint) self->waiters_peak,
      "requests", G_TYPE_UINT64, self->requests,
      "playlist-requests", G_TYPE_UINT64, self->playlist_requests,
      "media-requests", G_TYPE_UINT64, self->media_requests,
      "blocked-requests", G_TYPE_UINT64, self->blocked,
      "expired-requests", G_TYPE_UINT64, self->expired,
      "refused-requests", G_TYPE_UINT64, self->refused,
      "server-errors", G_TYPE_UINT64, self->errors,
      "bytes-out", G_TYPE_UINT64, self->bytes_out, NULL);
  g_mutex_unlock (&self->lock);
}

void
gst_llhls_http1_free (GstLlHlsHttp1 * self)
{
  invoke (self, on_stop);
  g_thread_join (self->thread);
  g_socket_close (self->socket, NULL);
  g_object_unref (self->socket);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_array_unref (self->answers);
  g_bytes_unref (self->page);
  g_clear_pointer (&self->script, g_bytes_unref);
  gst_llhls_store_unref (self->store);
  g_mutex_clear (&self->lock);
  g_free (self);
}
