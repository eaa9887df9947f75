/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-llhlssink
 * @title: llhlssink
 * @short_description: Packages and serves a live stream as Low-Latency HLS
 *
 * Takes encoded video and audio, one request pad for each rendition, writes
 * CMAF parts and segments from it and serves them with their playlists over
 * HTTP/2 and HTTP/1.1, writes them to a directory, or both.  The multivariant playlist is
 * `/live.m3u8`, a page that plays it is `/`.
 *
 * Buffers are taken as they come, without waiting for the clock; put clocksync
 * in front for sources that are not live.
 *
 * ## Errors
 * * %GST_LIBRARY_ERROR_SETTINGS: a property has a value that can't be.
 * * %GST_RESOURCE_ERROR_OPEN_READ_WRITE: #GstLlHlsSink:port can't be had.
 * * %GST_RESOURCE_ERROR_OPEN_WRITE: #GstLlHlsSink:location can't be written.
 * * %GST_RESOURCE_ERROR_OPEN_READ: #GstLlHlsSink:player-script or
 *   #GstLlHlsSink:certificate-file can't be read.
 * * %GST_STREAM_ERROR_FORMAT: caps without a usable codec_data.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! video/x-raw,framerate=25/1 !
 *   x264enc tune=zerolatency key-int-max=50 ! llhlssink
 * ]|
 *
 * Since: 0.1
 */
/* Locks, in this order: self->lock, the stream's lock, the store's lock; the
 * object lock under none of them.
 * Threads: application (properties, states, pads), streaming (in the stream),
 * the server's, the outputs'; the last two are joined in stop (). */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlssink.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "gstelementmessage.h"
#include "gstllhlsepoch.h"
#include "gstllhlsorigin.h"
#include "gstllhlsoriginsettings.h"
#include "gstllhlsoutputsettings.h"
#include "gstllhlspad.h"
#include "gstllhlsserving.h"
#include "gstllhlsstream.h"
#include "gstllhlstracksink.h"
#include "gstllhlsviewers.h"
#include "gststatstimer.h"

GST_DEBUG_CATEGORY (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

#define DEFAULT_TARGET_DURATION 4000    /* ms */
#define DEFAULT_PART_DURATION 500       /* ms */
#define DEFAULT_WINDOW 60000    /* ms */
#define DEFAULT_GAP_TIMEOUT 0   /* ms */
#define DEFAULT_EPOCH_LOCK GST_LLHLS_EPOCH_LOCK_NONE
#define DEFAULT_EPOCH_OFFSET G_MININT   /* ms */
#define DEFAULT_ADDRESS "127.0.0.1"
#define DEFAULT_PORT 8080
#define DEFAULT_SEND_KEYFRAME_REQUESTS TRUE
#define DEFAULT_IFRAME_PLAYLISTS TRUE
#define DEFAULT_STATS_INTERVAL 0        /* ms */
#define DEFAULT_VIEWERS_INTERVAL 10000  /* ms */

#define NO_PORT -1

typedef struct
{
  guint target_duration, part_duration, window; /* ms */
  guint gap_timeout;            /* ms */
  GstLlHlsEpochLock epoch_lock;
  gint epoch_offset;            /* ms */
  gchar *address;
  gint port;
  gchar *state_file;
  GstLlHlsOutputSettings outputs;
  gchar *player_script;
  gboolean key_requests;
  gboolean iframes;
  gint start_offset;            /* ms */
  GstLlHlsOriginSettings origin;
} Settings;

typedef struct
{
  GstLlHlsPad *pad;             /* owned by the element */
  GstLlHlsTrackSink *sink;      /* a reference besides the bin's */
  GstLlHlsTrack *track;         /* of the stream, while there is one */
  gboolean video, text;         /* neither: audio */
  guint index;
} Entry;

struct _GstLlHlsSink
{
  GstBin parent;

  Settings settings;            /* object lock */
  gint actual_port;             /* object lock */
  GstStatsTimer *stats_timer;   /* object lock */
  guint stats_interval;         /* object lock */
  guint viewers_interval;       /* object lock */

  GMutex lock;
  GList *entries;               /* lock; of Entry, in order */
  guint next_video, next_audio, next_text;      /* lock */

  /* lock to change; streaming threads may use them, since they only run in
   * between. */
  GstLlHlsStore *store;
  GstLlHlsStream *stream;
  GstLlHlsOutputs outputs;
  GstLlHlsOrigin *origin;
  GstLlHlsViewers *viewers;     /* outlives origin */
};

enum
{
  PROP_TARGET_DURATION = 1,
  PROP_PART_DURATION,
  PROP_WINDOW,
  PROP_GAP_TIMEOUT,
  PROP_EPOCH_LOCK,
  PROP_EPOCH_OFFSET,
  PROP_ADDRESS,
  PROP_PORT,
  PROP_ACTUAL_PORT,
  PROP_STATE_FILE,
  PROP_OUTPUTS,                 /* the first of the outputs' */
  PROP_OUTPUTS_LAST = PROP_OUTPUTS + GST_LLHLS_N_OUTPUT_PROPERTIES - 1,
  PROP_PLAYER_SCRIPT,
  PROP_SEND_KEYFRAME_REQUESTS,
  PROP_IFRAME_PLAYLISTS,
  PROP_START_TIME_OFFSET,
  PROP_STATS,
  PROP_STATS_INTERVAL,
  PROP_VIEWERS_INTERVAL,
  PROP_ORIGIN,                  /* the first of the origin's */
  PROP_ORIGIN_LAST = PROP_ORIGIN + GST_LLHLS_ORIGIN_N_SETTINGS - 1,
  N_PROPERTIES
};

enum
{
  SIGNAL_INSERT_DATERANGE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];
static GParamSpec *properties[N_PROPERTIES];

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

static void gst_llhls_sink_child_proxy_init (gpointer iface, gpointer data);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstLlHlsSink, gst_llhls_sink, GST_TYPE_BIN,
    G_IMPLEMENT_INTERFACE (GST_TYPE_CHILD_PROXY,
        gst_llhls_sink_child_proxy_init);
    GST_DEBUG_CATEGORY_INIT (gst_llhls_sink_debug, "llhlssink", 0,
        "Low-Latency HLS sink"));
