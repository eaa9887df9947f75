/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-redundantswitch
 * @title: redundantswitch
 * @short_description: Switches between live inputs without losing a frame
 *
 * Takes the same medium from several inputs and puts out one stream that never
 * stops: one set of caps, one segment and strictly rising time, whatever the
 * inputs do.  Which input is alive is judged by the arrival of its data; the
 * output lies #GstRedundantSwitch:latency behind, so that what an input
 * delivered before it died covers the time until that is noticed.
 *
 * ## Errors
 * * %GST_LIBRARY_ERROR_SETTINGS: #GstRedundantSwitch:caps is not usable.
 * * %GST_LIBRARY_ERROR_SETTINGS (warning): the latency does not cover the
 *   timeout.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 redundantswitch name=s ! videoconvert ! fakesink \
 *   videotestsrc is-live=true ! s.sink_0 \
 *   videotestsrc is-live=true pattern=ball ! s.sink_1
 * ]|
 *
 * Since: 0.1
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/audio/audio.h>

#include "gstredundantswitchprivate.h"
#include "gstslatesettings.h"
#include "gstswitchactions.h"
#include "gstswitchlate.h"

GST_DEBUG_CATEGORY (gst_redundant_switch_debug);
#define GST_CAT_DEFAULT gst_redundant_switch_debug

#define DEFAULT_EOS_POLICY GST_REDUNDANT_SWITCH_EOS_ALL
#define DEFAULT_MIN_UPSTREAM_LATENCY 0  /* ms */
#define DEFAULT_STATS_INTERVAL 0        /* ms */

/* What an input says that is more is a mistake, or would be a minute of
 * nothing: it is placed where it arrives. */
#define MAX_UPSTREAM_LATENCY (60 * GST_SECOND)

/* Between the latency and the timeout, for scheduling and jitter. */
#define MARGIN_MS 100

enum
{
  PROP_MIN_UPSTREAM_LATENCY = GST_SWITCH_N_PROPS,
  PROP_CAPS,
  PROP_EOS_POLICY,
  PROP_ACTIVE_INPUT,
  PROP_OVERRIDE,
  PROP_STATUS,
  PROP_STATS,
  PROP_STATS_INTERVAL,
  N_PROPERTIES
};

static GstStaticPadTemplate sink_template =
GST_STATIC_PAD_TEMPLATE ("sink_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS (GST_SWITCH_CAPS));

static GstStaticPadTemplate src_template =
GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (GST_SWITCH_CAPS));

static void gst_redundant_switch_child_proxy_init (gpointer iface,
    gpointer data);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstRedundantSwitch, gst_redundant_switch,
    GST_TYPE_ELEMENT,
    G_IMPLEMENT_INTERFACE (GST_TYPE_CHILD_PROXY,
        gst_redundant_switch_child_proxy_init);
    GST_DEBUG_CATEGORY_INIT (gst_redundant_switch_debug, "redundantswitch", 0,
        "switch between live inputs"));
GST_ELEMENT_REGISTER_DEFINE (redundantswitch, "redundantswitch", GST_RANK_NONE,
    GST_TYPE_REDUNDANT_SWITCH);

GType
gst_redundant_switch_eos_policy_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_REDUNDANT_SWITCH_EOS_ALL, "End when all inputs have ended", "all"},
    {GST_REDUNDANT_SWITCH_EOS_NEVER, "End only when the application says so",
        "never"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type)) {
    GType new_type = g_enum_register_static ("GstRedundantSwitchEosPolicy",
        values);
    g_once_init_leave (&type, new_type);
  }
  return type;
}

/* Running time now, 0 without a clock. */
GstClockTime
gst_redundant_switch_now (GstRedundantSwitch * self)
{
  GstClockTime now = gst_element_running_time_now (GST_ELEMENT (self));

  return GST_CLOCK_TIME_IS_VALID (now) ? now : 0;
}

/* How far the output lies behind running time. */
GstClockTime
gst_redundant_switch_total_locked (GstRedundantSwitch * self)
{
  return self->upstream_latency + self->settings.latency_ms * GST_MSECOND;
}

