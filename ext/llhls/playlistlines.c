/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Section numbers are of draft-pantos-hls-rfc8216bis-22. */
#include "playlistlines.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)
#define MILLISECOND G_GUINT64_CONSTANT (1000000)

#define DURATION_DIGITS 5

/* DEFINE with QUERYPARAM (section 8) */
#define VERSION_DEFINE 11

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
  playlist_append_number (out, value / scale, 1);
  g_string_append_c (out, '.');
  playlist_append_number (out, value % scale, digits);
}

void
playlist_append_date (GString * out, guint64 ns)
{
  g_autoptr (GDateTime) date = NULL;
  guint64 ms = (ns + MILLISECOND / 2) / MILLISECOND;

  date = g_date_time_new_from_unix_utc (ms / 1000);
  if (date == NULL)
    return;
  g_string_append_printf (out, "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ",
      g_date_time_get_year (date), g_date_time_get_month (date),
      g_date_time_get_day_of_month (date), g_date_time_get_hour (date),
      g_date_time_get_minute (date), g_date_time_get_second (date),
      (guint) (ms % 1000));
}

void
playlist_append_uri (GString * out, const gchar * path,
    const gchar * query_param)
{
  g_string_append_c (out, '"');
  g_string_append (out, path);
  if (query_param != NULL)
    g_string_append_printf (out, "?%s={$%s}", query_param, query_param);
  g_string_append_c (out, '"');
}

/* A line */
static void
append_tag (GString * out, const gchar * tag, guint64 value)
{
  g_string_append (out, tag);
  playlist_append_number (out, value, 1);
  g_string_append_c (out, '\n');
}

guint
playlist_append_version (GString * out, guint version,
    const gchar * query_param)
{
  if (query_param != NULL)
    version = MAX (version, VERSION_DEFINE);
  if (version > 1)
    append_tag (out, "#EXT-X-VERSION:", version);
  if (query_param != NULL)
    g_string_append_printf (out, "#EXT-X-DEFINE:QUERYPARAM=\"%s\"\n",
        query_param);
  return version;
}

/* Alike in all playlists of a presentation (6.2.4), those of key frames too. */
static void
append_server_control (GString * out, const PlaylistSettings * settings)
{
  g_string_append (out, "#EXT-X-SERVER-CONTROL:");
  if (!settings->unattended)
    g_string_append (out, "CAN-BLOCK-RELOAD=YES,");
  if (settings->delta_updates) {
    g_string_append (out, "CAN-SKIP-UNTIL=");
    playlist_append_decimal (out, playlist_skip_boundary (settings), SECOND, 1);
    if (settings->skip_dateranges)
      g_string_append (out, ",CAN-SKIP-DATERANGES=YES");
    g_string_append_c (out, ',');
  }
  g_string_append (out, "PART-HOLD-BACK=");
  playlist_append_decimal (out, 3 * settings->part_target, SECOND, 3);
  g_string_append_c (out, '\n');
}

static void
append_type (GString * out, PlaylistType type)
{
  switch (type) {
    case PLAYLIST_LIVE:
      break;
    case PLAYLIST_EVENT:
      g_string_append (out, "#EXT-X-PLAYLIST-TYPE:EVENT\n");
      break;
    case PLAYLIST_VOD:
      g_string_append (out, "#EXT-X-PLAYLIST-TYPE:VOD\n");
      break;
  }
}

void
playlist_append_header (GString * out, const Playlist * self,
    const PlaylistSettings * settings, guint version)
{
  const PlaylistSegment *first =
      g_queue_peek_head ((GQueue *) & self->segments);

  g_string_append (out, "#EXTM3U\n");
  playlist_append_version (out, version, settings->query_param);
  append_tag (out, "#EXT-X-TARGETDURATION:", settings->target_duration);
  append_type (out, settings->type);
  if (settings->low_latency)
    append_server_control (out, settings);
  if (settings->low_latency && !settings->iframes) {
    g_string_append (out, "#EXT-X-PART-INF:PART-TARGET=");
    playlist_append_decimal (out, settings->part_target, SECOND, 3);
    g_string_append_c (out, '\n');
  }
  append_tag (out, "#EXT-X-MEDIA-SEQUENCE:", first != NULL ? first->msn : 0);
  append_tag (out, "#EXT-X-DISCONTINUITY-SEQUENCE:", self->discontinuities);
  g_string_append (out, "#EXT-X-INDEPENDENT-SEGMENTS\n");
  if (settings->iframes)
    g_string_append (out, "#EXT-X-I-FRAMES-ONLY\n");
}

