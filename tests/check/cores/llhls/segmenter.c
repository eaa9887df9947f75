/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>

#include "nalunit.h"
#include "partcheck.h"
#include "segmenter.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)

typedef struct
{
  Timeline timeline;
  Playlist playlist;
  GArray *events;
  Segmenter segmenter;
} Rig;

static void
rig_init_format (Rig * rig, const SegmenterFormat * format)
{
  timeline_init (&rig->timeline, 4 * SECOND, 4490 * MS, 50);
  playlist_init (&rig->playlist, "video_0", "", 3600 * SECOND);
  rig->events = g_array_new (FALSE, FALSE, sizeof (SegmenterEvent));
  segmenter_init (&rig->segmenter, &rig->timeline, &rig->playlist, rig->events,
      500 * MS, 0);
  rig->segmenter.leads = TRUE;
  segmenter_set_format (&rig->segmenter, format);
}

static void
rig_init (Rig * rig, guint fps_n, guint fps_d, gboolean reordered)
{
  SegmenterFormat format = { CMAF_VIDEO_AVC, {0,}, reordered, (gchar *) "a" };

  lattice_init_video (&format.lattice, fps_n, fps_d);
  rig_init_format (rig, &format);
}

static void
rig_clear (Rig * rig)
{
  segmenter_clear (&rig->segmenter);
  playlist_clear (&rig->playlist);
  timeline_clear (&rig->timeline);
  g_array_unref (rig->events);
}

static SegmenterResult
push (Rig * rig, guint64 time, CmafSampleKind kind)
{
  SegmenterFrame frame = { time, 40 * MS, kind, NULL };

  frame.data = g_bytes_new_static ("frame", 5);
  return segmenter_push (&rig->segmenter, &frame);
}

static void
push_run (Rig * rig, guint from, guint to, guint gop, guint fps)
{
  guint i;

  for (i = from; i < to; i++)
    fail_unless_equals_int (push (rig, i * SECOND / fps, i % gop == 0
            ? CMAF_SAMPLE_SYNC : CMAF_SAMPLE_DEPENDENT), SEGMENTER_TAKEN);
}

static guint
count_events (const Rig * rig, SegmenterEventType type)
{
  guint i, n = 0;

  for (i = 0; i < rig->events->len; i++)
    n += g_array_index (rig->events, SegmenterEvent, i).type == type;
  return n;
}

static const PlaylistPart *
nth_part (const Rig * rig, guint64 msn, guint part)
{
  const PlaylistSegment *segment = playlist_find (&rig->playlist, msn);

  fail_unless (segment != NULL && part < segment->parts->len);
  return &g_array_index (segment->parts, PlaylistPart, part);
}

GST_START_TEST (segmenter_commits_a_part_with_its_last_frame)
{
  Rig rig;
  guint i;

  rig_init (&rig, 25, 1, FALSE);
  /* Frames 0 to 12 start in the first half second. */
  for (i = 0; i < 12; i++)
    push_run (&rig, i, i + 1, 50, 25);
  fail_unless_equals_int (count_events (&rig, SEGMENTER_PART), 0);
  push_run (&rig, 12, 13, 50, 25);
  fail_unless_equals_int (count_events (&rig, SEGMENTER_PART), 1);
  fail_unless_equals_uint64 (nth_part (&rig, 50, 0)->duration, 13 * 400);
  fail_unless (nth_part (&rig, 50, 0)->independent);
  push_run (&rig, 13, 25, 50, 25);
  fail_unless_equals_int (count_events (&rig, SEGMENTER_PART), 2);
  fail_if (nth_part (&rig, 50, 1)->independent);
  rig_clear (&rig);
}

GST_END_TEST;

/* Opus and FLAC: each frame tells its samples, and times that are a little off
 * leave no seams between them. */
