/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "packager.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)
#define MILLISECOND G_GUINT64_CONSTANT (1000000)

/* A segment may be this much longer than the target (Apple's rule 7.7 says
 * half a second; the rounding of EXTINF must not reach it). */
#define TOLERANCE (490 * MILLISECOND)

/* Audio waits for video to decide its boundaries; when none has arrived for
 * this many target durations, or too much is waiting, audio goes on by
 * itself. */
#define AUDIO_PATIENCE 2
#define MAX_PENDING 4096

/* A rendition this many whole segments behind, of which nothing has arrived for
 * as long, is given up with gaps.  One that is only slow is not. */
#define MAX_LAG 1

static void
free_frame (gpointer data)
{
  SegmenterFrame *frame = data;

  g_clear_pointer (&frame->data, g_bytes_unref);
  g_free (frame);
}

static void
free_track (gpointer data)
{
  PackagerTrack *track = data;

  g_queue_clear_full (&track->pending, free_frame);
  segmenter_clear (&track->segmenter);
  playlist_clear (&track->playlist);
  multivariant_rendition_clear (&track->info);
  g_free (track);
}

void
packager_init (Packager * self, const PackagerConfig * config)
{
  guint64 target_s = (config->target + SECOND - 1) / SECOND;
  static const Packager zero;

  *self = zero;
  self->config = *config;
  self->config.prefix = g_strdup (config->prefix);
  self->settings.target_duration = MAX (target_s, 1);
  /* Less than that and players have no room (rule 91 of our research). */
  self->config.window = MAX (config->window, 6 * target_s * SECOND);
  self->settings.low_latency = TRUE;
  self->settings.delta_updates =
      self->config.window > playlist_skip_boundary (&self->settings);
  timeline_init (&self->timeline, config->target,
      target_s * SECOND + TOLERANCE, 0);
  self->tracks = g_ptr_array_new_with_free_func (free_track);
  self->events = g_array_new (FALSE, FALSE, sizeof (SegmenterEvent));
  self->first_frame_at = PACKAGER_NONE;
}

void
packager_clear (Packager * self)
{
  g_clear_pointer (&self->tracks, g_ptr_array_unref);
  g_clear_pointer (&self->events, g_array_unref);
  timeline_clear (&self->timeline);
  g_clear_pointer (&self->config.prefix, g_free);
}

void
packager_set_origin (Packager * self, guint64 date, guint64 first_time,
    gboolean number_by_date)
{
  guint i;

  g_assert (!timeline_started (&self->timeline));
  self->date = date;
  if (number_by_date)
    self->timeline.next_msn = (date + first_time) / self->config.target;
  for (i = 0; i < self->tracks->len; i++) {
    PackagerTrack *track = g_ptr_array_index (self->tracks, i);

    track->segmenter.date = date;
  }
}

static PackagerTrack *
nth_track (const Packager * self, guint i)
{
  return g_ptr_array_index (self->tracks, i);
}

PackagerTrack *
packager_add_track (Packager * self, const gchar * name, gboolean video)
{
  PackagerTrack *track = g_new0 (PackagerTrack, 1);

  track->index = self->tracks->len;
  track->video = video;
  track->info.name = g_strdup (name);
  track->info.video = video;
  playlist_init (&track->playlist, name, self->config.prefix,
      self->config.window);
  segmenter_init (&track->segmenter, &self->timeline, &track->playlist,
      self->events, self->config.part, self->date);
  track->segmenter.leads = video;
  g_queue_init (&track->pending);
  g_ptr_array_add (self->tracks, track);
  return track;
}

static gboolean
has_media (const PackagerTrack * track)
{
  return track->playlist.segments.tail != NULL && (track->playlist.listed > 0
      || playlist_open_segment (&track->playlist)->parts->len > 0);
}

/* Parts may be 15 % shorter than PART-TARGET, no more (RFC 8216bis 4.4.4.9).
 * Where parts of a frame less would be, all get as many frames as fit. */
static void
settle_parts (PackagerTrack * track, guint64 part_target)
{
  Segmenter *segmenter = &track->segmenter;
  const Lattice *lattice = &segmenter->format.lattice;
  guint64 few, many;

  segmenter->part_limit = part_target;
  if (!segmenter->has_format || lattice->frame == 0)
    return;
  few = lattice_ticks (segmenter->part, lattice->timescale) / lattice->frame;
  many = lattice_ticks (part_target, lattice->timescale) / lattice->frame;
  if (many > 0 && lattice_ns (few * lattice->frame, lattice->timescale) * 100
      < part_target * 85)
    segmenter->part = lattice_ns (many * lattice->frame, lattice->timescale);
}

