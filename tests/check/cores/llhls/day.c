/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A presentation of two video renditions and audio for 24 hours of simulated
 * time: no tick of drift, no seam, no growth.  Other frame rates run for an
 * hour, or for the day too with ONAIR_TEST_LONG. */
#include <gst/check/gstcheck.h>

#include <malloc.h>
#include <stdlib.h>

#include "packager.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)
#define HOUR (3600 * SECOND)
#define TARGET (4 * SECOND)
#define AUDIO_RATE 48000
#define AUDIO_FRAME 1024

/* 2026-11-21T12:00:00Z */
#define DATE (G_GUINT64_CONSTANT (1795262400) * SECOND)

/* What one rendition's playlist has shown so far. */
typedef struct
{
  PackagerTrack *track;
  guint64 segments;             /* closed ones seen */
  guint64 next_msn;
  guint64 next_start;           /* ticks */
  guint64 frames;               /* pushed */
  guint64 time;                 /* ns, of the next frame */
  guint64 ticks;                /* of all frames pushed, constant rates only */
} Seen;

typedef struct
{
  Packager packager;
  guint fps_n, fps_d;           /* 0:1 is a variable rate */
  guint gop;
  Seen video[2], audio;
  gsize objects, peak_objects;  /* that the packager holds on to */
} Day;

typedef struct
{
  guint fps_n, fps_d;
} Rate;

static const Rate rates[] = {
  {30000, 1001},
  {24000, 1001},
  {24, 1},
  {25, 1},
  {30, 1},
  {50, 1},
  {60000, 1001},
  {60, 1},
  {0, 1},
};

static void
set_format (Day * day, PackagerTrack * track, const gchar * map)
{
  SegmenterFormat format = { CMAF_AUDIO_AAC, };

  format.map = (gchar *) map;
  if (track->video) {
    format.kind = CMAF_VIDEO_AVC;
    lattice_init_video (&format.lattice, day->fps_n, day->fps_d);
  } else {
    lattice_init_audio (&format.lattice, AUDIO_RATE, AUDIO_FRAME);
  }
  packager_set_format (&day->packager, track, &format);
}

static void
add_track (Day * day, Seen * seen, const gchar * name, gboolean video)
{
  seen->track = packager_add_track (&day->packager, name, video);
  set_format (day, seen->track, video ? "init-v" : "init-a");
}

static void
day_init (Day * day, const Rate * rate)
{
  PackagerConfig config = { 0, };

  memset (day, 0, sizeof (*day));
  config.target = TARGET;
  config.part = 500 * MS;
  config.window = 60 * SECOND;
  config.start_timeout = 10 * SECOND;
  config.prefix = (gchar *) "s-";
  packager_init (&day->packager, &config);
  day->fps_n = rate->fps_n;
  day->fps_d = rate->fps_d;
  day->gop = rate->fps_n == 0 ? 50
      : (2 * rate->fps_n + rate->fps_d / 2) / rate->fps_d;
  add_track (day, &day->video[0], "video_0", TRUE);
  add_track (day, &day->video[1], "video_1", TRUE);
  add_track (day, &day->audio, "audio_0", FALSE);
  packager_set_origin (&day->packager, DATE, 0, TRUE);
}

/* Numbers and decode times go on without a seam. */
static void
check_segment (Seen * seen, const PlaylistSegment * segment)
{
  if (seen->segments++ == 0) {
    fail_unless_equals_uint64 (segment->msn, DATE / TARGET);
    fail_unless_equals_uint64 (segment->start, 0);
  } else {
    fail_unless_equals_uint64 (segment->msn, seen->next_msn);
    fail_unless_equals_uint64 (segment->start, seen->next_start);
  }
  fail_if (segment->gap || segment->discontinuity);
  fail_unless (lattice_ns (segment->duration, segment->timescale) < TARGET +
      500 * MS);
  /* EXT-X-PROGRAM-DATE-TIME */
  fail_unless_equals_uint64 (segment->date,
      DATE + lattice_ns (segment->start, segment->timescale));
  seen->next_msn = segment->msn + 1;
  seen->next_start = segment->start + segment->duration;
}

static void
look_at (Day * day, Seen * seen)
{
  Playlist *playlist = &seen->track->playlist;
  PlaylistSegment *expired;
  GList *l = playlist->segments.tail;

  while (l != NULL && (!((PlaylistSegment *) l->data)->closed
          || (seen->segments > 0
              && ((PlaylistSegment *) l->data)->msn > seen->next_msn)))
    l = l->prev;
  if (l != NULL && (seen->segments == 0
          || ((PlaylistSegment *) l->data)->msn == seen->next_msn))
    check_segment (seen, l->data);
  while ((expired = playlist_take_expired (playlist)) != NULL)
    playlist_segment_free (expired);
  day->objects += playlist->segments.length + playlist->retired.length
      + seen->track->pending.length;
}

/* What the element does behind each frame; more rarely, to save time. */
static void
look (Day * day)
{
  g_array_set_size (day->packager.events, 0);
  day->objects = 0;
  look_at (day, &day->video[0]);
  look_at (day, &day->video[1]);
  look_at (day, &day->audio);
  day->peak_objects = MAX (day->peak_objects, day->objects);
}

