/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks, in this order: stream locks of the pads, self->lock, the store's lock
 * or an output's or state's queue, and last object locks, under which none of
 * ours is taken.  Nothing is posted, pushed or woken under self->lock: results are
 * collected there and carried out behind it.
 * Threads: streaming threads (push, caps, flush, end), application (stats,
 * states, pads), and one of its own that sleeps until the packager's deadline:
 * made with the stream, joined in gst_llhls_stream_stop (). */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsstreamparts.h"

#include <glib/gi18n-lib.h>
#include <gst/video/video.h>

#include "gstelementmessage.h"
#include "gstllhlsdaterange.h"
#include "languagetag.h"

GST_DEBUG_CATEGORY_EXTERN (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

/* How long a pad that delivers nothing holds up the others at the start. */
#define START_TIMEOUT (10 * GST_SECOND)
/* What containers and rate control put on top of an encoder's own figure. */
#define BITRATE_MARGIN_PERCENT 110
#define DEFAULT_FRAME_DURATION (33 * GST_MSECOND)
/* How far ahead key frames are asked for. */
#define KEY_REQUEST_LEAD (8 * GST_SECOND)
/* Of media, between two requests for a key frame that is missing. */
#define KEY_REQUEST_PAUSE GST_SECOND
/* Between two runs of the timer. */
#define MIN_SLEEP (5 * GST_MSECOND)

static void
free_track (gpointer data)
{
  GstLlHlsTrack *track = data;

  g_clear_pointer (&track->media, gst_llhls_media_free);
  g_clear_pointer (&track->text, gst_llhls_text_free);
  bandwidth_meter_clear (&track->meter);
  bandwidth_meter_clear (&track->keys);
  gst_llhls_pad_settings_clear (&track->settings);
  g_free (track->incident);
  g_free (track->name);
  g_free (track);
}

static gpointer timer_main (gpointer data);
static void carry_out (GstLlHlsStream * self, gboolean news,
    GPtrArray * messages);

/* Before anything runs. */
static void
open_state (GstLlHlsStream * self, const gchar * path, StateFile * state)
{
  g_autoptr (GError) error = NULL;

  if (!gst_llhls_state_load (path, state, &error) && error != NULL)
    GST_ELEMENT_WARNING (self->element, RESOURCE, READ,
        (_("The state of the stream before could not be read.")),
        ("state-file is \"%s\": %s; numbers follow from the date", path,
            error->message));
  self->state = gst_llhls_state_new (self->element, path);
}

static void
save_state_locked (GstLlHlsStream * self)
{
  guint64 next_msn = self->packager.timeline.next_msn;
  StateFile state;

  if (self->state == NULL || next_msn == self->saved_msn)
    return;
  packager_save (&self->packager, &state);
  state.start = self->start;
  self->saved_msn = next_msn;
  gst_llhls_state_put (self->state, &state);
}

GstLlHlsStream *
gst_llhls_stream_new (GstElement * element, GstLlHlsStore * store,
    const GstLlHlsOutputs * outputs, const GstLlHlsStreamConfig * config)
{
  GstLlHlsStream *self = g_new0 (GstLlHlsStream, 1);
  g_autofree gchar *prefix = NULL;
  PackagerConfig core = { config->target, config->part, config->window,
    START_TIMEOUT, NULL, config->gap_timeout,
    config->epoch_lock != GST_LLHLS_EPOCH_LOCK_NONE, config->event
  };
  GstLlHlsPublisherConfig published = { config->iframes, config->start_offset };

  StateFile state = { 0, };

  self->element = element;
  self->config = *config;
  self->config.state_file = NULL;
  if (config->state_file != NULL)
    open_state (self, config->state_file, &state);
  /* A name never means two things: media of an earlier run may be in a
   * cache. */
  self->start = MAX ((guint64) g_get_real_time () / G_TIME_SPAN_MILLISECOND,
      state.start + 1);
  prefix = core.exact ? g_strdup ("")
      : g_strdup_printf ("%" G_GINT64_MODIFIER "x-", self->start);
  core.prefix = prefix;
  g_mutex_init (&self->lock);
  packager_init (&self->packager, &core);
  self->packager.settings.skip_dateranges = TRUE;
  self->packager.settings.query_param = config->query_param;
  if (state.target != 0)
    packager_restore (&self->packager, &state);
  daterange_set_init (&self->ranges);
  self->publisher = gst_llhls_publisher_new (store, outputs, &self->packager,
      &self->ranges, &published);
  self->tracks = g_ptr_array_new_with_free_func (free_track);
  self->texts = g_ptr_array_new_with_free_func (free_track);
  self->paused_at = g_get_monotonic_time () * GST_USECOND;
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("llhls-timer", timer_main, self);
  return self;
}

void
gst_llhls_stream_stop (GstLlHlsStream * self)
{
  g_autoptr (GPtrArray) messages = g_ptr_array_new ();

  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  if (self->thread != NULL)
    g_thread_join (self->thread);
  self->thread = NULL;
  g_mutex_lock (&self->lock);
  gst_llhls_stream_close_gaps (self, "stopped", messages);
  g_mutex_unlock (&self->lock);
  carry_out (self, FALSE, messages);
}

void
gst_llhls_stream_free (GstLlHlsStream * self)
{
  gst_llhls_stream_stop (self);
  g_clear_pointer (&self->state, gst_llhls_state_free);
  g_cond_clear (&self->cond);
  g_ptr_array_unref (self->tracks);
  g_ptr_array_unref (self->texts);
  gst_llhls_publisher_free (self->publisher);
  daterange_set_clear (&self->ranges);
  packager_clear (&self->packager);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* A pad that was released and is requested again goes on with its rendition:
 * its URLs must not name two. */
static GstLlHlsTrack *
resume_track (GstLlHlsStream * self, GstLlHlsPad * pad)
{
  g_autofree gchar *name = gst_object_get_name (GST_OBJECT (pad));
  GstLlHlsTrack *found = NULL;
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < self->tracks->len && found == NULL; i++) {
    GstLlHlsTrack *track = g_ptr_array_index (self->tracks, i);

    if (g_str_equal (track->name, name))
      found = track;
  }
  if (found != NULL) {
    packager_resume_track (&self->packager, found->core);
    found->wanted = GST_CLOCK_TIME_NONE;
    found->requested = found->untimed_since = GST_CLOCK_TIME_NONE;
    found->epoch.known = FALSE;
  }
  g_mutex_unlock (&self->lock);
  return found;
}

GstLlHlsTrack *
gst_llhls_stream_add_track (GstLlHlsStream * self, GstLlHlsPad * pad,
    gboolean video)
{
  GstLlHlsTrack *track = resume_track (self, pad);
  MultivariantRendition *info;

  if (track != NULL)
    return track;
  track = g_new0 (GstLlHlsTrack, 1);
  track->stream = self;
  track->video = video;
  track->name = gst_object_get_name (GST_OBJECT (pad));
  gst_llhls_pad_get_settings (pad, &track->settings);
  track->untimed_since = GST_CLOCK_TIME_NONE;
  track->media = gst_llhls_media_new (track->name, video, &track->settings);
  track->requested = GST_CLOCK_TIME_NONE;
  track->wanted = GST_CLOCK_TIME_NONE;
  g_mutex_lock (&self->lock);
  track->core = packager_add_track (&self->packager, track->name, video);
  info = &track->core->info;
  gst_llhls_pad_settings_tell (&track->settings, info);
  info->iframes = video && self->config.iframes;
  bandwidth_meter_init (&track->meter,
      self->packager.settings.target_duration * GST_SECOND);
  bandwidth_meter_init (&track->keys,
      self->packager.settings.target_duration * GST_SECOND);
  g_ptr_array_add (self->tracks, track);
  g_mutex_unlock (&self->lock);
  return track;
}

static GstLlHlsTrack *
find_text_locked (GstLlHlsStream * self, const gchar * name)
{
  guint i;

  for (i = 0; i < self->texts->len; i++) {
    GstLlHlsTrack *track = g_ptr_array_index (self->texts, i);

    if (g_str_equal (gst_llhls_text_name (track->text), name))
      return track;
  }
  return NULL;
}

/* A pad that is there again goes on with its rendition. */
GstLlHlsTrack *
gst_llhls_stream_add_text (GstLlHlsStream * self, GstLlHlsPad * pad)
{
  g_autofree gchar *name = gst_object_get_name (GST_OBJECT (pad));
  GstLlHlsTrack *track;

  g_mutex_lock (&self->lock);
  track = find_text_locked (self, name);
  if (track == NULL) {
    track = g_new0 (GstLlHlsTrack, 1);
    track->stream = self;
    track->untimed_since = GST_CLOCK_TIME_NONE;
    track->text = gst_llhls_text_new (pad, &self->packager, self->publisher);
    g_ptr_array_add (self->texts, track);
  } else {
    gst_llhls_text_resume (track->text);
  }
  g_mutex_unlock (&self->lock);
  return track;
}

static guint64
rate_bps (guint64 bytes, GstClockTime duration)
{
  return duration > 0 ? gst_util_uint64_scale (bytes, 8 * GST_SECOND, duration)
      : 0;
}

/* What is known before the first segment is whole. */
static guint64
declared_peak (const GstLlHlsTrack * track)
{
  const PlaylistSegment *open = playlist_open_segment (&track->core->playlist);

  if (track->settings.bandwidth != 0)
    return track->settings.bandwidth;
  if (track->tag_peak != 0 || track->tag_average != 0)
    return MAX (track->tag_peak, track->tag_average)
        * BITRATE_MARGIN_PERCENT / 100;
  if (open == NULL || track->core->info.peak_bps != 0)
    return 0;
  if (track->stream->packager.config.exact)
    GST_WARNING ("%s: BANDWIDTH is measured and may differ from a twin's; "
        "set the pad's bandwidth", track->name);
  return rate_bps (open->size, lattice_ns (open->duration, open->timescale));
}

static void
settle_keys (MultivariantRendition * info, guint64 peak, guint64 average)
{
  info->iframe_bps = bandwidth_settle (info->iframe_bps, peak,
      BANDWIDTH_ROOM_KEYS);
  info->iframe_average_bps = bandwidth_settle (info->iframe_average_bps,
      MAX (average, info->iframe_average_bps == 0 ? peak : 0),
      BANDWIDTH_ROOM_KEYS);
}

static void
update_bandwidth_locked (GstLlHlsTrack * track)
{
  MultivariantRendition *info = &track->core->info;
  const PlaylistSegment *open = playlist_open_segment (&track->core->playlist);

  info->peak_bps = bandwidth_settle (MAX (info->peak_bps, declared_peak
          (track)), track->meter.peak_bps, BANDWIDTH_ROOM);
  if (track->settings.average_bandwidth != 0)
    info->average_bps = track->settings.average_bandwidth;
  else if (track->tag_average != 0)
    info->average_bps = track->tag_average;
  else
    info->average_bps = bandwidth_settle (info->average_bps,
        bandwidth_meter_average (&track->meter), BANDWIDTH_ROOM);
  if (info->iframe_bps == 0 && open != NULL)
    settle_keys (info, rate_bps (open->key_bytes,
            track->stream->config.target), 0);
}

/* A segment is whole: its share in BANDWIDTH, and that of its key frame. */
static void
measure_locked (GstLlHlsTrack * track, guint64 msn)
{
  const PlaylistSegment *segment = playlist_find (&track->core->playlist, msn);
  GstClockTime duration;

  if (segment == NULL)
    return;
  duration = lattice_ns (segment->duration, segment->timescale);
  bandwidth_meter_add (&track->meter, segment->size, duration);
  bandwidth_meter_add (&track->keys, segment->key_bytes, duration);
  settle_keys (&track->core->info, track->keys.peak_bps,
      bandwidth_meter_average (&track->keys));
}

/* In force from the next frame at which it can be. */
static void
set_format_locked (GstLlHlsTrack * track, GstLlHlsFormat * format)
{
  GstLlHlsStream *self = track->stream;
  MultivariantRendition *info = &track->core->info;

  gst_llhls_publisher_add_init (self->publisher, track->core,
      format->format.map, format->init);
  packager_set_format (&self->packager, track->core, &format->format);
  g_free (info->codec);
  info->codec = g_steal_pointer (&format->codec);
  info->width = format->width;
  info->height = format->height;
  info->fps_n = format->fps_n;
  info->fps_d = format->fps_d;
  info->channels = format->channels;
  info->transfer = format->transfer;
  info->ready = TRUE;
}

static void
take_format (GstLlHlsTrack * track)
{
  g_autoptr (GstLlHlsFormat) format =
      gst_llhls_media_take_format (track->media);

  if (format == NULL)
    return;
  g_mutex_lock (&track->stream->lock);
  set_format_locked (track, format);
  g_mutex_unlock (&track->stream->lock);
}

gboolean
gst_llhls_track_set_caps (GstLlHlsTrack * track, GstCaps * caps)
{
  if (track->text != NULL)
    return gst_llhls_text_set_caps (track->text, caps);
  if (!gst_llhls_media_set_caps (track->media, caps))
    return FALSE;
  take_format (track);
  return TRUE;
}

void
gst_llhls_track_set_tags (GstLlHlsTrack * track, GstTagList * tags)
{
  guint peak = 0, average = 0;
  g_autofree gchar *language = NULL;
  MultivariantRendition *info;

  if (!gst_tag_list_get_uint (tags, GST_TAG_BITRATE, &average))
    gst_tag_list_get_uint (tags, GST_TAG_NOMINAL_BITRATE, &average);
  gst_tag_list_get_uint (tags, GST_TAG_MAXIMUM_BITRATE, &peak);
  gst_tag_list_get_string (tags, GST_TAG_LANGUAGE_CODE, &language);
  g_mutex_lock (&track->stream->lock);
  info =
      track->text !=
      NULL ? gst_llhls_text_info (track->text) : &track->core->info;
  if (average != 0)
    track->tag_average = average;
  if (peak != 0)
    track->tag_peak = peak;
  if (info->language == NULL && language != NULL
      && language_tag_is_well_formed (language))
    info->language = g_steal_pointer (&language);
  g_mutex_unlock (&track->stream->lock);
}

static void
handle_event_locked (GstLlHlsTrack * track, const SegmenterEvent * event,
    GPtrArray * messages)
{
  switch (event->type) {
    case SEGMENTER_PART:
      track->tally.parts++;
      track->parts_concealed += event->concealed;
      if (event->concealed)
        gst_llhls_stream_note_gap (track, event, messages);
      else
        gst_llhls_stream_close_gap (track, "recovered", messages);
      break;
    case SEGMENTER_GAP_PART:
      gst_llhls_stream_note_gap (track, event, messages);
      break;
    case SEGMENTER_SEGMENT:
      track->tally.segments++;
      measure_locked (track, event->msn);
      break;
    case SEGMENTER_GAP:
      track->tally.gaps += event->count;
      bandwidth_meter_break (&track->meter);
      bandwidth_meter_break (&track->keys);
      gst_llhls_stream_note_gap (track, event, messages);
      break;
    case SEGMENTER_DISCONTINUITY:
      track->tally.discontinuities++;
      gst_llhls_stream_note_discontinuity (track, event, messages);
      break;
    case SEGMENTER_FORCED_CUT:
      gst_llhls_stream_note_keys (track, event, messages);
      break;
  }
}

static void
follow_locked (GstLlHlsStream * self)
{
  guint i;

  for (i = 0; i < self->texts->len && self->packager.open; i++) {
    GstLlHlsTrack *track = g_ptr_array_index (self->texts, i);

    gst_llhls_text_follow (track->text, &self->packager, self->publisher);
  }
}

/* Renditions whose pad is gone and of which nothing is left; applications may
 * request and release pads for ever. */
static void
forget_gone_locked (GstLlHlsStream * self)
{
  PackagerTrack *core;
  guint i = 0;

  while ((core = packager_find_gone (&self->packager)) != NULL) {
    GstLlHlsTrack *track = g_ptr_array_index (self->tracks, core->index);

    GST_INFO ("%s is forgotten", track->name);
    gst_llhls_tally_add (&self->gone, &track->tally);
    gst_llhls_publisher_forget (self->publisher, core);
    g_ptr_array_remove_index (self->tracks, core->index);
    packager_forget_track (&self->packager, core);
  }
  while (i < self->texts->len) {
    GstLlHlsTrack *track = g_ptr_array_index (self->texts, i);

    if (!gst_llhls_text_is_gone (track->text)) {
      i++;
      continue;
    }
    gst_llhls_publisher_forget_text (self->publisher,
        gst_llhls_text_track (track->text));
    g_ptr_array_remove_index (self->texts, i);
  }
}

/* Carries the packager's events to the outputs.  TRUE when something new can
 * be seen. */
static gboolean
collect_locked (GstLlHlsStream * self, GPtrArray * messages)
{
  GArray *events = self->packager.events;
  gboolean news;
  guint i;

  for (i = 0; i < events->len; i++) {
    const SegmenterEvent *event = &g_array_index (events, SegmenterEvent, i);
    GstLlHlsTrack *track = g_ptr_array_index (self->tracks, event->track);

    handle_event_locked (track, event, messages);
    gst_llhls_publisher_take (self->publisher, event);
  }
  g_array_set_size (events, 0);
  save_state_locked (self);
  for (i = 0; i < self->tracks->len; i++)
    update_bandwidth_locked (g_ptr_array_index (self->tracks, i));
  follow_locked (self);
  gst_llhls_stream_note_groups (self, messages);
  news = gst_llhls_publisher_publish (self->publisher);
  if (news)
    gst_llhls_stream_note_finalized (self, messages);
  forget_gone_locked (self);
  return news;
}

/* What was collected under the lock, behind it. */
static void
carry_out (GstLlHlsStream * self, gboolean news, GPtrArray * messages)
{
  guint i;

  if (news && self->config.wake != NULL)
    self->config.wake (self->config.user_data);
  for (i = 0; i < messages->len; i++)
    gst_element_post_message (self->element, g_ptr_array_index (messages, i));
}

/* Time */

/* Monotonic time, but for what was spent outside of PLAYING. */
static guint64
now_locked (const GstLlHlsStream * self)
{
  return self->playing ? g_get_monotonic_time () * GST_USECOND
      - self->time_offset : self->paused_at;
}

void
gst_llhls_stream_set_playing (GstLlHlsStream * self, gboolean playing)
{
  g_mutex_lock (&self->lock);
  if (playing && !self->playing)
    self->time_offset = g_get_monotonic_time () * GST_USECOND - self->paused_at;
  else if (!playing)
    self->paused_at = now_locked (self);
  self->playing = playing;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
sleep_until_locked (GstLlHlsStream * self, guint64 until)
{
  self->sleeps_until = until;
  if (until == PACKAGER_NONE)
    g_cond_wait (&self->cond, &self->lock);
  else
    g_cond_wait_until (&self->cond, &self->lock,
        (until + self->time_offset) / GST_USECOND + 1);
}

static void
run_timer_locked (GstLlHlsStream * self)
{
  g_autoptr (GPtrArray) messages = g_ptr_array_new ();
  gboolean news;

  packager_on_timer (&self->packager, now_locked (self));
  news = collect_locked (self, messages);
  g_mutex_unlock (&self->lock);
  carry_out (self, news, messages);
  g_mutex_lock (&self->lock);
}

static gpointer
timer_main (gpointer data)
{
  GstLlHlsStream *self = data;
  guint64 deadline, now, excused = 0;

  g_mutex_lock (&self->lock);
  while (!self->stopping) {
    now = now_locked (self);
    deadline = self->playing ? packager_deadline (&self->packager)
        : PACKAGER_NONE;
    if (now < deadline) {
      sleep_until_locked (self, deadline);
    } else if (now - deadline > self->config.part && now > excused) {
      /* We stood still ourselves, and so did who brings the media. */
      excused = now + 2 * self->config.part;
      sleep_until_locked (self, now + self->config.part);
    } else {
      run_timer_locked (self);
      sleep_until_locked (self, now_locked (self) + MIN_SLEEP);
    }
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}

/* Frames */

/* The date of time 0, by the system's clock.  Times of twins may be ahead of
 * it: then this is less than 0, modulo 2^64. */
static guint64
measure_date (GstLlHlsStream * self, GstClockTime first, gint64 to_shared)
{
  guint64 date = g_get_real_time () * GST_USECOND;
  GstClockTime now = gst_element_running_time_now (self->element);

  if (!GST_CLOCK_TIME_IS_VALID (now))
    return date - first;
  return date - now - to_shared;
}

static void
set_origin_locked (GstLlHlsStream * self, GstClockTime first, gint64 to_shared)
{
  guint64 date = 0;

  if (self->has_origin)
    return;
  self->has_origin = TRUE;
  switch (self->config.epoch_lock) {
    case GST_LLHLS_EPOCH_LOCK_NONE:
      date = measure_date (self, first, 0);
      break;
    case GST_LLHLS_EPOCH_LOCK_PTS:
      date = self->config.epoch_offset == GST_LLHLS_EPOCH_MEASURED
          ? measure_date (self, first, to_shared)
          : (guint64) (self->config.epoch_offset * (gint64) GST_MSECOND);
      break;
    case GST_LLHLS_EPOCH_LOCK_REFERENCE_TIMESTAMP:
    case GST_LLHLS_EPOCH_LOCK_TIMECODE:
    case GST_LLHLS_EPOCH_LOCK_CLOCK:
      break;
  }
  packager_set_origin (&self->packager, date, first,
      self->config.epoch_lock == GST_LLHLS_EPOCH_LOCK_NONE);
}

/* Longer than the audio that comes before the first picture with a timecode. */
#define UNTIMED_PATIENCE 2

/* A frame without a time that twins share.  Said once: nobody would know why
 * there is no stream. */
static void
drop_untimed (GstLlHlsTrack * track, GstClockTime running_time)
{
  GstLlHlsStream *self = track->stream;
  const gchar *name = track->text != NULL ? gst_llhls_text_name (track->text)
      : track->name;

  if (track->text == NULL) {
    g_mutex_lock (&self->lock);
    track->core->dropped++;
    g_mutex_unlock (&self->lock);
  }
  if (!GST_CLOCK_TIME_IS_VALID (track->untimed_since)
      || running_time < track->untimed_since)
    track->untimed_since = running_time;
  if (track->warned_untimed || running_time - track->untimed_since
      < UNTIMED_PATIENCE * self->config.target)
    return;
  track->warned_untimed = TRUE;
  GST_ELEMENT_WARNING (self->element, LIBRARY, SETTINGS,
      (_("Frames do not have the time that twins share, and are dropped.")),
      ("epoch-lock is %s, but the buffers of %s have no %s; bring it, or set "
          "epoch-lock to none", gst_llhls_epoch_lock_name
          (self->config.epoch_lock), name,
          gst_llhls_epoch_want (self->config.epoch_lock)));
}

/* Running time of presentation; what lies before the segment is not shown.  Or
 * the time that twins share. */
static gboolean
read_times (GstLlHlsTrack * track, const GstSegment * segment,
    GstBuffer * buffer, SegmenterFrame * frame)
{
  GstLlHlsStream *self = track->stream;
  GstClockTime time = GST_BUFFER_PTS (buffer);

  if (!GST_CLOCK_TIME_IS_VALID (time))
    time = GST_BUFFER_DTS (buffer);
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return FALSE;
  time = gst_segment_to_running_time (segment, GST_FORMAT_TIME, time);
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return FALSE;
  g_mutex_lock (&self->lock);
  frame->time = gst_llhls_epoch_read (&track->epoch, &self->epoch,
      self->config.epoch_lock, self->element, buffer, time);
  g_mutex_unlock (&self->lock);
  if (!GST_CLOCK_TIME_IS_VALID (frame->time)) {
    drop_untimed (track, time);
    return FALSE;
  }
  track->untimed_since = GST_CLOCK_TIME_NONE;
  track->to_shared = (gint64) frame->time - (gint64) time;
  frame->duration = GST_BUFFER_DURATION_IS_VALID (buffer)
      ? GST_BUFFER_DURATION (buffer) : DEFAULT_FRAME_DURATION;
  return TRUE;
}

/* The encoder has already given its first frame when we ask: before that, the
 * encoders of GStreamer 1.22.0 would ignore this and every later request.  Asks
 * well ahead of time, since encoders look ahead. */
static void
request_keys (GstLlHlsTrack * track, GstClockTime due, GstPad * origin)
{
  GstClockTime target = track->stream->config.target, until;

  if (!track->video || !track->stream->config.key_requests
      || due == PACKAGER_NONE)
    return;
  until = due + MAX (KEY_REQUEST_LEAD, target) - target;
  if (GST_CLOCK_TIME_IS_VALID (track->requested)
      && track->requested <= until + target)
    due = MAX (due, track->requested + target);
  for (; due <= until; due += target) {
    track->requested = due;
    GST_LOG ("%s: asking for a key frame at %" GST_TIME_FORMAT, track->name,
        GST_TIME_ARGS (due));
    gst_pad_push_event (origin, gst_video_event_new_upstream_force_key_unit
        (due, TRUE, ++track->n_requests));
  }
}

/* What comes can't be shown before the next key frame. */
static void
request_key_now (GstLlHlsTrack * track, GstClockTime time, GstPad * origin)
{
  if (!track->video || !track->stream->config.key_requests
      || (GST_CLOCK_TIME_IS_VALID (track->wanted)
          && time >= track->wanted && time - track->wanted < KEY_REQUEST_PAUSE))
    return;
  track->wanted = time;
  GST_DEBUG ("%s: asking for a key frame at once", track->name);
  gst_pad_push_event (origin, gst_video_event_new_upstream_force_key_unit
      (GST_CLOCK_TIME_NONE, TRUE, ++track->n_requests));
}

static void
push_frame (GstLlHlsTrack * track, SegmenterFrame * frame, GstPad * origin)
{
  GstLlHlsStream *self = track->stream;
  g_autoptr (GPtrArray) messages = g_ptr_array_new ();
  GstClockTime due, time = frame->time;
  gboolean news, wants_key;

  g_mutex_lock (&self->lock);
  set_origin_locked (self, frame->time, track->to_shared);
  packager_push (&self->packager, track->core, frame, now_locked (self));
  news = collect_locked (self, messages);
  if (packager_deadline (&self->packager) < self->sleeps_until)
    g_cond_signal (&self->cond);
  due = packager_due (&self->packager);
  wants_key = track->core->wants_key;
  if (due != PACKAGER_NONE)
    due -= self->packager.shift + track->to_shared;
  g_mutex_unlock (&self->lock);
  carry_out (self, news, messages);
  request_keys (track, due, origin);
  if (wants_key)
    request_key_now (track, time, origin);
}

/* Cues wait for the others to come that far. */
static void
push_text (GstLlHlsTrack * track, GstBuffer * buffer, GstClockTime time)
{
  GstLlHlsStream *self = track->stream;
  g_autoptr (GPtrArray) cues = gst_llhls_text_read (track->text, buffer, time);

  g_mutex_lock (&self->lock);
  gst_llhls_text_take (track->text, cues, self->packager.shift);
  g_mutex_unlock (&self->lock);
}

GstFlowReturn
gst_llhls_track_push (GstLlHlsTrack * track, const GstSegment * segment,
    GstBuffer * buffer, GstPad * origin)
{
  SegmenterFrame frame = { 0, };
  gboolean ok;

  if (!read_times (track, segment, buffer, &frame)) {
    GST_LOG ("%s: buffer without a time in the segment", track->name);
    return GST_FLOW_OK;
  }
  if (track->text != NULL) {
    push_text (track, buffer, frame.time);
    return GST_FLOW_OK;
  }
  ok = gst_llhls_media_read (track->media, buffer, &frame);
  take_format (track);
  if (ok)
    push_frame (track, &frame, origin);
  else
    GST_DEBUG ("%s: buffer of %" G_GSIZE_FORMAT " bytes makes no sense",
        track->name, gst_buffer_get_size (buffer));
  return GST_FLOW_OK;
}

void
gst_llhls_track_flush (GstLlHlsTrack * track, gboolean reset_time)
{
  GstLlHlsStream *self = track->stream;

  track->untimed_since = GST_CLOCK_TIME_NONE;
  g_mutex_lock (&self->lock);
  /* Offsets from another running time say nothing. */
  if (reset_time)
    track->epoch.known = self->epoch.known = FALSE;
  if (track->text == NULL)
    packager_flush (&self->packager, track->core, reset_time);
  g_mutex_unlock (&self->lock);
}

static void
end_track (GstLlHlsTrack * track, gboolean remove)
{
  GstLlHlsStream *self = track->stream;
  g_autoptr (GPtrArray) messages = g_ptr_array_new ();
  gboolean news;

  /* Silence, for the others go on. */
  if (track->text != NULL && !remove)
    return;
  g_mutex_lock (&self->lock);
  if (remove && track->text == NULL)
    gst_llhls_stream_close_gap (track, "released", messages);
  if (track->text != NULL)
    gst_llhls_text_remove (track->text);
  else if (remove)
    packager_remove_track (&self->packager, track->core);
  else
    packager_end_track (&self->packager, track->core);
  news = collect_locked (self, messages);
  g_mutex_unlock (&self->lock);
  carry_out (self, news, messages);
}

void
gst_llhls_track_end (GstLlHlsTrack * track)
{
  end_track (track, FALSE);
}

void
gst_llhls_track_remove (GstLlHlsTrack * track)
{
  end_track (track, TRUE);
}

/* Date ranges */

static gboolean
insert_locked (GstLlHlsStream * self, Daterange * range,
    GstClockTime running_time, GError ** error)
{
  if (!self->has_origin && running_time != GST_CLOCK_TIME_NONE) {
    g_set_error (error, DATERANGE_ERROR, DATERANGE_ERROR_FIELD,
        "start-running-time means nothing before the first frame");
    return FALSE;
  }
  if (running_time != GST_CLOCK_TIME_NONE)
    range->start = self->packager.date + self->packager.shift + running_time;
  return daterange_set_add (&self->ranges, range, self->packager.now, error);
}

gboolean
gst_llhls_stream_insert_daterange (GstLlHlsStream * self,
    const GstStructure * structure, GError ** error)
{
  g_auto (Daterange) range;
  GstClockTime running_time;
  gboolean ok;

  daterange_init (&range);
  ok = gst_llhls_daterange_read (structure, &range, &running_time, error);
  g_mutex_lock (&self->lock);
  ok = ok && insert_locked (self, &range, running_time, error);
  if (ok)
    gst_llhls_publisher_touch (self->publisher);
  else
    self->ranges_refused++;
  g_mutex_unlock (&self->lock);
  return ok;
}
