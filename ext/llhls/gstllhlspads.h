/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstllhlspad.h"
#include "gstllhlsstream.h"
#include "gstllhlstracksink.h"

G_BEGIN_DECLS

/* The element's request pads: templates, names, and what is behind each.  No
 * locks: the element's. */

typedef struct
{
  GstLlHlsPad *pad;             /* owned by the element */
  GstLlHlsTrackSink *sink;      /* a reference besides the bin's */
  GstLlHlsTrack *track;         /* of the stream, while there is one */
  gboolean video, text;         /* neither: audio */
  guint index;
} GstLlHlsEntry;

typedef struct
{
  GList *list;                  /* of GstLlHlsEntry, in order */
  guint next_video, next_audio, next_text;
} GstLlHlsEntries;

void gst_llhls_pads_install (GstElementClass * klass);

/* FALSE when the properties of a pad can't be; `element` has posted the
 * error. */
gboolean gst_llhls_pads_check (GstElement * element);

/* The pads are what has properties. */
void gst_llhls_pads_child_proxy_init (gpointer iface, gpointer data);

/* The number in the wanted name, or the next free one; FALSE when it is taken
 * or the name can't be. */
gboolean gst_llhls_entries_choose (GstLlHlsEntries * self, gboolean video,
    gboolean text, const gchar * name, guint * index);

/* Takes `entry`. */
void gst_llhls_entries_add (GstLlHlsEntries * self, GstLlHlsEntry * entry);

/* Returns: (transfer full) (nullable): the one of `pad`, which is let go */
GstLlHlsEntry *gst_llhls_entries_take (GstLlHlsEntries * self, GstPad * pad);
void gst_llhls_entries_clear (GstLlHlsEntries * self);

/* Its element is in `bin`, its pad is not yet added. */
GstLlHlsEntry *gst_llhls_entry_new (GstBin * bin, GstPadTemplate * templ,
    gboolean video, gboolean text, guint index);
void gst_llhls_entry_free (GstLlHlsEntry * entry);

G_END_DECLS
