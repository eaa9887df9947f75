/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks, in this order: stream locks of the pads, self->lock, the store's lock
 * or the directory's queue.  The object lock of a pad is taken under none of
 * ours.  Nothing is posted, pushed or woken under self->lock: results are
 * collected there and carried out behind it.
 * Threads: streaming threads (push, caps, flush, end), application (stats). */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsstream.h"

#include <gst/video/video.h>
#include <string.h>

#include "aacconfig.h"
#include "avcparam.h"
#include "cmafinit.h"
#include "codecstring.h"
#include "gstelementmessage.h"
#include "packager.h"

GST_DEBUG_CATEGORY_EXTERN (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

/* How long a pad that delivers nothing holds up the others at the start. */
#define START_TIMEOUT (10 * GST_SECOND)
/* What containers and rate control put on top of an encoder's own figure. */
#define BITRATE_MARGIN_PERCENT 110
#define DEFAULT_FRAME_DURATION (33 * GST_MSECOND)
/* How far ahead key frames are asked for. */
#define KEY_REQUEST_LEAD (8 * GST_SECOND)
#define VIDEO_TYPE "video/mp4"
#define AUDIO_TYPE "audio/mp4"

struct _GstLlHlsTrack
{
  GstLlHlsStream *stream;
  gboolean video;
  gchar *name;
  GstLlHlsPadSettings settings; /* fixed after init */

  /* Streaming thread only. */
  guint length_size;            /* of NAL units, 0 = byte stream */
  AvcSets sets;
  gboolean adts;
  gint fps_n, fps_d;            /* from caps, -1 when they do not say */
  GstClockTime requested;       /* running time of the last key request */
  guint n_requests;

  /* stream->lock */
  PackagerTrack *core;
  GBytes *config;               /* of the format last set */
  gboolean config_changed;
  GstLlHlsView *view;
  guint64 tag_peak, tag_average;        /* bit/s */
  guint64 segments, parts, gaps, discontinuities;
  gboolean warned_keys;
};

struct _GstLlHlsStream
{
  GstElement *element;          /* not owned */
  GstLlHlsStore *store;
  GstLlHlsDirectory *directory; /* not owned, or NULL */
  GstLlHlsStreamConfig config;
  GMutex lock;
  Packager packager;            /* lock */
  gboolean has_origin;          /* lock */
  GPtrArray *tracks;            /* lock; of GstLlHlsTrack, as in packager */
  GBytes *multivariant;         /* lock; what is published */
  gboolean published, finalized;        /* lock */
};

static void
free_track (gpointer data)
{
  GstLlHlsTrack *track = data;

  avc_sets_clear (&track->sets);
  g_clear_pointer (&track->config, g_bytes_unref);
  g_clear_pointer (&track->view, gst_llhls_view_unref);
  g_free (track->settings.label);
  g_free (track->settings.language);
  g_free (track->name);
  g_free (track);
}

GstLlHlsStream *
gst_llhls_stream_new (GstElement * element, GstLlHlsStore * store,
    GstLlHlsDirectory * directory, const GstLlHlsStreamConfig * config)
{
  GstLlHlsStream *self = g_new0 (GstLlHlsStream, 1);
  g_autofree gchar *prefix = NULL;
  PackagerConfig core = { config->target, config->part, config->window,
    START_TIMEOUT, NULL
  };

  /* A name never means two things: media of an earlier run may be in a
   * cache. */
  prefix = g_strdup_printf ("%" G_GINT64_MODIFIER "x-",
      g_get_real_time () / G_TIME_SPAN_MILLISECOND);
  core.prefix = prefix;
  self->element = element;
  self->store = gst_llhls_store_ref (store);
  self->directory = directory;
  self->config = *config;
  g_mutex_init (&self->lock);
  packager_init (&self->packager, &core);
  self->tracks = g_ptr_array_new_with_free_func (free_track);
  return self;
}

void
gst_llhls_stream_free (GstLlHlsStream * self)
{
  g_ptr_array_unref (self->tracks);
  packager_clear (&self->packager);
  g_clear_pointer (&self->multivariant, g_bytes_unref);
  gst_llhls_store_unref (self->store);
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
    found->requested = GST_CLOCK_TIME_NONE;
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
  track->fps_n = -1;
  track->requested = GST_CLOCK_TIME_NONE;
  g_mutex_lock (&self->lock);
  track->core = packager_add_track (&self->packager, track->name, video);
  info = &track->core->info;
  info->label = g_strdup (track->settings.label);
  info->language = g_strdup (track->settings.language);
  g_ptr_array_add (self->tracks, track);
  g_mutex_unlock (&self->lock);
  return track;
}

static void
put_object (GstLlHlsStream * self, gchar * path, const gchar * type,
    GBytes * const *pieces, guint n)
{
  gst_llhls_store_add (self->store, path,
      gst_llhls_object_new (type, pieces, n));
}

static void
put_file (GstLlHlsStream * self, const gchar * path, GBytes * content)
{
  if (self->directory != NULL)
    gst_llhls_directory_write (self->directory, path, &content, 1);
}

static void
update_bandwidth_locked (GstLlHlsTrack * track)
{
  MultivariantRendition *info = &track->core->info;
  const Playlist *playlist = &track->core->playlist;
  const PlaylistSegment *open = playlist_open_segment (playlist);
  guint64 ns, declared = track->settings.bandwidth;

  info->average_bps = track->settings.average_bandwidth != 0
      ? track->settings.average_bandwidth : track->tag_average;
  if (declared == 0)
    declared = MAX (track->tag_peak, track->tag_average)
        * BITRATE_MARGIN_PERCENT / 100;
  if (declared == 0 && info->peak_bps == 0 && open != NULL) {
    ns = lattice_ns (open->duration, open->timescale);
    if (ns > 0)
      declared = gst_util_uint64_scale (open->size, 8 * GST_SECOND, ns);
  }
  info->peak_bps = MAX (info->peak_bps, declared);
  /* What was measured may be a little above (RFC 8216bis 4.4.6.2 via Apple's
   * rule: at most 10 %); a playlist that changes all the time helps nobody. */
  if (playlist->peak_bps > info->peak_bps * BITRATE_MARGIN_PERCENT / 100)
    info->peak_bps = playlist->peak_bps * BITRATE_MARGIN_PERCENT / 100;
}

/* The init section under its own name, and the format from the next key frame
 * on. */
static void
set_format_locked (GstLlHlsTrack * track, const CmafTrack * description,
    const Lattice * lattice, gboolean reordered)
{
  GstLlHlsStream *self = track->stream;
  g_autoptr (GBytes) init = cmaf_init_build (description);
  g_autofree gchar *path = NULL;
  SegmenterFormat format = { description->kind, *lattice, reordered, NULL };

  if (init == NULL)
    return;
  format.map = cmaf_init_name (init);
  path = playlist_map_uri (&track->core->playlist, format.map);
  put_file (self, path, init);
  put_object (self, g_steal_pointer (&path),
      track->video ? VIDEO_TYPE : AUDIO_TYPE, &init, 1);
  packager_set_format (&self->packager, track->core, &format);
  g_free (format.map);
}

static void
choose_frame_rate (const GstLlHlsTrack * track, const AvcSps * sps,
    guint * fps_n, guint * fps_d)
{
  if (track->fps_n >= 0) {
    *fps_n = track->fps_n;
    *fps_d = track->fps_d;
  } else {
    *fps_n = sps->fps_n;
    *fps_d = sps->fps_d;
  }
}

static void
fill_video_info (GstLlHlsTrack * track, const AvcSps * sps,
    const CmafTrack * description, guint fps_n, guint fps_d)
{
  MultivariantRendition *info = &track->core->info;

  g_free (info->codec);
  info->codec = codec_string_avc (sps);
  info->width = cmaf_track_display_width (description);
  info->height = sps->height;
  info->fps_n = fps_n;
  info->fps_d = fps_d;
  info->ready = TRUE;
}

/* From the parameter sets as they are now; nothing when they are incomplete or
 * as before. */
static void
update_video_format_locked (GstLlHlsTrack * track)
{
  g_autoptr (GBytes) config = avc_sets_config (&track->sets);
  CmafTrack description = { CMAF_VIDEO_AVC };
  Lattice lattice;
  AvcSps sps;
  guint fps_n, fps_d;

  if (config == NULL || !avc_sets_sps (&track->sets, &sps))
    return;
  if (track->config != NULL && !track->config_changed
      && g_bytes_equal (track->config, config))
    return;
  choose_frame_rate (track, &sps, &fps_n, &fps_d);
  lattice_init_video (&lattice, fps_n, fps_d);
  description.timescale = lattice.timescale;
  description.config = config;
  description.width = sps.width;
  description.height = sps.height;
  description.par_n = sps.par_n;
  description.par_d = sps.par_d;
  description.has_colour = sps.has_colour;
  description.primaries = sps.primaries;
  description.transfer = sps.transfer;
  description.matrix = sps.matrix;
  description.full_range = sps.full_range;
  GST_INFO ("%s: %ux%u, %u/%u fps, level %u", track->name, sps.width,
      sps.height, fps_n, fps_d, sps.level);
  fill_video_info (track, &sps, &description, fps_n, fps_d);
  set_format_locked (track, &description, &lattice, sps.max_reorder != 0);
  g_clear_pointer (&track->config, g_bytes_unref);
  track->config = g_steal_pointer (&config);
  track->config_changed = FALSE;
}

static gboolean
update_audio_format_locked (GstLlHlsTrack * track, GBytes * config)
{
  CmafTrack description = { CMAF_AUDIO_AAC };
  MultivariantRendition *info = &track->core->info;
  AacConfig aac;
  Lattice lattice;
  gsize size;
  gconstpointer data = g_bytes_get_data (config, &size);

  if (track->config != NULL && g_bytes_equal (track->config, config))
    return TRUE;
  if (!aac_config_parse (&aac, data, size))
    return FALSE;
  lattice_init_audio (&lattice, aac.rate, aac.frame_samples);
  description.timescale = aac.rate;
  description.config = config;
  description.rate = aac.rate;
  description.channels = aac.channels;
  g_free (info->codec);
  info->codec = codec_string_aac (&aac);
  info->channels = aac.channels;
  info->ready = TRUE;
  set_format_locked (track, &description, &lattice, FALSE);
  g_clear_pointer (&track->config, g_bytes_unref);
  track->config = g_bytes_ref (config);
  return TRUE;
}

static GBytes *
get_codec_data (const GstStructure * s)
{
  const GValue *value = gst_structure_get_value (s, "codec_data");
  GstBuffer *buffer;
  gpointer data;
  gsize size;

  if (value == NULL || !GST_VALUE_HOLDS_BUFFER (value))
    return NULL;
  buffer = gst_value_get_buffer (value);
  gst_buffer_extract_dup (buffer, 0, gst_buffer_get_size (buffer), &data,
      &size);
  return g_bytes_new_take (data, size);
}

static gboolean
set_video_caps (GstLlHlsTrack * track, const GstStructure * s)
{
  g_autoptr (GBytes) codec_data = get_codec_data (s);
  gint fps_n = -1, fps_d = 1;
  gsize size;
  gconstpointer data;

  gst_structure_get_fraction (s, "framerate", &fps_n, &fps_d);
  if (fps_n != track->fps_n || fps_d != track->fps_d)
    track->config_changed = TRUE;
  track->fps_n = fps_n;
  track->fps_d = fps_d;
  track->length_size = 0;
  if (g_strcmp0 (gst_structure_get_string (s, "stream-format"), "avc") != 0)
    return TRUE;
  if (codec_data == NULL)
    return FALSE;
  data = g_bytes_get_data (codec_data, &size);
  if (!avc_sets_parse_config (&track->sets, data, size, &track->length_size))
    return FALSE;
  g_mutex_lock (&track->stream->lock);
  update_video_format_locked (track);
  g_mutex_unlock (&track->stream->lock);
  return TRUE;
}

static gboolean
set_audio_caps (GstLlHlsTrack * track, const GstStructure * s)
{
  g_autoptr (GBytes) codec_data = get_codec_data (s);
  gboolean ok;

  track->adts =
      g_strcmp0 (gst_structure_get_string (s, "stream-format"), "adts") == 0;
  if (track->adts)
    return TRUE;
  if (codec_data == NULL)
    return FALSE;
  g_mutex_lock (&track->stream->lock);
  ok = update_audio_format_locked (track, codec_data);
  g_mutex_unlock (&track->stream->lock);
  return ok;
}

gboolean
gst_llhls_track_set_caps (GstLlHlsTrack * track, GstCaps * caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);

  return track->video ? set_video_caps (track, s) : set_audio_caps (track, s);
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
  info = &track->core->info;
  if (average != 0)
    track->tag_average = average;
  if (peak != 0)
    track->tag_peak = peak;
  if (info->language == NULL)
    info->language = g_steal_pointer (&language);
  g_mutex_unlock (&track->stream->lock);
}

