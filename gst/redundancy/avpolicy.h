/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failover.h"
#include "overrides.h"

G_BEGIN_DECLS

/* The media, as numbers and as bits. */
#define AV_POLICY_PICTURE 0
#define AV_POLICY_SOUND 1
#define AV_POLICY_BOTH 3u

typedef enum
{
  AV_POLICY_PREFER_COMMON,      /* sound stays with the picture where it can */
  AV_POLICY_COMMON,             /* both are always of the same input */
  AV_POLICY_INDEPENDENT,        /* each is where its own health says */
} AvPolicyKind;

/* What changed at one instant; media that changed together are to be cut
 * together. */
typedef struct
{
  guint changed;                /* bit mask of media */
  gint from[FAILOVER_MEDIA];
  gint to[FAILOVER_MEDIA];
  FailoverReason reason[FAILOVER_MEDIA];
  guint question[FAILOVER_MEDIA];       /* as in FailoverDecision */
  guint unanswered;             /* bit mask of media */
  guint64 deadline;             /* ns; call again then at the latest */
} AvDecision;

/* Which input each medium is taken from: one automaton for both, or one for
 * each, of which that of the sound follows that of the picture.  With
 * AV_POLICY_COMMON, or when only one medium is required, there is one.
 * Owned by one caller that serialises all calls; `now` never goes back. */
typedef struct _AvPolicy AvPolicy;

AvPolicy *av_policy_new (const FailoverConfig * config, guint64 now);
void av_policy_free (AvPolicy * self);
void av_policy_configure (AvPolicy * self, AvPolicyKind kind,
    const FailoverConfig * config);
void av_policy_start (AvPolicy * self, guint64 now);

void av_policy_add_input (AvPolicy * self, gint id, guint priority);
void av_policy_remove_input (AvPolicy * self, gint id);
void av_policy_set_priority (AvPolicy * self, gint id, guint priority);
/* What is taken of the input, a bit mask; all at first. */
void av_policy_set_media (AvPolicy * self, gint id, guint media);
guint av_policy_media (const AvPolicy * self, gint id);

void av_policy_on_connection (AvPolicy * self, gint id);
void av_policy_on_arrival (AvPolicy * self, gint id, guint medium,
    guint64 now);
void av_policy_on_end (AvPolicy * self, gint id, FailoverReason why);

/* Bit mask of ContentFault, as it is now; call it again after a change of the
 * configuration. */
void av_policy_on_content (AvPolicy * self, gint id, guint faults,
    guint64 now);

AvDecision av_policy_update (AvPolicy * self, guint64 now);

/* Does each medium have an automaton of its own? */
gboolean av_policy_is_split (const AvPolicy * self);

/* See failover_set_selecting ().  Where one automaton decides for both, the
 * question is the picture's. */
void av_policy_set_selecting (AvPolicy * self, gboolean selecting);
guint av_policy_candidates (const AvPolicy * self, guint medium, guint64 now,
    gint * ids, guint max);
FailoverVerdict av_policy_answer (AvPolicy * self, guint medium,
    guint question, gint id, guint64 now);

/* Commands for the media of a bit mask.  One for both goes for what the input
 * brings; one for the picture alone leaves the sound where it is until that
 * command ends.  While both go together none is taken for one of them. */
FailoverVerdict av_policy_switch_to (AvPolicy * self, guint media, gint id,
    guint64 now);
/* `id` FAILOVER_NONE shows the slate. */
FailoverVerdict av_policy_force (AvPolicy * self, guint media, gint id);
FailoverVerdict av_policy_unforce (AvPolicy * self, guint media);
/* Ends force, but not the slate. */
void av_policy_end_force (AvPolicy * self, guint media);
FailoverVerdict av_policy_lockout (AvPolicy * self, guint media, gint id,
    gboolean on);
FailoverVerdict av_policy_hold (AvPolicy * self, guint media, gboolean on);
FailoverVerdict av_policy_clear (AvPolicy * self, guint media);

gint av_policy_active (const AvPolicy * self, guint medium);
/* Is that command in force for the medium? */
gboolean av_policy_stands (const AvPolicy * self, guint medium,
    OverrideKind kind, gint input);
gboolean av_policy_is_forced (const AvPolicy * self, guint medium);
gboolean av_policy_is_locked_out (const AvPolicy * self, guint medium,
    gint id);
/* Does it deliver what it should? */
gboolean av_policy_is_healthy (const AvPolicy * self, gint id, guint64 now);
/* The greater one of its media's. */
guint64 av_policy_flaps (const AvPolicy * self, gint id);
/* The worse one of the media. */
FailoverStatus av_policy_status (const AvPolicy * self, guint64 now);
/* The longer one of its media's. */
guint64 av_policy_return_delay (const AvPolicy * self, gint id);

G_END_DECLS
