/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstswitchcontrol.h"

G_BEGIN_DECLS

/* What raw outputs show while no input has anything: a colour, or pictures and
 * sound of a file, which is decoded and kept ready from the start on.  One for
 * all switches of an element, so that its picture and sound stay together.
 * Reference counted; every function takes its own lock and calls no one,
 * except gst_slate_step (), gst_slate_check () and gst_slate_stop (). */
typedef struct _GstSlate GstSlate;

typedef enum
{
  GST_SLATE_BLACK,
  GST_SLATE_COLOR,
  GST_SLATE_IMAGE,
  GST_SLATE_URI,
} GstSlateKind;

typedef enum
{
  GST_SLATE_AUDIO_SILENCE,
  GST_SLATE_AUDIO_URI,
} GstSlateAudio;

#define GST_TYPE_SLATE_KIND (gst_slate_kind_get_type ())
GType gst_slate_kind_get_type (void);
#define GST_TYPE_SLATE_AUDIO (gst_slate_audio_get_type ())
GType gst_slate_audio_get_type (void);

GstSlate *gst_slate_new (void);
GstSlate *gst_slate_ref (GstSlate * self);
void gst_slate_unref (GstSlate * self);

/* Takes effect at once. */
void gst_slate_set_kind (GstSlate * self, GstSlateKind kind);
GstSlateKind gst_slate_get_kind (GstSlate * self);
void gst_slate_set_audio (GstSlate * self, GstSlateAudio audio);
GstSlateAudio gst_slate_get_audio (GstSlate * self);
void gst_slate_set_color (GstSlate * self, guint32 argb);
guint32 gst_slate_get_color (GstSlate * self);
/* A URI or a file's path, or NULL. */
void gst_slate_set_uri (GstSlate * self, const gchar * uri);
/* (transfer full) (nullable) */
gchar *gst_slate_dup_uri (GstSlate * self);

/* FALSE after an error on behalf of `element`: the settings do not go
 * together.  Call without locks. */
gboolean gst_slate_check (GstSlate * self, GstElement * element);

/* The output's form of that medium: the file is loaded for it. */
void gst_slate_set_form (GstSlate * self, GstSwitchMediumId medium,
    GstCaps * form);
/* Starts, renews and gives up the file as it becomes due, and posts what is
 * worth it on behalf of `element`.  Call it often, without locks; it never
 * waits. */
void gst_slate_step (GstSlate * self, GstElement * element);
/* The session is over.  Call without locks. */
void gst_slate_stop (GstSlate * self);

/* The picture to show at that time of the output, or NULL: none is there.
 * (transfer full) */
GstBuffer *gst_slate_get_picture (GstSlate * self, GstClockTime position);
/* What is shown where there is no picture, 0xAARRGGBB. */
guint32 gst_slate_get_background (GstSlate * self);
/* The next sound that begins before `until`, when the output stands at
 * `position`; `start` is where in the output it belongs.  (transfer full)
 * (nullable) */
GstBuffer *gst_slate_pull_audio (GstSlate * self, GstClockTime position,
    GstClockTime until, gint64 * start);
/* The medium no longer shows the slate; the next time it begins anew. */
void gst_slate_hide (GstSlate * self, GstSwitchMediumId medium);

/* Fields for `stats`. */
void gst_slate_add_stats (GstSlate * self, GstStructure * stats);

G_END_DECLS