/* Publishing */

static GBytes *
take_text (gchar * text)
{
  return text != NULL ? g_bytes_new_take (text, strlen (text)) : NULL;
}

static GstLlHlsView *
render_view_locked (GstLlHlsStream * self, GstLlHlsTrack * track)
{
  const Playlist *playlist = &track->core->playlist;
  const PlaylistSettings *settings = &self->packager.settings;
  GstLlHlsView *view = gst_llhls_view_new (track->name);

  view->playlist = take_text (playlist_render (playlist, settings));
  view->delta = take_text (playlist_render_delta (playlist, settings));
  view->report = playlist_render_report (playlist);
  playlist_position (playlist, &view->position);
  if (view->position.has_hint)
    view->hint = playlist_part_uri (playlist, playlist->hint_msn,
        playlist->hint_part);
  return view;
}

static void
publish_multivariant_locked (GstLlHlsStream * self)
{
  g_autoptr (GBytes) text = NULL;
  guint i;

  for (i = 0; i < self->tracks->len; i++)
    update_bandwidth_locked (g_ptr_array_index (self->tracks, i));
  text = take_text (packager_render_multivariant (&self->packager));
  if (self->multivariant != NULL && g_bytes_equal (self->multivariant, text))
    return;
  g_clear_pointer (&self->multivariant, g_bytes_unref);
  self->multivariant = g_steal_pointer (&text);
  put_file (self, REQUEST_MULTIVARIANT_NAME, self->multivariant);
}