void
gst_redundant_switch_wake_locked (GstRedundantSwitch * self)
{
  if (self->clock_id != NULL)
    gst_clock_id_unschedule (self->clock_id);
  g_cond_broadcast (&self->cond);
}

/* A standalone switch trusts stamps that keep up with the clock, so that its
 * output stays in sync with streams that do not pass through it. */
void
gst_redundant_switch_configure_locked (GstRedundantSwitch * self)
{
  GstClockTime total = gst_redundant_switch_total_locked (self);
  GstClockTimeDiff trust = self->upstream_latency;
  GstSwitchControlConfig config;

  if (self->owner != NULL)
    return;
  if (self->settings.latency_ms > self->settings.timeout_ms) {
    trust += (self->settings.latency_ms - self->settings.timeout_ms)
        * GST_MSECOND / 2;
  }
  config = gst_switch_settings_config (&self->settings,
      self->medium != NULL ? 1u << self->medium->id : 1u << GST_SWITCH_VIDEO,
      TRUE, total, trust);
  gst_switch_control_configure (self->control, &config);
}

/* Largest latency of the live inputs; call without the lock. */
GstClockTime
gst_redundant_switch_query_upstream (GstRedundantSwitch * self)
{
  GstIterator *pads = gst_element_iterate_sink_pads (GST_ELEMENT (self));
  GstClockTime latency = 0;
  GValue item = G_VALUE_INIT;
  gboolean done = FALSE;

  while (!done) {
    switch (gst_iterator_next (pads, &item)) {
      case GST_ITERATOR_OK:{
        g_autoptr (GstQuery) query = gst_query_new_latency ();
        GstClockTime min = 0;
        gboolean live = FALSE;

        if (gst_pad_peer_query (g_value_get_object (&item), query))
          gst_query_parse_latency (query, &live, &min, NULL);
        if (live)
          latency = MAX (latency, MIN (min, MAX_UPSTREAM_LATENCY));
        g_value_reset (&item);
        break;
      }
      case GST_ITERATOR_RESYNC:
        gst_iterator_resync (pads);
        break;
      case GST_ITERATOR_ERROR:
      case GST_ITERATOR_DONE:
        done = TRUE;
        break;
    }
  }
  g_value_unset (&item);
  gst_iterator_free (pads);
  return latency;
}

/* The latency of the inputs counts until the output has begun: after that it
 * may not wait for a new one, whatever comes. */
static GstClockTime
learn_upstream_latency (GstRedundantSwitch * self)
{
  GstClockTime latency = 0, total;

  if (self->owner == NULL)
    latency = gst_redundant_switch_query_upstream (self);
  g_mutex_lock (&self->lock);
  latency = MAX (latency, self->min_upstream_latency_ms * GST_MSECOND);
  if (self->phase != GST_SWITCH_RUNNING && latency > self->upstream_latency) {
    self->upstream_latency = latency;
    gst_redundant_switch_configure_locked (self);
  }
  total = gst_redundant_switch_total_locked (self);
  g_mutex_unlock (&self->lock);
  return total;
}

gboolean
gst_redundant_switch_make_output_locked (GstRedundantSwitch * self,
    GstCaps * caps)
{
  const GstSwitchMedium *medium = self->medium;
  GstCaps *form;

  if (medium == NULL)
    medium = gst_switch_medium_for_caps (self->wanted);
  if (medium == NULL)
    medium = gst_switch_medium_for_caps (caps);
  if (medium == NULL)
    return FALSE;
  form = medium->make_form (caps, self->wanted);
  if (form == NULL)
    return FALSE;
  self->medium = medium;
  gst_clear_caps (&self->form);
  self->form = form;
  self->output = medium->output_new (form);
  if (medium->set_slate != NULL) {
    medium->set_slate (self->output, self->slate);
    gst_slate_set_form (self->slate, medium->id, form);
  }
  gst_redundant_switch_configure_locked (self);
  GST_INFO_OBJECT (self, "output form is %" GST_PTR_FORMAT, form);
  return TRUE;
}

