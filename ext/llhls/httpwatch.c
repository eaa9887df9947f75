/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "httpwatch.h"

void
http_watch_init (HttpWatch * self, guint64 now)
{
  self->phase = HTTP_PHASE_OPENING;
  self->since = now;
  self->has_mark = FALSE;
  self->mark = 0;
}

void
http_watch_enter (HttpWatch * self, HttpPhase phase, guint64 now)
{
  if (self->phase == phase)
    return;
  self->phase = phase;
  self->since = now;
  self->has_mark = FALSE;
}

static gboolean
is_over (const HttpWatch * self, guint64 limit, guint64 now)
{
  return limit != 0 && now > self->since && now - self->since >= limit;
}

/* A trickle does not count: a client that reads a byte now and then would keep
 * an answer for ever. */
static void
take_progress (HttpWatch * self, const HttpLimits * limits, guint64 taken,
    guint64 now)
{
  if (self->has_mark && (taken < self->mark
          || taken - self->mark < limits->send_bytes))
    return;
  if (self->has_mark)
    self->since = now;
  self->has_mark = TRUE;
  self->mark = taken;
}

HttpVerdict
http_watch_check (HttpWatch * self, const HttpLimits * limits, guint64 taken,
    guint64 now)
{
  switch (self->phase) {
    case HTTP_PHASE_OPENING:
      return is_over (self, limits->opening, now)
          ? HTTP_VERDICT_SLOW_OPENING : HTTP_VERDICT_KEEP;
    case HTTP_PHASE_IDLE:
      return is_over (self, limits->idle, now) ? HTTP_VERDICT_IDLE
          : HTTP_VERDICT_KEEP;
    case HTTP_PHASE_HEAD:
      return is_over (self, limits->head, now) ? HTTP_VERDICT_SLOW_HEAD
          : HTTP_VERDICT_KEEP;
    case HTTP_PHASE_HELD:
      return HTTP_VERDICT_KEEP;
    case HTTP_PHASE_SENDING:
      take_progress (self, limits, taken, now);
      return is_over (self, limits->send, now) ? HTTP_VERDICT_SLOW_READER
          : HTTP_VERDICT_KEEP;
  }
  g_assert_not_reached ();
}

const gchar *
http_verdict_name (HttpVerdict verdict)
{
  switch (verdict) {
    case HTTP_VERDICT_KEEP:
      return "keep";
    case HTTP_VERDICT_SLOW_OPENING:
      return "slow to open";
    case HTTP_VERDICT_IDLE:
      return "idle";
    case HTTP_VERDICT_SLOW_HEAD:
      return "slow to ask";
    case HTTP_VERDICT_SLOW_READER:
      return "slow to read";
  }
  g_assert_not_reached ();
}
