/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "texttrack.h"

G_BEGIN_DECLS

/* What comes in on a text pad, in the terms of WebVTT.  Streaming thread
 * only. */
typedef struct _GstLlHlsText GstLlHlsText;

GstLlHlsText *gst_llhls_text_new (void);
void gst_llhls_text_free (GstLlHlsText * self);

/* FALSE: it is no text that is known. */
gboolean gst_llhls_text_set_caps (GstLlHlsText * self, GstCaps * caps);

/* The buffer's cues with running times.  `time` is the buffer's; a buffer
 * without a duration, or text that says nothing of it, is shown for some
 * seconds.  Returns: (transfer full): of WebvttCue, may be empty */
GPtrArray *gst_llhls_text_read (GstLlHlsText * self, GstBuffer * buffer,
    GstClockTime time);

G_END_DECLS
