/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-llhlssink
 * @title: llhlssink
 * @short_description: Packages and serves a live stream as Low-Latency HLS
 *
 * Takes encoded video and audio, one request pad for each rendition, writes
 * CMAF parts and segments from it and serves them with their playlists over
 * HTTP/2 and HTTP/1.1, writes them to a directory, or both.  The multivariant
 * playlist is `/live.m3u8`, a page that plays it is `/`.
 *
 * Buffers are taken as they come, without waiting for the clock; put clocksync
 * in front for sources that are not live.
 *
 * ## Errors
 * * %GST_LIBRARY_ERROR_SETTINGS: a property has a value that can't be; as a
 *   warning: a pad's audio-groups names a group that no audio pad has.
 * * %GST_RESOURCE_ERROR_OPEN_READ_WRITE: #GstLlHlsSink:port can't be had.
 * * %GST_RESOURCE_ERROR_OPEN_WRITE: #GstLlHlsSink:location can't be written.
 * * %GST_RESOURCE_ERROR_OPEN_READ: #GstLlHlsSink:player-script,
 *   #GstLlHlsSink:certificate-file or #GstLlHlsSink:auth-secret-file can't be
 *   read.
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
/* Locks, in this order: self->lock, the stream's lock, the store's lock, and
 * last object locks, under which none of ours is taken.
 * Threads: application (properties, states, pads), streaming (in the stream),
 * the server's, the outputs'; the last two are joined in stop (). */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlssink.h"

#include "daterange.h"
#include "gstelementmessage.h"
#include "gstllhlsepoch.h"
#include "gstllhlsorigin.h"
#include "gstllhlspads.h"
#include "gstllhlsserving.h"
#include "gstllhlssettings.h"
#include "gstllhlsstream.h"
#include "gstllhlsviewers.h"
#include "gststatstimer.h"
#include "urltoken.h"

GST_DEBUG_CATEGORY (gst_llhls_sink_debug);
#define GST_CAT_DEFAULT gst_llhls_sink_debug

#define DEFAULT_STATS_INTERVAL 0        /* ms */
#define DEFAULT_VIEWERS_INTERVAL 10000  /* ms */

struct _GstLlHlsSink
{
  GstBin parent;

  GstLlHlsSettings settings;    /* object lock */
  gint actual_port;             /* object lock */
  GstStatsTimer *stats_timer;   /* object lock */
  guint stats_interval;         /* object lock */
  guint viewers_interval;       /* object lock */

  GMutex lock;
  GstLlHlsEntries entries;      /* lock */
  gboolean ranges_full;         /* lock; that was told */

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
  PROP_SETTINGS = 1,            /* the first of the settings */
  PROP_SETTINGS_LAST = PROP_SETTINGS + GST_LLHLS_N_SETTINGS - 1,
  PROP_ACTUAL_PORT,
  PROP_OUTPUTS,                 /* the first of the outputs' */
  PROP_OUTPUTS_LAST = PROP_OUTPUTS + GST_LLHLS_N_OUTPUT_PROPERTIES - 1,
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
  SIGNAL_RELOAD_CERTIFICATE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];
static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE_WITH_CODE (GstLlHlsSink, gst_llhls_sink, GST_TYPE_BIN,
    G_IMPLEMENT_INTERFACE (GST_TYPE_CHILD_PROXY,
        gst_llhls_pads_child_proxy_init);
    GST_DEBUG_CATEGORY_INIT (gst_llhls_sink_debug, "llhlssink", 0,
        "Low-Latency HLS sink"));
GST_ELEMENT_REGISTER_DEFINE (llhlssink, "llhlssink", GST_RANK_NONE,
    GST_TYPE_LLHLS_SINK);

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
fill_serving (const GstLlHlsSettings * s, GstLlHlsViewers * viewers,
    GstLlHlsServingConfig * config)
{
  config->viewers = viewers;
  config->address = s->address;
  config->port = s->port;
  config->player_script = s->player_script;
  config->settings = &s->origin;
}

