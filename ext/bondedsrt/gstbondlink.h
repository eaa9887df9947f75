/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstbonddefaults.h"
#include "gstsrtlink.h"

G_BEGIN_DECLS

/* What became of a link, for the application. */
typedef struct
{
  const gchar *name;
  const gchar *uri;             /* without secrets */
  LinkState old_state;
  LinkState new_state;
  LinkReason reason;
  const gchar *detail;          /* nullable; the transport's own words */
  guint64 retry_in;             /* ns, 0: no retry is due */
} GstBondLinkChange;

typedef void (*GstBondLinkFunc) (const GstBondLinkChange *change,
    gpointer user_data);

/* One outgoing connection that is made again whenever it is lost: looks the
 * name up, connects, tells of its states.  The worker thread that owns it
 * drives it; every function is that thread's, and its thread-default main
 * context must be iterated. */
typedef struct _GstBondLink GstBondLink;

/* Takes `spec` (transfer full). `defaults` must outlive it. */
GstBondLink *gst_bond_link_new (const gchar *name, LinkSpec *spec,
    const GstBondTransport *transport, GstBondPoll *poll,
    const GstBondDefaults *defaults, GstBondLinkFunc func, gpointer user_data);
/* Closes at once. */
void gst_bond_link_free (GstBondLink *self);

void gst_bond_link_start (GstBondLink *self, guint64 now);
void gst_bond_link_on_timer (GstBondLink *self, guint64 now);
void gst_bond_link_on_event (GstBondLink *self, GstBondEventFlags flags,
    guint64 now);
/* Sending or receiving found it closed. */
void gst_bond_link_on_closed (GstBondLink *self, guint64 now);

const gchar *gst_bond_link_name (const GstBondLink *self);
const LinkSpec *gst_bond_link_spec (const GstBondLink *self);
const LinkLife *gst_bond_link_life (const GstBondLink *self);
GstBondSocket gst_bond_link_socket (const GstBondLink *self);
gboolean gst_bond_link_is_active (const GstBondLink *self);
guint gst_bond_link_latency_ms (const GstBondLink *self);

/* Over all its connections; asks the transport when `fresh`. */
void gst_bond_link_get_stats (GstBondLink *self, gboolean fresh,
    GstBondSocketStats *stats);

G_END_DECLS
