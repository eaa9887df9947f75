/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The URI as it may be shown in logs, messages, stats and reports: user-info,
 * passphrases, stream ids, keys and tokens are replaced by "***", and so is
 * the last path element of rtmp(s) URIs, which is a stream key.  Works on
 * anything that looks like a URI; never fails.  NULL gives NULL.
 * Returns: (transfer full) (nullable) */
gchar *uri_mask (const gchar * uri);

/* A text as it may be shown: each URI in it, up to the next blank, is masked.
 * NULL gives NULL.
 * Returns: (transfer full) (nullable) */
gchar *uri_mask_text (const gchar * text);

G_END_DECLS
