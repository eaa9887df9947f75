/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "alignment.h"
#include "avpolicy.h"
#include "contenthealth.h"
#include "gstswitchnews.h"
#include "timeline.h"

G_BEGIN_DECLS

/* What the switches of one element decide together: the automaton and, per
 * input, the timeline that its media share.  Reference counted; every function
 * takes its own lock and calls no one, so it may be called with a switch's
 * lock held.  All times are running time on the pipeline's clock. */
typedef struct _GstSwitchControl GstSwitchControl;

typedef enum
{
  GST_SWITCH_VIDEO,
  GST_SWITCH_AUDIO,
} GstSwitchMediumId;

/* What is in force for one medium.  From the output position `cut` on `active`
 * is shown, before it `previous`. */
typedef struct
{
  guint serial;                 /* rises with each decision */
  gint active;
  gint previous;
  FailoverReason reason;
  GstClockTime decided_at;
  GstClockTime cut;
  gboolean exclusive;           /* no other input may fill in */
  gboolean together;            /* the other medium changed at that instant */
  gboolean joined;              /* `cut` is where encoded video changes, NONE
                                 * while that is not known */
} GstSwitchDecision;

typedef struct
{
  AvPolicyKind av_policy;
  FailoverConfig failover;
  ContentConfig content;
  TimelineConfig timeline;
} GstSwitchControlConfig;

typedef struct
{
  gchar *name;
  gboolean healthy;
  guint active;                 /* bit mask of the media it is shown in */
  guint locked_out;             /* likewise */
  guint media;                  /* what is taken of it, a bit mask */
  guint faults;                 /* bit mask of ContentFault */
  guint priority;
  guint64 epochs;
  guint64 late;
  GstClockTime last_arrival;
  GstClockTimeDiff offset;
  gint64 drift_ppb;             /* positive: faster than our clock */
  AlignmentKind alignment;      /* to what was shown when it was judged */
  GstClockTimeDiff shift;       /* that it was given by that */
  guint64 jumps;
  GstClockTime return_delay;
  guint64 flaps;
} GstSwitchInputInfo;

GstSwitchControl *gst_switch_control_new (void);
GstSwitchControl *gst_switch_control_ref (GstSwitchControl * self);
void gst_switch_control_unref (GstSwitchControl * self);

void gst_switch_control_configure (GstSwitchControl * self,
    const GstSwitchControlConfig * config);
void gst_switch_control_start (GstSwitchControl * self, GstClockTime now);
/* The clock stood still: every input's time is anew. */
void gst_switch_control_rebase (GstSwitchControl * self);

/* `timeout` of a medium is never less than this, e.g. three frames. */
void gst_switch_control_set_least_timeout (GstSwitchControl * self,
    GstSwitchMediumId medium, GstClockTime timeout);

gint gst_switch_control_add_input (GstSwitchControl * self,
    const gchar * name, guint priority);
void gst_switch_control_remove_input (GstSwitchControl * self, gint id);
void gst_switch_control_set_priority (GstSwitchControl * self, gint id,
    guint priority);
/* What is taken of the input, a bit mask; all at first. */
void gst_switch_control_set_media (GstSwitchControl * self, gint id,
    guint media);
/* FAILOVER_NONE when there is none of that name. */
gint gst_switch_control_find (GstSwitchControl * self, const gchar * name);
/* Name of an input, "slate" for FAILOVER_NONE.  (transfer full) */
gchar *gst_switch_control_name (GstSwitchControl * self, gint id);

void gst_switch_control_on_connection (GstSwitchControl * self, gint id);
/* Its data arrives when our clock lets it, so its clock is not measured. */
void gst_switch_control_set_paced (GstSwitchControl * self, gint id,
    gboolean paced);
/* Data of an input: where it belongs.  Only usable data is life. */
TimelineVerdict gst_switch_control_on_data (GstSwitchControl * self, gint id,
    GstSwitchMediumId medium, GstClockTime now, gint64 running_time,
    gint64 * mapped, guint * epoch);
/* What that data said of its time (ns, G_MININT64: nothing), and where it was
 * placed. */
void gst_switch_control_on_references (GstSwitchControl * self, gint id,
    GstSwitchMediumId medium, const gint64 references[ALIGNMENT_N_KINDS],
    gint64 mapped);
/* The operator's, ms: all media of an input, or its sound besides, later by
 * that. */
#define GST_SWITCH_MAX_OFFSET 2000
void gst_switch_control_set_offset (GstSwitchControl * self, gint id,
    gint offset_ms, gint audio_offset_ms);
/* The same for data that is kept coded: what is made of it may come later, and
 * out of what went before it. */
