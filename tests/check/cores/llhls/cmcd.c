/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "cmcd.h"

/* As hls.js 1.7 writes them, version 1 and 2, query mode. */
#define HLS_JS_1 "CMCD=bl%3D1800%2Cbr%3D1000%2Cd%3D500%2Cdl%3D1800%2C" \
    "mtp%3D25400%2Cnor%3D%22..%252Fvideo_0%252F7.m4s%22%2Cot%3Dv%2C" \
    "rtp%3D5000%2Csf%3Dh%2Csid%3D%22ab-12%22%2Cst%3Dl%2Ctb%3D3000"
#define HLS_JS_2 "CMCD=bl%3D%281800%29%2Cbr%3D%281000%29%2Cbs%2Cd%3D500%2C" \
    "ltc%3D2100%2Cot%3Dav%2Cpr%3D1.05%2Csf%3Dh%2Csid%3D%22ab-12%22%2C" \
    "sn%3D3%2Cst%3Dll%2Csta%3Dr%2Csu%2Cv%3D2"

static CmcdResult
parse (Cmcd * cmcd, const gchar * text)
{
  cmcd_init (cmcd);
  return cmcd_parse (cmcd, text, strlen (text));
}

GST_START_TEST (cmcd_reads_version_1_from_a_query)
{
  Cmcd c;

  cmcd_init (&c);
  fail_unless_equals_int (cmcd_parse_query (&c,
          "_HLS_msn=3&" HLS_JS_1 "&x=CMCD=2"), CMCD_RESULT_OK);
  fail_unless_equals_string (c.sid, "ab-12");
  fail_unless_equals_uint64 (c.version, 1);
  fail_unless_equals_uint64 (c.buffer, 1800 * GST_MSECOND);
  fail_unless_equals_uint64 (c.bitrate, 1000000);
  fail_unless_equals_uint64 (c.top_bitrate, 3000000);
  fail_unless_equals_uint64 (c.throughput, 25400000);
  fail_unless_equals_uint64 (c.duration, 500 * GST_MSECOND);
  fail_unless_equals_int (c.object, CMCD_OBJECT_VIDEO);
  fail_if (c.urgent || c.starved);
  fail_unless_equals_uint64 (c.latency, CMCD_ABSENT);
}

GST_END_TEST;

GST_START_TEST (cmcd_reads_version_2_from_a_query)
{
  Cmcd c;

  cmcd_init (&c);
  fail_unless_equals_int (cmcd_parse_query (&c, HLS_JS_2), CMCD_RESULT_OK);
  fail_unless_equals_uint64 (c.version, 2);
  fail_unless_equals_uint64 (c.buffer, 1800 * GST_MSECOND);
  fail_unless_equals_uint64 (c.bitrate, 1000000);
  fail_unless_equals_uint64 (c.latency, 2100 * GST_MSECOND);
  fail_unless_equals_uint64 (c.rate_permille, 1050);
  fail_unless_equals_int (c.object, CMCD_OBJECT_MUXED);
  fail_unless_equals_int (c.state, CMCD_STATE_REBUFFERING);
  fail_unless (c.urgent && c.starved);
}

GST_END_TEST;

/* URL builders write a blank as plus. */
GST_START_TEST (cmcd_takes_plus_for_a_blank)
{
  Cmcd c;

  cmcd_init (&c);
  fail_unless_equals_int (cmcd_parse_query (&c,
          "CMCD=bl%3D%281500%3Ba+2000%3Bv%29"), CMCD_RESULT_OK);
  fail_unless_equals_uint64 (c.buffer, 1500 * GST_MSECOND);
}

GST_END_TEST;

GST_START_TEST (cmcd_takes_what_limits_playback_from_lists)
{
  Cmcd c;

  fail_unless_equals_int (parse (&c, "bl=(2000;v 1500;a),br=(128;a 3000;v),"
          "bsa=(2;v 3;a),bsd=(100;v 200;v 250;a),bsda=(900;v 400;a),"
          "tb=(5000 128;a),mtp=( 100  200 )"), CMCD_RESULT_OK);
  fail_unless_equals_uint64 (c.buffer, 1500 * GST_MSECOND);
  fail_unless_equals_uint64 (c.bitrate, 3000000);
  fail_unless_equals_uint64 (c.starvations, 3);
  fail_unless_equals_uint64 (c.starved_time, 300 * GST_MSECOND);
  fail_unless_equals_uint64 (c.starved_total, 900 * GST_MSECOND);
  fail_unless_equals_uint64 (c.top_bitrate, 5000000);
  fail_unless_equals_uint64 (c.throughput, 200000);
}

