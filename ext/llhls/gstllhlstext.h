/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstllhlspad.h"
#include "gstllhlspublisher.h"
#include "packager.h"
#include "texttrack.h"

G_BEGIN_DECLS

/* A rendition of subtitles: what comes in on a text pad becomes cues, which go
 * out as the others do.  Caps and buffers: streaming thread; all else under the
 * stream's lock. */
typedef struct _GstLlHlsText GstLlHlsText;

GstLlHlsText *gst_llhls_text_new (GstLlHlsPad * pad,
    const Packager * packager, GstLlHlsPublisher * publisher);
void gst_llhls_text_free (GstLlHlsText * self);
const TextTrack *gst_llhls_text_track (const GstLlHlsText * self);

/* Fixed: that of the pad. */
const gchar *gst_llhls_text_name (const GstLlHlsText * self);
MultivariantRendition *gst_llhls_text_info (GstLlHlsText * self);

/* FALSE: it is no text that is known. */
gboolean gst_llhls_text_set_caps (GstLlHlsText * self, GstCaps * caps);

/* The buffer's cues with running times.  `time` is the buffer's; a buffer
 * without a duration, or text that says nothing of it, is shown for some
 * seconds.  Returns: (transfer full): of WebvttCue, may be empty */
GPtrArray *gst_llhls_text_read (GstLlHlsText * self, GstBuffer * buffer,
    GstClockTime time);

/* Takes the cues out of the array; `shift` is from running time to media
 * time. */
void gst_llhls_text_take (GstLlHlsText * self, GPtrArray * cues,
    gint64 shift);

/* Its pad is gone, and is there again. */
void gst_llhls_text_remove (GstLlHlsText * self);
void gst_llhls_text_resume (GstLlHlsText * self);
gboolean gst_llhls_text_is_gone (const GstLlHlsText * self);

/* Goes as far as the packager's tracks are, with or without a cue. */
void gst_llhls_text_follow (GstLlHlsText * self, const Packager * packager,
    GstLlHlsPublisher * publisher);

/* Appends to the list of renditions.  Returns: bytes in memory */
guint64 gst_llhls_text_add_stats (const GstLlHlsText * self, GValue * list);

G_END_DECLS
