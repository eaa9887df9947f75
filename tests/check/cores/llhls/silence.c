/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a presentation shows while media does not come, in simulated time. */
#include "packagerrig.h"

/* When something new was last to be seen of each track. */
typedef struct
{
  Rig rig;
  guint64 now;
  guint64 lag[3];               /* by which each comes later than the others */
  guint concealed;              /* parts */
  guint forced;                 /* segments without a key frame at their head */
  guint64 part_at[3], segment_at[3];
  guint64 part_pause[3], segment_pause[3];      /* the longest */
} Watch;

static PackagerTrack *
nth (Watch * w, guint i)
{
  return i < 2 ? w->rig.video[i] : w->rig.audio;
}

static void
note_events (Watch * w)
{
  GArray *events = w->rig.packager.events;
  guint i;

  for (i = 0; i < events->len; i++) {
    const SegmenterEvent *e = &g_array_index (events, SegmenterEvent, i);
    guint64 *at = NULL, *pause = NULL;

    w->concealed += e->concealed;
    w->forced += e->type == SEGMENTER_FORCED_CUT;
    if (e->type == SEGMENTER_PART || e->type == SEGMENTER_GAP_PART) {
      at = w->part_at;
      pause = w->part_pause;
    } else if (e->type == SEGMENTER_SEGMENT || e->type == SEGMENTER_GAP) {
      at = w->segment_at;
      pause = w->segment_pause;
    }
    if (at == NULL)
      continue;
    if (at[e->track] != 0)
      pause[e->track] = MAX (pause[e->track], w->now - at[e->track]);
    at[e->track] = w->now;
  }
  g_array_set_size (events, 0);
}

static void
watch_init (Watch * w)
{
  memset (w, 0, sizeof (*w));
  rig_init (&w->rig, 2, TRUE);
}

/* The clock goes on to `until`; what is in `which` comes as it is made, `delay`
 * late, which may be a burst. */
static void
go (Watch * w, guint64 until, guint which, guint64 delay)
{
  guint i;

  for (; w->now < until; w->now += 5 * MS) {
    guint64 have[3];

    for (i = 0; i < 3; i++)
      have[i] = w->now - MIN (w->now, delay + w->lag[i]);
    for (i = 0; i < 2; i++)
      while (which & 1 << i && w->rig.frame[i] * 40 * MS < have[i])
        push_video_at (&w->rig, i, w->now);
    while (which & 4 && w->rig.sample * SECOND / AUDIO_RATE < have[2])
      push_audio_at (&w->rig, w->now);
    if (w->now >= packager_deadline (&w->rig.packager))
      packager_on_timer (&w->rig.packager, w->now);
    fail_unless (packager_deadline (&w->rig.packager) > w->now);
    note_events (w);
  }
}

static void
check_all (Watch * w)
{
  guint i;

  for (i = 0; i < 3; i++)
    check_track (nth (w, i), TRUE);
}

static guint
count_gaps (const PackagerTrack * track)
{
  const GList *l;
  guint n = 0;

  for (l = track->playlist.segments.head; l != NULL; l = l->next)
    n += ((PlaylistSegment *) l->data)->gap;
  return n;
}

