/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The grid on which frames of a constant rate lie, in ticks of a time scale
 * that divides a frame without rest, so that nothing drifts in any number of
 * hours.  Plain data; a `frame` of 0 is a stream without a constant rate, whose
 * times are only rounded to ticks. */
typedef struct
{
  guint32 timescale;            /* ticks a second */
  guint64 frame;                /* ticks a frame */
  gboolean locked;
  guint64 anchor;               /* ticks of one frame on the grid */
} Lattice;

/* ns to ticks and back, rounded half up, exact for any guint64 of ns. */
guint64 lattice_ticks (guint64 ns, guint32 timescale);
guint64 lattice_ns (guint64 ticks, guint32 timescale);

/* From frames a second as a fraction; 0 when unknown. */
void lattice_init_video (Lattice * self, guint fps_n, guint fps_d);
void lattice_init_audio (Lattice * self, guint rate, guint frame_samples);

/* The grid point nearest to a time; the first time asked for is the anchor. */
guint64 lattice_snap (Lattice * self, guint64 ns);

G_END_DECLS
