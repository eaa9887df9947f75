/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Makes one stream of the messages that come over several legs (connections).
 *
 * Legs whose message numbers and bytes agree form a flow.  Within a flow the
 * first copy of each number wins, output is in the order of the numbers, and a
 * hole is waited for until every live leg has passed it or the gap timeout is
 * over.  A leg first has to prove by equal bytes that it belongs to a flow;
 * equal numbers alone prove nothing, because other senders begin at 1.
 *
 * Only one flow feeds the output.  Another one (a sender that was restarted,
 * or a stranger) takes over when it is dead or stalls.
 *
 * Payloads are opaque here and owned by the merge until they are popped; only
 * their digest is looked at.  Not thread-safe: one worker owns it.  Times are
 * ns of a clock that only rises. */
typedef struct _MsgMerge MsgMerge;

typedef struct
{
  guint window;                 /* messages, a power of two */
  guint64 gap_timeout;          /* ns; 0: adaptive, leg skew + 20 ms */
  guint64 gap_limit;            /* ns, longest adaptive wait */
  guint64 switch_timeout;       /* ns without data until another flow rules */
} MsgMergeConfig;

/* What a message is known by. */
typedef struct
{
  guint64 hash;
  gboolean informative;         /* says more than stuffing: may be a proof */
} MsgDigest;

MsgDigest msg_digest (gconstpointer data, gsize size);

typedef enum
{
  MSG_CUT_NONE,                 /* follows the one before */
  MSG_CUT_START,                /* the first of all */
  MSG_CUT_HOLE,                 /* `lost` messages are missing before it */
  MSG_CUT_SWITCH,               /* another flow took over */
} MsgCut;

typedef struct
{
  gpointer payload;             /* transfer full */
  MsgCut cut;
  guint64 lost;
  guint leg;
  guint32 msgno;
} MsgMergeOutput;

typedef enum
{
  MSG_MERGE_FIRST,              /* the first copy (or perhaps a later one, as
                                 * long as the leg has not proved itself) */
  MSG_MERGE_DUPLICATE,
  MSG_MERGE_LATE,
} MsgMergeResult;

typedef struct
{
  guint64 received;
  guint64 first;
  guint64 duplicates;
  guint64 late;
  guint64 skew;                 /* ns behind the quickest leg */
  gboolean feeding;             /* its flow is the one that is heard */
} MsgLegStats;

typedef struct
{
  guint64 delivered;
  guint64 lost;
  guint64 holes;
  guint64 duplicates;
  guint64 late;
  guint64 switches;
  guint flows;
} MsgMergeStats;

MsgMerge *msg_merge_new (const MsgMergeConfig *config,
    GDestroyNotify payload_free);
void msg_merge_free (MsgMerge *self);

/* Returns the leg's number, never 0. */
guint msg_merge_add_leg (MsgMerge *self);
void msg_merge_remove_leg (MsgMerge *self, guint leg);

/* Takes `payload` (transfer full) in any case. */
MsgMergeResult msg_merge_push (MsgMerge *self, guint leg, guint32 msgno,
    gpointer payload, MsgDigest digest, guint64 now);

/* Call until FALSE after each push, removal and deadline. */
gboolean msg_merge_pop (MsgMerge *self, guint64 now, MsgMergeOutput *output);

/* When to pop again without a push; G_MAXUINT64: never. */
guint64 msg_merge_deadline (const MsgMerge *self);

/* Legs to the flow that is heard, and the ones that are not. */
guint msg_merge_feeding_legs (const MsgMerge *self);

void msg_merge_get_leg_stats (const MsgMerge *self, guint leg,
    MsgLegStats *stats);
void msg_merge_get_stats (const MsgMerge *self, MsgMergeStats *stats);

G_END_DECLS
