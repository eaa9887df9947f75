/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Signed URLs: ?token=EXPIRY-MAC or ?token=EXPIRY-MAC-SCOPE.
 * EXPIRY: decimal, seconds since 1970.  SCOPE: the beginning of the paths that
 * it is good for, "/" when not said.  MAC: HMAC-SHA256 in hexadecimal over
 * "EXPIRY" or "EXPIRY-SCOPE" with one of the secrets. */

#define URL_TOKEN_ARGUMENT "token"

/* A secret is a line of a file, ASCII blanks around it do not count, lines that
 * are empty or begin with # neither. */
#define URL_TOKEN_MIN_SECRET 16 /* bytes */
#define URL_TOKEN_MAX_SECRET 1024       /* bytes */
#define URL_TOKEN_MAX_SECRETS 16
#define URL_TOKEN_MAX_FILE (64 * 1024)  /* bytes */

typedef enum
{
  URL_TOKEN_VALID,
  URL_TOKEN_MISSING,
  URL_TOKEN_MALFORMED,
  URL_TOKEN_WRONG,              /* signed with none of the secrets */
  URL_TOKEN_EXPIRED,            /* signed, but too old */
  URL_TOKEN_OUT_OF_SCOPE,       /* signed, but for other paths */
} UrlTokenVerdict;

typedef enum
{
  URL_TOKEN_ERROR_TOO_LONG,
  URL_TOKEN_ERROR_TOO_SHORT,
  URL_TOKEN_ERROR_TOO_MANY,
  URL_TOKEN_ERROR_NONE,
} UrlTokenError;

#define URL_TOKEN_ERROR (url_token_error_quark ())
GQuark url_token_error_quark (void);

/* Secrets that are good at the same time; never changes, so any thread may
 * verify with it. */
typedef struct _UrlTokenKeys UrlTokenKeys;

/* From a file's text.  NULL with an error that names the line, never what
 * stands in it. */
UrlTokenKeys *url_token_keys_new (const gchar * text, gsize length,
    GError ** error);
void url_token_keys_free (UrlTokenKeys * self);

/* Is a request for `path` (decoded, with its slash) with `query` (as it came,
 * or NULL) allowed at `now_s`, seconds since 1970? */
UrlTokenVerdict url_token_verify (const UrlTokenKeys * self,
    const gchar * query, const gchar * path, guint64 now_s);

/* A token signed with the first secret, good until `expiry_s`; `scope` begins
 * with a slash and has only letters, digits and /._~- in it, or is NULL.
 * Returns: (transfer full) */
gchar *url_token_make (const UrlTokenKeys * self, guint64 expiry_s,
    const gchar * scope);

/* For stats: "valid", "missing", ... */
const gchar *url_token_verdict_name (UrlTokenVerdict verdict);

G_END_DECLS
