/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsauth.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gstllhlsfilestamp.h"

struct _GstLlHlsAuth
{
  gatomicrefcount refs;
  gchar *file;                  /* fixed */
  UrlTokenKeys *keys;
  GstLlHlsFileStamp stamp;
};

static void
set_file_error (GError ** error, int code)
{
  g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (code),
      g_strerror (code));
}

/* One byte more than may be, so that too much is seen. */
static gssize
read_all (int fd, gchar * text, gsize size)
{
  gsize done = 0;

  while (done < size) {
    gssize n = read (fd, text + done, size - done);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return -1;
    if (n == 0)
      break;
    done += n;
  }
  return done;
}

/* The server's thread reads it, so it must be a file that ends. */
static gssize
read_file (const gchar * file, gchar * text, gsize size, GError ** error)
{
  int fd = g_open (file, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  struct stat info;
  gssize n = -1;

  if (fd < 0 || fstat (fd, &info) != 0)
    set_file_error (error, errno);
  else if (!S_ISREG (info.st_mode))
    g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
        "it is no regular file");
  else if ((n = read_all (fd, text, size)) < 0)
    set_file_error (error, errno);
  if (fd >= 0)
    close (fd);
  return n;
}

/* Secrets do not stay in memory that is free. */
static void
wipe (gchar * text, gsize size)
{
  volatile gchar *at = text;

  while (size-- > 0)
    *at++ = 0;
}

static UrlTokenKeys *
load (GstLlHlsAuth * self, GError ** error)
{
  gchar *text = g_malloc (URL_TOKEN_MAX_FILE + 1);
  UrlTokenKeys *keys = NULL;
  gssize n;

  gst_llhls_file_stamp_take (&self->stamp, self->file);
  n = read_file (self->file, text, URL_TOKEN_MAX_FILE + 1, error);
  if (n >= 0)
    keys = url_token_keys_new (text, n, error);
  wipe (text, URL_TOKEN_MAX_FILE + 1);
  g_free (text);
  if (keys == NULL)
    g_prefix_error (error, "auth-secret-file is \"%s\": ", self->file);
  return keys;
}

GstLlHlsAuth *
gst_llhls_auth_new (const gchar * file, GError ** error)
{
  GstLlHlsAuth *self = g_new0 (GstLlHlsAuth, 1);

  g_atomic_ref_count_init (&self->refs);
  self->file = g_strdup (file);
  self->keys = load (self, error);
  if (self->keys == NULL)
    g_clear_pointer (&self, gst_llhls_auth_unref);
  return self;
}

GstLlHlsAuth *
gst_llhls_auth_ref (GstLlHlsAuth * self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
gst_llhls_auth_unref (GstLlHlsAuth * self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_pointer (&self->keys, url_token_keys_free);
  g_free (self->file);
  g_free (self);
}

GstLlHlsAuthChange
gst_llhls_auth_refresh (GstLlHlsAuth * self, GError ** error)
{
  GstLlHlsFileStamp stamp;
  UrlTokenKeys *keys;

  gst_llhls_file_stamp_take (&stamp, self->file);
  if (gst_llhls_file_stamp_equal (&stamp, &self->stamp))
    return GST_LLHLS_AUTH_SAME;
  keys = load (self, error);
  if (keys == NULL)
    return GST_LLHLS_AUTH_BAD;
  url_token_keys_free (self->keys);
  self->keys = keys;
  return GST_LLHLS_AUTH_NEW;
}

UrlTokenVerdict
gst_llhls_auth_check (const gchar * query, const gchar * path, guint64 now_s,
    gpointer self)
{
  const GstLlHlsAuth *auth = self;

  return url_token_verify (auth->keys, query, path, now_s);
}
