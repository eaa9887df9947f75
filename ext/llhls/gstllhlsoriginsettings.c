/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsoriginsettings.h"

#include <string.h>

#include "gststringproperty.h"

#define DEFAULT_MAX_CONNECTIONS 10000
#define DEFAULT_MAX_WAITERS 20000
#define DEFAULT_IDLE_TIMEOUT 60000      /* ms */
#define DEFAULT_REQUEST_TIMEOUT 10000   /* ms */
#define DEFAULT_SEND_TIMEOUT 30000      /* ms */
#define DEFAULT_CORS_ORIGIN "*"
/* As many streams as an HTTP/2 connection may have. */
#define MAX_PEER_WAITERS 256

void
gst_llhls_origin_settings_init (GstLlHlsOriginSettings * self)
{
  memset (self, 0, sizeof (*self));
  self->max_connections = DEFAULT_MAX_CONNECTIONS;
  self->max_waiters = DEFAULT_MAX_WAITERS;
  self->idle_timeout = DEFAULT_IDLE_TIMEOUT;
  self->request_timeout = DEFAULT_REQUEST_TIMEOUT;
  self->send_timeout = DEFAULT_SEND_TIMEOUT;
  self->cors_origin = g_strdup (DEFAULT_CORS_ORIGIN);
}

void
gst_llhls_origin_settings_copy (GstLlHlsOriginSettings * to,
    const GstLlHlsOriginSettings * from)
{
  *to = *from;
  to->certificate_file = g_strdup (from->certificate_file);
  to->key_file = g_strdup (from->key_file);
  to->auth_secret_file = g_strdup (from->auth_secret_file);
  to->cors_origin = g_strdup (from->cors_origin);
}

void
gst_llhls_origin_settings_clear (GstLlHlsOriginSettings * self)
{
  g_clear_pointer (&self->certificate_file, g_free);
  g_clear_pointer (&self->key_file, g_free);
  g_clear_pointer (&self->auth_secret_file, g_free);
  g_clear_pointer (&self->cors_origin, g_free);
}

