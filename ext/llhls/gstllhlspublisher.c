/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlspublisher.h"

#include <string.h>

#include "playlisttext.h"
#include "request.h"
#include "vod.h"

#define VIDEO_TYPE "video/mp4"
#define AUDIO_TYPE "audio/mp4"
#define TEXT_TYPE "text/vtt; charset=utf-8"

/* One of a rendition's playlists, for the origin and as a file. */
typedef struct
{
  GstLlHlsView *view;           /* as last published */
  PlaylistText text, file, push;
} Form;

typedef enum
{
  FORM_MEDIA,
  FORM_IFRAMES,
  N_FORMS
} FormKind;

/* What has to be rendered anew of one rendition. */
typedef struct
{
  Playlist *playlist;           /* not owned */
  guint lane;                   /* of the outputs; 0 is the multivariant's */
  const MultivariantRendition *info;    /* not owned */
  const gchar *content_type;
  guint n_forms;                /* FORM_MEDIA alone, or both */
  Form forms[N_FORMS];
  guint64 first_msn;            /* as last published */
  const Segmenter *segmenter;   /* not owned; NULL of text */
  const TextTrack *text;        /* not owned; NULL of others */
  GPtrArray *inits;             /* names of init sections, the newest last */
  gboolean begun;               /* it has listed something */
  gboolean changed;             /* anything, since then */
  gboolean whole;               /* whole segments */
} Rendition;

struct _GstLlHlsPublisher
{
  GstLlHlsStore *store;
  const GstLlHlsOutputs *outputs;       /* not owned */
  Packager *packager;           /* not owned */
  DaterangeSet *ranges;         /* not owned */
  GstLlHlsPublisherConfig config;
  GPtrArray *renditions;        /* of Rendition, as the packager's tracks */
  GPtrArray *texts;             /* of Rendition, behind them */
  GBytes *multivariant;         /* what is published */
  GPtrArray *vod;               /* of GstLlHlsView; NULL before the end */
  gboolean published, final;
};

static void
free_rendition (gpointer data)
{
  Rendition *rendition = data;
  guint i;

  for (i = 0; i < N_FORMS; i++) {
    g_clear_pointer (&rendition->forms[i].view, gst_llhls_view_unref);
    playlist_text_clear (&rendition->forms[i].text);
    playlist_text_clear (&rendition->forms[i].file);
    playlist_text_clear (&rendition->forms[i].push);
  }
  g_ptr_array_unref (rendition->inits);
  g_free (rendition);
}

static gboolean
has_lane (const GPtrArray * renditions, guint lane)
{
  guint i;

  for (i = 0; i < renditions->len; i++) {
    if (((const Rendition *) g_ptr_array_index (renditions, i))->lane == lane)
      return TRUE;
  }
  return FALSE;
}

/* The outputs keep something for each lane there ever was, so that those of
 * renditions that are gone are taken again.  0 is the multivariant's. */
static guint
choose_lane (const GstLlHlsPublisher * self)
{
  guint lane = 1;

  while (has_lane (self->renditions, lane) || has_lane (self->texts, lane))
    lane++;
  return lane;
}

static Rendition *
new_rendition (GstLlHlsPublisher * self, Playlist * playlist,
    const MultivariantRendition * info,
    const gchar * content_type, gboolean iframes)
{
  Rendition *rendition = g_new0 (Rendition, 1);
  guint i;

  rendition->playlist = playlist;
  rendition->lane = choose_lane (self);
  playlist->together = TRUE;
  rendition->info = info;
  rendition->content_type = content_type;
  rendition->n_forms = iframes ? N_FORMS : 1;
  rendition->inits = g_ptr_array_new_with_free_func (g_free);
  for (i = 0; i < N_FORMS; i++) {
    playlist_text_init (&rendition->forms[i].text);
    playlist_text_init (&rendition->forms[i].file);
    playlist_text_init (&rendition->forms[i].push);
  }
  return rendition;
}