/* 37: by the clock, whoever is silent */
GST_START_TEST (silence_is_told_by_the_clock)
{
  static const guint alive[] = { 0, 1, 2, 4, 3, 5, 6 };
  Watch w;
  guint i;

  watch_init (&w);
  go (&w, 22300 * MS, 7, 0);
  go (&w, 51 * SECOND, alive[__i__], 0);
  for (i = 0; i < 3; i++) {
    /* A part's time is waited for once, when it begins; audio that waits for
     * video's boundaries is as late again. */
    fail_unless (w.part_pause[i] <= 1560 * MS, "%u: %" G_GUINT64_FORMAT,
        i, w.part_pause[i]);
    fail_unless (w.segment_pause[i] <= 6 * SECOND, "%u: %" G_GUINT64_FORMAT,
        i, w.segment_pause[i]);
    fail_unless_equals_uint64 (nth (&w, i)->playlist.next_msn,
        nth (&w, 0)->playlist.next_msn);
  }
  check_all (&w);
  skip_to (&w.rig, 7 & ~alive[__i__], 51 * SECOND);
  go (&w, 80 * SECOND, 7, 0);
  check_all (&w);
  for (i = 0; i < 3; i++) {
    fail_unless_equals_int (nth (&w, i)->state, PACKAGER_TRACK_ALIVE);
    fail_unless (w.segment_pause[i] <= 6 * SECOND);
    if (alive[__i__] & 1 << i) {
      fail_unless_equals_int (count_gaps (nth (&w, i)), 0);
    } else {
      fail_unless (count_gaps (nth (&w, i)) >= 6);
    }
    fail_unless_equals_uint64 (nth (&w, i)->late, 0);
  }
  rig_clear (&w.rig);
}

GST_END_TEST;

/* Nobody has media, so nobody has to wait for the grid. */
GST_START_TEST (silence_ends_with_the_first_key_frame)
{
  const PlaylistSegment *s;
  Watch w;

  watch_init (&w);
  go (&w, 22300 * MS, 7, 0);
  go (&w, 50 * SECOND, 0, 0);
  skip_to (&w.rig, 3, 50 * SECOND);
  skip_to (&w.rig, 4, 50500 * MS);
  go (&w, 55 * SECOND, 7, 0);
  s = playlist_open_segment (&w.rig.video[0]->playlist);
  while (s->start > 50 * 10000)
    s = playlist_find (&w.rig.video[0]->playlist, s->msn - 1);
  fail_unless_equals_uint64 (s->start, 50 * 10000);
  fail_if (s->discontinuity || s->gap);
  check_all (&w);
  rig_clear (&w.rig);
}

GST_END_TEST;

GST_START_TEST (silence_needs_longer_than_a_burst)
{
  guint64 t;
  Watch w;
  guint i;

  watch_init (&w);
  /* Six seconds at once. */
  for (t = 6 * SECOND; t < 90 * SECOND; t += 6 * SECOND) {
    go (&w, t, 0, 0);
    go (&w, t + 5 * MS, 7, 0);
  }
  for (i = 0; i < 3; i++)
    fail_unless_equals_int (count_gaps (nth (&w, i)), 0);
  check_all (&w);
  go (&w, 120 * SECOND, 0, 0);
  fail_unless (count_gaps (w.rig.video[0]) > 0);
  rig_clear (&w.rig);
}

GST_END_TEST;

GST_START_TEST (silence_of_a_file_is_none)
{
  guint64 next;
  Watch w;

  watch_init (&w);
  for (; w.rig.frame[0] < 200 * 25; w.now += 10 * MS) {
    push_video_at (&w.rig, 0, w.now);
    push_video_at (&w.rig, 1, w.now);
    while (w.rig.sample * SECOND / AUDIO_RATE < w.rig.frame[0] * 40 * MS)
      push_audio_at (&w.rig, w.now);
    if (w.now >= packager_deadline (&w.rig.packager))
      packager_on_timer (&w.rig.packager, w.now);
    note_events (&w);
  }
  /* The disk is slow for a minute. */
  next = w.rig.video[0]->playlist.next_msn;
  go (&w, w.now + 60 * SECOND, 0, 0);
  fail_unless_equals_uint64 (w.rig.video[0]->playlist.next_msn, next);
  fail_unless_equals_int (count_gaps (w.rig.video[0]), 0);
  rig_clear (&w.rig);
}

GST_END_TEST;

