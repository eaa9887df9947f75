/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstelementmessage.h"

static const gchar *const severity_nicks[] = {
  "info", "warning", "critical",
};

GstClockTime
gst_element_running_time_now (GstElement * element)
{
  g_autoptr (GstClock) clock = NULL;
  GstClockTime base_time, now;

  /* Elements ask for each buffer: one lock, not two. */
  GST_OBJECT_LOCK (element);
  base_time = element->base_time;
  if (element->clock != NULL)
    clock = gst_object_ref (element->clock);
  GST_OBJECT_UNLOCK (element);
  if (clock == NULL || !GST_CLOCK_TIME_IS_VALID (base_time))
    return GST_CLOCK_TIME_NONE;
  now = gst_clock_get_time (clock);
  return now >= base_time ? now - base_time : 0;
}

void
gst_element_message_post_structure (GstElement * element,
    GstElementMessageSeverity severity, const gchar * summary,
    GstStructure * facts)
{
  gst_structure_set (facts,
      "severity", G_TYPE_STRING, severity_nicks[severity],
      "summary", G_TYPE_STRING, summary,
      "running-time", G_TYPE_UINT64, gst_element_running_time_now (element),
      NULL);
  gst_element_post_message (element,
      gst_message_new_element (GST_OBJECT (element), facts));
}

void
gst_element_message_post (GstElement * element, const gchar * name,
    GstElementMessageSeverity severity, const gchar * summary,
    const gchar * first_field, ...)
{
  GstStructure *facts;
  va_list args;

  va_start (args, first_field);
  facts = gst_structure_new_empty (name);
  if (first_field != NULL)
    gst_structure_set_valist (facts, first_field, args);
  va_end (args);
  gst_element_message_post_structure (element, severity, summary, facts);
}
