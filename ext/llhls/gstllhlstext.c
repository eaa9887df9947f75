/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlstext.h"

#include "gststatslist.h"
#include "lattice.h"

/* As long as a line is read. */
#define DEFAULT_CUE_DURATION (4 * GST_SECOND)

typedef enum
{
  FORMAT_VTT,
  FORMAT_PLAIN,
  FORMAT_PANGO,
} Format;

struct _GstLlHlsText
{
  gchar *name;                  /* fixed */
  Format format;                /* streaming thread */

  /* The stream's lock */
  TextTrack track;
  guint64 segments, parts, cues;
};

GstLlHlsText *
gst_llhls_text_new (GstLlHlsPad * pad, const Packager * packager,
    GstLlHlsPublisher * publisher)
{
  GstLlHlsText *self = g_new0 (GstLlHlsText, 1);
  GstLlHlsPadSettings settings;

  self->name = gst_object_get_name (GST_OBJECT (pad));
  text_track_init (&self->track, self->name, packager->config.prefix,
      packager->config.window, packager->settings.target_duration);
  gst_llhls_pad_get_settings (pad, &settings);
  gst_llhls_pad_settings_tell (&settings, &self->track.info);
  gst_llhls_pad_settings_clear (&settings);
  gst_llhls_publisher_add_text (publisher, &self->track);
  return self;
}

void
gst_llhls_text_free (GstLlHlsText * self)
{
  text_track_clear (&self->track);
  g_free (self->name);
  g_free (self);
}

const gchar *
gst_llhls_text_name (const GstLlHlsText * self)
{
  return self->name;
}

const TextTrack *
gst_llhls_text_track (const GstLlHlsText * self)
{
  return &self->track;
}

MultivariantRendition *
gst_llhls_text_info (GstLlHlsText * self)
{
  return &self->track.info;
}

gboolean
gst_llhls_text_set_caps (GstLlHlsText * self, GstCaps * caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  const gchar *format = gst_structure_get_string (s, "format");

  if (gst_structure_has_name (s, "application/x-subtitle-vtt"))
    self->format = FORMAT_VTT;
  else if (g_strcmp0 (format, "pango-markup") == 0)
    self->format = FORMAT_PANGO;
  else if (g_strcmp0 (format, "utf8") == 0)
    self->format = FORMAT_PLAIN;
  else
    return FALSE;
  return TRUE;
}

/* Takes `text` (transfer full) (nullable). */
static GPtrArray *
one_cue (gchar * text)
{
  GPtrArray *cues = g_ptr_array_new_with_free_func ((GDestroyNotify)
      webvtt_cue_free);

  if (text != NULL)
    g_ptr_array_add (cues, webvtt_cue_new (0, 0, NULL, text));
  return cues;
}

static GPtrArray *
read_cues (const GstLlHlsText * self, const GstMapInfo * map)
{
  const gchar *data = (const gchar *) map->data;

  switch (self->format) {
    case FORMAT_VTT:
      return webvtt_parse (data, map->size);
    case FORMAT_PLAIN:
      return one_cue (webvtt_from_plain (data, map->size));
    case FORMAT_PANGO:
      return one_cue (webvtt_from_pango (data, map->size));
  }
  g_assert_not_reached ();
}

/* The buffer's time is that of its first cue; times within it count from
 * there. */
static void
place_cues (GPtrArray * cues, GstBuffer * buffer, GstClockTime time)
{
  guint64 first = 0;
  guint i;

  if (cues->len > 0)
    first = ((const WebvttCue *) g_ptr_array_index (cues, 0))->start;
  for (i = 0; i < cues->len; i++) {
    WebvttCue *cue = g_ptr_array_index (cues, i);
    guint64 length = cue->end - cue->start;

    if (cues->len == 1 && GST_BUFFER_DURATION_IS_VALID (buffer))
      length = GST_BUFFER_DURATION (buffer);
    cue->start = time + (cue->start > first ? cue->start - first : 0);
    cue->end = cue->start + (length > 0 ? length : DEFAULT_CUE_DURATION);
  }
}

