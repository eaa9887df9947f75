/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A valid low latency presentation as text, one part later with each step:
 * video and audio, segments of 4 s with parts of 1 s, ten segments listed, a
 * discontinuity at each number that 7 divides. */
#pragma once

#include <glib.h>
#include <string.h>

#include "hlscheck.h"

G_BEGIN_DECLS

#define PRESENTATION_FIRST 400  /* parts since the beginning, at step 0 */
#define PRESENTATION_URL "http://h/live.m3u8"

/* 2026-11-21T12:00:00Z is part 0. */
#define PRESENTATION_DATE G_GINT64_CONSTANT (1795262400)

static inline gchar *
presentation_multivariant (void)
{
  return g_strdup ("#EXTM3U\n#EXT-X-INDEPENDENT-SEGMENTS\n"
      "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"aud\",NAME=\"a\",LANGUAGE=\"en\","
      "DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\",URI=\"audio.m3u8\"\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=900000,AVERAGE-BANDWIDTH=800000,"
      "CODECS=\"avc1.64001f,mp4a.40.2\",RESOLUTION=640x360,"
      "FRAME-RATE=25.000,CLOSED-CAPTIONS=NONE,AUDIO=\"aud\"\nvideo.m3u8\n"
      "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=100000,AVERAGE-BANDWIDTH=90000,"
      "CODECS=\"avc1.64001f\",RESOLUTION=640x360,URI=\"iframes.m3u8\"\n");
}

static inline void
presentation_segment (GString * out, const gchar * name, guint msn,
    guint parts, gboolean show_parts, gboolean map)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc
      (PRESENTATION_DATE + msn * 4);
  g_autofree gchar *text = g_date_time_format (date, "%Y-%m-%dT%H:%M:%S");
  guint i;

  if (msn % 7 == 0)
    g_string_append (out, "#EXT-X-DISCONTINUITY\n");
  if (map)
    g_string_append_printf (out, "#EXT-X-MAP:URI=\"%s/init.mp4\"\n", name);
  g_string_append_printf (out, "#EXT-X-PROGRAM-DATE-TIME:%s.000Z\n", text);
  for (i = 0; i < parts && show_parts; i++)
    g_string_append_printf (out, "#EXT-X-PART:DURATION=1.00000,"
        "URI=\"%s/%u.%u.m4s\"%s\n", name, msn, i,
        i == 0 || name[0] == 'a' ? ",INDEPENDENT=YES" : "");
  if (parts == 4)
    g_string_append_printf (out, "#EXTINF:4.00000,\n%s/%u.m4s\n", name, msn);
}

/* `total` parts have been published; `skip` gives a delta update. */
static inline gchar *
presentation_playlist (const gchar * name, guint total, gboolean skip)
{
  GString *out = g_string_new ("#EXTM3U\n");
  guint whole = total / 4, first = whole - 10, msn, skipped = 0;
  const gchar *other = name[0] == 'v' ? "audio" : "video";
  guint last = total % 4 == 0 ? whole - 1 : whole;
  guint last_part = total % 4 == 0 ? 3 : total % 4 - 1;

  g_string_append_printf (out, "#EXT-X-VERSION:%u\n#EXT-X-TARGETDURATION:4\n"
      "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24.0,"
      "PART-HOLD-BACK=3.000\n#EXT-X-PART-INF:PART-TARGET=1.000\n"
      "#EXT-X-MEDIA-SEQUENCE:%u\n#EXT-X-DISCONTINUITY-SEQUENCE:%u\n"
      "#EXT-X-INDEPENDENT-SEGMENTS\n", skip ? 9 : 6, first, (first - 1) / 7);
  if (skip) {
    skipped = 3;                /* 28 to 40 s before the end of the last */
    g_string_append_printf (out, "#EXT-X-SKIP:SKIPPED-SEGMENTS=%u\n", skipped);
  }
  for (msn = first + skipped; msn < whole; msn++)
    presentation_segment (out, name, msn, 4, (whole - 1 - msn) * 4
        + total % 4 <= 12, msn == first);
  if (total % 4 != 0)
    presentation_segment (out, name, whole, total % 4, TRUE, FALSE);
  g_string_append_printf (out, "#EXT-X-PRELOAD-HINT:TYPE=PART,"
      "URI=\"%s/%u.%u.m4s\"\n", name, whole, total % 4);
  g_string_append_printf (out, "#EXT-X-RENDITION-REPORT:URI=\"%s.m3u8\","
      "LAST-MSN=%u,LAST-PART=%u\n", other, last, last_part);
  g_string_append_printf (out, "#EXT-X-RENDITION-REPORT:URI=\"iframes.m3u8\","
      "LAST-MSN=%u\n", whole - 1);
  return g_string_free (out, FALSE);
}

static inline M3u8Playlist *
presentation_parse (const gchar * text)
{
  return m3u8_parse (text, strlen (text), NULL, NULL);
}

G_END_DECLS
