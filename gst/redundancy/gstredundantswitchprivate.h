/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstredundantswitch.h"
#include "gstcontenttap.h"
#include "gstelementmessage.h"
#include "gstslate.h"
#include "gststatstimer.h"
#include "gstswitchvoice.h"
#include "lateness.h"

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN (gst_redundant_switch_debug);

/* The files of the element share this and nothing else does:
 * gstredundantswitch.c (properties, states, pads), gstswitchpad.c (inputs),
 * gstswitchoutput.c (the output's task), gstswitchcontent.c (what inputs
 * bring), gstswitchstats.c.
 *
 * Locks, in this order: content lock (gstswitchcontent.c), src pad's stream
 * lock, self->lock, the control's own lock or the slate's, object locks.
 * Nothing is pushed, posted or notified under self->lock.
 * Threads: one streaming thread per input (gstswitchpad.c), the output's task
 * (gstswitchoutput.c), application threads. */

#define GST_TYPE_REDUNDANT_SWITCH_PAD (gst_redundant_switch_pad_get_type ())
G_DECLARE_FINAL_TYPE (GstRedundantSwitchPad, gst_redundant_switch_pad, GST,
    REDUNDANT_SWITCH_PAD, GstPad)

struct _GstRedundantSwitchPad
{
  GstPad parent;

  gint id;                      /* fixed before the pad is added */

  /* Under the switch's content lock. */
  GstContentTap *tap;           /* (nullable) */
  GstPad *coded;                /* where its coded stream passes (nullable) */
  GstContentTap *coded_tap;     /* (nullable) */

  /* The rest under the switch's lock. */
  guint priority;
  gint offset_ms;               /* `offset` */
  gint audio_offset_ms;         /* `audio-offset` */
  GstCaps *caps;
  gboolean fits;                /* caps are the output's form */
  gboolean judged;              /* `fits` holds for caps and `judged_form` */
  GstCaps *judged_form;
  gboolean asked;               /* for the form, since these caps came */
  GstSegment segment;
  gpointer track;               /* NULL until there is an output */
  gboolean eos;
  gboolean refusing;            /* flushing or interrupted */
  gboolean stream_started;
  gboolean is_live;
  gboolean knows_live;
  GstClockID clock_id;          /* wait that paces this input */
  gint64 last_data;             /* us, monotonic */
  gint64 next_time;             /* running time for data without a stamp */
  GstClockTime frame_duration;
  guint64 buffers;
  guint64 bytes;
  guint64 misfits;              /* buffers of the wrong form */
  Lateness lateness;            /* changes with data, or without */
  LatenessNews late_news;       /* yet to be told */
  gboolean leaves;              /* is being released */
};

typedef enum
{
  GST_SWITCH_STOPPED,
  GST_SWITCH_WAITING,           /* nothing has gone out */
  GST_SWITCH_RUNNING,
  GST_SWITCH_ENDED,             /* EOS or an error went out */
} GstSwitchPhase;

#define GST_SWITCH_MAX_PENDING 4

struct _GstRedundantSwitch
{
  GstElement parent;

  GstPad *srcpad;
  GstStatsTimer *stats_timer;   /* object lock */
  guint stats_interval_ms;      /* object lock */

  /* Fixed by adoption, before pads exist. */
  GstSwitchControl *control;
  GstSlate *slate;
  GstElement *owner;            /* NULL: stands alone */
  GstSwitchVoice *voice;        /* its own; NULL: the owner's speaks */
  const gchar *prefix;
  guint group_id;               /* of the stream */

  GMutex content_lock;
  GMutex lock;
  GCond cond;
  /* The rest under the lock. */
  const GstSwitchMedium *medium;
  GstSwitchSettings settings;
  GstRedundantSwitchEosPolicy eos_policy;
  guint min_upstream_latency_ms;
  GstCaps *wanted;              /* `caps` */

  GstSwitchPhase phase;
  gboolean flushing;            /* src pad is inactive */
  gboolean playing;
  gboolean clock_started;       /* has played since PAUSED */
  GstClockTime started_at;
  gboolean eos_requested;
  gboolean inputs_ended;        /* whatever their pads say */
  GstClockID clock_id;          /* the output's wait */
  guint next_pad;
  GList *pads;                  /* GstRedundantSwitchPad, not owned */

  GstCaps *form;
  gpointer output;
  gboolean discont;
  gboolean starved;             /* waits for something to be stored */
  gint64 awaited;               /* that comes before this */
  guint video_serial;           /* newest decision that encoded video shows */
  GstClockTime upstream_latency;        /* frozen when RUNNING */
  GstClockTime position;
  guint64 skipped;

  guint serial;                 /* newest decision that was seen */
  /* Decisions of which the first slot has not gone out, oldest first; their
   * messages wait for it. */
  GstSwitchDecision pending[GST_SWITCH_MAX_PENDING];
  guint n_pending;
  gint shown_from;              /* input that went out before them */
  guint64 missed_mark;          /* counters when all was well last */
  guint64 repeated_mark;
  gint last_active;             /* as notified */
  gboolean slate_open;
  GstClockTime slate_since;
  guint slate_incidents;
};

/* gstredundantswitch.c; "_locked" wants self->lock. */
GstClockTime gst_redundant_switch_now (GstRedundantSwitch * self);
GstClockTime gst_redundant_switch_total_locked (GstRedundantSwitch * self);
gboolean gst_redundant_switch_make_output_locked (GstRedundantSwitch * self,
    GstCaps * caps);
void gst_redundant_switch_configure_locked (GstRedundantSwitch * self);
GstClockTime gst_redundant_switch_query_upstream (GstRedundantSwitch * self);
void gst_redundant_switch_wake_locked (GstRedundantSwitch * self);

/* gstswitchpad.c */
void gst_redundant_switch_pad_setup (GstRedundantSwitchPad * pad);
/* The pad begins anew; `all` forgets its data and its stream as well. */
void gst_redundant_switch_pad_reset_locked (GstRedundantSwitch * self,
    GstRedundantSwitchPad * pad, gboolean all);

/* gstswitchcontent.c; without any lock held. */
void gst_redundant_switch_pad_end_content (GstRedundantSwitch * self,
    GstRedundantSwitchPad * pad);

/* gstswitchoutput.c: the src pad's task. */
void gst_redundant_switch_loop (gpointer pad);

G_END_DECLS