GST_START_TEST (silence_may_last_for_ever)
{
  Watch w;

  watch_init (&w);
  w.rig.packager.config.gap_timeout = PACKAGER_NONE;
  go (&w, 22300 * MS, 7, 0);
  go (&w, 200 * SECOND, 0, 0);
  fail_unless_equals_int (count_gaps (w.rig.video[0]), 0);
  fail_unless (segmenter_position (&w.rig.video[0]->segmenter) <= 22320 * MS);
  rig_clear (&w.rig);
}

GST_END_TEST;

GST_START_TEST (silence_before_the_first_frame_is_none)
{
  Watch w;

  watch_init (&w);
  fail_unless_equals_uint64 (packager_deadline (&w.rig.packager),
      PACKAGER_NONE);
  packager_on_timer (&w.rig.packager, 100 * SECOND);
  fail_unless_equals_uint64 (packager_deadline (&w.rig.packager),
      PACKAGER_NONE);
  fail_if (w.rig.packager.open);
  rig_clear (&w.rig);
}

GST_END_TEST;

/* An input that stood still and goes on where it was is late for ever; its
 * time is moved, behind a discontinuity. */
GST_START_TEST (silence_of_a_stalled_input_moves_its_time)
{
  guint64 disc = 0;
  const GList *l;
  Watch w;
  guint i;

  watch_init (&w);
  go (&w, 22 * SECOND, 7, 0);
  go (&w, 42 * SECOND, 0, 0);
  go (&w, 80 * SECOND, 7, 20 * SECOND);
  check_all (&w);
  for (i = 0; i < 3; i++) {
    fail_unless_equals_int (nth (&w, i)->state, PACKAGER_TRACK_ALIVE);
    fail_unless (nth (&w, i)->late > 0);
    for (l = nth (&w, i)->playlist.segments.head; l != NULL; l = l->next) {
      const PlaylistSegment *s = l->data;

      if (!s->discontinuity)
        continue;
      fail_unless (disc == 0 || disc == s->msn);
      disc = s->msn;
    }
    fail_if (((PlaylistSegment *)
            nth (&w, i)->playlist.segments.tail->prev->data)->gap);
  }
  fail_unless (disc != 0);
  rig_clear (&w.rig);
}

GST_END_TEST;

/* While another one lives, who is late for ever has gaps for ever. */
GST_START_TEST (silence_of_who_is_late_is_listed)
{
  Watch w;

  watch_init (&w);
  go (&w, 22 * SECOND, 7, 0);
  go (&w, 42 * SECOND, 5, 0);
  for (; w.now < 120 * SECOND;) {
    if (w.rig.frame[1] * 40 * MS < w.now - 20 * SECOND)
      push_video_at (&w.rig, 1, w.now);
    go (&w, w.now + 5 * MS, 5, 0);
  }
  check_all (&w);
  fail_unless_equals_int (count_gaps (w.rig.video[0]), 0);
  fail_unless_equals_int (w.rig.video[1]->state, PACKAGER_TRACK_SILENT);
  fail_unless (w.rig.video[1]->late > 70 * 25);
  fail_unless_equals_uint64 (w.rig.video[1]->playlist.next_msn,
      w.rig.video[0]->playlist.next_msn);
  rig_clear (&w.rig);
}

GST_END_TEST;

/* 82: the encoder comes back with other parameters. */
GST_START_TEST (silence_ends_with_a_new_format)
{
  const PlaylistSegment *s;
  Watch w;
  guint i;

  watch_init (&w);
  go (&w, 22300 * MS, 7, 0);
  go (&w, 50 * SECOND, __i__ == 0 ? 0 : 5, 0);
  set_format (&w.rig, w.rig.video[1], "init-changed");
  skip_to (&w.rig, __i__ == 0 ? 7 : 2, 50 * SECOND);
  go (&w, 75 * SECOND, 7, 0);
  check_all (&w);
  for (i = 0; i < 3; i++) {
    const GList *l;
    guint n = 0;

    for (l = nth (&w, i)->playlist.segments.head; l != NULL; l = l->next)
      n += ((PlaylistSegment *) l->data)->discontinuity;
    fail_unless_equals_int (n, 1);
  }
  s = w.rig.video[1]->playlist.segments.tail->prev->data;
  fail_unless_equals_string (s->map, "init-changed");
  fail_if (s->gap);
  rig_clear (&w.rig);
}

