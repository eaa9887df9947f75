/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstllhlsstore.h"
#include "request.h"

G_BEGIN_DECLS

#define GST_LLHLS_PLAYLIST_TYPE "application/vnd.apple.mpegurl"

/* A text as it goes out, in both encodings. */
typedef struct
{
  GstLlHlsObject *plain;
  GstLlHlsObject *packed;       /* gzip, or NULL: not worth it */
} GstLlHlsText;

/* Playlists made ready once for each state and shared by all who ask.  Server
 * thread only. */
typedef struct _GstLlHlsRender GstLlHlsRender;

GstLlHlsRender *gst_llhls_render_new (void);
void gst_llhls_render_free (GstLlHlsRender * self);

/* The rendition `view`, which is `snapshot`'s number `index`, with what is to
 * be said of the others; a delta update if asked for and there is one.  Valid
 * until the next call with another snapshot. */
const GstLlHlsText *gst_llhls_render_playlist (GstLlHlsRender * self,
    const GstLlHlsSnapshot * snapshot, const GstLlHlsView * view,
    guint index, RequestSkip skip);

/* The same for the multivariant playlist, which `snapshot` must have. */
const GstLlHlsText *gst_llhls_render_multivariant (GstLlHlsRender * self,
    const GstLlHlsSnapshot * snapshot);

/* The player page that loads `script_uri` (nullable).
 * Returns: (transfer full) */
GstLlHlsObject *gst_llhls_render_page (const gchar * script_uri);

G_END_DECLS
