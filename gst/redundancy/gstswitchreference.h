/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "alignment.h"

G_BEGIN_DECLS

/* What a buffer says of when it was made: ns of each kind, G_MININT64 where it
 * says nothing.  NTP's time is counted from 1970 as well. */
void gst_switch_references_read (GstBuffer * buffer,
    gint64 references[ALIGNMENT_N_KINDS]);

G_END_DECLS
