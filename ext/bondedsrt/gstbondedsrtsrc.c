/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-bondedsrtsrc
 * @title: bondedsrtsrc
 * @short_description: Receives one live stream over several networks by SRT
 *
 * Listens on one port, takes all callers and makes one stream of what they
 * send.  Copies that #bondedsrtsink sends over several links are merged message
 * by message: what is lost on one link is taken from another.  Senders that
 * have nothing to do with each other stand by: one is heard, another takes
 * over when it falls silent.
 *
 * It also takes URIs, `bondedsrt://[host]:port?option=value&...`, so that
 * #uridecodebin and other elements can use it.
 *
 * It never ends or fails because its peers are gone: it waits for them.
 *
 * ## Errors
 * * %GST_LIBRARY_ERROR_SETTINGS: a property makes no sense.
 * * %GST_RESOURCE_ERROR_OPEN_READ: the port cannot be opened.
 *
 * ## Example launch line
 * |[ gst-launch-1.0 bondedsrtsrc uri=bondedsrt://:7001 ! tsdemux ! h264parse ! avdec_h264 ! videoconvert ! autovideosink ]|
 *
 * Since: 0.1
 */
/* Locks, in this order: stream lock, object lock.
 * Threads: streaming (create), application (properties, states), the
 * receiver's worker (messages). */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstbondedsrtsrc.h"

#include <glib/gi18n-lib.h>

#include "gstbondreceiver.h"
#include "gstbondreport.h"
#include "gststatstimer.h"
#include "gststringproperty.h"
#include "msgcut.h"
#include "urimask.h"

GST_DEBUG_CATEGORY_STATIC (bonded_srt_src_debug);
#define GST_CAT_DEFAULT bonded_srt_src_debug

#define SCHEME "bondedsrt"
#define STATS_NAME "application/x-bondedsrtsrc-stats"
#define TS_CAPS "video/mpegts, systemstream=(boolean)true, packetsize=(int)188"

enum
{
  PROP_URI = 1,
  PROP_LATENCY,                 /* as in GstBondDefault, with the next three */
  PROP_PASSPHRASE,
  PROP_PBKEYLEN,
  PROP_STREAMID,
  PROP_GAP_TIMEOUT,
  PROP_MAX_LINKS,
  PROP_STATS,
  PROP_STATS_INTERVAL,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

#define DEFAULT_GAP_TIMEOUT 0   /* ms, adaptive */
#define MAX_GAP_TIMEOUT 10000   /* ms */
#define DEFAULT_MAX_LINKS 16

struct _GstBondedSrtSrc
{
  GstPushSrc parent;

  /* Object lock. */
  gchar *uri;
  GstBondDefaults defaults;
  guint gap_timeout;
  guint max_links;
  guint stats_interval;
  GstStatsTimer *stats_timer;
  GstBondReceiver *receiver;    /* from start to stop; there is no streaming
                                 * thread when it changes */
  GstStructure *last_stats;     /* nullable: of the run before */
  GstClockTime wait;            /* longest wait for a hole, of this run */

  /* Streaming thread only. */
  gboolean caps_known;
  GstClockTime last_pts;
};

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void gst_bonded_srt_src_uri_handler_init (gpointer iface, gpointer data);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstBondedSrtSrc, gst_bonded_srt_src,
    GST_TYPE_PUSH_SRC,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER,
        gst_bonded_srt_src_uri_handler_init);
    GST_DEBUG_CATEGORY_INIT (bonded_srt_src_debug, "bondedsrtsrc", 0,
        "SRT source over several networks"));
GST_ELEMENT_REGISTER_DEFINE (bondedsrtsrc, "bondedsrtsrc", GST_RANK_PRIMARY,
    GST_TYPE_BONDED_SRT_SRC);

/* --- data --------------------------------------------------------------- */

/* When it was due, in running time.  Copies come over paths of unequal length;
 * time must not go back because one of them is quicker. */
static GstClockTime
running_time_of (GstBondedSrtSrc * self, guint64 due)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockTime base_time = gst_element_get_base_time (GST_ELEMENT (self));
  guint64 now = gst_util_get_timestamp ();
  GstClockTime pts = 0, age = now > due ? now - due : 0;

  if (clock == NULL)
    return GST_CLOCK_TIME_NONE;
  now = gst_clock_get_time (clock);
  if (now > base_time + age)
    pts = now - base_time - age;
  if (GST_CLOCK_TIME_IS_VALID (self->last_pts))
    pts = MAX (pts, self->last_pts);
  self->last_pts = pts;
  return pts;
}

