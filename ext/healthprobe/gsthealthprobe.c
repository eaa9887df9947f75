/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-healthprobe
 * @title: healthprobe
 * @short_description: Watches the health of whatever passes through it
 *
 * Passes every buffer and buffer list through untouched, of any kind: raw
 * video and audio, encoded media, MPEG-TS, RTP.  It measures bitrate, frame
 * rate, gaps and key frame distance, looks into raw pictures and sound for
 * black and silence, and notices by its own timer when nothing arrives.  What
 * it finds is in #GstHealthProbe:stats, and is posted as
 * `healthprobe-alert` element messages when a fault begins and when it ends.
 *
 * ## Errors
 * * %GST_LIBRARY_ERROR_SETTINGS: #GstHealthProbe:bitrate-min is above
 *   #GstHealthProbe:bitrate-max.
 *
 * ## Example launch line
 * |[ gst-launch-1.0 -m videotestsrc is-live=true pattern=black num-buffers=200 ! healthprobe name=studio ! fakesink ]|
 *
 * Since: 0.1
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gsthealthprobe.h"

#include <glib/gi18n-lib.h>

#include "gsthealthcontent.h"
#include "gsthealthreport.h"
#include "gsthealthsettings.h"
#include "gsthealthwatch.h"
#include "gststatstimer.h"

GST_DEBUG_CATEGORY_STATIC (gst_health_probe_debug);
#define GST_CAT_DEFAULT gst_health_probe_debug

#define DEFAULT_STATS_INTERVAL 0        /* ms */

enum
{
  PROP_STATS = GST_HEALTH_N_SETTINGS,
  PROP_STATS_INTERVAL,
};

/* Locks, in this order: stream lock, self->lock, the watch's lock.  The object
 * lock guards the stats interval alone and is never taken with self->lock.
 * The settings are under self->lock rather than the object lock, since the
 * cores that they configure are; nothing is called out from under either.
 * Threads: streaming (buffers, serialized events), watch (nothing arrives),
 * application (properties, state changes). */
struct _GstHealthProbe
{
  GstBaseTransform parent;

  GstClock *clock;              /* fixed; arrival times are by it */
  GstHealthContent content;     /* streaming thread only */
  gint stale;                   /* atomic; content has old settings */

  GMutex lock;
  GstHealthSettings settings;   /* lock */
  Health health;                /* lock */
  const gchar *medium;          /* lock; static text */
  GstHealthWatch *watch;        /* lock; from start to stop */
  GstClockTime wake;            /* lock; when the watch looks next */

  guint stats_interval;         /* object lock; ms */
  GstStatsTimer *stats_timer;   /* object lock */
};

G_DEFINE_FINAL_TYPE_WITH_CODE (GstHealthProbe, gst_health_probe,
    GST_TYPE_BASE_TRANSFORM,
    GST_DEBUG_CATEGORY_INIT (gst_health_probe_debug, "healthprobe", 0,
        "healthprobe element"));
GST_ELEMENT_REGISTER_DEFINE (healthprobe, "healthprobe", GST_RANK_NONE,
    GST_TYPE_HEALTH_PROBE);

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

GType
gst_health_probe_checks_get_type (void)
{
  static gsize type = 0;
  static GFlagsValue values[HEALTH_N_CHECKS + 1];

  if (g_once_init_enter (&type)) {
    guint i;

    for (i = 0; i < HEALTH_N_CHECKS; i++) {
      values[i].value = 1u << i;
      values[i].value_name = health_checks[i].blurb;
      values[i].value_nick = health_checks[i].name;
    }
    g_once_init_leave (&type,
        g_flags_register_static ("GstHealthProbeChecks", values));
  }
  return type;
}

/* What a locked section leaves to be said after it. */
typedef struct
{
  HealthEvent *events;
  guint n;
  const gchar *medium;
  GstClockTime now;
} GstHealthNews;

/* Ends each section that may have changed self->health: takes the events, and
 * wakes the watch if it would look too late. */
static void
finish_locked (GstHealthProbe * self, GstClockTime now, GstHealthNews * news)
{
  GstClockTime deadline = health_deadline (&self->health, now);

  if (deadline < self->wake && self->watch != NULL) {
    self->wake = deadline;
    gst_health_watch_kick (self->watch);
  }
  news->n = self->health.n_events;
  if (news->n == 0)
    return;
  news->now = now;
  news->medium = self->medium;
  news->events = g_new (HealthEvent, news->n);
  health_take_events (&self->health, news->events);
}

