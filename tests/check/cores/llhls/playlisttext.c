/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The numbers in comments are rules of the conformance list. */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "playlisttext.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)
#define MS G_GUINT64_CONSTANT (1000000)
#define WINDOW (60 * SECOND)
/* 2026-11-21T12:00:00Z */
#define DATE (G_GUINT64_CONSTANT (1795262400) * SECOND)

static PlaylistSettings
make_settings (void)
{
  PlaylistSettings settings = { 4, 500 * MS, TRUE, TRUE, TRUE, FALSE, NULL };

  return settings;
}

/* A live stream of everything that may happen, from a seed */
typedef struct
{
  GRand *rand;
  Playlist playlist;
  DaterangeSet ranges;
  guint64 now, ticks, msn;
  guint parts, n_ranges;
  guint map;
} Stream;

static void
stream_init (Stream * s, guint32 seed, guint64 window)
{
  memset (s, 0, sizeof (*s));
  s->rand = g_rand_new_with_seed (seed);
  playlist_init (&s->playlist, "video_0", "s-", window);
  daterange_set_init (&s->ranges);
  s->msn = 7;
}

static void
stream_clear (Stream * s)
{
  playlist_clear (&s->playlist);
  daterange_set_clear (&s->ranges);
  g_rand_free (s->rand);
}

static void
begin (Stream * s)
{
  g_autofree gchar *map = NULL;
  gboolean changes = g_rand_int_range (s->rand, 0, 8) == 0;
  guint64 date = DATE + s->ticks * SECOND / 10000;

  s->map += changes;
  map = g_strdup_printf ("init-%u.mp4", s->map);
  if (g_rand_int_range (s->rand, 0, 6) == 0) {
    playlist_add_gap (&s->playlist, s->msn++, 10000, s->ticks, 35001, date, map,
        changes);
    s->ticks += 35001;
    s->now += 3500 * MS;
    return;
  }
  playlist_begin (&s->playlist, s->msn++, 10000, s->ticks, date, map, changes);
  s->parts = 0;
}

static void
add_range (Stream * s)
{
  Daterange range;
  guint id = g_rand_boolean (s->rand) ? s->n_ranges++ : s->n_ranges - 1;

  if (id == G_MAXUINT)
    return;
  daterange_init (&range);
  range.id = g_strdup_printf ("range-%u", id);
  range.start = DATE + s->ticks * SECOND / 10000;
  if (id != s->n_ranges - 1 || g_rand_boolean (s->rand))
    range.duration = g_rand_int_range (s->rand, 0, 20) * SECOND;
  /* Refused when it says something else of the same ID. */
  daterange_set_add (&s->ranges, &range, s->now, NULL);
  daterange_clear (&range);
}

static void
step (Stream * s)
{
  PlaylistSegment *gone;
  const PlaylistSegment *first;
  guint64 duration = g_rand_int_range (s->rand, 4300, 5001);

  if (playlist_open_segment (&s->playlist) == NULL) {
    begin (s);
  } else if (s->parts == 8 || (s->parts > 0
          && g_rand_int_range (s->rand, 0, 20) == 0)) {
    playlist_close (&s->playlist, 0);
  } else {
    s->ticks += duration;
    s->now += duration * SECOND / 10000;
    playlist_add_part (&s->playlist, duration, s->parts == 0,
        g_bytes_new_static ("x", 1));
    if (s->parts++ == 0 && g_rand_int_range (s->rand, 0, 10) > 0)
      playlist_set_key (&s->playlist, 1);
    s->playlist.hint_part = s->parts;
  }
  if (g_rand_int_range (s->rand, 0, 10) == 0)
    add_range (s);
  first = g_queue_peek_head (&s->playlist.segments);
  if (first != NULL)
    daterange_set_expire (&s->ranges, first->date, s->now);
  while ((gone = playlist_take_expired (&s->playlist)) != NULL)
    playlist_segment_free (gone);
}

/* What a player has of a playlist */
typedef struct
{
  guint64 now;
  guint64 first, skipped;
  gchar *header;                /* without version, skip and ranges */
  GPtrArray *segments;          /* text, each with its MAP */
  gchar *end;
  GHashTable *ranges;           /* id to line */
  gchar **removed;
} Copy;