GST_END_TEST;

/* 79, 80: sound that is lost in a leap has no date of its own. */
GST_START_TEST (silence_of_sound_in_a_leap_keeps_its_dates)
{
  Watch w;

  watch_init (&w);
  go (&w, 22300 * MS, 7, 0);
  skip_to (&w.rig, 3, 3000 * SECOND);
  while (w.rig.frame[0] * 40 * MS < 3010 * SECOND) {
    push_video_at (&w.rig, 0, w.now);
    push_video_at (&w.rig, 1, w.now);
    w.now += 40 * MS;
    note_events (&w);
  }
  skip_to (&w.rig, 4, 1500 * SECOND);
  while (w.rig.sample * SECOND / AUDIO_RATE < 1510 * SECOND) {
    push_audio_at (&w.rig, w.now);
    w.now += 20 * MS;
    note_events (&w);
  }
  check_all (&w);
  rig_clear (&w.rig);
}

GST_END_TEST;

/* One that missed more boundaries than are remembered. */
GST_START_TEST (silence_longer_than_memory_costs_gaps_only)
{
  guint64 i;
  Watch w;

  watch_init (&w);
  w.rig.packager.config.gap_timeout = PACKAGER_NONE;
  go (&w, 10 * SECOND, 7, 0);
  for (i = 0; i < TIMELINE_MAX_BOUNDARIES + 100; i++)
    timeline_cut (&w.rig.packager.timeline, (12 + 4 * i) * SECOND);
  w.now = (12 + 4 * i) * SECOND;
  skip_to (&w.rig, 7, w.now);
  go (&w, w.now + 20 * SECOND, 7, 0);
  check_all (&w);
  fail_unless_equals_uint64 (w.rig.video[0]->playlist.next_msn,
      w.rig.audio->playlist.next_msn);
  rig_clear (&w.rig);
}

GST_END_TEST;

static gchar *
render (const Watch * w)
{
  static const MultivariantSettings settings;

  return packager_render_multivariant (&w->rig.packager, NULL, 0, &settings);
}

GST_START_TEST (silence_of_a_removed_rendition_ends_in_withdrawal)
{
  g_autofree gchar *before = NULL, *after = NULL, *back = NULL;
  Watch w;

  watch_init (&w);
  w.rig.video[0]->info.ready = w.rig.video[1]->info.ready = TRUE;
  go (&w, 22 * SECOND, 7, 0);
  before = render (&w);
  fail_unless (strstr (before, "video_1") != NULL);
  packager_remove_track (&w.rig.packager, w.rig.video[1]);
  go (&w, 80 * SECOND, 5, 0);
  fail_if (w.rig.video[1]->withdrawn);
  go (&w, 100 * SECOND, 5, 0);
  fail_unless (w.rig.video[1]->withdrawn);
  after = render (&w);
  fail_unless (strstr (after, "video_1") == NULL);
  packager_resume_track (&w.rig.packager, w.rig.video[1]);
  skip_to (&w.rig, 2, 100 * SECOND);
  go (&w, 120 * SECOND, 7, 0);
  back = render (&w);
  fail_unless_equals_string (back, before);
  check_all (&w);
  rig_clear (&w.rig);
}

GST_END_TEST;

static guint
count_gap_parts (const PackagerTrack * track)
{
  const GList *l;
  guint n = 0, i;

  for (l = track->playlist.segments.head; l != NULL; l = l->next) {
    const PlaylistSegment *segment = l->data;

    for (i = 0; i < segment->parts->len; i++)
      n += g_array_index (segment->parts, PlaylistPart, i).data == NULL;
  }
  return n;
}