GST_END_TEST;

GST_START_TEST (cmcd_merges_headers_whatever_stands_in_which)
{
  const gchar *const values[] = {
    "br=3200,d=4004,ot=v,tb=6000", NULL, "sid=\"s\",sf=h,pr=1.08", "bs, su"
  };
  Cmcd c;

  cmcd_init (&c);
  fail_unless_equals_int (cmcd_parse_headers (&c, values, 4), CMCD_RESULT_OK);
  fail_unless_equals_string (c.sid, "s");
  fail_unless_equals_uint64 (c.bitrate, 3200000);
  fail_unless_equals_uint64 (c.rate_permille, 1080);
  fail_unless (c.starved && c.urgent);
}

GST_END_TEST;

GST_START_TEST (cmcd_keeps_good_headers_beside_a_bad_one)
{
  const gchar *const values[] = { "br=3200", "sid=\"open" };
  Cmcd c;

  cmcd_init (&c);
  fail_unless_equals_int (cmcd_parse_headers (&c, values, 2),
      CMCD_RESULT_MALFORMED);
  fail_unless_equals_uint64 (c.bitrate, 3200000);
  fail_unless_equals_string (c.sid, "");
}

GST_END_TEST;

typedef struct
{
  const gchar *text;
  CmcdResult result;
} Case;

/* *INDENT-OFF* */
static const Case cases[] = {
  { "", CMCD_RESULT_NOTHING },
  { "  ", CMCD_RESULT_NOTHING },
  { "su", CMCD_RESULT_OK },
  { "su=?0,bs=?1", CMCD_RESULT_OK },
  { "com.example-Key=\"x\",zz,bl=1", CMCD_RESULT_OK },
  { "cid=\"a\\\"b,c=\\\\\",bl=1", CMCD_RESULT_OK },
  { "nor=(\"a\";r=\"0-1\" \"b\"),bl=1", CMCD_RESULT_OK },
  { "unknown=(a b;c=1;d=?1),ec=(\"404\"),url=\"/x?y\"", CMCD_RESULT_OK },
  { "sta=zz,ot=zz", CMCD_RESULT_OK },
  { "bl=abc", CMCD_RESULT_BAD_VALUE },
  { "bl", CMCD_RESULT_BAD_VALUE },
  { "bl=()", CMCD_RESULT_BAD_VALUE },
  { "su=7", CMCD_RESULT_BAD_VALUE },
  { "ot=\"v\"", CMCD_RESULT_BAD_VALUE },
  { "sid=abc", CMCD_RESULT_BAD_VALUE },
  { "sid=\"\"", CMCD_RESULT_BAD_VALUE },
  { "sid=\"0123456789012345678901234567890123456789012345678901234567890123x\"",
      CMCD_RESULT_BAD_VALUE },
  { ",", CMCD_RESULT_MALFORMED },
  { "su,", CMCD_RESULT_MALFORMED },
  { "su,,bs", CMCD_RESULT_MALFORMED },
  { "su bs", CMCD_RESULT_MALFORMED },
  { "=1", CMCD_RESULT_MALFORMED },
  { "1a=1", CMCD_RESULT_MALFORMED },
  { "bl=", CMCD_RESULT_MALFORMED },
  { "bl=-", CMCD_RESULT_MALFORMED },
  { "bl=1.", CMCD_RESULT_MALFORMED },
  { "bl=.5", CMCD_RESULT_MALFORMED },
  { "bl=1234567890123456", CMCD_RESULT_MALFORMED },
  { "bl=(1", CMCD_RESULT_MALFORMED },
  { "bl=(1,2)", CMCD_RESULT_MALFORMED },
  { "bl=(1;v2000;a", CMCD_RESULT_MALFORMED },
  { "bl=1;", CMCD_RESULT_MALFORMED },
  { "bl=1;=", CMCD_RESULT_MALFORMED },
  { "su=?2", CMCD_RESULT_MALFORMED },
  { "sid=\"a", CMCD_RESULT_MALFORMED },
  { "sid=\"a\\", CMCD_RESULT_MALFORMED },
  { "sid=\"a\nb\"", CMCD_RESULT_MALFORMED },
  { "bl=1\r\nX-Evil: 1", CMCD_RESULT_MALFORMED },
  { "{\"bl\":1}", CMCD_RESULT_MALFORMED },
};
/* *INDENT-ON* */

