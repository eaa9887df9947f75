/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two packagers with the same frames, of which one started later or lost some:
 * what both have under one name is the same to the byte. */
#include "packagerrig.h"

typedef struct
{
  guint fps_n, fps_d, gop;
  guint64 target;
} Stream;

static const Stream streams[] = {
  {25, 1, 50, 4 * SECOND},
  {30000, 1001, 60, 4004 * MS},
  /* Key frames that are not on the grid. */
  {30000, 1001, 60, 4 * SECOND},
  {24000, 1001, 48, 4004 * MS},
  {60000, 1001, 120, 4004 * MS},
  {50, 1, 100, 2 * SECOND},
};

typedef struct
{
  Packager packager;
  PackagerTrack *video, *audio;
  GHashTable *objects;          /* name to GBytes */
} Twin;

/* What a twin gets. */
typedef struct
{
  guint64 from, to;             /* ns behind DATE */
  guint64 lost_from, lost_to;   /* of all media */
  gboolean lost_video_only;
  guint64 changed_at;           /* another format from here on; 0 = never */
  guint64 jump_at;              /* times jump from here on; 0 = never */
  gint64 jump;
} Feed;

static void
set_twin_format (Twin * t, PackagerTrack * track, const Stream * stream,
    const gchar * map)
{
  SegmenterFormat format = { CMAF_AUDIO_AAC, };

  format.map = (gchar *) map;
  if (track->video) {
    format.kind = CMAF_VIDEO_AVC;
    lattice_init_video (&format.lattice, stream->fps_n, stream->fps_d);
  } else {
    lattice_init_audio (&format.lattice, AUDIO_RATE, AUDIO_FRAME);
  }
  packager_set_format (&t->packager, track, &format);
}

/* Before it knows where it begins. */
static void
twin_make (Twin * t, const Stream * stream)
{
  PackagerConfig config = { stream->target, 500 * MS, 60 * SECOND,
    10 * SECOND, (gchar *) "", 0, TRUE
  };

  packager_init (&t->packager, &config);
  t->video = packager_add_track (&t->packager, "video_0", TRUE);
  t->audio = packager_add_track (&t->packager, "audio_0", FALSE);
  t->objects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      (GDestroyNotify) g_bytes_unref);
}

static void
twin_init (Twin * t, const Stream * stream)
{
  twin_make (t, stream);
  packager_set_origin (&t->packager, 0, DATE, FALSE);
}

static void
twin_clear (Twin * t)
{
  g_hash_table_unref (t->objects);
  packager_clear (&t->packager);
}

static void
keep (Twin * t, gchar * name, GBytes * data)
{
  fail_if (g_hash_table_contains (t->objects, name), "%s twice", name);
  g_hash_table_insert (t->objects, name, g_bytes_ref (data));
}

static void
keep_segment (Twin * t, const Playlist * playlist, guint64 msn)
{
  const PlaylistSegment *s = playlist_find (playlist, msn);
  GByteArray *all = g_byte_array_new ();
  g_autoptr (GBytes) data = NULL;
  gboolean whole = TRUE;
  guint i;

  for (i = 0; i < s->parts->len; i++) {
    GBytes *part = g_array_index (s->parts, PlaylistPart, i).data;

    whole &= part != NULL;
    if (part != NULL)
      g_byte_array_append (all, g_bytes_get_data (part, NULL),
          g_bytes_get_size (part));
  }
  data = g_byte_array_free_to_bytes (all);
  if (whole)
    keep (t, playlist_segment_uri (playlist, msn), data);
}

static void
keep_events (Twin * t)
{
  GArray *events = t->packager.events;
  guint i;

  for (i = 0; i < events->len; i++) {
    const SegmenterEvent *e = &g_array_index (events, SegmenterEvent, i);
    const Playlist *playlist = e->track == 0 ? &t->video->playlist
        : &t->audio->playlist;
    const PlaylistSegment *s = playlist_find (playlist, e->msn);

    if (e->type == SEGMENTER_PART)
      keep (t, playlist_part_uri (playlist, e->msn, e->part),
          g_array_index (s->parts, PlaylistPart, e->part).data);
    else if (e->type == SEGMENTER_SEGMENT)
      keep_segment (t, playlist, e->msn);
  }
  g_array_set_size (events, 0);
}

static gboolean
is_lost (const Feed * feed, guint64 time, gboolean video)
{
  return (video || !feed->lost_video_only) && time >= DATE + feed->lost_from
      && time < DATE + feed->lost_to;
}

