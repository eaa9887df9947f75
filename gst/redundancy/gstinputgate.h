/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Stands before the decoder of a warm input: while it is closed it keeps what a
 * decoder would need, tells the switch that the input lives, and lets nothing
 * pass; when it opens all that is kept goes first.  Of an input that is not
 * live it is always open. */
typedef struct _GstInputGate GstInputGate;

/* On the src pad `pad`, which gives access units; `decoded` is where what is
 * made of them passes, and `sink` the switch's pad that it goes to.  None of
 * them is referenced. */
GstInputGate *gst_input_gate_new (GstPad * pad, GstPad * decoded,
    GstPad * sink, gboolean open);
void gst_input_gate_unref (GstInputGate * self);

/* Any thread; with the next data.  Video closes at a key frame. */
void gst_input_gate_set_open (GstInputGate * self, gboolean open);

G_END_DECLS