TimelineVerdict gst_switch_control_on_coded (GstSwitchControl * self, gint id,
    GstSwitchMediumId medium, GstClockTime now, gint64 running_time,
    gint64 * mapped, guint * epoch);
void gst_switch_control_on_end (GstSwitchControl * self, gint id,
    FailoverReason why);
/* A detector found `fault` in an input's content, or its end. */
void gst_switch_control_on_content (GstSwitchControl * self, gint id,
    ContentFault fault, gboolean bad, GstClockTime now);
/* Is this input shown, or may it have to be, since no better one is healthy?
 * With `early` a better one that has been silent for half its time-out does
 * not count.  Not before the start is over. */
gboolean gst_switch_control_needs (GstSwitchControl * self, gint id,
    gboolean early, GstClockTime now);
/* The stored data of an input reaches to there. */
void gst_switch_control_on_stored (GstSwitchControl * self, gint id,
    GstSwitchMediumId medium, gint64 end);

/* Decides with `now`; `position` is what the caller puts out next.  Returns
 * what is in force. */
GstSwitchDecision gst_switch_control_decide (GstSwitchControl * self,
    GstSwitchMediumId medium, GstClockTime now, GstClockTime position,
    GstClockTime * deadline);

/* Video is encoded: where it changes, sound does (when nothing failed). */
void gst_switch_control_set_video_leads (GstSwitchControl * self,
    gboolean leads);
/* It has followed the decision of that serial, at the output position `cut`. */
void gst_switch_control_on_video_cut (GstSwitchControl * self, guint serial,
    GstClockTime cut);

/* Ids in the order of preference when `first` is wanted, without those locked
 * out or not taken; returns how many. */
guint gst_switch_control_order (GstSwitchControl * self,
    GstSwitchMediumId medium, gint first, gboolean exclusive, gint * ids,
    guint max);

/* Commands are for the media of a bit mask.  `duration` NONE: until it is
 * ended. */
FailoverVerdict gst_switch_control_switch_to (GstSwitchControl * self,
    guint media, const gchar * name, GstClockTime now);
FailoverVerdict gst_switch_control_force (GstSwitchControl * self,
    guint media, const gchar * name, GstClockTime now,
    GstClockTime duration);
FailoverVerdict gst_switch_control_fallback_to_slate (GstSwitchControl * self,
    guint media, gboolean on, GstClockTime now);
FailoverVerdict gst_switch_control_lockout (GstSwitchControl * self,
    guint media, const gchar * name, gboolean on, GstClockTime now);
FailoverVerdict gst_switch_control_hold (GstSwitchControl * self, guint media,
    gboolean on, GstClockTime now);
FailoverVerdict gst_switch_control_clear (GstSwitchControl * self,
    guint media, GstClockTime now);

/* What is in force, "override".  (transfer full) */
GstStructure *gst_switch_control_get_override (GstSwitchControl * self);

/* Something for the application to choose. */
typedef struct
{
  guint medium;                 /* whose automaton asks */
  guint number;
  const gchar *media;           /* for people: "video+audio" */
  GstStructure *candidates;
} GstSwitchQuestion;

void gst_switch_question_free (GstSwitchQuestion * question);

/* Whether there is someone to answer questions. */
void gst_switch_control_set_selecting (GstSwitchControl * self,
    gboolean selecting);
/* (transfer full) (nullable): put it to them */
GstSwitchQuestion *gst_switch_control_take_question (GstSwitchControl * self);
/* `name` NULL leaves it to the automaton. */
FailoverVerdict gst_switch_control_answer (GstSwitchControl * self,
    const GstSwitchQuestion * question, const gchar * name, GstClockTime now);

/* Answers that came in time. */
guint64 gst_switch_control_get_selections (GstSwitchControl * self);

/* How it is about the whole. */
FailoverStatus gst_switch_control_get_status (GstSwitchControl * self);
/* TRUE once after each change. */
gboolean gst_switch_control_take_status_change (GstSwitchControl * self);
/* The session is over. */
void gst_switch_control_stop (GstSwitchControl * self);

/* What is to be posted of what was found meanwhile.  (transfer full): give it
 * to gst_switch_news_post () */
GList *gst_switch_control_take_news (GstSwitchControl * self);

/* FALSE for an unknown id; clear with gst_switch_input_info_clear (). */
gboolean gst_switch_control_get_info (GstSwitchControl * self, gint id,
    GstClockTime now, GstSwitchInputInfo * info);
void gst_switch_input_info_clear (GstSwitchInputInfo * info);
/* Of `media`: of one, or changes of any, those of both counted once. */
void gst_switch_control_get_counters (GstSwitchControl * self, guint media,
    guint64 * switches, guint64 * manual, guint64 * returns);

G_END_DECLS
