/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "linkspec.h"

static LinkSpec *
parse_good (const gchar * uri)
{
  g_autoptr (GError) error = NULL;
  LinkSpec *spec = link_spec_parse (uri, "srt", &error);

  fail_unless (spec != NULL, "%s: %s", uri, error ? error->message : "");
  return spec;
}

static void
assert_bad (const gchar * uri, const gchar * named)
{
  g_autoptr (GError) error = NULL;

  fail_unless (link_spec_parse (uri, "srt", &error) == NULL, "%s", uri);
  fail_unless (error != NULL);
  fail_unless (strstr (error->message, named) != NULL,
      "\"%s\" does not name \"%s\"", error->message, named);
}

GST_START_TEST (link_spec_reads_every_option)
{
  g_autoptr (LinkSpec) spec =
      parse_good ("srt://host.example:7001?localaddress=10.0.0.2&localport=9"
      "&bindtodevice=wwan0&weight=5&priority=2&maxbitrate=4000000"
      "&passphrase=twelve%20chars&pbkeylen=32&streamid=a&latency=500"
      "&lossmaxttl=40&conntimeo=2000");

  fail_unless_equals_string (spec->host, "host.example");
  fail_unless_equals_int (spec->port, 7001);
  fail_if (spec->listener);
  fail_unless_equals_string (spec->localaddress, "10.0.0.2");
  fail_unless_equals_int (spec->localport, 9);
  fail_unless_equals_string (spec->bindtodevice, "wwan0");
  fail_unless_equals_int (spec->weight, 5);
  fail_unless_equals_int (spec->priority, 2);
  fail_unless_equals_uint64 (spec->max_bitrate, 4000000);
  fail_unless_equals_string (spec->passphrase, "twelve chars");
  fail_unless_equals_int (spec->pbkeylen, 32);
  fail_unless_equals_string (spec->streamid, "a");
  fail_unless_equals_int (spec->latency_ms, 500);
  fail_unless_equals_int (spec->options[LINK_OPTION_LOSSMAXTTL], 40);
  fail_unless_equals_int (spec->options[LINK_OPTION_CONNTIMEO], 2000);
  fail_unless (spec->options[LINK_OPTION_FC] == LINK_OPTION_UNSET);
}

GST_END_TEST;

GST_START_TEST (link_spec_has_defaults)
{
  g_autoptr (LinkSpec) spec = parse_good ("srt://1.2.3.4:5/");

  fail_unless (spec->passphrase == NULL && spec->streamid == NULL);
  fail_unless_equals_int (spec->latency_ms, -1);
  fail_unless_equals_int (spec->pbkeylen, -1);
  fail_unless_equals_int (spec->weight, 1);
  fail_unless_equals_int (spec->priority, 0);
}

GST_END_TEST;

GST_START_TEST (link_spec_reads_ipv6_and_access_control)
{
  g_autoptr (LinkSpec) spec =
      parse_good ("srt://[2001:db8::1]:7001?streamid=#!::r=live/a,m=publish");

  fail_unless_equals_string (spec->host, "2001:db8::1");
  fail_unless_equals_string (spec->streamid, "#!::r=live/a,m=publish");
}

GST_END_TEST;

GST_START_TEST (link_spec_listens_without_a_host)
{
  g_autoptr (LinkSpec) any = parse_good ("srt://:7001?latency=200");
  g_autoptr (LinkSpec) here = parse_good ("srt://127.0.0.1:0?mode=listener");

  fail_unless (any->listener && any->host == NULL);
  fail_unless (here->listener);
  fail_unless_equals_string (here->host, "127.0.0.1");
}

GST_END_TEST;

GST_START_TEST (link_spec_refuses_nonsense_by_name)
{
  assert_bad ("udp://a:1", "srt://");
  assert_bad ("srt://a", "port");
  assert_bad ("srt://a:", "port");
  assert_bad ("srt://a:0", "port");
  assert_bad ("srt://a:65536", "port");
  assert_bad ("srt://a:1x", "port");
  assert_bad ("srt://user@a:1", "user");
  assert_bad ("srt://[::1:1", "]");
  assert_bad ("srt://a:1/path", "path");
  assert_bad ("srt://a:1?colour=red", "colour");
  assert_bad ("srt://a:1?latency", "latency");
  assert_bad ("srt://a:1?latency=-1", "latency");
  assert_bad ("srt://a:1?latency=x", "latency");
  assert_bad ("srt://a:1?weight=1001", "weight");
  assert_bad ("srt://a:1?pbkeylen=17", "pbkeylen");
  assert_bad ("srt://a:1?mode=rendezvous", "mode");
  assert_bad ("srt://a:1?bindtodevice=", "bindtodevice");
  assert_bad ("srt://a:1?localaddress=eth0", "localaddress");
  assert_bad ("srt://a:1?streamid=%zz", "streamid");
  assert_bad ("srt://:1?mode=caller", "host");
}