static void
copy_free (gpointer data)
{
  Copy *copy = data;

  g_free (copy->header);
  g_ptr_array_unref (copy->segments);
  g_free (copy->end);
  g_hash_table_unref (copy->ranges);
  g_strfreev (copy->removed);
  g_free (copy);
}

static gchar *
between (const gchar * line, const gchar * before)
{
  const gchar *from = strstr (line, before);

  fail_unless (from != NULL);
  from += strlen (before);
  return g_strndup (from, strcspn (from, "\""));
}

/* TRUE when the line is of the header. */
static gboolean
take_header_line (Copy * copy, const gchar * line, GString * header)
{
  if (g_str_has_prefix (line, "#EXT-X-VERSION:")
      || g_str_equal (line, "#EXTM3U"))
    return TRUE;
  if (g_str_has_prefix (line, "#EXT-X-SKIP:")) {
    copy->skipped = g_ascii_strtoull (strchr (line, '=') + 1, NULL, 10);
    if (strstr (line, "RECENTLY") != NULL) {
      g_autofree gchar *ids = between (line, "DATERANGES=\"");

      copy->removed = g_strsplit (ids, "\t", -1);
    }
    return TRUE;
  }
  if (g_str_has_prefix (line, "#EXT-X-DATERANGE:")) {
    g_hash_table_insert (copy->ranges, between (line, "ID=\""),
        g_strdup (line));
    return TRUE;
  }
  if (g_str_has_prefix (line, "#EXT-X-TARGETDURATION:")
      || g_str_has_prefix (line, "#EXT-X-SERVER-CONTROL:")
      || g_str_has_prefix (line, "#EXT-X-PART-INF:")
      || g_str_has_prefix (line, "#EXT-X-MEDIA-SEQUENCE:")
      || g_str_has_prefix (line, "#EXT-X-DISCONTINUITY-SEQUENCE:")
      || g_str_has_prefix (line, "#EXT-X-I-FRAMES-ONLY")
      || g_str_has_prefix (line, "#EXT-X-DEFINE:")
      || g_str_has_prefix (line, "#EXT-X-INDEPENDENT")) {
    if (g_str_has_prefix (line, "#EXT-X-MEDIA-SEQUENCE:"))
      copy->first = g_ascii_strtoull (strchr (line, ':') + 1, NULL, 10);
    g_string_append_printf (header, "%s\n", line);
    return TRUE;
  }
  return FALSE;
}

/* `map` is in force before the first segment. */
static Copy *
copy_parse (const gchar * text, const gchar * map)
{
  Copy *copy = g_new0 (Copy, 1);
  GString *header = g_string_new (NULL), *segment = g_string_new (NULL);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree gchar *current = g_strdup (map);
  guint i;

  copy->segments = g_ptr_array_new_with_free_func (g_free);
  copy->ranges = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      g_free);
  for (i = 0; lines[i] != NULL; i++) {
    if (take_header_line (copy, lines[i], header))
      continue;
    if (g_str_has_prefix (lines[i], "#EXT-X-MAP:")) {
      g_free (current);
      current = g_strdup (lines[i]);
      continue;
    }
    g_string_append_printf (segment, "%s\n", lines[i]);
    if (lines[i][0] == '#' || lines[i][0] == '\0')
      continue;
    g_ptr_array_add (copy->segments, g_strdup_printf ("%s\n%s", current,
            segment->str));
    g_string_truncate (segment, 0);
  }
  copy->header = g_string_free (header, FALSE);
  copy->end = g_string_free (segment, FALSE);
  return copy;
}

static const gchar *
map_of (const Copy * copy, guint64 msn)
{
  const gchar *text = g_ptr_array_index (copy->segments, msn - copy->first);
  static gchar map[256];

  g_strlcpy (map, text, MIN (sizeof (map), strcspn (text, "\n") + 1));
  return map;
}

