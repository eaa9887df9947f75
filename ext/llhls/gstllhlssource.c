/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstllhlssource.h"

GSource *
gst_llhls_source_timer (GMainContext * context, guint ms, GSourceFunc function,
    gpointer data)
{
  GSource *source = g_timeout_source_new (ms);

  g_source_set_callback (source, function, data, NULL);
  g_source_attach (source, context);
  return source;
}

static GSource *
attach_idle (GMainContext * context, GSourceFunc function, gpointer data,
    GDestroyNotify free_data)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, function, data, free_data);
  g_source_attach (source, context);
  return source;
}

GSource *
gst_llhls_source_soon (GMainContext * context, GSourceFunc function,
    gpointer data)
{
  return attach_idle (context, function, data, NULL);
}

void
gst_llhls_source_invoke (GMainContext * context, GSourceFunc function,
    gpointer data, GDestroyNotify free_data)
{
  g_source_unref (attach_idle (context, function, data, free_data));
}

void
gst_llhls_source_drop (GSource ** source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}