/* From here on PART-TARGET is what it is. */
static void
open_gate (Packager * self)
{
  guint64 longest = self->config.part;
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    PackagerTrack *track = nth_track (self, i);

    if (track->segmenter.has_format)
      longest = MAX (longest, segmenter_longest_part (&track->segmenter));
  }
  self->settings.part_target =
      (longest + MILLISECOND - 1) / MILLISECOND * MILLISECOND;
  for (i = 0; i < self->tracks->len; i++)
    settle_parts (nth_track (self, i), self->settings.part_target);
  self->open = TRUE;
}

static void
check_gate (Packager * self, guint64 now)
{
  guint i, with_media = 0;
  gboolean all = TRUE;

  if (self->open || self->first_frame_at == PACKAGER_NONE)
    return;
  for (i = 0; i < self->tracks->len; i++) {
    PackagerTrack *track = nth_track (self, i);

    with_media += has_media (track);
    all &= has_media (track) || track->ended;
  }
  if (with_media > 0
      && (all || now - self->first_frame_at >= self->config.start_timeout))
    open_gate (self);
}

guint64
packager_deadline (const Packager * self)
{
  if (self->open || self->first_frame_at == PACKAGER_NONE)
    return PACKAGER_NONE;
  return self->first_frame_at + self->config.start_timeout;
}

void
packager_on_timer (Packager * self, guint64 now)
{
  check_gate (self, now);
}

guint64
packager_due (const Packager * self)
{
  if (!timeline_started (&self->timeline))
    return PACKAGER_NONE;
  return timeline_due (&self->timeline);
}

void
packager_set_format (Packager * self, PackagerTrack * track,
    const SegmenterFormat * format)
{
  segmenter_set_format (&track->segmenter, format);
  if (self->open)
    track->segmenter.part_limit = self->settings.part_target;
}

typedef struct
{
  gboolean any;                 /* a video rendition that has not ended */
  gboolean lost;                /* nothing has come of any for too long */
  /* Up to where no boundary can come any more that is not known: video frames
   * arrive in order, and the next key frame lies behind the newest frame. */
  guint64 watermark;
} VideoState;

static VideoState
look_at_video (const Packager * self)
{
  VideoState video = { FALSE, TRUE, 0 };
  guint64 patience = AUDIO_PATIENCE * self->config.target;
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    const PackagerTrack *track = nth_track (self, i);

    if (!track->video || track->ended)
      continue;
    video.any = TRUE;
    video.lost &= self->now - MAX (track->arrived, self->first_frame_at)
        >= patience;
    video.watermark = MAX (video.watermark, MAX (track->seen,
            segmenter_position (&track->segmenter)));
  }
  return video;
}

static guint64
position_of_others (const Packager * self, const PackagerTrack * track)
{
  guint64 position = 0;
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    const PackagerTrack *other = nth_track (self, i);

    if (other != track)
      position = MAX (position, segmenter_position (&other->segmenter));
  }
  return position;
}

static void
mark_events (Packager * self, guint from, const PackagerTrack * track)
{
  guint i;

  for (i = from; i < self->events->len; i++)
    g_array_index (self->events, SegmenterEvent, i).track = track->index;
}

static gboolean
segment_frame (Packager * self, PackagerTrack * track, SegmenterFrame * frame)
{
  guint from = self->events->len;
  SegmenterResult result;

  track->segmenter.others = position_of_others (self, track);
  result = segmenter_push (&track->segmenter, frame);
  mark_events (self, from, track);
  track->dropped += result != SEGMENTER_TAKEN;
  return result == SEGMENTER_TAKEN;
}

/* Lets audio go as far as its boundaries are known. */
static void
drain_audio (Packager * self, PackagerTrack * track)
{
  VideoState video = look_at_video (self);

  while (track->pending.head != NULL) {
    SegmenterFrame *frame = track->pending.head->data;
    gboolean ahead = video.any && frame->time >= video.watermark;

    if (ahead && !video.lost && !track->ended
        && track->pending.length < MAX_PENDING)
      return;
    track->segmenter.leads = !video.any || ahead;
    g_queue_pop_head (&track->pending);
    segment_frame (self, track, frame);
    free_frame (frame);
  }
}

static void
drain_all_audio (Packager * self)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    if (!nth_track (self, i)->video)
      drain_audio (self, nth_track (self, i));
  }
}

