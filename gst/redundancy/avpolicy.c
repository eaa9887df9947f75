/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "avpolicy.h"

struct _AvPolicy
{
  AvPolicyKind kind;
  FailoverConfig config;
  Failover *lead;               /* the picture's, or that of both */
  Failover *sound;
  gint shown[FAILOVER_MEDIA];
  guint64 started_at;
  gboolean has_picture;         /* some input's was shown in this session */
  gboolean apart;               /* the picture is commanded alone */
  gint kept;                    /* where the sound was then */
  gint pulled;                  /* switch-to for both, once */
};

static guint
bit (guint medium)
{
  return 1u << medium;
}

static gboolean
is_split (const AvPolicy * self)
{
  return self->kind != AV_POLICY_COMMON
      && (self->config.required & AV_POLICY_BOTH) == AV_POLICY_BOTH;
}

static Failover *
automaton (const AvPolicy * self, guint medium)
{
  return medium == AV_POLICY_SOUND && is_split (self) ? self->sound
      : self->lead;
}

static void
configure (AvPolicy * self)
{
  FailoverConfig lead = self->config, sound = self->config;

  if (is_split (self)) {
    lead.required = bit (AV_POLICY_PICTURE);
    sound.required = bit (AV_POLICY_SOUND);
  }
  failover_configure (self->lead, &lead);
  failover_configure (self->sound, &sound);
}

AvPolicy *
av_policy_new (const FailoverConfig * config, guint64 now)
{
  AvPolicy *self = g_new0 (AvPolicy, 1);

  self->kind = AV_POLICY_COMMON;
  self->config = *config;
  self->lead = failover_new (config, now);
  self->sound = failover_new (config, now);
  av_policy_start (self, now);
  return self;
}

void
av_policy_free (AvPolicy * self)
{
  failover_free (self->lead);
  failover_free (self->sound);
  g_free (self);
}

void
av_policy_configure (AvPolicy * self, AvPolicyKind kind,
    const FailoverConfig * config)
{
  gboolean was_split = is_split (self);

  self->kind = kind;
  self->config = *config;
  configure (self);
  if (was_split && !is_split (self)) {
    failover_clear (self->sound);
    failover_hold (self->sound, failover_is_held (self->lead));
    self->apart = FALSE;
  }
}

void
av_policy_start (AvPolicy * self, guint64 now)
{
  guint medium;

  failover_start (self->lead, now);
  failover_start (self->sound, now);
  for (medium = 0; medium < FAILOVER_MEDIA; medium++)
    self->shown[medium] = FAILOVER_NONE;
  self->started_at = now;
  self->has_picture = FALSE;
  self->apart = FALSE;
  self->kept = self->pulled = FAILOVER_NONE;
}

void
av_policy_add_input (AvPolicy * self, gint id, guint priority)
{
  failover_add_input (self->lead, id, priority);
  failover_add_input (self->sound, id, priority);
}

void
av_policy_remove_input (AvPolicy * self, gint id)
{
  failover_remove_input (self->lead, id);
  failover_remove_input (self->sound, id);
}

void
av_policy_set_priority (AvPolicy * self, gint id, guint priority)
{
  failover_set_priority (self->lead, id, priority);
  failover_set_priority (self->sound, id, priority);
}

void
av_policy_set_media (AvPolicy * self, gint id, guint media)
{
  failover_set_media (self->lead, id, media);
  failover_set_media (self->sound, id, media);
}

guint
av_policy_media (const AvPolicy * self, gint id)
{
  return failover_media (self->lead, id);
}

void
av_policy_on_connection (AvPolicy * self, gint id)
{
  failover_on_connection (self->lead, id);
  failover_on_connection (self->sound, id);
}

void
av_policy_on_arrival (AvPolicy * self, gint id, guint medium, guint64 now)
{
  failover_on_arrival (self->lead, id, medium, now);
  failover_on_arrival (self->sound, id, medium, now);
}

void
av_policy_on_end (AvPolicy * self, gint id, FailoverReason why)
{
  failover_on_end (self->lead, id, why);
  failover_on_end (self->sound, id, why);
}

/* The picture is not left for silence, nor the sound for a black picture,
 * where they may part. */
