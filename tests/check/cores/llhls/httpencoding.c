/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "httpencoding.h"

typedef struct
{
  const gchar *value;
  gboolean gzip;
} Case;

/* *INDENT-OFF* */
static const Case cases[] = {
  { NULL, FALSE },
  { "", FALSE },
  { "gzip", TRUE },
  { "GZIP", TRUE },
  { "x-gzip", TRUE },
  { "deflate, gzip;q=1.0, *;q=0.5", TRUE },
  { "br , gzip", TRUE },
  { "*", TRUE },
  { "br, *;q=0.1", TRUE },
  { "gzip;q=0.001", TRUE },
  { "gzip; q=0.5", TRUE },
  { "gzip;q=0", FALSE },
  { "gzip;q=0.000", FALSE },
  { "gzip ; q=0, br", FALSE },
  { "*, gzip;q=0", FALSE },
  { "*;q=0", FALSE },
  { "br", FALSE },
  { "gzipped", FALSE },
  { "identity", FALSE },
  { ",,,", FALSE },
  { ";q=0", FALSE },
  { "gzip;", TRUE },
  { "gzip;q", TRUE },
  { "gzip;q=", TRUE },
};
/* *INDENT-ON* */

GST_START_TEST (http_encoding_knows_who_takes_gzip)
{
  fail_unless_equals_int (http_encoding_takes_gzip (cases[__i__].value),
      cases[__i__].gzip);
}

GST_END_TEST;

static Suite *
httpencoding_suite (void)
{
  Suite *s = suite_create ("httpencoding");
  TCase *tc = tcase_create ("httpencoding");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, http_encoding_knows_who_takes_gzip, 0,
      G_N_ELEMENTS (cases));
  return s;
}

GST_CHECK_MAIN (httpencoding);
