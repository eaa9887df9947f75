/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum
{
  GST_ELEMENT_MESSAGE_INFO,
  GST_ELEMENT_MESSAGE_WARNING,
  GST_ELEMENT_MESSAGE_CRITICAL,
} GstElementMessageSeverity;

/* Posts the element message `name` ("<element>-<fact>") in the common form of
 * docs/design/architecture.md: severity, summary and running-time come first,
 * then the typed fields given as gst_structure_new () takes them, ending with
 * NULL.  `summary` is one plain sentence for a person.
 * Any thread; call it without any lock held. */
void gst_element_message_post (GstElement * element, const gchar * name,
    GstElementMessageSeverity severity, const gchar * summary,
    const gchar * first_field, ...) G_GNUC_NULL_TERMINATED;

/* The same with the facts in a structure, whose name is the message's.
 * Takes `facts` (transfer full). */
void gst_element_message_post_structure (GstElement * element,
    GstElementMessageSeverity severity, const gchar * summary,
    GstStructure * facts);

/* Running time now by the element's clock, or GST_CLOCK_TIME_NONE while it has
 * no clock or base time. */
GstClockTime gst_element_running_time_now (GstElement * element);

G_END_DECLS
