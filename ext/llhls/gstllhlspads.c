/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlspads.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "languagetag.h"

/* Encoders leave out what they do not choose, such as `framed` or the stream
 * format of AV1, and an element like capsfilter in front takes what this asks
 * for literally. */
#define VIDEO_CAPS \
    "video/x-h264, stream-format = (string) { avc, byte-stream }, " \
    "alignment = (string) au; " \
    "video/x-h265, stream-format = (string) { hvc1, hev1, byte-stream }, " \
    "alignment = (string) au; " \
    "video/x-av1, stream-format = (string) obu-stream, " \
    "alignment = (string) tu; video/x-av1, alignment = (string) tu"
#define AUDIO_CAPS \
    "audio/mpeg, mpegversion = (int) 4, stream-format = (string) raw; " \
    "audio/mpeg, mpegversion = (int) 4, stream-format = (string) adts, " \
    "framed = (boolean) true; " \
    "audio/x-opus; " \
    "audio/x-ac3, framed = (boolean) true, alignment = (string) frame; " \
    "audio/x-ac3; " \
    "audio/x-eac3, framed = (boolean) true, alignment = (string) frame; " \
    "audio/x-eac3; " \
    "audio/x-flac, framed = (boolean) true; audio/x-flac"

#define TEXT_CAPS \
    "application/x-subtitle-vtt; " \
    "text/x-raw, format = (string) { utf8, pango-markup }"

