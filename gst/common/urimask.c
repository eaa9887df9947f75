/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "urimask.h"

#include <string.h>

#define MASK "***"

/* Query keys whose values are secrets in srt, rtmp, rtsp, http and HLS URIs. */
static const gchar *const secret_keys[] = {
  "passphrase", "streamid", "key", "streamkey", "stream-key", "stream_key",
  "token", "auth", "authorization", "password", "passwd", "pass", "pwd",
  "secret", "sig", "signature", "access_token", "user", "username",
  "user-id", "user-pw", "x-amz-signature", "x-amz-credential",
  "x-amz-security-token", "policy", "hdnts", "hdnea", "apikey", "api_key",
};

static gboolean
is_secret (const gchar * key, gsize len)
{
  g_autofree gchar *raw = g_strndup (key, len);
  g_autofree gchar *name = g_uri_unescape_string (raw, NULL);
  guint i;

  /* A name that can't be read may hide anything. */
  if (name == NULL)
    return TRUE;
  for (i = 0; i < G_N_ELEMENTS (secret_keys); i++) {
    if (g_ascii_strcasecmp (name, secret_keys[i]) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
append_query (GString * out, const gchar * query)
{
  while (*query != '\0') {
    gsize len = strcspn (query, "&;");
    const gchar *equals = memchr (query, '=', len);

    if (equals != NULL && is_secret (query, equals - query)) {
      g_string_append_len (out, query, equals - query + 1);
      g_string_append (out, MASK);
      /* Not every reader ends a value at a semicolon. */
      len = strcspn (query, "&");
    } else {
      g_string_append_len (out, query, len);
    }
    query += len;
    if (*query != '\0')
      g_string_append_c (out, *query++);
  }
}

static void
append_path (GString * out, const gchar * path, gsize len, gboolean has_key)
{
  const gchar *slash = g_strrstr_len (path, len, "/");

  if (has_key && slash != NULL && slash != path && slash + 1 < path + len) {
    g_string_append_len (out, path, slash - path + 1);
    g_string_append (out, MASK);
  } else {
    g_string_append_len (out, path, len);
  }
}

gchar *
uri_mask (const gchar * uri)
{
  GString *out;
  const gchar *rest, *at, *query;
  gsize authority, path;
  gboolean is_rtmp;

  if (uri == NULL)
    return NULL;
  /* What lacks a scheme, or its slashes, may be a URI with a slip of the pen:
   * it is told as well, and hides as much. */
  rest = uri + strcspn (uri, ":/?#");
  rest = g_str_has_prefix (rest, "://") ? rest + 3 : uri;
  is_rtmp = g_ascii_strncasecmp (uri, "rtmp", 4) == 0;

  out = g_string_new_len (uri, rest - uri);
  authority = strcspn (rest, "/?#");
  at = g_strrstr_len (rest, authority, "@");
  if (at != NULL) {
    g_string_append (out, MASK);
    authority -= at - rest;
    rest = at;
  }
  g_string_append_len (out, rest, authority);
  rest += authority;

  path = strcspn (rest, "?#");
  append_path (out, rest, path, is_rtmp);
  query = rest + path;
  if (*query != '\0') {
    g_string_append_c (out, *query);
    append_query (out, query + 1);
  }
  return g_string_free (out, FALSE);
}

static gboolean
is_of_scheme (gchar c)
{
  return g_ascii_isalnum (c) || c == '+' || c == '-' || c == '.';
}

gchar *
uri_mask_text (const gchar * text)
{
  GString *out;
  const gchar *colon;

  if (text == NULL)
    return NULL;
  out = g_string_new (NULL);
  while ((colon = strstr (text, "://")) != NULL) {
    const gchar *start = colon;
    gsize len;
    g_autofree gchar *uri = NULL, *masked = NULL;

    while (start > text && is_of_scheme (start[-1]))
      start--;
    len = strcspn (start, " \t\r\n");
    uri = g_strndup (start, len);
    masked = uri_mask (uri);
    g_string_append_len (out, text, start - text);
    g_string_append (out, masked);
    text = start + len;
  }
  g_string_append (out, text);
  return g_string_free (out, FALSE);
}
