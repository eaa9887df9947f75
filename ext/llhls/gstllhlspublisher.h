/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "daterange.h"
#include "gstllhlsoutputs.h"
#include "gstllhlsstore.h"
#include "packager.h"
#include "texttrack.h"

G_BEGIN_DECLS

/* Carries what the packager made to the outputs: media and playlists into the
 * store and to the outputs.  Who holds the packager's lock calls. */
typedef struct _GstLlHlsPublisher GstLlHlsPublisher;

typedef struct
{
  gboolean iframes;             /* a playlist of each video's key frames */
  gint64 start_offset;          /* ns of EXT-X-START, 0 = none */
} GstLlHlsPublisherConfig;

/* `outputs`, `packager` and `ranges` must live longer. */
GstLlHlsPublisher *gst_llhls_publisher_new (GstLlHlsStore * store,
    const GstLlHlsOutputs * outputs, Packager * packager,
    DaterangeSet * ranges, const GstLlHlsPublisherConfig * config);
void gst_llhls_publisher_free (GstLlHlsPublisher * self);

/* The init section that the rendition's next format names. */
void gst_llhls_publisher_add_init (GstLlHlsPublisher * self,
    PackagerTrack * track, const gchar * name, GBytes * init);

/* One of the packager's events, in order. */
void gst_llhls_publisher_take (GstLlHlsPublisher * self,
    const SegmenterEvent * event);

/* A rendition that is none of the packager's tracks and follows them.  `text`
 * must live until it is forgotten. */
void gst_llhls_publisher_add_text (GstLlHlsPublisher * self,
    TextTrack * text);
/* One of its events. */
void gst_llhls_publisher_take_text (GstLlHlsPublisher * self,
    const TextTrack * text, const SegmenterEvent * event);

/* Of a track that is gone: removes what is left of it everywhere.  The track
 * itself is to be forgotten next. */
void gst_llhls_publisher_forget (GstLlHlsPublisher * self,
    const PackagerTrack * track);
void gst_llhls_publisher_forget_text (GstLlHlsPublisher * self,
    const TextTrack * text);

/* All playlists say something new: a date range. */
void gst_llhls_publisher_touch (GstLlHlsPublisher * self);

/* Behind the last event: TRUE when something new can be seen. */
gboolean gst_llhls_publisher_publish (GstLlHlsPublisher * self);

G_END_DECLS
