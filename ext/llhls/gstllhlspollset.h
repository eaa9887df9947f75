/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Many sockets that are waited for as one source of a main context: a main loop
 * looks at each of its sources in every round, epoll only at what happened.
 * One thread, the context's. */
typedef struct _GstLlHlsPollSet GstLlHlsPollSet;

/* Something can be read.  May remove this socket, and no other. */
typedef void (*GstLlHlsPollFunc) (gpointer data);

GstLlHlsPollSet *gst_llhls_poll_set_new (GMainContext * context,
    GstLlHlsPollFunc function);

/* What is still in the set is not told of any more, and has to be removed. */
void gst_llhls_poll_set_free (GstLlHlsPollSet * self);

/* What to remove it by. */
gpointer gst_llhls_poll_set_add (GstLlHlsPollSet * self, GSocket * socket,
    gpointer data);

/* The function is called when something has come, and not again before more
 * does, though nobody has read it.
 * Returns: (nullable): NULL where the system cannot. */
gpointer gst_llhls_poll_set_add_for_news (GstLlHlsPollSet * self,
    GSocket * socket, gpointer data);

/* To be called before the socket is closed, or at least while nobody else can
 * have been given its number. */
void gst_llhls_poll_set_remove (GstLlHlsPollSet * self, gpointer entry);

G_END_DECLS
