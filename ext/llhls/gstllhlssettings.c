/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlssettings.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "gststringproperty.h"

#define DEFAULT_TARGET_DURATION 4000    /* ms */
#define DEFAULT_PART_DURATION 500       /* ms */
#define DEFAULT_WINDOW 60000    /* ms */
#define DEFAULT_GAP_TIMEOUT 0   /* ms */
#define DEFAULT_EPOCH_LOCK GST_LLHLS_EPOCH_LOCK_NONE
#define DEFAULT_EPOCH_OFFSET GST_LLHLS_EPOCH_MEASURED   /* ms */
#define DEFAULT_ADDRESS "127.0.0.1"
#define DEFAULT_PORT 8080
#define DEFAULT_SEND_KEYFRAME_REQUESTS TRUE
#define DEFAULT_IFRAME_PLAYLISTS TRUE

void
gst_llhls_settings_init (GstLlHlsSettings * self)
{
  self->target_duration = DEFAULT_TARGET_DURATION;
  self->part_duration = DEFAULT_PART_DURATION;
  self->window = DEFAULT_WINDOW;
  self->gap_timeout = DEFAULT_GAP_TIMEOUT;
  self->epoch_lock = DEFAULT_EPOCH_LOCK;
  self->epoch_offset = DEFAULT_EPOCH_OFFSET;
  self->address = g_strdup (DEFAULT_ADDRESS);
  self->port = DEFAULT_PORT;
  gst_llhls_output_settings_init (&self->outputs);
  self->key_requests = DEFAULT_SEND_KEYFRAME_REQUESTS;
  self->iframes = DEFAULT_IFRAME_PLAYLISTS;
  gst_llhls_origin_settings_init (&self->origin);
}

void
gst_llhls_settings_copy (GstLlHlsSettings * to, const GstLlHlsSettings * from)
{
  *to = *from;
  to->address = g_strdup (from->address);
  to->state_file = g_strdup (from->state_file);
  gst_llhls_output_settings_copy (&to->outputs, &from->outputs);
  to->player_script = g_strdup (from->player_script);
  gst_llhls_origin_settings_copy (&to->origin, &from->origin);
}

void
gst_llhls_settings_clear (GstLlHlsSettings * self)
{
  g_clear_pointer (&self->address, g_free);
  g_clear_pointer (&self->state_file, g_free);
  gst_llhls_output_settings_clear (&self->outputs);
  g_clear_pointer (&self->player_script, g_free);
  gst_llhls_origin_settings_clear (&self->origin);
}