static GstStaticPadTemplate text_template =
GST_STATIC_PAD_TEMPLATE ("text_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS (TEXT_CAPS));

static GstStaticPadTemplate video_template =
GST_STATIC_PAD_TEMPLATE ("video_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS (VIDEO_CAPS));

static GstStaticPadTemplate audio_template =
GST_STATIC_PAD_TEMPLATE ("audio_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS (AUDIO_CAPS));

void
gst_llhls_pads_install (GstElementClass * klass)
{
  gst_element_class_add_static_pad_template_with_gtype (klass,
      &video_template, GST_TYPE_LLHLS_PAD);
  gst_element_class_add_static_pad_template_with_gtype (klass,
      &audio_template, GST_TYPE_LLHLS_PAD);
  gst_element_class_add_static_pad_template_with_gtype (klass,
      &text_template, GST_TYPE_LLHLS_PAD);
}

static gboolean
check_pad (GstElement * element, GstPad * pad, gpointer ok)
{
  g_autofree gchar *language = NULL;

  g_object_get (pad, "language", &language, NULL);
  if (language == NULL || language_tag_is_well_formed (language))
    return TRUE;
  GST_ELEMENT_ERROR (element, LIBRARY, SETTINGS,
      (_("The language of a rendition is no language tag.")),
      ("language of %s is \"%s\"; allowed is a tag as in RFC 5646 (BCP 47) of "
          "at most %d bytes, such as en, pt-BR or zh-Hant, or NULL",
          GST_OBJECT_NAME (pad), language, LANGUAGE_TAG_MAX_BYTES));
  *(gboolean *) ok = FALSE;
  return FALSE;
}

gboolean
gst_llhls_pads_check (GstElement * element)
{
  gboolean ok = TRUE;

  gst_element_foreach_sink_pad (element, check_pad, &ok);
  return ok;
}

void
gst_llhls_entry_free (GstLlHlsEntry * entry)
{
  gst_object_unref (entry->sink);
  g_free (entry);
}

static gint
compare_entries (gconstpointer a, gconstpointer b)
{
  const GstLlHlsEntry *first = a, *second = b;

  if (first->video != second->video)
    return first->video ? -1 : 1;
  if (first->text != second->text)
    return first->text ? 1 : -1;
  return first->index < second->index ? -1 : first->index > second->index;
}

/* "video_", "audio_" or "text_" */
static const gchar *
entry_prefix (gboolean video, gboolean text)
{
  return video ? "video_" : text ? "text_" : "audio_";
}

/* The number in the wanted name, or the next free one. */
gboolean
gst_llhls_entries_choose (GstLlHlsEntries * self, gboolean video, gboolean text,
    const gchar * name, guint * index)
{
  const gchar *prefix = entry_prefix (video, text);
  guint *next = video ? &self->next_video : text ? &self->next_text
      : &self->next_audio;
  guint64 number = *next;
  const GList *l;

  if (name != NULL && strchr (name, '%') == NULL
      && (!g_str_has_prefix (name, prefix)
          || !g_ascii_string_to_unsigned (name + strlen (prefix), 10, 0,
              G_MAXUINT / 2, &number, NULL)))
    return FALSE;
  for (l = self->list; l != NULL; l = l->next) {
    const GstLlHlsEntry *entry = l->data;

    if (entry->video == video && entry->text == text && entry->index == number)
      return FALSE;
  }
  *index = number;
  *next = MAX (*next, number + 1);
  return TRUE;
}

GstLlHlsEntry *
gst_llhls_entry_new (GstBin * bin, GstPadTemplate * templ, gboolean video,
    gboolean text, guint index)
{
  GstLlHlsEntry *entry = g_new0 (GstLlHlsEntry, 1);
  g_autofree gchar *name = NULL, *sink_name = NULL;
  g_autoptr (GstCaps) caps = gst_pad_template_get_caps (templ);
  g_autoptr (GstPad) target = NULL;

  name = g_strdup_printf ("%s%u", entry_prefix (video, text), index);
  sink_name = g_strdup_printf ("%s-sink", name);
  entry->video = video;
  entry->text = text;
  entry->index = index;
  entry->sink = GST_LLHLS_TRACK_SINK (gst_object_ref_sink
      (gst_llhls_track_sink_new (sink_name, caps)));
  gst_bin_add (bin, GST_ELEMENT (entry->sink));
  target = gst_element_get_static_pad (GST_ELEMENT (entry->sink), "sink");
  entry->pad = GST_LLHLS_PAD (gst_llhls_pad_new (name, templ, target));
  return entry;
}

void
gst_llhls_entries_add (GstLlHlsEntries * self, GstLlHlsEntry * entry)
{
  self->list = g_list_insert_sorted (self->list, entry, compare_entries);
}

GstLlHlsEntry *
gst_llhls_entries_take (GstLlHlsEntries * self, GstPad * pad)
{
  GstLlHlsEntry *found = NULL;
  GList *l;

  for (l = self->list; l != NULL; l = l->next) {
    if (((GstLlHlsEntry *) l->data)->pad == GST_LLHLS_PAD (pad)) {
      found = l->data;
      self->list = g_list_delete_link (self->list, l);
      break;
    }
  }
  return found;
}

static void
free_entry (gpointer data)
{
  gst_llhls_entry_free (data);
}

void
gst_llhls_entries_clear (GstLlHlsEntries * self)
{
  g_list_free_full (g_steal_pointer (&self->list), free_entry);
}

/* The pads are what has properties; the elements inside are nobody's
 * business. */

static GObject *
child_by_name (GstChildProxy * proxy, const gchar * name)
{
  return (GObject *) gst_element_get_static_pad (GST_ELEMENT (proxy), name);
}

static GObject *
child_by_index (GstChildProxy * proxy, guint index)
{
  GObject *pad;

  GST_OBJECT_LOCK (proxy);
  pad = g_list_nth_data (GST_ELEMENT (proxy)->pads, index);
  if (pad != NULL)
    g_object_ref (pad);
  GST_OBJECT_UNLOCK (proxy);
  return pad;
}

static guint
children_count (GstChildProxy * proxy)
{
  guint n;

  GST_OBJECT_LOCK (proxy);
  n = GST_ELEMENT (proxy)->numpads;
  GST_OBJECT_UNLOCK (proxy);
  return n;
}

void
gst_llhls_pads_child_proxy_init (gpointer iface, gpointer data)
{
  GstChildProxyInterface *proxy = iface;

  proxy->get_child_by_name = child_by_name;
  proxy->get_child_by_index = child_by_index;
  proxy->get_children_count = children_count;
}
