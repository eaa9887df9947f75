/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* draft-pantos-hls-rfc8216bis-22 B.1 (caching): a URL with directives names one
 * state, one without changes all the time. */
#include "cachelifetime.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)

/* A state that is asked for by number does not change any more. */
#define STATE_TARGETS 6
/* Playlists that change may be half a target duration old; a second is as
 * coarse as caches count, and as much as low latency can stand. */
#define MAX_CHANGING 1

guint64
cache_lifetime (const Request * request, guint64 target)
{
  switch (request->kind) {
    case REQUEST_PLAYLIST:
      if (request->has_msn)
        return STATE_TARGETS * MAX (target / SECOND, 1);
      return MIN (target / 2 / SECOND, MAX_CHANGING);
    case REQUEST_MULTIVARIANT:
      return MIN (target / 2 / SECOND, MAX_CHANGING);
    case REQUEST_MEDIA:
      return CACHE_LIFETIME_FOREVER;
    case REQUEST_PAGE:
    case REQUEST_SCRIPT:
    case REQUEST_EVENTS:
    case REQUEST_AUTH:
    case REQUEST_BAD:
      return 0;
  }
  g_assert_not_reached ();
}