static void
append_parts (GString * out, const Playlist * self,
    const PlaylistSettings * settings, const PlaylistSegment * segment,
    guint first)
{
  guint i;

  for (i = first; i < segment->parts->len; i++) {
    const PlaylistPart *part = &g_array_index (segment->parts, PlaylistPart, i);
    g_autofree gchar *uri = playlist_part_uri (self, segment->msn, i);

    g_string_append (out, "#EXT-X-PART:DURATION=");
    playlist_append_decimal (out, part->duration, segment->timescale,
        DURATION_DIGITS);
    g_string_append (out, ",URI=");
    playlist_append_uri (out, uri, settings->query_param);
    g_string_append (out, part->data == NULL ? ",GAP=YES\n"
        : part->independent ? ",INDEPENDENT=YES\n" : "\n");
  }
}

static void
append_map (GString * out, const Playlist * self,
    const PlaylistSettings * settings, const gchar * name)
{
  g_autofree gchar *map = playlist_map_uri (self, name);

  g_string_append (out, "#EXT-X-MAP:URI=");
  playlist_append_uri (out, map, settings->query_param);
  g_string_append_c (out, '\n');
}

/* A segment that starts without a key frame has no place in a playlist of
 * them, yet keeps its number and time. */
static void
append_media (GString * out, const Playlist * self,
    const PlaylistSettings * settings, const PlaylistSegment * segment)
{
  gboolean keyless = settings->iframes && !segment->gap
      && segment->key_bytes == 0;
  g_autofree gchar *uri = keyless ? playlist_no_key_uri (self, segment->msn)
      : playlist_segment_uri (self, segment->msn);

  if (segment->gap || keyless)
    g_string_append (out, "#EXT-X-GAP\n");
  else if (settings->iframes)
    g_string_append_printf (out, "#EXT-X-BYTERANGE:%" G_GSIZE_FORMAT "@0\n",
        segment->key_bytes);
  g_string_append (out, "#EXTINF:");
  playlist_append_decimal (out, segment->duration, segment->timescale,
      DURATION_DIGITS);
  g_string_append (out, ",\n");
  g_string_append (out, uri);
  if (settings->query_param != NULL)
    g_string_append_printf (out, "?%s={$%s}", settings->query_param,
        settings->query_param);
  g_string_append_c (out, '\n');
}

/* Tags that apply to the segment come before its first part (4.4.4.9). */
static void
append_segment_head (GString * out, const Playlist * self,
    const PlaylistSettings * settings, const PlaylistSegment * segment,
    const gchar * last_map)
{
  if (segment->discontinuity)
    g_string_append (out, "#EXT-X-DISCONTINUITY\n");
  if (segment->map != NULL && g_strcmp0 (segment->map, last_map) != 0)
    append_map (out, self, settings, segment->map);
  g_string_append (out, "#EXT-X-PROGRAM-DATE-TIME:");
  playlist_append_date (out, segment->date);
  g_string_append_c (out, '\n');
}

void
playlist_append_segment (GString * out, const Playlist * self,
    const PlaylistSettings * settings, const PlaylistSegment * segment,
    const gchar * last_map, gboolean parts)
{
  append_segment_head (out, self, settings, segment, last_map);
  if (parts)
    append_parts (out, self, settings, segment, 0);
  if (segment->closed)
    append_media (out, self, settings, segment);
}

void
playlist_append_growth (GString * out, const Playlist * self,
    const PlaylistSettings * settings, const PlaylistSegment * segment,
    const gchar * last_map, PlaylistShown * shown)
{
  if (out->len == 0)
    append_segment_head (out, self, settings, segment, last_map);
  append_parts (out, self, settings, segment, shown->parts);
  shown->parts = MAX (shown->parts, segment->parts->len);
  if (segment->closed && !shown->closed)
    append_media (out, self, settings, segment);
  shown->closed = segment->closed;
}

static void
append_hint (GString * out, const PlaylistSettings * settings,
    const gchar * type, gchar * uri)
{
  g_string_append (out, "#EXT-X-PRELOAD-HINT:TYPE=");
  g_string_append (out, type);
  g_string_append (out, ",URI=");
  playlist_append_uri (out, uri, settings->query_param);
  g_string_append_c (out, '\n');
  g_free (uri);
}

void
playlist_append_end (GString * out, const Playlist * self,
    const PlaylistSettings * settings)
{
  const PlaylistSegment *last = g_queue_peek_tail ((GQueue *) & self->segments);

  if (self->ended)
    g_string_append (out, "#EXT-X-ENDLIST\n");
  if (self->ended || !settings->low_latency || settings->iframes
      || settings->unattended || last == NULL)
    return;
  if (self->hint_map != NULL && g_strcmp0 (self->hint_map, last->map) != 0)
    append_hint (out, settings, "MAP", playlist_map_uri (self, self->hint_map));
  append_hint (out, settings, "PART", playlist_part_uri (self, self->hint_msn,
          self->hint_part));
}
