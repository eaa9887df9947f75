/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-bondedsrtsink
 * @title: bondedsrtsink
 * @short_description: Sends one live stream over several networks by SRT
 *
 * Each of its #GstBondedSrtSink:links is an SRT connection of its own, which
 * carries the whole stream and is made again whenever it is lost.  A link that
 * is dead or full delays neither the others nor the pipeline.  Any SRT
 * receiver works on each link; #bondedsrtsrc makes one stream of all of them.
 *
 * ## Errors
 * * %GST_LIBRARY_ERROR_SETTINGS: a property makes no sense.
 *
 * A peer that does not answer is no error: see the `bondedsrt-link` and
 * `bondedsrt-bond` messages.
 *
 * ## Example launch line
 * |[ gst-launch-1.0 videotestsrc is-live=true ! x264enc tune=zerolatency ! mpegtsmux alignment=7 ! bondedsrtsink links="srt://127.0.0.1:7001 srt://127.0.0.1:7001" ]|
 *
 * Since: 0.1
 */
/* Locks, in this order: stream lock, object lock.
 * Threads: streaming (render, events), application (properties, states), the
 * sender's worker (messages). */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstbondedsrtsink.h"

#include <string.h>

#include "gstbondreport.h"
#include "gstbondsender.h"
#include "gststatstimer.h"
#include "gststringproperty.h"
#include "msgcut.h"
#include "urimask.h"

GST_DEBUG_CATEGORY_STATIC (bonded_srt_sink_debug);
#define GST_CAT_DEFAULT bonded_srt_sink_debug

#define SCHEME "srt"
#define STATS_NAME "application/x-bondedsrtsink-stats"

typedef enum
{
  GST_BONDED_SRT_MODE_BROADCAST,
} GstBondedSrtMode;

enum
{
  PROP_LINKS = 1,
  PROP_URI,
  PROP_BONDING_MODE,
  PROP_LATENCY,                 /* as in GstBondDefault, with the next three */
  PROP_PASSPHRASE,
  PROP_PBKEYLEN,
  PROP_STREAMID,
  PROP_WAIT_FOR_CONNECTION,
  PROP_STATS,
  PROP_STATS_INTERVAL,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

#define DEFAULT_BONDING_MODE GST_BONDED_SRT_MODE_BROADCAST
#define DEFAULT_WAIT_FOR_CONNECTION FALSE

struct _GstBondedSrtSink
{
  GstBaseSink parent;

  /* Object lock. */
  gchar *links;
  gchar *uri;
  GstBondedSrtMode bonding_mode;
  GstBondDefaults defaults;
  gboolean wait_for_connection;
  guint stats_interval;
  GstStatsTimer *stats_timer;
  GstBondSender *sender;        /* from start to stop; there is no streaming
                                 * thread when it changes */
  GstStructure *last_stats;     /* nullable: of the run before */

  /* Streaming thread only. */
  MsgPack pack;
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);


G_DEFINE_FINAL_TYPE_WITH_CODE (GstBondedSrtSink, gst_bonded_srt_sink,
    GST_TYPE_BASE_SINK,
    GST_DEBUG_CATEGORY_INIT (bonded_srt_sink_debug, "bondedsrtsink", 0,
        "SRT sink over several networks"));
GST_ELEMENT_REGISTER_DEFINE (bondedsrtsink, "bondedsrtsink", GST_RANK_NONE,
    GST_TYPE_BONDED_SRT_SINK);

#define GST_TYPE_BONDED_SRT_MODE (gst_bonded_srt_mode_get_type ())
static GType
gst_bonded_srt_mode_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_BONDED_SRT_MODE_BROADCAST, "Every link carries everything",
        "broadcast"},
    {0, NULL, NULL},
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstBondedSrtMode",
            values));
  return type;
}

/* --- data --------------------------------------------------------------- */

static gboolean
is_ready_to_send (GstBondedSrtSink * self)
{
  gboolean wait;

  GST_OBJECT_LOCK (self);
  wait = self->wait_for_connection;
  GST_OBJECT_UNLOCK (self);
  return !wait || gst_bond_sender_wait_active (self->sender);
}

/* Unlocked while it waited for a link: flushing, or paused, in which case the
 * buffer's turn comes again. */
static GstFlowReturn
wait_until_ready (GstBondedSrtSink * self)
{
  GstFlowReturn ret = GST_FLOW_OK;

  while (ret == GST_FLOW_OK && !is_ready_to_send (self))
    ret = gst_base_sink_wait_preroll (GST_BASE_SINK (self));
  return ret;
}

