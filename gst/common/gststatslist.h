/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Lists in stats are GST_TYPE_ARRAY of structures.  Takes `member` (transfer
 * full). */
static inline void
gst_stats_list_append (GValue * list, GstStructure * member)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value, member);
  gst_value_array_append_and_take_value (list, &value);
}

G_END_DECLS
