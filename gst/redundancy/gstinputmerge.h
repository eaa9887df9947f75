/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "rtpmerge.h"

G_BEGIN_DECLS

/* One stream out of several inputs that bring the same packets.  Members put
 * in what their sources give; one reader takes out what goes on.  Reference
 * counted; any thread, nobody waits but the reader.  Data waits in a bounded
 * queue. */
typedef struct _GstInputMerge GstInputMerge;

typedef enum
{
  GST_INPUT_MERGE_NONE,         /* is no URI that can be merged */
  GST_INPUT_MERGE_RTP,
  GST_INPUT_MERGE_TS,           /* MPEG-TS without RTP */
} GstInputMergeForm;

#define GST_INPUT_MERGE_MAX_PATHS RTP_MERGE_MAX_PATHS

/* What one member did. */
typedef struct
{
  RtpMergePath path;
  gboolean live;                /* part of the stream within the last second */
} GstInputMergePath;

typedef struct
{
  guint live;                   /* members that are */
  gboolean locked;              /* two or more, and copies have been seen */
  guint64 skew;                 /* ns, of the slowest of them */
  guint64 lost;                 /* packets that no member has brought */
  guint64 overflows;            /* buffers dropped since no one took them */
} GstInputMergeInfo;

GstInputMergeForm gst_input_merge_form (const gchar * uri);

/* `uri` says what the stream is. */
GstInputMerge *gst_input_merge_new (const gchar * uri, guint64 window);
GstInputMerge *gst_input_merge_ref (GstInputMerge * self);
void gst_input_merge_unref (GstInputMerge * self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstInputMerge, gst_input_merge_unref)

const gchar *gst_input_merge_get_uri (GstInputMerge * self);
guint64 gst_input_merge_get_window (GstInputMerge * self);

/* A place for a member, or -1. */
gint gst_input_merge_add_path (GstInputMerge * self);
void gst_input_merge_remove_path (GstInputMerge * self, gint path);

/* Another connection of a member: returns what it puts in with, and what came
 * from the one before is taken no more. */
guint gst_input_merge_open_path (GstInputMerge * self, gint path);
/* Takes `buffer` (transfer none), which has its running time. */
void gst_input_merge_put (GstInputMerge * self, gint path, guint ticket,
    GstBuffer * buffer);

/* What came last, on the monotonic clock (us), or 0. */
gint64 gst_input_merge_last_data (GstInputMerge * self, gint path);
void gst_input_merge_get_path (GstInputMerge * self, gint path,
    GstInputMergePath * facts);
void gst_input_merge_get_info (GstInputMerge * self, GstInputMergeInfo * info);

/* A reader takes what comes from now on, in the place of any before. */
guint gst_input_merge_open_reader (GstInputMerge * self);
void gst_input_merge_close_reader (GstInputMerge * self, guint reader);
/* Waits.  (transfer full) (nullable): closed */
GstBuffer *gst_input_merge_read (GstInputMerge * self, guint reader);

/* A live source element that reads it.  (transfer floating) */
GstElement *gst_input_merge_new_source (GstInputMerge * self);

G_END_DECLS