static void
send_cut (GstBondedSrtSink * self, const guint8 * data, gsize size)
{
  while (size > 0) {
    gsize n = msg_cut_length (data, size, GST_BOND_MESSAGE_MAX);

    gst_bond_sender_push (self->sender, data, n);
    data += n;
    size -= n;
  }
}

static gboolean
send_buffer (GstBondedSrtSink * self, GstBuffer * buffer)
{
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    GST_ELEMENT_ERROR (self, RESOURCE, READ, (NULL), ("cannot map a buffer"));
    return FALSE;
  }
  send_cut (self, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  return TRUE;
}

static GstFlowReturn
gst_bonded_srt_sink_render (GstBaseSink * sink, GstBuffer * buffer)
{
  GstBondedSrtSink *self = GST_BONDED_SRT_SINK (sink);
  GstFlowReturn ret = wait_until_ready (self);

  if (ret != GST_FLOW_OK)
    return ret;
  return send_buffer (self, buffer) ? GST_FLOW_OK : GST_FLOW_ERROR;
}

static void
flush_pack (GstBondedSrtSink * self)
{
  if (self->pack.used > 0)
    gst_bond_sender_push (self->sender, self->pack.bytes, self->pack.used);
  self->pack.used = 0;
}

static void
pack_data (GstBondedSrtSink * self, const guint8 * data, gsize size)
{
  while (size > 0) {
    gsize n = msg_pack_add (&self->pack, data, size);

    if (self->pack.used == MSG_CUT_TS_BYTES)
      flush_pack (self);
    data += n;
    size -= n;
  }
}

/* Buffers of a list come at once: TS packets among them share messages. */
static gboolean
send_packed (GstBondedSrtSink * self, GstBuffer * buffer)
{
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    GST_ELEMENT_ERROR (self, RESOURCE, READ, (NULL), ("cannot map a buffer"));
    return FALSE;
  }
  if (msg_cut_is_ts (map.data, map.size)) {
    pack_data (self, map.data, map.size);
  } else {
    flush_pack (self);
    send_cut (self, map.data, map.size);
  }
  gst_buffer_unmap (buffer, &map);
  return TRUE;
}

static GstFlowReturn
gst_bonded_srt_sink_render_list (GstBaseSink * sink, GstBufferList * list)
{
  GstBondedSrtSink *self = GST_BONDED_SRT_SINK (sink);
  GstFlowReturn ret = wait_until_ready (self);
  guint i, n = gst_buffer_list_length (list);

  for (i = 0; i < n && ret == GST_FLOW_OK; i++) {
    if (!send_packed (self, gst_buffer_list_get (list, i)))
      ret = GST_FLOW_ERROR;
  }
  flush_pack (self);
  return ret;
}

static gboolean
gst_bonded_srt_sink_event (GstBaseSink * sink, GstEvent * event)
{
  GstBondedSrtSink *self = GST_BONDED_SRT_SINK (sink);

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    gst_bond_sender_drain (self->sender);
  return GST_BASE_SINK_CLASS (gst_bonded_srt_sink_parent_class)->event (sink,
      event);
}

static void
set_flushing (GstBondedSrtSink * self, gboolean flushing)
{
  GST_OBJECT_LOCK (self);
  if (self->sender != NULL)
    gst_bond_sender_set_flushing (self->sender, flushing);
  GST_OBJECT_UNLOCK (self);
}

static gboolean
gst_bonded_srt_sink_unlock (GstBaseSink * sink)
{
  set_flushing (GST_BONDED_SRT_SINK (sink), TRUE);
  return TRUE;
}

static gboolean
gst_bonded_srt_sink_unlock_stop (GstBaseSink * sink)
{
  set_flushing (GST_BONDED_SRT_SINK (sink), FALSE);
  return TRUE;
}

/* --- start and stop ----------------------------------------------------- */

static gboolean
is_set (const gchar * text)
{
  return text != NULL && *text != '\0';
}

/* `property` is the one that is in charge. */
static GPtrArray *
parse_links_locked (GstBondedSrtSink * self, const gchar ** property,
    GError ** error)
{
  gboolean single = !is_set (self->links) && is_set (self->uri);

  *property = single ? "uri" : "links";
  return link_specs_parse (single ? self->uri : self->links, SCHEME, error);
}

