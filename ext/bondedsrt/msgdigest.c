/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "msgmerge.h"

#define TS_PACKET 188
#define TS_SYNC 0x47
#define TS_NULL_PID 0x1fff

/* Eight bytes a step, mixed as in xorshift-multiply hashes: told apart must be
 * chance, not malice, for a peer can spoil its own stream only. */
static guint64
mix (guint64 hash, guint64 word)
{
  hash ^= word;
  hash *= G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return hash ^ (hash >> 29);
}

static guint64
hash_bytes (const guint8 * data, gsize size)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325) ^ size;
  guint64 word;

  for (; size >= sizeof (word); size -= sizeof (word)) {
    memcpy (&word, data, sizeof (word));
    hash = mix (hash, word);
    data += sizeof (word);
  }
  word = 0;
  memcpy (&word, data, size);
  hash = mix (hash, word);
  return hash ^ (hash >> 32);
}

/* MPEG-TS of nothing but null packets looks the same from every sender. */
static gboolean
is_stuffing (const guint8 * data, gsize size)
{
  gsize i;

  if (size == 0 || size % TS_PACKET != 0)
    return size == 0;
  for (i = 0; i < size; i += TS_PACKET) {
    if (data[i] != TS_SYNC
        || ((data[i + 1] & 0x1f) << 8 | data[i + 2]) != TS_NULL_PID)
      return FALSE;
  }
  return TRUE;
}

MsgDigest
msg_digest (gconstpointer data, gsize size)
{
  MsgDigest digest;

  digest.hash = hash_bytes (data, size);
  digest.informative = !is_stuffing (data, size);
  return digest;
}
