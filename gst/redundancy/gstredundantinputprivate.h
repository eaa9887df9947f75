/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstredundantinput.h"

G_BEGIN_DECLS

/* What gstredundantinput.c (properties, pads, merge groups, stats) and
 * gstredundantinputlife.c (connections, messages) share.
 *
 * Locks, in this order: self->lock, then what pads and the control lock by
 * themselves.  Nothing is posted, linked or joined under it.
 * Threads: the controller (step), the application (properties, start, stop). */

#define N_MEDIA 2

struct _GstRedundantInput
{
  GstObject parent;

  /* Fixed after init. */
  GstBin *owner;
  GstSwitchControl *control;
  GstRedundantSwitch *switches[N_MEDIA];
  guint brings;                 /* bit mask of media, as its list says */
  void (*on_event) (gpointer user_data);
  gpointer user_data;

  GMutex lock;
  /* Under the lock. */
  gchar *uri;
  guint priority;
  guint media;                  /* bit mask of those that are taken of it */
  guint built_for;              /* by the connection, likewise */
  gboolean started;
  gint offset_ms;               /* `offset` */
  gint audio_offset_ms;         /* `audio-offset` */
  gboolean leaving;
  gboolean restart;
  Standby standby;
  gboolean own_standby;         /* or the element's */
  StandbyMode standby_now;
  gchar *merge_group;           /* (nullable) */
  gboolean apart;               /* it was unlike the others */
  GstInputMergeRole role, next_role;    /* their merges (transfer full) */
  gboolean role_changes;        /* with the next connection */
  GstRedundantInputConfig config;
  InputLife life;
  guint claimed;                /* bit mask of places that have a pad */
  GstInputLanding *landings[N_MEDIA];   /* of request pads, nullable */
  GstInputConnection *connection;
  gint64 connected_at;          /* us, monotonic */
  guint64 generation;           /* connections ever, for names */
  GList *zombies;
  gchar *last_error;

  /* Controller thread writes, under the lock.  NULL and FAILOVER_NONE while it
   * brings packets to a merge. */
  GstPad *pads[N_MEDIA];
  gint id;

  /* Controller thread only. */
  InputLifeState told_state;
  gboolean told_lost;
};

/* gstredundantinput.c; "_locked" wants self->lock. */
guint64 gst_redundant_input_now_ns (void);      /* monotonic */
/* What of it is put out, a bit mask of media. */
guint gst_redundant_input_wanted_locked (GstRedundantInput * self);
/* It brings packets to a merge. */
gboolean gst_redundant_input_is_member_locked (GstRedundantInput * self);
StandbyMode gst_redundant_input_standby_locked (GstRedundantInput * self);
/* Controller thread, without a connection: the role that it has from now on. */
void gst_redundant_input_apply_role (GstRedundantInput * self);

G_END_DECLS
