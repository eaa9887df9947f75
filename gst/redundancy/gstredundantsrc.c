/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-redundantsrc
 * @title: redundantsrc
 * @short_description: A live source with several inputs, of which any may die
 *
 * Connects to all of #GstRedundantSrc:uris at once, decodes them, and puts out
 * the best one that is alive as raw video and audio in one unbroken stream.
 * Each input is reconnected on its own, for ever.  When none is left the last
 * picture stands for #GstRedundantSrc:freeze-duration and then the slate comes
 * with silence.
 *
 * ## Errors
 * * %GST_LIBRARY_ERROR_SETTINGS: #GstRedundantSrc:uris is empty or holds
 *   something that is no URI, or the caps are not usable.
 * * %GST_LIBRARY_ERROR_SETTINGS (warning): the latency does not cover the
 *   timeout, the timeout not the merge-window, or an input can't be merged.
 * * %GST_STREAM_ERROR_WRONG_TYPE (warning): an input does not bring what the
 *   others of its merge-group bring.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 redundantsrc name=s uris="srt://:7001 srt://:7002" \
 *   s.video ! queue ! videoconvert ! autovideosink \
 *   s.audio ! queue ! audioconvert ! autoaudiosink
 * ]|
 *
 * Since: 0.1
 */
/* Locks: gstredundantsrcprivate.h. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstredundantsrcprivate.h"

#include <gst/audio/audio.h>

#include "gstinputactions.h"
#include "gstmediaactions.h"
#include "gstslatesettings.h"
#include "gstswitchactions.h"
#include "urimask.h"

GST_DEBUG_CATEGORY (gst_redundant_src_debug);
#define GST_CAT_DEFAULT gst_redundant_src_debug

#define DEFAULT_STATS_INTERVAL 0        /* ms */

enum
{
  PROP_URIS = GST_REDUNDANT_N_PROPS,
  PROP_AUDIO_URIS,
  PROP_MERGE_GROUPS,
  PROP_ACTIVE_INPUT,
  PROP_OVERRIDE,
  PROP_STATUS,
  PROP_ACTIVE_AUDIO_INPUT,
  PROP_STATS,
  PROP_STATS_INTERVAL,
  N_PROPERTIES
};

