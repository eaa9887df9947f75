/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "blackdetect.h"

G_BEGIN_DECLS

/* Blocks that a picture is reduced to, at most: 8160 for 1080p. */
#define FREEZE_DETECT_MAX_BLOCKS 12288

/* Compares reduced pictures with the last one that moved.  That reference, and
 * not the picture before, is what shows a freeze behind an encoder: it refines
 * a still picture for seconds and makes it anew at each key frame, by little
 * each time.  The largest change of any block counts, so that a cursor on a
 * slide is life.  Plain data of fixed size; one caller. */
typedef struct
{
  guint width, height, block;   /* of the pictures, samples */
  guint n_blocks;
  gboolean has_reference;
  gboolean still;               /* since the reference */
  guint moving;                 /* pictures in a row that differ, while still */
  guint8 reference[FREEZE_DETECT_MAX_BLOCKS];   /* means, 0 to 255 */
  guint8 current[FREEZE_DETECT_MAX_BLOCKS];
} FreezeDetect;

typedef struct
{
  gboolean still;               /* the picture stands */
  gdouble change;               /* of the block that changed most, 0 to 255 */
} FreezeSample;

/* The next picture has nothing to be compared with. */
void freeze_detect_reset (FreezeDetect * self);

/* A picture stands while no block's mean is `threshold` (0 to 255) away from
 * the reference; three pictures in a row that are, or one that is three times
 * as far, end that.  FALSE if the plane makes no sense. */
gboolean freeze_detect_feed (FreezeDetect * self, const LumaPlane * plane,
    gdouble threshold, FreezeSample * sample);

G_END_DECLS
