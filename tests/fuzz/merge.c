/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What paths bring to the merges of RTP and of MPEG-TS.  Each record is a byte
 * for the path and the form, one for the time that has passed, one for the size,
 * and the bytes. */
#include "fuzz.h"
#include "tsmerge.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define SEED(bytes) { bytes, sizeof (bytes) - 1 }

/* *INDENT-OFF* */
const FuzzSeed fuzz_seeds[] = {
  SEED ("\x00\x01\x10\x80\x21\x00\x01\x00\x00\x00\x00\x00\x00\x00\x07pppp"
    "\x01\x02\x10\x80\x21\x00\x01\x00\x00\x00\x00\x00\x00\x00\x07pppp"
    "\x00\x03\x10\x80\x21\x00\x02\x00\x00\x00\x5a\x00\x00\x00\x07qqqq"
    "\x01\xff\x10\x80\x21\xff\xfe\x00\x00\x00\x00\x00\x00\x00\x09rrrr"),
  SEED ("\x00\x01\x18\x91\x21\x00\x01\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00"
    "\x00\x01\xbe\xde\x00\x01\x00\x00\x00\x00"),
  SEED ("\x08\x01\x0b\x47\x41\x01\x10\x00\x00\x01\xe0\x00\x00\x80"
    "\x09\x01\x0b\x47\x41\x01\x10\x00\x00\x01\xe0\x00\x00\x80"
    "\x08\x01\x0b\x47\x01\x01\x12\x00\x00\x01\xe0\x00\x00\x80"
    "\x09\x01\x0b\x47\x01\x01\x11\x00\x00\x01\xe0\x00\x00\x80"
    "\x09\x01\x0b\x47\x01\x01\x32\xb7\x80\x00\x00\x00\x00\x00"
    "\x08\xff\x02\x47\x1f\x00\xff\x02\x00\x47"),
  { NULL }
};
/* *INDENT-ON* */

const guint fuzz_runs = 3000;

static void
try_rtp (RtpMerge * merge, guint path, const guint8 * data, gsize size,
    guint64 now)
{
  RtpMergeResult result = rtp_merge_take (merge, path, data, size, now);
  RtpMergePath facts;

  rtp_merge_get_path (merge, path, &facts);
  FUZZ_REQUIRE (facts.received >= facts.first + facts.duplicates
      + facts.invalid);
  FUZZ_REQUIRE (result.verdict != RTP_MERGE_FIRST || !facts.left);
  FUZZ_REQUIRE (result.verdict == RTP_MERGE_FIRST || !result.discont);
}

/* Few bytes make a whole packet: the rest of it is the last one's. */
static void
try_ts (TsMerge * merge, guint path, const guint8 * data, gsize size,
    guint64 now)
{
  guint8 whole[TS_MERGE_PACKET] = { 0, };
  TsMergePacket packet;
  guint64 deadline, last = 0;
  guint n = 0;

  if (size > 0)
    memset (whole, data[size - 1], sizeof (whole));
  memcpy (whole, data, MIN (size, sizeof (whole)));
  ts_merge_put (merge, path, whole,
      size % 16 == 15 ? MIN (size, sizeof (whole)) : sizeof (whole), now);
  while (ts_merge_next (merge, now, &packet, &deadline)) {
    FUZZ_REQUIRE (packet.data[0] == 0x47);
    FUZZ_REQUIRE (packet.time >= last && packet.time <= now);
    FUZZ_REQUIRE (n++ < 100000);
    last = packet.time;
  }
  FUZZ_REQUIRE (deadline > now);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  FuzzInput input = { data, size };
  RtpMerge *rtp = rtp_merge_new (20 * MS);
  TsMerge *ts = ts_merge_new (20 * MS);
  guint64 now = MS;

  while (input.size > 0) {
    guint what = fuzz_byte (&input), path = what & 7;
    guint8 passed = fuzz_byte (&input);
    g_autofree guint8 *bytes = fuzz_bytes (&input, fuzz_byte (&input), &size);

    now += passed == 255 ? 5000 * MS : passed * MS / 4;
    if (what == 255) {
      rtp_merge_reset_path (rtp, passed & 7);
      ts_merge_reset_path (ts, passed & 7);
    } else if (what & 8) {
      try_ts (ts, path, bytes, size, now);
    } else {
      try_rtp (rtp, path, bytes, size, now);
    }
  }
  rtp_merge_free (rtp);
  ts_merge_free (ts);
  return 0;
}
