/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A clock that a machine can read from a picture, after any scaling: one row of
 * CLOCK_STRIP_CELLS equal cells over the full width, black or white.
 *   white black | 24 bits of time, most significant first | 4 bits check | ...
 *   black white
 * The time is Unix time in ms, modulo 2^24 (4 h 39 min).  The check is the sum
 * of the time's six nibbles plus 5, modulo 16. */
#define CLOCK_STRIP_CELLS 32
#define CLOCK_STRIP_MODULO (1u << 24)

/* One bit a cell, leftmost cell in the most significant bit. */
guint32 clock_strip_encode (guint64 unix_ms);

/* FALSE when the cells hold no strip; *ms is below CLOCK_STRIP_MODULO. */
gboolean clock_strip_decode (guint32 cells, guint32 * ms);

/* Draws over the top `height` rows of an 8-bit luma plane. */
void clock_strip_draw_luma (guint8 * luma, guint stride, guint width,
    guint height, guint32 cells);

G_END_DECLS