GstLlHlsPublisher *
gst_llhls_publisher_new (GstLlHlsStore * store,
    const GstLlHlsOutputs * outputs, Packager * packager, DaterangeSet * ranges,
    const GstLlHlsPublisherConfig * config)
{
  GstLlHlsPublisher *self = g_new0 (GstLlHlsPublisher, 1);

  self->store = gst_llhls_store_ref (store);
  self->outputs = outputs;
  self->packager = packager;
  self->ranges = ranges;
  self->config = *config;
  self->renditions = g_ptr_array_new_with_free_func (free_rendition);
  self->texts = g_ptr_array_new_with_free_func (free_rendition);
  return self;
}

void
gst_llhls_publisher_free (GstLlHlsPublisher * self)
{
  g_ptr_array_unref (self->renditions);
  g_ptr_array_unref (self->texts);
  g_clear_pointer (&self->multivariant, g_bytes_unref);
  g_clear_pointer (&self->vod, g_ptr_array_unref);
  gst_llhls_store_unref (self->store);
  g_free (self);
}

static PackagerTrack *
nth_track (const GstLlHlsPublisher * self, guint i)
{
  return g_ptr_array_index (self->packager->tracks, i);
}

static const gchar *
content_type (const PackagerTrack * track)
{
  return track->video ? VIDEO_TYPE : AUDIO_TYPE;
}

/* The packager's tracks, then those that follow them. */
static guint
count_renditions (const GstLlHlsPublisher * self)
{
  return self->packager->tracks->len + self->texts->len;
}

static const Rendition *
nth_text (const GstLlHlsPublisher * self, guint i)
{
  return g_ptr_array_index (self->texts, i);
}

static gboolean
is_withdrawn (const GstLlHlsPublisher * self, guint i)
{
  guint n = self->packager->tracks->len;

  return i < n ? nth_track (self, i)->withdrawn
      : text_track_is_withdrawn (nth_text (self, i - n)->text);
}

static Rendition *
nth_rendition (GstLlHlsPublisher * self, guint i)
{
  while (self->renditions->len < self->packager->tracks->len) {
    PackagerTrack *track = nth_track (self, self->renditions->len);
    Rendition *rendition = new_rendition (self, &track->playlist,
        &track->info, content_type (track), track->video
        && self->config.iframes);

    rendition->segmenter = &track->segmenter;
    g_ptr_array_add (self->renditions, rendition);
  }
  return i < self->renditions->len ? g_ptr_array_index (self->renditions, i)
      : g_ptr_array_index (self->texts, i - self->renditions->len);
}

void
gst_llhls_publisher_add_text (GstLlHlsPublisher * self, TextTrack * text)
{
  Rendition *rendition = new_rendition (self, &text->playlist, &text->info,
      TEXT_TYPE, FALSE);

  rendition->text = text;
  g_ptr_array_add (self->texts, rendition);
}

/* Media */

/* Into the store and to the outputs.  Takes `path` and `object`. */
static void
put_media (GstLlHlsPublisher * self, const Rendition * rendition,
    OutboxKind kind, guint64 msn, gchar * path, GstLlHlsObject * object)
{
  gst_llhls_outputs_put (self->outputs, rendition->lane, kind, path, msn,
      object);
  gst_llhls_store_add (self->store, path, object);
}

/* Init sections */