static void
give_silence (Rig * rig)
{
  SegmenterFormat format = { CMAF_AUDIO_AAC, };

  format.map = (gchar *) "init-b";
  lattice_init_audio (&format.lattice, AUDIO_RATE, AUDIO_FRAME);
  format.silence = g_bytes_new_static ("quiet", 5);
  packager_set_format (&rig->packager, rig->audio, &format);
  g_bytes_unref (format.silence);
}

/* Sound alone is lost, and comes back, at any point of a part. */
GST_START_TEST (silence_takes_the_place_of_lost_sound)
{
  guint64 lost = 10 * SECOND + __i__ * 130 * MS;
  guint i;
  Watch w;

  watch_init (&w);
  give_silence (&w.rig);
  for (i = 0; i < 3; i++)
    w.lag[i] = (__i__ * 7 + i * 11) % 17 * 10 * MS;
  go (&w, lost, 7, 0);
  go (&w, lost + 9 * SECOND, 3, 0);
  fail_unless_equals_int (w.rig.audio->state, PACKAGER_TRACK_SILENT);
  fail_unless_equals_int (count_gap_parts (w.rig.audio), 0);
  fail_unless_equals_int (count_gaps (w.rig.audio), 0);
  fail_unless (w.concealed >= 14 && w.concealed <= 20, "%u", w.concealed);
  skip_to (&w.rig, 4, lost + 9 * SECOND - __i__ * 20 * MS);
  go (&w, lost + 15 * SECOND, 7, 0);
  fail_unless_equals_int (w.rig.audio->state, PACKAGER_TRACK_ALIVE);
  fail_unless (w.part_pause[2] <= 1720 * MS);
  /* Nothing is put in any more. */
  i = w.concealed;
  go (&w, lost + 20 * SECOND, 7, 0);
  fail_unless_equals_int (w.concealed, i);
  fail_unless_equals_int (count_gap_parts (w.rig.audio), 0);
  check_all (&w);
  /* Without a picture it is no use. */
  go (&w, lost + 24 * SECOND, 3, 0);
  go (&w, lost + 34 * SECOND, 0, 0);
  for (i = 0; i < 3; i++)
    fail_unless (count_gaps (nth (&w, i)) >= 1);
  check_all (&w);
  rig_clear (&w.rig);
}

GST_END_TEST;

/* Segments of which parts without media follow those that have some. */
static guint
count_losing (const PackagerTrack * track)
{
  const GList *l;
  guint losing = 0, i;

  for (l = track->playlist.segments.head; l != NULL; l = l->next) {
    const PlaylistSegment *segment = l->data;
    gboolean media = FALSE, lost = FALSE;

    for (i = 0; i < segment->parts->len; i++) {
      if (g_array_index (segment->parts, PlaylistPart, i).data != NULL)
        media = TRUE;
      else
        lost |= media;
    }
    losing += lost;
  }
  return losing;
}

/* hls.js 1.7 waits for ever for the time of a picture behind a discontinuity of
 * sound alone. */
GST_START_TEST (silence_ends_in_a_discontinuity_with_a_picture)
{
  const GList *l;
  guint discontinuities = 0;
  Watch w;

  watch_init (&w);
  give_silence (&w.rig);
  go (&w, 12 * SECOND + __i__ * 170 * MS, 7, 0);
  w.lag[0] = w.lag[1] = 9 * SECOND + __i__ % 5 * 300 * MS;
  w.lag[2] = 9 * SECOND;
  go (&w, 50 * SECOND, 7, 0);
  for (l = w.rig.audio->playlist.segments.head; l != NULL; l = l->next) {
    const PlaylistSegment *sound = l->data, *picture;

    if (!sound->discontinuity)
      continue;
    picture = playlist_find (&w.rig.video[0]->playlist, sound->msn);
    fail_unless (picture != NULL && picture->discontinuity && !picture->gap);
    discontinuities++;
  }
  fail_unless_equals_int (discontinuities, 1);
  check_all (&w);
  rig_clear (&w.rig);
}