static GstBondSender *
make_sender_locked (GstBondedSrtSink * self, const gchar ** property,
    GError ** error)
{
  GstBondSenderCallbacks callbacks = { gst_bond_report_link,
    gst_bond_report_bond, self
  };
  GPtrArray *specs;

  if (!gst_bond_defaults_check (&self->defaults, property, error))
    return NULL;
  specs = parse_links_locked (self, property, error);
  if (specs == NULL)
    return NULL;
  return gst_bond_sender_new (gst_srt_link_transport (), specs,
      &self->defaults, &callbacks);
}

static gboolean
gst_bonded_srt_sink_start (GstBaseSink * sink)
{
  GstBondedSrtSink *self = GST_BONDED_SRT_SINK (sink);
  g_autoptr (GError) error = NULL;
  const gchar *property = NULL;
  GstBondSender *sender;

  GST_OBJECT_LOCK (self);
  sender = make_sender_locked (self, &property, &error);
  GST_OBJECT_UNLOCK (self);
  if (sender == NULL) {
    gst_bond_report_settings (GST_ELEMENT (self), property, error);
    return FALSE;
  }
  if (!gst_bond_sender_start (sender)) {
    gst_bond_sender_free (sender);
    GST_ELEMENT_ERROR (self, LIBRARY, INIT, (NULL), ("libsrt did not start"));
    return FALSE;
  }
  self->pack.used = 0;
  GST_OBJECT_LOCK (self);
  self->sender = sender;
  gst_clear_structure (&self->last_stats);
  gst_stats_timer_start (self->stats_timer);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_bonded_srt_sink_stop (GstBaseSink * sink)
{
  GstBondedSrtSink *self = GST_BONDED_SRT_SINK (sink);
  GstBondSender *sender;

  GST_OBJECT_LOCK (self);
  gst_stats_timer_stop (self->stats_timer);
  sender = g_steal_pointer (&self->sender);
  if (sender != NULL)
    self->last_stats = gst_bond_sender_get_stats (sender, STATS_NAME);
  GST_OBJECT_UNLOCK (self);
  if (sender != NULL)
    gst_bond_sender_free (sender);
  return TRUE;
}

/* --- properties --------------------------------------------------------- */

/* Takes effect at once while it runs; a list that can't be read changes
 * nothing. */
static void
apply_links (GstBondedSrtSink * self)
{
  g_autoptr (GError) error = NULL;
  const gchar *property;
  GPtrArray *specs;

  GST_OBJECT_LOCK (self);
  specs = parse_links_locked (self, &property, &error);
  if (specs != NULL && self->sender != NULL)
    gst_bond_sender_set_links (self->sender, specs);
  else if (specs != NULL)
    g_ptr_array_unref (specs);
  GST_OBJECT_UNLOCK (self);
  if (error != NULL)
    GST_WARNING_OBJECT (self, "%s: %s", property, error->message);
}

static void
set_locked (GstBondedSrtSink * self, guint id, const GValue * value)
{
  switch (id) {
    case PROP_LINKS:
      gst_string_property_set (&self->links, value);
      break;
    case PROP_URI:
      gst_string_property_set (&self->uri, value);
      break;
    case PROP_BONDING_MODE:
      self->bonding_mode = g_value_get_enum (value);
      break;
    case PROP_LATENCY:
    case PROP_PASSPHRASE:
    case PROP_PBKEYLEN:
    case PROP_STREAMID:
      gst_bond_defaults_set (&self->defaults, id - PROP_LATENCY, value);
      break;
    case PROP_WAIT_FOR_CONNECTION:
      self->wait_for_connection = g_value_get_boolean (value);
      break;
    case PROP_STATS_INTERVAL:
      self->stats_interval = g_value_get_uint (value);
      gst_stats_timer_set_interval (self->stats_timer, self->stats_interval);
      break;
  }
}

static void
gst_bonded_srt_sink_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstBondedSrtSink *self = GST_BONDED_SRT_SINK (object);

  if (id == 0 || id >= N_PROPERTIES || id == PROP_STATS) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  set_locked (self, id, value);
  GST_OBJECT_UNLOCK (self);
  if ((id == PROP_LINKS || id == PROP_URI) && is_set (g_value_get_string
          (value)))
    apply_links (self);
}

static GstStructure *
get_stats_locked (GstBondedSrtSink * self)
{
  if (self->sender != NULL)
    return gst_bond_sender_get_stats (self->sender, STATS_NAME);
  if (self->last_stats != NULL)
    return gst_structure_copy (self->last_stats);
  return gst_structure_new (STATS_NAME,
      "bytes-sent-total", G_TYPE_UINT64, G_GUINT64_CONSTANT (0), NULL);
}

