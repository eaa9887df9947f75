/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The numbers in comments are rules of the conformance list. */
#include <gst/check/gstcheck.h>

#include <string.h>

#include "playlistrender.h"
#include "texttrack.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)
#define MS G_GUINT64_CONSTANT (1000000)
#define TARGET (2 * SECOND)

typedef struct
{
  Timeline timeline;
  TextTrack track;
  TextTrackGuide guide;
  GArray *events;
} Rig;

static void
rig_init (Rig * rig)
{
  timeline_init (&rig->timeline, TARGET, TARGET + 490 * MS, 5);
  text_track_init (&rig->track, "text_0", "s-", 60 * SECOND, 2);
  rig->guide.timeline = &rig->timeline;
  rig->guide.leader = NULL;
  rig->guide.position = 0;
  rig->guide.part = 520 * MS;
  rig->guide.date = 1795262400 * SECOND;
  rig->events = g_array_new (FALSE, FALSE, sizeof (SegmenterEvent));
}

static void
rig_clear (Rig * rig)
{
  text_track_clear (&rig->track);
  timeline_clear (&rig->timeline);
  g_array_unref (rig->events);
}

static void
follow (Rig * rig, guint64 position)
{
  rig->guide.position = position;
  text_track_follow (&rig->track, &rig->guide, rig->events);
}

static gboolean
add (Rig * rig, guint64 start, guint64 end, const gchar * text)
{
  return text_track_add (&rig->track, webvtt_cue_new (start, end, NULL,
          g_strdup (text)));
}

static gboolean
holds (GBytes * data, const gchar * what)
{
  return g_strstr_len (g_bytes_get_data (data, NULL), g_bytes_get_size (data),
      what) != NULL;
}

static GBytes *
nth_part (const Rig * rig, guint64 msn, guint i)
{
  const PlaylistSegment *segment = playlist_find (&rig->track.playlist, msn);

  fail_unless (segment != NULL && i < segment->parts->len);
  return g_array_index (segment->parts, PlaylistPart, i).data;
}

/* 30, 32, 97, 130: nothing is said, and the playlist is as long as the
 * others'. */
GST_START_TEST (text_track_follows_in_silence)
{
  static const PlaylistSettings settings = { 2, 520 * MS, TRUE, TRUE };
  Rig rig;
  g_autofree gchar *text = NULL;

  rig_init (&rig);
  follow (&rig, 0);
  timeline_cut (&rig.timeline, 0);
  follow (&rig, 480 * MS);
  follow (&rig, 1000 * MS);
  follow (&rig, 1480 * MS);
  follow (&rig, 2000 * MS);
  timeline_cut (&rig.timeline, 2000 * MS);
  follow (&rig, 2520 * MS);
  text = playlist_render (&rig.track.playlist, &settings);
  fail_unless (g_str_has_suffix (text, "#EXT-X-INDEPENDENT-SEGMENTS\n"
          "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T12:00:00.000Z\n"
          "#EXT-X-PART:DURATION=0.48000,URI=\"text_0/s-5.0.vtt\","
          "INDEPENDENT=YES\n"
          "#EXT-X-PART:DURATION=0.52000,URI=\"text_0/s-5.1.vtt\","
          "INDEPENDENT=YES\n"
          "#EXT-X-PART:DURATION=0.48000,URI=\"text_0/s-5.2.vtt\","
          "INDEPENDENT=YES\n"
          "#EXT-X-PART:DURATION=0.52000,URI=\"text_0/s-5.3.vtt\","
          "INDEPENDENT=YES\n#EXTINF:2.00000,\ntext_0/s-5.vtt\n"
          "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T12:00:02.000Z\n"
          "#EXT-X-PART:DURATION=0.52000,URI=\"text_0/s-6.0.vtt\","
          "INDEPENDENT=YES\n"
          "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"text_0/s-6.1.vtt\"\n"));
  fail_unless (g_str_has_prefix (text, "#EXTM3U\n#EXT-X-VERSION:3\n"));
  rig_clear (&rig);
}

GST_END_TEST;