GST_START_TEST (segmenter_keeps_durations_that_frames_tell)
{
  static const guint samples[] = { 960, 480, 2880, 120 };
  SegmenterFormat format = { CMAF_AUDIO_OPUS, {0,}, FALSE, (gchar *) "o" };
  guint64 position = 0, end = 0;
  PartFacts facts;
  Rig rig;
  guint i;

  lattice_init_audio (&format.lattice, 48000, 0);
  format.longest = 5760;
  rig_init_format (&rig, &format);
  for (i = 0; i < 200; i++) {
    SegmenterFrame frame = { position * SECOND / 48000, 0, CMAF_SAMPLE_SYNC };

    /* The first is right, the others are up to 1 ms late. */
    frame.time += i % 7 * (MS / 7);
    frame.ticks = samples[i % 4];
    frame.data = g_bytes_new_static ("frame", 5);
    fail_unless_equals_int (segmenter_push (&rig.segmenter, &frame),
        SEGMENTER_TAKEN);
    position += samples[i % 4];
  }
  for (i = 0; i < 8; i++) {
    fail_unless (part_read (nth_part (&rig, 50, i)->data, FALSE, &facts));
    fail_unless_equals_uint64 (facts.decode_time, end);
    fail_unless (facts.duration <= 24000);
    end += facts.duration;
  }
  rig_clear (&rig);
}

GST_END_TEST;

/* Caps, then what the stream itself says, before its first frame. */
GST_START_TEST (segmenter_takes_another_format_before_the_first_frame)
{
  SegmenterFormat next = { CMAF_VIDEO_AVC, {0,}, FALSE, (gchar *) "b" };
  Rig rig;

  rig_init (&rig, 25, 1, FALSE);
  /* Another rendition has begun the timeline. */
  timeline_offer (&rig.timeline, 0, 0, 0);
  lattice_init_video (&next.lattice, 25, 1);
  segmenter_set_format (&rig.segmenter, &next);
  push_run (&rig, 0, 50, 50, 25);
  fail_unless_equals_int (count_events (&rig, SEGMENTER_DISCONTINUITY), 0);
  fail_unless_equals_string (playlist_find (&rig.playlist, 50)->map, "b");
  rig_clear (&rig);
}

GST_END_TEST;

