/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "msgcut.h"

#include <string.h>

#define TS_PACKET 188
#define TS_SYNC 0x47

gboolean
msg_cut_is_ts (gconstpointer data, gsize size)
{
  const guint8 *bytes = data;

  /* The first and the last packet: enough to tell it from RTP. */
  return size >= TS_PACKET && size % TS_PACKET == 0 && bytes[0] == TS_SYNC
      && bytes[size - TS_PACKET] == TS_SYNC;
}

gsize
msg_cut_length (gconstpointer data, gsize size, gsize most)
{
  if (msg_cut_is_ts (data, size))
    return MIN (size, MSG_CUT_TS_BYTES);
  return MIN (size, most);
}

gsize
msg_pack_add (MsgPack * self, gconstpointer data, gsize size)
{
  gsize n = MIN (size, sizeof (self->bytes) - self->used);

  memcpy (self->bytes + self->used, data, n);
  self->used += n;
  return n;
}
