/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "contenthealth.h"

G_BEGIN_DECLS

#define FAILOVER_NONE (-1)      /* no input: the slate */
#define FAILOVER_MEDIA 2        /* media that decide together */

typedef enum
{
  FAILOVER_REASON_NONE,
  FAILOVER_REASON_STARTUP,      /* the first input that was shown */
  FAILOVER_REASON_TIMEOUT,      /* no data for `timeout` */
  FAILOVER_REASON_EOS,
  FAILOVER_REASON_ERROR,
  /* What it delivers is of no use, in the order of ContentFault. */
  FAILOVER_REASON_BLACK,
  FAILOVER_REASON_FREEZE,
  FAILOVER_REASON_SILENCE,
  FAILOVER_REASON_LOW_BITRATE,
  FAILOVER_REASON_REMOVED,
  FAILOVER_REASON_LOCKOUT,
  FAILOVER_REASON_RETURN,       /* a better input was healthy long enough */
  FAILOVER_REASON_RECOVERED,    /* there was none, now there is one */
  FAILOVER_REASON_MANUAL,       /* switch-to */
  FAILOVER_REASON_FORCED,       /* force, fallback-to-slate */
} FailoverReason;

/* How it is about the whole, the worse the later. */
typedef enum
{
  FAILOVER_STATUS_STOPPED,
  FAILOVER_STATUS_STARTING,     /* nothing was shown yet */
  FAILOVER_STATUS_RUNNING,      /* the best input, and all others healthy */
  FAILOVER_STATUS_DEGRADED,     /* the best input; some input is not well */
  FAILOVER_STATUS_FALLBACK,     /* another than the best input */
  FAILOVER_STATUS_SLATE,        /* no input, or one that brings nothing */
} FailoverStatus;

typedef enum
{
  FAILOVER_GRANTED,
  FAILOVER_UNKNOWN_INPUT,
  FAILOVER_NOT_HEALTHY,
  FAILOVER_LOCKED_OUT,
  FAILOVER_IS_FORCED,           /* force or fallback-to-slate stands above */
  FAILOVER_LACKS_MEDIUM,        /* it does not bring what the command is for */
  FAILOVER_IS_COMMON,           /* picture and sound go together */
  FAILOVER_IS_HELD,             /* hold stands above */
  FAILOVER_NOT_ASKED,           /* nobody waits for that answer (any more) */
} FailoverVerdict;

typedef struct
{
  guint required;               /* bit mask of media that make an input whole */
  gboolean require_all;         /* all of them, or is one enough? */
  guint64 timeout[FAILOVER_MEDIA];      /* ns without data: failed */
  guint64 startup_timeout;      /* ns to wait for the best input at start */
  guint64 hold_off;             /* ns to bear a failure before it is left */
  gboolean auto_switch;         /* or is it the operator alone who moves? */
  gboolean auto_return;
  guint64 return_delay;         /* ns of health before a return */
  guint64 return_delay_max;     /* ns, after flaps */
  guint64 flap_window;          /* ns; failing again within it is a flap */
  guint64 select_patience;      /* ns to wait for an answer */
} FailoverConfig;

typedef struct
{
  gboolean changed;
  gint from;
  gint to;
  FailoverReason reason;        /* of the change */
  guint question;               /* not 0: someone else shall choose now */
  gboolean unanswered;          /* no one did in time */
  guint64 deadline;             /* ns; call again then at the latest */
} FailoverDecision;

/* The automaton that chooses which input is shown.  Precedence: lockout >
 * force and fallback-to-slate > failure > hold > switch-to > wait-to-restore >
 * priority (the order of ITU-T G.808.1's linear protection, whose hold-off
 * timer is here as well).  It stays on an
 * input that failed while no other is healthy: what the viewer sees meanwhile
 * (a repeated picture, then the slate) is the rasters' matter.
 * An input with content faults is not healthy, but better than one that lacks
 * data: it is left for a healthy one only, and taken when none is.
 * Owned by one caller that serialises all calls; `now` never goes back. */
typedef struct _Failover Failover;

Failover *failover_new (const FailoverConfig * config, guint64 now);
void failover_free (Failover * self);
void failover_configure (Failover * self, const FailoverConfig * config);

