/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: any (put, remove, stats), one of its own (requests).  `lock` is held
 * for the outbox and the counters only.
 * The rules are those of DASH-IF Ingest 1.2, interface 2. */
#include "gstllhlspush.h"

#include <libsoup/soup.h>
#include <string.h>

#include "gstllhlsincident.h"
#include "gstllhlssource.h"
#include "urimask.h"

GST_DEBUG_CATEGORY_EXTERN (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

#define RETRY (250 * GST_MSECOND)
#define RETRY_MAX (2 * GST_SECOND)
#define MAX_SEGMENTS 3
#define MAX_BYTES (64 * 1024 * 1024)
#define MAX_JOBS 4096
#define MAX_CONNECTIONS 64
/* An answer's text is read that far, to use its connection again. */
#define MAX_ANSWER 65536
#define MIN_PATIENCE (5 * GST_SECOND)
/* How long what is waiting may take to get out at the end. */
#define GOODBYE_MS 5000
#define PLAYLIST_TYPE "application/vnd.apple.mpegurl"

struct _GstLlHlsPush
{
  GstLlHlsIncident incident;    /* fixed */
  GUri *base;                   /* fixed; without user-info */
  gchar *masked;                /* fixed */
  gchar *authorization;         /* fixed; or NULL */
  GstStructure *headers;        /* fixed; or NULL */
  gboolean delete;              /* fixed */
  guint patience_ms;            /* fixed */
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  gint woken;                   /* atomic: a wake-up is on its way */

  /* The push's thread only. */
  SoupSession *session;
  GCancellable *cancellable;
  GSource *deadline;
  guint running;                /* requests */
  gboolean stopping, over;

  GMutex lock;
  Outbox outbox;                /* lock; payloads are GstLlHlsObject */
  guint64 requests;             /* lock */
  guint last_status;            /* lock; 0 = none */
};

typedef struct
{
  GstLlHlsPush *push;
  OutboxJob *job;
  SoupMessage *message;
  GCancellable *cancellable;
  GSource *timeout;
  gulong cancelled_id;
  gboolean restarted;           /* by libsoup, which must not */
  gboolean anew;                /* the second attempt */
  gboolean timed_out;
  GInputStream *answer;
} Sending;

/* *INDENT-OFF* */
static const GstLlHlsIncidentText incident_text = {
  .message = "llhlssink-push",
  .field = "url",
  .fails = "Could not push to %s: %s.",
  .works = "Pushing to %s works again.",
  .stopped = "Stopped while pushing to %s failed.",
};
/* *INDENT-ON* */

static guint64
now_ns (void)
{
  return g_get_monotonic_time () * GST_USECOND;
}

/* URLs */

static GUri *
parse_url (const gchar * url, GError ** error)
{
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, error);

  if (uri == NULL)
    return NULL;
  if ((g_str_equal (g_uri_get_scheme (uri), "http")
          || g_str_equal (g_uri_get_scheme (uri), "https"))
      && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0')
    return g_steal_pointer (&uri);
  g_set_error_literal (error, G_URI_ERROR, G_URI_ERROR_BAD_SCHEME,
      "it is neither http nor https with a host");
  return NULL;
}

gboolean
gst_llhls_push_check (const gchar * url, GError ** error)
{
  g_autoptr (GUri) uri = parse_url (url, error);

  return uri != NULL;
}

/* Queries of upload URLs are keys more often than not. */
gchar *
gst_llhls_push_mask (const gchar * url)
{
  const gchar *query = strpbrk (url, "?#");
  g_autofree gchar *plain = query != NULL ? g_strndup (url, query - url)
      : g_strdup (url);
  g_autofree gchar *masked = uri_mask (plain);

  return g_strconcat (masked, query != NULL ? "?***" : "", NULL);
}

static gchar *
basic_authorization (GUri * uri)
{
  g_autofree gchar *pair = NULL, *coded = NULL;

  if (g_uri_get_user (uri) == NULL)
    return NULL;
  pair = g_strdup_printf ("%s:%s", g_uri_get_user (uri),
      g_uri_get_password (uri) != NULL ? g_uri_get_password (uri) : "");
  coded = g_base64_encode ((const guchar *) pair, strlen (pair));
  return g_strconcat ("Basic ", coded, NULL);
}

static GUri *
without_user (GUri * uri)
{
  return g_uri_build (SOUP_HTTP_URI_FLAGS, g_uri_get_scheme (uri), NULL,
      g_uri_get_host (uri), g_uri_get_port (uri), g_uri_get_path (uri),
      g_uri_get_query (uri), NULL);
}

static GUri *
object_uri (GstLlHlsPush * self, const gchar * name)
{
  const gchar *path = g_uri_get_path (self->base);
  g_autofree gchar *full = g_strconcat (path,
      g_str_has_suffix (path, "/") ? "" : "/", name, NULL);

  return g_uri_build (SOUP_HTTP_URI_FLAGS, g_uri_get_scheme (self->base),
      NULL, g_uri_get_host (self->base), g_uri_get_port (self->base), full,
      g_uri_get_query (self->base), NULL);
}

/* Requests */

static gboolean
add_header (GQuark field, const GValue * value, gpointer headers)
{
  if (G_VALUE_HOLDS_STRING (value) && g_value_get_string (value) != NULL)
    soup_message_headers_replace (headers, g_quark_to_string (field),
        g_value_get_string (value));
  return TRUE;
}

/* With the gaps of this destination in playlists. */
static GBytes *
marked_playlist (GstLlHlsPush * self, const GstLlHlsObject * object)
{
  gsize size;
  const gchar *text = g_bytes_get_data (object->pieces[0], &size);
  gchar *marked;

  g_mutex_lock (&self->lock);
  marked = outbox_mark_gaps (&self->outbox, text, size);
  g_mutex_unlock (&self->lock);
  return marked != NULL ? g_bytes_new_take (marked, strlen (marked))
      : g_bytes_ref (object->pieces[0]);
}

static void
set_body (GstLlHlsPush * self, SoupMessage * message, const OutboxJob * job)
{
  const GstLlHlsObject *object = job->payload;
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GBytes) text = NULL;
  gsize size;
  guint i;

  if (job->kind == OUTBOX_PLAYLIST || job->kind == OUTBOX_MULTIVARIANT) {
    text = marked_playlist (self, object);
    soup_message_set_request_body_from_bytes (message, PLAYLIST_TYPE, text);
    return;
  }
  size = gst_llhls_object_size (object);
  stream = g_memory_input_stream_new ();
  for (i = 0; i < object->n; i++)
    g_memory_input_stream_add_bytes (G_MEMORY_INPUT_STREAM (stream),
        object->pieces[i]);
  soup_message_set_request_body (message, object->content_type, stream, size);
}