static gboolean
gst_redundant_switch_activate_src (GstPad * pad, GstObject * parent,
    GstPadMode mode, gboolean active)
{
  GstRedundantSwitch *self = GST_REDUNDANT_SWITCH (parent);

  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  g_mutex_lock (&self->lock);
  self->flushing = !active;
  gst_redundant_switch_wake_locked (self);
  g_mutex_unlock (&self->lock);
  if (active)
    return gst_pad_start_task (pad, gst_redundant_switch_loop, pad, NULL);
  return gst_pad_stop_task (pad);
}

static gboolean
gst_redundant_switch_src_query (GstPad * pad, GstObject * parent,
    GstQuery * query)
{
  GstRedundantSwitch *self = GST_REDUNDANT_SWITCH (parent);
  GstFormat format;

  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY) {
    gst_query_set_latency (query, TRUE, learn_upstream_latency (self),
        GST_CLOCK_TIME_NONE);
    return TRUE;
  }
  if (GST_QUERY_TYPE (query) == GST_QUERY_POSITION) {
    gst_query_parse_position (query, &format, NULL);
    if (format != GST_FORMAT_TIME)
      return FALSE;
    g_mutex_lock (&self->lock);
    gst_query_set_position (query, format, self->position);
    g_mutex_unlock (&self->lock);
    return TRUE;
  }
  if (GST_QUERY_TYPE (query) == GST_QUERY_CAPS) {
    g_autoptr (GstCaps) caps = NULL;

    g_mutex_lock (&self->lock);
    if (self->form != NULL)
      caps = gst_caps_ref (self->form);
    g_mutex_unlock (&self->lock);
    if (caps == NULL)
      caps = gst_pad_get_pad_template_caps (pad);
    gst_query_set_caps_result (query, caps);
    return TRUE;
  }
  if (GST_QUERY_TYPE (query) == GST_QUERY_DURATION
      || GST_QUERY_TYPE (query) == GST_QUERY_SEEKING)
    return FALSE;
  return gst_pad_query_default (pad, parent, query);
}

static gboolean
gst_redundant_switch_src_event (GstPad * pad, GstObject * parent,
    GstEvent * event)
{
  gboolean result = GST_EVENT_TYPE (event) == GST_EVENT_QOS
      || GST_EVENT_TYPE (event) == GST_EVENT_RECONFIGURE;

  if (GST_EVENT_TYPE (event) == GST_EVENT_LATENCY)
    return gst_pad_event_default (pad, parent, event);
  /* QoS is on the output's time, which no input knows; live inputs do not
   * seek. */
  gst_event_unref (event);
  return result;
}

static void
gst_redundant_switch_init (GstRedundantSwitch * self)
{
  g_mutex_init (&self->content_lock);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  gst_switch_settings_init (&self->settings);
  self->control = gst_switch_control_new ();
  self->slate = gst_slate_new ();
  self->prefix = "redundantswitch";
  gst_switch_actions_attach (GST_ELEMENT (self), self->prefix, self->control);
  self->voice = gst_switch_voice_new (GST_ELEMENT (self), self->control);
  self->eos_policy = DEFAULT_EOS_POLICY;
  self->min_upstream_latency_ms = DEFAULT_MIN_UPSTREAM_LATENCY;
  self->last_active = FAILOVER_NONE;
  self->stats_timer = gst_stats_timer_new (GST_ELEMENT (self));

  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_activatemode_function (self->srcpad,
      GST_DEBUG_FUNCPTR (gst_redundant_switch_activate_src));
  gst_pad_set_query_function (self->srcpad,
      GST_DEBUG_FUNCPTR (gst_redundant_switch_src_query));
  gst_pad_set_event_function (self->srcpad,
      GST_DEBUG_FUNCPTR (gst_redundant_switch_src_event));
  gst_pad_use_fixed_caps (self->srcpad);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}

static void
gst_redundant_switch_finalize (GObject * object)
{
  GstRedundantSwitch *self = GST_REDUNDANT_SWITCH (object);

  gst_stats_timer_free (self->stats_timer);
  g_clear_pointer (&self->voice, gst_switch_voice_free);
  gst_switch_control_unref (self->control);
  gst_slate_unref (self->slate);
  gst_clear_caps (&self->wanted);
  gst_clear_caps (&self->form);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->content_lock);
  G_OBJECT_CLASS (gst_redundant_switch_parent_class)->finalize (object);
}