static void
tell (GstHealthProbe * self, GstHealthNews * news)
{
  guint i;

  if (G_LIKELY (news->n == 0))
    return;
  for (i = 0; i < news->n; i++) {
    const HealthEvent *event = &news->events[i];

    GST_INFO_OBJECT (self, "%s %" G_GUINT64_FORMAT ": %s, value %g, limit %g",
        health_checks[event->check].name, event->number,
        event->action == ALERT_CLOSED ? "close" : "open", event->value,
        event->threshold);
    gst_health_report_post (GST_ELEMENT (self), news->medium, event, news->now);
  }
  g_free (news->events);
}

static GstClockTime
arrival_now (GstHealthProbe * self)
{
  return gst_clock_get_time (self->clock);
}

static GstClockTime
on_watch (gpointer owner, GstClockTime now)
{
  GstHealthProbe *self = owner;
  GstHealthNews news;
  GstClockTime deadline;

  g_mutex_lock (&self->lock);
  health_on_timer (&self->health, now);
  deadline = health_deadline (&self->health, now);
  self->wake = deadline;
  finish_locked (self, now, &news);
  g_mutex_unlock (&self->lock);
  tell (self, &news);
  return deadline;
}

static void
refresh_content (GstHealthProbe * self)
{
  HealthConfig config;
  guint fps;

  g_atomic_int_set (&self->stale, FALSE);
  g_mutex_lock (&self->lock);
  gst_health_settings_config (&self->settings, &config);
  fps = self->settings.analysis_fps;
  g_mutex_unlock (&self->lock);
  gst_health_content_configure (&self->content, &config, fps);
}

static guint64
running_time (const GstSegment * segment, GstClockTime time)
{
  if (!GST_CLOCK_TIME_IS_VALID (time) || segment->format != GST_FORMAT_TIME
      || segment->rate < 0.0)
    return HEALTH_NONE;
  return gst_segment_to_running_time (segment, GST_FORMAT_TIME, time);
}

static void
describe_buffer (GstHealthProbe * self, GstBuffer * buffer, HealthBuffer * info)
{
  const GstSegment *segment = &GST_BASE_TRANSFORM (self)->segment;

  info->arrival = arrival_now (self);
  info->pts = running_time (segment, GST_BUFFER_PTS (buffer));
  info->dts = running_time (segment, GST_BUFFER_DTS (buffer));
  info->duration = GST_BUFFER_DURATION (buffer);
  info->size = gst_buffer_get_size (buffer);
  info->discont = GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  info->gap = GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP);
  info->delta = GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
}

/* The hot path: no allocation, one lock, unless something is to be told. */
static void
probe_buffer (GstHealthProbe * self, GstBuffer * buffer)
{
  HealthBuffer info;
  HealthContent content;
  GstHealthNews news;

  if (G_UNLIKELY (g_atomic_int_get (&self->stale)))
    refresh_content (self);
  describe_buffer (self, buffer, &info);
  gst_health_content_look (&self->content, buffer,
      info.pts != HEALTH_NONE ? info.pts : info.arrival, &content);
  g_mutex_lock (&self->lock);
  health_on_buffer (&self->health, &info, &content);
  finish_locked (self, info.arrival, &news);
  g_mutex_unlock (&self->lock);
  tell (self, &news);
}

static GstFlowReturn
gst_health_probe_transform_ip (GstBaseTransform * trans, GstBuffer * buffer)
{
  probe_buffer (GST_HEALTH_PROBE (trans), buffer);
  return GST_FLOW_OK;
}

/* GstBaseTransform has no list function, so the pad would take each list
 * apart; whoever sends lists (RTP payloaders, UDP) wants them whole. */
static GstFlowReturn
gst_health_probe_chain_list (GstPad * pad, GstObject * parent,
    GstBufferList * list)
{
  GstHealthProbe *self = GST_HEALTH_PROBE (parent);
  guint n = gst_buffer_list_length (list), i;

  for (i = 0; i < n; i++)
    probe_buffer (self, gst_buffer_list_get (list, i));
  return gst_pad_push_list (GST_BASE_TRANSFORM_SRC_PAD (self), list);
}

static void
on_caps (GstHealthProbe * self, GstEvent * event)
{
  HealthStream stream;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  gst_health_content_set_caps (&self->content, caps, &stream);
  g_mutex_lock (&self->lock);
  self->medium = self->content.medium;
  health_set_stream (&self->health, &stream);
  g_mutex_unlock (&self->lock);
  GST_DEBUG_OBJECT (self, "%s, %g frames a second, from %" GST_PTR_FORMAT,
      self->content.medium, stream.fps, caps);
}

/* What events mean to the judgement; serialized ones only, so always on the
 * streaming thread or with the pad's stream lock. */
