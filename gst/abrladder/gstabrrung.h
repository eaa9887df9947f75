/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstabrchain.h"
#include "keyunitgate.h"
#include "ladderspec.h"
#include "rungstate.h"

G_BEGIN_DECLS

/* What lasts of a rung: its state, its cores and its counters.  The data go
 *
 *   tee ! queue ! inlet ! chain ! outlet ! ghost pad
 *
 * where queue, inlet and outlet stay as long as the pads, and the chain, which
 * holds the encoder, may fail or be replaced without anyone else noticing.
 * Inlet to outlet is the queue's thread, the rung's own: whatever the chain or
 * downstream returns, the queue gets OK, so no fault ever reaches the tee.
 *
 * Any thread may call any of this with no lock of its own held. */
#define GST_TYPE_ABR_RUNG (gst_abr_rung_get_type ())
G_DECLARE_FINAL_TYPE (GstAbrRung, gst_abr_rung, GST, ABR_RUNG, GObject)

/* What the source's caps made of the rung. */
typedef struct
{
  GstAbrChainConfig chain;
  gboolean skipped;             /* above the source's size */
  guint divisor;                /* 0 = there is no plan yet */
  guint fps_n, fps_d;
  gboolean live;                /* drop what does not fit, else let it wait */
  guint queue_frames;
} GstAbrRungPlan;

/* `owner` is the bin that posts the messages and holds the chain; it outlives
 * the rung.  `id` names the rung in messages, stats and stream ids. */
GstAbrRung *gst_abr_rung_new (GstBin * owner, const LadderRung * spec,
    const gchar * id);

GstBin *gst_abr_rung_get_owner (GstAbrRung * self);
LadderMedium gst_abr_rung_get_medium (GstAbrRung * self);
const gchar *gst_abr_rung_get_id (GstAbrRung * self);

/* READY to PAUSED: nothing is known, all counters are 0. */
void gst_abr_rung_reset (GstAbrRung * self);

/* From the front's planner, before the caps reach the inlet. */
void gst_abr_rung_set_plan (GstAbrRung * self, const GstAbrRungPlan * plan);
GstAbrRungPlan gst_abr_rung_get_plan (GstAbrRung * self);

/* Carries an event out; if that changes the state, posts abrladderbin-rung. */
void gst_abr_rung_change (GstAbrRung * self, RungEvent event,
    const gchar * reason);
RungState gst_abr_rung_get_state (GstAbrRung * self);
gboolean gst_abr_rung_is_alive (GstAbrRung * self);

/* The chain, a child of the owner.  ref: (transfer full) (nullable) */
void gst_abr_rung_set_chain (GstAbrRung * self, GstElement * chain);
GstElement *gst_abr_rung_ref_chain (GstAbrRung * self);

/* After PAUSED to READY, when no streaming thread is left. */
void gst_abr_rung_remove_chain (GstAbrRung * self);

/* Whether the rung wants the frame, before its queue that holds `level`. */
gboolean gst_abr_rung_takes (GstAbrRung * self, GstBuffer * buffer,
    guint level);

/* A frame goes into the encoder; TRUE if the encoder must be asked for a key
 * frame first, and how often it was asked so far. */
gboolean gst_abr_rung_on_frame_in (GstAbrRung * self, GstBuffer * buffer,
    guint * count);

/* A frame has come out, at its final PTS. */
KeyUnitVerdict gst_abr_rung_on_frame_out (GstAbrRung * self,
    GstBuffer * buffer);

void gst_abr_rung_on_foreign_request (GstAbrRung * self);

/* After a flush: nothing is due from the encoder. */
void gst_abr_rung_on_flush (GstAbrRung * self);

/* What the source calls its stream, for the stream-start of the output. */
void gst_abr_rung_set_stream (GstAbrRung * self, GstEvent * stream_start);
GstEvent *gst_abr_rung_new_stream_start (GstAbrRung * self);

/* What downstream returned last. */
void gst_abr_rung_set_downstream (GstAbrRung * self, GstFlowReturn flow);
GstFlowReturn gst_abr_rung_get_downstream (GstAbrRung * self);

/* `queue_level` is a gauge of the caller's.  (transfer full) */
GstStructure *gst_abr_rung_get_stats (GstAbrRung * self, guint queue_level);

G_END_DECLS