void
av_policy_on_content (AvPolicy * self, gint id, guint faults, guint64 now)
{
  guint silence = faults & 1u << CONTENT_SILENCE;

  failover_on_content (self->lead, id, is_split (self) ? faults & ~silence
      : faults, now);
  /* It is to know when it decides by itself again. */
  failover_on_content (self->sound, id, silence, now);
}

/* At the start sound waits to hear where the picture comes from. */
static gboolean
waits_for_picture (const AvPolicy * self, guint64 now, guint64 * deadline)
{
  guint64 patience = self->started_at + self->config.startup_timeout;

  if (self->kind != AV_POLICY_PREFER_COMMON || self->has_picture
      || failover_is_commanded (self->sound) || now >= patience)
    return FALSE;
  *deadline = MIN (*deadline, patience);
  return TRUE;
}

/* May the sound go along when the picture moves for that reason? */
static gboolean
may_follow (const AvPolicy * self, FailoverReason reason)
{
  if (failover_is_commanded (self->sound))
    return FALSE;
  switch (reason) {
    case FAILOVER_REASON_NONE:
      return FALSE;
    case FAILOVER_REASON_STARTUP:
    case FAILOVER_REASON_REMOVED:
    case FAILOVER_REASON_LOCKOUT:
    case FAILOVER_REASON_MANUAL:
    case FAILOVER_REASON_FORCED:
      return TRUE;
    case FAILOVER_REASON_TIMEOUT:
    case FAILOVER_REASON_EOS:
    case FAILOVER_REASON_ERROR:
    case FAILOVER_REASON_BLACK:
    case FAILOVER_REASON_FREEZE:
    case FAILOVER_REASON_SILENCE:
    case FAILOVER_REASON_LOW_BITRATE:
    case FAILOVER_REASON_RETURN:
    case FAILOVER_REASON_RECOVERED:
      return !failover_is_held (self->sound);
  }
  g_assert_not_reached ();
}

/* Where the sound would rather be than anywhere else. */
static gint
home_of_sound (const AvPolicy * self)
{
  if (self->kind != AV_POLICY_PREFER_COMMON)
    return FAILOVER_NONE;
  return self->apart ? self->kept : failover_active (self->lead);
}

/* Returns why the sound went along, or NONE. */
static FailoverReason
follow_picture (AvPolicy * self, const FailoverDecision * picture, guint64 now)
{
  gint home = home_of_sound (self);
  FailoverReason why = picture->reason;

  failover_prefer (self->sound, home);
  if (self->pulled != FAILOVER_NONE && self->pulled == home)
    why = FAILOVER_REASON_MANUAL;
  self->pulled = FAILOVER_NONE;
  if (self->apart || home == FAILOVER_NONE
      || home == failover_active (self->sound) || !may_follow (self, why)
      || !failover_is_usable (self->sound, home, now))
    return FAILOVER_REASON_NONE;
  failover_follow (self->sound, home, why, now);
  return why;
}

static void
note_question (AvDecision * decision, guint medium,
    const FailoverDecision * own)
{
  decision->question[medium] = own->question;
  if (own->unanswered)
    decision->unanswered |= bit (medium);
}

static FailoverReason
update_sound (AvPolicy * self, const FailoverDecision * picture, guint64 now,
    AvDecision * decision)
{
  guint64 *deadline = &decision->deadline;
  FailoverReason why = follow_picture (self, picture, now);
  FailoverDecision own;

  if (waits_for_picture (self, now, deadline))
    return why;
  own = failover_update (self->sound, now);
  *deadline = MIN (*deadline, own.deadline);
  note_question (decision, AV_POLICY_SOUND, &own);
  return own.changed ? own.reason : why;
}

static void
show (AvPolicy * self, guint medium, FailoverReason reason,
    AvDecision * decision)
{
  gint to = failover_active (automaton (self, medium));

  decision->from[medium] = self->shown[medium];
  decision->to[medium] = to;
  decision->reason[medium] = reason;
  if (to == self->shown[medium])
    return;
  /* Nobody decided: someone has set another policy. */
  if (reason == FAILOVER_REASON_NONE)
    decision->reason[medium] = FAILOVER_REASON_MANUAL;
  decision->changed |= bit (medium);
  self->shown[medium] = to;
}

