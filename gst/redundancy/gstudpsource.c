/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstudpsource.h"

#include <string.h>

#include <gst/pbutils/pbutils.h>

/* Of the socket: a burst of some 0.5 s at 30 Mb/s.  The kernel may grant
 * less. */
#define DEFAULT_BUFFER_SIZE (2 * 1024 * 1024)
#define MAX_BUFFER_SIZE (256 * 1024 * 1024)
/* Jumbo frames pass. */
#define MTU 9000
#define DEFAULT_LATENCY 200     /* ms */
#define MAX_LATENCY 20000       /* ms */

/* What a payload is unpacked with; the first one is the default. */
static const struct
{
  const gchar *encoding, *media;
  guint clock_rate;
  const gchar *depayloader;
} payloads[] = {
  {"MP2T", "video", 90000, "rtpmp2tdepay"},
  {"H264", "video", 90000, "rtph264depay"},
  {"H265", "video", 90000, "rtph265depay"},
  {"MPEG4-GENERIC", "audio", 48000, "rtpmp4gdepay"},
  {"MP4A-LATM", "audio", 48000, "rtpmp4adepay"},
  {"OPUS", "audio", 48000, "rtpopusdepay"},
};

static GstElement *
make (const gchar * factory, const gchar * name, GstElement * owner,
    GstMessage ** missing, GError ** error)
{
  GstElement *element = gst_element_factory_make (factory, name);

  if (element == NULL) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
        "element %s is not installed", factory);
    if (missing != NULL && *missing == NULL)
      *missing = gst_missing_element_message_new (owner, factory);
  }
  return element;
}

/* FALSE: it is there and no number up to `max`. */
static gboolean
get_number (GstUri * uri, const gchar * key, guint max, guint * value,
    GError ** error)
{
  const gchar *text = gst_uri_get_query_value (uri, key);
  guint64 number;

  if (text == NULL)
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, 0, max, &number, NULL)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "%s is \"%s\"; 0 to %u is allowed", key, text, max);
    return FALSE;
  }
  *value = number;
  return TRUE;
}

static GstUri *
parse (const gchar * text, GError ** error)
{
  GstUri *uri = gst_uri_from_string (text);

  if (uri == NULL || gst_uri_get_port (uri) == GST_URI_NO_PORT
      || gst_uri_get_port (uri) == 0 || gst_uri_get_port (uri) > 65535) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "the URI needs a port of 1 to 65535");
    g_clear_pointer (&uri, gst_uri_unref);
  }
  return uri;
}

/* G_N_ELEMENTS when it is none of ours. */
static guint
find_payload (GstUri * uri, GError ** error)
{
  const gchar *encoding = gst_uri_get_query_value (uri, "encoding-name");
  guint i;

  if (encoding == NULL)
    return 0;
  for (i = 0; i < G_N_ELEMENTS (payloads); i++) {
    if (g_ascii_strcasecmp (payloads[i].encoding, encoding) == 0)
      return i;
  }
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "encoding-name is \"%s\"; MP2T, H264, H265, MPEG4-GENERIC, MP4A-LATM and "
      "OPUS are allowed", encoding);
  return i;
}

guint
gst_rtp_uri_get_latency (const gchar * text)
{
  g_autoptr (GstUri) uri = gst_uri_from_string (text);
  guint latency = DEFAULT_LATENCY;

  if (uri != NULL)
    get_number (uri, "latency", MAX_LATENCY, &latency, NULL);
  return latency;
}

gboolean
gst_rtp_uri_is_ts (const gchar * text)
{
  g_autoptr (GstUri) uri = gst_uri_from_string (text);

  return uri == NULL || find_payload (uri, NULL) == 0;
}

/* Parameters of the format (SDP's a=fmtp) go on as they are. */
static void
add_parameter (gpointer key, gpointer value, gpointer user_data)
{
  static const gchar *const ours[] = { "encoding-name", "clock-rate",
    "buffer-size", "multicast-iface", "latency", NULL
  };

  if (value != NULL && !g_strv_contains (ours, key))
    gst_caps_set_simple (user_data, key, G_TYPE_STRING, value, NULL);
}