static GstStaticPadTemplate video_template =
    GST_STATIC_PAD_TEMPLATE ("video", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-raw; " GST_SWITCH_ENCODED_VIDEO_CAPS));

static GstStaticPadTemplate audio_template =
    GST_STATIC_PAD_TEMPLATE ("audio", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("audio/x-raw, format = (string) { " GST_AUDIO_NE (F32)
        ", " GST_AUDIO_NE (S16) " }, layout = (string) interleaved; "
        GST_SWITCH_ENCODED_AUDIO_CAPS));

/* Where data that is no URI's comes in.  Its two kinds of one number are one
 * input. */
static GstStaticPadTemplate sink_template =
GST_STATIC_PAD_TEMPLATE ("sink_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS_ANY);

static GstStaticPadTemplate audio_sink_template =
GST_STATIC_PAD_TEMPLATE ("audio_sink_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS_ANY);

static void gst_redundant_src_child_proxy_init (gpointer iface, gpointer data);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstRedundantSrc, gst_redundant_src,
    GST_TYPE_BIN,
    G_IMPLEMENT_INTERFACE (GST_TYPE_CHILD_PROXY,
        gst_redundant_src_child_proxy_init);
    GST_DEBUG_CATEGORY_INIT (gst_redundant_src_debug, "redundantsrc", 0,
        "live source with several inputs"));
GST_ELEMENT_REGISTER_DEFINE (redundantsrc, "redundantsrc", GST_RANK_NONE,
    GST_TYPE_REDUNDANT_SRC);

void
gst_redundant_src_configure_locked (GstRedundantSrc * self)
{
  GstSwitchControlConfig config;
  guint i;

  /* Inputs are placed when they arrive: their own latency is in that. */
  config = gst_switch_settings_config (&self->settings, self->effective,
      self->own.require_all_media, self->settings.latency_ms * GST_MSECOND, -1);
  config.av_policy = gst_redundant_settings_av_policy (&self->own);
  gst_switch_control_configure (self->control, &config);
  for (i = 0; i < N_MEDIA; i++) {
    GstSwitchSettings settings = self->settings;

    /* One bitrate is the input's: the video's, where there is one. */
    if (i != GST_SWITCH_VIDEO
        && (self->effective & GST_REDUNDANT_SRC_MEDIA_VIDEO))
      settings.content.fail_on &= ~GST_REDUNDANT_FAIL_ON_LOW_BITRATE;
    gst_redundant_switch_set_settings (self->switches[i], &settings);
  }
}

static void
update_content (GstRedundantSrc * self)
{
  guint i;

  for (i = 0; i < N_MEDIA; i++)
    gst_redundant_switch_update_content (self->switches[i]);
}

/* A slip of the pen must not take the programme off air.  What is set before
 * the start is judged then. */
static gboolean
refuses (GstRedundantSrc * self, const gchar * property, const gchar * uris)
{
  g_autofree gchar *bad = gst_redundant_inputs_find_bad_uri (uris);

  if (bad == NULL || !gst_redundant_inputs_is_started (self->inputs))
    return FALSE;
  GST_WARNING_OBJECT (self, "%s is refused: it holds \"%s\", which is no "
      "URI; scheme://... is allowed", property, bad);
  return TRUE;
}

static void
set_uris (GstRedundantSrc * self, const gchar * uris)
{
  if (refuses (self, "uris", uris))
    return;
  g_mutex_lock (&self->lock);
  g_free (self->uris);
  self->uris = g_strdup (uris);
  g_mutex_unlock (&self->lock);
  gst_redundant_inputs_set_uris (self->inputs, ALL_MEDIA, uris);
}

static void
set_audio_uris (GstRedundantSrc * self, const gchar * uris)
{
  if (refuses (self, "audio-uris", uris))
    return;
  g_mutex_lock (&self->lock);
  g_free (self->audio_uris);
  self->audio_uris = g_strdup (uris);
  g_mutex_unlock (&self->lock);
  gst_redundant_inputs_set_uris (self->inputs, GST_REDUNDANT_SRC_MEDIA_AUDIO,
      uris);
}

static void
set_merge_groups (GstRedundantSrc * self, const gchar * groups)
{
  g_mutex_lock (&self->lock);
  g_free (self->merge_groups);
  self->merge_groups = g_strdup (groups);
  g_mutex_unlock (&self->lock);
  gst_redundant_inputs_set_merge_groups (self->inputs, groups);
}

static void
set_stats_timer (GstRedundantSrc * self, gboolean on)
{
  GST_OBJECT_LOCK (self);
  if (on)
    gst_stats_timer_start (self->stats_timer);
  else
    gst_stats_timer_stop (self->stats_timer);
  GST_OBJECT_UNLOCK (self);
}

/* A sink that has prerolled has the pipeline set the state that it is in once
 * more. */
static GstStateChangeReturn
change_children (GstElement * element, GstStateChange transition)
{
  if (GST_STATE_TRANSITION_CURRENT (transition) >= GST_STATE_PAUSED
      && GST_STATE_TRANSITION_NEXT (transition) >= GST_STATE_PAUSED)
    return gst_redundant_src_set_switches (GST_REDUNDANT_SRC (element),
        GST_STATE_TRANSITION_NEXT (transition));
  return GST_ELEMENT_CLASS (gst_redundant_src_parent_class)->change_state
      (element, transition);
}

static GstStateChangeReturn
gst_redundant_src_change_state (GstElement * element, GstStateChange transition)
{
  GstRedundantSrc *self = GST_REDUNDANT_SRC (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    if (!gst_redundant_src_start (self)) {
      gst_redundant_src_unlock_switches (self);
      return GST_STATE_CHANGE_FAILURE;
    }
    gst_switch_voice_start (self->voice);
    set_stats_timer (self, TRUE);
  }
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    gst_redundant_src_start_clock (self);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    gst_redundant_inputs_stop (self->inputs);
    set_stats_timer (self, FALSE);
    gst_redundant_src_unlock_switches (self);
  }
  result = change_children (element, transition);
  if (result == GST_STATE_CHANGE_FAILURE) {
    if (transition != GST_STATE_CHANGE_NULL_TO_READY)
      gst_redundant_inputs_stop (self->inputs);
    gst_redundant_src_unlock_switches (self);
    if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
      gst_redundant_src_end_speaking (self);
    return result;
  }
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    gst_slate_stop (self->slate);
    gst_redundant_src_end_speaking (self);
  }
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    gst_element_no_more_pads (element);
  /* Live, whatever the inputs are doing. */
  if (GST_STATE_TRANSITION_NEXT (transition) == GST_STATE_PAUSED)
    return GST_STATE_CHANGE_NO_PREROLL;
  return result;
}