static void
on_event_locked (GstHealthProbe * self, GstEventType type, GstClockTime now)
{
  if (type == GST_EVENT_SEGMENT)
    health_on_segment (&self->health);
  else if (type == GST_EVENT_GAP)
    health_on_gap (&self->health);
  else if (type == GST_EVENT_FLUSH_STOP)
    health_on_flush (&self->health, now);
  else if (type == GST_EVENT_EOS)
    health_on_end (&self->health, now);
}

static gboolean
gst_health_probe_sink_event (GstBaseTransform * trans, GstEvent * event)
{
  GstHealthProbe *self = GST_HEALTH_PROBE (trans);
  GstEventType type = GST_EVENT_TYPE (event);
  GstClockTime now = arrival_now (self);
  GstHealthNews news;

  if (type == GST_EVENT_CAPS)
    on_caps (self, event);
  if (type == GST_EVENT_GAP || type == GST_EVENT_FLUSH_STOP)
    gst_health_content_reset (&self->content);
  g_mutex_lock (&self->lock);
  on_event_locked (self, type, now);
  finish_locked (self, now, &news);
  g_mutex_unlock (&self->lock);
  tell (self, &news);
  return GST_BASE_TRANSFORM_CLASS (gst_health_probe_parent_class)->sink_event
      (trans, event);
}

static gboolean
gst_health_probe_start (GstBaseTransform * trans)
{
  GstHealthProbe *self = GST_HEALTH_PROBE (trans);
  HealthConfig config;
  guint fps;

  g_mutex_lock (&self->lock);
  gst_health_settings_config (&self->settings, &config);
  fps = self->settings.analysis_fps;
  g_mutex_unlock (&self->lock);
  if (!health_config_is_sane (&config)) {
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS,
        (_("The lowest good bitrate is above the highest.")),
        ("bitrate-min is %" G_GUINT64_FORMAT ", bitrate-max is %"
            G_GUINT64_FORMAT "; bitrate-min must not be above bitrate-max, "
            "or either is 0", config.bitrate_min_bps, config.bitrate_max_bps));
    return FALSE;
  }
  gst_health_content_init (&self->content);
  gst_health_content_configure (&self->content, &config, fps);
  g_mutex_lock (&self->lock);
  self->medium = self->content.medium;
  self->health.config = config;
  health_reset (&self->health, arrival_now (self));
  self->wake = GST_CLOCK_TIME_NONE;
  self->watch = gst_health_watch_start (self->clock, on_watch, self);
  g_mutex_unlock (&self->lock);
  GST_OBJECT_LOCK (self);
  gst_stats_timer_start (self->stats_timer);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_health_probe_stop (GstBaseTransform * trans)
{
  GstHealthProbe *self = GST_HEALTH_PROBE (trans);
  GstClockTime now = arrival_now (self);
  GstHealthWatch *watch;
  GstHealthNews news;

  GST_OBJECT_LOCK (self);
  gst_stats_timer_stop (self->stats_timer);
  GST_OBJECT_UNLOCK (self);
  g_mutex_lock (&self->lock);
  watch = g_steal_pointer (&self->watch);
  health_on_end (&self->health, now);
  finish_locked (self, now, &news);
  g_mutex_unlock (&self->lock);
  if (watch != NULL)
    gst_health_watch_stop (watch);
  tell (self, &news);
  return TRUE;
}

/* A paused pipeline is no stall. */
static void
set_playing (GstHealthProbe * self, gboolean playing)
{
  GstClockTime now = arrival_now (self);
  GstHealthNews news;

  g_mutex_lock (&self->lock);
  if (playing)
    health_play (&self->health, now);
  else
    health_pause (&self->health, now);
  finish_locked (self, now, &news);
  g_mutex_unlock (&self->lock);
  tell (self, &news);
}

static GstStateChangeReturn
gst_health_probe_change_state (GstElement * element, GstStateChange transition)
{
  GstHealthProbe *self = GST_HEALTH_PROBE (element);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    set_playing (self, TRUE);
  else if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    set_playing (self, FALSE);
  return GST_ELEMENT_CLASS (gst_health_probe_parent_class)->change_state
      (element, transition);
}

static void
change_setting (GstHealthProbe * self, guint id, const GValue * value)
{
  GstClockTime now = arrival_now (self);
  GstHealthNews news;
  HealthConfig config;
  gboolean sane;

  g_mutex_lock (&self->lock);
  gst_health_settings_set (&self->settings, id, value);
  gst_health_settings_config (&self->settings, &config);
  sane = health_config_is_sane (&config);
  health_configure (&self->health, &config);
  finish_locked (self, now, &news);
  g_mutex_unlock (&self->lock);
  g_atomic_int_set (&self->stale, TRUE);
  if (!sane) {
    GST_WARNING_OBJECT (self, "bitrate-min %" G_GUINT64_FORMAT " is above "
        "bitrate-max %" G_GUINT64_FORMAT, config.bitrate_min_bps,
        config.bitrate_max_bps);
  }
  tell (self, &news);
}

