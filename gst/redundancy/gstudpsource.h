/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Sources of udp:// (MPEG-TS) and rtp:// (MPEG-TS, or one stream of a codec
 * that the URI names).  Any thread; nothing is kept. */

/* A udpsrc that is bound to what the URI says.  (transfer floating) (nullable)
 * with `error`; `missing` (nullable) names what is not installed. */
GstElement *gst_udp_source_new (const gchar * uri, GstElement * owner,
    GstMessage ** missing, GError ** error);

/* What follows it for rtp://: a bin with a jitterbuffer of `latency_ms` (0:
 * what the URI says) and a depayloader.  The same of the rest. */
GstElement *gst_rtp_front_new (const gchar * uri, guint latency_ms,
    GstElement * owner, GstMessage ** missing, GError ** error);

/* What an rtp:// URI's packets are.  (transfer full) (nullable) */
GstCaps *gst_rtp_uri_get_caps (const gchar * uri, GError ** error);

/* How long a missing packet is waited for, ms. */
guint gst_rtp_uri_get_latency (const gchar * uri);

/* Does an rtp:// URI bring MPEG-TS? */
gboolean gst_rtp_uri_is_ts (const gchar * uri);

G_END_DECLS