/* The session starts (again); the inputs stay, what was known of their health
 * does not. */
void failover_start (Failover * self, guint64 now);

void failover_add_input (Failover * self, gint id, guint priority);
void failover_remove_input (Failover * self, gint id);
void failover_set_priority (Failover * self, gint id, guint priority);
/* Which of its media count, a bit mask; all at first.  Others do not arrive. */
void failover_set_media (Failover * self, gint id, guint media);
/* This input stands before all others, whatever its priority; FAILOVER_NONE:
 * no such one. */
void failover_prefer (Failover * self, gint id);

/* A new connection of this input: forgets its end and its health. */
void failover_on_connection (Failover * self, gint id);
void failover_on_arrival (Failover * self, gint id, guint medium, guint64 now);
/* EOS or error; ignored data until the next connection. */
void failover_on_end (Failover * self, gint id, FailoverReason why);

/* Bit mask of ContentFault, as it is now. */
void failover_on_content (Failover * self, gint id, guint faults, guint64 now);

FailoverDecision failover_update (Failover * self, guint64 now);
/* Another automaton has decided for this one. */
void failover_follow (Failover * self, gint id, FailoverReason reason,
    guint64 now);

/* Someone else chooses among the healthy inputs where two or more are and the
 * automaton would move by itself.  It decides nothing until the answer to its
 * question is there, or `select_patience` is over. */
void failover_set_selecting (Failover * self, gboolean selecting);
/* The healthy inputs that may be shown, best first; returns how many. */
guint failover_candidates (const Failover * self, guint64 now, gint * ids,
    guint max);
/* `id` FAILOVER_NONE leaves it to the automaton, as a refused answer does. */
FailoverVerdict failover_answer (Failover * self, guint question, gint id,
    guint64 now);

FailoverVerdict failover_switch_to (Failover * self, gint id, guint64 now);
/* `id` FAILOVER_NONE shows the slate. */
FailoverVerdict failover_force (Failover * self, gint id);
/* Ends switch-to only. */
void failover_release (Failover * self);
/* Ends fallback-to-slate only. */
void failover_unforce (Failover * self);
/* Ends force only. */
void failover_end_force (Failover * self);
FailoverVerdict failover_lockout (Failover * self, gint id, gboolean on);
void failover_hold (Failover * self, gboolean on);
/* Ends switch-to, force, fallback-to-slate and hold; lockouts stay. */
void failover_clear (Failover * self);

gint failover_active (const Failover * self);
/* The input of switch-to, FAILOVER_NONE when that is not in force (any
 * more). */
gint failover_wanted (const Failover * self);
/* Likewise of force. */
gint failover_forced (const Failover * self);
gboolean failover_is_slate (const Failover * self);
gboolean failover_is_forced (const Failover * self);
/* Is there a command for a certain input or the slate? */
gboolean failover_is_commanded (const Failover * self);
gboolean failover_is_held (const Failover * self);
/* 0: there is no such input. */
guint failover_media (const Failover * self, gint id);
gboolean failover_is_usable (const Failover * self, gint id, guint64 now);
gboolean failover_is_healthy (const Failover * self, gint id, guint64 now);
/* Bit mask of ContentFault. */
guint failover_faults (const Failover * self, gint id);
gboolean failover_is_locked_out (const Failover * self, gint id);
/* How often it failed soon after a return. */
guint64 failover_flaps (const Failover * self, gint id);
FailoverStatus failover_status (const Failover * self, guint64 now);
const gchar *failover_status_nick (FailoverStatus status);
/* The beginning of a sentence. */
const gchar *failover_status_text (FailoverStatus status);
guint64 failover_return_delay (const Failover * self, gint id);
const gchar *failover_reason_nick (FailoverReason reason);
/* A clause for people, on the input that is left or taken. */
const gchar *failover_reason_text (FailoverReason reason);
/* The operator should look at the input that was left. */
gboolean failover_reason_is_fault (FailoverReason reason);
/* It delivers nothing any more. */
gboolean failover_reason_is_failure (FailoverReason reason);
const gchar *failover_verdict_text (FailoverVerdict verdict);

G_END_DECLS
