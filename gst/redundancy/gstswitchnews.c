/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstswitchnews.h"

static void
news_free (gpointer data)
{
  GstSwitchNews *news = data;

  g_clear_pointer (&news->facts, gst_structure_free);
  g_free (news->summary);
  g_free (news);
}

GList *
gst_switch_news_prepend (GList * list, GstElementMessageSeverity severity,
    gchar * summary, GstStructure * facts)
{
  GstSwitchNews *news = g_new (GstSwitchNews, 1);

  news->severity = severity;
  news->summary = summary;
  news->facts = facts;
  return g_list_prepend (list, news);
}

void
gst_switch_news_post (GList * list, GstElement * element, const gchar * prefix)
{
  GList *l;

  list = g_list_reverse (list);
  for (l = list; l != NULL; l = l->next) {
    GstSwitchNews *news = l->data;
    g_autofree gchar *name = g_strdup_printf ("%s-%s", prefix,
        gst_structure_get_name (news->facts));

    GST_INFO_OBJECT (element, "%s", news->summary);
    gst_structure_set_name (news->facts, name);
    gst_element_message_post_structure (element, news->severity,
        news->summary, g_steal_pointer (&news->facts));
  }
  gst_switch_news_free (list);
}

void
gst_switch_news_free (GList * list)
{
  g_list_free_full (list, news_free);
}