GST_ELEMENT_REGISTER_DEFINE (llhlssink, "llhlssink", GST_RANK_NONE,
    GST_TYPE_LLHLS_SINK);

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  gst_object_unref (entry->sink);
  g_free (entry);
}

/* Settings */

static void
copy_settings (GstLlHlsSink * self, Settings * to)
{
  GST_OBJECT_LOCK (self);
  *to = self->settings;
  to->address = g_strdup (self->settings.address);
  to->state_file = g_strdup (self->settings.state_file);
  gst_llhls_output_settings_copy (&to->outputs, &self->settings.outputs);
  to->player_script = g_strdup (self->settings.player_script);
  gst_llhls_origin_settings_copy (&to->origin, &self->settings.origin);
  GST_OBJECT_UNLOCK (self);
}

static void
clear_settings (Settings * settings)
{
  g_clear_pointer (&settings->address, g_free);
  g_clear_pointer (&settings->state_file, g_free);
  gst_llhls_output_settings_clear (&settings->outputs);
  g_clear_pointer (&settings->player_script, g_free);
  gst_llhls_origin_settings_clear (&settings->origin);
}

static gboolean
check_settings (GstLlHlsSink * self, const Settings * s)
{
  g_autoptr (GSocketAddress) where = NULL;

  if (s->part_duration > s->target_duration) {
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS,
        (_("The parts of the stream would be longer than its segments.")),
        ("part-duration is %u ms; allowed is 200 to target-duration (%u ms)",
            s->part_duration, s->target_duration));
    return FALSE;
  }
  if (!gst_llhls_output_settings_check (&s->outputs, GST_ELEMENT (self)))
    return FALSE;
  if (s->port == NO_PORT && !gst_llhls_output_settings_any (&s->outputs)) {
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS,
        (_("The stream has nowhere to go.")),
        ("port is -1, location and push-url are not set; set port to 0 or "
            "more, location to a directory, or push-url to a server"));
    return FALSE;
  }
  if (s->port == NO_PORT)
    return TRUE;
  where = g_inet_socket_address_new_from_string (s->address != NULL
      ? s->address : "", s->port);
  if (where == NULL) {
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS,
        (_("The address to listen on is none.")),
        ("address is \"%s\"; allowed is a numeric IPv4 or IPv6 address, "
            "such as 127.0.0.1, 0.0.0.0 or ::", s->address));
    return FALSE;
  }
  return TRUE;
}

/* Start and stop */

static void
wake_server (gpointer data)
{
  GstLlHlsSink *self = data;

  if (self->origin != NULL)
    gst_llhls_origin_wake (self->origin);
}

static void
start_viewers (GstLlHlsSink * self)
{
  GstLlHlsViewers *viewers = gst_llhls_viewers_new (GST_ELEMENT (self));
  guint interval;

  GST_OBJECT_LOCK (self);
  interval = self->viewers_interval;
  GST_OBJECT_UNLOCK (self);
  gst_llhls_viewers_set_interval (viewers, interval);
  g_mutex_lock (&self->lock);
  self->viewers = viewers;
  g_mutex_unlock (&self->lock);
}

