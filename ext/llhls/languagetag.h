/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Longer ones are nobody's; RFC 5646 4.4.1 has 35 for all that are likely. */
#define LANGUAGE_TAG_MAX_BYTES 100

/* Whether `tag` is well-formed (RFC 5646 2.2.9): by its syntax, not by the
 * registry. */
gboolean language_tag_is_well_formed (const gchar * tag);

G_END_DECLS
