/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Key frames of an encoded stream and how far apart they are (ns of running
 * time).  Plain data, no locks; all zero is a fresh one. */
typedef struct
{
  guint64 keyframes;
  guint64 interval;             /* between the last two; 0 until then */
  guint64 longest;
  guint64 last;                 /* time of the last one */
  gboolean known;               /* `last` holds */
} KeyMeter;

void key_meter_on_keyframe (KeyMeter * self, guint64 time);

/* The next one follows nothing: after a flush, a jump. */
void key_meter_restart (KeyMeter * self);

G_END_DECLS