static GstClock *
gst_redundant_src_provide_clock (GstElement * element)
{
  /* An input that dies must not take the pipeline's clock with it. */
  return NULL;
}

static gboolean
gst_redundant_src_send_event (GstElement * element, GstEvent * event)
{
  GstRedundantSrc *self = GST_REDUNDANT_SRC (element);
  guint i;

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS) {
    for (i = 0; i < N_MEDIA; i++) {
      gst_element_send_event (GST_ELEMENT (self->switches[i]),
          gst_event_ref (event));
    }
    gst_event_unref (event);
    return TRUE;
  }
  return GST_ELEMENT_CLASS (gst_redundant_src_parent_class)->send_event
      (element, event);
}

static gboolean
is_ours (GstRedundantSrc * self, GstObject * object)
{
  guint i;

  if (object == NULL || object == GST_OBJECT (self))
    return TRUE;
  for (i = 0; i < N_MEDIA; i++) {
    if (object == GST_OBJECT (self->switches[i])
        || gst_object_has_as_ancestor (object, GST_OBJECT (self->switches[i])))
      return TRUE;
  }
  return FALSE;
}

static gboolean
holds_no_secret (GQuark field, const GValue * value, gpointer user_data)
{
  g_autofree gchar *masked = NULL;

  if (!G_VALUE_HOLDS_STRING (value))
    return TRUE;
  masked = uri_mask_text (g_value_get_string (value));
  return g_strcmp0 (masked, g_value_get_string (value)) == 0;
}

/* souphttpsrc tells what it asked for and with which headers, adaptive demuxers
 * where from. */
static gboolean
tells_a_secret (GstMessage * message)
{
  const GstStructure *facts = gst_message_get_structure (message);

  return facts != NULL && (gst_structure_has_name (facts, "http-headers")
      || !gst_structure_foreach (facts, holds_no_secret, NULL));
}

/* What an input may tell the application.  Its errors, ends, states, clocks
 * and buffering are ours to deal with. */
static gboolean
is_public (GstMessage * message)
{
  switch ((guint) GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ELEMENT:
      return !tells_a_secret (message);
    case GST_MESSAGE_NEED_CONTEXT:
    case GST_MESSAGE_HAVE_CONTEXT:
    case GST_MESSAGE_STREAM_STATUS:
      return TRUE;
    default:
      return FALSE;
  }
}

static void
note_error (GstRedundantSrc * self, GstMessage * message)
{
  g_autoptr (GstRedundantInput) input = gst_redundant_inputs_find
      (self->inputs, GST_MESSAGE_SRC (message));
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL, *masked = NULL;

  gst_message_parse_error (message, &error, &debug);
  masked = uri_mask_text (debug);
  GST_INFO_OBJECT (self, "error of %s in %" GST_PTR_FORMAT ": %s",
      GST_MESSAGE_SRC_NAME (message), input, GST_STR_NULL (masked));
  if (input != NULL)
    gst_redundant_input_on_error (input, error);
}

static void
gst_redundant_src_handle_message (GstBin * bin, GstMessage * message)
{
  GstRedundantSrc *self = GST_REDUNDANT_SRC (bin);

  if (is_ours (self, GST_MESSAGE_SRC (message)) || is_public (message)) {
    GST_BIN_CLASS (gst_redundant_src_parent_class)->handle_message (bin,
        message);
    return;
  }
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    note_error (self, message);
  gst_message_unref (message);
}

static GObject *
get_child_by_index (GstChildProxy * proxy, guint index)
{
  GstRedundantSrc *self = GST_REDUNDANT_SRC (proxy);
  g_autoptr (GPtrArray) inputs = gst_redundant_inputs_get (self->inputs);

  return index < inputs->len ? g_object_ref (inputs->pdata[index]) : NULL;
}