void
gst_redundant_switch_adopt (GstRedundantSwitch * self, GstElement * owner,
    const gchar * prefix, GstSwitchControl * control,
    const GstSwitchMedium * medium)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->voice, gst_switch_voice_free);
  gst_switch_control_unref (self->control);
  self->control = gst_switch_control_ref (control);
  self->owner = owner;
  self->prefix = prefix;
  gst_switch_actions_attach (GST_ELEMENT (self), prefix, control);
  self->medium = medium;
  self->eos_policy = GST_REDUNDANT_SWITCH_EOS_NEVER;
  g_mutex_unlock (&self->lock);
}

void
gst_redundant_switch_set_medium (GstRedundantSwitch * self,
    const GstSwitchMedium * medium)
{
  g_mutex_lock (&self->lock);
  self->medium = medium;
  g_mutex_unlock (&self->lock);
}

void
gst_redundant_switch_set_slate (GstRedundantSwitch * self, GstSlate * slate)
{
  g_mutex_lock (&self->lock);
  gst_slate_unref (self->slate);
  self->slate = gst_slate_ref (slate);
  g_mutex_unlock (&self->lock);
}

void
gst_redundant_switch_set_settings (GstRedundantSwitch * self,
    const GstSwitchSettings * settings)
{
  g_mutex_lock (&self->lock);
  self->settings = *settings;
  gst_redundant_switch_configure_locked (self);
  gst_redundant_switch_wake_locked (self);
  g_mutex_unlock (&self->lock);
}

void
gst_redundant_switch_set_group (GstRedundantSwitch * self, guint group)
{
  g_mutex_lock (&self->lock);
  self->group_id = group;
  g_mutex_unlock (&self->lock);
}

void
gst_redundant_switch_set_caps (GstRedundantSwitch * self, GstCaps * caps)
{
  g_mutex_lock (&self->lock);
  gst_caps_replace (&self->wanted, caps);
  g_mutex_unlock (&self->lock);
}

static GstRedundantSwitchPad *
new_pad (GstRedundantSwitch * self, const gchar * name)
{
  g_autoptr (GstPadTemplate) template =
      gst_static_pad_template_get (&sink_template);
  GstRedundantSwitchPad *pad = g_object_new (GST_TYPE_REDUNDANT_SWITCH_PAD,
      "name", name, "direction", GST_PAD_SINK, "template", template, NULL);

  gst_redundant_switch_pad_setup (pad);
  return pad;
}

/* Number for a pad of that name (nullable), which may be taken already. */
static gboolean
pick_number (GstRedundantSwitch * self, const gchar * name, guint * number)
{
  g_autofree gchar *wanted = NULL;
  g_autoptr (GstPad) taken = NULL;
  guint64 parsed;

  g_mutex_lock (&self->lock);
  if (name == NULL || !g_str_has_prefix (name, "sink_")
      || !g_ascii_string_to_unsigned (name + 5, 10, 0, G_MAXUINT - 1, &parsed,
          NULL))
    parsed = self->next_pad;
  self->next_pad = MAX (self->next_pad, (guint) parsed + 1);
  g_mutex_unlock (&self->lock);
  *number = parsed;
  wanted = g_strdup_printf ("sink_%u", *number);
  taken = gst_element_get_static_pad (GST_ELEMENT (self), wanted);
  return taken == NULL;
}

static void
add_pad (GstRedundantSwitch * self, GstRedundantSwitchPad * pad)
{
  g_mutex_lock (&self->lock);
  self->pads = g_list_append (self->pads, pad);
  g_mutex_unlock (&self->lock);
  gst_element_add_pad (GST_ELEMENT (self), GST_PAD (pad));
  gst_child_proxy_child_added (GST_CHILD_PROXY (self), G_OBJECT (pad),
      GST_OBJECT_NAME (pad));
  gst_redundant_switch_update_content (self);
}

