/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: start and post_listening the application's, the callbacks the
 * server's; no locks. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsserving.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "gstelementmessage.h"
#include "request.h"

GST_DEBUG_CATEGORY_EXTERN (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

#define SCRIPT_URI "/" REQUEST_SCRIPT_NAME
/* hls.js is 1.5 MB at its largest. */
#define MAX_SCRIPT_BYTES (16 * 1024 * 1024)

enum
{
  SIGNAL_AUTHORIZE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* The signal */

/* One who says no is enough. */
static gboolean
all_agree (GSignalInvocationHint * hint, GValue * sum, const GValue * answer,
    gpointer data)
{
  gboolean agreed = g_value_get_boolean (answer);

  g_value_set_boolean (sum, agreed);
  return agreed;
}

void
gst_llhls_serving_install_signals (GType type)
{
  /**
   * GstLlHlsSink::authorize:
   * @sink: the element
   * @path: of the URL, with its slash
   * @query: (nullable): of the URL, without its question mark
   * @headers: a #GstStructure `headers` with the fields `authorization`,
   *   `origin` and `user-agent`, each a string, as far as they were sent
   * @address: the peer's address
   *
   * Asks whether a request may be answered; for each of them, also those that
   * caches in front let through, once its token is good.  A proxy's question at
   * `/auth` asks about the path and query that it is about, with the proxy's
   * headers and address.  It is answered 403 when a handler returns
   * %FALSE; without handlers all may be.  Emitted on the server's thread, which
   * serves nobody meanwhile, so a handler must not wait and must not change the
   * element's state.
   *
   * Returns: whether it may be answered
   *
   * Since: 0.1
   */
  signals[SIGNAL_AUTHORIZE] = g_signal_new ("authorize", type,
      G_SIGNAL_RUN_LAST, 0, all_agree, NULL, NULL, G_TYPE_BOOLEAN, 4,
      G_TYPE_STRING, G_TYPE_STRING, GST_TYPE_STRUCTURE, G_TYPE_STRING);
}

static void
add_field (GstStructure * headers, const gchar * name, const gchar * value)
{
  if (value != NULL && g_utf8_validate (value, -1, NULL))
    gst_structure_set (headers, name, G_TYPE_STRING, value, NULL);
}

static gboolean
on_authorize (const GstLlHlsAsk * ask, gpointer user_data)
{
  gboolean agreed = TRUE;
  GstStructure *headers;

  if (!g_signal_has_handler_pending (user_data, signals[SIGNAL_AUTHORIZE], 0,
          FALSE))
    return TRUE;
  headers = gst_structure_new_empty ("headers");
  add_field (headers, "authorization", ask->authorization);
  add_field (headers, "origin", ask->origin);
  add_field (headers, "user-agent", ask->user_agent);
  g_signal_emit (user_data, signals[SIGNAL_AUTHORIZE], 0, ask->path,
      ask->query, headers, ask->peer->address, &agreed);
  gst_structure_free (headers);
  return agreed;
}

/* Messages */

static void
on_certificate (const GError * error, gpointer user_data)
{
  if (error == NULL)
    gst_element_message_post (user_data, "llhlssink-certificate",
        GST_ELEMENT_MESSAGE_INFO, "The new certificate is in use.", "state",
        G_TYPE_STRING, "new", NULL);
  else
    gst_element_message_post (user_data, "llhlssink-certificate",
        GST_ELEMENT_MESSAGE_CRITICAL,
        "The new certificate can not be used, the old one stays in use.",
        "state", G_TYPE_STRING, "bad", "error", G_TYPE_STRING, error->message,
        NULL);
}

static void
on_secrets (const GError * error, gpointer user_data)
{
  if (error == NULL)
    gst_element_message_post (user_data, "llhlssink-auth",
        GST_ELEMENT_MESSAGE_INFO, "The new secrets are in use.", "state",
        G_TYPE_STRING, "new", NULL);
  else
    gst_element_message_post (user_data, "llhlssink-auth",
        GST_ELEMENT_MESSAGE_CRITICAL,
        "The new secrets can not be used, the old ones stay in use.",
        "state", G_TYPE_STRING, "bad", "error", G_TYPE_STRING, error->message,
        NULL);
}

void
gst_llhls_serving_post_listening (GstElement * element,
    GstLlHlsOrigin * origin, const GstLlHlsServingConfig * config)
{
  gboolean ipv6 = strchr (config->address, ':') != NULL;
  gint port = gst_llhls_origin_port (origin);
  g_autofree gchar *url = NULL, *summary = NULL;

  url = g_strdup_printf ("%s://%s%s%s:%d/",
      config->settings->certificate_file != NULL ? "https" : "http",
      ipv6 ? "[" : "", config->address, ipv6 ? "]" : "", port);
  summary = g_strdup_printf ("Serving on %s.", url);
  gst_element_message_post (element, "llhlssink-listening",
      GST_ELEMENT_MESSAGE_INFO, summary, "address", G_TYPE_STRING,
      config->address, "port", G_TYPE_INT, port, "url", G_TYPE_STRING, url,
      NULL);
}

/* Start */

static gboolean
load_script (GstElement * element, const gchar * name,
    GstLlHlsResponderConfig * config, GBytes ** script)
{
  g_autoptr (GError) error = NULL;
  gchar *text = NULL;
  gsize size;

  if (name == NULL || *name == '\0')
    return TRUE;
  config->script_uri = name;
  if (g_str_has_prefix (name, "http://") || g_str_has_prefix (name, "https://"))
    return TRUE;
  if (!g_file_get_contents (name, &text, &size, &error)) {
    GST_ELEMENT_ERROR (element, RESOURCE, OPEN_READ,
        (_("The player's script could not be read.")),
        ("player-script is \"%s\": %s; set it to hls.js as a file or a URL, "
            "or to NULL", name, error->message));
    return FALSE;
  }
  *script = g_bytes_new_take (text, size);
  if (size > MAX_SCRIPT_BYTES) {
    GST_ELEMENT_ERROR (element, LIBRARY, SETTINGS,
        (_("The player's script is too large.")),
        ("player-script is \"%s\": %" G_GSIZE_FORMAT " bytes; allowed are %u",
            name, size, MAX_SCRIPT_BYTES));
    return FALSE;
  }
  config->script_uri = SCRIPT_URI;
  config->script = *script;
  return TRUE;
}

static gboolean
check_settings (GstElement * element, const GstLlHlsOriginSettings * settings)
{
  if (settings->key_file == NULL || settings->certificate_file != NULL)
    return TRUE;
  GST_ELEMENT_ERROR (element, LIBRARY, SETTINGS,
      (_("There is a private key without a certificate.")),
      ("key-file is \"%s\", certificate-file is NULL; set certificate-file to "
          "the PEM file of its certificate", settings->key_file));
  return FALSE;
}

static gboolean
load_secrets (GstElement * element, const gchar * file,
    GstLlHlsOriginConfig * config, GstLlHlsAuth ** auth)
{
  g_autoptr (GError) error = NULL;

  if (file == NULL)
    return TRUE;
  *auth = gst_llhls_auth_new (file, &error);
  if (*auth == NULL && error->domain == G_FILE_ERROR)
    GST_ELEMENT_ERROR (element, RESOURCE, OPEN_READ,
        (_("The secrets of signed URLs could not be read.")),
        ("%s; set it to a file that can be read, or to NULL for none",
            error->message));
  else if (*auth == NULL)
    GST_ELEMENT_ERROR (element, LIBRARY, SETTINGS,
        (_("The secrets of signed URLs can not be used.")),
        ("%s; allowed are %u to %u bytes in a line, in up to %u lines",
            error->message, URL_TOKEN_MIN_SECRET, URL_TOKEN_MAX_SECRET,
            URL_TOKEN_MAX_SECRETS));
  config->auth = *auth;
  config->on_secrets = on_secrets;
  config->secrets_data = element;
  config->responder.access.check = *auth != NULL ? gst_llhls_auth_check : NULL;
  config->responder.access.check_data = *auth;
  return *auth != NULL;
}

/* The address and not the port may be what is wrong. */
static const gchar *
listen_remedy (const GError * error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    return "set port to one that is free, or to 0 for any";
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    return "set port to 1024 or more, or give the process the capability "
        "CAP_NET_BIND_SERVICE";
  return "set address to one that this machine has, or to 0.0.0.0 or :: for "
      "all of them";
}

static void
post_error (GstElement * element, const GstLlHlsServingConfig * config,
    const GError * error)
{
  if (error->domain == G_FILE_ERROR)
    GST_ELEMENT_ERROR (element, RESOURCE, OPEN_READ,
        (_("The certificate could not be read.")),
        ("%s; set certificate-file and key-file to PEM files that can be read, "
            "or both to NULL for plain HTTP", error->message));
  else if (error->domain == G_TLS_ERROR)
    GST_ELEMENT_ERROR (element, LIBRARY, SETTINGS,
        (_("The certificate can not be used.")),
        ("%s; set certificate-file to a PEM file of a certificate with its "
            "chain, and key-file to one of its key", error->message));
  else
    GST_ELEMENT_ERROR (element, RESOURCE, OPEN_READ_WRITE,
        (_("Could not listen on %s port %u."), config->address, config->port),
        ("port is %u, address is \"%s\": %s; %s", config->port,
            config->address, error->message, listen_remedy (error)));
}

GstLlHlsOrigin *
gst_llhls_serving_start (GstElement * element, GstLlHlsStore * store,
    const GstLlHlsServingConfig * config)
{
  GstLlHlsOriginConfig origin_config;
  g_autoptr (GBytes) script = NULL;
  g_autoptr (GstLlHlsAuth) auth = NULL;
  g_autoptr (GError) error = NULL;
  GstLlHlsOrigin *origin;

  memset (&origin_config, 0, sizeof (origin_config));
  origin_config.address = config->address;
  origin_config.port = config->port;
  origin_config.on_certificate = on_certificate;
  origin_config.certificate_data = element;
  origin_config.responder.access.authorize = on_authorize;
  origin_config.responder.access.authorize_data = element;
  origin_config.responder.viewers = config->viewers;
  gst_llhls_origin_settings_apply (config->settings, &origin_config);
  if (!check_settings (element, config->settings)
      || !load_script (element, config->player_script,
          &origin_config.responder, &script)
      || !load_secrets (element, config->settings->auth_secret_file,
          &origin_config, &auth))
    return NULL;
  origin = gst_llhls_origin_new (store, &origin_config, &error);
  if (origin == NULL)
    post_error (element, config, error);
  return origin;
}
