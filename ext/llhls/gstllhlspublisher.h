/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstllhlsdirectory.h"
#include "gstllhlsstore.h"
#include "packager.h"

G_BEGIN_DECLS

/* Carries what the packager made to the outputs: media and playlists into the
 * store, files into the directory.  Who holds the packager's lock calls. */
typedef struct _GstLlHlsPublisher GstLlHlsPublisher;

/* `directory` may be NULL; it and `packager` must live longer. */
GstLlHlsPublisher *gst_llhls_publisher_new (GstLlHlsStore * store,
    GstLlHlsDirectory * directory, Packager * packager);
void gst_llhls_publisher_free (GstLlHlsPublisher * self);

/* The init section that the rendition's next format names. */
void gst_llhls_publisher_add_init (GstLlHlsPublisher * self,
    PackagerTrack * track, const gchar * name, GBytes * init);

/* One of the packager's events, in order. */
void gst_llhls_publisher_take (GstLlHlsPublisher * self,
    const SegmenterEvent * event);

/* Behind the last event: TRUE when something new can be seen. */
gboolean gst_llhls_publisher_publish (GstLlHlsPublisher * self);

G_END_DECLS
