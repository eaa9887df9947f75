/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* draft-pantos-hls-rfc8216bis-22 6.2.5.2 and 6.2.6. */
#include "blocking.h"

guint64
blocking_patience (const BlockingLimits * limits)
{
  return 3 * limits->target;
}

static BlockingDecision
wait_or_expire (const BlockingLimits * limits, guint64 since, guint64 now)
{
  return now - MIN (since, now) < blocking_patience (limits)
      ? BLOCKING_HOLD : BLOCKING_EXPIRED;
}

static gboolean
is_listed (const PlaylistPosition * p, guint64 msn, guint64 part)
{
  if (p->has_open && p->open_msn == msn)
    return part < p->open_parts;
  /* Older than the playlist: it is answered with what there is. */
  if (p->has_open && p->open_msn > msn && !p->has_closed)
    return TRUE;
  if (!p->has_closed || msn > p->closed_msn)
    return FALSE;
  if (msn < p->closed_msn || part < p->closed_parts)
    return TRUE;
  /* Beyond the last part of the last whole segment: the first of the next. */
  return p->has_open && p->open_parts > 0;
}

static gboolean
is_whole (const PlaylistPosition * p, guint64 msn)
{
  if (p->has_closed)
    return msn <= p->closed_msn;
  return p->has_open && msn < p->open_msn;
}

/* Counts an open segment as the last one, and any part that a segment can have
 * as near: players guess, and a refusal is final to them. */
static gboolean
is_too_far (const Request * r, const PlaylistPosition * p,
    const BlockingLimits * limits)
{
  guint64 last;

  if (p->has_open)
    last = p->open_msn;
  else if (p->has_closed)
    last = p->closed_msn;
  else
    return FALSE;
  if (r->msn > last && r->msn - last > 2)
    return TRUE;
  /* Parts may be short where segments end: double is plenty. */
  return r->has_part && r->part > 2 * (limits->target / limits->part) + 8;
}

BlockingDecision
blocking_playlist (const Request * request, const PlaylistPosition * position,
    gboolean listed, const BlockingLimits * limits, guint64 since, guint64 now)
{
  if (!listed && !position->ended && limits->twin)
    return BLOCKING_EXPIRED;
  if (!listed)
    return position->ended ? BLOCKING_ABSENT
        : wait_or_expire (limits, since, now);
  if (position->ended)
    return BLOCKING_ANSWER;
  /* A playlist without one whole segment is taken for broken by players that
   * know no parts. */
  if (!request->has_msn)
    return position->has_closed ? BLOCKING_ANSWER
        : wait_or_expire (limits, since, now);
  if (is_too_far (request, position, limits))
    return BLOCKING_REFUSE;
  if (request->has_part ? is_listed (position, request->msn, request->part)
      : is_whole (position, request->msn))
    return BLOCKING_ANSWER;
  return wait_or_expire (limits, since, now);
}

BlockingDecision
blocking_media (gboolean hinted, const PlaylistPosition * position,
    const BlockingLimits * limits, guint64 since, guint64 now)
{
  if (!hinted || position->ended)
    return BLOCKING_ABSENT;
  return wait_or_expire (limits, since, now);
}