static GstPad *
gst_redundant_switch_request_new_pad (GstElement * element,
    GstPadTemplate * template, const gchar * name, const GstCaps * caps)
{
  GstRedundantSwitch *self = GST_REDUNDANT_SWITCH (element);
  g_autofree gchar *pad_name = NULL;
  GstRedundantSwitchPad *pad;
  guint number;

  if (self->owner != NULL || !pick_number (self, name, &number))
    return NULL;
  pad_name = g_strdup_printf ("sink_%u", number);
  pad = new_pad (self, pad_name);
  pad->priority = number;
  pad->id = gst_switch_control_add_input (self->control, pad_name, number);
  add_pad (self, pad);
  return GST_PAD (pad);
}

GstPad *
gst_redundant_switch_add_input (GstRedundantSwitch * self, gint id)
{
  g_autofree gchar *pad_name = g_strdup_printf ("sink_%d", id);
  GstRedundantSwitchPad *pad = new_pad (self, pad_name);

  pad->id = id;
  add_pad (self, pad);
  return gst_object_ref (pad);
}

static void
gst_redundant_switch_release_pad (GstElement * element, GstPad * gstpad)
{
  GstRedundantSwitch *self = GST_REDUNDANT_SWITCH (element);
  GstRedundantSwitchPad *pad = GST_REDUNDANT_SWITCH_PAD (gstpad);

  gst_redundant_switch_pad_end_content (self, pad);
  gst_redundant_switch_pad_interrupt (gstpad);
  gst_pad_set_active (gstpad, FALSE);
  gst_switch_late_end (self, pad);
  g_mutex_lock (&self->lock);
  self->pads = g_list_remove (self->pads, pad);
  if (pad->track != NULL)
    self->medium->track_free (self->output, pad->track);
  pad->track = NULL;
  gst_redundant_switch_wake_locked (self);
  g_mutex_unlock (&self->lock);
  if (self->owner == NULL)
    gst_switch_control_remove_input (self->control, pad->id);
  gst_child_proxy_child_removed (GST_CHILD_PROXY (self), G_OBJECT (pad),
      GST_OBJECT_NAME (pad));
  gst_element_remove_pad (element, gstpad);
}

/* Everything of the session goes; pads stay. */
static void
forget_session (GstRedundantSwitch * self)
{
  GList *l;

  g_mutex_lock (&self->lock);
  for (l = self->pads; l != NULL; l = l->next) {
    GstRedundantSwitchPad *pad = l->data;
    gst_redundant_switch_pad_reset_locked (self, pad, TRUE);
    if (pad->track != NULL)
      self->medium->track_free (self->output, pad->track);
    pad->track = NULL;
    pad->refusing = FALSE;
    pad->buffers = pad->bytes = pad->misfits = 0;
    pad->last_data = 0;
  }
  if (self->output != NULL)
    self->medium->output_free (self->output);
  self->output = NULL;
  gst_clear_caps (&self->form);
  if (self->owner == NULL)
    self->medium = NULL;
  self->upstream_latency = 0;
  self->position = 0;
  self->skipped = 0;
  self->serial = self->video_serial = 0;
  self->n_pending = 0;
  self->slate_open = FALSE;
  self->missed_mark = self->repeated_mark = 0;
  self->slate_incidents = 0;
  self->last_active = FAILOVER_NONE;
  self->eos_requested = self->inputs_ended = FALSE;
  self->clock_started = FALSE;
  g_mutex_unlock (&self->lock);
}

static void
warn_of_short_latency (GstRedundantSwitch * self)
{
  guint timeout, latency;

  g_mutex_lock (&self->lock);
  timeout = self->settings.timeout_ms + self->settings.hold_off_ms;
  latency = self->settings.latency_ms;
  g_mutex_unlock (&self->lock);
  if (self->owner == NULL && latency < timeout + MARGIN_MS) {
    GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS,
        ("latency is %u ms: a failover loses frames unless it is at least "
            "%u ms, timeout + hold-off + %u", latency, timeout + MARGIN_MS,
            MARGIN_MS), (NULL));
  }
}

