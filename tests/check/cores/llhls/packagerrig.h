/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A presentation in simulated time, and what must always hold for it; numbers
 * in comments are rules of the conformance list. */
#pragma once

#include <gst/check/gstcheck.h>

#include "packager.h"
#include "partcheck.h"

#define MS G_GUINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)
#define AUDIO_RATE 48000
#define AUDIO_FRAME 1024

/* 2026-11-21T12:00:00Z */
#define DATE (G_GUINT64_CONSTANT (1795262400) * SECOND)

typedef struct
{
  Packager packager;
  PackagerTrack *video[2], *audio;
  guint64 frame[2], sample;     /* next to come */
  guint64 back;                 /* ns by which media lies before its time */
} Rig;

static inline void
set_format (Rig * rig, PackagerTrack * track, const gchar * map)
{
  SegmenterFormat format = { CMAF_AUDIO_AAC, };

  format.map = (gchar *) map;
  if (track->video) {
    format.kind = CMAF_VIDEO_AVC;
    lattice_init_video (&format.lattice, 25, 1);
  } else {
    lattice_init_audio (&format.lattice, AUDIO_RATE, AUDIO_FRAME);
  }
  packager_set_format (&rig->packager, track, &format);
}

static inline void
rig_init_empty (Rig * rig, guint n_video, gboolean audio)
{
  PackagerConfig config = { 4 * SECOND, 500 * MS, 60 * SECOND, 10 * SECOND,
    (gchar *) "s-"
  };
  guint i;

  memset (rig, 0, sizeof (*rig));
  packager_init (&rig->packager, &config);
  for (i = 0; i < n_video; i++) {
    rig->video[i] = packager_add_track (&rig->packager,
        i == 0 ? "video_0" : "video_1", TRUE);
    set_format (rig, rig->video[i], "init-a");
  }
  if (audio) {
    rig->audio = packager_add_track (&rig->packager, "audio_0", FALSE);
    set_format (rig, rig->audio, "init-b");
  }
}

static inline void
rig_init (Rig * rig, guint n_video, gboolean audio)
{
  rig_init_empty (rig, n_video, audio);
  packager_set_origin (&rig->packager, DATE, 0, TRUE);
}

static inline guint64
now_of (const Rig * rig)
{
  return MAX (MAX (rig->frame[0], rig->frame[1]) * 40 * MS,
      rig->sample * SECOND / AUDIO_RATE);
}

/* 25 fps, a key frame every 2 s. */
static inline void
push_video_at (Rig * rig, guint i, guint64 now)
{
  guint64 n = rig->frame[i]++;
  SegmenterFrame frame = { n * 40 * MS - rig->back, 40 * MS, n % 50 == 0
        ? CMAF_SAMPLE_SYNC : CMAF_SAMPLE_DEPENDENT, NULL
  };

  frame.data = g_bytes_new_static ("picture", 7);
  packager_push (&rig->packager, rig->video[i], &frame, now);
}

static inline void
push_video (Rig * rig, guint i)
{
  push_video_at (rig, i, MAX (now_of (rig), (rig->frame[i] + 1) * 40 * MS));
}

static inline void
push_audio_at (Rig * rig, guint64 now)
{
  SegmenterFrame frame = { rig->sample * SECOND / AUDIO_RATE - rig->back, 0,
    CMAF_SAMPLE_SYNC, NULL
  };

  rig->sample += AUDIO_FRAME;
  frame.data = g_bytes_new_static ("sound", 5);
  packager_push (&rig->packager, rig->audio, &frame, now);
}

static inline void
push_audio (Rig * rig)
{
  push_audio_at (rig, MAX (now_of (rig), (rig->sample + AUDIO_FRAME)
          * SECOND / AUDIO_RATE));
}

