/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What BANDWIDTH and AVERAGE-BANDWIDTH of a rendition ought to say (RFC 8216bis
 * 4.4.6.2): the peak is the highest rate of any run of segments that lasts half
 * to one and a half target durations.  No locks. */
typedef struct
{
  guint64 target;               /* ns */
  GArray *recent;               /* of BandwidthSegment, oldest first */
  guint64 peak_bps;             /* 0 = nothing measured */
  guint64 total_bytes, total_ns;
} BandwidthMeter;

typedef struct
{
  guint64 bytes, ns;
} BandwidthSegment;

void bandwidth_meter_init (BandwidthMeter * self, guint64 target);
void bandwidth_meter_clear (BandwidthMeter * self);

void bandwidth_meter_add (BandwidthMeter * self, guint64 bytes, guint64 ns);

/* The next segment does not follow the last one. */
void bandwidth_meter_break (BandwidthMeter * self);

/* 0 = nothing measured */
guint64 bandwidth_meter_average (const BandwidthMeter * self);

/* What to tell, having told `told` and measured `measured`: what was told
 * stands as long as it is near enough, since a playlist that changes all the
 * time helps nobody.  `room` is for what may still come, in percent of
 * `measured`. */
guint64 bandwidth_settle (guint64 told, guint64 measured, guint room);

#define BANDWIDTH_ROOM 110
/* Key frames grow with what there is to see. */
#define BANDWIDTH_ROOM_KEYS 200

G_END_DECLS
