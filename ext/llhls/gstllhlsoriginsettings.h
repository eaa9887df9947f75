/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstllhlsorigin.h"

G_BEGIN_DECLS

/* The origin's properties of the element. */
typedef struct
{
  gchar *certificate_file, *key_file, *auth_secret_file;
  gchar *cors_origin;
  guint max_connections, max_waiters;
  guint idle_timeout, request_timeout, send_timeout;    /* ms */
} GstLlHlsOriginSettings;

enum
{
  GST_LLHLS_ORIGIN_CERTIFICATE_FILE,
  GST_LLHLS_ORIGIN_KEY_FILE,
  GST_LLHLS_ORIGIN_MAX_CONNECTIONS,
  GST_LLHLS_ORIGIN_MAX_WAITERS,
  GST_LLHLS_ORIGIN_IDLE_TIMEOUT,
  GST_LLHLS_ORIGIN_REQUEST_TIMEOUT,
  GST_LLHLS_ORIGIN_SEND_TIMEOUT,
  GST_LLHLS_ORIGIN_CORS_ORIGIN,
  GST_LLHLS_ORIGIN_AUTH_SECRET_FILE,
  GST_LLHLS_ORIGIN_N_SETTINGS
};

void gst_llhls_origin_settings_init (GstLlHlsOriginSettings * self);
void gst_llhls_origin_settings_copy (GstLlHlsOriginSettings * to,
    const GstLlHlsOriginSettings * from);
void gst_llhls_origin_settings_clear (GstLlHlsOriginSettings * self);

/* Their parameter specifications, in the order above. */
void gst_llhls_origin_settings_install (GParamSpec ** properties);
void gst_llhls_origin_settings_set (GstLlHlsOriginSettings * self,
    guint which, const GValue * value);
void gst_llhls_origin_settings_get (const GstLlHlsOriginSettings * self,
    guint which, GValue * value);

/* Lends what `self` has to `config`. */
void gst_llhls_origin_settings_apply (const GstLlHlsOriginSettings * self,
    GstLlHlsOriginConfig * config);

G_END_DECLS
