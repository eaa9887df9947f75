/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstabrchain.h"

#define AUDIO_RATE 48000
#define AUDIO_CHANNELS 2

/* Elements in order, linked one after the other. */
typedef struct
{
  GstBin *bin;
  GstElement *first, *last;
  GError *error;                /* sticky */
} Builder;

static GstElement *
add (Builder * self, const gchar * factory, const gchar * name)
{
  GstElement *element;

  if (self->error != NULL)
    return NULL;
  element = gst_element_factory_make (factory, name);
  if (element == NULL) {
    g_set_error (&self->error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
        "there is no element \"%s\"", factory);
    return NULL;
  }
  gst_bin_add (self->bin, element);
  if (self->last != NULL && !gst_element_link (self->last, element)) {
    g_set_error (&self->error, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION,
        "\"%s\" does not link to \"%s\"", GST_OBJECT_NAME (self->last),
        factory);
    return NULL;
  }
  if (self->first == NULL)
    self->first = element;
  self->last = element;
  return element;
}

static void
add_filter (Builder * self, const gchar * name, GstCaps * caps)
{
  GstElement *filter = add (self, "capsfilter", name);

  if (filter != NULL)
    g_object_set (filter, "caps", caps, NULL);
  gst_caps_unref (caps);
}

/* One format for all: with the encoder's free choice RGB input would come out
 * as High 4:4:4, which no browser plays. */
static GstCaps *
raw_video_caps (const GstAbrChainConfig * config)
{
  g_autofree gchar *text =
      g_strdup_printf ("video/x-raw, format=(string){ I420, NV12 }, "
      "width=(int)%u, height=(int)%u, pixel-aspect-ratio=(fraction)1/1",
      config->width, config->height);

  return gst_caps_from_string (text);
}

static void
add_video_head (Builder * self, const GstAbrChainConfig * config)
{
  GstElement *scale = add (self, "videoconvertscale", "scale");

  /* The sizes keep the shape but for the rounding to even numbers, which
   * must not become a border of one pixel. */
  if (scale != NULL)
    g_object_set (scale, "add-borders", FALSE, "qos", FALSE, NULL);
  add_filter (self, "size", raw_video_caps (config));
}

static void
add_audio_head (Builder * self)
{
  add (self, "audioconvert", NULL);
  add (self, "audioresample", NULL);
  add_filter (self, "format", gst_caps_new_simple ("audio/x-raw",
          "rate", G_TYPE_INT, AUDIO_RATE,
          "channels", G_TYPE_INT, AUDIO_CHANNELS, NULL));
}

static gboolean
makes (GstElement * encoder, GstCaps * caps)
{
  GstElementFactory *factory = gst_element_get_factory (encoder);

  return factory != NULL && gst_element_factory_can_src_any_caps (factory,
      caps);
}

static void
add_encoder (Builder * self, const GstAbrChainConfig * config)
{
  g_autoptr (GstCaps) caps =
      gst_abr_encoder_caps (config->medium, config->stream_format);
  GstElement *encoder = add (self, config->factory, "encoder");

  if (encoder == NULL)
    return;
  gst_abr_encoder_configure (encoder, &config->settings);
  if (!makes (encoder, caps)) {
    add (self, config->medium == LADDER_VIDEO ? "h264parse" : "aacparse",
        "parse");
  }
  add_filter (self, "coded", gst_caps_ref (caps));
}

static void
add_ghost (Builder * self, GstElement * element, const gchar * name)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, name);

  gst_element_add_pad (GST_ELEMENT (self->bin), gst_ghost_pad_new (name, pad));
}

GstElement *
gst_abr_chain_new (const GstAbrChainConfig * config, const gchar * name,
    GError ** error)
{
  Builder builder = { 0 };

  builder.bin = GST_BIN (gst_object_ref_sink (gst_bin_new (name)));
  switch (config->medium) {
    case LADDER_VIDEO:
      add_video_head (&builder, config);
      break;
    case LADDER_AUDIO:
      add_audio_head (&builder);
      break;
  }
  add_encoder (&builder, config);
  if (builder.error != NULL) {
    g_propagate_error (error, builder.error);
    gst_object_unref (builder.bin);
    return NULL;
  }
  add_ghost (&builder, builder.first, "sink");
  add_ghost (&builder, builder.last, "src");
  return GST_ELEMENT (builder.bin);
}

void
gst_abr_chain_add_borders (GstElement * chain)
{
  g_autoptr (GstElement) scale = gst_bin_get_by_name (GST_BIN (chain), "scale");

  if (scale != NULL)
    g_object_set (scale, "add-borders", TRUE, NULL);
}
