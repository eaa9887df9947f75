/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "urimask.h"

typedef struct
{
  const gchar *uri;
  const gchar *masked;
} Case;

/* *INDENT-OFF* */
static const Case cases[] = {
  { "srt://host:7001", "srt://host:7001" },
  { "srt://host:7001?mode=listener&latency=200",
    "srt://host:7001?mode=listener&latency=200" },
  { "srt://host:7001?passphrase=do-not-show&latency=200",
    "srt://host:7001?passphrase=***&latency=200" },
  { "srt://host:7001?PassPhrase=do-not-show", "srt://host:7001?PassPhrase=***" },
  { "srt://host:7001?pass%70hrase=do-not-show", "srt://host:7001?pass%70hrase=***" },
  { "srt://host:7001?streamid=#!::r=a,s=b", "srt://host:7001?streamid=***" },
  { "rtmp://user:word@host/app/streamkey", "rtmp://***@host/app/***" },
  { "rtmp://host/app", "rtmp://host/app" },
  { "rtsp://a@b@host/path", "rtsp://***@host/path" },
  { "https://host/x.m3u8?b=1;token=abc", "https://host/x.m3u8?b=1;token=***" },
  { "srt://host:1?passphrase=do;not;show&latency=200",
    "srt://host:1?passphrase=***&latency=200" },
  { "host:7001?passphrase=do-not-show", "host:7001?passphrase=***" },
  { "srt:host:7001?passphrase=do-not-show", "srt:host:7001?passphrase=***" },
  { "user:word@host:7001", "***@host:7001" },
  { "rtmp:/host/app/streamkey", "rtmp:/host/app/***" },
  { "bondedsrt://:7000", "bondedsrt://:7000" },
  { "not a uri", "not a uri" },
  { "", "" },
  { "x://", "x://" },
};
/* *INDENT-ON* */

GST_START_TEST (uri_mask_hides_secrets_only)
{
  const Case *c = &cases[__i__];
  g_autofree gchar *masked = uri_mask (c->uri);

  fail_unless_equals_string (masked, c->masked);
}

GST_END_TEST;

GST_START_TEST (uri_mask_survives_any_cut)
{
  const gchar *uri = "rtmp://u:p@h/a/k?passphrase=x&token=%";
  gsize len;

  for (len = 0; uri[len] != '\0'; len++) {
    g_autofree gchar *cut = g_strndup (uri, len);
    g_autofree gchar *masked = uri_mask (cut);

    fail_unless (masked != NULL);
  }
  fail_unless (uri_mask (NULL) == NULL);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const Case texts[] = {
  { "Could not open rtmp://user:word@host/app/key for reading.",
    "Could not open rtmp://***@host/app/*** for reading." },
  { "(rtsp://u:p@a/b)\n https://c/d?token=e rtmps://f/g/h",
    "(rtsp://***@a/b)\n https://c/d?token=*** rtmps://f/g/***" },
  { "nothing: to hide", "nothing: to hide" },
  { "srt://a?passphrase=x(y)'z", "srt://a?passphrase=***" },
  { "://", "://" },
  { "", "" },
};
/* *INDENT-ON* */

GST_START_TEST (uri_mask_text_hides_the_secrets_of_each_uri)
{
  const Case *c = &texts[__i__];
  g_autofree gchar *masked = uri_mask_text (c->uri);

  fail_unless_equals_string (masked, c->masked);
  fail_unless (uri_mask_text (NULL) == NULL);
}

GST_END_TEST;

static Suite *
urimask_suite (void)
{
  Suite *s = suite_create ("urimask");
  TCase *tc = tcase_create ("urimask");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, uri_mask_hides_secrets_only, 0,
      G_N_ELEMENTS (cases));
  tcase_add_test (tc, uri_mask_survives_any_cut);
  tcase_add_loop_test (tc, uri_mask_text_hides_the_secrets_of_each_uri, 0,
      G_N_ELEMENTS (texts));
  return s;
}

GST_CHECK_MAIN (urimask);
