/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstllhlsepoch.h"
#include "gstllhlsoutputs.h"
#include "gstllhlspad.h"
#include "gstllhlsstore.h"

G_BEGIN_DECLS

/* From buffers to published playlists: feeds the packager core under one lock,
 * carries its results to the store and the outputs, and tells the
 * application.  One for the time from READY to PAUSED and back. */
typedef struct _GstLlHlsStream GstLlHlsStream;
typedef struct _GstLlHlsTrack GstLlHlsTrack;

typedef struct
{
  GstClockTime target, part, window;
  GstClockTime gap_timeout;     /* as the packager has it */
  gboolean key_requests;
  GstLlHlsEpochLock epoch_lock;
  gint64 epoch_offset;          /* ms, or GST_LLHLS_EPOCH_MEASURED */
  const gchar *state_file;      /* or NULL; only while it is made */
  gboolean iframes;             /* playlists of key frames */
  GstClockTimeDiff start_offset;        /* of EXT-X-START, 0 = none */
  /* Parameter that URIs take over from the playlist's, NULL = none; a static
   * string. */
  const gchar *query_param;
  /* Called without locks, from any streaming thread or the stream's own, when
   * something new was published. */
  void (*wake) (gpointer user_data);
  gpointer user_data;
  gboolean event;               /* nothing leaves the playlists */
} GstLlHlsStreamConfig;

/* `element` posts the messages and outlives the stream; `outputs` too. */
GstLlHlsStream *gst_llhls_stream_new (GstElement * element,
    GstLlHlsStore * store, const GstLlHlsOutputs * outputs,
    const GstLlHlsStreamConfig * config);
void gst_llhls_stream_free (GstLlHlsStream * self);

/* Nothing is published by the clock any more, and `wake` not called but from
 * streaming threads. */
void gst_llhls_stream_stop (GstLlHlsStream * self);

/* While not PLAYING time stands still, and nobody is silent. */
void gst_llhls_stream_set_playing (GstLlHlsStream * self, gboolean playing);

/* `pad` is the ghost pad that the application sees; `origin` is where upstream
 * events go out.  Returns: (transfer none) */
GstLlHlsTrack *gst_llhls_stream_add_track (GstLlHlsStream * self,
    GstLlHlsPad * pad, gboolean video);

/* The same for subtitles, which follow the others. */
GstLlHlsTrack *gst_llhls_stream_add_text (GstLlHlsStream * self,
    GstLlHlsPad * pad);

gboolean gst_llhls_track_set_caps (GstLlHlsTrack * track, GstCaps * caps);
void gst_llhls_track_set_tags (GstLlHlsTrack * track, GstTagList * tags);

/* `origin` sends key unit requests upstream. */
GstFlowReturn gst_llhls_track_push (GstLlHlsTrack * track,
    const GstSegment * segment, GstBuffer * buffer, GstPad * origin);
void gst_llhls_track_flush (GstLlHlsTrack * track, gboolean reset_time);
void gst_llhls_track_end (GstLlHlsTrack * track);

/* Its pad is gone, and `track` not to be used again. */
void gst_llhls_track_remove (GstLlHlsTrack * track);

/* All playlists tell of a date range from the next part on.  FALSE with an
 * error that names the field. */
gboolean gst_llhls_stream_insert_daterange (GstLlHlsStream * self,
    const GstStructure * structure, GError ** error);

/* Adds the stream's fields. */
void gst_llhls_stream_add_stats (GstLlHlsStream * self,
    GstStructure * stats);

G_END_DECLS
