/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  HTTP_SNIFF_MORE,              /* too early to tell */
  HTTP_SNIFF_HTTP1,
  HTTP_SNIFF_HTTP2,             /* without TLS, by prior knowledge */
  HTTP_SNIFF_TLS,
  HTTP_SNIFF_GARBAGE,
} HttpSniff;

/* Bytes that are enough to tell. */
#define HTTP_SNIFF_BYTES 24

/* What a connection's first bytes are the begin of. */
HttpSniff http_sniff (const guint8 * data, gsize size);

/* For TLS: bytes of the first record with its header, 0 when there are too few
 * to tell.  A handshake is not begun before the client has said that much. */
gsize http_sniff_record_size (const guint8 * data, gsize size);

/* ms until the bytes are looked at again, after so many looks at too few: who
 * never says more must not cost more with time. */
guint http_sniff_pause (guint looks);

G_END_DECLS
