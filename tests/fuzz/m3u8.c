/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checker's playlists: one, and another as its delta update behind a NUL. */
#include "fuzz.h"
#include "m3u8.h"

#define SEED(bytes) { bytes, sizeof (bytes) - 1 }
#define HEAD "#EXTM3U\n#EXT-X-VERSION:10\n#EXT-X-TARGETDURATION:4\n" \
    "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.5," \
    "CAN-SKIP-UNTIL=24.0\n#EXT-X-PART-INF:PART-TARGET=0.5\n" \
    "#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-DISCONTINUITY-SEQUENCE:1\n"

/* *INDENT-OFF* */
const FuzzSeed fuzz_seeds[] = {
  SEED (HEAD "#EXT-X-MAP:URI=\"i.mp4\",BYTERANGE=\"700@0\"\n"
      "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z\n#EXTINF:4.0,\n7.m4s\n"
      "#EXT-X-DISCONTINUITY\n#EXT-X-GAP\n#EXTINF:4.0,\n#EXT-X-BYTERANGE:9@1\n"
      "8.m4s\n#EXT-X-PART:DURATION=0.5,URI=\"9.0\",INDEPENDENT=YES\n"
      "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"9.1\"\n"
      "#EXT-X-RENDITION-REPORT:URI=\"a.m3u8\",LAST-MSN=9,LAST-PART=0\n"
      "\0" HEAD "#EXT-X-SKIP:SKIPPED-SEGMENTS=1,"
      "RECENTLY-REMOVED-DATERANGES=\"a\tb\"\n#EXTINF:4,\n8.m4s\n"),
  SEED (HEAD "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x1\n#EXTINF:1e3,\nx\n"
      "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-01-01T00:00:00Z\","
      "DURATION=3.5,X-A=0xff,SCTE35-OUT=0xFC00\n#EXT-X-ENDLIST\n"),
  SEED ("#EXTM3U\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-START:TIME-OFFSET=-4.5\n"
      "#EXT-X-DEFINE:NAME=\"n\",VALUE=\"v\"\n#EXT-X-DEFINE:QUERYPARAM=\"t\"\n"
      "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"g\",NAME=\"{$n}\",URI=\"a{$t}.m3u8\"\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"avc1.64001f\",RESOLUTION=1x1,"
      "AUDIO=\"g\"\nv.m3u8\n#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"i\"\n"),
  { NULL }
};
/* *INDENT-ON* */

const guint fuzz_runs = 20000;

static void
check_playlist (const M3u8Playlist * playlist)
{
  guint64 msn;
  gint64 part;
  gboolean complete;
  guint i;

  FUZZ_REQUIRE (playlist->problems->len <= M3U8_MAX_PROBLEMS);
  for (i = 0; i < playlist->segments->len; i++) {
    const M3u8Segment *segment = m3u8_segment (playlist, i);

    FUZZ_REQUIRE (segment->complete == (segment->uri != NULL));
    FUZZ_REQUIRE (segment->first_part + segment->n_parts
        <= playlist->parts->len);
    m3u8_parts_duration (playlist, segment);
    m3u8_has_holes (playlist, segment);
  }
  for (i = 0; i < playlist->entries->len; i++)
    m3u8_attribute (playlist, &g_array_index (playlist->entries, M3u8Entry, i),
        "GROUP-ID");
  m3u8_duration (playlist);
  m3u8_last (playlist, &msn, &part, &complete);
  m3u8_last_complete (playlist, &msn);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  const guint8 *nul = size > 0 ? memchr (data, '\0', size) : NULL;
  gsize first = nul != NULL ? (gsize) (nul - data) : size;
  g_autoptr (M3u8Playlist) before = m3u8_parse ((const gchar *) data, first,
      "t=1&u", NULL);
  g_autoptr (M3u8Playlist) delta = NULL, merged = NULL;

  check_playlist (before);
  if (nul == NULL)
    return 0;
  delta = m3u8_parse ((const gchar *) nul + 1, size - first - 1, NULL,
      before->variables);
  check_playlist (delta);
  merged = m3u8_merge (before, delta);
  if (merged != NULL)
    check_playlist (merged);
  return 0;
}