/* They may hold secrets, and properties stand in logs and dot files. */
static gchar *
mask_links (const gchar * links)
{
  g_auto (GStrv) words = NULL;
  guint i;

  if (links == NULL)
    return NULL;
  words = g_strsplit_set (links, " \t\r\n", -1);
  for (i = 0; words[i] != NULL; i++) {
    gchar *shown = uri_mask (words[i]);
    g_free (words[i]);
    words[i] = shown;
  }
  return g_strjoinv (" ", words);
}

static void
get_locked (GstBondedSrtSink * self, guint id, GValue * value)
{
  switch (id) {
    case PROP_LINKS:
      g_value_take_string (value, mask_links (self->links));
      break;
    case PROP_URI:
      g_value_take_string (value, uri_mask (self->uri));
      break;
    case PROP_BONDING_MODE:
      g_value_set_enum (value, self->bonding_mode);
      break;
    case PROP_LATENCY:
    case PROP_PBKEYLEN:
      gst_bond_defaults_get (&self->defaults, id - PROP_LATENCY, value);
      break;
    case PROP_WAIT_FOR_CONNECTION:
      g_value_set_boolean (value, self->wait_for_connection);
      break;
    case PROP_STATS:
      g_value_take_boxed (value, get_stats_locked (self));
      break;
    case PROP_STATS_INTERVAL:
      g_value_set_uint (value, self->stats_interval);
      break;
  }
}

static void
gst_bonded_srt_sink_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstBondedSrtSink *self = GST_BONDED_SRT_SINK (object);

  if (id == 0 || id >= N_PROPERTIES || id == PROP_PASSPHRASE
      || id == PROP_STREAMID) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  get_locked (self, id, value);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_bonded_srt_sink_finalize (GObject * object)
{
  GstBondedSrtSink *self = GST_BONDED_SRT_SINK (object);

  gst_stats_timer_free (self->stats_timer);
  gst_clear_structure (&self->last_stats);
  g_free (self->links);
  g_free (self->uri);
  gst_bond_defaults_clear (&self->defaults);
  G_OBJECT_CLASS (gst_bonded_srt_sink_parent_class)->finalize (object);
}

static void
gst_bonded_srt_sink_init (GstBondedSrtSink * self)
{
  self->stats_timer = gst_stats_timer_new (GST_ELEMENT (self));
  self->bonding_mode = DEFAULT_BONDING_MODE;
  gst_bond_defaults_init (&self->defaults);
  self->wait_for_connection = DEFAULT_WAIT_FOR_CONNECTION;
}

#define FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)
#define SECRET (G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS)