AvDecision
av_policy_update (AvPolicy * self, guint64 now)
{
  AvDecision decision = { 0, };
  FailoverDecision picture = failover_update (self->lead, now);
  FailoverReason why = picture.reason;

  decision.deadline = picture.deadline;
  note_question (&decision, AV_POLICY_PICTURE, &picture);
  if (failover_active (self->lead) != FAILOVER_NONE)
    self->has_picture = TRUE;
  if (!failover_is_commanded (self->lead))
    self->apart = FALSE;
  if (is_split (self))
    why = update_sound (self, &picture, now, &decision);
  else
    failover_follow (self->sound, failover_active (self->lead), why, now);
  show (self, AV_POLICY_PICTURE, picture.reason, &decision);
  show (self, AV_POLICY_SOUND, why, &decision);
  return decision;
}

void
av_policy_set_selecting (AvPolicy * self, gboolean selecting)
{
  failover_set_selecting (self->lead, selecting);
  failover_set_selecting (self->sound, selecting);
}

guint
av_policy_candidates (const AvPolicy * self, guint medium, guint64 now,
    gint * ids, guint max)
{
  return failover_candidates (automaton (self, medium), now, ids, max);
}

FailoverVerdict
av_policy_answer (AvPolicy * self, guint medium, guint question, gint id,
    guint64 now)
{
  return failover_answer (automaton (self, medium), question, id, now);
}

/* Is it a command for one of two that go together? */
static gboolean
parts_common (const AvPolicy * self, guint media)
{
  return !is_split (self)
      && (media & self->config.required) != self->config.required;
}

/* The picture got a command; `with_sound`: for both. */
static void
note_picture_command (AvPolicy * self, gboolean with_sound)
{
  self->apart = !with_sound;
  self->kept = failover_active (self->sound);
}

static FailoverVerdict
switch_picture (AvPolicy * self, guint media, gint id, guint64 now)
{
  gboolean both = (media & bit (AV_POLICY_SOUND)) != 0;
  FailoverVerdict verdict = failover_switch_to (self->lead, id, now);

  if (verdict != FAILOVER_GRANTED || !is_split (self))
    return verdict;
  note_picture_command (self, both);
  if (both && self->kind == AV_POLICY_PREFER_COMMON) {
    failover_release (self->sound);
    self->pulled = id;
  } else if (both) {
    failover_switch_to (self->sound, id, now);
  }
  return verdict;
}

FailoverVerdict
av_policy_switch_to (AvPolicy * self, guint media, gint id, guint64 now)
{
  guint brings = failover_media (self->lead, id);

  if (brings == 0)
    return FAILOVER_UNKNOWN_INPUT;
  if (parts_common (self, media))
    return FAILOVER_IS_COMMON;
  if (!(media & brings))
    return FAILOVER_LACKS_MEDIUM;
  if (is_split (self) && (media & bit (AV_POLICY_SOUND))
      && failover_is_held (self->sound))
    return FAILOVER_IS_HELD;
  if (!is_split (self) || (media & brings & bit (AV_POLICY_PICTURE)))
    return switch_picture (self, media, id, now);
  return failover_switch_to (self->sound, id, now);
}

FailoverVerdict
av_policy_force (AvPolicy * self, guint media, gint id)
{
  guint brings = id == FAILOVER_NONE ? AV_POLICY_BOTH
      : failover_media (self->lead, id);
  FailoverVerdict verdict = FAILOVER_GRANTED;

  if (brings == 0)
    return FAILOVER_UNKNOWN_INPUT;
  if (parts_common (self, media))
    return FAILOVER_IS_COMMON;
  if (!(media & brings))
    return FAILOVER_LACKS_MEDIUM;
  if (!is_split (self))
    return failover_force (self->lead, id);
  /* All of it or nothing. */
  if ((media & brings & bit (AV_POLICY_SOUND))
      && failover_is_locked_out (self->sound, id))
    return FAILOVER_LOCKED_OUT;
  if (media & brings & bit (AV_POLICY_PICTURE)) {
    verdict = failover_force (self->lead, id);
    if (verdict != FAILOVER_GRANTED)
      return verdict;
    note_picture_command (self, (media & bit (AV_POLICY_SOUND)) != 0);
  }
  if (media & brings & bit (AV_POLICY_SOUND))
    verdict = failover_force (self->sound, id);
  return verdict;
}