/* MPEG-TS is named, so that nobody has to guess; what anything else is must
 * be said downstream, as after srtsrc. */
static void
find_caps (GstBondedSrtSrc * self, GstBuffer * buffer)
{
  GstMapInfo map;
  gboolean is_ts;

  self->caps_known = TRUE;
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  is_ts = msg_cut_is_ts (map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  if (is_ts) {
    g_autoptr (GstCaps) caps = gst_caps_from_string (TS_CAPS);
    gst_base_src_set_caps (GST_BASE_SRC (self), caps);
  }
}

static GstFlowReturn
gst_bonded_srt_src_create (GstPushSrc * src, GstBuffer ** buffer)
{
  GstBondedSrtSrc *self = GST_BONDED_SRT_SRC (src);
  GstBondReceived received;

  if (!gst_bond_receiver_read (self->receiver, &received))
    return GST_FLOW_FLUSHING;
  if (!self->caps_known)
    find_caps (self, received.buffer);
  GST_BUFFER_PTS (received.buffer) = running_time_of (self, received.due);
  if (received.discont)
    GST_BUFFER_FLAG_SET (received.buffer, GST_BUFFER_FLAG_DISCONT);
  *buffer = received.buffer;
  return GST_FLOW_OK;
}

static void
set_flushing (GstBondedSrtSrc * self, gboolean flushing)
{
  GST_OBJECT_LOCK (self);
  if (self->receiver != NULL)
    gst_bond_receiver_set_flushing (self->receiver, flushing);
  GST_OBJECT_UNLOCK (self);
}

static gboolean
gst_bonded_srt_src_unlock (GstBaseSrc * src)
{
  set_flushing (GST_BONDED_SRT_SRC (src), TRUE);
  return TRUE;
}

static gboolean
gst_bonded_srt_src_unlock_stop (GstBaseSrc * src)
{
  set_flushing (GST_BONDED_SRT_SRC (src), FALSE);
  return TRUE;
}

/* Buffers are stamped with the time at which SRT was due to give them out, so
 * that its latency is over by then; only holes are waited for beyond it. */
static gboolean
gst_bonded_srt_src_query (GstBaseSrc * src, GstQuery * query)
{
  GstBondedSrtSrc *self = GST_BONDED_SRT_SRC (src);
  GstClockTime wait;

  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return GST_BASE_SRC_CLASS (gst_bonded_srt_src_parent_class)->query (src,
        query);
  GST_OBJECT_LOCK (self);
  wait = self->wait;
  GST_OBJECT_UNLOCK (self);
  gst_query_set_latency (query, TRUE, wait, GST_CLOCK_TIME_NONE);
  return TRUE;
}

/* --- start and stop ----------------------------------------------------- */

static LinkSpec *
parse_uri_locked (GstBondedSrtSrc * self, GError ** error)
{
  g_autoptr (LinkSpec) spec = NULL;

  if (self->uri == NULL) {
    g_set_error (error, LINK_SPEC_ERROR, LINK_SPEC_ERROR_URI,
        "it is not set; bondedsrt://:7001 listens on port 7001");
    return NULL;
  }
  spec = link_spec_parse (self->uri, SCHEME, error);
  if (spec == NULL)
    return NULL;
  if (spec->listener && spec->host != NULL
      && !g_hostname_is_ip_address (spec->host)) {
    g_set_error (error, LINK_SPEC_ERROR, LINK_SPEC_ERROR_URI,
        "%s: a listener's host must be an IPv4 or IPv6 address", spec->shown);
    return NULL;
  }
  return g_steal_pointer (&spec);
}

/* Half of what SRT waits for lost packets: by then another leg had its time. */
static GstClockTime
gap_limit_locked (const GstBondedSrtSrc * self, const LinkSpec * spec)
{
  return gst_bond_defaults_latency_ms (&self->defaults, spec)
      * GST_MSECOND / 2;
}

static GstBondReceiver *
make_receiver_locked (GstBondedSrtSrc * self, const gchar ** property,
    GError ** error)
{
  GstBondReceiverCallbacks callbacks = { gst_bond_report_link,
    gst_bond_report_bond, self
  };
  GstBondReceiverConfig config = { self->defaults };
  LinkSpec *spec;

  if (!gst_bond_defaults_check (&self->defaults, property, error))
    return NULL;
  *property = "uri";
  spec = parse_uri_locked (self, error);
  if (spec == NULL)
    return NULL;
  config.gap_timeout = self->gap_timeout * GST_MSECOND;
  config.gap_limit = gap_limit_locked (self, spec);
  config.max_links = self->max_links;
  self->wait = config.gap_timeout > 0 ? config.gap_timeout : config.gap_limit;
  return gst_bond_receiver_new (gst_srt_link_transport (), spec, &config,
      &callbacks);
}

static gboolean
start_receiver (GstBondedSrtSrc * self, GstBondReceiver * receiver)
{
  g_autofree gchar *shown = NULL;
  g_autoptr (GError) error = NULL;

  if (gst_bond_receiver_start (receiver, &error))
    return TRUE;
  gst_bond_receiver_free (receiver);
  GST_OBJECT_LOCK (self);
  shown = uri_mask (self->uri);
  GST_OBJECT_UNLOCK (self);
  GST_ELEMENT_ERROR (self, RESOURCE, OPEN_READ,
      (_("Could not listen on %s: %s"), shown, error->message), (NULL));
  return FALSE;
}

static gboolean
gst_bonded_srt_src_start (GstBaseSrc * src)
{
  GstBondedSrtSrc *self = GST_BONDED_SRT_SRC (src);
  g_autoptr (GError) error = NULL;
  const gchar *property = NULL;
  GstBondReceiver *receiver;

  GST_OBJECT_LOCK (self);
  receiver = make_receiver_locked (self, &property, &error);
  GST_OBJECT_UNLOCK (self);
  if (receiver == NULL) {
    gst_bond_report_settings (GST_ELEMENT (self), property, error);
    return FALSE;
  }
  if (!start_receiver (self, receiver))
    return FALSE;
  self->caps_known = FALSE;
  self->last_pts = GST_CLOCK_TIME_NONE;
  GST_OBJECT_LOCK (self);
  self->receiver = receiver;
  gst_clear_structure (&self->last_stats);
  gst_stats_timer_start (self->stats_timer);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_bonded_srt_src_stop (GstBaseSrc * src)
{
  GstBondedSrtSrc *self = GST_BONDED_SRT_SRC (src);
  GstBondReceiver *receiver;

  GST_OBJECT_LOCK (self);
  gst_stats_timer_stop (self->stats_timer);
  receiver = g_steal_pointer (&self->receiver);
  if (receiver != NULL)
    self->last_stats = gst_bond_receiver_get_stats (receiver, STATS_NAME);
  GST_OBJECT_UNLOCK (self);
  if (receiver != NULL)
    gst_bond_receiver_free (receiver);
  return TRUE;
}

static gboolean
gst_bonded_srt_src_is_seekable (GstBaseSrc * src)
{
  return FALSE;
}

/* --- URI handler -------------------------------------------------------- */

static GstURIType
gst_bonded_srt_src_uri_get_type (GType type)
{
  return GST_URI_SRC;
}

static const gchar *const *
gst_bonded_srt_src_uri_get_protocols (GType type)
{
  static const gchar *const protocols[] = { SCHEME, NULL };

  return protocols;
}

static gchar *
gst_bonded_srt_src_uri_get_uri (GstURIHandler * handler)
{
  GstBondedSrtSrc *self = GST_BONDED_SRT_SRC (handler);
  gchar *shown;

  GST_OBJECT_LOCK (self);
  shown = uri_mask (self->uri);
  GST_OBJECT_UNLOCK (self);
  return shown;
}

static gboolean
gst_bonded_srt_src_uri_set_uri (GstURIHandler * handler, const gchar * uri,
    GError ** error)
{
  GstBondedSrtSrc *self = GST_BONDED_SRT_SRC (handler);
  g_autoptr (LinkSpec) spec = NULL;
  g_autoptr (GError) reason = NULL;

  spec = link_spec_parse (uri, SCHEME, &reason);
  if (spec == NULL) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI, "%s",
        reason->message);
    return FALSE;
  }
  GST_OBJECT_LOCK (self);
  g_free (self->uri);
  self->uri = g_strdup (uri);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static void
gst_bonded_srt_src_uri_handler_init (gpointer iface, gpointer data)
{
  GstURIHandlerInterface *handler = iface;

  handler->get_type = gst_bonded_srt_src_uri_get_type;
  handler->get_protocols = gst_bonded_srt_src_uri_get_protocols;
  handler->get_uri = gst_bonded_srt_src_uri_get_uri;
  handler->set_uri = gst_bonded_srt_src_uri_set_uri;
}

/* --- properties --------------------------------------------------------- */

static void
set_locked (GstBondedSrtSrc * self, guint id, const GValue * value)
{
  switch (id) {
    case PROP_URI:
      gst_string_property_set (&self->uri, value);
      break;
    case PROP_LATENCY:
    case PROP_PASSPHRASE:
    case PROP_PBKEYLEN:
    case PROP_STREAMID:
      gst_bond_defaults_set (&self->defaults, id - PROP_LATENCY, value);
      break;
    case PROP_GAP_TIMEOUT:
      self->gap_timeout = g_value_get_uint (value);
      break;
    case PROP_MAX_LINKS:
      self->max_links = g_value_get_uint (value);
      break;
    case PROP_STATS_INTERVAL:
      self->stats_interval = g_value_get_uint (value);
      gst_stats_timer_set_interval (self->stats_timer, self->stats_interval);
      break;
  }
}

static void
gst_bonded_srt_src_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstBondedSrtSrc *self = GST_BONDED_SRT_SRC (object);

  if (id == 0 || id >= N_PROPERTIES || id == PROP_STATS) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  set_locked (self, id, value);
  GST_OBJECT_UNLOCK (self);
}

