/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <glib/gstdio.h>
#include <string.h>

#include "urltoken.h"

#define SECRET_A "0123456789abcdef0123456789abcdef"
#define SECRET_B "another secret of this test, 1"
/* printf %s 1800000000 | openssl dgst -sha256 -hmac $SECRET_A */
#define MAC_A \
    "6587c2d3e1549560be4e38c33efbd219a1abfc0b69b253c1c044a4c278608b8f"
#define EXPIRY G_GUINT64_CONSTANT (1800000000)

static UrlTokenKeys *
keys (const gchar * text)
{
  g_autoptr (GError) error = NULL;
  UrlTokenKeys *self = url_token_keys_new (text, strlen (text), &error);

  fail_unless (self != NULL, "%s", error != NULL ? error->message : "");
  return self;
}

static UrlTokenVerdict
verify (UrlTokenKeys * k, const gchar * token, const gchar * path, guint64 now)
{
  g_autofree gchar *query = g_strconcat ("CMCD=su&token=", token, "&x=1", NULL);

  return url_token_verify (k, query, path, now);
}

GST_START_TEST (urltoken_takes_what_openssl_signed)
{
  UrlTokenKeys *k = keys (SECRET_A);
  g_autofree gchar *made = url_token_make (k, EXPIRY, NULL);

  fail_unless_equals_string (made, "1800000000-" MAC_A);
  fail_unless_equals_int (verify (k, "1800000000-" MAC_A, "/live.m3u8",
          EXPIRY - 1), URL_TOKEN_VALID);
  url_token_keys_free (k);
}

GST_END_TEST;

GST_START_TEST (urltoken_ends_at_its_expiry)
{
  UrlTokenKeys *k = keys (SECRET_A);
  g_autofree gchar *token = url_token_make (k, EXPIRY, NULL);

  fail_unless_equals_int (verify (k, token, "/", 0), URL_TOKEN_VALID);
  fail_unless_equals_int (verify (k, token, "/", EXPIRY - 1), URL_TOKEN_VALID);
  fail_unless_equals_int (verify (k, token, "/", EXPIRY), URL_TOKEN_EXPIRED);
  url_token_keys_free (k);
}

GST_END_TEST;

/* Whoever forges learns nothing of what a time would do. */
GST_START_TEST (urltoken_refuses_each_changed_character)
{
  UrlTokenKeys *k = keys (SECRET_A);
  g_autofree gchar *token = url_token_make (k, EXPIRY, "/video_1");
  gsize i;

  fail_unless_equals_int (verify (k, token, "/video_1.m3u8", 1),
      URL_TOKEN_VALID);
  for (i = 0; token[i] != '\0'; i++) {
    gchar was = token[i];

    token[i] = was == '1' ? '2' : '1';
    fail_if (verify (k, token, "/video_1.m3u8", 1) == URL_TOKEN_VALID,
        "changed at %u", (guint) i);
    fail_if (verify (k, token, "/video_1.m3u8", 1) == URL_TOKEN_EXPIRED);
    token[i] = was;
  }
  url_token_keys_free (k);
}

GST_END_TEST;

GST_START_TEST (urltoken_takes_any_of_several_secrets)
{
  UrlTokenKeys *old = keys (SECRET_A);
  UrlTokenKeys *new = keys (SECRET_B);
  UrlTokenKeys *both = keys ("# old\r\n" SECRET_A "\r\n\r\n  # new\n \t"
      SECRET_B " \n");
  g_autofree gchar *token = url_token_make (old, EXPIRY, NULL);
  g_autofree gchar *other = url_token_make (new, EXPIRY, NULL);
  g_autofree gchar *newest = url_token_make (both, EXPIRY, NULL);

  fail_unless_equals_int (verify (both, token, "/", 1), URL_TOKEN_VALID);
  fail_unless_equals_int (verify (both, other, "/", 1), URL_TOKEN_VALID);
  fail_unless_equals_int (verify (new, token, "/", 1), URL_TOKEN_WRONG);
  fail_unless_equals_string (newest, token);
  url_token_keys_free (old);
  url_token_keys_free (new);
  url_token_keys_free (both);
}