/* Files are for servers that cannot hold requests: whole segments only. */
static void
write_playlist_locked (GstLlHlsStream * self, GstLlHlsTrack * track)
{
  PlaylistSettings settings = self->packager.settings;
  g_autofree gchar *name = NULL;
  g_autoptr (GBytes) text = NULL;

  if (self->directory == NULL)
    return;
  settings.low_latency = FALSE;
  settings.delta_updates = FALSE;
  name = g_strdup_printf ("%s.m3u8", track->name);
  text = take_text (playlist_render (&track->core->playlist, &settings));
  put_file (self, name, text);
}

static void
publish_locked (GstLlHlsStream * self, const gboolean * changed)
{
  GstLlHlsSnapshot *snapshot;
  guint i;

  snapshot = gst_llhls_snapshot_new ();
  for (i = 0; i < self->tracks->len; i++) {
    GstLlHlsTrack *track = g_ptr_array_index (self->tracks, i);

    if (changed[i] || track->view == NULL || !self->published
        || self->packager.ended) {
      g_clear_pointer (&track->view, gst_llhls_view_unref);
      track->view = render_view_locked (self, track);
    }
    g_ptr_array_add (snapshot->views, gst_llhls_view_ref (track->view));
  }
  snapshot->listed = TRUE;
  snapshot->ended = self->packager.ended;
  if (self->multivariant != NULL)
    snapshot->multivariant = g_bytes_ref (self->multivariant);
  gst_llhls_store_publish (self->store, snapshot);
}

