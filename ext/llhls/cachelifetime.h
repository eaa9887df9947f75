/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "request.h"

G_BEGIN_DECLS

#define CACHE_LIFETIME_FOREVER 31536000 /* s, a year */

/* How long a good answer may be kept, in seconds; 0 = it is to be asked for
 * each time.  `target` is the target duration in ns.  Errors are never kept. */
guint64 cache_lifetime (const Request * request, guint64 target);

G_END_DECLS