static GObject *
get_child_by_name (GstChildProxy * proxy, const gchar * name)
{
  GstRedundantSrc *self = GST_REDUNDANT_SRC (proxy);
  g_autoptr (GPtrArray) inputs = gst_redundant_inputs_get (self->inputs);
  guint i;

  for (i = 0; i < inputs->len; i++) {
    if (g_str_equal (GST_OBJECT_NAME (inputs->pdata[i]), name))
      return g_object_ref (inputs->pdata[i]);
  }
  return NULL;
}

static guint
get_children_count (GstChildProxy * proxy)
{
  GstRedundantSrc *self = GST_REDUNDANT_SRC (proxy);
  g_autoptr (GPtrArray) inputs = gst_redundant_inputs_get (self->inputs);

  return inputs->len;
}

static void
gst_redundant_src_child_proxy_init (gpointer iface, gpointer data)
{
  GstChildProxyInterface *proxy = iface;

  proxy->get_child_by_index = get_child_by_index;
  proxy->get_child_by_name = get_child_by_name;
  proxy->get_children_count = get_children_count;
}

static gchar *
dup_active (GstRedundantSrc * self, gboolean audio)
{
  gchar *active = NULL;
  guint i;

  g_mutex_lock (&self->lock);
  i = audio
      || self->effective ==
      GST_REDUNDANT_SRC_MEDIA_AUDIO ? GST_SWITCH_AUDIO : GST_SWITCH_VIDEO;
  g_mutex_unlock (&self->lock);
  g_object_get (self->switches[i], "active-input", &active, NULL);
  return active;
}

static void
set_stats_interval (GstRedundantSrc * self, guint interval)
{
  GST_OBJECT_LOCK (self);
  self->stats_interval_ms = interval;
  gst_stats_timer_set_interval (self->stats_timer, interval);
  GST_OBJECT_UNLOCK (self);
}

static void
set_locked (GstRedundantSrc * self, guint id, const GValue * value)
{
  if (!gst_redundant_settings_set (&self->own, id, value))
    gst_switch_settings_set (&self->settings, id, value);
  gst_redundant_src_configure_locked (self);
}

static void
gst_redundant_src_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstRedundantSrc *self = GST_REDUNDANT_SRC (object);

  if (id == PROP_URIS) {
    set_uris (self, g_value_get_string (value));
  } else if (id == PROP_AUDIO_URIS) {
    set_audio_uris (self, g_value_get_string (value));
  } else if (id == PROP_MERGE_GROUPS) {
    set_merge_groups (self, g_value_get_string (value));
  } else if (id == PROP_STATS_INTERVAL) {
    set_stats_interval (self, g_value_get_uint (value));
  } else if (!gst_slate_settings_set (self->slate, id, value)) {
    g_mutex_lock (&self->lock);
    set_locked (self, id, value);
    g_mutex_unlock (&self->lock);
    if (gst_switch_settings_is_content (id))
      update_content (self);
  }
}

static void
get_locked (GstRedundantSrc * self, guint id, GValue * value)
{
  if (id == PROP_URIS)
    g_value_set_string (value, self->uris);
  else if (id == PROP_AUDIO_URIS)
    g_value_set_string (value, self->audio_uris);
  else if (id == PROP_MERGE_GROUPS)
    g_value_set_string (value, self->merge_groups);
  else if (id == PROP_STATS_INTERVAL)
    g_value_set_uint (value, self->stats_interval_ms);
  else if (!gst_redundant_settings_get (&self->own, id, value))
    gst_switch_settings_get (&self->settings, id, value);
}

static void
gst_redundant_src_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstRedundantSrc *self = GST_REDUNDANT_SRC (object);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, gst_redundant_src_get_stats (self));
  } else if (id == PROP_STATUS) {
    g_value_set_enum (value, gst_switch_control_get_status (self->control));
  } else if (id == PROP_OVERRIDE) {
    g_value_take_boxed (value, gst_switch_control_get_override (self->control));
  } else if (id == PROP_ACTIVE_INPUT) {
    g_value_take_string (value, dup_active (self, FALSE));
  } else if (id == PROP_ACTIVE_AUDIO_INPUT) {
    g_value_take_string (value, dup_active (self, TRUE));
  } else if (!gst_slate_settings_get (self->slate, id, value)) {
    g_mutex_lock (&self->lock);
    get_locked (self, id, value);
    g_mutex_unlock (&self->lock);
  }
}