static void
set_stats_interval (GstHealthProbe * self, guint interval_ms)
{
  GST_OBJECT_LOCK (self);
  self->stats_interval = interval_ms;
  gst_stats_timer_set_interval (self->stats_timer, interval_ms);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_health_probe_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstHealthProbe *self = GST_HEALTH_PROBE (object);

  if (id == PROP_STATS_INTERVAL)
    set_stats_interval (self, g_value_get_uint (value));
  else if (id < GST_HEALTH_N_SETTINGS)
    change_setting (self, id, value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static GstStructure *
create_stats (GstHealthProbe * self)
{
  GstClockTime now = arrival_now (self);
  g_autofree Health *copy = NULL;
  const gchar *medium;

  /* A copy is quick; the structure is built without making buffers wait. */
  copy = g_new (Health, 1);
  g_mutex_lock (&self->lock);
  *copy = self->health;
  medium = self->medium;
  g_mutex_unlock (&self->lock);
  return gst_health_report_stats (copy, medium, now);
}

static void
gst_health_probe_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstHealthProbe *self = GST_HEALTH_PROBE (object);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, create_stats (self));
  } else if (id == PROP_STATS_INTERVAL) {
    GST_OBJECT_LOCK (self);
    g_value_set_uint (value, self->stats_interval);
    GST_OBJECT_UNLOCK (self);
  } else if (id < GST_HEALTH_N_SETTINGS) {
    g_mutex_lock (&self->lock);
    gst_health_settings_get (&self->settings, id, value);
    g_mutex_unlock (&self->lock);
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
gst_health_probe_finalize (GObject * object)
{
  GstHealthProbe *self = GST_HEALTH_PROBE (object);

  gst_stats_timer_free (self->stats_timer);
  gst_object_unref (self->clock);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (gst_health_probe_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass * klass)
{
  gst_health_settings_install (klass, GST_TYPE_HEALTH_PROBE_CHECKS);
  /**
   * GstHealthProbe:stats:
   *
   * The numbers so far, `application/x-healthprobe-stats`; they start anew
   * when the element goes to PAUSED.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics", "The numbers so far",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  /**
   * GstHealthProbe:stats-interval:
   *
   * How often #GstHealthProbe:stats is posted as an element message, in
   * milliseconds; 0 is never.  Takes effect at once.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_STATS_INTERVAL,
      g_param_spec_uint ("stats-interval", "Statistics interval",
          "How often the statistics are posted, 0 for never (ms)", 0,
          G_MAXUINT / 2, DEFAULT_STATS_INTERVAL, G_PARAM_READWRITE
          | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
}

static void
gst_health_probe_class_init (GstHealthProbeClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *trans_class = GST_BASE_TRANSFORM_CLASS (klass);

  object_class->set_property = gst_health_probe_set_property;
  object_class->get_property = gst_health_probe_get_property;
  object_class->finalize = gst_health_probe_finalize;
  install_properties (object_class);

  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_health_probe_change_state);
  trans_class->start = GST_DEBUG_FUNCPTR (gst_health_probe_start);
  trans_class->stop = GST_DEBUG_FUNCPTR (gst_health_probe_stop);
  trans_class->sink_event = GST_DEBUG_FUNCPTR (gst_health_probe_sink_event);
  trans_class->transform_ip = GST_DEBUG_FUNCPTR (gst_health_probe_transform_ip);
  trans_class->transform_ip_on_passthrough = TRUE;

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Health probe",
      "Filter/Analyzer", "Watches the health of whatever passes through it",
      "gst-onair");
  gst_type_mark_as_plugin_api (GST_TYPE_HEALTH_PROBE_CHECKS, 0);
}

static void
gst_health_probe_init (GstHealthProbe * self)
{
  GstBaseTransform *trans = GST_BASE_TRANSFORM (self);
  HealthConfig config;

  g_mutex_init (&self->lock);
  self->clock = gst_system_clock_obtain ();
  self->stats_timer = gst_stats_timer_new (GST_ELEMENT (self));
  self->medium = "other";
  self->wake = GST_CLOCK_TIME_NONE;
  gst_health_settings_init (&self->settings);
  gst_health_settings_config (&self->settings, &config);
  health_init (&self->health, &config);
  gst_health_content_init (&self->content);

  gst_base_transform_set_passthrough (trans, TRUE);
  gst_base_transform_set_gap_aware (trans, TRUE);
  gst_pad_set_chain_list_function (GST_BASE_TRANSFORM_SINK_PAD (trans),
      GST_DEBUG_FUNCPTR (gst_health_probe_chain_list));
}
