/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request's path and query: the query begins at the first '?'. */
#include "fuzz.h"
#include "request.h"

/* *INDENT-OFF* */
const FuzzSeed fuzz_seeds[] = {
  { "/" },
  { "/live.m3u8" },
  { "/video_0.m3u8?_HLS_msn=27&_HLS_part=3&_HLS_skip=YES" },
  { "/video_0.m3u8?_HLS_skip=v2&_HLS_msn=9223372036854775807" },
  { "/audio_0.m3u8?CMCD=bl%3D2100%2Csid%3D%22a%22&_HLS_part=0&_HLS_msn=1" },
  { "/video_0/1795262400000-448815600.3.m4s" },
  { "/video_0/init-0123456789abcdef.mp4?token=exp=1~hmac=00" },
  { "/../../etc/passwd" },
  { "/%2e%2e/%2e%2e/etc/passwd?_HLS_msn=%31" },
  { NULL }
};
/* *INDENT-ON* */

const guint fuzz_runs = 200000;

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  g_autofree gchar *text = g_strndup ((const gchar *) data, size);
  gchar *query = strchr (text, '?');
  Request request;

  if (query != NULL)
    *query++ = '\0';
  request_parse (&request, text, query);
  if (request.kind == REQUEST_PLAYLIST) {
    FUZZ_REQUIRE (request.name != NULL);
    FUZZ_REQUIRE (!request.has_part || request.has_msn);
    FUZZ_REQUIRE (request.msn <= G_MAXINT64 && request.part <= G_MAXINT64);
  }
  request_clear (&request);
  return 0;
}