static void
on_active_input (GObject * element, GParamSpec * pspec, gpointer user_data)
{
  GstRedundantSrc *self = user_data;
  gboolean is_audio = element == G_OBJECT (self->switches[GST_SWITCH_AUDIO]);
  gboolean stands_for_both;

  g_mutex_lock (&self->lock);
  stands_for_both = self->effective == GST_REDUNDANT_SRC_MEDIA_AUDIO;
  g_mutex_unlock (&self->lock);
  if (!is_audio || stands_for_both)
    g_object_notify (G_OBJECT (self), "active-input");
  if (is_audio)
    g_object_notify (G_OBJECT (self), "active-audio-input");
}

static void
add_switch (GstRedundantSrc * self, const GstSwitchMedium * medium,
    GstStaticPadTemplate * pad_template)
{
  g_autofree gchar *name = g_strdup_printf ("%s-switch", medium->name);
  g_autoptr (GstPadTemplate) template =
      gst_static_pad_template_get (pad_template);
  GstRedundantSwitch *element = g_object_new (GST_TYPE_REDUNDANT_SWITCH,
      "name", name, NULL);
  g_autoptr (GstPad) src = NULL;

  gst_redundant_switch_adopt (element, GST_ELEMENT (self), "redundantsrc",
      self->control, medium);
  gst_bin_add (GST_BIN (self), GST_ELEMENT (element));
  gst_redundant_switch_set_slate (element, self->slate);
  self->switches[medium->id] = element;
  g_signal_connect_object (element, "notify::active-input",
      G_CALLBACK (on_active_input), self, 0);
  src = gst_element_get_static_pad (GST_ELEMENT (element), "src");
  self->ghosts[medium->id] = gst_ghost_pad_new_from_template (medium->name,
      src, template);
  gst_element_add_pad (GST_ELEMENT (self), self->ghosts[medium->id]);
}

static void
gst_redundant_src_init (GstRedundantSrc * self)
{
  g_mutex_init (&self->lock);
  gst_switch_settings_init (&self->settings);
  gst_redundant_settings_init (&self->own);
  self->effective = self->own.media;
  self->control = gst_switch_control_new ();
  self->slate = gst_slate_new ();
  gst_switch_actions_attach (GST_ELEMENT (self), "redundantsrc", self->control);
  self->voice = gst_switch_voice_new (GST_ELEMENT (self), self->control);
  self->stats_timer = gst_stats_timer_new (GST_ELEMENT (self));
  gst_bin_set_suppressed_flags (GST_BIN (self), GST_ELEMENT_FLAG_SOURCE
      | GST_ELEMENT_FLAG_SINK | GST_ELEMENT_FLAG_PROVIDE_CLOCK
      | GST_ELEMENT_FLAG_REQUIRE_CLOCK);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE
      | GST_ELEMENT_FLAG_REQUIRE_CLOCK);
  add_switch (self, &gst_switch_medium_video, &video_template);
  add_switch (self, &gst_switch_medium_audio, &audio_template);
  self->inputs = gst_redundant_inputs_new (GST_BIN (self), self->control,
      self->switches);
  gst_redundant_src_configure_locked (self);
}

/* While the switches are still there. */
static void
gst_redundant_src_dispose (GObject * object)
{
  GstRedundantSrc *self = GST_REDUNDANT_SRC (object);

  gst_redundant_inputs_remove_all_pads (self->inputs);
  set_uris (self, NULL);
  set_audio_uris (self, NULL);
  gst_clear_object (&self->clock);
  G_OBJECT_CLASS (gst_redundant_src_parent_class)->dispose (object);
}

static void
gst_redundant_src_finalize (GObject * object)
{
  GstRedundantSrc *self = GST_REDUNDANT_SRC (object);

  gst_stats_timer_free (self->stats_timer);
  gst_redundant_inputs_free (self->inputs);
  gst_switch_voice_free (self->voice);
  gst_switch_control_unref (self->control);
  gst_slate_unref (self->slate);
  gst_redundant_settings_clear (&self->own);
  g_free (self->uris);
  g_free (self->audio_uris);
  g_free (self->merge_groups);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (gst_redundant_src_parent_class)->finalize (object);
}

