/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "linklife.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)
#define RETRY_MIN (1 * SECOND)
#define RETRY_MAX (10 * SECOND)
#define RETRY_JITTER 10         /* percent */
/* A link that lived this long was healthy: its next pause is the shortest. */
#define STABLE_AFTER (5 * SECOND)

void
link_life_init (LinkLife * self, guint64 attempt_timeout)
{
  self->state = LINK_IDLE;
  self->reason = LINK_REASON_NONE;
  self->since = 0;
  self->deadline = G_MAXUINT64;
  self->attempt_timeout = attempt_timeout;
  self->connects = 0;
  backoff_init (&self->backoff, RETRY_MIN, RETRY_MAX, 200, RETRY_JITTER, FALSE);
}

static void
enter (LinkLife * self, LinkState state, LinkReason reason, guint64 now,
    guint64 deadline)
{
  self->state = state;
  self->reason = reason;
  self->since = now;
  self->deadline = deadline;
}

void
link_life_start (LinkLife * self, guint64 now)
{
  if (self->state != LINK_IDLE)
    return;
  backoff_reset (&self->backoff);
  enter (self, LINK_IDLE, LINK_REASON_START, now, now);
}

void
link_life_stop (LinkLife * self, guint64 now)
{
  enter (self, LINK_IDLE, LINK_REASON_STOP, now, G_MAXUINT64);
}

static LinkAction
connect_again (LinkLife * self, LinkReason reason, guint64 now)
{
  enter (self, LINK_CONNECTING, reason, now, now + self->attempt_timeout);
  return LINK_DO_CONNECT;
}

LinkAction
link_life_on_timer (LinkLife * self, guint64 now)
{
  if (now < self->deadline)
    return LINK_DO_NOTHING;
  switch (self->state) {
    case LINK_IDLE:
      return connect_again (self, LINK_REASON_START, now);
    case LINK_BROKEN:
    case LINK_REJECTED:
    case LINK_BACKOFF:
      return connect_again (self, LINK_REASON_RETRY, now);
    case LINK_CONNECTING:
      return LINK_DO_ABANDON;
    case LINK_ACTIVE:
      backoff_reset (&self->backoff);
      self->deadline = G_MAXUINT64;
      return LINK_DO_NOTHING;
  }
  return LINK_DO_NOTHING;
}

void
link_life_on_connected (LinkLife * self, guint64 now)
{
  g_assert (self->state == LINK_CONNECTING);
  self->connects++;
  enter (self, LINK_ACTIVE, LINK_REASON_CONNECTED, now, now + STABLE_AFTER);
}

static LinkState
state_after (LinkReason reason)
{
  switch (reason) {
    case LINK_REASON_REFUSED:
    case LINK_REASON_BAD_PASSPHRASE:
    case LINK_REASON_UNENCRYPTED:
      return LINK_REJECTED;
    case LINK_REASON_NONE:
    case LINK_REASON_START:
    case LINK_REASON_RETRY:
    case LINK_REASON_CONNECTED:
    case LINK_REASON_STOP:
    case LINK_REASON_NAME_UNKNOWN:
    case LINK_REASON_LOCAL_ADDRESS:
    case LINK_REASON_NO_ANSWER:
    case LINK_REASON_LOST:
    case LINK_REASON_FAILED:
      return LINK_BACKOFF;
  }
  return LINK_BACKOFF;
}

void
link_life_on_down (LinkLife * self, LinkReason reason, guint64 now,
    guint32 random)
{
  LinkState next = state_after (reason);

  if (self->state != LINK_CONNECTING && self->state != LINK_ACTIVE)
    return;
  if (self->state == LINK_ACTIVE) {
    next = LINK_BROKEN;
    if (now >= self->deadline)
      backoff_reset (&self->backoff);
  }
  enter (self, next, reason, now, now + backoff_next (&self->backoff, random));
}

guint64
link_life_deadline (const LinkLife * self)
{
  return self->deadline;
}

const gchar *
link_state_name (LinkState state)
{
  static const gchar *const names[] = {
    "idle", "connecting", "active", "broken", "rejected", "backoff",
  };

  return names[state];
}

const gchar *
link_reason_text (LinkReason reason)
{
  static const gchar *const texts[] = {
    "nothing has happened yet", "it is to start", "it is time to try again",
    "the peer answered", "it is to stop", "the host name is unknown",
    "the local address or device is not there", "the peer does not answer",
    "the peer refuses the connection", "the passphrase is wrong",
    "only one side has a passphrase", "the connection was lost",
    "the connection failed",
  };

  return texts[reason];
}

const gchar *
link_reason_name (LinkReason reason)
{
  static const gchar *const names[] = {
    "none", "start", "retry", "connected", "stop", "name-unknown",
    "local-address", "no-answer", "refused", "bad-passphrase", "unencrypted",
    "lost", "failed",
  };

  return names[reason];
}