static gboolean
names_init (const GQueue * segments, const gchar * name)
{
  const GList *l;

  for (l = segments->head; l != NULL; l = l->next) {
    if (g_strcmp0 (((const PlaylistSegment *) l->data)->map, name) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Whether anything of it names that one, or will. */
static gboolean
needs_init (const Rendition * rendition, const gchar * name)
{
  const Segmenter *segmenter = rendition->segmenter;

  return names_init (&rendition->playlist->segments, name)
      || names_init (&rendition->playlist->retired, name)
      || g_strcmp0 (rendition->playlist->hint_map, name) == 0
      || g_strcmp0 (segmenter->format.map, name) == 0
      || g_strcmp0 (segmenter->next.map, name) == 0;
}

/* Formats that come and go would fill the memory, and the disk. */
static void
drop_inits (GstLlHlsPublisher * self, Rendition * rendition)
{
  guint i = 0;

  while (i + 1 < rendition->inits->len) {
    const gchar *name = g_ptr_array_index (rendition->inits, i);
    g_autofree gchar *path = playlist_map_uri (rendition->playlist, name);

    if (needs_init (rendition, name)) {
      i++;
      continue;
    }
    gst_llhls_store_remove (self->store, path);
    if (rendition->begun)
      gst_llhls_outputs_remove (self->outputs, rendition->lane, OUTBOX_INIT,
          path);
    g_ptr_array_remove_index (rendition->inits, i);
  }
}

/* The outputs get nothing of a pad that never brings anything: their
 * multivariant playlist would wait for its playlist. */
static void
begin_outputs (GstLlHlsPublisher * self, Rendition * rendition)
{
  guint i;

  if (rendition->begun)
    return;
  rendition->begun = TRUE;
  for (i = 0; i < rendition->inits->len; i++) {
    g_autofree gchar *path = playlist_map_uri (rendition->playlist,
        g_ptr_array_index (rendition->inits, i));
    g_autoptr (GstLlHlsObject) object = gst_llhls_store_find (self->store,
        path);

    if (object != NULL)
      gst_llhls_outputs_put (self->outputs, rendition->lane, OUTBOX_INIT, path,
          0, object);
  }
}

void
gst_llhls_publisher_add_init (GstLlHlsPublisher * self, PackagerTrack * track,
    const gchar * name, GBytes * init)
{
  Rendition *rendition = nth_rendition (self, track->index);
  gchar *path = playlist_map_uri (&track->playlist, name);
  GstLlHlsObject *object = gst_llhls_object_new (content_type (track), &init,
      1);
  guint known;

  if (g_ptr_array_find_with_equal_func (rendition->inits, name, g_str_equal,
          &known))
    g_ptr_array_remove_index (rendition->inits, known);
  g_ptr_array_add (rendition->inits, g_strdup (name));
  drop_inits (self, rendition);
  /* The hint may name it. */
  rendition->changed = TRUE;
  if (rendition->begun)
    put_media (self, rendition, OUTBOX_INIT, 0, path, object);
  else
    gst_llhls_store_add (self->store, path, object);
}

/* Media */

static void
store_part (GstLlHlsPublisher * self, const Rendition * rendition,
    const SegmenterEvent * event)
{
  const Playlist *playlist = rendition->playlist;
  const PlaylistSegment *segment = playlist_find (playlist, event->msn);
  GBytes *data;

  if (segment == NULL || event->part >= segment->parts->len)
    return;
  data = g_array_index (segment->parts, PlaylistPart, event->part).data;
  if (data == NULL)
    return;
  put_media (self, rendition, OUTBOX_PART, event->msn,
      playlist_part_uri (playlist, event->msn, event->part),
      gst_llhls_object_new (rendition->content_type, &data, 1));
}

/* A twin has what is missing here under the same name: who asks for it shall
 * ask there. */
static gboolean
is_whole (const GstLlHlsPublisher * self, const PlaylistSegment * segment)
{
  guint i;

  for (i = 0; i < segment->parts->len && self->packager->config.exact; i++) {
    if (g_array_index (segment->parts, PlaylistPart, i).data == NULL)
      return FALSE;
  }
  return TRUE;
}

/* Its parts, or what stands for them. */
static guint
collect_pieces (const PlaylistSegment * segment, GBytes ** pieces)
{
  guint i, n = 0;

  if (segment->whole != NULL) {
    pieces[0] = segment->whole;
    return 1;
  }
  for (i = 0; i < segment->parts->len; i++) {
    pieces[n] = g_array_index (segment->parts, PlaylistPart, i).data;
    n += pieces[n] != NULL;
  }
  return n;
}

static void
store_segment (GstLlHlsPublisher * self, const Rendition * rendition,
    const SegmenterEvent * event)
{
  const Playlist *playlist = rendition->playlist;
  const PlaylistSegment *segment = playlist_find (playlist, event->msn);
  g_autofree GBytes **pieces = NULL;
  guint n;

  if (segment == NULL || !is_whole (self, segment))
    return;
  pieces = g_new (GBytes *, segment->parts->len + 1);
  n = collect_pieces (segment, pieces);
  put_media (self, rendition, OUTBOX_SEGMENT, event->msn,
      playlist_segment_uri (playlist, event->msn),
      gst_llhls_object_new (rendition->content_type, pieces, n));
}

static void
drop_parts (GstLlHlsPublisher * self, const Rendition * rendition,
    const PlaylistSegment * segment)
{
  guint i;

  for (i = 0; i < segment->parts->len; i++) {
    g_autofree gchar *part = playlist_part_uri (rendition->playlist,
        segment->msn, i);

    if (g_array_index (segment->parts, PlaylistPart, i).data == NULL)
      continue;
    gst_llhls_store_remove (self->store, part);
    gst_llhls_outputs_remove (self->outputs, rendition->lane, OUTBOX_PART,
        part);
  }
}

static void
drop_segment (GstLlHlsPublisher * self, const Rendition * rendition,
    const PlaylistSegment * segment)
{
  g_autofree gchar *path = playlist_segment_uri (rendition->playlist,
      segment->msn);

  gst_llhls_store_remove (self->store, path);
  if (!segment->gap)
    gst_llhls_outputs_remove (self->outputs, rendition->lane, OUTBOX_SEGMENT,
        path);
  drop_parts (self, rendition, segment);
}

static void
drop_expired (GstLlHlsPublisher * self, Rendition * rendition)
{
  PlaylistSegment *segment;

  while ((segment = playlist_take_expired (rendition->playlist)) != NULL) {
    drop_segment (self, rendition, segment);
    playlist_segment_free (segment);
    drop_inits (self, rendition);
  }
}

/* What is old enough stays listed, and is read from the archive. */
static void
release_old (GstLlHlsPublisher * self, Rendition * rendition)
{
  const PlaylistSegment *segment;

  if (self->outputs->archive == NULL)
    return;
  while ((segment = playlist_find_releasable (rendition->playlist,
              self->outputs->keep)) != NULL) {
    g_autofree gchar *path = playlist_segment_uri (rendition->playlist,
        segment->msn);

    drop_parts (self, rendition, segment);
    gst_llhls_store_archive (self->store, path);
    playlist_release (rendition->playlist);
  }
}

static void
take_event (GstLlHlsPublisher * self, Rendition * rendition,
    const SegmenterEvent * event)
{
  begin_outputs (self, rendition);
  if (event->type == SEGMENTER_PART)
    store_part (self, rendition, event);
  else if (event->type == SEGMENTER_SEGMENT)
    store_segment (self, rendition, event);
  rendition->changed = TRUE;
  rendition->whole |= event->type != SEGMENTER_PART
      && event->type != SEGMENTER_GAP_PART;
  drop_expired (self, rendition);
  release_old (self, rendition);
}

void
gst_llhls_publisher_take (GstLlHlsPublisher * self,
    const SegmenterEvent * event)
{
  take_event (self, nth_rendition (self, event->track), event);
}

void
gst_llhls_publisher_take_text (GstLlHlsPublisher * self,
    const TextTrack * text, const SegmenterEvent * event)
{
  guint i;

  for (i = 0; i < self->texts->len; i++) {
    Rendition *rendition = g_ptr_array_index (self->texts, i);

    if (rendition->text == text)
      take_event (self, rendition, event);
  }
}

/* Renditions that are gone */

static void
drop_segments (GstLlHlsPublisher * self, const Rendition * rendition,
    const GQueue * segments)
{
  const GList *l;

  for (l = segments->head; l != NULL; l = l->next)
    drop_segment (self, rendition, l->data);
}

/* The name of one of its playlists. */
static gchar *
form_name (const GstLlHlsPublisher * self, const Rendition * rendition,
    guint form)
{
  PlaylistSettings settings = self->packager->settings;

  settings.iframes = form == FORM_IFRAMES;
  return playlist_rendered_name (rendition->playlist, &settings);
}

static void
drop_files (GstLlHlsPublisher * self, const Rendition * rendition)
{
  guint i;

  for (i = 0; i < rendition->n_forms && rendition->playlist->listed > 0; i++) {
    g_autofree gchar *name = form_name (self, rendition, i);

    gst_llhls_outputs_remove (self->outputs, rendition->lane, OUTBOX_PLAYLIST,
        name);
  }
  for (i = 0; i < rendition->inits->len; i++) {
    g_autofree gchar *path = playlist_map_uri (rendition->playlist,
        g_ptr_array_index (rendition->inits, i));

    gst_llhls_store_remove (self->store, path);
    if (rendition->begun)
      gst_llhls_outputs_remove (self->outputs, rendition->lane, OUTBOX_INIT,
          path);
  }
  if (rendition->begun)
    gst_llhls_outputs_end_lane (self->outputs, rendition->lane);
}

static void
forget_rendition (GstLlHlsPublisher * self, GPtrArray * list, guint index)
{
  Rendition *rendition = g_ptr_array_index (list, index);

  drop_segments (self, rendition, &rendition->playlist->retired);
  drop_segments (self, rendition, &rendition->playlist->segments);
  drop_files (self, rendition);
  g_ptr_array_remove_index (list, index);
}

void
gst_llhls_publisher_forget (GstLlHlsPublisher * self,
    const PackagerTrack * track)
{
  /* There are as many as tracks. */
  nth_rendition (self, track->index);
  forget_rendition (self, self->renditions, track->index);
}

void
gst_llhls_publisher_forget_text (GstLlHlsPublisher * self,
    const TextTrack * text)
{
  guint i;

  for (i = 0; i < self->texts->len; i++) {
    if (nth_text (self, i)->text == text) {
      forget_rendition (self, self->texts, i);
      return;
    }
  }
}

void
gst_llhls_publisher_touch (GstLlHlsPublisher * self)
{
  guint i;

  for (i = 0; i < count_renditions (self); i++) {
    nth_rendition (self, i)->changed = TRUE;
    nth_rendition (self, i)->whole = TRUE;
  }
}

/* Playlists */

static GBytes *
take_text (gchar * text)
{
  return text != NULL ? g_bytes_new_take (text, strlen (text)) : NULL;
}

static PlaylistSettings
settings_of (const GstLlHlsPublisher * self, guint form)
{
  PlaylistSettings settings = self->packager->settings;

  settings.iframes = form == FORM_IFRAMES;
  return settings;
}

static void
render_delta (GstLlHlsPublisher * self, const Rendition * rendition,
    PlaylistText * text, const PlaylistSettings * settings, GstLlHlsView * view)
{
  view->delta = take_text (playlist_text_render_delta (text,
          rendition->playlist, settings, self->ranges, PLAYLIST_SKIP_SEGMENTS,
          self->packager->now));
  if (view->delta != NULL && settings->skip_dateranges)
    view->delta_v2 = take_text (playlist_text_render_delta (text,
            rendition->playlist, settings, self->ranges,
            PLAYLIST_SKIP_DATERANGES, self->packager->now));
}

static GstLlHlsView *
render_view (GstLlHlsPublisher * self, Rendition * rendition, guint form)
{
  const Playlist *playlist = rendition->playlist;
  PlaylistText *text = &rendition->forms[form].text;
  PlaylistSettings settings = settings_of (self, form);
  g_autofree gchar *name = playlist_rendered_name (playlist, &settings);
  GstLlHlsView *view;

  *strrchr (name, '.') = '\0';
  view = gst_llhls_view_new (name);
  view->playlist = take_text (playlist_text_render (text, playlist, &settings,
          self->ranges));
  render_delta (self, rendition, text, &settings, view);
  view->report = playlist_render_report (playlist, &settings);
  playlist_rendered_position (playlist, &settings, &view->position);
  if (view->position.has_hint)
    view->hint = playlist_part_uri (playlist, playlist->hint_msn,
        playlist->hint_part);
  if (view->position.has_hint && view->position.has_open)
    view->next = playlist_part_uri (playlist, view->position.open_msn + 1, 0);
  return view;
}

static gchar *
render_multivariant (GstLlHlsPublisher * self, const gchar * query_param)
{
  const PlaylistSettings *settings = &self->packager->settings;
  MultivariantSettings multivariant = { query_param, 0 };
  g_autofree const MultivariantRendition **texts = NULL;
  guint i, n = 0;

  multivariant.start_offset =
      multivariant_start_offset (self->config.start_offset,
      self->packager->config.window, 3 * settings->part_target);
  texts = g_new0 (const MultivariantRendition *, self->texts->len + 1);
  for (i = 0; i < self->texts->len; i++) {
    if (!text_track_is_withdrawn (nth_text (self, i)->text))
      texts[n++] = nth_text (self, i)->info;
  }
  return packager_render_multivariant (self->packager, texts, n, &multivariant);
}

static const gchar *
origin_param (const GstLlHlsPublisher * self)
{
  return self->packager->settings.query_param;
}

/* The parameter is the origin's: files have no access control by it, and are
 * refused by players that come without it. */
static void
publish_multivariant (GstLlHlsPublisher * self)
{
  g_autoptr (GBytes) text = take_text (render_multivariant (self,
          origin_param (self)));
  g_autoptr (GBytes) file = NULL;
  g_autoptr (GstLlHlsObject) object = NULL;

  if (self->multivariant != NULL && g_bytes_equal (self->multivariant, text))
    return;
  g_clear_pointer (&self->multivariant, g_bytes_unref);
  self->multivariant = g_steal_pointer (&text);
  file = take_text (render_multivariant (self, NULL));
  object = gst_llhls_object_new (NULL, &file, 1);
  gst_llhls_outputs_put (self->outputs, 0, OUTBOX_MULTIVARIANT,
      REQUEST_MULTIVARIANT_NAME, 0, object);
}

/* Files are for servers that cannot hold requests: whole segments only.  What
 * is pushed with parts is not held either. */
static void
write_playlist (GstLlHlsPublisher * self, Rendition * rendition, guint form,
    gboolean low_latency)
{
  PlaylistSettings settings = settings_of (self, form);
  PlaylistText *text = low_latency ? &rendition->forms[form].push
      : &rendition->forms[form].file;
  g_autofree gchar *name = NULL;

  settings.low_latency = low_latency;
  settings.unattended = TRUE;
  settings.query_param = NULL;
  settings.delta_updates = FALSE;
  name = playlist_rendered_name (rendition->playlist, &settings);
  gst_llhls_outputs_put_playlist (self->outputs, rendition->lane, name,
      low_latency, take_text (playlist_text_render (text, rendition->playlist,
              &settings, self->ranges)));
}

static void
write_playlists (GstLlHlsPublisher * self, Rendition * rendition,
    gboolean low_latency)
{
  guint form;

  /* A playlist without segments is taken for broken. */
  if (!gst_llhls_outputs_want (self->outputs, low_latency)
      || rendition->playlist->listed == 0)
    return;
  for (form = 0; form < rendition->n_forms; form++)
    write_playlist (self, rendition, form, low_latency);
}

static void
add_view (GstLlHlsPublisher * self, GstLlHlsSnapshot * snapshot,
    Rendition * rendition, guint form, gboolean anew)
{
  GstLlHlsView **view = &rendition->forms[form].view;

  if (anew || *view == NULL) {
    g_clear_pointer (view, gst_llhls_view_unref);
    *view = render_view (self, rendition, form);
  }
  g_ptr_array_add (snapshot->views, gst_llhls_view_ref (*view));
}

/* The end */

/* `text` for the origin, `file` for the outputs; takes both. */
static void
add_vod (GstLlHlsPublisher * self, const gchar * name, guint lane,
    OutboxKind kind, gchar * text, gchar * file)
{
  GstLlHlsView *view = gst_llhls_view_new (name);
  g_autoptr (GBytes) content = take_text (file);
  g_autoptr (GstLlHlsObject) object = gst_llhls_object_new (NULL, &content, 1);
  g_autofree gchar *file_name = g_strconcat (name, ".m3u8", NULL);

  view->playlist = take_text (text);
  view->position.ended = TRUE;
  g_ptr_array_add (self->vod, view);
  gst_llhls_outputs_put (self->outputs, lane, kind, file_name, 0, object);
}

/* All VOD playlists begin at the same time (6.2.4), and segments of the same
 * number do. */
static guint64
first_common (GstLlHlsPublisher * self)
{
  guint64 msn = 0;
  guint i;

  for (i = 0; i < count_renditions (self); i++) {
    const PlaylistSegment *first =
        g_queue_peek_head (&nth_rendition (self, i)->playlist->segments);

    if (first != NULL)
      msn = MAX (msn, first->msn);
  }
  return msn;
}

static void
add_vod_rendition (GstLlHlsPublisher * self, Rendition * rendition, guint64 msn)
{
  guint form;

  for (form = 0; form < rendition->n_forms; form++) {
    PlaylistSettings settings = settings_of (self, form);
    g_autofree gchar *file = playlist_rendered_name (rendition->playlist,
        &settings);
    g_autofree gchar *name = NULL;
    gchar *text = vod_render (rendition->playlist, &settings, self->ranges,
        msn);

    if (text == NULL)
      continue;
    *strrchr (file, '.') = '\0';
    name = g_strconcat (VOD_PREFIX, file, NULL);
    settings.query_param = NULL;
    add_vod (self, name, rendition->lane, OUTBOX_PLAYLIST, text,
        vod_render (rendition->playlist, &settings, self->ranges, msn));
  }
}

static void
publish_vod (GstLlHlsPublisher * self)
{
  guint64 msn = first_common (self);
  g_autofree gchar *live = NULL, *file = NULL;
  guint i;

  if (!self->packager->ended || self->vod != NULL || self->multivariant == NULL)
    return;
  self->vod =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_llhls_view_unref);
  for (i = 0; i < count_renditions (self); i++)
    add_vod_rendition (self, nth_rendition (self, i), msn);
  if (self->vod->len == 0)
    return;
  live = render_multivariant (self, origin_param (self));
  file = render_multivariant (self, NULL);
  add_vod (self, VOD_NAME, 0, OUTBOX_MULTIVARIANT,
      vod_render_multivariant (live), vod_render_multivariant (file));
}

/* Key frame playlists change with whole segments only, and come last: they are
 * the last to be asked for. */
static void
publish_snapshot (GstLlHlsPublisher * self, gboolean all)
{
  GstLlHlsSnapshot *snapshot = gst_llhls_snapshot_new ();
  guint i, n = count_renditions (self);

  for (i = 0; i < n; i++) {
    Rendition *rendition = nth_rendition (self, i);

    if (!is_withdrawn (self, i))
      add_view (self, snapshot, rendition, FORM_MEDIA,
          all || rendition->changed);
  }
  for (i = 0; i < n; i++) {
    Rendition *rendition = nth_rendition (self, i);

    if (rendition->n_forms > FORM_IFRAMES && !is_withdrawn (self, i))
      add_view (self, snapshot, rendition, FORM_IFRAMES,
          all || rendition->whole);
  }
  for (i = 0; self->vod != NULL && i < self->vod->len; i++)
    g_ptr_array_add (snapshot->views,
        gst_llhls_view_ref (g_ptr_array_index (self->vod, i)));
  snapshot->listed = TRUE;
  snapshot->ended = self->packager->ended;
  if (self->multivariant != NULL)
    snapshot->multivariant = g_bytes_ref (self->multivariant);
  gst_llhls_store_publish (self->store, snapshot);
}

/* Date of the oldest segment that any playlist lists, G_MAXUINT64 for none. */
static guint64
oldest_date (GstLlHlsPublisher * self)
{
  guint64 oldest = G_MAXUINT64;
  guint i;

  for (i = 0; i < count_renditions (self); i++) {
    const PlaylistSegment *first =
        g_queue_peek_head (&nth_rendition (self, i)->playlist->segments);

    if (first != NULL)
      oldest = MIN (oldest, first->date);
  }
  return oldest;
}

/* The same ranges in all playlists at any time (6.2.4). */
static void
expire_ranges (GstLlHlsPublisher * self)
{
  guint64 oldest = oldest_date (self);

  if (oldest != G_MAXUINT64
      && daterange_set_expire (self->ranges, oldest, self->packager->now))
    gst_llhls_publisher_touch (self);
}

/* What the window no longer covers leaves all playlists at once. */
static void
slide (GstLlHlsPublisher * self)
{
  guint i, n = count_renditions (self);
  g_autofree Playlist **playlists = g_new (Playlist *, n + 1);

  for (i = 0; i < n; i++)
    playlists[i] = nth_rendition (self, i)->playlist;
  playlist_slide_together (playlists, n);
  for (i = 0; i < n; i++) {
    Rendition *rendition = nth_rendition (self, i);
    const PlaylistSegment *first = g_queue_peek_head (&playlists[i]->segments);

    if (first == NULL || first->msn == rendition->first_msn)
      continue;
    rendition->first_msn = first->msn;
    rendition->changed = rendition->whole = TRUE;
    drop_expired (self, rendition);
  }
}

gboolean
gst_llhls_publisher_publish (GstLlHlsPublisher * self)
{
  gboolean all = !self->published || (self->packager->ended && !self->final);
  gboolean any = all, whole = all;
  guint i;

  slide (self);
  expire_ranges (self);
  for (i = 0; i < count_renditions (self); i++) {
    any |= nth_rendition (self, i)->changed;
    whole |= nth_rendition (self, i)->whole;
  }
  /* The multivariant playlist names those. */
  for (i = 0; i < self->packager->tracks->len; i++) {
    if (nth_track (self, i)->state != PACKAGER_TRACK_WAITING)
      begin_outputs (self, nth_rendition (self, i));
  }
  if (!self->packager->open || !any)
    return FALSE;
  if (whole)
    publish_multivariant (self);
  /* Files change with whole segments, the origin's playlists with each part. */
  for (i = 0; i < count_renditions (self); i++) {
    if ((all || nth_rendition (self, i)->whole) && !is_withdrawn (self, i))
      write_playlists (self, nth_rendition (self, i), FALSE);
    if ((all || nth_rendition (self, i)->changed) && !is_withdrawn (self, i))
      write_playlists (self, nth_rendition (self, i), TRUE);
  }
  publish_vod (self);
  publish_snapshot (self, all);
  for (i = 0; i < count_renditions (self); i++)
    nth_rendition (self, i)->changed = nth_rendition (self, i)->whole = FALSE;
  self->published = TRUE;
  self->final = self->packager->ended;
  return TRUE;
}
