/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstllhlsorigin.h"
#include "gstllhlsoriginsettings.h"

G_BEGIN_DECLS

/* The element's side of its origin: its signal, messages and errors. */

typedef struct
{
  const gchar *address;
  guint port;
  const gchar *player_script;   /* URL, file, or NULL */
  const GstLlHlsOriginSettings *settings;
  GstLlHlsViewers *viewers;     /* outlives the origin */
} GstLlHlsServingConfig;

/* The element class's signals; once. */
void gst_llhls_serving_install_signals (GType type);

/* Posts the error and returns NULL when it can't be.  `element` must live
 * longer than the origin. */
GstLlHlsOrigin *gst_llhls_serving_start (GstElement * element,
    GstLlHlsStore * store, const GstLlHlsServingConfig * config);

/* Tells where the origin is.  No lock may be held. */
void gst_llhls_serving_post_listening (GstElement * element,
    GstLlHlsOrigin * origin, const GstLlHlsServingConfig * config);

G_END_DECLS