static void
store_part_locked (GstLlHlsTrack * track, const SegmenterEvent * event)
{
  const Playlist *playlist = &track->core->playlist;
  const PlaylistSegment *segment = playlist_find (playlist, event->msn);

  track->parts++;
  if (segment != NULL && event->part < segment->parts->len)
    put_object (track->stream, playlist_part_uri (playlist, event->msn,
            event->part), track->video ? VIDEO_TYPE : AUDIO_TYPE,
        &g_array_index (segment->parts, PlaylistPart, event->part).data, 1);
}

static void
store_segment_locked (GstLlHlsTrack * track, const SegmenterEvent * event)
{
  const Playlist *playlist = &track->core->playlist;
  const PlaylistSegment *segment = playlist_find (playlist, event->msn);
  g_autofree gchar *path = NULL;
  g_autofree GBytes **pieces = NULL;
  guint i;

  track->segments++;
  if (segment == NULL)
    return;
  path = playlist_segment_uri (playlist, event->msn);
  pieces = g_new (GBytes *, segment->parts->len);
  for (i = 0; i < segment->parts->len; i++)
    pieces[i] = g_array_index (segment->parts, PlaylistPart, i).data;
  if (track->stream->directory != NULL)
    gst_llhls_directory_write (track->stream->directory, path, pieces,
        segment->parts->len);
  put_object (track->stream, g_steal_pointer (&path),
      track->video ? VIDEO_TYPE : AUDIO_TYPE, pieces, segment->parts->len);
}

