/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What redundantsrc does on its way up and down: checks, the media that take
 * part, the switches, the clock.
 * Locks: gstredundantsrcprivate.h. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstredundantsrcprivate.h"

#include "gstelementmessage.h"

GST_DEBUG_CATEGORY_EXTERN (gst_redundant_src_debug);
#define GST_CAT_DEFAULT gst_redundant_src_debug

#define MARGIN_MS 100
/* While a packet is missing a merge waits, for as much more than its window. */
#define MERGE_MARGIN_MS 150

static gboolean
check_content (GstRedundantSrc * self)
{
  GstContentSettings settings;
  guint coded, faults;

  g_mutex_lock (&self->lock);
  settings = self->settings.content;
  coded = self->effective & gst_redundant_settings_encoded (&self->own);
  g_mutex_unlock (&self->lock);
  if (!gst_content_settings_check (&settings, GST_ELEMENT (self)))
    return FALSE;
  faults = coded & GST_REDUNDANT_SRC_MEDIA_VIDEO
      ? GST_REDUNDANT_FAIL_ON_BLACK | GST_REDUNDANT_FAIL_ON_FREEZE : 0;
  if (coded & GST_REDUNDANT_SRC_MEDIA_AUDIO)
    faults |= GST_REDUNDANT_FAIL_ON_SILENCE;
  gst_redundant_switch_warn_of_coded_content (GST_ELEMENT (self),
      settings.fail_on & faults);
  return TRUE;
}

/* The inputs' own, which may have been set one by one. */
static gboolean
check_uris (GstRedundantSrc * self)
{
  g_autoptr (GPtrArray) inputs = gst_redundant_inputs_get (self->inputs);
  g_autofree gchar *bad = NULL;
  guint i;

  for (i = 0; i < inputs->len && bad == NULL; i++) {
    g_autofree gchar *uri = gst_redundant_input_dup_uri (inputs->pdata[i]);
    bad = gst_redundant_inputs_find_bad_uri (uri);
  }
  if (inputs->len == 0) {
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS,
        ("uris is empty and no sink pad is there; one or more URIs with blanks "
            "between are needed, or a pad."), (NULL));
  } else if (bad != NULL) {
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS,
        ("uris or audio-uris hold \"%s\", which is no URI; scheme://... is "
            "allowed.", bad), (NULL));
  }
  return inputs->len > 0 && bad == NULL;
}

/* What is wanted and linked; all that is wanted when nothing is linked. */
static void
find_effective_media (GstRedundantSrc * self)
{
  guint i, linked = 0;

  for (i = 0; i < N_MEDIA; i++) {
    if (gst_pad_is_linked (self->ghosts[i]))
      linked |= 1u << i;
  }
  g_mutex_lock (&self->lock);
  self->effective = self->own.media & linked;
  if (self->effective == 0)
    self->effective = self->own.media;
  for (i = 0; i < N_MEDIA; i++) {
    gst_element_set_locked_state (GST_ELEMENT (self->switches[i]),
        !(self->effective & (1u << i)));
  }
  g_mutex_unlock (&self->lock);
}

/* A switch that was left out stays in READY, from where it goes to NULL like
 * all others. */
void
gst_redundant_src_unlock_switches (GstRedundantSrc * self)
{
  guint i;

  for (i = 0; i < N_MEDIA; i++)
    gst_element_set_locked_state (GST_ELEMENT (self->switches[i]), FALSE);
}

