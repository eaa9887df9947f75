/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlspublisher.h"

#include <string.h>

#include "request.h"

#define VIDEO_TYPE "video/mp4"
#define AUDIO_TYPE "audio/mp4"

/* What has to be rendered anew of one rendition. */
typedef struct
{
  GstLlHlsView *view;           /* as last published */
  gboolean changed;             /* anything, since then */
  gboolean whole;               /* whole segments */
} Rendition;

struct _GstLlHlsPublisher
{
  GstLlHlsStore *store;
  GstLlHlsDirectory *directory; /* not owned, or NULL */
  Packager *packager;           /* not owned */
  GArray *renditions;           /* of Rendition, as the packager's tracks */
  GBytes *multivariant;         /* what is published */
  gboolean published, final;
};

static void
clear_rendition (gpointer data)
{
  Rendition *rendition = data;

  g_clear_pointer (&rendition->view, gst_llhls_view_unref);
}

GstLlHlsPublisher *
gst_llhls_publisher_new (GstLlHlsStore * store, GstLlHlsDirectory * directory,
    Packager * packager)
{
  GstLlHlsPublisher *self = g_new0 (GstLlHlsPublisher, 1);

  self->store = gst_llhls_store_ref (store);
  self->directory = directory;
  self->packager = packager;
  self->renditions = g_array_new (FALSE, TRUE, sizeof (Rendition));
  g_array_set_clear_func (self->renditions, clear_rendition);
  return self;
}

void
gst_llhls_publisher_free (GstLlHlsPublisher * self)
{
  g_array_unref (self->renditions);
  g_clear_pointer (&self->multivariant, g_bytes_unref);
  gst_llhls_store_unref (self->store);
  g_free (self);
}

static PackagerTrack *
nth_track (const GstLlHlsPublisher * self, guint i)
{
  return g_ptr_array_index (self->packager->tracks, i);
}

static Rendition *
nth_rendition (GstLlHlsPublisher * self, guint i)
{
  if (self->renditions->len <= i)
    g_array_set_size (self->renditions, i + 1);
  return &g_array_index (self->renditions, Rendition, i);
}

static const gchar *
content_type (const PackagerTrack * track)
{
  return track->video ? VIDEO_TYPE : AUDIO_TYPE;
}

/* Media */

static void
put_file (GstLlHlsPublisher * self, const gchar * path, GBytes * content)
{
  if (self->directory != NULL)
    gst_llhls_directory_write (self->directory, path, &content, 1);
}

void
gst_llhls_publisher_add_init (GstLlHlsPublisher * self, PackagerTrack * track,
    const gchar * name, GBytes * init)
{
  g_autofree gchar *path = playlist_map_uri (&track->playlist, name);

  put_file (self, path, init);
  gst_llhls_store_add (self->store, g_steal_pointer (&path),
      gst_llhls_object_new (content_type (track), &init, 1));
}

static void
store_part (GstLlHlsPublisher * self, const PackagerTrack * track,
    const SegmenterEvent * event)
{
  const Playlist *playlist = &track->playlist;
  const PlaylistSegment *segment = playlist_find (playlist, event->msn);
  GBytes *data;

  if (segment == NULL || event->part >= segment->parts->len)
    return;
  data = g_array_index (segment->parts, PlaylistPart, event->part).data;
  gst_llhls_store_add (self->store, playlist_part_uri (playlist, event->msn,
          event->part), gst_llhls_object_new (content_type (track), &data, 1));
}

static void
store_segment (GstLlHlsPublisher * self, const PackagerTrack * track,
    const SegmenterEvent * event)
{
  const Playlist *playlist = &track->playlist;
  const PlaylistSegment *segment = playlist_find (playlist, event->msn);
  g_autofree gchar *path = NULL;
  g_autofree GBytes **pieces = NULL;
  guint i;

  if (segment == NULL)
    return;
  path = playlist_segment_uri (playlist, event->msn);
  pieces = g_new (GBytes *, segment->parts->len);
  for (i = 0; i < segment->parts->len; i++)
    pieces[i] = g_array_index (segment->parts, PlaylistPart, i).data;
  if (self->directory != NULL)
    gst_llhls_directory_write (self->directory, path, pieces,
        segment->parts->len);
  gst_llhls_store_add (self->store, g_steal_pointer (&path),
      gst_llhls_object_new (content_type (track), pieces, segment->parts->len));
}

