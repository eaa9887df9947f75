/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "inputlife.h"

static const gchar *const state_nicks[] = {
  "idle", "backoff", "connecting", "running", "stalled", "stopping",
};

static const gchar *const reason_nicks[] = {
  "none", "start", "data", "error", "eos", "connect-timeout", "stall",
  "restart", "stop", "retry",
};

const gchar *
input_life_state_nick (InputLifeState state)
{
  return state_nicks[state];
}

const gchar *
input_life_reason_nick (InputLifeReason reason)
{
  return reason_nicks[reason];
}

void
input_life_init (InputLife * self, const InputLifeConfig * config,
    const Backoff * backoff)
{
  InputLife empty = { {0,}, };

  *self = empty;
  self->config = *config;
  self->backoff = *backoff;
}

static void
enter (InputLife * self, InputLifeState state, InputLifeReason reason,
    guint64 now)
{
  self->state = state;
  self->reason = reason;
  self->since = now;
  self->action_due = TRUE;
}

void
input_life_start (InputLife * self, guint64 now)
{
  self->wanted = TRUE;
  if (self->state != INPUT_LIFE_IDLE || self->ended)
    return;
  backoff_reset (&self->backoff);
  self->next_retry = now;
  self->outage_since = now;
  enter (self, INPUT_LIFE_BACKOFF, INPUT_LIFE_REASON_START, now);
}

void
input_life_stop (InputLife * self, guint64 now)
{
  self->wanted = FALSE;
  switch (self->state) {
    case INPUT_LIFE_IDLE:
    case INPUT_LIFE_STOPPING:
      break;
    case INPUT_LIFE_BACKOFF:
      enter (self, INPUT_LIFE_IDLE, INPUT_LIFE_REASON_STOP, now);
      break;
    case INPUT_LIFE_CONNECTING:
    case INPUT_LIFE_RUNNING:
    case INPUT_LIFE_STALLED:
      enter (self, INPUT_LIFE_STOPPING, INPUT_LIFE_REASON_STOP, now);
      break;
  }
}

void
input_life_on_data (InputLife * self, guint64 now)
{
  self->last_data = now;
  if (self->state != INPUT_LIFE_CONNECTING && self->state != INPUT_LIFE_STALLED)
    return;
  self->running_since = now;
  enter (self, INPUT_LIFE_RUNNING, INPUT_LIFE_REASON_DATA, now);
}

void
input_life_on_failure (InputLife * self, InputLifeReason why, guint64 now,
    guint32 random)
{
  gboolean again_at_once;

  if (self->state != INPUT_LIFE_CONNECTING && self->state != INPUT_LIFE_RUNNING
      && self->state != INPUT_LIFE_STALLED)
    return;
  self->ended = why == INPUT_LIFE_REASON_EOS && self->config.ends;
  self->failures += !self->ended;
  if (self->state == INPUT_LIFE_RUNNING) {
    self->outage_since = self->last_data;
    if (self->last_data >= self->running_since + self->config.healthy_after)
      backoff_reset (&self->backoff);
  }
  /* A listener that nobody called has not failed: it must not close its port
   * for the length of a pause. */
  again_at_once = why == INPUT_LIFE_REASON_RESTART || (self->config.listens
      && why == INPUT_LIFE_REASON_CONNECT_TIMEOUT);
  self->next_retry = now;
  if (!again_at_once)
    self->next_retry += backoff_next (&self->backoff, random);
  /* A server may let us wait for an encoder that comes any moment: the time
   * spent there counts as the pause. */
  if (why == INPUT_LIFE_REASON_CONNECT_TIMEOUT)
    self->next_retry = MAX (now, self->next_retry - (now - self->since));
  enter (self, INPUT_LIFE_STOPPING, why, now);
}

void
input_life_hurry (InputLife * self, guint64 now)
{
  self->next_retry = MIN (self->next_retry, now);
  if (self->ended)
    self->outage_since = now;
  self->ended = FALSE;
  self->hanging = 0;
}