static void
fill_serving (const Settings * s, GstLlHlsViewers * viewers,
    GstLlHlsServingConfig * config)
{
  config->viewers = viewers;
  config->address = s->address;
  config->port = s->port;
  config->player_script = s->player_script;
  config->settings = &s->origin;
}

static gboolean
start_origin (GstLlHlsSink * self, const Settings * s)
{
  GstLlHlsServingConfig config;

  if (s->port == NO_PORT)
    return TRUE;
  start_viewers (self);
  fill_serving (s, self->viewers, &config);
  self->origin = gst_llhls_serving_start (GST_ELEMENT (self), self->store,
      &config);
  if (self->origin == NULL)
    return FALSE;
  GST_OBJECT_LOCK (self);
  self->actual_port = gst_llhls_origin_port (self->origin);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static void
attach_entry (GstLlHlsSink * self, Entry * entry)
{
  entry->track = entry->text
      ? gst_llhls_stream_add_text (self->stream, entry->pad)
      : gst_llhls_stream_add_track (self->stream, entry->pad, entry->video);
  gst_llhls_track_sink_set_track (entry->sink, entry->track);
}

static void
start_stream (GstLlHlsSink * self, const Settings * s)
{
  GstLlHlsStreamConfig config = { 0, };
  GstLlHlsStream *stream;
  GList *l;

  config.target = s->target_duration * GST_MSECOND;
  config.part = s->part_duration * GST_MSECOND;
  config.window = s->window * GST_MSECOND;
  config.gap_timeout = s->gap_timeout == G_MAXUINT ? GST_CLOCK_TIME_NONE
      : s->gap_timeout * GST_MSECOND;
  config.key_requests = s->key_requests;
  config.epoch_lock = s->epoch_lock;
  config.epoch_offset = s->epoch_offset;
  config.state_file = s->state_file;
  config.event = s->outputs.type == GST_LLHLS_PLAYLIST_EVENT;
  config.iframes = s->iframes;
  config.start_offset = s->start_offset * (GstClockTimeDiff) GST_MSECOND;
  config.wake = wake_server;
  config.user_data = self;
  stream = gst_llhls_stream_new (GST_ELEMENT (self), self->store,
      &self->outputs, &config);
  g_mutex_lock (&self->lock);
  self->stream = stream;
  for (l = self->entries; l != NULL; l = l->next)
    attach_entry (self, l->data);
  g_mutex_unlock (&self->lock);
}

static void
stop (GstLlHlsSink * self)
{
  GstLlHlsOrigin *origin;
  GstLlHlsViewers *viewers;
  GstLlHlsStream *stream;
  GstLlHlsArchive *archive;
  GList *l;

  g_mutex_lock (&self->lock);
  stream = self->stream;
  archive = g_steal_pointer (&self->outputs.archive);
  g_mutex_unlock (&self->lock);
  /* Both before what they wake. */
  if (stream != NULL)
    gst_llhls_stream_stop (stream);
  g_clear_pointer (&archive, gst_llhls_archive_free);
  g_mutex_lock (&self->lock);
  origin = g_steal_pointer (&self->origin);
  viewers = g_steal_pointer (&self->viewers);
  stream = g_steal_pointer (&self->stream);
  for (l = self->entries; l != NULL; l = l->next) {
    Entry *entry = l->data;

    entry->track = NULL;
    gst_llhls_track_sink_set_track (entry->sink, NULL);
  }
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&origin, gst_llhls_origin_free);
  g_clear_pointer (&viewers, gst_llhls_viewers_free);
  g_clear_pointer (&stream, gst_llhls_stream_free);
  gst_llhls_outputs_clear (&self->outputs);
  g_clear_pointer (&self->store, gst_llhls_store_unref);
  GST_OBJECT_LOCK (self);
  self->actual_port = NO_PORT;
  gst_stats_timer_stop (self->stats_timer);
  GST_OBJECT_UNLOCK (self);
}

static void
post_listening (GstLlHlsSink * self, const Settings * s)
{
  GstLlHlsServingConfig config;

  fill_serving (s, self->viewers, &config);
  gst_llhls_serving_post_listening (GST_ELEMENT (self), self->origin, &config);
}

static gboolean
start (GstLlHlsSink * self)
{
  Settings s;
  BlockingLimits limits;
  gboolean ok;

  copy_settings (self, &s);
  limits.target = s.target_duration * GST_MSECOND;
  limits.part = s.part_duration * GST_MSECOND;
  ok = check_settings (self, &s);
  if (ok) {
    self->store = gst_llhls_store_new (&limits);
    gst_llhls_outputs_init (&self->outputs);
    ok = gst_llhls_output_settings_start (&s.outputs, GST_ELEMENT (self),
        limits.target, s.window * GST_MSECOND, self->store, wake_server,
        &self->outputs) && start_origin (self, &s);
  }
  if (ok) {
    start_stream (self, &s);
    GST_OBJECT_LOCK (self);
    gst_stats_timer_start (self->stats_timer);
    GST_OBJECT_UNLOCK (self);
    if (self->origin != NULL)
      post_listening (self, &s);
  } else {
    stop (self);
  }
  clear_settings (&s);
  return ok;
}

