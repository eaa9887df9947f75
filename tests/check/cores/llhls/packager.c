/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole presentations in simulated time; numbers in comments are rules of the
 * conformance list. */
#include <gst/check/gstcheck.h>

#include "packagerrig.h"

/* 130, 132 */
GST_START_TEST (packager_gives_the_same_number_to_the_same_time)
{
  const GList *l;
  Rig rig;

  rig_init (&rig, 2, TRUE);
  run_until (&rig, 100 * SECOND, 7, 700 * MS);
  check_track (rig.video[0], FALSE);
  check_track (rig.video[1], FALSE);
  check_track (rig.audio, FALSE);
  fail_unless (rig.packager.open);
  for (l = rig.video[0]->playlist.segments.head; l->next != NULL; l = l->next) {
    const PlaylistSegment *v = l->data, *w, *a;

    w = playlist_find (&rig.video[1]->playlist, v->msn);
    a = playlist_find (&rig.audio->playlist, v->msn);
    fail_unless_equals_uint64 (v->start, w->start);
    fail_unless (ns (a, a->start) >= ns (v, v->start));
    fail_unless (ns (a, a->start) < ns (v, v->start) + 22 * MS);
    fail_unless_equals_int (v->parts->len, 8);
    fail_unless_equals_int (a->parts->len, 8);
  }
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (packager_numbers_by_date)
{
  PlaylistPosition p;
  Rig rig;

  rig_init (&rig, 1, FALSE);
  run_until (&rig, 1 * SECOND, 1, 0);
  playlist_position (&rig.video[0]->playlist, &p);
  fail_unless_equals_uint64 (p.open_msn, 1795262400 / 4);
  rig_clear (&rig);
}

GST_END_TEST;

/* 20: fixed before anything is shown */
GST_START_TEST (packager_fixes_the_part_target_for_all)
{
  Rig rig;

  rig_init (&rig, 1, TRUE);
  run_until (&rig, 300 * MS, 5, 0);
  fail_if (rig.packager.open);
  run_until (&rig, 1200 * MS, 5, 0);
  fail_unless (rig.packager.open);
  /* 13 frames of 40 ms; 24 audio frames are 512 ms. */
  fail_unless_equals_uint64 (rig.packager.settings.part_target, 520 * MS);
  rig_clear (&rig);
}

GST_END_TEST;

/* 30: at 12.5 fps two frames were too few for parts of three. */
GST_START_TEST (packager_makes_no_part_too_short)
{
  PackagerConfig config = { 4 * SECOND, 200 * MS, 60 * SECOND, 10 * SECOND,
    (gchar *) "s-"
  };
  SegmenterFormat format = { CMAF_VIDEO_AVC, };
  const GList *l;
  Packager packager;
  PackagerTrack *track;
  guint i;

  packager_init (&packager, &config);
  track = packager_add_track (&packager, "video_0", TRUE);
  lattice_init_video (&format.lattice, 25, 2);
  format.map = (gchar *) "init-a";
  packager_set_format (&packager, track, &format);
  packager_set_origin (&packager, DATE, 0, TRUE);
  for (i = 0; i < 300; i++) {
    SegmenterFrame frame = { i * 80 * MS, 80 * MS, i % 25 == 0
          ? CMAF_SAMPLE_SYNC : CMAF_SAMPLE_DEPENDENT,
      g_bytes_new_static ("picture", 7)
    };

    packager_push (&packager, track, &frame, frame.time);
  }
  for (l = track->playlist.segments.head; l != NULL; l = l->next) {
    const PlaylistSegment *s = l->data;

    for (i = 0; i + 1 < s->parts->len; i++)
      fail_unless (lattice_ns (g_array_index (s->parts, PlaylistPart,
                  i).duration,
              s->timescale) * 100 >= packager.settings.part_target * 85);
  }
  packager_clear (&packager);
}

GST_END_TEST;

/* 30: blocks of FLAC make PART-TARGET 288 ms; pictures without a rate
 * follow. */
GST_START_TEST (packager_makes_no_part_too_short_without_a_rate)
{
  PackagerConfig config = { 4 * SECOND, 200 * MS, 60 * SECOND, 10 * SECOND,
    (gchar *) "s-"
  };
  SegmenterFormat video = { CMAF_VIDEO_AVC, }, audio = { CMAF_AUDIO_FLAC, };
  PackagerTrack *v, *a;
  const GList *l;
  Packager packager;
  guint i, parts = 0;

  packager_init (&packager, &config);
  v = packager_add_track (&packager, "video_0", TRUE);
  a = packager_add_track (&packager, "audio_0", FALSE);
  lattice_init_video (&video.lattice, 0, 1);
  lattice_init_audio (&audio.lattice, 48000, 4608);
  video.map = audio.map = (gchar *) "init-a";
  packager_set_format (&packager, v, &video);
  packager_set_format (&packager, a, &audio);
  packager_set_origin (&packager, DATE, 0, TRUE);
  for (i = 0; i < 1000; i++) {
    SegmenterFrame frame = { i * 20 * MS, 20 * MS, i % 100 == 0
          ? CMAF_SAMPLE_SYNC : CMAF_SAMPLE_DEPENDENT,
      g_bytes_new_static ("picture", 7)
    };
    SegmenterFrame block = { i * 96 * MS, 0, CMAF_SAMPLE_SYNC, NULL };

    packager_push (&packager, v, &frame, i * 20 * MS);
    if (block.time > 20 * SECOND)
      continue;
    block.data = g_bytes_new_static ("sound", 5);
    packager_push (&packager, a, &block, i * 20 * MS);
  }
  fail_unless_equals_uint64 (packager.settings.part_target, 288 * MS);
  for (l = v->playlist.segments.head; l != NULL; l = l->next) {
    const PlaylistSegment *s = l->data;

    /* The first was in work when it was settled. */
    for (i = l->prev == NULL ? s->parts->len : 0; i + 1 < s->parts->len; i++) {
      guint64 length = lattice_ns (g_array_index (s->parts, PlaylistPart,
              i).duration, s->timescale);

      fail_unless (length * 100 >= packager.settings.part_target * 85);
      fail_unless (length <= packager.settings.part_target);
      parts++;
    }
  }
  fail_unless (parts > 20);
  packager_clear (&packager);
}

GST_END_TEST;

GST_START_TEST (packager_does_not_wait_for_ever_for_a_mute_pad)
{
  Rig rig;

  rig_init (&rig, 2, TRUE);
  run_until (&rig, 9 * SECOND, 5, 0);
  fail_if (rig.packager.open);
  fail_unless (packager_deadline (&rig.packager) < 10100 * MS);
  run_until (&rig, 11 * SECOND, 5, 0);
  fail_unless (rig.packager.open);
  /* Then for the next part. */
  fail_unless (packager_deadline (&rig.packager) > 11500 * MS);
  fail_unless (packager_deadline (&rig.packager) < 12500 * MS);
  check_track (rig.video[0], FALSE);
  /* It comes late, and says what it lacks. */
  skip_to (&rig, 2, 12 * SECOND);
  run_until (&rig, 30 * SECOND, 7, 0);
  check_track (rig.video[1], TRUE);
  fail_unless_equals_uint64 (((PlaylistSegment *)
          rig.video[1]->playlist.segments.head->data)->msn,
      ((PlaylistSegment *) rig.video[0]->playlist.segments.head->data)->msn);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (packager_of_audio_alone_follows_the_grid)
{
  const PlaylistSegment *s;
  const GList *l;
  Rig rig;

  rig_init (&rig, 0, TRUE);
  run_until (&rig, 60 * SECOND, 4, 0);
  check_track (rig.audio, FALSE);
  for (l = rig.audio->playlist.segments.head; l != NULL; l = l->next) {
    s = l->data;
    fail_unless (ns (s, s->start) % (4 * SECOND) < 22 * MS);
  }
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (packager_lets_audio_go_on_without_video)
{
  Rig rig;

  rig_init (&rig, 1, TRUE);
  run_until (&rig, 10 * SECOND, 5, 0);
  run_until (&rig, 40 * SECOND, 4, 0);
  check_track (rig.audio, FALSE);
  fail_unless (segmenter_position (&rig.audio->segmenter) > 31 * SECOND);
  /* Video returns: its numbers are those of audio. */
  skip_to (&rig, 1, 40 * SECOND);
  run_until (&rig, 70 * SECOND, 5, 0);
  check_track (rig.video[0], TRUE);
  check_track (rig.audio, FALSE);
  fail_unless (rig.video[0]->playlist.next_msn == rig.audio->playlist.next_msn);
  rig_clear (&rig);
}

GST_END_TEST;

/* 84-86 */
GST_START_TEST (packager_gives_a_dead_rung_up_and_takes_it_back)
{
  guint gaps = 0;
  const GList *l;
  Rig rig;

  rig_init (&rig, 2, TRUE);
  run_until (&rig, 21 * SECOND, 7, 0);
  run_until (&rig, 50 * SECOND, 5, 0);
  /* One whole segment behind at most. */
  fail_unless (rig.video[1]->playlist.next_msn + 2
      > rig.video[0]->playlist.next_msn);
  skip_to (&rig, 2, 50 * SECOND);
  run_until (&rig, 80 * SECOND, 7, 0);
  for (l = rig.video[1]->playlist.segments.head; l != NULL; l = l->next)
    gaps += ((PlaylistSegment *) l->data)->gap;
  /* It comes back in the midst of one that was given up. */
  fail_unless_equals_int (gaps, 7);
  check_track (rig.video[1], TRUE);
  check_track (rig.video[0], FALSE);
  check_track (rig.audio, FALSE);
  fail_unless_equals_uint64 (rig.video[0]->playlist.next_msn,
      rig.video[1]->playlist.next_msn);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (packager_counts_on_when_all_stop_and_return)
{
  Rig rig;
  guint64 before;

  rig_init (&rig, 2, TRUE);
  run_until (&rig, 21 * SECOND, 7, 0);
  before = rig.video[0]->playlist.next_msn;
  skip_to (&rig, 7, 62 * SECOND);
  run_until (&rig, 90 * SECOND, 7, 0);
  check_track (rig.video[0], TRUE);
  check_track (rig.video[1], TRUE);
  check_track (rig.audio, TRUE);
  fail_unless (playlist_find (&rig.video[0]->playlist, before)->gap);
  fail_unless (playlist_find (&rig.audio->playlist, before)->gap);
  fail_unless_equals_uint64 (rig.video[0]->playlist.next_msn,
      rig.audio->playlist.next_msn);
  rig_clear (&rig);
}

GST_END_TEST;

/* 10, 81: a hole that is too long for gaps is a discontinuity, also for who
 * had not yet come to the last segment before it. */
GST_START_TEST (packager_lists_no_gap_as_long_as_a_leap)
{
  PackagerTrack *tracks[3];
  guint64 before, m;
  Rig rig;
  guint i;

  rig_init (&rig, 2, TRUE);
  run_until (&rig, 19 * SECOND, 7, 0);
  run_until (&rig, 21 * SECOND, 5, 0);
  before = rig.video[0]->playlist.next_msn;
  skip_to (&rig, 7, 3002 * SECOND);
  run_until (&rig, 3020 * SECOND, 7, 0);
  tracks[0] = rig.video[0];
  tracks[1] = rig.video[1];
  tracks[2] = rig.audio;
  for (i = 0; i < 3; i++) {
    check_track (tracks[i], TRUE);
    fail_unless_equals_uint64 (tracks[i]->playlist.next_msn,
        tracks[0]->playlist.next_msn);
    for (m = before - 2; m < tracks[i]->playlist.next_msn; m++) {
      const PlaylistSegment *s = playlist_find (&tracks[i]->playlist, m);

      fail_unless (ns (s, s->duration) < 4500 * MS);
      fail_unless (s->discontinuity == (m == before));
    }
  }
  rig_clear (&rig);
}

GST_END_TEST;

/* 81, 82 */
GST_START_TEST (packager_puts_a_discontinuity_into_all_renditions)
{
  guint64 msn[3] = { 0, 0, 0 };
  PackagerTrack *tracks[3];
  const GList *l;
  Rig rig;
  guint i;

  rig_init (&rig, 2, TRUE);
  run_until (&rig, 21 * SECOND, 7, 0);
  set_format (&rig, rig.video[1], "init-changed");
  run_until (&rig, 40 * SECOND, 7, __i__ * 300 * MS);
  tracks[0] = rig.video[0];
  tracks[1] = rig.video[1];
  tracks[2] = rig.audio;
  for (i = 0; i < 3; i++) {
    for (l = tracks[i]->playlist.segments.head; l != NULL; l = l->next) {
      const PlaylistSegment *s = l->data;

      if (!s->discontinuity)
        continue;
      fail_unless_equals_uint64 (msn[i], 0);
      msn[i] = s->msn;
    }
    check_track (tracks[i], TRUE);
  }
  fail_unless (msn[0] != 0 && msn[0] == msn[1] && msn[0] == msn[2]);
  fail_unless_equals_string (playlist_find (&rig.video[1]->playlist,
          msn[0])->map, "init-changed");
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (packager_goes_on_after_a_flush_that_resets_time)
{
  guint64 before;
  Rig rig;

  rig_init (&rig, 1, TRUE);
  run_until (&rig, 21 * SECOND, 5, 0);
  before = segmenter_position (&rig.video[0]->segmenter);
  packager_flush (&rig.packager, rig.video[0], TRUE);
  packager_flush (&rig.packager, rig.audio, TRUE);
  skip_to (&rig, 5, 0);
  run_until (&rig, 10 * SECOND, 5, 0);
  fail_unless (segmenter_position (&rig.video[0]->segmenter)
      > before + 9 * SECOND);
  check_track (rig.video[0], FALSE);
  check_track (rig.audio, TRUE);
  rig_clear (&rig);
}

GST_END_TEST;

/* 68, 93 */
/* The first frame behind a flush says where time goes on; one long before it
 * must not come out at the end of all time. */
GST_START_TEST (packager_bears_a_track_that_is_behind_after_a_flush)
{
  Rig rig;

  rig_init (&rig, 2, FALSE);
  run_until (&rig, 10 * SECOND, 3, 0);
  packager_flush (&rig.packager, rig.video[0], TRUE);
  packager_flush (&rig.packager, rig.video[1], TRUE);
  skip_to (&rig, 1, 100 * SECOND);
  skip_to (&rig, 2, 50 * SECOND);
  push_video (&rig, 0);
  push_video (&rig, 1);
  fail_unless (timeline_last (&rig.packager.timeline)->time < 20 * SECOND);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (packager_ends_with_the_last_track)
{
  PlaylistPosition p;
  Rig rig;

  rig_init (&rig, 1, TRUE);
  run_until (&rig, 10 * SECOND, 5, 0);
  packager_end_track (&rig.packager, rig.audio);
  fail_if (rig.packager.ended);
  packager_end_track (&rig.packager, rig.video[0]);
  fail_unless (rig.packager.ended);
  playlist_position (&rig.video[0]->playlist, &p);
  fail_unless (p.ended && !p.has_open);
  playlist_position (&rig.audio->playlist, &p);
  fail_unless (p.ended && !p.has_open);
  rig_clear (&rig);
}

GST_END_TEST;

static guint64
last_msn (const PackagerTrack * track)
{
  return ((const PlaylistSegment *) track->playlist.segments.tail->data)->msn;
}

/* Key frames and the end of video lie on the grid, audio is a frame longer.  A
 * segment of 21 ms that video has not was waited for by players for ever. */
GST_START_TEST (packager_ends_audio_with_the_last_segment_of_video)
{
  guint64 end = 12 * SECOND;
  Rig rig;

  rig_init (&rig, 1, TRUE);
  run_until (&rig, end, 5, 0);
  fail_unless_equals_uint64 (rig.frame[0] * 40 * MS, end);
  if (__i__ == 0)
    packager_end_track (&rig.packager, rig.video[0]);
  while (rig.sample * SECOND / AUDIO_RATE < end + 15 * MS)
    push_audio (&rig);
  if (__i__ == 2)
    packager_end_track (&rig.packager, rig.video[0]);
  packager_end_track (&rig.packager, rig.audio);
  if (__i__ == 1)
    packager_end_track (&rig.packager, rig.video[0]);
  fail_unless (rig.packager.ended);
  check_track (rig.video[0], FALSE);
  check_track (rig.audio, FALSE);
  fail_unless_equals_uint64 (last_msn (rig.audio), last_msn (rig.video[0]));
  /* No frame is lost. */
  fail_unless_equals_uint64 (rig.audio->segmenter.end, rig.sample);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (packager_lets_audio_go_on_behind_the_end_of_video)
{
  guint64 t;
  Rig rig;

  rig_init (&rig, 1, TRUE);
  run_until (&rig, 12 * SECOND, 5, 0);
  packager_end_track (&rig.packager, rig.video[0]);
  run_until (&rig, 15 * SECOND, 4, 0);
  for (t = 15 * SECOND; t < 40 * SECOND; t += 20 * MS) {
    run_until (&rig, t, 4, 0);
    fail_unless (segmenter_position (&rig.audio->segmenter) + 25 * MS > t);
  }
  check_track (rig.audio, FALSE);
  rig_clear (&rig);
}

GST_END_TEST;

/* The window of an event is that of all time: before its first frame there
 * are no segments to list. */
GST_START_TEST (packager_begins_an_event_of_twins_with_its_first_frame)
{
  PackagerConfig config = { 4 * SECOND, 500 * MS, 60 * SECOND, 10 * SECOND,
    (gchar *) "", 0, TRUE, TRUE
  };
  SegmenterFormat format = { CMAF_VIDEO_AVC, };
  const PlaylistSegment *head;
  Packager packager;
  PackagerTrack *track;
  guint i;

  packager_init (&packager, &config);
  track = packager_add_track (&packager, "video_0", TRUE);
  lattice_init_video (&format.lattice, 25, 1);
  format.map = (gchar *) "init-a";
  packager_set_format (&packager, track, &format);
  packager_set_origin (&packager, 0, DATE, FALSE);
  for (i = 0; i < 3000; i++) {
    SegmenterFrame frame = { DATE + i * 40 * MS, 40 * MS, i % 50 == 0
          ? CMAF_SAMPLE_SYNC : CMAF_SAMPLE_DEPENDENT,
      g_bytes_new_static ("picture", 7)
    };

    packager_push (&packager, track, &frame, i * 40 * MS);
  }
  head = track->playlist.segments.head->data;
  fail_unless_equals_uint64 (head->msn, DATE / (4 * SECOND));
  fail_if (head->gap);
  fail_unless_equals_int (track->playlist.segments.length, 30);
  packager_clear (&packager);
}

GST_END_TEST;

GST_START_TEST (packager_takes_a_removed_track_back)
{
  Rig rig;

  rig_init (&rig, 2, TRUE);
  run_until (&rig, 10 * SECOND, 7, 0);
  packager_remove_track (&rig.packager, rig.video[1]);
  run_until (&rig, 20 * SECOND, 5, 0);
  packager_resume_track (&rig.packager, rig.video[1]);
  rig.frame[1] = rig.frame[0];
  run_until (&rig, 40 * SECOND, 7, 0);
  fail_if (rig.packager.ended);
  fail_unless_equals_uint64 (rig.video[1]->playlist.next_msn,
      rig.video[0]->playlist.next_msn);
  fail_if (((PlaylistSegment *) rig.video[1]->playlist.segments.tail->prev->
          data)->gap);
  rig_clear (&rig);
}

GST_END_TEST;

/* What the publisher does. */
static void
drop_expired (Rig * rig)
{
  PlaylistSegment *segment;
  guint i;

  for (i = 0; i < rig->packager.tracks->len; i++) {
    PackagerTrack *track = g_ptr_array_index (rig->packager.tracks, i);

    while ((segment = playlist_take_expired (&track->playlist)) != NULL)
      playlist_segment_free (segment);
  }
}

/* Nobody may fill the memory by requesting and releasing pads. */
GST_START_TEST (packager_forgets_a_removed_track_when_nothing_is_left_of_it)
{
  guint64 t;
  Rig rig;

  rig_init (&rig, 2, TRUE);
  run_until (&rig, 10 * SECOND, 7, 0);
  packager_remove_track (&rig.packager, rig.video[1]);
  for (t = 11 * SECOND; t < 82 * SECOND; t += SECOND) {
    run_until (&rig, t, 5, 0);
    drop_expired (&rig);
    fail_unless (packager_find_gone (&rig.packager) == NULL);
  }
  fail_unless (rig.video[1]->withdrawn);
  run_until (&rig, 160 * SECOND, 5, 0);
  drop_expired (&rig);
  fail_unless (packager_find_gone (&rig.packager) == rig.video[1]);
  g_array_set_size (rig.packager.events, 0);
  packager_forget_track (&rig.packager, rig.video[1]);
  fail_unless (packager_find_gone (&rig.packager) == NULL);
  fail_unless_equals_int (rig.packager.tracks->len, 2);
  fail_unless_equals_int (rig.audio->index, 1);
  run_until (&rig, 170 * SECOND, 5, 0);
  fail_unless_equals_uint64 (rig.audio->playlist.next_msn,
      rig.video[0]->playlist.next_msn);
  rig_clear (&rig);
}

GST_END_TEST;

/* A rendition of which there was nothing is gone at once, and is not the one
 * whose end all have waited for. */
GST_START_TEST (packager_forgets_a_track_that_never_began)
{
  PackagerTrack *track;
  Rig rig;

  rig_init (&rig, 1, FALSE);
  packager_remove_track (&rig.packager, rig.video[0]);
  fail_if (rig.packager.ended);
  fail_unless (packager_find_gone (&rig.packager) == rig.video[0]);
  packager_forget_track (&rig.packager, rig.video[0]);
  rig.video[0] = packager_add_track (&rig.packager, "video_0", TRUE);
  set_format (&rig, rig.video[0], "init-a");
  track = packager_add_track (&rig.packager, "video_1", TRUE);
  run_until (&rig, 20 * SECOND, 1, 0);
  fail_unless (rig.video[0]->playlist.next_msn > 0);
  packager_end_track (&rig.packager, rig.video[0]);
  fail_if (rig.packager.ended);
  /* Here it was. */
  packager_remove_track (&rig.packager, track);
  fail_unless (rig.packager.ended);
  fail_unless (packager_find_gone (&rig.packager) == track);
  rig_clear (&rig);
}

GST_END_TEST;

/* Its playlists are final. */
GST_START_TEST (packager_takes_nothing_behind_the_end)
{
  Rig rig;

  rig_init (&rig, 1, FALSE);
  run_until (&rig, 10 * SECOND, 1, 0);
  packager_end_track (&rig.packager, rig.video[0]);
  fail_unless (rig.packager.ended);
  rig.video[1] = packager_add_track (&rig.packager, "video_1", TRUE);
  set_format (&rig, rig.video[1], "init-a");
  rig.frame[1] = rig.frame[0];
  run_until (&rig, 20 * SECOND, 2, 0);
  fail_unless_equals_uint64 (rig.video[1]->playlist.next_msn, 0);
  fail_unless (rig.video[1]->dropped > 0);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (packager_ends_before_it_began)
{
  Rig rig;

  rig_init (&rig, 1, TRUE);
  packager_end_track (&rig.packager, rig.video[0]);
  packager_end_track (&rig.packager, rig.audio);
  fail_unless (rig.packager.ended);
  rig_clear (&rig);
}

GST_END_TEST;

/* Garbage of times costs frames, not the stream and no memory. */
GST_START_TEST (packager_survives_any_times)
{
  guint32 random = 1;
  Rig rig;
  guint i;

  rig_init (&rig, 2, TRUE);
  for (i = 0; i < 20000; i++) {
    SegmenterFrame frame = { 0, 0, CMAF_SAMPLE_SYNC, NULL };
    PackagerTrack *tracks[3] = { rig.video[0], rig.video[1], rig.audio };
    PlaylistSegment *gone;

    random = random * 1664525 + 1013904223;
    frame.time = (guint64) (random >> 8) * (random & 64 ? 1000000 : 1000);
    frame.kind = random & 128 ? CMAF_SAMPLE_SYNC : CMAF_SAMPLE_DEPENDENT;
    if (i % 3 == 2)
      frame.kind = CMAF_SAMPLE_SYNC;
    frame.data = g_bytes_new_static ("x", 1);
    packager_push (&rig.packager, tracks[i % 3], &frame, i * MS);
    g_array_set_size (rig.packager.events, 0);
    while ((gone = playlist_take_expired (&tracks[i % 3]->playlist)) != NULL)
      playlist_segment_free (gone);
  }
  fail_unless (rig.audio->pending.length < 4096);
  rig_clear (&rig);
}

GST_END_TEST;

/* Memory stays flat; the number of listed segments does. */
GST_START_TEST (packager_runs_a_day)
{
  PlaylistSegment *gone;
  Rig rig;
  guint64 t;

  rig_init (&rig, 1, FALSE);
  for (t = 0; t < 86400 * SECOND; t += 40 * MS) {
    push_video (&rig, 0);
    g_array_set_size (rig.packager.events, 0);
    while ((gone = playlist_take_expired (&rig.video[0]->playlist)) != NULL)
      playlist_segment_free (gone);
  }
  check_track (rig.video[0], FALSE);
  fail_unless_equals_int (rig.video[0]->playlist.segments.length, 16);
  fail_unless (rig.video[0]->playlist.retired.length < 20);
  fail_unless_equals_uint64 (segmenter_position (&rig.video[0]->segmenter),
      86400 * SECOND);
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
packager_suite (void)
{
  Suite *s = suite_create ("packager");
  TCase *tc = tcase_create ("packager");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, packager_gives_the_same_number_to_the_same_time);
  tcase_add_test (tc, packager_numbers_by_date);
  tcase_add_test (tc, packager_fixes_the_part_target_for_all);
  tcase_add_test (tc, packager_makes_no_part_too_short);
  tcase_add_test (tc, packager_makes_no_part_too_short_without_a_rate);
  tcase_add_test (tc, packager_does_not_wait_for_ever_for_a_mute_pad);
  tcase_add_test (tc, packager_of_audio_alone_follows_the_grid);
  tcase_add_test (tc, packager_lets_audio_go_on_without_video);
  tcase_add_test (tc, packager_gives_a_dead_rung_up_and_takes_it_back);
  tcase_add_test (tc, packager_counts_on_when_all_stop_and_return);
  tcase_add_test (tc, packager_lists_no_gap_as_long_as_a_leap);
  tcase_add_loop_test (tc, packager_puts_a_discontinuity_into_all_renditions,
      0, 3);
  tcase_add_test (tc, packager_goes_on_after_a_flush_that_resets_time);
  tcase_add_test (tc, packager_bears_a_track_that_is_behind_after_a_flush);
  tcase_add_test (tc, packager_ends_with_the_last_track);
  tcase_add_loop_test (tc,
      packager_ends_audio_with_the_last_segment_of_video, 0, 3);
  tcase_add_test (tc, packager_lets_audio_go_on_behind_the_end_of_video);
  tcase_add_test (tc, packager_begins_an_event_of_twins_with_its_first_frame);
  tcase_add_test (tc, packager_takes_a_removed_track_back);
  tcase_add_test (tc,
      packager_forgets_a_removed_track_when_nothing_is_left_of_it);
  tcase_add_test (tc, packager_forgets_a_track_that_never_began);
  tcase_add_test (tc, packager_takes_nothing_behind_the_end);
  tcase_add_test (tc, packager_ends_before_it_began);
  tcase_add_test (tc, packager_survives_any_times);
  tcase_add_test (tc, packager_runs_a_day);
  return s;
}

GST_CHECK_MAIN (packager);