GST_END_TEST;

typedef struct
{
  const gchar *scope, *path;
  UrlTokenVerdict verdict;
} Scope;

/* *INDENT-OFF* */
static const Scope scopes[] = {
  { NULL, "/anything", URL_TOKEN_VALID },
  { "/", "/anything", URL_TOKEN_VALID },
  { "/video_1", "/video_1.m3u8", URL_TOKEN_VALID },
  { "/video_1", "/video_1/7.m4s", URL_TOKEN_VALID },
  { "/video_1", "/video_1", URL_TOKEN_VALID },
  { "/video_1", "/video_10.m3u8", URL_TOKEN_OUT_OF_SCOPE },
  { "/video_1", "/video_", URL_TOKEN_OUT_OF_SCOPE },
  { "/video_1", "/live.m3u8", URL_TOKEN_OUT_OF_SCOPE },
  { "/video_1", "/video_1/../video_2.m3u8", URL_TOKEN_OUT_OF_SCOPE },
  { "/video_1", "/video_1/%2e%2e/video_2.m3u8", URL_TOKEN_OUT_OF_SCOPE },
  { "/video_1", "/video_1//../video_2.m3u8", URL_TOKEN_OUT_OF_SCOPE },
  { "/video_1", "/video_1.m3u8/../video_2.m3u8", URL_TOKEN_OUT_OF_SCOPE },
  { "/video_1", "/video_1/..\\video_2.m3u8", URL_TOKEN_OUT_OF_SCOPE },
  { "/", "/video_1/../video_2.m3u8", URL_TOKEN_VALID },
  { "/video_1/", "/video_1/7.m4s", URL_TOKEN_VALID },
  { "/video_1/", "/video_1.m3u8", URL_TOKEN_OUT_OF_SCOPE },
  { "/a-b_c.d~e/f", "/a-b_c.d~e/f/g", URL_TOKEN_VALID },
};
/* *INDENT-ON* */

GST_START_TEST (urltoken_keeps_to_its_scope)
{
  const Scope *s = &scopes[__i__];
  UrlTokenKeys *k = keys (SECRET_A);
  g_autofree gchar *token = url_token_make (k, EXPIRY, s->scope);
  g_auto (GStrv) parts = g_strsplit (token, "/", -1);
  g_autofree gchar *encoded = g_strjoinv ("%2F", parts);

  fail_unless_equals_int (verify (k, token, s->path, 1), s->verdict);
  fail_unless_equals_int (verify (k, encoded, s->path, 1), s->verdict);
  url_token_keys_free (k);
}

GST_END_TEST;

