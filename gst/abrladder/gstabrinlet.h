/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstabroutlet.h"
#include "gstabrrung.h"

G_BEGIN_DECLS

/* Before a rung's chain: builds the chain when the caps arrive, asks for key
 * frames, and takes whatever the encoder returns, so that the queue before it
 * always gets OK. */
#define GST_TYPE_ABR_INLET (gst_abr_inlet_get_type ())
G_DECLARE_FINAL_TYPE (GstAbrInlet, gst_abr_inlet, GST, ABR_INLET, GstElement)

/* `outlet` is the same rung's. */
GstAbrInlet *gst_abr_inlet_new (GstAbrRung * rung, GstAbrOutlet * outlet);

G_END_DECLS