/* 32: a cue stands in each part and segment during which it is shown. */
GST_START_TEST (text_track_repeats_what_spans_a_boundary)
{
  Rig rig;
  guint i;

  rig_init (&rig);
  timeline_cut (&rig.timeline, 0);
  fail_unless (add (&rig, 1600 * MS, 2300 * MS, "spans"));
  fail_unless (add (&rig, 100 * MS, 200 * MS, "short"));
  for (i = 1; i <= 4; i++)
    follow (&rig, i * 500 * MS);
  timeline_cut (&rig.timeline, 2000 * MS);
  for (; i <= 8; i++)
    follow (&rig, i * 500 * MS);
  timeline_cut (&rig.timeline, 4000 * MS);
  follow (&rig, 4500 * MS);
  fail_unless (holds (nth_part (&rig, 5, 0), "short"));
  fail_if (holds (nth_part (&rig, 5, 1), "-->"));
  fail_if (holds (nth_part (&rig, 5, 2), "-->"));
  fail_unless (holds (nth_part (&rig, 5, 3), "spans"));
  fail_unless (holds (nth_part (&rig, 6, 0),
          "00:00:01.600 --> 00:00:02.300\nspans\n"));
  fail_if (holds (nth_part (&rig, 6, 1), "-->"));
  fail_unless (holds (playlist_find (&rig.track.playlist, 5)->whole,
          "short\n\n00:00:01.600 --> 00:00:02.300\nspans\n"));
  fail_unless (holds (playlist_find (&rig.track.playlist, 6)->whole,
          "LOCAL:00:00:00.000,MPEGTS:0"));
  fail_unless (holds (playlist_find (&rig.track.playlist, 6)->whole, "spans"));
  fail_unless (playlist_find (&rig.track.playlist, 7)->parts->len == 1);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (text_track_takes_late_cues_as_far_as_it_can)
{
  Rig rig;

  rig_init (&rig);
  timeline_cut (&rig.timeline, 0);
  follow (&rig, 500 * MS);
  follow (&rig, 1000 * MS);
  fail_unless (add (&rig, 100 * MS, 200 * MS, "late"));
  follow (&rig, 1500 * MS);
  follow (&rig, 2000 * MS);
  fail_unless (holds (nth_part (&rig, 5, 2), "late"));
  fail_if (holds (nth_part (&rig, 5, 3), "late"));
  timeline_cut (&rig.timeline, 2000 * MS);
  follow (&rig, 2500 * MS);
  fail_unless (holds (playlist_find (&rig.track.playlist, 5)->whole, "late"));
  fail_if (add (&rig, 100 * MS, 300 * MS, "too late"));
  fail_unless_equals_uint64 (rig.track.late, 1);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (text_track_is_bounded)
{
  Rig rig;
  guint i;

  rig_init (&rig);
  for (i = 0; i < TEXT_TRACK_MAX_CUES; i++)
    fail_unless (add (&rig, i, 3600 * SECOND, "x"));
  fail_if (add (&rig, 0, 1, "x"));
  fail_unless_equals_uint64 (rig.track.refused, 1);
  rig_clear (&rig);
}

GST_END_TEST;

/* Whatever the others do: each part is short enough, long enough or the last of
 * its segment, and parts make up their segment. */
GST_START_TEST (text_track_keeps_the_rules_of_parts)
{
  Rig rig;
  GRand *rand = g_rand_new_with_seed (7);
  guint64 position = 0, now = 0, bytes = 0;
  const GList *l;
  guint i;

  rig_init (&rig);
  rig.track.playlist.window = 100000 * SECOND;
  timeline_cut (&rig.timeline, 0);
  for (i = 0; i < 4000; i++) {
    guint64 step = g_rand_int_range (rand, 20, g_rand_int_range (rand, 21,
            1200)) * MS;

    now += step;
    if (g_rand_int_range (rand, 0, 50) == 0)
      now += 100 * SECOND;
    /* Boundaries come with frames, some behind what was published. */
    if (now - timeline_last (&rig.timeline)->time > TARGET) {
      rig.timeline.want_discontinuity = g_rand_int_range (rand, 0, 5) == 0;
      timeline_force (&rig.timeline, now - g_rand_int_range (rand, 0,
              100) * MS);
    }
    position = now;
    follow (&rig, position);
  }
  text_track_end (&rig.track, &rig.guide, rig.events);
  for (l = rig.track.playlist.segments.head; l != NULL; l = l->next) {
    const PlaylistSegment *s = l->data;
    guint64 sum = 0;

    bytes += s->size;

    fail_unless (s->closed && s->whole != NULL);
    for (i = 0; i < s->parts->len; i++) {
      guint64 d = g_array_index (s->parts, PlaylistPart, i).duration;

      fail_unless (d <= 520000);
      fail_unless (i + 1 == s->parts->len || d >= 442000);
      sum += d;
    }
    fail_unless_equals_uint64 (sum, s->duration);
    fail_unless (s->duration < 2500000, "%" G_GUINT64_FORMAT, s->duration);
  }
  fail_unless (g_queue_get_length (&rig.track.playlist.segments) > 500);
  fail_unless (rig.track.playlist.ended);
  fail_unless (rig.track.playlist.bytes == bytes);
  g_rand_free (rand);
  rig_clear (&rig);
}

GST_END_TEST;

/* 82, 130: where the others begin, with the same discontinuity sequence. */
GST_START_TEST (text_track_that_comes_late_starts_with_the_others)
{
  Rig rig;
  Playlist leader;
  guint i;

  rig_init (&rig);
  playlist_init (&leader, "video_0", "s-", 60 * SECOND);
  rig.guide.leader = &leader;
  for (i = 0; i < 100; i++) {
    rig.timeline.want_discontinuity = i % 10 == 0;
    timeline_cut (&rig.timeline, i * TARGET);
    playlist_begin (&leader, 5 + i, 1000, i * 2000, 0, "m", i % 10 == 0);
    playlist_add_part (&leader, 2000, TRUE, g_bytes_new_static ("x", 1));
    playlist_close (&leader, 0);
  }
  follow (&rig, 200 * SECOND);
  fail_unless_equals_uint64 (((PlaylistSegment *)
          rig.track.playlist.segments.head->data)->msn, ((PlaylistSegment *)
          leader.segments.head->data)->msn);
  fail_unless (leader.discontinuities == 7);
  fail_unless_equals_uint64 (rig.track.playlist.discontinuities, 7);
  playlist_clear (&leader);
  rig_clear (&rig);
}

GST_END_TEST;

/* It goes on, so that a pad of that name finds it as it should be. */
GST_START_TEST (text_track_of_a_removed_pad_is_withdrawn)
{
  PlaylistSegment *old;
  Rig rig;
  guint64 t;

  rig_init (&rig);
  text_track_remove (&rig.track);
  fail_unless (text_track_is_gone (&rig.track));
  text_track_resume (&rig.track);
  for (t = 0; t < 30 * SECOND; t += TARGET) {
    timeline_cut (&rig.timeline, t);
    follow (&rig, t);
  }
  text_track_remove (&rig.track);
  fail_if (text_track_is_withdrawn (&rig.track));
  for (; t < 80 * SECOND; t += TARGET) {
    timeline_cut (&rig.timeline, t);
    follow (&rig, t);
  }
  fail_if (text_track_is_withdrawn (&rig.track));
  for (; t < 100 * SECOND; t += TARGET) {
    timeline_cut (&rig.timeline, t);
    follow (&rig, t);
  }
  fail_unless (text_track_is_withdrawn (&rig.track));
  /* What was listed a moment ago may still be asked for. */
  fail_if (text_track_is_gone (&rig.track));
  for (; t < 180 * SECOND; t += TARGET) {
    timeline_cut (&rig.timeline, t);
    follow (&rig, t);
    while ((old = playlist_take_expired (&rig.track.playlist)) != NULL)
      playlist_segment_free (old);
  }
  fail_unless (text_track_is_gone (&rig.track));
  text_track_resume (&rig.track);
  fail_if (text_track_is_withdrawn (&rig.track));
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
texttrack_suite (void)
{
  Suite *s = suite_create ("texttrack");
  TCase *tc = tcase_create ("texttrack");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, text_track_follows_in_silence);
  tcase_add_test (tc, text_track_repeats_what_spans_a_boundary);
  tcase_add_test (tc, text_track_takes_late_cues_as_far_as_it_can);
  tcase_add_test (tc, text_track_is_bounded);
  tcase_add_test (tc, text_track_keeps_the_rules_of_parts);
  tcase_add_test (tc, text_track_that_comes_late_starts_with_the_others);
  tcase_add_test (tc, text_track_of_a_removed_pad_is_withdrawn);
  return s;
}

GST_CHECK_MAIN (texttrack);
