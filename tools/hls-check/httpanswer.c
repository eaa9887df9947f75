/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules 2, 63 to 67, 70, 71, 75, 77 and 98 to 113. */
#include "httpanswer.h"

#include <string.h>

#include "m3u8.h"

#define MUST(rule, ...) \
    verdict_break (v, rule, VERDICT_MUST, name, __VA_ARGS__)
#define SHOULD(rule, ...) \
    verdict_break (v, rule, VERDICT_SHOULD, name, __VA_ARGS__)

HttpAnswer *
http_answer_new (const gchar * url)
{
  HttpAnswer *self = g_new0 (HttpAnswer, 1);

  self->url = g_strdup (url);
  self->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      g_free);
  self->body = g_bytes_new (NULL, 0);
  return self;
}

void
http_answer_free (HttpAnswer * self)
{
  g_free (self->url);
  g_free (self->error);
  g_hash_table_unref (self->headers);
  g_bytes_unref (self->body);
  g_free (self);
}

const gchar *
http_answer_header (const HttpAnswer * self, const gchar * name)
{
  return g_hash_table_lookup (self->headers, name);
}

gboolean
http_answer_max_age (const HttpAnswer * self, guint64 * seconds)
{
  const gchar *value = http_answer_header (self, "cache-control"), *age;

  *seconds = 0;
  if (value == NULL)
    return FALSE;
  if (strstr (value, "no-store") != NULL || strstr (value, "no-cache") != NULL
      || strstr (value, "private") != NULL)
    return TRUE;
  age = strstr (value, "max-age=");
  if (age == NULL)
    return FALSE;
  *seconds = g_ascii_strtoull (age + strlen ("max-age="), NULL, 10);
  return TRUE;
}

static gboolean
is_type (const HttpAnswer * a, const gchar * const *types)
{
  const gchar *value = http_answer_header (a, "content-type");
  gsize n;

  for (; value != NULL && *types != NULL; types++) {
    n = strlen (*types);
    if (g_ascii_strncasecmp (value, *types, n) == 0
        && (value[n] == '\0' || value[n] == ';' || value[n] == ' '))
      return TRUE;
  }
  return FALSE;
}

static const gchar *const playlist_types[] = {
  "application/vnd.apple.mpegurl", "audio/mpegurl", "application/x-mpegurl",
  "audio/x-mpegurl", NULL
};

static const gchar *const init_types[] = { "video/mp4", "audio/mp4", NULL };

static const gchar *const media_types[] = { "video/mp4", "audio/mp4",
  "video/iso.segment", "video/mp2t", "text/vtt", "audio/aac", "audio/mpeg",
  "audio/ac3", "audio/eac3", "application/mp4", NULL
};

static void
check_type (Verdict * v, const gchar * name, const HttpAnswer * a,
    HttpWhat what)
{
  const gchar *type = http_answer_header (a, "content-type");
  g_autofree gchar *path = g_strndup (a->url, strcspn (a->url, "?#"));

  verdict_look (v, 2);
  switch (what) {
    case HTTP_PLAYLIST:
    case HTTP_PLAYLIST_HELD:
    case HTTP_MULTIVARIANT:
      if (is_type (a, playlist_types))
        return;
      if (!g_str_has_suffix (path, ".m3u8") && !g_str_has_suffix (path, ".m3u"))
        MUST (2, "neither .m3u8 nor a playlist's Content-Type (%s)",
            type != NULL ? type : "none");
      else
        SHOULD (2, "Content-Type of a playlist is %s",
            type != NULL ? type : "not told");
      return;
    case HTTP_INIT:
      if (!is_type (a, init_types))
        SHOULD (2, "Content-Type of an init section is %s",
            type != NULL ? type : "not told");
      return;
    case HTTP_MEDIA:
      if (!is_type (a, media_types))
        SHOULD (2, "Content-Type of media is %s",
            type != NULL ? type : "not told");
      return;
  }
  g_assert_not_reached ();
}

