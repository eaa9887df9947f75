/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "webvtt.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define HOUR (G_GUINT64_CONSTANT (3600000) * MS)

static gchar *
document (guint64 start, guint64 end, const gchar * settings, guint64 anchor)
{
  g_autoptr (WebvttCue) cue = webvtt_cue_new (start, end,
      g_strdup (settings), g_strdup ("Hello"));
  const WebvttCue *cues[] = { cue };
  g_autoptr (GBytes) bytes = webvtt_document (cues, 1, anchor);

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

GST_START_TEST (webvtt_document_maps_its_times)
{
  g_autofree gchar *text = NULL, *late = NULL;
  g_autoptr (GBytes) empty = webvtt_document (NULL, 0, 0);

  text = document (12345 * MS + 499999, 15 * 60000 * MS, "line:0", 8000 * MS);
  fail_unless_equals_string (text, "WEBVTT\n"
      "X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\n"
      "00:00:12.345 --> 00:15:00.000 line:0\nHello\n");
  /* 33 bits at 90 kHz are 26.5 hours. */
  late = document (100 * HOUR, 100 * HOUR + MS, NULL, 100 * HOUR);
  fail_unless_equals_string (late, "WEBVTT\n"
      "X-TIMESTAMP-MAP=LOCAL:96:00:00.000,MPEGTS:5334196224\n\n"
      "100:00:00.000 --> 100:00:00.001\nHello\n");
  fail_unless (G_GUINT64_CONSTANT (5334196224)
      == (96 * G_GUINT64_CONSTANT (3600) * 90000) % (G_GUINT64_CONSTANT (1)
          << 33));
  fail_unless (memcmp (g_bytes_get_data (empty, NULL),
          "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n",
          g_bytes_get_size (empty)) == 0);
}

GST_END_TEST;

GST_START_TEST (webvtt_text_can_not_break_out)
{
  static const struct
  {
    const gchar *in, *plain, *pango;
  } cases[] = {
    {"a\n\nb\r\n", "a\nb", "a\nb"},
    {"1 --> 2 & <c>", "1 --&gt; 2 &amp; &lt;c&gt;", "1 --&gt; 2 & "},
    {"<b>x</b><span size=\"9\">y</span>", NULL, "<b>x</b>y"},
    {"&amp;", "&amp;amp;", "&amp;"},
    {"a < b", "a &lt; b", "a &lt; b"},
    {"", NULL, NULL}, {"\n\n", NULL, NULL}, {"\x01\x02", NULL, NULL},
    {"\xc3", "\xef\xbf\xbd", "\xef\xbf\xbd"}
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *plain = webvtt_from_plain (cases[i].in,
        strlen (cases[i].in));
    g_autofree gchar *pango = webvtt_from_pango (cases[i].in,
        strlen (cases[i].in));

    if (i != 2)
      fail_unless_equals_string (plain, cases[i].plain);
    fail_unless_equals_string (pango, cases[i].pango);
  }
}

GST_END_TEST;

GST_START_TEST (webvtt_cues_are_found)
{
  static const gchar file[] = "WEBVTT - title\n\nNOTE 00:01.000\nno cue\n\n"
      "id 1\n00:01.000 --> 01:00:02.500 align:start \nOne\n<i>two</i>\n\n"
      "00:03.000 --> 00:02.000\nbackwards\n\n00:04.000-->00:05.000\nlast";
  g_autoptr (GPtrArray) cues = webvtt_parse (file, strlen (file));
  g_autoptr (GPtrArray) bare = webvtt_parse ("Just\n\ntext", 10);
  g_autoptr (GPtrArray) header = webvtt_parse ("WEBVTT\n\n", 8);
  const WebvttCue *cue;

  fail_unless_equals_int (cues->len, 2);
  cue = g_ptr_array_index (cues, 0);
  fail_unless_equals_uint64 (cue->start, 1000 * MS);
  fail_unless_equals_uint64 (cue->end, HOUR + 2500 * MS);
  fail_unless_equals_string (cue->settings, "align:start");
  fail_unless_equals_string (cue->text, "One\n<i>two</i>");
  cue = g_ptr_array_index (cues, 1);
  fail_unless_equals_string (cue->text, "last");
  fail_unless (cue->settings == NULL);
  fail_unless_equals_int (bare->len, 1);
  fail_unless_equals_string (((WebvttCue *) bare->pdata[0])->text,
      "Just\ntext");
  fail_unless_equals_int (header->len, 0);
}

GST_END_TEST;

/* What was written is found again, whatever is cut off. */
GST_START_TEST (webvtt_survives_truncation_and_garbage)
{
  static const gchar file[] = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000 line:0\n"
      "Hello \xc3\xa4\n";
  GRand *rand = g_rand_new_with_seed (3);
  gchar noise[256];
  guint i, k;

  for (i = 0; i <= strlen (file); i++) {
    g_autoptr (GPtrArray) cues = webvtt_parse (file, i);

    fail_unless (cues->len <= 1);
  }
  for (i = 0; i < 20000; i++) {
    gsize size = g_rand_int_range (rand, 0, sizeof (noise));
    g_autoptr (GPtrArray) cues = NULL;

    for (k = 0; k < size; k++)
      noise[k] = g_rand_boolean (rand) ? "0:.-> \n\rW"[g_rand_int_range (rand,
              0, 9)] : g_rand_int_range (rand, 0, 256);
    cues = webvtt_parse (noise, size);
    for (k = 0; k < cues->len; k++) {
      const WebvttCue *cue = g_ptr_array_index (cues, k);

      fail_unless (g_utf8_validate (cue->text, -1, NULL));
      fail_unless (strstr (cue->text, "\n\n") == NULL);
      fail_unless (strstr (cue->text, "-->") == NULL);
      fail_unless (cue->end >= cue->start);
    }
  }
  g_rand_free (rand);
}

GST_END_TEST;

static Suite *
webvtt_suite (void)
{
  Suite *s = suite_create ("webvtt");
  TCase *tc = tcase_create ("webvtt");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, webvtt_document_maps_its_times);
  tcase_add_test (tc, webvtt_text_can_not_break_out);
  tcase_add_test (tc, webvtt_cues_are_found);
  tcase_add_test (tc, webvtt_survives_truncation_and_garbage);
  return s;
}

GST_CHECK_MAIN (webvtt);