static gboolean
start (GstRedundantSwitch * self)
{
  g_autoptr (GstCaps) wanted = NULL, form = NULL;
  const GstSwitchMedium *medium;
  GstContentSettings content;

  g_mutex_lock (&self->lock);
  content = self->settings.content;
  wanted = self->wanted != NULL ? gst_caps_ref (self->wanted) : NULL;
  medium = self->medium;
  g_mutex_unlock (&self->lock);
  if (wanted != NULL) {
    if (medium == NULL)
      medium = gst_switch_medium_for_caps (wanted);
    if (medium != NULL)
      form = medium->make_form (NULL, wanted);
    if (form == NULL) {
      g_autofree gchar *text = gst_caps_to_string (wanted);
      GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS,
          ("caps \"%s\" is not usable; raw video, or raw interleaved audio in "
              "F32 or S16, is allowed.", text), (NULL));
      return FALSE;
    }
  }
  if (self->owner == NULL
      && !gst_content_settings_check (&content, GST_ELEMENT (self)))
    return FALSE;
  if (self->owner == NULL && !gst_slate_check (self->slate, GST_ELEMENT (self)))
    return FALSE;
  warn_of_short_latency (self);
  g_mutex_lock (&self->lock);
  self->phase = GST_SWITCH_WAITING;
  if (self->owner == NULL)
    self->group_id = gst_util_group_id_next ();
  gst_redundant_switch_configure_locked (self);
  g_mutex_unlock (&self->lock);
  gst_redundant_switch_update_content (self);
  if (self->voice != NULL)
    gst_switch_voice_start (self->voice);
  return TRUE;
}

static void
stop (GstRedundantSwitch * self)
{
  GList *l;

  g_mutex_lock (&self->lock);
  self->phase = GST_SWITCH_STOPPED;
  for (l = self->pads; l != NULL; l = l->next) {
    GstRedundantSwitchPad *pad = l->data;
    if (pad->clock_id != NULL)
      gst_clock_id_unschedule (pad->clock_id);
  }
  gst_redundant_switch_wake_locked (self);
  g_mutex_unlock (&self->lock);
}

static void
set_playing (GstRedundantSwitch * self, gboolean playing)
{
  GstClockTime now = gst_redundant_switch_now (self);
  GList *l;

  g_mutex_lock (&self->lock);
  if (playing && self->owner == NULL) {
    if (self->clock_started)
      gst_switch_control_rebase (self->control);
    else
      gst_switch_control_start (self->control, now);
  }
  if (playing && !self->clock_started) {
    self->clock_started = TRUE;
    self->started_at = now;
  }
  self->playing = playing;
  for (l = self->pads; l != NULL; l = l->next) {
    GstRedundantSwitchPad *pad = l->data;
    if (pad->clock_id != NULL)
      gst_clock_id_unschedule (pad->clock_id);
  }
  gst_redundant_switch_wake_locked (self);
  g_mutex_unlock (&self->lock);
}

static void
set_stats_timer (GstRedundantSwitch * self, gboolean on)
{
  GST_OBJECT_LOCK (self);
  if (on)
    gst_stats_timer_start (self->stats_timer);
  else
    gst_stats_timer_stop (self->stats_timer);
  GST_OBJECT_UNLOCK (self);
}

/* The last thing it says, whoever listens. */
static void
end_speaking (GstRedundantSwitch * self)
{
  if (self->voice == NULL)
    return;
  gst_switch_voice_stop (self->voice);
  gst_switch_control_stop (self->control);
  if (gst_switch_control_take_status_change (self->control))
    g_object_notify (G_OBJECT (self), "status");
}

