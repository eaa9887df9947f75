/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "aacconfig.h"
#include "avcparam.h"

G_BEGIN_DECLS

/* The CODECS elements of RFC 6381.  Returns: (transfer full) */
gchar *codec_string_avc (const AvcSps * sps);
gchar *codec_string_aac (const AacConfig * config);

G_END_DECLS