FailoverVerdict
av_policy_unforce (AvPolicy * self, guint media)
{
  if (parts_common (self, media))
    return FAILOVER_IS_COMMON;
  if (!is_split (self) || (media & bit (AV_POLICY_PICTURE)))
    failover_unforce (self->lead);
  if (media & bit (AV_POLICY_SOUND))
    failover_unforce (self->sound);
  return FAILOVER_GRANTED;
}

void
av_policy_end_force (AvPolicy * self, guint media)
{
  if (!is_split (self) || (media & bit (AV_POLICY_PICTURE)))
    failover_end_force (self->lead);
  if (media & bit (AV_POLICY_SOUND))
    failover_end_force (self->sound);
}

FailoverVerdict
av_policy_lockout (AvPolicy * self, guint media, gint id, gboolean on)
{
  FailoverVerdict verdict = FAILOVER_GRANTED;

  if (parts_common (self, media))
    return FAILOVER_IS_COMMON;
  if (!is_split (self) || (media & bit (AV_POLICY_PICTURE)))
    verdict = failover_lockout (self->lead, id, on);
  if (media & bit (AV_POLICY_SOUND))
    verdict = failover_lockout (self->sound, id, on);
  return verdict;
}

FailoverVerdict
av_policy_hold (AvPolicy * self, guint media, gboolean on)
{
  if (parts_common (self, media))
    return FAILOVER_IS_COMMON;
  if (!is_split (self) || (media & bit (AV_POLICY_PICTURE)))
    failover_hold (self->lead, on);
  if (media & bit (AV_POLICY_SOUND))
    failover_hold (self->sound, on);
  return FAILOVER_GRANTED;
}

FailoverVerdict
av_policy_clear (AvPolicy * self, guint media)
{
  if (parts_common (self, media))
    return FAILOVER_IS_COMMON;
  if (!is_split (self) || (media & bit (AV_POLICY_PICTURE)))
    failover_clear (self->lead);
  if (media & bit (AV_POLICY_SOUND))
    failover_clear (self->sound);
  return FAILOVER_GRANTED;
}

gint
av_policy_active (const AvPolicy * self, guint medium)
{
  return self->shown[medium];
}

gboolean
av_policy_stands (const AvPolicy * self, guint medium, OverrideKind kind,
    gint input)
{
  const Failover *failover = automaton (self, medium);

  switch (kind) {
    case OVERRIDE_FORCE:
      return failover_forced (failover) == input;
    case OVERRIDE_SLATE:
      return failover_is_slate (failover);
    case OVERRIDE_HOLD:
      return failover_is_held (failover);
    case OVERRIDE_SWITCH_TO:
      return failover_wanted (failover) == input;
  }
  g_assert_not_reached ();
}

gboolean
av_policy_is_forced (const AvPolicy * self, guint medium)
{
  return failover_is_forced (automaton (self, medium));
}

gboolean
av_policy_is_locked_out (const AvPolicy * self, guint medium, gint id)
{
  return failover_is_locked_out (automaton (self, medium), id);
}

gboolean
av_policy_is_healthy (const AvPolicy * self, gint id, guint64 now)
{
  guint own = self->config.required & failover_media (self->lead, id);
  guint medium, healthy = 0;

  if (!is_split (self))
    return failover_is_healthy (self->lead, id, now);
  for (medium = 0; medium < FAILOVER_MEDIA; medium++) {
    if ((own & bit (medium))
        && failover_is_healthy (automaton (self, medium), id, now))
      healthy |= bit (medium);
  }
  return self->config.require_all ? healthy == own && own != 0 : healthy != 0;
}

guint64
av_policy_return_delay (const AvPolicy * self, gint id)
{
  return MAX (failover_return_delay (self->lead, id),
      is_split (self) ? failover_return_delay (self->sound, id) : 0);
}

guint64
av_policy_flaps (const AvPolicy * self, gint id)
{
  return MAX (failover_flaps (self->lead, id),
      is_split (self) ? failover_flaps (self->sound, id) : 0);
}

FailoverStatus
av_policy_status (const AvPolicy * self, guint64 now)
{
  FailoverStatus lead = failover_status (self->lead, now);

  if (!is_split (self) || lead == FAILOVER_STATUS_STARTING)
    return lead;
  return MAX (lead, failover_status (self->sound, now));
}

gboolean
av_policy_is_split (const AvPolicy * self)
{
  return is_split (self);
}