static void
install_strings (GParamSpec ** properties, GParamFlags flags)
{
  /**
   * GstLlHlsSink:certificate-file:
   *
   * PEM file with the certificate and its chain, for HTTP/2 and TLS; it may
   * hold the key as well.  Without it the origin speaks plain HTTP.  Read when
   * the element goes to PAUSED, and again when the file changes.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_ORIGIN_CERTIFICATE_FILE] =
      g_param_spec_string ("certificate-file", "Certificate file",
      "PEM file with the certificate and its chain (NULL = no TLS)", NULL,
      flags);
  /**
   * GstLlHlsSink:key-file:
   *
   * PEM file with the certificate's private key, when `certificate-file` does
   * not hold it.  Read when the element goes to PAUSED, and again when the
   * file changes.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_ORIGIN_KEY_FILE] = g_param_spec_string ("key-file",
      "Key file", "PEM file with the certificate's private key "
      "(NULL = it is in certificate-file)", NULL, flags);
  /**
   * GstLlHlsSink:cors-origin:
   *
   * What pages of other sites may read the stream: the value of the
   * Access-Control-Allow-Origin header; NULL is none.  Read when the element
   * goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_ORIGIN_CORS_ORIGIN] =
      g_param_spec_string ("cors-origin", "CORS origin",
      "Access-Control-Allow-Origin (NULL = other sites' pages may not)",
      DEFAULT_CORS_ORIGIN, flags);
}

static void
install_auth (GParamSpec ** properties, GParamFlags flags)
{
  /**
   * GstLlHlsSink:auth-secret-file:
   *
   * File with the secrets of signed URLs, one in a line: requests need a token
   * in their query then, and the playlists pass it on.  Read when the element
   * goes to PAUSED, and again when the file changes.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_ORIGIN_AUTH_SECRET_FILE] =
      g_param_spec_string ("auth-secret-file", "Auth secret file",
      "File with the secrets of signed URLs (NULL = no token is needed)", NULL,
      flags);
}

static void
install_timeouts (GParamSpec ** properties, GParamFlags flags)
{
  /**
   * GstLlHlsSink:idle-timeout:
   *
   * How long a connection on which nothing is asked for stays open, in
   * milliseconds; 0 is for ever.  Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_ORIGIN_IDLE_TIMEOUT] =
      g_param_spec_uint ("idle-timeout", "Idle time-out",
      "Time after which a connection without requests is closed, 0 = never "
      "(ms)", 0, G_MAXUINT / 2, DEFAULT_IDLE_TIMEOUT, flags);
  /**
   * GstLlHlsSink:send-timeout:
   *
   * A connection is closed that takes less than 4 KiB of its answers within
   * this time, in milliseconds; 0 is never.  Read when the element goes to
   * PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_ORIGIN_SEND_TIMEOUT] =
      g_param_spec_uint ("send-timeout", "Send time-out",
      "Time in which a client must take 4 KiB of its answers, 0 = any (ms)", 0,
      G_MAXUINT / 2, DEFAULT_SEND_TIMEOUT, flags);
  /**
   * GstLlHlsSink:request-timeout:
   *
   * How long a client may take to agree on TLS, to begin its first request, and
   * to finish any that it has begun, in milliseconds; 0 is for ever.  Read when
   * the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_ORIGIN_REQUEST_TIMEOUT] =
      g_param_spec_uint ("request-timeout", "Request time-out",
      "Time in which a client must finish TLS and a request, 0 = any (ms)", 0,
      G_MAXUINT / 2, DEFAULT_REQUEST_TIMEOUT, flags);
}

void
gst_llhls_origin_settings_install (GParamSpec ** properties)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
      | GST_PARAM_MUTABLE_READY;

  install_strings (properties, flags);
  install_auth (properties, flags);
  /**
   * GstLlHlsSink:max-connections:
   *
   * Most connections at a time; less when the process may have fewer files.
   * Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_ORIGIN_MAX_CONNECTIONS] =
      g_param_spec_uint ("max-connections", "Maximum connections",
      "Most connections at a time", 1, 1000000, DEFAULT_MAX_CONNECTIONS, flags);
  /**
   * GstLlHlsSink:max-waiters:
   *
   * Most requests that are held at a time; more are answered 503.  Read when
   * the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_ORIGIN_MAX_WAITERS] = g_param_spec_uint ("max-waiters",
      "Maximum waiters", "Most held requests at a time", 1, 1000000,
      DEFAULT_MAX_WAITERS, flags);
  install_timeouts (properties, flags);
}

void
gst_llhls_origin_settings_set (GstLlHlsOriginSettings * self, guint which,
    const GValue * value)
{
  switch (which) {
    case GST_LLHLS_ORIGIN_CERTIFICATE_FILE:
      gst_string_property_set (&self->certificate_file, value);
      break;
    case GST_LLHLS_ORIGIN_KEY_FILE:
      gst_string_property_set (&self->key_file, value);
      break;
    case GST_LLHLS_ORIGIN_MAX_CONNECTIONS:
      self->max_connections = g_value_get_uint (value);
      break;
    case GST_LLHLS_ORIGIN_MAX_WAITERS:
      self->max_waiters = g_value_get_uint (value);
      break;
    case GST_LLHLS_ORIGIN_IDLE_TIMEOUT:
      self->idle_timeout = g_value_get_uint (value);
      break;
    case GST_LLHLS_ORIGIN_REQUEST_TIMEOUT:
      self->request_timeout = g_value_get_uint (value);
      break;
    case GST_LLHLS_ORIGIN_SEND_TIMEOUT:
      self->send_timeout = g_value_get_uint (value);
      break;
    case GST_LLHLS_ORIGIN_AUTH_SECRET_FILE:
      gst_string_property_set (&self->auth_secret_file, value);
      break;
    case GST_LLHLS_ORIGIN_CORS_ORIGIN:
      gst_string_property_set (&self->cors_origin, value);
      break;
    default:
      g_assert_not_reached ();
  }
}

void
gst_llhls_origin_settings_get (const GstLlHlsOriginSettings * self,
    guint which, GValue * value)
{
  switch (which) {
    case GST_LLHLS_ORIGIN_CERTIFICATE_FILE:
      g_value_set_string (value, self->certificate_file);
      break;
    case GST_LLHLS_ORIGIN_KEY_FILE:
      g_value_set_string (value, self->key_file);
      break;
    case GST_LLHLS_ORIGIN_MAX_CONNECTIONS:
      g_value_set_uint (value, self->max_connections);
      break;
    case GST_LLHLS_ORIGIN_MAX_WAITERS:
      g_value_set_uint (value, self->max_waiters);
      break;
    case GST_LLHLS_ORIGIN_IDLE_TIMEOUT:
      g_value_set_uint (value, self->idle_timeout);
      break;
    case GST_LLHLS_ORIGIN_REQUEST_TIMEOUT:
      g_value_set_uint (value, self->request_timeout);
      break;
    case GST_LLHLS_ORIGIN_SEND_TIMEOUT:
      g_value_set_uint (value, self->send_timeout);
      break;
    case GST_LLHLS_ORIGIN_AUTH_SECRET_FILE:
      g_value_set_string (value, self->auth_secret_file);
      break;
    case GST_LLHLS_ORIGIN_CORS_ORIGIN:
      g_value_set_string (value, self->cors_origin);
      break;
    default:
      g_assert_not_reached ();
  }
}

void
gst_llhls_origin_settings_apply (const GstLlHlsOriginSettings * self,
    GstLlHlsOriginConfig * config)
{
  config->max_connections = self->max_connections;
  config->idle_timeout = self->idle_timeout;
  config->request_timeout = self->request_timeout;
  config->send_timeout = self->send_timeout;
  config->certificate_file = self->certificate_file;
  config->key_file = self->key_file;
  config->responder.cors_origin = self->cors_origin;
  config->responder.max_waiters = self->max_waiters;
  config->responder.max_peer_waiters = MAX_PEER_WAITERS;
}