static void
push (Twin * t, PackagerTrack * track, const Feed * feed, guint64 now,
    gboolean key, guint64 number)
{
  gboolean jumped = feed->jump_at != 0 && now >= DATE + feed->jump_at;
  guint64 time = jumped ? now + feed->jump : now;
  g_autofree gchar *content = g_strdup_printf ("%" G_GUINT64_FORMAT, number);
  SegmenterFrame frame = { time, 0, key ? CMAF_SAMPLE_SYNC
        : CMAF_SAMPLE_DEPENDENT, NULL
  };

  frame.data = g_bytes_new (content, strlen (content));
  packager_push (&t->packager, track, &frame, now);
  keep_events (t);
}

/* 90 kHz, as MPEG-TS has it. */
static guint64
pes_time (guint64 num, guint64 den)
{
  return lattice_ns (num / den * 90000 + (num % den * 90000 + den / 2) / den,
      90000);
}

/* Frames of all time, of which the twin gets its part; the second one is not
 * even told of what comes before. */
static void
run (Twin * t, const Stream * stream, const Feed * feed)
{
  guint64 v = DATE / SECOND * stream->fps_n / stream->fps_d, a, time;
  gboolean changed = FALSE;

  a = DATE / SECOND * AUDIO_RATE / AUDIO_FRAME;
  v = v / stream->gop * stream->gop;
  set_twin_format (t, t->video, stream, "init-a");
  set_twin_format (t, t->audio, stream, "init-b");
  for (; (time = pes_time (v * stream->fps_d, stream->fps_n))
      < DATE + feed->to; v++) {
    guint64 sound;

    if (feed->changed_at != 0 && time >= DATE + feed->changed_at && !changed) {
      changed = TRUE;
      set_twin_format (t, t->video, stream, "init-changed");
    }
    if (time >= DATE + feed->from && !is_lost (feed, time, TRUE))
      push (t, t->video, feed, time, v % stream->gop == 0, v);
    for (; (sound = pes_time (a * AUDIO_FRAME, AUDIO_RATE)) <= time; a++) {
      if (sound >= DATE + feed->from && !is_lost (feed, sound, FALSE))
        push (t, t->audio, feed, sound, TRUE, a);
    }
    packager_on_timer (&t->packager, time);
    keep_events (t);
  }
}

/* How many names both have. */
static guint
compare (const Twin * a, const Twin * b)
{
  gpointer name, data, other;
  GHashTableIter iter;
  guint n = 0;

  g_hash_table_iter_init (&iter, a->objects);
  while (g_hash_table_iter_next (&iter, &name, &data)) {
    other = g_hash_table_lookup (b->objects, name);
    if (other == NULL)
      continue;
    fail_unless (g_bytes_equal (data, other), "%s differs", (gchar *) name);
    n++;
  }
  return n;
}

/* All that `b` lists with media behind `time`, `a` has, and the other way. */
static void
check_same_names (const Twin * a, const Twin * b, guint64 time, guint64 target)
{
  gpointer name;
  GHashTableIter iter;
  guint64 msn;

  g_hash_table_iter_init (&iter, a->objects);
  while (g_hash_table_iter_next (&iter, &name, NULL)) {
    msn = g_ascii_strtoull (strchr (name, '/') + 1, NULL, 10);
    fail_unless (msn * target < DATE + time
        || g_hash_table_contains (b->objects, name), "%s is missing",
        (gchar *) name);
  }
}