/* libsoup 3.2.3 takes 204 for an answer that ends with its connection. */
static void
on_headers (SoupMessage * message)
{
  if (soup_message_get_status (message) == SOUP_STATUS_NO_CONTENT)
    soup_message_headers_set_content_length
        (soup_message_get_response_headers (message), 0);
}

static SoupMessage *
new_message (GstLlHlsPush * self, const OutboxJob * job)
{
  g_autoptr (GUri) uri = object_uri (self, job->name);
  SoupMessage *message = soup_message_new_from_uri (job->kind == OUTBOX_REMOVAL
      ? SOUP_METHOD_DELETE : SOUP_METHOD_PUT, uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  /* What is meant for this host goes to no other. */
  soup_message_set_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  g_signal_connect (message, "got-headers", G_CALLBACK (on_headers), NULL);
  if (self->authorization != NULL)
    soup_message_headers_replace (headers, "Authorization",
        self->authorization);
  if (self->headers != NULL)
    gst_structure_foreach (self->headers, add_header, headers);
  if (job->payload != NULL)
    set_body (self, message, job);
  return message;
}

static OutboxResult
judge (const OutboxJob * job, guint status)
{
  if (status >= 200 && status < 300)
    return OUTBOX_DONE;
  if (job->kind == OUTBOX_REMOVAL && (status == SOUP_STATUS_NOT_FOUND
          || status == SOUP_STATUS_GONE))
    return OUTBOX_DONE;
  if (status == SOUP_STATUS_PRECONDITION_FAILED)
    return OUTBOX_LACKS_INIT;
  if (status >= 500 || status == SOUP_STATUS_REQUEST_TIMEOUT
      || status == 425 || status == 429)
    return OUTBOX_FAILED;
  return OUTBOX_REJECTED;
}

typedef struct
{
  GTlsCertificateFlags flag;
  const gchar *text;
} CertificateFault;

/* *INDENT-OFF* */
static const CertificateFault certificate_faults[] = {
  { G_TLS_CERTIFICATE_UNKNOWN_CA,
    "is not signed by an authority that this system trusts" },
  { G_TLS_CERTIFICATE_BAD_IDENTITY, "is for another host" },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED, "is not valid yet" },
  { G_TLS_CERTIFICATE_EXPIRED, "has expired" },
  { G_TLS_CERTIFICATE_REVOKED, "has been revoked" },
  { G_TLS_CERTIFICATE_INSECURE, "is made by an insecure algorithm" },
};
/* *INDENT-ON* */