GPtrArray *
gst_llhls_text_read (GstLlHlsText * self, GstBuffer * buffer, GstClockTime time)
{
  GPtrArray *cues;
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return one_cue (NULL);
  cues = read_cues (self, &map);
  gst_buffer_unmap (buffer, &map);
  place_cues (cues, buffer, time);
  return cues;
}

void
gst_llhls_text_take (GstLlHlsText * self, GPtrArray * cues, gint64 shift)
{
  while (cues->len > 0) {
    WebvttCue *cue = g_ptr_array_steal_index (cues, 0);
    guint64 length = cue->end - cue->start;

    cue->start = shift < 0 && cue->start < (guint64) - shift ? 0
        : cue->start + shift;
    cue->end = cue->start + length;
    self->cues++;
    text_track_add (&self->track, cue);
  }
}

void
gst_llhls_text_remove (GstLlHlsText * self)
{
  text_track_remove (&self->track);
}

void
gst_llhls_text_resume (GstLlHlsText * self)
{
  text_track_resume (&self->track);
}

gboolean
gst_llhls_text_is_gone (const GstLlHlsText * self)
{
  return text_track_is_gone (&self->track);
}

/* ns up to which the rendition has something in its playlist. */
static guint64
published_end (const PackagerTrack * track)
{
  const PlaylistSegment *last =
      g_queue_peek_tail ((GQueue *) & track->playlist.segments);

  return last != NULL ? lattice_ns (last->start + last->duration,
      last->timescale) : 0;
}

static TextTrackGuide
look_at_others (const Packager * packager)
{
  TextTrackGuide guide = { &packager->timeline, NULL, 0,
    packager->settings.part_target, packager->date
  };
  guint i;

  for (i = 0; i < packager->tracks->len; i++) {
    const PackagerTrack *track = g_ptr_array_index (packager->tracks, i);

    if (guide.leader == NULL || published_end (track) > guide.position)
      guide.leader = &track->playlist;
    guide.position = MAX (guide.position, published_end (track));
  }
  return guide;
}

void
gst_llhls_text_follow (GstLlHlsText * self, const Packager * packager,
    GstLlHlsPublisher * publisher)
{
  g_autoptr (GArray) events = g_array_new (FALSE, FALSE,
      sizeof (SegmenterEvent));
  TextTrackGuide guide = look_at_others (packager);
  guint i;

  if (packager->ended)
    text_track_end (&self->track, &guide, events);
  else
    text_track_follow (&self->track, &guide, events);
  for (i = 0; i < events->len; i++) {
    const SegmenterEvent *event = &g_array_index (events, SegmenterEvent, i);

    self->parts += event->type == SEGMENTER_PART;
    self->segments += event->type == SEGMENTER_SEGMENT;
    gst_llhls_publisher_take_text (publisher, &self->track, event);
  }
}

guint64
gst_llhls_text_add_stats (const GstLlHlsText * self, GValue * list)
{
  const Playlist *playlist = &self->track.playlist;
  PlaylistPosition p;

  playlist_position (playlist, &p);
  gst_stats_list_append (list, gst_structure_new ("rendition",
          "name", G_TYPE_STRING, self->name,
          "msn", G_TYPE_UINT64, p.has_open ? p.open_msn : p.closed_msn,
          "part", G_TYPE_INT, (gint) p.open_parts - 1,
          "segments", G_TYPE_UINT64, self->segments,
          "parts", G_TYPE_UINT64, self->parts,
          "cues", G_TYPE_UINT64, self->cues,
          "cues-late", G_TYPE_UINT64, self->track.late,
          "cues-refused", G_TYPE_UINT64, self->track.refused,
          "position", G_TYPE_INT64, (gint64) self->track.end, NULL));
  return playlist->bytes;
}
