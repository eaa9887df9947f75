/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstllhlsbody.h"

#include <string.h>

void
gst_llhls_body_keep (GstLlHlsBody * self, guint64 limit,
    GstLlHlsBodyPool * mine, GstLlHlsBodyPool * all)
{
  gst_llhls_body_clear (self);
  self->pools[0] = mine;
  self->pools[1] = all;
  self->limit = limit;
  self->bytes = g_byte_array_new ();
}

static gboolean
has_room (const GstLlHlsBodyPool * pool, gsize size)
{
  return size <= pool->limit && pool->used <= pool->limit - size;
}

static void
drop_bytes (GstLlHlsBody * self)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (self->pools); i++)
    self->pools[i]->used -= self->bytes->len;
  g_clear_pointer (&self->bytes, g_byte_array_unref);
}

void
gst_llhls_body_take (GstLlHlsBody * self, gconstpointer data, gsize size)
{
  guint i;

  if (self->bytes == NULL)
    return;
  self->too_long = size > self->limit - self->bytes->len;
  self->no_room = !has_room (self->pools[0], size)
      || !has_room (self->pools[1], size);
  if (self->too_long || self->no_room) {
    drop_bytes (self);
    return;
  }
  for (i = 0; i < G_N_ELEMENTS (self->pools); i++)
    self->pools[i]->used += size;
  g_byte_array_append (self->bytes, data, size);
}

void
gst_llhls_body_clear (GstLlHlsBody * self)
{
  if (self->bytes != NULL)
    drop_bytes (self);
  memset (self, 0, sizeof (*self));
}