/* GLib only says that a certificate is not acceptable. */
static gchar *
describe_certificate (GTlsCertificateFlags errors)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (certificate_faults); i++)
    if ((errors & certificate_faults[i].flag) != 0)
      g_string_append_printf (text, "%s%s", text->len > 0 ? " and "
          : "the server's certificate ", certificate_faults[i].text);
  return text->len > 0 ? g_strdup (text->str)
      : g_strdup ("the server's certificate can not be used");
}

static gchar *
describe (SoupMessage * message, const GError * error)
{
  guint status = soup_message_get_status (message);
  const gchar *phrase = soup_message_get_reason_phrase (message);

  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    return describe_certificate (soup_message_get_tls_peer_certificate_errors
        (message));
  if (error != NULL)
    return g_strdup (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
        ? "no answer in time" : error->message);
  return g_strdup_printf ("%s was answered %u%s%s%s",
      soup_message_get_method (message), status, phrase != NULL ? " " : "",
      phrase != NULL ? phrase : "",
      SOUP_STATUS_IS_REDIRECTION (status) ? " (not followed)" : "");
}

/* Of one attempt. */
static void
let_go (Sending * request)
{
  g_cancellable_disconnect (request->push->cancellable, request->cancelled_id);
  g_clear_object (&request->cancellable);
  g_signal_handlers_disconnect_by_data (request->message, request);
  g_clear_object (&request->message);
  g_clear_object (&request->answer);
}

static void
free_request (Sending * request)
{
  gst_llhls_source_drop (&request->timeout);
  let_go (request);
  g_free (request);
}

static void pump (GstLlHlsPush * self);

static void
finish_request (Sending * request, const GError * error)
{
  GstLlHlsPush *self = request->push;
  guint status = error == NULL ? soup_message_get_status (request->message) : 0;
  OutboxResult result = error == NULL ? judge (request->job, status)
      : OUTBOX_FAILED;
  g_autofree gchar *text = describe (request->message, error);
  OutboxReport report;

  GST_LOG ("%s: %s: %s", self->masked, request->job->name, text);
  g_mutex_lock (&self->lock);
  self->requests++;
  self->last_status = status;
  report = outbox_finish (&self->outbox, request->job, result, now_ns ());
  g_mutex_unlock (&self->lock);
  if (result != OUTBOX_DONE)
    GST_INFO ("%s: %s: %s", self->masked, text, report.reason);
  free_request (request);
  self->running--;
  gst_llhls_incident_tell (&self->incident, &report, text, FALSE);
  pump (self);
}

/* The status counts; what goes wrong behind it does not. */
static void
on_closed (GObject * stream, GAsyncResult * result, gpointer data)
{
  g_input_stream_close_finish (G_INPUT_STREAM (stream), result, NULL);
  finish_request (data, NULL);
}

/* Closing gives the connection back for the next request. */
static void
on_drained (GObject * stream, GAsyncResult * result, gpointer data)
{
  Sending *request = data;

  g_input_stream_skip_finish (G_INPUT_STREAM (stream), result, NULL);
  g_input_stream_close_async (request->answer, G_PRIORITY_DEFAULT,
      request->cancellable, on_closed, request);
}

static void attempt (Sending * request, gboolean anew);

/* The connection was kept and broke before anything was answered. */
static gboolean
may_send_again (const Sending * request)
{
  return request->restarted && !request->anew && !request->timed_out
      && !g_cancellable_is_cancelled (request->push->cancellable);
}

static void
on_answer (GObject * session, GAsyncResult * result, gpointer data)
{
  Sending *request = data;
  g_autoptr (GError) error = NULL;

  request->answer = soup_session_send_finish (SOUP_SESSION (session), result,
      &error);
  if (request->answer == NULL && may_send_again (request)) {
    let_go (request);
    attempt (request, TRUE);
    return;
  }
  if (request->answer == NULL) {
    finish_request (request, error);
    return;
  }
  g_input_stream_skip_async (request->answer, MAX_ANSWER, G_PRIORITY_DEFAULT,
      request->cancellable, on_drained, request);
}

