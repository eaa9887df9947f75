/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstabrrung.h"

G_BEGIN_DECLS

/* Behind a rung's chain: puts what the encoder gives back on the ladder's
 * timeline, proves the key frames, and keeps downstream's returns, key unit
 * requests and QoS away from the encoder. */
#define GST_TYPE_ABR_OUTLET (gst_abr_outlet_get_type ())
G_DECLARE_FINAL_TYPE (GstAbrOutlet, gst_abr_outlet, GST, ABR_OUTLET,
    GstElement)

GstAbrOutlet *gst_abr_outlet_new (GstAbrRung * rung);

/* For the inlet, in the rung's thread, while no encoder does it: time goes on
 * without frames; the end, unless it was sent already. */
void gst_abr_outlet_send_gap (GstAbrOutlet * self, GstClockTime running_time);
void gst_abr_outlet_send_eos (GstAbrOutlet * self);

/* From any thread: a flush that no encoder passes on. */
void gst_abr_outlet_send_flush (GstAbrOutlet * self, GstEvent * event);

G_END_DECLS