static void
drop_expired_locked (GstLlHlsTrack * track)
{
  const Playlist *playlist = &track->core->playlist;
  PlaylistSegment *segment;
  guint i;

  while ((segment = playlist_take_expired (&track->core->playlist)) != NULL) {
    g_autofree gchar *path = playlist_segment_uri (playlist, segment->msn);

    gst_llhls_store_remove (track->stream->store, path);
    if (track->stream->directory != NULL && !segment->gap)
      gst_llhls_directory_remove (track->stream->directory, path);
    for (i = 0; i < segment->parts->len; i++) {
      g_autofree gchar *part = playlist_part_uri (playlist, segment->msn, i);

      gst_llhls_store_remove (track->stream->store, part);
    }
    playlist_segment_free (segment);
  }
}

static GstMessage *
new_message (GstLlHlsStream * self, const gchar * severity,
    const gchar * summary, GstStructure * facts)
{
  gst_structure_set (facts, "severity", G_TYPE_STRING, severity,
      "summary", G_TYPE_STRING, summary, "running-time", G_TYPE_UINT64,
      gst_element_running_time_now (self->element), NULL);
  return gst_message_new_element (GST_OBJECT (self->element), facts);
}

static void
add_gap_message (GstLlHlsTrack * track, const SegmenterEvent * event,
    GPtrArray * messages)
{
  g_autofree gchar *summary = NULL;

  summary = g_strdup_printf ("%s has no media for %u segment(s).",
      track->name, event->count);
  g_ptr_array_add (messages, new_message (track->stream, "warning", summary,
          gst_structure_new ("llhlssink-gap",
              "rendition", G_TYPE_STRING, track->name,
              "msn", G_TYPE_UINT64, event->msn,
              "count", G_TYPE_UINT, event->count,
              "start", G_TYPE_UINT64, event->time,
              "duration", G_TYPE_UINT64, event->duration, NULL)));
}

