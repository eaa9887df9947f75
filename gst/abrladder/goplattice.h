/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  GOP_FRAME,                    /* within a GOP */
  GOP_BOUNDARY,                 /* the first frame of a GOP */
  GOP_FRAME_TOO_CLOSE,          /* in the last one's slot: leave out */
  GOP_FRAME_BACKWARDS,          /* before the last one: leave out */
} GopVerdict;

typedef struct
{
  guint64 slot;                 /* number of the frame on the lattice */
  guint64 gop;                  /* number of the GOP that it is in */
} GopFrame;

/* Which frames begin a GOP.  GOP k begins at the first frame not earlier than
 * k * G less half a frame, where G is a whole number of frames at the exact
 * rational rate: 60 frames at 30000/1001 are 2.002 s, for ever.  All rungs
 * take their boundaries from one lattice, so frames lost on one of them move
 * nothing.
 *
 * Frames need not lie on the lattice: their phase is taken from the first and
 * followed slowly, so that a source half a frame off with some jitter does
 * not fall now on one side of a boundary and now on the other.
 *
 * Plain data; one thread. */
typedef struct
{
  guint64 num, den;             /* frames per second */
  guint64 gop_frames;
  guint64 offset;               /* ns, running time 0 on the lattice */
  gint64 phase;                 /* ns, of the frames against the lattice */
  gboolean started;
  guint64 last_slot;
  guint64 last_gop;
} GopLattice;

/* G is `gop_duration` (ns) rounded to a multiple of `multiple` frames, at
 * least one.  `offset` is 0, or the UTC time of running time 0 if GOPs shall
 * start at multiples of G since the epoch. */
void gop_lattice_init (GopLattice * self, guint fps_n, guint fps_d,
    guint64 gop_duration, guint multiple, guint64 offset);

/* The next frame of the source.  The first one is always a boundary. */
GopVerdict gop_lattice_push (GopLattice * self, guint64 running_time,
    GopFrame * frame);

/* After a flush: the next frame is the first again. */
void gop_lattice_restart (GopLattice * self);

/* ns, of GOP `gop` on the lattice; may be before running time 0, then 0. */
guint64 gop_lattice_time (const GopLattice * self, guint64 gop);
guint64 gop_lattice_gop_duration (const GopLattice * self);
guint64 gop_lattice_frame_duration (const GopLattice * self);

G_END_DECLS