static void
install_segments (GParamSpec ** properties, GParamFlags flags)
{
  /**
   * GstLlHlsSink:target-duration:
   *
   * Length of a segment, in milliseconds; EXT-X-TARGETDURATION is this rounded
   * up to seconds.  Segments begin at the first key frame at or behind each
   * multiple of it.  Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_SETTING_TARGET_DURATION] =
      g_param_spec_uint ("target-duration", "Target duration",
      "Length of a segment (ms)", 1000, 60000, DEFAULT_TARGET_DURATION, flags);
  /**
   * GstLlHlsSink:part-duration:
   *
   * Length of a part, in milliseconds.  Players stay three parts behind.  Read
   * when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_SETTING_PART_DURATION] =
      g_param_spec_uint ("part-duration", "Part duration",
      "Length of a part (ms)", 200, 10000, DEFAULT_PART_DURATION, flags);
  /**
   * GstLlHlsSink:gap-timeout:
   *
   * How long media is waited for beyond the moment when it should have come,
   * judged by how it came before, until it is listed as missing (EXT-X-GAP), in
   * milliseconds; 0 is #GstLlHlsSink:part-duration, G_MAXUINT is for ever.  Read
   * when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_SETTING_GAP_TIMEOUT] = g_param_spec_uint ("gap-timeout",
      "Gap timeout", "Wait for late media before it is listed as missing, "
      "0 = part-duration (ms)", 0, G_MAXUINT, DEFAULT_GAP_TIMEOUT, flags);
  /**
   * GstLlHlsSink:send-keyframe-requests:
   *
   * Asks the encoders upstream for a key frame where each segment shall begin.
   * Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_SETTING_SEND_KEYFRAME_REQUESTS] =
      g_param_spec_boolean ("send-keyframe-requests", "Send key frame requests",
      "Ask encoders for a key frame at each segment's beginning",
      DEFAULT_SEND_KEYFRAME_REQUESTS, flags);
}

static void
install_playlists (GParamSpec ** properties, GParamFlags flags)
{
  /**
   * GstLlHlsSink:window:
   *
   * How far back viewers can go, in milliseconds; six target durations at
   * least.  Media is kept in memory for twice as long.  Read when the element
   * goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_SETTING_WINDOW] = g_param_spec_uint ("window", "Window",
      "How far back the playlists reach (ms)", 1000, 86400000, DEFAULT_WINDOW,
      flags);
  /**
   * GstLlHlsSink:iframe-playlists:
   *
   * Lists the key frames of each video rendition in a playlist of their own, for
   * fast forward and previews.  Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_SETTING_IFRAME_PLAYLISTS] =
      g_param_spec_boolean ("iframe-playlists", "I-frame playlists",
      "List the key frames of each video rendition", DEFAULT_IFRAME_PLAYLISTS,
      flags);
  /**
   * GstLlHlsSink:start-time-offset:
   *
   * Where players start (EXT-X-START), in milliseconds: from the beginning of
   * the playlist, or, when negative, from its end; 0 leaves it to them.  Moved
   * into the window, and out of the last three parts.  Read when the element
   * goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_SETTING_START_TIME_OFFSET] =
      g_param_spec_int ("start-time-offset", "Start time offset",
      "Where players start, from the end when negative, "
      "0 = as they like (ms)", -86400000, 86400000, 0, flags);
}

/* What processes share that are one stream at the same time, or in turn. */
static void
install_continuity (GParamSpec ** properties, GParamFlags flags)
{
  /**
   * GstLlHlsSink:epoch-lock:
   *
   * Whose time frames have.  Two processes that get the same encoded frames with
   * the same times make the same init sections, parts and segments, to the byte
   * and by name, whenever they started.  Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_SETTING_EPOCH_LOCK] =
      g_param_spec_enum ("epoch-lock", "Epoch lock",
      "Whose time frames have, so that twins are alike",
      GST_TYPE_LLHLS_EPOCH_LOCK, DEFAULT_EPOCH_LOCK, flags);
  /**
   * GstLlHlsSink:epoch-offset:
   *
   * With #GstLlHlsSink:epoch-lock=pts, the date of PTS 0 as milliseconds from
   * 1970-01-01T00:00:00Z, so that dates of twins are alike, too; the lowest value
   * is to measure it by the system's clock.  Read when the element goes to
   * PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_SETTING_EPOCH_OFFSET] =
      g_param_spec_int64 ("epoch-offset", "Epoch offset",
      "Date of PTS 0 with epoch-lock=pts, lowest = measured (ms)",
      GST_LLHLS_EPOCH_MEASURED, -GST_LLHLS_EPOCH_MEASURED,
      DEFAULT_EPOCH_OFFSET, flags);
  /**
   * GstLlHlsSink:state-file:
   *
   * File in which the numbers that were given away are kept, so that a process
   * that takes over from another one counts on, behind a discontinuity; NULL is
   * none.  Written with each segment, put in place by a rename.  Read when the
   * element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_SETTING_STATE_FILE] = g_param_spec_string ("state-file",
      "State file", "File that lets a restarted process count on, NULL = none",
      NULL, flags);
}

static void
install_server (GParamSpec ** properties, GParamFlags flags)
{
  /**
   * GstLlHlsSink:address:
   *
   * Numeric address to listen on.  Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_SETTING_ADDRESS] =
      g_param_spec_string ("address", "Address",
      "Numeric IPv4 or IPv6 address to listen on", DEFAULT_ADDRESS, flags);
  /**
   * GstLlHlsSink:port:
   *
   * TCP port to listen on; 0 is any free one, -1 is no server.  Read when the
   * element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_SETTING_PORT] = g_param_spec_int ("port", "Port",
      "TCP port to listen on (0 = any free one, -1 = no server)",
      GST_LLHLS_NO_PORT, 65535, DEFAULT_PORT, flags);
  /**
   * GstLlHlsSink:player-script:
   *
   * hls.js for the page at `/`: a URL, or a local file that is then served.
   * Without it the page has only the browser's own HLS.  Read when the element
   * goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_LLHLS_SETTING_PLAYER_SCRIPT] =
      g_param_spec_string ("player-script", "Player script",
      "URL or file of hls.js for the player page "
      "(NULL = the browser's own HLS)", NULL, flags);
}

void
gst_llhls_settings_install (GParamSpec ** properties)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
      | GST_PARAM_MUTABLE_READY;

  install_segments (properties, flags);
  install_playlists (properties, flags);
  install_continuity (properties, flags);
  install_server (properties, flags);
}

void
gst_llhls_settings_set (GstLlHlsSettings * self, guint which,
    const GValue * value)
{
  switch (which) {
    case GST_LLHLS_SETTING_TARGET_DURATION:
      self->target_duration = g_value_get_uint (value);
      break;
    case GST_LLHLS_SETTING_PART_DURATION:
      self->part_duration = g_value_get_uint (value);
      break;
    case GST_LLHLS_SETTING_WINDOW:
      self->window = g_value_get_uint (value);
      break;
    case GST_LLHLS_SETTING_GAP_TIMEOUT:
      self->gap_timeout = g_value_get_uint (value);
      break;
    case GST_LLHLS_SETTING_EPOCH_LOCK:
      self->epoch_lock = g_value_get_enum (value);
      break;
    case GST_LLHLS_SETTING_EPOCH_OFFSET:
      self->epoch_offset = g_value_get_int64 (value);
      break;
    case GST_LLHLS_SETTING_ADDRESS:
      gst_string_property_set (&self->address, value);
      break;
    case GST_LLHLS_SETTING_PORT:
      self->port = g_value_get_int (value);
      break;
    case GST_LLHLS_SETTING_STATE_FILE:
      gst_string_property_set (&self->state_file, value);
      break;
    case GST_LLHLS_SETTING_PLAYER_SCRIPT:
      gst_string_property_set (&self->player_script, value);
      break;
    case GST_LLHLS_SETTING_SEND_KEYFRAME_REQUESTS:
      self->key_requests = g_value_get_boolean (value);
      break;
    case GST_LLHLS_SETTING_IFRAME_PLAYLISTS:
      self->iframes = g_value_get_boolean (value);
      break;
    case GST_LLHLS_SETTING_START_TIME_OFFSET:
      self->start_offset = g_value_get_int (value);
      break;
    default:
      g_assert_not_reached ();
  }
}

void
gst_llhls_settings_get (const GstLlHlsSettings * self, guint which,
    GValue * value)
{
  switch (which) {
    case GST_LLHLS_SETTING_TARGET_DURATION:
      g_value_set_uint (value, self->target_duration);
      break;
    case GST_LLHLS_SETTING_PART_DURATION:
      g_value_set_uint (value, self->part_duration);
      break;
    case GST_LLHLS_SETTING_WINDOW:
      g_value_set_uint (value, self->window);
      break;
    case GST_LLHLS_SETTING_GAP_TIMEOUT:
      g_value_set_uint (value, self->gap_timeout);
      break;
    case GST_LLHLS_SETTING_EPOCH_LOCK:
      g_value_set_enum (value, self->epoch_lock);
      break;
    case GST_LLHLS_SETTING_EPOCH_OFFSET:
      g_value_set_int64 (value, self->epoch_offset);
      break;
    case GST_LLHLS_SETTING_ADDRESS:
      g_value_set_string (value, self->address);
      break;
    case GST_LLHLS_SETTING_PORT:
      g_value_set_int (value, self->port);
      break;
    case GST_LLHLS_SETTING_STATE_FILE:
      g_value_set_string (value, self->state_file);
      break;
    case GST_LLHLS_SETTING_PLAYER_SCRIPT:
      g_value_set_string (value, self->player_script);
      break;
    case GST_LLHLS_SETTING_SEND_KEYFRAME_REQUESTS:
      g_value_set_boolean (value, self->key_requests);
      break;
    case GST_LLHLS_SETTING_IFRAME_PLAYLISTS:
      g_value_set_boolean (value, self->iframes);
      break;
    case GST_LLHLS_SETTING_START_TIME_OFFSET:
      g_value_set_int (value, self->start_offset);
      break;
    default:
      g_assert_not_reached ();
  }
}

gboolean
gst_llhls_settings_check (const GstLlHlsSettings * self, GstElement * element)
{
  g_autoptr (GSocketAddress) where = NULL;

  if (self->part_duration > self->target_duration) {
    GST_ELEMENT_ERROR (element, LIBRARY, SETTINGS,
        (_("The parts of the stream would be longer than its segments.")),
        ("part-duration is %u ms; allowed is 200 to target-duration (%u ms)",
            self->part_duration, self->target_duration));
    return FALSE;
  }
  if (!gst_llhls_output_settings_check (&self->outputs, element))
    return FALSE;
  if (self->port == GST_LLHLS_NO_PORT
      && !gst_llhls_output_settings_any (&self->outputs)) {
    GST_ELEMENT_ERROR (element, LIBRARY, SETTINGS,
        (_("The stream has nowhere to go.")),
        ("port is -1, location and push-url are not set; set port to 0 or "
            "more, location to a directory, or push-url to a server"));
    return FALSE;
  }
  if (self->port == GST_LLHLS_NO_PORT)
    return TRUE;
  where = g_inet_socket_address_new_from_string (self->address != NULL
      ? self->address : "", self->port);
  if (where == NULL) {
    GST_ELEMENT_ERROR (element, LIBRARY, SETTINGS,
        (_("The address to listen on is not a numeric one.")),
        ("address is \"%s\"; allowed is a numeric IPv4 or IPv6 address, "
            "such as 127.0.0.1, 0.0.0.0 or ::", self->address));
    return FALSE;
  }
  return TRUE;
}