/* 59: what a player makes of its copy and the update is the whole playlist. */
static void
check_merge (const Copy * previous, const gchar * delta, const Copy * full,
    gboolean v2)
{
  guint64 first = full->first, i, skipped;
  Copy *update = copy_parse (delta, NULL);
  GHashTableIter iter;
  gpointer key, value;
  guint n = 0;

  skipped = update->skipped;
  fail_unless (skipped > 0);
  fail_unless (previous->first <= first);
  fail_unless (first + skipped <= previous->first + previous->segments->len);
  copy_free (update);
  update = copy_parse (delta, map_of (previous, first + skipped - 1));
  fail_unless_equals_string (update->header, full->header);
  fail_unless_equals_string (update->end, full->end);
  fail_unless_equals_int (skipped + update->segments->len, full->segments->len);
  for (i = 0; i < full->segments->len; i++) {
    const gchar *merged = i < skipped
        ? g_ptr_array_index (previous->segments, first - previous->first + i)
        : g_ptr_array_index (update->segments, i - skipped);

    fail_unless_equals_string (merged, g_ptr_array_index (full->segments, i));
  }
  /* 57 */
  fail_unless ((update->removed != NULL) == v2);
  g_hash_table_iter_init (&iter, previous->ranges);
  while (v2 && g_hash_table_iter_next (&iter, &key, &value)) {
    if (!g_hash_table_contains (update->ranges, key)
        && !g_strv_contains ((const gchar * const *) update->removed, key))
      g_hash_table_insert (update->ranges, g_strdup (key), g_strdup (value));
  }
  g_hash_table_iter_init (&iter, full->ranges);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    fail_unless_equals_string (g_hash_table_lookup (update->ranges, key),
        value);
    n++;
  }
  fail_unless_equals_int (n, g_hash_table_size (update->ranges));
  copy_free (update);
}

/* Each earlier copy that is younger than half the boundary. */
static guint
check_updates (Stream * s, PlaylistText * text,
    const PlaylistSettings * settings, GQueue * copies, const Copy * full)
{
  g_autofree gchar *yes = NULL, *v2 = NULL;
  const GList *l;
  guint n = 0;

  yes = playlist_text_render_delta (text, &s->playlist, settings, &s->ranges,
      PLAYLIST_SKIP_SEGMENTS, s->now);
  v2 = playlist_text_render_delta (text, &s->playlist, settings, &s->ranges,
      PLAYLIST_SKIP_DATERANGES, s->now);
  if (yes == NULL)
    return 0;
  fail_unless (strstr (yes, "#EXT-X-VERSION:9\n") != NULL);
  fail_unless (strstr (v2, "#EXT-X-VERSION:10\n") != NULL);
  for (l = copies->head; l != NULL; l = l->next, n++) {
    check_merge (l->data, yes, full, FALSE);
    check_merge (l->data, v2, full, TRUE);
  }
  return n;
}

static void
run (guint32 seed, const PlaylistSettings * settings, guint steps)
{
  Stream s;
  PlaylistText text;
  GQueue copies = G_QUEUE_INIT;
  guint i, merges = 0;

  stream_init (&s, seed, WINDOW);
  playlist_text_init (&text);
  for (i = 0; i < steps; i++) {
    g_autofree gchar *kept = NULL, *fresh = NULL;
    PlaylistText once;
    Copy *full;

    step (&s);
    kept = playlist_text_render (&text, &s.playlist, settings, &s.ranges);
    playlist_text_init (&once);
    fresh = playlist_text_render (&once, &s.playlist, settings, &s.ranges);
    playlist_text_clear (&once);
    fail_unless_equals_string (kept, fresh);
    full = copy_parse (kept, NULL);
    full->now = s.now;
    while (copies.head != NULL && s.now - ((Copy *) copies.head->data)->now
        >= playlist_skip_boundary (settings) / 2)
      copy_free (g_queue_pop_head (&copies));
    merges += check_updates (&s, &text, settings, &copies, full);
    g_queue_push_tail (&copies, full);
  }
  fail_unless (merges > steps);
  g_queue_clear_full (&copies, copy_free);
  playlist_text_clear (&text);
  stream_clear (&s);
}

GST_START_TEST (playlist_text_updates_make_the_whole_playlist)
{
  PlaylistSettings settings = make_settings ();
  guint32 seed;

  for (seed = 1; seed <= 2; seed++)
    run (seed, &settings, 250);
}

GST_END_TEST;

GST_START_TEST (playlist_text_updates_key_frames_alike)
{
  PlaylistSettings settings = make_settings ();

  settings.iframes = TRUE;
  run (11, &settings, 200);
}

GST_END_TEST;

