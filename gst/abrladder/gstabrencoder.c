/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that tells one encoder from another. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstabrencoder.h"

#include <string.h>

#include "encoderchoice.h"

typedef struct
{
  const gchar *factory;
  guint bitrate_unit;           /* bit/s in one unit of its `bitrate` */
  void (*configure) (GstElement * encoder, const GstAbrEncoderSettings * want);
} GstAbrEncoderAdapter;

/* Versions differ in what they offer; a missing property is no fault. */
static void
set (GstElement * encoder, const gchar * name, const gchar * format, ...)
G_GNUC_PRINTF (3, 4);

     static void
         set (GstElement * encoder, const gchar * name, const gchar * format,
    ...)
{
  g_autofree gchar *value = NULL;
  va_list args;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (encoder), name) == NULL)
    return;
  va_start (args, format);
  value = g_strdup_vprintf (format, args);
  va_end (args);
  gst_util_set_object_arg (G_OBJECT (encoder), name, value);
}

static gboolean
is_faster_than_veryfast (const gchar * speed_preset)
{
  return strcmp (speed_preset, "ultrafast") == 0
      || strcmp (speed_preset, "superfast") == 0;
}

/* Key frames come by request at the first frame of each GOP.  The encoder's
 * own counting is only the net below, so it must not fire first: hence twice
 * the GOP. */
static guint
key_frame_net (const GstAbrEncoderSettings * want)
{
  return 2 * MIN (want->gop_frames, G_MAXINT / 2);
}

static guint
vbv_kbit (const GstAbrEncoderSettings * want)
{
  return (guint64) want->bitrate * want->vbv_ms / 1000 / 1000;
}

/* Look-ahead makes most of x264's delay, so a live ladder has next to none:
 * threads - 1 frames at superfast, 10 more from veryfast up.  The option
 * string is read before the properties. */
static void
configure_x264enc (GstElement * encoder, const GstAbrEncoderSettings * want)
{
  set (encoder, "option-string", "scenecut=0:open-gop=0");
  set (encoder, "speed-preset", "%s", want->speed_preset);
  set (encoder, "pass", "cbr");
  set (encoder, "vbv-buf-capacity", "%u", MIN (want->vbv_ms, 10000));
  set (encoder, "key-int-max", "%u", key_frame_net (want));
  set (encoder, "bframes", "0");
  set (encoder, "sync-lookahead", "0");
  set (encoder, "rc-lookahead", "%u",
      is_faster_than_veryfast (want->speed_preset) ? 0 : 10);
  set (encoder, "threads", "%u", want->threads);
  /* Threads by slices, which is part of it, make no delay. */
  if (want->zerolatency)
    set (encoder, "tune", "zerolatency");
  else
    set (encoder, "sliced-threads", "false");
}

/* Its defaults (quality mode, 128 kbit/s, scene changes) are of no use here,
 * and rate-control=buffer overshoots three times. */
static void
configure_openh264enc (GstElement * encoder, const GstAbrEncoderSettings * want)
{
  set (encoder, "rate-control", "bitrate");
  set (encoder, "scene-change-detection", "false");
  set (encoder, "enable-frame-skip", "false");
  set (encoder, "gop-size", "%u", key_frame_net (want));
  set (encoder, "multi-thread", "%u", want->threads);
  set (encoder, "complexity",
      strcmp (want->speed_preset, "ultrafast") == 0 ? "low" : "medium");
}

static void
configure_nvh264enc (GstElement * encoder, const GstAbrEncoderSettings * want)
{
  set (encoder, "rc-mode", "cbr");
  set (encoder, "gop-size", "%u", key_frame_net (want));
  set (encoder, "vbv-buffer-size", "%u", vbv_kbit (want));
  set (encoder, "bframes", "0");
  set (encoder, "zerolatency", "true");
  set (encoder, "repeat-sequence-header", "true");
}

static void
configure_vah264enc (GstElement * encoder, const GstAbrEncoderSettings * want)
{
  set (encoder, "rate-control", "cbr");
  set (encoder, "key-int-max", "%u", MIN (key_frame_net (want), 1024));
  set (encoder, "cpb-size", "%u", vbv_kbit (want));
  set (encoder, "b-frames", "0");
}

static void
configure_plain (GstElement * encoder, const GstAbrEncoderSettings * want)
{
}

/* *INDENT-OFF* */
static const GstAbrEncoderAdapter adapters[] = {
  { "x264enc", 1000, configure_x264enc },
  { "openh264enc", 1, configure_openh264enc },
  { "nvh264enc", 1000, configure_nvh264enc },
  { "vah264enc", 1000, configure_vah264enc },
  { "fdkaacenc", 1, configure_plain },
  { "avenc_aac", 1, configure_plain },
  { "voaacenc", 1, configure_plain },
};

static const GstAbrEncoderAdapter unknown = { "", 1, configure_plain };
/* *INDENT-ON* */

static const GstAbrEncoderAdapter *
find_adapter (GstElement * encoder)
{
  GstElementFactory *factory = gst_element_get_factory (encoder);
  guint i;

  for (i = 0; factory != NULL && i < G_N_ELEMENTS (adapters); i++) {
    if (strcmp (GST_OBJECT_NAME (factory), adapters[i].factory) == 0)
      return &adapters[i];
  }
  return &unknown;
}

void
gst_abr_encoder_configure (GstElement * encoder,
    const GstAbrEncoderSettings * settings)
{
  const GstAbrEncoderAdapter *adapter = find_adapter (encoder);

  adapter->configure (encoder, settings);
  /* QoS from one rung's sink must not thin out that rung. */
  set (encoder, "qos", "false");
  set (encoder, "bitrate", "%u",
      MAX (settings->bitrate / adapter->bitrate_unit, 1));
}

GstCaps *
gst_abr_encoder_family (LadderMedium medium)
{
  switch (medium) {
    case LADDER_VIDEO:
      return gst_caps_new_empty_simple ("video/x-h264");
    case LADDER_AUDIO:
      return gst_caps_new_simple ("audio/mpeg", "mpegversion", G_TYPE_INT, 4,
          NULL);
  }
  g_assert_not_reached ();
}

GstCaps *
gst_abr_encoder_caps (LadderMedium medium, const gchar * stream_format)
{
  switch (medium) {
    case LADDER_VIDEO:
      return gst_caps_new_simple ("video/x-h264",
          "stream-format", G_TYPE_STRING, stream_format,
          "alignment", G_TYPE_STRING, "au", NULL);
    case LADDER_AUDIO:
      return gst_caps_new_simple ("audio/mpeg",
          "mpegversion", G_TYPE_INT, 4,
          "stream-format", G_TYPE_STRING, "raw", NULL);
  }
  g_assert_not_reached ();
}

static gboolean
is_installed (const gchar * name, gpointer data)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);

  return factory != NULL && gst_element_factory_can_src_any_caps (factory,
      data);
}

gchar *
gst_abr_encoder_choose (LadderMedium medium, const gchar * preferred)
{
  g_autoptr (GstCaps) caps = gst_abr_encoder_family (medium);

  return encoder_choice_pick (preferred, is_installed, caps);
}
