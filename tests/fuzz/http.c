/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What comes with a request: a range, encodings, a content type, the first
 * bytes of a connection.  The size of the thing is in the first two bytes. */
#include "cmcdevent.h"
#include "fuzz.h"
#include "httpencoding.h"
#include "httprange.h"
#include "httpsniff.h"

#define SEED(bytes) { bytes, sizeof (bytes) - 1 }

/* *INDENT-OFF* */
const FuzzSeed fuzz_seeds[] = {
  SEED ("\x10\x00" "bytes=0-99"),
  SEED ("\x10\x00" "bytes=4000-"),
  SEED ("\x10\x00" "bytes=-18446744073709551615"),
  SEED ("\x00\x00" "bytes=0-0, 5-6"),
  SEED ("\x00\x01" "gzip;q=0.5, br ;q=1.0 , *;q=0"),
  SEED ("\x00\x01" "application/cmcd; charset=\"utf-8\""),
  SEED ("\x00\x01" "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  SEED ("\x00\x01\x16\x03\x01\x02\x00\x01\x00"),
  { NULL }
};
/* *INDENT-ON* */

const guint fuzz_runs = 300000;

static void
try_range (const gchar * text, guint64 size)
{
  guint64 first = 1, length = 1;
  HttpRangeAsk range;

  http_range_read (&range, text);
  switch (http_range_apply (&range, size, &first, &length)) {
    case HTTP_RANGE_WHOLE:
      FUZZ_REQUIRE (first == 0 && length == size);
      break;
    case HTTP_RANGE_PART:
      FUZZ_REQUIRE (length > 0 && first < size && length <= size - first);
      break;
    case HTTP_RANGE_OUTSIDE:
      break;
  }
}

/* More bytes never take back what fewer have told. */
static void
try_sniff (const guint8 * data, gsize size)
{
  HttpSniff told = HTTP_SNIFF_MORE, now;
  gsize i;

  for (i = 0; i <= MIN (size, HTTP_SNIFF_BYTES + 1); i++) {
    now = http_sniff (data, i);
    FUZZ_REQUIRE (told == HTTP_SNIFF_MORE || now == told);
    told = now;
    FUZZ_REQUIRE (http_sniff_record_size (data, i) <= 65540);
  }
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  FuzzInput input = { data, size };
  guint64 whole = fuzz_word (&input);
  g_autofree guint8 *rest = fuzz_bytes (&input, input.size, &size);
  g_autofree gchar *text = g_strndup ((const gchar *) rest, size);

  try_range (text, whole);
  try_range (text, G_MAXUINT64);
  http_encoding_takes_gzip (text);
  cmcd_event_is_type (text);
  try_sniff (rest, size);
  return 0;
}
