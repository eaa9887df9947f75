/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsrender.h"

#include <gio/gio.h>
#include <string.h>

#include "llhlsresources.h"

/* Playlists smaller than that are not worth a deflate. */
#define MIN_GZIP 256
/* The best trade by far for a text that is made twice a second. */
#define GZIP_LEVEL 6
#define RESOURCE_PAGE "/gst-onair/llhls/player.html"

typedef enum
{
  TEXT_FULL,
  TEXT_DELTA,
  TEXT_DELTA_V2,
  N_TEXTS
} Which;

/* One rendition, as it goes out. */
typedef struct
{
  guint64 generation;
  GstLlHlsText texts[N_TEXTS];
} Rendition;

struct _GstLlHlsRender
{
  GArray *renditions;           /* of Rendition, by index */
  GBytes *multivariant;         /* what `index` was made of */
  GstLlHlsText index;
};

static GBytes *
pack (GBytes * plain)
{
  g_autoptr (GConverter) gzip = G_CONVERTER (g_zlib_compressor_new
      (G_ZLIB_COMPRESSOR_FORMAT_GZIP, GZIP_LEVEL));
  gsize size, read, written;
  gconstpointer data = g_bytes_get_data (plain, &size);
  /* Text shrinks; with this room one call does it. */
  gsize room = size + size / 100 + 1024;
  g_autofree guint8 *out = g_malloc (room);

  if (g_converter_convert (gzip, data, size, out, room,
          G_CONVERTER_INPUT_AT_END, &read, &written, NULL)
      != G_CONVERTER_FINISHED)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&out), written);
}

static void
clear_text (GstLlHlsText * text)
{
  g_clear_pointer (&text->plain, gst_llhls_object_unref);
  g_clear_pointer (&text->packed, gst_llhls_object_unref);
}

static void
set_text (GstLlHlsText * text, GBytes * plain)
{
  clear_text (text);
  text->plain = gst_llhls_object_new (GST_LLHLS_PLAYLIST_TYPE, &plain, 1);
}

static const GstLlHlsText *
with_packed (GstLlHlsText * text)
{
  GBytes *plain = text->plain->pieces[0];
  g_autoptr (GBytes) packed = NULL;

  if (text->packed != NULL || g_bytes_get_size (plain) < MIN_GZIP)
    return text;
  packed = pack (plain);
  if (packed != NULL)
    text->packed = gst_llhls_object_new (GST_LLHLS_PLAYLIST_TYPE, &packed, 1);
  return text;
}

static void
clear_rendition (gpointer data)
{
  Rendition *rendition = data;
  guint i;

  for (i = 0; i < N_TEXTS; i++)
    clear_text (&rendition->texts[i]);
}

GstLlHlsRender *
gst_llhls_render_new (void)
{
  GstLlHlsRender *self = g_new0 (GstLlHlsRender, 1);

  self->renditions = g_array_new (FALSE, TRUE, sizeof (Rendition));
  g_array_set_clear_func (self->renditions, clear_rendition);
  return self;
}

void
gst_llhls_render_free (GstLlHlsRender * self)
{
  g_array_unref (self->renditions);
  clear_text (&self->index);
  g_clear_pointer (&self->multivariant, g_bytes_unref);
  g_free (self);
}

/* The rendition's text and what is to be said of the others. */
static GBytes *
join_reports (const GstLlHlsSnapshot * snapshot, const GstLlHlsView * view,
    GBytes * text)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (text, &size);
  GString *out = g_string_new_len (data, size);
  guint i;

  for (i = 0; i < snapshot->views->len; i++) {
    const GstLlHlsView *other = g_ptr_array_index (snapshot->views, i);

    if (other != view && other->report != NULL && !snapshot->ended)
      g_string_append (out, other->report);
  }
  return g_string_free_to_bytes (out);
}

static GBytes *
text_of (const GstLlHlsView * view, Which which)
{
  switch (which) {
    case TEXT_DELTA:
      return view->delta;
    case TEXT_DELTA_V2:
      return view->delta_v2;
    case TEXT_FULL:
    case N_TEXTS:
      break;
  }
  return view->playlist;
}

/* Nothing to skip is answered with the whole playlist (RFC 8216bis 6.2.5.1). */
static Which
choose_text (const GstLlHlsView * view, RequestSkip skip)
{
  switch (skip) {
    case REQUEST_SKIP_NONE:
      return TEXT_FULL;
    case REQUEST_SKIP_V2:
      if (view->delta_v2 != NULL)
        return TEXT_DELTA_V2;
      break;
    case REQUEST_SKIP_YES:
      break;
  }
  return view->delta != NULL ? TEXT_DELTA : TEXT_FULL;
}

const GstLlHlsText *
gst_llhls_render_playlist (GstLlHlsRender * self,
    const GstLlHlsSnapshot * snapshot, const GstLlHlsView * view, guint index,
    RequestSkip skip)
{
  Rendition *rendition;
  GstLlHlsText *text;
  Which which = choose_text (view, skip);

  /* Renditions come and go. */
  if (self->renditions->len != snapshot->views->len)
    g_array_set_size (self->renditions, snapshot->views->len);
  rendition = &g_array_index (self->renditions, Rendition, index);
  if (rendition->generation != snapshot->generation) {
    clear_rendition (rendition);
    rendition->generation = snapshot->generation;
  }
  text = &rendition->texts[which];
  if (text->plain == NULL) {
    g_autoptr (GBytes) plain = join_reports (snapshot, view,
        text_of (view, which));

    set_text (text, plain);
  }
  return with_packed (text);
}

const GstLlHlsText *
gst_llhls_render_multivariant (GstLlHlsRender * self,
    const GstLlHlsSnapshot * snapshot)
{
  if (self->multivariant != snapshot->multivariant) {
    g_clear_pointer (&self->multivariant, g_bytes_unref);
    self->multivariant = g_bytes_ref (snapshot->multivariant);
    set_text (&self->index, self->multivariant);
  }
  return with_packed (&self->index);
}

GstLlHlsObject *
gst_llhls_render_page (const gchar * script_uri)
{
  g_autoptr (GBytes) bytes = NULL, page = NULL;
  g_autofree gchar *quoted = NULL, *text = NULL;
  g_auto (GStrv) parts = NULL;
  gchar *joined;

  bytes = g_resource_lookup_data (llhls_get_resource (), RESOURCE_PAGE, 0,
      NULL);
  g_assert (bytes != NULL);
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  quoted = g_markup_escape_text (script_uri != NULL ? script_uri : "", -1);
  parts = g_strsplit (text, "@PLAYER_SCRIPT@", -1);
  joined = g_strjoinv (quoted, parts);
  page = g_bytes_new_take (joined, strlen (joined));
  return gst_llhls_object_new ("text/html; charset=utf-8", &page, 1);
}