static GstStructure *
get_stats_locked (GstBondedSrtSrc * self)
{
  if (self->receiver != NULL)
    return gst_bond_receiver_get_stats (self->receiver, STATS_NAME);
  if (self->last_stats != NULL)
    return gst_structure_copy (self->last_stats);
  return gst_structure_new (STATS_NAME,
      "bytes-received-total", G_TYPE_UINT64, G_GUINT64_CONSTANT (0), NULL);
}

static void
get_locked (GstBondedSrtSrc * self, guint id, GValue * value)
{
  switch (id) {
    case PROP_URI:
      g_value_take_string (value, uri_mask (self->uri));
      break;
    case PROP_LATENCY:
    case PROP_PBKEYLEN:
      gst_bond_defaults_get (&self->defaults, id - PROP_LATENCY, value);
      break;
    case PROP_GAP_TIMEOUT:
      g_value_set_uint (value, self->gap_timeout);
      break;
    case PROP_MAX_LINKS:
      g_value_set_uint (value, self->max_links);
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
gst_bonded_srt_src_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstBondedSrtSrc *self = GST_BONDED_SRT_SRC (object);

  if (id == 0 || id >= N_PROPERTIES || id == PROP_PASSPHRASE) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  get_locked (self, id, value);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_bonded_srt_src_finalize (GObject * object)
{
  GstBondedSrtSrc *self = GST_BONDED_SRT_SRC (object);

  gst_stats_timer_free (self->stats_timer);
  gst_clear_structure (&self->last_stats);
  g_free (self->uri);
  gst_bond_defaults_clear (&self->defaults);
  G_OBJECT_CLASS (gst_bonded_srt_src_parent_class)->finalize (object);
}

static void
gst_bonded_srt_src_init (GstBondedSrtSrc * self)
{
  self->stats_timer = gst_stats_timer_new (GST_ELEMENT (self));
  gst_bond_defaults_init (&self->defaults);
  self->gap_timeout = DEFAULT_GAP_TIMEOUT;
  self->max_links = DEFAULT_MAX_LINKS;
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
  gst_base_src_set_do_timestamp (GST_BASE_SRC (self), FALSE);
}

#define FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)
#define SECRET (G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS)

static void
install_srt_properties (void)
{
  /**
   * GstBondedSrtSrc:uri:
   *
   * `bondedsrt://[address]:port?option=value&...`: listens there, on all
   * addresses when none is given; port 0 takes a free one, which the stats
   * tell.  With `mode=caller` it calls that host instead.  Reads back without
   * secrets.  Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_URI] = g_param_spec_string ("uri", "URI",
      "Where to listen: bondedsrt://[address]:port?option=value&...", NULL,
      FLAGS | GST_PARAM_MUTABLE_READY);
  /**
   * GstBondedSrtSrc:latency:
   *
   * How long SRT holds the stream back, in milliseconds; lost packets are sent
   * again within this time.  The greater one of both sides counts; the stats
   * tell which.  Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_LATENCY] = g_param_spec_uint ("latency", "Latency",
      "Time in which lost packets are sent again (ms)", 0,
      GST_BOND_MAX_LATENCY_MS, GST_BOND_DEFAULT_LATENCY_MS,
      FLAGS | GST_PARAM_MUTABLE_READY);
  /**
   * GstBondedSrtSrc:passphrase:
   *
   * What callers must encrypt with: 10 to 79 characters, or empty for no
   * encryption.  Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_PASSPHRASE] = g_param_spec_string ("passphrase",
      "Passphrase", "What callers encrypt with: 10 to 79 characters, or empty",
      "", SECRET | GST_PARAM_MUTABLE_READY);
  /**
   * GstBondedSrtSrc:pbkeylen:
   *
   * Length of the key in bytes: 16, 24 or 32; 0 leaves it to the sender.  Read
   * when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_PBKEYLEN] = g_param_spec_uint ("pbkeylen", "Key length",
      "Length of the key: 0, 16, 24 or 32 (bytes)", 0, 32, 0,
      FLAGS | GST_PARAM_MUTABLE_READY);
  /**
   * GstBondedSrtSrc:streamid:
   *
   * The only stream id that is let in; any one when it is not set.  At most
   * 512 characters.  Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_STREAMID] = g_param_spec_string ("streamid", "Stream id",
      "The only stream id that is let in", NULL,
      SECRET | GST_PARAM_MUTABLE_READY);
}

static void
install_other_properties (void)
{
  /**
   * GstBondedSrtSrc:gap-timeout:
   *
   * How long a message that is missing is waited for on other links, in
   * milliseconds.  0 follows what the links are apart, up to half of
   * #GstBondedSrtSrc:latency.  Read when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_GAP_TIMEOUT] = g_param_spec_uint ("gap-timeout",
      "Gap timeout",
      "How long a missing message is waited for, 0 = adaptive (ms)", 0,
      MAX_GAP_TIMEOUT, DEFAULT_GAP_TIMEOUT, FLAGS | GST_PARAM_MUTABLE_READY);
  /**
   * GstBondedSrtSrc:max-links:
   *
   * How many callers are let in at a time.  Read when the element goes to
   * PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_LINKS] = g_param_spec_uint ("max-links",
      "Maximum links", "How many callers are let in at a time", 1, 64,
      DEFAULT_MAX_LINKS, FLAGS | GST_PARAM_MUTABLE_READY);
  /**
   * GstBondedSrtSrc:stats:
   *
   * What has been received, as a whole and by each link.
   *
   * Since: 0.1
   */
  properties[PROP_STATS] = g_param_spec_boxed ("stats", "Statistics",
      "What has been received, as a whole and by each link",
      GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GstBondedSrtSrc:stats-interval:
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
gst_bonded_srt_src_class_init (GstBondedSrtSrcClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (klass);
  GstPushSrcClass *push_class = GST_PUSH_SRC_CLASS (klass);

  object_class->set_property = gst_bonded_srt_src_set_property;
  object_class->get_property = gst_bonded_srt_src_get_property;
  object_class->finalize = gst_bonded_srt_src_finalize;
  src_class->start = GST_DEBUG_FUNCPTR (gst_bonded_srt_src_start);
  src_class->stop = GST_DEBUG_FUNCPTR (gst_bonded_srt_src_stop);
  src_class->unlock = GST_DEBUG_FUNCPTR (gst_bonded_srt_src_unlock);
  src_class->unlock_stop = GST_DEBUG_FUNCPTR (gst_bonded_srt_src_unlock_stop);
  src_class->query = GST_DEBUG_FUNCPTR (gst_bonded_srt_src_query);
  src_class->is_seekable = GST_DEBUG_FUNCPTR (gst_bonded_srt_src_is_seekable);
  push_class->create = GST_DEBUG_FUNCPTR (gst_bonded_srt_src_create);
  install_srt_properties ();
  install_other_properties ();
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "SRT source over several networks", "Source/Network",
      "Receives one live stream over several networks by SRT",
      "The gst-onair authors");
}
