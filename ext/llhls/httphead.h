/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is kept of a request's head. */
typedef enum
{
  HTTP_FIELD_METHOD,
  HTTP_FIELD_PATH,
  HTTP_FIELD_RANGE,
  HTTP_FIELD_ACCEPT_ENCODING,
  HTTP_FIELD_ORIGIN,
  HTTP_FIELD_USER_AGENT,
  HTTP_FIELD_AUTHORIZATION,
  HTTP_FIELD_PRIORITY,
  HTTP_FIELD_ORIGINAL_URI,
  HTTP_FIELD_CONTENT_TYPE,
  HTTP_FIELD_CONTENT_LENGTH,
  HTTP_FIELD_CMCD_OBJECT,
  HTTP_FIELD_CMCD_REQUEST,
  HTTP_FIELD_CMCD_SESSION,
  HTTP_FIELD_CMCD_STATUS,
  HTTP_N_FIELDS
} HttpField;

/* As clients are told; bytes of all fields, with 4 more for each. */
#define HTTP_HEAD_MAX_BYTES 16384

typedef enum
{
  HTTP_HEAD_FITS,
  HTTP_HEAD_TOO_LARGE,          /* to be refused; no more of it is kept */
  HTTP_HEAD_BOMB,               /* nobody sends that much by mistake */
} HttpHeadSize;

/* The head of an HTTP/2 request as it comes in.  Values are not copied: each
 * is kept with its owner, of which `release` gives a reference back. */
typedef struct
{
  GDestroyNotify release;
  const gchar *values[HTTP_N_FIELDS];   /* NULL: not told */
  gpointer owners[HTTP_N_FIELDS];
  gsize bytes;
} HttpHead;

void http_head_init (HttpHead * self, GDestroyNotify release);

/* The next field, its name in lower case; both end with a zero, which their
 * sizes don't count.  TRUE: the value is kept, and with it a reference to
 * `owner`. */
gboolean http_head_add (HttpHead * self, const gchar * name, gsize name_size,
    const gchar * value, gsize value_size, gpointer owner);

HttpHeadSize http_head_size (const HttpHead * self);

/* G_MAXUINT64 when it is not told, or no number. */
guint64 http_head_content_length (const HttpHead * self);

/* Lets go of all values. */
void http_head_forget (HttpHead * self);

G_END_DECLS