GST_END_TEST;

GST_START_TEST (link_spec_checks_passphrases_and_hides_them)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *longest = g_strnfill (79, 'x');
  g_autofree gchar *good = g_strconcat ("srt://a:1?passphrase=", longest, NULL);
  g_autofree gchar *bad = g_strconcat (good, "y", NULL);
  g_autoptr (LinkSpec) spec = parse_good (good);

  fail_unless (strstr (spec->shown, "xxx") == NULL);
  assert_bad ("srt://a:1?passphrase=ninechars", "passphrase");
  assert_bad (bad, "79");
  fail_unless (link_spec_parse ("srt://a:1?passphrase=short", "srt",
          &error) == NULL);
  fail_unless (strstr (error->message, "short") == NULL, "%s", error->message);
}

GST_END_TEST;

GST_START_TEST (link_specs_are_separated_by_blanks)
{
  g_autoptr (GPtrArray) specs =
      link_specs_parse ("  srt://a:1\n\tsrt://b:2  srt://a:1 ", "srt", NULL);

  fail_unless (specs != NULL);
  fail_unless_equals_int (specs->len, 3);
}

GST_END_TEST;

GST_START_TEST (link_specs_refuse_none_too_many_and_listeners)
{
  GString *many = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  guint i;

  fail_unless (link_specs_parse (" ", "srt", NULL) == NULL);
  fail_unless (link_specs_parse (NULL, "srt", NULL) == NULL);
  fail_unless (link_specs_parse ("srt://a:1 srt://:2", "srt", &error) == NULL);
  fail_unless (strstr (error->message, "caller") != NULL);
  for (i = 0; i <= LINK_SPECS_MAX; i++)
    g_string_append_printf (many, "srt://a:%u ", i + 1);
  fail_unless (link_specs_parse (many->str, "srt", NULL) == NULL);
  g_string_free (many, TRUE);
}

GST_END_TEST;

GST_START_TEST (link_specs_match_by_uri_each_once)
{
  g_autoptr (GPtrArray) before =
      link_specs_parse ("srt://a:1 srt://a:1 srt://b:1", "srt", NULL);
  g_autoptr (GPtrArray) after =
      link_specs_parse ("srt://b:1 srt://a:1 srt://c:1 srt://b:1", "srt", NULL);
  g_autofree gint *matches = link_specs_match (before, after);

  fail_unless_equals_int (matches[0], 2);
  fail_unless_equals_int (matches[1], 0);
  fail_unless_equals_int (matches[2], -1);
  fail_unless_equals_int (matches[3], -1);
}

GST_END_TEST;

/* Whatever stands there: no crash, and either a spec or an error. */
GST_START_TEST (link_spec_survives_truncation_and_noise)
{
  static const gchar seed[] = "srt://[::1]:7001?passphrase=%41bcdefghijk"
      "&latency=9&mode=listener&streamid=#!::r=x";
  GRand *rand = g_rand_new_with_seed (3);
  guint i;

  for (i = 0; i < 20000; i++) {
    g_autofree gchar *text = g_strdup (seed);
    g_autoptr (GError) error = NULL;
    g_autoptr (LinkSpec) spec = NULL;

    text[g_rand_int_range (rand, 0, sizeof (seed))] = '\0';
    if (*text != '\0' && i > sizeof (seed))
      text[g_rand_int_range (rand, 0, strlen (text))] =
          (gchar) g_rand_int_range (rand, 1, 127);
    spec = link_spec_parse (text, "srt", &error);
    fail_unless ((spec != NULL) == (error == NULL));
  }
  g_rand_free (rand);
}

GST_END_TEST;

static Suite *
linkspec_suite (void)
{
  Suite *s = suite_create ("linkspec");
  TCase *tc = tcase_create ("linkspec");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, link_spec_reads_every_option);
  tcase_add_test (tc, link_spec_has_defaults);
  tcase_add_test (tc, link_spec_reads_ipv6_and_access_control);
  tcase_add_test (tc, link_spec_listens_without_a_host);
  tcase_add_test (tc, link_spec_refuses_nonsense_by_name);
  tcase_add_test (tc, link_spec_checks_passphrases_and_hides_them);
  tcase_add_test (tc, link_specs_are_separated_by_blanks);
  tcase_add_test (tc, link_specs_refuse_none_too_many_and_listeners);
  tcase_add_test (tc, link_specs_match_by_uri_each_once);
  tcase_add_test (tc, link_spec_survives_truncation_and_noise);
  return s;
}

GST_CHECK_MAIN (linkspec);