/* Without a payload type: whatever number the sender uses is it. */
static GstCaps *
rtp_caps (GstUri * uri, GError ** error)
{
  guint payload = find_payload (uri, error), clock_rate;
  g_autoptr (GHashTable) query = gst_uri_get_query_table (uri);
  GstCaps *caps;

  if (payload == G_N_ELEMENTS (payloads))
    return NULL;
  clock_rate = payloads[payload].clock_rate;
  if (!get_number (uri, "clock-rate", G_MAXINT, &clock_rate, error))
    return NULL;
  caps = gst_caps_new_simple ("application/x-rtp",
      "media", G_TYPE_STRING, payloads[payload].media,
      "clock-rate", G_TYPE_INT, MAX (1, clock_rate),
      "encoding-name", G_TYPE_STRING, payloads[payload].encoding, NULL);
  if (query != NULL)
    g_hash_table_foreach (query, add_parameter, caps);
  return caps;
}

GstCaps *
gst_rtp_uri_get_caps (const gchar * text, GError ** error)
{
  g_autoptr (GstUri) uri = gst_uri_from_string (text);

  return uri != NULL ? rtp_caps (uri, error) : NULL;
}

/* Brackets of an IPv6 address are the URI's. */
static gchar *
dup_address (GstUri * uri)
{
  const gchar *host = gst_uri_get_host (uri);
  gsize length;

  if (host == NULL || *host == '\0')
    return g_strdup ("0.0.0.0");
  length = strlen (host);
  if (*host == '[' && host[length - 1] == ']')
    return g_strndup (host + 1, length - 2);
  return g_strdup (host);
}

GstElement *
gst_udp_source_new (const gchar * text, GstElement * owner,
    GstMessage ** missing, GError ** error)
{
  g_autoptr (GstUri) uri = parse (text, error);
  g_autoptr (GstCaps) caps = NULL;
  g_autofree gchar *address = NULL;
  guint buffer_size = DEFAULT_BUFFER_SIZE;
  GstElement *source;

  if (uri == NULL || !get_number (uri, "buffer-size", MAX_BUFFER_SIZE,
          &buffer_size, error))
    return NULL;
  if (g_ascii_strcasecmp (gst_uri_get_scheme (uri), "rtp") == 0) {
    caps = rtp_caps (uri, error);
    if (caps == NULL)
      return NULL;
  }
  source = make ("udpsrc", "source", owner, missing, error);
  if (source == NULL)
    return NULL;
  address = dup_address (uri);
  g_object_set (source, "address", address,
      "port", (gint) gst_uri_get_port (uri), "caps", caps,
      "buffer-size", (gint) buffer_size, "mtu", MTU, "reuse", TRUE,
      "multicast-iface", gst_uri_get_query_value (uri, "multicast-iface"),
      /* rtpjitterbuffer and the merge have no use for it. */
      "retrieve-sender-address", FALSE, NULL);
  return source;
}

GstElement *
gst_rtp_front_new (const gchar * text, guint latency_ms, GstElement * owner,
    GstMessage ** missing, GError ** error)
{
  g_autoptr (GstUri) uri = parse (text, error);
  g_autoptr (GstPad) sink = NULL, src = NULL;
  GstElement *bin, *buffer, *depayloader;
  guint payload, latency = DEFAULT_LATENCY;

  if (uri == NULL || !get_number (uri, "latency", MAX_LATENCY, &latency, error))
    return NULL;
  payload = find_payload (uri, error);
  if (payload == G_N_ELEMENTS (payloads))
    return NULL;
  bin = gst_bin_new (NULL);
  buffer = make ("rtpjitterbuffer", NULL, owner, missing, error);
  if (buffer != NULL)
    gst_bin_add (GST_BIN (bin), buffer);
  depayloader = buffer == NULL ? NULL
      : make (payloads[payload].depayloader, NULL, owner, missing, error);
  if (depayloader == NULL) {
    gst_object_unref (bin);
    return NULL;
  }
  gst_bin_add (GST_BIN (bin), depayloader);
  g_object_set (buffer, "latency", latency_ms > 0 ? latency_ms : latency, NULL);
  gst_element_link (buffer, depayloader);
  sink = gst_element_get_static_pad (buffer, "sink");
  src = gst_element_get_static_pad (depayloader, "src");
  gst_element_add_pad (bin, gst_ghost_pad_new ("sink", sink));
  gst_element_add_pad (bin, gst_ghost_pad_new ("src", src));
  return bin;
}
