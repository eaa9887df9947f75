/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Section numbers are of draft-pantos-hls-rfc8216bis-22. */
#include "playlistrender.h"

#include "lattice.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)
#define MILLISECOND G_GUINT64_CONSTANT (1000000)

/* MAP outside of I-frame playlists needs 6, SKIP 9 (section 8). */
#define VERSION_FULL 6
#define VERSION_DELTA 9

#define DURATION_DIGITS 5

void
playlist_append_decimal (GString * out, guint64 num, guint32 den, guint digits)
{
  guint64 scale = 1, value, rest;
  guint i;

  for (i = 0; i < digits; i++)
    scale *= 10;
  value = num % den * scale / den;
  rest = num % den * scale % den;
  if (rest * 2 > den || (rest * 2 == den && (value & 1) != 0))
    value++;
  value += num / den * scale;
  g_string_append_printf (out, "%" G_GUINT64_FORMAT ".%0*" G_GUINT64_FORMAT,
      value / scale, (gint) digits, value % scale);
}

guint64
playlist_skip_boundary (const PlaylistSettings * settings)
{
  return 6 * settings->target_duration * SECOND;
}

static void
append_date (GString * out, guint64 ns)
{
  g_autoptr (GDateTime) date = NULL;
  g_autofree gchar *text = NULL;
  guint64 ms = (ns + MILLISECOND / 2) / MILLISECOND;

  date = g_date_time_new_from_unix_utc (ms / 1000);
  if (date == NULL)
    return;
  text = g_date_time_format (date, "%Y-%m-%dT%H:%M:%S");
  g_string_append_printf (out, "#EXT-X-PROGRAM-DATE-TIME:%s.%03uZ\n", text,
      (guint) (ms % 1000));
}

static void
append_server_control (GString * out, const PlaylistSettings * settings)
{
  g_string_append (out, "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES");
  if (settings->delta_updates) {
    g_string_append (out, ",CAN-SKIP-UNTIL=");
    playlist_append_decimal (out, playlist_skip_boundary (settings), SECOND, 1);
  }
  g_string_append (out, ",PART-HOLD-BACK=");
  playlist_append_decimal (out, 3 * settings->part_target, SECOND, 3);
  g_string_append (out, "\n#EXT-X-PART-INF:PART-TARGET=");
  playlist_append_decimal (out, settings->part_target, SECOND, 3);
  g_string_append_c (out, '\n');
}

static void
append_header (GString * out, const Playlist * self,
    const PlaylistSettings * settings, guint version)
{
  const PlaylistSegment *first =
      g_queue_peek_head ((GQueue *) & self->segments);

  g_string_append_printf (out, "#EXTM3U\n#EXT-X-VERSION:%u\n"
      "#EXT-X-TARGETDURATION:%u\n", version, settings->target_duration);
  if (settings->low_latency)
    append_server_control (out, settings);
  g_string_append_printf (out, "#EXT-X-MEDIA-SEQUENCE:%" G_GUINT64_FORMAT
      "\n#EXT-X-DISCONTINUITY-SEQUENCE:%" G_GUINT64_FORMAT
      "\n#EXT-X-INDEPENDENT-SEGMENTS\n", first != NULL ? first->msn : 0,
      self->discontinuities);
}

static void
append_parts (GString * out, const Playlist * self,
    const PlaylistSegment * segment)
{
  guint i;

  for (i = 0; i < segment->parts->len; i++) {
    const PlaylistPart *part = &g_array_index (segment->parts, PlaylistPart, i);
    g_autofree gchar *uri = playlist_part_uri (self, segment->msn, i);

    g_string_append (out, "#EXT-X-PART:DURATION=");
    playlist_append_decimal (out, part->duration, segment->timescale,
        DURATION_DIGITS);
    g_string_append_printf (out, ",URI=\"%s\"%s\n", uri,
        part->independent ? ",INDEPENDENT=YES" : "");
  }
}

/* Tags that apply to the segment come before its first part (4.4.4.9). */
static void
append_segment (GString * out, const Playlist * self,
    const PlaylistSegment * segment, const gchar * last_map, gboolean parts)
{
  g_autofree gchar *uri = playlist_segment_uri (self, segment->msn);

  if (segment->discontinuity)
    g_string_append (out, "#EXT-X-DISCONTINUITY\n");
  if (g_strcmp0 (segment->map, last_map) != 0) {
    g_autofree gchar *map = playlist_map_uri (self, segment->map);

    g_string_append_printf (out, "#EXT-X-MAP:URI=\"%s\"\n", map);
  }
  append_date (out, segment->date);
  if (parts)
    append_parts (out, self, segment);
  if (!segment->closed)
    return;
  if (segment->gap)
    g_string_append (out, "#EXT-X-GAP\n");
  g_string_append (out, "#EXTINF:");
  playlist_append_decimal (out, segment->duration, segment->timescale,
      DURATION_DIGITS);
  g_string_append_printf (out, ",\n%s\n", uri);
}

