/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "segmenter.h"

G_BEGIN_DECLS

/* What the files of the segmenter share, and nobody else includes:
 * segmenterentry.c finds a frame's place, segmenterpart.c cuts, segmentergap.c
 * lists what is missing, segmenter.c is the rest. */

static inline guint64
segmenter_ns (const Segmenter * self, guint64 ticks)
{
  return lattice_ns (ticks, self->format.lattice.timescale);
}

static inline guint64
segmenter_ticks (const Segmenter * self, guint64 ns)
{
  return lattice_ticks (ns, self->format.lattice.timescale);
}

/* Half a frame, ns: two times closer than that are the same frame's. */
static inline guint64
segmenter_slack (const Segmenter * self)
{
  if (cmaf_kind_is_audio (self->format.kind))
    return 0;
  return segmenter_ns (self, self->format.lattice.frame / 2);
}

/* A hole up to half a part where segments meet is bridged: the frame behind it
 * starts where the last one ended and keeps its time of presentation.  ns. */
static inline guint64
segmenter_bridged (const Segmenter * self)
{
  if (self->exact)
    return segmenter_ns (self, self->format.lattice.frame / 2);
  return self->part / 2;
}

/* Segments */

/* To be filled in before the next one is added.
 * Returns: (transfer none) */
SegmenterEvent *segmenter_add_event (Segmenter * self,
    SegmenterEventType type, guint64 msn);

/* Ticks are of another scale behind it. */
void segmenter_change_format (Segmenter * self);

/* Begins segment `b` at `start`, ticks. */
void segmenter_open (Segmenter * self, const TimelineBoundary * b,
    guint64 start);
void segmenter_close (Segmenter * self);

/* Takes the frame that waits for its duration, if there is one; ns. */
SegmenterResult segmenter_push_held (Segmenter * self, guint64 duration);

/* Frames */

/* Takes `frame->data` when it has a place. */
SegmenterResult segmenter_take (Segmenter * self, SegmenterFrame * frame,
    guint64 duration_ns);

/* Parts */

/* Puts a frame behind the last one; ticks.  Takes `frame->data`. */
void segmenter_add_sample (Segmenter * self, SegmenterFrame * frame,
    guint64 start, guint64 duration, gint64 offset);

/* Shows the part in work as it is. */
void segmenter_commit_part (Segmenter * self);

/* The part in work ends before a hole. */
void segmenter_leave_part (Segmenter * self);

/* The part in work lasts up to `at`, ticks, if it may. */
void segmenter_stretch_part (Segmenter * self, CmafSampleKind kind,
    guint64 at);

/* How long a hole may be for the frame behind it to begin before it, ticks: it
 * has to fit into a part. */
guint64 segmenter_reach (const Segmenter * self);

/* What the next part will be called, for the preload hint. */
void segmenter_predict (Segmenter * self);

/* The first point of the grid of parts behind `at`, ticks. */
guint64 segmenter_next_cell (const Segmenter * self, guint64 at);

/* Gaps */

/* Media goes on at `start`, ticks, behind a hole in the open segment. */
void segmenter_skip_hole (Segmenter * self, guint64 start);

/* What is missing at the end of the open segment, as far as that is known. */
void segmenter_finish_tail (Segmenter * self);

/* How long the open segment is, of which nothing came, ticks. */
guint64 segmenter_empty_length (const Segmenter * self);

/* Lists as gaps what lies between the last segment and `msn`. */
void segmenter_fill_gaps (Segmenter * self, guint64 msn);

G_END_DECLS
