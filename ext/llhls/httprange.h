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

/* What a Range header asks of something of `size` bytes.  `value` may be NULL;
 * `first` and `length` are set in any case. */
HttpRange http_range_parse (const gchar * value, guint64 size,
    guint64 * first, guint64 * length);

G_END_DECLS