static gboolean
on_timeout (gpointer data)
{
  Sending *request = data;

  request->timed_out = TRUE;
  g_cancellable_cancel (request->cancellable);
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable * all, GCancellable * one)
{
  g_cancellable_cancel (one);
}

/* libsoup 3.2.3 repeats by itself what it sent over a connection that was kept
 * and is gone.  When the second attempt begins before it has told itself of the
 * first one's end (it does when another connection is free), it takes that for
 * the second's, and crashes.  So the second must wait for a connection, and is
 * not wanted; we repeat. */
static void
on_restarted (SoupMessage * message, Sending * request)
{
  request->restarted = TRUE;
  soup_message_add_flags (message, SOUP_MESSAGE_NEW_CONNECTION);
  g_cancellable_cancel (request->cancellable);
}

/* `anew`: over a connection that was never used. */
static void
attempt (Sending * request, gboolean anew)
{
  GstLlHlsPush *self = request->push;

  request->anew = anew;
  request->restarted = FALSE;
  request->message = new_message (self, request->job);
  if (anew)
    soup_message_add_flags (request->message, SOUP_MESSAGE_NEW_CONNECTION);
  g_signal_connect (request->message, "restarted", G_CALLBACK (on_restarted),
      request);
  request->cancellable = g_cancellable_new ();
  request->cancelled_id = g_cancellable_connect (self->cancellable,
      G_CALLBACK (on_cancelled), request->cancellable, NULL);
  soup_session_send_async (self->session, request->message,
      G_PRIORITY_DEFAULT, request->cancellable, on_answer, request);
}

static void
start_request (GstLlHlsPush * self, OutboxJob * job)
{
  Sending *request = g_new0 (Sending, 1);

  request->push = self;
  request->job = job;
  request->timeout = gst_llhls_source_timer (self->context, self->patience_ms,
      on_timeout, request);
  self->running++;
  attempt (request, FALSE);
}

/* The thread */

static gboolean
on_deadline (gpointer data)
{
  pump (data);
  return G_SOURCE_REMOVE;
}

static void
wait_until (GstLlHlsPush * self, guint64 deadline)
{
  guint64 now = now_ns ();

  gst_llhls_source_drop (&self->deadline);
  if (deadline == OUTBOX_NONE)
    return;
  self->deadline = gst_llhls_source_timer (self->context,
      (deadline - MIN (now, deadline)) / GST_MSECOND + 1, on_deadline, self);
}

/* Starts what can be started; ends when all is out, or can't get out. */
static void
pump (GstLlHlsPush * self)
{
  OutboxJob *job;
  guint64 deadline;
  gboolean idle;

  if (self->over)
    return;
  do {
    g_mutex_lock (&self->lock);
    job = outbox_take (&self->outbox, now_ns ());
    deadline = outbox_deadline (&self->outbox);
    idle = self->outbox.jobs == 0 || self->outbox.open;
    g_mutex_unlock (&self->lock);
    if (job != NULL)
      start_request (self, job);
  } while (job != NULL);
  wait_until (self, deadline);
  if (self->stopping && idle)
    g_main_loop_quit (self->loop);
}

static gboolean
on_wake (gpointer data)
{
  GstLlHlsPush *self = data;

  g_atomic_int_set (&self->woken, FALSE);
  pump (self);
  return G_SOURCE_REMOVE;
}

