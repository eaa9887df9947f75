/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What set_property () does with a string: `field` owns the copy.  With the
 * lock of the field. */
static inline void
gst_string_property_set (gchar ** field, const GValue * value)
{
  g_free (*field);
  *field = g_value_dup_string (value);
}

G_END_DECLS
