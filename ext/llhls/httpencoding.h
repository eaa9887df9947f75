/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether an Accept-Encoding header takes gzip.  `value` may be NULL. */
gboolean http_encoding_takes_gzip (const gchar * value);

G_END_DECLS