static void
push (Day * day, Seen * seen, guint64 time, guint64 duration, gboolean key)
{
  SegmenterFrame frame = { time, duration,
    key ? CMAF_SAMPLE_SYNC : CMAF_SAMPLE_DEPENDENT, NULL
  };

  frame.data = g_bytes_new_static ("media", 5);
  fail_unless (packager_push (&day->packager, seen->track, &frame, time));
  seen->frames++;
}

/* Times as they arrive: a little off, never by a frame. */
static guint64
jitter (guint64 n)
{
  return n % 3 * MS;
}

static void
push_video (Day * day, Seen * seen)
{
  guint64 n = seen->frames, duration;

  if (day->fps_n == 0) {
    /* 20 to 60 ms, 40 on average, all in whole ticks of 90 kHz */
    duration = (20 + n * 7 % 41) * MS;
    push (day, seen, seen->time, duration, n % day->gop == 0);
    seen->time += duration;
    return;
  }
  duration = SECOND * day->fps_d / day->fps_n;
  push (day, seen, seen->time + (n == 0 ? 0 : jitter (n)), duration,
      n % day->gop == 0);
  seen->ticks += seen->track->segmenter.format.lattice.frame;
  seen->time = lattice_ns ((n + 1) * day->fps_d, day->fps_n);
}

static void
push_audio (Day * day)
{
  Seen *seen = &day->audio;
  guint64 n = seen->frames;

  push (day, seen, seen->time + (n == 0 ? 0 : jitter (n)), 0, TRUE);
  seen->ticks += AUDIO_FRAME;
  seen->time = lattice_ns ((n + 1) * AUDIO_FRAME, AUDIO_RATE);
}

static void
run_until (Day * day, guint64 time)
{
  while (day->video[0].time < time) {
    push_video (day, &day->video[0]);
    push_video (day, &day->video[1]);
    while (day->audio.time < day->video[0].time)
      push_audio (day);
    look (day);
  }
}

static guint64
end_of (const Seen * seen)
{
  return seen->track->segmenter.end;
}

/* Sound and picture lie where they were taken, to the tick. */
static void
check_times (const Day * day)
{
  const Seen *video = &day->video[0];
  guint32 scale = video->track->segmenter.format.lattice.timescale;

  fail_unless_equals_uint64 (end_of (video), end_of (&day->video[1]));
  if (day->fps_n != 0) {
    fail_unless_equals_uint64 (end_of (video), video->ticks);
    fail_unless_equals_uint64 (end_of (video) * day->fps_n,
        video->frames * day->fps_d * scale);
  } else {
    /* The last frame waits for the next one's time. */
    fail_unless (lattice_ticks (video->time, scale) - end_of (video)
        <= lattice_ticks (61 * MS, scale));
  }
  /* Audio beyond the newest picture waits for it. */
  fail_unless (day->audio.ticks - end_of (&day->audio)
      <= (day->audio.track->pending.length + 1) * AUDIO_FRAME);
  fail_unless_equals_uint64 (end_of (&day->audio) % AUDIO_FRAME, 0);
  fail_unless (ABS ((gint64) lattice_ns (end_of (video), scale)
          - (gint64) lattice_ns (end_of (&day->audio), AUDIO_RATE))
      <= (gint64) (200 * MS));
}

static gsize
heap (void)
{
  return mallinfo2 ().uordblks;
}

static void
run_day (const Rate * rate, guint hours)
{
  gsize early, late, early_objects, growth;
  guint hour;
  Day day;

  day_init (&day, rate);
  run_until (&day, HOUR / 4);
  early = heap ();
  growth = early / 20;
  early_objects = day.peak_objects;
  for (hour = 1; hour <= hours; hour++) {
    run_until (&day, hour * HOUR);
    check_times (&day);
    /* By then even a rate that varies has made its longest lists. */
    if (hour == 3) {
      early = heap ();
      growth = early / 50;
    }
  }
  late = heap ();
  /* The window begins in the midst of a segment or not, and arrays grow by
   * doubling: that much is not growth. */
  fail_unless (day.peak_objects <= early_objects + 8, "%" G_GSIZE_FORMAT
      " objects at first, then %" G_GSIZE_FORMAT, early_objects,
      day.peak_objects);
  fail_unless (late <= early + growth + 32768, "%" G_GSIZE_FORMAT
      " bytes at first, then %" G_GSIZE_FORMAT, early, late);
  fail_unless (day.video[0].segments >= hours * HOUR / (TARGET + TARGET / 8));
  fail_unless_equals_uint64 (day.video[0].track->dropped, 0);
  fail_unless_equals_uint64 (day.audio.track->dropped, 0);
  packager_clear (&day.packager);
}

GST_START_TEST (packager_has_no_drift_and_no_growth_in_a_day)
{
  run_day (&rates[0], 24);
}

GST_END_TEST;

GST_START_TEST (packager_has_no_drift_at_any_frame_rate)
{
  run_day (&rates[__i__], g_getenv ("ONAIR_TEST_LONG") != NULL ? 24 : 1);
}

GST_END_TEST;

static Suite *
day_suite (void)
{
  Suite *s = suite_create ("day");
  TCase *tc = tcase_create ("general");

  tcase_set_timeout (tc, 300);
  suite_add_tcase (s, tc);
  tcase_add_test (tc, packager_has_no_drift_and_no_growth_in_a_day);
  tcase_add_loop_test (tc, packager_has_no_drift_at_any_frame_rate, 1,
      G_N_ELEMENTS (rates));
  return s;
}

GST_CHECK_MAIN (day);