/* All that is due until `time`; the second rung comes `late` ns later. */
static inline void
run_until (Rig * rig, guint64 time, guint which, guint64 late)
{
  guint64 t;

  for (t = 0; t < time + late; t += 5 * MS) {
    if (which & 1)
      while (rig->frame[0] * 40 * MS < MIN (t, time))
        push_video (rig, 0);
    if (which & 2)
      while (t >= late && rig->frame[1] * 40 * MS < t - late)
        push_video (rig, 1);
    if (which & 4)
      while (rig->sample * SECOND / AUDIO_RATE < MIN (t, time))
        push_audio (rig);
  }
}

static inline void
skip_to (Rig * rig, guint which, guint64 time)
{
  guint i;

  for (i = 0; i < 2; i++) {
    if (which & 1 << i)
      rig->frame[i] = time / (40 * MS);
  }
  if (which & 4)
    rig->sample = time / MS * (AUDIO_RATE / 1000) / AUDIO_FRAME * AUDIO_FRAME;
}

static inline guint64
ns (const PlaylistSegment * s, guint64 ticks)
{
  return lattice_ns (ticks, s->timescale);
}

static inline void
check_part (const PackagerTrack * track, const PlaylistSegment * segment,
    guint i, guint64 * expected)
{
  guint64 limit = track->segmenter.part_limit;
  const PlaylistPart *parts = (gpointer) segment->parts->data;
  const PlaylistPart *part = &parts[i];
  gboolean last = i + 1 == segment->parts->len || parts[i + 1].data == NULL;
  PartFacts facts;

  if (part->data == NULL) {
    fail_unless (part->duration > 0);
    fail_unless (ns (segment, part->duration) <= MAX (limit, 1) || limit == 0);
    *expected += part->duration;
    return;
  }
  fail_unless (part_read (part->data, track->video, &facts));
  fail_unless_equals_uint64 (facts.decode_time, *expected);
  fail_unless_equals_uint64 (facts.duration, part->duration);
  /* 29, 30 */
  fail_unless (ns (segment, part->duration) <= limit);
  fail_unless (part->independent || last
      || ns (segment, part->duration) * 100 >= limit * 85,
      "%s: part of %" G_GUINT64_FORMAT " ns at %" G_GUINT64_FORMAT,
      track->info.name, ns (segment, part->duration), ns (segment, *expected));
  /* 31 */
  fail_unless (!part->independent || facts.first_flags == 0x02000000
      || segment->start != *expected);
  *expected += part->duration;
}

/* 10, 32, 80, 88, 148 for all that is listed or still kept. */
static inline void
check_track (const PackagerTrack * track, gboolean gaps)
{
  const PlaylistSegment *last = NULL;
  const GList *l;
  guint i;

  for (l = track->playlist.segments.head; l != NULL; l = l->next) {
    const PlaylistSegment *s = l->data;
    guint64 expected = s->start;
    gint64 date, rounding = track->segmenter.exact ? 22 * MS : 1;

    for (i = 0; i < s->parts->len; i++)
      check_part (track, s, i, &expected);
    if (s->parts->len > 0)
      fail_unless_equals_uint64 (expected, s->start + s->duration);
    fail_unless (ns (s, s->duration) < 4500 * MS);
    if (last != NULL) {
      fail_unless_equals_uint64 (s->msn, last->msn + 1);
      fail_unless (gaps || !s->discontinuity);
      date = (gint64) (s->date - last->date - ns (last, last->duration));
      if (s->discontinuity)
        fail_unless (date > -(gint64) SECOND);
      else
        fail_unless (ABS (date) <= rounding, "%s: %" G_GUINT64_FORMAT " is %"
            G_GINT64_FORMAT " ns off", track->info.name, s->msn, date);
      if (!s->discontinuity && rounding == 1
          && s->timescale == last->timescale)
        fail_unless_equals_uint64 (s->start, last->start + last->duration);
    }
    last = s;
  }
}

static inline void
rig_clear (Rig * rig)
{
  packager_clear (&rig->packager);
}
