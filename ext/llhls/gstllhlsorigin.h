/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstllhlsauth.h"
#include "gstllhlsresponder.h"

G_BEGIN_DECLS

/* The origin: listens, accepts, and serves what the store holds from a thread
 * of its own with its own main context. */
typedef struct _GstLlHlsOrigin GstLlHlsOrigin;

/* The certificate's files have changed or were to be read again: the new one
 * is in use, or `error` says why the old one stays.  Server thread, no lock
 * held. */
typedef void (*GstLlHlsOnCertificate) (const GError * error,
    gpointer user_data);

/* The same for the file of secrets. */
typedef void (*GstLlHlsOnSecrets) (const GError * error, gpointer user_data);

typedef struct
{
  const gchar *address;         /* numeric */
  guint port;                   /* 0 = any free one */
  const gchar *certificate_file;        /* PEM, or NULL: plain HTTP */
  const gchar *key_file;        /* PEM, or NULL: it is in that file */
  guint max_connections;
  /* ms, 0 = never */
  guint idle_timeout, request_timeout, send_timeout;
  GstLlHlsOnCertificate on_certificate; /* or NULL */
  gpointer certificate_data;
  GstLlHlsAuth *auth;           /* or NULL; kept up to date */
  GstLlHlsOnSecrets on_secrets; /* or NULL */
  gpointer secrets_data;
  GstLlHlsResponderConfig responder;
} GstLlHlsOriginConfig;

/* Listens at once, serves from then on.  NULL with a GTlsError or GFileError
 * of the certificate, or the GIOError of the port. */
GstLlHlsOrigin *gst_llhls_origin_new (GstLlHlsStore * store,
    const GstLlHlsOriginConfig * config, GError ** error);

guint gst_llhls_origin_port (GstLlHlsOrigin * self);

/* Something new is in the store.  Any thread, never waits. */
void gst_llhls_origin_wake (GstLlHlsOrigin * self);

/* Reads the certificate's files again, and tells `on_certificate` how that
 * went.  FALSE: there is none.  Any thread, never waits. */
gboolean gst_llhls_origin_reload_certificate (GstLlHlsOrigin * self);

/* Adds the origin's fields.  Any thread. */
void gst_llhls_origin_add_stats (GstLlHlsOrigin * self, GstStructure * stats);

/* Answers 503 to whoever waits, lets answers out that are on their way, joins
 * the thread. */
void gst_llhls_origin_free (GstLlHlsOrigin * self);

G_END_DECLS