static void
check_cache (Verdict * v, const gchar * name, const HttpAnswer * a,
    HttpWhat what, guint64 target)
{
  guint64 age, td = target / M3U8_SECOND;
  gboolean told = http_answer_max_age (a, &age);

  if (td == 0)
    return;
  verdict_look (v, 102);
  if (a->status != 200 && a->status != 206) {
    if (told && age > 4 * td)
      SHOULD (102, "%u may be kept %" G_GUINT64_FORMAT " s", a->status, age);
    return;
  }
  switch (what) {
    case HTTP_PLAYLIST:
    case HTTP_MULTIVARIANT:
      if (!told && what == HTTP_PLAYLIST)
        SHOULD (102, "a playlist without Cache-Control");
      else if (age > MAX (td / 2, 1) && what == HTTP_PLAYLIST)
        SHOULD (102, "a playlist may be kept %" G_GUINT64_FORMAT " s", age);
      return;
    case HTTP_PLAYLIST_HELD:
      if (!told)
        SHOULD (102, "a held playlist without Cache-Control");
      else if (age > 6 * td)
        SHOULD (102, "a held playlist may be kept %" G_GUINT64_FORMAT " s",
            age);
      return;
    case HTTP_INIT:
    case HTTP_MEDIA:
      if (!told || age < 6 * td)
        SHOULD (102, "media may be kept %" G_GUINT64_FORMAT " s, less than six"
            " target durations", age);
      return;
  }
  g_assert_not_reached ();
}

static gboolean
has_token (const gchar * list, const gchar * token)
{
  g_auto (GStrv) items = g_strsplit (list != NULL ? list : "", ",", -1);
  guint i;

  for (i = 0; items[i] != NULL; i++) {
    g_strstrip (items[i]);
    if (g_ascii_strcasecmp (items[i], token) == 0
        || g_str_equal (items[i], "*"))
      return TRUE;
  }
  return FALSE;
}

static void
check_cors (Verdict * v, const gchar * name, const HttpAnswer * a)
{
  verdict_look (v, 103);
  verdict_look (v, 104);
  if (http_answer_header (a, "access-control-allow-origin") == NULL)
    SHOULD (104, "no Access-Control-Allow-Origin");
  else if (!has_token (http_answer_header (a,
              "access-control-expose-headers"), "Age"))
    SHOULD (103, "Access-Control-Expose-Headers does not name Age");
}

static void
check_body (Verdict * v, const gchar * name, const HttpAnswer * a,
    gboolean playlist)
{
  const gchar *coding = http_answer_header (a, "content-encoding");

  if (playlist) {
    verdict_look (v, 101);
    if (coding == NULL && g_bytes_get_size (a->body) > 1024)
      SHOULD (101, "%" G_GSIZE_FORMAT " bytes of playlist without"
          " Content-Encoding", g_bytes_get_size (a->body));
    return;
  }
  verdict_look (v, 101);
  verdict_look (v, 110);
  if (coding != NULL && strcmp (coding, "identity") != 0)
    SHOULD (101, "media with Content-Encoding %s", coding);
  else if (http_answer_header (a, "content-length") == NULL)
    SHOULD (110, "media without Content-Length");
}

void
http_rules_answer (Verdict * v, const gchar * name, const HttpAnswer * a,
    HttpWhat what, gboolean low_latency, guint64 target)
{
  gboolean playlist = what != HTTP_INIT && what != HTTP_MEDIA;

  v->now = a->finished;
  verdict_look (v, 74);
  if (a->truncated)
    MUST (74, "the answer broke off after %" G_GSIZE_FORMAT " bytes: %s",
        g_bytes_get_size (a->body), a->error != NULL ? a->error : "");
  if (a->status == 0)
    return;
  if (low_latency) {
    check_cache (v, name, a, what, target);
    verdict_look (v, 98);
    if (!a->http2)
      SHOULD (98, "served by HTTP/1");
  }
  if (a->status != 200 && a->status != 206)
    return;
  check_type (v, name, a, what);
  check_cors (v, name, a);
  check_body (v, name, a, playlist);
  verdict_look (v, 108);
  verdict_look (v, 113);
  if (a->redirected && !playlist)
    SHOULD (108, "media was redirected");
  if (http_answer_header (a, "set-cookie") != NULL)
    SHOULD (108, "a cookie was set");
  if (http_answer_header (a, "date") == NULL)
    SHOULD (113, "no Date");
}