GST_END_TEST;

/* One of them is two seconds behind from now on: it is waited for again. */
GST_START_TEST (silence_of_who_is_late_for_good_ends)
{
  guint64 late;
  Watch w;

  watch_init (&w);
  give_silence (&w.rig);
  go (&w, 10 * SECOND, 7, 0);
  w.lag[__i__] = 2 * SECOND;
  go (&w, 30 * SECOND, 7, 0);
  fail_unless_equals_int (nth (&w, __i__)->state, PACKAGER_TRACK_ALIVE);
  late = nth (&w, __i__)->late;
  go (&w, 60 * SECOND, 7, 0);
  fail_unless_equals_uint64 (nth (&w, __i__)->late, late);
  check_all (&w);
  rig_clear (&w.rig);
}

GST_END_TEST;

/* A key frame whose time was served before is lost, and what needs it. */
GST_START_TEST (silence_of_time_that_goes_back)
{
  guint64 end = 11 * SECOND + __i__ % 16 * 80 * MS;
  guint i;
  Watch w;

  watch_init (&w);
  give_silence (&w.rig);
  go (&w, end, 7, 0);
  w.rig.back = (3 + __i__ % 29) * 40 * MS;
  go (&w, end + 30 * SECOND, 7, 0);
  fail_unless_equals_int (w.forced, 0);
  for (i = 0; i < 3; i++)
    fail_unless_equals_int (nth (&w, i)->state, PACKAGER_TRACK_ALIVE);
  check_all (&w);
  rig_clear (&w.rig);
}

GST_END_TEST;

/* The only pictures stop for less than it takes to miss them: up to nearly a
 * part is bridged, and behind more they go on with a key frame. */
GST_START_TEST (silence_too_short_to_be_missed)
{
  guint64 lost = 9 * SECOND + __i__ % 7 * 570 * MS;
  guint64 hole = 80 * MS + __i__ * 40 * MS;
  guint gaps;
  Watch w;

  memset (&w, 0, sizeof (w));
  rig_init (&w.rig, 1, TRUE);
  w.rig.video[1] = w.rig.video[0];
  go (&w, lost, 5, 0);
  skip_to (&w.rig, 1, lost + hole);
  go (&w, lost + hole, 4, 0);
  go (&w, lost + 20 * SECOND, 5, 0);
  fail_unless_equals_int (count_losing (w.rig.video[0]), 0);
  fail_unless_equals_int (count_gap_parts (w.rig.audio), 0);
  fail_unless_equals_int (w.forced, 0);
  gaps = count_gap_parts (w.rig.video[0]) + count_gaps (w.rig.video[0]);
  /* Not the key frame. */
  if (hole <= 400 * MS && (lost + hole) / (2 * SECOND) == lost / (2 * SECOND)) {
    fail_unless_equals_int (gaps, 0);
    fail_unless_equals_uint64 (w.rig.video[0]->dropped, 0);
  } else {
    /* A key frame comes every two seconds, a segment begins every four. */
    fail_unless (w.rig.video[0]->dropped <= 150);
  }
  check_track (w.rig.video[0], TRUE);
  check_track (w.rig.audio, TRUE);
  rig_clear (&w.rig);
}

GST_END_TEST;

