/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "urltoken.h"

#include <string.h>

#define MAC_BYTES 32
/* The year 33658; more is no time. */
#define MAX_EXPIRY_DIGITS 12
#define MAX_SCOPE 256
#define MAX_TOKEN (MAX_EXPIRY_DIGITS + 1 + 2 * MAC_BYTES + 1 + MAX_SCOPE)

struct _UrlTokenKeys
{
  GPtrArray *secrets;           /* of GBytes */
};

/* A token, taken apart; nothing of it is trusted. */
typedef struct
{
  guint64 expiry_s;
  gchar signed_text[MAX_TOKEN + 1];     /* what the MAC is over */
  guint8 mac[MAC_BYTES];
  gchar scope[MAX_SCOPE + 1];
} Token;

GQuark
url_token_error_quark (void)
{
  return g_quark_from_static_string ("llhls-url-token-error-quark");
}

const gchar *
url_token_verdict_name (UrlTokenVerdict verdict)
{
  switch (verdict) {
    case URL_TOKEN_VALID:
      return "valid";
    case URL_TOKEN_MISSING:
      return "missing";
    case URL_TOKEN_MALFORMED:
      return "malformed";
    case URL_TOKEN_WRONG:
      return "wrong";
    case URL_TOKEN_EXPIRED:
      return "expired";
    case URL_TOKEN_OUT_OF_SCOPE:
      return "out-of-scope";
  }
  g_assert_not_reached ();
}

/* Secrets */

static gboolean
add_secret (UrlTokenKeys * self, const gchar * text, gsize length, guint line,
    GError ** error)
{
  if (length < URL_TOKEN_MIN_SECRET) {
    g_set_error (error, URL_TOKEN_ERROR, URL_TOKEN_ERROR_TOO_SHORT,
        "the secret in line %u has %u bytes; at least %u are needed", line,
        (guint) length, URL_TOKEN_MIN_SECRET);
    return FALSE;
  }
  if (length > URL_TOKEN_MAX_SECRET) {
    g_set_error (error, URL_TOKEN_ERROR, URL_TOKEN_ERROR_TOO_LONG,
        "the secret in line %u has more than %u bytes", line,
        URL_TOKEN_MAX_SECRET);
    return FALSE;
  }
  if (self->secrets->len == URL_TOKEN_MAX_SECRETS) {
    g_set_error (error, URL_TOKEN_ERROR, URL_TOKEN_ERROR_TOO_MANY,
        "there are more than %u secrets", URL_TOKEN_MAX_SECRETS);
    return FALSE;
  }
  g_ptr_array_add (self->secrets, g_bytes_new (text, length));
  return TRUE;
}

static gboolean
is_blank (gchar c)
{
  return c == ' ' || c == '\t' || c == '\r';
}

static gboolean
add_lines (UrlTokenKeys * self, const gchar * text, gsize length,
    GError ** error)
{
  const gchar *end = text + length;
  guint number = 0;

  while (text < end) {
    const gchar *feed = memchr (text, '\n', end - text);
    const gchar *last = feed != NULL ? feed : end;
    const gchar *next = feed != NULL ? feed + 1 : end;

    number++;
    while (text < last && is_blank (*text))
      text++;
    while (text < last && is_blank (last[-1]))
      last--;
    if (text < last && *text != '#'
        && !add_secret (self, text, last - text, number, error))
      return FALSE;
    text = next;
  }
  return TRUE;
}

UrlTokenKeys *
url_token_keys_new (const gchar * text, gsize length, GError ** error)
{
  UrlTokenKeys *self;

  if (length > URL_TOKEN_MAX_FILE) {
    g_set_error (error, URL_TOKEN_ERROR, URL_TOKEN_ERROR_TOO_LONG,
        "the file has more than %u bytes", URL_TOKEN_MAX_FILE);
    return NULL;
  }
  self = g_new0 (UrlTokenKeys, 1);
  self->secrets = g_ptr_array_new_with_free_func ((GDestroyNotify)
      g_bytes_unref);
  if (!add_lines (self, text, length, error)) {
    g_clear_pointer (&self, url_token_keys_free);
  } else if (self->secrets->len == 0) {
    g_set_error_literal (error, URL_TOKEN_ERROR, URL_TOKEN_ERROR_NONE,
        "there is no secret in it; each line is one, # begins a comment");
    g_clear_pointer (&self, url_token_keys_free);
  }
  return self;
}

void
url_token_keys_free (UrlTokenKeys * self)
{
  g_ptr_array_unref (self->secrets);
  g_free (self);
}

/* Tokens */

static void
sign (GBytes * secret, const gchar * text, guint8 mac[MAC_BYTES])
{
  gsize length, size = MAC_BYTES;
  const guint8 *key = g_bytes_get_data (secret, &length);
  GHmac *hmac = g_hmac_new (G_CHECKSUM_SHA256, key, length);

  g_hmac_update (hmac, (const guchar *) text, strlen (text));
  g_hmac_get_digest (hmac, mac, &size);
  g_hmac_unref (hmac);
}

/* How long it takes does not tell how much is right. */
static gboolean
is_same (const guint8 * a, const guint8 * b)
{
  volatile guint8 difference = 0;
  guint i;

  for (i = 0; i < MAC_BYTES; i++)
    difference |= a[i] ^ b[i];
  return difference == 0;
}

