/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "aacconfig.h"
#include "av1param.h"
#include "avcparam.h"
#include "hevcparam.h"

G_BEGIN_DECLS

/* The CODECS elements of RFC 6381; those of H.265 by ISO 14496-15 E.3, of AV1
 * by AV1-ISOBMFF 5.  Returns: (transfer full) */
gchar *codec_string_avc (const AvcSps * sps);
gchar *codec_string_hevc (const HevcSps * sps);
gchar *codec_string_av1 (const Av1Sequence * sequence);
gchar *codec_string_aac (const AacConfig * config);

G_END_DECLS