/* --- requests that players do not send every day ------------------------- */

static void
check_head (Verdict * v, const gchar * name, const HttpAnswer * a,
    const HttpAnswer * like)
{
  static const gchar *const same[] = { "content-type", "content-length",
    "cache-control", "access-control-allow-origin"
  };
  guint i, n = G_N_ELEMENTS (same);

  verdict_look (v, 106);
  if (g_bytes_get_size (a->body) > 0)
    MUST (106, "HEAD was answered with a body");
  if (like == NULL || a->status != like->status)
    return;
  for (i = 0; i < n; i++) {
    const gchar *x = http_answer_header (a, same[i]);
    const gchar *y = http_answer_header (like, same[i]);

    /* A live playlist has another length each time. */
    if (i == 1 && (x == NULL || strstr (a->url, ".m3u8") != NULL))
      continue;
    if (g_strcmp0 (x, y) != 0)
      SHOULD (106, "%s is %s for HEAD, %s for GET", same[i],
          x != NULL ? x : "absent", y != NULL ? y : "absent");
  }
}

static void
check_head_status (Verdict * v, const gchar * name, const HttpAnswer * a,
    const HttpAnswer * like)
{
  if (a->status != 200)
    SHOULD (106, "HEAD answers %u", a->status);
  check_head (v, name, a, like);
}

static void
check_range (Verdict * v, const gchar * name, const HttpAnswer * a,
    const HttpAnswer * like)
{
  const gchar *range = http_answer_header (a, "content-range");
  gsize n, all;
  const guint8 *got = g_bytes_get_data (a->body, &n), *full;

  verdict_look (v, 105);
  if (a->status != 206) {
    SHOULD (105, "a range is answered %u", a->status);
    return;
  }
  if (range == NULL || !g_str_has_prefix (range, "bytes 1-16/"))
    MUST (105, "Content-Range %s for bytes 1-16", range != NULL ? range
        : "absent");
  if (n != 16)
    MUST (105, "%" G_GSIZE_FORMAT " bytes for a range of 16", n);
  else if (like != NULL) {
    full = g_bytes_get_data (like->body, &all);
    if (all > 17 && memcmp (full + 1, got, 16) != 0)
      MUST (105, "a range has other bytes than the whole");
  }
}

static void
check_options (Verdict * v, const gchar * name, const HttpAnswer * a)
{
  verdict_look (v, 104);
  if (a->status != 200 && a->status != 204)
    SHOULD (104, "OPTIONS answers %u", a->status);
  else if (http_answer_header (a, "access-control-allow-origin") == NULL)
    SHOULD (104, "OPTIONS without Access-Control-Allow-Origin");
  else if (!has_token (http_answer_header (a,
              "access-control-allow-headers"), "CMCD-Request")
      || !has_token (http_answer_header (a,
              "access-control-allow-headers"), "Range"))
    SHOULD (104, "Access-Control-Allow-Headers lacks Range or CMCD-Request");
}

static gboolean
refused (guint status)
{
  return status >= 400 && status < 500;
}

static void
check_status (Verdict * v, const gchar * name, guint rule,
    VerdictSeverity severity, const HttpAnswer * a, gboolean good,
    const gchar * wanted)
{
  verdict_look (v, rule);
  if (!good)
    verdict_break (v, rule, severity, name, "%s answers %u, not %s", a->url,
        a->status, wanted);
}

static void
check_far (Verdict * v, const gchar * name, guint rule, const HttpAnswer * a,
    guint64 tolerance)
{
  guint64 took = a->finished - MIN (a->finished, a->requested);

  check_status (v, name, rule, VERDICT_SHOULD, a, refused (a->status), "400");
  if (refused (a->status) && took > MAX (tolerance, M3U8_SECOND))
    SHOULD (rule, "%s answered %u only after %.1f s", a->url, a->status,
        (gdouble) took / M3U8_SECOND);
}

