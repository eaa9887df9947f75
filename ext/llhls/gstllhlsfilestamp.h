/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What tells one version of a file from another; all 0: there is none. */
typedef struct
{
  guint64 device, inode, size;
  gint64 changed;               /* ns since 1970 */
} GstLlHlsFileStamp;

/* Take it before reading: what is written meanwhile is a new version then. */
void gst_llhls_file_stamp_take (GstLlHlsFileStamp * self,
    const gchar * file);
gboolean gst_llhls_file_stamp_equal (const GstLlHlsFileStamp * self,
    const GstLlHlsFileStamp * other);

G_END_DECLS
