/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A body of event reports, each line of it also as a header and as a query, and
 * what becomes of them. */
#include "cmcdevent.h"
#include "fuzz.h"
#include "viewers.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)

/* *INDENT-OFF* */
const FuzzSeed fuzz_seeds[] = {
  { "bl=1800,br=1000,bs,d=500,dl=1800,mtp=25400,nor=\"..%2F7.m4s\",ot=v,"
      "rtp=5000,sf=h,sid=\"6e2fb550\",st=l,su,tb=3000" },
  { "bl=(2000;v 1500;a),br=(128;a 3000;v),ltc=2100,msd=650,ot=av,pr=1.05,"
      "sid=\"a\",sta=r,su,v=2" },
  { "e=ps,sid=\"a\",sta=s,ts=1767225600000,v=2\n"
      "e=ps,sid=\"a\",sta=p,ts=1767225600700,v=2\r\n\n"
      "bsa=(2;v),bsd=(300;v 200;v),bsda=(900;v),e=t,sid=\"b\",sta=q,v=2\n" },
  { "cid=\"a\\\"b\\\\\",com.example-Key=?0,ec=(\"404\"),e=e,sid=\"a\"" },
  { "CMCD=bl%3D%282000%3Bv+1500%3Ba%29%2Csid%3D%22a%22" },
  { NULL }
};
/* *INDENT-ON* */

const guint fuzz_runs = 100000;

static void
check_report (const Cmcd * c)
{
  FUZZ_REQUIRE (memchr (c->sid, '\0', sizeof (c->sid)) != NULL);
  FUZZ_REQUIRE (c->buffer == CMCD_ABSENT || c->buffer <= 3600 * SECOND);
  FUZZ_REQUIRE (c->version <= 99);
}

static void
check_summary (Viewers * viewers, guint64 now)
{
  g_autofree ViewersSummary *summary = g_new (ViewersSummary, 1);

  viewers_summarise (viewers, now, summary);
  FUZZ_REQUIRE (summary->live + summary->recent <= 4);
  FUZZ_REQUIRE (summary->rebuffer_ratio_ppm <= 1000000);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  const ViewersConfig config = { 60 * SECOND, 600 * SECOND, 4 };
  g_autofree gchar *text = g_strndup ((const gchar *) data, size);
  Viewers *viewers = viewers_new (&config);
  const gchar *const headers[] = { text, NULL, text, NULL };
  guint64 now = 1000 * SECOND;
  CmcdEventReader reader;
  CmcdResult result;
  Cmcd report;

  cmcd_init (&report);
  cmcd_parse_headers (&report, headers, G_N_ELEMENTS (headers));
  check_report (&report);
  result = cmcd_parse_query (&report, text);
  check_report (&report);
  viewers_on_request (viewers, &report, result, "video_0", now);
  cmcd_event_reader_init (&reader, (const gchar *) data, size);
  while (cmcd_event_reader_next (&reader, &report, &result)) {
    check_report (&report);
    now += report.timestamp % (100 * SECOND);
    viewers_on_event (viewers, &report, result, now);
    viewers_on_request (viewers, &report, result, "video_0", now);
  }
  check_summary (viewers, now);
  viewers_free (viewers);
  return 0;
}