/* Renditions of which nothing came while the others made whole segments. */
static void
give_up_laggards (Packager * self)
{
  guint64 last;
  guint i, from;

  if (!timeline_started (&self->timeline))
    return;
  last = timeline_last (&self->timeline)->msn;
  for (i = 0; i < self->tracks->len; i++) {
    PackagerTrack *track = nth_track (self, i);

    if (track->playlist.next_msn == 0 || track->playlist.ended
        || track->playlist.next_msn + MAX_LAG > last
        || self->now - track->arrived < MAX_LAG * self->config.target)
      continue;
    from = self->events->len;
    segmenter_give_up (&track->segmenter, last - MAX_LAG + 1);
    mark_events (self, from, track);
  }
}

/* Running time began anew on this track: the first one decides where that lies
 * on the presentation's time. */
static void
enter_epoch (Packager * self, PackagerTrack * track, guint64 time)
{
  guint64 end = 0;
  guint i;

  if (track->epoch <= self->epoch)
    return;
  for (i = 0; i < self->tracks->len; i++)
    end = MAX (end, segmenter_position (&nth_track (self, i)->segmenter));
  self->epoch = track->epoch;
  self->last_shift = self->shift;
  self->shift = (gint64) end - (gint64) time;
}

gboolean
packager_push (Packager * self, PackagerTrack * track, SegmenterFrame * frame,
    guint64 now)
{
  gboolean taken = TRUE;
  gint64 shift;

  if (track->playlist.ended || !track->segmenter.has_format) {
    g_clear_pointer (&frame->data, g_bytes_unref);
    track->dropped++;
    return FALSE;
  }
  if (self->first_frame_at == PACKAGER_NONE)
    self->first_frame_at = now;
  self->now = MAX (self->now, now);
  track->arrived = self->now;
  enter_epoch (self, track, frame->time);
  shift = track->epoch == self->epoch ? self->shift : self->last_shift;
  /* Before the beginning there is nothing. */
  if (shift < 0 && frame->time < (guint64) - shift)
    frame->time = 0;
  else
    frame->time += shift;
  track->seen = MAX (track->seen, frame->time);
  if (track->video) {
    taken = segment_frame (self, track, frame);
  } else {
    g_queue_push_tail (&track->pending, g_memdup2 (frame, sizeof (*frame)));
    frame->data = NULL;
  }
  drain_all_audio (self);
  give_up_laggards (self);
  check_gate (self, now);
  return taken;
}

void
packager_flush (Packager * self, PackagerTrack * track, gboolean reset_time)
{
  g_queue_clear_full (&track->pending, free_frame);
  segmenter_flush (&track->segmenter);
  if (reset_time && track->playlist.next_msn > 0)
    track->epoch++;
}

static void
finish_track (Packager * self, PackagerTrack * track)
{
  guint from = self->events->len;

  segmenter_finish (&track->segmenter);
  mark_events (self, from, track);
}

static void
end_presentation (Packager * self)
{
  guint i;

  self->ended = TRUE;
  if (!self->open)
    open_gate (self);
  for (i = 0; i < self->tracks->len; i++)
    playlist_end (&nth_track (self, i)->playlist);
}

void
packager_end_track (Packager * self, PackagerTrack * track)
{
  guint i;

  if (track->ended)
    return;
  track->ended = TRUE;
  drain_all_audio (self);
  finish_track (self, track);
  for (i = 0; i < self->tracks->len; i++) {
    if (!nth_track (self, i)->ended)
      return;
  }
  end_presentation (self);
}

void
packager_remove_track (Packager * self, PackagerTrack * track)
{
  packager_end_track (self, track);
}

void
packager_resume_track (Packager * self, PackagerTrack * track)
{
  if (self->ended)
    return;
  track->ended = FALSE;
  segmenter_flush (&track->segmenter);
}

gchar *
packager_render_multivariant (const Packager * self,
    const MultivariantRendition * const *others, guint n_others,
    const MultivariantSettings * settings)
{
  g_autofree const MultivariantRendition **renditions = NULL;
  guint i, n = self->tracks->len;

  renditions = g_new0 (const MultivariantRendition *, n + n_others + 1);
  for (i = 0; i < n; i++)
    renditions[i] = &nth_track (self, i)->info;
  for (i = 0; i < n_others; i++)
    renditions[n + i] = others[i];
  return multivariant_render (renditions, n + n_others, settings);
}
