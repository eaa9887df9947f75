/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "languagetag.h"

/* The grammar of RFC 5646 2.1, written again as an expression. */
#define LANGUAGE "(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})"
#define PRIVATE "x(?:-[a-z0-9]{1,8})+"
#define GRAMMAR "^(?:" LANGUAGE "(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?" \
    "(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*" \
    "(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-" PRIVATE ")?|" PRIVATE \
    "|en-gb-oed|i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|" \
    "pwn|tao|tay|tsu)|sgn-be-fr|sgn-be-nl|sgn-ch-de)$"

static gboolean
is_by_grammar (const gchar * tag)
{
  return g_regex_match_simple (GRAMMAR, tag, G_REGEX_CASELESS
      | G_REGEX_DOLLAR_ENDONLY | G_REGEX_RAW, 0);
}

/* RFC 5646, appendix A, and what people write. */
static const gchar *const good[] = {
  "de", "fr", "i-enochian", "zh-Hant", "sr-Cyrl", "zh-cmn-Hans-CN", "yue-HK",
  "sr-Latn-RS", "sl-rozaj-biske-1994", "de-CH-1901", "hy-Latn-IT-arevela",
  "de-DE", "es-419", "de-CH-x-phonebk", "az-Arab-x-AZE-derbend",
  "x-whatever", "qaa-Qaaa-QM-x-southern", "en-US-u-islamcal",
  "zh-CN-a-myext-x-private", "en-a-myext-b-another", "pt-BR", "und", "mul",
  "EN-gb-OED", "zh-min-nan", "art-lojban", "x-a"
};

static const gchar *const bad[] = {
  "", "-", "e", "english language", "en_US", "de-", "-de", "de--DE",
  "deu-DEUT-",
  "a-DE", "de-419-DE-419", "ar-a", "ar-a-b", "x", "x-", "en-x", "en-x-",
  "de DE",
  "123", "en-\"", "d\xc3\xa4", "toolongword", "en-toolongword", "i-nothing",
  "x-toolongword", "en\n"
};

GST_START_TEST (language_tag_knows_the_examples)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (good); i++) {
    fail_unless (language_tag_is_well_formed (good[i]), "%s", good[i]);
    fail_unless (is_by_grammar (good[i]), "%s", good[i]);
  }
  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    fail_if (language_tag_is_well_formed (bad[i]), "%s", bad[i]);
    fail_if (is_by_grammar (bad[i]), "%s", bad[i]);
  }
}

GST_END_TEST;

GST_START_TEST (language_tag_is_bounded)
{
  GString *tag = g_string_new ("x");

  while (tag->len + 5 <= LANGUAGE_TAG_MAX_BYTES)
    g_string_append (tag, "-abcd");
  fail_unless (language_tag_is_well_formed (tag->str));
  g_string_append (tag, "-abcd");
  fail_if (language_tag_is_well_formed (tag->str));
  g_string_free (tag, TRUE);
}

GST_END_TEST;

GST_START_TEST (language_tag_cut_off_is_by_the_grammar)
{
  guint i;
  gsize n;

  for (i = 0; i < G_N_ELEMENTS (good); i++) {
    for (n = 0; n < strlen (good[i]); n++) {
      g_autofree gchar *cut = g_strndup (good[i], n);

      fail_unless_equals_int (language_tag_is_well_formed (cut),
          is_by_grammar (cut));
    }
  }
}

GST_END_TEST;

/* From few characters, so that many are tags. */
GST_START_TEST (language_tag_of_any_bytes_is_by_the_grammar)
{
  static const gchar letters[] = "aexyAZ019-----_\xe4";
  GRand *rand = g_rand_new_with_seed (5646);
  guint i, j, n_good = 0;

  for (i = 0; i < 50000; i++) {
    gchar tag[20] = { 0, };
    gboolean is;

    for (j = g_rand_int_range (rand, 0, sizeof (tag)); j > 0; j--)
      tag[strlen (tag)] = letters[g_rand_int_range (rand, 0,
              sizeof (letters) - 1)];
    is = is_by_grammar (tag);
    n_good += is;
    fail_unless_equals_int (language_tag_is_well_formed (tag), is);
  }
  fail_unless (n_good > 200);
  g_rand_free (rand);
}

GST_END_TEST;

static Suite *
languagetag_suite (void)
{
  Suite *s = suite_create ("languagetag");
  TCase *tc = tcase_create ("languagetag");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, language_tag_knows_the_examples);
  tcase_add_test (tc, language_tag_is_bounded);
  tcase_add_test (tc, language_tag_cut_off_is_by_the_grammar);
  tcase_add_test (tc, language_tag_of_any_bytes_is_by_the_grammar);
  return s;
}

GST_CHECK_MAIN (languagetag);
