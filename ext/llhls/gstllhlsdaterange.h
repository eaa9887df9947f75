/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "daterange.h"

G_BEGIN_DECLS

/* What the application says of a date range, in the terms of the core.
 * `running_time` is set when it gave that instead of a date, else NONE.  FALSE
 * with an error that names the field. */
gboolean gst_llhls_daterange_read (const GstStructure * structure,
    Daterange * range, GstClockTime * running_time, GError ** error);

G_END_DECLS
