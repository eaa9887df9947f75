/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "bondstate.h"
#include "gstbondlink.h"

G_BEGIN_DECLS

/* Sends one stream of messages over all its links.  push () only puts the
 * message into the history; a worker thread owns the links and the sockets and
 * brings each link forward at the link's own pace.
 *
 * The callbacks come from the worker, without a lock. */
typedef struct _GstBondSender GstBondSender;

typedef struct
{
  GstBondLinkFunc link_changed;
  void (*bond_changed) (const BondChange *change, guint active, guint wanted,
      gpointer user_data);
  gpointer user_data;
} GstBondSenderCallbacks;

/* Takes `specs` (transfer full); `defaults` are copied. */
GstBondSender *gst_bond_sender_new (const GstBondTransport *transport,
    GPtrArray *specs, const GstBondDefaults *defaults,
    const GstBondSenderCallbacks *callbacks);

/* FALSE when the transport is not to be had. */
gboolean gst_bond_sender_start (GstBondSender *self);

/* Closes every link and joins the worker. */
void gst_bond_sender_free (GstBondSender *self);

/* From here on any thread. */

/* Links that are in both lists live on undisturbed.  Takes `specs` (transfer
 * full). */
void gst_bond_sender_set_links (GstBondSender *self, GPtrArray *specs);

/* One message of at most GST_BOND_MESSAGE_MAX bytes; copies it. */
void gst_bond_sender_push (GstBondSender *self, gconstpointer data,
    gsize size);

/* Waits until one link is active; FALSE when it was unlocked. */
gboolean gst_bond_sender_wait_active (GstBondSender *self);

/* Waits until the receivers have given everything out, or the latency has
 * passed, or it is unlocked. */
void gst_bond_sender_drain (GstBondSender *self);

/* While TRUE the waits return at once. */
void gst_bond_sender_set_flushing (GstBondSender *self, gboolean flushing);

/* Returns: (transfer full) */
GstStructure *gst_bond_sender_get_stats (GstBondSender *self,
    const gchar *name);

G_END_DECLS
