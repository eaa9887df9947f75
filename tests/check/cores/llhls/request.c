/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "request.h"

typedef struct
{
  const gchar *path, *query;
  RequestKind kind;
  const gchar *name;
} Case;

/* *INDENT-OFF* */
static const Case cases[] = {
  { "/", NULL, REQUEST_PAGE, "" },
  { "/index.html", NULL, REQUEST_PAGE, "index.html" },
  { "/player.js", NULL, REQUEST_SCRIPT, "player.js" },
  { "/live.m3u8", "_HLS_part=1", REQUEST_MULTIVARIANT, "live.m3u8" },
  { "/video_0.m3u8", NULL, REQUEST_PLAYLIST, "video_0" },
  { "/video_0.m3u8", "", REQUEST_PLAYLIST, "video_0" },
  { "/video_0.m3u8", "CMCD=bl%3D3&_HLS_unknown=7", REQUEST_PLAYLIST, "video_0" },
  { "/video_0.m3u8", "_HLS_skip=maybe", REQUEST_PLAYLIST, "video_0" },
  { "/video_0.m3u8", "&&a&=b&", REQUEST_PLAYLIST, "video_0" },
  { "/cmcd", "x=1", REQUEST_EVENTS, "cmcd" },
  { "/cmcd/", NULL, REQUEST_MEDIA, "cmcd/" },
  { "/auth", NULL, REQUEST_AUTH, "auth" },
  { "/video_0/1.m4s", NULL, REQUEST_MEDIA, "video_0/1.m4s" },
  { "/../../etc/passwd", NULL, REQUEST_MEDIA, "../../etc/passwd" },
  /* 66 and 67 of the conformance list. */
  { "/a.m3u8", "_HLS_part=1", REQUEST_BAD, "a" },
  { "/a.m3u8", "_HLS_msn=", REQUEST_BAD, "a" },
  { "/a.m3u8", "_HLS_msn", REQUEST_BAD, "a" },
  { "/a.m3u8", "_HLS_msn=-1", REQUEST_BAD, "a" },
  { "/a.m3u8", "_HLS_msn=1x", REQUEST_BAD, "a" },
  { "/a.m3u8", "_HLS_msn=99999999999999999999", REQUEST_BAD, "a" },
  { "/a.m3u8", "_HLS_msn=1&_HLS_msn=1", REQUEST_BAD, "a" },
  { "/a.m3u8", "_HLS_msn=1&_HLS_part=+1", REQUEST_BAD, "a" },
};
/* *INDENT-ON* */

GST_START_TEST (request_tells_what_is_asked_for)
{
  const Case *c = &cases[__i__];
  Request r;

  request_parse (&r, c->path, c->query);
  fail_unless_equals_int (r.kind, c->kind);
  fail_unless_equals_string (r.name, c->name);
  request_clear (&r);
}

GST_END_TEST;

GST_START_TEST (request_takes_directives_in_any_order)
{
  Request r;

  request_parse (&r, "/v.m3u8", "_HLS_skip=YES&x=1&_HLS_part=3&_HLS_msn=27");
  fail_unless_equals_int (r.kind, REQUEST_PLAYLIST);
  fail_unless (r.has_msn && r.has_part);
  fail_unless_equals_uint64 (r.msn, 27);
  fail_unless_equals_uint64 (r.part, 3);
  fail_unless_equals_int (r.skip, REQUEST_SKIP_YES);
  request_clear (&r);
}

GST_END_TEST;

static Suite *
request_suite (void)
{
  Suite *s = suite_create ("request");
  TCase *tc = tcase_create ("request");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, request_tells_what_is_asked_for, 0,
      G_N_ELEMENTS (cases));
  tcase_add_test (tc, request_takes_directives_in_any_order);
  return s;
}

GST_CHECK_MAIN (request);
