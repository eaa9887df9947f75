/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "codecstring.h"

gchar *
codec_string_avc (const AvcSps * sps)
{
  return g_strdup_printf ("avc1.%02x%02x%02x", sps->profile, sps->constraints,
      sps->level);
}

gchar *
codec_string_aac (const AacConfig * config)
{
  return g_strdup_printf ("mp4a.40.%u", config->object_type);
}
