/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsfilestamp.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <string.h>

void
gst_llhls_file_stamp_take (GstLlHlsFileStamp * self, const gchar * file)
{
  GStatBuf info;

  memset (self, 0, sizeof (*self));
  if (g_stat (file, &info) != 0)
    return;
  self->device = info.st_dev;
  self->inode = info.st_ino;
  self->size = info.st_size;
  self->changed = GST_TIMESPEC_TO_TIME (info.st_mtim);
}

gboolean
gst_llhls_file_stamp_equal (const GstLlHlsFileStamp * self,
    const GstLlHlsFileStamp * other)
{
  return self->device == other->device && self->inode == other->inode
      && self->size == other->size && self->changed == other->changed;
}
