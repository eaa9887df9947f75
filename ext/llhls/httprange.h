/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  HTTP_RANGE_WHOLE,             /* none, or one to be ignored: 200 */
  HTTP_RANGE_PART,              /* 206 */
  HTTP_RANGE_OUTSIDE,           /* 416 */
} HttpRange;

/* What a Range header asks for, before it is known of how much. */
typedef struct
{
  enum
  {
    HTTP_RANGE_ASK_ALL,
    HTTP_RANGE_ASK_FROM,        /* `from` to `to` */
    HTTP_RANGE_ASK_LAST,        /* `to` bytes */
  } kind;
  guint64 from, to;
} HttpRangeAsk;

/* `value` may be NULL, and is not kept. */
void http_range_read (HttpRangeAsk * self, const gchar * value);

/* What it is of something of `size` bytes; `first` and `length` are set in any
 * case. */
HttpRange http_range_apply (const HttpRangeAsk * self, guint64 size,
    guint64 * first, guint64 * length);

G_END_DECLS
