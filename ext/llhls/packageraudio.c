/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sound follows the boundaries that pictures decide. */
#include "packagerprivate.h"

/* Audio waits for video to decide its boundaries; when none has arrived for
 * this many target durations, or too much is waiting, audio goes on by
 * itself. */
#define AUDIO_PATIENCE 2
#define MAX_PENDING 4096

PackagerVideo
packager_look_at_video (const Packager * self)
{
  PackagerVideo video = { FALSE, TRUE, 0, 0 };
  guint64 patience = AUDIO_PATIENCE * self->config.target;
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    const PackagerTrack *track = packager_nth_track (self, i);

    if (!track->video)
      continue;
    if (track->ended) {
      video.end_msn = MAX (video.end_msn, track->end_msn);
      continue;
    }
    video.any = TRUE;
    video.lost &= track->state == PACKAGER_TRACK_SILENT
        || self->now - MAX (track->arrived, self->first_frame_at) >= patience;
    video.watermark = MAX (video.watermark, MAX (track->seen,
            segmenter_position (&track->segmenter)));
  }
  return video;
}

/* ns up to which a track has media, shown or waiting for its boundary. */
guint64
packager_media_end (const PackagerTrack * track)
{
  const SegmenterFrame *newest = g_queue_peek_tail ((GQueue *) &
      track->pending);
  const Lattice *lattice = &track->segmenter.format.lattice;
  guint64 end = segmenter_position (&track->segmenter);

  if (newest == NULL)
    return end;
  return MAX (end, newest->time + MAX (newest->duration,
          lattice_ns (lattice->frame, lattice->timescale)));
}

/* Audio that is a few frames longer than video belongs to the last segment that
 * video has: of a segment that only some renditions have players wait for the
 * others'.  What does not fit into it has gone on without video. */
static gboolean
is_rest (const Packager * self, const PackagerTrack * track,
    const PackagerVideo * video)
{
  const SegmenterFrame *oldest = track->pending.head->data;
  const TimelineBoundary *last;

  if (video->any || video->end_msn == 0)
    return FALSE;
  last = timeline_last (&self->timeline);
  return last->msn < video->end_msn
      && oldest->time >= timeline_due (&self->timeline)
      && packager_media_end (track) <= last->time + self->timeline.longest;
}

/* Sound that is lost while there is a picture becomes silence, since players
 * stand still where one of the two is missing.  Twins may have it. */
gboolean
packager_may_conceal (const Packager * self, const PackagerTrack * track)
{
  PackagerVideo video;

  if (track->video || track->ended || self->config.exact
      || track->playlist.next_msn == 0
      || track->segmenter.format.silence == NULL || track->segmenter.has_next)
    return FALSE;
  video = packager_look_at_video (self);
  return video.any && !video.lost;
}

/* Silence up to less than a frame before sound that comes behind a hole. */
static void
conceal_hole (Packager * self, PackagerTrack * track, guint64 time)
{
  const SegmenterFormat *format = &track->segmenter.format;
  guint64 position = segmenter_position (&track->segmenter);
  guint64 frame = lattice_ns (MAX (format->lattice.frame,
          format->silence_ticks), format->lattice.timescale);
  guint from = self->events->len;

  if (time <= position + frame || time > position + self->config.target
      || !packager_may_conceal (self, track))
    return;
  track->segmenter.leads = FALSE;
  segmenter_conceal (&track->segmenter, time - frame);
  packager_mark_events (self, from, track);
}

/* Lets audio go as far as its boundaries are known. */
static void
drain_audio (Packager * self, PackagerTrack * track)
{
  PackagerVideo video = packager_look_at_video (self);

  while (track->pending.head != NULL) {
    SegmenterFrame *frame = track->pending.head->data;
    gboolean ahead = video.any && frame->time >= video.watermark;
    gboolean rest = is_rest (self, track, &video);

    if (((ahead && !video.lost) || (rest && !self->ended))
        && track->pending.length < MAX_PENDING)
      return;
    conceal_hole (self, track, frame->time);
    track->segmenter.leads = !rest && (!video.any || ahead);
    g_queue_pop_head (&track->pending);
    packager_segment_frame (self, track, frame);
    packager_free_frame (frame);
  }
}

void
packager_drain_all_audio (Packager * self)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    if (!packager_nth_track (self, i)->video)
      drain_audio (self, packager_nth_track (self, i));
  }
}
