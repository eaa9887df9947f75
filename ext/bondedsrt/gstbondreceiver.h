/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "bondstate.h"
#include "gstbondlink.h"
#include "msgmerge.h"

G_BEGIN_DECLS

/* Takes what comes over all its legs (callers that were let in, or links of
 * its own) and makes one stream of it.  A worker thread owns the sockets and
 * the merge; read () hands the stream out.
 *
 * The callbacks come from the worker, without a lock. */
typedef struct _GstBondReceiver GstBondReceiver;

typedef struct
{
  GstBondLinkFunc link_changed;
  void (*bond_changed) (const BondChange *change, guint active, guint wanted,
      gpointer user_data);
  gpointer user_data;
} GstBondReceiverCallbacks;

typedef struct
{
  GstBondDefaults defaults;     /* copied */
  guint64 gap_timeout;          /* ns, 0: adaptive */
  guint64 gap_limit;            /* ns */
  guint max_links;
} GstBondReceiverConfig;

typedef struct
{
  GstBuffer *buffer;            /* transfer full, without timestamps */
  guint64 due;                  /* gst_util_get_timestamp () when it was due */
  gboolean discont;
  MsgCut cut;
  guint64 lost;
} GstBondReceived;

/* Takes `spec` (transfer full). */
GstBondReceiver *gst_bond_receiver_new (const GstBondTransport *transport,
    LinkSpec *spec, const GstBondReceiverConfig *config,
    const GstBondReceiverCallbacks *callbacks);

/* Opens the port. */
gboolean gst_bond_receiver_start (GstBondReceiver *self, GError **error);

/* Closes every leg and joins the worker. */
void gst_bond_receiver_free (GstBondReceiver *self);

/* Waits for the next message; FALSE while it is flushing. */
gboolean gst_bond_receiver_read (GstBondReceiver *self,
    GstBondReceived *received);
void gst_bond_receiver_set_flushing (GstBondReceiver *self,
    gboolean flushing);

/* Returns: (transfer full) */
GstStructure *gst_bond_receiver_get_stats (GstBondReceiver *self,
    const gchar *name);

G_END_DECLS