static void
drop_expired (GstLlHlsPublisher * self, PackagerTrack * track)
{
  const Playlist *playlist = &track->playlist;
  PlaylistSegment *segment;
  guint i;

  while ((segment = playlist_take_expired (&track->playlist)) != NULL) {
    g_autofree gchar *path = playlist_segment_uri (playlist, segment->msn);

    gst_llhls_store_remove (self->store, path);
    if (self->directory != NULL && !segment->gap)
      gst_llhls_directory_remove (self->directory, path);
    for (i = 0; i < segment->parts->len; i++) {
      g_autofree gchar *part = playlist_part_uri (playlist, segment->msn, i);

      gst_llhls_store_remove (self->store, part);
    }
    playlist_segment_free (segment);
  }
}

void
gst_llhls_publisher_take (GstLlHlsPublisher * self,
    const SegmenterEvent * event)
{
  PackagerTrack *track = nth_track (self, event->track);
  Rendition *rendition = nth_rendition (self, event->track);

  if (event->type == SEGMENTER_PART)
    store_part (self, track, event);
  else if (event->type == SEGMENTER_SEGMENT)
    store_segment (self, track, event);
  rendition->changed = TRUE;
  rendition->whole |= event->type != SEGMENTER_PART;
  drop_expired (self, track);
}

/* Playlists */

static GBytes *
take_text (gchar * text)
{
  return text != NULL ? g_bytes_new_take (text, strlen (text)) : NULL;
}

static GstLlHlsView *
render_view (GstLlHlsPublisher * self, const PackagerTrack * track)
{
  const Playlist *playlist = &track->playlist;
  const PlaylistSettings *settings = &self->packager->settings;
  GstLlHlsView *view = gst_llhls_view_new (playlist->name);

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
publish_multivariant (GstLlHlsPublisher * self)
{
  g_autoptr (GBytes) text = NULL;

  text = take_text (packager_render_multivariant (self->packager));
  if (self->multivariant != NULL && g_bytes_equal (self->multivariant, text))
    return;
  g_clear_pointer (&self->multivariant, g_bytes_unref);
  self->multivariant = g_steal_pointer (&text);
  put_file (self, REQUEST_MULTIVARIANT_NAME, self->multivariant);
}

/* Files are for servers that cannot hold requests: whole segments only. */
static void
write_playlist (GstLlHlsPublisher * self, const Playlist * playlist)
{
  PlaylistSettings settings = self->packager->settings;
  g_autofree gchar *name = NULL;
  g_autoptr (GBytes) text = NULL;

  if (self->directory == NULL)
    return;
  settings.low_latency = FALSE;
  settings.delta_updates = FALSE;
  name = g_strdup_printf ("%s.m3u8", playlist->name);
  text = take_text (playlist_render (playlist, &settings));
  put_file (self, name, text);
}

static void
publish_snapshot (GstLlHlsPublisher * self, gboolean all)
{
  GstLlHlsSnapshot *snapshot = gst_llhls_snapshot_new ();
  guint i;

  for (i = 0; i < self->packager->tracks->len; i++) {
    Rendition *rendition = nth_rendition (self, i);

    if (all || rendition->changed || rendition->view == NULL) {
      g_clear_pointer (&rendition->view, gst_llhls_view_unref);
      rendition->view = render_view (self, nth_track (self, i));
    }
    g_ptr_array_add (snapshot->views, gst_llhls_view_ref (rendition->view));
  }
  snapshot->listed = TRUE;
  snapshot->ended = self->packager->ended;
  if (self->multivariant != NULL)
    snapshot->multivariant = g_bytes_ref (self->multivariant);
  gst_llhls_store_publish (self->store, snapshot);
}

gboolean
gst_llhls_publisher_publish (GstLlHlsPublisher * self)
{
  gboolean all = !self->published || (self->packager->ended && !self->final);
  gboolean any = all, whole = all;
  guint i;

  for (i = 0; i < self->packager->tracks->len; i++) {
    any |= nth_rendition (self, i)->changed;
    whole |= nth_rendition (self, i)->whole;
  }
  if (!self->packager->open || !any)
    return FALSE;
  if (whole)
    publish_multivariant (self);
  /* Files change with whole segments, the origin's playlists with each part. */
  for (i = 0; i < self->packager->tracks->len; i++) {
    if (all || nth_rendition (self, i)->whole)
      write_playlist (self, &nth_track (self, i)->playlist);
  }
  publish_snapshot (self, all);
  for (i = 0; i < self->packager->tracks->len; i++)
    nth_rendition (self, i)->changed = nth_rendition (self, i)->whole = FALSE;
  self->published = TRUE;
  self->final = self->packager->ended;
  return TRUE;
}