static gboolean
start_origin (GstLlHlsSink * self, const GstLlHlsSettings * s)
{
  GstLlHlsServingConfig config;

  if (s->port == GST_LLHLS_NO_PORT)
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
attach_entry (GstLlHlsSink * self, GstLlHlsEntry * entry)
{
  entry->track = entry->text
      ? gst_llhls_stream_add_text (self->stream, entry->pad)
      : gst_llhls_stream_add_track (self->stream, entry->pad, entry->video);
  gst_llhls_track_sink_set_track (entry->sink, entry->track);
}

static void
start_stream (GstLlHlsSink * self, const GstLlHlsSettings * s)
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
  if (s->port != GST_LLHLS_NO_PORT && s->origin.auth_secret_file != NULL)
    config.query_param = URL_TOKEN_ARGUMENT;
  config.start_offset = s->start_offset * (GstClockTimeDiff) GST_MSECOND;
  config.wake = wake_server;
  config.user_data = self;
  stream = gst_llhls_stream_new (GST_ELEMENT (self), self->store,
      &self->outputs, &config);
  g_mutex_lock (&self->lock);
  self->stream = stream;
  self->ranges_full = FALSE;
  for (l = self->entries.list; l != NULL; l = l->next)
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
  g_mutex_unlock (&self->lock);
  /* Its timer uses the archive, and both come before what they wake. */
  if (stream != NULL)
    gst_llhls_stream_stop (stream);
  g_mutex_lock (&self->lock);
  archive = g_steal_pointer (&self->outputs.archive);
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&archive, gst_llhls_archive_free);
  g_mutex_lock (&self->lock);
  origin = g_steal_pointer (&self->origin);
  viewers = g_steal_pointer (&self->viewers);
  stream = g_steal_pointer (&self->stream);
  for (l = self->entries.list; l != NULL; l = l->next) {
    GstLlHlsEntry *entry = l->data;

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
  self->actual_port = GST_LLHLS_NO_PORT;
  gst_stats_timer_stop (self->stats_timer);
  GST_OBJECT_UNLOCK (self);
}

static void
post_listening (GstLlHlsSink * self, const GstLlHlsSettings * s)
{
  GstLlHlsServingConfig config;

  fill_serving (s, self->viewers, &config);
  gst_llhls_serving_post_listening (GST_ELEMENT (self), self->origin, &config);
}

