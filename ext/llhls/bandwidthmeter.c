/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bandwidthmeter.h"

#define MICROSECOND 1000
#define BITS_TIMES_US G_GUINT64_CONSTANT (8000000)

/* What is measured may exceed what was told by 10 % (Apple's authoring
 * rules). */
#define MARGIN_PERCENT 110

/* What is older than that counts half, ns. */
#define FORGET G_GUINT64_CONSTANT (86400000000000)

/* Segments in a run: none is shorter than a frame. */
#define MAX_RECENT 64

void
bandwidth_meter_init (BandwidthMeter * self, guint64 target)
{
  self->target = target;
  self->recent = g_array_new (FALSE, FALSE, sizeof (BandwidthSegment));
  self->peak_bps = 0;
  self->total_bytes = self->total_ns = 0;
}

void
bandwidth_meter_clear (BandwidthMeter * self)
{
  g_clear_pointer (&self->recent, g_array_unref);
}

void
bandwidth_meter_break (BandwidthMeter * self)
{
  g_array_set_size (self->recent, 0);
}

static guint64
rate (guint64 bytes, guint64 ns)
{
  guint64 us = ns / MICROSECOND;

  for (; bytes > G_MAXUINT64 / BITS_TIMES_US; bytes /= 2)
    us /= 2;
  return us > 0 ? bytes * BITS_TIMES_US / us : 0;
}

void
bandwidth_meter_add (BandwidthMeter * self, guint64 bytes, guint64 ns)
{
  BandwidthSegment segment = { bytes, ns };
  guint64 sum_bytes = 0, sum_ns = 0;
  guint i;

  if (self->total_ns > FORGET) {
    self->total_bytes /= 2;
    self->total_ns /= 2;
  }
  self->total_bytes += bytes;
  self->total_ns += ns;
  if (self->recent->len == MAX_RECENT)
    g_array_remove_index (self->recent, 0);
  g_array_append_val (self->recent, segment);
  for (i = self->recent->len; i > 0; i--) {
    segment = g_array_index (self->recent, BandwidthSegment, i - 1);
    sum_bytes += segment.bytes;
    sum_ns += segment.ns;
    if (sum_ns > self->target * 3 / 2)
      break;
    if (sum_ns >= self->target / 2)
      self->peak_bps = MAX (self->peak_bps, rate (sum_bytes, sum_ns));
  }
  /* No run reaches further back any more. */
  if (i > 0)
    g_array_remove_range (self->recent, 0, i);
}

guint64
bandwidth_meter_average (const BandwidthMeter * self)
{
  return rate (self->total_bytes, self->total_ns);
}

guint64
bandwidth_settle (guint64 told, guint64 measured, guint room)
{
  if (measured <= told * MARGIN_PERCENT / 100)
    return told;
  return measured * room / 100;
}
