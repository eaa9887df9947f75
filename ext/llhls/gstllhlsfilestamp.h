/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GST_LLHLS_FILE_STAMP_DIGEST 32

/* What tells one version of a file from another; all 0: there is none.  The
 * time of the last change alone would not: systems count it in ticks of some
 * milliseconds, or of two seconds, and copying keeps it. */
typedef struct
{
  guint64 device, inode, size;
  gint64 changed;               /* ns since 1970 */
  guint8 digest[GST_LLHLS_FILE_STAMP_DIGEST];   /* 0 of large and odd files */
} GstLlHlsFileStamp;

/* Take it before reading: what is written meanwhile is a new version then. */
void gst_llhls_file_stamp_take (GstLlHlsFileStamp * self,
    const gchar * file);
gboolean gst_llhls_file_stamp_equal (const GstLlHlsFileStamp * self,
    const GstLlHlsFileStamp * other);

G_END_DECLS
