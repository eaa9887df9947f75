/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The taps that look into what the inputs bring.
 * Locks, in this order: self->content_lock, self->lock, the control's.  The
 * content lock only keeps two changes of the taps apart; no streaming thread
 * that feeds a tap takes it. */
#include "gstredundantswitchprivate.h"

#define GST_CAT_DEFAULT gst_redundant_switch_debug

static void
on_report (gpointer user_data, ContentFault fault, gboolean bad)
{
  GstRedundantSwitchPad *pad = user_data;
  g_autoptr (GstObject) parent = gst_object_get_parent (GST_OBJECT (pad));
  GstRedundantSwitch *self = (GstRedundantSwitch *) parent;

  if (self == NULL)
    return;
  GST_INFO_OBJECT (pad, "%s %s", content_fault_nick (fault),
      bad ? "begins" : "ends");
  gst_switch_control_on_content (self->control, pad->id, fault, bad,
      gst_redundant_switch_now (self));
}

static void
set_tap (GstContentTap ** tap, GstPad * beside, GstRedundantSwitchPad * pad,
    const GstContentSettings * settings, guint faults)
{
  if (faults == 0) {
    g_clear_pointer (tap, gst_content_tap_free);
    return;
  }
  if (*tap == NULL)
    *tap = gst_content_tap_new (beside, on_report, pad);
  if (*tap != NULL)
    gst_content_tap_configure (*tap, settings, faults);
}

/* The bitrate is the coded stream's where that is known. */
static void
update_pad (GstRedundantSwitchPad * pad, const GstContentSettings * settings)
{
  guint faults = settings->fail_on, coded = 0;

  if (pad->coded != NULL) {
    coded = faults & GST_REDUNDANT_FAIL_ON_LOW_BITRATE;
    faults &= ~coded;
  }
  set_tap (&pad->tap, GST_PAD (pad), pad, settings, faults);
  set_tap (&pad->coded_tap, pad->coded, pad, settings, coded);
}

static GstContentSettings
get_settings (GstRedundantSwitch * self)
{
  g_autofree gchar *fault = NULL;
  GstContentSettings settings;

  g_mutex_lock (&self->lock);
  settings = self->settings.content;
  if (self->phase == GST_SWITCH_STOPPED)
    settings.fail_on = 0;
  g_mutex_unlock (&self->lock);
  fault = gst_content_settings_find_fault (&settings);
  if (fault != NULL) {
    GST_WARNING_OBJECT (self, "%s", fault);
    settings.fail_on = 0;
  }
  return settings;
}

void
gst_redundant_switch_update_content (GstRedundantSwitch * self)
{
  g_autoptr (GPtrArray) pads = g_ptr_array_new_with_free_func
      (gst_object_unref);
  GstContentSettings settings;
  GList *l;
  guint i;

  g_mutex_lock (&self->content_lock);
  settings = get_settings (self);
  g_mutex_lock (&self->lock);
  for (l = self->pads; l != NULL; l = l->next)
    g_ptr_array_add (pads, gst_object_ref (l->data));
  g_mutex_unlock (&self->lock);
  for (i = 0; i < pads->len; i++)
    update_pad (pads->pdata[i], &settings);
  g_mutex_unlock (&self->content_lock);
}

void
gst_redundant_switch_pad_set_coded (GstPad * gstpad, GstPad * coded)
{
  GstRedundantSwitchPad *pad = GST_REDUNDANT_SWITCH_PAD (gstpad);
  g_autoptr (GstObject) parent = gst_object_get_parent (GST_OBJECT (pad));
  GstRedundantSwitch *self = (GstRedundantSwitch *) parent;
  GstContentSettings settings;

  if (self == NULL)
    return;
  g_mutex_lock (&self->content_lock);
  settings = get_settings (self);
  g_clear_pointer (&pad->coded_tap, gst_content_tap_free);
  gst_object_replace ((GstObject **) & pad->coded, (GstObject *) coded);
  if (settings.fail_on != 0)
    update_pad (pad, &settings);
  g_mutex_unlock (&self->content_lock);
}

void
gst_redundant_switch_pad_end_content (GstRedundantSwitch * self,
    GstRedundantSwitchPad * pad)
{
  g_mutex_lock (&self->content_lock);
  g_clear_pointer (&pad->tap, gst_content_tap_free);
  g_clear_pointer (&pad->coded_tap, gst_content_tap_free);
  gst_clear_object (&pad->coded);
  g_mutex_unlock (&self->content_lock);
}

void
gst_redundant_switch_warn_of_coded_content (GstElement * element, guint faults)
{
  g_autofree gchar *text = NULL;

  faults &= GST_REDUNDANT_FAIL_ON_BLACK | GST_REDUNDANT_FAIL_ON_FREEZE
      | GST_REDUNDANT_FAIL_ON_SILENCE;
  if (faults == 0)
    return;
  text = gst_content_faults_to_string (faults);
  GST_ELEMENT_WARNING (element, LIBRARY, SETTINGS,
      ("fail-on holds \"%s\", which has no effect here: it can only be seen "
          "in decoded media, and this passes as it is; low-bitrate works.",
          text), (NULL));
}