static void
add_discontinuity_message (GstLlHlsTrack * track,
    const SegmenterEvent * event, GPtrArray * messages)
{
  g_autofree gchar *summary = NULL;

  summary = g_strdup_printf ("%s continues behind a discontinuity.",
      track->name);
  g_ptr_array_add (messages, new_message (track->stream, "info", summary,
          gst_structure_new ("llhlssink-discontinuity",
              "rendition", G_TYPE_STRING, track->name,
              "msn", G_TYPE_UINT64, event->msn, NULL)));
}

/* Once for each rendition: it says how to set the encoder. */
static void
add_keys_message (GstLlHlsTrack * track, const SegmenterEvent * event,
    GPtrArray * messages)
{
  g_autofree gchar *summary = NULL;

  if (track->warned_keys)
    return;
  track->warned_keys = TRUE;
  summary = g_strdup_printf ("%s brings key frames too rarely for "
      "target-duration; segments begin without one.", track->name);
  g_ptr_array_add (messages, new_message (track->stream, "warning", summary,
          gst_structure_new ("llhlssink-keyframes",
              "rendition", G_TYPE_STRING, track->name,
              "msn", G_TYPE_UINT64, event->msn, NULL)));
}

static void
handle_event_locked (GstLlHlsTrack * track, const SegmenterEvent * event,
    GPtrArray * messages)
{
  switch (event->type) {
    case SEGMENTER_PART:
      store_part_locked (track, event);
      break;
    case SEGMENTER_SEGMENT:
      store_segment_locked (track, event);
      break;
    case SEGMENTER_GAP:
      track->gaps += event->count;
      add_gap_message (track, event, messages);
      break;
    case SEGMENTER_DISCONTINUITY:
      track->discontinuities++;
      add_discontinuity_message (track, event, messages);
      break;
    case SEGMENTER_FORCED_CUT:
      add_keys_message (track, event, messages);
      break;
  }
}

static void
add_finalized_message (GstLlHlsStream * self, GPtrArray * messages)
{
  guint64 segments = 0;
  guint i;

  if (!self->packager.ended || self->finalized)
    return;
  self->finalized = TRUE;
  for (i = 0; i < self->tracks->len; i++) {
    GstLlHlsTrack *track = g_ptr_array_index (self->tracks, i);

    segments += track->segments;
  }
  g_ptr_array_add (messages, new_message (self, "info",
          "The stream is over; its playlists are final.",
          gst_structure_new ("llhlssink-finalized",
              "segments", G_TYPE_UINT64, segments, NULL)));
}

/* Files change with whole segments, the origin's playlists with each part. */
static void
write_playlists_locked (GstLlHlsStream * self, const gboolean * whole)
{
  guint i;

  for (i = 0; i < self->tracks->len; i++) {
    if (whole[i] || !self->published || self->packager.ended)
      write_playlist_locked (self, g_ptr_array_index (self->tracks, i));
  }
}

/* Carries the packager's events to the outputs.  TRUE when something new can
 * be seen. */
