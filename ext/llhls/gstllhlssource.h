/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Sources of a main context that is not the thread's default one, at
 * G_PRIORITY_DEFAULT. */

/* Calls `function` every `ms`.  Returns: (transfer full) */
GSource *gst_llhls_source_timer (GMainContext * context, guint ms,
    GSourceFunc function, gpointer data);

/* Calls `function` as soon as the context gets to it.
 * Returns: (transfer full) */
GSource *gst_llhls_source_soon (GMainContext * context, GSourceFunc function,
    gpointer data);

/* The same for once.  Any thread. */
void gst_llhls_source_invoke (GMainContext * context, GSourceFunc function,
    gpointer data, GDestroyNotify free_data);

/* Ends it, if there is one. */
void gst_llhls_source_drop (GSource ** source);

G_END_DECLS
