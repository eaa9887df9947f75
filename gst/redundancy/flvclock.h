/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Time of an FLV stream (as in RTMP), whose stamps are milliseconds in 32 bits
 * and start again after 49.7 days.  All media of a connection share it, so
 * that they pass the wrap together.  Plain data, one caller. */
typedef struct
{
  gboolean running;
  guint64 last;                 /* ms, unwrapped */
} FlvClock;

void flv_clock_init (FlvClock * self);

/* Decoding time `stamp` (ms) as one that does not wrap.  Only its lower 32
 * bits count; it may be up to 24 days before or behind the one before. */
guint64 flv_clock_unwrap (FlvClock * self, guint64 stamp);

/* Another stamp of the same buffer, e.g. of presentation. */
guint64 flv_clock_near (const FlvClock * self, guint64 stamp);

G_END_DECLS
