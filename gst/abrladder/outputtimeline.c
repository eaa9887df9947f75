/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "outputtimeline.h"

void
output_timeline_init (OutputTimeline * self)
{
  self->started = FALSE;
  self->last_dts = 0;
}

gboolean
output_timeline_map (OutputTimeline * self, guint64 running_time,
    gint64 reorder, OutputStamp * stamp)
{
  if (running_time < OUTPUT_TIMELINE_SHIFT)
    return FALSE;
  stamp->pts = running_time - OUTPUT_TIMELINE_SHIFT;
  stamp->dts = stamp->pts;
  if (reorder > 0)
    stamp->dts -= MIN (stamp->pts, (guint64) reorder);
  if (self->started && stamp->dts <= self->last_dts)
    stamp->dts = MIN (self->last_dts + 1, stamp->pts);
  self->started = TRUE;
  self->last_dts = MAX (self->last_dts, stamp->dts);
  return TRUE;
}
