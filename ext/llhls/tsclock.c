/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tsclock.h"

#define SYNC 0x47
/* 2^33 ticks of 90 kHz are so many of 27 MHz, and ns, rounded down as
 * GStreamer's tsdemux does when it wraps. */
#define PERIOD (G_GUINT64_CONSTANT (300) << 33)
#define PERIOD_NS (PERIOD * 1000 / 27)

void
ts_clock_init (TsClock * self)
{
  static const TsClock zero;

  *self = zero;
}

/* ISO 13818-1, 2.4.3.4 and 2.4.3.5 */
static gboolean
read_pcr (const guint8 * p, guint64 * pcr)
{
  guint64 base;

  if (p[0] != SYNC || (p[3] & 0x20) == 0 || p[4] < 7 || (p[5] & 0x10) == 0)
    return FALSE;
  base = (guint64) p[6] << 25 | p[7] << 17 | p[8] << 9 | p[9] << 1 | p[10] >> 7;
  *pcr = base * 300 + ((p[10] & 1) << 8 | p[11]);
  return *pcr < PERIOD;
}

/* So many periods that the time is nearest to the wall clock. */
static guint64
find_offset (guint64 ns, guint64 wall)
{
  if (wall + PERIOD_NS / 2 < ns)
    return 0;
  return (wall + PERIOD_NS / 2 - ns) / PERIOD_NS * PERIOD_NS;
}

gboolean
ts_clock_read (TsClock * self, const guint8 * packet, guint64 wall,
    guint64 * time)
{
  guint pid = (packet[1] & 0x1f) << 8 | packet[2];
  guint64 pcr;

  if (!read_pcr (packet, &pcr) || (self->locked && pid != self->pid))
    return FALSE;
  if (!self->locked) {
    self->locked = TRUE;
    self->pid = pid;
    self->offset = find_offset (pcr * 1000 / 27, wall);
  } else if (pcr < self->last && self->last - pcr > PERIOD / 2) {
    self->offset += PERIOD_NS;
  }
  self->last = pcr;
  *time = pcr * 1000 / 27 + self->offset;
  return TRUE;
}

gsize
ts_clock_find_packet (const guint8 * data, gsize size)
{
  gsize i;

  for (i = 0; i + TS_PACKET_SIZE <= size; i++) {
    if (data[i] == SYNC && (i + TS_PACKET_SIZE == size
            || data[i + TS_PACKET_SIZE] == SYNC))
      return i;
  }
  return size;
}