/* All that is listed shows its parts, and the first one its init section. */
GST_START_TEST (playlist_text_of_a_short_window_is_made_once)
{
  PlaylistSettings settings = make_settings ();
  PlaylistText text;
  Stream s;
  guint i;

  stream_init (&s, 21, 6 * SECOND);
  playlist_text_init (&text);
  for (i = 0; i < 500; i++) {
    g_autofree gchar *kept = NULL, *fresh = NULL;

    step (&s);
    kept = playlist_text_render (&text, &s.playlist, &settings, &s.ranges);
    fresh = playlist_render (&s.playlist, &settings);
    fail_unless_equals_string (strstr (kept, "#EXT-X-MAP"),
        strstr (fresh, "#EXT-X-MAP"));
  }
  fail_unless (s.msn > 60);
  playlist_text_clear (&text);
  stream_clear (&s);
}

GST_END_TEST;

/* 24, 125, 16 */
GST_START_TEST (playlist_text_of_key_frames_is_byte_ranges)
{
  PlaylistSettings settings = make_settings ();
  Playlist p;
  g_autofree gchar *text = NULL, *report = NULL, *name = NULL;
  PlaylistPosition position;
  guint i;

  settings.iframes = TRUE;
  playlist_init (&p, "video_0", "s-", WINDOW);
  for (i = 0; i < 3; i++) {
    playlist_begin (&p, 10 + i, 10000, i * 40000, DATE + i * 4 * SECOND,
        "init-1.mp4", FALSE);
    playlist_add_part (&p, 5000, TRUE, g_bytes_new_static ("0123456789", 10));
    if (i != 1)
      playlist_set_key (&p, 7);
    playlist_add_part (&p, 35000, FALSE, g_bytes_new_static ("0123", 4));
    if (i < 2)
      playlist_close (&p, 0);
  }
  text = playlist_render (&p, &settings);
  fail_unless_equals_string (text, "#EXTM3U\n#EXT-X-VERSION:5\n"
      "#EXT-X-TARGETDURATION:4\n"
      "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24.0,"
      "CAN-SKIP-DATERANGES=YES,PART-HOLD-BACK=1.500\n"
      "#EXT-X-MEDIA-SEQUENCE:10\n#EXT-X-DISCONTINUITY-SEQUENCE:0\n"
      "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-I-FRAMES-ONLY\n"
      "#EXT-X-MAP:URI=\"video_0/init-1.mp4\"\n"
      "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T12:00:00.000Z\n"
      "#EXT-X-BYTERANGE:7@0\n#EXTINF:4.00000,\nvideo_0/s-10.m4s\n"
      "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T12:00:04.000Z\n"
      "#EXT-X-GAP\n#EXTINF:4.00000,\nvideo_0/s-11.key.m4s\n");
  report = playlist_render_report (&p, &settings);
  fail_unless_equals_string (report, "#EXT-X-RENDITION-REPORT:URI="
      "\"video_0-iframes.m3u8\",LAST-MSN=11\n");
  name = playlist_rendered_name (&p, &settings);
  fail_unless_equals_string (name, "video_0-iframes.m3u8");
  playlist_rendered_position (&p, &settings, &position);
  fail_if (position.has_open || position.has_hint);
  fail_unless_equals_uint64 (position.closed_msn, 11);
  playlist_clear (&p);
}

GST_END_TEST;

/* 30, 84 */
GST_START_TEST (playlist_text_marks_parts_without_media)
{
  PlaylistSettings settings = make_settings ();
  Playlist p;
  g_autofree gchar *text = NULL;

  playlist_init (&p, "audio_0", "s-", WINDOW);
  playlist_begin (&p, 0, 10000, 0, DATE, "i.mp4", FALSE);
  playlist_add_part (&p, 5000, TRUE, g_bytes_new_static ("x", 1));
  g_clear_pointer (&g_array_index (playlist_open_segment (&p)->parts,
          PlaylistPart, 0).data, g_bytes_unref);
  text = playlist_render (&p, &settings);
  fail_unless (strstr (text, "#EXT-X-PART:DURATION=0.50000,"
          "URI=\"audio_0/s-0.0.m4s\",GAP=YES\n") != NULL);
  playlist_clear (&p);
}

GST_END_TEST;

