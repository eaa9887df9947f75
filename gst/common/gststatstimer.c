/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gststatstimer.h"

struct _GstStatsTimer
{
  GWeakRef element;
  guint interval_ms;
  gboolean started;
  GstClockID id;
};

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static gboolean
post_stats (GstClock * clock, GstClockTime time, GstClockID id, gpointer data)
{
  g_autoptr (GstElement) element = g_weak_ref_get (data);
  GstStructure *stats = NULL;

  if (element == NULL)
    return TRUE;
  g_object_get (element, "stats", &stats, NULL);
  if (stats != NULL) {
    gst_element_post_message (element,
        gst_message_new_element (GST_OBJECT (element), stats));
  }
  return TRUE;
}

GstStatsTimer *
gst_stats_timer_new (GstElement * element)
{
  GstStatsTimer *self = g_new0 (GstStatsTimer, 1);

  g_weak_ref_init (&self->element, element);
  return self;
}

static void
disarm (GstStatsTimer * self)
{
  if (self->id == NULL)
    return;
  gst_clock_id_unschedule (self->id);
  g_clear_pointer (&self->id, gst_clock_id_unref);
}

static void
rearm (GstStatsTimer * self)
{
  g_autoptr (GstElement) element = NULL;
  g_autoptr (GstClock) clock = NULL;
  GstClockTime interval = self->interval_ms * GST_MSECOND;
  GWeakRef *ref;

  disarm (self);
  if (!self->started || interval == 0)
    return;
  element = g_weak_ref_get (&self->element);
  if (element == NULL)
    return;
  ref = g_new0 (GWeakRef, 1);
  g_weak_ref_init (ref, element);
  clock = gst_system_clock_obtain ();
  self->id = gst_clock_new_periodic_id (clock,
      gst_clock_get_time (clock) + interval, interval);
  gst_clock_id_wait_async (self->id, post_stats, ref, weak_ref_free);
}

void
gst_stats_timer_set_interval (GstStatsTimer * self, guint interval_ms)
{
  self->interval_ms = interval_ms;
  rearm (self);
}

void
gst_stats_timer_start (GstStatsTimer * self)
{
  self->started = TRUE;
  rearm (self);
}

void
gst_stats_timer_stop (GstStatsTimer * self)
{
  self->started = FALSE;
  disarm (self);
}

void
gst_stats_timer_free (GstStatsTimer * self)
{
  disarm (self);
  g_weak_ref_clear (&self->element);
  g_free (self);
}