static gboolean
is_scope (const gchar * text, gsize length)
{
  gsize i;

  if (length == 0 || length > MAX_SCOPE || *text != '/')
    return FALSE;
  for (i = 0; i < length; i++) {
    if (!g_ascii_isalnum (text[i])
        && (text[i] == '\0' || strchr ("/._~-", text[i]) == NULL))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_mac (const gchar * hex, guint8 mac[MAC_BYTES])
{
  guint i;

  for (i = 0; i < MAC_BYTES; i++) {
    gint high = g_ascii_xdigit_value (hex[2 * i]);
    gint low = g_ascii_xdigit_value (hex[2 * i + 1]);

    if (high < 0 || low < 0)
      return FALSE;
    mac[i] = high << 4 | low;
  }
  return TRUE;
}

/* `text` is decoded. */
static gboolean
parse_token (Token * self, const gchar * text, gsize length)
{
  gsize digits = 0, rest;
  const gchar *scope;

  memset (self, 0, sizeof (*self));
  for (; digits < length && g_ascii_isdigit (text[digits]); digits++) {
    if (digits == MAX_EXPIRY_DIGITS)
      return FALSE;
    self->expiry_s = self->expiry_s * 10 + g_ascii_digit_value (text[digits]);
  }
  if (digits == 0 || length < digits + 1 + 2 * MAC_BYTES
      || text[digits] != '-' || !read_mac (text + digits + 1, self->mac))
    return FALSE;
  scope = text + digits + 1 + 2 * MAC_BYTES;
  rest = text + length - scope;
  memcpy (self->signed_text, text, digits);
  self->scope[0] = '/';
  if (rest == 0)
    return TRUE;
  if (*scope != '-' || !is_scope (scope + 1, rest - 1))
    return FALSE;
  memcpy (self->signed_text + digits, scope, rest);
  memcpy (self->scope, scope + 1, rest - 1);
  return TRUE;
}

/* "/video_1" is good for /video_1.m3u8 and /video_1/..., not for /video_10.
 * What a proxy could take for another path is good for none: no path of ours
 * has dots, slashes or escapes in such places. */
static gboolean
is_in_scope (const gchar * path, const gchar * scope)
{
  gsize length = strlen (scope);

  if (length == 1)
    return TRUE;
  if (strstr (path, "/.") != NULL || strstr (path, "//") != NULL
      || strpbrk (path, "%\\") != NULL)
    return FALSE;
  if (strncmp (path, scope, length) != 0)
    return FALSE;
  return scope[length - 1] == '/' || path[length] == '\0'
      || path[length] == '/' || path[length] == '.';
}

static const gchar *
find_argument (const gchar * query, gsize * length)
{
  const gsize name = strlen (URL_TOKEN_ARGUMENT "=");

  while (query != NULL && *query != '\0') {
    gsize n = strcspn (query, "&");

    if (n >= name && memcmp (query, URL_TOKEN_ARGUMENT "=", name) == 0) {
      *length = n - name;
      return query + name;
    }
    query += n;
    query += *query == '&';
  }
  return NULL;
}

/* Only a scope's slashes ever come encoded. */
static gboolean
decode (const gchar * from, gsize length, gchar to[MAX_TOKEN], gsize * n)
{
  gsize i;

  for (i = 0, *n = 0; i < length; i++) {
    if (*n == MAX_TOKEN)
      return FALSE;
    if (from[i] == '%') {
      if (length - i < 3 || !g_ascii_isxdigit (from[i + 1])
          || !g_ascii_isxdigit (from[i + 2]))
        return FALSE;
      to[(*n)++] = g_ascii_xdigit_value (from[i + 1]) << 4
          | g_ascii_xdigit_value (from[i + 2]);
      i += 2;
    } else {
      to[(*n)++] = from[i];
    }
  }
  return TRUE;
}

/* All secrets are tried, whichever fits. */
static gboolean
is_signed (const UrlTokenKeys * self, const Token * token)
{
  gboolean found = FALSE;
  guint8 mac[MAC_BYTES];
  guint i;

  for (i = 0; i < self->secrets->len; i++) {
    sign (g_ptr_array_index (self->secrets, i), token->signed_text, mac);
    found |= is_same (mac, token->mac);
  }
  return found;
}

UrlTokenVerdict
url_token_verify (const UrlTokenKeys * self, const gchar * query,
    const gchar * path, guint64 now_s)
{
  gchar text[MAX_TOKEN];
  const gchar *value;
  gsize length, n;
  Token token;

  value = find_argument (query, &length);
  if (value == NULL || length == 0)
    return URL_TOKEN_MISSING;
  if (!decode (value, length, text, &n) || !parse_token (&token, text, n))
    return URL_TOKEN_MALFORMED;
  if (!is_signed (self, &token))
    return URL_TOKEN_WRONG;
  if (now_s >= token.expiry_s)
    return URL_TOKEN_EXPIRED;
  return is_in_scope (path, token.scope) ? URL_TOKEN_VALID
      : URL_TOKEN_OUT_OF_SCOPE;
}

gchar *
url_token_make (const UrlTokenKeys * self, guint64 expiry_s,
    const gchar * scope)
{
  g_autofree gchar *expiry = g_strdup_printf ("%" G_GUINT64_FORMAT, expiry_s);
  g_autofree gchar *text = NULL;
  GString *token = g_string_new (expiry);
  guint8 mac[MAC_BYTES];
  guint i;

  g_assert (scope == NULL || is_scope (scope, strlen (scope)));
  text = scope != NULL ? g_strconcat (expiry, "-", scope, NULL)
      : g_strdup (expiry);
  sign (g_ptr_array_index (self->secrets, 0), text, mac);
  g_string_append_c (token, '-');
  for (i = 0; i < MAC_BYTES; i++)
    g_string_append_printf (token, "%02x", mac[i]);
  if (scope != NULL)
    g_string_append_printf (token, "-%s", scope);
  return g_string_free (token, FALSE);
}
