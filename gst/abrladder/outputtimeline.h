/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Encoders work on the ladder's running time moved by this much, 1000 h.  It
 * is what GStreamer's x264enc, x265enc, nvh264enc, vah264enc and libav encoders
 * would add themselves, to keep DTS positive.  A frame that has it already is
 * not moved again, and that is worth a lot:
 *  - GStreamer before 1.24.13 and 1.26.1 takes the running time of a key frame
 *    request by a segment that lacks the move until the first output; one
 *    request in that time and all later ones are ignored.  Here both agree
 *    from the first frame on.
 *  - all encoders, moving or not, come out on one timeline. */
#define OUTPUT_TIMELINE_SHIFT (G_GUINT64_CONSTANT (1000) * 3600 * 1000000000)

/* From an encoder's timestamps back to the ladder's running time.  PTS is
 * exact.  DTS is at most PTS and never falls; DTS before running time 0, from
 * reordered frames at the very start, is held at 0.
 * Plain data; one thread. */
typedef struct
{
  gboolean started;
  guint64 last_dts;             /* ns */
} OutputTimeline;

typedef struct
{
  guint64 pts, dts;             /* ns of running time */
} OutputStamp;

void output_timeline_init (OutputTimeline * self);

/* `running_time` is the encoder's, by its own segment; `reorder` is its PTS -
 * DTS.  FALSE if the frame is before running time 0. */
gboolean output_timeline_map (OutputTimeline * self, guint64 running_time,
    gint64 reorder, OutputStamp * stamp);

G_END_DECLS
