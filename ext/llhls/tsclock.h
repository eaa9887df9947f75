/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TS_PACKET_SIZE 188

/* The clock of an MPEG transport stream (ISO 13818-1), by its PCRs, as a time
 * that everybody finds who receives it: it wraps every 26.5 hours, and is taken
 * to be within 13.25 hours of the wall clock.  The first PID with a PCR counts:
 * for streams of one program.  Plain data. */
typedef struct
{
  gboolean locked;
  guint pid;
  guint64 last;                 /* 27 MHz, as received */
  guint64 offset;               /* ns, of all wraps */
} TsClock;

void ts_clock_init (TsClock * self);

/* TRUE when `packet` has one of the clock's PCRs; then `time` is it, in ns.
 * `wall` is ns since 1970. */
gboolean ts_clock_read (TsClock * self, const guint8 * packet,
    guint64 wall, guint64 * time);

/* The first whole packet in `data`, or `size` when there is none. */
gsize ts_clock_find_packet (const guint8 * data, gsize size);

G_END_DECLS
