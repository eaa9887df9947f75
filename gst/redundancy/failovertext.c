/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the automaton has to say, in words. */
#include "failover.h"

static const gchar *const reason_nicks[] = {
  "none", "startup", "timeout", "eos", "error", "black", "freeze", "silence",
  "low-bitrate", "removed", "lockout", "return",
  "recovered", "manual", "forced",
};

static const gchar *const verdict_texts[] = {
  "granted",
  "there is no such input",
  "the input is not healthy",
  "the input is locked out",
  "another input or the slate is forced",
  "the input does not bring that medium",
  "av-policy is common: picture and sound go together",
  "hold is on",
  "nobody waits for that answer",
};

const gchar *
failover_reason_text (FailoverReason reason)
{
  switch (reason) {
    case FAILOVER_REASON_NONE:
      break;
    case FAILOVER_REASON_STARTUP:
      return "the stream begins";
    case FAILOVER_REASON_TIMEOUT:
      return "nothing came any more";
    case FAILOVER_REASON_EOS:
      return "it ended";
    case FAILOVER_REASON_ERROR:
      return "it failed";
    case FAILOVER_REASON_BLACK:
    case FAILOVER_REASON_FREEZE:
    case FAILOVER_REASON_SILENCE:
    case FAILOVER_REASON_LOW_BITRATE:
      return content_fault_text (reason - FAILOVER_REASON_BLACK);
    case FAILOVER_REASON_REMOVED:
      return "it was removed";
    case FAILOVER_REASON_LOCKOUT:
      return "it is locked out";
    case FAILOVER_REASON_RETURN:
      return "the better input was healthy long enough";
    case FAILOVER_REASON_RECOVERED:
      return "an input is back";
    case FAILOVER_REASON_MANUAL:
      return "the operator switched";
    case FAILOVER_REASON_FORCED:
      return "the operator forced it";
  }
  return "no reason";
}

gboolean
failover_reason_is_failure (FailoverReason reason)
{
  return reason == FAILOVER_REASON_TIMEOUT || reason == FAILOVER_REASON_EOS
      || reason == FAILOVER_REASON_ERROR;
}

gboolean
failover_reason_is_fault (FailoverReason reason)
{
  return failover_reason_is_failure (reason)
      || (reason >= FAILOVER_REASON_BLACK
      && reason <= FAILOVER_REASON_LOW_BITRATE);
}

const gchar *
failover_reason_nick (FailoverReason reason)
{
  return reason_nicks[reason];
}

const gchar *
failover_verdict_text (FailoverVerdict verdict)
{
  return verdict_texts[verdict];
}

const gchar *
failover_status_nick (FailoverStatus status)
{
  switch (status) {
    case FAILOVER_STATUS_STOPPED:
      return "stopped";
    case FAILOVER_STATUS_STARTING:
      return "starting";
    case FAILOVER_STATUS_RUNNING:
      return "running";
    case FAILOVER_STATUS_DEGRADED:
      return "degraded";
    case FAILOVER_STATUS_FALLBACK:
      return "fallback";
    case FAILOVER_STATUS_SLATE:
      return "slate";
  }
  return "unknown";
}

const gchar *
failover_status_text (FailoverStatus status)
{
  switch (status) {
    case FAILOVER_STATUS_STOPPED:
      return "It is stopped";
    case FAILOVER_STATUS_STARTING:
      return "It waits for the first input";
    case FAILOVER_STATUS_RUNNING:
      return "The best input is shown and all are well";
    case FAILOVER_STATUS_DEGRADED:
      return "The best input is shown, but some input is not well";
    case FAILOVER_STATUS_FALLBACK:
      return "Another than the best input is shown";
    case FAILOVER_STATUS_SLATE:
      return "No input delivers";
  }
  return "Nobody knows";
}