/* 44 */
GST_START_TEST (playlist_text_hints_a_new_init_section)
{
  PlaylistSettings settings = make_settings ();
  Playlist p;
  g_autofree gchar *text = NULL, *after = NULL;

  playlist_init (&p, "video_0", "s-", WINDOW);
  playlist_begin (&p, 0, 10000, 0, DATE, "a.mp4", FALSE);
  playlist_add_part (&p, 5000, TRUE, g_bytes_new_static ("x", 1));
  p.hint_msn = 1;
  playlist_hint_map (&p, "b.mp4");
  text = playlist_render (&p, &settings);
  fail_unless (g_str_has_suffix (text,
          "#EXT-X-PRELOAD-HINT:TYPE=MAP,URI=\"video_0/b.mp4\"\n"
          "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"video_0/s-1.0.m4s\"\n"));
  playlist_close (&p, 0);
  playlist_begin (&p, 1, 10000, 5000, DATE, "b.mp4", TRUE);
  after = playlist_render (&p, &settings);
  fail_unless (strstr (after, "TYPE=MAP") == NULL);
  playlist_clear (&p);
}

GST_END_TEST;

/* 4, 128: each URI carries the parameter on. */
GST_START_TEST (playlist_text_carries_the_parameter_on)
{
  PlaylistSettings settings = make_settings ();
  Playlist p;
  g_autofree gchar *text = NULL, *report = NULL;
  g_auto (GStrv) lines = NULL;
  guint i, uris = 0;

  settings.query_param = "token";
  playlist_init (&p, "video_0", "s-", WINDOW);
  playlist_begin (&p, 0, 10000, 0, DATE, "a.mp4", FALSE);
  playlist_add_part (&p, 5000, TRUE, g_bytes_new_static ("x", 1));
  playlist_close (&p, 0);
  playlist_hint_map (&p, "b.mp4");
  text = playlist_render (&p, &settings);
  fail_unless (g_str_has_prefix (text, "#EXTM3U\n#EXT-X-VERSION:11\n"
          "#EXT-X-DEFINE:QUERYPARAM=\"token\"\n"));
  lines = g_strsplit (text, "\n", -1);
  for (i = 0; lines[i] != NULL; i++) {
    if (strstr (lines[i], "URI=") == NULL && (lines[i][0] == '#'
            || lines[i][0] == '\0'))
      continue;
    fail_unless (strstr (lines[i], "?token={$token}") != NULL);
    uris++;
  }
  fail_unless_equals_int (uris, 5);
  report = playlist_render_report (&p, &settings);
  fail_unless (strstr (report, "\"video_0.m3u8?token={$token}\"") != NULL);
  playlist_clear (&p);
}

GST_END_TEST;

/* 29: as printed, no part is longer than PART-TARGET. */
GST_START_TEST (playlist_text_prints_no_part_longer_than_the_target)
{
  static const struct
  {
    guint64 frame;
    guint32 timescale;
  } rates[] = {
    {1001, 30000}, {1001, 24000}, {1001, 60000}, {1, 25}, {1024, 44100},
    {1024, 48000}, {960, 48000}, {1536, 48000}
  };
  guint i, n;

  for (i = 0; i < G_N_ELEMENTS (rates); i++) {
    for (n = 1; n < 300; n++) {
      guint64 ticks = n * rates[i].frame;
      guint64 ns = ticks * SECOND / rates[i].timescale
          + (ticks * SECOND % rates[i].timescale != 0);
      GString *part = g_string_new (NULL), *target = g_string_new (NULL);

      playlist_append_decimal (part, ticks, rates[i].timescale, 5);
      playlist_append_decimal (target, (ns + MS - 1) / MS * MS, SECOND, 3);
      fail_unless (g_ascii_strtod (part->str, NULL)
          <= g_ascii_strtod (target->str, NULL), "%s > %s", part->str,
          target->str);
      g_string_free (part, TRUE);
      g_string_free (target, TRUE);
    }
  }
}

GST_END_TEST;

static Suite *
playlisttext_suite (void)
{
  Suite *s = suite_create ("playlisttext");
  TCase *tc = tcase_create ("playlisttext");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, playlist_text_updates_make_the_whole_playlist);
  tcase_add_test (tc, playlist_text_updates_key_frames_alike);
  tcase_add_test (tc, playlist_text_of_a_short_window_is_made_once);
  tcase_add_test (tc, playlist_text_of_key_frames_is_byte_ranges);
  tcase_add_test (tc, playlist_text_marks_parts_without_media);
  tcase_add_test (tc, playlist_text_hints_a_new_init_section);
  tcase_add_test (tc, playlist_text_carries_the_parameter_on);
  tcase_add_test (tc, playlist_text_prints_no_part_longer_than_the_target);
  return s;
}

GST_CHECK_MAIN (playlisttext);