/* ns between a segment's end and the end of all. */
static guint64
distance_from_end (const GList * link, guint64 after)
{
  const PlaylistSegment *segment = link->data;

  return after - MIN (after,
      lattice_ns (segment->duration, segment->timescale));
}

static guint64
total_ns (const Playlist * self)
{
  guint64 total = 0;
  const GList *l;

  for (l = self->segments.head; l != NULL; l = l->next) {
    const PlaylistSegment *segment = l->data;

    total += lattice_ns (segment->duration, segment->timescale);
  }
  return total;
}

static void
append_segments (GString * out, const Playlist * self,
    const PlaylistSettings * settings, guint skip)
{
  guint64 after = total_ns (self);
  const guint64 parts_within = 3 * settings->target_duration * SECOND;
  const gchar *last_map = NULL;
  const GList *l;

  for (l = self->segments.head; l != NULL; l = l->next) {
    const PlaylistSegment *segment = l->data;
    gboolean shown = segment->closed || (settings->low_latency
        && segment->parts->len > 0);

    after = distance_from_end (l, after);
    if (skip > 0)
      skip--;
    else if (shown)
      append_segment (out, self, segment, last_map,
          settings->low_latency && after < parts_within);
    last_map = segment->map;
  }
}

static void
append_end (GString * out, const Playlist * self,
    const PlaylistSettings * settings)
{
  g_autofree gchar *uri = NULL;

  if (self->ended) {
    g_string_append (out, "#EXT-X-ENDLIST\n");
  } else if (settings->low_latency && self->segments.tail != NULL) {
    uri = playlist_part_uri (self, self->hint_msn, self->hint_part);
    g_string_append_printf (out, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"%s\"\n",
        uri);
  }
}

gchar *
playlist_render (const Playlist * self, const PlaylistSettings * settings)
{
  GString *out = g_string_sized_new (4096);

  append_header (out, self, settings, VERSION_FULL);
  append_segments (out, self, settings, 0);
  append_end (out, self, settings);
  return g_string_free (out, FALSE);
}

/* Segments further from the end of the last whole one than the boundary
 * (6.2.5.1). */
static guint
count_skippable (const Playlist * self, const PlaylistSettings * settings)
{
  guint64 after = self->listed;
  guint n = 0;
  const GList *l;

  for (l = self->segments.head; l != NULL; l = l->next) {
    const PlaylistSegment *segment = l->data;

    if (!segment->closed)
      break;
    after = distance_from_end (l, after);
    if (after < playlist_skip_boundary (settings))
      break;
    n++;
  }
  return n;
}

gchar *
playlist_render_delta (const Playlist * self, const PlaylistSettings * settings)
{
  GString *out;
  guint n;

  if (!settings->delta_updates || self->ended)
    return NULL;
  n = count_skippable (self, settings);
  if (n == 0)
    return NULL;
  out = g_string_sized_new (4096);
  append_header (out, self, settings, VERSION_DELTA);
  g_string_append_printf (out, "#EXT-X-SKIP:SKIPPED-SEGMENTS=%u\n", n);
  append_segments (out, self, settings, n);
  append_end (out, self, settings);
  return g_string_free (out, FALSE);
}

gchar *
playlist_render_report (const Playlist * self)
{
  PlaylistPosition position;
  guint64 msn;
  guint parts;

  playlist_position (self, &position);
  if (position.has_open && position.open_parts > 0) {
    msn = position.open_msn;
    parts = position.open_parts;
  } else if (position.has_closed) {
    msn = position.closed_msn;
    parts = position.closed_parts;
  } else {
    return NULL;
  }
  if (parts == 0)
    return g_strdup_printf ("#EXT-X-RENDITION-REPORT:URI=\"%s.m3u8\","
        "LAST-MSN=%" G_GUINT64_FORMAT "\n", self->name, msn);
  return g_strdup_printf ("#EXT-X-RENDITION-REPORT:URI=\"%s.m3u8\","
      "LAST-MSN=%" G_GUINT64_FORMAT ",LAST-PART=%u\n", self->name, msn,
      parts - 1);
}
