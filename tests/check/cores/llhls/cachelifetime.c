/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "cachelifetime.h"

#define TARGET (4 * GST_SECOND)

typedef struct
{
  const gchar *path, *query;
  guint64 target, seconds;
} Case;

/* *INDENT-OFF* */
static const Case cases[] = {
  /* 102 of the conformance list. */
  { "/v.m3u8", "_HLS_msn=3&_HLS_part=1", TARGET, 24 },
  { "/v.m3u8", "_HLS_skip=YES", TARGET, 1 },
  { "/v.m3u8", NULL, TARGET, 1 },
  { "/v.m3u8", NULL, GST_SECOND, 0 },
  { "/live.m3u8", "_HLS_msn=3", TARGET, 1 },
  { "/v/1.m4s", NULL, TARGET, CACHE_LIFETIME_FOREVER },
  { "/v.m3u8", "_HLS_part=1", TARGET, 0 },
  { "/", NULL, TARGET, 0 },
  { "/player.js", NULL, TARGET, 0 },
};
/* *INDENT-ON* */

GST_START_TEST (cache_lifetime_follows_what_may_change)
{
  const Case *c = &cases[__i__];
  Request request;

  request_parse (&request, c->path, c->query);
  fail_unless_equals_uint64 (cache_lifetime (&request, c->target), c->seconds);
  request_clear (&request);
}

GST_END_TEST;

static Suite *
cachelifetime_suite (void)
{
  Suite *s = suite_create ("cachelifetime");
  TCase *tc = tcase_create ("cachelifetime");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, cache_lifetime_follows_what_may_change, 0,
      G_N_ELEMENTS (cases));
  return s;
}

GST_CHECK_MAIN (cachelifetime);
