/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "httphead.h"

/* A byte can stand for a field of 4 KiB (RFC 7541). */
#define BOMB_BYTES (4 * HTTP_HEAD_MAX_BYTES)

static const gchar *const names[HTTP_N_FIELDS] = {
  ":method", ":path", "range", "accept-encoding", "origin", "user-agent",
  "authorization", "priority", "x-original-uri", "content-type",
  "content-length", "cmcd-object", "cmcd-request", "cmcd-session",
  "cmcd-status"
};

void
http_head_init (HttpHead * self, GDestroyNotify release)
{
  static const HttpHead zero;

  *self = zero;
  self->release = release;
}

static void
drop_value (HttpHead * self, guint field)
{
  self->values[field] = NULL;
  g_clear_pointer (&self->owners[field], self->release);
}

gboolean
http_head_add (HttpHead * self, const gchar * name, gsize name_size,
    const gchar * value, gsize value_size, gpointer owner)
{
  guint i;

  self->bytes += name_size + value_size + 4;
  if (self->bytes > HTTP_HEAD_MAX_BYTES)
    return FALSE;
  for (i = 0; i < HTTP_N_FIELDS; i++) {
    if (!g_str_equal (name, names[i]))
      continue;
    drop_value (self, i);
    self->values[i] = value;
    self->owners[i] = owner;
    return TRUE;
  }
  return FALSE;
}

HttpHeadSize
http_head_size (const HttpHead * self)
{
  if (self->bytes > BOMB_BYTES)
    return HTTP_HEAD_BOMB;
  return self->bytes > HTTP_HEAD_MAX_BYTES ? HTTP_HEAD_TOO_LARGE
      : HTTP_HEAD_FITS;
}

guint64
http_head_content_length (const HttpHead * self)
{
  const gchar *text = self->values[HTTP_FIELD_CONTENT_LENGTH];
  guint64 length;

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64,
      &length, NULL) ? length : G_MAXUINT64;
}

void
http_head_forget (HttpHead * self)
{
  guint i;

  for (i = 0; i < HTTP_N_FIELDS; i++)
    drop_value (self, i);
}
