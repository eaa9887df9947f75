/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "httpsniff.h"

#include <string.h>

/* RFC 9113 3.4 */
static const gchar preface[HTTP_SNIFF_BYTES + 1] =
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/* RFC 8446 5.1 */
#define TLS_HANDSHAKE 22
#define TLS_HEADER 5

#define PAUSE_MS 20
#define MAX_PAUSE_MS 1000

/* RFC 9110 5.6.2: a method begins with a token character; empty lines may come
 * before it (RFC 9112 2.2). */
static gboolean
may_begin_request (guint8 byte)
{
  return g_ascii_isalnum (byte) || byte == '\r' || byte == '\n'
      || (byte < 0x80 && byte != '\0'
      && strchr ("!#$%&'*+-.^_`|~", byte) != NULL);
}

HttpSniff
http_sniff (const guint8 * data, gsize size)
{
  gsize n = MIN (size, HTTP_SNIFF_BYTES);

  if (n == 0)
    return HTTP_SNIFF_MORE;
  if (data[0] == TLS_HANDSHAKE)
    return HTTP_SNIFF_TLS;
  if (memcmp (data, preface, n) == 0)
    return n == HTTP_SNIFF_BYTES ? HTTP_SNIFF_HTTP2 : HTTP_SNIFF_MORE;
  return may_begin_request (data[0]) ? HTTP_SNIFF_HTTP1 : HTTP_SNIFF_GARBAGE;
}

gsize
http_sniff_record_size (const guint8 * data, gsize size)
{
  if (size < TLS_HEADER)
    return 0;
  return TLS_HEADER + ((gsize) data[3] << 8 | data[4]);
}

guint
http_sniff_pause (guint looks)
{
  return MIN (PAUSE_MS << MIN (looks, 16), MAX_PAUSE_MS);
}
