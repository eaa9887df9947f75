/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What the system knows of a TCP connection.  GLib has no way to ask. */

/* Sends what is written at once. */
void gst_llhls_tcp_set_no_delay (GSocket * socket);

/* `taken`: bytes that the peer's system has acknowledged; `gone`: the peer has
 * closed its side.  FALSE, with both untouched, where it can't be had. */
gboolean gst_llhls_tcp_info (GSocket * socket, guint64 * taken,
    gboolean * gone);

/* To be called before TLS is closed, whose goodbye GLib waits for: where there
 * is no room for it, there is none.  What is written already goes out. */
void gst_llhls_tcp_finish (GSocket * socket);

/* Ends the connection without a goodbye and drops what is not sent.  The
 * descriptor stays open: who owns the socket sees an end of file. */
void gst_llhls_tcp_abort (GSocket * socket);

G_END_DECLS
