/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "bandwidthmeter.h"
#include "daterange.h"
#include "gstllhlsepoch.h"
#include "gstllhlsmedia.h"
#include "gstllhlspublisher.h"
#include "gstllhlsstate.h"
#include "gstllhlsstream.h"
#include "gstllhlstext.h"
#include "packager.h"

G_BEGIN_DECLS

/* What the files of the stream share, gstllhlsstream*.c; nobody else includes
 * this.  Locks and threads: gstllhlsstream.c. */

typedef struct
{
  guint64 segments, parts, gaps, discontinuities;
} GstLlHlsTally;

struct _GstLlHlsTrack
{
  GstLlHlsStream *stream;
  gboolean video;
  gchar *name;
  GstLlHlsPadSettings settings; /* fixed after init */

  /* Streaming thread only. */
  GstLlHlsMedia *media;
  GstLlHlsText *text;           /* instead, of subtitles */
  GstClockTime requested;       /* running time of the last key request */
  GstClockTime wanted;          /* of the last frame that needed one at once */
  guint n_requests;
  gint64 to_shared;             /* ns, from running time to frames' time */
  GstClockTime untimed_since;   /* running time, frames without that; or NONE */
  gboolean warned_untimed;

  /* stream->lock */
  GstLlHlsEpoch epoch;
  PackagerTrack *core;
  guint64 tag_peak, tag_average;        /* bit/s */
  BandwidthMeter meter, keys;   /* all, key frames alone */
  GstLlHlsTally tally;
  gboolean warned_keys, judged_groups;
  gchar *incident;              /* of the gap that is open, or NULL */
  guint64 gap_msn, gap_start, gap_end;  /* ns, running time */
  guint gap_count;              /* whole segments */
  gboolean gap_concealed;       /* by silence, all of it so far */
  guint64 parts_concealed;
};

struct _GstLlHlsStream
{
  GstElement *element;          /* not owned */
  GstLlHlsStreamConfig config;
  GMutex lock;
  Packager packager;            /* lock */
  DaterangeSet ranges;          /* lock */
  guint64 ranges_refused;       /* lock */
  GstLlHlsPublisher *publisher; /* lock */
  GstLlHlsState *state;         /* lock, or NULL */
  guint64 saved_msn;            /* lock */
  guint64 start;                /* fixed; ms since 1970, of media names */
  GstLlHlsEpoch epoch;          /* lock; of any track */
  gboolean has_origin;          /* lock */
  GPtrArray *tracks;            /* lock; of GstLlHlsTrack, as in packager */
  GPtrArray *texts;             /* lock; of GstLlHlsTrack, subtitles */
  GstLlHlsTally gone;           /* lock; of tracks that were forgotten */
  gboolean finalized;           /* lock */
  guint incidents;              /* lock */

  GThread *thread;
  GCond cond;                   /* lock; the deadline is earlier, or stop */
  gboolean stopping;            /* lock */
  gboolean playing;             /* lock */
  guint64 time_offset;          /* lock; ns, from our time to monotonic time */
  guint64 paused_at;            /* lock; ns of our time, while not playing */
  guint64 sleeps_until;         /* lock; ns of our time */
};

/* Adds `more`. */
void gst_llhls_tally_add (GstLlHlsTally * self, const GstLlHlsTally * more);
/* Of all tracks there are and were. */
GstLlHlsTally gst_llhls_stream_tally (const GstLlHlsStream * self);

/* gstllhlsstreamnews.c: add to `messages` what there is to tell. */
void gst_llhls_stream_note_gap (GstLlHlsTrack * track,
    const SegmenterEvent * event, GPtrArray * messages);
/* `reason` is why it is over. */
void gst_llhls_stream_close_gap (GstLlHlsTrack * track, const gchar * reason,
    GPtrArray * messages);
void gst_llhls_stream_close_gaps (GstLlHlsStream * self, const gchar * reason,
    GPtrArray * messages);
void gst_llhls_stream_note_discontinuity (GstLlHlsTrack * track,
    const SegmenterEvent * event, GPtrArray * messages);
void gst_llhls_stream_note_keys (GstLlHlsTrack * track,
    const SegmenterEvent * event, GPtrArray * messages);
void gst_llhls_stream_note_groups (GstLlHlsStream * self,
    GPtrArray * messages);
void gst_llhls_stream_note_finalized (GstLlHlsStream * self,
    GPtrArray * messages);

G_END_DECLS
