/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstredundantinputs.h"
#include "gstredundantsettings.h"
#include "gstredundantsrc.h"
#include "gstredundantswitch.h"
#include "gstslate.h"
#include "gststatstimer.h"
#include "gstswitchvoice.h"

G_BEGIN_DECLS

/* The files of the bin share this and nothing else does: gstredundantsrc.c
 * (properties, states, messages), gstredundantsrcpads.c (request pads),
 * gstredundantsrcstart.c (what changes of state do), gstredundantsrcstats.c.
 *
 * Locks, in this order: self->lock (settings), then what the inputs, switches
 * and the control lock by themselves, object lock.  Nothing is posted, linked,
 * set or joined under it.
 * Threads: the application; those of the inputs are in gstredundantinputs.c
 * and gstinputconnection.c. */

#define N_MEDIA 2
#define ALL_MEDIA \
  (GST_REDUNDANT_SRC_MEDIA_VIDEO | GST_REDUNDANT_SRC_MEDIA_AUDIO)

struct _GstRedundantSrc
{
  GstBin parent;

  /* Fixed after init. */
  GstSwitchControl *control;
  GstSlate *slate;
  GstRedundantSwitch *switches[N_MEDIA];
  GstPad *ghosts[N_MEDIA];
  GstRedundantInputs *inputs;
  GstSwitchVoice *voice;
  GstStatsTimer *stats_timer;   /* object lock */
  guint stats_interval_ms;      /* object lock */

  GMutex lock;
  /* Under the lock. */
  GstSwitchSettings settings;
  gchar *uris;
  gchar *audio_uris;
  gchar *merge_groups;
  GstRedundantSettings own;
  gboolean clock_started;
  GstClock *clock;              /* that ran last; state changes only */
  guint effective;              /* media that are put out and linked */
};

/* gstredundantsrc.c; wants self->lock. */
void gst_redundant_src_configure_locked (GstRedundantSrc * self);

/* gstredundantsrcstart.c */
gboolean gst_redundant_src_start (GstRedundantSrc * self);
void gst_redundant_src_start_clock (GstRedundantSrc * self);
GstStateChangeReturn gst_redundant_src_set_switches (GstRedundantSrc * self,
    GstState state);
void gst_redundant_src_unlock_switches (GstRedundantSrc * self);
void gst_redundant_src_end_speaking (GstRedundantSrc * self);

/* gstredundantsrcstats.c (transfer full) */
GstStructure *gst_redundant_src_get_stats (GstRedundantSrc * self);

/* gstredundantsrcpads.c */
GstPad *gst_redundant_src_request_new_pad (GstElement * element,
    GstPadTemplate * template, const gchar * name, const GstCaps * caps);
void gst_redundant_src_release_pad (GstElement * element, GstPad * pad);

G_END_DECLS
