/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstelementmessage.h"

G_BEGIN_DECLS

/* Something to tell that was found under a lock, for whoever comes by without
 * one: a list of these, newest first. */
typedef struct
{
  GstElementMessageSeverity severity;
  gchar *summary;
  GstStructure *facts;          /* its name is the fact's, without a prefix */
} GstSwitchNews;

/* `facts` and `summary` (transfer full). */
GList *gst_switch_news_prepend (GList * list,
    GstElementMessageSeverity severity, gchar * summary, GstStructure * facts);

/* Posts them in order as "<prefix>-<fact>".  Takes the list; without any lock
 * held. */
void gst_switch_news_post (GList * list, GstElement * element,
    const gchar * prefix);
void gst_switch_news_free (GList * list);

G_END_DECLS