gboolean
gst_redundant_src_start (GstRedundantSrc * self)
{
  static const GstSwitchMedium *const media[N_MEDIA][2] = {
    {&gst_switch_medium_video, &gst_switch_medium_encoded_video},
    {&gst_switch_medium_audio, &gst_switch_medium_encoded_audio},
  };
  guint group = gst_util_group_id_next (), timeout, latency, window, i;

  if (!check_uris (self) || !gst_slate_check (self->slate, GST_ELEMENT (self)))
    return FALSE;
  find_effective_media (self);
  if (!check_content (self))
    return FALSE;
  g_mutex_lock (&self->lock);
  self->clock_started = FALSE;
  gst_redundant_src_configure_locked (self);
  gst_switch_control_set_video_leads (self->control, self->effective
      & gst_redundant_settings_encoded (&self->own)
      & GST_REDUNDANT_SRC_MEDIA_VIDEO);
  timeout = self->settings.timeout_ms + self->settings.hold_off_ms;
  latency = self->settings.latency_ms;
  window = self->own.merge_window_ms;
  for (i = 0; i < N_MEDIA; i++) {
    gst_redundant_switch_set_group (self->switches[i], group);
    gst_redundant_switch_set_medium (self->switches[i],
        media[i][gst_redundant_settings_encoded (&self->own) >> i & 1]);
    gst_redundant_switch_set_caps (self->switches[i], self->own.caps[i]);
  }
  g_mutex_unlock (&self->lock);
  if (latency < timeout + MARGIN_MS) {
    GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS,
        ("latency is %u ms: a failover loses frames unless it is at least "
            "%u ms, timeout + hold-off + %u", latency, timeout + MARGIN_MS,
            MARGIN_MS), (NULL));
  }
  if (timeout < window + MERGE_MARGIN_MS
      && gst_redundant_inputs_has_groups (self->inputs)) {
    GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS,
        ("timeout is too short for merge-window %u ms: a packet that all "
            "members lose is taken for a failure unless it is at least %u ms",
            window, window + MERGE_MARGIN_MS), (NULL));
  }
  return TRUE;
}

/* The clock runs (again). */
void
gst_redundant_src_start_clock (GstRedundantSrc * self)
{
  GstClockTime now = gst_element_running_time_now (GST_ELEMENT (self));
  g_autoptr (GstClock) clock = gst_element_get_clock (GST_ELEMENT (self));
  GstRedundantInputConfig config;
  gboolean first;

  g_mutex_lock (&self->lock);
  config = gst_redundant_settings_config (&self->own, self->effective);
  first = !self->clock_started;
  self->clock_started = TRUE;
  g_mutex_unlock (&self->lock);
  if (first)
    gst_switch_control_start (self->control, GST_CLOCK_TIME_IS_VALID (now)
        ? now : 0);
  else
    gst_switch_control_rebase (self->control);
  if (gst_object_replace ((GstObject **) & self->clock, GST_OBJECT (clock))
      && !first)
    gst_redundant_inputs_set_base_time (self->inputs,
        gst_element_get_base_time (GST_ELEMENT (self)));
  if (!gst_redundant_inputs_is_started (self->inputs))
    gst_redundant_inputs_start (self->inputs, &config);
}

/* The bin's own way asks all children how their last change went, locked ones
 * as well: an input that is still connecting would make this change wait, and
 * begin again without a pause, until it has. */
GstStateChangeReturn
gst_redundant_src_set_switches (GstRedundantSrc * self, GstState state)
{
  GstClockTime base_time = gst_element_get_base_time (GST_ELEMENT (self));
  GstStateChangeReturn result = GST_STATE_CHANGE_SUCCESS;
  guint i;

  for (i = 0; i < N_MEDIA; i++) {
    GstElement *element = GST_ELEMENT (self->switches[i]);

    if (gst_element_is_locked_state (element))
      continue;
    gst_element_set_base_time (element, base_time);
    if (gst_element_set_state (element, state) == GST_STATE_CHANGE_FAILURE)
      result = GST_STATE_CHANGE_FAILURE;
  }
  return result;
}

/* The last thing it says, whoever listens. */
void
gst_redundant_src_end_speaking (GstRedundantSrc * self)
{
  gst_switch_voice_stop (self->voice);
  gst_switch_control_stop (self->control);
  if (gst_switch_control_take_status_change (self->control))
    g_object_notify (G_OBJECT (self), "status");
}