static gboolean
collect_locked (GstLlHlsStream * self, GPtrArray * messages)
{
  GArray *events = self->packager.events;
  g_autofree gboolean *changed = g_new0 (gboolean, self->tracks->len + 1);
  g_autofree gboolean *whole = g_new0 (gboolean, self->tracks->len + 1);
  gboolean final = self->packager.ended && !self->finalized, any_whole = FALSE;
  guint i;

  for (i = 0; i < events->len; i++) {
    const SegmenterEvent *event = &g_array_index (events, SegmenterEvent, i);
    GstLlHlsTrack *track = g_ptr_array_index (self->tracks, event->track);

    handle_event_locked (track, event, messages);
    changed[event->track] = TRUE;
    if (event->type != SEGMENTER_PART)
      whole[event->track] = any_whole = TRUE;
    drop_expired_locked (track);
  }
  if (!self->packager.open || (events->len == 0 && self->published && !final)) {
    g_array_set_size (events, 0);
    return FALSE;
  }
  g_array_set_size (events, 0);
  if (any_whole || !self->published)
    publish_multivariant_locked (self);
  write_playlists_locked (self, whole);
  publish_locked (self, changed);
  self->published = TRUE;
  add_finalized_message (self, messages);
  return TRUE;
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

/* Frames */

static void
set_origin_locked (GstLlHlsStream * self, GstClockTime first)
{
  guint64 date = g_get_real_time () * GST_USECOND;
  GstClockTime now = gst_element_running_time_now (self->element);

  if (self->has_origin)
    return;
  self->has_origin = TRUE;
  if (!GST_CLOCK_TIME_IS_VALID (now))
    now = first;
  packager_set_origin (&self->packager, date - MIN (now, date), first, TRUE);
}

/* FALSE: not to be used.  Key frames are IDRs, since segments begin there. */
static gboolean
read_video (GstLlHlsTrack * track, const GstMapInfo * map,
    SegmenterFrame * frame)
{
  AvcUnit unit;

  frame->data = avc_unit_convert (&track->sets, map->data, map->size,
      track->length_size, &unit);
  if (frame->data == NULL || !unit.picture) {
    g_clear_pointer (&frame->data, g_bytes_unref);
    return FALSE;
  }
  frame->kind = unit.idr ? CMAF_SAMPLE_SYNC : unit.reference
      ? CMAF_SAMPLE_DEPENDENT : CMAF_SAMPLE_DISPOSABLE;
  if (unit.sets || track->config_changed) {
    g_mutex_lock (&track->stream->lock);
    update_video_format_locked (track);
    g_mutex_unlock (&track->stream->lock);
  }
  return TRUE;
}

static gboolean
read_audio (GstLlHlsTrack * track, const GstMapInfo * map,
    SegmenterFrame * frame)
{
  gsize offset = 0, length = map->size;
  gboolean ok = TRUE;

  frame->kind = CMAF_SAMPLE_SYNC;
  if (track->adts) {
    g_autoptr (GBytes) config =
        aac_config_from_adts (map->data, map->size, &offset, &length);

    if (config == NULL)
      return FALSE;
    g_mutex_lock (&track->stream->lock);
    ok = update_audio_format_locked (track, config);
    g_mutex_unlock (&track->stream->lock);
  }
  if (ok && length > 0)
    frame->data = g_bytes_new (map->data + offset, length);
  return frame->data != NULL;
}

/* Running time of presentation; what lies before the segment is not shown. */
static gboolean
read_times (const GstSegment * segment, GstBuffer * buffer,
    SegmenterFrame * frame)
{
  GstClockTime time = GST_BUFFER_PTS (buffer);

  if (!GST_CLOCK_TIME_IS_VALID (time))
    time = GST_BUFFER_DTS (buffer);
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return FALSE;
  time = gst_segment_to_running_time (segment, GST_FORMAT_TIME, time);
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return FALSE;
  frame->time = time;
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

static void
push_frame (GstLlHlsTrack * track, SegmenterFrame * frame, GstPad * origin)
{
  GstLlHlsStream *self = track->stream;
  g_autoptr (GPtrArray) messages = g_ptr_array_new ();
  GstClockTime due;
  gboolean news;

  g_mutex_lock (&self->lock);
  set_origin_locked (self, frame->time);
  packager_push (&self->packager, track->core, frame,
      g_get_monotonic_time () * GST_USECOND);
  news = collect_locked (self, messages);
  due = packager_due (&self->packager);
  if (due != PACKAGER_NONE && self->packager.shift != 0)
    due -= self->packager.shift;
  g_mutex_unlock (&self->lock);
  carry_out (self, news, messages);
  request_keys (track, due, origin);
}

GstFlowReturn
gst_llhls_track_push (GstLlHlsTrack * track, const GstSegment * segment,
    GstBuffer * buffer, GstPad * origin)
{
  SegmenterFrame frame = { 0, };
  GstMapInfo map;
  gboolean ok;

  if (!read_times (segment, buffer, &frame)) {
    GST_LOG ("%s: buffer without a time in the segment", track->name);
    return GST_FLOW_OK;
  }
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return GST_FLOW_OK;
  ok = track->video ? read_video (track, &map, &frame)
      : read_audio (track, &map, &frame);
  gst_buffer_unmap (buffer, &map);
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

  g_mutex_lock (&self->lock);
  packager_flush (&self->packager, track->core, reset_time);
  g_mutex_unlock (&self->lock);
}

void
gst_llhls_track_end (GstLlHlsTrack * track)
{
  GstLlHlsStream *self = track->stream;
  g_autoptr (GPtrArray) messages = g_ptr_array_new ();
  gboolean news;

  g_mutex_lock (&self->lock);
  packager_end_track (&self->packager, track->core);
  news = collect_locked (self, messages);
  g_mutex_unlock (&self->lock);
  carry_out (self, news, messages);
}

/* Stats */

static guint64
count_memory (const Playlist * playlist)
{
  guint64 bytes = 0;
  const GList *l;

  for (l = playlist->segments.head; l != NULL; l = l->next)
    bytes += ((const PlaylistSegment *) l->data)->size;
  for (l = playlist->retired.head; l != NULL; l = l->next)
    bytes += ((const PlaylistSegment *) l->data)->size;
  return bytes;
}

static void
append_track_stats (GValue * list, const GstLlHlsTrack * track)
{
  const Playlist *playlist = &track->core->playlist;
  GValue value = G_VALUE_INIT;
  PlaylistPosition p;

  playlist_position (playlist, &p);
  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value, gst_structure_new ("rendition",
          "name", G_TYPE_STRING, track->name,
          "msn", G_TYPE_UINT64, p.has_open ? p.open_msn : p.closed_msn,
          "part", G_TYPE_INT, (gint) p.open_parts - 1,
          "segments", G_TYPE_UINT64, track->segments,
          "parts", G_TYPE_UINT64, track->parts,
          "gaps", G_TYPE_UINT64, track->gaps,
          "discontinuities", G_TYPE_UINT64, track->discontinuities,
          "frames-dropped", G_TYPE_UINT64, track->core->dropped,
          "peak-rate-bps", G_TYPE_INT64, (gint64) playlist->peak_bps,
          "position", G_TYPE_INT64,
          (gint64) segmenter_position (&track->core->segmenter), NULL));
  gst_value_array_append_and_take_value (list, &value);
}

void
gst_llhls_stream_add_stats (GstLlHlsStream * self, GstStructure * stats)
{
  GValue list = G_VALUE_INIT;
  guint64 segments = 0, parts = 0, gaps = 0, discontinuities = 0, memory = 0;
  guint i;

  g_value_init (&list, GST_TYPE_ARRAY);
  g_mutex_lock (&self->lock);
  for (i = 0; i < self->tracks->len; i++) {
    const GstLlHlsTrack *track = g_ptr_array_index (self->tracks, i);

    segments += track->segments;
    parts += track->parts;
    gaps += track->gaps;
    discontinuities += track->discontinuities;
    memory += count_memory (&track->core->playlist);
    append_track_stats (&list, track);
  }
  g_mutex_unlock (&self->lock);
  gst_structure_set (stats, "segments", G_TYPE_UINT64, segments,
      "parts", G_TYPE_UINT64, parts, "gaps", G_TYPE_UINT64, gaps,
      "discontinuities", G_TYPE_UINT64, discontinuities,
      "memory-bytes", G_TYPE_INT64, (gint64) memory, NULL);
  gst_structure_take_value (stats, "renditions", &list);
}
