/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Server thread only, but new and free; wrapped streams may be used by one
 * thread at a time. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlstls.h"

#include <string.h>
#include <sys/socket.h>

#include "gstllhlsfilestamp.h"

/* RFC 7301 */
static const gchar *const protocols[] = { "h2", "http/1.1", NULL };

struct _GstLlHlsTls
{
  gchar *certificate_file, *key_file;   /* fixed */
  gboolean key_is_apart;        /* fixed */
  GTlsCertificate *certificate;
  GstLlHlsFileStamp stamps[2];
};

/* Both ends of a handshake of a certificate with itself. */
typedef struct
{
  GIOStream *stream;
  GError *error;
} End;

static void
take_stamps (GstLlHlsTls * self, GstLlHlsFileStamp stamps[2])
{
  gst_llhls_file_stamp_take (&stamps[0], self->certificate_file);
  gst_llhls_file_stamp_take (&stamps[1], self->key_file);
}

static gpointer
shake (gpointer data)
{
  End *end = data;

  g_tls_connection_handshake (G_TLS_CONNECTION (end->stream), NULL,
      &end->error);
  /* Whoever fails must not leave the other waiting. */
  if (end->error != NULL)
    g_io_stream_close (end->stream, NULL, NULL);
  return NULL;
}

static gboolean
accept_any (GTlsConnection * connection, GTlsCertificate * certificate,
    GTlsCertificateFlags errors, gpointer data)
{
  return TRUE;
}

static gboolean
make_pair (GIOStream * streams[2], GError ** error)
{
  int fds[2];
  guint i;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "no pair of sockets");
    return FALSE;
  }
  for (i = 0; i < 2; i++) {
    g_autoptr (GSocket) socket = g_socket_new_from_fd (fds[i], NULL);

    g_socket_set_timeout (socket, 5);
    streams[i] = G_IO_STREAM (g_socket_connection_factory_create_connection
        (socket));
  }
  return TRUE;
}

/* Without a database for clients' certificates, which nobody asks for: GLib's
 * default one costs each connection 4 MB and 80 ms (GnuTLS, 140 authorities).
 * It must be so from the beginning. */
static GIOStream *
new_server (GIOStream * base, GTlsCertificate * certificate, GError ** error)
{
  return g_initable_new (g_tls_backend_get_server_connection_type
      (g_tls_backend_get_default ()), NULL, error, "base-io-stream", base,
      "certificate", certificate, "database", NULL, NULL);
}

/* GLib loads a key that does not belong to the certificate without complaint,
 * and then no client can connect.  So it is tried. */
static gboolean
try_certificate (GTlsCertificate * certificate, GError ** error)
{
  GIOStream *bases[2];
  End server = { NULL, NULL }, client = { NULL, NULL };
  GThread *thread;
  guint i;

  if (!make_pair (bases, error))
    return FALSE;
  server.stream = new_server (bases[0], certificate, error);
  client.stream = g_tls_client_connection_new (bases[1], NULL, NULL);
  if (server.stream != NULL && client.stream != NULL) {
    g_signal_connect (client.stream, "accept-certificate",
        G_CALLBACK (accept_any), NULL);
    thread = g_thread_new ("llhls-tls-try", shake, &client);
    shake (&server);
    g_thread_join (thread);
    if (client.error != NULL || server.error != NULL)
      g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
          "the key does not match the certificate (%s)",
          (client.error != NULL ? client.error : server.error)->message);
  }
  g_clear_object (&server.stream);
  g_clear_object (&client.stream);
  for (i = 0; i < 2; i++)
    g_object_unref (bases[i]);
  i = client.error == NULL && server.error == NULL;
  g_clear_error (&client.error);
  g_clear_error (&server.error);
  return i != 0;
}

static GTlsCertificate *
load (GstLlHlsTls * self, GError ** error)
{
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GError) why = NULL;

  certificate = g_tls_certificate_new_from_files (self->certificate_file,
      self->key_file, &why);
  if (certificate != NULL && try_certificate (certificate, &why))
    return g_steal_pointer (&certificate);
  if (why == NULL)
    why = g_error_new_literal (G_TLS_ERROR, G_TLS_ERROR_UNAVAILABLE,
        "no TLS backend, install glib-networking");
  if (self->key_is_apart)
    g_propagate_prefixed_error (error, g_steal_pointer (&why),
        "certificate-file is \"%s\", key-file is \"%s\": ",
        self->certificate_file, self->key_file);
  else
    g_propagate_prefixed_error (error, g_steal_pointer (&why),
        "certificate-file is \"%s\", key-file is NULL, so that the key is to be "
        "in there, too: ", self->certificate_file);
  return NULL;
}

GstLlHlsTls *
gst_llhls_tls_new (const gchar * certificate_file, const gchar * key_file,
    GError ** error)
{
  GstLlHlsTls *self = g_new0 (GstLlHlsTls, 1);

  self->certificate_file = g_strdup (certificate_file);
  self->key_file = g_strdup (key_file != NULL ? key_file : certificate_file);
  self->key_is_apart = key_file != NULL;
  take_stamps (self, self->stamps);
  self->certificate = load (self, error);
  if (self->certificate == NULL)
    g_clear_pointer (&self, gst_llhls_tls_free);
  return self;
}

void
gst_llhls_tls_free (GstLlHlsTls * self)
{
  g_clear_object (&self->certificate);
  g_free (self->certificate_file);
  g_free (self->key_file);
  g_free (self);
}

gboolean
gst_llhls_tls_reload (GstLlHlsTls * self, GError ** error)
{
  GTlsCertificate *certificate;

  take_stamps (self, self->stamps);
  certificate = load (self, error);
  if (certificate == NULL)
    return FALSE;
  g_object_unref (self->certificate);
  self->certificate = certificate;
  return TRUE;
}

GstLlHlsTlsChange
gst_llhls_tls_refresh (GstLlHlsTls * self, GError ** error)
{
  GstLlHlsFileStamp stamps[2];

  take_stamps (self, stamps);
  if (gst_llhls_file_stamp_equal (&stamps[0], &self->stamps[0])
      && gst_llhls_file_stamp_equal (&stamps[1], &self->stamps[1]))
    return GST_LLHLS_TLS_SAME;
  return gst_llhls_tls_reload (self, error) ? GST_LLHLS_TLS_NEW
      : GST_LLHLS_TLS_BAD;
}

GIOStream *
gst_llhls_tls_wrap (GstLlHlsTls * self, GIOStream * base, GError ** error)
{
  GIOStream *stream = new_server (base, self->certificate, error);

  if (stream == NULL)
    return NULL;
  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (stream),
      protocols);
  /* Players just leave. */
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (stream), FALSE);
  return stream;
}

gboolean
gst_llhls_tls_is_http2 (GIOStream * stream)
{
  return g_strcmp0 (g_tls_connection_get_negotiated_protocol (G_TLS_CONNECTION
          (stream)), "h2") == 0;
}