/* A block may be longer than part-duration; PART-TARGET must know. */
GST_START_TEST (segmenter_knows_the_longest_frame)
{
  SegmenterFormat format = { CMAF_AUDIO_FLAC, {0,}, FALSE, (gchar *) "f" };
  Rig rig;

  lattice_init_audio (&format.lattice, 48000, 0);
  format.longest = 4608;
  rig_init_format (&rig, &format);
  fail_unless_equals_uint64 (segmenter_longest_part (&rig.segmenter), 500 * MS);
  rig.segmenter.format.longest = 48000;
  fail_unless_equals_uint64 (segmenter_longest_part (&rig.segmenter), SECOND);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (segmenter_hints_the_next_segment_before_its_key_frame)
{
  Rig rig;

  rig_init (&rig, 25, 1, FALSE);
  push_run (&rig, 0, 30, 50, 25);
  fail_unless_equals_uint64 (rig.playlist.hint_msn, 50);
  fail_unless_equals_int (rig.playlist.hint_part, 2);
  push_run (&rig, 30, 100, 50, 25);
  fail_unless_equals_uint64 (rig.playlist.hint_msn, 51);
  fail_unless_equals_int (rig.playlist.hint_part, 0);
  rig_clear (&rig);
}

GST_END_TEST;

/* Decode times have no seam, and a segment starts at its key frame. */
GST_START_TEST (segmenter_has_no_seams_in_two_hours_at_2997)
{
  Rig rig;
  guint64 i, expected = 0;
  const GList *l;

  rig_init (&rig, 30000, 1001, FALSE);
  for (i = 0; i < 2 * 3600 * 30; i++)
    push (&rig, i * G_GUINT64_CONSTANT (1001000000000) / 30000 + i % 2 * MS,
        i % 60 == 0 ? CMAF_SAMPLE_SYNC : CMAF_SAMPLE_DEPENDENT);
  for (l = rig.playlist.segments.head; l != NULL; l = l->next) {
    const PlaylistSegment *segment = l->data;
    guint j;

    if (l == rig.playlist.segments.head)
      expected = segment->start;
    fail_unless_equals_uint64 (segment->start, expected);
    for (j = 0; j < segment->parts->len; j++) {
      const PlaylistPart *part =
          &g_array_index (segment->parts, PlaylistPart, j);
      PartFacts facts;

      fail_unless (part_read (part->data, TRUE, &facts));
      fail_unless_equals_uint64 (facts.decode_time, expected);
      fail_unless_equals_uint64 (facts.duration, part->duration);
      fail_unless (lattice_ns (part->duration, 30000) <= 501 * MS);
      expected += part->duration;
      if (j == 0)
        fail_unless_equals_int (facts.first_flags, 0x02000000);
    }
    fail_unless_equals_uint64 (segment->start % 1001, 0);
    fail_unless (lattice_ns (segment->duration, 30000) < 4500 * MS);
  }
  rig_clear (&rig);
}

GST_END_TEST;

/* I0 P3 B1 B2 P6 B4 B5 ... as decoded */
GST_START_TEST (segmenter_keeps_presentation_of_reordered_pictures)
{
  Rig rig;
  PartFacts facts;
  guint gop, i;

  rig_init (&rig, 25, 1, TRUE);
  for (gop = 0; gop < 6; gop++) {
    push (&rig, gop * 2000 * MS, CMAF_SAMPLE_SYNC);
    for (i = 1; i + 2 < 50; i += 3) {
      push (&rig, (gop * 50 + i + 2) * 40 * MS, CMAF_SAMPLE_DEPENDENT);
      push (&rig, (gop * 50 + i) * 40 * MS, CMAF_SAMPLE_DISPOSABLE);
      push (&rig, (gop * 50 + i + 1) * 40 * MS, CMAF_SAMPLE_DISPOSABLE);
    }
    push (&rig, (gop * 50 + 49) * 40 * MS, CMAF_SAMPLE_DEPENDENT);
  }
  fail_unless_equals_uint64 (playlist_find (&rig.playlist, 51)->start,
      100 * 400);
  fail_unless (part_read (nth_part (&rig, 51, 0)->data, TRUE, &facts));
  fail_unless_equals_uint64 (facts.decode_time, 100 * 400);
  fail_unless_equals_int (facts.first_offset, 0);
  fail_unless_equals_int (facts.max_offset, 2 * 400);
  fail_unless_equals_int (facts.min_offset, -400);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (segmenter_bridges_a_missing_frame)
{
  Rig rig;
  PartFacts facts;

  rig_init (&rig, 25, 1, FALSE);
  push_run (&rig, 0, 5, 50, 25);
  push_run (&rig, 7, 30, 50, 25);
  fail_unless (part_read (nth_part (&rig, 50, 0)->data, TRUE, &facts));
  fail_unless_equals_int (facts.n, 11);
  fail_unless_equals_uint64 (facts.duration, 13 * 400);
  /* The last one before the hole lasts longer. */
  fail_unless_equals_int (facts.max_offset, 0);
  rig_clear (&rig);
}

GST_END_TEST;

/* 84, 85 */
GST_START_TEST (segmenter_lists_a_long_hole_as_gaps)
{
  const PlaylistSegment *before, *gap, *after;
  Rig rig;
  guint i;

  rig_init (&rig, 25, 1, FALSE);
  push_run (&rig, 0, 60, 50, 25);
  /* 2.4 s to 14 s is lost. */
  push_run (&rig, 350, 420, 50, 25);
  before = playlist_find (&rig.playlist, 50);
  gap = playlist_find (&rig.playlist, 51);
  after = playlist_find (&rig.playlist, 54);
  /* What was lost of its time is in parts without media. */
  fail_unless_equals_uint64 (before->duration, 100 * 400);
  for (i = 0; i < before->parts->len; i++)
    fail_unless (i < 5 ? nth_part (&rig, 50, i)->data != NULL
        : nth_part (&rig, 50, i)->data == NULL);
  fail_if (before->gap);
  fail_unless (gap->gap && playlist_find (&rig.playlist, 52)->gap);
  fail_unless (lattice_ns (gap->duration, gap->timescale) < 4500 * MS);
  fail_unless_equals_uint64 (after->start, 350 * 400);
  fail_if (after->gap || after->discontinuity);
  fail_unless_equals_int (count_events (&rig, SEGMENTER_GAP), 1);
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (segmenter_drops_what_comes_too_late_or_without_a_key)
{
  Rig rig;

  rig_init (&rig, 25, 1, FALSE);
  fail_unless_equals_int (push (&rig, 0, CMAF_SAMPLE_DEPENDENT),
      SEGMENTER_DROPPED_NO_KEY);
  push_run (&rig, 50, 300, 50, 25);
  fail_unless_equals_int (push (&rig, 2 * SECOND, CMAF_SAMPLE_SYNC),
      SEGMENTER_DROPPED_LATE);
  push_run (&rig, 300, 310, 50, 25);
  rig_clear (&rig);
}

GST_END_TEST;

/* 10: rather a segment without a key frame than one that is too long. */
GST_START_TEST (segmenter_cuts_without_a_key_when_none_comes)
{
  const GList *l;
  Rig rig;

  rig_init (&rig, 25, 1, FALSE);
  push_run (&rig, 0, 1000, 250, 25);
  fail_unless (count_events (&rig, SEGMENTER_FORCED_CUT) > 0);
  for (l = rig.playlist.segments.head; l != NULL; l = l->next) {
    const PlaylistSegment *segment = l->data;

    fail_unless (lattice_ns (segment->duration, segment->timescale)
        < 4500 * MS);
  }
  rig_clear (&rig);
}

GST_END_TEST;

static void
check_lengths (const Rig * rig)
{
  const GList *l;

  for (l = rig->playlist.segments.head; l != NULL; l = l->next) {
    const PlaylistSegment *segment = l->data;

    fail_unless (lattice_ns (segment->duration, segment->timescale)
        < 4500 * MS, "%" G_GUINT64_FORMAT, segment->msn);
  }
}

/* 10: what a bridge adds counts, too. */
GST_START_TEST (segmenter_cuts_before_a_bridge_that_is_too_long)
{
  Rig rig;

  rig_init (&rig, 25, 1, FALSE);
  push_run (&rig, 0, 111, 250, 25);
  push_run (&rig, 116, 200, 250, 25);
  check_lengths (&rig);
  fail_unless_equals_int (count_events (&rig, SEGMENTER_FORCED_CUT), 1);
  fail_unless_equals_uint64 (playlist_find (&rig.playlist, 51)->start,
      111 * 400);
  rig_clear (&rig);
}

GST_END_TEST;

/* The first picture behind a hole belongs to no segment before it. */
GST_START_TEST (segmenter_lists_a_hole_before_a_dependent_picture_as_gaps)
{
  const PlaylistSegment *after;
  Rig rig;

  rig_init (&rig, 25, 1, FALSE);
  push_run (&rig, 0, 60, 1000, 25);
  push_run (&rig, 351, 420, 1000, 25);
  check_lengths (&rig);
  fail_unless (playlist_find (&rig.playlist, 51)->gap);
  after = playlist_find (&rig.playlist, 54);
  fail_unless_equals_uint64 (after->start, 351 * 400);
  fail_if (after->gap || after->discontinuity);
  rig_clear (&rig);
}

GST_END_TEST;

/* Nor to one that another rendition began long before. */
GST_START_TEST (segmenter_begins_behind_a_hole_at_a_boundary_near_by)
{
  const PlaylistSegment *last;
  Rig rig;

  rig_init (&rig, 25, 1, FALSE);
  push_run (&rig, 0, 60, 10000, 25);
  timeline_cut (&rig.timeline, 2600 * MS);
  push_run (&rig, 9001, 9020, 10000, 25);
  segmenter_finish (&rig.segmenter);
  last = rig.playlist.segments.tail->data;
  fail_unless_equals_uint64 (last->start, 9001 * 400);
  fail_unless_equals_uint64 (timeline_get (&rig.timeline, last->msn)->time,
      9001 * 40 * MS);
  rig_clear (&rig);
}

GST_END_TEST;

/* Another rendition's clock is an hour ahead: what has no segment there is
 * dropped, and no segment grows without end. */
GST_START_TEST (segmenter_has_no_segment_for_who_stays_behind)
{
  const GList *l;
  guint i, taken = 0;
  Rig rig;

  rig_init (&rig, 25, 1, FALSE);
  push_run (&rig, 0, 200, 50, 25);
  timeline_offer (&rig.timeline, 3600 * SECOND, 2 * SECOND, 20 * MS);
  for (i = 200; i < 2000; i++)
    taken += push (&rig, i * 40 * MS, i % 50 == 0 ? CMAF_SAMPLE_SYNC
        : CMAF_SAMPLE_DEPENDENT) == SEGMENTER_TAKEN;
  fail_unless (taken < 200);
  for (l = rig.playlist.segments.head; l != NULL; l = l->next) {
    const PlaylistSegment *segment = l->data;

    fail_unless (lattice_ns (segment->duration, segment->timescale)
        < 4500 * MS);
  }
  rig_clear (&rig);
}

GST_END_TEST;

/* 81 */
GST_START_TEST (segmenter_begins_a_new_format_with_a_discontinuity)
{
  SegmenterFormat next = { CMAF_VIDEO_AVC, {0,}, FALSE, (gchar *) "b" };
  const PlaylistSegment *after;
  Rig rig;

  rig_init (&rig, 25, 1, FALSE);
  push_run (&rig, 0, 100, 50, 25);
  lattice_init_video (&next.lattice, 30, 1);
  segmenter_set_format (&rig.segmenter, &next);
  push_run (&rig, 120, 300, 60, 30);
  after = playlist_find (&rig.playlist, 51);
  fail_unless_equals_int (count_events (&rig, SEGMENTER_DISCONTINUITY), 1);
  fail_unless (after->discontinuity);
  fail_unless_equals_string (after->map, "b");
  rig_clear (&rig);
}

GST_END_TEST;

GST_START_TEST (segmenter_without_a_rate_takes_times_as_they_are)
{
  static const guint offsets[] = { 0, 33, 70, 100, 141, 166, 200 };
  PartFacts facts;
  guint64 sum = 0;
  guint i, j;
  Rig rig;

  rig_init (&rig, 0, 1, FALSE);
  for (i = 0; i < 40; i++) {
    for (j = 0; j + 1 < G_N_ELEMENTS (offsets); j++)
      fail_unless_equals_int (push (&rig, (i * 200 + offsets[j]) * MS,
              i % 10 == 0 && j == 0 ? CMAF_SAMPLE_SYNC
              : CMAF_SAMPLE_DEPENDENT), SEGMENTER_TAKEN);
  }
  segmenter_finish (&rig.segmenter);
  for (i = 0; i < playlist_find (&rig.playlist, 50)->parts->len; i++) {
    fail_unless (part_read (nth_part (&rig, 50, i)->data, TRUE, &facts));
    fail_unless_equals_uint64 (facts.decode_time, sum);
    fail_unless (facts.duration <= 45000);
    sum += facts.duration;
  }
  fail_unless_equals_uint64 (sum, 4 * 90000);
  rig_clear (&rig);
}

GST_END_TEST;

/* Numbers that follow from the date are large: looking for a discontinuity since
 * number zero would never end. */
GST_START_TEST (segmenter_changes_format_before_its_first_frame)
{
  SegmenterFormat other = { CMAF_VIDEO_AVC, {0,}, FALSE, (gchar *) "b" };
  Rig rig;

  rig_init (&rig, 25, 1, FALSE);
  rig.timeline.next_msn = G_GUINT64_CONSTANT (1) << 50;
  timeline_cut (&rig.timeline, 0);
  rig.segmenter.others = 3 * SECOND;
  lattice_init_video (&other.lattice, 25, 1);
  segmenter_set_format (&rig.segmenter, &other);
  fail_unless_equals_int (push (&rig, 0, CMAF_SAMPLE_SYNC), SEGMENTER_TAKEN);
  rig_clear (&rig);
}

GST_END_TEST;

/* 44 */
GST_START_TEST (segmenter_hints_the_init_section_of_a_new_format)
{
  SegmenterFormat next = { CMAF_VIDEO_AVC, {0,}, FALSE, (gchar *) "b" };
  Rig rig;

  rig_init (&rig, 25, 1, FALSE);
  push_run (&rig, 0, 25, 50, 25);
  fail_unless (rig.playlist.hint_map == NULL);
  fail_unless_equals_int (rig.playlist.hint_part, 2);
  lattice_init_video (&next.lattice, 30, 1);
  segmenter_set_format (&rig.segmenter, &next);
  fail_unless_equals_string (rig.playlist.hint_map, "b");
  fail_unless_equals_uint64 (rig.playlist.hint_msn, 51);
  fail_unless_equals_int (rig.playlist.hint_part, 0);
  push_run (&rig, 60, 120, 60, 30);
  fail_unless (rig.playlist.hint_map == NULL);
  rig_clear (&rig);
}

GST_END_TEST;

static gboolean
keep (gpointer sets, gpointer unit, const guint8 * nal, gsize size)
{
  return TRUE;
}

/* A frame out of a byte stream, which stays where it is. */
static void
push_scattered (Rig * rig, guint64 time, CmafSampleKind kind)
{
  static const guint8 units[] = { 0, 0, 1, 0x41, 7, 0, 0, 1, 0x42, 8 };
  g_autoptr (GBytes) owner = g_bytes_new_static (units, sizeof (units));
  SegmenterFrame frame = { time, 40 * MS, kind, NULL, TRUE };
  NalList nals;

  fail_unless (nal_list_read (&nals, units, sizeof (units), 0, keep, NULL,
          NULL));
  frame.data = nal_scatter_new (&nals, owner);
  nal_list_clear (&nals);
  fail_unless_equals_int (segmenter_push (&rig->segmenter, &frame),
      SEGMENTER_TAKEN);
}

/* 125; in one piece and scattered */
GST_START_TEST (segmenter_tells_where_the_key_frame_ends)
{
  const PlaylistSegment *segment;
  gsize first, size;
  const guint8 *data;
  Rig rig;
  guint i;

  rig_init (&rig, 25, 1, FALSE);
  if (__i__ == 0)
    push_run (&rig, 0, 60, 50, 25);
  for (i = 0; __i__ == 1 && i < 60; i++)
    push_scattered (&rig, i * 40 * MS, i % 50 == 0 ? CMAF_SAMPLE_SYNC
        : CMAF_SAMPLE_DEPENDENT);
  segment = playlist_find (&rig.playlist, 50);
  data = g_bytes_get_data (g_array_index (segment->parts, PlaylistPart,
          0).data, &size);
  /* All frames have one size: thirteen in the part. */
  fail_unless (segment->key_bytes > 0 && segment->key_bytes < size);
  first = (size - segment->key_bytes) / 12;
  fail_unless ((size - segment->key_bytes) % 12 == 0);
  fail_unless (memcmp (data + segment->key_bytes - first - 4, "mdat", 4) == 0);
  rig_clear (&rig);
}

GST_END_TEST;

static Suite *
segmenter_suite (void)
{
  Suite *s = suite_create ("segmenter");
  TCase *tc = tcase_create ("segmenter");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, segmenter_commits_a_part_with_its_last_frame);
  tcase_add_test (tc, segmenter_keeps_durations_that_frames_tell);
  tcase_add_test (tc, segmenter_takes_another_format_before_the_first_frame);
  tcase_add_test (tc, segmenter_knows_the_longest_frame);
  tcase_add_test (tc, segmenter_hints_the_next_segment_before_its_key_frame);
  tcase_add_test (tc, segmenter_has_no_seams_in_two_hours_at_2997);
  tcase_add_test (tc, segmenter_keeps_presentation_of_reordered_pictures);
  tcase_add_test (tc, segmenter_bridges_a_missing_frame);
  tcase_add_test (tc, segmenter_lists_a_long_hole_as_gaps);
  tcase_add_test (tc, segmenter_drops_what_comes_too_late_or_without_a_key);
  tcase_add_test (tc, segmenter_changes_format_before_its_first_frame);
  tcase_add_test (tc, segmenter_cuts_without_a_key_when_none_comes);
  tcase_add_test (tc, segmenter_cuts_before_a_bridge_that_is_too_long);
  tcase_add_test (tc,
      segmenter_lists_a_hole_before_a_dependent_picture_as_gaps);
  tcase_add_test (tc, segmenter_begins_behind_a_hole_at_a_boundary_near_by);
  tcase_add_test (tc, segmenter_has_no_segment_for_who_stays_behind);
  tcase_add_test (tc, segmenter_begins_a_new_format_with_a_discontinuity);
  tcase_add_test (tc, segmenter_hints_the_init_section_of_a_new_format);
  tcase_add_loop_test (tc, segmenter_tells_where_the_key_frame_ends, 0, 2);
  tcase_add_test (tc, segmenter_without_a_rate_takes_times_as_they_are);
  return s;
}

GST_CHECK_MAIN (segmenter);
