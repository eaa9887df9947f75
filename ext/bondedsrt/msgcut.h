/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Cuts what an application sends into messages of one datagram.  MPEG-TS is
 * cut at its packets, seven to a message, so that a lost message harms no
 * packet of another; whole small datagrams (RTP) stay whole. */

#define MSG_CUT_TS_BYTES 1316   /* 7 * 188 */

gboolean msg_cut_is_ts (gconstpointer data, gsize size);

/* Bytes of the first message of `data`; `most` is what a datagram holds. */
gsize msg_cut_length (gconstpointer data, gsize size, gsize most);

/* Puts buffers of whole TS packets together that come at once: what a message
 * is short of.  Plain data. */
typedef struct
{
  guint8 bytes[MSG_CUT_TS_BYTES];
  gsize used;
} MsgPack;

/* Takes as much of `data` as fits and returns how much; the message is ready
 * when `used` is MSG_CUT_TS_BYTES. */
gsize msg_pack_add (MsgPack *self, gconstpointer data, gsize size);

G_END_DECLS