static void
leave_stopping (InputLife * self, guint64 now)
{
  if (self->wanted)
    enter (self, self->ended ? INPUT_LIFE_IDLE : INPUT_LIFE_BACKOFF,
        self->reason, now);
  else
    enter (self, INPUT_LIFE_IDLE, INPUT_LIFE_REASON_STOP, now);
}

void
input_life_on_disconnected (InputLife * self, guint64 now)
{
  if (self->state == INPUT_LIFE_STOPPING)
    leave_stopping (self, now);
}

void
input_life_on_zombie_end (InputLife * self)
{
  if (self->hanging > 0)
    self->hanging--;
}

static InputLifeAction
update_backoff (InputLife * self, guint64 now, guint64 * deadline)
{
  InputLifeReason why = self->attempts > 0 ? INPUT_LIFE_REASON_RETRY
      : INPUT_LIFE_REASON_START;

  if (self->hanging >= INPUT_LIFE_MAX_HANGING)
    return INPUT_LIFE_NOTHING;
  if (now < self->next_retry) {
    *deadline = self->next_retry;
    return INPUT_LIFE_NOTHING;
  }
  self->attempts++;
  enter (self, INPUT_LIFE_CONNECTING, why, now);
  self->action_due = FALSE;
  return INPUT_LIFE_CONNECT;
}

static InputLifeAction
update_stopping (InputLife * self, guint64 now, guint64 * deadline)
{
  if (self->action_due) {
    self->action_due = FALSE;
    return INPUT_LIFE_DISCONNECT;
  }
  *deadline = self->since + self->config.teardown_timeout;
  if (now < *deadline)
    return INPUT_LIFE_NOTHING;
  self->zombies++;
  self->hanging++;
  leave_stopping (self, now);
  return INPUT_LIFE_ABANDON;
}

static InputLifeAction
update_connecting (InputLife * self, guint64 now, guint32 random,
    guint64 * deadline)
{
  if (self->config.patient)
    return INPUT_LIFE_NOTHING;
  *deadline = self->since + self->config.connect_timeout;
  if (now >= *deadline)
    input_life_on_failure (self, INPUT_LIFE_REASON_CONNECT_TIMEOUT, now,
        random);
  return INPUT_LIFE_NOTHING;
}

static InputLifeAction
update_running (InputLife * self, guint64 now, guint32 random,
    guint64 * deadline)
{
  guint64 patience = self->config.patient ? self->config.renew_after
      : self->config.stall_timeout;

  *deadline = self->last_data + patience;
  if (now < *deadline)
    return INPUT_LIFE_NOTHING;
  if (!self->config.patient) {
    input_life_on_failure (self, INPUT_LIFE_REASON_STALL, now, random);
    return INPUT_LIFE_NOTHING;
  }
  self->outage_since = self->last_data;
  enter (self, INPUT_LIFE_STALLED, INPUT_LIFE_REASON_STALL, now);
  self->action_due = FALSE;
  return INPUT_LIFE_RENEW;
}

InputLifeAction
input_life_update (InputLife * self, guint64 now, guint32 random,
    guint64 * deadline)
{
  *deadline = G_MAXUINT64;
  /* A timer's failure leads to STOPPING, whose action is due at once. */
  if (self->state == INPUT_LIFE_CONNECTING)
    update_connecting (self, now, random, deadline);
  switch (self->state) {
    case INPUT_LIFE_IDLE:
    case INPUT_LIFE_CONNECTING:
    case INPUT_LIFE_STALLED:
      return INPUT_LIFE_NOTHING;
    case INPUT_LIFE_RUNNING:{
      InputLifeAction action = update_running (self, now, random, deadline);
      if (self->state == INPUT_LIFE_STOPPING)
        return update_stopping (self, now, deadline);
      return action;
    }
    case INPUT_LIFE_BACKOFF:
      return update_backoff (self, now, deadline);
    case INPUT_LIFE_STOPPING:
      return update_stopping (self, now, deadline);
  }
  g_assert_not_reached ();
}

gboolean
input_life_is_lost (const InputLife * self, guint64 now)
{
  return self->wanted && !self->ended && self->state != INPUT_LIFE_RUNNING
      && now >= self->outage_since + self->config.lost_after;
}
