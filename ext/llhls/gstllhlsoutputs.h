/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstllhlsarchive.h"
#include "gstllhlsdirectory.h"
#include "gstllhlspush.h"

G_BEGIN_DECLS

/* Where the stream goes besides the origin: a directory and web servers.  Who
 * made it changes it only while no stream runs. */
typedef struct
{
  GstLlHlsDirectory *directory; /* or NULL */
  GPtrArray *pushes;            /* of GstLlHlsPush */
  GstLlHlsArchive *archive;     /* of media too old for memory, or NULL */
  guint64 keep;                 /* ns that media stays in memory then */
  gboolean push_parts;          /* low-latency playlists and parts, too */
} GstLlHlsOutputs;

void gst_llhls_outputs_init (GstLlHlsOutputs * self);
/* Waits for what can still get out. */
void gst_llhls_outputs_clear (GstLlHlsOutputs * self);

/* There is one for playlists of whole segments, or of parts. */
gboolean gst_llhls_outputs_want (const GstLlHlsOutputs * self,
    gboolean low_latency);

/* To all that want it. */
void gst_llhls_outputs_put (const GstLlHlsOutputs * self, guint lane,
    OutboxKind kind, const gchar * name, guint64 msn,
    GstLlHlsObject * object);
/* Takes `text` over. */
void gst_llhls_outputs_put_playlist (const GstLlHlsOutputs * self,
    guint lane, const gchar * name, gboolean low_latency, GBytes * text);
void gst_llhls_outputs_remove (const GstLlHlsOutputs * self, guint lane,
    OutboxKind kind, const gchar * name);

/* Nothing more of it is to come; another rendition may have the lane. */
void gst_llhls_outputs_end_lane (const GstLlHlsOutputs * self, guint lane);

void gst_llhls_outputs_add_stats (const GstLlHlsOutputs * self,
    GstStructure * stats);

G_END_DECLS
