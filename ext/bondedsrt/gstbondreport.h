/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "bondstate.h"
#include "gstbondlink.h"

G_BEGIN_DECLS

/* The messages that both elements share.  Any thread, no lock held. */

/* Posts `bondedsrt-link`; a GstBondLinkFunc. */
void gst_bond_report_link (const GstBondLinkChange *change, gpointer element);

/* Posts `bondedsrt-bond`; `bond_changed` of sender and receiver. */
void gst_bond_report_bond (const BondChange *change, guint active,
    guint wanted, gpointer element);

/* Posts the (LIBRARY, SETTINGS) error of a property. */
void gst_bond_report_settings (GstElement *element, const gchar *property,
    const GError *error);

G_END_DECLS