/* A scope can't be cut off, nor added. */
GST_START_TEST (urltoken_signs_the_scope)
{
  UrlTokenKeys *k = keys (SECRET_A);
  g_autofree gchar *narrow = url_token_make (k, EXPIRY, "/video_1");
  g_autofree gchar *wide = url_token_make (k, EXPIRY, NULL);
  g_autofree gchar *added = g_strconcat (wide, "-/", NULL);

  *strrchr (narrow, '-') = '\0';
  fail_unless_equals_int (verify (k, narrow, "/video_1", 1), URL_TOKEN_WRONG);
  fail_unless_equals_int (verify (k, added, "/video_1", 1), URL_TOKEN_WRONG);
  url_token_keys_free (k);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const gchar *const malformed[] = {
  "x", "-", "1800000000", "1800000000-", "-" MAC_A, "1800000000" MAC_A,
  "1800000000-" MAC_A "0", "1800000000-" MAC_A "-", "1800000000-" MAC_A "-x",
  "1800000000-" MAC_A "-/a%00b", "1800000000-" MAC_A "-/a b", "%", "%2", "%zz",
  "+1800000000-" MAC_A, "1800000000000-" MAC_A, " 1800000000-" MAC_A,
  "1800000000-g" MAC_A,
};
/* *INDENT-ON* */

GST_START_TEST (urltoken_knows_what_is_no_token)
{
  UrlTokenKeys *k = keys (SECRET_A);

  fail_unless_equals_int (verify (k, malformed[__i__], "/", 1),
      URL_TOKEN_MALFORMED);
  url_token_keys_free (k);
}

GST_END_TEST;

GST_START_TEST (urltoken_must_be_there)
{
  UrlTokenKeys *k = keys (SECRET_A);

  fail_unless_equals_int (url_token_verify (k, NULL, "/", 1),
      URL_TOKEN_MISSING);
  fail_unless_equals_int (url_token_verify (k, "", "/", 1), URL_TOKEN_MISSING);
  fail_unless_equals_int (url_token_verify (k, "token=", "/", 1),
      URL_TOKEN_MISSING);
  fail_unless_equals_int (url_token_verify (k, "token", "/", 1),
      URL_TOKEN_MISSING);
  fail_unless_equals_int (url_token_verify (k, "xtoken=" MAC_A, "/", 1),
      URL_TOKEN_MISSING);
  url_token_keys_free (k);
}

GST_END_TEST;

static void
expect_error (const gchar * text, gsize length, UrlTokenError code,
    const gchar * says)
{
  g_autoptr (GError) error = NULL;

  fail_unless (url_token_keys_new (text, length, &error) == NULL);
  fail_unless (g_error_matches (error, URL_TOKEN_ERROR, code));
  fail_unless (strstr (error->message, says) != NULL, "%s", error->message);
  fail_unless (strstr (error->message, "sesame") == NULL);
}

GST_START_TEST (urltoken_says_what_is_wrong_with_secrets)
{
  g_autofree gchar *huge = g_strnfill (URL_TOKEN_MAX_FILE + 1, '#');
  g_autofree gchar *line = g_strnfill (URL_TOKEN_MAX_SECRET + 1, 's');
  g_autoptr (GString) many = g_string_new (NULL);
  guint i;

  for (i = 0; i <= URL_TOKEN_MAX_SECRETS; i++)
    g_string_append_printf (many, "%s%u\n", SECRET_A, i);
  expect_error ("", 0, URL_TOKEN_ERROR_NONE, "no secret");
  expect_error ("# one\n\n \n", 9, URL_TOKEN_ERROR_NONE, "no secret");
  expect_error ("#\n" SECRET_A "\nsesame", 41, URL_TOKEN_ERROR_TOO_SHORT,
      "line 3 has 6 bytes; at least 16");
  expect_error (huge, strlen (huge), URL_TOKEN_ERROR_TOO_LONG, "65536");
  expect_error (line, strlen (line), URL_TOKEN_ERROR_TOO_LONG, "line 1");
  expect_error (many->str, many->len, URL_TOKEN_ERROR_TOO_MANY, "16 secrets");
}

GST_END_TEST;

GST_START_TEST (urltoken_survives_cuts_and_random_bytes)
{
  UrlTokenKeys *k = keys (SECRET_A);
  g_autofree gchar *token = url_token_make (k, EXPIRY, "/video_1");
  g_autoptr (GRand) rand = g_rand_new_with_seed (256);
  gsize length = strlen (token), round;

  for (round = 0; round < 50000; round++) {
    gsize n = round < length ? round : length, i;
    g_autofree gchar *query = g_strdup_printf ("token=%.*s", (gint) n, token);

    for (i = 6; round > length && query[i] != '\0'; i++)
      if (g_rand_int_range (rand, 0, 40) == 0)
        query[i] = g_rand_int_range (rand, 1, 256);
    /* Hexadecimal digits in the other case are the same token. */
    fail_unless_equals_int (url_token_verify (k, query, "/video_1", 1)
        == URL_TOKEN_VALID, g_ascii_strncasecmp (query + 6, token, 75) == 0
        && strcmp (query + 6 + MIN (n, 75), token + MIN (n, 75)) == 0);
  }
  url_token_keys_free (k);
}

GST_END_TEST;

/* The page's block that has `what` in it. */
static gchar *
recipe_from_docs (const gchar * begin, const gchar * what)
{
  g_autofree gchar *path = g_build_filename (g_getenv ("ONAIR_SOURCE_DIR"),
      "docs", "guides", "access.md", NULL);
  g_autofree gchar *text = NULL;
  const gchar *at, *end;

  fail_unless (g_file_get_contents (path, &text, NULL, NULL));
  for (at = text; (at = strstr (at, begin)) != NULL; at = end) {
    at += strlen (begin);
    end = strstr (at, "\n```");
    if (g_strstr_len (at, end - at, what) != NULL)
      return g_strndup (at, end - at);
  }
  fail ("no block with %s", what);
  return NULL;
}

static void
check_recipe (const gchar * program, const gchar * option, const gchar * recipe)
{
  g_autofree gchar *found = g_find_program_in_path (program);
  g_autofree gchar *folder = g_dir_make_tmp ("urltoken-XXXXXX", NULL);
  g_autofree gchar *file = g_build_filename (folder, "secrets", NULL);
  g_autofree gchar *out = NULL;
  gchar *argv[] = { (gchar *) program, (gchar *) option, (gchar *) recipe,
    NULL
  };
  UrlTokenKeys *k = keys (SECRET_A);
  guint64 now = g_get_real_time () / G_USEC_PER_SEC;
  gint status;

  fail_unless (g_file_set_contents (file, "# a comment\n" SECRET_A "\n", -1,
          NULL));
  if (found != NULL) {
    fail_unless (g_spawn_sync (folder, argv, NULL, G_SPAWN_SEARCH_PATH, NULL,
            NULL, &out, NULL, &status, NULL));
    fail_unless_equals_int (status, 0);
    g_strchomp (out);
    fail_unless_equals_int (url_token_verify (k, out, "/live.m3u8", now),
        URL_TOKEN_VALID);
    fail_unless_equals_int (url_token_verify (k, out, "/live.m3u8",
            now + 7200), URL_TOKEN_EXPIRED);
  }
  g_unlink (file);
  g_rmdir (folder);
  url_token_keys_free (k);
}

GST_START_TEST (urltoken_takes_what_the_docs_make)
{
  g_autofree gchar *shell = recipe_from_docs ("```sh\n", "token=");
  g_autofree gchar *python = recipe_from_docs ("```python\n", "token=");
  g_autofree gchar *openssl = g_find_program_in_path ("openssl");

  if (openssl != NULL)
    check_recipe ("sh", "-c", shell);
  check_recipe ("python3", "-c", python);
}

GST_END_TEST;

static Suite *
urltoken_suite (void)
{
  Suite *s = suite_create ("urltoken");
  TCase *tc = tcase_create ("urltoken");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, urltoken_takes_what_openssl_signed);
  tcase_add_test (tc, urltoken_ends_at_its_expiry);
  tcase_add_test (tc, urltoken_refuses_each_changed_character);
  tcase_add_test (tc, urltoken_takes_any_of_several_secrets);
  tcase_add_loop_test (tc, urltoken_keeps_to_its_scope, 0,
      G_N_ELEMENTS (scopes));
  tcase_add_test (tc, urltoken_signs_the_scope);
  tcase_add_loop_test (tc, urltoken_knows_what_is_no_token, 0,
      G_N_ELEMENTS (malformed));
  tcase_add_test (tc, urltoken_must_be_there);
  tcase_add_test (tc, urltoken_says_what_is_wrong_with_secrets);
  tcase_add_test (tc, urltoken_survives_cuts_and_random_bytes);
  tcase_add_test (tc, urltoken_takes_what_the_docs_make);
  return s;
}

GST_CHECK_MAIN (urltoken);
