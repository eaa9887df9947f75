/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The Date header's text, kept for as long as a second lasts.  All zero at
 * first. */
typedef struct
{
  gint64 second;
  gchar text[32];
} HttpDate;

/* RFC 9110 5.6.7; `second` since 1970, UTC.  Valid until the next call. */
const gchar *http_date_at (HttpDate * self, gint64 second);

G_END_DECLS