static gboolean
start (GstLlHlsSink * self)
{
  GstLlHlsSettings s;
  BlockingLimits limits;
  gboolean ok;

  GST_OBJECT_LOCK (self);
  gst_llhls_settings_copy (&s, &self->settings);
  GST_OBJECT_UNLOCK (self);
  limits.target = s.target_duration * GST_MSECOND;
  limits.part = s.part_duration * GST_MSECOND;
  limits.twin = s.epoch_lock != GST_LLHLS_EPOCH_LOCK_NONE;
  ok = gst_llhls_settings_check (&s, GST_ELEMENT (self))
      && gst_llhls_pads_check (GST_ELEMENT (self));
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
  gst_llhls_settings_clear (&s);
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

static GstPad *
gst_llhls_sink_request_new_pad (GstElement * element, GstPadTemplate * templ,
    const gchar * name, const GstCaps * caps)
{
  GstLlHlsSink *self = GST_LLHLS_SINK (element);
  gboolean video =
      g_str_has_prefix (GST_PAD_TEMPLATE_NAME_TEMPLATE (templ), "video");
  gboolean text =
      g_str_has_prefix (GST_PAD_TEMPLATE_NAME_TEMPLATE (templ), "text");
  /* One that is just being released. */
  g_autoptr (GstPad) old = name != NULL
      ? gst_element_get_static_pad (element, name) : NULL;
  gboolean free_index;
  guint index = 0;
  GstLlHlsEntry *entry;

  g_mutex_lock (&self->lock);
  free_index = gst_llhls_entries_choose (&self->entries, video, text, name,
      &index);
  g_mutex_unlock (&self->lock);
  if (!free_index || old != NULL) {
    GST_WARNING_OBJECT (self, "no pad can be called %s", name);
    return NULL;
  }
  entry = gst_llhls_entry_new (GST_BIN (self), templ, video, text, index);
  g_mutex_lock (&self->lock);
  gst_llhls_entries_add (&self->entries, entry);
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

static void
gst_llhls_sink_release_pad (GstElement * element, GstPad * pad)
{
  GstLlHlsSink *self = GST_LLHLS_SINK (element);
  GstLlHlsEntry *entry;

  g_mutex_lock (&self->lock);
  entry = gst_llhls_entries_take (&self->entries, pad);
  g_mutex_unlock (&self->lock);
  if (entry == NULL)
    return;
  gst_pad_set_active (pad, FALSE);
  gst_element_set_locked_state (GST_ELEMENT (entry->sink), TRUE);
  gst_element_set_state (GST_ELEMENT (entry->sink), GST_STATE_NULL);
  gst_llhls_track_sink_set_track (entry->sink, NULL);
  if (entry->track != NULL)
    gst_llhls_track_remove (entry->track);
  gst_ghost_pad_set_target (GST_GHOST_PAD (pad), NULL);
  gst_child_proxy_child_removed (GST_CHILD_PROXY (self), G_OBJECT (pad),
      GST_OBJECT_NAME (pad));
  gst_element_remove_pad (element, pad);
  /* A bin that is disposed of has let its children go before its pads. */
  if (GST_OBJECT_PARENT (entry->sink) == GST_OBJECT (self))
    gst_bin_remove (GST_BIN (self), GST_ELEMENT (entry->sink));
  gst_llhls_entry_free (entry);
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
  gboolean ok = FALSE, told = FALSE;

  if (range == NULL)
    return FALSE;
  g_mutex_lock (&self->lock);
  if (self->stream != NULL)
    ok = gst_llhls_stream_insert_daterange (self->stream, range, &error);
  /* Who inserts in a loop is told once that there is no more room. */
  if (g_error_matches (error, DATERANGE_ERROR, DATERANGE_ERROR_FULL)) {
    told = self->ranges_full;
    self->ranges_full = TRUE;
  } else if (ok) {
    self->ranges_full = FALSE;
  }
  g_mutex_unlock (&self->lock);
  if (!ok && !told)
    post_refused (self, range, error != NULL ? error->message
        : "the element is not in PAUSED or PLAYING");
  return ok;
}

/* The certificate */

static gboolean
gst_llhls_sink_reload_certificate (GstLlHlsSink * self)
{
  gboolean ok;

  g_mutex_lock (&self->lock);
  ok = self->origin != NULL
      && gst_llhls_origin_reload_certificate (self->origin);
  g_mutex_unlock (&self->lock);
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
  GstLlHlsSettings *s = &self->settings;

  if (id == PROP_VIEWERS_INTERVAL) {
    set_viewers_interval (self, g_value_get_uint (value));
    return;
  }
  GST_OBJECT_LOCK (self);
  if (id >= PROP_SETTINGS && id <= PROP_SETTINGS_LAST) {
    gst_llhls_settings_set (s, id - PROP_SETTINGS, value);
    GST_OBJECT_UNLOCK (self);
    return;
  }
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
  const GstLlHlsSettings *s = &self->settings;

  if (id == PROP_STATS) {
    g_value_take_boxed (value, make_stats (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  if (id >= PROP_SETTINGS && id <= PROP_SETTINGS_LAST) {
    gst_llhls_settings_get (s, id - PROP_SETTINGS, value);
    GST_OBJECT_UNLOCK (self);
    return;
  }
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
    case PROP_ACTUAL_PORT:
      g_value_set_int (value, self->actual_port);
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

  gst_llhls_entries_clear (&self->entries);
  gst_llhls_settings_clear (&self->settings);
  gst_stats_timer_free (self->stats_timer);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (gst_llhls_sink_parent_class)->finalize (object);
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
  /**
   * GstLlHlsSink::reload-certificate:
   * @llhlssink: the element
   *
   * Reads #GstLlHlsSink:certificate-file and #GstLlHlsSink:key-file again at
   * once, without waiting for it, also when they look as they did.
   * llhlssink-certificate tells how it went: new connections get the new
   * certificate, or the old one stays and the message says why.
   *
   * Returns: %FALSE when there is no certificate: not before PAUSED, or without
   *   TLS.
   *
   * Since: 0.1
   */
  signals[SIGNAL_RELOAD_CERTIFICATE] = g_signal_new_class_handler
      ("reload-certificate", type, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
      G_CALLBACK (gst_llhls_sink_reload_certificate), NULL, NULL, NULL,
      G_TYPE_BOOLEAN, 0);
}

static void
install_properties (GObjectClass * klass)
{
  gst_llhls_settings_install (&properties[PROP_SETTINGS]);
  /**
   * GstLlHlsSink:actual-port:
   *
   * The port that is listened on, or -1.
   *
   * Since: 0.1
   */
  properties[PROP_ACTUAL_PORT] = g_param_spec_int ("actual-port",
      "Actual port", "TCP port that is listened on (-1 = none)",
      GST_LLHLS_NO_PORT, 65535, GST_LLHLS_NO_PORT,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  gst_llhls_output_settings_install (&properties[PROP_OUTPUTS]);
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
  gst_llhls_pads_install (element_class);
  gst_element_class_set_static_metadata (element_class,
      "Low-Latency HLS sink", "Sink/Muxer/Network",
      "Packages encoded streams as CMAF and serves them as Low-Latency HLS",
      "The gst-onair developers");
}

static void
gst_llhls_sink_init (GstLlHlsSink * self)
{
  g_mutex_init (&self->lock);
  gst_llhls_settings_init (&self->settings);
  self->actual_port = GST_LLHLS_NO_PORT;
  self->stats_timer = gst_stats_timer_new (GST_ELEMENT (self));
  self->viewers_interval = DEFAULT_VIEWERS_INTERVAL;
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
  gst_bin_set_suppressed_flags (GST_BIN (self),
      GST_ELEMENT_FLAG_SINK | GST_ELEMENT_FLAG_SOURCE);
}