static void
check_ended (Verdict * v, const gchar * name, const HttpAnswer * a,
    guint64 target, guint64 tolerance)
{
  guint64 took = a->finished - MIN (a->finished, a->requested);

  check_status (v, name, 68, VERDICT_MUST, a, a->status == 200, "200");
  if (took > MAX (target, tolerance))
    MUST (68, "%s took %.1f s, though the stream has ended", a->url,
        (gdouble) took / M3U8_SECOND);
}

void
http_rules_probe (Verdict * v, const gchar * name, HttpProbe probe,
    const HttpAnswer * a, const HttpAnswer * like, guint64 target,
    guint64 tolerance)
{
  gboolean ok = a->status == 200;
  guint64 took = a->finished - MIN (a->finished, a->requested);

  v->now = a->finished;
  /* What can't be had at all says nothing about how it is served. */
  if ((a->status == 0 && took <= 3 * target + tolerance)
      || (like != NULL && like->status != 200))
    return;
  switch (probe) {
    case HTTP_PROBE_HEAD:
    case HTTP_PROBE_HEAD_MEDIA:
      check_head_status (v, name, a, like);
      return;
    case HTTP_PROBE_HEAD_HELD:
      verdict_look (v, 75);
      if (took > 3 * target + tolerance)
        SHOULD (75, "HEAD with _HLS_msn hung for %.1f s",
            (gdouble) took / M3U8_SECOND);
      return;
    case HTTP_PROBE_OPTIONS:
      check_options (v, name, a);
      return;
    case HTTP_PROBE_RANGE:
      check_range (v, name, a, like);
      return;
    case HTTP_PROBE_RANGE_PAST:
      check_status (v, name, 105, VERDICT_SHOULD, a, a->status == 416, "416");
      return;
    case HTTP_PROBE_UNKNOWN_PATH:
      check_status (v, name, 107, VERDICT_SHOULD, a, a->status == 404
          || a->status == 410 || a->status == 403, "404");
      return;
    case HTTP_PROBE_METHOD:
      check_status (v, name, 107, VERDICT_SHOULD, a, a->status >= 400, "405");
      return;
    case HTTP_PROBE_OLD_MSN:
      check_status (v, name, 63, VERDICT_MUST, a, ok, "200");
      return;
    case HTTP_PROBE_FAR_MSN:
      check_far (v, name, 64, a, tolerance);
      return;
    case HTTP_PROBE_FAR_PART:
      check_far (v, name, 65, a, tolerance);
      return;
    case HTTP_PROBE_PART_ONLY:
      check_status (v, name, 66, VERDICT_MUST, a, refused (a->status), "400");
      return;
    case HTTP_PROBE_BAD_NUMBER:
      check_status (v, name, 67, VERDICT_SHOULD, a, refused (a->status), "400");
      return;
    case HTTP_PROBE_UNKNOWN_DIRECTIVE:
      check_status (v, name, 70, VERDICT_SHOULD, a, ok, "200");
      return;
    case HTTP_PROBE_UNKNOWN_SKIP:
      check_status (v, name, 58, VERDICT_SHOULD, a, ok, "200");
      return;
    case HTTP_PROBE_ORDER:
      check_status (v, name, 71, VERDICT_MUST, a, ok, "200");
      return;
    case HTTP_PROBE_MULTIVARIANT:
      check_status (v, name, 77, VERDICT_SHOULD, a, ok, "200");
      return;
    case HTTP_PROBE_CONDITIONAL:
      check_status (v, name, 109, VERDICT_SHOULD, a, a->status == 304, "304");
      return;
    case HTTP_PROBE_ENDED:
      check_ended (v, name, a, target, tolerance);
      return;
    case HTTP_PROBE_LAST:
      return;
  }
  g_assert_not_reached ();
}
