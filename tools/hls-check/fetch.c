/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch.h"

#include <libsoup/soup.h>
#include <string.h>

#define MAX_BODY (64 * 1024 * 1024)
#define CHUNK (64 * 1024)

struct _Fetch
{
  SoupSession *session;
  const FetchOptions *options;
};

guint64
fetch_now (void)
{
  return (guint64) g_get_monotonic_time () * 1000;
}

Fetch *
fetch_new (const FetchOptions * options, GError ** error)
{
  g_autoptr (GTlsDatabase) database = NULL;
  Fetch *self;

  if (options->ca_file != NULL) {
    database = g_tls_file_database_new (options->ca_file, error);
    if (database == NULL)
      return NULL;
  }
  self = g_new0 (Fetch, 1);
  self->options = options;
  self->session = soup_session_new_with_options ("user-agent",
      "onair-hls-check", "max-conns-per-host", 2, NULL);
  if (database != NULL)
    soup_session_set_tls_database (self->session, database);
  return self;
}

void
fetch_free (Fetch * self)
{
  if (self == NULL)
    return;
  soup_session_abort (self->session);
  g_object_unref (self->session);
  g_free (self);
}

static gboolean
on_certificate (SoupMessage * message, GTlsCertificate * certificate,
    GTlsCertificateFlags errors, gpointer user_data)
{
  return TRUE;
}

static void
add_header (SoupMessage * message, const gchar * line)
{
  g_auto (GStrv) pair = g_strsplit (line, ":", 2);

  if (pair[0] != NULL && pair[1] != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message),
        g_strstrip (pair[0]), g_strstrip (pair[1]));
}

static void
keep_header (const char *name, const char *value, gpointer user_data)
{
  HttpAnswer *answer = user_data;

  g_hash_table_insert (answer->headers, g_ascii_strdown (name, -1),
      g_strdup (value));
}

static void
read_body (HttpAnswer * answer, GInputStream * stream,
    GCancellable * cancellable)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *chunk = g_malloc (CHUNK);
  gssize n;

  while ((n = g_input_stream_read (stream, chunk, CHUNK, cancellable,
              &error)) > 0) {
    if (answer->first_byte == 0)
      answer->first_byte = fetch_now ();
    if (body->len + n > MAX_BODY) {
      answer->error = g_strdup ("too long");
      break;
    }
    g_byte_array_append (body, chunk, n);
  }
  if (n < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    answer->truncated = TRUE;
    answer->error = g_strdup (error->message);
  } else if (n < 0) {
    answer->status = 0;
  }
  g_bytes_unref (answer->body);
  answer->body = g_byte_array_free_to_bytes (g_steal_pointer (&body));
}

static SoupMessage *
new_message (Fetch * self, const gchar * method, const gchar * url,
    const gchar * header)
{
  SoupMessage *message = soup_message_new (method, url);
  guint i;

  if (message == NULL)
    return NULL;
  if (self->options->insecure)
    g_signal_connect (message, "accept-certificate",
        G_CALLBACK (on_certificate), NULL);
  add_header (message, "Origin: http://player.invalid");
  for (i = 0; self->options->headers != NULL
      && self->options->headers[i] != NULL; i++)
    add_header (message, self->options->headers[i]);
  if (header != NULL)
    add_header (message, header);
  return message;
}

static void
take_answer (HttpAnswer * answer, SoupMessage * message, const gchar * asked)
{
  GUri *uri = soup_message_get_uri (message);
  g_autofree gchar *final = g_uri_to_string (uri);

  answer->status = soup_message_get_status (message);
  answer->http2 = soup_message_get_http_version (message) == SOUP_HTTP_2_0;
  answer->https = g_strcmp0 (g_uri_get_scheme (uri), "https") == 0;
  answer->redirected = !g_str_equal (final, asked);
  soup_message_headers_foreach (soup_message_get_response_headers (message),
      keep_header, answer);
}

HttpAnswer *
fetch_run (Fetch * self, const gchar * method, const gchar * url,
    const gchar * header, guint timeout, GCancellable * cancellable)
{
  HttpAnswer *answer = http_answer_new (url);
  g_autoptr (SoupMessage) message = new_message (self, method, url, header);
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *asked = NULL;

  answer->requested = answer->answered = answer->finished = fetch_now ();
  if (message == NULL) {
    answer->error = g_strdup ("no valid URL");
    return answer;
  }
  asked = g_uri_to_string (soup_message_get_uri (message));
  soup_session_set_timeout (self->session, timeout);
  stream = soup_session_send (self->session, message, cancellable, &error);
  answer->answered = answer->finished = fetch_now ();
  if (stream == NULL) {
    answer->error = g_strdup (error->message);
    return answer;
  }
  take_answer (answer, message, asked);
  read_body (answer, stream, cancellable);
  answer->finished = fetch_now ();
  return answer;
}
