/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What an AudioSpecificConfig (ISO 14496-3 1.6.2.1) says, in terms of what
 * comes out of the decoder. */
typedef struct
{
  guint object_type;            /* 2 AAC-LC, 5 HE-AAC, 29 HE-AACv2 */
  guint rate;                   /* Hz, with SBR */
  guint channels;
  guint frame_samples;          /* at `rate` */
  guint configuration;          /* of the core's channels, 0 = by a program */
} AacConfig;

/* FALSE when it is cut off or names nothing that can be served. */
gboolean aac_config_parse (AacConfig * self, const guint8 * data, gsize size);

/* A frame in which nothing is to be heard.
 * Returns: (transfer full) (nullable): NULL for more channels than 7.1 has, or
 * such as a program config element names. */
GBytes *aac_config_silence (const AacConfig * self);

/* Takes the ADTS header (1.A.2.2) off a frame: gives the offset of the raw
 * frame and the AudioSpecificConfig that it stands for.
 * Returns: (transfer full) (nullable): the config's two bytes, or NULL. */
GBytes *aac_config_from_adts (const guint8 * data, gsize size, gsize * offset,
    gsize * length);

G_END_DECLS