static void
install_link_properties (void)
{
  /**
   * GstBondedSrtSink:links:
   *
   * The links, as URIs separated by blanks:
   * `srt://host:port?option=value&...`.  Changes take effect at once in any
   * state; a link whose URI stays the same lives on undisturbed.  Reads back
   * without secrets.
   *
   * Since: 0.1
   */
  properties[PROP_LINKS] = g_param_spec_string ("links", "Links",
      "SRT URIs separated by blanks, one for each link", NULL,
      FLAGS | GST_PARAM_MUTABLE_PLAYING);
  /**
   * GstBondedSrtSink:uri:
   *
   * The only link, while #GstBondedSrtSink:links is not set.  Reads back
   * without secrets.
   *
   * Since: 0.1
   */
  properties[PROP_URI] = g_param_spec_string ("uri", "URI",
      "SRT URI of the only link, while links is not set", NULL,
      FLAGS | GST_PARAM_MUTABLE_PLAYING);
  /**
   * GstBondedSrtSink:bonding-mode:
   *
   * How the stream is spread over the links.  Read when the element goes to
   * PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_BONDING_MODE] = g_param_spec_enum ("bonding-mode",
      "Bonding mode", "How the stream is spread over the links",
      GST_TYPE_BONDED_SRT_MODE, DEFAULT_BONDING_MODE,
      FLAGS | GST_PARAM_MUTABLE_READY);
}

static void
install_srt_properties (void)
{
  /**
   * GstBondedSrtSink:latency:
   *
   * What a link that does not say `latency` asks its receiver to hold the
   * stream back for, in milliseconds; lost packets are sent again within this
   * time.  The greater one of both sides counts.  Read when the element goes
   * to PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_LATENCY] = g_param_spec_uint ("latency", "Latency",
      "Time in which lost packets are sent again (ms)", 0,
      GST_BOND_MAX_LATENCY_MS, GST_BOND_DEFAULT_LATENCY_MS,
      FLAGS | GST_PARAM_MUTABLE_READY);
  /**
   * GstBondedSrtSink:passphrase:
   *
   * Encrypts the links that do not say `passphrase` themselves: 10 to 79
   * characters, or empty for no encryption.  Read when the element goes to
   * PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_PASSPHRASE] = g_param_spec_string ("passphrase",
      "Passphrase", "Encrypts the links: 10 to 79 characters, or empty", "",
      SECRET | GST_PARAM_MUTABLE_READY);
  /**
   * GstBondedSrtSink:pbkeylen:
   *
   * Length of the key in bytes: 16, 24 or 32; 0 leaves it to libsrt (16).
   * Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_PBKEYLEN] = g_param_spec_uint ("pbkeylen", "Key length",
      "Length of the key: 0, 16, 24 or 32 (bytes)", 0, 32, 0,
      FLAGS | GST_PARAM_MUTABLE_READY);
  /**
   * GstBondedSrtSink:streamid:
   *
   * Stream id of the links that do not say `streamid` themselves; at most 512
   * characters.  Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_STREAMID] = g_param_spec_string ("streamid", "Stream id",
      "Stream id that is shown to the receivers", NULL,
      SECRET | GST_PARAM_MUTABLE_READY);
}

static void
install_other_properties (void)
{
  /**
   * GstBondedSrtSink:wait-for-connection:
   *
   * Whether the stream waits until a link is connected.  Otherwise what no
   * link takes is kept for half the latency, then dropped and counted.  Takes
   * effect at once.
   *
   * Since: 0.1
   */
  properties[PROP_WAIT_FOR_CONNECTION] =
      g_param_spec_boolean ("wait-for-connection", "Wait for connection",
      "Whether the stream waits until a link is connected",
      DEFAULT_WAIT_FOR_CONNECTION, FLAGS | GST_PARAM_MUTABLE_PLAYING);
  /**
   * GstBondedSrtSink:stats:
   *
   * What has been sent, as a whole and by each link.
   *
   * Since: 0.1
   */
  properties[PROP_STATS] = g_param_spec_boxed ("stats", "Statistics",
      "What has been sent, as a whole and by each link", GST_TYPE_STRUCTURE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GstBondedSrtSink:stats-interval:
   *
   * Posts the statistics as an element message this often, in milliseconds;
   * 0 is never.  Takes effect at once.
   *
   * Since: 0.1
   */
  properties[PROP_STATS_INTERVAL] = g_param_spec_uint ("stats-interval",
      "Statistics interval",
      "How often the statistics are posted, 0 = never (ms)", 0,
      G_MAXUINT / 2, 0, FLAGS | GST_PARAM_MUTABLE_PLAYING);
}

static void
install_properties (GObjectClass * klass)
{
  install_link_properties ();
  install_srt_properties ();
  install_other_properties ();
  g_object_class_install_properties (klass, N_PROPERTIES, properties);
}

static void
gst_bonded_srt_sink_class_init (GstBondedSrtSinkClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *sink_class = GST_BASE_SINK_CLASS (klass);

  object_class->set_property = gst_bonded_srt_sink_set_property;
  object_class->get_property = gst_bonded_srt_sink_get_property;
  object_class->finalize = gst_bonded_srt_sink_finalize;
  sink_class->start = GST_DEBUG_FUNCPTR (gst_bonded_srt_sink_start);
  sink_class->stop = GST_DEBUG_FUNCPTR (gst_bonded_srt_sink_stop);
  sink_class->unlock = GST_DEBUG_FUNCPTR (gst_bonded_srt_sink_unlock);
  sink_class->unlock_stop = GST_DEBUG_FUNCPTR (gst_bonded_srt_sink_unlock_stop);
  sink_class->event = GST_DEBUG_FUNCPTR (gst_bonded_srt_sink_event);
  sink_class->render = GST_DEBUG_FUNCPTR (gst_bonded_srt_sink_render);
  sink_class->render_list = GST_DEBUG_FUNCPTR (gst_bonded_srt_sink_render_list);
  install_properties (object_class);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class,
      "SRT sink over several networks", "Sink/Network",
      "Sends one live stream over several networks by SRT",
      "The gst-onair authors");
  gst_type_mark_as_plugin_api (GST_TYPE_BONDED_SRT_MODE, 0);
}