static gpointer
run (gpointer data)
{
  GstLlHlsPush *self = data;

  g_main_context_push_thread_default (self->context);
  self->session = soup_session_new_with_options ("user-agent", "gst-onair ",
      "max-conns", MAX_CONNECTIONS, "max-conns-per-host", MAX_CONNECTIONS,
      "timeout", 0, NULL);
  self->cancellable = g_cancellable_new ();
  g_main_loop_run (self->loop);
  self->over = TRUE;
  gst_llhls_source_drop (&self->deadline);
  g_cancellable_cancel (self->cancellable);
  while (self->running > 0)
    g_main_context_iteration (self->context, TRUE);
  soup_session_abort (self->session);
  g_clear_object (&self->session);
  while (g_main_context_iteration (self->context, FALSE));
  g_clear_object (&self->cancellable);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static void
wake (GstLlHlsPush * self)
{
  if (g_atomic_int_compare_and_exchange (&self->woken, FALSE, TRUE))
    gst_llhls_source_invoke (self->context, on_wake, self, NULL);
}

/* Begin and end */

static void
init_outbox (GstLlHlsPush * self, GstClockTime target)
{
  OutboxConfig config = { RETRY, RETRY_MAX, target, MAX_SEGMENTS, MAX_BYTES,
    MAX_JOBS, FALSE, (GDestroyNotify) gst_llhls_object_unref
  };

  outbox_init (&self->outbox, &config);
  g_mutex_init (&self->lock);
}

GstLlHlsPush *
gst_llhls_push_new (GstElement * element, const GstLlHlsPushConfig * config)
{
  GstLlHlsPush *self = g_new0 (GstLlHlsPush, 1);
  g_autoptr (GUri) uri = parse_url (config->url, NULL);

  g_assert (uri != NULL);
  self->base = without_user (uri);
  self->masked = gst_llhls_push_mask (config->url);
  gst_llhls_incident_init (&self->incident, element, &incident_text,
      g_strdup_printf ("push-%u", config->index), g_strdup (self->masked));
  self->authorization = basic_authorization (uri);
  if (config->headers != NULL)
    self->headers = gst_structure_copy (config->headers);
  self->delete = config->delete;
  self->patience_ms = MAX (2 * config->target, MIN_PATIENCE) / GST_MSECOND;
  init_outbox (self, config->target);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("llhls-push", run, self);
  return self;
}

void
gst_llhls_push_put (GstLlHlsPush * self, guint lane, OutboxKind kind,
    const gchar * name, guint64 msn, GstLlHlsObject * object)
{
  g_mutex_lock (&self->lock);
  outbox_put (&self->outbox, lane, kind, name, msn,
      gst_llhls_object_ref (object), gst_llhls_object_size (object));
  g_mutex_unlock (&self->lock);
  wake (self);
}

void
gst_llhls_push_remove (GstLlHlsPush * self, guint lane, const gchar * name)
{
  g_mutex_lock (&self->lock);
  if (self->delete)
    outbox_remove (&self->outbox, lane, name);
  else
    outbox_forget (&self->outbox, lane, name);
  g_mutex_unlock (&self->lock);
  wake (self);
}

void
gst_llhls_push_end_lane (GstLlHlsPush * self, guint lane)
{
  g_mutex_lock (&self->lock);
  outbox_end_lane (&self->outbox, lane);
  g_mutex_unlock (&self->lock);
  wake (self);
}

GstStructure *
gst_llhls_push_stats (GstLlHlsPush * self)
{
  const Outbox *outbox = &self->outbox;
  GstStructure *stats;

  g_mutex_lock (&self->lock);
  stats = gst_structure_new ("push", "name", G_TYPE_STRING, self->masked,
      "requests", G_TYPE_UINT64, self->requests,
      "failures", G_TYPE_UINT64, outbox->failures,
      "objects-sent", G_TYPE_UINT64, outbox->sent,
      "objects-deleted", G_TYPE_UINT64, outbox->removed,
      "objects-dropped", G_TYPE_UINT64, outbox->dropped,
      "backlog-bytes", G_TYPE_INT64, (gint64) outbox->bytes,
      "backlog-objects", G_TYPE_INT, (gint) outbox->jobs,
      "last-status", G_TYPE_INT, (gint) self->last_status,
      "failing", G_TYPE_BOOLEAN, outbox->open, NULL);
  g_mutex_unlock (&self->lock);
  return stats;
}

static gboolean
on_goodbye (gpointer data)
{
  g_main_loop_quit (((GstLlHlsPush *) data)->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
on_stop (gpointer data)
{
  GstLlHlsPush *self = data;

  self->stopping = TRUE;
  g_source_unref (gst_llhls_source_timer (self->context, GOODBYE_MS,
          on_goodbye, self));
  pump (self);
  return G_SOURCE_REMOVE;
}

void
gst_llhls_push_free (GstLlHlsPush * self)
{
  OutboxReport report;

  gst_llhls_source_invoke (self->context, on_stop, self, NULL);
  g_thread_join (self->thread);
  report = outbox_stop (&self->outbox, now_ns ());
  gst_llhls_incident_tell (&self->incident, &report, NULL, TRUE);
  gst_llhls_incident_clear (&self->incident);
  outbox_clear (&self->outbox);
  g_mutex_clear (&self->lock);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_clear_pointer (&self->headers, gst_structure_free);
  g_uri_unref (self->base);
  g_free (self->authorization);
  g_free (self->masked);
  g_free (self);
}
