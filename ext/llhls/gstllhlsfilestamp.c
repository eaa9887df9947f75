/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsfilestamp.h"

#include <fcntl.h>
#include <gst/gst.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Above that the rest of the stamp must do. */
#define MAX_BYTES (1024 * 1024)
#define READ_BYTES 4096

static void
add_content (GChecksum * sum, int fd)
{
  guchar data[READ_BYTES];
  gsize left = MAX_BYTES;
  gssize n;

  while (left > 0 && (n = read (fd, data, MIN (left, sizeof (data)))) > 0) {
    g_checksum_update (sum, data, n);
    left -= n;
  }
  /* There may be keys in it. */
  explicit_bzero (data, sizeof (data));
}

static void
take_digest (GstLlHlsFileStamp * self, int fd)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize size = sizeof (self->digest);

  add_content (sum, fd);
  g_checksum_get_digest (sum, self->digest, &size);
}

void
gst_llhls_file_stamp_take (GstLlHlsFileStamp * self, const gchar * file)
{
  struct stat info;
  int fd;

  memset (self, 0, sizeof (*self));
  /* A pipe does not keep us waiting. */
  fd = open (file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return;
  if (fstat (fd, &info) == 0) {
    self->device = info.st_dev;
    self->inode = info.st_ino;
    self->size = info.st_size;
    self->changed = GST_TIMESPEC_TO_TIME (info.st_mtim);
    if (S_ISREG (info.st_mode) && info.st_size <= MAX_BYTES)
      take_digest (self, fd);
  }
  close (fd);
}

gboolean
gst_llhls_file_stamp_equal (const GstLlHlsFileStamp * self,
    const GstLlHlsFileStamp * other)
{
  return self->device == other->device && self->inode == other->inode
      && self->size == other->size && self->changed == other->changed
      && memcmp (self->digest, other->digest, sizeof (self->digest)) == 0;
}