/* hls.js 1.7 stands still at a segment that loses its media half-way. */
GST_START_TEST (silence_of_all_ends_the_segment)
{
  guint64 end = 10 * SECOND + __i__ * 130 * MS;
  guint i;
  Watch w;

  watch_init (&w);
  for (i = 0; i < 3; i++)
    w.lag[i] = (__i__ * 7 + i * 11) % 17 * 10 * MS;
  go (&w, end, 7, 0);
  /* The network had a little more of some of it. */
  go (&w, end + __i__ % 3 * 30 * MS, 6, 0);
  go (&w, end + __i__ % 5 * 35 * MS, 4, 0);
  go (&w, end + 9 * SECOND, 0, 0);
  for (i = 0; i < 3; i++) {
    fail_unless_equals_int (count_losing (nth (&w, i)), 0);
    fail_unless (count_gaps (nth (&w, i)) >= 1);
  }
  skip_to (&w.rig, 7, end + 9 * SECOND);
  go (&w, end + 30 * SECOND, 7, 0);
  for (i = 0; i < 3; i++) {
    fail_unless_equals_int (count_losing (nth (&w, i)), 0);
    /* Until it is known of the last one of them. */
    fail_unless (w.part_pause[i] <= 1720 * MS, "%u: %" G_GUINT64_FORMAT, i,
        w.part_pause[i]);
  }
  check_all (&w);
  rig_clear (&w.rig);
}

GST_END_TEST;

/* Losses, stalls and jitter in any order leave no hole, no overlap, no part
 * that is too short, and segments go on. */
GST_START_TEST (silence_in_any_order_keeps_the_rules)
{
  guint32 random = __i__ + 1;
  Watch w;
  guint i, round;

  watch_init (&w);
  go (&w, 10 * SECOND, 7, 0);
  for (round = 0; round < 60; round++) {
    guint which;

    random = random * 1664525 + 1013904223;
    which = random >> 29;
    random = random * 1664525 + 1013904223;
    go (&w, w.now + (random >> 20) * MS, which, 0);
    for (i = 0; i < 2; i++)
      if (w.rig.frame[i] * 40 * MS < w.now)
        skip_to (&w.rig, 1 << i, w.now);
    if (w.rig.sample * SECOND / AUDIO_RATE < w.now)
      skip_to (&w.rig, 4, w.now);
    check_all (&w);
  }
  for (i = 0; i < 3; i++) {
    fail_unless (w.segment_pause[i] <= 6 * SECOND, "%u: %" G_GUINT64_FORMAT,
        i, w.segment_pause[i]);
  }
  rig_clear (&w.rig);
}

GST_END_TEST;

static Suite *
silence_suite (void)
{
  Suite *s = suite_create ("silence");
  TCase *tc = tcase_create ("silence");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, silence_is_told_by_the_clock, 0, 7);
  tcase_add_test (tc, silence_ends_with_the_first_key_frame);
  tcase_add_test (tc, silence_needs_longer_than_a_burst);
  tcase_add_test (tc, silence_of_a_file_is_none);
  tcase_add_test (tc, silence_may_last_for_ever);
  tcase_add_test (tc, silence_before_the_first_frame_is_none);
  tcase_add_test (tc, silence_of_a_stalled_input_moves_its_time);
  tcase_add_test (tc, silence_of_who_is_late_is_listed);
  tcase_add_loop_test (tc, silence_ends_with_a_new_format, 0, 2);
  tcase_add_test (tc, silence_of_sound_in_a_leap_keeps_its_dates);
  tcase_add_test (tc, silence_longer_than_memory_costs_gaps_only);
  tcase_add_test (tc, silence_of_a_removed_rendition_ends_in_withdrawal);
  tcase_add_loop_test (tc, silence_takes_the_place_of_lost_sound, 0, 40);
  tcase_add_loop_test (tc, silence_of_who_is_late_for_good_ends, 0, 3);
  tcase_add_loop_test (tc, silence_ends_in_a_discontinuity_with_a_picture, 0,
      20);
  tcase_add_loop_test (tc, silence_of_time_that_goes_back, 0, 96);
  tcase_add_loop_test (tc, silence_too_short_to_be_missed, 0, 30);
  tcase_add_loop_test (tc, silence_of_all_ends_the_segment, 0, 40);
  tcase_add_loop_test (tc, silence_in_any_order_keeps_the_rules, 0, 20);
  return s;
}

GST_CHECK_MAIN (silence);
