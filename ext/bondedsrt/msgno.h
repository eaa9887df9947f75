/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Message numbers of SRT's data packets: 26 bits, of which 0 is reserved, so
 * that 0x3FFFFFF is followed by 1.  They are compared modulo that cycle. */
#define MSGNO_FIRST 1u
#define MSGNO_LAST 0x3FFFFFFu
#define MSGNO_CYCLE 0x3FFFFFFu

gboolean msgno_is_valid (guint32 msgno);

/* Any 32 bits (random ones, say) onto a valid number. */
guint32 msgno_from_bits (guint32 bits);

/* The number `steps` (which may be negative) after `msgno`. */
guint32 msgno_add (guint32 msgno, gint64 steps);

/* Steps from `from` to `to` on the shorter way round: negative when `to` is
 * the older one. */
gint32 msgno_distance (guint32 from, guint32 to);

G_END_DECLS
