/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define VIDEO_COLOUR_UNSPECIFIED 2

/* How colours are coded, in the numbers of ISO/IEC 23091-2. */
typedef struct
{
  gboolean told;                /* the first three are */
  guint primaries, transfer, matrix;
  gboolean full_range;
} VideoColour;

G_END_DECLS
