/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Subtitles: a buffer as plain text, as markup and as a piece of WebVTT. */
#include "fuzz.h"
#include "webvtt.h"

/* *INDENT-OFF* */
const FuzzSeed fuzz_seeds[] = {
  { "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n"
      "NOTE a note\n\n1\n00:01.000 --> 00:02.500 line:0 align:start\n"
      "<v Ann>One &amp; two</v>\n\n01:00:00.000 --> 01:00:01.000\nA\nB\n\n" },
  { "\xef\xbb\xbfWEBVTT\r\n\r\n00:00:01.000 --> 00:00:02.000\r\nx\r\n" },
  { "STYLE\n::cue { }\n\nREGION\nid:a\n\n00:02.000 --> 00:01.000\nx" },
  { "a --> b\n\n\nc < d & e > f\r\r\n" },
  { "<b>bold <i>both</i></b> <span foreground=\"red\">x</span> &lt;&#65;" },
  { NULL }
};
/* *INDENT-ON* */

const guint fuzz_runs = 50000;

/* What a cue's text may not have: an empty line ends it, an arrow is a cue. */
static void
check_text (const gchar * text)
{
  if (text == NULL)
    return;
  FUZZ_REQUIRE (*text != '\0' && strlen (text) <= WEBVTT_MAX_TEXT);
  FUZZ_REQUIRE (g_utf8_validate (text, -1, NULL));
  FUZZ_REQUIRE (strstr (text, "\n\n") == NULL && strstr (text, "-->") == NULL);
  FUZZ_REQUIRE (strchr (text, '\r') == NULL && *text != '\n');
}

static void
check_cues (GPtrArray * cues)
{
  g_autoptr (GBytes) document = NULL;
  g_autoptr (GPtrArray) again = NULL;
  guint i, n = 0;

  FUZZ_REQUIRE (cues->len <= WEBVTT_MAX_CUES);
  for (i = 0; i < cues->len; i++) {
    const WebvttCue *cue = g_ptr_array_index (cues, i);

    check_text (cue->text);
    FUZZ_REQUIRE (cue->text != NULL && cue->end >= cue->start);
    n += cue->end > cue->start;
  }
  document = webvtt_document ((const WebvttCue * const *) cues->pdata,
      cues->len, 0);
  again = webvtt_parse (g_bytes_get_data (document, NULL),
      g_bytes_get_size (document));
  FUZZ_REQUIRE (again->len >= n);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  g_autofree gchar *plain = webvtt_from_plain ((const gchar *) data, size);
  g_autofree gchar *pango = webvtt_from_pango ((const gchar *) data, size);
  g_autoptr (GPtrArray) cues = webvtt_parse ((const gchar *) data, size);

  check_text (plain);
  check_text (pango);
  check_cues (cues);
  return 0;
}
