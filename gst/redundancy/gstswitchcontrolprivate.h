/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstswitchcontrol.h"
#include "overrides.h"

G_BEGIN_DECLS

/* What gstswitchcontrol.c (data, decisions), gstswitchoverride.c (what the
 * operator has in force) and gstswitchquestion.c (what the application is
 * asked and told) share.  "_locked" wants self->lock. */
typedef struct
{
  gint id;
  gchar *name;
  guint priority;
  Timeline timeline;
  Alignment alignment;
  AlignmentKind aligned_by;
  gint64 aligned;               /* ns later than without */
  gint64 trim[FAILOVER_MEDIA];  /* ns, the operator's */
  guint64 late;
  GstClockTime last_arrival;
  ContentHealth content;
  guint faults;                 /* bit mask, as told */
  GstClockTime fault_since[CONTENT_N_FAULTS];
  guint incidents[CONTENT_N_FAULTS];
  guint lockouts;               /* incidents of that */
  GstClockTime lockout_since;
  GstClockTime arrival[FAILOVER_MEDIA]; /* 0: none */
  GstClockTime coded_at[FAILOVER_MEDIA];        /* kept data came, 0: none */
  gint64 coded_until[FAILOVER_MEDIA];   /* its running time */
  gint64 stored[FAILOVER_MEDIA];        /* end of what is stored, or
                                         * G_MININT64 */
} GstSwitchControlInput;

typedef struct
{
  guint64 switches;
  guint64 manual;
  guint64 returns;
} GstSwitchControlCounters;

struct _GstSwitchControl
{
  gint refcount;                /* atomic */
  GMutex lock;
  /* All under the lock. */
  GstSwitchControlConfig config;
  GstClockTime least_timeout[FAILOVER_MEDIA];
  AvPolicy *policy;
  GPtrArray *inputs;            /* GstSwitchControlInput */
  GstClockTime started_at;
  gint next_id;
  guint serial;
  GstSwitchDecision decisions[FAILOVER_MEDIA];
  GstClockTime position[FAILOVER_MEDIA];        /* 0: does not take part */
  gboolean video_leads;
  guint video_serial;           /* of the decision that video has followed */
  GstClockTime video_cut;       /* with this output position */
  Overrides overrides;
  gboolean selecting;
  guint64 selections;           /* answers that came in time */
  GQueue questions;             /* GstSwitchQuestion */
  FailoverStatus status;
  gboolean status_changed;      /* since it was taken */
  GList *news;                  /* GstSwitchNews, newest first */
  GstClockTime now;             /* of the last decision or command */
  GstSwitchControlCounters counters[AV_POLICY_BOTH + 1];        /* by media
                                                                 * asked for */
};

/* (nullable) */
GstSwitchControlInput *gst_switch_control_find_locked (GstSwitchControl * self,
    gint id);

/* What is seen is not moved but for the operator, and slowly. */
void gst_switch_control_shift_locked (GstSwitchControl * self,
    GstSwitchControlInput * input);

/* FAILOVER_NONE: there is none. */
gint gst_switch_control_find_name_locked (GstSwitchControl * self,
    const gchar * name);

/* A command was granted, or ended. */
void gst_switch_control_note_begin_locked (GstSwitchControl * self,
    OverrideKind kind, guint media, gint input, GstClockTime until);
void gst_switch_control_note_end_locked (GstSwitchControl * self,
    OverrideKind kind, guint media);
void gst_switch_control_note_removed_locked (GstSwitchControl * self,
    gint input);
/* `was` and `is` are the media that the input is locked out of; `why` is of the
 * end. */
void gst_switch_control_note_lockout_locked (GstSwitchControl * self,
    GstSwitchControlInput * input, guint was, guint is, OverrideEnd why);

/* Before a decision: what is over ends. */
void gst_switch_control_expire_overrides_locked (GstSwitchControl * self,
    GstClockTime * deadline);
/* After it: so does what the automaton has let go of. */
void gst_switch_control_sync_overrides_locked (GstSwitchControl * self);

/* gstswitchquestion.c: after a decision. */
void gst_switch_control_ask_locked (GstSwitchControl * self,
    const AvDecision * made);
void gst_switch_control_judge_status_locked (GstSwitchControl * self,
    FailoverStatus status);

/* "video", "audio" or "video+audio". */
const gchar *gst_switch_control_media_name_locked (GstSwitchControl * self,
    guint media);
guint gst_switch_control_locked_out_locked (GstSwitchControl * self, gint id);

G_END_DECLS
