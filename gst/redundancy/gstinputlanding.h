/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Where a request pad of redundantsrc ends, whatever becomes of what follows:
 * an element with pads `sink` and `src` that outlives all connections of its
 * input.  While none is linked, live data is dropped and other data waits;
 * nothing that goes wrong downstream is an error upstream. */
#define GST_TYPE_INPUT_LANDING (gst_input_landing_get_type ())
G_DECLARE_FINAL_TYPE (GstInputLanding, gst_input_landing, GST, INPUT_LANDING,
    GstElement)

GstInputLanding *gst_input_landing_new (const gchar * name);

/* Before it has data: `on_end` (streaming thread, no lock held) says that the
 * stream has ended, or that what is linked does not take it; `text` says
 * which.  `input` is referenced weakly. */
typedef void (*GstInputLandingEnd) (GstObject * input, gboolean eos,
    const gchar * text);
void gst_input_landing_set_callback (GstInputLanding * self,
    GstInputLandingEnd on_end, GstObject * input);

/* Links `src` to `sink`, which is ready for data. */
gboolean gst_input_landing_link (GstInputLanding * self, GstPad * sink);
/* If it is linked to `element`. */
void gst_input_landing_unlink (GstInputLanding * self, GstElement * element);

/* Wakes up what waits, for good: the pad is being released. */
void gst_input_landing_close (GstInputLanding * self);

G_END_DECLS