GST_START_TEST (cmcd_tells_what_a_report_is_worth)
{
  const Case *c = &cases[__i__];
  Cmcd cmcd;

  fail_unless_equals_int (parse (&cmcd, c->text), c->result);
}

GST_END_TEST;

GST_START_TEST (cmcd_clamps_numbers)
{
  Cmcd c;

  fail_unless_equals_int (parse (&c, "bl=-5,br=999999999999999,"
          "d=999999999999999.999,dfa=(999999999999999 5),ltc=1.5,msd=0.25,"
          "ts=999999999999999,v=77777,pr=-1"), CMCD_RESULT_OK);
  fail_unless_equals_uint64 (c.buffer, 0);
  fail_unless_equals_uint64 (c.bitrate, G_GUINT64_CONSTANT (1000000000000));
  fail_unless_equals_uint64 (c.duration, 3600 * GST_SECOND);
  fail_unless_equals_uint64 (c.dropped_frames, 1000000000);
  fail_unless_equals_uint64 (c.latency, 1500 * GST_USECOND);
  fail_unless_equals_uint64 (c.startup, 250 * GST_USECOND);
  fail_unless (c.timestamp <= 7258118400 * GST_SECOND);
  fail_unless_equals_uint64 (c.version, 99);
  fail_unless_equals_uint64 (c.rate_permille, 0);
}

GST_END_TEST;

/* The sums of the longest possible list of the largest numbers. */
GST_START_TEST (cmcd_does_not_overflow_in_long_lists)
{
  g_autoptr (GString) text = g_string_new ("bsd=(");
  Cmcd c;

  while (text->len + 20 < CMCD_MAX_LENGTH)
    g_string_append (text, "999999999999999 ");
  g_string_append_c (text, ')');
  fail_unless_equals_int (parse (&c, text->str), CMCD_RESULT_OK);
  fail_unless_equals_uint64 (c.starved_time, 3600 * GST_SECOND);
}

GST_END_TEST;

GST_START_TEST (cmcd_refuses_what_is_too_long)
{
  g_autofree gchar *text = g_strnfill (CMCD_MAX_LENGTH + 1, 'a');
  g_autofree gchar *query = g_strconcat ("CMCD=", text, NULL);
  g_autofree gchar *fits = g_strnfill (60, 'a');
  const gchar *values[2];
  Cmcd c;

  fail_unless_equals_int (parse (&c, text), CMCD_RESULT_TOO_LONG);
  fail_unless_equals_int (cmcd_parse_query (&c, query), CMCD_RESULT_TOO_LONG);
  values[0] = fits;
  values[1] = text;
  fail_unless_equals_int (cmcd_parse_headers (&c, values, 2),
      CMCD_RESULT_TOO_LONG);
  fail_unless_equals_int (cmcd_parse_headers (&c, values, 1), CMCD_RESULT_OK);
}

GST_END_TEST;

GST_START_TEST (cmcd_finds_only_its_own_argument)
{
  Cmcd c;

  cmcd_init (&c);
  fail_unless_equals_int (cmcd_parse_query (&c, NULL), CMCD_RESULT_NOTHING);
  fail_unless_equals_int (cmcd_parse_query (&c, ""), CMCD_RESULT_NOTHING);
  fail_unless_equals_int (cmcd_parse_query (&c, "XCMCD=su&cmcd=su&CMCD"),
      CMCD_RESULT_NOTHING);
  fail_unless_equals_int (cmcd_parse_query (&c, "CMCD="), CMCD_RESULT_NOTHING);
  fail_unless_equals_int (cmcd_parse_query (&c, "a=1&CMCD=su"), CMCD_RESULT_OK);
  fail_unless_equals_int (cmcd_parse_query (&c, "CMCD=su%2"),
      CMCD_RESULT_MALFORMED);
  fail_unless_equals_int (cmcd_parse_query (&c, "CMCD=su%zz"),
      CMCD_RESULT_MALFORMED);
  fail_unless_equals_int (cmcd_parse_query (&c, "CMCD=su%00"),
      CMCD_RESULT_MALFORMED);
}