static void
check_pair (const Twin * a, const Twin * b, gboolean on_grid)
{
  const PlaylistSegment *first = a->video->playlist.segments.head->data;
  const PlaylistSegment *other = b->video->playlist.segments.head->data;

  if (on_grid) {
    check_track (a->video, TRUE);
    check_track (b->video, TRUE);
    check_track (a->audio, TRUE);
    check_track (b->audio, TRUE);
  }
  /* MEDIA-SEQUENCE, within a segment where their lengths vary. */
  fail_unless (first->msn <= other->msn + 1 && other->msn <= first->msn + 1,
      "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, first->msn, other->msn);
  fail_unless_equals_uint64 (a->packager.settings.part_target,
      b->packager.settings.part_target);
}

GST_START_TEST (twins_that_start_apart_are_alike)
{
  static const guint64 starts[] = { 3700 * MS, 3720 * MS, 4000 * MS, 17 * MS,
    5990 * MS, 31337 * MS
  };
  const Stream *stream = &streams[__i__ % G_N_ELEMENTS (streams)];
  Feed first = { 0, 60 * SECOND }, second = first;
  Twin a, b;
  guint n;

  second.from = starts[__i__ / G_N_ELEMENTS (streams)];
  twin_init (&a, stream);
  twin_init (&b, stream);
  run (&a, stream, &first);
  run (&b, stream, &second);
  n = compare (&a, &b);
  fail_unless (n > 50, "%u", n);
  check_same_names (&a, &b, second.from + 2 * stream->target, stream->target);
  check_same_names (&b, &a, 0, stream->target);
  check_pair (&a, &b, stream != &streams[2]);
  twin_clear (&a);
  twin_clear (&b);
}

GST_END_TEST;

/* Lost frames cost the parts that they were in, up to the next segment. */
GST_START_TEST (twins_are_alike_after_losses)
{
  static const guint64 lengths[] = { 40 * MS, 120 * MS, 600 * MS,
    9 * SECOND, 30 * SECOND
  };
  const Stream *stream = &streams[__i__ % G_N_ELEMENTS (streams)];
  Feed first = { 0, 80 * SECOND }, second = first;
  Twin a, b;
  guint n;

  second.from = 3700 * MS;
  second.lost_from = 21111 * MS;
  second.lost_to = 21111 * MS + lengths[__i__ / 2 / G_N_ELEMENTS (streams)];
  second.lost_video_only = __i__ / G_N_ELEMENTS (streams) % 2;
  twin_init (&a, stream);
  twin_init (&b, stream);
  run (&a, stream, &first);
  run (&b, stream, &second);
  /* Off the grid the segment in which it comes back is its own. */
  if (stream != &streams[2]) {
    n = compare (&a, &b);
    fail_unless (n > 50, "%u", n);
    check_same_names (&b, &a, 0, stream->target);
    check_same_names (&a, &b, second.lost_to + 2 * stream->target,
        stream->target);
    check_pair (&a, &b, TRUE);
  }
  fail_if (((PlaylistSegment *)
          b.video->playlist.segments.tail->prev->data)->gap);
  fail_if (((PlaylistSegment *)
          b.audio->playlist.segments.tail->prev->data)->gap);
  twin_clear (&a);
  twin_clear (&b);
}

GST_END_TEST;

/* A twin that is back before its next segment was due has the other one's
 * dates. */
GST_START_TEST (twins_have_the_same_dates_after_a_restart)
{
  const Stream *stream = &streams[0];
  Feed first = { 0, 60 * SECOND }, before = { 0, 21 * SECOND }, after = first;
  const PlaylistSegment *last;
  StateFile state;
  Twin a, b;

  twin_init (&a, stream);
  twin_init (&b, stream);
  run (&a, stream, &first);
  run (&b, stream, &before);
  packager_save (&b.packager, &state);
  twin_clear (&b);
  after.from = 21500 * MS;
  twin_make (&b, stream);
  packager_restore (&b.packager, &state);
  packager_set_origin (&b.packager, 0, DATE + after.from, FALSE);
  run (&b, stream, &after);
  fail_unless (compare (&a, &b) > 50);
  last = a.video->playlist.segments.tail->data;
  fail_unless_equals_uint64 (playlist_find (&b.video->playlist,
          last->msn)->date, last->date);
  twin_clear (&a);
  twin_clear (&b);
}

GST_END_TEST;

/* 82: another format begins at the same boundary for both. */
GST_START_TEST (twins_change_their_format_alike)
{
  const Stream *stream = &streams[__i__];
  Feed first = { 0, 60 * SECOND }, second = first;
  const GList *l;
  Twin a, b;

  first.changed_at = second.changed_at = 33333 * MS;
  second.from = 3700 * MS;
  twin_init (&a, stream);
  twin_init (&b, stream);
  run (&a, stream, &first);
  run (&b, stream, &second);
  fail_unless (compare (&a, &b) > 50);
  check_pair (&a, &b, stream != &streams[2]);
  for (l = a.video->playlist.segments.tail; l != NULL; l = l->prev) {
    const PlaylistSegment *s = l->data, *t;

    t = playlist_find (&b.video->playlist, s->msn);
    if (t == NULL || s->msn * stream->target < DATE + 10 * SECOND)
      break;
    fail_unless_equals_string (s->map, t->map);
    fail_unless (s->discontinuity == t->discontinuity);
    fail_unless (s->gap == t->gap);
  }
  fail_unless_equals_string (((PlaylistSegment *)
          a.video->playlist.segments.tail->data)->map, "init-changed");
  fail_unless_equals_uint64 (a.video->playlist.discontinuities,
      b.video->playlist.discontinuities);
  twin_clear (&a);
  twin_clear (&b);
}

GST_END_TEST;

/* An encoder that began anew with other times: who saw that goes on alike. */
GST_START_TEST (twins_go_on_when_times_jump)
{
  static const gint64 jumps[] = { -3600 * (gint64) SECOND,
    -47000 * (gint64) SECOND, 40000 * (gint64) SECOND,
    /* Key frames are off the grid from here on. */
    -7777 * (gint64) SECOND
  };
  const Stream *stream = &streams[0];
  Feed first = { 0, 80 * SECOND }, second = first;
  const PlaylistSegment *s;
  Twin a, b;

  first.jump_at = second.jump_at = 33 * SECOND;
  first.jump = second.jump = jumps[__i__];
  second.from = 3700 * MS;
  twin_init (&a, stream);
  twin_init (&b, stream);
  run (&a, stream, &first);
  run (&b, stream, &second);
  s = a.video->playlist.segments.tail->prev->data;
  fail_if (s->gap);
  s = a.audio->playlist.segments.tail->prev->data;
  fail_if (s->gap);
  /* Off the grid each goes on where it can. */
  if (__i__ < 3) {
    fail_unless (compare (&a, &b) > 50);
    fail_unless (s->msn * stream->target > DATE + 70 * SECOND);
    fail_unless_equals_uint64 (a.video->playlist.next_msn,
        b.video->playlist.next_msn);
  }
  twin_clear (&a);
  twin_clear (&b);
}

GST_END_TEST;

/* Times from outside may be anything; they cost frames, no hang, no crash. */
static gboolean
opens_within (const StateFile * state, guint64 time)
{
  Feed feed = { 0, time, };
  gboolean open;
  Twin t;

  twin_init (&t, &streams[5]);
  if (state != NULL)
    packager_restore (&t.packager, state);
  run (&t, &streams[5], &feed);
  open = t.packager.open;
  twin_clear (&t);
  return open;
}

/* What it lacks before its start would be gaps to players that the other one
 * serves. */
GST_START_TEST (twins_come_back_with_what_players_want)
{
  StateFile state = { 2 * SECOND, 500 * MS, 500 * MS, DATE / (2 * SECOND) - 5,
    0, DATE - 10 * SECOND, 1
  };

  fail_unless (opens_within (NULL, 1 * SECOND));
  fail_if (opens_within (&state, 5900 * MS));
  fail_unless (opens_within (&state, 6100 * MS));
}

GST_END_TEST;

GST_START_TEST (twins_survive_any_times)
{
  guint32 random = __i__ + 1;
  guint64 now = 0;
  Twin t;
  guint i;

  twin_init (&t, &streams[0]);
  set_twin_format (&t, t.video, &streams[0], "init-a");
  set_twin_format (&t, t.audio, &streams[0], "init-b");
  for (i = 0; i < 5000; i++) {
    SegmenterFrame frame = { 0, 0, CMAF_SAMPLE_SYNC, NULL };
    PackagerTrack *track = i % 2 ? t.video : t.audio;
    PlaylistSegment *gone;

    random = random * 1664525 + 1013904223;
    frame.time = (guint64) random << (random >> 16) % 32;
    if (random % 7 != 0)
      frame.time = DATE + (guint64) (random >> 12) * 100 * MS;
    frame.kind = random & 4096 ? CMAF_SAMPLE_SYNC : CMAF_SAMPLE_DEPENDENT;
    if (i % 2 == 0)
      frame.kind = CMAF_SAMPLE_SYNC;
    frame.data = g_bytes_new_static ("x", 1);
    now += 50 * MS;
    packager_push (&t.packager, track, &frame, now);
    packager_on_timer (&t.packager, now);
    g_array_set_size (t.packager.events, 0);
    while ((gone = playlist_take_expired (&track->playlist)) != NULL)
      playlist_segment_free (gone);
  }
  twin_clear (&t);
}

GST_END_TEST;

static Suite *
twins_suite (void)
{
  Suite *s = suite_create ("twins");
  TCase *tc = tcase_create ("twins");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, twins_that_start_apart_are_alike, 0,
      6 * G_N_ELEMENTS (streams));
  tcase_add_loop_test (tc, twins_are_alike_after_losses, 0,
      10 * G_N_ELEMENTS (streams));
  tcase_add_loop_test (tc, twins_go_on_when_times_jump, 0, 4);
  tcase_add_test (tc, twins_come_back_with_what_players_want);
  tcase_add_loop_test (tc, twins_survive_any_times, 0, 8);
  tcase_add_test (tc, twins_have_the_same_dates_after_a_restart);
  tcase_add_loop_test (tc, twins_change_their_format_alike, 0,
      G_N_ELEMENTS (streams));
  return s;
}

GST_CHECK_MAIN (twins);