static GstStateChangeReturn
gst_llhls_sink_change_state (GstElement * element, GstStateChange transition)
{
  GstLlHlsSink *self = GST_LLHLS_SINK (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !start (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING
      || transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    gst_llhls_stream_set_playing (self->stream,
        transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING);
  ret = GST_ELEMENT_CLASS (gst_llhls_sink_parent_class)->change_state (element,
      transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && ret == GST_STATE_CHANGE_FAILURE))
    stop (self);
  return ret;
}

/* Pads */

static gint
compare_entries (gconstpointer a, gconstpointer b)
{
  const Entry *first = a, *second = b;

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
static gboolean
choose_index_locked (GstLlHlsSink * self, gboolean video, gboolean text,
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
  for (l = self->entries; l != NULL; l = l->next) {
    const Entry *entry = l->data;

    if (entry->video == video && entry->text == text && entry->index == number)
      return FALSE;
  }
  *index = number;
  *next = MAX (*next, number + 1);
  return TRUE;
}

static Entry *
new_entry (GstLlHlsSink * self, GstPadTemplate * templ, gboolean video,
    gboolean text, guint index)
{
  Entry *entry = g_new0 (Entry, 1);
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
  gst_bin_add (GST_BIN (self), GST_ELEMENT (entry->sink));
  target = gst_element_get_static_pad (GST_ELEMENT (entry->sink), "sink");
  entry->pad = GST_LLHLS_PAD (gst_llhls_pad_new (name, templ, target));
  return entry;
}

static GstPad *
gst_llhls_sink_request_new_pad (GstElement * element, GstPadTemplate * templ,
    const gchar * name, const GstCaps * caps)
{
  GstLlHlsSink *self = GST_LLHLS_SINK (element);
  gboolean video =
      g_str_has_prefix (GST_PAD_TEMPLATE_NAME_TEMPLATE (templ), "video");
  gboolean text =
      g_str_has_prefix (GST_PAD_TEMPLATE_NAME_TEMPLATE (templ), "text");
  gboolean free_index;
  guint index = 0;
  Entry *entry;

  g_mutex_lock (&self->lock);
  free_index = choose_index_locked (self, video, text, name, &index);
  g_mutex_unlock (&self->lock);
  if (!free_index) {
    GST_WARNING_OBJECT (self, "no pad can be called %s", name);
    return NULL;
  }
  entry = new_entry (self, templ, video, text, index);
  g_mutex_lock (&self->lock);
  self->entries = g_list_insert_sorted (self->entries, entry, compare_entries);
  if (self->stream != NULL)
    attach_entry (self, entry);
  g_mutex_unlock (&self->lock);
  gst_element_sync_state_with_parent (GST_ELEMENT (entry->sink));
  gst_pad_set_active (GST_PAD (entry->pad), TRUE);
  gst_element_add_pad (element, GST_PAD (entry->pad));
  gst_child_proxy_child_added (GST_CHILD_PROXY (self), G_OBJECT (entry->pad),
      GST_OBJECT_NAME (entry->pad));
  return GST_PAD (entry->pad);
}

static Entry *
take_entry (GstLlHlsSink * self, GstPad * pad)
{
  Entry *found = NULL;
  GList *l;

  g_mutex_lock (&self->lock);
  for (l = self->entries; l != NULL; l = l->next) {
    if (((Entry *) l->data)->pad == GST_LLHLS_PAD (pad)) {
      found = l->data;
      self->entries = g_list_delete_link (self->entries, l);
      break;
    }
  }
  g_mutex_unlock (&self->lock);
  return found;
}

static void
gst_llhls_sink_release_pad (GstElement * element, GstPad * pad)
{
  GstLlHlsSink *self = GST_LLHLS_SINK (element);
  Entry *entry = take_entry (self, pad);

  if (entry == NULL)
    return;
  gst_pad_set_active (pad, FALSE);
  gst_element_set_locked_state (GST_ELEMENT (entry->sink), TRUE);
  gst_element_set_state (GST_ELEMENT (entry->sink), GST_STATE_NULL);
  if (entry->track != NULL)
    gst_llhls_track_remove (entry->track);
  gst_ghost_pad_set_target (GST_GHOST_PAD (pad), NULL);
  gst_child_proxy_child_removed (GST_CHILD_PROXY (self), G_OBJECT (pad),
      GST_OBJECT_NAME (pad));
  gst_element_remove_pad (element, pad);
  /* A bin that is disposed of has let its children go before its pads. */
  if (GST_OBJECT_PARENT (entry->sink) == GST_OBJECT (self))
    gst_bin_remove (GST_BIN (self), GST_ELEMENT (entry->sink));
  free_entry (entry);
}

/* The pads are what has properties; the elements inside are nobody's
 * business. */

static GObject *
gst_llhls_sink_child_by_name (GstChildProxy * proxy, const gchar * name)
{
  return (GObject *) gst_element_get_static_pad (GST_ELEMENT (proxy), name);
}

static GObject *
gst_llhls_sink_child_by_index (GstChildProxy * proxy, guint index)
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
gst_llhls_sink_children_count (GstChildProxy * proxy)
{
  guint n;

  GST_OBJECT_LOCK (proxy);
  n = GST_ELEMENT (proxy)->numpads;
  GST_OBJECT_UNLOCK (proxy);
  return n;
}

static void
gst_llhls_sink_child_proxy_init (gpointer iface, gpointer data)
{
  GstChildProxyInterface *proxy = iface;

  proxy->get_child_by_name = gst_llhls_sink_child_by_name;
  proxy->get_child_by_index = gst_llhls_sink_child_by_index;
  proxy->get_children_count = gst_llhls_sink_children_count;
}

/* Date ranges */

static void
post_refused (GstLlHlsSink * self, const GstStructure * range,
    const gchar * reason)
{
  const gchar *id = gst_structure_get_string (range, "id");
  g_autofree gchar *summary = g_strdup_printf ("A date range was refused: %s.",
      reason);

  GST_WARNING_OBJECT (self, "%s %" GST_PTR_FORMAT, summary, range);
  gst_element_message_post (GST_ELEMENT (self), "llhlssink-daterange",
      GST_ELEMENT_MESSAGE_WARNING, summary, "id", G_TYPE_STRING, id,
      "error", G_TYPE_STRING, reason, NULL);
}

static gboolean
gst_llhls_sink_insert_daterange (GstLlHlsSink * self,
    const GstStructure * range)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = FALSE;

  if (range == NULL)
    return FALSE;
  g_mutex_lock (&self->lock);
  if (self->stream != NULL)
    ok = gst_llhls_stream_insert_daterange (self->stream, range, &error);
  g_mutex_unlock (&self->lock);
  if (!ok)
    post_refused (self, range, error != NULL ? error->message
        : "the element is not in PAUSED or PLAYING");
  return ok;
}

/* Properties */

static GstStructure *
make_stats (GstLlHlsSink * self)
{
  GstStructure *stats =
      gst_structure_new_empty ("application/x-llhlssink-stats");

  g_mutex_lock (&self->lock);
  if (self->stream != NULL)
    gst_llhls_stream_add_stats (self->stream, stats);
  if (self->origin != NULL)
    gst_llhls_origin_add_stats (self->origin, stats);
  if (self->viewers != NULL)
    gst_llhls_viewers_add_stats (self->viewers, stats);
  if (self->stream != NULL)
    gst_llhls_outputs_add_stats (&self->outputs, stats);
  g_mutex_unlock (&self->lock);
  return stats;
}

static void
replace_string (gchar ** string, const GValue * value)
{
  g_free (*string);
  *string = g_value_dup_string (value);
}

static void
set_viewers_interval (GstLlHlsSink * self, guint interval)
{
  GST_OBJECT_LOCK (self);
  self->viewers_interval = interval;
  GST_OBJECT_UNLOCK (self);
  g_mutex_lock (&self->lock);
  if (self->viewers != NULL)
    gst_llhls_viewers_set_interval (self->viewers, interval);
  g_mutex_unlock (&self->lock);
}

static void
gst_llhls_sink_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  GstLlHlsSink *self = GST_LLHLS_SINK (object);
  Settings *s = &self->settings;

  if (id == PROP_VIEWERS_INTERVAL) {
    set_viewers_interval (self, g_value_get_uint (value));
    return;
  }
  GST_OBJECT_LOCK (self);
  if (id >= PROP_ORIGIN && id <= PROP_ORIGIN_LAST) {
    gst_llhls_origin_settings_set (&s->origin, id - PROP_ORIGIN, value);
    GST_OBJECT_UNLOCK (self);
    return;
  }
  if (id >= PROP_OUTPUTS && id <= PROP_OUTPUTS_LAST) {
    gst_llhls_output_settings_set (&s->outputs, id - PROP_OUTPUTS, value);
    GST_OBJECT_UNLOCK (self);
    return;
  }
  switch (id) {
    case PROP_TARGET_DURATION:
      s->target_duration = g_value_get_uint (value);
      break;
    case PROP_PART_DURATION:
      s->part_duration = g_value_get_uint (value);
      break;
    case PROP_WINDOW:
      s->window = g_value_get_uint (value);
      break;
    case PROP_GAP_TIMEOUT:
      s->gap_timeout = g_value_get_uint (value);
      break;
    case PROP_EPOCH_LOCK:
      s->epoch_lock = g_value_get_enum (value);
      break;
    case PROP_EPOCH_OFFSET:
      s->epoch_offset = g_value_get_int (value);
      break;
    case PROP_ADDRESS:
      replace_string (&s->address, value);
      break;
    case PROP_PORT:
      s->port = g_value_get_int (value);
      break;
    case PROP_STATE_FILE:
      replace_string (&s->state_file, value);
      break;
    case PROP_PLAYER_SCRIPT:
      replace_string (&s->player_script, value);
      break;
    case PROP_SEND_KEYFRAME_REQUESTS:
      s->key_requests = g_value_get_boolean (value);
      break;
    case PROP_IFRAME_PLAYLISTS:
      s->iframes = g_value_get_boolean (value);
      break;
    case PROP_START_TIME_OFFSET:
      s->start_offset = g_value_get_int (value);
      break;
    case PROP_STATS_INTERVAL:
      self->stats_interval = g_value_get_uint (value);
      gst_stats_timer_set_interval (self->stats_timer, self->stats_interval);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_llhls_sink_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstLlHlsSink *self = GST_LLHLS_SINK (object);
  const Settings *s = &self->settings;

  if (id == PROP_STATS) {
    g_value_take_boxed (value, make_stats (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  if (id >= PROP_ORIGIN && id <= PROP_ORIGIN_LAST) {
    gst_llhls_origin_settings_get (&s->origin, id - PROP_ORIGIN, value);
    GST_OBJECT_UNLOCK (self);
    return;
  }
  if (id >= PROP_OUTPUTS && id <= PROP_OUTPUTS_LAST) {
    gst_llhls_output_settings_get (&s->outputs, id - PROP_OUTPUTS, value);
    GST_OBJECT_UNLOCK (self);
    return;
  }
  switch (id) {
    case PROP_TARGET_DURATION:
      g_value_set_uint (value, s->target_duration);
      break;
    case PROP_PART_DURATION:
      g_value_set_uint (value, s->part_duration);
      break;
    case PROP_WINDOW:
      g_value_set_uint (value, s->window);
      break;
    case PROP_GAP_TIMEOUT:
      g_value_set_uint (value, s->gap_timeout);
      break;
    case PROP_EPOCH_LOCK:
      g_value_set_enum (value, s->epoch_lock);
      break;
    case PROP_EPOCH_OFFSET:
      g_value_set_int (value, s->epoch_offset);
      break;
    case PROP_ADDRESS:
      g_value_set_string (value, s->address);
      break;
    case PROP_PORT:
      g_value_set_int (value, s->port);
      break;
    case PROP_ACTUAL_PORT:
      g_value_set_int (value, self->actual_port);
      break;
    case PROP_STATE_FILE:
      g_value_set_string (value, s->state_file);
      break;
    case PROP_PLAYER_SCRIPT:
      g_value_set_string (value, s->player_script);
      break;
    case PROP_SEND_KEYFRAME_REQUESTS:
      g_value_set_boolean (value, s->key_requests);
      break;
    case PROP_IFRAME_PLAYLISTS:
      g_value_set_boolean (value, s->iframes);
      break;
    case PROP_START_TIME_OFFSET:
      g_value_set_int (value, s->start_offset);
      break;
    case PROP_STATS_INTERVAL:
      g_value_set_uint (value, self->stats_interval);
      break;
    case PROP_VIEWERS_INTERVAL:
      g_value_set_uint (value, self->viewers_interval);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_llhls_sink_finalize (GObject * object)
{
  GstLlHlsSink *self = GST_LLHLS_SINK (object);

  g_list_free_full (self->entries, free_entry);
  clear_settings (&self->settings);
  gst_stats_timer_free (self->stats_timer);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (gst_llhls_sink_parent_class)->finalize (object);
}

static void
install_durations (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
      | GST_PARAM_MUTABLE_READY;

  /**
   * GstLlHlsSink:target-duration:
   *
   * Length of a segment, in milliseconds; EXT-X-TARGETDURATION is this rounded
   * up to seconds.  Segments begin at the first key frame at or behind each
   * multiple of it.  Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_TARGET_DURATION] = g_param_spec_uint ("target-duration",
      "Target duration", "Length of a segment (ms)", 1000, 60000,
      DEFAULT_TARGET_DURATION, flags);
  /**
   * GstLlHlsSink:part-duration:
   *
   * Length of a part, in milliseconds.  Players stay three parts behind.  Read
   * when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_PART_DURATION] = g_param_spec_uint ("part-duration",
      "Part duration", "Length of a part (ms)", 200, 10000,
      DEFAULT_PART_DURATION, flags);
  /**
   * GstLlHlsSink:window:
   *
   * How far back viewers can go, in milliseconds; six target durations at
   * least.  Media is kept in memory for twice as long.  Read when the element
   * goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_WINDOW] = g_param_spec_uint ("window", "Window",
      "How far back the playlists reach (ms)", 1000, 86400000, DEFAULT_WINDOW,
      flags);
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
  properties[PROP_GAP_TIMEOUT] = g_param_spec_uint ("gap-timeout",
      "Gap timeout", "Wait for late media before it is listed as missing, "
      "0 = part-duration (ms)", 0, G_MAXUINT, DEFAULT_GAP_TIMEOUT, flags);
  /**
   * GstLlHlsSink:epoch-lock:
   *
   * Whose time frames have.  Two processes that get the same encoded frames with
   * the same times make the same init sections, parts and segments, to the byte
   * and by name, whenever they started.  Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_EPOCH_LOCK] = g_param_spec_enum ("epoch-lock", "Epoch lock",
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
  properties[PROP_EPOCH_OFFSET] = g_param_spec_int ("epoch-offset",
      "Epoch offset",
      "Date of PTS 0 with epoch-lock=pts, lowest = measured (ms)", G_MININT,
      G_MAXINT, DEFAULT_EPOCH_OFFSET, flags);
  /**
   * GstLlHlsSink:send-keyframe-requests:
   *
   * Asks the encoders upstream for a key frame where each segment shall begin.
   * Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_SEND_KEYFRAME_REQUESTS] =
      g_param_spec_boolean ("send-keyframe-requests", "Send key frame requests",
      "Ask encoders for a key frame at each segment's beginning",
      DEFAULT_SEND_KEYFRAME_REQUESTS, flags);
}

static void
install_outputs (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
      | GST_PARAM_MUTABLE_READY;

  /**
   * GstLlHlsSink:address:
   *
   * Numeric address to listen on.  Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_ADDRESS] = g_param_spec_string ("address", "Address",
      "Numeric IPv4 or IPv6 address to listen on", DEFAULT_ADDRESS, flags);
  /**
   * GstLlHlsSink:port:
   *
   * TCP port to listen on; 0 is any free one, -1 is no server.  Read when the
   * element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_PORT] = g_param_spec_int ("port", "Port",
      "TCP port to listen on (0 = any free one, -1 = no server)", NO_PORT,
      65535, DEFAULT_PORT, flags);
  /**
   * GstLlHlsSink:actual-port:
   *
   * The port that is listened on, or -1.
   *
   * Since: 0.1
   */
  properties[PROP_ACTUAL_PORT] = g_param_spec_int ("actual-port",
      "Actual port", "TCP port that is listened on (-1 = none)", NO_PORT,
      65535, NO_PORT, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
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
  properties[PROP_STATE_FILE] = g_param_spec_string ("state-file",
      "State file", "File that lets a restarted process count on, NULL = none",
      NULL, flags);
  /**
   * GstLlHlsSink:player-script:
   *
   * hls.js for the page at `/`: a URL, or a local file that is then served.
   * Without it the page has only the browser's own HLS.  Read when the element
   * goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_PLAYER_SCRIPT] = g_param_spec_string ("player-script",
      "Player script", "URL or file of hls.js for the player page "
      "(NULL = the browser's own HLS)", NULL, flags);
}

static void
install_playlists (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
      | GST_PARAM_MUTABLE_READY;

  /**
   * GstLlHlsSink:iframe-playlists:
   *
   * Lists the key frames of each video rendition in a playlist of their own, for
   * fast forward and previews.  Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_IFRAME_PLAYLISTS] = g_param_spec_boolean ("iframe-playlists",
      "I-frame playlists", "List the key frames of each video rendition",
      DEFAULT_IFRAME_PLAYLISTS, flags);
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
  properties[PROP_START_TIME_OFFSET] = g_param_spec_int ("start-time-offset",
      "Start time offset", "Where players start, from the end when negative, "
      "0 = as they like (ms)", -86400000, 86400000, 0, flags);
}

static void
install_signals (GType type)
{
  /**
   * GstLlHlsSink::insert-daterange:
   * @llhlssink: the element
   * @range: the fields of the date range
   *
   * Lists an EXT-X-DATERANGE in all playlists, or adds to the one of the same
   * `id`.  Not before PAUSED.
   *
   * Returns: %FALSE when it was refused; llhlssink-daterange says why.
   *
   * Since: 0.1
   */
  signals[SIGNAL_INSERT_DATERANGE] = g_signal_new_class_handler
      ("insert-daterange", type, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
      G_CALLBACK (gst_llhls_sink_insert_daterange), NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 1, GST_TYPE_STRUCTURE);
}

static void
install_properties (GObjectClass * klass)
{
  install_durations ();
  install_outputs ();
  gst_llhls_output_settings_install (&properties[PROP_OUTPUTS]);
  install_playlists ();
  /**
   * GstLlHlsSink:stats:
   *
   * Counters and gauges as application/x-llhlssink-stats.
   *
   * Since: 0.1
   */
  properties[PROP_STATS] = g_param_spec_boxed ("stats", "Statistics",
      "Counters and gauges", GST_TYPE_STRUCTURE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GstLlHlsSink:stats-interval:
   *
   * How often `stats` is posted as an element message, in milliseconds; 0 is
   * never.  Takes effect at once.
   *
   * Since: 0.1
   */
  properties[PROP_STATS_INTERVAL] = g_param_spec_uint ("stats-interval",
      "Statistics interval", "Time between stats messages, 0 = off (ms)", 0,
      G_MAXUINT / 2, DEFAULT_STATS_INTERVAL, G_PARAM_READWRITE
      | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  /**
   * GstLlHlsSink:viewers-interval:
   *
   * How often `llhlssink-viewers` is posted, in milliseconds, while players
   * report (CMCD); 0 is never.  Takes effect at once.
   *
   * Since: 0.1
   */
  properties[PROP_VIEWERS_INTERVAL] = g_param_spec_uint ("viewers-interval",
      "Viewers interval", "Time between messages about viewers, 0 = off (ms)",
      0, G_MAXUINT / 2, DEFAULT_VIEWERS_INTERVAL, G_PARAM_READWRITE
      | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  gst_llhls_origin_settings_install (&properties[PROP_ORIGIN]);
  g_object_class_install_properties (klass, N_PROPERTIES, properties);
}

static void
gst_llhls_sink_class_init (GstLlHlsSinkClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = gst_llhls_sink_set_property;
  object_class->get_property = gst_llhls_sink_get_property;
  object_class->finalize = gst_llhls_sink_finalize;
  element_class->change_state = GST_DEBUG_FUNCPTR (gst_llhls_sink_change_state);
  element_class->request_new_pad =
      GST_DEBUG_FUNCPTR (gst_llhls_sink_request_new_pad);
  element_class->release_pad = GST_DEBUG_FUNCPTR (gst_llhls_sink_release_pad);
  install_properties (object_class);
  install_signals (G_TYPE_FROM_CLASS (klass));
  gst_llhls_serving_install_signals (G_TYPE_FROM_CLASS (klass));
  gst_type_mark_as_plugin_api (GST_TYPE_LLHLS_EPOCH_LOCK, 0);
  gst_element_class_add_static_pad_template_with_gtype (element_class,
      &video_template, GST_TYPE_LLHLS_PAD);
  gst_element_class_add_static_pad_template_with_gtype (element_class,
      &audio_template, GST_TYPE_LLHLS_PAD);
  gst_element_class_add_static_pad_template_with_gtype (element_class,
      &text_template, GST_TYPE_LLHLS_PAD);
  gst_element_class_set_static_metadata (element_class,
      "Low-Latency HLS sink", "Sink/Muxer/Network",
      "Packages encoded streams as CMAF and serves them as Low-Latency HLS",
      "The gst-onair developers");
}

static void
gst_llhls_sink_init (GstLlHlsSink * self)
{
  g_mutex_init (&self->lock);
  self->settings.target_duration = DEFAULT_TARGET_DURATION;
  self->settings.part_duration = DEFAULT_PART_DURATION;
  self->settings.window = DEFAULT_WINDOW;
  self->settings.gap_timeout = DEFAULT_GAP_TIMEOUT;
  self->settings.epoch_lock = DEFAULT_EPOCH_LOCK;
  self->settings.epoch_offset = DEFAULT_EPOCH_OFFSET;
  self->settings.address = g_strdup (DEFAULT_ADDRESS);
  self->settings.port = DEFAULT_PORT;
  gst_llhls_output_settings_init (&self->settings.outputs);
  self->settings.key_requests = DEFAULT_SEND_KEYFRAME_REQUESTS;
  self->settings.iframes = DEFAULT_IFRAME_PLAYLISTS;
  gst_llhls_origin_settings_init (&self->settings.origin);
  self->actual_port = NO_PORT;
  self->stats_timer = gst_stats_timer_new (GST_ELEMENT (self));
  self->viewers_interval = DEFAULT_VIEWERS_INTERVAL;
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
  gst_bin_set_suppressed_flags (GST_BIN (self),
      GST_ELEMENT_FLAG_SINK | GST_ELEMENT_FLAG_SOURCE);
}
