/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlstext.h"

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
  Format format;
};

GstLlHlsText *
gst_llhls_text_new (void)
{
  return g_new0 (GstLlHlsText, 1);
}

void
gst_llhls_text_free (GstLlHlsText * self)
{
  g_free (self);
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
