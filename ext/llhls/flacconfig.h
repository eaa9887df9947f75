/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What STREAMINFO (RFC 9639 8.2) says. */
typedef struct
{
  guint min_block, max_block;   /* samples */
  guint rate;                   /* Hz */
  guint channels;
  guint depth;                  /* bits */
} FlacConfig;

/* From a header packet: the Ogg mapping's first ("\177FLAC"), "fLaC" with
 * STREAMINFO behind it, or the metadata block alone.  FALSE when there is
 * none that can be served.  `block` gets the 34 bytes that dfLa needs, without
 * what only the end of a file knows. */
#define FLAC_STREAMINFO_BYTES 34
gboolean flac_config_parse (FlacConfig * self, const guint8 * data,
    gsize size, guint8 * block);

/* The body of a dfLa box behind its version and flags (FLAC in ISOBMFF
 * 3.3.2).  Returns: (transfer full) */
GBytes *flac_config_box (const guint8 * block);

/* Samples in a frame (9.1), 0 when the bytes are none. */
guint flac_frame_samples (const guint8 * data, gsize size);

G_END_DECLS
