/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Delivery directives: draft-pantos-hls-rfc8216bis-22 6.2.5. */
#include "request.h"

#include <string.h>

#define PLAYLIST_SUFFIX ".m3u8"

/* Digits only, no sign, no blank, nothing behind, below 2^63. */
static gboolean
parse_number (const gchar * text, gsize len, guint64 * value)
{
  gsize i;

  *value = 0;
  for (i = 0; i < len; i++) {
    if (!g_ascii_isdigit (text[i]) || *value > G_MAXINT64 / 10 - 1)
      return FALSE;
    *value = *value * 10 + (text[i] - '0');
  }
  return len > 0;
}

static gboolean
key_is (const gchar * key, gsize len, const gchar * name)
{
  return strlen (name) == len && memcmp (key, name, len) == 0;
}

/* FALSE when the directive is wrong; a repeated one is. */
static gboolean
take_pair (Request * self, const gchar * key, gsize key_len,
    const gchar * value, gsize value_len)
{
  if (key_is (key, key_len, "_HLS_msn")) {
    if (self->has_msn)
      return FALSE;
    self->has_msn = TRUE;
    return parse_number (value, value_len, &self->msn);
  }
  if (key_is (key, key_len, "_HLS_part")) {
    if (self->has_part)
      return FALSE;
    self->has_part = TRUE;
    return parse_number (value, value_len, &self->part);
  }
  if (key_is (key, key_len, "_HLS_skip")) {
    if (key_is (value, value_len, "YES"))
      self->skip = REQUEST_SKIP_YES;
    else if (key_is (value, value_len, "v2"))
      self->skip = REQUEST_SKIP_V2;
  }
  return TRUE;
}

static gboolean
parse_query (Request * self, const gchar * query)
{
  while (*query != '\0') {
    gsize len = strcspn (query, "&");
    const gchar *equals = memchr (query, '=', len);
    gsize key_len = equals != NULL ? (gsize) (equals - query) : len;
    const gchar *value = equals != NULL ? equals + 1 : query + len;

    if (!take_pair (self, query, key_len, value, query + len - value))
      return FALSE;
    query += len;
    if (*query == '&')
      query++;
  }
  return !self->has_part || self->has_msn;
}

void
request_parse (Request * self, const gchar * path, const gchar * query)
{
  memset (self, 0, sizeof (*self));
  if (*path == '/')
    path++;
  self->kind = REQUEST_MEDIA;
  if (*path == '\0' || g_str_equal (path, "index.html"))
    self->kind = REQUEST_PAGE;
  else if (g_str_equal (path, REQUEST_SCRIPT_NAME))
    self->kind = REQUEST_SCRIPT;
  else if (g_str_equal (path, REQUEST_MULTIVARIANT_NAME))
    self->kind = REQUEST_MULTIVARIANT;
  else if (g_str_equal (path, REQUEST_EVENTS_NAME))
    self->kind = REQUEST_EVENTS;
  else if (g_str_equal (path, REQUEST_AUTH_NAME))
    self->kind = REQUEST_AUTH;
  else if (g_str_has_suffix (path, PLAYLIST_SUFFIX))
    self->kind = REQUEST_PLAYLIST;
  if (self->kind == REQUEST_PLAYLIST) {
    self->name = g_strndup (path, strlen (path) - strlen (PLAYLIST_SUFFIX));
    if (query != NULL && !parse_query (self, query))
      self->kind = REQUEST_BAD;
  } else {
    self->name = g_strdup (path);
  }
}

void
request_clear (Request * self)
{
  g_clear_pointer (&self->name, g_free);
}