GST_END_TEST;

/* Cut anywhere it is either whole members or malformed, and nothing behind the
 * cut is read (the copy is as long as the text). */
GST_START_TEST (cmcd_survives_a_cut_at_each_byte)
{
  const gchar *text = "bl=(2000;v 1500;a),br=3000,cid=\"a\\\"b\",pr=1.05,"
      "sid=\"ab-12\",su;x=\"y\",sta=p,v=2";
  gsize n;

  for (n = 0; n < strlen (text); n++) {
    g_autofree gchar *cut = g_memdup2 (text, n + (n == 0));
    Cmcd c;
    CmcdResult result;

    cmcd_init (&c);
    result = cmcd_parse (&c, cut, n);
    if (n > 0 && text[n] == ',')
      fail_unless_equals_int (result, CMCD_RESULT_OK);
    if (result == CMCD_RESULT_MALFORMED)
      fail_unless_equals_uint64 (c.buffer, CMCD_ABSENT);
  }
}

GST_END_TEST;

static void
check_bounds (const Cmcd * c)
{
  fail_unless (memchr (c->sid, '\0', sizeof (c->sid)) != NULL);
  fail_unless (c->buffer == CMCD_ABSENT || c->buffer <= 3600 * GST_SECOND);
  fail_unless (c->starved_total == CMCD_ABSENT
      || c->starved_total <= 86400 * GST_SECOND);
  fail_unless (c->version <= 99);
}

GST_START_TEST (cmcd_survives_random_bytes)
{
  static const gchar likely[] = "blrsidotvap=(),;\"\\?01259.- %+&";
  g_autoptr (GRand) rand = g_rand_new_with_seed (5004);
  guint round, read = 0;

  for (round = 0; round < 200000; round++) {
    gsize n = g_rand_int_range (rand, 1, 48), i;
    g_autofree gchar *text = g_malloc (n + 6);
    CmcdResult result;
    Cmcd c;

    memcpy (text, "CMCD=", 5);
    for (i = 0; i < n; i++)
      text[5 + i] = round % 4 == 0 ? g_rand_int_range (rand, 1, 256)
          : likely[g_rand_int_range (rand, 0, sizeof (likely) - 1)];
    text[5 + n] = '\0';
    cmcd_init (&c);
    result = cmcd_parse (&c, text + 5, n);
    read += result == CMCD_RESULT_OK || result == CMCD_RESULT_BAD_VALUE;
    check_bounds (&c);
    cmcd_parse_query (&c, text);
    check_bounds (&c);
  }
  /* Else the bytes were no test. */
  fail_unless (read > 100, "only %u were read", read);
}

GST_END_TEST;

static Suite *
cmcd_suite (void)
{
  Suite *s = suite_create ("cmcd");
  TCase *tc = tcase_create ("cmcd");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, cmcd_reads_version_1_from_a_query);
  tcase_add_test (tc, cmcd_reads_version_2_from_a_query);
  tcase_add_test (tc, cmcd_takes_plus_for_a_blank);
  tcase_add_test (tc, cmcd_takes_what_limits_playback_from_lists);
  tcase_add_test (tc, cmcd_merges_headers_whatever_stands_in_which);
  tcase_add_test (tc, cmcd_keeps_good_headers_beside_a_bad_one);
  tcase_add_loop_test (tc, cmcd_tells_what_a_report_is_worth, 0,
      G_N_ELEMENTS (cases));
  tcase_add_test (tc, cmcd_clamps_numbers);
  tcase_add_test (tc, cmcd_does_not_overflow_in_long_lists);
  tcase_add_test (tc, cmcd_refuses_what_is_too_long);
  tcase_add_test (tc, cmcd_finds_only_its_own_argument);
  tcase_add_test (tc, cmcd_survives_a_cut_at_each_byte);
  tcase_add_test (tc, cmcd_survives_random_bytes);
  return s;
}

GST_CHECK_MAIN (cmcd);