static GstStateChangeReturn
gst_redundant_switch_change_state (GstElement * element,
    GstStateChange transition)
{
  GstRedundantSwitch *self = GST_REDUNDANT_SWITCH (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !start (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    set_stats_timer (self, TRUE);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    set_playing (self, TRUE);
  if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    set_playing (self, FALSE);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    stop (self);

  result = GST_ELEMENT_CLASS (gst_redundant_switch_parent_class)->change_state
      (element, transition);
  if (result == GST_STATE_CHANGE_FAILURE) {
    if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
      end_speaking (self);
    return result;
  }

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    set_stats_timer (self, FALSE);
    gst_redundant_switch_update_content (self);
    forget_session (self);
    if (self->owner == NULL)
      gst_slate_stop (self->slate);
    end_speaking (self);
  }
  /* Paced by the clock: there is no data in PAUSED. */
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED
      || transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    return GST_STATE_CHANGE_NO_PREROLL;
  return result;
}

static gboolean
gst_redundant_switch_send_event (GstElement * element, GstEvent * event)
{
  GstRedundantSwitch *self = GST_REDUNDANT_SWITCH (element);

  if (GST_EVENT_TYPE (event) != GST_EVENT_EOS)
    return GST_ELEMENT_CLASS (gst_redundant_switch_parent_class)->send_event
        (element, event);
  gst_event_unref (event);
  g_mutex_lock (&self->lock);
  self->eos_requested = TRUE;
  gst_redundant_switch_wake_locked (self);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

void
gst_redundant_switch_set_inputs_ended (GstRedundantSwitch * self,
    gboolean ended)
{
  g_mutex_lock (&self->lock);
  if (self->inputs_ended != ended) {
    self->inputs_ended = ended;
    gst_redundant_switch_wake_locked (self);
  }
  g_mutex_unlock (&self->lock);
}

static GObject *
get_child_by_index (GstChildProxy * proxy, guint index)
{
  GstRedundantSwitch *self = GST_REDUNDANT_SWITCH (proxy);
  GstPad *pad;

  g_mutex_lock (&self->lock);
  pad = g_list_nth_data (self->pads, index);
  if (pad != NULL)
    gst_object_ref (pad);
  g_mutex_unlock (&self->lock);
  return (GObject *) pad;
}

static guint
get_children_count (GstChildProxy * proxy)
{
  GstRedundantSwitch *self = GST_REDUNDANT_SWITCH (proxy);
  guint count;

  g_mutex_lock (&self->lock);
  count = g_list_length (self->pads);
  g_mutex_unlock (&self->lock);
  return count;
}

static void
gst_redundant_switch_child_proxy_init (gpointer iface, gpointer data)
{
  GstChildProxyInterface *proxy = iface;

  proxy->get_child_by_index = get_child_by_index;
  proxy->get_children_count = get_children_count;
}

static void
set_stats_interval (GstRedundantSwitch * self, guint interval)
{
  GST_OBJECT_LOCK (self);
  self->stats_interval_ms = interval;
  gst_stats_timer_set_interval (self->stats_timer, interval);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_redundant_switch_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstRedundantSwitch *self = GST_REDUNDANT_SWITCH (object);

  if (id == PROP_STATS_INTERVAL) {
    set_stats_interval (self, g_value_get_uint (value));
    return;
  }
  if (gst_slate_settings_set (self->slate, id, value))
    return;
  g_mutex_lock (&self->lock);
  if (gst_switch_settings_set (&self->settings, id, value)) {
    gst_redundant_switch_configure_locked (self);
    gst_redundant_switch_wake_locked (self);
  } else if (id == PROP_MIN_UPSTREAM_LATENCY) {
    self->min_upstream_latency_ms = g_value_get_uint (value);
  } else if (id == PROP_CAPS) {
    gst_caps_replace (&self->wanted, (GstCaps *) gst_value_get_caps (value));
  } else if (id == PROP_EOS_POLICY) {
    self->eos_policy = g_value_get_enum (value);
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  g_mutex_unlock (&self->lock);
  if (gst_switch_settings_is_content (id))
    gst_redundant_switch_update_content (self);
}

static void
gst_redundant_switch_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstRedundantSwitch *self = GST_REDUNDANT_SWITCH (object);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, gst_redundant_switch_media_stats (self));
    return;
  }
  if (gst_slate_settings_get (self->slate, id, value))
    return;
  if (id == PROP_STATUS) {
    g_value_set_enum (value, gst_switch_control_get_status (self->control));
    return;
  }
  if (id == PROP_OVERRIDE) {
    g_value_take_boxed (value, gst_switch_control_get_override (self->control));
    return;
  }
  g_mutex_lock (&self->lock);
  if (gst_switch_settings_get (&self->settings, id, value)) {
  } else if (id == PROP_MIN_UPSTREAM_LATENCY) {
    g_value_set_uint (value, self->min_upstream_latency_ms);
  } else if (id == PROP_CAPS) {
    gst_value_set_caps (value, self->wanted);
  } else if (id == PROP_EOS_POLICY) {
    g_value_set_enum (value, self->eos_policy);
  } else if (id == PROP_ACTIVE_INPUT) {
    g_value_take_string (value, gst_switch_control_name (self->control,
            self->last_active));
  } else if (id == PROP_STATS_INTERVAL) {
    g_value_set_uint (value, self->stats_interval_ms);
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  g_mutex_unlock (&self->lock);
}

static void
install_properties (GObjectClass * klass)
{
  gst_switch_settings_install (klass);
  gst_switch_voice_install_properties (klass, PROP_STATUS, PROP_OVERRIDE);
  /**
   * GstRedundantSwitch:min-upstream-latency:
   *
   * Latency of inputs to reserve, in milliseconds, for inputs that come later
   * and have more than those that are there at the start.  Read when the
   * output begins.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_MIN_UPSTREAM_LATENCY,
      g_param_spec_uint ("min-upstream-latency", "Least upstream latency",
          "Latency of inputs to reserve (ms)", 0, 60000,
          DEFAULT_MIN_UPSTREAM_LATENCY, G_PARAM_READWRITE
          | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));
  /**
   * GstRedundantSwitch:caps:
   *
   * What the output is; what is left open is as the first input has it or, for
   * the slate before that, a common value.  NULL is as the first input is.
   * Read when going to PAUSED.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_CAPS,
      g_param_spec_boxed ("caps", "Caps", "What the output is (NULL: as the "
          "first input)", GST_TYPE_CAPS, G_PARAM_READWRITE
          | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));
  /**
   * GstRedundantSwitch:eos-policy:
   *
   * When the output ends by itself.  Takes effect at once.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_EOS_POLICY,
      g_param_spec_enum ("eos-policy", "EOS policy",
          "When the output ends by itself",
          GST_TYPE_REDUNDANT_SWITCH_EOS_POLICY, DEFAULT_EOS_POLICY,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
          | GST_PARAM_MUTABLE_PLAYING));
  /**
   * GstRedundantSwitch:active-input:
   *
   * Name of the pad that is shown, "slate" when none is.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_ACTIVE_INPUT,
      g_param_spec_string ("active-input", "Active input",
          "The input that is shown", "slate",
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  /**
   * GstRedundantSwitch:stats:
   *
   * Counters and states, application/x-redundantswitch-stats.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics", "Counters and states",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  /**
   * GstRedundantSwitch:stats-interval:
   *
   * How often #GstRedundantSwitch:stats is posted as an element message, in
   * milliseconds; 0 is off.  Takes effect at once.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_STATS_INTERVAL,
      g_param_spec_uint ("stats-interval", "Statistics interval",
          "How often stats are posted, 0 is off (ms)", 0, G_MAXUINT / 2,
          DEFAULT_STATS_INTERVAL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
          | GST_PARAM_MUTABLE_PLAYING));
}

static void
gst_redundant_switch_class_init (GstRedundantSwitchClass * klass)
{
  GObjectClass *gobject_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  gobject_class->set_property = gst_redundant_switch_set_property;
  gobject_class->get_property = gst_redundant_switch_get_property;
  gobject_class->finalize = gst_redundant_switch_finalize;
  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_redundant_switch_change_state);
  element_class->send_event =
      GST_DEBUG_FUNCPTR (gst_redundant_switch_send_event);
  element_class->request_new_pad =
      GST_DEBUG_FUNCPTR (gst_redundant_switch_request_new_pad);
  element_class->release_pad =
      GST_DEBUG_FUNCPTR (gst_redundant_switch_release_pad);
  install_properties (gobject_class);
  gst_switch_actions_install (G_TYPE_FROM_CLASS (klass));
  gst_switch_voice_install (G_TYPE_FROM_CLASS (klass));

  gst_element_class_add_static_pad_template_with_gtype (element_class,
      &sink_template, GST_TYPE_REDUNDANT_SWITCH_PAD);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "Redundant input switch", "Generic",
      "Switches between live inputs without losing a frame",
      "gst-onair contributors");
  gst_type_mark_as_plugin_api (GST_TYPE_REDUNDANT_SWITCH_PAD, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_REDUNDANT_SWITCH_EOS_POLICY, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_REDUNDANT_FAIL_ON, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_REDUNDANT_STATUS, 0);
}
