/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  AU_CODEC_H264,
  AU_CODEC_H265,
  AU_CODEC_AUDIO,               /* each frame is one to begin with */
} AuCodec;

/* Whether a decoder can begin with this access unit (a byte stream): H.264 IDR
 * or H.265 IRAP (7.4.2.2), with parameter sets before it.  An I picture that
 * others behind it may look past is none. */
gboolean au_is_key (AuCodec codec, const guint8 * data, gsize size);

G_END_DECLS
