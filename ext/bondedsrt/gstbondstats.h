/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstsrtlink.h"

G_BEGIN_DECLS

/* Adds `b`'s counters to `a`'s and takes over its gauges. */
void gst_bond_socket_stats_add (GstBondSocketStats *a,
    const GstBondSocketStats *b);

/* Fields named as srtsink's and srtsrc's. */
void gst_bond_stats_set_sender (GstStructure *structure,
    const GstBondSocketStats *stats);
void gst_bond_stats_set_receiver (GstStructure *structure,
    const GstBondSocketStats *stats);

/* Sets the array `field` to `structures` (transfer full). */
void gst_bond_stats_take_list (GstStructure *structure, const gchar *field,
    GPtrArray *structures);

G_END_DECLS
