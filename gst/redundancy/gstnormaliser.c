/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: none.  Threads: any. */
#include "gstnormaliser.h"

#include <gst/video/video.h>

gboolean
gst_normaliser_medium_of_caps (const GstCaps * caps, GstSwitchMediumId * medium)
{
  const gchar *name;

  if (caps == NULL || gst_caps_is_any (caps) || gst_caps_is_empty (caps))
    return FALSE;
  name = gst_structure_get_name (gst_caps_get_structure (caps, 0));
  *medium = g_str_has_prefix (name, "video/") ? GST_SWITCH_VIDEO
      : GST_SWITCH_AUDIO;
  return g_str_has_prefix (name, "video/") || g_str_has_prefix (name, "audio/");
}

/* Where a form does not say, converters would leave an input's own shape of
 * pixels and its own colours as they are. */
static void
complete_video (GstStructure * structure, const GstVideoInfo * info)
{
  g_autofree gchar *colors =
      gst_video_colorimetry_to_string (&info->colorimetry);

  /* The raster makes the rate; the rest are shades that no one sees. */
  gst_structure_remove_fields (structure, "framerate", "max-framerate",
      "field-order", "chroma-site", "multiview-mode", "multiview-flags",
      "views", NULL);
  gst_structure_set (structure,
      "pixel-aspect-ratio", GST_TYPE_FRACTION, info->par_n, info->par_d,
      "interlace-mode", G_TYPE_STRING, "progressive", NULL);
  if (colors != NULL && GST_VIDEO_INFO_IS_YUV (info))
    gst_structure_set (structure, "colorimetry", G_TYPE_STRING, colors, NULL);
}

GstCaps *
gst_normaliser_target (GstSwitchMediumId medium, GstCaps * form)
{
  GstCaps *caps = gst_caps_copy (form);
  GstVideoInfo info;

  if (medium == GST_SWITCH_VIDEO && gst_video_info_from_caps (&info, form))
    complete_video (gst_caps_get_structure (caps, 0), &info);
  return caps;
}

GstElement *
gst_normaliser_append (GstBin * bin, GstElement * last, const gchar * factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL)
    return last;
  gst_bin_add (bin, element);
  if (last != NULL)
    gst_element_link (last, element);
  return element;
}

/* Each passes on what needs nothing of it.  Colours are converted at the
 * input's size, which says what its own are when it does not; what can be
 * deinterlaced is 8 bits, so that conversion may have to come on both sides. */
static const gchar *const video_chain[] = {
  "videoconvert", "deinterlace", "videoconvert", "videoscale", NULL
};

static const gchar *const audio_chain[] = {
  "audioconvert", "audioresample", NULL
};

GstElement *
gst_normaliser_add (GstBin * bin, GstSwitchMediumId medium, GstElement ** last)
{
  const gchar *const *factory = medium == GST_SWITCH_VIDEO ? video_chain
      : audio_chain;
  GstElement *first = NULL;

  *last = NULL;
  for (; *factory != NULL; factory++) {
    *last = gst_normaliser_append (bin, *last, *factory);
    if (first == NULL)
      first = *last;
  }
  return first;
}
