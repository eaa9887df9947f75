/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A query with a token for a path; the same bytes are a file of secrets, too. */
#include "fuzz.h"
#include "urltoken.h"

#define SECRET "0123456789abcdef0123456789abcdef"

/* *INDENT-OFF* */
const FuzzSeed fuzz_seeds[] = {
  { "token=1800000000-"
      "6587c2d3e1549560be4e38c33efbd219a1abfc0b69b253c1c044a4c278608b8f" },
  { "CMCD=su&token=1800000000-0000000000000000000000000000000000000000"
      "000000000000000000000000-%2Fvideo_1&x" },
  { "# secrets\n" SECRET "\r\n \tanother of them, longer\n\n" },
  { NULL }
};
/* *INDENT-ON* */

const guint fuzz_runs = 50000;

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  g_autofree gchar *text = g_strndup ((const gchar *) data, size);
  g_autofree gchar *token = NULL, *query = NULL;
  g_autoptr (GError) error = NULL;
  UrlTokenKeys *keys = url_token_keys_new (SECRET, strlen (SECRET), NULL);
  UrlTokenKeys *read;

  /* Whoever can't sign gets nothing but what was signed. */
  if (url_token_verify (keys, text, "/live.m3u8", 1) == URL_TOKEN_VALID)
    FUZZ_REQUIRE (g_strstr_len (text, -1, "token=1800000000") != NULL);
  url_token_keys_free (keys);

  read = url_token_keys_new ((const gchar *) data, size, &error);
  FUZZ_REQUIRE ((read == NULL) == (error != NULL));
  if (read == NULL)
    return 0;
  token = url_token_make (read, 1800000000, "/video_1");
  query = g_strconcat ("token=", token, NULL);
  FUZZ_REQUIRE (url_token_verify (read, query, "/video_1.m3u8", 1)
      == URL_TOKEN_VALID);
  url_token_keys_free (read);
  return 0;
}