static void
install_inputs (GObjectClass * klass)
{
  /**
   * GstRedundantSrc:uris:
   *
   * The inputs, best first, with blanks between.  Takes effect at once: inputs
   * that stay in the list are not touched.  In PLAYING a list that holds
   * something that is no URI is refused, and the inputs stay as they were.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_URIS,
      g_param_spec_string ("uris", "URIs",
          "The inputs, best first, with blanks between", NULL,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
          | GST_PARAM_MUTABLE_PLAYING));
  /**
   * GstRedundantSrc:audio-uris:
   *
   * Inputs of which only the sound is taken, best first, with blanks between:
   * behind the sound of all of #GstRedundantSrc:uris, until their priority is
   * changed.  Takes effect as that does.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_AUDIO_URIS,
      g_param_spec_string ("audio-uris", "Audio URIs",
          "Inputs of sound alone, best first, with blanks between", NULL,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
          | GST_PARAM_MUTABLE_PLAYING));
  /**
   * GstRedundantSrc:merge-groups:
   *
   * The merge-group of each of #GstRedundantSrc:uris by its place, with blanks
   * between; "-" is none, and so is what is missing at the end.  NULL leaves
   * the inputs' own property alone.  Takes effect at once, and for the lists
   * that are set after it.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_MERGE_GROUPS,
      g_param_spec_string ("merge-groups", "Merge groups",
          "The merge-group of each of uris, with blanks between", NULL,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
          | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_rest (GObjectClass * klass)
{
  /**
   * GstRedundantSrc:active-input:
   *
   * Name of the input whose picture is shown, "slate" when none is; of the
   * sound when there is no picture.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_ACTIVE_INPUT,
      g_param_spec_string ("active-input", "Active input",
          "The input that is shown", "slate",
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  /**
   * GstRedundantSrc:active-audio-input:
   *
   * Name of the input whose sound is heard, "slate" when none is.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_ACTIVE_AUDIO_INPUT,
      g_param_spec_string ("active-audio-input", "Active audio input",
          "The input that is heard", "slate",
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  /**
   * GstRedundantSrc:stats:
   *
   * Counters and states, application/x-redundantsrc-stats.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics", "Counters and states",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  /**
   * GstRedundantSrc:stats-interval:
   *
   * How often #GstRedundantSrc:stats is posted as an element message, in
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
install_signals (GType type)
{
  gst_switch_actions_install (type);
  gst_switch_voice_install (type);
  gst_input_actions_install (type);
  gst_media_actions_install (type);
}

static void
gst_redundant_src_class_init (GstRedundantSrcClass * klass)
{
  GObjectClass *gobject_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  gobject_class->set_property = gst_redundant_src_set_property;
  gobject_class->get_property = gst_redundant_src_get_property;
  gobject_class->dispose = gst_redundant_src_dispose;
  gobject_class->finalize = gst_redundant_src_finalize;
  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_redundant_src_change_state);
  element_class->provide_clock =
      GST_DEBUG_FUNCPTR (gst_redundant_src_provide_clock);
  element_class->send_event = GST_DEBUG_FUNCPTR (gst_redundant_src_send_event);
  element_class->request_new_pad =
      GST_DEBUG_FUNCPTR (gst_redundant_src_request_new_pad);
  element_class->release_pad =
      GST_DEBUG_FUNCPTR (gst_redundant_src_release_pad);
  GST_BIN_CLASS (klass)->handle_message =
      GST_DEBUG_FUNCPTR (gst_redundant_src_handle_message);
  gst_switch_settings_install (gobject_class);
  gst_switch_voice_install_properties (gobject_class, PROP_STATUS,
      PROP_OVERRIDE);
  gst_redundant_settings_install (gobject_class);
  install_inputs (gobject_class);
  install_rest (gobject_class);
  install_signals (G_TYPE_FROM_CLASS (klass));

  gst_element_class_add_static_pad_template (element_class, &video_template);
  gst_element_class_add_static_pad_template (element_class, &audio_template);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class,
      &audio_sink_template);
  gst_element_class_set_static_metadata (element_class,
      "Redundant source", "Generic/Source",
      "A live source with several inputs, of which any may die",
      "gst-onair contributors");
  gst_type_mark_as_plugin_api (GST_TYPE_REDUNDANT_SRC_MEDIA, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_REDUNDANT_SRC_OUTPUT, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_REDUNDANT_SRC_AV_POLICY, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_REDUNDANT_SRC_EOS_POLICY, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_REDUNDANT_SRC_STANDBY, 0);
}
